//! How the server comes and goes: what the link tells of it, and what is asked before it ends.

use std::path::PathBuf;
use std::time::Duration;

use super::deeds::Purpose;
use super::{
    Answer, Confirm, Countdown, Effect, End, Model, Order, Phase, Poll, Question, Report, Sheet,
    Tab, Then,
};
use crate::net::control::LogEvent;
use crate::net::protocol::{Calling, DEFAULT_PORT, Occasion};
use crate::net::verb::{Audience, NotDone, Verb};
use crate::ui::console::failure::Failure;
use crate::ui::console::refused;
use crate::ui::text::{self, Language};

/// Whoever is told has so long to finish a sentence.
const NOTICE: Duration = Duration::from_mins(1);

/// Whether a line of the log tells of something that a tab shows, done here or elsewhere.
fn concerns(tab: Tab, event: &LogEvent) -> bool {
    use LogEvent::{
        Banned, Disabled, Registered, Reloaded, RoleGiven, RoomEnded, RoomMade, SettingChanged,
        SignedOutEverywhere, Unbanned,
    };
    match tab {
        Tab::Online | Tab::Log => false,
        Tab::Accounts => matches!(
            event,
            Banned { .. }
                | Unbanned { .. }
                | Disabled { .. }
                | RoleGiven { .. }
                | SignedOutEverywhere { .. }
        ),
        Tab::Rooms => matches!(event, RoomMade { .. } | RoomEnded { .. }),
        // Who registers may use the code up.
        Tab::Settings => matches!(event, SettingChanged { .. } | Reloaded {} | Registered { .. }),
    }
}

impl Model {
    pub(super) fn report(&mut self, report: Report, out: &mut Vec<Effect>) {
        match report {
            Report::Attached { foreign } => {
                self.foreign = foreign;
                self.silent = false;
                if self.phase == Phase::Starting {
                    self.phase = Phase::Running;
                }
                self.reload(out);
            }
            Report::Polled(poll) => self.polled(*poll, out),
            Report::Silent => self.silent = true,
            Report::BackedUp(made) => {
                self.task = None;
                let is_up = self.is_up();
                match (made, &mut self.status) {
                    // Nobody else tells it before the next start.
                    (Ok(row), Some(status)) if !is_up => {
                        (status.backup, status.backup_error) = (Some(row), None);
                    }
                    (Ok(_), _) => {}
                    (Err(why), _) => self.say_no_backup(&why, out),
                }
                out.push(Effect::Order(Order::Poll));
            }
            Report::Logged(entries) => {
                let language = self.language();
                self.log.add(entries, language);
            }
            Report::Backups(files) => {
                if self.can_restore() {
                    self.sheet = Some(Sheet::Restore(files));
                }
            }
            Report::Restored(restored) => self.restored(restored, out),
            Report::Ended(end) => {
                self.ended(end, out);
                self.reload(out);
            }
            Report::Done { id, results } => self.answered(id, results, out),
            Report::Written(Ok(_)) => {
                out.push(Effect::Say(self.language().get("con.done.export").to_owned()));
            }
            Report::Written(Err(why)) => {
                let words = self.language().fill("con.no.export", &[("reason", &why)]);
                out.push(Effect::Trouble(words));
            }
        }
    }

    fn say_no_backup(&self, why: &NotDone, out: &mut Vec<Effect>) {
        let language = self.language();
        let why = refused::words(language, why);
        out.push(Effect::Trouble(language.fill("con.backup.not", &[("reason", &why)])));
    }

    pub(super) fn start(&mut self, out: &mut Vec<Effect>) {
        if matches!(self.phase, Phase::Stopped | Phase::Failed { .. }) && self.task.is_none() {
            self.phase = Phase::Starting;
            out.push(Effect::Order(Order::Start));
        }
    }

    /// Whether its data is damaged, and nothing is done about that yet.
    #[must_use]
    pub fn can_restore(&self) -> bool {
        let is_damaged = matches!(&self.phase, Phase::Failed { failure: Failure::Damaged(..), .. });
        is_damaged && self.task.is_none()
    }

    pub(super) fn choose_backup(&self, out: &mut Vec<Effect>) {
        if self.can_restore() {
            out.push(Effect::Order(Order::Backups));
        }
    }

    pub(super) fn ask_to_restore(&self, path: PathBuf, out: &mut Vec<Effect>) {
        if self.can_restore() {
            out.push(Effect::Confirm(Confirm::Restore(path)));
        }
    }

    /// What is damaged lies aside now, and the server starts on what was restored.
    fn restored(&mut self, restored: Result<PathBuf, String>, out: &mut Vec<Effect>) {
        self.task = None;
        let language = self.language();
        match restored {
            Ok(aside) => {
                let aside = aside.display().to_string();
                out.push(Effect::Say(language.fill("con.done.restore", &[("folder", &aside)])));
                self.phase = Phase::Starting;
                out.push(Effect::Order(Order::Start));
            }
            Err(why) => {
                let words = language.fill("con.no.restore", &[("reason", &why)]);
                out.push(Effect::Trouble(words));
            }
        }
    }

    fn polled(&mut self, poll: Poll, out: &mut Vec<Effect>) {
        let Poll { at, status, sessions, entries } = poll;
        self.silent = false;
        self.at = at;
        self.traffic.read(at, status.bytes_in, status.bytes_out);
        let grew = self.status.as_ref().is_some_and(|last| last.accounts != status.accounts);
        // What was said at the start goes before what is set.
        if let Some(name) = self.renamed.take().filter(|name| *name != status.name) {
            let words = self.language().fill("con.name.given", &[("name", &name)]);
            out.push(Effect::Say(words));
        }
        self.status = Some(status);
        self.online.set(sessions);
        let is_news = entries.iter().any(|entry| concerns(self.tab, &entry.what));
        let language = self.language();
        self.log.add(entries, language);
        if is_news || grew && self.tab == Tab::Accounts {
            self.reload(out);
        }
    }

    fn ended(&mut self, end: End, out: &mut Vec<Effect>) {
        let had_run = self.is_up();
        self.silent = false;
        self.foreign = false;
        self.traffic.pause();
        self.task = None;
        self.online.set(Vec::new());
        self.question = None;
        self.countdown = None;
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
            // The next report says that the new run is attached to.
            (_, End::Replaced) => Phase::Starting,
            (Then::Restart, End::Closed) => {
                out.push(Effect::Order(Order::Start));
                Phase::Starting
            }
            (_, End::Closed) => Phase::Stopped,
            (_, End::Failed(failure)) => Phase::Failed { failure, had_run },
        };
    }

    /// The port is another program's: the next one is tried, and from then on where nothing says
    /// another one.
    pub(super) fn start_elsewhere(&mut self, out: &mut Vec<Effect>) {
        if let Phase::Failed { failure, .. } = &self.phase
            && let Some((taken, port)) = failure.other_port()
        {
            self.phase = Phase::Starting;
            out.push(Effect::Order(Order::StartOn { taken: taken.port(), port }));
            let usual = self.choices.port.unwrap_or(DEFAULT_PORT);
            if taken.ip().is_unspecified() && taken.port() == usual {
                self.choices.port = Some(port);
                out.push(Effect::Order(Order::Keep(self.choices)));
            }
        }
    }

    /// Does at once what harms nobody, and asks first while people are online.
    pub(super) fn ask(&mut self, question: Question, out: &mut Vec<Effect>) {
        // With which options and by whom it was started is not known here.
        if question == Question::Restart && self.foreign {
            out.push(Effect::Trouble(self.language().get("con.restart.not").to_owned()));
            return;
        }
        let harms = match question {
            Question::Stop | Question::Restart => true,
            Question::Close => !self.foreign,
        };
        let is_told = self.countdown.is_some_and(|countdown| countdown.question == question);
        if harms && !is_told && self.phase == Phase::Running && self.people() > 0 {
            self.question = Some(question);
        } else {
            self.carry_out(question, out);
        }
    }

    /// The system wants the end, and nobody is there to answer anything.
    pub(super) fn end(&mut self, out: &mut Vec<Effect>) {
        (self.question, self.sheet) = (None, None);
        self.carry_out(Question::Close, out);
    }

    pub(super) fn answer(&mut self, answer: Answer, out: &mut Vec<Effect>) {
        let Some(question) = self.question.take() else { return };
        match answer {
            Answer::No => {}
            Answer::Yes => self.carry_out(question, out),
            Answer::Notice => {
                let code = match question {
                    Question::Restart => Occasion::Restarting,
                    Question::Stop | Question::Close => Occasion::Stopping,
                };
                self.call(Calling { code, seconds: NOTICE.as_secs() }, out);
                self.countdown = Some(Countdown { question, until: self.uptime + NOTICE });
                out.push(Effect::Tick);
            }
        }
    }

    /// A second of a countdown has gone by.
    pub(super) fn tick(&mut self, out: &mut Vec<Effect>) {
        let Some(countdown) = self.countdown else { return };
        match self.uptime >= countdown.until {
            true => self.carry_out(countdown.question, out),
            false => out.push(Effect::Tick),
        }
    }

    /// It does not happen, which those who were told hear too.
    pub(super) fn spare(&mut self, out: &mut Vec<Effect>) {
        if self.countdown.take().is_some() {
            self.call(Calling { code: Occasion::GoesOn, seconds: 0 }, out);
        }
    }

    /// Seconds until something happens by itself.
    #[must_use]
    pub fn seconds_left(&self) -> Option<u64> {
        let until = self.countdown?.until;
        let left = until.saturating_sub(self.uptime);
        Some(left.as_secs() + u64::from(left.subsec_nanos() > 0))
    }

    /// Each client says it in its own language; the text is for those that are too old for that.
    fn call(&mut self, about: Calling, out: &mut Vec<Effect>) {
        let both = Language::ALL.map(|language| text::called(language, "", Some(about)));
        let (text, about) = (both.join("\n"), Some(about));
        let say = Verb::Say { text, to: Audience::Online, pinned: true, about };
        self.order(Purpose::Called, vec![say], out);
    }

    fn carry_out(&mut self, question: Question, out: &mut Vec<Effect>) {
        self.countdown = None;
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
}
