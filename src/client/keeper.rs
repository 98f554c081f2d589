//! The thread of the client's store: writes are gathered into few transactions, the link never
//! waits for a disk.
//!
//! Jobs are done in order. An urgent one, such as a message that is to be sent, is written at
//! once; others wait a moment for company.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::state::{KeepJob, Kept, Question, Told};
use crate::clock;
use crate::domain::Seq;
use crate::limits::{HISTORY_PAGE_MAX, KEEP_LINGER, LOCAL_LOOKED_MAX};
use crate::store::StoreError;
use crate::store::local::{Loaded, Local, Owner, Write};
use crate::store::seek::Bounds;

/// Jobs that wait. The runner stops taking inputs long before.
pub(super) const JOBS_MAX: usize = 1024;
/// Writes in one transaction.
const BATCH_MAX: usize = 2000;

/// The way to the thread; dropping it writes everything and ends it.
pub(super) struct Keeper {
    jobs: Option<SyncSender<KeepJob>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts the thread. What it did comes out of the queue, one answer a job.
    pub(super) fn start(local: Local) -> io::Result<(Self, async_channel::Receiver<Kept>)> {
        let (jobs, work) = sync_channel(JOBS_MAX);
        // One more for each job: every answer has a place, so this thread never waits for it.
        let (answers, kept) = async_channel::bounded(2 * JOBS_MAX + 2);
        let thread = std::thread::Builder::new()
            .name("client-store".to_owned())
            .spawn(move || Work { local, jobs: work, answers, batch: Batch::default() }.run())?;
        Ok((Keeper { jobs: Some(jobs), thread: Some(thread) }, kept))
    }

    /// Hands over a job; gives it back when the queue is full or the thread is gone.
    pub(super) fn send(&self, job: KeepJob) -> Result<(), KeepJob> {
        match self.jobs.as_ref().map(|jobs| jobs.try_send(job)) {
            Some(Err(TrySendError::Full(job) | TrySendError::Disconnected(job))) => Err(job),
            Some(Ok(())) | None => Ok(()),
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.jobs.take();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

struct Work {
    local: Local,
    jobs: Receiver<KeepJob>,
    answers: async_channel::Sender<Kept>,
    batch: Batch,
}

#[derive(Default)]
struct Batch {
    writes: Vec<Write>,
    marks: Vec<u64>,
    /// Not written before this moment, for company.
    until: Option<Duration>,
    failed: bool,
}

impl Work {
    fn run(mut self) {
        loop {
            match self.next() {
                Ok(Some(job)) => self.take(job),
                Ok(None) => self.flush(),
                Err(Ended) => return self.flush(),
            }
        }
    }

    /// The next job, or `None` when the gathered ones are due.
    fn next(&mut self) -> Result<Option<KeepJob>, Ended> {
        if self.batch.marks.is_empty() {
            return self.jobs.recv().map(Some).map_err(|_| Ended);
        }
        let until = self.batch.until.unwrap_or_default();
        match self.jobs.recv_timeout(until.saturating_sub(clock::uptime())) {
            Ok(job) => Ok(Some(job)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Ended),
        }
    }

    fn take(&mut self, job: KeepJob) {
        match job {
            KeepJob::Write { writes, urgent, mark } => {
                self.batch.writes.extend(writes);
                self.batch.marks.push(mark);
                let until = match urgent {
                    true => Duration::ZERO,
                    false => clock::uptime() + KEEP_LINGER,
                };
                self.batch.until = Some(self.batch.until.map_or(until, |due| due.min(until)));
                if self.batch.writes.len() >= BATCH_MAX {
                    self.flush();
                }
            }
            KeepJob::Load(owner) => {
                self.flush();
                let loaded = self.local.load(owner).unwrap_or_else(|error| {
                    self.answer(Kept::Trouble(error.to_string()));
                    Loaded::default()
                });
                self.answer(Kept::Loaded(owner, Box::new(loaded)));
            }
            KeepJob::Ask { owner, question, mark } => {
                self.flush();
                let told = self.tell(owner, &question).unwrap_or_else(|error| {
                    tracing::warn!(%error, "client store");
                    Told::Nothing
                });
                self.answer(Kept::Told { mark, told });
            }
            KeepJob::Read { owner, conversation, from, to, mark } => {
                self.flush();
                let read = self.local.list_messages(owner, conversation, from, to);
                // What cannot be read is asked of the server.
                let messages = read.unwrap_or_default();
                self.answer(Kept::Messages { mark, messages });
            }
        }
    }

    fn tell(&self, owner: Owner, question: &Question) -> Result<Told, StoreError> {
        Ok(match question {
            Question::Search { spans, search, before, limit } => {
                let found = usize::try_from(*limit).unwrap_or(usize::MAX);
                let bounds = Bounds {
                    found: found.clamp(1, HISTORY_PAGE_MAX),
                    bytes: usize::MAX,
                    looked: LOCAL_LOOKED_MAX,
                };
                let found = self.local.search(owner, spans, search, *before, bounds)?;
                let earlier = spans.iter().filter(|span| span.first > Seq(1));
                let earlier: Vec<_> = earlier.copied().collect();
                Told::Found { found, edge: self.local.newest_first_of(owner, &earlier)? }
            }
            Question::Count { span, starts } => {
                Told::Counted(self.local.count_between(owner, *span, starts)?)
            }
            Question::Bytes => Told::Bytes(self.local.bytes()),
        })
    }

    /// Writes what was gathered. Trouble is told once, until writing works again.
    fn flush(&mut self) {
        let marks = std::mem::take(&mut self.batch.marks);
        let writes = std::mem::take(&mut self.batch.writes);
        self.batch.until = None;
        if writes.is_empty() && marks.is_empty() {
            return;
        }
        let pictures = self.local.list_blanked_pictures(&writes).unwrap_or_default();
        let result = self.local.apply(&writes);
        let ok = result.is_ok();
        if let Err(error) = result {
            tracing::warn!(%error, "client store");
            if !self.batch.failed {
                self.answer(Kept::Trouble(error.to_string()));
            }
        }
        self.batch.failed = !ok;
        let unused = self.local.list_unused(pictures).unwrap_or_default();
        if ok && !unused.is_empty() {
            self.answer(Kept::Unused(unused));
        }
        for mark in marks {
            self.answer(Kept::Written { mark, ok });
        }
    }

    fn answer(&self, kept: Kept) {
        // Full only if somebody broke the rule of one answer a job; closed at the end.
        self.answers.try_send(kept).ok();
    }
}

/// Nobody sends jobs any more.
struct Ended;
