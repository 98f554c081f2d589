//! How far a file has come, shared by the link that brings it and those that fetch it meanwhile.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::{BlobId, Outline};
use crate::net::protocol::Refusal;

/// How far a file has come.
#[derive(Debug)]
pub(super) struct Progress {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    outline: Outline,
    /// It is kept under this hash.
    root: Option<BlobId>,
    /// There will be no more.
    stopped: Option<Refusal>,
}

/// What comes next for who fetches it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The chunk that was asked about is there, with this value.
    Chunk([u8; 32]),
    /// It is whole, and this is its hash.
    Whole(BlobId),
    /// There will be no more.
    Stopped(Refusal),
    /// Nothing in all that time.
    Nothing,
}

impl Progress {
    pub fn new(outline: Outline) -> Self {
        let state = State { outline, root: None, stopped: None };
        Progress { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Whoever panicked with it left one of its plain values whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins anew with what is proven on disk.
    pub fn begin(&self, outline: Outline) {
        let mut state = self.lock();
        state.outline = outline;
        drop(state);
        self.changed.notify_all();
    }

    /// The next chunk is written, and proven to have this value.
    pub fn push(&self, value: [u8; 32]) {
        self.lock().outline.push(value);
        self.changed.notify_all();
    }

    /// It is kept.
    pub fn keep(&self, root: BlobId) {
        self.lock().root = Some(root);
        self.changed.notify_all();
    }

    /// There will be no more.
    pub fn stop(&self, why: Refusal) {
        self.lock().stopped.get_or_insert(why);
        self.changed.notify_all();
    }

    /// Bytes that are there.
    pub fn proven(&self) -> u64 {
        self.lock().outline.proven()
    }

    /// Waits at most so long for the chunk at a place, or the end.
    pub fn wait(&self, index: u64, most: Duration) -> Next {
        let wanted = usize::try_from(index).unwrap_or(usize::MAX);
        let is_waiting = |state: &mut State| {
            state.stopped.is_none()
                && state.outline.values().get(wanted).is_none()
                && (state.root.is_none() || !state.outline.is_whole())
        };
        let waited = self.changed.wait_timeout_while(self.lock(), most, is_waiting);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match (&state.stopped, state.outline.values().get(wanted), state.root) {
            (Some(why), ..) => Next::Stopped(why.clone()),
            (None, Some(value), _) => Next::Chunk(*value),
            (None, None, Some(root)) => Next::Whole(root),
            (None, None, None) => Next::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::net::protocol::Reason;

    const LONG: Duration = Duration::from_secs(30);

    #[test]
    fn who_waits_hears_of_each_chunk_and_of_the_end() {
        let progress = Arc::new(Progress::new(Outline::new(3 << 20)));
        let bringing = Arc::clone(&progress);
        let thread = std::thread::Builder::new().name("bringing".into()).spawn(move || {
            for number in 0..3 {
                bringing.push([number; 32]);
            }
            bringing.keep(BlobId([9; 32]));
        });
        for number in 0..3_u8 {
            assert_eq!(progress.wait(u64::from(number), LONG), Next::Chunk([number; 32]));
        }
        assert_eq!(progress.wait(3, LONG), Next::Whole(BlobId([9; 32])));
        thread.unwrap().join().unwrap();
    }

    #[test]
    fn nothing_is_said_in_time_and_a_stop_at_once() {
        let progress = Progress::new(Outline::new(1));
        assert_eq!(progress.wait(0, Duration::ZERO), Next::Nothing);
        progress.stop(Reason::FileGone.into());
        assert_eq!(progress.wait(0, LONG), Next::Stopped(Reason::FileGone.into()));
    }
}
