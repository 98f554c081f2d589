//! The name that a download gets in its folder: the wanted one, or the next that is free.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

/// Names that are tried; a folder with so many of them is no place for one more.
pub(super) const NUMBERS_MAX: u64 = 10_000;
/// The longest name in bytes that the usual file systems take.
const NAME_BYTES_MAX: usize = 255;

/// The wanted name, or `name (2).ext` and so on.
pub(super) fn numbered(wanted: &Path, number: u64) -> Option<PathBuf> {
    let name = wanted.file_name()?;
    if number <= 1 {
        return Some(wanted.to_owned());
    }
    let mut behind = OsString::from(format!(" ({number})"));
    if let Some(ending) = wanted.extension() {
        behind.push(".");
        behind.push(ending);
    }
    let mut numbered = wanted.file_stem().unwrap_or(name).to_owned();
    if numbered.len() + behind.len() > NAME_BYTES_MAX {
        let stem = numbered.to_string_lossy().into_owned();
        let room = NAME_BYTES_MAX.saturating_sub(behind.len());
        numbered = stem[..stem.floor_char_boundary(room)].into();
    }
    numbered.push(behind);
    Some(wanted.with_file_name(numbered))
}

/// Renames, and never over anything.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] when something has that name; else what the system says.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let part = TempPath::try_from_path(from)?;
    match part.persist_noclobber(to) {
        Ok(()) => {
            // It is there and whole; a folder that cannot be synced is no reason to say it is not.
            if cfg!(unix)
                && let Some(folder) = to.parent()
            {
                File::open(folder).and_then(|folder| folder.sync_all()).ok();
            }
            Ok(())
        }
        Err(failed) => {
            // The part stays for the next try.
            failed.path.keep().map_err(|failed| failed.error)?;
            Err(failed.error)
        }
    }
}

/// Tells Windows that a file came from elsewhere, so that it warns before it runs it. Where that cannot
/// be written (the file system is none of its own) there is nothing that would read it.
#[cfg(windows)]
pub(super) fn mark_foreign(path: &Path) {
    let mut stream = path.as_os_str().to_owned();
    stream.push(":Zone.Identifier");
    std::fs::write(PathBuf::from(stream), "[ZoneTransfer]\r\nZoneId=3\r\n").ok();
}

/// Nothing here asks where a file came from.
#[cfg(not(windows))]
pub(super) fn mark_foreign(_path: &Path) {}
