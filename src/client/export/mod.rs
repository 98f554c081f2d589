//! Messages into a file: what stands in it, and how it is written safely.

mod album;
mod file;
mod format;
mod telling;

pub(super) use album::Album;
pub(super) use file::Press;
pub(super) use format::{foot, head, rows};
pub(super) use telling::Written;
