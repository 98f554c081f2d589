//! What has become of files on the server: of those that are shown, and of those on their way.
//!
//! The server tells every change to who is there; the rest is asked for after each sign-in. What an
//! answer says may be older than what was told meanwhile, so that what went on never goes back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::desk::Desk;
use super::link::is_cured_by_time;
use super::moving::Run;
use super::sync::pause;
use super::{Request, State, Turn};
use crate::client::api::{ClientEvent, Failure, TransferState, WaitsFor};
use crate::domain::{ConversationId, FileId, FileState, FileStatus, FileWay, Seq};
use crate::limits::FILES_PAGE_MAX;
use crate::net::protocol::{Query, Reason, Refusal};

/// Files that are watched; those behind are not. A window shows a few dozen.
const WATCHED_MAX: usize = 1000;
/// What is on its way to the server is asked for again this often while it is watched: the server tells
/// its ends and not how far it is.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Questions about files on their way to the server.
const ASKED_MAX: usize = 2;

/// What is known of files, and what is to be asked.
#[derive(Debug, Default)]
pub(super) struct Files {
    watched: BTreeSet<FileId>,
    known: BTreeMap<FileId, FileStatus>,
    wanted: BTreeSet<FileId>,
    asked: usize,
    paused_until: Option<Duration>,
    /// When what is on its way is asked for again.
    look_at: Option<Duration>,
}

impl Files {
    /// Another sign-in: what was known is as old as the one before.
    pub(super) fn begin_anew(&mut self) {
        self.known.clear();
        self.wanted.extend(&self.watched);
    }

    pub(super) fn link_lost(&mut self) {
        (self.asked, self.paused_until, self.look_at) = (0, None, None);
    }

    pub(super) fn pause_until(&mut self, until: Duration) {
        self.paused_until = Some(self.paused_until.map_or(until, |before| before.max(until)));
    }

    /// Whether the server wants to hear nothing of files for now.
    pub(super) fn is_paused(&mut self, now: Duration) -> bool {
        self.paused_until = self.paused_until.filter(|until| now < *until);
        self.paused_until.is_some()
    }

    pub(super) fn wakes_at(&self) -> Option<Duration> {
        match (self.paused_until, self.look_at) {
            (Some(until), _) => Some(until),
            (None, look_at) => look_at,
        }
    }

    /// What is watched, comes to the server and is not carried here is asked for now and then.
    fn look_again(&mut self, now: Duration, is_moving: impl Fn(&FileId) -> bool) {
        if self.look_at.is_some_and(|at| now < at) {
            return;
        }
        let coming = self.known.iter().filter(|(file, status)| {
            status.state == FileState::Coming && self.watched.contains(*file) && !is_moving(file)
        });
        let coming: Vec<FileId> = coming.map(|(file, _)| *file).collect();
        if self.look_at.take().is_some() {
            self.wanted.extend(&coming);
        }
        self.look_at = (!coming.is_empty()).then_some(now + LOOK_EVERY);
    }

    /// The files of one conversation that are asked for next.
    fn next(&mut self) -> Option<(ConversationId, Vec<Seq>)> {
        let conversation = self.wanted.first()?.conversation;
        let of_it = self.wanted.iter().filter(|file| file.conversation == conversation);
        let seqs: Vec<Seq> = of_it.take(FILES_PAGE_MAX).map(|file| file.seq).collect();
        for seq in &seqs {
            self.wanted.remove(&FileId { conversation, seq: *seq });
        }
        Some((conversation, seqs))
    }

    /// Whether the server is known to have all of a file.
    pub(super) fn is_kept(&self, file: FileId) -> bool {
        self.known.get(&file).is_some_and(|status| status.state == FileState::Kept)
    }

    /// What is known now, and whether that is news.
    fn learn(&mut self, file: FileId, status: FileStatus) -> (FileStatus, bool) {
        match self.known.get(&file) {
            Some(known) if progress(known) > progress(&status) => (*known, false),
            _ => (status, self.known.insert(file, status) != Some(status)),
        }
    }
}

/// Grows with all that can happen to a file.
fn progress(status: &FileStatus) -> (u8, u64, u32) {
    let state = match status.state {
        FileState::Coming => 0,
        FileState::Kept => 1,
        FileState::Cancelled | FileState::Declined | FileState::Expired => 2,
    };
    (state, status.here, status.taken)
}

impl Desk {
    /// What has become of a file is to be asked for.
    pub(super) fn ask_for(&mut self, file: FileId) {
        self.files.wanted.insert(file);
    }
}

impl State {
    pub(super) fn watch_files(&mut self, turn: &mut Turn<'_>, files: Vec<FileId>) {
        let Some(desk) = &mut self.desk else { return };
        let watched: BTreeSet<FileId> = files.into_iter().take(WATCHED_MAX).collect();
        for file in watched.difference(&desk.files.watched) {
            match desk.files.known.get(file) {
                Some(status) => turn.emit(ClientEvent::File { file: *file, status: *status }),
                None => drop(desk.files.wanted.insert(*file)),
            }
        }
        desk.files.watched = watched;
        let Desk { files, transfers, .. } = desk;
        let is_moving = |file: &FileId| transfers.0.iter().any(|one| one.shown.file == Some(*file));
        let watched = &files.watched;
        files.known.retain(|file, _| watched.contains(file) || is_moving(file));
        files.wanted.retain(|file| watched.contains(file) || is_moving(file));
    }

    /// Asks for what is wanted, a conversation at a time.
    pub(super) fn pump_files(&mut self, turn: &mut Turn<'_>) {
        if let Some(Desk { files, transfers, loaded: true, .. }) = &mut self.desk {
            let open = |file: &FileId| {
                transfers.0.iter().any(|one| one.shown.file == Some(*file) && one.is_open())
            };
            files.look_again(turn.uptime(), open);
        }
        while let Some(desk) = &mut self.desk
            && desk.loaded
            && desk.files.asked < ASKED_MAX
            && !desk.files.is_paused(turn.uptime())
            && let Some((conversation, seqs)) = desk.files.next()
        {
            desk.files.asked += 1;
            let query = Query::Files { conversation, seqs: seqs.clone() };
            self.query(turn, query, Request::Files(conversation, seqs));
        }
    }

    /// The server told, or answered.
    pub(super) fn on_file(&mut self, turn: &mut Turn<'_>, file: FileId, status: FileStatus) {
        let Some(desk) = &mut self.desk else { return };
        let is_watched = desk.files.watched.contains(&file);
        let is_moving = desk.transfers.0.iter().any(|one| one.shown.file == Some(file));
        if !(is_watched || is_moving) {
            return;
        }
        let (status, is_news) = desk.files.learn(file, status);
        if is_watched && is_news {
            turn.emit(ClientEvent::File { file, status });
        }
        // Also what is no news: a link that was cut since may not have lived to say it.
        desk.follow(turn, file, status);
    }

    pub(super) fn on_files(
        &mut self,
        turn: &mut Turn<'_>,
        conversation: ConversationId,
        seqs: &[Seq],
        files: Vec<(Seq, FileStatus)>,
    ) {
        let Some(desk) = &mut self.desk else { return };
        desk.files.asked = desk.files.asked.saturating_sub(1);
        let told: BTreeSet<Seq> = files.iter().map(|(seq, _)| *seq).collect();
        for seq in seqs.iter().filter(|seq| !told.contains(seq)) {
            desk.is_hidden(turn, FileId { conversation, seq: *seq });
        }
        for (seq, status) in files {
            self.on_file(turn, FileId { conversation, seq }, status);
        }
    }

    pub(super) fn on_files_refused(
        &mut self,
        turn: &mut Turn<'_>,
        conversation: ConversationId,
        seqs: &[Seq],
        why: &Refusal,
    ) {
        let Some(desk) = &mut self.desk else { return };
        desk.files.asked = desk.files.asked.saturating_sub(1);
        let files = seqs.iter().map(|seq| FileId { conversation, seq: *seq });
        match is_cured_by_time(why.reason) {
            true => {
                desk.files.wanted.extend(files);
                desk.files.pause_until(turn.uptime() + pause(why));
            }
            // A conversation that one is not in any more.
            false => files.for_each(|file| desk.is_hidden(turn, file)),
        }
    }
}

impl Desk {
    /// Transfers go the way of their file.
    fn follow(&mut self, turn: &mut Turn<'_>, file: FileId, status: FileStatus) {
        let owner = self.owner;
        for moving in self.transfers.of(file).filter(|moving| moving.follows()) {
            let is_up = moving.shown.way == FileWay::Up;
            let ended = match status.state {
                FileState::Cancelled => TransferState::Cancelled,
                FileState::Declined => TransferState::Declined,
                FileState::Expired => TransferState::Expired,
                // Its own link was cut before it could say so.
                FileState::Kept if is_up && matches!(moving.run, Run::Rests | Run::Asks) => {
                    moving.shown.done = moving.shown.bytes;
                    TransferState::Done
                }
                FileState::Kept | FileState::Coming => {
                    let waits = TransferState::Waiting(WaitsFor::Sender);
                    let has_more =
                        status.here > moving.shown.done || status.state == FileState::Kept;
                    if moving.shown.state == waits && has_more {
                        moving.not_before = None;
                    }
                    continue;
                }
            };
            moving.stop(turn);
            moving.set(turn, owner, ended);
            moving.sweep(turn);
        }
    }

    /// The server says nothing of a file: it is not for this account.
    fn is_hidden(&mut self, turn: &mut Turn<'_>, file: FileId) {
        let owner = self.owner;
        for moving in self.transfers.of(file).filter(|moving| moving.is_open()) {
            moving.stop(turn);
            let refusal = Reason::NotFound.into();
            moving.set(turn, owner, TransferState::Failed(Failure::Refused(refusal)));
        }
    }
}
