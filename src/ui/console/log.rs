//! The event log: which of its lines are shown.

use std::collections::VecDeque;

use jiff::tz::TimeZone;

use super::lines::{kind, sentence};
use super::model::End;
use super::units;
use crate::limits::LOG_ENTRIES_MAX;
use crate::net::control::{LogEntry, LogEvent, LogKind};
use crate::ui::text::Language;

/// What a server says of its end is about this one, and not about one before.
const SAID_MS: i64 = 10_000;

/// Which lines are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Chip {
    /// All.
    #[default]
    All,
    /// Those of one kind.
    Kind(LogKind),
}

impl Chip {
    /// From left to right.
    pub const ALL: [Chip; 5] = [
        Chip::All,
        Chip::Kind(LogKind::Auth),
        Chip::Kind(LogKind::Info),
        Chip::Kind(LogKind::Warn),
        Chip::Kind(LogKind::Error),
    ];

    fn takes(self, kind: LogKind) -> bool {
        match self {
            Chip::All => true,
            Chip::Kind(wanted) => wanted == kind,
        }
    }
}

/// A line.
#[derive(Debug)]
pub struct Line {
    /// Its place among all lines that ever came, also over restarts of the server.
    pub number: u64,
    /// When, milliseconds since 1970 UTC.
    pub at: i64,
    /// How serious.
    pub kind: LogKind,
    /// What.
    pub what: What,
}

/// What a line tells.
#[derive(Debug)]
pub enum What {
    /// The server said so.
    Event(LogEvent),
    /// The server ended, which it cannot say itself.
    Ended {
        /// How.
        end: End,
        /// Whether it had run.
        had_run: bool,
    },
}

impl What {
    fn event(&self) -> Option<&LogEvent> {
        match self {
            What::Event(event) => Some(event),
            What::Ended { .. } => None,
        }
    }
}

/// The newest lines, newest first. A restart of the server does not take the old ones away.
#[derive(Debug, Default)]
pub struct Log {
    entries: VecDeque<Line>,
    /// Lines that ever came.
    count: u64,
    /// Places in `entries` that are shown, newest first.
    shown: Vec<usize>,
    chip: Chip,
    find: String,
    /// Lines that came on top while the list was not following.
    above: usize,
}

impl Log {
    /// Takes new lines, oldest first; returns how many of them are shown. A server that starts tells once more
    /// what it kept, of which some may stand here.
    pub fn add(&mut self, entries: Vec<LogEntry>, language: Language) -> usize {
        let said = || self.entries.iter().filter(|line| matches!(line.what, What::Event(_)));
        let last = said().map(|line| line.at).max();
        // Several may have come in the last millisecond.
        let of_last = said().filter(|line| Some(line.at) == last);
        let of_last: Vec<LogEvent> =
            of_last.filter_map(|line| line.what.event()).cloned().collect();
        let is_new = |entry: &LogEntry| {
            let is_later = last.is_none_or(|last| entry.at > last);
            let is_missing = || Some(entry.at) == last && !of_last.contains(&entry.what);
            !entry.kept || is_later || is_missing()
        };
        let entries = entries.into_iter().filter(is_new);
        let lines = entries.map(|LogEntry { at, kind, what, .. }| (at, kind, what));
        self.put(lines.map(|(at, kind, what)| (at, kind, What::Event(what))).collect(), language)
    }

    /// Notes how the server ended, unless it has said so itself just now.
    pub fn note_end(&mut self, at: i64, end: End, had_run: bool, language: Language) {
        let last = self.entries.back().filter(|line| at.saturating_sub(line.at) < SAID_MS);
        let is_said = |line: &Line| matches!(line.what, What::Event(LogEvent::Failed { .. }));
        if matches!(end, End::Failed(_)) && last.is_some_and(is_said) {
            return;
        }
        let kind = match end {
            End::Closed | End::Replaced => LogKind::Info,
            End::Failed(_) => LogKind::Error,
        };
        self.put(vec![(at, kind, What::Ended { end, had_run })], language);
    }

    fn put(&mut self, lines: Vec<(i64, LogKind, What)>, language: Language) -> usize {
        if lines.is_empty() {
            return 0;
        }
        let mut came = 0;
        for (at, kind, what) in lines {
            self.count += 1;
            let line = Line { number: self.count, at, kind, what };
            came += usize::from(self.takes(&line, language));
            self.entries.push_back(line);
        }
        let over = self.entries.len().saturating_sub(LOG_ENTRIES_MAX);
        self.entries.drain(..over);
        self.arrange(language);
        self.above = self.above.saturating_add(came);
        came
    }

    /// How many shown lines came on top since this was asked last; who is scrolled down stays at
    /// the line that is read.
    pub fn take_above(&mut self) -> usize {
        std::mem::take(&mut self.above)
    }

    /// Shows those of a kind.
    pub fn choose(&mut self, chip: Chip, language: Language) {
        self.chip = chip;
        self.arrange(language);
    }

    /// Shows those that have this in them.
    pub fn find(&mut self, text: &str, language: Language) {
        self.find = text.trim().to_lowercase();
        self.arrange(language);
    }

    /// The words have changed.
    pub fn reword(&mut self, language: Language) {
        self.arrange(language);
    }

    /// Which are shown.
    #[must_use]
    pub fn chip(&self) -> Chip {
        self.chip
    }

    /// Whether less than all is shown.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        self.chip != Chip::All || !self.find.is_empty()
    }

    /// How many lines are shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether no line is shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// How many lines there are.
    #[must_use]
    pub fn all(&self) -> usize {
        self.entries.len()
    }

    /// How many lines of a kind there are.
    #[must_use]
    pub fn count(&self, kind: LogKind) -> usize {
        self.entries.iter().filter(|entry| entry.kind == kind).count()
    }

    /// How many lines there are of the day on which this is.
    #[must_use]
    pub fn count_today(&self, now: i64, zone: &TimeZone) -> usize {
        let today = units::day(now, zone);
        // Newest last; a clock that was set back does not matter much here.
        self.entries.iter().rev().take_while(|line| units::day(line.at, zone) == today).count()
    }

    /// All lines that are shown as text, oldest first.
    #[must_use]
    pub fn export(&self, language: Language, zone: &TimeZone) -> String {
        let mut text = String::new();
        for line in (0..self.len()).rev().filter_map(|row| self.row(row)) {
            let (time, kind) = (units::exact_time(line.at, zone), kind(language, line.kind));
            let words = sentence(language, &line.what);
            // A line is a line, whatever a foreign text brings along.
            let words: String =
                words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            text.extend([&time, " [", kind, "] ", &words, "\n"]);
        }
        text
    }

    /// A shown line from the top.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<&Line> {
        self.entries.get(*self.shown.get(row)?)
    }

    fn takes(&self, entry: &Line, language: Language) -> bool {
        self.chip.takes(entry.kind)
            && (self.find.is_empty()
                || sentence(language, &entry.what).to_lowercase().contains(&self.find))
    }

    fn arrange(&mut self, language: Language) {
        let newest = (0..self.entries.len()).rev();
        self.shown = newest.filter(|at| self.takes(&self.entries[*at], language)).collect();
        self.above = 0;
    }
}

/// The name under which the log of this day is saved.
#[must_use]
pub fn export_name(now: i64, zone: &TimeZone) -> String {
    format!("mychat-log-{}.txt", units::day(now, zone))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::AccountId;
    use crate::ui::console::failure::Failure;

    pub fn entry(number: u64, kind: LogKind, what: LogEvent) -> LogEntry {
        LogEntry { number, at: 0, kind, session: None, what, kept: false }
    }

    pub fn some() -> Vec<LogEntry> {
        let account = AccountId(10_031);
        let address = || "192.168.8.77".to_owned();
        let limited = LogEvent::RateLimited { account, what: "messages".into() };
        let wrong = LogEvent::WrongPassword { login: "10061".into(), address: address(), tries: 2 };
        let client = "mychat 0.1.0".to_owned();
        vec![
            entry(1, LogKind::Info, LogEvent::Started { listening: "[::]:1029".into() }),
            entry(2, LogKind::Auth, LogEvent::SignedIn { account, address: address(), client }),
            entry(3, LogKind::Warn, limited),
            entry(4, LogKind::Auth, wrong),
            entry(5, LogKind::Error, LogEvent::Trouble { text: "the disk is full".into() }),
        ]
    }

    fn numbers(log: &Log) -> Vec<u64> {
        (0..log.len()).filter_map(|row| Some(log.row(row)?.number)).collect()
    }

    #[test]
    fn newest_first_by_kind_and_by_words() {
        let english = Language::English;
        let mut log = Log::default();
        assert_eq!(log.add(some(), english), 5);
        assert_eq!(numbers(&log), [5, 4, 3, 2, 1]);
        log.choose(Chip::Kind(LogKind::Auth), english);
        assert_eq!(numbers(&log), [4, 2]);
        log.find("PASSWORD", english);
        assert_eq!(numbers(&log), [4]);
        assert!(log.is_filtered());
        log.choose(Chip::All, english);
        log.find("192.168", english);
        assert_eq!(numbers(&log), [4, 2]);
        assert_eq!((log.all(), log.count(LogKind::Auth), log.count(LogKind::Error)), (5, 2, 1));
    }

    #[test]
    fn lines_that_come_on_top_are_counted_once() {
        let english = Language::English;
        let mut log = Log::default();
        log.choose(Chip::Kind(LogKind::Warn), english);
        assert_eq!(log.add(some(), english), 1);
        assert_eq!((log.take_above(), log.take_above()), (1, 0));
    }

    #[test]
    fn the_end_of_the_server_is_a_line_too() {
        let english = Language::English;
        let mut log = Log::default();
        log.add(some(), english);
        log.note_end(7, End::Failed(Failure::Signal(9)), true, english);
        log.note_end(8, End::Closed, true, english);
        assert_eq!(numbers(&log), [7, 6, 5, 4, 3, 2, 1]);
        let said = entry(
            9,
            LogKind::Error,
            LogEvent::Failed { code: 69, why: "x".into(), had_run: false },
        );
        log.add(vec![LogEntry { at: 9, kept: true, ..said }], english);
        log.note_end(10, End::Failed(Failure::Listen("x".into())), false, english);
        assert_eq!(numbers(&log).len(), 8, "what it said itself is not said twice");
        log.choose(Chip::Kind(LogKind::Error), english);
        assert_eq!(numbers(&log), [8, 6, 5]);
        log.choose(Chip::All, english);
        let line = log.row(2).unwrap();
        assert_eq!((line.at, line.kind), (7, LogKind::Error));
        assert!(sentence(english, &line.what).contains("signal 9"));
    }

    #[test]
    fn the_log_is_bounded() {
        let mut log = Log::default();
        for _ in 0..3 {
            let page = (0..900).map(|n| entry(n, LogKind::Info, LogEvent::Stopping {})).collect();
            log.add(page, Language::English);
        }
        assert_eq!((log.all(), log.len()), (LOG_ENTRIES_MAX, LOG_ENTRIES_MAX));
    }

    #[test]
    fn the_log_is_saved_as_it_is_shown() {
        let english = Language::English;
        let mut log = Log::default();
        log.add(some(), english);
        let text = "a\nb".to_owned();
        log.add(vec![entry(6, LogKind::Error, LogEvent::Trouble { text })], english);
        let saved = log.export(english, &TimeZone::UTC);
        assert_eq!(saved.lines().count(), 6, "{saved}");
        assert!(saved.starts_with("1970-01-01 00:00:00 [Info] The server started"), "{saved}");
        log.choose(Chip::Kind(LogKind::Auth), english);
        assert_eq!(log.export(english, &TimeZone::UTC).lines().count(), 2);
        assert_eq!(export_name(0, &TimeZone::UTC), "mychat-log-1970-01-01.txt");
    }

    #[test]
    fn todays_lines_are_counted() {
        let english = Language::English;
        let mut log = Log::default();
        log.add(some(), english);
        log.note_end(86_400_000, End::Closed, true, english);
        assert_eq!(log.count_today(86_400_001, &TimeZone::UTC), 1);
        assert_eq!(log.count_today(0, &TimeZone::UTC), 0, "nothing is newer than now");
    }
}
