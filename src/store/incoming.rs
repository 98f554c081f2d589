//! Files on their way to the server: their bytes, and the values of the chunks that are proven.
//!
//! A value is on disk only after the bytes of its chunk are: whatever is read back after a crash is
//! proven, and what is not will be sent again. A thread of its own syncs, so that a link never waits for
//! the disk in the middle.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};

use super::blobs::Files;
use super::engine::sync_folder;
use crate::domain::{BlobId, CHUNK_BYTES, ConversationId, FileId, Outline, Seq};

/// The folder inside that of the blobs.
const FOLDER: &str = "incoming";
/// Chunks that are synced together.
const SYNC_CHUNKS: usize = 32;
/// Bytes of a value.
const VALUE_BYTES: usize = 32;

/// A file that is being written.
#[derive(Debug)]
pub struct Incoming {
    part: PathBuf,
    values: PathBuf,
    file: File,
    /// Values whose chunks are written and not handed to the syncing thread yet.
    fresh: Vec<[u8; VALUE_BYTES]>,
    syncing: Option<SyncSender<Vec<[u8; VALUE_BYTES]>>>,
    syncer: Option<JoinHandle<io::Result<()>>>,
}

impl Files {
    /// Opens what there is of a file, or begins it; gives it with what is proven.
    ///
    /// # Errors
    /// The disk failed.
    pub fn open_incoming(&self, id: FileId, bytes: u64) -> io::Result<(Incoming, Outline)> {
        let (part, values) = self.incoming_paths(id);
        fs::create_dir_all(self.incoming())?;
        // A crash came between its becoming a blob and its row: the bytes are there.
        let whole = self.whole_incoming(id, bytes)?;
        let is_blob =
            |root: &BlobId| fs::metadata(self.path(*root)).is_ok_and(|there| there.len() == bytes);
        let reach = if whole.as_ref().is_some_and(is_blob) { u64::MAX } else { 0 };
        Incoming::open(part, values, (bytes, reach))
    }

    /// What is proven of a file that is on its way; nothing where nothing of it is here.
    ///
    /// # Errors
    /// The disk failed.
    pub fn read_incoming(&self, id: FileId, bytes: u64) -> io::Result<Outline> {
        let (part, values) = self.incoming_paths(id);
        match (File::open(part), File::open(values)) {
            (Ok(mut file), Ok(mut sidecar)) => read_outline(&mut file, &mut sidecar, (bytes, 0)),
            (Err(error), _) | (_, Err(error)) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Outline::new(bytes))
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    /// Bytes of a file on its way that are proven, without looking closely.
    #[must_use]
    pub fn proven(&self, id: FileId, bytes: u64) -> u64 {
        let (_, values) = self.incoming_paths(id);
        let chunks = fs::metadata(values).map_or(0, |file| file.len() / VALUE_BYTES as u64);
        (chunks * CHUNK_BYTES).min(bytes)
    }

    /// The hash of a file on its way of which all is proven, whose bytes may be a blob already.
    ///
    /// # Errors
    /// The disk failed.
    pub fn whole_incoming(&self, id: FileId, bytes: u64) -> io::Result<Option<BlobId>> {
        let (_, values) = self.incoming_paths(id);
        match fs::read(values) {
            Ok(values) => Ok(outline_of(&values, bytes, u64::MAX).root()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Where the bytes of a file on its way are read.
    ///
    /// # Errors
    /// There are none, or the disk failed.
    pub fn open_part(&self, id: FileId) -> io::Result<File> {
        File::open(self.incoming_paths(id).0)
    }

    /// Forgets what there is of a file on its way.
    ///
    /// # Errors
    /// The disk failed.
    pub fn remove_incoming(&self, id: FileId) -> io::Result<()> {
        let (part, values) = self.incoming_paths(id);
        // The values first: bytes without values are nothing, values without bytes would lie.
        for path in [values, part] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// All files of which something is here and on its way.
    ///
    /// # Errors
    /// The disk failed.
    pub fn list_incoming(&self) -> io::Result<Vec<FileId>> {
        let entries = match fs::read_dir(self.incoming()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut found = Vec::new();
        for entry in entries {
            found.extend(id_of(&entry?.file_name().to_string_lossy()));
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    fn incoming(&self) -> PathBuf {
        self.folder().join(FOLDER)
    }

    fn incoming_paths(&self, FileId { conversation, seq }: FileId) -> (PathBuf, PathBuf) {
        let path = |ending| self.incoming().join(format!("{}-{}.{ending}", conversation.0, seq.0));
        (path("part"), path("values"))
    }
}

fn id_of(name: &str) -> Option<FileId> {
    let (stem, ending) = name.split_once('.')?;
    let (conversation, seq) = stem.split_once('-')?;
    let id = FileId {
        conversation: ConversationId(conversation.parse().ok()?),
        seq: Seq(seq.parse().ok()?),
    };
    matches!(ending, "part" | "values").then_some(id)
}

/// Values count as far as the bytes reach.
fn read_outline(
    file: &mut File,
    sidecar: &mut File,
    (bytes, reach): (u64, u64),
) -> io::Result<Outline> {
    let mut values = Vec::new();
    sidecar.seek(SeekFrom::Start(0))?;
    // More than the file has chunks are somebody else's.
    sidecar.take(Outline::chunks_of(bytes) * VALUE_BYTES as u64).read_to_end(&mut values)?;
    Ok(outline_of(&values, bytes, file.metadata()?.len().max(reach)))
}

fn outline_of(values: &[u8], bytes: u64, length: u64) -> Outline {
    let mut outline = Outline::new(bytes);
    for value in values.as_chunks::<VALUE_BYTES>().0 {
        if outline.next().is_none_or(|next| next.end > length) {
            break;
        }
        outline.push(*value);
    }
    outline
}

/// Syncs bytes, then writes and syncs their values, until nobody sends any more.
fn sync(
    file: &File,
    sidecar: &mut File,
    waiting: &Receiver<Vec<[u8; VALUE_BYTES]>>,
) -> io::Result<()> {
    while let Ok(values) = waiting.recv() {
        file.sync_data()?;
        sidecar.write_all(values.as_flattened())?;
        sidecar.sync_data()?;
    }
    Ok(())
}

impl Incoming {
    /// Opens what there is of a file of so many bytes, or begins it; gives it with what is proven. Bytes up
    /// to `reach` are elsewhere, whatever is in this file.
    ///
    /// # Errors
    /// The disk failed.
    pub fn open(
        part: PathBuf,
        values: PathBuf,
        (bytes, reach): (u64, u64),
    ) -> io::Result<(Self, Outline)> {
        let open = |path: &Path| {
            File::options().read(true).write(true).create(true).truncate(false).open(path)
        };
        let (mut file, mut sidecar) = (open(&part)?, open(&values)?);
        let outline = read_outline(&mut file, &mut sidecar, (bytes, reach))?;
        // What was written behind the last proven chunk is written again.
        if file.metadata()?.len() > outline.proven() {
            file.set_len(outline.proven())?;
        }
        sidecar.set_len(outline.len() * VALUE_BYTES as u64)?;
        file.seek(SeekFrom::End(0))?;
        sidecar.seek(SeekFrom::End(0))?;
        let (syncing, waiting) = sync_channel(1);
        let synced = file.try_clone()?;
        let syncer = thread::Builder::new().name("file-sync".to_owned());
        let syncer = syncer.spawn(move || sync(&synced, &mut sidecar, &waiting))?;
        let (syncing, syncer) = (Some(syncing), Some(syncer));
        Ok((Incoming { part, values, file, fresh: Vec::new(), syncing, syncer }, outline))
    }

    /// Writes the next chunk, which is proven to have this value.
    ///
    /// # Errors
    /// The disk failed.
    pub fn write(&mut self, value: [u8; VALUE_BYTES], chunk: &[u8]) -> io::Result<()> {
        self.file.write_all(chunk)?;
        self.fresh.push(value);
        if self.fresh.len() >= SYNC_CHUNKS
            && let Some(syncing) = &self.syncing
        {
            match syncing.try_send(std::mem::take(&mut self.fresh)) {
                Ok(()) => {}
                // It is at work: they go with the next ones.
                Err(TrySendError::Full(values)) => self.fresh = values,
                Err(TrySendError::Disconnected(_)) => self.flush()?,
            }
        }
        Ok(())
    }

    /// All that was written is on disk, with its values, when this returns.
    ///
    /// # Errors
    /// The disk failed.
    pub fn flush(&mut self) -> io::Result<()> {
        if let Some(syncing) = self.syncing.take()
            && !self.fresh.is_empty()
        {
            syncing.send(std::mem::take(&mut self.fresh)).ok();
        }
        match self.syncer.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(io::Error::other("the syncing thread panicked")),
            None => Ok(()),
        }
    }

    /// The file is whole, and all of it is on disk; where it is.
    ///
    /// # Errors
    /// The disk failed.
    pub fn finish(mut self) -> io::Result<PathBuf> {
        self.flush()?;
        self.file.sync_all()?;
        Ok(self.part.clone())
    }

    /// The file is whole and has this hash: it becomes a blob. Nothing else names it yet, and its values
    /// stay until [`Files::remove_incoming`], so that a crash before that is no loss.
    ///
    /// # Errors
    /// The disk failed.
    pub fn become_blob(mut self, files: &Files, root: BlobId, bytes: u64) -> io::Result<()> {
        self.flush()?;
        let path = files.path(root);
        let parent = path.parent().map_or_else(|| files.folder().to_owned(), Path::to_owned);
        fs::create_dir_all(&parent)?;
        if fs::metadata(&path).is_ok_and(|there| there.len() == bytes) {
            // The same bytes are there: they are shared, and nobody is told.
            return Ok(());
        }
        if self.file.metadata()?.len() != bytes {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.file.sync_all()?;
        fs::rename(&self.part, &path)?;
        sync_folder(&parent)?;
        sync_folder(files.folder())
    }

    /// Where its values are.
    #[must_use]
    pub fn values_path(&self) -> &Path {
        &self.values
    }
}

impl Drop for Incoming {
    /// What is proven is kept, however a link ends.
    fn drop(&mut self) {
        if let Err(error) = self.flush() {
            tracing::warn!(%error, "a file on its way cannot be synced");
        }
    }
}

/// Bytes of the chunk at a place.
///
/// # Errors
/// The disk failed, or the file is shorter.
pub fn read_chunk(file: &mut File, index: u64, chunk: &mut [u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(index * CHUNK_BYTES))?;
    file.read_exact(chunk)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: FileId = FileId { conversation: ConversationId(7), seq: Seq(3) };

    fn chunk(number: u8) -> Vec<u8> {
        vec![number; usize::try_from(CHUNK_BYTES).unwrap()]
    }

    fn write(incoming: &mut Incoming, outline: &mut Outline, chunk: &[u8]) {
        let value = outline.value_of(outline.len(), chunk);
        incoming.write(value, chunk).unwrap();
        outline.push(value);
    }

    #[test]
    fn what_is_proven_is_found_again_and_becomes_a_blob() {
        let data = tempfile::tempdir().unwrap();
        let files = Files::of(data.path());
        let bytes = 2 * CHUNK_BYTES + 9;
        let (mut incoming, mut outline) = files.open_incoming(ID, bytes).unwrap();
        write(&mut incoming, &mut outline, &chunk(1));
        drop(incoming);
        assert_eq!(files.read_incoming(ID, bytes).unwrap(), outline);
        let (mut incoming, mut outline) = files.open_incoming(ID, bytes).unwrap();
        assert_eq!(outline.len(), 1);
        write(&mut incoming, &mut outline, &chunk(2));
        write(&mut incoming, &mut outline, b"the end..");
        let root = outline.root().unwrap();
        incoming.become_blob(&files, root, bytes).unwrap();
        assert_eq!(files.list_incoming().unwrap(), [ID], "its values are there still");
        files.remove_incoming(ID).unwrap();
        let whole = [chunk(1), chunk(2), b"the end..".to_vec()].concat();
        assert_eq!(root, BlobId(*blake3::hash(&whole).as_bytes()));
        assert_eq!(fs::read(files.path(root)).unwrap(), whole);
        assert_eq!((files.list().unwrap(), files.list_incoming().unwrap()), (vec![root], vec![]));
    }

    #[test]
    fn values_without_their_bytes_and_bytes_without_values_are_not_proven() {
        let data = tempfile::tempdir().unwrap();
        let files = Files::of(data.path());
        let bytes = 3 * CHUNK_BYTES;
        let (mut incoming, mut outline) = files.open_incoming(ID, bytes).unwrap();
        for number in 0..3 {
            write(&mut incoming, &mut outline, &chunk(number));
        }
        let (part, values) = (incoming.part.clone(), incoming.values_path().to_owned());
        drop(incoming);
        let shorten = |path: &Path, length| {
            File::options().write(true).open(path).unwrap().set_len(length).unwrap();
        };
        shorten(&part, 3 * CHUNK_BYTES - 1);
        assert_eq!(files.read_incoming(ID, bytes).unwrap().len(), 2);
        shorten(&values, 63);
        assert_eq!(files.read_incoming(ID, bytes).unwrap().len(), 1);
        let (incoming, outline) = files.open_incoming(ID, bytes).unwrap();
        assert_eq!((outline.len(), fs::metadata(&part).unwrap().len()), (1, CHUNK_BYTES));
        drop(incoming);
        fs::remove_file(&part).unwrap();
        assert!(files.read_incoming(ID, bytes).unwrap().is_empty());
        files.remove_incoming(ID).unwrap();
        assert!(files.list_incoming().unwrap().is_empty());
    }
}
