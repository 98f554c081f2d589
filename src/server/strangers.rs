//! Links that are not signed in: how many there are of each address, and which one gives way when there
//! are too many.
//!
//! Whoever fills the door from some addresses must not keep everybody else out, so the oldest link of the
//! address with the most makes room for an address with fewer.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use async_channel::{Receiver, Sender};

/// Which link, in the order in which they came.
type Number = u64;

/// All of them.
#[derive(Default)]
pub(super) struct Strangers {
    last: Number,
    count: u64,
    addresses: HashMap<IpAddr, BTreeMap<Number, Hold>>,
    /// Who gives way is last: most links, and of as many the oldest first link.
    crowded: BTreeSet<(usize, Reverse<Number>, IpAddr)>,
}

/// A stranger's place. Its link is told when this is dropped.
pub(super) struct Hold {
    number: Number,
    _alive: Sender<()>,
}

impl Strangers {
    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How many there are of one address.
    pub fn count_of(&self, address: IpAddr) -> u64 {
        self.addresses.get(&address).map_or(0, |links| links.len() as u64)
    }

    /// One more: its number, and where it hears that it has to go.
    pub fn add(&mut self, address: IpAddr) -> (Number, Receiver<()>) {
        self.last += 1;
        let (alive, gone) = async_channel::bounded(1);
        let hold = Hold { number: self.last, _alive: alive };
        self.put(address, hold);
        (self.last, gone)
    }

    /// A link that is a stranger's again.
    pub fn put(&mut self, address: IpAddr, hold: Hold) {
        self.change(address, |links| {
            links.insert(hold.number, hold);
        });
        self.count += 1;
    }

    /// One is no stranger any more, or gone. It may have given way before.
    pub fn remove(&mut self, address: IpAddr, number: Number) -> Option<Hold> {
        let hold = self.change(address, |links| links.remove(&number));
        self.count -= u64::from(hold.is_some());
        hold
    }

    /// Makes room for one more of an address. Says whether there is any now: an address that would
    /// have the most itself gets none.
    pub fn give_way(&mut self, address: IpAddr) -> bool {
        let own = self.addresses.get(&address).map_or(0, BTreeMap::len);
        match self.crowded.last() {
            Some((most, Reverse(oldest), of)) if own < *most => {
                let (oldest, of) = (*oldest, *of);
                self.remove(of, oldest).is_some()
            }
            _ => false,
        }
    }

    fn change<T>(
        &mut self,
        address: IpAddr,
        change: impl FnOnce(&mut BTreeMap<Number, Hold>) -> T,
    ) -> T {
        let links = self.addresses.entry(address).or_default();
        if let Some(place) = standing(address, links) {
            self.crowded.remove(&place);
        }
        let changed = change(links);
        match standing(address, links) {
            Some(place) => drop(self.crowded.insert(place)),
            None => drop(self.addresses.remove(&address)),
        }
        changed
    }
}

fn standing(
    address: IpAddr,
    links: &BTreeMap<Number, Hold>,
) -> Option<(usize, Reverse<Number>, IpAddr)> {
    let oldest = links.first_key_value()?.0;
    Some((links.len(), Reverse(*oldest), address))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn address(number: u32) -> IpAddr {
        Ipv4Addr::from_bits(0x0A00_0000 + number).into()
    }

    #[test]
    fn the_oldest_of_the_fullest_address_gives_way() {
        let mut strangers = Strangers::default();
        let links: Vec<_> = [1, 2, 2, 3, 3].map(|of| strangers.add(address(of))).into();
        assert!(strangers.give_way(address(1)));
        let gone: Vec<bool> = links.iter().map(|(_, gone)| gone.is_closed()).collect();
        assert_eq!(gone, [false, true, false, false, false]);
        assert!(!strangers.give_way(address(3)), "it would have the most");
        assert!(strangers.give_way(address(4)));
        assert!(links[3].1.is_closed());
        assert!(strangers.give_way(address(4)), "all have one: the oldest");
        assert!(links[0].1.is_closed());
        assert_eq!((strangers.count(), strangers.count_of(address(3))), (2, 1));
    }

    #[test]
    fn who_is_inside_gives_no_way_and_nothing_is_left_of_who_went() {
        let mut strangers = Strangers::default();
        let (number, gone) = strangers.add(address(1));
        let hold = strangers.remove(address(1), number).unwrap();
        assert!(!strangers.give_way(address(2)) && !gone.is_closed());
        strangers.put(address(1), hold);
        assert!(strangers.give_way(address(2)) && gone.is_closed());
        assert!(strangers.remove(address(1), number).is_none());
        assert_eq!(strangers.count(), 0);
        assert!(strangers.addresses.is_empty() && strangers.crowded.is_empty());
    }
}
