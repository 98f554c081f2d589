//! Conversations: what is unread, what is on its way, what is asked for.

use crate::client::api::{LinkState, PendingMessage};
use crate::client::{Answer, ClientEvent, Failure, Intent};
use crate::domain::{
    AccountId, Body, ConversationId, ConversationKind, Mentions, Nonce, Presence, Seq, Target,
};
use crate::net::protocol::{Page, Reason, Refusal};
use crate::ui::app::chats::{ChatMsg, Earlier, EntryId, Mark};
use crate::ui::app::testing::{NOON_MS, World, conversation, direct, message, person, ticket_of};
use crate::ui::app::writing::Notice;
use crate::ui::app::{Effect, Msg};
use crate::ui::text::Language;

const ME: AccountId = AccountId(10_001);
const FRIEND: Target = Target::Account(AccountId(10_002));

fn chat(world: &mut World, msg: ChatMsg) -> Vec<Effect> {
    world.send(Msg::Chat(FRIEND, msg))
}

fn says(world: &mut World, seq: u64, from: u64) -> Vec<Effect> {
    let message = message(direct(10_002), seq, from, NOON_MS + i64::try_from(seq).unwrap(), "hi");
    world.event(ClientEvent::Message { message, live: true })
}

fn unread(world: &World) -> u64 {
    world.model.unread()
}

fn marks(world: &World) -> Vec<Mark> {
    let chat = world.model.chats.get(FRIEND).unwrap();
    chat.entries(ME, FRIEND).map(|entry| entry.mark).collect()
}

fn pending(number: u8, body: Body) -> PendingMessage {
    PendingMessage { nonce: Nonce([number; 16]), to: FRIEND, body, at: NOON_MS }
}

#[test]
fn unread_counts_what_others_said_behind_the_cursor() {
    let mut world = World::signed_in();
    world.event(ClientEvent::Conversation(conversation(direct(10_002), 3, 1)));
    assert_eq!(unread(&world), 2, "not here yet: counted as others'");
    says(&mut world, 1, 10_002);
    says(&mut world, 2, 10_001);
    says(&mut world, 3, 10_002);
    assert_eq!(unread(&world), 1, "the own one is not unread");
    says(&mut world, 4, 10_002);
    assert_eq!(unread(&world), 2);
    world.event(ClientEvent::Conversation(conversation(direct(10_002), 4, 3)));
    assert_eq!(unread(&world), 1, "read on another device");
    world.event(ClientEvent::Conversation(conversation(direct(10_002), 4, 1)));
    assert_eq!(unread(&world), 1, "cursors never go back");
}

#[test]
fn of_a_server_that_was_restored_only_what_is_told_anew_is_shown() {
    let mut world = World::signed_in();
    (1..=3).for_each(|seq| drop(says(&mut world, seq, 10_002)));
    chat(&mut world, ChatMsg::Open);
    chat(&mut world, ChatMsg::Draft("half a".into()));
    world.event(ClientEvent::Pending(pending(1, Body::text("on its way"))));
    let version = world.model.chats.get(FRIEND).unwrap().version;
    world.event(ClientEvent::BegunAnew);
    let shown = world.model.chats.get(FRIEND).unwrap();
    assert!(shown.messages.is_empty() && shown.outgoing.is_empty() && shown.state.is_none());
    assert!(shown.open && shown.draft == "half a" && shown.version > version);
    // Cursors that never go back are others' now.
    world.event(ClientEvent::Conversation(conversation(direct(10_002), 1, 0)));
    says(&mut world, 1, 10_002);
    let shown = world.model.chats.get(FRIEND).unwrap();
    assert_eq!(shown.state.unwrap().head, Seq(1));
    assert_eq!((shown.messages.len(), unread(&world)), (1, 1));
}

#[test]
fn what_is_seen_is_read_and_what_is_not_asks_for_attention() {
    let mut world = World::signed_in();
    let effects = says(&mut world, 1, 10_002);
    assert!(matches!(effects[..], [Effect::Urgent(FRIEND), ..]));
    chat(&mut world, ChatMsg::Open);
    assert_eq!(unread(&world), 1, "a window behind others is not seen");
    let effects = chat(&mut world, ChatMsg::Focus(true));
    assert!(matches!(
        effects[..],
        [Effect::Ask(Intent::MarkRead { with: FRIEND, seq: Seq(1), .. })]
    ));
    assert_eq!(unread(&world), 0);
    let effects = says(&mut world, 2, 10_002);
    assert!(matches!(effects[..], [Effect::Ask(Intent::MarkRead { seq: Seq(2), .. })]));
    chat(&mut world, ChatMsg::Focus(false));
    let effects = says(&mut world, 3, 10_002);
    assert!(matches!(effects[..], [Effect::Urgent(FRIEND), ..]));
    assert_eq!(unread(&world), 1);
}

/// What is sent, of all that was asked for.
fn sent(effects: &[Effect]) -> Vec<Body> {
    let body = |effect: &Effect| match effect {
        Effect::Ask(Intent::Send { body, .. }) => Some(body.clone()),
        _ => None,
    };
    effects.iter().filter_map(body).collect()
}

#[test]
fn the_next_message_answers_what_was_chosen_and_only_that_one() {
    let mut world = World::signed_in();
    world.event(ClientEvent::People(vec![person(10_002, "Momo")]));
    says(&mut world, 1, 10_002);
    says(&mut world, 2, 10_001);
    chat(&mut world, ChatMsg::Open);
    chat(&mut world, ChatMsg::Reply(Some(Seq(9))));
    assert_eq!(world.model.chats.get(FRIEND).unwrap().replying(), None, "no such message");
    chat(&mut world, ChatMsg::Reply(Some(Seq(1))));
    let quote = world.model.quote(FRIEND, Seq(1), Language::English);
    assert_eq!((quote.name.as_str(), quote.words.as_str()), ("Momo", "hi"));
    let own = world.model.quote(FRIEND, Seq(2), Language::English);
    assert_eq!(own.name, "青柠");
    assert!(world.model.quote(FRIEND, Seq(7), Language::English).name.is_empty());
    let said = |text: &str, reply_to| Body::Text {
        text: text.into(),
        reply_to,
        mentions: Mentions::default(),
    };
    let effects = chat(&mut world, ChatMsg::Send("yes".into()));
    assert_eq!(sent(&effects), [said("yes", Some(Seq(1)))]);
    let effects = chat(&mut world, ChatMsg::Send("more".into()));
    assert_eq!(sent(&effects), [said("more", None)]);
}

#[test]
fn older_messages_are_fetched_until_the_one_that_is_gone_to_is_there() {
    let mut world = World::signed_in();
    world.event(ClientEvent::Conversation(conversation(direct(10_002), 9, 9)));
    says(&mut world, 9, 10_002);
    let first = chat(&mut world, ChatMsg::Open);
    let page = |world: &mut World, effects: &[Effect], seqs: std::ops::Range<u64>, more| {
        let ticket = effects.iter().find_map(ticket_of).unwrap();
        let said = |seq| message(direct(10_002), seq, 10_002, NOON_MS, "hi");
        let messages = seqs.map(said).collect();
        let conversation = ConversationId(100_000 * 10_001 + 10_002);
        let result = Ok(Answer::History { conversation: Some(conversation), messages, more });
        world.event(ClientEvent::Answered { ticket, result })
    };
    page(&mut world, &first, 8..9, true);
    assert!(matches!(
        chat(&mut world, ChatMsg::GoTo(Seq(8)))[..],
        [Effect::ShowMessage(FRIEND, Seq(8), None)]
    ));
    let asked = chat(&mut world, ChatMsg::GoTo(Seq(5)));
    let again = page(&mut world, &asked, 6..8, true);
    let shown = page(&mut world, &again, 4..6, true);
    assert!(matches!(shown[..], [Effect::ShowMessage(FRIEND, Seq(5), None)]));
    // One that is nowhere ends the way.
    let asked = chat(&mut world, ChatMsg::GoTo(Seq(0)));
    assert!(page(&mut world, &asked, 1..4, false).is_empty());
}

#[test]
fn what_was_caught_up_does_not_ask_for_attention() {
    let mut world = World::signed_in();
    let message = message(direct(10_002), 1, 10_002, NOON_MS, "old");
    assert!(world.event(ClientEvent::Message { message, live: false }).is_empty());
    assert_eq!(unread(&world), 1);
}

#[test]
fn an_own_message_goes_from_clock_to_ticks() {
    let mut world = World::signed_in();
    let effects = chat(&mut world, ChatMsg::Send("hi  \n".into()));
    let Effect::Ask(Intent::Send { body, to, .. }) = &effects[0] else { panic!("{effects:?}") };
    assert_eq!((body, *to), (&Body::text("hi"), FRIEND));
    let mut own = message(direct(10_002), 1, 10_001, NOON_MS, "hi");
    own.nonce = Nonce([7; 16]);
    world.event(ClientEvent::Pending(pending(7, Body::text("hi"))));
    assert_eq!(marks(&world), [Mark::Sending]);
    world.event(ClientEvent::Message { message: own, live: true });
    assert_eq!(marks(&world), [Mark::Sent], "one line, not two");
    let mut state = conversation(direct(10_002), 1, 1);
    state.peer_delivered = Seq(1);
    world.event(ClientEvent::Conversation(state));
    assert_eq!(marks(&world), [Mark::Delivered]);
    state.peer_read = Seq(1);
    world.event(ClientEvent::Conversation(state));
    assert_eq!(marks(&world), [Mark::Read]);
}

#[test]
fn a_failed_message_stays_until_it_is_sent_again_or_forgotten() {
    let mut world = World::signed_in();
    world.event(ClientEvent::Pending(pending(7, Body::text("hi"))));
    let failure = Failure::Refused(Refusal::limit(Reason::TextTooLong, 100));
    world.event(ClientEvent::SendFailed { nonce: Nonce([7; 16]), failure });
    assert_eq!(marks(&world), [Mark::Failed]);
    let effects = chat(&mut world, ChatMsg::Retry(Nonce([7; 16])));
    assert!(matches!(effects[..], [Effect::Ask(Intent::Retry(_))]));
    world.event(ClientEvent::Pending(pending(7, Body::text("hi"))));
    assert_eq!(marks(&world), [Mark::Sending]);
    world.event(ClientEvent::SendFailed { nonce: Nonce([7; 16]), failure: Failure::Offline });
    world.event(ClientEvent::Discarded(Nonce([7; 16])));
    assert!(marks(&world).is_empty());
}

#[test]
fn a_text_over_the_limit_is_not_sent_and_the_limit_may_be_the_servers_own() {
    let mut world = World::signed_in();
    let notice = |world: &World| {
        let chat = world.model.chats.get(FRIEND).unwrap();
        chat.notice.as_ref().map(|(notice, _)| notice.clone())
    };
    assert_eq!(chat(&mut world, ChatMsg::Send("x".repeat(16_384))).len(), 1);
    assert!(chat(&mut world, ChatMsg::Send("x".repeat(16_386))).is_empty());
    assert_eq!(notice(&world), Some(Notice::TooLong { over: 2, most: 16_384 }));
    world.pass(6_000);
    assert_eq!(notice(&world), None);
    chat(&mut world, ChatMsg::Send("x".repeat(16_386)));
    chat(&mut world, ChatMsg::Send("short".into()));
    assert_eq!(notice(&world), None, "it is over");
    world.event(ClientEvent::Pending(pending(7, Body::text("hi"))));
    let failure = Failure::Refused(Refusal::limit(Reason::TextTooLong, 100));
    world.event(ClientEvent::SendFailed { nonce: Nonce([7; 16]), failure });
    assert!(chat(&mut world, ChatMsg::Send("x".repeat(101))).is_empty());
    assert_eq!(notice(&world), Some(Notice::TooLong { over: 1, most: 100 }));
}

#[test]
fn a_refused_shake_is_explained_and_forgotten() {
    let mut world = World::signed_in();
    world.event(ClientEvent::Pending(pending(7, Body::Shake {})));
    let failure = Failure::Refused(Refusal::retry(Reason::ShakeTooSoon, 4_000));
    let effects = world.event(ClientEvent::SendFailed { nonce: Nonce([7; 16]), failure });
    assert!(matches!(effects[..], [Effect::Ask(Intent::Discard(_))]));
    let notice = |world: &World| world.model.chats.get(FRIEND).unwrap().notice.is_some();
    assert!(notice(&world) && marks(&world).is_empty());
    world.pass(6_000);
    assert!(!notice(&world));
}

#[test]
fn a_shake_opens_the_window_and_shakes_it() {
    let mut world = World::signed_in();
    let line = message(direct(10_002), 1, 10_002, NOON_MS, "");
    let id = line.conversation;
    world.event(ClientEvent::Message { message: line, live: true });
    let effects = world.event(ClientEvent::Shaken { from: AccountId(10_002), conversation: id });
    assert!(effects.iter().any(|effect| matches!(effect, Effect::ShakeWindow(FRIEND))));
    assert!(world.model.chats.get(FRIEND).unwrap().open);
    let unknown = ConversationId(77);
    assert!(
        world
            .event(ClientEvent::Shaken { from: AccountId(10_002), conversation: unknown })
            .is_empty()
    );
}

#[test]
fn what_comes_out_of_sight_is_read_when_it_comes_into_sight() {
    let mut world = World::signed_in();
    world.event(ClientEvent::Conversation(conversation(direct(10_002), 1, 1)));
    chat(&mut world, ChatMsg::Open);
    chat(&mut world, ChatMsg::Focus(true));
    let read = |effects: &[Effect]| {
        effects.iter().any(|effect| matches!(effect, Effect::Ask(Intent::MarkRead { .. })))
    };
    assert!(read(&says(&mut world, 2, 10_002)), "it is in sight");
    assert!(!read(&chat(&mut world, ChatMsg::AtEnd(false))));
    assert!(!read(&says(&mut world, 3, 10_002)));
    assert_eq!(world.model.unread(), 1);
    assert!(!read(&chat(&mut world, ChatMsg::Focus(true))), "the keyboard alone shows nothing");
    assert!(read(&chat(&mut world, ChatMsg::AtEnd(true))));
    assert_eq!(world.model.unread(), 0);
    chat(&mut world, ChatMsg::AtEnd(false));
    chat(&mut world, ChatMsg::Close { draft: String::new() });
    says(&mut world, 4, 10_002);
    chat(&mut world, ChatMsg::Open);
    assert!(read(&chat(&mut world, ChatMsg::Focus(true))), "a chat opens at its end");
}

#[test]
fn what_comes_while_another_window_has_the_keyboard_is_read_when_this_one_gets_it() {
    let mut world = World::signed_in();
    world.event(ClientEvent::Conversation(conversation(direct(10_002), 1, 1)));
    chat(&mut world, ChatMsg::Open);
    let read = |effects: &[Effect]| {
        effects.iter().any(|effect| matches!(effect, Effect::Ask(Intent::MarkRead { .. })))
    };
    assert!(!read(&says(&mut world, 2, 10_002)), "nobody is there");
    assert!(!read(&chat(&mut world, ChatMsg::AtEnd(true))), "nor when it is drawn");
    assert!(read(&chat(&mut world, ChatMsg::Focus(true))));
    assert!(!read(&chat(&mut world, ChatMsg::Focus(false))));
    assert!(!read(&says(&mut world, 3, 10_002)));
    chat(&mut world, ChatMsg::AtEnd(false));
    assert!(!read(&chat(&mut world, ChatMsg::Focus(true))), "it went out of sight meanwhile");
    assert!(read(&chat(&mut world, ChatMsg::AtEnd(true))));
}

#[test]
fn older_messages_are_asked_for_without_a_link_and_again_when_it_is_back() {
    let mut world = World::signed_in();
    world.event(ClientEvent::Conversation(conversation(direct(10_002), 9, 9)));
    says(&mut world, 9, 10_002);
    let why = Failure::LinkLost;
    world.event(ClientEvent::Link(LinkState::Down { retry_in_ms: 8_000, why }));
    let page = |effects: &[Effect]| {
        let is_page = |effect: &&Effect| matches!(effect, Effect::Ask(Intent::History { .. }));
        effects.iter().find(is_page).and_then(ticket_of)
    };
    let ticket = page(&chat(&mut world, ChatMsg::Open)).expect("what is kept here");
    world.event(ClientEvent::Answered { ticket, result: Err(Failure::Offline) });
    assert!(page(&world.pass(60_000)).is_none(), "not again and again");
    world.up();
    let you = person(10_001, "Lime");
    let back = world.event(ClientEvent::SignedIn { you, presence: Presence::Online });
    let ticket = page(&back).expect("the window tries again");
    let messages = (1..9).map(|seq| message(direct(10_002), seq, 10_002, NOON_MS, "x")).collect();
    let result = Ok(Answer::History { conversation: None, messages, more: false });
    world.event(ClientEvent::Answered { ticket, result });
    assert_eq!(world.model.chats.get(FRIEND).unwrap().messages.len(), 9);
}

#[test]
fn older_messages_come_by_pages_once() {
    let mut world = World::signed_in();
    world.event(ClientEvent::Conversation(conversation(direct(10_002), 9, 9)));
    says(&mut world, 9, 10_002);
    let effects = chat(&mut world, ChatMsg::Open);
    let ticket = effects.iter().find_map(ticket_of).unwrap();
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::Ask(Intent::History { page: Page::Before(Seq(9)), .. })
    )));
    assert!(chat(&mut world, ChatMsg::Earlier).is_empty(), "one page at a time");
    let messages = (5..9).map(|seq| message(direct(10_002), seq, 10_002, NOON_MS, "x")).collect();
    let result = Ok(Answer::History { conversation: None, messages, more: true });
    world.event(ClientEvent::Answered { ticket, result });
    let ids = |world: &World| -> Vec<EntryId> {
        world.model.chats.get(FRIEND).unwrap().entries(ME, FRIEND).map(|e| e.id).collect()
    };
    assert_eq!(ids(&world), (5..=9).map(|seq| EntryId::Seq(Seq(seq))).collect::<Vec<_>>());
    let ticket = chat(&mut world, ChatMsg::Earlier).iter().find_map(ticket_of).unwrap();
    let messages = (1..5).map(|seq| message(direct(10_002), seq, 10_002, NOON_MS, "x")).collect();
    let result = Ok(Answer::History { conversation: None, messages, more: false });
    world.event(ClientEvent::Answered { ticket, result });
    assert_eq!(world.model.chats.get(FRIEND).unwrap().earlier, Earlier::Begin);
    assert!(chat(&mut world, ChatMsg::Earlier).is_empty());
}

/// After a long time without a link the client begins anew: a page that was on its way belongs to
/// what was here before, and leaves no hole.
#[test]
fn what_was_missed_is_no_hole_in_a_chat() {
    let mut world = World::signed_in();
    let kind = direct(10_002);
    world.event(ClientEvent::Conversation(conversation(kind, 9, 9)));
    says(&mut world, 9, 10_002);
    let ticket = chat(&mut world, ChatMsg::Open).iter().find_map(ticket_of).unwrap();
    let id = conversation(kind, 9, 9).conversation;
    world.event(ClientEvent::Skipped { conversation: id, seq: Seq(2_000) });
    says(&mut world, 2_001, 10_002);
    let page = |from, to| {
        let messages = (from..to).map(|seq| message(kind, seq, 10_002, NOON_MS, "x")).collect();
        Ok(Answer::History { conversation: None, messages, more: true })
    };
    world.event(ClientEvent::Answered { ticket, result: page(5, 9) });
    let places = |world: &World| -> Vec<u64> {
        world.model.chats.get(FRIEND).unwrap().messages.keys().map(|seq| seq.0).collect()
    };
    assert_eq!(places(&world), [2_001]);
    let asked = chat(&mut world, ChatMsg::Earlier);
    assert!(asked.iter().any(|effect| matches!(
        effect,
        Effect::Ask(Intent::History { page: Page::Before(Seq(2_001)), .. })
    )));
    let ticket = asked.iter().find_map(ticket_of).unwrap();
    world.event(ClientEvent::Answered { ticket, result: page(1_999, 2_001) });
    assert_eq!(places(&world), [1_999, 2_000, 2_001]);
}

#[test]
fn a_chat_whose_last_message_did_not_come_by_itself_asks_for_it() {
    let mut world = World::signed_in();
    world.event(ClientEvent::Conversation(conversation(ConversationKind::Lobby, 5, 5)));
    assert!(world.pass(100).is_empty());
    let effects = world.pass(1_000);
    assert!(matches!(effects[..], [Effect::Ask(Intent::History { with: Target::Lobby, .. })]));
    assert!(world.pass(1_000).is_empty(), "once");
}

#[test]
fn writing_shows_for_a_while_and_ends_with_the_message() {
    let mut world = World::signed_in();
    let typing = |world: &World| world.model.chats.get(FRIEND).unwrap().is_typing(world.now);
    let event = ClientEvent::Typing { from: AccountId(10_002), to: Target::Account(ME) };
    world.event(event.clone());
    assert!(typing(&world));
    world.pass(5_000);
    assert!(!typing(&world));
    world.event(event);
    says(&mut world, 1, 10_002);
    assert!(!typing(&world));
}

#[test]
fn writing_to_somebody_who_is_away_says_so_once() {
    let mut world = World::signed_in();
    let said = |world: &World| world.model.chats.get(FRIEND).and_then(|chat| chat.offline_said_at);
    world.event(ClientEvent::People(vec![person(10_002, "小满")]));
    world.event(ClientEvent::Presence(vec![(AccountId(10_002), Presence::Online)]));
    chat(&mut world, ChatMsg::Send("hi".into()));
    assert_eq!(said(&world), None);
    world.event(ClientEvent::Presence(vec![(AccountId(10_002), Presence::Offline)]));
    chat(&mut world, ChatMsg::Send("hi".into()));
    let first = said(&world);
    assert!(first.is_some());
    world.pass(5_000);
    chat(&mut world, ChatMsg::Send("hi".into()));
    assert_eq!(said(&world), first);
    world.event(ClientEvent::Presence(vec![(AccountId(10_002), Presence::Online)]));
    assert_eq!(said(&world), None, "there again");
}

#[test]
fn a_message_that_was_refused_is_not_said_to_be_delivered_later() {
    let mut world = World::signed_in();
    let said = |world: &World| world.model.chats.get(FRIEND).and_then(|chat| chat.offline_said_at);
    world.event(ClientEvent::People(vec![person(10_002, "小满")]));
    world.event(ClientEvent::Presence(vec![(AccountId(10_002), Presence::Offline)]));
    chat(&mut world, ChatMsg::Send("hi".into()));
    world.event(ClientEvent::Pending(pending(1, Body::text("hi"))));
    assert!(said(&world).is_some());
    let failure = Failure::Refused(Reason::TakesNoMessages.into());
    world.event(ClientEvent::SendFailed { nonce: Nonce([1; 16]), failure });
    assert_eq!(said(&world), None);
}

#[test]
fn what_was_written_stays_as_a_draft() {
    let mut world = World::signed_in();
    chat(&mut world, ChatMsg::Open);
    chat(&mut world, ChatMsg::Close { draft: "half a th ".into() });
    let chat = world.model.chats.get(FRIEND).unwrap();
    assert_eq!((chat.draft.as_str(), chat.open), ("half a th", false));
}
