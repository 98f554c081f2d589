//! Property: what the store acknowledged survives whatever the disk does, once and in its place,
//! and what it cannot vouch for is refused with a sentence.
//!
//! [`disk`] fails when it is told to; [`play`] is a short workload over the real rules; [`check`]
//! holds a store against what its writer handed on. [`stage`] is rules over a store, job by job.
#![cfg(test)]

mod check;
mod disk;
mod faults;
mod files;
mod friends;
mod games;
mod halls;
mod model;
mod opening;
mod pictures;
mod play;
mod recalls;
mod rooms;
mod spans;
mod stage;
mod stays;
mod writing;
