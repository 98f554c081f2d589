//! The event log: its lines in words, and which of them are shown.

use std::collections::VecDeque;

use jiff::tz::TimeZone;

use super::model::End;
use super::{refused, units};
use crate::domain::{AccountId, Role, Target};
use crate::limits::LOG_ENTRIES_MAX;
use crate::net::control::{LogEntry, LogEvent, LogKind};
use crate::ui::app::files::amounts;
use crate::ui::text::Language;

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
        let said = self.entries.iter().filter(|line| matches!(line.what, What::Event(_)));
        let last = said.map(|line| line.at).max();
        let is_new = |entry: &LogEntry| !entry.kept || last.is_none_or(|last| entry.at > last);
        let entries = entries.into_iter().filter(is_new);
        let lines = entries.map(|LogEntry { at, kind, what, .. }| (at, kind, what));
        self.put(lines.map(|(at, kind, what)| (at, kind, What::Event(what))).collect(), language)
    }

    /// Notes how the server ended.
    pub fn note_end(&mut self, at: i64, end: End, had_run: bool, language: Language) {
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

/// How a kind is called.
#[must_use]
pub fn kind(language: Language, kind: LogKind) -> &'static str {
    language.get(match kind {
        LogKind::Auth => "con.kind.auth",
        LogKind::Info => "con.kind.info",
        LogKind::Warn => "con.kind.warn",
        LogKind::Error => "con.kind.error",
    })
}

/// A line as a sentence.
#[must_use]
pub fn sentence(language: Language, what: &What) -> String {
    match what {
        What::Event(event) => of_event(language, event),
        What::Ended { end: End::Closed, .. } => language.get("con.log.stopped").to_owned(),
        What::Ended { end: End::Replaced, .. } => language.get("con.log.replaced").to_owned(),
        What::Ended { end: End::Failed(failure), had_run } => {
            let key = if *had_run { "con.log.ended" } else { "con.log.not_started" };
            language.fill(key, &[("reason", &failure.words(language))])
        }
    }
}

fn of_event(language: Language, event: &LogEvent) -> String {
    match event {
        LogEvent::Started { listening } => {
            language.fill("con.log.started", &[("address", listening)])
        }
        LogEvent::Stopping {} => language.get("con.log.stopping").to_owned(),
        LogEvent::Registered { account, nickname, address } => {
            let account = account.to_string();
            let values = [("account", &*account), ("name", nickname), ("address", address)];
            language.fill("con.log.registered", &values)
        }
        LogEvent::SignedIn { account, address, client } => {
            let account = account.to_string();
            let values =
                [("account", &*account), ("address", address), ("client", units::client(client))];
            language.fill("con.log.signed_in", &values)
        }
        LogEvent::SignedOut { account, reason } => {
            let account = account.to_string();
            let reason = left(language, reason);
            language.fill("con.log.signed_out", &[("account", &account), ("reason", reason)])
        }
        LogEvent::WrongPassword { login, address, tries } => {
            wrong(language, "con.log.wrong_password", (login, address, *tries))
        }
        LogEvent::WrongCode { login, address, tries } => {
            wrong(language, "con.log.wrong_code", (login, address, *tries))
        }
        LogEvent::LockedOut { login, address, minutes } => {
            let minutes = minutes.to_string();
            let values = [("login", &**login), ("address", address), ("n", &minutes)];
            language.fill("con.log.locked_out", &values)
        }
        LogEvent::LinkRefused { address, reason } => {
            let reason = refused(language, reason);
            language.fill("con.log.refused", &[("address", address), ("reason", reason)])
        }
        LogEvent::RateLimited { account, what } => {
            let account = account.to_string();
            let what = if what == "messages" { language.get("con.what.messages") } else { what };
            language.fill("con.log.limited", &[("account", &account), ("what", what)])
        }
        LogEvent::LeftOut { count } => {
            language.fill("con.log.left_out", &[("n", &count.to_string())])
        }
        LogEvent::BackedUp { bytes, took_ms, .. } => {
            let (size, time) = (units::size(*bytes), units::span(*took_ms, language));
            language.fill("con.log.backed_up", &[("size", &size), ("time", &time)])
        }
        LogEvent::BackupFailed(not_done) => {
            let why = refused::words(language, not_done);
            language.fill("con.log.backup_failed", &[("reason", &why)])
        }
        LogEvent::BackupSkipped { folder, need_mib, free_mib } => {
            let (need, free) = (need_mib.to_string(), free_mib.to_string());
            let values = [("folder", folder.as_str()), ("min", &need), ("n", &free)];
            language.fill("con.log.backup_skipped", &values)
        }
        LogEvent::DiskLow { folder, free_mib } => {
            let free_mib = free_mib.to_string();
            language.fill("con.log.disk_low", &[("folder", folder), ("n", &free_mib)])
        }
        LogEvent::DiskFine {} => language.get("con.log.disk_fine").to_owned(),
        LogEvent::Trouble { text } => language.fill("con.log.trouble", &[("reason", text)]),
        event => of_keeping(language, event),
    }
}

fn wrong(
    language: Language,
    key: &'static str,
    (login, address, tries): (&str, &str, u32),
) -> String {
    let tries = tries.to_string();
    language.fill(key, &[("login", login), ("address", address), ("n", &tries)])
}

/// What the keeper did, and what people made.
fn of_keeping(language: Language, event: &LogEvent) -> String {
    let fill = |key, name: &str, value: &str| language.fill(key, &[(name, value)]);
    let of = |key, account: &AccountId| fill(key, "account", &account.to_string());
    match event {
        LogEvent::Kicked { account } => of("con.log.kicked", account),
        LogEvent::Banned { whom, minutes: None } => fill("con.log.banned", "name", whom),
        LogEvent::Banned { whom, minutes: Some(minutes) } => {
            let time = units::minutes(*minutes, language);
            language.fill("con.log.banned.for", &[("name", whom), ("time", &time)])
        }
        LogEvent::Unbanned { whom } => fill("con.log.unbanned", "name", whom),
        LogEvent::Disabled { account, disabled: true } => of("con.log.disabled", account),
        LogEvent::Disabled { account, disabled: false } => of("con.log.enabled", account),
        LogEvent::SignedOutEverywhere { account } => of("con.log.signed_out_all", account),
        LogEvent::RoleGiven { account, role: Role::Admin } => of("con.log.promoted", account),
        LogEvent::RoleGiven { account, role: Role::Member } => of("con.log.demoted", account),
        LogEvent::ResetGiven { account } => of("con.log.reset", account),
        LogEvent::Announced { kept: true, people } => {
            fill("con.log.said.all", "n", &people.to_string())
        }
        LogEvent::Announced { kept: false, people } => {
            fill("con.log.said", "n", &people.to_string())
        }
        LogEvent::Told { account } => of("con.log.told", account),
        LogEvent::SettingChanged { key, value: None } => fill("con.log.set.secret", "key", key),
        LogEvent::SettingChanged { key, value: Some(value) } => {
            language.fill("con.log.set", &[("key", key), ("value", value)])
        }
        LogEvent::Reloaded {} => language.get("con.log.reloaded").to_owned(),
        LogEvent::RoomMade { room, account } => {
            let (room, account) = (room.to_string(), account.to_string());
            language.fill("con.log.room.made", &[("room", &room), ("account", &account)])
        }
        LogEvent::RoomEnded { room, account: None } => {
            fill("con.log.room.dissolved", "room", &room.to_string())
        }
        LogEvent::RoomEnded { room, account: Some(account) } => {
            let (room, account) = (room.to_string(), account.to_string());
            language.fill("con.log.room.ended", &[("room", &room), ("account", &account)])
        }
        LogEvent::FileSent { account, to, bytes } => {
            let to = match to {
                Target::Account(account) => account.to_string(),
                Target::Room(room) => fill("con.log.to.room", "room", &room.to_string()),
                Target::Lobby => language.get("lobby").to_owned(),
            };
            let (account, size) = (account.to_string(), amounts::bytes(*bytes));
            language.fill("con.log.file", &[("account", &account), ("to", &to), ("size", &size)])
        }
        // The others are told above.
        _ => String::new(),
    }
}

/// Why somebody left; what the server does not say in words of its own stays as it is.
fn left(language: Language, reason: &str) -> &str {
    let key = match reason {
        "signed out" => "con.left.signed_out",
        "signed in again" | "replaced" => "con.left.again",
        "link closed" => "con.left.closed",
        "kicked" => "con.left.kicked",
        "banned" => "con.left.banned",
        "signed_out" => "con.left.put_out",
        "password_changed" => "con.left.password",
        "deleted" => "con.left.deleted",
        _ => "",
    };
    language_or(language, reason, key)
}

/// Why a link was turned away, by the code of the goodbye that it got.
fn refused(language: Language, code: &str) -> &str {
    let key = match code {
        "too_old" => "con.cut.too_old",
        "bad_frame" => "con.cut.bad_frame",
        "frame_too_large" => "con.cut.frame_too_large",
        "timeout" => "con.cut.timeout",
        "too_slow" => "con.cut.too_slow",
        "too_many_links" => "con.cut.too_many_links",
        _ => "",
    };
    language_or(language, code, key)
}

fn language_or<'a>(language: Language, plain: &'a str, key: &'static str) -> &'a str {
    if key.is_empty() { plain } else { language.get(key) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::RoomId;
    use crate::net::verb::NotDone;
    use crate::ui::console::failure::Failure;

    pub fn entry(number: u64, kind: LogKind, what: LogEvent) -> LogEntry {
        LogEntry { number, at: 0, kind, session: None, what, kept: false }
    }

    fn some() -> Vec<LogEntry> {
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
        let line = log.row(1).unwrap();
        assert_eq!((line.at, line.kind), (7, LogKind::Error));
        assert!(sentence(english, &line.what).contains("signal 9"));
        log.choose(Chip::Kind(LogKind::Error), english);
        assert_eq!(numbers(&log), [6, 5]);
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

    fn of_keeping_all() -> Vec<LogEvent> {
        let (account, whom) = (AccountId(10_001), || "10.0.0.7".to_owned());
        let room = RoomId(20_001);
        let file = |to| LogEvent::FileSent { account, to, bytes: 90_596_966 };
        let set = |value| LogEvent::SettingChanged { key: "k".into(), value };
        vec![
            LogEvent::Kicked { account },
            LogEvent::Banned { whom: whom(), minutes: None },
            LogEvent::Banned { whom: whom(), minutes: Some(90) },
            LogEvent::Unbanned { whom: whom() },
            LogEvent::Disabled { account, disabled: true },
            LogEvent::Disabled { account, disabled: false },
            LogEvent::SignedOutEverywhere { account },
            LogEvent::RoleGiven { account, role: Role::Admin },
            LogEvent::RoleGiven { account, role: Role::Member },
            LogEvent::ResetGiven { account },
            LogEvent::Announced { kept: true, people: 7 },
            LogEvent::Announced { kept: false, people: 7 },
            LogEvent::Told { account },
            set(None),
            set(Some("v".into())),
            LogEvent::RoomMade { room, account },
            LogEvent::RoomEnded { room, account: None },
            LogEvent::RoomEnded { room, account: Some(account) },
            file(Target::Account(AccountId(10_002))),
            file(Target::Room(room)),
            file(Target::Lobby),
        ]
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

    #[test]
    fn every_event_is_a_sentence_in_both_languages() {
        let account = AccountId(1);
        let (address, reason) = (String::from("a"), String::from("too_old"));
        let nickname = "n".to_owned();
        let mut events: Vec<LogEvent> = some().into_iter().map(|entry| entry.what).collect();
        events.push(LogEvent::Stopping {});
        events.push(LogEvent::Registered { account, nickname, address: address.clone() });
        events.push(LogEvent::LockedOut {
            login: "l".into(),
            address: address.clone(),
            minutes: 5,
        });
        events.push(LogEvent::LinkRefused { address, reason });
        events.push(LogEvent::LeftOut { count: 7 });
        events.push(LogEvent::BackedUp { path: "p".into(), bytes: 9, took_ms: 9 });
        events.push(LogEvent::BackupFailed(NotDone::closing()));
        events.push(LogEvent::BackupSkipped { folder: "/b".into(), need_mib: 9, free_mib: 3 });
        events.push(LogEvent::DiskLow { folder: "/f".into(), free_mib: 256 });
        events.push(LogEvent::DiskFine {});
        events.extend(of_keeping_all());
        let codes = ["kicked", "banned", "signed_out", "password_changed", "deleted"];
        for reason in ["signed out", "signed in again", "link closed"].into_iter().chain(codes) {
            events.push(LogEvent::SignedOut { account, reason: reason.into() });
        }
        let mut events: Vec<What> = events.into_iter().map(What::Event).collect();
        events.push(What::Ended { end: End::Closed, had_run: true });
        events.push(What::Ended { end: End::Replaced, had_run: true });
        for had_run in [false, true] {
            events.push(What::Ended { end: End::Failed(Failure::Signal(9)), had_run });
        }
        for language in Language::ALL {
            let sentences: std::collections::BTreeSet<String> =
                events.iter().map(|what| sentence(language, what)).collect();
            assert_eq!(sentences.len(), events.len());
            for sentence in sentences {
                let bare = sentence.contains('{') || sentence.contains("con.");
                assert!(!bare && !sentence.contains("too_old"), "{sentence}");
            }
        }
    }
}
