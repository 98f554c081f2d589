//! `mychat admin` on a stopped server's folder: administrators and settings.

use std::path::Path;

use super::ring;
use super::settings::Settings;
use crate::domain::{AccountId, Nickname, Role};
use crate::limits::SettingError;
use crate::net::protocol::Registration;
use crate::store::{Engine, Reads, StoreError, Writes};

/// What the tool can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// Name or remove an administrator.
    Role {
        /// Number or nickname.
        account: String,
        /// What it shall be.
        role: Role,
    },
    /// Move a setting.
    Set {
        /// Which.
        key: String,
        /// Where to.
        value: String,
    },
    /// Show one setting or all.
    Get {
        /// Which; all when absent.
        key: Option<String>,
    },
}

/// Why a verb was not done.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// A running server holds the folder.
    #[error(
        "a server is running on {0}: stop it first (settings are read at its start), then try again"
    )]
    Running(String),
    /// There is no store yet.
    #[error("{0} has no server's data: check --data, or start the server there once")]
    NoStore(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A setting that does not exist, or a value that it does not take.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// Nobody has that number or nickname.
    #[error("there is no account {0:?}")]
    NoAccount(String),
}

/// What came of a verb, for people and as JSON.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Done {
    /// An account's role now.
    Role {
        /// Which.
        account: u64,
        /// Its name.
        nickname: String,
        /// What it is.
        role: Role,
    },
    /// Settings now.
    Settings(std::collections::BTreeMap<String, String>),
}

/// Does a verb on a stopped folder.
///
/// # Errors
/// Why it was not done; nothing was changed then.
pub fn run(data: &Path, verb: Verb) -> Result<Done, AdminError> {
    // Settings may be made in an empty folder before the first start; a mistyped one is refused.
    let may_be_new = matches!(verb, Verb::Set { .. }) && data.is_dir();
    if !may_be_new && !data.join(ring::STORE_FILE).exists() {
        return Err(AdminError::NoStore(data.display().to_string()));
    }
    let engine = ring::open_store(data).map_err(|error| match error {
        StoreError::Locked(folder) => AdminError::Running(folder.display().to_string()),
        other => other.into(),
    })?;
    match verb {
        Verb::Role { account, role } => set_role(&engine, &account, role),
        Verb::Set { key, value } => {
            write(&engine, |rows| Settings::store(rows, &key, &value))??;
            let settings = Settings::load(&Reads::open(&engine.read()?)?)?;
            if settings.registration == Registration::Code && settings.code.is_none() {
                tracing::warn!("nobody can register before registration.code is set");
            }
            get(&engine, Some(&key))
        }
        Verb::Get { key } => get(&engine, key.as_deref()),
    }
}

/// The port that the stopped server of this folder had.
#[must_use]
pub fn last_port(data: &Path) -> Option<u16> {
    let engine = data.join(ring::STORE_FILE).exists().then(|| ring::open_store(data).ok())??;
    Reads::open(&engine.read().ok()?).ok()?.get_port().ok()?
}

fn set_role(engine: &Engine, account: &str, role: Role) -> Result<Done, AdminError> {
    let missing = || AdminError::NoAccount(account.to_owned());
    let person = write(engine, |rows| {
        let id = match (AccountId::parse(account), Nickname::parse(account)) {
            (Some(number), _) => Some(number),
            (_, Ok(nickname)) => rows.get_nickname_owner(&nickname)?,
            _ => None,
        };
        let Some(id) = id else { return Ok(None) };
        rows.put_role(id, role)?;
        rows.get_person(id)
    })?;
    let person = person.ok_or_else(missing)?;
    Ok(Done::Role { account: person.account.0, nickname: person.nickname, role: person.role })
}

fn get(engine: &Engine, key: Option<&str>) -> Result<Done, AdminError> {
    let settings = Settings::load(&Reads::open(&engine.read()?)?)?;
    let rows = settings.list().into_iter().filter(|(name, _)| key.is_none_or(|key| key == *name));
    let rows: std::collections::BTreeMap<String, String> =
        rows.map(|(name, value)| (name.to_owned(), value)).collect();
    match (rows.is_empty(), key) {
        (true, Some(key)) => Err(SettingError::Key(key.to_owned()).into()),
        _ => Ok(Done::Settings(rows)),
    }
}

fn write<T>(
    engine: &Engine,
    change: impl FnOnce(&mut Writes<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = engine.write()?;
    let done = change(&mut Writes::open(&transaction)?)?;
    transaction.commit()?;
    Ok(done)
}
