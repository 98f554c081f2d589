//! Property: garbage, silence and floods before sign-in cost the server bounded memory, and never
//! disturb anybody else.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use mychat::domain::{Message, Nonce, Target};
use mychat::net::protocol::{ClientFrame, Command, Goodbye, Reason, VERSION};

use crate::peer::{Ground, Peer, fresh, seqs, text};

#[test]
fn a_client_that_is_too_old_is_told_so() {
    let ground = Ground::start();
    assert_eq!(Peer::silent(ground.address).hello(0), Err(Goodbye::TooOld));
    assert!(Peer::silent(ground.address).hello(VERSION + 1).is_ok(), "a newer one is answered");
}

#[test]
fn four_gibibytes_are_refused_by_their_length() {
    let ground = Ground::start();
    let mut peer = ground.connect();
    peer.send_bytes(&Arc::from([0xFF, 0xFF, 0xFF, 0xFF, 0])).unwrap();
    assert_eq!(peer.goodbye(), Some(Goodbye::FrameTooLarge));
    let mut peer = ground.connect();
    peer.send_bytes(&Arc::from([0, 0, 0x10, 0x01])).unwrap();
    assert_eq!(peer.goodbye(), Some(Goodbye::FrameTooLarge), "4 KiB before sign-in");
}

#[test]
fn garbage_after_tls_is_a_bad_frame() {
    let ground = Ground::start();
    let cases: [&[u8]; 4] = [
        &[0, 0, 0, 1, 0xC1],
        &[0, 0, 0, 2, 0x93, 0x93],
        &[0, 0, 0, 0],
        &[0, 0, 0, 3, 0xC0, 0xC0, 0xC0],
    ];
    for bytes in cases {
        let mut peer = ground.connect();
        peer.send_bytes(&Arc::from(bytes)).unwrap();
        assert_eq!(peer.goodbye(), Some(Goodbye::BadFrame), "{bytes:?}");
    }
}

#[test]
fn a_stranger_that_speaks_something_else_is_hung_up_on() {
    let ground = Ground::start();
    let mut stream = TcpStream::connect(ground.address).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    // An alert or a reset: either way the server is done with it.
    stream.read_to_end(&mut answer).ok();
    assert!(answer.len() < 64);
    ground.register("Lime");
}

#[test]
fn silent_links_of_one_address_are_few_and_signed_in_people_do_not_notice() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.acquainted(["Lime", "Momo"]);
    let silent: Vec<Peer> = (0..16).map(|_| Peer::silent(ground.address)).collect();
    let mut one_more = TcpStream::connect(ground.address).unwrap();
    // Far less than a silent link may stay.
    one_more.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    match one_more.read(&mut [0]) {
        Ok(0) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        other => panic!("the 17th stranger of an address is not closed at once: {other:?}"),
    }
    assert!(Peer::try_silent(ground.address).is_err(), "nor does it get as far as TLS");
    let said = lime.say(Target::Account(momo.account()), text("still fine")).unwrap();
    assert_eq!(momo.message(), said);
    drop(silent);
}

#[test]
fn a_reader_that_reads_nothing_is_cut_off_and_others_are_not_slowed() {
    let ground = Ground::with(&[
        ("messages.burst", "100000"),
        ("messages.per_second", "100000"),
        ("lobby.per_second", "100000"),
    ]);
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let mut deaf = ground.register("Deaf");
    let long = "x".repeat(16_000);
    // The system's buffers take less than one MiB; the outbox one more; then the deaf one is let go.
    for seq in 1..=200 {
        lime.say(Target::Lobby, text(&long)).unwrap();
        assert_eq!(momo.message().seq.0, seq);
    }
    let goodbye = deaf.goodbye();
    assert!(matches!(goodbye, Some(Goodbye::TooSlow) | None), "{goodbye:?}");
    let mut again = ground.connect();
    again.sign_in("Deaf", crate::peer::PASSWORD).unwrap();
    let lobby = again.heads().into_iter().next().unwrap();
    assert_eq!(lobby.head.0, 200, "nothing is lost for it");
}

#[test]
fn a_flood_of_messages_is_slowed_down_and_keeps_its_order() {
    let ground = Ground::with(&[("messages.burst", "5"), ("messages.per_second", "20")]);
    let mut lime = ground.register("Lime");
    let start = mychat::clock::uptime();
    let nonces: Vec<Nonce> = (0..15).map(|_| Nonce(fresh())).collect();
    for (id, nonce) in (1000..).zip(&nonces) {
        let command = Command::Send { to: Target::Lobby, nonce: *nonce, body: text("flood") };
        lime.send(&ClientFrame::Command { id, command });
    }
    // A refusal in between would be an unexpected frame.
    let messages: Vec<Message> = nonces.iter().map(|_| lime.message()).collect();
    assert_eq!(seqs(&messages), (1..=15).collect::<Vec<_>>());
    assert_eq!(messages.iter().map(|message| message.nonce).collect::<Vec<_>>(), nonces);
    // Five at once, ten more at twenty a second.
    let took = mychat::clock::uptime().saturating_sub(start);
    assert!(took >= Duration::from_millis(450), "{took:?}");
}

#[test]
fn a_full_disk_can_be_read_and_says_so_when_written() {
    let mut ground = Ground::start();
    let mut lime = ground.register("Lime");
    lime.say(Target::Lobby, text("before")).unwrap();
    ground.stop();
    crate::peer::set(ground.folder(), "disk.free_mib", "1000000000");
    ground.restart();
    let mut lime = ground.connect();
    lime.sign_in("Lime", crate::peer::PASSWORD).unwrap();
    assert_eq!(lime.say(Target::Lobby, text("now")).unwrap_err().reason, Reason::DiskFull);
    assert_eq!(lime.history(mychat::domain::ConversationId::LOBBY, crate::peer::NEWEST).0.len(), 1);
    assert_eq!(ground.connect().register("Momo").unwrap_err().reason, Reason::DiskFull);
    let health = crate::exposition::ask(ground.counters(), "GET /healthz HTTP/1.1\r\n\r\n");
    assert!(health.starts_with("HTTP/1.1 503 ") && health.contains("read only"), "{health}");
    let seq = mychat::domain::Seq(1);
    lime.command(Command::Recall { to: Target::Lobby, seq }).unwrap();
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let ground = Ground::start();
    let error = crate::peer::start(ground.folder()).err().unwrap();
    assert!(error.to_string().contains("used by another MyChat"), "{error}");
}
