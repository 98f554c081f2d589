//! The list of saved accounts, what the server says of registration, and how a session ends.

use crate::client::api::{Saved, SavedAccount, SavedServer};
use crate::client::probe::Probed;
use crate::client::{Answer, ClientEvent, Failure, Intent};
use crate::domain::{AccountId, BlobId, Person, Presence, ServerId};
use crate::net::address::{Address, Invite};
use crate::net::protocol::{Goodbye, Reason, Refusal, Registration};
use crate::ui::app::contacts::Confirm;
use crate::ui::app::login::{AVATAR_UNKNOWN, Field, Keep, LoginMsg, Phase, Problem};
use crate::ui::app::panel::PanelMsg;
use crate::ui::app::testing::{World, found, person, server, ticket_of};
use crate::ui::app::{Effect, Model, Msg, Screen};
use crate::ui::text::{self, Language};

const LAB: ServerId = ServerId([1; 32]);
const LIME: AccountId = AccountId(10_001);
const PLUM: AccountId = AccountId(10_002);

fn account(account: AccountId, nickname: &str, has_token: bool) -> SavedAccount {
    let person = person(account.0, nickname);
    SavedAccount { server: LAB, person, has_token, used: 9 }
}

fn saved(accounts: Vec<SavedAccount>) -> Saved {
    let server =
        SavedServer { id: LAB, name: "Lab".into(), address: server().address, since: 1, used: 9 };
    Saved { servers: vec![server], accounts, settings: Vec::new() }
}

fn two() -> World {
    let mut world = World::new();
    world.restore(saved(vec![account(LIME, "青柠", true), account(PLUM, "Plum", false)]));
    world.send(Msg::Servers(vec![found(1, "Lab")]));
    world
}

fn forgets(effects: &[Effect]) -> Option<AccountId> {
    effects.iter().find_map(|effect| match effect {
        Effect::Ask(Intent::ForgetAccount { account, .. }) => Some(*account),
        _ => None,
    })
}

#[test]
fn an_account_is_removed_after_a_question_and_what_stays_is_shown() {
    let mut world = two();
    assert_eq!(world.model.login.account, "10001");
    let effects = world.send(Msg::Login(LoginMsg::ForgetAccount(LAB, LIME)));
    let confirm = Confirm::RemoveAccount(LAB, LIME);
    assert!(matches!(effects[..], [Effect::Confirm(asked)] if asked == confirm));
    assert_eq!(world.model.saved.accounts.len(), 2, "nothing yet");
    assert_eq!(world.model.saved_name(LAB, LIME), "青柠");
    let effects = world.send(Msg::Confirmed(confirm));
    assert_eq!(forgets(&effects), Some(LIME));
    assert!(matches!(effects.last(), Some(Effect::ShowAccounts)));
    assert_eq!(world.model.login.account, "", "of one that was removed nothing stays to be seen");
    assert_eq!(world.model.login.keep, Keep::Nothing);
    let effects = world.send(Msg::Confirmed(Confirm::RemoveAccount(LAB, PLUM)));
    assert!(matches!(effects.last(), Some(Effect::FocusLogin(Field::Account))), "none is left");
}

#[test]
fn removing_another_account_leaves_what_is_typed() {
    let mut world = two();
    world.send(Msg::Confirmed(Confirm::RemoveAccount(LAB, PLUM)));
    assert_eq!(world.model.login.account, "10001");
    assert_eq!(world.model.login.keep, Keep::SignIn);
}

#[test]
fn unticking_remember_me_forgets_the_sign_in_and_nothing_else() {
    let mut world = World::new();
    let mut store = saved(vec![account(LIME, "青柠", true)]);
    store.settings = vec![("auto".to_owned(), format!("{LAB}/10001"))];
    world.restore(store);
    world.send(Msg::Servers(vec![found(1, "Lab")]));
    assert_eq!(world.model.login.keep, Keep::Auto);
    let effects = world.send(Msg::Login(LoginMsg::Remember(false)));
    assert_eq!(forgets(&effects), None, "the messages of this computer stay");
    let sign_in = effects.iter().any(|effect| {
        matches!(effect, Effect::Ask(Intent::ForgetSignIn { account, .. }) if *account == LIME)
    });
    assert!(sign_in && !effects.iter().any(|effect| matches!(effect, Effect::Confirm(_))));
    assert_eq!((world.model.login.keep, world.model.settings.auto), (Keep::Nothing, None));
    assert_eq!((world.model.saved.accounts.len(), world.model.kept_account()), (1, None));
    assert_eq!(world.model.login.account, "10001");
    world.send(Msg::Login(LoginMsg::Remember(true)));
    assert_eq!(world.model.kept_account(), None, "a password is needed again");
}

/// Started with a server, as `--connect` does.
fn given(address: &str, store: Saved) -> World {
    let mut world = World::new();
    let invite = Invite::parse(address).ok();
    (world.model, world.first) = Model::new(world.now, jiff::tz::TimeZone::UTC, invite);
    world.restore(store);
    world
}

fn auto() -> Saved {
    let mut store = saved(vec![account(PLUM, "Plum", true), account(LIME, "青柠", true)]);
    store.settings = vec![("auto".to_owned(), format!("{LAB}/10001"))];
    store
}

#[test]
fn a_given_server_offers_its_own_accounts_and_signs_in_by_itself() {
    let world = given("192.168.3.1:1029", auto());
    assert_eq!((&*world.model.login.account, world.model.login.keep), ("10001", Keep::Auto));
    assert!(matches!(world.model.login.phase, Phase::Soon { .. }));
    assert!(world.model.is_other_chosen(), "the server that was given stays");

    let store = saved(vec![account(PLUM, "Plum", true)]);
    let world = given("192.168.3.1:1029", store);
    assert_eq!((&*world.model.login.account, world.model.login.keep), ("10002", Keep::SignIn));
    assert_eq!(world.model.login.phase, Phase::Idle);

    let world = given("chat.example:7610", auto());
    assert_eq!((&*world.model.login.account, world.model.login.keep), ("", Keep::Nothing));
}

#[test]
fn a_given_address_that_turns_out_to_be_a_known_server_offers_them_too() {
    let mut world = given("chat.example:7610", auto());
    world.pass(700);
    let address = Address { host: "chat.example".to_owned(), port: 7610 };
    world.send(Msg::Looked(address.clone(), Ok(probed(Registration::Open))));
    assert_eq!((&*world.model.login.account, world.model.login.keep), ("10001", Keep::Auto));
    assert!(world.model.has_met_typed(), "its key is known");
    assert_eq!(world.model.chosen().unwrap().address, address);
}

#[test]
fn an_account_that_is_gone_is_not_offered_at_the_start() {
    let mut world = World::new();
    let mut store = saved(vec![account(PLUM, "Plum", true)]);
    store.settings = vec![("auto".to_owned(), format!("{LAB}/10001"))];
    world.restore(store);
    assert_eq!(world.model.login.account, "10002");
    assert_eq!(world.model.login.phase, Phase::Idle);
}

#[test]
fn the_face_is_the_persons_own() {
    let mut world = two();
    let picture = Some(BlobId([7; 32]));
    world.model.saved.accounts[0].person = Person { picture, ..person(10_001, "青柠") };
    assert_eq!(world.model.login_face().picture, picture);
    world.send(Msg::Login(LoginMsg::AccountTyped("nobody".into())));
    assert_eq!(world.model.login_face(), AVATAR_UNKNOWN.into());
}

/// The store's answer, as of now.
fn answer_saved(world: &mut World, effects: &[Effect], saved: Saved) -> Vec<Effect> {
    let asked = effects.iter().rfind(|effect| matches!(effect, Effect::Ask(Intent::Saved { .. })));
    let ticket = asked.and_then(ticket_of).unwrap();
    world.event(ClientEvent::Answered { ticket, result: Ok(Answer::Saved(saved)) })
}

#[test]
fn switching_shows_the_other_accounts_and_keeps_the_tick() {
    let mut world = World::signed_in();
    let effects = world.send(Msg::Panel(PanelMsg::SwitchAccount));
    assert_eq!(world.model.screen, Screen::Login);
    let both = saved(vec![account(LIME, "青柠", true), account(PLUM, "Plum", false)]);
    world.send(Msg::Servers(vec![found(1, "Lab")]));
    let effects = answer_saved(&mut world, &effects, both);
    assert!(matches!(effects[..], [Effect::ShowAccounts]));
    assert_eq!(world.model.login.keep, Keep::SignIn, "this computer still remembers it");

    let mut world = World::signed_in();
    let effects = world.send(Msg::Panel(PanelMsg::SwitchAccount));
    let alone = saved(vec![account(LIME, "青柠", false)]);
    assert!(answer_saved(&mut world, &effects, alone).is_empty(), "there is no other");
    assert_eq!(world.model.login.keep, Keep::Nothing);
}

#[test]
fn each_end_of_a_session_is_said_in_its_own_words() {
    let refused = |reason| Failure::Refused(Refusal::new(reason));
    let causes = [
        Failure::Goodbye(Goodbye::SignedOut),
        Failure::Goodbye(Goodbye::PasswordChanged),
        Failure::Goodbye(Goodbye::Deleted),
        Failure::Goodbye(Goodbye::Kicked),
        Failure::Goodbye(Goodbye::Replaced),
        refused(Reason::Disabled),
        refused(Reason::TokenInvalid),
    ];
    for language in Language::ALL {
        let mut sentences = Vec::new();
        for why in causes.clone() {
            let mut world = World::signed_in();
            let effects = world.event(ClientEvent::SignedOut { why: why.clone() });
            assert!(effects.iter().any(|e| matches!(e, Effect::Ask(Intent::Disconnect))));
            assert_eq!(world.model.screen, Screen::Login);
            assert_eq!(world.model.login.phase, Phase::Failed(Problem::SignedOut(why.clone())));
            assert_eq!(world.model.login.account, "10001");
            sentences.push(text::failure(language, &why));
        }
        let count = sentences.len();
        sentences.sort();
        sentences.dedup();
        assert_eq!(sentences.len(), count);
    }
}

fn probed(registration: Registration) -> Probed {
    Probed { id: LAB, name: "Library".into(), registration, online: 7 }
}

fn looks(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Look(..))).count()
}

/// An address that was typed just now.
fn typing(host: &str) -> World {
    let mut world = World::new();
    world.restore(Saved::default());
    world.send(Msg::Login(LoginMsg::OpenOther));
    world.send(Msg::Login(LoginMsg::HostTyped(host.into())));
    world
}

#[test]
fn a_typed_server_is_looked_at_when_nothing_more_is_typed_and_now_and_then() {
    let mut world = typing("chat.ex");
    assert_eq!(looks(&world.pass(250)), 0);
    world.send(Msg::Login(LoginMsg::HostTyped("chat.example".into())));
    assert_eq!(looks(&world.pass(600)), 0, "that is another one");
    assert_eq!(looks(&world.pass(700)), 1);
    assert_eq!(looks(&world.pass(5_000)), 0, "one at a time, and once");
    let address = Address { host: "chat.example".into(), port: 1029 };
    world.send(Msg::Looked(address.clone(), Ok(probed(Registration::Code))));
    let chosen = world.model.chosen().unwrap();
    assert_eq!((chosen.name.as_str(), chosen.registration), ("Library", Some(Registration::Code)));
    assert_eq!(looks(&world.pass(4_000)), 0);
    assert_eq!(looks(&world.pass(2_000)), 1, "who is there changes");
    world.send(Msg::Looked(address.clone(), Err(Failure::Unreachable)));
    assert_eq!(world.model.glance(), Some(&Err(Failure::Unreachable)), "it has stopped");
    assert_eq!(looks(&world.send(Msg::Login(LoginMsg::Refresh))), 1);
    world.send(Msg::Login(LoginMsg::HostTyped("a b".into())));
    world.pass(1_000);
    world.send(Msg::Looked(address, Ok(probed(Registration::Code))));
    assert_eq!(world.model.glance(), None, "of what is not typed any more");
}

#[test]
fn a_closed_server_opens_no_form_and_says_so() {
    let mut world = World::new();
    let mut card = found(1, "Lab");
    card.registration = Some(Registration::Closed);
    world.send(Msg::Servers(vec![card]));
    assert!(world.model.is_closed());
    world.send(Msg::Login(LoginMsg::Register));
    assert!(world.model.register.is_none());
    assert_eq!(world.model.login.phase, Phase::Failed(Problem::Closed));
    world.send(Msg::Login(LoginMsg::OpenOther));
    assert_eq!(world.model.login.phase, Phase::Idle, "of another server that is not so");
}

#[test]
fn a_form_that_is_open_learns_who_may_register() {
    for (registration, needs_code) in
        [(Registration::Open, false), (Registration::Code, true), (Registration::Closed, false)]
    {
        let mut world = typing("chat.example");
        let effects = world.send(Msg::Login(LoginMsg::Register));
        assert_eq!(looks(&effects), 1, "now it matters");
        assert!(!world.model.register.as_ref().unwrap().needs_code);
        let address = Address { host: "chat.example".into(), port: 1029 };
        world.send(Msg::Looked(address, Ok(probed(registration))));
        let register = world.model.register.as_ref().unwrap();
        assert_eq!(register.needs_code, needs_code);
        assert_eq!(register.problem.is_some(), registration == Registration::Closed);
    }
}

#[test]
fn a_link_says_the_same_as_a_look() {
    let mut world = typing("192.168.3.1");
    world.pass(100);
    world.up();
    assert_eq!(world.model.chosen().unwrap().registration, Some(Registration::Open));
    assert_eq!(looks(&world.pass(5_000)), 0, "it is known already");
}

#[test]
fn the_pill_is_the_presence_of_the_sign_in() {
    for presence in [Presence::Online, Presence::Away, Presence::Busy, Presence::Invisible] {
        let mut world = two();
        world.send(Msg::Login(LoginMsg::Presence(presence)));
        world.send(Msg::Login(LoginMsg::Submit(crate::client::api::Secret::new(""))));
        let effects = world.up();
        assert!(matches!(
            effects[..],
            [Effect::Ask(Intent::SignInToken { account: LIME, presence: asked, .. })]
                if asked == presence
        ));
    }
}
