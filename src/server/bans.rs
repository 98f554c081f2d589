//! The addresses that are let in no more, as every new link is asked about. What is kept of them is in
//! the store.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

/// An address that is kept out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressBan {
    /// As addresses are counted.
    pub address: IpAddr,
    /// The minutes that are left; for ever where absent.
    pub minutes: Option<u64>,
    /// What is said to whoever comes from there; may be empty.
    pub why: String,
}

/// Until which uptime each is banned, and why; for ever where absent.
#[derive(Default)]
pub struct Bans(RwLock<HashMap<IpAddr, (Option<Duration>, String)>>);

impl Bans {
    /// These and no others from now on.
    pub fn replace(&self, bans: &[AddressBan], uptime: Duration) {
        let span = |minutes: u64| Duration::from_secs(minutes.saturating_mul(60));
        let until = |minutes| uptime.saturating_add(span(minutes));
        let held = |ban: &AddressBan| (ban.address, (ban.minutes.map(until), ban.why.clone()));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = bans.iter().map(held).collect();
    }

    /// Why an address, as addresses are counted, is kept out now; nothing where it is not.
    #[must_use]
    pub fn why(&self, address: IpAddr, uptime: Duration) -> Option<String> {
        let bans = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (until, why) = bans.get(&address)?;
        until.is_none_or(|until| uptime < until).then(|| why.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ban_ends_when_its_time_is_over_and_another_list_takes_its_place() {
        let [a, b] = ["10.0.0.1", "10.0.0.2"].map(|text| text.parse().unwrap());
        let (bans, at) = (Bans::default(), Duration::from_secs);
        let ban = |address, minutes| AddressBan { address, minutes, why: "spam".to_owned() };
        bans.replace(&[ban(a, Some(1)), ban(b, None)], at(100));
        assert_eq!(bans.why(a, at(159)).as_deref(), Some("spam"));
        assert_eq!(bans.why(a, at(160)), None);
        assert!(bans.why(b, Duration::MAX).is_some());
        bans.replace(&[ban(a, Some(u64::MAX))], at(200));
        assert!(bans.why(a, at(u64::MAX / 2)).is_some(), "longer than a clock counts");
        bans.replace(&[], at(200));
        assert_eq!(bans.why(b, at(200)), None);
    }
}
