//! Turns at the door: those who sign in are served few at a time, so that a crowd of them keeps
//! nobody waiting who talks.
//!
//! Signing in costs some hundred times what a message does. Without turns a thousand steps of it stand
//! in the workers' queue before the next message.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::thread;

use smol::lock::Semaphore;

/// Who is served at a moment, of those who are not signed in.
#[derive(Debug)]
pub struct Turns(Semaphore);

impl Default for Turns {
    /// Half of the computer, so that the other half is for those inside.
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Turns(Semaphore::new((cores / 2).max(1)))
    }
}

impl Turns {
    /// Runs a session. Each step of it takes a turn until it is inside.
    pub async fn take<T>(
        &self,
        inside: &AtomicBool,
        mut session: impl Future<Output = T> + Unpin,
    ) -> T {
        let mut waiting = None;
        poll_fn(|context| {
            if inside.load(Ordering::Relaxed) {
                waiting = None;
                return Pin::new(&mut session).poll(context);
            }
            let turn = waiting.get_or_insert_with(|| Box::pin(self.0.acquire()));
            let Poll::Ready(turn) = turn.as_mut().poll(context) else { return Poll::Pending };
            waiting = None;
            let polled = Pin::new(&mut session).poll(context);
            drop(turn);
            polled
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use smol::{LocalExecutor, future};

    use super::*;

    /// A session that has this many steps before it is inside, and one there.
    async fn session(inside: &AtomicBool, steps: usize, done: &Cell<usize>) {
        for _ in 0..steps {
            future::yield_now().await;
        }
        inside.store(true, Ordering::Relaxed);
        future::yield_now().await;
        done.set(done.get() + 1);
    }

    #[test]
    fn everybody_comes_in_one_after_another() {
        let (turns, done) = (Turns(Semaphore::new(1)), Cell::new(0));
        let executor = LocalExecutor::new();
        let sessions: Vec<_> = (0..50)
            .map(|steps| {
                let (turns, done) = (&turns, &done);
                executor.spawn(async move {
                    let inside = AtomicBool::new(false);
                    turns.take(&inside, Box::pin(session(&inside, steps, done))).await;
                })
            })
            .collect();
        future::block_on(executor.run(async {
            for session in sessions {
                session.await;
            }
        }));
        assert_eq!(done.get(), 50);
    }

    #[test]
    fn while_one_has_its_turn_others_wait_and_those_inside_do_not() {
        let turns = Turns(Semaphore::new(1));
        let taken = turns.0.try_acquire().expect("nobody is there");
        let (outside, inside) = (AtomicBool::new(false), AtomicBool::new(true));
        let mut waits = Box::pin(turns.take(&outside, future::ready(())));
        assert!(future::block_on(future::poll_once(&mut waits)).is_none());
        let talks = turns.take(&inside, future::ready(()));
        assert!(future::block_on(future::poll_once(talks)).is_some());
        drop(taken);
        assert!(future::block_on(future::poll_once(&mut waits)).is_some());
    }

    #[test]
    fn a_session_that_panics_or_goes_gives_its_turn_back() {
        let turns = Turns(Semaphore::new(1));
        let outside = AtomicBool::new(false);
        let panics = turns.take(&outside, Box::pin(async { panic!("a defect") }));
        let caught =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| future::block_on(panics)));
        assert!(caught.is_err());
        let goes = Box::pin(turns.take(&outside, future::pending::<()>()));
        assert!(future::block_on(future::poll_once(goes)).is_none());
        assert!(turns.0.try_acquire().is_some());
    }
}
