//! Property: a changed client that goes on whatever it is answered gets no more than everybody, and takes
//! nothing from anybody.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use mychat::clock::uptime;
use mychat::domain::{AccountId, Body, ConversationId, GroupId, Nonce, Target};
use mychat::limits::Limits;
use mychat::net::opaque;
use mychat::net::protocol::{Auth, ClientFrame, Command, ContactAnswer, Event, Reason, VERSION};

use crate::ground::{Ground, REGISTERING, pass, source};
use crate::peer::{NEWEST, PASSWORD, Peer, fresh, text};
use crate::size;

/// Devices of the one who floods.
const DEVICES: u8 = 5;
/// What others say meanwhile.
const WORDS: usize = 60;
/// Passwords that a guesser tries on one link.
const TRIES: usize = 5;
/// A message is taken although its turn comes this much later.
const BOOKED: u64 = 10;

#[test]
fn a_flood_of_messages_and_shakes_gets_its_share_and_no_more() {
    let Some(ground) = Ground::start(&[&REGISTERING]) else { return };
    let mut victim = ground.register(source(121, 0), "Momo");
    let mut flooders = devices(&ground, &mut victim);
    let began = uptime();
    let me = Target::Account(victim.account());
    let is_over = AtomicBool::new(false);
    let account = flooders[0].account();
    thread::scope(|scope| {
        for peer in &mut flooders {
            let pour = || pour(peer, me, &is_over);
            thread::Builder::new().name("flood".to_owned()).spawn_scoped(scope, pour).unwrap();
        }
        let mut lime = ground.register(source(121, 1), "Lime");
        for number in 0..WORDS {
            let said = lime.say(Target::Lobby, text("as always")).unwrap();
            assert_eq!(said.seq.0, number as u64 + 1, "nothing of it is lost");
            // What one person may say in the long run.
            pass(Duration::from_millis(200));
        }
        is_over.store(true, Ordering::Relaxed);
    });
    drop(flooders);
    let seconds = uptime().saturating_sub(began).as_secs() + 1;
    let (words, shakes) = heard(&mut victim, account);
    let limits = Limits::default();
    let share = limits.messages_burst + limits.messages_per_second * (seconds + BOOKED);
    assert!(words <= share + u64::from(DEVICES), "{words} in {seconds} s, at most {share}");
    assert!(shakes <= 1 + seconds / limits.shake_pair_seconds, "{shakes} in {seconds} s");
    assert!(words > 0 && shakes > 0, "and gets its share");
}

/// Two who are friends; the one who floods has several devices.
fn devices(ground: &Ground, victim: &mut Peer) -> Vec<Peer> {
    let from = source(122, 0);
    let mut first = ground.register(from, "Flood");
    let (greeting, remark, group) = (String::new(), String::new(), GroupId::FIRST);
    let to = victim.account();
    first.command(Command::AskContact { to, greeting, group, remark }).unwrap();
    accept(victim, first.account());
    let others = (1..DEVICES).map(|_| ground.sign_in(from, "Flood").0);
    std::iter::once(first).chain(others.collect::<Vec<_>>()).collect()
}

fn accept(victim: &mut Peer, of: AccountId) {
    let answer = ContactAnswer::Accept { group: GroupId::FIRST, remark: String::new() };
    victim.command(Command::AnswerContact { from: of, answer }).unwrap();
    victim.drain();
}

/// Sends and sends, and never looks at an answer.
fn pour(peer: &mut Peer, to: Target, is_over: &AtomicBool) {
    for id in 0..size(2_000, 20_000) {
        let body = if id % 10 == 0 { Body::Shake {} } else { text("flood") };
        let command = Command::Send { to, nonce: Nonce(fresh()), body };
        let frame = ClientFrame::Command { id: 1_000 + id as u64, command };
        if is_over.load(Ordering::Relaxed) || peer.try_send(&frame).is_err() {
            return;
        }
    }
}

/// How many texts of somebody came, and how often it shook.
fn heard(victim: &mut Peer, from: AccountId) -> (u64, u64) {
    let (mut words, mut shakes) = (0, 0);
    let mut log = None;
    for event in victim.drain() {
        match event {
            Event::Message(message) if message.from == from => {
                assert!(log.is_none_or(|log| log < message.seq), "in order");
                log = Some(message.seq);
                words += u64::from(matches!(message.body, Body::Text { .. }));
            }
            Event::Shaken { .. } => shakes += 1,
            _ => {}
        }
    }
    (words, shakes)
}

#[test]
fn guessing_from_many_addresses_keeps_nobody_out_of_the_account() {
    let Some(ground) = Ground::start(&[&REGISTERING]) else { return };
    let mut lime = ground.register(source(123, 0), "Lime");
    let most = usize::try_from(Limits::default().passwords_wrong).unwrap();
    for address in 0..size(12, 100) {
        let tries = on_links(&ground, address, most + 2, |number, link| {
            link.sign_in("Lime", &format!("{PASSWORD} {number}")).unwrap_err().reason
        });
        let wrong = tries.iter().filter(|reason| **reason == Reason::WrongPassword).count();
        assert_eq!((wrong, tries[most]), (most, Reason::LockedOut), "{tries:?}");
    }
    ground.sign_in(source(123, 0), "Lime").0.barrier();
    ground.sign_in(source(123, 1), "Lime").0.barrier();
    lime.say(Target::Lobby, text("mine")).unwrap();
    assert_eq!(lime.history(ConversationId::LOBBY, NEWEST).0.len(), 1);
}

#[test]
fn guessing_at_many_accounts_from_one_address_is_bounded_by_the_address() {
    let Some(ground) = Ground::start(&[&REGISTERING]) else { return };
    drop(ground.register(source(125, 0), "Lime"));
    let began = uptime();
    // Names that nobody has are challenged like others. A guesser that is refused has no challenge.
    let start = |number: usize, link: &mut Peer| {
        let login = if number == 0 { "Lime".to_owned() } else { format!("nobody {number}") };
        let (_, request) = opaque::sign_in_start(PASSWORD).unwrap();
        link.auth(Auth::SignInStart { login, request }).err().map(|refusal| refusal.reason)
    };
    let tries = on_links(&ground, 0, 50, start);
    let guessed = tries.iter().filter(|reason| reason.is_none()).count() as u64;
    let seconds = uptime().saturating_sub(began).as_secs() + 1;
    let a_minute = Limits::default().passwords_per_minute;
    assert!(guessed <= a_minute + a_minute * seconds / 60 + 1, "{guessed} in {seconds} s");
    assert!(tries.contains(&Some(Reason::LockedOut)), "{guessed} in {seconds} s");
    ground.sign_in(source(125, 1), "Lime").0.barrier();
}

/// Tries of one address, a few on each link, and what each was answered.
fn on_links<T>(
    ground: &Ground,
    address: usize,
    count: usize,
    one: impl Fn(usize, &mut Peer) -> T,
) -> Vec<T> {
    let mut answers = Vec::new();
    for first in (0..count).step_by(TRIES) {
        let mut peer = ground.stranger(source(124, address)).unwrap();
        peer.hello(VERSION).unwrap();
        answers.extend((first..count.min(first + TRIES)).map(|number| one(number, &mut peer)));
    }
    answers
}
