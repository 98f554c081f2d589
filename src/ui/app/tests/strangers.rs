//! Who wrote first stands apart and asks for no attention, until that is answered.

use std::sync::Arc;

use crate::client::{ClientEvent, Intent};
use crate::domain::{AccountId, Book, Choice, Notice, Stranger, Target};
use crate::net::protocol::Command;
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::panel::{PanelMsg, Tab};
use crate::ui::app::rows::{Pick, Row};
use crate::ui::app::strangers::StrangerMsg;
use crate::ui::app::testing::{NOON_MS, World, direct, message, person};
use crate::ui::app::{Effect, Msg};
use crate::ui::text::Language;

const ROOK: AccountId = AccountId(10_003);

fn stands(world: &mut World, account: AccountId, stranger: Stranger) {
    let (with, choice) = (Target::Account(account), Choice { stranger, ..Choice::default() });
    world.event(ClientEvent::Notice(Box::new(Notice::Choice { with, choice })));
}

fn says(world: &mut World, from: u64, seq: u64) -> Vec<Effect> {
    let at = NOON_MS + i64::try_from(from + seq).unwrap();
    let message = message(direct(from), seq, from, at, "hello?");
    world.event(ClientEvent::Message { message, live: true })
}

/// Rook and Plum wrote first; Momo is known.
fn world() -> World {
    let mut world = World::signed_in();
    world.event(ClientEvent::Book(Arc::new(Book::default())));
    let people = [(10_002, "Momo"), (10_003, "Rook"), (10_004, "Plum")];
    world.event(ClientEvent::People(people.map(|(n, name)| person(n, name)).to_vec()));
    says(&mut world, 10_002, 1);
    for account in [10_003, 10_004] {
        stands(&mut world, AccountId(account), Stranger::Waiting);
        assert!(says(&mut world, account, 1).is_empty(), "nobody is called for a stranger");
    }
    world
}

fn picks(world: &World) -> Vec<Pick> {
    world.model.panel_rows(Language::English).iter().filter_map(Row::pick).collect()
}

fn chat(account: u64) -> Pick {
    Pick::Chat(Target::Account(AccountId(account)))
}

#[test]
fn strangers_stand_behind_one_row_with_a_way_there_and_back() {
    let mut world = world();
    assert_eq!(picks(&world), [Pick::Strangers, chat(10_002), Pick::Chat(Target::Lobby)]);
    assert_eq!(world.model.unread(), 1, "only Momo's");
    let rows = world.model.panel_rows(Language::English);
    let Row::Strangers(row) = &rows[0] else { panic!("{:?}", rows[0]) };
    assert_eq!((row.count, row.name.as_str()), (2, "Plum"));
    world.send(Msg::Panel(PanelMsg::Open(Pick::Strangers)));
    assert_eq!(picks(&world), [Pick::Back, chat(10_004), chat(10_003)]);
    world.send(Msg::Panel(PanelMsg::Open(Pick::Back)));
    assert_eq!(picks(&world)[0], Pick::Strangers);
    for leave in [PanelMsg::Search(String::new()), PanelMsg::Tab(Tab::Chats)] {
        world.send(Msg::Panel(PanelMsg::Open(Pick::Strangers)));
        world.send(Msg::Panel(leave));
        assert_eq!(picks(&world)[0], Pick::Strangers);
    }
}

#[test]
fn an_answer_on_any_device_moves_or_hides_the_conversation() {
    let mut world = world();
    world.send(Msg::Panel(PanelMsg::Open(Pick::Strangers)));
    let effects = world.send(Msg::Stranger(StrangerMsg::Accept(ROOK)));
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::Ask(Intent::Do { command: Command::SetConversation { with, change }, .. }) => {
            Some((*with, change.stranger))
        }
        _ => None,
    });
    assert_eq!(asked, Some((Target::Account(ROOK), Some(Stranger::No))));
    stands(&mut world, ROOK, Stranger::No);
    world.send(Msg::Chat(Target::Account(AccountId(10_004)), ChatMsg::Open));
    stands(&mut world, AccountId(10_004), Stranger::Declined);
    let expected = [chat(10_003), chat(10_002), Pick::Chat(Target::Lobby)];
    assert_eq!(picks(&world), expected, "nobody waits: the list is the usual one");
    assert!(world.model.chats.open().is_empty(), "out of sight");
    world.send(Msg::Panel(PanelMsg::Search("Plum".into())));
    assert!(picks(&world).is_empty(), "in the search as well");
    assert!(!says(&mut world, 10_003, 2).is_empty(), "an accepted one is heard");
}
