//! Logs that nobody can read any more: their messages go a part at a time, so that no commit is long.

use redb::ReadableTable;

use super::engine::StoreError;
use super::messages::Stored;
use super::record;
use super::rows::{Mode, Rows, Writes};
use crate::domain::{Body, ConversationId, Seq};

impl<M: Mode> Rows<M> {
    /// A log that is being emptied, where there is one.
    ///
    /// # Errors
    /// The disk failed.
    pub fn get_emptied(&self) -> Result<Option<ConversationId>, StoreError> {
        let first = self.emptied.iter()?.next().transpose()?;
        Ok(first.map(|(id, _)| ConversationId(id.value())))
    }
}

impl Writes<'_> {
    /// Forgets a log; its messages are still to be taken away.
    ///
    /// # Errors
    /// The disk failed.
    pub fn remove_conversation(&mut self, conversation: ConversationId) -> Result<(), StoreError> {
        self.written = true;
        self.conversations.remove(conversation.0)?;
        self.emptied.insert(conversation.0, ())?;
        Ok(())
    }

    /// Takes at most so many messages of a forgotten log away, and says what they said. With the last
    /// one nothing is left of it.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn remove_messages(
        &mut self,
        conversation: ConversationId,
        most: usize,
    ) -> Result<Vec<(Seq, Body)>, StoreError> {
        self.written = true;
        let mut gone = Vec::new();
        let log = (conversation.0, 0)..=(conversation.0, u64::MAX);
        for row in self.messages.range(log)?.take(most) {
            let (key, value) = row?;
            gone.push((Seq(key.value().1), record::decode::<Stored>(value.value())?.body));
        }
        for (seq, _) in &gone {
            self.messages.remove((conversation.0, seq.0))?;
        }
        if gone.len() < most {
            self.emptied.remove(conversation.0)?;
        }
        Ok(gone)
    }
}
