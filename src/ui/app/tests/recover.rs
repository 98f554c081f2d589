//! A forgotten password: errors stand at their fields, the new code is shown before the panel opens.

use crate::client::api::{Saved, Secret, Trust};
use crate::client::{Answer, ClientEvent, Failure, Intent, LinkState};
use crate::domain::{AccountId, Presence, ServerId};
use crate::net::address::Address;
use crate::net::protocol::{Goodbye, Reason, Refusal};
use crate::ui::app::done::{DoneMsg, Way};
use crate::ui::app::errors::FieldError;
use crate::ui::app::login::{Field as LoginField, LoginMsg, Phase, Problem};
use crate::ui::app::recover::{Field, RecoverMsg, Typed};
use crate::ui::app::testing::{World, found, person, ticket_of};
use crate::ui::app::trust::TrustMsg;
use crate::ui::app::{Effect, Msg, Screen};

const CODE: &str = "abcd-efgh-ijkl-mnop-qrst-uvwx-yz";

fn typed(account: &str, code: &str, password: &str, again: &str) -> Typed {
    Typed {
        account: account.into(),
        code: Secret::new(code),
        password: Secret::new(password),
        again: Secret::new(again),
    }
}

fn right() -> Typed {
    typed(" 10001 ", CODE, "correct horse", "correct horse")
}

fn opened() -> World {
    let mut world = World::new();
    world.restore(Saved::default());
    world.send(Msg::Servers(vec![found(1, "Lab")]));
    world.send(Msg::Login(LoginMsg::AccountTyped(" 10001".into())));
    world.send(Msg::Login(LoginMsg::Forgot));
    world
}

fn submit(world: &mut World, typed: Typed) -> Vec<Effect> {
    world.send(Msg::Recover(RecoverMsg::Submit(typed)))
}

fn error(world: &World, field: Field) -> Option<FieldError> {
    world.model.recover.as_ref()?.errors.get(field).cloned()
}

/// The server took the code.
fn recovered(world: &mut World) -> Vec<Effect> {
    submit(world, right());
    let ticket = world.up().iter().find_map(ticket_of).unwrap();
    let you = person(10_001, "青柠");
    world.event(ClientEvent::SignedIn { you: you.clone(), presence: Presence::Online });
    let (recovery, token) = (Secret::new("ABCDEFGH"), Secret::new("00"));
    let result = Ok(Answer::Registered { you, recovery, token });
    world.event(ClientEvent::Answered { ticket, result })
}

#[test]
fn it_needs_a_server_and_takes_over_the_account() {
    let world = opened();
    assert_eq!(world.model.recover.as_ref().unwrap().account, "10001");
    let mut world = World::new();
    let effects = world.send(Msg::Login(LoginMsg::Forgot));
    assert!(matches!(effects[..], [Effect::FocusLogin(LoginField::Host)]));
    assert_eq!(world.model.login.phase, Phase::Failed(Problem::NoServer));
    assert!(world.model.recover.is_none());
}

#[test]
fn the_first_wrong_field_gets_the_cursor_and_nothing_is_sent() {
    let mut world = opened();
    let effects = submit(&mut world, typed(" ", " ", "short", "other"));
    assert!(matches!(effects[..], [Effect::FocusRecover(Field::Account)]));
    assert_eq!(error(&world, Field::Account), Some(FieldError::NoAccount));
    assert_eq!(error(&world, Field::Code), Some(FieldError::NoCode));
    let length = FieldError::Failure(Failure::PasswordLength);
    assert_eq!(error(&world, Field::Password), Some(length));
    assert_eq!(error(&world, Field::Again), Some(FieldError::Mismatch));
    world.send(Msg::Recover(RecoverMsg::Typed(Field::Account)));
    assert_eq!(error(&world, Field::Account), None);
    let form = Some(FieldError::Failure(Failure::CodeForm));
    let short = typed("10001", "abcd-efgh", "correct horse", "correct horse");
    let effects = submit(&mut world, short);
    assert!(matches!(effects[..], [Effect::FocusRecover(Field::Code)]));
    assert_eq!(error(&world, Field::Code), form);
    world.send(Msg::Recover(RecoverMsg::Typed(Field::Code)));
    let left = |field, code| RecoverMsg::Left(field, typed("", code, "", "x"));
    world.send(Msg::Recover(left(Field::Code, "")));
    assert_eq!(error(&world, Field::Code), None, "what is empty is not wrong yet");
    world.send(Msg::Recover(left(Field::Code, "abc")));
    assert_eq!(error(&world, Field::Code), form);
    world.send(Msg::Recover(left(Field::Again, "")));
    assert_eq!(error(&world, Field::Again), Some(FieldError::Mismatch));
}

#[test]
fn a_refusal_stands_at_its_field() {
    let refused = |reason| Failure::Refused(Refusal::new(reason));
    let cases = [
        (refused(Reason::WrongCode), Some(Field::Code)),
        (refused(Reason::NotFound), Some(Field::Account)),
        (Failure::CodeForm, Some(Field::Code)),
        (Failure::PasswordCommon, Some(Field::Password)),
        (refused(Reason::LockedOut), None),
        (refused(Reason::Disabled), None),
        (Failure::LinkLost, None),
    ];
    for (why, field) in cases {
        let mut world = opened();
        submit(&mut world, right());
        let ticket = world.up().iter().find_map(ticket_of).unwrap();
        world.event(ClientEvent::Answered { ticket, result: Err(why.clone()) });
        let recover = world.model.recover.as_ref().unwrap();
        match field {
            Some(field) => {
                assert_eq!(recover.errors.get(field), Some(&FieldError::Failure(why)));
            }
            None => assert_eq!(recover.problem.as_ref(), Some(&why)),
        }
        assert_eq!(world.model.login.phase, Phase::Idle, "the window in front says it");
        assert!(world.model.attempt.is_none());
    }
}

#[test]
fn the_key_of_an_unknown_server_is_asked_about_first() {
    let mut world = World::new();
    world.send(Msg::Login(LoginMsg::OpenOther));
    world.send(Msg::Login(LoginMsg::HostTyped("chat.example".into())));
    world.send(Msg::Login(LoginMsg::Forgot));
    let effects = submit(&mut world, right());
    let connects =
        |effect: &Effect| matches!(effect, Effect::Ask(Intent::Connect { trust: Trust::Ask, .. }));
    assert!(effects.iter().any(connects));
    let address = Address { host: "chat.example".into(), port: 1029 };
    let offered = ServerId([1; 32]);
    world.event(ClientEvent::TrustNeeded { address, offered });
    let why = Failure::KeyUnknown;
    world.event(ClientEvent::Link(LinkState::Down { retry_in_ms: 0, why }));
    world.send(Msg::Trust(TrustMsg::Compared(true)));
    world.send(Msg::Trust(TrustMsg::Accept));
    let effects = world.up();
    let [Effect::Ask(Intent::Recover { login, remember, .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!((login.as_str(), *remember), ("10001", false));
}

#[test]
fn the_new_code_is_shown_before_the_panel_opens() {
    let mut world = opened();
    world.send(Msg::Login(LoginMsg::Presence(Presence::Invisible)));
    world.send(Msg::Login(LoginMsg::Remember(true)));
    let effects = recovered(&mut world);
    let hides = |effect: &Effect| {
        matches!(effect, Effect::Ask(Intent::SetPresence { presence: Presence::Invisible, .. }))
    };
    assert!(effects.iter().any(hides), "as it was chosen before");
    assert_eq!(world.model.screen, Screen::Login);
    assert!(world.model.recover.is_none());
    let done = world.model.done.as_ref().unwrap();
    assert_eq!((done.way, done.recovery_shown().as_str()), (Way::Recovered, "ABCD-EFGH"));
    let effects = world.send(Msg::Done(DoneMsg::Close));
    assert!(matches!(effects[..], [Effect::AskBeforeEntering]), "it is shown this once");
    world.send(Msg::Done(DoneMsg::CopyRecovery));
    world.send(Msg::Done(DoneMsg::Close));
    assert_eq!(world.model.screen, Screen::Panel);
    assert!(world.model.done.is_none());
    assert_eq!(world.model.my_account(), Some(AccountId(10_001)));
}

#[test]
fn whoever_is_signed_out_while_the_code_is_read_comes_back_to_the_login_window() {
    let mut world = opened();
    recovered(&mut world);
    let why = Failure::Goodbye(Goodbye::PasswordChanged);
    world.event(ClientEvent::SignedOut { why: why.clone() });
    assert!(world.model.done.is_some(), "the code stays in sight");
    world.send(Msg::Done(DoneMsg::Enter));
    assert!(world.model.done.is_none());
    assert_eq!(world.model.screen, Screen::Login);
    assert_eq!(world.model.login.phase, Phase::Failed(Problem::SignedOut(why)));
}

#[test]
fn closing_gives_up_and_a_late_answer_opens_nothing() {
    let mut world = opened();
    submit(&mut world, right());
    let ticket = world.up().iter().find_map(ticket_of).unwrap();
    world.send(Msg::Recover(RecoverMsg::Close));
    assert!(world.model.recover.is_none() && world.model.attempt.is_none());
    let result = Err(Failure::LinkLost);
    world.event(ClientEvent::Answered { ticket, result });
    assert_eq!(world.model.login.phase, Phase::Idle);
}
