//! Property: a crowd that means harm, or does not know better, costs the server bounded memory and time,
//! keeps nobody out who wants to come in, and loses no word of anybody.
//!
//! A real server process, and callers from many addresses of the loopback. In the gate each test takes
//! seconds; `MYCHAT_ABUSE=full` has the sizes of the promises. [`stalled`] and [`door`] are measured by
//! `benches/abuse` too.
#![cfg(test)]
#![cfg(target_os = "linux")]

mod door;
mod floods;
mod ground;
#[path = "../it/peer.rs"]
#[expect(dead_code, reason = "the loopback tests use all of it")]
mod peer;
#[path = "../crash/process.rs"]
#[expect(dead_code, reason = "the crash tests use all of it")]
mod process;
mod slow;
mod stalled;

use std::time::Duration;

/// Set to `full` for all of it.
const SIZE: &str = "MYCHAT_ABUSE";
/// What readers who stand still may cost in resident memory.
const GROWN_KIB_MAX: u64 = 150 * 1024;
/// What the system may keep for the network, of each of them.
const NETWORK_KIB_MAX: u64 = 1024;

/// What a connection that is turned away may cost the server, far more than it does.
const DIAL_MAX: Duration = Duration::from_millis(5);

/// As many as a gate has time for, or all.
fn size(short: usize, full: usize) -> usize {
    let is_full = std::env::var(SIZE).is_ok_and(|size| size == "full");
    if is_full { full } else { short }
}

#[test]
fn readers_that_stand_still_are_cut_and_lose_nothing_and_neither_do_others() {
    let readers = size(80, 500);
    let size = stalled::Size { readers, messages: 50, pace: Duration::ZERO };
    let Some(found) = stalled::run(&size) else { return };
    assert!(!found.echoes.is_empty(), "they talked");
    assert!(found.grown_kib <= GROWN_KIB_MAX, "{} KiB more", found.grown_kib);
    let each = found.network_kib / readers as u64;
    assert!(each <= NETWORK_KIB_MAX, "{each} KiB of the system's for each");
}

#[test]
fn silent_sockets_from_many_addresses_keep_nobody_out() {
    let (sockets, people) = (size(500, 2_000), size(50, 200));
    let took = door::silence(&door::Silence { sockets, addresses: sockets / 16, people });
    assert!(took.is_none_or(|took| took.len() == people));
}

#[test]
fn silent_sockets_from_one_address_keep_nobody_out() {
    let (sockets, people) = (size(500, 2_000), size(50, 200));
    let took = door::silence(&door::Silence { sockets, addresses: 1, people });
    assert!(took.is_none_or(|took| took.len() == people));
}

#[test]
fn connections_by_the_thousand_are_turned_away_and_nobody_inside_notices() {
    let dials = size(4_000, 20_000);
    let Some(flood) = door::flood(dials, 8) else { return };
    assert!(flood.refused > dials as u64 / 2, "{} were turned away", flood.refused);
    assert!(flood.cpu / u32::try_from(dials).unwrap() < DIAL_MAX, "{:?} in all", flood.cpu);
    assert!(!flood.echoes.is_empty(), "somebody talked meanwhile");
    assert!(flood.recovery < Duration::from_secs(5), "{:?}", flood.recovery);
}
