//! Makes a backup of one snapshot, proves it by reading it again, and only then gives it its name.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::archive::{self, FORMAT, Manifest, Packer, Part};
use super::{BackupError, keep};
use crate::clock;
use crate::domain::BlobId;
use crate::net::tls::Identity;
use crate::net::verb::BackupRow;
use crate::server::{KEY_FILE, STORE_FILE};
use crate::store::blobs::{Files, Hold};
use crate::store::copy::{self, Contents};
use crate::store::{Engine, Reads};

const MIB: u64 = 1024 * 1024;
/// Bytes that wait for the disk: a server's own syncs must never wait for a whole backup.
const SYNC_EVERY: u64 = 16 * MIB;
const BUFFER_BYTES: usize = 256 * 1024;
/// What a tar file needs for each part beside its bytes.
const PART_BYTES: u64 = 1024;
/// Seconds that a name may be ahead, where that of this second is taken.
const LATER_MAX: i64 = 60;

/// What is backed up.
pub struct Source<'a> {
    /// The server's folder.
    pub data: &'a Path,
    /// Its store.
    pub engine: &'a Engine,
    /// Its pictures and files.
    pub files: &'a Files,
    /// Its name for people.
    pub name: &'a str,
    /// So many MiB of the disk are left free.
    pub floor_mib: u64,
    /// Says no when it has to end.
    pub goes_on: &'a dyn Fn() -> bool,
}

/// What kind of backup is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// A file or a folder; the folder of backups when absent.
    pub path: Option<PathBuf>,
    /// The server makes it by itself.
    pub is_automatic: bool,
}

/// Makes it.
///
/// # Errors
/// Why not; nothing is left of it then.
pub fn make(source: &Source<'_>, wanted: &Wanted) -> Result<BackupRow, BackupError> {
    let started = clock::now();
    let target = place(source, wanted, started.wall_ms)?;
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    keep::remove_unfinished(folder);
    // First the hold: what the snapshot names can be read until the end.
    let hold = source.files.hold();
    let snapshot = source.engine.read()?;
    let at = clock::wall_ms();
    let blobs = Reads::open(&snapshot)?.list_blobs()?;
    room(source, folder, &blobs)?;
    let mut part = unfinished(folder)?;
    let contents = copy::contents(&snapshot)?;
    let mut store = copy_of(part.path())?;
    let into = store.reopen().map_err(BackupError::file("open", store.path()))?;
    if !copy::copy(&snapshot, into, source.goes_on)? {
        return Err(BackupError::Stopped);
    }
    drop(snapshot);
    let manifest = manifest(source, (at, contents), &blobs, store.as_file())?;
    write(source, &manifest, (store.as_file_mut(), &hold, &blobs), part.as_file(), &target)?;
    drop((hold, store));
    let path = part.path().to_owned();
    prove(part.as_file_mut(), &path, &manifest)
        .map_err(|error| BackupError::Unproven(Box::new(error)))?;
    if !(source.goes_on)() {
        return Err(BackupError::Stopped);
    }
    let file = part.persist_noclobber(&target).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => BackupError::Exists(target.clone()),
        _ => BackupError::file("rename to", &target)(error.error),
    })?;
    sync_folder(folder).map_err(BackupError::file("sync", folder))?;
    let bytes = file.metadata().map_err(BackupError::file("read", &target))?.len();
    let Manifest { messages, accounts, files, .. } = manifest;
    let took_ms = clock::millis(clock::uptime().saturating_sub(started.uptime));
    let path = target.display().to_string();
    Ok(BackupRow { path, bytes, at, took_ms, messages, accounts, files })
}

/// Where it goes; nothing is there yet.
fn place(source: &Source<'_>, wanted: &Wanted, now_ms: i64) -> Result<PathBuf, BackupError> {
    let folder = match &wanted.path {
        None => keep::make_folder(source.data)
            .map_err(BackupError::file("make", &keep::folder(source.data)))?,
        Some(path) if path.is_dir() => path.clone(),
        Some(path) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let is_file = path.file_name().is_some() && !path.to_string_lossy().ends_with('/');
            return match folder.is_none_or(Path::is_dir) && is_file {
                false => {
                    Err(BackupError::NoFolder(folder.filter(|_| is_file).unwrap_or(path).into()))
                }
                true if path.symlink_metadata().is_ok() => Err(BackupError::Exists(path.clone())),
                true => Ok(path.clone()),
            };
        }
    };
    let name = |later: i64| keep::name(source.name, now_ms + 1_000 * later, wanted.is_automatic);
    let mut paths = (0..LATER_MAX).map(|later| folder.join(name(later)));
    paths.find(|path| !path.exists()).ok_or_else(|| BackupError::Exists(folder.join(name(0))))
}

/// Whether it fits: the copy of the store stands twice for a while, and the server needs its own room.
fn room(source: &Source<'_>, folder: &Path, blobs: &[(BlobId, u64)]) -> Result<(), BackupError> {
    let store = source.data.join(STORE_FILE);
    let store = store.metadata().map_err(BackupError::file("read", &store))?.len();
    let files: u64 = blobs.iter().map(|(_, bytes)| bytes + 2 * PART_BYTES).sum();
    let need = (2 * store + files) / MIB + 1;
    let need = need.saturating_add(source.floor_mib);
    let free = fs4::available_space(folder).map_err(BackupError::file("look at", folder))? / MIB;
    match free < need {
        true => Err(BackupError::Space { folder: folder.to_owned(), need, free }),
        false => Ok(()),
    }
}

/// An empty file that is locked as long as somebody writes it: whoever removes what crashes left sees that.
fn unfinished(folder: &Path) -> Result<NamedTempFile, BackupError> {
    let (begin, end) = keep::UNFINISHED;
    let part = tempfile::Builder::new().prefix(begin).suffix(end).tempfile_in(folder);
    let part = part.map_err(BackupError::file("make a file in", folder))?;
    // Where a disk knows no locks, nothing was locked and nothing is.
    part.as_file().try_lock().ok();
    Ok(part)
}

fn copy_of(part: &Path) -> Result<NamedTempFile, BackupError> {
    let name = part.file_name().unwrap_or_default();
    let folder = part.parent().unwrap_or(Path::new("."));
    let copy =
        tempfile::Builder::new().prefix(name).rand_bytes(0).suffix(keep::COPY).tempfile_in(folder);
    copy.map_err(BackupError::file("make a file in", folder))
}

fn manifest(
    source: &Source<'_>,
    (at, contents): (i64, Contents),
    blobs: &[(BlobId, u64)],
    store: &File,
) -> Result<Manifest, BackupError> {
    let path = source.data.join(STORE_FILE);
    Ok(Manifest {
        format: FORMAT,
        schema: contents.schema,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        server: Identity::load(&source.data.join(KEY_FILE))?.server_id().to_string(),
        name: source.name.to_owned(),
        at,
        accounts: contents.accounts,
        messages: contents.messages,
        files: blobs.len() as u64,
        file_bytes: blobs.iter().map(|(_, bytes)| bytes).sum(),
        store_bytes: store.metadata().map_err(BackupError::file("copy", &path))?.len(),
    })
}

fn write(
    source: &Source<'_>,
    manifest: &Manifest,
    (store, hold, blobs): (&mut File, &Hold, &[(BlobId, u64)]),
    part: &File,
    target: &Path,
) -> Result<(), BackupError> {
    let failed = |error: io::Error| match (source.goes_on)() {
        true => BackupError::file("write", target)(error),
        false => BackupError::Stopped,
    };
    let paced = Paced { file: part, waiting: 0, goes_on: source.goes_on };
    let mut packer = Packer::new(BufWriter::with_capacity(BUFFER_BYTES, paced), manifest.at);
    let text = serde_json::to_vec_pretty(manifest).map_err(|error| failed(error.into()))?;
    packer.add(Part::Manifest, text.len() as u64, &text[..]).map_err(failed)?;
    let key = source.data.join(KEY_FILE);
    let key = std::fs::read(&key).map_err(BackupError::file("read", &key))?;
    packer.add(Part::Key, key.len() as u64, &key[..]).map_err(failed)?;
    packer.add(Part::Store, manifest.store_bytes, store).map_err(failed)?;
    for (id, bytes) in blobs {
        let (file, length) = hold.open(*id).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => BackupError::Missing(*id),
            _ => BackupError::file("read", &source.files.path(*id))(error),
        })?;
        if length != *bytes || packer.add(Part::Blob(*id), *bytes, file).map_err(failed)? != id.0 {
            return Err(BackupError::Changed(*id));
        }
    }
    let buffer = packer.finish().map_err(failed)?;
    buffer.into_inner().map_err(|error| failed(error.into_error()))?;
    part.sync_all().map_err(failed)
}

/// Reads it again: every sum, and the store in it opens and holds what it has to. All through the handle that
/// holds the lock: some systems let nobody read what another handle has locked.
fn prove(part: &mut File, path: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let proven = archive::prove(path, part, &mut |_, _| Ok(()))?;
    let same = part.try_clone().map_err(BackupError::file("read", path))?;
    let found = copy::look_into(same, proven.store)?;
    let Manifest { schema, accounts, messages, .. } = *manifest;
    match proven.manifest == *manifest && found == (Contents { schema, accounts, messages }) {
        true => Ok(()),
        false => Err(BackupError::damaged(path, "its store holds something else")),
    }
}

/// Gives the disk its time, and ends when it has to.
struct Paced<'a> {
    file: &'a File,
    waiting: u64,
    goes_on: &'a dyn Fn() -> bool,
}

impl Write for Paced<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !(self.goes_on)() {
            return Err(io::Error::other("stopped"));
        }
        let count = self.file.write(bytes)?;
        self.waiting += count as u64;
        if self.waiting >= SYNC_EVERY {
            self.file.sync_data()?;
            self.waiting = 0;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A rename is durable when its folder is.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as on Unix")]
pub(super) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::folder;

    /// A server's folder with a picture.
    fn ground() -> (tempfile::TempDir, std::sync::Arc<Engine>, Files) {
        let data = tempfile::tempdir().unwrap();
        let engine = folder::open_store(data.path()).unwrap();
        Identity::load_or_create(&data.path().join(KEY_FILE)).unwrap();
        let files = Files::of(data.path());
        (data, engine, files)
    }

    fn source<'a>(
        (data, engine, files): &'a (tempfile::TempDir, std::sync::Arc<Engine>, Files),
    ) -> Source<'a> {
        Source { data: data.path(), engine, files, name: "a", floor_mib: 0, goes_on: &|| true }
    }

    #[test]
    fn the_proof_opens_no_second_handle() {
        let ground = ground();
        let row = make(&source(&ground), &Wanted::default()).unwrap();
        let path = Path::new(&row.path);
        let mut part = File::open(path).unwrap();
        let manifest = archive::prove(path, &mut part, &mut |_, _| Ok(())).unwrap().manifest;
        // Whoever opened it again would not find it.
        std::fs::remove_file(path).unwrap();
        prove(&mut part, path, &manifest).unwrap();
    }
}
