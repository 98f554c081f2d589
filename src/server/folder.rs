//! A server's data folder: what lies where in it, and how its store is opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{backup, disk};
use crate::limits::SERVER_CACHE_BYTES;
use crate::store::{Engine, StoreError, schema};

/// The server's store inside its data folder.
pub const STORE_FILE: &str = "mychat.redb";
/// The server's key inside its data folder.
pub const KEY_FILE: &str = "identity.key";

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
