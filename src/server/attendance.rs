//! Which of those who are online are in which room. Pure.

use std::collections::{BTreeSet, HashMap};

use crate::domain::{AccountId, Notice, RoomId};

/// The rooms of everybody who is online, both ways round.
#[derive(Default)]
pub struct Attendance {
    rooms: HashMap<RoomId, BTreeSet<AccountId>>,
    of: HashMap<AccountId, BTreeSet<RoomId>>,
}

impl Attendance {
    /// Somebody comes online, or comes again and may be in other rooms by now.
    pub fn enter(&mut self, account: AccountId, rooms: Vec<RoomId>) {
        self.leave(account);
        for room in rooms {
            self.join(account, room);
        }
    }

    /// The last session of somebody ended.
    pub fn leave(&mut self, account: AccountId) {
        for room in self.of.remove(&account).unwrap_or_default() {
            self.take_out(account, room);
        }
    }

    /// Those who are online and in a room.
    pub fn of_room(&self, room: RoomId) -> impl Iterator<Item = AccountId> {
        self.rooms.get(&room).into_iter().flatten().copied()
    }

    /// Takes in a change of the book of somebody who is online.
    pub fn apply(&mut self, owner: AccountId, notice: &Notice) {
        match notice {
            Notice::Room(own) => self.join(owner, own.room.room),
            Notice::RoomGone { room, .. } => {
                if let Some(rooms) = self.of.get_mut(&owner) {
                    rooms.remove(room);
                }
                self.take_out(owner, *room);
            }
            _ => {}
        }
    }

    fn join(&mut self, account: AccountId, room: RoomId) {
        self.rooms.entry(room).or_default().insert(account);
        self.of.entry(account).or_default().insert(room);
    }

    fn take_out(&mut self, account: AccountId, room: RoomId) {
        if let Some(accounts) = self.rooms.get_mut(&room) {
            accounts.remove(&account);
            if accounts.is_empty() {
                self.rooms.remove(&room);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Parting;

    const LIME: AccountId = AccountId(10_001);
    const MOMO: AccountId = AccountId(10_002);
    const ROOM: RoomId = RoomId(20_001);

    #[test]
    fn nobody_stays_in_a_room_who_left_it_or_the_server() {
        let mut attendance = Attendance::default();
        attendance.enter(LIME, vec![ROOM, RoomId(20_002)]);
        attendance.enter(MOMO, vec![ROOM]);
        assert_eq!(attendance.of_room(ROOM).collect::<Vec<_>>(), [LIME, MOMO]);
        attendance.apply(MOMO, &Notice::RoomGone { room: ROOM, why: Parting::Kicked });
        assert_eq!(attendance.of_room(ROOM).collect::<Vec<_>>(), [LIME]);
        attendance.enter(LIME, vec![ROOM]);
        assert_eq!(attendance.of_room(RoomId(20_002)).count(), 0);
        attendance.leave(LIME);
        attendance.leave(MOMO);
        assert!(attendance.rooms.is_empty() && attendance.of.is_empty());
    }
}
