//! Files on their way here: the bytes that came, and beside them the values that prove them.
//!
//! The bytes of a chunk are on disk before its value is, so whatever is found after a crash is proven
//! up to the last value. When a write or a sync fails, nothing more is done with what is open: open it anew,
//! which cuts off all that was not durable before. A file that is whole gets its place among the blobs by being renamed; a crash
//! between that and its row is put right at the next start.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::beside::{Beside, Pace};
use super::blobs::{Files, INCOMING};
use super::engine::sync_folder;
use super::proof::{self, RECORD_BYTES};
use crate::domain::{BlobId, ConversationId, FileId, Outline, Seq};

/// The end of the name of the values.
const VALUES: &str = ".values";

/// A file that comes.
#[derive(Debug)]
pub struct Incoming {
    files: Files,
    id: FileId,
    outline: Outline,
    data: File,
    values: File,
    /// So many values are on disk.
    kept: u64,
    beside: Beside,
    pace: Pace,
}

impl Incoming {
    /// What is there of a file of so many bytes; what is not proven is cut off.
    ///
    /// # Errors
    /// The disk failed.
    pub fn open(files: &Files, id: FileId, bytes: u64) -> io::Result<Self> {
        fs::create_dir_all(files.incoming_folder())?;
        let open =
            |path| File::options().create(true).truncate(false).read(true).write(true).open(path);
        let data = open(files.incoming_data(id))?;
        let mut values = open(files.incoming_values(id))?;
        let outline = proven(&mut values, id, data.metadata()?.len(), bytes)?;
        values.set_len(outline.len() * RECORD_BYTES as u64)?;
        data.set_len(outline.proven())?;
        let kept = outline.len();
        let (beside, pace) = (Beside::default(), Pace::default());
        Ok(Incoming { files: files.clone(), id, outline, data, values, kept, beside, pace })
    }

    /// The values of what is there.
    #[must_use]
    pub fn outline(&self) -> &Outline {
        &self.outline
    }

    /// Whether anything failed: nothing more of it becomes durable.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.beside.check().is_err()
    }

    /// Takes the next chunk, which has this value. Says whether a step to the disk began with it.
    ///
    /// # Errors
    /// The disk failed, now or before: open it anew.
    pub fn put(&mut self, value: [u8; 32], chunk: &[u8]) -> io::Result<bool> {
        self.beside.check()?;
        let written = write_at(&mut self.data, self.outline.proven(), chunk);
        self.beside.guard(written)?;
        self.outline.push(value);
        let begun = self.beside.begun().unwrap_or(self.kept);
        let is_due = self.outline.len() - begun >= self.pace.chunks;
        if is_due {
            self.begin_step()?;
        }
        Ok(is_due)
    }

    /// Makes durable what came.
    ///
    /// # Errors
    /// The disk failed, now or before: open it anew.
    pub fn sync(&mut self) -> io::Result<()> {
        self.end_step()?;
        if self.kept < self.outline.len() {
            self.begin_step()?;
        }
        self.end_step()
    }

    fn begin_step(&mut self) -> io::Result<()> {
        self.end_step()?;
        let fresh = proof::records(key_of(self.id), self.kept, &self.outline);
        let behind = self.kept * RECORD_BYTES as u64;
        let files = self.data.try_clone().and_then(|data| Ok((data, self.values.try_clone()?)));
        let (data, mut values) = self.beside.guard(files)?;
        let (sync, step) = (self.pace.sync.clone(), self.pace.step(&self.outline));
        self.beside.begin(self.outline.len(), move || {
            step(&data)?;
            write_at(&mut values, behind, &fresh)?;
            sync(&values)
        })
    }

    fn end_step(&mut self) -> io::Result<()> {
        if let Some(chunks) = self.beside.end()? {
            self.kept = chunks;
        }
        Ok(())
    }

    /// Forgets all that came.
    ///
    /// # Errors
    /// The disk failed, now or before.
    pub fn reset(&mut self) -> io::Result<()> {
        self.end_step()?;
        let emptied = self.values.set_len(0).and_then(|()| self.data.set_len(0));
        self.beside.guard(emptied)?;
        self.outline.truncate(0);
        self.kept = 0;
        Ok(())
    }

    /// It is whole and has this hash: its bytes lie where blobs do when this returns. Where the same
    /// bytes lie there already, those are used.
    ///
    /// # Errors
    /// The disk failed, now or before.
    pub fn settle(&mut self, root: BlobId) -> io::Result<()> {
        self.sync()?;
        let path = self.files.path(root);
        if fs::metadata(&path).is_ok_and(|file| file.len() == self.outline.bytes()) {
            // Whoever put them there may not have come so far.
            return self.files.sync_folders(&path);
        }
        let synced = self.data.sync_all();
        self.beside.guard(synced)?;
        self.files.rename(&self.files.incoming_data(self.id), root)
    }
}

/// Where a failed write ended and who wrote before is all the same.
fn write_at(file: &mut File, at: u64, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)
}

/// The values that stand for bytes which are there.
fn proven(values: &mut File, id: FileId, there: u64, bytes: u64) -> io::Result<Outline> {
    let most = Outline::chunks_of(bytes) * RECORD_BYTES as u64;
    let mut found = Vec::new();
    values.rewind()?;
    values.take(most).read_to_end(&mut found)?;
    Ok(proof::read(key_of(id), bytes, there, &found).0)
}

fn key_of(id: FileId) -> [u8; 16] {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&id.conversation.0.to_be_bytes());
    key[8..].copy_from_slice(&id.seq.0.to_be_bytes());
    key
}

impl Files {
    /// How many bytes of a file of so many are proven and on disk.
    #[must_use]
    pub fn count_incoming(&self, id: FileId, bytes: u64) -> u64 {
        let there = fs::metadata(self.incoming_data(id)).map_or(0, |file| file.len());
        let values = File::open(self.incoming_values(id));
        let proven = values.and_then(|mut values| proven(&mut values, id, there, bytes));
        proven.map_or(0, |outline| outline.proven())
    }

    /// The bytes of a file that comes, for reading.
    ///
    /// # Errors
    /// There are none, or the disk failed.
    pub fn open_incoming(&self, id: FileId) -> io::Result<File> {
        File::open(self.incoming_data(id))
    }

    /// Takes away what is there of a file that comes; its bytes go with the bin.
    ///
    /// # Errors
    /// The disk failed.
    pub fn remove_incoming(&self, id: FileId) -> io::Result<()> {
        // The values first: without them the bytes prove nothing.
        self.put_away(&self.incoming_values(id))?;
        self.put_away(&self.incoming_data(id))
    }

    /// Every file of which something is there.
    ///
    /// # Errors
    /// The disk failed.
    pub fn list_incoming(&self) -> io::Result<Vec<FileId>> {
        let entries = match fs::read_dir(self.incoming_folder()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let name = entry?.file_name().to_string_lossy().into_owned();
            found.extend(id_of(name.strip_suffix(VALUES).unwrap_or(&name)));
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// The blob in which all bytes of a file lie that is on its way still: a crash came before its row
    /// said so, unless another file has the same bytes.
    #[must_use]
    pub fn get_settled(&self, id: FileId, bytes: u64) -> Option<BlobId> {
        if self.incoming_data(id).exists() {
            return None;
        }
        let mut values = File::open(self.incoming_values(id)).ok()?;
        let root = proven(&mut values, id, bytes, bytes).ok()?.root()?;
        let is_whole = fs::metadata(self.path(root)).is_ok_and(|file| file.len() == bytes);
        is_whole.then_some(root)
    }

    /// Makes a blob that no row names a file on its way again.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_back(&self, id: FileId, root: BlobId) -> io::Result<()> {
        fs::rename(self.path(root), self.incoming_data(id))
    }

    fn rename(&self, from: &Path, to: BlobId) -> io::Result<()> {
        let path = self.path(to);
        let folder = path.parent().unwrap_or(self.folder());
        fs::create_dir_all(folder)?;
        fs::rename(from, &path)?;
        self.sync_folders(&path)
    }

    /// A crash does not take this blob's name.
    fn sync_folders(&self, path: &Path) -> io::Result<()> {
        sync_folder(path.parent().unwrap_or(self.folder()))?;
        sync_folder(self.folder())
    }

    fn incoming_folder(&self) -> PathBuf {
        self.folder().join(INCOMING)
    }

    fn incoming_data(&self, id: FileId) -> PathBuf {
        self.incoming_folder().join(name_of(id))
    }

    fn incoming_values(&self, id: FileId) -> PathBuf {
        self.incoming_folder().join(name_of(id) + VALUES)
    }
}

fn name_of(id: FileId) -> String {
    format!("{}-{}", id.conversation.0, id.seq.0)
}

fn id_of(name: &str) -> Option<FileId> {
    let (conversation, seq) = name.split_once('-')?;
    let (conversation, seq) = (conversation.parse().ok()?, seq.parse().ok()?);
    Some(FileId { conversation: ConversationId(conversation), seq: Seq(seq) })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::domain::CHUNK_BYTES;

    const ID: FileId = FileId { conversation: ConversationId(7), seq: Seq(12) };

    fn bytes(length: u64) -> Vec<u8> {
        (0..length).map(|n| u8::try_from(n * 31 % 251).unwrap()).collect()
    }

    fn hash(bytes: &[u8]) -> BlobId {
        BlobId(*blake3::hash(bytes).as_bytes())
    }

    /// Brings what is missing, at most so many chunks of it.
    fn bring(incoming: &mut Incoming, bytes: &[u8], most: usize) {
        for _ in 0..most {
            let Some(next) = incoming.outline().next() else { return };
            let chunk =
                &bytes[usize::try_from(next.start).unwrap()..usize::try_from(next.end).unwrap()];
            let value = incoming.outline().value_of(incoming.outline().len(), chunk);
            incoming.put(value, chunk).unwrap();
        }
    }

    #[test]
    fn whatever_a_crash_leaves_is_taken_up_where_it_is_proven() {
        let data = tempfile::tempdir().unwrap();
        let files = Files::of(data.path());
        let whole = bytes(4 * CHUNK_BYTES + 9);
        let open = || Incoming::open(&files, ID, whole.len() as u64).unwrap();
        // What is on disk of bytes and values, and how many chunks are proven by it.
        let cases = [
            (3 * CHUNK_BYTES, 3 * 40, 3),
            (3 * CHUNK_BYTES + 77, 3 * 40, 3),
            (5 * CHUNK_BYTES, 3 * 40 + 39, 3),
            (2 * CHUNK_BYTES - 1, 3 * 40, 1),
            (0, 3 * 40, 0),
            (4 * CHUNK_BYTES + 9, 5 * 40, 5),
            (4 * CHUNK_BYTES + 8, 5 * 40, 4),
        ];
        for (data, values, proven) in cases {
            let mut incoming = open();
            incoming.reset().unwrap();
            bring(&mut incoming, &whole, 5);
            incoming.sync().unwrap();
            drop(incoming);
            File::options()
                .write(true)
                .open(files.incoming_data(ID))
                .unwrap()
                .set_len(data)
                .unwrap();
            let path = files.incoming_values(ID);
            File::options().write(true).open(path).unwrap().set_len(values).unwrap();
            let mut incoming = open();
            assert_eq!(incoming.outline().len(), proven, "{data} {values}");
            bring(&mut incoming, &whole, 5);
            let root = incoming.outline().root().unwrap();
            assert_eq!(root, hash(&whole));
            incoming.settle(root).unwrap();
            assert_eq!(fs::read(files.path(root)).unwrap(), whole);
            files.remove(root).unwrap();
            files.remove_incoming(ID).unwrap();
        }
        assert_eq!(files.list_incoming().unwrap(), []);
    }

    #[test]
    fn zeros_where_values_were_to_be_are_none() {
        let data = tempfile::tempdir().unwrap();
        let files = Files::of(data.path());
        let whole = bytes(3 * CHUNK_BYTES);
        let mut incoming = Incoming::open(&files, ID, whole.len() as u64).unwrap();
        bring(&mut incoming, &whole, 1);
        incoming.sync().unwrap();
        bring(&mut incoming, &whole, 2);
        drop(incoming);
        let values = File::options().write(true).open(files.incoming_values(ID)).unwrap();
        values.set_len(3 * 40).unwrap();
        let incoming = Incoming::open(&files, ID, whole.len() as u64).unwrap();
        assert_eq!(incoming.outline().len(), 1);
        assert_eq!(files.count_incoming(ID, whole.len() as u64), CHUNK_BYTES);
        File::options().write(true).open(files.incoming_data(ID)).unwrap().set_len(9).unwrap();
        assert_eq!(files.count_incoming(ID, whole.len() as u64), 0, "bytes that are not there");
    }

    #[test]
    fn bytes_that_are_there_already_are_used_and_a_crash_behind_the_rename_loses_none() {
        let data = tempfile::tempdir().unwrap();
        let files = Files::of(data.path());
        let whole = bytes(CHUNK_BYTES + 1);
        let length = whole.len() as u64;
        let other = FileId { seq: Seq(13), ..ID };
        for id in [ID, other] {
            let mut incoming = Incoming::open(&files, id, length).unwrap();
            bring(&mut incoming, &whole, 2);
            incoming.settle(hash(&whole)).unwrap();
        }
        assert_eq!(files.list().unwrap(), [hash(&whole)]);
        assert_eq!(files.list_incoming().unwrap(), [ID, other]);
        assert_eq!(files.get_settled(other, length), None, "its own bytes are there");
        assert_eq!(files.get_settled(ID, length), Some(hash(&whole)));
        files.put_back(ID, hash(&whole)).unwrap();
        assert_eq!(files.list().unwrap(), []);
        let incoming = Incoming::open(&files, ID, length).unwrap();
        assert_eq!(incoming.outline().root(), Some(hash(&whole)));
    }

    /// Syncs that fail while the sign says so.
    fn paced(chunks: u64, fails: &Arc<AtomicBool>) -> Pace {
        let fails = Arc::clone(fails);
        let sync = move |file: &File| match fails.load(Ordering::Relaxed) {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => file.sync_data(),
        };
        Pace { chunks, sync: Arc::new(sync) }
    }

    #[test]
    fn what_the_disk_lost_does_not_count_though_the_next_sync_succeeds() {
        let data = tempfile::tempdir().unwrap();
        let files = Files::of(data.path());
        let whole = bytes(23 * CHUNK_BYTES + 5);
        let length = whole.len() as u64;
        let fails = Arc::new(AtomicBool::new(false));
        let mut incoming = Incoming::open(&files, ID, length).unwrap();
        incoming.pace = paced(2, &fails);
        bring(&mut incoming, &whole, 20);
        incoming.sync().unwrap();
        fails.store(true, Ordering::Relaxed);
        bring(&mut incoming, &whole, 2);
        incoming.end_step().unwrap_err();
        // A system says it once: the next sync of the same file says that all is well.
        fails.store(false, Ordering::Relaxed);
        let root = hash(&whole);
        let full = |done: io::Result<()>| {
            assert_eq!(done.unwrap_err().kind(), io::ErrorKind::StorageFull);
        };
        for _ in 0..2 {
            assert!(incoming.has_failed());
            full(incoming.sync());
            full(incoming.put([1; 32], b"x").map(drop));
            full(incoming.settle(root));
            full(incoming.reset());
        }
        drop(incoming);
        assert_eq!(files.count_incoming(ID, length), 20 * CHUNK_BYTES);
        let mut incoming = Incoming::open(&files, ID, length).unwrap();
        assert_eq!(incoming.outline().len(), 20);
        assert_eq!(fs::metadata(files.incoming_data(ID)).unwrap().len(), 20 * CHUNK_BYTES);
        bring(&mut incoming, &whole, 24);
        incoming.settle(root).unwrap();
        assert!(fs::read(files.path(root)).unwrap() == whole);
    }

    #[test]
    fn a_step_that_fails_half_way_shifts_no_value() {
        let data = tempfile::tempdir().unwrap();
        let files = Files::of(data.path());
        let whole = bytes(22 * CHUNK_BYTES);
        let length = whole.len() as u64;
        let mut incoming = Incoming::open(&files, ID, length).unwrap();
        incoming.pace.chunks = 7;
        bring(&mut incoming, &whole, 20);
        // Somebody moved the place where the next byte goes.
        incoming.values.seek(SeekFrom::Start(3)).unwrap();
        incoming.data.seek(SeekFrom::Start(3)).unwrap();
        bring(&mut incoming, &whole, 1);
        incoming.sync().unwrap();
        drop(incoming);
        let mut incoming = Incoming::open(&files, ID, length).unwrap();
        assert_eq!(incoming.outline().len(), 21);
        bring(&mut incoming, &whole, 1);
        incoming.settle(hash(&whole)).unwrap();
        assert!(fs::read(files.path(hash(&whole))).unwrap() == whole);
    }

    #[test]
    fn what_is_done_during_a_step_waits_for_it() {
        let data = tempfile::tempdir().unwrap();
        let files = Files::of(data.path());
        let whole = bytes(20 * CHUNK_BYTES + 1);
        let length = whole.len() as u64;
        let mut incoming = Incoming::open(&files, ID, length).unwrap();
        incoming.pace = Pace::slow(20);
        bring(&mut incoming, &whole, 20);
        assert_eq!(incoming.beside.begun(), Some(20));
        incoming.reset().unwrap();
        assert_eq!(fs::metadata(files.incoming_values(ID)).unwrap().len(), 0);
        bring(&mut incoming, &whole, 20);
        // Ended in the middle of it: it is waited for, and counts.
        drop(incoming);
        let mut incoming = Incoming::open(&files, ID, length).unwrap();
        assert_eq!(incoming.outline().len(), 20);
        incoming.pace = Pace::slow(20);
        incoming.reset().unwrap();
        bring(&mut incoming, &whole, 21);
        incoming.settle(hash(&whole)).unwrap();
        assert!(fs::read(files.path(hash(&whole))).unwrap() == whole);
    }
}
