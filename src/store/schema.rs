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
/// Hash, conversation (0 for faces), seq or account → a place where that picture is shown.
pub(super) const PLACES: TableDefinition<(&[u8; 32], u64, u64), ()> =
    TableDefinition::new("places");
/// Conversation, seq of the message that offers it → file.
pub(super) const FILES: TableDefinition<(u64, u64), &[u8]> = TableDefinition::new("files");
/// Conversation, seq, account: who has fetched a file.
pub(super) const FILE_TAKERS: TableDefinition<(u64, u64, u64), ()> =
    TableDefinition::new("file_takers");
/// Account, conversation, seq: its files that are open.
pub(super) const FILE_OWNERS: TableDefinition<(u64, u64, u64), ()> =
    TableDefinition::new("file_owners");
/// Age of the server in minutes, conversation, seq: since when a file that is open is in its state.
pub(super) const FILES_DUE: TableDefinition<(u64, u64, u64), ()> =
    TableDefinition::new("files_due");
/// Account → bytes of its files that are open.
pub(super) const FILE_BYTES: TableDefinition<u64, u64> = TableDefinition::new("file_bytes");
/// Hash → how many open files are in that blob; they are among its uses.
pub(super) const FILE_BLOBS: TableDefinition<&[u8; 32], u64> = TableDefinition::new("file_blobs");
/// Room → room.
pub(super) const ROOMS: TableDefinition<u64, &[u8]> = TableDefinition::new("rooms");
/// Room → its name as it is searched.
pub(super) const ROOM_NAMES: TableDefinition<u64, &str> = TableDefinition::new("room_names");
/// Room, account → somebody in the room.
pub(super) const ROOM_MEMBERS: TableDefinition<(u64, u64), &[u8]> =
    TableDefinition::new("room_members");
/// Account, room: the same the other way round.
pub(super) const OWN_ROOMS: TableDefinition<(u64, u64), ()> = TableDefinition::new("own_rooms");
/// Room, account → until when somebody is muted who went meanwhile, milliseconds since 1970 UTC.
pub(super) const ROOM_MUTES: TableDefinition<(u64, u64), i64> = TableDefinition::new("room_mutes");
/// Room, account, 0 for asks or 1 for invited → the request.
pub(super) const ROOM_REQUESTS: TableDefinition<(u64, u64, u8), &[u8]> =
    TableDefinition::new("room_requests");
/// Account, room, 0 or 1 as above: the same the other way round.
pub(super) const ROOM_ASKERS: TableDefinition<(u64, u64, u8), ()> =
    TableDefinition::new("room_askers");
/// Room, number → what was on its wall.
pub(super) const ANNOUNCEMENTS: TableDefinition<(u64, u64), &[u8]> =
    TableDefinition::new("announcements");
/// Account → since which age of the server in minutes it made how many rooms.
pub(super) const ROOMS_MADE: TableDefinition<u64, (u64, u64)> = TableDefinition::new("rooms_made");
/// Conversation, account, first seq → last seq that this account may see of a room's log.
pub(super) const RANGES: TableDefinition<(u64, u64, u64), u64> = TableDefinition::new("ranges");
/// Account, 0 for a person, 1 for the lobby or 2 for a room, number → how it wants to have that
/// conversation, where it is not the usual way.
pub(super) const CHOICES: TableDefinition<(u64, u8, u64), &[u8]> = TableDefinition::new("choices");
/// Logs that nobody can read any more, of which messages are left.
pub(super) const EMPTIED: TableDefinition<u64, ()> = TableDefinition::new("emptied");
/// Account number or address → why it is let in no more.
pub(super) const BANS: TableDefinition<&str, &[u8]> = TableDefinition::new("bans");
/// Conversation, seq of the message that invites to it → game.
pub(super) const GAMES: TableDefinition<(u64, u64), &[u8]> = TableDefinition::new("games");
/// Conversation, seq, place from 0 → entry of a game's log.
pub(super) const GAME_LOG: TableDefinition<(u64, u64, u32), &[u8]> =
    TableDefinition::new("game_log");
/// Conversation, seq: games that run or are open.
pub(super) const GAMES_OPEN: TableDefinition<(u64, u64), ()> = TableDefinition::new("games_open");
/// Account, when it ended or for ever, conversation, seq: the games that it plays or has played.
pub(super) const OWN_GAMES: TableDefinition<(u64, i64, u64, u64), ()> =
    TableDefinition::new("own_games");
/// Account, other account, 0 to 3 for the game → how their games ended.
pub(super) const SCORES: TableDefinition<(u64, u64, u8), &[u8]> = TableDefinition::new("scores");
/// Name → the number given out next.
pub(super) const COUNTERS: TableDefinition<&str, u64> = TableDefinition::new("counters");
/// Key → value, as the administrator set it.
pub(super) const SETTINGS: TableDefinition<&str, &str> = TableDefinition::new("settings");
/// Name → secret of this server.
pub(super) const SECRETS: TableDefinition<&str, &[u8]> = TableDefinition::new("secrets");

/// From version n to n + 1; the version of a file is how many of them it has seen.
pub const MIGRATIONS: &[Migration] =
    &[create, add_people, add_rooms, add_files, add_bans, add_games];

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

/// Rooms, and how people want to have their conversations; there are none of either yet.
fn add_rooms(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(ROOMS)?;
    transaction.open_table(ROOM_NAMES)?;
    transaction.open_table(ROOM_MEMBERS)?;
    transaction.open_table(OWN_ROOMS)?;
    transaction.open_table(ROOM_MUTES)?;
    transaction.open_table(ROOM_REQUESTS)?;
    transaction.open_table(ROOM_ASKERS)?;
    transaction.open_table(ANNOUNCEMENTS)?;
    transaction.open_table(ROOMS_MADE)?;
    transaction.open_table(RANGES)?;
    transaction.open_table(CHOICES)?;
    Ok(())
}

/// Files, of which there are none yet; where pictures are shown, which is worked out from what is there;
/// and the logs of rooms that were dissolved.
fn add_files(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(FILES)?;
    transaction.open_table(FILE_TAKERS)?;
    transaction.open_table(FILE_OWNERS)?;
    transaction.open_table(FILES_DUE)?;
    transaction.open_table(FILE_BYTES)?;
    transaction.open_table(FILE_BLOBS)?;
    super::places::index_places(transaction)?;
    super::conversations::forget_dissolved(transaction)
}

/// Bans, of which there are none yet.
fn add_bans(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(BANS)?;
    Ok(())
}

/// Games, of which there are none yet.
fn add_games(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(GAMES)?;
    transaction.open_table(GAME_LOG)?;
    transaction.open_table(GAMES_OPEN)?;
    transaction.open_table(OWN_GAMES)?;
    transaction.open_table(SCORES)?;
    Ok(())
}
