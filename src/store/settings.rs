//! What the administrator set, and the secrets that the server made for itself.

use redb::ReadableTable;

use super::engine::StoreError;
use super::rows::{Mode, Rows, Writes};

/// The secret that is none: which life of its logs this store is in. No copy has it, so that a server that
/// begins anew from one begins another.
pub const GENERATION: &str = "generation";

impl<M: Mode> Rows<M> {
    /// A setting's value, if one was set.
    ///
    /// # Errors
    /// The disk failed.
    pub fn get_setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        Ok(self.settings.get(key)?.map(|value| value.value().to_owned()))
    }

    /// All settings that were set.
    ///
    /// # Errors
    /// The disk failed.
    pub fn list_settings(&self) -> Result<Vec<(String, String)>, StoreError> {
        let mut settings = Vec::new();
        for row in self.settings.iter()? {
            let (key, value) = row?;
            settings.push((key.value().to_owned(), value.value().to_owned()));
        }
        Ok(settings)
    }

    /// A secret by its name.
    ///
    /// # Errors
    /// The disk failed.
    pub fn get_secret(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.secrets.get(name)?.map(|value| value.value().to_vec()))
    }
}

impl Writes<'_> {
    /// Sets a setting.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_setting(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        self.written = true;
        self.settings.insert(key, value)?;
        Ok(())
    }

    /// Keeps a secret.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_secret(&mut self, name: &str, secret: &[u8]) -> Result<(), StoreError> {
        self.written = true;
        self.secrets.insert(name, secret)?;
        Ok(())
    }
}
