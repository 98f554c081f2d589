//! What we talk about: ids, accounts, conversations and messages.
//!
//! Data and the rules that a value of it must obey; no I/O, no clock, no wire and no table.

mod account;
mod ids;
mod message;
mod nickname;

pub use account::{AVATARS, Person, Presence, Role};
pub use ids::{AccountId, ConversationId, DeviceId, Nonce, Seq, ServerId};
pub use message::{Body, ConversationKind, Message, Target};
pub use nickname::{GRAPHEMES_MAX as NICKNAME_GRAPHEMES_MAX, Nickname, NicknameError};
