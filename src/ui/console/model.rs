//! What the server's window shows, as data: `update(model, msg)` is the only door.
//!
//! No fltk, no process, no socket: the window sends what the person does and what the link
//! reports, carries out the effects, and draws what the model says.

use std::time::Duration;

use super::choices::Choices;
use super::failure::Failure;
use super::log::{Chip, Log};
use super::online::{Column, Online};
use super::task::Task;
use super::traffic::Traffic;
use crate::net::control::{LogEntry, OnlineSession, Status};
use crate::ui::text::{Language, LanguageChoice};

/// How the server is, as far as the window knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Looked for or started.
    Starting,
    /// It answers.
    Running,
    /// Asked to close.
    Stopping(Then),
    /// Closed in order.
    Stopped,
    /// Did not start, or ended by itself after it had run.
    Failed {
        /// Why.
        failure: Failure,
        /// Whether it had run.
        had_run: bool,
    },
}

/// What follows when the server has closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Nothing.
    Stay,
    /// It is started again.
    Restart,
    /// The window closes too.
    Close,
}

/// What is asked while people are online.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Stop the server?
    Stop,
    /// Restart it?
    Restart,
    /// Close the window, and the server with it?
    Close,
}

/// The right half of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tab {
    /// Who is online.
    #[default]
    Online,
    /// The event log.
    Log,
}

/// What can be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// The fingerprint.
    Key,
    /// The invite link.
    Invite,
}

/// What the window asks of the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Look for a running server, else start one.
    Start,
    /// Close it.
    Stop,
    /// Close it if it was started here, else let go of it.
    Close,
    /// Ask now, do not wait for the next second.
    Poll,
    /// Keep the choices of this window.
    Keep(Choices),
    /// Let it make a backup.
    Backup,
}

/// What the link tells the window.
#[derive(Debug)]
pub enum Report {
    /// There is a server; it was there before, or was started here.
    Attached {
        /// Whether it was there before.
        foreign: bool,
    },
    /// How it is.
    Polled(Box<Poll>),
    /// It did not answer; the link goes on trying.
    Silent,
    /// The backup that was asked for is made, or not.
    BackedUp {
        /// Whether it is made.
        is_made: bool,
    },
    /// There is no server any more.
    Ended(End),
}

/// One look at the server.
#[derive(Debug)]
pub struct Poll {
    /// When, on a clock that never jumps.
    pub at: Duration,
    /// How it is.
    pub status: Status,
    /// Who is online.
    pub sessions: Vec<OnlineSession>,
    /// New lines of its log, oldest first.
    pub entries: Vec<LogEntry>,
}

/// How a server ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// In order.
    Closed,
    /// Not in order.
    Failed(Failure),
}

/// Everything that can happen to the model.
#[derive(Debug)]
pub enum Msg {
    /// From the link.
    Report(Report),
    /// The button.
    Start,
    /// The button.
    Stop,
    /// The button.
    Restart,
    /// The window shall close.
    Close,
    /// The question is answered.
    Answer(bool),
    /// Another tab.
    Tab(Tab),
    /// The head of a column.
    Sort(Column),
    /// The search box over the table.
    Find(String),
    /// A chip over the log.
    Chip(Chip),
    /// The search box over the log.
    FindLog(String),
    /// The check box, or the log was scrolled away from its newest line or back.
    Follow(bool),
    /// F5.
    Refresh,
    /// A copy button.
    Copy(Fact),
    /// The button.
    Backup,
    /// The menu.
    Language(LanguageChoice),
    /// The menu.
    Dark(bool),
}

/// What the window has to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Tell the link.
    Order(Order),
    /// Put it on the clipboard and say so.
    Copy(Fact, String),
    /// Say that no backup was made.
    NoBackup,
    /// Words or colours have changed.
    Restyle,
    /// Close the window.
    Quit,
}

/// What is on the screen.
#[derive(Debug)]
pub struct Model {
    /// How the server is.
    pub phase: Phase,
    /// Whether it was there before this window.
    pub foreign: bool,
    /// Whether it does not answer just now.
    pub silent: bool,
    /// Its last answer.
    pub status: Option<Status>,
    /// When that came, on a clock that never jumps.
    pub at: Duration,
    /// Who is online.
    pub online: Online,
    /// Its log.
    pub log: Log,
    /// Whether the log stays at its newest line.
    pub follow: bool,
    /// Bytes in and out.
    pub traffic: Traffic,
    /// What was asked for here and is being done.
    pub task: Option<Task>,
    /// What is asked now.
    pub question: Option<Question>,
    /// Which tab is open.
    pub tab: Tab,
    /// The choices of this window.
    pub choices: Choices,
    /// Now, milliseconds since 1970 UTC; whoever brings a message sets it before.
    pub now: i64,
}

impl Model {
    /// A window that starts its server at once.
    #[must_use]
    pub fn new(choices: Choices) -> Model {
        Model {
            phase: Phase::Starting,
            foreign: false,
            silent: false,
            status: None,
            at: Duration::ZERO,
            online: Online::default(),
            log: Log::default(),
            follow: true,
            traffic: Traffic::default(),
            task: None,
            question: None,
            tab: Tab::Online,
            choices,
            now: 0,
        }
    }

    /// The language of this window.
    #[must_use]
    pub fn language(&self) -> Language {
        self.choices.language.language()
    }

    /// Whether a server is there.
    #[must_use]
    pub fn is_up(&self) -> bool {
        matches!(self.phase, Phase::Running | Phase::Stopping(_))
    }

    /// How many people are online.
    #[must_use]
    pub fn people(&self) -> u64 {
        match self.is_up() {
            true => self.status.as_ref().map_or(0, |status| status.online),
            false => 0,
        }
    }

    fn report(&mut self, report: Report, out: &mut Vec<Effect>) {
        match report {
            Report::Attached { foreign } => {
                self.foreign = foreign;
                self.silent = false;
                if self.phase == Phase::Starting {
                    self.phase = Phase::Running;
                }
            }
            Report::Polled(poll) => self.polled(*poll),
            Report::Silent => self.silent = true,
            Report::BackedUp { is_made } => {
                self.task = None;
                // The server says why in its log.
                out.extend((!is_made).then_some(Effect::NoBackup));
                out.push(Effect::Order(Order::Poll));
            }
            Report::Ended(end) => self.ended(end, out),
        }
    }

    fn polled(&mut self, poll: Poll) {
        let Poll { at, status, sessions, entries } = poll;
        self.silent = false;
        self.at = at;
        self.traffic.read(at, status.bytes_in, status.bytes_out);
        self.status = Some(status);
        self.online.set(sessions);
        let language = self.language();
        self.log.add(entries, language);
    }

    fn ended(&mut self, end: End, out: &mut Vec<Effect>) {
        let had_run = self.is_up();
        self.silent = false;
        self.foreign = false;
        self.traffic.pause();
        self.task = None;
        self.online.set(Vec::new());
        self.question = None;
        let language = self.language();
        self.log.note_end(self.now, end.clone(), had_run, language);
        let then = match self.phase {
            Phase::Stopping(then) => then,
            _ => Then::Stay,
        };
        self.phase = match (then, end) {
            (Then::Close, _) => {
                out.push(Effect::Quit);
                Phase::Stopped
            }
            (Then::Restart, End::Closed) => {
                out.push(Effect::Order(Order::Start));
                Phase::Starting
            }
            (_, End::Closed) => Phase::Stopped,
            (_, End::Failed(failure)) => Phase::Failed { failure, had_run },
        };
    }

    /// Does at once what harms nobody, and asks first while people are online.
    fn ask(&mut self, question: Question, out: &mut Vec<Effect>) {
        let harms = match question {
            Question::Stop | Question::Restart => true,
            Question::Close => !self.foreign,
        };
        if harms && self.phase == Phase::Running && self.people() > 0 {
            self.question = Some(question);
        } else {
            self.carry_out(question, out);
        }
    }

    fn carry_out(&mut self, question: Question, out: &mut Vec<Effect>) {
        let then = match question {
            Question::Stop => Then::Stay,
            Question::Restart => Then::Restart,
            Question::Close => Then::Close,
        };
        match (&self.phase, then) {
            (Phase::Stopped | Phase::Failed { .. }, Then::Close) => out.push(Effect::Quit),
            (Phase::Running, Then::Close) if self.foreign => out.push(Effect::Quit),
            // It is closing already; what follows may still change to the end of all.
            (Phase::Stopping(_), Then::Close) => {
                self.phase = Phase::Stopping(Then::Close);
                out.push(Effect::Order(Order::Close));
            }
            (Phase::Stopped | Phase::Failed { .. } | Phase::Stopping(_), _) => {}
            (Phase::Starting | Phase::Running, _) => {
                self.phase = Phase::Stopping(then);
                let order = if then == Then::Close { Order::Close } else { Order::Stop };
                out.push(Effect::Order(order));
            }
        }
    }

    fn copy(&self, fact: Fact, out: &mut Vec<Effect>) {
        let Some(status) = &self.status else { return };
        let text = match fact {
            Fact::Key => status.fingerprint.clone(),
            Fact::Invite => status.invite.clone(),
        };
        out.push(Effect::Copy(fact, text));
    }

    fn choose(&mut self, choices: Choices, out: &mut Vec<Effect>) {
        if choices != self.choices {
            self.choices = choices;
            self.log.reword(choices.language.language());
            out.extend([Effect::Restyle, Effect::Order(Order::Keep(choices))]);
        }
    }
}

/// Takes in what happened and says what to do.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let mut out = Vec::new();
    let language = model.language();
    match msg {
        Msg::Report(report) => model.report(report, &mut out),
        Msg::Start => {
            if matches!(model.phase, Phase::Stopped | Phase::Failed { .. }) {
                model.phase = Phase::Starting;
                out.push(Effect::Order(Order::Start));
            }
        }
        Msg::Stop => model.ask(Question::Stop, &mut out),
        Msg::Restart => model.ask(Question::Restart, &mut out),
        Msg::Close => model.ask(Question::Close, &mut out),
        Msg::Answer(yes) => {
            if let (Some(question), true) = (model.question.take(), yes) {
                model.carry_out(question, &mut out);
            }
        }
        Msg::Tab(tab) => model.tab = tab,
        Msg::Sort(column) => model.online.sort(column),
        Msg::Find(text) => model.online.find(&text),
        Msg::Chip(chip) => model.log.choose(chip, language),
        Msg::FindLog(text) => model.log.find(&text, language),
        Msg::Follow(follow) => model.follow = follow,
        Msg::Refresh => {
            if model.phase == Phase::Running {
                out.push(Effect::Order(Order::Poll));
            }
        }
        Msg::Copy(fact) => model.copy(fact, &mut out),
        Msg::Backup => {
            if model.phase == Phase::Running && model.task.is_none() {
                model.task = Some(Task::Backup);
                out.push(Effect::Order(Order::Backup));
            }
        }
        Msg::Language(language) => {
            model.choose(Choices { language, ..model.choices }, &mut out);
        }
        Msg::Dark(dark) => model.choose(Choices { dark, ..model.choices }, &mut out),
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::online::tests::session;
    use super::*;
    use crate::net::control::{LogEvent, LogKind};
    use crate::net::protocol::Registration;

    fn status(online: u64) -> Status {
        Status {
            name: "Lab".into(),
            version: "0".into(),
            listening: vec![],
            addresses: vec![],
            port: 1029,
            fingerprint: "7F3A-91C2".into(),
            invite: "mychat://a:1029/#X".into(),
            data: "d".into(),
            registration: Registration::Open,
            discovery: true,
            uptime_ms: 1_000,
            online,
            accounts: 3,
            messages: 9,
            bytes_in: 0,
            bytes_out: 0,
            rooms: 2,
            messages_today: 5,
            backup: None,
            backup_error: None,
        }
    }

    fn poll(online: u64) -> Msg {
        let sessions = (0..online).map(|n| session(10_001 + n, "x", "a")).collect();
        let entries =
            vec![super::super::log::tests::entry(1, LogKind::Info, LogEvent::Stopping {})];
        let status = status(online);
        Msg::Report(Report::Polled(Box::new(Poll {
            at: Duration::from_secs(1),
            status,
            sessions,
            entries,
        })))
    }

    fn running(online: u64, foreign: bool) -> Model {
        let mut model = Model::new(Choices::default());
        assert_eq!(model.phase, Phase::Starting);
        assert!(update(&mut model, Msg::Report(Report::Attached { foreign })).is_empty());
        update(&mut model, poll(online));
        assert_eq!((model.phase.clone(), model.people()), (Phase::Running, online));
        model
    }

    fn ended(failure: Option<Failure>) -> Msg {
        Msg::Report(Report::Ended(failure.map_or(End::Closed, End::Failed)))
    }

    fn order(order: Order) -> Vec<Effect> {
        vec![Effect::Order(order)]
    }

    #[test]
    fn nothing_is_asked_while_nobody_is_online() {
        let mut model = running(0, false);
        assert_eq!(update(&mut model, Msg::Stop), order(Order::Stop));
        assert_eq!(model.phase, Phase::Stopping(Then::Stay));
        assert!(update(&mut model, ended(None)).is_empty());
        assert_eq!(model.phase, Phase::Stopped);
        assert_eq!(update(&mut model, Msg::Start), order(Order::Start));
        assert_eq!(model.phase, Phase::Starting);
        assert!(update(&mut model, Msg::Start).is_empty());
    }

    #[test]
    fn people_online_are_asked_for_and_no_means_no() {
        for (msg, question) in [
            (Msg::Stop, Question::Stop),
            (Msg::Restart, Question::Restart),
            (Msg::Close, Question::Close),
        ] {
            let mut model = running(42, false);
            assert!(update(&mut model, msg).is_empty());
            assert_eq!(model.question, Some(question));
            assert!(update(&mut model, Msg::Answer(false)).is_empty());
            assert_eq!((model.question, &model.phase), (None, &Phase::Running));
            // A late second press answers nothing.
            assert!(update(&mut model, Msg::Answer(true)).is_empty());
        }
    }

    #[test]
    fn closing_waits_for_the_end_of_the_own_server() {
        let mut model = running(1, false);
        update(&mut model, Msg::Close);
        assert_eq!(update(&mut model, Msg::Answer(true)), order(Order::Close));
        assert_eq!(model.phase, Phase::Stopping(Then::Close));
        update(&mut model, poll(0));
        assert_eq!(model.phase, Phase::Stopping(Then::Close));
        assert_eq!(update(&mut model, ended(None)), [Effect::Quit]);
    }

    #[test]
    fn closing_lets_go_of_a_foreign_server_and_stopping_it_asks() {
        let mut model = running(5, true);
        assert_eq!(update(&mut model, Msg::Close), [Effect::Quit]);
        assert!(update(&mut model, Msg::Stop).is_empty());
        assert_eq!(model.question, Some(Question::Stop));
    }

    #[test]
    fn a_restart_starts_again_only_after_a_close_in_order() {
        let mut model = running(0, false);
        assert_eq!(update(&mut model, Msg::Restart), order(Order::Stop));
        assert_eq!(update(&mut model, ended(None)), order(Order::Start));
        assert_eq!(model.phase, Phase::Starting);
        let mut model = running(0, false);
        update(&mut model, Msg::Restart);
        assert!(update(&mut model, ended(Some(Failure::Stuck))).is_empty());
        let failed = Phase::Failed { failure: Failure::Stuck, had_run: true };
        assert_eq!(model.phase, failed);
    }

    #[test]
    fn a_server_that_ends_by_itself_is_said_to() {
        let mut model = running(3, false);
        update(&mut model, Msg::Stop);
        let failure = Failure::Disk("x".into());
        update(&mut model, ended(Some(failure.clone())));
        // The question is void; what was asked about is gone.
        assert_eq!((model.question, model.people(), model.online.len()), (None, 0, 0));
        let line = model.log.row(0).unwrap();
        assert_eq!(line.kind, LogKind::Error, "the log says it, which the server cannot");
        assert_eq!(model.phase, Phase::Failed { failure, had_run: true });
        assert_eq!(update(&mut model, Msg::Close), [Effect::Quit]);
    }

    #[test]
    fn a_start_that_fails_says_so_and_closing_while_starting_waits() {
        let mut model = Model::new(Choices::default());
        update(&mut model, ended(Some(Failure::Locked)));
        assert_eq!(model.phase, Phase::Failed { failure: Failure::Locked, had_run: false });
        assert_eq!(update(&mut model, Msg::Start), order(Order::Start));
        assert_eq!(update(&mut model, Msg::Close), order(Order::Close));
        // It gets ready while it is being closed: it does not come back to life.
        update(&mut model, Msg::Report(Report::Attached { foreign: false }));
        assert_eq!(model.phase, Phase::Stopping(Then::Close));
        assert_eq!(update(&mut model, ended(None)), [Effect::Quit]);
    }

    #[test]
    fn closing_while_stopping_ends_in_the_end() {
        let mut model = running(0, false);
        update(&mut model, Msg::Restart);
        assert_eq!(update(&mut model, Msg::Close), order(Order::Close));
        assert_eq!(update(&mut model, ended(None)), [Effect::Quit]);
    }

    #[test]
    fn facts_are_copied_and_choices_kept() {
        let mut model = Model::new(Choices::default());
        assert!(update(&mut model, Msg::Copy(Fact::Key)).is_empty());
        let mut model = running(0, false);
        let copied = update(&mut model, Msg::Copy(Fact::Invite));
        assert_eq!(copied, [Effect::Copy(Fact::Invite, "mychat://a:1029/#X".into())]);
        let choices = Choices { dark: true, ..Choices::default() };
        let expected = [Effect::Restyle, Effect::Order(Order::Keep(choices))];
        assert_eq!(update(&mut model, Msg::Dark(true)), expected);
        assert!(update(&mut model, Msg::Dark(true)).is_empty());
    }
}
