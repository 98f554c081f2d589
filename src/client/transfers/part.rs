//! A download that is not whole yet: its bytes under a hidden name in the folder where they will be,
//! and beside them what proves them.
//!
//! A value is written only when its bytes are on disk, so that whatever ends in between, what the
//! proof says is there. Its last record says which name the file is about to get: a program that ends
//! between that and telling anybody finds the file again, instead of fetching it twice.
//!
//! When a write or a sync fails, nothing more is done with what is open; the next try opens it anew.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::place;
use crate::client::api::{Failure, TransferId};
use crate::domain::{CHUNK_BYTES, Outline};
use crate::store::beside::{Beside, Pace};
use crate::store::proof::{self, RECORD_BYTES, check};

/// The number of a name, and its check.
const NAMED_BYTES: usize = 8 + 8;

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
    pace: Pace,
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
        make(folder).map_err(unwritable)?;
        let (bytes_path, proof_path) = paths(id, folder);
        let (mut outline, named) = read_proof(id, &proof_path, bytes);
        if let Some(path) = named.and_then(|number| place::numbered(&wanted, number))
            && fs::symlink_metadata(&bytes_path).is_err()
            && fs::symlink_metadata(&path).is_ok_and(|seen| seen.is_file() && seen.len() == bytes)
        {
            return Ok(Opened::Placed(path));
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
            pace: Pace::default(),
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
    /// It cannot be written, or something before could not.
    pub(super) fn push(&mut self, value: [u8; 32], chunk: &[u8]) -> Result<(), Failure> {
        self.beside.check().map_err(unwritable)?;
        let at = SeekFrom::Start(self.outline.proven());
        let written = self.bytes.seek(at).and_then(|_| self.bytes.write_all(chunk));
        self.beside.guard(written).map_err(unwritable)?;
        self.outline.push(value);
        let begun = self.beside.begun().unwrap_or(self.kept);
        match self.outline.len() - begun >= self.pace.chunks {
            true => self.begin_step().map_err(unwritable),
            false => Ok(()),
        }
    }

    /// What was written so far stays, whatever happens, once the disk is done with it.
    fn begin_step(&mut self) -> io::Result<()> {
        self.end_step()?;
        let bytes = self.bytes.try_clone();
        let bytes = self.beside.guard(bytes)?;
        let step = self.pace.step(&self.outline);
        self.beside.begin(self.outline.len(), move || step(&bytes))
    }

    /// Waits for the step that is on its way.
    fn end_step(&mut self) -> io::Result<()> {
        match self.beside.end()? {
            Some(chunks) => self.keep(chunks),
            None => Ok(()),
        }
    }

    /// What was written so far stays, whatever happens.
    ///
    /// # Errors
    /// It cannot be written, or something before could not.
    pub(super) fn step(&mut self) -> Result<(), Failure> {
        self.end_step().map_err(unwritable)?;
        if self.kept == self.outline.len() {
            return Ok(());
        }
        let synced = (self.pace.sync)(&self.bytes);
        let kept = self.beside.guard(synced).and_then(|()| self.keep(self.outline.len()));
        kept.map_err(unwritable)
    }

    /// So many chunks are on disk: their values follow.
    fn keep(&mut self, chunks: u64) -> io::Result<()> {
        let mut durable = self.outline.clone();
        durable.truncate(chunks);
        let records = proof::records(self.id.0.0, self.kept, &durable);
        self.append(self.kept, &records)?;
        self.kept = chunks;
        Ok(())
    }

    /// Gives it its name, or the next one that is free: nothing that is there is written over.
    ///
    /// # Errors
    /// It cannot be, or something before could not.
    pub(super) fn finish(mut self) -> Result<PathBuf, Failure> {
        self.step()?;
        let synced = self.bytes.sync_all();
        self.beside.guard(synced).map_err(unwritable)?;
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
        record.extend_from_slice(&check(self.id.0.0, u64::MAX, &record));
        self.append(self.kept, &record)?;
        let synced = self.proof.sync_data();
        self.beside.guard(synced)
    }

    fn append(&mut self, behind: u64, records: &[u8]) -> io::Result<()> {
        let at = SeekFrom::Start(behind * RECORD_BYTES as u64);
        let written = self.proof.seek(at).and_then(|_| self.proof.write_all(records));
        self.beside.guard(written)
    }
}

/// The folder for received files may be new, and so may the one of all accounts around it; what is around
/// those is somebody else's.
fn make(folder: &Path) -> io::Result<()> {
    let made = match (fs::create_dir(folder), folder.parent()) {
        (Err(error), Some(around)) if error.kind() == ErrorKind::NotFound => {
            fs::create_dir(around).and_then(|()| fs::create_dir(folder))
        }
        (made, _) => made,
    };
    match made {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made,
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
fn read_proof(id: TransferId, path: &Path, bytes: u64) -> (Outline, Option<u64>) {
    let chunks = Outline::chunks_of(bytes);
    let most = chunks.saturating_mul(RECORD_BYTES as u64).saturating_add(NAMED_BYTES as u64);
    let mut found = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut found));
    if read.is_err() {
        found.clear();
    }
    let (outline, rest) = proof::read(id.0.0, bytes, bytes, &found);
    let named = match rest.split_first_chunk::<8>() {
        Some((number, checked)) if outline.len() == chunks => {
            (checked == check(id.0.0, u64::MAX, number)).then(|| u64::from_be_bytes(*number))
        }
        _ => None,
    };
    (outline, named)
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::domain::{CHUNK_BYTES, Nonce};

    const ID: TransferId = TransferId(Nonce([9; 16]));
    const BYTES: u64 = 21 * CHUNK_BYTES + 3;

    fn open(folder: &Path) -> Part {
        match Part::open(ID, &folder.join("a"), BYTES).unwrap() {
            Opened::Part(part) => part,
            Opened::Placed(path) => panic!("{path:?}"),
        }
    }

    /// Pushes so many chunks more.
    fn fill(part: &mut Part, chunks: u64) -> Result<(), Failure> {
        for _ in 0..chunks {
            let next = part.outline.next().unwrap();
            let length = usize::try_from(next.end - next.start).unwrap();
            let chunk = vec![u8::try_from(part.outline.len()).unwrap(); length];
            part.push(part.outline.value_of(part.outline.len(), &chunk), &chunk)?;
        }
        Ok(())
    }

    #[test]
    fn what_the_disk_lost_does_not_count_though_the_next_sync_succeeds() {
        let folder = tempfile::tempdir().unwrap();
        let fails = Arc::new(AtomicBool::new(false));
        let sign = Arc::clone(&fails);
        let sync = move |file: &File| match sign.load(Ordering::Relaxed) {
            true => Err(ErrorKind::StorageFull.into()),
            false => file.sync_data(),
        };
        let mut part = open(folder.path());
        part.pace = Pace { chunks: 3, sync: Arc::new(sync) };
        fill(&mut part, 20).unwrap();
        part.step().unwrap();
        fails.store(true, Ordering::Relaxed);
        fill(&mut part, 1).unwrap();
        assert_eq!(part.step(), Err(Failure::SaveFull));
        fails.store(false, Ordering::Relaxed);
        assert_eq!(part.step(), Err(Failure::SaveFull));
        assert_eq!(fill(&mut part, 1), Err(Failure::SaveFull));
        assert_eq!(part.finish(), Err(Failure::SaveFull));
        let mut part = open(folder.path());
        assert_eq!(part.outline().len(), 20);
        assert_eq!(fs::metadata(&part.bytes_path).unwrap().len(), 20 * CHUNK_BYTES);
        fill(&mut part, 2).unwrap();
        let path = part.finish().unwrap();
        assert_eq!(fs::metadata(path).unwrap().len(), BYTES);
    }

    #[test]
    fn a_step_that_is_under_way_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut part = open(folder.path());
        part.pace = Pace::slow(20);
        fill(&mut part, 20).unwrap();
        assert_eq!(part.beside.begun(), Some(20));
        // Its values are written by nobody: they come again, and the bytes are cut off.
        drop(part);
        let mut part = open(folder.path());
        assert_eq!(part.outline().len(), 0);
        part.pace = Pace::slow(20);
        fill(&mut part, 22).unwrap();
        assert_eq!(fs::metadata(part.finish().unwrap()).unwrap().len(), BYTES);
    }
}
