//! Choices: how people want to have their conversations.

use redb::ReadableTable;

use super::engine::StoreError;
use super::record::{self, Record};
use super::rows::{Mode, Rows, Writes};
use crate::domain::{AccountId, Choice, RoomId, Target};

impl Record for Choice {
    const NAME: &'static str = "a choice for a conversation";
    const VERSION: u8 = 1;
}

impl<M: Mode> Rows<M> {
    /// How somebody wants to have a conversation.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_choice(&self, account: AccountId, with: Target) -> Result<Choice, StoreError> {
        let (kind, number) = key_of(with);
        let value = self.choices.get((account.0, kind, number))?;
        value.map_or(Ok(Choice::default()), |value| record::decode(value.value()))
    }

    /// The conversations that somebody wants to have in another way than the usual, after one, at
    /// most `limit`.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn list_choices(
        &self,
        account: AccountId,
        after: Option<Target>,
        limit: usize,
    ) -> Result<Vec<(Target, Choice)>, StoreError> {
        let (kind, number) = after.map_or((0, 0), key_of);
        let from = (account.0, kind, number.saturating_add(u64::from(after.is_some())));
        let mut choices = Vec::new();
        for row in self.choices.range(from..=(account.0, u8::MAX, u64::MAX))?.take(limit) {
            let (key, value) = row?;
            let (_, kind, number) = key.value();
            choices.push((target_of(kind, number)?, record::decode(value.value())?));
        }
        Ok(choices)
    }
}

impl Writes<'_> {
    /// Writes how somebody wants to have a conversation; nothing where it is the usual way.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_choice(
        &mut self,
        account: AccountId,
        with: Target,
        choice: Choice,
    ) -> Result<(), StoreError> {
        self.written = true;
        let (kind, number) = key_of(with);
        let key = (account.0, kind, number);
        match choice == Choice::default() {
            true => drop(self.choices.remove(key)?),
            false => drop(self.choices.insert(key, record::encode(&choice)?.as_slice())?),
        }
        Ok(())
    }

    /// Forgets the choices of an account that is deleted.
    ///
    /// # Errors
    /// The disk failed.
    pub fn remove_own_choices(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.written = true;
        let all = (account.0, 0, 0)..=(account.0, u8::MAX, u64::MAX);
        self.choices.retain_in(all, |_, _| false)?;
        Ok(())
    }
}

/// In the order of targets.
fn key_of(target: Target) -> (u8, u64) {
    match target {
        Target::Account(account) => (0, account.0),
        Target::Lobby => (1, 0),
        Target::Room(room) => (2, room.0),
    }
}

fn target_of(kind: u8, number: u64) -> Result<Target, StoreError> {
    match kind {
        0 => Ok(Target::Account(AccountId(number))),
        1 => Ok(Target::Lobby),
        2 => Ok(Target::Room(RoomId(number))),
        _ => Err(StoreError::damaged(Choice::NAME, &format!("kind {kind}"))),
    }
}
