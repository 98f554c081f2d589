//! The bytes that wait for one peer: bounded in frames and bytes, pushed to without waiting.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use futures_util::task::AtomicWaker;

use crate::limits::{OUTBOX_BYTES_MAX, OUTBOX_FRAMES_MAX, WRITE_BYTES_MAX};
use crate::net::frame;
use crate::net::protocol::{Goodbye, ServerFrame};

/// An encoded frame, shared by everybody who gets it.
pub type Bytes = Arc<[u8]>;

/// One peer's outbox. Any task pushes; one task, the session, takes.
pub struct Outbox {
    queue: Mutex<Queue>,
    filled: AtomicWaker,
    emptied: AtomicWaker,
}

#[derive(Default)]
struct Queue {
    frames: VecDeque<Waiting>,
    bytes: usize,
    closing: Option<Goodbye>,
}

struct Waiting {
    bytes: Bytes,
    /// Worth nothing after this uptime.
    until: Option<Duration>,
}

/// What the session's writing side does next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Write these, in one go.
    Write(Vec<Bytes>),
    /// Everything is written: say this and close.
    Close(Goodbye),
}

impl Default for Outbox {
    fn default() -> Self {
        Outbox {
            queue: Mutex::new(Queue::default()),
            filled: AtomicWaker::new(),
            emptied: AtomicWaker::new(),
        }
    }
}

impl Outbox {
    /// Queues a frame. A full outbox is closed instead: its reader is too slow, loses nothing that
    /// is stored, and asks for it when it is back.
    pub fn push(&self, bytes: &Bytes) {
        self.push_until(bytes, None);
    }

    /// Queues a frame that is dropped if it could not be written by then.
    pub fn push_until(&self, bytes: &Bytes, until: Option<Duration>) {
        if self.put(bytes, until) {
            self.wake();
        }
    }

    /// The same without waking the session. Says whether it has to be woken: whoever puts frames
    /// into many outboxes wakes each of them once, behind the last frame, and they are one write.
    #[must_use]
    pub fn put(&self, bytes: &Bytes, until: Option<Duration>) -> bool {
        let mut queue = self.lock();
        if queue.closing.is_some() {
            return false;
        }
        let was_empty = queue.frames.is_empty();
        let over = queue.bytes + bytes.len() > OUTBOX_BYTES_MAX;
        if over || queue.frames.len() >= OUTBOX_FRAMES_MAX {
            queue.frames.clear();
            queue.bytes = 0;
            queue.closing = Some(Goodbye::TooSlow);
            return true;
        }
        queue.bytes += bytes.len();
        queue.frames.push_back(Waiting { bytes: bytes.clone(), until });
        was_empty
    }

    /// Wakes the session that writes what is here.
    pub fn wake(&self) {
        self.filled.wake();
    }

    /// Encodes and queues a frame for this peer alone.
    pub fn push_frame(&self, frame: &ServerFrame) {
        match frame::encode(frame, frame::FRAME_BYTES_MAX) {
            Ok(bytes) => self.push(&bytes),
            Err(error) => tracing::error!(%error, "a frame of ours could not be encoded"),
        }
    }

    /// Closes after what is queued. The first reason stays.
    pub fn close(&self, goodbye: Goodbye) {
        self.lock().closing.get_or_insert(goodbye);
        self.filled.wake();
    }

    /// Closes at once: nothing that waits is delivered. For sessions that were fenced off.
    pub fn cut(&self, goodbye: Goodbye) {
        let mut queue = self.lock();
        queue.frames.clear();
        queue.bytes = 0;
        queue.closing = Some(goodbye);
        drop(queue);
        self.filled.wake();
    }

    /// Waits for frames and takes as many as fit one write. Frames that came too late are dropped.
    pub async fn next(&self, uptime: impl Fn() -> Duration) -> Next {
        std::future::poll_fn(|cx| {
            self.filled.register(cx.waker());
            let mut queue = self.lock();
            let frames = queue.take(uptime());
            if !frames.is_empty() {
                drop(queue);
                self.emptied.wake();
                return Poll::Ready(Next::Write(frames));
            }
            match queue.closing {
                Some(goodbye) => Poll::Ready(Next::Close(goodbye)),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// Why it closes, if it does.
    pub fn closing(&self) -> Option<Goodbye> {
        self.lock().closing
    }

    /// Waits until it closes. For who does not wait for frames meanwhile.
    pub async fn is_closing(&self) {
        std::future::poll_fn(|cx| {
            self.filled.register(cx.waker());
            match self.closing() {
                Some(_) => Poll::Ready(()),
                None => Poll::Pending,
            }
        })
        .await;
    }

    /// Waits until the peer has taken most of what waits for it, so that its own questions cannot
    /// fill its outbox.
    pub async fn has_room(&self) {
        std::future::poll_fn(|cx| {
            self.emptied.register(cx.waker());
            let queue = self.lock();
            match queue.bytes <= OUTBOX_BYTES_MAX / 4 || queue.closing.is_some() {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        })
        .await;
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn take(&mut self, uptime: Duration) -> Vec<Bytes> {
        let mut frames = Vec::new();
        let mut length = 0;
        while let Some(front) = self.frames.front() {
            if length > 0 && length + front.bytes.len() > WRITE_BYTES_MAX {
                break;
            }
            length += front.bytes.len();
            self.bytes -= front.bytes.len();
            if let Some(Waiting { bytes, until }) = self.frames.pop_front()
                && until.is_none_or(|until| uptime <= until)
            {
                frames.push(bytes);
            }
        }
        frames
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(length: usize) -> Bytes {
        vec![0; length].into()
    }

    fn next(outbox: &Outbox, uptime: u64) -> Next {
        smol::block_on(outbox.next(|| Duration::from_secs(uptime)))
    }

    #[test]
    fn frames_come_out_in_order_and_joined() {
        let outbox = Outbox::default();
        for length in [1, 2, 3] {
            outbox.push(&bytes(length));
        }
        assert_eq!(next(&outbox, 0), Next::Write(vec![bytes(1), bytes(2), bytes(3)]));
    }

    #[test]
    fn a_full_outbox_is_a_slow_reader() {
        let outbox = Outbox::default();
        for _ in 0..=OUTBOX_FRAMES_MAX {
            outbox.push(&bytes(1));
        }
        assert_eq!(next(&outbox, 0), Next::Close(Goodbye::TooSlow));
        let outbox = Outbox::default();
        outbox.push(&bytes(OUTBOX_BYTES_MAX));
        outbox.push(&bytes(1));
        assert_eq!(next(&outbox, 0), Next::Close(Goodbye::TooSlow));
    }

    #[test]
    fn what_is_queued_goes_before_a_goodbye_but_not_before_a_cut() {
        let outbox = Outbox::default();
        outbox.push(&bytes(1));
        outbox.close(Goodbye::ShuttingDown);
        outbox.push(&bytes(2));
        assert_eq!(next(&outbox, 0), Next::Write(vec![bytes(1)]));
        assert_eq!(next(&outbox, 0), Next::Close(Goodbye::ShuttingDown));
        let outbox = Outbox::default();
        outbox.push(&bytes(1));
        outbox.cut(Goodbye::Replaced);
        assert_eq!(next(&outbox, 0), Next::Close(Goodbye::Replaced));
    }

    #[test]
    fn only_the_first_of_several_frames_asks_for_a_wake() {
        let outbox = Outbox::default();
        assert!(outbox.put(&bytes(1), None));
        assert!(!outbox.put(&bytes(2), None));
        assert_eq!(next(&outbox, 0), Next::Write(vec![bytes(1), bytes(2)]));
        assert!(outbox.put(&bytes(3), None));
        assert!(outbox.put(&bytes(OUTBOX_BYTES_MAX), None), "it has to say goodbye");
        assert!(!outbox.put(&bytes(4), None));
        assert_eq!(next(&outbox, 0), Next::Close(Goodbye::TooSlow));
    }

    #[test]
    fn what_came_too_late_is_dropped() {
        let outbox = Outbox::default();
        outbox.push_until(&bytes(1), Some(Duration::from_secs(10)));
        outbox.push(&bytes(2));
        assert_eq!(next(&outbox, 11), Next::Write(vec![bytes(2)]));
    }
}
