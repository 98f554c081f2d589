//! The addresses that are let in no more, as every new link is asked about. What is kept of them is in
//! the store.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

/// Until which uptime each is banned; for ever where absent.
#[derive(Default)]
pub struct Bans(RwLock<HashMap<IpAddr, Option<Duration>>>);

impl Bans {
    /// These and no others from now on, each with the minutes that are left.
    pub fn replace(&self, bans: &[(IpAddr, Option<u64>)], uptime: Duration) {
        let span = |minutes: u64| Duration::from_secs(minutes.saturating_mul(60));
        let until = |minutes| uptime.saturating_add(span(minutes));
        let bans = bans.iter().map(|(address, left)| (*address, left.map(until))).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = bans;
    }

    /// Whether an address, as addresses are counted, is kept out now.
    #[must_use]
    pub fn holds(&self, address: IpAddr, uptime: Duration) -> bool {
        let bans = self.0.read().unwrap_or_else(PoisonError::into_inner);
        bans.get(&address).is_some_and(|until| until.is_none_or(|until| uptime < until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ban_ends_when_its_time_is_over_and_another_list_takes_its_place() {
        let [a, b] = ["10.0.0.1", "10.0.0.2"].map(|text| text.parse().unwrap());
        let (bans, at) = (Bans::default(), Duration::from_secs);
        bans.replace(&[(a, Some(1)), (b, None)], at(100));
        assert!(bans.holds(a, at(159)) && !bans.holds(a, at(160)));
        assert!(bans.holds(b, Duration::MAX));
        bans.replace(&[(a, Some(u64::MAX))], at(200));
        assert!(bans.holds(a, at(u64::MAX / 2)), "longer than a clock counts");
        bans.replace(&[], at(200));
        assert!(!bans.holds(b, at(200)));
    }
}
