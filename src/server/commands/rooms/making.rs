//! Rooms are made and ended.

use super::super::book::Notes;
use super::super::{Rules, files};
use super::{Inside, Verdict};
use crate::domain::{
    AccountId, ConversationId, ConversationKind, FileState, Joining, NicknameError, Notice,
    Parting, ROOM_COLOURS, Rank, Room, RoomChange, RoomId, room_name,
};
use crate::limits::{FILES_ENDED_AT_ONCE, INVITED_AT_ONCE_MAX};
use crate::net::protocol::{Reason, Refusal, Reply};
use crate::server::bounds::Bound;
use crate::store::StoreError;
use crate::store::rooms::Made;

const DAY_MIN: u64 = 24 * 60;

/// A room that somebody wants to have.
pub(super) struct Wish<'a> {
    pub name: &'a str,
    pub joining: Joining,
    pub invite: &'a [AccountId],
    pub colour: Option<u8>,
    /// The server's age in minutes.
    pub age: u64,
}

impl Rules {
    pub(super) fn create_room(
        &self,
        notes: &mut Notes<'_, '_>,
        me: AccountId,
        wish: &Wish<'_>,
    ) -> Verdict<Reply> {
        let name = room_name(wish.name).map_err(name_refusal)?;
        is_colour(wish.colour)?;
        if wish.invite.len() > INVITED_AT_ONCE_MAX {
            return Err(Refusal::limit(Reason::TooMany, INVITED_AT_ONCE_MAX as u64).into());
        }
        self.has_place_for_a_room(notes, me)?;
        let made = self.count_made(notes, me, wish.age)?;
        let mut guests = wish.invite.to_vec();
        guests.sort_unstable();
        guests.dedup();
        for guest in &guests {
            self.may_be_invited(notes, me, *guest)?;
        }
        notes.rows.put_made(me, made)?;
        let room = notes.rows.take_room_number()?;
        let conversation = notes.rows.append_conversation(ConversationKind::Room { room })?;
        let mut room = blank(room, conversation, me, wish, notes.now());
        let line = notes.line(&mut room, &RoomChange::Created { name })?;
        notes.enter(&room, (Rank::Owner, 0), me, &line)?;
        notes.push(line);
        for guest in guests {
            self.put_invitation(notes, &room, me, guest)?;
        }
        let member = notes.rows.get_member(room.room, me)?;
        Ok(Reply::Room { room, member })
    }

    /// So many a day, measured by how long the server has run.
    fn count_made(&self, notes: &Notes<'_, '_>, me: AccountId, age: u64) -> Verdict<Made> {
        let made = notes.rows.get_made(me)?;
        let fresh = age.saturating_sub(made.since_age_min) >= DAY_MIN || made.count == 0;
        let made = if fresh { Made { since_age_min: age, count: 0 } } else { made };
        let most = self.limits.rooms_per_day;
        if made.count >= most {
            return Err(self.over(Bound::RoomsPerDay, Reason::RoomsToday, most).into());
        }
        Ok(Made { count: made.count + 1, ..made })
    }
}

fn blank(
    room: RoomId,
    conversation: ConversationId,
    owner: AccountId,
    wish: &Wish<'_>,
    since: i64,
) -> Room {
    Room {
        room,
        conversation,
        name: String::new(),
        owner,
        joining: wish.joining,
        admins_only: false,
        announcement: None,
        members: 0,
        version: 0,
        since,
        colour: wish.colour,
    }
}

/// There are only so many.
pub(super) fn is_colour(colour: Option<u8>) -> Result<(), Refusal> {
    match colour.is_none_or(|colour| colour < ROOM_COLOURS) {
        true => Ok(()),
        false => Err(Reason::BadValue.into()),
    }
}

pub(super) fn dissolve_own(notes: &mut Notes<'_, '_>, me: AccountId, room: RoomId) -> Verdict<()> {
    let inside = Inside::find_as(notes.rows, room, me, Rank::Owner)?;
    Ok(dissolve(notes, inside.room)?)
}

/// Ends a room: those in it see its last line, and nobody waits for it any more.
pub(in crate::server::commands) fn dissolve(
    notes: &mut Notes<'_, '_>,
    mut room: Room,
) -> Result<(), StoreError> {
    let line = notes.line(&mut room, &RoomChange::Dissolved {})?;
    notes.push(line);
    // The others go with the next sweeps.
    let files = files::list_open(notes.rows, room.conversation, FILES_ENDED_AT_ONCE)?;
    notes.end_files(&files, FileState::Cancelled)?;
    notes.end_games(&room)?;
    for request in notes.rows.list_room_requests(room.room)? {
        notes.rows.remove_room_request(&request)?;
        let (of, account, door) = request.key();
        notes.tell(account, Notice::RoomRequestGone { room: of, account, door })?;
    }
    for member in notes.rows.list_members(room.room, AccountId(0), usize::MAX)? {
        notes.put_out(&room, &member, Parting::Dissolved)?;
    }
    notes.rows.remove_room(&room)
}

/// A room's name is judged like a text.
pub(super) fn name_refusal(error: NicknameError) -> Refusal {
    match error {
        NicknameError::Empty => Reason::WordsEmpty.into(),
        NicknameError::TooLong => {
            Refusal::limit(Reason::WordsTooLong, crate::domain::ROOM_NAME_MAX as u64)
        }
        NicknameError::Character | NicknameError::Number | NicknameError::Reserved => {
            Reason::WordsCharacter.into()
        }
    }
}
