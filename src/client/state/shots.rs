//! Pictures on their way: what waits for them and for how long, and what a server may say.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::border::{Drawn, Input, Packing, PictureJob};
use super::world::{Travelling, World};
use crate::client::api::{Failure, ImageSource, Intent};
use crate::domain::{AccountId, BlobId, Body, Nonce, Target};
use crate::limits::{BLOB_PART_MAX, IMAGE_AHEAD_MAX};
use crate::net::protocol::Reason;

const SECOND: Duration = Duration::from_secs(1);
const PEER: Target = Target::Account(AccountId(10_002));

fn shot() -> Body {
    let (picture, thumb) = (BlobId([1; 32]), BlobId([2; 32]));
    Body::Image { picture, bytes: 9, width: 9, height: 9, thumb, name: String::new() }
}

/// Signed in, and a picture for the lobby is fit to travel; its nonce.
fn packed(seed: u64) -> (World, Nonce) {
    let mut world = World::new(seed, 2);
    world.run_for(2 * SECOND);
    let ticket = world.ticket();
    let source = ImageSource::File("a.png".into());
    let (to, nonce) = (Target::Lobby, None);
    world.intent(0, Intent::SendImage { ticket, to, source, nonce });
    let Some(PictureJob::Pack(packing, _)) = world.pictures.pop() else { panic!("a job") };
    let Packing { nonce, .. } = *packing;
    world.input(0, Input::Drawn(Drawn::Packed(packing, Ok(shot()))));
    world.run_for(SECOND);
    (world, nonce)
}

impl World {
    /// Somebody sends one of a few pictures.
    pub fn image_act(&mut self) {
        let index = usize::try_from(self.chance.below(self.clients.len() as u64)).unwrap();
        let (ticket, nonce) = (self.ticket(), Some(self.chance.nonce()));
        let source = ImageSource::File(self.chance.below(4).to_string().into());
        let to = [Target::Lobby, PEER][usize::try_from(self.chance.below(2)).unwrap()];
        self.intent(index, Intent::SendImage { ticket, to, source, nonce });
    }

    /// One job after the other; some take long.
    pub fn draw_later(&mut self, index: usize, job: PictureJob) {
        let most = if self.chance.below(20) == 0 { 20_000 } else { 200 };
        let delay = Duration::from_millis(self.chance.below(most));
        let last = self.arrivals.entry((u64::MAX - index as u64, false)).or_default();
        *last = (self.now + delay).max(*last);
        let (at, run) = (*last, self.clients[index].run);
        self.order += 1;
        self.queue.insert((at, self.order), Travelling::Drawn(index, run, job));
    }

    pub fn draw(&mut self, index: usize, job: PictureJob) {
        let drawn = match job {
            PictureJob::Pack(packing, ImageSource::File(path)) => {
                let number = path.to_str().unwrap().parse().unwrap();
                let (picture, thumb) = (BlobId([number; 32]), BlobId([100 + number; 32]));
                let name = String::new();
                let body = Body::Image { picture, bytes: 9, width: 9, height: 9, thumb, name };
                Drawn::Packed(packing, Ok(body))
            }
            PictureJob::Unpack(nonce, [picture, thumb]) => {
                let long = vec![7; 3 * BLOB_PART_MAX + 1];
                let parcels = vec![(thumb, Arc::new(vec![7])), (picture, Arc::new(long))];
                Drawn::Unpacked(nonce, Some(parcels))
            }
            PictureJob::Sent(_) | PictureJob::Forget(_) => return,
            other => panic!("nobody asked for {other:?}"),
        };
        self.input(index, Input::Drawn(drawn));
    }

    /// How many pictures the server took, each once; nobody gave up on one.
    pub fn check_images(&self) -> usize {
        assert!(self.clients.iter().all(|client| client.failed.is_empty()));
        let mut nonces = BTreeSet::new();
        let log = self.server.logs.values().flat_map(|(_, log)| log);
        for message in log.filter(|message| matches!(message.body, Body::Image { .. })) {
            assert!(nonces.insert(message.nonce), "sent twice");
        }
        nonces.len()
    }
}

fn say(world: &mut World, to: Target) -> u64 {
    let ticket = world.ticket();
    world.intent(0, Intent::Send { ticket, to, body: Body::text("words"), nonce: None });
    ticket
}

fn is_answered(world: &World, wanted: u64) -> bool {
    world.clients[0].answered.iter().any(|(ticket, _)| *ticket == wanted)
}

fn unpacked(world: &mut World, nonce: Nonce, is_there: bool) {
    let Some(PictureJob::Unpack(asked, [picture, thumb])) = world.pictures.pop() else {
        panic!("a job")
    };
    assert_eq!(asked, nonce);
    let long = vec![7; 3 * BLOB_PART_MAX + 1];
    let parcels = vec![(thumb, Arc::new(vec![7])), (picture, Arc::new(long))];
    world.input(0, Input::Drawn(Drawn::Unpacked(nonce, is_there.then_some(parcels))));
}

#[test]
fn words_wait_for_a_picture_of_their_conversation_and_not_for_ever() {
    let (mut world, nonce) = packed(1);
    let (behind, elsewhere) = (say(&mut world, Target::Lobby), say(&mut world, PEER));
    world.run_for(3 * SECOND);
    assert!(is_answered(&world, elsewhere) && !is_answered(&world, behind));
    world.run_for(IMAGE_AHEAD_MAX);
    assert!(is_answered(&world, behind), "then they go first");
    unpacked(&mut world, nonce, true);
    world.run_for(2 * SECOND);
    assert_eq!(world.clients[0].acknowledged[&nonce].body, shot());
    assert!(matches!(world.pictures.pop(), Some(PictureJob::Sent(_))), "kept no longer");
    assert_eq!(world.server.brought, 5, "one part and four");
}

#[test]
fn a_picture_in_time_stands_before_the_words_behind_it() {
    let (mut world, nonce) = packed(2);
    let behind = say(&mut world, Target::Lobby);
    unpacked(&mut world, nonce, true);
    world.run_for(5 * SECOND);
    assert!(is_answered(&world, behind));
    let acknowledged = &world.clients[0].acknowledged;
    let words = acknowledged.values().find(|one| one.body == Body::text("words")).unwrap();
    assert!(acknowledged[&nonce].seq < words.seq);
}

#[test]
fn a_picture_keeps_its_place_while_it_is_made_fit_and_not_for_ever() {
    for is_slow in [false, true] {
        let mut world = World::new(6, 1);
        world.run_for(2 * SECOND);
        let (ticket, source) = (world.ticket(), ImageSource::File("a.png".into()));
        world.intent(0, Intent::SendImage { ticket, to: Target::Lobby, source, nonce: None });
        let Some(PictureJob::Pack(packing, _)) = world.pictures.pop() else { panic!("a job") };
        let (behind, barrier) = (say(&mut world, Target::Lobby), world.ticket());
        world.intent(0, Intent::Barrier { ticket: barrier });
        world.run_for(if is_slow { IMAGE_AHEAD_MAX + SECOND } else { SECOND });
        assert_eq!(is_answered(&world, behind), is_slow);
        assert!(!is_answered(&world, barrier));
        let nonce = packing.nonce;
        world.input(0, Input::Drawn(Drawn::Packed(packing, Ok(shot()))));
        world.run_for(SECOND);
        assert!(!is_answered(&world, barrier), "its bytes are not there yet");
        unpacked(&mut world, nonce, true);
        world.run_for(5 * SECOND);
        let acknowledged = &world.clients[0].acknowledged;
        let words = acknowledged.values().find(|one| one.body == Body::text("words")).unwrap();
        assert_eq!(acknowledged[&nonce].seq > words.seq, is_slow);
        assert!(is_answered(&world, behind) && is_answered(&world, barrier));
    }
}

#[test]
fn what_the_server_lost_is_brought_again_and_not_for_ever() {
    let (mut world, nonce) = packed(3);
    world.server.refuses = Some(Reason::NotUploaded);
    for _ in 0..3 {
        unpacked(&mut world, nonce, true);
        world.run_for(2 * SECOND);
    }
    assert!(world.pictures.is_empty(), "three times is enough");
    assert_eq!(world.clients[0].failed, [nonce]);
    // The person tries once more, and it works.
    world.server.refuses = None;
    world.intent(0, Intent::Retry(nonce));
    world.run_for(SECOND);
    unpacked(&mut world, nonce, true);
    world.run_for(2 * SECOND);
    let log = world.server.logs.values().flat_map(|(_, log)| log);
    assert_eq!(log.filter(|message| message.nonce == nonce).count(), 1);
}

#[test]
fn a_link_that_breaks_in_the_middle_begins_anew_on_the_next() {
    let (mut world, nonce) = packed(4);
    unpacked(&mut world, nonce, true);
    world.cut(0);
    world.run_for(5 * SECOND);
    unpacked(&mut world, nonce, true);
    world.run_for(2 * SECOND);
    assert!(world.clients[0].acknowledged.contains_key(&nonce));
}

#[test]
fn what_is_gone_fails_and_lets_the_others_go() {
    let (mut world, nonce) = packed(5);
    let behind = say(&mut world, Target::Lobby);
    unpacked(&mut world, nonce, false);
    world.run_for(2 * SECOND);
    assert_eq!(world.clients[0].failed, [nonce]);
    assert!(is_answered(&world, behind));
    let gone = |(_, result): &(u64, Result<_, Failure>)| matches!(result, Err(Failure::ImageGone));
    assert!(world.clients[0].answered.iter().any(gone));
    world.intent(0, Intent::Discard(nonce));
    assert!(matches!(world.pictures.pop(), Some(PictureJob::Sent(_))));
}
