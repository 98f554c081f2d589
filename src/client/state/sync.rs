//! Bringing every conversation up to its head: in order, each message once.
//!
//! `last + 1` is accepted, a gap is fetched, older is ignored. So it does not matter whether a
//! message came live, in a page, or both, nor how often.

use super::desk::{Conversation, Heads, peer};
use super::{Request, State, Turn};
use crate::client::api::ClientEvent;
use crate::domain::{ConversationId, ConversationKind, Message, Seq};
use crate::limits::{
    CACHED_MAX, FIRST_PAGE, HISTORY_PAGE_MAX, TAIL_MAX, TAILS_AT_ONCE, UNREAD_PAGE_MAX,
};
use crate::net::protocol::{Head, Page, Query, Refusal};
use crate::store::local::Write;

use std::time::Duration;

/// The oldest messages are dropped in steps of so many.
const TRIM_STEP: u64 = 1000;

impl State {
    pub(super) fn pump_heads(&mut self, turn: &mut Turn<'_>) {
        let Some(desk) = &mut self.desk else { return };
        if desk.paused_until.is_some_and(|until| turn.uptime() >= until) {
            desk.paused_until = None;
        }
        if let (true, None, Heads::Wanted(after)) = (desk.loaded, desk.paused_until, desk.heads) {
            desk.heads = Heads::Asked(after);
            self.query(turn, Query::Heads { after }, Request::Heads);
        }
    }

    pub(super) fn on_heads(&mut self, turn: &mut Turn<'_>, heads: &[Head], more: bool) {
        for head in heads {
            self.on_head(turn, head);
        }
        let Some(desk) = &mut self.desk else { return };
        let Heads::Asked(after) = desk.heads else { return };
        desk.heads = match heads.last() {
            Some(last) if more && last.conversation > after => Heads::Wanted(last.conversation),
            _ => Heads::Done,
        };
        if desk.heads == Heads::Done {
            desk.early.clear();
        }
    }

    /// One conversation's head, from the list or because it was asked for.
    pub(super) fn on_head(&mut self, turn: &mut Turn<'_>, head: &Head) {
        self.on_room_head(head);
        let Some(desk) = &mut self.desk else { return };
        let id = head.conversation;
        let conversation =
            desk.conversations.entry(id).or_insert_with(|| Conversation::new(head.kind));
        let changed = conversation.take_head(head);
        let early = desk.early.remove(&id);
        if let Some(marks) = early {
            conversation.take_marks(marks);
        }
        let announce = changed || early.is_some() || !conversation.announced;
        let settled = conversation.settle();
        if settled < conversation.head {
            desk.behind.insert(id);
        }
        if let Some(peer) = peer(head.kind, desk.owner.account) {
            desk.people.refresh(peer);
        }
        if announce {
            self.announce(turn, id);
        }
    }

    pub(super) fn on_heads_refused(&mut self, turn: &mut Turn<'_>, refusal: &Refusal) {
        let Some(desk) = &mut self.desk else { return };
        if let Heads::Asked(after) = desk.heads {
            desk.heads = Heads::Wanted(after);
        }
        desk.paused_until = Some(turn.uptime() + pause(refusal));
    }

    /// Asks for the tails of conversations that are behind, a few at a time.
    pub(super) fn pump_tails(&mut self, turn: &mut Turn<'_>) {
        let Some(desk) = &mut self.desk else { return };
        if !desk.loaded || desk.paused_until.is_some() {
            return;
        }
        let mut wanted = Vec::new();
        for id in &desk.behind {
            if desk.tails >= TAILS_AT_ONCE {
                break;
            }
            let Some(conversation) = desk.conversations.get_mut(id) else { continue };
            if !conversation.asked.tail {
                conversation.asked.tail = true;
                desk.tails += 1;
                if let Some(seq) = conversation.begin_anew() {
                    turn.emit(ClientEvent::Skipped { conversation: *id, seq });
                }
                wanted.push((*id, conversation.settle()));
            }
        }
        for (conversation, after) in wanted {
            let limit = u32::try_from(HISTORY_PAGE_MAX).unwrap_or(u32::MAX);
            let query = Query::History { conversation, page: Page::After(after), limit };
            self.query(turn, query, Request::Tail(conversation));
        }
    }

    pub(super) fn on_tail(
        &mut self,
        turn: &mut Turn<'_>,
        id: ConversationId,
        mut messages: Vec<Message>,
    ) {
        self.tail_is_over(id);
        self.screen(&mut messages);
        let mut progress = false;
        for message in messages.into_iter().filter(|message| message.conversation == id) {
            self.pass_over(&message);
            self.acknowledge(turn, &message);
            progress |= self.accept(turn, message, Arrival::Fetched);
        }
        let Some(desk) = &mut self.desk else { return };
        let Some(conversation) = desk.conversations.get_mut(&id) else { return };
        // A server that has nothing for a gap is not asked again before it says more.
        if conversation.settle() >= conversation.head || !progress {
            desk.behind.remove(&id);
        }
    }

    /// What a page of a room leaves out before a message is not for this account, which was not in the
    /// room then: the log goes on behind it, and so does the cache.
    fn pass_over(&mut self, message: &Message) {
        let Some(desk) = &mut self.desk else { return };
        let Some(conversation) = desk.conversations.get_mut(&message.conversation) else { return };
        let is_room = matches!(conversation.kind, ConversationKind::Room { .. });
        if is_room && message.seq > conversation.settle().next() {
            conversation.emitted = Some(Seq(message.seq.0 - 1));
            conversation.cached = None;
        }
    }

    pub(super) fn on_tail_refused(
        &mut self,
        turn: &mut Turn<'_>,
        id: ConversationId,
        refusal: &Refusal,
    ) {
        self.tail_is_over(id);
        let Some(desk) = &mut self.desk else { return };
        match super::link::is_cured_by_time(refusal.reason) {
            true => desk.paused_until = Some(turn.uptime() + pause(refusal)),
            false => {
                desk.behind.remove(&id);
            }
        }
    }

    fn tail_is_over(&mut self, id: ConversationId) {
        let Some(desk) = &mut self.desk else { return };
        desk.tails = desk.tails.saturating_sub(1);
        if let Some(conversation) = desk.conversations.get_mut(&id) {
            conversation.asked.tail = false;
        }
    }

    /// A message came from the hub.
    pub(super) fn on_message(&mut self, turn: &mut Turn<'_>, mut message: Message) {
        let Some(desk) = &mut self.desk else { return };
        if !desk.loaded {
            // The list of heads, which is asked for after loading, knows of it.
            return;
        }
        desk.gone.screen(&mut message);
        let (id, seq) = (message.conversation, message.seq);
        let conversation =
            desk.conversations.entry(id).or_insert_with(|| Conversation::new(message.kind));
        let has_marks = conversation.raise_head(seq);
        let settled = conversation.settle();
        if seq > settled.next() {
            desk.behind.insert(id);
        }
        if !conversation.announced || has_marks {
            self.announce(turn, id);
        }
        self.acknowledge(turn, &message);
        self.accept(turn, message, Arrival::Live);
    }

    /// Takes a message whose turn it is; any other is ignored.
    fn accept(&mut self, turn: &mut Turn<'_>, message: Message, arrival: Arrival) -> bool {
        let Some(desk) = &mut self.desk else { return false };
        let (id, seq, owner) = (message.conversation, message.seq, desk.owner);
        let Some(conversation) = desk.conversations.get_mut(&id) else { return false };
        if seq != conversation.settle().next() {
            return false;
        }
        conversation.emitted = Some(seq);
        conversation.head = conversation.head.max(seq);
        let first = match conversation.cached {
            Some((first, last)) if last.next() == seq => first,
            Some(_) => {
                turn.writes.push(Write::RemoveMessages(owner, id, seq));
                seq
            }
            None => seq,
        };
        conversation.cached = Some((first, seq));
        if seq.0 - first.0 > CACHED_MAX + TRIM_STEP {
            let first = Seq(seq.0 - CACHED_MAX);
            conversation.cached = Some((first, seq));
            turn.writes.push(Write::RemoveMessages(owner, id, first));
        }
        if conversation.settle() >= conversation.head && !conversation.asked.tail {
            desk.behind.remove(&id);
        }
        if message.from != owner.account {
            conversation.foreign = seq;
            turn.stored.push((id, seq));
        } else if conversation.delivered >= conversation.foreign {
            // Nothing of others is between: the server need not be told.
            conversation.stored = seq;
            conversation.delivered = seq;
        }
        desk.people.refresh(message.from);
        desk.disown(turn, &message);
        turn.touched.insert(id);
        turn.messages.push(message.clone());
        self.on_notice(turn, &message);
        self.on_line(turn, &message);
        self.on_recalled(turn, &message);
        turn.emit(ClientEvent::Message { message, live: arrival == Arrival::Live });
        true
    }
}

/// How a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arrival {
    Live,
    Fetched,
}

impl Conversation {
    /// Where this run begins in the log, decided when its head is first known: behind the cache,
    /// or before the last page where there is none or it is far behind.
    pub(super) fn settle(&mut self) -> Seq {
        if let Some(emitted) = self.emitted {
            return emitted;
        }
        let last = match self.cached {
            Some((_, last)) if last <= self.head && self.head.0 - last.0 <= TAIL_MAX => last,
            _ => self.before_last_page(),
        };
        self.emitted = Some(last);
        last
    }

    /// The last page is all that is unread, so that every device counts the same, within bounds.
    pub(super) fn before_last_page(&self) -> Seq {
        let head = self.head.0;
        let page = head.saturating_sub(FIRST_PAGE);
        Seq(self.read.0.clamp(head.saturating_sub(UNREAD_PAGE_MAX), page))
    }

    /// A run that missed more than a tail goes on before the last page; what it skips is left to
    /// scrolling. Notices are never skipped: what they say is applied one by one.
    fn begin_anew(&mut self) -> Option<Seq> {
        let is_far = self.head.0.saturating_sub(self.settle().0) > TAIL_MAX;
        let is_notices = matches!(self.kind, ConversationKind::Notices { .. });
        let last = self.before_last_page();
        (is_far && !is_notices).then(|| *self.emitted.insert(last))
    }
}

/// The pause that a refusal asks for.
pub(super) fn pause(refusal: &Refusal) -> Duration {
    Duration::from_millis(refusal.retry_after_ms.unwrap_or(1000).clamp(50, 600_000))
}
