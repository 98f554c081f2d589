//! Words that are gone: recalled for everybody, or deleted on this device only.
//!
//! A line of the log says what was recalled, and the cache forgets those words in the transaction that
//! keeps the line. A page that was on its way meanwhile may still have them, so that every message
//! is looked at here before it is kept or shown.

use std::collections::{BTreeSet, VecDeque};

use super::{State, Turn};
use crate::client::api::{Answer, ClientEvent, Failure, Ticket};
use crate::domain::{Body, ConversationId, Message, Seq, Target};
use crate::limits::HIDDEN_MAX;
use crate::net::protocol::{Reason, Refusal};
use crate::store::local::Write;

/// Recalls that are remembered for pages on their way; a page takes seconds.
const RECALLED_MAX: usize = 4096;

/// A message by its log and its place there.
type Place = (ConversationId, Seq);

/// What is not to be shown any more.
#[derive(Debug, Default)]
pub(super) struct Gone {
    /// By lines that came in this run.
    recalled: BTreeSet<Place>,
    /// The same, oldest first.
    order: VecDeque<Place>,
    /// On this device, ever.
    hidden: BTreeSet<Place>,
}

impl Gone {
    /// What the store kept.
    pub(super) fn load(&mut self, hidden: Vec<Place>) {
        self.hidden.extend(hidden);
    }

    /// A message as it is to be kept and shown.
    pub(super) fn screen(&self, message: &mut Message) {
        let place = (message.conversation, message.seq);
        if self.hidden.contains(&place) {
            message.body = Body::Hidden {};
        } else if message.body.is_said() && self.recalled.contains(&place) {
            message.body = Body::Recalled { seq: None };
        }
    }

    fn recall(&mut self, place: Place) {
        if !self.recalled.insert(place) {
            return;
        }
        self.order.push_back(place);
        if self.order.len() > RECALLED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.recalled.remove(&oldest);
        }
    }
}

impl State {
    /// Messages as they are to be kept and shown.
    pub(super) fn screen(&self, messages: &mut [Message]) {
        let Some(desk) = &self.desk else { return };
        for message in messages {
            desk.gone.screen(message);
        }
    }

    /// A line says that a message was recalled: nothing here has its words any more.
    pub(super) fn on_recalled(&mut self, turn: &mut Turn<'_>, line: &Message) {
        let (Some(desk), Body::Recalled { seq: Some(seq) }) = (&mut self.desk, &line.body) else {
            return;
        };
        let place = (line.conversation, *seq);
        desk.gone.recall(place);
        turn.writes.push(Write::BlankMessage(desk.owner, place.0, place.1));
        for message in &mut turn.messages {
            desk.gone.screen(message);
        }
    }

    /// Deletes a message on this device, for ever.
    pub(super) fn hide(&mut self, turn: &mut Turn<'_>, ticket: Ticket, with: Target, seq: Seq) {
        let why_not = self.why_not();
        let Some(desk) = &mut self.desk else {
            return turn.answer(ticket, Err(why_not));
        };
        let is_there = |id: &ConversationId| {
            desk.conversations.get(id).is_some_and(|log| Seq::ZERO < seq && seq <= log.head)
        };
        let Some(conversation) = desk.find(with).filter(is_there) else {
            return turn.answer(ticket, Err(Failure::Refused(Reason::NotFound.into())));
        };
        if !desk.gone.hidden.contains(&(conversation, seq)) {
            if desk.gone.hidden.len() >= HIDDEN_MAX {
                let refusal = Refusal::limit(Reason::TooMany, HIDDEN_MAX as u64);
                return turn.answer(ticket, Err(Failure::Refused(refusal)));
            }
            desk.gone.hidden.insert((conversation, seq));
            turn.writes.push(Write::HideMessage(desk.owner, conversation, seq));
            turn.urgent = true;
            turn.emit(ClientEvent::Hidden { conversation, seq });
        }
        turn.answer(ticket, Ok(Answer::Done));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::chance::Chance;
    use super::super::world::World;
    use super::*;
    use crate::client::api::Intent;
    use crate::domain::{AccountId, ConversationKind, Nonce};
    use crate::net::protocol::Page;

    const SECOND: Duration = Duration::from_secs(1);
    const LOBBY: ConversationId = ConversationId::LOBBY;
    const BLANK: Body = Body::Recalled { seq: None };
    const HIDDEN: Body = Body::Hidden {};

    fn screened(gone: &Gone, seq: u64, body: Body) -> Body {
        let mut message = Message {
            conversation: LOBBY,
            kind: ConversationKind::Lobby,
            seq: Seq(seq),
            from: AccountId(10_001),
            nonce: Nonce([1; 16]),
            at: 1,
            body,
        };
        gone.screen(&mut message);
        message.body
    }

    fn is_blank(gone: &Gone, seq: u64) -> bool {
        screened(gone, seq, Body::text("words")) == BLANK
    }

    #[test]
    fn of_more_recalls_than_are_remembered_the_oldest_are_forgotten_in_order() {
        let most = RECALLED_MAX as u64;
        let mut gone = Gone::default();
        (1..=most).for_each(|seq| gone.recall((LOBBY, Seq(seq))));
        // Told again, as by a page: it takes no second place and is as old as it was.
        gone.recall((LOBBY, Seq(1)));
        assert!((1..=most).all(|seq| is_blank(&gone, seq)));
        for new in most + 1..most + 10 {
            gone.recall((LOBBY, Seq(new)));
            let oldest = new - most;
            assert!(!is_blank(&gone, oldest) && is_blank(&gone, oldest + 1), "{new}");
            assert!(is_blank(&gone, new));
            assert_eq!((gone.order.len(), gone.recalled.len()), (RECALLED_MAX, RECALLED_MAX));
        }
    }

    #[test]
    fn what_is_deleted_here_goes_before_a_recall_and_lines_stay() {
        let mut gone = Gone::default();
        gone.load(vec![(LOBBY, Seq(1)), (LOBBY, Seq(2))]);
        (2..=4).for_each(|seq| gone.recall((LOBBY, Seq(seq))));
        let words = || Body::text("words");
        assert_eq!([1, 2, 3].map(|seq| screened(&gone, seq, words())), [HIDDEN, HIDDEN, BLANK]);
        let line = Body::Recalled { seq: Some(Seq(3)) };
        assert_eq!(screened(&gone, 4, line.clone()), line, "a line has no words to lose");
        assert_eq!(screened(&gone, 5, words()), words());
    }

    /// A client in the lobby, where so much was said.
    fn world(said: u64) -> World {
        let mut world = World::new(5, 1);
        for number in 0..said {
            world.stranger_says(number);
        }
        world.run_for(SECOND * 2);
        world
    }

    fn hide(world: &mut World, seq: u64) -> Result<(), Failure> {
        let ticket = world.ticket();
        world.intent(0, Intent::Hide { ticket, with: Target::Lobby, seq: Seq(seq) });
        world.run_for(SECOND);
        let answer = world.clients[0].answered.iter().find(|(other, _)| *other == ticket);
        answer.expect("an answer").1.clone().map(drop)
    }

    fn hidden(world: &mut World) -> &mut BTreeSet<Place> {
        &mut world.clients[0].state.desk.as_mut().unwrap().gone.hidden
    }

    #[test]
    fn at_the_bound_no_more_is_deleted_and_what_was_stays_deleted() {
        let mut world = world(3);
        assert_eq!(hide(&mut world, 1), Ok(()));
        let elsewhere = ConversationId(99);
        hidden(&mut world).extend((1..HIDDEN_MAX as u64).map(|seq| (elsewhere, Seq(seq))));
        let refusal = Refusal::limit(Reason::TooMany, HIDDEN_MAX as u64);
        assert_eq!(hide(&mut world, 2), Err(Failure::Refused(refusal)));
        assert_eq!(hide(&mut world, 1), Ok(()), "it is deleted already");
        assert!(!hidden(&mut world).contains(&(LOBBY, Seq(2))));
        hidden(&mut world).remove(&(elsewhere, Seq(1)));
        assert_eq!(hide(&mut world, 2), Ok(()));
    }

    #[test]
    fn nothing_that_was_deleted_comes_back_whenever_the_client_starts_again() {
        for seed in 0..8 {
            let (mut world, mut chance) = (world(40), Chance::from_seed([seed + 1; 32]));
            let mut expected = BTreeSet::new();
            for _ in 0..30 {
                let seq = 1 + chance.below(40);
                assert_eq!(hide(&mut world, seq), Ok(()), "seed {seed}");
                expected.insert((LOBBY, Seq(seq)));
                if chance.below(3) == 0 {
                    world.kill(0);
                    world.run_for(SECOND * 5);
                }
                assert_eq!(*hidden(&mut world), expected, "seed {seed}");
            }
            world.kill(0);
            world.run_for(SECOND * 5);
            assert_eq!(*hidden(&mut world), expected, "seed {seed}");
            let (ticket, with) = (world.ticket(), Target::Lobby);
            let page = Page::Before(Seq(u64::MAX));
            world.intent(0, Intent::History { ticket, with, page, limit: 50 });
            world.run_for(SECOND);
            let is_page = |(other, _): &&(Ticket, Result<Answer, Failure>)| *other == ticket;
            let answer = world.clients[0].answered.iter().find(is_page);
            let Some((_, Ok(Answer::History { messages, .. }))) = answer else { panic!() };
            assert_eq!(messages.len(), 40);
            for message in messages {
                let is_hidden = expected.contains(&(LOBBY, message.seq));
                assert_eq!(message.body == HIDDEN, is_hidden, "seed {seed}: {:?}", message.seq);
            }
        }
    }
}
