//! Watches the free space of the data folder: nearly full means readable, not writable.
//!
//! On a disk that is nearly full the ballast is given up, so that what makes room can still be written. It
//! is made again when there is room for it too; until then its place counts as taken, so that giving it up
//! does not make the disk look as if it had room.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::ballast::Ballast;
use super::journal::Journal;
use super::metrics::Metrics;
use super::policy::Policy;
use crate::limits::Limits;
use crate::net::control::{LogEvent, LogKind};

/// How often it looks: a full writer fills 256 MiB in minutes, not in seconds.
const EVERY: Duration = Duration::from_secs(5);
const MIB: u64 = 1024 * 1024;

/// Looks once: `true` when less than `free_mib` is free. Unknown counts as enough, since the
/// store's own errors stop the server in time.
pub fn is_full(folder: &Path, free_mib: u64) -> bool {
    free_mib > 0 && fs4::available_space(folder).is_ok_and(|free| free < free_mib * MIB)
}

/// Whether the data folder is to be read only, the ballast that it should have counted as taken.
pub fn is_low(data: &Path, limits: &Limits) -> bool {
    let missing = ballast_of(limits).saturating_sub(Ballast::of(data).bytes());
    let free_mib = limits.disk_free_mib;
    is_full(data, if free_mib > 0 { free_mib + missing.div_ceil(MIB) } else { 0 })
}

/// Before a store is opened, which may have to be repaired: on a disk with nothing left the ballast is what
/// that is done with. Settings are not known yet.
pub fn make_way(data: &Path) {
    let ballast = Ballast::of(data);
    let bytes = ballast.bytes();
    if bytes > 0 && fs4::available_space(data).is_ok_and(|free| free < bytes) {
        tracing::warn!(bytes, "the disk is full: the ballast is given up");
        if let Err(error) = ballast.give_up() {
            tracing::warn!(%error, "the ballast cannot be removed");
        }
    }
}

/// Without a watch nothing would give it up.
fn ballast_of(limits: &Limits) -> u64 {
    if limits.disk_free_mib > 0 { limits.disk_ballast_mib * MIB } else { 0 }
}

/// Looks for ever; ends when it is dropped. The first look comes a while after the start, so that no start
/// waits for the ballast.
pub async fn watch(
    folder: &Path,
    policy: &Policy,
    full: Arc<AtomicBool>,
    (journal, metrics): (Arc<Journal>, Arc<Metrics>),
) {
    let mut said = None;
    loop {
        async_io::Timer::after(EVERY).await;
        let limits = policy.limits();
        let (data, metrics_now, full_now) = (folder.to_owned(), metrics.clone(), full.clone());
        let limits_now = limits.clone();
        let is = smol::unblock(move || settle(&data, &limits_now, &full_now, &metrics_now)).await;
        if said.replace(is) == Some(is) || (said.is_none() && !is) {
            continue;
        }
        match is {
            true => {
                let (folder, free_mib) = (folder.display().to_string(), limits.disk_free_mib);
                journal.note(LogKind::Error, None, LogEvent::DiskLow { folder, free_mib });
            }
            false => journal.note(LogKind::Info, None, LogEvent::DiskFine {}),
        }
    }
}

/// Looks, and gives the ballast up or makes it. Writing ends before the ballast goes, and begins again when it
/// is there.
fn settle(data: &Path, limits: &Limits, full: &AtomicBool, metrics: &Metrics) -> bool {
    let (ballast, wanted) = (Ballast::of(data), ballast_of(limits));
    let is = is_low(data, limits);
    let done = match is {
        true => {
            full.store(true, Ordering::Relaxed);
            ballast.give_up()
        }
        false if ballast.bytes() == wanted => Ok(()),
        false => ballast.make(wanted),
    };
    if let Err(error) = done {
        tracing::warn!(%error, "the ballast cannot be changed");
    }
    full.store(is, Ordering::Relaxed);
    metrics.ballast.store(ballast.bytes(), Ordering::Relaxed);
    is
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(free_mib: u64, ballast_mib: u64) -> Limits {
        Limits { disk_free_mib: free_mib, disk_ballast_mib: ballast_mib, ..Limits::default() }
    }

    #[test]
    fn the_ballast_goes_when_the_disk_is_low_and_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let (full, metrics) = (AtomicBool::new(false), Metrics::default());
        let look = |free_mib, ballast_mib| {
            let is = settle(folder.path(), &limits(free_mib, ballast_mib), &full, &metrics);
            assert_eq!(full.load(Ordering::Relaxed), is);
            (is, metrics.ballast.load(Ordering::Relaxed))
        };
        assert_eq!(look(1, 2), (false, 2 * MIB));
        assert_eq!(look(1, 1), (false, MIB), "a setting is followed");
        assert_eq!(look(1_000_000_000, 1), (true, 0));
        assert_eq!(look(1, 1), (false, MIB));
        assert_eq!(look(0, 1), (false, 0), "nobody watches");
    }

    #[test]
    fn a_missing_ballast_counts_as_taken() {
        let folder = tempfile::tempdir().unwrap();
        let free_mib = fs4::available_space(folder.path()).unwrap() / MIB;
        let (few, many) = (free_mib / 2, free_mib);
        assert!(!is_low(folder.path(), &limits(few, 1)));
        assert!(
            is_low(folder.path(), &limits(few, many)),
            "it would not fit beside what is kept free"
        );
    }
}
