//! Who is online, as the hub last published it: read by queries and rules, written by the hub.
//!
//! A read may be a moment old. Nothing durable depends on it.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use crate::domain::{AccountId, DeviceId, Presence};

/// The published view.
#[derive(Default)]
pub struct Board {
    accounts: RwLock<BTreeMap<AccountId, Present>>,
}

/// Somebody who is signed in.
struct Present {
    presence: Presence,
    devices: Vec<DeviceId>,
}

impl Board {
    /// How an account wants to be seen; `Offline` when it has no session.
    pub fn presence(&self, account: AccountId) -> Presence {
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        accounts.get(&account).map_or(Presence::Offline, |present| present.presence)
    }

    /// Where an account is signed in now.
    pub fn devices(&self, account: AccountId) -> Vec<DeviceId> {
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        accounts.get(&account).map(|present| present.devices.clone()).unwrap_or_default()
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
        let rows = rows.map(|(account, present)| (*account, present.presence));
        let seen = rows.filter(|(account, presence)| {
            *account == me || presence.as_seen_by_others() != Presence::Offline
        });
        seen.take(limit).collect()
    }

    /// How many accounts others can see.
    pub fn count_visible(&self) -> u64 {
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        let seen = accounts.values().map(|present| present.presence.as_seen_by_others());
        seen.filter(|presence| *presence != Presence::Offline).count() as u64
    }

    /// How many accounts are online, the invisible ones too: for the server's own console.
    pub fn count_online(&self) -> u64 {
        self.accounts.read().unwrap_or_else(PoisonError::into_inner).len() as u64
    }

    /// The hub publishes an account's state.
    pub(super) fn publish(&self, account: AccountId, presence: Presence, devices: Vec<DeviceId>) {
        let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
        match presence {
            Presence::Offline => accounts.remove(&account),
            presence => accounts.insert(account, Present { presence, devices }),
        };
    }
}
