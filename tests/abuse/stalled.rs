//! People in a busy room who read nothing, while others talk there.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mychat::clock::uptime;
use mychat::domain::{ConversationKind, Joining, Nonce, RoomId, Seq, Target};
use mychat::net::link::LinkError;
use mychat::net::protocol::{ClientFrame, Command, Event, Page, Reply, ServerFrame, VERSION};
use mychat::server::bounds::Bound;

use crate::ground::{Ground, REGISTERING, at_once, by_few, network_kib, pass, source, until};
use crate::peer::{Peer, fresh, text};

/// Those who talk.
const TALKERS: usize = 4;
/// Of those who read nothing every so-manieth reads everything afterwards.
const THOROUGH: usize = 20;

const SETTINGS: [(&str, &str); 8] = [
    ("messages.burst", "100000"),
    ("messages.per_second", "100000"),
    ("room.per_second", "100000"),
    ("queries.per_second", "100000"),
    ("pages.burst", "100000"),
    ("links.per_address", "100000"),
    ("links.new_per_minute", "100000"),
    ("links.token_per_minute", "100000"),
];

/// How much of it.
pub struct Size {
    pub readers: usize,
    /// Of each who talks.
    pub messages: usize,
    pub pace: Duration,
}

/// What it did to the server and the others.
pub struct Found {
    pub echoes: Vec<Duration>,
    pub grown_kib: u64,
    pub network_kib: u64,
}

/// Everybody talks at once. `None` where it cannot be tried here.
pub fn run(size: &Size) -> Option<Found> {
    let ground = Ground::start(&[&REGISTERING, &SETTINGS])?;
    let mut talkers = vec![ground.register(source(110, 0), "talker 0")];
    let room = open(&mut talkers[0]);
    talkers.extend((1..TALKERS).map(|number| member(&ground, room, "talker", number)));
    let mut stalled = by_few(size.readers, |number| member(&ground, room, "stalled", number));
    for peer in talkers.iter_mut().chain(&mut stalled) {
        peer.drain();
    }
    ground.forget_peak();
    let (before, network) = (ground.resident_kib(), network_kib());
    let most = AtomicU64::new(0);
    let told = at_once_mut(&mut talkers, |peer| talk(peer, room, (size, &most)));
    let found = Found {
        echoes: told.into_iter().flatten().collect(),
        grown_kib: ground.peak_kib().saturating_sub(before),
        network_kib: most.into_inner().saturating_sub(network),
    };
    let cut = [Bound::Outbox, Bound::Stall];
    until("all who read nothing are cut", || ground.refused(&cut) >= stalled.len() as u64);
    let head = head_of(&mut talkers[0], room);
    let stalled: Vec<_> = stalled.into_iter().map(std::sync::Mutex::new).collect();
    by_few(stalled.len(), |number| {
        let mut peer = stalled[number].lock().unwrap();
        assert!(!matches!(read_to_the_end(&mut peer), LinkError::Timeout), "it was not cut");
        come_back(&ground, &peer, room, (number % THOROUGH == 0, head));
    });
    Some(found)
}

fn at_once_mut<T: Send>(peers: &mut [Peer], one: impl Fn(&mut Peer) -> T + Sync) -> Vec<T> {
    let peers: Vec<_> = peers.iter_mut().map(std::sync::Mutex::new).collect();
    at_once(peers.len(), |number| one(&mut peers[number].lock().unwrap()))
}

fn open(peer: &mut Peer) -> RoomId {
    let (name, joining) = ("busy".to_owned(), Joining::Open);
    let create = Command::CreateRoom { name, joining, invite: Vec::new(), colour: None };
    match peer.make(create) {
        Ok(Reply::Room { room, .. }) => room.room,
        other => panic!("no room: {other:?}"),
    }
}

fn member(ground: &Ground, room: RoomId, name: &str, number: usize) -> Peer {
    let mut peer = ground.register(source(111, number), &format!("{name} {number}"));
    peer.command(Command::JoinRoom { room, greeting: String::new() }).unwrap();
    peer
}

/// Says so many long things, and hears those of everybody, without a gap.
fn talk(peer: &mut Peer, room: RoomId, (size, network): (&Size, &AtomicU64)) -> Vec<Duration> {
    let mut heard = Heard::default();
    let mut echoes = Vec::new();
    let long = "x".repeat(16_000);
    for id in 0..size.messages {
        let (began, nonce) = (uptime(), Nonce(fresh()));
        let command = Command::Send { to: Target::Room(room), nonce, body: text(&long) };
        peer.send(&ClientFrame::Command { id: 1_000_000 + id as u64, command });
        while heard.next(peer) != nonce {}
        echoes.push(uptime().saturating_sub(began));
        network.fetch_max(network_kib(), Ordering::Relaxed);
        pass(size.pace.saturating_sub(uptime().saturating_sub(began)));
    }
    while heard.count < TALKERS * size.messages {
        heard.next(peer);
    }
    echoes
}

#[derive(Default)]
struct Heard {
    last: Option<Seq>,
    count: usize,
}

impl Heard {
    fn next(&mut self, peer: &mut Peer) -> Nonce {
        loop {
            match peer.read().unwrap() {
                ServerFrame::Event(Event::Message(message)) => {
                    let expected = self.last.map_or(message.seq, |last| Seq(last.0 + 1));
                    assert_eq!(message.seq, expected, "in order, and none is missing");
                    self.last = Some(message.seq);
                    self.count += 1;
                    return message.nonce;
                }
                ServerFrame::Event(_) => {}
                other => panic!("unexpected {other:?}"),
            }
        }
    }
}

fn head_of(peer: &mut Peer, room: RoomId) -> Seq {
    let heads = peer.heads();
    heads.iter().find(|head| head.kind == ConversationKind::Room { room }).unwrap().head
}

fn read_to_the_end(peer: &mut Peer) -> LinkError {
    loop {
        if let Err(error) = peer.read() {
            return error;
        }
    }
}

/// Everything that was said is there for who was cut.
fn come_back(ground: &Ground, cut: &Peer, room: RoomId, (is_thorough, last): (bool, Seq)) {
    let mut peer = ground.stranger(source(112, 0)).unwrap();
    peer.hello_as(VERSION, true).unwrap();
    peer.device = cut.device;
    peer.sign_in_by_token(cut.account(), cut.token.as_ref().unwrap()).unwrap();
    let heads = peer.heads();
    let head = heads.iter().find(|head| head.kind == ConversationKind::Room { room }).unwrap();
    assert_eq!(head.head, last);
    if !is_thorough {
        return;
    }
    let mut next = None;
    loop {
        let after = Seq(next.map_or(0, |next: u64| next - 1));
        let (messages, more) = peer.history(head.conversation, Page::After(after));
        for message in &messages {
            assert_eq!(message.seq.0, next.unwrap_or(message.seq.0), "no gap");
            next = Some(message.seq.0 + 1);
        }
        if !more {
            break;
        }
    }
    assert_eq!(next, Some(last.0 + 1), "to the end");
}
