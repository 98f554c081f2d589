//! Files on their way: who may open a link, which links there are, and what ends them.
//!
//! A file's link leaves the async world behind TLS: it has a thread of its own that reads, hashes,
//! encrypts and waits, so that no chat waits behind it and the kernel shares the cores out. [`link`] is
//! such a thread, [`upload`] and [`download`] what it does; [`progress`] joins the two while a file is
//! fetched that still comes. [`tickets`] are what opens a link.

mod download;
mod link;
mod progress;
mod tickets;
mod upload;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use crate::domain::{AccountId, DeviceId, FileId, FileWay};
use crate::limits::Limits;
use crate::net::protocol::{Reason, Refusal};
use crate::store::blobs::Files;

pub(super) use link::serve;
use progress::Progress;
pub use tickets::Grant;
use tickets::Tickets;

/// Who is turned away because too many travel tries again after so long.
const BUSY_MS: u64 = 2_000;

/// Files on their way.
pub struct Transfers {
    limits: Arc<Limits>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tickets: Tickets,
    running: BTreeMap<u64, Running>,
    /// Counts links.
    last: u64,
    /// Files that come, or are waited for.
    coming: HashMap<FileId, Weak<Progress>>,
    closing: bool,
}

/// A link of a file.
struct Running {
    grant: Grant,
    socket: TcpStream,
}

/// A link's place among the others; dropping it gives it back.
pub(super) struct Place {
    transfers: Arc<Transfers>,
    number: u64,
}

impl Transfers {
    /// None yet.
    #[must_use]
    pub fn new(limits: Arc<Limits>) -> Self {
        Transfers { limits, state: Mutex::default() }
    }

    /// The settings in force.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives out a ticket, whose bytes nobody can guess.
    pub fn give(&self, ticket: [u8; 32], grant: Grant, uptime: Duration) {
        self.lock().tickets.put(ticket, grant, uptime);
    }

    /// What a ticket opens; once.
    fn redeem(&self, ticket: &[u8; 32], uptime: Duration) -> Option<Grant> {
        self.lock().tickets.take(ticket, uptime)
    }

    /// How many links there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lock().running.len()
    }

    /// Bytes of a file that came, as the links know it; nothing when nobody has to do with it.
    #[must_use]
    pub fn proven(&self, file: FileId) -> Option<u64> {
        let progress = self.lock().coming.get(&file).and_then(Weak::upgrade)?;
        Some(progress.proven())
    }

    /// Takes a place among the links that travel. Whoever brings a file anew ends an older link that
    /// brought it: its other end may be gone for long.
    fn enter(self: &Arc<Self>, grant: Grant, socket: TcpStream) -> Result<Place, Refusal> {
        let mut state = self.lock();
        if state.closing {
            return Err(Reason::Failed.into());
        }
        let is_same = |other: &Grant| {
            grant.way == FileWay::Up && (other.file, other.way) == (grant.file, grant.way)
        };
        let mut is_busy = false;
        for other in state.running.values().filter(|other| is_same(&other.grant)) {
            other.socket.shutdown(Shutdown::Both).ok();
            is_busy = true;
        }
        let own = state.running.values().filter(|one| one.grant.account == grant.account).count();
        let too_many = state.running.len() as u64 >= self.limits.files_links
            || own as u64 >= self.limits.files_links_per_account;
        if is_busy || too_many {
            return Err(Refusal::retry(Reason::FilesBusy, if is_busy { 200 } else { BUSY_MS }));
        }
        state.last += 1;
        let number = state.last;
        state.running.insert(number, Running { grant, socket });
        Ok(Place { transfers: Arc::clone(self), number })
    }

    /// How far a file has come, joined with others who bring or fetch it.
    fn progress(&self, files: &Files, file: FileId, bytes: u64) -> io::Result<Arc<Progress>> {
        if let Some(known) = self.lock().coming.get(&file).and_then(Weak::upgrade) {
            return Ok(known);
        }
        let read = files.read_incoming(file, bytes)?;
        let mut state = self.lock();
        state.coming.retain(|_, progress| progress.strong_count() > 0);
        if let Some(known) = state.coming.get(&file).and_then(Weak::upgrade) {
            return Ok(known);
        }
        let progress = Arc::new(Progress::new(read));
        state.coming.insert(file, Arc::downgrade(&progress));
        Ok(progress)
    }

    /// A file came to its end: nobody brings or fetches it any more.
    pub fn stop(&self, file: FileId) {
        let state = self.lock();
        if let Some(progress) = state.coming.get(&file).and_then(Weak::upgrade) {
            progress.stop(Reason::FileGone.into());
        }
        // Who brings it sends without listening: its link is closed.
        let bring = |one: &&Running| one.grant.file == file && one.grant.way == FileWay::Up;
        for one in state.running.values().filter(bring) {
            one.socket.shutdown(Shutdown::Both).ok();
        }
        // What is kept is read from its blob, which goes.
        let fetch = |one: &&Running| one.grant.file == file && one.grant.way == FileWay::Down;
        for one in state.running.values().filter(fetch) {
            one.socket.shutdown(Shutdown::Write).ok();
        }
    }

    /// A device was signed out: its links end.
    pub fn stop_device(&self, account: AccountId, device: Option<DeviceId>) {
        let is_meant = |one: &&Running| {
            one.grant.account == account && device.is_none_or(|device| one.grant.device == device)
        };
        for one in self.lock().running.values().filter(is_meant) {
            one.socket.shutdown(Shutdown::Both).ok();
        }
    }

    /// The server closes: every link ends, and no other begins.
    pub fn close(&self) {
        let mut state = self.lock();
        state.closing = true;
        for one in state.running.values() {
            one.socket.shutdown(Shutdown::Both).ok();
        }
        for progress in state.coming.values().filter_map(Weak::upgrade) {
            progress.stop(Reason::Failed.into());
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.transfers.lock().running.remove(&self.number);
    }
}
