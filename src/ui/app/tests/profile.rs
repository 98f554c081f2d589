//! The window about oneself: what is kept, what is asked, what is said.

use std::sync::Arc;

use crate::client::api::{Picture, Secret};
use crate::client::{Answer, ClientEvent, Failure, Intent, LinkState};
use crate::domain::{Details, DeviceId, Gender, Person, Presence};
use crate::net::protocol::{
    Command, DeviceRow, Goodbye, ProfileChange, Query, Reason, Refusal, Reply,
};
use crate::ui::app::contacts::Confirm;
use crate::ui::app::profile::devices::DevicesMsg;
use crate::ui::app::profile::face::{FaceMsg, Source, Tab};
use crate::ui::app::profile::form::{FieldError, Form, Place};
use crate::ui::app::profile::password::{PasswordError, PasswordMsg, PasswordPlace, Passwords};
use crate::ui::app::profile::{Page, Profile, ProfileConfirm, ProfileEffect, ProfileMsg};
use crate::ui::app::testing::{World, person, ticket_of};
use crate::ui::app::{Effect, Msg, Screen};

fn send(world: &mut World, msg: ProfileMsg) -> Vec<Effect> {
    world.send(Msg::Profile(msg))
}

fn profile(world: &World) -> &Profile {
    world.model.profile.as_ref().unwrap()
}

fn intents(effects: &[Effect]) -> Vec<&Intent> {
    effects
        .iter()
        .filter_map(|e| if let Effect::Ask(intent) = e { Some(intent) } else { None })
        .collect()
}

/// The ticket of the last intent that has one.
fn last_ticket(effects: &[Effect]) -> u64 {
    effects.iter().filter_map(ticket_of).next_back().unwrap()
}

fn answer(world: &mut World, effects: &[Effect], result: Result<Answer, Failure>) -> Vec<Effect> {
    let ticket = last_ticket(effects);
    world.event(ClientEvent::Answered { ticket, result })
}

fn details() -> Details {
    Details { class: "高二(3)班".into(), about: "跑步".into(), ..Details::default() }
}

fn me(version: u64) -> Person {
    Person { signature: "期中加油".into(), version, ..person(10_001, "青柠") }
}

fn told(person: Person, details: Details) -> Answer {
    Answer::Looked(Reply::Profile { person, details, seen: None })
}

fn refused(reason: Reason) -> Failure {
    Failure::Refused(Refusal::new(reason))
}

/// The window, with everything that the server has.
fn opened() -> World {
    let mut world = World::signed_in();
    let asked = send(&mut world, ProfileMsg::Open);
    assert!(matches!(intents(&asked)[..], [Intent::Look { query: Query::Profile { .. }, .. }]));
    assert!(matches!(asked[1], Effect::Profile(ProfileEffect::Raise)));
    answer(&mut world, &asked, Ok(told(me(1), details())));
    assert!(profile(&world).is_known && !profile(&world).is_changed());
    world
}

fn typed(world: &World, change: impl FnOnce(&mut Form)) -> Form {
    let mut form = profile(world).typed.clone();
    change(&mut form);
    form
}

#[test]
fn what_changed_is_saved_and_then_nothing_is_changed_any_more() {
    let mut world = opened();
    let form = typed(&world, |form| {
        form.signature = "早睡 ".into();
        form.gender = Gender::Female;
    });
    send(&mut world, ProfileMsg::Typed(form.clone(), Some(Place::Signature)));
    assert!(profile(&world).is_changed());
    let asked = send(&mut world, ProfileMsg::Save(form.clone()));
    let expected = ProfileChange {
        signature: Some("早睡".into()),
        gender: Some(Gender::Female),
        ..ProfileChange::default()
    };
    let [Intent::Do { command: Command::SetProfile(change), .. }] = intents(&asked)[..] else {
        panic!("{asked:?}");
    };
    assert_eq!(*change, expected);
    assert!(profile(&world).saving);
    assert!(send(&mut world, ProfileMsg::Save(form)).is_empty(), "it is on its way");
    let said = answer(&mut world, &asked, Ok(Answer::Done));
    assert!(matches!(said[..], [Effect::Tell("profile.saved")]));
    assert!(!profile(&world).saving && !profile(&world).is_changed());
    let same = profile(&world).typed.clone();
    assert!(send(&mut world, ProfileMsg::Save(same)).is_empty(), "nothing is left to save");
}

#[test]
fn what_is_wrong_is_said_at_its_place_before_the_server_is_asked() {
    let mut world = opened();
    let form = typed(&world, |form| {
        form.nickname = "1234".into();
        form.birthday = "gestern".into();
    });
    let effects = send(&mut world, ProfileMsg::Save(form.clone()));
    assert!(matches!(effects[..], [Effect::Profile(ProfileEffect::Focus(Place::Nickname))]));
    assert_eq!(profile(&world).errors.len(), 2);
    send(&mut world, ProfileMsg::Typed(form, Some(Place::Nickname)));
    assert!(profile(&world).error(Place::Nickname).is_none(), "it is looked at anew");
    assert_eq!(profile(&world).error(Place::Birthday), Some(&FieldError::Birthday));
    send(&mut world, ProfileMsg::LeftOut(Place::About));
    assert_eq!(profile(&world).error(Place::About), Some(&FieldError::LeftOut));
}

#[test]
fn a_refusal_stands_where_it_belongs_and_nothing_is_lost() {
    let mut world = opened();
    let form = typed(&world, |form| form.nickname = "小满".into());
    let asked = send(&mut world, ProfileMsg::Save(form.clone()));
    let said = answer(&mut world, &asked, Err(refused(Reason::NameTaken)));
    assert!(matches!(said[..], [Effect::Profile(ProfileEffect::Focus(Place::Nickname))]));
    let error = FieldError::Refused(Refusal::new(Reason::NameTaken));
    assert_eq!(profile(&world).error(Place::Nickname), Some(&error));
    assert_eq!(profile(&world).typed, form);
    let asked = send(&mut world, ProfileMsg::Save(form.clone()));
    answer(&mut world, &asked, Err(refused(Reason::DiskFull)));
    assert!(profile(&world).problem.is_some() && profile(&world).errors.is_empty());
    assert_eq!(profile(&world).typed, form);
}

#[test]
fn without_a_link_it_says_so_and_keeps_what_is_written() {
    let mut world = opened();
    let why = Failure::LinkLost;
    world.event(ClientEvent::Link(LinkState::Down { retry_in_ms: 1_000, why }));
    let form = typed(&world, |form| form.about = "游泳".into());
    let effects = send(&mut world, ProfileMsg::Save(form.clone()));
    assert!(effects.is_empty());
    assert_eq!(profile(&world).problem, Some(Failure::Offline));
    assert_eq!(profile(&world).typed, form);
    world.up();
    let presence = Presence::Online;
    let back = world.event(ClientEvent::SignedIn { you: me(1), presence });
    assert_eq!(profile(&world).problem, None);
    answer(&mut world, &back, Ok(told(me(1), details())));
    assert_eq!(profile(&world).typed, form, "what the person wrote stays");
    let asked = send(&mut world, ProfileMsg::Save(form));
    assert!(matches!(intents(&asked)[..], [Intent::Do { .. }]));
}

#[test]
fn closing_asks_only_when_something_would_be_lost() {
    let mut world = opened();
    let form = typed(&world, |form| form.class = String::new());
    send(&mut world, ProfileMsg::Typed(form, Some(Place::Class)));
    let asked = send(&mut world, ProfileMsg::Close);
    let leave = Confirm::Profile(ProfileConfirm::Leave);
    assert!(matches!(asked[..], [Effect::Confirm(confirm)] if confirm == leave));
    assert!(world.model.profile.is_some());
    world.send(Msg::Confirmed(leave));
    assert!(world.model.profile.is_none());
    let mut world = opened();
    assert!(send(&mut world, ProfileMsg::Close).is_empty());
    assert!(world.model.profile.is_none());
    assert!(send(&mut world, ProfileMsg::Page(Page::Devices)).is_empty());
}

#[test]
fn another_device_changes_what_was_not_touched_here() {
    let mut world = opened();
    let form = typed(&world, |form| form.about = "游泳".into());
    send(&mut world, ProfileMsg::Typed(form, Some(Place::About)));
    let newer = Person { signature: "期末加油".into(), avatar: 5, ..me(2) };
    let asked = world.event(ClientEvent::People(vec![newer.clone()]));
    let new = Details { class: "高三(1)班".into(), ..details() };
    answer(&mut world, &asked, Ok(told(newer, new)));
    let Form { signature, class, about, .. } = &profile(&world).typed;
    assert_eq!((&**signature, &**class, &**about), ("期末加油", "高三(1)班", "游泳"));
    assert_eq!(profile(&world).face.chosen, Some(5));
    let others = world.event(ClientEvent::People(vec![person(10_002, "小满")]));
    assert!(others.is_empty(), "others are no reason to ask");
}

#[test]
fn a_built_in_face_is_chosen_by_keys_and_used() {
    let mut world = opened();
    let step = |world: &mut World, by| {
        send(world, ProfileMsg::Face(FaceMsg::Step(by)));
        profile(world).face.chosen.unwrap()
    };
    // From 2, in rows of six.
    for (by, to) in [
        (-1, 1),
        (-1, 1),
        (-6, 1),
        (6, 7),
        (-1, 7),
        (5, 12),
        (1, 12),
        (6, 18),
        (6, 24),
        (6, 24),
        (-2, 22),
    ] {
        assert_eq!(step(&mut world, by), to, "by {by}");
    }
    let asked = send(&mut world, ProfileMsg::Face(FaceMsg::Use));
    let [Intent::Do { command: Command::SetProfile(change), .. }] = intents(&asked)[..] else {
        panic!("{asked:?}");
    };
    assert_eq!(change.avatar, Some(22));
    assert!(send(&mut world, ProfileMsg::Face(FaceMsg::Use)).is_empty(), "it is on its way");
    world.event(ClientEvent::People(vec![Person { avatar: 22, ..me(2) }]));
    let said = answer(&mut world, &asked, Ok(Answer::Done));
    assert!(matches!(said[..], [Effect::Tell("profile.face.done")]));
    let portrait = world.model.me.as_ref().unwrap().person.portrait();
    assert!(!profile(&world).face.can_use(portrait), "that is how one looks already");
}

#[test]
fn a_picture_is_read_cut_and_sent() {
    let mut world = opened();
    let file = FaceMsg::File("/tmp/house.png".into());
    let asked = send(&mut world, ProfileMsg::Face(file.clone()));
    assert!(matches!(intents(&asked)[..], [Intent::LoadPicture { .. }]));
    assert_eq!(
        (profile(&world).face.tab, &profile(&world).face.source),
        (Tab::Upload, &Source::Loading)
    );
    assert!(send(&mut world, ProfileMsg::Face(file)).is_empty(), "one at a time");
    let picture = Arc::new(Picture { width: 400, height: 300, rgba: Vec::new() });
    answer(&mut world, &asked, Ok(Answer::Loaded(Arc::clone(&picture))));
    for msg in [FaceMsg::Turn, FaceMsg::Level(50), FaceMsg::Move(1, -2), FaceMsg::Zoom(1)] {
        send(&mut world, ProfileMsg::Face(msg));
    }
    let Source::Here(_, crop) = profile(&world).face.source else { panic!("it is not here") };
    assert_eq!((crop.width, crop.height, crop.turns), (300, 400, 3));
    let stale = crop.turned();
    send(&mut world, ProfileMsg::Face(FaceMsg::Put(stale)));
    assert_eq!(profile(&world).face.source, Source::Here(Arc::clone(&picture), crop));
    let asked = send(&mut world, ProfileMsg::Face(FaceMsg::Use));
    let [Intent::SetPicture { crop: sent, .. }] = intents(&asked)[..] else { panic!("{asked:?}") };
    assert_eq!(*sent, crop.crop());
    answer(&mut world, &asked, Err(refused(Reason::BadPicture)));
    assert!(profile(&world).face.problem.is_some() && !profile(&world).face.busy);
    let asked = send(&mut world, ProfileMsg::Face(FaceMsg::Use));
    answer(&mut world, &asked, Ok(Answer::Done));
    assert_eq!(profile(&world).face.chosen, None, "none of those built in");
}

#[test]
fn a_file_that_is_no_picture_is_said_and_another_can_be_chosen() {
    let mut world = opened();
    for failure in [Failure::PictureKind, Failure::PictureTooSmall, Failure::PictureTooLarge] {
        let file = FaceMsg::File("/tmp/x".into());
        let asked = send(&mut world, ProfileMsg::Face(file));
        answer(&mut world, &asked, Err(failure.clone()));
        assert_eq!(profile(&world).face.problem, Some(failure));
        assert_eq!(profile(&world).face.source, Source::None);
        assert!(send(&mut world, ProfileMsg::Face(FaceMsg::Use)).is_empty());
    }
    send(&mut world, ProfileMsg::Face(FaceMsg::Tab(Tab::BuiltIn)));
    assert_eq!(profile(&world).face.problem, None);
}

fn passwords(old: &str, new: &str, again: &str) -> Passwords {
    Passwords { old: Secret::new(old), new: Secret::new(new), again: Secret::new(again) }
}

fn submit(world: &mut World, typed: Passwords) -> Vec<Effect> {
    send(world, ProfileMsg::Password(PasswordMsg::Submit(typed)))
}

#[test]
fn each_rule_of_passwords_is_said_at_its_place() {
    use PasswordPlace::{Again, New, Old};
    let mut world = opened();
    let length = PasswordError::Failure(Failure::PasswordLength);
    let cases = [
        (passwords("", "", ""), vec![(Old, PasswordError::Missing), (New, length.clone())]),
        (passwords("a", "short", "short"), vec![(New, length)]),
        (passwords("old horse", "old horse", "old horse"), vec![(New, PasswordError::Same)]),
        (passwords("old horse", "new horse", "new hors"), vec![(Again, PasswordError::Mismatch)]),
    ];
    for (typed, errors) in cases {
        let effects = submit(&mut world, typed);
        assert_eq!(profile(&world).password.errors, errors);
        let focus = Effect::Profile(ProfileEffect::FocusPassword(errors[0].0));
        assert_eq!(format!("{effects:?}"), format!("{:?}", [focus]));
    }
    assert!(passwords("a", "b", "c").is_complete() && !passwords("a", "", "c").is_complete());
    let left = PasswordMsg::Left(Again, passwords("", "new horse", "ne"));
    send(&mut world, ProfileMsg::Password(left));
    assert_eq!(profile(&world).password.error(Again), Some(&PasswordError::Mismatch));
    send(&mut world, ProfileMsg::Password(PasswordMsg::Typed(New, false)));
    assert_eq!(profile(&world).password.errors, [], "the new one may be what was repeated");
    let empty = PasswordMsg::Left(Again, passwords("", "new horse", ""));
    send(&mut world, ProfileMsg::Password(empty));
    assert_eq!(profile(&world).password.errors, [], "an empty place is not wrong yet");
}

#[test]
fn a_new_password_is_told_or_why_not() {
    let mut world = opened();
    let good = || passwords("old horse", "new horse", "new horse");
    let places = [
        (Err(refused(Reason::WrongPassword)), Some(PasswordPlace::Old)),
        (Err(refused(Reason::LockedOut)), Some(PasswordPlace::Old)),
        (Err(Failure::PasswordCommon), Some(PasswordPlace::New)),
        (Err(Failure::LinkLost), None),
    ];
    for (result, place) in places {
        let asked = submit(&mut world, good());
        assert!(matches!(intents(&asked)[..], [Intent::ChangePassword { .. }]));
        assert!(submit(&mut world, good()).is_empty(), "it is on its way");
        answer(&mut world, &asked, result);
        let page = &profile(&world).password;
        assert_eq!(page.errors.first().map(|(place, _)| *place), place);
        assert_eq!(page.problem.is_some(), place.is_none());
    }
    let asked = submit(&mut world, good());
    let said = answer(&mut world, &asked, Ok(Answer::Done));
    assert!(matches!(said[0], Effect::Tell("profile.password.done")));
    let page = &profile(&world).password;
    assert_eq!((page.changed, page.busy, page.complete), (1, false, false));
}

fn device(number: u8, used: i64, current: bool) -> DeviceRow {
    DeviceRow {
        device: DeviceId([number; 16]),
        name: format!("seat {number}"),
        client: "mychat 0.1.0 linux".into(),
        address: "192.168.3.7".into(),
        created: 1,
        used,
        current,
    }
}

fn on_devices() -> World {
    let mut world = opened();
    let asked = send(&mut world, ProfileMsg::Page(Page::Devices));
    let devices = vec![device(1, 5, false), device(2, 1, true), device(3, 9, false)];
    answer(&mut world, &asked, Ok(Answer::Looked(Reply::Devices { devices })));
    world
}

fn names(world: &World) -> Vec<&str> {
    profile(world).devices.list.iter().flatten().map(|device| device.name.as_str()).collect()
}

#[test]
fn this_device_stands_first_and_cannot_be_signed_out() {
    let mut world = on_devices();
    assert_eq!(names(&world), ["seat 2", "seat 3", "seat 1"]);
    let out = |number| ProfileMsg::Devices(DevicesMsg::SignOut(DeviceId([number; 16])));
    assert!(send(&mut world, out(2)).is_empty());
    assert!(send(&mut world, out(9)).is_empty(), "nobody knows that one");
    let asked = send(&mut world, out(3));
    assert!(matches!(intents(&asked)[..], [Intent::Do { command: Command::Revoke { .. }, .. }]));
    assert!(send(&mut world, out(3)).is_empty(), "it is on its way");
    let again = answer(&mut world, &asked, Ok(Answer::Done));
    assert_eq!(names(&world), ["seat 2", "seat 1"]);
    assert!(matches!(intents(&again)[..], [Intent::Look { query: Query::Devices {}, .. }]));
    let asked = send(&mut world, out(1));
    answer(&mut world, &asked, Err(Failure::LinkLost));
    assert_eq!(names(&world), ["seat 2", "seat 1"]);
    assert_eq!(profile(&world).devices.problem, Some(Failure::LinkLost));
    let asked = send(&mut world, out(1));
    answer(&mut world, &asked, Err(refused(Reason::NotFound)));
    assert_eq!(names(&world), ["seat 2"], "it was signed out elsewhere");
}

#[test]
fn the_page_that_is_shown_is_asked_for_anew() {
    let mut world = on_devices();
    let asks = |effects: Vec<Effect>| {
        let is_list =
            |intent: &&Intent| matches!(intent, Intent::Look { query: Query::Devices {}, .. });
        intents(&effects).iter().filter(|intent| is_list(intent)).count()
    };
    assert_eq!(asks(world.pass(3_000)), 0);
    assert_eq!(asks(world.pass(1_000)), 1);
    assert_eq!(asks(world.pass(1_000)), 0);
    send(&mut world, ProfileMsg::Page(Page::About));
    assert_eq!(asks(world.pass(60_000)), 0, "nobody looks");
    assert_eq!(asks(send(&mut world, ProfileMsg::Page(Page::Devices))), 1);
    world.event(ClientEvent::Link(LinkState::Dialing));
    assert_eq!(asks(world.pass(60_000)), 0, "nobody answers");
}

#[test]
fn all_others_are_signed_out_after_a_question() {
    let mut world = on_devices();
    let asked = send(&mut world, ProfileMsg::Devices(DevicesMsg::SignOutOthers));
    let confirm = Confirm::Profile(ProfileConfirm::SignOutOthers(2));
    assert!(matches!(asked[..], [Effect::Confirm(what)] if what == confirm));
    let asked = world.send(Msg::Confirmed(confirm));
    assert!(matches!(intents(&asked)[..], [Intent::Do { command: Command::RevokeOthers {}, .. }]));
    assert_eq!(profile(&world).devices.busy.len(), 2);
    answer(&mut world, &asked, Ok(Answer::Done));
    assert_eq!(names(&world), ["seat 2"]);
    let none = send(&mut world, ProfileMsg::Devices(DevicesMsg::SignOutOthers));
    assert!(none.is_empty(), "there is nobody to ask about");
}

#[test]
fn the_account_is_deleted_with_its_password_and_the_login_window_returns() {
    let mut world = on_devices();
    let go = || ProfileMsg::Devices(DevicesMsg::DeleteGo(Secret::new("correct horse")));
    assert!(send(&mut world, go()).is_empty(), "nobody asked yet");
    send(&mut world, ProfileMsg::Devices(DevicesMsg::Delete));
    let asked = send(&mut world, go());
    assert!(send(&mut world, go()).is_empty(), "it is on its way");
    answer(&mut world, &asked, Err(refused(Reason::WrongPassword)));
    assert!(profile(&world).deleting.as_ref().unwrap().is_wrong());
    send(&mut world, ProfileMsg::Devices(DevicesMsg::DeleteTyped));
    assert!(profile(&world).deleting.as_ref().unwrap().error.is_none());
    let asked = send(&mut world, go());
    answer(&mut world, &asked, Ok(Answer::Done));
    assert_eq!(world.model.screen, Screen::Login);
    assert!(world.model.profile.is_none() && world.model.me.is_none());
    assert_eq!(world.model.login.account, "");
    let why = Failure::Goodbye(Goodbye::Deleted);
    let late = world.event(ClientEvent::SignedOut { why });
    assert!(late.is_empty(), "that is said already");
}
