//! The window's thread: messages in, model updated, window drawn from it, effects carried out.
//!
//! Callbacks of widgets only [`post`] a message. Nothing here waits for an answer.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_channel::Receiver;
use fltk::app;

use super::acts::Act;
use super::bar::icon;
use super::forms::names;
use super::link::Link;
use super::model::{Confirm, Effect, Fact, Model, Msg, Order, Report, update};
use super::window::ConsoleWindow;
use crate::clock;
use crate::net::verb::{Cause, NotDone};
use crate::ui::bridge::Kick;
use crate::ui::files::{self, Wanted};
use crate::ui::paint::Icon;
use crate::ui::text::{self, tr, tr_with};
use crate::ui::theme::Theme;
use crate::ui::widgets::{self, Question, ask};
use crate::ui::{filing, platform};

/// Messages of widgets that wait for their turn: a person cannot press that fast.
const POSTED_MAX: usize = 1_024;

/// Wakes the window's thread.
pub static KICK: Kick = Kick::new(|| app::awake_callback(turn));

/// Whether the system wants the window to close.
static ENDS: AtomicBool = AtomicBool::new(false);

/// Whether the system wants the server to read its settings again.
static RELOADS: AtomicBool = AtomicBool::new(false);

thread_local! {
    static POSTED: RefCell<VecDeque<Msg>> = const { RefCell::new(VecDeque::new()) };
    static SHELL: RefCell<Option<Shell>> = const { RefCell::new(None) };
    static QUIT: Cell<bool> = const { Cell::new(false) };
}

struct Shell {
    model: Rc<RefCell<Model>>,
    link: Link,
    reports: Receiver<Report>,
    window: ConsoleWindow,
}

/// Sends a message to the model, from the window's thread.
pub fn post(msg: Msg) {
    POSTED.with_borrow_mut(|posted| {
        if posted.len() < POSTED_MAX {
            posted.push_back(msg);
        }
    });
    KICK.kick();
}

/// A signal came: the server reads its settings again, or the window closes in order, and the server
/// that it started. From any thread.
pub fn signal(is_reload: bool) {
    let wish = if is_reload { &RELOADS } else { &ENDS };
    wish.store(true, Ordering::Release);
    KICK.kick();
}

/// Shows the window until it may close. The toolkit and the faces stand already.
pub fn run(model: Model, link: Link, reports: Receiver<Report>) {
    dress(&model);
    let model = Rc::new(RefCell::new(model));
    let mut window = ConsoleWindow::new(&model);
    window.follow();
    window.show();
    SHELL.with_borrow_mut(|place| *place = Some(Shell { model, link, reports, window }));
    QUIT.set(false);
    KICK.kick();
    while !QUIT.get() {
        app::wait();
    }
    let shell = SHELL.with_borrow_mut(Option::take);
    if let Some(Shell { mut window, link, .. }) = shell {
        window.close();
        app::flush();
        drop(link);
    }
}

/// Words and colours of a model.
fn dress(model: &Model) {
    text::set_language(model.language());
    let theme = if model.choices.dark { Theme::Dark } else { Theme::Light };
    theme.make_current();
    widgets::restyle();
}

/// One turn: takes what waits, then brings the window up to the model.
fn turn() {
    SHELL.with(|place| {
        // The toolkit may run a turn within a turn while a window is shown; the outer one goes on.
        let Ok(mut shell) = place.try_borrow_mut() else { return };
        let Some(shell) = shell.as_mut() else { return };
        KICK.turn(|| shell.take_one());
        shell.window.follow();
        shell.window.ask();
        shell.window.sheet();
    });
}

impl Shell {
    fn take_one(&mut self) -> bool {
        let signalled = |wish: &AtomicBool, msg| wish.swap(false, Ordering::Acquire).then_some(msg);
        let end = signalled(&ENDS, Msg::End).or_else(|| signalled(&RELOADS, Msg::Reload));
        let posted = || POSTED.with_borrow_mut(VecDeque::pop_front);
        let report = || self.reports.try_recv().ok().map(Msg::Report);
        let Some(msg) = end.or_else(posted).or_else(report) else { return false };
        let effects = {
            let mut model = self.model.borrow_mut();
            model.now = clock::wall_ms();
            model.uptime = clock::uptime();
            update(&mut model, msg)
        };
        for effect in effects {
            self.carry_out(effect);
        }
        true
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Order(order) => self.order(order),
            Effect::Copy(fact, text) => {
                app::copy(&text);
                self.window.say(tr(match fact {
                    Fact::Key => "con.copied.key",
                    Fact::Addresses => "con.copied.addresses",
                    Fact::Invite => "con.copied.invite",
                    Fact::Code => "con.copied.code",
                    Fact::Reset => "con.copied.reset",
                    Fact::Number => "con.copied.number",
                }));
            }
            Effect::Say(words) => self.window.say(&words),
            Effect::Trouble(words) => say_trouble(words),
            Effect::Confirm(confirm) => ask_once_more(confirm),
            Effect::Menu => self.window.open_menu(),
            Effect::Tick => {
                app::add_timeout3(1.0, |_| post(Msg::Tick));
            }
            Effect::ChoosePlace(name) => {
                files::choose(Wanted::Export, tr("con.export"), &name, |path| {
                    post(Msg::ExportTo(path));
                });
            }
            Effect::ChooseBackup => {
                files::choose(Wanted::Files, tr("con.restore.title"), "", |path| {
                    post(Msg::RestoreFrom(path));
                });
            }
            Effect::Open(path) => open_folder(path),
            Effect::Restyle => dress(&self.model.borrow()),
            Effect::Quit => QUIT.set(true),
        }
    }

    /// What cannot be ordered is answered here, since somebody waits for it.
    fn order(&mut self, order: Order) {
        let answer = match &order {
            Order::Do { id, verbs } => Some((*id, verbs.len())),
            _ => None,
        };
        if let (false, Some((id, count))) = (self.link.order(order), answer) {
            let busy = NotDone::new(Cause::Busy, "too much is still being done");
            let results = vec![Err(busy.clone()); count];
            post(Msg::Report(Report::Done { id, results }));
        }
    }
}

fn say_trouble(words: String) {
    let question = Question {
        window: tr("con.window").to_owned(),
        icon: Icon::Warn,
        danger: true,
        title: tr("con.refused").to_owned(),
        text: words,
        action: String::new(),
        cancel: tr("common.close").to_owned(),
    };
    ask(question, |_| {});
}

fn ask_once_more(confirm: Confirm) {
    let (icon, title, text, action) = sure(&confirm);
    let question = Question {
        window: tr("con.window").to_owned(),
        icon,
        danger: !matches!(confirm, Confirm::People(Act::Demote, _)),
        title,
        text,
        action: tr(action).to_owned(),
        cancel: tr("common.cancel").to_owned(),
    };
    ask(question, move |yes| {
        if yes {
            post(Msg::Confirmed(confirm));
        }
    });
}

/// What is asked, what it would do, and the key of the word that does it.
fn sure(confirm: &Confirm) -> (Icon, String, String, &'static str) {
    match confirm {
        Confirm::People(act, people) => {
            let name = names(people, text::language());
            let (title, text) = match act {
                Act::Promote => ("con.sure.promote", "con.sure.promote.text"),
                Act::Demote => ("con.sure.demote", "con.sure.demote.text"),
                _ => ("con.sure.sign_out", "con.sure.sign_out.text"),
            };
            (icon(*act), tr_with(title, &[("name", &name)]), tr(text).to_owned(), act.key())
        }
        Confirm::Dissolve { name, members, room } => {
            let values = [("n", &*members.to_string()), ("number", &*room.to_string())];
            let title = tr_with("con.sure.dissolve", &[("name", name)]);
            let text = tr_with("con.sure.dissolve.text", &values);
            (icon(Act::Dissolve), title, text, Act::Dissolve.key())
        }
        Confirm::Restore(path) => {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            let text = tr_with("con.sure.restore.text", &[("name", &name)]);
            (Icon::Database, tr("con.sure.restore").to_owned(), text, "con.restore.go")
        }
        Confirm::Code { old, .. } => {
            let text = tr_with("con.sure.code.text", &[("code", old)]);
            (Icon::Key, tr("con.sure.code").to_owned(), text, "con.set.fresh")
        }
    }
}

/// Shows a folder, which is made where it is not there yet.
fn open_folder(path: PathBuf) {
    let show = move || {
        std::fs::create_dir_all(&path).ok();
        let failed = path.clone();
        platform::open_place(&path, move || filing::say_closed_later(failed));
    };
    if let Err(error) = std::thread::Builder::new().name("open".to_owned()).spawn(show) {
        tracing::warn!(%error, "no thread to open a folder");
    }
}
