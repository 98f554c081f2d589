//! Whose turn it is to be carried, and what follows when a try ends.
//!
//! A few transfers go at once, each on a link of its own; the others wait in order. A chat link that
//! breaks stops none of them. What a broken link of its own stopped goes on by itself, later after
//! each failure without progress, and at once when the person is signed in again.

use std::path::PathBuf;
use std::time::Duration;

use super::desk::Desk;
use super::link::{back_off, is_cured_by_time};
use super::moving::{Moving, Run};
use super::sync::pause;
use super::{Carried, CarryEnd, CarryJob, Effect, Request, State, Trip, Turn};
use crate::client::api::{Failure, TransferId, TransferState, WaitsFor};
use crate::domain::FileWay;
use crate::net::protocol::{Command, Query, Reason, Refusal};
use crate::store::local::Owes;

/// Downloads that have a link, also those whose sender brings nothing, which are no transfer at once. The server has few links for each account.
const DOWNLOADS_MAX: usize = 5;
/// What the server could not take note of is told again after so long.
const OWED_WAIT: Duration = Duration::from_secs(60);
/// A download whose sender brings nothing is tried again after so long, if nothing is heard before.
const SENDER_WAIT: Duration = Duration::from_secs(60);

impl State {
    /// Begins with those whose turn it is, and tells of each what it waits for.
    pub(super) fn pump_transfers(&mut self, turn: &mut Turn<'_>) {
        let signed_in = self.is_signed_in();
        let at_once = self.carriage.at_once;
        let Some(desk) = &mut self.desk else { return };
        desk.follow_offers(turn);
        if !desk.loaded {
            return;
        }
        let (owner, now) = (desk.owner, turn.uptime());
        let mut going = desk.transfers.0.iter().filter(|one| one.takes_a_turn()).count();
        let is_down = |one: &&Moving| one.run != Run::Rests && one.shown.way == FileWay::Down;
        let mut downloads = desk.transfers.0.iter().filter(is_down).count();
        let mut begun = Vec::new();
        for moving in &mut desk.transfers.0 {
            moving.slows(turn);
            let waits = match moving.shown.state {
                TransferState::Waiting(waits) if waits != WaitsFor::Offer => waits,
                _ => continue,
            };
            if moving.run != Run::Rests {
                continue;
            }
            moving.not_before = moving.not_before.filter(|at| now < *at);
            match (signed_in, moving.shown.file) {
                (true, _) if moving.not_before.is_some() => {}
                (true, _)
                    if going >= at_once
                        || moving.shown.way == FileWay::Down && downloads >= DOWNLOADS_MAX =>
                {
                    moving.set(turn, owner, TransferState::Waiting(WaitsFor::Turn));
                }
                (true, Some(file)) => {
                    going += 1;
                    downloads += usize::from(moving.shown.way == FileWay::Down);
                    moving.run = Run::Asks;
                    begun.push((moving.shown.id, file, moving.shown.way));
                }
                _ if waits == WaitsFor::Sender => {}
                _ => moving.set(turn, owner, TransferState::Waiting(WaitsFor::Link)),
            }
        }
        for (id, file, way) in begun {
            self.query(turn, Query::Ticket { file, way }, Request::Ticket(id));
        }
        if signed_in {
            self.pay(turn);
        }
    }

    /// Tells the server what it is still to be told.
    fn pay(&mut self, turn: &mut Turn<'_>) {
        let Some(desk) = &mut self.desk else { return };
        let now = turn.uptime();
        if desk.files.is_paused(now) {
            return;
        }
        let mut due = Vec::new();
        let is_due =
            |moving: &&mut Moving| !moving.told && moving.tell_at.is_none_or(|at| now >= at);
        for moving in desk.transfers.0.iter_mut().filter(is_due) {
            if let (Some(owes), Some(file)) = (moving.owes, moving.shown.file) {
                moving.told = true;
                let command = match owes {
                    Owes::Cancel => Command::CancelFile { file },
                    Owes::Took => Command::TookFile { file },
                };
                due.push((moving.shown.id, command));
            }
        }
        for (id, command) in due {
            self.command(turn, command, Request::Owed(id));
        }
    }

    /// The server knows.
    pub(super) fn on_owed(&mut self, turn: &mut Turn<'_>, id: TransferId) {
        let Some(desk) = &mut self.desk else { return };
        let owner = desk.owner;
        if let Some(moving) = desk.transfers.get(id) {
            moving.owes = None;
            turn.writes.push(moving.to_keep(owner));
            desk.clear(turn, id);
        }
    }

    /// The server does not want to know: a file that is gone, say, cannot be taken back. Whatever else it
    /// says may be otherwise later, when it is told again.
    pub(super) fn on_owed_refused(&mut self, turn: &mut Turn<'_>, id: TransferId, why: &Refusal) {
        let Some(desk) = &mut self.desk else { return };
        let is_for_ever = matches!(
            why.reason,
            Reason::NotFound | Reason::FileGone | Reason::NotYours | Reason::BadValue
        );
        if is_for_ever {
            return self.on_owed(turn, id);
        }
        let wait = match why.retry_after_ms {
            None if !is_cured_by_time(why.reason) => OWED_WAIT,
            _ => pause(why),
        };
        let until = turn.uptime() + wait;
        if let Some(moving) = desk.transfers.get(id) {
            (moving.told, moving.tell_at) = (false, Some(until));
        }
    }

    /// The server lets a file's link in.
    pub(super) fn on_ticket(&mut self, turn: &mut Turn<'_>, id: TransferId, ticket: [u8; 32]) {
        let Some((address, server)) = self.linked() else { return };
        let number = self.next();
        let Some(desk) = &mut self.desk else { return };
        // Paused meanwhile, or given up.
        let asks = |moving: &&mut Moving| moving.run == Run::Asks;
        let Some(moving) = desk.transfers.get(id).filter(asks) else { return };
        moving.run = Run::Goes(number);
        turn.effects.push(Effect::Carry(CarryJob::Go(Box::new(Trip {
            id,
            number,
            way: moving.shown.way,
            path: moving.shown.path.clone(),
            bytes: moving.shown.bytes,
            modified: moving.modified(),
            address,
            server,
            ticket,
        }))));
    }

    pub(super) fn on_ticket_refused(&mut self, turn: &mut Turn<'_>, id: TransferId, why: &Refusal) {
        let Some(desk) = &mut self.desk else { return };
        let asks = |moving: &&mut Moving| moving.run == Run::Asks;
        let Some(moving) = desk.transfers.get(id).filter(asks) else { return };
        moving.run = Run::Rests;
        self.turned_down(turn, id, why);
    }

    pub(super) fn on_carried(&mut self, turn: &mut Turn<'_>, carried: Carried) {
        let (id, number, what) = match carried {
            Carried::Looked(packing, path, looked) => {
                return self.on_looked(turn, &packing, path, looked);
            }
            Carried::Went { id, number, moved, done } => (id, number, Word::Went(moved, done)),
            Carried::Waits { id, number } => (id, number, Word::Waits),
            Carried::Ended { id, number, done, end } => (id, number, Word::Ended(done, end)),
        };
        let Some(desk) = &mut self.desk else { return };
        let owner = desk.owner;
        let Some(moving) = desk.transfers.get(id) else { return };
        match (moving.run, what) {
            (Run::Goes(now), Word::Went(moved, done)) if now == number => {
                if moving.shown.state != TransferState::Running {
                    moving.done_before = done;
                }
                moving.went(turn, owner, moved, done);
            }
            (Run::Goes(now), Word::Waits) if now == number => {
                moving.set(turn, owner, TransferState::Waiting(WaitsFor::Sender));
            }
            (Run::Goes(now), Word::Ended(done, end)) if now == number => {
                moving.run = Run::Rests;
                moving.shown.done = done.min(moving.shown.bytes);
                self.on_trip_end(turn, id, end);
            }
            (Run::Stops(now), Word::Ended(done, end)) if now == number => {
                moving.run = Run::Rests;
                moving.shown.done = done.min(moving.shown.bytes);
                self.on_stopped(turn, id, end);
            }
            _ => {}
        }
    }

    /// It ended by itself.
    fn on_trip_end(&mut self, turn: &mut Turn<'_>, id: TransferId, end: CarryEnd) {
        match end {
            CarryEnd::Whole(path) => self.on_whole(turn, id, path),
            CarryEnd::Refused(why) => self.turned_down(turn, id, &why),
            CarryEnd::Failed(why) => {
                let Some(desk) = &mut self.desk else { return };
                let owner = desk.owner;
                if let Some(moving) = desk.transfers.get(id) {
                    // What was offered exists no more: whoever waits for it is told.
                    if moving.shown.way == FileWay::Up && why == Failure::SourceChanged {
                        moving.owes = Some(Owes::Cancel);
                    }
                    moving.set(turn, owner, TransferState::Failed(why));
                }
            }
            CarryEnd::Cut => self.goes_on_later(turn, id, Duration::ZERO, WaitsFor::Link),
        }
    }

    /// It was told to end; it may have come to its end all the same.
    fn on_stopped(&mut self, turn: &mut Turn<'_>, id: TransferId, end: CarryEnd) {
        let Some(desk) = &mut self.desk else { return };
        let owner = desk.owner;
        let Some(moving) = desk.transfers.get(id) else { return };
        let is_up = moving.shown.way == FileWay::Up;
        match (end, &moving.shown.state) {
            // What was taken back is taken back, whole or not.
            (CarryEnd::Whole(_), TransferState::Cancelled | TransferState::Declined) if is_up => {}
            (CarryEnd::Whole(path), _) => return self.on_whole(turn, id, path),
            (_, state) if moving.follows() || matches!(state, TransferState::Failed(_)) => {
                turn.writes.push(moving.to_keep(owner));
            }
            _ => moving.sweep(turn),
        }
        desk.clear(turn, id);
    }

    fn on_whole(&mut self, turn: &mut Turn<'_>, id: TransferId, path: PathBuf) {
        let Some(desk) = &mut self.desk else { return };
        let owner = desk.owner;
        let Some(moving) = desk.transfers.get(id) else { return };
        moving.shown.done = moving.shown.bytes;
        if moving.shown.way == FileWay::Down {
            turn.placed.push((id, moving.shown.path.clone()));
            moving.shown.path = path;
            if moving.shown.from != owner.account {
                moving.owes = Some(Owes::Took);
            }
        }
        moving.set(turn, owner, TransferState::Done);
        desk.clear(turn, id);
    }

    /// The server said no, to a ticket or on the file's own link.
    fn turned_down(&mut self, turn: &mut Turn<'_>, id: TransferId, why: &Refusal) {
        let wait = why.retry_after_ms.map_or(Duration::ZERO, |_| pause(why));
        match why.reason {
            Reason::FilesBusy | Reason::TooFast => {
                self.goes_on_later(turn, id, wait, WaitsFor::Turn);
            }
            // What became of it says the server's list of files; who knows nothing of it there
            // fails by that.
            Reason::FileGone | Reason::NotFound => {
                self.goes_on_later(turn, id, wait, WaitsFor::Link);
            }
            _ if why.retry_after_ms.is_some() => {
                self.goes_on_later(turn, id, wait, WaitsFor::Link);
            }
            _ => {
                let failure = Failure::Refused(why.clone());
                self.on_trip_end(turn, id, CarryEnd::Failed(failure));
            }
        }
    }

    /// It goes on by itself, not before a while; what became of its file is asked meanwhile.
    fn goes_on_later(
        &mut self,
        turn: &mut Turn<'_>,
        id: TransferId,
        wait: Duration,
        waits: WaitsFor,
    ) {
        let Some(desk) = &mut self.desk else { return };
        let owner = desk.owner;
        let Some(moving) = desk.transfers.get(id) else { return };
        let sender = TransferState::Waiting(WaitsFor::Sender);
        let for_sender = moving.shown.state == sender && waits == WaitsFor::Link;
        // Once for each try: a refusal of the next ticket is no progress.
        if moving.shown.done > moving.done_before {
            (moving.failures, moving.done_before) = (0, moving.shown.done);
        }
        let wait = match for_sender {
            true => SENDER_WAIT,
            false => wait.max(back_off(moving.failures, &mut self.chance)),
        };
        moving.failures += 1;
        moving.not_before = Some(turn.uptime() + wait);
        if !for_sender {
            moving.set(turn, owner, TransferState::Waiting(waits));
        }
        if let Some(file) = moving.shown.file {
            desk.ask_for(file);
        }
    }

    /// Signed in: what waited for the link goes on at once, and all files are asked for anew.
    pub(super) fn files_anew(&mut self) {
        let Some(desk) = &mut self.desk else { return };
        for moving in &mut desk.transfers.0 {
            (moving.not_before, moving.tell_at) = (None, None);
        }
        desk.files.begin_anew();
        desk.ask_for_open();
    }
}

/// What a thread says of the try that it makes.
enum Word {
    Went(u64, u64),
    Waits,
    Ended(u64, CarryEnd),
}

impl Desk {
    /// What has become of the files of all that are under way is to be asked for.
    pub(super) fn ask_for_open(&mut self) {
        let open = self.transfers.0.iter().filter(|moving| moving.follows());
        let files: Vec<_> = open.filter_map(|moving| moving.shown.file).collect();
        for file in files {
            self.ask_for(file);
        }
    }
}
