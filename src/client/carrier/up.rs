//! A file goes to the server.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use super::trip::{Early, Teller, cut, open};
use super::{Stop, modified};
use crate::client::api::Failure;
use crate::client::state::{CarryEnd, Trip};
use crate::domain::{CHUNK_BYTES, Outline};
use crate::net::parcel::{self, FileEnd, FileWelcome};

/// The server syncs all of it before it says that it has it: a slow disk takes long.
const END_MAX: Duration = Duration::from_mins(10);

pub(super) fn carry(trip: &Trip, stop: &Stop, teller: &mut Teller<'_>) -> Result<PathBuf, Early> {
    let mut source = Reading::open(trip)?;
    let (mut link, welcome) = open(trip, stop, 0)?;
    let mut outline = Outline::new(trip.bytes);
    match welcome {
        FileWelcome::Send { chunks } => {
            parcel::read_values(&mut link, &mut outline, chunks).map_err(cut)?;
        }
        FileWelcome::Refused(refusal) => return Err(Early::End(CarryEnd::Refused(refusal))),
        FileWelcome::Take { .. } => return Err(Early::Cut),
    }
    teller.went(0, outline.proven());
    source.skip(outline.proven())?;
    while let Some(next) = outline.next() {
        if stop.is_set() {
            return Err(Early::Cut);
        }
        let chunk = source.read(next.end - next.start)?;
        let value = outline.value_of(outline.len(), chunk);
        parcel::write_chunk(&mut link, &value, chunk).map_err(cut)?;
        outline.push(value);
        teller.went(next.end - next.start, outline.proven());
    }
    source.check(trip)?;
    let Some(root) = outline.root() else { return Err(Early::Cut) };
    parcel::write_end(&mut link, root).map_err(cut)?;
    link.flush().map_err(cut)?;
    link.sock.set_read_timeout(Some(END_MAX)).map_err(cut)?;
    match parcel::read_frame(&mut link).map_err(cut)? {
        FileEnd::Kept {} => Ok(trip.path.clone()),
        FileEnd::Refused(refusal) => Err(Early::End(CarryEnd::Refused(refusal))),
    }
}

/// What is read.
struct Reading {
    file: File,
    chunk: Vec<u8>,
}

impl Reading {
    fn open(trip: &Trip) -> Result<Self, Early> {
        let file = File::open(&trip.path).map_err(|error| unread(&error))?;
        let reading = Reading { file, chunk: Vec::new() };
        reading.check(trip)?;
        Ok(reading)
    }

    /// It is what was offered: nobody wrote to it.
    fn check(&self, trip: &Trip) -> Result<(), Early> {
        let found = self.file.metadata().map_err(|error| unread(&error))?;
        let is_same = found.len() == trip.bytes && modified(&found) == trip.modified;
        // Written anew under the same name it is another file.
        let named = fs::metadata(&trip.path).ok();
        let is_there = named.is_none_or(|named| modified(&named) == trip.modified);
        if is_same && is_there { Ok(()) } else { Err(Failure::SourceChanged.into()) }
    }

    /// What is proven is not read.
    fn skip(&mut self, bytes: u64) -> Result<(), Early> {
        io::Seek::seek(&mut self.file, io::SeekFrom::Start(bytes)).map_err(|e| unread(&e))?;
        Ok(())
    }

    fn read(&mut self, bytes: u64) -> Result<&[u8], Early> {
        let bytes = usize::try_from(bytes.min(CHUNK_BYTES)).map_err(cut)?;
        self.chunk.resize(bytes, 0);
        match self.file.read_exact(&mut self.chunk) {
            Ok(()) => Ok(&self.chunk),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(Failure::SourceChanged.into())
            }
            Err(error) => Err(unread(&error)),
        }
    }
}

fn unread(error: &io::Error) -> Early {
    match error.kind() {
        io::ErrorKind::NotFound => Failure::SourceGone.into(),
        _ => Failure::File(error.to_string()).into(),
    }
}
