//! Property: over real sockets the server keeps its word, to honest clients and to hostile ones.
//!
//! Every test has its own server on port 0 in a temporary folder, and waits for frames, never for
//! time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod abuse;
mod accounts;
mod admin;
#[cfg(unix)]
mod backup;
mod console;
mod exposition;
mod failures;
mod files;
mod files_cut;
mod files_end;
mod friends;
mod games;
mod journal;
mod limits;
mod limits_people;
mod parcels;
mod passwords;
mod peer;
mod pictures;
mod profiles;
mod recalls;
mod room_doors;
mod room_members;
mod room_steps;
mod rooms;
mod search;
mod steps;
mod strangers;
mod talk;
mod verbs;
