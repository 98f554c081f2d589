//! Our own versioned bytes: one version byte, then the fields as MessagePack.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::engine::StoreError;

/// A value of a table. A field may be added behind the others, with a default; any other change is
/// a new version, together with a migration.
pub(super) trait Record: Serialize + DeserializeOwned {
    /// What it is, for the message when it cannot be read.
    const NAME: &'static str;
    /// The first byte.
    const VERSION: u8;
}

/// Writes a value's bytes.
pub(super) fn encode<T: Record>(value: &T) -> Result<Vec<u8>, StoreError> {
    let mut bytes = vec![T::VERSION];
    rmp_serde::encode::write(&mut bytes, value)
        .map_err(|error| StoreError::damaged(T::NAME, &error))?;
    Ok(bytes)
}

/// Reads a value's bytes.
pub(super) fn decode<T: Record>(bytes: &[u8]) -> Result<T, StoreError> {
    match bytes.split_first() {
        Some((&version, rest)) if version == T::VERSION => {
            rmp_serde::from_slice(rest).map_err(|error| StoreError::damaged(T::NAME, &error))
        }
        Some((version, _)) => Err(StoreError::damaged(T::NAME, &format!("version {version}"))),
        None => Err(StoreError::damaged(T::NAME, &"no bytes")),
    }
}
