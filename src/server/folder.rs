//! A server's data folder: what lies where in it, and how its store is opened.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{ServerError, backup, disk};
use crate::domain::ServerId;
use crate::limits::SERVER_CACHE_BYTES;
use crate::net::opaque::ServerSetup;
use crate::net::tls::{Identity, TlsError};
use crate::store::beware::beware;
use crate::store::{Engine, Reads, StoreError, Writes, schema};

/// The server's store inside its data folder.
pub const STORE_FILE: &str = "mychat.redb";
/// The server's key inside its data folder.
pub const KEY_FILE: &str = "identity.key";

/// The name of the OPAQUE secrets in the store.
pub(super) const SECRETS: &str = "opaque";
/// Beside them, no secret: whose key made this folder. With another one every password would be refused.
const OWNER: &str = "server";

/// Where the store has to be, when it is not there although a server has run on this folder: the key
/// is made after the store.
pub(super) fn missing_store(data: &Path) -> Option<PathBuf> {
    let path = data.join(STORE_FILE);
    (data.join(KEY_FILE).exists() && !path.exists()).then_some(path)
}

/// Opens or makes the store in a data folder.
pub(super) fn open_store(data: &Path) -> Result<Arc<Engine>, StoreError> {
    open_own_store(data).map(Arc::new)
}

/// The same for who shares it with nobody.
pub(super) fn open_own_store(data: &Path) -> Result<Engine, StoreError> {
    disk::make_way(data);
    backup::place::tidy(data);
    Engine::open(data, STORE_FILE, schema::MIGRATIONS, SERVER_CACHE_BYTES)
}

/// Looks at a store that may be damaged; that it is comes with what to do about it.
pub(super) fn look<T>(
    data: &Path,
    look: impl FnOnce() -> Result<T, ServerError>,
) -> Result<T, ServerError> {
    let looked = beware("the file", look).unwrap_or_else(|damage| Err(damage.into()));
    looked.map_err(|error| match error {
        ServerError::Store(error @ StoreError::Damaged { .. }) => {
            ServerError::Broken { error, advice: backup::advice(data) }
        }
        error => error,
    })
}

/// A server that has run before must find its key: a new one would void every password and every
/// fingerprint that people compared.
pub(super) fn load_identity(engine: &Engine, data: &Path) -> Result<Identity, ServerError> {
    let path = data.join(KEY_FILE);
    let (has_run, owner) = {
        let rows = Reads::open(&engine.read()?)?;
        (rows.get_secret(SECRETS)?.is_some(), rows.get_secret(OWNER)?)
    };
    let owner = owner.filter(|_| has_run);
    let loaded = match has_run {
        true => Identity::load(&path),
        false => Identity::load_or_create(&path),
    };
    let is_noted = owner.is_some();
    let proven = loaded.and_then(|identity| belongs(&path, &identity, owner).map(|()| identity));
    let identity = proven.map_err(|error| key_error(data, error))?;
    if !is_noted {
        let transaction = engine.write()?;
        Writes::open(&transaction)?.put_secret(OWNER, &identity.server_id().0)?;
        transaction.commit().map_err(StoreError::from)?;
    }
    Ok(identity)
}

/// The key of a data folder, which is there and its own.
///
/// # Errors
/// It is not, or the disk failed.
pub(super) fn own_key(rows: &Reads, data: &Path) -> Result<Result<Identity, TlsError>, StoreError> {
    let (path, owner) = (data.join(KEY_FILE), rows.get_secret(OWNER)?);
    Ok(Identity::load(&path).and_then(|key| belongs(&path, &key, owner).map(|()| key)))
}

/// Holds a key against whose folder it is, where that was noted.
fn belongs(path: &Path, key: &Identity, owner: Option<Vec<u8>>) -> Result<(), TlsError> {
    match owner.and_then(|id| id.try_into().ok()).map(ServerId) {
        Some(wanted) if wanted != key.server_id() => {
            Err(TlsError::KeyOther(path.to_owned(), key.server_id(), wanted))
        }
        _ => Ok(()),
    }
}

/// Why the key of a data folder is not to be had, with what to do about it.
#[must_use]
pub fn key_error(data: &Path, error: TlsError) -> ServerError {
    match error {
        TlsError::KeyMissing { .. } | TlsError::KeyDamaged { .. } | TlsError::KeyOther(..) => {
            let advice = backup::key_advice(data, &backup::advice(data));
            ServerError::KeyLost { error, advice }
        }
        error => error.into(),
    }
}

/// The OPAQUE secrets live in the store: without them every password envelope is void.
pub(super) fn load_secrets(engine: &Engine, data: &Path) -> Result<ServerSetup, ServerError> {
    if let Some(bytes) = Reads::open(&engine.read()?)?.get_secret(SECRETS)? {
        return ServerSetup::from_bytes(&bytes)
            .map_err(|_| ServerError::Secrets { advice: backup::advice(data) });
    }
    let setup = ServerSetup::generate();
    let transaction = engine.write()?;
    Writes::open(&transaction)?.put_secret(SECRETS, &setup.to_bytes())?;
    transaction.commit().map_err(StoreError::from)?;
    Ok(setup)
}

/// Makes a folder for its owner only, inside one that is there.
pub(super) fn make_private(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::DirBuilderExt;
        let mut builder = fs::DirBuilder::new();
        builder.mode(0o700);
        builder
    };
    // On Windows it inherits the rights of the person's own profile.
    #[cfg(not(unix))]
    let builder = fs::DirBuilder::new();
    builder.create(folder)
}

/// What root makes in somebody's folder is that one's.
#[cfg(unix)]
pub(super) fn give(path: &Path, within: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, lchown};
    let owner = within.metadata()?;
    match rustix::process::geteuid().is_root() && owner.uid() != 0 {
        true => lchown(path, Some(owner.uid()), Some(owner.gid())),
        false => Ok(()),
    }
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as on Unix")]
pub(super) fn give(_path: &Path, _within: &Path) -> io::Result<()> {
    Ok(())
}
