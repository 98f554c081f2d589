//! Opens a store safely: one owner, made under a temporary name, the right version.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use redb::{
    Database, DatabaseError, Durability, ReadTransaction, ReadableDatabase, StorageBackend,
    TableDefinition, TableError, WriteTransaction,
};

use super::beware::{Wary, beware, was_engine};

/// Changes a file of version n into one of version n + 1, inside one transaction.
pub type Migration = fn(&WriteTransaction) -> Result<(), StoreError>;

/// How many migrations a file has seen.
pub(super) const VERSION: TableDefinition<&str, u64> = TableDefinition::new("version");
/// Held as long as a folder is used; the system lets go of it even after a kill.
pub(crate) const LOCK: &str = "lock";
/// Whoever only asks whether a folder is used holds it for a moment, and shall keep nobody out.
const LOCK_TRIES: u32 = 3;
const LOCK_AGAIN: Duration = Duration::from_millis(10);

/// What can go wrong between us and the disk.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A second program wants the same folder.
    #[error("{0} is used by another MyChat: close that one first, or choose another folder")]
    Locked(PathBuf),
    /// The folder or file cannot be made, opened or written.
    #[error("cannot {doing} {path}: {error}. Check that the folder is yours and not full")]
    Folder {
        /// What was being done.
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Written by a newer program.
    #[error(
        "{path} was written by a newer MyChat (format {found}, this one knows {known}): \
         update this program"
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its version.
        found: u64,
        /// Ours.
        known: u64,
    },
    /// A value that we did not write like this. What helps is said by whoever knows whose store it is.
    #[error("the store is damaged: {what} cannot be read ({why})")]
    Damaged {
        /// Which value.
        what: &'static str,
        /// What was found.
        why: String,
    },
    /// The disk or the file failed under us. Nothing is acknowledged after it.
    #[error("the disk failed: {0}. Check its space and health, then start again")]
    Storage(String),
}

impl StoreError {
    pub(super) fn damaged(what: &'static str, why: &dyn std::fmt::Display) -> Self {
        StoreError::Damaged { what, why: why.to_string() }
    }

    /// Why a thread that reads has panicked: the engine did, since it does not understand its file, or it is
    /// a defect of ours.
    #[must_use]
    pub fn after_panic() -> Self {
        match was_engine() {
            true => StoreError::damaged("the file", &"it makes no sense"),
            false => StoreError::Storage("a defect while reading".to_owned()),
        }
    }

    pub(super) fn folder(doing: &'static str, path: &Path, error: io::Error) -> Self {
        StoreError::Folder { doing, path: path.to_owned(), error }
    }
}

/// What the engine says of bytes that nobody wrote like this is damage; anything else is the disk.
impl From<redb::StorageError> for StoreError {
    fn from(error: redb::StorageError) -> Self {
        use redb::StorageError as Said;
        let is_damage = match &error {
            Said::Corrupted(_) | Said::LockPoisoned(_) => true,
            Said::Io(error) => is_damage(error),
            _ => false,
        };
        match is_damage {
            true => StoreError::damaged("the file", &error),
            false => StoreError::Storage(error.to_string()),
        }
    }
}

/// The system opened and read the file; what stands in it is the trouble.
fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
}

impl From<DatabaseError> for StoreError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Storage(error) => error.into(),
            other => StoreError::damaged("the file", &other),
        }
    }
}

/// A table that is missing, or is another than we made.
impl From<TableError> for StoreError {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Storage(error) => error.into(),
            other => StoreError::damaged("a table", &other),
        }
    }
}

macro_rules! storage_errors {
    ($($error:ident),+) => {$(
        impl From<redb::$error> for StoreError {
            fn from(error: redb::$error) -> Self {
                match error {
                    redb::$error::Storage(error) => error.into(),
                    other => StoreError::Storage(other.to_string()),
                }
            }
        }
    )+};
}

storage_errors!(TransactionError, CommitError, CompactionError);

impl From<redb::SetDurabilityError> for StoreError {
    fn from(error: redb::SetDurabilityError) -> Self {
        StoreError::Storage(error.to_string())
    }
}

/// An open store. One for each file, in one process.
pub struct Engine {
    database: Wary<Database>,
    /// Held while the store is open; the system lets go of it when the process ends.
    _lock: Option<FolderLock>,
}

/// One owner for each folder. It goes with the process, also when that is killed.
pub struct FolderLock(File);

impl Engine {
    /// Opens `folder/name`, making both where they are missing.
    ///
    /// # Errors
    /// Somebody else has it, it cannot be written, it is newer than this program, it is damaged.
    pub fn open(
        folder: &Path,
        name: &str,
        migrations: &[Migration],
        cache_bytes: usize,
    ) -> Result<Self, StoreError> {
        // Only a folder of our own making is closed to others: `--data /tmp` must stay what it is.
        if !folder.exists() {
            fs::create_dir_all(folder)
                .map_err(|e| StoreError::folder("make the folder", folder, e))?;
            restrict(folder)?;
        }
        let lock = lock(folder)?;
        let path = folder.join(name);
        if !path.exists() {
            create(folder, &path, migrations)?;
        }
        let mut builder = Database::builder();
        builder.set_cache_size(cache_bytes);
        let database = beware("the file", || builder.open(&path))?;
        let database = database.map_err(|error| open_error(&path, error))?;
        let mut engine = Engine { database: Wary::new(database), _lock: Some(lock) };
        beware("the file", || engine.migrate(migrations, &path, |from| keep_copy(&path, from)))??;
        Ok(engine)
    }

    /// Opens a store on any backend, such as one that fails when a test says so.
    ///
    /// # Errors
    /// What the backend says.
    pub fn open_on(
        backend: impl StorageBackend,
        migrations: &[Migration],
        cache_bytes: usize,
    ) -> Result<Self, StoreError> {
        let mut builder = Database::builder();
        builder.set_cache_size(cache_bytes);
        let database = builder.create_with_backend(backend)?;
        let mut engine = Engine { database: Wary::new(database), _lock: None };
        engine.migrate(migrations, Path::new("store"), |_| Ok(()))?;
        Ok(engine)
    }

    /// A consistent snapshot.
    ///
    /// # Errors
    /// The disk failed.
    pub fn read(&self) -> Result<ReadTransaction, StoreError> {
        Ok(self.database.begin_read()?)
    }

    /// The one write transaction: durable and two-phase, so that a torn write is noticed.
    ///
    /// # Errors
    /// The disk failed.
    pub fn write(&self) -> Result<WriteTransaction, StoreError> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        transaction.set_two_phase_commit(true);
        Ok(transaction)
    }

    fn migrate(
        &mut self,
        migrations: &[Migration],
        path: &Path,
        before: impl FnOnce(u64) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let known = migrations.len() as u64;
        let found = self.version()?;
        if found == known {
            return Ok(());
        }
        if found > 0 {
            // Of damage, and not of another program, any number may tell; and what goes by it changes everything.
            self.check_pages()?;
        }
        if found > known {
            return Err(StoreError::Newer { path: path.to_owned(), found, known });
        }
        if found > 0 {
            before(found)?;
        }
        let transaction = self.write()?;
        for migration in migrations.iter().skip(usize::try_from(found).unwrap_or(usize::MAX)) {
            migration(&transaction)?;
        }
        transaction.open_table(VERSION)?.insert("schema", known)?;
        transaction.commit()?;
        Ok(())
    }

    fn version(&self) -> Result<u64, StoreError> {
        version_of(&self.read()?)
    }

    /// Holds every page against its checksum. Nobody else may use the store meanwhile.
    ///
    /// # Errors
    /// It is damaged, or the disk failed.
    pub fn check_pages(&mut self) -> Result<(), StoreError> {
        let database = &mut self.database;
        match beware("the file", || database.check_integrity())?? {
            true => Ok(()),
            false => Err(StoreError::damaged("the file", &"its pages do not agree")),
        }
    }
}

/// How many migrations the file of a snapshot has seen.
pub(super) fn version_of(snapshot: &ReadTransaction) -> Result<u64, StoreError> {
    match snapshot.open_table(VERSION) {
        Ok(table) => match table.get("schema")? {
            Some(version) => Ok(version.value()),
            None => Err(StoreError::damaged("its version", &"it is missing")),
        },
        // It is made with the first tables, so that only what is new has none.
        Err(TableError::TableDoesNotExist(_)) => match snapshot.list_tables()?.next() {
            None => Ok(0),
            Some(_) => Err(StoreError::damaged("its version", &"it is missing")),
        },
        Err(error) => Err(error.into()),
    }
}

/// A crash while a file is being made must not leave one that cannot be opened: it is made under
/// another name, closed, and renamed when it is whole.
fn create(folder: &Path, path: &Path, migrations: &[Migration]) -> Result<(), StoreError> {
    let temporary = path.with_extension("creating");
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(StoreError::folder("remove", &temporary, error));
        }
        _ => {}
    }
    let file = private(File::options().create_new(true).read(true).write(true))
        .open(&temporary)
        .map_err(|e| StoreError::folder("make", &temporary, e))?;
    let database =
        Database::builder().create_with_backend(redb::backends::FileBackend::new(file)?)?;
    let mut engine = Engine { database: Wary::new(database), _lock: None };
    engine.migrate(migrations, &temporary, |_| Ok(()))?;
    drop(engine);
    fs::rename(&temporary, path).map_err(|e| StoreError::folder("rename", &temporary, e))?;
    sync_folder(folder).map_err(|e| StoreError::folder("sync", folder, e))
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

impl Drop for FolderLock {
    /// Said aloud: a child that this process is starting may hold a copy of the file for a moment
    /// longer, and with it a lock that only closing would end.
    fn drop(&mut self) {
        self.0.unlock().ok();
    }
}

/// Whether a running process uses this folder.
#[must_use]
pub fn is_locked(folder: &Path) -> bool {
    let Ok(file) = File::open(folder.join(LOCK)) else { return false };
    let is_locked = matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock));
    drop(FolderLock(file));
    is_locked
}

/// Uses a folder alone, as an open store does.
///
/// # Errors
/// Somebody else uses it, or the disk failed.
#[expect(clippy::disallowed_methods, reason = "nothing tells when another lets go of a lock")]
pub fn lock(folder: &Path) -> Result<FolderLock, StoreError> {
    let path = folder.join(LOCK);
    let file = private(File::options().create(true).truncate(false).write(true))
        .open(&path)
        .map_err(|e| StoreError::folder("open", &path, e))?;
    for _ in 1..LOCK_TRIES {
        match file.try_lock() {
            Err(fs::TryLockError::WouldBlock) => thread::sleep(LOCK_AGAIN),
            _ => break,
        }
    }
    match file.try_lock() {
        Ok(()) => Ok(FolderLock(file)),
        Err(fs::TryLockError::WouldBlock) => Err(StoreError::Locked(folder.to_owned())),
        Err(fs::TryLockError::Error(error)) => Err(StoreError::folder("lock", &path, error)),
    }
}

fn open_error(path: &Path, error: DatabaseError) -> StoreError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::Locked(path.to_owned()),
        DatabaseError::Storage(redb::StorageError::Io(error)) if !is_damage(&error) => {
            StoreError::folder("open", path, error)
        }
        other => other.into(),
    }
}

fn keep_copy(path: &Path, version: u64) -> Result<(), StoreError> {
    let copy = path.with_extension(format!("v{version}.redb"));
    // Nobody writes now: the folder's lock is held and the first transaction has not begun.
    fs::copy(path, &copy)
        .and_then(|_| File::open(&copy)?.sync_all())
        .map_err(|e| StoreError::folder("copy before migrating to", &copy, e))
}

/// For its owner only.
///
/// # Errors
/// The system said no.
#[cfg(unix)]
pub(super) fn restrict(folder: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        .map_err(|e| StoreError::folder("restrict", folder, e))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as on Unix")]
pub(super) fn restrict(_folder: &Path) -> Result<(), StoreError> {
    Ok(())
}

/// For its owner only.
fn private(options: &mut fs::OpenOptions) -> &mut fs::OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// A rename is durable when its folder is.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as on Unix")]
pub(super) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
