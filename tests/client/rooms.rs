//! Property: a client's rooms are those of the server, also after an absence and before there is a
//! link; of a room that it is in no more it keeps what it had and gets nothing.

use mychat::client::api::{Answer, Ticket, Trust};
use mychat::client::{ClientEvent, Failure, Intent};
use mychat::domain::{
    AccountId, Body, Book, ConversationKind, Joining, Nonce, Notice, Parting, Room, RoomId, Seq,
    Target,
};
use mychat::net::protocol::{Command, MemberChange, Page, Reason, Reply, RoomSettings};

use crate::place::{PASSWORD, Place, Seat};

const ROOM: RoomId = RoomId::FIRST;
const TO: Target = Target::Room(ROOM);

fn order(seat: &mut Seat, command: Command) -> Result<Answer, Failure> {
    let ticket = seat.ticket();
    seat.ask(Intent::Do { ticket, command });
    seat.answer(ticket)
}

fn history(seat: &mut Seat, page: Page) -> Result<Vec<u64>, Failure> {
    let ticket: Ticket = seat.ticket();
    seat.ask(Intent::History { ticket, with: TO, page, limit: 50 });
    match seat.answer(ticket)? {
        Answer::History { messages, .. } => Ok(messages.iter().map(|m| m.seq.0).collect()),
        other => panic!("{other:?}"),
    }
}

/// Says something without waiting for it.
fn say(seat: &mut Seat, words: &str) -> Ticket {
    let ticket = seat.ticket();
    seat.ask(Intent::Send { ticket, to: TO, body: Body::text(words), nonce: None });
    ticket
}

fn rename(seat: &mut Seat, name: &str) {
    let change = RoomSettings { name: Some(name.to_owned()), ..RoomSettings::default() };
    assert!(matches!(order(seat, Command::SetRoom { room: ROOM, change }), Ok(Answer::Done)));
}

/// The next book that is told whole.
fn book(seat: &mut Seat) -> std::sync::Arc<Book> {
    seat.until(|event| match event {
        ClientEvent::Book(book) => Some(book.clone()),
        _ => None,
    })
}

/// A room that is told anew with this name.
fn renamed(seat: &mut Seat, name: &str) -> Room {
    seat.until(|event| match event {
        ClientEvent::Room(room) if room.name == name => Some((**room).clone()),
        _ => None,
    })
}

fn gone(seat: &mut Seat) -> Parting {
    seat.until(|event| match event {
        ClientEvent::Notice(notice) => match **notice {
            Notice::RoomGone { why, .. } => Some(why),
            _ => None,
        },
        _ => None,
    })
}

/// Places of the room's messages, as they are emitted up to this text.
fn until_text(seat: &mut Seat, wanted: &str) -> Vec<u64> {
    let mut seqs = Vec::new();
    seat.until(|event| match event {
        ClientEvent::Message { message, .. }
            if message.kind == (ConversationKind::Room { room: ROOM }) =>
        {
            seqs.push(message.seq.0);
            (message.body == Body::text(wanted)).then_some(())
        }
        _ => None,
    });
    seqs
}

/// Alice with a room, and Bob in it.
fn two(place: &Place) -> (Seat, Seat, AccountId) {
    let (mut alice, mut bob) = (Seat::new(), Seat::new());
    alice.register(place, "alice");
    let (you, _) = bob.register(place, "bob");
    let (name, joining) = ("room".to_owned(), Joining::Open);
    let made =
        order(&mut alice, Command::CreateRoom { name, joining, invite: Vec::new(), colour: None });
    let Ok(Answer::Looked(Reply::Room { room, .. })) = made else { panic!("{made:?}") };
    assert_eq!(room.room, ROOM);
    // What changes before the whole book came is in it, and no notice of its own.
    book(&mut bob);
    join(&mut bob);
    (alice, bob, you.account)
}

fn join(seat: &mut Seat) {
    let join = Command::JoinRoom { room: ROOM, greeting: String::new() };
    assert!(matches!(order(seat, join), Ok(Answer::Done)));
}

#[test]
fn what_happened_to_a_room_meanwhile_is_known_after_the_next_sign_in() {
    let much = ["messages.burst", "messages.per_second", "room.per_second"];
    let place = Place::with(&much.map(|key| (key, "1000000")));
    let (mut alice, mut bob, _) = two(&place);
    alice.say(TO, "one").unwrap();
    assert_eq!(until_text(&mut bob, "one"), [2, 3]);
    rename(&mut alice, "live");
    assert_eq!(renamed(&mut bob, "live").version, 3);
    let mut bob = bob.next_run();
    rename(&mut alice, "later");
    alice.say(TO, "two").unwrap();
    bob.connect(&place, Trust::Ask);
    bob.sign_in("bob", PASSWORD).unwrap();
    // What was kept is there at once, and its log brings it up to date.
    let kept = &book(&mut bob).rooms[&ROOM];
    assert_eq!((kept.room.name.as_str(), kept.room.members), ("live", 2));
    assert_eq!(renamed(&mut bob, "later").version, 4);
    assert_eq!(until_text(&mut bob, "two"), [5, 6]);
    // Behind a long absence the log begins anew, and the room is asked for.
    let mut bob = bob.next_run();
    rename(&mut alice, "much later");
    for _ in 0..2 {
        let tickets: Vec<Ticket> = (0..550).map(|n| say(&mut alice, &n.to_string())).collect();
        alice.answer(*tickets.last().unwrap()).unwrap();
    }
    bob.connect(&place, Trust::Ask);
    bob.sign_in("bob", PASSWORD).unwrap();
    assert_eq!(renamed(&mut bob, "much later").version, 5);
}

#[test]
fn of_a_room_that_one_is_in_no_more_is_kept_what_was_there() {
    let place = Place::start();
    let (mut alice, mut bob, account) = two(&place);
    alice.say(TO, "one").unwrap();
    until_text(&mut bob, "one");
    order(&mut alice, Command::Kick { room: ROOM, account }).unwrap();
    assert_eq!(gone(&mut bob), Parting::Kicked);
    alice.say(TO, "he is gone").unwrap();
    assert_eq!(history(&mut bob, Page::Before(Seq(u64::MAX))).unwrap(), [2, 3]);
    let refused = bob.say(TO, "hello?").unwrap_err();
    assert!(matches!(refused, Failure::Refused(no) if no.reason == Reason::NotMember));
    let mut bob = bob.next_run();
    bob.connect(&place, Trust::Ask);
    bob.sign_in("bob", PASSWORD).unwrap();
    assert!(book(&mut bob).rooms.is_empty());
    assert_eq!(history(&mut bob, Page::Before(Seq(u64::MAX))).unwrap(), [2, 3]);
    // In again, the log goes on behind what is not his.
    join(&mut bob);
    alice.say(TO, "again").unwrap();
    assert_eq!(until_text(&mut bob, "again"), [6, 7], "not that he went, nor what was said then");
    assert_eq!(history(&mut bob, Page::Before(Seq(u64::MAX))).unwrap(), [2, 3, 6, 7]);
    // So does another device that was not there at all.
    let mut other = Seat::new();
    other.connect(&place, Trust::First);
    other.sign_in("bob", PASSWORD).unwrap();
    assert_eq!(until_text(&mut other, "again"), [2, 3, 6, 7]);
    assert_eq!(book(&mut other).rooms[&ROOM].member.account, account);
    order(&mut alice, Command::DissolveRoom { room: ROOM }).unwrap();
    assert_eq!([gone(&mut bob), gone(&mut other)], [Parting::Dissolved; 2]);
}

#[test]
fn a_message_that_waits_for_a_room_that_is_gone_fails_with_a_reason() {
    let mut place = Place::start();
    let (mut alice, mut bob, account) = two(&place);
    place.stop();
    let is_down = |event: &ClientEvent| {
        use mychat::client::api::LinkState;
        matches!(event, ClientEvent::Link(LinkState::Down { .. })).then_some(())
    };
    alice.until(is_down);
    bob.until(is_down);
    let ticket = say(&mut bob, "late");
    place.start_again();
    alice.ask(Intent::ReconnectNow);
    alice.until(|event| matches!(event, ClientEvent::SignedIn { .. }).then_some(()));
    order(&mut alice, Command::Kick { room: ROOM, account }).unwrap();
    bob.ask(Intent::ReconnectNow);
    // Either it was quicker than the kick, or it is told why it was not taken.
    match bob.answer(ticket) {
        Ok(Answer::Sent(message)) => assert_eq!(message.seq, Seq(3)),
        Err(Failure::Refused(no)) => assert_eq!(no.reason, Reason::NotMember),
        other => panic!("{other:?}"),
    }
    let refused = bob.say(TO, "and now?").unwrap_err();
    assert!(matches!(refused, Failure::Refused(no) if no.reason == Reason::NotMember));
}

#[test]
fn what_failed_while_muted_is_sent_again_when_that_is_over() {
    let place = Place::start();
    let (mut alice, mut bob, account) = two(&place);
    let mute = |seat: &mut Seat, mute_ms| {
        let change = MemberChange { mute_ms: Some(mute_ms), ..MemberChange::default() };
        order(seat, Command::SetMember { room: ROOM, account, change }).unwrap();
    };
    mute(&mut alice, 600_000);
    let (ticket, nonce) = (bob.ticket(), Nonce([7; 16]));
    let body = Body::text("may I?");
    bob.ask(Intent::Send { ticket, to: TO, body, nonce: Some(nonce) });
    let refused = bob.answer(ticket).unwrap_err();
    assert!(matches!(refused, Failure::Refused(no) if no.reason == Reason::RoomMuted));
    // It is there in the next run, still failed, and goes when the person says so.
    let mut bob = bob.next_run();
    bob.connect(&place, Trust::Ask);
    bob.sign_in("bob", PASSWORD).unwrap();
    let fails = |event: &ClientEvent| match event {
        ClientEvent::SendFailed { nonce: failed, failure: Failure::Refused(no) } => {
            (*failed == nonce).then_some(no.reason)
        }
        _ => None,
    };
    assert_eq!(bob.until(fails), Reason::RoomMuted);
    bob.ask(Intent::Retry(nonce));
    assert_eq!(bob.until(fails), Reason::RoomMuted, "it is not over");
    mute(&mut alice, 0);
    bob.ask(Intent::Retry(nonce));
    until_text(&mut bob, "may I?");
    assert_eq!(until_text(&mut alice, "may I?").last(), Some(&5), "made, came, muted, not muted");
}

#[test]
fn what_was_before_one_came_is_not_announced_and_neither_is_what_a_room_that_one_left_had() {
    let place = Place::start();
    let (mut alice, mut bob, _) = two(&place);
    alice.say(TO, "one").unwrap();
    assert_eq!(until_text(&mut bob, "one"), [2, 3]);
    let page = |seat: &mut Seat, before: u64, limit: u32| {
        let (ticket, page) = (seat.ticket(), Page::Before(Seq(before)));
        seat.ask(Intent::History { ticket, with: TO, page, limit });
        match seat.answer(ticket) {
            Ok(Answer::History { messages, more, .. }) => (messages.len(), more),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(page(&mut bob, 4, 1), (1, true));
    assert_eq!(page(&mut bob, 4, 2), (2, false), "the first line is not for who came later");
    assert!(matches!(order(&mut bob, Command::LeaveRoom { room: ROOM }), Ok(Answer::Done)));
    assert_eq!(page(&mut bob, 4, 1), (1, true));
    assert_eq!(page(&mut bob, 4, 2), (2, false), "nobody can have more of it");
    assert_eq!(page(&mut bob, 4, 9), (2, false));
}
