//! Property: whatever people do with rooms, in whatever order, the store holds what a simple model
//! says, each one sees of a log what was said while it was there, and what they are told keeps their
//! books equal to the store.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use mychat::clock::Moment;
use mychat::domain::{
    AccountId, Body, Book, Contact, ConversationKind, Joining, Mentions, Message, Nickname, Nonce,
    Notify, Rank, RoomId, Seq, Target,
};
use mychat::limits::Limits;
use mychat::net::protocol::{
    ChoiceChange, Command, ContactChange, MemberChange, Reason, RoomSettings, ServerFrame, Stretch,
};
use mychat::server::commands::Rules;
use mychat::server::job::{Caller, Job, Outcome, Password, Registration};
use mychat::server::policy::Policy;
use mychat::store::blobs::Files;
use mychat::store::writer::Apply;
use mychat::store::{Engine, Reads, Writes, schema};

use crate::check::kept_book;
use crate::disk::{Chance, Disk, Fault};
use crate::halls::Halls;
use crate::play;

const NAMES: [&str; 6] = ["Lime", "Momo", "Tern", "Quail", "Rook", "Xu"];
const STEPS: u64 = 400;
const SEEDS: u64 = 20;
const NOBODY: AccountId = AccountId(10_099);
const START: i64 = 1_800_000_000_000;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Few, so that they are reached.
const MEMBERS_MAX: usize = 4;
const ROOMS_MAX: usize = 3;
const PER_DAY: u64 = 8;
const REQUESTS_MAX: usize = 2;

/// A store with its rules, the model beside it, and what everybody was told.
struct World {
    engine: Engine,
    rules: Rules,
    callers: Vec<Caller>,
    model: Halls,
    told: BTreeMap<AccountId, Book>,
    chance: Chance,
    nonces: u64,
}

#[test]
fn the_store_agrees_with_a_simple_model_of_rooms_after_every_step() {
    let seeds = std::env::var("MYCHAT_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    let mut done: BTreeMap<String, u64> = BTreeMap::new();
    for seed in 0..seeds.unwrap_or(SEEDS) {
        let mut world = World::new(seed);
        for step in 0..STEPS {
            let (who, said, expected, got) = world.step();
            let agreed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                assert_eq!(got, expected);
                world.check();
            }));
            assert!(agreed.is_ok(), "step {step} of seed {seed}: {said} by {who}");
            let fate = got.map_or_else(|reason| reason.code().to_owned(), |()| "taken".to_owned());
            *done.entry(fate).or_default() += 1;
        }
    }
    assert!(done["taken"] > 1000 && done.len() > 15, "{done:?}");
}

impl World {
    fn new(seed: u64) -> Self {
        let disk = Disk::new(Vec::new(), Fault::None);
        let engine = Engine::open_on(disk, schema::MIGRATIONS, 1024 * 1024).unwrap();
        let limits = Limits {
            room_members_max: MEMBERS_MAX as u64,
            rooms_max: ROOMS_MAX as u64,
            rooms_per_day: PER_DAY,
            requests_open_max: REQUESTS_MAX as u64,
            room_requests_max: REQUESTS_MAX as u64,
            ..Limits::default()
        };
        let full = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let rules =
            Rules::new(Policy::of_limits(limits), full, Files::of(std::path::Path::new("nowhere")));
        let people = (0..NAMES.len()).map(account);
        let friends = people.clone().flat_map(|a| people.clone().map(move |b| (a, b)));
        let model = Halls {
            now: START,
            people: people.clone().collect(),
            gone: BTreeSet::new(),
            // Two of them do not know each other.
            friends: friends.filter(|(a, b)| a != b && a.0 + b.0 != 20_003).collect(),
            blocked: BTreeSet::new(),
            rooms: BTreeMap::new(),
            requests: BTreeMap::new(),
            choices: BTreeMap::new(),
            mutes: BTreeMap::new(),
            made: BTreeMap::new(),
            numbers: 0,
            members_max: MEMBERS_MAX,
            rooms_max: ROOMS_MAX,
            per_day: PER_DAY,
            requests_max: REQUESTS_MAX,
        };
        let (callers, told, chance) = (Vec::new(), BTreeMap::new(), Chance(seed));
        let mut world = World { engine, rules, callers, model, told, chance, nonces: 0 };
        for who in 0..NAMES.len() {
            match world.apply(&register(who)) {
                Outcome::Entered(entered) => world.callers.push(entered.caller),
                _ => panic!("{who} was not registered"),
            }
        }
        world.befriend();
        world
    }

    fn befriend(&mut self) {
        let transaction = self.engine.write().unwrap();
        let mut rows = Writes::open(&transaction).unwrap();
        for (a, b) in &self.model.friends {
            let contact = Contact { friend: true, ..Contact::stranger(*b) };
            rows.put_contact(*a, &contact).unwrap();
            self.told.entry(*a).or_default().contacts.insert(*b, contact);
        }
        drop(rows);
        transaction.commit().unwrap();
    }

    fn apply(&mut self, job: &Job) -> Outcome {
        let now = Moment { wall_ms: self.model.now, uptime: Duration::from_secs(1) };
        let transaction = self.engine.write().unwrap();
        let mut rows = Writes::open(&transaction).unwrap();
        let outcome = self.rules.apply(&mut rows, now, job).unwrap();
        drop(rows);
        transaction.commit().unwrap();
        outcome
    }

    /// Something that one of them does, to the store and to the model: who, what, what the model says
    /// and what the rules said.
    fn step(&mut self) -> (AccountId, String, Result<(), Reason>, Result<(), Reason>) {
        self.model.now += match self.chance.next() % 12 {
            0 => i64::try_from(self.chance.next() % (20 * DAY_MS)).unwrap(),
            _ => 1000,
        };
        let index = usize::try_from(self.pick(NAMES.len() as u64)).unwrap();
        let (who, caller) = (account(index), self.callers[index].clone());
        let is_gone = self.model.gone.contains(&who);
        if self.chance.next().is_multiple_of(400) {
            let outcome = self.apply(&Job::DeleteAccount { caller, id: 1, proven: vec![1; 32] });
            if !is_gone {
                self.model.delete(who);
            }
            let expected = if is_gone { Err(Reason::Fenced) } else { Ok(()) };
            return (who, "deletes the account".to_owned(), expected, self.hear(outcome));
        }
        let command = self.command();
        let said = String::from_utf8_lossy(&serde_json::to_vec(&command).unwrap()).into_owned();
        let expected = match is_gone {
            true => Err(Reason::Fenced),
            false => self.model.apply(who, &command),
        };
        let outcome = self.apply(&Job::Command { caller, id: 1, command });
        (who, said, expected, self.hear(outcome))
    }

    /// What is told reaches those whom it is for, in this order.
    fn hear(&mut self, outcome: Outcome) -> Result<(), Reason> {
        let messages = match outcome {
            Outcome::Answer { frame: ServerFrame::Refused { refusal, .. }, .. } => {
                return Err(refusal.reason);
            }
            Outcome::Booked { messages, .. } | Outcome::Deleted { messages, .. } => messages,
            Outcome::Appended { message, .. } => vec![message],
            _ => panic!("an outcome of something else"),
        };
        for message in &messages {
            self.deliver(message);
        }
        Ok(())
    }

    fn deliver(&mut self, message: &Message) {
        match (message.kind, &message.body) {
            (ConversationKind::Notices { account }, Body::Notice(notice)) => {
                self.told.entry(account).or_default().apply(notice);
            }
            (ConversationKind::Room { .. }, _) => {
                for book in self.told.values_mut() {
                    assert!(book.apply_line(message), "no change was missed");
                }
            }
            other => panic!("{other:?}"),
        }
    }

    /// Holds the store against the model, and against what everybody was told.
    fn check(&self) {
        let rows = Reads::open(&self.engine.read().unwrap()).unwrap();
        for account in self.model.people.difference(&self.model.gone) {
            let mut kept = kept_book(&rows, *account);
            assert_eq!(kept, self.told[account], "what {account} was told");
            for own in kept.rooms.values_mut() {
                own.room.conversation = mychat::domain::ConversationId(0);
            }
            assert_eq!(kept.rooms, self.model.own_rooms(*account), "the rooms of {account}");
            let requests: Vec<_> = kept.room_requests.into_values().collect();
            assert_eq!(requests, self.model.requests_of(*account), "the requests of {account}");
            let choices = kept.choices.into_iter().map(|(with, choice)| ((*account, with), choice));
            let own = self.model.choices.iter().filter(|((of, _), _)| of == account);
            assert!(choices.eq(own.map(|(key, choice)| (*key, *choice))), "of {account}");
        }
        for (number, hall) in &self.model.rooms {
            let room = rows.get_room(*number).unwrap().unwrap();
            let log = rows.get_conversation(room.conversation).unwrap().unwrap();
            assert_eq!(log.head, Seq(hall.head));
            for account in &self.model.people {
                let ranges = rows.list_ranges(room.conversation, *account).unwrap();
                let seqs = ranges.iter().flat_map(|r| r.first.0..=r.last.0.min(hall.head));
                let seen = hall.seen.get(account).into_iter().flatten().copied();
                assert!(seqs.eq(seen), "what {account} sees of {number}");
                let is_in = hall.members.contains_key(account);
                let cursors = rows.get_cursors(*account, room.conversation).unwrap();
                assert_eq!(cursors.is_some(), is_in);
            }
            let wall = rows.list_announcements(*number, 0, usize::MAX).unwrap();
            assert!(wall.iter().map(|old| &old.text).eq(&hall.wall));
        }
        let rooms = rows.list_rooms_named("").unwrap();
        assert_eq!(rooms.len(), self.model.rooms.len(), "nothing is left of rooms that are gone");
    }

    fn pick(&mut self, of: u64) -> u64 {
        self.chance.next() % of
    }

    fn somebody(&mut self) -> AccountId {
        match self.pick(40) {
            0 => NOBODY,
            _ => account(usize::try_from(self.pick(NAMES.len() as u64)).unwrap()),
        }
    }

    /// A room that is there, more often than not.
    fn room(&mut self) -> RoomId {
        let there: Vec<RoomId> = self.model.rooms.keys().copied().collect();
        match self.pick(30) {
            0 => RoomId(20_001 + self.pick(self.model.numbers + 2)),
            n if there.is_empty() => RoomId(20_001 + n),
            _ => there[usize::try_from(self.pick(there.len() as u64)).unwrap()],
        }
    }

    fn joining(&mut self) -> Joining {
        [Joining::Open, Joining::Approval, Joining::Closed][usize::try_from(self.pick(3)).unwrap()]
    }

    fn command(&mut self) -> Command {
        let room = self.room();
        match self.pick(30) {
            0..2 => self.create(),
            2..7 => Command::JoinRoom { room, greeting: "hi".to_owned() },
            7 => Command::WithdrawJoin { room },
            8..11 => {
                let (account, accept) = (self.somebody(), self.pick(4) > 0);
                let account = self.asker(room).unwrap_or(account);
                Command::AnswerJoin { room, account, accept, reason: "no".to_owned() }
            }
            11..14 => Command::InviteToRoom { room, account: self.somebody() },
            14..17 => Command::AnswerInvitation { room, accept: self.pick(4) > 0 },
            17 => Command::LeaveRoom { room },
            18 if self.pick(8) == 0 => Command::DissolveRoom { room },
            18..21 => Command::SetRoom { room, change: self.settings() },
            21..24 => {
                let change = self.change();
                Command::SetMember { room, account: self.somebody(), change }
            }
            24 => Command::Kick { room, account: self.somebody() },
            25 => self.choose(room),
            26 if self.pick(4) == 0 => Command::ClearRequests {},
            26 => self.block(),
            _ => self.say(room),
        }
    }

    fn create(&mut self) -> Command {
        let name = ["a", "b", " ", "room"][usize::try_from(self.pick(4)).unwrap()].to_owned();
        let invite = (0..self.pick(3)).map(|_| self.somebody()).collect();
        let colour = self.chance.flip().then(|| u8::try_from(self.pick(8)).unwrap());
        Command::CreateRoom { name, joining: self.joining(), invite, colour }
    }

    /// One of those who ask.
    fn asker(&mut self, room: RoomId) -> Option<AccountId> {
        let asks = self.model.requests.keys().filter(|(of, ..)| *of == room);
        asks.map(|(_, account, _)| *account).next()
    }

    fn settings(&mut self) -> RoomSettings {
        let mut change = RoomSettings::default();
        match self.pick(6) {
            5 => change.colour = Some(u8::try_from(self.pick(8)).unwrap()),
            0 => change.name = Some(["a", "c"][usize::try_from(self.pick(2)).unwrap()].to_owned()),
            1 | 2 => change.joining = Some(self.joining()),
            3 => change.admins_only = Some(self.chance.flip()),
            _ => {
                let texts = ["", "exam", "party"];
                let text = texts[usize::try_from(self.pick(3)).unwrap()].to_owned();
                change.announcement = Some(text);
            }
        }
        change
    }

    fn change(&mut self) -> MemberChange {
        let mut change = MemberChange::default();
        match self.pick(8) {
            0 => change.card = Some("card".to_owned()),
            1..4 => {
                let spans = [0, 5000, 3 * DAY_MS];
                change.mute_ms = Some(spans[usize::try_from(self.pick(3)).unwrap()]);
            }
            4 => change.rank = Some(Rank::Owner),
            5 | 6 => change.rank = Some(Rank::Admin),
            _ => change.rank = Some(Rank::Member),
        }
        change
    }

    fn choose(&mut self, room: RoomId) -> Command {
        let with = match self.pick(4) {
            0 => Target::Lobby,
            1 => Target::Account(self.somebody()),
            _ => Target::Room(room),
        };
        let notify = match self.pick(3) {
            0 => Some(Notify::Mentions),
            1 => Some(Notify::All),
            _ => None,
        };
        let pinned = (self.pick(2) == 0).then(|| self.chance.flip());
        Command::SetConversation { with, change: ChoiceChange { pinned, notify, stranger: None } }
    }

    /// One of them is blocked by some, now and then.
    fn block(&mut self) -> Command {
        let blocked = Some(self.chance.flip());
        let change = ContactChange { blocked, ..ContactChange::default() };
        Command::SetContact { account: account(NAMES.len() - 1), change }
    }

    fn say(&mut self, room: RoomId) -> Command {
        self.nonces += 1;
        let mut nonce = [0xAA; 16];
        nonce[..8].copy_from_slice(&self.nonces.to_be_bytes());
        let head = self.model.rooms.get(&room).map_or(1, |hall| hall.head);
        let reply_to = (self.pick(3) == 0).then(|| Seq(1 + self.pick(head + 1)));
        let everyone = self.pick(6) == 0;
        let mentions = Mentions { accounts: Vec::new(), everyone, ..Mentions::default() };
        let body = Body::Text { text: "x".to_owned(), reply_to, mentions };
        Command::Send { to: Target::Room(room), nonce: Nonce(nonce), body }
    }
}

fn account(who: usize) -> AccountId {
    AccountId(10_001 + who as u64)
}

fn register(who: usize) -> Job {
    let registration = Registration {
        nickname: Nickname::parse(NAMES[who]).unwrap(),
        password: Password { credential_id: [1; 32], file: vec![2; 192], stretch: Stretch::CHEAP },
        avatar: 1,
        recovery: [3; 16],
    };
    Job::Register {
        applicant: play::applicant(who),
        id: 1,
        registration: Box::new(registration),
        device: play::device(who),
        device_name: "desk".to_owned(),
        token: [4; 32],
    }
}
