//! Who may see whose presence, and who wants to: friends, those who watch, never the blocked. Pure.

use std::collections::{BTreeSet, HashMap};

use super::job::SessionId;
use crate::domain::{AccountId, Choice, Contact, Notice, Privacy, Stranger, Target};

/// What the hub has to know of the book of somebody who is online.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ties {
    /// Friends.
    pub friends: BTreeSet<AccountId>,
    /// Blocked people.
    pub blocked: BTreeSet<AccountId>,
    /// Who wrote first and was not accepted.
    pub strangers: BTreeSet<AccountId>,
    /// Sees what others have read.
    pub read_marks: bool,
    /// Shows and sees who is writing.
    pub typing: bool,
    /// Takes messages from friends only.
    pub friends_only: bool,
}

impl Default for Ties {
    fn default() -> Self {
        Ties::of(&[], &Privacy::default())
    }
}

impl Ties {
    /// From rows of a book.
    #[must_use]
    pub fn of(contacts: &[Contact], privacy: &Privacy) -> Self {
        let Privacy { read_marks, typing, friends_only, .. } = *privacy;
        let (friends, blocked, strangers) = Default::default();
        let mut ties = Ties { friends, blocked, strangers, read_marks, typing, friends_only };
        for contact in contacts {
            ties.take(contact);
        }
        ties
    }

    /// Whether messages from somebody would be taken and heed given to them.
    #[must_use]
    pub fn takes_from(&self, account: AccountId) -> bool {
        let is_friend = self.friends.contains(&account);
        is_friend || !self.friends_only && !self.strangers.contains(&account)
    }

    /// How a conversation is wanted, where that is one with somebody.
    pub fn choose(&mut self, with: Target, choice: Choice) {
        let Target::Account(account) = with else { return };
        match choice.stranger {
            Stranger::No => self.strangers.remove(&account),
            Stranger::Waiting | Stranger::Declined => self.strangers.insert(account),
        };
    }

    fn take(&mut self, contact: &Contact) {
        let set = |set: &mut BTreeSet<AccountId>, is: bool| match is {
            true => drop(set.insert(contact.account)),
            false => drop(set.remove(&contact.account)),
        };
        set(&mut self.friends, contact.friend);
        set(&mut self.blocked, contact.blocked);
    }
}

/// What a notice changes in who sees whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// This person sees the owner of the book from now on, and the owner that person.
    Friends(AccountId),
    /// This person sees the owner no more.
    Hidden(AccountId),
    /// This person may see the owner again.
    Shown(AccountId),
}

/// The ties of everybody who is online, and who watches whom.
#[derive(Default)]
pub struct Audience {
    ties: HashMap<AccountId, Ties>,
    watchers: HashMap<AccountId, BTreeSet<SessionId>>,
    watching: HashMap<SessionId, Vec<AccountId>>,
}

impl Audience {
    /// Somebody comes online, or comes again with newer ties.
    pub fn enter(&mut self, account: AccountId, ties: Ties) {
        self.ties.insert(account, ties);
    }

    /// The last session of somebody ended.
    pub fn leave(&mut self, account: AccountId) {
        self.ties.remove(&account);
    }

    /// A session ended.
    pub fn close(&mut self, session: SessionId) {
        self.watch(session, Vec::new());
        self.watching.remove(&session);
    }

    /// A session shows these people from now on, and nobody else but friends.
    pub fn watch(&mut self, session: SessionId, accounts: Vec<AccountId>) {
        for account in self.watching.remove(&session).unwrap_or_default() {
            if let Some(sessions) = self.watchers.get_mut(&account) {
                sessions.remove(&session);
                if sessions.is_empty() {
                    self.watchers.remove(&account);
                }
            }
        }
        for account in &accounts {
            self.watchers.entry(*account).or_default().insert(session);
        }
        self.watching.insert(session, accounts);
    }

    /// The sessions that watch somebody.
    pub fn watchers(&self, account: AccountId) -> impl Iterator<Item = SessionId> {
        self.watchers.get(&account).into_iter().flatten().copied()
    }

    /// The ties of somebody who is online.
    #[must_use]
    pub fn ties(&self, account: AccountId) -> Option<&Ties> {
        self.ties.get(&account)
    }

    /// Whether somebody who is online hides from another.
    #[must_use]
    pub fn is_hidden(&self, account: AccountId, from: AccountId) -> bool {
        self.ties.get(&account).is_some_and(|ties| ties.blocked.contains(&from))
    }

    /// Takes in a change of somebody's book, and says who sees whom otherwise now.
    pub fn apply(&mut self, owner: AccountId, notice: &Notice) -> Option<Turn> {
        let ties = self.ties.get_mut(&owner)?;
        let (account, contact) = match notice {
            Notice::Contact(contact) => (contact.account, contact.clone()),
            Notice::ContactGone { account } => (*account, Contact::stranger(*account)),
            Notice::Privacy(privacy) => {
                (ties.read_marks, ties.typing) = (privacy.read_marks, privacy.typing);
                ties.friends_only = privacy.friends_only;
                return None;
            }
            Notice::Choice { with, choice } => {
                ties.choose(*with, *choice);
                return None;
            }
            _ => return None,
        };
        let before = (ties.friends.contains(&account), ties.blocked.contains(&account));
        ties.take(&contact);
        match (before, (contact.friend, contact.blocked)) {
            ((_, false), (_, true)) => Some(Turn::Hidden(account)),
            ((false, _), (true, false)) => Some(Turn::Friends(account)),
            ((_, true), (_, false)) => Some(Turn::Shown(account)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIME: AccountId = AccountId(10_001);
    const MOMO: AccountId = AccountId(10_002);

    #[test]
    fn books_turn_into_who_sees_whom() {
        let mut audience = Audience::default();
        let stranger = Contact::stranger(MOMO);
        let friend = Contact { friend: true, ..stranger.clone() };
        let blocked = Contact { blocked: true, ..friend.clone() };
        assert_eq!(audience.apply(LIME, &Notice::Contact(friend.clone())), None, "not online");
        audience.enter(LIME, Ties::default());
        let mut apply = |contact: &Contact| audience.apply(LIME, &Notice::Contact(contact.clone()));
        assert_eq!(apply(&friend), Some(Turn::Friends(MOMO)));
        assert_eq!(apply(&friend), None);
        assert_eq!(apply(&blocked), Some(Turn::Hidden(MOMO)));
        assert_eq!(apply(&friend), Some(Turn::Shown(MOMO)));
        assert_eq!(apply(&blocked), Some(Turn::Hidden(MOMO)));
        assert!(audience.is_hidden(LIME, MOMO));
        let gone = Notice::ContactGone { account: MOMO };
        assert_eq!(audience.apply(LIME, &gone), Some(Turn::Shown(MOMO)));
        assert!(!audience.is_hidden(LIME, MOMO));
    }

    #[test]
    fn a_watch_holds_until_the_next_one() {
        let mut audience = Audience::default();
        let (a, b) = (SessionId(1), SessionId(2));
        audience.watch(a, vec![LIME, MOMO]);
        audience.watch(b, vec![LIME]);
        assert_eq!(audience.watchers(LIME).count(), 2);
        audience.watch(a, vec![MOMO]);
        assert_eq!(audience.watchers(LIME).collect::<Vec<_>>(), [b]);
        audience.close(a);
        audience.close(b);
        assert!(audience.watchers.is_empty() && audience.watching.is_empty());
    }
}
