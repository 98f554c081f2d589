//! The door for the server's own console and tools: a socket that only its owner opens.
//!
//! On Unix a socket in the data folder with mode 0600, or in another folder of its owner's alone where that
//! path would be too long; elsewhere a loopback port, whose number and
//! a secret stand in a file that only the owner reads.

mod place;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use async_executor::Executor;
use async_io::Timer;
use smol::future;
use smol::io::{AsyncRead, AsyncWrite};

use super::admin;
use super::backup::BackupError;
use super::backup::make::Wanted;
use super::hub::HubInput;
use super::job::Job;
use super::readers::Ask;
use super::session::Shared;
use super::{Ready, ServerError, Stopper};
use crate::clock;
use crate::domain::ServerId;
use crate::net::address::{Address, Invite};
use crate::net::control::{ControlReply, ControlRequest, OnlineSession, Status};
use crate::net::discovery::is_virtual;
use crate::net::frame;
use crate::net::link::{self, LinkError, Reader, Writer};
use crate::net::verb::{BackupRow, Cause, Done, NotDone, Verb};
use crate::store::engine::is_locked;

/// A class of a thousand online fits, whatever they are called.
const FRAME_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The console's answer takes at most so long, or the server is in trouble.
const ANSWER_DEADLINE: Duration = Duration::from_secs(5);
/// A port where nothing is listened for.
const DISCARD: u16 = 9;
/// What takes longer says so this often.
const WORKING_EVERY: Duration = Duration::from_secs(2);

/// The listening door.
pub struct Door {
    listener: place::Listener,
    facts: Facts,
    path: PathBuf,
    has_failed: Arc<AtomicBool>,
}

/// What an answer is made of.
#[derive(Clone)]
struct Facts {
    shared: Arc<Shared>,
    ready: Ready,
    data: String,
    started: Duration,
    start: u64,
    stopper: Stopper,
}

impl Door {
    /// Opens the door of a data folder, over a dead one that a crash left behind.
    ///
    /// # Errors
    /// The system does not let us.
    pub fn open(
        data: &Path,
        shared: &Arc<Shared>,
        ready: &Ready,
        stopper: &Stopper,
    ) -> Result<Self, ServerError> {
        let failed = |error| ServerError::Control { path: place::path(data), error };
        let start = getrandom::u64().map_err(std::io::Error::other).map_err(failed)?;
        let listener = place::Listener::open(data).map_err(failed)?;
        let facts = Facts {
            shared: shared.clone(),
            ready: ready.clone(),
            data: data.display().to_string(),
            started: clock::uptime(),
            start,
            stopper: stopper.clone(),
        };
        let path = listener.path().to_owned();
        Ok(Door { listener, facts, path, has_failed: Arc::default() })
    }

    /// To be set when the server does not close in order: whoever watched it sees that by the door's
    /// file, which stays then, as it does when the server is killed.
    #[must_use]
    pub fn has_failed(&self) -> Arc<AtomicBool> {
        self.has_failed.clone()
    }

    /// Serves the door for ever; closed by being dropped.
    pub async fn serve(self, executor: Weak<Executor<'static>>) {
        loop {
            match self.listener.accept().await {
                Ok(guest) => {
                    let facts = self.facts.clone();
                    let Some(executor) = executor.upgrade() else { return };
                    executor.spawn(facts.receive(guest)).detach();
                }
                Err(error) => {
                    tracing::warn!(%error, "the control socket");
                    Timer::after(Duration::from_secs(1)).await;
                }
            }
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        if !self.has_failed.load(Ordering::Relaxed) {
            std::fs::remove_file(&self.path).ok();
        }
    }
}

impl Facts {
    async fn receive(self, guest: place::Guest) {
        if let Ok(stream) = guest.admit().await {
            self.talk(stream).await.ok();
        }
    }

    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(self, stream: S) -> Result<(), LinkError> {
        let (mut reader, mut writer) = link::split(stream, FRAME_BYTES_MAX);
        loop {
            let request = reader.read::<ControlRequest>().await?;
            let is_long = matches!(&request, ControlRequest::Admin { verb } if verb.is_long());
            let mut answer = Box::pin(self.answer(request));
            loop {
                let answered = async { Some((&mut answer).await) };
                let waited = async {
                    match is_long {
                        true => Timer::after(WORKING_EVERY).await,
                        false => future::pending().await,
                    };
                    None
                };
                let reply = future::or(answered, waited).await;
                let is_last = reply.is_some();
                let reply = reply.unwrap_or(ControlReply::Working {});
                let frame = frame::encode(&reply, FRAME_BYTES_MAX)?;
                writer.write_frames(&[frame]).await?;
                if is_last {
                    break;
                }
            }
        }
    }

    async fn answer(&self, request: ControlRequest) -> ControlReply {
        match request {
            ControlRequest::Status {} => ControlReply::Status(self.status().await),
            ControlRequest::Online {} => ControlReply::Online { sessions: self.online().await },
            ControlRequest::Log { after } => {
                ControlReply::Log { entries: self.shared.journal.after(after) }
            }
            ControlRequest::Stop {} => {
                self.stopper.stop();
                ControlReply::Stopping {}
            }
            ControlRequest::Admin { verb: Verb::List {} } => {
                ControlReply::Done(Done::Online { sessions: self.online().await })
            }
            ControlRequest::Admin { verb: Verb::Backup { path } } => {
                let wanted = Wanted { path: path.map(PathBuf::from), is_automatic: false };
                reply(self.shared.chores.backup(wanted).await.map(Done::Backup))
            }
            ControlRequest::Admin { verb: Verb::Check {} } => {
                reply(self.shared.chores.check().await.map(Done::Checked))
            }
            ControlRequest::Admin { verb } => self.admin(verb).await,
        }
    }

    async fn online(&self) -> Vec<OnlineSession> {
        let (slot, answer) = async_channel::bounded(1);
        drop(self.shared.hub.send(HubInput::List(slot)).await);
        answer.recv().await.unwrap_or_default()
    }

    /// Goes around the ring like every other change.
    async fn admin(&self, verb: Verb) -> ControlReply {
        if verb.is_reading() {
            return self.show(verb).await;
        }
        let code = match admin::chance() {
            Ok(code) => code,
            Err(error) => return ControlReply::NotDone(error.into()),
        };
        let (slot, answer) = async_channel::bounded(1);
        let closing = || ControlReply::NotDone(NotDone::closing());
        if self.shared.jobs.send(Job::Admin { verb, code, slot }).await.is_err() {
            return closing();
        }
        match answer.recv().await {
            Ok(Ok(done)) => ControlReply::Done(done),
            Ok(Err(not_done)) => ControlReply::NotDone(not_done),
            Err(_) => closing(),
        }
    }

    /// What is only looked at keeps the writer waiting for nothing.
    async fn show(&self, verb: Verb) -> ControlReply {
        match self.shared.readers.ask(|slot| Ask::Admin { verb, slot }).await {
            Some(Ok(done)) => ControlReply::Done(done),
            Some(Err(not_done)) => ControlReply::NotDone(not_done),
            None => ControlReply::NotDone(NotDone::closing()),
        }
    }

    async fn status(&self) -> Status {
        let counts = self.shared.readers.ask(|slot| Ask::Counts { slot }).await;
        let (accounts, rooms) = counts.unwrap_or_default();
        let (backup, backup_error) = self.shared.chores.remembered();
        let uptime = clock::uptime().saturating_sub(self.started);
        let listening: Vec<IpAddr> = self.ready.listening.iter().map(SocketAddr::ip).collect();
        let addresses = reachable(&listening);
        let port = self.ready.listening.first().map_or(0, SocketAddr::port);
        let metrics = &self.shared.metrics;
        Status {
            name: self.shared.policy.name(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            listening: self.ready.listening.iter().map(ToString::to_string).collect(),
            port,
            fingerprint: self.ready.server_id.fingerprint(),
            invite: invite(&addresses, port, self.ready.server_id),
            addresses,
            data: self.data.clone(),
            registration: self.shared.policy.settings().registration,
            discovery: self.shared.beacon.is_lit(),
            uptime_ms: u64::try_from(uptime.as_millis()).unwrap_or(u64::MAX),
            online: self.shared.board.count_online(),
            accounts,
            messages: metrics.messages.load(Ordering::Relaxed),
            bytes_in: metrics.bytes_in.load(Ordering::Relaxed),
            bytes_out: metrics.bytes_out.load(Ordering::Relaxed),
            rooms,
            messages_today: metrics.today.count(clock::wall_ms()),
            backup,
            backup_error,
            start: self.start,
            given: self.shared.policy.given().into_iter().map(str::to_owned).collect(),
        }
    }
}

fn reply(done: Result<Done, BackupError>) -> ControlReply {
    match done {
        Ok(done) => ControlReply::Done(done),
        Err(error) => ControlReply::NotDone(NotDone::from(&error)),
    }
}

/// Addresses at which others reach this server: those it listens on, or this computer's own of
/// the same families.
#[must_use]
pub fn reachable(listening: &[IpAddr]) -> Vec<String> {
    let own = if_addrs::get_if_addrs().unwrap_or_default();
    let own: Vec<(String, IpAddr)> =
        own.into_iter().map(|interface| (interface.name.clone(), interface.ip())).collect();
    arrange(listening, &own, &routed()).iter().map(ToString::to_string).collect()
}

/// Those on the way to everywhere else come first: on a computer with several networks people are
/// most likely there. Networks of its own containers and virtual machines reach nobody.
fn arrange(listening: &[IpAddr], own: &[(String, IpAddr)], routed: &[IpAddr]) -> Vec<IpAddr> {
    let reach = |(name, ip): &&(String, IpAddr)| {
        is_public(ip) && (routed.contains(ip) || !is_virtual(name))
    };
    let own: Vec<IpAddr> = own.iter().filter(reach).map(|(_, ip)| *ip).collect();
    let mut addresses: Vec<IpAddr> = Vec::new();
    for listening in listening.iter().copied() {
        match listening.is_unspecified() {
            true => addresses.extend(own.iter().filter(|ip| listening.is_ipv6() || ip.is_ipv4())),
            false => addresses.push(listening),
        }
    }
    addresses.sort_by_key(|ip| (ip.is_ipv6(), !routed.contains(ip), *ip));
    addresses.dedup();
    addresses
}

/// This computer's own addresses on the default routes. A socket that is only told where it would
/// send to sends nothing; the addresses are those of RFC 5737 and 3849, which nobody has.
fn routed() -> Vec<IpAddr> {
    let v4: (IpAddr, IpAddr) = (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into());
    let v6: (IpAddr, IpAddr) =
        (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xDB8, 0, 0, 0, 0, 0, 1).into());
    let own = |(here, there): (IpAddr, IpAddr)| {
        let socket = UdpSocket::bind((here, 0))?;
        socket.connect((there, DISCARD))?;
        Ok::<IpAddr, std::io::Error>(socket.local_addr()?.ip())
    };
    [v4, v6].into_iter().filter_map(|way| own(way).ok()).collect()
}

/// Whether somebody elsewhere could use it.
fn is_public(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !(ip.is_loopback() || ip.is_link_local()),
        IpAddr::V6(ip) => !(ip.is_loopback() || ip.is_unicast_link_local()),
    }
}

/// The link that carries the whole key, with the first address that others can use.
#[must_use]
pub fn invite(addresses: &[String], port: u16, key: ServerId) -> String {
    let host = addresses.first().cloned().unwrap_or_else(|| "localhost".to_owned());
    Invite { address: Address { host, port }, key: Some(key) }.to_string()
}

/// Whether a server that was there has closed in order; nothing while one still has the folder.
#[must_use]
pub fn has_closed(data: &Path) -> Option<bool> {
    // A server takes its door away before it lets go of its folder, so they are looked at the other
    // way round.
    (!is_locked(data)).then(|| !place::path(data).exists())
}

/// The other end of the door: one request at a time.
pub struct Console {
    reader: Reader<smol::io::ReadHalf<place::Stream>>,
    writer: Writer<smol::io::WriteHalf<place::Stream>>,
}

impl Console {
    /// Attaches to the server that runs on a data folder.
    ///
    /// # Errors
    /// None runs there, or it is somebody else's.
    pub async fn attach(data: &Path) -> std::io::Result<Self> {
        let stream = place::connect(data).await?;
        let (reader, writer) = link::split(stream, FRAME_BYTES_MAX);
        Ok(Console { reader, writer })
    }

    /// Lets the server make a backup and waits for it; says why it was not made.
    ///
    /// # Errors
    /// The server is gone or in trouble.
    pub async fn back_up(&mut self) -> Result<Result<BackupRow, NotDone>, LinkError> {
        let verb = Verb::Backup { path: None };
        Ok(match self.ask(&ControlRequest::Admin { verb }).await? {
            ControlReply::Done(Done::Backup(row)) => Ok(row),
            ControlReply::NotDone(not_done) => Err(not_done),
            _ => Err(NotDone::new(Cause::Unknown, admin::OTHER_ANSWER)),
        })
    }

    /// Asks and waits for the answer.
    ///
    /// # Errors
    /// The server is gone or in trouble.
    pub async fn ask(&mut self, request: &ControlRequest) -> Result<ControlReply, LinkError> {
        let frame = frame::encode(request, FRAME_BYTES_MAX)?;
        link::deadline(ANSWER_DEADLINE, self.writer.write_frames(&[frame])).await?;
        loop {
            match link::deadline(ANSWER_DEADLINE, self.reader.read::<ControlReply>()).await? {
                ControlReply::Working {} => {}
                reply => return Ok(reply),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_reach_people_come_first_and_containers_are_left_out() {
        let own = [
            ("lo", "127.0.0.1"),
            ("docker0", "172.17.0.1"),
            ("br-0123456789ab", "172.18.0.1"),
            ("eth1", "10.0.0.5"),
            ("wlan0", "192.168.3.20"),
            ("wlan0", "2001:db8::20"),
            ("wlan0", "fe80::1"),
        ];
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let own = own.map(|(name, address)| (name.to_owned(), ip(address)));
        let cases: [(&[&str], &str, &[&str]); 5] = [
            (&["::"], "192.168.3.20", &["192.168.3.20", "10.0.0.5", "2001:db8::20"]),
            (&["0.0.0.0"], "10.0.0.5", &["10.0.0.5", "192.168.3.20"]),
            // What leads everywhere is no inside network, whatever it is called.
            (&["0.0.0.0"], "172.18.0.1", &["172.18.0.1", "10.0.0.5", "192.168.3.20"]),
            // What was asked for is not judged.
            (&["172.17.0.1"], "192.168.3.20", &["172.17.0.1"]),
            (&["10.0.0.5", "192.168.3.20"], "192.168.3.20", &["192.168.3.20", "10.0.0.5"]),
        ];
        for (listening, routed, expected) in cases {
            let listening: Vec<IpAddr> = listening.iter().copied().map(ip).collect();
            let expected: Vec<IpAddr> = expected.iter().copied().map(ip).collect();
            assert_eq!(arrange(&listening, &own, &[ip(routed)]), expected, "{listening:?}");
        }
    }

    #[test]
    fn asking_for_the_way_out_never_fails() {
        assert!(routed().iter().all(|ip| !ip.is_unspecified()));
    }
}
