//! The place that a backup is restored into: an empty folder, such as a mount point, or none yet.
//!
//! What comes is put into a hidden folder inside it and gets its names at the end, the store last. Meanwhile the
//! folder's lock is held: no server begins there, and whoever gets the lock may remove what a crash left.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::make::sync_folder;
use super::{BackupError, keep};
use crate::clock;
use crate::server::folder::{give, make_private};
use crate::server::{KEY_FILE, STORE_FILE};
use crate::store::StoreError;
use crate::store::blobs::Files;
use crate::store::engine::{self, FolderLock, LOCK};

/// The beginning of the name of the hidden folder.
const UNFINISHED: &str = ".mychat-restore-";
/// What lies in a new disk before anybody uses it.
const OF_A_DISK: &str = "lost+found";

/// A place that nobody else fills.
pub(super) struct Place {
    data: PathBuf,
    hidden: PathBuf,
    /// It was made for this, and goes with it.
    is_made: bool,
    /// What is there is damaged, and goes aside.
    is_over: bool,
    _lock: FolderLock,
}

impl Place {
    /// Takes a folder that is empty, or makes it.
    ///
    /// # Errors
    /// It is not empty, a server runs there, or the disk failed.
    pub fn take(data: &Path) -> Result<Place, BackupError> {
        let is_made = is_free(data)?;
        if is_made {
            make(data).map_err(BackupError::file("make", data))?;
        }
        let lock = lock(data)?;
        remove_unfinished(data);
        is_free(data)?;
        Place::new(data, lock, (is_made, false))
    }

    /// Takes a folder whose data is damaged.
    ///
    /// # Errors
    /// A server runs there, or the disk failed.
    pub fn over(data: &Path) -> Result<Place, BackupError> {
        let lock = lock(data)?;
        remove_unfinished(data);
        Place::new(data, lock, (false, true))
    }

    fn new(
        data: &Path,
        lock: FolderLock,
        (is_made, is_over): (bool, bool),
    ) -> Result<Place, BackupError> {
        let hidden = tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(data);
        let hidden = hidden.map_err(BackupError::file("make a folder in", data))?.keep();
        Ok(Place { data: data.to_owned(), hidden, is_made, is_over, _lock: lock })
    }

    /// What is to be filled.
    pub fn folder(&self) -> &Path {
        &self.hidden
    }

    /// All of it gets its names: a server can begin. Says where what was damaged lies now.
    ///
    /// # Errors
    /// The disk failed, or somebody was faster; nothing of it is left then.
    pub fn settle(mut self) -> Result<Option<PathBuf>, BackupError> {
        let data = self.data.clone();
        give_all(&self.hidden, &data).map_err(BackupError::file("give to its owner", &data))?;
        let files = Files::of(&self.hidden);
        let (key, store) = (Path::new(KEY_FILE), Path::new(STORE_FILE));
        let (aside, names) = match self.is_over {
            // The key last: a folder without one would be taken for new, and one without its store is not.
            true => (Some(put_aside(&data)?), [name(files.folder()), store, key]),
            // The key first: that it is gone says how far this came.
            false => {
                is_free(&data)?;
                (None, [key, name(files.folder()), store])
            }
        };
        for name in names.iter().filter(|name| self.hidden.join(name).exists()) {
            let place = data.join(name);
            if *name == Path::new(STORE_FILE) {
                sync_folder(&data).map_err(BackupError::file("sync", &data))?;
            }
            fs::rename(self.hidden.join(name), &place)
                .map_err(BackupError::file("rename to", &place))?;
        }
        self.is_made = false;
        sync_folder(&data).map_err(BackupError::file("sync", &data))?;
        Ok(aside)
    }
}

fn lock(data: &Path) -> Result<FolderLock, BackupError> {
    engine::lock(data).map_err(|error| match error {
        StoreError::Locked(data) => BackupError::Running(data),
        error => error.into(),
    })
}

/// Moves a store and its files into a folder beside them, with a copy of the key; that one stays until another
/// takes its place. What went before an error comes back.
fn put_aside(data: &Path) -> Result<PathBuf, BackupError> {
    let aside = data.join(keep::aside_name(clock::wall_ms()));
    make(&aside).map_err(BackupError::file("make", &aside))?;
    let files = Files::of(data);
    let mut moved = Vec::new();
    let mut put = || -> io::Result<()> {
        if data.join(KEY_FILE).exists() {
            fs::copy(data.join(KEY_FILE), aside.join(KEY_FILE))?;
        }
        for name in [Path::new(STORE_FILE), name(files.folder())] {
            if data.join(name).exists() {
                fs::rename(data.join(name), aside.join(name))?;
                moved.push(name);
            }
        }
        sync_folder(&aside)
    };
    let Err(error) = put() else { return Ok(aside) };
    for name in moved {
        fs::rename(aside.join(name), data.join(name)).ok();
    }
    fs::remove_dir_all(&aside).ok();
    Err(BackupError::file("move to", &aside)(error))
}

impl Drop for Place {
    fn drop(&mut self) {
        remove_left(&self.data, &self.hidden);
        // The lock is of whoever restores, the folder is perhaps another's.
        fs::remove_file(self.data.join(LOCK)).ok();
        if self.is_made {
            fs::remove_dir(&self.data).ok();
        }
    }
}

/// Removes what a killed restore left in a folder, unless one is running there.
pub(in crate::server) fn tidy(data: &Path) {
    if left(data).is_empty() {
        return;
    }
    if let Ok(_lock) = engine::lock(data) {
        remove_unfinished(data);
    }
}

fn remove_unfinished(data: &Path) {
    for hidden in left(data) {
        tracing::warn!(path = %hidden.display(), "what a restore left that was cut off is removed");
        remove_left(data, &hidden);
    }
}

/// Hidden folders of restores.
fn left(data: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(data).into_iter().flatten().flatten();
    let is_left = |entry: &fs::DirEntry| {
        entry.file_name().to_string_lossy().starts_with(UNFINISHED)
            && entry.file_type().is_ok_and(|kind| kind.is_dir())
    };
    entries.filter(is_left).map(|entry| entry.path()).collect()
}

/// Whether some of it has its name already, and the store has not: nobody can begin with that.
fn is_half_way(hidden: &Path) -> bool {
    hidden.join(STORE_FILE).exists() && !hidden.join(KEY_FILE).exists()
}

fn remove_left(data: &Path, hidden: &Path) {
    if is_half_way(hidden) && !data.join(STORE_FILE).exists() {
        fs::remove_file(data.join(KEY_FILE)).ok();
        fs::remove_dir_all(Files::of(data).folder()).ok();
    }
    if let Err(error) = fs::remove_dir_all(hidden) {
        tracing::warn!(%error, path = %hidden.display(), "what a restore left cannot be removed");
    }
}

fn name(path: &Path) -> &Path {
    path.file_name().map_or(path, Path::new)
}

/// Whether nothing of a server's is there; `true` when the folder is not.
fn is_free(data: &Path) -> Result<bool, BackupError> {
    let entries = match fs::read_dir(data) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(BackupError::file("look into", data)(error)),
        Ok(entries) => entries,
    };
    let is_half_way = left(data).iter().any(|hidden| is_half_way(hidden));
    let (key, files) = (Path::new(KEY_FILE), Files::of(data));
    let is_ours = |entry: &fs::DirEntry| {
        let path = entry.path();
        let name = name(&path);
        let is_put = is_half_way && (name == key || path == files.folder());
        is_put
            || name == Path::new(LOCK)
            || name == Path::new(OF_A_DISK)
            || name.to_string_lossy().starts_with(UNFINISHED)
    };
    match entries.flatten().all(|entry| is_ours(&entry)) {
        true => Ok(false),
        false if engine::is_locked(data) => Err(BackupError::Running(data.to_owned())),
        false => Err(BackupError::Occupied(data.to_owned())),
    }
}

/// For its owner only.
fn make(data: &Path) -> io::Result<()> {
    if let Some(beside) = data.parent() {
        fs::create_dir_all(beside)?;
    }
    make_private(data)
}

/// What root restores into somebody's folder is that one's.
fn give_all(hidden: &Path, data: &Path) -> io::Result<()> {
    for entry in fs::read_dir(hidden)? {
        let entry = entry?;
        give(&entry.path(), data)?;
        if entry.file_type()?.is_dir() {
            give_all(&entry.path(), data)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As far as a restore came that was killed.
    fn half_way(data: &Path) {
        let hidden = data.join(".mychat-restore-dead");
        fs::create_dir_all(&hidden).unwrap();
        fs::create_dir_all(Files::of(data).folder().join("ab")).unwrap();
        fs::write(hidden.join(STORE_FILE), b"store").unwrap();
        fs::write(data.join(KEY_FILE), b"key").unwrap();
    }

    fn lying(data: &Path) -> Vec<String> {
        let names = fs::read_dir(data).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn fill(place: &Place) {
        fs::write(place.folder().join(KEY_FILE), b"new key").unwrap();
        fs::write(place.folder().join(STORE_FILE), b"new store").unwrap();
        fs::create_dir(Files::of(place.folder()).folder()).unwrap();
    }

    #[test]
    fn what_a_killed_one_left_goes_with_the_next_and_with_a_start() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        half_way(data);
        let place = Place::take(data).unwrap();
        fill(&place);
        // While it is running nobody takes it for a left-over, and nobody else begins.
        tidy(data);
        assert!(place.folder().join(KEY_FILE).exists());
        assert!(matches!(Place::take(data), Err(BackupError::Running(_))));
        place.settle().unwrap();
        assert_eq!(lying(data), ["files", "identity.key", "mychat.redb"]);
        assert_eq!(fs::read(data.join(KEY_FILE)).unwrap(), b"new key");
        // Never what a server has.
        fs::create_dir(data.join(".mychat-restore-dead")).unwrap();
        fs::write(data.join(".mychat-restore-dead").join(STORE_FILE), b"store").unwrap();
        tidy(data);
        assert_eq!(lying(data), ["files", "identity.key", "lock", "mychat.redb"]);
    }

    #[test]
    fn a_failed_one_leaves_the_place_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("new");
        fill(&Place::take(&data).unwrap());
        assert!(!data.exists());
        fs::create_dir_all(data.join(OF_A_DISK)).unwrap();
        fill(&Place::take(&data).unwrap());
        assert_eq!(lying(&data), [OF_A_DISK]);
        let place = Place::take(&data).unwrap();
        fill(&place);
        fs::write(data.join("notes.txt"), b"mine").unwrap();
        assert!(place.settle().is_err());
        assert_eq!(lying(&data), [OF_A_DISK, "notes.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn an_empty_folder_stays_what_it_is_and_all_in_it_is_its_owners() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        fs::set_permissions(data, fs::Permissions::from_mode(0o750)).unwrap();
        // Only root can have it so; to others it is their own.
        chown(data, Some(12_345), Some(23_456)).ok();
        let before = data.metadata().unwrap();
        let place = Place::take(data).unwrap();
        fill(&place);
        place.settle().unwrap();
        let after = data.metadata().unwrap();
        assert_eq!((before.ino(), before.mode()), (after.ino(), after.mode()));
        for name in ["files", KEY_FILE, STORE_FILE] {
            let found = data.join(name).metadata().unwrap();
            assert_eq!((found.uid(), found.gid()), (before.uid(), before.gid()), "{name}");
        }
        assert!(!data.join(LOCK).exists(), "the server makes its own");
    }
}
