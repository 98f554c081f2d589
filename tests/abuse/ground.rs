//! A real server process, what the system says of it, and callers from many addresses of the loopback.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use async_io::{Async, Timer};
use mychat::clock::uptime;
use mychat::net::protocol::VERSION;
use mychat::net::tls::TlsError;
use mychat::server::bounds::Bound;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::{Domain, Socket, Type};

use crate::peer::{PASSWORD, Peer, set};
use crate::process::{Process, free_address, serve};

/// Far more than anything takes; whoever waits so long has found a defect.
pub const PATIENCE: Duration = Duration::from_mins(1);
/// The system counts a process's time in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);
/// So many accounts are made at a time.
const FEW: usize = 8;
/// Descriptors that the largest of these needs, with some to spare.
const DESCRIPTORS: u64 = 6_000;

/// Everybody may register from here; all other bounds stay as they are on a new server.
pub const REGISTERING: [(&str, &str); 3] = [
    ("registrations.per_minute", "100000"),
    ("registrations.per_hour", "100000"),
    ("disk.free_mib", "0"),
];

/// A server process on a folder of its own.
pub struct Ground {
    /// Ends with the test, whoever still has a hand on it.
    _process: Mutex<Process>,
    id: u32,
    _folder: tempfile::TempDir,
    pub address: SocketAddr,
    counters: SocketAddr,
}

impl Ground {
    /// `None` where the system does not give enough descriptors, which is said.
    pub fn start(settings: &[&[(&str, &str)]]) -> Option<Self> {
        raise_descriptors()?;
        let folder = tempfile::tempdir().unwrap();
        for (key, value) in settings.iter().copied().flatten() {
            set(folder.path(), key, value);
        }
        let counters = TcpListener::bind(free_address()).unwrap().local_addr().unwrap();
        let mut command = serve(folder.path(), free_address());
        command.args(["--log", "error", "--metrics", &counters.to_string()]);
        let process = Process::start_with(command);
        let (id, address) = (process.id(), process.address);
        Some(Ground { _process: process.into(), id, _folder: folder, address, counters })
    }

    /// Somebody who signs up from an address.
    pub fn register(&self, from: IpAddr, nickname: &str) -> Peer {
        let mut peer = self.stranger(from).unwrap();
        peer.hello(VERSION).unwrap();
        peer.register(nickname).unwrap();
        peer
    }

    /// Somebody who comes in by password, and how long that took.
    pub fn sign_in(&self, from: IpAddr, login: &str) -> (Peer, Duration) {
        let began = uptime();
        let mut peer = self.stranger(from).unwrap();
        peer.hello(VERSION).unwrap();
        peer.sign_in(login, PASSWORD).unwrap();
        (peer, uptime().saturating_sub(began))
    }

    /// A link with TLS and nothing more.
    pub fn stranger(&self, from: IpAddr) -> Result<Peer, TlsError> {
        let tcp = Async::new(dial(from, self.address).unwrap()).unwrap();
        smol::block_on(Peer::over(tcp))
    }

    /// How often these bounds refused somebody.
    pub fn refused(&self, bounds: &[Bound]) -> u64 {
        let text = read(self.counters);
        let of = |bound: &Bound| {
            let start = format!("mychat_refused_total{{limit=\"{}\"}} ", bound.label());
            let count = text.lines().find_map(|line| line.strip_prefix(&start));
            count.unwrap().parse::<u64>().unwrap()
        };
        bounds.iter().map(of).sum()
    }

    /// Resident memory now.
    pub fn resident_kib(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// The most that was resident since it was asked to forget.
    pub fn peak_kib(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// The peak begins anew.
    pub fn forget_peak(&self) {
        fs::write(format!("/proc/{}/clear_refs", self.id), "5").unwrap();
    }

    /// Time of all cores that it used.
    pub fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.id)).unwrap();
        let fields = stat.rsplit_once(") ").unwrap().1.split(' ').skip(11).take(2);
        TICK * fields.map(|field| field.parse::<u32>().unwrap()).sum()
    }

    fn status(&self, key: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id)).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        line.trim().trim_end_matches("kB").trim().parse().unwrap()
    }
}

/// Memory that the system keeps for all connections of this computer.
pub fn network_kib() -> u64 {
    let stat = fs::read_to_string("/proc/net/sockstat").unwrap();
    let line = stat.lines().find(|line| line.starts_with("TCP:")).unwrap();
    line.rsplit_once("mem ").unwrap().1.trim().parse::<u64>().unwrap() * 4
}

fn read(counters: SocketAddr) -> String {
    let mut stream = TcpStream::connect(counters).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// The n-th address of somebody's network on the loopback.
pub fn source(network: u8, number: usize) -> IpAddr {
    let [high, low] = [number / 250, number % 250 + 1].map(|part| u8::try_from(part).unwrap());
    Ipv4Addr::new(127, network, high, low).into()
}

/// Connects from an address.
pub fn dial(from: IpAddr, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::new(from, 0).into())?;
    socket.connect_timeout(&to.into(), PATIENCE)?;
    Ok(socket.into())
}

/// Does something so many times, all at once, each on a thread of its own.
pub fn at_once<T: Send>(count: usize, one: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let one = &one;
    thread::scope(|scope| {
        let spawn = |number: usize| {
            let name = format!("caller-{number}");
            thread::Builder::new().name(name).spawn_scoped(scope, move || one(number)).unwrap()
        };
        let all: Vec<_> = (0..count).map(spawn).collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// The same, a few at a time.
pub fn by_few<T: Send>(count: usize, one: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let share = |worker: usize| (worker..count).step_by(FEW).map(&one).collect::<Vec<T>>();
    at_once(FEW, share).into_iter().flatten().collect()
}

/// Lets so much time pass.
pub fn pass(duration: Duration) {
    smol::block_on(Timer::after(duration));
}

/// Waits for a fact.
pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let late = uptime() + PATIENCE;
    while !is_so() {
        assert!(uptime() < late, "never: {what}");
        pass(Duration::from_millis(20));
    }
}

/// Whether the server is done with a connection: it hung up, in whatever way.
pub fn is_closed(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut left = [0; 256];
    loop {
        match stream.read(&mut left) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != io::ErrorKind::WouldBlock,
        }
    }
}

/// Reads a real first message of TLS, as a caller that goes no further has it.
pub fn first_bytes() -> Vec<u8> {
    let listener = TcpListener::bind(free_address()).unwrap();
    let address = listener.local_addr().unwrap();
    let calling = thread::Builder::new().name("first bytes".to_owned());
    let calling = calling.spawn(move || drop(Peer::try_silent(address))).unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    let mut bytes = vec![0; 4096];
    let count = stream.read(&mut bytes).unwrap();
    drop(stream);
    calling.join().unwrap();
    bytes.truncate(count);
    bytes
}

fn raise_descriptors() -> Option<()> {
    let limit = getrlimit(Resource::Nofile);
    let is_enough = |most: Option<u64>| most.is_none_or(|most| most >= DESCRIPTORS);
    if is_enough(limit.current) {
        return Some(());
    }
    if is_enough(limit.maximum) {
        let raised = Rlimit { current: limit.maximum, ..limit };
        return setrlimit(Resource::Nofile, raised).ok();
    }
    let text = format!("SKIPPED: `ulimit -Hn` is under the {DESCRIPTORS} that this needs");
    writeln!(io::stderr(), "{text}").ok();
    None
}
