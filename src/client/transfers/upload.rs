//! Sending a file: every byte is read once, hashed on its way, and none is sent that the server has.
//!
//! The file has to be what it was when it was offered, by its length and the time of its last change:
//! that is looked at before and behind. What the server has of it already is compared with its own values
//! ([`hashes`](super::hashes)); where they differ all of it goes anew.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::gauge::Gauge;
use super::hashes::{Hashes, Known, Print};
use super::link::{Link, Stop, cut};
use crate::client::api::Failure;
use crate::client::state::{CarryEnd, Source, Trip};
use crate::clock;
use crate::domain::{CHUNK_BYTES, Outline, file_name};
use crate::limits::FILE_ALIVE_EVERY;
use crate::net::parcel::{self, FileEnd, FileHello, FileWelcome};
use crate::net::protocol::Reason;

/// What a file is that is to be sent.
///
/// # Errors
/// It cannot be read, or is no file but a folder or a device.
pub(super) fn look(path: &Path) -> Result<Source, Failure> {
    let seen = std::fs::metadata(path).and_then(|seen| match seen.is_file() {
        // Whether it may be read is known when it was opened.
        true => File::open(path).map(|_| seen),
        false if seen.is_dir() => Err(ErrorKind::IsADirectory.into()),
        false => Err(ErrorKind::Unsupported.into()),
    });
    let seen = seen.map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::SourceGone,
        _ => Failure::File(error.to_string()),
    })?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(Source { name: file_name(&name), bytes: seen.len(), modified: modified(&seen) })
}

/// When it was written to last, nanoseconds since 1970 UTC.
fn modified(seen: &Metadata) -> Option<i64> {
    let at = seen.modified().ok()?;
    let since = |earlier: SystemTime, later: SystemTime| {
        later.duration_since(earlier).ok().and_then(|span| i64::try_from(span.as_nanos()).ok())
    };
    since(UNIX_EPOCH, at).or_else(|| since(at, UNIX_EPOCH).map(|before| -before))
}

/// Sends what the server does not have yet.
///
/// # Errors
/// How it ended otherwise.
pub(super) fn upload(
    trip: &Trip,
    gauge: &Gauge,
    stop: &Stop,
    hashes: &Hashes,
) -> Result<PathBuf, CarryEnd> {
    let mut source = open(trip)?;
    let print = Print::of(&source.metadata().map_err(unreadable)?);
    let mut known = hashes.take(trip.id, print, trip.bytes);
    let sent = send(trip, &mut source, &mut known, (gauge, stop));
    if matches!(sent, Err(CarryEnd::Cut | CarryEnd::Refused(_))) {
        hashes.put(trip.id, known);
    }
    sent
}

fn send(
    trip: &Trip,
    source: &mut File,
    known: &mut Known,
    (gauge, stop): (&Gauge, &Stop),
) -> Result<PathBuf, CarryEnd> {
    let mut link = Link::open(trip, gauge, stop)?;
    let theirs = greet(&mut link, trip)?;
    learn(&mut link, source, &mut known.outline, (theirs.len(), stop))?;
    let begin = usize::try_from(theirs.len()).unwrap_or(usize::MAX);
    if known.outline.values().get(..begin) != Some(theirs.values()) {
        return Err(anew(&mut link, known));
    }
    known.is_denied = false;
    let mut outline = theirs;
    gauge.begins(outline.proven());
    source.seek(SeekFrom::Start(outline.proven())).map_err(unreadable)?;
    let mut chunk = Vec::with_capacity(usize::try_from(CHUNK_BYTES).unwrap_or_default());
    while let Some(next) = outline.next() {
        if stop.is_stopped() {
            return Err(CarryEnd::Cut);
        }
        chunk.resize(usize::try_from(next.end - next.start).unwrap_or_default(), 0);
        source.read_exact(&mut chunk).map_err(unreadable)?;
        let value = outline.value_of(outline.len(), &chunk);
        let sent = parcel::write_chunk(&mut link, &value, &chunk);
        sent.map_err(|error| farewell(&mut link, error))?;
        outline.push(value);
        if known.outline.len() < outline.len() {
            known.outline.push(value);
        }
        gauge.proven(outline.proven());
    }
    let seen = source.metadata().map_err(unreadable)?;
    compare(trip, &seen)?;
    compare(trip, &std::fs::metadata(&trip.path).map_err(unreadable)?)?;
    let root = outline.root().ok_or(CarryEnd::Cut)?;
    parcel::write_end(&mut link, root).map_err(|error| farewell(&mut link, error))?;
    link.flush().map_err(|error| farewell(&mut link, error))?;
    match parcel::read_frame(&mut link).map_err(cut)? {
        FileEnd::Kept {} => Ok(trip.path.clone()),
        FileEnd::Refused(why) => Err(CarryEnd::Refused(why)),
    }
}

/// Hashes the first chunks of the source, as far as that was not done before. The server hears meanwhile
/// that the link is alive.
fn learn(
    link: &mut Link<'_>,
    source: &mut File,
    own: &mut Outline,
    (chunks, stop): (u64, &Stop),
) -> Result<(), CarryEnd> {
    source.seek(SeekFrom::Start(own.proven())).map_err(unreadable)?;
    let mut chunk = Vec::new();
    let mut said_at: Duration = clock::uptime();
    while own.len() < chunks
        && let Some(next) = own.next()
    {
        if stop.is_stopped() {
            return Err(CarryEnd::Cut);
        }
        if clock::uptime() >= said_at + FILE_ALIVE_EVERY {
            said_at = clock::uptime();
            parcel::write_nothing(link).map_err(cut)?;
            link.flush().map_err(cut)?;
        }
        chunk.resize(usize::try_from(next.end - next.start).unwrap_or_default(), 0);
        source.read_exact(&mut chunk).map_err(unreadable)?;
        own.push(own.value_of(own.len(), &chunk));
    }
    Ok(())
}

/// What the server has is not what this file is: it is to forget it. One that does not is not asked twice.
fn anew(link: &mut Link<'_>, known: &mut Known) -> CarryEnd {
    if std::mem::replace(&mut known.is_denied, true) {
        return CarryEnd::Failed(Failure::SourceChanged);
    }
    let said = parcel::write_stop(link, &Reason::FileWrong.into()).and_then(|()| link.flush());
    match said.and_then(|()| parcel::read_frame(link)) {
        Ok(FileEnd::Refused(why)) if why.reason != Reason::FileWrong => CarryEnd::Refused(why),
        Ok(_) => CarryEnd::Cut,
        Err(error) => cut(error),
    }
}

fn open(trip: &Trip) -> Result<File, CarryEnd> {
    // Before it is opened, since opening a pipe waits for whoever writes to it.
    compare(trip, &std::fs::metadata(&trip.path).map_err(unreadable)?)?;
    let source = File::open(&trip.path).map_err(unreadable)?;
    compare(trip, &source.metadata().map_err(unreadable)?)?;
    Ok(source)
}

/// Shows the ticket and reads what the server has already.
fn greet(link: &mut Link<'_>, trip: &Trip) -> Result<Outline, CarryEnd> {
    let hello = FileHello { ticket: trip.ticket, chunks: 0 };
    parcel::write_frame(link, &hello).map_err(cut)?;
    match parcel::read_frame(link).map_err(cut)? {
        FileWelcome::Send { chunks } => {
            let mut outline = Outline::new(trip.bytes);
            parcel::read_values(link, &mut outline, chunks).map_err(cut)?;
            Ok(outline)
        }
        FileWelcome::Refused(why) => Err(CarryEnd::Refused(why)),
        FileWelcome::Take { .. } => Err(CarryEnd::Cut),
    }
}

/// Whether it is still the file that was offered.
fn compare(trip: &Trip, seen: &Metadata) -> Result<(), CarryEnd> {
    let is_same = seen.is_file() && seen.len() == trip.bytes && modified(seen) == trip.modified;
    match is_same {
        true => Ok(()),
        false => Err(CarryEnd::Failed(Failure::SourceChanged)),
    }
}

/// The server takes no more: it may have said why before it hung up.
fn farewell(link: &mut Link<'_>, error: io::Error) -> CarryEnd {
    match parcel::read_frame(&mut link.last_words()) {
        Ok(FileEnd::Refused(why)) => CarryEnd::Refused(why),
        Ok(FileEnd::Kept {}) | Err(_) => cut(error),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is the last that is done with it")]
fn unreadable(error: io::Error) -> CarryEnd {
    CarryEnd::Failed(match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Failure::SourceGone,
        ErrorKind::UnexpectedEof => Failure::SourceChanged,
        _ => Failure::File(error.to_string()),
    })
}
