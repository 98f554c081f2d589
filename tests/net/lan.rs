//! LANs of network namespaces: each host is one, and a switch with a bridge for each subnet is one
//! more. All are gone when dropped.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mychat::clock;

use crate::programs::PATIENCE;

/// Hosts on subnets. A host may be in several.
pub struct Lan {
    prefix: String,
    namespaces: Vec<String>,
}

impl Lan {
    /// Lays one subnet, 10.77.0.0/24, with these hosts.
    pub fn lay(hosts: &[&str]) -> Option<Lan> {
        Lan::lay_all(&[hosts])
    }

    /// Lays subnets, 10.77.0.0/24 and upwards, or says why this cannot be tested here. The first
    /// host of a subnet has the number 1 in it.
    pub fn lay_all(subnets: &[&[&str]]) -> Option<Lan> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("mychat-{}-{number}-", std::process::id());
        let mut lan = Lan { prefix, namespaces: Vec::new() };
        if let Err(reason) = lan.add("switch") {
            skip(&format!("no network namespaces here ({reason}); they need root and iproute2"));
            return None;
        }
        let laid = subnets.iter().enumerate().try_for_each(|(n, hosts)| lan.subnet(n, hosts));
        match laid.and_then(|()| lan.wait_up(subnets)) {
            Ok(()) => Some(lan),
            Err(reason) => panic!("the LAN was not laid: {reason}"),
        }
    }

    /// A command on one of the hosts; the program takes the place of `ip` and keeps its number.
    pub fn command(&self, host: &str, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.namespace(host), program]);
        command
    }

    /// Runs a program on a host to its end.
    pub fn run(&self, host: &str, program: &str, arguments: &[&str]) -> Result<String, String> {
        finish(self.command(host, program).args(arguments))
    }

    /// Lets a firewall on a host judge what comes in for the port of mDNS. Says why it cannot.
    pub fn judge_mdns(&self, host: &str, rule: &str) -> Option<()> {
        if !has_tool("nft") {
            skip("no firewall to lose packets with; install nftables");
            return None;
        }
        let rules = format!(
            "table inet mychat {{ chain in {{ type filter hook input priority 0; \
             udp dport 5353 {rule}; }}; }}"
        );
        match self.run(host, "nft", &[&rules]) {
            Ok(_) => Some(()),
            Err(reason) => {
                skip(&format!("this system has no firewall to lose packets with: {reason}"));
                None
            }
        }
    }

    /// The access point of the first subnet lets its guests talk to nobody but itself.
    pub fn isolate(&self, hosts: &[&str]) {
        for host in hosts {
            let port = port(0, host);
            let set = ["link", "set", "dev", &port, "isolated", "on"];
            self.run("switch", "bridge", &set).unwrap();
        }
    }

    /// The link-local address of a host in the first subnet.
    pub fn link_local(&self, host: &str) -> String {
        let text = self.ip(host, &["-6", "-o", "address", "show", "dev", "lan0"]).unwrap();
        let mut words = text.split_whitespace();
        let address = words.find(|word| word.starts_with("fe80")).unwrap();
        address.split('/').next().unwrap().to_owned()
    }

    fn namespace(&self, host: &str) -> String {
        format!("{}{host}", self.prefix)
    }

    fn ip(&self, host: &str, arguments: &[&str]) -> Result<String, String> {
        ip(&[&["-n", &self.namespace(host)], arguments].concat())
    }

    fn add(&mut self, host: &str) -> Result<(), String> {
        let name = self.namespace(host);
        if self.namespaces.contains(&name) {
            return Ok(());
        }
        ip(&["netns", "add", &name])?;
        self.namespaces.push(name);
        self.ip(host, &["link", "set", "lo", "up"])?;
        // Nobody else has our addresses: they need not be tried out for seconds.
        let fast = "echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad";
        self.run(host, "sh", &["-c", fast]).map(drop)
    }

    fn subnet(&mut self, number: usize, hosts: &[&str]) -> Result<(), String> {
        let (bridge, wire) = (format!("br{number}"), format!("lan{number}"));
        let kind = ["type", "bridge", "mcast_snooping", "0"];
        self.ip("switch", &[&["link", "add", &bridge], &kind[..]].concat())?;
        self.ip("switch", &["link", "set", &bridge, "up"])?;
        for (host, own) in hosts.iter().zip(1..) {
            self.add(host)?;
            let (port, there) = (port(number, host), self.namespace(host));
            let peer = ["type", "veth", "peer", "name", &wire, "netns", &there];
            self.ip("switch", &[&["link", "add", &port], &peer[..]].concat())?;
            self.ip("switch", &["link", "set", &port, "master", &bridge, "up"])?;
            let address = format!("10.{}.0.{own}/24", 77 + number);
            self.ip(host, &["address", "add", &address, "dev", &wire])?;
            self.ip(host, &["link", "set", &wire, "up"])?;
        }
        Ok(())
    }

    /// A wire carries nothing for a moment after it was plugged in.
    fn wait_up(&self, subnets: &[&[&str]]) -> Result<(), String> {
        let end = clock::uptime() + PATIENCE;
        for (number, hosts) in subnets.iter().enumerate() {
            let wire = format!("lan{number}");
            for host in *hosts {
                while !self.ip(host, &["link", "show", "dev", &wire])?.contains("state UP") {
                    assert!(clock::uptime() < end, "the wire never came up");
                    smol::block_on(smol::Timer::after(Duration::from_millis(5)));
                }
            }
        }
        Ok(())
    }
}

impl Drop for Lan {
    fn drop(&mut self) {
        for name in &self.namespaces {
            // What was removed by hand is gone as well.
            ip(&["netns", "delete", name]).ok();
        }
    }
}

/// The switch's end of a host's wire; such names have at most 15 letters.
fn port(subnet: usize, host: &str) -> String {
    format!("p{subnet}-{host}")
}

/// What `ip` prints.
fn ip(arguments: &[&str]) -> Result<String, String> {
    finish(Command::new("ip").args(arguments))
}

fn finish(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

/// Whether a program is installed.
pub fn has_tool(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    places.map(|place| place.join(name)).any(|tool| tool.is_file())
}

/// Says that a test proves nothing here.
pub fn skip(reason: &str) {
    println!("SKIPPED: {reason}");
}
