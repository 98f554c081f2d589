//! Time, who is there, and what happens to them.

use std::collections::BTreeMap;
use std::time::Duration;

use mychat::client::api::{Answer, ClientEvent, Failure, Intent, Secret, Ticket, Trust};
use mychat::client::state::{Chance, Effect, Input, LinkInput, OpaqueFailure, OpaqueStep};
use mychat::clock::Moment;
use mychat::domain::{Presence, Target};
use mychat::net::address::Address;
use mychat::net::protocol::{ClientFrame, Event, Opaque, Reason, ServerFrame};
use mychat::server::hub::HubInput;

use crate::Trace;
use crate::bugs::Bug;
use crate::device::{By, Device, Spoken, linger};
use crate::disk::{self, Disk, Fault};
use crate::network::Wire;
use crate::promises::Witness;
use crate::server::{Said, Server};

pub const PEOPLE: usize = 4;
const WALL_MS: i64 = 1_800_000_000_000;
pub const TEN_YEARS_MS: u64 = 10 * 365 * 24 * 60 * 60 * 1000;
/// What a failure tells of.
const STEPS_TOLD: usize = 60;

/// Something on its way.
pub enum Coming {
    /// `None` is the end of a link.
    ToServer(u64, Option<ClientFrame>),
    ToDevice(usize, u32, u64, LinkInput),
    /// A reader's answer, read from the store some moments ago.
    Answer(u64, Box<ServerFrame>),
    /// A link that the server closes is closed.
    Closed(u64),
    /// The server's writer takes what waits.
    Batch,
    /// A device's store does what waits.
    Keep(usize, u32),
    /// A person sits down at a device and signs in.
    SignIn(usize, u32),
}

pub struct World {
    pub now: Duration,
    pub chance: Chance,
    pub bug: Option<Bug>,
    pub server: Option<Server>,
    /// The server's wall clock is wrong by this.
    pub skew_ms: i64,
    bytes: Vec<u8>,
    pub devices: Vec<Device>,
    pub wires: BTreeMap<u64, Wire>,
    pub witness: Witness,
    pub queue: BTreeMap<(Duration, u64), Coming>,
    order: u64,
    batch_due: bool,
    pub tickets: Ticket,
    ticks: u32,
    pub trace: Trace,
    pub count: u64,
    /// All trouble is over.
    pub is_calm: bool,
}

impl World {
    pub fn new(seed: u64, bug: Option<Bug>, trace: Trace) -> Self {
        let mut bytes = [3; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        let mut world = World {
            now: Duration::from_secs(1),
            chance: Chance::from_seed(bytes),
            bug,
            server: None,
            skew_ms: 0,
            bytes: Vec::new(),
            devices: Vec::new(),
            wires: BTreeMap::new(),
            witness: Witness::default(),
            queue: BTreeMap::new(),
            order: 0,
            batch_due: false,
            tickets: 0,
            ticks: 0,
            trace,
            count: 0,
            is_calm: false,
        };
        world.start_server(false);
        for person in 0..PEOPLE {
            world.add_device(person, By::Register);
            world.add_device(person, By::Password);
        }
        world
    }

    pub fn add_device(&mut self, person: usize, by: By) -> usize {
        let number = self.devices.len();
        self.devices.push(Device::new(number, person, by, &mut self.chance));
        let wait = Duration::from_millis(self.chance.below(2_000));
        self.sit_down(number, wait);
        number
    }

    pub fn tell(&self, text: &str) {
        let mut trace = self.trace.borrow_mut();
        trace.push_back(format!("{:>9.3} s  {text}", self.now.as_secs_f64()));
        if trace.len() > STEPS_TOLD {
            trace.pop_front();
        }
    }

    pub fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        self.tickets
    }

    pub fn come(&mut self, at: Duration, what: Coming) {
        self.order += 1;
        self.queue.insert((at, self.order), what);
    }

    pub fn sit_down(&mut self, device: usize, wait: Duration) {
        let run = self.devices[device].run;
        self.come(self.now + wait, Coming::SignIn(device, run));
    }

    fn sign_in(&mut self, index: usize) {
        let device = &mut self.devices[index];
        if device.state.is_signed_in() || device.asked.is_some() {
            return;
        }
        let (by, person) = (device.by, device.person);
        let address = Address { host: "sim".into(), port: 1029 };
        self.intent(index, Intent::Connect { address, trust: Trust::First });
        let ticket = self.ticket();
        self.devices[index].asked = Some(ticket);
        let (nickname, password) = (format!("Person {person}"), Secret::new("correct horse"));
        let (login, presence) = (nickname.clone(), Presence::Online);
        let intent = match (by, self.devices[index].account) {
            (By::Register, _) => {
                let (code, avatar, remember) = (None, 1, false);
                Intent::Register { ticket, nickname, password, code, avatar, remember }
            }
            (By::Token, Some(account)) => {
                Intent::SignInToken { ticket, account, token: None, presence }
            }
            _ => Intent::SignIn { ticket, login, password, remember: true, presence },
        };
        self.intent(index, intent);
    }

    pub fn intent(&mut self, index: usize, intent: Intent) {
        self.input(index, Input::Intent(intent));
    }

    /// Says something, and remembers it if this window took it.
    pub fn say(&mut self, index: usize, to: Target, body: mychat::domain::Body) {
        let (ticket, nonce) = (self.ticket(), self.chance.nonce());
        let body = match body {
            mychat::domain::Body::Text { reply_to, mentions, .. } => {
                mychat::domain::Body::Text { text: nonce.to_string(), reply_to, mentions }
            }
            body => body,
        };
        self.intent(index, Intent::Send { ticket, to, body, nonce: Some(nonce) });
        let device = &mut self.devices[index];
        if device.view.pending.contains(&nonce) {
            device.said.push(Spoken { to, nonce, is_kept: true });
        }
    }

    pub fn input(&mut self, index: usize, input: Input) {
        let device = &mut self.devices[index];
        let mut effects = Vec::new();
        let wall_ms = wall(self.now, device.skew_ms);
        device.state.handle(input, Moment { wall_ms, uptime: self.now }, &mut effects);
        for effect in effects {
            self.effect(index, effect);
        }
    }

    fn effect(&mut self, index: usize, effect: Effect) {
        let run = self.devices[index].run;
        match effect {
            Effect::Dial { link, .. } => self.dial(index, link),
            Effect::Write(frame) => {
                if let Some(wire) = self.devices[index].link {
                    self.send_up(wire, Some(frame));
                }
            }
            Effect::HangUp => {
                if let Some(wire) = self.devices[index].link.take() {
                    self.send_up(wire, None);
                }
            }
            Effect::Keep(job) => {
                let wait = linger(&job, &mut self.chance);
                self.devices[index].jobs.push(job);
                self.come(self.now + wait, Coming::Keep(index, run));
            }
            Effect::Emit(event) => self.event(index, &event),
            Effect::Opaque { attempt, step } => {
                let outcome = match step {
                    OpaqueStep::RegisterStart(_) | OpaqueStep::SignInStart(_) => {
                        Ok(Opaque(Vec::new()))
                    }
                    OpaqueStep::RegisterFinish { password, .. } => Ok(plain(&password)),
                    OpaqueStep::SignInFinish { password, response, .. } => {
                        let right = plain(&password);
                        (right == response).then_some(right).ok_or(OpaqueFailure::WrongPassword)
                    }
                };
                self.input(index, Input::Opaque { attempt, outcome });
            }
            Effect::Picture(job) => panic!("no pictures here: {job:?}"),
            Effect::File(job) => panic!("no exports here: {job:?}"),
            Effect::Carry(job) => panic!("no files here: {job:?}"),
        }
    }

    fn event(&mut self, index: usize, event: &ClientEvent) {
        let device = &mut self.devices[index];
        let skips = matches!(event, ClientEvent::Message { message, .. } if message.seq.0 % 5 == 0);
        if self.bug == Some(Bug::AcceptsGaps) && skips {
            return;
        }
        device.take_in(event);
        self.witness.event(device, event);
        match event {
            ClientEvent::SignedOut { why } => {
                device.by = By::Password;
                device.asked = None;
                let longest = if self.is_calm { 500 } else { 20_000 };
                let wait = Duration::from_millis(self.chance.below(longest));
                let text = format!("{} is signed out: {why}", self.devices[index].name);
                self.tell(&text);
                self.sit_down(index, wait);
            }
            ClientEvent::Answered { ticket, result } if device.asked == Some(*ticket) => {
                device.asked = None;
                device.by = match (device.by, result) {
                    (_, Ok(Answer::Registered { .. } | Answer::SignedIn { .. })) => By::Token,
                    (By::Register, Err(Failure::Refused(refusal)))
                        if refusal.reason == Reason::NameTaken =>
                    {
                        By::Password
                    }
                    (By::Token, Err(Failure::Refused(_) | Failure::NoToken)) => By::Password,
                    (by, _) => by,
                };
                let text = format!("{} signs in: {}", device.name, outcome(result));
                if result.is_err() {
                    let wait = Duration::from_millis(500 + self.chance.below(2_500));
                    self.sit_down(index, wait);
                }
                self.tell(&text);
            }
            _ => {}
        }
    }

    pub fn kill_device(&mut self, index: usize) {
        let device = &mut self.devices[index];
        let bytes = match self.chance.below(2) {
            0 => device.disk.after_kill(),
            _ => device.disk.after_power_cut(&mut disk::Chance(self.chance.bits())),
        };
        device.restart(bytes, &mut self.chance);
        // What it had written to the system still goes out.
        if let Some(wire) = device.link.take() {
            self.send_up(wire, None);
        }
        let longest = [20, 3_000][usize::from(self.chance.below(2) == 0)];
        let wait = Duration::from_millis(self.chance.below(longest));
        self.sit_down(index, wait);
    }

    /// A server opens what is on its disk, which dies at some sync or never.
    pub fn start_server(&mut self, fails: bool) {
        if self.server.is_some() {
            return;
        }
        let fault = match fails {
            true => Fault::Frozen(8 + self.chance.below(300)),
            false => Fault::None,
        };
        let disk = Disk::new(std::mem::take(&mut self.bytes), fault);
        match Server::open(disk.clone(), self.now, self.chance.bits(), self.bug) {
            Ok(server) => {
                self.tell(&format!("the server starts, {fault:?}"));
                self.witness.store(&server.rows());
                self.server = Some(server);
                self.batch_due = false;
            }
            Err(error) => {
                self.tell(&format!("the server does not start: {error}"));
                let mut chance = disk::Chance(self.chance.bits());
                self.bytes = disk.after_power_cut(&mut chance);
            }
        }
    }

    /// The server's power goes, or its process dies: whatever is not on the disk is lost.
    pub fn kill_server(&mut self, by_power: bool) {
        let Some(server) = self.server.take() else { return };
        self.tell(&format!("the server dies, by power: {by_power}"));
        self.bytes = match by_power {
            true => server.disk.after_power_cut(&mut disk::Chance(self.chance.bits())),
            false => server.disk.after_kill(),
        };
        if self.bug == Some(Bug::LosesLastCommit) && !server.before.is_empty() {
            self.bytes.clone_from(&server.before);
        }
        let wires: Vec<u64> = self.wires.keys().copied().collect();
        for wire in wires {
            self.cut(wire);
        }
    }

    /// Drains, commits, says goodbye, closes.
    pub fn stop_server(&mut self) {
        if self.server.is_none() {
            return;
        }
        self.tell("the server stops in order");
        self.batch();
        let (now, skew) = (self.now, self.skew_ms);
        if let Some(server) = &mut self.server {
            let moment = server.moment(now, wall(now, skew));
            server.tell(HubInput::Close, now, moment);
        }
        self.drain();
        let Some(server) = self.server.take() else { return };
        let disk = server.disk.clone();
        drop(server);
        self.bytes = disk.after_kill();
        let wires: Vec<u64> = self.wires.keys().copied().collect();
        for wire in wires {
            self.end_wire(wire);
        }
    }

    fn batch(&mut self) {
        self.batch_due = false;
        let (now, wall_ms) = (self.now, wall(self.now, self.skew_ms));
        let Some(server) = &mut self.server else { return };
        if server.jobs.is_empty() {
            return;
        }
        let moment = server.moment(now, wall_ms);
        let lies =
            !self.is_calm && self.bug == Some(Bug::TellsBeforeCommit) && self.chance.below(20) == 0;
        let before = lies.then(|| server.disk.after_kill());
        let dies = !self.is_calm && self.chance.below(150) == 0;
        let done = server.batch(moment);
        self.witness.refused.extend(server.refused.drain(..));
        match done {
            // It dies between the commit and the first word about it.
            Ok(_) if dies && !lies => self.kill_server(false),
            Ok(outcomes) => {
                server.hand_on(outcomes, now, moment);
                self.drain();
                if let Some(before) = before {
                    self.run_for(Duration::from_millis(50));
                    self.kill_server(true);
                    self.bytes = before;
                }
            }
            Err(_) => self.kill_server(true),
        }
    }

    /// What the server has for its links goes on its way.
    pub fn drain(&mut self) {
        let (now, wall_ms) = (self.now, wall(self.now, self.skew_ms));
        let Some(server) = &mut self.server else { return };
        let moment = server.moment(now, wall_ms);
        let wires = &self.wires;
        let said = server.said(moment, |wire| wires.get(&wire).is_none_or(|link| !link.is_clogged));
        for (wire, said) in said {
            match said {
                Said::Frame(frame) => {
                    let frame = *frame;
                    if self.bug == Some(Bug::TwiceAtAnotherPlace)
                        && let ServerFrame::Event(Event::Message(message)) = &frame
                        && message.seq.0 % 7 == 0
                    {
                        let mut again = message.clone();
                        again.seq = again.seq.next();
                        self.send_down(wire, LinkInput::Frame(frame));
                        let again = ServerFrame::Event(Event::Message(again));
                        self.send_down(wire, LinkInput::Frame(again));
                        continue;
                    }
                    self.send_down(wire, LinkInput::Frame(frame));
                }
                // It is read on until its goodbye is out.
                Said::Closed => {
                    let wait = Duration::from_millis(20 + self.chance.below(150));
                    self.come(now + wait, Coming::Closed(wire));
                }
            }
        }
        let read = self.server.as_mut().map(|server| std::mem::take(&mut server.read));
        for (wire, frame) in read.unwrap_or_default() {
            let wait = Duration::from_millis(self.chance.below(25));
            self.come(now + wait, Coming::Answer(wire, Box::new(frame)));
        }
        let due = self.server.as_ref().is_some_and(|server| !server.jobs.is_empty());
        if due && !self.batch_due {
            self.batch_due = true;
            // A disk is slow at times.
            let longest = if self.chance.below(12) == 0 { 500 } else { 15 };
            let wait = Duration::from_millis(self.chance.below(longest));
            self.come(now + wait, Coming::Batch);
        }
    }

    pub fn run_for(&mut self, span: Duration) {
        let until = self.now + span;
        while self.step(until) {}
        self.now = until;
    }

    /// The next thing that happens, not after `until`.
    pub fn step(&mut self, until: Duration) -> bool {
        let ticks = self
            .devices
            .iter()
            .enumerate()
            .filter_map(|(index, device)| Some((device.state.wake_at()?, Some(index))));
        let hub = self.server.as_ref().and_then(Server::wakes_at).map(|at| (at, None));
        let tick = ticks.chain(hub).min();
        let next = self.queue.first_key_value().map(|((at, _), _)| *at);
        if let Some((at, whose)) = tick
            && next.is_none_or(|next| at <= next)
        {
            if at > until {
                return false;
            }
            self.ticks = if at > self.now { 0 } else { self.ticks + 1 };
            assert!(self.ticks < 100, "6 liveness: ticks that change nothing");
            self.now = self.now.max(at);
            match whose {
                Some(index) => self.input(index, Input::Tick),
                None => self.hub_tick(),
            }
            return true;
        }
        if next.is_none_or(|next| next > until) {
            return false;
        }
        let Some(((at, _), what)) = self.queue.pop_first() else { return false };
        self.now = self.now.max(at);
        self.ticks = 0;
        self.arrive(what);
        true
    }

    fn hub_tick(&mut self) {
        let (now, wall_ms) = (self.now, wall(self.now, self.skew_ms));
        if let Some(server) = &mut self.server {
            let moment = server.moment(now, wall_ms);
            server.tick(now, moment);
        }
        self.drain();
    }

    fn arrive(&mut self, what: Coming) {
        match what {
            Coming::ToServer(wire, frame) if !self.swallows(wire, frame.as_ref()) => {
                let (now, wall_ms) = (self.now, wall(self.now, self.skew_ms));
                let Some(server) = &mut self.server else { return };
                let moment = server.moment(now, wall_ms);
                match frame {
                    Some(frame) => server.frame(wire, frame, now, moment),
                    None => {
                        server.disconnect(wire);
                        self.wires.remove(&wire);
                    }
                }
                self.drain();
            }
            Coming::ToDevice(index, run, number, what) if self.devices[index].run == run => {
                self.input(index, Input::Link(number, what));
            }
            Coming::Keep(index, run) if self.devices[index].run == run => {
                for kept in self.devices[index].keep() {
                    self.input(index, Input::Kept(kept));
                }
            }
            Coming::SignIn(index, run) if self.devices[index].run == run => self.sign_in(index),
            Coming::ToServer(..) | Coming::ToDevice(..) | Coming::Keep(..) | Coming::SignIn(..) => {
            }
            Coming::Closed(wire) => {
                if let Some(server) = &mut self.server {
                    server.disconnect(wire);
                }
                self.end_wire(wire);
                self.drain();
            }
            Coming::Batch => self.batch(),
            Coming::Answer(wire, frame) => {
                let (now, wall_ms) = (self.now, wall(self.now, self.skew_ms));
                if let Some(server) = &mut self.server {
                    let moment = server.moment(now, wall_ms);
                    server.answered(wire, &frame, now, moment);
                }
                self.drain();
            }
        }
    }
}

fn wall(now: Duration, skew_ms: i64) -> i64 {
    WALL_MS + i64::try_from(now.as_millis()).unwrap() + skew_ms
}

fn plain(password: &Secret) -> Opaque {
    Opaque(password.expose().as_bytes().to_vec())
}

fn outcome(result: &Result<Answer, Failure>) -> String {
    match result {
        Ok(_) => "yes".to_owned(),
        Err(failure) => failure.to_string(),
    }
}
