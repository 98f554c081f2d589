//! One's own side of knowing people: friends and their groups, requests, blocks, privacy.
//!
//! The server keeps it in rows and tells every change as a [`Notice`] in the account's own log. A
//! [`Book`] is all of it together, on a client; applying the notices in order keeps it equal to
//! the rows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    AccountId, Body, Choice, ConversationKind, Door, Message, OwnRoom, Parting, Rank, RoomId,
    RoomRequest, Target,
};

/// A request that nobody answered ends after so many days.
pub const REQUEST_DAYS: i64 = 30;

/// A group of one's friends; its name may change.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct GroupId(pub u32);

impl GroupId {
    /// The group of friends that are in no other. It always exists.
    pub const FIRST: GroupId = GroupId(0);
}

/// A group of friends; the order of groups is that of their list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Which.
    pub id: GroupId,
    /// What it is called; the first one may have no name of its own.
    pub name: String,
}

/// What one account keeps of another: one side of a friendship, or a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Of whom.
    pub account: AccountId,
    /// Whether they are friends: true on both sides or on none.
    pub friend: bool,
    /// Where a friend stands in the list.
    #[serde(default)]
    pub group: GroupId,
    /// What one calls that person; empty for the nickname.
    #[serde(default)]
    pub remark: String,
    /// That person can neither message, shake, ask nor see presence, and is not told.
    #[serde(default)]
    pub blocked: bool,
    /// Whether that friend may shake one's window.
    #[serde(default = "yes")]
    pub shakes: bool,
    /// Friends since, milliseconds since 1970 UTC.
    #[serde(default)]
    pub since: i64,
}

impl Contact {
    /// Somebody of whom nothing is kept yet.
    #[must_use]
    pub fn stranger(account: AccountId) -> Self {
        Contact {
            account,
            friend: false,
            group: GroupId::FIRST,
            remark: String::new(),
            blocked: false,
            shakes: true,
            since: 0,
        }
    }

    /// Whether there is nothing left to keep.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        !self.friend && !self.blocked
    }
}

/// Which side of a request one is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// One was asked.
    In,
    /// One asked.
    Out,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Waits for an answer, until it expires.
    Pending,
    /// They are friends since.
    Accepted,
    /// Turned down, perhaps with a reason.
    Declined,
    /// Put aside by who was asked; who asked goes on waiting.
    Ignored,
}

/// A friend request as one side sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRequest {
    /// The other side.
    pub peer: AccountId,
    /// Who asked.
    pub way: Way,
    /// What was said with it.
    #[serde(default)]
    pub greeting: String,
    /// Where who asked wants the new friend.
    #[serde(default)]
    pub group: GroupId,
    /// What who asked will call the new friend.
    #[serde(default)]
    pub remark: String,
    /// Asked at, milliseconds since 1970 UTC.
    pub at: i64,
    /// What became of it.
    pub state: RequestState,
    /// Why it was turned down.
    #[serde(default)]
    pub reason: String,
}

impl ContactRequest {
    /// Whether it still waits for an answer.
    #[must_use]
    pub fn is_open(&self, now_ms: i64) -> bool {
        self.state == RequestState::Pending && !self.is_expired(now_ms)
    }

    /// Whether nobody answered it in time.
    #[must_use]
    pub fn is_expired(&self, now_ms: i64) -> bool {
        self.state == RequestState::Pending && is_over(self.at, now_ms)
    }
}

/// Whether a request of that time has waited too long.
pub(super) fn is_over(at: i64, now_ms: i64) -> bool {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    now_ms.saturating_sub(at) >= REQUEST_DAYS * DAY_MS
}

/// Who may ask to be a friend.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asking {
    /// Everybody, and one answers.
    #[default]
    Ask,
    /// Everybody, and becomes one at once.
    Welcome,
    /// Nobody.
    Nobody,
}

/// What others may do, as one wants it.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that people see")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Privacy {
    /// Who may ask to be a friend.
    #[serde(default)]
    pub asking: Asking,
    /// Whether one is found by number.
    #[serde(default = "yes")]
    pub by_number: bool,
    /// Whether one is found by nickname.
    #[serde(default = "yes")]
    pub by_nickname: bool,
    /// Whether only friends may write.
    #[serde(default)]
    pub friends_only: bool,
    /// Whether others see what one has read, and one sees it of them.
    #[serde(default = "yes")]
    pub read_marks: bool,
    /// Whether others see that one is writing, and one sees it of them.
    #[serde(default = "yes")]
    pub typing: bool,
}

impl Default for Privacy {
    fn default() -> Self {
        Privacy {
            asking: Asking::Ask,
            by_number: true,
            by_nickname: true,
            friends_only: false,
            read_marks: true,
            typing: true,
        }
    }
}

fn yes() -> bool {
    true
}

/// A change of one's own book, in the log that only this account reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// What is kept of somebody now.
    Contact(Contact),
    /// Nothing is kept of somebody any more.
    ContactGone {
        /// Of whom.
        account: AccountId,
    },
    /// All groups in order. Friends whose group is not among them are in the first one.
    Groups {
        /// At least the first one.
        groups: Vec<Group>,
    },
    /// A request is new or was answered.
    Request(ContactRequest),
    /// A request is not listed any more.
    RequestGone {
        /// The other side.
        peer: AccountId,
        /// Who had asked.
        way: Way,
    },
    /// What others may do now.
    Privacy(Privacy),
    /// A room that one came into, or oneself in it as one is now.
    Room(OwnRoom),
    /// One is in a room no more; nothing of it waits for one either.
    RoomGone {
        /// Which.
        room: RoomId,
        /// Why.
        why: Parting,
    },
    /// Somebody may come into a room. One that was answered is listed no more.
    RoomRequest(RoomRequest),
    /// One of them is not listed any more.
    RoomRequestGone {
        /// Which room.
        room: RoomId,
        /// Who might have come in.
        account: AccountId,
        /// By which door.
        door: Door,
    },
    /// How one wants to have a conversation now.
    Choice {
        /// Which.
        with: Target,
        /// How.
        choice: Choice,
    },
}

/// Everything that one account keeps of others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// In order; the first group is among them.
    pub groups: Vec<Group>,
    /// Friends and blocked people, by number.
    pub contacts: BTreeMap<AccountId, Contact>,
    /// Requests, both ways.
    pub requests: BTreeMap<(AccountId, Way), ContactRequest>,
    /// What others may do.
    pub privacy: Privacy,
    /// The rooms that one is in, by number.
    #[serde(default)]
    pub rooms: BTreeMap<RoomId, OwnRoom>,
    /// Who may come into which room: oneself, and others where one is an admin.
    #[serde(default)]
    pub room_requests: BTreeMap<(RoomId, AccountId, Door), RoomRequest>,
    /// How one wants to have conversations, where it is not the usual.
    #[serde(default)]
    pub choices: BTreeMap<Target, Choice>,
}

impl Default for Book {
    fn default() -> Self {
        Book {
            groups: first_groups(),
            contacts: BTreeMap::new(),
            requests: BTreeMap::new(),
            privacy: Privacy::default(),
            rooms: BTreeMap::new(),
            room_requests: BTreeMap::new(),
            choices: BTreeMap::new(),
        }
    }
}

/// The groups of an account that made none.
#[must_use]
pub fn first_groups() -> Vec<Group> {
    vec![Group { id: GroupId::FIRST, name: String::new() }]
}

impl Book {
    /// Takes in a change. The same changes in the same order lead to the same book.
    pub fn apply(&mut self, notice: &Notice) {
        match notice {
            Notice::Contact(contact) => {
                self.contacts.insert(contact.account, contact.clone());
            }
            Notice::ContactGone { account } => drop(self.contacts.remove(account)),
            Notice::Groups { groups } => {
                self.groups.clone_from(groups);
                for contact in self.contacts.values_mut() {
                    if !groups.iter().any(|group| group.id == contact.group) {
                        contact.group = GroupId::FIRST;
                    }
                }
            }
            Notice::Request(request) => {
                self.requests.insert((request.peer, request.way), request.clone());
            }
            Notice::RequestGone { peer, way } => drop(self.requests.remove(&(*peer, *way))),
            Notice::Privacy(privacy) => self.privacy.clone_from(privacy),
            Notice::Choice { with, choice } => match *choice == Choice::default() {
                true => drop(self.choices.remove(with)),
                false => drop(self.choices.insert(*with, *choice)),
            },
            rooms => self.apply_room(rooms),
        }
    }

    fn apply_room(&mut self, notice: &Notice) {
        match notice {
            Notice::Room(own) => {
                let (room, me) = (own.room.room, own.member.account);
                if own.member.rank < Rank::Admin {
                    self.room_requests.retain(|(of, account, _), _| *of != room || *account == me);
                }
                // The room's own log may have told of a later change already.
                let known = self.rooms.remove(&room).map(|known| known.room);
                let newer = known.filter(|known| known.version > own.room.version);
                let (room_now, member) = (newer.unwrap_or(own.room.clone()), own.member.clone());
                self.rooms.insert(room, OwnRoom { room: room_now, member });
            }
            Notice::RoomGone { room, .. } => {
                self.rooms.remove(room);
                self.room_requests.retain(|(of, ..), _| of != room);
            }
            Notice::RoomRequest(request) => match request.state {
                RequestState::Pending => {
                    drop(self.room_requests.insert(request.key(), request.clone()));
                }
                _ => drop(self.room_requests.remove(&request.key())),
            },
            Notice::RoomRequestGone { room, account, door } => {
                self.room_requests.remove(&(*room, *account, *door));
            }
            _ => {}
        }
    }

    /// A line of a room's log: its next change is taken in. `false` when changes are missing before
    /// it, so that the room has to be asked for.
    pub fn apply_line(&mut self, message: &Message) -> bool {
        let (ConversationKind::Room { room }, Body::Room { version, change }) =
            (message.kind, &message.body)
        else {
            return true;
        };
        let Some(own) = self.rooms.get_mut(&room) else { return true };
        if own.room.version + 1 == *version {
            own.room.apply(message.from, (message.seq, message.at), change);
        }
        own.room.version >= *version
    }

    /// A friend, as one keeps that person.
    #[must_use]
    pub fn friend(&self, account: AccountId) -> Option<&Contact> {
        self.contacts.get(&account).filter(|contact| contact.friend)
    }

    /// What one calls somebody, where that is not the nickname.
    #[must_use]
    pub fn remark(&self, account: AccountId) -> Option<&str> {
        let contact = self.contacts.get(&account)?;
        Some(contact.remark.as_str()).filter(|remark| !remark.is_empty())
    }
}
