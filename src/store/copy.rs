//! A second file of the same rows: made of a snapshot while others write, and looked into where it lies.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Mutex, PoisonError};

use redb::{
    Database, Key, ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata,
    StorageBackend, TableDefinition, TableHandle, Value, WriteTransaction,
};

use super::beware::beware;
use super::engine::{self, StoreError};
use super::{schema, settings};

/// Memory that the engine may keep of a copy: it is written once, from the front to the back.
const CACHE_BYTES: usize = 16 * 1024 * 1024;
/// Rows between two questions whether to go on.
const ROWS_AT_ONCE: u64 = 1_000;
/// Bytes of rows between two commits: the last one shall not have the whole of a large store to write.
const PART_BYTES: u64 = 16 * 1024 * 1024;

/// Copies everything that a snapshot shows but its generation into an empty file, which is durable and closed when this
/// returns. `false` when `goes_on` said no.
///
/// # Errors
/// The disk failed, or there is a table that this program does not know.
pub fn copy(
    snapshot: &ReadTransaction,
    into: File,
    goes_on: &dyn Fn() -> bool,
) -> Result<bool, StoreError> {
    let backend = redb::backends::FileBackend::new(into)?;
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES);
    let database = builder.create_with_backend(backend)?;
    let mut copying =
        Copying { from: snapshot, to: &database, part: None, bytes: 0, goes_on, names: Vec::new() };
    if !copying.all()? {
        return Ok(false);
    }
    let part = copying.begin()?;
    part.open_table(schema::SECRETS)?.remove(settings::GENERATION)?;
    copying.part = Some(part);
    for table in snapshot.list_tables()? {
        if !copying.names.iter().any(|name| name == table.name()) {
            return Err(StoreError::damaged("a table", &format!("{:?} is unknown", table.name())));
        }
    }
    copying.commit()?;
    Ok(true)
}

struct Copying<'a> {
    from: &'a ReadTransaction,
    to: &'a Database,
    /// What waits for the next commit, and the bytes of its rows.
    part: Option<WriteTransaction>,
    bytes: u64,
    goes_on: &'a dyn Fn() -> bool,
    names: Vec<String>,
}

macro_rules! tables {
    ($copying:ident: $($table:ident)+) => {
        $copying.table(engine::VERSION)? $(&& $copying.table(schema::$table)?)+
    };
}

impl Copying<'_> {
    fn all(&mut self) -> Result<bool, StoreError> {
        Ok(tables!(self:
            ACCOUNTS NICKNAMES DEVICES CONVERSATIONS DIRECTS MEMBERS MESSAGES NONCES NOTICES
            CONTACTS GROUPS REQUESTS PRIVACY DETAILS NAMES SEEN BLOBS PLACES FILES FILE_TAKERS
            FILE_OWNERS FILES_DUE FILE_BYTES FILE_BLOBS ROOMS ROOM_NAMES ROOM_MEMBERS OWN_ROOMS
            ROOM_MUTES ROOM_REQUESTS ROOM_ASKERS ANNOUNCEMENTS ROOMS_MADE RANGES CHOICES EMPTIED
            BANS GAMES GAME_LOG GAMES_OPEN OWN_GAMES SCORES COUNTERS SETTINGS SECRETS))
    }

    fn table<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<bool, StoreError> {
        self.names.push(table.name().to_owned());
        let source = self.from.open_table(table)?;
        let mut rows = source.iter()?.peekable();
        loop {
            let part = self.begin()?;
            let mut target = part.open_table(table)?;
            let mut count = 0;
            while count < ROWS_AT_ONCE
                && self.bytes < PART_BYTES
                && let Some(row) = rows.next()
            {
                let (key, value) = row?;
                target.insert(key.value(), value.value())?;
                self.bytes += V::as_bytes(&value.value()).as_ref().len() as u64;
                count += 1;
            }
            drop(target);
            self.part = Some(part);
            if self.bytes >= PART_BYTES {
                self.commit()?;
            }
            if !(self.goes_on)() {
                return Ok(false);
            }
            if rows.peek().is_none() {
                return Ok(true);
            }
        }
    }

    /// Goes on with the part, or begins one.
    fn begin(&mut self) -> Result<WriteTransaction, StoreError> {
        if let Some(part) = self.part.take() {
            return Ok(part);
        }
        let mut part = self.to.begin_write()?;
        part.set_two_phase_commit(true);
        Ok(part)
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.bytes = 0;
        self.part.take().map_or(Ok(()), |part| Ok(part.commit()?))
    }
}

/// What a store holds, as far as it is said of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// How many migrations it has seen.
    pub schema: u64,
    /// Accounts.
    pub accounts: u64,
    /// Messages, and all other lines of logs.
    pub messages: u64,
}

/// What a snapshot holds.
///
/// # Errors
/// The disk failed, or it is damaged.
pub fn contents(snapshot: &ReadTransaction) -> Result<Contents, StoreError> {
    Ok(Contents {
        schema: engine::version_of(snapshot)?,
        accounts: snapshot.open_table(schema::ACCOUNTS)?.len()?,
        messages: snapshot.open_table(schema::MESSAGES)?.len()?,
    })
}

/// What a store holds that lies in a file from `at` on. It is only read.
///
/// # Errors
/// It cannot be opened.
pub fn look_into(file: File, (at, bytes): (u64, u64)) -> Result<Contents, StoreError> {
    let part = Part { file: Mutex::new(file), at, bytes };
    beware("the copy", || {
        let database = Database::builder().open_read_only_with_backend(part);
        let database = database.map_err(|error| StoreError::damaged("the copy", &error))?;
        contents(&database.begin_read()?)
    })?
}

/// A part of a file as a store that nobody writes.
#[derive(Debug)]
struct Part {
    file: Mutex<File>,
    at: u64,
    bytes: u64,
}

impl StorageBackend for Part {
    fn len(&self) -> Result<u64, io::Error> {
        Ok(self.bytes)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
        if offset.checked_add(out.len() as u64).is_none_or(|end| end > self.bytes) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at + offset))?;
        file.read_exact(out)
    }

    fn set_len(&self, _bytes: u64) -> Result<(), io::Error> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync_data(&self) -> Result<(), io::Error> {
        Ok(())
    }

    fn write(&self, _offset: u64, _data: &[u8]) -> Result<(), io::Error> {
        self.set_len(0)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::store::{Engine, Reads, Writes};

    #[test]
    fn a_large_store_is_copied_in_parts_and_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let open = |name| Engine::open(folder.path(), name, schema::MIGRATIONS, 1024).unwrap();
        let engine = open("from.redb");
        let transaction = engine.write().unwrap();
        let mut rows = Writes::open(&transaction).unwrap();
        let secret = |n: u8| vec![n; usize::try_from(PART_BYTES).unwrap() / 2 - 1];
        for n in 0..5 {
            rows.put_secret(&format!("{n}"), &secret(n)).unwrap();
        }
        for n in 0..2_500 {
            rows.put_setting(&format!("{n}"), "x").unwrap();
        }
        drop(rows);
        transaction.commit().unwrap();
        let snapshot = engine.read().unwrap();
        let path = folder.path().join("to.redb");
        let new = || File::options().create(true).truncate(true).read(true).write(true).open(&path);
        let asked = Cell::new(0);
        let most = Cell::new(u64::MAX);
        let goes_on = || asked.replace(asked.get() + 1) < most.get();
        assert!(copy(&snapshot, new().unwrap(), &goes_on).unwrap());
        let tables = snapshot.list_tables().unwrap().count() as u64;
        // Each table once, and between the parts of the two large ones.
        assert_eq!(asked.replace(0), tables + 1 + 2);
        most.set(tables + 2);
        assert!(!copy(&snapshot, new().unwrap(), &goes_on).unwrap());
        asked.set(0);
        most.set(u64::MAX);
        assert!(copy(&snapshot, new().unwrap(), &goes_on).unwrap());
        drop(snapshot);
        drop(engine);
        let copied = open("to.redb");
        let rows = Reads::open(&copied.read().unwrap()).unwrap();
        assert_eq!(rows.list_settings().unwrap().len(), 2_500);
        for n in 0..5 {
            assert!(rows.get_secret(&format!("{n}")).unwrap() == Some(secret(n)));
        }
    }
}
