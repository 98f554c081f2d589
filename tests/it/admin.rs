//! Property: what the server's admin asks for is done at once, survives a restart, and reaches those
//! whom it concerns; on a stopped folder the same verbs do the same.

use mychat::domain::{AccountId, Body, ConversationKind, Joining, Target};
use mychat::limits::BAN_MINUTES_MAX;
use mychat::net::protocol::{Event, Goodbye, Occasion, Query, Reason, Reply};
use mychat::net::verb::{Audience, Cause, Done, Verb, Whom};
use mychat::server::admin::{self, AdminError};

use crate::peer::{Ground, PASSWORD, Peer, set, text};

fn run(ground: &Ground, verb: Verb) -> Done {
    admin::run(ground.folder(), verb).unwrap()
}

fn lime() -> String {
    "Lime".to_owned()
}

fn ban_lime(minutes: Option<u64>) -> Verb {
    Verb::Ban { whom: Whom::Account(lime()), minutes, why: "刷屏".to_owned() }
}

fn called(peer: &mut Peer) -> (String, bool) {
    peer.event(|event| match event {
        Event::Called { text, pinned, .. } => Some((text.clone(), *pinned)),
        _ => None,
    })
}

#[test]
fn a_setting_holds_at_once_and_another_value_is_refused() {
    let ground = Ground::start();
    let mut lime = ground.register("Lime");
    set(ground.folder(), "text.bytes_max", "3");
    let refusal = lime.say(Target::Lobby, text("four")).unwrap_err();
    assert_eq!((refusal.reason, refusal.limit), (Reason::TextTooLong, Some(3)));
    set(ground.folder(), "registration", "closed");
    let refused = ground.connect().register("Momo").unwrap_err();
    assert_eq!(refused.reason, Reason::RegistrationClosed);
    assert_eq!(
        ground.connect().welcome.unwrap().registration,
        mychat::net::protocol::Registration::Closed
    );
    let wrong = Verb::Set { key: "text.bytes_max".to_owned(), value: "many".to_owned() };
    let why = admin::run(ground.folder(), wrong).unwrap_err().to_string();
    assert_eq!(why, "text.bytes_max takes a whole number from 1 to 32768");
    assert_eq!(lime.say(Target::Lobby, text("abc")).unwrap().body, text("abc"));
}

#[test]
fn registering_by_code_needs_a_code() {
    let ground = Ground::start();
    let change = |key: &str, value: &str| {
        let verb = Verb::Set { key: key.to_owned(), value: value.to_owned() };
        admin::run(ground.folder(), verb).map(drop).map_err(|why| why.to_string())
    };
    assert_eq!(change("registration", "code"), Err(AdminError::NoCode.to_string()));
    ground.register("Lime");
    change("registration.code", "LAB3-7QX2").unwrap();
    change("registration", "code").unwrap();
    assert_eq!(change("registration.code", ""), Err(AdminError::NoCode.to_string()));
    let refused = ground.connect().register("Momo").unwrap_err();
    assert_eq!(refused.reason, Reason::RegistrationCode);
}

#[test]
fn rates_change_for_addresses_that_are_counted_already() {
    let ground = Ground::start();
    ground.register("Lime");
    let sign_in = || ground.connect().sign_in("Lime", PASSWORD);
    assert!((0..3).all(|_| sign_in().is_ok()));
    set(ground.folder(), "passwords.per_minute", "1");
    // The change is followed beside what goes on.
    while sign_in().is_ok() {}
    assert_eq!(sign_in().unwrap_err().reason, Reason::LockedOut);
    set(ground.folder(), "passwords.per_minute", "1000");
    while sign_in().is_err() {}
}

#[test]
fn a_kick_tells_why_and_lets_somebody_come_back() {
    let ground = Ground::start();
    let (mut peer, mut other) = (ground.register("Lime"), ground.register("Momo"));
    let why = "实验课开始了".to_owned();
    let Done::Account(row) = run(&ground, Verb::Kick { account: lime(), why: why.clone() }) else {
        panic!("no account")
    };
    assert_eq!((row.person.account, row.devices, row.ban), (peer.account(), 1, None));
    let told = peer.event(|event| match event {
        Event::Called { text, about, .. } => Some((text.clone(), about.map(|about| about.code))),
        _ => None,
    });
    assert_eq!(told, (why, Some(Occasion::PutOut)));
    assert_eq!(peer.goodbye(), Some(Goodbye::Kicked));
    other.barrier();
    let token = peer.token.clone().unwrap();
    let mut back = ground.connect();
    back.device = peer.device;
    back.sign_in_by_token(peer.account(), &token).unwrap();
}

#[test]
fn a_ban_holds_over_a_restart_says_why_and_ends() {
    let mut ground = Ground::start();
    let mut peer = ground.register("Lime");
    let Done::Banned(row) = run(&ground, ban_lime(Some(60))) else { panic!("no ban") };
    assert_eq!((row.whom.as_str(), row.minutes_left), ("10001", Some(60)));
    assert_eq!(called(&mut peer).0, "刷屏");
    assert_eq!(peer.goodbye(), Some(Goodbye::Banned));
    let (account, device, token) = (peer.account(), peer.device, peer.token.clone().unwrap());
    let by_token = |ground: &Ground| {
        let mut back = ground.connect();
        back.device = device;
        back.sign_in_by_token(account, &token)
    };
    ground.restart();
    for refused in [by_token(&ground), ground.connect().sign_in("Lime", PASSWORD)] {
        let refusal = refused.unwrap_err();
        assert_eq!(refusal.reason, Reason::Banned);
        assert_eq!(refusal.words.as_deref(), Some("刷屏"));
        assert!(refusal.retry_after_ms.is_some_and(|ms| ms > 58 * 60_000 && ms <= 60 * 60_000));
    }
    // Whoever does not know the password learns nothing of it.
    let wrong = ground.connect().sign_in("Lime", "wrong horse").unwrap_err();
    assert_eq!(wrong.reason, Reason::WrongPassword);
    let Done::Bans { rows, .. } = run(&ground, Verb::Bans {}) else { panic!("no bans") };
    assert_eq!(rows.len(), 1);
    run(&ground, Verb::Unban { whom: Whom::Account("10001".to_owned()) });
    by_token(&ground).unwrap();
    let again = admin::run(ground.folder(), Verb::Unban { whom: Whom::Account(lime()) });
    let again = again.unwrap_err().not_done();
    assert_eq!((again.code, &*again.values["name"]), (Cause::NotBanned, "10001"));
}

#[test]
fn a_ban_of_no_time_is_none() {
    let ground = Ground::start();
    let mut peer = ground.register("Lime");
    for minutes in [0, BAN_MINUTES_MAX + 1] {
        let refused = admin::run(ground.folder(), ban_lime(Some(minutes))).unwrap_err().not_done();
        assert_eq!(refused.code, Cause::Minutes);
    }
    peer.barrier();
    assert_eq!(run(&ground, Verb::Bans {}), Done::Bans { rows: Vec::new(), unbanned: None });
}

#[test]
fn a_banned_address_hears_why_and_its_links_end() {
    let mut ground = Ground::start();
    let mut peer = ground.register("Lime");
    let whom = || Whom::Address("127.0.0.1".parse().unwrap());
    let why = "刷屏".to_owned();
    run(&ground, Verb::Ban { whom: whom(), minutes: Some(BAN_MINUTES_MAX), why: why.clone() });
    assert_eq!(called(&mut peer).0, why);
    assert_eq!(peer.goodbye(), Some(Goodbye::Banned));
    let stranger = |ground: &Ground| {
        let mut stranger = Peer::silent(ground.address);
        assert_eq!(stranger.hello(mychat::net::protocol::VERSION), Err(Goodbye::Banned));
        stranger.parting
    };
    assert_eq!(stranger(&ground), Some(why.clone()));
    ground.restart();
    assert_eq!(stranger(&ground), Some(why));
    run(&ground, Verb::Unban { whom: whom() });
    ground.connect().sign_in("Lime", PASSWORD).unwrap();
}

#[test]
fn a_disabled_account_is_signed_out_everywhere_until_it_is_enabled() {
    let ground = Ground::start();
    let mut peer = ground.register("Lime");
    let mut second = ground.second(&peer);
    let disable = |disabled| Verb::Disable { account: lime(), disabled, why: "毕业".to_owned() };
    let Done::Account(row) = run(&ground, disable(true)) else { panic!("no account") };
    assert!(row.disabled && row.devices == 0);
    assert_eq!([peer.goodbye(), second.goodbye()], [Some(Goodbye::Kicked); 2]);
    let refusal = ground.connect().sign_in("Lime", PASSWORD).unwrap_err();
    assert_eq!((refusal.reason, refusal.words.as_deref()), (Reason::Disabled, Some("毕业")));
    run(&ground, disable(false));
    let mut back = ground.connect();
    back.sign_in("Lime", PASSWORD).unwrap();
    run(&ground, Verb::SignOut { account: lime() });
    assert_eq!(back.goodbye(), Some(Goodbye::SignedOut));
}

#[test]
fn what_the_admin_says_stands_in_the_lobby_and_to_one_in_a_talk_of_two() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let say = |text: &str, to| Verb::Say { text: text.to_owned(), to, pinned: true, about: None };
    assert_eq!(run(&ground, say("停电", Audience::Online)), Done::Said { seq: None });
    let Done::Said { seq: Some(seq) } = run(&ground, say("维护", Audience::All)) else {
        panic!()
    };
    let message = |peer: &mut Peer, words: &str| {
        peer.event(|event| match event {
            Event::Message(message) if message.body == text(words) => Some(message.clone()),
            _ => None,
        })
    };
    for peer in [&mut lime, &mut momo] {
        assert_eq!(called(peer), ("停电".to_owned(), true));
        let said = message(peer, "维护");
        assert_eq!((said.from, said.seq.0), (AccountId::SERVER, seq));
        assert_eq!(said.kind, ConversationKind::Lobby);
        assert_eq!(called(peer).0, "维护");
    }
    run(&ground, Verb::Tell { account: "10001".to_owned(), text: "来一下".to_owned() });
    let told = message(&mut lime, "来一下");
    assert_eq!(told.kind, ConversationKind::direct(AccountId::SERVER, lime.account()));
    momo.barrier();
    // It has a name, and nobody reads there.
    let people = Query::People { accounts: vec![AccountId::SERVER] };
    let Ok(Reply::People { people }) = lime.query(people) else { panic!("no people") };
    assert_eq!(people[0].nickname, "test");
    let refusal = lime.say(Target::Account(AccountId::SERVER), text("?")).unwrap_err();
    assert_eq!(refusal.reason, Reason::TakesNoMessages);
    let empty = admin::run(ground.folder(), say(" ", Audience::All));
    assert!(matches!(empty, Err(AdminError::Refused(_))));
}

#[test]
fn a_room_is_dissolved_and_accounts_and_rooms_are_listed() {
    let mut ground = Ground::start();
    let mut lime = ground.register("Lime");
    ground.register("Momo");
    let room = lime.create_room("软工", Joining::Open, &[]).unwrap().room;
    let accounts = |text: &str, skip| Verb::Accounts { text: text.to_owned(), skip };
    let names = |done: Done| match done {
        Done::Accounts { rows, more: false } => {
            rows.into_iter().map(|row| row.person.nickname).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let rooms = |done: Done| match done {
        Done::Rooms { rows, more: false } => rows.len(),
        other => panic!("{other:?}"),
    };
    let all_rooms = || Verb::Rooms { text: String::new(), skip: 0 };
    assert_eq!(names(run(&ground, accounts("", 0))), ["Lime", "Momo"]);
    assert_eq!(names(run(&ground, accounts("mo", 0))), ["Momo"]);
    assert_eq!(names(run(&ground, accounts("10001", 0))), ["Lime"]);
    assert_eq!(names(run(&ground, accounts("", 1))), ["Momo"]);
    assert_eq!(rooms(run(&ground, all_rooms())), 1);
    let Done::Online { sessions } = run(&ground, Verb::List {}) else { panic!("no list") };
    assert_eq!(sessions.len(), 1);
    run(&ground, Verb::Dissolve { room });
    lime.event(|event| match event {
        Event::Message(message) => matches!(
            &message.body,
            Body::Room { change: mychat::domain::RoomChange::Dissolved {}, .. }
        )
        .then_some(()),
        _ => None,
    });
    assert_eq!(rooms(run(&ground, all_rooms())), 0);
    ground.stop();
    assert_eq!(names(run(&ground, accounts("", 0))), ["Lime", "Momo"]);
    let stopped = admin::run(ground.folder(), Verb::List {});
    assert!(matches!(stopped, Err(AdminError::Stopped(_))));
    run(&ground, ban_lime(None));
    ground.restart();
    let refusal = ground.connect().sign_in("Lime", PASSWORD).unwrap_err();
    assert_eq!((refusal.reason, refusal.retry_after_ms), (Reason::Banned, None));
}
