//! Those in a room: they leave, are put out, muted, named admins, called something.

use super::super::book::{Notes, words};
use super::{Inside, No, Verdict, making};
use crate::domain::{AccountId, Door, Member, Parting, Rank, Room, RoomChange, RoomId, Words};
use crate::limits::MUTE_MAX;
use crate::net::protocol::{MemberChange, Reason};
use crate::store::{StoreError, Writes};

pub(super) fn leave(notes: &mut Notes<'_, '_>, me: AccountId, room: RoomId) -> Verdict<()> {
    let Inside { mut room, me } = Inside::find(notes.rows, room, me)?;
    match (me.rank, room.members) {
        (Rank::Owner, 0..=1) => Ok(making::dissolve(notes, room)?),
        (Rank::Owner, _) => Err(Reason::OwnerStays.into()),
        _ => Ok(notes.depart(&mut room, &me, Parting::Left)?),
    }
}

pub(super) fn kick(
    notes: &mut Notes<'_, '_>,
    me: AccountId,
    room: RoomId,
    account: AccountId,
) -> Verdict<()> {
    let Inside { mut room, me } = Inside::find_as(notes.rows, room, me, Rank::Admin)?;
    let member = below(notes.rows, &room, &me, account)?;
    Ok(notes.depart(&mut room, &member, Parting::Kicked)?)
}

/// Somebody in the room over whom one has a say.
fn below(rows: &Writes<'_>, room: &Room, me: &Member, account: AccountId) -> Verdict<Member> {
    if account == me.account {
        return Err(Reason::Yourself.into());
    }
    let member = rows.get_member(room.room, account)?.ok_or(Reason::NotFound)?;
    match me.rank >= Rank::Admin && me.rank > member.rank {
        true => Ok(member),
        false => Err(Reason::NotAllowed.into()),
    }
}

/// Everything is judged before anything is written.
pub(super) fn set(
    notes: &mut Notes<'_, '_>,
    me: AccountId,
    (room, account): (RoomId, AccountId),
    change: &MemberChange,
) -> Verdict<()> {
    let Inside { mut room, me } = Inside::find(notes.rows, room, me)?;
    let mut member = notes.rows.get_member(room.room, account)?.ok_or(Reason::NotFound)?;
    let card = match &change.card {
        Some(_) if account != me.account => return Err(Reason::NotAllowed.into()),
        Some(card) => Some(words(Words::Card, card)?),
        None => None,
    };
    let until = match change.mute_ms {
        Some(ms) => {
            below(notes.rows, &room, &me, account)?;
            Some(until(notes.now(), ms)?)
        }
        None => None,
    };
    if change.rank.is_some() {
        below(notes.rows, &room, &me, account)?;
        if me.rank != Rank::Owner {
            return Err(Reason::NotAllowed.into());
        }
    }
    if let Some(card) = card.filter(|card| *card != member.card) {
        member.card = card;
        let card = member.card.clone();
        let line = notes.line(&mut room, &RoomChange::Carded { account, card })?;
        notes.put_member(&room, member.clone())?;
        notes.push(line);
    }
    if let Some(until) = until.filter(|until| *until != member.muted_until) {
        member.muted_until = until;
        let line = notes.line(&mut room, &RoomChange::Muted { account, until })?;
        notes.put_member(&room, member.clone())?;
        notes.push(line);
    }
    match change.rank {
        Some(Rank::Owner) => Ok(hand_on(notes, &mut room, me, member)?),
        Some(rank) if rank != member.rank => Ok(set_rank(notes, &mut room, member, rank)?),
        _ => Ok(()),
    }
}

/// Until when, or that it is too long.
fn until(now: i64, ms: u64) -> Result<i64, No> {
    match i64::try_from(ms) {
        Ok(0) => Ok(0),
        Ok(span) if u128::from(ms) <= MUTE_MAX.as_millis() => Ok(now.saturating_add(span)),
        _ => Err(Reason::BadValue.into()),
    }
}

fn set_rank(
    notes: &mut Notes<'_, '_>,
    room: &mut Room,
    mut member: Member,
    rank: Rank,
) -> Result<(), StoreError> {
    let (account, before) = (member.account, member.rank);
    member.rank = rank;
    if rank >= Rank::Admin {
        member.muted_until = 0;
    }
    let line = notes.line(room, &RoomChange::Ranked { account, rank })?;
    notes.put_member(room, member)?;
    if before < Rank::Admin && rank >= Rank::Admin {
        notes.show_requests(room.room, account)?;
    }
    notes.push(line);
    Ok(())
}

/// The room is another's; whose it was is a member like others.
fn hand_on(
    notes: &mut Notes<'_, '_>,
    room: &mut Room,
    owner: Member,
    heir: Member,
) -> Result<(), StoreError> {
    let (account, before) = (heir.account, heir.rank);
    let line = notes.line(room, &RoomChange::Owner { account })?;
    notes.put_member(room, Member { rank: Rank::Member, ..owner })?;
    notes.put_member(room, Member { rank: Rank::Owner, muted_until: 0, ..heir })?;
    if before < Rank::Admin {
        notes.show_requests(room.room, account)?;
    }
    notes.push(line);
    Ok(())
}

/// An account is deleted: it leaves its rooms and waits for none; its own rooms go to the oldest
/// admin, else to the oldest member.
pub(in super::super) fn leave_all(
    notes: &mut Notes<'_, '_>,
    me: AccountId,
) -> Result<(), StoreError> {
    for request in notes.rows.list_own_requests(me)? {
        match request.door {
            Door::Asks => notes.drop_request(&request)?,
            Door::Invited => notes.rows.remove_room_request(&request)?,
        }
    }
    for room in notes.rows.list_own_rooms(me, RoomId(0), usize::MAX)? {
        let Some(mut room) = notes.rows.get_room(room)? else { continue };
        let Some(member) = notes.rows.get_member(room.room, me)? else { continue };
        if member.rank == Rank::Owner {
            let Some(heir) = heir(notes.rows, &room, me)? else {
                making::dissolve(notes, room)?;
                continue;
            };
            hand_on(notes, &mut room, member.clone(), heir)?;
        }
        notes.depart(&mut room, &member, Parting::Left)?;
    }
    notes.rows.remove_own_choices(me)
}

fn heir(rows: &Writes<'_>, room: &Room, but: AccountId) -> Result<Option<Member>, StoreError> {
    let others = rows.list_members(room.room, AccountId(0), usize::MAX)?.into_iter();
    let others = others.filter(|member| member.account != but);
    Ok(others.min_by_key(|member| (member.rank < Rank::Admin, member.first, member.account)))
}
