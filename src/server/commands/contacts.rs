//! What one keeps of others, the groups of one's friends, and what others may do.

use super::book::{Notes, all_contacts, words};
use super::requests::{arrived, take_back};
use super::{Decision, Rules, booked, strangers};
use crate::clock::Moment;
use crate::domain::{
    AccountId, Contact, Group, GroupId, Notice, Presence, Privacy, RequestState, Way, Words,
};
use crate::limits::GROUPS_MAX;
use crate::net::protocol::{ContactChange, Reason, Refusal, RequestId};
use crate::server::bounds::Bound;
use crate::server::job::Caller;
use crate::server::policy::Policy;
use crate::store::accounts::folded;
use crate::store::contacts::{Groups, KeptRequest};
use crate::store::{StoreError, Writes};

impl Rules {
    pub(super) fn set_contact(
        &self,
        rows: &mut Writes<'_>,
        now: Moment,
        (caller, id): (&Caller, RequestId),
        account: AccountId,
        change: &ContactChange,
    ) -> Decision {
        let me = caller.account;
        if account == me {
            return Ok(Err(Reason::Yourself.into()));
        }
        if rows.get_account(account)?.is_none() {
            return Ok(Err(Reason::NotFound.into()));
        }
        let known = rows.get_contact(me, account)?;
        let before = known.clone().unwrap_or_else(|| Contact::stranger(account));
        let of_friends =
            change.group.is_some() || change.remark.is_some() || change.shakes.is_some();
        if of_friends && !before.friend {
            return Ok(Err(Reason::NotFriends.into()));
        }
        let mut contact = before.clone();
        if let Some(group) = change.group {
            if !rows.get_groups(me)?.list.iter().any(|known| known.id == group) {
                return Ok(Err(Reason::NotFound.into()));
            }
            contact.group = group;
        }
        if let Some(remark) = &change.remark {
            match words(Words::Remark, remark) {
                Ok(remark) => contact.remark = remark,
                Err(refusal) => return Ok(Err(refusal)),
            }
        }
        contact.shakes = change.shakes.unwrap_or(contact.shakes);
        contact.blocked = change.blocked.unwrap_or(contact.blocked);
        if contact.blocked
            && let Err(refusal) = self.may_block(rows, me, known.as_ref())?
        {
            return Ok(Err(refusal));
        }
        let age = self.age.minutes(rows, now)?;
        let mut notes = Notes::new(rows, now.wall_ms, me);
        match (before.blocked, contact.blocked) {
            _ if contact == before => {}
            (false, true) => {
                self.block(&mut notes, now, me, contact)?;
                end_requests(&mut notes, me, account)?;
            }
            (true, false) => {
                notes.put_contact(me, contact)?;
                bring_in(&mut notes, me, account, age)?;
            }
            _ => notes.put_contact(me, contact)?,
        }
        Ok(Ok(booked(caller, id, notes)))
    }

    /// Friends and blocked people together have a bound: nobody blocks more than that by hand.
    pub(super) fn may_block(
        &self,
        rows: &Writes<'_>,
        me: AccountId,
        known: Option<&Contact>,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let most = self.limits.friends_max.saturating_mul(2);
        let is_full = known.is_none() && all_contacts(rows, me)?.len() as u64 >= most;
        Ok(if is_full { Err(self.over(Bound::Friends, Reason::TooMany, most)) } else { Ok(()) })
    }

    /// Who is blocked goes on being told when one was there last as if one had left now.
    pub(super) fn block(
        &self,
        notes: &mut Notes<'_, '_>,
        now: Moment,
        me: AccountId,
        contact: Contact,
    ) -> Result<(), StoreError> {
        let seen = match self.presences.of(me).as_seen_by_others() {
            Presence::Offline => notes.rows.get_seen(me)?,
            _ => Some(now.wall_ms),
        };
        let account = contact.account;
        notes.put_contact(me, contact)?;
        strangers::blocked(notes, me, account)?;
        notes.rows.put_seen_by_blocked(me, account, seen)
    }
}

/// What somebody asked while it was blocked arrives when it is no more, unless it was put aside before.
fn bring_in(
    notes: &mut Notes<'_, '_>,
    me: AccountId,
    from: AccountId,
    age_min: u64,
) -> Result<(), StoreError> {
    let sent = notes.rows.get_request(from, me, Way::Out)?;
    let Some(sent) = sent.filter(|sent| sent.is_open(age_min)) else { return Ok(()) };
    let arrived = arrived(from, sent);
    let known = notes.rows.get_request(me, from, Way::In)?;
    let is_known = known.is_some_and(|known| {
        (known.request.at, known.asked_min) == (arrived.request.at, arrived.asked_min)
    });
    match is_known {
        true => Ok(()),
        false => notes.put_contact_request(me, arrived),
    }
}

/// Between somebody and whom it blocks no request waits any more.
fn end_requests(
    notes: &mut Notes<'_, '_>,
    me: AccountId,
    blocked: AccountId,
) -> Result<(), StoreError> {
    let open = |kept: &KeptRequest| kept.request.state == RequestState::Pending;
    if notes.rows.get_request(me, blocked, Way::Out)?.as_ref().is_some_and(open) {
        take_back(notes, me, blocked)?;
    }
    if let Some(kept) = notes.rows.get_request(me, blocked, Way::In)?.filter(open) {
        notes.put_contact_request(me, kept.with(RequestState::Ignored))?;
    }
    Ok(())
}

/// Ends a friendship on both sides.
pub(super) fn remove(
    rows: &mut Writes<'_>,
    now: Moment,
    (caller, id): (&Caller, RequestId),
    account: AccountId,
) -> Decision {
    let me = caller.account;
    if !rows.get_contact(me, account)?.is_some_and(|contact| contact.friend) {
        return Ok(Err(Reason::NotFriends.into()));
    }
    let mut notes = Notes::new(rows, now.wall_ms, me);
    notes.part(me, account)?;
    notes.part(account, me)?;
    Ok(Ok(booked(caller, id, notes)))
}

pub(super) fn add_group(
    policy: &Policy,
    rows: &mut Writes<'_>,
    now: Moment,
    (caller, id): (&Caller, RequestId),
    name: &str,
) -> Decision {
    let mut groups = rows.get_groups(caller.account)?;
    let name = match group_name(&groups, None, name) {
        Ok(name) => name,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if groups.list.len() >= GROUPS_MAX {
        let refusal = Refusal::limit(Reason::TooMany, GROUPS_MAX as u64);
        return Ok(Err(policy.refuse(Bound::Lists, refusal)));
    }
    groups.list.push(Group { id: groups.next, name });
    groups.next = GroupId(groups.next.0 + 1);
    put_groups(rows, now, (caller, id), groups)
}

pub(super) fn rename_group(
    rows: &mut Writes<'_>,
    now: Moment,
    (caller, id): (&Caller, RequestId),
    group: GroupId,
    name: &str,
) -> Decision {
    let mut groups = rows.get_groups(caller.account)?;
    let name = match group_name(&groups, Some(group), name) {
        Ok(name) => name,
        Err(refusal) => return Ok(Err(refusal)),
    };
    match groups.list.iter_mut().find(|known| known.id == group) {
        Some(known) => known.name = name,
        None => return Ok(Err(Reason::NotFound.into())),
    }
    put_groups(rows, now, (caller, id), groups)
}

/// Its friends go to the first group, which cannot be removed.
pub(super) fn remove_group(
    rows: &mut Writes<'_>,
    now: Moment,
    (caller, id): (&Caller, RequestId),
    group: GroupId,
) -> Decision {
    let me = caller.account;
    let mut groups = rows.get_groups(me)?;
    if group == GroupId::FIRST {
        return Ok(Err(Reason::BadValue.into()));
    }
    if !groups.list.iter().any(|known| known.id == group) {
        return Ok(Err(Reason::NotFound.into()));
    }
    groups.list.retain(|known| known.id != group);
    // One notice says it all: whoever reads it moves these friends as well.
    for contact in all_contacts(rows, me)?.into_iter().filter(|contact| contact.group == group) {
        rows.put_contact(me, &Contact { group: GroupId::FIRST, ..contact })?;
    }
    put_groups(rows, now, (caller, id), groups)
}

pub(super) fn order_groups(
    rows: &mut Writes<'_>,
    now: Moment,
    (caller, id): (&Caller, RequestId),
    order: &[GroupId],
) -> Decision {
    let mut groups = rows.get_groups(caller.account)?;
    let sorted = |ids: &mut Vec<GroupId>| ids.sort_unstable();
    let (mut known, mut wanted): (Vec<GroupId>, Vec<GroupId>) =
        (groups.list.iter().map(|group| group.id).collect(), order.to_vec());
    sorted(&mut known);
    sorted(&mut wanted);
    if known != wanted {
        return Ok(Err(Reason::BadValue.into()));
    }
    let place = |id: GroupId| order.iter().position(|wanted| *wanted == id);
    groups.list.sort_by_key(|group| place(group.id));
    put_groups(rows, now, (caller, id), groups)
}

pub(super) fn set_privacy(
    rows: &mut Writes<'_>,
    now: Moment,
    (caller, id): (&Caller, RequestId),
    privacy: &Privacy,
) -> Decision {
    let me = caller.account;
    let is_news = rows.get_privacy(me)? != *privacy;
    let mut notes = Notes::new(rows, now.wall_ms, me);
    if is_news {
        notes.rows.put_privacy(me, privacy)?;
        notes.tell(me, Notice::Privacy(privacy.clone()))?;
    }
    Ok(Ok(booked(caller, id, notes)))
}

fn put_groups(
    rows: &mut Writes<'_>,
    now: Moment,
    (caller, id): (&Caller, RequestId),
    groups: Groups,
) -> Decision {
    let mut notes = Notes::new(rows, now.wall_ms, caller.account);
    notes.put_groups(caller.account, groups)?;
    Ok(Ok(booked(caller, id, notes)))
}

/// A name that no other group has.
fn group_name(groups: &Groups, own: Option<GroupId>, name: &str) -> Result<String, Refusal> {
    let name = words(Words::Group, name)?;
    if name.is_empty() {
        return Err(Reason::WordsEmpty.into());
    }
    let same = |group: &&Group| Some(group.id) != own && folded(&group.name) == folded(&name);
    match groups.list.iter().find(same) {
        Some(_) => Err(Reason::GroupExists.into()),
        None => Ok(name),
    }
}
