//! People as others see them.

use serde::{Deserialize, Serialize};

use super::{AccountId, BlobId};

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
    /// A picture of one's own instead of the built-in avatar: PNG or JPEG, 256 × 256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<BlobId>,
}

/// What stands for a person in a list: a built-in avatar, or a picture in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Portrait {
    /// The built-in avatar, also shown until the picture is there.
    pub avatar: u8,
    /// The picture.
    pub picture: Option<BlobId>,
}

impl From<u8> for Portrait {
    fn from(avatar: u8) -> Self {
        Portrait { avatar, picture: None }
    }
}

impl Person {
    /// What stands for it in a list.
    #[must_use]
    pub fn portrait(&self) -> Portrait {
        Portrait { avatar: self.avatar, picture: self.picture }
    }

    /// The server itself, by the name that it has for people.
    #[must_use]
    pub fn server(name: &str) -> Self {
        let (account, role, nickname) = (AccountId::SERVER, Role::Admin, name.to_owned());
        Person { nickname, role, ..Person::gone(account, 1) }
    }

    /// What is shown of an account that was deleted: its number, and that it is gone.
    #[must_use]
    pub fn gone(account: AccountId, version: u64) -> Self {
        Person {
            account,
            nickname: String::new(),
            signature: String::new(),
            avatar: 1,
            role: Role::Member,
            version,
            picture: None,
        }
    }

    /// Whether the account was deleted.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.nickname.is_empty()
    }
}

/// What a person says of itself beside name and line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// As the person wants to be addressed.
    #[serde(default)]
    pub gender: Gender,
    /// `YYYY-MM-DD`; empty when not said.
    #[serde(default)]
    pub birthday: String,
    /// Class or department.
    #[serde(default)]
    pub class: String,
    /// A few lines.
    #[serde(default)]
    pub about: String,
}

/// As a person wants to be addressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    /// Not said.
    #[default]
    Unsaid,
    /// She.
    Female,
    /// He.
    Male,
}

/// Reads a birthday: `YYYY-MM-DD`, a real day from 1900 on; empty clears it.
#[must_use]
pub fn parse_birthday(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return Some(String::new());
    }
    let day: jiff::civil::Date = text.parse().ok()?;
    let is_exact = text.len() == "2000-01-01".len();
    (is_exact && (1900..=2100).contains(&day.year())).then(|| day.to_string())
}

/// Whether a birthday has been, somewhere on earth; an unsaid one has.
#[must_use]
pub fn is_past(birthday: &str, now_ms: i64) -> bool {
    let Ok(day) = birthday.parse::<jiff::civil::Date>() else { return true };
    // Where the day begins first, it is 14 hours ahead of UTC.
    let first = jiff::tz::Offset::constant(14);
    let today = jiff::Timestamp::from_millisecond(now_ms).map(|now| first.to_datetime(now).date());
    today.is_ok_and(|today| day <= today)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birthday_is_a_real_day() {
        let day = |text| parse_birthday(text);
        assert_eq!(day(" 2008-02-29 ").as_deref(), Some("2008-02-29"));
        assert_eq!(day("").as_deref(), Some(""));
        for text in
            ["2007-02-29", "2008-13-01", "1850-01-01", "01/02/2008", "2008-02-29T10:00", "x"]
        {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn nobody_is_born_tomorrow() {
        // 2026-11-25 09:00 UTC: on the 25th everywhere but in Honolulu.
        let now_ms = 1_795_597_200_000;
        for (day, expected) in
            [("", true), ("2008-02-29", true), ("2026-11-25", true), ("2026-11-26", false)]
        {
            assert_eq!(is_past(day, now_ms), expected, "{day}");
        }
        assert!(is_past("2026-11-26", now_ms + 60 * 60 * 1000), "it is the 26th in Kiritimati");
    }
}
