//! Property: whatever happens to links, clients and the server, every file on its way ends, and what is
//! said of it is true; and the rules of single cases, each by hand.

use std::time::Duration;

use super::CarryEnd;
use super::harbour::source;
use super::model::SERVER;
use super::world::World;
use crate::client::api::{
    Answer, Destination, Failure, Intent, Ticket, Transfer, TransferId, TransferState, WaitsFor,
};
use crate::domain::{
    AccountId, Body, CHUNK_BYTES, ConversationKind, FileId, FileState, FileWay, Message, Target,
};
use crate::net::protocol::{Reason, Refusal};
use crate::store::local::{KnownState, Owner};

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const PEER: Target = Target::Account(AccountId(10_002));
pub(super) const MIB: u64 = CHUNK_BYTES;

pub(super) fn world(seed: u64) -> World {
    let mut world = World::new(seed, 2);
    world.run_for(2 * SECOND);
    world
}

pub(super) fn send(world: &mut World, bytes: u64) -> Ticket {
    let ticket = world.ticket();
    let (to, path) = (PEER, source(bytes));
    world.intent(0, Intent::SendFile { ticket, to, path, nonce: None });
    ticket
}

pub(super) fn result(
    world: &World,
    index: usize,
    wanted: Ticket,
) -> Option<&Result<Answer, Failure>> {
    let answered = world.clients[index].answered.iter();
    answered.rev().find(|(ticket, _)| *ticket == wanted).map(|(_, result)| result)
}

/// The message that offers the newest file.
pub(super) fn offer(world: &World) -> Message {
    let log = world.server.logs.values().flat_map(|(_, log)| log);
    let offers = log.filter(|message| matches!(message.body, Body::File { .. }));
    offers.max_by_key(|message| message.at).cloned().expect("one was offered")
}

pub(super) fn file_of(message: &Message) -> FileId {
    FileId { conversation: message.conversation, seq: message.seq }
}

pub(super) fn take(world: &mut World, index: usize, message: &Message) -> Option<TransferId> {
    let ticket = world.ticket();
    let with = message.kind.target_for(world.clients[index].account)?;
    let (message, destination) = (message.clone().into(), Destination::Folder("/in".into()));
    world.intent(index, Intent::TakeFile { ticket, with, message, destination });
    match result(world, index, ticket) {
        Some(Ok(Answer::Transfer(id))) => Some(*id),
        _ => None,
    }
}

pub(super) fn only(world: &World, index: usize) -> &Transfer {
    let mut all = world.clients[index].transfers.values();
    let only = all.next().expect("a transfer");
    assert!(all.next().is_none(), "no other");
    only
}

pub(super) fn state(world: &World, index: usize) -> TransferState {
    only(world, index).state.clone()
}

pub(super) fn act(world: &mut World, index: usize, make: impl FnOnce(Ticket) -> Intent) {
    let ticket = world.ticket();
    world.intent(index, make(ticket));
    assert!(matches!(result(world, index, ticket), Some(Ok(Answer::Done))));
}

#[test]
fn a_file_goes_from_one_to_the_other_and_the_server_hears_that_it_was_taken() {
    let mut world = world(1);
    let ticket = send(&mut world, 5 * MIB + 1);
    world.run_for(SECOND);
    let Some(Ok(Answer::Sent(message))) = result(&world, 0, ticket) else { panic!("offered") };
    let message = message.clone();
    assert_eq!(message.body, Body::File { name: "a.bin".into(), bytes: 5 * MIB + 1 });
    let id = take(&mut world, 1, &message).unwrap();
    assert_eq!(take(&mut world, 1, &message), Some(id), "it is under way already");
    world.run_for(60 * SECOND);
    for index in [0, 1] {
        let one = only(&world, index);
        assert_eq!((&one.state, one.done), (&TransferState::Done, 5 * MIB + 1), "{one:?}");
        assert_eq!(one.file, Some(file_of(&message)));
    }
    assert_eq!(only(&world, 0).id, TransferId(message.nonce));
    assert_eq!(only(&world, 1).path.to_str(), Some("/in/a.bin"));
    assert!(world.server.quay.took.contains(&(AccountId(10_002), file_of(&message))));
    assert!(world.harbour.swept.contains(&id), "what proves it is not needed any more");
}

#[test]
fn what_is_off_the_list_is_still_known_and_goes_when_it_is_fetched_again() {
    let mut world = world(1);
    send(&mut world, MIB);
    world.run_for(10 * SECOND);
    let message = offer(&world);
    let first = take(&mut world, 1, &message).unwrap();
    world.run_for(10 * SECOND);
    for index in [0, 1] {
        let ids = vec![only(&world, index).id];
        act(&mut world, index, |ticket| Intent::HideTransfers { ticket, ids });
    }
    world.run_for(SECOND);
    world.kill(1);
    world.run_for(20 * SECOND);
    for index in [0, 1] {
        let one = only(&world, index);
        assert!(one.hidden && one.state == TransferState::Done, "{one:?}");
    }
    let second = take(&mut world, 1, &message).unwrap();
    let one = only(&world, 1);
    assert!(second != first && one.id == second && !one.hidden, "{one:?}");
}

#[test]
fn who_looks_at_what_comes_sees_how_far_it_is() {
    let mut world = world(1);
    send(&mut world, 2000 * MIB);
    world.run_for(2 * SECOND);
    let file = file_of(&offer(&world));
    world.intent(1, Intent::WatchFiles(vec![file]));
    let here = |world: &World| world.clients[1].files.get(&file).map_or(0, |status| status.here);
    world.run_for(2 * SECOND);
    let first = here(&world);
    world.run_for(10 * SECOND);
    assert!(here(&world) > first, "{first} and {}", here(&world));
}

#[test]
fn what_cannot_be_read_is_said_at_once_and_nothing_is_offered() {
    let mut world = world(2);
    let ticket = world.ticket();
    let path = "/out/nothing".into();
    world.intent(0, Intent::SendFile { ticket, to: PEER, path, nonce: None });
    world.run_for(SECOND);
    assert!(matches!(result(&world, 0, ticket), Some(Err(Failure::File(_)))));
    assert!(world.clients[0].transfers.is_empty() && world.server.quay.files.is_empty());
}

#[test]
fn words_behind_a_file_come_behind_its_message() {
    let mut world = world(3);
    send(&mut world, MIB);
    world.speak(0, PEER);
    world.run_for(5 * SECOND);
    let nonce = world.clients[0].said[0].1;
    assert!(offer(&world).seq < world.clients[0].acknowledged[&nonce].seq);
}

#[test]
fn three_go_at_once_and_the_others_in_their_order() {
    let mut world = world(4);
    for _ in 0..6 {
        send(&mut world, 90 * MIB);
        world.run_for(SECOND / 2);
    }
    assert_eq!(world.trips_of(0), 3);
    let waits = TransferState::Waiting(WaitsFor::Turn);
    let waiting = |world: &World| {
        world.clients[0].transfers.values().filter(|one| one.state == waits).count()
    };
    assert_eq!(waiting(&world), 3);
    world.run_for(60 * SECOND);
    let transfers = &world.clients[0].transfers;
    assert!(transfers.values().all(|one| one.state == TransferState::Done), "{transfers:?}");
    assert_eq!(world.harbour.most, 3);
    let mut by_began: Vec<_> = transfers.values().map(|one| (one.began, one.ended)).collect();
    by_began.sort_unstable();
    assert!(by_began.iter().take(3).all(|(_, ended)| *ended < by_began[5].1), "{by_began:?}");
}

#[test]
fn a_pause_lasts_over_a_restart_and_a_resume_goes_on_where_it_was() {
    let mut world = world(5);
    send(&mut world, 200 * MIB);
    world.run_for(5 * SECOND);
    let id = only(&world, 0).id;
    assert_eq!(state(&world, 0), TransferState::Running);
    assert!(only(&world, 0).speed > MIB);
    act(&mut world, 0, |ticket| Intent::PauseTransfer { ticket, id });
    world.run_for(60 * SECOND);
    assert_eq!((state(&world, 0), world.trips_of(0)), (TransferState::Paused, 0));
    world.kill(0);
    world.run_for(60 * SECOND);
    assert_eq!(state(&world, 0), TransferState::Paused);
    let here = world.server.quay.status(file_of(&offer(&world))).here;
    assert!(0 < here && here < 200 * MIB);
    act(&mut world, 0, |ticket| Intent::ResumeTransfer { ticket, id });
    world.run_for(60 * SECOND);
    assert_eq!(state(&world, 0), TransferState::Done);
}

#[test]
fn a_resume_right_behind_a_pause_waits_for_the_thread_to_end() {
    let mut world = world(6);
    send(&mut world, 50 * MIB);
    world.run_for(2 * SECOND);
    let id = only(&world, 0).id;
    for _ in 0..20 {
        act(&mut world, 0, |ticket| Intent::PauseTransfer { ticket, id });
        act(&mut world, 0, |ticket| Intent::ResumeTransfer { ticket, id });
        world.run_for(SECOND / 20);
    }
    world.run_for(60 * SECOND);
    assert_eq!(state(&world, 0), TransferState::Done);
}

#[test]
fn a_chat_link_that_breaks_stops_no_file_and_a_file_link_that_breaks_goes_on_by_itself() {
    let mut world = world(7);
    send(&mut world, 300 * MIB);
    world.run_for(3 * SECOND);
    let given = world.server.quay.given;
    world.cut(0);
    world.run_for(SECOND);
    assert_eq!((state(&world, 0), world.server.quay.given), (TransferState::Running, given));
    world.cut_trips(0);
    world.run_for(60 * SECOND);
    assert_eq!(state(&world, 0), TransferState::Done);
    assert!(world.server.quay.given > given);
}

#[test]
fn who_is_cut_again_and_again_asks_less_often() {
    let mut world = world(8);
    world.harbour.ends = vec![CarryEnd::Cut; 1000];
    send(&mut world, MIB);
    world.run_for(120 * SECOND);
    assert_eq!(state(&world, 0), TransferState::Waiting(WaitsFor::Link));
    // 0, 1, 2, 4, 8, 16, 30, 30 … seconds, each up to a quarter less.
    assert!((6..=14).contains(&world.server.quay.given), "{}", world.server.quay.given);
    world.harbour.ends.clear();
    world.run_for(60 * SECOND);
    assert_eq!(state(&world, 0), TransferState::Done);
}

#[test]
fn without_a_link_it_waits_for_one_and_a_server_without_a_place_is_asked_again() {
    let mut world = world(9);
    world.stop_server();
    send(&mut world, MIB);
    world.run_for(SECOND);
    assert_eq!(state(&world, 0), TransferState::Waiting(WaitsFor::Offer));
    world.server.quay.refuses = Some(Refusal::retry(Reason::FilesBusy, 2_000));
    world.up = true;
    world.run_for(60 * SECOND);
    assert_eq!(state(&world, 0), TransferState::Waiting(WaitsFor::Turn));
    world.stop_server();
    world.run_for(SECOND);
    assert_eq!(state(&world, 0), TransferState::Waiting(WaitsFor::Link));
    world.server.quay.refuses = None;
    world.up = true;
    world.run_for(90 * SECOND);
    assert_eq!(state(&world, 0), TransferState::Done);
}

#[test]
fn an_offer_that_is_refused_fails_its_transfer_and_is_tried_again_by_the_person() {
    let mut world = world(10);
    world.server.refuses = Some(Reason::FileQuota);
    let ticket = send(&mut world, MIB);
    world.run_for(SECOND);
    let failed = |failure: &Failure| matches!(failure, Failure::Refused(why) if why.reason == Reason::FileQuota);
    assert!(matches!(result(&world, 0, ticket), Some(Err(why)) if failed(why)));
    assert!(matches!(state(&world, 0), TransferState::Failed(why) if failed(&why)));
    world.kill(0);
    world.run_for(2 * SECOND);
    assert!(matches!(state(&world, 0), TransferState::Failed(why) if failed(&why)));
    world.server.refuses = None;
    let id = only(&world, 0).id;
    act(&mut world, 0, |ticket| Intent::ResumeTransfer { ticket, id });
    world.run_for(10 * SECOND);
    assert_eq!(state(&world, 0), TransferState::Done);
    // Another one, whose message the person throws away: nothing is left of it.
    world.server.refuses = Some(Reason::FileQuota);
    send(&mut world, MIB);
    world.run_for(SECOND);
    let nonce = *world.clients[0].failed.last().unwrap();
    world.intent(0, Intent::Discard(nonce));
    assert_eq!(only(&world, 0).id, id);
}

#[test]
fn a_file_is_taken_back_before_while_and_behind() {
    // Nobody has seen it: it is as if it had never been.
    let mut world = world(11);
    world.stop_server();
    world.run_for(120 * SECOND); // A link that ended without a word is missed by its silence.
    let ticket = send(&mut world, MIB);
    world.run_for(SECOND);
    let id = only(&world, 0).id;
    act(&mut world, 0, |ticket| Intent::CancelTransfer { ticket, id });
    assert!(matches!(result(&world, 0, ticket), Some(Err(Failure::Cancelled))));
    world.up = true;
    world.run_for(60 * SECOND);
    assert!(world.server.quay.files.is_empty());
    assert_eq!(state(&world, 0), TransferState::Cancelled);
    act(&mut world, 0, |ticket| Intent::ForgetTransfers { ticket, ids: vec![id] });
    world.run_for(SECOND);
    assert!(world.clients[0].transfers.is_empty() && world.clients[0].store.transfers.is_empty());

    // It runs, and there is no link to say so: it is said later, also when it is off the list.
    send(&mut world, 200 * MIB);
    world.run_for(3 * SECOND);
    let (id, file) = (only(&world, 0).id, file_of(&offer(&world)));
    let offered = offer(&world);
    take(&mut world, 1, &offered).unwrap();
    world.run_for(SECOND);
    world.stop_server();
    act(&mut world, 0, |ticket| Intent::CancelTransfer { ticket, id });
    act(&mut world, 0, |ticket| Intent::ForgetTransfers { ticket, ids: vec![id] });
    assert!(world.clients[0].transfers.is_empty());
    world.run_for(SECOND);
    world.kill(0);
    world.up = true;
    world.run_for(60 * SECOND);
    assert_eq!(world.server.quay.files[&file].state, FileState::Cancelled);
    assert!(world.clients[0].store.transfers.is_empty(), "nothing is owed any more");
    assert_eq!(state(&world, 1), TransferState::Cancelled, "who fetched it is told");
    assert!(world.harbour.swept.contains(&only(&world, 1).id));
}

#[test]
fn an_offer_on_its_way_is_taken_back_when_it_is_there() {
    let mut world = world(12);
    let ticket = send(&mut world, MIB);
    while world.clients[0].transfers.is_empty() || world.clients[0].store.waiting.is_empty() {
        world.run_for(Duration::from_millis(1));
    }
    // On disk, and so on its way.
    world.run_for(Duration::from_millis(1));
    let id = only(&world, 0).id;
    act(&mut world, 0, |ticket| Intent::CancelTransfer { ticket, id });
    world.run_for(5 * SECOND);
    assert_eq!(state(&world, 0), TransferState::Cancelled);
    let files = &world.server.quay.files;
    assert!(files.values().all(|file| file.state == FileState::Cancelled));
    assert!(result(&world, 0, ticket).is_some());
}

#[test]
fn who_does_not_want_it_ends_it_for_its_sender() {
    let mut world = world(13);
    send(&mut world, 100 * MIB);
    world.run_for(2 * SECOND);
    let file = file_of(&offer(&world));
    let ticket = world.ticket();
    world.intent(1, Intent::DeclineFile { ticket, file });
    world.run_for(SECOND);
    assert!(matches!(result(&world, 1, ticket), Some(Ok(Answer::Done))));
    assert_eq!((state(&world, 0), world.trips_of(0)), (TransferState::Declined, 0));
    // Paused is no way around it.
    send(&mut world, 100 * MIB);
    world.run_for(2 * SECOND);
    let going = |one: &&Transfer| one.state == TransferState::Running;
    let id = world.clients[0].transfers.values().find(going).unwrap().id;
    act(&mut world, 0, |ticket| Intent::PauseTransfer { ticket, id });
    let (file, ticket) = (file_of(&offer(&world)), world.ticket());
    world.intent(1, Intent::DeclineFile { ticket, file });
    world.run_for(SECOND);
    assert_eq!(world.clients[0].transfers[&id].state, TransferState::Declined);
}

#[test]
fn a_download_waits_for_its_sender_and_goes_on_when_there_is_more() {
    let mut world = world(14);
    send(&mut world, 100 * MIB);
    world.run_for(3 * SECOND);
    let id = only(&world, 0).id;
    act(&mut world, 0, |ticket| Intent::PauseTransfer { ticket, id });
    let offered = offer(&world);
    take(&mut world, 1, &offered).unwrap();
    world.run_for(50 * SECOND);
    assert_eq!(state(&world, 1), TransferState::Waiting(WaitsFor::Sender));
    world.run_for(600 * SECOND);
    assert_eq!(state(&world, 1), TransferState::Waiting(WaitsFor::Sender));
    assert!(world.server.quay.given < 30, "it does not ask all the time");
    act(&mut world, 0, |ticket| Intent::ResumeTransfer { ticket, id });
    world.run_for(30 * SECOND);
    assert_eq!((state(&world, 0), state(&world, 1)), (TransferState::Done, TransferState::Done));
}

#[test]
fn what_failed_here_is_tried_again_by_the_person_only() {
    let mut world = world(15);
    send(&mut world, 3 * MIB);
    world.run_for(10 * SECOND);
    world.harbour.ends = vec![CarryEnd::Failed(Failure::SaveFull)];
    let offered = offer(&world);
    let id = take(&mut world, 1, &offered).unwrap();
    world.run_for(5 * SECOND);
    world.kill(1);
    world.run_for(60 * SECOND);
    assert_eq!(state(&world, 1), TransferState::Failed(Failure::SaveFull));
    assert!(!world.harbour.swept.contains(&id), "what is there counts for the next try");
    act(&mut world, 1, |ticket| Intent::ResumeTransfer { ticket, id });
    world.run_for(10 * SECOND);
    assert_eq!(state(&world, 1), TransferState::Done);
    // Its file is watched, and told again at each sign-in.
    let file = file_of(&offer(&world));
    world.intent(1, Intent::WatchFiles(vec![file]));
    world.run_for(SECOND);
    let status = world.clients[1].files[&file];
    assert_eq!((status.state, status.taken), (FileState::Kept, 1));
    world.clients[1].files.clear();
    world.cut(1);
    world.run_for(10 * SECOND);
    assert_eq!(world.clients[1].files.get(&file), Some(&status));
}

#[test]
fn who_signs_out_moves_nothing_and_goes_on_at_the_next_sign_in() {
    let mut world = world(16);
    send(&mut world, 100 * MIB);
    world.run_for(2 * SECOND);
    world.intent(0, Intent::Disconnect);
    world.run_for(5 * SECOND);
    assert_eq!(world.trips_of(0), 0);
    world.sign_in(0);
    world.run_for(60 * SECOND);
    assert_eq!(state(&world, 0), TransferState::Done);
}

#[test]
fn figures_are_told_four_times_a_second_at_most() {
    let mut world = world(17);
    send(&mut world, 100 * MIB);
    world.run_for(2 * SECOND);
    let told = |world: &mut World| {
        let before = only(world, 0).clone();
        world.run_for(SECOND / 50);
        before != *only(world, 0)
    };
    let changes = (0..100).filter(|_| told(&mut world)).count();
    assert!((2..=9).contains(&changes), "{changes} in two seconds");
}

/// Somebody does something with a file.
fn file_act(world: &mut World) {
    let people = world.clients.len() as u64;
    let index = usize::try_from(world.chance.below(people)).unwrap();
    let (act, ticket) = (world.chance.below(100), world.ticket());
    let transfers = &world.clients[index].transfers;
    let pick = world.chance.below(transfers.len().max(1) as u64);
    let id = transfers.keys().nth(usize::try_from(pick).unwrap()).copied();
    match (act, id) {
        (0..35, _) => {
            let to = match world.chance.below(people + 1) {
                0 => Target::Lobby,
                n => Target::Account(AccountId(10_000 + n)),
            };
            let bytes = [0, 1, MIB, 3 * MIB + 7, 40 * MIB];
            let path = source(bytes[usize::try_from(world.chance.below(5)).unwrap()]);
            let nonce = Some(world.chance.nonce());
            world.intent(index, Intent::SendFile { ticket, to, path, nonce });
        }
        (35..60, _) => {
            let me = world.clients[index].account;
            let log = world
                .server
                .logs
                .values()
                .flat_map(|(kind, log)| log.iter().filter(|_| world.server.is_in(*kind, me)));
            let offers: Vec<Message> =
                log.filter(|message| matches!(message.body, Body::File { .. })).cloned().collect();
            let pick = usize::try_from(world.chance.below(offers.len().max(1) as u64)).unwrap();
            if let Some(message) = offers.get(pick) {
                take(world, index, message);
            }
        }
        (60..70, Some(id)) => world.intent(index, Intent::PauseTransfer { ticket, id }),
        (70..82, Some(id)) => world.intent(index, Intent::ResumeTransfer { ticket, id }),
        (82..88, Some(id)) => world.intent(index, Intent::CancelTransfer { ticket, id }),
        (88..94, Some(id)) => {
            world.intent(index, Intent::ForgetTransfers { ticket, ids: vec![id] });
        }
        (94..97, Some(id)) => {
            let me = world.clients[index].account;
            let one = &world.clients[index].transfers[&id];
            let direct = matches!(one.with, Target::Account(peer) if peer != me);
            if let (true, Some(file)) = (direct && one.from != me, one.file) {
                world.intent(index, Intent::DeclineFile { ticket, file });
            }
        }
        _ => world.cut_trips(index),
    }
}

/// What is said of each transfer is so, on the list and on disk.
fn check(world: &World) -> usize {
    let mut done = 0;
    for client in &world.clients {
        let me = client.account;
        let owner = Owner { server: SERVER, account: me };
        for ((of, id), known) in &client.store.transfers {
            let listed = client.transfers.contains_key(&TransferId(*id));
            assert!(*of == owner && listed, "{me} keeps what is on the list: {known:?}");
        }
        for one in client.transfers.values() {
            let known = &client.store.transfers[&(owner, one.id.0)];
            assert_eq!((known.owes, known.file), (None, one.file), "{one:?}");
            let file = one.file.map(|file| &world.server.quay.files[&file]);
            let state = file.map(|file| file.state);
            match (&one.state, one.way) {
                (TransferState::Done, FileWay::Up) => {
                    done += 1;
                    assert_ne!(state, Some(FileState::Coming), "{one:?}");
                }
                (TransferState::Done, FileWay::Down) => {
                    done += 1;
                    assert!(world.harbour.placed.contains(&one.id), "{one:?}");
                    let took = (me, one.file.unwrap());
                    assert_eq!(world.server.quay.took.contains(&took), one.from != me, "{one:?}");
                }
                (TransferState::Cancelled, FileWay::Up) => {
                    assert!(state.is_none_or(|state| !state.is_open()), "{one:?}: {state:?}");
                }
                (TransferState::Cancelled, FileWay::Down) => {}
                (TransferState::Declined, _) => assert_eq!(state, Some(FileState::Declined)),
                (other, _) => panic!("{other:?} is no end: {one:?}, {state:?}"),
            }
            let expected = match one.state {
                TransferState::Done => KnownState::Done,
                TransferState::Declined => KnownState::Declined,
                _ => KnownState::Cancelled,
            };
            assert_eq!(known.state, expected, "{one:?}");
        }
    }
    assert!(world.harbour.most <= 8);
    done
}

fn storm(seed: u64) -> usize {
    let mut world = World::new(seed, 3);
    for _ in 0..100 {
        world.random_act();
        file_act(&mut world);
        let pause = Duration::from_millis(world.chance.below(800));
        world.run_for(pause);
    }
    world.up = true;
    world.run_for(120 * SECOND);
    // Who paused goes on.
    for index in 0..world.clients.len() {
        let ids: Vec<TransferId> = world.clients[index].transfers.keys().copied().collect();
        for id in ids {
            let ticket = world.ticket();
            world.intent(index, Intent::ResumeTransfer { ticket, id });
        }
    }
    world.run_for(1200 * SECOND);
    world.check_the_end();
    check(&world)
}

#[test]
fn every_file_ends_in_any_storm_and_what_is_said_of_it_is_true() {
    let seeds = std::env::var("MYCHAT_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    let run = |seed| {
        let end = std::panic::catch_unwind(|| storm(seed));
        end.inspect_err(|_| println!("seed {seed}")).unwrap()
    };
    let done: usize = (0..seeds.unwrap_or(150)).map(run).sum();
    assert!(done > 500, "{done} came through");
}

#[test]
fn a_list_that_is_full_makes_room_by_what_is_over() {
    let mut world = world(18);
    for _ in 0..1001 {
        send(&mut world, 0);
        if world.chance.below(20) == 0 {
            world.run_for(20 * SECOND);
        }
    }
    world.run_for(600 * SECOND);
    assert_eq!(world.clients[0].transfers.len(), 1000);
    let owner = Owner { server: SERVER, account: AccountId(10_001) };
    let kept = world.clients[0].store.transfers.keys().filter(|(of, _)| *of == owner);
    assert_eq!(kept.count(), 1000);
    let conversation = ConversationKind::direct(AccountId(10_001), AccountId(10_002));
    let log = world.server.logs.values().find(|(kind, _)| *kind == conversation);
    assert_eq!(log.map(|(_, log)| log.len()), Some(1001));
}
