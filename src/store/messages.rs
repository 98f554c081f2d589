//! Messages: the logs themselves, and the index that makes a resend change nothing.

use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::conversations::Conversation;
use super::engine::StoreError;
use super::record::{self, Record};
use super::rows::{Mode, Rows, Writes};
use crate::domain::{
    AccountId, Body, ConversationId, ConversationKind, Mentions, Message, Nonce, Notice, Seq,
};

/// A message without what its key says.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    from: AccountId,
    nonce: Nonce,
    at: i64,
    pub(super) body: Body,
    /// The mentions of a text, which stand beside it: here fields have places and no names.
    #[serde(default)]
    mentions: Mentions,
    /// How old the server was when it took it, in seconds.
    #[serde(default)]
    age_s: u64,
}

impl Stored {
    fn of(Draft { from, nonce, mut body, age_s }: Draft, at: i64) -> Self {
        let mentions = match &mut body {
            Body::Text { mentions, .. } => std::mem::take(mentions),
            _ => Mentions::default(),
        };
        Stored { from, nonce, at, body, mentions, age_s }
    }

    fn into_message(self, place: (ConversationId, ConversationKind, Seq)) -> Message {
        let Stored { from, nonce, at, mut body, mentions: beside, .. } = self;
        if let Body::Text { mentions, .. } = &mut body {
            *mentions = beside;
        }
        let (conversation, kind, seq) = place;
        Message { conversation, kind, seq, from, nonce, at, body }
    }
}

impl Record for Stored {
    const NAME: &'static str = "a message";
    const VERSION: u8 = 1;
}

/// What a new message consists of, before it has its place and time.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Who wrote it.
    pub from: AccountId,
    /// The writer's name for it.
    pub nonce: Nonce,
    /// What it says.
    pub body: Body,
    /// How old the server is, in seconds.
    pub age_s: u64,
}

impl<M: Mode> Rows<M> {
    /// Where the message with this nonce is, if it was taken before.
    ///
    /// # Errors
    /// The disk failed.
    pub fn get_by_nonce(
        &self,
        from: AccountId,
        nonce: Nonce,
    ) -> Result<Option<(ConversationId, Seq)>, StoreError> {
        let place = self.nonces.get((from.0, &nonce.0))?;
        Ok(place.map(|place| {
            let (conversation, seq) = place.value();
            (ConversationId(conversation), Seq(seq))
        }))
    }

    /// One message.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_message(
        &self,
        conversation: ConversationId,
        kind: ConversationKind,
        seq: Seq,
    ) -> Result<Option<Message>, StoreError> {
        let value = self.messages.get((conversation.0, seq.0))?;
        value.map(|value| read(conversation, kind, seq, value.value())).transpose()
    }

    /// How many messages people said from a moment on, by the times that they got.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn count_said_since(&self, since_ms: i64) -> Result<u64, StoreError> {
        let mut count = 0;
        for row in self.conversations.iter()? {
            let (id, value) = row?;
            let log: Conversation = record::decode(value.value())?;
            let is_own = matches!(log.kind, ConversationKind::Notices { .. });
            if is_own || log.head_at < since_ms {
                continue;
            }
            for row in self.messages.range((id.value(), 0)..=(id.value(), u64::MAX))?.rev() {
                let stored: Stored = record::decode(row?.1.value())?;
                if stored.at < since_ms {
                    break;
                }
                // What was taken back was said; what the server says is no person's.
                let is_said = stored.body.is_said() || stored.body == Body::Recalled { seq: None };
                count += u64::from(is_said && stored.from != AccountId::SERVER);
            }
        }
        Ok(count)
    }

    /// How old the server was, in seconds, when it took a message.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_taken_age(
        &self,
        conversation: ConversationId,
        seq: Seq,
    ) -> Result<Option<u64>, StoreError> {
        let value = self.messages.get((conversation.0, seq.0))?;
        value.map(|value| Ok(record::decode::<Stored>(value.value())?.age_s)).transpose()
    }

    /// Messages of `first..=last`, oldest first, until `visit` says stop.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn list_messages(
        &self,
        conversation: ConversationId,
        kind: ConversationKind,
        (first, last): (Seq, Seq),
        order: Order,
        mut visit: impl FnMut(Message, usize) -> Continue,
    ) -> Result<(), StoreError> {
        let mut range =
            self.messages.range((conversation.0, first.0)..=(conversation.0, last.0))?;
        loop {
            let row = match order {
                Order::OldestFirst => range.next(),
                Order::NewestFirst => range.next_back(),
            };
            let Some(row) = row else { return Ok(()) };
            let (key, value) = row?;
            let bytes = value.value();
            let message = read(conversation, kind, Seq(key.value().1), bytes)?;
            if visit(message, bytes.len()) == Continue::No {
                return Ok(());
            }
        }
    }
}

/// From which end a page is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Upwards.
    OldestFirst,
    /// Downwards.
    NewestFirst,
}

/// Whether a reader wants more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continue {
    /// One more.
    Yes,
    /// Enough.
    No,
}

impl Writes<'_> {
    /// Appends a message at the next place of its conversation. Its time is never before that of
    /// the one before it, whatever the clock says.
    ///
    /// # Errors
    /// The disk failed, or there is no such conversation.
    pub fn append_message(
        &mut self,
        id: ConversationId,
        now: i64,
        draft: Draft,
    ) -> Result<Message, StoreError> {
        let Some(mut conversation) = self.get_conversation(id)? else {
            return Err(StoreError::damaged("a conversation", &"it is missing"));
        };
        let (from, nonce) = (draft.from, draft.nonce);
        conversation.head = conversation.head.next();
        conversation.head_at = conversation.head_at.max(now);
        let (seq, at, kind) = (conversation.head, conversation.head_at, conversation.kind);
        let stored = Stored::of(draft, at);
        self.put_conversation(id, conversation)?;
        self.messages.insert((id.0, seq.0), record::encode(&stored)?.as_slice())?;
        self.nonces.insert((from.0, &nonce.0), (id.0, seq.0))?;
        Ok(stored.into_message((id, kind, seq)))
    }
}

impl Writes<'_> {
    /// Takes the words of a message away; its place, writer, nonce and time stay.
    ///
    /// # Errors
    /// The disk failed, or there is no such message.
    pub fn blank_message(
        &mut self,
        conversation: ConversationId,
        seq: Seq,
    ) -> Result<(), StoreError> {
        let key = (conversation.0, seq.0);
        let stored = self.messages.get(key)?.map(|value| record::decode::<Stored>(value.value()));
        let Some(stored) = stored.transpose()? else {
            return Err(StoreError::damaged("a message", &"it is missing"));
        };
        let body = Body::Recalled { seq: None };
        let blank = Stored { body, mentions: Mentions::default(), ..stored };
        self.written = true;
        self.messages.insert(key, record::encode(&blank)?.as_slice())?;
        Ok(())
    }

    /// Appends a notice to an account's own log.
    ///
    /// # Errors
    /// The disk failed, or the account has no such log.
    pub fn append_notice(
        &mut self,
        account: AccountId,
        from: AccountId,
        now: i64,
        notice: Notice,
    ) -> Result<Message, StoreError> {
        let missing = || StoreError::damaged("a notices log", &"it is missing");
        let id = self.get_notices(account)?.ok_or_else(missing)?;
        self.append_line(id, from, now, Body::Notice(Box::new(notice)))
    }

    /// Appends what the server says by itself, in somebody's name; no client names it, so nothing
    /// looks for its nonce.
    ///
    /// # Errors
    /// The disk failed, or there is no such conversation.
    pub fn append_line(
        &mut self,
        id: ConversationId,
        from: AccountId,
        now: i64,
        body: Body,
    ) -> Result<Message, StoreError> {
        let missing = || StoreError::damaged("a conversation", &"it is missing");
        let mut log = self.get_conversation(id)?.ok_or_else(missing)?;
        log.head = log.head.next();
        log.head_at = log.head_at.max(now);
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&id.0.to_be_bytes());
        nonce[8..].copy_from_slice(&log.head.0.to_be_bytes());
        let stored = Stored::of(Draft { from, nonce: Nonce(nonce), body, age_s: 0 }, log.head_at);
        self.put_conversation(id, log)?;
        self.messages.insert((id.0, log.head.0), record::encode(&stored)?.as_slice())?;
        Ok(stored.into_message((id, log.kind, log.head)))
    }
}

pub(super) fn read(
    conversation: ConversationId,
    kind: ConversationKind,
    seq: Seq,
    bytes: &[u8],
) -> Result<Message, StoreError> {
    let stored: Stored = record::decode(bytes)?;
    Ok(stored.into_message((conversation, kind, seq)))
}
