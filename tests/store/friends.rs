//! Property: whatever people do with friends, groups, requests and blocks, in whatever order and
//! whatever the clock on the wall says, the store holds what a simple model says, on both sides, and
//! each one's notices tell it.

use std::collections::BTreeSet;

use std::sync::Arc;
use std::time::Duration;

use mychat::clock::Moment;
use mychat::domain::{
    AccountId, Asking, Body, Book, ConversationId, GroupId, Nickname, Privacy, Seq, Way,
};
use mychat::limits::Limits;
use mychat::net::protocol::{Command, ContactAnswer, ContactChange, Reason, ServerFrame, Stretch};
use mychat::server::commands::Rules;
use mychat::server::job::{Caller, Job, Outcome, Password, Registration};
use mychat::server::policy::Policy;
use mychat::store::blobs::Files;
use mychat::store::messages::{Continue, Order};
use mychat::store::writer::Apply;
use mychat::store::{Engine, Reads, Writes, schema};

use crate::check::kept_book;
use crate::disk::{Chance, Disk, Fault};
use crate::model::{Model, Side};
use crate::play;

/// Some of whom know each other by the end.
const PEOPLE: u64 = 5;
const STEPS: u64 = 400;
const SEEDS: u64 = 25;
const NOBODY: AccountId = AccountId(10_099);
/// Few, so that they are reached.
const FRIENDS_MAX: usize = 3;
const REQUESTS_MAX: usize = 2;
const START: i64 = 1_800_000_000_000;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const TEN_YEARS_MS: i64 = 10 * 365 * 24 * 60 * 60 * 1000;

/// A store with its rules, and the model beside it.
struct World {
    engine: Engine,
    rules: Rules,
    callers: Vec<Caller>,
    model: Model,
    chance: Chance,
    /// Whose request is put aside by whom: it asks for no answer any more.
    aside: BTreeSet<(AccountId, AccountId)>,
}

#[test]
fn the_store_agrees_with_a_simple_model_after_every_step() {
    let seeds = std::env::var("MYCHAT_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    let mut done = [0_u64; 2];
    for seed in 0..seeds.unwrap_or(SEEDS) {
        let mut world = World::new(seed);
        for step in 0..STEPS {
            let what = world.step();
            world.note_aside(&what);
            let agreed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let refused = world.check(&what);
                done[usize::from(refused)] += 1;
                world.check_pairs();
            }));
            assert!(agreed.is_ok(), "step {step} of seed {seed}: {} by {}", what.said, what.who);
        }
        world.books_are_told();
    }
    let [taken, refused] = done;
    assert!(taken > 1000 && refused > 1000, "{taken} taken, {refused} refused");
}

/// A step: what was asked, what the model says and what the rules said.
struct Step {
    who: AccountId,
    command: Option<Command>,
    said: String,
    expected: Result<(), Reason>,
    outcome: Outcome,
}

impl World {
    fn new(seed: u64) -> Self {
        let disk = Disk::new(Vec::new(), Fault::None);
        let engine = Engine::open_on(disk, schema::MIGRATIONS, 1024 * 1024).unwrap();
        let limits = Limits {
            friends_max: FRIENDS_MAX as u64,
            requests_open_max: REQUESTS_MAX as u64,
            requests_pause_seconds: 0,
            ..Limits::default()
        };
        let full = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let rules =
            Rules::new(Policy::of_limits(limits), full, Files::of(std::path::Path::new("nowhere")));
        let model = Model {
            now: START,
            uptime_ms: 1000,
            sides: (0..PEOPLE).map(|who| (account(who), Side::default())).collect(),
            friends_max: FRIENDS_MAX,
            requests_max: REQUESTS_MAX,
        };
        let (callers, chance, aside) = (Vec::new(), Chance(seed), BTreeSet::new());
        let mut world = World { engine, rules, callers, model, chance, aside };
        for who in 0..PEOPLE {
            match world.apply(&register(who)) {
                Outcome::Entered(entered) => world.callers.push(entered.caller),
                _ => panic!("{who} was not registered"),
            }
        }
        world
    }

    fn apply(&mut self, job: &Job) -> Outcome {
        let uptime = Duration::from_millis(self.model.uptime_ms);
        let now = Moment { wall_ms: self.model.now, uptime };
        let transaction = self.engine.write().unwrap();
        let mut rows = Writes::open(&transaction).unwrap();
        let outcome = self.rules.apply(&mut rows, now, job).unwrap();
        drop(rows);
        transaction.commit().unwrap();
        outcome
    }

    /// Something that one of them does, to the store and to the model.
    fn step(&mut self) -> Step {
        let passed = match self.chance.next() % 10 {
            0 => self.chance.next() % (20 * DAY_MS),
            _ => 1000,
        };
        self.model.uptime_ms += passed;
        self.model.now += i64::try_from(passed).unwrap();
        self.model.now += match self.chance.next() % 40 {
            0 => TEN_YEARS_MS,
            1 => -TEN_YEARS_MS,
            _ => 0,
        };
        let index = self.pick(PEOPLE);
        let (who, caller) = (account(index), self.callers[usize::try_from(index).unwrap()].clone());
        if self.chance.next().is_multiple_of(500) {
            let job = Job::DeleteAccount { caller, id: 1, proven: vec![1; 32] };
            let is_gone = self.model.sides[&who].gone;
            let expected = if is_gone { Err(Reason::Fenced) } else { Ok(()) };
            if !is_gone {
                self.model.delete(who);
            }
            let outcome = self.apply(&job);
            let said = "deletes the account".to_owned();
            return Step { who, command: None, said, expected, outcome };
        }
        let command = self.command();
        let said = said(&command);
        let expected = match self.model.sides[&who].gone {
            true => Err(Reason::Fenced),
            false => self.model.apply(who, &command),
        };
        let outcome = self.apply(&Job::Command { caller, id: 1, command: command.clone() });
        Step { who, command: Some(command), said, expected, outcome }
    }

    /// What the step put aside or asked anew, whatever the model makes of it.
    fn note_aside(&mut self, step: &Step) {
        let (me, Ok(())) = (step.who, &step.expected) else { return };
        match &step.command {
            Some(Command::AskContact { to, .. }) => drop(self.aside.remove(&(*to, me))),
            Some(Command::AnswerContact {
                from,
                answer: ContactAnswer::Ignore {} | ContactAnswer::Block {},
            }) => drop(self.aside.insert((me, *from))),
            Some(Command::SetContact { account, change }) if change.blocked == Some(true) => {
                self.aside.insert((me, *account));
            }
            _ => {}
        }
    }

    /// What holds between any two of them, by itself.
    fn check_pairs(&self) {
        let rows = Reads::open(&self.engine.read().unwrap()).unwrap();
        let age_min = self.model.uptime_ms / 60_000;
        let open = |of, peer, way| {
            rows.get_request(of, peer, way).unwrap().is_some_and(|kept| kept.is_open(age_min))
        };
        let contact = |of, with| rows.get_contact(of, with).unwrap();
        for (a, side) in &self.model.sides {
            for b in self.model.sides.keys().copied().filter(|b| b != a) {
                let a = *a;
                let friends = |of, with| contact(of, with).is_some_and(|contact| contact.friend);
                assert_eq!(friends(a, b), friends(b, a), "{a} and {b}: friends on one side");
                let asks = open(a, b, Way::Out);
                assert!(!(asks && open(b, a, Way::Out)), "{a} and {b} asked each other");
                let blocked = contact(b, a).is_some_and(|contact| contact.blocked);
                let heard = open(b, a, Way::In) || blocked || self.aside.contains(&(b, a));
                assert!(heard || !asks, "{b} does not hear that {a} asks");
                assert!(asks || !open(b, a, Way::In), "{b} hears {a}, who does not ask");
                let waits = rows.get_request(b, a, Way::Out).unwrap().is_some();
                assert!(!(side.gone && waits), "{b} waits for {a}, who is gone");
            }
        }
    }

    fn pick(&mut self, of: u64) -> u64 {
        self.chance.next() % of
    }

    fn somebody(&mut self) -> AccountId {
        match self.pick(40) {
            0 => NOBODY,
            _ => account(self.pick(PEOPLE)),
        }
    }

    fn group(&mut self) -> GroupId {
        GroupId(u32::try_from(self.pick(4)).unwrap())
    }

    fn word(&mut self) -> String {
        ["", "a", "同学", "z"][usize::try_from(self.pick(4)).unwrap()].to_owned()
    }

    fn name(&mut self) -> String {
        ["老师", "class", "b", "家人"][usize::try_from(self.pick(4)).unwrap()].to_owned()
    }

    fn command(&mut self) -> Command {
        match self.pick(20) {
            0..6 => Command::AskContact {
                to: self.somebody(),
                greeting: self.word(),
                group: self.group(),
                remark: self.word(),
            },
            6..10 => Command::AnswerContact { from: self.somebody(), answer: self.answer() },
            10 => Command::WithdrawRequest { to: self.somebody() },
            11 => Command::RemoveContact { account: self.somebody() },
            12 | 13 => Command::SetContact { account: self.somebody(), change: self.change() },
            14 => Command::AddGroup { name: self.name() },
            15 => Command::RenameGroup { group: self.group(), name: self.name() },
            16 => Command::RemoveGroup { group: self.group() },
            17 => {
                let groups = (0..=self.pick(4)).map(|_| self.group()).collect();
                Command::OrderGroups { groups }
            }
            18 if self.pick(4) == 0 => Command::ClearRequests {},
            _ => {
                let asking = match self.pick(5) {
                    0 => Asking::Nobody,
                    1 => Asking::Welcome,
                    _ => Asking::Ask,
                };
                Command::SetPrivacy(Privacy { asking, ..Privacy::default() })
            }
        }
    }

    fn answer(&mut self) -> ContactAnswer {
        match self.pick(6) {
            0..3 => ContactAnswer::Accept { group: self.group(), remark: self.word() },
            3 => ContactAnswer::Decline { reason: self.word() },
            4 => ContactAnswer::Ignore {},
            _ => ContactAnswer::Block {},
        }
    }

    fn change(&mut self) -> ContactChange {
        let mut change = ContactChange::default();
        match self.pick(5) {
            0 => change.group = Some(self.group()),
            1 => change.remark = Some(self.word()),
            2 => change.shakes = Some(self.chance.flip()),
            _ => change.blocked = Some(self.chance.flip()),
        }
        change
    }

    /// Holds the store against the model; true when the step was refused.
    fn check(&self, step: &Step) -> bool {
        let got = match &step.outcome {
            Outcome::Answer { frame: ServerFrame::Refused { refusal, .. }, .. } => {
                Err(refusal.reason)
            }
            Outcome::Booked { .. } | Outcome::Deleted { .. } => Ok(()),
            _ => panic!("an outcome of something else"),
        };
        assert_eq!(got, step.expected);
        let rows = Reads::open(&self.engine.read().unwrap()).unwrap();
        for (account, side) in &self.model.sides {
            assert_eq!(kept_book(&rows, *account), side.book, "the book of {account}");
        }
        got.is_err()
    }

    /// Every change was told: whoever takes the notices in has the same book.
    fn books_are_told(&self) {
        let rows = Reads::open(&self.engine.read().unwrap()).unwrap();
        for (account, side) in self.model.sides.iter().filter(|(_, side)| !side.gone) {
            let mut book = Book::default();
            if let Some(id) = rows.get_notices(*account).unwrap() {
                for notice in notices(&rows, id) {
                    book.apply(&notice);
                }
            }
            assert_eq!(book, side.book, "what {account} was told");
        }
    }
}

fn notices(rows: &Reads, id: ConversationId) -> Vec<mychat::domain::Notice> {
    let log = rows.get_conversation(id).unwrap().unwrap();
    let mut notices = Vec::new();
    let all = (Seq(1), log.head);
    rows.list_messages(id, log.kind, all, Order::OldestFirst, |message, _| {
        let Body::Notice(notice) = message.body else { panic!("no notice") };
        notices.push(*notice);
        Continue::Yes
    })
    .unwrap();
    notices
}

fn account(who: u64) -> AccountId {
    AccountId(10_001 + who)
}

fn register(who: u64) -> Job {
    let index = usize::try_from(who).unwrap();
    let registration = Registration {
        nickname: Nickname::parse(["Lime", "Momo", "Tern", "Quail", "Rook"][index]).unwrap(),
        password: Password { credential_id: [1; 32], file: vec![2; 192], stretch: Stretch::CHEAP },
        avatar: 1,
        recovery: [3; 16],
    };
    Job::Register {
        applicant: play::applicant(index),
        id: 1,
        registration: Box::new(registration),
        device: play::device(index),
        device_name: "desk".to_owned(),
        token: [4; 32],
    }
}

/// Commands print without what people wrote; a failed step needs all of it.
fn said(command: &Command) -> String {
    String::from_utf8_lossy(&serde_json::to_vec(command).unwrap()).into_owned()
}
