//! The lists of the main panel: order, previews, search.

use crate::client::api::PendingMessage;
use crate::client::{ClientEvent, Failure, Intent};
use crate::domain::{AccountId, Body, Contact, ConversationKind, Nonce, Notice, Presence, Target};
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::panel::PanelMsg;
use crate::ui::app::rows::{ChatRow, Pick, Row};
use crate::ui::app::testing::{NOON_MS, World, direct, message, person};
use crate::ui::app::{Effect, Msg};
use crate::ui::text::Language;

fn says(world: &mut World, kind: ConversationKind, seq: u64, from: u64, at: i64, text: &str) {
    let message = message(kind, seq, from, at, text);
    world.event(ClientEvent::Message { message, live: false });
}

fn rows(world: &World) -> Vec<ChatRow> {
    world.model.chat_rows(Language::English)
}

fn names(world: &World) -> Vec<String> {
    rows(world).into_iter().map(|row| row.name).collect()
}

fn filled() -> World {
    let mut world = World::signed_in();
    world.event(ClientEvent::People(vec![person(10_002, "Momo"), person(10_003, "Juniper")]));
    says(&mut world, direct(10_002), 1, 10_002, NOON_MS - 60_000, "OK,\n library");
    says(&mut world, direct(10_003), 1, 10_003, NOON_MS - 86_400_000, "second part");
    world
}

#[test]
fn newest_first_and_the_lobby_is_always_there() {
    let mut world = filled();
    assert_eq!(names(&world), ["Momo", "Juniper", "Lobby"]);
    says(&mut world, ConversationKind::Lobby, 1, 10_003, NOON_MS, "hello");
    assert_eq!(names(&world), ["Lobby", "Momo", "Juniper"]);
    let to = Target::Account(AccountId(10_003));
    let body = Body::text("on its way");
    let pending = PendingMessage { nonce: Nonce([1; 16]), to, body, at: NOON_MS + 1 };
    world.event(ClientEvent::Pending(pending));
    assert_eq!(names(&world), ["Juniper", "Lobby", "Momo"]);
}

#[test]
fn previews_are_one_line_with_the_speaker_in_the_lobby() {
    let mut world = filled();
    assert_eq!(rows(&world)[0].preview, "OK, library");
    assert_eq!(rows(&world)[0].time, "14:31");
    assert_eq!(rows(&world)[1].time, "Yesterday");
    says(&mut world, ConversationKind::Lobby, 1, 10_003, NOON_MS, "hello");
    assert_eq!(rows(&world)[0].preview, "Juniper: hello");
    says(&mut world, ConversationKind::Lobby, 2, 10_001, NOON_MS, "mine");
    assert_eq!(rows(&world)[0].preview, "mine");
}

#[test]
fn drafts_and_failures_are_said_before_the_last_message() {
    let mut world = filled();
    let to = Target::Account(AccountId(10_002));
    let (nonce, body) = (Nonce([1; 16]), Body::text("lost"));
    world.event(ClientEvent::Pending(PendingMessage { nonce, to, body, at: NOON_MS }));
    assert_eq!((rows(&world)[0].prefix, &*rows(&world)[0].preview), (None, "lost"));
    world.event(ClientEvent::SendFailed { nonce, failure: Failure::Offline });
    assert_eq!(rows(&world)[0].prefix, Some("preview.failed"));
    world.send(Msg::Chat(to, ChatMsg::Close { draft: "is the\nsecond".into() }));
    let row = &rows(&world)[0];
    assert_eq!((row.prefix, &*row.preview), (Some("preview.draft"), "is the second"));
}

#[test]
fn search_shows_friends_then_other_chats() {
    let mut world = filled();
    world.event(ClientEvent::People(vec![person(10_004, "莫斯"), person(10_005, "Rook")]));
    let friend = |number: u64, remark: &str| {
        let stranger = Contact::stranger(AccountId(number));
        Notice::Contact(Contact { friend: true, remark: remark.to_owned(), ..stranger })
    };
    for notice in [friend(10_002, ""), friend(10_004, "Mo"), friend(10_005, "小满")] {
        world.event(ClientEvent::Notice(Box::new(notice)));
    }
    let find = |world: &mut World, text: &str| -> Vec<Option<Pick>> {
        world.send(Msg::Panel(PanelMsg::Search(text.into())));
        world.model.panel_rows(Language::English).iter().map(Row::pick).collect()
    };
    let friend = |number| Some(Pick::Friend(AccountId(number)));
    let chat = |number| Some(Pick::Chat(Target::Account(AccountId(number))));
    assert_eq!(find(&mut world, "mo"), [None, friend(10_004), friend(10_002)], "the whole first");
    assert_eq!(find(&mut world, "mosi"), [None, friend(10_004)], "by pinyin");
    assert_eq!(find(&mut world, "xm"), [None, friend(10_005)], "by a remark's initials");
    assert_eq!(find(&mut world, "ROOK"), [None, friend(10_005)], "by the nickname under it");
    assert_eq!(find(&mut world, "niper"), [None, chat(10_003)]);
    assert_eq!(find(&mut world, "10004"), [None, friend(10_004)]);
    assert_eq!(find(&mut world, "lobby"), [None, Some(Pick::Chat(Target::Lobby))]);
    assert!(find(&mut world, "nothing like it").is_empty());
    assert_eq!(find(&mut world, " ").len(), 3);
}

#[test]
fn up_and_down_stay_within_the_list_and_enter_opens() {
    let mut world = filled();
    let momo = Target::Account(AccountId(10_002));
    for (by, expected) in [(1, momo), (-1, momo), (1, Target::Account(AccountId(10_003)))] {
        world.send(Msg::Panel(PanelMsg::Move(by)));
        assert_eq!(world.model.panel.selected, Some(Pick::Chat(expected)));
    }
    world.send(Msg::Panel(PanelMsg::Move(9)));
    assert_eq!(world.model.panel.selected, Some(Pick::Chat(Target::Lobby)));
    let effects = world.send(Msg::Panel(PanelMsg::Open(Pick::Chat(momo))));
    assert!(matches!(effects[0], Effect::OpenChat(target) if target == momo));
}

#[test]
fn a_status_is_shown_kept_and_sent() {
    let mut world = World::signed_in();
    let effects = world.send(Msg::Panel(PanelMsg::Presence(Presence::Busy)));
    assert!(matches!(
        effects[..],
        [
            Effect::Ask(Intent::SetSetting { .. }),
            Effect::Ask(Intent::SetPresence { presence: Presence::Busy, .. })
        ]
    ));
    assert_eq!(world.model.me.as_ref().unwrap().presence, Presence::Busy);
}

#[test]
fn a_preview_of_whatever_was_said_is_one_short_line() {
    let kind = ConversationKind::direct(AccountId(10_001), AccountId(10_002));
    for unit in ["长", "\u{301}", "\u{202E}", "\u{7}\n\r\n", "\u{2028}x", "\0"] {
        let mut world = World::signed_in();
        let words = format!("a{}", unit.repeat(16_383 / unit.len()));
        let message = message(kind, 1, 10_002, NOON_MS, &words);
        world.event(ClientEvent::Message { message, live: true });
        let rows = world.model.chat_rows(Language::English);
        let target = Target::Account(AccountId(10_002));
        let preview = &rows.iter().find(|row| row.target == target).unwrap().preview;
        assert!(preview.starts_with('a') && preview.chars().count() <= 120, "{unit:?}");
        let breaks = |c: char| matches!(c, '\n' | '\r' | '\u{2028}');
        assert!(!preview.contains(breaks), "{unit:?}: {preview:?}");
    }
}
