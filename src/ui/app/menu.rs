//! What can be done with one message: take it back, edit it again, delete it here, see who read it.

use std::collections::BTreeMap;
use std::fmt;

use super::chats::{Chat, Chats, EntryId};
use super::contacts::Confirm;
use super::writing::Notice;
use super::{Asked, Effect, Model};
use crate::client::{Answer, Failure, Intent};
use crate::clock::millis;
use crate::domain::{AccountId, Body, ConversationId, Mentions, Message, Nonce, Seq, Target};
use crate::limits::RECALL_MAX;
use crate::net::protocol::{Command, Query, Reason, Reply};

/// Words that were taken back can be edited again for so long.
const AGAIN_MS: u64 = 5 * 60_000;
/// Words of so many recalled messages are kept for that.
const AGAIN_MAX: usize = 50;

/// What is done with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MenuMsg {
    /// Take it back, for everybody.
    Recall(Seq),
    /// Take one's last message back, if that can be done, and write it anew; that is asked about.
    RecallLast,
    /// Write what was taken back anew.
    Again(Seq),
    /// Asked before: delete it on this computer.
    Delete(EntryId),
    /// Who in the room has read it?
    ReadBy(Seq),
}

/// What is known of own messages for that. Nothing of it outlives the run.
#[derive(Default)]
pub struct Own {
    /// Those that can be recalled, and until when by the clock that never jumps.
    until: BTreeMap<Seq, u64>,
    /// The words of recalled ones, until when.
    again: BTreeMap<Seq, Again>,
}

/// Words that can be written anew.
struct Again {
    text: String,
    reply_to: Option<Seq>,
    mentions: Mentions,
    until: u64,
}

/// Who read a message in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadBy {
    /// Which.
    pub seq: Seq,
    /// How many.
    pub count: u32,
    /// The first of them, and what they are called there.
    pub people: Vec<(AccountId, String)>,
}

impl Own {
    /// Nothing lasts; returns whether anything went.
    pub(super) fn tick(&mut self, now: u64) -> bool {
        let before = self.until.len() + self.again.len();
        self.until.retain(|_, until| now < *until);
        self.again.retain(|_, again| now < again.until);
        before != self.until.len() + self.again.len()
    }

    fn keep(&mut self, seq: Seq, again: Again) {
        if self.again.len() >= AGAIN_MAX {
            self.again.pop_first();
        }
        self.again.insert(seq, again);
    }
}

impl Chats {
    /// An own message was forgotten on request.
    pub(super) fn forget(&mut self, nonce: Nonce) {
        let found = self
            .iter()
            .find(|(_, chat)| chat.outgoing.iter().any(|outgoing| outgoing.pending.nonce == nonce));
        if let Some(target) = found.map(|(target, _)| target) {
            self.at(target).outgoing.retain(|outgoing| outgoing.pending.nonce != nonce);
        }
    }
}

impl Chat {
    /// Whether what stood there was one's own, and can be edited again.
    #[must_use]
    pub fn can_edit_again(&self, seq: Seq) -> bool {
        self.own.again.contains_key(&seq)
    }

    /// A message's words are gone; returns them.
    fn blank(&mut self, seq: Seq, body: Body) -> Option<Message> {
        let message = self.messages.get_mut(&seq)?;
        if message.body == (Body::Hidden {}) {
            return None;
        }
        let before = message.clone();
        message.body = body;
        self.own.until.remove(&seq);
        self.replying.take_if(|answered| *answered == seq);
        Some(before)
    }
}

impl Model {
    pub(super) fn menu(&mut self, target: Target, msg: MenuMsg, out: &mut Vec<Effect>) {
        match msg {
            MenuMsg::Recall(seq) => self.recall(target, seq, false, out),
            MenuMsg::RecallLast => {
                let own = |message: &&Message| Some(message.from) == self.my_account();
                let chat = self.chats.get(target);
                let last = chat.and_then(|chat| {
                    chat.messages.values().rev().filter(own).find(|one| one.body.is_said())
                });
                let text = last.filter(|last| matches!(last.body, Body::Text { .. }));
                let can = self.recallable(target);
                if let Some(seq) = text.map(|one| one.seq).filter(|seq| can.contains(seq)) {
                    out.push(Effect::Confirm(Confirm::RecallLast(target, seq)));
                }
            }
            MenuMsg::Again(seq) => self.write_again(target, seq, out),
            MenuMsg::Delete(id) => out.push(Effect::Confirm(Confirm::DeleteMessage(target, id))),
            MenuMsg::ReadBy(seq) => {
                let Target::Room(room) = target else { return };
                let query = Query::ReadBy { room, seq };
                let ask = |ticket| Intent::Look { ticket, query };
                self.ask(Asked::ReadBy(target, seq), ask, out);
            }
        }
    }

    /// Own messages that are young enough to be recalled. The server has the last word.
    #[must_use]
    pub fn recallable(&self, target: Target) -> Vec<Seq> {
        let is_inside = match target {
            Target::Room(room) => self.room(room).is_some(),
            Target::Account(_) | Target::Lobby => true,
        };
        let can = is_inside && self.link.is_up();
        let Some(chat) = self.chats.get(target).filter(|_| can) else { return Vec::new() };
        let young = chat.own.until.iter().filter(|(_, until)| self.now.mono_ms < **until);
        young.map(|(seq, _)| *seq).collect()
    }

    pub(super) fn recall(&mut self, target: Target, seq: Seq, again: bool, out: &mut Vec<Effect>) {
        let command = Command::Recall { to: target, seq };
        let ask = |ticket| Intent::Do { ticket, command };
        self.ask(Asked::Recall { target, seq, again }, ask, out);
    }

    /// The server took a message back, or says why not. Another device may have been faster.
    pub(super) fn recall_answered(
        &mut self,
        (target, seq, again): (Target, Seq, bool),
        result: Result<Answer, Failure>,
        out: &mut Vec<Effect>,
    ) {
        match result {
            Ok(_) if again => self.write_again(target, seq, out),
            Ok(_) => {}
            Err(Failure::Refused(refusal)) if refusal.reason == Reason::Recalled => {}
            Err(why) => {
                self.chats.at(target).own.until.remove(&seq);
                self.notice(target, Notice::Failure(why));
            }
        }
    }

    /// The words go back into the box, behind what is there.
    fn write_again(&mut self, target: Target, seq: Seq, out: &mut Vec<Effect>) {
        let Some(again) = self.chats.at(target).own.again.remove(&seq) else { return };
        if self.chats.at(target).replying.is_none() {
            self.reply(target, again.reply_to, out);
        }
        out.push(Effect::Write(target, again.text, again.mentions));
    }

    /// The person said yes.
    pub(super) fn delete_message(&mut self, target: Target, id: EntryId, out: &mut Vec<Effect>) {
        match id {
            EntryId::Seq(seq) => {
                let ask = |ticket| Intent::Hide { ticket, with: target, seq };
                self.ask(Asked::Hide(target), ask, out);
            }
            EntryId::Nonce(nonce) => out.push(Effect::Ask(Intent::Discard(nonce))),
        }
    }

    pub(super) fn hide_answered(&mut self, target: Target, result: Result<Answer, Failure>) {
        if let Err(why) = result {
            self.notice(target, Notice::Failure(why));
        }
    }

    /// A message was deleted on this computer.
    pub(super) fn hidden(&mut self, conversation: ConversationId, seq: Seq) {
        self.forget_words((conversation, seq), &Body::Hidden {});
        if let Some(target) = self.chats.of_conversation(conversation) {
            self.chats.at(target).blank(seq, Body::Hidden {});
        }
    }

    /// A message is here: an own one can be recalled for a while, and a line may say that another one
    /// was.
    pub(super) fn note_message(&mut self, target: Target, message: &Message, live: bool) {
        let is_own = Some(message.from) == self.my_account();
        if is_own && message.body.is_said() {
            let ahead_ms = self.link.server.as_ref().map_or(0, |server| server.ahead_ms);
            let age = match live {
                true => 0,
                false => self.now.wall_ms.saturating_add(ahead_ms).saturating_sub(message.at),
            };
            let left = millis(RECALL_MAX).checked_sub(u64::try_from(age).unwrap_or_default());
            if let Some(left) = left {
                let until = self.now.mono_ms + left;
                self.chats.at(target).own.until.entry(message.seq).or_insert(until);
            }
        }
        let Body::Recalled { seq: Some(seq) } = message.body else { return };
        self.forget_words((message.conversation, seq), &Body::Recalled { seq: None });
        let until = self.now.mono_ms + AGAIN_MS;
        let chat = self.chats.at(target);
        let before = chat.blank(seq, Body::Recalled { seq: None });
        if let Some(Message { body: Body::Text { text, reply_to, mentions }, .. }) = before
            && is_own
        {
            chat.own.keep(seq, Again { text, reply_to, mentions, until });
        }
    }

    /// Messages of a page are here, which may have been written a moment ago.
    pub(super) fn note_page(&mut self, target: Target, page: &Result<Answer, Failure>) {
        let Ok(Answer::History { messages, .. }) = page else { return };
        for message in messages {
            self.note_message(target, message, false);
        }
    }

    /// The server says who in the room has read a message.
    pub(super) fn read_by_came(
        &self,
        (target, seq): (Target, Seq),
        result: Result<Answer, Failure>,
        out: &mut Vec<Effect>,
    ) {
        if let Ok(Answer::Looked(Reply::ReadBy { count, accounts })) = result {
            let called = |account: AccountId| (account, self.name_in(target, account));
            let people = accounts.into_iter().map(called).collect();
            out.push(Effect::ReadBy(target, ReadBy { seq, count, people }));
        }
    }
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Own({:?}, {} recalled)", self.until, self.again.len())
    }
}
