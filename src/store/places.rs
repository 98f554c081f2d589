//! Where pictures are shown: in messages, and in place of avatars. Whoever sees one of the places may
//! fetch the picture.

use redb::{ReadableTable, WriteTransaction};

use super::accounts::Account;
use super::engine::StoreError;
use super::messages::Stored;
use super::record;
use super::rows::{Mode, Rows, Writes};
use super::schema;
use crate::domain::{AccountId, BlobId, Body, ConversationId, Seq};

/// One place of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Showing {
    /// In place of this account's avatar.
    Face(AccountId),
    /// In a message.
    Message(ConversationId, Seq),
}

impl Showing {
    /// No conversation has the number zero.
    fn key(self) -> (u64, u64) {
        match self {
            Showing::Face(account) => (0, account.0),
            Showing::Message(conversation, seq) => (conversation.0, seq.0),
        }
    }

    fn of((conversation, number): (u64, u64)) -> Self {
        match conversation {
            0 => Showing::Face(AccountId(number)),
            _ => Showing::Message(ConversationId(conversation), Seq(number)),
        }
    }
}

impl<M: Mode> Rows<M> {
    /// Where a picture is shown: faces first, then by conversation and place, until one is meant.
    ///
    /// # Errors
    /// The disk failed, or `is_meant` said so.
    pub fn is_shown(
        &self,
        blob: BlobId,
        mut is_meant: impl FnMut(Showing) -> Result<bool, StoreError>,
    ) -> Result<bool, StoreError> {
        for row in self.places.range((&blob.0, 0, 0)..=(&blob.0, u64::MAX, u64::MAX))? {
            let (key, _) = row?;
            let (_, conversation, number) = key.value();
            if is_meant(Showing::of((conversation, number)))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Writes<'_> {
    /// A picture is shown here from now on.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_place(&mut self, blob: BlobId, place: Showing) -> Result<(), StoreError> {
        self.written = true;
        let (conversation, number) = place.key();
        self.places.insert((&blob.0, conversation, number), ())?;
        Ok(())
    }

    /// A picture is not shown here any more.
    ///
    /// # Errors
    /// The disk failed.
    pub fn remove_place(&mut self, blob: BlobId, place: Showing) -> Result<(), StoreError> {
        self.written = true;
        let (conversation, number) = place.key();
        self.places.remove((&blob.0, conversation, number))?;
        Ok(())
    }
}

/// Fills the table from what is there.
pub(super) fn index_places(transaction: &WriteTransaction) -> Result<(), StoreError> {
    let mut places = transaction.open_table(schema::PLACES)?;
    for row in transaction.open_table(schema::MESSAGES)?.iter()? {
        let (key, value) = row?;
        if let Body::Image { picture, thumb, .. } = record::decode::<Stored>(value.value())?.body {
            let (conversation, seq) = key.value();
            places.insert((&picture.0, conversation, seq), ())?;
            places.insert((&thumb.0, conversation, seq), ())?;
        }
    }
    for row in transaction.open_table(schema::ACCOUNTS)?.iter()? {
        let (account, value) = row?;
        if let Some(picture) = record::decode::<Account>(value.value())?.person.picture {
            places.insert((&picture.0, 0, account.value()), ())?;
        }
    }
    Ok(())
}
