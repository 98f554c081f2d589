//! The client with its windows: the core and the finder started, joined to the windows, ended.

use std::path::PathBuf;
use std::sync::Arc;

use async_channel::{Receiver, Sender};

use super::app::Msg;
use super::app::checkup::CheckupMsg;
use super::app::hosting::HostEnd;
use super::idle::Watch;
use super::shell::{Core, KICK, wait};
use super::stage::{Stage, UiError};
use super::widgets::{Question, ask};
use super::{paint::Icon, platform, text};
use crate::client::api::Setup;
use crate::client::doctor::{self, Finding, Plan};
use crate::client::finder::{Finder, FinderEvent};
use crate::client::probe::{Probed, probe};
use crate::client::{self, Client, ClientEvent, Failure, StartError};
use crate::domain::ServerId;
use crate::net::address::{Address, Invite};

/// Ends of server programs that wait to be told; more than one is rare.
const ENDS_MAX: usize = 8;

/// Findings that wait to be told: two whole runs.
const FINDINGS_MAX: usize = 32;

/// Looks that wait to be told; there is one at a time.
const LOOKS_MAX: usize = 2;

/// What came of looking at a server.
type Look = (Address, Result<Probed, Failure>);

/// How the client is started.
#[derive(Debug, Clone, Default)]
pub struct ClientOptions {
    /// The client's own folder; the platform's when absent.
    pub home: Option<PathBuf>,
    /// A server to choose.
    pub connect: Option<Invite>,
}

/// Shows the client's windows until the person closes them, then signs off.
///
/// # Errors
/// There is no display, or the client's folder cannot be used. The latter is also said in a
/// window, since whoever starts a program by its icon sees nothing else.
pub fn run_client(options: ClientOptions) -> Result<(), UiError> {
    let stage = Stage::open()?;
    let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(|| KICK.kick());
    let setup = Setup {
        home: options.home.unwrap_or_else(client::default_home_slot),
        device_name: platform::device_name(),
        stretch: client::stretch(),
        wake: Arc::clone(&wake),
    };
    let (client, events) = Client::start(setup).inspect_err(show)?;
    let (finder, found) = match Finder::start(wake) {
        Ok((finder, found)) => (Some(finder), Some(found)),
        Err(error) => {
            // Servers can still be named by their address.
            tracing::warn!(%error, "cannot search for servers");
            (None, None)
        }
    };
    let (ended, ends) = async_channel::bounded(ENDS_MAX);
    let (idle, idles) = async_channel::bounded(1);
    let watch = Watch::start(move |ms| {
        // When one waits already, the next one says as much.
        idle.try_send(ms).ok();
        KICK.kick();
    });
    let (looked, looks) = async_channel::bounded(LOOKS_MAX);
    let (finds, checks) = async_channel::bounded(FINDINGS_MAX);
    let mut queues = Queues { events, found, ends, idles, looks, checks, is_first: true };
    let core = Core {
        ask: Box::new(move |intent| client.send(intent)),
        search: Box::new(move |met| {
            if let Some(finder) = &finder {
                finder.search_again(met);
            }
        }),
        look: Box::new(move |address, id| look(&looked, address, id)),
        examine: Box::new(move |run, plan| examine(&finds, run, plan)),
        host: Box::new(move || host(&ended)),
        next: Box::new(move || queues.next()),
    };
    stage.run(core, options.connect);
    drop(watch);
    Ok(())
}

/// What other threads have put somewhere for the window.
struct Queues {
    events: Receiver<ClientEvent>,
    found: Option<Receiver<FinderEvent>>,
    ends: Receiver<HostEnd>,
    /// For how many milliseconds nobody has touched this computer.
    idles: Receiver<u64>,
    looks: Receiver<Look>,
    /// What was found of the network, and of which run.
    checks: Receiver<(u64, Option<Finding>)>,
    is_first: bool,
}

impl Queues {
    fn next(&mut self) -> Option<Msg> {
        if self.is_first && self.found.is_none() {
            self.is_first = false;
            return Some(Msg::Servers(Vec::new()));
        }
        if let Ok(event) = self.events.try_recv() {
            return Some(Msg::Client(event));
        }
        if let Some(found) = &self.found
            && let Ok(FinderEvent::Servers(cards)) = found.try_recv()
        {
            return Some(Msg::Servers(cards));
        }
        if let Ok((address, seen)) = self.looks.try_recv() {
            return Some(Msg::Looked(address, seen));
        }
        if let Ok((run, found)) = self.checks.try_recv() {
            return Some(Msg::Checkup(CheckupMsg::Found(run, found)));
        }
        let ended = self.ends.try_recv().ok().map(Msg::HostEnded);
        ended.or_else(|| self.idles.try_recv().ok().map(Msg::Idle))
    }
}

/// Checks the network and tells what was found, as long as anybody listens; at the end nothing more.
fn examine(finds: &Sender<(u64, Option<Finding>)>, run: u64, plan: Plan) {
    let listener = finds.clone();
    let work = move || {
        let tell = |found| {
            // Waits for the window, and fails when there is none any more.
            listener.send_blocking((run, found)).ok();
            KICK.kick();
        };
        doctor::examine(&plan, |finding| tell(Some(finding)));
        tell(None);
    };
    if let Err(error) = std::thread::Builder::new().name("doctor".to_owned()).spawn(work) {
        tracing::warn!(%error, "cannot check the network");
        finds.try_send((run, None)).ok();
        KICK.kick();
    }
}

/// Looks at the server behind an address and tells what was seen, as long as anybody listens.
fn look(looked: &Sender<Look>, address: Address, id: Option<ServerId>) {
    let tell = |looked: &Sender<Look>, address, seen| {
        // One look at a time: there is always room, unless nobody listens any more.
        looked.try_send((address, seen)).ok();
        KICK.kick();
    };
    let (listener, place) = (looked.clone(), address.clone());
    let work = move || {
        let seen = smol::block_on(probe(&place, id));
        tell(&listener, place, seen);
    };
    if let Err(error) = std::thread::Builder::new().name("look".to_owned()).spawn(work) {
        tracing::warn!(%error, "cannot look at a server");
        tell(looked, address, Err(Failure::Unreachable));
    }
}

/// Starts the server program and tells when it ends, as long as anybody listens.
fn host(ended: &Sender<HostEnd>) {
    let tell = |ended: &Sender<HostEnd>, end| {
        // Nobody listens any more, or several ends wait already: then this one says nothing new.
        ended.try_send(end).ok();
        KICK.kick();
    };
    let mut child = match platform::start_server() {
        Ok(child) => child,
        Err(error) => return tell(ended, HostEnd::NotStarted(error.to_string())),
    };
    let listener = ended.clone();
    let watch = move || {
        let code = child.wait().ok().and_then(|status| status.code());
        tell(&listener, HostEnd::Ended(code));
    };
    if let Err(error) = std::thread::Builder::new().name("hosted".to_owned()).spawn(watch) {
        tracing::warn!(%error, "cannot watch the server program");
        tell(ended, HostEnd::Ended(None));
    }
}

/// Says in a window why the client could not start.
fn show(error: &StartError) {
    let language = text::Language::of_system();
    text::set_language(language);
    let question = Question {
        window: "MyChat".to_owned(),
        icon: Icon::Alert,
        danger: false,
        title: language.get("start.title").to_owned(),
        text: text::start(language, error),
        action: String::new(),
        cancel: language.get("common.close").to_owned(),
    };
    let done = std::rc::Rc::new(std::cell::Cell::new(false));
    let answered = std::rc::Rc::clone(&done);
    ask(question, move |_| answered.set(true));
    while !done.get() {
        wait();
    }
}
