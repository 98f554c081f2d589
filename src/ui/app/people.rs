//! What is known of other people: their profiles, what one keeps of them, and who is there.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::rooms::Tile;
use crate::domain::{AccountId, Book, Notice, OwnRoom, Person, Portrait, Presence, Room, RoomId};
use crate::ui::text::tr_with;

/// People by number.
#[derive(Debug, Default)]
pub struct People {
    known: BTreeMap<AccountId, Person>,
    /// Who is there, of friends and of people that some window shows.
    there: BTreeMap<AccountId, Presence>,
    /// The link broke since: it may be all different now.
    is_outdated: bool,
    book: Arc<Book>,
    /// What stood for rooms that one is in no more.
    left: BTreeMap<RoomId, Tile>,
    has_book: bool,
    /// Changes whenever anything here may have changed, so that windows can skip work.
    pub version: u64,
}

impl People {
    /// Nothing of what is known holds any more.
    pub(super) fn begin_anew(&mut self) {
        *self = People { version: self.version + 1, ..People::default() };
    }

    /// The profile of an account, as far as it is known.
    #[must_use]
    pub fn get(&self, account: AccountId) -> Option<&Person> {
        self.known.get(&account)
    }

    /// What one calls an account: one's own remark, else its name, else its number.
    #[must_use]
    pub fn name(&self, account: AccountId) -> String {
        match self.book.remark(account) {
            Some(remark) => remark.to_owned(),
            None => self.nickname(account),
        }
    }

    /// What one calls others, where that is not what they call themselves.
    #[must_use]
    pub fn remarks(&self) -> BTreeMap<AccountId, String> {
        let contacts = self.book.contacts.keys();
        let remark = |account: &AccountId| Some((*account, self.book.remark(*account)?.to_owned()));
        contacts.filter_map(remark).collect()
    }

    /// What an account calls itself, or its number until that is known.
    #[must_use]
    pub fn nickname(&self, account: AccountId) -> String {
        match self.known.get(&account) {
            Some(person) if person.is_gone() => {
                tr_with("person.gone", &[("n", &account.to_string())])
            }
            Some(person) => person.nickname.clone(),
            None => account.to_string(),
        }
    }

    /// What stands for an account in lists.
    #[must_use]
    pub fn portrait(&self, account: AccountId) -> Portrait {
        let known = self.known.get(&account);
        known.map_or(super::login::AVATAR_UNKNOWN.into(), Person::portrait)
    }

    /// The line under an account's name; may be empty.
    #[must_use]
    pub fn signature(&self, account: AccountId) -> &str {
        self.known.get(&account).map_or("", |person| person.signature.as_str())
    }

    /// How an account is seen, while that is known.
    #[must_use]
    pub fn presence(&self, account: AccountId) -> Option<Presence> {
        let seen = || self.there.get(&account).copied().unwrap_or(Presence::Offline);
        (!self.is_outdated).then(seen)
    }

    /// Everybody whose profile is known and whose account still is one.
    pub fn known(&self) -> impl Iterator<Item = AccountId> {
        self.known.values().filter(|person| !person.is_gone()).map(|person| person.account)
    }

    /// How many others are seen to be there.
    #[must_use]
    pub fn online(&self) -> u64 {
        self.there.len() as u64
    }

    /// What one keeps of others.
    #[must_use]
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// What a room is called, or was as long as one was in it; else its number.
    #[must_use]
    pub fn room_name(&self, room: RoomId) -> String {
        self.room_tile(room).name
    }

    /// What stands for a room, as it was last seen.
    #[must_use]
    pub fn room_tile(&self, room: RoomId) -> Tile {
        let there = self.book.rooms.get(&room).map(tile_of);
        let left = || self.left.get(&room).cloned();
        let unknown = || Tile { colour: room.0, name: room.to_string() };
        there.or_else(left).unwrap_or_else(unknown)
    }

    /// Whether the book came since the sign-in.
    #[must_use]
    pub fn has_book(&self) -> bool {
        self.has_book
    }

    /// Whether somebody is a friend.
    #[must_use]
    pub fn is_friend(&self, account: AccountId) -> bool {
        self.book.friend(account).is_some()
    }

    /// The whole book came.
    pub fn set_book(&mut self, book: Arc<Book>) {
        self.version += 1;
        self.has_book = true;
        for (room, own) in &self.book.rooms {
            if !book.rooms.contains_key(room) {
                self.left.insert(*room, tile_of(own));
            }
        }
        self.book = book;
    }

    /// The book changed.
    pub fn notice(&mut self, notice: &Notice) {
        self.version += 1;
        if let Notice::RoomGone { room, .. } = notice {
            self.left.insert(*room, self.room_tile(*room));
        }
        Arc::make_mut(&mut self.book).apply(notice);
    }

    /// These people are not shown any more: nobody tells when they leave.
    pub fn forget_presence(&mut self, accounts: impl IntoIterator<Item = AccountId>) {
        for account in accounts {
            self.there.remove(&account);
        }
    }

    /// A room changed.
    pub fn set_room(&mut self, room: Room) {
        self.version += 1;
        if let Some(own) = Arc::make_mut(&mut self.book).rooms.get_mut(&room.room) {
            own.room = room;
        }
    }

    /// The link is down: nobody knows who is there until it is signed in again.
    pub fn lose_sight(&mut self) {
        self.is_outdated = true;
        self.version += 1;
    }

    /// The link is signed in: the server tells at once who is there, and nobody else is.
    pub fn regain_sight(&mut self) {
        self.there.clear();
        self.is_outdated = false;
        self.version += 1;
    }

    /// Takes in profiles; an older version never replaces a newer one.
    pub fn learn(&mut self, people: Vec<Person>) {
        self.version += 1;
        for person in people {
            match self.known.get(&person.account) {
                Some(known) if known.version > person.version => {}
                _ => drop(self.known.insert(person.account, person)),
            }
        }
    }

    /// Takes in how people are seen now.
    pub fn seen(&mut self, changes: impl IntoIterator<Item = (AccountId, Presence)>) {
        self.version += 1;
        for (account, presence) in changes {
            match presence.as_seen_by_others() {
                Presence::Offline => drop(self.there.remove(&account)),
                seen => drop(self.there.insert(account, seen)),
            }
        }
    }
}

fn tile_of(own: &OwnRoom) -> Tile {
    Tile { colour: own.room.colour(), name: own.room.name.clone() }
}

#[cfg(test)]
mod tests {
    use super::super::testing::person;
    use super::*;
    use crate::domain::Contact;

    const ZOE: AccountId = AccountId(10_002);

    #[test]
    fn who_is_there_is_unknown_from_the_end_of_the_link_to_the_next_sign_in() {
        let mut people = People::default();
        people.learn(vec![person(10_002, "zoe")]);
        people.seen([(ZOE, Presence::Online)]);
        assert_eq!(people.presence(ZOE), Some(Presence::Online));
        people.lose_sight();
        assert_eq!(people.presence(ZOE), None);
        people.seen([(ZOE, Presence::Busy)]);
        assert_eq!(people.presence(ZOE), None, "that was before the end");
        people.regain_sight();
        assert_eq!(people.presence(ZOE), Some(Presence::Offline), "nobody said otherwise");
        people.seen([(ZOE, Presence::Invisible)]);
        assert_eq!(people.presence(ZOE), Some(Presence::Offline));
    }

    #[test]
    fn a_remark_goes_before_the_name_and_both_before_the_number() {
        let mut people = People::default();
        assert_eq!(people.name(ZOE), "10002");
        people.learn(vec![person(10_002, "zoe")]);
        assert_eq!(people.name(ZOE), "zoe");
        let contact = Contact { friend: true, remark: "Z".into(), ..Contact::stranger(ZOE) };
        people.notice(&Notice::Contact(contact));
        assert_eq!((people.name(ZOE).as_str(), people.nickname(ZOE).as_str()), ("Z", "zoe"));
        assert!(people.is_friend(ZOE));
        people.notice(&Notice::ContactGone { account: ZOE });
        assert_eq!(people.name(ZOE), "zoe");
        people.learn(vec![Person::gone(ZOE, 9)]);
        assert!(people.name(ZOE).contains("10002"));
    }

    #[test]
    fn a_room_that_one_left_keeps_its_name_and_colour() {
        let room = RoomId(20_001);
        let mut own = crate::ui::app::tests::rooms::own(room, "Class", crate::domain::Rank::Member);
        own.room.colour = Some(5);
        let book = Book { rooms: [(room, own)].into(), ..Book::default() };
        let mut people = People::default();
        assert_eq!(people.room_name(room), "20001");
        people.set_book(Arc::new(book.clone()));
        people.notice(&Notice::RoomGone { room, why: crate::domain::Parting::Kicked });
        assert_eq!(people.room_tile(room), Tile { colour: 5, name: "Class".into() });
        let mut people = People::default();
        people.set_book(Arc::new(book));
        people.set_book(Arc::default());
        assert_eq!(people.room_name(room), "Class", "while the link was down");
    }

    #[test]
    fn an_older_profile_never_replaces_a_newer_one() {
        let mut people = People::default();
        people.learn(vec![Person { version: 3, ..person(10_002, "new") }]);
        people.learn(vec![Person { version: 2, ..person(10_002, "old") }]);
        assert_eq!(people.name(ZOE), "new");
    }
}
