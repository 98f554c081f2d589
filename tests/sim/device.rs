//! One device: the real client state over its real store, and what its window would show.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mychat::client::api::ConversationState;
use mychat::client::api::{Answer, ClientEvent, Failure, GameView, Ticket};
use mychat::client::state::{Chance, KeepJob, Kept, State};
use mychat::domain::game::GameId;
use mychat::domain::{
    AccountId, Body, Book, ConversationId, DeviceId, Message, Nonce, RoomId, Seq, ServerId, Target,
};
use mychat::net::protocol::Stretch;
use mychat::store::local::{Local, Owner};

use crate::disk::{Disk, Fault};

pub const SERVER: ServerId = ServerId([7; 32]);

/// How the person at a device signs in next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Register,
    Password,
    Token,
}

/// Something said at this device.
#[derive(Clone, Debug)]
pub struct Spoken {
    pub to: Target,
    pub nonce: Nonce,
    /// It was on this device's disk, or acknowledged: it must arrive.
    pub is_kept: bool,
}

/// What a window has, fed by events alone. Gone with its process.
#[derive(Default)]
pub struct View {
    pub book: Option<Book>,
    pub conversations: BTreeMap<ConversationId, ConversationState>,
    pub last: BTreeMap<ConversationId, Seq>,
    pub nonces: BTreeSet<(AccountId, Nonce)>,
    pub pending: BTreeSet<Nonce>,
    pub failed: BTreeSet<Nonce>,
    pub signed_in: bool,
    pub answers: BTreeMap<Ticket, Result<Answer, Failure>>,
    pub games: BTreeMap<GameId, GameView>,
    /// Invitations that it shows.
    pub cards: Vec<GameId>,
}

pub struct Device {
    pub name: String,
    /// Whose, counted from nought.
    pub person: usize,
    pub id: DeviceId,
    pub account: Option<AccountId>,
    pub state: State,
    pub local: Local,
    pub disk: Disk,
    /// Counts its processes, so that nothing of an earlier one arrives.
    pub run: u32,
    pub link: Option<u64>,
    pub jobs: Vec<KeepJob>,
    pub view: View,
    pub by: By,
    /// The sign-in that the person waits for.
    pub asked: Option<Ticket>,
    pub skew_ms: i64,
    pub said: Vec<Spoken>,
    pub acknowledged: BTreeMap<Nonce, Message>,
}

impl Device {
    pub fn new(number: usize, person: usize, by: By, chance: &mut Chance) -> Self {
        let id = DeviceId([u8::try_from(number).unwrap() + 1; 16]);
        let disk = Disk::new(Vec::new(), Fault::None);
        let local = Local::open_on(disk.clone(), id).unwrap();
        let name = format!("device {number} of person {person}");
        Device {
            state: fresh(&local, &name, chance),
            name,
            person,
            id,
            account: None,
            local,
            disk,
            run: 0,
            link: None,
            jobs: Vec::new(),
            view: View::default(),
            by,
            asked: None,
            skew_ms: 0,
            said: Vec::new(),
            acknowledged: BTreeMap::new(),
        }
    }

    /// A new process finds what is on this disk, and nothing else.
    pub fn restart(&mut self, bytes: Vec<u8>, chance: &mut Chance) {
        self.disk = Disk::new(bytes, Fault::None);
        self.local = Local::open_on(self.disk.clone(), self.id).unwrap();
        self.state = fresh(&self.local, &self.name, chance);
        self.run += 1;
        self.jobs.clear();
        self.view = View::default();
        self.asked = None;
        let waiting: BTreeSet<Nonce> = match self.owner() {
            Some(owner) => {
                self.local.load(owner).unwrap().waiting.iter().map(|w| w.nonce).collect()
            }
            None => BTreeSet::new(),
        };
        for spoken in &mut self.said {
            let nonce = &spoken.nonce;
            spoken.is_kept = waiting.contains(nonce) || self.acknowledged.contains_key(nonce);
        }
    }

    pub fn owner(&self) -> Option<Owner> {
        self.account.map(|account| Owner { server: SERVER, account })
    }

    /// The store does all that waits for it, in order, its writes as one.
    pub fn keep(&mut self) -> Vec<Kept> {
        let (mut kept, mut writes, mut marks) = (Vec::new(), Vec::new(), Vec::new());
        let jobs = std::mem::take(&mut self.jobs);
        let mut flush = |local: &mut Local, kept: &mut Vec<Kept>, more: Option<KeepJob>| {
            if let Some(KeepJob::Write { writes: new, mark, .. }) = more {
                writes.extend(new);
                return marks.push(mark);
            }
            if !writes.is_empty() {
                local.apply(&std::mem::take(&mut writes)).unwrap();
            }
            kept.extend(marks.drain(..).map(|mark| Kept::Written { mark, ok: true }));
        };
        for job in jobs {
            match job {
                KeepJob::Write { .. } => flush(&mut self.local, &mut kept, Some(job)),
                KeepJob::Load(owner) => {
                    flush(&mut self.local, &mut kept, None);
                    kept.push(Kept::Loaded(owner, Box::new(self.local.load(owner).unwrap())));
                }
                KeepJob::Read { owner, conversation, from, to, mark } => {
                    flush(&mut self.local, &mut kept, None);
                    let messages = self.local.list_messages(owner, conversation, from, to);
                    kept.push(Kept::Messages { mark, messages: messages.unwrap() });
                }
                other @ KeepJob::Ask { .. } => panic!("nothing is looked for here: {other:?}"),
            }
        }
        flush(&mut self.local, &mut kept, None);
        kept
    }

    /// A room that this window lists.
    pub fn room(&self, chance: &mut Chance) -> Option<RoomId> {
        let rooms = &self.view.book.as_ref()?.rooms;
        let at = chance.below(rooms.len() as u64);
        rooms.keys().nth(usize::try_from(at).ok()?).copied()
    }

    /// What changed for the list of chats.
    pub fn take_in(&mut self, event: &ClientEvent) {
        let view = &mut self.view;
        match event {
            ClientEvent::SignedIn { you, .. } => {
                self.account = Some(you.account);
                view.signed_in = true;
            }
            ClientEvent::SignedOut { .. } => {
                let answers = std::mem::take(&mut view.answers);
                *view = View { answers, ..View::default() };
            }
            ClientEvent::Link(mychat::client::api::LinkState::Down { .. }) => {
                view.signed_in = false;
            }
            ClientEvent::Message { message, .. } if matches!(message.body, Body::Game(_)) => {
                let Message { conversation, seq, .. } = *message;
                view.cards.push(GameId { conversation, seq });
            }
            ClientEvent::Book(book) => view.book = Some((**book).clone()),
            ClientEvent::Notice(notice) => {
                if let Some(book) = &mut view.book {
                    book.apply(notice);
                }
            }
            ClientEvent::Room(room) => {
                if let Some(own) = view.book.as_mut().and_then(|b| b.rooms.get_mut(&room.room)) {
                    own.room = (**room).clone();
                }
            }
            ClientEvent::Pending(pending) => drop(view.pending.insert(pending.nonce)),
            ClientEvent::SendFailed { nonce, .. } => drop(view.failed.insert(*nonce)),
            ClientEvent::Discarded(nonce) => {
                view.failed.remove(nonce);
                view.pending.remove(nonce);
            }
            ClientEvent::Answered { ticket, result } => {
                if let Ok(Answer::Sent(message)) = result {
                    view.pending.remove(&message.nonce);
                    self.acknowledged.insert(message.nonce, message.clone());
                }
                view.answers.insert(*ticket, result.clone());
            }
            _ => {}
        }
    }
}

fn fresh(local: &Local, name: &str, chance: &mut Chance) -> State {
    let mut seed = [7; 32];
    seed[..8].copy_from_slice(&chance.bits().to_be_bytes());
    State::new(local.start().unwrap(), name, Stretch::CHEAP, Chance::from_seed(seed))
}

/// Long enough for a store that nobody waits for.
pub fn linger(job: &KeepJob, chance: &mut Chance) -> Duration {
    match job {
        KeepJob::Write { urgent: false, .. } => mychat::limits::KEEP_LINGER,
        _ => Duration::from_millis(chance.below(20)),
    }
}
