//! What is counted since the server started, and what is measured now and then.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::today::Today;

/// Counters, which are only ever added to, and one size.
#[derive(Default)]
pub struct Metrics {
    /// Messages that took their place.
    pub messages: AtomicU64,
    /// Bytes read from clients.
    pub bytes_in: AtomicU64,
    /// Bytes written to clients.
    pub bytes_out: AtomicU64,
    /// Bytes of files that came.
    pub files_in: AtomicU64,
    /// Bytes of files that went to people.
    pub files_out: AtomicU64,
    /// Batches that the writer applied, with or without a commit.
    pub batches: AtomicU64,
    /// Microseconds that the writer spent in them.
    pub store_us: AtomicU64,
    /// Messages since midnight.
    pub today: Today,
    /// Backups that were made.
    pub backups_made: AtomicU64,
    /// Backups that failed.
    pub backups_failed: AtomicU64,
    /// Bytes of the ballast on the disk, as last looked at.
    pub ballast: AtomicU64,
    /// When the batch in hand was begun.
    began_us: AtomicU64,
}

impl Metrics {
    /// The writer takes a batch in hand.
    pub(super) fn batch_began(&self, uptime: Duration) {
        self.began_us.store(micros(uptime), Ordering::Relaxed);
    }

    /// The batch is committed.
    pub(super) fn batch_ended(&self, uptime: Duration) {
        let took = micros(uptime).saturating_sub(self.began_us.load(Ordering::Relaxed));
        self.store_us.fetch_add(took, Ordering::Relaxed);
        self.batches.fetch_add(1, Ordering::Relaxed);
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}
