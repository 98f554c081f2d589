//! The server's tables, their version and how an older file becomes a newer one.

use redb::{TableDefinition, WriteTransaction};

use super::engine::{Migration, StoreError};

/// Account number → account.
pub(super) const ACCOUNTS: TableDefinition<u64, &[u8]> = TableDefinition::new("accounts");
/// Nickname's skeleton → account number.
pub(super) const NICKNAMES: TableDefinition<&str, u64> = TableDefinition::new("nicknames");
/// Account, device → device.
pub(super) const DEVICES: TableDefinition<(u64, &[u8; 16]), &[u8]> =
    TableDefinition::new("devices");
/// Conversation → its kind and head.
pub(super) const CONVERSATIONS: TableDefinition<u64, &[u8]> = TableDefinition::new("conversations");
/// Smaller and larger account number → their direct conversation.
pub(super) const DIRECTS: TableDefinition<(u64, u64), u64> = TableDefinition::new("directs");
/// Account, conversation → read and delivered cursor, then both as the other side may know them.
pub(super) const MEMBERS: TableDefinition<(u64, u64), (u64, u64, u64, u64)> =
    TableDefinition::new("members");
/// Conversation, seq → message.
pub(super) const MESSAGES: TableDefinition<(u64, u64), &[u8]> = TableDefinition::new("messages");
/// Sender, nonce → conversation, seq.
pub(super) const NONCES: TableDefinition<(u64, &[u8; 16]), (u64, u64)> =
    TableDefinition::new("nonces");
/// Account → its notices log.
pub(super) const NOTICES: TableDefinition<u64, u64> = TableDefinition::new("notices");
/// Account, other account → what it keeps of the other.
pub(super) const CONTACTS: TableDefinition<(u64, u64), &[u8]> = TableDefinition::new("contacts");
/// Account → its groups of friends, where it made some.
pub(super) const GROUPS: TableDefinition<u64, &[u8]> = TableDefinition::new("groups");
/// Account, other account, 0 for asked by the other or 1 for asked by it → the request.
pub(super) const REQUESTS: TableDefinition<(u64, u64, u8), &[u8]> =
    TableDefinition::new("requests");
/// Account → what others may do, where it is not the usual.
pub(super) const PRIVACY: TableDefinition<u64, &[u8]> = TableDefinition::new("privacy");
/// Account → what it says of itself, where it says something.
pub(super) const DETAILS: TableDefinition<u64, &[u8]> = TableDefinition::new("details");
/// Account → its nickname as it is searched.
pub(super) const NAMES: TableDefinition<u64, &str> = TableDefinition::new("names");
/// Account → when others saw it last, milliseconds since 1970 UTC.
pub(super) const SEEN: TableDefinition<u64, i64> = TableDefinition::new("seen");
/// Hash → bytes, uses, and since which age of the server in minutes it has no use.
pub(super) const BLOBS: TableDefinition<&[u8; 32], (u64, u64, i64)> = TableDefinition::new("blobs");
/// Name → the number given out next.
pub(super) const COUNTERS: TableDefinition<&str, u64> = TableDefinition::new("counters");
/// Key → value, as the administrator set it.
pub(super) const SETTINGS: TableDefinition<&str, &str> = TableDefinition::new("settings");
/// Name → secret of this server.
pub(super) const SECRETS: TableDefinition<&str, &[u8]> = TableDefinition::new("secrets");

/// From version n to n + 1; the version of a file is how many of them it has seen.
pub const MIGRATIONS: &[Migration] = &[create, add_people];

/// The version of the files that this program writes.
pub const SCHEMA_VERSION: u64 = MIGRATIONS.len() as u64;

fn create(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(ACCOUNTS)?;
    transaction.open_table(NICKNAMES)?;
    transaction.open_table(DEVICES)?;
    transaction.open_table(CONVERSATIONS)?;
    transaction.open_table(DIRECTS)?;
    transaction.open_table(MEMBERS)?;
    transaction.open_table(MESSAGES)?;
    transaction.open_table(NONCES)?;
    transaction.open_table(COUNTERS)?;
    transaction.open_table(SETTINGS)?;
    transaction.open_table(SECRETS)?;
    super::conversations::put_lobby(transaction)
}

/// Contacts, profiles and pictures; the indexes are filled from what is there.
fn add_people(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(CONTACTS)?;
    transaction.open_table(GROUPS)?;
    transaction.open_table(REQUESTS)?;
    transaction.open_table(PRIVACY)?;
    transaction.open_table(DETAILS)?;
    transaction.open_table(SEEN)?;
    transaction.open_table(BLOBS)?;
    super::accounts::index_names(transaction)?;
    super::conversations::index_notices(transaction)
}
