//! What has become of files, and what opens their links.

use crate::clock;
use crate::domain::{AccountId, ConversationId, DeviceId, FileId, FileState, FileWay, Seq};
use crate::limits::{FILES_PAGE_MAX, HISTORY_BYTES_MAX};
use crate::net::protocol::{Query, Reason, Refusal, Reply};
use crate::server::commands::file_status;
use crate::server::sight::{seen_of, sees_file};
use crate::server::transfers::{Grant, Transfers};
use crate::store::blobs::Files;
use crate::store::files::Offered;
use crate::store::{Reads, StoreError};

const MIB: u64 = 1024 * 1024;

type Answer = Result<Result<Reply, Refusal>, StoreError>;

/// Answers what concerns files.
pub(super) struct Desk<'a> {
    pub rows: &'a Reads,
    pub files: &'a Files,
    pub transfers: &'a Transfers,
    pub me: AccountId,
    pub here: DeviceId,
}

impl Desk<'_> {
    pub fn answer(&self, query: Query) -> Answer {
        match query {
            Query::Files { conversation, seqs } => self.states(conversation, &seqs),
            Query::FileList { conversation, text, before } => {
                self.list(conversation, &text, before.unwrap_or(Seq(u64::MAX)))
            }
            Query::Ticket { file, way } => self.ticket(file, way),
            Query::Quota {} => self.quota(),
            _ => Ok(Err(Reason::BadValue.into())),
        }
    }

    fn states(&self, conversation: ConversationId, seqs: &[Seq]) -> Answer {
        let ranges = seen_of(self.rows, self.me, conversation)?;
        let age_min = self.rows.get_age()?;
        let mut files = Vec::new();
        for seq in seqs.iter().take(FILES_PAGE_MAX) {
            if !ranges.iter().any(|range| (range.first..=range.last).contains(seq)) {
                continue;
            }
            let file = FileId { conversation, seq: *seq };
            if let Some(offered) = self.rows.get_file(file)? {
                let here = self.here(file, &offered);
                files.push((*seq, file_status(&offered, self.transfers.limits(), age_min, here)));
            }
        }
        files.sort_by_key(|(seq, _)| *seq);
        files.dedup_by_key(|(seq, _)| *seq);
        Ok(Ok(Reply::Files { files }))
    }

    /// Bytes of a file that are there.
    fn here(&self, file: FileId, offered: &Offered) -> u64 {
        if offered.state != FileState::Coming {
            return 0;
        }
        let known = self.transfers.proven(file);
        known.unwrap_or_else(|| self.files.proven(file, offered.bytes))
    }

    fn list(&self, conversation: ConversationId, text: &str, before: Seq) -> Answer {
        let Some(log) = self.rows.get_conversation(conversation)? else {
            return Ok(Err(Reason::NotFound.into()));
        };
        let ranges = seen_of(self.rows, self.me, conversation)?;
        if ranges.is_empty() {
            return Ok(Err(Reason::NotFound.into()));
        }
        let (wanted, age_min) = (text.trim().to_lowercase(), self.rows.get_age()?);
        let (mut files, mut bytes, mut more) = (Vec::new(), 0, false);
        self.rows.list_files(conversation, before, |seq, offered| {
            let is_seen = ranges.iter().any(|range| (range.first..=range.last).contains(&seq));
            if !is_seen || !offered.name.to_lowercase().contains(&wanted) {
                return Ok(true);
            }
            bytes += offered.name.len() + 400;
            if files.len() == FILES_PAGE_MAX || bytes > HISTORY_BYTES_MAX {
                more = true;
                return Ok(false);
            }
            if let Some(message) = self.rows.get_message(conversation, log.kind, seq)? {
                let file = FileId { conversation, seq };
                let here = self.here(file, &offered);
                let status = file_status(&offered, self.transfers.limits(), age_min, here);
                files.push((message, status));
            }
            Ok(true)
        })?;
        Ok(Ok(Reply::FileList { files, more }))
    }

    fn ticket(&self, file: FileId, way: FileWay) -> Answer {
        let grant = Grant { file, way, account: self.me, device: self.here };
        if let Err(refusal) = may_travel(self.rows, &grant)? {
            return Ok(Err(refusal));
        }
        let mut ticket = [0; 32];
        if let Err(error) = getrandom::fill(&mut ticket) {
            tracing::error!(%error, "the system gives no random bytes");
            return Ok(Err(Reason::Failed.into()));
        }
        self.transfers.give(ticket, grant, clock::uptime());
        Ok(Ok(Reply::Ticket { ticket }))
    }

    fn quota(&self) -> Answer {
        let limits = self.transfers.limits();
        Ok(Ok(Reply::Quota {
            used: self.rows.get_file_bytes(self.me)?,
            most: limits.files_mib_per_account.saturating_mul(MIB),
            file_most: limits.file_mib_max.saturating_mul(MIB),
            days: limits.files_days,
        }))
    }
}

/// Whether somebody may bring or fetch a file now, on a device that is signed in still.
pub(super) fn may_travel(
    rows: &Reads,
    grant: &Grant,
) -> Result<Result<Offered, Refusal>, StoreError> {
    let Grant { file, way, account, device } = *grant;
    if rows.get_device(account, device)?.is_none() || !sees_file(rows, account, file)? {
        return Ok(Err(Reason::NotFound.into()));
    }
    let Some(offered) = rows.get_file(file)? else { return Ok(Err(Reason::NotFound.into())) };
    Ok(match (way, offered.state) {
        (_, state) if !state.is_open() => Err(Reason::FileGone.into()),
        (FileWay::Up, _) if offered.owner != account => Err(Reason::NotYours.into()),
        // It is whole already.
        (FileWay::Up, FileState::Kept) => Err(Reason::FileGone.into()),
        _ => Ok(offered),
    })
}
