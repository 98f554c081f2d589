//! Why a server is not found or not reached: a dozen small checks, and what each came to.
//!
//! * [`verdict`] is the closed list of what can come of a check, with its state and its sentence.
//! * `network` looks at this computer's networks, `server` at one server, `firewall` at what may
//!   stand between.
//!
//! The checks run beside each other and end in eight seconds, whatever hangs. Nothing is changed,
//! nobody signs in, and no report has a secret or an account in it.

mod firewall;
mod network;
mod server;
pub mod verdict;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::net::IpAddr;
use std::time::Duration;

use async_channel::{Receiver, Sender};
use async_io::Timer;
use smol::future::{or, zip};

use crate::clock;
use crate::domain::ServerId;
use crate::net::address::Address;
use crate::net::discovery::{Browser, DiscoveryEvent, FoundServer};
use crate::net::protocol::DEFAULT_PORT;

pub use server::Server;
pub use verdict::{Check, Finding, State, Verdict};

/// All checks together take no longer.
const ALL_MAX: Duration = Duration::from_secs(8);
/// Servers that announce themselves have so long to be heard.
const SEARCH_MAX: Duration = Duration::from_secs(3);
/// So many servers are named; more are noise.
const NAMED_MAX: usize = 8;

/// What shall be looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The server; the first one that is found on this network when absent.
    pub server: Option<Server>,
}

/// Checks everything and tells each result as it comes, in eight seconds at most. Every check is told
/// exactly once. Blocks: for a thread of its own, or a program that does nothing else.
pub fn examine(plan: &Plan, tell: impl FnMut(Finding)) {
    let told = Told { verdicts: RefCell::default(), tell: RefCell::new(tell) };
    let late = async {
        Timer::after(ALL_MAX).await;
    };
    smol::block_on(or(all(plan, &told), late));
    for check in Check::ALL {
        if check != Check::Firewall {
            told.say(check, Verdict::Late);
        }
    }
    let port = plan.server.as_ref().map_or(DEFAULT_PORT, |server| server.address.port);
    let suspected = told.verdicts.borrow().values().any(Verdict::speaks_of_firewall);
    told.say(Check::Firewall, firewall::judge(&firewall::Here, port, suspected));
}

/// What was told; each check once.
struct Told<F> {
    verdicts: RefCell<BTreeMap<Check, Verdict>>,
    tell: RefCell<F>,
}

impl<F: FnMut(Finding)> Told<F> {
    fn say(&self, check: Check, verdict: Verdict) {
        if let Entry::Vacant(place) = self.verdicts.borrow_mut().entry(check) {
            place.insert(verdict.clone());
            (self.tell.borrow_mut())(Finding { check, verdict });
        }
    }
}

async fn all<F: FnMut(Finding)>(plan: &Plan, told: &Told<F>) {
    let say = |check, verdict| told.say(check, verdict);
    let (first, found) = async_channel::bounded(1);
    let networks = async {
        let places = network::places();
        say(Check::Interfaces, network::judge_places(&places, is_here(plan.server.as_ref())));
        let (out, heard) = network::multicast(&places.unwrap_or_default()).await;
        say(Check::MulticastOut, out);
        say(Check::MulticastIn, heard);
    };
    let search = async {
        say(Check::Servers, search(plan.server.is_some(), first).await);
    };
    let server = async {
        match chosen(plan, found).await {
            Some(server) => server::examine(&server, &say).await,
            None => {
                for check in [Check::Port, Check::Key, Check::Version, Check::Clock, Check::Latency]
                {
                    say(check, Verdict::Skipped);
                }
            }
        }
    };
    zip(zip(networks, search), server).await;
}

/// The server of the plan, or the first one that is found.
async fn chosen(plan: &Plan, found: Receiver<Server>) -> Option<Server> {
    match &plan.server {
        Some(server) => Some(server.clone()),
        // The other end goes when the search is over.
        None => found.recv().await.ok(),
    }
}

/// Whether the server is on this computer.
fn is_here(server: Option<&Server>) -> bool {
    let Some(Server { address: Address { host, .. }, .. }) = server else { return false };
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// Listens for servers and passes the first one on.
async fn search(has_address: bool, first: Sender<Server>) -> Verdict {
    let mut browser = match Browser::start() {
        Ok(browser) => browser,
        Err(error) => return Verdict::SearchFailed(error.to_string()),
    };
    let mut servers: BTreeMap<ServerId, FoundServer> = BTreeMap::new();
    let end = clock::uptime() + SEARCH_MAX;
    loop {
        let heard = async { Some(browser.next().await) };
        let late = async {
            Timer::after(end.saturating_sub(clock::uptime())).await;
            None
        };
        match or(heard, late).await {
            Some(DiscoveryEvent::Found(server)) => {
                if let Some(address) = server.addresses.first().cloned() {
                    // Full when one was passed on already.
                    first
                        .try_send(Server { address, expected: Some(server.id), is_met: false })
                        .ok();
                }
                servers.insert(server.id, server);
            }
            Some(DiscoveryEvent::Lost(id)) => drop(servers.remove(&id)),
            None => return judge_search(servers.values(), has_address),
        }
    }
}

fn judge_search<'a>(
    servers: impl ExactSizeIterator<Item = &'a FoundServer>,
    has_address: bool,
) -> Verdict {
    let more = servers.len() > NAMED_MAX;
    let named: Vec<String> = servers
        .take(NAMED_MAX)
        .filter_map(|server| Some(format!("{} ({})", server.name, server.addresses.first()?)))
        .collect();
    match (named.is_empty(), has_address) {
        (false, _) => Verdict::ServersFound(named.join(", ") + if more { ", ..." } else { "" }),
        (true, true) => Verdict::NoServersHere,
        (true, false) => Verdict::NoServers,
    }
}

/// The system that this runs on, for a report.
#[must_use]
pub fn system() -> String {
    let kind = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    match name.map(|name| name.trim_matches('"')) {
        Some(name) if !name.is_empty() => format!("{name} ({kind})"),
        _ => kind,
    }
}

#[cfg(test)]
mod tests;
