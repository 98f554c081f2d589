//! Conversations, who is in them, and how far everybody is.

use redb::{ReadableTable, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::engine::StoreError;
use super::record::{self, Record};
use super::rows::{Mode, Rows, Writes};
use super::schema;
use crate::domain::{AccountId, ConversationId, ConversationKind, Seq};

/// A log's kind and its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// What it is.
    pub kind: ConversationKind,
    /// Its last message's place.
    pub head: Seq,
    /// When that was taken; later ones are never earlier.
    pub head_at: i64,
}

impl Record for Conversation {
    const NAME: &'static str = "a conversation";
    const VERSION: u8 = 1;
}

/// How far one account is in one conversation, on any of its devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursors {
    /// Read up to here.
    pub read: Seq,
    /// Stored up to here.
    pub delivered: Seq,
    /// Read, as the other side may know it: it stands still while this account is invisible.
    pub shown_read: Seq,
    /// Stored, as the other side may know it.
    pub shown_delivered: Seq,
}

impl Cursors {
    pub(super) fn of((read, delivered, shown_read, shown_delivered): (u64, u64, u64, u64)) -> Self {
        Cursors {
            read: Seq(read),
            delivered: Seq(delivered),
            shown_read: Seq(shown_read),
            shown_delivered: Seq(shown_delivered),
        }
    }
}

impl<M: Mode> Rows<M> {
    /// A conversation by its number.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_conversation(
        &self,
        conversation: ConversationId,
    ) -> Result<Option<Conversation>, StoreError> {
        let value = self.conversations.get(conversation.0)?;
        value.map(|value| record::decode(value.value())).transpose()
    }

    /// The conversation between two people, if one has written.
    ///
    /// # Errors
    /// The disk failed.
    pub fn get_direct(
        &self,
        a: AccountId,
        b: AccountId,
    ) -> Result<Option<ConversationId>, StoreError> {
        let id = self.directs.get((a.min(b).0, a.max(b).0))?;
        Ok(id.map(|id| ConversationId(id.value())))
    }

    /// The log in which the server tells an account what concerns only it.
    ///
    /// # Errors
    /// The disk failed.
    pub fn get_notices(&self, account: AccountId) -> Result<Option<ConversationId>, StoreError> {
        Ok(self.notices.get(account.0)?.map(|id| ConversationId(id.value())))
    }

    /// How far an account is; `None` where it is no member.
    ///
    /// # Errors
    /// The disk failed.
    pub fn get_cursors(
        &self,
        account: AccountId,
        conversation: ConversationId,
    ) -> Result<Option<Cursors>, StoreError> {
        let value = self.members.get((account.0, conversation.0))?;
        Ok(value.map(|value| Cursors::of(value.value())))
    }

    /// An account's conversations after one, by number, at most `limit`.
    ///
    /// # Errors
    /// The disk failed.
    pub fn list_memberships(
        &self,
        account: AccountId,
        after: ConversationId,
        limit: usize,
    ) -> Result<Vec<(ConversationId, Cursors)>, StoreError> {
        let range = (account.0, after.0.saturating_add(1))..=(account.0, u64::MAX);
        let mut memberships = Vec::new();
        for row in self.members.range(range)?.take(limit) {
            let (key, value) = row?;
            memberships.push((ConversationId(key.value().1), Cursors::of(value.value())));
        }
        Ok(memberships)
    }
}

impl Writes<'_> {
    /// Makes an empty conversation and gives its number.
    ///
    /// # Errors
    /// The disk failed.
    pub fn append_conversation(
        &mut self,
        kind: ConversationKind,
    ) -> Result<ConversationId, StoreError> {
        let number = self.take_number("conversation", ConversationId::LOBBY.0 + 1)?;
        let id = ConversationId(number);
        if let ConversationKind::Direct { low, high } = kind {
            self.directs.insert((low.0, high.0), number)?;
        }
        if let ConversationKind::Notices { account } = kind {
            self.notices.insert(account.0, number)?;
        }
        self.put_conversation(id, Conversation { kind, head: Seq::ZERO, head_at: 0 })?;
        Ok(id)
    }

    /// Writes a conversation.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_conversation(
        &mut self,
        id: ConversationId,
        conversation: Conversation,
    ) -> Result<(), StoreError> {
        self.written = true;
        self.conversations.insert(id.0, record::encode(&conversation)?.as_slice())?;
        Ok(())
    }

    /// Writes how far an account is, and with it that it is a member.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_cursors(
        &mut self,
        account: AccountId,
        conversation: ConversationId,
        cursors: Cursors,
    ) -> Result<(), StoreError> {
        self.written = true;
        let Cursors { read, delivered, shown_read, shown_delivered } = cursors;
        let value = (read.0, delivered.0, shown_read.0, shown_delivered.0);
        self.members.insert((account.0, conversation.0), value)?;
        Ok(())
    }
}

/// The lobby is there from the first moment on.
pub(super) fn put_lobby(transaction: &WriteTransaction) -> Result<(), StoreError> {
    let lobby = Conversation { kind: ConversationKind::Lobby, head: Seq::ZERO, head_at: 0 };
    let mut conversations = transaction.open_table(schema::CONVERSATIONS)?;
    conversations.insert(ConversationId::LOBBY.0, record::encode(&lobby)?.as_slice())?;
    Ok(())
}

/// Fills the index of notices logs.
pub(super) fn index_notices(transaction: &WriteTransaction) -> Result<(), StoreError> {
    let conversations = transaction.open_table(schema::CONVERSATIONS)?;
    let mut notices = transaction.open_table(schema::NOTICES)?;
    for row in conversations.iter()? {
        let (id, value) = row?;
        let conversation: Conversation = record::decode(value.value())?;
        if let ConversationKind::Notices { account } = conversation.kind {
            notices.insert(account.0, id.value())?;
        }
    }
    Ok(())
}

/// The logs of rooms that are not there any more were kept before the fourth schema.
pub(super) fn forget_dissolved(transaction: &WriteTransaction) -> Result<(), StoreError> {
    let mut conversations = transaction.open_table(schema::CONVERSATIONS)?;
    let rooms = transaction.open_table(schema::ROOMS)?;
    let mut emptied = transaction.open_table(schema::EMPTIED)?;
    let mut gone = Vec::new();
    for row in conversations.iter()? {
        let (id, value) = row?;
        let conversation: Conversation = record::decode(value.value())?;
        if let ConversationKind::Room { room } = conversation.kind
            && rooms.get(room.0)?.is_none()
        {
            gone.push(id.value());
        }
    }
    for id in gone {
        conversations.remove(id)?;
        emptied.insert(id, ())?;
    }
    Ok(())
}
