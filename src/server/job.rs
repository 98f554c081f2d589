//! What sessions ask of the writer, and what the writer hands on to the hub.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_channel::Sender;

use super::audience::Ties;
use super::commands::admin::News;
use super::outbox::Outbox;
use super::presence::Standing;
use crate::domain::{
    AccountId, BlobId, ConversationId, ConversationKind, DeviceId, FileId, FileStatus, Message,
    Nickname, Person, Presence, RoomId,
};
use crate::net::control::LogEvent;
use crate::net::protocol::{
    AuthStep, Command, GameNews, Refusal, Reply, RequestId, ServerFrame, Stretch,
};
use crate::net::verb::{Done, NotDone, Verb};
use crate::store::conversations::Cursors;

/// A link's number since the server started; it stands in every log line of the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u64);

/// A link that wants to be signed in.
#[derive(Clone)]
pub struct Applicant {
    /// Its number.
    pub session: SessionId,
    /// For the answer, and for everything after it.
    pub outbox: Arc<Outbox>,
    /// Where from.
    pub address: String,
    /// Program, version and system, as it said.
    pub client: String,
    /// The session's reader waits here to learn who it is. Dropping it ends the session.
    pub entered: Sender<Result<Caller, Refusal>>,
}

/// A signed-in session, as far as a command must know it.
#[derive(Clone)]
pub struct Caller {
    /// Its number.
    pub session: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// Where it is.
    pub device: DeviceId,
    /// The device's sign-in that this is. Checked inside the transaction: fencing.
    pub epoch: u64,
    /// For answers.
    pub outbox: Arc<Outbox>,
}

/// A new password, as a server keeps one.
pub struct Password {
    /// Under which random id OPAQUE ran.
    pub credential_id: [u8; 32],
    /// The OPAQUE record.
    pub file: Vec<u8>,
    /// How the password was stretched.
    pub stretch: Stretch,
}

/// A new password by a code. All chance is drawn before, so that applying it is repeatable.
pub struct Recovery {
    /// Whose.
    pub account: AccountId,
    /// The code that is spent.
    pub code: [u8; 16],
    /// The new password.
    pub password: Password,
    /// The next recovery code.
    pub fresh: [u8; 16],
}

/// An account to be made. All chance is drawn before, so that applying it is repeatable.
pub struct Registration {
    /// Its name.
    pub nickname: Nickname,
    /// Its password.
    pub password: Password,
    /// A built-in avatar.
    pub avatar: u8,
    /// 128 random bits.
    pub recovery: [u8; 16],
}

/// How a sign-in was proven.
pub enum Proof {
    /// By the password of this credential, checked by the session; the transaction checks that it is
    /// still the account's. Each password has a credential of its own. A new token is kept for the
    /// device.
    Password(Vec<u8>),
    /// By the device's token, checked by the transaction.
    Token([u8; 32]),
}

/// A sign-in.
pub struct SignIn {
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub device: DeviceId,
    /// What that place is called; `None` keeps the name.
    pub device_name: Option<String>,
    /// How it was proven.
    pub proof: Proof,
    /// What others shall see.
    pub presence: Presence,
}

/// What a session asks of the writer.
pub enum Job {
    /// Make an account and sign its device in.
    Register {
        /// Who asks.
        applicant: Applicant,
        /// For the answer.
        id: RequestId,
        /// What account.
        registration: Box<Registration>,
        /// Where.
        device: DeviceId,
        /// What that place is called.
        device_name: String,
        /// A new token.
        token: [u8; 32],
    },
    /// Sign a device in.
    SignIn {
        /// Who asks.
        applicant: Applicant,
        /// For the answer.
        id: RequestId,
        /// The sign-in.
        sign_in: SignIn,
        /// A new token, used when the proof was a password.
        token: [u8; 32],
    },
    /// Set a new password by a code, and sign a device in.
    Recover {
        /// Who asks.
        applicant: Applicant,
        /// For the answer.
        id: RequestId,
        /// What.
        recovery: Box<Recovery>,
        /// Where.
        device: DeviceId,
        /// What that place is called.
        device_name: String,
        /// A new token.
        token: [u8; 32],
    },
    /// Set a new password; the one before was proven.
    ChangePassword {
        /// Who asks.
        caller: Caller,
        /// For the answer.
        id: RequestId,
        /// The credential that was proven.
        proven: Vec<u8>,
        /// The new password.
        password: Box<Password>,
    },
    /// Delete the account; its password was proven.
    DeleteAccount {
        /// Who asks.
        caller: Caller,
        /// For the answer.
        id: RequestId,
        /// The credential that was proven.
        proven: Vec<u8>,
    },
    /// A blob's file is on disk.
    Blob {
        /// Who brought it.
        caller: Caller,
        /// For the answer.
        id: RequestId,
        /// Which.
        blob: BlobId,
        /// Its length.
        bytes: u64,
    },
    /// The bytes of a file that somebody brought lie where blobs do, whole and checked.
    KeepFile {
        /// Which.
        file: FileId,
        /// Its hash.
        root: BlobId,
        /// For the answer.
        slot: Sender<Verdict>,
    },
    /// Forget these blobs if they have had no use for long, and files that no row names; end these
    /// files if they were there for long enough.
    Sweep {
        /// Which blobs.
        blobs: Vec<BlobId>,
        /// Which files.
        files: Vec<FileId>,
    },
    /// Take some messages of a log away that nobody can read any more.
    Empty {
        /// Which.
        log: ConversationId,
    },
    /// The server has started: games go on.
    ResumeGames,
    /// The server is about to stop: what was thought until now is kept.
    PauseGames,
    /// Time has done something to games.
    Clockwork,
    /// What the server's admin asks for.
    Admin {
        /// What.
        verb: Verb,
        /// A one-time code, for verbs that give one out.
        code: [u8; 16],
        /// For the answer.
        slot: Sender<Result<Done, NotDone>>,
    },
    /// Change durable state.
    Command {
        /// Who asks.
        caller: Caller,
        /// For the answer.
        id: RequestId,
        /// What.
        command: Command,
    },
    /// How the caller wants to be seen. Through the writer, so that it keeps its place in order.
    Presence {
        /// Who.
        caller: Caller,
        /// How.
        presence: Presence,
    },
    /// Once around.
    Ping {
        /// Who asks.
        caller: Caller,
        /// For the answer.
        id: RequestId,
    },
    /// A session ended.
    Left {
        /// Which.
        session: SessionId,
    },
}

/// What the writer hands on to the hub, after the commit.
pub enum Outcome {
    /// An answer for one peer.
    Answer {
        /// Whom.
        outbox: Arc<Outbox>,
        /// What.
        frame: ServerFrame,
    },
    /// A session is signed in.
    Entered(Box<Entered>),
    /// A sign-in was turned down by the transaction.
    TurnedAway {
        /// Who asked.
        applicant: Applicant,
        /// For the answer.
        id: RequestId,
        /// Why.
        refusal: Refusal,
    },
    /// A message took its place.
    Appended {
        /// The message.
        message: Message,
        /// It shakes the other side's windows; that was asked for at this uptime.
        shakes: Option<Duration>,
        /// What it changes in the books of both, told before it.
        notices: Vec<Message>,
    },
    /// Books changed, and everybody whose book it is gets told.
    Booked {
        /// Who asked.
        caller: Caller,
        /// For the answer.
        id: RequestId,
        /// Notices and lines of rooms, in order.
        messages: Vec<Message>,
        /// The answer, where it is not `Done`.
        reply: Option<Box<Reply>>,
    },
    /// A profile changed.
    Profile {
        /// Who asked.
        caller: Caller,
        /// For the answer.
        id: RequestId,
        /// As it is now.
        person: Person,
    },
    /// Devices were signed out by another one.
    Revoked {
        /// Who asked.
        caller: Caller,
        /// For the answer.
        id: RequestId,
        /// Which.
        revoked: Vec<DeviceId>,
        /// The answer, where it is not `Done`.
        answer: Option<AuthStep>,
    },
    /// An account was deleted.
    Deleted {
        /// Who asked.
        caller: Caller,
        /// For the answer.
        id: RequestId,
        /// What is left of it.
        person: Person,
        /// Notices to those who knew it, and lines of its rooms.
        messages: Vec<Message>,
    },
    /// A blob was taken or not. One that is not kept leaves a file that goes.
    Blob {
        /// Whom to tell.
        outbox: Arc<Outbox>,
        /// What.
        frame: ServerFrame,
        /// Which.
        blob: BlobId,
        /// Whether a row names it.
        is_kept: bool,
    },
    /// Whether a file that was brought is kept.
    Kept {
        /// Whom to tell.
        slot: Sender<Verdict>,
        /// What.
        verdict: Verdict,
        /// Where its bytes lie.
        blob: BlobId,
        /// Whether a row names that.
        is_named: bool,
        /// The line of the event log, where it came whole just now.
        sent: Option<Box<LogEvent>>,
    },
    /// Files are in another state; told before the rest.
    Files {
        /// Which.
        files: Vec<FileChange>,
        /// What came of the job besides.
        rest: Box<Outcome>,
    },
    /// Games went on; told before the rest.
    Games {
        /// Which, and how.
        games: Vec<GameChange>,
        /// What came of the job besides.
        rest: Box<Outcome>,
    },
    /// Blobs were forgotten: their files go.
    Swept {
        /// Which.
        blobs: Vec<BlobId>,
    },
    /// The server's admin gets an answer.
    Admin {
        /// The answer.
        result: Result<Done, NotDone>,
        /// What others hear of it.
        news: Box<News>,
        /// Where to.
        slot: Sender<Result<Done, NotDone>>,
    },
    /// A cursor moved.
    Moved {
        /// Who moved it.
        caller: Caller,
        /// For the answer.
        id: RequestId,
        /// Where.
        conversation: ConversationId,
        /// What that is.
        kind: ConversationKind,
        /// How far the account was.
        before: Cursors,
        /// How far now.
        cursors: Cursors,
    },
    /// How a session wants to be seen.
    Presence {
        /// Which.
        session: SessionId,
        /// How.
        presence: Presence,
    },
    /// A device was signed out by itself.
    SignedOut {
        /// Which session asked.
        caller: Caller,
        /// For the answer.
        id: RequestId,
    },
    /// A session ended.
    Left {
        /// Which.
        session: SessionId,
    },
}

impl Outcome {
    /// The same, behind what became of files.
    #[must_use]
    pub fn behind(self, files: Vec<FileChange>) -> Outcome {
        match files.is_empty() {
            true => self,
            false => Outcome::Files { files, rest: Box::new(self) },
        }
    }

    /// The same, behind what became of games.
    #[must_use]
    pub fn behind_games(self, games: Vec<GameChange>) -> Outcome {
        match games.is_empty() {
            true => self,
            false => Outcome::Games { games, rest: Box::new(self) },
        }
    }

    /// What became of files.
    #[must_use]
    pub fn files(&self) -> &[FileChange] {
        match self {
            Outcome::Files { files, .. } => files,
            Outcome::Games { rest, .. } => rest.files(),
            _ => &[],
        }
    }

    /// What it is besides what became of files and games.
    #[must_use]
    pub fn rest(&self) -> &Outcome {
        match self {
            Outcome::Files { rest, .. } | Outcome::Games { rest, .. } => rest.rest(),
            other => other,
        }
    }
}

/// A file is in another state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Which.
    pub file: FileId,
    /// How it stands now.
    pub status: FileStatus,
    /// Who hears of it.
    pub told: Told,
    /// The blob that nothing needs any more: its file goes.
    pub left: Option<BlobId>,
}

/// A game went on, or its invitation was answered; everybody in its conversation hears of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GameChange {
    /// What is told.
    pub news: GameNews,
}

/// Who hears of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// All members of a conversation.
    All(ConversationKind),
    /// These.
    Some(Vec<AccountId>),
}

/// What became of a file that was brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is kept.
    Kept,
    /// Its bytes do not lie there any more: bring them there again.
    Missing,
    /// It had ended.
    Gone,
    /// That could not be done, and was logged.
    Failed,
}

/// The blobs' files that a commit leaves without a row. What was swept and then taken again in the same
/// batch stays.
#[must_use]
pub fn left_files(outcomes: &[Outcome]) -> BTreeSet<BlobId> {
    let mut left = BTreeSet::new();
    for outcome in outcomes {
        left.extend(outcome.files().iter().filter_map(|change| change.left));
        match outcome.rest() {
            Outcome::Swept { blobs } => left.extend(blobs.iter().copied()),
            Outcome::Blob { blob, is_kept: true, .. }
            | Outcome::Kept { blob, is_named: true, .. } => drop(left.remove(blob)),
            Outcome::Blob { blob, is_kept: false, .. }
            | Outcome::Kept { blob, is_named: false, .. } => drop(left.insert(*blob)),
            _ => {}
        }
    }
    left
}

/// A session that is signed in.
pub struct Entered {
    /// Who asked.
    pub applicant: Applicant,
    /// For the answer.
    pub id: RequestId,
    /// Who it is now.
    pub caller: Caller,
    /// As others know it.
    pub person: Person,
    /// How it is to be seen.
    pub standing: Standing,
    /// The answer.
    pub step: AuthStep,
    /// The account was just made.
    pub is_new: bool,
    /// Devices that were forgotten to make room for this one: their sessions are over.
    pub forgotten: Vec<DeviceId>,
    /// What its book says about who may see what.
    pub ties: Ties,
    /// The rooms that it is in.
    pub rooms: Vec<RoomId>,
    /// When, by the wall.
    pub since: i64,
}
