//! A person at a real client.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_channel::Receiver;
use mychat::client::api::{
    Answer, Destination, LinkState, Secret, Setup, Ticket, Transfer, TransferId, TransferState,
    Trust,
};
use mychat::client::{Client, ClientEvent, Intent};
use mychat::domain::{AccountId, Body, FileState, Message, Nonce, Seq, Target};
use mychat::net::address::Address;
use mychat::net::protocol::Stretch;
use smol::future;

use crate::report::Failure;

/// Far more than anything takes.
const PATIENCE: Duration = Duration::from_secs(300);

pub struct Seat {
    client: Client,
    events: Receiver<ClientEvent>,
    account: AccountId,
    ticket: Ticket,
    /// Messages that came and were not asked for yet.
    came: Vec<Message>,
    /// The last file that was fetched.
    taken: Seq,
}

impl Seat {
    /// Makes an account.
    pub fn register(address: SocketAddr, home: &Path, name: &str) -> Result<Self, Failure> {
        let (client, events) = Client::start(Setup {
            home: home.to_owned(),
            device_name: "bench".to_owned(),
            stretch: Stretch::CHEAP,
            wake: Arc::new(|| {}),
        })?;
        let account = AccountId(0);
        let mut seat = Seat { client, events, account, ticket: 0, came: Vec::new(), taken: Seq(0) };
        let address = Address { host: address.ip().to_string(), port: address.port() };
        seat.client.send(Intent::Connect { address, trust: Trust::First });
        seat.until(|event| matches!(event, ClientEvent::Link(LinkState::Up { .. })).then_some(()))?;
        let ticket = seat.next();
        seat.client.send(Intent::Register {
            ticket,
            nickname: name.to_owned(),
            password: Secret::new("correct horse"),
            code: None,
            avatar: 1,
            remember: false,
        });
        match seat.answer(ticket)? {
            Answer::Registered { you, .. } => seat.account = you.account,
            other => return Err(format!("{other:?}").into()),
        }
        Ok(seat)
    }

    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Sends a file; until the server has it whole.
    pub fn send(&mut self, to: AccountId, path: &Path) -> Result<Message, Failure> {
        let id = self.begin_send(to, path);
        let ticket = self.ticket;
        let message = match self.answer(ticket)? {
            Answer::Sent(message) => message,
            other => return Err(format!("{other:?}").into()),
        };
        self.sent(id)?;
        Ok(message)
    }

    /// Begins to send a file.
    pub fn begin_send(&mut self, to: AccountId, path: &Path) -> TransferId {
        let ticket = self.next();
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&ticket.to_be_bytes());
        let (to, path, nonce) = (Target::Account(to), path.to_owned(), Nonce(nonce));
        self.client.send(Intent::SendFile { ticket, to, path, nonce: Some(nonce) });
        TransferId(nonce)
    }

    /// Until what is being sent is whole on the server.
    pub fn sent(&mut self, id: TransferId) -> Result<(), Failure> {
        self.until(|event| done(event, id)).map(drop)
    }

    /// The next file that is offered.
    pub fn offer(&mut self) -> Result<Message, Failure> {
        let (me, taken) = (self.account, self.taken);
        let is_new = |message: &Message| {
            let is_offer = matches!(message.body, Body::File { .. });
            is_offer && message.from != me && message.seq > taken
        };
        if let Some(index) = self.came.iter().position(is_new) {
            return Ok(self.came.remove(index));
        }
        self.until(|event| match event {
            ClientEvent::Message { message, .. } if is_new(message) => Some(message.clone()),
            _ => None,
        })
    }

    /// Fetches a file, and says where it is.
    pub fn take(&mut self, offered: &Message, folder: &Path) -> Result<PathBuf, Failure> {
        std::fs::create_dir_all(folder)?;
        self.taken = offered.seq;
        let ticket = self.next();
        let with = offered.kind.target_for(self.account).ok_or("no conversation")?;
        let destination = Destination::Folder(folder.to_owned());
        let message = Box::new(offered.clone());
        self.client.send(Intent::TakeFile { ticket, with, message, destination });
        match self.answer(ticket)? {
            Answer::Transfer(id) => self.until(|event| done(event, id)).map(|there| there.path),
            other => Err(format!("{other:?}").into()),
        }
    }

    /// Says something; until it is on the server's disk.
    pub fn say(&mut self, to: AccountId) -> Result<(), Failure> {
        let (ticket, to) = (self.next(), Target::Account(to));
        self.client.send(Intent::Send { ticket, to, body: Body::text("好"), nonce: None });
        self.answer(ticket).map(drop)
    }

    fn next(&mut self) -> Ticket {
        self.ticket += 1;
        self.ticket
    }

    fn answer(&mut self, wanted: Ticket) -> Result<Answer, Failure> {
        let result = self.until(|event| match event {
            ClientEvent::Answered { ticket, result } if *ticket == wanted => Some(result.clone()),
            _ => None,
        })?;
        Ok(result?)
    }

    fn until<T>(
        &mut self,
        mut wanted: impl FnMut(&ClientEvent) -> Option<T>,
    ) -> Result<T, Failure> {
        loop {
            let late = async {
                async_io::Timer::after(PATIENCE).await;
                Err(async_channel::RecvError)
            };
            let event = future::block_on(future::or(self.events.recv(), late))?;
            if let ClientEvent::Transfer(transfer) = &event
                && let TransferState::Failed(why) = &transfer.state
            {
                return Err(format!("{} failed: {why}", transfer.name).into());
            }
            if let ClientEvent::File { status, .. } = &event
                && !matches!(status.state, FileState::Coming | FileState::Kept)
            {
                return Err(format!("the file is {:?}", status.state).into());
            }
            if let Some(found) = wanted(&event) {
                return Ok(found);
            }
            if let ClientEvent::Message { message, .. } = event {
                self.came.push(message);
            }
        }
    }
}

fn done(event: &ClientEvent, id: TransferId) -> Option<Transfer> {
    match event {
        ClientEvent::Transfer(transfer)
            if transfer.id == id && transfer.state == TransferState::Done =>
        {
            Some((**transfer).clone())
        }
        _ => None,
    }
}
