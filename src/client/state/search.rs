//! Looking into logs: first in what this computer has, then in what only the server has.
//!
//! One intent is one look of bounded length; whoever wants more goes on where it ended, and whoever
//! wants no more just does not.

use super::desk::Heads;
use super::{Effect, KeepJob, Mark, Question, Request, State, Told, Turn};
use crate::client::api::{Answer, Spot, Ticket};
use crate::domain::{
    ConversationId, ConversationKind, Message, Part, Place, Search, Seq, Tally, Target,
};
use crate::net::protocol::Query;
use crate::store::seek::Span;

/// A search that somebody waits for.
#[derive(Debug, Clone)]
pub(super) struct Looking {
    pub(super) ticket: Ticket,
    since: Option<i64>,
    /// The server has more of some conversation, from this place on.
    beyond: Option<Place>,
}

impl State {
    pub(super) fn search(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        with: Option<Target>,
        search: Search,
        (spot, limit): (Spot, u32),
    ) {
        let signed_in = self.is_signed_in();
        let Some(desk) = &self.desk else { return turn.answer(ticket, Err(self.why_not())) };
        let before = match spot {
            Spot::Here(place) => place,
            Spot::There(place) if signed_in => {
                let Search { text, from, kind, since, until } = search;
                let before = Some(place);
                let query = Query::Search { text, with, from, kind, since, until, before, limit };
                return self.query(turn, query, Request::Search(ticket));
            }
            Spot::There(_) => {
                return turn.answer(ticket, Ok(Answer::Hits { messages: vec![], next: None }));
            }
        };
        let ids: Vec<ConversationId> = match with {
            Some(with) => desk.find(with).into_iter().collect(),
            None => desk.conversations.keys().copied().collect(),
        };
        let is_all_known = desk.loaded && desk.heads == Heads::Done && !ids.is_empty();
        let (mut spans, mut beyond) = (Vec::new(), (!is_all_known).then_some(Place::END));
        for id in ids {
            let conversation = desk.conversations.get(&id);
            let log = conversation.map(|log| (log.kind, log.cached, log.head));
            match log {
                None | Some((ConversationKind::Notices { .. }, ..)) => {}
                Some((_, Some((first, last)), _)) => {
                    spans.push(Span { conversation: id, first, last });
                }
                Some((_, None, head)) if head > Seq::ZERO => beyond = Some(Place::END),
                Some(_) => {}
            }
        }
        let (owner, since) = (desk.owner, search.since);
        let looking = Looking { ticket, since, beyond };
        let question = Question::Search { spans, search, before, limit };
        self.ask_store(turn, owner, question, Mark::Search(looking));
    }

    /// The store's part came.
    pub(super) fn on_told(&mut self, turn: &mut Turn<'_>, mark: Mark, told: Told) {
        match (mark, told) {
            (Mark::Search(looking), Told::Found { found, edge }) => {
                let beyond = looking.beyond.max(edge);
                let reaches = |place: &Place| looking.since.is_none_or(|since| place.at >= since);
                let beyond = beyond.filter(reaches);
                let (mut messages, mut next) = (found.messages, found.next.map(Spot::Here));
                if let (true, Some(beyond)) = (self.is_signed_in(), beyond) {
                    // Behind this the server may have newer ones of another conversation.
                    let all = messages.len();
                    messages.retain(|message| Place::of(message) >= beyond);
                    let is_past = found.next.is_none_or(|place| place <= beyond);
                    if messages.len() < all || is_past {
                        next = Some(Spot::There(beyond));
                    }
                }
                let next = next.or(beyond.map(Spot::There));
                self.hits(turn, looking.ticket, messages, next);
            }
            // What cannot be read is asked of the server.
            (Mark::Search(looking), _) => {
                self.hits(turn, looking.ticket, Vec::new(), Some(Spot::There(Place::END)));
            }
            (Mark::Days(ticket, _), Told::Counted(days)) => {
                turn.answer(ticket, Ok(Answer::Days(days)));
            }
            (Mark::Days(ticket, count), _) => {
                turn.answer(ticket, Ok(Answer::Days(vec![Tally::default(); count])));
            }
            (Mark::Here(ticket), told) => {
                let bytes = if let Told::Bytes(bytes) = told { bytes } else { 0 };
                let counts = self.counts();
                turn.answer(ticket, Ok(Answer::Here { counts, bytes }));
            }
            _ => {}
        }
    }

    /// What was found, by the store or the server.
    pub(super) fn hits(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        mut messages: Vec<Message>,
        next: Option<Spot>,
    ) {
        // What was deleted here, or was recalled while the page was on its way, is not found.
        self.screen(&mut messages);
        messages.retain(|message| Part::of(&message.body).is_some());
        if let Some(desk) = &mut self.desk {
            for message in &messages {
                desk.people.refresh(message.from);
            }
        }
        turn.answer(ticket, Ok(Answer::Hits { messages, next }));
    }

    /// How many messages of a conversation there are between moments: the server knows all, this
    /// computer what it has.
    pub(super) fn days(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        with: Target,
        starts: Vec<i64>,
    ) {
        if self.is_signed_in() && self.is_reachable(with) {
            return self.query(turn, Query::Days { with, starts }, Request::Days(ticket));
        }
        let Some(desk) = &self.desk else { return turn.answer(ticket, Err(self.why_not())) };
        let count = starts.len().saturating_sub(1);
        let known = desk.find(with).and_then(|id| Some((id, desk.conversations.get(&id)?.cached?)));
        let Some((conversation, (first, last))) = known else {
            return turn.answer(ticket, Ok(Answer::Days(vec![Tally::default(); count])));
        };
        let question = Question::Count { span: Span { conversation, first, last }, starts };
        self.ask_store(turn, desk.owner, question, Mark::Days(ticket, count));
    }

    /// What this computer has of the conversations, and how large its store is.
    pub(super) fn here(&mut self, turn: &mut Turn<'_>, ticket: Ticket) {
        let Some(desk) = &self.desk else { return turn.answer(ticket, Err(self.why_not())) };
        self.ask_store(turn, desk.owner, Question::Bytes, Mark::Here(ticket));
    }

    fn counts(&self) -> Vec<(Target, u64)> {
        let Some(desk) = &self.desk else { return Vec::new() };
        let logs = desk.conversations.values();
        logs.filter_map(|log| {
            let (first, last) = log.cached?;
            Some((log.kind.target_for(desk.owner.account)?, last.0 - first.0 + 1))
        })
        .collect()
    }

    fn ask_store(
        &mut self,
        turn: &mut Turn<'_>,
        owner: crate::store::local::Owner,
        question: Question,
        mark: Mark,
    ) {
        let number = self.next();
        self.marks.insert(number, mark);
        turn.effects.push(Effect::Keep(KeepJob::Ask {
            owner,
            question: Box::new(question),
            mark: number,
        }));
    }
}
