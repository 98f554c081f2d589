//! What is counted of links, addresses and accounts; [`super::admission`] decides by it.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use super::bounded::{Bounded, Keep};
use super::bounds::Bound;
use super::bucket::Bucket;
use super::rates::{Meter, Rates};
use super::strangers::Strangers;
use crate::domain::{AccountId, DeviceId, FileWay, RoomId};
use crate::limits::Limits;

/// All counters.
pub(super) struct Counts {
    pub links: u64,
    pub strangers: Strangers,
    pub addresses: Bounded<IpAddr, Address>,
    pub accounts: HashMap<AccountId, HashMap<DeviceId, u64>>,
    /// Links of files, in all and of each account.
    pub files: u64,
    pub carriers: HashMap<AccountId, u64>,
    /// The links of each account, and what it did lately on all of them.
    pub senders: HashMap<AccountId, (u64, Rates)>,
    pub wrong: Bounded<(String, IpAddr), Wrong>,
    pub registrations: Bucket,
    pub lobby: Bucket,
    pub rooms: Bounded<RoomId, Bucket>,
}

/// What one address does.
pub(super) struct Address {
    pub links: u64,
    pub meter: Meter,
}

/// Wrong passwords of one account from one address.
#[derive(Default)]
pub(super) struct Wrong {
    pub times: VecDeque<Duration>,
    pub until: Duration,
    pub lockouts: u32,
}

impl Counts {
    pub fn address(&mut self, limits: &Limits, address: IpAddr, uptime: Duration) -> &mut Address {
        self.addresses
            .get_or_insert(address, || Address { links: 0, meter: Meter::new(limits, uptime) })
    }

    /// The bound that one more link of an address would be over, if there is one. What it costs the
    /// address to dial is taken, and where the door is full somebody else gives way to it.
    pub fn met_by_one_more(
        &mut self,
        limits: &Limits,
        address: IpAddr,
        uptime: Duration,
    ) -> Option<Bound> {
        if self.links >= limits.links_total {
            return Some(Bound::LinksTotal);
        }
        let strangers = self.strangers.count_of(address);
        let entry = self.address(limits, address, uptime);
        if entry.links >= limits.links_per_address {
            return Some(Bound::LinksPerAddress);
        }
        if strangers >= limits.links_unauthenticated_per_address {
            return Some(Bound::LinksUnauthenticatedPerAddress);
        }
        if entry.meter.dials.take(uptime).is_err() {
            return Some(Bound::Dials);
        }
        let is_full = self.strangers.count() >= limits.links_unauthenticated_total;
        (is_full && !self.strangers.give_way(address)).then_some(Bound::LinksUnauthenticated)
    }

    /// Whether one more file may travel. Who fetches may wait for who brings, so that some places are
    /// for those who bring alone.
    pub fn may_carry(
        &self,
        limits: &Limits,
        account: AccountId,
        way: FileWay,
    ) -> Result<(), Bound> {
        let own = self.carriers.get(&account).copied().unwrap_or_default();
        let places = |all: u64| match way {
            FileWay::Up => all,
            FileWay::Down => all - (all / 4).max(u64::from(all > 1)),
        };
        match () {
            () if self.files >= places(limits.files_links) => Err(Bound::FilesLinks),
            () if own >= places(limits.files_links_per_account) => Err(Bound::FilesLinksPerAccount),
            () => Ok(()),
        }
    }

    pub fn leave_files(&mut self, account: AccountId) {
        self.files -= 1;
        if let Some(own) = self.carriers.get_mut(&account) {
            *own -= 1;
            if *own == 0 {
                self.carriers.remove(&account);
            }
        }
    }

    pub fn leave_account(&mut self, account: AccountId, device: DeviceId) {
        if let Some(devices) = self.accounts.get_mut(&account) {
            if let Some(links) = devices.get_mut(&device) {
                *links -= 1;
                if *links == 0 {
                    devices.remove(&device);
                }
            }
            if devices.is_empty() {
                self.accounts.remove(&account);
            }
        }
        // The bucket stays, or reconnecting would fill it.
        if let Some((links, _)) = self.senders.get_mut(&account) {
            *links -= 1;
        }
    }
}

impl Keep for Address {
    fn is_needed(&self) -> bool {
        self.links > 0
    }
}

impl Keep for Wrong {
    fn is_needed(&self) -> bool {
        false
    }
}

impl Keep for Bucket {
    fn is_needed(&self) -> bool {
        false
    }
}
