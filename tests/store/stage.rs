//! The real rules over a store in memory, one job and one commit after another, at a test's own time.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use mychat::clock::Moment;
use mychat::domain::{AccountId, DeviceId, Nickname, Presence};
use mychat::limits::Limits;
use mychat::net::protocol::{Command, Reason, ServerFrame, Stretch};
use mychat::server::commands::{Alarm, Rules};
use mychat::server::job::{
    Applicant, Caller, Job, Outcome, Password, Proof, Registration, SessionId, SignIn,
};
use mychat::server::policy::Policy;
use mychat::store::blobs::Files;
use mychat::store::writer::Apply;
use mychat::store::{Engine, Reads, Writes, schema};

use crate::disk::{Disk, Fault};
use crate::play;

pub const MINUTE: Duration = Duration::from_mins(1);
pub const DAY: Duration = Duration::from_hours(24);
pub const TEN_YEARS_MS: i64 = 10 * 365 * 24 * 60 * 60 * 1000;
/// What is proven at every sign-in here.
pub const CREDENTIAL: [u8; 32] = [1; 32];

pub struct Stage {
    engine: Engine,
    policy: Arc<Policy>,
    files: Files,
    rules: Rules,
    pub full: Arc<AtomicBool>,
    /// By the wall; a test lets it jump.
    pub wall_ms: i64,
    pub uptime: Duration,
    sessions: u64,
    people: u64,
}

impl Stage {
    pub fn new(limits: Limits, data: &Path) -> Self {
        let disk = Disk::new(Vec::new(), Fault::None);
        let engine = Engine::open_on(disk, schema::MIGRATIONS, 1024 * 1024).unwrap();
        let full = Arc::new(AtomicBool::new(false));
        let (policy, files) = (Policy::of_limits(limits), Files::of(data));
        let rules = Rules::new(policy.clone(), full.clone(), files.clone());
        let (wall_ms, uptime) = (1_800_000_000_000, MINUTE);
        Stage { engine, policy, files, rules, full, wall_ms, uptime, sessions: 0, people: 0 }
    }

    /// The server ends and starts again, on the same store.
    pub fn restart(&mut self) {
        self.rules = Rules::new(self.policy.clone(), self.full.clone(), self.files.clone());
        self.uptime = Duration::ZERO;
    }

    /// Time passes, by both clocks.
    pub fn pass(&mut self, time: Duration) {
        self.uptime += time;
        self.wall_ms += i64::try_from(time.as_millis()).unwrap();
    }

    /// One batch.
    pub fn batch(&mut self, jobs: &[Job]) -> Vec<Outcome> {
        let now = Moment { wall_ms: self.wall_ms, uptime: self.uptime };
        let transaction = self.engine.write().unwrap();
        let mut rows = Writes::open(&transaction).unwrap();
        let apply = |job| self.rules.apply(&mut rows, now, job).unwrap();
        let outcomes = jobs.iter().map(apply).collect();
        drop(rows);
        transaction.commit().unwrap();
        outcomes
    }

    /// A batch whose transaction is given up.
    pub fn give_up(&mut self, jobs: &[Job]) {
        let now = Moment { wall_ms: self.wall_ms, uptime: self.uptime };
        let transaction = self.engine.write().unwrap();
        let mut rows = Writes::open(&transaction).unwrap();
        for job in jobs {
            self.rules.apply(&mut rows, now, job).unwrap();
        }
        drop(rows);
        transaction.abort().unwrap();
    }

    /// The job of a batch because of which that was given up.
    pub fn failed(&mut self, job: &Job) {
        self.rules.failed(job);
    }

    /// When time does something to games.
    pub fn alarm(&self) -> Arc<Alarm> {
        self.rules.alarm()
    }

    pub fn job(&mut self, job: Job) -> Outcome {
        self.batch(&[job]).pop().unwrap()
    }

    pub fn command(&mut self, caller: &Caller, command: Command) -> Result<(), Reason> {
        refusal(&self.job(Job::Command { caller: caller.clone(), id: 1, command }))
    }

    pub fn rows(&self) -> Reads {
        Reads::open(&self.engine.read().unwrap()).unwrap()
    }

    pub fn applicant(&mut self) -> Applicant {
        self.sessions += 1;
        Applicant { session: SessionId(self.sessions), ..play::applicant(0) }
    }

    /// Somebody new, at a first device.
    pub fn register(&mut self) -> Caller {
        self.people += 1;
        let registration = Registration {
            nickname: Nickname::parse(&format!("Somebody {}", self.people)).unwrap(),
            password: password(CREDENTIAL),
            avatar: 1,
            recovery: [3; 16],
        };
        let job = Job::Register {
            applicant: self.applicant(),
            id: 1,
            registration: Box::new(registration),
            device: device(1),
            device_name: "desk".to_owned(),
            token: [4; 32],
        };
        entered(self.job(job)).unwrap()
    }

    /// By password, at a device.
    pub fn sign_in(&mut self, account: AccountId, number: u8) -> Result<Caller, Reason> {
        self.sign_in_with(account, number, Proof::Password(CREDENTIAL.to_vec()))
    }

    pub fn sign_in_with(
        &mut self,
        account: AccountId,
        number: u8,
        proof: Proof,
    ) -> Result<Caller, Reason> {
        let (device_name, presence) = (None, Presence::Online);
        let sign_in = SignIn { account, device: device(number), device_name, proof, presence };
        let job = Job::SignIn { applicant: self.applicant(), id: 1, sign_in, token: [5; 32] };
        entered(self.job(job))
    }
}

pub fn device(number: u8) -> DeviceId {
    DeviceId([number; 16])
}

pub fn password(credential_id: [u8; 32]) -> Password {
    Password { credential_id, file: vec![2; 192], stretch: Stretch::CHEAP }
}

pub fn entered(outcome: Outcome) -> Result<Caller, Reason> {
    match outcome {
        Outcome::Entered(entered) => Ok(entered.caller),
        Outcome::TurnedAway { refusal, .. } => Err(refusal.reason),
        Outcome::Games { rest, .. } => entered(*rest),
        _ => panic!("an outcome of something else"),
    }
}

pub fn refusal(outcome: &Outcome) -> Result<(), Reason> {
    match outcome {
        Outcome::Answer { frame: ServerFrame::Refused { refusal, .. }, .. }
        | Outcome::Blob { frame: ServerFrame::Refused { refusal, .. }, .. } => Err(refusal.reason),
        _ => Ok(()),
    }
}
