//! The window's thread: messages in, model updated, windows drawn from it, effects carried out.
//!
//! Callbacks of widgets only [`post`] a message; nothing is decided while the toolkit is in the
//! middle of an event. Nothing here waits for an answer and nothing reads or writes a disk.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use fltk::app;

use super::app::{Effect, Model, Msg, update};
use super::bridge::{Fold, Kick};
use super::paint::{photo, portrait};
use super::platform;
use super::windows::Windows;
use crate::client::Intent;
use crate::client::api::View;
use crate::client::doctor::Plan;
use crate::client::finder::Met;
use crate::clock;
use crate::domain::ServerId;
use crate::net::address::{Address, Invite};

/// Messages of widgets that wait for their turn: a person cannot press that fast.
const POSTED_MAX: usize = 1_024;
/// Time goes on in the windows this often.
const TICK_S: f64 = 0.25;

/// A turn that came while another one was running comes again after so long.
const AGAIN_S: f64 = 0.01;

/// Wakes the window's thread; other threads call it after they have put a message somewhere.
pub static KICK: Kick = Kick::new(|| app::awake_callback(turn));

thread_local! {
    static POSTED: RefCell<VecDeque<Msg>> = const { RefCell::new(VecDeque::new()) };
    static SHELL: RefCell<Option<Shell>> = const { RefCell::new(None) };
    static QUIT: Cell<bool> = const { Cell::new(false) };
}

/// What the windows stand on: the client core and the finder, or something in their place.
pub struct Core {
    /// Takes what the person wants. Never blocks.
    pub ask: Box<dyn FnMut(Intent)>,
    /// Looks for servers again, and at those that were used before.
    pub search: Box<dyn FnMut(Vec<Met>)>,
    /// Looks at the server behind an address.
    pub look: Box<dyn FnMut(Address, Option<ServerId>)>,
    /// Checks the network, for this run.
    pub examine: Box<dyn FnMut(u64, Plan)>,
    /// Starts the server program.
    pub host: Box<dyn FnMut()>,
    /// The next thing that happened, if any.
    pub next: Box<dyn FnMut() -> Option<Msg>>,
}

struct Shell {
    model: Model,
    core: Core,
    windows: Windows,
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

/// Shows the windows until the person closes them. The toolkit and the faces stand already.
pub fn run(core: Core, connect: Option<Invite>) {
    let zone = jiff::tz::TimeZone::system();
    let (mut model, first) = Model::new(clock::now().into(), zone, connect);
    model.downloads = platform::downloads();
    let mut shell = Shell { model, core, windows: Windows::default() };
    shell.windows.restyle(&shell.model);
    shell.carry_out(first);
    shell.windows.follow(&shell.model);
    SHELL.with_borrow_mut(|place| *place = Some(shell));
    QUIT.set(false);
    app::add_timeout3(TICK_S, |handle| {
        post(Msg::Tick);
        app::repeat_timeout3(TICK_S, handle);
    });
    KICK.kick();
    while !QUIT.get() {
        wait();
    }
    // The core signs off while it is dropped; the windows are gone by then.
    let shell = SHELL.with_borrow_mut(Option::take);
    if let Some(Shell { core, mut windows, .. }) = shell {
        windows.close_all();
        app::flush();
        drop(core);
    }
}

/// Lets the toolkit work until something happened. Its plain wait would return at once, without
/// looking at its timers, whenever no window stands for a moment.
pub fn wait() {
    /// Long enough to cost nothing.
    const AT_MOST_S: f64 = 1.0;
    // Fails only in another thread than the window's.
    app::wait_for(AT_MOST_S).ok();
}

/// One turn: takes what waits, then brings the windows up to the model.
fn turn() {
    SHELL.with(|place| {
        // The toolkit may run a turn within a turn while a window is shown: then a bit later.
        let Ok(mut shell) = place.try_borrow_mut() else {
            app::add_timeout3(AGAIN_S, |_| turn());
            return;
        };
        let Some(shell) = shell.as_mut() else { return };
        let mut fold = Fold::default();
        KICK.turn(|| shell.take_one(&mut fold));
        for event in fold.finish() {
            shell.update(Msg::Client(event));
        }
        shell.windows.follow(&shell.model);
        let faces = portrait::take_wanted().into_iter().map(|blob| (blob, View::Face));
        let small = photo::take_wanted().into_iter().map(|blob| (blob, View::Thumb));
        let wanted: Vec<_> = faces.chain(small).collect();
        if !wanted.is_empty() {
            shell.update(Msg::Wanted(wanted));
        }
    });
}

impl Shell {
    fn take_one(&mut self, fold: &mut Fold) -> bool {
        let posted = POSTED.with_borrow_mut(VecDeque::pop_front);
        let Some(msg) = posted.or_else(|| (self.core.next)()) else { return false };
        match msg {
            Msg::Client(event) => {
                if let Some(event) = fold.put(event) {
                    self.update(Msg::Client(event));
                }
            }
            msg => self.update(msg),
        }
        true
    }

    fn update(&mut self, msg: Msg) {
        let effects = update(&mut self.model, clock::now().into(), msg);
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(intent) => (self.core.ask)(intent),
                Effect::SearchServers => (self.core.search)(self.model.met_servers()),
                Effect::Look(address, id) => (self.core.look)(address, id),
                Effect::Examine(run, plan) => (self.core.examine)(run, plan),
                Effect::HostServer => (self.core.host)(),
                Effect::Quit => QUIT.set(true),
                Effect::Restyle => self.windows.restyle(&self.model),
                effect => self.windows.carry_out(effect, &self.model),
            }
        }
    }
}
