//! What the signed-in account has before it: conversations, people, outbox. It outlives links.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::book::Shelf;
use super::cursors::Marks;
use super::files::Files;
use super::games::Games;
use super::gone::Gone;
use super::images::{Cargo, Making};
use super::link::Retry;
use super::outbox::{Entry, Stage};
use super::people::People;
use super::transfers::Transfers;
use super::{Effect, KeepJob, Request, State, Turn};
use crate::client::api::{
    Answer, ClientEvent, ConversationState, Failure, Intent, PendingMessage, Spot, Ticket,
};
use crate::domain::{
    AccountId, ConversationId, ConversationKind, Generation, Person, Presence, Seq, Target,
};
use crate::net::protocol::{Head, Reason, Refusal, Reply, Signal};
use crate::store::local::{KnownConversation, Loaded, Owner, Waiting, Write};

/// What is asked before the store's part is here: twice what a script has open at once.
const WISHES_MAX: usize = 512;

/// The account's desk.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) owner: Owner,
    /// The life of the server's logs that all of this is of.
    pub(super) generation: Option<Generation>,
    /// The store's part has come; before that nothing is synced and nothing is sent.
    pub(super) loaded: bool,
    pub(super) heads: Heads,
    /// Marks of conversations whose heads are on their way.
    pub(super) early: BTreeMap<ConversationId, Marks>,
    /// The server asked for a pause between queries.
    pub(super) paused_until: Option<Duration>,
    pub(super) conversations: BTreeMap<ConversationId, Conversation>,
    /// Conversations whose head is known to be ahead of what was emitted.
    pub(super) behind: BTreeSet<ConversationId>,
    /// Tails asked for.
    pub(super) tails: usize,
    pub(super) entries: VecDeque<Entry>,
    /// Counts the outbox's entries.
    pub(super) last_order: u64,
    /// When the last transfer began.
    pub(super) last_began: i64,
    /// Pictures that are being made fit to travel; they have a place in that count.
    pub(super) making: Vec<Making>,
    /// The server asked for a pause between messages.
    pub(super) hold_until: Option<Duration>,
    /// Barriers, and the entry of the outbox that each stands behind.
    pub(super) barriers: Vec<(Ticket, u64)>,
    /// Barriers that came back, and wait for what is being fetched.
    pub(super) settling: Vec<Ticket>,
    /// When the server is told what was stored.
    pub(super) tell_at: Option<Duration>,
    pub(super) people: People,
    pub(super) shelf: Shelf,
    pub(super) gone: Gone,
    pub(super) transfers: Transfers,
    pub(super) files: Files,
    pub(super) games: Games,
    /// What is asked before the store's part is here, in order.
    wishes: Vec<Intent>,
    /// Whom the server was told lately that the person writes to.
    pub(super) typed: BTreeMap<Target, Duration>,
    /// The person signs out, behind what was said before.
    pub(super) leaving: Option<Leaving>,
}

/// A sign-out that waits for the outbox.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaving {
    pub(super) ticket: Ticket,
    /// The last entry that goes before it.
    pub(super) order: u64,
    /// It goes then in any case.
    pub(super) until: Duration,
}

/// How far the list of heads is on this link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heads {
    /// To be asked for behind this conversation.
    Wanted(ConversationId),
    /// Asked for.
    Asked(ConversationId),
    /// All are known.
    Done,
}

/// One log as far as this client is in it.
#[derive(Debug, Clone)]
pub(super) struct Conversation {
    pub(super) kind: ConversationKind,
    pub(super) head: Seq,
    pub(super) read: Seq,
    pub(super) peer_delivered: Seq,
    pub(super) peer_read: Seq,
    /// Emitted up to here, or left to scrolling; `None` until this run has seen the head.
    pub(super) emitted: Option<Seq>,
    /// Cached from the first to the second, without gaps.
    pub(super) cached: Option<(Seq, Seq)>,
    pub(super) announced: bool,
    /// Its head was told on this link.
    pub(super) current: bool,
    pub(super) asked: Asked,
    /// The last message of others that was accepted.
    pub(super) foreign: Seq,
    /// The same, once it is on this disk.
    pub(super) stored: Seq,
    /// The server was told of it up to here.
    pub(super) delivered: Seq,
    /// The person has read up to here; the server may not know yet.
    pub(super) read_wanted: Seq,
    pub(super) readers: Vec<(Ticket, Seq)>,
}

/// What of a conversation is on its way to the server.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Asked {
    pub(super) tail: bool,
    pub(super) delivered: bool,
    pub(super) read: bool,
}

impl Conversation {
    pub(super) fn new(kind: ConversationKind) -> Self {
        Conversation {
            kind,
            head: Seq::ZERO,
            read: Seq::ZERO,
            peer_delivered: Seq::ZERO,
            peer_read: Seq::ZERO,
            emitted: None,
            cached: None,
            announced: false,
            current: false,
            asked: Asked::default(),
            foreign: Seq::ZERO,
            stored: Seq::ZERO,
            delivered: Seq::ZERO,
            read_wanted: Seq::ZERO,
            readers: Vec::new(),
        }
    }

    fn from_cache(known: &KnownConversation) -> Self {
        let mut conversation = Conversation::new(known.kind);
        if known.last > Seq::ZERO && known.first > Seq::ZERO && known.first <= known.last {
            conversation.cached = Some((known.first, known.last));
            conversation.head = known.last;
            // What was cached before a crash may not have been told to the server.
            conversation.foreign = known.last;
            conversation.stored = known.last;
        }
        conversation.delivered = known.delivered;
        conversation
    }

    /// Takes what the server says of it; cursors never go back.
    pub(super) fn take_head(&mut self, head: &Head) -> bool {
        let before = (self.head, self.read, self.peer_delivered, self.peer_read);
        self.current = true;
        self.head = self.head.max(head.head);
        self.read = self.read.max(head.read);
        self.peer_delivered = self.peer_delivered.max(head.peer_delivered);
        self.peer_read = self.peer_read.max(head.peer_read);
        before != (self.head, self.read, self.peer_delivered, self.peer_read)
    }

    /// As a window is told. On a fresh link marks may be ahead of the head that is known so far;
    /// they are told when it is.
    pub(super) fn state(&self, conversation: ConversationId) -> ConversationState {
        ConversationState {
            conversation,
            kind: self.kind,
            head: self.head,
            read: self.read.min(self.head),
            peer_delivered: self.peer_delivered.min(self.head),
            peer_read: self.peer_read.min(self.head),
        }
    }

    /// A message is there at this place; whether marks may be told now that were not before.
    pub(super) fn raise_head(&mut self, seq: Seq) -> bool {
        let before = self.head;
        self.head = self.head.max(seq);
        before < self.read.max(self.peer_delivered).max(self.peer_read) && before < seq
    }

    pub(super) fn to_keep(&self, conversation: ConversationId) -> KnownConversation {
        let (first, last) = self.cached.unwrap_or_default();
        KnownConversation { conversation, kind: self.kind, first, last, delivered: self.delivered }
    }
}

impl Desk {
    fn new(owner: Owner) -> Self {
        Desk {
            owner,
            generation: None,
            loaded: false,
            heads: Heads::Wanted(ConversationId(0)),
            early: BTreeMap::new(),
            paused_until: None,
            conversations: BTreeMap::new(),
            behind: BTreeSet::new(),
            tails: 0,
            entries: VecDeque::new(),
            last_order: 0,
            last_began: 0,
            making: Vec::new(),
            hold_until: None,
            barriers: Vec::new(),
            settling: Vec::new(),
            tell_at: None,
            people: People::default(),
            shelf: Shelf::default(),
            gone: Gone::default(),
            transfers: Transfers::default(),
            files: Files::default(),
            games: Games::default(),
            wishes: Vec::new(),
            typed: BTreeMap::new(),
            leaving: None,
        }
    }

    /// The conversation with a target, where it is known.
    pub(super) fn find(&self, with: Target) -> Option<ConversationId> {
        match with {
            Target::Lobby => Some(ConversationId::LOBBY),
            Target::Account(account) => {
                self.find_kind(ConversationKind::direct(self.owner.account, account))
            }
            Target::Room(room) => self.find_kind(ConversationKind::Room { room }),
        }
    }

    fn find_kind(&self, kind: ConversationKind) -> Option<ConversationId> {
        self.conversations.iter().find(|(_, c)| c.kind == kind).map(|(id, _)| *id)
    }

    /// Everything that this link knew of has been emitted.
    pub(super) fn is_settled(&self) -> bool {
        self.loaded && self.heads == Heads::Done && self.behind.is_empty() && self.tails == 0
    }

    pub(super) fn wakes_at(&self) -> Option<Duration> {
        // While something is on its way, its answer ends the pause, not the time.
        let on_the_way = self.entries.iter().any(|entry| entry.stage == Stage::Sent);
        let hold_until = self.hold_until.filter(|_| !on_the_way);
        let leaving = self.leaving.map(|leaving| leaving.until);
        let beside = [self.transfers.goes_on_at(), self.files.wakes_at(), self.games.wakes_at()];
        let files = beside.into_iter().flatten().min();
        [self.holds_until(), self.paused_until, hold_until, self.tell_at, leaving, files]
            .into_iter()
            .flatten()
            .min()
    }

    /// What was on its way is not any more; all of it will be asked for or sent again.
    pub(super) fn link_lost(&mut self, turn: &mut Turn<'_>, why: &Failure) {
        self.heads = Heads::Wanted(ConversationId(0));
        self.paused_until = None;
        self.behind.clear();
        self.tails = 0;
        self.people.link_lost();
        self.shelf.link_lost();
        self.transfers.link_lost();
        self.files.link_lost();
        self.games.link_lost();
        // What was told and not confirmed is told again.
        self.tell_at = Some(turn.uptime());
        for conversation in self.conversations.values_mut() {
            conversation.asked = Asked::default();
            conversation.current = false;
        }
        self.holds_anew();
        for entry in self.entries.iter_mut().filter(|entry| entry.stage == Stage::Sent) {
            entry.stage = Stage::Ready;
        }
        let barriers = std::mem::take(&mut self.barriers).into_iter().map(|(ticket, _)| ticket);
        for ticket in barriers.chain(std::mem::take(&mut self.settling)) {
            turn.answer(ticket, Err(why.clone()));
        }
    }
}

impl State {
    /// The link is signed in: the desk of this account is opened, or goes on.
    pub(super) fn open_desk(
        &mut self,
        turn: &mut Turn<'_>,
        owner: Owner,
        you: &Person,
        presence: Presence,
    ) {
        self.leave_other_life(turn, owner);
        if self.desk.as_ref().is_none_or(|desk| desk.owner != owner) {
            self.leave_desk(turn, &Failure::Cancelled);
            let generation = self.link.generation;
            self.desk = Some(Desk { generation, ..Desk::new(owner) });
            turn.effects.push(Effect::Keep(KeepJob::Load(owner)));
        }
        turn.emit(ClientEvent::SignedIn { you: you.clone(), presence });
        if !self.watched.is_empty() {
            let accounts = self.watched.clone();
            self.signal(turn, Signal::Watch { accounts });
        }
        self.learn(turn, vec![you.clone()]);
        self.refresh_book();
        self.files_anew();
        if let Some(desk) = &mut self.desk {
            desk.games.begin_anew();
        }
    }

    /// Nobody is signed in any more: what waited on the desk is answered. The outbox is on disk.
    pub(super) fn leave_desk(&mut self, turn: &mut Turn<'_>, why: &Failure) {
        self.drop_exports(turn, why);
        let Some(mut desk) = self.desk.take() else { return };
        // Without a desk nothing can be wanted, which is said.
        let wishes = std::mem::take(&mut desk.wishes);
        for wish in wishes {
            self.on_intent(turn, wish);
        }
        desk.link_lost(turn, why);
        desk.transfers.leave(turn);
        for entry in &mut desk.entries {
            for ticket in entry.tickets.drain(..) {
                turn.answer(ticket, Err(Failure::Queued(entry.nonce)));
            }
        }
        let reads = desk.conversations.values_mut().flat_map(|c| c.readers.drain(..));
        for (ticket, _) in reads {
            turn.answer(ticket, Err(why.clone()));
        }
    }

    /// Puts off what cannot be answered before the store's part is here: without what was deleted on
    /// this computer an answer would bring it back. Gives back what can be done now.
    pub(super) fn put_off(&mut self, turn: &mut Turn<'_>, intent: Intent) -> Option<Intent> {
        let Some(desk) = self.desk.as_mut().filter(|desk| !desk.loaded) else {
            return Some(intent);
        };
        if desk.wishes.len() < WISHES_MAX {
            desk.wishes.push(intent);
        } else if let Some(ticket) = intent.ticket() {
            let refusal = Refusal::retry(Reason::TooFast, 1000);
            turn.answer(ticket, Err(Failure::Refused(refusal)));
        }
        None
    }

    /// What the store kept for this account goes before what happened since.
    pub(super) fn on_loaded(&mut self, turn: &mut Turn<'_>, owner: Owner, mut loaded: Loaded) {
        let Some(desk) = self.desk.as_mut().filter(|desk| desk.owner == owner) else { return };
        if desk.loaded {
            return;
        }
        desk.loaded = true;
        desk.sift(turn, &mut loaded);
        desk.gone.load(loaded.hidden);
        for known in &loaded.conversations {
            let conversation = Conversation::from_cache(known);
            desk.conversations.entry(known.conversation).or_insert(conversation);
        }
        desk.tell_at = Some(turn.uptime());
        for waiting in loaded.waiting.into_iter().rev() {
            if desk.entries.iter().any(|entry| entry.nonce == waiting.nonce) {
                continue;
            }
            desk.entries.push_front(Entry::from_store(waiting));
        }
        for entry in &desk.entries {
            if entry.order == 0 {
                turn.emit(ClientEvent::Pending(entry.pending()));
                if let Stage::Failed(failure) = &entry.stage {
                    let failure = failure.clone();
                    turn.emit(ClientEvent::SendFailed { nonce: entry.nonce, failure });
                }
            }
        }
        desk.load_transfers(turn, loaded.transfers);
        if !loaded.drafts.is_empty() {
            turn.emit(ClientEvent::Drafts(loaded.drafts));
        }
        let people = desk.people.load(loaded.people);
        if !people.is_empty() {
            turn.emit(ClientEvent::People(people));
        }
        desk.shelf.load(loaded.book);
        let wishes = std::mem::take(&mut desk.wishes);
        if desk.shelf.is_known() {
            self.tell_book(turn);
        }
        for wish in wishes {
            self.on_intent(turn, wish);
        }
    }

    pub(super) fn on_reply(&mut self, turn: &mut Turn<'_>, request: Request, reply: Reply) {
        match (request, reply) {
            (Request::Heads, Reply::Heads { heads, more }) => self.on_heads(turn, &heads, more),
            (Request::Tail(conversation), Reply::History { messages, .. }) => {
                self.on_tail(turn, conversation, messages);
            }
            (Request::Page(reading), Reply::History { messages, more }) => {
                self.on_page(turn, &reading, messages, more);
            }
            (Request::Find(find), Reply::Conversation { head }) => {
                self.on_found(turn, find, head);
            }
            (Request::People, Reply::People { people }) => self.on_people(turn, people),
            (Request::Contacts, Reply::Contacts { as_of, groups, privacy, contacts, more }) => {
                self.on_contacts(turn, as_of, (groups, privacy), contacts, more);
            }
            (Request::Requests, Reply::Requests { as_of, requests, more }) => {
                self.on_requests(turn, as_of, requests, more);
            }
            (Request::Rooms, Reply::Rooms { as_of, rooms, more }) => {
                self.on_rooms(turn, as_of, rooms, more);
            }
            (Request::RoomRequests, Reply::RoomRequests { as_of, requests, more }) => {
                self.on_room_requests(turn, as_of, requests, more);
            }
            (Request::Choices, Reply::Choices { as_of, choices, more }) => {
                self.on_choices(turn, as_of, choices, more);
            }
            (Request::Room(_), Reply::Room { room, member }) => {
                self.on_room(turn, room, member.is_some());
            }
            // A room was made: its number is the answer.
            (Request::Do(ticket), reply @ Reply::Room { .. }) => {
                turn.answer(ticket, Ok(Answer::Looked(reply)));
            }
            (Request::Blob(blob, view), Reply::Blob { bytes_all, part }) => {
                self.on_blob(turn, (blob, view), bytes_all, &part);
            }
            (Request::Search(ticket), Reply::Hits { messages, next }) => {
                self.hits(turn, ticket, messages, next.map(Spot::There));
            }
            (Request::Days(ticket), Reply::Days { days }) => {
                turn.answer(ticket, Ok(Answer::Days(days)));
            }
            (Request::Ticket(id), Reply::Ticket { ticket }) => self.on_ticket(turn, id, ticket),
            (Request::Files(conversation, seqs), Reply::Files { files }) => {
                self.on_files(turn, conversation, &seqs, files);
            }
            (Request::Games(..), Reply::Games { games }) => self.on_games(turn, games),
            (Request::OwnGames, Reply::OwnGames { games, .. }) => self.on_own_games(turn, games),
            (Request::GameLog(game), Reply::GameLog(news)) => self.on_game_log(turn, game, news),
            (Request::Look(ticket), reply) => self.on_look(turn, ticket, reply),
            (Request::Online(ticket, found), Reply::Online { people, more }) => {
                self.on_online(turn, ticket, found, people, more);
            }
            (request, _) => {
                // An answer to another question: whatever this is, it cannot be relied on.
                let id = self.next();
                self.requests.insert(id, (turn.uptime(), request));
                self.go_down(turn, Failure::NotMyChat, Retry::BackOff);
            }
        }
    }

    /// The cursors and the head of a conversation, to the person.
    pub(super) fn announce(&mut self, turn: &mut Turn<'_>, id: ConversationId) {
        let Some(desk) = &mut self.desk else { return };
        if let Some(conversation) = desk.conversations.get_mut(&id) {
            conversation.announced = true;
            turn.emit(ClientEvent::Conversation(conversation.state(id)));
        }
    }
}

impl Entry {
    fn from_store(waiting: Waiting) -> Self {
        let stage = match waiting.failed {
            None => Stage::Ready,
            Some(code) => Stage::Failed(failure_of(&code)),
        };
        Entry {
            nonce: waiting.nonce,
            to: waiting.to,
            body: waiting.body,
            at: waiting.at,
            queued: None,
            stage,
            tickets: Vec::new(),
            order: 0,
            tried: true,
            cargo: Cargo::default(),
        }
    }

    pub(super) fn to_keep(&self, owner: Owner) -> Write {
        let failed = match &self.stage {
            Stage::Failed(failure) => Some(failure.code().to_owned()),
            _ => None,
        };
        let (nonce, to, body, at) = (self.nonce, self.to, self.body.clone(), self.at);
        Write::PutWaiting(owner, Waiting { nonce, to, body, at, failed })
    }

    pub(super) fn pending(&self) -> PendingMessage {
        PendingMessage { nonce: self.nonce, to: self.to, body: self.body.clone(), at: self.at }
    }
}

/// The failure of a code that was kept; numbers such as a limit were not.
pub(super) fn failure_of(code: &str) -> Failure {
    let plain = [
        Failure::ImageGone,
        Failure::SourceGone,
        Failure::SourceChanged,
        Failure::SaveDenied,
        Failure::SaveFull,
        Failure::FileBroken,
    ];
    if let Some(failure) = plain.into_iter().find(|failure| failure.code() == code) {
        return failure;
    }
    match Reason::from(code.to_owned()) {
        Reason::Unknown => Failure::LinkLost,
        reason => Failure::Refused(Refusal::new(reason)),
    }
}

/// The other side of a direct conversation, or oneself for notes.
pub(super) fn peer(kind: ConversationKind, me: AccountId) -> Option<AccountId> {
    match kind {
        ConversationKind::Direct { low, high } if low == me => Some(high),
        ConversationKind::Direct { low, .. } => Some(low),
        ConversationKind::Lobby
        | ConversationKind::Notices { .. }
        | ConversationKind::Room { .. } => None,
    }
}
