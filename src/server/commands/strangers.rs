//! Strangers: whoever writes first without being a friend stands apart until that is answered.

use super::book::Notes;
use crate::domain::{AccountId, Choice, Notice, Stranger, Target};
use crate::store::{StoreError, Writes};

/// What somebody is to a person.
pub(super) fn is(
    rows: &Writes<'_>,
    me: AccountId,
    peer: AccountId,
) -> Result<Stranger, StoreError> {
    Ok(rows.get_choice(me, Target::Account(peer))?.stranger)
}

/// Somebody writes to another: that answers whoever stood apart, and who begins a conversation with
/// one whose friend it is not stands apart there.
pub(super) fn wrote(
    notes: &mut Notes<'_, '_>,
    (from, to): (AccountId, AccountId),
    begins: bool,
) -> Result<(), StoreError> {
    if from == to {
        return Ok(());
    }
    put(notes, from, to, Stranger::No)?;
    // Read for the first message only, not for each.
    let is_friend = |notes: &Notes<'_, '_>| {
        let contact = notes.rows.get_contact(to, from)?;
        Ok::<_, StoreError>(contact.is_some_and(|contact| contact.friend))
    };
    match begins && !is_friend(notes)? {
        true => put(notes, to, from, Stranger::Waiting),
        false => Ok(()),
    }
}

/// They are friends: nobody stands apart.
pub(super) fn befriended(
    notes: &mut Notes<'_, '_>,
    a: AccountId,
    b: AccountId,
) -> Result<(), StoreError> {
    put(notes, a, b, Stranger::No)?;
    put(notes, b, a, Stranger::No)
}

/// Whoever is blocked does not stand there again when it is blocked no more.
pub(super) fn blocked(
    notes: &mut Notes<'_, '_>,
    me: AccountId,
    peer: AccountId,
) -> Result<(), StoreError> {
    match is(notes.rows, me, peer)? {
        Stranger::Waiting => put(notes, me, peer, Stranger::Declined),
        Stranger::No | Stranger::Declined => Ok(()),
    }
}

fn put(
    notes: &mut Notes<'_, '_>,
    me: AccountId,
    peer: AccountId,
    stranger: Stranger,
) -> Result<(), StoreError> {
    let with = Target::Account(peer);
    let before = notes.rows.get_choice(me, with)?;
    if before.stranger == stranger {
        return Ok(());
    }
    let choice = Choice { stranger, ..before };
    notes.rows.put_choice(me, with, choice)?;
    notes.tell(me, Notice::Choice { with, choice })
}
