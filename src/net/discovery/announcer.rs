//! A server's announcement: said at once, again every minute, and taken back with a goodbye.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use async_io::Timer;
use mdns_sd::{DaemonEvent, Error, IfKind, Receiver, RecvTimeoutError, ServiceDaemon, ServiceInfo};

use super::name::{cut, shown_name};
use super::{DiscoveryError, SERVICE, TXT_VERSION, is_full, start_daemon, warn_once};
use crate::clock;
use crate::domain::ServerId;
use crate::net::protocol::VERSION;

/// How people sign in; other ways would be other words.
const AUTH: &str = "opaque";
/// A DNS label has 63 bytes, and a conflict appends " (2)" to it. Longer ones are never found.
const INSTANCE_BYTES_MAX: usize = 58;
/// Announcing again helps clients behind lossy Wi-Fi and servers behind a host firewall.
const ANNOUNCE_EVERY: Duration = Duration::from_mins(1);
/// What the daemon keeps of what strangers say is looked at so often.
const CHECK_EVERY: Duration = Duration::from_secs(5);
/// Each step of saying goodbye takes no longer, so that a stop is a stop.
const GOODBYE_MAX: Duration = Duration::from_secs(1);
/// The second goodbye, for those who missed the first, leaves so long after it.
const GOODBYE_AGAIN: Duration = Duration::from_millis(150);

/// What a server says of itself. Nothing in it changes while the server runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Who.
    pub id: ServerId,
    /// What people call it.
    pub name: String,
    /// TCP port.
    pub port: u16,
    /// Where it listens: other addresses of this computer are not announced.
    pub listening: Vec<IpAddr>,
}

/// A server's announcement, in force until it is closed or dropped.
pub struct Announcer {
    daemon: Arc<Mutex<ServiceDaemon>>,
    instance: String,
    thread: Option<JoinHandle<()>>,
}

impl Announcer {
    /// Starts announcing on all networks of this computer but those of its containers.
    ///
    /// # Errors
    /// The daemon or its thread could not be started. Trouble with a network comes later and is
    /// logged: other networks may still work.
    pub fn start(announcement: &Announcement) -> Result<Self, DiscoveryError> {
        let service = service(announcement)?;
        let instance = service.get_fullname().to_owned();
        let (daemon, monitor) = announce(&service, &announcement.listening)?;
        let daemon = Arc::new(Mutex::new(daemon));
        let keeper = Keeper {
            daemon: daemon.clone(),
            service,
            listening: announcement.listening.clone(),
            trouble: None,
        };
        let thread = Builder::new()
            .name("announcer".to_owned())
            .spawn(move || keeper.run(monitor))
            .map_err(DiscoveryError::Thread)?;
        Ok(Announcer { daemon, instance, thread: Some(thread) })
    }

    /// Says goodbye, so that the server vanishes from all lists at once. Takes three seconds at
    /// most, usually a sixth of one. Dropping does the same.
    pub fn close(self) {
        drop(self);
    }
}

impl Drop for Announcer {
    fn drop(&mut self) {
        // Held to the end, so that no new daemon takes the place of the one that is told to stop.
        let daemon = self.daemon.lock().unwrap_or_else(PoisonError::into_inner);
        let said = daemon.unregister(&self.instance).ok();
        if said.is_some_and(|said| said.recv_timeout(GOODBYE_MAX).is_ok()) {
            smol::block_on(Timer::after(GOODBYE_AGAIN));
        }
        let stopped = daemon.shutdown().ok();
        let has_stopped = stopped.is_none_or(|stopped| stopped.recv_timeout(GOODBYE_MAX).is_ok());
        drop(daemon);
        // The thread ends with the daemon. One that hangs is not waited for.
        if let Some(thread) = self.thread.take()
            && has_stopped
        {
            // A panic in it was logged by its own hook and harms nothing any more.
            let _ = thread.join();
        }
    }
}

/// A daemon that announces the service, and what troubles it.
fn announce(
    service: &ServiceInfo,
    listening: &[IpAddr],
) -> Result<(ServiceDaemon, Receiver<DaemonEvent>), Error> {
    let daemon = start_daemon()?;
    let monitor = daemon.monitor()?;
    keep_to(&daemon, listening)?;
    daemon.register(service.clone())?;
    Ok((daemon, monitor))
}

/// Says nothing where the server does not listen: whoever found it there would find nobody.
fn keep_to(daemon: &ServiceDaemon, listening: &[IpAddr]) -> Result<(), Error> {
    // An unspecified address of IPv6 takes IPv4 as well.
    if listening.iter().any(|ip| ip.is_unspecified() && ip.is_ipv6()) {
        return Ok(());
    }
    if listening.iter().any(IpAddr::is_unspecified) {
        return daemon.disable_interface(IfKind::IPv6);
    }
    daemon.disable_interface(IfKind::All)?;
    daemon.enable_interface(listening.iter().copied().map(IfKind::Addr).collect::<Vec<_>>())
}

fn service(announcement: &Announcement) -> Result<ServiceInfo, Error> {
    let Announcement { id, name, port, .. } = announcement;
    let name = shown_name(name);
    let name = if name.is_empty() { "MyChat" } else { &name };
    // A host name of its own: the system's announces the computer's, and answers differ.
    let host = format!("mychat-{}.local.", &id.to_string()[..16]);
    let properties = [
        ("txtvers", TXT_VERSION.to_owned()),
        ("id", id.to_base32()),
        ("fp", id.fingerprint()),
        ("n", name.to_owned()),
        ("pv", VERSION.to_string()),
        ("auth", AUTH.to_owned()),
    ];
    let service = ServiceInfo::new(SERVICE, instance_of(name), &host, "", *port, &properties[..])?;
    Ok(service.enable_addr_auto())
}

/// The name's start that fits a DNS label.
fn instance_of(name: &str) -> &str {
    cut(name, usize::MAX, INSTANCE_BYTES_MAX).trim_end()
}

/// Keeps the announcement alive until its daemon is told to stop.
struct Keeper {
    daemon: Arc<Mutex<ServiceDaemon>>,
    service: ServiceInfo,
    listening: Vec<IpAddr>,
    trouble: Option<String>,
}

impl Keeper {
    /// Announces again every minute, and logs what troubles the daemon.
    fn run(mut self, mut monitor: Receiver<DaemonEvent>) {
        let mut announce_at = clock::uptime() + ANNOUNCE_EVERY;
        let mut check_at = clock::uptime() + CHECK_EVERY;
        loop {
            let due = announce_at.min(check_at);
            match monitor.recv_timeout(due.saturating_sub(clock::uptime())) {
                Ok(DaemonEvent::Error(error)) => warn_once(&mut self.trouble, &error),
                Ok(DaemonEvent::NameChange(change)) => {
                    let name = change.new_name;
                    tracing::info!(name, "another server has this name on the LAN");
                }
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) if clock::uptime() >= announce_at => {
                    announce_at = clock::uptime() + ANNOUNCE_EVERY;
                    let again = self.lock().register(self.service.clone());
                    self.warn(again);
                }
                Err(RecvTimeoutError::Timeout) => {
                    check_at = clock::uptime() + CHECK_EVERY;
                    match self.renew() {
                        Ok(Some(fresh)) => monitor = fresh,
                        Ok(None) => {}
                        Err(error) => self.warn(Err(error)),
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// A new daemon instead of one that strangers have filled.
    fn renew(&self) -> Result<Option<Receiver<DaemonEvent>>, Error> {
        let metrics = self.lock().get_metrics()?;
        let is_full = metrics.recv_timeout(GOODBYE_MAX).is_ok_and(|metrics| is_full(&metrics));
        if !is_full {
            return Ok(None);
        }
        let mut daemon = self.lock();
        // Being closed meanwhile: what is new would not be told to stop.
        let Ok(stopped) = daemon.shutdown() else { return Ok(None) };
        if stopped.recv_timeout(GOODBYE_MAX).is_err() {
            tracing::debug!("a daemon of mDNS is slow to stop");
        }
        let (fresh, monitor) = announce(&self.service, &self.listening)?;
        tracing::info!("discovery began anew: others fill this network with announcements");
        *daemon = fresh;
        Ok(Some(monitor))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, ServiceDaemon> {
        self.daemon.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn warn(&mut self, done: Result<(), Error>) {
        if let Err(error) = done {
            warn_once(&mut self.trouble, &error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::discovery::read;

    fn announcement(name: &str) -> Announcement {
        let (name, listening) = (name.to_owned(), Vec::new());
        Announcement { id: ServerId([0xA5; 32]), name, port: 1029, listening }
    }

    #[test]
    fn an_announcement_reads_back_as_it_was_meant() {
        for name in ["青柠 Server", "a.b\\c", &"长".repeat(40), "MyChat"] {
            let service = service(&announcement(name)).unwrap().as_resolved_service();
            let label = service.fullname.strip_suffix("._mychat._tcp.local.").unwrap();
            assert!(label.replace('\\', "").len() <= INSTANCE_BYTES_MAX, "{label}");
            let text = |key: &str| service.get_property_val_str(key);
            let announced = read(&service.fullname, text, service.port, Vec::new()).unwrap();
            assert_eq!(announced.id, ServerId([0xA5; 32]));
            assert_eq!(announced.name, shown_name(name));
            assert_eq!(announced.port, 1029);
        }
    }

    #[test]
    fn an_announcement_says_what_never_changes_and_nothing_else() {
        let service = service(&announcement("x")).unwrap();
        let mut keys: Vec<&str> =
            service.get_properties().iter().map(mdns_sd::TxtProperty::key).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["auth", "fp", "id", "n", "pv", "txtvers"]);
        let names = ["a".repeat(70), "长".repeat(30), "👨‍👩‍👧".repeat(9), "e\u{301}".repeat(40)];
        for name in names {
            let label = instance_of(&name);
            assert!(label.len() <= INSTANCE_BYTES_MAX && name.starts_with(label), "{label}");
            assert!(!label.is_empty() && label.len() > INSTANCE_BYTES_MAX - 18, "{label}");
        }
    }
}
