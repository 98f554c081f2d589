//! `mychat admin`: on a running server by its control socket, on a stopped one in its folder.

mod cause;
pub mod print;

use std::io;
use std::path::{Path, PathBuf};

use crate::clock;
use crate::domain::RoomId;
use crate::limits::{BAN_MINUTES_MAX, SettingError};
use crate::net::control::{ControlReply, ControlRequest, LogEntry, LogKind};
use crate::net::verb::{Cause, Done, NotDone, Verb};
use crate::server::backup;
use crate::server::backup::archive::Manifest;
use crate::server::backup::keep::{self, Memory};
use crate::server::backup::make::{self, Source, Wanted};
use crate::server::commands::admin::{self, When};
use crate::server::control::Console;
use crate::server::folder;
use crate::server::journal;
use crate::server::logbook;
use crate::server::policy::{Given, Policy};
use crate::server::settings::Settings;
use crate::store::beware::beware;
use crate::store::blobs::Files;
use crate::store::{Engine, Reads, Writes};

pub use crate::server::backup::BackupError;
pub use crate::server::backup::keep::{BackupFile, all as backups};
pub use crate::server::backup::restore::restore_over;
pub use crate::store::StoreError;

/// What no server of this program does.
pub(crate) const OTHER_ANSWER: &str = "the server gave another answer";

/// Why a verb was not done.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// A running server holds the folder and does not answer.
    #[error("a server is running on {folder}, but its control socket does not answer: {error}")]
    Silent {
        /// Which folder.
        folder: String,
        /// What the system said.
        error: io::Error,
    },
    /// The verb needs a server that runs.
    #[error(
        "no server is running on {0}, and this makes sense on a running one only: start it first"
    )]
    Stopped(String),
    /// The running server said no.
    #[error("{0}")]
    Refused(NotDone),
    /// There is no store yet.
    #[error("{0} has no server's data: check --data, or start the server there once")]
    NoStore(String),
    /// A server has run here, and its store is gone.
    #[error("{path} is missing, and with it every account and message. {advice}")]
    StoreMissing {
        /// Where it has to be.
        path: PathBuf,
        /// What to do.
        advice: String,
    },
    /// With a code that nobody has, nobody could register.
    #[error(
        "registration = code needs a code: `mychat admin set registration.code CODE` first, or \
         `set registration open`"
    )]
    NoCode,
    /// The folder is another user's.
    #[error(
        "{folder} may only be looked into by its owner, and this is another user: say `sudo -u {owner} mychat \
         admin --data {folder}` and the rest"
    )]
    Closed {
        /// Which folder.
        folder: String,
        /// Whose it is, as `sudo` takes it.
        owner: String,
    },
    /// The system gives no random bytes for a code.
    #[error("the system gives no random bytes")]
    Chance,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store is damaged.
    #[error("{error}. {advice}")]
    Broken {
        /// What was found.
        error: StoreError,
        /// What to do.
        advice: String,
    },
    /// A backup or a check was not done.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// A setting that does not exist, or a value that it does not take.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// Nobody has that number or nickname.
    #[error("there is no account {0:?}; `mychat admin accounts` lists them")]
    NoAccount(String),
    /// No room has that number.
    #[error("there is no room {0}; `mychat admin rooms` lists them")]
    NoRoom(RoomId),
    /// That one is not banned.
    #[error("{0} is not banned; `mychat admin bans` lists who is")]
    NoBan(String),
    /// What somebody is told is too long, or more than one line.
    #[error("the reason is one line of at most {0} characters")]
    Words(usize),
    /// What everybody is told is empty, too long, or has characters that nobody sees.
    #[error("the text has 1 to {0} bytes and no control characters")]
    Text(usize),
    /// A ban of no time, or of more than anybody lives.
    #[error("a ban takes from 1 to {BAN_MINUTES_MAX} minutes; without them it holds for ever")]
    Minutes,
}

/// Does a verb, wherever the server is.
///
/// # Errors
/// Why it was not done; nothing was changed then.
pub fn run(data: &Path, verb: Verb) -> Result<Done, AdminError> {
    let verb = here(verb);
    if let Some(path) = folder::missing_store(data) {
        return Err(AdminError::StoreMissing { path, advice: backup::advice(data) });
    }
    // Settings may be made in an empty folder before the first start.
    let may_be_new = matches!(verb, Verb::Set { .. }) && data.is_dir();
    let found = data.join(folder::STORE_FILE).try_exists();
    let is_new = matches!(found, Ok(false));
    find_store(data, found, may_be_new)?;
    // One that is refused leaves nothing there.
    if let Verb::Set { key, value } = &verb
        && is_new
    {
        admin::changed(&Settings::default(), (key, value), clock::wall_ms())?;
    }
    match folder::open_own_store(data) {
        Ok(_) if verb.is_live() => Err(AdminError::Stopped(data.display().to_string())),
        Ok(engine) => {
            let done = beware("the file", || by_ourselves(engine, data, verb));
            done.unwrap_or_else(|damage| Err(damage.into())).map_err(|error| advised(error, data))
        }
        Err(StoreError::Locked(_)) => smol::block_on(ask(data, verb)),
        Err(error) => Err(advised(error.into(), data)),
    }
}

/// On a stopped server's folder.
fn by_ourselves(engine: Engine, data: &Path, verb: Verb) -> Result<Done, AdminError> {
    match verb {
        Verb::Backup { path } => back_up(&engine, data, path.map(PathBuf::from)),
        Verb::Check {} => Ok(Done::Checked(backup::check::check_stopped(engine, data)?)),
        verb => apply(&engine, data, &verb),
    }
}

fn advised(error: AdminError, data: &Path) -> AdminError {
    match error {
        AdminError::Store(error @ StoreError::Damaged { .. })
        | AdminError::Backup(BackupError::Store(error @ StoreError::Damaged { .. })) => {
            AdminError::Broken { error, advice: backup::advice(data) }
        }
        error => error,
    }
}

/// Whether there is a store to work on, by what looking for it came to.
fn find_store(data: &Path, found: io::Result<bool>, may_be_new: bool) -> Result<(), AdminError> {
    let folder = data.display().to_string();
    match found {
        Ok(true) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err(AdminError::Closed { folder, owner: owner(data) })
        }
        _ if may_be_new => Ok(()),
        _ => Err(AdminError::NoStore(folder)),
    }
}

/// Whose a folder is; by number, which `sudo` knows without asking anybody for the name.
#[cfg(unix)]
fn owner(data: &Path) -> String {
    let found = std::fs::metadata(data);
    let uid = found.map(|found| std::os::unix::fs::MetadataExt::uid(&found));
    uid.map_or_else(
        |_| "OWNER".to_owned(),
        |uid| if uid == 0 { "root".to_owned() } else { format!("'#{uid}'") },
    )
}

#[cfg(not(unix))]
fn owner(_data: &Path) -> String {
    "OWNER".to_owned()
}

/// A path is meant from where the person is, not from where the server runs.
fn here(verb: Verb) -> Verb {
    // The separator at its end that makes it a folder stays.
    let absolute = |path: String| match std::path::absolute(&path) {
        Ok(whole) => whole.display().to_string(),
        Err(_) => path,
    };
    match verb {
        Verb::Backup { path } => Verb::Backup { path: path.map(absolute) },
        verb => verb,
    }
}

fn back_up(engine: &Engine, data: &Path, path: Option<PathBuf>) -> Result<Done, AdminError> {
    keep::remove_unfinished(&keep::folder(data));
    let policy = Policy::new(Settings::load(&Reads::open(&engine.read()?)?)?, Given::default());
    let source = Source {
        data,
        engine,
        files: &Files::of(data),
        name: &policy.name(),
        floor_mib: make::floor_mib(&policy.limits()),
        free: &make::free,
        goes_on: &|| true,
    };
    let made = make::make(&source, &Wanted { path, is_automatic: false });
    if let Some((kind, event)) = backup::event(&made, false) {
        journal::note_in(data, kind, std::iter::once(event));
    }
    let row = made?;
    let mut memory = Memory::load(data);
    memory.made(&row, false);
    if let Err(error) = memory.save(data) {
        tracing::warn!(%error, "that this backup was made cannot be kept");
    }
    Ok(Done::Backup(row))
}

/// The newest lines of the event log, so many at most, as they lie on the disk.
///
/// # Errors
/// There is no server's data.
pub fn log(data: &Path, most: usize) -> Result<Vec<LogEntry>, AdminError> {
    find_store(data, data.join(folder::KEY_FILE).try_exists(), false)?;
    Ok(logbook::read(data, most))
}

/// Makes a data folder of a backup.
///
/// # Errors
/// Why not; nothing was changed then.
pub fn restore(file: &Path, data: &Path) -> Result<Manifest, AdminError> {
    Ok(backup::restore::restore(file, data)?)
}

fn apply(engine: &Engine, data: &Path, verb: &Verb) -> Result<Done, AdminError> {
    let transaction = engine.write()?;
    let code = chance()?;
    let mut rows = Writes::open(&transaction)?;
    let now = When { wall_ms: clock::wall_ms(), age_min: rows.get_age()? };
    let (done, news) = admin::apply(&mut rows, now, verb, code)?;
    drop(rows);
    transaction.commit().map_err(StoreError::from)?;
    let of_rooms = news.messages.iter().filter_map(journal::of_room);
    journal::note_in(data, LogKind::Info, news.noted.into_iter().chain(of_rooms));
    Ok(done)
}

async fn ask(data: &Path, verb: Verb) -> Result<Done, AdminError> {
    let silent = |error| AdminError::Silent { folder: data.display().to_string(), error };
    let mut console = Console::attach(data).await.map_err(silent)?;
    match console.ask(&ControlRequest::Admin { verb }).await {
        Ok(ControlReply::Done(done)) => Ok(done),
        Ok(ControlReply::NotDone(not_done)) => Err(AdminError::Refused(not_done)),
        Ok(_) => Err(AdminError::Refused(NotDone::new(Cause::Unknown, OTHER_ANSWER))),
        Err(error) => Err(silent(io::Error::other(error))),
    }
}

/// Whether the server that runs goes by what its command line says instead of a setting.
#[must_use]
pub fn is_given(data: &Path, key: &str) -> bool {
    let status = smol::block_on(async {
        let mut console = Console::attach(data).await.ok()?;
        console.ask(&ControlRequest::Status {}).await.ok()
    });
    matches!(status, Some(ControlReply::Status(status)) if status.given.iter().any(|one| one == key))
}

/// Chance for a one-time code.
///
/// # Errors
/// The system has none to give.
pub fn chance() -> Result<[u8; 16], AdminError> {
    let mut code = [0; 16];
    getrandom::fill(&mut code).map_err(|_| AdminError::Chance)?;
    Ok(code)
}

/// The port that the stopped server of this folder had.
#[must_use]
pub fn last_port(data: &Path) -> Option<u16> {
    let engine =
        data.join(folder::STORE_FILE).exists().then(|| folder::open_store(data).ok())??;
    Reads::open(&engine.read().ok()?).ok()?.get_port().ok()?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_may_not_be_looked_into_is_not_called_empty() {
        let data = tempfile::tempdir().unwrap();
        for may_be_new in [false, true] {
            let denied = Err(io::ErrorKind::PermissionDenied.into());
            let told = find_store(data.path(), denied, may_be_new).unwrap_err();
            let said = told.to_string();
            assert!(said.contains("this is another user: say `sudo -u "), "{said}");
            let found = find_store(data.path(), Ok(false), may_be_new);
            assert_eq!(found.is_ok(), may_be_new, "{found:?}");
        }
        assert!(find_store(data.path(), Ok(true), false).is_ok());
    }
}
