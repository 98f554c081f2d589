//! Messages taken back: by their writers, within two minutes, for everybody.
//!
//! The minutes are counted by the server's age, so that no clock on the wall makes them longer or
//! shorter. The words go and the line that says so comes in one transaction: whoever has the words
//! learns of it by the line, by seq like anything else.

use super::pictures::use_body;
use super::profile::Use;
use super::rooms::{self, Verdict};
use super::send::{self, Place};
use super::{Decision, Rules};
use crate::clock::Moment;
use crate::domain::{Body, ConversationId, FileId, FileState, Seq, Target};
use crate::limits::RECALL_MAX;
use crate::net::protocol::{Reason, RequestId};
use crate::server::job::{Caller, Ended, Outcome};
use crate::store::Writes;

impl Rules {
    /// Takes a message back, and what it brought.
    pub(super) fn recall(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        (caller, id): (&Caller, RequestId),
        (to, seq): (Target, Seq),
    ) -> Decision {
        let (age, age_min) = (self.age.seconds(rows, now)?, self.age.minutes(rows, now)?);
        let (log, body) = match rooms::decided(may_recall(rows, age, caller, (to, seq)))? {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        };
        rows.blank_message(log, seq)?;
        use_body(rows, age_min, (&body, log, seq), Use::Ends)?;
        let (file, mut ended) = (FileId { conversation: log, seq }, Ended::default());
        if let Some(offered) = rows.get_file(file)?.filter(|offered| offered.state.is_open()) {
            self.end_file(rows, now, (file, offered), FileState::Cancelled, &mut ended)?;
        }
        let body = Body::Recalled { seq: Some(seq) };
        let line = rows.append_line(log, caller.account, now.wall_ms, body)?;
        send::read_own(rows, caller.account, &line)?;
        let (caller, messages) = (caller.clone(), vec![line]);
        Ok(Ok(Outcome::Booked { caller, id, messages, reply: None, ended }))
    }
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
