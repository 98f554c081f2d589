//! Questions that the server has not answered, and what follows when it does not say yes.

use super::history::{Find, Reading};
use super::{State, Turn};
use crate::client::api::{Answer, Failure, Ticket, TransferId, View};
use crate::domain::game::GameId;
use crate::domain::{BlobId, ConversationId, Nonce, Person, Presence, RoomId, Seq};
use crate::net::protocol::{ClientFrame, Command, Query, Refusal, RequestId};

/// A question that the server has not answered.
#[derive(Debug)]
pub(super) enum Request {
    Auth,
    Send(Nonce),
    Read(ConversationId, Seq),
    Delivered(ConversationId, Seq),
    SignOut(Ticket),
    Heads,
    Tail(ConversationId),
    Find(Find),
    Page(Reading),
    People,
    Contacts,
    Requests,
    Rooms,
    RoomRequests,
    Choices,
    Room(RoomId),
    Proof,
    Do(Ticket),
    Look(Ticket),
    Search(Ticket),
    Days(Ticket),
    Blob(BlobId, View),
    Part,
    Online(Ticket, Vec<(Person, Presence)>),
    Ping,
    Barrier(Ticket),
    /// What opens a link for this transfer.
    Ticket(TransferId),
    /// What became of files of a conversation.
    Files(ConversationId, Vec<Seq>),
    /// What the server had to be told of this transfer.
    Owed(TransferId),
    /// How games of a conversation stand.
    Games(ConversationId, Vec<Seq>),
    OwnGames,
    GameLog(GameId),
    /// What the rules of a game want and nobody chooses.
    Duty(GameId),
}

impl State {
    pub(super) fn request(&mut self, turn: &Turn<'_>, request: Request) -> RequestId {
        let id = self.next();
        self.requests.insert(id, (turn.uptime(), request));
        id
    }

    pub(super) fn command(&mut self, turn: &mut Turn<'_>, command: Command, request: Request) {
        let id = self.request(turn, request);
        turn.write(ClientFrame::Command { id, command });
    }

    pub(super) fn query(&mut self, turn: &mut Turn<'_>, query: Query, request: Request) {
        let id = self.request(turn, request);
        turn.write(ClientFrame::Query { id, query });
    }

    pub(super) fn on_done(&mut self, turn: &mut Turn<'_>, id: RequestId) {
        match self.requests.get(&id) {
            // A send is acknowledged by its own message and by nothing else.
            None | Some((_, Request::Send(_))) => return,
            Some(_) => {}
        }
        match self.requests.remove(&id) {
            Some((_, Request::Read(conversation, seq))) => self.on_read(turn, conversation, seq),
            Some((_, Request::Delivered(conversation, seq))) => {
                self.on_delivered(turn, conversation, seq);
            }
            Some((_, Request::Do(ticket))) => turn.answer(ticket, Ok(Answer::Done)),
            Some((_, Request::Part)) => self.on_part(turn),
            Some((_, Request::Owed(id))) => self.on_owed(turn, id),
            Some((_, Request::SignOut(ticket))) => {
                self.signed_out_by_wish(turn, ticket);
                // The server closes this link: whoever signs in next gets a fresh one.
                self.rest(turn);
            }
            _ => {}
        }
    }

    pub(super) fn on_refused(&mut self, turn: &mut Turn<'_>, request: &Request, refusal: Refusal) {
        match request {
            Request::Auth => self.on_auth_refused(turn, refusal),
            Request::Send(nonce) => self.on_send_refused(turn, *nonce, refusal),
            Request::Read(conversation, seq) => {
                self.on_read_refused(turn, *conversation, *seq, &refusal);
            }
            Request::Heads => self.on_heads_refused(turn, &refusal),
            Request::Tail(conversation) => self.on_tail_refused(turn, *conversation, &refusal),
            Request::Find(find) => turn.answer(find.ticket(), Err(Failure::Refused(refusal))),
            Request::Page(reading) => turn.answer(reading.ticket, Err(Failure::Refused(refusal))),
            Request::SignOut(ticket)
            | Request::Online(ticket, _)
            | Request::Do(ticket)
            | Request::Look(ticket)
            | Request::Search(ticket)
            | Request::Days(ticket)
            | Request::Barrier(ticket) => {
                turn.answer(*ticket, Err(Failure::Refused(refusal)));
            }
            Request::Proof => self.fail_proof(turn, Failure::Refused(refusal)),
            Request::Contacts
            | Request::Requests
            | Request::Rooms
            | Request::RoomRequests
            | Request::Choices => self.on_book_refused(turn, &refusal),
            Request::Room(room) => self.on_room_refused(*room),
            Request::Blob(blob, view) => self.picture_is_missing(turn, (*blob, *view)),
            Request::Part => self.on_part_refused(turn, refusal),
            Request::People => self.on_people_refused(),
            Request::Ticket(id) => self.on_ticket_refused(turn, *id, &refusal),
            Request::Files(conversation, seqs) => {
                self.on_files_refused(turn, *conversation, seqs, &refusal);
            }
            Request::Owed(id) => self.on_owed_refused(turn, *id, &refusal),
            Request::Games(conversation, seqs) => {
                self.on_games_refused(turn, (*conversation, seqs), &refusal);
            }
            Request::OwnGames => self.on_own_games_refused(turn, &refusal),
            Request::GameLog(game) => self.on_game_log_refused(turn, *game, &refusal),
            Request::Duty(game) => self.on_duty_refused(turn, *game, &refusal),
            Request::Delivered(..) | Request::Ping => {}
        }
    }

    /// The link ended: answers what waited for it. What is durable waits for the next one.
    pub(super) fn drop_requests(&mut self, turn: &mut Turn<'_>, why: &Failure) {
        for (_, (_, request)) in std::mem::take(&mut self.requests) {
            match request {
                Request::Online(ticket, _)
                | Request::Do(ticket)
                | Request::Look(ticket)
                | Request::Search(ticket)
                | Request::Days(ticket)
                | Request::Barrier(ticket) => turn.answer(ticket, Err(why.clone())),
                Request::SignOut(ticket) => self.signed_out_by_wish(turn, ticket),
                Request::Find(find) => turn.answer(find.ticket(), Err(why.clone())),
                Request::Page(reading) => turn.answer(reading.ticket, Err(why.clone())),
                Request::Auth
                | Request::Send(_)
                | Request::Read(..)
                | Request::Delivered(..)
                | Request::Heads
                | Request::Tail(_)
                | Request::People
                | Request::Contacts
                | Request::Requests
                | Request::Rooms
                | Request::RoomRequests
                | Request::Choices
                | Request::Room(_)
                | Request::Proof
                | Request::Part
                | Request::Ticket(_)
                | Request::Files(..)
                | Request::Owed(_)
                | Request::Games(..)
                | Request::OwnGames
                | Request::GameLog(_)
                | Request::Duty(_)
                | Request::Ping => {}
                Request::Blob(blob, view) => self.picture_is_missing(turn, (blob, view)),
            }
        }
        self.fail_proof(turn, why.clone());
        self.pictures.link_lost(turn, why);
        let Some(desk) = &mut self.desk else { return };
        desk.link_lost(turn, why);
        if let Some(leaving) = desk.leaving.take() {
            self.signed_out_by_wish(turn, leaving.ticket);
        }
    }
}
