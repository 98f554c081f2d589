//! What a peer does about rooms.

use std::collections::BTreeMap;

use mychat::domain::{
    AccountId, Body, Choice, Door, Joining, Member, Message, OwnRoom, Rank, Room, RoomChange,
    RoomId, RoomRequest, Target,
};
use mychat::net::protocol::{Command, Event, MemberChange, Query, Refusal, Reply, RoomSettings};

use crate::peer::{Ground, Peer};

type Requests = BTreeMap<(RoomId, AccountId, Door), RoomRequest>;

impl Peer {
    /// Makes a room that everybody may come into, and says its number.
    pub fn open_room(&mut self, name: &str) -> RoomId {
        self.create_room(name, Joining::Open, &[]).unwrap().room
    }

    pub fn create_room(
        &mut self,
        name: &str,
        joining: Joining,
        invite: &[AccountId],
    ) -> Result<Room, Refusal> {
        let (name, invite) = (name.to_owned(), invite.to_vec());
        match self.make(Command::CreateRoom { name, joining, invite, colour: None })? {
            Reply::Room { room, member: Some(_) } => Ok(room),
            other => panic!("unexpected {other:?}"),
        }
    }

    pub fn join(&mut self, room: RoomId) -> Result<(), Refusal> {
        self.command(Command::JoinRoom { room, greeting: "hi".to_owned() })
    }

    pub fn leave(&mut self, room: RoomId) -> Result<(), Refusal> {
        self.command(Command::LeaveRoom { room })
    }

    pub fn kick(&mut self, room: RoomId, account: AccountId) -> Result<(), Refusal> {
        self.command(Command::Kick { room, account })
    }

    pub fn invite(&mut self, room: RoomId, account: AccountId) -> Result<(), Refusal> {
        self.command(Command::InviteToRoom { room, account })
    }

    pub fn come(&mut self, room: RoomId) -> Result<(), Refusal> {
        self.command(Command::AnswerInvitation { room, accept: true })
    }

    pub fn let_in(&mut self, room: RoomId, account: AccountId) -> Result<(), Refusal> {
        let (accept, reason) = (true, String::new());
        self.command(Command::AnswerJoin { room, account, accept, reason })
    }

    pub fn turn_away(&mut self, room: RoomId, account: AccountId) -> Result<(), Refusal> {
        let (accept, reason) = (false, "full of people".to_owned());
        self.command(Command::AnswerJoin { room, account, accept, reason })
    }

    pub fn set_room(&mut self, room: RoomId, change: RoomSettings) -> Result<(), Refusal> {
        self.command(Command::SetRoom { room, change })
    }

    pub fn set_rank(
        &mut self,
        room: RoomId,
        account: AccountId,
        rank: Rank,
    ) -> Result<(), Refusal> {
        let change = MemberChange { rank: Some(rank), ..MemberChange::default() };
        self.command(Command::SetMember { room, account, change })
    }

    pub fn mute(&mut self, room: RoomId, account: AccountId, ms: u64) -> Result<(), Refusal> {
        let change = MemberChange { mute_ms: Some(ms), ..MemberChange::default() };
        self.command(Command::SetMember { room, account, change })
    }

    /// A room as this person sees it, and itself in it.
    pub fn room(&mut self, room: RoomId) -> Result<(Room, Option<Member>), Refusal> {
        match self.query(Query::Room { room })? {
            Reply::Room { room, member } => Ok((room, member)),
            other => panic!("unexpected {other:?}"),
        }
    }

    pub fn members(&mut self, room: RoomId) -> Result<Vec<Member>, Refusal> {
        match self.query(Query::Members { room, after: AccountId(0) })? {
            Reply::Members { members, more: false } => Ok(members),
            other => panic!("unexpected {other:?}"),
        }
    }

    /// What this person is in a room.
    pub fn rank(&mut self, room: RoomId) -> Option<Rank> {
        self.room(room).unwrap().1.map(|member| member.rank)
    }

    pub fn found_rooms(&mut self, text: &str) -> Vec<u64> {
        let query = Query::FindRooms { text: text.to_owned(), skip: 0 };
        let Ok(Reply::FoundRooms { rooms, .. }) = self.query(query) else { panic!("found") };
        rooms.into_iter().map(|room| room.room.0).collect()
    }

    /// The part of the book that is about rooms.
    pub fn own_rooms(&mut self) -> (BTreeMap<RoomId, OwnRoom>, Requests, BTreeMap<Target, Choice>) {
        let Ok(Reply::Rooms { rooms, more: false, .. }) =
            self.query(Query::Rooms { after: RoomId(0) })
        else {
            panic!("rooms")
        };
        let Ok(Reply::RoomRequests { requests, more: false, .. }) =
            self.query(Query::RoomRequests { after: None })
        else {
            panic!("requests")
        };
        let Ok(Reply::Choices { choices, more: false, .. }) =
            self.query(Query::Choices { after: None })
        else {
            panic!("choices")
        };
        let rooms = rooms.into_iter().map(|own| (own.room.room, own)).collect();
        let requests = requests.into_iter().map(|of| (of.key(), of)).collect();
        (rooms, requests, choices.into_iter().collect())
    }

    /// The lines of rooms among what came up to now.
    pub fn lines(&mut self) -> Vec<RoomChange> {
        let line = |event| match event {
            Event::Message(Message { body: Body::Room { change, .. }, .. }) => Some(change),
            _ => None,
        };
        self.drain().into_iter().filter_map(line).collect()
    }
}

impl Ground {
    /// An open room with its owner and these people in it, in order.
    pub fn room(&self, names: &[&str]) -> (RoomId, Vec<Peer>) {
        let mut people: Vec<Peer> = names.iter().map(|name| self.register(name)).collect();
        let room = people[0].open_room("room");
        for peer in &mut people[1..] {
            peer.join(room).unwrap();
        }
        (room, people)
    }
}
