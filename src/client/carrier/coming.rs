//! A file that comes: its bytes, and the values of the chunks that are proven.
//!
//! A value is on disk only after the bytes of its chunk are: whatever is read back after a crash is
//! proven, and what is not will be sent again. A thread of its own syncs, so that a link never waits for
//! the disk in the middle.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};

use crate::domain::Outline;

/// Chunks that are synced together.
const SYNC_CHUNKS: usize = 32;
/// Bytes of a value.
const VALUE_BYTES: usize = 32;

/// A file that is being written.
#[derive(Debug)]
pub(super) struct Coming {
    part: PathBuf,
    file: File,
    /// Values whose chunks are written and not handed to the syncing thread yet.
    fresh: Vec<[u8; VALUE_BYTES]>,
    syncing: Option<SyncSender<Vec<[u8; VALUE_BYTES]>>>,
    syncer: Option<JoinHandle<io::Result<()>>>,
}

/// Values count as far as the bytes reach.
fn read_outline(file: &mut File, sidecar: &mut File, bytes: u64) -> io::Result<Outline> {
    let mut values = Vec::new();
    sidecar.seek(SeekFrom::Start(0))?;
    // More than the file has chunks are somebody else's.
    sidecar.take(Outline::chunks_of(bytes) * VALUE_BYTES as u64).read_to_end(&mut values)?;
    Ok(outline_of(&values, bytes, file.metadata()?.len()))
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

impl Coming {
    /// Opens what there is of a file of so many bytes, or begins it; gives it with what is proven.
    ///
    /// # Errors
    /// The disk failed.
    pub fn open(part: PathBuf, values: &Path, bytes: u64) -> io::Result<(Self, Outline)> {
        let open = |path: &Path| {
            File::options().read(true).write(true).create(true).truncate(false).open(path)
        };
        let (mut file, mut sidecar) = (open(&part)?, open(values)?);
        let outline = read_outline(&mut file, &mut sidecar, bytes)?;
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
        Ok((Coming { part, file, fresh: Vec::new(), syncing, syncer }, outline))
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
}

impl Drop for Coming {
    /// What is proven is kept, however a link ends.
    fn drop(&mut self) {
        if let Err(error) = self.flush() {
            tracing::warn!(%error, "a file on its way cannot be synced");
        }
    }
}
