//! Who is online, as the hub last published it: read by queries and rules, written by the hub.
//!
//! A read may be a moment old. Nothing durable depends on it.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use crate::domain::{AccountId, Presence};

/// The published view.
#[derive(Default)]
pub struct Board {
    accounts: RwLock<BTreeMap<AccountId, Presence>>,
}

impl Board {
    /// How an account wants to be seen; `Offline` when it has no session.
    pub fn presence(&self, account: AccountId) -> Presence {
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        accounts.get(&account).copied().unwrap_or(Presence::Offline)
    }

    /// Accounts after one that `me` may see, by number, at most `limit`.
    pub fn list(
        &self,
        me: AccountId,
        after: AccountId,
        limit: usize,
    ) -> Vec<(AccountId, Presence)> {
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        let rows = accounts.range(AccountId(after.0.saturating_add(1))..);
        let seen = rows.filter(|(account, presence)| {
            **account == me || presence.as_seen_by_others() != Presence::Offline
        });
        seen.map(|(account, presence)| (*account, *presence)).take(limit).collect()
    }

    /// How many accounts others can see.
    pub fn count_visible(&self) -> u64 {
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        accounts.values().filter(|p| p.as_seen_by_others() != Presence::Offline).count() as u64
    }

    /// How many accounts are online, the invisible ones too: for the server's own console.
    pub fn count_online(&self) -> u64 {
        self.accounts.read().unwrap_or_else(PoisonError::into_inner).len() as u64
    }

    /// The hub publishes an account's state.
    pub(super) fn publish(&self, account: AccountId, presence: Presence) {
        let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
        match presence {
            Presence::Offline => accounts.remove(&account),
            present => accounts.insert(account, present),
        };
    }
}
