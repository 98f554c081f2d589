//! Turns an address into a connection: looks the name up and races what it stands for.
//!
//! A small form of "happy eyeballs" (RFC 8305): the likeliest address first, the next one as soon
//! as that failed or did not answer for a moment.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_io::{Async, Timer};
use futures_util::stream::{FuturesUnordered, StreamExt};
use smol::future;

use super::address::Address;

/// An attempt gets so much of a head start before the next one begins.
const STAGGER: Duration = Duration::from_millis(150);
/// One address gets so long to answer.
const ATTEMPT_MAX: Duration = Duration::from_secs(3);
/// Looking up and connecting together take no longer.
const DIAL_MAX: Duration = Duration::from_secs(8);
/// More addresses than this are not tried.
const ADDRESSES_MAX: usize = 16;
/// Lookups that may hang at the same time; the system's resolver cannot be interrupted.
const LOOKUPS_MAX: usize = 8;

/// Lookups whose thread has not come back.
static LOOKUPS: AtomicUsize = AtomicUsize::new(0);

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// Nobody knows this name.
    #[error("no computer is called {0}: check the spelling, or type its number")]
    NameUnknown(String),
    /// The computer is there and nothing listens on that port.
    #[error("the computer answers, but nothing listens there: check the port")]
    PortClosed,
    /// No answer.
    #[error("the computer cannot be reached: {0}")]
    Unreachable(io::Error),
}

/// Connects to the first address of a name that answers, with `TCP_NODELAY`.
///
/// # Errors
/// What all attempts came to, in at most eight seconds.
pub async fn dial(address: &Address) -> Result<(Async<TcpStream>, SocketAddr), DialError> {
    let attempt = async {
        let mut addresses = look_up(address).await?;
        addresses.sort_by_key(rank);
        addresses.dedup();
        addresses.truncate(ADDRESSES_MAX);
        race(addresses).await
    };
    let late = async {
        Timer::after(DIAL_MAX).await;
        Err(DialError::Unreachable(io::ErrorKind::TimedOut.into()))
    };
    future::or(attempt, late).await
}

/// The likeliest first: on a campus that is the local network, then this computer, then the rest.
fn rank(address: &SocketAddr) -> u8 {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_private() => 0,
        ip if ip.is_loopback() => 1,
        IpAddr::V6(ip) if is_link_local(ip) => 4,
        IpAddr::V6(_) => 2,
        IpAddr::V4(_) => 3,
    }
}

fn is_link_local(ip: Ipv6Addr) -> bool {
    ip.segments()[0] & 0xFFC0 == 0xFE80
}

/// What a name stands for. Numbers need nobody; names are asked for on a thread of their own,
/// because the system's resolver waits as long as it likes.
async fn look_up(address: &Address) -> Result<Vec<SocketAddr>, DialError> {
    if let Ok(ip) = address.host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, address.port)]);
    }
    let guard = LookupGuard::take().ok_or_else(|| {
        DialError::Unreachable(io::Error::other("too many names are being looked up"))
    })?;
    let (sender, receiver) = async_channel::bounded(1);
    let target = (address.host.clone(), address.port);
    std::thread::Builder::new()
        .name("lookup".into())
        .spawn(move || {
            let _guard = guard;
            let found = target.to_socket_addrs().map(Iterator::collect::<Vec<_>>);
            // Nobody waits any more when the dial was given up.
            let _ = sender.try_send(found);
        })
        .map_err(DialError::Unreachable)?;
    match receiver.recv().await {
        Ok(Ok(addresses)) if !addresses.is_empty() => Ok(addresses),
        _ => Err(DialError::NameUnknown(address.host.clone())),
    }
}

/// One place among the lookups, given back when its thread ends.
struct LookupGuard;

impl LookupGuard {
    fn take() -> Option<Self> {
        let more = |running| (running < LOOKUPS_MAX).then_some(running + 1);
        match LOOKUPS.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more) {
            Ok(_) => Some(LookupGuard),
            Err(_) => None,
        }
    }
}

impl Drop for LookupGuard {
    fn drop(&mut self) {
        LOOKUPS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Starts attempts one after another and takes the first that succeeds; dropping the others
/// closes them.
async fn race(addresses: Vec<SocketAddr>) -> Result<(Async<TcpStream>, SocketAddr), DialError> {
    let mut waiting = addresses.into_iter();
    let mut running = FuturesUnordered::new();
    let mut worst: Option<DialError> = None;
    loop {
        if let Some(address) = waiting.next() {
            running.push(connect(address));
        } else if running.is_empty() {
            let nothing = || DialError::Unreachable(io::ErrorKind::AddrNotAvailable.into());
            return Err(worst.unwrap_or_else(nothing));
        }
        let is_last = waiting.len() == 0;
        let ended = async { running.next().await };
        let stagger = async {
            match is_last {
                true => future::pending().await,
                false => Timer::after(STAGGER).await,
            };
            None
        };
        match future::or(ended, stagger).await {
            Some(Ok(connection)) => return Ok(connection),
            // A closed port says more than silence does.
            Some(Err(error)) if matches!(worst, Some(DialError::PortClosed)) => drop(error),
            Some(Err(error)) => worst = Some(error),
            None => {}
        }
    }
}

async fn connect(address: SocketAddr) -> Result<(Async<TcpStream>, SocketAddr), DialError> {
    let late = async {
        Timer::after(ATTEMPT_MAX).await;
        Err(io::ErrorKind::TimedOut.into())
    };
    let stream = future::or(Async::<TcpStream>::connect(address), late).await;
    match stream.and_then(|stream| stream.get_ref().set_nodelay(true).map(|()| stream)) {
        Ok(stream) => Ok((stream, address)),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            Err(DialError::PortClosed)
        }
        Err(error) => Err(DialError::Unreachable(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn the_likeliest_address_comes_first() {
        let mut addresses: Vec<SocketAddr> = [
            "[fe80::1%3]:1",
            "8.8.8.8:1",
            "[2001:db8::1]:1",
            "[::1]:1",
            "127.0.0.1:1",
            "192.168.3.20:1",
        ]
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
        addresses.sort_by_key(rank);
        let order: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        let expected = [
            "192.168.3.20:1",
            "[::1]:1",
            "127.0.0.1:1",
            "[2001:db8::1]:1",
            "8.8.8.8:1",
            "[fe80::1%3]:1",
        ];
        assert_eq!(order, expected);
    }

    #[test]
    fn a_name_leads_to_an_address_that_listens() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let address = Address { host: "localhost".into(), port };
        let (stream, address) = smol::block_on(dial(&address)).unwrap();
        assert!(address.ip().is_loopback() && address.port() == port);
        assert!(stream.get_ref().nodelay().unwrap());
    }

    /// Linux drops what knocks on a listener whose queue is full.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_silent_address_does_not_hold_up_the_next() {
        use socket2::{Domain, Socket, Type};
        let any = SocketAddr::from(([127, 0, 0, 1], 0)).into();
        let full = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        full.bind(&any).unwrap();
        full.listen(0).unwrap();
        let silent = full.local_addr().unwrap();
        let knocking: [Socket; 8] = std::array::from_fn(|_| {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            socket.set_nonblocking(true).unwrap();
            let _ = socket.connect(&silent);
            socket
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let addresses = vec![silent.as_socket().unwrap(), address];
        let (_, reached) = smol::block_on(race(addresses)).unwrap();
        assert_eq!(reached, address);
        drop(knocking);
    }

    #[test]
    fn a_closed_port_is_told_from_no_answer_at_all() {
        // Bound and not listening: the port stays closed for as long as this socket lives.
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
        let socket = socket.unwrap();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        let closed = socket.local_addr().unwrap().as_socket().unwrap();
        let outcome = smol::block_on(race(vec![closed]));
        assert!(matches!(outcome, Err(DialError::PortClosed)), "{outcome:?}");
        let outcome = smol::block_on(race(Vec::new()));
        assert!(matches!(outcome, Err(DialError::Unreachable(_))), "{outcome:?}");
    }

    #[test]
    fn an_unknown_name_is_told() {
        // Longer than a name's part may be (RFC 1035), so that no network is asked.
        let address = Address { host: "x".repeat(64), port: 1 };
        let outcome = smol::block_on(dial(&address));
        assert!(matches!(outcome, Err(DialError::NameUnknown(_))), "{outcome:?}");
    }
}
