//! Property: every bound refuses over a real link as it says, and whoever reads the counters sees it.

use std::io::{ErrorKind, Read};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use mychat::clock;
use mychat::net::protocol::{Auth, ClientFrame, Goodbye, Opaque, Query, Reason, Refusal, VERSION};
use mychat::net::verb::{Verb, Whom};
use mychat::server::admin;
use mychat::server::bounds::Bound;

use crate::exposition::ask;
use crate::peer::{Ground, NEWEST, PASSWORD, Peer};

/// Far more than a counter needs to be seen.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a bound is met: the settings that make it small, and what runs into it.
pub struct Row {
    pub bound: Bound,
    pub settings: &'static [(&'static str, &'static str)],
    pub provoke: fn(&Ground),
}

pub const fn row(
    bound: Bound,
    settings: &'static [(&'static str, &'static str)],
    provoke: fn(&Ground),
) -> Row {
    Row { bound, settings, provoke }
}

/// Runs into each bound, on a server of its own.
pub fn meet(rows: &[Row]) {
    for Row { bound, settings, provoke } in rows {
        let label = bound.label();
        let ground = Ground::with(settings);
        assert_eq!(
            counted(&ground, "refused", label),
            Some(0),
            "{label}: in the list from the start"
        );
        let before = counted(&ground, "slowed", label);
        provoke(&ground);
        let has_met = || {
            let slowed = before.is_some() && counted(&ground, "slowed", label) > before;
            slowed || counted(&ground, "refused", label) > Some(0)
        };
        let late = clock::uptime() + PATIENCE;
        while !has_met() {
            assert!(clock::uptime() < late, "{label} was met and is not counted");
            thread::yield_now();
        }
    }
}

/// What a server's counters say of a bound.
pub fn counted(ground: &Ground, family: &str, label: &str) -> Option<u64> {
    let text = ask(ground.counters(), "GET /metrics HTTP/1.1\r\n\r\n");
    let start = format!("mychat_{family}_total{{limit=\"{label}\"}} ");
    text.lines().find_map(|line| line.strip_prefix(&start)).map(|count| count.parse().unwrap())
}

/// Bounds that no test here runs into, and where they are proven instead.
const ELSEWHERE: [Bound; 1] = [
    // 200 stays of one person in one room; `tests/store/stays.rs`.
    Bound::RoomStays,
];

#[test]
fn every_bound_is_met_somewhere() {
    let tables = [LINKS, WAITS, SIGN_IN, BYTES, SLOW, STALLED, super::limits_people::PEOPLE];
    let tables =
        tables.into_iter().chain([super::limits_people::TALK, super::limits_people::FILES]);
    let met: Vec<Bound> = tables.flatten().map(|row| row.bound).chain(ELSEWHERE).collect();
    for bound in Bound::ALL {
        assert_eq!(met.iter().filter(|one| *one == bound).count(), 1, "{bound:?}");
    }
}

#[test]
fn links_are_few() {
    meet(LINKS);
}

#[test]
fn nobody_is_waited_for_at_the_door() {
    meet(WAITS);
}

#[test]
fn signing_in_has_its_bounds() {
    meet(SIGN_IN);
}

#[test]
fn bytes_have_their_bounds() {
    meet(BYTES);
}

#[test]
#[ignore = "takes as long as a silent link may stand: cargo test --test it -- --ignored silent"]
fn a_silent_link_ends() {
    meet(SLOW);
}

#[test]
#[ignore = "takes as long as a reader may stand still: cargo test --test it -- --ignored takes_nothing"]
fn a_reader_that_takes_nothing_is_cut_in_the_end() {
    meet(STALLED);
}

/// Whoever is too many is closed at once, before TLS.
fn is_shut_out(address: SocketAddr) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(4))).unwrap();
    match stream.read(&mut [0]) {
        Ok(0) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        other => panic!("one too many is not closed at once: {other:?}"),
    }
}

fn third_is_shut_out(ground: &Ground) {
    let _two = [Peer::silent(ground.address), Peer::silent(ground.address)];
    is_shut_out(ground.address);
}

fn second_is_told(ground: &Ground, has_token: bool) {
    Peer::silent(ground.address).hello_as(VERSION, has_token).unwrap();
    let told = Peer::silent(ground.address).hello_as(VERSION, has_token);
    assert_eq!(told, Err(Goodbye::TooManyLinks));
}

const LINKS: &[Row] = &[
    row(Bound::LinksTotal, &[("links.total", "2")], third_is_shut_out),
    row(Bound::LinksUnauthenticated, &[("links.unauthenticated.total", "2")], third_is_shut_out),
    row(
        Bound::LinksUnauthenticatedPerAddress,
        &[("links.unauthenticated.per_address", "2")],
        third_is_shut_out,
    ),
    row(Bound::LinksPerAddress, &[("links.per_address", "2")], third_is_shut_out),
    row(
        Bound::Dials,
        &[("links.new_per_minute", "1"), ("links.token_per_minute", "1")],
        third_is_shut_out,
    ),
    row(Bound::LinksNew, &[("links.new_per_minute", "1")], |ground| second_is_told(ground, false)),
    row(Bound::LinksToken, &[("links.token_per_minute", "1")], |ground| {
        second_is_told(ground, true);
    }),
    row(Bound::LinksPerAccount, &[("links.per_account", "1")], |ground| {
        let _first = ground.register("Lime");
        let mut second = ground.connect();
        let (state, request) = mychat::net::opaque::sign_in_start(PASSWORD).unwrap();
        let step = second.auth(Auth::SignInStart { login: "Lime".to_owned(), request }).unwrap();
        second.finish_sign_in(state, &step);
        assert_eq!(second.goodbye(), Some(Goodbye::TooManyLinks));
    }),
    row(Bound::Ban, &[], |ground| {
        let whom = Whom::Address("127.0.0.1".parse().unwrap());
        let why = String::new();
        admin::run(ground.folder(), Verb::Ban { whom, minutes: Some(60), why }).unwrap();
        assert_eq!(Peer::silent(ground.address).hello(VERSION), Err(Goodbye::Banned));
    }),
];

const WAITS: &[Row] = &[
    row(Bound::DeadlineTls, &[], |ground| {
        let mut stream = TcpStream::connect(ground.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap(), 0, "hung up on");
    }),
    row(Bound::DeadlineSignIn, &[], |ground| {
        assert_eq!(Peer::silent(ground.address).goodbye(), Some(Goodbye::Timeout));
    }),
];

fn reason<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Reason {
    result.unwrap_err().reason
}

fn second_registration_waits(ground: &Ground) {
    ground.register("Lime");
    let refusal = ground.connect().register("Momo").unwrap_err();
    assert_eq!(refusal.reason, Reason::RegistrationBusy);
    assert!(refusal.retry_after_ms.is_some(), "the time to wait is said");
}

const SIGN_IN: &[Row] = &[
    row(Bound::RegistrationsPerHour, &[("registrations.per_hour", "1")], second_registration_waits),
    row(
        Bound::RegistrationsPerMinute,
        &[("registrations.per_minute", "1")],
        second_registration_waits,
    ),
    row(Bound::SignInSteps, &[], |ground| {
        let mut peer = ground.connect();
        for id in 0..17 {
            peer.send(&ClientFrame::Auth { id, auth: Auth::Delete {} });
        }
        assert_eq!(peer.goodbye(), Some(Goodbye::Timeout));
    }),
    row(Bound::PasswordsWrong, &[("passwords.wrong", "2")], |ground| {
        ground.register("Lime");
        let mut peer = ground.connect();
        for _ in 0..2 {
            assert_eq!(reason(peer.sign_in("Lime", "wrong horse")), Reason::WrongPassword);
        }
        let refusal = peer.sign_in("Lime", PASSWORD).unwrap_err();
        assert_eq!(refusal.reason, Reason::LockedOut);
        assert!(refusal.retry_after_ms.is_some_and(|wait| (30_000..=60_000).contains(&wait)));
    }),
    row(Bound::PasswordsPerMinute, &[("passwords.per_minute", "1")], |ground| {
        ground.register("Lime");
        ground.connect().sign_in("Lime", PASSWORD).unwrap();
        assert_eq!(reason(ground.connect().sign_in("Lime", PASSWORD)), Reason::LockedOut);
    }),
    row(Bound::Nickname, &[], |ground| {
        let mut peer = ground.connect();
        assert_eq!(reason(peer.register("a\u{202E}b")), Reason::NameCharacter);
        assert_eq!(reason(peer.register(&"长".repeat(25))), Reason::NameTooLong);
    }),
];

/// A payload with its length before it.
fn framed(payload: &[u8]) -> Arc<[u8]> {
    let length = u32::try_from(payload.len()).unwrap();
    [&length.to_be_bytes()[..], payload].concat().into()
}

/// Values that are small as bytes and would be huge or deep as what they say to be.
fn bombs() -> [Vec<u8>; 6] {
    let deep = |marker: &[u8]| marker.repeat(4000 / marker.len());
    [
        deep(&[0x91]),
        // A map whose first key is a map whose first key is a map.
        deep(&[0x81]),
        // A variant of one field again and again.
        deep(&[0x81, 0xA1, b'a']),
        // Lists, maps and bytes of four thousand million.
        vec![0xDD, 0xFF, 0xFF, 0xFF, 0xFF],
        vec![0xDF, 0xFF, 0xFF, 0xFF, 0xFF],
        vec![0xC6, 0xFF, 0xFF, 0xFF, 0xFF],
    ]
}

fn is_bad_frame(mut peer: Peer, payload: &[u8]) {
    peer.send_bytes(&framed(payload)).unwrap();
    assert_eq!(peer.goodbye(), Some(Goodbye::BadFrame), "{:?}", &payload[..5]);
}

const BYTES: &[Row] = &[
    row(Bound::FrameBytes, &[], |ground| {
        let mut stranger = ground.connect();
        stranger.send_bytes(&Arc::from([0, 0, 0x10, 0x01])).unwrap();
        assert_eq!(stranger.goodbye(), Some(Goodbye::FrameTooLarge), "4 KiB before sign-in");
        let mut lime = ground.register("Lime");
        lime.send_bytes(&Arc::from([0, 1, 0, 1])).unwrap();
        assert_eq!(lime.goodbye(), Some(Goodbye::FrameTooLarge), "64 KiB behind it");
    }),
    row(Bound::FrameMalformed, &[("links.new_per_minute", "1000")], |ground| {
        for bomb in bombs() {
            is_bad_frame(ground.connect(), &bomb);
        }
        let lime = ground.register("Lime");
        let mut momo = ground.register("Momo");
        is_bad_frame(lime, &[0x91; 60_000]);
        momo.barrier();
    }),
    row(Bound::TextBytes, &[("text.bytes_max", "10")], |ground| {
        let mut lime = ground.register("Lime");
        let to = mychat::domain::Target::Lobby;
        let refusal = lime.say(to, crate::peer::text("eleven text")).unwrap_err();
        assert_eq!((refusal.reason, refusal.limit), (Reason::TextTooLong, Some(10)));
    }),
    row(Bound::Picture, &[], |ground| {
        // What says to be 100,000 pixels wide would be 40 GB when it is shown.
        let mut huge = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR".to_vec();
        huge.extend([0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0, 8, 6, 0, 0, 0]);
        huge.resize(66, 0);
        let mut lime = ground.register("Lime");
        assert_eq!(reason(lime.upload(&huge)), Reason::BadPicture);
        assert_eq!(reason(lime.upload(b"GIF89a and no picture")), Reason::BadPicture);
        lime.barrier();
    }),
    row(Bound::Pages, &[("pages.burst", "1"), ("pages.per_second", "4")], |ground| {
        let mut lime = ground.register("Lime");
        for _ in 0..3 {
            lime.history(mychat::domain::ConversationId::LOBBY, NEWEST);
        }
    }),
    row(Bound::Queries, &[("queries.per_second", "2")], |ground| {
        let mut lime = ground.register("Lime");
        for _ in 0..4 {
            lime.barrier();
        }
    }),
    row(Bound::Outbox, super::limits_people::FAST, |ground| {
        let mut lime = ground.register("Lime");
        let mut deaf = ground.register("Deaf");
        let long = crate::peer::text(&"x".repeat(16_000));
        // The system's buffers take less than one MiB, the outbox one more.
        for _ in 0..200 {
            lime.say(mychat::domain::Target::Lobby, long.clone()).unwrap();
        }
        let goodbye = deaf.goodbye();
        assert!(matches!(goodbye, Some(Goodbye::TooSlow) | None), "{goodbye:?}");
    }),
];

const SLOW: &[Row] = &[row(Bound::DeadlineIdle, &[], |ground| {
    let mut lime = ground.register("Lime");
    // The test's own patience is less than what a silent link is given.
    let goodbye = (0..4).find_map(|_| lime.goodbye());
    assert_eq!(goodbye, Some(Goodbye::Timeout));
})];

const STALLED: &[Row] = &[row(Bound::Stall, super::limits_people::FAST, |ground| {
    let mut lime = ground.register("Lime");
    let _deaf = ground.register("Deaf");
    let long = crate::peer::text(&"x".repeat(16_000));
    // More than the system's buffers take, and less than fills the outbox behind them.
    for _ in 0..50 {
        lime.say(mychat::domain::Target::Lobby, long.clone()).unwrap();
    }
    let late = clock::uptime() + 3 * PATIENCE;
    while counted(ground, "refused", Bound::Stall.label()) == Some(0) {
        assert!(clock::uptime() < late, "it is still there");
        lime.barrier();
        smol::block_on(async_io::Timer::after(Duration::from_millis(100)));
    }
})];

#[test]
fn a_wrong_password_waits_longer_each_time() {
    let ground = Ground::with(&[("passwords.wrong", "1")]);
    ground.register("Lime");
    let mut peer = ground.connect();
    assert_eq!(reason(peer.sign_in("Lime", "wrong horse")), Reason::WrongPassword);
    let first = peer.sign_in("Lime", PASSWORD).unwrap_err();
    // Guessing on goes on being refused, without a new wait, and opens nothing to who waits.
    for _ in 0..10 {
        assert_eq!(reason(peer.sign_in("Lime", "wrong horse")), Reason::LockedOut);
    }
    let later = peer.sign_in("Lime", PASSWORD).unwrap_err();
    assert!(later.retry_after_ms.unwrap() <= first.retry_after_ms.unwrap());
    assert_eq!(counted(&ground, "refused", "passwords.wrong"), Some(12));
}

#[test]
fn nothing_of_an_unsigned_link_is_answered() {
    let ground = Ground::start();
    let mut peer = ground.connect();
    let query = Query::Heads { after: mychat::domain::ConversationId(0) };
    assert_eq!(reason(peer.query(query)), Reason::NotSignedIn);
    let token = Auth::Token {
        account: mychat::domain::AccountId(10_001),
        device: peer.device,
        token: Opaque(vec![7; 32]),
        presence: None,
    };
    assert_eq!(reason(peer.auth(token)), Reason::TokenInvalid);
}
