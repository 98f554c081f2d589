//! The state's border: everything that can reach it and everything that it can ask for.

use std::path::PathBuf;
use std::sync::Arc;

use crate::client::api::{
    ClientEvent, Crop, Failure, ImageSource, Intent, Picture, Secret, Ticket, View,
};
use crate::domain::{BlobId, Body, ConversationId, Message, Nonce, Seq, ServerId, Target};
use crate::net::address::Address;
use crate::net::protocol::{ClientFrame, Opaque, ServerFrame, Stretch};
use crate::store::local::{Loaded, Owner, Write};

/// Everything that can reach the state.
#[derive(Debug)]
pub enum Input {
    /// The person wants something.
    Intent(Intent),
    /// Something came of the link with this number; of older ones it is ignored.
    Link(u64, LinkInput),
    /// A step of the password exchange was computed.
    Opaque {
        /// Which.
        attempt: u64,
        /// Its bytes.
        outcome: Result<Opaque, OpaqueFailure>,
    },
    /// The store did something.
    Kept(Kept),
    /// The pictures' thread did something.
    Drawn(Drawn),
    /// Time passed.
    Tick,
}

/// What can come of a link.
#[derive(Debug)]
pub enum LinkInput {
    /// TLS stands and the other side proved this key. Nothing was sent yet.
    Secured(ServerId),
    /// TLS failed since the other side proved another key than the expected one.
    WrongKey(ServerId),
    /// No link could be made.
    Failed(Failure),
    /// A frame came.
    Frame(ServerFrame),
    /// It ended; `garbled` when what came was no frame.
    Lost {
        /// What came was no frame.
        garbled: bool,
    },
}

/// Why a step of the password exchange has no bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpaqueFailure {
    /// It is not the password.
    WrongPassword,
    /// What the server sent is no step of it.
    Garbled,
}

/// What the store did.
#[derive(Debug)]
pub enum Kept {
    /// Writes are done: on disk, or not for want of a disk.
    Written {
        /// Which.
        mark: u64,
        /// On disk.
        ok: bool,
    },
    /// What an account left behind.
    Loaded(Owner, Box<Loaded>),
    /// Cached messages.
    Messages {
        /// Which were asked for.
        mark: u64,
        /// Oldest first.
        messages: Vec<Message>,
    },
    /// The store failed.
    Trouble(String),
}

/// Everything that the state can ask for.
#[derive(Debug)]
pub enum Effect {
    /// Make a link.
    Dial {
        /// Its number.
        link: u64,
        /// Where.
        address: Address,
        /// The key that it has to prove, where one is expected.
        expected: Option<ServerId>,
    },
    /// Write to the link.
    Write(ClientFrame),
    /// Close the link behind what was written.
    HangUp,
    /// Compute a step of the password exchange.
    Opaque {
        /// For the answer.
        attempt: u64,
        /// Which.
        step: OpaqueStep,
    },
    /// Change the store.
    Keep(KeepJob),
    /// Do something with a picture.
    Picture(PictureJob),
    /// Tell the person.
    Emit(ClientEvent),
}

/// A step of the password exchange. The exchange's own state stays with whoever computes it.
#[derive(Debug)]
pub enum OpaqueStep {
    /// Begin a registration.
    RegisterStart(Secret),
    /// Finish it.
    RegisterFinish {
        /// As typed.
        password: Secret,
        /// The server's.
        response: Opaque,
        /// How.
        stretch: Stretch,
        /// Bound to it.
        server: ServerId,
    },
    /// Begin a sign-in.
    SignInStart(Secret),
    /// Finish it.
    SignInFinish {
        /// As typed.
        password: Secret,
        /// The server's.
        response: Opaque,
        /// How.
        stretch: Stretch,
        /// Bound to it.
        server: ServerId,
    },
}

/// What the store is asked for. Jobs are done in order.
#[derive(Debug)]
pub enum KeepJob {
    /// Write all of it in one transaction.
    Write {
        /// What.
        writes: Vec<Write>,
        /// Somebody waits for it; else it may be gathered with others for a moment.
        urgent: bool,
        /// For [`Kept::Written`].
        mark: u64,
    },
    /// Read what an account left behind.
    Load(Owner),
    /// Read cached messages.
    Read {
        /// Whose.
        owner: Owner,
        /// Of which conversation.
        conversation: ConversationId,
        /// The first one.
        from: Seq,
        /// The last one.
        to: Seq,
        /// For [`Kept::Messages`].
        mark: u64,
    },
}

/// A picture that is being made fit to travel: for which message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packing {
    /// Whose.
    pub owner: Owner,
    /// For the answer.
    pub ticket: Ticket,
    /// Whom to.
    pub to: Target,
    /// The message's name.
    pub nonce: Nonce,
    /// Its place among what was asked for.
    pub order: u64,
}

/// Bytes that go to the server, and their name.
pub type Parcel = (BlobId, Arc<Vec<u8>>);

/// What the pictures' thread is asked for.
#[derive(Debug)]
pub enum PictureJob {
    /// Show one that is here.
    Look(BlobId, View),
    /// Put one into the cache, and show it.
    Keep(BlobId, View, Vec<u8>),
    /// Make one fit to travel, and keep it until it is sent.
    Pack(Box<Packing>, ImageSource),
    /// Read what is to be sent with this message.
    Unpack(Nonce, [BlobId; 2]),
    /// These are sent, or given up: they move to the cache.
    Sent([BlobId; 2]),
    /// Write one that is here into a file, over one that is there if so said.
    Save(Ticket, BlobId, PathBuf, bool),
    /// Read a file for cropping.
    Load(Ticket, PathBuf),
    /// Cut a square and encode it.
    Cut(Ticket, Arc<Picture>, Crop),
}

/// What the pictures' thread did.
#[derive(Debug)]
pub enum Drawn {
    /// A picture to show; `None` when it is not here, or is none.
    Picture(BlobId, View, Option<Arc<Picture>>),
    /// A picture is fit to travel, and kept.
    Packed(Box<Packing>, Result<Body, Failure>),
    /// What is to be sent with a message; `None` when it is not here.
    Unpacked(Nonce, Option<Vec<Parcel>>),
    /// A picture was written into a file.
    Saved(Ticket, Result<(), Failure>),
    /// A file was read.
    Loaded(Ticket, Result<Arc<Picture>, Failure>),
    /// A square was cut and encoded.
    Cut(Ticket, Result<Arc<Vec<u8>>, Failure>),
}
