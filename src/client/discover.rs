//! `mychat discover`: listens for a while and lists the servers that announce themselves.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use async_io::Timer;
use serde::Serialize;
use smol::future;

use crate::clock;
use crate::domain::ServerId;
use crate::net::discovery::{Browser, DiscoveryError, DiscoveryEvent, FoundServer};

/// How the list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people: one paragraph a server.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// Why there is no list. That no server was found is not among it.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// Nothing could be asked.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// The list could not be written.
    #[error("the list of servers could not be written: {0}")]
    Write(#[from] io::Error),
}

/// Listens for so long and writes what was found, by name.
///
/// # Errors
/// Discovery could not start, or the list could not be written.
pub fn discover(wait: Duration, form: Form, out: &mut impl Write) -> Result<(), DiscoverError> {
    let servers = listen(&mut Browser::start()?, wait);
    write_list(&servers, form, out)?;
    Ok(())
}

fn listen(browser: &mut Browser, wait: Duration) -> Vec<FoundServer> {
    let end = clock::uptime().saturating_add(wait);
    let mut servers: BTreeMap<ServerId, FoundServer> = BTreeMap::new();
    let next = |browser: &mut Browser| {
        let left = end.saturating_sub(clock::uptime());
        let late = async {
            Timer::after(left).await;
            None
        };
        smol::block_on(future::or(async { Some(browser.next().await) }, late))
    };
    while let Some(event) = next(browser) {
        match event {
            DiscoveryEvent::Found(server) => servers.insert(server.id, server),
            DiscoveryEvent::Lost(id) => servers.remove(&id),
        };
    }
    let mut servers: Vec<FoundServer> = servers.into_values().collect();
    servers.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    servers
}

/// One line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    /// The likeliest one.
    address: &'a str,
    port: u16,
    /// All 256 bits in base32, as in an invite link.
    id: String,
    fingerprint: &'a str,
    /// All of them, the likeliest first.
    addresses: Vec<String>,
}

fn write_list(servers: &[FoundServer], form: Form, out: &mut impl Write) -> io::Result<()> {
    for server in servers {
        let FoundServer { id, name, addresses, fingerprint } = server;
        let Some(first) = addresses.first() else { continue };
        match form {
            Form::Text => writeln!(out, "{name}\n    {first}\n    {fingerprint}")?,
            Form::Json => {
                let line = Line {
                    name,
                    address: &first.host,
                    port: first.port,
                    id: id.to_base32(),
                    fingerprint,
                    addresses: addresses.iter().map(ToString::to_string).collect(),
                };
                writeln!(out, "{}", serde_json::to_string(&line)?)?;
            }
        }
    }
    if servers.is_empty() && form == Form::Text {
        writeln!(out, "no server found on this network")?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::address::Address;

    fn server() -> FoundServer {
        let id = ServerId([0xA5; 32]);
        let address = |host: &str| Address { host: host.to_owned(), port: 1029 };
        FoundServer {
            id,
            name: "青柠 \"1\"".to_owned(),
            addresses: vec![address("10.0.0.1"), address("fe80::1%eth0")],
            fingerprint: id.fingerprint(),
        }
    }

    fn written(servers: &[FoundServer], form: Form) -> String {
        let mut out = Vec::new();
        write_list(servers, form, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_program_reads_one_object_a_line() {
        let text = written(&[server(), server()], Form::Json);
        assert_eq!(text.lines().count(), 2);
        let line: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!(line["name"], "青柠 \"1\"");
        assert_eq!(
            (line["address"].as_str(), line["port"].as_u64()),
            (Some("10.0.0.1"), Some(1029))
        );
        assert_eq!(ServerId::parse(line["id"].as_str().unwrap()), Some(ServerId([0xA5; 32])));
        assert_eq!(line["fingerprint"], server().fingerprint);
        assert_eq!(line["addresses"][1], "[fe80::1%eth0]:1029");
        assert_eq!(written(&[], Form::Json), "");
    }

    #[test]
    fn a_person_reads_name_address_and_fingerprint() {
        let text = written(&[server()], Form::Text);
        assert_eq!(text, format!("青柠 \"1\"\n    10.0.0.1:1029\n    {}\n", server().fingerprint));
        assert_eq!(written(&[], Form::Text), "no server found on this network\n");
    }
}
