//! Files in the model world: what the server has of each, what lies on the disks of clients, and the
//! threads that carry them, one step after the other.
//!
//! A kill loses what was not synced, on either side. A download that got its name is found again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::model::{ModelServer, Said, refused};
use super::world::{Client, Travelling, World};
use super::{Carried, CarryEnd, CarryJob, Input, Packing, Source, Trip};
use crate::client::api::{ClientEvent, Failure, TransferId, TransferState};
use crate::domain::{
    AccountId, Body, CHUNK_BYTES, ConversationId, FileId, FileState, FileStatus, FileWay, Message,
    Seq,
};
use crate::net::protocol::{Command, Event, Reason, Refusal, Reply, ServerFrame};

/// What the server has of files.
#[derive(Default)]
pub struct Quay {
    pub files: BTreeMap<FileId, ModelFile>,
    tickets: BTreeMap<[u8; 32], (AccountId, FileId, FileWay)>,
    pub took: BTreeSet<(AccountId, FileId)>,
    /// Tickets that were given out.
    pub given: u64,
    /// Every ticket is refused for this.
    pub refuses: Option<Refusal>,
    /// What is told of files is refused for this.
    pub denies: Option<Refusal>,
}

pub struct ModelFile {
    pub owner: AccountId,
    pub bytes: u64,
    pub here: u64,
    pub state: FileState,
}

/// What clients have of files.
#[derive(Default)]
pub struct Harbour {
    trips: BTreeMap<(usize, TransferId), Going>,
    /// Proven and on disk, of downloads that are not whole.
    disk: BTreeMap<TransferId, u64>,
    /// Downloads that got their name.
    pub placed: BTreeSet<TransferId>,
    pub swept: BTreeSet<TransferId>,
    /// How the next tries end, unless they go well.
    pub ends: Vec<CarryEnd>,
    /// Most trips of one client at once.
    pub most: usize,
}

struct Going {
    trip: Trip,
    is_new: bool,
    is_stopped: bool,
    /// The other side of its link is gone.
    is_cut: bool,
    done: u64,
    moved: u64,
    waited: u32,
}

/// The path says how many bytes a file has.
pub fn source(bytes: u64) -> PathBuf {
    format!("/files/{bytes}").into()
}

fn bytes_of(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.parse().ok()
}

impl Quay {
    pub fn offer(&mut self, message: &Message) {
        if let Body::File { bytes, .. } = message.body {
            let file = FileId { conversation: message.conversation, seq: message.seq };
            let state = FileState::Coming;
            let offered = ModelFile { owner: message.from, bytes, here: 0, state };
            self.files.insert(file, offered);
        }
    }

    pub fn status(&self, file: FileId) -> FileStatus {
        let known = &self.files[&file];
        let taken = self.took.iter().filter(|(_, took)| *took == file).count();
        let taken = u32::try_from(taken).unwrap();
        FileStatus { state: known.state, here: known.here, hash: None, taken, until: None }
    }
}

impl ModelServer {
    pub fn list_files(&self, me: AccountId, id: ConversationId, seqs: &[Seq]) -> Reply {
        let sees = self.logs.get(&id).is_some_and(|(kind, _)| self.is_in(*kind, me));
        let files = seqs.iter().map(|seq| (*seq, FileId { conversation: id, seq: *seq }));
        let known = files.filter(|(_, file)| sees && self.quay.files.contains_key(file));
        Reply::Files { files: known.map(|(seq, file)| (seq, self.quay.status(file))).collect() }
    }

    pub fn ticket(&mut self, me: AccountId, id: u64, file: FileId, way: FileWay) -> ServerFrame {
        if let Some(refusal) = self.quay.refuses.clone() {
            return ServerFrame::Refused { id, refusal };
        }
        let Some(known) = self.quay.files.get(&file) else { return refused(id, Reason::NotFound) };
        match (known.state, way) {
            (FileState::Coming, FileWay::Up) => assert_eq!(known.owner, me),
            (FileState::Coming | FileState::Kept, FileWay::Down) => {}
            _ => return refused(id, Reason::FileGone),
        }
        self.quay.given += 1;
        let mut ticket = [0; 32];
        ticket[..8].copy_from_slice(&self.quay.given.to_be_bytes());
        self.quay.tickets.insert(ticket, (me, file, way));
        ServerFrame::Reply { id, reply: Reply::Ticket { ticket } }
    }

    pub fn file_command(
        &mut self,
        link: u64,
        me: AccountId,
        (id, command): (u64, &Command),
        said: &mut Said,
    ) {
        if let Some(refusal) = self.quay.denies.clone() {
            return said.push((link, ServerFrame::Refused { id, refusal }));
        }
        let (file, wanted) = match command {
            Command::CancelFile { file } => (*file, FileState::Cancelled),
            Command::DeclineFile { file } => (*file, FileState::Declined),
            Command::TookFile { file } => {
                self.quay.took.insert((me, *file));
                said.extend(self.tell_file(*file));
                return said.push((link, ServerFrame::Done { id }));
            }
            other => panic!("the model knows no {other:?}"),
        };
        let known = self.quay.files.get_mut(&file).expect("the model's clients know what they do");
        assert_eq!(known.owner == me, wanted == FileState::Cancelled);
        if !known.state.is_open() && known.state != wanted {
            return said.push((link, refused(id, Reason::FileGone)));
        }
        known.state = wanted;
        said.extend(self.tell_file(file));
        said.push((link, ServerFrame::Done { id }));
    }

    pub fn tell_file(&self, file: FileId) -> Said {
        let kind = self.logs[&file.conversation].0;
        let status = self.quay.status(file);
        let event = ServerFrame::Event(Event::File { file, status });
        let members = self.sessions.iter().filter(|(_, account)| self.is_in(kind, **account));
        members.map(|(link, _)| (*link, event.clone())).collect()
    }
}

impl World {
    pub fn carry(&mut self, index: usize, job: CarryJob) {
        let run = self.clients[index].run;
        match job {
            CarryJob::Look(packing, path) => {
                self.later(50, Travelling::Looked(index, run, packing, path));
            }
            CarryJob::Go(trip) => {
                let id = trip.id;
                let done = self.harbour.disk.get(&id).copied().unwrap_or_default();
                let (is_new, is_stopped, is_cut) = (true, false, false);
                let going =
                    Going { trip: *trip, is_new, is_stopped, is_cut, done, moved: 0, waited: 0 };
                let before = self.harbour.trips.insert((index, id), going);
                assert!(before.is_none(), "one thread a transfer");
                let at_once = self.harbour.trips.keys().filter(|(of, _)| *of == index).count();
                self.harbour.most = self.harbour.most.max(at_once);
                self.later(50, Travelling::Carried(index, run, id));
            }
            CarryJob::Throttle(_) => {}
            CarryJob::Stop(id) => {
                if let Some(going) = self.harbour.trips.get_mut(&(index, id)) {
                    going.is_stopped = true;
                }
            }
            CarryJob::Sweep(id, _) => {
                let runs = self.harbour.trips.contains_key(&(index, id));
                assert!(!runs, "swept under its feet");
                self.harbour.disk.remove(&id);
                self.harbour.swept.insert(id);
            }
        }
    }

    fn later(&mut self, most_ms: u64, what: Travelling) {
        let at = self.now + Duration::from_millis(self.chance.below(most_ms));
        self.order += 1;
        self.queue.insert((at, self.order), what);
    }

    pub fn look(&mut self, index: usize, packing: Box<Packing>, path: PathBuf) {
        let looked = match bytes_of(&path) {
            Some(bytes) => Ok(Source { name: "../a.bin".into(), bytes, modified: Some(7) }),
            None => Err(Failure::File("no such file".into())),
        };
        self.input(index, Input::Carried(Carried::Looked(packing, path, looked)));
    }

    /// One step of a trip: a chunk, a wait, or its end.
    pub fn carry_on(&mut self, index: usize, id: TransferId) {
        let Some(mut going) = self.harbour.trips.remove(&(index, id)) else { return };
        let number = going.trip.number;
        let end = self.step_of(&mut going, id);
        let done = going.done;
        if going.trip.way == FileWay::Down && end != Some(CarryEnd::Failed(Failure::FileBroken)) {
            self.harbour.disk.insert(id, done);
        }
        if let Some(end) = end {
            let ended = Carried::Ended { id, number, done, end };
            return self.input(index, Input::Carried(ended));
        }
        let (moved, waits) = (going.moved, going.waited > 0);
        self.harbour.trips.insert((index, id), going);
        let run = self.clients[index].run;
        self.later(if waits { 10_000 } else { 120 }, Travelling::Carried(index, run, id));
        let word = match waits {
            true => Carried::Waits { id, number },
            false => Carried::Went { id, number, moved, done },
        };
        self.input(index, Input::Carried(word));
    }

    fn step_of(&mut self, going: &mut Going, id: TransferId) -> Option<CarryEnd> {
        if self.harbour.placed.contains(&id) {
            return Some(CarryEnd::Whole(going.trip.path.clone()));
        }
        if let Some(end) = self.harbour.ends.pop() {
            return Some(end);
        }
        if going.is_stopped || going.is_cut || !self.up {
            return Some(CarryEnd::Cut);
        }
        let quay = &mut self.server.quay;
        let grant = match going.is_new {
            true => quay.tickets.remove(&going.trip.ticket).inspect(|&grant| {
                going.trip.ticket = [0; 32];
                quay.tickets.insert(grant_key(id), grant);
            }),
            false => quay.tickets.get(&grant_key(id)).copied(),
        };
        let Some((_, file, way)) = grant else {
            return Some(CarryEnd::Refused(Reason::NotFound.into()));
        };
        let known = quay.files.get_mut(&file).expect("a ticket is for a file");
        assert_eq!((way, known.bytes), (going.trip.way, going.trip.bytes));
        if !known.state.is_open() {
            return Some(CarryEnd::Refused(Reason::FileGone.into()));
        }
        if std::mem::take(&mut going.is_new) {
            if way == FileWay::Up {
                going.done = known.here;
            }
            return None;
        }
        match way {
            FileWay::Up if known.state == FileState::Kept => {
                Some(CarryEnd::Refused(Reason::FileGone.into()))
            }
            FileWay::Up if going.done < known.bytes => {
                let step = CHUNK_BYTES.min(known.bytes - going.done);
                (going.done, going.moved) = (going.done + step, going.moved + step);
                known.here = going.done;
                None
            }
            FileWay::Up => {
                known.state = FileState::Kept;
                let said = self.server.tell_file(file);
                self.say(said);
                // The last word may get lost.
                Some(match self.chance.below(4) {
                    0 => CarryEnd::Cut,
                    _ => CarryEnd::Whole(going.trip.path.clone()),
                })
            }
            FileWay::Down if going.done < known.here => {
                let step = CHUNK_BYTES.min(known.bytes - going.done);
                (going.done, going.moved) = (going.done + step, going.moved + step);
                going.waited = 0;
                None
            }
            FileWay::Down if going.done == known.bytes && known.state == FileState::Kept => {
                self.harbour.placed.insert(id);
                Some(CarryEnd::Whole(going.trip.path.clone()))
            }
            FileWay::Down => {
                going.waited += 1;
                (going.waited > 3).then_some(CarryEnd::Cut)
            }
        }
    }

    /// A client was killed: its threads end, and what was not synced is not there.
    pub fn sink(&mut self, index: usize) {
        self.harbour.trips.retain(|(of, _), _| *of != index);
        let own: Vec<TransferId> = self.clients[index].transfers.keys().copied().collect();
        for id in own {
            if let Some(done) = self.harbour.disk.get_mut(&id) {
                *done = self.chance.below(*done / CHUNK_BYTES + 1) * CHUNK_BYTES;
            }
        }
    }

    /// The server was: all links of files end.
    pub fn storm_harbour(&mut self) {
        self.harbour.trips.values_mut().for_each(|going| going.is_cut = true);
        for file in self.server.quay.files.values_mut() {
            if file.state == FileState::Coming {
                file.here = self.chance.below(file.here / CHUNK_BYTES + 1) * CHUNK_BYTES;
            }
        }
    }

    /// The links of one client's files are cut.
    pub fn cut_trips(&mut self, index: usize) {
        let own = self.harbour.trips.iter_mut().filter(|((of, _), _)| *of == index);
        own.for_each(|(_, going)| going.is_cut = true);
    }

    pub fn trips_of(&self, index: usize) -> usize {
        self.harbour.trips.keys().filter(|(of, _)| *of == index).count()
    }
}

/// Where the grant of a trip is kept while it runs.
fn grant_key(id: TransferId) -> [u8; 32] {
    let mut key = [0xFF; 32];
    key[..16].copy_from_slice(&id.0.0);
    key
}

impl Client {
    pub fn file_event(&mut self, event: ClientEvent) {
        match event {
            ClientEvent::Transfers(all) => {
                self.transfers = all.into_iter().map(|one| (one.id, one)).collect();
            }
            ClientEvent::Transfer(one) => {
                assert!(one.done <= one.bytes, "{one:?}");
                assert!(one.speed == 0 || one.state == TransferState::Running, "{one:?}");
                assert_eq!(one.ended.is_some(), one.state.is_over(), "{one:?}");
                self.transfers.insert(one.id, *one);
            }
            ClientEvent::TransfersGone(ids) => {
                for id in ids {
                    assert!(self.transfers.remove(&id).is_some(), "it was on the list");
                }
            }
            ClientEvent::File { file, status } => drop(self.files.insert(file, status)),
            _ => {}
        }
    }
}
