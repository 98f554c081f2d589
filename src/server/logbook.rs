//! The event log on the disk: a file a day in the data folder, a JSON object a line.
//!
//! A thread of its own writes, so that nobody waits for a disk. What cannot be read is passed over, such as a
//! last line that a crash cut off.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::limits::{LOG_BOOK_BYTES_MAX, LOG_BOOK_DAYS, LOG_BOOK_WAITING_MAX, LOG_DAY_BYTES_MAX};
use crate::net::control::LogEntry;

/// The folder inside the data folder.
const FOLDER: &str = "log";
/// The end of the name of a day's file.
const END: &str = ".jsonl";
/// The day in a name, by UTC: `2026-01-31`.
const DAY: &str = "%Y-%m-%d";

/// The newest entries of a folder, so many at most, oldest first and numbered from 1.
#[must_use]
pub fn read(data: &Path, most: usize) -> Vec<LogEntry> {
    let mut newest_first: Vec<LogEntry> = Vec::new();
    for (_, path) in days(&data.join(FOLDER)).into_iter().rev() {
        let text = fs::read(path).unwrap_or_default();
        let lines = text.split(|byte| *byte == b'\n').rev();
        newest_first.extend(lines.filter_map(|line| serde_json::from_slice(line).ok()));
        if newest_first.len() >= most {
            break;
        }
    }
    newest_first.truncate(most);
    let oldest_first = newest_first.into_iter().rev().zip(1..);
    oldest_first.map(|(entry, number)| LogEntry { number, kept: true, ..entry }).collect()
}

/// The days that have a file, oldest first.
fn days(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut days: Vec<(String, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let day = name.strip_suffix(END)?;
            let is_day = day.len() == 10 && day.bytes().all(|b| b.is_ascii_digit() || b == b'-');
            is_day.then(|| (day.to_owned(), entry.path()))
        })
        .collect();
    days.sort();
    days
}

/// Where entries go; they are written before it is gone.
pub struct Book {
    waiting: Option<SyncSender<LogEntry>>,
    thread: Option<JoinHandle<()>>,
}

impl Book {
    /// Begins to write into a data folder.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn open(data: &Path) -> io::Result<Book> {
        let (waiting, entries) = sync_channel(LOG_BOOK_WAITING_MAX);
        let mut pages = Pages { folder: data.join(FOLDER), open: None };
        let thread = thread::Builder::new().name("log book".to_owned());
        let thread = thread.spawn(move || write_all(&mut pages, &entries))?;
        Ok(Book { waiting: Some(waiting), thread: Some(thread) })
    }

    /// Takes an entry. Nobody waits: while the disk stands still, what does not fit is left out.
    pub fn take(&self, entry: &LogEntry) {
        if let Some(waiting) = &self.waiting {
            waiting.try_send(entry.clone()).ok();
        }
    }
}

impl Drop for Book {
    fn drop(&mut self) {
        drop(self.waiting.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn write_all(pages: &mut Pages, entries: &Receiver<LogEntry>) {
    let mut has_failed = false;
    while let Ok(first) = entries.recv() {
        let batch: Vec<LogEntry> =
            std::iter::once(first).chain(entries.try_iter().take(LOG_BOOK_WAITING_MAX)).collect();
        let written = pages.write(&batch);
        if let Err(error) = &written
            && !has_failed
        {
            tracing::warn!(%error, folder = %pages.folder.display(), "the event log cannot be kept");
        }
        has_failed = written.is_err();
    }
    if let Some(page) = &pages.open {
        page.file.sync_data().ok();
    }
}

struct Pages {
    folder: PathBuf,
    open: Option<Page>,
}

/// The file of one day.
struct Page {
    day: String,
    file: File,
    bytes: u64,
}

impl Pages {
    fn write(&mut self, batch: &[LogEntry]) -> io::Result<()> {
        let mut text = Vec::new();
        for entry in batch {
            let day = day_of(entry.at);
            if self.open.as_ref().is_none_or(|page| page.day != day) {
                self.put(&mut text)?;
                self.open = Some(self.turn_to(day)?);
            }
            serde_json::to_writer(&mut text, entry)?;
            text.push(b'\n');
        }
        self.put(&mut text)
    }

    /// Whole lines in one write. A day that has too many ends early: others shall have room.
    fn put(&mut self, text: &mut Vec<u8>) -> io::Result<()> {
        let text = std::mem::take(text);
        let Some(page) = &mut self.open else { return Ok(()) };
        let bytes = page.bytes.saturating_add(text.len() as u64);
        if bytes > LOG_DAY_BYTES_MAX {
            return Ok(());
        }
        if let Err(error) = page.file.write_all(&text) {
            // Half a line may lie there: the page is opened anew, which ends it.
            self.open = None;
            return Err(error);
        }
        page.bytes = bytes;
        Ok(())
    }

    fn turn_to(&mut self, day: String) -> io::Result<Page> {
        make(&self.folder)?;
        self.remove_old(&day);
        let path = self.folder.join(format!("{day}{END}"));
        let mut options = File::options();
        options.create(true).read(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        let mut bytes = file.metadata()?.len();
        if bytes > 0 {
            let mut last = [0];
            file.seek(SeekFrom::Start(bytes - 1))?;
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                file.write_all(b"\n")?;
                bytes += 1;
            }
        }
        Ok(Page { day, file, bytes })
    }

    /// What is too old goes, and then the oldest until all of it is small enough.
    fn remove_old(&self, today: &str) {
        let oldest = today.parse().ok().and_then(|today: jiff::civil::Date| {
            today.checked_sub(i64::from(LOG_BOOK_DAYS).days()).ok()
        });
        let oldest = oldest.map(|day| day.strftime(DAY).to_string()).unwrap_or_default();
        let days = days(&self.folder);
        let length = |path: &Path| path.metadata().map_or(0, |found| found.len());
        let mut all: u64 = days.iter().map(|(_, path)| length(path)).sum();
        for (day, path) in days.iter().filter(|(day, _)| day != today) {
            let bytes = length(path);
            if (*day < oldest || all > LOG_BOOK_BYTES_MAX) && fs::remove_file(path).is_ok() {
                all -= bytes;
            }
        }
    }
}

fn day_of(at_ms: i64) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    at.to_zoned(TimeZone::UTC).strftime(DAY).to_string()
}

/// For its owner only.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::control::{LogEvent, LogKind};

    const DAY_MS: i64 = 24 * 3_600_000;
    /// 2026-01-01.
    const START: i64 = 1_767_225_600_000;

    fn entry(at: i64, count: u64) -> LogEntry {
        let what = LogEvent::LeftOut { count };
        LogEntry { number: 99, at, kind: LogKind::Info, session: Some(7), what, kept: false }
    }

    fn counts(data: &Path, most: usize) -> Vec<u64> {
        let entries = read(data, most);
        assert!(entries.iter().zip(1..).all(|(entry, number)| entry.number == number));
        let counts = entries.into_iter().map(|entry| match entry.what {
            LogEvent::LeftOut { count } if entry.kept => count,
            other => panic!("{other:?}"),
        });
        counts.collect()
    }

    fn write(data: &Path, entries: impl IntoIterator<Item = LogEntry>) {
        let book = Book::open(data).unwrap();
        entries.into_iter().for_each(|entry| book.take(&entry));
    }

    #[test]
    fn what_was_written_is_read_over_days_and_restarts() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(counts(data.path(), 9), [0; 0]);
        write(data.path(), (0..3).map(|n| entry(START + DAY_MS * n, n.unsigned_abs())));
        write(data.path(), [entry(START + DAY_MS * 2 + 5, 3)]);
        assert_eq!(counts(data.path(), 9), [0, 1, 2, 3]);
        assert_eq!(counts(data.path(), 2), [2, 3], "the newest");
        assert_eq!(days(&data.path().join(FOLDER))[0].0, "2026-01-01");
    }

    #[test]
    fn a_line_that_was_cut_off_costs_itself_and_no_other() {
        let data = tempfile::tempdir().unwrap();
        write(data.path(), (0..3).map(|n| entry(START, n)));
        let (_, path) = days(&data.path().join(FOLDER)).remove(0);
        let whole = fs::read(&path).unwrap();
        for cut in [1, 2, 20] {
            fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            write(data.path(), [entry(START, 7)]);
            let expected: &[u64] = if cut == 1 { &[0, 1, 2, 7] } else { &[0, 1, 7] };
            assert_eq!(counts(data.path(), 9), expected, "{cut}");
        }
        let mut noise = whole.clone();
        noise[10..14].copy_from_slice(&[0, 0xFF, 0xFE, 0]);
        fs::write(&path, noise).unwrap();
        assert_eq!(counts(data.path(), 9), [1, 2]);
    }

    #[test]
    fn it_is_bounded_in_days_and_bytes() {
        let data = tempfile::tempdir().unwrap();
        let days_max = i64::from(LOG_BOOK_DAYS);
        write(data.path(), (0..=days_max + 2).map(|n| entry(START + DAY_MS * n, 1)));
        let folder = data.path().join(FOLDER);
        assert_eq!(days(&folder).len(), usize::try_from(days_max).unwrap() + 1);
        // Full days: the oldest of them go, and the one that is full takes no more.
        for (_, path) in days(&folder) {
            File::options().write(true).open(path).unwrap().set_len(LOG_DAY_BYTES_MAX).unwrap();
        }
        let last = START + DAY_MS * (days_max + 2);
        write(data.path(), [entry(last, 2)]);
        let left = days(&folder);
        let bytes: u64 = left.iter().map(|(_, path)| path.metadata().unwrap().len()).sum();
        assert!(bytes <= LOG_BOOK_BYTES_MAX + 1, "{bytes}");
        assert_eq!(left.last().unwrap().0, day_of(last));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let data = tempfile::tempdir().unwrap();
        write(data.path(), [entry(START, 1)]);
        let folder = data.path().join(FOLDER);
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&days(&folder)[0].1)), (0o700, 0o600));
    }
}
