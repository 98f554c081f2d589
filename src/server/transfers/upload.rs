//! A file comes.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use smol::future;

use super::link::Ground;
use super::progress::Progress;
use crate::domain::{BlobId, CHUNK_BYTES, FileId, Outline};
use crate::net::parcel::{self, FileEnd, FileWelcome, Part};
use crate::net::protocol::{Reason, Refusal};
use crate::server::disk;
use crate::server::job::{Job, Kept};
use crate::store::incoming::Incoming;

/// The free space is looked at behind so many chunks.
const LOOK_EVERY: u64 = 32;

/// Takes a file to its end, to what broke, or to what the client did wrong.
pub(super) fn take<L: Read + Write>(
    ground: &Ground,
    link: &mut L,
    file: FileId,
    bytes: u64,
) -> io::Result<()> {
    let progress = ground.shared.transfers.progress(&ground.shared.files, file, bytes)?;
    let (incoming, outline) = ground.shared.files.open_incoming(file, bytes)?;
    progress.begin(outline.clone());
    parcel::write_frame(link, &FileWelcome::Send { chunks: outline.len() })?;
    parcel::write_values(link, &outline)?;
    link.flush()?;
    let mut coming = Coming { ground, file, progress, incoming, outline };
    let end = match coming.read_parts(link)? {
        Ok(root) => coming.keep(root)?,
        Err(refusal) => FileEnd::Refused(refusal),
    };
    parcel::write_frame(link, &end)?;
    link.flush()
}

struct Coming<'a> {
    ground: &'a Ground,
    file: FileId,
    progress: Arc<Progress>,
    incoming: Incoming,
    outline: Outline,
}

impl Coming<'_> {
    /// Reads chunks until the end, and says what the client says is the hash of all.
    fn read_parts(&mut self, link: &mut impl Read) -> io::Result<Result<BlobId, Refusal>> {
        let mut chunk = Vec::with_capacity(usize::try_from(CHUNK_BYTES).unwrap_or(0));
        loop {
            match parcel::read_part(link, &self.outline, &mut chunk)? {
                Part::Nothing => {}
                Part::Stop(_) => return Err(io::ErrorKind::ConnectionAborted.into()),
                Part::End(root) if self.outline.root() == Some(root) => return Ok(Ok(root)),
                // Too early, or a hash of something else.
                Part::End(_) => return Ok(Err(Reason::FileWrong.into())),
                Part::Chunk(value) => {
                    if self.outline.value_of(self.outline.len(), &chunk) != value {
                        return Ok(Err(Reason::FileWrong.into()));
                    }
                    if self.outline.len() % LOOK_EVERY == 0 && self.is_full() {
                        return Ok(Err(Reason::FilesFull.into()));
                    }
                    self.incoming.write(value, &chunk)?;
                    self.outline.push(value);
                    self.progress.push(value);
                    let taken = chunk.len() as u64;
                    self.ground.shared.metrics.file_bytes_in.fetch_add(taken, Ordering::Relaxed);
                }
            }
        }
    }

    fn is_full(&self) -> bool {
        let shared = &self.ground.shared;
        disk::is_full(&shared.files.data(), shared.limits.files_free_mib)
    }

    /// Makes a blob of it, tells the writer, and waits until that has committed.
    fn keep(self, root: BlobId) -> io::Result<FileEnd> {
        let Coming { ground, file, progress, incoming, outline } = self;
        let shared = &ground.shared;
        incoming.become_blob(&shared.files, root, outline.bytes())?;
        let (slot, answer) = async_channel::bounded(1);
        let kept = Job::KeepFile(Kept { file, root, slot });
        let gone = |_| io::Error::from(io::ErrorKind::ConnectionAborted);
        future::block_on(shared.jobs.send(kept)).map_err(|_| gone(()))?;
        let kept = future::block_on(answer.recv()).map_err(|_| gone(()))?;
        match kept {
            Ok(()) => {
                progress.keep(root);
                shared.files.remove_incoming(file)?;
                Ok(FileEnd::Kept {})
            }
            Err(refusal) => Ok(FileEnd::Refused(refusal)),
        }
    }
}
