//! Makes a data folder of a backup: under another name beside it, proven to its end, then renamed.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::BackupError;
use super::archive::{self, Manifest, Part};
use super::make::sync_folder;
use crate::net::tls::Identity;
use crate::server::{KEY_FILE, STORE_FILE};
use crate::store::blobs::Files;
use crate::store::copy::{self, Contents};
use crate::store::engine::is_locked;

/// The beginning of the name that a folder has while it is filled.
const UNFINISHED: &str = ".mychat-restore-";
const MIB: u64 = 1024 * 1024;

/// Restores a backup into a folder that is empty or not there, and says what was in it.
///
/// # Errors
/// Why not; nothing is left of it then.
pub fn restore(file: &Path, data: &Path) -> Result<Manifest, BackupError> {
    let mut backup = File::open(file).map_err(BackupError::file("open", file))?;
    let data = std::path::absolute(data).map_err(BackupError::file("find", data))?;
    is_free(&data)?;
    let beside = data.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(beside).map_err(BackupError::file("make", beside))?;
    let bytes = backup.metadata().map_err(BackupError::file("read", file))?.len();
    let free = fs4::available_space(beside).map_err(BackupError::file("look at", beside))?;
    if free < bytes {
        let (need, free) = (bytes / MIB + 1, free / MIB);
        return Err(BackupError::Space { folder: beside.to_owned(), need, free });
    }
    let folder = tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(beside);
    let folder = folder.map_err(BackupError::file("make a folder in", beside))?;
    let manifest = unpack(file, &mut backup, folder.path())?;
    put(folder, &data, beside)?;
    Ok(manifest)
}

/// Whether nothing of a server's is there.
fn is_free(data: &Path) -> Result<(), BackupError> {
    let mut entries = match fs::read_dir(data) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(BackupError::file("look into", data)(error)),
        Ok(entries) => entries,
    };
    match entries.next() {
        None => Ok(()),
        Some(_) if is_locked(data) => Err(BackupError::Running(data.to_owned())),
        Some(_) => Err(BackupError::Occupied(data.to_owned())),
    }
}

/// Fills a folder, and proves that a server can begin with it.
fn unpack(path: &Path, backup: &mut File, folder: &Path) -> Result<Manifest, BackupError> {
    let files = Files::of(folder);
    let mut last = None;
    let proven = archive::prove(path, backup, &mut |part, bytes| {
        let place = match part {
            Part::Key => folder.join(KEY_FILE),
            Part::Store => folder.join(STORE_FILE),
            Part::Blob(id) => files.path(id),
            Part::Manifest | Part::Sums => return Ok(()),
        };
        let within = place.parent().unwrap_or(folder);
        fs::create_dir_all(within).map_err(BackupError::file("make", within))?;
        if last.as_deref().is_some_and(|before| before != within) {
            sync_folder(within).map_err(BackupError::file("sync", within))?;
        }
        last = Some(within.to_owned());
        extract(&place, bytes)
    })?;
    for within in [last.as_deref().unwrap_or(folder), files.folder(), folder] {
        if within.exists() {
            sync_folder(within).map_err(BackupError::file("sync", within))?;
        }
    }
    let manifest = proven.manifest;
    let server = Identity::load(&folder.join(KEY_FILE))?.server_id().to_string();
    let store = File::open(folder.join(STORE_FILE)).map_err(BackupError::file("read", folder))?;
    let found = copy::look_into(store, (0, manifest.store_bytes))?;
    let Manifest { schema, accounts, messages, .. } = manifest;
    match server == manifest.server && found == (Contents { schema, accounts, messages }) {
        true => Ok(manifest),
        false => Err(BackupError::damaged(path, "it holds something else than it says")),
    }
}

/// Writes a new file that only its owner reads.
fn extract(path: &Path, bytes: &mut dyn Read) -> Result<(), BackupError> {
    let failed = |error| BackupError::file("write", path)(error);
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    io::copy(bytes, &mut file).map_err(failed)?;
    file.sync_all().map_err(failed)
}

/// The folder gets its name. One that a server began meanwhile is not empty, and stays.
fn put(folder: tempfile::TempDir, data: &Path, beside: &Path) -> Result<(), BackupError> {
    match fs::remove_dir(data) {
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {
            return Err(BackupError::Occupied(data.to_owned()));
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(BackupError::file("replace", data)(error));
        }
        _ => {}
    }
    let failed = |error| match data.exists() {
        true => BackupError::Occupied(data.to_owned()),
        false => BackupError::file("rename to", data)(error),
    };
    fs::rename(folder.path(), data).map_err(failed)?;
    // Its name is another one now: there is nothing to remove.
    let _moved = folder.keep();
    sync_folder(beside).map_err(BackupError::file("sync", beside))
}
