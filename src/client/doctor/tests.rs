//! Property: every way in which a server cannot be used has its own verdict, on real sockets of this
//! computer, and every check is told exactly once within its time.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use super::*;
use crate::net::frame::{self, FRAME_BYTES_MAX};
use crate::net::protocol::{
    ALPN_CHAT, Event, Goodbye, Registration, ServerFrame, VERSION, Welcome,
};
use crate::net::tls::{self, Identity};

/// What a server told, by check.
fn examined(address: SocketAddr, expected: Option<ServerId>) -> BTreeMap<Check, Verdict> {
    examined_as(address, expected, true)
}

fn examined_as(
    address: SocketAddr,
    expected: Option<ServerId>,
    is_met: bool,
) -> BTreeMap<Check, Verdict> {
    let address = Address { host: address.ip().to_string(), port: address.port() };
    let told = RefCell::new(BTreeMap::new());
    let tell = |check, verdict| {
        assert!(told.borrow_mut().insert(check, verdict).is_none(), "{check:?} was told twice");
    };
    smol::block_on(server::examine(&Server { address, expected, is_met }, &tell));
    let told = told.into_inner();
    assert_eq!(told.len(), 5, "{told:?}");
    told
}

/// A listener whose links are given to `serve`, one after the other, as long as the test runs.
fn listen(serve: impl Fn(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::Builder::new()
        .name("listener".into())
        .spawn(move || listener.incoming().flatten().for_each(serve))
        .unwrap();
    address
}

/// A server with a key of its own that answers hello with one frame.
fn mychat(answer: &ServerFrame) -> (SocketAddr, ServerId) {
    saying(std::slice::from_ref(answer))
}

/// The same, whatever it says.
fn saying(answers: &[ServerFrame]) -> (SocketAddr, ServerId) {
    let identity = Identity::generate().unwrap();
    let id = identity.server_id();
    let config = identity.server_config(&[ALPN_CHAT]).unwrap();
    let bytes = answers.iter().map(|answer| frame::encode(answer, FRAME_BYTES_MAX).unwrap());
    let bytes = bytes.collect::<Vec<_>>().concat();
    let address = listen(move |stream| {
        use smol::io::{AsyncReadExt, AsyncWriteExt};
        let serving = async {
            let stream = async_io::Async::new(stream).ok()?;
            let (mut stream, _) = tls::accept(stream, config.clone()).await.ok()?;
            let mut hello = [0; 64];
            stream.read(&mut hello).await.ok()?;
            stream.write_all(&bytes).await.ok()?;
            stream.flush().await.ok()?;
            // Until the client hangs up.
            while stream.read(&mut hello).await.ok()? > 0 {}
            Some(())
        };
        smol::block_on(serving);
    });
    (address, id)
}

fn welcome(version: u16, now: i64) -> ServerFrame {
    ServerFrame::Welcome(Welcome {
        version,
        features: Vec::new(),
        program: "mychat 7".into(),
        name: "Lab".into(),
        registration: Registration::Open,
        online: 0,
        now,
        generation: None,
    })
}

fn skipped(told: &BTreeMap<Check, Verdict>) -> Vec<Check> {
    let skipped = told.iter().filter(|(_, verdict)| **verdict == Verdict::Skipped);
    skipped.map(|(check, _)| *check).collect()
}

#[test]
fn a_server_that_is_well_is_fine() {
    let (address, id) = mychat(&welcome(VERSION, clock::wall_ms()));
    let told = examined(address, Some(id));
    assert!(told.values().all(|verdict| verdict.state() == State::Fine), "{told:?}");
    assert_eq!(told[&Check::Key], Verdict::Proven(id));
    assert_eq!(told[&Check::Version], Verdict::Speaks("mychat 7".into()));
    assert_eq!(examined(address, None)[&Check::Key], Verdict::FirstMet(id));
}

#[test]
fn another_key_is_a_hard_stop() {
    let (address, offered) = mychat(&welcome(VERSION, 1));
    let expected = ServerId([9; 32]);
    let told = examined(address, Some(expected));
    assert_eq!(told[&Check::Key], Verdict::KeyChanged { expected, offered });
    assert_eq!(told[&Check::Key].state(), State::Failed);
    let told = examined_as(address, Some(expected), false);
    assert_eq!(told[&Check::Key], Verdict::KeyOther { expected, offered }, "never met: no change");
    assert_eq!(told[&Check::Key].state(), State::Failed);
    assert_eq!(skipped(&told), [Check::Version, Check::Clock, Check::Latency]);
}

#[test]
fn versions_clocks_and_goodbyes_are_told() {
    let told = examined(mychat(&ServerFrame::Goodbye(Goodbye::TooOld)).0, None);
    assert_eq!(told[&Check::Version], Verdict::ClientOld);
    let told = examined(mychat(&welcome(VERSION - 1, clock::wall_ms())).0, None);
    assert_eq!(told[&Check::Version], Verdict::ServerOld("mychat 7".into()));
    let told = examined(mychat(&ServerFrame::Goodbye(Goodbye::Banned)).0, None);
    assert_eq!(told[&Check::Version], Verdict::SaidGoodbye(Goodbye::Banned));
    let why = Event::parting("刷屏".to_owned()).unwrap();
    let kept_out = [ServerFrame::Event(why), ServerFrame::Goodbye(Goodbye::Banned)];
    let told = examined(saying(&kept_out).0, None);
    assert_eq!(told[&Check::Version], Verdict::SaidGoodbye(Goodbye::Banned));
    let told = examined(mychat(&ServerFrame::Pong { id: 1 }).0, None);
    assert_eq!(told[&Check::Version], Verdict::Garbled);
    let told = examined(mychat(&welcome(VERSION, clock::wall_ms() + 7_200_500)).0, None);
    assert!(matches!(told[&Check::Clock], Verdict::ClockAhead(7_198..=7_201)), "{told:?}");
}

#[test]
fn a_closed_port_an_unknown_name_and_no_route_are_told_apart() {
    // Bound and not listening: the port stays closed for as long as this socket lives.
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let told = examined(socket.local_addr().unwrap().as_socket().unwrap(), None);
    assert!(matches!(told[&Check::Port], Verdict::Refused(_)), "{told:?}");
    assert_eq!(skipped(&told).len(), 4);

    // Longer than a name's part may be (RFC 1035), so that no network is asked.
    let address = Address { host: "x".repeat(64), port: 1 };
    let told = RefCell::new(Vec::new());
    let tell = |_, verdict| told.borrow_mut().push(verdict);
    smol::block_on(server::examine(&Server { address, expected: None, is_met: false }, &tell));
    assert!(matches!(told.borrow()[0], Verdict::NameUnknown(_)), "{told:?}");
}

/// Linux drops what knocks on a listener whose queue is full.
#[cfg(target_os = "linux")]
#[test]
fn a_computer_that_drops_everything_times_out() {
    use socket2::{Domain, Socket, Type};
    let any = SocketAddr::from(([127, 0, 0, 1], 0)).into();
    let full = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    full.bind(&any).unwrap();
    full.listen(0).unwrap();
    let silent = full.local_addr().unwrap();
    let knocking: [Socket; 8] = std::array::from_fn(|_| {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_nonblocking(true).unwrap();
        let _ = socket.connect(&silent);
        socket
    });
    let told = examined(silent.as_socket().unwrap(), None);
    assert!(matches!(told[&Check::Port], Verdict::TimedOut(_)), "{told:?}");
    assert!(told[&Check::Port].speaks_of_firewall());
    drop(knocking);
}

#[test]
fn what_is_no_mychat_is_named() {
    let web = listen(|mut stream| {
        // A whole handshake's first words, else what is left unread cuts the answer off.
        let mut request = [0; 16 * 1024];
        let _ = stream.read(&mut request);
        let _ = stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n\r\n");
    });
    assert_eq!(examined(web, None)[&Check::Key], Verdict::Http);
    let shell = listen(|mut stream| {
        let _ = stream.write_all(b"SSH-2.0-toy\r\n");
        let mut request = [0; 16 * 1024];
        let _ = stream.read(&mut request);
    });
    assert_eq!(examined(shell, None)[&Check::Key], Verdict::OtherProtocol);
    let config = Identity::generate().unwrap().server_config(&[b"h2"]).unwrap();
    let other = listen(move |stream| {
        let accepting = async {
            let stream = async_io::Async::new(stream).ok()?;
            tls::accept(stream, config.clone()).await.ok()
        };
        drop(smol::block_on(accepting));
    });
    assert_eq!(examined(other, None)[&Check::Key], Verdict::OtherTls);
    let rude = listen(drop);
    assert_eq!(examined(rude, None)[&Check::Key], Verdict::HungUp);
}

#[test]
fn a_listener_that_never_answers_is_mute() {
    let kept = std::sync::Mutex::new(Vec::new());
    let mute = listen(move |stream| kept.lock().unwrap().push(stream));
    let told = examined(mute, None);
    assert_eq!(told[&Check::Key], Verdict::Mute);
    assert_eq!(skipped(&told), [Check::Version, Check::Clock, Check::Latency]);
}

#[test]
fn every_check_is_told_once() {
    let (address, id) = mychat(&welcome(VERSION, clock::wall_ms()));
    let address = Address { host: address.ip().to_string(), port: address.port() };
    let plan = Plan { server: Some(Server { address, expected: Some(id), is_met: true }) };
    let mut told = Vec::new();
    examine(&plan, |finding| told.push(finding));
    let mut checks: Vec<Check> = told.iter().map(|finding| finding.check).collect();
    assert_eq!(checks.last(), Some(&Check::Firewall), "it weighs what the others say");
    checks.sort();
    assert_eq!(checks, Check::ALL);
    let port = told.iter().find(|finding| finding.check == Check::Port).unwrap();
    assert_eq!(port.verdict.state(), State::Fine);
}

#[test]
fn what_is_found_is_told_with_its_address() {
    let server = |n: u8| FoundServer {
        id: ServerId([n; 32]),
        name: format!("S{n}"),
        addresses: vec![Address { host: format!("10.0.0.{n}"), port: 1029 }],
        fingerprint: String::new(),
    };
    let found = |many: u8, address| {
        let servers: Vec<FoundServer> = (1..=many).map(server).collect();
        judge_search(servers.iter(), address)
    };
    let two = Verdict::ServersFound("S1 (10.0.0.1:1029), S2 (10.0.0.2:1029)".into());
    assert_eq!(found(2, false), two);
    assert_eq!(found(0, false), Verdict::NoServers);
    assert_eq!(found(0, true), Verdict::NoServersHere);
    let Verdict::ServersFound(many) = found(20, true) else { panic!() };
    assert!(many.ends_with("S8 (10.0.0.8:1029), ..."), "{many}");
}

#[test]
fn a_server_on_this_computer_needs_no_network() {
    let at = |host: &str| {
        let address = Address { host: host.into(), port: 1 };
        is_here(Some(&Server { address, expected: None, is_met: false }))
    };
    assert!(at("localhost") && at("127.0.0.1") && at("::1"));
    assert!(!at("10.0.0.1") && !at("example.org") && !is_here(None));
}

#[test]
fn samples_have_codes_of_their_own() {
    let samples = verdict::samples();
    let codes: std::collections::BTreeSet<_> = samples.iter().map(Verdict::code).collect();
    assert_eq!(codes.len(), samples.len());
    assert!(codes.iter().all(|code| !code.starts_with("doctor.")));
}
