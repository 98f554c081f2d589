//! Throws away pictures that nobody shows, files that no row names, and what was said in rooms that
//! are dissolved: at the start, and once an hour.

use std::collections::BTreeSet;

use async_channel::Sender;
use async_io::Timer;

use super::job::Job;
use super::readers::{Ask, Readers};
use crate::domain::BlobId;
use crate::limits::{BLOB_IDLE_MAX, EMPTIED_EVERY, SWEEP_EVERY};
use crate::store::blobs::Files;
use crate::store::rows::{Mode, Rows};
use crate::store::{Reads, StoreError};

/// Before anybody can upload: a file that no row names was left by a crash.
///
/// # Errors
/// The store failed.
pub fn remove_orphans(rows: &Reads, files: &Files) -> Result<(), StoreError> {
    for id in orphans(rows, files)? {
        if let Err(error) = files.remove(id) {
            tracing::warn!(%error, "a picture that nothing names cannot be removed");
        }
    }
    Ok(())
}

/// Files that no row names. A folder that cannot be read keeps its files, and that is logged.
fn orphans<M: Mode>(rows: &Rows<M>, files: &Files) -> Result<BTreeSet<BlobId>, StoreError> {
    let found = files.list().unwrap_or_else(|error| {
        tracing::warn!(%error, "the folder of pictures cannot be read");
        Vec::new()
    });
    let mut orphans = BTreeSet::new();
    for id in found {
        if rows.get_blob(id)?.is_none() {
            orphans.insert(id);
        }
    }
    Ok(orphans)
}

/// What may go: [`Job::Sweep`] looks once more.
#[derive(Debug, Default)]
pub struct Leftovers {
    /// Pictures that have had no use for long.
    pub idle: Vec<BlobId>,
    /// Files that no row names, perhaps not yet.
    pub orphans: BTreeSet<BlobId>,
}

impl Leftovers {
    /// Looks at everything.
    ///
    /// # Errors
    /// The store failed.
    pub fn find<M: Mode>(rows: &Rows<M>, files: &Files) -> Result<Self, StoreError> {
        let age = rows.get_age()?;
        let unused = rows.list_unused_blobs()?.into_iter();
        let may_go =
            unused.filter(|(_, blob)| blob.is_idle(age, BLOB_IDLE_MAX) || blob.idle_since > age);
        let idle = may_go.map(|(id, _)| id).collect();
        Ok(Leftovers { idle, orphans: orphans(rows, files)? })
    }

    /// What goes now. A file may be on its way to its row: it goes when it was an orphan an hour ago
    /// as well.
    fn due(self, before: &mut BTreeSet<BlobId>) -> Vec<BlobId> {
        let twice: Vec<BlobId> = self.orphans.intersection(before).copied().collect();
        *before = self.orphans;
        self.idle.into_iter().chain(twice).collect()
    }
}

/// Looks for ever; ends when it is dropped, or with the server.
pub async fn run(readers: Readers, jobs: Sender<Job>) {
    let mut before = BTreeSet::new();
    loop {
        let Some(found) = readers.ask(|slot| Ask::Leftovers { slot }).await else { return };
        let blobs = found.due(&mut before);
        if !blobs.is_empty() && jobs.send(Job::Sweep { blobs }).await.is_err() {
            return;
        }
        while let Some(log) = readers.ask(|slot| Ask::Emptied { slot }).await.flatten() {
            if jobs.send(Job::Empty { log }).await.is_err() {
                return;
            }
            Timer::after(EMPTIED_EVERY).await;
        }
        Timer::after(SWEEP_EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_when_no_row_named_it_an_hour_ago_and_now() {
        let ids = |numbers: &[u8]| numbers.iter().map(|n| BlobId([*n; 32])).collect::<Vec<_>>();
        let found = |idle: &[u8], orphans: &[u8]| Leftovers {
            idle: ids(idle),
            orphans: ids(orphans).into_iter().collect(),
        };
        let mut before = BTreeSet::new();
        assert_eq!(found(&[1], &[2, 3]).due(&mut before), ids(&[1]));
        assert_eq!(found(&[], &[3, 4]).due(&mut before), ids(&[3]));
        assert_eq!(found(&[], &[2]).due(&mut before), ids(&[]));
    }
}
