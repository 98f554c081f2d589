//! One message: recalled, edited again, deleted here; who read it.

use crate::client::api::PendingMessage;
use crate::client::{Answer, ClientEvent, Failure, Intent};
use crate::domain::{AccountId, Body, MentionPlace, Mentions, Message, Nonce, Seq, Target};
use crate::net::protocol::{Command, Query, Reason, Refusal};
use crate::ui::app::chats::{ChatMsg, EntryId};
use crate::ui::app::contacts::Confirm;
use crate::ui::app::menu::MenuMsg;
use crate::ui::app::testing::{NOON_MS, World, direct, message, person, ticket_of};
use crate::ui::app::writing::Notice;
use crate::ui::app::{Effect, Msg};
use crate::ui::text::Language;

const ME: AccountId = AccountId(10_001);
const FRIEND: Target = Target::Account(AccountId(10_002));
const MINUTE: u64 = 60_000;

fn menu(world: &mut World, msg: MenuMsg) -> Vec<Effect> {
    world.send(Msg::Chat(FRIEND, ChatMsg::Menu(msg)))
}

fn said(world: &World, seq: u64, from: u64, body: Body) -> Message {
    Message { body, ..message(direct(10_002), seq, from, world.now.wall_ms, "") }
}

fn says(world: &mut World, seq: u64, from: u64, words: &str) -> Vec<Effect> {
    let message = said(world, seq, from, Body::text(words));
    world.event(ClientEvent::Message { message, live: true })
}

/// The line that takes a message back.
fn recalled(world: &mut World, seq: u64, from: u64, original: u64) -> Vec<Effect> {
    let message = said(world, seq, from, Body::Recalled { seq: Some(Seq(original)) });
    world.event(ClientEvent::Message { message, live: true })
}

fn lines(world: &World) -> Vec<(EntryId, Body)> {
    let chat = world.model.chats.get(FRIEND).unwrap();
    chat.entries(ME, FRIEND).map(|entry| (entry.id, entry.body.clone())).collect()
}

fn preview(world: &World) -> String {
    let rows = world.model.chat_rows(Language::English);
    rows.into_iter().find(|row| row.target == FRIEND).unwrap().preview
}

/// What goes back into the box.
fn written(effects: &[Effect]) -> Vec<String> {
    let mut texts = Vec::new();
    for effect in effects {
        if let Effect::Write(FRIEND, text, _) = effect {
            texts.push(text.clone());
        }
    }
    texts
}

fn begun() -> World {
    let mut world = World::signed_in();
    world.event(ClientEvent::People(vec![person(10_002, "Momo")]));
    world.send(Msg::Chat(FRIEND, ChatMsg::Open));
    world
}

#[test]
fn own_messages_can_be_recalled_for_two_minutes_whatever_the_clock_says() {
    let mut world = begun();
    says(&mut world, 1, 10_001, "oops");
    says(&mut world, 2, 10_002, "what?");
    assert_eq!(world.model.recallable(FRIEND), [Seq(1)], "of others nothing");
    world.now.wall_ms += 10 * 365 * 24 * 60 * 60_000;
    world.pass(2 * MINUTE - 1);
    assert_eq!(world.model.recallable(FRIEND), [Seq(1)]);
    world.pass(1);
    assert!(world.model.recallable(FRIEND).is_empty());
    // Caught up after a start: what is left of them by the server's time.
    let mut world = begun();
    for (seq, ago_ms) in [(1, 121_000), (2, 60_000)] {
        let message =
            Message { at: NOON_MS - ago_ms, ..said(&world, seq, 10_001, Body::text("x")) };
        world.event(ClientEvent::Message { message, live: false });
    }
    assert_eq!(world.model.recallable(FRIEND), [Seq(2)]);
    world.pass(MINUTE);
    assert!(world.model.recallable(FRIEND).is_empty());
}

#[test]
fn a_recalled_message_is_one_line_in_its_place_and_can_be_edited_again_for_a_while() {
    let mut world = begun();
    says(&mut world, 1, 10_001, "oops");
    says(&mut world, 2, 10_002, "hm");
    let effects = menu(&mut world, MenuMsg::Recall(Seq(1)));
    let [Effect::Ask(Intent::Do { ticket, command })] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(*command, Command::Recall { to: FRIEND, seq: Seq(1) });
    recalled(&mut world, 3, 10_001, 1);
    world.event(ClientEvent::Answered { ticket: *ticket, result: Ok(Answer::Done) });
    let gone = Body::Recalled { seq: None };
    let expected = [(EntryId::Seq(Seq(1)), gone), (EntryId::Seq(Seq(2)), Body::text("hm"))];
    assert_eq!(lines(&world), expected);
    assert_eq!(preview(&world), "You recalled a message");
    let can = |world: &World| world.model.chats.get(FRIEND).unwrap().can_edit_again(Seq(1));
    assert!(can(&world));
    assert_eq!(written(&menu(&mut world, MenuMsg::Again(Seq(1)))), ["oops"]);
    assert!(!can(&world), "they are in the box now");
    assert!(written(&menu(&mut world, MenuMsg::Again(Seq(1)))).is_empty());
    says(&mut world, 4, 10_001, "again");
    recalled(&mut world, 5, 10_001, 4);
    world.pass(5 * MINUTE);
    assert!(written(&menu(&mut world, MenuMsg::Again(Seq(4)))).is_empty(), "too late");
}

#[test]
fn what_is_written_again_mentions_whom_it_mentioned() {
    let mut world = begun();
    let place = MentionPlace { start: 0, end: 4, account: None };
    let all = Mentions { everyone: true, places: vec![place], ..Mentions::default() };
    let body = Body::Text { text: "@all".into(), reply_to: None, mentions: all.clone() };
    let message = said(&world, 1, 10_001, body);
    world.event(ClientEvent::Message { message, live: true });
    recalled(&mut world, 2, 10_001, 1);
    let effects = menu(&mut world, MenuMsg::Again(Seq(1)));
    let [Effect::Write(FRIEND, text, named)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((text.as_str(), named), ("@all", &all));
}

#[test]
fn what_another_takes_back_is_no_news_and_is_not_answered_any_more() {
    let mut world = begun();
    says(&mut world, 1, 10_002, "oops");
    assert_eq!(world.model.unread(), 1);
    world.send(Msg::Chat(FRIEND, ChatMsg::Reply(Some(Seq(1)))));
    let effects = recalled(&mut world, 2, 10_002, 1);
    assert!(effects.is_empty(), "{effects:?}");
    let chat = world.model.chats.get(FRIEND).unwrap();
    assert_eq!((chat.unread(Some(ME)), chat.replying()), (0, None));
    assert!(!chat.can_edit_again(Seq(1)));
    assert_eq!(preview(&world), "Momo recalled a message");
    world.send(Msg::Chat(FRIEND, ChatMsg::Reply(Some(Seq(1)))));
    assert_eq!(world.model.chats.get(FRIEND).unwrap().replying(), None);
    let quote = world.model.quote(FRIEND, Seq(1), Language::English);
    assert_eq!((quote.name.as_str(), quote.words.as_str()), ("", "Message recalled"));
}

#[test]
fn up_asks_takes_the_last_own_words_back_and_writes_them_once_the_server_has_done_it() {
    let mut world = begun();
    assert!(menu(&mut world, MenuMsg::RecallLast).is_empty(), "nothing was said");
    says(&mut world, 1, 10_001, "first");
    says(&mut world, 2, 10_001, "last");
    says(&mut world, 3, 10_002, "hm");
    let asked = menu(&mut world, MenuMsg::RecallLast);
    let [Effect::Confirm(confirm @ Confirm::RecallLast(FRIEND, Seq(2)))] = asked[..] else {
        panic!("{asked:?}")
    };
    let effects = world.send(Msg::Confirmed(confirm));
    let [Effect::Ask(Intent::Do { ticket, command })] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(*command, Command::Recall { to: FRIEND, seq: Seq(2) });
    assert!(written(&recalled(&mut world, 4, 10_001, 2)).is_empty());
    let done = ClientEvent::Answered { ticket: *ticket, result: Ok(Answer::Done) };
    assert_eq!(written(&world.event(done)), ["last"]);
    world.pass(2 * MINUTE);
    assert!(menu(&mut world, MenuMsg::RecallLast).is_empty(), "too old");
}

#[test]
fn a_refusal_is_said_unless_another_device_was_faster() {
    for (reason, is_said) in [(Reason::RecallLate, true), (Reason::Recalled, false)] {
        let mut world = begun();
        says(&mut world, 1, 10_001, "oops");
        let effects = menu(&mut world, MenuMsg::Recall(Seq(1)));
        let ticket = effects.iter().find_map(ticket_of).unwrap();
        let failure = Failure::Refused(Refusal::new(reason));
        world.event(ClientEvent::Answered { ticket, result: Err(failure.clone()) });
        let notice = world.model.chats.get(FRIEND).unwrap().notice.clone();
        let said = notice.map(|(notice, _)| notice);
        assert_eq!(said, is_said.then_some(Notice::Failure(failure)), "{reason}");
        assert_eq!(world.model.recallable(FRIEND).is_empty(), is_said);
    }
}

#[test]
fn what_is_deleted_here_is_asked_for_first_and_then_shown_nowhere() {
    let mut world = begun();
    says(&mut world, 1, 10_002, "one");
    says(&mut world, 2, 10_002, "two");
    let id = EntryId::Seq(Seq(2));
    let effects = menu(&mut world, MenuMsg::Delete(id));
    let confirm = Confirm::DeleteMessage(FRIEND, id);
    assert!(matches!(effects[..], [Effect::Confirm(asked)] if asked == confirm));
    let effects = world.send(Msg::Confirmed(confirm));
    assert!(matches!(effects[..], [Effect::Ask(Intent::Hide { with: FRIEND, seq: Seq(2), .. })]));
    let conversation = said(&world, 2, 10_002, Body::Shake {}).conversation;
    world.event(ClientEvent::Hidden { conversation, seq: Seq(2) });
    assert_eq!(lines(&world), [(EntryId::Seq(Seq(1)), Body::text("one"))]);
    assert_eq!(preview(&world), "one");
    // Taken back by its writer afterwards: still not shown.
    recalled(&mut world, 3, 10_002, 2);
    assert_eq!(lines(&world).len(), 1);
}

#[test]
fn a_message_that_was_not_sent_is_deleted_after_a_question() {
    let mut world = begun();
    let nonce = Nonce([7; 16]);
    let pending = PendingMessage { nonce, to: FRIEND, body: Body::text("x"), at: NOON_MS };
    world.event(ClientEvent::Pending(pending));
    let id = EntryId::Nonce(nonce);
    let effects = menu(&mut world, MenuMsg::Delete(id));
    assert!(matches!(effects[..], [Effect::Confirm(_)]));
    let effects = world.send(Msg::Confirmed(Confirm::DeleteMessage(FRIEND, id)));
    assert!(matches!(effects[..], [Effect::Ask(Intent::Discard(which))] if which == nonce));
}

#[test]
fn readers_are_asked_for_in_rooms_only() {
    let mut world = begun();
    assert!(menu(&mut world, MenuMsg::ReadBy(Seq(1))).is_empty());
    let room = Target::Room(crate::domain::RoomId(20_001));
    let effects = world.send(Msg::Chat(room, ChatMsg::Menu(MenuMsg::ReadBy(Seq(1)))));
    let [Effect::Ask(Intent::Look { ticket, query: Query::ReadBy { seq: Seq(1), .. } })] =
        effects[..]
    else {
        panic!("{effects:?}")
    };
    let reply = crate::net::protocol::Reply::ReadBy { count: 1, accounts: vec![AccountId(10_002)] };
    let effects = world.event(ClientEvent::Answered { ticket, result: Ok(Answer::Looked(reply)) });
    let [Effect::ReadBy(_, read_by)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((read_by.count, read_by.people[0].1.as_str()), (1, "Momo"));
}
