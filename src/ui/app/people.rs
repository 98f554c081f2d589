//! What is known of other people: their profiles, and who is online.

use std::collections::BTreeMap;

use super::Moment;
use crate::domain::{AccountId, Person, Presence};

/// Presence is pushed; the whole list is asked for this often only to heal what was missed.
const ONLINE_STALE_MS: u64 = 60_000;

/// People by number.
#[derive(Debug, Default)]
pub struct People {
    known: BTreeMap<AccountId, Person>,
    online: BTreeMap<AccountId, Presence>,
    /// The link broke since the list of who is online came: it may be all different now.
    is_outdated: bool,
    /// Changes whenever anything here may have changed, so that windows can skip work.
    pub version: u64,
    /// When the whole list was asked for, by the steady clock.
    pub asked_at: Option<u64>,
}

impl People {
    /// The profile of an account, as far as it is known.
    #[must_use]
    pub fn get(&self, account: AccountId) -> Option<&Person> {
        self.known.get(&account)
    }

    /// The name of an account, or its number until the name is known.
    #[must_use]
    pub fn name(&self, account: AccountId) -> String {
        match self.known.get(&account) {
            Some(person) => person.nickname.clone(),
            None => account.to_string(),
        }
    }

    /// The avatar of an account.
    #[must_use]
    pub fn avatar(&self, account: AccountId) -> u8 {
        self.known.get(&account).map_or(super::login::AVATAR_UNKNOWN, |person| person.avatar)
    }

    /// How an account is seen, while that is known.
    #[must_use]
    pub fn presence(&self, account: AccountId) -> Option<Presence> {
        let seen = || self.online.get(&account).copied().unwrap_or(Presence::Offline);
        (!self.is_outdated).then(seen)
    }

    /// Everybody online but oneself, with what is known of them: available ones first, then by
    /// name. While the link is down these are the people of before.
    #[must_use]
    pub fn online(&self, me: Option<AccountId>) -> Vec<(&Person, Option<Presence>)> {
        let mut people: Vec<(&Person, Presence)> = self
            .online
            .iter()
            .filter(|(account, _)| Some(**account) != me)
            .filter_map(|(account, presence)| Some((self.known.get(account)?, *presence)))
            .collect();
        people.sort_by(|(a, a_presence), (b, b_presence)| {
            let rank = |presence: &Presence, person: &Person| {
                (*presence, person.nickname.to_lowercase(), person.account)
            };
            rank(a_presence, a).cmp(&rank(b_presence, b))
        });
        let is_known = !self.is_outdated;
        let known = |presence| is_known.then_some(presence);
        people.into_iter().map(|(person, presence)| (person, known(presence))).collect()
    }

    /// How many are online, oneself included, while that is known.
    #[must_use]
    pub fn online_count(&self) -> Option<usize> {
        (!self.is_outdated).then_some(self.online.len())
    }

    /// The link is down: nobody knows who is there until the whole list comes again.
    pub fn lose_sight(&mut self) {
        self.is_outdated = true;
        self.version += 1;
    }

    /// Takes in profiles; an older version never replaces a newer one.
    pub fn learn(&mut self, people: Vec<Person>) {
        self.version += 1;
        for person in people {
            match self.known.get(&person.account) {
                Some(known) if known.version > person.version => {}
                _ => drop(self.known.insert(person.account, person)),
            }
        }
    }

    /// Takes in how people are seen now.
    pub fn seen(&mut self, changes: Vec<(AccountId, Presence)>) {
        self.version += 1;
        for (account, presence) in changes {
            match presence.as_seen_by_others() {
                Presence::Offline => drop(self.online.remove(&account)),
                seen => drop(self.online.insert(account, seen)),
            }
        }
    }

    /// Takes in the whole list of who is online.
    pub fn replace_online(&mut self, list: Vec<(Person, Presence)>) {
        self.online.clear();
        self.is_outdated = false;
        let changes = list.iter().map(|(person, presence)| (person.account, *presence)).collect();
        self.learn(list.into_iter().map(|(person, _)| person).collect());
        self.seen(changes);
    }

    /// Whether the whole list is old enough to be asked for again.
    #[must_use]
    pub fn is_stale(&self, now: Moment) -> bool {
        self.asked_at.is_none_or(|at| now.mono_ms >= at + ONLINE_STALE_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::person;
    use super::*;

    #[test]
    fn available_people_come_first_then_names_and_never_oneself() {
        let mut people = People::default();
        people.replace_online(vec![
            (person(10_001, "me"), Presence::Online),
            (person(10_002, "zoe"), Presence::Online),
            (person(10_003, "Bob"), Presence::Away),
            (person(10_004, "amy"), Presence::Busy),
            (person(10_005, "Ann"), Presence::Online),
        ]);
        let names: Vec<&str> =
            people.online(Some(AccountId(10_001))).iter().map(|(p, _)| &*p.nickname).collect();
        assert_eq!(names, ["Ann", "zoe", "Bob", "amy"]);
        people.seen(vec![(AccountId(10_005), Presence::Offline)]);
        assert_eq!(people.presence(AccountId(10_005)), Some(Presence::Offline));
        assert_eq!(people.name(AccountId(10_005)), "Ann");
    }

    #[test]
    fn who_is_there_is_unknown_from_the_end_of_the_link_to_the_next_list() {
        let mut people = People::default();
        let list = || vec![(person(10_002, "zoe"), Presence::Online)];
        people.replace_online(list());
        let seen = |people: &People| (people.presence(AccountId(10_002)), people.online_count());
        assert_eq!(seen(&people), (Some(Presence::Online), Some(1)));
        people.lose_sight();
        assert_eq!(seen(&people), (None, None));
        assert_eq!(people.online(None)[0].1, None, "the list stays readable");
        people.seen(vec![(AccountId(10_002), Presence::Busy)]);
        assert_eq!(seen(&people), (None, None), "one change is not the whole list");
        people.replace_online(list());
        assert_eq!(seen(&people), (Some(Presence::Online), Some(1)));
    }

    #[test]
    fn an_older_profile_never_replaces_a_newer_one() {
        let mut people = People::default();
        people.learn(vec![Person { version: 3, ..person(10_002, "new") }]);
        people.learn(vec![Person { version: 2, ..person(10_002, "old") }]);
        assert_eq!(people.name(AccountId(10_002)), "new");
        assert_eq!(people.name(AccountId(99)), "99");
    }
}
