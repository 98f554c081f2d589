//! The networks of this computer, and whether questions to everybody leave and arrive there.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use async_io::{Async, Timer};
use if_addrs::IfAddr;
use smol::future;
use socket2::{Domain, Protocol, Socket, Type};

use super::verdict::Verdict;

/// Where mDNS is spoken (RFC 6762).
const GROUP_V4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const GROUP_V6: Ipv6Addr = Ipv6Addr::new(0xFF02, 0, 0, 0, 0, 0, 0, 0xFB);
const MDNS_PORT: u16 = 5353;
/// Answers come within this time or hardly at all.
const LISTEN_MAX: Duration = Duration::from_millis(1_500);
/// The own question is asked again, since a datagram may be lost.
const ASK_AGAIN: Duration = Duration::from_millis(500);
/// A list of interfaces names so many.
const NAMED_MAX: usize = 8;

/// "Who is a MyChat server?" as one question of mDNS: `PTR _mychat._tcp.local`.
const QUESTION: &[u8] = b"\0\0\0\0\0\x01\0\0\0\0\0\0\x07_mychat\x04_tcp\x05local\0\0\x0c\0\x01";

/// Names of interfaces to this computer's own containers and virtual machines begin so.
const INSIDE: [&str; 14] = [
    "br-",
    "cali",
    "cni",
    "docker",
    "flannel",
    "lxc",
    "lxdbr",
    "podman",
    "vboxnet",
    "veth",
    "virbr",
    "vmnet",
    "vEthernet",
    "VirtualBox",
];
/// And those of tunnels.
const TUNNELS: [&str; 11] = [
    "tun",
    "tap",
    "TAP-",
    "wg",
    "ppp",
    "utun",
    "tailscale",
    "Tailscale",
    "zt",
    "ZeroTier",
    "WireGuard",
];

/// What an address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Loopback,
    /// A network where others may be.
    Lan,
    /// The computer gave it itself.
    SelfAssigned,
    /// A tunnel, or a network to one's own containers.
    Virtual,
}

/// An address of this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    name: String,
    ip: IpAddr,
    index: Option<u32>,
}

impl Place {
    fn kind(&self) -> Kind {
        let begins = |prefixes: &[&str]| prefixes.iter().any(|p| self.name.starts_with(p));
        match self.ip {
            ip if ip.is_loopback() => Kind::Loopback,
            _ if begins(&INSIDE) || begins(&TUNNELS) => Kind::Virtual,
            IpAddr::V4(ip) if ip.is_link_local() => Kind::SelfAssigned,
            IpAddr::V6(ip) if ip.is_unicast_link_local() => Kind::SelfAssigned,
            _ => Kind::Lan,
        }
    }

    /// Whether questions to everybody are asked there.
    fn is_asked(&self) -> bool {
        matches!(self.kind(), Kind::Lan | Kind::SelfAssigned)
    }
}

/// All addresses of this computer.
///
/// # Errors
/// The system does not say.
pub(super) fn places() -> io::Result<Vec<Place>> {
    let all = if_addrs::get_if_addrs()?;
    let up = all.into_iter().filter(if_addrs::Interface::is_oper_up);
    Ok(up.map(|one| Place { index: one.index, ip: ip_of(&one.addr), name: one.name }).collect())
}

fn ip_of(address: &IfAddr) -> IpAddr {
    match address {
        IfAddr::V4(v4) => v4.ip.into(),
        IfAddr::V6(v6) => v6.ip.into(),
    }
}

/// What the addresses say; `itself` when the chosen server is on this computer.
pub(super) fn judge_places(places: &io::Result<Vec<Place>>, itself: bool) -> Verdict {
    let places = match places {
        Ok(places) => places,
        Err(error) => return Verdict::NetworksUnknown(error.to_string()),
    };
    let of = |kind| {
        let those: Vec<&Place> = places.iter().filter(|place| place.kind() == kind).collect();
        listed(those.iter().map(|place| format!("{} {}", place.name, place.ip)))
    };
    let kinds = [Kind::Lan, Kind::SelfAssigned, Kind::Virtual].map(of);
    match kinds {
        [lan, ..] if !lan.is_empty() => Verdict::Networks(lan),
        // Every interface has a link-local address of IPv6; alone it is no network.
        [_, own, _] if !own.is_empty() && has_v4(places, Kind::SelfAssigned) => {
            Verdict::SelfAssigned(own)
        }
        [.., inside] if !inside.is_empty() => Verdict::OnlyVirtual(inside),
        [_, own, _] if !own.is_empty() => Verdict::SelfAssigned(own),
        _ if itself => Verdict::OnlyItself,
        _ => Verdict::NoNetwork,
    }
}

fn has_v4(places: &[Place], kind: Kind) -> bool {
    places.iter().any(|place| place.ip.is_ipv4() && place.kind() == kind)
}

/// Whether a question left on an interface; the error as words.
#[derive(Debug, Clone)]
struct Left {
    name: String,
    result: Result<(), String>,
}

/// What was heard at the port of mDNS.
#[derive(Debug, Clone, Copy, Default)]
struct Heard {
    own: bool,
    others: bool,
}

/// Asks everybody, and listens for a while.
pub(super) async fn multicast(places: &[Place]) -> (Verdict, Verdict) {
    let asked: Vec<&Place> = places.iter().filter(|place| place.is_asked()).collect();
    if asked.is_empty() {
        return (Verdict::Skipped, Verdict::Skipped);
    }
    let ears = open_ears(&asked);
    let left: Vec<Left> = asked
        .iter()
        .map(|place| Left {
            name: place.name.clone(),
            result: ask(place).map_err(|error| error.to_string()),
        })
        .collect();
    let heard = match ears {
        Ok(ears) => {
            let own: Vec<IpAddr> = places.iter().map(|place| place.ip).collect();
            let again = async {
                loop {
                    Timer::after(ASK_AGAIN).await;
                    for place in &asked {
                        // What it came to the first time is what is told.
                        ask(place).ok();
                    }
                }
            };
            Ok(future::or(listen(&ears, &own), again).await)
        }
        Err(error) => Err(error.to_string()),
    };
    (judge_left(&left), judge_heard(heard))
}

fn judge_left(left: &[Left]) -> Verdict {
    let mut failed: Vec<&Left> = left.iter().filter(|one| one.result.is_err()).collect();
    let on: Vec<&str> =
        left.iter().filter(|one| one.result.is_ok()).map(|one| one.name.as_str()).collect();
    // An interface on which one of both kinds of question leaves is fine: many networks have one.
    failed.retain(|one| !on.contains(&one.name.as_str()));
    let why = |one: &&Left| match &one.result {
        Err(error) => format!("{} ({error})", one.name),
        Ok(()) => one.name.clone(),
    };
    let failed = listed(failed.iter().map(why));
    let on = listed(on.into_iter().map(str::to_owned));
    match (on.is_empty(), failed.is_empty()) {
        (true, true) => Verdict::Skipped,
        (false, true) => Verdict::Sent(on),
        (false, false) => Verdict::SentPartly { on, failed },
        (true, false) => Verdict::NotSent(failed),
    }
}

fn judge_heard(heard: Result<Heard, String>) -> Verdict {
    match heard {
        Ok(Heard { others: true, .. }) => Verdict::HeardOthers,
        Ok(Heard { own: true, .. }) => Verdict::HeardSelf,
        Ok(_) => Verdict::Deaf,
        Err(error) => Verdict::PortTaken(error),
    }
}

/// Opens the port of mDNS beside whoever has it, for each of both kinds of address.
fn open_ears(places: &[&Place]) -> io::Result<Vec<Async<UdpSocket>>> {
    let [v4, v6] = [true, false].map(|is_v4| {
        let own = || places.iter().filter(|place| place.ip.is_ipv4() == is_v4);
        own().next().is_some().then(|| open_ear(is_v4, own()))
    });
    let both: Vec<io::Result<_>> = [v4, v6].into_iter().flatten().collect();
    let mut trouble = None;
    let mut ears = Vec::new();
    for one in both {
        match one {
            Ok(ear) => ears.push(ear),
            Err(error) => trouble = Some(error),
        }
    }
    match trouble {
        Some(error) if ears.is_empty() => Err(error),
        _ => Ok(ears),
    }
}

fn open_ear<'a>(
    is_v4: bool,
    places: impl Iterator<Item = &'a &'a Place>,
) -> io::Result<Async<UdpSocket>> {
    let (domain, any): (_, IpAddr) = match is_v4 {
        true => (Domain::IPV4, Ipv4Addr::UNSPECIFIED.into()),
        false => (Domain::IPV6, Ipv6Addr::UNSPECIFIED.into()),
    };
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    #[cfg(unix)]
    socket.set_reuse_port(true)?;
    if !is_v4 {
        socket.set_only_v6(true)?;
    }
    socket.bind(&SocketAddr::new(any, MDNS_PORT).into())?;
    for place in places {
        // One interface has several addresses; joining twice fails and changes nothing.
        match place.ip {
            IpAddr::V4(ip) => socket.join_multicast_v4(&GROUP_V4, &ip).ok(),
            IpAddr::V6(_) => socket.join_multicast_v6(&GROUP_V6, place.index.unwrap_or(0)).ok(),
        };
    }
    Async::new(socket.into())
}

/// Asks everybody on one interface.
fn ask(place: &Place) -> io::Result<()> {
    let (domain, group): (_, IpAddr) = match place.ip {
        IpAddr::V4(_) => (Domain::IPV4, GROUP_V4.into()),
        IpAddr::V6(_) => (Domain::IPV6, GROUP_V6.into()),
    };
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    match place.ip {
        IpAddr::V4(ip) => {
            socket.set_multicast_if_v4(&ip)?;
            socket.set_multicast_loop_v4(true)?;
        }
        IpAddr::V6(_) => {
            socket.set_multicast_if_v6(place.index.unwrap_or(0))?;
            socket.set_multicast_loop_v6(true)?;
        }
    }
    socket.set_nonblocking(true)?;
    socket.send_to(QUESTION, &SocketAddr::new(group, MDNS_PORT).into()).map(drop)
}

/// Listens until another computer is heard, or for the whole time.
async fn listen(ears: &[Async<UdpSocket>], own: &[IpAddr]) -> Heard {
    let heard = std::cell::Cell::new(Heard::default());
    let one = async |ear: &Async<UdpSocket>| {
        let mut buffer = [0; 1500];
        // A socket that fails hears nothing more, and the time goes on.
        while let Ok((_, from)) = ear.recv_from(&mut buffer).await {
            match own.contains(&from.ip()) {
                true => heard.set(Heard { own: true, ..heard.get() }),
                false => return heard.set(Heard { others: true, ..heard.get() }),
            }
        }
        future::pending::<()>().await;
    };
    let any = async {
        match ears {
            [first, second, ..] => future::or(one(first), one(second)).await,
            [only] => one(only).await,
            [] => future::pending().await,
        }
    };
    let late = async {
        Timer::after(LISTEN_MAX).await;
    };
    future::or(any, late).await;
    heard.get()
}

/// Names behind each other, each once.
fn listed(names: impl Iterator<Item = String>) -> String {
    let mut once: Vec<String> = Vec::new();
    for name in names {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    let more = once.len() > NAMED_MAX;
    once.truncate(NAMED_MAX);
    once.join(", ") + if more { ", ..." } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str, ip: &str) -> Place {
        Place { name: name.to_owned(), ip: ip.parse().unwrap(), index: Some(2) }
    }

    fn judged(places: &[(&str, &str)], itself: bool) -> Verdict {
        let places = places.iter().map(|(name, ip)| place(name, ip)).collect();
        judge_places(&Ok(places), itself)
    }

    #[test]
    fn the_addresses_say_which_networks_there_are() {
        let lo = ("lo", "127.0.0.1");
        let inside = ("docker0", "172.17.0.1");
        let own = ("eth0", "169.254.3.4");
        let link = ("eth0", "fe80::1");
        let cases: [(&[_], Verdict); 7] = [
            (&[], Verdict::NoNetwork),
            (&[lo], Verdict::NoNetwork),
            (
                &[lo, inside, own, ("eth0", "192.168.3.20"), link],
                Verdict::Networks("eth0 192.168.3.20".into()),
            ),
            (&[lo, inside], Verdict::OnlyVirtual("docker0 172.17.0.1".into())),
            (&[lo, ("wg0", "10.1.1.1")], Verdict::OnlyVirtual("wg0 10.1.1.1".into())),
            (&[lo, own, inside], Verdict::SelfAssigned("eth0 169.254.3.4".into())),
            (&[lo, link], Verdict::SelfAssigned("eth0 fe80::1".into())),
        ];
        for (places, expected) in cases {
            assert_eq!(judged(places, false), expected, "{places:?}");
        }
        assert_eq!(judged(&[lo], true), Verdict::OnlyItself);
        let unknown = judge_places(&Err(io::Error::other("x")), false);
        assert_eq!(unknown, Verdict::NetworksUnknown("x".into()));
    }

    #[test]
    fn a_question_has_to_leave_once_on_each_interface() {
        let left = |name: &str, error: Option<&str>| Left {
            name: name.to_owned(),
            result: error.map_or(Ok(()), |error| Err(error.to_owned())),
        };
        assert_eq!(judge_left(&[]), Verdict::Skipped);
        let both = [left("a", None), left("a", Some("no")), left("b", None)];
        assert_eq!(judge_left(&both), Verdict::Sent("a, b".into()));
        let one = [left("a", None), left("b", Some("no"))];
        let partly = Verdict::SentPartly { on: "a".into(), failed: "b (no)".into() };
        assert_eq!(judge_left(&one), partly);
        assert_eq!(judge_left(&[left("b", Some("no"))]), Verdict::NotSent("b (no)".into()));
    }

    #[test]
    fn what_is_heard_says_whether_the_port_is_open() {
        let heard = |own, others| judge_heard(Ok(Heard { own, others }));
        assert_eq!(heard(false, false), Verdict::Deaf);
        assert_eq!(heard(true, false), Verdict::HeardSelf);
        assert_eq!(heard(true, true), Verdict::HeardOthers);
        assert_eq!(judge_heard(Err("busy".into())), Verdict::PortTaken("busy".into()));
    }

    #[test]
    fn a_long_list_is_cut() {
        let many = (0..20).map(|n| n.to_string());
        assert_eq!(listed(many), "0, 1, 2, 3, 4, 5, 6, 7, ...");
        assert_eq!(listed(["a".to_owned(), "a".to_owned()].into_iter()), "a");
    }

    /// On two sockets of this computer, without the port of mDNS, which others may have.
    #[test]
    fn ears_tell_this_computer_from_others() {
        let ear = || Async::<UdpSocket>::bind(([127, 0, 0, 1], 0)).unwrap();
        let ears = [ear()];
        let mouth = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        mouth.send_to(b"?", ears[0].get_ref().local_addr().unwrap()).unwrap();
        let heard = smol::block_on(listen(&ears, &[]));
        assert!(heard.others && !heard.own);
        mouth.send_to(b"?", ears[0].get_ref().local_addr().unwrap()).unwrap();
        let heard = smol::block_on(listen(&ears, &["127.0.0.1".parse().unwrap()]));
        assert!(heard.own && !heard.others);
    }
}
