//! Backups: one file that a server can begin anew from, made while it runs.
//!
//! * [`archive`] is what such a file consists of, and how it is proven; [`make`] makes one of a snapshot,
//!   [`restore`] a data folder of one, in a `place` of its own.
//! * [`keep`] is the folder of backups: their names, which go, what the last one came to.
//! * [`schedule`] says when the next is due; [`chores`] are the long tasks of a running server.
//! * [`check`] holds a server's data against itself.

pub mod archive;
pub mod check;
pub mod chores;
pub mod keep;
pub mod make;
pub(in crate::server) mod place;
pub mod restore;
pub mod schedule;

use std::io;
use std::path::{Path, PathBuf};

use crate::domain::BlobId;
use crate::net::control::{LogEvent, LogKind};
use crate::net::tls::TlsError;
use crate::net::verb::{BackupRow, NotDone};
use crate::server::KEY_FILE;
use crate::store::StoreError;

/// Why a backup was not made or not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// One long task at a time.
    #[error("a backup or a check is running already: wait until it is done")]
    Busy,
    /// The server closes; nothing is left of it.
    #[error("given up, since the server is closing")]
    Stopped,
    /// It would not fit, or leave too little for the server.
    #[error(
        "not enough disk space in {folder}: {need} MiB are needed and {free} MiB are free. Make room, or \
         name another place"
    )]
    Space {
        /// Where.
        folder: PathBuf,
        /// So much is needed.
        need: u64,
        /// So much is there.
        free: u64,
    },
    /// Nothing is overwritten.
    #[error("{0} is there already, and no backup overwrites anything: choose another name")]
    Exists(PathBuf),
    /// The place is no place.
    #[error(
        "{0} is no folder: make it, or name another place (a folder that is there, or in one a file whose \
         name ends in .tar)"
    )]
    NoFolder(PathBuf),
    /// A file that the store names is not there.
    #[error(
        "the picture or file {0} is missing, so that no backup would be whole: `mychat admin check` says \
         more"
    )]
    Missing(BlobId),
    /// A file has other bytes than its name says.
    #[error(
        "the picture or file {0} is damaged, so that no backup would be whole: `mychat admin check` says \
         more"
    )]
    Changed(BlobId),
    /// What was written is not what was read.
    #[error(
        "the backup was written, but is not right when it is read again ({0}): check that disk"
    )]
    Unproven(Box<BackupError>),
    /// A file is no backup, or is damaged.
    #[error("{path} cannot be restored: {why}. Take another one")]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// A newer program wrote it.
    #[error(
        "{path} was made by a newer MyChat ({program}, {what} {found}, this one knows {known}): update \
         this program"
    )]
    Newer {
        /// Which.
        path: PathBuf,
        /// By which version.
        program: String,
        /// What is newer.
        what: &'static str,
        /// Its version.
        found: u64,
        /// Ours.
        known: u64,
    },
    /// There is a server's data already.
    #[error(
        "{0} is not empty, and nothing is overwritten: move that folder away, or choose another one with \
         --data"
    )]
    Occupied(PathBuf),
    /// A server runs there.
    #[error("a server is running on {0}: stop it, then move that folder away")]
    Running(PathBuf),
    /// The key could not be read.
    #[error("{0}, so that no backup would be whole: `mychat admin check` says more")]
    Key(#[from] TlsError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system said no.
    #[error("cannot {doing} {path}: {error}")]
    File {
        /// What was being done.
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A defect of ours, told in the log.
    #[error("a defect in MyChat; the log says where")]
    Defect,
}

impl BackupError {
    /// For `map_err`: what was being done, with what.
    fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BackupError {
        let path = path.to_owned();
        move |error| BackupError::File { doing, path, error }
    }

    /// Whoever asked is told; the backup before it is still the last one that counts.
    fn is_no_failure(&self) -> bool {
        use BackupError::{Busy, Exists, NoFolder, Stopped};
        matches!(self, Busy | Stopped | Exists(_) | NoFolder(_))
    }

    fn damaged(path: &Path, why: impl std::fmt::Display) -> BackupError {
        BackupError::Damaged { path: path.to_owned(), why: why.to_string() }
    }
}

/// The line of the event log for what a backup came to; none where nothing is wrong with it.
pub(in crate::server) fn event(
    made: &Result<BackupRow, BackupError>,
    is_automatic: bool,
) -> Option<(LogKind, LogEvent)> {
    match made {
        Ok(BackupRow { path, bytes, took_ms, .. }) => {
            let (path, bytes, took_ms) = (path.clone(), *bytes, *took_ms);
            Some((LogKind::Info, LogEvent::BackedUp { path, bytes, took_ms }))
        }
        Err(error) if error.is_no_failure() => None,
        // It was not begun, and the next one may fit.
        Err(BackupError::Space { folder, need, free }) if is_automatic => {
            let (folder, need_mib, free_mib) = (folder.display().to_string(), *need, *free);
            Some((LogKind::Warn, LogEvent::BackupSkipped { folder, need_mib, free_mib }))
        }
        Err(error) => Some((LogKind::Error, LogEvent::BackupFailed(NotDone::from(error)))),
    }
}

/// What to do when a server's data is damaged: which backup is the newest, and how it is restored.
#[must_use]
pub fn advice(data: &Path) -> String {
    let (here, away) = (data.display(), format!("{}.damaged", data.display()));
    let newest = keep::newest(data);
    let file = newest.and_then(|path| Some(path.strip_prefix(data).ok()?.display().to_string()));
    let file = match file {
        Some(inside) => format!("{away}/{inside}"),
        None => "FILE".to_owned(),
    };
    format!(
        "To restore a backup, move the folder away (mv '{here}' '{away}'), then: mychat admin --data \
         '{here}' restore '{file}'"
    )
}

/// What to do when a server's key is missing or damaged; `restore` is how all of a backup is restored.
#[must_use]
pub fn key_advice(data: &Path, restore: &str) -> String {
    let newest = keep::newest(data);
    let file = newest.map_or_else(|| "FILE".to_owned(), |path| path.display().to_string());
    format!(
        "A new key would void every password, and every client would warn of another server: none is made \
         here. Put it back out of a backup, which loses nothing else: tar -C '{}' -xf '{file}' {KEY_FILE}. \
         Where that cannot be done, go back to all of a backup. {restore}",
        data.display()
    )
}
