//! The networks that this computer is in: which numbers are near, and where questions are asked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use if_addrs::{IfAddr, Interface};

use super::neighbours::Place;
use crate::clock;

/// The system is asked for its interfaces so often at most: a flood must not make us ask.
const READ_EVERY: Duration = Duration::from_secs(2);
/// Interfaces on which questions are asked.
const ASKED_MAX: usize = 16;

/// What the system said of its interfaces.
#[derive(Debug, Default)]
pub(super) struct Networks {
    interfaces: Vec<Interface>,
    read_at: Option<Duration>,
}

/// A place to ask from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Desk {
    V4(Ipv4Addr),
    V6(u32),
}

impl Networks {
    /// One announced number, heard on an interface of this name and number.
    pub(super) fn place(&mut self, ip: IpAddr, interface: &str, index: u32) -> Place {
        self.renew();
        let is_own = ip.is_loopback()
            && self.interfaces.iter().any(|own| own.name == interface && own.is_loopback());
        let scope = match cfg!(windows) {
            true => index.to_string(),
            false => interface.to_owned(),
        };
        Place { ip, scope, is_own, is_near: self.is_near(ip) }
    }

    /// Where questions are asked: the interface's name, its number and how.
    pub(super) fn desks(&mut self) -> Vec<(String, u32, Desk)> {
        self.renew();
        let desk = |interface: &Interface| {
            let desk = match &interface.addr {
                IfAddr::V4(v4) => Desk::V4(v4.ip),
                IfAddr::V6(v6) if is_link_local(v6.ip) => Desk::V6(interface.index?),
                IfAddr::V6(_) => return None,
            };
            Some((interface.name.clone(), interface.index.unwrap_or(0), desk))
        };
        let real = self.interfaces.iter().filter(|interface| !is_virtual(&interface.name));
        real.filter_map(desk).take(ASKED_MAX).collect()
    }

    fn is_near(&self, ip: IpAddr) -> bool {
        let IpAddr::V4(ip) = ip else { return false };
        self.interfaces.iter().any(|interface| match &interface.addr {
            IfAddr::V4(own) if !own.is_loopback() => {
                let network = |ip: Ipv4Addr| ip.to_bits() & own.netmask.to_bits();
                network(own.ip) == network(ip) && own.prefixlen > 0
            }
            _ => false,
        })
    }

    fn renew(&mut self) {
        let now = clock::uptime();
        if self.read_at.is_none_or(|at| now >= at + READ_EVERY) {
            self.read_at = Some(now);
            self.interfaces = if_addrs::get_if_addrs().unwrap_or_default();
        }
    }
}

fn is_link_local(ip: Ipv6Addr) -> bool {
    ip.is_unicast_link_local()
}

/// Is this a network between this computer and its own containers or virtual machines?
#[must_use]
pub fn is_virtual(interface: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use if_addrs::{IfOperStatus, Ifv4Addr};

    use super::*;

    fn lan() -> Networks {
        let addr = IfAddr::V4(Ifv4Addr {
            ip: Ipv4Addr::new(10, 77, 0, 2),
            netmask: Ipv4Addr::new(255, 255, 255, 0),
            prefixlen: 24,
            broadcast: None,
        });
        let interface = Interface {
            name: "lan0".to_owned(),
            addr,
            index: Some(3),
            oper_status: IfOperStatus::Up,
            is_p2p: false,
            #[cfg(windows)]
            adapter_name: String::new(),
        };
        Networks { interfaces: vec![interface], read_at: Some(Duration::from_hours(1_000_000)) }
    }

    #[test]
    fn a_number_of_our_own_network_is_near() {
        let mut networks = lan();
        for (ip, expected) in [("10.77.0.9", true), ("10.77.1.9", false), ("fe80::1", false)] {
            let place = networks.place(ip.parse().unwrap(), "lan0", 3);
            assert_eq!(place.is_near, expected, "{ip}");
            assert!(!place.is_own);
        }
        assert_eq!(networks.desks().len(), 1);
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
