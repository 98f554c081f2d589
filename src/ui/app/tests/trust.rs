//! A key in question: nothing goes on without the person, and the safe way is the default.

use crate::client::api::{Secret, Trust};
use crate::client::{ClientEvent, Failure, Intent, LinkState};
use crate::domain::ServerId;
use crate::net::address::Address;
use crate::ui::app::login::{LoginMsg, Phase, Problem};
use crate::ui::app::testing::World;
use crate::ui::app::trust::{Question, TrustMsg};
use crate::ui::app::{Effect, Msg, Screen};

const OFFERED: ServerId = ServerId([0xA5; 32]);

fn address() -> Address {
    Address { host: "chat.example".into(), port: 7610 }
}

fn dialling() -> World {
    let mut world = World::new();
    world.send(Msg::Login(LoginMsg::OpenOther));
    world.send(Msg::Login(LoginMsg::HostTyped("chat.example:7610".into())));
    world.send(Msg::Login(LoginMsg::AccountTyped("10001".into())));
    world.send(Msg::Login(LoginMsg::Submit(Secret::new("correct horse"))));
    world
}

fn changed(world: &mut World) {
    let (pinned, since) = (ServerId([1; 32]), 0);
    world.event(ClientEvent::KeyChanged { address: address(), offered: OFFERED, pinned, since });
    let why = Failure::KeyChanged;
    world.event(ClientEvent::Link(LinkState::Down { retry_in_ms: 0, why }));
}

fn trust(world: &mut World, msg: TrustMsg) -> Vec<Effect> {
    world.send(Msg::Trust(msg))
}

#[test]
fn a_first_contact_goes_on_only_after_the_box_is_ticked() {
    let mut world = dialling();
    world.event(ClientEvent::TrustNeeded { address: address(), offered: OFFERED });
    let why = Failure::KeyUnknown;
    world.event(ClientEvent::Link(LinkState::Down { retry_in_ms: 0, why }));
    assert!(world.model.attempt.is_some(), "it waits for the answer");
    assert!(trust(&mut world, TrustMsg::Accept).is_empty());
    trust(&mut world, TrustMsg::Compared(true));
    let effects = trust(&mut world, TrustMsg::Accept);
    assert!(matches!(
        &effects[..],
        [Effect::Ask(Intent::Connect { trust: Trust::Key(OFFERED), .. })]
    ));
    assert_eq!(world.model.trust, None);
    assert!(matches!(world.up()[..], [Effect::Ask(Intent::SignIn { .. })]));
}

#[test]
fn leaving_ends_the_attempt() {
    let mut world = dialling();
    world.event(ClientEvent::TrustNeeded { address: address(), offered: OFFERED });
    let effects = trust(&mut world, TrustMsg::Leave);
    assert!(matches!(
        &effects[..],
        [Effect::Ask(Intent::CancelSignIn), Effect::Ask(Intent::Disconnect)]
    ));
    assert!(world.model.attempt.is_none());
}

#[test]
fn a_changed_key_needs_its_first_group_typed() {
    let mut world = dialling();
    changed(&mut world);
    assert!(trust(&mut world, TrustMsg::Accept).is_empty(), "no short way");
    assert!(trust(&mut world, TrustMsg::Confirm("A5A5".into())).is_empty(), "no short way");
    trust(&mut world, TrustMsg::TrustNew);
    assert!(trust(&mut world, TrustMsg::Confirm("0101".into())).is_empty());
    assert!(matches!(world.model.trust, Some(Question::Confirm { wrong: true, .. })));
    let effects = trust(&mut world, TrustMsg::Confirm(" a5a5 ".into()));
    assert!(matches!(
        &effects[..],
        [Effect::Ask(Intent::Connect { trust: Trust::Replace(OFFERED), .. })]
    ));
}

#[test]
fn a_changed_key_in_the_panel_can_be_left_for_the_login_window() {
    let mut world = World::signed_in();
    changed(&mut world);
    assert_eq!(world.model.link.strip(world.now), crate::ui::app::link::Strip::Key);
    let effects = trust(&mut world, TrustMsg::Leave);
    assert!(matches!(effects[0], Effect::Ask(Intent::Disconnect)));
    assert_eq!(world.model.screen, Screen::Login);
    let said = Phase::Failed(Problem::Failure(Failure::KeyChanged));
    assert_eq!(world.model.login.phase, said);
}

#[test]
fn a_question_that_nobody_waits_for_is_not_asked() {
    let mut world = World::new();
    world.event(ClientEvent::TrustNeeded { address: address(), offered: OFFERED });
    assert_eq!(world.model.trust, None);
}
