//! What the server's window shows, as data: `update(model, msg)` is the only door.
//!
//! No fltk, no process, no socket: the window sends what the person does and what the link
//! reports, carries out the effects, and draws what the model says. `life` is how the server comes
//! and goes, `deeds` what its admin does, `lists` what is looked at, `tuning` what is set.

mod deeds;
mod life;
mod lists;
#[cfg(test)]
mod mended;
mod report;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub mod tuned;
mod tuning;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::acts::{Act, Someone};
use super::choices::Choices;
use super::failure::Failure;
use super::forms::{Ask, Filled, Form};
use super::knobs::Knobs;
use super::listing::Listing;
use super::log::{Chip, Log};
use super::selection::Pick;
use super::task::Task;
use super::traffic::Traffic;
use crate::domain::RoomId;
use crate::net::control::{OnlineSession, Status};
use crate::net::verb::{AccountRow, BanRow, NotDone, ResetCode, RoomRow, Verb};
use crate::server::admin::BackupFile;
use crate::ui::text::{Language, LanguageChoice};
use deeds::Purpose;
pub use lists::Whom;
pub use report::{End, Poll, Report};

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

/// What is answered to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing shall happen.
    No,
    /// At once.
    Yes,
    /// In a minute, and those who are online are told now.
    Notice,
}

/// Something that will happen to the server by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Countdown {
    /// What.
    pub question: Question,
    /// When, on a clock that never jumps.
    pub until: Duration,
}

/// The right half of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tab {
    /// Who is online.
    #[default]
    Online,
    /// All accounts.
    Accounts,
    /// All rooms.
    Rooms,
    /// The event log.
    Log,
    /// The settings.
    Settings,
}

impl Tab {
    /// From left to right.
    pub const ALL: [Tab; 5] = [Tab::Online, Tab::Accounts, Tab::Rooms, Tab::Log, Tab::Settings];
}

/// A window over this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sheet {
    /// Asks for words.
    Form(Form),
    /// Shows a one-time code.
    Code(ResetCode),
    /// Every setting.
    All,
    /// Which backup takes the place of what is damaged: the newest first.
    Restore(Vec<BackupFile>),
}

/// What is asked once more before it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirm {
    /// Something to people.
    People(Act, Vec<Someone>),
    /// A room ends.
    Dissolve {
        /// Which.
        room: RoomId,
        /// What it is called.
        name: String,
        /// How many are in it.
        members: u64,
    },
    /// A backup takes the place of what is damaged.
    Restore(PathBuf),
    /// Another invite code takes the place of this one.
    Code {
        /// This one.
        old: String,
        /// The other one.
        fresh: String,
    },
}

/// What can be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// The fingerprint.
    Key,
    /// Where it is reached.
    Addresses,
    /// The invite link.
    Invite,
    /// The code that registering asks for.
    Code,
    /// A one-time code.
    Reset,
    /// Somebody's number.
    Number,
}

/// What the window asks of the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Look for a running server, else start one.
    Start,
    /// The same on another port than the one that is taken.
    StartOn {
        /// That one.
        taken: u16,
        /// The other one.
        port: u16,
    },
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
    /// Look which backups there are.
    Backups,
    /// Let this backup take the place of what is damaged.
    Restore(PathBuf),
    /// Do this, wherever the server is; one report answers all of it.
    Do {
        /// Of the answer.
        id: u64,
        /// One after the other.
        verbs: Vec<Verb>,
    },
    /// Write a text to a file.
    Write {
        /// Which.
        path: PathBuf,
        /// What.
        text: String,
    },
}

/// Everything that can happen to the model.
#[derive(Debug)]
pub enum Msg {
    /// From the link.
    Report(Report),
    /// The button.
    Start,
    /// The button, where another program has the port.
    StartElsewhere,
    /// The button.
    Stop,
    /// The button.
    Restart,
    /// The window shall close.
    Close,
    /// The system wants the window to close.
    End,
    /// The system wants the server to read its settings again.
    Reload,
    /// The question is answered.
    Answer(Answer),
    /// A second of a countdown has gone by.
    Tick,
    /// What is counted down to shall not happen.
    Spare,
    /// Another tab.
    Tab(Tab),
    /// The head of a column of the open table.
    Sort(usize),
    /// The search box over the open table.
    Find(String),
    /// A row of the open table.
    Pick(usize, Pick),
    /// The end of the open table was reached.
    More,
    /// Bans instead of accounts, or back.
    Whom(Whom),
    /// The menu of a row, which is chosen with it.
    Menu(usize),
    /// The menu of those who are chosen.
    OpenMenu,
    /// Do something to those who are chosen.
    Act(Act),
    /// What was asked once more is wanted.
    Confirmed(Confirm),
    /// Say something to many.
    Broadcast,
    /// Keep an address out that is typed.
    BanAddress,
    /// The open window's button.
    Submit(Filled),
    /// Its words have changed.
    Typed,
    /// It shall go away.
    Dismiss,
    /// Ask for another name of the server.
    Rename,
    /// Show every setting.
    AllSettings,
    /// Set something.
    Set(String, String),
    /// Another invite code, which is this one.
    FreshCode(String),
    /// Who may register, by its place, and a code for where one is needed.
    Register(usize, String),
    /// Make a backup now.
    Backup,
    /// Backups by themselves, or not.
    BackUp(bool),
    /// Show where backups lie.
    Backups,
    /// Choose a backup to restore.
    Restore,
    /// Restore this one.
    RestoreFrom(PathBuf),
    /// Choose one that lies elsewhere.
    RestoreOther,
    /// Save the log.
    Export,
    /// Save it there.
    ExportTo(PathBuf),
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
    /// Say for a moment that something was done.
    Say(String),
    /// Say what was not done until that is read.
    Trouble(String),
    /// Open the menu of those who are chosen.
    Menu,
    /// Ask once more.
    Confirm(Confirm),
    /// Come back in a second.
    Tick,
    /// Ask where to save under this name.
    ChoosePlace(String),
    /// Ask which backup.
    ChooseBackup,
    /// Show a folder.
    Open(PathBuf),
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
    pub online: Listing<OnlineSession>,
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
    /// What happens by itself soon.
    pub countdown: Option<Countdown>,
    /// All accounts.
    pub accounts: Listing<AccountRow>,
    /// All bans.
    pub bans: Listing<BanRow>,
    /// Which people are shown.
    pub people: Whom,
    /// All rooms.
    pub rooms: Listing<RoomRow>,
    /// The settings.
    pub knobs: Knobs,
    /// The window over this one.
    pub sheet: Option<Sheet>,
    /// Which tab is open.
    pub tab: Tab,
    /// The choices of this window.
    pub choices: Choices,
    /// Now, milliseconds since 1970 UTC; whoever brings a message sets it before.
    pub now: i64,
    /// The same on a clock that never jumps.
    pub uptime: Duration,
    /// Whose days are counted.
    pub zone: TimeZone,
    /// The server's folder.
    pub data: PathBuf,
    /// What was ordered and not answered.
    open: BTreeMap<u64, Purpose>,
    /// Counts orders and windows.
    count: u64,
    /// The name that was set and has not been seen yet.
    renamed: Option<String>,
}

impl Model {
    /// A window that starts its server at once.
    #[must_use]
    pub fn new(choices: Choices, data: PathBuf) -> Model {
        Model {
            phase: Phase::Starting,
            foreign: false,
            silent: false,
            status: None,
            at: Duration::ZERO,
            online: Listing::default(),
            log: Log::default(),
            follow: true,
            traffic: Traffic::default(),
            task: None,
            question: None,
            countdown: None,
            accounts: Listing::default(),
            bans: Listing::default(),
            people: Whom::default(),
            rooms: Listing::default(),
            knobs: Knobs::default(),
            sheet: None,
            tab: Tab::Online,
            choices,
            now: 0,
            uptime: Duration::ZERO,
            zone: TimeZone::system(),
            data,
            open: BTreeMap::new(),
            count: 0,
            renamed: None,
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

    /// Why a tab shows nothing that it asked for. Where the window has what mends it, it says so.
    #[must_use]
    pub fn why_nothing(&self, why: &NotDone) -> String {
        match &self.phase {
            Phase::Failed { failure: Failure::Damaged(..), .. } => {
                self.language().get("con.none.damaged").to_owned()
            }
            _ => super::refused::words(self.language(), why),
        }
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
        Msg::StartElsewhere => model.start_elsewhere(&mut out),
        Msg::Start => model.start(&mut out),
        Msg::Stop => model.ask(Question::Stop, &mut out),
        Msg::Restart => model.ask(Question::Restart, &mut out),
        Msg::Close => model.ask(Question::Close, &mut out),
        Msg::End => model.end(&mut out),
        Msg::Reload => model.read_settings(&mut out),
        Msg::Answer(answer) => model.answer(answer, &mut out),
        Msg::Tick => model.tick(&mut out),
        Msg::Spare => model.spare(&mut out),
        Msg::Tab(tab) => model.turn_to(tab, &mut out),
        Msg::Sort(column) => model.sort(column, &mut out),
        Msg::Find(text) => model.find(&text, &mut out),
        Msg::Pick(row, pick) => model.pick(row, pick),
        Msg::More => model.more(&mut out),
        Msg::Menu(row) => {
            model.point(row);
            out.push(Effect::Menu);
        }
        Msg::OpenMenu => out.push(Effect::Menu),
        Msg::Whom(people) => model.people = people,
        Msg::Act(act) => model.act(act, &mut out),
        Msg::Confirmed(confirm) => model.confirmed(confirm, &mut out),
        Msg::Broadcast => model.open(Ask::Broadcast),
        Msg::BanAddress => model.open(Ask::Address),
        Msg::Submit(filled) => model.submit(&filled, &mut out),
        Msg::Typed => model.typed(),
        Msg::Dismiss => model.dismiss(),
        Msg::Rename => model.rename(),
        Msg::AllSettings => model.all_settings(),
        Msg::Set(key, value) => model.set(key, &value, &mut out),
        Msg::FreshCode(fresh) => model.change_code(fresh, &mut out),
        Msg::Register(place, fresh) => model.register(place, &fresh, &mut out),
        Msg::Backup => model.back_up_now(&mut out),
        Msg::BackUp(on) => model.back_up(on, &mut out),
        Msg::Restore => model.choose_backup(&mut out),
        Msg::RestoreFrom(path) => model.ask_to_restore(path, &mut out),
        Msg::RestoreOther => out.push(Effect::ChooseBackup),
        Msg::Backups => out.push(Effect::Open(model.data.join("backups"))),
        Msg::Export => {
            out.push(Effect::ChoosePlace(super::log::export_name(model.now, &model.zone)));
        }
        Msg::ExportTo(path) => {
            let text = model.log.export(language, &model.zone);
            out.push(Effect::Order(Order::Write { path, text }));
        }
        Msg::Chip(chip) => model.log.choose(chip, language),
        Msg::FindLog(text) => model.log.find(&text, language),
        Msg::Follow(follow) => model.follow = follow,
        Msg::Refresh => {
            if model.phase == Phase::Running {
                out.push(Effect::Order(Order::Poll));
            }
            model.reload(&mut out);
        }
        Msg::Copy(fact) => model.copy(fact, &mut out),
        Msg::Language(language) => {
            model.choose(Choices { language, ..model.choices }, &mut out);
        }
        Msg::Dark(dark) => model.choose(Choices { dark, ..model.choices }, &mut out),
    }
    out
}
