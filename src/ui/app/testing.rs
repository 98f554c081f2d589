//! A model with a clock of its own, for tests.

use jiff::tz::TimeZone;

use super::{Effect, Model, Moment, Msg, update};
use crate::client::api::{ConversationState, LinkedServer, Saved};
use crate::client::finder::{FoundCard, Source};
use crate::client::{Answer, ClientEvent, Intent, LinkState};
use crate::domain::{
    AccountId, Body, ConversationId, ConversationKind, Message, Nonce, Person, Presence, Role, Seq,
    ServerId,
};
use crate::net::address::Address;
use crate::net::protocol::Registration;

/// A Friday, 14:32:00 UTC.
pub const NOON_MS: i64 = 1_795_185_120_000;

/// A model and its time.
pub struct World {
    pub model: Model,
    pub now: Moment,
    /// What was asked for at the very start.
    pub first: Vec<Effect>,
}

impl World {
    /// A program that has just started.
    pub fn new() -> Self {
        let now = Moment { wall_ms: NOON_MS, mono_ms: 1_000 };
        let (model, first) = Model::new(now, TimeZone::UTC, None);
        World { model, now, first }
    }

    /// A program that stands in the panel as account 10001.
    pub fn signed_in() -> Self {
        let mut world = World::new();
        world.restore(Saved::default());
        world.send(Msg::Servers(vec![found(1, "Lab")]));
        world.send(Msg::Login(super::login::LoginMsg::AccountTyped("10001".into())));
        let secret = crate::client::api::Secret::new("correct horse");
        world.send(Msg::Login(super::login::LoginMsg::Submit(secret)));
        let effects = world.up();
        let ticket = effects.iter().find_map(ticket_of).unwrap();
        let you = person(10_001, "青柠");
        world.event(ClientEvent::SignedIn { you: you.clone(), presence: Presence::Online });
        world.event(ClientEvent::Answered {
            ticket,
            result: Ok(Answer::SignedIn { you, token: None }),
        });
        assert_eq!(world.model.screen, super::Screen::Panel);
        world
    }

    pub fn send(&mut self, msg: Msg) -> Vec<Effect> {
        update(&mut self.model, self.now, msg)
    }

    pub fn event(&mut self, event: ClientEvent) -> Vec<Effect> {
        self.send(Msg::Client(event))
    }

    pub fn up(&mut self) -> Vec<Effect> {
        self.event(ClientEvent::Link(LinkState::Up { server: server() }))
    }

    /// Lets time pass, and says so to the model.
    pub fn pass(&mut self, ms: u64) -> Vec<Effect> {
        self.now.mono_ms += ms;
        self.now.wall_ms += i64::try_from(ms).unwrap();
        self.send(Msg::Tick)
    }

    /// The store's answer to the question of the start.
    pub fn restore(&mut self, saved: Saved) -> Vec<Effect> {
        let ticket = self.first.iter().find_map(ticket_of).unwrap();
        self.event(ClientEvent::Answered { ticket, result: Ok(Answer::Saved(saved)) })
    }
}

/// The ticket of an intent that has one.
pub fn ticket_of(effect: &Effect) -> Option<u64> {
    match effect {
        Effect::Ask(
            Intent::Register { ticket, .. }
            | Intent::SignIn { ticket, .. }
            | Intent::Recover { ticket, .. }
            | Intent::SignInToken { ticket, .. }
            | Intent::SignOut { ticket }
            | Intent::Send { ticket, .. }
            | Intent::History { ticket, .. }
            | Intent::Search { ticket, .. }
            | Intent::Days { ticket, .. }
            | Intent::Here { ticket }
            | Intent::Export { ticket, .. }
            | Intent::MarkRead { ticket, .. }
            | Intent::Hide { ticket, .. }
            | Intent::Online { ticket }
            | Intent::Saved { ticket }
            | Intent::Do { ticket, .. }
            | Intent::Look { ticket, .. }
            | Intent::LoadPicture { ticket, .. }
            | Intent::SetPicture { ticket, .. }
            | Intent::ChangePassword { ticket, .. }
            | Intent::DeleteAccount { ticket, .. },
        ) => Some(*ticket),
        _ => None,
    }
}

pub fn person(account: u64, nickname: &str) -> Person {
    Person {
        account: AccountId(account),
        nickname: nickname.to_owned(),
        signature: String::new(),
        avatar: 2,
        role: Role::Member,
        version: 1,
        picture: None,
    }
}

pub fn server() -> LinkedServer {
    LinkedServer {
        id: ServerId([1; 32]),
        name: "Lab".into(),
        address: Address { host: "192.168.3.1".into(), port: 1029 },
        registration: Registration::Open,
        online: 3,
        pinned_before: true,
        ahead_ms: 0,
    }
}

pub fn found(number: u8, name: &str) -> FoundCard {
    FoundCard {
        id: ServerId([number; 32]),
        name: name.into(),
        address: Address { host: format!("192.168.3.{number}"), port: 1029 },
        source: Source::Network,
        fingerprint_prefix: String::new(),
        proven: true,
        online: Some(3),
        registration: Some(Registration::Open),
        reachable: true,
        local: false,
    }
}

/// A direct conversation between 10001 and another.
pub fn direct(other: u64) -> ConversationKind {
    ConversationKind::direct(AccountId(10_001), AccountId(other))
}

pub fn conversation(kind: ConversationKind, head: u64, read: u64) -> ConversationState {
    ConversationState {
        conversation: conversation_id(kind),
        kind,
        head: Seq(head),
        read: Seq(read),
        peer_delivered: Seq::ZERO,
        peer_read: Seq::ZERO,
    }
}

pub fn message(kind: ConversationKind, seq: u64, from: u64, at: i64, text: &str) -> Message {
    let mut nonce = [0; 16];
    nonce[..8].copy_from_slice(&seq.to_be_bytes());
    nonce[8..10].copy_from_slice(&u16::try_from(from).unwrap().to_be_bytes());
    Message {
        conversation: conversation_id(kind),
        kind,
        seq: Seq(seq),
        from: AccountId(from),
        nonce: Nonce(nonce),
        at,
        body: Body::text(text),
    }
}

fn conversation_id(kind: ConversationKind) -> ConversationId {
    match kind {
        ConversationKind::Direct { low, high } => ConversationId(low.0 * 100_000 + high.0),
        ConversationKind::Lobby => ConversationId::LOBBY,
        ConversationKind::Notices { account } => ConversationId(account.0),
        ConversationKind::Room { room } => ConversationId(room.0),
    }
}
