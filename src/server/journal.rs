//! The event log: what the keeper of a server wants to know, for the console and on stderr.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::clock;
use crate::limits::{LOG_ENTRIES_MAX, LOG_FIELD_MAX, LOG_PAGE_MAX};
use crate::net::control::{LogEntry, LogEvent, LogKind};

/// The newest entries.
#[derive(Default)]
pub struct Journal {
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    rows: VecDeque<LogEntry>,
    last: u64,
}

impl Journal {
    /// Notes an event, for the console and on stderr.
    pub fn note(&self, kind: LogKind, what: LogEvent) {
        match kind {
            LogKind::Auth | LogKind::Info => tracing::info!(event = ?what),
            LogKind::Warn => tracing::warn!(event = ?what),
            LogKind::Error => tracing::error!(event = ?what),
        }
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.last += 1;
        let number = entries.last;
        entries.rows.push_back(LogEntry { number, at: clock::wall_ms(), kind, what });
        if entries.rows.len() > LOG_ENTRIES_MAX {
            entries.rows.pop_front();
        }
    }

    /// Entries after a number, oldest first, one page.
    pub fn after(&self, number: u64) -> Vec<LogEntry> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let newer = entries.rows.iter().filter(|entry| entry.number > number);
        newer.take(LOG_PAGE_MAX).cloned().collect()
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
    fn old_entries_make_room() {
        let journal = Journal::default();
        for _ in 0..LOG_ENTRIES_MAX + 5 {
            journal.note(LogKind::Info, LogEvent::Stopping {});
        }
        let first = journal.after(0);
        assert_eq!((first.len(), first[0].number), (LOG_PAGE_MAX, 6));
    }
}
