//! What is on the wall of a room: the strip, the window, who has read it.

use super::rooms::{CLASS, ME, MOMO, own, with};
use crate::client::{Answer, ClientEvent, Failure, Intent};
use crate::domain::{Announcement, Notice, OwnRoom, Privacy, Rank, Room, Seq};
use crate::net::protocol::{Command, Query, Reason, Refusal, Reply};
use crate::ui::app::settings::Settings;
use crate::ui::app::testing::{NOON_MS, World, ticket_of};
use crate::ui::app::wall::{Page, WallMsg};
use crate::ui::app::{Effect, Msg};

fn wall(text: &str, at: i64, seq: u64) -> Announcement {
    Announcement { text: text.into(), by: MOMO, at, seq: Seq(seq) }
}

fn room(rank: Rank, announcement: Option<Announcement>) -> OwnRoom {
    let own = own(CLASS, "Class", rank);
    OwnRoom { room: Room { announcement, ..own.room }, ..own }
}

fn send(world: &mut World, msg: WallMsg) -> Vec<Effect> {
    world.send(Msg::Wall(msg))
}

fn looks(effects: &[Effect]) -> Vec<(u64, Query)> {
    let look = |effect: &Effect| match effect {
        Effect::Ask(Intent::Look { ticket, query }) => Some((*ticket, query.clone())),
        _ => None,
    };
    effects.iter().filter_map(look).collect()
}

fn answer(world: &mut World, ticket: u64, result: Result<Answer, Failure>) -> Vec<Effect> {
    world.event(ClientEvent::Answered { ticket, result })
}

fn readers(world: &World) -> Option<u64> {
    world.model.wall_readers(world.model.board.as_ref().unwrap())
}

#[test]
fn the_strip_stands_until_it_was_read_and_comes_back_with_something_else() {
    let mut world = with(vec![room(Rank::Member, Some(wall("Midterms", NOON_MS, 7)))]);
    assert_eq!(world.model.unread_wall(CLASS), Some("Midterms"));
    send(&mut world, WallMsg::Open(CLASS));
    assert_eq!(world.model.unread_wall(CLASS), Some("Midterms"), "opened is not read");
    let effects = send(&mut world, WallMsg::Read(CLASS));
    assert_eq!((world.model.unread_wall(CLASS), &world.model.board), (None, &None));
    let kept = effects.iter().find_map(|effect| match effect {
        Effect::Ask(Intent::SetSetting { key, value }) => Some((key.clone(), value.clone())),
        _ => None,
    });
    let (key, value) = kept.unwrap();
    assert_eq!((key.ends_with("/10001"), value.as_str()), (true, "20001:1795185120000"));
    // At the next start it is read from this computer.
    let settings = Settings::read(&[(key, value)]);
    assert_eq!(settings.walls.values().next().unwrap()[&CLASS], NOON_MS);
    let changed = room(Rank::Member, Some(wall("Finals", NOON_MS + 1, 9))).room;
    world.event(ClientEvent::Room(Box::new(changed)));
    assert_eq!(world.model.unread_wall(CLASS), Some("Finals"));
}

#[test]
fn the_window_says_how_many_have_read_it_and_asks_anew_with_something_else() {
    let mut world = with(vec![room(Rank::Member, Some(wall("Midterms", NOON_MS, 7)))]);
    let asked = looks(&send(&mut world, WallMsg::Open(CLASS)));
    let read_by = |seq| Query::ReadBy { room: CLASS, seq: Seq(seq) };
    let (ticket, _) = asked.iter().find(|(_, query)| *query == read_by(7)).unwrap();
    assert_eq!(readers(&world), None, "not known yet");
    let reply = Reply::ReadBy { count: 30, accounts: vec![ME] };
    answer(&mut world, *ticket, Ok(Answer::Looked(reply)));
    assert_eq!(readers(&world), Some(30), "its author is not in the room");
    let tell = |world: &mut World, read_marks| {
        let privacy = Privacy { read_marks, ..Privacy::default() };
        world.event(ClientEvent::Notice(Box::new(Notice::Privacy(privacy))));
    };
    tell(&mut world, false);
    assert_eq!(readers(&world), None, "whoever hides its reading sees nobody else's");
    tell(&mut world, true);
    let changed = room(Rank::Member, Some(wall("Finals", NOON_MS + 1, 9))).room;
    let asked = looks(&world.event(ClientEvent::Room(Box::new(changed.clone()))));
    assert_eq!((readers(&world), &asked[0].1), (None, &read_by(9)));
    let more = Room { members: 4, ..changed };
    assert!(world.event(ClientEvent::Room(Box::new(more))).is_empty(), "the wall is the same");
    let old = room(Rank::Member, Some(wall("Old", NOON_MS + 2, 0))).room;
    assert!(looks(&world.event(ClientEvent::Room(Box::new(old)))).is_empty(), "nobody knows");
    assert_eq!(readers(&world), None);
}

#[test]
fn earlier_ones_come_by_pages() {
    let mut world = with(vec![room(Rank::Member, Some(wall("Midterms", NOON_MS, 7)))]);
    send(&mut world, WallMsg::Open(CLASS));
    let past = |skip| Query::Announcements { room: CLASS, skip };
    let asked = looks(&send(&mut world, WallMsg::Page(Page::Past)));
    assert_eq!(asked[0].1, past(0));
    assert!(send(&mut world, WallMsg::More).is_empty(), "one at a time");
    let page = |n: i64| (0..n).map(|at| wall("x", at, 1)).collect::<Vec<_>>();
    let reply =
        |announcements, more| Ok(Answer::Looked(Reply::Announcements { announcements, more }));
    answer(&mut world, asked[0].0, reply(page(20), true));
    let asked = looks(&send(&mut world, WallMsg::More));
    assert_eq!(asked[0].1, past(20));
    answer(&mut world, asked[0].0, reply(page(3), false));
    assert_eq!(world.model.board.as_ref().unwrap().old.len(), 23);
    assert!(send(&mut world, WallMsg::More).is_empty());
    send(&mut world, WallMsg::Page(Page::Now));
    assert_eq!(world.model.board.as_ref().unwrap().page, Page::Now);
}

#[test]
fn what_is_written_is_put_there_once_or_said_why_not() {
    let mut world = with(vec![room(Rank::Admin, None)]);
    assert!(world.model.may_announce(CLASS));
    assert!(!with(vec![room(Rank::Member, None)]).model.may_announce(CLASS));
    send(&mut world, WallMsg::Write(CLASS));
    let effects = send(&mut world, WallMsg::Submit("Midterms".into()));
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::Ask(Intent::Do { command: Command::SetRoom { room, change }, .. }) => {
            Some((*room, change.announcement.clone()))
        }
        _ => None,
    });
    assert_eq!(asked, Some((CLASS, Some("Midterms".into()))));
    let ticket = effects.iter().find_map(ticket_of).unwrap();
    assert!(send(&mut world, WallMsg::Submit("Midterms".into())).is_empty(), "once");
    let refused = Failure::Refused(Refusal::new(Reason::NotAllowed));
    answer(&mut world, ticket, Err(refused.clone()));
    let board = world.model.board.as_ref().unwrap();
    assert_eq!((board.page, board.busy, &board.error), (Page::Write, false, &Some(refused)));
    let effects = send(&mut world, WallMsg::Submit("Midterms".into()));
    let ticket = effects.iter().find_map(ticket_of).unwrap();
    let told = answer(&mut world, ticket, Ok(Answer::Done));
    assert!(matches!(told[..], [Effect::Tell("wall.put")]) && world.model.board.is_none());
}

#[test]
fn of_a_room_that_one_is_not_in_there_is_no_window() {
    let mut world = with(Vec::new());
    assert!(send(&mut world, WallMsg::Open(CLASS)).is_empty() && world.model.board.is_none());
    assert!(send(&mut world, WallMsg::Submit("x".into())).is_empty());
}

#[test]
fn earlier_ones_are_offered_where_there_are_some() {
    let only = wall("Midterms", NOON_MS, 7);
    let before = wall("Before", NOON_MS - 1, 3);
    for (old, expected) in [(vec![only.clone()], false), (vec![only.clone(), before], true)] {
        let mut world = with(vec![room(Rank::Member, Some(only.clone()))]);
        let asked = looks(&send(&mut world, WallMsg::Open(CLASS)));
        let has_past = |world: &World| world.model.board.as_ref().unwrap().has_past;
        let past = Query::Announcements { room: CLASS, skip: 0 };
        let (ticket, _) = asked.iter().find(|(_, query)| *query == past).unwrap();
        assert!(!has_past(&world), "not known yet");
        let reply = Reply::Announcements { announcements: old, more: false };
        answer(&mut world, *ticket, Ok(Answer::Looked(reply)));
        assert_eq!(has_past(&world), expected);
        let changed = room(Rank::Member, Some(wall("Finals", NOON_MS + 1, 9))).room;
        world.event(ClientEvent::Room(Box::new(changed)));
        assert!(has_past(&world), "it is the past now");
    }
}
