//! How often people are shaken: one pair seldom, one person not by everybody at once.

use std::collections::HashMap;
use std::time::Duration;

use crate::clock::millis;
use crate::domain::{AccountId, Nonce};
use crate::limits::{COUNTED_MAX, Limits};
use crate::server::bounds::Bound;

const MINUTE: Duration = Duration::from_mins(1);

/// The shakes of the last moments.
#[derive(Default)]
pub(super) struct Shakes {
    pairs: HashMap<(AccountId, AccountId), (Duration, AccountId, Nonce)>,
    shaken: HashMap<AccountId, Vec<Duration>>,
}

/// One that is wanted.
pub(super) struct Shaking {
    pub from: AccountId,
    pub to: AccountId,
    pub nonce: Nonce,
    pub uptime: Duration,
}

impl Shakes {
    /// Counts a shake, or says which bound it meets and in how many milliseconds one would be allowed, and
    /// counts none.
    pub fn take(&mut self, limits: &Limits, shaking: &Shaking) -> Result<(), (Bound, u64)> {
        let Shaking { from, to, nonce, uptime } = *shaking;
        let pair = (from.min(to), from.max(to));
        let apart = Duration::from_secs(limits.shake_pair_seconds);
        // A batch may be applied again, after another job of it panicked: this one is counted.
        if self.pairs.get(&pair).is_some_and(|(_, who, which)| (*who, *which) == (from, nonce)) {
            return Ok(());
        }
        if let Some((last, ..)) = self.pairs.get(&pair)
            && *last + apart > uptime
        {
            let wait = millis((*last + apart).saturating_sub(uptime));
            return Err((Bound::ShakePair, wait));
        }
        let times = self.shaken.entry(to).or_default();
        times.retain(|time| *time + MINUTE > uptime);
        if times.len() as u64 >= limits.shake_per_minute {
            let first = times.first().copied().unwrap_or(uptime);
            let wait = millis((first + MINUTE).saturating_sub(uptime));
            return Err((Bound::ShakeRecipient, wait));
        }
        times.push(uptime);
        self.pairs.insert(pair, (uptime, from, nonce));
        self.forget(apart, uptime);
        Ok(())
    }

    fn forget(&mut self, apart: Duration, uptime: Duration) {
        if self.pairs.len() > COUNTED_MAX || self.shaken.len() > COUNTED_MAX {
            self.pairs.retain(|_, (last, ..)| *last + apart > uptime);
            self.shaken.retain(|_, times| times.iter().any(|time| *time + MINUTE > uptime));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The other side knows the nonce of the shake that it got.
    #[test]
    fn a_nonce_that_was_heard_shakes_nobody_back() {
        let (limits, mut shakes) = (Limits::default(), Shakes::default());
        let (a, b, nonce) = (AccountId(1), AccountId(2), Nonce([7; 16]));
        let uptime = Duration::from_secs(1);
        let mut take = |from, to| shakes.take(&limits, &Shaking { from, to, nonce, uptime });
        assert_eq!(take(a, b), Ok(()));
        assert_eq!(take(b, a), Err((Bound::ShakePair, 10_000)));
    }

    #[test]
    fn a_pair_waits_and_a_person_is_not_shaken_by_all() {
        let (limits, mut shakes) = (Limits::default(), Shakes::default());
        let mut number = 0;
        let mut take = |from: u64, to: u64, seconds: u64| {
            number += 1;
            let (from, to, nonce) = (AccountId(from), AccountId(to), Nonce([number; 16]));
            let uptime = Duration::from_secs(seconds);
            let once = shakes.take(&limits, &Shaking { from, to, nonce, uptime });
            if once.is_ok() {
                // Applied again, as after a panic of another job: the same answer.
                assert_eq!(shakes.take(&limits, &Shaking { from, to, nonce, uptime }), once);
            }
            once
        };
        assert_eq!(take(1, 2, 0), Ok(()));
        assert_eq!(take(1, 2, 4), Err((Bound::ShakePair, 6_000)));
        let other_way = take(2, 1, 4);
        assert_eq!(other_way, Err((Bound::ShakePair, 6_000)), "the pair counts, not the direction");
        assert_eq!(take(1, 2, 10), Ok(()));
        assert_eq!(take(3, 2, 11), Ok(()));
        assert_eq!(take(4, 2, 20), Err((Bound::ShakeRecipient, 40_000)));
        assert_eq!(take(4, 2, 60), Ok(()));
    }
}
