//! The folder of backups: what they are called, which of them go, and what the last one came to.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::net::verb::BackupRow;
use crate::server::folder::make_private;

/// The folder inside the data folder.
const FOLDER: &str = "backups";
/// What the last backup came to.
const LAST: &str = "last.json";
/// The end of the name of a backup.
const END: &str = ".tar";
/// The end of the name of one that the server made by itself.
const AUTOMATIC: &str = "-auto.tar";
/// The time in a name: `20260131-030000`.
const STAMP: &str = "%Y%m%d-%H%M%S";
const STAMP_CHARS: usize = 15;
/// The beginning and the end of the name of one that is being made.
pub const UNFINISHED: (&str, &str) = (".mychat-backup-", ".part");
/// The end behind that of the copy of a store that goes into it.
pub const COPY: &str = ".store";
/// A file's time may be so far ahead: disks and clocks do not agree to the second.
const FUTURE: Duration = Duration::from_hours(1);
/// Characters of a server's name in the name of a file.
const NAME_CHARS_MAX: usize = 40;

/// Where backups of a data folder lie unless told otherwise.
#[must_use]
pub fn folder(data: &Path) -> PathBuf {
    data.join(FOLDER)
}

/// Makes that folder, for its owner only.
///
/// # Errors
/// The disk failed.
pub fn make_folder(data: &Path) -> io::Result<PathBuf> {
    let folder = folder(data);
    match make_private(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(folder),
    }
}

/// The name of a backup of a server, at a moment.
#[must_use]
pub fn name(server: &str, at_ms: i64, is_automatic: bool) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '-' };
    let server: String = server.chars().take(NAME_CHARS_MAX).map(plain).collect();
    let moment = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    let stamp = moment.to_zoned(TimeZone::system()).strftime(STAMP).to_string();
    format!("{server}-{stamp}{}", if is_automatic { AUTOMATIC } else { END })
}

/// Whether a path has the name of a backup.
#[must_use]
pub fn is_named(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case(&END[1..]))
}

/// The time in the name of a backup with that end.
fn stamp<'a>(name: &'a str, end: &str) -> Option<&'a str> {
    let front = name.strip_suffix(end)?;
    let stamp = front.get(front.len().checked_sub(STAMP_CHARS)?..)?;
    let is_stamp = stamp.char_indices().all(|(at, c)| match at {
        8 => c == '-',
        _ => c.is_ascii_digit(),
    });
    is_stamp.then_some(stamp)
}

/// All of those ends in a folder, the oldest first: by when they were written, since a name may have been given
/// by a clock that was wrong. What the clock has still to come to is older than all that it has seen.
fn list(folder: &Path, ends: &[&str]) -> Vec<PathBuf> {
    let soon = now() + FUTURE;
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let stamp = ends.iter().find_map(|end| stamp(&name, end))?.to_owned();
            let written = entry.metadata().ok()?.modified().ok()?;
            Some(((written <= soon, written, stamp), entry.path()))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, path)| path).collect()
}

/// As files have it.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(clock::wall_ms()).unwrap_or_default())
}

/// The newest backup in the folder of a data folder.
#[must_use]
pub fn newest(data: &Path) -> Option<PathBuf> {
    list(&folder(data), &[AUTOMATIC, END]).pop()
}

/// All backups in the folder of a data folder, the newest first.
#[must_use]
pub fn all(data: &Path) -> Vec<BackupFile> {
    let found = list(&folder(data), &[AUTOMATIC, END]);
    let files = found.into_iter().rev().filter_map(|path| {
        let found = path.metadata().ok()?;
        let written = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let at = i64::try_from(written.as_millis()).ok()?;
        Some(BackupFile { path, bytes: found.len(), at })
    });
    files.collect()
}

/// A backup as it lies there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupFile {
    /// Where.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// When it was written, in milliseconds since 1970 UTC.
    pub at: i64,
}

/// The name of a folder that damaged data is moved into.
#[must_use]
pub fn aside_name(at_ms: i64) -> String {
    let moment = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    format!("damaged-{}", moment.to_zoned(TimeZone::system()).strftime(STAMP))
}

/// Removes the oldest of those that the server made by itself, beyond so many, and never the one just made.
pub fn remove_old(data: &Path, most: u64, made: &Path) {
    let found = list(&folder(data), &[AUTOMATIC]);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let over = found.len().saturating_sub(most);
    for path in found.iter().filter(|path| *path != made).take(over) {
        remove(path);
    }
}

/// Removes the oldest of those that the server made by itself until so many bytes more are free; none when that
/// would not be enough. The last good one stays, and so does the newest of them.
#[must_use]
pub fn make_room(data: &Path, bytes: u64) -> bool {
    let last = Memory::load(data).last.map(|row| PathBuf::from(row.path));
    let mut found = list(&folder(data), &[AUTOMATIC]);
    found.pop();
    found.retain(|path| Some(path) != last.as_ref());
    let length = |path: &PathBuf| path.metadata().map_or(0, |found| found.len());
    if found.iter().map(length).sum::<u64>() < bytes {
        return false;
    }
    let mut gained = 0;
    for path in &found {
        if gained >= bytes {
            break;
        }
        gained += length(path);
        remove(path);
    }
    true
}

fn remove(path: &Path) {
    match fs::remove_file(path) {
        Ok(()) => tracing::info!(path = %path.display(), "an old backup is removed"),
        Err(error) => {
            tracing::warn!(%error, path = %path.display(), "an old backup cannot be removed");
        }
    }
}

/// Removes what crashes left of backups. One that somebody is making is locked, and stays.
pub fn remove_unfinished(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let (begin, end) = UNFINISHED;
        let (path, front) = (entry.path(), name.strip_suffix(COPY).unwrap_or(&name));
        if !front.starts_with(begin) || !front.ends_with(end) {
            continue;
        }
        let whole = path.with_file_name(front);
        let is_free = match File::open(&whole) {
            Ok(file) => file.try_lock().is_ok(),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        if is_free && let Err(error) = fs::remove_file(&path) {
            tracing::warn!(%error, path = %path.display(), "an unfinished backup cannot be removed");
        }
    }
}

/// What is remembered of backups over restarts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// The last one that succeeded.
    #[serde(default)]
    pub last: Option<BackupRow>,
    /// Why the last one failed, if it did.
    #[serde(default)]
    pub error: Option<String>,
    /// The last one that the server made by itself, or since when it waits for the first, in milliseconds
    /// since 1970 UTC.
    #[serde(default)]
    pub since: Option<i64>,
}

impl Memory {
    /// What is remembered; nothing where that cannot be read.
    #[must_use]
    pub fn load(data: &Path) -> Memory {
        let text = fs::read(folder(data).join(LAST)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// A backup was made.
    pub fn made(&mut self, row: &BackupRow, is_automatic: bool) {
        self.last = Some(row.clone());
        self.error = None;
        if is_automatic {
            self.since = Some(row.at);
        }
    }

    /// Remembers it.
    ///
    /// # Errors
    /// The disk failed.
    pub fn save(&self, data: &Path) -> io::Result<()> {
        let folder = make_folder(data)?;
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.as_file().sync_all()?;
        file.persist(folder.join(LAST)).map_err(|error| error.error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_whose_when_and_by_whom() {
        let at = 1_767_225_600_000;
        let by_hand = name("实验室 301/..", at, false);
        assert!(by_hand.starts_with("实验室-301----20"), "{by_hand}");
        assert!(stamp(&by_hand, END).is_some() && stamp(&by_hand, AUTOMATIC).is_none());
        let automatic = name("", at, true);
        assert!(stamp(&automatic, AUTOMATIC).is_some(), "{automatic}");
        for other in
            ["x-auto.tar", "x-20260131-03000-auto.tar", "x-2026013103000000-auto.tar", "é.tar"]
        {
            assert_eq!(stamp(other, AUTOMATIC), None, "{other}");
        }
    }

    #[test]
    fn only_the_oldest_of_the_servers_own_go() {
        let data = tempfile::tempdir().unwrap();
        let folder = make_folder(data.path()).unwrap();
        let day = 24 * 3_600_000;
        // Whatever the names say: they are as old as they lie here.
        let names: Vec<String> = (0..5).map(|n| name("a", (9 - n) * day, n % 2 == 0)).collect();
        for name in names.iter().chain([&"notes.tar".to_owned(), &"x-auto.tar".to_owned()]) {
            fs::write(folder.join(name), b"x").unwrap();
        }
        let set = |name: &str, at| {
            File::options().write(true).open(folder.join(name)).unwrap().set_modified(at).unwrap();
        };
        let now = now();
        for (hours, name) in (1..).zip(names.iter().rev()) {
            set(name, now - Duration::from_hours(hours));
        }
        assert_eq!(newest(data.path()), Some(folder.join(&names[4])));
        let all: Vec<PathBuf> = all(data.path()).into_iter().map(|file| file.path).collect();
        let newest_first: Vec<PathBuf> = names.iter().rev().map(|name| folder.join(name)).collect();
        assert_eq!(all, newest_first);
        let left = || names.iter().map(|name| folder.join(name).exists()).collect::<Vec<_>>();
        remove_old(data.path(), 2, &folder.join(&names[4]));
        assert_eq!(left(), [false, true, true, true, true]);
        // What a wrong clock wrote goes first, and never the one just made.
        set(&names[4], now + 1_000 * Duration::from_hours(24));
        remove_old(data.path(), 1, &folder.join(&names[4]));
        assert_eq!(left(), [false, true, false, true, true]);
        fs::write(folder.join(&names[2]), b"x").unwrap();
        remove_old(data.path(), 1, &folder.join(&names[2]));
        assert_eq!(left(), [false, true, true, true, false]);
        assert!(folder.join("notes.tar").exists() && folder.join("x-auto.tar").exists());
    }

    #[test]
    fn the_last_good_one_stays_whatever_room_is_wanted() {
        let data = tempfile::tempdir().unwrap();
        let folder = make_folder(data.path()).unwrap();
        let paths = [1, 2, 3].map(|n| folder.join(name("a", n * 1_000_000, true)));
        for path in &paths {
            fs::write(path, b"four").unwrap();
        }
        let row = BackupRow {
            path: paths[0].display().to_string(),
            bytes: 4,
            at: 0,
            took_ms: 0,
            messages: 0,
            accounts: 0,
            files: 0,
        };
        let mut memory = Memory::default();
        memory.made(&row, true);
        memory.save(data.path()).unwrap();
        assert!(!make_room(data.path(), 5));
        assert!(paths.iter().all(|path| path.exists()), "nothing goes in vain");
        assert!(make_room(data.path(), 4));
        assert_eq!(paths.map(|path| path.exists()), [true, false, true]);
    }

    #[test]
    fn what_a_crash_left_goes_and_what_somebody_is_making_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let kept = [".mychat-backup-now.part", ".mychat-backup-now.part.store", "other.part"];
        for name in kept.into_iter().chain([".mychat-backup-a.part", ".mychat-backup-b.part.store"])
        {
            fs::write(path(name), b"x").unwrap();
        }
        let making = File::open(path(kept[0])).unwrap();
        making.lock().unwrap();
        remove_unfinished(folder.path());
        let mut left: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, kept);
    }
}
