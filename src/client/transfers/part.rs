//! A download that is not whole yet: its bytes under a hidden name in the folder where they will be,
//! and beside them what proves them.
//!
//! A value is written only when its bytes are on disk, so that whatever ends in between, what the
//! proof says is there. Its last record says which name the file is about to get: a program that ends
//! between that and telling anybody finds the file again, instead of fetching it twice.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::place;
use crate::client::api::{Failure, TransferId};
use crate::domain::{CHUNK_BYTES, Outline};
use crate::store::beside::Beside;

/// Chunks between two syncs: a power cut costs at most twice as many. Larger steps make whoever else
/// syncs wait longer for the same disk.
const STEP_CHUNKS: u64 = 8;
/// A value and its check.
const RECORD_BYTES: usize = VALUE_BYTES + CHECK_BYTES;
const VALUE_BYTES: usize = 32;
const CHECK_BYTES: usize = 8;
/// The number of a name, and its check.
const NAMED_BYTES: usize = 8 + CHECK_BYTES;

/// What is there of a download.
pub(super) enum Opened {
    /// A part of it, or nothing.
    Part(Part),
    /// All of it, under this name.
    Placed(PathBuf),
}

/// The open files.
pub(super) struct Part {
    id: TransferId,
    wanted: PathBuf,
    bytes_path: PathBuf,
    proof_path: PathBuf,
    bytes: File,
    proof: File,
    outline: Outline,
    /// So many values are in the proof.
    kept: u64,
    /// So many chunks are on their way to the disk while more come over the link.
    beside: Beside,
}

impl Part {
    /// Goes on with what is there, or begins.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(super) fn open(id: TransferId, wanted: &Path, bytes: u64) -> Result<Opened, Failure> {
        let wanted = std::path::absolute(wanted).map_err(unwritable)?;
        let folder = wanted.parent().ok_or(Failure::SaveDenied)?;
        if wanted.file_name().is_none() {
            return Err(Failure::SaveDenied);
        }
        // The folder for received files may be new; the one around it is somebody else's.
        match fs::create_dir(folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(unwritable(error));
            }
            _ => {}
        }
        let (bytes_path, proof_path) = paths(id, folder);
        let (values, named) = read_proof(id, &proof_path, bytes);
        if let Some(path) = named.and_then(|number| place::numbered(&wanted, number))
            && fs::symlink_metadata(&bytes_path).is_err()
            && fs::symlink_metadata(&path).is_ok_and(|seen| seen.is_file() && seen.len() == bytes)
        {
            return Ok(Opened::Placed(path));
        }
        let mut outline = Outline::new(bytes);
        for value in values {
            outline.push(value);
        }
        let data = open_own(&bytes_path).map_err(unwritable)?;
        let proof = open_own(&proof_path).map_err(unwritable)?;
        let there = data.metadata().map_err(unwritable)?.len();
        if there < outline.proven() {
            outline.truncate(there / CHUNK_BYTES);
        }
        data.set_len(outline.proven()).map_err(unwritable)?;
        proof.set_len(outline.len() * RECORD_BYTES as u64).map_err(unwritable)?;
        let kept = outline.len();
        Ok(Opened::Part(Part {
            id,
            wanted,
            bytes_path,
            proof_path,
            bytes: data,
            proof,
            outline,
            kept,
            beside: Beside::default(),
        }))
    }

    /// What is proven.
    pub(super) fn outline(&self) -> &Outline {
        &self.outline
    }

    /// Whether the rest has room, as far as that can be told.
    ///
    /// # Errors
    /// It has not.
    pub(super) fn needs_room(&self) -> Result<(), Failure> {
        let rest = self.outline.bytes() - self.outline.proven();
        let folder = self.bytes_path.parent().unwrap_or(&self.bytes_path);
        match fs4::available_space(folder) {
            Ok(free) if free < rest => Err(Failure::SaveFull),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// The next chunk, whose value it has.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn push(&mut self, value: [u8; 32], chunk: &[u8]) -> Result<(), Failure> {
        let at = SeekFrom::Start(self.outline.proven());
        let written = self.bytes.seek(at).and_then(|_| self.bytes.write_all(chunk));
        written.map_err(unwritable)?;
        self.outline.push(value);
        let begun = self.beside.begun().unwrap_or(self.kept);
        match self.outline.len() - begun >= STEP_CHUNKS {
            true => self.begin_step(),
            false => Ok(()),
        }
    }

    /// What was written so far stays, whatever happens, once the disk is done with it.
    fn begin_step(&mut self) -> Result<(), Failure> {
        self.end_step()?;
        let bytes = self.bytes.try_clone().map_err(unwritable)?;
        let step = move || bytes.sync_data();
        self.beside.begin(self.outline.len(), step).map_err(unwritable)
    }

    /// Waits for the step that is on its way.
    fn end_step(&mut self) -> Result<(), Failure> {
        match self.beside.end().map_err(unwritable)? {
            Some(chunks) => self.keep(chunks),
            None => Ok(()),
        }
    }

    /// What was written so far stays, whatever happens.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn step(&mut self) -> Result<(), Failure> {
        self.end_step()?;
        if self.kept == self.outline.len() {
            return Ok(());
        }
        self.bytes.sync_data().map_err(unwritable)?;
        self.keep(self.outline.len())
    }

    /// So many chunks are on disk: their values follow.
    fn keep(&mut self, chunks: u64) -> Result<(), Failure> {
        let mut records = Vec::new();
        let fresh = (0..chunks).zip(self.outline.values()).skip(index(self.kept));
        for (index, value) in fresh {
            records.extend_from_slice(value);
            records.extend_from_slice(&check(self.id, index, value));
        }
        self.append(self.kept, &records).map_err(unwritable)?;
        self.kept = chunks;
        Ok(())
    }

    /// Gives it its name, or the next one that is free: nothing that is there is written over.
    ///
    /// # Errors
    /// It cannot be.
    pub(super) fn finish(mut self) -> Result<PathBuf, Failure> {
        self.end_step()?;
        self.bytes.sync_all().map_err(unwritable)?;
        self.keep(self.outline.len())?;
        place::mark_foreign(&self.bytes_path);
        for number in 1..=place::NUMBERS_MAX {
            let Some(path) = place::numbered(&self.wanted, number) else { break };
            if fs::symlink_metadata(&path).is_ok() {
                continue;
            }
            self.name(number).map_err(unwritable)?;
            match place::rename(&self.bytes_path, &path) {
                Ok(()) => return Ok(path),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(unwritable(error)),
            }
        }
        Err(Failure::SaveDenied)
    }

    /// What came is not what was offered: all of it goes.
    pub(super) fn remove(self) {
        let (bytes, proof) = (self.bytes_path.clone(), self.proof_path.clone());
        drop(self);
        remove(&bytes, &proof);
    }

    /// It is about to get this name.
    fn name(&mut self, number: u64) -> io::Result<()> {
        let mut record = number.to_be_bytes().to_vec();
        record.extend_from_slice(&check(self.id, u64::MAX, &record));
        self.append(self.kept, &record)?;
        self.proof.sync_data()
    }

    fn append(&mut self, behind: u64, records: &[u8]) -> io::Result<()> {
        self.proof.seek(SeekFrom::Start(behind * RECORD_BYTES as u64))?;
        self.proof.write_all(records)
    }
}

/// Takes away what a download keeps beside its place.
pub(super) fn sweep(id: TransferId, wanted: &Path) {
    if let Ok(wanted) = std::path::absolute(wanted)
        && let Some(folder) = wanted.parent()
    {
        let (bytes, proof) = paths(id, folder);
        remove(&bytes, &proof);
    }
}

/// The bytes first: a proof of nothing is worth nothing.
fn remove(bytes: &Path, proof: &Path) {
    // What cannot be removed is tried again at the next start.
    fs::remove_file(bytes).ok();
    fs::remove_file(proof).ok();
}

/// The names say whose they are, and have nothing of what came from outside.
fn paths(id: TransferId, folder: &Path) -> (PathBuf, PathBuf) {
    let name = |ending: &str| OsString::from(format!(".mychat-{}.{ending}", id.0));
    (folder.join(name("part")), folder.join(name("proof")))
}

/// Opens what this program made, or makes it; a link to somewhere else is neither.
fn open_own(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    match fs::symlink_metadata(path) {
        Ok(seen) if seen.is_file() => options.open(path),
        Ok(_) => Err(ErrorKind::AlreadyExists.into()),
        Err(_) => options.create_new(true).open(path),
    }
}

/// The values that are on disk, and the number of the name that it was about to get.
fn read_proof(id: TransferId, path: &Path, bytes: u64) -> (Vec<[u8; 32]>, Option<u64>) {
    let chunks = index(Outline::chunks_of(bytes));
    let most = chunks.saturating_mul(RECORD_BYTES).saturating_add(NAMED_BYTES);
    let mut proof = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most as u64).read_to_end(&mut proof));
    if read.is_err() {
        return (Vec::new(), None);
    }
    let mut values = Vec::new();
    let mut rest = &proof[..];
    while values.len() < chunks
        && let Some((value, behind)) = rest.split_first_chunk::<VALUE_BYTES>()
        && let Some((checked, behind)) = behind.split_first_chunk::<CHECK_BYTES>()
        && *checked == check(id, values.len() as u64, value)
    {
        values.push(*value);
        rest = behind;
    }
    let named = match rest.split_first_chunk::<8>() {
        Some((number, checked)) if values.len() == chunks => {
            (checked == check(id, u64::MAX, number)).then(|| u64::from_be_bytes(*number))
        }
        _ => None,
    };
    (values, named)
}

/// Tells a record from what a power cut leaves.
fn check(id: TransferId, index: u64, record: &[u8]) -> [u8; CHECK_BYTES] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&id.0.0).update(&index.to_be_bytes()).update(record);
    let mut check = [0; CHECK_BYTES];
    check.copy_from_slice(&hasher.finalize().as_bytes()[..CHECK_BYTES]);
    check
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[expect(clippy::needless_pass_by_value, reason = "it is the last that is done with it")]
fn unwritable(error: io::Error) -> Failure {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Failure::SaveFull,
        _ => {
            tracing::debug!(%error, "a file that comes");
            Failure::SaveDenied
        }
    }
}
