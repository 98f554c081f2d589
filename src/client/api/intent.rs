//! What the person wants.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::game::{GameId, Hand};
use crate::domain::{
    AccountId, BlobId, Body, FileId, Message, Nonce, Presence, Search, Seq, ServerId, Target,
    Unsent,
};
use crate::net::address::Address;
use crate::net::protocol::{Command, Page, Query};

use super::{
    Carriage, Crop, Destination, Export, ImageSource, Picture, Secret, Spot, Ticket, TransferId,
    Trust, View,
};

/// What the person wants.
#[derive(Debug, Clone)]
pub enum Intent {
    /// Keep a link to this server, and none to another.
    Connect {
        /// Where.
        address: Address,
        /// How its key is judged.
        trust: Trust,
    },
    /// The server of the link was seen elsewhere, where it proved its key: who waits for the next try goes
    /// there.
    Follow {
        /// Which.
        server: ServerId,
        /// Where it was seen.
        address: Address,
    },
    /// Hang up and stay down; forgets who was signed in (but not the token).
    Disconnect,
    /// Do not wait for the back-off.
    ReconnectNow,
    /// Make an account. Needs a link that is up; answers `Registered`.
    Register {
        /// For the answer.
        ticket: Ticket,
        /// As typed.
        nickname: String,
        /// As typed.
        password: Secret,
        /// Where the server asks for one.
        code: Option<Secret>,
        /// A built-in avatar.
        avatar: u8,
        /// Keep the token in the store, for the next start.
        remember: bool,
    },
    /// Sign in by password; answers `SignedIn`.
    SignIn {
        /// For the answer.
        ticket: Ticket,
        /// Number or nickname, as typed.
        login: String,
        /// As typed.
        password: Secret,
        /// Keep the token in the store, for the next start.
        remember: bool,
        /// What others see from the first moment on.
        presence: Presence,
    },
    /// Sign in by a token; answers `SignedIn`. Without one, the kept token is used.
    SignInToken {
        /// For the answer.
        ticket: Ticket,
        /// Whose.
        account: AccountId,
        /// One given by the person, else the kept one.
        token: Option<Secret>,
        /// What others see from the first moment on.
        presence: Presence,
    },
    /// Give up a sign-in that is under way.
    CancelSignIn,
    /// Take the token back; answers `Done`. The link is closed by the server and dialled again.
    SignOut {
        /// For the answer.
        ticket: Ticket,
    },
    /// Say something. Kept in the outbox until the server has it; answers `Sent` then.
    Send {
        /// For the answer.
        ticket: Ticket,
        /// Whom to.
        to: Target,
        /// What.
        body: Body,
        /// The sender's name for it; chosen by the client when absent.
        nonce: Option<Nonce>,
    },
    /// Send a message again that failed.
    Retry(Nonce),
    /// Forget a message that failed.
    Discard(Nonce),
    /// What was written and not sent, to be kept for the next start; no answer.
    KeepDraft {
        /// Whom to.
        to: Target,
        /// What; nothing forgets the one before.
        draft: Unsent,
    },
    /// Messages of a conversation, from the cache and the server; answers `History`.
    History {
        /// For the answer.
        ticket: Ticket,
        /// Which.
        with: Target,
        /// Which page.
        page: Page,
        /// At most so many.
        limit: u32,
    },
    /// One look for messages, here or on the server; answers `Hits`.
    Search {
        /// For the answer.
        ticket: Ticket,
        /// In this conversation only.
        with: Option<Target>,
        /// What.
        search: Search,
        /// [`Spot::START`], or where the look before it ended.
        spot: Spot,
        /// At most so many.
        limit: u32,
    },
    /// How many messages of a conversation there are between moments; answers `Days`.
    Days {
        /// For the answer.
        ticket: Ticket,
        /// Which.
        with: Target,
        /// The moments, in order.
        starts: Vec<i64>,
    },
    /// What this computer has; answers `Here`.
    Here {
        /// For the answer.
        ticket: Ticket,
    },
    /// Write messages into a file; tells how far it is, answers `Exported`.
    Export {
        /// For the answer.
        ticket: Ticket,
        /// Which, and how.
        export: Box<Export>,
    },
    /// Give up an export, by its ticket.
    CancelExport(Ticket),
    /// This was seen by the person; answers `Done`.
    MarkRead {
        /// For the answer.
        ticket: Ticket,
        /// Which.
        with: Target,
        /// Up to here.
        seq: Seq,
    },
    /// Delete a message on this device only; answers `Done`. Works without a link.
    Hide {
        /// For the answer.
        ticket: Ticket,
        /// In which conversation.
        with: Target,
        /// Which.
        seq: Seq,
    },
    /// Who is online; answers `Online`.
    Online {
        /// For the answer.
        ticket: Ticket,
    },
    /// How to be seen; answers `Done`.
    SetPresence {
        /// For the answer.
        ticket: Ticket,
        /// How.
        presence: Presence,
    },
    /// A new password with a recovery code or an administrator's; answers `Registered`, with the
    /// next recovery code.
    Recover {
        /// For the answer.
        ticket: Ticket,
        /// Number or nickname, as typed.
        login: String,
        /// As typed; dashes, spaces and case do not matter.
        code: Secret,
        /// The new password.
        password: Secret,
        /// Keep the token in the store, for the next start.
        remember: bool,
    },
    /// Another password; all other devices are out before the answer, `Done`.
    ChangePassword {
        /// For the answer.
        ticket: Ticket,
        /// The one before.
        old: Secret,
        /// The new one.
        new: Secret,
    },
    /// Deletes the account; answers `Done`, and the account is forgotten here as well.
    DeleteAccount {
        /// For the answer.
        ticket: Ticket,
        /// Its password.
        password: Secret,
    },
    /// A change that the server answers with yes or no: profile, contacts, groups, privacy, devices,
    /// a recall.
    /// Needs a link; answers `Done`.
    Do {
        /// For the answer.
        ticket: Ticket,
        /// What. Messages, marks and signing out have intents of their own.
        command: Command,
    },
    /// A question to the server: profiles, people to be found, devices. Needs a link; answers
    /// `Looked`.
    Look {
        /// For the answer.
        ticket: Ticket,
        /// What. Logs and lists that are kept here have intents of their own.
        query: Query,
    },
    /// Whose presence is shown, besides that of friends.
    Watch(Vec<AccountId>),
    /// A picture is to be shown; told by `Picture` when it is there.
    Picture(BlobId, View),
    /// Send a picture: made fit to travel, then kept in the outbox like words; answers `Sent`. What
    /// cannot be sent is answered at once.
    SendImage {
        /// For the answer.
        ticket: Ticket,
        /// Whom to.
        to: Target,
        /// What.
        source: ImageSource,
        /// The sender's name for it; chosen by the client when absent.
        nonce: Option<Nonce>,
    },
    /// Offer a file, and bring its bytes; answers `Sent` when the offer is taken. What cannot be read
    /// or sent is answered at once.
    SendFile {
        /// For the answer.
        ticket: Ticket,
        /// Whom to.
        to: Target,
        /// Which.
        path: PathBuf,
        /// The sender's name for it; chosen by the client when absent.
        nonce: Option<Nonce>,
    },
    /// Fetch a file; answers `Transfer`.
    TakeFile {
        /// For the answer.
        ticket: Ticket,
        /// The conversation.
        with: Target,
        /// The message that offers it.
        message: Box<Message>,
        /// Where to.
        destination: Destination,
    },
    /// Say that a file is not wanted; answers `Done`.
    DeclineFile {
        /// For the answer.
        ticket: Ticket,
        /// Which.
        file: FileId,
    },
    /// Stop a transfer, to go on later; answers `Done`.
    PauseTransfer {
        /// For the answer.
        ticket: Ticket,
        /// Which.
        id: TransferId,
    },
    /// Go on with one that is paused or has failed; answers `Done`.
    ResumeTransfer {
        /// For the answer.
        ticket: Ticket,
        /// Which.
        id: TransferId,
    },
    /// Give a transfer up; a file of one's own is taken back. Answers `Done`.
    CancelTransfer {
        /// For the answer.
        ticket: Ticket,
        /// Which.
        id: TransferId,
    },
    /// Take transfers that are over off the list; what is known of them stays. Answers `Done`.
    HideTransfers {
        /// For the answer.
        ticket: Ticket,
        /// Which.
        ids: Vec<TransferId>,
    },
    /// Forget transfers that are over; no file is touched. Answers `Done`.
    ForgetTransfers {
        /// For the answer.
        ticket: Ticket,
        /// Which.
        ids: Vec<TransferId>,
    },
    /// Files that are shown: what becomes of them is told by `File`, now and from now on.
    WatchFiles(Vec<FileId>),
    /// Games that are shown: how they stand is told by `Game`, now and from now on; of boards with their
    /// moves.
    WatchGames {
        /// Cards in conversations.
        cards: Vec<GameId>,
        /// Boards that are open.
        boards: Vec<GameId>,
    },
    /// A hand at rock-paper-scissors, hidden until both have chosen; answers `Done`. Any other play goes by
    /// `Do`.
    ChooseHand {
        /// For the answer.
        ticket: Ticket,
        /// In which game.
        game: GameId,
        /// Which.
        hand: Hand,
    },
    /// How files are carried from now on.
    SetCarriage(Carriage),
    /// Write a picture of a message into a file; answers `Done`.
    SaveImage {
        /// For the answer.
        ticket: Ticket,
        /// All of it.
        picture: BlobId,
        /// Where.
        path: PathBuf,
        /// Whether a file that is there may go.
        replace: bool,
    },
    /// Reads a picture file for cropping; answers `Loaded`.
    LoadPicture {
        /// For the answer.
        ticket: Ticket,
        /// Which file.
        path: PathBuf,
    },
    /// Shows this part of a picture instead of the avatar; answers `Done`.
    SetPicture {
        /// For the answer.
        ticket: Ticket,
        /// From `LoadPicture`.
        source: Arc<Picture>,
        /// A square inside it.
        crop: Crop,
    },
    /// The person is writing. Sent at most once in 3 s, whatever is asked.
    Typing(Target),
    /// Answered by `Done` after everything that the server sent before it.
    Barrier {
        /// For the answer.
        ticket: Ticket,
    },
    /// What the cache knows of servers and accounts; answers `Saved`. Works without a link.
    Saved {
        /// For the answer.
        ticket: Ticket,
    },
    /// Forget a saved account and its token; answers `Done`.
    ForgetAccount {
        /// For the answer.
        ticket: Ticket,
        /// Of which server.
        server: ServerId,
        /// Which.
        account: AccountId,
    },
    /// Forget the token of a saved account, which stays in the list; answers `Done`.
    ForgetSignIn {
        /// For the answer.
        ticket: Ticket,
        /// Of which server.
        server: ServerId,
        /// Which.
        account: AccountId,
    },
    /// Keep a setting of this computer, such as `language` or `theme`; no answer.
    SetSetting {
        /// Its name.
        key: String,
        /// Its value.
        value: String,
    },
}

impl Intent {
    /// What its answer is known by; `None` where nothing is answered.
    #[must_use]
    pub fn ticket(&self) -> Option<Ticket> {
        match self {
            Intent::Register { ticket, .. }
            | Intent::SignIn { ticket, .. }
            | Intent::SignInToken { ticket, .. }
            | Intent::SignOut { ticket }
            | Intent::Send { ticket, .. }
            | Intent::SendImage { ticket, .. }
            | Intent::SaveImage { ticket, .. }
            | Intent::SendFile { ticket, .. }
            | Intent::TakeFile { ticket, .. }
            | Intent::DeclineFile { ticket, .. }
            | Intent::PauseTransfer { ticket, .. }
            | Intent::ResumeTransfer { ticket, .. }
            | Intent::CancelTransfer { ticket, .. }
            | Intent::ForgetTransfers { ticket, .. }
            | Intent::HideTransfers { ticket, .. }
            | Intent::History { ticket, .. }
            | Intent::Search { ticket, .. }
            | Intent::Days { ticket, .. }
            | Intent::Here { ticket }
            | Intent::Export { ticket, .. }
            | Intent::MarkRead { ticket, .. }
            | Intent::Hide { ticket, .. }
            | Intent::Online { ticket }
            | Intent::SetPresence { ticket, .. }
            | Intent::Barrier { ticket }
            | Intent::Saved { ticket }
            | Intent::Recover { ticket, .. }
            | Intent::ChangePassword { ticket, .. }
            | Intent::DeleteAccount { ticket, .. }
            | Intent::Do { ticket, .. }
            | Intent::Look { ticket, .. }
            | Intent::ChooseHand { ticket, .. }
            | Intent::LoadPicture { ticket, .. }
            | Intent::SetPicture { ticket, .. }
            | Intent::ForgetAccount { ticket, .. }
            | Intent::ForgetSignIn { ticket, .. } => Some(*ticket),
            Intent::Connect { .. }
            | Intent::Follow { .. }
            | Intent::Disconnect
            | Intent::ReconnectNow
            | Intent::CancelSignIn
            | Intent::CancelExport(_)
            | Intent::Retry(_)
            | Intent::Discard(_)
            | Intent::KeepDraft { .. }
            | Intent::Typing(_)
            | Intent::Watch(_)
            | Intent::Picture(..)
            | Intent::WatchFiles(_)
            | Intent::WatchGames { .. }
            | Intent::SetCarriage(_)
            | Intent::SetSetting { .. } => None,
        }
    }
}
