//! The ring: session, writer, hub, session. No arrow runs back.
//!
//! * [`session`] is one link: it reads frames and writes its outbox.
//! * [`job`] is what sessions ask of the writer, and what the writer hands on to the hub.
//! * [`commands`] are the rules, inside the write transaction.
//! * [`hub`] knows who is online and gives everybody their bytes; [`board`] is what it publishes,
//!   [`presence`] is how several devices fold into one, [`audience`] who sees whom,
//!   [`attendance`] who is in which room.
//! * [`readers`] answer queries from snapshots; [`files`] is what they and the rules say of a file,
//!   `games` of a game; `clockwork` tells the rules when time does something to one.
//! * [`outbox`] holds the bytes that wait for one peer.
//! * [`transfers`] are files on their way, beside the ring.
//! * [`admission`] decides by [`counts`] of links, registrations and passwords; [`bucket`] is how,
//!   [`bounded`] for how many, [`rates`] what one account may do.
//! * [`control`] is the door for the server's own console; [`journal`] and [`metrics`] are what
//!   it shows, [`lines`] is how the log on stderr has it, [`logbook`] keeps it over restarts, and [`exposition`] is how other programs read the counters.
//! * [`settings`] are what the administrator may move, [`policy`] those in force, [`bounds`] which of them
//!   were met; [`bans`] is who is
//!   kept out, [`beacon`] tells the LAN of the server.
//! * [`backup`] makes backups, restores and checks; [`today`] counts a day's messages.
//! * `folder` is where its data lies. [`listen`], [`disk`] with its [`ballast`], and [`notify`] for a service manager are what the
//!   process needs from its machine.
//!
//! This file wires them and closes them in order: stop accepting, goodbye, drain, commit, close.

pub mod admin;
pub mod admission;
pub mod attendance;
pub mod audience;
pub mod backup;
mod ballast;
pub mod bans;
mod beacon;
pub mod board;
mod bounded;
pub mod bounds;
pub mod bucket;
mod clockwork;
pub mod commands;
pub mod control;
mod counts;
mod disk;
mod exposition;
pub mod files;
mod folder;
mod games;
mod generation;
pub mod hub;
pub mod job;
pub mod journal;
pub mod lines;
mod listen;
pub mod logbook;
pub mod metrics;
mod notify;
pub mod outbox;
pub mod policy;
pub mod presence;
pub mod rates;
pub mod readers;
mod ring;
pub mod session;
pub mod settings;
mod strangers;
pub mod sweep;
pub mod today;
pub mod transfers;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use async_channel::{Receiver, Sender};

use crate::domain::ServerId;
use crate::net::control::{LogEvent, LogKind};
use crate::net::tls::TlsError;
use crate::store::StoreError;

use metrics::Metrics;

pub use folder::{KEY_FILE, STORE_FILE, key_error};

/// How a server is set up.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Where it listens; port 0 is any free one.
    pub listen: Vec<SocketAddr>,
    /// Its data folder.
    pub data: PathBuf,
    /// Its name for people; the host's name when absent.
    pub name: Option<String>,
    /// Whether it is announced on the LAN.
    pub discovery: bool,
    /// Where its counters can be read over http; nowhere when absent.
    pub metrics: Option<SocketAddr>,
}

/// Why a server did not start, or ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The store could not be opened, or failed under us.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store is damaged.
    #[error("{error}. {advice}")]
    Broken {
        /// What was found.
        error: StoreError,
        /// What to do.
        advice: String,
    },
    /// The key could not be read or made.
    #[error(transparent)]
    Key(#[from] TlsError),
    /// A folder that a server has used, whose key is missing or damaged.
    #[error("{error}. {advice}")]
    KeyLost {
        /// What was found.
        error: TlsError,
        /// What to do.
        advice: String,
    },
    /// A folder that a server has used, without its store.
    #[error("{path} is missing, and with it every account and message. {advice}")]
    StoreMissing {
        /// Where it has to be.
        path: PathBuf,
        /// What to do.
        advice: String,
    },
    /// The secrets for passwords are damaged.
    #[error(
        "the secrets for passwords are damaged, and others would void every password. {advice}"
    )]
    Secrets {
        /// What to do.
        advice: String,
    },
    /// The port could not be opened.
    #[error("cannot listen on {address}: {}", listen_advice(.error, *.address))]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        error: std::io::Error,
    },
    /// The console's door could not be opened.
    #[error("cannot open the local control socket {path}: {error}")]
    Control {
        /// Where.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// Something of the system's is missing.
    #[error("cannot {doing}: {error}")]
    System {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        error: std::io::Error,
    },
}

/// What a server says of its end has paths in it and what can be done.
const SENTENCE_CHARS_MAX: usize = 2_000;

/// Notes in the event log of a folder why its server ended. Where there is none, or where it is another
/// server's just now, nothing is written.
pub fn note_failed(data: &Path, error: &ServerError, (code, had_run): (u8, bool)) {
    let is_others = matches!(error, ServerError::Store(StoreError::Locked(_)));
    if !is_others && logbook::is_there(data) {
        let why = error.to_string().chars().take(SENTENCE_CHARS_MAX).collect();
        let failed = LogEvent::Failed { code, why, had_run };
        journal::note_in(data, LogKind::Error, std::iter::once(failed));
    }
}

/// A running server.
pub struct Server {
    ready: Ready,
    metrics: Arc<Metrics>,
    stop: Stopper,
    thread: JoinHandle<Result<(), ServerError>>,
}

/// What a server says when it is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// Its name for people.
    pub name: String,
    /// Where it listens, with the real ports.
    pub listening: Vec<SocketAddr>,
    /// Its key.
    pub server_id: ServerId,
    /// Where its counters can be read, with the real port.
    pub metrics: Option<SocketAddr>,
}

impl Ready {
    /// The same under the name that it has now.
    fn called(&self, name: String) -> Ready {
        Ready { name, ..self.clone() }
    }
}

impl std::fmt::Display for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let listening: Vec<String> = self.listening.iter().map(ToString::to_string).collect();
        let (name, listening) = (&self.name, listening.join(", "));
        write!(f, "ready {name} listening on {listening} key {}", self.server_id.fingerprint())
    }
}

/// What a server is told from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Stop,
    Reload,
}

/// Orders that wait; one of each kind is enough.
const ORDERS_MAX: usize = 8;

/// Tells a server to close in order, or to read its settings again. From anywhere, any number of times.
#[derive(Clone)]
pub struct Stopper(Sender<Order>);

impl Stopper {
    fn new() -> (Self, Receiver<Order>) {
        let (sender, receiver) = async_channel::bounded(ORDERS_MAX);
        (Stopper(sender), receiver)
    }

    /// Asks once more or once for all.
    pub fn stop(&self) {
        // A full queue of reloads must not keep a server from closing.
        self.0.force_send(Order::Stop).ok();
    }

    /// What was set is read again.
    pub fn reload(&self) {
        self.0.try_send(Order::Reload).ok();
    }
}

impl Server {
    /// Opens everything and starts serving. When it returns, clients can connect.
    ///
    /// # Errors
    /// What could not be opened. Nothing is left running.
    pub fn start(setup: Setup) -> Result<Self, ServerError> {
        let (stop, stopped) = Stopper::new();
        let (send_ready, ready) = std::sync::mpsc::sync_channel(1);
        let stopper = stop.clone();
        let thread = thread::Builder::new()
            .name("server".to_owned())
            .spawn(move || ring::run(&setup, &stopper, stopped, &send_ready))
            .map_err(|error| ServerError::System { doing: "start a thread", error })?;
        match ready.recv() {
            Ok((ready, metrics)) => Ok(Server { ready, metrics, stop, thread }),
            // The thread ended before it was ready: its error says why.
            Err(_) => match join(thread) {
                Ok(()) => Err(ServerError::System {
                    doing: "start the server",
                    error: std::io::ErrorKind::Interrupted.into(),
                }),
                Err(error) => Err(error),
            },
        }
    }

    /// What it says when it is ready.
    #[must_use]
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// What it counts while it runs.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// For stopping it from elsewhere.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        self.stop.clone()
    }

    /// Waits until it has closed.
    ///
    /// # Errors
    /// Why it ended when nobody had asked for it.
    pub fn wait(self) -> Result<(), ServerError> {
        join(self.thread)
    }
}

fn join(thread: JoinHandle<Result<(), ServerError>>) -> Result<(), ServerError> {
    match thread.join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn listen_advice(error: &std::io::Error, address: SocketAddr) -> String {
    use std::io::ErrorKind as Kind;
    match error.kind() {
        Kind::AddrInUse => {
            let by =
                listen::owner_of(address.port()).unwrap_or_else(|| "another program".to_owned());
            format!("the port is used by {by}; close that or choose another port")
        }
        Kind::PermissionDenied => {
            "the system does not allow this port; choose one from 1024 up".to_owned()
        }
        Kind::AddrNotAvailable => "this computer has no such address".to_owned(),
        _ => error.to_string(),
    }
}
