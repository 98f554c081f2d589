//! What happens to people without their asking, and what passes by unstored.

use serde::{Deserialize, Serialize};

use super::{Calling, Occasion};
use crate::domain::game::{GameEntry, GameSheet};
use crate::domain::{
    AccountId, ConversationId, FileId, FileStatus, Message, Person, Presence, Seq, Target,
};

/// Something happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A message is in the log. The sender recognises its own by the nonce.
    Message(Message),
    /// A message just came that shakes windows: sent once, right behind it, to the other side only.
    Shaken {
        /// The log with the shake's line.
        conversation: ConversationId,
        /// That line.
        seq: Seq,
        /// Who shook.
        from: AccountId,
        /// When the server said it, by its clock; what is heard much later shakes nothing.
        #[serde(default)]
        sent: i64,
    },
    /// Something became of a file.
    File {
        /// Which.
        file: FileId,
        /// What.
        status: FileStatus,
    },
    /// Something happened in a game, or to the invitation.
    Game(GameNews),
    /// A cursor moved: own on another device, or the other side's of a direct conversation.
    Cursor {
        /// The log.
        conversation: ConversationId,
        /// Whose cursor.
        account: AccountId,
        /// Read up to here.
        read: Seq,
        /// Stored up to here.
        delivered: Seq,
    },
    /// People came, left or changed how they want to be seen; folded over a moment.
    Presence {
        /// The last state of each.
        changes: Vec<PresenceChange>,
    },
    /// People changed their name, line or avatar.
    People {
        /// As they are now.
        people: Vec<Person>,
    },
    /// The server's admin says something to who is there now; it is kept nowhere.
    Called {
        /// What.
        text: String,
        /// It stays on the screen until it is closed.
        #[serde(default)]
        pinned: bool,
        /// What the text is about, where a client has words of its own for that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<Calling>,
    },
    /// Somebody writes to you.
    Typing {
        /// Who.
        from: AccountId,
        /// Where.
        to: Target,
    },
}

impl Event {
    /// Why a link is about to end, where anything is said of it.
    #[must_use]
    pub fn parting(why: String) -> Option<Event> {
        let about = Some(Calling { code: Occasion::PutOut, seconds: 0 });
        (!why.is_empty()).then_some(Event::Called { text: why, pinned: true, about })
    }
}

/// How a game stands now, and what was added to its log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GameNews {
    /// Everything about it.
    pub sheet: GameSheet,
    /// The place of the first of these entries in the log, from 0.
    #[serde(default)]
    pub first: u32,
    /// What was added. Whoever lacks some before it asks for them.
    #[serde(default)]
    pub entries: Vec<GameEntry>,
    /// The moment by the game's own clock.
    #[serde(default)]
    pub t: u64,
}

/// One person's presence, as seen by others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceChange {
    /// Who.
    pub account: AccountId,
    /// What now.
    pub presence: Presence,
    /// The version of that person's profile.
    #[serde(default)]
    pub version: u64,
}

/// Worth nothing a minute later: hub only, never stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// How this account wants to be seen on this link.
    Presence(Presence),
    /// Tells whose presence this link shows, besides its friends'; at most 500, the last one holds.
    /// How they are seen now comes at once, for those who are there.
    Watch {
        /// Whom.
        accounts: Vec<AccountId>,
    },
    /// This account is writing to another.
    Typing {
        /// Whom to.
        to: Target,
    },
}
