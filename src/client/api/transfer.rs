//! Files on their way, as this computer knows them; they outlive the program.

use std::path::PathBuf;

use super::Failure;
use crate::domain::{AccountId, FileId, FileWay, Nonce, Target};

/// This computer's name for a transfer; of one that goes up it is the nonce of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransferId(pub Nonce);

/// A file that goes to the server or comes from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Which.
    pub id: TransferId,
    /// Which way.
    pub way: FileWay,
    /// The message that offers it; none before the server has taken that.
    pub file: Option<FileId>,
    /// The conversation.
    pub with: Target,
    /// Who offered it.
    pub from: AccountId,
    /// What it is called.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
    /// So many of them are proven on the other side, or here.
    pub done: u64,
    /// Where it is read, or written; the name there may be another one when it is done.
    pub path: PathBuf,
    /// How it stands.
    pub state: TransferState,
    /// Bytes a second lately, while it runs.
    pub speed: u64,
    /// Begun at, milliseconds since 1970 UTC by this computer's clock.
    pub began: i64,
    /// Ended at.
    pub ended: Option<i64>,
    /// Off the list of transfers; what is known of it still serves the card of its message.
    pub hidden: bool,
}

/// How a transfer stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferState {
    /// It goes on by itself.
    Waiting(WaitsFor),
    /// Bytes move.
    Running,
    /// The person stopped it, and can go on.
    Paused,
    /// It is whole, checked, and where it belongs.
    Done,
    /// It stopped for this reason; the person can try again.
    Failed(Failure),
    /// Given up here, or taken back by its sender.
    Cancelled,
    /// The other side does not want it.
    Declined,
    /// The server does not keep it any more.
    Expired,
}

impl TransferState {
    /// Whether it has come to an end that nothing follows by itself.
    #[must_use]
    pub fn is_over(&self) -> bool {
        match self {
            TransferState::Waiting(_) | TransferState::Running | TransferState::Paused => false,
            TransferState::Done
            | TransferState::Failed(_)
            | TransferState::Cancelled
            | TransferState::Declined
            | TransferState::Expired => true,
        }
    }
}

/// What a transfer waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitsFor {
    /// A link that is signed in.
    Link,
    /// Others before it.
    Turn,
    /// The server, which has to take the message that offers it first.
    Offer,
    /// More from its sender.
    Sender,
}

/// How files are carried on this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carriage {
    /// So many at once, 1 to 5.
    pub at_once: usize,
    /// Bytes a second to the server, of all together; as many as there are when absent.
    pub up: Option<u64>,
    /// The same from the server.
    pub down: Option<u64>,
}

impl Default for Carriage {
    fn default() -> Self {
        Carriage { at_once: 3, up: None, down: None }
    }
}

/// Where a file that is fetched goes. A file that is there is never written over: another name is
/// taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Into a folder, by its own name.
    Folder(PathBuf),
    /// To a place that the person chose.
    Path(PathBuf),
}
