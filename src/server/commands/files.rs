//! Files: who may offer one, and what becomes of it.
//!
//! An offer is a message, and its file counts against its owner from then on, whether its bytes ever
//! come or not. A file that has ended never comes back; its bytes go behind the commit.

use std::fs;

use async_channel::Sender;

use super::{Decision, Rules, rooms};
use crate::clock::Moment;
use crate::domain::{
    AccountId, BlobId, Body, ConversationId, ConversationKind, FileId, FileState, Member, Message,
    Seq, Target, file_name,
};
use crate::net::control::LogEvent;
use crate::net::protocol::{Command, Reason, Refusal, RequestId, ServerFrame};
use crate::server::bounds::Bound;
use crate::server::disk;
use crate::server::files::{self, Term};
use crate::server::job::{Caller, FileChange, Outcome, Told, Verdict};
use crate::store::blobs::Blob;
use crate::store::conversations::Conversation;
use crate::store::files::FileRow;
use crate::store::rooms::Range;
use crate::store::{StoreError, Writes};

const MIB: u64 = 1024 * 1024;

impl Rules {
    /// Everything that may refuse an offer, before the first write.
    pub(super) fn may_offer(
        &self,
        rows: &Writes<'_>,
        account: AccountId,
        (name, bytes): (&str, u64),
    ) -> Result<Result<(), Refusal>, StoreError> {
        let limits = &self.limits;
        if name.is_empty() || file_name(name) != name {
            return Ok(Err(self.policy.refuse(Bound::FileName, Reason::BadValue)));
        }
        let most = limits.file_mib_max.saturating_mul(MIB);
        if bytes > most {
            return Ok(Err(self.over(Bound::FileBytes, Reason::FileTooLarge, most)));
        }
        let most = limits.files_mib_per_account.saturating_mul(MIB);
        if rows.get_file_bytes(account)?.saturating_add(bytes) > most {
            return Ok(Err(self.over(Bound::FilesQuota, Reason::FileQuota, most)));
        }
        if rows.has_files(account, limits.files_per_account)? {
            let most = limits.files_per_account;
            return Ok(Err(self.over(Bound::FilesPerAccount, Reason::TooMany, most)));
        }
        let most = limits.files_mib_total.saturating_mul(MIB);
        let is_over = rows.count_file_bytes()?.saturating_add(bytes) > most;
        // It has to fit, and leave what has to be free.
        let free = limits.files_free_mib.saturating_add(bytes.div_ceil(MIB));
        let is_tight = limits.files_free_mib > 0 && disk::is_full(self.files.folder(), free);
        Ok(match () {
            () if is_over => Err(self.policy.refuse(Bound::FilesTotal, Reason::FilesFull)),
            () if is_tight => Err(self.policy.refuse(Bound::FilesFree, Reason::FilesFull)),
            () => Ok(()),
        })
    }

    /// A message that offers a file was taken: it is on its way.
    pub(super) fn offered(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        message: &Message,
    ) -> Result<(), StoreError> {
        let Body::File { bytes, .. } = message.body else { return Ok(()) };
        let file = FileId { conversation: message.conversation, seq: message.seq };
        let (state, since_age_min) = (FileState::Coming, self.age.minutes(rows, now)?);
        let owner = message.from;
        rows.put_file(file, &FileRow { owner, bytes, state, root: None, since_age_min, taken: 0 })
    }

    /// What is asked of files. It is done on a full disk too: ending one makes room, and that one was
    /// fetched is said once by each person and has a few bytes.
    pub(super) fn file(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        (caller, id): (&Caller, RequestId),
        command: &Command,
    ) -> Decision {
        let me = caller.account;
        let verdict = match command {
            Command::CancelFile { file } => cancel(rows, me, *file),
            Command::DeclineFile { file } => decline(rows, me, *file),
            Command::TookFile { file } => self.took(rows, now, me, *file),
            _ => Err(Reason::BadValue.into()),
        };
        rooms::decided(verdict.map(|change| {
            let (outbox, frame) = (caller.outbox.clone(), ServerFrame::Done { id });
            Outcome::Answer { outbox, frame }.behind(change.into_iter().collect())
        }))
    }

    /// Somebody has fetched it; once is enough to know that.
    fn took(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        me: AccountId,
        file: FileId,
    ) -> rooms::Verdict<Option<FileChange>> {
        let (row, _) = find(rows, me, file)?;
        if row.state == FileState::Coming {
            return Err(Reason::BadValue.into());
        }
        if row.owner == me || !rows.put_taker(file, me)? {
            return Ok(None);
        }
        let row = FileRow { taken: row.taken.saturating_add(1), ..row };
        rows.put_file(file, &row)?;
        let status = files::status(&row, 0, self.term(rows, now)?);
        // In a room everybody hearing of everybody would be a crowd of news.
        let told = Told::Some(vec![row.owner, me]);
        Ok(Some(FileChange { file, status, told, left: None }))
    }

    /// The bytes of a file lie where blobs do, and have this hash: from now on it is kept. That is told
    /// before whoever brought it is answered.
    pub(super) fn keep_file(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        (file, root): (FileId, BlobId),
        slot: &Sender<Verdict>,
    ) -> Result<Outcome, StoreError> {
        let kept = |verdict, is_named| Outcome::Kept {
            slot: slot.clone(),
            verdict,
            blob: root,
            is_named,
            sent: None,
        };
        let known = rows.get_blob(root)?;
        let row = rows.get_file(file)?;
        let row = match row {
            Some(row) if row.state == FileState::Coming => row,
            Some(FileRow { state: FileState::Kept, root: Some(is), .. }) if is == root => {
                return Ok(kept(Verdict::Kept, known.is_some()));
            }
            _ => return Ok(kept(Verdict::Gone, known.is_some())),
        };
        let bytes = row.bytes;
        if !fs::metadata(self.files.path(root)).is_ok_and(|blob| blob.len() == bytes) {
            // A sweep took it away between its settling and now.
            return Ok(kept(Verdict::Missing, known.is_some()));
        }
        let since_age_min = self.age.minutes(rows, now)?;
        let uses = known.map_or(0, |blob| blob.uses) + 1;
        rows.put_blob(root, Blob { bytes, uses, idle_since: since_age_min })?;
        let row = FileRow { state: FileState::Kept, root: Some(root), since_age_min, ..row };
        rows.put_file(file, &row)?;
        let status = files::status(&row, bytes, self.term(rows, now)?);
        let change =
            FileChange { file, status, told: Crowd::default().viewers(rows, file)?, left: None };
        let sent = sent(rows, file, &row)?.map(Box::new);
        let (slot, verdict) = (slot.clone(), Verdict::Kept);
        let kept = Outcome::Kept { slot, verdict, blob: root, is_named: true, sent };
        Ok(kept.behind(vec![change]))
    }

    /// Files that were there for as long as files are, and those whose owner or log is gone.
    pub(super) fn expire(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        files: &[FileId],
    ) -> Result<Vec<FileChange>, StoreError> {
        let last = self.term(rows, now)?.last_age_min();
        let (mut changes, mut crowd) = (Vec::new(), Crowd::default());
        let mut files = files.to_vec();
        files.sort_unstable();
        for file in files {
            let Some(row) = rows.get_file(file)? else { continue };
            let state = match last {
                Some(last) if row.since_age_min <= last => FileState::Expired,
                _ if files::is_stranded(rows, row.owner, file)? => FileState::Cancelled,
                _ => continue,
            };
            changes.extend(end(rows, &mut crowd, file, state)?);
        }
        Ok(changes)
    }

    fn term(&self, rows: &Writes<'_>, now: Moment) -> Result<Term, StoreError> {
        Ok(Term::new(&self.limits, now.wall_ms, self.age.minutes(rows, now)?))
    }
}

/// That a file came whole: who sent it, and where to.
fn sent(rows: &Writes<'_>, file: FileId, row: &FileRow) -> Result<Option<LogEvent>, StoreError> {
    let Some(log) = rows.get_conversation(file.conversation)? else { return Ok(None) };
    let to = match log.kind {
        ConversationKind::Direct { low, high } if low == row.owner => Target::Account(high),
        ConversationKind::Direct { low, .. } => Target::Account(low),
        ConversationKind::Room { room } => Target::Room(room),
        ConversationKind::Lobby => Target::Lobby,
        ConversationKind::Notices { .. } => return Ok(None),
    };
    Ok(Some(LogEvent::FileSent { account: row.owner, to, bytes: row.bytes }))
}

/// Only whoever offered it takes it back, also from where that person is not any more.
fn cancel(
    rows: &mut Writes<'_>,
    me: AccountId,
    file: FileId,
) -> rooms::Verdict<Option<FileChange>> {
    let row = rows.get_file(file)?.ok_or(Reason::NotFound)?;
    if row.owner != me {
        find(rows, me, file)?;
        return Err(Reason::NotYours.into());
    }
    end_as(rows, (file, &row), FileState::Cancelled)
}

/// Only the other one of two declines it.
fn decline(
    rows: &mut Writes<'_>,
    me: AccountId,
    file: FileId,
) -> rooms::Verdict<Option<FileChange>> {
    let (row, log) = find(rows, me, file)?;
    match log.kind {
        ConversationKind::Direct { .. } if row.owner != me => {
            end_as(rows, (file, &row), FileState::Declined)
        }
        _ => Err(Reason::NotAllowed.into()),
    }
}

/// A file that this account sees.
fn find(
    rows: &Writes<'_>,
    me: AccountId,
    file: FileId,
) -> Result<(FileRow, Conversation), rooms::No> {
    let log = files::sees(rows, me, file)?.ok_or(Reason::NotFound)?;
    let row = rows.get_file(file)?.ok_or(Reason::NotFound)?;
    Ok((row, log))
}

/// What ended so before is done; what ended otherwise is gone.
fn end_as(
    rows: &mut Writes<'_>,
    (file, row): (FileId, &FileRow),
    state: FileState,
) -> rooms::Verdict<Option<FileChange>> {
    match row.state {
        before if before == state => Ok(None),
        before if before.is_open() => Ok(end(rows, &mut Crowd::default(), file, state)?),
        _ => Err(Reason::FileGone.into()),
    }
}

/// Ends a file; nothing where it has ended.
pub(super) fn end(
    rows: &mut Writes<'_>,
    crowd: &mut Crowd,
    file: FileId,
    state: FileState,
) -> Result<Option<FileChange>, StoreError> {
    let Some(row) = rows.get_file(file)?.filter(|row| row.state.is_open()) else {
        return Ok(None);
    };
    let left = match row.root {
        Some(root) => release(rows, root)?,
        None => None,
    };
    let row = FileRow { state, root: None, since_age_min: rows.get_age()?, ..row };
    rows.put_file(file, &row)?;
    Ok(Some(FileChange { file, status: files::gone(&row), told: crowd.viewers(rows, file)?, left }))
}

/// The open files of a log, the newest ones, at most `limit`.
pub(super) fn list_open(
    rows: &Writes<'_>,
    conversation: ConversationId,
    limit: usize,
) -> Result<Vec<FileId>, StoreError> {
    let mut open = Vec::new();
    rows.list_files(conversation, (Seq::ZERO, Seq(u64::MAX)), |file, row| {
        if row.state.is_open() {
            open.push(file);
        }
        Ok(open.len() < limit)
    })?;
    Ok(open)
}

/// A file does not need its blob any more, which goes at once where nothing else does: files are large.
fn release(rows: &mut Writes<'_>, root: BlobId) -> Result<Option<BlobId>, StoreError> {
    let Some(blob) = rows.get_blob(root)? else { return Ok(None) };
    if blob.uses > 1 {
        rows.put_blob(root, Blob { uses: blob.uses - 1, ..blob })?;
        return Ok(None);
    }
    rows.remove_blob(root)?;
    Ok(Some(root))
}

/// Those who see the files of a log, worked out once for many of them.
#[derive(Default)]
pub(super) struct Crowd(Option<(ConversationId, Option<Conversation>, Vec<Viewer>)>);

/// Somebody in a room, and what that person sees.
struct Viewer {
    account: AccountId,
    /// From here on everything.
    first: Seq,
    /// All there is, once somebody needed to know.
    ranges: Option<Vec<Range>>,
}

impl Crowd {
    /// Those who see a file: of a room not who came behind its message.
    fn viewers(&mut self, rows: &Writes<'_>, file: FileId) -> Result<Told, StoreError> {
        let known = self.0.take().filter(|(id, ..)| *id == file.conversation);
        let known = match known {
            Some(known) => known,
            None => gather(rows, file.conversation)?,
        };
        let (id, log, crowd) = self.0.insert(known);
        let Some(kind) = log.map(|log| log.kind) else { return Ok(Told::Some(Vec::new())) };
        let ConversationKind::Room { .. } = kind else { return Ok(Told::All(kind)) };
        let (mut viewers, mut all) = (Vec::new(), true);
        for viewer in crowd {
            let is_seen = viewer.first <= file.seq || {
                let ranges = match &mut viewer.ranges {
                    Some(ranges) => ranges,
                    none => none.insert(rows.list_ranges(*id, viewer.account)?),
                };
                ranges.iter().any(|range| (range.first..=range.last).contains(&file.seq))
            };
            match is_seen {
                true => viewers.push(viewer.account),
                false => all = false,
            }
        }
        Ok(if all { Told::All(kind) } else { Told::Some(viewers) })
    }
}

fn gather(
    rows: &Writes<'_>,
    id: ConversationId,
) -> Result<(ConversationId, Option<Conversation>, Vec<Viewer>), StoreError> {
    let log = rows.get_conversation(id)?;
    let members = match log.map(|log| log.kind) {
        Some(ConversationKind::Room { room }) => {
            rows.list_members(room, AccountId(0), usize::MAX)?
        }
        _ => Vec::new(),
    };
    let viewer =
        |member: Member| Viewer { account: member.account, first: member.first, ranges: None };
    Ok((id, log, members.into_iter().map(viewer).collect()))
}
