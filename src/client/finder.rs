//! Finds servers and looks at each: those that announce themselves on this network, and at the same
//! time those that were used before, where they were last. What was announced is a hint, what TLS
//! proved is a fact.

use std::sync::Arc;
use std::time::Duration;

use async_channel::{Receiver, Sender};
use async_executor::LocalExecutor;
use async_io::Timer;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use smol::future::or;

use super::api::Failure;
use super::cards::Cards;
use super::probe::{Probed, probe};
use crate::clock;
use crate::domain::ServerId;
use crate::net::address::Address;
use crate::net::discovery::{Browser, DiscoveryError, DiscoveryEvent};
use crate::net::protocol::Registration;

/// Addresses of one server that are tried, each this long after the one before.
const ADDRESSES_TRIED: usize = 6;
const STAGGER: Duration = Duration::from_millis(150);
/// Looks that ended and were not taken note of yet.
const LOOKS_MAX: usize = 8;
/// Lists that wait for the window; the newest says all.
const EVENTS_MAX: usize = 16;

/// What the finder tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FinderEvent {
    /// All servers as they are now. The first list comes when the first search has ended.
    Servers(Vec<FoundCard>),
}

/// How a server was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// It announces itself on this network, maybe besides being met before.
    Network,
    /// It does not, and was proven where it was met before or announced itself.
    Address,
}

/// A server that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCard {
    /// Claimed; a fact where `proven`.
    pub id: ServerId,
    /// Its name: announced, then its own.
    pub name: String,
    /// Where it answers, or where it is likeliest to.
    pub address: Address,
    /// How it was found.
    pub source: Source,
    /// The first two groups of the fingerprint.
    pub fingerprint_prefix: String,
    /// Whether TLS proved the id in this run.
    pub proven: bool,
    /// People online when it was looked at.
    pub online: Option<u64>,
    /// Who may register.
    pub registration: Option<Registration>,
    /// Whether it answered when it was looked at; true until then.
    pub reachable: bool,
    /// Whether it runs on this computer.
    pub local: bool,
}

/// Why no servers can be searched for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FinderError {
    /// No thread could be started.
    #[error("servers cannot be searched for: {0}")]
    Thread(#[from] std::io::Error),
    /// The network cannot be listened to.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
}

/// A server that was used before, and where.
pub type Met = (ServerId, Address);

/// A running search. Dropping it ends it.
pub struct Finder {
    again: Sender<Vec<Met>>,
}

impl Finder {
    /// Starts searching. `wake` is called after each list was queued and must not block.
    ///
    /// # Errors
    /// The network cannot be listened to, or no thread could be started.
    pub fn start(
        wake: Arc<dyn Fn() + Send + Sync>,
    ) -> Result<(Self, Receiver<FinderEvent>), FinderError> {
        let browser = Browser::start()?;
        let (again, asked) = async_channel::bounded(1);
        let (events, happened) = async_channel::bounded(EVENTS_MAX);
        std::thread::Builder::new().name("finder".to_owned()).spawn(move || {
            let executor = LocalExecutor::new();
            let (say, said) = async_channel::bounded(LOOKS_MAX);
            let cards = Cards::new(clock::uptime());
            let search = Search { cards, asked, events, wake, say, said };
            smol::block_on(executor.run(search.run(&executor, browser)));
        })?;
        Ok((Finder { again }, happened))
    }

    /// Looks again at every server, as often as is polite, and at those that were used before, the
    /// last one first.
    pub fn search_again(&self, met: Vec<Met>) {
        // What waits already is older. The search ends with the program.
        self.again.force_send(met).ok();
    }
}

/// What came of looking at a card.
type Look = (ServerId, Result<(Address, Probed), Failure>);

struct Search {
    cards: Cards,
    asked: Receiver<Vec<Met>>,
    events: Sender<FinderEvent>,
    wake: Arc<dyn Fn() + Send + Sync>,
    say: Sender<Look>,
    said: Receiver<Look>,
}

enum Next {
    Heard(DiscoveryEvent),
    Looked(Look),
    Again(Vec<Met>),
    Late,
    Ended,
}

impl Search {
    async fn run(mut self, executor: &LocalExecutor<'_>, mut browser: Browser) {
        loop {
            let next = self.next(&mut browser).await;
            let now = clock::uptime();
            match next {
                Next::Heard(DiscoveryEvent::Found(server)) => self.cards.found(server),
                Next::Heard(DiscoveryEvent::Lost(id)) => self.cards.lost(id),
                Next::Looked((id, result)) => {
                    let proven = result.as_ref().ok().map(|(address, _)| address.clone());
                    if proven.is_none() {
                        browser.verify(id);
                    }
                    browser.judge(id, proven);
                    self.cards.looked(id, result.ok());
                }
                Next::Again(met) => {
                    browser.meet(met.iter().map(|(id, _)| *id));
                    browser.ask_again();
                    self.cards.meet(met);
                    self.cards.look_again();
                }
                Next::Late => {}
                Next::Ended => return,
            }
            while let Some((id, addresses)) = self.cards.next_look(now) {
                executor.spawn(look(id, addresses, self.say.clone())).detach();
            }
            self.tell(now);
        }
    }

    async fn next(&self, browser: &mut Browser) -> Next {
        let heard = async { Next::Heard(browser.next().await) };
        let looked = async {
            match self.said.recv().await {
                Ok(look) => Next::Looked(look),
                Err(_) => Next::Ended,
            }
        };
        let again = async {
            match self.asked.recv().await {
                Ok(met) => Next::Again(met),
                Err(_) => Next::Ended,
            }
        };
        let late = async {
            match self.cards.wakes_at() {
                Some(at) => Timer::after(at.saturating_sub(clock::uptime())).await,
                None => std::future::pending().await,
            };
            Next::Late
        };
        or(again, or(looked, or(heard, late))).await
    }

    fn tell(&mut self, now: Duration) {
        if let Some(list) = self.cards.news(now) {
            match self.events.try_send(FinderEvent::Servers(list)) {
                Ok(()) => (self.wake)(),
                Err(_) => self.cards.tell_later(now),
            }
        }
    }
}

/// Tries a server's addresses, the likeliest first; the first that proves its key counts.
async fn look(id: ServerId, addresses: Vec<Address>, say: Sender<Look>) {
    let mut tries: FuturesUnordered<_> = addresses
        .iter()
        .take(ADDRESSES_TRIED)
        .zip(0..)
        .map(|(address, place)| async move {
            Timer::after(STAGGER * place).await;
            probe(address, Some(id)).await.map(|probed| (address.clone(), probed))
        })
        .collect();
    let mut result = Err(Failure::Unreachable);
    while let Some(tried) = tries.next().await {
        let proven = tried.is_ok();
        result = tried;
        if proven {
            break;
        }
    }
    drop(tries);
    say.send((id, result)).await.ok();
}
