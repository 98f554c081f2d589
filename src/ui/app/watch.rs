//! Whose presence the windows show, besides that of friends.

use std::collections::BTreeSet;

use super::{Effect, Model, add};
use crate::client::Intent;
use crate::domain::{AccountId, RoomId, Target};
use crate::limits::WATCHED_MAX;

impl Model {
    /// Friends' presence comes by itself; that of others whom some window shows is asked for.
    pub(super) fn watch(&mut self, out: &mut Vec<Effect>) {
        let chats = self.chats.iter().filter_map(|(target, _)| match target {
            Target::Account(account) => Some(account),
            Target::Lobby | Target::Room(_) => None,
        });
        let found = self.add.iter().flat_map(|add| match &add.results {
            add::Results::Found { found, .. } => found.as_slice(),
            _ => &[],
        });
        let rooms = self.room_rows().into_iter().map(|row| row.who);
        let requests = self.people.book().requests.keys().map(|(peer, _)| *peer).chain(rooms);
        let card = self.card.iter().map(|card| card.account);
        let me = self.my_account();
        let mut known = BTreeSet::new();
        let mut wanted: Vec<AccountId> = card
            .chain(found.copied())
            .chain(requests)
            .chain(chats)
            .chain(self.seen_members())
            .filter(|account| Some(*account) != me && !self.people.is_friend(*account))
            .filter(|account| known.insert(*account))
            .take(WATCHED_MAX)
            .collect();
        wanted.sort_unstable();
        if wanted != self.watched {
            let before = std::mem::replace(&mut self.watched, wanted.clone());
            let people = &mut self.people;
            let gone = before.into_iter().filter(|one| wanted.binary_search(one).is_err());
            let gone: Vec<AccountId> = gone.filter(|one| !people.is_friend(*one)).collect();
            people.forget_presence(gone);
            out.push(Effect::Ask(Intent::Watch(wanted)));
        }
    }

    /// How many of those in a room are there; nothing where not all of them are known and seen, as in
    /// a room of more people than can be watched.
    #[must_use]
    pub fn online_in(&self, room: RoomId) -> Option<usize> {
        let hall = self.halls.get(&room).filter(|hall| hall.is_whole)?;
        let me = self.my_account();
        let is_seen = |account: &AccountId| {
            Some(*account) == me
                || self.people.is_friend(*account)
                || self.watched.binary_search(account).is_ok()
        };
        if !hall.members.keys().all(is_seen) {
            return None;
        }
        Some(self.member_rows(room).iter().filter(|row| row.is_there()).count())
    }
}
