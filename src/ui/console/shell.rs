//! The window's thread: messages in, model updated, window drawn from it, effects carried out.
//!
//! Callbacks of widgets only [`post`] a message. Nothing here waits for an answer.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use async_channel::Receiver;
use fltk::app;

use super::link::Link;
use super::model::{Effect, Fact, Model, Msg, Report, update};
use super::window::ConsoleWindow;
use crate::clock;
use crate::ui::bridge::Kick;
use crate::ui::text::{self, tr};
use crate::ui::theme::Theme;
use crate::ui::widgets;

/// Messages of widgets that wait for their turn: a person cannot press that fast.
const POSTED_MAX: usize = 1_024;
/// A line about something done stays for so long.
const TOAST_S: f64 = 2.0;

/// Wakes the window's thread.
pub static KICK: Kick = Kick::new(|| app::awake_callback(turn));

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
    });
}

impl Shell {
    fn take_one(&mut self) -> bool {
        let posted = POSTED.with_borrow_mut(VecDeque::pop_front);
        let report = || self.reports.try_recv().ok().map(Msg::Report);
        let Some(msg) = posted.or_else(report) else { return false };
        let effects = {
            let mut model = self.model.borrow_mut();
            model.now = clock::wall_ms();
            update(&mut model, msg)
        };
        for effect in effects {
            self.carry_out(effect);
        }
        true
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Order(order) => self.link.order(order),
            Effect::Copy(fact, text) => {
                app::copy(&text);
                self.say(match fact {
                    Fact::Key => tr("con.copied.key"),
                    Fact::Invite => tr("con.copied.invite"),
                });
            }
            Effect::NoBackup => self.say(tr("con.backup.not")),
            Effect::Restyle => dress(&self.model.borrow()),
            Effect::Quit => QUIT.set(true),
        }
    }

    /// Says something for a moment.
    fn say(&mut self, words: &str) {
        self.window.say(words);
        app::add_timeout3(TOAST_S, |_| {
            SHELL.with(|place| {
                if let Ok(mut shell) = place.try_borrow_mut()
                    && let Some(shell) = shell.as_mut()
                {
                    shell.window.say("");
                }
            });
        });
    }
}
