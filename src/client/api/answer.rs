//! What intents are answered with.

use std::sync::Arc;

use crate::domain::{ConversationId, Message, Person, Presence, ServerId, Tally, Target};
use crate::net::address::Address;
use crate::net::protocol::Reply;

use super::{Picture, Secret, Spot, TransferId};

/// What an intent was answered with.
#[derive(Debug, Clone)]
pub enum Answer {
    /// It was done.
    Done,
    /// The account was made and is signed in.
    Registered {
        /// Who.
        you: Person,
        /// Base32, shown once.
        recovery: Secret,
        /// For `SignInToken`, here and in another home.
        token: Secret,
    },
    /// Signed in.
    SignedIn {
        /// Who.
        you: Person,
        /// For `SignInToken`, here and in another home.
        token: Option<Secret>,
    },
    /// The message is on the server's disk.
    Sent(Message),
    /// A page, oldest first.
    History {
        /// The log; `None` while nobody has written.
        conversation: Option<ConversationId>,
        /// Gapless.
        messages: Vec<Message>,
        /// More in the direction that was asked for.
        more: bool,
    },
    /// Everybody online, by number.
    Online(Vec<(Person, Presence)>),
    /// What the store knows.
    Saved(Saved),
    /// What the server answered.
    Looked(Reply),
    /// Messages that were looked for, newest first.
    Hits {
        /// They may be none although there is more, and some of what only the server has was told
        /// before: a message has one place.
        messages: Vec<Message>,
        /// Where to go on; nothing when all was looked at that can be.
        next: Option<Spot>,
    },
    /// How many messages there are between each two neighbours of the moments asked for.
    Days(Vec<Tally>),
    /// What this computer has.
    Here {
        /// Messages of each conversation.
        counts: Vec<(Target, u64)>,
        /// The size of the store.
        bytes: u64,
    },
    /// A file was written.
    Exported {
        /// So many messages.
        messages: u64,
        /// So many bytes, without its pictures.
        bytes: u64,
        /// So many pictures could not be had.
        missing: u64,
    },
    /// A transfer began.
    Transfer(TransferId),
    /// A picture for cropping.
    Loaded(Arc<Picture>),
}

/// What the client's store knows without a server.
#[derive(Debug, Clone, Default)]
pub struct Saved {
    /// Pinned servers, last used first.
    pub servers: Vec<SavedServer>,
    /// Accounts that signed in here and were to be remembered, last used first.
    pub accounts: Vec<SavedAccount>,
    /// Settings of this computer.
    pub settings: Vec<(String, String)>,
}

/// A server that was met before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedServer {
    /// Its pinned key.
    pub id: ServerId,
    /// Its name when last met.
    pub name: String,
    /// Where it was last met.
    pub address: Address,
    /// Pinned at, milliseconds since 1970 UTC.
    pub since: i64,
    /// Last used at.
    pub used: i64,
}

/// An account that signed in here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedAccount {
    /// Of which server.
    pub server: ServerId,
    /// Which, as last seen.
    pub person: Person,
    /// Whether a token is kept for it.
    pub has_token: bool,
    /// Last used at, milliseconds since 1970 UTC.
    pub used: i64,
}
