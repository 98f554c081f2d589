//! Where a file lies that comes: hidden beside its place while it comes, then there, over nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::coming::Coming;
use crate::client::api::TransferId;
use crate::domain::Outline;

/// Names that are tried when one is taken.
const NAMES_MAX: u32 = 10_000;

/// The place of one transfer.
pub(super) struct Place {
    wanted: PathBuf,
    part: PathBuf,
    values: PathBuf,
}

impl Place {
    /// Beside the name that is wanted.
    pub fn new(id: TransferId, wanted: &Path) -> Self {
        let beside = |ending| wanted.with_file_name(format!(".mychat-{}.{ending}", id.0));
        Place { wanted: wanted.to_owned(), part: beside("part"), values: beside("values") }
    }

    /// Opens what there is of it, or begins it.
    pub fn open(&self, bytes: u64) -> io::Result<(Coming, Outline)> {
        if let Some(folder) = self.wanted.parent() {
            fs::create_dir_all(folder)?;
        }
        Coming::open(self.part.clone(), &self.values, bytes)
    }

    /// It is whole and on disk: it gets its name, or the next one that is free. Says which.
    pub fn settle(&self, part: &Path) -> io::Result<PathBuf> {
        let mut whole = TempPath::try_from_path(part)?;
        for number in 1..=NAMES_MAX {
            let name = numbered(&self.wanted, number);
            match whole.persist_noclobber(&name) {
                Ok(()) => {
                    fs::remove_file(&self.values).ok();
                    sync_folder(&name);
                    mark(&name);
                    return Ok(name);
                }
                Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => {
                    whole = taken.path;
                }
                Err(failed) => {
                    // It is whole: the next try only names it.
                    failed.path.keep().ok();
                    return Err(failed.error);
                }
            }
        }
        whole.keep().ok();
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Takes away what lies beside the place.
    pub fn sweep(&self) {
        for path in [&self.values, &self.part] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(%error, "what was left of a file stays");
                }
                _ => {}
            }
        }
    }
}

/// Takes away what a transfer to this place keeps beside it.
pub(super) fn sweep(id: TransferId, wanted: &Path) {
    Place::new(id, wanted).sweep();
}

/// "report.pdf", "report (2).pdf" and so on.
fn numbered(wanted: &Path, number: u32) -> PathBuf {
    if number == 1 {
        return wanted.to_owned();
    }
    let stem = wanted.file_stem().unwrap_or_default().to_string_lossy();
    let name = match wanted.extension() {
        Some(ending) => format!("{stem} ({number}).{}", ending.to_string_lossy()),
        None => format!("{stem} ({number})"),
    };
    wanted.with_file_name(name)
}

/// A name is on disk when its folder is, where folders can be synced.
fn sync_folder(name: &Path) {
    #[cfg(unix)]
    if let Some(folder) = name.parent() {
        let synced = fs::File::open(folder).and_then(|folder| folder.sync_all());
        if let Err(error) = synced {
            tracing::warn!(%error, "a folder cannot be synced");
        }
    }
    #[cfg(not(unix))]
    let _ = name;
}

/// Tells the system that a file came from elsewhere, where it wants to know ([MS-FSCC] 5.6.1).
fn mark(name: &Path) {
    #[cfg(windows)]
    {
        let mut stream = name.as_os_str().to_owned();
        stream.push(":Zone.Identifier");
        if let Err(error) = fs::write(stream, "[ZoneTransfer]\r\nZoneId=3\r\n") {
            tracing::debug!(%error, "a file has no zone mark");
        }
    }
    #[cfg(not(windows))]
    let _ = name;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Nonce;

    fn place(folder: &Path, name: &str) -> Place {
        Place::new(TransferId(Nonce([0xAB; 16])), &folder.join(name))
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_whole_and_over_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("new folder");
        for expected in ["a.b.txt", "a.b (2).txt", "a.b (3).txt"] {
            let place = place(&inner, "a.b.txt");
            let (mut coming, outline) = place.open(5).unwrap();
            coming.write(outline.value_of(0, b"words"), b"words").unwrap();
            assert!(
                names(&inner)
                    .iter()
                    .filter(|name| !name.starts_with('.'))
                    .all(|name| name < &expected.to_owned() || expected.contains('('))
            );
            let part = coming.finish().unwrap();
            assert_eq!(place.settle(&part).unwrap(), inner.join(expected));
            assert_eq!(fs::read(inner.join(expected)).unwrap(), b"words");
        }
        assert_eq!(names(&inner), ["a.b (2).txt", "a.b (3).txt", "a.b.txt"]);
    }

    #[test]
    fn what_was_begun_is_found_again_and_swept() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = 3 << 20;
        let place = place(folder.path(), "long.bin");
        let (mut coming, outline) = place.open(bytes).unwrap();
        let chunk = vec![7; 1 << 20];
        coming.write(outline.value_of(0, &chunk), &chunk).unwrap();
        drop(coming);
        let (coming, outline) = place.open(bytes).unwrap();
        assert_eq!((outline.len(), outline.proven()), (1, 1 << 20));
        drop(coming);
        place.sweep();
        assert!(names(folder.path()).is_empty());
    }
}
