//! The settings window: pages, what others may do, who is blocked, shakes that are not wanted.

use std::sync::Arc;

use crate::client::{Answer, ClientEvent, Failure, Intent, LinkState};
use crate::domain::{AccountId, Asking, Book, Contact, Notice, Presence, Privacy, Target};
use crate::net::protocol::{Command, Reason, Refusal};
use crate::ui::app::panel::PanelMsg;
use crate::ui::app::preferences::{Hindrance, Page, PreferencesMsg, PrivacyMsg};
use crate::ui::app::settings::SettingMsg;
use crate::ui::app::testing::{World, conversation, direct, message, person};
use crate::ui::app::{Effect, Msg};

fn tell(world: &mut World, msg: PreferencesMsg) -> Vec<Effect> {
    world.send(Msg::Preferences(msg))
}

fn open() -> World {
    let mut world = World::signed_in();
    world.event(ClientEvent::Book(Arc::new(Book::default())));
    tell(&mut world, PreferencesMsg::Open);
    world
}

/// Changes something; what the server is asked, with the ticket of its answer.
fn change(world: &mut World, change: PrivacyMsg) -> Option<(u64, Privacy)> {
    let effects = tell(world, PreferencesMsg::Privacy(change));
    match &effects[..] {
        [] => None,
        [Effect::Ask(Intent::Do { ticket, command: Command::SetPrivacy(privacy) })] => {
            Some((*ticket, privacy.clone()))
        }
        _ => panic!("{effects:?}"),
    }
}

fn answer(world: &mut World, ticket: u64, result: Result<(), Failure>) -> Vec<Effect> {
    let result = result.map(|()| Answer::Done);
    world.event(ClientEvent::Answered { ticket, result })
}

fn refused(world: &World) -> Option<Failure> {
    world.model.preferences.as_ref().unwrap().refused.clone()
}

#[test]
fn it_opens_once_and_only_for_who_is_signed_in() {
    let mut world = World::new();
    tell(&mut world, PreferencesMsg::Open);
    assert!(world.model.preferences.is_none());
    let mut world = open();
    assert_eq!(world.model.preferences.as_ref().unwrap().page, Page::General);
    tell(&mut world, PreferencesMsg::Page(Page::Language));
    let effects = tell(&mut world, PreferencesMsg::Open);
    assert!(matches!(effects[..], [Effect::RaiseSettings]));
    assert_eq!(world.model.preferences.as_ref().unwrap().page, Page::Language);
    tell(&mut world, PreferencesMsg::Close);
    assert!(world.model.preferences.is_none());
    tell(&mut world, PreferencesMsg::Open);
    world.send(Msg::Panel(PanelMsg::SwitchAccount));
    assert!(world.model.preferences.is_none(), "it goes with the panel");
}

#[test]
fn a_change_is_shown_at_once_and_stays_when_the_server_takes_it() {
    let mut world = open();
    let (ticket, asked) = change(&mut world, PrivacyMsg::Asking(Asking::Nobody)).unwrap();
    assert_eq!(asked, Privacy { asking: Asking::Nobody, ..Privacy::default() });
    assert_eq!(world.model.privacy().asking, Asking::Nobody);
    answer(&mut world, ticket, Ok(()));
    assert_eq!(*world.model.privacy(), asked, "before the notice of it too");
    world.event(ClientEvent::Notice(Box::new(Notice::Privacy(asked.clone()))));
    assert_eq!(*world.model.privacy(), asked);
    assert_eq!(refused(&world), None);
}

#[test]
fn changes_in_a_row_keep_each_other() {
    let mut world = open();
    let all = [
        PrivacyMsg::ByNumber(false),
        PrivacyMsg::ByNickname(false),
        PrivacyMsg::FriendsOnly(true),
        PrivacyMsg::ReadMarks(false),
        PrivacyMsg::Typing(false),
    ];
    let asked: Vec<_> = all.iter().map(|one| change(&mut world, *one).unwrap()).collect();
    let wanted = Privacy {
        asking: Asking::Ask,
        by_number: false,
        by_nickname: false,
        friends_only: true,
        read_marks: false,
        typing: false,
    };
    assert_eq!(asked.last().unwrap().1, wanted);
    for (ticket, _) in asked {
        answer(&mut world, ticket, Ok(()));
        assert_eq!(*world.model.privacy(), wanted, "no switch goes back and forth");
    }
    assert_eq!(change(&mut world, PrivacyMsg::Typing(false)), None, "it is so already");
}

#[test]
fn a_refusal_puts_the_old_value_back_and_says_why() {
    let mut world = open();
    let (ticket, _) = change(&mut world, PrivacyMsg::Typing(false)).unwrap();
    let why = Failure::Refused(Refusal::new(Reason::DiskFull));
    answer(&mut world, ticket, Err(why.clone()));
    assert!(world.model.privacy().typing);
    assert_eq!(refused(&world), Some(why.clone()));
    let (ticket, _) = change(&mut world, PrivacyMsg::Typing(false)).unwrap();
    assert_eq!(refused(&world), None, "another try");
    tell(&mut world, PreferencesMsg::Close);
    let effects = answer(&mut world, ticket, Err(why.clone()));
    assert!(matches!(&effects[..], [Effect::Say(said)] if *said == why));
}

#[test]
fn what_was_taken_though_its_answer_was_lost_is_not_said_to_be_refused() {
    let mut world = open();
    let (ticket, asked) = change(&mut world, PrivacyMsg::Typing(false)).unwrap();
    answer(&mut world, ticket, Err(Failure::LinkLost));
    assert!(refused(&world).is_some() && world.model.privacy().typing);
    world.event(ClientEvent::Notice(Box::new(Notice::Privacy(asked))));
    assert!(refused(&world).is_none() && !world.model.privacy().typing);
}

#[test]
fn nothing_can_be_changed_without_a_link_or_before_it_is_known() {
    let mut world = World::signed_in();
    tell(&mut world, PreferencesMsg::Open);
    assert_eq!(world.model.privacy_hindrance(), Some(Hindrance::Unknown));
    assert_eq!(change(&mut world, PrivacyMsg::Typing(false)), None);
    world.event(ClientEvent::Book(Arc::new(Book::default())));
    assert_eq!(world.model.privacy_hindrance(), None);
    let down = LinkState::Down { retry_in_ms: 8_000, why: Failure::LinkLost };
    world.event(ClientEvent::Link(down));
    assert_eq!(world.model.privacy_hindrance(), Some(Hindrance::Offline));
    assert_eq!(change(&mut world, PrivacyMsg::Typing(false)), None);
}

#[test]
fn the_blocked_are_listed_by_name() {
    let mut world = open();
    world.event(ClientEvent::People(vec![person(10_003, "青蛙"), person(10_004, "Ann")]));
    for number in [10_003, 10_004] {
        let contact = Contact { blocked: true, ..Contact::stranger(AccountId(number)) };
        world.event(ClientEvent::Notice(Box::new(Notice::Contact(contact))));
    }
    let friend = Contact { friend: true, ..Contact::stranger(AccountId(10_005)) };
    world.event(ClientEvent::Notice(Box::new(Notice::Contact(friend))));
    let names = |world: &World| -> Vec<String> {
        world.model.blocked().into_iter().map(|(_, name)| name).collect()
    };
    assert_eq!(names(&world), ["Ann", "青蛙"]);
    world.event(ClientEvent::Notice(Box::new(Notice::ContactGone { account: AccountId(10_003) })));
    assert_eq!(names(&world), ["Ann"]);
}

#[test]
fn a_shake_moves_nothing_for_who_does_not_want_it() {
    let shake = |world: &mut World| {
        let state = conversation(direct(10_002), 1, 0);
        let (from, conversation) = (AccountId(10_002), state.conversation);
        world.event(ClientEvent::Conversation(state));
        let message = message(direct(10_002), 1, 10_002, 0, "");
        world.event(ClientEvent::Message { message, live: true });
        world.event(ClientEvent::Shaken { from, conversation })
    };
    let momo = Target::Account(AccountId(10_002));
    let is_open = |world: &World| world.model.chats.get(momo).is_some_and(|chat| chat.open);
    let shakes = |effects: &[Effect]| effects.iter().any(|e| matches!(e, Effect::ShakeWindow(_)));

    let mut world = World::signed_in();
    world.send(Msg::Setting(SettingMsg::Still(true)));
    let effects = shake(&mut world);
    assert!(is_open(&world) && !shakes(&effects), "it comes to the front without moving");

    let mut world = World::signed_in();
    world.send(Msg::Setting(SettingMsg::Shakes(false)));
    let effects = shake(&mut world);
    assert!(!is_open(&world) && effects.is_empty(), "only the line is there");

    let mut world = World::signed_in();
    assert!(shakes(&shake(&mut world)));
}

#[test]
fn what_is_shown_by_itself_is_no_choice_for_the_next_time() {
    let mut world = World::signed_in();
    world.send(Msg::Idle(600_000));
    assert_eq!(world.model.me.as_ref().unwrap().presence, Presence::Away);
    assert_eq!(world.model.login.presence, Presence::Online);
}
