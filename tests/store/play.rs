//! A short workload over the real rules: two people register, talk, repeat themselves, read, sign
//! in again and sign out, batch by batch, the same every time.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mychat::clock::Moment;
use mychat::domain::{
    AccountId, Body, DeviceId, GroupId, Joining, Message, Nickname, Nonce, Presence, RoomId, Seq,
    Target,
};
use mychat::limits::Limits;
use mychat::net::protocol::{Command, ContactAnswer, Event, ServerFrame, Stretch};
use mychat::server::commands::Rules;
use mychat::server::job::{
    Applicant, Caller, Job, Outcome, Password, Proof, Registration, SessionId, SignIn,
};
use mychat::server::outbox::Outbox;
use mychat::server::policy::Policy;
use mychat::store::blobs::Files;
use mychat::store::{Engine, StoreError, schema, writer};

use crate::disk::Disk;

/// So little that a page that was written is soon read again from the disk.
const CACHE_BYTES: usize = 8 * 1024;
/// Jobs that a batch of the play may have.
const JOBS_MAX: usize = 64;
const ACTS: usize = 9;

pub const LIME: AccountId = AccountId(10_001);
pub const MOMO: AccountId = AccountId(10_002);
const NAMES: [&str; 2] = ["Lime", "Momo"];

/// Everything said in the play: who, where, which nonce.
pub const SAID: [(usize, Target, u8); 10] = [
    (0, Target::Account(MOMO), 1),
    (1, Target::Account(LIME), 2),
    (0, Target::Lobby, 3),
    (0, Target::Account(MOMO), 4),
    (0, Target::Account(MOMO), 5),
    (1, Target::Account(LIME), 6),
    (1, Target::Account(LIME), 7),
    (0, Target::Account(MOMO), 8),
    (1, Target::Lobby, 9),
    (0, Target::Account(MOMO), 20),
];

/// The nonce of what is taken back in the end.
pub const RECALLED: u8 = 3;

/// What the writer handed on, as far as a store must show it.
#[derive(Clone, Debug)]
pub enum Fact {
    /// An account is there and signed in at a device.
    Entered { account: AccountId, nickname: String, epoch: u64 },
    /// A message stands at its place, and what it changed in books before it.
    Said(Message, Vec<Message>),
    /// Somebody is so far.
    Read { account: AccountId, conversation: mychat::domain::ConversationId, read: Seq },
    /// Notices stand in people's own logs.
    Booked(Vec<Message>),
    /// A device was forgotten.
    Left { account: AccountId },
    /// A command was refused.
    Refused,
}

/// How a play ended.
pub struct Ended {
    pub result: Result<(), StoreError>,
    /// All that was handed on, one element a batch.
    pub batches: Vec<Vec<Fact>>,
}

/// Opens the store on a disk and plays the whole play, as far as the disk lets it.
pub fn run(disk: &Disk) -> Ended {
    let engine = match Engine::open_on(disk.clone(), schema::MIGRATIONS, CACHE_BYTES) {
        Ok(engine) => Arc::new(engine),
        Err(error) => return Ended { result: Err(error), batches: Vec::new() },
    };
    let (jobs, waiting) = async_channel::bounded(JOBS_MAX);
    let (end, ended) = async_channel::bounded(1);
    let batches = Arc::new(Mutex::new(Vec::new()));
    let (rules, handed_on) = (rules(), batches.clone());
    let mut play = Play::default();
    push(&jobs, play.next(&[]).unwrap());
    let mut jobs = Some(jobs);
    // The next batch waits before the writer looks for it, so that batches are always the same.
    let hand_on = move |outcomes: Vec<Outcome>| {
        handed_on.lock().unwrap().push(outcomes.iter().map(fact).collect::<Vec<Fact>>());
        match (play.next(&outcomes), &jobs) {
            (Some(next), Some(jobs)) => push(jobs, next),
            _ => jobs = None,
        }
    };
    let now = || Moment { wall_ms: 1_800_000_000_000, uptime: Duration::from_secs(1) };
    let said_end = move |result| end.try_send(result).unwrap();
    let writer = writer::start(engine.clone(), rules, waiting, now, hand_on, said_end).unwrap();
    let result = ended.recv_blocking().unwrap();
    let known = batches.lock().unwrap().len();
    writer.join().unwrap();
    drop(engine);
    let batches = batches.lock().unwrap().clone();
    assert_eq!(batches.len(), known, "nothing is handed on after the end");
    Ended { result, batches }
}

fn rules() -> Rules {
    let disk_full = Arc::new(AtomicBool::new(false));
    Rules::new(Policy::of_limits(Limits::default()), disk_full, Files::of(Path::new("nowhere")))
}

fn push(jobs: &async_channel::Sender<Job>, batch: Vec<Job>) {
    for job in batch {
        jobs.try_send(job).unwrap();
    }
}

#[derive(Default)]
struct Play {
    act: usize,
    cast: [Option<Caller>; 2],
}

impl Play {
    /// The jobs of the next act that has any.
    fn next(&mut self, outcomes: &[Outcome]) -> Option<Vec<Job>> {
        for outcome in outcomes {
            if let Outcome::Entered(entered) = outcome {
                self.cast[usize::from(entered.person.account == MOMO)] =
                    Some(entered.caller.clone());
            }
        }
        while self.act < ACTS {
            self.act += 1;
            let jobs = self.act(self.act - 1);
            if !jobs.is_empty() {
                return Some(jobs);
            }
        }
        None
    }

    fn act(&self, act: usize) -> Vec<Job> {
        match act {
            0 => (0..2).map(register).collect(),
            // On a store that has seen the play before, the names are taken.
            1 => (0..2).filter(|who| self.cast[*who].is_none()).map(sign_in).collect(),
            2 => vec![self.say(1), self.say(2), self.say(3)],
            3 => vec![self.ping(), self.say(1)],
            4 => {
                let more = [self.read(1, 2), self.ask()];
                (4..=8).map(|nonce| self.say(nonce)).chain(more).collect()
            }
            5 => {
                let said = [self.say(5), self.say(2), self.other_words(4), self.say(9)];
                said.into_iter().chain([self.read(0, 7), self.accept(), self.make_room()]).collect()
            }
            6 => vec![sign_in(0), self.say_late(0)],
            7 => vec![self.say(20), self.come(), self.recall(), self.sign_out(1)],
            _ => vec![self.say(20), self.say_late(1)],
        }
    }

    fn say(&self, nonce: u8) -> Job {
        let (who, to, _) = SAID.into_iter().find(|said| said.2 == nonce).unwrap();
        self.command(who, Command::Send { to, nonce: Nonce([nonce; 16]), body: words(nonce) })
    }

    /// By a session that was fenced off or signed out: must never stand anywhere.
    fn say_late(&self, who: usize) -> Job {
        self.command(who, Command::Send { to: Target::Lobby, nonce: LATE, body: words(0) })
    }

    fn other_words(&self, nonce: u8) -> Job {
        let (to, nonce) = (Target::Account(MOMO), Nonce([nonce; 16]));
        self.command(0, Command::Send { to, nonce, body: words(0) })
    }

    /// The direct conversation is the first after the lobby and two of notices.
    fn read(&self, who: usize, seq: u64) -> Job {
        let conversation = mychat::domain::ConversationId(4);
        self.command(who, Command::MarkRead { conversation, seq: Seq(seq) })
    }

    /// On a store that has seen the play before, they are friends.
    fn ask(&self) -> Job {
        let (greeting, remark) = ("hi".to_owned(), "M".to_owned());
        self.command(0, Command::AskContact { to: MOMO, greeting, group: GroupId::FIRST, remark })
    }

    fn accept(&self) -> Job {
        let answer = ContactAnswer::Accept { group: GroupId::FIRST, remark: String::new() };
        self.command(1, Command::AnswerContact { from: LIME, answer })
    }

    /// With the new friend invited.
    fn make_room(&self) -> Job {
        let (name, joining) = ("Room".to_owned(), Joining::Closed);
        self.command(0, Command::CreateRoom { name, joining, invite: vec![MOMO], colour: None })
    }

    fn come(&self) -> Job {
        self.command(1, Command::AnswerInvitation { room: RoomId::FIRST, accept: true })
    }

    /// On a store that has seen the play before, it is gone already.
    fn recall(&self) -> Job {
        self.command(0, Command::Recall { to: Target::Lobby, seq: Seq(1) })
    }

    fn sign_out(&self, who: usize) -> Job {
        self.command(who, Command::SignOut {})
    }

    fn ping(&self) -> Job {
        Job::Ping { caller: self.caller(0), id: 1 }
    }

    fn command(&self, who: usize, command: Command) -> Job {
        Job::Command { caller: self.caller(who), id: 1, command }
    }

    fn caller(&self, who: usize) -> Caller {
        self.cast[who].clone().unwrap()
    }
}

/// The nonce of what a fenced session says.
pub const LATE: Nonce = Nonce([0xEE; 16]);

/// What is said under a nonce; some of it fills pages.
pub fn words(nonce: u8) -> Body {
    let length = if nonce.is_multiple_of(2) { 9_000 } else { 20 };
    Body::text(char::from(b'a' + nonce).to_string().repeat(length))
}

pub fn applicant(who: usize) -> Applicant {
    Applicant {
        session: SessionId(who as u64),
        outbox: Arc::new(Outbox::default()),
        address: "127.0.0.1".to_owned(),
        client: "test".to_owned(),
        entered: async_channel::bounded(1).0,
    }
}

pub fn device(who: usize) -> DeviceId {
    DeviceId([u8::try_from(who).unwrap(); 16])
}

fn register(who: usize) -> Job {
    let registration = Registration {
        nickname: Nickname::parse(NAMES[who]).unwrap(),
        password: Password { credential_id: [1; 32], file: vec![2; 192], stretch: Stretch::CHEAP },
        avatar: 1,
        recovery: [3; 16],
    };
    Job::Register {
        applicant: applicant(who),
        id: 1,
        registration: Box::new(registration),
        device: device(who),
        device_name: "desk".to_owned(),
        token: [4; 32],
    }
}

fn sign_in(who: usize) -> Job {
    let sign_in = SignIn {
        account: [LIME, MOMO][who],
        device: device(who),
        device_name: None,
        proof: Proof::Password(vec![1; 32]),
        presence: Presence::Online,
    };
    Job::SignIn { applicant: applicant(who), id: 1, sign_in, token: [5; 32] }
}

fn fact(outcome: &Outcome) -> Fact {
    match outcome {
        Outcome::Entered(entered) => Fact::Entered {
            account: entered.caller.account,
            nickname: entered.person.nickname.clone(),
            epoch: entered.caller.epoch,
        },
        Outcome::Appended { message, notices, .. } => Fact::Said(message.clone(), notices.clone()),
        Outcome::Answer { frame: ServerFrame::Event(Event::Message(message)), .. } => {
            Fact::Said(message.clone(), Vec::new())
        }
        Outcome::Moved { caller, conversation, cursors, .. } => {
            let (conversation, read) = (*conversation, cursors.read);
            Fact::Read { account: caller.account, conversation, read }
        }
        Outcome::SignedOut { caller, .. } => Fact::Left { account: caller.account },
        Outcome::Booked { messages, .. } => Fact::Booked(messages.clone()),
        Outcome::Profile { .. }
        | Outcome::Revoked { .. }
        | Outcome::Deleted { .. }
        | Outcome::Blob { .. }
        | Outcome::Swept { .. }
        | Outcome::Kept { .. }
        | Outcome::Files { .. }
        | Outcome::Games { .. }
        | Outcome::Admin { .. }
        | Outcome::TurnedAway { .. }
        | Outcome::Answer { .. }
        | Outcome::Presence { .. }
        | Outcome::Left { .. } => Fact::Refused,
    }
}
