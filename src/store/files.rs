//! Files: what became of each, who fetched it, and how much everybody keeps here.
//!
//! What a file is called stands in the message that offers it and nowhere else, so that a recall takes
//! that too. Only a file that is open, on its way or kept, counts against anybody and comes to an end by
//! itself.

use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::engine::StoreError;
use super::record::{self, Record};
use super::rows::{Mode, Rows, Writes};
use crate::domain::{AccountId, BlobId, ConversationId, FileId, FileState, Seq};

/// What the store knows of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRow {
    /// Who offered it.
    pub owner: AccountId,
    /// Its bytes.
    pub bytes: u64,
    /// What has become of it.
    pub state: FileState,
    /// The hash of all of it, once that was kept.
    pub root: Option<BlobId>,
    /// How old the server was when it came to this state, in minutes.
    pub since_age_min: u64,
    /// How many people have fetched it, besides its owner.
    pub taken: u32,
}

impl Record for FileRow {
    const NAME: &'static str = "a file";
    const VERSION: u8 = 1;
}

/// The counter of the bytes of all files that are open.
const FILE_BYTES: &str = "file_bytes";

type Key = (u64, u64);

fn key(file: FileId) -> Key {
    (file.conversation.0, file.seq.0)
}

fn file((conversation, seq): Key) -> FileId {
    FileId { conversation: ConversationId(conversation), seq: Seq(seq) }
}

impl<M: Mode> Rows<M> {
    /// A file by the message that offers it.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_file(&self, id: FileId) -> Result<Option<FileRow>, StoreError> {
        self.files.get(key(id))?.map(|value| record::decode(value.value())).transpose()
    }

    /// Files of `first..=last` of a log, newest first, until `visit` says stop.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn list_files(
        &self,
        conversation: ConversationId,
        (first, last): (Seq, Seq),
        mut visit: impl FnMut(FileId, FileRow) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let range = (conversation.0, first.0)..=(conversation.0, last.0);
        for row in self.files.range(range)?.rev() {
            let (key, value) = row?;
            if !visit(file(key.value()), record::decode(value.value())?)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The open files of an account, at most `limit`.
    ///
    /// # Errors
    /// The disk failed.
    pub fn list_own_files(
        &self,
        owner: AccountId,
        limit: usize,
    ) -> Result<Vec<FileId>, StoreError> {
        let all = (owner.0, 0, 0)..=(owner.0, u64::MAX, u64::MAX);
        let mut files = Vec::new();
        for row in self.file_owners.range(all)?.take(limit) {
            let (_, conversation, seq) = row?.0.value();
            files.push(file((conversation, seq)));
        }
        Ok(files)
    }

    /// Whether an account has so many open files.
    ///
    /// # Errors
    /// The disk failed.
    pub fn has_files(&self, owner: AccountId, count: u64) -> Result<bool, StoreError> {
        let all = (owner.0, 0, 0)..=(owner.0, u64::MAX, u64::MAX);
        let mut found = 0;
        for row in self.file_owners.range(all)? {
            row?;
            found += 1;
            if found >= count {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// All open files and whose they are, by owner and conversation, until `visit` says stop.
    ///
    /// # Errors
    /// The disk failed, or `visit` did.
    pub fn visit_open_files(
        &self,
        mut visit: impl FnMut(AccountId, FileId) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        for row in self.file_owners.iter()? {
            let (owner, conversation, seq) = row?.0.value();
            if !visit(AccountId(owner), file((conversation, seq)))? {
                break;
            }
        }
        Ok(())
    }

    /// Open files that came to their state at this age of the server or before, the oldest first, at
    /// most `limit`.
    ///
    /// # Errors
    /// The disk failed.
    pub fn list_files_since(
        &self,
        last_age_min: u64,
        limit: usize,
    ) -> Result<Vec<FileId>, StoreError> {
        let due = (0, 0, 0)..=(last_age_min, u64::MAX, u64::MAX);
        let mut files = Vec::new();
        for row in self.files_due.range(due)?.take(limit) {
            let (_, conversation, seq) = row?.0.value();
            files.push(file((conversation, seq)));
        }
        Ok(files)
    }

    /// How many bytes an account's open files have together.
    ///
    /// # Errors
    /// The disk failed.
    pub fn get_file_bytes(&self, owner: AccountId) -> Result<u64, StoreError> {
        Ok(self.file_bytes.get(owner.0)?.map_or(0, |bytes| bytes.value()))
    }

    /// How many bytes all open files have together.
    ///
    /// # Errors
    /// The disk failed.
    pub fn count_file_bytes(&self) -> Result<u64, StoreError> {
        Ok(self.counters.get(FILE_BYTES)?.map_or(0, |bytes| bytes.value()))
    }

    /// How many files have their bytes in a blob.
    ///
    /// # Errors
    /// The disk failed.
    pub fn count_files_in(&self, blob: BlobId) -> Result<u64, StoreError> {
        Ok(self.file_blobs.get(&blob.0)?.map_or(0, |files| files.value()))
    }
}

impl Writes<'_> {
    /// Writes a file; what it counts for follows from its state.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_file(&mut self, id: FileId, row: &FileRow) -> Result<(), StoreError> {
        self.written = true;
        if let Some(before) = self.get_file(id)?.filter(|before| before.state.is_open()) {
            self.count_out(id, &before)?;
        }
        if row.state.is_open() {
            self.count_in(id, row)?;
        }
        self.files.insert(key(id), record::encode(row)?.as_slice())?;
        Ok(())
    }

    /// Somebody has fetched a file; false where that is known already.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_taker(&mut self, id: FileId, account: AccountId) -> Result<bool, StoreError> {
        self.written = true;
        let (conversation, seq) = key(id);
        Ok(self.file_takers.insert((conversation, seq, account.0), ())?.is_none())
    }

    fn count_in(&mut self, id: FileId, row: &FileRow) -> Result<(), StoreError> {
        let (conversation, seq) = key(id);
        self.file_owners.insert((row.owner.0, conversation, seq), ())?;
        self.files_due.insert((row.since_age_min, conversation, seq), ())?;
        let own = self.get_file_bytes(row.owner)?.saturating_add(row.bytes);
        self.file_bytes.insert(row.owner.0, own)?;
        let all = self.count_file_bytes()?.saturating_add(row.bytes);
        self.counters.insert(FILE_BYTES, all)?;
        if let Some(root) = row.root {
            let files = self.count_files_in(root)? + 1;
            self.file_blobs.insert(&root.0, files)?;
        }
        Ok(())
    }

    fn count_out(&mut self, id: FileId, row: &FileRow) -> Result<(), StoreError> {
        let (conversation, seq) = key(id);
        self.file_owners.remove((row.owner.0, conversation, seq))?;
        self.files_due.remove((row.since_age_min, conversation, seq))?;
        match self.get_file_bytes(row.owner)?.saturating_sub(row.bytes) {
            0 => drop(self.file_bytes.remove(row.owner.0)?),
            own => drop(self.file_bytes.insert(row.owner.0, own)?),
        }
        let all = self.count_file_bytes()?.saturating_sub(row.bytes);
        self.counters.insert(FILE_BYTES, all)?;
        if let Some(root) = row.root {
            match self.count_files_in(root)?.saturating_sub(1) {
                0 => drop(self.file_blobs.remove(&root.0)?),
                files => drop(self.file_blobs.insert(&root.0, files)?),
            }
        }
        Ok(())
    }
}
