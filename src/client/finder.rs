//! Finds servers on this network and looks at each: what was announced is a hint, what TLS proved
//! is a fact.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_channel::{Receiver, Sender};
use async_executor::LocalExecutor;
use async_io::Timer;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use smol::future::or;

use super::api::Failure;
use super::probe::{Probed, probe};
use crate::clock;
use crate::domain::ServerId;
use crate::net::address::Address;
use crate::net::discovery::{Browser, DiscoveryError, DiscoveryEvent, FoundServer};
use crate::net::protocol::Registration;

/// A card is looked at no more often.
const PROBE_EVERY: Duration = Duration::from_secs(10);
/// Cards shown; more are noise.
const CARDS_MAX: usize = 64;
/// Cards looked at at once.
const PROBES_MAX: usize = 8;
/// Addresses of one server that are tried, each this long after the one before.
const ADDRESSES_TRIED: usize = 4;
const STAGGER: Duration = Duration::from_millis(200);
/// Changes are told in one list so often at most.
const TELL_EVERY: Duration = Duration::from_millis(100);
/// When nothing was found for so long, that is told.
const FIRST_SEARCH: Duration = Duration::from_millis(1500);
/// A new question to the network goes out so often at most.
const ASK_EVERY: Duration = Duration::from_secs(5);
/// Lists that wait for the window; the newest says all.
const EVENTS_MAX: usize = 16;

/// What the finder tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FinderEvent {
    /// All servers as they are now. The first list comes when the first search has ended.
    Servers(Vec<FoundCard>),
}

/// A server on this network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCard {
    /// Claimed; a fact where `proven`.
    pub id: ServerId,
    /// Its name: announced, then its own.
    pub name: String,
    /// Where it answers, or where it is likeliest to.
    pub address: Address,
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

/// A running search. Dropping it ends it.
pub struct Finder {
    again: Sender<()>,
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
            let (say, said) = async_channel::bounded(PROBES_MAX);
            let cards = Cards::new(clock::uptime());
            let search = Search { cards, asked, events, wake, say, said };
            smol::block_on(executor.run(search.run(&executor, browser)));
        })?;
        Ok((Finder { again }, happened))
    }

    /// Looks again at every server, as often as is polite.
    pub fn search_again(&self) {
        // One is waiting already when the queue is full.
        self.again.try_send(()).ok();
    }
}

/// What came of looking at a card.
type Look = (ServerId, Result<(Address, Probed), Failure>);

struct Search {
    cards: Cards,
    asked: Receiver<()>,
    events: Sender<FinderEvent>,
    wake: Arc<dyn Fn() + Send + Sync>,
    say: Sender<Look>,
    said: Receiver<Look>,
}

enum Next {
    Heard(DiscoveryEvent),
    Looked(Look),
    Again,
    Late,
    Ended,
}

impl Search {
    async fn run(mut self, executor: &LocalExecutor<'_>, mut browser: Browser) {
        let mut asked_at = clock::uptime();
        loop {
            let next = self.next(&mut browser).await;
            let now = clock::uptime();
            match next {
                Next::Heard(DiscoveryEvent::Found(server)) => self.cards.found(server),
                Next::Heard(DiscoveryEvent::Lost(id)) => self.cards.lost(id),
                Next::Looked((id, result)) => {
                    if result.is_err() {
                        browser.verify(id);
                    }
                    self.cards.looked(id, result.ok());
                }
                Next::Again => {
                    self.cards.look_again();
                    if self.cards.is_empty() && now >= asked_at + ASK_EVERY {
                        asked_at = now;
                        match Browser::start() {
                            Ok(fresh) => browser = fresh,
                            Err(error) => tracing::warn!(%error, "searching again"),
                        }
                    }
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
                Ok(()) => Next::Again,
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

/// The list, without network and clock.
struct Cards {
    by_id: BTreeMap<ServerId, Card>,
    looking: usize,
    /// Something is to be told from then on.
    tell_at: Option<Duration>,
    told_at: Duration,
}

struct Card {
    found: FoundServer,
    address: Address,
    proven: Option<Probed>,
    reachable: bool,
    looking: bool,
    wanted: bool,
    looked_at: Option<Duration>,
}

impl Cards {
    fn new(now: Duration) -> Self {
        Cards {
            by_id: BTreeMap::new(),
            looking: 0,
            tell_at: Some(now + FIRST_SEARCH),
            told_at: now,
        }
    }

    fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    fn found(&mut self, found: FoundServer) {
        let Some(address) = found.addresses.first().cloned() else { return };
        if !self.by_id.contains_key(&found.id) && self.by_id.len() >= CARDS_MAX {
            return;
        }
        match self.by_id.get_mut(&found.id) {
            Some(card) if card.found == found => return,
            Some(card) => {
                if !found.addresses.contains(&card.address) {
                    card.address = address;
                }
                card.wanted = true;
                card.found = found;
            }
            None => {
                let card = Card {
                    address,
                    proven: None,
                    reachable: true,
                    looking: false,
                    wanted: true,
                    looked_at: None,
                    found,
                };
                self.by_id.insert(card.found.id, card);
            }
        }
        self.touch();
    }

    fn lost(&mut self, id: ServerId) {
        if self.by_id.remove(&id).is_some() {
            self.touch();
        }
    }

    fn look_again(&mut self) {
        self.by_id.values_mut().for_each(|card| card.wanted = true);
    }

    /// The next card to look at, with its addresses.
    fn next_look(&mut self, now: Duration) -> Option<(ServerId, Vec<Address>)> {
        if self.looking >= PROBES_MAX {
            return None;
        }
        let (id, card) = self.by_id.iter_mut().find(|(_, card)| card.is_due(now))?;
        card.looking = true;
        card.wanted = false;
        card.looked_at = Some(now);
        self.looking += 1;
        Some((*id, card.found.addresses.clone()))
    }

    fn looked(&mut self, id: ServerId, result: Option<(Address, Probed)>) {
        self.looking = self.looking.saturating_sub(1);
        let Some(card) = self.by_id.get_mut(&id) else { return };
        card.looking = false;
        card.reachable = result.is_some();
        if let Some((address, probed)) = result {
            card.address = address;
            card.proven = Some(probed);
        }
        self.touch();
    }

    /// The list, when there is something to tell and it is time.
    fn news(&mut self, now: Duration) -> Option<Vec<FoundCard>> {
        self.tell_at.take_if(|at| now >= *at)?;
        self.told_at = now;
        Some(self.by_id.values().map(Card::show).collect())
    }

    fn tell_later(&mut self, now: Duration) {
        self.tell_at = Some(now + TELL_EVERY);
    }

    fn wakes_at(&self) -> Option<Duration> {
        let looks = self.by_id.values().filter(|card| card.wanted && !card.looking);
        let next = looks.map(|card| card.looked_at.map_or(Duration::ZERO, |at| at + PROBE_EVERY));
        let next = next.min().filter(|_| self.looking < PROBES_MAX);
        [next, self.tell_at].into_iter().flatten().min()
    }

    fn touch(&mut self) {
        self.tell_at = Some(self.told_at + TELL_EVERY);
    }
}

impl Card {
    fn is_due(&self, now: Duration) -> bool {
        let rested = self.looked_at.is_none_or(|at| now >= at + PROBE_EVERY);
        self.wanted && !self.looking && rested
    }

    fn show(&self) -> FoundCard {
        let proven = self.proven.as_ref();
        FoundCard {
            id: self.found.id,
            name: proven.map_or_else(|| self.found.name.clone(), |probed| probed.name.clone()),
            address: self.address.clone(),
            fingerprint_prefix: self.found.id.fingerprint().chars().take(9).collect(),
            proven: proven.is_some(),
            online: proven.map(|probed| probed.online),
            registration: proven.map(|probed| probed.registration),
            reachable: self.reachable,
            local: self.found.addresses.iter().any(is_loopback),
        }
    }
}

fn is_loopback(address: &Address) -> bool {
    address.host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: ServerId = ServerId([7; 32]);

    fn found(host: &str) -> FoundServer {
        let address = Address { host: host.to_owned(), port: 1029 };
        FoundServer {
            id: ID,
            name: "announced".into(),
            addresses: vec![address],
            fingerprint: ID.fingerprint(),
        }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn nothing_found_is_told_when_the_first_search_has_ended() {
        let mut cards = Cards::new(seconds(5));
        assert_eq!(cards.news(seconds(6)), None);
        assert_eq!(cards.wakes_at(), Some(seconds(5) + FIRST_SEARCH));
        assert_eq!(cards.news(seconds(7)), Some(Vec::new()));
        assert_eq!(cards.news(seconds(9)), None);
    }

    #[test]
    fn a_card_is_looked_at_once_in_ten_seconds_and_proven_by_looking() {
        let mut cards = Cards::new(seconds(0));
        cards.found(found("10.0.0.1"));
        let (id, addresses) = cards.next_look(seconds(1)).unwrap();
        assert_eq!((id, addresses[0].host.as_str()), (ID, "10.0.0.1"));
        assert!(cards.next_look(seconds(1)).is_none());
        let list = cards.news(seconds(2)).unwrap();
        assert_eq!(
            (list[0].name.as_str(), list[0].proven, list[0].online),
            ("announced", false, None)
        );
        let probed =
            Probed { id: ID, name: "its own".into(), registration: Registration::Code, online: 3 };
        cards.looked(ID, Some((addresses[0].clone(), probed)));
        let list = cards.news(seconds(3)).unwrap();
        assert_eq!(
            (list[0].name.as_str(), list[0].proven, list[0].online),
            ("its own", true, Some(3))
        );
        assert_eq!(list[0].fingerprint_prefix, "0707-0707");
        cards.look_again();
        assert!(cards.next_look(seconds(10)).is_none());
        assert_eq!(cards.wakes_at(), Some(seconds(11)));
        assert!(cards.next_look(seconds(11)).is_some());
        cards.looked(ID, None);
        let list = cards.news(seconds(12)).unwrap();
        assert!(list[0].proven && !list[0].reachable);
        cards.lost(ID);
        assert_eq!(cards.news(seconds(13)), Some(Vec::new()));
    }

    #[test]
    fn a_flood_of_cards_is_bounded() {
        let mut cards = Cards::new(seconds(0));
        for n in 0..1000_u16 {
            let mut server = found("10.0.0.1");
            server.id.0[..2].copy_from_slice(&n.to_be_bytes());
            cards.found(server);
        }
        assert_eq!(cards.news(seconds(2)).unwrap().len(), CARDS_MAX);
        let looks = std::iter::from_fn(|| cards.next_look(seconds(2))).count();
        assert_eq!(looks, PROBES_MAX);
    }
}
