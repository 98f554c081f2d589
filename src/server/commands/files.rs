//! Files: who may offer which, what becomes of them, and what that counts.

use super::{Decision, Rules};
use crate::clock::Moment;
use crate::domain::{
    AccountId, BlobId, ConversationKind, FileId, FileState, FileStatus, Message, file_name,
};
use crate::limits::Limits;
use crate::net::protocol::{Reason, Refusal, RequestId};
use crate::server::disk;
use crate::server::job::{Caller, Change, Ended, Kept, Outcome};
use crate::server::sight::sees_file;
use crate::store::blobs::Blob;
use crate::store::files::Offered;
use crate::store::{StoreError, Writes};

const MIB: u64 = 1024 * 1024;
const DAY_MIN: u64 = 24 * 60;

/// What those who see its message know of a file, at this age of the server.
pub(crate) fn status(offered: &Offered, limits: &Limits, age_min: u64, here: u64) -> FileStatus {
    let Offered { state, bytes, root, taken, since_min, .. } = *offered;
    let until = since_min.saturating_add(limits.files_days.saturating_mul(DAY_MIN));
    FileStatus {
        state,
        here: if state == FileState::Kept { bytes } else { here },
        hash: root.filter(|_| state == FileState::Kept),
        taken,
        left_min: state.is_open().then(|| until.saturating_sub(age_min)),
    }
}

impl Rules {
    /// Whether somebody may offer a file, before anything is written.
    pub(super) fn may_offer(
        &self,
        rows: &Writes<'_>,
        owner: AccountId,
        (name, bytes): (&str, u64),
    ) -> Result<Result<(), Refusal>, StoreError> {
        let limits = &self.limits;
        let most = limits.file_mib_max.saturating_mul(MIB);
        let own = limits.files_mib_per_account.saturating_mul(MIB);
        let all = limits.files_mib_total.saturating_mul(MIB);
        let free = limits.files_free_mib.saturating_add(bytes / MIB);
        Ok(Err(match () {
            () if name.is_empty() || file_name(name) != name => Reason::BadValue.into(),
            () if bytes > most => Refusal::limit(Reason::FileTooLarge, most),
            () if rows.get_file_bytes(owner)?.saturating_add(bytes) > own => {
                Refusal::limit(Reason::FileQuota, own)
            }
            () if rows.get_all_file_bytes()?.saturating_add(bytes) > all => {
                Reason::FilesFull.into()
            }
            () if disk::is_full(&self.files.data(), free) => Reason::FilesFull.into(),
            () => return Ok(Ok(())),
        }))
    }

    /// A message offers a file: from now on its bytes count, and may come.
    pub(super) fn offer(
        rows: &mut Writes<'_>,
        since_min: u64,
        message: &Message,
        (name, bytes): (&str, u64),
    ) -> Result<(), StoreError> {
        let (owner, name, state) = (message.from, name.to_owned(), FileState::Coming);
        let offered = Offered { owner, name, bytes, state, root: None, since_min, taken: 0 };
        rows.put_file(file_of(message), &offered)
    }

    /// Its sender takes a file back.
    pub(super) fn cancel_file(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        from: (&Caller, RequestId),
        file: FileId,
    ) -> Decision {
        let Some(offered) = seen(rows, from.0.account, file)? else {
            return Ok(Err(Reason::NotFound.into()));
        };
        if offered.owner != from.0.account {
            return Ok(Err(Reason::NotYours.into()));
        }
        self.close_file(rows, now, from, (file, offered), FileState::Cancelled)
    }

    /// The other side of a direct conversation does not want a file.
    pub(super) fn decline_file(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        from: (&Caller, RequestId),
        file: FileId,
    ) -> Decision {
        let Some(offered) = seen(rows, from.0.account, file)? else {
            return Ok(Err(Reason::NotFound.into()));
        };
        let log = rows.get_conversation(file.conversation)?;
        let is_direct = log.is_some_and(|log| matches!(log.kind, ConversationKind::Direct { .. }));
        if offered.owner == from.0.account || !is_direct {
            return Ok(Err(Reason::NotAllowed.into()));
        }
        self.close_file(rows, now, from, (file, offered), FileState::Declined)
    }

    fn close_file(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        (caller, id): (&Caller, RequestId),
        (file, offered): (FileId, Offered),
        state: FileState,
    ) -> Decision {
        let answer = Some((caller.clone(), id));
        // Asked twice is done once.
        if offered.state == state {
            return Ok(Ok(Outcome::Files { answer, ended: Ended::default() }));
        }
        if !offered.state.is_open() {
            return Ok(Err(Reason::FileGone.into()));
        }
        let mut ended = Ended::default();
        self.end_file(rows, now, (file, offered), state, &mut ended)?;
        Ok(Ok(Outcome::Files { answer, ended }))
    }

    /// A file comes to an end: its bytes count no more, and go behind the commit.
    pub(super) fn end_file(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        (file, offered): (FileId, Offered),
        state: FileState,
        ended: &mut Ended,
    ) -> Result<(), StoreError> {
        let (age_min, root) = (self.age.minutes(rows, now)?, offered.root);
        let offered = Offered { state, root: None, ..offered };
        rows.put_file(file, &offered)?;
        ended.gone.extend(free(rows, age_min, root)?);
        let status = status(&offered, &self.limits, age_min, 0);
        if let Some(log) = rows.get_conversation(file.conversation)? {
            ended.changes.push(Change { file, kind: log.kind, status });
        }
        Ok(())
    }

    /// Somebody has fetched a file whole.
    pub(super) fn took_file(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        (caller, id): (&Caller, RequestId),
        file: FileId,
    ) -> Decision {
        let Some(mut offered) = seen(rows, caller.account, file)? else {
            return Ok(Err(Reason::NotFound.into()));
        };
        let mut ended = Ended::default();
        let is_news = offered.state == FileState::Kept
            && offered.owner != caller.account
            && rows.put_taker(file, caller.account)?;
        if is_news {
            offered.taken = offered.taken.saturating_add(1);
            rows.put_file(file, &offered)?;
            let status = status(&offered, &self.limits, self.age.minutes(rows, now)?, 0);
            if let Some(log) = rows.get_conversation(file.conversation)? {
                ended.changes.push(Change { file, kind: log.kind, status });
            }
        }
        Ok(Ok(Outcome::Files { answer: Some((caller.clone(), id)), ended }))
    }

    /// All of a file is a blob on disk: from now on it is kept, unless it ended meanwhile.
    pub(super) fn keep_file(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        kept: &Kept,
    ) -> Result<Outcome, StoreError> {
        let (root, slot) = (kept.root, kept.slot.clone());
        let blob = rows.get_blob(root)?;
        let turned_down = |reason: Reason| {
            let (result, is_kept) = (Err(reason.into()), blob.is_some());
            Ok(Outcome::FileKept { root, is_kept, change: None, result, slot: slot.clone() })
        };
        let Some(mut offered) = rows.get_file(kept.file)? else {
            return turned_down(Reason::FileGone);
        };
        if offered.state != FileState::Coming {
            return turned_down(Reason::FileGone);
        }
        let file = std::fs::metadata(self.files.path(root));
        if file.map_or(true, |file| file.len() != offered.bytes) {
            // A sweep took it for an orphan: it has to come again.
            return turned_down(Reason::Failed);
        }
        let (age_min, uses) = (self.age.minutes(rows, now)?, blob.map_or(0, |blob| blob.uses));
        let bytes = offered.bytes;
        rows.put_blob(root, Blob { bytes, uses: uses + 1, idle_since: age_min })?;
        (offered.state, offered.root) = (FileState::Kept, Some(root));
        rows.put_file(kept.file, &offered)?;
        let status = status(&offered, &self.limits, age_min, bytes);
        let log = rows.get_conversation(kept.file.conversation)?;
        let change = log.map(|log| Change { file: kept.file, kind: log.kind, status });
        Ok(Outcome::FileKept { root, is_kept: true, change, result: Ok(()), slot })
    }

    /// Files whose time has passed.
    pub(super) fn expire_files(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        files: &[FileId],
    ) -> Result<Outcome, StoreError> {
        let mut ended = Ended::default();
        for file in files {
            let Some(offered) = rows.get_file(*file)? else { continue };
            let status = status(&offered, &self.limits, self.age.minutes(rows, now)?, 0);
            if status.left_min == Some(0) {
                let state = FileState::Expired;
                self.end_file(rows, now, (*file, offered), state, &mut ended)?;
            }
        }
        Ok(Outcome::Files { answer: None, ended })
    }

    /// A file whose message nobody can read any more is forgotten.
    pub(super) fn forget_file(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        file: FileId,
        ended: &mut Ended,
    ) -> Result<(), StoreError> {
        let Some(offered) = rows.get_file(file)? else { return Ok(()) };
        rows.remove_file(file)?;
        ended.gone.extend(free(rows, self.age.minutes(rows, now)?, offered.root)?);
        ended.forgotten.push(file);
        Ok(())
    }
}

/// The file that a message offers.
pub(super) fn file_of(message: &Message) -> FileId {
    FileId { conversation: message.conversation, seq: message.seq }
}

fn seen(rows: &Writes<'_>, me: AccountId, file: FileId) -> Result<Option<Offered>, StoreError> {
    match sees_file(rows, me, file)? {
        true => rows.get_file(file),
        false => Ok(None),
    }
}

/// A file needs its blob no more: says which blob goes, if nothing else needs it.
fn free(
    rows: &mut Writes<'_>,
    age_min: u64,
    root: Option<BlobId>,
) -> Result<Option<BlobId>, StoreError> {
    let Some(root) = root else { return Ok(None) };
    let Some(blob) = rows.get_blob(root)? else { return Ok(None) };
    match blob.uses {
        0 | 1 => {
            rows.remove_blob(root)?;
            Ok(Some(root))
        }
        uses => {
            rows.put_blob(root, Blob { uses: uses - 1, idle_since: age_min, ..blob })?;
            Ok(None)
        }
    }
}
