//! Messages and the conversations whose logs they make up.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::game::GameOffer;
use super::{AccountId, BlobId, ConversationId, Mentions, Nonce, Notice, RoomChange, RoomId, Seq};

/// What a conversation is. The same value for every member, so that one encoding serves all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversationKind {
    /// Two people; `low < high`, or equal for notes to oneself.
    Direct {
        /// The smaller number of the two.
        low: AccountId,
        /// The larger number of the two.
        high: AccountId,
    },
    /// Everybody on the server.
    Lobby,
    /// What the server tells one account; nobody else writes or reads it.
    Notices {
        /// Whose it is.
        account: AccountId,
    },
    /// Those who are in a room.
    Room {
        /// Which.
        room: RoomId,
    },
}

impl ConversationKind {
    /// The conversation between two people, whoever writes first.
    #[must_use]
    pub fn direct(a: AccountId, b: AccountId) -> Self {
        ConversationKind::Direct { low: a.min(b), high: a.max(b) }
    }

    /// How `me` addresses this conversation; `None` for what cannot be written to.
    #[must_use]
    pub fn target_for(self, me: AccountId) -> Option<Target> {
        match self {
            ConversationKind::Direct { low, high } if low == me => Some(Target::Account(high)),
            ConversationKind::Direct { low, .. } => Some(Target::Account(low)),
            ConversationKind::Lobby => Some(Target::Lobby),
            ConversationKind::Room { room } => Some(Target::Room(room)),
            ConversationKind::Notices { .. } => None,
        }
    }
}

/// Whom a message is meant for, as its sender says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// One person; the conversation is made when the first message is.
    Account(AccountId),
    /// Everybody on the server.
    Lobby,
    /// Those who are in a room.
    Room(RoomId),
}

/// What a message says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// Words.
    Text {
        /// What was written: 1 byte to `limits.text_bytes_max`.
        text: String,
        /// The message of the same conversation that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<Seq>,
        /// Whom it mentions, in a room or the lobby.
        #[serde(default, skip_serializing_if = "Mentions::is_empty")]
        mentions: Mentions,
    },
    /// A picture. Its bytes are kept by the server beforehand and fetched by name.
    Image {
        /// All of it: a PNG or JPEG.
        picture: BlobId,
        /// Its bytes.
        bytes: u32,
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// A small one of the same, for the transcript.
        thumb: BlobId,
        /// What its file was called, as `file_name` has it; may be empty.
        #[serde(default)]
        name: String,
    },
    /// A file, which is offered by this. Its bytes travel on links of their own, and come later.
    File {
        /// What it is called, as `file_name` has it.
        name: String,
        /// Its bytes.
        bytes: u64,
    },
    /// An invitation to a game. How that stands is told apart from it.
    Game(GameOffer),
    /// The line "shook your window"; the shaking itself happens on live delivery only.
    Shake {},
    /// A change of the account's own book; in a notices log only, written by the server.
    Notice(Box<Notice>),
    /// A change of the room; in a room's log only, written by the server.
    Room {
        /// The room's version with it.
        version: u64,
        /// What changed.
        change: RoomChange,
    },
    /// Words that were taken back. Without a place it stands where they stood; with one it is the
    /// line that says so, written by the server.
    Recalled {
        /// The message that was recalled.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seq: Option<Seq>,
    },
    /// A message that was deleted on this device only; it has no wire form.
    #[serde(skip)]
    Hidden {},
}

impl Body {
    /// Words without a quote and without mentions.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Body::Text { text: text.into(), reply_to: None, mentions: Mentions::default() }
    }

    /// Whether somebody says it, and it was not taken back: it can be recalled and quoted, and
    /// counts as unread.
    #[must_use]
    pub fn is_said(&self) -> bool {
        match self {
            Body::Text { .. } | Body::Image { .. } | Body::File { .. } | Body::Shake {} => true,
            Body::Game(_)
            | Body::Notice(_)
            | Body::Room { .. }
            | Body::Recalled { .. }
            | Body::Hidden {} => false,
        }
    }

    /// Whether it only changes what is shown elsewhere, and has no place among the messages itself:
    /// what somebody is called must not be a way to talk.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        matches!(self, Body::Hidden {} | Body::Room { change: RoomChange::Carded { .. }, .. })
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Body::Text { text, .. } => write!(f, "Text({} bytes)", text.len()),
            Body::Image { bytes, width, height, .. } => {
                write!(f, "Image({bytes} bytes, {width} x {height})")
            }
            Body::File { bytes, .. } => write!(f, "File({bytes} bytes)"),
            Body::Game(offer) => write!(f, "Game({:?})", offer.kind),
            Body::Shake {} => f.write_str("Shake"),
            Body::Notice(_) => f.write_str("Notice"),
            Body::Room { version, .. } => write!(f, "Room({version})"),
            Body::Recalled { seq } => write!(f, "Recalled({seq:?})"),
            Body::Hidden {} => f.write_str("Hidden"),
        }
    }
}

/// One entry of a conversation's log. Once acknowledged it never changes, but for being recalled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The log it stands in.
    pub conversation: ConversationId,
    /// What that log is.
    pub kind: ConversationKind,
    /// Its place there.
    pub seq: Seq,
    /// Who wrote it.
    pub from: AccountId,
    /// The writer's own name for it.
    pub nonce: Nonce,
    /// When the server took it, in milliseconds since 1970 UTC; never before its predecessor's.
    pub at: i64,
    /// What it says.
    pub body: Body,
}

/// What was written to somebody and not sent. It stays in the place where it was written.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// The words; may be empty.
    pub text: String,
    /// The message that they answer.
    #[serde(default)]
    pub reply_to: Option<Seq>,
    /// Whom they mention.
    #[serde(default)]
    pub mentions: Mentions,
}

impl Unsent {
    /// Whether there is nothing to keep.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.text.is_empty() && self.reply_to.is_none()
    }
}

impl fmt::Debug for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unsent({} bytes, {:?})", self.text.len(), self.reply_to)
    }
}
