//! Property: what was taken back is gone for everybody, on every device, whenever it comes back; places,
//! heads and unread counts stay without gaps.

use mychat::domain::{Body, Joining, Mentions, Message, Nonce, Seq, Target};
use mychat::net::protocol::{Command, Event, MemberChange, Page, Reason, Reply};

use crate::peer::{Ground, NEWEST, PASSWORD, Peer, fresh, seqs, text};

const GONE: Body = Body::Recalled { seq: None };

fn recall(peer: &mut Peer, to: Target, seq: Seq) -> Result<(), Reason> {
    peer.command(Command::Recall { to, seq }).map_err(|refusal| refusal.reason)
}

/// The next thing said; that a stranger wrote comes as a notice before it.
fn said(peer: &mut Peer) -> Message {
    peer.event(|event| match event {
        Event::Message(message) if !matches!(message.body, Body::Notice(_)) => {
            Some(message.clone())
        }
        _ => None,
    })
}

#[test]
fn everybody_is_told_by_a_line_and_reads_a_blank() {
    let mut ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let mut other = ground.register("Other");
    let to = Target::Account(momo.account());
    let secret = lime.say(to, text("secret")).unwrap();
    assert_eq!(said(&mut momo), secret);
    // A second device of each side; momo's is not there when it happens.
    let mut second = ground.connect();
    second.sign_in("Lime", PASSWORD).unwrap();
    assert_eq!(
        recall(&mut momo, Target::Account(lime.account()), secret.seq),
        Err(Reason::NotYours)
    );
    assert_eq!(recall(&mut other, to, secret.seq), Err(Reason::NotFound));
    assert_eq!(recall(&mut second, to, secret.seq), Ok(()));
    let line = said(&mut lime);
    assert_eq!((line.seq, line.from), (Seq(2), lime.account()));
    assert_eq!(line.body, Body::Recalled { seq: Some(secret.seq) });
    assert_eq!(said(&mut momo), line, "one encoding for all");
    assert_eq!(recall(&mut lime, to, secret.seq), Err(Reason::Recalled));
    assert!(other.drain().iter().all(|event| !matches!(event, Event::Message(_))));

    ground.restart();
    let mut late = ground.connect();
    late.sign_in("Momo", PASSWORD).unwrap();
    let head = late.heads().into_iter().find(|head| head.kind == secret.kind).unwrap();
    assert_eq!((head.head, head.read), (Seq(2), Seq::ZERO));
    let (messages, more) = late.history(secret.conversation, Page::After(Seq::ZERO));
    let blank = Message { body: GONE, ..secret.clone() };
    assert_eq!((messages, more), (vec![blank.clone(), line], false));
    // A resend of what was recalled is acknowledged where it stood.
    let mut lime = ground.connect();
    lime.sign_in("Lime", PASSWORD).unwrap();
    assert_eq!(lime.say_again(to, secret.nonce, text("secret")).unwrap(), blank);
    let quote = |seq| Body::Text {
        text: "that one".into(),
        reply_to: Some(seq),
        mentions: Mentions::default(),
    };
    assert_eq!(lime.say(to, quote(Seq(1))).unwrap_err().reason, Reason::Recalled);
    assert_eq!(lime.say(to, text("next")).unwrap().seq, Seq(3));
}

#[test]
fn two_devices_and_a_resend_at_once_leave_one_line() {
    let ground = Ground::start();
    let mut lime = ground.register("Lime");
    let mut second = ground.connect();
    second.sign_in("Lime", PASSWORD).unwrap();
    for round in 0..20 {
        let nonce = Nonce(fresh());
        let said = lime.say_again(Target::Lobby, nonce, text("oops")).unwrap();
        let command = Command::Recall { to: Target::Lobby, seq: said.seq };
        let (a, b) = std::thread::scope(|scope| {
            let named = std::thread::Builder::new().name("lime".to_owned());
            let first = named.spawn_scoped(scope, || lime.command(command.clone())).unwrap();
            let other = second.command(command.clone());
            (first.join().unwrap(), other)
        });
        let refused = [a, b].into_iter().filter_map(Result::err).collect::<Vec<_>>();
        assert_eq!(refused.len(), 1, "round {round}");
        assert_eq!(refused[0].reason, Reason::Recalled);
        assert_eq!(lime.say_again(Target::Lobby, nonce, text("oops")).unwrap().body, GONE);
        let (messages, _) = lime.history(said.conversation, Page::After(Seq(said.seq.0 - 1)));
        assert_eq!(seqs(&messages), [said.seq.0, said.seq.0 + 1]);
    }
}

#[test]
fn in_a_room_who_is_muted_may_and_who_is_out_may_not() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let (name, invite) = ("Class".to_owned(), Vec::new());
    let made = lime
        .make(Command::CreateRoom { name, joining: Joining::Open, invite, colour: None })
        .unwrap();
    let Reply::Room { room, .. } = made else { panic!("{made:?}") };
    let (room, conversation) = (room.room, room.conversation);
    let to = Target::Room(room);
    momo.command(Command::JoinRoom { room, greeting: String::new() }).unwrap();
    let joined = momo.history(conversation, NEWEST).0.pop().unwrap();
    assert_eq!(recall(&mut momo, to, joined.seq), Err(Reason::BadValue), "a line about the room");
    let first = momo.say(to, text("one")).unwrap();
    let second = momo.say(to, text("two")).unwrap();
    let change = MemberChange { mute_ms: Some(60_000), ..MemberChange::default() };
    let account = momo.account();
    lime.command(Command::SetMember { room, account, change }).unwrap();
    assert_eq!(recall(&mut momo, to, first.seq), Ok(()));
    assert_eq!(recall(&mut lime, to, second.seq), Err(Reason::NotYours), "its owner neither");
    momo.command(Command::LeaveRoom { room }).unwrap();
    assert_eq!(recall(&mut momo, to, second.seq), Err(Reason::NotMember));
    let (messages, _) = lime.history(conversation, NEWEST);
    let body = |seq: Seq| messages.iter().find(|one| one.seq == seq).unwrap().body.clone();
    assert_eq!((body(first.seq), body(second.seq)), (GONE, text("two")));
}
