//! Property: what the server is owed about a file is told until it has heard it; who only waits is in
//! nobody's way.

use super::CarryEnd;
use super::harbour::source;
use super::shipments::{MIB, SECOND, act, file_of, offer, only, result, send, state, take, world};
use crate::client::api::{Answer, Failure, Intent, TransferState, WaitsFor};
use crate::domain::{AccountId, FileState, Target};
use crate::net::protocol::{Reason, Refusal};

#[test]
fn what_the_server_could_not_take_note_of_is_told_again() {
    for reason in [Reason::DiskFull, Reason::Failed] {
        let mut world = world(31);
        send(&mut world, MIB);
        world.run_for(10 * SECOND);
        let message = offer(&world);
        world.server.quay.denies = Some(Refusal::new(reason));
        take(&mut world, 1, &message).unwrap();
        world.run_for(100 * SECOND);
        assert_eq!(state(&world, 1), TransferState::Done);
        // A restart does not forget it.
        world.kill(1);
        world.run_for(100 * SECOND);
        world.server.quay.denies = None;
        world.run_for(100 * SECOND);
        assert!(world.server.quay.took.contains(&(AccountId(10_002), file_of(&message))));
    }
}

#[test]
fn an_upload_whose_source_changed_is_taken_back_for_those_who_wait() {
    let mut world = world(35);
    send(&mut world, 9 * MIB);
    world.harbour.ends = vec![CarryEnd::Failed(Failure::SourceChanged)];
    world.run_for(100 * SECOND);
    assert_eq!(state(&world, 0), TransferState::Failed(Failure::SourceChanged));
    assert_eq!(world.server.quay.files[&file_of(&offer(&world))].state, FileState::Cancelled);
}

#[test]
fn an_upload_that_failed_and_is_forgotten_is_taken_back() {
    let mut world = world(32);
    send(&mut world, 9 * MIB);
    world.harbour.ends = vec![CarryEnd::Failed(Failure::SourceGone)];
    world.run_for(10 * SECOND);
    assert_eq!(state(&world, 0), TransferState::Failed(Failure::SourceGone));
    let (id, file) = (only(&world, 0).id, file_of(&offer(&world)));
    world.server.quay.denies = Some(Refusal::new(Reason::DiskFull));
    act(&mut world, 0, |ticket| Intent::ForgetTransfers { ticket, ids: vec![id] });
    world.run_for(100 * SECOND);
    assert_eq!(world.server.quay.files[&file].state, FileState::Coming);
    world.server.quay.denies = None;
    world.run_for(100 * SECOND);
    assert_eq!(world.server.quay.files[&file].state, FileState::Cancelled);
}

#[test]
fn downloads_whose_sender_brings_nothing_leave_their_turn_to_others() {
    let mut world = world(33);
    let mut waiting = Vec::new();
    for _ in 0..4 {
        let ticket = send(&mut world, 50 * MIB);
        world.run_for(SECOND);
        let Some(Ok(Answer::Sent(message))) = result(&world, 0, ticket) else { panic!("offered") };
        let message = message.clone();
        let ids: Vec<_> = world.clients[0].transfers.keys().copied().collect();
        for id in ids {
            act(&mut world, 0, |ticket| Intent::PauseTransfer { ticket, id });
        }
        waiting.push(take(&mut world, 1, &message).unwrap());
        world.run_for(SECOND);
    }
    let mut others = Vec::new();
    for _ in 0..2 {
        let ticket = world.ticket();
        let (to, path) = (Target::Account(AccountId(10_001)), source(MIB));
        world.intent(1, Intent::SendFile { ticket, to, path, nonce: None });
        others.push(ticket);
    }
    world.run_for(20 * SECOND);
    for id in waiting {
        let sender = TransferState::Waiting(WaitsFor::Sender);
        assert_eq!(world.clients[1].transfers[&id].state, sender);
    }
    let done = world.clients[1].transfers.values().filter(|one| one.state == TransferState::Done);
    assert_eq!(done.count(), 2, "{:?}", world.clients[1].transfers);
}

#[test]
fn a_download_that_the_server_cannot_read_fails_and_waits_for_the_person() {
    let mut world = world(34);
    send(&mut world, MIB);
    world.run_for(10 * SECOND);
    let message = offer(&world);
    let lost = Refusal::new(Reason::Failed);
    world.harbour.ends = vec![CarryEnd::Refused(lost.clone())];
    let id = take(&mut world, 1, &message).unwrap();
    world.run_for(100 * SECOND);
    assert_eq!(state(&world, 1), TransferState::Failed(Failure::Refused(lost)));
    act(&mut world, 1, |ticket| Intent::ResumeTransfer { ticket, id });
    world.run_for(100 * SECOND);
    assert_eq!(state(&world, 1), TransferState::Done);
}
