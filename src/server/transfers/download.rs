//! A file that goes to somebody: what is there at once, the rest as it comes.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::atomic::Ordering;

use super::door::Trip;
use super::flow::Seen;
use super::link::Link;
use crate::domain::{BlobId, CHUNK_BYTES, Outline};
use crate::limits::{FILE_ALIVE_EVERY, FILE_STALL_MAX};
use crate::net::control::{LogEvent, LogKind};
use crate::net::parcel::{self, FileWelcome};
use crate::net::protocol::Reason;

/// Why there is nothing more to say.
enum End {
    /// The file has ended, which is told.
    Gone,
    /// The sender does not send now, or the link has ended: it is tried again.
    Later,
    /// Its bytes cannot be read: nobody will get them.
    Lost(io::Error),
    /// The link broke.
    Broken(io::Error),
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        End::Broken(error)
    }
}

/// Serves the link to its end.
pub(super) fn run(mut link: Link, trip: &Trip) -> io::Result<()> {
    if trip.chunks > Outline::chunks_of(trip.bytes) {
        parcel::write_frame(&mut link, &FileWelcome::Refused(Reason::BadValue.into()))?;
        return link.close();
    }
    parcel::write_frame(&mut link, &FileWelcome::Take { bytes: trip.bytes })?;
    match give(&mut link, trip) {
        Ok(root) => parcel::write_end(&mut link, root)?,
        Err(End::Gone) => parcel::write_stop(&mut link, &Reason::FileGone.into())?,
        Err(End::Lost(error)) => {
            lost(trip, &error);
            parcel::write_stop(&mut link, &Reason::Failed.into())?;
        }
        Err(End::Later) => {}
        Err(End::Broken(error)) => return Err(error),
    }
    link.close()
}

/// Sends all chunks that are missing, and says what the whole has for a hash.
fn give(link: &mut Link, trip: &Trip) -> Result<BlobId, End> {
    let outline = Outline::new(trip.bytes);
    let chunks = Outline::chunks_of(trip.bytes);
    let (mut source, mut chunk) = (None, Vec::new());
    for index in trip.chunks..chunks {
        wait(link, trip, index)?;
        let begin = index * CHUNK_BYTES;
        let length = (trip.bytes - begin).min(CHUNK_BYTES);
        chunk.resize(usize::try_from(length).unwrap_or(usize::MAX), 0);
        read(link, trip, &mut source, begin, &mut chunk)?;
        // Not from what came with it: what a disk has lost meanwhile shows at the end.
        parcel::write_chunk(link, &outline.value_of(index, &chunk), &chunk)?;
        trip.shared.metrics.files_out.fetch_add(length, Ordering::Relaxed);
    }
    match wait(link, trip, chunks)? {
        Some(root) => Ok(root),
        None => Err(End::Later),
    }
}

/// Reads from where its bytes are. Those that came may have been thrown away since they were opened, because
/// the same lay among the blobs already: then from there.
fn read(
    link: &mut Link,
    trip: &Trip,
    source: &mut Option<File>,
    begin: u64,
    chunk: &mut [u8],
) -> Result<(), End> {
    let mut read =
        |mut file: &File| file.seek(SeekFrom::Start(begin)).and_then(|_| file.read_exact(chunk));
    if let Some(file) = source {
        match read(file) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
            read => return read.map_err(|error| unread(trip, error)),
        }
    }
    read(source.insert(open(link, trip)?)).map_err(|error| unread(trip, error))
}

/// Waits for a chunk, or for the whole behind the last; says its hash once it is kept.
fn wait(link: &mut Link, trip: &Trip, chunk: u64) -> Result<Option<BlobId>, End> {
    let line = &trip.passage.line;
    let mut waited = std::time::Duration::ZERO;
    loop {
        match line.flow.wait(chunk, || line.is_cut(), FILE_ALIVE_EVERY) {
            Seen::Here => return Ok(None),
            Seen::Kept(root) => return Ok(Some(root)),
            Seen::Gone => return Err(End::Gone),
            Seen::Cut => return Err(End::Later),
            Seen::Nothing => {
                waited += FILE_ALIVE_EVERY;
                if waited >= FILE_STALL_MAX {
                    return Err(End::Later);
                }
                parcel::write_nothing(link)?;
                link.flush()?;
            }
        }
    }
}

/// Where its bytes are: among those that come, or where blobs lie. In the moment between both, its row
/// says where next.
fn open(link: &mut Link, trip: &Trip) -> Result<File, End> {
    let files = &trip.shared.files;
    let line = &trip.passage.line;
    if let Seen::Kept(root) = line.flow.wait(0, || line.is_cut(), std::time::Duration::ZERO) {
        return File::open(files.path(root)).map_err(|error| unread(trip, error));
    }
    match files.open_incoming(trip.file()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            match wait(link, trip, Outline::chunks_of(trip.bytes))? {
                Some(root) => File::open(files.path(root)).map_err(|error| unread(trip, error)),
                None => Err(End::Later),
            }
        }
        opened => opened.map_err(|error| unread(trip, error)),
    }
}

/// What it means that bytes cannot be read: a file may have ended meanwhile, and one that comes may have to
/// come anew.
fn unread(trip: &Trip, error: io::Error) -> End {
    let line = &trip.passage.line;
    match line.flow.wait(u64::MAX, || line.is_cut(), std::time::Duration::ZERO) {
        Seen::Gone => End::Gone,
        Seen::Cut => End::Later,
        Seen::Nothing | Seen::Here if error.kind() == io::ErrorKind::UnexpectedEof => End::Later,
        Seen::Kept(_) | Seen::Nothing | Seen::Here => End::Lost(error),
    }
}

/// Whoever keeps the server is to know.
fn lost(trip: &Trip, error: &io::Error) {
    let file = trip.file();
    let (conversation, seq) = (file.conversation.0, file.seq.0);
    let text = format!("file {conversation}-{seq} cannot be read: {error}");
    trip.shared.journal.note(LogKind::Error, None, LogEvent::Trouble { text });
}
