//! The list of servers that a search has come to: pure, without network and clock.
//!
//! Who says goodbye on the network may be somebody else, so a card is greyed first, looked at, and
//! removed only when nobody proves to be it any more.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use super::finder::{FoundCard, Met, Source};
use super::probe::Probed;
use crate::domain::ServerId;
use crate::net::address::Address;
use crate::net::discovery::FoundServer;

/// A card is looked at no more often.
const PROBE_EVERY: Duration = Duration::from_secs(10);
/// Cards shown; more are noise. At the bound one makes room that has proven nothing when it was
/// looked at; who was met before takes the place of any stranger.
const CARDS_MAX: usize = 64;
/// Servers used before that are looked at; those used last.
const MET_MAX: usize = 8;
/// Cards looked at at once; strangers leave some of these places to who was met before.
const PROBES_MAX: usize = 8;
const PROBES_STRANGERS: usize = 6;
/// Changes are told in one list so often at most.
const TELL_EVERY: Duration = Duration::from_millis(100);
/// When nothing was found for so long, that is told.
const FIRST_SEARCH: Duration = Duration::from_millis(1500);

/// The cards, those among them that are shown, and whose turn it is to be looked at.
pub(super) struct Cards {
    by_id: BTreeMap<ServerId, Card>,
    looking: usize,
    /// Something is to be told from then on.
    tell_at: Option<Duration>,
    told_at: Duration,
}

struct Card {
    /// What it says of itself on this network, where it does.
    announced: Option<FoundServer>,
    /// Where it was when it was used last.
    met: Option<Address>,
    /// Where it answers, or where it is likeliest to.
    address: Address,
    name: String,
    proven: Option<Probed>,
    reachable: bool,
    looking: bool,
    wanted: bool,
    looked_at: Option<Duration>,
}

/// What a card is worth when there is no room for all, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    /// It was looked at, and nobody proved to be it.
    Refuted,
    Claimed,
    Proven,
    Met,
}

impl Cards {
    pub fn new(now: Duration) -> Self {
        Cards {
            by_id: BTreeMap::new(),
            looking: 0,
            tell_at: Some(now + FIRST_SEARCH),
            told_at: now,
        }
    }

    /// A server announces itself.
    pub fn found(&mut self, found: FoundServer) {
        let Some(address) = found.addresses.first().cloned() else { return };
        let worth = self.by_id.get(&found.id).map_or(Worth::Claimed, Card::worth);
        if !self.has_room(found.id, worth) {
            return;
        }
        let card = self.by_id.entry(found.id).or_insert_with(|| Card::at(address.clone()));
        if card.announced.as_ref() == Some(&found) {
            return;
        }
        let is_elsewhere = !found.addresses.contains(&card.address);
        if is_elsewhere && card.proven.is_none() {
            card.address = address;
        }
        if card.announced.is_none() && card.proven.is_none() {
            card.reachable = true;
        }
        card.wanted = true;
        card.name.clone_from(&found.name);
        card.announced = Some(found);
        self.touch();
    }

    /// A server said goodbye, or somebody in its name.
    pub fn lost(&mut self, id: ServerId) {
        let Some(card) = self.by_id.get_mut(&id) else { return };
        card.announced = None;
        // Looked at and grey: nobody proved to be it, and now nobody says so.
        if !card.reachable && card.looked_at.is_some() && !card.looking {
            card.proven = None;
        }
        card.reachable = false;
        card.wanted = true;
        let is_grey = card.proven.is_some() || card.looking || card.looked_at.is_none();
        if !is_grey && card.met.is_none() {
            self.by_id.remove(&id);
        }
        self.touch();
    }

    /// Servers that were used before, the last one first.
    pub fn meet(&mut self, met: Vec<Met>) {
        let before: Vec<ServerId> =
            self.by_id.iter_mut().filter_map(|(id, card)| card.met.take().map(|_| *id)).collect();
        for (id, address) in met.into_iter().take(MET_MAX) {
            if self.has_room(id, Worth::Met) {
                let card = self.by_id.entry(id).or_insert_with(|| Card::at(address.clone()));
                card.wanted |= card.looked_at.is_none();
                card.met = Some(address);
            }
        }
        self.by_id.retain(|id, card| card.is_worth_keeping() || !before.contains(id));
    }

    pub fn look_again(&mut self) {
        self.by_id.values_mut().for_each(|card| card.wanted = true);
    }

    /// The next card to look at, with its addresses: the one that is worth most, then the one that
    /// has waited longest.
    pub fn next_look(&mut self, now: Duration) -> Option<(ServerId, Vec<Address>)> {
        let due = self.by_id.iter_mut().filter(|(_, card)| card.is_due(now));
        let (id, card) =
            due.min_by_key(|(_, card)| (Reverse(card.met.is_some()), card.looked_at))?;
        if self.looking >= card.places() {
            return None;
        }
        card.looking = true;
        card.wanted = false;
        card.looked_at = Some(now);
        self.looking += 1;
        Some((*id, card.addresses()))
    }

    /// What came of looking: where it was proven, and what it says of itself.
    pub fn looked(&mut self, id: ServerId, result: Option<(Address, Probed)>) {
        self.looking = self.looking.saturating_sub(1);
        let Some(card) = self.by_id.get_mut(&id) else { return };
        let was_shown = card.is_shown();
        card.looking = false;
        card.reachable = result.is_some();
        match result {
            Some((address, probed)) => {
                card.address = address;
                card.proven = Some(probed);
            }
            // Neither announced nor there: it is gone.
            None if card.announced.is_none() => card.proven = None,
            None => {}
        }
        let is_shown = card.is_shown();
        if !card.is_worth_keeping() {
            self.by_id.remove(&id);
        }
        // Of what is not shown there is nothing to tell: the first search has not ended by it.
        if was_shown || is_shown {
            self.touch();
        }
    }

    /// The list, when there is something to tell and it is time.
    pub fn news(&mut self, now: Duration) -> Option<Vec<FoundCard>> {
        self.tell_at.take_if(|at| now >= *at)?;
        self.told_at = now;
        let shown = self.by_id.iter().filter(|(_, card)| card.is_shown());
        Some(shown.take(CARDS_MAX).map(|(id, card)| card.show(*id)).collect())
    }

    pub fn tell_later(&mut self, now: Duration) {
        self.tell_at = Some(now + TELL_EVERY);
    }

    pub fn wakes_at(&self) -> Option<Duration> {
        let looks = self.by_id.values().filter(|card| card.wanted && !card.looking);
        let looks = looks.filter(|card| self.looking < card.places());
        let next = looks.map(|card| card.looked_at.map_or(Duration::ZERO, |at| at + PROBE_EVERY));
        [next.min(), self.tell_at].into_iter().flatten().min()
    }

    /// Makes room for one more card, if it is worth more than another one.
    fn has_room(&mut self, id: ServerId, worth: Worth) -> bool {
        if self.by_id.contains_key(&id) || self.by_id.len() < CARDS_MAX {
            return true;
        }
        let least = self.by_id.iter().map(|(id, card)| (card.worth(), *id)).min();
        let Some((_, least)) = least.filter(|(least, _)| *least < worth) else { return false };
        self.by_id.remove(&least);
        self.touch();
        true
    }

    fn touch(&mut self) {
        self.tell_at = Some(self.told_at + TELL_EVERY);
    }
}

impl Card {
    /// Known by its address alone.
    fn at(address: Address) -> Card {
        Card {
            announced: None,
            met: None,
            address,
            name: String::new(),
            proven: None,
            reachable: false,
            looking: false,
            wanted: true,
            looked_at: None,
        }
    }

    fn is_due(&self, now: Duration) -> bool {
        let rested = self.looked_at.is_none_or(|at| now >= at + PROBE_EVERY);
        self.wanted && !self.looking && rested
    }

    /// Looks that may run beside when this one begins.
    fn places(&self) -> usize {
        if self.met.is_some() { PROBES_MAX } else { PROBES_STRANGERS }
    }

    fn worth(&self) -> Worth {
        match &self.proven {
            _ if self.met.is_some() => Worth::Met,
            Some(_) => Worth::Proven,
            None if self.announced.is_none() || (!self.reachable && !self.looking) => {
                Worth::Refuted
            }
            None => Worth::Claimed,
        }
    }

    /// A server that was met is no card before it answers.
    fn is_shown(&self) -> bool {
        self.announced.is_some() || self.proven.is_some() || self.met.is_none()
    }

    fn is_worth_keeping(&self) -> bool {
        self.announced.is_some() || self.proven.is_some() || self.met.is_some()
    }

    /// Where it was proven, then where it says that it is, then where it was. What holds on one link
    /// alone is worth the least: it names an interface of this computer.
    fn addresses(&self) -> Vec<Address> {
        let mut addresses = Vec::new();
        let proven = self.proven.is_some().then_some(&self.address);
        let proven = proven.filter(|address| !is_link_local(address));
        let announced = self.announced.iter().flat_map(|found| &found.addresses);
        let (first, others) = (announced.clone().take(1), announced.skip(1));
        for address in proven.into_iter().chain(first).chain(&self.met).chain(others) {
            if !addresses.contains(address) {
                addresses.push(address.clone());
            }
        }
        if addresses.is_empty() {
            addresses.push(self.address.clone());
        }
        addresses
    }

    fn show(&self, id: ServerId) -> FoundCard {
        let proven = self.proven.as_ref();
        let announced = self.announced.as_ref();
        FoundCard {
            id,
            name: proven.map_or_else(|| self.name.clone(), |probed| probed.name.clone()),
            address: self.address.clone(),
            source: if announced.is_some() { Source::Network } else { Source::Address },
            fingerprint_prefix: id.fingerprint().chars().take(9).collect(),
            proven: proven.is_some(),
            online: proven.map(|probed| probed.online),
            registration: proven.map(|probed| probed.registration),
            reachable: self.reachable,
            local: is_loopback(&self.address)
                || announced.is_some_and(|found| found.addresses.iter().any(is_loopback)),
        }
    }
}

fn is_link_local(address: &Address) -> bool {
    let ip = address.host.split('%').next().and_then(|host| host.parse().ok());
    ip.is_some_and(|ip: Ipv6Addr| ip.is_unicast_link_local())
}

fn is_loopback(address: &Address) -> bool {
    address.host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::protocol::Registration;

    const ID: ServerId = ServerId([7; 32]);

    fn address(host: &str) -> Address {
        Address { host: host.to_owned(), port: 1029 }
    }

    fn found(host: &str) -> FoundServer {
        FoundServer {
            id: ID,
            name: "announced".into(),
            addresses: vec![address(host)],
            fingerprint: ID.fingerprint(),
        }
    }

    fn stranger(n: u16) -> FoundServer {
        let mut server = found("10.0.0.66");
        server.id.0[..2].copy_from_slice(&n.to_be_bytes());
        server
    }

    fn probed(name: &str) -> Probed {
        Probed { id: ID, name: name.into(), registration: Registration::Code, online: 3 }
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
        cards.looked(ID, Some((addresses[0].clone(), probed("its own"))));
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
    }

    #[test]
    fn an_address_of_one_link_is_given_up_for_any_other() {
        let mut cards = Cards::new(seconds(0));
        let local = "fe80::1%eth0";
        cards.found(found(local));
        cards.next_look(seconds(1)).unwrap();
        cards.looked(ID, Some((address(local), probed("its own"))));
        let both = vec![address("10.0.0.1"), address(local)];
        cards.found(FoundServer { addresses: both.clone(), ..found(local) });
        let (_, addresses) = cards.next_look(seconds(11)).unwrap();
        assert_eq!(addresses, both);
        cards.looked(ID, Some((address("10.0.0.1"), probed("its own"))));
        assert_eq!(cards.news(seconds(12)).unwrap()[0].address, address("10.0.0.1"));
    }

    #[test]
    fn a_goodbye_greys_and_only_silence_removes() {
        let mut cards = Cards::new(seconds(0));
        cards.found(found("10.0.0.1"));
        cards.next_look(seconds(1)).unwrap();
        cards.looked(ID, Some((address("10.0.0.1"), probed("its own"))));
        cards.lost(ID);
        let list = cards.news(seconds(3)).unwrap();
        assert!(list[0].proven && !list[0].reachable && list[0].source == Source::Address);
        let (_, addresses) = cards.next_look(seconds(11)).unwrap();
        assert_eq!(addresses, [address("10.0.0.1")]);
        // The goodbye was forged: TLS still stands.
        cards.looked(ID, Some((addresses[0].clone(), probed("its own"))));
        assert!(cards.news(seconds(12)).unwrap()[0].reachable);
        cards.look_again();
        cards.next_look(seconds(21)).unwrap();
        assert_eq!(cards.news(seconds(22)), None);
        cards.looked(ID, None);
        assert_eq!(cards.news(seconds(23)), Some(Vec::new()));
    }

    #[test]
    fn who_never_proved_itself_goes_when_it_says_goodbye_and_is_silent() {
        let mut cards = Cards::new(seconds(0));
        cards.found(found("10.0.0.1"));
        cards.next_look(seconds(1)).unwrap();
        cards.lost(ID);
        assert!(!cards.news(seconds(2)).unwrap()[0].reachable);
        cards.look_again();
        cards.looked(ID, None);
        assert_eq!(cards.news(seconds(12)), Some(Vec::new()));
        assert!(cards.by_id.is_empty());
    }

    #[test]
    fn a_server_met_before_is_looked_at_where_it_was_and_is_a_card_when_it_answers() {
        let mut cards = Cards::new(seconds(0));
        cards.meet(vec![(ID, address("chat.example.org"))]);
        let (id, addresses) = cards.next_look(seconds(0)).unwrap();
        assert_eq!((id, &addresses[..]), (ID, &[address("chat.example.org")][..]));
        assert_eq!(cards.news(seconds(2)), Some(Vec::new()));
        cards.looked(ID, Some((addresses[0].clone(), probed("met"))));
        let list = cards.news(seconds(3)).unwrap();
        assert!(list[0].proven && list[0].reachable && list[0].source == Source::Address);
        // It announces itself here too: where it was proven counts until it is looked at again.
        cards.found(found("10.0.0.1"));
        let list = cards.news(seconds(4)).unwrap();
        assert!(
            list[0].source == Source::Network && list[0].address == address("chat.example.org")
        );
        let (_, addresses) = cards.next_look(seconds(10)).unwrap();
        assert_eq!(addresses, [address("chat.example.org"), address("10.0.0.1")]);
        // It has gone: one that is met is kept, and shown when it answers.
        cards.looked(ID, None);
        cards.lost(ID);
        assert_eq!(cards.news(seconds(21)), Some(Vec::new()));
        cards.look_again();
        assert!(cards.next_look(seconds(30)).is_some());
    }

    #[test]
    fn a_flood_of_cards_is_bounded_and_who_was_met_keeps_a_place() {
        let mut cards = Cards::new(seconds(0));
        for n in 0..1000 {
            cards.found(stranger(n));
        }
        assert_eq!(cards.news(seconds(2)).unwrap().len(), CARDS_MAX);
        let looks = std::iter::from_fn(|| cards.next_look(seconds(2))).count();
        assert_eq!(looks, PROBES_STRANGERS);
        cards.meet(vec![(ID, address("10.0.0.1"))]);
        let (id, addresses) = cards.next_look(seconds(2)).unwrap();
        assert_eq!(id, ID);
        cards.looked(ID, Some((addresses[0].clone(), probed("met"))));
        for n in 0..1000 {
            cards.found(stranger(n));
            cards.looked(stranger(n).id, None);
        }
        let list = cards.news(seconds(3)).unwrap();
        assert_eq!(list.len(), CARDS_MAX);
        assert!(list.iter().any(|card| card.id == ID && card.proven));
    }
}
