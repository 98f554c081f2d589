//! Files on their way here: the bytes that came, and beside them the values that prove them.
//!
//! The bytes of a chunk are on disk before its value is, so whatever is found after a crash is proven
//! up to the last value. A file that is whole gets its place among the blobs by being renamed; a crash
//! between that and its row is put right at the next start.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::beside::Beside;
use super::blobs::{Files, INCOMING};
use super::engine::sync_folder;
use crate::domain::{BlobId, ConversationId, FileId, Outline, Seq};

/// Chunks that may come before they are made durable: a crash costs at most twice as many to be sent
/// again. A larger step makes the store's commits wait for it.
const SYNC_CHUNKS: u64 = 8;
const VALUE_LENGTH: usize = 32;
const VALUE_BYTES: u64 = VALUE_LENGTH as u64;
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
        let mut data = open(files.incoming_data(id))?;
        let mut values = open(files.incoming_values(id))?;
        let outline = proven(&mut values, data.metadata()?.len(), bytes)?;
        values.set_len(outline.len() * VALUE_BYTES)?;
        values.seek(SeekFrom::End(0))?;
        data.set_len(outline.proven())?;
        data.seek(SeekFrom::End(0))?;
        let kept = outline.len();
        let beside = Beside::default();
        Ok(Incoming { files: files.clone(), id, outline, data, values, kept, beside })
    }

    /// The values of what is there.
    #[must_use]
    pub fn outline(&self) -> &Outline {
        &self.outline
    }

    /// Takes the next chunk, which has this value. Says whether a step to the disk began with it.
    ///
    /// # Errors
    /// The disk failed: open it anew.
    pub fn put(&mut self, value: [u8; 32], chunk: &[u8]) -> io::Result<bool> {
        self.data.write_all(chunk)?;
        self.outline.push(value);
        let is_due = self.outline.len() - self.beside.begun().unwrap_or(self.kept) >= SYNC_CHUNKS;
        if is_due {
            self.begin_step()?;
        }
        Ok(is_due)
    }

    /// Makes durable what came.
    ///
    /// # Errors
    /// The disk failed: open it anew.
    pub fn sync(&mut self) -> io::Result<()> {
        self.end_step()?;
        if self.kept < self.outline.len() {
            self.begin_step()?;
        }
        self.end_step()
    }

    fn begin_step(&mut self) -> io::Result<()> {
        self.end_step()?;
        let from = usize::try_from(self.kept).unwrap_or(usize::MAX);
        let fresh = self.outline.values().get(from..).unwrap_or_default().as_flattened().to_vec();
        let (data, mut values) = (self.data.try_clone()?, self.values.try_clone()?);
        self.beside.begin(self.outline.len(), move || {
            data.sync_data()?;
            values.write_all(&fresh)?;
            values.sync_data()
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
    /// The disk failed.
    pub fn reset(&mut self) -> io::Result<()> {
        self.end_step()?;
        self.values.set_len(0)?;
        self.values.rewind()?;
        self.data.set_len(0)?;
        self.data.rewind()?;
        self.outline.truncate(0);
        self.kept = 0;
        Ok(())
    }

    /// It is whole and has this hash: its bytes lie where blobs do when this returns. Where the same
    /// bytes lie there already, those are used.
    ///
    /// # Errors
    /// The disk failed.
    pub fn settle(&mut self, root: BlobId) -> io::Result<()> {
        self.sync()?;
        let path = self.files.path(root);
        if fs::metadata(&path).is_ok_and(|file| file.len() == self.outline.bytes()) {
            return Ok(());
        }
        self.data.sync_all()?;
        self.files.rename(&self.files.incoming_data(self.id), root)
    }
}

/// The values that stand for bytes which are there. A value of zeros is none: some disks leave zeros
/// where they were to write when the power went.
fn proven(values: &mut File, data_bytes: u64, bytes: u64) -> io::Result<Outline> {
    let mut outline = Outline::new(bytes);
    let chunks = Outline::chunks_of(bytes);
    let mut found = Vec::new();
    values.rewind()?;
    values.take(chunks * VALUE_BYTES).read_to_end(&mut found)?;
    for value in found.as_chunks::<VALUE_LENGTH>().0 {
        let is_there = outline.next().is_some_and(|next| next.end <= data_bytes);
        if !is_there || *value == [0; 32] {
            break;
        }
        outline.push(*value);
    }
    Ok(outline)
}

impl Files {
    /// How many bytes of a file of so many are proven and on disk.
    #[must_use]
    pub fn count_incoming(&self, id: FileId, bytes: u64) -> u64 {
        let values = fs::metadata(self.incoming_values(id)).map_or(0, |file| file.len());
        (values / VALUE_BYTES).saturating_mul(crate::domain::CHUNK_BYTES).min(bytes)
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
        self.bin(&self.incoming_values(id))?;
        self.bin(&self.incoming_data(id))
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
        let root = proven(&mut values, bytes, bytes).ok()?.root()?;
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
        sync_folder(folder)?;
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
            (3 * CHUNK_BYTES, 3 * 32, 3),
            (3 * CHUNK_BYTES + 77, 3 * 32, 3),
            (5 * CHUNK_BYTES, 3 * 32 + 31, 3),
            (2 * CHUNK_BYTES - 1, 3 * 32, 1),
            (0, 3 * 32, 0),
            (4 * CHUNK_BYTES + 9, 5 * 32, 5),
            (4 * CHUNK_BYTES + 8, 5 * 32, 4),
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
        values.set_len(3 * 32).unwrap();
        let incoming = Incoming::open(&files, ID, whole.len() as u64).unwrap();
        assert_eq!(incoming.outline().len(), 1);
        assert_eq!(files.count_incoming(ID, whole.len() as u64), CHUNK_BYTES);
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
}
