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
        let Some(desk) = self.desk.as_mut().filter(|desk| desk.loaded) else {
            return turn.answer(ticket, Err(why_not));
        };
        let is_there = |id: &ConversationId| {
            desk.conversations.get(id).is_some_and(|log| Seq::ZERO < seq && seq <= log.head)
        };
        let Some(conversation) = desk.find(with).filter(is_there) else {
            return turn.answer(ticket, Err(Failure::Refused(Reason::NotFound.into())));
        };
        if desk.gone.hidden.len() >= HIDDEN_MAX {
            let refusal = Refusal::limit(Reason::TooMany, HIDDEN_MAX as u64);
            return turn.answer(ticket, Err(Failure::Refused(refusal)));
        }
        if desk.gone.hidden.insert((conversation, seq)) {
            turn.writes.push(Write::HideMessage(desk.owner, conversation, seq));
            turn.urgent = true;
            turn.emit(ClientEvent::Hidden { conversation, seq });
        }
        turn.answer(ticket, Ok(Answer::Done));
    }
}
