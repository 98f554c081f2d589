//! What comes behind `mychat admin`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::domain::{Role, RoomId};
use crate::limits::BAN_MINUTES_MAX;
use crate::net::verb::{Audience, Verb, Whom};
use crate::server::admin::AdminError;

#[derive(Debug, Subcommand)]
pub(super) enum Raw {
    /// List who is online
    List,
    /// List accounts
    Accounts(Search),
    /// List rooms
    Rooms(Search),
    /// List who is banned
    Bans,
    /// Name or remove an administrator
    Role {
        /// Number or nickname
        account: String,
        /// What the account shall be
        role: RawRole,
    },
    /// Give out a one-time code with which somebody sets a new password
    Reset {
        /// Number or nickname
        account: String,
    },
    /// Sign an account out everywhere and let it in no more
    Disable {
        /// Number or nickname
        account: String,
        /// Told to that person
        #[arg(long, value_name = "TEXT", default_value = "")]
        why: String,
    },
    /// Let a disabled account in again
    Enable {
        /// Number or nickname
        account: String,
    },
    /// Sign an account out on all its devices
    SignOut {
        /// Number or nickname
        account: String,
    },
    /// End an account's links; it may come back
    Kick {
        /// Number or nickname
        account: String,
        /// Told to that person
        #[arg(long, value_name = "TEXT", default_value = "")]
        why: String,
    },
    /// Let an account or an address in no more
    Ban {
        #[command(flatten)]
        whom: RawWhom,
        /// For so long; for ever when absent
        #[arg(long, value_name = "N", value_parser = minutes, allow_negative_numbers = true)]
        minutes: Option<u64>,
        /// Told to who is banned
        #[arg(long, value_name = "TEXT", default_value = "")]
        why: String,
    },
    /// Let an account or an address in again
    Unban {
        #[command(flatten)]
        whom: RawWhom,
    },
    /// Say something to everybody; it stands in the lobby and opens as an announcement
    Say {
        /// What
        text: String,
        /// Only to those who are online, kept nowhere
        #[arg(long)]
        online: bool,
        /// Shown in passing, not until it is closed
        #[arg(long)]
        passing: bool,
    },
    /// Say something to one person
    Tell {
        /// Number or nickname
        account: String,
        /// What
        text: String,
    },
    /// Dissolve a room
    Dissolve {
        /// Its number
        #[arg(value_parser = whole, allow_negative_numbers = true)]
        room: u64,
    },
    /// Change a setting; it holds at once
    Set {
        /// Its name; `mychat admin get` lists all with their meaning
        key: String,
        /// Its new value
        #[arg(allow_negative_numbers = true)]
        value: String,
    },
    /// Show one setting or all
    Get {
        /// Its name; all when absent
        key: Option<String>,
    },
    /// Let a running server read its settings again
    Reload,
    /// Make a backup, also while the server runs: one file with everything, its key too
    Backup {
        /// A folder that is there, or in one a file that ends in .tar [default: `backups` in the data folder]
        path: Option<String>,
    },
    /// Show the event log, also that of a stopped server
    Log {
        /// The newest so many lines
        #[arg(long, value_name = "N", default_value_t = 100)]
        lines: usize,
    },
    /// Restore a backup into the data folder, which has to be empty or missing
    Restore {
        /// The backup
        file: PathBuf,
    },
    /// Check the data of a server, also while it runs; exit code 66 when its store is damaged, 74 when
    /// something else is not as it has to be
    Check,
}

#[derive(Debug, Args)]
pub(super) struct Search {
    /// Part of a name, or a number; all when absent
    #[arg(default_value = "")]
    text: String,
    /// Leave out so many
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        value_parser = whole,
        allow_negative_numbers = true
    )]
    skip: u64,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct RawWhom {
    /// Number or nickname
    account: Option<String>,
    /// An address instead; of IPv6 the /64 around it
    #[arg(long, value_name = "IP", value_parser = address)]
    address: Option<IpAddr>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum RawRole {
    Admin,
    Member,
}

/// As the server takes them, but said before anything is asked of it.
fn minutes(text: &str) -> Result<u64, String> {
    let found = text.parse().ok().filter(|minutes| (1..=BAN_MINUTES_MAX).contains(minutes));
    found.ok_or_else(|| AdminError::Minutes.to_string())
}

fn address(text: &str) -> Result<IpAddr, String> {
    let found = Whom::parse_address(text);
    found.ok_or_else(|| "this is no IP address, nor a network like fd00::/64".to_owned())
}

fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "this is no whole number from 0 up".to_owned())
}

impl From<RawWhom> for Whom {
    fn from(raw: RawWhom) -> Self {
        match raw.address {
            Some(address) => Whom::Address(address),
            None => Whom::Account(raw.account.unwrap_or_default()),
        }
    }
}

/// What is done by a server or on its folder, or without either.
pub(super) enum Wish {
    Verb(Verb),
    Restore(PathBuf),
    Log(usize),
}

impl From<Raw> for Wish {
    fn from(raw: Raw) -> Self {
        Wish::Verb(match raw {
            Raw::Restore { file } => return Wish::Restore(file),
            Raw::Log { lines } => return Wish::Log(lines),
            Raw::List => Verb::List {},
            Raw::Accounts(Search { text, skip }) => Verb::Accounts { text, skip },
            Raw::Rooms(Search { text, skip }) => Verb::Rooms { text, skip },
            Raw::Bans => Verb::Bans {},
            Raw::Role { account, role: RawRole::Admin } => {
                Verb::Role { account, role: Role::Admin }
            }
            Raw::Role { account, role: RawRole::Member } => {
                Verb::Role { account, role: Role::Member }
            }
            Raw::Reset { account } => Verb::Reset { account },
            Raw::Disable { account, why } => Verb::Disable { account, disabled: true, why },
            Raw::Enable { account } => {
                Verb::Disable { account, disabled: false, why: String::new() }
            }
            Raw::SignOut { account } => Verb::SignOut { account },
            Raw::Kick { account, why } => Verb::Kick { account, why },
            Raw::Ban { whom, minutes, why } => Verb::Ban { whom: whom.into(), minutes, why },
            Raw::Unban { whom } => Verb::Unban { whom: whom.into() },
            Raw::Say { text, online, passing } => {
                let to = if online { Audience::Online } else { Audience::All };
                Verb::Say { text, to, pinned: !passing, about: None }
            }
            Raw::Tell { account, text } => Verb::Tell { account, text },
            Raw::Dissolve { room } => Verb::Dissolve { room: RoomId(room) },
            Raw::Set { key, value } => Verb::Set { key, value },
            Raw::Get { key } => Verb::Get { key },
            Raw::Reload => Verb::Reload {},
            Raw::Backup { path } => Verb::Backup { path },
            Raw::Check => Verb::Check {},
        })
    }
}
