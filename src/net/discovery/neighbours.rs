//! What was heard of servers on the LAN, as rows by server id: pure, bounded, at a person's pace.
//!
//! Everything here comes from strangers, who can say anything at any rate. A row is a hint where to
//! dial; only TLS proves who answers there. So when there are too many rows, those stay whose server
//! was met before or proven, and those go first where TLS has proven nothing.

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
/// id. At the bound the oldest one goes that is not proven.
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
    rows: BTreeMap<String, Row>,
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
    id: ServerId,
    /// Which row it is since the start: the smaller, the older.
    number: u64,
    name: String,
    addresses: Vec<(u8, Address)>,
}

impl Neighbours {
    /// Takes an announcement in, if there is a place for it.
    pub(super) fn heard(&mut self, announced: &Announced) {
        let before = self.rows.get(&announced.instance).map(|row| row.number);
        if before.is_none() && !self.has_room(announced.id) {
            return;
        }
        self.counted += 1;
        let row = Row {
            id: announced.id,
            number: before.unwrap_or(self.counted),
            name: shown_name(&announced.name),
            addresses: addresses(&announced.places, announced.port),
        };
        if row.addresses.is_empty() {
            return self.gone(&announced.instance);
        }
        let before = self.rows.insert(announced.instance.clone(), row);
        if let Some(before) = before {
            self.touch(before.id);
        }
        self.touch(announced.id);
    }

    /// Says which servers this computer has used: theirs are the last rows to go.
    pub(super) fn meet(&mut self, met: impl IntoIterator<Item = ServerId>) {
        self.met = met.into_iter().take(SERVERS_MAX).collect();
    }

    /// Says where looking at a server proved it, if anywhere.
    pub(super) fn judge(&mut self, id: ServerId, proven: Option<Address>) {
        if self.told.contains_key(&id) || self.rows.values().any(|row| row.id == id) {
            self.verdicts.insert(id, proven.map_or(Verdict::Refuted, Verdict::Proven));
            self.touch(id);
        }
    }

    /// Forgets an announcement.
    pub(super) fn gone(&mut self, instance: &str) {
        if let Some(row) = self.rows.remove(instance) {
            self.touch(row.id);
        }
    }

    /// The names under which a server is announced.
    pub(super) fn instances(&self, id: ServerId) -> Vec<String> {
        let own = self.rows.iter().filter(|(_, row)| row.id == id);
        own.map(|(instance, _)| instance.clone()).collect()
    }

    /// Whether this is one of the names under which anything is announced.
    pub(super) fn has(&self, instance: &str) -> bool {
        self.rows.contains_key(instance)
    }

    /// All names under which anything is announced.
    pub(super) fn all_instances(&self) -> BTreeSet<String> {
        self.rows.keys().cloned().collect()
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
        let claims = || self.rows.iter().filter(|(_, row)| row.id == id);
        if claims().count() >= CLAIMS_MAX {
            let unproven = claims().filter(|(_, row)| !self.is_proven(row));
            let oldest = unproven.min_by_key(|(_, row)| row.number).map(|(name, _)| name.clone());
            return oldest.is_some_and(|oldest| self.evict(&oldest));
        }
        let told_only = |told: &&ServerId| !self.rows.values().any(|row| row.id == **told);
        let leaving = self.told.keys().filter(told_only).count();
        let is_known = claims().next().is_some() || self.told.contains_key(&id);
        if self.rows.len() < SERVERS_MAX && (is_known || self.rows.len() + leaving < SERVERS_MAX) {
            return true;
        }
        let least = self.rows.iter().min_by_key(|(_, row)| (self.worth(row.id), row.number));
        let Some((instance, row)) = least else { return false };
        // Those that left have to be told first, or a flood would make the list of them endless.
        let is_worth_it = self.worth(row.id) < self.worth(id)
            && (leaving < SERVERS_MAX || self.met.contains(&id));
        let instance = instance.clone();
        is_worth_it && self.evict(&instance)
    }

    fn evict(&mut self, instance: &str) -> bool {
        self.gone(instance);
        true
    }

    fn worth(&self, id: ServerId) -> Worth {
        match self.verdicts.get(&id) {
            _ if self.met.contains(&id) => Worth::Met,
            Some(Verdict::Proven(_)) => Worth::Proven,
            Some(Verdict::Refuted) => Worth::Refuted,
            None => Worth::Claimed,
        }
    }

    /// Does this row lead to where its server was proven?
    fn is_proven(&self, row: &Row) -> bool {
        self.proven_at(row.id).is_some_and(|at| row.addresses.iter().any(|(_, one)| one == at))
    }

    fn proven_at(&self, id: ServerId) -> Option<&Address> {
        match self.verdicts.get(&id) {
            Some(Verdict::Proven(at)) => Some(at),
            _ => None,
        }
    }

    fn touch(&mut self, id: ServerId) {
        let is_first = self.met.contains(&id);
        match self.untold.contains(&id) {
            true => {}
            false if is_first => self.untold.push_front(id),
            false => self.untold.push_back(id),
        }
        let (told, rows) = (&self.told, &self.rows);
        let has_row = |id: &ServerId| rows.values().any(|row| row.id == *id);
        let is_worth_telling = |id: &ServerId| told.contains_key(id) || has_row(id);
        self.untold.retain(is_worth_telling);
        self.verdicts.retain(|id, _| is_worth_telling(id));
    }

    /// All rows of one id as one server.
    fn server(&self, id: ServerId) -> Option<FoundServer> {
        let rows = || self.rows.values().filter(|row| row.id == id);
        let first = rows().find(|row| self.is_proven(row)).or_else(|| rows().next())?;
        let name = first.name.clone();
        let proven = self.proven_at(id);
        let mut ranked: Vec<(bool, u8, Address)> = rows()
            .flat_map(|row| row.addresses.clone())
            .map(|(rank, address)| (proven != Some(&address), rank, address))
            .collect();
        ranked.sort();
        ranked.dedup();
        ranked.truncate(ADDRESSES_MAX);
        let addresses = ranked.into_iter().map(|(_, _, address)| address).collect();
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
        assert!(neighbours.rows.contains_key("met") && neighbours.rows.contains_key("proven"));
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
        assert!(!neighbours.rows.contains_key("new"));
        neighbours.judge(id(7), None);
        neighbours.heard(&announced("new", 100, &["10.0.0.1"]));
        assert!(neighbours.rows.contains_key("new") && !neighbours.rows.contains_key("a7"));
    }
}
