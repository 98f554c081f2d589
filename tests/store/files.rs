//! Property: whatever comes together in one batch, and wherever a crash falls between the disk and the
//! store, a file that is kept has its bytes, what is on its way keeps what was proven, nothing stays
//! that no row names, and everybody is charged for what is open and no more.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mychat::domain::{
    AccountId, BlobId, Body, FileId, FileState, Joining, Nonce, Outline, RoomId, Seq, Target,
};
use mychat::limits::Limits;
use mychat::net::protocol::Command;
use mychat::server::job::{Caller, Job, Outcome, Verdict, left_files};
use mychat::server::sweep::{Leftovers, Lying, remove_orphans};
use mychat::store::blobs::Files;
use mychat::store::incoming::Incoming;

use crate::stage::{DAY, MINUTE, Stage};

/// Set to try more seeds than a gate has time for.
const SEEDS: &str = "MYCHAT_SEEDS";
const STEPS: usize = 60;
/// Some have the same bytes, one has none.
const CONTENTS: [&[u8]; 4] = [b"", b"lab report", b"lab report, second try", &[7; 5000]];

struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

struct World {
    stage: Stage,
    files: Files,
    people: [Caller; 2],
    /// What each file is to be, and who offered it.
    offered: BTreeMap<FileId, (usize, &'static [u8])>,
    /// All of it was brought and its sender was told so.
    kept: BTreeSet<FileId>,
    nonce: u8,
    _data: tempfile::TempDir,
}

fn hash(bytes: &[u8]) -> BlobId {
    BlobId(*blake3::hash(bytes).as_bytes())
}

impl World {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let limits = Limits { files_days: 1, files_free_mib: 0, ..Limits::default() };
        let mut stage = Stage::new(limits, data.path());
        let people = [stage.register(), stage.register()];
        let files = Files::of(data.path());
        let (offered, kept) = (BTreeMap::new(), BTreeSet::new());
        World { stage, files, people, offered, kept, nonce: 0, _data: data }
    }

    fn offer(&mut self, who: usize, bytes: &'static [u8]) {
        self.nonce += 1;
        let to = Target::Account(self.people[1 - who].account);
        let body = Body::File { name: "report.pdf".into(), bytes: bytes.len() as u64 };
        let command = Command::Send { to, nonce: Nonce([self.nonce; 16]), body };
        let job = Job::Command { caller: self.people[who].clone(), id: 1, command };
        let Outcome::Appended { message, .. } = self.stage.job(job) else { panic!("refused") };
        let file = FileId { conversation: message.conversation, seq: message.seq };
        self.offered.insert(file, (who, bytes));
    }

    /// Lays all bytes where blobs lie, as a link does before it asks for the commit.
    fn settle(&self, file: FileId) -> Job {
        let (_, bytes) = self.offered[&file];
        let mut incoming = Incoming::open(&self.files, file, bytes.len() as u64).unwrap();
        while incoming.outline().next().is_some() {
            let value = Outline::new(bytes.len() as u64).value_of(0, bytes);
            incoming.put(value, bytes).unwrap();
        }
        let root = incoming.outline().root().unwrap();
        assert_eq!(root, hash(bytes));
        incoming.settle(root).unwrap();
        Job::KeepFile { file, root, slot: async_channel::bounded(1).0 }
    }

    /// A batch, and what is done behind its commit unless a crash comes first.
    fn batch(&mut self, jobs: &[Job], is_handed_on: bool) {
        let outcomes = self.stage.batch(jobs);
        for (job, outcome) in jobs.iter().zip(&outcomes) {
            if let (Job::KeepFile { file, .. }, Outcome::Kept { verdict, .. }) =
                (job, outcome.rest())
                && *verdict == Verdict::Kept
            {
                self.kept.insert(*file);
            }
            for change in outcome.files().iter().filter(|change| !change.status.state.is_open()) {
                self.kept.remove(&change.file);
            }
        }
        if is_handed_on {
            for blob in left_files(&outcomes) {
                self.files.throw_away(blob).unwrap();
            }
            for change in outcomes.iter().flat_map(Outcome::files) {
                self.files.remove_incoming(change.file).unwrap();
            }
            self.files.empty_bin();
        }
    }

    fn crash(&mut self) {
        self.stage.restart();
        remove_orphans(&self.stage.rows(), &self.files).unwrap();
    }

    /// An hour's sweep, all that was found in one batch.
    fn sweep(&mut self, is_handed_on: bool) {
        let limits = Limits { files_days: 1, ..Limits::default() };
        let found =
            Leftovers::find(&self.stage.rows(), &Lying::look(&self.files), &limits).unwrap();
        for file in found.ended {
            self.files.remove_incoming(file).unwrap();
        }
        let blobs = found.idle.into_iter().chain(found.orphans).collect();
        self.batch(&[Job::Sweep { blobs, files: found.expired }], is_handed_on);
    }

    fn any(&self, chance: &mut Chance) -> Option<FileId> {
        let at = chance.below(self.offered.len().max(1));
        self.offered.keys().nth(at).copied()
    }

    fn end_of(&self, file: FileId, chance: &mut Chance) -> Job {
        let (owner, _) = self.offered[&file];
        let (who, command) = match chance.below(2) {
            0 => (owner, Command::CancelFile { file }),
            _ => (1 - owner, Command::DeclineFile { file }),
        };
        Job::Command { caller: self.people[who].clone(), id: 1, command }
    }

    fn step(&mut self, chance: &mut Chance) {
        let is_handed_on = chance.below(4) > 0;
        let jobs = match (chance.below(8), self.any(chance)) {
            (0 | 1, _) | (_, None) => {
                let content = CONTENTS[chance.below(CONTENTS.len())];
                return self.offer(chance.below(2), content);
            }
            (2 | 3, Some(file)) if self.is_open(file) => vec![self.settle(file)],
            (4, Some(file)) => vec![self.end_of(file, chance)],
            // What comes together: one is kept while another with the same bytes ends.
            (5, Some(file)) if self.is_open(file) => {
                let other = self.any(chance).unwrap();
                let mut jobs = vec![self.settle(file), self.end_of(other, chance)];
                if chance.below(2) == 0 {
                    jobs.reverse();
                }
                jobs
            }
            (6, Some(file)) if self.is_open(file) => {
                // It lies there, and the server dies before it says so.
                drop(self.settle(file));
                return self.crash();
            }
            (7, _) => {
                self.stage.pass(DAY / 2 + MINUTE);
                self.stage.register();
                self.sweep(is_handed_on);
                if !is_handed_on {
                    self.crash();
                }
                return;
            }
            _ => return self.crash(),
        };
        self.batch(&jobs, is_handed_on);
        if !is_handed_on {
            self.crash();
        }
    }

    fn is_open(&self, file: FileId) -> bool {
        self.stage.rows().get_file(file).unwrap().unwrap().state == FileState::Coming
    }

    fn check(&self) {
        let rows = self.stage.rows();
        let (mut charged, mut uses) = (BTreeMap::<AccountId, u64>::new(), BTreeMap::new());
        for (file, (owner, bytes)) in &self.offered {
            let row = rows.get_file(*file).unwrap().unwrap();
            let is_told = self.kept.contains(file);
            assert_eq!(is_told, row.state == FileState::Kept, "{file:?} is {:?}", row.state);
            if row.state.is_open() {
                *charged.entry(self.people[*owner].account).or_default() += bytes.len() as u64;
            }
            if row.state == FileState::Kept {
                assert_eq!(row.root, Some(hash(bytes)));
                assert_eq!(std::fs::read(self.files.path(hash(bytes))).unwrap(), *bytes);
                *uses.entry(hash(bytes)).or_insert(0) += 1;
            } else {
                assert_eq!(row.root, None);
            }
        }
        for caller in &self.people {
            let charged = charged.get(&caller.account).copied().unwrap_or_default();
            assert_eq!(rows.get_file_bytes(caller.account).unwrap(), charged);
        }
        assert_eq!(rows.count_file_bytes().unwrap(), charged.values().sum::<u64>());
        for content in CONTENTS {
            let uses = uses.get(&hash(content)).copied().unwrap_or_default();
            let blob = rows.get_blob(hash(content)).unwrap();
            assert_eq!(blob.map_or(0, |blob| blob.uses), uses);
            assert_eq!(blob.is_some(), uses > 0, "no blob stays without a file");
            assert_eq!(rows.count_files_in(hash(content)).unwrap(), uses);
        }
    }
}

#[test]
fn a_file_that_is_kept_has_its_bytes_wherever_a_crash_falls() {
    let seeds = std::env::var(SEEDS).ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(15);
    for seed in 1..=seeds {
        println!("seed {seed}");
        let (mut world, mut chance) = (World::new(), Chance(seed));
        for _ in 0..STEPS {
            world.step(&mut chance);
            world.check();
        }
        // In the end everything is offered no longer, and nothing is left.
        world.crash();
        world.stage.pass(2 * DAY);
        world.stage.register();
        world.sweep(true);
        world.check();
        assert!(world.kept.is_empty());
        assert_eq!(world.files.list().unwrap(), []);
        world.crash();
        assert_eq!(world.files.list_incoming().unwrap(), []);
    }
}

#[test]
fn what_lies_there_when_the_server_dies_has_not_to_come_again() {
    let mut world = World::new();
    world.offer(0, CONTENTS[1]);
    world.offer(1, CONTENTS[1]);
    let files: Vec<FileId> = world.offered.keys().copied().collect();
    for file in &files {
        drop(world.settle(*file));
        world.crash();
        let incoming = Incoming::open(&world.files, *file, CONTENTS[1].len() as u64).unwrap();
        assert!(incoming.outline().is_whole(), "{file:?}");
    }
    assert_eq!(world.files.list().unwrap(), []);
    // One is kept: the other's bytes stay its own until it is, too.
    let jobs = [world.settle(files[0])];
    world.batch(&jobs, true);
    drop(world.settle(files[1]));
    world.crash();
    let jobs = [world.settle(files[1])];
    world.batch(&jobs, true);
    world.check();
    assert_eq!(world.kept.len(), 2);
}

#[test]
fn a_file_ends_by_how_long_the_server_ran_and_not_by_the_wall() {
    for jump in [crate::stage::TEN_YEARS_MS, -crate::stage::TEN_YEARS_MS] {
        let mut world = World::new();
        world.offer(0, CONTENTS[1]);
        let file = *world.offered.keys().next().unwrap();
        let jobs = [world.settle(file)];
        world.batch(&jobs, true);
        world.stage.wall_ms += jump;
        for (time, state) in [
            (DAY.saturating_sub(MINUTE), FileState::Kept),
            (MINUTE, FileState::Expired),
            (Duration::ZERO, FileState::Expired),
        ] {
            world.stage.pass(time);
            world.stage.register();
            world.sweep(true);
            let row = world.stage.rows().get_file(file).unwrap().unwrap();
            assert_eq!(row.state, state, "{jump}");
        }
        assert_eq!(world.files.list().unwrap(), []);
        assert!(file.seq > Seq::ZERO);
    }
}

#[test]
fn a_full_disk_takes_note_of_what_was_fetched_and_of_what_is_given_up() {
    let mut world = World::new();
    world.offer(0, CONTENTS[1]);
    let file = *world.offered.keys().next().unwrap();
    let jobs = [world.settle(file)];
    world.batch(&jobs, true);
    world.stage.full.store(true, std::sync::atomic::Ordering::Relaxed);
    let [lime, momo] = world.people.clone();
    assert_eq!(world.stage.command(&momo, Command::TookFile { file }), Ok(()));
    assert_eq!(world.stage.rows().get_file(file).unwrap().unwrap().taken, 1);
    assert_eq!(world.stage.command(&lime, Command::CancelFile { file }), Ok(()));
}

#[test]
fn a_room_with_more_files_than_end_at_once_leaves_the_rest_to_sweeps() {
    const FILES: usize = 1_130;
    let data = tempfile::tempdir().unwrap();
    let limits = Limits { files_per_account: 5_000, files_free_mib: 0, ..Limits::default() };
    let mut stage = Stage::new(limits, data.path());
    let files = Files::of(data.path());
    let lime = stage.register();
    let joining = Joining::Open;
    let create = Command::CreateRoom { name: "Lab".into(), joining, invite: vec![], colour: None };
    let make = Job::Command { caller: lime.clone(), id: 1, command: create };
    drop(stage.job(make));
    let room = stage.rows().list_own_rooms(lime.account, RoomId(0), 1).unwrap()[0];
    let jobs: Vec<Job> = (0..FILES)
        .map(|n| {
            let mut nonce = [0; 16];
            nonce[..8].copy_from_slice(&n.to_be_bytes());
            let body = Body::File { name: "a".into(), bytes: 1 };
            let (to, nonce) = (Target::Room(room), Nonce(nonce));
            let command = Command::Send { to, nonce, body };
            Job::Command { caller: lime.clone(), id: 1, command }
        })
        .collect();
    stage.batch(&jobs);
    assert_eq!(stage.rows().get_file_bytes(lime.account).unwrap(), FILES as u64);
    let command = Command::DissolveRoom { room };
    drop(stage.job(Job::Command { caller: lime.clone(), id: 1, command }));
    let left = |stage: &Stage| stage.rows().get_file_bytes(lime.account).unwrap();
    assert_eq!(left(&stage), 630);
    for rest in [130, 0] {
        let lying = Lying::look(&files);
        let found = Leftovers::find(&stage.rows(), &lying, &Limits::default()).unwrap();
        let ended = stage.job(Job::Sweep { blobs: vec![], files: found.expired });
        let is_cancelled = |status: FileState| status == FileState::Cancelled;
        assert!(ended.files().iter().all(|change| is_cancelled(change.status.state)));
        assert_eq!(left(&stage), rest);
    }
    assert_eq!(stage.rows().count_file_bytes().unwrap(), 0);
}
