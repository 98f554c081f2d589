//! One transaction's view of all tables.

use redb::{Key, ReadOnlyTable, ReadTransaction, ReadableTable, Table, Value, WriteTransaction};

use super::engine::StoreError;
use super::schema;

/// Whether tables can be written.
pub trait Mode {
    /// A table of this mode.
    type Table<K: Key + 'static, V: Value + 'static>: ReadableTable<K, V>;
}

/// Tables of a snapshot.
pub struct Reading;

/// Tables of the write transaction.
pub struct Writing<'t>(std::marker::PhantomData<&'t ()>);

impl Mode for Reading {
    type Table<K: Key + 'static, V: Value + 'static> = ReadOnlyTable<K, V>;
}

impl<'t> Mode for Writing<'t> {
    type Table<K: Key + 'static, V: Value + 'static> = Table<'t, K, V>;
}

/// All tables of one transaction; the nouns add their verbs to it.
pub struct Rows<M: Mode> {
    pub(super) accounts: M::Table<u64, &'static [u8]>,
    pub(super) nicknames: M::Table<&'static str, u64>,
    pub(super) devices: M::Table<(u64, &'static [u8; 16]), &'static [u8]>,
    pub(super) conversations: M::Table<u64, &'static [u8]>,
    pub(super) directs: M::Table<(u64, u64), u64>,
    pub(super) members: M::Table<(u64, u64), (u64, u64, u64, u64)>,
    pub(super) messages: M::Table<(u64, u64), &'static [u8]>,
    pub(super) nonces: M::Table<(u64, &'static [u8; 16]), (u64, u64)>,
    pub(super) notices: M::Table<u64, u64>,
    pub(super) contacts: M::Table<(u64, u64), &'static [u8]>,
    pub(super) groups: M::Table<u64, &'static [u8]>,
    pub(super) requests: M::Table<(u64, u64, u8), &'static [u8]>,
    pub(super) privacy: M::Table<u64, &'static [u8]>,
    pub(super) details: M::Table<u64, &'static [u8]>,
    pub(super) names: M::Table<u64, &'static str>,
    pub(super) seen: M::Table<u64, i64>,
    pub(super) blobs: M::Table<&'static [u8; 32], (u64, u64, i64)>,
    pub(super) places: M::Table<(&'static [u8; 32], u64, u64), ()>,
    pub(super) files: M::Table<(u64, u64), &'static [u8]>,
    pub(super) file_takers: M::Table<(u64, u64, u64), ()>,
    pub(super) file_owners: M::Table<(u64, u64, u64), ()>,
    pub(super) files_due: M::Table<(u64, u64, u64), ()>,
    pub(super) file_bytes: M::Table<u64, u64>,
    pub(super) file_blobs: M::Table<&'static [u8; 32], u64>,
    pub(super) rooms: M::Table<u64, &'static [u8]>,
    pub(super) room_names: M::Table<u64, &'static str>,
    pub(super) room_members: M::Table<(u64, u64), &'static [u8]>,
    pub(super) own_rooms: M::Table<(u64, u64), ()>,
    pub(super) room_mutes: M::Table<(u64, u64), i64>,
    pub(super) room_requests: M::Table<(u64, u64, u8), &'static [u8]>,
    pub(super) room_askers: M::Table<(u64, u64, u8), ()>,
    pub(super) announcements: M::Table<(u64, u64), &'static [u8]>,
    pub(super) rooms_made: M::Table<u64, (u64, u64)>,
    pub(super) ranges: M::Table<(u64, u64, u64), u64>,
    pub(super) choices: M::Table<(u64, u8, u64), &'static [u8]>,
    pub(super) emptied: M::Table<u64, ()>,
    pub(super) bans: M::Table<&'static str, &'static [u8]>,
    pub(super) games: M::Table<(u64, u64), &'static [u8]>,
    pub(super) game_log: M::Table<(u64, u64, u32), &'static [u8]>,
    pub(super) games_open: M::Table<(u64, u64), ()>,
    pub(super) own_games: M::Table<(u64, i64, u64, u64), ()>,
    pub(super) scores: M::Table<(u64, u64, u8), &'static [u8]>,
    pub(super) counters: M::Table<&'static str, u64>,
    pub(super) settings: M::Table<&'static str, &'static str>,
    pub(super) secrets: M::Table<&'static str, &'static [u8]>,
    /// Whether anything was written: a transaction without a write needs no commit.
    pub(super) written: bool,
}

/// What a query sees.
pub type Reads = Rows<Reading>;
/// What a command changes.
pub type Writes<'t> = Rows<Writing<'t>>;

/// The counter of the minutes that the server has run, in all its lives.
const AGE: &str = "age_min";

/// The counter that keeps the port.
const PORT: &str = "port";

impl<M: Mode> Rows<M> {
    /// The port that the server listened on last.
    ///
    /// # Errors
    /// The disk failed.
    pub fn get_port(&self) -> Result<Option<u16>, StoreError> {
        Ok(self.counters.get(PORT)?.and_then(|port| u16::try_from(port.value()).ok()))
    }

    /// How old the server is: the minutes that it has run, as they were kept last.
    ///
    /// # Errors
    /// The disk failed.
    pub fn get_age(&self) -> Result<u64, StoreError> {
        Ok(self.counters.get(AGE)?.map_or(0, |age| age.value()))
    }
}

macro_rules! open {
    ($transaction:ident) => {
        Rows {
            accounts: $transaction.open_table(schema::ACCOUNTS)?,
            nicknames: $transaction.open_table(schema::NICKNAMES)?,
            devices: $transaction.open_table(schema::DEVICES)?,
            conversations: $transaction.open_table(schema::CONVERSATIONS)?,
            directs: $transaction.open_table(schema::DIRECTS)?,
            members: $transaction.open_table(schema::MEMBERS)?,
            messages: $transaction.open_table(schema::MESSAGES)?,
            nonces: $transaction.open_table(schema::NONCES)?,
            notices: $transaction.open_table(schema::NOTICES)?,
            contacts: $transaction.open_table(schema::CONTACTS)?,
            groups: $transaction.open_table(schema::GROUPS)?,
            requests: $transaction.open_table(schema::REQUESTS)?,
            privacy: $transaction.open_table(schema::PRIVACY)?,
            details: $transaction.open_table(schema::DETAILS)?,
            names: $transaction.open_table(schema::NAMES)?,
            seen: $transaction.open_table(schema::SEEN)?,
            blobs: $transaction.open_table(schema::BLOBS)?,
            places: $transaction.open_table(schema::PLACES)?,
            files: $transaction.open_table(schema::FILES)?,
            file_takers: $transaction.open_table(schema::FILE_TAKERS)?,
            file_owners: $transaction.open_table(schema::FILE_OWNERS)?,
            files_due: $transaction.open_table(schema::FILES_DUE)?,
            file_bytes: $transaction.open_table(schema::FILE_BYTES)?,
            file_blobs: $transaction.open_table(schema::FILE_BLOBS)?,
            rooms: $transaction.open_table(schema::ROOMS)?,
            room_names: $transaction.open_table(schema::ROOM_NAMES)?,
            room_members: $transaction.open_table(schema::ROOM_MEMBERS)?,
            own_rooms: $transaction.open_table(schema::OWN_ROOMS)?,
            room_mutes: $transaction.open_table(schema::ROOM_MUTES)?,
            room_requests: $transaction.open_table(schema::ROOM_REQUESTS)?,
            room_askers: $transaction.open_table(schema::ROOM_ASKERS)?,
            announcements: $transaction.open_table(schema::ANNOUNCEMENTS)?,
            rooms_made: $transaction.open_table(schema::ROOMS_MADE)?,
            ranges: $transaction.open_table(schema::RANGES)?,
            choices: $transaction.open_table(schema::CHOICES)?,
            emptied: $transaction.open_table(schema::EMPTIED)?,
            bans: $transaction.open_table(schema::BANS)?,
            games: $transaction.open_table(schema::GAMES)?,
            game_log: $transaction.open_table(schema::GAME_LOG)?,
            games_open: $transaction.open_table(schema::GAMES_OPEN)?,
            own_games: $transaction.open_table(schema::OWN_GAMES)?,
            scores: $transaction.open_table(schema::SCORES)?,
            counters: $transaction.open_table(schema::COUNTERS)?,
            settings: $transaction.open_table(schema::SETTINGS)?,
            secrets: $transaction.open_table(schema::SECRETS)?,
            written: false,
        }
    };
}

impl Reads {
    /// Opens all tables of a snapshot.
    ///
    /// # Errors
    /// The disk failed.
    pub fn open(transaction: &ReadTransaction) -> Result<Self, StoreError> {
        Ok(open!(transaction))
    }
}

impl<'t> Writes<'t> {
    /// Opens all tables of the write transaction.
    ///
    /// # Errors
    /// The disk failed.
    pub fn open(transaction: &'t WriteTransaction) -> Result<Self, StoreError> {
        Ok(open!(transaction))
    }

    /// Whether any verb wrote.
    #[must_use]
    pub fn is_written(&self) -> bool {
        self.written
    }

    /// Keeps how old the server is.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_age(&mut self, minutes: u64) -> Result<(), StoreError> {
        self.written = true;
        self.counters.insert(AGE, minutes)?;
        Ok(())
    }

    /// Keeps the port that the server listens on.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_port(&mut self, port: u16) -> Result<(), StoreError> {
        self.written = true;
        self.counters.insert(PORT, u64::from(port))?;
        Ok(())
    }

    /// Gives out the next number of a stored counter.
    pub(super) fn take_number(
        &mut self,
        name: &'static str,
        first: u64,
    ) -> Result<u64, StoreError> {
        self.written = true;
        let number = self.counters.get(name)?.map_or(first, |next| next.value());
        self.counters.insert(name, number + 1)?;
        Ok(number)
    }
}
