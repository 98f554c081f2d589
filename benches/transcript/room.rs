//! How long the window of a full room takes to follow a change of who is there, and what is offered
//! behind an `@`.

use std::collections::BTreeMap;
use std::sync::Arc;

use fltk::app;
use jiff::tz::TimeZone;
use mychat::client::api::LinkedServer;
use mychat::client::{Answer, ClientEvent, Intent, LinkState};
use mychat::clock;
use mychat::domain::{
    AccountId, Book, ConversationId, Joining, Member, OwnRoom, Person, Presence, Rank, Role, Room,
    RoomId, Seq, ServerId, Target,
};
use mychat::net::address::Address;
use mychat::net::protocol::{Registration, Reply};
use mychat::ui::app::chats::ChatMsg;
use mychat::ui::app::{Effect, Model, Msg, update};
use mychat::ui::chat::{ChatView, ChatWindow};
use mychat::ui::paint::Rect;

use super::report::Report;
use super::{FRAMES, ME, Times};

/// As many as a room has at most.
const MEMBERS: u64 = 2_000;
const ROOM: RoomId = RoomId(20_001);
const TARGET: Target = Target::Room(ROOM);

/// Measures it, and tells.
pub fn bench(report: &mut Report) {
    let mut model = full_room();
    let mut views = Times::default();
    for n in 0..FRAMES as u64 {
        change(&mut model, n);
        views.take(|| drop(ChatView::of(&model, TARGET)));
    }
    views.tell("view of a room of 2,000", report);
    let mut mentions = Times::default();
    update(&mut model, clock::now().into(), Msg::Chat(TARGET, ChatMsg::Mentioning(true)));
    for n in 0..FRAMES as u64 {
        change(&mut model, n);
        mentions.take(|| drop(ChatView::of(&model, TARGET)));
    }
    update(&mut model, clock::now().into(), Msg::Chat(TARGET, ChatMsg::Mentioning(false)));
    mentions.tell("the same behind an @", report);
    let area = Rect::new(0, 0, 920, 600);
    let Some(mut window) = ChatWindow::of(&model, TARGET, area, |_| {}) else { return };
    app::flush();
    let mut follows = Times::default();
    for n in 0..FRAMES as u64 {
        change(&mut model, n);
        follows.take(|| {
            window.follow(&model);
            app::flush();
        });
    }
    follows.tell("somebody comes, drawn", report);
    window.close();
}

/// Somebody came or went.
fn change(model: &mut Model, n: u64) {
    let who = account(n * 97 % MEMBERS);
    let presence = if n.is_multiple_of(2) { Presence::Online } else { Presence::Offline };
    event(model, ClientEvent::Presence(vec![(who, presence)]));
}

fn account(n: u64) -> AccountId {
    AccountId(ME.0 + n)
}

/// A room whose window stands, a third of it there.
fn full_room() -> Model {
    let (mut model, _) = Model::new(clock::now().into(), TimeZone::UTC, None);
    event(&mut model, ClientEvent::Link(LinkState::Up { server: server() }));
    event(&mut model, ClientEvent::SignedIn { you: person(0), presence: Presence::Online });
    event(&mut model, ClientEvent::People((0..MEMBERS).map(person).collect()));
    let there = (0..MEMBERS).step_by(3).map(|n| (account(n), Presence::Online)).collect();
    event(&mut model, ClientEvent::Presence(there));
    let rooms = BTreeMap::from([(ROOM, own())]);
    event(&mut model, ClientEvent::Book(Arc::new(Book { rooms, ..Book::default() })));
    let effects = update(&mut model, clock::now().into(), Msg::Chat(TARGET, ChatMsg::Open));
    for effect in effects {
        if let Effect::Ask(Intent::Look { ticket, .. }) = effect {
            let members = (0..MEMBERS).map(member).collect();
            let result = Ok(Answer::Looked(Reply::Members { members, more: false }));
            event(&mut model, ClientEvent::Answered { ticket, result });
        }
    }
    assert_eq!(model.member_rows(ROOM).len() as u64, MEMBERS, "all are in the list");
    model
}

fn event(model: &mut Model, event: ClientEvent) {
    update(model, clock::now().into(), Msg::Client(event));
}

fn person(n: u64) -> Person {
    Person {
        account: account(n),
        nickname: format!("{}{n}", ["小满", "Momo", "班长", "Rook"][(n % 4) as usize]),
        signature: String::new(),
        avatar: 2,
        role: Role::Member,
        version: 1,
        picture: None,
    }
}

fn member(n: u64) -> Member {
    let card = if n.is_multiple_of(5) { format!("Card {n}") } else { String::new() };
    let rank = if n == 0 { Rank::Owner } else { Rank::Member };
    Member { account: account(n), rank, card, muted_until: 0, since: 0, first: Seq(1) }
}

fn own() -> OwnRoom {
    let room = Room {
        room: ROOM,
        conversation: ConversationId(ROOM.0),
        name: "Campus".into(),
        owner: ME,
        joining: Joining::Open,
        admins_only: false,
        announcement: None,
        members: u32::try_from(MEMBERS).unwrap_or(0),
        version: 1,
        since: 0,
        colour: None,
    };
    OwnRoom { room, member: member(0) }
}

fn server() -> LinkedServer {
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
