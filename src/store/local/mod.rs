//! A client's own store: pinned servers, accounts with their tokens, the outbox, files on their
//! way, what was cached.
//!
//! One folder holds it, one process uses it. It is a cache and a key ring, never the truth: the
//! server's log is. Only the outbox, drafts, transfers and the tokens exist nowhere else. Deliberately absent:
//! threads and batches; the client's keeper thread owns a [`Local`] and calls it.

mod search;
mod tables;
mod values;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::engine::{Engine, StoreError};
use crate::domain::{BlobId, Body, ConversationId, DeviceId, Message, Seq};
use crate::limits::CLIENT_CACHE_BYTES;

pub use super::engine::is_locked;
use tables::Schema;
pub use values::{
    KnownAccount, KnownConversation, KnownServer, KnownState, KnownTransfer, Loaded, Owes, Owner,
    Start, Waiting, Write,
};

/// The store's file in the client's folder.
const FILE: &str = "client.redb";

/// The open store of one client.
#[derive(Debug)]
pub struct Local {
    engine: Engine,
    /// Where it is; nowhere for a backend.
    file: Option<PathBuf>,
    device: DeviceId,
    /// Orders the outbox; above every number that is in use.
    next_order: u64,
}

impl Local {
    /// Opens the store in a folder, making both where they are not there. `fresh_device` names
    /// this place when the store is new.
    ///
    /// # Errors
    /// Another process uses the folder, it cannot be written, or its file cannot be read.
    pub fn open(home: &Path, fresh_device: DeviceId) -> Result<Self, StoreError> {
        let engine = Engine::open(home, FILE, tables::MIGRATIONS, CLIENT_CACHE_BYTES)?;
        Self::over(engine, Some(home.join(FILE)), fresh_device)
    }

    /// The same on any backend, such as one that a test cuts off.
    ///
    /// # Errors
    /// What the backend says, or a value is damaged.
    pub fn open_on(
        backend: impl redb::StorageBackend,
        fresh_device: DeviceId,
    ) -> Result<Self, StoreError> {
        let engine = Engine::open_on(backend, tables::MIGRATIONS, CLIENT_CACHE_BYTES)?;
        Self::over(engine, None, fresh_device)
    }

    fn over(
        engine: Engine,
        file: Option<PathBuf>,
        fresh_device: DeviceId,
    ) -> Result<Self, StoreError> {
        let device = tables::device(&engine, fresh_device)?;
        let next_order = Schema::read(&engine.read()?)?.next_order()?;
        Ok(Local { engine, file, device, next_order })
    }

    /// What every start needs: it is small.
    ///
    /// # Errors
    /// The engine failed or a value is damaged.
    pub fn start(&self) -> Result<Start, StoreError> {
        let schema = Schema::read(&self.engine.read()?)?;
        Ok(Start {
            device: self.device,
            servers: schema.servers()?,
            accounts: schema.accounts()?,
            settings: schema.settings()?,
        })
    }

    /// The pictures of everybody's outbox: what else is kept for sending was left by a crash.
    ///
    /// # Errors
    /// The engine failed or a value is damaged.
    pub fn list_waiting_pictures(&self) -> Result<BTreeSet<BlobId>, StoreError> {
        Schema::read(&self.engine.read()?)?.waiting_pictures()
    }

    /// The pictures of cached messages that these writes blank.
    ///
    /// # Errors
    /// The engine failed or a value is damaged.
    pub fn list_blanked_pictures(&self, writes: &[Write]) -> Result<BTreeSet<BlobId>, StoreError> {
        let mut pictures = BTreeSet::new();
        for write in writes {
            let (Write::BlankMessage(owner, id, seq) | Write::HideMessage(owner, id, seq)) = write
            else {
                continue;
            };
            for message in self.list_messages(*owner, *id, *seq, *seq)? {
                pictures.extend(pictures_of(&message.body));
            }
        }
        Ok(pictures)
    }

    /// Those of some pictures that no cached message and no outbox has.
    ///
    /// # Errors
    /// The engine failed or a value is damaged.
    pub fn list_unused(&self, pictures: BTreeSet<BlobId>) -> Result<BTreeSet<BlobId>, StoreError> {
        match pictures.is_empty() {
            true => Ok(pictures),
            false => Schema::read(&self.engine.read()?)?.unused(pictures),
        }
    }

    /// What one account left behind: its outbox in order, its conversations, the people it knew.
    ///
    /// # Errors
    /// The engine failed or a value is damaged.
    pub fn load(&self, owner: Owner) -> Result<Loaded, StoreError> {
        let schema = Schema::read(&self.engine.read()?)?;
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
    ) -> Result<Vec<Message>, StoreError> {
        let schema = Schema::read(&self.engine.read()?)?;
        match schema.owner_number(owner)? {
            None => Ok(Vec::new()),
            Some(number) => schema.messages(number, conversation, from, to),
        }
    }

    /// Writes all of it in one transaction, on disk when this returns.
    ///
    /// # Errors
    /// The engine failed; then nothing of it is written.
    pub fn apply(&mut self, writes: &[Write]) -> Result<(), StoreError> {
        let transaction = self.engine.write()?;
        let mut next_order = self.next_order;
        for write in writes {
            tables::apply(&transaction, write, &mut next_order)?;
        }
        transaction.commit()?;
        self.next_order = next_order;
        Ok(())
    }
}

/// The pictures that a message has.
fn pictures_of(body: &Body) -> impl Iterator<Item = BlobId> {
    let pictures = match body {
        Body::Image { picture, thumb, .. } => Some([*picture, *thumb]),
        _ => None,
    };
    pictures.into_iter().flatten()
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

#[cfg(test)]
mod tests;
