//! Another life of the server's logs: what was kept of the one before is let go of.
//!
//! A server that begins anew from a backup gives the places behind it to other messages, and its
//! numbers to others than before. Whoever holds on to what it has of those would take what is new for old.
//! What exists here only, the outbox, drafts and what was received, stays.

use super::desk::Desk;
use super::moving::Moving;
use super::transfers::label;
use super::{Mark, State, Turn};
use crate::client::api::{ClientEvent, Failure};
use crate::domain::{Body, FileId, FileWay, Message};
use crate::store::local::{Loaded, Owner, Write};

impl State {
    /// The desk of an account is left where the server is in another life than when it was opened; the next
    /// one takes from the store what outlives that.
    pub(super) fn leave_other_life(&mut self, turn: &mut Turn<'_>, owner: Owner) {
        let Some(desk) = self.desk.as_mut().filter(|desk| desk.owner == owner) else { return };
        match (desk.generation, self.link.generation) {
            (Some(before), Some(now)) if before != now => {
                self.marks.retain(|_, mark| match mark {
                    Mark::Page(reading) => {
                        turn.answer(reading.ticket, Err(Failure::LinkLost));
                        false
                    }
                    Mark::Written(_, stored, _) => {
                        stored.clear();
                        true
                    }
                    _ => true,
                });
                self.leave_desk(turn, &Failure::LinkLost);
                turn.emit(ClientEvent::BegunAnew);
            }
            // Its program is newer than at the last sign-in, its logs are not.
            (None, Some(now)) if desk.loaded => {
                desk.generation = Some(now);
                turn.writes.push(Write::PutGeneration(owner, now));
            }
            (None, now) => desk.generation = now,
            _ => {}
        }
    }
}

impl Desk {
    /// Takes out of what the store kept all that is of another life than the server is in. A store that does
    /// not know which one it is of was written by an older program: it stays.
    pub(super) fn sift(&mut self, turn: &mut Turn<'_>, loaded: &mut Loaded) {
        let Some(now) = self.generation else {
            self.generation = loaded.generation;
            return;
        };
        let owner = self.owner;
        match loaded.generation {
            Some(before) if before == now => return,
            Some(_) => forget(turn, owner, loaded),
            None => {}
        }
        turn.writes.push(Write::PutGeneration(owner, now));
        turn.urgent = true;
    }

    /// A message is at a place that transfers take for that of their offer: those that another one offered
    /// go off the list. What was received stays where it is.
    pub(super) fn disown(&mut self, turn: &mut Turn<'_>, message: &Message) {
        let place = FileId { conversation: message.conversation, seq: message.seq };
        let mut strangers = Vec::new();
        for moving in self.transfers.of(place).filter(|moving| !is_offer(message, moving)) {
            moving.owes = None;
            moving.stop(turn);
            strangers.push(moving.shown.id);
        }
        if !strangers.is_empty() {
            self.take_off(turn, &strangers);
        }
    }
}

fn forget(turn: &mut Turn<'_>, owner: Owner, loaded: &mut Loaded) {
    turn.writes.push(Write::RemoveCache(owner));
    loaded.conversations.clear();
    loaded.people.clear();
    loaded.hidden.clear();
    loaded.book = None;
    // Both name places, which may be others' by now.
    for transfer in loaded.transfers.iter_mut().filter(|transfer| transfer.owes.is_some()) {
        transfer.owes = None;
        turn.writes.push(Write::PutTransfer(owner, transfer.clone()));
    }
    for (to, draft) in loaded.drafts.iter_mut().filter(|(_, draft)| draft.reply_to.is_some()) {
        draft.reply_to = None;
        turn.writes.push(Write::PutDraft(owner, *to, draft.clone()));
    }
}

/// Whether a message may be the one that offers a file, as far as it still says what it was.
fn is_offer(message: &Message, moving: &Moving) -> bool {
    let shown = &moving.shown;
    match (shown.way, &message.body) {
        (FileWay::Up, _) => message.nonce == shown.id.0,
        (FileWay::Down, _) if message.from != shown.from => false,
        (FileWay::Down, Body::File { name, bytes }) => {
            label(name) == shown.name && *bytes == shown.bytes
        }
        (FileWay::Down, body) => matches!(body, Body::Recalled { seq: None } | Body::Hidden {}),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::model::SERVER;
    use super::super::world::World;
    use crate::client::api::{Intent, TransferId};
    use crate::domain::{
        AccountId, Body, ConversationId, ConversationKind, FileId, FileWay, Generation, Mentions,
        Nonce, Seq, Target, Unsent,
    };
    use crate::store::local::{KnownState, KnownTransfer, Owes, Owner};

    const SECOND: Duration = Duration::from_secs(1);
    const LOBBY: ConversationId = ConversationId::LOBBY;
    const FIRST: Generation = Generation([1; 16]);
    const SECOND_LIFE: Generation = Generation([2; 16]);

    fn owner(index: u64) -> Owner {
        Owner { server: SERVER, account: AccountId(10_001 + index) }
    }

    /// Clients that saw so much of the lobby, of a server in its first life.
    fn world(people: u64, said: u64, generation: Option<Generation>) -> World {
        let mut world = World::new(said, people);
        world.server.generation = generation;
        (0..said).for_each(|number| world.stranger_says(number));
        world.run_for(SECOND * 5);
        world
    }

    fn say(world: &mut World, index: usize, nonce: u8) {
        let (ticket, to, body) = (world.ticket(), Target::Lobby, Body::text("words"));
        let nonce = Some(Nonce([nonce; 16]));
        world.intent(index, Intent::Send { ticket, to, body, nonce });
    }

    /// The server ends, and is there again as a backup of this length has it.
    fn restore(world: &mut World, to: u64) {
        world.stop_server();
        world.run_for(SECOND);
        world.server.go_back(to, SECOND_LIFE);
    }

    fn lobby(world: &World) -> Vec<Nonce> {
        world.server.logs[&LOBBY].1.iter().map(|message| message.nonce).collect()
    }

    #[test]
    fn clients_of_a_server_that_was_restored_see_what_is_said_since() {
        // Clients that ran all the time, and those that were started anew.
        for starts_anew in [false, true] {
            let mut world = world(2, 14, Some(FIRST));
            restore(&mut world, 3);
            // Said while there is no server: it waits in the outbox, which is not of that life.
            say(&mut world, 0, 9);
            world.run_for(SECOND);
            (100..103).for_each(|number| world.stranger_says(number));
            world.up = true;
            if starts_anew {
                (0..2).for_each(|index| world.kill(index));
            }
            world.run_for(SECOND * 60);
            say(&mut world, 1, 8);
            world.run_for(SECOND * 5);
            world.check_the_end();
            let log = lobby(&world);
            assert_eq!(log.len(), 8);
            assert_eq!((log[6], log[7]), (Nonce([9; 16]), Nonce([8; 16])), "each once");
            for client in &world.clients {
                assert_eq!(client.last.get(&LOBBY), Some(&Seq(8)));
                assert!(client.pending.len() <= 1, "only what was not taken was told");
            }
            for index in [0, 1] {
                let store = &world.clients[usize::try_from(index).unwrap()].store;
                assert_eq!(store.generations.get(&owner(index)), Some(&SECOND_LIFE));
                let places =
                    store.messages.keys().filter(|(of, id, _)| (*of, *id) == (owner(index), LOBBY));
                assert_eq!(places.count(), 8, "nothing of the other life is left");
            }
        }
    }

    #[test]
    fn a_cache_stays_where_a_life_is_heard_of_first_and_where_none_is() {
        let mut world = world(1, 14, None);
        let emitted = world.clients[0].emitted;
        assert_eq!(emitted, 14);
        // An update of the server's program, of a client's, and back to an older server's.
        for (generation, kept) in [(Some(FIRST), FIRST), (Some(FIRST), FIRST), (None, FIRST)] {
            world.server.generation = generation;
            world.kill(0);
            world.run_for(SECOND * 5);
            assert_eq!(world.clients[0].emitted, emitted, "it goes on behind its cache");
            assert_eq!(world.clients[0].store.generations.get(&owner(0)), Some(&kept));
        }
        world.check_the_end();
    }

    #[test]
    fn a_client_that_runs_while_its_server_is_updated_remembers_the_life_it_hears_of() {
        let mut world = world(1, 14, None);
        world.server.generation = Some(FIRST);
        world.cut(0);
        world.run_for(SECOND * 5);
        assert_eq!(world.clients[0].store.generations.get(&owner(0)), Some(&FIRST));
        assert_eq!(world.clients[0].emitted, 14);
        restore(&mut world, 3);
        world.up = true;
        world.run_for(SECOND * 60);
        world.check_the_end();
        assert_eq!(world.clients[0].last.get(&LOBBY), Some(&Seq(3)));
    }

    fn transfer(id: u8, seq: u64, from: AccountId, owes: Option<Owes>) -> KnownTransfer {
        KnownTransfer {
            id: Nonce([id; 16]),
            way: FileWay::Down,
            file: Some(FileId { conversation: LOBBY, seq: Seq(seq) }),
            with: Target::Lobby,
            from,
            name: "a.bin".into(),
            bytes: 7,
            done: 7,
            path: format!("/received/{id}").into(),
            modified: None,
            state: KnownState::Done,
            owes,
            forgotten: false,
            hidden: false,
            began: i64::from(id),
            ended: Some(1),
        }
    }

    #[test]
    fn drafts_and_transfers_stay_without_what_is_not_theirs_any_more() {
        let (mut world, writer) = (world(1, 1, Some(FIRST)), AccountId(19_999));
        let body = Body::File { name: "a.bin".into(), bytes: 7 };
        let said = world.server.write(ConversationKind::Lobby, writer, Nonce([7; 16]), body);
        world.say(said);
        (2..8).for_each(|number| world.stranger_says(number));
        world.run_for(SECOND * 5);
        let (to, owner) = (Target::Lobby, owner(0));
        let draft = Unsent {
            text: "not sent".into(),
            reply_to: Some(Seq(6)),
            mentions: Mentions::default(),
        };
        world.intent(0, Intent::KeepDraft { to, draft: draft.clone() });
        let ticket = world.ticket();
        world.intent(0, Intent::Hide { ticket, with: to, seq: Seq(5) });
        world.run_for(SECOND);
        let store = &mut world.clients[0].store;
        assert_eq!(store.hidden.len(), 1);
        for one in [
            transfer(1, 2, writer, None),
            transfer(2, 2, owner.account, None),
            transfer(3, 4, writer, Some(Owes::Took)),
        ] {
            store.transfers.insert((owner, one.id), one);
        }
        restore(&mut world, 3);
        (100..104).for_each(|number| world.stranger_says(number));
        world.up = true;
        world.kill(0);
        world.run_for(SECOND * 60);
        world.check_the_end();
        let client = &world.clients[0];
        assert_eq!(client.store.drafts[&owner][&to], Unsent { reply_to: None, ..draft });
        assert!(client.store.hidden.is_empty(), "the fifth is another message");
        let left: Vec<TransferId> = client.transfers.keys().copied().collect();
        assert_eq!(left, [TransferId(Nonce([1; 16]))], "the others' messages are others");
        assert_eq!(client.store.transfers.len(), 1);
    }
}
