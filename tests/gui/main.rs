//! Property: what a person does with mouse and keys on real windows has its effect on the other
//! people's real windows.
//!
//! Every test has a screen of its own ([`screen`]) with a window manager, and drives real processes
//! on it. Pictures are left in `target/gui`. Where there is no Xvfb the tests say that they were
//! skipped.
#![cfg(test)]
#![cfg(target_os = "linux")]

mod boards;
mod console;
mod drops;
mod files;
mod friends;
mod games;
mod hands;
mod history;
mod mention;
mod menus;
mod notes;
mod party;
mod picture;
mod rooms;
mod screen;
mod self_check;
mod strangers;
mod talk;
