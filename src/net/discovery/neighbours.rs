//! What was heard of servers on the LAN, as rows by server id: pure, bounded, at a person's pace.
//!
//! Everything here comes from strangers, who can say anything at any rate. A row is a hint where to
//! dial; only TLS proves who answers there. So when there are too many rows, those stay whose server
//! was met before or proven, and those go first where TLS has proven nothing. A name is nobody's: who
//! announces another id under it gets a row beside, and takes nobody's.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use super::name::shown_name;
use crate::domain::ServerId;
use crate::net::address::Address;

/// Announcements that are kept. At the bound the one that is worth least makes room for what is
/// worth more; else what is new is ignored until one is gone.
const SERVERS_MAX: usize = 64;
/// Announcements kept of one id: a conflict renames on each network, and a stranger may claim any
/// id. At the bound the newest one is ignored, or a few names would hide who was there first; only where
/// looking came to nobody, the oldest one goes.
const CLAIMS_MAX: usize = 4;
/// Addresses kept of one server; the likeliest are kept.
const ADDRESSES_MAX: usize = 16;
/// Events in a second. At the bound they wait, and changes of one server become one event.
const EVENTS_PER_SECOND: usize = 10;

/// A server that announces itself on this network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundServer {
    /// The id that it claims. Proven only by TLS.
    pub id: ServerId,
    /// Its name, fit to be shown.
    pub name: String,
    /// Where it says it is, the likeliest first; never empty.
    pub addresses: Vec<Address>,
    /// The claimed id as people compare it.
    pub fingerprint: String,
}

/// What changed among the servers on this network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiscoveryEvent {
    /// A server is new, or something about it is.
    Found(FoundServer),
    /// It said goodbye, or nothing was heard of it for too long.
    Lost(ServerId),
}

/// One announcement as it came in.
#[derive(Debug, Clone)]
pub(super) struct Announced {
    /// Its full name in DNS, which the network keeps unique.
    pub instance: String,
    pub id: ServerId,
    pub name: String,
    pub port: u16,
    pub places: Vec<Place>,
}

/// One announced number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub ip: IpAddr,
    /// The interface on which it was heard, for numbers that mean nothing without.
    pub scope: String,
    /// Was it heard on this computer's own loopback?
    pub is_own: bool,
    /// Is it in one of the networks that this computer is in?
    pub is_near: bool,
}

/// What looking at a server came to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    /// Nobody proved to be it.
    Refuted,
    /// It is there.
    Proven(Address),
}

/// What a row is worth when there is no room for all, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    Refuted,
    Claimed,
    Proven,
    Met,
}

/// When the next event may be taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Now(DiscoveryEvent),
    At(Duration),
    Idle,
}

/// All rows, and what of them has not been told yet.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    /// By name and id.
    rows: BTreeMap<(String, ServerId), Row>,
    told: BTreeMap<ServerId, FoundServer>,
    untold: VecDeque<ServerId>,
    /// When the last events were told, at most a second's worth.
    told_at: VecDeque<Duration>,
    /// Servers that this computer has used.
    met: BTreeSet<ServerId>,
    /// Of those that are in `rows` or `told`.
    verdicts: BTreeMap<ServerId, Verdict>,
    /// Rows that there ever were.
    counted: u64,
}

#[derive(Debug)]
struct Row {
    /// Which row it is since the start: the smaller, the older.
    number: u64,
    name: String,
    /// With their ranks, the likeliest first.
    addresses: Vec<(u8, Address)>,
}

impl Neighbours {
    /// Takes an announcement in, if there is a place for it.
    pub(super) fn heard(&mut self, announced: &Announced) {
        let key = (announced.instance.clone(), announced.id);
        let mut addresses = addresses(&announced.places, announced.port);
        if addresses.is_empty() {
            self.remove(&key);
            return;
        }
        if !self.rows.contains_key(&key) && !self.has_room(announced.id) {
            return;
        }
        let before = self.rows.get(&key);
        // Whoever says it: where TLS proved it stays, until looking there comes to nobody.
        let proven = before.and_then(|row| self.proven_place(announced.id, row)).cloned();
        if let Some(proven) = proven.filter(|proven| !addresses.contains(proven)) {
            addresses.truncate(ADDRESSES_MAX - 1);
            addresses.push(proven);
        }
        let number = before.map_or(self.counted + 1, |row| row.number);
        self.counted += 1;
        self.rows.insert(key, Row { number, name: shown_name(&announced.name), addresses });
        self.leave_name(&announced.instance);
        self.touch(announced.id);
    }

    /// Says which servers this computer has used: theirs are the last rows to go.
    pub(super) fn meet(&mut self, met: impl IntoIterator<Item = ServerId>) {
        self.met = met.into_iter().take(SERVERS_MAX).collect();
    }

    /// Says where looking at a server proved it, if anywhere.
    pub(super) fn judge(&mut self, id: ServerId, proven: Option<Address>) {
        if self.told.contains_key(&id) || self.rows_of(id).next().is_some() {
            self.verdicts.insert(id, proven.map_or(Verdict::Refuted, Verdict::Proven));
            for instance in self.instances(id) {
                self.leave_name(&instance);
            }
            self.touch(id);
        }
    }

    /// Forgets a name, whoever was announced under it.
    pub(super) fn gone(&mut self, instance: &str) {
        for id in self.ids(instance) {
            self.remove(&(instance.to_owned(), id));
        }
    }

    fn remove(&mut self, key: &(String, ServerId)) -> bool {
        let was_there = self.rows.remove(key).is_some();
        if was_there {
            self.touch(key.1);
        }
        was_there
    }

    /// Who was looked at and not found leaves a name to another, such as a server that was made anew.
    fn leave_name(&mut self, instance: &str) {
        let ids = self.ids(instance);
        let (refuted, others): (Vec<ServerId>, Vec<ServerId>) =
            ids.into_iter().partition(|id| self.worth(*id) == Worth::Refuted);
        if !others.is_empty() {
            for id in refuted {
                self.remove(&(instance.to_owned(), id));
            }
        }
    }

    /// All that are announced under a name.
    fn ids(&self, instance: &str) -> Vec<ServerId> {
        let own = self.rows.keys().filter(|(name, _)| name == instance);
        own.map(|(_, id)| *id).collect()
    }

    fn rows_of(&self, id: ServerId) -> impl Iterator<Item = (&(String, ServerId), &Row)> {
        self.rows.iter().filter(move |((_, own), _)| *own == id)
    }

    /// The names under which a server is announced.
    pub(super) fn instances(&self, id: ServerId) -> Vec<String> {
        self.rows_of(id).map(|((instance, _), _)| instance.clone()).collect()
    }

    /// Whether this is one of the names under which anything is announced.
    pub(super) fn has(&self, instance: &str) -> bool {
        self.rows.keys().any(|(name, _)| name == instance)
    }

    /// All names under which anything is announced.
    pub(super) fn all_instances(&self) -> BTreeSet<String> {
        self.rows.keys().map(|(name, _)| name.clone()).collect()
    }

    /// The next event, or when there may be one.
    pub(super) fn next(&mut self, now: Duration) -> Turn {
        while let Some(&id) = self.untold.front() {
            let event = match (self.server(id), self.told.get(&id)) {
                (Some(server), Some(told)) if server == *told => None,
                (Some(server), _) => Some(DiscoveryEvent::Found(server)),
                (None, Some(_)) => Some(DiscoveryEvent::Lost(id)),
                (None, None) => None,
            };
            let Some(event) = event else {
                self.untold.pop_front();
                continue;
            };
            if self.told_at.len() >= EVENTS_PER_SECOND
                && let Some(first) = self.told_at.front()
                && now < *first + Duration::from_secs(1)
            {
                return Turn::At(*first + Duration::from_secs(1));
            }
            self.told_at.push_back(now);
            self.told_at.drain(..self.told_at.len().saturating_sub(EVENTS_PER_SECOND));
            self.untold.pop_front();
            match &event {
                DiscoveryEvent::Found(server) => self.told.insert(id, server.clone()),
                DiscoveryEvent::Lost(id) => self.told.remove(id),
            };
            return Turn::Now(event);
        }
        Turn::Idle
    }

    /// Makes room for one more row of this id, if that is worth it.
    fn has_room(&mut self, id: ServerId) -> bool {
        let count = self.rows_of(id).count();
        if count >= CLAIMS_MAX {
            let is_refuted = self.verdicts.get(&id) == Some(&Verdict::Refuted);
            let oldest = self.rows_of(id).min_by_key(|(_, row)| row.number);
            let oldest = oldest.filter(|_| is_refuted).map(|(key, _)| key.clone());
            return oldest.is_some_and(|oldest| self.remove(&oldest));
        }
        let leaving = self.told.keys().filter(|told| self.rows_of(**told).next().is_none()).count();
        let is_known = count > 0 || self.told.contains_key(&id);
        if self.rows.len() < SERVERS_MAX && (is_known || self.rows.len() + leaving < SERVERS_MAX) {
            return true;
        }
        let least = self.rows.iter().min_by_key(|((_, own), row)| (self.worth(*own), row.number));
        let Some((least, _)) = least else { return false };
        // Those that left have to be told first, or a flood would make the list of them endless.
        let is_worth_it = self.worth(least.1) < self.worth(id)
            && (leaving < SERVERS_MAX || self.met.contains(&id));
        let least = least.clone();
        is_worth_it && self.remove(&least)
    }

    fn worth(&self, id: ServerId) -> Worth {
        match self.verdicts.get(&id) {
            _ if self.met.contains(&id) => Worth::Met,
            Some(Verdict::Proven(_)) => Worth::Proven,
            Some(Verdict::Refuted) => Worth::Refuted,
            None => Worth::Claimed,
        }
    }

    /// Where its server was proven, if a row leads there.
    fn proven_place<'a>(&self, id: ServerId, row: &'a Row) -> Option<&'a (u8, Address)> {
        let Some(Verdict::Proven(at)) = self.verdicts.get(&id) else { return None };
        row.addresses.iter().find(|(_, one)| one == at)
    }

    fn touch(&mut self, id: ServerId) {
        let is_first = self.met.contains(&id);
        match self.untold.contains(&id) {
            true => {}
            false if is_first => self.untold.push_front(id),
            false => self.untold.push_back(id),
        }
        let (told, rows) = (&self.told, &self.rows);
        let has_row = |id: &ServerId| rows.keys().any(|(_, own)| own == id);
        let is_worth_telling = |id: &ServerId| told.contains_key(id) || has_row(id);
        self.untold.retain(is_worth_telling);
        self.verdicts.retain(|id, _| is_worth_telling(id));
    }

    /// All rows of one id as one server: where it was proven, then the first address of each row, then
    /// the second, so that no row pushes another one's behind what is dialled.
    fn server(&self, id: ServerId) -> Option<FoundServer> {
        let rows = || self.rows_of(id).map(|(_, row)| row);
        let proven = |row: &&Row| self.proven_place(id, row).is_some();
        let oldest = || rows().min_by_key(|row| row.number);
        let name = rows().find(proven).or_else(oldest)?.name.clone();
        let at = rows().find_map(|row| self.proven_place(id, row)).map(|(_, address)| address);
        let mut ranked: Vec<_> = rows()
            .flat_map(|row| {
                let places = row.addresses.iter().enumerate();
                places.map(|(turn, (rank, address))| {
                    (at != Some(address), turn, *rank, row.number, address)
                })
            })
            .collect();
        ranked.sort();
        let mut addresses: Vec<Address> = Vec::new();
        for (.., address) in ranked {
            if addresses.len() < ADDRESSES_MAX && !addresses.contains(address) {
                addresses.push(address.clone());
            }
        }
        let fingerprint = id.fingerprint();
        let name = if name.is_empty() { fingerprint.clone() } else { name };
        Some(FoundServer { id, name, addresses, fingerprint })
    }
}

/// The numbers that can be dialled, each with its rank.
fn addresses(places: &[Place], port: u16) -> Vec<(u8, Address)> {
    if port == 0 {
        return Vec::new();
    }
    let mut ranked: Vec<(u8, Address)> = places
        .iter()
        .filter_map(|place| {
            let host = match place.ip {
                IpAddr::V6(ip) if ip.is_unicast_link_local() => format!("{ip}%{}", place.scope),
                ip => ip.to_string(),
            };
            Some((rank(place)?, Address { host, port }))
        })
        .collect();
    ranked.sort();
    ranked.dedup();
    ranked.truncate(ADDRESSES_MAX);
    ranked
}

/// How likely a number is to answer, the smaller the likelier; nothing for one that is no host.
fn rank(place: &Place) -> Option<u8> {
    match place.ip {
        // A stranger's word that it is at our own loopback would send us to ourselves.
        ip if ip.is_loopback() => place.is_own.then_some(1),
        ip if ip.is_unspecified() || ip.is_multicast() => None,
        IpAddr::V4(ip) if ip.is_broadcast() => None,
        IpAddr::V4(_) if place.is_near => Some(0),
        IpAddr::V4(ip) if ip.is_private() => Some(2),
        IpAddr::V4(ip) if ip.is_link_local() => Some(5),
        IpAddr::V4(_) => Some(4),
        IpAddr::V6(ip) if ip.is_unicast_link_local() => (!place.scope.is_empty()).then_some(6),
        IpAddr::V6(ip) if is_mapped(ip) => None,
        IpAddr::V6(_) => Some(3),
    }
}

fn is_mapped(ip: Ipv6Addr) -> bool {
    ip.to_ipv4_mapped().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn id(n: usize) -> ServerId {
        ServerId([u8::try_from(n).unwrap(); 32])
    }

    fn place(ip: &str) -> Place {
        let is_near = ip.starts_with("192.168.3.");
        Place { ip: ip.parse().unwrap(), scope: "lan0".to_owned(), is_own: false, is_near }
    }

    fn announced(instance: &str, n: usize, ips: &[&str]) -> Announced {
        Announced {
            instance: instance.to_owned(),
            id: id(n),
            name: format!("server {n}"),
            port: 1029,
            places: ips.iter().map(|ip| place(ip)).collect(),
        }
    }

    fn found(neighbours: &mut Neighbours, now: Duration) -> Vec<DiscoveryEvent> {
        let mut events = Vec::new();
        while let Turn::Now(event) = neighbours.next(now) {
            events.push(event);
        }
        events
    }

    #[test]
    fn the_likeliest_address_stands_first() {
        let mut neighbours = Neighbours::default();
        let ips = ["fe80::1", "169.254.1.1", "8.8.4.4", "2001:db8::1", "10.1.2.3", "192.168.3.20"];
        neighbours.heard(&announced("a", 1, &ips));
        let Turn::Now(DiscoveryEvent::Found(server)) = neighbours.next(SECOND) else { panic!() };
        let hosts: Vec<String> = server.addresses.iter().map(Address::to_string).collect();
        let expected = [
            "192.168.3.20:1029",
            "10.1.2.3:1029",
            "[2001:db8::1]:1029",
            "8.8.4.4:1029",
            "169.254.1.1:1029",
            "[fe80::1%lan0]:1029",
        ];
        assert_eq!(hosts, expected);
        assert_eq!(server.fingerprint, id(1).fingerprint());
    }

    #[test]
    fn what_cannot_be_dialled_is_no_address() {
        let ips =
            ["127.0.0.1", "::1", "0.0.0.0", "::", "224.0.0.251", "255.255.255.255", "ff02::1"];
        let mut neighbours = Neighbours::default();
        neighbours.heard(&announced("a", 1, &ips));
        neighbours.heard(&announced("b", 2, &["::ffff:10.0.0.1"]));
        neighbours.heard(&Announced { port: 0, ..announced("c", 3, &["10.0.0.1"]) });
        assert_eq!(neighbours.next(SECOND), Turn::Idle);
        let own = Place { is_own: true, ..place("127.0.0.1") };
        neighbours.heard(&Announced { places: vec![own], ..announced("d", 4, &[]) });
        assert!(matches!(neighbours.next(SECOND), Turn::Now(DiscoveryEvent::Found(_))));
    }

    #[test]
    fn one_id_is_one_row_whatever_it_is_called() {
        let mut neighbours = Neighbours::default();
        neighbours.heard(&announced("a", 1, &["10.0.0.1"]));
        neighbours.heard(&announced("a (2)", 1, &["10.0.0.2"]));
        let events = found(&mut neighbours, SECOND);
        let [DiscoveryEvent::Found(server)] = &events[..] else { panic!("{events:?}") };
        assert_eq!(server.addresses.len(), 2);
        assert_eq!(neighbours.instances(id(1)), ["a", "a (2)"]);

        neighbours.gone("a");
        let events = found(&mut neighbours, SECOND);
        assert!(matches!(&events[..], [DiscoveryEvent::Found(s)] if s.addresses.len() == 1));
        neighbours.gone("a (2)");
        assert_eq!(found(&mut neighbours, SECOND), [DiscoveryEvent::Lost(id(1))]);
        assert_eq!(neighbours.next(SECOND), Turn::Idle);
    }

    #[test]
    fn what_did_not_change_is_not_told_again() {
        let mut neighbours = Neighbours::default();
        neighbours.heard(&announced("a", 1, &["10.0.0.1"]));
        assert_eq!(found(&mut neighbours, SECOND).len(), 1);
        neighbours.heard(&announced("a", 1, &["10.0.0.1"]));
        neighbours.gone("a");
        neighbours.heard(&announced("a", 1, &["10.0.0.1"]));
        assert_eq!(neighbours.next(SECOND), Turn::Idle);
    }

    #[test]
    fn a_flood_is_ten_events_a_second_and_sixty_four_rows() {
        let mut neighbours = Neighbours::default();
        for n in 0..200 {
            neighbours.heard(&announced(&format!("a{n}"), n, &["10.0.0.1"]));
        }
        assert_eq!(neighbours.rows.len(), SERVERS_MAX);
        assert_eq!(found(&mut neighbours, SECOND).len(), EVENTS_PER_SECOND);
        assert_eq!(neighbours.next(SECOND), Turn::At(2 * SECOND));
        assert_eq!(found(&mut neighbours, 2 * SECOND).len(), EVENTS_PER_SECOND);
        for n in 0..200 {
            neighbours.gone(&format!("a{n}"));
            neighbours.heard(&announced(&format!("b{n}"), 200 - n, &["10.0.0.2"]));
        }
        let known = neighbours.rows.len() + neighbours.told.len();
        assert!(known <= SERVERS_MAX + EVENTS_PER_SECOND * 2, "{known}");
        assert!(neighbours.untold.len() <= known, "{}", neighbours.untold.len());
    }

    #[test]
    fn one_id_has_few_rows_and_the_proven_one_stays() {
        let mut neighbours = Neighbours::default();
        neighbours.heard(&announced("genuine", 1, &["10.0.0.1"]));
        let at = Address { host: "10.0.0.1".to_owned(), port: 1029 };
        neighbours.judge(id(1), Some(at.clone()));
        for n in 2..200 {
            neighbours.heard(&announced(&format!("a{n}"), 1, &[&format!("10.0.0.{n}")]));
        }
        assert_eq!(neighbours.rows.len(), CLAIMS_MAX);
        let Turn::Now(DiscoveryEvent::Found(server)) = neighbours.next(SECOND) else { panic!() };
        assert_eq!((&server.addresses[0], server.addresses.len()), (&at, CLAIMS_MAX));
    }

    #[test]
    fn a_flood_pushes_out_neither_who_was_met_nor_who_is_proven() {
        let mut neighbours = Neighbours::default();
        neighbours.meet([id(250)]);
        neighbours.heard(&announced("proven", 249, &["10.0.0.1"]));
        let at = Address { host: "10.0.0.1".to_owned(), port: 1029 };
        neighbours.judge(id(249), Some(at));
        for n in 0..100 {
            neighbours.heard(&announced(&format!("a{n}"), n, &["10.0.0.66"]));
        }
        // Comes when the list is full, and is told first.
        neighbours.heard(&announced("met", 250, &["10.0.0.2"]));
        assert_eq!(neighbours.rows.len(), SERVERS_MAX);
        let Turn::Now(DiscoveryEvent::Found(first)) = neighbours.next(SECOND) else { panic!() };
        assert_eq!(first.id, id(250));
        for n in 0..200 {
            neighbours.judge(id(n), None);
            neighbours.heard(&announced(&format!("b{n}"), 100 + n % 100, &["10.0.0.66"]));
        }
        assert!(neighbours.has("met") && neighbours.has("proven"));
        let known = neighbours.rows.len() + neighbours.told.len();
        assert!(known <= 3 * SERVERS_MAX, "{known}");
    }

    #[test]
    fn who_proved_nothing_makes_room_for_who_is_new() {
        let mut neighbours = Neighbours::default();
        for n in 0..64 {
            neighbours.heard(&announced(&format!("a{n}"), n, &["10.0.0.66"]));
        }
        neighbours.heard(&announced("new", 100, &["10.0.0.1"]));
        assert!(!neighbours.has("new"));
        neighbours.judge(id(7), None);
        neighbours.heard(&announced("new", 100, &["10.0.0.1"]));
        assert!(neighbours.has("new") && !neighbours.has("a7"));
    }

    fn told(neighbours: &mut Neighbours, now: Duration) -> Vec<(bool, ServerId)> {
        let told = |event| match event {
            DiscoveryEvent::Found(server) => (true, server.id),
            DiscoveryEvent::Lost(id) => (false, id),
        };
        found(neighbours, now).into_iter().map(told).collect()
    }

    #[test]
    fn who_takes_a_name_gets_a_row_beside_and_takes_nobodys() {
        let mut neighbours = Neighbours::default();
        neighbours.heard(&announced("name", 1, &["10.0.0.1"]));
        assert_eq!(told(&mut neighbours, SECOND), [(true, id(1))]);
        neighbours.heard(&announced("name", 2, &["10.0.0.66"]));
        assert_eq!(told(&mut neighbours, SECOND), [(true, id(2))], "nobody is lost");
        let at = Address { host: "10.0.0.1".to_owned(), port: 1029 };
        neighbours.judge(id(1), Some(at.clone()));
        // The genuine id as well, elsewhere: where it was proven is kept.
        let ips: Vec<String> = (1..40).map(|n| format!("192.168.3.{n}")).collect();
        let ips: Vec<&str> = ips.iter().map(String::as_str).collect();
        neighbours.heard(&announced("name", 1, &ips));
        let server = neighbours.server(id(1)).unwrap();
        assert_eq!((&server.addresses[0], server.addresses.len()), (&at, ADDRESSES_MAX));
        found(&mut neighbours, SECOND);
        // Whoever is looked at and is not there leaves the name.
        neighbours.judge(id(2), None);
        assert_eq!(told(&mut neighbours, SECOND), [(false, id(2))]);
        neighbours.heard(&announced("name", 3, &["10.0.0.3"]));
        neighbours.judge(id(1), None);
        assert_eq!(told(&mut neighbours, SECOND), [(true, id(3)), (false, id(1))]);
        neighbours.gone("name");
        assert_eq!(told(&mut neighbours, SECOND), [(false, id(3))]);
    }

    #[test]
    fn nobody_is_hidden_by_claims_of_its_id() {
        let genuine = announced("genuine", 1, &["192.168.3.200", "10.0.0.1"]);
        let is_dialled = |neighbours: &Neighbours| {
            let addresses = neighbours.server(id(1)).unwrap().addresses;
            addresses.iter().take(CLAIMS_MAX).any(|one| one.host == "192.168.3.200")
        };
        // Many names, each with addresses that would all be dialled before.
        let mut neighbours = Neighbours::default();
        neighbours.heard(&genuine);
        for n in 0..50 {
            let ips: Vec<String> = (0..6).map(|m| format!("192.168.3.{}", m + n)).collect();
            let ips: Vec<&str> = ips.iter().map(String::as_str).collect();
            neighbours.heard(&announced(&format!("a{n}"), 1, &ips));
        }
        assert_eq!(neighbours.rows.len(), CLAIMS_MAX);
        assert!(is_dialled(&neighbours), "{neighbours:?}");
        // The claims came first: looked at, they make room.
        let mut neighbours = Neighbours::default();
        for n in 0..4 {
            neighbours.heard(&announced(&format!("a{n}"), 1, &["10.0.0.66"]));
        }
        neighbours.heard(&genuine);
        assert!(!neighbours.has("genuine"));
        neighbours.judge(id(1), None);
        neighbours.heard(&genuine);
        assert!(is_dialled(&neighbours), "{neighbours:?}");
    }
}
