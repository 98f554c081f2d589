//! Messages taken back: by their writers, within two minutes, for everybody.
//!
//! The minutes are counted by the server's age, so that no clock on the wall makes them longer or
//! shorter. The words go and the line that says so comes in one transaction: whoever has the words
//! learns of it by the line, by seq like anything else.

use super::pictures::use_body;
use super::profile::Use;
use super::rooms::{self, Verdict};
use super::send::{self, Place};
use super::{Decision, files};
use crate::domain::{Body, ConversationId, FileId, FileState, Seq, Target};
use crate::limits::RECALL_MAX;
use crate::net::protocol::{Reason, RequestId};
use crate::server::job::{Caller, Outcome};
use crate::store::Writes;

/// Takes a message back, at a moment by the wall and by the server's age, in seconds and minutes.
pub(super) fn recall(
    rows: &mut Writes<'_>,
    (now, (age, age_min)): (i64, (u64, u64)),
    (caller, id): (&Caller, RequestId),
    (to, seq): (Target, Seq),
) -> Decision {
    let (log, body) = match rooms::decided(may_recall(rows, age, caller, (to, seq)))? {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    rows.blank_message(log, seq)?;
    use_body(rows, age_min, (&body, log, seq), Use::Ends)?;
    let file = FileId { conversation: log, seq };
    let mut crowd = files::Crowd::default();
    let ended = files::end(rows, &mut crowd, file, FileState::Cancelled)?.into_iter().collect();
    let line = rows.append_line(log, caller.account, now, Body::Recalled { seq: Some(seq) })?;
    send::read_own(rows, caller.account, &line)?;
    let (caller, messages) = (caller.clone(), vec![line]);
    Ok(Ok(Outcome::Booked { caller, id, messages, reply: None }.behind(ended)))
}

/// Everything that may refuse, before the first write.
fn may_recall(
    rows: &Writes<'_>,
    age: u64,
    caller: &Caller,
    (to, seq): (Target, Seq),
) -> Verdict<(ConversationId, Body)> {
    let me = caller.account;
    let writer = rooms::may_take_back(rows, me, to)?;
    let Some(Place::Known(log, head)) = send::find(rows, me, to)? else {
        return Err(Reason::NotFound.into());
    };
    if !rooms::may_quote(rows, writer, (log, head), seq)? {
        return Err(Reason::NotFound.into());
    }
    let kind = rows.get_conversation(log)?.ok_or(Reason::NotFound)?.kind;
    let message = rows.get_message(log, kind, seq)?.ok_or(Reason::NotFound)?;
    if message.from != me {
        return Err(Reason::NotYours.into());
    }
    if message.body == (Body::Recalled { seq: None }) {
        return Err(Reason::Recalled.into());
    }
    if !message.body.is_said() {
        return Err(Reason::BadValue.into());
    }
    let taken = rows.get_taken_age(log, seq)?.unwrap_or_default();
    match age.saturating_sub(taken) > RECALL_MAX.as_secs() {
        true => Err(Reason::RecallLate.into()),
        false => Ok((log, message.body)),
    }
}
