//! Devices: the places where an account stays signed in.

use redb::ReadableTable;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::engine::StoreError;
use super::record::{self, Record};
use super::rows::{Mode, Rows, Writes};
use crate::domain::{AccountId, DeviceId};

/// A remembered sign-in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Device {
    /// SHA-256 of its token.
    #[serde(with = "serde_bytes")]
    pub token_hash: Vec<u8>,
    /// Counts its sign-ins: a session of an older one is fenced off.
    pub epoch: u64,
    /// What the place is called.
    pub name: String,
    /// Program, version and system of the last sign-in.
    pub client: String,
    /// First signed in at, milliseconds since 1970 UTC.
    pub created: i64,
    /// Last signed in at.
    pub used: i64,
    /// The same by the server's own age, which is what idleness is measured by: a wall clock that
    /// jumps must sign nobody out.
    pub used_age_min: u64,
    /// Where from, at the last sign-in.
    #[serde(default)]
    pub address: String,
}

impl Record for Device {
    const NAME: &'static str = "a device";
    const VERSION: u8 = 1;
}

impl Device {
    /// Whether this is its token. Takes as long for a wrong one.
    #[must_use]
    pub fn is_token(&self, token: &[u8; 32]) -> bool {
        self.token_hash.ct_eq(Sha256::digest(token).as_slice()).into()
    }
}

impl<M: Mode> Rows<M> {
    /// One device of an account.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_device(
        &self,
        account: AccountId,
        device: DeviceId,
    ) -> Result<Option<Device>, StoreError> {
        let value = self.devices.get((account.0, &device.0))?;
        value.map(|value| record::decode(value.value())).transpose()
    }

    /// All devices of an account.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn list_devices(&self, account: AccountId) -> Result<Vec<(DeviceId, Device)>, StoreError> {
        let range = (account.0, &[0; 16])..=(account.0, &[0xFF; 16]);
        let mut devices = Vec::new();
        for row in self.devices.range::<(u64, &[u8; 16])>(range)? {
            let (key, value) = row?;
            devices.push((DeviceId(*key.value().1), record::decode(value.value())?));
        }
        Ok(devices)
    }
}

impl Writes<'_> {
    /// Writes a device.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_device(
        &mut self,
        account: AccountId,
        id: DeviceId,
        device: &Device,
    ) -> Result<(), StoreError> {
        self.written = true;
        self.devices.insert((account.0, &id.0), record::encode(device)?.as_slice())?;
        Ok(())
    }

    /// Forgets a device; its token is worth nothing from the commit on.
    ///
    /// # Errors
    /// The disk failed.
    pub fn remove_device(&mut self, account: AccountId, id: DeviceId) -> Result<(), StoreError> {
        self.written = true;
        self.devices.remove((account.0, &id.0))?;
        Ok(())
    }
}
