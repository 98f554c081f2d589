//! Friends, groups, requests: what is shown and what is asked for.

use crate::client::api::LinkedServer;
use crate::client::{Answer, ClientEvent, Failure, Intent, LinkState};
use crate::domain::{
    AccountId, Contact, ContactRequest, Group, GroupId, Notice, Presence, RequestState, Target,
    Way, first_groups,
};
use crate::net::protocol::{
    Command, ContactAnswer, ContactChange, OnlinePerson, Query, Reason, Reply,
};
use crate::ui::app::add::{Action, AddMsg, Page, RequestRow, Results, Side};
use crate::ui::app::card::CardMsg;
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::contacts::{Confirm, ContactMsg};
use crate::ui::app::panel::{PanelMsg, Tab};
use crate::ui::app::prompt::PromptMsg;
use crate::ui::app::rows::{Pick, Row};
use crate::ui::app::testing::{NOON_MS, World, direct, message, person, server};
use crate::ui::app::{Effect, Msg};
use crate::ui::text::Language;

const MOMO: AccountId = AccountId(10_002);
const ROOK: AccountId = AccountId(10_003);
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn notice(world: &mut World, notice: Notice) -> Vec<Effect> {
    world.event(ClientEvent::Notice(Box::new(notice)))
}

fn friend(account: AccountId, group: u32) -> Notice {
    let stranger = Contact::stranger(account);
    Notice::Contact(Contact { friend: true, group: GroupId(group), ..stranger })
}

fn groups(names: &[&str]) -> Notice {
    let mut groups = first_groups();
    let more = names.iter().zip(1..);
    groups.extend(more.map(|(name, id)| Group { id: GroupId(id), name: (*name).to_owned() }));
    Notice::Groups { groups }
}

fn request(peer: AccountId, way: Way, at: i64) -> ContactRequest {
    ContactRequest {
        peer,
        way,
        greeting: String::new(),
        group: GroupId::FIRST,
        remark: String::new(),
        at,
        state: RequestState::Pending,
        reason: String::new(),
    }
}

/// The one command that is asked for, and its ticket.
fn command(effects: &[Effect]) -> (u64, Command) {
    let mut found = effects.iter().filter_map(|effect| match effect {
        Effect::Ask(Intent::Do { ticket, command }) => Some((*ticket, command.clone())),
        _ => None,
    });
    let one = found.next().expect("a command is asked for");
    assert!(found.next().is_none(), "only one");
    one
}

fn answer(world: &mut World, ticket: u64, result: Result<Answer, Failure>) -> Vec<Effect> {
    world.event(ClientEvent::Answered { ticket, result })
}

fn refused(reason: Reason) -> Failure {
    Failure::Refused(reason.into())
}

fn with_friends() -> World {
    let mut world = World::signed_in();
    let people = [(10_002, "Momo"), (10_003, "Rook"), (10_004, "amy"), (10_005, "Zoe")];
    let people = people.map(|(number, name)| person(number, name)).to_vec();
    world.event(ClientEvent::People(people));
    notice(&mut world, groups(&["Class"]));
    for number in [10_002, 10_003, 10_004] {
        notice(&mut world, friend(AccountId(number), 0));
    }
    notice(&mut world, friend(AccountId(10_005), 1));
    world.send(Msg::Panel(PanelMsg::Tab(Tab::Contacts)));
    world
}

fn picks(world: &World) -> Vec<Pick> {
    world.model.panel_rows(Language::English).iter().filter_map(Row::pick).collect()
}

#[test]
fn groups_stand_in_order_with_who_is_there_first() {
    let mut world = with_friends();
    let there = [(ROOK, Presence::Busy), (AccountId(10_004), Presence::Invisible)];
    world.event(ClientEvent::Presence(there.to_vec()));
    let friend = |number| Pick::Friend(AccountId(number));
    let expected = [
        Pick::NewFriends,
        Pick::Online,
        Pick::Group(GroupId::FIRST),
        friend(10_003),
        friend(10_004),
        friend(10_002),
        Pick::Group(GroupId(1)),
        friend(10_005),
    ];
    assert_eq!(picks(&world), expected);
    let rows = world.model.panel_rows(Language::English);
    let Row::Group(group) = &rows[2] else { panic!() };
    assert_eq!((&*group.name, group.online, group.total), ("My friends", Some(1), 3));
    world.event(ClientEvent::Link(LinkState::Dialing));
    let rows = world.model.panel_rows(Language::English);
    assert!(matches!(&rows[2], Row::Group(group) if group.online.is_none()), "nobody knows");
}

#[test]
fn a_fold_hides_friends_and_is_kept_for_this_account() {
    let mut world = with_friends();
    world.send(Msg::Panel(PanelMsg::Select(Pick::Friend(ROOK))));
    let effects = world.send(Msg::Panel(PanelMsg::Fold(Some(true))));
    let kept = effects.iter().find_map(|effect| match effect {
        Effect::Ask(Intent::SetSetting { key, value }) => Some((key.clone(), value.clone())),
        _ => None,
    });
    let (key, value) = kept.unwrap();
    assert!(key.starts_with("folds/") && key.ends_with("/10001"), "{key}");
    assert_eq!(value, "0");
    assert_eq!(picks(&world).len(), 5);
    let again = world.send(Msg::Panel(PanelMsg::Fold(Some(true))));
    assert!(again.is_empty(), "it is folded");
    world.send(Msg::Panel(PanelMsg::Fold(None)));
    assert_eq!(picks(&world).len(), 8);
}

#[test]
fn a_friend_moves_to_a_group_that_is_made_for_it() {
    let mut world = with_friends();
    world.send(Msg::Contact(ContactMsg::NewGroup(Some(MOMO))));
    let effects = world.send(Msg::Prompt(PromptMsg::Submit(" Lab ".into())));
    let (ticket, asked) = command(&effects);
    assert_eq!(asked, Command::AddGroup { name: "Lab".into() });
    let effects = notice(&mut world, groups(&["Class", "Lab"]));
    let (_, asked) = command(&effects);
    let change = ContactChange { group: Some(GroupId(2)), ..ContactChange::default() };
    assert_eq!(asked, Command::SetContact { account: MOMO, change });
    answer(&mut world, ticket, Ok(Answer::Done));
    assert_eq!(world.model.prompt, None);
}

#[test]
fn a_prompt_stays_with_the_reason_until_it_is_right() {
    let mut world = with_friends();
    world.send(Msg::Contact(ContactMsg::RenameGroup(GroupId(1))));
    assert_eq!(world.model.prompt.as_ref().unwrap().first, "Class");
    let effects = world.send(Msg::Prompt(PromptMsg::Submit("x".into())));
    let (ticket, _) = command(&effects);
    assert!(world.send(Msg::Prompt(PromptMsg::Submit("x".into()))).is_empty(), "once");
    answer(&mut world, ticket, Err(refused(Reason::GroupExists)));
    let prompt = world.model.prompt.clone().unwrap();
    assert_eq!((prompt.error, prompt.busy), (Some(refused(Reason::GroupExists)), false));
    world.send(Msg::Prompt(PromptMsg::Typed));
    assert_eq!(world.model.prompt.as_ref().unwrap().error, None);
    world.send(Msg::Prompt(PromptMsg::Close));
    assert_eq!(world.model.prompt, None);
}

#[test]
fn what_others_notice_is_asked_before() {
    let mut world = with_friends();
    let effects = world.send(Msg::Contact(ContactMsg::Delete(MOMO)));
    assert!(matches!(effects[..], [Effect::Confirm(Confirm::Delete(MOMO))]));
    let effects = world.send(Msg::Confirmed(Confirm::Delete(MOMO)));
    let (ticket, asked) = command(&effects);
    assert_eq!(asked, Command::RemoveContact { account: MOMO });
    let effects = answer(&mut world, ticket, Err(Failure::Offline));
    assert!(matches!(effects[..], [Effect::Say(Failure::Offline)]));
}

#[test]
fn groups_are_put_where_they_are_dropped() {
    let mut world = with_friends();
    notice(&mut world, groups(&["A", "B"]));
    let order = |effects: &[Effect]| match command(effects).1 {
        Command::OrderGroups { groups } => groups.iter().map(|id| id.0).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let put = |from, before: Option<u32>| {
        Msg::Contact(ContactMsg::PutGroup(GroupId(from), before.map(GroupId)))
    };
    assert_eq!(order(&world.send(put(2, Some(0)))), [2, 0, 1]);
    assert_eq!(order(&world.send(put(0, None))), [1, 2, 0]);
    assert!(world.send(put(2, None)).is_empty(), "it stands there");
    let up = Msg::Contact(ContactMsg::MoveGroup(GroupId(1), -1));
    assert_eq!(order(&world.send(up)), [1, 0, 2]);
    let top = Msg::Contact(ContactMsg::MoveGroup(GroupId::FIRST, -1));
    assert!(world.send(top).is_empty());
}

#[test]
fn a_search_shows_what_was_typed_last() {
    let mut world = with_friends();
    let search = |text: &str| Msg::Add(AddMsg::Search { text: text.into(), online: false });
    let ticket = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Ask(Intent::Look { ticket, query: Query::Find { .. } }) => Some(*ticket),
            _ => None,
        })
    };
    let first = ticket(&world.send(search("mo"))).unwrap();
    let second = ticket(&world.send(search("mos"))).unwrap();
    let found =
        |number, name: &str, presence| OnlinePerson { person: person(number, name), presence };
    let reply = |people, more| Ok(Answer::Looked(Reply::Found { people, more }));
    answer(&mut world, first, reply(vec![found(10_002, "Momo", Presence::Online)], false));
    assert_eq!(world.model.add.as_ref().unwrap().results, Results::Asked, "that was the old one");
    let people = vec![
        found(10_002, "Momo", Presence::Online),
        found(10_020, "Moss", Presence::Away),
        found(10_021, "Mosel", Presence::Offline),
        found(10_022, "Mosi", Presence::Offline),
    ];
    answer(&mut world, second, reply(people, true));
    notice(&mut world, Notice::Request(request(AccountId(10_021), Way::Out, NOON_MS)));
    notice(&mut world, Notice::Request(request(AccountId(10_022), Way::In, NOON_MS)));
    let actions: Vec<Action> =
        world.model.found_cards().into_iter().map(|card| card.action).collect();
    assert_eq!(actions, [Action::Message, Action::Add, Action::Waiting, Action::Accept]);
    let effects = world.pass(250);
    let watched = effects.iter().find_map(|effect| match effect {
        Effect::Ask(Intent::Watch(accounts)) => Some(accounts.clone()),
        _ => None,
    });
    let strangers = [10_020, 10_021, 10_022].map(AccountId);
    assert_eq!(watched.as_deref(), Some(&strangers[..]), "friends are told of anyway");
    let more = world.send(Msg::Add(AddMsg::More));
    assert!(ticket(&more).is_some());
    assert!(world.send(Msg::Add(AddMsg::More)).is_empty(), "they are on their way");
}

#[test]
fn a_request_is_written_in_its_own_window() {
    let mut world = with_friends();
    world.send(Msg::Add(AddMsg::Ask(AccountId(10_020))));
    assert!(!world.model.add.as_ref().unwrap().is_shown);
    let send = || {
        let (greeting, remark) = ("hi".to_owned(), String::new());
        Msg::Add(AddMsg::Send { greeting, remark, group: GroupId(1) })
    };
    let (ticket, _) = command(&world.send(send()));
    assert!(world.send(send()).is_empty(), "once");
    answer(&mut world, ticket, Err(refused(Reason::TakesNoRequests)));
    let asking = world.model.add.as_ref().unwrap().asking.clone().unwrap();
    assert_eq!(asking.error, Some(refused(Reason::TakesNoRequests)));
    let (ticket, _) = command(&world.send(send()));
    let effects = answer(&mut world, ticket, Ok(Answer::Done));
    assert!(matches!(effects[..], [Effect::Tell("friend.sent")]));
    assert_eq!(world.model.add, None);
}

#[test]
fn requests_that_wait_come_first_and_are_counted() {
    let mut world = with_friends();
    world.send(Msg::Add(AddMsg::Open(Page::Requests)));
    let old = RequestState::Declined;
    for one in [
        ContactRequest { state: old, ..request(AccountId(10_020), Way::In, NOON_MS) },
        request(AccountId(10_021), Way::In, NOON_MS - DAY_MS),
        request(AccountId(10_022), Way::In, NOON_MS - 31 * DAY_MS),
        request(AccountId(10_023), Way::Out, NOON_MS - DAY_MS),
        ContactRequest { state: old, ..request(AccountId(10_024), Way::Out, NOON_MS) },
    ] {
        notice(&mut world, Notice::Request(one));
    }
    let rows = |world: &World| -> Vec<Option<(u64, bool)>> {
        let rows = world.model.request_rows();
        let told = |row| match row {
            RequestRow::Nothing | RequestRow::Head(_) => None,
            RequestRow::Request { request, expired, .. } => Some((request.peer.0, expired)),
            RequestRow::Room(row) => Some((row.who.0, !row.is_open)),
        };
        rows.into_iter().map(told).collect()
    };
    let received = [(10_021, false), (10_020, false), (10_022, true)].map(Some);
    let expected = [&received[..], &[None, Some((10_023, false))]].concat();
    assert_eq!(rows(&world), expected);
    assert_eq!(world.model.open_requests(), 1);
    world.send(Msg::Add(AddMsg::Side(Side::Sent)));
    assert_eq!(rows(&world), [Some((10_023, false)), Some((10_024, false))]);
    assert!(world.model.has_handled_requests());
    let accept = Msg::Contact(ContactMsg::Accept(AccountId(10_021), GroupId(1)));
    let (_, asked) = command(&world.send(accept));
    let answer = ContactAnswer::Accept { group: GroupId(1), remark: String::new() };
    assert_eq!(asked, Command::AnswerContact { from: AccountId(10_021), answer });
}

#[test]
fn ones_own_line_is_written_in_its_place() {
    let mut world = World::signed_in();
    world.send(Msg::Panel(PanelMsg::EditLine));
    let effects = world.send(Msg::Panel(PanelMsg::Line("  ".into())));
    assert!(effects.is_empty() && world.model.panel.line.is_none(), "nothing changed");
    world.send(Msg::Panel(PanelMsg::EditLine));
    let (ticket, _) = command(&world.send(Msg::Panel(PanelMsg::Line("hello".into()))));
    let effects = answer(&mut world, ticket, Err(refused(Reason::WordsTooLong)));
    assert!(matches!(effects[..], [Effect::Say(_)]));
    assert!(world.model.panel.line.as_ref().is_some_and(|line| line.error.is_some()));
    let (ticket, _) = command(&world.send(Msg::Panel(PanelMsg::Line("hi".into()))));
    let mut you = person(10_001, "青柠");
    (you.signature, you.version) = ("hi".into(), 5);
    world.event(ClientEvent::People(vec![you]));
    answer(&mut world, ticket, Ok(Answer::Done));
    assert_eq!(world.model.panel.line, None);
    assert_eq!(world.model.me.as_ref().unwrap().person.signature, "hi");
}

#[test]
fn a_card_asks_once_and_goes_with_the_pointer() {
    let mut world = with_friends();
    let effects = world.send(Msg::Card(CardMsg::Show(MOMO)));
    let ticket = effects.iter().find_map(|effect| match effect {
        Effect::Ask(Intent::Look { ticket, .. }) => Some(*ticket),
        _ => None,
    });
    assert!(world.send(Msg::Card(CardMsg::Show(MOMO))).is_empty());
    let details = crate::domain::Details { class: "SE".into(), ..Default::default() };
    let reply = Reply::Profile { person: person(10_002, "Momo"), details, seen: Some(1) };
    answer(&mut world, ticket.unwrap(), Ok(Answer::Looked(reply)));
    let card = world.model.card.clone().unwrap();
    assert_eq!((card.details.unwrap().class, card.seen), ("SE".to_owned(), Some(1)));
    world.send(Msg::Card(CardMsg::Hide));
    assert_eq!(world.model.card, None);
}

#[test]
fn a_card_goes_when_the_person_does_something_else() {
    let draft = String::new();
    let target = Target::Account(MOMO);
    for msg in [
        Msg::Add(AddMsg::Ask(MOMO)),
        Msg::Add(AddMsg::Close),
        Msg::Chat(target, ChatMsg::Open),
        Msg::Chat(target, ChatMsg::Close { draft }),
        Msg::Panel(PanelMsg::Tab(Tab::Chats)),
    ] {
        let mut world = with_friends();
        world.send(Msg::Add(AddMsg::Open(Page::People)));
        world.send(Msg::Card(CardMsg::Show(MOMO)));
        world.send(Msg::Chat(target, ChatMsg::Focus(true)));
        world.pass(250);
        assert!(world.model.card.is_some(), "nothing was done");
        world.send(msg.clone());
        assert_eq!(world.model.card, None, "{msg:?}");
    }
}

#[test]
fn nothing_received_is_said_above_what_was_sent() {
    let mut world = World::signed_in();
    world.send(Msg::Add(AddMsg::Open(Page::Requests)));
    assert!(world.model.request_rows().is_empty());
    notice(&mut world, Notice::Request(request(MOMO, Way::Out, NOON_MS)));
    let rows = world.model.request_rows();
    assert!(matches!(
        &rows[..],
        [RequestRow::Nothing, RequestRow::Head("friend.sent_by_you"), RequestRow::Request { .. }]
    ));
    notice(&mut world, Notice::Request(request(ROOK, Way::In, NOON_MS)));
    let rows = world.model.request_rows();
    assert!(matches!(
        &rows[..],
        [RequestRow::Request { .. }, RequestRow::Head(_), RequestRow::Request { .. }]
    ));
}

#[test]
fn who_asked_is_told_of_a_yes_once() {
    let mut world = World::signed_in();
    world.event(ClientEvent::People(vec![person(10_002, "Momo"), person(10_003, "Rook")]));
    let yes = |peer, way| {
        let state = RequestState::Accepted;
        Notice::Request(ContactRequest { state, ..request(peer, way, NOON_MS) })
    };
    for (peer, way) in [(MOMO, Way::Out), (ROOK, Way::In)] {
        notice(&mut world, Notice::Request(request(peer, way, NOON_MS)));
    }
    let told = notice(&mut world, yes(MOMO, Way::Out));
    assert!(matches!(&told[..], [Effect::TellOf("friend.accepted.by", name)] if name == "Momo"));
    assert!(notice(&mut world, yes(MOMO, Way::Out)).is_empty());
    assert!(notice(&mut world, yes(ROOK, Way::In)).is_empty(), "that was the own answer");
}

#[test]
fn that_one_became_friends_stands_where_it_happened() {
    let mut world = World::signed_in();
    let momo = Target::Account(MOMO);
    let Notice::Contact(contact) = friend(MOMO, 0) else { panic!() };
    let since = |world: &World| world.model.befriended_at(momo);
    let at = NOON_MS + 5_000;
    let said = |world: &mut World, seq, ms| {
        let message = message(direct(10_002), seq, 10_002, NOON_MS + ms, "hi");
        world.event(ClientEvent::Message { message, live: true });
    };
    said(&mut world, 7, 6_000);
    assert_eq!(since(&world), None, "no friend yet");
    notice(&mut world, Notice::Contact(Contact { since: at, ..contact }));
    assert_eq!(since(&world), None, "it is among older messages");
    said(&mut world, 6, 1_000);
    assert_eq!(since(&world), Some(at));
}

#[test]
fn no_group_is_called_like_the_first_one() {
    let mut world = with_friends();
    let first = world.model.group_name(GroupId::FIRST, crate::ui::text::language());
    let tries = |world: &mut World, msg: ContactMsg| {
        world.send(Msg::Contact(msg));
        let asked = world.send(Msg::Prompt(PromptMsg::Submit(format!(" {first} "))));
        (asked.len(), world.model.prompt.clone().and_then(|prompt| prompt.error))
    };
    let exists = Some(refused(Reason::GroupExists));
    assert_eq!(tries(&mut world, ContactMsg::NewGroup(None)), (0, exists.clone()));
    assert_eq!(tries(&mut world, ContactMsg::RenameGroup(GroupId(1))), (0, exists));
    assert_eq!(tries(&mut world, ContactMsg::RenameGroup(GroupId::FIRST)), (1, None));
    assert_eq!(tries(&mut world, ContactMsg::Remark(MOMO)), (1, None), "that is no group");
}

#[test]
fn another_account_forgets_all_of_it() {
    let mut world = with_friends();
    let said = message(direct(10_002), 1, 10_002, NOON_MS, "hi");
    world.event(ClientEvent::Message { message: said, live: false });
    world.send(Msg::Add(AddMsg::Open(Page::People)));
    world.send(Msg::Card(CardMsg::Show(MOMO)));
    let effects = world.send(Msg::Panel(PanelMsg::SwitchAccount));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Ask(Intent::Disconnect))));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Ask(Intent::SignOut { .. }))));
    assert!(world.model.add.is_none() && world.model.card.is_none());
    assert!(!world.model.people.is_friend(MOMO));
}

#[test]
fn who_is_left_by_a_friend_is_told_and_who_leaves_is_not() {
    let mut world = World::signed_in();
    world.event(ClientEvent::People(vec![person(10_002, "Momo"), person(10_003, "Rook")]));
    notice(&mut world, friend(MOMO, 0));
    notice(&mut world, friend(ROOK, 0));
    let told = notice(&mut world, Notice::ContactGone { account: MOMO });
    assert!(matches!(&told[..], [Effect::TellOf("friend.parted", name)] if name == "Momo"));
    assert!(notice(&mut world, Notice::ContactGone { account: MOMO }).is_empty());
    world.send(Msg::Confirmed(Confirm::Delete(ROOK)));
    assert!(notice(&mut world, Notice::ContactGone { account: ROOK }).is_empty());
}

#[test]
fn requests_expire_by_the_clock_of_the_server() {
    let mut world = World::signed_in();
    // This computer is a year ahead.
    world.now.wall_ms = NOON_MS + 365 * DAY_MS;
    let ahead_ms = NOON_MS - world.now.wall_ms;
    let server = LinkedServer { ahead_ms, ..server() };
    world.event(ClientEvent::Link(LinkState::Up { server }));
    let asked = request(MOMO, Way::In, NOON_MS - 29 * DAY_MS);
    notice(&mut world, Notice::Request(asked));
    assert_eq!(world.model.open_requests(), 1);
    let old = request(ROOK, Way::In, NOON_MS - 30 * DAY_MS);
    notice(&mut world, Notice::Request(old));
    assert_eq!(world.model.open_requests(), 1);
}

#[test]
fn who_is_shown_no_more_is_not_remembered_as_being_there() {
    let mut world = World::signed_in();
    world.send(Msg::Card(CardMsg::Show(MOMO)));
    world.pass(250);
    world.event(ClientEvent::Presence(vec![(MOMO, Presence::Online)]));
    assert_eq!(world.model.people.presence(MOMO), Some(Presence::Online));
    world.send(Msg::Card(CardMsg::Hide));
    world.pass(250);
    assert_eq!(world.model.people.presence(MOMO), Some(Presence::Offline));
}
