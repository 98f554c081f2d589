//! Who sees what: a message, and so the pictures in it.

use crate::domain::{AccountId, BlobId, ConversationId, ConversationKind, Seq};
use crate::store::places::Showing;
use crate::store::rooms::Range;
use crate::store::{Reads, StoreError};

/// Whether somebody may fetch a picture: it is somebody's face, or in a message that it sees.
pub(super) fn sees_picture(rows: &Reads, me: AccountId, blob: BlobId) -> Result<bool, StoreError> {
    // Places come by conversation: what may be seen of one is read once.
    let mut last: Option<(ConversationId, Vec<Range>)> = None;
    rows.is_shown(blob, |place| {
        let (conversation, seq) = match place {
            Showing::Face(_) => return Ok(true),
            Showing::Message(conversation, seq) => (conversation, seq),
        };
        if last.as_ref().is_none_or(|(known, _)| *known != conversation) {
            last = Some((conversation, seen_of(rows, me, conversation)?));
        }
        let ranges = last.iter().flat_map(|(_, ranges)| ranges);
        Ok(ranges.into_iter().any(|range| (range.first..=range.last).contains(&seq)))
    })
}

/// What somebody sees of a log now; nothing where it is no member.
pub(super) fn seen_of(
    rows: &Reads,
    me: AccountId,
    conversation: ConversationId,
) -> Result<Vec<Range>, StoreError> {
    if rows.get_cursors(me, conversation)?.is_none() {
        return Ok(Vec::new());
    }
    match rows.get_conversation(conversation)? {
        Some(log) if matches!(log.kind, ConversationKind::Room { .. }) => {
            rows.list_ranges(conversation, me)
        }
        Some(log) => Ok(vec![Range { first: Seq(1), last: log.head }]),
        None => Ok(Vec::new()),
    }
}
