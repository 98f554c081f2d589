//! Rooms: what they are, who is in them, who may come in, what was on their walls.

use redb::{ReadableTable, ReadableTableMetadata};
use serde::{Deserialize, Serialize};

use super::accounts::folded;
use super::engine::StoreError;
use super::record::{self, Record};
use super::rows::{Mode, Rows, Writes};
use crate::domain::{
    AccountId, Announcement, ConversationId, Door, Member, Room, RoomId, RoomRequest, Seq,
};

impl Record for Room {
    const NAME: &'static str = "a room";
    const VERSION: u8 = 1;
}

impl Record for Member {
    const NAME: &'static str = "a member of a room";
    const VERSION: u8 = 1;
}

impl Record for RoomRequest {
    const NAME: &'static str = "a request for a room";
    const VERSION: u8 = 1;
}

impl Record for Announcement {
    const NAME: &'static str = "an announcement";
    const VERSION: u8 = 1;
}

/// The messages of a log that somebody may see: from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first one.
    pub first: Seq,
    /// The last one; the greatest number while it goes on.
    pub last: Seq,
}

/// How many rooms somebody made lately.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Counted since this age of the server, in minutes.
    pub since_age_min: u64,
    /// So many.
    pub count: u64,
}

impl<M: Mode> Rows<M> {
    /// A room by its number.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_room(&self, room: RoomId) -> Result<Option<Room>, StoreError> {
        self.rooms.get(room.0)?.map(|value| record::decode(value.value())).transpose()
    }

    /// How many rooms there are.
    ///
    /// # Errors
    /// The disk failed.
    pub fn count_rooms(&self) -> Result<u64, StoreError> {
        Ok(self.rooms.len()?)
    }

    /// Rooms whose name holds a folded text, each with how well it fits: 0 is the whole name, 1 its
    /// beginning, 2 some other part. Looks at every name.
    ///
    /// # Errors
    /// The disk failed.
    pub fn list_rooms_named(&self, part: &str) -> Result<Vec<(u8, RoomId)>, StoreError> {
        let mut found = Vec::new();
        for row in self.room_names.iter()? {
            let (room, name) = row?;
            if let Some(fit) = super::accounts::fit(name.value(), part) {
                found.push((fit, RoomId(room.value())));
            }
        }
        Ok(found)
    }

    /// Somebody in a room; `None` where that person is not in it.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_member(
        &self,
        room: RoomId,
        account: AccountId,
    ) -> Result<Option<Member>, StoreError> {
        let value = self.room_members.get((room.0, account.0))?;
        value.map(|value| record::decode(value.value())).transpose()
    }

    /// Those in a room after one, by number, at most `limit`.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn list_members(
        &self,
        room: RoomId,
        after: AccountId,
        limit: usize,
    ) -> Result<Vec<Member>, StoreError> {
        let range = (room.0, after.0.saturating_add(1))..=(room.0, u64::MAX);
        let rows = self.room_members.range(range)?.take(limit);
        rows.map(|row| record::decode(row?.1.value())).collect()
    }

    /// The rooms that an account is in after one, by number, at most `limit`.
    ///
    /// # Errors
    /// The disk failed.
    pub fn list_own_rooms(
        &self,
        account: AccountId,
        after: RoomId,
        limit: usize,
    ) -> Result<Vec<RoomId>, StoreError> {
        let range = (account.0, after.0.saturating_add(1))..=(account.0, u64::MAX);
        let rows = self.own_rooms.range(range)?.take(limit);
        rows.map(|row| Ok(RoomId(row?.0.value().1))).collect()
    }

    /// What somebody may see of a log that is not for everybody from its beginning, oldest first.
    ///
    /// # Errors
    /// The disk failed.
    pub fn list_ranges(
        &self,
        conversation: ConversationId,
        account: AccountId,
    ) -> Result<Vec<Range>, StoreError> {
        let all = (conversation.0, account.0, 0)..=(conversation.0, account.0, u64::MAX);
        let mut ranges = Vec::new();
        for row in self.ranges.range(all)? {
            let (key, last) = row?;
            ranges.push(Range { first: Seq(key.value().2), last: Seq(last.value()) });
        }
        Ok(ranges)
    }

    /// Who may come into a room by one door.
    ///
    /// # Errors
    /// The disk failed, or the value is damaged.
    pub fn get_room_request(
        &self,
        room: RoomId,
        account: AccountId,
        door: Door,
    ) -> Result<Option<RoomRequest>, StoreError> {
        let value = self.room_requests.get((room.0, account.0, number_of(door)))?;
        value.map(|value| record::decode(value.value())).transpose()
    }

    /// Everybody who may come into a room.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn list_room_requests(&self, room: RoomId) -> Result<Vec<RoomRequest>, StoreError> {
        let all = (room.0, 0, 0)..=(room.0, u64::MAX, u8::MAX);
        let rows = self.room_requests.range(all)?;
        rows.map(|row| record::decode(row?.1.value())).collect()
    }

    /// Every room that an account may come into.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn list_own_requests(&self, account: AccountId) -> Result<Vec<RoomRequest>, StoreError> {
        let mut requests = Vec::new();
        for row in self.room_askers.range((account.0, 0, 0)..=(account.0, u64::MAX, u8::MAX))? {
            let (_, room, door) = row?.0.value();
            let value = self.room_requests.get((room, account.0, door))?;
            requests.extend(value.map(|value| record::decode(value.value())).transpose()?);
        }
        Ok(requests)
    }

    /// What has been on a room's wall, newest first.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn list_announcements(
        &self,
        room: RoomId,
        skip: usize,
        limit: usize,
    ) -> Result<Vec<Announcement>, StoreError> {
        let all = self.announcements.range((room.0, 0)..=(room.0, u64::MAX))?.rev();
        all.skip(skip).take(limit).map(|row| record::decode(row?.1.value())).collect()
    }

    /// How many rooms somebody made lately.
    ///
    /// # Errors
    /// The disk failed.
    pub fn get_made(&self, account: AccountId) -> Result<Made, StoreError> {
        let made = self.rooms_made.get(account.0)?.map(|made| made.value());
        Ok(made.map_or(Made::default(), |(since_age_min, count)| Made { since_age_min, count }))
    }
}

impl Writes<'_> {
    /// The next room's number.
    ///
    /// # Errors
    /// The disk failed.
    pub fn take_room_number(&mut self) -> Result<RoomId, StoreError> {
        self.take_number("room", RoomId::FIRST.0).map(RoomId)
    }

    /// Writes a room.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_room(&mut self, room: &Room) -> Result<(), StoreError> {
        self.written = true;
        self.rooms.insert(room.room.0, record::encode(room)?.as_slice())?;
        self.room_names.insert(room.room.0, folded(&room.name).as_str())?;
        Ok(())
    }

    /// Forgets a room, its wall and its log. Its members have left, and its number is given to no other.
    ///
    /// # Errors
    /// The disk failed.
    pub fn remove_room(&mut self, room: &Room) -> Result<(), StoreError> {
        self.written = true;
        self.rooms.remove(room.room.0)?;
        self.room_names.remove(room.room.0)?;
        let wall = (room.room.0, 0)..=(room.room.0, u64::MAX);
        self.announcements.retain_in(wall, |_, _| false)?;
        let mutes = (room.room.0, 0)..=(room.room.0, u64::MAX);
        self.room_mutes.retain_in(mutes, |_, _| false)?;
        let all = (room.conversation.0, 0, 0)..=(room.conversation.0, u64::MAX, u64::MAX);
        self.ranges.retain_in(all, |_, _| false)?;
        self.remove_conversation(room.conversation)
    }

    /// Writes somebody in a room.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_member(&mut self, room: RoomId, member: &Member) -> Result<(), StoreError> {
        self.written = true;
        let key = (room.0, member.account.0);
        self.room_members.insert(key, record::encode(member)?.as_slice())?;
        self.own_rooms.insert((member.account.0, room.0), ())?;
        Ok(())
    }

    /// Takes somebody out of a room; what that person may see of its log ends with `last`.
    ///
    /// # Errors
    /// The disk failed.
    pub fn remove_member(
        &mut self,
        (room, conversation): (RoomId, ConversationId),
        member: &Member,
        last: Seq,
    ) -> Result<(), StoreError> {
        self.written = true;
        self.room_members.remove((room.0, member.account.0))?;
        self.own_rooms.remove((member.account.0, room.0))?;
        self.members.remove((member.account.0, conversation.0))?;
        self.put_range(conversation, member.account, Range { first: member.first, last })
    }

    /// Somebody who is muted went: that holds when it comes again.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_mute(
        &mut self,
        room: RoomId,
        account: AccountId,
        until: i64,
    ) -> Result<(), StoreError> {
        self.written = true;
        self.room_mutes.insert((room.0, account.0), until)?;
        Ok(())
    }

    /// Until when somebody was muted who comes again; 0 where it was not.
    ///
    /// # Errors
    /// The disk failed.
    pub fn take_mute(&mut self, room: RoomId, account: AccountId) -> Result<i64, StoreError> {
        self.written = true;
        Ok(self.room_mutes.remove((room.0, account.0))?.map_or(0, |until| until.value()))
    }

    /// Writes what somebody may see of a log.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_range(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
        range: Range,
    ) -> Result<(), StoreError> {
        self.written = true;
        self.ranges.insert((conversation.0, account.0, range.first.0), range.last.0)?;
        Ok(())
    }

    /// Writes who may come into a room.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_room_request(&mut self, request: &RoomRequest) -> Result<(), StoreError> {
        self.written = true;
        let (room, account, door) = request.key();
        let door = number_of(door);
        let bytes = record::encode(request)?;
        self.room_requests.insert((room.0, account.0, door), bytes.as_slice())?;
        self.room_askers.insert((account.0, room.0, door), ())?;
        Ok(())
    }

    /// Forgets who might have come into a room.
    ///
    /// # Errors
    /// The disk failed.
    pub fn remove_room_request(&mut self, request: &RoomRequest) -> Result<(), StoreError> {
        self.written = true;
        let (room, account, door) = request.key();
        let door = number_of(door);
        self.room_requests.remove((room.0, account.0, door))?;
        self.room_askers.remove((account.0, room.0, door))?;
        Ok(())
    }

    /// Puts something on a room's wall; the oldest are dropped when there are more than `most`.
    ///
    /// # Errors
    /// The disk failed.
    pub fn append_announcement(
        &mut self,
        room: RoomId,
        announcement: &Announcement,
        most: usize,
    ) -> Result<(), StoreError> {
        self.written = true;
        let wall = (room.0, 0)..=(room.0, u64::MAX);
        let last = self.announcements.range(wall.clone())?.next_back().transpose()?;
        let number = last.map_or(1, |(key, _)| key.value().1 + 1);
        let bytes = record::encode(announcement)?;
        self.announcements.insert((room.0, number), bytes.as_slice())?;
        let oldest = number.saturating_sub(most as u64);
        self.announcements.retain_in((room.0, 0)..=(room.0, oldest), |_, _| false)?;
        Ok(())
    }

    /// Writes how many rooms somebody made lately.
    ///
    /// # Errors
    /// The disk failed.
    pub fn put_made(&mut self, account: AccountId, made: Made) -> Result<(), StoreError> {
        self.written = true;
        self.rooms_made.insert(account.0, (made.since_age_min, made.count))?;
        Ok(())
    }
}

fn number_of(door: Door) -> u8 {
    match door {
        Door::Asks => 0,
        Door::Invited => 1,
    }
}
