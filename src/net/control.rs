//! What a server's own console and admin tool say to it, on a socket that only its owner opens.
//!
//! The same frames as a chat link, without TLS: the socket's file mode is the key.

use serde::{Deserialize, Serialize};

use crate::domain::{AccountId, Person, Presence, Role, RoomId, Target};
use crate::net::protocol::Registration;
use crate::net::verb::{BackupRow, Done, NotDone, Verb};

/// What the console asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlRequest {
    /// How the server is.
    Status {},
    /// Who is online; all of them, the console sorts.
    Online {},
    /// Log entries behind this number, at most 500, oldest first.
    Log { after: u64 },
    /// Close in order, as SIGTERM does.
    Stop {},
    /// What `mychat admin` asks for.
    Admin { verb: Verb },
}

/// What the server answers, one answer a request, in order; before that of a long verb it may say a few
/// times that it is at work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlReply {
    /// How the server is.
    Status(Status),
    /// Who is online.
    Online { sessions: Vec<OnlineSession> },
    /// Log entries.
    Log { entries: Vec<LogEntry> },
    /// The server is closing.
    Stopping {},
    /// A verb was done.
    Done(Done),
    /// A verb was not done, and why.
    NotDone(NotDone),
    /// The answer takes longer; the server is alive.
    Working {},
}

/// How a server is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its name on the LAN.
    pub name: String,
    /// Its program's version.
    pub version: String,
    /// Where it listens.
    pub listening: Vec<String>,
    /// Addresses at which other computers reach it, without port.
    pub addresses: Vec<String>,
    /// Its port.
    pub port: u16,
    /// The key as eight hex groups.
    pub fingerprint: String,
    /// An invite link with the first address.
    pub invite: String,
    /// Its data folder.
    pub data: String,
    /// Who may register.
    pub registration: Registration,
    /// Whether it is announced on the LAN.
    pub discovery: bool,
    /// Running for so long.
    pub uptime_ms: u64,
    /// People online.
    pub online: u64,
    /// Accounts.
    pub accounts: u64,
    /// Messages taken since this server started.
    pub messages: u64,
    /// Bytes read from clients since this server started.
    pub bytes_in: u64,
    /// Bytes written to clients since this server started.
    pub bytes_out: u64,
    /// Rooms.
    #[serde(default)]
    pub rooms: u64,
    /// Messages since midnight by the server's clock.
    #[serde(default)]
    pub messages_today: u64,
    /// The last backup that succeeded.
    #[serde(default)]
    pub backup: Option<BackupRow>,
    /// Why the last one failed, if it did.
    #[serde(default)]
    pub backup_error: Option<String>,
    /// Random at each start: another number is another run, which counts sessions and log lines anew.
    #[serde(default)]
    pub start: u64,
    /// Settings that the command line goes before, as long as this server runs.
    #[serde(default)]
    pub given: Vec<String>,
}

/// One signed-in link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnlineSession {
    /// The link's short id in the log.
    pub session: u64,
    /// Who.
    pub person: Person,
    /// As the person wants it seen; the console sees invisible people.
    pub presence: Presence,
    /// Where from.
    pub address: String,
    /// Program, version and system.
    pub client: String,
    /// Signed in at, milliseconds since 1970 UTC.
    pub since: i64,
    /// Nothing came for so long.
    pub idle_ms: u64,
}

/// What a log line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogKind {
    /// Signing in and out.
    Auth,
    /// Ordinary.
    Info,
    /// Should be looked at.
    Warn,
    /// Went wrong.
    Error,
}

/// One line of the event log: facts that the console puts into words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Counts up from 1 since the server started, which begins with what is kept from before.
    pub number: u64,
    /// Milliseconds since 1970 UTC.
    pub at: i64,
    /// What it is about.
    pub kind: LogKind,
    /// The link's short id, as in the log on stderr.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<u64>,
    /// What happened.
    pub what: LogEvent,
    /// It is from before this server started.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub kept: bool,
}

/// What can happen to a server that its admin wants to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogEvent {
    /// The server listens.
    Started { listening: String },
    /// The server closes.
    Stopping {},
    /// It did not start, or had run and ended by itself: its exit code and its sentence.
    Failed { code: u8, why: String, had_run: bool },
    /// An account was made.
    Registered { account: AccountId, nickname: String, address: String },
    /// Somebody signed in.
    SignedIn { account: AccountId, address: String, client: String },
    /// Somebody left.
    SignedOut { account: AccountId, reason: String },
    /// A wrong password.
    WrongPassword { login: String, address: String, tries: u32 },
    /// A recovery code or a one-time code that opens nothing.
    WrongCode { login: String, address: String, tries: u32 },
    /// Too many wrong passwords.
    LockedOut { login: String, address: String, minutes: u64 },
    /// A link was turned away or cut.
    LinkRefused { address: String, reason: String },
    /// A person went over a limit.
    RateLimited { account: AccountId, what: String },
    /// So many like the next line were not written.
    LeftOut { count: u64 },
    /// A backup is made.
    BackedUp { path: String, bytes: u64, took_ms: u64 },
    /// A backup was not made.
    BackupFailed(NotDone),
    /// The server's own backup was left out, since it does not fit on the disk.
    BackupSkipped { folder: String, need_mib: u64, free_mib: u64 },
    /// Less than so many MiB are free: the server can be read but not written.
    DiskLow { folder: String, free_mib: u64 },
    /// There is room on the disk again.
    DiskFine {},
    /// Something went wrong that is not a person's doing.
    Trouble { text: String },
    /// The admin ended an account's links.
    Kicked {
        account: AccountId,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        why: String,
    },
    /// The admin keeps an account or an address out, for so many minutes or for ever.
    Banned {
        whom: String,
        minutes: Option<u64>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        why: String,
    },
    /// The admin lets it in again.
    Unbanned { whom: String },
    /// The admin lets an account in no more, or lets it in again.
    Disabled {
        account: AccountId,
        disabled: bool,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        why: String,
    },
    /// The admin signed an account out on all its devices.
    SignedOutEverywhere { account: AccountId },
    /// The admin named or removed an administrator.
    RoleGiven { account: AccountId, role: Role },
    /// The admin gave out a one-time code; it stands nowhere.
    ResetGiven { account: AccountId },
    /// The admin said something to everybody, with so many people online.
    Announced { kept: bool, people: u64 },
    /// The admin said something to one person.
    Told { account: AccountId },
    /// The admin moved a setting; what is secret has no value here.
    SettingChanged { key: String, value: Option<String> },
    /// The settings were read again.
    Reloaded {},
    /// All that is here was restored from a backup of this moment, milliseconds since 1970 UTC.
    Restored { path: String, at: i64 },
    /// Somebody set a new password by a recovery code or a one-time code.
    PasswordReset { account: AccountId, address: String },
    /// A person made a room.
    RoomMade { room: RoomId, account: AccountId },
    /// A room ended, by a person or by the admin.
    RoomEnded { room: RoomId, account: Option<AccountId> },
    /// A file of this length came whole.
    FileSent { account: AccountId, to: Target, bytes: u64 },
}
