//! Rooms: who is in them, what they are called, who may come in, and what happens in them.
//!
//! A room is a conversation whose log also carries its own changes, each with the room's next
//! version. Whoever applies the changes in order to a [`Room`] has the room as it is.

use serde::{Deserialize, Serialize};

use super::nickname::{self, NicknameError};
use super::{AccountId, ConversationId, RequestState, RoomId, Seq};

/// Longest name of a room in graphemes, what a reader counts as letters.
pub const ROOM_NAME_MAX: usize = 20;
/// A room has one of so many colours.
pub const ROOM_COLOURS: u8 = 7;

/// Who may come into a room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Joining {
    /// Everybody, at once.
    Open,
    /// Whom the owner or an admin lets in.
    #[default]
    Approval,
    /// Whom the owner or an admin invites.
    Closed,
}

/// What somebody is in a room; the greater one may do more.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// One of many.
    #[default]
    Member,
    /// Lets people in and out, mutes, changes what the room is.
    Admin,
    /// The one who also names admins and dissolves the room.
    Owner,
}

/// What is told to everybody in a room and stays on its wall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// The words; empty where it was taken down.
    pub text: String,
    /// Who wrote it.
    pub by: AccountId,
    /// When, milliseconds since 1970 UTC.
    pub at: i64,
    /// The line of the room's log that tells of it; 0 where an earlier version wrote it.
    #[serde(default)]
    pub seq: Seq,
}

/// A room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// Its number.
    pub room: RoomId,
    /// Its log.
    pub conversation: ConversationId,
    /// What it is called; others may be called the same.
    pub name: String,
    /// Whose it is.
    pub owner: AccountId,
    /// Who may come in.
    pub joining: Joining,
    /// Only the owner and admins may write.
    #[serde(default)]
    pub admins_only: bool,
    /// What is on its wall.
    #[serde(default)]
    pub announcement: Option<Announcement>,
    /// How many are in it.
    #[serde(default)]
    pub members: u32,
    /// Counts its changes.
    #[serde(default)]
    pub version: u64,
    /// Made at, milliseconds since 1970 UTC.
    #[serde(default)]
    pub since: i64,
    /// The colour of its tile, where one was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<u8>,
}

/// One of those in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub account: AccountId,
    /// What that person is there.
    pub rank: Rank,
    /// What that person is called there; empty for the nickname.
    #[serde(default)]
    pub card: String,
    /// May not write before then, milliseconds since 1970 UTC; 0 when not muted.
    #[serde(default)]
    pub muted_until: i64,
    /// Came in at, milliseconds since 1970 UTC.
    #[serde(default)]
    pub since: i64,
    /// The first message that this person sees since then.
    #[serde(default)]
    pub first: Seq,
}

/// A room that one is in, and oneself in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnRoom {
    /// The room.
    pub room: Room,
    /// Oneself.
    pub member: Member,
}

/// By which door somebody comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// That person asks; the owner or an admin answers.
    Asks,
    /// That person was invited, and answers.
    Invited,
}

/// Somebody who is not in a room and may come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomRequest {
    /// Which room.
    pub room: RoomId,
    /// Who may come in.
    pub account: AccountId,
    /// By which door.
    pub door: Door,
    /// What the room is called.
    pub name: String,
    /// Who invited; of somebody who asks by itself, that person.
    pub by: AccountId,
    /// What was said with it.
    #[serde(default)]
    pub greeting: String,
    /// Asked or invited at, milliseconds since 1970 UTC.
    pub at: i64,
    /// What became of it. One that was answered is told once and then kept nowhere.
    pub state: RequestState,
    /// Who answered.
    #[serde(default)]
    pub answered_by: Option<AccountId>,
    /// Why it was turned down.
    #[serde(default)]
    pub reason: String,
}

impl RoomRequest {
    /// What tells it from others.
    #[must_use]
    pub fn key(&self) -> (RoomId, AccountId, Door) {
        (self.room, self.account, self.door)
    }

    /// Whether nobody answered it in time.
    #[must_use]
    pub fn is_expired(&self, now_ms: i64) -> bool {
        super::contact::is_over(self.at, now_ms)
    }
}

/// Why somebody is in a room no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parting {
    /// By itself.
    Left,
    /// An admin or the owner said so.
    Kicked,
    /// The room is no more.
    Dissolved,
}

/// What happened in a room, as a line of its log. Who did it is the message's `from`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomChange {
    /// It began; whoever made it is its owner.
    Created {
        /// What it is called.
        name: String,
    },
    /// Somebody came in; let in by the message's sender where that is another.
    Joined {
        /// Who.
        account: AccountId,
        /// May not write before then, having been muted before it went; 0 when not muted.
        #[serde(default, skip_serializing_if = "is_zero")]
        muted_until: i64,
    },
    /// Somebody went.
    Left {
        /// Who.
        account: AccountId,
    },
    /// Somebody was put out.
    Kicked {
        /// Who.
        account: AccountId,
    },
    /// Somebody may not write for a time, or may again.
    Muted {
        /// Who.
        account: AccountId,
        /// Until then, milliseconds since 1970 UTC; 0 for at once.
        until: i64,
    },
    /// Somebody is an admin, or is one no more.
    Ranked {
        /// Who.
        account: AccountId,
        /// What now.
        rank: Rank,
    },
    /// The room is somebody else's; whose it was is a member like others.
    Owner {
        /// Whose.
        account: AccountId,
    },
    /// It is called otherwise.
    Renamed {
        /// What now.
        name: String,
    },
    /// Others may come in than before.
    Joining {
        /// Who.
        joining: Joining,
    },
    /// Only the owner and admins may write, or everybody again.
    AdminsOnly {
        /// Whether it is so now.
        on: bool,
    },
    /// Something else is on its wall.
    Announced {
        /// What; empty where it was taken down.
        text: String,
    },
    /// It is no more.
    Dissolved {},
    /// Its tile has another colour.
    Coloured {
        /// Which.
        colour: u8,
    },
    /// Somebody is called otherwise in it.
    Carded {
        /// Who.
        account: AccountId,
        /// What now; empty for the nickname.
        card: String,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the derived code passes references")]
fn is_zero(value: &i64) -> bool {
    *value == 0
}

impl Room {
    /// The colour of its tile: the one that was chosen, else by its number.
    #[must_use]
    pub fn colour(&self) -> u64 {
        self.colour.map_or(self.room.0 % u64::from(ROOM_COLOURS), u64::from)
    }

    /// Takes in a change that a line of the log tells: `from` did it, at that time. The next version is
    /// this one's.
    pub fn apply(&mut self, from: AccountId, (seq, at): (Seq, i64), change: &RoomChange) {
        self.version += 1;
        match change {
            RoomChange::Created { name } => {
                self.name.clone_from(name);
                self.members = 1;
            }
            RoomChange::Renamed { name } => self.name.clone_from(name),
            RoomChange::Joined { .. } => self.members += 1,
            RoomChange::Left { .. } | RoomChange::Kicked { .. } => {
                self.members = self.members.saturating_sub(1);
            }
            RoomChange::Owner { account } => self.owner = *account,
            RoomChange::Joining { joining } => self.joining = *joining,
            RoomChange::AdminsOnly { on } => self.admins_only = *on,
            RoomChange::Coloured { colour } => self.colour = Some(*colour),
            RoomChange::Announced { text } => {
                let announcement = Announcement { text: text.clone(), by: from, at, seq };
                self.announcement = Some(announcement).filter(|on_wall| !on_wall.text.is_empty());
            }
            RoomChange::Muted { .. }
            | RoomChange::Ranked { .. }
            | RoomChange::Carded { .. }
            | RoomChange::Dissolved {} => {}
        }
    }
}

/// Reads a room's name as a person typed it, by the rules of nicknames about characters. It may be a
/// number, and others may have the same.
///
/// # Errors
/// The first rule that it breaks.
pub fn room_name(text: &str) -> Result<String, NicknameError> {
    nickname::cleaned(text, ROOM_NAME_MAX)
}

/// What of a conversation is told to a person.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Notify {
    /// Every message.
    #[default]
    All,
    /// What mentions one.
    Mentions,
    /// Nothing.
    None,
}

/// Whether somebody who wrote first, without being a friend, is listened to.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Stranger {
    /// Nobody stands apart here: a friend, or one who was answered.
    #[default]
    No,
    /// Stands apart, until one accepts, declines or writes.
    Waiting,
    /// Is not shown, and is not taken messages of.
    Declined,
}

/// How one wants to have a conversation, on all devices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// At the top of the list.
    #[serde(default)]
    pub pinned: bool,
    /// What is told of it.
    #[serde(default)]
    pub notify: Notify,
    /// Whether the other side is a stranger. The server sets it when one begins; it is answered by
    /// `no` or `declined`.
    #[serde(default)]
    pub stranger: Stranger,
}

impl Choice {
    /// Whether the person chose nothing: who stands apart is not of one's own choosing.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        !self.pinned && self.notify == Notify::All
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_obeys_the_rules_of_nicknames_and_may_be_a_number() {
        assert_eq!(room_name("  软工 2401 "), Ok("软工 2401".to_owned()));
        assert_eq!(room_name("2401"), Ok("2401".to_owned()));
        assert_eq!(room_name(" "), Err(NicknameError::Empty));
        assert_eq!(room_name("a\u{202E}b"), Err(NicknameError::Character));
        assert_eq!(room_name(&"字".repeat(20)), Ok("字".repeat(20)));
        assert_eq!(room_name(&"字".repeat(21)), Err(NicknameError::TooLong));
    }
}
