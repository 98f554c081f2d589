//! Making an account: errors stand at their fields, the number is shown once it exists.

use crate::client::api::Secret;
use crate::client::{Answer, ClientEvent, Failure, Intent};
use crate::domain::NicknameError;
use crate::net::protocol::{Reason, Refusal, Registration};
use crate::ui::app::done::{DoneMsg, Way};
use crate::ui::app::errors::FieldError;
use crate::ui::app::login::LoginMsg;
use crate::ui::app::register::{Field, RegisterMsg, Typed};
use crate::ui::app::testing::{World, found, person, ticket_of};
use crate::ui::app::{Effect, Msg, Screen};

fn typed(nickname: &str, password: &str, again: &str, code: &str) -> Typed {
    Typed {
        nickname: nickname.into(),
        password: Secret::new(password),
        again: Secret::new(again),
        code: code.into(),
    }
}

fn opened(registration: Registration) -> World {
    let mut world = World::new();
    let mut server = found(1, "Lab");
    server.registration = Some(registration);
    world.send(Msg::Servers(vec![server]));
    world.send(Msg::Login(LoginMsg::Register));
    world
}

fn submit(world: &mut World, typed: Typed) -> Vec<Effect> {
    world.send(Msg::Register(RegisterMsg::Submit(typed)))
}

fn error(world: &World, field: Field) -> Option<FieldError> {
    world.model.register.as_ref()?.errors.get(field).cloned()
}

#[test]
fn the_first_wrong_field_gets_the_cursor_and_nothing_is_sent() {
    let mut world = opened(Registration::Code);
    let effects = submit(&mut world, typed("10001", "short", "other", ""));
    assert!(matches!(effects[..], [Effect::FocusRegister(Field::Nickname)]));
    assert_eq!(error(&world, Field::Nickname), Some(FieldError::Nickname(NicknameError::Number)));
    assert_eq!(error(&world, Field::Password), Some(FieldError::Failure(Failure::PasswordLength)));
    assert_eq!(error(&world, Field::Again), Some(FieldError::Mismatch));
    assert!(error(&world, Field::Code).is_some());
    world.send(Msg::Register(RegisterMsg::Typed(Field::Nickname)));
    assert_eq!(error(&world, Field::Nickname), None);
}

#[test]
fn what_was_left_out_is_said_until_something_is_typed() {
    let mut world = opened(Registration::Open);
    world.send(Msg::Register(RegisterMsg::Typed(Field::Nickname)));
    world.send(Msg::Register(RegisterMsg::LeftOut(Field::Nickname)));
    assert_eq!(error(&world, Field::Nickname), Some(FieldError::LeftOut));
    world.send(Msg::Register(RegisterMsg::Typed(Field::Nickname)));
    assert_eq!(error(&world, Field::Nickname), None);
}

#[test]
fn the_match_is_checked_on_leaving_the_field() {
    let mut world = opened(Registration::Open);
    let left = |again| RegisterMsg::Left(Field::Again, typed("", "correct horse", again, ""));
    world.send(Msg::Register(left("")));
    assert_eq!(error(&world, Field::Again), None);
    world.send(Msg::Register(left("correct house")));
    assert_eq!(error(&world, Field::Again), Some(FieldError::Mismatch));
}

#[test]
fn a_refusal_stands_at_its_field() {
    let cases = [
        (Failure::Refused(Refusal::new(Reason::NameTaken)), Some(Field::Nickname)),
        (Failure::PasswordCommon, Some(Field::Password)),
        (Failure::Refused(Refusal::new(Reason::RegistrationCode)), Some(Field::Code)),
        (Failure::Refused(Refusal::retry(Reason::RegistrationBusy, 9_000)), None),
        (Failure::Unreachable, None),
    ];
    for (why, field) in cases {
        let mut world = opened(Registration::Open);
        submit(&mut world, typed("青柠", "correct horse", "correct horse", ""));
        let ticket = world.up().iter().find_map(ticket_of).unwrap();
        world.event(ClientEvent::Answered { ticket, result: Err(why.clone()) });
        let register = world.model.register.as_ref().unwrap();
        match field {
            Some(Field::Code) => assert!(register.needs_code, "the field appears"),
            Some(field) => assert!(register.errors.get(field).is_some(), "{why:?}"),
            None => assert_eq!(register.problem.as_ref(), Some(&why)),
        }
        assert!(world.model.attempt.is_none());
    }
}

#[test]
fn the_number_is_shown_before_the_panel_opens() {
    let mut world = opened(Registration::Open);
    submit(&mut world, typed(" 青柠 ", "correct horse", "correct horse", ""));
    let effects = world.up();
    let [Effect::Ask(Intent::Register { ticket, nickname, code, .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!((nickname.as_str(), code), ("青柠", &None));
    let you = person(10_001, "青柠");
    world.event(ClientEvent::SignedIn {
        you: you.clone(),
        presence: crate::domain::Presence::Online,
    });
    let (recovery, token) = (Secret::new("ABCDEFGHJK"), Secret::new("00"));
    let result = Ok(Answer::Registered { you, recovery, token });
    world.event(ClientEvent::Answered { ticket: *ticket, result });
    assert_eq!(world.model.screen, Screen::Login, "the person reads the number first");
    assert_eq!(world.model.done.as_ref().map(|done| done.way), Some(Way::Registered));
    let effects = world.send(Msg::Done(DoneMsg::Close));
    assert!(matches!(effects[..], [Effect::AskBeforeEntering]), "it is shown this once");
    assert_eq!(world.model.screen, Screen::Login);
    let effects = world.send(Msg::Done(DoneMsg::CopyRecovery));
    assert!(matches!(&effects[..], [Effect::Copy { text, .. }] if text == "ABCD-EFGH-JK"));
    let effects = world.send(Msg::Done(DoneMsg::Close));
    assert!(!effects.iter().any(|e| matches!(e, Effect::AskBeforeEntering)), "it was copied");
    assert_eq!(world.model.screen, Screen::Panel);
    assert!(world.model.register.is_none() && world.model.done.is_none());
}
