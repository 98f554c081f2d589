//! Watches the free space of the data folder: nearly full means readable, not writable.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::journal::Journal;
use super::policy::Policy;
use crate::net::control::{LogEvent, LogKind};

/// How often it looks: a full writer fills 256 MiB in minutes, not in seconds.
const EVERY: Duration = Duration::from_secs(5);
const MIB: u64 = 1024 * 1024;

/// Looks once: `true` when less than `free_mib` is free. Unknown counts as enough, since the
/// store's own errors stop the server in time.
pub fn is_full(folder: &Path, free_mib: u64) -> bool {
    free_mib > 0 && fs4::available_space(folder).is_ok_and(|free| free < free_mib * MIB)
}

/// Looks for ever; ends when it is dropped.
pub async fn watch(folder: &Path, policy: &Policy, full: Arc<AtomicBool>, journal: Arc<Journal>) {
    loop {
        let free_mib = policy.limits().disk_free_mib;
        let was = full.load(Ordering::Relaxed);
        let folder_now = folder.to_owned();
        let is = smol::unblock(move || is_full(&folder_now, free_mib)).await;
        full.store(is, Ordering::Relaxed);
        if is && !was {
            let text = format!("less than {free_mib} MiB free in {}", folder.display());
            journal.note(LogKind::Error, None, LogEvent::Trouble { text });
        }
        async_io::Timer::after(EVERY).await;
    }
}
