//! Property: single rules of the state's parts, each by hand: keys, links, order, marks.

use std::time::Duration;

use super::desk::Conversation;
use super::model::{ModelStore, SERVER, person};
use super::world::{Travelling, World, address};
use super::{Chance, Effect, Input, LinkInput, State};
use crate::client::api::{
    Answer, ClientEvent, Failure, Intent, LinkState, NO_RETRY, Secret, Trust,
};
use crate::clock::Moment;
use crate::domain::{AccountId, Body, ConversationKind, Nonce, Presence, Seq, ServerId, Target};
use crate::limits::{FIRST_PAGE, REST_AFTER, SHAKE_LATE_MAX, TAIL_MAX, UNREAD_PAGE_MAX};
use crate::net::protocol::{
    ClientFrame, Event, Goodbye, Page, PresenceChange, Reason, Reply, ServerFrame, Stretch,
};
use crate::store::local::KnownServer;

const OTHER: ServerId = ServerId([0x52; 32]);
const SECOND: Duration = Duration::from_secs(1);

/// One state by hand: no server, no network.
pub(super) struct Alone {
    pub(super) state: State,
    pub(super) now: Duration,
    pub(super) effects: Vec<Effect>,
}

impl Alone {
    pub(super) fn new(store: &ModelStore) -> Self {
        let chance = Chance::from_seed([3; 32]);
        let state = State::new(store.start(), "alone", Stretch::CHEAP, chance);
        Alone { state, now: SECOND, effects: Vec::new() }
    }

    pub(super) fn input(&mut self, input: Input) -> &[Effect] {
        self.effects.clear();
        let moment = Moment { wall_ms: 0, uptime: self.now };
        self.state.handle(input, moment, &mut self.effects);
        &self.effects
    }

    pub(super) fn connect(&mut self, trust: Trust) {
        self.input(Input::Intent(Intent::Connect { address: address(), trust }));
    }

    /// What comes of the newest link.
    pub(super) fn link(&mut self, what: LinkInput) -> &[Effect] {
        let number = self.state.link.number;
        self.input(Input::Link(number, what))
    }

    pub(super) fn down(&self) -> Option<(u64, Failure)> {
        self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Emit(ClientEvent::Link(LinkState::Down { retry_in_ms, why })) => {
                Some((*retry_in_ms, why.clone()))
            }
            _ => None,
        })
    }
}

fn store_with_pin(id: ServerId) -> ModelStore {
    let mut store = ModelStore::default();
    let addresses = vec![(address().host, address().port)];
    let pin = KnownServer { id, name: "pinned".into(), addresses, since: 5, used: 5 };
    store.servers.insert(id, pin);
    store
}

#[test]
fn the_wait_grows_with_every_failure_and_is_cut_short_on_request() {
    let mut alone = Alone::new(&ModelStore::default());
    alone.connect(Trust::First);
    for base_s in [1, 2, 4, 8, 16, 30, 30, 30] {
        alone.link(LinkInput::Failed(Failure::PortClosed));
        let (wait_ms, why) = alone.down().unwrap();
        assert_eq!(why, Failure::PortClosed);
        assert!((base_s * 750..=base_s * 1000).contains(&wait_ms), "{wait_ms} of {base_s} s");
        alone.now = alone.state.wake_at().unwrap();
        alone.input(Input::Tick);
        assert!(matches!(alone.effects[..], [.., Effect::Dial { .. }]), "{:?}", alone.effects);
    }
    alone.link(LinkInput::Failed(Failure::NameUnknown));
    alone.input(Input::Intent(Intent::ReconnectNow));
    assert!(matches!(alone.effects[..], [.., Effect::Dial { .. }]));
}

#[test]
fn a_key_is_judged_before_anything_is_sent() {
    #[derive(Debug, PartialEq)]
    enum Judged {
        Greeted,
        Asked,
        Changed,
        Other,
    }
    use Judged::{Asked, Changed, Greeted, Other};
    let cases = [
        (None, Trust::Ask, SERVER, Asked),
        (None, Trust::First, SERVER, Greeted),
        (None, Trust::Key(SERVER), SERVER, Greeted),
        (None, Trust::Key(SERVER), OTHER, Other),
        (Some(SERVER), Trust::Key(SERVER), OTHER, Changed),
        (Some(SERVER), Trust::Key(OTHER), SERVER, Other),
        (Some(SERVER), Trust::Ask, SERVER, Greeted),
        (Some(SERVER), Trust::Ask, OTHER, Changed),
        (Some(SERVER), Trust::First, OTHER, Changed),
        (Some(SERVER), Trust::Key(OTHER), OTHER, Greeted),
        (Some(SERVER), Trust::Replace(OTHER), OTHER, Greeted),
        (Some(SERVER), Trust::Replace(OTHER), SERVER, Other),
    ];
    for (pinned, trust, offered, expected) in cases {
        let store = pinned.map(store_with_pin).unwrap_or_default();
        for wrong_key in [false, true] {
            if wrong_key && !matches!(expected, Changed | Other) {
                continue;
            }
            let mut alone = Alone::new(&store);
            alone.connect(trust);
            alone.link(match wrong_key {
                true => LinkInput::WrongKey(offered),
                false => LinkInput::Secured(offered),
            });
            let judged = alone.effects.iter().find_map(|effect| match effect {
                Effect::Write(ClientFrame::Hello(_)) => Some(Greeted),
                Effect::Emit(ClientEvent::TrustNeeded { .. }) => Some(Asked),
                Effect::Emit(ClientEvent::KeyChanged { .. }) => Some(Changed),
                Effect::Emit(ClientEvent::KeyOther { .. }) => Some(Other),
                _ => None,
            });
            assert_eq!(judged.as_ref(), Some(&expected), "{pinned:?} {trust:?} {offered:?}");
            if expected != Greeted {
                assert_eq!(alone.down().map(|down| down.0), Some(NO_RETRY));
                assert_eq!(alone.state.wake_at(), None, "no try before the person decides");
                let wrote = |effect: &Effect| matches!(effect, Effect::Write(_));
                assert!(!alone.effects.iter().any(wrote), "nothing was sent");
            }
        }
    }
}

#[test]
fn each_goodbye_has_its_consequence() {
    // Signed in before: whether the client comes back by itself, and what it says.
    let cases = [
        (Goodbye::TooSlow, true),
        (Goodbye::ShuttingDown, true),
        (Goodbye::Timeout, true),
        (Goodbye::TooManyLinks, true),
        (Goodbye::Unknown, true),
        (Goodbye::Replaced, false),
        (Goodbye::SignedOut, false),
        (Goodbye::PasswordChanged, false),
        (Goodbye::Kicked, false),
        (Goodbye::Deleted, false),
    ];
    for (goodbye, comes_back) in cases {
        let mut world = World::new(1, 1);
        world.run_for(SECOND);
        assert!(world.clients[0].signed_in);
        world.tell(0, ServerFrame::Goodbye(goodbye));
        world.run_for(SECOND * 10);
        assert_eq!(world.clients[0].state.is_signed_in(), comes_back, "{goodbye}");
        let told = world.clients[0].signed_out.clone();
        assert_eq!(told, (!comes_back).then_some(Failure::Goodbye(goodbye)), "{goodbye}");
    }
    let mut alone = Alone::new(&ModelStore::default());
    alone.connect(Trust::First);
    alone.link(LinkInput::Secured(SERVER));
    alone.link(LinkInput::Frame(ServerFrame::Goodbye(Goodbye::TooOld)));
    assert_eq!(alone.down(), Some((NO_RETRY, Failure::Version)));
}

#[test]
fn a_server_that_vanished_silently_is_noticed() {
    // Idle: asked after 20 s, given up after 20 s more. With an answer due: after 20 s.
    for (speaks, patience_s) in [(false, 41), (true, 21)] {
        let mut world = World::new(2, 1);
        world.run_for(SECOND);
        let wire = world.clients[0].link.unwrap();
        world.holes.insert(wire);
        if speaks {
            world.speak(0, Target::Lobby);
        }
        world.run_for(SECOND * (patience_s - 2));
        assert_eq!(world.clients[0].link, Some(wire), "not too early");
        world.run_for(SECOND * 3);
        assert_ne!(world.clients[0].link, Some(wire), "{speaks}");
        assert!(world.clients[0].state.is_signed_in());
    }
}

#[test]
fn a_person_who_only_reads_a_busy_lobby_is_not_taken_for_gone() {
    let mut world = World::new(3, 1);
    world.run_for(SECOND);
    let wire = world.clients[0].link.unwrap();
    let before = world.server.pings;
    for n in 0..120 {
        world.writer_says(AccountId(20_000), n);
        world.run_for(SECOND);
    }
    assert_eq!(world.clients[0].link, Some(wire));
    assert!(world.server.pings >= before + 2, "the server hangs up after 90 s without a word");
}

#[test]
fn a_link_that_nobody_signs_in_on_rests_and_is_dialled_when_somebody_does() {
    let mut alone = Alone::new(&ModelStore::default());
    alone.connect(Trust::First);
    alone.link(LinkInput::Secured(SERVER));
    let welcome = super::model::welcome();
    alone.link(LinkInput::Frame(ServerFrame::Welcome(welcome.clone())));
    assert_eq!(alone.state.wake_at(), Some(alone.now + REST_AFTER));
    alone.now += REST_AFTER;
    alone.input(Input::Tick);
    assert!(matches!(alone.effects[..], [Effect::Write(ClientFrame::Bye {}), Effect::HangUp]));
    assert_eq!(alone.state.wake_at(), None);
    alone.input(Input::Intent(Intent::SignIn {
        ticket: 1,
        login: "alice".into(),
        password: Secret::new("correct horse"),
        remember: false,
        presence: Presence::Online,
    }));
    assert!(alone.effects.iter().any(|effect| matches!(effect, Effect::Dial { .. })));
    // A dial that fails answers the one who waits for it.
    alone.link(LinkInput::Failed(Failure::Unreachable));
    let answered = |effect: &Effect| match effect {
        Effect::Emit(ClientEvent::Answered { ticket: 1, result }) => {
            matches!(result, Err(Failure::Unreachable))
        }
        _ => false,
    };
    assert!(alone.effects.iter().any(answered));
}

/// A world whose lobby has so many messages of a stranger before anybody signs in.
fn world_with_lobby(messages: u64) -> World {
    let mut world = World::new(4, 1);
    for n in 0..messages {
        world.stranger_says(n);
    }
    world.run_for(SECOND * 2);
    world
}

#[test]
fn of_a_long_log_only_the_last_page_is_fetched_at_first_sight() {
    let world = world_with_lobby(1000);
    let client = &world.clients[0];
    assert_eq!(client.emitted, UNREAD_PAGE_MAX);
    assert_eq!(client.last.values().copied().collect::<Vec<_>>(), [Seq(1000)]);
    assert_eq!(client.store.messages.len() as u64, UNREAD_PAGE_MAX);
}

#[test]
fn the_first_page_is_what_is_unread_within_bounds() {
    let mut log = Conversation::new(ConversationKind::Lobby);
    let (head, page, most) = (1_000, FIRST_PAGE, UNREAD_PAGE_MAX);
    log.head = Seq(head);
    let reads = [head, head - page + 1, head - page - 10, head - most, head - most - 1, 0];
    let begins =
        [head - page, head - page, head - page - 10, head - most, head - most, head - most];
    for (read, begin) in reads.into_iter().zip(begins) {
        log.read = Seq(read);
        assert_eq!(log.before_last_page(), Seq(begin), "read up to {read}");
    }
    (log.head, log.read) = (Seq(3), Seq(1));
    assert_eq!(log.before_last_page(), Seq(0));
}

#[test]
fn the_next_run_fetches_what_it_missed_or_starts_anew_where_that_is_much() {
    for (missed, emitted) in [(3, 3), (TAIL_MAX, TAIL_MAX), (TAIL_MAX + 1, UNREAD_PAGE_MAX)] {
        let mut world = world_with_lobby(10);
        world.hang_up(0);
        for n in 0..missed {
            world.stranger_says(100 + n);
        }
        world.clients[0].emitted = 0;
        world.kill(0);
        world.run_for(SECOND * 60);
        assert_eq!(world.clients[0].emitted, emitted, "{missed} missed");
        world.check_the_end();
    }
}

#[test]
fn so_does_a_run_that_goes_on_after_a_long_time_without_a_link() {
    for (missed, emitted) in [(TAIL_MAX, TAIL_MAX), (TAIL_MAX + 1, UNREAD_PAGE_MAX)] {
        let mut world = world_with_lobby(10);
        world.hang_up(0);
        for n in 0..missed {
            world.stranger_says(100 + n);
        }
        world.clients[0].emitted = 0;
        world.run_for(SECOND * 60);
        assert_eq!(world.clients[0].emitted, emitted, "{missed} missed");
        world.check_the_end();
        // What was skipped is no hole in the cache: it begins behind it.
        let first = world.clients[0].store.messages.keys().map(|(_, _, seq)| *seq).min();
        let begin = if missed > TAIL_MAX { 10 + missed - UNREAD_PAGE_MAX } else { 0 };
        assert_eq!(first, Some(Seq(begin + 1)));
    }
}

#[test]
fn history_comes_from_the_cache_as_far_as_it_goes_and_then_from_the_server() {
    let mut world = world_with_lobby(200);
    let page = |world: &mut World, page| {
        let ticket = world.ticket();
        world.intent(0, Intent::History { ticket, with: Target::Lobby, page, limit: 5 });
        world.run_for(SECOND);
        let answer = world.clients[0].answered.iter().find(|(other, _)| *other == ticket);
        match answer {
            Some((_, Ok(Answer::History { messages, more, .. }))) => {
                Ok((messages.iter().map(|m| m.seq.0).collect::<Vec<_>>(), *more))
            }
            Some((_, Err(failure))) => Err(failure.clone()),
            other => panic!("{other:?}"),
        }
    };
    let newest = Page::Before(Seq(u64::MAX));
    assert_eq!(page(&mut world, newest), Ok(((196..=200).collect(), true)));
    assert_eq!(page(&mut world, Page::Before(Seq(153))), Ok(((148..=152).collect(), true)));
    assert_eq!(page(&mut world, Page::Before(Seq(4))), Ok(((1..=3).collect(), false)));
    assert_eq!(page(&mut world, Page::After(Seq(0))), Ok(((1..=5).collect(), true)));
    assert_eq!(page(&mut world, Page::After(Seq(198))), Ok((vec![199, 200], false)));
    // Without a link the cache is all there is; it grew downwards by what was read.
    world.stop_server();
    world.run_for(SECOND);
    assert_eq!(page(&mut world, newest), Ok(((196..=200).collect(), true)));
    assert_eq!(page(&mut world, Page::Before(Seq(153))), Ok(((148..=152).collect(), true)));
    assert_eq!(page(&mut world, Page::Before(Seq(100))), Err(Failure::Offline));
}

/// A bug once: the wish went to the link that the server was about to close, and was forgotten.
#[test]
fn signing_in_right_after_signing_out_takes_a_fresh_link() {
    for comes_first in ["done", "goodbye"] {
        let mut world = World::new(9, 1);
        world.run_for(SECOND);
        let wire = world.clients[0].link;
        let ticket = world.ticket();
        world.intent(0, Intent::SignOut { ticket });
        match comes_first {
            "done" => {
                while !world.clients[0].answered.iter().any(|(other, _)| *other == ticket) {
                    let until = world.now + SECOND;
                    world.step(until);
                }
            }
            _ => world.tell(0, ServerFrame::Goodbye(Goodbye::SignedOut)),
        }
        world.sign_in(0);
        world.run_for(SECOND * 3);
        let asked = world.clients[0].asked;
        let answer = world.clients[0].answered.iter().rfind(|(other, _)| *other == asked);
        assert!(answer.is_some(), "{comes_first}: every wish is answered");
        assert!(world.clients[0].state.is_signed_in());
        assert_ne!(world.clients[0].link, wire);
    }
}

/// A bug once: the same entry was sent again every second on the link that never took it.
#[test]
fn a_link_that_is_signed_in_no_more_is_left_for_a_fresh_one() {
    for reason in [Reason::Fenced, Reason::NotSignedIn] {
        let mut world = World::new(10, 1);
        world.run_for(SECOND);
        let wire = world.clients[0].link;
        world.server.refuses = Some(reason);
        world.speak(0, Target::Lobby);
        while world.clients[0].link == wire {
            let until = world.now + SECOND;
            assert!(world.step(until), "{reason:?}");
        }
        world.server.refuses = None;
        world.run_for(SECOND * 3);
        assert!(world.clients[0].state.is_signed_in());
        assert!(world.clients[0].failed.is_empty(), "{reason:?} fails no message");
        world.check_the_end();
        // The token is turned down as well: signed out, and nothing is tried again by itself.
        world.server.refuses = Some(reason);
        world.speak(0, Target::Lobby);
        while world.clients[0].state.is_signed_in() {
            let until = world.now + SECOND;
            assert!(world.step(until), "{reason:?}");
        }
        world.server.turns_tokens_down = true;
        world.run_for(SECOND * 3);
        let why = Failure::Refused(Reason::TokenInvalid.into());
        assert_eq!(world.clients[0].signed_out, Some(why));
        assert!(!world.clients[0].state.is_signed_in());
    }
}

#[test]
fn a_message_that_was_turned_down_stays_for_the_person_to_decide() {
    let mut world = World::new(5, 1);
    world.run_for(SECOND);
    world.server.refuses = Some(Reason::NotFound);
    world.speak(0, Target::Lobby);
    world.run_for(SECOND);
    let (_, nonce) = world.clients[0].said[0];
    assert_eq!(world.clients[0].failed, [nonce]);
    world.kill(0);
    world.run_for(SECOND * 2);
    assert_eq!(world.clients[0].failed, [nonce, nonce], "the next run knows");
    assert!(world.server.logs.values().all(|(_, log)| log.is_empty()));
    world.server.refuses = None;
    world.intent(0, Intent::Retry(nonce));
    world.run_for(SECOND);
    let lobby = &world.server.logs.values().next().unwrap().1;
    assert_eq!(lobby.iter().map(|message| message.nonce).collect::<Vec<_>>(), [nonce]);
    world.server.refuses = Some(Reason::NotFound);
    world.speak(0, Target::Lobby);
    world.run_for(SECOND);
    let (_, nonce) = world.clients[0].said[1];
    world.intent(0, Intent::Discard(nonce));
    world.run_for(SECOND);
    assert!(world.clients[0].store.waiting.is_empty());
}

#[test]
fn a_shake_is_for_now() {
    let mut world = World::new(6, 2);
    world.run_for(SECOND);
    let shake = |world: &mut World| {
        let ticket = world.ticket();
        let (to, body) = (Target::Account(AccountId(10_002)), Body::Shake {});
        let nonce = Some(Nonce([9; 16]));
        world.intent(0, Intent::Send { ticket, to, body, nonce });
        ticket
    };
    // Who is too fast is told at once.
    world.server.refuses = Some(Reason::TooFast);
    let ticket = shake(&mut world);
    world.run_for(SECOND);
    let answer = world.clients[0].answered.iter().find(|(other, _)| *other == ticket);
    assert!(matches!(answer, Some((_, Err(Failure::Refused(_))))), "{answer:?}");
    world.server.refuses = None;
    world.intent(0, Intent::Discard(Nonce([9; 16])));
    // Its link is dead and nobody knows: by the time that is noticed it is too late.
    world.holes.insert(world.clients[0].link.unwrap());
    let ticket = shake(&mut world);
    world.run_for(SECOND * 60);
    assert!(SHAKE_LATE_MAX < SECOND * 20);
    let answer = world.clients[0].answered.iter().find(|(other, _)| *other == ticket);
    assert!(matches!(answer, Some((_, Err(Failure::LinkLost)))), "{answer:?}");
    let direct = ConversationKind::direct(AccountId(10_001), AccountId(10_002));
    assert!(world.server.logs.values().all(|(kind, _)| *kind != direct));
    world.intent(0, Intent::Discard(Nonce([9; 16])));
    world.stop_server();
    world.run_for(SECOND);
    let ticket = shake(&mut world);
    let answer = world.clients[0].answered.iter().find(|(other, _)| *other == ticket);
    assert!(matches!(answer, Some((_, Err(Failure::Offline)))), "{answer:?}");
}

#[test]
fn a_barrier_is_answered_behind_what_was_missed() {
    let mut world = world_with_lobby(10);
    world.cut(0);
    for n in 0..30 {
        world.stranger_says(100 + n);
    }
    for signed_in in [false, true] {
        while world.clients[0].state.is_signed_in() != signed_in {
            let until = world.now + SECOND;
            world.step(until);
        }
    }
    let ticket = world.ticket();
    world.intent(0, Intent::Barrier { ticket });
    let is_done = |(other, result): &(_, Result<_, _>)| *other == ticket && result.is_ok();
    while !world.clients[0].answered.iter().any(is_done) {
        let until = world.now + SECOND;
        world.step(until);
    }
    assert_eq!(world.clients[0].last.values().copied().collect::<Vec<_>>(), [Seq(40)]);
}

#[test]
fn typing_is_told_at_most_once_in_three_seconds() {
    let mut world = World::new(7, 2);
    world.run_for(SECOND);
    for _ in 0..65 {
        world.intent(0, Intent::Typing(Target::Account(AccountId(10_002))));
        world.run_for(SECOND / 10);
    }
    assert_eq!(world.server.signals, 3);
    // Another conversation does not wait for that.
    world.intent(0, Intent::Typing(Target::Account(AccountId(10_003))));
    world.run_for(SECOND / 10);
    assert_eq!(world.server.signals, 4);
}

#[test]
fn people_are_fetched_in_batches_and_nobody_twice() {
    let mut world = World::new(8, 1);
    world.run_for(SECOND);
    for n in 0..300 {
        world.writer_says(AccountId(20_000 + n), n);
    }
    world.run_for(SECOND * 3);
    let asked = &world.server.people_asked;
    let mut each: Vec<AccountId> = asked.iter().flatten().copied().collect();
    assert!(asked.iter().all(|batch| batch.len() <= 100));
    each.sort();
    let count = each.len();
    each.dedup();
    assert_eq!(each.len(), count, "nobody twice");
    assert!(count >= 300);
    assert_eq!(person(AccountId(20_000)).account, AccountId(20_000));
}

#[test]
fn a_break_resumes_with_the_presence_that_was_chosen_on_any_device() {
    use Presence::{Away, Busy, Invisible, Online};
    // Chosen here, told of oneself since, asked for after the break.
    let cases = [
        (Online, vec![Busy], Busy),
        (Online, vec![Invisible], Invisible),
        (Busy, vec![Online], Online),
        (Invisible, vec![Busy, Online], Online),
        (Away, vec![Online], Away),
        (Online, vec![Away], Online),
        (Away, vec![Busy], Busy),
    ];
    for (chosen, told, expected) in cases {
        let mut world = World::new(12, 2);
        world.run_for(SECOND);
        let ticket = world.ticket();
        world.intent(0, Intent::SetPresence { ticket, presence: chosen });
        for presence in &told {
            let own = (world.clients[0].account, *presence);
            let other = (world.clients[1].account, Away);
            let changes = [own, other].map(|(account, presence)| PresenceChange {
                account,
                presence,
                version: 0,
            });
            let event = Event::Presence { changes: changes.to_vec() };
            world.tell(0, ServerFrame::Event(event));
        }
        world.run_for(SECOND);
        world.cut(0);
        world.run_for(SECOND * 5);
        assert_eq!(world.clients[0].presence, Some(expected), "{chosen:?} {told:?}");
    }
}

#[test]
fn marks_that_come_before_the_heads_are_kept_for_them_and_never_pass_one() {
    for is_known in [false, true] {
        let mut world = World::new(21, 2);
        world.run_for(SECOND);
        let (other, me) = (world.clients[0].account, world.clients[1].account);
        world.speak(1, Target::Account(other));
        world.run_for(SECOND);
        let (id, _) = *world.clients[1].shown.keys().next().unwrap();
        if !is_known {
            world.clients[1].store.conversations.clear();
            world.clients[1].store.messages.clear();
        }
        world.kill(1);
        // The server's answer is from before the marks, and comes behind them.
        let is_heads = |what: &Travelling| {
            let is_reply = |frame: &ServerFrame| {
                matches!(frame, ServerFrame::Reply { reply: Reply::Heads { .. }, .. })
            };
            matches!(what, Travelling::ToClient(1, _, LinkInput::Frame(frame)) if is_reply(frame))
        };
        while !world.queue.values().any(is_heads) {
            let until = world.now + SECOND;
            assert!(world.step(until), "the heads come");
        }
        let link = world.clients[1].state.link.number;
        for account in [me, other] {
            let (read, delivered) = (Seq(1), Seq(1));
            let event = Event::Cursor { conversation: id, account, read, delivered };
            let frame = LinkInput::Frame(ServerFrame::Event(event));
            world.input(1, Input::Link(link, frame));
        }
        let told = |world: &World| {
            let desk = world.clients[1].state.desk.as_ref().unwrap();
            desk.conversations.get(&id).map(|known| known.state(id))
        };
        assert!(told(&world).is_none_or(|state| state.read <= state.head), "{:?}", told(&world));
        world.run_for(SECOND);
        let state = told(&world).unwrap();
        let marks = (state.read, state.peer_read, state.peer_delivered);
        assert_eq!(marks, (Seq(1), Seq(1), Seq(1)), "known before: {is_known}");
    }
}
