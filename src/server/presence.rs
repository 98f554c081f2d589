//! How the people who are signed in want to be seen: several devices fold into one. Pure.
//!
//! The rules keep one and the hub keeps one. Both are told the same in the same order, so that a
//! command is judged by what its sender chose before it, not by what the hub knew a moment ago.

use std::collections::{BTreeMap, HashMap};

use super::job::SessionId;
use crate::domain::{AccountId, Presence};

/// Everybody who is signed in.
#[derive(Default)]
pub struct Presences {
    sessions: HashMap<SessionId, Session>,
    accounts: BTreeMap<AccountId, Account>,
}

struct Session {
    account: AccountId,
    is_away: bool,
}

struct Account {
    sessions: Vec<SessionId>,
    /// What the person chose last, on any device; never `Away`, which each device decides.
    chosen: Presence,
}

/// What a session has to do with how its account is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The account's choice, for all devices.
    pub chosen: Presence,
    /// Nobody is at this device.
    pub is_away: bool,
}

/// How a sign-in says how it wants to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The person chose it just now.
    Fresh(Presence),
    /// The device remembers it, perhaps from long ago: another device's choice goes before it.
    Remembered(Presence),
}

impl Choice {
    fn presence(self) -> Presence {
        match self {
            Choice::Fresh(presence) | Choice::Remembered(presence) => presence,
        }
    }
}

impl Presences {
    /// A session signs in. Telling it twice changes nothing.
    pub fn enter(&mut self, session: SessionId, account: AccountId, choice: Choice) -> Standing {
        let wanted = lasting(choice.presence());
        let known = self.accounts.get(&account).map(|account| account.chosen);
        let chosen = match (known, choice) {
            (None, _) => wanted,
            // Being online is what every sign-in asks for: no reason to show somebody who hides.
            (Some(_), Choice::Fresh(_)) if wanted != Presence::Online => wanted,
            (Some(chosen), _) => chosen,
        };
        let standing = match (self.sessions.get(&session), known) {
            (Some(same), Some(chosen)) => Standing { chosen, is_away: same.is_away },
            _ => Standing { chosen, is_away: choice.presence() == Presence::Away },
        };
        self.adopt(session, account, standing);
        standing
    }

    /// A session signed in, and somebody else decided how it stands.
    pub fn adopt(&mut self, session: SessionId, account: AccountId, standing: Standing) {
        let Standing { chosen, is_away } = standing;
        if self.sessions.insert(session, Session { account, is_away }).is_some() {
            return;
        }
        let entry = self
            .accounts
            .entry(account)
            .or_insert_with(|| Account { sessions: Vec::new(), chosen });
        entry.chosen = chosen;
        entry.sessions.push(session);
    }

    /// A session says how it wants to be seen.
    pub fn choose(&mut self, session: SessionId, presence: Presence) {
        let Some(entry) = self.sessions.get_mut(&session) else { return };
        entry.is_away = presence == Presence::Away;
        if let (Some(account), true) =
            (self.accounts.get_mut(&entry.account), presence != Presence::Away)
        {
            account.chosen = lasting(presence);
        }
    }

    /// A session ends.
    pub fn leave(&mut self, session: SessionId) {
        let Some(Session { account, .. }) = self.sessions.remove(&session) else { return };
        let Some(entry) = self.accounts.get_mut(&account) else { return };
        entry.sessions.retain(|other| *other != session);
        if entry.sessions.is_empty() {
            self.accounts.remove(&account);
        }
    }

    /// How an account wants to be seen: away only if all its devices are, otherwise as it was
    /// chosen last.
    #[must_use]
    pub fn of(&self, account: AccountId) -> Presence {
        let Some(entry) = self.accounts.get(&account) else { return Presence::Offline };
        let is_away = |id: &SessionId| self.sessions.get(id).is_some_and(|s| s.is_away);
        match entry.chosen {
            Presence::Online if entry.sessions.iter().all(is_away) => Presence::Away,
            chosen => chosen,
        }
    }
}

/// What a person chose; being away is no choice for all devices.
fn lasting(presence: Presence) -> Presence {
    match presence {
        Presence::Busy | Presence::Invisible => presence,
        Presence::Online | Presence::Away | Presence::Offline => Presence::Online,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: AccountId = AccountId(10_001);
    const A: SessionId = SessionId(1);
    const B: SessionId = SessionId(2);

    #[test]
    fn devices_fold_into_one() {
        let mut presences = Presences::default();
        assert_eq!(presences.of(ME), Presence::Offline);
        presences.enter(A, ME, Choice::Fresh(Presence::Online));
        presences.enter(B, ME, Choice::Fresh(Presence::Away));
        assert_eq!(presences.of(ME), Presence::Online, "one of two is away");
        presences.choose(A, Presence::Away);
        assert_eq!(presences.of(ME), Presence::Away);
        presences.choose(B, Presence::Busy);
        presences.choose(A, Presence::Away);
        assert_eq!(presences.of(ME), Presence::Busy, "a choice holds for all");
        presences.leave(A);
        presences.leave(B);
        assert_eq!(presences.of(ME), Presence::Offline);
    }

    #[test]
    fn a_device_that_comes_back_does_not_show_who_hides() {
        let mut presences = Presences::default();
        presences.enter(A, ME, Choice::Fresh(Presence::Invisible));
        presences.enter(B, ME, Choice::Fresh(Presence::Online));
        assert_eq!(presences.of(ME), Presence::Invisible);
        presences.leave(B);
        presences.enter(B, ME, Choice::Remembered(Presence::Busy));
        assert_eq!(presences.of(ME), Presence::Invisible);
        presences.leave(B);
        presences.enter(B, ME, Choice::Fresh(Presence::Busy));
        assert_eq!(presences.of(ME), Presence::Busy, "what is chosen now goes before");
    }

    #[test]
    fn telling_it_twice_changes_nothing() {
        let mut presences = Presences::default();
        presences.enter(A, ME, Choice::Fresh(Presence::Busy));
        presences.choose(A, Presence::Online);
        presences.enter(A, ME, Choice::Fresh(Presence::Busy));
        assert_eq!(presences.of(ME), Presence::Online);
        presences.leave(A);
        assert_eq!(presences.of(ME), Presence::Offline);
    }
}
