//! Files on their way, up and down, beside the ring: each on a link and a thread of its own, so that no
//! chat ever waits behind one.
//!
//! * [`tickets`] open a link; a chat link gives them out.
//! * [`door`] is a link from TLS to its thread; [`link`] is its blocking end.
//! * [`upload`] and [`download`] are what a thread does.
//! * [`flow`] is how far a file is, for all links of it.
//!
//! Disks and large sockets wait for a long time, which threads may and tasks must not; there are few of
//! them. What the ring decides about a file or a device reaches its links from the writer's thread, behind
//! the commit.

mod door;
mod download;
mod flow;
mod link;
mod tickets;
mod upload;

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::admission::counted;
use super::commands::admin::Cut;
use super::job::{FileChange, Outcome};
use crate::domain::{AccountId, DeviceId, FileId};

pub use door::serve;
use flow::Flow;
pub use tickets::{Grant, Tickets};

/// All links of files that run, and the tickets for more.
#[derive(Default)]
pub struct Transfers {
    /// What opens a link.
    pub tickets: Tickets,
    running: Mutex<Running>,
}

#[derive(Default)]
struct Running {
    /// The server closes: no link begins any more.
    is_closed: bool,
    last: u64,
    lines: BTreeMap<u64, Arc<Line>>,
    flows: HashMap<FileId, Weak<Flow>>,
}

/// A link that runs, as others reach it.
struct Line {
    number: u64,
    grant: Grant,
    socket: TcpStream,
    is_cut: AtomicBool,
    flow: Arc<Flow>,
}

impl Line {
    /// Ends it at once.
    fn cut(&self) {
        self.is_cut.store(true, Ordering::Relaxed);
        self.socket.shutdown(Shutdown::Both).ok();
        self.flow.wake();
    }

    fn is_cut(&self) -> bool {
        self.is_cut.load(Ordering::Relaxed)
    }

    /// Whoever waits for its other side to speak looks up. What is written still goes out.
    fn rouse(&self) {
        self.socket.shutdown(Shutdown::Read).ok();
        self.flow.wake();
    }
}

/// A link's place among those that run; given back when dropped.
struct Passage {
    transfers: Arc<Transfers>,
    line: Arc<Line>,
}

impl Drop for Passage {
    fn drop(&mut self) {
        let mut running = self.transfers.lock();
        running.lines.remove(&self.line.number);
        let file = self.line.grant.file;
        // The last one takes what is shared along.
        let is_last = running.lines.values().all(|line| line.grant.file != file);
        if is_last {
            running.flows.remove(&file);
        }
    }
}

impl Transfers {
    /// A link begins; not any more when the server closes.
    fn enter(self: &Arc<Self>, grant: Grant, socket: TcpStream) -> Option<Passage> {
        let mut running = self.lock();
        if running.is_closed {
            return None;
        }
        running.last += 1;
        let number = running.last;
        let known = running.flows.get(&grant.file).and_then(Weak::upgrade);
        let flow = known.unwrap_or_default();
        running.flows.insert(grant.file, Arc::downgrade(&flow));
        let line = Arc::new(Line { number, grant, socket, is_cut: AtomicBool::new(false), flow });
        running.lines.insert(number, line.clone());
        drop(running);
        Some(Passage { transfers: self.clone(), line })
    }

    /// What was committed may end tickets and links.
    pub fn follow(&self, outcomes: &[Outcome]) {
        for outcome in outcomes {
            outcome.files().iter().for_each(|change| self.changed(change));
            match outcome.rest() {
                Outcome::Revoked { caller, revoked, .. } => {
                    self.end(caller.account, |device| revoked.contains(&device));
                }
                Outcome::SignedOut { caller, .. } => {
                    self.end(caller.account, |device| device == caller.device);
                }
                Outcome::Entered(entered) if !entered.forgotten.is_empty() => {
                    self.end(entered.caller.account, |device| entered.forgotten.contains(&device));
                }
                Outcome::Deleted { caller, .. } => self.end(caller.account, |_| true),
                Outcome::Admin { news, .. } => match &news.cut {
                    Some(Cut::Account(account, ..)) => self.end(*account, |_| true),
                    Some(Cut::Address(address, _)) => self.end_from(*address),
                    None => {}
                },
                _ => {}
            }
        }
    }

    /// The server closes: every link ends, and none begins.
    pub fn close(&self) {
        let mut running = self.lock();
        running.is_closed = true;
        running.lines.values().for_each(|line| line.cut());
    }

    /// How many links run.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.lock().lines.len() as u64
    }

    fn changed(&self, change: &FileChange) {
        let lines = self.lines(|line| line.grant.file == change.file);
        // One flow is shared by all links of a file.
        let Some(first) = lines.first() else { return };
        first.flow.change(&change.status);
        if !change.status.state.is_open() {
            for line in lines {
                line.rouse();
            }
        }
    }

    /// Devices that are signed out: what they were given opens nothing, and what they opened ends.
    fn end(&self, account: AccountId, is_out: impl Fn(DeviceId) -> bool) {
        self.tickets.revoke(account, &is_out);
        let lines = self.lines(|line| line.grant.account == account && is_out(line.grant.device));
        for line in lines {
            line.cut();
        }
    }

    /// Ends every link from an address, as addresses are counted.
    fn end_from(&self, address: IpAddr) {
        let is_there = |line: &Line| {
            line.socket.peer_addr().is_ok_and(|peer| counted(peer.ip().to_canonical()) == address)
        };
        for line in self.lines(is_there) {
            line.cut();
        }
    }

    /// Ends every older link that brings the same file.
    fn supersede(&self, newer: &Line) {
        let is_older = |line: &Line| {
            line.number < newer.number
                && line.grant.file == newer.grant.file
                && line.grant.way == newer.grant.way
        };
        for line in self.lines(is_older) {
            line.cut();
        }
    }

    fn lines(&self, wanted: impl Fn(&Line) -> bool) -> Vec<Arc<Line>> {
        self.lock().lines.values().filter(|line| wanted(line)).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A ticket for a link, from a chat link that may have it.
impl Transfers {
    /// Gives a ticket out; `None` when the system has no chance to give.
    pub fn issue(&self, grant: Grant, uptime: Duration) -> Option<[u8; 32]> {
        let mut ticket = [0; 32];
        getrandom::fill(&mut ticket).ok()?;
        self.tickets.put(ticket, grant, uptime);
        Some(ticket)
    }
}
