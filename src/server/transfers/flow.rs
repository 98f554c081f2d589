//! How far a file is, shared by the link that brings it and those that fetch it meanwhile.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::{BlobId, FileStatus};

/// One file that has a link.
#[derive(Default)]
pub(super) struct Flow {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Default)]
struct State {
    /// So many chunks are there.
    here: u64,
    kept: Option<BlobId>,
    is_gone: bool,
    /// A link writes what comes.
    is_brought: bool,
}

/// What somebody who waits for a chunk sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// It is there.
    Here,
    /// All of it is, and this is its hash.
    Kept(BlobId),
    /// The file has ended.
    Gone,
    /// The link that waits has.
    Cut,
    /// Nothing came for as long as one wanted to wait.
    Nothing,
}

impl Flow {
    /// What the store and the disk say; what was heard meanwhile is newer.
    pub fn learn(&self, kept: Option<BlobId>, here: u64) {
        let mut state = self.lock();
        state.kept = state.kept.or(kept);
        if !state.is_brought {
            state.here = state.here.max(here);
        }
        self.moved.notify_all();
    }

    /// The file is in another state.
    pub fn change(&self, status: &FileStatus) {
        let mut state = self.lock();
        state.kept = state.kept.or(status.hash);
        state.is_gone = !status.state.is_open();
        self.moved.notify_all();
    }

    /// So many chunks are there now.
    pub fn moved(&self, here: u64) {
        self.lock().here = here;
        self.moved.notify_all();
    }

    /// Whoever waits looks again.
    pub fn wake(&self) {
        drop(self.lock());
        self.moved.notify_all();
    }

    /// Whether nothing of it has to come any more.
    pub fn is_over(&self) -> bool {
        let state = self.lock();
        state.is_gone || state.kept.is_some()
    }

    pub fn is_gone(&self) -> bool {
        self.lock().is_gone
    }

    /// Waits until no other link brings it, then it is for this one to bring. `None` when that has ended.
    pub fn claim(&self, is_cut: impl Fn() -> bool) -> Option<Claim<'_>> {
        let mut state = self.lock();
        while state.is_brought && !is_cut() {
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if is_cut() {
            return None;
        }
        state.is_brought = true;
        Some(Claim(self))
    }

    /// Waits for a chunk; for the one behind the last until the file is kept.
    pub fn wait(&self, chunk: u64, is_cut: impl Fn() -> bool, longest: Duration) -> Seen {
        let state = self.lock();
        let waits = |state: &mut State| state.see(chunk) == Seen::Nothing && !is_cut();
        let waited = self.moved.wait_timeout_while(state, longest, waits);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match is_cut() {
            true => Seen::Cut,
            false => state.see(chunk),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn see(&self, chunk: u64) -> Seen {
        match self.kept {
            _ if self.is_gone => Seen::Gone,
            Some(root) => Seen::Kept(root),
            None if chunk < self.here => Seen::Here,
            None => Seen::Nothing,
        }
    }
}

/// A file is for one link to bring, until this is dropped.
pub(super) struct Claim<'a>(&'a Flow);

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.0.lock().is_brought = false;
        self.0.moved.notify_all();
    }
}
