//! The state's border: everything that can reach it and everything that it can ask for.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::client::api::{
    Carriage, ClientEvent, Crop, Failure, ImageSource, Intent, Picture, Secret, Ticket, TransferId,
    View,
};
use crate::domain::{
    BlobId, Body, ConversationId, FileWay, Message, Nonce, Place, Search, Seq, ServerId, Tally,
    Target,
};
use crate::net::address::Address;
use crate::net::protocol::{ClientFrame, Opaque, Refusal, ServerFrame, Stretch};
use crate::store::local::{Loaded, Owner, Write};
use crate::store::seek::{Found, Span};

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
    /// The exports' thread did something.
    Filed(Filed),
    /// Something came of a file on its way.
    Carried(Carried),
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
    /// An answer to a question.
    Told {
        /// Which was asked.
        mark: u64,
        /// What.
        told: Told,
    },
    /// Pictures that no message has any more. Nobody asked.
    Unused(BTreeSet<BlobId>),
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
    /// Do something with an exported file.
    File(FileJob),
    /// Do something with a file on its way.
    Carry(CarryJob),
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
    /// Answer a question.
    Ask {
        /// Whose.
        owner: Owner,
        /// What.
        question: Box<Question>,
        /// For [`Kept::Told`].
        mark: u64,
    },
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

/// What the store is asked.
#[derive(Debug)]
pub enum Question {
    /// Messages that a search means.
    Search {
        /// Where.
        spans: Vec<Span>,
        /// What.
        search: Search,
        /// From before this place on.
        before: Place,
        /// At most so many.
        limit: u32,
    },
    /// How many messages there are between moments.
    Count {
        /// Where.
        span: Span,
        /// The moments.
        starts: Vec<i64>,
    },
    /// How large the store is.
    Bytes,
}

/// What the store answers.
#[derive(Debug)]
pub enum Told {
    /// Messages.
    Found {
        /// Those.
        found: Found,
        /// The newest message with which a span begins that has earlier ones elsewhere.
        edge: Option<Place>,
    },
    /// Counts.
    Counted(Vec<Tally>),
    /// Bytes.
    Bytes(u64),
    /// It could not be read.
    Nothing,
}

/// What the exports' thread is asked for; each job but the last kind is answered.
#[derive(Debug)]
pub enum FileJob {
    /// Make a file, under another name for now.
    Begin {
        /// For the answer.
        ticket: Ticket,
        /// Its name.
        path: PathBuf,
        /// Another file of that name may go.
        replace: bool,
        /// It gets a folder of pictures beside it.
        pictures: bool,
        /// Its beginning.
        text: String,
    },
    /// Write on.
    Part {
        /// For the answer.
        ticket: Ticket,
        /// What.
        text: String,
    },
    /// Write the end, and give it its name.
    Finish {
        /// For the answer.
        ticket: Ticket,
        /// What.
        text: String,
    },
    /// Give it up.
    Drop {
        /// Which.
        ticket: Ticket,
    },
}

/// What the exports' thread did.
#[derive(Debug)]
pub struct Filed {
    /// Of which export.
    pub ticket: Ticket,
    /// The bytes in its file.
    pub result: Result<u64, Failure>,
    /// Where its pictures are written for now.
    pub pictures: Option<PathBuf>,
}

/// A picture that is being made fit to travel, or a file that is looked at: for which message.
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
    /// When it was asked for, milliseconds since 1970 UTC.
    pub began: i64,
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
    /// No message has these any more: the cache forgets them.
    Forget(BTreeSet<BlobId>),
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

/// What is asked for about files on their way.
#[derive(Debug)]
pub enum CarryJob {
    /// See what a file is, before it is offered.
    Look(Box<Packing>, PathBuf),
    /// Carry one. A trip of the same transfer that has not ended yet ends first.
    Go(Box<Trip>),
    /// Stop it; it still says how it ended.
    Stop(TransferId),
    /// Take away what a download to this place keeps beside it.
    Sweep(TransferId, PathBuf),
    /// How fast all of them go together, from now on.
    Throttle(Carriage),
}

/// One try to carry a file, on a link of its own.
#[derive(Clone, PartialEq, Eq)]
pub struct Trip {
    /// Of which transfer.
    pub id: TransferId,
    /// Which try; of older ones it is ignored what they say.
    pub number: u64,
    /// Which way.
    pub way: FileWay,
    /// What is read, or the name that is wanted.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: u64,
    /// When what is read was written to last.
    pub modified: Option<i64>,
    /// Where the server is.
    pub address: Address,
    /// Who it has to be.
    pub server: ServerId,
    /// What opens the link.
    pub ticket: [u8; 32],
}

impl std::fmt::Debug for Trip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Trip({:?}, {}, {:?}, {} bytes)", self.id, self.number, self.way, self.bytes)
    }
}

/// What a file is that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What it is called, as `file_name` has it.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
    /// When it was written to last, nanoseconds since 1970 UTC, where that can be told.
    pub modified: Option<i64>,
}

/// What came of a file on its way.
#[derive(Debug)]
pub enum Carried {
    /// It was looked at.
    Looked(Box<Packing>, PathBuf, Result<Source, Failure>),
    /// Bytes moved.
    Went {
        /// Of which transfer.
        id: TransferId,
        /// Of which try.
        number: u64,
        /// So many bytes went over this link.
        moved: u64,
        /// So many bytes of the file are proven.
        done: u64,
    },
    /// The link is alive, and its sender has no more for now.
    Waits {
        /// Of which transfer.
        id: TransferId,
        /// Of which try.
        number: u64,
    },
    /// A try is over.
    Ended {
        /// Of which transfer.
        id: TransferId,
        /// Of which try.
        number: u64,
        /// So many bytes of the file are proven.
        done: u64,
        /// How.
        end: CarryEnd,
    },
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CarryEnd {
    /// It is whole, checked, and here; of an upload, where it was read.
    Whole(PathBuf),
    /// There was no link, or it broke, or it was stopped.
    Cut,
    /// The server said no.
    Refused(Refusal),
    /// It cannot go on like this.
    Failed(Failure),
}
