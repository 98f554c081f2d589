//! Files that were offered: what becomes of each, how much everybody has here, and when they expire.
//! Their bytes lie beside the store ([`super::blobs`], and [`super::incoming`] while they come).

use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::engine::StoreError;
use super::record::{self, Record};
use super::rows::{Mode, Rows, Writes};
use crate::domain::{AccountId, BlobId, ConversationId, FileId, FileState, Seq};

/// The counter of the bytes of all files that are kept or on their way.
const FILE_BYTES: &str = "file_bytes";

/// A file that was offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Who offered it.
    pub owner: AccountId,
    /// What it is called.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
    /// What has become of it.
    pub state: FileState,
    /// The hash of all of it, once it is kept.
    pub root: Option<BlobId>,
    /// How old the server was when it was offered, in minutes.
    pub since_min: u64,
    /// How many people fetched it.
    pub taken: u32,
}

impl Record for Offered {
    const NAME: &'static str = "a file";
    const VERSION: u8 = 1;
}

impl Offered {
    /// What it counts against its owner's bytes.
    fn counted(&self) -> u64 {
        if self.state.is_open() { self.bytes } else { 0 }
    }
}

impl<M: Mode> Rows<M> {
    /// A file.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_file(&self, file: FileId) -> Result<Option<Offered>, StoreError> {
        let value = self.files.get((file.conversation.0, file.seq.0))?;
        value.map(|value| record::decode(value.value())).transpose()
    }

    /// The files of a conversation before a place, newest first, until `visit` says no more.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn list_files(
        &self,
        conversation: ConversationId,
        before: Seq,
        mut visit: impl FnMut(Seq, Offered) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        for row in self.files.range((conversation.0, 0)..(conversation.0, before.0))?.rev() {
            let (key, value) = row?;
            if !visit(Seq(key.value().1), record::decode(value.value())?)? {
                break;
            }
        }
        Ok(())
    }

    /// Bytes of somebody's files that are kept or on their way.
    ///
    /// # Errors
    /// The disk failed.
    pub fn get_file_bytes(&self, owner: AccountId) -> Result<u64, StoreError> {
        Ok(self.file_bytes.get(owner.0)?.map_or(0, |bytes| bytes.value()))
    }

    /// The same of all people.
    ///
    /// # Errors
    /// The disk failed.
    pub fn get_all_file_bytes(&self) -> Result<u64, StoreError> {
        Ok(self.counters.get(FILE_BYTES)?.map_or(0, |bytes| bytes.value()))
    }

    /// Files that are kept or on their way and were offered up to this age of the server, oldest
    /// first, at most so many.
    ///
    /// # Errors
    /// The disk failed.
    pub fn list_old_files(&self, upto_min: u64, most: usize) -> Result<Vec<FileId>, StoreError> {
        let mut old = Vec::new();
        for row in self.file_ages.range(..=(upto_min, u64::MAX, u64::MAX))?.take(most) {
            let (_, conversation, seq) = row?.0.value();
            old.push(FileId { conversation: ConversationId(conversation), seq: Seq(seq) });
        }
        Ok(old)
    }
}

impl Writes<'_> {
    /// Writes a file; what it counts is counted.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_file(&mut self, file: FileId, offered: &Offered) -> Result<(), StoreError> {
        let before = self.get_file(file)?;
        self.written = true;
        let key = (file.conversation.0, file.seq.0);
        self.files.insert(key, record::encode(offered)?.as_slice())?;
        self.recount(file, before.as_ref(), Some(offered))
    }

    /// Forgets a file, and who fetched it.
    ///
    /// # Errors
    /// The disk failed.
    pub fn remove_file(&mut self, file: FileId) -> Result<(), StoreError> {
        let before = self.get_file(file)?;
        self.written = true;
        let (conversation, seq) = (file.conversation.0, file.seq.0);
        self.files.remove((conversation, seq))?;
        let all = (conversation, seq, 0)..=(conversation, seq, u64::MAX);
        self.file_takers.retain_in(all, |_, _| false)?;
        self.recount(file, before.as_ref(), None)
    }

    /// Somebody has fetched a file; says whether that is news.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_taker(&mut self, file: FileId, account: AccountId) -> Result<bool, StoreError> {
        self.written = true;
        let key = (file.conversation.0, file.seq.0, account.0);
        Ok(self.file_takers.insert(key, ())?.is_none())
    }

    fn recount(
        &mut self,
        file: FileId,
        before: Option<&Offered>,
        now: Option<&Offered>,
    ) -> Result<(), StoreError> {
        let Some(owner) = now.or(before).map(|offered| offered.owner) else { return Ok(()) };
        let [less, more] = [before, now].map(|one| one.map_or(0, Offered::counted));
        if less != more {
            let own = self.get_file_bytes(owner)?.saturating_sub(less).saturating_add(more);
            self.file_bytes.insert(owner.0, own)?;
            let all = self.get_all_file_bytes()?.saturating_sub(less).saturating_add(more);
            self.counters.insert(FILE_BYTES, all)?;
        }
        let place = |one: &Offered| (one.since_min, file.conversation.0, file.seq.0);
        if let Some(before) = before {
            self.file_ages.remove(place(before))?;
        }
        if let Some(now) = now.filter(|now| now.state.is_open()) {
            self.file_ages.insert(place(now), ())?;
        }
        Ok(())
    }
}
