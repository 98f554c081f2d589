//! Profiles: what people say of themselves, and when they were seen last.

use redb::ReadableTable;

use super::engine::StoreError;
use super::record::{self, Record};
use super::rows::{Mode, Rows, Writes};
use crate::domain::{AccountId, Details};

impl Record for Details {
    const NAME: &'static str = "a profile";
    const VERSION: u8 = 1;
}

impl<M: Mode> Rows<M> {
    /// What somebody says of itself.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_details(&self, account: AccountId) -> Result<Details, StoreError> {
        let value = self.details.get(account.0)?;
        value.map_or(Ok(Details::default()), |value| record::decode(value.value()))
    }

    /// When others saw somebody last, milliseconds since 1970 UTC.
    ///
    /// # Errors
    /// The disk failed.
    pub fn get_seen(&self, account: AccountId) -> Result<Option<i64>, StoreError> {
        Ok(self.seen.get(account.0)?.map(|at| at.value()))
    }
}

impl Writes<'_> {
    /// Writes what somebody says of itself.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_details(&mut self, account: AccountId, details: &Details) -> Result<(), StoreError> {
        self.written = true;
        match *details == Details::default() {
            true => drop(self.details.remove(account.0)?),
            false => drop(self.details.insert(account.0, record::encode(details)?.as_slice())?),
        }
        Ok(())
    }

    /// Others saw somebody now.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_seen(&mut self, account: AccountId, at: i64) -> Result<(), StoreError> {
        self.written = true;
        self.seen.insert(account.0, at)?;
        Ok(())
    }
}
