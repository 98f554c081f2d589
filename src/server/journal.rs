//! The event log: what the admin of a server wants to know, for the console and on stderr.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::bucket::Bucket;
use super::job::SessionId;
use super::lines;
use super::logbook::{self, Book};
use crate::clock;
use crate::domain::{AccountId, Body, ConversationKind, Message, RoomChange};
use crate::limits::{
    COUNTED_MAX, LOG_ALIKE_MAX, LOG_DOINGS_MAX, LOG_ENTRIES_MAX, LOG_FIELD_MAX, LOG_PAGE_MAX,
};
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
    /// What strangers make us write.
    strangers: Counts<String>,
    /// What accounts do; apart, since there are only so many of them.
    people: Counts<(AccountId, &'static str)>,
    /// Where they are kept.
    book: Option<Book>,
}

/// How often the same may still be written, and what was left out since.
type Counts<K> = HashMap<K, (Bucket, u64)>;

/// What makes two events the same to whoever reads the log.
enum Alike {
    Stranger(String),
    Person(AccountId, &'static str),
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
    /// is noted a few times; the next line then says how many were left out.
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
    fn fold(&mut self, key: Alike, uptime: Duration) -> Option<u64> {
        let minute = || Bucket::per(LOG_ALIKE_MAX, Duration::from_mins(1), uptime);
        let hour = || Bucket::per(LOG_DOINGS_MAX, Duration::from_hours(1), uptime);
        match key {
            Alike::Stranger(key) => fold(&mut self.strangers, key, minute, uptime, None),
            // An account more than are counted is no stranger with a thousand addresses: it is noted.
            Alike::Person(account, deed) => {
                fold(&mut self.people, (account, deed), hour, uptime, Some(0))
            }
        }
    }
}

/// The same in one kind of counts; `beyond` where there are too many of them.
fn fold<K: Eq + Hash>(
    counts: &mut Counts<K>,
    key: K,
    fresh: impl FnOnce() -> Bucket,
    uptime: Duration,
    beyond: Option<u64>,
) -> Option<u64> {
    if counts.len() >= COUNTED_MAX {
        counts.retain(|_, (bucket, _)| !bucket.is_full(uptime));
    }
    if counts.len() >= COUNTED_MAX && !counts.contains_key(&key) {
        return beyond;
    }
    let (bucket, left_out) = counts.entry(key).or_insert_with(|| (fresh(), 0));
    match bucket.take(uptime) {
        Ok(()) => Some(std::mem::take(left_out)),
        Err(_) => {
            *left_out += 1;
            None
        }
    }
}

/// That a room came to be or ended, by the line of its log that says so.
#[must_use]
pub fn of_room(message: &Message) -> Option<LogEvent> {
    let ConversationKind::Room { room } = message.kind else { return None };
    let Body::Room { change, .. } = &message.body else { return None };
    let account = message.from;
    match change {
        RoomChange::Created { .. } => Some(LogEvent::RoomMade { room, account }),
        RoomChange::Dissolved {} => {
            let by = (account != AccountId::SERVER).then_some(account);
            Some(LogEvent::RoomEnded { room, account: by })
        }
        _ => None,
    }
}

/// Notes in the folder of a stopped server what was done there. It is done, also where that cannot be kept.
pub fn note_in(data: &Path, kind: LogKind, events: impl Iterator<Item = LogEvent>) {
    let at = clock::wall_ms();
    let entry = |what| LogEntry { number: 0, at, kind, session: None, what, kept: false };
    if let Err(error) = logbook::write(data, &events.map(entry).collect::<Vec<_>>()) {
        tracing::warn!(%error, "the event log cannot be kept");
    }
}

/// `None` for those that are rare.
fn alike(what: &LogEvent) -> Option<Alike> {
    let stranger = |key| Some(Alike::Stranger(key));
    let person = |account: &AccountId, deed| Some(Alike::Person(*account, deed));
    match what {
        LogEvent::LinkRefused { address, reason } => stranger(format!("link {address} {reason}")),
        LogEvent::RateLimited { account, what } => stranger(format!("rate {account} {what}")),
        LogEvent::WrongPassword { address, .. } => stranger(format!("password {address}")),
        LogEvent::WrongCode { address, .. } => stranger(format!("code {address}")),
        LogEvent::LockedOut { address, .. } => stranger(format!("locked {address}")),
        LogEvent::Trouble { text } => stranger(format!("trouble {text}")),
        LogEvent::SignedIn { account, .. } => person(account, "in"),
        LogEvent::SignedOut { account, .. } => person(account, "out"),
        LogEvent::PasswordReset { account, .. } => person(account, "reset"),
        LogEvent::RoomMade { account, .. } => person(account, "room"),
        LogEvent::RoomEnded { account: Some(account), .. } => person(account, "end"),
        LogEvent::FileSent { account, .. } => person(account, "file"),
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
            entries.fold(Alike::Stranger(key.to_owned()), Duration::from_secs(seconds))
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
            entries.fold(Alike::Stranger(number.to_string()), Duration::ZERO);
        }
        assert_eq!(entries.strangers.len(), COUNTED_MAX);
        let stranger = || Alike::Stranger("later".to_owned());
        assert_eq!(entries.fold(stranger(), Duration::ZERO), None);
        assert_eq!(entries.fold(stranger(), Duration::from_hours(1)), Some(0));
        // People are noted whatever strangers do, and each is while others are.
        for number in 0..COUNTED_MAX as u64 + 100 {
            assert_eq!(
                entries.fold(Alike::Person(AccountId(number), "in"), Duration::ZERO),
                Some(0)
            );
        }
        assert_eq!(entries.people.len(), COUNTED_MAX);
    }

    #[test]
    fn an_account_that_comes_and_goes_without_end_is_counted() {
        let journal = Journal::default();
        let note = |number: u64| {
            let (account, address) = (AccountId(number), "10.0.0.7".to_owned());
            let client = "x".to_owned();
            journal.note(LogKind::Auth, None, LogEvent::SignedIn { account, address, client });
            let reason = "bye".to_owned();
            journal.note(LogKind::Auth, None, LogEvent::SignedOut { account, reason });
        };
        (0..200).for_each(|_| note(10_001));
        let most = usize::try_from(LOG_DOINGS_MAX).unwrap();
        assert_eq!(journal.after(0).len(), 2 * most);
        note(10_002);
        assert_eq!(journal.after(0).len(), 2 * most + 2, "others are not hidden by it");
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
