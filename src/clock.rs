//! The one place that reads clocks. Everything with rules is handed a [`Moment`].

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A moment by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// By the wall: milliseconds since 1970 UTC. May jump; only ever stored and shown.
    pub wall_ms: i64,
    /// Since the program started: never jumps. Limits and time-outs use it.
    pub uptime: Duration,
}

/// Reads both clocks.
#[must_use]
pub fn now() -> Moment {
    Moment { wall_ms: wall_ms(), uptime: uptime() }
}

/// The wall clock in milliseconds since 1970 UTC.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads clocks")]
pub fn wall_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.ok().and_then(|since| i64::try_from(since.as_millis()).ok()).unwrap_or(0)
}

/// A span in whole milliseconds, as it is said on the wire.
#[must_use]
pub fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// The system's own monotonic clock in microseconds, for who compares it with others' on this computer.
#[cfg(target_os = "linux")]
#[must_use]
pub fn system_us() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let micros = now.tv_sec.saturating_mul(1_000_000).saturating_add(now.tv_nsec / 1000);
    u64::try_from(micros).unwrap_or(0)
}

/// Nobody asks elsewhere.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn system_us() -> u64 {
    0
}

/// Monotonic time since the first call.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads clocks")]
pub fn uptime() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let start = START.get_or_init(Instant::now);
    Instant::now().duration_since(*start)
}
