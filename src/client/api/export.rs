//! What the person wants to have written into a file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::tz::TimeZone;

use super::fill;
use crate::domain::{AccountId, ConversationKind, Message, Place, RoomId, Target};

/// Messages into a file.
#[derive(Debug, Clone)]
pub struct Export {
    /// Which messages.
    pub what: Scope,
    /// In which form.
    pub format: Format,
    /// Where to.
    pub path: PathBuf,
    /// A file that is there already is replaced.
    pub replace: bool,
    /// What stands above them.
    pub title: String,
    /// The word for a picture.
    pub image: String,
    /// The word for a file.
    pub file: String,
    /// The words for a picture that cannot be had.
    pub missing: String,
    /// The words for a shaken window.
    pub shake: String,
    /// What happened and what is quoted, by the names in [`SENTENCES`](super::SENTENCES).
    pub sentences: BTreeMap<&'static str, String>,
    /// The language of these words, such as `zh-CN`.
    pub language: String,
    /// Where the person reads the time.
    pub zone: TimeZone,
    /// What the person calls others, where that is not their nickname.
    pub names: BTreeMap<AccountId, String>,
    /// What people call themselves in rooms, as far as it is known; the client asks for the rest.
    pub cards: BTreeMap<(RoomId, AccountId), String>,
}

impl Export {
    /// What somebody is called in a conversation, where that is not the nickname.
    #[must_use]
    pub fn name_in(&self, kind: ConversationKind, account: AccountId) -> Option<&str> {
        let card = match kind {
            ConversationKind::Room { room } => self.cards.get(&(room, account)),
            _ => None,
        };
        self.names.get(&account).or(card).map(String::as_str)
    }

    /// A sentence with values in its places.
    #[must_use]
    pub fn say(&self, key: &'static str, values: &[(&str, &str)]) -> String {
        fill(self.sentences.get(key).map_or("", String::as_str), values)
    }
}

/// Which messages.
#[derive(Debug, Clone)]
pub enum Scope {
    /// Those of a conversation.
    Conversation {
        /// Which.
        with: Target,
        /// Not before this moment, in milliseconds since 1970 UTC.
        since: Option<i64>,
        /// Before this moment.
        until: Option<i64>,
    },
    /// Exactly these, in this order.
    Messages(Vec<Message>),
}

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A page for a browser.
    Html,
    /// Plain text.
    Txt,
    /// For programs.
    Json,
}

/// Why nothing was exported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportTrouble {
    /// A file of that name is there.
    #[error(
        "a file of that name is there already, or a folder for its pictures: choose another name, or \
         say to replace it"
    )]
    Exists,
    /// No room.
    #[error("the disk is full: make room or choose another disk; nothing was written")]
    Full,
    /// The folder cannot be written.
    #[error("that folder cannot be written: choose another one; nothing was written")]
    Denied,
    /// There is no such folder.
    #[error("there is no such folder: choose another one; nothing was written")]
    NoFolder,
    /// Another export writes the same file.
    #[error("another export writes this file now: wait for it, or choose another name")]
    Busy,
    /// Something else.
    #[error("the file cannot be written: {0}; nothing was written")]
    Other(String),
}

/// Where a search goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// In what this computer has, before this place.
    Here(Place),
    /// In what only the server has, before this place.
    There(Place),
}

impl Spot {
    /// Where every search begins.
    pub const START: Spot = Spot::Here(Place::END);
}
