//! The event log: what the keeper of a server wants to know, for the console and on stderr.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::bucket::Bucket;
use super::job::SessionId;
use super::lines;
use super::logbook::{self, Book};
use crate::clock;
use crate::limits::{COUNTED_MAX, LOG_ALIKE_MAX, LOG_ENTRIES_MAX, LOG_FIELD_MAX, LOG_PAGE_MAX};
use crate::net::control::{LogEntry, LogEvent, LogKind};

/// The newest entries, also those from before this start.
#[derive(Default)]
pub struct Journal {
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    rows: VecDeque<LogEntry>,
    last: u64,
    /// How often strangers may still make us write the same, and what was left out since.
    alike: HashMap<String, (Bucket, u64)>,
    /// Where they are kept.
    book: Option<Book>,
}

impl Journal {
    /// Goes on with the one that a data folder has, and keeps it there.
    pub fn of(data: &Path) -> Journal {
        let rows = VecDeque::from(logbook::read(data, LOG_ENTRIES_MAX));
        let book = Book::open(data);
        if let Err(error) = &book {
            tracing::warn!(%error, "the event log cannot be kept");
        }
        let last = rows.back().map_or(0, |entry| entry.number);
        let entries = Entries { rows, last, book: book.ok(), ..Entries::default() };
        Journal { entries: Mutex::new(entries) }
    }

    /// Nothing more is kept; what was noted is on the disk when this returns.
    pub fn close(&self) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        drop(entries.book.take());
    }

    /// Notes an event, for the console and on stderr. What others can cause as often as they like
    /// is noted a few times a minute; the next line then says how many were left out.
    pub fn note(&self, kind: LogKind, session: Option<SessionId>, what: LogEvent) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = alike(&what) {
            match entries.fold(key, clock::uptime()) {
                None => return,
                Some(0) => {}
                Some(count) => entries.push(kind, None, LogEvent::LeftOut { count }),
            }
        }
        entries.push(kind, session.map(|session| session.0), what);
    }

    /// Entries after a number, oldest first, one page.
    pub fn after(&self, number: u64) -> Vec<LogEntry> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let newer = entries.rows.iter().filter(|entry| entry.number > number);
        newer.take(LOG_PAGE_MAX).cloned().collect()
    }
}

impl Entries {
    fn push(&mut self, kind: LogKind, session: Option<u64>, what: LogEvent) {
        let (event, values) = lines::named(&what);
        let values = serde_json::Value::Object(values);
        match kind {
            LogKind::Auth | LogKind::Info => tracing::info!(session, %event, %values),
            LogKind::Warn => tracing::warn!(session, %event, %values),
            LogKind::Error => tracing::error!(session, %event, %values),
        }
        self.last += 1;
        let (number, at) = (self.last, clock::wall_ms());
        let entry = LogEntry { number, at, kind, session, what, kept: false };
        if let Some(book) = &self.book {
            book.take(&entry);
        }
        self.rows.push_back(entry);
        if self.rows.len() > LOG_ENTRIES_MAX {
            self.rows.pop_front();
        }
    }

    /// `None` to leave an event out; otherwise how many like it were left out before.
    fn fold(&mut self, key: String, uptime: Duration) -> Option<u64> {
        if self.alike.len() >= COUNTED_MAX {
            self.alike.retain(|_, (bucket, _)| !bucket.is_full(uptime));
        }
        if self.alike.len() >= COUNTED_MAX && !self.alike.contains_key(&key) {
            return None;
        }
        let fresh = || (Bucket::per(LOG_ALIKE_MAX, Duration::from_mins(1), uptime), 0);
        let (bucket, left_out) = self.alike.entry(key).or_insert_with(fresh);
        match bucket.take(uptime) {
            Ok(()) => Some(std::mem::take(left_out)),
            Err(_) => {
                *left_out += 1;
                None
            }
        }
    }
}

/// What makes two events the same to whoever reads the log; `None` for those that are rare.
fn alike(what: &LogEvent) -> Option<String> {
    match what {
        LogEvent::LinkRefused { address, reason } => Some(format!("link {address} {reason}")),
        LogEvent::RateLimited { account, what } => Some(format!("rate {account} {what}")),
        LogEvent::WrongPassword { address, .. } => Some(format!("password {address}")),
        LogEvent::WrongCode { address, .. } => Some(format!("code {address}")),
        LogEvent::LockedOut { address, .. } => Some(format!("locked {address}")),
        LogEvent::Trouble { text } => Some(format!("trouble {text}")),
        _ => None,
    }
}

/// A foreign text as it may stand in a log: escaped and cut.
pub fn field(text: &str) -> String {
    text.chars().take(LOG_FIELD_MAX).flat_map(char::escape_debug).take(LOG_FIELD_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_forge_a_line() {
        assert_eq!(field("a\nb\u{202E}c"), "a\\nb\\u{202e}c");
        assert!(field(&"x".repeat(10_000)).chars().count() <= LOG_FIELD_MAX);
    }

    #[test]
    fn the_same_again_and_again_is_counted_and_not_written() {
        let mut entries = Entries::default();
        let mut fold = |key: &str, seconds| {
            entries.fold(key.to_owned(), Duration::from_secs(seconds)).map(|count| count.min(99))
        };
        let noted = (0..100).filter(|_| fold("a", 0).is_some()).count() as u64;
        assert_eq!(noted, LOG_ALIKE_MAX);
        assert_eq!(fold("b", 0), Some(0), "others are not hidden by it");
        assert_eq!(fold("a", 60), Some(100 - LOG_ALIKE_MAX));
        assert_eq!(fold("a", 60), Some(0));
    }

    #[test]
    fn the_counts_themselves_are_bounded() {
        let mut entries = Entries::default();
        for number in 0..COUNTED_MAX + 100 {
            entries.fold(number.to_string(), Duration::ZERO);
        }
        assert_eq!(entries.alike.len(), COUNTED_MAX);
        assert_eq!(entries.fold("later".to_owned(), Duration::from_hours(1)), Some(0));
    }

    #[test]
    fn old_entries_make_room() {
        let journal = Journal::default();
        for _ in 0..LOG_ENTRIES_MAX + 5 {
            journal.note(LogKind::Info, None, LogEvent::Stopping {});
        }
        let first = journal.after(0);
        assert_eq!((first.len(), first[0].number), (LOG_PAGE_MAX, 6));
    }
}
