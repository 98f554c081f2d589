//! The account's rooms: the lines of their logs and the heads keep them as the server has them.
//!
//! Each line of a room's log that changes the room carries the room's next version. While each one
//! follows the last, it is applied to the room in the book; where one is missing, or a head tells of
//! a later version, the room is asked for.

use super::{Request, State, Turn};
use crate::client::api::ClientEvent;
use crate::domain::{
    AccountId, Body, ConversationId, ConversationKind, Message, Room, RoomChange, RoomId, Target,
};
use crate::net::protocol::{Head, Query};

impl State {
    /// A line of a room's log took its place.
    pub(super) fn on_line(&mut self, turn: &mut Turn<'_>, message: &Message) {
        let (ConversationKind::Room { room }, Body::Room { version, change }) =
            (message.kind, &message.body)
        else {
            return;
        };
        let Some(desk) = &mut self.desk else { return };
        if let Some(account) = subject(change) {
            desk.people.refresh(account);
        }
        let owner = desk.owner.account;
        if matches!(change, RoomChange::Joined { account, .. } if *account == owner) {
            self.read_before(turn, message.conversation, message.seq);
        }
        let Some(desk) = &mut self.desk else { return };
        let shelf = &mut desk.shelf;
        shelf.saw(room, *version);
        let known = shelf.version_of(room);
        if known.is_none_or(|known| known >= *version) {
            return;
        }
        std::sync::Arc::make_mut(&mut shelf.book).apply_line(message);
        if shelf.version_of(room) > known {
            self.tell_room(turn, room);
        }
    }

    /// A head may tell of a room's later version.
    pub(super) fn on_room_head(&mut self, head: &Head) {
        if let (ConversationKind::Room { room }, Some(desk)) = (head.kind, &mut self.desk) {
            desk.shelf.saw(room, head.version);
        }
    }

    /// Asks for a room whose changes were missed, one at a time, when its log is up to date.
    pub(super) fn pump_rooms(&mut self, turn: &mut Turn<'_>) {
        let Some(desk) = &mut self.desk else { return };
        if desk.paused_until.is_some() || !desk.is_settled() {
            return;
        }
        if let Some(room) = desk.shelf.next_stale() {
            self.query(turn, Query::Room { room }, Request::Room(room));
        }
    }

    /// The room that was asked for. Oneself in it is told by notices.
    pub(super) fn on_room(&mut self, turn: &mut Turn<'_>, room: Room, is_inside: bool) {
        let Some(desk) = &mut self.desk else { return };
        let number = room.room;
        if is_inside && desk.shelf.take_room(room) {
            self.tell_room(turn, number);
        }
    }

    pub(super) fn on_room_refused(&mut self, room: RoomId) {
        if let Some(desk) = &mut self.desk {
            desk.shelf.give_up(room);
        }
    }

    fn tell_room(&mut self, turn: &mut Turn<'_>, room: RoomId) {
        let Some(desk) = &mut self.desk else { return };
        desk.shelf.touch();
        if let Some(own) = desk.shelf.book.rooms.get(&room) {
            turn.emit(ClientEvent::Room(Box::new(own.room.clone())));
        }
    }

    /// Whether the server would answer for this conversation: a room that one is in no more is as far
    /// away as a server without a link.
    pub(super) fn is_reachable(&self, with: Target) -> bool {
        let is_outside = match (with, &self.desk) {
            (Target::Room(room), Some(desk)) => {
                desk.shelf.is_known() && !desk.shelf.book.rooms.contains_key(&room)
            }
            _ => false,
        };
        self.is_signed_in() && !is_outside
    }

    pub(super) fn target_of(&self, id: ConversationId) -> Option<Target> {
        let desk = self.desk.as_ref()?;
        desk.conversations.get(&id)?.kind.target_for(desk.owner.account)
    }
}

/// Whom a change is about.
fn subject(change: &RoomChange) -> Option<AccountId> {
    match change {
        RoomChange::Joined { account, .. }
        | RoomChange::Left { account }
        | RoomChange::Kicked { account }
        | RoomChange::Muted { account, .. }
        | RoomChange::Ranked { account, .. }
        | RoomChange::Carded { account, .. }
        | RoomChange::Owner { account } => Some(*account),
        RoomChange::Created { .. }
        | RoomChange::Renamed { .. }
        | RoomChange::Joining { .. }
        | RoomChange::AdminsOnly { .. }
        | RoomChange::Announced { .. }
        | RoomChange::Dissolved {}
        | RoomChange::Coloured { .. } => None,
    }
}
