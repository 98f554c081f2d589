//! A file is fetched: one that is kept, or as much as has come.

use std::fs::File;
use std::io::{self, Write};
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::link::Ground;
use super::progress::Next;
use crate::domain::{BlobId, CHUNK_BYTES, FileId, Outline};
use crate::limits::{FILE_ALIVE_EVERY, FILE_STALL_MAX};
use crate::net::parcel::{self, FileWelcome};
use crate::net::protocol::{Reason, Refusal};
use crate::store::incoming::read_chunk;

/// Who waits for a sender that does not send comes again after so long.
const LATER_MS: u64 = 5_000;

/// Gives a file that is kept, behind the chunks that are there already.
pub(super) fn give_kept(
    ground: &Ground,
    link: &mut impl Write,
    (root, bytes): (BlobId, u64),
    chunks: u64,
) -> io::Result<()> {
    let mut file = File::open(ground.shared.files.path(root))?;
    parcel::write_frame(link, &FileWelcome::Take { bytes })?;
    let mut giving = Giving::new(ground, bytes, chunks);
    while let Some(index) = giving.next() {
        let chunk = giving.read(&mut file, index)?;
        let value = giving.shape.value_of(index, &giving.buffer[..chunk]);
        giving.write(link, &value, chunk)?;
    }
    parcel::write_end(link, root)?;
    link.flush()
}

/// Gives a file that still comes.
pub(super) fn give_coming(
    ground: &Ground,
    link: &mut impl Write,
    (id, bytes): (FileId, u64),
    chunks: u64,
) -> io::Result<()> {
    let progress = ground.shared.transfers.progress(&ground.shared.files, id, bytes)?;
    parcel::write_frame(link, &FileWelcome::Take { bytes })?;
    link.flush()?;
    let mut giving = Giving::new(ground, bytes, chunks);
    // Opened with the first chunk that is there. It goes on being read when it becomes a blob.
    let mut file: Option<File> = None;
    let mut waited = Duration::ZERO;
    loop {
        let index = giving.next;
        match progress.wait(index, FILE_ALIVE_EVERY) {
            Next::Chunk(value) => {
                waited = Duration::ZERO;
                let mut part = match file.take() {
                    Some(part) => part,
                    None => ground.shared.files.open_part(id)?,
                };
                let chunk = giving.read(&mut part, index)?;
                file = Some(part);
                giving.write(link, &value, chunk)?;
            }
            Next::Whole(root) => {
                parcel::write_end(link, root)?;
                return link.flush();
            }
            Next::Stopped(why) => return stop(link, &why),
            Next::Nothing => {
                waited += FILE_ALIVE_EVERY;
                if waited >= FILE_STALL_MAX {
                    return stop(link, &Refusal::retry(Reason::FilesBusy, LATER_MS));
                }
                parcel::write_nothing(link)?;
                link.flush()?;
            }
        }
    }
}

fn stop(link: &mut impl Write, why: &Refusal) -> io::Result<()> {
    parcel::write_stop(link, why)?;
    link.flush()
}

struct Giving<'a> {
    ground: &'a Ground,
    shape: Outline,
    next: u64,
    buffer: Vec<u8>,
}

impl<'a> Giving<'a> {
    fn new(ground: &'a Ground, bytes: u64, chunks: u64) -> Self {
        let next = chunks.min(Outline::chunks_of(bytes));
        let most = usize::try_from(CHUNK_BYTES.min(bytes)).unwrap_or(0);
        Giving { ground, shape: Outline::new(bytes), next, buffer: vec![0; most] }
    }

    /// The place of the next chunk.
    fn next(&self) -> Option<u64> {
        (self.next < Outline::chunks_of(self.shape.bytes())).then_some(self.next)
    }

    /// Reads the chunk at a place into the buffer; says how long it is.
    fn read(&mut self, file: &mut File, index: u64) -> io::Result<usize> {
        let rest = self.shape.bytes().saturating_sub(index * CHUNK_BYTES);
        let length = usize::try_from(rest.min(CHUNK_BYTES)).map_err(io::Error::other)?;
        read_chunk(file, index, &mut self.buffer[..length])?;
        Ok(length)
    }

    fn write(&mut self, link: &mut impl Write, value: &[u8; 32], chunk: usize) -> io::Result<()> {
        parcel::write_chunk(link, value, &self.buffer[..chunk])?;
        self.next += 1;
        let given = chunk as u64;
        self.ground.shared.metrics.file_bytes_out.fetch_add(given, Ordering::Relaxed);
        Ok(())
    }
}
