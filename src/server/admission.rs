//! Who may come in: links, registrations and passwords, counted by address and account.
//!
//! Leaf counters behind one short mutex that is never held across an await. Time is an argument,
//! everything counted is bounded, and nothing of it is stored.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_channel::Receiver;

use super::bounded::Bounded;
use super::bounds::Bound;
use super::bucket::Bucket;
use super::counts::{Counts, Wrong};
use super::policy::Policy;
use super::rates::{Deed, Meter, Rates};
use super::strangers::{Hold, Strangers};
use crate::clock::millis;
use crate::domain::{AccountId, DeviceId, FileWay, Target};
use crate::limits::{COUNTED_MAX, Limits, SLOWED_MAX};
use crate::net::protocol::{Goodbye, Reason, Refusal};

const MINUTE: Duration = Duration::from_mins(1);
/// Wrong passwords count for so long.
const WRONG_WINDOW: Duration = Duration::from_mins(15);

/// All counters.
pub struct Admission {
    policy: Arc<Policy>,
    counts: Mutex<Counts>,
}

/// A link's place; given back when dropped.
pub struct Place {
    admission: Arc<Admission>,
    address: IpAddr,
    number: u64,
    gone: Receiver<()>,
    /// Kept while it is no stranger's.
    hold: Option<Hold>,
    signed_in: Option<(AccountId, DeviceId)>,
    /// It carries a file of this account.
    carries: Option<AccountId>,
}

/// The address that is counted for a peer's: one host has a whole /64 of IPv6 (RFC 4291).
#[must_use]
pub fn counted(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
    }
}

/// New accounts of everybody together.
fn registrations(limits: &Limits, uptime: Duration) -> Bucket {
    Bucket::per(limits.registrations_per_minute, MINUTE, uptime)
}

/// What everybody says in one place.
fn everybody(per_second: u64, uptime: Duration) -> Bucket {
    Bucket::new(per_second * 2, per_second, uptime)
}

impl Admission {
    /// Counters at zero.
    #[must_use]
    pub fn new(policy: Arc<Policy>, uptime: Duration) -> Arc<Self> {
        let limits = policy.limits();
        let counts = Counts {
            links: 0,
            strangers: Strangers::default(),
            addresses: Bounded::default(),
            accounts: HashMap::new(),
            files: 0,
            carriers: HashMap::new(),
            senders: HashMap::new(),
            wrong: Bounded::default(),
            registrations: registrations(&limits, uptime),
            lobby: everybody(limits.lobby_per_second, uptime),
            rooms: Bounded::default(),
        };
        Arc::new(Admission { policy, counts: Mutex::new(counts) })
    }

    /// A new link, before anything was read from it.
    ///
    /// # Errors
    /// There are too many; it is closed at once, without a word, which is the cheapest.
    pub fn enter(self: &Arc<Self>, address: IpAddr, uptime: Duration) -> Result<Place, Goodbye> {
        let limits = self.policy.limits();
        let mut counts = self.lock();
        if let Some(bound) = counts.met_by_one_more(&limits, address, uptime) {
            self.policy.met().refuse(bound);
            return Err(Goodbye::TooManyLinks);
        }
        counts.address(&limits, address, uptime).links += 1;
        counts.links += 1;
        let (number, gone) = counts.strangers.add(address);
        let admission = self.clone();
        Ok(Place { admission, address, number, gone, hold: None, signed_in: None, carries: None })
    }

    /// The link said what it opens with.
    ///
    /// # Errors
    /// Too many such links a minute from this address.
    pub fn greet(&self, address: IpAddr, has_token: bool, uptime: Duration) -> Result<(), Goodbye> {
        let mut counts = self.lock();
        let entry = counts.address(&self.policy.limits(), address, uptime);
        let (bucket, bound) = match has_token {
            true => (&mut entry.meter.tokens, Bound::LinksToken),
            false => (&mut entry.meter.new, Bound::LinksNew),
        };
        bucket.take(uptime).map_err(|_| {
            self.policy.met().refuse(bound);
            Goodbye::TooManyLinks
        })
    }

    /// A registration begins to cost something.
    ///
    /// # Errors
    /// Too many; the time to wait is said.
    pub fn register(&self, address: IpAddr, uptime: Duration) -> Result<(), Refusal> {
        let busy = |bound, wait| {
            self.policy.refuse(bound, Refusal::retry(Reason::RegistrationBusy, millis(wait)))
        };
        let mut counts = self.lock();
        // The address first: one that is over its own bound must not use up everybody's.
        let entry = counts.address(&self.policy.limits(), address, uptime);
        let own = entry.meter.registrations.take(uptime);
        own.map_err(|wait| busy(Bound::RegistrationsPerHour, wait))?;
        if let Err(wait) = counts.registrations.take(uptime) {
            counts.address(&self.policy.limits(), address, uptime).meter.registrations.give_back();
            return Err(busy(Bound::RegistrationsPerMinute, wait));
        }
        Ok(())
    }

    /// A password is about to be tried.
    ///
    /// # Errors
    /// Too many wrong ones before; the time to wait is said.
    pub fn try_password(
        &self,
        login: &str,
        address: IpAddr,
        uptime: Duration,
    ) -> Result<(), Refusal> {
        let locked = |bound, wait| {
            self.policy.refuse(bound, Refusal::retry(Reason::LockedOut, millis(wait)))
        };
        let mut counts = self.lock();
        if let Some(wrong) = counts.wrong.get(&(login.to_owned(), address))
            && wrong.until > uptime
        {
            return Err(locked(Bound::PasswordsWrong, wrong.until.saturating_sub(uptime)));
        }
        let entry = counts.address(&self.policy.limits(), address, uptime);
        let tried = entry.meter.passwords.take(uptime);
        tried.map_err(|wait| locked(Bound::PasswordsPerMinute, wait))
    }

    /// A password was wrong. Says how many were within the window, and how long to wait now.
    pub fn wrong_password(
        &self,
        login: &str,
        address: IpAddr,
        uptime: Duration,
    ) -> (u32, Duration) {
        let limit = usize::try_from(self.policy.limits().passwords_wrong).unwrap_or(usize::MAX);
        let mut counts = self.lock();
        let wrong = counts.wrong.get_or_insert((login.to_owned(), address), Wrong::default);
        wrong.times.retain(|time| *time + WRONG_WINDOW > uptime);
        wrong.times.push_back(uptime);
        let tries = wrong.times.len();
        if tries >= limit {
            // One minute, then two, four, eight, and at most fifteen: it grows, it never locks.
            let wait = (MINUTE * 2u32.pow(wrong.lockouts.min(4))).min(WRONG_WINDOW);
            wrong.lockouts += 1;
            wrong.until = uptime + wait;
        }
        (u32::try_from(tries).unwrap_or(u32::MAX), wrong.until.saturating_sub(uptime))
    }

    /// A password was right: what was counted against it is forgotten.
    pub fn right_password(&self, login: &str, address: IpAddr) {
        self.lock().wrong.remove(&(login.to_owned(), address));
    }

    /// Books a message: how long the session is not read further, so that order holds.
    ///
    /// # Errors
    /// Far over the limit; the time after which sending works again.
    pub fn book_message(
        &self,
        account: AccountId,
        to: Target,
        uptime: Duration,
    ) -> Result<Duration, Refusal> {
        let mut counts = self.lock();
        let own = match counts.senders.get_mut(&account) {
            Some((_, rates)) => self.booked(Bound::Messages, rates.book_message(uptime))?,
            None => Duration::ZERO,
        };
        let (bound, shared) = match to {
            Target::Account(_) => return Ok(own),
            Target::Lobby => (Bound::Lobby, &mut counts.lobby),
            Target::Room(room) => {
                let rate = self.policy.limits().room_per_second;
                (Bound::Room, counts.rooms.get_or_insert(room, || everybody(rate, uptime)))
            }
        };
        Ok(self.booked(bound, shared.book(uptime, SLOWED_MAX))?.max(own))
    }

    /// A wait is counted as one, and too long a one is a refusal.
    fn booked(
        &self,
        bound: Bound,
        booked: Result<Duration, Duration>,
    ) -> Result<Duration, Refusal> {
        if booked.is_ok_and(|wait| !wait.is_zero()) {
            self.policy.met().slow(bound);
        }
        let too_fast = |wait| Refusal::retry(Reason::TooFast, millis(wait));
        booked.map_err(|wait| self.policy.refuse(bound, too_fast(wait)))
    }

    /// Books what costs others something: how long the session is not read further.
    ///
    /// # Errors
    /// Far over the account's rate; the time after which it works again. Nothing is counted then.
    pub fn book(
        &self,
        account: AccountId,
        deed: Deed,
        uptime: Duration,
    ) -> Result<Duration, Refusal> {
        let mut counts = self.lock();
        let Some((_, rates)) = counts.senders.get_mut(&account) else { return Ok(Duration::ZERO) };
        self.booked(deed.bound(), rates.book(deed, uptime))
    }

    fn leave(&self, place: &Place) {
        let mut counts = self.lock();
        counts.links -= 1;
        if let Some(entry) = counts.addresses.get(&place.address) {
            entry.links -= 1;
        }
        match (place.signed_in, place.carries) {
            (Some((account, device)), _) => counts.leave_account(account, device),
            (None, Some(account)) => counts.leave_files(account),
            (None, None) => drop(counts.strangers.remove(place.address, place.number)),
        }
    }

    /// Whether one more file of an account may travel now.
    ///
    /// # Errors
    /// So many travel already.
    pub fn may_carry(&self, account: AccountId, way: FileWay) -> Result<(), Refusal> {
        let may = self.lock().may_carry(&self.policy.limits(), account, way);
        may.map_err(|bound| self.policy.refuse(bound, Reason::FilesBusy))
    }

    /// Other limits may be in force: what was used stays used under them.
    pub fn follow_limits(&self, uptime: Duration) {
        let limits = self.policy.limits();
        let (rates, meter) = (Rates::new(&limits, uptime), Meter::new(&limits, uptime));
        let room = everybody(limits.room_per_second, uptime);
        let mut counts = self.lock();
        counts.senders.values_mut().for_each(|(_, own)| own.follow(&rates, uptime));
        counts.addresses.values_mut().for_each(|address| address.meter.follow(&meter, uptime));
        counts.rooms.values_mut().for_each(|own| own.follow(&room, uptime));
        counts.registrations.follow(&registrations(&limits, uptime), uptime);
        counts.lobby.follow(&everybody(limits.lobby_per_second, uptime), uptime);
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Ends when the link has to make room for somebody else, which it never has to once it is signed in.
    pub fn gives_way(&self) -> impl Future<Output = ()> + use<> {
        let gone = self.gone.clone();
        // Nothing is ever sent there.
        async move { while gone.recv().await.is_ok() {} }
    }

    /// The link proved whose it is: it no longer counts as a stranger's.
    ///
    /// # Errors
    /// The account has too many links.
    pub fn sign_in(
        &mut self,
        account: AccountId,
        device: DeviceId,
        uptime: Duration,
    ) -> Result<(), Goodbye> {
        let most = self.admission.policy.limits().links_per_account;
        let is_full = {
            let counts = self.admission.lock();
            let devices = counts.accounts.get(&account);
            devices.is_some_and(|d| !d.contains_key(&device) && d.len() as u64 >= most)
        };
        if is_full {
            self.admission.policy.met().refuse(Bound::LinksPerAccount);
            return Err(Goodbye::TooManyLinks);
        }
        self.take_over(account, device, uptime);
        Ok(())
    }

    /// The same for a link that ends all others of the account.
    pub fn take_over(&mut self, account: AccountId, device: DeviceId, uptime: Duration) {
        let limits = self.admission.policy.limits();
        let mut counts = self.admission.lock();
        let devices = counts.accounts.entry(account).or_default();
        *devices.entry(device).or_default() += 1;
        if counts.senders.len() > COUNTED_MAX {
            counts.senders.retain(|_, (links, rates)| *links > 0 || !rates.are_full(uptime));
        }
        let sender = counts.senders.entry(account);
        sender.or_insert_with(|| (0, Rates::new(&limits, uptime))).0 += 1;
        self.hold = counts.strangers.remove(self.address, self.number);
        drop(counts);
        self.signed_in = Some((account, device));
    }

    /// The link carries a file of an account: it no longer counts as a stranger's.
    ///
    /// # Errors
    /// So many travel already.
    pub fn carry(&mut self, account: AccountId, way: FileWay) -> Result<(), Refusal> {
        let mut counts = self.admission.lock();
        let policy = &self.admission.policy;
        let may = counts.may_carry(&policy.limits(), account, way);
        may.map_err(|bound| policy.refuse(bound, Reason::FilesBusy))?;
        counts.files += 1;
        *counts.carriers.entry(account).or_default() += 1;
        self.hold = counts.strangers.remove(self.address, self.number);
        drop(counts);
        self.carries = Some(account);
        Ok(())
    }

    /// The sign-in was turned down after all: the link is a stranger's again.
    pub fn withdraw(&mut self) {
        let Some((account, device)) = self.signed_in.take() else { return };
        let mut counts = self.admission.lock();
        counts.leave_account(account, device);
        if let Some(hold) = self.hold.take() {
            counts.strangers.put(self.address, hold);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.admission.leave(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::settings::Settings;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn admission() -> Arc<Admission> {
        Admission::new(Policy::of_limits(Limits::default()), Duration::ZERO)
    }

    #[test]
    fn strangers_of_one_address_are_few_and_places_come_back() {
        let admission = admission();
        let enter = || admission.enter(HERE, Duration::ZERO);
        let mut places: Vec<Place> = (0..16).map(|_| enter().ok().unwrap()).collect();
        assert_eq!(enter().err(), Some(Goodbye::TooManyLinks));
        let device = DeviceId([1; 16]);
        places[0].sign_in(AccountId(10_001), device, Duration::ZERO).unwrap();
        let seventeenth = enter().ok().unwrap();
        assert_eq!(enter().err(), Some(Goodbye::TooManyLinks));
        drop(seventeenth);
        places.clear();
        let counts = admission.lock();
        assert_eq!((counts.links, counts.strangers.count(), counts.accounts.len()), (0, 0, 0));
    }

    #[test]
    fn whoever_fills_the_door_keeps_nobody_else_out() {
        let limits = Limits { links_unauthenticated_total: 32, ..Limits::default() };
        let admission = Admission::new(Policy::of_limits(limits), Duration::ZERO);
        let enter = |last| {
            let address = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, last));
            admission.enter(address, Duration::ZERO)
        };
        let _crowd: Vec<Place> =
            [1, 2].into_iter().flat_map(|of| (0..16).map(move |_| of)).flat_map(enter).collect();
        let people: Vec<Place> = (3..19).map(|of| enter(of).ok().unwrap()).collect();
        assert!(people.iter().all(|place| !place.gone.is_closed()), "they stay");
        assert_eq!(admission.lock().strangers.count(), 32);
        assert_eq!(enter(1).err(), Some(Goodbye::TooManyLinks));
    }

    #[test]
    fn who_fetches_leaves_places_for_who_brings() {
        let limits = Limits { files_links: 8, files_links_per_account: 4, ..Limits::default() };
        let admission = Admission::new(Policy::of_limits(limits), Duration::ZERO);
        let mut places = Vec::new();
        let mut carry = |account, way| {
            let mut place = admission.enter(HERE, Duration::ZERO).ok().unwrap();
            let is_carried = place.carry(AccountId(account), way).is_ok();
            places.extend(is_carried.then_some(place));
            is_carried
        };
        let mut many = |account, way, times| (0..times).filter(|_| carry(account, way)).count();
        assert_eq!(many(10_001, FileWay::Down, 5), 3);
        assert_eq!(many(10_002, FileWay::Down, 5), 3);
        assert_eq!(many(10_003, FileWay::Down, 5), 0, "six of eight places");
        assert_eq!(many(10_001, FileWay::Up, 5), 1);
        assert_eq!(many(10_003, FileWay::Up, 5), 1);
        assert_eq!(many(10_004, FileWay::Up, 5), 0);
    }

    #[test]
    fn an_address_over_its_bound_takes_nothing_from_the_others() {
        let limits = Limits { registrations_per_hour: 3, ..Limits::default() };
        let admission = Admission::new(Policy::of_limits(limits), Duration::ZERO);
        let tries = (0..200).filter(|_| admission.register(HERE, Duration::ZERO).is_ok());
        assert_eq!(tries.count(), 3);
        let elsewhere = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 9));
        assert_eq!(admission.register(elsewhere, Duration::ZERO), Ok(()));
    }

    #[test]
    fn other_settings_give_nobody_back_what_was_used() {
        let mut limits = Limits { registrations_per_hour: 3, ..Limits::default() };
        let policy = Policy::of_limits(limits.clone());
        let admission = Admission::new(policy.clone(), Duration::ZERO);
        let many = || (0..99).filter(|_| admission.register(HERE, Duration::ZERO).is_ok()).count();
        assert_eq!(many(), 3);
        admission.follow_limits(Duration::ZERO);
        assert_eq!(many(), 0, "nothing about it has changed");
        limits.registrations_per_hour = 5;
        policy.replace(Settings { limits, ..Settings::default() });
        admission.follow_limits(Duration::ZERO);
        assert_eq!(many(), 2, "five, of which three are used");
    }

    #[test]
    fn when_everybody_together_is_too_fast_an_address_loses_nothing() {
        let limits = Limits { registrations_per_minute: 1, ..Limits::default() };
        let admission = Admission::new(Policy::of_limits(limits), Duration::ZERO);
        assert_eq!(admission.register(HERE, Duration::ZERO), Ok(()));
        let tries = (0..200).filter(|_| admission.register(HERE, Duration::ZERO).is_ok());
        assert_eq!(tries.count(), 0);
        assert_eq!(admission.register(HERE, MINUTE), Ok(()));
    }

    #[test]
    fn links_that_hang_up_before_their_hello_are_counted() {
        let admission = admission();
        let dials = (0..2_000).filter(|_| admission.enter(HERE, Duration::ZERO).is_ok());
        assert_eq!(dials.count(), 1_260);
    }

    #[test]
    fn wrong_passwords_wait_longer_each_time_and_never_for_others() {
        let admission = admission();
        let at = Duration::from_secs;
        for tries in 1..5 {
            assert_eq!(admission.wrong_password("lime", HERE, at(tries)).1, Duration::ZERO);
        }
        assert_eq!(admission.wrong_password("lime", HERE, at(5)), (5, MINUTE));
        let refused = admission.try_password("lime", HERE, at(6)).unwrap_err();
        assert_eq!(refused, Refusal::retry(Reason::LockedOut, 59_000));
        assert_eq!(admission.try_password("momo", HERE, at(6)), Ok(()));
        let elsewhere = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 9));
        assert_eq!(admission.try_password("lime", elsewhere, at(6)), Ok(()));
        assert_eq!(admission.try_password("lime", HERE, at(66)), Ok(()));
        assert_eq!(admission.wrong_password("lime", HERE, at(67)), (6, 2 * MINUTE));
        admission.right_password("lime", HERE);
        assert_eq!(admission.wrong_password("lime", HERE, at(68)), (1, Duration::ZERO));
    }

    #[test]
    fn counters_are_bounded_but_never_lose_a_link() {
        let admission = admission();
        let kept = admission.enter(HERE, Duration::ZERO).ok().unwrap();
        for number in 0..u32::try_from(COUNTED_MAX).unwrap() + 10 {
            let address = IpAddr::V4(std::net::Ipv4Addr::from_bits(0x0A00_0000 + number));
            admission.greet(address, false, Duration::ZERO).unwrap();
        }
        assert!(admission.lock().addresses.len() <= COUNTED_MAX);
        drop(kept);
        assert_eq!(admission.lock().links, 0);
    }

    #[test]
    fn a_host_is_one_address_whatever_it_calls_itself() {
        let [a, b, c] = ["2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1"]
            .map(|text| counted(text.parse().unwrap()));
        assert_eq!(a, b);
        assert_ne!(a, c);
        assert_eq!(counted(HERE), HERE);
    }

    #[test]
    fn reconnecting_fills_no_bucket_and_a_refused_sign_in_gives_its_place_back() {
        let admission = admission();
        let (account, device) = (AccountId(10_001), DeviceId([1; 16]));
        for round in 0..3 {
            let mut place = admission.enter(HERE, Duration::ZERO).ok().unwrap();
            place.sign_in(account, device, Duration::ZERO).unwrap();
            let waits = (0..10).map(|_| {
                admission.book_message(account, Target::Account(account), Duration::ZERO).unwrap()
            });
            assert_eq!(waits.filter(Duration::is_zero).count(), if round < 2 { 10 } else { 0 });
        }
        let mut place = admission.enter(HERE, Duration::ZERO).ok().unwrap();
        place.sign_in(account, device, Duration::ZERO).unwrap();
        place.withdraw();
        assert_eq!(admission.lock().strangers.count(), 1);
        drop(place);
        let counts = admission.lock();
        assert_eq!((counts.links, counts.strangers.count(), counts.accounts.len()), (0, 0, 0));
    }

    #[test]
    fn one_person_is_slowed_down_on_all_devices_together() {
        let admission = admission();
        let mut places = Vec::new();
        for device in 0..2 {
            let mut place = admission.enter(HERE, Duration::ZERO).ok().unwrap();
            place.sign_in(AccountId(10_001), DeviceId([device; 16]), Duration::ZERO).unwrap();
            places.push(place);
        }
        let find = || admission.book(AccountId(10_001), Deed::Find, Duration::ZERO);
        let waits: Vec<_> = (0..6).map(|_| find().unwrap()).collect();
        assert_eq!(waits[4..], [Duration::ZERO, Duration::from_secs(1)]);
        let profile = || admission.book(AccountId(10_001), Deed::Profile, Duration::ZERO);
        let waits: Vec<_> = (0..6).map(|_| profile().unwrap()).collect();
        assert_eq!(waits[4..], [Duration::ZERO, Duration::from_secs(6)]);
        assert_eq!(profile(), Err(Refusal::retry(Reason::TooFast, 12_000)));
        let book = || {
            admission.book_message(AccountId(10_001), Target::Account(AccountId(1)), Duration::ZERO)
        };
        let waits: Vec<_> = (0..22).map(|_| book().unwrap()).collect();
        assert!(waits[..20].iter().all(Duration::is_zero));
        assert_eq!(waits[20..], [Duration::from_millis(200), Duration::from_millis(400)]);
        let refused = (0..100).find_map(|_| book().err()).unwrap();
        assert_eq!(refused.reason, Reason::TooFast);
    }
}
