//! The face of the client core: intents in, events out.

mod answer;
mod event;
mod export;
mod failure;
mod intent;
mod sentences;
mod transfer;

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::ServerId;
use crate::net::protocol::Stretch;

pub use answer::{Answer, Saved, SavedAccount, SavedServer};
pub use event::{
    ClientEvent, ConversationState, GameView, LinkState, LinkedServer, PendingMessage,
};
pub use export::{Export, ExportTrouble, Format, Scope, Spot};
pub use failure::Failure;
pub use intent::Intent;
pub use sentences::{SENTENCES, fill, game_key, joining_key, sentence};
pub use transfer::{Carriage, Destination, Transfer, TransferId, TransferState, WaitsFor};

/// The wait of a link that stays down until the person decides.
pub const NO_RETRY: u64 = u64::MAX;

/// The asker's own number for an intent that is answered.
pub type Ticket = u64;

/// How a client is set up.
#[derive(Clone)]
pub struct Setup {
    /// The folder of the client's own store.
    pub home: PathBuf,
    /// What this place is called in the list of devices.
    pub device_name: String,
    /// How passwords are stretched at registration.
    pub stretch: Stretch,
    /// Called after an event was queued, from the client's thread. Must not block.
    pub wake: Arc<dyn Fn() + Send + Sync>,
}

/// A running client. Dropping it closes the link in order and ends its thread.
///
/// (Made by `Client::start(setup) -> Result<(Client, Receiver<ClientEvent>), StartError>`.)
pub struct Client {
    pub(super) intents: async_channel::Sender<Intent>,
    pub(super) events: async_channel::Sender<ClientEvent>,
    /// Taken on drop, which the thread notices even while the queue of events is full.
    pub(super) leaving: Option<async_channel::Sender<()>>,
    /// Joined on drop.
    pub(super) thread: Option<std::thread::JoinHandle<()>>,
}

/// Why a client could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Another MyChat uses this folder.
    #[error("{0} is used by another MyChat; close that one or choose another folder with --home")]
    Locked(PathBuf),
    /// The folder cannot be made or written.
    #[error("cannot write to {folder}: {error}; check its permissions and the free space")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The store in it is damaged or from a newer MyChat.
    #[error("{0}")]
    Store(String),
}

/// How the first contact with a server's key is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// A server pinned before must show its key; an unknown one raises
    /// [`ClientEvent::TrustNeeded`] and the link is closed. For addresses that people type.
    Ask,
    /// An unknown server is pinned silently. For servers found on the LAN and `--trust first`.
    First,
    /// This key and no other: an invite link, or the answer to [`ClientEvent::TrustNeeded`].
    Key(ServerId),
    /// This key from now on, instead of the one that was pinned for the address: the answer to
    /// [`ClientEvent::KeyChanged`] after the person typed its first group.
    Replace(ServerId),
}

/// A picture in memory: red, green, blue, opacity of each pixel, row by row.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Four bytes a pixel.
    pub rgba: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}

/// What a picture is looked at for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// In place of an avatar: made small enough for a list, sharp enough for a card.
    Face,
    /// The small one of a message.
    Thumb,
    /// All of it.
    Whole,
}

/// Where a picture for a chat comes from.
#[derive(Debug, Clone)]
pub enum ImageSource {
    /// A file of this computer.
    File(PathBuf),
    /// What was copied.
    Pixels(Arc<Picture>),
}

/// A square part of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crop {
    /// Left edge.
    pub x: u32,
    /// Upper edge.
    pub y: u32,
    /// Length of a side.
    pub side: u32,
    /// Quarter turns to the right, of the whole picture, before it is cut.
    pub turns: u8,
}

/// A password or token: wiped when dropped, printed as dots.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(zeroize::Zeroizing<String>);

impl Secret {
    /// Takes what was typed.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Secret(zeroize::Zeroizing::new(text.into()))
    }

    /// What was typed.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}
