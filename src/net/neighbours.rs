//! What was heard of servers on the LAN, as rows by server id: pure, bounded, at a person's pace.
//!
//! Everything here comes from strangers, who can say anything at any rate. A row is a hint where to
//! dial; only TLS proves who answers there.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::ServerId;
use crate::net::address::Address;

/// Servers that are kept. At the bound new ones are ignored until one is gone.
const SERVERS_MAX: usize = 64;
/// Addresses kept of one server; the likeliest are kept.
const ADDRESSES_MAX: usize = 16;
/// Events in a second. At the bound they wait, and changes of one server become one event.
const EVENTS_PER_SECOND: usize = 10;
/// Letters of a shown name; the rest is cut off.
const NAME_GRAPHEMES_MAX: usize = 32;
/// Ends a name that was cut.
const CUT: &str = "…";
/// Bytes of a shown name, whatever its letters are made of.
const NAME_BYTES_MAX: usize = 128;
/// Marks that may stand on one letter; more would paint over other rows.
const MARKS_PER_LETTER_MAX: usize = 2;

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
}

#[derive(Debug)]
struct Row {
    id: ServerId,
    name: String,
    addresses: Vec<(u8, Address)>,
}

impl Neighbours {
    /// Takes an announcement in, if there is a place for it.
    pub(super) fn heard(&mut self, announced: &Announced) {
        let is_new = !self.rows.contains_key(&announced.instance);
        if is_new && (self.rows.len() >= SERVERS_MAX || self.is_full_for(announced.id)) {
            return;
        }
        let row = Row {
            id: announced.id,
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

    /// Would this id be one too many among those that are kept or still have to be told?
    fn is_full_for(&self, id: ServerId) -> bool {
        let told_only = |told: &&ServerId| !self.rows.values().any(|row| row.id == **told);
        let is_known = self.told.contains_key(&id) || self.rows.values().any(|row| row.id == id);
        !is_known && self.rows.len() + self.told.keys().filter(told_only).count() >= SERVERS_MAX
    }

    fn touch(&mut self, id: ServerId) {
        if !self.untold.contains(&id) {
            self.untold.push_back(id);
        }
        let is_worth_telling = |id: &ServerId| {
            self.told.contains_key(id) || self.rows.values().any(|row| row.id == *id)
        };
        self.untold.retain(is_worth_telling);
    }

    /// All rows of one id as one server.
    fn server(&self, id: ServerId) -> Option<FoundServer> {
        let rows = || self.rows.values().filter(|row| row.id == id);
        let name = rows().next()?.name.clone();
        let mut ranked: Vec<(u8, Address)> = rows().flat_map(|row| row.addresses.clone()).collect();
        ranked.sort();
        ranked.dedup();
        ranked.truncate(ADDRESSES_MAX);
        let addresses = ranked.into_iter().map(|(_, address)| address).collect();
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
        IpAddr::V4(ip) if ip.is_private() => Some(0),
        IpAddr::V4(ip) if ip.is_link_local() => Some(4),
        IpAddr::V4(_) => Some(3),
        IpAddr::V6(ip) if ip.is_unicast_link_local() => (!place.scope.is_empty()).then_some(5),
        IpAddr::V6(ip) if is_mapped(ip) => None,
        IpAddr::V6(_) => Some(2),
    }
}

fn is_mapped(ip: Ipv6Addr) -> bool {
    ip.to_ipv4_mapped().is_some()
}

/// A stranger's name as it may be shown: on one line, without what hides or turns text, cut.
pub(super) fn shown_name(name: &str) -> String {
    let mut marks = 0;
    let mut shown = String::new();
    for c in name.chars().take(NAME_BYTES_MAX * 2).nfc() {
        let forbidden = matches!(
            c.general_category(),
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::Surrogate
                | GeneralCategory::PrivateUse
                | GeneralCategory::Unassigned
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
        );
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        if c.is_whitespace() {
            shown.push(' ');
        } else if !forbidden && marks <= MARKS_PER_LETTER_MAX {
            shown.push(c);
        }
    }
    let words: Vec<&str> = shown.split(' ').filter(|word| !word.is_empty()).collect();
    let whole = words.join(" ");
    let start = cut(&whole, NAME_GRAPHEMES_MAX, NAME_BYTES_MAX);
    if start.len() == whole.len() {
        return whole;
    }
    // Whoever reads it sees that there is more.
    let start = cut(&whole, NAME_GRAPHEMES_MAX - 1, NAME_BYTES_MAX - CUT.len());
    format!("{}{CUT}", start.trim_end())
}

/// The start of a text: whole letters, at most so many, in at most so many bytes.
pub(super) fn cut(text: &str, graphemes_max: usize, bytes_max: usize) -> &str {
    let letters = text.grapheme_indices(true).take(graphemes_max);
    let ends = letters.map(|(at, letter)| at + letter.len());
    let end = ends.take_while(|end| *end <= bytes_max).last().unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn id(n: usize) -> ServerId {
        ServerId([u8::try_from(n).unwrap(); 32])
    }

    fn place(ip: &str) -> Place {
        Place { ip: ip.parse().unwrap(), scope: "lan0".to_owned(), is_own: false }
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
        let ips = ["fe80::1", "169.254.1.1", "8.8.4.4", "2001:db8::1", "192.168.3.20"];
        neighbours.heard(&announced("a", 1, &ips));
        let Turn::Now(DiscoveryEvent::Found(server)) = neighbours.next(SECOND) else { panic!() };
        let hosts: Vec<String> = server.addresses.iter().map(Address::to_string).collect();
        let expected = [
            "192.168.3.20:1029",
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
    fn a_name_is_one_harmless_line() {
        let cases = [
            ("青柠 Server", "青柠 Server"),
            ("  a \n\t b  ", "a b"),
            ("a\u{202E}b\u{200B}c", "abc"),
            ("a\u{0300}\u{0301}\u{0302}\u{0303}", "à\u{0301}\u{0302}"),
            ("", ""),
        ];
        for (name, expected) in cases {
            assert_eq!(shown_name(name), expected, "{name:?}");
        }
        let (whole, start) = ("长".repeat(32), format!("{}…", "长".repeat(31)));
        assert_eq!(shown_name(&"长".repeat(100)), start);
        assert_eq!((shown_name(&start), shown_name(&whole)), (start, whole));
        assert!(shown_name(&"e\u{0301}\u{0323}".repeat(9000)).len() <= NAME_BYTES_MAX);
        assert_eq!(cut("青柠", 9, 5), "青");
        assert_eq!(cut("👨‍👩‍👧a", 9, 5), "");
    }
}
