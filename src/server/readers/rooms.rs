//! What is asked about rooms: which there are, who is in them, who may come in, who has read.

use crate::domain::{AccountId, Door, OwnRoom, Rank, Room, RoomId, RoomRequest, Seq, Target};
use crate::limits::{
    ANNOUNCEMENTS_PAGE_MAX, CHOICES_PAGE_MAX, FOUND_MAX, FOUND_PAGE_MAX, MEMBERS_PAGE_MAX,
    READERS_NAMED_MAX, REQUESTS_PAGE_MAX, ROOMS_PAGE_MAX,
};
use crate::net::protocol::{Query, Reason, Refusal, Reply};
use crate::store::accounts::folded;
use crate::store::{Reads, StoreError};

use super::people::as_of;

type Answer = Result<Result<Reply, Refusal>, StoreError>;

/// Everything that is asked of rooms.
pub(super) fn answer(rows: &Reads, me: AccountId, query: Query) -> Answer {
    match query {
        Query::Choices { after } => choices(rows, me, after),
        Query::Rooms { after } => own_rooms(rows, me, after),
        Query::RoomRequests { after } => requests(rows, me, after),
        Query::Room { room } => one(rows, me, room),
        Query::Members { room, after } => members(rows, me, room, after),
        Query::Announcements { room, skip } => announcements(rows, me, room, skip),
        Query::FindRooms { text, skip } => find(rows, &text, skip),
        Query::ReadBy { room, seq } => read_by(rows, me, room, seq),
        _ => Ok(Err(Reason::BadValue.into())),
    }
}

fn choices(rows: &Reads, me: AccountId, after: Option<Target>) -> Answer {
    let mut choices = rows.list_choices(me, after, CHOICES_PAGE_MAX + 1)?;
    let more = choices.len() > CHOICES_PAGE_MAX;
    choices.truncate(CHOICES_PAGE_MAX);
    Ok(Ok(Reply::Choices { as_of: as_of(rows, me)?, choices, more }))
}

fn own_rooms(rows: &Reads, me: AccountId, after: RoomId) -> Answer {
    let mut numbers = rows.list_own_rooms(me, after, ROOMS_PAGE_MAX + 1)?;
    let more = numbers.len() > ROOMS_PAGE_MAX;
    numbers.truncate(ROOMS_PAGE_MAX);
    let mut rooms = Vec::new();
    for number in numbers {
        if let (Some(room), Some(member)) = (rows.get_room(number)?, rows.get_member(number, me)?) {
            rooms.push(OwnRoom { room, member });
        }
    }
    Ok(Ok(Reply::Rooms { as_of: as_of(rows, me)?, rooms, more }))
}

fn requests(rows: &Reads, me: AccountId, after: Option<(RoomId, AccountId, Door)>) -> Answer {
    let mut requests = rows.list_own_requests(me)?;
    for room in rows.list_own_rooms(me, RoomId(0), usize::MAX)? {
        let member = rows.get_member(room, me)?;
        if member.is_some_and(|member| member.rank >= Rank::Admin) {
            let waiting = rows.list_room_requests(room)?.into_iter();
            requests.extend(waiting.filter(|request| request.door == Door::Asks));
        }
    }
    requests.sort_by_key(RoomRequest::key);
    requests.retain(|request| after.is_none_or(|after| request.key() > after));
    let more = requests.len() > REQUESTS_PAGE_MAX;
    requests.truncate(REQUESTS_PAGE_MAX);
    Ok(Ok(Reply::RoomRequests { as_of: as_of(rows, me)?, requests, more }))
}

fn one(rows: &Reads, me: AccountId, room: RoomId) -> Answer {
    let Some(room) = rows.get_room(room)? else { return Ok(Err(Reason::RoomGone.into())) };
    let member = rows.get_member(room.room, me)?;
    let room = if member.is_some() { room } else { from_outside(room) };
    Ok(Ok(Reply::Room { room, member }))
}

/// What is on the wall is for those inside.
fn from_outside(room: Room) -> Room {
    Room { announcement: None, ..room }
}

fn members(rows: &Reads, me: AccountId, room: RoomId, after: AccountId) -> Answer {
    if let Err(refusal) = inside(rows, me, room)? {
        return Ok(Err(refusal));
    }
    let mut members = rows.list_members(room, after, MEMBERS_PAGE_MAX + 1)?;
    let more = members.len() > MEMBERS_PAGE_MAX;
    members.truncate(MEMBERS_PAGE_MAX);
    Ok(Ok(Reply::Members { members, more }))
}

fn announcements(rows: &Reads, me: AccountId, room: RoomId, skip: u32) -> Answer {
    if let Err(refusal) = inside(rows, me, room)? {
        return Ok(Err(refusal));
    }
    let skip = usize::try_from(skip).unwrap_or(usize::MAX);
    let mut announcements = rows.list_announcements(room, skip, ANNOUNCEMENTS_PAGE_MAX + 1)?;
    let more = announcements.len() > ANNOUNCEMENTS_PAGE_MAX;
    announcements.truncate(ANNOUNCEMENTS_PAGE_MAX);
    Ok(Ok(Reply::Announcements { announcements, more }))
}

/// The exact number first, then whole names, beginnings, other parts; each by number.
fn find(rows: &Reads, text: &str, skip: u32) -> Answer {
    let part = folded(text);
    if part.is_empty() || part.chars().count() > 64 {
        return Ok(Err(Reason::BadValue.into()));
    }
    let mut fits: Vec<(u8, RoomId)> = Vec::new();
    let exact = RoomId::parse(&part);
    if let Some(number) = exact {
        fits.push((0, number));
    }
    let named = rows.list_rooms_named(&part)?.into_iter();
    fits.extend(named.filter(|(_, room)| Some(*room) != exact).map(|(fit, room)| (fit + 1, room)));
    fits.sort_unstable();
    let skip = usize::try_from(skip).unwrap_or(usize::MAX).min(FOUND_MAX);
    let mut rooms = Vec::new();
    for (_, room) in fits {
        rooms.extend(rows.get_room(room)?.map(from_outside));
        if rooms.len() > skip + FOUND_PAGE_MAX || rooms.len() >= FOUND_MAX {
            break;
        }
    }
    let more = rooms.len() > skip + FOUND_PAGE_MAX;
    let rooms = rooms.into_iter().skip(skip).take(FOUND_PAGE_MAX).collect();
    Ok(Ok(Reply::FoundRooms { rooms, more }))
}

/// Those who were there for the message and show that they have read it; whoever hides what it reads
/// sees nobody else's reading either.
fn read_by(rows: &Reads, me: AccountId, room: RoomId, seq: Seq) -> Answer {
    let (room, _) = match inside(rows, me, room)? {
        Ok(inside) => inside,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let log = rows.get_conversation(room.conversation)?;
    let stays = rows.list_ranges(room.conversation, me)?;
    let message = match log {
        Some(log) => rows.get_message(room.conversation, log.kind, seq)?,
        None => None,
    };
    let Some(message) = message
        .filter(|message| stays.iter().any(|stay| (stay.first..=stay.last).contains(&message.seq)))
    else {
        return Ok(Err(Reason::NotFound.into()));
    };
    let (mut count, mut accounts) = (0, Vec::new());
    if !rows.get_privacy(me)?.read_marks {
        return Ok(Ok(Reply::ReadBy { count, accounts }));
    }
    for member in rows.list_members(room.room, AccountId(0), usize::MAX)? {
        let other = member.account;
        let cursors = rows.get_cursors(other, room.conversation)?.unwrap_or_default();
        let has_read = member.first <= seq && cursors.shown_read >= seq;
        if !has_read || other == message.from || !shows_reading(rows, other, me)? {
            continue;
        }
        count += 1;
        if accounts.len() < READERS_NAMED_MAX {
            accounts.push(other);
        }
    }
    Ok(Ok(Reply::ReadBy { count, accounts }))
}

fn shows_reading(rows: &Reads, account: AccountId, to: AccountId) -> Result<bool, StoreError> {
    let hides = rows.get_contact(account, to)?.is_some_and(|contact| contact.blocked);
    Ok(!hides && rows.get_privacy(account)?.read_marks)
}

/// The room, and from which message on somebody in it sees it.
fn inside(
    rows: &Reads,
    me: AccountId,
    room: RoomId,
) -> Result<Result<(Room, Seq), Refusal>, StoreError> {
    let Some(room) = rows.get_room(room)? else { return Ok(Err(Reason::RoomGone.into())) };
    match rows.get_member(room.room, me)? {
        Some(member) => Ok(Ok((room, member.first))),
        None => Ok(Err(Reason::NotMember.into())),
    }
}
