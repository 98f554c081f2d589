//! Words that are gone are gone from the cache, from pages on their way, and after the next start.

use std::time::Duration;

use super::model::SERVER;
use super::world::{Travelling, World};
use super::{Input, KeepJob, LinkInput};
use crate::client::api::{Answer, Failure, Intent, Ticket};
use crate::domain::{AccountId, Body, ConversationId, Message, Seq, Target};
use crate::net::protocol::{Command, Page, Reason, Reply, ServerFrame};
use crate::store::local::Owner;

const SECOND: Duration = Duration::from_secs(1);
const LOBBY: ConversationId = ConversationId::LOBBY;
const GONE: Body = Body::Recalled { seq: None };

/// Two people, after the first has said this in the lobby.
fn world(said: usize) -> World {
    let mut world = World::new(5, 2);
    world.run_for(SECOND);
    for _ in 0..said {
        world.speak(0, Target::Lobby);
    }
    world.run_for(SECOND);
    world
}

fn recall(world: &mut World, index: usize, seq: u64) -> Result<(), Failure> {
    let (ticket, to) = (world.ticket(), Target::Lobby);
    let command = Command::Recall { to, seq: Seq(seq) };
    world.intent(index, Intent::Do { ticket, command });
    world.run_for(SECOND);
    answered(world, index, ticket).map(drop)
}

fn answered(world: &World, index: usize, wanted: u64) -> Result<Answer, Failure> {
    let found = world.clients[index].answered.iter().find(|(ticket, _)| *ticket == wanted);
    found.expect("an answer").1.clone()
}

fn cached(world: &World, index: usize, seq: u64) -> Option<Body> {
    let client = &world.clients[index];
    let owner = Owner { server: SERVER, account: client.account };
    client.store.messages.get(&(owner, LOBBY, Seq(seq))).map(|message| message.body.clone())
}

fn page(world: &mut World, index: usize) -> Vec<Message> {
    let ticket = world.ticket();
    let (with, page) = (Target::Lobby, Page::Before(Seq(u64::MAX)));
    world.intent(index, Intent::History { ticket, with, page, limit: 50 });
    world.run_for(SECOND);
    match answered(world, index, ticket) {
        Ok(Answer::History { messages, .. }) => messages,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_cached_message_is_blanked_also_for_who_was_away() {
    for was_away in [false, true] {
        let mut world = world(2);
        assert!(matches!(cached(&world, 1, 1), Some(Body::Text { .. })));
        if was_away {
            world.up = false;
            world.cut(1);
            world.run_for(SECOND);
            world.up = true;
        }
        assert_eq!(recall(&mut world, 0, 1), Ok(()));
        world.run_for(SECOND * 60);
        for index in [0, 1] {
            assert_eq!(cached(&world, index, 1), Some(GONE), "{was_away}: client {index}");
            assert_eq!(world.clients[index].shown[&(LOBBY, Seq(1))], GONE);
            assert_eq!(cached(&world, index, 3), Some(Body::Recalled { seq: Some(Seq(1)) }));
        }
        world.check_the_end();
        let bodies: Vec<Body> = page(&mut world, 1).into_iter().map(|one| one.body).collect();
        assert_eq!((bodies.len(), &bodies[0]), (3, &GONE));
    }
}

#[test]
fn what_is_refused_leaves_the_words_where_they_are() {
    let mut world = world(1);
    let refused = |reason: Reason| Err(Failure::Refused(reason.into()));
    assert_eq!(recall(&mut world, 1, 1), refused(Reason::NotYours));
    assert!(matches!(cached(&world, 1, 1), Some(Body::Text { .. })));
    assert_eq!(recall(&mut world, 0, 1), Ok(()));
    assert_eq!(recall(&mut world, 0, 1), refused(Reason::Recalled));
    world.check_the_end();
}

#[test]
fn a_page_that_was_on_its_way_brings_nothing_back() {
    let mut world = world(3);
    let owner = Owner { server: SERVER, account: world.clients[1].account };
    // Nothing of it is cached: the page comes from the server.
    world.clients[1].store.messages.clear();
    world.clients[1].store.conversations.remove(&(owner, LOBBY));
    let ticket = world.ticket();
    let desk = world.clients[1].state.desk.as_mut().unwrap();
    desk.conversations.get_mut(&LOBBY).unwrap().cached = Some((Seq(3), Seq(3)));
    let (with, page) = (Target::Lobby, Page::Before(Seq(3)));
    world.intent(1, Intent::History { ticket, with, page, limit: 50 });
    let is_page = |what: &Travelling| {
        let reply = |frame: &ServerFrame| {
            matches!(frame, ServerFrame::Reply { reply: Reply::History { .. }, .. })
        };
        matches!(what, Travelling::ToClient(1, _, LinkInput::Frame(frame)) if reply(frame))
    };
    while !world.queue.values().any(is_page) {
        let until = world.now + SECOND;
        assert!(world.step(until), "the page comes");
    }
    let key = world.queue.iter().find(|(_, what)| is_page(what)).map(|(key, _)| *key).unwrap();
    let late = world.queue.remove(&key);
    assert_eq!(recall(&mut world, 0, 1), Ok(()));
    let Some(Travelling::ToClient(index, link, what)) = late else { panic!("taken out") };
    world.input(index, Input::Link(link, what));
    world.run_for(SECOND);
    let Ok(Answer::History { messages, .. }) = answered(&world, 1, ticket) else { panic!() };
    assert_eq!(messages[0].body, GONE);
    assert!(matches!(messages[1].body, Body::Text { .. }));
    assert_eq!(cached(&world, 1, 1), Some(GONE), "nor is it cached");
}

#[test]
fn what_is_deleted_here_stays_deleted_here_and_only_here() {
    let mut world = world(3);
    let ticket = world.ticket();
    let hide = |ticket, seq| Intent::Hide { ticket, with: Target::Lobby, seq: Seq(seq) };
    world.intent(1, hide(ticket, 2));
    world.run_for(SECOND);
    assert!(answered(&world, 1, ticket).is_ok());
    let hidden = |world: &mut World, index| {
        let bodies = page(world, index).into_iter().map(|one| one.body == Body::Hidden {});
        bodies.collect::<Vec<_>>()
    };
    assert_eq!(hidden(&mut world, 1), [false, true, false]);
    assert_eq!(hidden(&mut world, 0), [false; 3]);
    assert_eq!(cached(&world, 1, 2), Some(GONE), "its words are not on this disk");
    // A next start, with the cache and without.
    for without in [false, true] {
        if without {
            world.clients[1].store.messages.clear();
            world.clients[1].store.conversations.clear();
        }
        world.kill(1);
        world.run_for(SECOND * 5);
        assert_eq!(hidden(&mut world, 1), [false, true, false], "{without}");
        assert_ne!(world.clients[1].shown.get(&(LOBBY, Seq(2))), Some(&GONE));
    }
    for seq in [0, 4, u64::MAX] {
        let ticket = world.ticket();
        world.intent(1, hide(ticket, seq));
        world.run_for(SECOND);
        let refused = Failure::Refused(Reason::NotFound.into());
        assert_eq!(answered(&world, 1, ticket).map(drop), Err(refused), "{seq}");
    }
    assert_eq!(world.clients[1].account, AccountId(10_002));
}

/// A second client that starts again, at a moment when it is signed in and its store, which is asked
/// already, has told nothing yet; gives what the store is asked.
fn signed_in_before_the_store_told(world: &mut World) -> Travelling {
    world.kill(1);
    let is_load = |what: &Travelling| matches!(what, Travelling::Stored(1, _, KeepJob::Load(_)));
    while !world.queue.values().any(is_load) {
        let until = world.now + SECOND;
        assert!(world.step(until), "it signs in");
    }
    let key = world.queue.iter().find(|(_, what)| is_load(what)).map(|(key, _)| *key).unwrap();
    let load = world.queue.remove(&key).unwrap();
    assert!(world.clients[1].signed_in);
    load
}

fn tell(world: &mut World, asked: Travelling) {
    world.order += 1;
    world.queue.insert((world.now, world.order), asked);
    world.run_for(SECOND * 2);
}

#[test]
fn what_is_asked_before_the_store_told_what_is_deleted_here_waits_for_it() {
    for without in [false, true] {
        let mut world = world(3);
        let hide = |ticket, seq| Intent::Hide { ticket, with: Target::Lobby, seq: Seq(seq) };
        let ticket = world.ticket();
        world.intent(1, hide(ticket, 2));
        world.run_for(SECOND);
        if without {
            world.clients[1].store.messages.clear();
            world.clients[1].store.conversations.clear();
        }
        let load = signed_in_before_the_store_told(&mut world);
        let asked: [Ticket; 2] = [(); 2].map(|()| world.ticket());
        let (with, page) = (Target::Lobby, Page::Before(Seq(u64::MAX)));
        world.intent(1, Intent::History { ticket: asked[0], with, page, limit: 50 });
        world.intent(1, hide(asked[1], 3));
        world.run_for(SECOND * 5);
        let early = |(ticket, _): &(Ticket, _)| asked.contains(ticket);
        assert!(!world.clients[1].answered.iter().any(early), "{without}");
        tell(&mut world, load);
        let Ok(Answer::History { messages, .. }) = answered(&world, 1, asked[0]) else {
            panic!("{without}")
        };
        // Of a log that is not known here yet nothing can be deleted.
        let deleted_now = answered(&world, 1, asked[1]).is_ok();
        assert_eq!(deleted_now, !without);
        let is_hidden: Vec<bool> = messages.iter().map(|m| m.body == Body::Hidden {}).collect();
        assert_eq!(is_hidden, [false, true, deleted_now], "{without}");
    }
}

#[test]
fn more_than_can_wait_for_the_store_is_refused() {
    let mut world = world(3);
    let load = signed_in_before_the_store_told(&mut world);
    let tickets: Vec<Ticket> = (0..514).map(|_| world.ticket()).collect();
    for ticket in &tickets {
        let with = Target::Lobby;
        world.intent(1, Intent::Hide { ticket: *ticket, with, seq: Seq(1) });
    }
    tell(&mut world, load);
    let busy = Failure::Refused(crate::net::protocol::Refusal::retry(Reason::TooFast, 1000));
    for (n, ticket) in tickets.into_iter().enumerate() {
        let expected = if n < 512 { Ok(()) } else { Err(busy.clone()) };
        assert_eq!(answered(&world, 1, ticket).map(drop), expected, "{n}");
    }
}
