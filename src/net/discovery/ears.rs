//! A daemon of mDNS that listens, until strangers have said too much to it.

use std::time::Duration;

use async_io::Timer;
use mdns_sd::{DaemonEvent, DaemonStatus, Error, Receiver, ServiceDaemon, ServiceEvent};
use smol::future;

use super::{SERVICE, is_full, start_daemon};
use crate::clock;

/// A server that does not answer to its name for so long is gone.
const VERIFY_WITHIN: Duration = Duration::from_secs(3);
/// New names that one daemon is heard about. No network has so many servers: it is a flood, and
/// the daemon would keep all of it.
const NAMES_MAX: usize = 1024;
/// What the daemon keeps is looked at so often.
const CHECK_EVERY: Duration = Duration::from_secs(5);

/// A running daemon that listens.
pub(super) struct Ears {
    daemon: ServiceDaemon,
    heard: Receiver<ServiceEvent>,
    monitor: Receiver<DaemonEvent>,
    names: usize,
    check_at: Duration,
}

/// What [`Ears`] can hear.
pub(super) enum Sound {
    Service(ServiceEvent),
    Daemon(DaemonEvent),
    /// The daemon died, or has to be replaced by a new one.
    Deaf,
}

impl Ears {
    pub fn open() -> Result<Self, Error> {
        let daemon = start_daemon()?;
        let monitor = daemon.monitor()?;
        let heard = daemon.browse(SERVICE)?;
        let check_at = clock::uptime() + CHECK_EVERY;
        Ok(Ears { daemon, heard, monitor, names: 0, check_at })
    }

    /// The next thing that happens. Giving up waiting loses nothing.
    pub async fn listen(&mut self) -> Sound {
        let service = async {
            match self.heard.recv_async().await {
                Ok(ServiceEvent::SearchStopped(_)) | Err(_) => Sound::Deaf,
                Ok(event) => Sound::Service(event),
            }
        };
        let daemon = async {
            match self.monitor.recv_async().await {
                Ok(event) => Sound::Daemon(event),
                Err(_) => Sound::Deaf,
            }
        };
        let filled = async {
            loop {
                Timer::after(self.check_at.saturating_sub(clock::uptime())).await;
                self.check_at = clock::uptime() + CHECK_EVERY;
                let Ok(metrics) = self.daemon.get_metrics() else { continue };
                if metrics.recv_async().await.is_ok_and(|metrics| is_full(&metrics)) {
                    return Sound::Deaf;
                }
            }
        };
        let sound = future::or(service, future::or(daemon, filled)).await;
        if let Sound::Service(ServiceEvent::ServiceFound(..)) = sound {
            self.names += 1;
            if self.names > NAMES_MAX {
                return Sound::Deaf;
            }
        }
        sound
    }

    /// Asks again for a server under its name in DNS; it is lost when it stays silent.
    pub fn verify(&self, instance: String) {
        if let Err(error) = self.daemon.verify(instance, VERIFY_WITHIN) {
            tracing::debug!(%error, "a server was not asked for again");
        }
    }

    /// Tells the daemon to stop. Whoever starts another one waits for the answer first: in a flood
    /// a daemon hears no orders, and there must not be many of them.
    pub fn close(self) -> Option<Receiver<DaemonStatus>> {
        self.daemon.shutdown().ok()
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        // A browser owes nobody a goodbye: the daemon is told to stop and not waited for.
        if let Err(error) = self.daemon.shutdown() {
            tracing::debug!(%error, "the mDNS daemon had stopped before");
        }
    }
}
