//! The rows of the two windows that list files: what each shows, and what can be done with it.

use crate::client::api::{Transfer, TransferId, TransferState, WaitsFor};
use crate::domain::{AccountId, FileId, FileState, FileStatus, FileWay, Message, Seq, Target};
use crate::ui::app::{Model, time};
use crate::ui::text::Language;
use crate::ui::transcript::card::Tone;

use super::look::Look;
use super::{amounts, has_no_place};

/// What a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// A transfer of this computer.
    Transfer(TransferId),
    /// What a message of the conversation offers.
    Offer(Seq),
}

/// Something that can be done with the file of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Open it.
    Open,
    /// Show the folder that it is in.
    Folder,
    /// Fetch it into the usual folder, for the first time or again.
    Fetch,
    /// Fetch it to a place that is asked for.
    SaveAs,
    /// Stop for a while.
    Pause,
    /// Go on.
    Resume,
    /// Try again what failed.
    Retry,
    /// Give it up.
    GiveUp,
    /// Say that it is not wanted.
    Decline,
    /// Take one's own file back from the server.
    TakeBack,
    /// Show the message that offers it.
    Show,
    /// Take the row off the list.
    Forget,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it stands for.
    pub key: Key,
    /// What the file is called.
    pub name: String,
    /// Whom it comes from or goes to.
    pub who: String,
    /// How it stands, or when that was.
    pub state: String,
    /// How that sounds.
    pub tone: Tone,
    /// How large it is, or how much of it is there.
    pub size: String,
    /// How much of a thousand parts is there, while it is on its way.
    pub progress: Option<u16>,
    /// A sentence for the tooltip; empty for none.
    pub hint: String,
    /// What stands at its right, at most two; a menu takes the place of the second one.
    pub buttons: Vec<Choice>,
    /// What its menu has.
    pub menu: Vec<Choice>,
    /// It goes on by itself or can; its menu is no button then.
    pub is_open: bool,
}

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Words over the rows below, and what can be done with all of those.
    Head(String, Option<Bulk>),
    /// A file.
    File(Box<Row>),
}

/// What can be done with all rows below a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bulk {
    /// They stop for a while.
    Pause,
    /// They go on.
    Resume,
    /// They go off the list.
    Clear,
}

impl Row {
    /// What a double click or Enter does.
    #[must_use]
    pub fn usual(&self) -> Option<Choice> {
        let usual = [Choice::Open, Choice::Fetch, Choice::Resume, Choice::Retry];
        usual.into_iter().find(|choice| self.can(*choice))
    }

    /// What the space bar does.
    #[must_use]
    pub fn switch(&self) -> Option<Choice> {
        let switches = [Choice::Pause, Choice::Resume, Choice::Retry];
        switches.into_iter().find(|choice| self.can(*choice))
    }

    /// What the delete key does.
    #[must_use]
    pub fn removal(&self) -> Option<Choice> {
        let removals = [Choice::GiveUp, Choice::Forget, Choice::TakeBack];
        removals.into_iter().find(|choice| self.can(*choice))
    }

    fn can(&self, choice: Choice) -> bool {
        self.menu.contains(&choice)
    }
}

/// Whether a transfer stands among those that are not done.
#[must_use]
pub fn is_unfinished(transfer: &Transfer) -> bool {
    !transfer.state.is_over() || matches!(transfer.state, TransferState::Failed(_))
}

/// What can be done with a transfer, the most usual first.
fn choices(transfer: &Transfer, is_missing: bool, is_there: bool) -> Vec<Choice> {
    let is_down = transfer.way == FileWay::Down;
    let mut choices = match &transfer.state {
        TransferState::Waiting(WaitsFor::Offer) => vec![Choice::GiveUp],
        TransferState::Running | TransferState::Waiting(_) => vec![Choice::Pause, Choice::GiveUp],
        TransferState::Paused => vec![Choice::Resume, Choice::GiveUp],
        TransferState::Failed(_) if has_no_place(transfer) => {
            vec![Choice::Retry, Choice::GiveUp, Choice::SaveAs]
        }
        TransferState::Failed(_) => vec![Choice::Retry, Choice::GiveUp],
        TransferState::Done if is_missing && is_there => vec![Choice::Fetch, Choice::SaveAs],
        TransferState::Done if is_missing => Vec::new(),
        TransferState::Done => vec![Choice::Open, Choice::Folder],
        TransferState::Cancelled if is_down && is_there => match transfer.with {
            Target::Account(with) if with == transfer.from => {
                vec![Choice::Fetch, Choice::SaveAs, Choice::Decline]
            }
            _ => vec![Choice::Fetch, Choice::SaveAs],
        },
        TransferState::Cancelled | TransferState::Declined | TransferState::Expired => Vec::new(),
    };
    if transfer.file.is_some() {
        choices.push(Choice::Show);
    }
    if !is_unfinished(transfer) {
        choices.push(Choice::Forget);
    }
    choices
}

/// Those of them that stand at the right of a row.
fn buttons(choices: &[Choice], is_open: bool) -> Vec<Choice> {
    let is_button = |choice: &&Choice| {
        let first = [Choice::Pause, Choice::Resume, Choice::Retry, Choice::Fetch, Choice::Folder];
        first.contains(*choice) || **choice == Choice::GiveUp
    };
    let most = if is_open { 2 } else { 1 };
    choices.iter().filter(is_button).take(most).copied().collect()
}

impl Model {
    /// A transfer as a row of all transfers.
    #[must_use]
    pub fn transfer_row(&self, transfer: &Transfer, language: Language) -> Row {
        let is_missing = self.files.is_missing(transfer.id);
        let look = self.transfer_look(transfer, language);
        let is_open = is_unfinished(transfer);
        let status = transfer.file.and_then(|file| self.files.status(file));
        // As long as nobody knows, the server may have it.
        let is_there = status.is_none_or(|status| status.state.is_open());
        let menu = choices(transfer, is_missing, transfer.file.is_some() && is_there);
        // Sent, and yet of no use to anybody.
        let is_unwanted = transfer.way == FileWay::Up
            && status.is_some_and(|status| {
                matches!(status.state, FileState::Cancelled | FileState::Declined)
            });
        let (state, tone) = match &transfer.state {
            TransferState::Paused => (language.get("files.paused").to_owned(), Tone::Paused),
            // Whole and checked is what everything here is; the hour says more.
            TransferState::Done if !is_missing && !is_unwanted => {
                let at = transfer.ended.unwrap_or(transfer.began);
                (time::minute_label(at, &self.zone, language), Tone::Quiet)
            }
            _ => (look.state, look.tone),
        };
        Row {
            key: Key::Transfer(transfer.id),
            name: look.name,
            who: self.transfer_who(transfer, language),
            state,
            tone,
            size: look.size,
            progress: look.progress,
            hint: look.hint,
            buttons: buttons(&menu, is_open),
            menu,
            is_open,
        }
    }

    /// "from" or "to" whom.
    fn transfer_who(&self, transfer: &Transfer, language: Language) -> String {
        let key = match transfer.way {
            FileWay::Up => "files.to",
            FileWay::Down => "files.from",
        };
        language.fill(key, &[("name", &self.target_name(transfer.with, language))])
    }

    /// What a message offers as a row of its conversation's files.
    #[must_use]
    pub fn offer_row(
        &self,
        (with, me): (Target, AccountId),
        (message, status): (&Message, Option<FileStatus>),
        language: Language,
    ) -> Option<Row> {
        let look = self.offer_look(with, message, status.as_ref(), language)?;
        let file = FileId { conversation: message.conversation, seq: message.seq };
        let transfer = self.files.of(file);
        let is_open = transfer.is_some_and(is_unfinished);
        let is_here = transfer
            .is_some_and(|one| one.state == TransferState::Done && !self.files.is_missing(one.id));
        let is_there = status.is_none_or(|status| status.state.is_open());
        let mut menu = match transfer {
            Some(transfer) if is_open || is_here => choices(transfer, false, is_there),
            _ if is_there => vec![Choice::Fetch, Choice::SaveAs],
            _ => Vec::new(),
        };
        menu.retain(|choice| !matches!(choice, Choice::Show | Choice::Forget));
        menu.push(Choice::Show);
        let is_own = message.from == me;
        if is_there && is_own && !menu.contains(&Choice::GiveUp) {
            menu.push(Choice::TakeBack);
        }
        if is_there && !is_own && !is_open && !is_here && matches!(with, Target::Account(_)) {
            menu.push(Choice::Decline);
        }
        let at = time::row_label(message.at, self.now.wall_ms, &self.zone, language);
        let name = match is_own {
            true => language.get("hist.you").to_owned(),
            false => self.name_in(with, message.from),
        };
        let (state, tone) = match is_open {
            true => (look.state.clone(), look.tone),
            false => (stay(status, &look, self.now.wall_ms, language), Tone::Quiet),
        };
        Some(Row {
            key: Key::Offer(message.seq),
            who: format!("{name} · {at}"),
            state,
            tone,
            size: taken(&look, status, language),
            progress: look.progress.filter(|_| is_open),
            hint: look.hint,
            name: look.name,
            buttons: buttons(&menu, is_open),
            menu,
            is_open,
        })
    }
}

/// How long a file stays on the server; else how it stands.
fn stay(status: Option<FileStatus>, look: &Look, now_ms: i64, language: Language) -> String {
    let Some(FileStatus { state: FileState::Kept, until: Some(until), .. }) = status else {
        return look.state.clone();
    };
    amounts::stay(until, now_ms, language)
}

/// How large a file is, and how many have fetched it.
fn taken(look: &Look, status: Option<FileStatus>, language: Language) -> String {
    match status.map_or(0, |status| status.taken) {
        0 => look.size.clone(),
        n => {
            let taken = language.fill("file.taken.room", &[("n", &n.to_string())]);
            format!("{taken} · {}", look.size)
        }
    }
}

/// How much a person keeps on the server, and may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Bytes of its files there.
    pub used: u64,
    /// Bytes that it may have.
    pub most: u64,
    /// For so many days a file is kept.
    pub days: u64,
}

impl Quota {
    /// In words.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let part = amounts::part(self.used, self.most);
        let days = self.days.to_string();
        language.fill("files.quota", &[("part", &part), ("n", &days)])
    }
}
