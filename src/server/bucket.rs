//! A token bucket: so many at once, so many a second in the long run.

use std::time::Duration;

/// Pure: time is an argument. One token is one thing done.
#[derive(Debug, Clone)]
pub struct Bucket {
    burst: f64,
    per_second: f64,
    tokens: f64,
    at: Duration,
}

impl Bucket {
    /// A full bucket.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "settings are far below 2^52")]
    pub fn new(burst: u64, per_second: u64, uptime: Duration) -> Self {
        let (burst, per_second) = (burst.max(1) as f64, per_second.max(1) as f64);
        Bucket { burst, per_second, tokens: burst, at: uptime }
    }

    /// A full bucket of so many in a span of time.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "settings are far below 2^52")]
    pub fn per(count: u64, span: Duration, uptime: Duration) -> Self {
        let burst = count as f64;
        Bucket { burst, per_second: burst / span.as_secs_f64(), tokens: burst, at: uptime }
    }

    /// Goes on with the numbers of another one. Where they differ, what was used counts against the new
    /// ones; nobody waits longer for it than a whole refill, beside what was booked already.
    pub fn follow(&mut self, other: &Bucket, uptime: Duration) {
        if (self.burst, self.per_second) == (other.burst, other.per_second) {
            return;
        }
        self.refill(uptime);
        let used = self.burst - self.tokens;
        let booked = self.tokens.min(0.0);
        self.tokens = (other.burst - used).max(booked);
        (self.burst, self.per_second) = (other.burst, other.per_second);
    }

    /// Takes a token now, or says how long to wait for one, and takes none then.
    ///
    /// # Errors
    /// The time after which a token would be there.
    pub fn take(&mut self, uptime: Duration) -> Result<(), Duration> {
        self.refill(uptime);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(self.wait(1.0))
    }

    /// Puts back a token that was taken for something that was not done after all.
    pub fn give_back(&mut self) {
        self.tokens = (self.tokens + 1.0).min(self.burst);
    }

    /// Takes a token even from the future, and says how long to wait until it is due. Waits of
    /// everybody who shares the bucket add up, so that the rate holds for all together.
    ///
    /// # Errors
    /// The wait, when it would be longer than the most that is accepted. Nothing is taken then.
    pub fn book(&mut self, uptime: Duration, wait_max: Duration) -> Result<Duration, Duration> {
        self.book_many(1, uptime, wait_max)
    }

    /// The same with several tokens at once.
    ///
    /// # Errors
    /// As above.
    #[expect(clippy::cast_precision_loss, reason = "a frame's bytes are far below 2^52")]
    pub fn book_many(
        &mut self,
        count: u64,
        uptime: Duration,
        wait_max: Duration,
    ) -> Result<Duration, Duration> {
        self.refill(uptime);
        let count = count as f64;
        let wait = if self.tokens >= count { Duration::ZERO } else { self.wait(count) };
        if wait > wait_max {
            return Err(wait);
        }
        self.tokens -= count;
        Ok(wait)
    }

    /// Whether it is as full as it can be: nothing would be lost by forgetting it.
    #[must_use]
    pub fn is_full(&self, uptime: Duration) -> bool {
        let mut copy = self.clone();
        copy.refill(uptime);
        copy.tokens >= copy.burst
    }

    fn refill(&mut self, uptime: Duration) {
        let passed = uptime.saturating_sub(self.at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_second).min(self.burst);
        self.at = self.at.max(uptime);
    }

    /// The time after which so many tokens are there.
    fn wait(&self, count: f64) -> Duration {
        match self.per_second > 0.0 {
            true => Duration::from_secs_f64((count - self.tokens).max(0.0) / self.per_second),
            false => Duration::from_hours(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_a_rate() {
        let mut bucket = Bucket::new(20, 5, Duration::ZERO);
        for _ in 0..20 {
            assert_eq!(bucket.take(Duration::ZERO), Ok(()));
        }
        assert_eq!(bucket.take(Duration::ZERO), Err(Duration::from_millis(200)));
        assert_eq!(bucket.take(Duration::from_millis(200)), Ok(()));
        assert!(!bucket.is_full(Duration::from_secs(3)));
        assert!(bucket.is_full(Duration::from_secs(10)));
    }

    #[test]
    fn bookings_add_up_until_the_wait_is_too_long() {
        let mut bucket = Bucket::new(1, 2, Duration::ZERO);
        let wait_max = Duration::from_secs(1);
        let waits: Vec<_> = (0..4).map(|_| bucket.book(Duration::ZERO, wait_max)).collect();
        let ms = Duration::from_millis;
        assert_eq!(waits, [Ok(ms(0)), Ok(ms(500)), Ok(ms(1000)), Err(ms(1500))]);
    }

    #[test]
    fn many_tokens_are_given_together_or_not_at_all() {
        let mut bucket = Bucket::per(100, Duration::from_secs(100), Duration::ZERO);
        let wait_max = Duration::from_secs(10);
        let waits: Vec<_> =
            (0..4).map(|_| bucket.book_many(35, Duration::ZERO, wait_max)).collect();
        let second = Duration::from_secs;
        assert_eq!(waits, [Ok(second(0)), Ok(second(0)), Ok(second(5)), Err(second(40))]);
    }

    #[test]
    fn what_was_used_counts_under_other_numbers_and_nothing_changes_under_the_same() {
        let hour = Duration::from_hours(1);
        let per_hour = |count| Bucket::per(count, hour, Duration::ZERO);
        let left = |bucket: &mut Bucket| (0..99).filter(|_| bucket.take(hour / 2).is_ok()).count();
        let used = |count: usize, of| {
            let mut bucket = per_hour(of);
            (0..count).for_each(|_| bucket.take(hour / 2).unwrap());
            bucket
        };
        for (count, of, then, remain) in
            [(3, 3, 3, 0), (2, 3, 3, 1), (3, 3, 10, 7), (8, 10, 9, 1), (8, 10, 3, 0), (0, 0, 4, 4)]
        {
            let mut bucket = used(count, of);
            bucket.follow(&per_hour(then), hour / 2);
            assert_eq!(left(&mut bucket), remain, "{count} of {of}, then {then}");
            assert!(bucket.is_full(2 * hour), "{count} of {of}, then {then}");
        }
    }

    #[test]
    fn nothing_is_ever_given_from_an_empty_allowance() {
        let mut bucket = Bucket::per(0, Duration::from_mins(1), Duration::ZERO);
        assert!(bucket.take(Duration::from_secs(1_000_000)).is_err());
    }
}
