//! Holds a store against what its writer handed on.

use std::collections::BTreeMap;

use mychat::domain::{AccountId, ConversationId, Message, Nickname, Seq};
use mychat::store::messages::{Continue, Order};
use mychat::store::{Engine, Reads, schema};

use crate::disk::{Disk, Fault};
use crate::play::{Fact, LATE, LIME, MOMO, SAID, device, words};

/// What a store holds, to compare two of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub accounts: u64,
    pub messages: usize,
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
    let epoch =
        |account, who| rows.get_device(account, device(who)).unwrap().map(|device| device.epoch);
    Totals {
        accounts: rows.count_accounts().unwrap(),
        messages: logs.values().map(Vec::len).sum(),
        devices: [epoch(LIME, 0), epoch(MOMO, 1)],
    }
}

/// After a whole play everything that was said stands there once, in its sender's order.
pub fn is_whole(image: Vec<u8>) {
    let disk = Disk::new(image, Fault::None);
    let engine = Engine::open_on(disk, schema::MIGRATIONS, 1024 * 1024).unwrap();
    let rows = Reads::open(&engine.read().unwrap()).unwrap();
    let logs = logs(&rows);
    assert_eq!(logs.values().map(Vec::len).sum::<usize>(), SAID.len());
    for (who, to, nonce) in SAID {
        let me = [LIME, MOMO][who];
        let found: Vec<&Message> =
            logs.values().flatten().filter(|message| message.nonce.0 == [nonce; 16]).collect();
        assert_eq!(found.len(), 1, "nonce {nonce}");
        assert_eq!((found[0].from, found[0].kind.target_for(me)), (me, Some(to)));
        assert_eq!(found[0].body, words(nonce));
    }
    for log in logs.values() {
        for sender in [LIME, MOMO] {
            let of = log.iter().filter(|message| message.from == sender);
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
        Fact::Said(message) => {
            let index = usize::try_from(message.seq.0).unwrap() - 1;
            assert_eq!(logs[&message.conversation][index], *message);
        }
        Fact::Read { account, conversation, read } => {
            let cursors = rows.get_cursors(*account, *conversation).unwrap().unwrap();
            assert!(cursors.read >= *read && cursors.delivered >= cursors.read);
        }
        Fact::Left { .. } | Fact::Refused => {}
    }
}

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
                assert_eq!(place, Some((id, message.seq)), "one place for each nonce");
                assert_ne!(message.nonce, LATE, "a fenced session was heard");
            }
            assert!(messages.is_sorted_by_key(|message| message.at));
            logs.insert(id, messages);
        }
    }
    logs
}
