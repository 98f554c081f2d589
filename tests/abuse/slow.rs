//! Property: whoever sends byte by byte, from many sockets at once, is hung up on in time, and keeps
//! nobody else out.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use mychat::clock::uptime;
use mychat::net::frame::{FRAME_BYTES_MAX, encode};
use mychat::net::protocol::{ClientFrame, Goodbye, Hello, VERSION};
use mychat::server::bounds::Bound;

use crate::ground::{
    Ground, PATIENCE, REGISTERING, at_once, dial, first_bytes, is_closed, pass, source,
};
use crate::peer::Peer;
use crate::size;

/// Between two bytes: a whole frame or handshake takes longer than anybody may.
const PAUSE: Duration = Duration::from_millis(150);

#[test]
fn tls_byte_by_byte_ends_by_its_deadline() {
    let Some(ground) = Ground::start(&[&REGISTERING]) else { return };
    drop(ground.register(source(117, 0), "Lime"));
    let bytes = first_bytes();
    let from = |number: usize| source(118, number / 8);
    let mut slow: Vec<TcpStream> =
        (0..size(64, 240)).map(|number| dial(from(number), ground.address).unwrap()).collect();
    let began = uptime();
    for byte in bytes.chunks(1) {
        // Those that were hung up on do not take it any more.
        let taken = slow.iter_mut().filter_map(|stream| stream.write_all(byte).ok()).count();
        if taken == 0 {
            break;
        }
        assert!(uptime().saturating_sub(began) < PATIENCE, "{taken} are still there");
        pass(PAUSE);
    }
    assert!(slow.iter_mut().all(is_closed));
    assert!(ground.refused(&[Bound::DeadlineTls]) >= slow.len() as u64);
    ground.sign_in(source(117, 0), "Lime").0.barrier();
}

#[test]
fn frames_byte_by_byte_end_by_the_deadline_of_signing_in() {
    let Some(ground) = Ground::start(&[&REGISTERING]) else { return };
    drop(ground.register(source(119, 0), "Lime"));
    let client = "x".repeat(64);
    let hello = Hello { version: VERSION, features: Vec::new(), client, has_token: false };
    let hello = encode(&ClientFrame::Hello(hello), FRAME_BYTES_MAX).unwrap();
    at_once(size(24, 120), |number| {
        let mut peer = ground.stranger(source(120, number / 8)).unwrap();
        let ended = hello.chunks(1).take_while(|byte| {
            pass(PAUSE);
            peer.send_bytes(&Arc::from(*byte)).is_ok()
        });
        let sent = ended.count();
        let goodbye = last_word(&mut peer);
        assert!(sent < hello.len() && matches!(goodbye, Some(Goodbye::Timeout) | None), "{sent}");
    });
    ground.sign_in(source(119, 0), "Lime").0.barrier();
}

fn last_word(peer: &mut Peer) -> Option<Goodbye> {
    let goodbye = peer.goodbye();
    assert!(peer.read().is_err(), "nothing follows");
    goodbye
}
