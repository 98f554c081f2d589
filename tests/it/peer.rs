//! A server of a test's own, and the barest client: one frame out, one frame in.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_io::Async;
use futures_rustls::client::TlsStream;
use mychat::domain::{
    AccountId, Body, ConversationId, DeviceId, Message, Nonce, Person, Presence, Seq, Target,
};
use mychat::net::link::{self, LinkError, Reader, Writer, deadline};
use mychat::net::protocol::{
    ALPN_CHAT, Auth, AuthStep, ClientFrame, Command, Event, Goodbye, Head, Hello, Opaque, Page,
    Query, Refusal, Reply, ServerFrame, Signal, Stretch, VERSION, Welcome,
};
use mychat::net::tls::TlsError;
use mychat::net::verb::{Done, Verb};
use mychat::net::{frame, opaque, tls};
use mychat::server::admin;
use mychat::server::{Server, ServerError, Setup};
use smol::io::{ReadHalf, WriteHalf};

/// Far more than anything takes; a test that waits so long has found a defect.
const PATIENCE: Duration = Duration::from_secs(30);
pub const PASSWORD: &str = "correct horse";

type Stream = TlsStream<Async<std::net::TcpStream>>;

/// Waits until something holds.
pub fn wait_for(mut holds: impl FnMut() -> bool) {
    let began = mychat::clock::uptime();
    while !holds() {
        assert!(mychat::clock::uptime() < began + PATIENCE, "that never holds");
        smol::block_on(async_io::Timer::after(Duration::from_millis(5)));
    }
}

/// A server in a temporary folder.
pub struct Ground {
    server: Option<Server>,
    folder: tempfile::TempDir,
    pub address: SocketAddr,
}

impl Ground {
    /// A server whose bounds do not stand in a test's way.
    pub fn start() -> Self {
        Self::with(&[("messages.burst", "100000"), ("messages.per_second", "100000")])
    }

    /// A server with settings.
    pub fn with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (key, value) in settings {
            set(folder.path(), key, value);
        }
        let (server, address) = start(folder.path()).unwrap();
        Ground { server: Some(server), folder, address }
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Closes in order and starts again on the same folder.
    pub fn restart(&mut self) {
        self.stop();
        let (server, address) = start(self.folder.path()).unwrap();
        (self.server, self.address) = (Some(server), address);
    }

    pub fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stopper().stop();
            server.wait().unwrap();
        }
    }

    /// Where its counters are read.
    pub fn counters(&self) -> SocketAddr {
        self.server.as_ref().and_then(|server| server.ready().metrics).unwrap()
    }

    pub fn connect(&self) -> Peer {
        Peer::connect(self.address)
    }

    pub fn register(&self, nickname: &str) -> Peer {
        let mut peer = self.connect();
        peer.register(nickname).unwrap();
        peer
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stopper().stop();
            server.wait().ok();
            // Whatever a test did to it: the data agrees with itself.
            if !std::thread::panicking() {
                let checked = admin::run(self.folder.path(), Verb::Check {}).unwrap();
                assert!(
                    matches!(&checked, Done::Checked(c) if c.findings.is_empty()),
                    "{}",
                    words(&checked)
                );
            }
        }
    }
}

fn words(done: &Done) -> String {
    admin::print::lines(&Verb::Check {}, done).join("\n")
}

pub fn set(folder: &std::path::Path, key: &str, value: &str) {
    let verb = Verb::Set { key: key.to_owned(), value: value.to_owned() };
    admin::run(folder, verb).unwrap();
}

pub fn start(folder: &std::path::Path) -> Result<(Server, SocketAddr), ServerError> {
    let server = Server::start(Setup {
        listen: vec!["127.0.0.1:0".parse().unwrap()],
        data: folder.to_owned(),
        name: Some("test".to_owned()),
        discovery: false,
        metrics: Some("127.0.0.1:0".parse().unwrap()),
    })?;
    let address = server.ready().listening[0];
    Ok((server, address))
}

/// The barest client.
pub struct Peer {
    reader: Reader<ReadHalf<Stream>>,
    writer: Writer<WriteHalf<Stream>>,
    pub exporter: [u8; 32],
    pub server_id: mychat::domain::ServerId,
    next: u64,
    /// Events that came while an answer was waited for.
    events: std::collections::VecDeque<Event>,
    pub welcome: Option<Welcome>,
    /// Why it was let in no further.
    pub parting: Option<String>,
    pub device: DeviceId,
    pub you: Option<Person>,
    pub token: Option<Opaque>,
    pub recovery: Option<String>,
}

impl Peer {
    /// TLS and hello.
    pub fn connect(address: SocketAddr) -> Self {
        let mut peer = Self::silent(address);
        peer.hello(VERSION).unwrap();
        peer
    }

    /// TLS only.
    pub fn silent(address: SocketAddr) -> Self {
        Self::try_silent(address).unwrap()
    }

    /// TLS only, or why the server would not have it.
    pub fn try_silent(address: SocketAddr) -> Result<Self, TlsError> {
        smol::block_on(async {
            let tcp = Async::<std::net::TcpStream>::connect(address).await.unwrap();
            Self::over(tcp).await
        })
    }

    /// The same on a connection that a test made itself.
    pub async fn over(tcp: Async<std::net::TcpStream>) -> Result<Self, TlsError> {
        tcp.get_ref().set_nodelay(true).unwrap();
        let config = tls::client_config(None, ALPN_CHAT).unwrap();
        let (stream, server_id) = tls::connect(tcp, config).await?;
        let exporter = tls::exporter_client(stream.get_ref().1).unwrap();
        let (reader, writer) = link::split(stream, frame::FRAME_BYTES_MAX);
        Ok(Peer {
            reader,
            writer,
            exporter,
            server_id,
            next: 0,
            events: std::collections::VecDeque::new(),
            welcome: None,
            parting: None,
            device: DeviceId(fresh()),
            you: None,
            token: None,
            recovery: None,
        })
    }

    pub fn hello(&mut self, version: u16) -> Result<(), Goodbye> {
        self.hello_as(version, false)
    }

    /// Hello of a link that opens with a token, or says so.
    pub fn hello_as(&mut self, version: u16, has_token: bool) -> Result<(), Goodbye> {
        let client = "test".to_owned();
        let hello = Hello { version, features: Vec::new(), client, has_token };
        self.send(&ClientFrame::Hello(hello));
        loop {
            match self.read().unwrap() {
                ServerFrame::Welcome(welcome) => {
                    self.welcome = Some(welcome);
                    return Ok(());
                }
                ServerFrame::Goodbye(goodbye) => return Err(goodbye),
                ServerFrame::Event(Event::Called { text, .. }) => self.parting = Some(text),
                other => panic!("no welcome: {other:?}"),
            }
        }
    }

    pub fn send(&mut self, frame: &ClientFrame) {
        self.try_send(frame).unwrap();
    }

    pub fn try_send(&mut self, frame: &ClientFrame) -> Result<(), LinkError> {
        let bytes = frame::encode(frame, frame::FRAME_BYTES_MAX).unwrap();
        self.send_bytes(&bytes)
    }

    pub fn send_bytes(&mut self, bytes: &Arc<[u8]>) -> Result<(), LinkError> {
        let frames = std::slice::from_ref(bytes);
        smol::block_on(deadline(PATIENCE, self.writer.write_frames(frames)))
    }

    pub fn read(&mut self) -> Result<ServerFrame, LinkError> {
        smol::block_on(deadline(PATIENCE, self.reader.read::<ServerFrame>()))
    }

    /// Reads to the server's last word.
    pub fn goodbye(&mut self) -> Option<Goodbye> {
        loop {
            match self.read() {
                Ok(ServerFrame::Goodbye(goodbye)) => return Some(goodbye),
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }

    fn id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Reads on until the answer with this id; events are kept.
    fn answer(&mut self, wanted: u64) -> Result<ServerFrame, Refusal> {
        loop {
            match self.read().unwrap() {
                ServerFrame::Event(event) => self.events.push_back(event),
                ServerFrame::Refused { id, refusal } if id == wanted => return Err(refusal),
                frame @ (ServerFrame::Done { id }
                | ServerFrame::Pong { id }
                | ServerFrame::Auth { id, .. }
                | ServerFrame::Reply { id, .. })
                    if id == wanted =>
                {
                    return Ok(frame);
                }
                other => panic!("unexpected {other:?}"),
            }
        }
    }

    pub fn auth(&mut self, auth: Auth) -> Result<AuthStep, Refusal> {
        let id = self.id();
        self.send(&ClientFrame::Auth { id, auth });
        match self.answer(id)? {
            ServerFrame::Auth { step, .. } => Ok(step),
            other => panic!("unexpected {other:?}"),
        }
    }

    pub fn register(&mut self, nickname: &str) -> Result<AccountId, Refusal> {
        self.register_with(nickname, None)
    }

    pub fn register_with(
        &mut self,
        nickname: &str,
        code: Option<&str>,
    ) -> Result<AccountId, Refusal> {
        let (state, request) = opaque::register_start(PASSWORD).unwrap();
        let (nickname, code) = (nickname.to_owned(), code.map(str::to_owned));
        let step = self.auth(Auth::RegisterStart { nickname, code, request })?;
        let AuthStep::RegisterChallenge { response } = step else { panic!("{step:?}") };
        let stretch = Stretch::CHEAP;
        let record = state.finish(PASSWORD, &response, stretch, &self.server_id).unwrap();
        let (device, device_name) = (self.device, "desk".to_owned());
        let step =
            self.auth(Auth::RegisterFinish { record, stretch, avatar: 1, device, device_name })?;
        let AuthStep::Registered { you, recovery, token } = step else { panic!("{step:?}") };
        let account = you.account;
        (self.you, self.token, self.recovery) = (Some(you), Some(token), Some(recovery));
        Ok(account)
    }

    pub fn sign_in(&mut self, login: &str, password: &str) -> Result<AccountId, Refusal> {
        let (state, request) = opaque::sign_in_start(password).unwrap();
        let step = self.auth(Auth::SignInStart { login: login.to_owned(), request })?;
        let AuthStep::SignInChallenge { response, stretch } = step else { panic!("{step:?}") };
        // An honest client stops at a wrong password; a dishonest one sends anything.
        let finish = state.finish(password, &response, stretch, &self.server_id, &self.exporter);
        let finalization = finish.unwrap_or_else(|_| Opaque(vec![0; 64]));
        let (device, device_name) = (self.device, "desk".to_owned());
        let presence = None;
        self.enter(Auth::SignInFinish { finalization, device, device_name, presence })
    }

    /// Sends the second step and waits for nothing.
    pub fn finish_sign_in(&mut self, state: opaque::ClientSignIn, step: &AuthStep) {
        let AuthStep::SignInChallenge { response, stretch } = step else { panic!("{step:?}") };
        let finish = state.finish(PASSWORD, response, *stretch, &self.server_id, &self.exporter);
        let (finalization, device) = (finish.unwrap(), self.device);
        let device_name = "desk".to_owned();
        let auth = Auth::SignInFinish { finalization, device, device_name, presence: None };
        let id = self.id();
        self.send(&ClientFrame::Auth { id, auth });
    }

    pub fn sign_in_by_token(
        &mut self,
        account: AccountId,
        token: &Opaque,
    ) -> Result<AccountId, Refusal> {
        let (device, token) = (self.device, token.clone());
        self.enter(Auth::Token { account, device, token, presence: None })
    }

    fn enter(&mut self, auth: Auth) -> Result<AccountId, Refusal> {
        let step = self.auth(auth)?;
        let AuthStep::SignedIn { you, token, .. } = step else { panic!("{step:?}") };
        let account = you.account;
        self.you = Some(you);
        self.token = token.or(self.token.take());
        Ok(account)
    }

    pub fn account(&self) -> AccountId {
        self.you.as_ref().unwrap().account
    }

    /// Says something and waits until it is on disk.
    pub fn say(&mut self, to: Target, body: Body) -> Result<Message, Refusal> {
        self.say_again(to, Nonce(fresh()), body)
    }

    pub fn say_again(&mut self, to: Target, nonce: Nonce, body: Body) -> Result<Message, Refusal> {
        let id = self.id();
        self.send(&ClientFrame::Command { id, command: Command::Send { to, nonce, body } });
        loop {
            match self.read().unwrap() {
                ServerFrame::Event(Event::Message(message)) if message.nonce == nonce => {
                    return Ok(message);
                }
                ServerFrame::Event(event) => self.events.push_back(event),
                ServerFrame::Refused { id: refused, refusal } if refused == id => {
                    return Err(refusal);
                }
                other => panic!("unexpected {other:?}"),
            }
        }
    }

    pub fn command(&mut self, command: Command) -> Result<(), Refusal> {
        let id = self.id();
        self.send(&ClientFrame::Command { id, command });
        self.answer(id).map(drop)
    }

    /// A command that is answered with more than that it is done.
    pub fn make(&mut self, command: Command) -> Result<Reply, Refusal> {
        let id = self.id();
        self.send(&ClientFrame::Command { id, command });
        match self.answer(id)? {
            ServerFrame::Reply { reply, .. } => Ok(reply),
            other => panic!("unexpected {other:?}"),
        }
    }

    /// Says so many things without waiting for any, and gives each one's fate: its place, or why not.
    pub fn say_all(&mut self, to: Target, count: u64) -> Vec<Result<Seq, Refusal>> {
        let ids: Vec<u64> = (0..count).map(|_| self.id()).collect();
        let mut nonces = Vec::new();
        for id in &ids {
            let nonce = Nonce(fresh());
            let command = Command::Send { to, nonce, body: Body::text("more") };
            self.send(&ClientFrame::Command { id: *id, command });
            nonces.push(nonce);
        }
        let mut fates = Vec::new();
        while fates.len() < ids.len() {
            match self.read().unwrap() {
                ServerFrame::Event(Event::Message(message)) if nonces.contains(&message.nonce) => {
                    fates.push(Ok(message.seq));
                }
                ServerFrame::Event(event) => self.events.push_back(event),
                ServerFrame::Refused { refusal, .. } => fates.push(Err(refusal)),
                other => panic!("unexpected {other:?}"),
            }
        }
        fates
    }

    pub fn query(&mut self, query: Query) -> Result<Reply, Refusal> {
        let id = self.id();
        self.send(&ClientFrame::Query { id, query });
        match self.answer(id)? {
            ServerFrame::Reply { reply, .. } => Ok(reply),
            other => panic!("unexpected {other:?}"),
        }
    }

    pub fn heads(&mut self) -> Vec<Head> {
        let after = ConversationId(0);
        let Ok(Reply::Heads { heads, .. }) = self.query(Query::Heads { after }) else { panic!() };
        heads
    }

    pub fn history(&mut self, conversation: ConversationId, page: Page) -> (Vec<Message>, bool) {
        let query = Query::History { conversation, page, limit: 200 };
        let Ok(Reply::History { messages, more }) = self.query(query) else { panic!() };
        (messages, more)
    }

    /// Everything that the server sent before this is in `events` afterwards.
    pub fn barrier(&mut self) {
        let id = self.id();
        self.send(&ClientFrame::Ping { id });
        self.answer(id).unwrap();
    }

    /// The next event of a kind; what comes before it is thrown away.
    pub fn event<T>(&mut self, mut pick: impl FnMut(&Event) -> Option<T>) -> T {
        loop {
            let event = match self.events.pop_front() {
                Some(event) => event,
                None => match self.read().unwrap() {
                    ServerFrame::Event(event) => event,
                    other => panic!("unexpected {other:?}"),
                },
            };
            if let Some(picked) = pick(&event) {
                return picked;
            }
        }
    }

    /// Shows these people's presence on this link from now on.
    pub fn watch(&mut self, accounts: &[AccountId]) {
        let accounts = accounts.to_vec();
        self.send(&ClientFrame::Signal(Signal::Watch { accounts }));
        self.barrier();
    }

    /// How somebody is seen, when that is told next.
    pub fn presence_of(&mut self, account: AccountId) -> Presence {
        self.event(|event| match event {
            Event::Presence { changes } => {
                changes.iter().find(|c| c.account == account).map(|c| c.presence)
            }
            _ => None,
        })
    }

    /// Reads on until a command that was sent without waiting is done.
    pub fn read_until_done(&mut self, wanted: u64) {
        loop {
            match self.read().unwrap() {
                ServerFrame::Event(event) => self.events.push_back(event),
                ServerFrame::Done { id } if id == wanted => return,
                ServerFrame::Done { .. } => {}
                other => panic!("unexpected {other:?}"),
            }
        }
    }

    pub fn message(&mut self) -> Message {
        self.event(|event| match event {
            Event::Message(message) => Some(message.clone()),
            _ => None,
        })
    }

    /// Everything that came up to now, behind a barrier.
    pub fn drain(&mut self) -> Vec<Event> {
        self.barrier();
        self.events.drain(..).collect()
    }
}

pub fn text(words: &str) -> Body {
    Body::text(words)
}

pub fn seqs(messages: &[Message]) -> Vec<u64> {
    messages.iter().map(|message| message.seq.0).collect()
}

pub const NEWEST: Page = Page::Before(Seq(u64::MAX));

/// Bytes that no other call gave.
pub fn fresh() -> [u8; 16] {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    bytes
}
