//! Throws away pictures that nobody shows, files that were there for long enough, what no row names, and
//! what was said in rooms that are dissolved: at the start, and once an hour.

use std::collections::BTreeSet;
use std::time::Duration;

use async_channel::Sender;
use async_io::Timer;

use super::files::{self, Term};
use super::job::Job;
use super::readers::{Ask, Readers};
use crate::domain::{BlobId, FileId, FileState};
use crate::limits::{BLOB_IDLE_MAX, EMPTIED_EVERY, FILES_ENDED_AT_ONCE, Limits, SWEEP_EVERY};
use crate::store::blobs::Files;
use crate::store::files::FileRow;
use crate::store::rows::{Mode, Rows};
use crate::store::{Reads, StoreError};

/// More have to end: the writer shall have done the last ones by then.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// Before anybody can upload: a file that no row names was left by a crash. Bytes of a file that is on
/// its way still, and lie where blobs do already, go back first.
///
/// # Errors
/// The store failed.
pub fn remove_orphans(rows: &Reads, files: &Files) -> Result<(), StoreError> {
    files.clear_bin();
    if let Err(error) = files.remove_unfinished() {
        tracing::warn!(%error, "what a crash left of pictures cannot be removed");
    }
    let lying = Lying::look(files);
    for (id, row) in incoming(rows, &lying)? {
        let bytes = row.filter(|row| row.state == FileState::Coming).map(|row| row.bytes);
        let result = match bytes.map(|bytes| files.get_settled(id, bytes)) {
            Some(Some(root)) if rows.get_blob(root)?.is_none() => files.put_back(id, root),
            Some(_) => Ok(()),
            None => files.remove_incoming(id),
        };
        if let Err(error) = result {
            tracing::warn!(%error, "a file that was on its way cannot be put in order");
        }
    }
    // Some went back to those that come.
    for id in orphans(rows, &Lying::look(files))? {
        if let Err(error) = files.remove(id) {
            tracing::warn!(%error, "a picture that nothing names cannot be removed");
        }
    }
    Ok(())
}

/// What lies in the folders. To be looked at before the rows are: a file has its row before anything of it
/// comes, so what lies here and has no row that it needs in a later snapshot has lost it. A folder that cannot
/// be read keeps its files, and that is logged.
#[derive(Debug, Default)]
pub struct Lying {
    blobs: Vec<BlobId>,
    incoming: Vec<FileId>,
}

impl Lying {
    /// Looks now.
    #[must_use]
    pub fn look(files: &Files) -> Self {
        let blobs = files.list().unwrap_or_else(|error| {
            tracing::warn!(%error, "the folder of pictures cannot be read");
            Vec::new()
        });
        let incoming = files.list_incoming().unwrap_or_else(|error| {
            tracing::warn!(%error, "the folder of files that come cannot be read");
            Vec::new()
        });
        Lying { blobs, incoming }
    }
}

/// Files that no row names.
fn orphans<M: Mode>(rows: &Rows<M>, lying: &Lying) -> Result<BTreeSet<BlobId>, StoreError> {
    let mut orphans = BTreeSet::new();
    for id in &lying.blobs {
        if rows.get_blob(*id)?.is_none() {
            orphans.insert(*id);
        }
    }
    Ok(orphans)
}

/// Files of which something came, and their rows.
fn incoming<M: Mode>(
    rows: &Rows<M>,
    lying: &Lying,
) -> Result<Vec<(FileId, Option<FileRow>)>, StoreError> {
    lying.incoming.iter().map(|id| Ok((*id, rows.get_file(*id)?))).collect()
}

/// Adds files whose owner or log is gone, up to as many as end at once. An account's files stand together,
/// and in them those of a conversation.
fn stranded<M: Mode>(rows: &Rows<M>, found: &mut Vec<FileId>) -> Result<(), StoreError> {
    let mut known = None;
    rows.visit_open_files(|owner, file| {
        let of = (owner, file.conversation);
        let is_stranded = match known {
            Some((before, is_stranded)) if before == of => is_stranded,
            _ => files::is_stranded(rows, owner, file)?,
        };
        known = Some((of, is_stranded));
        if is_stranded && found.len() < FILES_ENDED_AT_ONCE && !found.contains(&file) {
            found.push(file);
        }
        Ok(found.len() < FILES_ENDED_AT_ONCE)
    })
}

/// What may go: [`Job::Sweep`] looks once more.
#[derive(Debug, Default)]
pub struct Leftovers {
    /// Pictures that have had no use for long.
    pub idle: Vec<BlobId>,
    /// Files that no row names, perhaps not yet.
    pub orphans: BTreeSet<BlobId>,
    /// Files that were there for long enough, and those whose owner or room is gone.
    pub expired: Vec<FileId>,
    /// Files that do not come any more, though something of them is there. An end is for ever.
    pub ended: Vec<FileId>,
}

impl Leftovers {
    /// Compares what lay in the folders with the rows of a snapshot that was opened behind that.
    ///
    /// # Errors
    /// The store failed.
    pub fn find<M: Mode>(
        rows: &Rows<M>,
        lying: &Lying,
        limits: &Limits,
    ) -> Result<Self, StoreError> {
        let age = rows.get_age()?;
        let mut expired = match Term::new(limits, 0, age).last_age_min() {
            Some(last) => rows.list_files_since(last, FILES_ENDED_AT_ONCE)?,
            None => Vec::new(),
        };
        stranded(rows, &mut expired)?;
        let comes =
            |row: &Option<FileRow>| row.as_ref().is_some_and(|row| row.state == FileState::Coming);
        let incoming = incoming(rows, lying)?.into_iter();
        let ended = incoming.filter(|(_, row)| !comes(row)).map(|(id, _)| id).collect();
        let unused = rows.list_unused_blobs()?.into_iter();
        let may_go =
            unused.filter(|(_, blob)| blob.is_idle(age, BLOB_IDLE_MAX) || blob.idle_since > age);
        let idle = may_go.map(|(id, _)| id).collect();
        Ok(Leftovers { idle, orphans: orphans(rows, lying)?, expired, ended })
    }

    /// What goes now. A file may be on its way to its row: it goes when it was an orphan an hour ago
    /// as well.
    fn due(&mut self, before: &mut BTreeSet<BlobId>) -> Vec<BlobId> {
        let orphans = std::mem::take(&mut self.orphans);
        let twice: Vec<BlobId> = orphans.intersection(before).copied().collect();
        *before = orphans;
        self.idle.drain(..).chain(twice).collect()
    }
}

/// Looks for ever; ends when it is dropped, or with the server.
pub async fn run(readers: Readers, jobs: Sender<Job>, files: Files) {
    let mut before = BTreeSet::new();
    loop {
        let Some(mut found) = readers.ask(|slot| Ask::Leftovers { slot }).await else { return };
        let blobs = found.due(&mut before);
        let mut expired = std::mem::take(&mut found.expired);
        remove_ended(&files, found.ended).await;
        let has_more = expired.len() >= FILES_ENDED_AT_ONCE;
        let is_idle = blobs.is_empty() && expired.is_empty();
        let sweep = Job::Sweep { blobs, files: std::mem::take(&mut expired) };
        if !is_idle && jobs.send(sweep).await.is_err() {
            return;
        }
        while let Some(log) = readers.ask(|slot| Ask::Emptied { slot }).await.flatten() {
            if jobs.send(Job::Empty { log }).await.is_err() {
                return;
            }
            Timer::after(EMPTIED_EVERY).await;
        }
        Timer::after(if has_more { AGAIN_AFTER } else { SWEEP_EVERY }).await;
    }
}

/// Removes what is there of files that have ended.
async fn remove_ended(files: &Files, ended: Vec<FileId>) {
    let files = files.clone();
    smol::unblock(move || {
        for id in ended {
            if let Err(error) = files.remove_incoming(id) {
                tracing::warn!(%error, "what came of a file that has ended cannot be removed");
            }
        }
        files.empty_bin();
    })
    .await;
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{AccountId, ConversationId, Seq};
    use crate::server::board::Board;
    use crate::server::readers::Reader;
    use crate::store::incoming::Incoming;
    use crate::store::{Engine, Writes, schema};

    #[test]
    fn a_file_goes_when_no_row_named_it_an_hour_ago_and_now() {
        let ids = |numbers: &[u8]| numbers.iter().map(|n| BlobId([*n; 32])).collect::<Vec<_>>();
        let found = |idle: &[u8], orphans: &[u8]| Leftovers {
            idle: ids(idle),
            orphans: ids(orphans).into_iter().collect(),
            ..Leftovers::default()
        };
        let mut before = BTreeSet::new();
        assert_eq!(found(&[1], &[2, 3]).due(&mut before), ids(&[1]));
        assert_eq!(found(&[], &[3, 4]).due(&mut before), ids(&[3]));
        assert_eq!(found(&[], &[2]).due(&mut before), ids(&[]));
    }

    #[test]
    fn a_file_that_was_offered_and_begun_since_the_folder_was_looked_at_stays() {
        let home = tempfile::tempdir().unwrap();
        let engine = Engine::open(home.path(), "server.redb", schema::MIGRATIONS, 1 << 20).unwrap();
        let files = Files::of(home.path());
        let file = |seq| FileId { conversation: ConversationId(3), seq: Seq(seq) };
        let begin = |seq| {
            let transaction = engine.write().unwrap();
            let mut rows = Writes::open(&transaction).unwrap();
            let (state, owner) = (FileState::Coming, AccountId(10_001));
            let row = FileRow { owner, bytes: 9, state, root: None, since_age_min: 0, taken: 0 };
            rows.put_file(file(seq), &row).unwrap();
            drop(rows);
            transaction.commit().unwrap();
            drop(Incoming::open(&files, file(seq), 9).unwrap());
        };
        begin(1);
        drop(Incoming::open(&files, file(9), 9).unwrap());
        let limits = Limits::default();
        let (slot, found) = async_channel::bounded(1);
        // A reader looks at the folder first: what begins between that and the snapshot is not in it.
        let lying = Lying::look(&files);
        begin(2);
        let snapshot = engine.read().unwrap();
        let rows = Reads::open(&snapshot).unwrap();
        assert_eq!(Leftovers::find(&rows, &lying, &limits).unwrap().ended, [file(9)]);
        // What the reader itself finds is the same.
        let board = Arc::new(Board::default());
        let reader = Reader::new(
            Arc::new(engine),
            board,
            files,
            crate::server::policy::Policy::of_limits(limits),
        );
        reader.answer(Ask::Leftovers { slot }).unwrap();
        assert_eq!(found.try_recv().unwrap().ended, [file(9)]);
    }
}
