//! Makes a data folder of a backup: in a hidden folder inside it, proven to its end, then renamed.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::BackupError;
use super::archive::{self, Manifest, Part};
use super::make::sync_folder;
use super::place::Place;
use crate::net::control::{LogEvent, LogKind};
use crate::net::tls::Identity;
use crate::server::{KEY_FILE, STORE_FILE, journal};
use crate::store::blobs::Files;
use crate::store::copy::{self, Contents};

const MIB: u64 = 1024 * 1024;

/// Restores a backup into a folder that is empty or not there, and says what was in it.
///
/// # Errors
/// Why not; nothing is left of it then.
pub fn restore(file: &Path, data: &Path) -> Result<Manifest, BackupError> {
    let data = std::path::absolute(data).map_err(BackupError::file("find", data))?;
    fill(file, &data, || Place::take(&data)).map(|(manifest, _)| manifest)
}

/// Restores a backup over data that is damaged, which is moved aside, and says where it lies now.
///
/// # Errors
/// Why not; the damaged data is where it was.
pub fn restore_over(file: &Path, data: &Path) -> Result<PathBuf, BackupError> {
    let data = std::path::absolute(data).map_err(BackupError::file("find", data))?;
    let (_, aside) = fill(file, &data, || Place::over(&data))?;
    Ok(aside.unwrap_or(data))
}

fn fill(
    file: &Path,
    data: &Path,
    take: impl FnOnce() -> Result<Place, BackupError>,
) -> Result<(Manifest, Option<PathBuf>), BackupError> {
    let mut backup = File::open(file).map_err(BackupError::file("open", file))?;
    let place = take()?;
    let bytes = backup.metadata().map_err(BackupError::file("read", file))?.len();
    let free = fs4::available_space(data).map_err(BackupError::file("look at", data))?;
    if free < bytes {
        let (need, free) = (bytes / MIB + 1, free / MIB);
        return Err(BackupError::Space { folder: data.to_owned(), need, free });
    }
    let manifest = unpack(file, &mut backup, place.folder())?;
    let aside = place.settle()?;
    let restored = LogEvent::Restored { path: file.display().to_string(), at: manifest.at };
    journal::note_in(data, LogKind::Info, std::iter::once(restored));
    Ok((manifest, aside))
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
    let key = Identity::load(&folder.join(KEY_FILE));
    let key = key.map_err(|error| BackupError::damaged(path, error))?;
    let server = key.server_id().to_string();
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
