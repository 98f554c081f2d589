//! How people want to have their conversations: pinned, what is told of them, and whether a
//! stranger is listened to.

use super::super::book::Notes;
use super::{Inside, Verdict};
use crate::domain::{AccountId, Choice, Notice, Stranger, Target};
use crate::limits::CHOICES_MAX;
use crate::net::protocol::{ChoiceChange, Reason, Refusal};
use crate::server::bounds::Bound;
use crate::server::policy::Policy;

pub(super) fn set(
    policy: &Policy,
    notes: &mut Notes<'_, '_>,
    me: AccountId,
    with: Target,
    change: ChoiceChange,
) -> Verdict<()> {
    match with {
        Target::Account(peer) if notes.rows.get_account(peer)?.is_none() => {
            return Err(Reason::NotFound.into());
        }
        Target::Room(room) => drop(Inside::find(notes.rows, room, me)?),
        Target::Account(_) | Target::Lobby => {}
    }
    let before = notes.rows.get_choice(me, with)?;
    let choice = Choice {
        pinned: change.pinned.unwrap_or(before.pinned),
        notify: change.notify.unwrap_or(before.notify),
        stranger: match change.stranger {
            Some(answer) => answered(before.stranger, answer)?,
            None => before.stranger,
        },
    };
    if choice == before {
        return Ok(());
    }
    let is_one_more = before.is_usual() && !choice.is_usual();
    if is_one_more && count(notes, me)? >= CHOICES_MAX {
        let refusal = Refusal::limit(Reason::TooMany, CHOICES_MAX as u64);
        return Err(policy.refuse(Bound::Lists, refusal).into());
    }
    notes.rows.put_choice(me, with, choice)?;
    Ok(notes.tell(me, Notice::Choice { with, choice })?)
}

/// Who was accepted before, on another device or by a message, is declined no more.
fn answered(before: Stranger, answer: Stranger) -> Verdict<Stranger> {
    match (before, answer) {
        (_, Stranger::Waiting) => Err(Reason::BadValue.into()),
        (Stranger::No, Stranger::Declined) => Err(Reason::NotFound.into()),
        (_, answer) => Ok(answer),
    }
}

/// Strangers do not count: others would use up the room.
fn count(notes: &Notes<'_, '_>, me: AccountId) -> Verdict<usize> {
    let choices = notes.rows.list_choices(me, None, usize::MAX)?;
    Ok(choices.iter().filter(|(_, choice)| !choice.is_usual()).count())
}
