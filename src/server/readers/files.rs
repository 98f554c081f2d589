//! What is asked about files: how they stand, which there are, how much one may keep, and whether one
//! may travel.

use crate::clock;
use crate::domain::{
    AccountId, Body, ConversationId, ConversationKind, DeviceId, FileId, FileState, FileStatus,
    FileWay, Message, Needle, Part, Search, Seq, Sieve, Sort,
};
use crate::limits::{FILES_PAGE_MAX, HISTORY_BYTES_MAX, Limits, SEARCH_LOOKED_MAX};
use crate::net::protocol::{Query, Reason, Refusal, Reply};
use crate::server::files::{self, Term, sees};
use crate::store::blobs::Files;
use crate::store::conversations::Conversation;
use crate::store::files::FileRow;
use crate::store::rooms::Range;
use crate::store::{Reads, StoreError};

const MIB: u64 = 1024 * 1024;
/// What an entry of a list takes on the wire beside its name: the ids, the state, the names of fields.
const ENTRY_BYTES: usize = 320;

type Answer = Result<Result<Reply, Refusal>, StoreError>;

/// What these answers are made of.
pub(super) struct Shelf<'a> {
    pub rows: &'a Reads,
    pub files: &'a Files,
    pub limits: &'a Limits,
}

impl Shelf<'_> {
    /// Everything that is asked of files.
    pub fn answer(&self, me: AccountId, query: Query) -> Answer {
        match query {
            Query::Files { conversation, seqs } => self.stand(me, conversation, &seqs),
            Query::FileList { conversation, text, before } => {
                self.list(me, conversation, (text, before))
            }
            Query::Quota {} => {
                let limits = self.limits;
                Ok(Ok(Reply::Quota {
                    used: self.rows.get_file_bytes(me)?,
                    most: limits.files_mib_per_account.saturating_mul(MIB),
                    file_most: limits.file_mib_max.saturating_mul(MIB),
                    days: limits.files_days,
                }))
            }
            _ => Ok(Err(Reason::BadValue.into())),
        }
    }

    fn stand(&self, me: AccountId, conversation: ConversationId, seqs: &[Seq]) -> Answer {
        let term = self.term()?;
        let mut stand = Vec::new();
        for seq in seqs.iter().take(FILES_PAGE_MAX) {
            let file = FileId { conversation, seq: *seq };
            if sees(self.rows, me, file)?.is_none() {
                continue;
            }
            if let Some(row) = self.rows.get_file(file)? {
                stand.push((*seq, self.status(file, &row, term)));
            }
        }
        Ok(Ok(Reply::Files { files: stand }))
    }

    /// Of a file whose message was recalled nothing is listed. Names are looked for among the last
    /// files of a log only.
    fn list(
        &self,
        me: AccountId,
        conversation: ConversationId,
        (text, before): (String, Option<Seq>),
    ) -> Answer {
        let is_member = self.rows.get_cursors(me, conversation)?.is_some();
        let (true, Some(log)) = (is_member, self.rows.get_conversation(conversation)?) else {
            return Ok(Err(Reason::NotFound.into()));
        };
        if !Needle::is_short_enough(&text) {
            return Ok(Err(Reason::BadValue.into()));
        }
        let search = Search { text, kind: Some(Sort::File), ..Search::default() };
        let (mut sieve, mut looked) = (Sieve::new(&search), 0);
        let (term, end) = (self.term()?, before.unwrap_or(Seq(u64::MAX)));
        let mut page = Page::default();
        for range in self.ranges(me, conversation, log)? {
            let last = range.last.min(log.head).0.min(end.0.saturating_sub(1));
            if page.more || range.first.0 > last {
                continue;
            }
            self.rows.list_files(conversation, (range.first, Seq(last)), |file, row| {
                looked += 1;
                let message = self.rows.get_message(conversation, log.kind, file.seq)?;
                let named = message.filter(|message| match &message.body {
                    Body::File { name, .. } => sieve.takes(message.from, Part::File(name)),
                    _ => false,
                });
                let is_room =
                    named.is_none_or(|message| page.take(message, self.status(file, &row, term)));
                Ok(is_room && looked < SEARCH_LOOKED_MAX)
            })?;
        }
        Ok(Ok(Reply::FileList { files: page.files, more: page.more }))
    }

    /// What somebody sees of its log, newest first.
    fn ranges(
        &self,
        me: AccountId,
        conversation: ConversationId,
        log: Conversation,
    ) -> Result<Vec<Range>, StoreError> {
        Ok(match log.kind {
            ConversationKind::Room { .. } => {
                let mut ranges = self.rows.list_ranges(conversation, me)?;
                ranges.reverse();
                ranges
            }
            _ => vec![Range { first: Seq(1), last: log.head }],
        })
    }

    fn status(&self, file: FileId, row: &FileRow, term: Term) -> FileStatus {
        let came = match row.state {
            FileState::Coming => self.files.count_incoming(file, row.bytes),
            _ => 0,
        };
        files::status(row, came, term)
    }

    fn term(&self) -> Result<Term, StoreError> {
        Ok(Term::new(self.limits, clock::wall_ms(), self.rows.get_age()?))
    }
}

/// A page of a list, as much as fits a frame.
#[derive(Default)]
struct Page {
    files: Vec<(Message, FileStatus)>,
    bytes: usize,
    more: bool,
}

impl Page {
    /// Takes one more; false when that one is for the next page.
    fn take(&mut self, message: Message, status: FileStatus) -> bool {
        let name = match &message.body {
            Body::File { name, .. } => name.len(),
            _ => 0,
        };
        self.bytes += ENTRY_BYTES + name;
        self.more = self.files.len() == FILES_PAGE_MAX || self.bytes > HISTORY_BYTES_MAX;
        if !self.more {
            self.files.push((message, status));
        }
        !self.more
    }
}

/// Whether a file may travel this way for an account at one of its devices, and what it is.
pub(super) fn permit(
    rows: &Reads,
    (me, device): (AccountId, DeviceId),
    (file, way): (FileId, FileWay),
) -> Result<Result<FileRow, Refusal>, StoreError> {
    if rows.get_device(me, device)?.is_none() {
        return Ok(Err(Reason::Fenced.into()));
    }
    let row = match sees(rows, me, file)? {
        Some(_) => rows.get_file(file)?,
        None => None,
    };
    let Some(row) = row else { return Ok(Err(Reason::NotFound.into())) };
    Ok(match (way, row.state) {
        (FileWay::Up, _) if row.owner != me => Err(Reason::NotYours.into()),
        (FileWay::Up | FileWay::Down, FileState::Coming) | (FileWay::Down, FileState::Kept) => {
            Ok(row)
        }
        _ => Err(Reason::FileGone.into()),
    })
}
