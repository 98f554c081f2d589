//! What happened, as it is told to whoever shows it.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::game::{GameEntry, GameSheet};
use crate::domain::{
    AccountId, BlobId, Body, Book, ConversationId, ConversationKind, FileId, FileStatus, Message,
    Nonce, Notice, Person, Presence, Room, Seq, ServerId, Target, Unsent,
};
use crate::net::address::Address;
use crate::net::protocol::{Calling, Registration};

use super::{Answer, Failure, Picture, Ticket, Transfer, TransferId, View};

/// What happened.
#[derive(Debug, Clone)]
pub enum ClientEvent {
    /// The link changed its state.
    Link(LinkState),
    /// First contact under [`Trust::Ask`](super::Trust::Ask): compare, then `Connect` with [`Trust::Key`](super::Trust::Key).
    TrustNeeded {
        /// Where.
        address: Address,
        /// What it showed.
        offered: ServerId,
    },
    /// The address showed another key than before. Nothing was sent; the link stays down.
    KeyChanged {
        /// Where.
        address: Address,
        /// What it showed.
        offered: ServerId,
        /// What it showed before.
        pinned: ServerId,
        /// Pinned at, milliseconds since 1970 UTC.
        since: i64,
    },
    /// The address showed another key than the one that a link or a list gave for it, and it was
    /// never met with that one. Nothing was sent; the link stays down.
    KeyOther {
        /// Where.
        address: Address,
        /// What it showed.
        offered: ServerId,
        /// What was given for it.
        wanted: ServerId,
    },
    /// The answer to an intent with a ticket.
    Answered {
        /// Which.
        ticket: Ticket,
        /// How it ended.
        result: Result<Answer, Failure>,
    },
    /// This link is signed in (also after every reconnect).
    SignedIn {
        /// Who.
        you: Person,
        /// As asked for.
        presence: Presence,
    },
    /// Not signed in any more: signed out, revoked, replaced, turned down when it came back. A lost
    /// link is no such thing.
    SignedOut {
        /// Why: the server's goodbye, or its refusal of a sign-in that was to be resumed.
        why: Failure,
    },
    /// The server began anew from a backup: what was told of its conversations, people, rooms and files is of
    /// another life, and is told anew. Comes before `SignedIn`.
    BegunAnew,
    /// A conversation is new or its cursors moved. Comes before its messages.
    Conversation(ConversationState),
    /// So much was missed that what was said in a conversation between what was told of it and this
    /// place, inclusive, is left to scrolling: the next message is the one behind it.
    Skipped {
        /// Which.
        conversation: ConversationId,
        /// The last place that is not told.
        seq: Seq,
    },
    /// A message took its place; in order of seq within a conversation, each once a run, without
    /// gaps but for those that were told.
    /// `live` is false for those caught up after a sign-in.
    Message {
        /// What.
        message: Message,
        /// Came from the hub just now.
        live: bool,
    },
    /// An own message is on its way.
    Pending(PendingMessage),
    /// An own message was turned down or given up; it stays until `Retry` or `Discard`.
    SendFailed {
        /// Which.
        nonce: Nonce,
        /// Why.
        failure: Failure,
    },
    /// An own message was forgotten on request.
    Discarded(Nonce),
    /// What was written here in an earlier run and not sent. Once, after signing in.
    Drafts(Vec<(Target, Unsent)>),
    /// A message was deleted on this device only.
    Hidden {
        /// In which log.
        conversation: ConversationId,
        /// Which.
        seq: Seq,
    },
    /// The server's admin says something to who is here now.
    Called {
        /// What.
        text: String,
        /// It stays on the screen until it is closed.
        pinned: bool,
        /// What it is about, where windows have words of their own for that.
        about: Option<Calling>,
    },
    /// Shake this conversation's window now.
    Shaken {
        /// Who shook.
        from: AccountId,
        /// Where.
        conversation: ConversationId,
    },
    /// What is known of people is new or newer.
    People(Vec<Person>),
    /// Everything that this account keeps of others, when it signs in or had to be asked for anew.
    Book(Arc<Book>),
    /// A change of the book, to be applied to it.
    Notice(Box<Notice>),
    /// A room that this account is in changed; oneself in it is told by notices.
    Room(Box<Room>),
    /// A picture is there, or cannot be had.
    Picture {
        /// Which.
        blob: BlobId,
        /// What for.
        view: View,
        /// Its pixels; `None` when it cannot be had.
        picture: Option<Arc<Picture>>,
    },
    /// An own picture is on its way.
    Uploading {
        /// The message that it is for.
        nonce: Nonce,
        /// How much of it the server has.
        percent: u8,
    },
    /// All transfers of this account, when it signs in for the first time in this run.
    Transfers(Vec<Transfer>),
    /// A transfer is new, or another one than before. Not more than a few times a second for each.
    Transfer(Box<Transfer>),
    /// Transfers were taken off the list.
    TransfersGone(Vec<TransferId>),
    /// What has become of a file that is watched.
    File {
        /// Which.
        file: FileId,
        /// What.
        status: FileStatus,
    },
    /// How a game stands.
    Game(Box<GameView>),
    /// How people are seen; the last state of each.
    Presence(Vec<(AccountId, Presence)>),
    /// Somebody writes to you.
    Typing {
        /// Who.
        from: AccountId,
        /// Where.
        to: Target,
    },
    /// An export goes on.
    Exporting {
        /// Which.
        ticket: Ticket,
        /// So many messages are written.
        done: u64,
        /// Of so many.
        all: u64,
    },
    /// The client's own store failed; it goes on without, and says so.
    StoreTrouble(String),
}

/// A game as far as it is known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GameView {
    /// Everything but its moves.
    pub sheet: GameSheet,
    /// What happened in it; all of it, or nothing where that was not asked for or is on its way.
    pub log: Vec<GameEntry>,
    /// The moment by the game's own clock, in milliseconds.
    pub t: u64,
    /// The uptime of this computer's clock at that moment.
    pub at: Duration,
}

/// An own message that the server has not taken yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingMessage {
    /// The sender's name for it.
    pub nonce: Nonce,
    /// Whom to.
    pub to: Target,
    /// What.
    pub body: Body,
    /// Written at, milliseconds since 1970 UTC by this computer's clock.
    pub at: i64,
}

/// A conversation as far as the person is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConversationState {
    /// Which.
    pub conversation: ConversationId,
    /// What it is.
    pub kind: ConversationKind,
    /// Its last message's place.
    pub head: Seq,
    /// Read by oneself up to here.
    pub read: Seq,
    /// Stored by a device of the other side up to here.
    pub peer_delivered: Seq,
    /// Read by the other side up to here.
    pub peer_read: Seq,
}

/// The state of the link, as data.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkState {
    /// No link and none wanted.
    Idle,
    /// No link; tried again by itself, unless the cause is for the person to decide.
    Down {
        /// Wait so long from now; zero for at once, [`NO_RETRY`](super::NO_RETRY) for not by itself.
        retry_in_ms: u64,
        /// Why the last one ended.
        why: Failure,
    },
    /// Looking for the address, TCP, TLS.
    Dialing,
    /// TLS stands; waiting for `Welcome`.
    Greeting,
    /// Frames flow. Signed in or not is said by `SignedIn`.
    Up {
        /// The server.
        server: LinkedServer,
    },
}

/// What a server said of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedServer {
    /// Proven by TLS.
    pub id: ServerId,
    /// Its name for people.
    pub name: String,
    /// Where it was reached.
    pub address: Address,
    /// Who may register.
    pub registration: Registration,
    /// People online when the link came up.
    pub online: u64,
    /// Whether its key was pinned before this link.
    pub pinned_before: bool,
    /// How far its clock is ahead of this computer's, in milliseconds.
    pub ahead_ms: i64,
}
