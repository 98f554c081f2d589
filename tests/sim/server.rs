//! The real server core in one thread: a queue of jobs, the writer's commit, the hub, the readers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use futures_util::FutureExt;
use mychat::client::state::Chance;
use mychat::clock::Moment;
use mychat::domain::{AccountId, ConversationId, DeviceId, Nonce, Seq};
use mychat::limits::{Limits, PRESENCE_FOLD};
use mychat::net::codec;
use mychat::net::protocol::{Command, ServerFrame};
use mychat::server::board::Board;
use mychat::server::commands::{Alarm, Rules};
use mychat::server::hub::{Hub, HubInput};
use mychat::server::job::{Caller, Job, Outcome, SessionId};
use mychat::server::journal::Journal;
use mychat::server::outbox::Next;
use mychat::server::policy::Policy;
use mychat::server::readers::Reader;
use mychat::store::blobs::Files;
use mychat::store::{Engine, Reads, StoreError, schema, writer};

use crate::bugs::{Bug, Judge};
use crate::disk::Disk;
use crate::session::Session;

const CACHE_BYTES: usize = 1024 * 1024;
/// Before a frame's own bytes stands its length.
const PREFIX_BYTES: usize = 4;

/// A server that runs.
pub struct Server {
    pub disk: Disk,
    pub board: Arc<Board>,
    pub reader: Reader,
    pub jobs: Vec<Job>,
    /// What readers found, before it reaches the outboxes.
    pub read: Vec<(u64, ServerFrame)>,
    /// By the number of their link.
    pub sessions: BTreeMap<u64, Session>,
    pub chance: Chance,
    pub hub: Hub,
    engine: Arc<Engine>,
    judge: Judge,
    booted: Duration,
    tick_at: Option<Duration>,
    alarm: Arc<Alarm>,
    /// The rules are about to be asked what time has done.
    is_rung: bool,
    count: u64,
    fences: Fences,
    /// Messages that were turned down, whether or not their writers were told.
    pub refused: Vec<Nonce>,
    /// What the disk had before the last commit.
    pub before: Vec<u8>,
}

/// What a server says on a link.
pub enum Said {
    Frame(Box<ServerFrame>),
    Closed,
}

impl Server {
    pub fn open(
        disk: Disk,
        now: Duration,
        seed: u64,
        bug: Option<Bug>,
    ) -> Result<Self, StoreError> {
        let engine = Arc::new(Engine::open_on(disk.clone(), schema::MIGRATIONS, CACHE_BYTES)?);
        let (board, files) = (Arc::new(Board::default()), Files::of(Path::new("nowhere")));
        let full = Arc::new(AtomicBool::new(false));
        let limits = Limits { rooms_per_day: 1_000, ..Limits::default() };
        let policy = Policy::of_limits(limits);
        let rules = Rules::new(policy.clone(), full, files.clone());
        let alarm = rules.alarm();
        let mut bytes = [9; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        Ok(Server {
            hub: Hub::new(board.clone(), Arc::new(Journal::default()), policy.clone()),
            reader: Reader::new(engine.clone(), board.clone(), files, policy),
            judge: Judge { rules, bug },
            refused: Vec::new(),
            before: Vec::new(),
            disk,
            board,
            jobs: vec![Job::ResumeGames],
            read: Vec::new(),
            sessions: BTreeMap::new(),
            chance: Chance::from_seed(bytes),
            engine,
            booted: now,
            tick_at: None,
            alarm,
            is_rung: false,
            count: 0,
            fences: Fences::default(),
        })
    }

    pub fn moment(&self, now: Duration, wall_ms: i64) -> Moment {
        Moment { wall_ms, uptime: now.saturating_sub(self.booted) + Duration::from_secs(1) }
    }

    pub fn rows(&self) -> Reads {
        Reads::open(&self.engine.read().unwrap()).unwrap()
    }

    pub fn connect(&mut self, wire: u64) {
        self.count += 1;
        self.sessions.insert(wire, Session::new(SessionId(self.count)));
    }

    /// A link is gone: the writer hears it like everything else.
    pub fn disconnect(&mut self, wire: u64) {
        if let Some(session) = self.sessions.remove(&wire) {
            self.jobs.push(Job::Left { session: session.id });
        }
    }

    /// One batch, handed on behind its commit.
    pub fn batch(&mut self, moment: Moment) -> Result<Vec<Outcome>, StoreError> {
        let mut jobs = std::mem::take(&mut self.jobs);
        self.is_rung = false;
        if self.judge.bug == Some(Bug::Swaps) {
            jobs.reverse();
        }
        if self.judge.bug == Some(Bug::LosesLastCommit) {
            self.before = self.disk.after_kill();
        }
        let outcomes = writer::commit(&self.engine, &mut self.judge, moment, &jobs)?;
        self.fences.note(&jobs, &outcomes);
        self.refused.extend(jobs.iter().zip(&outcomes).filter_map(turned_down));
        Ok(outcomes)
    }

    pub fn hand_on(&mut self, outcomes: Vec<Outcome>, now: Duration, moment: Moment) {
        self.tell(HubInput::Committed(outcomes), now, moment);
        let wires: Vec<u64> = self.sessions.keys().copied().collect();
        for wire in wires {
            self.settle(wire, now, moment);
        }
    }

    pub fn tell(&mut self, input: HubInput, now: Duration, moment: Moment) {
        if matches!(input, HubInput::Tick) {
            self.tick_at = None;
        }
        self.hub.handle(input, moment);
        if self.tick_at.is_none() && self.hub.wants_tick() {
            self.tick_at = Some(now + PRESENCE_FOLD);
        }
    }

    pub fn wakes_at(&self) -> Option<Duration> {
        [self.tick_at, self.rings_at()].into_iter().flatten().min()
    }

    /// When time does something to a game, as the rules said last.
    fn rings_at(&self) -> Option<Duration> {
        let due = self.alarm.due().filter(|_| !self.is_rung)?;
        Some(due.saturating_sub(Duration::from_secs(1)) + self.booted)
    }

    /// Something is due.
    pub fn tick(&mut self, now: Duration, moment: Moment) {
        if self.rings_at().is_some_and(|at| at <= now) {
            self.is_rung = true;
            self.jobs.push(Job::Clockwork);
        }
        if self.tick_at.is_some_and(|at| at <= now) {
            self.tell(HubInput::Tick, now, moment);
        }
    }

    /// What the outboxes of links that take something have for them.
    pub fn said(&mut self, moment: Moment, takes: impl Fn(u64) -> bool) -> Vec<(u64, Said)> {
        let mut said = Vec::new();
        let open = |(wire, session): &(&u64, &mut Session)| takes(**wire) && !session.is_closed;
        for (wire, session) in self.sessions.iter_mut().filter(open) {
            while let Some(next) = session.outbox.next(|| moment.uptime).now_or_never() {
                match next {
                    Next::Write(frames) => {
                        for bytes in frames {
                            let frame = codec::from_bytes(&bytes[PREFIX_BYTES..]).unwrap();
                            self.fences.check_delivery(session.id, &frame);
                            said.push((*wire, Said::Frame(Box::new(frame))));
                        }
                    }
                    Next::Close(goodbye) => {
                        said.push((*wire, Said::Frame(Box::new(ServerFrame::Goodbye(goodbye)))));
                        said.push((*wire, Said::Closed));
                        session.is_closed = true;
                        break;
                    }
                }
            }
        }
        said
    }
}

/// Who was fenced off, as the commits say it and whatever the hub does.
#[derive(Default)]
struct Fences {
    places: BTreeMap<SessionId, (AccountId, DeviceId)>,
    fenced: BTreeSet<SessionId>,
    /// Signed out by their own wish: nothing is executed, the last answer is on its way.
    left: BTreeSet<SessionId>,
    reads: BTreeMap<(AccountId, ConversationId), Seq>,
}

impl Fences {
    fn note(&mut self, jobs: &[Job], outcomes: &[Outcome]) {
        for (job, outcome) in jobs.iter().zip(outcomes) {
            if let Job::Command { caller, command, .. } = job
                && (self.fenced.contains(&caller.session) || self.left.contains(&caller.session))
            {
                let refused =
                    matches!(outcome, Outcome::Answer { frame: ServerFrame::Refused { .. }, .. });
                assert!(refused, "9 fencing: {command:?} of a fenced session was executed");
            }
            match outcome {
                Outcome::Entered(entered) => {
                    let Caller { account, device, session, .. } = entered.caller;
                    self.fence(account, &[&[device][..], &entered.forgotten].concat());
                    self.places.insert(session, (account, device));
                }
                Outcome::Revoked { caller, revoked, .. } => {
                    // Not from the outcome, which is what may be wrong.
                    let wanted = match job {
                        Job::Command { command, .. } => revoked_by(command),
                        _ => None,
                    };
                    self.fence(caller.account, &wanted.map_or(revoked.clone(), |one| vec![one]));
                }
                Outcome::SignedOut { caller, .. } => drop(self.left.insert(caller.session)),
                Outcome::Moved { caller, conversation, cursors, .. } => {
                    let before = self.reads.insert((caller.account, *conversation), cursors.read);
                    let before = before.unwrap_or_default();
                    assert!(before <= cursors.read, "7 cursors: {before:?} to {:?}", cursors.read);
                }
                _ => {}
            }
        }
    }

    fn fence(&mut self, account: AccountId, devices: &[DeviceId]) {
        let same = |place: &(AccountId, DeviceId)| place.0 == account && devices.contains(&place.1);
        let fenced = self.places.iter().filter(|(_, place)| same(place));
        self.fenced.extend(fenced.map(|(session, _)| *session));
        self.places.retain(|_, place| !same(place));
    }

    fn check_delivery(&self, session: SessionId, frame: &ServerFrame) {
        let fenced = self.fenced.contains(&session);
        assert!(!fenced, "9 fencing: {frame:?} was delivered to a fenced session");
    }
}

/// A message that is not taken; it may come again, and be taken then.
fn turned_down((job, outcome): (&Job, &Outcome)) -> Option<Nonce> {
    match (job, outcome) {
        (
            Job::Command { command: Command::Send { nonce, .. }, .. },
            Outcome::Answer { frame: ServerFrame::Refused { .. }, .. },
        ) => Some(*nonce),
        _ => None,
    }
}

fn revoked_by(command: &Command) -> Option<DeviceId> {
    match command {
        Command::Revoke { device } => Some(*device),
        _ => None,
    }
}
