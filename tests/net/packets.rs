//! What anybody on a LAN can send: announcements of servers that they are not.

use std::net::{Ipv4Addr, UdpSocket};

use simple_dns::rdata::{A, PTR, RData, SRV, TXT};
use simple_dns::{CLASS, Label, Name, Packet, PacketFlag, ResourceRecord};
use socket2::{Domain, Socket, Type};

/// The group and port of mDNS (RFC 6762).
const MDNS: (Ipv4Addr, u16) = (Ipv4Addr::new(224, 0, 0, 251), 5353);

/// One server that somebody claims to be.
pub struct Claim {
    pub instance: String,
    pub host: String,
    pub address: Ipv4Addr,
    pub port: u16,
    pub id: String,
    pub name: String,
}

impl Claim {
    /// All records of it; a time to live of 0 is a goodbye. Without the pointer from the service's
    /// name nobody asked for them, and some keep them all the same.
    pub fn packet(&self, ttl: u32, has_pointer: bool) -> Vec<u8> {
        let label = |text: &str| Label::new_unchecked(text.as_bytes().to_vec());
        let name = |labels: &[&str]| {
            Name::new_with_labels(&labels.iter().map(|text| label(text)).collect::<Vec<_>>())
        };
        let service = || name(&["_mychat", "_tcp", "local"]);
        let instance = || name(&[&self.instance, "_mychat", "_tcp", "local"]);
        let host = || name(&[&self.host, "local"]);
        let mut text = TXT::new();
        let pairs = [("txtvers", "1"), ("id", &*self.id), ("n", &*self.name), ("pv", "1")];
        for (key, value) in pairs {
            text.add_attribute(key, Some(value.as_bytes())).unwrap();
        }
        let srv = SRV { priority: 0, weight: 0, port: self.port, target: host() };
        let record = |name, rdata, is_unique| {
            ResourceRecord::new(name, CLASS::IN, ttl, rdata).with_cache_flush(is_unique)
        };
        let mut packet = Packet::new_reply(0);
        packet.set_flags(PacketFlag::AUTHORITATIVE_ANSWER);
        packet.answers = vec![
            record(service(), RData::PTR(PTR(instance())), false),
            record(instance(), RData::SRV(srv), true),
            record(instance(), RData::TXT(text), true),
            record(host(), RData::A(A { address: self.address.to_bits() }), true),
        ];
        packet.answers.drain(..usize::from(!has_pointer));
        packet.build_bytes_vec_compressed().unwrap()
    }
}

/// A socket that speaks as a responder of mDNS does.
pub struct Sender(UdpSocket);

impl Sender {
    pub fn open(own: Ipv4Addr) -> Sender {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
        socket.set_reuse_address(true).unwrap();
        socket.set_reuse_port(true).unwrap();
        socket.bind(&std::net::SocketAddr::from((own, MDNS.1)).into()).unwrap();
        socket.set_multicast_if_v4(&own).unwrap();
        socket.set_multicast_ttl_v4(255).unwrap();
        Sender(socket.into())
    }

    pub fn send(&self, packet: &[u8]) {
        // A queue that is full for a moment loses it, as a network may.
        self.0.send_to(packet, MDNS).ok();
    }
}
