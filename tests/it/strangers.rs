//! Property: who writes first without being a friend stands apart on every device, draws no
//! attention and learns nothing, until that is answered; the answer holds everywhere.

use mychat::domain::{AccountId, Body, ConversationId, Presence, Seq, Stranger, Target};
use mychat::net::protocol::{
    Auth, ChoiceChange, ClientFrame, Command, ContactChange, Event, Reason, Refusal, Signal,
};

use crate::peer::{Ground, PASSWORD, Peer, text};

fn to(peer: &Peer) -> Target {
    Target::Account(peer.account())
}

fn answer(peer: &mut Peer, whom: AccountId, stranger: Stranger) -> Result<(), Refusal> {
    let change = ChoiceChange { stranger: Some(stranger), ..ChoiceChange::default() };
    peer.command(Command::SetConversation { with: Target::Account(whom), change })
}

/// What somebody is to a person, as the server says it.
fn stands(peer: &mut Peer, whom: AccountId) -> Stranger {
    let choices = peer.own_rooms().2;
    choices.get(&Target::Account(whom)).copied().unwrap_or_default().stranger
}

/// Lime wrote to Momo, whom it does not know.
fn begun(ground: &Ground) -> (Peer, Peer, ConversationId) {
    let (mut lime, momo) = (ground.register("Lime"), ground.register("Momo"));
    let said = lime.say(to(&momo), text("hello?")).unwrap();
    (lime, momo, said.conversation)
}

fn reason(result: Result<mychat::domain::Message, Refusal>) -> Option<Reason> {
    result.err().map(|refusal| refusal.reason)
}

#[test]
fn who_writes_first_stands_apart_on_all_devices_and_the_notice_comes_before_the_message() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let mut other = ground.second(&momo);
    let said = lime.say(to(&momo), text("hello?")).unwrap();
    for device in [&mut momo, &mut other] {
        let told = device.message();
        assert!(matches!(told.body, Body::Notice(_)), "{told:?}");
        assert_eq!(device.message(), said);
        assert_eq!(stands(device, lime.account()), Stranger::Waiting);
    }
    assert_eq!(stands(&mut lime, momo.account()), Stranger::No, "whoever writes knows whom");
    lime.say(to(&momo), text("again")).unwrap();
    assert_eq!(momo.message().body, text("again"), "told once");
}

#[test]
fn who_is_accepted_is_heard_and_who_is_declined_is_refused() {
    let ground = Ground::start();
    let (mut lime, mut momo, _) = begun(&ground);
    let mut other = ground.second(&momo);
    answer(&mut other, lime.account(), Stranger::No).unwrap();
    assert_eq!(stands(&mut momo, lime.account()), Stranger::No);
    let late = answer(&mut momo, lime.account(), Stranger::Declined).unwrap_err();
    assert_eq!(late.reason, Reason::NotFound, "accepted on another device");
    let (lime_account, mut plum) = (lime.account(), ground.register("Plum"));
    plum.say(to(&momo), text("hello?")).unwrap();
    answer(&mut momo, plum.account(), Stranger::Declined).unwrap();
    answer(&mut other, plum.account(), Stranger::Declined).unwrap();
    assert_eq!(reason(plum.say(to(&momo), text("why?"))), Some(Reason::TakesNoMessages));
    assert_eq!(reason(plum.say(to(&momo), Body::Shake {})), Some(Reason::TakesNoMessages));
    assert_eq!(reason(lime.say(to(&momo), text("hi"))), None);
    let wrong = answer(&mut momo, lime_account, Stranger::Waiting).unwrap_err();
    assert_eq!(wrong.reason, Reason::BadValue);
    // Whoever was declined may be accepted after all.
    answer(&mut momo, plum.account(), Stranger::No).unwrap();
    assert_eq!(reason(plum.say(to(&momo), text("thanks"))), None);
}

#[test]
fn writing_accepts_and_so_does_becoming_friends() {
    let ground = Ground::start();
    let (mut lime, mut momo, _) = begun(&ground);
    answer(&mut momo, lime.account(), Stranger::Declined).unwrap();
    momo.say(to(&lime), text("sorry")).unwrap();
    assert_eq!(stands(&mut momo, lime.account()), Stranger::No);
    assert_eq!(reason(lime.say(to(&momo), text("never mind"))), None);
    let mut plum = ground.register("Plum");
    plum.say(to(&momo), text("hello?")).unwrap();
    answer(&mut momo, plum.account(), Stranger::Declined).unwrap();
    plum.ask(momo.account()).unwrap();
    momo.accept(plum.account()).unwrap();
    assert_eq!(stands(&mut momo, plum.account()), Stranger::No);
    assert_eq!(reason(plum.say(to(&momo), text("friends"))), None);
    // A friend who begins a conversation never stood apart.
    let (mut rook, mut hawk) = ground.friends(["Rook", "Hawk"]);
    rook.say(to(&hawk), text("hi")).unwrap();
    assert_eq!(stands(&mut hawk, rook.account()), Stranger::No);
}

#[test]
fn who_was_blocked_does_not_come_back_with_the_end_of_the_block() {
    let ground = Ground::start();
    let (mut lime, mut momo, _) = begun(&ground);
    momo.block(lime.account());
    assert_eq!(stands(&mut momo, lime.account()), Stranger::Declined);
    momo.set_contact(lime.account(), ContactChange { blocked: Some(false), ..Default::default() })
        .unwrap();
    assert_eq!(reason(lime.say(to(&momo), text("me again"))), Some(Reason::TakesNoMessages));
}

#[test]
fn a_stranger_shakes_nobody_and_learns_nothing() {
    let ground = Ground::start();
    let (mut lime, mut momo, conversation) = begun(&ground);
    let line = lime.say(to(&momo), Body::Shake {}).unwrap();
    assert_eq!(line.seq, Seq(2), "the line is there");
    momo.command(Command::MarkDelivered { conversation, seq: Seq(2) }).unwrap();
    momo.command(Command::MarkRead { conversation, seq: Seq(2) }).unwrap();
    momo.send(&ClientFrame::Signal(Signal::Typing { to: to(&lime) }));
    lime.send(&ClientFrame::Signal(Signal::Typing { to: to(&momo) }));
    lime.barrier();
    let heard = momo.drain();
    let is_noise = |event: &Event| {
        matches!(event, Event::Shaken { .. } | Event::Typing { .. } | Event::Cursor { .. })
    };
    assert!(!heard.iter().any(is_noise), "{heard:?}");
    let heard = lime.drain();
    assert!(!heard.iter().any(is_noise), "{heard:?}");
    let head = lime.heads().into_iter().find(|head| head.conversation == conversation).unwrap();
    assert_eq!((head.peer_read, head.peer_delivered), (Seq::ZERO, Seq::ZERO));
    // Once accepted, it is as with anybody.
    answer(&mut momo, lime.account(), Stranger::No).unwrap();
    lime.say(to(&momo), text("so?")).unwrap();
    momo.command(Command::MarkRead { conversation, seq: Seq(3) }).unwrap();
    let read = lime.event(|event| match event {
        Event::Cursor { read, .. } => Some(*read),
        _ => None,
    });
    assert_eq!(read, Seq(3));
}

#[test]
fn what_is_declined_stays_so_over_a_restart_and_whoever_is_gone_can_be_put_away() {
    let mut ground = Ground::start();
    let (mut lime, mut momo, _) = begun(&ground);
    let mut plum = ground.register("Plum");
    plum.say(to(&momo), text("hello?")).unwrap();
    answer(&mut momo, lime.account(), Stranger::Declined).unwrap();
    let gone = plum.account();
    plum.prove(PASSWORD).unwrap();
    plum.auth(Auth::Delete {}).unwrap();
    ground.restart();
    let mut momo = ground.connect();
    momo.sign_in("Momo", PASSWORD).unwrap();
    assert_eq!(stands(&mut momo, lime.account()), Stranger::Declined);
    assert_eq!(stands(&mut momo, gone), Stranger::Waiting);
    answer(&mut momo, gone, Stranger::Declined).unwrap();
    lime = ground.connect();
    lime.sign_in("Lime", PASSWORD).unwrap();
    momo.send(&ClientFrame::Signal(Signal::Typing { to: to(&lime) }));
    momo.send(&ClientFrame::Signal(Signal::Presence(Presence::Online)));
    momo.barrier();
    assert!(!lime.drain().iter().any(|event| matches!(event, Event::Typing { .. })));
    assert_eq!(reason(lime.say(to(&momo), text("again"))), Some(Reason::TakesNoMessages));
}

/// Two devices answer at once, in whatever order: whoever was accepted once is heard.
#[test]
fn two_answers_at_once_end_as_one() {
    let ground = Ground::start();
    let mut momo = ground.register("Momo");
    let mut other = ground.second(&momo);
    for number in 0..10 {
        let mut lime = ground.register(&format!("Lime {number}"));
        lime.say(to(&momo), text("hello?")).unwrap();
        let answer = |stranger| Command::SetConversation {
            with: to(&lime),
            change: ChoiceChange { stranger: Some(stranger), ..ChoiceChange::default() },
        };
        momo.send(&ClientFrame::Command { id: 900, command: answer(Stranger::No) });
        other.send(&ClientFrame::Command { id: 900, command: answer(Stranger::Declined) });
        for device in [&mut momo, &mut other] {
            while !matches!(
                device.read(),
                Ok(mychat::net::protocol::ServerFrame::Done { id: 900 }
                    | mychat::net::protocol::ServerFrame::Refused { id: 900, .. })
            ) {}
        }
        assert_eq!(stands(&mut momo, lime.account()), Stranger::No);
        assert_eq!(reason(lime.say(to(&momo), text("good"))), None);
    }
}
