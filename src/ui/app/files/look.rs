//! How a file looks in its card: words, how they sound, how far it is, what can be done.

use super::super::Model;
use super::super::chats::{Entry, EntryId};
use super::{amounts, has_no_place};
use crate::client::Failure;
use crate::client::api::{Transfer, TransferState, WaitsFor};
use crate::domain::{AccountId, Body, FileId, FileState, FileStatus, FileWay, Message, Target};
use crate::ui::text::{self, Language};
use crate::ui::transcript::card::{Card, Deed, Tone};

/// What a card shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// What the file is called.
    pub name: String,
    /// How large it is, or how much of it is there.
    pub size: String,
    /// How it stands.
    pub state: String,
    /// How that sounds.
    pub tone: Tone,
    /// How much of a thousand parts is there, while it is on its way.
    pub progress: Option<u16>,
    /// What can be done.
    pub deeds: Vec<Deed>,
    /// A sentence for the tooltip; empty for none.
    pub hint: String,
}

/// What a look is worked out from.
struct About<'a> {
    target: Target,
    is_own: bool,
    bytes: u64,
    status: Option<&'a FileStatus>,
    now_ms: i64,
    language: Language,
}

impl Look {
    /// As a transcript takes it.
    #[must_use]
    pub fn card(&self) -> Card<'_> {
        let Look { name, size, state, tone, progress, deeds, .. } = self;
        Card { name, size, state, tone: *tone, progress: *progress, deeds, table: None }
    }
}

impl Model {
    /// How the file of a line looks, if it is one.
    #[must_use]
    pub fn file_look(
        &self,
        target: Target,
        me: AccountId,
        entry: &Entry<'_>,
        language: Language,
    ) -> Option<Look> {
        let Body::File { name, bytes } = entry.body else { return None };
        let file = match entry.id {
            EntryId::Seq(seq) => {
                let state = self.chats.get(target)?.state?;
                Some(FileId { conversation: state.conversation, seq })
            }
            EntryId::Nonce(_) => None,
        };
        let status = file.and_then(|file| self.files.status(file));
        let is_own = entry.from == me;
        let now_ms = self.now.wall_ms;
        let about = About { target, is_own, bytes: *bytes, status, now_ms, language };
        let transfer = self.transfer_of(target, entry.id).filter(|one| is_shown(one));
        let look = match transfer {
            Some(transfer) => about.with(transfer, self.files.is_missing(transfer.id)),
            None => about.without(),
        };
        let name = transfer.map_or_else(|| name.clone(), |one| name_here(one, name));
        Some(about.named(&name, look))
    }

    /// How a transfer looks wherever it is shown.
    #[must_use]
    pub(super) fn transfer_look(&self, transfer: &Transfer, language: Language) -> Look {
        let status = transfer.file.and_then(|file| self.files.status(file));
        let is_own = Some(transfer.from) == self.my_account();
        let (target, bytes) = (transfer.with, transfer.bytes);
        let now_ms = self.now.wall_ms;
        let about = About { target, is_own, bytes, status, now_ms, language };
        let look = about.with(transfer, self.files.is_missing(transfer.id));
        about.named(&name_here(transfer, &transfer.name), look)
    }

    /// How the file of a message looks, whatever the windows have of its conversation.
    #[must_use]
    pub(super) fn offer_look(
        &self,
        target: Target,
        message: &Message,
        status: Option<&FileStatus>,
        language: Language,
    ) -> Option<Look> {
        let Body::File { name, bytes } = &message.body else { return None };
        let is_own = Some(message.from) == self.my_account();
        let now_ms = self.now.wall_ms;
        let about = About { target, is_own, bytes: *bytes, status, now_ms, language };
        let transfer = self.files.of(super::file_of(message)).filter(|one| is_shown(one));
        let look = match transfer {
            Some(transfer) => about.with(transfer, self.files.is_missing(transfer.id)),
            None => about.without(),
        };
        let name = transfer.map_or_else(|| name.clone(), |one| name_here(one, name));
        Some(about.named(&name, look))
    }
}

impl About<'_> {
    fn word(&self, key: &'static str) -> String {
        self.language.get(key).to_owned()
    }

    fn base(&self) -> Look {
        Look { size: amounts::bytes(self.bytes), ..Look::default() }
    }

    /// With its name; the tooltip also says how long the server has it.
    fn named(&self, name: &str, mut look: Look) -> Look {
        name.clone_into(&mut look.name);
        let open = self.status.filter(|status| status.state.is_open());
        if let Some(until) = open.and_then(|status| status.until) {
            let left = amounts::stay(until, self.now_ms, self.language);
            let stay = self.language.fill("file.stay", &[("left", &left)]);
            let sentences = [std::mem::take(&mut look.hint), stay];
            look.hint =
                sentences.into_iter().filter(|one| !one.is_empty()).collect::<Vec<_>>().join("\n");
        }
        look
    }

    fn state(&self) -> Option<FileState> {
        self.status.map(|status| status.state)
    }

    /// Nothing of it was begun on this computer.
    fn without(&self) -> Look {
        let base = self.base();
        let percent = self.status.map(|status| percent(status.here, self.bytes).to_string());
        match self.state() {
            None => Look { state: String::new(), deeds: self.offers(), ..base },
            Some(FileState::Coming) if self.is_own => {
                let n = percent.unwrap_or_default();
                let state = self.language.fill("file.elsewhere", &[("n", &n)]);
                Look { state, deeds: self.offers(), ..base }
            }
            Some(FileState::Coming) => {
                let n = percent.unwrap_or_default();
                let state = self.language.fill("file.coming", &[("n", &n)]);
                Look { state, deeds: self.offers(), ..base }
            }
            Some(FileState::Kept) if self.is_own => {
                Look { state: self.arrived(), deeds: self.offers(), ..base }
            }
            Some(FileState::Kept) => {
                Look { state: self.word("file.waiting"), deeds: self.offers(), ..base }
            }
            Some(closed) => Look { state: self.closed(closed), ..base },
        }
    }

    /// What can be done with a file that is not on this computer.
    fn offers(&self) -> Vec<Deed> {
        let is_direct = matches!(self.target, Target::Account(_));
        match (self.state(), self.is_own) {
            // What is known of it is on its way.
            (None, true) => Vec::new(),
            (_, false) if is_direct => vec![Deed::Take, Deed::SaveAs, Deed::Decline],
            _ => vec![Deed::Take, Deed::SaveAs],
        }
    }

    fn closed(&self, state: FileState) -> String {
        self.word(match (state, self.is_own) {
            (FileState::Cancelled, true) => "file.taken_back",
            (FileState::Cancelled, false) => "file.cancelled.peer",
            (FileState::Declined, true) => "file.declined.peer",
            (FileState::Declined, false) => "file.declined",
            (FileState::Expired | FileState::Coming | FileState::Kept, _) => "file.expired",
        })
    }

    /// What is said of an own file that the server has.
    fn arrived(&self) -> String {
        match (self.status.map_or(0, |status| status.taken), self.target) {
            (0, Target::Account(_)) => self.word("file.sent"),
            (0, _) => self.word("file.sent.room"),
            (_, Target::Account(_)) => self.word("file.taken"),
            (n, _) => self.language.fill("file.taken.room", &[("n", &n.to_string())]),
        }
    }

    fn with(&self, transfer: &Transfer, is_missing: bool) -> Look {
        let base = self.base();
        let on_the_way = || Look {
            size: amounts::part(transfer.done.min(self.bytes), self.bytes),
            progress: Some(progress(transfer.done, self.bytes)),
            ..Look::default()
        };
        match &transfer.state {
            TransferState::Waiting(what) => {
                let state = self.word(match what {
                    WaitsFor::Link => "file.wait.link",
                    WaitsFor::Turn => "file.wait.turn",
                    WaitsFor::Offer => "file.wait.offer",
                    WaitsFor::Sender => "file.wait.sender",
                });
                let deeds = match what {
                    WaitsFor::Offer => vec![Deed::Cancel],
                    _ => vec![Deed::Pause, Deed::Cancel],
                };
                let look = if transfer.done > 0 { on_the_way() } else { base };
                Look { state, deeds, ..look }
            }
            TransferState::Running => {
                let rest = self.bytes.saturating_sub(transfer.done);
                let mut state = Vec::new();
                if transfer.speed > 0 {
                    state.push(amounts::speed(transfer.speed));
                    state.extend(amounts::left(rest, transfer.speed, self.language));
                }
                let deeds = vec![Deed::Pause, Deed::Cancel];
                Look { state: state.join(" · "), deeds, ..on_the_way() }
            }
            TransferState::Paused => {
                let (state, tone) = (self.word("file.paused"), Tone::Paused);
                Look { state, tone, deeds: vec![Deed::Resume, Deed::Cancel], ..on_the_way() }
            }
            TransferState::Done => self.done(transfer, is_missing),
            TransferState::Failed(why) => self.failed(transfer, why),
            // The offer stands: it was given up here.
            TransferState::Cancelled
                if self.state().is_none_or(FileState::is_open)
                    || (self.is_own && self.state() == Some(FileState::Cancelled)) =>
            {
                Look { state: self.word("file.cancelled"), ..base }
            }
            TransferState::Cancelled => {
                let state = self.state().unwrap_or(FileState::Cancelled);
                Look { state: self.closed(state), ..base }
            }
            TransferState::Declined => Look { state: self.closed(FileState::Declined), ..base },
            TransferState::Expired => Look { state: self.closed(FileState::Expired), ..base },
        }
    }

    fn done(&self, transfer: &Transfer, is_missing: bool) -> Look {
        let base = self.base();
        let here = vec![Deed::Open, Deed::OpenFolder];
        let is_open = self.state().is_none_or(FileState::is_open);
        if is_missing {
            let deeds = if is_open { vec![Deed::Take, Deed::SaveAs] } else { Vec::new() };
            return Look { state: self.word("file.missing.card"), deeds, ..base };
        }
        let hash = self.status.and_then(|status| status.hash);
        let mut hint = transfer.path.display().to_string();
        if let Some(hash) = hash {
            let hash = self.language.fill("file.checked", &[("hash", &hash.to_string())]);
            hint = format!("{hint}\n{hash}");
        }
        match transfer.way {
            FileWay::Up if !is_open => {
                let state = self.closed(self.state().unwrap_or(FileState::Expired));
                Look { state, deeds: here, ..base }
            }
            FileWay::Up => Look { state: self.arrived(), deeds: here, hint, ..base },
            FileWay::Down => {
                let (state, tone) = (self.word("file.received"), Tone::Checked);
                Look { state, tone, deeds: here, hint, ..base }
            }
        }
    }

    fn failed(&self, transfer: &Transfer, why: &Failure) -> Look {
        let (key, deeds) = match transfer.way {
            FileWay::Up => ("file.failed.up", vec![Deed::SendAgain, Deed::Remove]),
            FileWay::Down if has_no_place(transfer) => {
                ("file.failed.down", vec![Deed::Resume, Deed::SaveAs, Deed::Cancel])
            }
            FileWay::Down => ("file.failed.down", vec![Deed::Resume, Deed::Cancel]),
        };
        let short = short(why, self.language);
        let state = self.language.fill(key, &[("why", &short)]);
        let hint = text::failure(self.language, why);
        Look { state, tone: Tone::Bad, deeds, hint, ..self.base() }
    }
}

/// What a file is called: once it was received as it is called here, where a name may have been taken.
fn name_here(transfer: &Transfer, offered: &str) -> String {
    let is_here = transfer.way == FileWay::Down && transfer.state == TransferState::Done;
    let name = transfer.path.file_name().filter(|_| is_here);
    name.map_or_else(|| offered.to_owned(), |name| name.to_string_lossy().into_owned())
}

/// What was given up here can be fetched anew: the offer stands as if nothing had been.
fn is_shown(transfer: &Transfer) -> bool {
    transfer.way == FileWay::Up || transfer.state != TransferState::Cancelled
}

/// Why, in a word or two; the tooltip has the sentence.
fn short(why: &Failure, language: Language) -> String {
    let key = match why {
        Failure::SourceGone => "file.why.gone",
        Failure::SourceChanged => "file.why.changed",
        Failure::File(_) => "file.why.unread",
        Failure::SaveDenied => "file.why.denied",
        Failure::SaveFull => "file.why.full",
        Failure::FileBroken => "file.why.broken",
        Failure::Refused(refusal) => match refusal.reason.code() {
            "file_quota" => "file.why.quota",
            "files_full" | "disk_full" => "file.why.server_full",
            "file_too_large" => "file.why.large",
            "failed" => "file.why.server",
            _ => "file.why.refused",
        },
        _ => "file.why.link",
    };
    language.get(key).to_owned()
}

/// Of a thousand parts.
fn progress(done: u64, all: u64) -> u16 {
    let of = u128::from(done.min(all)) * 1000 / u128::from(all.max(1));
    u16::try_from(of).unwrap_or(1000)
}

fn percent(done: u64, all: u64) -> u16 {
    progress(done, all) / 10
}
