//! Files on their way, as the person has them before it: begun, paused, given up, taken off the list.
//!
//! One that goes up begins with a message of the outbox, which offers it; when the server has that,
//! its bytes follow. What has to be told to the server later (that a file was taken back, or fetched)
//! is kept with the transfer until it was told. Whose turn it is, is in `carries`.

use std::path::PathBuf;
use std::time::Duration;

use super::desk::Desk;
use super::images::Making;
use super::moving::{Moving, Run};
use super::outbox::Stage;
use super::{CarryJob, Effect, Packing, Request, Source, State, Turn};
use crate::client::api::{
    Answer, ClientEvent, Destination, Failure, Intent, Ticket, Transfer, TransferId, TransferState,
    WaitsFor,
};
use crate::domain::{Body, FileId, FileWay, Message, Nonce, Target, file_name};
use crate::net::protocol::{Command, Reason, Refusal};
use crate::store::local::{KnownTransfer, Owes, Owner, Write};

/// Transfers that are kept; over it the oldest that is over makes room, one off the list first.
const TRANSFERS_MAX: usize = 1000;
/// What a file is called that has no name.
const NAMELESS: &str = "file";

/// All transfers of the account; the first one began first.
#[derive(Debug, Default)]
pub(super) struct Transfers(pub(super) Vec<Moving>);

impl Turn<'_> {
    /// Takes away what downloads keep beside their place.
    pub(super) fn sweep(&mut self, downloads: Vec<(TransferId, PathBuf)>) {
        for (id, path) in downloads {
            self.effects.push(Effect::Carry(CarryJob::Sweep(id, path)));
        }
    }
}

impl Transfers {
    pub(super) fn get(&mut self, id: TransferId) -> Option<&mut Moving> {
        self.0.iter_mut().find(|moving| moving.shown.id == id)
    }

    pub(super) fn of(&mut self, file: FileId) -> impl Iterator<Item = &mut Moving> {
        self.0.iter_mut().filter(move |moving| moving.shown.file == Some(file))
    }

    /// When the next one may go on.
    pub(super) fn goes_on_at(&self) -> Option<Duration> {
        self.0.iter().filter_map(Moving::goes_on_at).min()
    }

    /// When the next one has no speed any more, with a chat link or without.
    pub(super) fn slows_at(&self) -> Option<Duration> {
        self.0.iter().filter_map(Moving::slows_at).min()
    }

    /// What was asked will not be answered; links of files go on.
    pub(super) fn link_lost(&mut self) {
        for moving in &mut self.0 {
            moving.told = false;
            if moving.run == Run::Asks {
                moving.run = Run::Rests;
            }
        }
    }

    /// Nobody is signed in any more: nothing of this account moves.
    pub(super) fn leave(&mut self, turn: &mut Turn<'_>) {
        for moving in &mut self.0 {
            moving.stop(turn);
        }
    }

    /// Makes room for one more; the ids that went for it.
    fn make_room(&mut self) -> Result<Option<TransferId>, Failure> {
        if self.0.len() < TRANSFERS_MAX {
            return Ok(None);
        }
        let goes = |moving: &Moving| {
            moving.shown.state.is_over() && moving.owes.is_none() && moving.run == Run::Rests
        };
        let hidden = self.0.iter().position(|moving| goes(moving) && moving.shown.hidden);
        match hidden.or_else(|| self.0.iter().position(goes)) {
            Some(index) => Ok(Some(self.0.remove(index).shown.id)),
            None => Err(Failure::Refused(Refusal::limit(Reason::TooMany, TRANSFERS_MAX as u64))),
        }
    }
}

impl Desk {
    /// What the store kept goes before what began since.
    pub(super) fn load_transfers(&mut self, turn: &mut Turn<'_>, known: Vec<KnownTransfer>) {
        let began_since = std::mem::take(&mut self.transfers.0);
        let is_new = |known: &KnownTransfer| {
            began_since.iter().all(|moving| moving.shown.id != TransferId(known.id))
        };
        self.transfers.0 =
            known.into_iter().filter(is_new).map(Moving::from_store).collect::<Vec<_>>();
        self.transfers.0.extend(began_since);
        let listed = self.transfers.0.iter().filter(|moving| !moving.forgotten);
        turn.emit(ClientEvent::Transfers(listed.map(|moving| moving.shown.clone()).collect()));
        for moving in self.transfers.0.iter().filter(|moving| !moving.follows()) {
            // What has failed may be tried again, with what is there already.
            if !matches!(moving.shown.state, TransferState::Failed(_)) {
                moving.sweep(turn);
            }
        }
        // Of these only what is owed is still of use.
        let off = self.transfers.0.iter().filter(|moving| moving.forgotten);
        let off: Vec<TransferId> = off.map(|moving| moving.shown.id).collect();
        self.take_off(turn, &off);
        self.ask_for_open();
    }

    fn add(&mut self, turn: &mut Turn<'_>, mut moving: Moving) -> Result<(), Failure> {
        if let Some(id) = self.transfers.make_room()? {
            turn.writes.push(Write::RemoveTransfer(self.owner, id.0));
            turn.emit(ClientEvent::TransfersGone(vec![id]));
        }
        turn.writes.push(moving.to_keep(self.owner));
        turn.urgent = true;
        moving.show(turn);
        // Those that were sent together are looked at in any order.
        let waits = TransferState::Waiting(WaitsFor::Offer);
        let is_later =
            |one: &Moving| one.shown.state == waits && one.shown.began > moving.shown.began;
        let later = self.transfers.0.iter().rev().take_while(|one| is_later(one)).count();
        self.transfers.0.insert(self.transfers.0.len() - later, moving);
        Ok(())
    }

    /// When the next one begins: two that begin at once can be told apart by it.
    fn next_began(&mut self, now_ms: i64) -> i64 {
        let is_close = (self.last_began - 1000..=self.last_began).contains(&now_ms);
        self.last_began = if is_close { self.last_began + 1 } else { now_ms };
        self.last_began
    }

    /// The server has the message that offers a file: its bytes may follow.
    pub(super) fn offered(&mut self, turn: &mut Turn<'_>, message: &Message) {
        let owner = self.owner;
        let Some(moving) = self.transfers.get(TransferId(message.nonce)) else { return };
        if moving.shown.file.is_some() {
            return;
        }
        moving.shown.file = Some(FileId { conversation: message.conversation, seq: message.seq });
        if moving.shown.state == TransferState::Cancelled {
            moving.owes = Some(Owes::Cancel);
        }
        turn.writes.push(moving.to_keep(owner));
        match moving.shown.state {
            TransferState::Waiting(_) => {
                moving.set(turn, owner, TransferState::Waiting(WaitsFor::Turn));
            }
            _ => moving.show(turn),
        }
    }

    /// Transfers go the way of the messages that offer them.
    pub(super) fn follow_offers(&mut self, turn: &mut Turn<'_>) {
        if !self.loaded {
            return;
        }
        let Desk { entries, transfers, owner, .. } = self;
        let (mut gone, mut unwanted) = (Vec::new(), Vec::new());
        for moving in transfers.0.iter_mut().filter(|moving| moving.shown.file.is_none()) {
            let entry = entries.iter().find(|entry| entry.nonce == moving.shown.id.0);
            match (entry.map(|entry| &entry.stage), &moving.shown.state) {
                (None, TransferState::Cancelled) if !moving.forgotten => {}
                // Nobody was ever offered it.
                (None, _) => gone.push(moving.shown.id),
                (Some(Stage::Failed(_)), TransferState::Cancelled) => {
                    unwanted.push(moving.shown.id.0);
                }
                (Some(Stage::Failed(why)), _) => {
                    moving.set(turn, *owner, TransferState::Failed(why.clone()));
                }
                (Some(_), TransferState::Failed(_)) => {
                    moving.set(turn, *owner, TransferState::Waiting(WaitsFor::Offer));
                }
                (Some(_), _) => {}
            }
        }
        for nonce in unwanted {
            self.withdraw(turn, nonce);
        }
        self.take_off(turn, &gone);
    }

    /// An offer that the server has not taken and cannot take goes; any other one is taken back when
    /// it is taken.
    fn withdraw(&mut self, turn: &mut Turn<'_>, nonce: Nonce) {
        let index = self.entries.iter().position(|entry| {
            let is_failed = matches!(entry.stage, Stage::Failed(_));
            entry.nonce == nonce && (is_failed || !entry.tried)
        });
        let Some(entry) = index.and_then(|index| self.entries.remove(index)) else { return };
        for ticket in entry.tickets {
            turn.answer(ticket, Err(Failure::Cancelled));
        }
        turn.writes.push(Write::RemoveWaiting(self.owner, nonce));
        turn.emit(ClientEvent::Discarded(nonce));
    }

    /// An upload that failed is nobody's any more when it is off the list: its file ends, unless all of it
    /// is there.
    fn owes_an_end(&mut self, id: TransferId) {
        let Desk { transfers, files, .. } = self;
        let Some(moving) = transfers.get(id) else { return };
        let is_failed = matches!(moving.shown.state, TransferState::Failed(_));
        if let Some(file) = moving.shown.file
            && (is_failed && moving.shown.way == FileWay::Up && !files.is_kept(file))
        {
            (moving.owes, moving.told) = (Some(Owes::Cancel), false);
        }
    }

    /// Takes transfers off the list; what the server is still to be told of them is told.
    pub(super) fn take_off(&mut self, turn: &mut Turn<'_>, ids: &[TransferId]) {
        let mut gone = Vec::new();
        let owner = self.owner;
        for id in ids {
            let Some(index) = self.transfers.0.iter().position(|moving| moving.shown.id == *id)
            else {
                continue;
            };
            let is_offered = self.entries.iter().any(|entry| entry.nonce == id.0);
            let moving = &mut self.transfers.0[index];
            if !std::mem::replace(&mut moving.forgotten, true) {
                gone.push(*id);
            }
            if moving.shown.state != TransferState::Done {
                moving.sweep(turn);
            }
            if moving.owes.is_some() || is_offered || moving.run != Run::Rests {
                turn.writes.push(moving.to_keep(owner));
            } else {
                self.transfers.0.remove(index);
                turn.writes.push(Write::RemoveTransfer(owner, id.0));
            }
        }
        if !gone.is_empty() {
            turn.emit(ClientEvent::TransfersGone(gone));
        }
    }

    /// What was off the list and has nothing to wait for any more goes.
    pub(super) fn clear(&mut self, turn: &mut Turn<'_>, id: TransferId) {
        if self.transfers.get(id).is_some_and(|moving| moving.forgotten) {
            self.take_off(turn, &[id]);
        }
    }
}

impl State {
    pub(super) fn on_file_intent(&mut self, turn: &mut Turn<'_>, intent: Intent) {
        let is_of_list = matches!(
            intent,
            Intent::TakeFile { .. }
                | Intent::PauseTransfer { .. }
                | Intent::ResumeTransfer { .. }
                | Intent::CancelTransfer { .. }
                | Intent::ForgetTransfers { .. }
                | Intent::HideTransfers { .. }
        );
        let now = if is_of_list { self.put_off(turn, intent) } else { Some(intent) };
        let Some(intent) = now else { return };
        match intent {
            Intent::SendFile { ticket, to, path, nonce } => {
                self.send_file(turn, (ticket, to), path, nonce);
            }
            Intent::TakeFile { ticket, with, message, destination } => {
                let taken = self.take_file(turn, with, &message, destination);
                turn.answer(ticket, taken.map(Answer::Transfer));
            }
            Intent::DeclineFile { ticket, file } => match self.is_signed_in() {
                true => self.command(turn, Command::DeclineFile { file }, Request::Do(ticket)),
                false => turn.answer(ticket, Err(self.why_not())),
            },
            Intent::PauseTransfer { ticket, id } => self.with_one(turn, ticket, id, Self::pause),
            Intent::ResumeTransfer { ticket, id } => self.with_one(turn, ticket, id, Self::resume),
            Intent::CancelTransfer { ticket, id } => self.with_one(turn, ticket, id, Self::cancel),
            Intent::ForgetTransfers { ticket, ids } => {
                let forgotten = self.forget_transfers(turn, &ids);
                turn.answer(ticket, forgotten);
            }
            Intent::HideTransfers { ticket, ids } => {
                let hidden = self.hide_transfers(turn, &ids);
                turn.answer(ticket, hidden);
            }
            Intent::WatchFiles(files) => self.watch_files(turn, files),
            Intent::SetCarriage(carriage) => {
                self.carriage = carriage;
                turn.effects.push(Effect::Carry(CarryJob::Throttle(carriage)));
            }
            // The caller takes out those about files.
            _ => {}
        }
    }

    /// A file is looked at before it is offered; what is said behind it comes behind it.
    fn send_file(
        &mut self,
        turn: &mut Turn<'_>,
        (ticket, to): (Ticket, Target),
        path: PathBuf,
        nonce: Option<Nonce>,
    ) {
        let why_not = self.why_not();
        let nonce = nonce.unwrap_or_else(|| self.chance.nonce());
        let Some(desk) = &mut self.desk else { return turn.answer(ticket, Err(why_not)) };
        desk.last_order += 1;
        let (owner, order) = (desk.owner, desk.last_order);
        desk.making.push(Making::new(order, to));
        let began = desk.next_began(turn.now.wall_ms);
        let packing = Box::new(Packing { owner, ticket, to, nonce, order, began });
        turn.effects.push(Effect::Carry(CarryJob::Look(packing, path)));
    }

    /// It was looked at: it is offered, by a message like others.
    pub(super) fn on_looked(
        &mut self,
        turn: &mut Turn<'_>,
        packing: &Packing,
        path: PathBuf,
        looked: Result<Source, Failure>,
    ) {
        let Packing { owner, ticket, to, nonce, order, began } = *packing;
        let Some(desk) = self.desk.as_mut().filter(|desk| desk.owner == owner) else {
            return turn.answer(ticket, Err(looked.err().unwrap_or(Failure::Cancelled)));
        };
        desk.making.retain(|making| !making.is_at(order));
        let source = match looked {
            Ok(source) => source,
            Err(failure) => return turn.answer(ticket, Err(failure)),
        };
        let (name, bytes) = (label(&source.name), source.bytes);
        let body = Body::File { name: name.clone(), bytes };
        self.say_at(turn, (ticket, order), to, body, nonce);
        let Some(desk) = &mut self.desk else { return };
        let is_said = desk.entries.iter().any(|entry| entry.nonce == nonce);
        let id = TransferId(nonce);
        if !is_said || desk.transfers.get(id).is_some() {
            return;
        }
        let shown = Transfer {
            id,
            way: FileWay::Up,
            file: None,
            with: to,
            from: owner.account,
            name,
            bytes,
            done: 0,
            path,
            state: TransferState::Waiting(WaitsFor::Offer),
            speed: 0,
            began,
            ended: None,
            hidden: false,
        };
        if let Err(failure) = desk.add(turn, Moving::new(shown, source.modified)) {
            self.give_up(turn, nonce, failure);
        }
    }

    /// Fetches a file. One that is under way already is the same one.
    fn take_file(
        &mut self,
        turn: &mut Turn<'_>,
        with: Target,
        message: &Message,
        destination: Destination,
    ) -> Result<TransferId, Failure> {
        let Body::File { name, bytes } = &message.body else {
            return Err(Failure::Refused(Reason::NotFound.into()));
        };
        let file = FileId { conversation: message.conversation, seq: message.seq };
        if let Some(id) = self.under_way(file) {
            return self.resume(turn, id).map(|()| id);
        }
        let why_not = self.why_not();
        let id = TransferId(self.chance.nonce());
        let desk = self.desk.as_mut().filter(|desk| desk.loaded).ok_or(why_not)?;
        let name = label(name);
        let path = match destination {
            Destination::Folder(folder) => folder.join(&name),
            Destination::Path(path) => path,
        };
        let shown = Transfer {
            id,
            way: FileWay::Down,
            file: Some(file),
            with,
            from: message.from,
            name,
            bytes: *bytes,
            done: 0,
            path,
            state: TransferState::Waiting(WaitsFor::Turn),
            speed: 0,
            began: turn.now.wall_ms,
            ended: None,
            hidden: false,
        };
        desk.add(turn, Moving::new(shown, None))?;
        // It stands for what was fetched, or tried, before.
        let before = desk.transfers.of(file).filter(|one| {
            one.shown.id != id && one.shown.way == FileWay::Down && one.shown.state.is_over()
        });
        let before: Vec<TransferId> = before.map(|one| one.shown.id).collect();
        desk.take_off(turn, &before);
        desk.ask_for(file);
        Ok(id)
    }

    /// The download of a file that has not come to an end.
    fn under_way(&mut self, file: FileId) -> Option<TransferId> {
        let is_it = |moving: &&mut Moving| moving.shown.way == FileWay::Down && moving.follows();
        Some(self.desk.as_mut()?.transfers.of(file).find(is_it)?.shown.id)
    }

    fn with_one(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        id: TransferId,
        act: impl FnOnce(&mut Self, &mut Turn<'_>, TransferId) -> Result<(), Failure>,
    ) {
        let result = act(self, turn, id);
        turn.answer(ticket, result.map(|()| Answer::Done));
    }

    fn found(&mut self, id: TransferId) -> Result<(&mut Moving, Owner), Failure> {
        let why_not = self.why_not();
        let desk = self.desk.as_mut().filter(|desk| desk.loaded).ok_or(why_not)?;
        let owner = desk.owner;
        let moving = desk.transfers.get(id).filter(|moving| !moving.forgotten);
        moving.map(|moving| (moving, owner)).ok_or(Failure::Refused(Reason::NotFound.into()))
    }

    fn pause(&mut self, turn: &mut Turn<'_>, id: TransferId) -> Result<(), Failure> {
        let (moving, owner) = self.found(id)?;
        if moving.is_open() {
            moving.stop(turn);
            moving.set(turn, owner, TransferState::Paused);
        }
        Ok(())
    }

    fn resume(&mut self, turn: &mut Turn<'_>, id: TransferId) -> Result<(), Failure> {
        let (moving, owner) = self.found(id)?;
        if !matches!(moving.shown.state, TransferState::Paused | TransferState::Failed(_)) {
            return Ok(());
        }
        (moving.failures, moving.not_before) = (0, None);
        let waits = match moving.shown.file {
            Some(_) => WaitsFor::Turn,
            None => WaitsFor::Offer,
        };
        moving.set(turn, owner, TransferState::Waiting(waits));
        if waits == WaitsFor::Offer {
            self.retry(turn, id.0);
        }
        Ok(())
    }

    fn cancel(&mut self, turn: &mut Turn<'_>, id: TransferId) -> Result<(), Failure> {
        let (moving, owner) = self.found(id)?;
        let is_failed = matches!(moving.shown.state, TransferState::Failed(_));
        if moving.shown.state.is_over() && !is_failed {
            return Ok(());
        }
        moving.stop(turn);
        if moving.shown.way == FileWay::Up && moving.shown.file.is_some() {
            moving.owes = Some(Owes::Cancel);
        }
        moving.set(turn, owner, TransferState::Cancelled);
        moving.sweep(turn);
        if let Some(desk) = &mut self.desk {
            desk.withdraw(turn, id.0);
        }
        Ok(())
    }

    fn forget_transfers(
        &mut self,
        turn: &mut Turn<'_>,
        ids: &[TransferId],
    ) -> Result<Answer, Failure> {
        let why_not = self.why_not();
        let desk = self.desk.as_mut().filter(|desk| desk.loaded).ok_or(why_not)?;
        let transfers = &mut desk.transfers;
        let is_over =
            |id: &TransferId| transfers.get(*id).is_some_and(|one| one.shown.state.is_over());
        let over: Vec<TransferId> = ids.iter().copied().filter(is_over).collect();
        for id in &over {
            desk.owes_an_end(*id);
        }
        desk.take_off(turn, &over);
        Ok(Answer::Done)
    }

    /// Off the list; where it was received, or what was sent, stays known.
    fn hide_transfers(
        &mut self,
        turn: &mut Turn<'_>,
        ids: &[TransferId],
    ) -> Result<Answer, Failure> {
        let why_not = self.why_not();
        let desk = self.desk.as_mut().filter(|desk| desk.loaded).ok_or(why_not)?;
        let owner = desk.owner;
        for id in ids {
            let shown = |one: &&mut Moving| one.shown.state.is_over() && !one.shown.hidden;
            if let Some(moving) = desk.transfers.get(*id).filter(shown) {
                moving.shown.hidden = true;
                turn.writes.push(moving.to_keep(owner));
                moving.show(turn);
            }
        }
        Ok(Answer::Done)
    }
}

/// A name as a label, whatever it is.
pub(in crate::client) fn label(name: &str) -> String {
    match file_name(name) {
        name if name.is_empty() => NAMELESS.to_owned(),
        name => name,
    }
}
