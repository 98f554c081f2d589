//! Who is let in no more, until when and why.

use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::engine::StoreError;
use super::record::{self, Record};
use super::rows::{Mode, Rows, Writes};
use crate::domain::AccountId;

/// A ban as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ban {
    /// Told to who is banned.
    pub why: String,
    /// Since then, milliseconds since 1970 UTC.
    pub at: i64,
    /// Holds before this age of the server in minutes; for ever where absent. A wall clock that jumps
    /// lets nobody in.
    pub until_age_min: Option<u64>,
}

impl Record for Ban {
    const NAME: &'static str = "a ban";
    const VERSION: u8 = 1;
}

impl Ban {
    /// Whether it holds at an age of the server.
    #[must_use]
    pub fn holds(&self, age_min: u64) -> bool {
        self.until_age_min.is_none_or(|until| age_min < until)
    }

    /// Minutes that are left; `None` for ever.
    #[must_use]
    pub fn minutes_left(&self, age_min: u64) -> Option<u64> {
        self.until_age_min.map(|until| until.saturating_sub(age_min))
    }
}

/// How an account is named among who is banned; addresses are named by themselves.
#[must_use]
pub fn key_of(account: AccountId) -> String {
    account.to_string()
}

impl<M: Mode> Rows<M> {
    /// An account's ban, if it holds at this age of the server in minutes.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_ban(&self, account: AccountId, age_min: u64) -> Result<Option<Ban>, StoreError> {
        let value = self.bans.get(key_of(account).as_str())?;
        let ban: Option<Ban> = value.map(|value| record::decode(value.value())).transpose()?;
        Ok(ban.filter(|ban| ban.holds(age_min)))
    }

    /// Bans that hold at this age of the server in minutes, with whom they keep out.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn list_bans(&self, age_min: u64) -> Result<Vec<(String, Ban)>, StoreError> {
        let mut bans = Vec::new();
        for row in self.bans.iter()? {
            let (whom, value) = row?;
            let ban: Ban = record::decode(value.value())?;
            if ban.holds(age_min) {
                bans.push((whom.value().to_owned(), ban));
            }
        }
        Ok(bans)
    }
}

impl Writes<'_> {
    /// Bans somebody; a ban before it is replaced.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_ban(&mut self, whom: &str, ban: &Ban) -> Result<(), StoreError> {
        self.written = true;
        self.bans.insert(whom, record::encode(ban)?.as_slice())?;
        Ok(())
    }

    /// Takes a ban away; says whether there was one.
    ///
    /// # Errors
    /// The disk failed.
    pub fn remove_ban(&mut self, whom: &str) -> Result<bool, StoreError> {
        self.written = true;
        Ok(self.bans.remove(whom)?.is_some())
    }
}
