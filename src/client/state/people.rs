//! Who is who: profiles are fetched in batches and kept by version; presence and typing pass by.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::{Request, State, Turn};
use crate::client::api::{Answer, ClientEvent, Ticket};
use crate::domain::{AccountId, Person, Presence, Target};
use crate::limits::{ONLINE_MAX, PEOPLE_KNOWN_MAX, PEOPLE_PAGE_MAX, TYPING_EVERY};
use crate::net::protocol::{OnlinePerson, PresenceChange, Query, Reply, Signal};
use crate::store::local::Write;

/// What is known of people on one server.
#[derive(Debug, Default)]
pub(super) struct People {
    known: BTreeMap<AccountId, Person>,
    wanted: BTreeSet<AccountId>,
    /// Asked for on this link: whoever does not exist is not asked for again.
    asked: BTreeSet<AccountId>,
    asking: bool,
}

impl People {
    /// What an earlier run knew, where this one does not know better.
    pub(super) fn load(&mut self, people: Vec<Person>) -> Vec<Person> {
        people.into_iter().take(PEOPLE_KNOWN_MAX).filter(|person| self.take(person)).collect()
    }

    /// Somebody matters or is mentioned: is fetched once a link, since what is known may be old.
    pub(super) fn refresh(&mut self, account: AccountId) {
        if !self.asked.contains(&account) {
            self.wanted.insert(account);
        }
    }

    /// Who somebody is, as far as it is known.
    pub(super) fn get(&self, account: AccountId) -> Option<&Person> {
        self.known.get(&account)
    }

    /// Nobody is asked for or to be asked for.
    pub(super) fn is_settled(&self) -> bool {
        self.wanted.is_empty() && !self.asking
    }

    pub(super) fn link_lost(&mut self) {
        self.asked.clear();
        self.asking = false;
    }

    /// Whether this is news.
    fn take(&mut self, person: &Person) -> bool {
        let known = self.known.get(&person.account);
        if known.is_some_and(|known| known.version > person.version || known == person) {
            return false;
        }
        if known.is_none() && self.known.len() >= PEOPLE_KNOWN_MAX {
            return true;
        }
        self.known.insert(person.account, person.clone());
        true
    }
}

impl State {
    /// Takes profiles; what is news is told and kept.
    pub(super) fn learn(&mut self, turn: &mut Turn<'_>, people: Vec<Person>) {
        let Some(desk) = &mut self.desk else { return };
        let news: Vec<Person> =
            people.into_iter().filter(|person| desk.people.take(person)).collect();
        if !news.is_empty() {
            let owner = desk.owner;
            let own = news.iter().find(|person| person.account == owner.account);
            turn.writes.extend(own.and_then(|own| self.known.learn(owner, own)));
            turn.writes.push(Write::PutPeople(owner, news.clone()));
            turn.emit(ClientEvent::People(news));
        }
    }

    /// What the server answered to a question of the person's; people in it are learnt on the way.
    pub(super) fn on_look(&mut self, turn: &mut Turn<'_>, ticket: Ticket, reply: Reply) {
        match &reply {
            Reply::Profile { person, .. } => self.learn(turn, vec![person.clone()]),
            Reply::Found { people, .. } => {
                self.learn(turn, people.iter().map(|found| found.person.clone()).collect());
            }
            Reply::Members { members, .. } => {
                if let Some(desk) = &mut self.desk {
                    for member in members {
                        desk.people.refresh(member.account);
                    }
                }
            }
            _ => {}
        }
        turn.answer(ticket, Ok(Answer::Looked(reply)));
    }

    pub(super) fn pump_people(&mut self, turn: &mut Turn<'_>) {
        let Some(desk) = &mut self.desk else { return };
        let people = &mut desk.people;
        if !desk.loaded || people.asking || people.wanted.is_empty() || desk.paused_until.is_some()
        {
            return;
        }
        let mut accounts = Vec::new();
        while let Some(account) = people.wanted.pop_first() {
            people.asked.insert(account);
            accounts.push(account);
            if accounts.len() >= PEOPLE_PAGE_MAX {
                break;
            }
        }
        people.asking = true;
        self.query(turn, Query::People { accounts }, Request::People);
    }

    pub(super) fn on_people(&mut self, turn: &mut Turn<'_>, people: Vec<Person>) {
        if let Some(desk) = &mut self.desk {
            desk.people.asking = false;
        }
        self.learn(turn, people);
    }

    pub(super) fn on_people_refused(&mut self) {
        if let Some(desk) = &mut self.desk {
            desk.people.asking = false;
        }
    }

    pub(super) fn on_presence(&mut self, turn: &mut Turn<'_>, changes: Vec<PresenceChange>) {
        if let Some(desk) = &mut self.desk {
            for change in &changes {
                let known = desk.people.known.get(&change.account);
                if known.is_none_or(|known| known.version < change.version) {
                    // A newer version is worth asking again.
                    desk.people.asked.remove(&change.account);
                    desk.people.wanted.insert(change.account);
                }
            }
        }
        let me = self.me();
        for change in changes.iter().filter(|change| Some(change.account) == me) {
            self.auth.follow(change.presence);
        }
        let changes = changes.into_iter().map(|change| (change.account, change.presence));
        turn.emit(ClientEvent::Presence(changes.collect()));
    }

    pub(super) fn online(&mut self, turn: &mut Turn<'_>, ticket: Ticket) {
        match self.is_signed_in() {
            true => {
                let query = Query::Online { after: AccountId(0) };
                self.query(turn, query, Request::Online(ticket, Vec::new()));
            }
            false => turn.answer(ticket, Err(self.why_not())),
        }
    }

    pub(super) fn on_online(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        mut found: Vec<(Person, Presence)>,
        page: Vec<OnlinePerson>,
        more: bool,
    ) {
        let before = found.last().map_or(AccountId(0), |(person, _)| person.account);
        found.extend(page.into_iter().map(|online| (online.person, online.presence)));
        let last = found.last().map_or(AccountId(0), |(person, _)| person.account);
        if more && last > before && found.len() < ONLINE_MAX {
            let query = Query::Online { after: last };
            return self.query(turn, query, Request::Online(ticket, found));
        }
        self.learn(turn, found.iter().map(|(person, _)| person.clone()).collect());
        turn.answer(ticket, Ok(Answer::Online(found)));
    }

    /// Worth nothing a moment later: what comes too often, or without a link, is dropped.
    pub(super) fn typing(&mut self, turn: &mut Turn<'_>, to: Target) {
        if !self.is_signed_in() {
            return;
        }
        let Some(desk) = &mut self.desk else { return };
        let now = turn.uptime();
        desk.typed.retain(|_, typed| now < *typed + TYPING_EVERY);
        if let Entry::Vacant(first) = desk.typed.entry(to) {
            first.insert(now);
            self.signal(turn, Signal::Typing { to });
        }
    }
}
