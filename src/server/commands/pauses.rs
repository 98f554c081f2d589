//! A pause between two people after a request came to nothing, so that nobody is asked without end.

use std::collections::HashMap;
use std::time::Duration;

use crate::clock::millis;
use crate::domain::AccountId;
use crate::limits::COUNTED_MAX;

/// When a request of one to another was withdrawn or declined last.
#[derive(Default)]
pub(super) struct Pauses(HashMap<(AccountId, AccountId), Duration>);

impl Pauses {
    /// Nobody is asked again by who asked, for a while.
    pub fn begin(&mut self, asker: AccountId, asked: AccountId, uptime: Duration, pause: Duration) {
        self.0.insert((asker, asked), uptime);
        if self.0.len() > COUNTED_MAX {
            self.0.retain(|_, began| *began + pause > uptime);
        }
    }

    /// How many milliseconds it still takes. A pause holds from the batch after its own on: a batch
    /// may be applied again, after another job of it panicked, and must come to the same.
    pub fn left(
        &self,
        asker: AccountId,
        asked: AccountId,
        uptime: Duration,
        pause: Duration,
    ) -> Option<u64> {
        let began = self.0.get(&(asker, asked)).filter(|began| **began < uptime)?;
        let left = (*began + pause).saturating_sub(uptime);
        (!left.is_zero()).then(|| millis(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_one_way_and_ends() {
        let (a, b) = (AccountId(1), AccountId(2));
        let (second, pause) = (Duration::from_secs, Duration::from_secs(60));
        let mut pauses = Pauses::default();
        assert_eq!(pauses.left(a, b, second(1), pause), None);
        pauses.begin(a, b, second(1), pause);
        assert_eq!(pauses.left(a, b, second(1), pause), None, "the same batch");
        assert_eq!(pauses.left(a, b, second(2), pause), Some(59_000));
        assert_eq!(pauses.left(b, a, second(2), pause), None);
        assert_eq!(pauses.left(a, b, second(61), pause), None);
        assert_eq!(pauses.left(a, b, second(2), Duration::ZERO), None, "switched off");
    }

    #[test]
    fn pauses_that_are_over_are_forgotten() {
        let mut pauses = Pauses::default();
        let pause = Duration::from_secs(1);
        for number in 0..COUNTED_MAX as u64 + 100 {
            pauses.begin(AccountId(number), AccountId(1), Duration::from_secs(number), pause);
        }
        assert!(pauses.0.len() <= COUNTED_MAX);
    }
}
