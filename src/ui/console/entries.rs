//! The rows of the tables: links, accounts, bans and rooms; what each stands for, and its columns.

use std::cmp::Ordering;

use super::listing::{Entry, Paged, natural};
use crate::domain::{AccountId, RoomId};
use crate::net::control::OnlineSession;
use crate::net::verb::{AccountRow, BanRow, Done, RoomRow, Verb};

/// Capital letters do not count.
fn by_name(a: &str, b: &str) -> Ordering {
    natural(&a.to_lowercase(), &b.to_lowercase())
}

/// Number, nickname, address, client, since, idle.
impl Entry for OnlineSession {
    /// Links are counted anew by each run of the server: the same number may be somebody else's then.
    type Key = (AccountId, u64);

    fn key(&self) -> Self::Key {
        (self.person.account, self.session)
    }

    fn compare(&self, other: &Self, column: usize) -> Ordering {
        match column {
            0 => self.person.account.cmp(&other.person.account),
            1 => by_name(&self.person.nickname, &other.person.nickname),
            2 => natural(&self.address, &other.address),
            3 => natural(&self.client, &other.client),
            4 => self.since.cmp(&other.since),
            _ => self.idle_ms.cmp(&other.idle_ms),
        }
    }

    fn has(&self, find: &str) -> bool {
        self.person.account.to_string().contains(find)
            || self.person.nickname.to_lowercase().contains(find)
            || self.address.to_lowercase().contains(find)
    }
}

/// Number, nickname, made on, last seen, devices, bytes, whether it is let in.
impl Entry for AccountRow {
    type Key = AccountId;

    fn key(&self) -> AccountId {
        self.person.account
    }

    fn compare(&self, other: &Self, column: usize) -> Ordering {
        match column {
            0 => self.person.account.cmp(&other.person.account),
            1 => by_name(&self.person.nickname, &other.person.nickname),
            2 => self.created.cmp(&other.created),
            // Whoever is there was seen last.
            3 => (self.links > 0, self.seen).cmp(&(other.links > 0, other.seen)),
            4 => self.devices.cmp(&other.devices),
            5 => self.bytes.cmp(&other.bytes),
            // Whoever is not let in comes first.
            _ => {
                let key = |row: &AccountRow| (!row.disabled, row.ban.is_none());
                key(self).cmp(&key(other))
            }
        }
    }
}

impl Paged for AccountRow {
    fn ask(text: String, skip: u64) -> Verb {
        Verb::Accounts { text, skip }
    }

    fn page(done: &Done) -> Option<(&[Self], bool)> {
        match done {
            Done::Accounts { rows, more } => Some((rows, *more)),
            _ => None,
        }
    }
}

/// Whom, why, since, what is left.
impl Entry for BanRow {
    type Key = String;

    fn key(&self) -> String {
        self.whom.clone()
    }

    fn compare(&self, other: &Self, column: usize) -> Ordering {
        match column {
            0 => natural(&self.whom, &other.whom),
            1 => by_name(&self.why, &other.why),
            2 => self.at.cmp(&other.at),
            // One without an end has the most left.
            _ => {
                let left = |row: &BanRow| row.minutes_left.unwrap_or(u64::MAX);
                left(self).cmp(&left(other))
            }
        }
    }
}

/// All come at once.
impl Paged for BanRow {
    fn ask(_text: String, _skip: u64) -> Verb {
        Verb::Bans {}
    }

    fn page(done: &Done) -> Option<(&[Self], bool)> {
        match done {
            Done::Bans { rows, .. } => Some((rows, false)),
            _ => None,
        }
    }
}

/// Number, name, owner, members, messages.
impl Entry for RoomRow {
    type Key = RoomId;

    fn key(&self) -> RoomId {
        self.room
    }

    fn compare(&self, other: &Self, column: usize) -> Ordering {
        match column {
            0 => self.room.cmp(&other.room),
            1 => by_name(&self.name, &other.name),
            2 => self.owner.cmp(&other.owner),
            3 => self.members.cmp(&other.members),
            _ => self.messages.cmp(&other.messages),
        }
    }
}

impl Paged for RoomRow {
    fn ask(text: String, skip: u64) -> Verb {
        Verb::Rooms { text, skip }
    }

    fn page(done: &Done) -> Option<(&[Self], bool)> {
        match done {
            Done::Rooms { rows, more } => Some((rows, *more)),
            _ => None,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::listing::{Listing, Table};
    use super::super::selection::Pick;
    use super::*;
    use crate::domain::{Person, Presence, Role};

    pub fn session(account: u64, nickname: &str, address: &str) -> OnlineSession {
        OnlineSession {
            session: account,
            person: Person {
                account: AccountId(account),
                nickname: nickname.to_owned(),
                signature: String::new(),
                avatar: 1,
                role: Role::Member,
                version: 0,
                picture: None,
            },
            presence: Presence::Online,
            address: address.to_owned(),
            client: "mychat 0.1.0 (Linux)".to_owned(),
            since: i64::try_from(account).unwrap_or_default(),
            idle_ms: 100_000 - account,
        }
    }

    pub fn account(number: u64, nickname: &str) -> AccountRow {
        AccountRow {
            person: session(number, nickname, "").person,
            created: 0,
            seen: None,
            disabled: false,
            devices: 1,
            bytes: 100_000 - number,
            ban: None,
            links: 0,
        }
    }

    pub fn ban(whom: &str) -> BanRow {
        BanRow {
            whom: whom.to_owned(),
            nickname: None,
            why: String::new(),
            at: 0,
            minutes_left: None,
        }
    }

    pub fn room(number: u64, name: &str, members: u64) -> RoomRow {
        let (room, name) = (RoomId(number), name.to_owned());
        RoomRow { room, name, owner: AccountId(10_001), members, messages: 9 }
    }

    #[test]
    fn the_same_link_of_somebody_else_is_not_chosen() {
        let mut online = Listing::default();
        online.set(vec![session(10_001, "a", "10.0.0.1")]);
        online.pick(0, Pick::Only);
        online.set(vec![OnlineSession { session: 10_001, ..session(10_009, "z", "10.0.0.9") }]);
        assert_eq!((online.chosen().count(), online.current()), (0, None));
    }

    #[test]
    fn who_is_not_let_in_and_who_is_there_stand_first() {
        let mut accounts = Listing::default();
        let rows = vec![
            account(1, "a"),
            AccountRow { disabled: true, ..account(2, "b") },
            AccountRow { links: 1, ..account(3, "c") },
        ];
        accounts.set(rows);
        accounts.sort(6);
        assert_eq!(accounts.row(0).unwrap().person.account.0, 2);
        accounts.sort(3);
        accounts.sort(3);
        assert_eq!(accounts.row(0).unwrap().person.account.0, 3);
    }

    #[test]
    fn a_ban_without_an_end_has_the_most_left() {
        let mut bans = Listing::default();
        let rows = vec![ban("10.0.0.10"), BanRow { minutes_left: Some(9), ..ban("10.0.0.9") }];
        bans.set(rows);
        let first = |bans: &Listing<BanRow>| bans.row(0).unwrap().whom.clone();
        assert_eq!(first(&bans), "10.0.0.9", "numbers in it count as numbers");
        bans.sort(3);
        assert_eq!(first(&bans), "10.0.0.9");
        bans.sort(3);
        assert_eq!(first(&bans), "10.0.0.10");
    }
}
