//! Who comes into a room: everybody, who is let in, or who is invited.

use super::super::Rules;
use super::super::book::{Notes, words};
use super::{Inside, Verdict};
use crate::domain::{
    AccountId, Door, Joining, Rank, RequestState, Room, RoomId, RoomRequest, Words,
};
use crate::limits::STAYS_MAX;
use crate::net::protocol::Reason;
use crate::server::bounds::Bound;
use crate::store::{StoreError, Writes};

/// The answer to who asks.
pub(super) struct Answer<'a> {
    pub accept: bool,
    pub reason: &'a str,
}

impl Rules {
    pub(super) fn join(
        &self,
        notes: &mut Notes<'_, '_>,
        me: AccountId,
        room: RoomId,
        greeting: &str,
    ) -> Verdict<()> {
        let mut room = notes.rows.get_room(room)?.ok_or(Reason::RoomGone)?;
        let greeting = words(Words::Greeting, greeting)?;
        if notes.rows.get_member(room.room, me)?.is_some() {
            return Err(Reason::AlreadyMember.into());
        }
        // Whoever is invited may come; a plain member's word for it does not open an approval room.
        let invited = open(notes, (room.room, me, Door::Invited))?;
        let is_welcome = match &invited {
            Some(invitation) => has_a_say(notes.rows, invitation)?,
            None => false,
        };
        match room.joining {
            Joining::Closed if !is_welcome => Err(Reason::RoomClosed.into()),
            Joining::Approval if !is_welcome => {
                let request = asking(notes, &room, me, (me, greeting));
                self.may_ask_in(notes, &request)?;
                Ok(notes.put_request(&request)?)
            }
            _ => {
                self.may_enter(notes, &room, me, me)?;
                Ok(notes.admit(&mut room, me)?)
            }
        }
    }

    /// Room and person have a place left.
    fn may_enter(
        &self,
        notes: &Notes<'_, '_>,
        room: &Room,
        account: AccountId,
        me: AccountId,
    ) -> Verdict<()> {
        let most = self.limits.room_members_max;
        if u64::from(room.members) >= most {
            return Err(self.over(Bound::RoomMembers, Reason::RoomFull, most).into());
        }
        if notes.rows.list_ranges(room.conversation, account)?.len() >= STAYS_MAX {
            return Err(match account == me {
                true => self.over(Bound::RoomStays, Reason::TooMany, STAYS_MAX as u64).into(),
                false => self.policy.refuse(Bound::RoomStays, Reason::PeerFull).into(),
            });
        }
        if account == me {
            return self.has_place_for_a_room(notes, me);
        }
        match count_rooms(notes.rows, account)? >= self.limits.rooms_max {
            true => Err(self.policy.refuse(Bound::Rooms, Reason::PeerFull).into()),
            false => Ok(()),
        }
    }

    /// One may be in one more room.
    pub(super) fn has_place_for_a_room(&self, notes: &Notes<'_, '_>, me: AccountId) -> Verdict<()> {
        let most = self.limits.rooms_max;
        match count_rooms(notes.rows, me)? >= most {
            true => Err(self.over(Bound::Rooms, Reason::TooMany, most).into()),
            false => Ok(()),
        }
    }

    fn may_ask_in(&self, notes: &Notes<'_, '_>, request: &RoomRequest) -> Verdict<()> {
        if open(notes, request.key())?.is_some() {
            return Err(Reason::AlreadyAsked.into());
        }
        let now = notes.now();
        let asks = |of: &&RoomRequest| of.door == Door::Asks && !of.is_expired(now);
        let most = self.limits.requests_open_max;
        let own = notes.rows.list_own_requests(request.account)?;
        if own.iter().filter(asks).count() as u64 >= most {
            return Err(self.over(Bound::Requests, Reason::TooMany, most).into());
        }
        let waiting = notes.rows.list_room_requests(request.room)?;
        if waiting.iter().filter(asks).count() as u64 >= self.limits.room_requests_max {
            return Err(self.policy.refuse(Bound::RoomRequests, Reason::PeerFull).into());
        }
        Ok(())
    }

    pub(super) fn answer_join(
        &self,
        notes: &mut Notes<'_, '_>,
        me: AccountId,
        (room, account): (RoomId, AccountId),
        answer: &Answer<'_>,
    ) -> Verdict<()> {
        let Inside { mut room, .. } = Inside::find_as(notes.rows, room, me, Rank::Admin)?;
        let reason = words(Words::Reason, answer.reason)?;
        let Some(request) = open(notes, (room.room, account, Door::Asks))? else {
            return already_inside(notes.rows, (room.room, account), answer.accept);
        };
        if !answer.accept {
            return Ok(notes.answer(request, RequestState::Declined, reason)?);
        }
        self.may_enter(notes, &room, account, me)?;
        Ok(notes.admit(&mut room, account)?)
    }

    pub(super) fn invite(
        &self,
        notes: &mut Notes<'_, '_>,
        me: AccountId,
        room: RoomId,
        account: AccountId,
    ) -> Verdict<()> {
        let Inside { mut room, me: member } = Inside::find(notes.rows, room, me)?;
        if notes.rows.get_member(room.room, account)?.is_some() {
            return Err(Reason::AlreadyMember.into());
        }
        let has_a_say = member.rank >= Rank::Admin;
        if room.joining == Joining::Closed && !has_a_say {
            return Err(Reason::NotAllowed.into());
        }
        self.may_be_invited(notes, me, account)?;
        // Whoever asked already wants it.
        if has_a_say && open(notes, (room.room, account, Door::Asks))?.is_some() {
            self.may_enter(notes, &room, account, me)?;
            return Ok(notes.admit(&mut room, account)?);
        }
        if let Some(invitation) = open(notes, (room.room, account, Door::Invited))? {
            let is_weightier = has_a_say && !self::has_a_say(notes.rows, &invitation)?;
            if !is_weightier {
                return Err(Reason::AlreadyAsked.into());
            }
        }
        Ok(self.put_invitation(notes, &room, me, account)?)
    }

    /// Only friends are invited, and not by everybody at once.
    pub(super) fn may_be_invited(
        &self,
        notes: &Notes<'_, '_>,
        me: AccountId,
        account: AccountId,
    ) -> Verdict<()> {
        if account == me {
            return Err(Reason::Yourself.into());
        }
        match notes.rows.get_account(account)? {
            None => return Err(Reason::NotFound.into()),
            Some(account) if account.deleted => return Err(Reason::AccountGone.into()),
            Some(_) => {}
        }
        if !notes.rows.get_contact(me, account)?.is_some_and(|contact| contact.friend) {
            return Err(Reason::NotFriends.into());
        }
        let now = notes.now();
        let waiting = notes.rows.list_own_requests(account)?.into_iter();
        let open = waiting.filter(|of| of.door == Door::Invited && !of.is_expired(now));
        match open.count() as u64 >= self.limits.requests_open_max {
            true => Err(self.policy.refuse(Bound::Requests, Reason::PeerFull).into()),
            false => Ok(()),
        }
    }

    #[expect(clippy::unused_self, reason = "it belongs to the rules above, which use it")]
    pub(super) fn put_invitation(
        &self,
        notes: &mut Notes<'_, '_>,
        room: &Room,
        me: AccountId,
        account: AccountId,
    ) -> Result<(), StoreError> {
        // Who is blocked is not told so: nobody sees the invitation.
        if notes.rows.get_contact(account, me)?.is_some_and(|contact| contact.blocked) {
            return Ok(());
        }
        let asking = asking(notes, room, account, (me, String::new()));
        notes.put_request(&RoomRequest { door: Door::Invited, ..asking })
    }

    pub(super) fn answer_invitation(
        &self,
        notes: &mut Notes<'_, '_>,
        me: AccountId,
        room: RoomId,
        accept: bool,
    ) -> Verdict<()> {
        let Some(invitation) = open(notes, (room, me, Door::Invited))? else {
            return already_inside(notes.rows, (room, me), accept);
        };
        if !accept {
            return Ok(notes.answer(invitation, RequestState::Declined, String::new())?);
        }
        let mut room = notes.rows.get_room(room)?.ok_or(Reason::RoomGone)?;
        let is_welcome = has_a_say(notes.rows, &invitation)?;
        match room.joining {
            Joining::Closed if !is_welcome => Err(Reason::RoomClosed.into()),
            Joining::Approval if !is_welcome => {
                // The word of a plain member is passed on to those who decide.
                let request = asking(notes, &room, me, (invitation.by, String::new()));
                self.may_ask_in(notes, &request)?;
                notes.answer(invitation, RequestState::Accepted, String::new())?;
                Ok(notes.put_request(&request)?)
            }
            _ => {
                self.may_enter(notes, &room, me, me)?;
                Ok(notes.admit(&mut room, me)?)
            }
        }
    }
}

/// Takes the own question back.
pub(super) fn withdraw(notes: &mut Notes<'_, '_>, me: AccountId, room: RoomId) -> Verdict<()> {
    let request = open(notes, (room, me, Door::Asks))?.ok_or(Reason::RequestGone)?;
    Ok(notes.drop_request(&request)?)
}

/// Takes what nobody answered in time off the list.
pub(in super::super) fn clear_requests(
    notes: &mut Notes<'_, '_>,
    me: AccountId,
) -> Result<(), StoreError> {
    for request in notes.rows.list_own_requests(me)? {
        if request.is_expired(notes.now()) {
            notes.drop_request(&request)?;
        }
    }
    Ok(())
}

/// The request, while it waits for an answer.
fn open(
    notes: &Notes<'_, '_>,
    (room, account, door): (RoomId, AccountId, Door),
) -> Result<Option<RoomRequest>, StoreError> {
    let request = notes.rows.get_room_request(room, account, door)?;
    Ok(request.filter(|request| !request.is_expired(notes.now())))
}

/// Somebody else was quicker: that is well where it is as wanted.
fn already_inside(
    rows: &Writes<'_>,
    (room, account): (RoomId, AccountId),
    accept: bool,
) -> Verdict<()> {
    match accept && rows.get_member(room, account)?.is_some() {
        true => Ok(()),
        false => Err(Reason::RequestGone.into()),
    }
}

/// Whether an invitation is by the owner or an admin, as they are now.
fn has_a_say(rows: &Writes<'_>, invitation: &RoomRequest) -> Result<bool, StoreError> {
    let inviter = rows.get_member(invitation.room, invitation.by)?;
    Ok(inviter.is_some_and(|inviter| inviter.rank >= Rank::Admin))
}

fn count_rooms(rows: &Writes<'_>, account: AccountId) -> Result<u64, StoreError> {
    Ok(rows.list_own_rooms(account, RoomId(0), usize::MAX)?.len() as u64)
}

fn asking(
    notes: &Notes<'_, '_>,
    room: &Room,
    account: AccountId,
    (by, greeting): (AccountId, String),
) -> RoomRequest {
    RoomRequest {
        room: room.room,
        account,
        door: Door::Asks,
        name: room.name.clone(),
        by,
        greeting,
        at: notes.now(),
        state: RequestState::Pending,
        answered_by: None,
        reason: String::new(),
    }
}
