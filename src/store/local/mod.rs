//! A client's own store: pinned servers, accounts with their tokens, the outbox, what was cached.
//!
//! One folder holds it, one process uses it. It is a cache and a key ring, never the truth: the
//! server's log is. Only the outbox and the tokens exist nowhere else. Deliberately absent:
//! threads and batches; the client's keeper thread owns a [`Local`] and calls it.

mod tables;
mod values;

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{Builder, Database, ReadableDatabase};

use crate::domain::{ConversationId, DeviceId, Message, Seq};
use crate::limits::CLIENT_CACHE_BYTES;

use tables::Schema;
pub use values::{
    KnownAccount, KnownConversation, KnownServer, Loaded, Owner, Start, Waiting, Write,
};

/// The store's file in the client's folder.
const FILE: &str = "client.redb";
/// Under this name it is made, so that a crash in the middle leaves no half file behind.
const FILE_NEW: &str = "client.redb.new";
/// Held as long as the store is open; the system lets go of it even after a kill.
const FILE_LOCK: &str = "lock";

/// Why the client's store could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocalError {
    /// Another process holds the folder.
    #[error("{0} is used by another MyChat; close that one or choose another folder")]
    Locked(PathBuf),
    /// The folder or the file cannot be made.
    #[error("cannot write to {folder}: {error}; check its permissions and the free space")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The file was written by a newer program.
    #[error("{file} has schema {found} and this MyChat knows {known}: update MyChat")]
    Newer {
        /// Which.
        file: PathBuf,
        /// Its schema.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// The engine failed: a full disk, a damaged file.
    #[error("the client's store failed: {0}; check the disk, or move the file away to start anew")]
    Engine(#[from] redb::Error),
    /// A value in the file is not one of ours.
    #[error("the client's store holds a damaged {0}; move the file away to start anew")]
    Value(&'static str),
}

/// Turns redb's error of one step into [`LocalError::Engine`].
macro_rules! engine_errors {
    ($($error:ty),+) => {
        $(impl From<$error> for LocalError {
            fn from(error: $error) -> Self {
                LocalError::Engine(error.into())
            }
        })+
    };
}

engine_errors!(
    redb::DatabaseError,
    redb::TransactionError,
    redb::TableError,
    redb::StorageError,
    redb::CommitError
);

/// The open store of one client.
#[derive(Debug)]
pub struct Local {
    database: Database,
    device: DeviceId,
    /// Orders the outbox; above every number that is in use.
    next_order: u64,
    /// Released when dropped, after the database.
    _lock: File,
}

impl Local {
    /// Opens the store in a folder, making both where they are not there. `fresh_device` names
    /// this place when the store is new.
    ///
    /// # Errors
    /// Another process uses the folder, it cannot be written, or its file cannot be read.
    pub fn open(home: &Path, fresh_device: DeviceId) -> Result<Self, LocalError> {
        let folder_error = |error| LocalError::Folder { folder: home.to_owned(), error };
        make_private_folder(home).map_err(folder_error)?;
        let lock = private_file(&home.join(FILE_LOCK)).map_err(folder_error)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(LocalError::Locked(home.to_owned())),
            Err(fs::TryLockError::Error(error)) => return Err(folder_error(error)),
        }
        let path = home.join(FILE);
        if !path.try_exists().map_err(folder_error)? {
            create(home, &path, fresh_device)?;
        }
        let mut database = builder().open(&path).map_err(|error| open_error(home, error))?;
        tables::migrate(&path, &mut database)?;
        let transaction = database.begin_read()?;
        let schema = Schema::read(&transaction)?;
        let device = schema.device()?;
        let next_order = schema.next_order()?;
        drop(schema);
        drop(transaction);
        Ok(Local { database, device, next_order, _lock: lock })
    }

    /// What every start needs: it is small.
    ///
    /// # Errors
    /// The engine failed or a value is damaged.
    pub fn start(&self) -> Result<Start, LocalError> {
        let transaction = self.database.begin_read()?;
        let schema = Schema::read(&transaction)?;
        Ok(Start {
            device: self.device,
            servers: schema.servers()?,
            accounts: schema.accounts()?,
            settings: schema.settings()?,
        })
    }

    /// What one account left behind: its outbox in order, its conversations, the people it knew.
    ///
    /// # Errors
    /// The engine failed or a value is damaged.
    pub fn load(&self, owner: Owner) -> Result<Loaded, LocalError> {
        let transaction = self.database.begin_read()?;
        let schema = Schema::read(&transaction)?;
        match schema.owner_number(owner)? {
            None => Ok(Loaded::default()),
            Some(number) => schema.load(number),
        }
    }

    /// Cached messages `from..=to` of a conversation, oldest first.
    ///
    /// # Errors
    /// The engine failed or a value is damaged.
    pub fn list_messages(
        &self,
        owner: Owner,
        conversation: ConversationId,
        from: Seq,
        to: Seq,
    ) -> Result<Vec<Message>, LocalError> {
        let transaction = self.database.begin_read()?;
        let schema = Schema::read(&transaction)?;
        match schema.owner_number(owner)? {
            None => Ok(Vec::new()),
            Some(number) => schema.messages(number, conversation, from, to),
        }
    }

    /// Writes all of it in one transaction, on disk when this returns.
    ///
    /// # Errors
    /// The engine failed; then nothing of it is written.
    pub fn apply(&mut self, writes: &[Write]) -> Result<(), LocalError> {
        let transaction = self.database.begin_write()?;
        let mut next_order = self.next_order;
        for write in writes {
            tables::apply(&transaction, write, &mut next_order)?;
        }
        transaction.commit()?;
        self.next_order = next_order;
        Ok(())
    }
}

/// The folder where the store of one client lives unless told otherwise, one a running process:
/// `mychat/client` in the platform's data folder, then `client-2` … `client-8` when it is in use.
#[must_use]
pub fn default_home(data: &Path, slot: u32) -> PathBuf {
    match slot {
        0 | 1 => data.join("client"),
        slot => data.join(format!("client-{slot}")),
    }
}

/// Whether a running process uses this folder.
#[must_use]
pub fn is_locked(home: &Path) -> bool {
    let Ok(file) = File::open(home.join(FILE_LOCK)) else { return false };
    matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock))
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CLIENT_CACHE_BYTES);
    builder
}

fn open_error(home: &Path, error: redb::DatabaseError) -> LocalError {
    match error {
        redb::DatabaseError::DatabaseAlreadyOpen => LocalError::Locked(home.to_owned()),
        other => other.into(),
    }
}

/// Makes the file under another name first: whoever finds it under its own finds it whole.
fn create(home: &Path, path: &Path, device: DeviceId) -> Result<(), LocalError> {
    let folder_error = |error| LocalError::Folder { folder: home.to_owned(), error };
    let new = home.join(FILE_NEW);
    match fs::remove_file(&new) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(folder_error(error));
        }
        _ => {}
    }
    let file = private_file(&new).map_err(folder_error)?;
    let backend = FileBackend::new(file)?;
    let database = builder().create_with_backend(backend)?;
    tables::create(&database, device)?;
    drop(database);
    fs::rename(&new, path).map_err(folder_error)?;
    sync_folder(home).map_err(folder_error)
}

fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn make_private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A rename is on disk only when its folder is; Windows does that by itself.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    match cfg!(unix) {
        true => File::open(path)?.sync_all(),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests;
