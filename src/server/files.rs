//! What the rules and the readers both say of a file: who sees it, and how it stands.

use crate::domain::{AccountId, ConversationKind, FileId, FileState, FileStatus, Seq};
use crate::limits::Limits;
use crate::store::StoreError;
use crate::store::conversations::Conversation;
use crate::store::files::FileRow;
use crate::store::rows::{Mode, Rows};

const MINUTE_MS: u64 = 60 * 1000;
const DAY_MIN: u64 = 24 * 60;

/// The log of a file, if an account sees the message that offers it: as it would in history.
///
/// # Errors
/// The store failed.
pub fn sees<M: Mode>(
    rows: &Rows<M>,
    account: AccountId,
    file: FileId,
) -> Result<Option<Conversation>, StoreError> {
    let FileId { conversation, seq } = file;
    let is_member = rows.get_cursors(account, conversation)?.is_some();
    let (true, Some(log)) = (is_member, rows.get_conversation(conversation)?) else {
        return Ok(None);
    };
    let is_seen = match log.kind {
        ConversationKind::Notices { .. } => false,
        ConversationKind::Room { .. } => {
            let ranges = rows.list_ranges(conversation, account)?;
            ranges.iter().any(|range| (range.first..=range.last).contains(&seq))
        }
        ConversationKind::Direct { .. } | ConversationKind::Lobby => seq > Seq::ZERO,
    };
    Ok((is_seen && seq <= log.head).then_some(log))
}

/// Whether nobody is left whose a file is, or there is no log any more that it is in.
///
/// # Errors
/// The store failed.
pub fn is_stranded<M: Mode>(
    rows: &Rows<M>,
    owner: AccountId,
    file: FileId,
) -> Result<bool, StoreError> {
    let is_gone = rows.get_account(owner)?.is_none_or(|account| account.deleted);
    Ok(is_gone || rows.get_conversation(file.conversation)?.is_none())
}

/// For how long files are kept, at a moment.
#[derive(Debug, Clone, Copy)]
pub struct Term {
    now_ms: i64,
    age_min: u64,
    days_min: u64,
}

impl Term {
    /// At a moment by the wall and by the server's age in minutes.
    #[must_use]
    pub fn new(limits: &Limits, now_ms: i64, age_min: u64) -> Self {
        Term { now_ms, age_min, days_min: limits.files_days.saturating_mul(DAY_MIN) }
    }

    /// Files that came to their state at this age of the server are at their end; none while the server
    /// is younger than files get.
    #[must_use]
    pub fn last_age_min(&self) -> Option<u64> {
        self.age_min.checked_sub(self.days_min)
    }

    /// When a file goes, if the server runs until then.
    fn until(&self, row: &FileRow) -> i64 {
        let gone_age = row.since_age_min.saturating_add(self.days_min);
        let left_ms = gone_age.saturating_sub(self.age_min).saturating_mul(MINUTE_MS);
        self.now_ms.saturating_add(i64::try_from(left_ms).unwrap_or(i64::MAX))
    }
}

/// How a file stands, of which so many bytes came while it was on its way.
#[must_use]
pub fn status(row: &FileRow, came: u64, term: Term) -> FileStatus {
    let here = match row.state {
        FileState::Coming => came,
        FileState::Kept => row.bytes,
        FileState::Cancelled | FileState::Declined | FileState::Expired => 0,
    };
    FileStatus {
        state: row.state,
        here,
        hash: row.root.filter(|_| row.state == FileState::Kept),
        taken: row.taken,
        until: row.state.is_open().then(|| term.until(row)),
    }
}

/// How a file stands that is gone.
#[must_use]
pub fn gone(row: &FileRow) -> FileStatus {
    FileStatus { state: row.state, here: 0, hash: None, taken: row.taken, until: None }
}
