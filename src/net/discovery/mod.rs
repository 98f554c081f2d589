//! Announcing a server on the LAN and finding the announced ones (mDNS, RFC 6762 and 6763).
//!
//! The only folder that sees mdns-sd and the bytes of DNS. What arrives here is a hint from
//! strangers: nothing of it is trusted before TLS has proven the server's id.
//!
//! * [`announcer`] tells the LAN of a server.
//! * [`browser`] listens, with [`ears`] (the daemon of mDNS) and by a [`question`] of its own.
//! * [`neighbours`] are the rows: bounds, pace, and who is kept when there are too many.
//! * [`networks`] are the ones that this computer is in.

mod announcer;
mod browser;
mod ears;
mod name;
mod neighbours;
mod networks;
mod question;

use mdns_sd::{Error, IfKind, IfPredicate, Metrics, ServiceDaemon};

use crate::domain::ServerId;
use neighbours::{Announced, Place};

pub use announcer::{Announcement, Announcer};
pub use browser::Browser;
pub use neighbours::{DiscoveryEvent, FoundServer};
pub use networks::is_virtual;

/// The service's name in DNS.
const SERVICE: &str = "_mychat._tcp.local.";
/// Version of the TXT record's form.
const TXT_VERSION: &str = "1";
/// Records that a daemon may keep. It keeps whatever it hears for as long as the record says, so a
/// daemon that strangers have filled is replaced by a new one.
const RECORDS_MAX: i64 = 4096;

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

/// A daemon on the networks where people are.
fn start_daemon() -> Result<ServiceDaemon, Error> {
    let daemon = ServiceDaemon::new()?;
    daemon.disable_interface(IfKind::Predicate(IfPredicate::new(|interface| {
        is_virtual(&interface.name)
    })))?;
    Ok(daemon)
}

/// Whether a daemon keeps more than this network can honestly have.
fn is_full(metrics: &Metrics) -> bool {
    let kept = metrics.iter().filter(|(name, _)| name.starts_with("cached-"));
    kept.map(|(_, count)| *count).sum::<i64>() > RECORDS_MAX
}

fn warn_once(trouble: &mut Option<String>, error: &Error) {
    let said = error.to_string();
    if trouble.as_ref() != Some(&said) {
        tracing::warn!(error = said, "discovery on the LAN is impaired");
        *trouble = Some(said);
    }
}

/// Reads a stranger's announcement; nothing when it is none of ours. `text` gives the values of its
/// TXT record.
fn read<'a>(
    instance: &str,
    text: impl Fn(&str) -> Option<&'a str>,
    port: u16,
    places: Vec<Place>,
) -> Option<Announced> {
    if text("txtvers")? != TXT_VERSION {
        return None;
    }
    let id = ServerId::parse(text("id")?)?;
    let label = || instance.strip_suffix(SERVICE).unwrap_or_default();
    let name = text("n").unwrap_or_else(label).trim_end_matches('.').to_owned();
    Some(Announced { instance: instance.to_owned(), id, name, port, places })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daemon_is_full_by_what_it_keeps() {
        let metrics = |kept: i64| {
            let counts = [("cached-ptr", kept), ("cached-addr", RECORDS_MAX), ("respond", 99_999)];
            counts.map(|(name, count)| (name.to_owned(), count)).into()
        };
        assert!(!is_full(&metrics(0)));
        assert!(is_full(&metrics(1)));
    }
}
