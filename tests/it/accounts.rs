//! Property: an account is made once, is entered only with its password or token, and every
//! refusal has its own reason.

use mychat::domain::{AccountId, Body, DeviceId, Nonce, Target};
use mychat::net::protocol::{
    Auth, ClientFrame, Command, Goodbye, Opaque, Reason, ServerFrame, VERSION,
};
use mychat::net::verb::{Done, Verb};
use mychat::server::{STORE_FILE, admin};
use mychat::store::{Engine, Writes, schema};

use crate::peer::{Ground, PASSWORD, Peer, fresh, set, text};

#[test]
fn numbers_are_counted_from_10001_and_survive_a_restart() {
    let mut ground = Ground::start();
    assert_eq!(ground.register("青柠").account(), AccountId(10_001));
    assert_eq!(ground.register("小满").account(), AccountId(10_002));
    ground.restart();
    let third = ground.register("Momo");
    assert_eq!(third.account(), AccountId(10_003));
    assert!(third.recovery.unwrap().len() >= 26);
}

#[test]
fn nobody_becomes_administrator_by_being_first() {
    let ground = Ground::start();
    assert_eq!(ground.register("first").you.unwrap().role, mychat::domain::Role::Member);
}

#[test]
fn a_password_opens_by_number_and_by_nickname_and_no_other_does() {
    let mut ground = Ground::start();
    let account = ground.register("Lime").account();
    ground.restart();
    let mut peer = ground.connect();
    assert_eq!(peer.sign_in("Lime", PASSWORD), Ok(account));
    let mut peer = ground.connect();
    assert_eq!(peer.sign_in(" lime ", PASSWORD), Ok(account));
    let mut peer = ground.connect();
    let wrong = peer.sign_in("10001", "wrong horse").unwrap_err();
    let nobody = peer.sign_in("10099", "wrong horse").unwrap_err();
    assert_eq!((wrong.reason, &wrong), (Reason::WrongPassword, &nobody));
    assert_eq!(peer.sign_in("10001", PASSWORD), Ok(account), "the same link may try again");
}

#[test]
fn too_many_wrong_passwords_wait_and_others_do_not() {
    let ground = Ground::start();
    ground.register("Lime");
    ground.register("Momo");
    let mut peer = ground.connect();
    for _ in 0..5 {
        assert_eq!(peer.sign_in("Lime", "wrong horse").unwrap_err().reason, Reason::WrongPassword);
    }
    let locked = peer.sign_in("10001", PASSWORD).unwrap_err();
    assert_eq!(locked.reason, Reason::LockedOut);
    assert!(locked.retry_after_ms.unwrap() <= 60_000);
    assert!(peer.sign_in("Momo", PASSWORD).is_ok());
}

#[test]
fn nicknames_are_refused_by_the_rule_that_they_break() {
    let ground = Ground::start();
    ground.register("Lime");
    let mut peer = ground.connect();
    let cases = [
        ("lime", Reason::NameTaken),
        ("L\u{0456}me", Reason::NameTaken),
        ("", Reason::NameEmpty),
        ("12345", Reason::NameNumber),
        ("admin", Reason::NameReserved),
        ("a\u{202E}b", Reason::NameCharacter),
        ("一二三四五六七八九十一二三四五六七", Reason::NameTooLong),
    ];
    for (nickname, reason) in cases {
        assert_eq!(peer.register(nickname).unwrap_err().reason, reason, "{nickname:?}");
    }
    assert!(peer.register("Momo").is_ok());
}

#[test]
fn two_who_want_the_same_name_at_once_get_one_account() {
    let ground = Ground::start();
    let (mut a, mut b) = (ground.connect(), ground.connect());
    let start = |peer: &mut Peer| {
        let (state, request) = mychat::net::opaque::register_start(PASSWORD).unwrap();
        let nickname = "Lime".to_owned();
        let step = peer.auth(Auth::RegisterStart { nickname, code: None, request });
        (state, step.unwrap())
    };
    // Both are told that the name is free; only the first transaction may have it.
    drop(start(&mut a));
    assert!(b.register("Lime").is_ok());
    assert_eq!(a.register("Lime").unwrap_err().reason, Reason::NameTaken);
    assert_eq!(ground.register("Momo").account(), AccountId(10_002), "no number was lost");
}

#[test]
fn registration_can_be_closed_or_need_a_code() {
    let ground = Ground::with(&[("registration.code", "LAB3-7QX2"), ("registration", "code")]);
    let mut peer = ground.connect();
    assert_eq!(peer.register("Lime").unwrap_err().reason, Reason::RegistrationCode);
    let wrong = peer.register_with("Lime", Some("LAB3"));
    assert_eq!(wrong.unwrap_err().reason, Reason::RegistrationCode);
    assert!(peer.register_with("Lime", Some(" lab3 7qx2")).is_ok(), "as it was read aloud");
    let ground = Ground::with(&[("registration", "closed")]);
    let refusal = ground.connect().register("Lime").unwrap_err();
    assert_eq!(refusal.reason, Reason::RegistrationClosed);
}

#[test]
fn a_code_is_used_up_by_those_who_register_and_by_nobody_else() {
    let mut ground = Ground::with(&[("registration.code", "LAB3-7QX2"), ("registration", "code")]);
    set(ground.folder(), "registration.code.uses", "2");
    let by_code = |ground: &Ground, nickname: &str| {
        ground.connect().register_with(nickname, Some("LAB3-7QX2")).map(drop)
    };
    let left = |ground: &Ground| {
        let verb = Verb::Get { key: Some("registration.code".to_owned()) };
        match admin::run(ground.folder(), verb) {
            Ok(Done::Settings(values)) => values["registration.code.uses"].clone(),
            other => panic!("{other:?}"),
        }
    };
    by_code(&ground, "Lime").unwrap();
    assert_eq!(by_code(&ground, "Lime").unwrap_err().reason, Reason::NameTaken);
    assert_eq!(left(&ground), "1");
    ground.restart();
    by_code(&ground, "Momo").unwrap();
    let refused = by_code(&ground, "Plum").unwrap_err();
    assert_eq!((refused.reason, &*left(&ground)), (Reason::CodeUsedUp, "0"));
    // It is another one's business whether the code is right.
    let wrong = ground.connect().register_with("Plum", Some("LAB3")).unwrap_err();
    assert_eq!(wrong.reason, Reason::RegistrationCode);
    set(ground.folder(), "registration.code", "NEXT-2345");
    assert_eq!(left(&ground), "off");
    ground.connect().register_with("Plum", Some("NEXT-2345")).unwrap();
}

#[test]
fn a_code_holds_to_the_end_of_its_last_day() {
    let mut ground = Ground::with(&[("registration.code", "LAB3-7QX2"), ("registration", "code")]);
    // Nobody can set that, but days go by.
    ground.stop();
    let engine = Engine::open(ground.folder(), STORE_FILE, schema::MIGRATIONS, 1 << 20).unwrap();
    let transaction = engine.write().unwrap();
    let mut rows = Writes::open(&transaction).unwrap();
    rows.put_setting("registration.code.until", "2020-01-01").unwrap();
    drop(rows);
    transaction.commit().unwrap();
    drop(engine);
    ground.restart();
    let refused = ground.connect().register_with("Lime", Some("LAB3-7QX2")).unwrap_err();
    assert_eq!(refused.reason, Reason::CodeExpired);
    set(ground.folder(), "registration.code.until", "9999-12-31");
    ground.connect().register_with("Lime", Some("LAB3-7QX2")).unwrap();
}

#[test]
fn registrations_are_counted_by_address() {
    let ground = Ground::with(&[("registrations.per_hour", "2")]);
    ground.register("one");
    ground.register("two");
    let refusal = ground.connect().register("three").unwrap_err();
    assert_eq!(refusal.reason, Reason::RegistrationBusy);
    assert!(refusal.retry_after_ms.unwrap() > 60_000);
    // Another setting or a reload gives nobody back what was used. Buckets follow a setting a moment after
    // it was set, so a change that lets one more in is waited for: it lets in one, not three.
    set(ground.folder(), "server.name", "x");
    admin::run(ground.folder(), Verb::Reload {}).unwrap();
    assert!(ground.connect().register("three").is_err());
    set(ground.folder(), "registrations.per_hour", "3");
    let mut third = ground.connect();
    while third.register("three").is_err() {}
    let refusal = ground.connect().register("four").unwrap_err();
    assert_eq!(refusal.reason, Reason::RegistrationBusy);
}

#[test]
fn a_token_signs_its_device_in_until_it_is_signed_out() {
    let mut ground = Ground::start();
    let mut first = ground.register("Lime");
    let (account, device, token) = (first.account(), first.device, first.token.clone().unwrap());
    ground.restart();
    let mut peer = ground.connect();
    let stolen = peer.sign_in_by_token(account, &token).unwrap_err();
    assert_eq!(stolen.reason, Reason::TokenInvalid, "another device has no use for it");
    peer.device = device;
    let forged = peer.sign_in_by_token(account, &Opaque(vec![7; 32])).unwrap_err();
    assert_eq!(forged.reason, Reason::TokenInvalid);
    assert_eq!(peer.sign_in_by_token(account, &token), Ok(account));
    assert_eq!(peer.command(Command::SignOut {}), Ok(()));
    assert_eq!(peer.goodbye(), Some(Goodbye::SignedOut));
    let mut late = ground.connect();
    late.device = device;
    assert_eq!(late.sign_in_by_token(account, &token).unwrap_err().reason, Reason::TokenInvalid);
    assert_eq!(first.goodbye(), Some(Goodbye::ShuttingDown), "its server was stopped");
}

#[test]
fn a_new_sign_in_of_a_device_fences_the_old_link() {
    let ground = Ground::start();
    let (mut old, mut momo) = ground.acquainted(["Lime", "Momo"]);
    let (account, token) = (old.account(), old.token.clone().unwrap());
    let mut new = ground.connect();
    new.device = old.device;
    new.sign_in_by_token(account, &token).unwrap();
    // Whatever the old link still sends is not executed, and nothing more is delivered to it.
    let command = Command::Send { to: Target::Lobby, nonce: Nonce(fresh()), body: text("late") };
    old.try_send(&ClientFrame::Command { id: 99, command }).ok();
    momo.say(Target::Account(account), text("hello")).unwrap();
    assert_eq!(new.message().body, text("hello"));
    loop {
        match old.read() {
            Ok(ServerFrame::Event(mychat::net::protocol::Event::Message(message))) => {
                panic!("delivered to a fenced link: {message:?}")
            }
            Ok(ServerFrame::Goodbye(goodbye)) => {
                assert_eq!(goodbye, Goodbye::Replaced);
                break;
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    let lobby = new.heads().into_iter().find(|head| head.conversation.0 == 1).unwrap();
    assert_eq!(lobby.head.0, 0);
}

#[test]
fn devices_are_remembered_up_to_a_limit_and_the_idlest_goes() {
    let ground = Ground::with(&[("devices.per_account", "2"), ("passwords.per_minute", "1000")]);
    let mut first = ground.register("Lime");
    let (account, token) = (first.account(), first.token.clone().unwrap());
    for _ in 0..2 {
        ground.connect().sign_in("Lime", PASSWORD).unwrap();
    }
    assert_eq!(first.goodbye(), Some(Goodbye::SignedOut), "its live session is over, too");
    let mut again = ground.connect();
    again.device = first.device;
    assert_eq!(again.sign_in_by_token(account, &token).unwrap_err().reason, Reason::TokenInvalid);
}

#[test]
fn one_link_too_many_changes_nothing() {
    let ground = Ground::with(&[("links.per_account", "1"), ("passwords.per_minute", "1000")]);
    let mut first = ground.register("Lime");
    let mut second = ground.connect();
    let (state, request) = mychat::net::opaque::sign_in_start(PASSWORD).unwrap();
    let step = second.auth(Auth::SignInStart { login: "Lime".to_owned(), request }).unwrap();
    second.finish_sign_in(state, &step);
    assert_eq!(second.goodbye(), Some(Goodbye::TooManyLinks));
    assert_eq!(first.say(Target::Lobby, text("undisturbed")).unwrap().seq.0, 1);
}

#[test]
fn steps_out_of_order_are_refused_and_nothing_is_made() {
    let ground = Ground::start();
    let mut peer = ground.connect();
    let finalization = Opaque(vec![1; 64]);
    let (device, device_name) = (DeviceId([1; 16]), "desk".to_owned());
    let auth = Auth::SignInFinish { finalization, device, device_name, presence: None };
    assert_eq!(peer.auth(auth).unwrap_err().reason, Reason::OutOfOrder);
    let command = Command::Send { to: Target::Lobby, nonce: Nonce(fresh()), body: text("hi") };
    assert_eq!(peer.command(command).unwrap_err().reason, Reason::NotSignedIn);
    peer.register("Lime").unwrap();
    let (_, request) = mychat::net::opaque::sign_in_start(PASSWORD).unwrap();
    let auth = Auth::SignInStart { login: "Lime".to_owned(), request };
    assert_eq!(peer.auth(auth).unwrap_err().reason, Reason::AlreadySignedIn);
    assert_eq!(peer.say(Target::Lobby, Body::text("still here")).unwrap().seq.0, 1);
}

/// A stranger who knows a number and no token must not hold that person's places.
#[test]
fn garbage_tokens_take_no_place() {
    let ground = Ground::with(&[("links.per_account", "2"), ("links.new_per_minute", "1000")]);
    let lime = ground.register("Lime");
    let (account, token) = (lime.account(), lime.token.clone().unwrap());
    let mut strangers = Vec::new();
    for number in 0..8 {
        let mut stranger = ground.connect();
        stranger.device = DeviceId([number; 16]);
        let garbage = Opaque(vec![number; 32]);
        let refused = stranger.sign_in_by_token(account, &garbage).unwrap_err();
        assert_eq!(refused.reason, Reason::TokenInvalid);
        strangers.push(stranger);
    }
    let mut again = ground.connect();
    again.device = lime.device;
    assert_eq!(again.sign_in_by_token(account, &token), Ok(account));
}

#[test]
fn a_link_that_says_token_and_has_none_is_counted_like_any_other() {
    let ground = Ground::with(&[("links.new_per_minute", "3")]);
    let mut turned_away = 0;
    for number in 0..6 {
        let mut peer = Peer::silent(ground.address);
        peer.hello_as(VERSION, true).unwrap();
        let (_, request) = mychat::net::opaque::register_start(PASSWORD).unwrap();
        let nickname = format!("n{number}x");
        let step = Auth::RegisterStart { nickname, code: None, request };
        peer.send(&ClientFrame::Auth { id: 1, auth: step });
        match peer.read().unwrap() {
            ServerFrame::Auth { .. } => {}
            ServerFrame::Goodbye(goodbye) => {
                assert_eq!(goodbye, Goodbye::TooManyLinks);
                turned_away += 1;
            }
            other => panic!("unexpected {other:?}"),
        }
    }
    assert_eq!(turned_away, 3);
}

#[test]
fn a_nickname_that_reads_like_a_number_is_nobodys_number() {
    let ground = Ground::start();
    ground.register("Lime");
    let plus = ground.register("+10001");
    let mut peer = ground.connect();
    assert_eq!(peer.sign_in("+10001", PASSWORD), Ok(plus.account()));
}
