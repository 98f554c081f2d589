//! Accounts and the nicknames that lead to them.

use redb::{ReadableTable, ReadableTableMetadata, WriteTransaction};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::engine::StoreError;
use super::record::{self, Record};
use super::rows::{Mode, Rows, Writes};
use super::schema;
use crate::domain::{AccountId, Nickname, Person};

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
    /// The owner deleted it: only its number is left, so that nobody else gets it.
    #[serde(default)]
    pub deleted: bool,
    /// An administrator's one-time code for a new password.
    #[serde(default)]
    pub reset: Option<Reset>,
    /// Why it is disabled, told to its person.
    #[serde(default)]
    pub why: String,
}

/// A one-time code that was given out.
#[derive(Clone, Serialize, Deserialize)]
pub struct Reset {
    /// SHA-256 of the code.
    #[serde(with = "serde_bytes")]
    pub hash: Vec<u8>,
    /// Given out at, milliseconds since 1970 UTC.
    pub at: i64,
    /// The same by the server's own age in minutes, which is what its end is measured by. One that an
    /// older program gave out opens nothing.
    #[serde(default)]
    pub age_min: Option<u64>,
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

    /// Accounts whose nickname holds a folded text, each with how well it fits: 0 is the whole
    /// name, 1 its beginning, 2 some other part. Looks at every name.
    ///
    /// # Errors
    /// The disk failed.
    pub fn list_named(&self, part: &str) -> Result<Vec<(u8, AccountId)>, StoreError> {
        let mut found = Vec::new();
        for row in self.names.iter()? {
            let (account, name) = row?;
            if let Some(fit) = fit(name.value(), part) {
                found.push((fit, AccountId(account.value())));
            }
        }
        Ok(found)
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

    /// Takes a nickname from its account.
    ///
    /// # Errors
    /// The disk failed.
    pub fn remove_nickname(&mut self, nickname: &Nickname) -> Result<(), StoreError> {
        self.written = true;
        self.nicknames.remove(nickname.skeleton().as_str())?;
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
        self.names.insert(account.0, folded(nickname.as_str()).as_str())?;
        Ok(())
    }

    /// An account is not found by a nickname any more.
    ///
    /// # Errors
    /// The disk failed.
    pub fn remove_name(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.written = true;
        self.names.remove(account.0)?;
        Ok(())
    }
}

/// A nickname as it is searched: compatibility forms, letters and case folded.
#[must_use]
pub fn folded(text: &str) -> String {
    text.trim().nfkc().flat_map(char::to_lowercase).collect()
}

/// How well a part fits a name: 0 is the whole name, 1 its beginning, 2 some other part.
pub(super) fn fit(name: &str, part: &str) -> Option<u8> {
    match name.find(part)? {
        0 if name.len() == part.len() => Some(0),
        0 => Some(1),
        _ => Some(2),
    }
}

/// Fills the index of nicknames.
pub(super) fn index_names(transaction: &WriteTransaction) -> Result<(), StoreError> {
    let accounts = transaction.open_table(schema::ACCOUNTS)?;
    let mut names = transaction.open_table(schema::NAMES)?;
    for row in accounts.iter()? {
        let (account, value) = row?;
        let record: Account = record::decode(value.value())?;
        names.insert(account.value(), folded(&record.person.nickname).as_str())?;
    }
    Ok(())
}
