//! Listening: sockets, and what an error of accepting means.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use async_io::Async;
use socket2::{Domain, Protocol, Socket, Type};

use super::ServerError;

/// Connections that wait in the kernel while we accept others.
const BACKLOG: i32 = 1024;

/// Opens the sockets, all or none.
///
/// # Errors
/// The first one that cannot be opened, and why.
pub fn open(addresses: &[SocketAddr]) -> Result<Vec<Async<TcpListener>>, ServerError> {
    addresses
        .iter()
        .map(|address| {
            bind(*address)
                .or_else(|error| without_v6(*address, error))
                .map_err(|error| ServerError::Listen { address: *address, error })
        })
        .collect()
}

/// What to do about an error of `accept`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AcceptError {
    /// That connection died before we took it: take the next.
    Connection,
    /// We are out of descriptors or memory: wait until sessions end.
    Resources,
    /// The listener itself is broken: stop.
    Listener,
}

/// Sorts an error of `accept` by what is done next.
#[must_use]
pub fn sort(error: &io::Error) -> AcceptError {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::ConnectionAborted
        | Kind::ConnectionReset
        | Kind::Interrupted
        | Kind::TimedOut
        | Kind::NetworkDown
        | Kind::NetworkUnreachable
        | Kind::HostUnreachable
        | Kind::PermissionDenied => AcceptError::Connection,
        Kind::OutOfMemory => AcceptError::Resources,
        _ => match error.raw_os_error() {
            // EMFILE, ENFILE, ENOBUFS on Linux; WSAEMFILE, WSAENOBUFS on Windows.
            Some(24 | 23 | 105 | 10024 | 10055) => AcceptError::Resources,
            // What accept(2) of Linux passes on from the network: ENONET, EPROTO, ENOPROTOOPT,
            // EOPNOTSUPP, EHOSTDOWN.
            #[cfg(target_os = "linux")]
            Some(64 | 71 | 92 | 95 | 112) => AcceptError::Connection,
            _ => AcceptError::Listener,
        },
    }
}

/// Which program listens on a port, where the system lets us see it (Linux, same user).
#[must_use]
pub fn owner_of(port: u16) -> Option<String> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|table| {
        let table = std::fs::read_to_string(table).ok()?;
        table.lines().skip(1).find_map(|line| listening_inode(line, port))
    })?;
    let wanted = format!("socket:[{inode}]");
    std::fs::read_dir("/proc").ok()?.flatten().find_map(|process| {
        let pid = process.file_name().to_str()?.parse::<u32>().ok()?;
        let mut sockets = std::fs::read_dir(process.path().join("fd")).ok()?.flatten();
        let owns = sockets.any(|fd| {
            std::fs::read_link(fd.path()).is_ok_and(|target| target.as_os_str() == wanted.as_str())
        });
        let name = std::fs::read_to_string(process.path().join("comm")).ok()?;
        owns.then(|| format!("{} (process {pid})", name.trim()))
    })
}

/// A line of `/proc/net/tcp`: the socket's inode if it listens on the port.
fn listening_inode(line: &str, port: u16) -> Option<String> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let (local, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
    let is_port = u16::from_str_radix(local.rsplit(':').next()?, 16).ok()? == port;
    (is_port && *state == "0A").then(|| (*inode).to_owned())
}

fn bind(address: SocketAddr) -> io::Result<Async<TcpListener>> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        // One socket serves both families.
        socket.set_only_v6(false)?;
    }
    // On Unix this only skips the wait after a restart; on Windows it would share the port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Async::new(socket.into())
}

/// A computer without IPv6 still serves: `[::]` means every address that there is.
fn without_v6(address: SocketAddr, error: io::Error) -> io::Result<Async<TcpListener>> {
    let is_missing =
        matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::AddrNotAvailable)
            || error.raw_os_error() == Some(97);
    match address.ip().is_unspecified() && address.is_ipv6() && is_missing {
        true => bind(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), address.port())),
        false => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_accepting_are_sorted_by_what_is_done_next() {
        let os = io::Error::from_raw_os_error;
        assert_eq!(sort(&io::ErrorKind::ConnectionAborted.into()), AcceptError::Connection);
        assert_eq!(sort(&os(24)), AcceptError::Resources);
        assert_eq!(sort(&os(9)), AcceptError::Listener);
        if cfg!(target_os = "linux") {
            for error in [64, 71, 92, 95, 100, 101, 112, 113] {
                assert_eq!(sort(&os(error)), AcceptError::Connection, "{error}");
            }
        }
    }

    #[test]
    fn one_socket_takes_both_families() {
        let listener = bind("[::]:0".parse().unwrap());
        let Ok(listener) = listener else { return };
        let port = listener.get_ref().local_addr().unwrap().port();
        std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    }
}
