//! The clients: signed in once, then each with one message in flight for as long as a run takes.
//!
//! * [`Pool`] are threads that run clients, [`Crowd`] the clients on them.
//! * [`Link`] is one client's side of a link up to the welcome; [`Credential`] lets it sign in again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use async_executor::Executor;
use async_io::{Async, Timer};
use futures_rustls::client::TlsStream;
use mychat::clock::uptime;
use mychat::domain::{AccountId, Body, DeviceId, Nonce, Seq, ServerId, Target};
use mychat::net::link::{self, Reader, Writer};
use mychat::net::protocol::{
    ALPN_CHAT, Auth, AuthStep, ClientFrame, Command, Event, Hello, Opaque, ServerFrame, Stretch,
    VERSION,
};
use mychat::net::{frame, opaque, tls};
use smol::future;
use smol::io::{ReadHalf, WriteHalf};

use crate::report::Failure;

/// Far more than anything takes.
const PATIENCE: Duration = Duration::from_secs(30);
/// What people write.
pub const WORDS: &str = "好，图书馆三楼见，我先去占个座位。 See you there at 15:00!";
const PASSWORD: &str = "correct horse";
/// So many accounts are made at a time.
const AT_ONCE: usize = 16;
/// As many as share the work with a server that has as many.
const THREADS_MAX: usize = 2;

type Stream = TlsStream<Async<std::net::TcpStream>>;
/// What a client reads from.
pub type FrameReader = Reader<ReadHalf<Stream>>;
/// What it writes to.
pub type FrameWriter = Writer<WriteHalf<Stream>>;

/// Threads that run clients.
pub struct Pool {
    executor: Arc<Executor<'static>>,
    finish: async_channel::Sender<()>,
    threads: Vec<JoinHandle<()>>,
}

/// Signed-in clients.
pub struct Crowd {
    pool: Pool,
    clients: Vec<Client>,
    /// One message of each in so long; nothing waits when it is zero.
    pace: Duration,
}

/// What all clients of a run look at.
struct Run {
    measuring: AtomicBool,
    over: AtomicBool,
    pace: Duration,
}

impl Pool {
    /// Starts as many threads as leave the server as many.
    pub fn start() -> Result<Self, Failure> {
        let executor = Arc::new(Executor::new());
        let (finish, finished) = async_channel::bounded::<()>(1);
        let threads = thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
        let threads = (1..=threads)
            .map(|number| {
                let (executor, finished) = (executor.clone(), finished.clone());
                let run = move || {
                    smol::block_on(executor.run(finished.recv())).ok();
                };
                thread::Builder::new().name(format!("clients-{number}")).spawn(run)
            })
            .collect::<Result<_, _>>()?;
        Ok(Pool { executor, finish, threads })
    }

    /// Runs something on them.
    pub fn spawn<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> smol::Task<T> {
        self.executor.spawn(future)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.finish.close();
        self.threads.drain(..).for_each(|thread| drop(thread.join()));
    }
}

impl Crowd {
    /// Signs clients in, some at a time: a handshake is not what is measured here.
    pub fn sign_in(address: SocketAddr, count: usize) -> Result<Self, Failure> {
        let mut crowd = Crowd { pool: Pool::start()?, clients: Vec::new(), pace: Duration::ZERO };
        crowd.grow(address, count)?;
        // Two and two talk with each other.
        for number in 0..count {
            crowd.clients[number].peer = crowd.clients[(number ^ 1).min(count - 1)].account;
        }
        Ok(crowd)
    }

    /// Signs more in, until there are so many.
    pub fn grow(&mut self, address: SocketAddr, count: usize) -> Result<(), Failure> {
        while self.clients.len() < count {
            let next = self.clients.len();
            let coming: Vec<_> = (next..count.min(next + AT_ONCE))
                .map(|number| self.pool.spawn(Client::register(address, number)))
                .collect();
            for client in coming {
                self.clients.push(future::block_on(client)?);
            }
        }
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.clients.len()
    }

    /// From now on each says one thing in so long, as people do.
    pub fn set_pace(&mut self, pace: Duration) {
        self.pace = pace;
    }

    /// The first `in_flight` clients say one thing after another, each as soon as its last one is
    /// acknowledged and the pace allows it; the others listen. `warm` is called when the measuring
    /// begins, which goes on for `length` after it.
    pub fn talk(
        &mut self,
        in_flight: usize,
        (warm_up, length): (Duration, Duration),
        warm: impl FnOnce(),
    ) -> Result<Vec<Duration>, Failure> {
        let run = Arc::new(Run { measuring: false.into(), over: false.into(), pace: self.pace });
        let (quit, quitting) = async_channel::bounded::<()>(1);
        let (mut talking, mut listening) = (Vec::new(), Vec::new());
        for (number, client) in self.clients.drain(..).enumerate() {
            match number < in_flight {
                true => talking.push(self.pool.spawn(client.talk(run.clone()))),
                false => listening.push(self.pool.spawn(client.listen(quitting.clone()))),
            }
        }
        wait(warm_up);
        run.measuring.store(true, Ordering::Relaxed);
        warm();
        wait(length);
        run.measuring.store(false, Ordering::Relaxed);
        run.over.store(true, Ordering::Relaxed);
        let mut latencies = Vec::new();
        for talking in talking {
            let (client, measured) = future::block_on(future::or(talking, late()))?;
            latencies.extend(measured);
            self.clients.push(client);
        }
        quit.close();
        for listening in listening {
            self.clients.push(future::block_on(listening)?);
        }
        Ok(latencies)
    }

    /// Returns when the server has answered everybody.
    pub fn barrier(&mut self) -> Result<(), Failure> {
        for client in &mut self.clients {
            future::block_on(client.ping())?;
        }
        Ok(())
    }
}

/// A timer beside everybody, not in each: one for each message would be measured with it.
async fn late<T>() -> Result<T, Failure> {
    Timer::after(PATIENCE).await;
    Err("the server does not answer".into())
}

fn wait(duration: Duration) {
    future::block_on(async { Timer::after(duration).await });
}

/// A link that the server has welcomed.
pub struct Link {
    pub reader: FrameReader,
    pub writer: FrameWriter,
    server_id: ServerId,
    exporter: [u8; 32],
}

impl Link {
    async fn open(address: SocketAddr, has_token: bool) -> Result<Self, Failure> {
        let tcp = Async::<std::net::TcpStream>::connect(address).await?;
        tcp.get_ref().set_nodelay(true)?;
        let (stream, server_id) = tls::connect(tcp, tls::client_config(None, ALPN_CHAT)?).await?;
        let exporter = tls::exporter_client(stream.get_ref().1)?;
        let (reader, writer) = link::split(stream, frame::FRAME_BYTES_MAX);
        let mut link = Link { reader, writer, server_id, exporter };
        let client = "bench".to_owned();
        let hello = Hello { version: VERSION, features: Vec::new(), client, has_token };
        link.write(ClientFrame::Hello(hello)).await?;
        match link.reader.read().await? {
            ServerFrame::Welcome(_) => Ok(link),
            other => Err(format!("no welcome: {other:?}").into()),
        }
    }

    /// One step of registering or signing in.
    async fn step(&mut self, id: u64, auth: Auth) -> Result<AuthStep, Failure> {
        self.write(ClientFrame::Auth { id, auth }).await?;
        loop {
            match self.reader.read().await? {
                ServerFrame::Auth { step, .. } => return Ok(step),
                ServerFrame::Event(_) => {}
                other => return Err(format!("refused: {other:?}").into()),
            }
        }
    }

    pub async fn write(&mut self, frame: ClientFrame) -> Result<(), Failure> {
        write(&mut self.writer, &frame).await
    }
}

/// What an account signs in with.
#[derive(Clone)]
pub struct Credential {
    pub account: AccountId,
    device: DeviceId,
    token: Opaque,
}

impl Credential {
    /// Makes an account; its link is signed in.
    pub async fn register(address: SocketAddr, number: usize) -> Result<(Link, Self), Failure> {
        let mut link = Link::open(address, false).await?;
        let (state, request) = opaque::register_start(PASSWORD)?;
        let nickname = format!("client {number}");
        let start = Auth::RegisterStart { nickname, code: None, request };
        let AuthStep::RegisterChallenge { response } = link.step(1, start).await? else {
            return Err("another challenge".into());
        };
        let stretch = Stretch::CHEAP;
        let record = state.finish(PASSWORD, &response, stretch, &link.server_id)?;
        let mut device = [0; 16];
        device[..8].copy_from_slice(&(number as u64).to_be_bytes());
        let (device, device_name) = (DeviceId(device), "bench".to_owned());
        let finish = Auth::RegisterFinish { record, stretch, avatar: 1, device, device_name };
        match link.step(2, finish).await? {
            AuthStep::Registered { you, token, .. } => {
                Ok((link, Credential { account: you.account, device, token }))
            }
            other => Err(format!("not registered: {other:?}").into()),
        }
    }

    /// Signs in as somebody who typed the password.
    pub async fn by_password(&mut self, address: SocketAddr) -> Result<Link, Failure> {
        let mut link = Link::open(address, false).await?;
        let (state, request) = opaque::sign_in_start(PASSWORD)?;
        let start = Auth::SignInStart { login: self.account.0.to_string(), request };
        let AuthStep::SignInChallenge { response, stretch } = link.step(1, start).await? else {
            return Err("another challenge".into());
        };
        let (server_id, exporter) = (link.server_id, link.exporter);
        let finalization = state.finish(PASSWORD, &response, stretch, &server_id, &exporter)?;
        let (device, device_name) = (self.device, "bench".to_owned());
        let finish = Auth::SignInFinish { finalization, device, device_name, presence: None };
        let (link, token) = link.signed_in(finish).await?;
        self.token = token.ok_or("no token")?;
        Ok(link)
    }

    /// Signs in as a client that comes back.
    pub async fn by_token(&self, address: SocketAddr) -> Result<Link, Failure> {
        let link = Link::open(address, true).await?;
        let Credential { account, device, token } = self.clone();
        let last = Auth::Token { account, device, token, presence: None };
        Ok(link.signed_in(last).await?.0)
    }
}

impl Link {
    async fn signed_in(mut self, last: Auth) -> Result<(Self, Option<Opaque>), Failure> {
        match self.step(2, last).await? {
            AuthStep::SignedIn { token, .. } => Ok((self, token)),
            other => Err(format!("not signed in: {other:?}").into()),
        }
    }
}

/// One signed-in link that talks.
struct Client {
    reader: FrameReader,
    writer: FrameWriter,
    account: AccountId,
    peer: AccountId,
    next: u64,
    /// The place of the last message of the conversation with the peer.
    head: Seq,
}

impl Client {
    async fn register(address: SocketAddr, number: usize) -> Result<Self, Failure> {
        let (Link { reader, writer, .. }, credential) =
            Credential::register(address, number).await?;
        let account = credential.account;
        Ok(Client { reader, writer, account, peer: account, next: 0, head: Seq::ZERO })
    }

    async fn talk(mut self, run: Arc<Run>) -> Result<(Self, Vec<Duration>), Failure> {
        let mut latencies = Vec::new();
        // Everybody at another moment.
        let share = u32::try_from(self.account.0 % 100)?;
        Timer::after(run.pace * share / 100).await;
        while !run.over.load(Ordering::Relaxed) {
            let took = self.say().await?;
            if run.measuring.load(Ordering::Relaxed) {
                latencies.push(took);
            }
            if !run.pace.is_zero() {
                Timer::after(run.pace.saturating_sub(took)).await;
            }
        }
        Ok((self, latencies))
    }

    /// Says one thing and waits until it comes back: then it is on disk.
    async fn say(&mut self) -> Result<Duration, Failure> {
        let began = uptime();
        self.next += 1;
        let (id, to) = (self.next, Target::Account(self.peer));
        let nonce = nonce(self.account, id);
        let command = Command::Send { to, nonce, body: Body::text(WORDS) };
        write(&mut self.writer, &ClientFrame::Command { id, command }).await?;
        loop {
            let frame = read(&mut self.reader).await?;
            if self.heard(frame)? == Some(nonce) {
                return Ok(uptime().saturating_sub(began));
            }
        }
    }

    async fn listen(mut self, quit: async_channel::Receiver<()>) -> Result<Self, Failure> {
        loop {
            let quitting = async {
                quit.recv().await.ok();
                Ok(None)
            };
            let frame = async { read(&mut self.reader).await.map(Some) };
            match future::or(frame, quitting).await? {
                Some(frame) => drop(self.heard(frame)?),
                None => return Ok(self),
            }
        }
    }

    async fn ping(&mut self) -> Result<(), Failure> {
        self.next += 1;
        let id = self.next;
        write(&mut self.writer, &ClientFrame::Ping { id }).await?;
        loop {
            match read(&mut self.reader).await? {
                ServerFrame::Pong { id: answered } if answered == id => return Ok(()),
                frame => drop(self.heard(frame)?),
            }
        }
    }

    /// Whose message that was. Places follow each other, whoever writes.
    fn heard(&mut self, frame: ServerFrame) -> Result<Option<Nonce>, Failure> {
        match frame {
            ServerFrame::Event(Event::Message(message)) => {
                if message.seq != self.head.next() {
                    let (head, seq) = (self.head.0, message.seq.0);
                    return Err(format!("a gap: {seq} after {head}").into());
                }
                self.head = message.seq;
                Ok(Some(message.nonce))
            }
            ServerFrame::Event(_) => Ok(None),
            other => Err(format!("unexpected {other:?}").into()),
        }
    }
}

/// By chance, as far as a store can see.
pub fn nonce(account: AccountId, number: u64) -> Nonce {
    let mixed = (account.0 << 40 | number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut nonce = [0; 16];
    nonce[..8].copy_from_slice(&mixed.to_be_bytes());
    nonce[8..].copy_from_slice(&number.to_be_bytes());
    Nonce(nonce)
}

/// The number that a name was made of.
pub fn number_of(Nonce(nonce): Nonce) -> u64 {
    nonce[8..].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Says something.
pub async fn write(writer: &mut FrameWriter, frame: &ClientFrame) -> Result<(), Failure> {
    let bytes = frame::encode(frame, frame::FRAME_BYTES_MAX)?;
    Ok(writer.write_frames(&[bytes]).await?)
}

async fn read(reader: &mut FrameReader) -> Result<ServerFrame, Failure> {
    Ok(reader.read().await?)
}
