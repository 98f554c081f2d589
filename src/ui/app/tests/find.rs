//! Finding words in a chat: what is loaded first, then page by page further back.

use crate::client::{Answer, ClientEvent, Failure, Intent};
use crate::domain::{AccountId, Message, Seq, Target};
use crate::net::protocol::Page;
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::find::{FindMsg, Found};
use crate::ui::app::testing::{NOON_MS, World, conversation, direct, message, ticket_of};
use crate::ui::app::{Effect, Msg};

const MOMO: Target = Target::Account(AccountId(10_002));

fn find(world: &mut World, msg: FindMsg) -> Vec<Effect> {
    world.send(Msg::Chat(MOMO, ChatMsg::Find(msg)))
}

fn said(seq: u64) -> Message {
    let words = if seq.is_multiple_of(10) { "The library at TEN" } else { "something else" };
    message(direct(10_002), seq, 10_002, NOON_MS + i64::try_from(seq).unwrap(), words)
}

fn shown(effects: &[Effect]) -> Option<u64> {
    effects.iter().find_map(|effect| match effect {
        Effect::ShowMessage(MOMO, seq, _) => Some(seq.0),
        _ => None,
    })
}

/// The page that is asked for: its ticket, and what it stands before.
fn asked(effects: &[Effect]) -> Option<(u64, u64)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Ask(Intent::History { ticket, page: Page::Before(seq), .. }) => {
            Some((*ticket, seq.0))
        }
        _ => None,
    })
}

fn page(world: &mut World, ticket: u64, seqs: std::ops::Range<u64>) -> Vec<Effect> {
    let more = seqs.start > 1;
    let messages = seqs.map(said).collect();
    let result = Ok(Answer::History { conversation: None, messages, more });
    world.event(ClientEvent::Answered { ticket, result })
}

fn found(world: &World) -> Found {
    let chat = world.model.chats.get(MOMO).unwrap();
    chat.find().unwrap().found(chat)
}

/// A hundred messages, of which the last twenty are loaded; every tenth speaks of the library.
fn talking() -> World {
    let mut world = World::signed_in();
    world.event(ClientEvent::Conversation(conversation(direct(10_002), 100, 100)));
    let effects = world.send(Msg::Chat(MOMO, ChatMsg::Open));
    let ticket = effects.iter().find_map(ticket_of).unwrap();
    page(&mut world, ticket, 81..101);
    find(&mut world, FindMsg::Open);
    world
}

#[test]
fn the_newest_is_found_first_and_further_back_page_by_page() {
    let mut world = talking();
    assert_eq!(found(&world), Found::Idle);
    assert_eq!(shown(&find(&mut world, FindMsg::Text("LIBRARY".into()))), Some(100));
    assert_eq!(found(&world), Found::Some(1, 2, true));
    assert_eq!(shown(&find(&mut world, FindMsg::Older)), Some(90));
    let effects = find(&mut world, FindMsg::Older);
    let (ticket, before) = asked(&effects).unwrap();
    assert_eq!((before, found(&world)), (81, Found::Looking));
    // A page without any: the one before it is asked for.
    let effects = page(&mut world, ticket, 71..80);
    let (ticket, before) = asked(&effects).unwrap();
    assert_eq!(before, 71);
    assert_eq!(shown(&page(&mut world, ticket, 1..71)), Some(70));
    assert_eq!(found(&world), Found::Some(3, 9, false));
    assert_eq!(shown(&find(&mut world, FindMsg::Newer)), Some(90));
    // At its ends it begins anew.
    find(&mut world, FindMsg::Newer);
    assert_eq!(shown(&find(&mut world, FindMsg::Newer)), Some(10));
    assert_eq!(shown(&find(&mut world, FindMsg::Older)), Some(100));
}

#[test]
fn what_is_nowhere_is_looked_for_to_the_beginning_and_no_further() {
    let mut world = talking();
    let effects = find(&mut world, FindMsg::Text("nowhere".into()));
    let (ticket, _) = asked(&effects).unwrap();
    let effects = page(&mut world, ticket, 1..81);
    assert_eq!((shown(&effects), asked(&effects)), (None, None));
    assert_eq!(found(&world), Found::Nothing);
    assert!(find(&mut world, FindMsg::Older).is_empty());
    find(&mut world, FindMsg::Text(String::new()));
    assert_eq!(found(&world), Found::Idle);
}

#[test]
fn a_page_that_does_not_come_ends_the_search_and_what_comes_is_found() {
    let mut world = talking();
    let effects = find(&mut world, FindMsg::Text("nowhere".into()));
    let (ticket, _) = asked(&effects).unwrap();
    let result = Err(Failure::Offline);
    let effects = world.event(ClientEvent::Answered { ticket, result });
    assert!(asked(&effects).is_none());
    assert_eq!(found(&world), Found::Nothing);
    let new = message(direct(10_002), 101, 10_002, NOON_MS + 200, "nowhere else");
    world.event(ClientEvent::Message { message: new, live: true });
    assert_eq!(shown(&find(&mut world, FindMsg::Newer)), Some(101));
    world.send(Msg::Chat(MOMO, ChatMsg::Close { draft: String::new() }));
    let chat = world.model.chats.get(MOMO).unwrap();
    assert!(chat.find().is_none(), "it goes with the window");
    assert!(chat.messages.contains_key(&Seq(101)));
}

#[test]
fn a_message_with_several_is_gone_through_place_by_place() {
    let mut world = talking();
    for (seq, words) in [(101, "ten and ten and Ten"), (102, "nothing"), (103, "often")] {
        let new = message(direct(10_002), seq, 10_002, NOON_MS + 200, words);
        world.event(ClientEvent::Message { message: new, live: true });
    }
    let place = |effects: Vec<Effect>| {
        effects.into_iter().find_map(|effect| match effect {
            Effect::ShowMessage(MOMO, seq, at) => Some((seq.0, at?)),
            _ => None,
        })
    };
    assert_eq!(place(find(&mut world, FindMsg::Text("ten".into()))), Some((103, 2)));
    for (at, count) in [((101, 16), 2), ((101, 8), 2), ((101, 0), 2), ((100, 15), 3)] {
        assert_eq!(place(find(&mut world, FindMsg::Older)), Some(at));
        assert_eq!(found(&world), Found::Some(count, 4, true), "messages are counted");
    }
    for at in [(101, 0), (101, 8), (101, 16), (103, 2), (90, 15)] {
        assert_eq!(place(find(&mut world, FindMsg::Newer)), Some(at));
    }
}
