//! A server, a store and a network for the state's tests: small, honest, in memory.
//!
//! The server keeps the promises of the real one (gapless seqs, one message a nonce) and none
//! beyond: pages are short, deliveries come twice, sends are refused for going too fast.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::harbour::Quay;
use super::{KeepJob, Kept, Told};
use crate::domain::{
    AccountId, BlobId, Body, Book, ContactRequest, ConversationId, ConversationKind, Generation,
    Group, GroupId, Message, Nonce, Notice, Person, Presence, RequestState, Role, Room, Seq,
    ServerId, Target, Unsent, Way,
};
use crate::net::protocol::{
    Auth, AuthStep, ClientFrame, Command, Event, Head, OnlinePerson, Page, Query, Reason, Refusal,
    Registration, Reply, ServerFrame, VERSION, Welcome,
};
use crate::store::local::{
    KnownAccount, KnownConversation, KnownServer, KnownTransfer, Loaded, Owner, Start, Waiting,
    Write,
};

/// The model's key.
pub const SERVER: ServerId = ServerId([0x51; 32]);
const HEADS_PAGE: usize = 2;
const HISTORY_PAGE: u32 = 7;
const REQUESTS_PAGE: usize = 2;

/// The server's durable part, and its sessions.
#[derive(Default)]
pub struct ModelServer {
    pub logs: BTreeMap<ConversationId, (ConversationKind, Vec<Message>)>,
    nonces: BTreeMap<(AccountId, Nonce), (ConversationId, usize)>,
    pub read: BTreeMap<(AccountId, ConversationId), Seq>,
    pub delivered: BTreeMap<(AccountId, ConversationId), Seq>,
    /// Links that are signed in.
    pub sessions: BTreeMap<u64, AccountId>,
    /// Sends of these links are refused until then, so that their order holds.
    pub refusing: BTreeMap<u64, Duration>,
    accounts: BTreeSet<AccountId>,
    /// Parts of pictures that came.
    pub brought: u64,
    /// What comes on which link: how much of it.
    coming: BTreeMap<u64, (BlobId, usize)>,
    /// Who brought what; forgotten when the server ends.
    pub there: BTreeSet<(AccountId, BlobId)>,
    /// Every send is refused for this.
    pub refuses: Option<Reason>,
    /// No token is good any more.
    pub turns_tokens_down: bool,
    pub signals: u64,
    pub pings: u64,
    pub people_asked: Vec<Vec<AccountId>>,
    pub books: BTreeMap<AccountId, Book>,
    notices: u64,
    /// The one room, and who was in it from which message to which.
    pub room: Option<Room>,
    pub stays: BTreeMap<AccountId, Vec<(u64, u64)>>,
    pub quay: Quay,
    /// Which life of its logs it says it is in.
    pub generation: Option<Generation>,
    clock_ms: i64,
    now: Duration,
}

/// What the server says, and on which link.
pub type Said = Vec<(u64, ServerFrame)>;

pub fn person(account: AccountId) -> Person {
    Person {
        account,
        nickname: format!("n{account}"),
        signature: String::new(),
        avatar: 1,
        role: Role::Member,
        version: 1,
        picture: None,
    }
}

impl ModelServer {
    pub fn new(accounts: impl IntoIterator<Item = AccountId>) -> Self {
        let mut server =
            ModelServer { accounts: accounts.into_iter().collect(), ..Self::default() };
        server.logs.insert(ConversationId::LOBBY, (ConversationKind::Lobby, Vec::new()));
        for (account, id) in server.accounts.clone().into_iter().zip(2..) {
            let kind = ConversationKind::Notices { account };
            server.logs.insert(ConversationId(id), (kind, Vec::new()));
        }
        server
    }

    /// Begins anew, in another life, from a backup that was made when its logs were so long.
    pub fn go_back(&mut self, to: u64, generation: Generation) {
        let head = usize::try_from(to).unwrap();
        self.logs.values_mut().for_each(|(_, log)| log.truncate(head));
        self.nonces.retain(|_, (_, index)| *index < head);
        let cursors = self.read.values_mut().chain(self.delivered.values_mut());
        cursors.for_each(|seq| *seq = Seq(to).min(*seq));
        self.generation = Some(generation);
    }

    pub fn frame(&mut self, now: Duration, link: u64, frame: ClientFrame) -> Said {
        let mut said = Vec::new();
        self.now = now;
        match frame {
            ClientFrame::Hello(_) => said.push((
                link,
                ServerFrame::Welcome(Welcome { generation: self.generation, ..welcome() }),
            )),
            ClientFrame::Auth { id, auth: Auth::Token { .. } } if self.turns_tokens_down => {
                said.push((link, refused(id, Reason::TokenInvalid)));
            }
            ClientFrame::Auth { id, auth: Auth::Token { account, presence, .. } } => {
                self.sessions.insert(link, account);
                let presence = presence.unwrap_or(Presence::Online);
                let step = AuthStep::SignedIn { you: person(account), token: None, presence };
                said.push((link, ServerFrame::Auth { id, step }));
            }
            ClientFrame::Auth { id, .. } => said.push((link, refused(id, Reason::Failed))),
            ClientFrame::Command { id, command } => {
                let Some(me) = self.sessions.get(&link).copied() else {
                    return vec![(link, refused(id, Reason::NotSignedIn))];
                };
                self.command(link, me, id, command, &mut said);
            }
            ClientFrame::Query { id, query } => {
                let Some(me) = self.sessions.get(&link).copied() else {
                    return vec![(link, refused(id, Reason::NotSignedIn))];
                };
                said.push((
                    link,
                    match query {
                        Query::Ticket { file, way } => self.ticket(me, id, file, way),
                        query => ServerFrame::Reply { id, reply: self.query(me, query) },
                    },
                ));
            }
            ClientFrame::Ping { id } => {
                self.pings += 1;
                said.push((link, ServerFrame::Pong { id }));
            }
            ClientFrame::Signal(_) => self.signals += 1,
            ClientFrame::Bye {} => drop(self.sessions.remove(&link)),
        }
        said
    }

    fn command(&mut self, link: u64, me: AccountId, id: u64, command: Command, said: &mut Said) {
        let id_of = id;
        match command {
            Command::Send { to, nonce, body } => {
                if let Some(reason) = self.refuses {
                    return said.push((link, refused(id, reason)));
                }
                let until = self.refusing.get(&link).copied().unwrap_or_default();
                if self.now < until {
                    // Longer than a frame travels: what is on its way is refused as well.
                    let until = until.max(self.now + Duration::from_millis(200));
                    self.refusing.insert(link, until);
                    let wait = until.saturating_sub(self.now);
                    let wait_ms = u64::try_from(wait.as_millis()).unwrap();
                    let refusal = Refusal::retry(Reason::TooFast, wait_ms + 1);
                    return said.push((link, ServerFrame::Refused { id, refusal }));
                }
                if self.lacks_pictures(me, nonce, &body) {
                    return said.push((link, refused(id, Reason::NotUploaded)));
                }
                self.send(link, me, (to, nonce, body), said);
            }
            Command::MarkRead { conversation, seq } => {
                let read = self.read.entry((me, conversation)).or_default();
                assert!(seq >= *read, "a read mark goes forward");
                assert!(seq.0 <= self.logs[&conversation].1.len() as u64, "not past the head");
                *read = seq;
                said.push((link, ServerFrame::Done { id }));
            }
            Command::MarkDelivered { conversation, seq } => {
                let head = self.logs[&conversation].1.len() as u64;
                assert!(seq.0 <= head, "delivered past the head");
                let delivered = self.delivered.entry((me, conversation)).or_default();
                *delivered = seq.max(*delivered);
                said.push((link, ServerFrame::Done { id }));
            }
            Command::AddGroup { name } => {
                let book = self.books.entry(me).or_default();
                let id = GroupId(u32::try_from(book.groups.len()).unwrap());
                book.groups.push(Group { id, name });
                let notice = Notice::Groups { groups: book.groups.clone() };
                said.extend(self.tell(me, notice));
                said.push((link, ServerFrame::Done { id: id_of }));
            }
            Command::AskContact { to, greeting, group, remark } => {
                let (at, state, reason) = (0, RequestState::Pending, String::new());
                let way = Way::Out;
                let ours =
                    ContactRequest { peer: to, way, greeting, group, remark, at, state, reason };
                let theirs = ContactRequest { peer: me, way: Way::In, ..ours.clone() };
                said.extend(self.tell(me, Notice::Request(ours)));
                said.extend(self.tell(to, Notice::Request(theirs)));
                said.push((link, ServerFrame::Done { id: id_of }));
            }
            Command::Recall { to, seq } => self.recall(link, me, id, (to, seq), said),
            Command::SignOut {} => said.push((link, ServerFrame::Done { id })),
            Command::PutBlob { blob, bytes_all, offset, part } => {
                self.put(link, me, blob, (bytes_all as usize, offset as usize, part.len()));
                said.push((link, ServerFrame::Done { id }));
            }
            other => self.file_command(link, me, (id, &other), said),
        }
    }

    /// A part of a picture: of how many bytes, where it begins, how long it is.
    fn put(&mut self, link: u64, me: AccountId, blob: BlobId, part: (usize, usize, usize)) {
        let (bytes_all, offset, length) = part;
        self.brought += 1;
        let known = self.coming.remove(&link).filter(|_| offset > 0);
        assert_eq!(known.unwrap_or((blob, 0)), (blob, offset), "parts come in order");
        match offset + length {
            all if all == bytes_all => drop(self.there.insert((me, blob))),
            so_far => drop(self.coming.insert(link, (blob, so_far))),
        }
    }

    fn lacks_pictures(&self, me: AccountId, nonce: Nonce, body: &Body) -> bool {
        let Body::Image { picture, thumb, .. } = body else { return false };
        let is_new = !self.nonces.contains_key(&(me, nonce));
        is_new && [picture, thumb].iter().any(|blob| !self.there.contains(&(me, **blob)))
    }

    fn send(
        &mut self,
        link: u64,
        me: AccountId,
        (to, nonce, body): (Target, Nonce, Body),
        said: &mut Said,
    ) {
        if let Some((conversation, index)) = self.nonces.get(&(me, nonce)) {
            let message = self.logs[conversation].1[*index].clone();
            return said.push((link, ServerFrame::Event(Event::Message(message))));
        }
        said.extend(self.write(kind_of(me, to), me, nonce, body));
    }

    /// Two minutes are for ever here; the rest is as on the real one.
    fn recall(
        &mut self,
        link: u64,
        me: AccountId,
        id: u64,
        (to, seq): (Target, Seq),
        said: &mut Said,
    ) {
        let kind = kind_of(me, to);
        let log = self.logs.values_mut().find(|(other, _)| *other == kind);
        let place = usize::try_from(seq.0.saturating_sub(1)).unwrap();
        let original = log.and_then(|(_, log)| log.get_mut(place));
        let reason = match &original {
            None => Some(Reason::NotFound),
            Some(message) if message.from != me => Some(Reason::NotYours),
            Some(message) if !message.body.is_said() => Some(Reason::Recalled),
            Some(_) => None,
        };
        if let Some(reason) = reason {
            return said.push((link, refused(id, reason)));
        }
        if let Some(message) = original {
            message.body = Body::Recalled { seq: None };
        }
        self.notices += 1;
        let mut nonce = Nonce([0xCC; 16]);
        nonce.0[..8].copy_from_slice(&self.notices.to_be_bytes());
        said.extend(self.write(kind, me, nonce, Body::Recalled { seq: Some(seq) }));
        said.push((link, ServerFrame::Done { id }));
    }

    /// A change of somebody's book, in its own log.
    pub fn tell(&mut self, whom: AccountId, notice: Notice) -> Said {
        self.books.entry(whom).or_default().apply(&notice);
        let mut nonce = Nonce([0xDD; 16]);
        self.notices += 1;
        nonce.0[..8].copy_from_slice(&self.notices.to_be_bytes());
        let body = Body::Notice(Box::new(notice));
        self.write(ConversationKind::Notices { account: whom }, whom, nonce, body)
    }

    /// Appends and delivers.
    pub fn write(
        &mut self,
        kind: ConversationKind,
        from: AccountId,
        nonce: Nonce,
        body: Body,
    ) -> Said {
        let message = self.append(kind, from, nonce, body);
        let members = self.sessions.iter().filter(|(_, account)| self.is_in(kind, **account));
        let event = ServerFrame::Event(Event::Message(message));
        members.map(|(link, _)| (*link, event.clone())).collect()
    }

    fn append(
        &mut self,
        kind: ConversationKind,
        from: AccountId,
        nonce: Nonce,
        body: Body,
    ) -> Message {
        let known = self.logs.iter().find(|(_, (other, _))| *other == kind).map(|(id, _)| *id);
        let id = known.unwrap_or(ConversationId(self.logs.len() as u64 + 1));
        let log = &mut self.logs.entry(id).or_insert_with(|| (kind, Vec::new())).1;
        self.clock_ms += 1;
        let (seq, at) = (Seq(log.len() as u64 + 1), self.clock_ms);
        let message = Message { conversation: id, kind, seq, from, nonce, at, body };
        self.nonces.insert((from, nonce), (id, log.len()));
        log.push(message.clone());
        self.quay.offer(&message);
        message
    }

    fn query(&mut self, me: AccountId, query: Query) -> Reply {
        match query {
            Query::Heads { after } => {
                let mine = self
                    .logs
                    .iter()
                    .filter(|(id, (kind, _))| **id > after && self.is_in(*kind, me));
                let heads: Vec<Head> = mine.map(|(id, _)| self.head(me, *id)).collect();
                let more = heads.len() > HEADS_PAGE;
                Reply::Heads { heads: heads.into_iter().take(HEADS_PAGE).collect(), more }
            }
            Query::History { conversation, page, limit } => {
                let (kind, log) = &self.logs[&conversation];
                let limit = limit.min(HISTORY_PAGE) as usize;
                let (messages, more) = match kind {
                    ConversationKind::Room { .. } => self.room_page(me, page, limit),
                    _ => page_of(log, page, limit),
                };
                Reply::History { messages, more }
            }
            Query::Conversation { with } => {
                let kind = kind_of(me, with);
                let known = self.logs.iter().find(|(_, (other, _))| *other == kind);
                Reply::Conversation { head: known.map(|(id, _)| self.head(me, *id)) }
            }
            Query::People { accounts } => {
                self.people_asked.push(accounts.clone());
                let known = accounts.into_iter().filter(|account| self.accounts.contains(account));
                Reply::People { people: known.map(person).collect() }
            }
            Query::Contacts { .. } => {
                let book = self.books.get(&me).cloned().unwrap_or_default();
                let (groups, privacy) = (book.groups, book.privacy);
                let contacts = book.contacts.into_values().collect();
                Reply::Contacts { as_of: self.as_of(me), groups, privacy, contacts, more: false }
            }
            Query::Requests { after } => {
                let book = self.books.get(&me).cloned().unwrap_or_default();
                let rest =
                    book.requests.into_iter().filter(|(key, _)| after.is_none_or(|a| *key > a));
                let mut requests: Vec<ContactRequest> = rest.map(|(_, request)| request).collect();
                let more = requests.len() > REQUESTS_PAGE;
                requests.truncate(REQUESTS_PAGE);
                Reply::Requests { as_of: self.as_of(me), requests, more }
            }
            Query::Online { after } => {
                let online: BTreeSet<AccountId> = self.sessions.values().copied().collect();
                let online = online.into_iter().filter(|account| *account > after);
                let people: Vec<OnlinePerson> = online
                    .map(|account| OnlinePerson {
                        person: person(account),
                        presence: Presence::Online,
                    })
                    .collect();
                let more = people.len() > 1;
                Reply::Online { people: people.into_iter().take(1).collect(), more }
            }
            Query::Files { conversation, seqs } => self.list_files(me, conversation, &seqs),
            // Nobody plays here.
            Query::OwnGames { .. } => Reply::OwnGames { games: Vec::new(), next: None },
            query => self.room_query(me, &query),
        }
    }

    pub fn as_of(&self, me: AccountId) -> Seq {
        let kind = ConversationKind::Notices { account: me };
        let log = self.logs.values().find(|(other, _)| *other == kind);
        Seq(log.map_or(0, |(_, log)| log.len() as u64))
    }

    fn head(&self, me: AccountId, id: ConversationId) -> Head {
        let (kind, log) = &self.logs[&id];
        let cursor = |of: &BTreeMap<_, Seq>| of.get(&(me, id)).copied().unwrap_or_default();
        Head {
            conversation: id,
            kind: *kind,
            head: Seq(log.len() as u64),
            read: cursor(&self.read),
            peer_delivered: Seq::ZERO,
            peer_read: Seq::ZERO,
            version: match kind {
                ConversationKind::Room { .. } => self.room.as_ref().map_or(0, |room| room.version),
                _ => 0,
            },
        }
    }
}

fn page_of(log: &[Message], page: Page, limit: usize) -> (Vec<Message>, bool) {
    let length = log.len();
    match page {
        Page::After(seq) => {
            let from = usize::try_from(seq.0).unwrap_or(length).min(length);
            let to = (from + limit).min(length);
            (log[from..to].to_vec(), to < length)
        }
        Page::Before(seq) => {
            let to = usize::try_from(seq.0 - 1).unwrap_or(length).min(length);
            let from = to.saturating_sub(limit);
            (log[from..to].to_vec(), from > 0)
        }
    }
}

fn kind_of(me: AccountId, to: Target) -> ConversationKind {
    match to {
        Target::Lobby => ConversationKind::Lobby,
        Target::Account(peer) => ConversationKind::direct(me, peer),
        Target::Room(room) => ConversationKind::Room { room },
    }
}

pub fn is_member(kind: ConversationKind, account: AccountId) -> bool {
    match kind {
        ConversationKind::Direct { low, high } => account == low || account == high,
        ConversationKind::Lobby => true,
        ConversationKind::Notices { account: owner } => account == owner,
        ConversationKind::Room { .. } => false,
    }
}

pub fn welcome() -> Welcome {
    Welcome {
        version: VERSION,
        features: Vec::new(),
        program: "model".into(),
        name: "model".into(),
        registration: Registration::Open,
        online: 0,
        now: 0,
        generation: None,
    }
}

pub fn refused(id: u64, reason: Reason) -> ServerFrame {
    ServerFrame::Refused { id, refusal: reason.into() }
}

/// A client's store in memory. It outlives the client that writes to it.
#[derive(Default, Clone)]
pub struct ModelStore {
    pub servers: BTreeMap<ServerId, KnownServer>,
    pub accounts: BTreeMap<Owner, KnownAccount>,
    pub waiting: Vec<(Owner, Waiting)>,
    pub conversations: BTreeMap<(Owner, ConversationId), KnownConversation>,
    pub messages: BTreeMap<(Owner, ConversationId, Seq), Message>,
    pub books: BTreeMap<Owner, (Seq, Arc<Book>)>,
    pub drafts: BTreeMap<Owner, BTreeMap<Target, Unsent>>,
    pub hidden: BTreeSet<(Owner, ConversationId, Seq)>,
    pub transfers: BTreeMap<(Owner, Nonce), KnownTransfer>,
    pub generations: BTreeMap<Owner, Generation>,
}

impl ModelStore {
    pub fn start(&self) -> Start {
        Start {
            device: crate::domain::DeviceId([1; 16]),
            servers: self.servers.values().cloned().collect(),
            accounts: self.accounts.values().cloned().collect(),
            settings: Vec::new(),
        }
    }

    pub fn job(&mut self, job: KeepJob) -> Kept {
        match job {
            KeepJob::Write { writes, mark, .. } => {
                for write in writes {
                    self.write(write);
                }
                Kept::Written { mark, ok: true }
            }
            KeepJob::Load(owner) => {
                let waiting = self.waiting.iter().filter(|(of, _)| *of == owner);
                let conversations = self.conversations.iter().filter(|((of, _), _)| *of == owner);
                let loaded = Loaded {
                    waiting: waiting.map(|(_, waiting)| waiting.clone()).collect(),
                    conversations: conversations.map(|(_, known)| *known).collect(),
                    people: Vec::new(),
                    book: self.books.get(&owner).cloned(),
                    drafts: self
                        .drafts
                        .get(&owner)
                        .cloned()
                        .unwrap_or_default()
                        .into_iter()
                        .collect(),
                    hidden: self
                        .hidden
                        .iter()
                        .filter(|(of, ..)| *of == owner)
                        .map(|(_, id, seq)| (*id, *seq))
                        .collect(),
                    transfers: self.transfers_of(owner),
                    generation: self.generations.get(&owner).copied(),
                };
                Kept::Loaded(owner, Box::new(loaded))
            }
            KeepJob::Ask { mark, .. } => Kept::Told { mark, told: Told::Nothing },
            KeepJob::Read { owner, conversation, from, to, mark } => {
                let range = (owner, conversation, from)..=(owner, conversation, to);
                let messages = self.messages.range(range).map(|(_, m)| m.clone()).collect();
                Kept::Messages { mark, messages }
            }
        }
    }

    fn write(&mut self, write: Write) {
        match write {
            Write::PutServer(server) => drop(self.servers.insert(server.id, server)),
            Write::RemoveServer(id) => drop(self.servers.remove(&id)),
            Write::PutAccount(account) => {
                let owner = Owner { server: account.server, account: account.person.account };
                self.accounts.insert(owner, account);
            }
            Write::RemoveAccount(owner) => drop(self.accounts.remove(&owner)),
            Write::PutGeneration(owner, life) => drop(self.generations.insert(owner, life)),
            Write::RemoveCache(owner) => {
                self.conversations.retain(|(of, _), _| *of != owner);
                self.messages.retain(|(of, ..), _| *of != owner);
                self.hidden.retain(|(of, ..)| *of != owner);
                self.books.remove(&owner);
            }
            Write::PutWaiting(owner, waiting) => {
                let same = |(of, other): &&mut (Owner, Waiting)| {
                    *of == owner && other.nonce == waiting.nonce
                };
                match self.waiting.iter_mut().find(same) {
                    Some((_, other)) => *other = waiting,
                    None => self.waiting.push((owner, waiting)),
                }
            }
            Write::RemoveWaiting(owner, nonce) => {
                self.waiting.retain(|(of, waiting)| *of != owner || waiting.nonce != nonce);
            }
            Write::PutConversation(owner, known) => {
                self.conversations.insert((owner, known.conversation), known);
            }
            Write::PutMessages(owner, messages) => {
                for message in messages {
                    self.messages.insert((owner, message.conversation, message.seq), message);
                }
            }
            Write::RemoveMessages(owner, conversation, before) => {
                self.messages.retain(|(of, id, seq), _| {
                    (*of, *id) != (owner, conversation) || *seq >= before
                });
            }
            Write::BlankMessage(owner, id, seq) => self.blank((owner, id, seq)),
            Write::HideMessage(owner, id, seq) => {
                self.hidden.insert((owner, id, seq));
                self.blank((owner, id, seq));
            }
            Write::PutBook(owner, as_of, book) => drop(self.books.insert(owner, (as_of, book))),
            Write::PutDraft(owner, to, draft) => {
                self.drafts.entry(owner).or_default().insert(to, draft);
            }
            Write::PutTransfer(owner, transfer) => {
                self.transfers.insert((owner, transfer.id), transfer);
            }
            Write::RemoveTransfer(owner, id) => drop(self.transfers.remove(&(owner, id))),
            Write::PutSetting(..) | Write::PutPeople(..) => {}
        }
    }

    fn transfers_of(&self, owner: Owner) -> Vec<KnownTransfer> {
        let own = self.transfers.iter().filter(|((of, _), _)| *of == owner);
        let mut own: Vec<KnownTransfer> = own.map(|(_, transfer)| transfer.clone()).collect();
        own.sort_by_key(|transfer| (transfer.began, transfer.id));
        own
    }

    fn blank(&mut self, key: (Owner, ConversationId, Seq)) {
        if let Some(message) = self.messages.get_mut(&key) {
            message.body = Body::Recalled { seq: None };
        }
    }
}
