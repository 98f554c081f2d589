//! A server on loopback, and a seat at a client whose events are read in order.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use async_channel::Receiver;
use mychat::client::api::{Answer, LinkState, Saved, Secret, Setup, Ticket, Trust};
use mychat::client::{Client, ClientEvent, Failure, Intent, StartError};
use mychat::domain::{AccountId, Body, Message, Person, Presence, ServerId, Stranger, Target};
use mychat::net::address::Address;
use mychat::net::protocol::{ChoiceChange, Command, Stretch};
use mychat::net::verb::Verb;
use mychat::server::admin;
use mychat::server::{self, Server};
use tempfile::TempDir;

pub const PASSWORD: &str = "correct horse";
/// A test that waits longer for a fact has failed.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Place {
    data: TempDir,
    server: Option<Server>,
    address: SocketAddr,
    id: ServerId,
}

impl Place {
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// A server with settings.
    pub fn with(settings: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        for (key, value) in settings {
            let verb = Verb::Set { key: (*key).to_owned(), value: (*value).to_owned() };
            admin::run(data.path(), verb).unwrap();
        }
        let server = serve(&data, "127.0.0.1:0".parse().unwrap());
        let (address, id) = (server.ready().listening[0], server.ready().server_id);
        Place { data, server: Some(server), address, id }
    }

    pub fn stop(&mut self) {
        let server = self.server.take().unwrap();
        server.stopper().stop();
        server.wait().unwrap();
    }

    pub fn start_again(&mut self) {
        let server = serve(&self.data, self.address);
        self.id = server.ready().server_id;
        self.server = Some(server);
    }

    pub fn new_key(&mut self) {
        self.stop();
        self.data = tempfile::tempdir().unwrap();
        self.start_again();
    }

    pub fn id(&self) -> ServerId {
        self.id
    }

    pub fn address(&self) -> Address {
        Address { host: self.address.ip().to_string(), port: self.address.port() }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.server.is_some() {
            self.stop();
        }
    }
}

fn serve(data: &TempDir, listen: SocketAddr) -> Server {
    let data = data.path().to_owned();
    let (listen, name) = (vec![listen], Some("t".into()));
    let setup = server::Setup { listen, data, name, discovery: false, metrics: None };
    Server::start(setup).unwrap()
}

/// A port where something else answers, for the rest of the test's process.
pub fn not_mychat() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = move || {
        for stream in listener.incoming() {
            stream.unwrap().write_all(b"SSH-2.0-OpenSSH_9.2\r\n").ok();
        }
    };
    std::thread::Builder::new().name("not mychat".into()).spawn(serve).unwrap();
    port
}

pub struct Seat {
    client: Option<Client>,
    events: Receiver<ClientEvent>,
    home: TempDir,
    tickets: Ticket,
    seen: Vec<ClientEvent>,
}

impl Seat {
    pub fn new() -> Self {
        Self::open(tempfile::tempdir().unwrap())
    }

    fn open(home: TempDir) -> Self {
        let (client, events) = start(&home).unwrap();
        Seat { client: Some(client), events, home, tickets: 0, seen: Vec::new() }
    }

    pub fn another(&self) -> Result<(), StartError> {
        start(&self.home).map(drop)
    }

    /// Ends this client and starts one on the same folder.
    pub fn next_run(mut self) -> Self {
        drop(self.client.take());
        Self::open(self.home)
    }

    /// Its folder.
    pub fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    pub fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        self.tickets
    }

    pub fn ask(&self, intent: Intent) {
        self.client.as_ref().unwrap().send(intent);
    }

    /// Reads events until one is the fact that is waited for.
    pub fn until<T>(&mut self, mut is: impl FnMut(&ClientEvent) -> Option<T>) -> T {
        loop {
            let event = self.next();
            let found = is(&event);
            self.seen.push(event);
            if let Some(found) = found {
                return found;
            }
        }
    }

    fn next(&mut self) -> ClientEvent {
        let late = async {
            async_io::Timer::after(PATIENCE).await;
            Err(async_channel::RecvError)
        };
        let event = smol::block_on(smol::future::or(self.events.recv(), late));
        event.unwrap_or_else(|_| panic!("waited too long; seen: {:#?}", self.seen))
    }

    /// Listens to somebody who wrote first.
    pub fn accept(&mut self, whom: AccountId) {
        let ticket = self.ticket();
        let change = ChoiceChange { stranger: Some(Stranger::No), ..ChoiceChange::default() };
        let command = Command::SetConversation { with: Target::Account(whom), change };
        self.ask(Intent::Do { ticket, command });
        assert!(matches!(self.answer(ticket), Ok(Answer::Done)));
    }

    pub fn answer(&mut self, wanted: Ticket) -> Result<Answer, Failure> {
        self.until(|event| match event {
            ClientEvent::Answered { ticket, result } if *ticket == wanted => Some(result.clone()),
            _ => None,
        })
    }

    pub fn until_text(&mut self, wanted: &str) {
        if !self.texts().iter().any(|text| text == wanted) {
            self.until(|event| super::text(event).filter(|text| text == wanted));
        }
    }

    /// Texts of the lobby so far.
    pub fn texts(&self) -> Vec<String> {
        let lobby = |event: &&ClientEvent| match event {
            ClientEvent::Message { message, .. } => {
                message.kind == mychat::domain::ConversationKind::Lobby
            }
            _ => false,
        };
        self.seen.iter().filter(lobby).filter_map(super::text).collect()
    }

    pub fn connect_only(&mut self, place: &Place, trust: Trust) {
        self.ask(Intent::Connect { address: place.address(), trust });
    }

    pub fn connect(&mut self, place: &Place, trust: Trust) {
        self.connect_only(place, trust);
        let id = self.until(|event| match event {
            ClientEvent::Link(LinkState::Up { server }) => Some(server.id),
            _ => None,
        });
        assert_eq!(id, place.id());
    }

    pub fn fails_to_connect(&mut self, host: &str, port: u16) -> Failure {
        let address = Address { host: host.to_owned(), port };
        self.ask(Intent::Connect { address, trust: Trust::First });
        self.until(|event| matches!(event, ClientEvent::Link(LinkState::Dialing)).then_some(()));
        let why = self.until(|event| match event {
            ClientEvent::Link(LinkState::Down { why, .. }) => Some(why.clone()),
            _ => None,
        });
        self.ask(Intent::Disconnect);
        self.until(|event| matches!(event, ClientEvent::Link(LinkState::Idle)).then_some(()));
        why
    }

    pub fn register(&mut self, place: &Place, nickname: &str) -> (Person, Secret) {
        self.connect(place, Trust::First);
        let ticket = self.ticket();
        self.ask(Intent::Register {
            ticket,
            nickname: nickname.to_owned(),
            password: Secret::new(PASSWORD),
            code: None,
            avatar: 1,
            remember: false,
        });
        match self.answer(ticket) {
            Ok(Answer::Registered { you, token, .. }) => (you, token),
            other => panic!("{other:?}"),
        }
    }

    pub fn sign_in(&mut self, login: &str, password: &str) -> Result<Answer, Failure> {
        let ticket = self.ticket();
        self.ask(Intent::SignIn {
            ticket,
            login: login.to_owned(),
            password: Secret::new(password),
            remember: true,
            presence: Presence::Online,
        });
        self.answer(ticket)
    }

    pub fn say(&mut self, to: Target, words: &str) -> Result<Message, Failure> {
        let ticket = self.ticket();
        self.ask(Intent::Send { ticket, to, body: Body::text(words), nonce: None });
        match self.answer(ticket)? {
            Answer::Sent(message) => Ok(message),
            other => panic!("{other:?}"),
        }
    }

    pub fn saved(&mut self) -> Saved {
        let ticket = self.ticket();
        self.ask(Intent::Saved { ticket });
        match self.answer(ticket) {
            Ok(Answer::Saved(saved)) => saved,
            other => panic!("{other:?}"),
        }
    }
}

fn start(home: &TempDir) -> Result<(Client, Receiver<ClientEvent>), StartError> {
    Client::start(Setup {
        home: home.path().to_owned(),
        device_name: "a test".into(),
        stretch: Stretch::CHEAP,
        wake: Arc::new(|| {}),
    })
}
