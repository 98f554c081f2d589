//! Blobs: bytes named by their BLAKE3 hash, as files beside the store; their uses are counted in it.
//!
//! A file is written under a temporary name, synced and renamed before its row is, and removed behind
//! the commit that removes the row. So a row always has its file, and a file without a row is on its
//! way, or an orphan: the writer removes it when it does not take it, the sweep whatever is left.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use redb::ReadableTable;

use super::engine::{StoreError, restrict, sync_folder};
use super::rows::{Mode, Rows, Writes};
use crate::domain::BlobId;

/// The folder of blobs inside the data folder.
const FOLDER: &str = "files";
/// The folder inside that one of files that are on their way, which are no blobs yet.
pub(super) const INCOMING: &str = "incoming";

/// The folder of what is to be removed: a large file takes its time to go.
const BIN: &str = "bin";
/// So much of a file goes at a time: a file system that frees more at once keeps everybody's syncs waiting.
const FREED_AT_ONCE: u64 = 16 << 20;
/// The beginning of the name of a file that is being written.
const UNFINISHED: &str = ".new";

/// What the store knows of a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blob {
    /// Its length.
    pub bytes: u64,
    /// How many rows name it.
    pub uses: u64,
    /// Since when it has no use: the server's age in minutes. An older program wrote milliseconds since
    /// 1970, which no server's age comes to.
    pub idle_since: u64,
}

impl Blob {
    /// Whether it has had no use for so long, at this age of the server.
    #[must_use]
    pub fn is_idle(&self, age_min: u64, longest: Duration) -> bool {
        let idle_min = age_min.saturating_sub(self.idle_since);
        self.uses == 0 && idle_min >= longest.as_secs() / 60
    }
}

/// The counter of the bytes that no row names.
const IDLE_BYTES: &str = "idle_bytes";

impl<M: Mode> Rows<M> {
    /// What is known of a blob.
    ///
    /// # Errors
    /// The disk failed.
    pub fn get_blob(&self, id: BlobId) -> Result<Option<Blob>, StoreError> {
        Ok(self.blobs.get(&id.0)?.map(|value| blob_of(value.value())))
    }

    /// All blobs without a use.
    ///
    /// # Errors
    /// The disk failed.
    pub fn list_unused_blobs(&self) -> Result<Vec<(BlobId, Blob)>, StoreError> {
        let mut unused = Vec::new();
        for row in self.blobs.iter()? {
            let (id, value) = row?;
            let blob = blob_of(value.value());
            if blob.uses == 0 {
                unused.push((BlobId(*id.value()), blob));
            }
        }
        Ok(unused)
    }

    /// All blobs and their lengths, by name.
    ///
    /// # Errors
    /// The disk failed.
    pub fn list_blobs(&self) -> Result<Vec<(BlobId, u64)>, StoreError> {
        let rows = self.blobs.iter()?;
        rows.map(|row| row.map(|(id, value)| (BlobId(*id.value()), value.value().0)))
            .map(|row| Ok(row?))
            .collect()
    }

    /// How many bytes all blobs without a use have together.
    ///
    /// # Errors
    /// The disk failed.
    pub fn count_idle_bytes(&self) -> Result<u64, StoreError> {
        if let Some(bytes) = self.counters.get(IDLE_BYTES)? {
            return Ok(bytes.value());
        }
        Ok(self.list_unused_blobs()?.iter().map(|(_, blob)| blob.bytes).sum())
    }
}

pub(super) fn blob_of((bytes, uses, idle_since): (u64, u64, i64)) -> Blob {
    Blob { bytes, uses, idle_since: u64::try_from(idle_since).unwrap_or_default() }
}

/// What a blob adds to the bytes without a use.
fn idle_bytes(blob: Option<Blob>) -> u64 {
    blob.filter(|blob| blob.uses == 0).map_or(0, |blob| blob.bytes)
}

impl Writes<'_> {
    /// Writes what is known of a blob.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_blob(&mut self, id: BlobId, blob: Blob) -> Result<(), StoreError> {
        self.count_idle(id, Some(blob))?;
        let Blob { bytes, uses, idle_since } = blob;
        let idle_since = i64::try_from(idle_since).unwrap_or(i64::MAX);
        self.blobs.insert(&id.0, (bytes, uses, idle_since))?;
        Ok(())
    }

    /// Forgets a blob; its file is an orphan then.
    ///
    /// # Errors
    /// The disk failed.
    pub fn remove_blob(&mut self, id: BlobId) -> Result<(), StoreError> {
        self.count_idle(id, None)?;
        self.blobs.remove(&id.0)?;
        Ok(())
    }

    /// A blob will be so: counts what that changes, before it is.
    fn count_idle(&mut self, id: BlobId, blob: Option<Blob>) -> Result<(), StoreError> {
        self.written = true;
        let others = self.count_idle_bytes()?.saturating_sub(idle_bytes(self.get_blob(id)?));
        self.counters.insert(IDLE_BYTES, others.saturating_add(idle_bytes(blob)))?;
        Ok(())
    }
}

/// Who is at the bin; locked as long as something in it is being freed.
#[derive(Debug, Default)]
struct Bin {
    /// How many hold it.
    holds: u64,
    /// Whether somebody empties it.
    is_emptied: bool,
    /// Whether more was thrown away since that began.
    is_wanted: bool,
}

/// The files of a data folder.
#[derive(Debug, Clone)]
pub struct Files {
    folder: PathBuf,
    bin: Arc<Mutex<Bin>>,
}

impl Bin {
    /// Whether the caller is to empty it.
    fn begin(&mut self) -> bool {
        self.is_wanted = self.is_emptied;
        !std::mem::replace(&mut self.is_emptied, true)
    }

    /// Whether nothing came since.
    fn has_ended(&mut self) -> bool {
        self.is_emptied = std::mem::take(&mut self.is_wanted);
        !self.is_emptied
    }
}

/// What became of a file that goes.
#[derive(Debug)]
enum Freed {
    /// Its end, which the disk is to let go of.
    Some(File),
    All,
}

/// Frees the end of a file, or a short one whole.
fn free(path: &Path) -> io::Result<Freed> {
    let bytes = fs::metadata(path)?.len();
    if bytes <= FREED_AT_ONCE {
        return fs::remove_file(path).map(|()| Freed::All);
    }
    let file = File::options().write(true).open(path)?;
    file.set_len(bytes - FREED_AT_ONCE)?;
    Ok(Freed::Some(file))
}

/// As long as it lives, what is thrown away stays in the bin and can be read there.
#[derive(Debug)]
pub struct Hold(Files);

impl Hold {
    /// Opens a blob that was there at some moment of the hold, and says how long it is.
    ///
    /// # Errors
    /// It is missing, or the disk failed.
    pub fn open(&self, id: BlobId) -> io::Result<(File, u64)> {
        let path = self.0.path(id);
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                File::open(self.0.in_bin(&path))
            }
            opened => opened,
        }?;
        let bytes = file.metadata()?.len();
        Ok((file, bytes))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.bin().holds -= 1;
        self.0.empty_bin();
    }
}

impl Files {
    /// Those inside a data folder.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Files { folder: data.join(FOLDER), bin: Arc::default() }
    }

    /// From now on whatever lies here can be read, thrown away or not. For who shares these `Files`.
    #[must_use]
    pub fn hold(&self) -> Hold {
        self.bin().holds += 1;
        Hold(self.clone())
    }

    /// The folder of all of them.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes that folder. It is for its owner only: whoever made the one around it may have left that open to
    /// all.
    ///
    /// # Errors
    /// The disk failed.
    pub fn make_folder(&self) -> Result<(), StoreError> {
        let made = fs::create_dir_all(&self.folder);
        made.map_err(|error| StoreError::folder("make", &self.folder, error))?;
        restrict(&self.folder)
    }

    /// Where a blob lies. Two levels keep folders short.
    #[must_use]
    pub fn path(&self, id: BlobId) -> PathBuf {
        let name = id.to_string();
        self.folder.join(&name[..2]).join(&name[2..])
    }

    /// Writes a blob, whole and on disk when this returns. One that is there already is left alone.
    ///
    /// # Errors
    /// The disk failed, or the bytes are not what the name says.
    pub fn put(&self, id: BlobId, bytes: &[u8]) -> io::Result<()> {
        if blake3::hash(bytes).as_bytes() != &id.0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let path = self.path(id);
        if fs::metadata(&path).is_ok_and(|file| file.len() == bytes.len() as u64) {
            return Ok(());
        }
        let parent = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(parent)?;
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(parent)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|error| error.error)?;
        sync_folder(parent)?;
        sync_folder(&self.folder)
    }

    /// Some bytes of a blob, from an offset on.
    ///
    /// # Errors
    /// There is no such file, or the disk failed.
    pub fn read(&self, id: BlobId, offset: u64, limit: u64) -> io::Result<Vec<u8>> {
        let mut file = File::open(self.path(id))?;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Notes when a blob was used last; nothing where that cannot be.
    pub fn touch(&self, id: BlobId, at: SystemTime) {
        let file = File::options().append(true).open(self.path(id));
        if let Ok(file) = file {
            file.set_modified(at).ok();
        }
    }

    /// Removes a blob's file. One that is gone already is no error.
    ///
    /// # Errors
    /// The disk failed.
    pub fn remove(&self, id: BlobId) -> io::Result<()> {
        match fs::remove_file(self.path(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Takes a blob's file away at once; its bytes go with the bin.
    ///
    /// # Errors
    /// The disk failed.
    pub fn throw_away(&self, id: BlobId) -> io::Result<()> {
        self.put_away(&self.path(id))
    }

    /// Moves a file into the bin. One that is gone already is no error.
    pub(super) fn put_away(&self, path: &Path) -> io::Result<()> {
        if !path.exists() {
            return Ok(());
        }
        fs::create_dir_all(self.folder.join(BIN))?;
        match fs::rename(path, self.in_bin(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// What a file is called in the bin.
    fn in_bin(&self, path: &Path) -> PathBuf {
        let name = path.strip_prefix(&self.folder).unwrap_or(path).to_string_lossy();
        self.folder.join(BIN).join(name.replace(['/', '\\'], "-"))
    }

    /// Removes what is in the bin, unless somebody holds it; where somebody does so already, what is there
    /// now goes with it. What cannot be removed is tried again with the next. Whoever reads there still finds
    /// the end of a file missing.
    pub fn empty_bin(&self) {
        if !self.bin().begin() {
            return;
        }
        loop {
            self.free_all();
            if self.bin().has_ended() {
                return;
            }
        }
    }

    fn free_all(&self) {
        let Ok(entries) = fs::read_dir(self.folder.join(BIN)) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            loop {
                let bin = self.bin();
                if bin.holds > 0 {
                    return;
                }
                match free(&path) {
                    Ok(Freed::Some(file)) => {
                        drop(bin);
                        file.sync_all().ok();
                        continue;
                    }
                    Ok(Freed::All) => {}
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => {
                        tracing::warn!(%error, "a file that was thrown away cannot be removed");
                    }
                }
                break;
            }
        }
    }

    /// Removes all that is in the bin at once, while nobody else is at these files.
    pub fn clear_bin(&self) {
        match fs::remove_dir_all(self.folder.join(BIN)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "what was thrown away cannot be removed");
            }
            _ => {}
        }
    }

    fn bin(&self) -> MutexGuard<'_, Bin> {
        self.bin.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every blob that has a file.
    ///
    /// # Errors
    /// The disk failed.
    pub fn list(&self) -> io::Result<Vec<BlobId>> {
        let mut found = Vec::new();
        self.visit(&mut |id, _| {
            found.extend(id);
            Ok(())
        })?;
        Ok(found)
    }

    /// Removes what a crash left of files that were being written. At a start only: later it may be one that
    /// somebody is writing.
    ///
    /// # Errors
    /// The disk failed.
    pub fn remove_unfinished(&self) -> io::Result<()> {
        self.visit(&mut |id, file| match id {
            None if file.file_name().to_string_lossy().starts_with(UNFINISHED) => {
                fs::remove_file(file.path())
            }
            _ => Ok(()),
        })
    }

    /// Everything in the folders of blobs.
    fn visit(
        &self,
        each: &mut dyn FnMut(Option<BlobId>, &fs::DirEntry) -> io::Result<()>,
    ) -> io::Result<()> {
        let folders = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            folders => folders?,
        };
        for folder in folders {
            let folder = folder?;
            let is_other = folder.file_name() == INCOMING || folder.file_name() == BIN;
            if !folder.file_type()?.is_dir() || is_other {
                continue;
            }
            for file in fs::read_dir(folder.path())? {
                let file = file?;
                let name = [folder.file_name(), file.file_name()]
                    .map(|n| n.to_string_lossy().into_owned());
                each(BlobId::from_hex(&name.concat()), &file)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(bytes: &[u8]) -> BlobId {
        BlobId(*blake3::hash(bytes).as_bytes())
    }

    #[test]
    fn a_large_file_goes_bit_by_bit() {
        let data = tempfile::tempdir().unwrap();
        let path = data.path().join("a");
        File::create(&path).unwrap().set_len(2 * FREED_AT_ONCE + 1).unwrap();
        for rest in [FREED_AT_ONCE + 1, 1] {
            assert!(matches!(free(&path), Ok(Freed::Some(_))));
            assert_eq!(fs::metadata(&path).unwrap().len(), rest);
        }
        assert!(matches!(free(&path), Ok(Freed::All)));
        assert_eq!(free(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn what_is_thrown_away_while_the_bin_is_emptied_goes_with_it() {
        let data = tempfile::tempdir().unwrap();
        let files = Files::of(data.path());
        let bytes = b"some picture";
        files.put(id(bytes), bytes).unwrap();
        assert!(files.bin().begin());
        files.throw_away(id(bytes)).unwrap();
        files.empty_bin();
        let in_bin = || fs::read_dir(files.folder().join(BIN)).unwrap().count();
        assert_eq!(in_bin(), 1, "somebody else is at it");
        assert!(!files.bin().has_ended(), "and has to look again");
        files.free_all();
        assert!(files.bin().has_ended());
        assert_eq!(in_bin(), 0);
        assert!(files.bin().begin());
    }

    #[test]
    fn bytes_come_back_and_lies_are_refused() {
        let data = tempfile::tempdir().unwrap();
        let files = Files::of(data.path());
        assert_eq!(files.list().unwrap(), []);
        let bytes = b"some picture";
        files.put(id(bytes), bytes).unwrap();
        files.put(id(bytes), bytes).unwrap();
        assert_eq!(files.read(id(bytes), 5, 4).unwrap(), b"pict");
        assert_eq!(files.read(id(bytes), 500, 4).unwrap(), b"");
        assert!(files.put(id(b"other"), bytes).is_err());
        assert_eq!(files.list().unwrap(), [id(bytes)]);
        files.remove(id(bytes)).unwrap();
        files.remove(id(bytes)).unwrap();
        assert!(files.read(id(bytes), 0, 4).is_err());
    }

    #[test]
    fn what_is_thrown_away_under_a_hold_can_be_read_until_the_hold_ends() {
        let data = tempfile::tempdir().unwrap();
        let files = Files::of(data.path());
        let bytes = b"wanted once more";
        files.put(id(bytes), bytes).unwrap();
        let (hold, second) = (files.hold(), files.clone().hold());
        files.throw_away(id(bytes)).unwrap();
        drop(second);
        files.empty_bin();
        let (mut file, length) = hold.open(id(bytes)).unwrap();
        let mut read = Vec::new();
        file.read_to_end(&mut read).unwrap();
        assert_eq!((&read[..], length), (&bytes[..], bytes.len() as u64));
        assert!(files.read(id(bytes), 0, 9).is_err(), "for everybody else it is gone");
        drop(hold);
        assert_eq!(fs::read_dir(files.folder().join(BIN)).unwrap().count(), 0);
    }

    #[test]
    fn what_a_crash_left_is_removed_and_a_short_file_is_written_anew() {
        let data = tempfile::tempdir().unwrap();
        let files = Files::of(data.path());
        let bytes = b"whole";
        files.put(id(bytes), bytes).unwrap();
        fs::write(files.path(id(bytes)), b"wh").unwrap();
        let left = files.path(id(bytes)).with_file_name(".newABC");
        fs::write(&left, b"half").unwrap();
        files.put(id(bytes), bytes).unwrap();
        assert_eq!(files.read(id(bytes), 0, 99).unwrap(), bytes);
        assert_eq!(files.list().unwrap(), [id(bytes)]);
        assert!(left.exists(), "whoever looks changes nothing");
        files.remove_unfinished().unwrap();
        assert!(!left.exists());
        assert_eq!(files.list().unwrap(), [id(bytes)]);
    }
}
