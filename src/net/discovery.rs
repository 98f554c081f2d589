//! Announcing a server on the LAN and finding the announced ones (mDNS, RFC 6762 and 6763).
//!
//! The only file that sees mdns-sd. What arrives here is a hint from strangers: nothing of it is
//! trusted before TLS has proven the server's id. Rows, bounds and pace are in
//! [`neighbours`](super::neighbours).

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use async_io::Timer;
use mdns_sd::{
    DaemonEvent, Error, IfKind, IfPredicate, Receiver, RecvTimeoutError, ResolvedService, ScopedIp,
    ServiceDaemon, ServiceEvent, ServiceInfo,
};
use smol::future;

use super::neighbours::{Announced, Neighbours, Place, Turn, cut, shown_name};
use super::protocol::VERSION;
use crate::clock;
use crate::domain::ServerId;

pub use super::neighbours::{DiscoveryEvent, FoundServer};

/// The service's name in DNS.
const SERVICE: &str = "_mychat._tcp.local.";
/// Version of the TXT record's form.
const TXT_VERSION: &str = "1";
/// How people sign in; other ways would be other words.
const AUTH: &str = "opaque";
/// A DNS label has 63 bytes, and a conflict appends " (2)" to it. Longer ones are never found.
const INSTANCE_BYTES_MAX: usize = 58;
/// Announcing again helps clients behind lossy Wi-Fi and servers behind a host firewall.
const ANNOUNCE_EVERY: Duration = Duration::from_mins(1);
/// Each step of saying goodbye takes no longer, so that a stop is a stop.
const GOODBYE_MAX: Duration = Duration::from_secs(1);
/// The second goodbye, for those who missed the first, leaves so long after it.
const GOODBYE_AGAIN: Duration = Duration::from_millis(150);
/// A server that does not answer to its name for so long is gone.
const VERIFY_WITHIN: Duration = Duration::from_secs(3);
/// A browser that lost its daemon starts a new one after so long.
const RESTART_AFTER: Duration = Duration::from_secs(1);
/// Servers known to a lost daemon have so long to be heard by the new one.
const DOUBT_MAX: Duration = Duration::from_secs(5);

/// Why nothing can be announced or found.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// The daemon of mDNS did not start or did not take an order.
    #[error("servers cannot be announced or found on this network: {0}")]
    Daemon(#[from] Error),
    /// No thread could be started.
    #[error("servers cannot be announced on this network, no thread could be started: {0}")]
    Thread(#[source] std::io::Error),
}

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
    daemon: ServiceDaemon,
    instance: String,
    thread: Option<JoinHandle<()>>,
}

/// Listens for announcements.
pub struct Browser {
    ears: Option<Ears>,
    neighbours: Neighbours,
    /// Until when rows of a lost daemon may be confirmed, and those that were not yet.
    doubt: Option<(Duration, BTreeSet<String>)>,
    /// The last thing that went wrong, so that it is logged once.
    trouble: Option<String>,
}

/// A running daemon that listens.
struct Ears {
    daemon: ServiceDaemon,
    heard: Receiver<ServiceEvent>,
    monitor: Receiver<DaemonEvent>,
}

impl Announcer {
    /// Starts announcing on all networks of this computer but those of its containers.
    ///
    /// # Errors
    /// The daemon or its thread could not be started. Trouble with a network comes later and is
    /// logged: other networks may still work.
    pub fn start(announcement: &Announcement) -> Result<Self, DiscoveryError> {
        let daemon = start_daemon()?;
        let monitor = daemon.monitor()?;
        keep_to(&daemon, &announcement.listening)?;
        let service = service(announcement)?;
        let instance = service.get_fullname().to_owned();
        daemon.register(service.clone())?;
        let repeat = daemon.clone();
        let thread = Builder::new()
            .name("announcer".to_owned())
            .spawn(move || keep_announcing(&repeat, &monitor, &service))
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
        let said = self.daemon.unregister(&self.instance).ok();
        if said.is_some_and(|said| said.recv_timeout(GOODBYE_MAX).is_ok()) {
            smol::block_on(Timer::after(GOODBYE_AGAIN));
        }
        let stopped = self.daemon.shutdown().ok();
        let has_stopped = stopped.is_none_or(|stopped| stopped.recv_timeout(GOODBYE_MAX).is_ok());
        // The thread ends with the daemon. One that hangs is not waited for.
        if let Some(thread) = self.thread.take()
            && has_stopped
        {
            // A panic in it was logged by its own hook and harms nothing any more.
            let _ = thread.join();
        }
    }
}

impl Browser {
    /// Starts listening and asking.
    ///
    /// # Errors
    /// The daemon could not be started.
    pub fn start() -> Result<Self, DiscoveryError> {
        let ears = Some(Ears::open()?);
        Ok(Browser { ears, neighbours: Neighbours::default(), doubt: None, trouble: None })
    }

    /// The next change, for as long as one likes to wait: at most ten a second. Giving up waiting
    /// loses nothing.
    pub async fn next(&mut self) -> DiscoveryEvent {
        loop {
            let now = clock::uptime();
            self.settle_doubt(now);
            let turn = match self.neighbours.next(now) {
                Turn::Now(event) => return event,
                Turn::At(at) => Some(at),
                Turn::Idle => None,
            };
            let due = turn.into_iter().chain(self.doubt.iter().map(|doubt| doubt.0)).min();
            let Some(ears) = &self.ears else {
                Timer::after(RESTART_AFTER).await;
                self.ears = Ears::open().ok();
                continue;
            };
            match future::or(ears.listen(), silence_until(due)).await {
                Sound::Service(event) => self.take(event),
                Sound::Daemon(event) => self.note(&event),
                Sound::Nothing => {}
                Sound::Deaf => {
                    // The queue overflowed or the daemon died.
                    self.ears = None;
                    let until = now + RESTART_AFTER + DOUBT_MAX;
                    self.doubt = Some((until, self.neighbours.all_instances()));
                }
            }
        }
    }

    /// Asks again for a server that did not answer a dial; it is lost when it stays silent.
    pub fn verify(&self, id: ServerId) {
        let Some(ears) = &self.ears else { return };
        for instance in self.neighbours.instances(id) {
            if let Err(error) = ears.daemon.verify(instance, VERIFY_WITHIN) {
                tracing::debug!(%error, "a server was not asked for again");
            }
        }
    }

    fn take(&mut self, event: ServiceEvent) {
        match event {
            ServiceEvent::ServiceResolved(service) => {
                if let Some((_, doubted)) = &mut self.doubt {
                    doubted.remove(&service.fullname);
                }
                match read(&service) {
                    Some(announced) => self.neighbours.heard(&announced),
                    None => self.neighbours.gone(&service.fullname),
                }
            }
            ServiceEvent::ServiceRemoved(_, instance) => self.neighbours.gone(&instance),
            _ => {}
        }
    }

    /// Forgets what a new daemon did not hear of in time.
    fn settle_doubt(&mut self, now: Duration) {
        if let Some((_, doubted)) = self.doubt.take_if(|(until, _)| *until <= now) {
            for instance in doubted {
                self.neighbours.gone(&instance);
            }
        }
    }

    fn note(&mut self, event: &DaemonEvent) {
        if let DaemonEvent::Error(error) = event {
            warn_once(&mut self.trouble, error);
        }
    }
}

/// What [`Ears`] can hear.
enum Sound {
    Service(ServiceEvent),
    Daemon(DaemonEvent),
    Nothing,
    Deaf,
}

impl Ears {
    fn open() -> Result<Self, Error> {
        let daemon = start_daemon()?;
        let monitor = daemon.monitor()?;
        let heard = daemon.browse(SERVICE)?;
        Ok(Ears { daemon, heard, monitor })
    }

    async fn listen(&self) -> Sound {
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
        future::or(service, daemon).await
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

/// Ends at a moment of [`clock::uptime`], or never.
async fn silence_until(due: Option<Duration>) -> Sound {
    match due {
        Some(due) => Timer::after(due.saturating_sub(clock::uptime())).await,
        None => future::pending().await,
    };
    Sound::Nothing
}

/// A daemon on the networks where people are.
fn start_daemon() -> Result<ServiceDaemon, Error> {
    let daemon = ServiceDaemon::new()?;
    daemon.disable_interface(IfKind::Predicate(IfPredicate::new(|interface| {
        is_virtual(&interface.name)
    })))?;
    Ok(daemon)
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

/// Is this a network between this computer and its own containers or virtual machines?
fn is_virtual(interface: &str) -> bool {
    const PREFIXES: [&str; 15] = [
        "cali",
        "cni",
        "docker",
        "flannel",
        "lxcbr",
        "lxdbr",
        "podman",
        "vboxnet",
        "veth",
        "virbr",
        "vmnet",
        "VMware",
        "VirtualBox",
        "vEthernet (Default Switch",
        "vEthernet (WSL",
    ];
    let is_docker_bridge = interface
        .strip_prefix("br-")
        .is_some_and(|id| id.len() == 12 && id.bytes().all(|b| b.is_ascii_hexdigit()));
    is_docker_bridge || PREFIXES.iter().any(|prefix| interface.starts_with(prefix))
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

/// Announces again every minute until the daemon stops, and logs what troubles it.
fn keep_announcing(daemon: &ServiceDaemon, monitor: &Receiver<DaemonEvent>, service: &ServiceInfo) {
    let mut trouble = None;
    let mut due = clock::uptime() + ANNOUNCE_EVERY;
    loop {
        match monitor.recv_timeout(due.saturating_sub(clock::uptime())) {
            Ok(DaemonEvent::Error(error)) => warn_once(&mut trouble, &error),
            Ok(DaemonEvent::NameChange(change)) => {
                tracing::info!(name = change.new_name, "another server has this name on the LAN");
            }
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => {
                due = clock::uptime() + ANNOUNCE_EVERY;
                if let Err(error) = daemon.register(service.clone()) {
                    warn_once(&mut trouble, &error);
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn warn_once(trouble: &mut Option<String>, error: &Error) {
    let said = error.to_string();
    if trouble.as_ref() != Some(&said) {
        tracing::warn!(error = said, "discovery on the LAN is impaired");
        *trouble = Some(said);
    }
}

/// Reads a stranger's announcement; nothing when it is none of ours.
fn read(service: &ResolvedService) -> Option<Announced> {
    let text = |key: &str| service.get_property_val_str(key);
    if text("txtvers")? != TXT_VERSION {
        return None;
    }
    let id = ServerId::parse(text("id")?)?;
    let label = || service.fullname.strip_suffix(SERVICE).unwrap_or_default();
    let name = text("n").unwrap_or_else(label).trim_end_matches('.').to_owned();
    let places = service.addresses.iter().filter_map(place).collect();
    Some(Announced { instance: service.fullname.clone(), id, name, port: service.port, places })
}

fn place(address: &ScopedIp) -> Option<Place> {
    let interfaces = match address {
        ScopedIp::V4(v4) => v4.interface_ids(),
        ScopedIp::V6(v6) => std::slice::from_ref(v6.scope_id()),
        _ => return None,
    };
    let ip = address.to_ip_addr();
    // Asked of the system only where the answer matters.
    let is_own = ip.is_loopback()
        && interfaces.iter().any(|interface| interface.get_addrs().iter().any(IpAddr::is_loopback));
    let scope = interfaces.first().map_or_else(String::new, |interface| match cfg!(windows) {
        true => interface.index.to_string(),
        false => interface.name.clone(),
    });
    Some(Place { ip, scope, is_own })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announcement(name: &str) -> Announcement {
        let (name, listening) = (name.to_owned(), Vec::new());
        Announcement { id: ServerId([0xA5; 32]), name, port: 1029, listening }
    }

    #[test]
    fn an_announcement_reads_back_as_it_was_meant() {
        for name in ["青柠 Server", "a.b\\c", &"长".repeat(40), "MyChat"] {
            let service = service(&announcement(name)).unwrap();
            let label = service.get_fullname().strip_suffix("._mychat._tcp.local.").unwrap();
            assert!(label.replace('\\', "").len() <= INSTANCE_BYTES_MAX, "{label}");
            let announced = read(&service.as_resolved_service()).unwrap();
            assert_eq!(announced.id, ServerId([0xA5; 32]));
            assert_eq!(announced.name, shown_name(name));
            assert_eq!(announced.port, 1029);
        }
    }

    #[test]
    fn a_stranger_without_a_readable_id_is_none_of_ours() {
        let id = ServerId([1; 32]).to_base32();
        let cases = [
            vec![("txtvers", "1"), ("id", "nonsense")],
            vec![("txtvers", "1")],
            vec![("txtvers", "2"), ("id", &id)],
            vec![("id", &id)],
        ];
        for properties in cases {
            let service =
                ServiceInfo::new(SERVICE, "x", "x.local.", "10.0.0.1", 1, &properties[..]).unwrap();
            assert!(read(&service.as_resolved_service()).is_none(), "{properties:?}");
        }
    }

    #[test]
    fn a_nameless_server_is_called_by_its_label() {
        let id = ServerId([1; 32]).to_base32();
        let properties = [("txtvers", "1"), ("id", &id)];
        let service =
            ServiceInfo::new(SERVICE, "label", "x.local.", "10.0.0.1", 1, &properties[..]).unwrap();
        assert_eq!(read(&service.as_resolved_service()).unwrap().name, "label");
    }

    #[test]
    fn networks_of_containers_are_left_out() {
        let cases = [
            ("eth0", false),
            ("wlp3s0", false),
            ("lo", false),
            ("br0", false),
            ("br-lan", false),
            ("Ethernet", false),
            ("br-0123456789ab", true),
            ("docker0", true),
            ("veth12ab", true),
            ("virbr0", true),
            ("vEthernet (WSL (Hyper-V firewall))", true),
        ];
        for (name, expected) in cases {
            assert_eq!(is_virtual(name), expected, "{name}");
        }
    }
}
