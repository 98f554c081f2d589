//! How people want to have their conversations: pinned, and what is told of them.

use super::super::book::Notes;
use super::{Inside, Verdict};
use crate::domain::{AccountId, Choice, Notice, Target};
use crate::limits::CHOICES_MAX;
use crate::net::protocol::{ChoiceChange, Reason, Refusal};

pub(super) fn set(
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
    };
    if choice == before {
        return Ok(());
    }
    let is_one_more = before == Choice::default();
    if is_one_more && notes.rows.list_choices(me, None, CHOICES_MAX)?.len() >= CHOICES_MAX {
        return Err(Refusal::limit(Reason::TooMany, CHOICES_MAX as u64).into());
    }
    notes.rows.put_choice(me, with, choice)?;
    Ok(notes.tell(me, Notice::Choice { with, choice })?)
}
