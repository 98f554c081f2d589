//! Clients, a server and the network between them in virtual time, for the state's tests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use super::harbour::Harbour;
use super::model::{ModelServer, ModelStore, SERVER, Said};
use super::{Chance, Effect, Input, KeepJob, LinkInput, Packing, PictureJob, State};
use crate::client::api::{
    Answer, ClientEvent, Failure, Intent, LinkState, Secret, Ticket, Transfer, TransferId, Trust,
};
use crate::clock::Moment;
use crate::domain::{
    AccountId, Body, ConversationId, ConversationKind, FileId, FileStatus, Message, Nonce,
    Presence, Seq, Target,
};
use crate::net::address::Address;
use crate::net::protocol::{ClientFrame, Command, Goodbye, ServerFrame, Stretch};
use crate::store::local::Owner;

/// Something on its way.
pub enum Travelling {
    ToServer(u64, ClientFrame),
    ToClient(usize, u64, LinkInput),
    Stored(usize, u32, KeepJob),
    Drawn(usize, u32, PictureJob),
    Looked(usize, u32, Box<Packing>, PathBuf),
    /// The next step of a try to carry a file.
    Carried(usize, u32, TransferId),
}

pub struct Client {
    pub state: State,
    pub store: ModelStore,
    /// Counts runs, so that what an earlier one wrote last is still written.
    pub run: u32,
    pub account: AccountId,
    pub link: Option<u64>,
    /// Emitted in this run.
    pub last: BTreeMap<ConversationId, Seq>,
    /// The same with what it says, as a window would show it now.
    pub shown: BTreeMap<(ConversationId, Seq), Body>,
    pub said: Vec<(Target, Nonce)>,
    pub pending: BTreeSet<Nonce>,
    pub acknowledged: BTreeMap<Nonce, Message>,
    pub answered: Vec<(Ticket, Result<Answer, Failure>)>,
    pub signed_in: bool,
    /// The sign-in that the person asked for.
    pub asked: Ticket,
    /// It failed: the person asks again.
    pub turned_away: bool,
    /// Places of the room's messages that were emitted in this run.
    pub room_seen: BTreeSet<u64>,
    /// Messages emitted in this run.
    pub emitted: u64,
    pub failed: Vec<Nonce>,
    pub signed_out: Option<Failure>,
    /// How many announcements it was told.
    pub called: usize,
    /// As of the last sign-in.
    pub presence: Option<Presence>,
    /// As a window has them on its list.
    pub transfers: BTreeMap<TransferId, Transfer>,
    pub files: BTreeMap<FileId, FileStatus>,
}

pub struct World {
    pub now: Duration,
    pub chance: Chance,
    pub server: ModelServer,
    pub up: bool,
    pub clients: Vec<Client>,
    /// What arrives when; the second number keeps each direction of a link in order.
    pub queue: BTreeMap<(Duration, u64), Travelling>,
    pub order: u64,
    /// When the last frame of a direction arrives.
    pub arrivals: BTreeMap<(u64, bool), Duration>,
    /// The client of each link; a link that is not here is cut.
    pub links: BTreeMap<u64, usize>,
    /// Links that swallow everything.
    pub holes: BTreeSet<u64>,
    pub tickets: Ticket,
    /// What the pictures' threads were asked for, unless they do it.
    pub pictures: Vec<PictureJob>,
    pub draws: bool,
    /// Files on their way, and the disks where they lie.
    pub harbour: Harbour,
    /// Ticks since time went on.
    pub idle_ticks: u32,
}

pub fn address() -> Address {
    Address { host: "model".into(), port: 1029 }
}

impl World {
    pub fn new(seed: u64, people: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        let accounts: Vec<AccountId> = (0..people).map(|n| AccountId(10_001 + n)).collect();
        let mut world = World {
            now: Duration::from_secs(1),
            chance: Chance::from_seed(bytes),
            server: ModelServer::new(accounts.iter().copied()),
            up: true,
            clients: Vec::new(),
            queue: BTreeMap::new(),
            order: 0,
            arrivals: BTreeMap::new(),
            links: BTreeMap::new(),
            holes: BTreeSet::new(),
            tickets: 0,
            pictures: Vec::new(),
            draws: false,
            harbour: Harbour::default(),
            idle_ticks: 0,
        };
        for account in accounts {
            let store = ModelStore::default();
            let state = world.state(&store);
            world.clients.push(Client {
                state,
                store,
                run: 0,
                account,
                link: None,
                last: BTreeMap::new(),
                shown: BTreeMap::new(),
                said: Vec::new(),
                pending: BTreeSet::new(),
                acknowledged: BTreeMap::new(),
                answered: Vec::new(),
                signed_in: false,
                asked: 0,
                turned_away: false,
                room_seen: BTreeSet::new(),
                emitted: 0,
                failed: Vec::new(),
                signed_out: None,
                called: 0,
                presence: None,
                transfers: BTreeMap::new(),
                files: BTreeMap::new(),
            });
            let index = world.clients.len() - 1;
            world.sign_in(index);
        }
        world
    }

    pub fn state(&mut self, store: &ModelStore) -> State {
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&self.chance.bits().to_be_bytes());
        State::new(store.start(), "model", Stretch::CHEAP, Chance::from_seed(seed))
    }

    pub fn sign_in(&mut self, index: usize) {
        let account = self.clients[index].account;
        self.intent(index, Intent::Connect { address: address(), trust: Trust::First });
        let ticket = self.ticket();
        self.clients[index].asked = ticket;
        self.clients[index].turned_away = false;
        let token = Some(Secret::new("ab".repeat(32)));
        let presence = Presence::Online;
        self.intent(index, Intent::SignInToken { ticket, account, token, presence });
    }

    pub fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        self.tickets
    }

    pub fn intent(&mut self, index: usize, intent: Intent) {
        self.input(index, Input::Intent(intent));
    }

    pub fn input(&mut self, index: usize, input: Input) {
        let mut effects = Vec::new();
        let wall_ms = i64::try_from(self.now.as_millis()).unwrap();
        let moment = Moment { wall_ms, uptime: self.now };
        self.clients[index].state.handle(input, moment, &mut effects);
        for effect in effects {
            self.effect(index, effect);
        }
    }

    pub fn effect(&mut self, index: usize, effect: Effect) {
        match effect {
            Effect::Dial { link, .. } => {
                self.hang_up(index);
                let wire =
                    link * 100 + index as u64 + u64::from(self.clients[index].run) * 1_000_000;
                let what = match self.up {
                    true => {
                        self.links.insert(wire, index);
                        self.clients[index].link = Some(wire);
                        LinkInput::Secured(SERVER)
                    }
                    false => LinkInput::Failed(Failure::PortClosed),
                };
                self.travel(wire, false, Travelling::ToClient(index, link, what));
            }
            Effect::Write(frame) => {
                self.clients[index].check_write(&frame);
                let Some(wire) = self.clients[index].link else { return };
                self.travel(wire, true, Travelling::ToServer(wire, frame));
            }
            Effect::HangUp => self.hang_up(index),
            Effect::Keep(job) => {
                let delay = Duration::from_millis(self.chance.below(20));
                // The store does one job after the other.
                let last = self.arrivals.entry((u64::MAX - index as u64, true)).or_default();
                *last = (self.now + delay).max(*last);
                let at = *last;
                self.order += 1;
                let run = self.clients[index].run;
                self.queue.insert((at, self.order), Travelling::Stored(index, run, job));
            }
            Effect::Emit(event) => self.clients[index].event(event),
            Effect::Opaque { .. } => panic!("tokens only"),
            Effect::Picture(job) if self.draws => self.draw_later(index, job),
            Effect::Picture(job) => self.pictures.push(job),
            Effect::Carry(job) => self.carry(index, job),
            Effect::File(job) => panic!("no exports here: {job:?}"),
        }
    }

    pub fn hang_up(&mut self, index: usize) {
        if let Some(wire) = self.clients[index].link.take() {
            self.links.remove(&wire);
            self.server.sessions.remove(&wire);
        }
    }

    pub fn travel(&mut self, wire: u64, to_server: bool, what: Travelling) {
        if self.holes.contains(&wire) {
            return;
        }
        let delay = Duration::from_millis(1 + self.chance.below(30));
        let last = self.arrivals.entry((wire, to_server)).or_default();
        *last = (self.now + delay).max(*last);
        self.order += 1;
        self.queue.insert((*last, self.order), what);
    }

    pub fn say(&mut self, said: Said) {
        for (wire, frame) in said {
            let Some(index) = self.links.get(&wire).copied() else { continue };
            let link = link_number(wire);
            let copies = 1 + u64::from(self.chance.below(8) == 0);
            for _ in 0..copies {
                if copies > 1 && !matches!(frame, ServerFrame::Event(_)) {
                    continue;
                }
                let what = LinkInput::Frame(frame.clone());
                self.travel(wire, false, Travelling::ToClient(index, link, what));
            }
            if copies > 1 && !matches!(frame, ServerFrame::Event(_)) {
                let what = LinkInput::Frame(frame);
                self.travel(wire, false, Travelling::ToClient(index, link, what));
            }
        }
    }

    /// The next thing that happens, not after `until`.
    pub fn step(&mut self, until: Duration) -> bool {
        let ticks = self.clients.iter().map(|client| client.state.wake_at());
        let tick = ticks.enumerate().filter_map(|(index, at)| Some((at?, index))).min();
        let next = self.queue.first_key_value().map(|((at, _), _)| *at);
        if let Some((at, index)) = tick
            && next.is_none_or(|next| at <= next)
        {
            if at > until {
                return false;
            }
            self.idle_ticks = if at > self.now { 0 } else { self.idle_ticks + 1 };
            assert!(self.idle_ticks < 20, "ticks that change nothing");
            self.now = self.now.max(at);
            self.input(index, Input::Tick);
            return true;
        }
        if next.is_none_or(|next| next > until) {
            return false;
        }
        let Some(((at, _), what)) = self.queue.pop_first() else { return false };
        self.now = self.now.max(at);
        self.idle_ticks = 0;
        match what {
            Travelling::ToServer(wire, frame) => {
                if self.up && self.links.contains_key(&wire) {
                    let said = self.server.frame(self.now, wire, frame);
                    self.say(said);
                }
            }
            Travelling::ToClient(index, link, what) => self.input(index, Input::Link(link, what)),
            Travelling::Stored(index, run, job) => {
                let kept = self.clients[index].store.job(job);
                if self.clients[index].run == run {
                    self.input(index, Input::Kept(kept));
                }
            }
            Travelling::Drawn(index, run, job) if self.clients[index].run == run => {
                self.draw(index, job);
            }
            Travelling::Looked(index, run, packing, path) if self.clients[index].run == run => {
                self.look(index, packing, path);
            }
            Travelling::Carried(index, run, id) if self.clients[index].run == run => {
                self.carry_on(index, id);
            }
            Travelling::Drawn(..) | Travelling::Looked(..) | Travelling::Carried(..) => {}
        }
        true
    }

    pub fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            let until = end.min(self.now + Duration::from_secs(1));
            while self.step(until) {}
            self.now = self.now.max(until);
            for index in 0..self.clients.len() {
                if self.clients[index].turned_away {
                    self.sign_in(index);
                }
            }
        }
    }

    /// Something that the server says to a client.
    pub fn tell(&mut self, index: usize, frame: ServerFrame) {
        if let Some(wire) = self.clients[index].link {
            let link = link_number(wire);
            self.travel(wire, false, Travelling::ToClient(index, link, LinkInput::Frame(frame)));
        }
    }

    /// Somebody without a client writes to the lobby.
    pub fn stranger_says(&mut self, number: u64) {
        self.writer_says(AccountId(19_999), number);
    }

    pub fn writer_says(&mut self, account: AccountId, number: u64) {
        let mut nonce = Nonce([0xEE; 16]);
        nonce.0[..8].copy_from_slice(&number.to_be_bytes());
        let body = Body::text(number.to_string());
        let said = self.server.write(ConversationKind::Lobby, account, nonce, body);
        self.say(said);
    }

    /// Cuts a client's link so that both ends notice.
    pub fn cut(&mut self, index: usize) {
        if let Some(wire) = self.clients[index].link.take() {
            let link = link_number(wire);
            self.links.remove(&wire);
            self.server.sessions.remove(&wire);
            let what = LinkInput::Lost { garbled: false };
            self.travel(wire, false, Travelling::ToClient(index, link, what));
        }
    }

    /// Kills a client: what it gave to its store is written or not, the rest is gone.
    pub fn kill(&mut self, index: usize) {
        self.hang_up(index);
        self.sink(index);
        let written = self.chance.below(2) == 0;
        self.queue.retain(|_, what| match what {
            Travelling::Stored(of, ..) => *of != index || written,
            Travelling::Drawn(of, ..)
            | Travelling::Looked(of, ..)
            | Travelling::Carried(of, ..)
            | Travelling::ToClient(of, ..) => *of != index,
            Travelling::ToServer(..) => true,
        });
        let jobs: Vec<(Duration, u64)> = self
            .queue
            .iter()
            .filter(|(_, what)| matches!(what, Travelling::Stored(of, ..) if *of == index))
            .map(|(key, _)| *key)
            .collect();
        for key in jobs {
            if let Some(Travelling::Stored(_, _, job)) = self.queue.remove(&key) {
                self.clients[index].store.job(job);
            }
        }
        let store = self.clients[index].store.clone();
        let state = self.state(&store);
        let client = &mut self.clients[index];
        client.state = state;
        client.run += 1;
        client.last.clear();
        client.shown.clear();
        client.room_seen.clear();
        client.pending.clear();
        client.transfers.clear();
        client.signed_in = false;
        // What was not on disk was never promised.
        let kept: BTreeSet<Nonce> = store.waiting.iter().map(|(_, w)| w.nonce).collect();
        let acknowledged = &client.acknowledged;
        let log: BTreeSet<Nonce> = self
            .server
            .logs
            .values()
            .flat_map(|(_, log)| log.iter().map(|message| message.nonce))
            .collect();
        client.said.retain(|(_, nonce)| {
            kept.contains(nonce) || acknowledged.contains_key(nonce) || log.contains(nonce)
        });
        self.sign_in(index);
    }

    pub fn stop_server(&mut self) {
        self.up = false;
        self.server.there.clear();
        self.storm_harbour();
        for index in 0..self.clients.len() {
            if let Some(wire) = self.clients[index].link
                && self.chance.below(2) == 0
            {
                let link = link_number(wire);
                let goodbye = ServerFrame::Goodbye(Goodbye::ShuttingDown);
                let what = LinkInput::Frame(goodbye);
                self.travel(wire, false, Travelling::ToClient(index, link, what));
            }
            self.cut(index);
        }
    }

    /// Everything that must hold once all trouble is over.
    pub fn check_the_end(&self) {
        for client in &self.clients {
            let me = client.account;
            assert!(client.signed_in, "{me} is back");
            let owner = Owner { server: SERVER, account: me };
            let desk = client.state.desk.as_ref().expect("signed in");
            assert!(desk.entries.is_empty(), "the outbox of {me} has drained");
            assert!(client.store.waiting.is_empty(), "also on disk");
            for (id, (kind, log)) in &self.server.logs {
                if !self.server.is_in(*kind, me) || log.is_empty() {
                    continue;
                }
                let head = Seq(log.len() as u64);
                for ((_, seq), body) in client.shown.range((*id, Seq(0))..=(*id, head)) {
                    let at = usize::try_from(seq.0 - 1).unwrap();
                    assert_eq!(*body, log[at].body, "{me} is shown {seq:?} of {id:?}");
                }
                let shown = client.last.get(id).copied();
                let cached = client.store.conversations.get(&(owner, *id));
                assert_eq!(shown.or(cached.map(|c| c.last)), Some(head), "{me} saw all of {id:?}");
                let cached = cached.expect("cached");
                assert_eq!(cached.last, head);
                for seq in cached.first.0..=cached.last.0 {
                    let at = usize::try_from(seq - 1).unwrap();
                    let found = client.store.messages.get(&(owner, *id, Seq(seq)));
                    assert_eq!(found, Some(&log[at]), "cached {seq} of {id:?}");
                }
                if let (ConversationKind::Room { .. }, Some(came)) = (kind, self.server.came(me)) {
                    let read = desk.conversations.get(id).map(|conversation| conversation.read);
                    assert!(read >= Some(came), "nothing before {came:?} is unread: {read:?}");
                }
                let foreign = log.iter().rev().find(|message| message.from != me);
                if let (ConversationKind::Direct { .. }, Some(last)) = (kind, foreign) {
                    let told = self.server.delivered.get(&(me, *id)).copied().unwrap_or_default();
                    assert!(told >= last.seq, "{me} told of {told:?} of {:?}", last.seq);
                }
            }
            self.check_said(client);
            let book = self.server.books.get(&me).cloned().unwrap_or_default();
            assert_eq!(*desk.shelf.book, book, "{me} keeps the book that the server keeps");
            let kept = client.store.books.get(&owner).map(|(_, book)| (**book).clone());
            assert_eq!(kept.unwrap_or_default(), book, "also on disk");
        }
    }

    /// Each said message is in the log once, and in the order in which it was said.
    pub fn check_said(&self, client: &Client) {
        let place = |nonce: &Nonce| {
            let mut places = self.server.logs.iter().flat_map(|(id, (_, log))| {
                log.iter()
                    .filter(|m| m.nonce == *nonce && m.from == client.account)
                    .map(move |m| (*id, m.seq))
            });
            let first = places.next();
            assert_eq!(places.next(), None, "said twice");
            first
        };
        let mut last: BTreeMap<ConversationId, Seq> = BTreeMap::new();
        for (to, nonce) in &client.said {
            let Some((id, seq)) = place(nonce) else {
                panic!("{} lost what it said to {to:?}", client.account)
            };
            let before = last.insert(id, seq);
            assert!(before < Some(seq), "out of order");
        }
        for (nonce, message) in &client.acknowledged {
            assert_eq!(place(nonce), Some((message.conversation, message.seq)));
        }
    }
}

impl Client {
    /// What is sent is on disk: a kill after this moment loses nothing.
    fn check_write(&self, frame: &ClientFrame) {
        if let ClientFrame::Command { command: Command::Send { nonce, .. }, .. } = frame {
            let mut waiting = self.store.waiting.iter();
            assert!(waiting.any(|(_, waiting)| waiting.nonce == *nonce), "sent before kept");
        }
    }

    pub fn event(&mut self, event: ClientEvent) {
        match event {
            ClientEvent::Message { message, .. } => {
                self.emitted += 1;
                let place = (message.conversation, message.seq);
                self.shown.insert(place, message.body.clone());
                if let Body::Recalled { seq: Some(seq) } = message.body
                    && let Some(body) = self.shown.get_mut(&(message.conversation, seq))
                {
                    *body = Body::Recalled { seq: None };
                }
                let before = self.last.insert(message.conversation, message.seq);
                match message.kind {
                    ConversationKind::Room { .. } => self.room_message(message.seq),
                    _ => assert!(before.is_none_or(|before| before.next() == message.seq)),
                }
            }
            ClientEvent::Skipped { conversation, seq } => {
                let before = self.last.insert(conversation, seq);
                assert!(before < Some(seq), "forward");
            }
            ClientEvent::Pending(pending) => drop(self.pending.insert(pending.nonce)),
            ClientEvent::Answered { ticket, result } => {
                if let Ok(Answer::Sent(message)) = &result {
                    self.acknowledged.insert(message.nonce, message.clone());
                }
                self.turned_away |= ticket == self.asked && result.is_err();
                self.answered.push((ticket, result));
            }
            ClientEvent::SignedIn { presence, .. } => {
                self.signed_in = true;
                self.presence = Some(presence);
            }
            ClientEvent::SignedOut { why } => self.signed_out = Some(why),
            ClientEvent::Called { .. } => self.called += 1,
            ClientEvent::BegunAnew => {
                self.last.clear();
                self.shown.clear();
                self.room_seen.clear();
                self.pending.clear();
                self.transfers.clear();
            }
            event @ (ClientEvent::Transfers(_)
            | ClientEvent::Transfer(_)
            | ClientEvent::TransfersGone(_)
            | ClientEvent::File { .. }) => self.file_event(event),
            ClientEvent::SendFailed { nonce, .. } => self.failed.push(nonce),
            ClientEvent::Link(LinkState::Down { .. }) => self.signed_in = false,
            _ => {}
        }
    }
}

fn link_number(wire: u64) -> u64 {
    wire % 1_000_000 / 100
}
