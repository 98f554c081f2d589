//! Whose presence the windows show, besides that of friends.

use super::{Effect, Model, add};
use crate::client::Intent;
use crate::domain::{AccountId, Target};

impl Model {
    /// Friends' presence comes by itself; that of others whom some window shows is asked for.
    pub(super) fn watch(&mut self, out: &mut Vec<Effect>) {
        /// As many as the server shows.
        const WATCHED_MAX: usize = 500;
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
        let mut wanted: Vec<AccountId> = card
            .chain(found.copied())
            .chain(requests)
            .chain(chats)
            .chain(self.seen_members())
            .filter(|account| Some(*account) != me && !self.people.is_friend(*account))
            .collect();
        wanted.truncate(WATCHED_MAX);
        wanted.sort_unstable();
        wanted.dedup();
        if wanted != self.watched {
            let before = std::mem::replace(&mut self.watched, wanted.clone());
            let people = &mut self.people;
            let gone = before.into_iter().filter(|one| wanted.binary_search(one).is_err());
            let gone: Vec<AccountId> = gone.filter(|one| !people.is_friend(*one)).collect();
            people.forget_presence(gone);
            out.push(Effect::Ask(Intent::Watch(wanted)));
        }
    }
}
