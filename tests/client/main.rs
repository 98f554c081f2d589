//! Property: clients over real sockets tell the truth about one server. They register, sign in,
//! talk, survive its restart and their own end, and never take another key for it.
#![cfg(test)]

mod doctor;
mod files;
mod finder;
mod games;
mod pictures;
mod place;
mod rooms;
mod script;
mod script_history;
mod script_people;
mod script_rooms;
mod travels;

use mychat::client::api::{Answer, LinkState, Secret, Trust};
use mychat::client::probe::probe;
use mychat::client::{ClientEvent, Failure, Intent, StartError};
use mychat::domain::{Body, Presence, Seq, Target, Unsent};
use mychat::net::protocol::{Goodbye, Page, Reason};

use place::{Place, Seat};

fn text(event: &ClientEvent) -> Option<String> {
    match event {
        ClientEvent::Message { message, .. } => match &message.body {
            Body::Text { text, .. } => Some(text.clone()),
            Body::Shake {} => Some("<shake>".into()),
            _ => None,
        },
        _ => None,
    }
}

#[test]
fn two_people_talk() {
    let place = Place::start();
    let (mut a, mut b) = (Seat::new(), Seat::new());
    let (alice, _) = a.register(&place, "alice");
    let (bob, _) = b.register(&place, "小白");
    assert_ne!(alice.account, bob.account);

    let sent = a.say(Target::Account(bob.account), "你好").unwrap();
    assert_eq!(sent.seq, Seq(1));
    b.until(|event| text(event).filter(|text| text == "你好"));
    // Of somebody who is not accepted nobody would be shaken, nor hear of it.
    b.accept(alice.account);
    let ticket = a.ticket();
    a.ask(Intent::Send {
        ticket,
        to: Target::Account(bob.account),
        body: Body::Shake {},
        nonce: None,
    });
    assert!(matches!(a.answer(ticket), Ok(Answer::Sent(message)) if message.seq == Seq(2)));
    let from = b.until(|event| match event {
        ClientEvent::Shaken { from, .. } => Some(*from),
        _ => None,
    });
    assert_eq!(from, alice.account);

    // What is stored is told, what is read is told.
    a.until(|event| match event {
        ClientEvent::Conversation(state) if state.peer_delivered == Seq(2) => Some(()),
        _ => None,
    });
    let ticket = b.ticket();
    b.ask(Intent::MarkRead { ticket, with: Target::Account(alice.account), seq: Seq(2) });
    assert!(matches!(b.answer(ticket), Ok(Answer::Done)));
    a.until(|event| match event {
        ClientEvent::Conversation(state) if state.peer_read == Seq(2) => Some(()),
        _ => None,
    });

    let ticket = a.ticket();
    a.ask(Intent::Online { ticket });
    let Ok(Answer::Online(people)) = a.answer(ticket) else { panic!("online") };
    let names: Vec<&str> = people.iter().map(|(person, _)| person.nickname.as_str()).collect();
    assert_eq!(names, ["alice", "小白"]);

    let ticket = a.ticket();
    a.ask(Intent::History {
        ticket,
        with: Target::Account(bob.account),
        page: Page::Before(Seq(u64::MAX)),
        limit: 1,
    });
    let Ok(Answer::History { messages, more, .. }) = a.answer(ticket) else { panic!("history") };
    assert_eq!((messages.len(), messages[0].seq, more), (1, Seq(2), true));

    b.ask(Intent::Typing(Target::Account(alice.account)));
    a.until(|event| {
        matches!(event, ClientEvent::Typing { from, .. } if *from == bob.account).then_some(())
    });
    a.ask(Intent::Watch(vec![bob.account]));
    let ticket = b.ticket();
    b.ask(Intent::SetPresence { ticket, presence: Presence::Busy });
    assert!(matches!(b.answer(ticket), Ok(Answer::Done)));
    a.until(|event| match event {
        ClientEvent::Presence(changes) => {
            changes.contains(&(bob.account, Presence::Busy)).then_some(())
        }
        _ => None,
    });
}

#[test]
fn a_restart_of_the_server_loses_nothing_and_the_clients_come_back_by_themselves() {
    let mut place = Place::start();
    let (mut a, mut b) = (Seat::new(), Seat::new());
    a.register(&place, "alice");
    let (bob, _) = b.register(&place, "bob");
    a.say(Target::Lobby, "1").unwrap();
    place.stop();
    a.until(|event| matches!(event, ClientEvent::Link(LinkState::Down { .. })).then_some(()));
    b.until(|event| matches!(event, ClientEvent::Link(LinkState::Down { .. })).then_some(()));
    let tickets: Vec<u64> = (2..=5)
        .map(|n| {
            let ticket = a.ticket();
            let (to, body) = (Target::Lobby, Body::text(n.to_string()));
            a.ask(Intent::Send { ticket, to, body, nonce: None });
            ticket
        })
        .collect();
    place.start_again();
    a.ask(Intent::ReconnectNow);
    b.ask(Intent::ReconnectNow);
    for (ticket, seq) in tickets.into_iter().zip(2..) {
        let Ok(Answer::Sent(message)) = a.answer(ticket) else { panic!("sent") };
        assert_eq!(message.seq, Seq(seq));
    }
    b.say(Target::Account(bob.account), "note").unwrap();
    b.until_text("5");
    assert_eq!(b.texts(), ["1", "2", "3", "4", "5"], "in order, each once");
}

#[test]
fn what_was_not_taken_is_sent_by_the_next_run() {
    let mut place = Place::start();
    let mut a = Seat::new();
    let (alice, token) = a.register(&place, "alice");
    place.stop();
    a.until(|event| matches!(event, ClientEvent::Link(LinkState::Down { .. })).then_some(()));
    let ticket = a.ticket();
    a.ask(Intent::Send { ticket, to: Target::Lobby, body: Body::text("late"), nonce: None });
    a.until(|event| matches!(event, ClientEvent::Pending(_)).then_some(()));
    let mut a = a.next_run();
    place.start_again();
    a.connect(&place, Trust::Ask);
    let ticket = a.ticket();
    let account = alice.account;
    let presence = Presence::Online;
    a.ask(Intent::SignInToken { ticket, account, token: Some(token), presence });
    assert!(matches!(a.answer(ticket), Ok(Answer::SignedIn { .. })));
    a.until(|event| matches!(event, ClientEvent::Pending(_)).then_some(()));
    a.until_text("late");
    assert_eq!(a.texts(), ["late"]);
}

#[test]
fn what_was_not_sent_is_there_in_the_next_run() {
    let place = Place::start();
    let mut a = Seat::new();
    let (alice, token) = a.register(&place, "alice");
    let mentions = mychat::domain::Mentions { everyone: true, ..Default::default() };
    let draft = Unsent { text: "这题的第二问".into(), reply_to: Some(Seq(3)), mentions };
    a.ask(Intent::KeepDraft { to: Target::Lobby, draft: Unsent::default() });
    a.ask(Intent::KeepDraft { to: Target::Account(alice.account), draft: draft.clone() });
    // Once what was asked behind it is answered, it is with the store's thread.
    assert!(a.saved().accounts.len() <= 1);
    let mut a = a.next_run();
    a.connect(&place, Trust::Ask);
    let ticket = a.ticket();
    let (account, presence) = (alice.account, Presence::Online);
    a.ask(Intent::SignInToken { ticket, account, token: Some(token), presence });
    let drafts = a.until(|event| match event {
        ClientEvent::Drafts(drafts) => Some(drafts.clone()),
        _ => None,
    });
    assert_eq!(drafts, [(Target::Account(alice.account), draft)]);
}

#[test]
fn signing_in_by_password_and_by_the_kept_token() {
    let place = Place::start();
    let mut a = Seat::new();
    let (alice, _) = a.register(&place, "alice");
    let mut other = Seat::new();
    other.connect(&place, Trust::First);
    let wrong = other.sign_in("alice", "not the password");
    let Err(Failure::Refused(refusal)) = wrong else { panic!("{wrong:?}") };
    assert_eq!(refusal.reason, Reason::WrongPassword);
    let unknown = other.sign_in("nobody", "some password");
    assert!(matches!(unknown, Err(Failure::Refused(r)) if r.reason == Reason::WrongPassword));
    let Ok(Answer::SignedIn { you, .. }) = other.sign_in("ALICE", place::PASSWORD) else {
        panic!("sign in")
    };
    assert_eq!(you, alice);
    let again = other.sign_in("alice", place::PASSWORD);
    assert!(matches!(again, Err(Failure::Refused(r)) if r.reason == Reason::AlreadySignedIn));

    let mut other = other.next_run();
    let saved = other.saved();
    assert!(saved.accounts[0].has_token);
    assert_eq!(saved.servers[0].id, place.id());
    other.connect(&place, Trust::Ask);
    let (ticket, account) = (other.ticket(), alice.account);
    let presence = Presence::Away;
    other.ask(Intent::SignInToken { ticket, account, token: None, presence });
    assert!(matches!(other.answer(ticket), Ok(Answer::SignedIn { .. })));

    let ticket = other.ticket();
    other.ask(Intent::SignOut { ticket });
    assert!(matches!(other.answer(ticket), Ok(Answer::Done)));
    other.until(|event| match event {
        ClientEvent::SignedOut { why: Failure::Goodbye(Goodbye::SignedOut) } => Some(()),
        _ => None,
    });
    assert!(!other.saved().accounts[0].has_token);
    let ticket = other.ticket();
    other.ask(Intent::SignInToken { ticket, account, token: None, presence });
    assert!(matches!(other.answer(ticket), Err(Failure::NoToken)));
}

#[test]
fn each_cause_has_its_own_failure() {
    let mut place = Place::start();
    let mut a = Seat::new();
    // Longer than a label may be: no resolver has to be asked to know that nobody has it.
    let nobody = format!("{}.example", "n".repeat(64));
    assert_eq!(a.fails_to_connect(&nobody, 1029), Failure::NameUnknown);
    let address = place.address();
    place.stop();
    assert_eq!(a.fails_to_connect(&address.host, address.port), Failure::PortClosed);
    let other = place::not_mychat();
    assert_eq!(a.fails_to_connect("127.0.0.1", other), Failure::NotMyChat);
    let ticket = a.ticket();
    a.ask(Intent::Register {
        ticket,
        nickname: "alice".into(),
        password: Secret::new("12345678"),
        code: None,
        avatar: 1,
        remember: false,
    });
    assert!(matches!(a.answer(ticket), Err(Failure::PasswordCommon)));
}

#[test]
fn a_key_is_asked_for_once_and_a_changed_one_is_a_hard_stop() {
    let mut place = Place::start();
    let mut a = Seat::new();
    a.connect_only(&place, Trust::Ask);
    let offered = a.until(|event| match event {
        ClientEvent::TrustNeeded { offered, .. } => Some(*offered),
        _ => None,
    });
    assert_eq!(offered, place.id());
    a.connect(&place, Trust::Key(offered));
    let mut a = a.next_run();
    a.connect(&place, Trust::Ask);
    let first = place.id();
    place.new_key();
    assert_ne!(place.id(), first);
    a.connect_only(&place, Trust::Ask);
    a.ask(Intent::ReconnectNow);
    let (offered, pinned) = a.until(|event| match event {
        ClientEvent::KeyChanged { offered, pinned, .. } => Some((*offered, *pinned)),
        _ => None,
    });
    assert_eq!((offered, pinned), (place.id(), first));
    a.until(|event| match event {
        ClientEvent::Link(LinkState::Down { retry_in_ms, why: Failure::KeyChanged }) => {
            (*retry_in_ms == mychat::client::api::NO_RETRY).then_some(())
        }
        _ => None,
    });
    let mut a = a.next_run();
    a.connect_only(&place, Trust::First);
    a.until(|event| matches!(event, ClientEvent::KeyChanged { .. }).then_some(()));
    a.connect(&place, Trust::Replace(place.id()));
    let mut a = a.next_run();
    a.connect(&place, Trust::Ask);
}

#[test]
fn a_look_proves_the_key_and_brings_what_the_server_says() {
    let place = Place::start();
    let probed = smol::block_on(probe(&place.address(), Some(place.id()))).unwrap();
    assert_eq!((probed.id, probed.name.as_str(), probed.online), (place.id(), "t", 0));
    let other = mychat::domain::ServerId([1; 32]);
    let changed = smol::block_on(probe(&place.address(), Some(other)));
    assert_eq!(changed, Err(Failure::KeyChanged));
}

#[test]
fn one_folder_serves_one_client() {
    let a = Seat::new();
    assert!(matches!(a.another(), Err(StartError::Locked(_))));
}
