//! How fast all files of one way go together: each piece waits until it may have gone.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::link::Stop;
use crate::client::api::Carriage;
use crate::clock;
use crate::domain::FileWay;

/// Bytes that go in one piece, so that no piece waits for long.
pub(super) const PIECE: usize = 32 * 1024;
/// What was not used within so long is lost: nothing is made up for later.
const BURST: Duration = Duration::from_millis(50);

/// The bounds of both ways.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    up: Lane,
    down: Lane,
}

#[derive(Debug, Default)]
struct Lane {
    /// Bytes a second; zero is no bound.
    rate: AtomicU64,
    /// When all that was asked for so far may have gone.
    free: Mutex<Duration>,
}

impl Throttle {
    /// From now on.
    pub(super) fn set(&self, carriage: Carriage) {
        self.up.rate.store(carriage.up.unwrap_or(0), Ordering::Relaxed);
        self.down.rate.store(carriage.down.unwrap_or(0), Ordering::Relaxed);
    }

    fn lane(&self, way: FileWay) -> &Lane {
        match way {
            FileWay::Up => &self.up,
            FileWay::Down => &self.down,
        }
    }

    /// How many of these bytes may go in one piece.
    pub(super) fn piece(&self, way: FileWay, bytes: usize) -> usize {
        let is_bounded = self.lane(way).rate.load(Ordering::Relaxed) > 0;
        if is_bounded { bytes.min(PIECE) } else { bytes }
    }

    /// Waits until so many bytes may have gone; a stop ends it.
    pub(super) fn went(&self, way: FileWay, bytes: usize, stop: &Stop) {
        let now = clock::uptime();
        if let Some(wait) = self.lane(way).takes(bytes, now).checked_sub(now) {
            stop.wait(wait);
        }
    }
}

impl Lane {
    /// When so many more bytes may have gone.
    fn takes(&self, bytes: usize, now: Duration) -> Duration {
        let rate = self.rate.load(Ordering::Relaxed);
        if rate == 0 {
            return now;
        }
        let nanos = bytes as u64 * 1_000_000_000 / rate;
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        *free = (*free).max(now.saturating_sub(BURST)) + Duration::from_nanos(nanos);
        *free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_go_at_the_rate_and_nothing_is_made_up_for() {
        let throttle = Throttle::default();
        let lane = &throttle.up;
        let at = Duration::from_secs;
        let burst_before = |seconds: u64| Duration::from_millis(seconds * 1_000 - 50);
        assert_eq!(lane.takes(1 << 30, at(9)), at(9), "no bound");
        throttle.set(Carriage { up: Some(1 << 20), ..Carriage::default() });
        assert_eq!(lane.takes(1 << 20, at(10)), burst_before(11));
        // Two threads share it.
        assert_eq!(lane.takes(1 << 20, at(10)), burst_before(12));
        assert_eq!(lane.takes(1 << 20, at(60)), burst_before(61), "a pause is no credit");
        assert_eq!(throttle.down.takes(1 << 30, at(60)), at(60), "the other way is free");
        assert_eq!(throttle.piece(FileWay::Up, 1 << 20), PIECE);
        assert_eq!(throttle.piece(FileWay::Down, 1 << 20), 1 << 20);
        throttle.set(Carriage::default());
        assert_eq!(lane.takes(1 << 30, at(61)), at(61), "no bound any more");
    }
}
