//! Everything that can arrive on a chat link. Names of variants and fields never change.
//!
//! `PROTOCOL.md` is this file in words, for a client in another language.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::{
    AccountId, Body, ConversationId, ConversationKind, DeviceId, Message, Nonce, Person, Presence,
    Seq, Target,
};

pub use super::refusal::{Goodbye, Reason, Refusal};

/// The frame's own version. Changes only when the frame does, not with a new variant.
pub const VERSION: u16 = 1;
/// ALPN name of a chat link (RFC 7301).
pub const ALPN_CHAT: &[u8] = b"mychat/1";
/// The port a server listens on unless told otherwise.
pub const DEFAULT_PORT: u16 = 1029;

/// A client's own number for a request; its answer carries the same.
pub type RequestId = u64;

/// What a client says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientFrame {
    /// The first frame of every link.
    Hello(Hello),
    /// A step of registering or signing in; only before the link is signed in.
    Auth { id: RequestId, auth: Auth },
    /// Changes durable state. Answered by `Done` or `Refused`, a `Send` by its own message.
    Command { id: RequestId, command: Command },
    /// Reads durable state. Answered by `Reply` or `Refused`.
    Query { id: RequestId, query: Query },
    /// Worth nothing a minute later; never answered.
    Signal(Signal),
    /// Comes back as `Pong` after going through the whole server, behind all commands before it.
    Ping { id: RequestId },
    /// The client hangs up on purpose.
    Bye {},
}

/// What a server says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerFrame {
    /// Answers `Hello`.
    Welcome(Welcome),
    /// Answers a step of `Auth`.
    Auth { id: RequestId, step: AuthStep },
    /// A command took effect and is on disk.
    Done { id: RequestId },
    /// A query's answer.
    Reply { id: RequestId, reply: Reply },
    /// Understood and turned down. Nothing was changed.
    Refused { id: RequestId, refusal: Refusal },
    /// Something happened.
    Event(Event),
    /// Answers `Ping`.
    Pong { id: RequestId },
    /// The server hangs up, and why. Nothing follows.
    Goodbye(Goodbye),
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The highest frame version that the client speaks.
    pub version: u16,
    /// Optional variants that it understands.
    #[serde(default)]
    pub features: Vec<String>,
    /// Program, version and system, such as `mychat 0.1.0 linux`; at most 64 bytes.
    pub client: String,
    /// A device token will follow: such links have their own limit.
    #[serde(default)]
    pub has_token: bool,
}

/// Who answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The frame version of this link.
    pub version: u16,
    /// Optional variants that the server understands.
    #[serde(default)]
    pub features: Vec<String>,
    /// Program and version.
    pub program: String,
    /// The server's name for people.
    pub name: String,
    /// Who may register.
    pub registration: Registration,
    /// How many people are online.
    pub online: u64,
    /// The server's clock, milliseconds since 1970 UTC.
    #[serde(default)]
    pub now: i64,
}

/// Who may register on a server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// Everybody.
    #[default]
    Open,
    /// Who has the code.
    Code,
    /// Nobody.
    Closed,
}

/// Bytes of the OPAQUE exchange (RFC 9807), a token or a code: printed as a length only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Opaque(#[serde(with = "serde_bytes")] pub Vec<u8>);

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opaque({} bytes)", self.0.len())
    }
}

/// How the client stretches the password (Argon2id, RFC 9106). Chosen at registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Stretch {
    /// What people's passwords get.
    pub const STRONG: Stretch = Stretch { memory_kib: 64 * 1024, passes: 3, lanes: 1 };
    /// What test accounts may use: the least that Argon2 allows.
    pub const CHEAP: Stretch = Stretch { memory_kib: 8, passes: 1, lanes: 1 };
    /// The most that a client computes, whatever a server says.
    pub const MAX: Stretch = Stretch { memory_kib: 256 * 1024, passes: 8, lanes: 4 };

    /// Whether a client may be asked for it.
    #[must_use]
    pub fn is_allowed(self) -> bool {
        (8..=Self::MAX.memory_kib).contains(&self.memory_kib)
            && (1..=Self::MAX.passes).contains(&self.passes)
            && (1..=Self::MAX.lanes).contains(&self.lanes)
            && self.memory_kib >= 8 * self.lanes
    }
}

/// A step of registering or signing in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// May I have this nickname, and here is my OPAQUE registration request.
    RegisterStart {
        /// The name wanted.
        nickname: String,
        /// The invite code, where the server asks for one.
        #[serde(default)]
        code: Option<String>,
        /// OPAQUE `RegistrationRequest`.
        request: Opaque,
    },
    /// The finished OPAQUE record. One transaction makes the account and signs the device in.
    RegisterFinish {
        /// OPAQUE `RegistrationRecord`.
        record: Opaque,
        /// How its password was stretched.
        stretch: Stretch,
        /// A built-in avatar.
        avatar: u8,
        /// Where this is.
        device: DeviceId,
        /// What that place is called, at most 64 bytes.
        device_name: String,
    },
    /// Sign in by password, first step.
    SignInStart {
        /// Account number or nickname, as typed.
        login: String,
        /// OPAQUE `CredentialRequest`.
        request: Opaque,
    },
    /// Sign in by password, second step.
    SignInFinish {
        /// OPAQUE `CredentialFinalization`.
        finalization: Opaque,
        /// Where this is.
        device: DeviceId,
        /// What that place is called, at most 64 bytes.
        device_name: String,
        /// What others shall see from the first moment on.
        #[serde(default)]
        presence: Option<Presence>,
    },
    /// Sign in by the token of an earlier sign-in on this device.
    Token {
        /// Whose it is.
        account: AccountId,
        /// The device that it was given to.
        device: DeviceId,
        /// 256 random bits.
        token: Opaque,
        /// What others shall see from the first moment on.
        #[serde(default)]
        presence: Option<Presence>,
    },
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Auth::RegisterStart { .. } => "RegisterStart",
            Auth::RegisterFinish { .. } => "RegisterFinish",
            Auth::SignInStart { .. } => "SignInStart",
            Auth::SignInFinish { .. } => "SignInFinish",
            Auth::Token { .. } => "Token",
        })
    }
}

/// The server's side of registering and signing in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthStep {
    /// OPAQUE `RegistrationResponse`.
    RegisterChallenge { response: Opaque },
    /// OPAQUE `CredentialResponse`, and how that account's password was stretched.
    SignInChallenge { response: Opaque, stretch: Stretch },
    /// The account exists and this link is signed in.
    Registered {
        /// Who you are now.
        you: Person,
        /// 128 random bits in base32: shown once, opens one new password.
        recovery: String,
        /// For `Auth::Token`.
        token: Opaque,
    },
    /// This link is signed in.
    SignedIn {
        /// Who you are.
        you: Person,
        /// A new token for `Auth::Token`; absent when a token was used, which stays valid.
        #[serde(default)]
        token: Option<Opaque>,
        /// What others see of you.
        presence: Presence,
    },
}

impl fmt::Debug for AuthStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AuthStep::RegisterChallenge { .. } => "RegisterChallenge",
            AuthStep::SignInChallenge { .. } => "SignInChallenge",
            AuthStep::Registered { .. } => "Registered",
            AuthStep::SignedIn { .. } => "SignedIn",
        })
    }
}

/// Changes durable state, in one write transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Appends a message. Its own `Event::Message` is the acknowledgement, on every device.
    Send {
        /// Whom it is for.
        to: Target,
        /// The sender's name for it; a second `Send` with it changes nothing.
        nonce: Nonce,
        /// What it says.
        body: Body,
    },
    /// Moves this account's read cursor forward; going back changes nothing.
    MarkRead {
        /// The log.
        conversation: ConversationId,
        /// Read up to here.
        seq: Seq,
    },
    /// Moves this account's delivered cursor forward; sent by clients after they stored a message.
    MarkDelivered {
        /// The log.
        conversation: ConversationId,
        /// Stored up to here.
        seq: Seq,
    },
    /// Takes this device's token back and closes the link.
    SignOut {},
}

/// Reads durable state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Query {
    /// The heads of all own conversations after one, by number.
    Heads {
        /// Zero for the first page.
        after: ConversationId,
    },
    /// A page of one conversation, oldest first.
    History {
        /// The log.
        conversation: ConversationId,
        /// Which page.
        page: Page,
        /// At most so many; the server may send fewer.
        limit: u32,
    },
    /// The conversation with a target, if it has one.
    Conversation {
        /// Whom it is with.
        with: Target,
    },
    /// What is known of these people; at most 100 are answered.
    People {
        /// Whom.
        accounts: Vec<AccountId>,
    },
    /// Who is online, by number; at most 100 a page.
    Online {
        /// Zero for the first page.
        after: AccountId,
    },
}

/// Where a page of history begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Page {
    /// The first messages behind this one.
    After(Seq),
    /// The last messages before this one; `u64::MAX` for the newest.
    Before(Seq),
}

/// Worth nothing a minute later: hub only, never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// How this account wants to be seen on this link.
    Presence(Presence),
    /// This account is writing to another.
    Typing {
        /// Whom to.
        to: Target,
    },
}

/// A query's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// A page of heads.
    Heads {
        /// By conversation number.
        heads: Vec<Head>,
        /// More behind the last one.
        more: bool,
    },
    /// A page of messages.
    History {
        /// Oldest first, gapless.
        messages: Vec<Message>,
        /// More in the direction that was asked for.
        more: bool,
    },
    /// The conversation asked for; `None` while nobody has written.
    Conversation {
        /// Its head.
        head: Option<Head>,
    },
    /// What is known of people; unknown ones are left out.
    People {
        /// By number.
        people: Vec<Person>,
    },
    /// A page of who is online.
    Online {
        /// By number.
        people: Vec<OnlinePerson>,
        /// More behind the last one.
        more: bool,
    },
}

/// How far a conversation is, and how far this account is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The log.
    pub conversation: ConversationId,
    /// What it is.
    pub kind: ConversationKind,
    /// Its last message's place; zero while empty.
    pub head: Seq,
    /// Read by this account up to here, on any device.
    pub read: Seq,
    /// Stored by some device of the other side of a direct conversation up to here.
    #[serde(default)]
    pub peer_delivered: Seq,
    /// Read by the other side of a direct conversation up to here.
    #[serde(default)]
    pub peer_read: Seq,
}

/// One person who is online.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnlinePerson {
    /// Who.
    pub person: Person,
    /// As seen by others; own invisibility is seen by oneself.
    pub presence: Presence,
}

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
    /// Somebody writes to you.
    Typing {
        /// Who.
        from: AccountId,
        /// Where.
        to: Target,
    },
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
