//! What is fetched without asking, and what follows.

use std::sync::Arc;

use super::files::{offer, transfer, world};
use crate::client::api::{Carriage, Destination, TransferState};
use crate::client::{ClientEvent, Intent};
use crate::domain::{AccountId, Body, Book, Contact, ConversationKind, FileWay, Message, Seq};
use crate::ui::app::files::receiving::{BELOW_MB, ReceivingMsg};
use crate::ui::app::settings::SettingMsg;
use crate::ui::app::testing::{World, conversation, direct};
use crate::ui::app::{Effect, Msg};

fn choose(world: &mut World, msg: ReceivingMsg) -> Vec<Effect> {
    world.send(Msg::Setting(SettingMsg::Receiving(msg)))
}

/// Somebody whose friend has number 10002.
fn befriended() -> World {
    let mut world = world(direct(10_002));
    let friend = Contact { friend: true, ..Contact::stranger(AccountId(10_002)) };
    let contacts = [(friend.account, friend)].into();
    world.event(ClientEvent::Book(Arc::new(Book { contacts, ..Book::default() })));
    world
}

fn came(world: &mut World, message: Message, live: bool) -> Vec<(Seq, Destination)> {
    let effects = world.event(ClientEvent::Message { message, live });
    let fetched = effects.into_iter().filter_map(|effect| match effect {
        Effect::Ask(Intent::TakeFile { message, destination, .. }) => {
            Some((message.seq, destination))
        }
        _ => None,
    });
    fetched.collect()
}

/// One of so many bytes.
fn small(kind: ConversationKind, seq: u64, from: u64, name: &str, bytes: u64) -> Message {
    let mut message = offer(kind, seq, from, name);
    if let Body::File { bytes: place, .. } = &mut message.body {
        *place = bytes;
    }
    message
}

#[test]
fn only_small_files_of_friends_that_are_no_programs_come_by_themselves_and_only_when_asked_for() {
    let kind = direct(10_002);
    let mut world = befriended();
    let note = |seq, bytes| small(kind, seq, 10_002, "notes.pdf", bytes);
    assert!(came(&mut world, note(3, 10), true).is_empty(), "nothing was chosen");
    choose(&mut world, ReceivingMsg::Below(BELOW_MB[1]));
    let folder = Destination::Folder(world.model.download_folder());
    assert_eq!(came(&mut world, note(4, 999_999), true), [(Seq(4), folder)]);
    assert!(came(&mut world, note(5, 1_000_000), true).is_empty(), "below means below");
    assert!(came(&mut world, small(kind, 6, 10_002, "Setup.EXE", 10), true).is_empty());
    assert!(came(&mut world, small(kind, 7, 10_001, "mine.pdf", 10), true).is_empty(), "one's own");
    let mut known = conversation(kind, 8, 8);
    world.event(ClientEvent::Conversation(known));
    assert!(came(&mut world, note(8, 10), false).is_empty(), "read some other day");
    known.head = Seq(9);
    world.event(ClientEvent::Conversation(known));
    assert_eq!(came(&mut world, note(9, 10), false).len(), 1, "came while nobody was there");
    let room = ConversationKind::Lobby;
    assert!(came(&mut world, small(room, 1, 10_002, "a.pdf", 10), true).is_empty(), "in a room");
    let stranger = direct(10_003);
    assert!(came(&mut world, small(stranger, 1, 10_003, "a.pdf", 10), true).is_empty());
}

#[test]
fn a_friends_files_come_by_themselves_up_to_a_bound_a_day_and_then_ask() {
    let mut world = befriended();
    choose(&mut world, ReceivingMsg::Below(BELOW_MB[5]));
    let (kind, mut seq) = (direct(10_002), 2);
    let mut many = |world: &mut World, bytes| {
        let fetched = (0..200).filter(|_| {
            seq += 1;
            let one = small(kind, seq, 10_002, "notes.pdf", bytes);
            !came(world, one, true).is_empty()
        });
        fetched.count()
    };
    assert_eq!(many(&mut world, 99_000_000), 10, "990 of 1000 MB");
    assert_eq!(many(&mut world, 1_000_000), 10, "what is left of it");
    assert_eq!(many(&mut world, 0), 0, "an empty one is a file too");
    world.pass(24 * 60 * 60 * 1_000);
    assert_eq!(many(&mut world, 0), 200, "another day");
    assert_eq!(many(&mut world, 99_000_000), 9);
}

#[test]
fn the_folder_opens_when_the_last_file_is_there() {
    let mut world = befriended();
    choose(&mut world, ReceivingMsg::OpensFolder(true));
    let opens = |effects: Vec<Effect>| {
        let opens = |effect: &&Effect| matches!(effect, Effect::OpenFile(file) if file.is_folder);
        effects.iter().filter(opens).count()
    };
    let one = |state: TransferState| transfer(FileWay::Down, state);
    let mut other = one(TransferState::Running);
    other.id.0.0[0] = 99;
    let mut tell = |transfer| opens(world.event(ClientEvent::Transfer(Box::new(transfer))));
    assert_eq!(tell(one(TransferState::Running)) + tell(other.clone()), 0);
    assert_eq!(tell(one(TransferState::Done)), 0, "another one comes");
    other.state = TransferState::Done;
    assert_eq!(tell(other.clone()), 1);
    assert_eq!(tell(other), 0, "it was there already");
    assert_eq!(tell(transfer(FileWay::Up, TransferState::Running)), 0);
    assert_eq!(tell(transfer(FileWay::Up, TransferState::Done)), 0);
}

#[test]
fn the_client_core_hears_how_files_are_carried() {
    let mut world = World::new();
    choose(&mut world, ReceivingMsg::AtOnce(5));
    choose(&mut world, ReceivingMsg::Down(10));
    let effects = choose(&mut world, ReceivingMsg::Up(2));
    let carriage = Carriage { at_once: 5, up: Some(2_000_000), down: Some(10_000_000) };
    let said = effects.iter().any(
        |effect| matches!(effect, Effect::Ask(Intent::SetCarriage(said)) if *said == carriage),
    );
    assert!(said, "{effects:?}");
}
