//! Rooms: how they stand in the lists, who is in them, what is said of what happens there.

use std::sync::Arc;

use crate::client::api::Format;
use crate::client::{Answer, ClientEvent, Failure, Intent};
use crate::domain::{
    AccountId, Body, Book, Choice, Contact, ConversationId, ConversationKind, Joining, Member,
    Message, Nonce, Notice, Notify, OwnRoom, Parting, Person, Presence, Rank, Role, Room,
    RoomChange, RoomId, Seq, Target,
};
use crate::limits::WATCHED_MAX;
use crate::net::protocol::{Command, MemberChange, Query, Reason, Reply};
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::contacts::Confirm;
use crate::ui::app::history::{HistoryMsg, Part};
use crate::ui::app::panel::{PanelMsg, Tab};
use crate::ui::app::rooms::{RoomMsg, Tile};
use crate::ui::app::rows::{Pick, Row};
use crate::ui::app::testing::{NOON_MS, World, message, person, ticket_of};
use crate::ui::app::{Effect, Msg, Ticket};
use crate::ui::text::Language;

pub const ME: AccountId = AccountId(10_001);
pub const MOMO: AccountId = AccountId(10_002);
pub const ROOK: AccountId = AccountId(10_003);
pub const CLASS: RoomId = RoomId(20_001);

pub fn own(room: RoomId, name: &str, rank: Rank) -> OwnRoom {
    OwnRoom {
        room: Room {
            room,
            conversation: ConversationId(room.0),
            name: name.into(),
            owner: if rank == Rank::Owner { ME } else { MOMO },
            joining: Joining::Open,
            admins_only: false,
            announcement: None,
            members: 3,
            version: 1,
            since: 0,
            colour: None,
        },
        member: member(ME, rank),
    }
}

fn member(account: AccountId, rank: Rank) -> Member {
    Member { account, rank, card: String::new(), muted_until: 0, since: 0, first: Seq(1) }
}

pub fn with(rooms: Vec<OwnRoom>) -> World {
    let mut world = World::signed_in();
    world.event(ClientEvent::People(vec![person(10_002, "Momo"), person(10_003, "Rook")]));
    let rooms = rooms.into_iter().map(|own| (own.room.room, own)).collect();
    world.event(ClientEvent::Book(Arc::new(Book { rooms, ..Book::default() })));
    world
}

pub fn happens(world: &mut World, seq: u64, from: AccountId, body: Body) -> Vec<Effect> {
    let kind = ConversationKind::Room { room: CLASS };
    let nonce = Nonce([u8::try_from(seq).unwrap(); 16]);
    let (conversation, seq) = (ConversationId(CLASS.0), Seq(seq));
    let message = Message { conversation, kind, seq, from, nonce, at: NOON_MS, body };
    world.event(ClientEvent::Message { message, live: true })
}

fn change(version: u64, change: RoomChange) -> Body {
    Body::Room { version, change }
}

fn commands(effects: &[Effect]) -> Vec<Command> {
    let command = |effect: &Effect| match effect {
        Effect::Ask(Intent::Do { command, .. }) => Some(command.clone()),
        _ => None,
    };
    effects.iter().filter_map(command).collect()
}

#[test]
fn rooms_stand_in_two_groups_that_fold() {
    let other = RoomId(20_002);
    let mut world = with(vec![own(CLASS, "Class", Rank::Owner), own(other, "Lab", Rank::Member)]);
    world.send(Msg::Panel(PanelMsg::Tab(Tab::Rooms)));
    let picks = |world: &World| -> Vec<Option<Pick>> {
        world.model.panel_rows(Language::English).iter().map(Row::pick).collect()
    };
    let (doors, head) = (Some(Pick::Doors), |own| Some(Pick::Rooms(own)));
    let chat = |room| Some(Pick::Chat(Target::Room(room)));
    assert_eq!(picks(&world), [doors, head(true), chat(CLASS), head(false), chat(other)]);
    world.send(Msg::Panel(PanelMsg::Open(Pick::Rooms(true))));
    assert_eq!(picks(&world), [doors, head(true), head(false), chat(other)]);
    world.send(Msg::Panel(PanelMsg::Fold(Some(false))));
    assert_eq!(picks(&world).len(), 5);
    assert_eq!(world.model.tile(CLASS), Tile { colour: 20_001 % 7, name: "Class".into() });
}

#[test]
fn a_room_is_among_the_chats_while_one_is_in_it_and_lines_about_it_are_not_unread() {
    let mut world = with(vec![own(CLASS, "Class", Rank::Member)]);
    let target = Target::Room(CLASS);
    let joined = change(2, RoomChange::Joined { account: ROOK, muted_until: 0 });
    assert!(happens(&mut world, 1, MOMO, joined).is_empty(), "nobody is called for that");
    let told = happens(&mut world, 2, MOMO, Body::text("hello"));
    assert!(matches!(told[..], [Effect::Urgent(at), ..] if at == target));
    let listed = |world: &World| {
        let rows = world.model.chat_rows(Language::English);
        rows.into_iter().find(|row| row.target == target)
    };
    let row = listed(&world).unwrap();
    assert_eq!((row.preview.as_str(), row.unread), ("Momo: hello", 1));
    happens(&mut world, 3, MOMO, change(3, RoomChange::Kicked { account: ROOK }));
    assert_eq!(listed(&world).unwrap().preview, "Momo removed Rook from the room");
    let choices =
        [(target, Choice { pinned: true, notify: Notify::None, ..Choice::default() })].into();
    let rooms = [(CLASS, own(CLASS, "Class", Rank::Member))].into();
    world.event(ClientEvent::Book(Arc::new(Book { rooms, choices, ..Book::default() })));
    let row = listed(&world).unwrap();
    assert!(row.pinned && row.notify == Notify::None);
    assert_eq!(world.model.unread(), 0, "it is not counted");
    assert_eq!(world.model.chat_rows(Language::English)[0].target, target, "at the top");
    assert!(happens(&mut world, 4, MOMO, Body::text("and?")).is_empty(), "it is quiet");
    world.event(ClientEvent::Book(Arc::new(Book::default())));
    assert!(listed(&world).is_none(), "one is in it no more");
    world.send(Msg::History(HistoryMsg::Open(None)));
    let sides = world.model.history_sides(Language::English);
    let side = sides.iter().find(|side| side.target == Some(target)).unwrap();
    assert_eq!(side.name, "Class", "what was said there is looked up as before");
    assert_eq!(
        world.model.closed_to_me(target, Language::English).as_deref(),
        Some("You are not in this room any more.")
    );
}

#[test]
fn who_is_in_a_room_is_asked_for_page_by_page_and_changes_with_its_log() {
    let mut world = with(vec![own(CLASS, "Class", Rank::Owner)]);
    let target = Target::Room(CLASS);
    let effects = world.send(Msg::Chat(target, ChatMsg::Open));
    let ask = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Ask(Intent::Look { ticket, query: Query::Members { after, .. } }) => {
                Some((*ticket, *after))
            }
            _ => None,
        })
    };
    let page = |world: &mut World, ticket, members, more| {
        let result = Ok(Answer::Looked(Reply::Members { members, more }));
        world.event(ClientEvent::Answered { ticket, result })
    };
    let (ticket, after) = ask(&effects).unwrap();
    assert_eq!(after, AccountId(0));
    let effects = page(&mut world, ticket, vec![member(ME, Rank::Owner)], true);
    let (ticket, after) = ask(&effects).unwrap();
    assert_eq!(after, ME);
    let card = Member { card: "Monitor".into(), ..member(MOMO, Rank::Member) };
    page(&mut world, ticket, vec![card], false);
    world.event(ClientEvent::Presence(vec![(MOMO, Presence::Online)]));
    let names = |world: &World| -> Vec<String> {
        world.model.member_rows(CLASS).iter().map(|row| row.name.clone()).collect()
    };
    assert_eq!(names(&world), ["青柠", "Monitor"]);
    happens(&mut world, 5, ROOK, change(2, RoomChange::Joined { account: ROOK, muted_until: 0 }));
    assert_eq!(names(&world), ["青柠", "Monitor", "Rook"], "who is not there comes last");
    happens(&mut world, 6, ME, change(3, RoomChange::Owner { account: MOMO }));
    assert_eq!(names(&world), ["Monitor", "青柠", "Rook"], "the owner first");
    let card = |card: &str| RoomChange::Carded { account: MOMO, card: card.into() };
    happens(&mut world, 7, MOMO, change(4, card("Owner")));
    assert_eq!(names(&world), ["Owner", "青柠", "Rook"], "another card shows at once");
    happens(&mut world, 10, MOMO, Body::text("hello"));
    let quote = world.model.quote(target, Seq(10), Language::English);
    assert_eq!(quote.name, "Owner", "as above its message");
    let entries = world.model.chats.get(target).unwrap().entries(ME, target);
    assert_eq!(entries.count(), 3, "and is no line");
    happens(&mut world, 11, MOMO, change(5, card("")));
    assert_eq!(names(&world), ["Momo", "青柠", "Rook"]);
    happens(&mut world, 12, MOMO, change(6, RoomChange::Kicked { account: ROOK }));
    assert_eq!(names(&world).len(), 2);
    // A page that could not be had is asked for when the window is opened again.
    let mut world = with(vec![own(CLASS, "Class", Rank::Owner)]);
    let effects = world.send(Msg::Chat(target, ChatMsg::Open));
    let (ticket, _) = ask(&effects).unwrap();
    world.event(ClientEvent::Answered { ticket, result: Err(Failure::Offline) });
    assert!(ask(&world.send(Msg::Chat(target, ChatMsg::Open))).is_some());
    assert!(effects.iter().filter_map(ticket_of).count() > 0, "its messages too");
}

fn asks_members(effects: &[Effect]) -> Option<Ticket> {
    effects.iter().find_map(|effect| match effect {
        Effect::Ask(Intent::Look { ticket, query: Query::Members { .. } }) => Some(*ticket),
        _ => None,
    })
}

#[test]
fn who_is_in_a_room_is_kept_only_while_a_window_shows_it_and_one_is_in_it() {
    let target = Target::Room(CLASS);
    let page = |world: &mut World, ticket, card: &str| {
        let momo = Member { card: card.into(), ..member(MOMO, Rank::Owner) };
        let result = Ok(Answer::Looked(Reply::Members { members: vec![momo], more: false }));
        world.event(ClientEvent::Answered { ticket, result });
        world.model.name_in(target, MOMO)
    };
    let mut world = with(vec![own(CLASS, "Class", Rank::Member)]);
    let ticket = asks_members(&world.send(Msg::Chat(target, ChatMsg::Open))).unwrap();
    assert_eq!(page(&mut world, ticket, "Monitor"), "Monitor");
    world.send(Msg::Chat(target, ChatMsg::Close { draft: String::new() }));
    world.pass(1_000);
    assert!(world.model.member_rows(CLASS).is_empty(), "nobody looks");
    // An answer to what was asked before is of another time.
    let old = asks_members(&world.send(Msg::Chat(target, ChatMsg::Open))).unwrap();
    let gone = Notice::RoomGone { room: CLASS, why: Parting::Kicked };
    world.event(ClientEvent::Notice(Box::new(gone)));
    let back = Notice::Room(own(CLASS, "Class", Rank::Member));
    let ticket = asks_members(&world.event(ClientEvent::Notice(Box::new(back)))).unwrap();
    assert_eq!(page(&mut world, old, "old"), "Momo");
    assert_eq!(page(&mut world, ticket, "Monitor"), "Monitor");
}

#[test]
fn how_many_are_there_is_said_where_all_of_them_are_seen() {
    for (count, is_said) in [(WATCHED_MAX, true), (WATCHED_MAX + 1, false)] {
        let mut world = with(vec![own(CLASS, "Class", Rank::Member)]);
        let ticket = asks_members(&world.send(Msg::Chat(Target::Room(CLASS), ChatMsg::Open)));
        let number = |n: usize| AccountId(20_000 + n as u64);
        let members = (0..count).map(|n| member(number(n), Rank::Member)).collect();
        let result = Ok(Answer::Looked(Reply::Members { members, more: false }));
        world.event(ClientEvent::Answered { ticket: ticket.unwrap(), result });
        world.pass(250);
        world.event(ClientEvent::Presence(vec![(number(count - 1), Presence::Online)]));
        assert_eq!(world.model.online_in(CLASS), is_said.then_some(1), "{count}");
    }
}

#[test]
fn who_comes_again_is_as_mute_as_before_and_who_is_an_admin_is_not() {
    let mut world = with(vec![own(CLASS, "Class", Rank::Owner)]);
    world.send(Msg::Chat(Target::Room(CLASS), ChatMsg::Open));
    let muted_until = NOON_MS + 60_000;
    happens(&mut world, 5, ROOK, change(2, RoomChange::Joined { account: ROOK, muted_until }));
    let is_muted = |world: &World| world.model.member_rows(CLASS)[0].is_muted;
    assert!(is_muted(&world));
    happens(&mut world, 6, ME, change(3, RoomChange::Ranked { account: ROOK, rank: Rank::Admin }));
    assert!(!is_muted(&world));
}

#[test]
fn what_others_notice_is_asked_before_and_the_rest_is_done_at_once() {
    let mut world = with(vec![own(CLASS, "Class", Rank::Owner)]);
    let asked = [
        (
            RoomMsg::Dissolve(CLASS),
            Confirm::DissolveRoom(CLASS),
            Command::DissolveRoom { room: CLASS },
        ),
        (
            RoomMsg::Kick(CLASS, MOMO),
            Confirm::Kick(CLASS, MOMO),
            Command::Kick { room: CLASS, account: MOMO },
        ),
    ];
    for (msg, confirm, command) in asked {
        let effects = world.send(Msg::Room(msg));
        assert!(matches!(&effects[..], [Effect::Confirm(asked)] if *asked == confirm));
        assert_eq!(commands(&world.send(Msg::Confirmed(confirm))), [command]);
    }
    let leave = |rank, members| {
        let mut own = own(CLASS, "Class", rank);
        own.room.members = members;
        with(vec![own]).send(Msg::Room(RoomMsg::Leave(CLASS))).remove(0)
    };
    let stays = Failure::Refused(Reason::OwnerStays.into());
    assert!(
        matches!(leave(Rank::Owner, 3), Effect::Say(why) if why == stays),
        "it is said at once"
    );
    let ends = Confirm::DissolveRoom(CLASS);
    assert!(matches!(leave(Rank::Owner, 1), Effect::Confirm(asked) if asked == ends));
    let goes = Confirm::LeaveRoom(CLASS);
    assert!(matches!(leave(Rank::Admin, 3), Effect::Confirm(asked) if asked == goes));
    let effects = world.send(Msg::Confirmed(goes));
    assert_eq!(commands(&effects), [Command::LeaveRoom { room: CLASS }]);
    let effects = world.send(Msg::Room(RoomMsg::Mute(CLASS, MOMO, 60_000)));
    let change = MemberChange { mute_ms: Some(60_000), ..MemberChange::default() };
    assert_eq!(commands(&effects), [Command::SetMember { room: CLASS, account: MOMO, change }]);
}

#[test]
fn who_puts_somebody_out_reads_how_that_person_may_come_back() {
    let rules = [
        (Joining::Open, "ask.kick.text.open"),
        (Joining::Approval, "ask.kick.text"),
        (Joining::Closed, "ask.kick.text.closed"),
    ];
    for (joining, key) in rules {
        let mut own = own(CLASS, "Class", Rank::Admin);
        own.room.joining = joining;
        assert_eq!(with(vec![own]).model.kicked_key(CLASS), key);
    }
}

#[test]
fn a_room_that_is_no_more_is_said_to_be_dissolved() {
    let mut world = with(vec![own(CLASS, "Class", Rank::Member)]);
    happens(&mut world, 5, MOMO, change(2, RoomChange::Dissolved {}));
    let gone = Notice::RoomGone { room: CLASS, why: Parting::Dissolved };
    world.event(ClientEvent::Notice(Box::new(gone)));
    let why = world.model.closed_to_me(Target::Room(CLASS), Language::English);
    assert_eq!(why.as_deref(), Some("This room was dissolved."));
}

#[test]
fn a_lobby_that_turned_one_down_is_closed_until_the_next_sign_in() {
    let mut world = with(Vec::new());
    let why = |world: &World| world.model.closed_to_me(Target::Lobby, Language::English);
    assert_eq!(why(&world), None);
    let nonce = Nonce([1; 16]);
    let failure = Failure::Refused(Reason::LobbyClosed.into());
    world.event(ClientEvent::SendFailed { nonce, failure });
    assert!(why(&world).unwrap().starts_with("The administrator closed the lobby."));
    let you = person(10_001, "青柠");
    world.event(ClientEvent::SignedIn { you, presence: Presence::Online });
    assert_eq!(why(&world), None);
}

#[test]
fn where_one_may_not_write_it_is_said_why() {
    let target = Target::Room(CLASS);
    let mut room = own(CLASS, "Class", Rank::Member);
    let why =
        |room: &OwnRoom| with(vec![room.clone()]).model.closed_to_me(target, Language::English);
    assert_eq!(why(&room), None);
    room.room.admins_only = true;
    assert_eq!(why(&room).unwrap(), "Only admins can post here");
    room.member.rank = Rank::Admin;
    assert_eq!(why(&room), None);
    room.member.muted_until = NOON_MS + 60_000;
    assert_eq!(why(&room).unwrap(), "You are muted in this room until 14:33.");
}

#[test]
fn who_is_put_out_while_writing_is_told_and_keeps_the_words() {
    let target = Target::Room(CLASS);
    let mut world = with(vec![own(CLASS, "Class", Rank::Member)]);
    let why = |world: &World| world.model.closed_to_me(target, Language::English);
    let draft = |world: &World| world.model.chats.get(target).unwrap().draft.clone();
    world.send(Msg::Chat(target, ChatMsg::Open));
    world.send(Msg::Chat(target, ChatMsg::Draft("half a sen".into())));
    assert_eq!(why(&world), None);
    world.event(ClientEvent::Book(Arc::new(Book::default())));
    assert_eq!(why(&world).unwrap(), "You are not in this room any more.");
    assert_eq!(draft(&world), "half a sen");
    world.pass(5_000);
    world.send(Msg::Chat(target, ChatMsg::Close { draft: "half a sen".into() }));
    world.send(Msg::Chat(target, ChatMsg::Open));
    assert_eq!(draft(&world), "half a sen", "whoever comes in again goes on writing");
    let rooms = [(CLASS, own(CLASS, "Class", Rank::Member))].into();
    world.event(ClientEvent::Book(Arc::new(Book { rooms, ..Book::default() })));
    assert_eq!((why(&world), draft(&world).as_str()), (None, "half a sen"));
}

#[test]
fn a_lobby_is_open_again_when_somebody_like_oneself_is_heard_there() {
    let mut world = with(Vec::new());
    let why = |world: &World| world.model.closed_to_me(Target::Lobby, Language::English);
    let close = |world: &mut World| {
        let (nonce, failure) = (Nonce([1; 16]), Failure::Refused(Reason::LobbyClosed.into()));
        world.event(ClientEvent::SendFailed { nonce, failure });
        assert!(why(world).is_some());
    };
    let hears = |world: &mut World, seq, from, live| {
        let message = message(ConversationKind::Lobby, seq, from, NOON_MS, "hi");
        world.event(ClientEvent::Message { message, live });
    };
    world.event(ClientEvent::People(vec![Person { role: Role::Admin, ..person(10_004, "Tern") }]));
    world.send(Msg::Chat(Target::Lobby, ChatMsg::Draft("half a sen".into())));
    close(&mut world);
    assert_eq!(world.model.chats.get(Target::Lobby).unwrap().draft, "half a sen");
    hears(&mut world, 1, 10_004, true);
    hears(&mut world, 2, 60_000, true);
    hears(&mut world, 3, 10_002, false);
    assert!(why(&world).is_some(), "administrators, who is unknown and what was said before");
    hears(&mut world, 4, 10_002, true);
    assert_eq!(why(&world), None);
    close(&mut world);
    hears(&mut world, 5, 10_001, true);
    assert_eq!(why(&world), None, "one's own was taken");
}

#[test]
fn what_was_said_in_a_room_is_read_and_exported_under_the_names_on_the_cards() {
    let mut world = with(vec![own(CLASS, "Class", Rank::Member)]);
    let mut book = Book::clone(world.model.people.book());
    let remark = "Rookie".to_owned();
    book.contacts.insert(ROOK, Contact { remark, ..Contact::stranger(ROOK) });
    world.event(ClientEvent::Book(Arc::new(book)));
    let effects = world.send(Msg::History(HistoryMsg::Open(Some(Target::Room(CLASS)))));
    let asked = |effect: &&Effect| {
        let room = CLASS;
        matches!(effect, Effect::Ask(Intent::Look { query: Query::Members { room: of, .. }, .. }) if *of == room)
    };
    let ticket = effects.iter().find(asked).and_then(ticket_of).unwrap();
    let carded =
        |account, card: &str| Member { card: card.into(), ..member(account, Rank::Member) };
    let members = vec![member(ME, Rank::Member), carded(MOMO, "班长"), carded(ROOK, "委员")];
    let result = Ok(Answer::Looked(Reply::Members { members, more: false }));
    world.event(ClientEvent::Answered { ticket, result });
    assert_eq!(world.model.name_in(Target::Room(CLASS), MOMO), "班长");
    let (part, format, path) = (Part::Whole, Format::Txt, "/tmp/a.txt".into());
    let effects = world.send(Msg::History(HistoryMsg::Export { part, format, path }));
    let Some(Effect::Ask(Intent::Export { export, .. })) = effects.first() else { panic!() };
    let name = |from: AccountId| {
        let kind = ConversationKind::Room { room: CLASS };
        export.name_in(kind, from).map(str::to_owned)
    };
    assert_eq!((name(ME), name(MOMO)), (None, Some("班长".into())));
    assert_eq!(name(ROOK), Some("Rookie".into()), "a remark goes before a card");
    let elsewhere = export.name_in(ConversationKind::Lobby, MOMO);
    assert_eq!(elsewhere, None, "a card holds in its room");
}
