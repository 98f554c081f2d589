//! Accounts and the nicknames that lead to them.

use redb::{ReadableTable, ReadableTableMetadata};
use serde::{Deserialize, Serialize};

use super::engine::StoreError;
use super::record::{self, Record};
use super::rows::{Mode, Rows, Writes};
use crate::domain::{AccountId, Nickname, Person, Role};

/// Everything that a server keeps of an account. No password: see RFC 9807.
#[derive(Clone, Serialize, Deserialize)]
pub struct Account {
    /// What others may know.
    pub person: Person,
    /// Under which random id the password was registered.
    #[serde(with = "serde_bytes")]
    pub credential_id: Vec<u8>,
    /// The OPAQUE record: useless without this server's secrets, and no password in it.
    #[serde(with = "serde_bytes")]
    pub password_file: Vec<u8>,
    /// Argon2id memory in KiB, passes, lanes.
    pub stretch: (u32, u32, u32),
    /// SHA-256 of the recovery code.
    #[serde(with = "serde_bytes")]
    pub recovery_hash: Vec<u8>,
    /// Made at, milliseconds since 1970 UTC.
    pub created: i64,
    /// Signed out everywhere and not let in.
    pub disabled: bool,
}

impl Record for Account {
    const NAME: &'static str = "an account";
    const VERSION: u8 = 1;
}

impl<M: Mode> Rows<M> {
    /// An account by its number.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_account(&self, account: AccountId) -> Result<Option<Account>, StoreError> {
        self.accounts.get(account.0)?.map(|value| record::decode(value.value())).transpose()
    }

    /// What others may know of an account.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_person(&self, account: AccountId) -> Result<Option<Person>, StoreError> {
        Ok(self.get_account(account)?.map(|account| account.person))
    }

    /// Whose nickname this is, or looks like.
    ///
    /// # Errors
    /// The disk failed.
    pub fn get_nickname_owner(&self, nickname: &Nickname) -> Result<Option<AccountId>, StoreError> {
        let owner = self.nicknames.get(nickname.skeleton().as_str())?;
        Ok(owner.map(|owner| AccountId(owner.value())))
    }

    /// How many accounts there are.
    ///
    /// # Errors
    /// The disk failed.
    pub fn count_accounts(&self) -> Result<u64, StoreError> {
        Ok(self.accounts.len()?)
    }
}

impl Writes<'_> {
    /// The next account number.
    ///
    /// # Errors
    /// The disk failed.
    pub fn take_account_number(&mut self) -> Result<AccountId, StoreError> {
        self.take_number("account", AccountId::FIRST.0).map(AccountId)
    }

    /// Writes an account.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_account(&mut self, account: &Account) -> Result<(), StoreError> {
        self.written = true;
        let bytes = record::encode(account)?;
        self.accounts.insert(account.person.account.0, bytes.as_slice())?;
        Ok(())
    }

    /// Gives a nickname to an account.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_nickname(
        &mut self,
        nickname: &Nickname,
        account: AccountId,
    ) -> Result<(), StoreError> {
        self.written = true;
        self.nicknames.insert(nickname.skeleton().as_str(), account.0)?;
        Ok(())
    }

    /// Names or removes an administrator; `false` when there is no such account.
    ///
    /// # Errors
    /// The disk failed, or the account is damaged.
    pub fn put_role(&mut self, account: AccountId, role: Role) -> Result<bool, StoreError> {
        let Some(mut record) = self.get_account(account)? else { return Ok(false) };
        record.person.role = role;
        record.person.version += 1;
        self.put_account(&record)?;
        Ok(true)
    }
}
