//! Property: the executable may be killed at any moment, and its disk may fill: nothing that was
//! acknowledged is lost, nothing stands twice, and the process says with its exit code why it ended.
//!
//! [`process`] runs the executable; [`killed`] kills it under load, [`brought`] while files come,
//! [`backed_up`] in the middle of a backup, [`restored`] begins anew from one, [`carried`] and both clients while one goes from one to the other;
//! [`damaged`] changes bytes of its store, [`exits`] reads exit codes; [`logged`] what stands in the log, [`managed`] what a service manager
//! hears; [`starved`] takes its disk away.
#![cfg(test)]
#![cfg(unix)]

mod backed_up;
mod brought;
mod carried;
mod damaged;
mod exits;
mod killed;
mod logged;
#[cfg(target_os = "linux")]
mod managed;
#[path = "../it/parcels.rs"]
#[expect(dead_code, reason = "the loopback tests use all of it")]
mod parcels;
#[path = "../it/peer.rs"]
#[expect(dead_code, reason = "the loopback tests use all of it")]
mod peer;
mod process;
mod restored;
mod starved;
