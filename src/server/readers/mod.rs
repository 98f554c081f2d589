//! Queries: a small bounded pool of threads that read snapshots, one page at a time.
//!
//! [`people`] answers what concerns people, [`rooms`] what concerns rooms, [`files`] what concerns
//! files, [`games`] what concerns games, [`search`] looks into the logs; their pages are answered here.

mod files;
mod games;
mod people;
mod rooms;
mod search;
mod sight;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use async_channel::{Receiver, Sender};

use super::admin::AdminError;
use super::board::Board;
use super::commands::admin;
use super::policy::Policy;
use super::sweep::{Leftovers, Lying};
use crate::clock;
use crate::domain::{
    AccountId, BlobId, ConversationId, ConversationKind, DeviceId, FileId, FileWay, Nickname, Seq,
    Target,
};
use crate::limits::{
    BLOB_PART_MAX, HEADS_PAGE_MAX, HISTORY_BYTES_MAX, HISTORY_PAGE_MAX, PEOPLE_PAGE_MAX,
    QUERIES_MAX, READERS,
};
use crate::net::protocol::{Head, OnlinePerson, Page, Query, Reason, Refusal, Reply};
use crate::net::verb::{Done, NotDone, Verb};
use crate::store::accounts::Account;
use crate::store::blobs::Files;
use crate::store::conversations::Cursors;
use crate::store::files::FileRow;
use crate::store::messages::{Continue, Order};
use crate::store::rooms::Range;
use crate::store::{Engine, Reads, StoreError};

/// What can be asked. The answer's slot is dropped unanswered only when the store failed.
pub enum Ask {
    /// A client's query.
    Query {
        /// Who asks, and where.
        me: (AccountId, DeviceId),
        /// What.
        query: Query,
        /// For the answer.
        slot: Sender<Result<Reply, Refusal>>,
    },
    /// The account that a login names.
    Login {
        /// As typed.
        login: String,
        /// For the answer.
        slot: Sender<Option<Box<Account>>>,
    },
    /// Whether a token is a device's.
    Token {
        /// Whose.
        account: AccountId,
        /// Where.
        device: DeviceId,
        /// What was shown.
        token: [u8; 32],
        /// For the answer.
        slot: Sender<bool>,
    },
    /// Whether a nickname is free.
    Nickname {
        /// Which.
        nickname: Nickname,
        /// For the answer.
        slot: Sender<bool>,
    },
    /// Whether a file may travel, and what it is.
    Permit {
        /// For whom, and where.
        me: (AccountId, DeviceId),
        /// Which.
        file: FileId,
        /// Which way.
        way: FileWay,
        /// For the answer.
        slot: Sender<Result<FileRow, Refusal>>,
    },
    /// Pictures and files that may go.
    Leftovers {
        /// For the answer.
        slot: Sender<Leftovers>,
    },
    /// A log that is to be emptied.
    Emptied {
        /// For the answer.
        slot: Sender<Option<ConversationId>>,
    },
    /// How many accounts there are, and how many rooms.
    Counts {
        /// For the answer.
        slot: Sender<(u64, u64)>,
    },
    /// What the server's admin looks at.
    Admin {
        /// What.
        verb: Verb,
        /// For the answer, or why there is none.
        slot: Sender<Result<Done, NotDone>>,
    },
    /// How many bytes all files have together that are kept or on their way.
    FileBytes {
        /// For the answer.
        slot: Sender<u64>,
    },
}

/// The pool's door.
#[derive(Clone)]
pub struct Readers {
    asks: Sender<Ask>,
}

impl Readers {
    /// Starts the threads. They end when every clone of the door is gone; the first storage error
    /// goes to `failed`.
    ///
    /// # Errors
    /// The system gave no thread.
    pub fn start(
        engine: &Arc<Engine>,
        board: &Arc<Board>,
        (files, policy): (&Files, &Arc<Policy>),
        failed: &Sender<StoreError>,
    ) -> Result<(Self, Vec<JoinHandle<()>>), StoreError> {
        let (asks, waiting) = async_channel::bounded(QUERIES_MAX);
        let mut threads = Vec::new();
        for number in 1..=READERS {
            let (engine, board) = (engine.clone(), board.clone());
            let reader = Reader::new(engine, board, files.clone(), policy.clone());
            let (waiting, failed) = (waiting.clone(), failed.clone());
            let builder = thread::Builder::new().name(format!("reader-{number}"));
            // A panic is a defect of ours: the server ends instead of going on with one fewer.
            let run = move || {
                let run = AssertUnwindSafe(|| reader.run(&waiting));
                match catch_unwind(run).unwrap_or_else(|_| Err(StoreError::after_panic())) {
                    Ok(()) => {}
                    Err(error) => drop(failed.try_send(error)),
                }
            };
            let thread = builder
                .spawn(run)
                .map_err(|error| StoreError::Storage(format!("no thread for reading: {error}")))?;
            threads.push(thread);
        }
        Ok((Readers { asks }, threads))
    }

    /// Asks and waits. `None` when the store failed and the server is about to end.
    pub async fn ask<T>(&self, ask: impl FnOnce(Sender<T>) -> Ask) -> Option<T> {
        let (slot, answer) = async_channel::bounded(1);
        self.asks.send(ask(slot)).await.ok()?;
        answer.recv().await.ok()
    }
}

/// One of the pool: answers from a snapshot of its own.
pub struct Reader {
    engine: Arc<Engine>,
    board: Arc<Board>,
    files: Files,
    policy: Arc<Policy>,
}

impl Reader {
    /// A reader of a store, a board and a folder of files, under limits.
    #[must_use]
    pub fn new(engine: Arc<Engine>, board: Arc<Board>, files: Files, policy: Arc<Policy>) -> Self {
        Reader { engine, board, files, policy }
    }

    fn run(&self, waiting: &Receiver<Ask>) -> Result<(), StoreError> {
        while let Ok(ask) = waiting.recv_blocking() {
            self.answer(ask)?;
        }
        Ok(())
    }

    /// Answers one question.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged: the slot is dropped unanswered.
    pub fn answer(&self, ask: Ask) -> Result<(), StoreError> {
        // The folders before the rows, since a file that begins has its row first.
        let lying = match &ask {
            Ask::Leftovers { .. } => Lying::look(&self.files),
            _ => Lying::default(),
        };
        let snapshot = self.engine.read()?;
        let rows = Reads::open(&snapshot)?;
        match ask {
            Ask::Query { me, query, slot } => {
                drop(slot.try_send(self.query(&rows, me, query)?));
            }
            Ask::Login { login, slot } => drop(slot.try_send(find_login(&rows, &login)?)),
            Ask::Token { account, device, token, slot } => {
                let device = rows.get_device(account, device)?;
                slot.try_send(device.is_some_and(|device| device.is_token(&token))).ok();
            }
            Ask::Admin { verb, slot } => {
                let mut shown = admin::show::answer(&rows, rows.get_age()?, &verb);
                if let Ok(Done::Accounts { rows, .. }) = &mut shown {
                    for row in rows {
                        row.links = self.board.devices(row.person.account).len() as u64;
                    }
                }
                match shown {
                    Err(AdminError::Store(error)) => return Err(error),
                    shown => slot.try_send(shown.map_err(NotDone::from)).ok(),
                };
            }
            Ask::Nickname { nickname, slot } => {
                slot.try_send(rows.get_nickname_owner(&nickname)?.is_none()).ok();
            }
            Ask::Permit { me, file, way, slot } => {
                slot.try_send(files::permit(&rows, me, (file, way))?).ok();
            }
            Ask::Leftovers { slot } => {
                slot.try_send(Leftovers::find(&rows, &lying, &self.policy.limits())?).ok();
            }
            Ask::FileBytes { slot } => {
                slot.try_send(rows.count_file_bytes()?).ok();
            }
            Ask::Emptied { slot } => {
                slot.try_send(rows.get_emptied()?).ok();
            }
            Ask::Counts { slot } => {
                slot.try_send((rows.count_accounts()?, rows.count_rooms()?)).ok();
            }
        }
        Ok(())
    }

    fn query(
        &self,
        rows: &Reads,
        (me, here): (AccountId, DeviceId),
        query: Query,
    ) -> Result<Result<Reply, Refusal>, StoreError> {
        match query {
            Query::Heads { after } => Self::heads(rows, me, after).map(Ok),
            Query::History { conversation, page, limit } => {
                history(rows, me, conversation, (page, limit))
            }
            Query::Conversation { with } => {
                let id = match with {
                    Target::Lobby => Some(ConversationId::LOBBY),
                    Target::Account(peer) => rows.get_direct(me, peer)?,
                    Target::Room(room) => rows.get_room(room)?.map(|room| room.conversation),
                };
                let cursors = match id {
                    Some(id) => rows.get_cursors(me, id)?.map(|cursors| (id, cursors)),
                    None => None,
                };
                let head = match cursors {
                    Some((id, cursors)) => Self::head(rows, me, id, cursors)?,
                    None => None,
                };
                Ok(Ok(Reply::Conversation { head }))
            }
            Query::People { accounts } => {
                let mut people = Vec::new();
                for account in accounts.into_iter().take(PEOPLE_PAGE_MAX) {
                    let server = || crate::domain::Person::server(&self.policy.name());
                    people.extend(match account {
                        AccountId::SERVER => Some(server()),
                        account => rows.get_person(account)?,
                    });
                }
                people.sort_by_key(|person| person.account);
                people.dedup_by_key(|person| person.account);
                Ok(Ok(Reply::People { people }))
            }
            Query::Online { after } => self.online(rows, me, after).map(Ok),
            Query::Profile { account } => people::profile(rows, me, account),
            Query::Find { text, online, skip } => {
                people::find(rows, &self.board, me, &people::Wanted { text: &text, online, skip })
            }
            Query::Devices {} => people::devices(rows, &self.board, (me, here)).map(Ok),
            Query::Contacts { after } => people::contacts(rows, me, after),
            Query::Requests { after } => people::requests(rows, me, after),
            Query::Blob { blob, offset } => self.blob(rows, me, blob, offset),
            query @ (Query::Files { .. } | Query::FileList { .. } | Query::Quota {}) => {
                let (files, limits) = (&self.files, &self.policy.limits());
                files::Shelf { rows, files, limits }.answer(me, query)
            }
            query @ (Query::Games { .. }
            | Query::GameLog { .. }
            | Query::OwnGames { .. }
            | Query::Scores { .. }) => games::answer(rows, me, query, clock::now()),
            query @ (Query::Search { .. } | Query::Days { .. }) => search::answer(rows, me, query),
            query => rooms::answer(rows, me, query),
        }
    }

    /// A part of a picture. A file that cannot be read is told as one that is not there, and so are
    /// bytes that only files have: a hash alone must neither open a file nor tell that it is here.
    fn blob(
        &self,
        rows: &Reads,
        me: AccountId,
        blob: BlobId,
        offset: u32,
    ) -> Result<Result<Reply, Refusal>, StoreError> {
        let known = rows.get_blob(blob)?;
        let (Some(known), true) = (known, sight::sees_picture(rows, me, blob)?) else {
            return Ok(Err(Reason::NotFound.into()));
        };
        let bytes_all = u32::try_from(known.bytes).unwrap_or(u32::MAX);
        match self.files.read(blob, u64::from(offset), BLOB_PART_MAX as u64) {
            Ok(part) => Ok(Ok(Reply::Blob { bytes_all, part })),
            Err(error) => {
                tracing::warn!(%error, ?blob, "a picture cannot be read");
                Ok(Err(Reason::NotFound.into()))
            }
        }
    }

    fn online(&self, rows: &Reads, me: AccountId, after: AccountId) -> Result<Reply, StoreError> {
        let mut people = Vec::new();
        let mut after = after;
        loop {
            let listed = self.board.list(me, after, PEOPLE_PAGE_MAX + 1);
            let Some((last, _)) = listed.last().copied() else { break };
            for (account, presence) in listed {
                let person = rows.get_person(account)?;
                // Whoever blocked the asker is not there for it.
                let hides = rows.get_contact(account, me)?.is_some_and(|contact| contact.blocked);
                if let Some(person) = person.filter(|_| !hides) {
                    people.push(OnlinePerson { person, presence });
                }
                if people.len() > PEOPLE_PAGE_MAX {
                    people.pop();
                    return Ok(Reply::Online { people, more: true });
                }
            }
            after = last;
        }
        Ok(Reply::Online { people, more: false })
    }

    fn heads(rows: &Reads, me: AccountId, after: ConversationId) -> Result<Reply, StoreError> {
        let mut memberships = rows.list_memberships(me, after, HEADS_PAGE_MAX + 1)?;
        let more = memberships.len() > HEADS_PAGE_MAX;
        memberships.truncate(HEADS_PAGE_MAX);
        let mut heads = Vec::new();
        for (conversation, cursors) in memberships {
            heads.extend(Self::head(rows, me, conversation, cursors)?);
        }
        Ok(Reply::Heads { heads, more })
    }

    /// The other side's cursors are those that it showed: they stood still while it was invisible.
    fn head(
        rows: &Reads,
        me: AccountId,
        conversation: ConversationId,
        cursors: Cursors,
    ) -> Result<Option<Head>, StoreError> {
        let Some(log) = rows.get_conversation(conversation)? else { return Ok(None) };
        let peer = match (log.kind, log.kind.target_for(me)) {
            (ConversationKind::Direct { .. }, Some(Target::Account(peer))) => {
                rows.get_cursors(peer, conversation)?.unwrap_or_default()
            }
            _ => Cursors::default(),
        };
        let version = match log.kind {
            ConversationKind::Room { room } => rows.get_room(room)?.map(|room| room.version),
            _ => None,
        };
        Ok(Some(Head {
            version: version.unwrap_or_default(),
            conversation,
            kind: log.kind,
            head: log.head,
            read: cursors.read,
            peer_delivered: peer.shown_delivered,
            peer_read: match rows.get_privacy(me)?.read_marks {
                true => peer.shown_read,
                false => Seq::ZERO,
            },
        }))
    }
}

fn find_login(rows: &Reads, login: &str) -> Result<Option<Box<Account>>, StoreError> {
    let login = login.trim();
    let account = match AccountId::parse(login) {
        Some(number) => Some(number),
        None => match Nickname::parse(login) {
            Ok(nickname) => rows.get_nickname_owner(&nickname)?,
            Err(_) => None,
        },
    };
    let Some(account) = account else { return Ok(None) };
    let account = rows.get_account(account)?.filter(|account| !account.deleted);
    Ok(account.map(Box::new))
}

/// One page: bounded in messages and in bytes, oldest first, without what is not for the asker.
fn history(
    rows: &Reads,
    me: AccountId,
    conversation: ConversationId,
    (page, limit): (Page, u32),
) -> Result<Result<Reply, Refusal>, StoreError> {
    let is_member = rows.get_cursors(me, conversation)?.is_some();
    let (true, Some(log)) = (is_member, rows.get_conversation(conversation)?) else {
        return Ok(Err(Reason::NotFound.into()));
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX).clamp(1, HISTORY_PAGE_MAX);
    let mut ranges = match log.kind {
        ConversationKind::Room { .. } => rows.list_ranges(conversation, me)?,
        _ => vec![Range { first: Seq(1), last: log.head }],
    };
    let (first, last, order) = match page {
        Page::After(seq) => (Seq(seq.0.saturating_add(1)), log.head, Order::OldestFirst),
        Page::Before(seq) => {
            ranges.reverse();
            (Seq(1), Seq(seq.0.saturating_sub(1).min(log.head.0)), Order::NewestFirst)
        }
    };
    let (mut messages, mut bytes, mut more) = (Vec::new(), 0, false);
    for range in ranges {
        let part = (range.first.max(first), range.last.min(last));
        if more || part.0 > part.1 {
            continue;
        }
        rows.list_messages(conversation, log.kind, part, order, |message, length| {
            // What a message takes on the wire beside its stored bytes: names of fields and ids.
            bytes += length + 160;
            if messages.len() == limit || (bytes > HISTORY_BYTES_MAX && !messages.is_empty()) {
                more = true;
                return Continue::No;
            }
            messages.push(message);
            Continue::Yes
        })?;
    }
    if order == Order::NewestFirst {
        messages.reverse();
    }
    Ok(Ok(Reply::History { messages, more }))
}
