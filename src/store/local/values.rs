//! What the client's store holds, as values, and how they become bytes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::engine::StoreError;
use crate::domain::{
    AccountId, Body, Book, ConversationId, ConversationKind, DeviceId, FileId, FileWay, Generation,
    Message, Nonce, Person, Seq, ServerId, Target, Unsent,
};

/// The first byte of every value; the rest is named MessagePack, so that fields can be added.
const VALUE_VERSION: u8 = 1;

/// Whose cache it is: one account on one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// The server.
    pub server: ServerId,
    /// The account on it.
    pub account: AccountId,
}

impl Owner {
    pub(super) fn key(self) -> [u8; 40] {
        let mut key = [0; 40];
        key[..32].copy_from_slice(&self.server.0);
        key[32..].copy_from_slice(&self.account.0.to_be_bytes());
        key
    }

    pub(super) fn from_key(key: &[u8]) -> Result<Self, StoreError> {
        let (server, account) = key.split_at_checked(32).ok_or(damaged("owner"))?;
        let server = server.try_into().map_err(|_| damaged("owner"))?;
        let account = account.try_into().map_err(|_| damaged("owner"))?;
        Ok(Owner { server: ServerId(server), account: AccountId(u64::from_be_bytes(account)) })
    }
}

/// A pinned server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownServer {
    /// Its key.
    pub id: ServerId,
    /// Its name when last met.
    pub name: String,
    /// Where it was met, the last place first: host and port.
    pub addresses: Vec<(String, u16)>,
    /// Pinned at, milliseconds since 1970 UTC.
    pub since: i64,
    /// Last used at.
    pub used: i64,
}

/// An account that signed in here.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAccount {
    /// Of which server.
    pub server: ServerId,
    /// Who, as last seen.
    pub person: Person,
    /// The device token, where it is to be kept.
    pub token: Option<String>,
    /// Last used at, milliseconds since 1970 UTC.
    pub used: i64,
}

impl std::fmt::Debug for KnownAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KnownAccount({}, token: {})", self.person.account, self.token.is_some())
    }
}

/// A conversation as far as it is cached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownConversation {
    /// Which.
    pub conversation: ConversationId,
    /// What it is.
    pub kind: ConversationKind,
    /// The first message that is cached; all up to `last` are.
    pub first: Seq,
    /// The last message that is cached; zero when none is.
    pub last: Seq,
    /// Told to the server as delivered, up to here.
    #[serde(default)]
    pub delivered: Seq,
}

/// A message that the server has not taken yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Its name.
    pub nonce: Nonce,
    /// Whom to.
    pub to: Target,
    /// What.
    pub body: Body,
    /// Written at, milliseconds since 1970 UTC.
    pub at: i64,
    /// The code of why it failed; absent while it is to be sent.
    #[serde(default)]
    pub failed: Option<String>,
}

/// A file on its way, or that was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownTransfer {
    /// Its name; of one that goes up the nonce of the message that offers it.
    pub id: Nonce,
    /// Which way.
    pub way: FileWay,
    /// The message that offers it, once the server has it.
    pub file: Option<FileId>,
    /// The conversation.
    pub with: Target,
    /// Who offered it.
    pub from: AccountId,
    /// What it is called.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
    /// So many of them were proven when this was written.
    pub done: u64,
    /// Where it is read, or written.
    #[serde(with = "path")]
    pub path: PathBuf,
    /// When its source was written to last, nanoseconds since 1970 UTC, where that can be told.
    pub modified: Option<i64>,
    /// How it stands.
    pub state: KnownState,
    /// What the server was not told yet.
    #[serde(default)]
    pub owes: Option<Owes>,
    /// Off the list already, and here only for what it owes.
    #[serde(default)]
    pub forgotten: bool,
    /// Off the list, and kept for the card of its message.
    #[serde(default)]
    pub hidden: bool,
    /// Begun at, milliseconds since 1970 UTC.
    pub began: i64,
    /// Ended at.
    pub ended: Option<i64>,
}

/// How a transfer stands, as far as that outlives the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KnownState {
    /// It goes on by itself.
    Open,
    /// The person stopped it.
    Paused,
    /// It is whole.
    Done,
    /// It stopped.
    Failed {
        /// The code of why.
        code: String,
        /// The system's words for it, where it has some.
        #[serde(default)]
        words: String,
        /// The number of the rule that was broken.
        #[serde(default)]
        limit: Option<u64>,
    },
    /// Given up, or taken back.
    Cancelled,
    /// The other side does not want it.
    Declined,
    /// The server does not keep it any more.
    Expired,
}

/// What the server is still to be told of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owes {
    /// That it is taken back.
    Cancel,
    /// That it was fetched, whole.
    Took,
}

/// What every start of a client needs.
#[derive(Debug, Clone)]
pub struct Start {
    /// This place.
    pub device: DeviceId,
    /// Pinned servers, last used first.
    pub servers: Vec<KnownServer>,
    /// Accounts, last used first.
    pub accounts: Vec<KnownAccount>,
    /// Settings by name.
    pub settings: Vec<(String, String)>,
}

/// What one account left behind.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The outbox in order.
    pub waiting: Vec<Waiting>,
    /// Conversations by number.
    pub conversations: Vec<KnownConversation>,
    /// People by number.
    pub people: Vec<Person>,
    /// The account's book, and the notices that are in it.
    pub book: Option<(Seq, Arc<Book>)>,
    /// What was written and not sent.
    pub drafts: Vec<(Target, Unsent)>,
    /// Messages that were deleted on this device.
    pub hidden: Vec<(ConversationId, Seq)>,
    /// Files on their way, and those that were; the first one began first.
    pub transfers: Vec<KnownTransfer>,
    /// The life of the server's logs that was cached, where it said one.
    pub generation: Option<Generation>,
}

/// One change of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Pins a server or changes what is known of it.
    PutServer(KnownServer),
    /// Forgets a pin.
    RemoveServer(ServerId),
    /// Keeps an account or changes what is known of it.
    PutAccount(KnownAccount),
    /// Forgets an account, its outbox and all that was cached for it.
    RemoveAccount(Owner),
    /// The life of the server's logs that is cached from now on.
    PutGeneration(Owner, Generation),
    /// Forgets all that was cached for an account; its outbox, drafts and transfers stay.
    RemoveCache(Owner),
    /// Sets a setting.
    PutSetting(String, String),
    /// Puts a message at the end of the outbox, or changes the one of the same name in its place.
    PutWaiting(Owner, Waiting),
    /// The server has it, or it was given up.
    RemoveWaiting(Owner, Nonce),
    /// How far a conversation is cached.
    PutConversation(Owner, KnownConversation),
    /// Messages of one conversation.
    PutMessages(Owner, Vec<Message>),
    /// Cached messages of a conversation before this one are not needed any more.
    RemoveMessages(Owner, ConversationId, Seq),
    /// A message was recalled: its words go from the cache.
    BlankMessage(Owner, ConversationId, Seq),
    /// A message was deleted on this device: its words go, and it is not shown again.
    HideMessage(Owner, ConversationId, Seq),
    /// What is known of people.
    PutPeople(Owner, Vec<Person>),
    /// The account's book, and the notices that are in it.
    PutBook(Owner, Seq, Arc<Book>),
    /// What was written to somebody and not sent; nothing where that is nothing.
    PutDraft(Owner, Target, Unsent),
    /// A transfer is new, or another one than before.
    PutTransfer(Owner, KnownTransfer),
    /// A transfer is off the list.
    RemoveTransfer(Owner, Nonce),
}

/// A path may have bytes that are no text: they are kept as the system has them.
mod path {
    use serde::{Deserializer, Serializer};

    use super::{Deserialize, OsString, Path, PathBuf, Serialize};

    pub(super) fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
        path.as_os_str().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
        OsString::deserialize(from).map(PathBuf::from)
    }
}

/// A book as it is kept.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KnownBook {
    pub(super) as_of: Seq,
    pub(super) book: Arc<Book>,
}

/// A draft as it is kept.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KnownDraft {
    pub(super) to: Target,
    pub(super) unsent: Unsent,
}

/// The outbox's value: a message and its place.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WaitingInOrder {
    pub(super) order: u64,
    pub(super) waiting: Waiting,
}

pub(super) fn damaged(what: &'static str) -> StoreError {
    StoreError::damaged(what, &"it is not one of this program's")
}

pub(super) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    let mut bytes = vec![VALUE_VERSION];
    rmp_serde::encode::write_named(&mut bytes, value).map_err(|_| damaged("write"))?;
    Ok(bytes)
}

pub(super) fn decode<'b, T: Deserialize<'b>>(
    bytes: &'b [u8],
    what: &'static str,
) -> Result<T, StoreError> {
    match bytes.split_first() {
        Some((&VALUE_VERSION, rest)) => rmp_serde::from_slice(rest).map_err(|_| damaged(what)),
        _ => Err(damaged(what)),
    }
}
