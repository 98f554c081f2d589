//! One person's side of MyChat: a [`Client`] takes [`Intent`]s and gives [`ClientEvent`]s.
//!
//! * [`api`] is the whole face of it: what the person wants, what happened.
//! * [`state`] is pure: link states, outbox, sync by seq. No clock, no socket, no disk.
//! * `credential` is what signs in without a password.
//! * `handle` starts and ends a client; `keeper` is the thread of its store, `pictures` the one
//!   that decodes, by `images`; `wire` is one link.
//! * `export` is what stands in an exported file, and the thread that writes it.
//! * `runner` is the thread that gives `state` its time, its link and its store.
//! * `transfers` are the threads that carry files.
//! * [`discover`] lists the servers on this network, [`doctor`] says why one is not found or reached.
//! * [`probe`] is a look at a server, [`finder`] looks at all servers of this network; `cards` are
//!   what it shows.
//! * [`script`] is the same client for programs: JSON lines in and out.
//!
//! Deliberately absent: anything about windows, and any rule that the server decides.

pub mod api;
mod cards;
mod credential;
pub mod discover;
pub mod doctor;
mod export;
pub mod finder;
mod handle;
mod images;
mod keeper;
mod pictures;
pub mod probe;
mod runner;
pub mod script;
pub mod state;
mod transfers;
mod wire;
mod words;

pub use api::{Answer, Client, ClientEvent, Failure, Intent, LinkState, StartError};
pub use handle::{default_home_slot, stretch};
