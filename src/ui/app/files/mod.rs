//! Files in the windows: what is on its way, what has become of those that are shown, what is done with
//! them. [`look`] words them for a card, [`amounts`] words bytes and times, `sending` is what was chosen,
//! dropped or pasted; [`receiving`] is what is fetched without asking, and [`danger`] what never is; [`list`] is the window of all transfers and [`shelf`] that of the files of one
//! conversation, whose [`rows`] look alike.

pub mod amounts;
pub mod danger;
pub mod list;
pub mod look;
pub mod receiving;
pub mod rows;
mod sending;
pub mod shelf;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

use super::chats::EntryId;
use super::contacts::Confirm;
use super::{Asked, Effect, Model};
use crate::client::api::{Destination, Failure, Transfer, TransferId, TransferState, WaitsFor};
use crate::client::{Answer, Intent};
use crate::domain::{Body, FileId, FileState, FileStatus, FileWay, Message, Seq, Target};
use crate::ui::transcript::card::Deed;

pub use sending::{AT_ONCE_BYTES, AT_ONCE_FILES, Chosen, Kind};

/// Files of one chat that are watched, the newest ones: more than a person scrolls through at once.
const WATCHED_IN_CHAT: usize = 100;
/// What can be done with a card stands for so long before it can be pressed: the second press of a double
/// click is not meant for what came below the pointer.
const GUARD_MS: u64 = 600;

/// Files that were sent with one choice began so close to each other.
const TOGETHER_MS: u64 = 100;

/// What is known of files.
#[derive(Debug, Default)]
pub struct Files {
    transfers: BTreeMap<TransferId, Transfer>,
    /// The newest transfer of each file.
    of_file: BTreeMap<FileId, TransferId>,
    statuses: BTreeMap<FileId, FileStatus>,
    /// Received files that are not where they were put any more.
    missing: BTreeSet<TransferId>,
    watched: Vec<FileId>,
    /// The card that was pressed last, and when.
    pressed: Option<(Target, EntryId, u64)>,
    /// When what can be done with a transfer changed.
    turned: BTreeMap<TransferId, u64>,
    /// The window of all transfers, while it is open.
    pub list: Option<list::List>,
    /// The window of the files of a conversation, while it is open.
    pub shelf: Option<shelf::Shelf>,
    /// How much one keeps on the server, as far as that is known.
    pub quota: Option<rows::Quota>,
    /// Changes whenever anything of it may have changed.
    pub version: u64,
}

/// Something about files.
#[derive(Clone)]
pub enum FilesMsg {
    /// Do this with the file of a message.
    Deed(Target, EntryId, Deed),
    /// Fetch the file of a message to this place.
    TakeTo(Target, Seq, PathBuf),
    /// What was chosen, dropped or pasted was looked at.
    Chosen(Target, Vec<Chosen>),
    /// Send these; they were asked about.
    Send(Target, Vec<PathBuf>),
    /// A received file is not there any more.
    Missing(TransferId),
    /// Take one's own file back from the server: is asked before.
    TakeBack(Target, Seq),
    /// Received files go there from now on.
    Folder(PathBuf),
    /// Received files go where they go unless the person says otherwise.
    UsualFolder,
    /// In the window of all transfers.
    List(list::ListMsg),
    /// In the window of the files of a conversation.
    Shelf(shelf::ShelfMsg),
}

/// What the windows of files are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilesEffect {
    /// Bring the window of all transfers to the front.
    RaiseList,
    /// Bring that of the files of a conversation to the front.
    RaiseShelf,
    /// Show a folder of this computer.
    Show(PathBuf),
}

/// A file of this computer that is to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The transfer that brought it.
    pub id: TransferId,
    /// Where it is.
    pub path: PathBuf,
    /// Its folder is shown instead.
    pub is_folder: bool,
}

impl fmt::Debug for FilesMsg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FilesMsg::Deed(_, id, deed) => write!(f, "{deed:?}({id:?})"),
            FilesMsg::TakeTo(_, seq, _) => write!(f, "TakeTo({seq:?})"),
            FilesMsg::Chosen(_, files) => write!(f, "Chosen({})", files.len()),
            FilesMsg::Send(_, files) => write!(f, "Send({})", files.len()),
            FilesMsg::TakeBack(_, seq) => write!(f, "TakeBack({seq:?})"),
            FilesMsg::Folder(_) => f.write_str("Folder"),
            FilesMsg::UsualFolder => f.write_str("UsualFolder"),
            FilesMsg::Missing(id) => write!(f, "Missing({id:?})"),
            FilesMsg::List(_) => f.write_str("List"),
            FilesMsg::Shelf(_) => f.write_str("Shelf"),
        }
    }
}

impl Files {
    /// Nothing of what is known holds any more; windows stand.
    pub(in crate::ui::app) fn begin_anew(&mut self) {
        let Files { list, shelf, version, .. } = std::mem::take(self);
        *self = Files { list, shelf, version: version + 1, ..Files::default() };
    }

    /// All transfers, the newest first; those that were sent together as they were sent.
    #[must_use]
    pub fn all(&self) -> Vec<&Transfer> {
        let mut all: Vec<&Transfer> = self.transfers.values().collect();
        all.sort_by_key(|transfer| (std::cmp::Reverse(transfer.began), transfer.id));
        as_sent(&mut all);
        all
    }

    /// How many are on their way, or wait for it by themselves.
    #[must_use]
    pub fn open_count(&self) -> usize {
        let is_open = |one: &&Transfer| {
            matches!(one.state, TransferState::Running | TransferState::Waiting(_))
        };
        self.transfers.values().filter(is_open).count()
    }

    /// One transfer.
    #[must_use]
    pub fn get(&self, id: TransferId) -> Option<&Transfer> {
        self.transfers.get(&id)
    }

    /// The newest transfer of a file.
    #[must_use]
    pub fn of(&self, file: FileId) -> Option<&Transfer> {
        self.of_file.get(&file).and_then(|id| self.transfers.get(id))
    }

    /// What has become of a file on the server, as far as that is known.
    #[must_use]
    pub fn status(&self, file: FileId) -> Option<&FileStatus> {
        self.statuses.get(&file)
    }

    /// Whether the server has a file: as long as nobody knows, it may.
    #[must_use]
    pub fn may_be_there(&self, file: FileId) -> bool {
        self.status(file).is_none_or(|status| status.state.is_open())
    }

    /// Whether what was received is not there any more.
    #[must_use]
    pub fn is_missing(&self, id: TransferId) -> bool {
        self.missing.contains(&id)
    }

    /// Whether a window is open that says how much one keeps on the server.
    fn shows_quota(&self) -> bool {
        self.list.is_some() || self.shelf.is_some()
    }

    fn put(&mut self, transfer: Transfer) {
        if let Some(file) = transfer.file {
            let known = self.of_file.get(&file).and_then(|id| self.transfers.get(id));
            if known.is_none_or(|known| known.began <= transfer.began) {
                self.of_file.insert(file, transfer.id);
            }
        }
        if transfer.state == TransferState::Running {
            self.missing.remove(&transfer.id);
        }
        self.transfers.insert(transfer.id, transfer);
    }
}

impl Model {
    pub(super) fn transfers_came(&mut self, all: Vec<Transfer>) {
        self.files.version += 1;
        (self.files.transfers, self.files.of_file) = Default::default();
        for transfer in all {
            self.chats.at(transfer.with);
            self.files.put(transfer);
        }
    }

    pub(super) fn transfer_came(&mut self, transfer: Transfer, out: &mut Vec<Effect>) {
        self.files.version += 1;
        // Its card is another one.
        self.chats.at(transfer.with);
        self.show_received(&transfer, out);
        let is_open = |one: &Transfer| !one.state.is_over();
        let was_open = self.files.get(transfer.id).is_some_and(is_open);
        let before = self.files.get(transfer.id).map(|one| kind(&one.state));
        if before.is_some_and(|before| before != kind(&transfer.state)) {
            self.files.turned.insert(transfer.id, self.now.mono_ms);
        }
        let is_news = transfer.way == FileWay::Up && was_open != is_open(&transfer);
        self.files.put(transfer);
        if is_news {
            self.ask_quota(out);
        }
    }

    pub(super) fn transfers_gone(&mut self, ids: &[TransferId]) {
        self.files.version += 1;
        for id in ids {
            if let Some(transfer) = self.files.transfers.remove(id) {
                self.chats.at(transfer.with);
            }
            self.files.missing.remove(id);
            self.files.turned.remove(id);
        }
        let transfers = &self.files.transfers;
        self.files.of_file.retain(|_, id| transfers.contains_key(id));
    }

    pub(super) fn file_came(&mut self, file: FileId, status: FileStatus, out: &mut Vec<Effect>) {
        let before = self.files.statuses.insert(file, status);
        if before == Some(status) {
            return;
        }
        if before.is_some_and(|before| before.state != status.state) {
            self.ask_quota(out);
        }
        self.files.version += 1;
        if let Some(target) = self.chats.of_conversation(file.conversation) {
            self.chats.at(target);
        }
    }

    /// Tells the client which files are shown, when these are others than before.
    pub(super) fn watch_files(&mut self, out: &mut Vec<Effect>) {
        let mut files = BTreeSet::new();
        for (_, chat) in self.chats.iter().filter(|(_, chat)| chat.open) {
            let offers = chat.messages.values().rev().filter(|one| is_file(one));
            files.extend(offers.take(WATCHED_IN_CHAT).map(file_of));
        }
        files.extend(self.files.transfers.values().filter_map(|transfer| transfer.file));
        files.extend(self.shelf_watched());
        if !files.iter().eq(self.files.watched.iter()) {
            self.files.watched = files.iter().copied().collect();
            self.files.statuses.retain(|file, _| files.contains(file));
            out.push(Effect::Ask(Intent::WatchFiles(self.files.watched.clone())));
        }
    }

    pub(super) fn files_msg(&mut self, msg: FilesMsg, out: &mut Vec<Effect>) {
        match msg {
            FilesMsg::Deed(target, id, deed) if self.may_press(target, id) => {
                self.files.pressed = Some((target, id, self.now.mono_ms));
                self.deed(target, id, deed, out);
            }
            FilesMsg::Deed(..) => {}
            FilesMsg::TakeTo(target, seq, path) => {
                self.take_file(target, seq, Destination::Path(path), out);
            }
            FilesMsg::Chosen(target, files) => self.files_chosen(target, files, out),
            FilesMsg::Send(target, files) => self.send_files(target, files, out),
            FilesMsg::TakeBack(target, seq) => {
                if let Some(message) = self.offered(target, seq) {
                    out.push(Effect::Confirm(Confirm::TakeBack(file_of(&message))));
                }
            }
            FilesMsg::Folder(folder) => self.set_folder(folder, out),
            FilesMsg::UsualFolder => self.reset_folder(out),
            FilesMsg::List(msg) => self.list_msg(msg, out),
            FilesMsg::Shelf(msg) => self.shelf_msg(msg, out),
            FilesMsg::Missing(id) => {
                self.files.version += 1;
                self.files.missing.insert(id);
                if let Some(target) = self.files.get(id).map(|transfer| transfer.with) {
                    self.chats.at(target);
                }
                let file = self.files.get(id).and_then(|transfer| transfer.file);
                let is_there = file.is_some_and(|file| self.files.may_be_there(file));
                out.push(Effect::Tell(if is_there { "file.missing" } else { "file.missing.gone" }));
            }
        }
    }

    /// The transfer behind the card of a message.
    fn transfer_of(&self, target: Target, id: EntryId) -> Option<&Transfer> {
        match id {
            EntryId::Nonce(nonce) => self.files.get(TransferId(nonce)),
            EntryId::Seq(seq) => self.files.of(file_of(&self.offered(target, seq)?)),
        }
    }

    /// Whether the buttons of a card stand long enough to have been meant.
    fn may_press(&self, target: Target, id: EntryId) -> bool {
        let is_fresh = |at: u64| self.now.mono_ms < at + GUARD_MS;
        let turned =
            self.transfer_of(target, id).and_then(|one| self.files.turned.get(&one.id).copied());
        let pressed = self.files.pressed.filter(|(with, one, _)| (*with, *one) == (target, id));
        !turned.is_some_and(is_fresh) && !pressed.is_some_and(|(_, _, at)| is_fresh(at))
    }

    fn deed(&mut self, target: Target, id: EntryId, deed: Deed, out: &mut Vec<Effect>) {
        let transfer = self.transfer_of(target, id).cloned();
        match (deed, transfer, id) {
            (Deed::Take, _, EntryId::Seq(seq)) => {
                let folder = Destination::Folder(self.download_folder());
                self.take_file(target, seq, folder, out);
            }
            (Deed::SaveAs, _, EntryId::Seq(seq)) => {
                if let Some(Body::File { name, .. }) = self.offered(target, seq).map(|one| one.body)
                {
                    out.push(Effect::AskFilePlace(target, seq, name));
                }
            }
            (Deed::Decline, _, EntryId::Seq(seq)) => {
                out.push(Effect::Confirm(Confirm::Decline(target, seq)));
            }
            (Deed::SendAgain, Some(transfer), _) => self.send_again(&transfer, out),
            (Deed::Remove, transfer, id) => self.remove_file_message(target, id, transfer, out),
            (deed, Some(transfer), _) => self.transfer_deed(&transfer, deed, out),
            _ => {}
        }
    }

    /// Does something with a transfer, wherever it is shown.
    pub fn transfer_deed(&mut self, transfer: &Transfer, deed: Deed, out: &mut Vec<Effect>) {
        let (id, path) = (transfer.id, transfer.path.clone());
        match deed {
            Deed::Pause => {
                self.ask(Asked::File, |ticket| Intent::PauseTransfer { ticket, id }, out);
            }
            Deed::Resume if self.goes_elsewhere(transfer) => {
                // Where it was to be nothing can be written: the folder is another one now.
                let folder = Destination::Folder(self.download_folder());
                if let Some(file) = transfer.file {
                    self.take_file(transfer.with, file.seq, folder, out);
                }
            }
            Deed::Resume => {
                self.ask(Asked::File, |ticket| Intent::ResumeTransfer { ticket, id }, out);
            }
            Deed::Cancel => {
                self.ask(Asked::File, |ticket| Intent::CancelTransfer { ticket, id }, out);
            }
            Deed::Open => out.push(Effect::OpenFile(Opening { id, path, is_folder: false })),
            Deed::OpenFolder => out.push(Effect::OpenFile(Opening { id, path, is_folder: true })),
            Deed::SendAgain => self.send_again(transfer, out),
            Deed::Take | Deed::SaveAs | Deed::Decline | Deed::Remove | Deed::Game(_) => {}
        }
    }

    /// The person is sure that the file is not wanted.
    pub(super) fn decline_file(&mut self, target: Target, seq: Seq, out: &mut Vec<Effect>) {
        if let Some(file) = self.offered(target, seq).map(|message| file_of(&message)) {
            self.ask(Asked::File, |ticket| Intent::DeclineFile { ticket, file }, out);
        }
    }

    /// What a file is called, wherever it is known.
    #[must_use]
    pub fn file_name(&self, file: FileId) -> String {
        match self.chats.of_conversation(file.conversation) {
            Some(target) => self.offered_name(target, file.seq),
            None => self.shelf_name(file),
        }
    }

    /// One's own files in a conversation that the server has, whole.
    #[must_use]
    pub fn takeable(&self, target: Target) -> Vec<Seq> {
        let me = self.my_account();
        let is_kept = |message: &&Message| {
            let status = self.files.status(file_of(message));
            status.is_some_and(|status| status.state == FileState::Kept)
        };
        let messages = self.chats.get(target).into_iter().flat_map(|chat| chat.messages.values());
        let own = messages.filter(|one| is_file(one) && Some(one.from) == me);
        own.filter(is_kept).map(|one| one.seq).collect()
    }

    /// What the file of a message is called.
    #[must_use]
    pub fn offered_name(&self, target: Target, seq: Seq) -> String {
        match self.offered(target, seq).map(|message| message.body) {
            Some(Body::File { name, .. }) => name,
            _ => String::new(),
        }
    }

    /// Whether what could not be written goes to the folder of now instead of the one of then.
    fn goes_elsewhere(&self, transfer: &Transfer) -> bool {
        has_no_place(transfer)
            && transfer.file.is_some()
            && transfer.path.parent() != Some(&self.download_folder())
    }

    fn take_file(&mut self, with: Target, seq: Seq, to: Destination, out: &mut Vec<Effect>) {
        let Some(message) = self.offered(with, seq) else { return };
        let (message, destination) = (Box::new(message), to);
        let ask = |ticket| Intent::TakeFile { ticket, with, message, destination };
        self.ask(Asked::File, ask, out);
    }

    /// What failed goes on where it can; else the file is offered anew.
    fn send_again(&mut self, transfer: &Transfer, out: &mut Vec<Effect>) {
        // What the server has not taken yet is open, and so is what nothing is known of.
        let status = transfer.file.and_then(|file| self.files.status(file));
        let is_open = status.is_none_or(|status| status.state == FileState::Coming);
        let is_changed = matches!(
            transfer.state,
            TransferState::Failed(Failure::SourceChanged | Failure::SourceGone)
        );
        if transfer.way == FileWay::Up && is_open && !is_changed {
            return self.transfer_deed(transfer, Deed::Resume, out);
        }
        let (id, to, path) = (transfer.id, transfer.with, transfer.path.clone());
        if is_open {
            self.transfer_deed(transfer, Deed::Cancel, out);
        }
        let ids = vec![id];
        self.ask(Asked::Other, |ticket| Intent::ForgetTransfers { ticket, ids }, out);
        self.send_files(to, vec![path], out);
    }

    /// The message goes from this computer; what was on its way for it is given up.
    fn remove_file_message(
        &mut self,
        target: Target,
        id: EntryId,
        transfer: Option<Transfer>,
        out: &mut Vec<Effect>,
    ) {
        if let Some(transfer) = transfer {
            if !transfer.state.is_over() || matches!(transfer.state, TransferState::Failed(_)) {
                self.transfer_deed(&transfer, Deed::Cancel, out);
            }
            let ids = vec![transfer.id];
            self.ask(Asked::Other, |ticket| Intent::ForgetTransfers { ticket, ids }, out);
        }
        match id {
            EntryId::Seq(seq) => {
                let ask = |ticket| Intent::Hide { ticket, with: target, seq };
                self.ask(Asked::Hide(target), ask, out);
            }
            EntryId::Nonce(nonce) => out.push(Effect::Ask(Intent::Discard(nonce))),
        }
    }

    /// What was asked about a file was done, or why not.
    pub(super) fn file_answered(result: Result<Answer, Failure>, out: &mut Vec<Effect>) {
        if let Err(why) = result {
            out.push(Effect::Say(why));
        }
    }

    /// Where received files go: each account of this computer has a folder, unless one was chosen.
    #[must_use]
    pub fn download_folder(&self) -> PathBuf {
        let of_account = || match self.my_account() {
            Some(account) => self.downloads.join(account.0.to_string()),
            None => self.downloads.clone(),
        };
        self.settings.folder.clone().unwrap_or_else(of_account)
    }
}

/// Neighbours that were sent together stand as they were sent.
fn as_sent(all: &mut [&Transfer]) {
    let together = |a: &&Transfer, b: &&Transfer| {
        a.with == b.with && a.way == b.way && a.began.abs_diff(b.began) <= TOGETHER_MS
    };
    for run in all.chunk_by_mut(together) {
        run.sort_by_key(|transfer| (transfer.began, transfer.id));
    }
}

/// The file that a message offers.
#[must_use]
pub fn file_of(message: &Message) -> FileId {
    FileId { conversation: message.conversation, seq: message.seq }
}

fn is_file(message: &Message) -> bool {
    matches!(message.body, Body::File { .. })
}

/// Whether a download failed because of the folder that it was to go to.
fn has_no_place(transfer: &Transfer) -> bool {
    let failure = TransferState::Failed;
    transfer.way == FileWay::Down
        && (transfer.state == failure(Failure::SaveDenied)
            || transfer.state == failure(Failure::SaveFull))
}

/// Changes with what can be done with a transfer.
fn kind(state: &TransferState) -> u8 {
    match state {
        TransferState::Waiting(WaitsFor::Offer) => 0,
        TransferState::Waiting(_) | TransferState::Running => 1,
        TransferState::Paused => 2,
        TransferState::Done => 3,
        TransferState::Failed(_) => 4,
        TransferState::Cancelled | TransferState::Declined | TransferState::Expired => 5,
    }
}
