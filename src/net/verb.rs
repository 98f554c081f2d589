//! What a server's admin can ask of it, by the console or `mychat admin`, and what comes of it.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::control::OnlineSession;
use super::protocol::Calling;
use crate::domain::{AccountId, Person, Role, RoomId};

pub use super::not_done::{Cause, NotDone};

/// What can be asked. Accounts are named by number or nickname.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Name or remove an administrator.
    Role { account: String, role: Role },
    /// Give out a one-time code for a new password.
    Reset { account: String },
    /// Sign an account out everywhere and let it in no more, or let it in again.
    Disable { account: String, disabled: bool, why: String },
    /// Sign an account out on all its devices.
    SignOut { account: String },
    /// End an account's links; it may come back.
    Kick { account: String, why: String },
    /// Let somebody in no more, for so many minutes or for ever.
    Ban { whom: Whom, minutes: Option<u64>, why: String },
    /// Let somebody in again.
    Unban { whom: Whom },
    /// Say something to everybody: a message in the lobby, or only to those who are online.
    Say {
        text: String,
        to: Audience,
        pinned: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<Calling>,
    },
    /// Say something to one person.
    Tell { account: String, text: String },
    /// Dissolve a room.
    Dissolve { room: RoomId },
    /// Move a setting.
    Set { key: String, value: String },
    /// Read the settings again, from where they are kept.
    Reload {},
    /// Show one setting, or all.
    Get { key: Option<String> },
    /// Show who is online.
    List {},
    /// Show accounts whose number or name holds this; all where it is empty.
    Accounts { text: String, skip: u64 },
    /// Show rooms, likewise.
    Rooms { text: String, skip: u64 },
    /// Show who is banned.
    Bans {},
    /// Make a backup; into the server's own folder of backups where no place is named.
    Backup { path: Option<String> },
    /// Check the data.
    Check {},
}

impl Verb {
    /// Whether it only shows something.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        use Verb::{Accounts, Bans, Get, Rooms};
        matches!(self, Get { .. } | Accounts { .. } | Rooms { .. } | Bans {})
    }

    /// Whether it takes so long that the server says meanwhile that it is at work.
    #[must_use]
    pub fn is_long(&self) -> bool {
        matches!(self, Verb::Backup { .. } | Verb::Check {})
    }

    /// Whether it makes sense on a running server only.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(
            self,
            Verb::Kick { .. }
                | Verb::List {}
                | Verb::Reload {}
                | Verb::Say { to: Audience::Online, .. }
        )
    }
}

/// Who hears what the admin says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everybody, also those who come later: it stands in the lobby.
    All,
    /// Those who are online now; it is kept nowhere.
    Online,
}

/// Who is banned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// An account, by number or nickname.
    Account(String),
    /// An address; of IPv6 the /64 around it.
    Address(IpAddr),
}

impl Whom {
    /// An address as people write it, of IPv6 also as the network that is banned: `fd00::/64`.
    #[must_use]
    pub fn parse_address(text: &str) -> Option<IpAddr> {
        let address = |text: &str| text.parse().ok();
        match text.strip_suffix("/64") {
            Some(network) => address(network).filter(IpAddr::is_ipv6),
            None => address(text),
        }
    }

    /// How one that is banned is shown: of an IPv6 address the /64 around it.
    #[must_use]
    pub fn shown(whom: &str) -> String {
        match whom.parse::<Ipv6Addr>() {
            Ok(_) => format!("{whom}/64"),
            Err(_) => whom.to_owned(),
        }
    }
}

/// What came of a verb.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// An account as it is now.
    Account(AccountRow),
    /// A one-time code.
    Reset(ResetCode),
    /// A ban that holds now.
    Banned(BanRow),
    /// What was said is on its way; the place of the message where it is kept.
    Said { seq: Option<u64> },
    /// A room is no more.
    Dissolved { room: RoomId, name: String },
    /// Settings now.
    Settings(BTreeMap<String, String>),
    /// Who is online.
    Online { sessions: Vec<OnlineSession> },
    /// Accounts by number, and whether there are more.
    Accounts { rows: Vec<AccountRow>, more: bool },
    /// Rooms by number, and whether there are more.
    Rooms { rows: Vec<RoomRow>, more: bool },
    /// Bans that hold, and the one that was just ended.
    Bans {
        rows: Vec<BanRow>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unbanned: Option<Unbanned>,
    },
    /// A backup is made and proven.
    Backup(BackupRow),
    /// The data was checked.
    Checked(Checked),
}

/// A backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupRow {
    /// Where it lies, on the server's computer.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// The moment that it shows, milliseconds since 1970 UTC.
    pub at: i64,
    /// It took so long.
    pub took_ms: u64,
    /// Messages in it, with all other lines of logs.
    pub messages: u64,
    /// Accounts in it.
    pub accounts: u64,
    /// Pictures and files in it.
    pub files: u64,
}

/// What a check looked at and found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// How many of what were looked at.
    pub counts: Vec<Counted>,
    /// What is wrong; the first of many.
    pub findings: Vec<Found>,
    /// How much is wrong in all.
    pub found: u64,
}

impl Checked {
    /// Adds what is wrong.
    pub fn find(&mut self, what: &str, cure: String) {
        self.found += 1;
        self.findings.push(Found { what: what.to_owned(), cure });
    }
}

/// How many of what were looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// What.
    pub what: String,
    /// How many.
    pub count: u64,
}

/// Something that is not as it has to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What.
    pub what: String,
    /// What to do.
    pub cure: String,
}

/// An account, as its server's admin sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    /// As others know it.
    pub person: Person,
    /// Made at, milliseconds since 1970 UTC.
    pub created: i64,
    /// Last seen at, where it was.
    pub seen: Option<i64>,
    /// Not let in.
    pub disabled: bool,
    /// Remembered devices.
    pub devices: u64,
    /// Bytes of its files that are kept or on their way.
    pub bytes: u64,
    /// Its ban, while it holds.
    pub ban: Option<BanRow>,
    /// Its links that were signed in when it was looked at; a verb ends them only then.
    #[serde(default)]
    pub links: u64,
}

/// A room, as its server's admin sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomRow {
    /// Its number.
    pub room: RoomId,
    /// What it is called.
    pub name: String,
    /// Whose it is.
    pub owner: AccountId,
    /// How many are in it.
    pub members: u64,
    /// How many messages and lines it has.
    pub messages: u64,
}

/// Who is let in again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unbanned {
    /// The account's number, or the address.
    pub whom: String,
    /// The account's name.
    pub nickname: Option<String>,
}

/// A ban.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BanRow {
    /// The account's number, or the address.
    pub whom: String,
    /// The account's name.
    pub nickname: Option<String>,
    /// Told to who is banned.
    pub why: String,
    /// Since then, milliseconds since 1970 UTC.
    pub at: i64,
    /// Minutes of the server's running that are left; for ever where absent.
    pub minutes_left: Option<u64>,
}

/// A one-time code for a new password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetCode {
    /// Whose.
    pub account: AccountId,
    /// Its name.
    pub nickname: String,
    /// The code, in groups for reading aloud.
    pub code: String,
    /// It holds for so long.
    pub minutes: u64,
}

/// A code stands in no log.
impl fmt::Debug for ResetCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResetCode({})", self.account)
    }
}

impl fmt::Debug for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Done::Account(row) => return write!(f, "Account({})", row.person.account),
            Done::Reset(code) => return write!(f, "{code:?}"),
            Done::Banned(_) => "Banned",
            Done::Said { .. } => "Said",
            Done::Dissolved { .. } => "Dissolved",
            Done::Settings(_) => "Settings",
            Done::Online { .. } => "Online",
            Done::Accounts { .. } => "Accounts",
            Done::Rooms { .. } => "Rooms",
            Done::Bans { .. } => "Bans",
            Done::Backup(_) => "Backup",
            Done::Checked(_) => "Checked",
        };
        f.write_str(name)
    }
}
