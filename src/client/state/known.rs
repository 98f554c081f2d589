//! What this place remembers: pinned servers, accounts with their tokens, settings.

use std::collections::BTreeMap;

use crate::client::api::{Saved, SavedAccount, SavedServer, Secret};
use crate::domain::{Person, ServerId};
use crate::limits::{PIN_ADDRESSES_MAX, PINS_MAX};
use crate::net::address::Address;
use crate::store::local::{KnownAccount, KnownServer, Owner, Write};

/// The memory; each change gives the write that makes it last.
#[derive(Debug)]
pub(super) struct Known {
    servers: Vec<KnownServer>,
    accounts: Vec<KnownAccount>,
    settings: BTreeMap<String, String>,
}

impl Known {
    pub(super) fn new(
        servers: Vec<KnownServer>,
        accounts: Vec<KnownAccount>,
        settings: Vec<(String, String)>,
    ) -> Self {
        Known { servers, accounts, settings: settings.into_iter().collect() }
    }

    /// The pin of a server.
    pub(super) fn server(&self, id: ServerId) -> Option<&KnownServer> {
        self.servers.iter().find(|server| server.id == id)
    }

    /// The server that showed its key at this address before.
    pub(super) fn server_at(&self, address: &Address) -> Option<&KnownServer> {
        let mut found: Vec<&KnownServer> = self
            .servers
            .iter()
            .filter(|server| server.addresses.iter().any(|place| is_at(place, address)))
            .collect();
        found.sort_by_key(|server| server.used);
        found.pop()
    }

    /// A server proved its key at this address: pins it there, and nobody else. The address comes first
    /// but where it was only seen by the way.
    pub(super) fn met(
        &mut self,
        id: ServerId,
        name: &str,
        (address, is_first): (&Address, bool),
        now_ms: i64,
    ) -> Vec<Write> {
        let mut writes = Vec::new();
        for server in self.servers.iter_mut().filter(|server| server.id != id) {
            let before = server.addresses.len();
            server.addresses.retain(|place| !is_at(place, address));
            if server.addresses.len() != before {
                writes.push(Write::PutServer(server.clone()));
            }
        }
        let mut server = match self.servers.iter().position(|server| server.id == id) {
            Some(index) => self.servers.remove(index),
            None => KnownServer {
                id,
                name: String::new(),
                addresses: Vec::new(),
                since: now_ms,
                used: now_ms,
            },
        };
        name.clone_into(&mut server.name);
        server.used = now_ms;
        server.addresses.retain(|place| !is_at(place, address));
        let at = if is_first { 0 } else { server.addresses.len().min(1) };
        server.addresses.insert(at, (address.host.clone(), address.port));
        server.addresses.truncate(PIN_ADDRESSES_MAX);
        writes.push(Write::PutServer(server.clone()));
        self.servers.insert(0, server);
        while self.servers.len() > PINS_MAX {
            writes.extend(self.servers.pop().map(|server| Write::RemoveServer(server.id)));
        }
        writes
    }

    /// The kept token of an account.
    pub(super) fn token(&self, owner: Owner) -> Option<Secret> {
        self.account(owner)?.token.as_deref().map(Secret::new)
    }

    /// An account signed in: it moves to the front. A token is kept or taken away as asked.
    pub(super) fn signed_in(
        &mut self,
        owner: Owner,
        person: &Person,
        token: Option<&Secret>,
        now_ms: i64,
    ) -> Write {
        self.accounts.retain(|account| owner_of(account) != owner);
        let account = KnownAccount {
            server: owner.server,
            person: person.clone(),
            token: token.map(|token| token.expose().to_owned()),
            used: now_ms,
        };
        self.accounts.insert(0, account.clone());
        Write::PutAccount(account)
    }

    /// The profile of an account of the list changed.
    pub(super) fn learn(&mut self, owner: Owner, person: &Person) -> Option<Write> {
        let account = self.accounts.iter_mut().find(|account| owner_of(account) == owner)?;
        if account.person.version > person.version || account.person == *person {
            return None;
        }
        account.person = person.clone();
        Some(Write::PutAccount(account.clone()))
    }

    /// An account is not to be signed in by itself any more.
    pub(super) fn drop_token(&mut self, owner: Owner) -> Option<Write> {
        let account = self.accounts.iter_mut().find(|account| owner_of(account) == owner)?;
        account.token.take()?;
        Some(Write::PutAccount(account.clone()))
    }

    /// Whether an account is in the list.
    pub(super) fn account(&self, owner: Owner) -> Option<&KnownAccount> {
        self.accounts.iter().find(|account| owner_of(account) == owner)
    }

    pub(super) fn forget(&mut self, owner: Owner) -> Write {
        self.accounts.retain(|account| owner_of(account) != owner);
        Write::RemoveAccount(owner)
    }

    pub(super) fn setting(&self, key: &str) -> Option<&str> {
        self.settings.get(key).map(String::as_str)
    }

    pub(super) fn set_setting(&mut self, key: String, value: String) -> Write {
        self.settings.insert(key.clone(), value.clone());
        Write::PutSetting(key, value)
    }

    pub(super) fn saved(&self) -> Saved {
        let servers = self.servers.iter().filter_map(|server| {
            let (host, port) = server.addresses.first()?;
            Some(SavedServer {
                id: server.id,
                name: server.name.clone(),
                address: Address { host: host.clone(), port: *port },
                since: server.since,
                used: server.used,
            })
        });
        let accounts = self.accounts.iter().map(|account| SavedAccount {
            server: account.server,
            person: account.person.clone(),
            has_token: account.token.is_some(),
            used: account.used,
        });
        Saved {
            servers: servers.collect(),
            accounts: accounts.collect(),
            settings: self.settings.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        }
    }
}

fn is_at(place: &(String, u16), address: &Address) -> bool {
    place.1 == address.port && place.0.eq_ignore_ascii_case(&address.host)
}

fn owner_of(account: &KnownAccount) -> Owner {
    Owner { server: account.server, account: account.person.account }
}
