//! Property: SIGKILL in the middle of a thousand sends loses nothing acknowledged and doubles
//! nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use mychat::domain::{
    AccountId, Body, ConversationId, ConversationKind, DeviceId, Message, Nonce, Seq, Target,
};
use mychat::net::link::LinkError;
use mychat::net::protocol::{ClientFrame, Command, Event, Head, Opaque, Page, ServerFrame};

use crate::peer::{Peer, set, text};
use crate::process::{Process, free_address};

const PEOPLE: usize = 3;
const SENDS: usize = 1_000;
const KILLS: u64 = 3;
/// Set to try more seeds than a gate has time for.
const SEEDS: &str = "MYCHAT_CRASH_SEEDS";
/// Sends of one person that wait for their acknowledgement, at most.
const IN_FLIGHT_MAX: u64 = 24;

/// Settings whose bounds do not stand in a test's way.
const SETTINGS: [(&str, &str); 5] = [
    ("messages.burst", "100000"),
    ("messages.per_second", "100000"),
    ("lobby.per_second", "100000"),
    ("links.new_per_minute", "100000"),
    ("disk.free_mib", "0"),
];

/// One person, with everything that has to survive the server's death.
struct Person {
    number: usize,
    account: AccountId,
    device: DeviceId,
    token: Opaque,
    /// What is to be said, in order, until it is acknowledged.
    waiting: Vec<Wanted>,
    acknowledged: BTreeMap<Nonce, Message>,
    /// Everything that came live, by place.
    heard: BTreeMap<(ConversationId, Seq), Message>,
    in_flight: usize,
}

#[derive(Clone)]
struct Wanted {
    to: Target,
    nonce: Nonce,
    words: String,
}

/// The server, until somebody kills it: when so many sends were acknowledged.
struct Victim {
    process: Option<Process>,
    acknowledged: u64,
    kill_at: u64,
}

impl Victim {
    fn note(victim: &Mutex<Victim>) {
        let mut victim = victim.lock().unwrap();
        victim.acknowledged += 1;
        if victim.acknowledged == victim.kill_at
            && let Some(process) = victim.process.take()
        {
            process.kill();
        }
    }
}

#[test]
fn a_killed_server_loses_and_doubles_nothing() {
    let seeds = std::env::var(SEEDS).ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(3);
    for seed in 1..=seeds {
        println!("seed {seed}");
        kill_and_restart(seed);
    }
}

fn kill_and_restart(seed: u64) {
    let mut chance = Chance(seed);
    let folder = tempfile::tempdir().unwrap();
    for (key, value) in SETTINGS {
        set(folder.path(), key, value);
    }
    let mut process = Process::start(folder.path(), free_address());
    let address = process.address;
    let (mut people, mut peers) = register(address, &mut chance);
    let mut acknowledged = 0;
    for kill in 1..=KILLS {
        let share = SENDS as u64 / (KILLS + 1);
        let kill_at = kill * share + chance.below(share);
        println!("  kill {kill} at {kill_at} acknowledged");
        acknowledged = talk(&mut people, peers, Some(process), acknowledged, kill_at);
        assert!(people.iter().any(|person| !person.waiting.is_empty()));
        process = Process::start(folder.path(), address);
        peers = people.iter().map(|person| person.come_back(address)).collect();
    }
    talk(&mut people, peers, None, acknowledged, u64::MAX);
    assert!(people.iter().all(|person| person.waiting.is_empty()));
    process.kill();
    check(folder.path(), address, &people);
}

fn register(address: SocketAddr, chance: &mut Chance) -> (Vec<Person>, Vec<Peer>) {
    let mut peers = Vec::new();
    for nickname in &["Lime", "Momo", "Plum"][..PEOPLE] {
        let mut peer = Peer::connect(address);
        peer.register(nickname).unwrap();
        peers.push(peer);
    }
    let accounts: Vec<AccountId> = peers.iter().map(Peer::account).collect();
    let people = peers.iter().enumerate().map(|(number, peer)| Person {
        number,
        account: accounts[number],
        device: peer.device,
        token: peer.token.clone().unwrap(),
        waiting: (number..SENDS).step_by(PEOPLE).map(|send| wanted(&accounts, send)).collect(),
        acknowledged: BTreeMap::new(),
        heard: BTreeMap::new(),
        in_flight: usize::try_from(1 + chance.below(IN_FLIGHT_MAX)).unwrap(),
    });
    (people.collect(), peers)
}

/// By turns to the lobby and to somebody else; the words say whose and which it is.
fn wanted(accounts: &[AccountId], send: usize) -> Wanted {
    let (who, turn) = (send % PEOPLE, send / PEOPLE);
    let to = match turn % 3 {
        0 => Target::Lobby,
        step => Target::Account(accounts[(who + step) % PEOPLE]),
    };
    let mut nonce = [0; 16];
    nonce[..8].copy_from_slice(&(send as u64).to_be_bytes());
    Wanted { to, nonce: Nonce(nonce), words: format!("{who}:{turn:04}") }
}

/// Everybody says what waits, until all is said or the server is killed.
fn talk(
    people: &mut [Person],
    peers: Vec<Peer>,
    process: Option<Process>,
    acknowledged: u64,
    kill_at: u64,
) -> u64 {
    let victim = Mutex::new(Victim { process, acknowledged, kill_at });
    thread::scope(|scope| {
        for (person, mut peer) in people.iter_mut().zip(peers) {
            let victim = &victim;
            let name = format!("person-{}", person.number);
            let run = move || person.talk(&mut peer, || Victim::note(victim));
            thread::Builder::new().name(name).spawn_scoped(scope, run).unwrap();
        }
    });
    victim.into_inner().unwrap().acknowledged
}

impl Person {
    fn come_back(&self, address: SocketAddr) -> Peer {
        let mut peer = Peer::connect(address);
        peer.device = self.device;
        assert_eq!(peer.sign_in_by_token(self.account, &self.token), Ok(self.account));
        peer
    }

    /// Sends in order, several at a time, and keeps what is acknowledged.
    fn talk(&mut self, peer: &mut Peer, mut note: impl FnMut()) {
        let queue = self.waiting.clone();
        let mut newest = BTreeMap::new();
        let mut sent = 0;
        while !self.waiting.is_empty() {
            let open = sent - (queue.len() - self.waiting.len());
            let step = match queue.get(sent) {
                Some(wanted) if open < self.in_flight => {
                    sent += 1;
                    send(peer, sent as u64, wanted).map(|()| None)
                }
                _ => peer.read().map(Some),
            };
            match step {
                // Who writes first is a stranger, and no more one once it is answered.
                Ok(
                    None
                    | Some(ServerFrame::Event(
                        Event::Presence { .. }
                        | Event::Message(Message { body: Body::Notice(_), .. }),
                    )),
                ) => {}
                Ok(Some(ServerFrame::Event(Event::Message(message)))) => {
                    if message.from == self.account {
                        self.acknowledge(message);
                        note();
                    } else {
                        let last = newest.insert(message.conversation, message.seq);
                        assert!(last < Some(message.seq), "{last:?} before {message:?}");
                        self.heard.insert((message.conversation, message.seq), message);
                    }
                }
                Ok(Some(other)) => panic!("unexpected {other:?}"),
                Err(LinkError::Timeout) => panic!("the server does not answer"),
                Err(_) => return,
            }
        }
    }

    /// Acknowledgements come in the order of the sends.
    fn acknowledge(&mut self, message: Message) {
        let wanted = self.waiting.remove(0);
        assert_eq!((message.nonce, &message.body), (wanted.nonce, &text(&wanted.words)));
        assert!(self.acknowledged.insert(message.nonce, message).is_none());
    }
}

fn send(peer: &mut Peer, id: u64, wanted: &Wanted) -> Result<(), LinkError> {
    let Wanted { to, nonce, words } = wanted.clone();
    let command = Command::Send { to, nonce, body: text(&words) };
    peer.try_send(&ClientFrame::Command { id: 1_000_000 + id, command })
}

/// Reads everything back from a server that was started once more.
fn check(folder: &Path, address: SocketAddr, people: &[Person]) {
    let process = Process::start(folder, address);
    let mut logs: BTreeMap<ConversationId, Vec<Message>> = BTreeMap::new();
    for person in people {
        let mut peer = person.come_back(address);
        let said = |head: &Head| !matches!(head.kind, ConversationKind::Notices { .. });
        for head in peer.heads().into_iter().filter(said) {
            let log = read_whole(&mut peer, head.conversation);
            assert_eq!(log.len() as u64, head.head.0);
            let same = logs.entry(head.conversation).or_insert_with(|| log.clone());
            assert_eq!(*same, log, "everybody reads the same");
        }
    }
    process.kill();
    let mut nonces = BTreeSet::new();
    for log in logs.values() {
        for (message, seq) in log.iter().zip(1..) {
            assert_eq!(message.seq, Seq(seq), "no gaps");
            assert!(nonces.insert(message.nonce), "{message:?} stands twice");
        }
        for person in people {
            let words = log.iter().filter(|message| message.from == person.account);
            let words: Vec<String> = words.map(words_of).collect();
            assert!(words.is_sorted(), "{} spoke in another order: {words:?}", person.number);
        }
    }
    assert_eq!(nonces.len(), SENDS, "everything was said in the end");
    for person in people {
        for message in person.acknowledged.values().chain(person.heard.values()) {
            let index = usize::try_from(message.seq.0).unwrap() - 1;
            assert_eq!(logs[&message.conversation][index], *message, "as acknowledged");
        }
    }
}

fn words_of(message: &Message) -> String {
    match &message.body {
        Body::Text { text, .. } => text.clone(),
        other => panic!("nobody said {other:?}"),
    }
}

fn read_whole(peer: &mut Peer, conversation: ConversationId) -> Vec<Message> {
    let mut log: Vec<Message> = Vec::new();
    loop {
        let last = log.last().map_or(Seq::ZERO, |message| message.seq);
        let (page, more) = peer.history(conversation, Page::After(last));
        log.extend(page);
        if !more {
            return log;
        }
    }
}

/// Chance that a printed seed repeats (splitmix64).
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }
}
