//! The tables of the client's store, their schema version and the steps from older ones.

use std::collections::BTreeSet;

use redb::{ReadOnlyTable, ReadTransaction, ReadableTable, TableDefinition, WriteTransaction};

use super::super::engine::{Engine, Migration, StoreError};
use super::values::{KnownBook, KnownDraft, WaitingInOrder, damaged, decode, encode};
use super::{
    KnownAccount, KnownConversation, KnownServer, KnownTransfer, Loaded, Owner, Waiting, Write,
    pictures_of,
};
use crate::domain::{
    AccountId, BlobId, Body, ConversationId, DeviceId, Generation, Message, Nonce, Person, Seq,
    Target, Unsent,
};

type Bytes = &'static [u8];

/// Single values by their names: `device`.
const META: TableDefinition<&str, Bytes> = TableDefinition::new("meta");
const SETTINGS: TableDefinition<&str, &str> = TableDefinition::new("settings");
/// By server id.
const SERVERS: TableDefinition<Bytes, Bytes> = TableDefinition::new("servers");
/// By owner: server id and account number.
const ACCOUNTS: TableDefinition<Bytes, Bytes> = TableDefinition::new("accounts");
/// A short number for each owner, so that its rows have short keys.
const OWNERS: TableDefinition<Bytes, u32> = TableDefinition::new("owners");
const WAITING: TableDefinition<(u32, [u8; 16]), Bytes> = TableDefinition::new("outbox");
const CONVERSATIONS: TableDefinition<(u32, u64), Bytes> = TableDefinition::new("conversations");
const MESSAGES: TableDefinition<(u32, u64, u64), Bytes> = TableDefinition::new("messages");
const PEOPLE: TableDefinition<(u32, u64), Bytes> = TableDefinition::new("people");
const BOOKS: TableDefinition<u32, Bytes> = TableDefinition::new("books");
/// Messages that were deleted on this device only.
const HIDDEN: TableDefinition<(u32, u64, u64), ()> = TableDefinition::new("hidden");

/// By owner and by whom they are for.
const DRAFTS: TableDefinition<(u32, u8, u64), Bytes> = TableDefinition::new("drafts");

/// Files on their way, and those that were.
const TRANSFERS: TableDefinition<(u32, [u8; 16]), Bytes> = TableDefinition::new("transfers");

/// The life of the server's logs that is cached for an owner.
const GENERATIONS: TableDefinition<u32, [u8; 16]> = TableDefinition::new("generations");

const DEVICE: &str = "device";

/// From version n to n + 1; the version of a file is how many of them it has seen.
pub(super) const MIGRATIONS: &[Migration] =
    &[make_tables, add_books, forget_books, add_drafts, add_hidden, add_transfers, add_generations];

/// The name of this place: the kept one, or a fresh one that is kept from now on.
pub(super) fn device(engine: &Engine, fresh: DeviceId) -> Result<DeviceId, StoreError> {
    if let Some(value) = engine.read()?.open_table(META)?.get(DEVICE)? {
        return value.value().try_into().map(DeviceId).map_err(|_| damaged("the device id"));
    }
    let transaction = engine.write()?;
    transaction.open_table(META)?.insert(DEVICE, fresh.0.as_slice())?;
    transaction.commit()?;
    Ok(fresh)
}

fn make_tables(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(META)?;
    transaction.open_table(SETTINGS)?;
    transaction.open_table(SERVERS)?;
    transaction.open_table(ACCOUNTS)?;
    transaction.open_table(OWNERS)?;
    transaction.open_table(WAITING)?;
    transaction.open_table(CONVERSATIONS)?;
    transaction.open_table(MESSAGES)?;
    transaction.open_table(PEOPLE)?;
    Ok(())
}

fn add_books(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(BOOKS)?;
    Ok(())
}

/// A book from before there were rooms does not know of them: it is asked for anew.
fn forget_books(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(BOOKS)?.retain(|_, _| false)?;
    Ok(())
}

fn add_drafts(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(DRAFTS)?;
    Ok(())
}

fn add_hidden(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(HIDDEN)?;
    Ok(())
}

fn add_transfers(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(TRANSFERS)?;
    Ok(())
}

fn add_generations(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(GENERATIONS)?;
    Ok(())
}

/// One change, inside a transaction.
pub(super) fn apply(
    transaction: &WriteTransaction,
    write: &Write,
    next_order: &mut u64,
) -> Result<(), StoreError> {
    match write {
        Write::PutServer(server) => {
            let value = encode(server)?;
            transaction.open_table(SERVERS)?.insert(server.id.0.as_slice(), value.as_slice())?;
        }
        Write::RemoveServer(id) => {
            transaction.open_table(SERVERS)?.remove(id.0.as_slice())?;
        }
        Write::PutAccount(account) => {
            let owner = Owner { server: account.server, account: account.person.account };
            let value = encode(account)?;
            transaction.open_table(ACCOUNTS)?.insert(owner.key().as_slice(), value.as_slice())?;
        }
        Write::RemoveAccount(owner) => remove_account(transaction, *owner)?,
        Write::RemoveCache(owner) => remove_cache(transaction, number_of(transaction, *owner)?)?,
        Write::PutGeneration(owner, life) => put_generation(transaction, *owner, *life)?,
        Write::PutSetting(key, value) => {
            transaction.open_table(SETTINGS)?.insert(key.as_str(), value.as_str())?;
        }
        Write::PutWaiting(owner, waiting) => put_waiting(transaction, *owner, waiting, next_order)?,
        Write::RemoveWaiting(owner, nonce) => {
            let key = (number_of(transaction, *owner)?, nonce.0);
            transaction.open_table(WAITING)?.remove(key)?;
        }
        Write::PutConversation(owner, conversation) => {
            let key = (number_of(transaction, *owner)?, conversation.conversation.0);
            let value = encode(conversation)?;
            transaction.open_table(CONVERSATIONS)?.insert(key, value.as_slice())?;
        }
        Write::PutMessages(owner, messages) => put_messages(transaction, *owner, messages)?,
        Write::BlankMessage(owner, conversation, seq) => {
            let number = number_of(transaction, *owner)?;
            blank_message(transaction, (number, conversation.0, seq.0))?;
        }
        Write::HideMessage(owner, conversation, seq) => {
            let key = (number_of(transaction, *owner)?, conversation.0, seq.0);
            transaction.open_table(HIDDEN)?.insert(key, ())?;
            blank_message(transaction, key)?;
        }
        Write::RemoveMessages(owner, conversation, before) => {
            let number = number_of(transaction, *owner)?;
            let range = (number, conversation.0, 0)..(number, conversation.0, before.0);
            transaction.open_table(MESSAGES)?.retain_in(range, |_, _| false)?;
        }
        Write::PutBook(owner, as_of, book) => {
            let number = number_of(transaction, *owner)?;
            let value = encode(&KnownBook { as_of: *as_of, book: book.clone() })?;
            transaction.open_table(BOOKS)?.insert(number, value.as_slice())?;
        }
        Write::PutDraft(owner, to, unsent) => put_draft(transaction, *owner, *to, unsent)?,
        Write::PutTransfer(owner, transfer) => {
            let key = (number_of(transaction, *owner)?, transfer.id.0);
            let value = encode(transfer)?;
            transaction.open_table(TRANSFERS)?.insert(key, value.as_slice())?;
        }
        Write::RemoveTransfer(owner, id) => {
            let key = (number_of(transaction, *owner)?, id.0);
            transaction.open_table(TRANSFERS)?.remove(key)?;
        }
        Write::PutPeople(owner, people) => put_people(transaction, *owner, people)?,
    }
    Ok(())
}

fn put_generation(
    transaction: &WriteTransaction,
    owner: Owner,
    generation: Generation,
) -> Result<(), StoreError> {
    let number = number_of(transaction, owner)?;
    transaction.open_table(GENERATIONS)?.insert(number, generation.0)?;
    Ok(())
}

fn put_people(
    transaction: &WriteTransaction,
    owner: Owner,
    people: &[Person],
) -> Result<(), StoreError> {
    let number = number_of(transaction, owner)?;
    let mut table = transaction.open_table(PEOPLE)?;
    for person in people {
        table.insert((number, person.account.0), encode(person)?.as_slice())?;
    }
    Ok(())
}

fn put_messages(
    transaction: &WriteTransaction,
    owner: Owner,
    messages: &[Message],
) -> Result<(), StoreError> {
    let number = number_of(transaction, owner)?;
    let mut table = transaction.open_table(MESSAGES)?;
    for message in messages {
        let key = (number, message.conversation.0, message.seq.0);
        let value = match message.body {
            Body::Hidden {} => encode(&blank(message))?,
            _ => encode(message)?,
        };
        table.insert(key, value.as_slice())?;
    }
    Ok(())
}

/// The same message without its words.
fn blank(message: &Message) -> Message {
    Message { body: Body::Recalled { seq: None }, ..message.clone() }
}

/// Takes the words of a cached message away; the cache stays without gaps.
fn blank_message(transaction: &WriteTransaction, key: (u32, u64, u64)) -> Result<(), StoreError> {
    let mut table = transaction.open_table(MESSAGES)?;
    let cached = table.get(key)?.map(|value| decode::<Message>(value.value(), "message"));
    if let Some(message) = cached.transpose()? {
        table.insert(key, encode(&blank(&message))?.as_slice())?;
    }
    Ok(())
}

/// A message that is put again keeps its place.
fn put_waiting(
    transaction: &WriteTransaction,
    owner: Owner,
    waiting: &Waiting,
    next_order: &mut u64,
) -> Result<(), StoreError> {
    let key = (number_of(transaction, owner)?, waiting.nonce.0);
    let mut table = transaction.open_table(WAITING)?;
    let order = match table.get(key)? {
        Some(value) => decode::<WaitingInOrder>(value.value(), "outbox entry")?.order,
        None => {
            *next_order += 1;
            *next_order
        }
    };
    let value = encode(&WaitingInOrder { order, waiting: waiting.clone() })?;
    table.insert(key, value.as_slice())?;
    Ok(())
}

fn put_draft(
    transaction: &WriteTransaction,
    owner: Owner,
    to: Target,
    unsent: &Unsent,
) -> Result<(), StoreError> {
    let (kind, number) = match to {
        Target::Account(account) => (0, account.0),
        Target::Lobby => (1, 0),
        Target::Room(room) => (2, room.0),
    };
    let key = (number_of(transaction, owner)?, kind, number);
    let mut table = transaction.open_table(DRAFTS)?;
    match unsent.is_nothing() {
        true => drop(table.remove(key)?),
        false => {
            let value = encode(&KnownDraft { to, unsent: unsent.clone() })?;
            table.insert(key, value.as_slice())?;
        }
    }
    Ok(())
}

fn number_of(transaction: &WriteTransaction, owner: Owner) -> Result<u32, StoreError> {
    let mut owners = transaction.open_table(OWNERS)?;
    if let Some(number) = owners.get(owner.key().as_slice())? {
        return Ok(number.value());
    }
    let mut next = 1;
    for row in owners.iter()? {
        next = next.max(row?.1.value() + 1);
    }
    owners.insert(owner.key().as_slice(), next)?;
    Ok(next)
}

fn remove_account(transaction: &WriteTransaction, owner: Owner) -> Result<(), StoreError> {
    transaction.open_table(ACCOUNTS)?.remove(owner.key().as_slice())?;
    let Some(number) =
        transaction.open_table(OWNERS)?.remove(owner.key().as_slice())?.map(|n| n.value())
    else {
        return Ok(());
    };
    let nonces = (number, [0; 16])..=(number, [u8::MAX; 16]);
    transaction.open_table(WAITING)?.retain_in(nonces.clone(), |_, _| false)?;
    transaction.open_table(TRANSFERS)?.retain_in(nonces, |_, _| false)?;
    let drafts = (number, 0, 0)..=(number, u8::MAX, u64::MAX);
    transaction.open_table(DRAFTS)?.retain_in(drafts, |_, _| false)?;
    transaction.open_table(GENERATIONS)?.remove(number)?;
    remove_cache(transaction, number)
}

/// What the server says again.
fn remove_cache(transaction: &WriteTransaction, number: u32) -> Result<(), StoreError> {
    let rows = (number, 0)..=(number, u64::MAX);
    transaction.open_table(CONVERSATIONS)?.retain_in(rows.clone(), |_, _| false)?;
    transaction.open_table(PEOPLE)?.retain_in(rows, |_, _| false)?;
    let messages = (number, 0, 0)..=(number, u64::MAX, u64::MAX);
    transaction.open_table(MESSAGES)?.retain_in(messages.clone(), |_, _| false)?;
    transaction.open_table(HIDDEN)?.retain_in(messages, |_, ()| false)?;
    transaction.open_table(BOOKS)?.remove(number)?;
    Ok(())
}

/// The tables as one snapshot shows them.
pub(super) struct Schema {
    settings: ReadOnlyTable<&'static str, &'static str>,
    servers: ReadOnlyTable<Bytes, Bytes>,
    accounts: ReadOnlyTable<Bytes, Bytes>,
    owners: ReadOnlyTable<Bytes, u32>,
    waiting: ReadOnlyTable<(u32, [u8; 16]), Bytes>,
    conversations: ReadOnlyTable<(u32, u64), Bytes>,
    pub(super) messages: ReadOnlyTable<(u32, u64, u64), Bytes>,
    people: ReadOnlyTable<(u32, u64), Bytes>,
    books: ReadOnlyTable<u32, Bytes>,
    drafts: ReadOnlyTable<(u32, u8, u64), Bytes>,
    hidden: ReadOnlyTable<(u32, u64, u64), ()>,
    transfers: ReadOnlyTable<(u32, [u8; 16]), Bytes>,
    generations: ReadOnlyTable<u32, [u8; 16]>,
}

impl Schema {
    pub(super) fn read(transaction: &ReadTransaction) -> Result<Self, StoreError> {
        Ok(Schema {
            settings: transaction.open_table(SETTINGS)?,
            servers: transaction.open_table(SERVERS)?,
            accounts: transaction.open_table(ACCOUNTS)?,
            owners: transaction.open_table(OWNERS)?,
            waiting: transaction.open_table(WAITING)?,
            conversations: transaction.open_table(CONVERSATIONS)?,
            messages: transaction.open_table(MESSAGES)?,
            people: transaction.open_table(PEOPLE)?,
            books: transaction.open_table(BOOKS)?,
            drafts: transaction.open_table(DRAFTS)?,
            hidden: transaction.open_table(HIDDEN)?,
            transfers: transaction.open_table(TRANSFERS)?,
            generations: transaction.open_table(GENERATIONS)?,
        })
    }

    pub(super) fn next_order(&self) -> Result<u64, StoreError> {
        let mut last = 0;
        for row in self.waiting.iter()? {
            last = last.max(decode::<WaitingInOrder>(row?.1.value(), "outbox entry")?.order);
        }
        Ok(last)
    }

    pub(super) fn waiting_pictures(&self) -> Result<BTreeSet<BlobId>, StoreError> {
        let mut pictures = BTreeSet::new();
        for row in self.waiting.iter()? {
            let entry = decode::<WaitingInOrder>(row?.1.value(), "outbox entry")?;
            if let Body::Image { picture, thumb, .. } = entry.waiting.body {
                pictures.extend([picture, thumb]);
            }
        }
        Ok(pictures)
    }

    /// Those of some pictures that nobody's messages have.
    pub(super) fn unused(
        &self,
        mut pictures: BTreeSet<BlobId>,
    ) -> Result<BTreeSet<BlobId>, StoreError> {
        for row in self.messages.iter()? {
            let message = decode::<Message>(row?.1.value(), "message")?;
            for picture in pictures_of(&message.body) {
                pictures.remove(&picture);
            }
        }
        let waiting = self.waiting_pictures()?;
        pictures.retain(|picture| !waiting.contains(picture));
        Ok(pictures)
    }

    pub(super) fn servers(&self) -> Result<Vec<KnownServer>, StoreError> {
        let mut servers = Vec::new();
        for row in self.servers.iter()? {
            servers.push(decode::<KnownServer>(row?.1.value(), "pinned server")?);
        }
        servers.sort_by_key(|server| std::cmp::Reverse(server.used));
        Ok(servers)
    }

    pub(super) fn accounts(&self) -> Result<Vec<KnownAccount>, StoreError> {
        let mut accounts = Vec::new();
        for row in self.accounts.iter()? {
            let (key, value) = row?;
            let account = decode::<KnownAccount>(value.value(), "account")?;
            let owner = Owner { server: account.server, account: account.person.account };
            if Owner::from_key(key.value())? != owner {
                return Err(damaged("account"));
            }
            accounts.push(account);
        }
        accounts.sort_by_key(|account| std::cmp::Reverse(account.used));
        Ok(accounts)
    }

    pub(super) fn settings(&self) -> Result<Vec<(String, String)>, StoreError> {
        let mut settings = Vec::new();
        for row in self.settings.iter()? {
            let (key, value) = row?;
            settings.push((key.value().to_owned(), value.value().to_owned()));
        }
        Ok(settings)
    }

    pub(super) fn owner_number(&self, owner: Owner) -> Result<Option<u32>, StoreError> {
        Ok(self.owners.get(owner.key().as_slice())?.map(|number| number.value()))
    }

    pub(super) fn load(&self, number: u32) -> Result<Loaded, StoreError> {
        let mut waiting = Vec::new();
        for row in self.waiting.range((number, [0; 16])..=(number, [u8::MAX; 16]))? {
            let (key, value) = row?;
            let entry = decode::<WaitingInOrder>(value.value(), "outbox entry")?;
            if Nonce(key.value().1) != entry.waiting.nonce {
                return Err(damaged("outbox entry"));
            }
            waiting.push(entry);
        }
        waiting.sort_by_key(|entry| entry.order);
        let mut conversations = Vec::new();
        for row in self.conversations.range((number, 0)..=(number, u64::MAX))? {
            conversations.push(decode::<KnownConversation>(row?.1.value(), "conversation")?);
        }
        let mut people = Vec::new();
        for row in self.people.range((number, 0)..=(number, u64::MAX))? {
            let (key, value) = row?;
            let person = decode::<Person>(value.value(), "person")?;
            if AccountId(key.value().1) != person.account {
                return Err(damaged("person"));
            }
            people.push(person);
        }
        let waiting = waiting.into_iter().map(|entry| entry.waiting).collect();
        let book = match self.books.get(number)? {
            Some(value) => {
                let KnownBook { as_of, book } = decode(value.value(), "book")?;
                Some((as_of, book))
            }
            None => None,
        };
        let mut drafts = Vec::new();
        for row in self.drafts.range((number, 0, 0)..=(number, u8::MAX, u64::MAX))? {
            let KnownDraft { to, unsent } = decode(row?.1.value(), "draft")?;
            drafts.push((to, unsent));
        }
        let mut hidden = Vec::new();
        for row in self.hidden.range((number, 0, 0)..=(number, u64::MAX, u64::MAX))? {
            let (_, conversation, seq) = row?.0.value();
            hidden.push((ConversationId(conversation), Seq(seq)));
        }
        let transfers = self.transfers(number)?;
        let generation = self.generations.get(number)?.map(|value| Generation(value.value()));
        Ok(Loaded { waiting, conversations, people, book, drafts, hidden, transfers, generation })
    }

    fn transfers(&self, number: u32) -> Result<Vec<KnownTransfer>, StoreError> {
        let mut transfers = Vec::new();
        for row in self.transfers.range((number, [0; 16])..=(number, [u8::MAX; 16]))? {
            let (key, value) = row?;
            let transfer = decode::<KnownTransfer>(value.value(), "transfer")?;
            if Nonce(key.value().1) != transfer.id {
                return Err(damaged("transfer"));
            }
            transfers.push(transfer);
        }
        transfers.sort_by_key(|transfer| (transfer.began, transfer.id));
        Ok(transfers)
    }

    pub(super) fn messages(
        &self,
        number: u32,
        conversation: ConversationId,
        from: Seq,
        to: Seq,
    ) -> Result<Vec<Message>, StoreError> {
        let mut messages = Vec::new();
        let range = (number, conversation.0, from.0)..=(number, conversation.0, to.0);
        for row in self.messages.range(range)? {
            messages.push(decode::<Message>(row?.1.value(), "message")?);
        }
        Ok(messages)
    }
}
