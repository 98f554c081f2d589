//! What was written and not sent: kept a moment later, and never lost on the way out.

use crate::client::{Answer, ClientEvent, Intent};
use crate::domain::{AccountId, MentionPlace, Mentions, Seq, Target, Unsent};
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::panel::PanelMsg;
use crate::ui::app::testing::{NOON_MS, World, direct, message, ticket_of};
use crate::ui::app::{Effect, Msg};
use crate::ui::text::Language;

const MOMO: Target = Target::Account(AccountId(10_002));

fn chat(world: &mut World, msg: ChatMsg) -> Vec<Effect> {
    world.send(Msg::Chat(MOMO, msg))
}

fn kept(effects: &[Effect]) -> Vec<(Target, Unsent)> {
    let draft = |effect: &Effect| match effect {
        Effect::Ask(Intent::KeepDraft { to, draft }) => Some((*to, draft.clone())),
        _ => None,
    };
    effects.iter().filter_map(draft).collect()
}

fn unsent(text: &str, reply_to: Option<u64>) -> Unsent {
    Unsent { text: text.to_owned(), reply_to: reply_to.map(Seq), ..Unsent::default() }
}

/// Momo has said something, and the window about it stands.
fn talking() -> World {
    let mut world = World::signed_in();
    let message = message(direct(10_002), 1, 10_002, NOON_MS, "hi");
    world.event(ClientEvent::Message { message, live: true });
    chat(&mut world, ChatMsg::Open);
    world
}

#[test]
fn what_is_written_is_kept_once_within_a_second_of_its_change() {
    let mut world = talking();
    for text in ["这", "这题", "这题的"] {
        assert!(kept(&chat(&mut world, ChatMsg::Draft(text.into()))).is_empty());
        assert!(kept(&world.pass(100)).is_empty());
    }
    // However fast somebody goes on writing.
    assert_eq!(kept(&world.pass(900)), [(MOMO, unsent("这题的", None))]);
    assert!(kept(&world.pass(5_000)).is_empty(), "once");
    chat(&mut world, ChatMsg::Draft("这题的".into()));
    assert!(kept(&world.pass(5_000)).is_empty(), "it is the same");
}

#[test]
fn a_draft_mentions_whom_it_mentioned_when_it_was_written() {
    let mut world = talking();
    let place = |start, end| MentionPlace { start, end, account: None };
    let named = |places: &[(u32, u32)]| Mentions {
        everyone: !places.is_empty(),
        places: places.iter().map(|(start, end)| place(*start, *end)).collect(),
        ..Mentions::default()
    };
    chat(&mut world, ChatMsg::Draft("so @all ".into()));
    chat(&mut world, ChatMsg::Named(named(&[(3, 7)])));
    let draft = Unsent { mentions: named(&[(3, 7)]), ..unsent("so @all", None) };
    assert_eq!(kept(&world.pass(1_000)), [(MOMO, draft.clone())]);
    let effects = chat(&mut world, ChatMsg::Close { draft: "so ".into() });
    assert_eq!(kept(&effects), [(MOMO, unsent("so", None))], "it is not in what is left");
    let mut next = World::signed_in();
    next.event(ClientEvent::Drafts(vec![(MOMO, draft)]));
    let shown = next.model.chats.get(MOMO).unwrap();
    assert_eq!((shown.draft.as_str(), &shown.named), ("so @all", &named(&[(3, 7)])));
    chat(&mut next, ChatMsg::Draft("so".into()));
    chat(&mut next, ChatMsg::Named(named(&[])));
    assert_eq!(kept(&next.pass(1_000)), [(MOMO, unsent("so", None))]);
}

#[test]
fn what_is_sent_is_a_draft_no_more_and_a_quote_belongs_to_it() {
    let mut world = talking();
    let effects = chat(&mut world, ChatMsg::Reply(Some(Seq(1))));
    assert_eq!(kept(&effects), [(MOMO, unsent("", Some(1)))]);
    chat(&mut world, ChatMsg::Draft("yes".into()));
    assert_eq!(kept(&world.pass(1_000)), [(MOMO, unsent("yes", Some(1)))]);
    let effects = chat(&mut world, ChatMsg::Send("yes".into()));
    assert_eq!(kept(&effects), [(MOMO, unsent("", None))]);
    let sent = effects.iter().position(|effect| matches!(effect, Effect::Ask(Intent::Send { .. })));
    let forgotten =
        effects.iter().position(|effect| matches!(effect, Effect::Ask(Intent::KeepDraft { .. })));
    assert!(sent < forgotten, "it is in the outbox before it is forgotten here");
}

#[test]
fn nothing_is_lost_by_leaving() {
    let ways: [fn(&mut World) -> Vec<Effect>; 4] = [
        |world| chat(world, ChatMsg::Close { draft: "half a".into() }),
        |world| world.send(Msg::Panel(PanelMsg::Quit)),
        |world| world.send(Msg::Panel(PanelMsg::SwitchAccount)),
        |world| world.send(Msg::Panel(PanelMsg::SignOut)),
    ];
    for (number, leave) in ways.into_iter().enumerate() {
        let mut world = talking();
        chat(&mut world, ChatMsg::Draft("half a".into()));
        let effects = leave(&mut world);
        assert_eq!(kept(&effects), [(MOMO, unsent("half a", None))], "{number}");
        let keeping = |effect: &Effect| matches!(effect, Effect::Ask(Intent::KeepDraft { .. }));
        assert!(keeping(effects.iter().find(|effect| matches!(effect, Effect::Ask(_))).unwrap()));
    }
}

#[test]
fn an_earlier_run_left_what_the_list_and_the_window_show() {
    let mut world = World::signed_in();
    world.event(ClientEvent::Drafts(vec![(MOMO, unsent("这题的第二问", Some(1)))]));
    let rows = world.model.chat_rows(Language::English);
    let row = rows.iter().find(|row| row.target == MOMO).unwrap();
    assert_eq!((row.prefix, row.preview.as_str()), (Some("preview.draft"), "这题的第二问"));
    let effects = chat(&mut world, ChatMsg::Open);
    assert!(kept(&effects).is_empty());
    let shown = world.model.chats.get(MOMO).unwrap();
    assert_eq!((shown.draft.as_str(), shown.replying()), ("这题的第二问", Some(Seq(1))));
    // What is written in this run goes before it.
    let mut world = talking();
    chat(&mut world, ChatMsg::Draft("new".into()));
    world.event(ClientEvent::Drafts(vec![(MOMO, unsent("old", None))]));
    assert_eq!(world.model.chats.get(MOMO).unwrap().draft, "new");
    let ticket = chat(&mut world, ChatMsg::Earlier).iter().find_map(ticket_of);
    let result = Ok(Answer::Done);
    world.event(ClientEvent::Answered { ticket: ticket.unwrap_or_default(), result });
    assert_eq!(kept(&world.pass(1_000)), [(MOMO, unsent("new", None))]);
}
