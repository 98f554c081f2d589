//! The event log on the disk: a file a day in the data folder, a JSON object a line.
//!
//! A thread of its own writes, so that nobody waits for a disk. What cannot be read is passed over, such as a
//! last line that a crash cut off. A day that is nearly full takes what matters and counts the rest.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::clock;
use crate::limits::{LOG_BOOK_BYTES_MAX, LOG_BOOK_DAYS, LOG_BOOK_WAITING_MAX, LOG_DAY_BYTES_MAX};
use crate::net::control::{LogEntry, LogEvent, LogKind};
use crate::server::folder::{give, make_private};

/// The folder inside the data folder.
const FOLDER: &str = "log";
/// The end of the name of a day's file.
const END: &str = ".jsonl";
/// The day in a name, by UTC: `2026-01-31`.
const DAY: &str = "%Y-%m-%d";
/// Bytes of a day for the lines that say what was left out of it.
const NOTES_BYTES: u64 = 16 * 1024;

/// The newest entries of a folder, so many at most, oldest first and numbered from 1.
#[must_use]
pub fn read(data: &Path, most: usize) -> Vec<LogEntry> {
    let mut newest_first: Vec<LogEntry> = Vec::new();
    let today = day_of(clock::wall_ms());
    for (_, path) in days(&data.join(FOLDER), &today).into_iter().rev() {
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

/// Whether a data folder has one.
#[must_use]
pub fn is_there(data: &Path) -> bool {
    data.join(FOLDER).is_dir()
}

/// The days that have a file, oldest first. What the clock has still to come to was written by one that was
/// wrong, and counts as older than all that it has seen.
fn days(folder: &Path, today: &str) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut days: Vec<(String, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let day = name.strip_suffix(END)?;
            let is_day = day.len() == 10 && day.bytes().all(|b| b.is_ascii_digit() || b == b'-');
            is_day.then(|| (day.to_owned(), entry.path()))
        })
        .collect();
    days.sort_by_cached_key(|(day, _)| (day.as_str() <= today, day.clone()));
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
    pages.close().ok();
}

/// Writes entries of a server that does not run. They are on the disk when this returns.
///
/// # Errors
/// The disk failed.
pub fn write(data: &Path, entries: &[LogEntry]) -> io::Result<()> {
    let mut pages = Pages { folder: data.join(FOLDER), open: None };
    pages.write(entries)?;
    pages.close()
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
    /// Lines that found no room, and when the last one came.
    left_out: u64,
    last: i64,
}

impl Page {
    /// Adds a line to those that are to be written, or counts it where the day has no room left for its kind.
    fn add(&mut self, text: &mut Vec<u8>, entry: &LogEntry) -> io::Result<()> {
        if self.push(text, entry, room(entry))? {
            return Ok(());
        }
        self.left_out += 1;
        self.last = entry.at;
        if self.left_out == 1 {
            tracing::warn!(day = self.day, "the event log of this day is full");
            let says = "less important lines are left out of it and are in the log on stderr only";
            self.tell(text, format!("the event log of {} is full: {says}", self.day))?;
        }
        Ok(())
    }

    /// Adds a line about the log itself.
    fn tell(&self, text: &mut Vec<u8>, says: String) -> io::Result<()> {
        let (at, what) = (self.last, LogEvent::Trouble { text: says });
        let entry =
            LogEntry { number: 0, at, kind: LogKind::Warn, session: None, what, kept: false };
        self.push(text, &entry, LOG_DAY_BYTES_MAX).map(drop)
    }

    /// Adds a line, if the day then has at most so many bytes.
    fn push(&self, text: &mut Vec<u8>, entry: &LogEntry, most: u64) -> io::Result<bool> {
        let before = text.len();
        serde_json::to_writer(&mut *text, entry)?;
        text.push(b'\n');
        let fits = self.bytes.saturating_add(text.len() as u64) <= most;
        if !fits {
            text.truncate(before);
        }
        Ok(fits)
    }
}

/// Up to how many bytes of its day an entry is taken: whatever people do as often as they like leaves room for
/// what they are warned of, and all of that for what the server and its admin did.
fn room(entry: &LogEntry) -> u64 {
    let quarters = match (is_of_people(&entry.what), entry.kind) {
        (false, _) => 4,
        (true, LogKind::Warn | LogKind::Error) => 3,
        (true, LogKind::Auth | LogKind::Info) => 2,
    };
    (LOG_DAY_BYTES_MAX - NOTES_BYTES) / 4 * quarters
}

/// Whether people bring it about, known ones or strangers.
fn is_of_people(what: &LogEvent) -> bool {
    matches!(
        what,
        LogEvent::Registered { .. }
            | LogEvent::SignedIn { .. }
            | LogEvent::SignedOut { .. }
            | LogEvent::PasswordReset { .. }
            | LogEvent::WrongPassword { .. }
            | LogEvent::WrongCode { .. }
            | LogEvent::LockedOut { .. }
            | LogEvent::LinkRefused { .. }
            | LogEvent::RateLimited { .. }
            | LogEvent::LeftOut { .. }
            | LogEvent::RoomMade { .. }
            | LogEvent::RoomEnded { account: Some(_), .. }
            | LogEvent::FileSent { .. }
    )
}

impl Pages {
    fn write(&mut self, batch: &[LogEntry]) -> io::Result<()> {
        let mut text = Vec::new();
        for entry in batch {
            let day = day_of(entry.at);
            if self.open.as_ref().is_none_or(|page| page.day != day) {
                self.put(&mut text)?;
                self.end()?;
                self.open = Some(self.turn_to(day)?);
            }
            if let Some(page) = &mut self.open {
                page.add(&mut text, entry)?;
            }
        }
        self.put(&mut text)
    }

    /// Says at the end of a day, or of the log, how much is left out of it.
    fn end(&mut self) -> io::Result<()> {
        let mut text = Vec::new();
        if let Some(page) = &mut self.open
            && page.left_out > 0
        {
            let (count, day) = (std::mem::take(&mut page.left_out), &page.day);
            let says = format!("{count} lines were left out of the event log of {day}");
            page.tell(&mut text, says)?;
        }
        self.put(&mut text)
    }

    /// The end of the log, on the disk.
    fn close(&mut self) -> io::Result<()> {
        self.end()?;
        self.open.as_ref().map_or(Ok(()), |page| page.file.sync_data())
    }

    /// Whole lines in one write.
    fn put(&mut self, text: &mut Vec<u8>) -> io::Result<()> {
        let text = std::mem::take(text);
        let Some(page) = &mut self.open else { return Ok(()) };
        if let Err(error) = page.file.write_all(&text) {
            // Half a line may lie there: the page is opened anew, which ends it.
            self.open = None;
            return Err(error);
        }
        page.bytes += text.len() as u64;
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
        let mut file = options.open(&path)?;
        give(&path, &self.folder)?;
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
        Ok(Page { day, file, bytes, left_out: 0, last: 0 })
    }

    /// The oldest days go until there are few enough and all of it is small enough. They are counted, since a
    /// clock that is wrong for once must not make all of them too old.
    fn remove_old(&self, today: &str) {
        let days = days(&self.folder, today);
        let length = |path: &Path| path.metadata().map_or(0, |found| found.len());
        let mut all: u64 = days.iter().map(|(_, path)| length(path)).sum();
        let others: Vec<&PathBuf> =
            days.iter().filter(|(day, _)| day != today).map(|(_, path)| path).collect();
        let over = others.len().saturating_sub(LOG_BOOK_DAYS);
        for (place, path) in others.into_iter().enumerate() {
            let bytes = length(path);
            if (place < over || all > LOG_BOOK_BYTES_MAX) && fs::remove_file(path).is_ok() {
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
    match make_private(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Err(_) => Ok(()),
        Ok(()) => give(folder, folder.parent().unwrap_or(folder)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AccountId;

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

    /// Those that a right clock has seen.
    fn seen(data: &Path) -> Vec<(String, PathBuf)> {
        days(&data.join(FOLDER), "9999-12-31")
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
        assert_eq!(seen(data.path())[0].0, "2026-01-01");
    }

    #[test]
    fn a_line_that_was_cut_off_costs_itself_and_no_other() {
        let data = tempfile::tempdir().unwrap();
        write(data.path(), (0..3).map(|n| entry(START, n)));
        let (_, path) = seen(data.path()).remove(0);
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
        let days_max = i64::try_from(LOG_BOOK_DAYS).unwrap();
        write(data.path(), (0..=days_max + 2).map(|n| entry(START + DAY_MS * n, 1)));
        let left = seen(data.path());
        assert_eq!((left.len(), &*left[0].0), (LOG_BOOK_DAYS + 1, "2026-01-03"), "the oldest go");
        // Full days: the oldest of them go, and the one that is full takes no more.
        for (_, path) in left {
            File::options().write(true).open(path).unwrap().set_len(LOG_DAY_BYTES_MAX).unwrap();
        }
        let last = START + DAY_MS * (days_max + 2);
        write(data.path(), [entry(last, 2)]);
        let left = seen(data.path());
        let bytes: u64 = left.iter().map(|(_, path)| path.metadata().unwrap().len()).sum();
        assert!(bytes <= LOG_BOOK_BYTES_MAX + 1, "{bytes}");
        assert_eq!(left.last().unwrap().0, day_of(last));
    }

    #[test]
    fn a_clock_that_is_wrong_for_once_costs_no_day() {
        let data = tempfile::tempdir().unwrap();
        let far = 250_000 * DAY_MS;
        let names = || seen(data.path()).into_iter().map(|(day, _)| day).collect::<Vec<_>>();
        write(data.path(), (0..5).map(|n| entry(START + DAY_MS * n, n.unsigned_abs())));
        let mut expected = names();
        write(data.path(), [entry(far, 77)]);
        expected.push(day_of(far));
        assert_eq!((names(), expected.len()), (expected, 6));
        // Behind it the real days are the newest, and what it wrote is the first to go.
        let days_max = i64::try_from(LOG_BOOK_DAYS).unwrap();
        let after = |n: i64| entry(START + DAY_MS * n, n.unsigned_abs());
        write(data.path(), [after(5)]);
        assert_eq!(counts(data.path(), 9), [77, 0, 1, 2, 3, 4, 5]);
        write(data.path(), (6..days_max).map(after));
        assert!(names().contains(&day_of(far)));
        write(data.path(), [after(days_max)]);
        assert_eq!(names().len(), LOG_BOOK_DAYS + 1);
        assert_eq!((&*names()[0], names().contains(&day_of(far))), ("2026-01-01", false));
    }

    fn event(kind: LogKind, what: LogEvent) -> LogEntry {
        LogEntry { number: 1, at: START, kind, session: None, what, kept: false }
    }

    #[test]
    fn a_day_that_is_nearly_full_takes_what_matters_and_says_what_it_left_out() {
        let data = tempfile::tempdir().unwrap();
        let address = || "10.0.0.7".to_owned();
        let account = AccountId(10_001);
        let signed_in = event(
            LogKind::Auth,
            LogEvent::SignedIn { account, address: address(), client: "x".repeat(200) },
        );
        let warned = event(
            LogKind::Warn,
            LogEvent::LinkRefused { address: address(), reason: "y".repeat(200) },
        );
        let kept = event(LogKind::Info, LogEvent::Kicked { account, why: String::new() });
        let failed = event(LogKind::Error, LogEvent::Trouble { text: "the disk".to_owned() });
        let count = |what: &LogEvent| {
            read(data.path(), usize::MAX).iter().filter(|e| e.what == *what).count()
        };
        // As many as a whole day's bytes: nobody waits, so that they come in parts.
        let many = usize::try_from(LOG_DAY_BYTES_MAX).unwrap() / 200;
        let mut pages = Pages { folder: data.path().join(FOLDER), open: None };
        let ins = vec![signed_in.clone(); many];
        pages.write(&ins).unwrap();
        let taken = count(&signed_in.what);
        assert!(taken > many / 4 && taken < many / 2 + 1, "{taken} of {many}");
        pages.write(&vec![warned.clone(); many]).unwrap();
        let warnings = count(&warned.what);
        assert!(warnings > many / 8, "{warnings} of {many}");
        pages.write(&[kept.clone(), failed.clone(), signed_in.clone(), warned.clone()]).unwrap();
        assert_eq!((count(&kept.what), count(&failed.what)), (1, 1));
        assert_eq!((count(&signed_in.what), count(&warned.what)), (taken, warnings));
        let says = |part: &str| {
            let lines = read(data.path(), usize::MAX).into_iter();
            let lines = lines
                .filter(|e| matches!(&e.what, LogEvent::Trouble { text } if text.contains(part)));
            lines.count()
        };
        assert_eq!(
            (says("2026-01-01 is full"), says("were left out")),
            (1, 0),
            "at once, and once"
        );
        // The next day says of the one before how much it was.
        pages.write(&[LogEntry { at: START + DAY_MS, ..signed_in.clone() }]).unwrap();
        let left_out = 2 * many + 2 - taken - warnings;
        assert_eq!(
            says(&format!("{left_out} lines were left out of the event log of 2026-01-01")),
            1
        );
        assert_eq!(count(&signed_in.what), taken + 1, "and has room anew");
        let bytes = seen(data.path())[0].1.metadata().unwrap().len();
        assert!(bytes <= LOG_DAY_BYTES_MAX, "{bytes}");
    }

    #[test]
    fn the_end_of_the_log_says_what_was_left_out_too() {
        let data = tempfile::tempdir().unwrap();
        write(data.path(), [entry(START, 1)]);
        let path = seen(data.path()).remove(0).1;
        let line = fs::read(&path).unwrap();
        let half = usize::try_from(LOG_DAY_BYTES_MAX).unwrap() / 2;
        fs::write(&path, line.repeat(half / line.len())).unwrap();
        write(data.path(), [entry(START, 2), entry(START, 3)]);
        let last = read(data.path(), 2).into_iter().map(|entry| match entry.what {
            LogEvent::Trouble { text } => text,
            other => panic!("{other:?}"),
        });
        let last: Vec<String> = last.collect();
        assert!(last[0].starts_with("the event log of 2026-01-01 is full"), "{last:?}");
        assert_eq!(last[1], "2 lines were left out of the event log of 2026-01-01");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let data = tempfile::tempdir().unwrap();
        write(data.path(), [entry(START, 1)]);
        let folder = data.path().join(FOLDER);
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&seen(data.path())[0].1)), (0o700, 0o600));
    }
}
