//! Throws away pictures that nobody shows: idle ones once an hour, files without a row at the start.

use async_channel::Sender;
use async_io::Timer;

use super::job::Job;
use super::readers::{Ask, Readers};
use crate::clock::{self, millis};
use crate::limits::{BLOB_IDLE_MAX, SWEEP_EVERY};
use crate::store::blobs::Files;
use crate::store::{Reads, StoreError};

/// Before anybody can upload: a file that no row names was left by a crash. A folder that cannot be
/// read keeps its files, and that is logged.
pub fn remove_orphans(rows: &Reads, files: &Files) -> Result<(), StoreError> {
    let found = match files.list() {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(%error, "the folder of pictures cannot be read");
            return Ok(());
        }
    };
    for id in found {
        if rows.get_blob(id)?.is_none()
            && let Err(error) = files.remove(id)
        {
            tracing::warn!(%error, "a picture that nothing names cannot be removed");
        }
    }
    Ok(())
}

/// Looks for ever; ends when it is dropped, or with the server.
pub async fn run(readers: Readers, jobs: Sender<Job>) {
    loop {
        let before = clock::wall_ms() - i64::try_from(millis(BLOB_IDLE_MAX)).unwrap_or(i64::MAX);
        let Some(blobs) = readers.ask(|slot| Ask::Idle { before, slot }).await else { return };
        if !blobs.is_empty() && jobs.send(Job::Sweep { before, blobs }).await.is_err() {
            return;
        }
        Timer::after(SWEEP_EVERY).await;
    }
}
