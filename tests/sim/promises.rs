//! The promises, by their numbers, as checks of what clients showed and of what a store holds.

use std::collections::{BTreeMap, BTreeSet};

use mychat::client::api::{ClientEvent, ConversationState};
use mychat::domain::{
    AccountId, Body, ConversationId, ConversationKind, Message, Nonce, RoomId, Seq,
};
use mychat::store::Reads;
use mychat::store::conversations::Conversation;
use mychat::store::messages::{Continue, Order};

use crate::device::Device;
use crate::gaming::Played;

/// More people, rooms and conversations than a storm makes.
const MANY: usize = 10_000;
/// More rooms than a storm makes an end of.
const GONE_MAX: u64 = 100;

/// What is left of words that were taken back.
const GONE: Body = Body::Recalled { seq: None };

/// All that any client ever showed.
#[derive(Default)]
pub struct Witness {
    pub seen: BTreeMap<(ConversationId, Seq), Message>,
    pub shown: BTreeMap<(AccountId, ConversationId), BTreeSet<Seq>>,
    /// Messages that a server turned down, at least once.
    pub refused: BTreeSet<Nonce>,
    played: Played,
}

impl Witness {
    /// A window is about to be told something.
    pub fn event(&mut self, device: &mut Device, event: &ClientEvent) {
        match event {
            ClientEvent::Message { message, .. } => self.message(device, message),
            ClientEvent::Game(view) => self.played.view(device, view),
            ClientEvent::Conversation(state) => cursors(device, state),
            ClientEvent::Skipped { conversation, seq } => {
                let before = device.view.last.insert(*conversation, *seq);
                assert!(before < Some(*seq), "3 gap-free: {} was set back", device.name);
            }
            _ => {}
        }
    }

    fn message(&mut self, device: &mut Device, message: &Message) {
        let (id, seq, name) = (message.conversation, message.seq, &device.name);
        let before = device.view.last.insert(id, seq);
        let is_next = match (message.kind, before) {
            // Who comes again does not see what was said meanwhile.
            (ConversationKind::Room { .. }, Some(before)) => before < seq,
            (_, Some(before)) => before.next() == seq,
            (_, None) => true,
        };
        assert!(is_next, "3 gap-free: {name} showed {seq:?} of {id:?} after {before:?}");
        let is_said = matches!(message.body, Body::Text { .. } | Body::Shake {});
        let again = is_said && !device.view.nonces.insert((message.from, message.nonce));
        assert!(!again, "2 no duplicates: {name} showed {:?} twice", message.nonce);
        let above = self.seen.get(&(id, Seq(seq.0 - 1))).map(|message| message.at);
        assert!(
            above <= Some(message.at),
            "8 clocks: {seq:?} of {id:?} is older than the one before"
        );
        let known = self.seen.entry((id, seq)).or_insert_with(|| message.clone());
        assert!(same(known, message), "3 gap-free: {seq:?} of {id:?} has two contents");
        let account = device.account.unwrap();
        self.shown.entry((account, id)).or_default().insert(seq);
        if message.from == account {
            device.view.pending.remove(&message.nonce);
            if device.said.iter().any(|spoken| spoken.nonce == message.nonce) {
                device.acknowledged.insert(message.nonce, message.clone());
            }
        }
    }

    /// What a server finds in its store holds all that was ever shown, and makes sense by itself.
    pub fn store(&self, rows: &Reads) {
        let logs = logs(rows);
        for ((id, seq), message) in &self.seen {
            if matches!(message.kind, ConversationKind::Room { .. }) && !logs.contains_key(id) {
                continue;
            }
            let found = logs.get(id).and_then(|(_, log)| log.get(usize::try_from(seq.0 - 1).ok()?));
            assert!(
                found.is_some_and(|found| same(found, message)),
                "1 durable: {seq:?} of {id:?} was shown and is not there"
            );
        }
        let mut nonces = BTreeSet::new();
        let mut words = BTreeSet::new();
        for (id, (conversation, log)) in &logs {
            let count = log.len() as u64;
            assert_eq!(conversation.head, Seq(count), "3 gap-free: the head of {id:?}");
            for (message, seq) in log.iter().zip(1..) {
                assert_eq!(message.seq, Seq(seq), "3 gap-free: a hole in {id:?}");
                if let Body::Text { text, .. } = &message.body {
                    let nonce = nonces.insert((message.from, message.nonce));
                    assert!(nonce && words.insert(text.clone()), "2 no duplicates: {text}");
                }
            }
            let in_order = log.is_sorted_by_key(|message| message.at);
            assert!(in_order, "8 clocks: {id:?} has a message from before the one before it");
        }
        people(rows);
        rooms(rows);
        self.played.store(rows);
    }
}

/// The same message, from before and from behind its recall.
fn same(one: &Message, other: &Message) -> bool {
    let blank = |message: &Message| Message { body: GONE, ..message.clone() };
    *one == *other || (one.body == GONE || other.body == GONE) && blank(one) == blank(other)
}

/// Cursors of one window never go back, nor past the head.
fn cursors(device: &mut Device, state: &ConversationState) {
    let name = &device.name;
    let is_within = state.read <= state.head;
    assert!(is_within, "7 cursors: {name} has read past the head of {:?}", state.conversation);
    let Some(before) = device.view.conversations.insert(state.conversation, *state) else { return };
    let forward = before.read <= state.read
        && before.peer_read <= state.peer_read
        && before.peer_delivered <= state.peer_delivered;
    assert!(forward, "7 cursors: {name} went back from {before:?} to {state:?}");
}

/// Every log there is.
pub fn logs(rows: &Reads) -> BTreeMap<ConversationId, (Conversation, Vec<Message>)> {
    let mut logs = BTreeMap::new();
    let mut gone = 0;
    for id in (1..).map(ConversationId) {
        let Some(conversation) = rows.get_conversation(id).unwrap() else {
            // Those of rooms that were dissolved lie between.
            gone += 1;
            match gone > GONE_MAX {
                true => break,
                false => continue,
            }
        };
        let mut log = Vec::new();
        let all = (Seq(1), Seq(u64::MAX));
        rows.list_messages(id, conversation.kind, all, Order::OldestFirst, |message, _| {
            log.push(message);
            Continue::Yes
        })
        .unwrap();
        logs.insert(id, (conversation, log));
    }
    logs
}

pub fn accounts(rows: &Reads) -> Vec<AccountId> {
    let first = 10_001;
    (first..first + rows.count_accounts().unwrap()).map(AccountId).collect()
}

fn people(rows: &Reads) {
    for account in accounts(rows) {
        for contact in rows.list_contacts(account, AccountId(0), MANY).unwrap() {
            let other = rows.get_contact(contact.account, account).unwrap();
            let both = contact.friend == other.is_some_and(|other| other.friend);
            assert!(both, "10 all or none: {account} and {} are half friends", contact.account);
        }
    }
}

fn rooms(rows: &Reads) {
    let accounts = accounts(rows);
    for number in 0.. {
        let room = RoomId(RoomId::FIRST.0 + number);
        let is_in = |account: AccountId| {
            let rooms = rows.list_own_rooms(account, RoomId(0), MANY).unwrap();
            rooms.contains(&room)
        };
        let found = rows.get_room(room).unwrap();
        let members = rows.list_members(room, AccountId(0), MANY).unwrap();
        for account in &accounts {
            let listed = members.iter().any(|member| member.account == *account);
            assert_eq!(listed, is_in(*account), "10 all or none: {account} is half in {room}");
            if let Some(found) = &found {
                let cursors = rows.get_cursors(*account, found.conversation).unwrap();
                assert_eq!(cursors.is_some(), listed, "10 all or none: {account} in {room}");
            }
        }
        match found {
            Some(found) => assert_eq!(found.members as usize, members.len(), "10 all or none"),
            // Rooms that are gone may lie between.
            None if number > GONE_MAX => return,
            None => {}
        }
    }
}
