//! Names lead to accounts, friendship has two halves, rooms have the members that they count.

use std::collections::BTreeMap;

use super::Report;
use super::read::Kept;
use crate::domain::{AccountId, ConversationId, RoomId};

/// Looks at people and rooms.
pub(super) fn check(kept: &Kept, report: &mut Report) {
    for (account, nickname) in &kept.accounts {
        let Some(nickname) = nickname else { continue };
        if !kept.nicknames.contains(account) {
            report.wrong(format!("no nickname leads to account {account} ({nickname})"));
        }
        if !kept.notices.contains_key(account) {
            report.wrong(format!("account {account} has no log for what it is told"));
        }
    }
    for account in kept.nicknames.iter().filter(|account| !kept.accounts.contains_key(account)) {
        report.wrong(format!("a nickname leads to account {account}, which is not there"));
    }
    strays(kept, report);
    for (one, other) in &kept.friends {
        if !kept.friends.contains(&(*other, *one)) {
            report.wrong(format!("{one} is a friend of {other}, but {other} none of {one}"));
        }
    }
    rooms(kept, report);
    numbers(kept, report);
}

/// Whoever has a device, is in a conversation or in a room is there. The server itself has no account.
fn strays(kept: &Kept, report: &mut Report) {
    let is_stray =
        |account: &AccountId| *account != AccountId::SERVER && !kept.accounts.contains_key(account);
    for account in kept.device_owners.iter().filter(|account| is_stray(account)) {
        report.wrong(format!("devices belong to account {account}, which is not there"));
    }
    for (account, log, _) in kept.cursors.iter().filter(|(account, _, _)| is_stray(account)) {
        report.wrong(format!("account {account} is in conversation {}, but is not there", log.0));
    }
    for (room, account) in kept.room_members.iter().filter(|(_, account)| is_stray(account)) {
        report.wrong(format!("account {account} is in room {room}, but is not there"));
    }
}

fn rooms(kept: &Kept, report: &mut Report) {
    let mut members: BTreeMap<RoomId, u64> = BTreeMap::new();
    for (room, _) in &kept.room_members {
        *members.entry(*room).or_default() += 1;
    }
    for (id, room) in &kept.rooms {
        let count = members.get(id).copied().unwrap_or_default();
        if count != u64::from(room.members) {
            report
                .wrong(format!("room {id} counts {} members, but {count} are in it", room.members));
        }
        if !kept.room_members.contains(&(*id, room.owner)) {
            report.wrong(format!("{}, who owns room {id}, is not in it", room.owner));
        }
    }
    for (room, account) in kept.room_members.symmetric_difference(&kept.own_rooms) {
        report.wrong(format!("room {room} and account {account} do not agree who is in it"));
    }
    for room in members.keys().filter(|room| !kept.rooms.contains_key(room)) {
        report.wrong(format!("there are members of room {room}, which is not there"));
    }
    for (room, account, _) in kept.room_requests.symmetric_difference(&kept.room_askers) {
        report.wrong(format!("room {room} and account {account} do not agree on a request"));
    }
}

/// Numbers that are given out next were not given out before.
fn numbers(kept: &Kept, report: &mut Report) {
    let used = [
        ("account", kept.accounts.keys().next_back().map(|id| id.0), AccountId::FIRST.0),
        ("conversation", kept.logs.keys().next_back().map(|id| id.0), ConversationId::LOBBY.0 + 1),
        ("room", kept.rooms.keys().next_back().map(|id| id.0), RoomId::FIRST.0),
    ];
    for (name, last, first) in used {
        let next = kept.counters.get(name).copied().unwrap_or(first);
        if last.is_some_and(|last| last >= next) {
            report.wrong(format!("the next {name} would get number {next}, which is taken"));
        }
    }
}
