//! What the store reaches alone: the writer and the real rules, batches always ready, no network.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use async_channel::{Receiver, Sender};
use mychat::clock::{self, uptime};
use mychat::domain::{Body, DeviceId, Nickname, Target};
use mychat::limits::{JOBS_MAX, Limits, SERVER_CACHE_BYTES};
use mychat::net::protocol::{Command, Stretch};
use mychat::server::commands::Rules;
use mychat::server::job::{Applicant, Caller, Job, Outcome, Password, Registration, SessionId};
use mychat::server::outbox::Outbox;
use mychat::server::policy::Policy;
use mychat::store::blobs::Files;
use mychat::store::{Engine, StoreError, schema, writer};

use crate::load::{WORDS, nonce};
use crate::report::Failure;

/// People among whom the messages are shared out, like the clients of the ring.
const PEOPLE: usize = 500;

/// A store of its own with its writer, waiting for orders.
pub struct Bare {
    orders: Sender<Order>,
    slices: Receiver<Slice>,
    ended: Receiver<Result<(), StoreError>>,
    _folder: tempfile::TempDir,
}

/// What is to be measured.
struct Order {
    batch: usize,
    people: usize,
    length: Duration,
}

/// What the store alone reached.
#[derive(Default)]
pub struct Slice {
    pub messages: u64,
    /// How long each commit took, with its jobs.
    pub commits: Vec<Duration>,
}

impl Bare {
    /// Makes a store on the disk of `dir`, with people in it.
    pub fn start(dir: &Path) -> Result<Self, Failure> {
        let folder = tempfile::tempdir_in(dir)?;
        let path = folder.path();
        let engine = Engine::open(path, "bare.redb", schema::MIGRATIONS, SERVER_CACHE_BYTES)?;
        let (jobs, waiting) = async_channel::bounded(JOBS_MAX);
        let (orders, ordered) = async_channel::bounded(1);
        let (measured, slices) = async_channel::bounded(1);
        let (end, ended) = async_channel::bounded(1);
        let full = Arc::new(AtomicBool::new(false));
        let rules = Rules::new(Policy::of_limits(Limits::default()), full, Files::of(path));
        for number in 0..PEOPLE {
            jobs.try_send(register(number)?).map_err(|_| "the queue is too short")?;
        }
        let (jobs, callers, order) = (Some(jobs), Vec::new(), None);
        let (slice, began) = (Slice::default(), uptime());
        let mut feed = Feed { jobs, ordered, measured, order, slice, callers, said: 0, began };
        let hand_on = move |outcomes| feed.next(outcomes);
        let ended_with = move |result| drop(end.try_send(result));
        writer::start(Arc::new(engine), rules, waiting, clock::now, hand_on, ended_with)?;
        Ok(Bare { orders, slices, ended, _folder: folder })
    }

    /// Commits batches of so many messages of so many people one after another for so long.
    pub fn measure(&self, batch: usize, people: usize, length: Duration) -> Result<Slice, Failure> {
        let (batch, people) = (batch.min(JOBS_MAX), people.min(PEOPLE));
        self.orders.send_blocking(Order { batch, people, length })?;
        match self.slices.recv_blocking() {
            Ok(slice) => Ok(slice),
            Err(_) => Err(match self.ended.recv_blocking()? {
                Err(error) => error.into(),
                Ok(()) => "the writer ended by itself".into(),
            }),
        }
    }
}

/// Puts the next batch before the writer as soon as it has committed the last one.
struct Feed {
    jobs: Option<Sender<Job>>,
    ordered: Receiver<Order>,
    measured: Sender<Slice>,
    /// What is being done, and until when.
    order: Option<(Order, Duration)>,
    slice: Slice,
    callers: Vec<Caller>,
    said: u64,
    began: Duration,
}

impl Feed {
    fn next(&mut self, outcomes: Vec<Outcome>) {
        let now = uptime();
        match self.order {
            Some(_) => {
                self.slice.messages += outcomes.len() as u64;
                self.slice.commits.push(now.saturating_sub(self.began));
            }
            None => self.callers.extend(outcomes.into_iter().filter_map(caller)),
        }
        // Its people are more than one batch where registering them was cut into several.
        if self.callers.len() < PEOPLE {
            return;
        }
        if self.order.as_ref().is_none_or(|(_, until)| now > *until) {
            self.next_order();
        }
        if let (Some((order, _)), Some(jobs)) = (&self.order, &self.jobs) {
            for _ in 0..order.batch {
                self.said += 1;
                if let Some(job) = say(&self.callers, order.people, self.said) {
                    jobs.try_send(job).ok();
                }
            }
        }
        self.began = uptime();
    }

    fn next_order(&mut self) {
        if self.order.take().is_some() {
            self.measured.send_blocking(std::mem::take(&mut self.slice)).ok();
        }
        match self.ordered.recv_blocking() {
            Ok(order) => {
                let until = uptime() + order.length;
                self.order = Some((order, until));
            }
            // The end of the writer's jobs is its own end.
            Err(_) => self.jobs = None,
        }
    }
}

fn caller(outcome: Outcome) -> Option<Caller> {
    match outcome {
        Outcome::Entered(entered) => Some(entered.caller),
        _ => None,
    }
}

/// So many people in turn, each to the one beside, as the clients of the ring do.
fn say(callers: &[Caller], people: usize, said: u64) -> Option<Job> {
    let number = usize::try_from(said).ok()? % people;
    let (caller, peer) = (callers.get(number)?, callers.get(number ^ 1)?);
    let (nonce, to) = (nonce(caller.account, said), Target::Account(peer.account));
    let command = Command::Send { to, nonce, body: Body::text(WORDS) };
    Some(Job::Command { caller: caller.clone(), id: said, command })
}

fn register(number: usize) -> Result<Job, Failure> {
    let registration = Registration {
        nickname: Nickname::parse(&format!("client {number}"))?,
        password: Password { credential_id: [1; 32], file: vec![2; 192], stretch: Stretch::CHEAP },
        avatar: 1,
        recovery: [3; 16],
    };
    let mut device = [0; 16];
    device[..8].copy_from_slice(&(number as u64).to_be_bytes());
    let applicant = Applicant {
        session: SessionId(number as u64),
        outbox: Arc::new(Outbox::default()),
        address: "127.0.0.1".to_owned(),
        client: "bench".to_owned(),
        entered: async_channel::bounded(1).0,
    };
    Ok(Job::Register {
        applicant,
        id: 1,
        registration: Box::new(registration),
        device: DeviceId(device),
        device_name: "bench".to_owned(),
        token: [4; 32],
    })
}
