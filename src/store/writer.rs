//! The writer thread: takes all waiting jobs, applies them, commits once, hands the outcomes on.
//!
//! It knows neither jobs nor rules: both come with [`Apply`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use async_channel::Receiver;

use super::beware;
use super::engine::{Engine, StoreError};
use super::rows::Writes;
use crate::clock::Moment;
use crate::limits::BATCH_MAX;

/// The rules that a writer applies. A job may refuse before its first write, not after it: a
/// batch is one transaction and cannot roll one job back.
pub trait Apply: Send + 'static {
    /// What is asked.
    type Job: Send + 'static;
    /// What became of it.
    type Outcome: Send + 'static;

    /// Applies a job at a moment that is the same for the whole batch.
    ///
    /// # Errors
    /// The store failed: the batch is not committed and the writer ends.
    fn apply(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        job: &Self::Job,
    ) -> Result<Self::Outcome, StoreError>;

    /// The outcome of a job that panicked alone. Nothing of it was written.
    fn failed(&mut self, job: &Self::Job) -> Self::Outcome;
}

/// Starts the writer. It ends when every sender of its jobs is gone, or at the first storage
/// error, after which no outcome is handed on.
///
/// `hand_on` gets the outcomes of one commit, in order, after that commit; it may block. `ended`
/// is called once, last of all.
///
/// # Errors
/// The system gave no thread.
pub fn start<A: Apply>(
    engine: Arc<Engine>,
    mut apply: A,
    jobs: Receiver<A::Job>,
    clock: impl Fn() -> Moment + Send + 'static,
    mut hand_on: impl FnMut(Vec<A::Outcome>) + Send + 'static,
    ended: impl FnOnce(Result<(), StoreError>) + Send + 'static,
) -> Result<JoinHandle<()>, StoreError> {
    beware::watch();
    let mut run = move || -> Result<(), StoreError> {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        while let Ok(first) = jobs.recv_blocking() {
            batch.push(first);
            while batch.len() < BATCH_MAX {
                let Ok(job) = jobs.try_recv() else { break };
                batch.push(job);
            }
            let outcomes = commit(&engine, &mut apply, clock(), &batch)?;
            batch.clear();
            hand_on(outcomes);
        }
        Ok(())
    };
    let thread = thread::Builder::new().name("store-writer".to_owned()).spawn(move || ended(run()));
    thread.map_err(|error| StoreError::Storage(format!("no thread for the writer: {error}")))
}

/// Applies a batch in one transaction. After a panic it is replayed one job at a time, so that
/// only the bad job fails.
///
/// # Errors
/// The store failed: nothing of the batch may be acknowledged.
pub fn commit<A: Apply>(
    engine: &Engine,
    apply: &mut A,
    now: Moment,
    batch: &[A::Job],
) -> Result<Vec<A::Outcome>, StoreError> {
    if let Some(outcomes) = commit_together(engine, apply, now, batch)? {
        return Ok(outcomes);
    }
    let mut outcomes = Vec::with_capacity(batch.len());
    for job in batch {
        match commit_together(engine, apply, now, std::slice::from_ref(job))? {
            Some(alone) => outcomes.extend(alone),
            None => outcomes.push(apply.failed(job)),
        }
    }
    Ok(outcomes)
}

/// `None` when a job panicked: the transaction was given up whole.
fn commit_together<A: Apply>(
    engine: &Engine,
    apply: &mut A,
    now: Moment,
    batch: &[A::Job],
) -> Result<Option<Vec<A::Outcome>>, StoreError> {
    let transaction = engine.write()?;
    let mut rows = Writes::open(&transaction)?;
    let mut outcomes = Vec::with_capacity(batch.len());
    for job in batch {
        match catch_unwind(AssertUnwindSafe(|| apply.apply(&mut rows, now, job))) {
            Ok(outcome) => outcomes.push(outcome?),
            Err(_) if beware::was_engine() => {
                return Err(StoreError::damaged("the file", &"it makes no sense"));
            }
            Err(_) => {
                drop(rows);
                transaction.abort()?;
                return Ok(None);
            }
        }
    }
    let written = rows.is_written();
    drop(rows);
    match written {
        true => transaction.commit()?,
        false => transaction.abort()?,
    }
    Ok(Some(outcomes))
}
