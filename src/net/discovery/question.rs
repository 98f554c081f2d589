//! Questions from a port of our own (RFC 6762, 5.1): the answers come to that port, so they are
//! heard where the port of mDNS is closed. One question of three packets, for lossy Wi-Fi.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, UdpSocket};
use std::time::Duration;

use async_io::{Async, Timer};
use futures_util::stream::{FuturesUnordered, StreamExt};
use mdns_sd::MDNS_PORT;
use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, ResourceRecord, TYPE};
use smol::future;
use socket2::{Domain, Socket, Type};

use super::neighbours::{Announced, Place};
use super::networks::{Desk, Networks};
use super::{SERVICE, read};
use crate::clock;

const GROUP_V4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const GROUP_V6: Ipv6Addr = Ipv6Addr::new(0xFF02, 0, 0, 0, 0, 0, 0, 0xFB);
/// When the packets of a question go out.
const ASK_AT: [Duration; 3] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(3)];
/// Answers are awaited so long after the last packet.
const LISTEN_FOR: Duration = Duration::from_secs(2);
/// From one question to the next, where nobody waits for it and where somebody does.
const ASK_EVERY: Duration = Duration::from_secs(30);
const ASK_SOON: Duration = Duration::from_secs(8);
/// Packets read for one question; more are a flood.
const ANSWERS_MAX: usize = 512;
/// Servers in one answer.
const SERVERS_MAX: usize = 16;
/// The largest packet of mDNS.
const PACKET_BYTES_MAX: usize = 9000;

/// What is being asked.
pub(super) struct Question {
    id: u16,
    sockets: Vec<Asking>,
    /// When packets go out yet.
    due: VecDeque<Duration>,
    /// When the sockets are closed.
    until: Duration,
    began: Option<Duration>,
    /// When the next question begins, where somebody waits for it.
    next: Option<Duration>,
    read: usize,
}

/// A socket on one network.
struct Asking {
    socket: Async<UdpSocket>,
    group: SocketAddr,
    interface: String,
    index: u32,
}

impl Default for Question {
    /// Asks at once.
    fn default() -> Self {
        let mut question = Question {
            id: 0,
            sockets: Vec::new(),
            due: VecDeque::new(),
            until: Duration::ZERO,
            began: None,
            next: None,
            read: 0,
        };
        question.begin();
        question
    }
}

impl Question {
    /// Begins a new question, unless the last one is too young.
    pub fn ask_again(&mut self) {
        if self.began.is_none_or(|began| clock::uptime() >= began + ASK_EVERY) {
            self.begin();
        }
    }

    /// Begins a new question as soon as is polite, and says when.
    pub fn ask_soon(&mut self) -> Duration {
        let now = clock::uptime();
        let at = self.began.map_or(now, |began| began + ASK_SOON).max(now);
        self.next = Some(self.next.map_or(at, |next| next.min(at)));
        at
    }

    fn begin(&mut self) {
        let now = clock::uptime();
        // A guess is as good as an error here: the number only tells our answers from others.
        self.id = getrandom::u32().map_or(1, |id| (id & 0xFFFF) as u16);
        (self.began, self.next, self.read) = (Some(now), None, 0);
        self.due = ASK_AT.iter().map(|after| now + *after).collect();
        self.until = now + ASK_AT[ASK_AT.len() - 1] + LISTEN_FOR;
        self.sockets.clear();
    }

    /// The next answers. Giving up waiting loses nothing.
    pub async fn answers(&mut self, networks: &mut Networks) -> Vec<Announced> {
        let mut bytes = vec![0; PACKET_BYTES_MAX];
        loop {
            let now = clock::uptime();
            if self.due.front().is_some_and(|due| *due <= now) {
                self.due.pop_front();
                self.send(networks).await;
                continue;
            }
            if self.next.is_some_and(|next| next <= now) {
                self.begin();
                continue;
            }
            if self.due.is_empty() && now >= self.until {
                self.sockets.clear();
            }
            let open = (!self.sockets.is_empty()).then_some(self.until);
            let wake = self.due.front().copied().or(open).into_iter().chain(self.next).min();
            let late = async {
                match wake {
                    Some(wake) => Timer::after(wake.saturating_sub(clock::uptime())).await,
                    None => future::pending().await,
                };
                None
            };
            let Some((at, length)) = future::or(self.receive(&mut bytes), late).await else {
                continue;
            };
            self.read += 1;
            let place =
                |ip| networks.place(ip, &self.sockets[at].interface, self.sockets[at].index);
            let found = read_answer(&bytes[..length], self.id, place);
            if !found.is_empty() {
                return found;
            }
        }
    }

    /// Sends one packet on each network, from sockets that the first one opens.
    async fn send(&mut self, networks: &mut Networks) {
        if self.sockets.is_empty() {
            let desks = networks.desks().into_iter();
            // A network that cannot be asked may be down; the others still answer.
            self.sockets = desks.filter_map(|desk| Asking::open(desk).ok()).collect();
        }
        let Some(packet) = packet(self.id) else { return };
        for asking in &self.sockets {
            if let Err(error) = asking.socket.send_to(&packet, asking.group).await {
                tracing::debug!(%error, interface = asking.interface, "a network was not asked");
            }
        }
    }

    /// A packet on any of the sockets: on which, and how long it is.
    async fn receive(&self, bytes: &mut [u8]) -> Option<(usize, usize)> {
        if self.sockets.is_empty() || self.read >= ANSWERS_MAX {
            return future::pending().await;
        }
        loop {
            let mut readable: FuturesUnordered<_> = self
                .sockets
                .iter()
                .enumerate()
                .map(|(at, asking)| async move { (at, asking.socket.readable().await) })
                .collect();
            let (at, _) = readable.next().await?;
            drop(readable);
            // An error is told once and says that somebody does not listen; the next one may.
            if let Ok((length, _)) = self.sockets[at].socket.get_ref().recv_from(bytes) {
                return Some((at, length));
            }
            future::yield_now().await;
        }
    }
}

impl Asking {
    fn open((interface, index, desk): (String, u32, Desk)) -> std::io::Result<Self> {
        let (domain, any, group): (_, SocketAddr, SocketAddr) = match desk {
            Desk::V4(own) => (Domain::IPV4, (own, 0).into(), (GROUP_V4, MDNS_PORT).into()),
            Desk::V6(scope) => {
                let group = SocketAddrV6::new(GROUP_V6, MDNS_PORT, 0, scope);
                (Domain::IPV6, (Ipv6Addr::UNSPECIFIED, 0).into(), group.into())
            }
        };
        let socket = Socket::new(domain, Type::DGRAM, None)?;
        match desk {
            Desk::V4(own) => socket.set_multicast_if_v4(&own)?,
            Desk::V6(scope) => {
                socket.set_only_v6(true)?;
                socket.set_multicast_if_v6(scope)?;
            }
        }
        socket.bind(&any.into())?;
        Ok(Asking { socket: Async::new(socket.into())?, group, interface, index })
    }
}

/// "Who is a server of MyChat here?"
fn packet(id: u16) -> Option<Vec<u8>> {
    let mut packet = Packet::new_query(id);
    let name = Name::new(SERVICE).ok()?;
    packet.questions.push(simple_dns::Question::new(
        name,
        QTYPE::TYPE(TYPE::PTR),
        QCLASS::CLASS(CLASS::IN),
        false,
    ));
    packet.build_bytes_vec().ok()
}

/// The servers in an answer to our question; what is no such answer has none.
fn read_answer(bytes: &[u8], id: u16, mut place: impl FnMut(IpAddr) -> Place) -> Vec<Announced> {
    let Ok(packet) = Packet::parse(bytes) else { return Vec::new() };
    if packet.id() != id || !packet.has_flags(PacketFlag::RESPONSE) {
        return Vec::new();
    }
    let Ok(service) = Name::new(SERVICE) else { return Vec::new() };
    let pointers = packet.answers.iter().filter(|record| record.name == service);
    let targets = pointers.filter_map(|record| match &record.rdata {
        RData::PTR(target) => Some(&target.0),
        _ => None,
    });
    targets.take(SERVERS_MAX).filter_map(|name| read_server(&packet, name, &mut place)).collect()
}

/// What an answer says of the server with this name.
fn read_server(
    packet: &Packet<'_>,
    name: &Name<'_>,
    place: &mut impl FnMut(IpAddr) -> Place,
) -> Option<Announced> {
    let (mut srv, mut txt) = (None, None);
    for record in records_of(packet, name) {
        match &record.rdata {
            RData::SRV(data) => srv = Some(data),
            RData::TXT(data) => txt = Some(data),
            _ => {}
        }
    }
    let (srv, txt) = (srv?, txt?);
    let number = |record: &ResourceRecord<'_>| match &record.rdata {
        RData::A(a) => Some(IpAddr::V4(a.address.into())),
        RData::AAAA(aaaa) => Some(IpAddr::V6(aaaa.address.into())),
        _ => None,
    };
    let places = records_of(packet, &srv.target).filter_map(number).map(place).collect();
    let text = |key: &str| {
        let is_it = |of: &[u8]| of.eq_ignore_ascii_case(key.as_bytes());
        let (_, value) = txt.iter_raw().find(|(of, _)| is_it(of))?;
        std::str::from_utf8(value?).ok()
    };
    read(&format!("{name}."), text, srv.port, places)
}

fn records_of<'a>(
    packet: &'a Packet<'a>,
    name: &'a Name<'a>,
) -> impl Iterator<Item = &'a ResourceRecord<'a>> {
    let records = packet.answers.iter().chain(&packet.additional_records);
    records.filter(move |record| record.name == *name)
}

#[cfg(test)]
mod tests {
    use simple_dns::rdata::{A, PTR, SRV, TXT};

    use super::*;
    use crate::domain::ServerId;

    fn answer(id: u16, port: u16) -> Vec<u8> {
        let key = ServerId([0xA5; 32]).to_base32();
        let instance = || Name::new("青柠\\.1._mychat._tcp.local").unwrap();
        let host = || Name::new("mychat-a5.local").unwrap();
        let mut packet = Packet::new_reply(id);
        let record = |name, rdata| ResourceRecord::new(name, CLASS::IN, 10, rdata);
        let service = Name::new("_MyChat._tcp.local").unwrap();
        packet.answers.push(record(service, RData::PTR(PTR(instance()))));
        let target = SRV { priority: 0, weight: 0, port, target: host() };
        let mut text = TXT::new();
        for (key, value) in [("txtvers", "1"), ("ID", &key), ("n", "青柠.1")] {
            text.add_attribute(key, Some(value.as_bytes())).unwrap();
        }
        packet.additional_records = vec![
            record(instance(), RData::SRV(target)),
            record(instance(), RData::TXT(text)),
            record(host(), RData::A(A { address: Ipv4Addr::new(10, 0, 0, 1).to_bits() })),
            record(Name::new("else.local").unwrap(), RData::A(A { address: 7 })),
        ];
        packet.build_bytes_vec_compressed().unwrap()
    }

    fn place(ip: IpAddr) -> Place {
        Place { ip, scope: "lan0".to_owned(), is_own: false, is_near: false }
    }

    #[test]
    fn an_answer_is_read_and_others_are_none() {
        let servers = read_answer(&answer(7, 1029), 7, place);
        let [server] = &servers[..] else { panic!("{servers:?}") };
        assert_eq!((server.name.as_str(), server.port), ("青柠.1", 1029));
        assert_eq!(server.instance, "青柠\\.1._mychat._tcp.local.");
        assert_eq!(server.places, [place("10.0.0.1".parse().unwrap())]);
        assert!(read_answer(&answer(8, 1029), 7, place).is_empty());
        assert!(read_answer(&packet(7).unwrap(), 7, place).is_empty());
        let whole = answer(7, 1029);
        for end in 0..whole.len() {
            assert!(read_answer(&whole[..end], 7, place).is_empty(), "{end}");
        }
    }

    #[test]
    fn one_question_at_a_time() {
        let mut question = Question::default();
        let (id, began) = (question.id, question.began);
        question.ask_again();
        assert_eq!((question.id, question.due.len()), (id, 3));
        let at = question.ask_soon();
        assert_eq!(at, began.unwrap() + ASK_SOON);
        assert_eq!((question.ask_soon(), question.next), (at, Some(at)));
    }
}
