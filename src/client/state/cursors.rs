//! Read and delivered marks: they go forward only, and a lost link only delays them.

use super::desk::peer;
use super::history::Find;
use super::{Request, State, Turn};
use crate::client::api::{Answer, Failure, Ticket};
use crate::domain::{AccountId, ConversationId, Seq, Target};
use crate::limits::DELIVERED_EVERY;
use crate::net::protocol::{Command, Query, Refusal};

impl State {
    pub(super) fn mark_read(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        with: Target,
        seq: Seq,
    ) {
        let signed_in = self.is_signed_in();
        let why_not = self.why_not();
        let Some(desk) = &self.desk else { return turn.answer(ticket, Err(why_not)) };
        match desk.find(with).filter(|id| desk.conversations.contains_key(id)) {
            Some(conversation) => self.want_read(turn, ticket, conversation, seq),
            None if signed_in => {
                let find = Request::Find(Find::Read { ticket, seq });
                self.query(turn, Query::Conversation { with }, find);
            }
            None => turn.answer(ticket, Err(why_not)),
        }
    }

    pub(super) fn want_read(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        conversation: ConversationId,
        seq: Seq,
    ) {
        let found = self.desk.as_mut().and_then(|desk| desk.conversations.get_mut(&conversation));
        match found {
            Some(found) if seq.min(found.head) > found.read => {
                let seq = seq.min(found.head);
                found.read_wanted = found.read_wanted.max(seq);
                found.readers.push((ticket, seq));
            }
            _ => turn.answer(ticket, Ok(Answer::Done)),
        }
    }

    /// Sends read marks, one on its way for each conversation, and in their time delivered marks.
    pub(super) fn pump_cursors(&mut self, turn: &mut Turn<'_>) {
        let Some(desk) = &mut self.desk else { return };
        let mut commands = Vec::new();
        let tell = desk.tell_at.is_some_and(|at| turn.uptime() >= at);
        if tell {
            desk.tell_at = None;
        }
        for (id, conversation) in &mut desk.conversations {
            let read = conversation.read;
            for (ticket, _) in conversation.readers.extract_if(.., |(_, seq)| *seq <= read) {
                turn.answer(ticket, Ok(Answer::Done));
            }
            // Before its head is known in this run, so is what was read elsewhere.
            let wanted = conversation.announced && conversation.read_wanted > read;
            if wanted && !conversation.asked.read {
                let seq = conversation.read_wanted;
                conversation.asked.read = true;
                let command = Command::MarkRead { conversation: *id, seq };
                commands.push((command, Request::Read(*id, seq)));
            }
            let direct = peer(conversation.kind, desk.owner.account).is_some();
            let news = direct && conversation.stored > conversation.delivered;
            if tell && news && !conversation.asked.delivered {
                let seq = conversation.stored;
                conversation.asked.delivered = true;
                let command = Command::MarkDelivered { conversation: *id, seq };
                commands.push((command, Request::Delivered(*id, seq)));
            }
        }
        for (command, request) in commands {
            self.command(turn, command, request);
        }
    }

    pub(super) fn on_read(&mut self, turn: &mut Turn<'_>, id: ConversationId, seq: Seq) {
        let Some(desk) = &mut self.desk else { return };
        let Some(conversation) = desk.conversations.get_mut(&id) else { return };
        conversation.asked.read = false;
        let changed = seq > conversation.read;
        conversation.read = conversation.read.max(seq);
        if changed {
            self.announce(turn, id);
        }
    }

    pub(super) fn on_read_refused(
        &mut self,
        turn: &mut Turn<'_>,
        id: ConversationId,
        seq: Seq,
        refusal: &Refusal,
    ) {
        let Some(desk) = &mut self.desk else { return };
        let Some(conversation) = desk.conversations.get_mut(&id) else { return };
        conversation.asked.read = false;
        if conversation.read_wanted <= seq {
            conversation.read_wanted = conversation.read;
        }
        conversation.readers.retain(|(ticket, wanted)| {
            let refused = *wanted <= seq;
            if refused {
                turn.answer(*ticket, Err(Failure::Refused(refusal.clone())));
            }
            !refused
        });
    }

    /// Messages of others are on this disk: the server is told in a moment.
    pub(super) fn on_messages_stored(
        &mut self,
        turn: &mut Turn<'_>,
        stored: &[(ConversationId, Seq)],
    ) {
        let Some(desk) = &mut self.desk else { return };
        for (id, seq) in stored {
            if let Some(conversation) = desk.conversations.get_mut(id) {
                conversation.stored = conversation.stored.max(*seq);
                let at = turn.uptime() + DELIVERED_EVERY;
                desk.tell_at.get_or_insert(at);
            }
        }
    }

    pub(super) fn on_delivered(&mut self, turn: &mut Turn<'_>, id: ConversationId, seq: Seq) {
        let Some(desk) = &mut self.desk else { return };
        let Some(conversation) = desk.conversations.get_mut(&id) else { return };
        conversation.asked.delivered = false;
        conversation.delivered = conversation.delivered.max(seq);
        if conversation.stored > conversation.delivered {
            desk.tell_at.get_or_insert(turn.uptime() + DELIVERED_EVERY);
        }
        turn.touched.insert(id);
    }

    /// Oneself came into a room by this line: what was before is not for that person, and the line
    /// itself is no news to it. The server has it so as well.
    pub(super) fn read_before(&mut self, turn: &mut Turn<'_>, id: ConversationId, seq: Seq) {
        let Some(desk) = &mut self.desk else { return };
        let Some(conversation) = desk.conversations.get_mut(&id) else { return };
        if conversation.read < seq {
            conversation.read = seq;
            self.announce(turn, id);
        }
    }

    /// A cursor moved: own on another device, or the other side's.
    pub(super) fn on_cursor(
        &mut self,
        turn: &mut Turn<'_>,
        id: ConversationId,
        account: AccountId,
        read: Seq,
        delivered: Seq,
    ) {
        let Some(desk) = &mut self.desk else { return };
        let Some(conversation) = desk.conversations.get_mut(&id) else { return };
        let before = conversation.state(id);
        match account == desk.owner.account {
            true => conversation.read = conversation.read.max(read),
            false => {
                conversation.peer_read = conversation.peer_read.max(read);
                conversation.peer_delivered = conversation.peer_delivered.max(delivered);
            }
        }
        let changed = conversation.state(id) != before && conversation.announced;
        if changed {
            self.announce(turn, id);
        }
    }
}
