//! What reads durable state, and the answers.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::event::GameNews;
use crate::domain::game::{GameId, GameName, GameSheet, Score};
use crate::domain::{
    AccountId, Announcement, BlobId, Choice, Contact, ContactRequest, ConversationId,
    ConversationKind, Details, DeviceId, Door, FileId, FileStatus, FileWay, Group, Member, Message,
    OwnRoom, Person, Place, Presence, Privacy, Room, RoomId, RoomRequest, Seq, Sort, Tally, Target,
    Way,
};

/// Reads durable state.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Everything that somebody says of itself.
    Profile {
        /// Who.
        account: AccountId,
    },
    /// People by number or by a part of their nickname, best first.
    Find {
        /// What is looked for; may be empty with `online`.
        text: String,
        /// Only who is online.
        #[serde(default)]
        online: bool,
        /// So many results are passed over.
        #[serde(default)]
        skip: u32,
    },
    /// The places where this account is signed in.
    Devices {},
    /// What this account keeps of others, by number, with its groups and what others may do.
    Contacts {
        /// Zero for the first page.
        after: AccountId,
    },
    /// This account's friend requests, by the other side's number.
    Requests {
        /// The last one of the page before; absent for the first page.
        #[serde(default)]
        after: Option<(AccountId, Way)>,
    },
    /// A part of a picture.
    Blob {
        /// Which.
        blob: BlobId,
        /// Where the part begins.
        offset: u32,
    },
    /// What has become of files of a conversation.
    Files {
        /// The log.
        conversation: ConversationId,
        /// The places of the messages that offer them, at most 200.
        seqs: Vec<Seq>,
    },
    /// A page of the files of a conversation, newest first.
    FileList {
        /// The log.
        conversation: ConversationId,
        /// Part of their names; empty for all.
        #[serde(default)]
        text: String,
        /// Only those before this place.
        #[serde(default)]
        before: Option<Seq>,
    },
    /// What opens a link for a file, once, within a minute.
    Ticket {
        /// Which.
        file: FileId,
        /// Whose bytes go where. Up is for who offered it.
        way: FileWay,
    },
    /// How much this account may keep here.
    Quota {},
    /// How games of a conversation stand.
    Games {
        /// The log.
        conversation: ConversationId,
        /// The places of the messages that invite to them, at most 200.
        seqs: Vec<Seq>,
    },
    /// The log of a game; for those who see its invitation.
    GameLog {
        /// Which.
        game: GameId,
        /// So many entries are known.
        #[serde(default)]
        after: u32,
    },
    /// The games that this account plays or has played, the last ones first.
    OwnGames {
        /// Those before this place; absent for the first page.
        #[serde(default)]
        before: Option<(i64, GameId)>,
    },
    /// How this account's games against others ended, by their number.
    Scores {
        /// Zero for the first page.
        after: AccountId,
    },
    /// How this account wants to have its conversations, where it is not the usual.
    Choices {
        /// The last one of the page before; absent for the first page.
        #[serde(default)]
        after: Option<Target>,
    },
    /// The rooms that this account is in, by number.
    Rooms {
        /// Zero for the first page.
        after: RoomId,
    },
    /// Who may come into a room: this account, and others where it is an admin.
    RoomRequests {
        /// The last one of the page before; absent for the first page.
        #[serde(default)]
        after: Option<(RoomId, AccountId, Door)>,
    },
    /// One room, from inside or outside.
    Room {
        /// Which.
        room: RoomId,
    },
    /// Who is in a room, by number; for those in it.
    Members {
        /// Which.
        room: RoomId,
        /// Zero for the first page.
        after: AccountId,
    },
    /// What has been on a room's wall, newest first; for those in it.
    Announcements {
        /// Which.
        room: RoomId,
        /// So many are passed over.
        #[serde(default)]
        skip: u32,
    },
    /// Rooms by number or by a part of their name, best first.
    FindRooms {
        /// What is looked for.
        text: String,
        /// So many results are passed over.
        #[serde(default)]
        skip: u32,
    },
    /// Messages that this account may read and that have a text in them, newest first.
    Search {
        /// A part of them, one character and more; an empty one is in every text.
        text: String,
        /// In this conversation only.
        #[serde(default)]
        with: Option<Target>,
        /// Only what this one wrote.
        #[serde(default)]
        from: Option<AccountId>,
        /// Only this kind.
        #[serde(default)]
        kind: Option<Sort>,
        /// Not before this moment, in milliseconds since 1970 UTC.
        #[serde(default)]
        since: Option<i64>,
        /// Before this moment.
        #[serde(default)]
        until: Option<i64>,
        /// The `next` of the answer before; absent for the first one.
        #[serde(default)]
        before: Option<Place>,
        /// At most so many; the server may send fewer.
        limit: u32,
    },
    /// How many messages of a conversation there are between moments.
    Days {
        /// Which.
        with: Target,
        /// The moments, such as the midnights of a month; at most 64.
        starts: Vec<i64>,
    },
    /// Who of a room has read a message, as far as those people show it; for those in it.
    ReadBy {
        /// Which.
        room: RoomId,
        /// The message.
        seq: Seq,
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

/// A query's answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Everything that somebody says of itself.
    Profile {
        /// Name, line, avatar.
        person: Person,
        /// The rest.
        details: Details,
        /// When others saw that person last; of friends only.
        #[serde(default)]
        seen: Option<i64>,
    },
    /// People that were found.
    Found {
        /// Best first.
        people: Vec<OnlinePerson>,
        /// More behind them.
        more: bool,
    },
    /// The places where this account is signed in.
    Devices {
        /// Last used first.
        devices: Vec<DeviceRow>,
    },
    /// A page of contacts.
    Contacts {
        /// The notices up to here are in it.
        as_of: Seq,
        /// In order.
        groups: Vec<Group>,
        /// What others may do.
        privacy: Privacy,
        /// By number.
        contacts: Vec<Contact>,
        /// More behind the last one.
        more: bool,
    },
    /// A page of friend requests.
    Requests {
        /// The notices up to here are in it.
        as_of: Seq,
        /// By the other side's number.
        requests: Vec<ContactRequest>,
        /// More behind the last one.
        more: bool,
    },
    /// A part of a picture.
    Blob {
        /// Bytes of all of it.
        bytes_all: u32,
        /// The part; empty behind the end.
        #[serde(with = "serde_bytes")]
        part: Vec<u8>,
    },
    /// What has become of files; those that this account may not see are left out.
    Files {
        /// By place.
        files: Vec<(Seq, FileStatus)>,
    },
    /// A page of files.
    FileList {
        /// Newest first: the messages that offer them, and what has become of each.
        files: Vec<(Message, FileStatus)>,
        /// More behind the last one.
        more: bool,
    },
    /// What opens a link for a file.
    Ticket {
        /// To be shown there.
        #[serde(with = "serde_bytes")]
        ticket: [u8; 32],
    },
    /// What this account keeps here, and may.
    Quota {
        /// Bytes of its files that are kept or on their way.
        used: u64,
        /// Bytes that it may have.
        most: u64,
        /// Bytes that one file may have.
        file_most: u64,
        /// For so many days a file is kept.
        days: u64,
    },
    /// How games stand; those that this account may not see are left out.
    Games {
        /// By place.
        games: Vec<GameSheet>,
    },
    /// A part of the log of a game.
    GameLog(GameNews),
    /// A page of own games.
    OwnGames {
        /// Those that run first, then the last ones.
        games: Vec<GameSheet>,
        /// Where to go on; absent behind the last one.
        #[serde(default)]
        next: Option<(i64, GameId)>,
    },
    /// A page of scores.
    Scores {
        /// By the other's number.
        scores: Vec<(AccountId, GameName, Score)>,
        /// More behind the last one.
        more: bool,
    },
    /// A page of choices.
    Choices {
        /// The notices up to here are in it.
        as_of: Seq,
        /// By conversation.
        choices: Vec<(Target, Choice)>,
        /// More behind the last one.
        more: bool,
    },
    /// A page of the own rooms.
    Rooms {
        /// The notices up to here are in it.
        as_of: Seq,
        /// By number.
        rooms: Vec<OwnRoom>,
        /// More behind the last one.
        more: bool,
    },
    /// A page of who may come into a room.
    RoomRequests {
        /// The notices up to here are in it.
        as_of: Seq,
        /// By room, person and door.
        requests: Vec<RoomRequest>,
        /// More behind the last one.
        more: bool,
    },
    /// One room; also the answer to `CreateRoom`.
    Room {
        /// The room. What is on its wall is for those in it.
        room: Room,
        /// Oneself in it; absent when one is outside.
        #[serde(default)]
        member: Option<Member>,
    },
    /// A page of who is in a room.
    Members {
        /// By number.
        members: Vec<Member>,
        /// More behind the last one.
        more: bool,
    },
    /// A page of what has been on a room's wall.
    Announcements {
        /// Newest first.
        announcements: Vec<Announcement>,
        /// More behind them.
        more: bool,
    },
    /// Rooms that were found.
    FoundRooms {
        /// Best first.
        rooms: Vec<Room>,
        /// More behind them.
        more: bool,
    },
    /// Messages that were looked for.
    Hits {
        /// Newest first; there may be none although there is a `next`.
        messages: Vec<Message>,
        /// Where to go on; absent when all was looked at.
        #[serde(default)]
        next: Option<Place>,
    },
    /// How many messages there are between each two neighbours of the moments asked for.
    Days {
        /// One fewer than the moments.
        days: Vec<Tally>,
    },
    /// Who has read a message, besides who wrote it.
    ReadBy {
        /// So many have, as far as it shows.
        count: u32,
        /// The first 100 of them by number.
        accounts: Vec<AccountId>,
    },
}

/// One place where an account is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRow {
    /// Which.
    pub device: DeviceId,
    /// What it is called.
    pub name: String,
    /// Program, version and system.
    pub client: String,
    /// Where from, at the last sign-in.
    pub address: String,
    /// First signed in at, milliseconds since 1970 UTC.
    pub created: i64,
    /// Last used at.
    pub used: i64,
    /// The one that asks.
    pub current: bool,
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
    /// Of a room, its version; else zero.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub version: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde wants it")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// One person who is online.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnlinePerson {
    /// Who.
    pub person: Person,
    /// As seen by others; own invisibility is seen by oneself.
    pub presence: Presence,
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Query::Heads { .. } => "Heads",
            Query::History { .. } => "History",
            Query::Conversation { .. } => "Conversation",
            Query::People { .. } => "People",
            Query::Online { .. } => "Online",
            Query::Profile { .. } => "Profile",
            Query::Find { .. } => "Find",
            Query::Devices {} => "Devices",
            Query::Contacts { .. } => "Contacts",
            Query::Requests { .. } => "Requests",
            Query::Blob { .. } => "Blob",
            Query::Files { .. } => "Files",
            Query::FileList { .. } => "FileList",
            Query::Ticket { .. } => "Ticket",
            Query::Quota {} => "Quota",
            Query::Games { .. } => "Games",
            Query::GameLog { .. } => "GameLog",
            Query::OwnGames { .. } => "OwnGames",
            Query::Scores { .. } => "Scores",
            Query::Choices { .. } => "Choices",
            Query::Rooms { .. } => "Rooms",
            Query::RoomRequests { .. } => "RoomRequests",
            Query::Room { .. } => "Room",
            Query::Members { .. } => "Members",
            Query::Announcements { .. } => "Announcements",
            Query::FindRooms { .. } => "FindRooms",
            Query::Search { .. } => "Search",
            Query::Days { .. } => "Days",
            Query::ReadBy { .. } => "ReadBy",
        })
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, count) = match self {
            Reply::Heads { heads, .. } => ("Heads", heads.len()),
            Reply::History { messages, .. } => ("History", messages.len()),
            Reply::Conversation { head } => ("Conversation", usize::from(head.is_some())),
            Reply::People { people } => ("People", people.len()),
            Reply::Online { people, .. } => ("Online", people.len()),
            Reply::Profile { .. } => ("Profile", 1),
            Reply::Found { people, .. } => ("Found", people.len()),
            Reply::Devices { devices } => ("Devices", devices.len()),
            Reply::Contacts { contacts, .. } => ("Contacts", contacts.len()),
            Reply::Requests { requests, .. } => ("Requests", requests.len()),
            Reply::Blob { part, .. } => ("Blob", part.len()),
            Reply::Files { files } => ("Files", files.len()),
            Reply::FileList { files, .. } => ("FileList", files.len()),
            Reply::Ticket { .. } => ("Ticket", 1),
            Reply::Quota { .. } => ("Quota", 1),
            Reply::Games { games } => ("Games", games.len()),
            Reply::GameLog(news) => ("GameLog", news.entries.len()),
            Reply::OwnGames { games, .. } => ("OwnGames", games.len()),
            Reply::Scores { scores, .. } => ("Scores", scores.len()),
            Reply::Choices { choices, .. } => ("Choices", choices.len()),
            Reply::Rooms { rooms, .. } => ("Rooms", rooms.len()),
            Reply::RoomRequests { requests, .. } => ("RoomRequests", requests.len()),
            Reply::Room { .. } => ("Room", 1),
            Reply::Members { members, .. } => ("Members", members.len()),
            Reply::Announcements { announcements, .. } => ("Announcements", announcements.len()),
            Reply::FoundRooms { rooms, .. } => ("FoundRooms", rooms.len()),
            Reply::Hits { messages, .. } => ("Hits", messages.len()),
            Reply::Days { days } => ("Days", days.len()),
            Reply::ReadBy { accounts, .. } => ("ReadBy", accounts.len()),
        };
        write!(f, "{name}({count})")
    }
}
