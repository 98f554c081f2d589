//! People as others see them.

use serde::{Deserialize, Serialize};

use super::AccountId;

/// How many built-in avatars there are; their ids are `1..=AVATARS`.
pub const AVATARS: u8 = 24;

/// What anybody on the server may know of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Its number.
    pub account: AccountId,
    /// Its name as shown.
    pub nickname: String,
    /// The line under the name; empty when unset.
    #[serde(default)]
    pub signature: String,
    /// A built-in avatar, `1..=AVATARS`.
    pub avatar: u8,
    /// Whether it administers the server.
    #[serde(default)]
    pub role: Role,
    /// Counts changes of the fields above, so that a cache knows what is newer.
    #[serde(default)]
    pub version: u64,
}

/// What an account may do on its server. Named from the console or `mychat admin` only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// An ordinary person.
    #[default]
    Member,
    /// Runs the server.
    Admin,
}

/// Whether a person can be reached, as that person wants it seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// At the computer.
    Online,
    /// Signed in, not at the computer.
    Away,
    /// Signed in, not to be disturbed: no shake.
    Busy,
    /// Signed in; to others the same as [`Presence::Offline`].
    Invisible,
    /// Not signed in.
    Offline,
}

impl Presence {
    /// What other people are told.
    #[must_use]
    pub fn as_seen_by_others(self) -> Presence {
        match self {
            Presence::Invisible => Presence::Offline,
            other => other,
        }
    }
}
