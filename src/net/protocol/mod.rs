//! Everything that can arrive on a chat link. Names of variants and fields never change.
//!
//! * This file has the frames, hello and welcome.
//! * [`auth`] has the steps of signing in, [`command`] what changes durable state, [`query`] what
//!   reads it, [`event`] what happens by itself.
//!
//! `PROTOCOL.md` is this folder in words, for a client in another language.

mod auth;
mod command;
mod event;
mod query;

use serde::{Deserialize, Serialize};

use crate::domain::Generation;

pub use super::refusal::{Calling, Goodbye, Occasion, Reason, Refusal};
pub use auth::{Auth, AuthStep, Opaque, Stretch};
pub use command::{
    ChoiceChange, Command, ContactAnswer, ContactChange, MemberChange, ProfileChange, RoomSettings,
};
pub use event::{Event, GameNews, PresenceChange, Signal};
pub use query::{DeviceRow, Head, OnlinePerson, Page, Query, Reply};

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
    /// Which life of its logs this is.
    #[serde(default)]
    pub generation: Option<Generation>,
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
