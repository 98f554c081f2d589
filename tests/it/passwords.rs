//! Property: a password changes only for who knows it or holds a code, all other devices are out
//! before the answer, and what was begun and not finished changes nothing.

use mychat::domain::{DeviceId, Presence, Way};
use mychat::net::opaque;
use mychat::net::protocol::{
    Auth, AuthStep, ClientFrame, Command, Event, Goodbye, Opaque, Query, Reason, Reply,
    ServerFrame, Signal, Stretch,
};
use mychat::net::verb::{Done, ResetCode, Verb};
use mychat::server::admin;

use crate::peer::{Ground, PASSWORD, Peer, text};

const NEW: &str = "battery staple";

fn reason<T: std::fmt::Debug>(result: Result<T, mychat::net::protocol::Refusal>) -> Reason {
    result.expect_err("it was taken").reason
}

fn devices(peer: &mut Peer) -> Vec<mychat::net::protocol::DeviceRow> {
    let Ok(Reply::Devices { devices }) = peer.query(Query::Devices {}) else { panic!() };
    devices
}

#[test]
fn a_new_password_ends_all_other_devices_before_it_is_answered() {
    let ground = Ground::start();
    let mut lime = ground.register("Lime");
    let mut other = ground.second(&lime);
    let (account, old_token) = (lime.account(), other.token.clone().unwrap());
    assert_eq!(reason(lime.change(NEW)), Reason::NotProven);
    assert_eq!(reason(lime.prove("wrong horse")), Reason::WrongPassword);
    assert_eq!(reason(lime.change(NEW)), Reason::NotProven);
    lime.prove(PASSWORD).unwrap();
    lime.change(NEW).unwrap();
    let mut back = ground.connect();
    back.device = other.device;
    let by_token = back.sign_in_by_token(account, &old_token);
    assert_eq!(reason(by_token), Reason::TokenInvalid, "void at once");
    assert_eq!(other.goodbye(), Some(Goodbye::PasswordChanged));
    assert_eq!(reason(back.sign_in("Lime", PASSWORD)), Reason::WrongPassword);
    back.sign_in("Lime", NEW).unwrap();
    let own_token = lime.token.clone().unwrap();
    let mut again = ground.connect();
    again.device = lime.device;
    again.sign_in_by_token(account, &own_token).unwrap();
    assert_eq!(reason(again.change(PASSWORD)), Reason::NotProven, "a proof is one link's");
}

#[test]
fn a_password_that_is_changed_between_the_two_steps_signs_nobody_in() {
    let ground = Ground::start();
    let mut lime = ground.register("Lime");
    let mut late = ground.connect();
    let (state, request) = opaque::sign_in_start(PASSWORD).unwrap();
    let step = late.auth(Auth::SignInStart { login: "Lime".to_owned(), request }).unwrap();
    lime.prove(PASSWORD).unwrap();
    lime.change(NEW).unwrap();
    late.finish_sign_in(state, &step);
    let ServerFrame::Refused { refusal, .. } = late.read().unwrap() else { panic!("signed in") };
    assert_eq!(refusal.reason, Reason::WrongPassword);
    assert_eq!(devices(&mut lime).len(), 1);
    late.sign_in("Lime", NEW).unwrap();
}

#[test]
fn of_two_devices_that_change_it_at_once_one_wins_and_the_other_is_out() {
    let ground = Ground::start();
    let mut lime = ground.register("Lime");
    let mut other = ground.second(&lime);
    lime.prove(PASSWORD).unwrap();
    other.prove(PASSWORD).unwrap();
    // Both get as far as the last step before one of them takes it.
    let finish = |peer: &mut Peer, new: &str| {
        let (state, request) = opaque::register_start(new).unwrap();
        let step = peer.auth(Auth::ChangeStart { request }).unwrap();
        let AuthStep::RegisterChallenge { response } = step else { panic!("{step:?}") };
        let stretch = Stretch::CHEAP;
        let record = state.finish(new, &response, stretch, &peer.server_id).unwrap();
        Auth::ChangeFinish { record, stretch }
    };
    let (first, second) = (finish(&mut lime, NEW), finish(&mut other, "third time lucky"));
    lime.send(&ClientFrame::Auth { id: 90, auth: first });
    other.send(&ClientFrame::Auth { id: 90, auth: second });
    let ended = [&mut lime, &mut other].map(|peer| {
        loop {
            match peer.read() {
                Ok(ServerFrame::Auth { step: AuthStep::Changed {}, .. }) => break true,
                Ok(ServerFrame::Refused { id: 90, refusal }) => {
                    assert!(matches!(refusal.reason, Reason::Fenced | Reason::NotProven));
                    break false;
                }
                Ok(ServerFrame::Goodbye(goodbye)) => {
                    assert_eq!(goodbye, Goodbye::PasswordChanged);
                    break false;
                }
                Ok(_) => {}
                Err(_) => break false,
            }
        }
    });
    assert_ne!(ended[0], ended[1], "exactly one");
    let right = if ended[0] { NEW } else { "third time lucky" };
    let mut peer = ground.connect();
    assert_eq!(reason(peer.sign_in("Lime", PASSWORD)), Reason::WrongPassword);
    peer.sign_in("Lime", right).unwrap();
}

#[test]
fn steps_out_of_order_change_nothing() {
    let ground = Ground::start();
    let mut lime = ground.register("Lime");
    let (_, request) = opaque::register_start(NEW).unwrap();
    assert_eq!(reason(lime.auth(Auth::ChangeStart { request })), Reason::NotProven);
    let record = Opaque(vec![7; 192]);
    let stretch = Stretch::CHEAP;
    let finish = Auth::ChangeFinish { record: record.clone(), stretch };
    assert_eq!(reason(lime.auth(finish)), Reason::OutOfOrder);
    let finalization = Opaque(vec![0; 64]);
    assert_eq!(reason(lime.auth(Auth::ProveFinish { finalization })), Reason::OutOfOrder);
    assert_eq!(reason(lime.auth(Auth::Delete {})), Reason::NotProven);
    let login = "Lime".to_owned();
    let (_, request) = opaque::sign_in_start(PASSWORD).unwrap();
    let again = Auth::SignInStart { login, request };
    assert_eq!(reason(lime.auth(again)), Reason::AlreadySignedIn);
    let mut stranger = ground.connect();
    assert_eq!(reason(stranger.prove(PASSWORD)), Reason::NotSignedIn);
    let (device, device_name) = (stranger.device, String::new());
    let finish = Auth::RecoverFinish { record, stretch, device, device_name };
    assert_eq!(reason(stranger.auth(finish)), Reason::OutOfOrder);
    stranger.sign_in("Lime", PASSWORD).unwrap();
}

#[test]
fn a_recovery_code_opens_one_new_password_and_ends_all_devices() {
    let ground = Ground::start();
    let mut lime = ground.register("Lime");
    let code = lime.recovery.clone().unwrap();
    let mut stranger = ground.connect();
    let wrong = "A".repeat(26);
    assert_eq!(reason(stranger.recover("Lime", &wrong, NEW)), Reason::WrongCode);
    assert_eq!(reason(stranger.recover("Nobody", &code, NEW)), Reason::WrongCode);
    let mut forgetful = ground.connect();
    assert_eq!(forgetful.recover("lime", &code, NEW), Ok(lime.account()));
    assert_eq!(lime.goodbye(), Some(Goodbye::PasswordChanged));
    forgetful.say(mychat::domain::Target::Lobby, text("back")).unwrap();
    let next = forgetful.recovery.clone().unwrap();
    assert_ne!(next, code);
    assert_eq!(reason(stranger.recover("Lime", &code, PASSWORD)), Reason::WrongCode, "spent");
    let mut again = ground.connect();
    assert_eq!(reason(again.sign_in("Lime", PASSWORD)), Reason::WrongPassword);
    again.sign_in("Lime", NEW).unwrap();
    ground.connect().recover("Lime", &next, PASSWORD).unwrap();
}

#[test]
fn codes_cannot_be_tried_one_after_the_other() {
    let ground = Ground::start();
    ground.register("Lime");
    let mut stranger = ground.connect();
    let mut refused = Vec::new();
    for first in ["A", "B", "C", "D", "E", "F", "G"] {
        let wrong = format!("{first}{}", "A".repeat(25));
        refused.push(reason(stranger.recover("Lime", &wrong, NEW)));
    }
    assert_eq!(refused[..4], [Reason::WrongCode; 4]);
    assert_eq!(refused.last(), Some(&Reason::LockedOut));
}

#[test]
fn an_administrators_code_opens_once_on_a_running_server_and_on_a_stopped_one() {
    let mut ground = Ground::start();
    let mut lime = ground.register("Lime");
    let code = |ground: &Ground| {
        let verb = Verb::Reset { account: "Lime".to_owned() };
        let Ok(Done::Reset(ResetCode { code, minutes: 15, account, .. })) =
            admin::run(ground.folder(), verb)
        else {
            panic!("no code")
        };
        assert_eq!(account.0, 10_001);
        code
    };
    let (older, newer) = (code(&ground), code(&ground));
    let mut peer = ground.connect();
    assert_eq!(reason(peer.recover("10001", &older, NEW)), Reason::WrongCode, "replaced");
    assert_eq!(lime.say(mychat::domain::Target::Lobby, text("still in")).unwrap().seq.0, 1);
    peer.recover("10001", &newer, NEW).unwrap();
    assert_eq!(lime.goodbye(), Some(Goodbye::PasswordChanged));
    assert_eq!(reason(ground.connect().recover("10001", &newer, NEW)), Reason::WrongCode);
    ground.stop();
    let stopped = code(&ground);
    ground.restart();
    ground.connect().recover("10001", &stopped, PASSWORD).unwrap();
}

#[test]
fn devices_are_listed_and_signed_out_one_by_one_or_all() {
    let ground = Ground::start();
    let mut lime = ground.register("Lime");
    let (mut second, mut third) = (ground.second(&lime), ground.second(&lime));
    let rows = devices(&mut lime);
    assert_eq!(rows.len(), 3);
    assert!(rows[0].current && rows[0].device == lime.device);
    assert!(rows.iter().all(|row| row.name == "desk" && row.client == "test"));
    assert!(rows.iter().all(|row| row.address == "127.0.0.1" && row.created > 0));
    let revoke = |device| Command::Revoke { device };
    assert_eq!(reason(lime.command(revoke(lime.device))), Reason::BadValue, "sign out for that");
    assert_eq!(reason(lime.command(revoke(DeviceId([9; 16])))), Reason::NotFound);
    let token = second.token.clone().unwrap();
    lime.command(revoke(second.device)).unwrap();
    assert_eq!(second.goodbye(), Some(Goodbye::SignedOut));
    let mut back = ground.connect();
    back.device = second.device;
    assert_eq!(reason(back.sign_in_by_token(lime.account(), &token)), Reason::TokenInvalid);
    third.barrier();
    // Who is there is there now; who left was there when it left, seen or not.
    let used = |peer: &mut Peer, of: DeviceId| {
        devices(peer).into_iter().find(|row| row.device == of).unwrap().used
    };
    let first = used(&mut lime, third.device);
    while used(&mut lime, third.device) == first {}
    third.send(&ClientFrame::Signal(Signal::Presence(Presence::Invisible)));
    lime.send(&ClientFrame::Signal(Signal::Presence(Presence::Invisible)));
    lime.barrier();
    third.barrier();
    let since = mychat::clock::wall_ms();
    let (token, device) = (third.token.clone().unwrap(), third.device);
    third.send(&ClientFrame::Bye {});
    third.goodbye();
    let mut left = since;
    while used(&mut lime, device) != left {
        left = used(&mut lime, device);
        let now = mychat::clock::wall_ms();
        while mychat::clock::wall_ms() < now + 5 {}
    }
    assert!(left >= since && left > 0, "an invisible one left");
    let mut third = ground.connect();
    third.device = device;
    third.sign_in_by_token(lime.account(), &token).unwrap();
    lime.command(Command::RevokeOthers {}).unwrap();
    assert_eq!(third.goodbye(), Some(Goodbye::SignedOut));
    assert_eq!(devices(&mut lime).len(), 1);
    lime.command(Command::RevokeOthers {}).unwrap();
}

#[test]
fn an_account_that_is_deleted_leaves_what_it_said_and_nothing_else() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.friends(["Lime", "Momo"]);
    let mut rook = ground.register("Rook");
    let mut other = ground.second(&lime);
    let (me, to) = (lime.account(), momo.account());
    rook.ask(me).unwrap();
    let code = lime.recovery.clone().unwrap();
    let message = lime.say(mychat::domain::Target::Account(to), text("farewell")).unwrap();
    assert_eq!(reason(lime.auth(Auth::Delete {})), Reason::NotProven);
    lime.prove(PASSWORD).unwrap();
    assert_eq!(lime.auth(Auth::Delete {}), Ok(AuthStep::Deleted {}));
    assert_eq!(lime.goodbye(), Some(Goodbye::Deleted));
    assert_eq!(other.goodbye(), Some(Goodbye::Deleted));
    let people = momo.event(|event| match event {
        Event::People { people } => Some(people.clone()),
        _ => None,
    });
    assert!(people[0].is_gone() && people[0].account == me);
    assert!(momo.friend(me).is_none());
    assert_eq!(rook.request(me, Way::Out), None);
    assert_eq!(momo.history(message.conversation, crate::peer::NEWEST).0, [message]);
    assert!(momo.found("Lime").is_empty() && momo.found("10001").is_empty());
    let answer = momo.say(mychat::domain::Target::Account(me), text("?")).unwrap_err();
    assert_eq!(answer.reason, Reason::AccountGone);
    assert_eq!(reason(rook.ask(me)), Reason::AccountGone);
    let mut back = ground.connect();
    assert_eq!(reason(back.sign_in("Lime", PASSWORD)), Reason::WrongPassword);
    assert_eq!(reason(back.recover("10001", &code, NEW)), Reason::WrongCode);
    assert_eq!(reason(back.register("lime")), Reason::NameTaken, "never given again");
    assert!(back.register("Tern").unwrap().0 > 10_003);
}
