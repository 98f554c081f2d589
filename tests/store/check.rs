//! Holds a store against what its writer handed on.

use std::collections::BTreeMap;

use mychat::domain::{
    AccountId, Body, Book, ConversationId, Door, Message, Nickname, OwnRoom, Rank, RoomId, Seq,
};
use mychat::store::messages::{Continue, Order};
use mychat::store::{Engine, Reads, schema};

use crate::disk::{Disk, Fault};
use crate::play::{Fact, LATE, LIME, MOMO, RECALLED, SAID, device, words};

/// What a store holds, to compare two of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub accounts: u64,
    pub messages: usize,
    /// Lines of people's own logs, and those that the server writes into rooms.
    pub notices: usize,
    /// The epoch of each one's device, while it is remembered.
    pub devices: [Option<u64>; 2],
}

/// Opens an image that a failed disk left and checks everything in it.
pub fn check(image: Vec<u8>, batches: &[Vec<Fact>]) -> Totals {
    let disk = Disk::new(image, Fault::None);
    let engine = Engine::open_on(disk, schema::MIGRATIONS, 1024 * 1024).unwrap();
    let rows = Reads::open(&engine.read().unwrap()).unwrap();
    let logs = logs(&rows);
    for fact in batches.iter().flatten() {
        shows(&rows, &logs, fact);
    }
    books_agree(&rows, &logs);
    let count =
        |notice| logs.values().flatten().filter(|message| is_notice(message) == notice).count();
    let epoch =
        |account, who| rows.get_device(account, device(who)).unwrap().map(|device| device.epoch);
    Totals {
        accounts: rows.count_accounts().unwrap(),
        messages: count(false),
        notices: count(true),
        devices: [epoch(LIME, 0), epoch(MOMO, 1)],
    }
}

/// After a whole play everything that was said stands there once, in its sender's order.
pub fn is_whole(image: Vec<u8>) {
    let disk = Disk::new(image, Fault::None);
    let engine = Engine::open_on(disk, schema::MIGRATIONS, 1024 * 1024).unwrap();
    let rows = Reads::open(&engine.read().unwrap()).unwrap();
    let logs = logs(&rows);
    let said = logs.values().flatten().filter(|message| !is_notice(message));
    assert_eq!(said.count(), SAID.len());
    books_agree(&rows, &logs);
    let friend = rows.get_contact(LIME, MOMO).unwrap().unwrap();
    assert!(friend.friend && friend.remark == "M");
    for (who, to, nonce) in SAID {
        let me = [LIME, MOMO][who];
        let found: Vec<&Message> =
            logs.values().flatten().filter(|message| message.nonce.0 == [nonce; 16]).collect();
        assert_eq!(found.len(), 1, "nonce {nonce}");
        assert_eq!((found[0].from, found[0].kind.target_for(me)), (me, Some(to)));
        let is_recalled = nonce == RECALLED;
        assert_eq!(found[0].body, if is_recalled { GONE } else { words(nonce) });
    }
    for log in logs.values() {
        for sender in [LIME, MOMO] {
            let of = log.iter().filter(|m| m.from == sender && !is_notice(m));
            let nonces: Vec<u8> = of.map(|message| message.nonce.0[0]).collect();
            assert!(nonces.is_sorted(), "{sender} said {nonces:?}");
        }
    }
}

fn shows(rows: &Reads, logs: &BTreeMap<ConversationId, Vec<Message>>, fact: &Fact) {
    match fact {
        Fact::Entered { account, nickname, .. } => {
            let person = rows.get_person(*account).unwrap().unwrap();
            assert_eq!(person.nickname, *nickname);
            let name = Nickname::parse(nickname).unwrap();
            assert_eq!(rows.get_nickname_owner(&name).unwrap(), Some(*account));
        }
        Fact::Said(message, notices) => {
            for message in notices.iter().chain([message]) {
                let index = usize::try_from(message.seq.0).unwrap() - 1;
                let kept = &logs[&message.conversation][index];
                let blank = Message { body: GONE, ..message.clone() };
                assert!(*kept == *message || *kept == blank, "{kept:?} for {message:?}");
            }
        }
        Fact::Read { account, conversation, read } => {
            let cursors = rows.get_cursors(*account, *conversation).unwrap().unwrap();
            assert!(cursors.read >= *read && cursors.delivered >= cursors.read);
        }
        Fact::Booked(messages) => {
            for message in messages {
                let index = usize::try_from(message.seq.0).unwrap() - 1;
                assert_eq!(logs[&message.conversation][index], *message);
            }
        }
        Fact::Left { .. } | Fact::Refused => {}
    }
}

/// What is left of a message that was taken back.
const GONE: Body = Body::Recalled { seq: None };

/// Every conversation's messages. Each log is gapless, never goes back in time, and the index of
/// nonces leads to every message.
fn logs(rows: &Reads) -> BTreeMap<ConversationId, Vec<Message>> {
    let mut logs = BTreeMap::new();
    for account in [LIME, MOMO].into_iter().chain([AccountId(0)]) {
        let memberships = rows.list_memberships(account, ConversationId(0), 100).unwrap();
        for (id, cursors) in memberships {
            let log = rows.get_conversation(id).unwrap().unwrap();
            assert!(cursors.read <= log.head && cursors.delivered <= log.head);
            let mut messages: Vec<Message> = Vec::new();
            let all = (Seq(1), Seq(u64::MAX));
            let visit = |message, _| {
                messages.push(message);
                Continue::Yes
            };
            rows.list_messages(id, log.kind, all, Order::OldestFirst, visit).unwrap();
            assert_eq!(messages.len() as u64, log.head.0, "{id:?} has gaps or a tail");
            for (message, seq) in messages.iter().zip(1..) {
                assert_eq!(message.seq, Seq(seq));
                let place = rows.get_by_nonce(message.from, message.nonce).unwrap();
                let expected = (!is_notice(message)).then_some((id, message.seq));
                assert_eq!(place, expected, "one place for each nonce");
                assert_ne!(message.nonce, LATE, "a fenced session was heard");
            }
            assert!(messages.is_sorted_by_key(|message| message.at));
            // Words go with the line that says so, or not at all.
            let blanks = messages.iter().filter(|m| m.body == GONE).map(|m| m.seq);
            let lines = messages.iter().filter_map(|m| match m.body {
                Body::Recalled { seq } => seq,
                _ => None,
            });
            assert_eq!(blanks.collect::<Vec<_>>(), lines.collect::<Vec<_>>());
            logs.insert(id, messages);
        }
    }
    logs
}

fn is_notice(message: &Message) -> bool {
    !message.body.is_said() && message.body != GONE
}

/// The account's rows of what is kept of others, as a book.
pub fn kept_book(rows: &Reads, account: AccountId) -> Book {
    let contacts = rows.list_contacts(account, AccountId(0), usize::MAX).unwrap();
    let requests = rows.list_requests(account).unwrap();
    let mut book = Book {
        groups: rows.get_groups(account).unwrap().list,
        contacts: contacts.into_iter().map(|contact| (contact.account, contact)).collect(),
        requests: requests
            .into_iter()
            .map(|kept| kept.request)
            .map(|r| ((r.peer, r.way), r))
            .collect(),
        privacy: rows.get_privacy(account).unwrap(),
        choices: rows.list_choices(account, None, usize::MAX).unwrap().into_iter().collect(),
        ..Book::default()
    };
    let mut waiting = rows.list_own_requests(account).unwrap();
    for number in rows.list_own_rooms(account, RoomId(0), usize::MAX).unwrap() {
        let room = rows.get_room(number).unwrap().unwrap();
        let member = rows.get_member(number, account).unwrap().unwrap();
        if member.rank >= Rank::Admin {
            let others = rows.list_room_requests(number).unwrap().into_iter();
            waiting.extend(others.filter(|request| request.door == Door::Asks));
        }
        book.rooms.insert(number, OwnRoom { room, member });
    }
    book.room_requests = waiting.into_iter().map(|request| (request.key(), request)).collect();
    book
}

/// Each account's rows are what its notices tell, and friendship stands on both sides or on none.
fn books_agree(rows: &Reads, logs: &BTreeMap<ConversationId, Vec<Message>>) {
    for account in [LIME, MOMO] {
        let Some(id) = rows.get_notices(account).unwrap() else { continue };
        let mut told = Book::default();
        for message in &logs[&id] {
            let Body::Notice(notice) = &message.body else { panic!("{message:?}") };
            told.apply(notice);
        }
        let lines = logs.values().flatten().filter(|m| matches!(m.body, Body::Room { .. }));
        for line in lines {
            told.apply_line(line);
        }
        let kept = kept_book(rows, account);
        assert_eq!(kept, told, "the rows of {account} are what it was told");
        for contact in kept.contacts.values() {
            let other = rows.get_contact(contact.account, account).unwrap();
            assert_eq!(contact.friend, other.is_some_and(|other| other.friend));
        }
    }
}
