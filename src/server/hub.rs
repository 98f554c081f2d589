//! Who is online, and who gets what. Pure: inputs in, pushes into outboxes out, no waiting.
//!
//! The hub stores nothing and decides no rule: what comes here is committed. Each event is encoded
//! once and the bytes are shared by everybody who gets them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::board::Board;
use super::bucket::Bucket;
use super::job::{Caller, Entered, Outcome, SessionId};
use super::journal::{Journal, field};
use super::outbox::{Bytes, Outbox};
use super::presence::Presences;
use crate::clock::{Moment, millis};
use crate::domain::{AccountId, ConversationKind, DeviceId, Message, Person, Presence, Target};
use crate::limits::{
    PRESENCE_BURST, PRESENCE_EVERY, PRESENCE_FRAME_MAX, SHAKE_LATE_MAX, TYPING_EVERY,
};
use crate::net::control::{LogEvent, LogKind, OnlineSession};
use crate::net::frame;
use crate::net::protocol::{Event, Goodbye, PresenceChange, ServerFrame};

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
    presences: Presences,
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
    /// What others were told last.
    told: Presence,
    /// How often others may be told.
    tells: Bucket,
    typed: Duration,
}

impl Hub {
    /// A hub with nobody in it.
    #[must_use]
    pub fn new(board: Arc<Board>, journal: Arc<Journal>) -> Self {
        Hub {
            board,
            journal,
            presences: Presences::default(),
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
            Outcome::Answer { outbox, frame } => outbox.push_frame(&frame),
            Outcome::Entered(entered) => self.enter(*entered, now),
            Outcome::TurnedAway { applicant, id, refusal } => {
                applicant.outbox.push_frame(&ServerFrame::Refused { id, refusal: refusal.clone() });
                drop(applicant.entered.try_send(Err(refusal)));
            }
            Outcome::Appended { message, shakes } => self.deliver(&message, shakes, now),
            Outcome::Moved { caller, id, conversation, kind, cursors } => {
                let event = Event::Cursor {
                    conversation,
                    account: caller.account,
                    read: cursors.read,
                    delivered: cursors.delivered,
                };
                self.tell_cursor(&caller, kind, event);
                caller.outbox.push_frame(&ServerFrame::Done { id });
            }
            Outcome::Presence { session, presence } => self.set_presence(session, presence, now),
            Outcome::SignedOut { caller, id } => {
                caller.outbox.push_frame(&ServerFrame::Done { id });
                caller.outbox.close(Goodbye::SignedOut);
                self.leave(caller.session, "signed out");
            }
            Outcome::Left { session } => self.leave(session, "link closed"),
        }
    }

    /// A session joins in the order of commits: it gets every message after its sign-in live, and
    /// finds every message before it in the heads.
    fn enter(&mut self, entered: Entered, now: Moment) {
        let Entered { applicant, id, caller, person, standing, step, is_new, forgotten, since } =
            entered;
        self.fence(caller.account, caller.device, Goodbye::Replaced);
        for device in forgotten {
            self.fence(caller.account, device, Goodbye::SignedOut);
        }
        if self.closing {
            caller.outbox.close(Goodbye::ShuttingDown);
        }
        let address = applicant.address.clone();
        let (account, client) = (caller.account, field(&applicant.client));
        if is_new {
            let nickname = field(&person.nickname);
            let event = LogEvent::Registered { account, nickname, address: address.clone() };
            self.journal.note(LogKind::Auth, Some(caller.session), event);
        }
        let event = LogEvent::SignedIn { account, address, client: client.clone() };
        self.journal.note(LogKind::Auth, Some(caller.session), event);
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
        let online = self.accounts.entry(account).or_insert_with(|| Online {
            person: person.clone(),
            sessions: Vec::new(),
            told,
            tells: Bucket::per(PRESENCE_BURST, PRESENCE_EVERY * 3, now.uptime),
            typed: Duration::ZERO,
        });
        online.sessions.push(id);
        online.person = person;
        self.refold(account);
    }

    /// Ends a device's sessions: nothing more is delivered there.
    fn fence(&mut self, account: AccountId, device: DeviceId, goodbye: Goodbye) {
        let same =
            |session: &&Session| session.account == account && session.caller.device == device;
        let older: Vec<Caller> =
            self.sessions.values().filter(same).map(|session| session.caller.clone()).collect();
        for older in older {
            older.outbox.cut(goodbye);
            self.leave(older.session, goodbye.code());
        }
    }

    fn leave(&mut self, id: SessionId, reason: &str) {
        let Some(session) = self.sessions.remove(&id) else { return };
        self.presences.leave(id);
        let account = session.account;
        if let Some(online) = self.accounts.get_mut(&account) {
            online.sessions.retain(|other| *other != id);
        }
        let event = LogEvent::SignedOut { account, reason: reason.to_owned() };
        self.journal.note(LogKind::Auth, Some(id), event);
        self.refold(account);
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

    /// Own other devices are told always, the other side of a direct conversation unless the
    /// mover is invisible. In the lobby cursors are nobody else's.
    fn tell_cursor(&self, caller: &Caller, kind: ConversationKind, event: Event) {
        let Some(bytes) = encode(&ServerFrame::Event(event)) else { return };
        let is_hidden = self.board.presence(caller.account) == Presence::Invisible;
        let is_direct = matches!(kind, ConversationKind::Direct { .. });
        let audience = match kind {
            ConversationKind::Direct { .. } => kind,
            _ => ConversationKind::Notices { account: caller.account },
        };
        self.each_member(audience, |account, outbox| {
            let is_own = account == caller.account;
            let is_here = Arc::ptr_eq(outbox, &caller.outbox);
            if (is_own && !is_here) || (!is_own && is_direct && !is_hidden) {
                outbox.push(&bytes);
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
            ConversationKind::Lobby => {
                for session in self.sessions.values() {
                    visit(session.account, &session.caller.outbox);
                }
            }
        }
    }

    fn typing(&mut self, id: SessionId, to: Target, now: Moment) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.seen = now.uptime;
        let from = session.account;
        let Some(online) = self.accounts.get_mut(&from) else { return };
        let is_early = online.typed > Duration::ZERO && online.typed + TYPING_EVERY > now.uptime;
        if is_early || self.presences.of(from) == Presence::Invisible {
            return;
        }
        online.typed = now.uptime;
        // Typing in the lobby would reach everybody for nothing.
        let Target::Account(peer) = to else { return };
        let event = ServerFrame::Event(Event::Typing { from, to });
        if let (true, Some(bytes)) = (peer != from, encode(&event)) {
            let kind = ConversationKind::Notices { account: peer };
            self.each_member(kind, |_, outbox| outbox.push(&bytes));
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
        self.board.publish(account, self.presences.of(account));
        self.changed.insert(account);
    }

    fn tell_presence(&mut self, now: Moment) {
        let mut changes = Vec::new();
        for account in std::mem::take(&mut self.changed) {
            let Some(online) = self.accounts.get_mut(&account) else { continue };
            let presence = self.board.presence(account).as_seen_by_others();
            if online.told != presence && online.tells.take(now.uptime).is_err() {
                // Too often: the last state is told when its turn comes.
                self.changed.insert(account);
                continue;
            }
            if online.told != presence {
                online.told = presence;
                let version = online.person.version;
                changes.push(PresenceChange { account, presence, version });
            }
            if online.sessions.is_empty() {
                self.accounts.remove(&account);
            }
        }
        for part in changes.chunks(PRESENCE_FRAME_MAX) {
            let event = Event::Presence { changes: part.to_vec() };
            let Some(bytes) = encode(&ServerFrame::Event(event)) else { continue };
            self.each_member(ConversationKind::Lobby, |_, outbox| outbox.push(&bytes));
        }
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

fn encode(frame: &ServerFrame) -> Option<Bytes> {
    match frame::encode(frame, frame::FRAME_BYTES_MAX) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            tracing::error!(%error, "a frame of ours could not be encoded");
            None
        }
    }
}
