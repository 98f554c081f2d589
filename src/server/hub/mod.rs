//! Who is online, and who gets what. Pure: inputs in, pushes into outboxes out, no waiting.
//!
//! The hub stores nothing and decides no rule: what comes here is committed. Each event is encoded
//! once and the bytes are shared by everybody who gets them. [`passing`] is what passes by unstored:
//! cursors and typing.

mod admin;
mod passing;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Moment, millis};
use crate::domain::{
    AccountId, Body, ConversationKind, DeviceId, Message, Person, Presence, Target,
};
use crate::limits::{PRESENCE_BURST, PRESENCE_EVERY, PRESENCE_FRAME_MAX, SHAKE_LATE_MAX};
use crate::net::control::{LogEvent, LogKind, OnlineSession};
use crate::net::frame;
use crate::net::protocol::{AuthStep, Event, Goodbye, PresenceChange, ServerFrame};
use crate::server::attendance::Attendance;
use crate::server::audience::{Audience, Turn};
use crate::server::board::Board;
use crate::server::bounds::Bound;
use crate::server::bucket::Bucket;
use crate::server::job::{Caller, Entered, Outcome, SessionId};
use crate::server::journal::{Journal, field};
use crate::server::outbox::{Bytes, Outbox};
use crate::server::policy::Policy;
use crate::server::presence::Presences;

/// Nobody's first frame waits for more of a batch than this.
const WAKE_EVERY: usize = 64;

/// Everything that the hub can be told.
pub enum HubInput {
    /// A batch was committed.
    Committed(Vec<Outcome>),
    /// Somebody is writing to somebody.
    Typing {
        /// Which session says so.
        session: SessionId,
        /// Whom to.
        to: Target,
    },
    /// A session shows these people, besides its friends.
    Watch {
        /// Which session.
        session: SessionId,
        /// Whom.
        accounts: Vec<AccountId>,
    },
    /// Presence changes were folded for long enough.
    Tick,
    /// The console asks.
    List(async_channel::Sender<Vec<OnlineSession>>),
    /// The server closes: say goodbye to everybody.
    Close,
}

/// The hub's state.
pub struct Hub {
    board: Arc<Board>,
    journal: Arc<Journal>,
    policy: Arc<Policy>,
    presences: Presences,
    audience: Audience,
    attendance: Attendance,
    sessions: HashMap<SessionId, Session>,
    accounts: BTreeMap<AccountId, Online>,
    changed: BTreeSet<AccountId>,
    /// Whose outboxes got their first frame and who still sleeps.
    filled: Vec<Arc<Outbox>>,
    closing: bool,
}

struct Session {
    account: AccountId,
    caller: Caller,
    address: String,
    client: String,
    since: i64,
    seen: Duration,
}

struct Online {
    person: Person,
    sessions: Vec<SessionId>,
    /// What others were told last, and what the person's own devices were.
    told: Presence,
    told_self: Presence,
    /// How often others may be told.
    tells: Bucket,
    /// A change waits for its turn.
    is_held_back: bool,
    /// To whom it wrote lately, and when.
    typed: BTreeMap<AccountId, Duration>,
}

impl Hub {
    /// A hub with nobody in it.
    #[must_use]
    pub fn new(board: Arc<Board>, journal: Arc<Journal>, policy: Arc<Policy>) -> Self {
        Hub {
            board,
            journal,
            policy,
            presences: Presences::default(),
            audience: Audience::default(),
            attendance: Attendance::default(),
            sessions: HashMap::new(),
            accounts: BTreeMap::new(),
            changed: BTreeSet::new(),
            filled: Vec::new(),
            closing: false,
        }
    }

    /// The one door.
    pub fn handle(&mut self, input: HubInput, now: Moment) {
        match input {
            HubInput::Committed(outcomes) => {
                for (outcome, count) in outcomes.into_iter().zip(1..) {
                    self.outcome(outcome, now);
                    if count % WAKE_EVERY == 0 {
                        self.wake();
                    }
                }
                self.wake();
            }
            HubInput::Typing { session, to } => self.typing(session, to, now),
            HubInput::Watch { session, accounts } => self.watch(session, accounts),
            HubInput::Tick => self.tell_presence(now),
            HubInput::List(reply) => drop(reply.try_send(self.list(now))),
            HubInput::Close => {
                self.closing = true;
                self.sessions.values().for_each(|s| s.caller.outbox.close(Goodbye::ShuttingDown));
            }
        }
    }

    /// Who got several frames of a batch writes them as one.
    fn wake(&mut self) {
        self.filled.drain(..).for_each(|outbox| outbox.wake());
    }

    /// Whether presence changes wait for a tick.
    #[must_use]
    pub fn wants_tick(&self) -> bool {
        !self.changed.is_empty()
    }

    fn outcome(&mut self, outcome: Outcome, now: Moment) {
        match outcome {
            Outcome::Answer { outbox, frame } | Outcome::Blob { outbox, frame, .. } => {
                outbox.push_frame(&frame);
            }
            Outcome::Entered(entered) => self.enter(*entered, now),
            Outcome::TurnedAway { applicant, id, refusal } => {
                applicant.outbox.push_frame(&ServerFrame::Refused { id, refusal: refusal.clone() });
                drop(applicant.entered.try_send(Err(refusal)));
            }
            Outcome::Appended { message, shakes, notices } => {
                self.notices(&notices, now);
                self.deliver(&message, shakes, now);
            }
            Outcome::Moved { caller, id, conversation, kind, before, cursors } => {
                self.tell_cursor(&caller, (conversation, kind), (before, cursors));
                caller.outbox.push_frame(&ServerFrame::Done { id });
            }
            Outcome::Booked { caller, id, messages, reply } => {
                self.notices(&messages, now);
                caller.outbox.push_frame(&match reply {
                    Some(reply) => ServerFrame::Reply { id, reply: *reply },
                    None => ServerFrame::Done { id },
                });
            }
            Outcome::Profile { caller, id, person } => {
                self.tell_person(person);
                caller.outbox.push_frame(&ServerFrame::Done { id });
            }
            Outcome::Revoked { caller, id, revoked, answer } => {
                let (why, frame) = match answer {
                    Some(step) => (Goodbye::PasswordChanged, ServerFrame::Auth { id, step }),
                    None => (Goodbye::SignedOut, ServerFrame::Done { id }),
                };
                for device in revoked {
                    self.fence(caller.account, device, why);
                }
                caller.outbox.push_frame(&frame);
            }
            Outcome::Deleted { caller, id, person, messages } => {
                caller.outbox.push_frame(&ServerFrame::Auth { id, step: AuthStep::Deleted {} });
                caller.outbox.close(Goodbye::Deleted);
                self.leave(caller.session, Goodbye::Deleted.code());
                self.fence_all(caller.account, Goodbye::Deleted);
                self.notices(&messages, now);
                self.tell_person(person);
            }
            Outcome::Presence { session, presence } => self.set_presence(session, presence, now),
            Outcome::SignedOut { caller, id } => {
                caller.outbox.push_frame(&ServerFrame::Done { id });
                caller.outbox.close(Goodbye::SignedOut);
                self.leave(caller.session, "signed out");
            }
            Outcome::Left { session } => self.leave(session, "link closed"),
            outcome @ (Outcome::Files { .. }
            | Outcome::Games { .. }
            | Outcome::Kept { .. }
            | Outcome::Swept { .. }
            | Outcome::Admin { .. }) => self.beside(outcome, now),
        }
    }

    /// What no session asked for by a frame, and what comes before something else.
    fn beside(&mut self, outcome: Outcome, now: Moment) {
        match outcome {
            Outcome::Files { files, rest } => {
                self.tell_files(&files);
                self.outcome(*rest, now);
            }
            Outcome::Games { games, rest } => {
                self.tell_games(games);
                self.outcome(*rest, now);
            }
            Outcome::Kept { slot, verdict, sent, .. } => {
                self.note_sent(sent);
                slot.try_send(verdict).ok();
            }
            Outcome::Admin { mut result, news, slot } => {
                self.spread(*news, &mut result, now);
                slot.try_send(result).ok();
            }
            // What was swept has lost its files where the outcome was handed on.
            _ => {}
        }
    }

    /// A session joins in the order of commits: it gets every message after its sign-in live, and
    /// finds every message before it in the heads.
    fn enter(&mut self, mut entered: Entered, now: Moment) {
        let forgotten = std::mem::take(&mut entered.forgotten);
        // A code that was spent sets a new password; else room was made for this device.
        let why = match (&entered.step, entered.is_new) {
            (AuthStep::Registered { .. }, false) => Goodbye::PasswordChanged,
            _ => Goodbye::SignedOut,
        };
        let Entered {
            applicant,
            id,
            caller,
            person,
            standing,
            step,
            is_new,
            since,
            ties,
            rooms,
            ..
        } = entered;
        self.fence(caller.account, caller.device, Goodbye::Replaced);
        for device in forgotten {
            self.fence(caller.account, device, why);
        }
        if self.closing {
            caller.outbox.close(Goodbye::ShuttingDown);
        }
        let address = applicant.address.clone();
        let (account, client) = (caller.account, field(&applicant.client));
        // Who is given a recovery code and is not new has spent the one before.
        let has_reset = !is_new && matches!(step, AuthStep::Registered { .. });
        self.note_entered(&caller, &person, (is_new, has_reset), (&address, &client));
        caller.outbox.push_frame(&ServerFrame::Auth { id, step });
        drop(applicant.entered.try_send(Ok(caller.clone())));
        let session = Session {
            account,
            address: applicant.address,
            client,
            since,
            seen: now.uptime,
            caller,
        };
        let id = session.caller.session;
        self.presences.adopt(id, account, standing);
        self.sessions.insert(id, session);
        let told = Presence::Offline;
        self.audience.enter(account, ties);
        self.attendance.enter(account, rooms);
        let online = self.accounts.entry(account).or_insert_with(|| Online {
            person: person.clone(),
            sessions: Vec::new(),
            told,
            told_self: Presence::Offline,
            tells: Bucket::per(PRESENCE_BURST, PRESENCE_EVERY * 3, now.uptime),
            is_held_back: false,
            typed: BTreeMap::new(),
        });
        online.sessions.push(id);
        online.person = person;
        self.refold(account);
        self.show_friends(id, account);
    }

    /// A session that begins learns which friends are there; everybody else is not, until told.
    fn show_friends(&self, id: SessionId, account: AccountId) {
        let friends = self.audience.ties(account).map(|ties| ties.friends.clone());
        self.show(id, friends.into_iter().flatten());
    }

    fn watch(&mut self, id: SessionId, accounts: Vec<AccountId>) {
        if !self.sessions.contains_key(&id) {
            return;
        }
        self.audience.watch(id, accounts.clone());
        self.show(id, accounts);
    }

    /// How these people are seen now, to one session: those who are there.
    fn show(&self, id: SessionId, accounts: impl IntoIterator<Item = AccountId>) {
        let Some(session) = self.sessions.get(&id) else { return };
        let seen = accounts.into_iter().filter_map(|account| {
            let presence = self.seen_by(account, session.account);
            let version = self.accounts.get(&account)?.person.version;
            (presence != Presence::Offline).then_some(PresenceChange { account, presence, version })
        });
        push_changes(&session.caller.outbox, &seen.collect::<Vec<_>>());
    }

    /// How somebody is seen by another: what others were told last, unless it is hidden from that
    /// one.
    fn seen_by(&self, account: AccountId, viewer: AccountId) -> Presence {
        match self.accounts.get(&account) {
            Some(online) if viewer == account => online.told_self,
            Some(online) if !self.audience.is_hidden(account, viewer) => online.told,
            _ => Presence::Offline,
        }
    }

    /// Ends a device's sessions: nothing more is delivered there.
    fn fence(&mut self, account: AccountId, device: DeviceId, goodbye: Goodbye) {
        let same =
            |session: &&Session| session.account == account && session.caller.device == device;
        let older: Vec<Caller> =
            self.sessions.values().filter(same).map(|session| session.caller.clone()).collect();
        self.cut(older, goodbye);
    }

    /// Ends all sessions of an account.
    fn fence_all(&mut self, account: AccountId, goodbye: Goodbye) {
        let sessions = self.sessions.values().filter(|session| session.account == account);
        self.cut(sessions.map(|session| session.caller.clone()).collect(), goodbye);
    }

    fn cut(&mut self, sessions: Vec<Caller>, goodbye: Goodbye) {
        for session in sessions {
            session.outbox.cut(goodbye);
            self.leave(session.session, goodbye.code());
        }
    }

    fn leave(&mut self, id: SessionId, reason: &str) {
        let Some(session) = self.sessions.remove(&id) else { return };
        self.presences.leave(id);
        self.audience.close(id);
        let account = session.account;
        if let Some(online) = self.accounts.get_mut(&account) {
            online.sessions.retain(|other| *other != id);
        }
        let event = LogEvent::SignedOut { account, reason: reason.to_owned() };
        self.journal.note(LogKind::Auth, Some(id), event);
        self.refold(account);
    }

    fn notices(&mut self, messages: &[Message], now: Moment) {
        for message in messages {
            self.notice(message, now);
        }
    }

    /// A notice is delivered like any message, and may change who sees whom and who hears whom.
    fn notice(&mut self, message: &Message, now: Moment) {
        self.deliver(message, None, now);
        self.note_room(message);
        let (ConversationKind::Notices { account }, Body::Notice(notice)) =
            (message.kind, &message.body)
        else {
            return;
        };
        if self.accounts.contains_key(&account) {
            self.attendance.apply(account, notice);
        }
        match self.audience.apply(account, notice) {
            Some(Turn::Hidden(viewer)) => self.turn(account, viewer, Presence::Offline),
            Some(Turn::Shown(viewer)) => self.turn(account, viewer, self.seen_by(account, viewer)),
            Some(Turn::Friends(friend)) => {
                // When the first of the two books turns, the other side does not see it yet. Who is
                // not there, or is told of in a moment, is no news.
                for (account, viewer) in [(account, friend), (friend, account)] {
                    let presence = self.seen_by(account, viewer);
                    if presence != Presence::Offline {
                        self.turn(account, viewer, presence);
                    }
                }
            }
            None => {}
        }
    }

    /// Somebody is seen otherwise by another from now on, who hears it where that is shown.
    fn turn(&self, account: AccountId, viewer: AccountId, presence: Presence) {
        let Some(online) = self.accounts.get(&account) else { return };
        let change = PresenceChange { account, presence, version: online.person.version };
        let sessions = self.accounts.get(&viewer).map_or(&[][..], |online| &online.sessions);
        for id in sessions {
            let is_watched = self.audience.watchers(account).any(|watcher| watcher == *id);
            let is_friend =
                self.audience.ties(viewer).is_some_and(|ties| ties.friends.contains(&account));
            if let (true, Some(session)) = (is_watched || is_friend, self.sessions.get(id)) {
                push_changes(&session.caller.outbox, &[change]);
            }
        }
    }

    /// A profile changed: everybody who is here learns it, since anybody may show it.
    fn tell_person(&mut self, person: Person) {
        if let Some(online) = self.accounts.get_mut(&person.account) {
            online.person = person.clone();
        }
        let event = Event::People { people: vec![person] };
        if let Some(bytes) = encode(&ServerFrame::Event(event)) {
            self.each_member(ConversationKind::Lobby, |_, outbox| outbox.push(&bytes));
        }
    }

    fn deliver(&mut self, message: &Message, shakes: Option<Duration>, now: Moment) {
        let event = ServerFrame::Event(Event::Message(message.clone()));
        let Some(bytes) = encode(&event) else { return };
        let mut filled = std::mem::take(&mut self.filled);
        self.each_member(message.kind, |_, outbox| {
            if outbox.put(&bytes, None) {
                filled.push(outbox.clone());
            }
        });
        self.filled = filled;
        let Some(until) = shakes.map(|asked| asked + SHAKE_LATE_MAX) else { return };
        if now.uptime > until {
            return;
        }
        let Message { conversation, seq, from, .. } = *message;
        let event = Event::Shaken { conversation, seq, from, sent: now.wall_ms };
        let Some(shaken) = encode(&ServerFrame::Event(event)) else { return };
        self.each_member(message.kind, |account, outbox| {
            if account != from {
                outbox.push_until(&shaken, Some(until));
            }
        });
    }

    fn each_member(&self, kind: ConversationKind, mut visit: impl FnMut(AccountId, &Arc<Outbox>)) {
        let mut of = |account: AccountId| {
            for id in self.accounts.get(&account).map_or(&[][..], |online| &online.sessions) {
                if let Some(session) = self.sessions.get(id) {
                    visit(account, &session.caller.outbox);
                }
            }
        };
        match kind {
            ConversationKind::Direct { low, high } if low == high => of(low),
            ConversationKind::Direct { low, high } => [low, high].into_iter().for_each(of),
            ConversationKind::Notices { account } => of(account),
            ConversationKind::Room { room } => self.attendance.of_room(room).for_each(of),
            ConversationKind::Lobby => {
                for session in self.sessions.values() {
                    visit(session.account, &session.caller.outbox);
                }
            }
        }
    }

    fn set_presence(&mut self, id: SessionId, presence: Presence, now: Moment) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.seen = now.uptime;
        let account = session.account;
        self.presences.choose(id, presence);
        self.refold(account);
    }

    fn refold(&mut self, account: AccountId) {
        let online = self.accounts.get(&account).into_iter();
        let sessions = online.flat_map(|online| &online.sessions);
        let devices = sessions.filter_map(|id| Some(self.sessions.get(id)?.caller.device));
        self.board.publish(account, self.presences.of(account), devices.collect());
        self.changed.insert(account);
    }

    /// What changed since the last tick, to those who want to see it: one frame for each of them.
    fn tell_presence(&mut self, now: Moment) {
        let mut news: BTreeMap<SessionId, Vec<PresenceChange>> = BTreeMap::new();
        for account in std::mem::take(&mut self.changed) {
            let Some(online) = self.accounts.get_mut(&account) else { continue };
            let own = self.presences.of(account);
            let seen = own.as_seen_by_others();
            if online.told != seen && online.tells.take(now.uptime).is_err() {
                // Too often: the last state is told when its turn comes.
                if !std::mem::replace(&mut online.is_held_back, true) {
                    self.policy.met().refuse(Bound::Presence);
                }
                self.changed.insert(account);
                continue;
            }
            online.is_held_back = false;
            let is_news = std::mem::replace(&mut online.told, seen) != seen;
            let is_own_news = std::mem::replace(&mut online.told_self, own) != own;
            let version = online.person.version;
            if is_own_news {
                for id in &online.sessions {
                    let change = PresenceChange { account, presence: own, version };
                    news.entry(*id).or_default().push(change);
                }
            }
            if is_news {
                let change = PresenceChange { account, presence: seen, version };
                for id in self.viewers(account) {
                    news.entry(id).or_default().push(change);
                }
            }
            if self.accounts.get(&account).is_some_and(|online| online.sessions.is_empty()) {
                self.accounts.remove(&account);
                self.audience.leave(account);
                self.attendance.leave(account);
            }
        }
        for (id, changes) in news {
            if let Some(session) = self.sessions.get(&id) {
                push_changes(&session.caller.outbox, &changes);
            }
        }
    }

    /// The sessions that show an account: its friends' and those that watch it, but not those of
    /// people whom it blocked.
    fn viewers(&self, account: AccountId) -> BTreeSet<SessionId> {
        let friends = self.audience.ties(account).map(|ties| &ties.friends);
        let friends = friends.into_iter().flatten().filter_map(|friend| self.accounts.get(friend));
        let sessions = friends.flat_map(|online| online.sessions.iter().copied());
        let all = sessions.chain(self.audience.watchers(account));
        all.filter(|id| {
            self.sessions.get(id).is_some_and(|session| {
                session.account != account && !self.audience.is_hidden(account, session.account)
            })
        })
        .collect()
    }

    fn list(&self, now: Moment) -> Vec<OnlineSession> {
        let mut sessions: Vec<OnlineSession> = self
            .sessions
            .iter()
            .filter_map(|(id, session)| {
                let online = self.accounts.get(&session.account)?;
                Some(OnlineSession {
                    session: id.0,
                    person: online.person.clone(),
                    presence: self.board.presence(session.account),
                    address: session.address.clone(),
                    client: session.client.clone(),
                    since: session.since,
                    idle_ms: millis(now.uptime.saturating_sub(session.seen)),
                })
            })
            .collect();
        sessions.sort_by_key(|session| (session.person.account, session.session));
        sessions
    }
}

fn push_changes(outbox: &Outbox, changes: &[PresenceChange]) {
    for part in changes.chunks(PRESENCE_FRAME_MAX) {
        let event = Event::Presence { changes: part.to_vec() };
        outbox.push_frame(&ServerFrame::Event(event));
    }
}

fn encode(frame: &ServerFrame) -> Option<Bytes> {
    match frame::encode(frame, frame::FRAME_BYTES_MAX) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            tracing::error!(%error, "a frame of ours could not be encoded");
            None
        }
    }
}
