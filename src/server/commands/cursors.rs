//! How far people are: cursors that never go back and never pass the head.

use super::{Decision, strangers};
use crate::domain::{AccountId, ConversationId, ConversationKind, Seq, Stranger};
use crate::net::protocol::{Reason, RequestId, ServerFrame};
use crate::server::job::{Caller, Outcome};
use crate::store::conversations::Cursors;
use crate::store::{StoreError, Writes};

/// What the other side may know of it now. What it learnt before stays learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hidden {
    /// The mover is invisible, has blocked the other side or has not accepted it: nothing.
    All,
    /// The mover keeps its reading to itself.
    Reading,
    /// Everything.
    Nothing,
}

pub(super) fn mark_read(
    rows: &mut Writes<'_>,
    (caller, id): (&Caller, RequestId),
    hidden: Hidden,
    conversation: ConversationId,
    seq: Seq,
) -> Decision {
    advance(rows, (caller, id), hidden, conversation, |cursors, head| Cursors {
        read: cursors.read.max(seq.min(head)),
        delivered: cursors.delivered.max(seq.min(head)),
        ..cursors
    })
}

pub(super) fn mark_delivered(
    rows: &mut Writes<'_>,
    (caller, id): (&Caller, RequestId),
    hidden: Hidden,
    conversation: ConversationId,
    seq: Seq,
) -> Decision {
    advance(rows, (caller, id), hidden, conversation, |cursors, head| Cursors {
        delivered: cursors.delivered.max(seq.min(head)),
        ..cursors
    })
}

fn advance(
    rows: &mut Writes<'_>,
    (caller, id): (&Caller, RequestId),
    hidden: Hidden,
    conversation: ConversationId,
    to: impl FnOnce(Cursors, Seq) -> Cursors,
) -> Decision {
    let Some(cursors) = rows.get_cursors(caller.account, conversation)? else {
        return Ok(Err(Reason::NotFound.into()));
    };
    let Some(log) = rows.get_conversation(conversation)? else {
        return Ok(Err(Reason::NotFound.into()));
    };
    let mut moved = to(cursors, log.head);
    let hidden =
        if is_kept_from_peer(rows, caller.account, log.kind)? { Hidden::All } else { hidden };
    if hidden != Hidden::All {
        moved.shown_delivered = moved.delivered;
    }
    if hidden == Hidden::Nothing {
        moved.shown_read = moved.read;
    }
    if moved == cursors {
        // Nobody needs to hear it: saying the same again must not fill others' outboxes.
        let outbox = caller.outbox.clone();
        return Ok(Ok(Outcome::Answer { outbox, frame: ServerFrame::Done { id } }));
    }
    rows.put_cursors(caller.account, conversation, moved)?;
    let (caller, kind) = (caller.clone(), log.kind);
    Ok(Ok(Outcome::Moved { caller, id, conversation, kind, before: cursors, cursors: moved }))
}

/// Neither whom one blocks nor a stranger learns how far one is.
fn is_kept_from_peer(
    rows: &Writes<'_>,
    account: AccountId,
    kind: ConversationKind,
) -> Result<bool, StoreError> {
    let ConversationKind::Direct { low, high } = kind else { return Ok(false) };
    let peer = if low == account { high } else { low };
    let is_blocked = rows.get_contact(account, peer)?.is_some_and(|contact| contact.blocked);
    Ok(is_blocked || strangers::is(rows, account, peer)? != Stranger::No)
}
