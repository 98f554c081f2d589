//! The face of the client core: intents in, events out.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::{
    AccountId, Body, ConversationId, ConversationKind, Message, Nonce, Person, Presence, Seq,
    ServerId, Target,
};
use crate::net::address::Address;
use crate::net::protocol::{Goodbye, Refusal, Registration, Stretch};

/// The wait of a link that stays down until the person decides.
pub const NO_RETRY: u64 = u64::MAX;

/// The asker's own number for an intent that is answered.
pub type Ticket = u64;

/// How a client is set up.
#[derive(Clone)]
pub struct Setup {
    /// The folder of the client's own store.
    pub home: PathBuf,
    /// What this place is called in the list of devices.
    pub device_name: String,
    /// How passwords are stretched at registration.
    pub stretch: Stretch,
    /// Called after an event was queued, from the client's thread. Must not block.
    pub wake: Arc<dyn Fn() + Send + Sync>,
}

/// A running client. Dropping it closes the link in order and ends its thread.
///
/// (Made by `Client::start(setup) -> Result<(Client, Receiver<ClientEvent>), StartError>`.)
pub struct Client {
    pub(super) intents: async_channel::Sender<Intent>,
    pub(super) events: async_channel::Sender<ClientEvent>,
    /// Taken on drop, which the thread notices even while the queue of events is full.
    pub(super) leaving: Option<async_channel::Sender<()>>,
    /// Joined on drop.
    pub(super) thread: Option<std::thread::JoinHandle<()>>,
}

/// Why a client could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Another MyChat uses this folder.
    #[error("{0} is used by another MyChat; close that one or choose another folder with --home")]
    Locked(PathBuf),
    /// The folder cannot be made or written.
    #[error("cannot write to {folder}: {error}; check its permissions and the free space")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The store in it is damaged or from a newer MyChat.
    #[error("{0}")]
    Store(String),
}

/// How the first contact with a server's key is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// A server pinned before must show its key; an unknown one raises
    /// [`ClientEvent::TrustNeeded`] and the link is closed. For addresses that people type.
    Ask,
    /// An unknown server is pinned silently. For servers found on the LAN and `--trust first`.
    First,
    /// This key and no other: an invite link, or the answer to [`ClientEvent::TrustNeeded`].
    Key(ServerId),
    /// This key from now on, instead of the one that was pinned for the address: the answer to
    /// [`ClientEvent::KeyChanged`] after the person typed its first group.
    Replace(ServerId),
}

/// What the person wants.
#[derive(Debug, Clone)]
pub enum Intent {
    /// Keep a link to this server, and none to another.
    Connect {
        /// Where.
        address: Address,
        /// How its key is judged.
        trust: Trust,
    },
    /// Hang up and stay down; forgets who was signed in (but not the token).
    Disconnect,
    /// Do not wait for the back-off.
    ReconnectNow,
    /// Make an account. Needs a link that is up; answers `Registered`.
    Register {
        /// For the answer.
        ticket: Ticket,
        /// As typed.
        nickname: String,
        /// As typed.
        password: Secret,
        /// Where the server asks for one.
        code: Option<Secret>,
        /// A built-in avatar.
        avatar: u8,
    },
    /// Sign in by password; answers `SignedIn`.
    SignIn {
        /// For the answer.
        ticket: Ticket,
        /// Number or nickname, as typed.
        login: String,
        /// As typed.
        password: Secret,
        /// Keep the token in the store, for the next start.
        remember: bool,
        /// What others see from the first moment on.
        presence: Presence,
    },
    /// Sign in by a token; answers `SignedIn`. Without one, the kept token is used.
    SignInToken {
        /// For the answer.
        ticket: Ticket,
        /// Whose.
        account: AccountId,
        /// One given by the person, else the kept one.
        token: Option<Secret>,
        /// What others see from the first moment on.
        presence: Presence,
    },
    /// Give up a sign-in that is under way.
    CancelSignIn,
    /// Take the token back; answers `Done`. The link is closed by the server and dialled again.
    SignOut {
        /// For the answer.
        ticket: Ticket,
    },
    /// Say something. Kept in the outbox until the server has it; answers `Sent` then.
    Send {
        /// For the answer.
        ticket: Ticket,
        /// Whom to.
        to: Target,
        /// What.
        body: Body,
        /// The sender's name for it; chosen by the client when absent.
        nonce: Option<Nonce>,
    },
    /// Send a message again that failed.
    Retry(Nonce),
    /// Forget a message that failed.
    Discard(Nonce),
    /// Messages of a conversation, from the cache and the server; answers `History`.
    History {
        /// For the answer.
        ticket: Ticket,
        /// Which.
        with: Target,
        /// Which page.
        page: crate::net::protocol::Page,
        /// At most so many.
        limit: u32,
    },
    /// This was seen by the person; answers `Done`.
    MarkRead {
        /// For the answer.
        ticket: Ticket,
        /// Which.
        with: Target,
        /// Up to here.
        seq: Seq,
    },
    /// Who is online; answers `Online`.
    Online {
        /// For the answer.
        ticket: Ticket,
    },
    /// How to be seen; answers `Done`.
    SetPresence {
        /// For the answer.
        ticket: Ticket,
        /// How.
        presence: Presence,
    },
    /// The person is writing. Sent at most once in 3 s, whatever is asked.
    Typing(Target),
    /// Answered by `Done` after everything that the server sent before it.
    Barrier {
        /// For the answer.
        ticket: Ticket,
    },
    /// What the cache knows of servers and accounts; answers `Saved`. Works without a link.
    Saved {
        /// For the answer.
        ticket: Ticket,
    },
    /// Forget a saved account and its token; answers `Done`.
    ForgetAccount {
        /// For the answer.
        ticket: Ticket,
        /// Of which server.
        server: ServerId,
        /// Which.
        account: AccountId,
    },
    /// Keep a setting of this computer, such as `language` or `theme`; no answer.
    SetSetting {
        /// Its name.
        key: String,
        /// Its value.
        value: String,
    },
}

/// A password or token: wiped when dropped, printed as dots.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(zeroize::Zeroizing<String>);

impl Secret {
    /// Takes what was typed.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Secret(zeroize::Zeroizing::new(text.into()))
    }

    /// What was typed.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What happened.
#[derive(Debug, Clone)]
pub enum ClientEvent {
    /// The link changed its state.
    Link(LinkState),
    /// First contact under [`Trust::Ask`]: compare, then `Connect` with [`Trust::Key`].
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
    /// Not signed in any more: signed out, revoked, replaced. A lost link is no such thing.
    SignedOut {
        /// Why.
        why: Goodbye,
    },
    /// A conversation is new or its cursors moved. Comes before its messages.
    Conversation(ConversationState),
    /// A message took its place; in order of seq within a conversation, each once a run.
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
    /// Shake this conversation's window now.
    Shaken {
        /// Who shook.
        from: AccountId,
        /// Where.
        conversation: ConversationId,
    },
    /// What is known of people is new or newer.
    People(Vec<Person>),
    /// How people are seen; the last state of each.
    Presence(Vec<(AccountId, Presence)>),
    /// Somebody writes to you.
    Typing {
        /// Who.
        from: AccountId,
        /// Where.
        to: Target,
    },
    /// The client's own store failed; it goes on without, and says so.
    StoreTrouble(String),
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
        /// Wait so long from now; zero for at once, [`NO_RETRY`] for not by itself.
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
}

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

/// Why something could not be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The server said no.
    #[error("refused: {}", .0.reason)]
    Refused(Refusal),
    /// The server hung up.
    #[error("the server closed the link: {0}")]
    Goodbye(Goodbye),
    /// There is no link now.
    #[error("not connected")]
    Offline,
    /// The name has no address.
    #[error("the name has no address: check its spelling")]
    NameUnknown,
    /// The computer is there, the port is closed.
    #[error("nothing listens on that port: check the port, or start the server")]
    PortClosed,
    /// No answer at all.
    #[error("no answer from that address: check the network and the address")]
    Unreachable,
    /// Something else listens there.
    #[error("that is not a MyChat server")]
    NotMyChat,
    /// The server speaks only newer or older frames.
    #[error("that server and this program do not speak the same version: update the older one")]
    Version,
    /// The key is not the pinned one; the link stays down until the person decides.
    #[error("the server's key has changed")]
    KeyChanged,
    /// The key is unknown and the person has to decide.
    #[error("the server's key is not known yet")]
    KeyUnknown,
    /// The link broke.
    #[error("the link broke")]
    LinkLost,
    /// Given up by the person.
    #[error("cancelled")]
    Cancelled,
    /// Not sent yet: it is kept in this computer's outbox and goes out after the next sign-in.
    #[error("not sent yet: kept here, and sent after the next sign-in")]
    Queued(Nonce),
    /// Under 8 or over 64 characters.
    #[error("a password has 8 to 64 characters")]
    PasswordLength,
    /// One of the commonest.
    #[error("this password is too common")]
    PasswordCommon,
    /// No token is kept for that account.
    #[error("no token is kept for this account")]
    NoToken,
    /// The client's store failed.
    #[error("this computer's store failed: {0}")]
    Store(String),
}

impl Failure {
    /// The name in scripts and logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Failure::Refused(refusal) => refusal.reason.code(),
            Failure::Goodbye(goodbye) => goodbye.code(),
            Failure::Offline => "offline",
            Failure::NameUnknown => "name_unknown",
            Failure::PortClosed => "port_closed",
            Failure::Unreachable => "unreachable",
            Failure::NotMyChat => "not_mychat",
            Failure::Version => "version",
            Failure::KeyChanged => "key_changed",
            Failure::KeyUnknown => "key_unknown",
            Failure::LinkLost => "link_lost",
            Failure::Cancelled => "cancelled",
            Failure::Queued(_) => "queued",
            Failure::PasswordLength => "password_length",
            Failure::PasswordCommon => "password_common",
            Failure::NoToken => "no_token",
            Failure::Store(_) => "store",
        }
    }
}
