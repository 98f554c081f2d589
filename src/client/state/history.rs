//! Pages of a conversation: from the cache where it has them, else from the server.

use super::{Effect, KeepJob, Mark, Request, State, Turn};
use crate::client::api::{Answer, Failure, Ticket};
use crate::domain::{ConversationId, Message, Seq, Target};
use crate::limits::HISTORY_PAGE_MAX;
use crate::net::protocol::{Head, Page, Query, Reason};
use crate::store::local::Write;

/// A page that somebody waits for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) ticket: Ticket,
    conversation: ConversationId,
    page: Page,
    limit: u32,
    /// The messages that it holds when the log is as long as it is known to be.
    from: Seq,
    to: Seq,
}

/// What a conversation is looked up for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Find {
    Page { ticket: Ticket, page: Page, limit: u32 },
    Read { ticket: Ticket, seq: Seq },
}

impl Find {
    pub(super) fn ticket(&self) -> Ticket {
        match self {
            Find::Page { ticket, .. } | Find::Read { ticket, .. } => *ticket,
        }
    }
}

impl State {
    pub(super) fn history(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        with: Target,
        page: Page,
        limit: u32,
    ) {
        let limit = limit.clamp(1, u32::try_from(HISTORY_PAGE_MAX).unwrap_or(u32::MAX));
        let signed_in = self.is_reachable(with);
        let Some(desk) = &self.desk else { return turn.answer(ticket, Err(self.why_not())) };
        let why_not = match self.is_signed_in() {
            true => Failure::Refused(Reason::NotMember.into()),
            false => self.why_not(),
        };
        // Before the heads are known, the end of a log is: only the server can say.
        let known = desk.find(with).filter(|id| {
            let conversation = desk.conversations.get(id);
            conversation.is_some_and(|conversation| conversation.current || !signed_in)
        });
        match known {
            Some(conversation) => self.read_page(turn, ticket, conversation, page, limit),
            None if signed_in => {
                let find = Request::Find(Find::Page { ticket, page, limit });
                self.query(turn, Query::Conversation { with }, find);
            }
            None => turn.answer(ticket, Err(why_not)),
        }
    }

    /// The server said whether there is such a conversation.
    pub(super) fn on_found(&mut self, turn: &mut Turn<'_>, find: Find, head: Option<Head>) {
        if let Some(head) = &head {
            self.on_head(turn, head);
        }
        match (find, head) {
            (Find::Page { ticket, page, limit }, Some(head)) => {
                self.read_page(turn, ticket, head.conversation, page, limit);
            }
            (Find::Page { ticket, .. }, None) => {
                let empty =
                    Answer::History { conversation: None, messages: Vec::new(), more: false };
                turn.answer(ticket, Ok(empty));
            }
            (Find::Read { ticket, seq }, Some(head)) => {
                self.want_read(turn, ticket, head.conversation, seq);
            }
            (Find::Read { ticket, .. }, None) => turn.answer(ticket, Ok(Answer::Done)),
        }
    }

    fn read_page(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        id: ConversationId,
        page: Page,
        limit: u32,
    ) {
        let is_there = self.target_of(id).is_none_or(|with| self.is_reachable(with));
        let signed_in = self.is_signed_in() && is_there;
        let Some(desk) = &self.desk else {
            return turn.answer(ticket, Err(Failure::Offline));
        };
        let conversation = desk.conversations.get(&id);
        let head = conversation.map_or(Seq::ZERO, |conversation| conversation.head);
        let (from, to) = bounds(page, limit, head);
        let reading = Reading { ticket, conversation: id, page, limit, from, to };
        let Some(conversation) = conversation else {
            return self.ask_page(turn, reading);
        };
        if from > to {
            return answer(turn, &reading, Vec::new(), false);
        }
        match conversation.cached {
            Some((first, last))
                if first <= from && to <= last && !(signed_in && self.is_edge(id, from)) =>
            {
                self.read_cache(turn, desk.owner, reading);
            }
            Some((first, last)) if !signed_in && first <= to && to <= last => {
                let owner = desk.owner;
                self.read_cache(turn, owner, Reading { from: first, ..reading });
            }
            _ if signed_in => self.ask_page(turn, reading),
            _ => turn.answer(ticket, Err(Failure::Offline)),
        }
    }

    /// Whether this is the first message since one came into a room: only the server knows whether one was
    /// there before.
    fn is_edge(&self, id: ConversationId, from: Seq) -> bool {
        let Some(Target::Room(room)) = self.target_of(id) else { return false };
        let own = self.desk.as_ref().and_then(|desk| desk.shelf.book.rooms.get(&room));
        from > Seq(1) && own.is_some_and(|own| own.member.first == from)
    }

    /// Whether there is anything before a message that the cache has. Of a room that one has left there
    /// is what is here, and in one that one is in, as far as is known, what came since.
    fn has_older(&self, id: ConversationId, from: Seq) -> bool {
        let is_left =
            self.is_signed_in() && self.target_of(id).is_some_and(|with| !self.is_reachable(with));
        let conversation = self.desk.as_ref().and_then(|desk| desk.conversations.get(&id));
        let first =
            conversation.and_then(|conversation| conversation.cached).map(|(first, _)| first);
        from > Seq(1) && !self.is_edge(id, from) && !(is_left && first == Some(from))
    }

    fn read_cache(
        &mut self,
        turn: &mut Turn<'_>,
        owner: crate::store::local::Owner,
        reading: Reading,
    ) {
        let mark = self.next();
        self.marks.insert(mark, Mark::Page(reading));
        // What this turn writes comes first, so that the page holds it.
        self.keep(turn);
        turn.effects.push(Effect::Keep(KeepJob::Read {
            owner,
            conversation: reading.conversation,
            from: reading.from,
            to: reading.to,
            mark,
        }));
    }

    fn ask_page(&mut self, turn: &mut Turn<'_>, reading: Reading) {
        let Reading { conversation, page, limit, .. } = reading;
        self.query(turn, Query::History { conversation, page, limit }, Request::Page(reading));
    }

    /// The cache's page came. One with holes is not used, and neither is that cache again.
    pub(super) fn on_page_read(
        &mut self,
        turn: &mut Turn<'_>,
        reading: Reading,
        mut messages: Vec<Message>,
    ) {
        self.screen(&mut messages);
        let whole = messages.len() as u64 == reading.to.0 - reading.from.0 + 1;
        let has_older = self.has_older(reading.conversation, reading.from);
        let Some(desk) = &mut self.desk else {
            return turn.answer(reading.ticket, Err(Failure::Cancelled));
        };
        if whole {
            let head = desk.conversations.get(&reading.conversation).map_or(reading.to, |c| c.head);
            let more = match reading.page {
                Page::Before(_) => has_older,
                Page::After(_) => reading.to < head,
            };
            for message in &messages {
                desk.people.refresh(message.from);
            }
            return answer(turn, &reading, messages, more);
        }
        if let Some(conversation) = desk.conversations.get_mut(&reading.conversation) {
            conversation.cached = None;
        }
        match self.is_signed_in() {
            true => self.ask_page(turn, reading),
            false => turn.answer(reading.ticket, Err(Failure::Offline)),
        }
    }

    /// The server's page came: what touches the cache from below is kept.
    pub(super) fn on_page(
        &mut self,
        turn: &mut Turn<'_>,
        reading: &Reading,
        mut messages: Vec<Message>,
        more: bool,
    ) {
        let id = reading.conversation;
        self.screen(&mut messages);
        for message in &messages {
            self.acknowledge(turn, message);
        }
        if let Some(desk) = &mut self.desk {
            for message in &messages {
                desk.people.refresh(message.from);
                desk.disown(turn, message);
            }
            if let Some(conversation) = desk.conversations.get_mut(&id)
                && let Some((first, last)) = conversation.cached
            {
                // A page of a room may leave out what is not for this account.
                let mut from = first;
                for message in messages.iter().rev() {
                    from = if message.seq.next() == from { message.seq } else { from };
                }
                if from < first {
                    conversation.cached = Some((from, last));
                    let older = messages.iter().filter(|m| (from..first).contains(&m.seq));
                    turn.writes.push(Write::PutMessages(desk.owner, older.cloned().collect()));
                    turn.touched.insert(id);
                }
            }
        }
        answer(turn, reading, messages, more);
    }
}

fn answer(turn: &mut Turn<'_>, reading: &Reading, messages: Vec<Message>, more: bool) {
    let conversation = Some(reading.conversation);
    turn.answer(reading.ticket, Ok(Answer::History { conversation, messages, more }));
}

/// The first and the last message of a page; the first is behind the last when it is empty.
fn bounds(page: Page, limit: u32, head: Seq) -> (Seq, Seq) {
    let limit = u64::from(limit);
    match page {
        Page::Before(seq) => {
            let to = head.0.min(seq.0.saturating_sub(1));
            (Seq(to.saturating_sub(limit) + 1), Seq(to))
        }
        Page::After(seq) => {
            let from = seq.0.saturating_add(1);
            (Seq(from), Seq(head.0.min(seq.0.saturating_add(limit))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_knows_its_first_and_last_message() {
        let cases = [
            (Page::Before(Seq(u64::MAX)), 50, 120, (71, 120)),
            (Page::Before(Seq(71)), 50, 120, (21, 70)),
            (Page::Before(Seq(10)), 50, 120, (1, 9)),
            (Page::Before(Seq(1)), 50, 120, (1, 0)),
            (Page::Before(Seq(u64::MAX)), 50, 0, (1, 0)),
            (Page::After(Seq(0)), 50, 120, (1, 50)),
            (Page::After(Seq(100)), 50, 120, (101, 120)),
            (Page::After(Seq(120)), 50, 120, (121, 120)),
            (Page::After(Seq(u64::MAX)), 50, 120, (u64::MAX, 120)),
        ];
        for (page, limit, head, (from, to)) in cases {
            assert_eq!(bounds(page, limit, Seq(head)), (Seq(from), Seq(to)), "{page:?} of {head}");
        }
    }
}
