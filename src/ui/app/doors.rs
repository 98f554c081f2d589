//! Finding rooms and coming into them: at once, let in by whoever decides, or by an invitation.

use super::add::{Page, Results};
use super::contacts::Doing;
use super::create_room::Making;
use super::prompt::{About, Prompt};
use super::{Asked, Effect, Model};
use crate::client::{Answer, Failure, Intent};
use crate::domain::{
    AccountId, Door, Joining, NicknameError, Presence, RequestState, Room, RoomId, RoomRequest,
    Way, room_name,
};
use crate::net::protocol::{Command, Query, Reply};

/// Answered requests that are kept to be seen; the oldest goes first.
const ANSWERED_MAX: usize = 100;

/// What is kept of rooms besides the book.
#[derive(Debug, Clone, Default)]
pub struct Doors {
    /// The window that makes a room or invites into one, while it is open.
    pub making: Option<Making>,
    /// What became of requests since the sign-in, oldest first: the server keeps only those that wait.
    answered: Vec<RoomRequest>,
}

/// The page that finds rooms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoomSearch {
    /// What was searched for last.
    pub text: String,
    /// What came of it.
    pub results: Results<Room>,
    /// A request to come in that is being written.
    pub knock: Option<Knock>,
}

/// A request to come into a room that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Knock {
    /// Which room.
    pub room: Room,
    /// Why it was not taken.
    pub error: Option<Failure>,
    /// It is on its way.
    pub busy: bool,
}

/// What can be done with a room that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// One is in it: write.
    Open,
    /// One was invited: come in.
    Accept,
    /// Asked already.
    Waiting,
    /// Come in at once.
    Join,
    /// Ask to be let in.
    Ask,
    /// Only who is invited comes in.
    Closed,
}

/// A room that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomCard {
    /// Which; as it is now, where one is in it.
    pub room: Room,
    /// What can be done.
    pub entry: Entry,
}

/// A request about a room, on the page of requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRow {
    /// What.
    pub request: RoomRequest,
    /// Whether this person answers it or waits for the answer.
    pub way: Way,
    /// Whose face stands for it; that of the other side.
    pub who: AccountId,
    /// Whose name.
    pub name: String,
    /// How that person is seen.
    pub presence: Option<Presence>,
    /// It waits for an answer.
    pub is_open: bool,
}

/// About finding rooms and coming into them.
#[derive(Debug, Clone)]
pub enum DoorMsg {
    /// The button, or Enter.
    Search(String),
    /// The list was scrolled to its end.
    More,
    /// "Clear".
    Clear,
    /// "Join" or "Ask to join", as the room has it.
    Enter(RoomId),
    /// The request to come in was written.
    Knock(String),
    /// It was not written.
    Leave,
    /// Something was typed.
    Typed,
    /// Whether one comes, to an invitation.
    AnswerInvitation(RoomId, bool),
    /// Yes to somebody who asks.
    LetIn(RoomId, AccountId),
    /// No to somebody who asks, with a reason.
    TurnAway(RoomId, AccountId),
    /// One's own request is taken back.
    Withdraw(RoomId),
}

/// What a ticket about rooms was for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DoorAsked {
    /// Rooms for these words, so many passed over.
    Found(String, u32),
    /// To come in.
    Enter(RoomId, String),
    /// The same, with words.
    Knock(RoomId, String),
    /// A new room of this name.
    Make(String),
    /// Somebody into a room.
    Invite(RoomId, AccountId),
    /// Who is in a room.
    Members(RoomId),
}

impl Model {
    pub(super) fn door(&mut self, msg: DoorMsg, out: &mut Vec<Effect>) {
        match msg {
            DoorMsg::Search(text) => self.search_rooms(&text, out),
            DoorMsg::More => self.more_rooms(out),
            DoorMsg::Enter(room) => self.enter_room(room, out),
            DoorMsg::Knock(greeting) => self.knock(greeting, out),
            DoorMsg::AnswerInvitation(room, accept) => self.answer_invitation(room, accept, out),
            DoorMsg::LetIn(room, account) => {
                let reason = String::new();
                let command = Command::AnswerJoin { room, account, accept: true, reason };
                self.do_it(Doing::Quiet, command, out);
            }
            DoorMsg::TurnAway(room, account) => {
                self.prompt = Some(Prompt::new(About::TurnAway(room, account), String::new()));
            }
            DoorMsg::Withdraw(room) => {
                self.do_it(Doing::Quiet, Command::WithdrawJoin { room }, out);
            }
            DoorMsg::Clear | DoorMsg::Leave | DoorMsg::Typed => {
                let Some(search) = self.add.as_mut().map(|add| &mut add.rooms) else { return };
                match (msg, &mut search.knock) {
                    (DoorMsg::Clear, _) => *search = RoomSearch::default(),
                    (DoorMsg::Leave, knock) => *knock = None,
                    (_, Some(knock)) => knock.error = None,
                    (_, None) => {}
                }
            }
        }
    }

    fn search_rooms(&mut self, text: &str, out: &mut Vec<Effect>) {
        let add = self.add.get_or_insert_default();
        add.page = Page::Rooms;
        let search = &mut add.rooms;
        text.trim().clone_into(&mut search.text);
        search.results = match room_name(&search.text) {
            Err(NicknameError::Empty) => Results::None,
            // No name is so long.
            Err(NicknameError::TooLong) => {
                Results::Found { found: Vec::new(), more: false, asked: false }
            }
            _ => Results::Asked,
        };
        if search.results == Results::Asked {
            self.ask_rooms(0, out);
        }
    }

    fn more_rooms(&mut self, out: &mut Vec<Effect>) {
        let results = self.add.as_mut().map(|add| &mut add.rooms.results);
        if let Some(Results::Found { found, more: true, asked: asked @ false }) = results {
            *asked = true;
            let skip = u32::try_from(found.len()).unwrap_or(u32::MAX);
            self.ask_rooms(skip, out);
        }
    }

    fn ask_rooms(&mut self, skip: u32, out: &mut Vec<Effect>) {
        let Some(add) = &self.add else { return };
        let text = add.rooms.text.clone();
        let asked = Asked::Door(DoorAsked::Found(text.clone(), skip));
        let query = Query::FindRooms { text, skip };
        self.ask(asked, |ticket| Intent::Look { ticket, query }, out);
    }

    /// The server answered something about rooms.
    pub(super) fn door_answered(
        &mut self,
        asked: DoorAsked,
        result: Result<Answer, Failure>,
        out: &mut Vec<Effect>,
    ) {
        match asked {
            DoorAsked::Found(text, skip) => self.rooms_found(&text, skip, result),
            DoorAsked::Enter(room, name) => match result {
                Ok(_) => self.say_entered(room, name, out),
                Err(failure) => out.push(Effect::Say(failure)),
            },
            DoorAsked::Knock(room, name) => self.knock_answered(room, name, result.err(), out),
            DoorAsked::Make(name) => self.room_made(&name, result, out),
            DoorAsked::Invite(room, account) => self.invited((room, account), result.err(), out),
            DoorAsked::Members(room) => self.members_came(room, result, out),
        }
    }

    fn rooms_found(&mut self, text: &str, skip: u32, result: Result<Answer, Failure>) {
        let Some(search) = self.add.as_mut().map(|add| &mut add.rooms) else { return };
        if search.text != text {
            return;
        }
        match result {
            Ok(Answer::Looked(Reply::FoundRooms { rooms, more })) => {
                let mut found = match std::mem::take(&mut search.results) {
                    Results::Found { found, .. } if skip > 0 => found,
                    _ => Vec::new(),
                };
                found.extend(rooms);
                search.results = Results::Found { found, more, asked: false };
            }
            Ok(_) => {}
            Err(failure) => search.results = Results::Failed(failure),
        }
    }

    /// A press on a room's card.
    fn enter_room(&mut self, number: RoomId, out: &mut Vec<Effect>) {
        let Some(search) = self.add.as_ref().map(|add| &add.rooms) else { return };
        let Results::Found { found, .. } = &search.results else { return };
        let Some(room) = found.iter().find(|room| room.room == number).cloned() else { return };
        match self.entry(&room) {
            Entry::Join => {
                let asked = DoorAsked::Enter(number, room.name);
                let command = Command::JoinRoom { room: number, greeting: String::new() };
                self.ask_once(asked, command, out);
            }
            Entry::Ask => {
                if let Some(add) = &mut self.add {
                    add.rooms.knock = Some(Knock { room, error: None, busy: false });
                }
            }
            Entry::Accept => self.answer_invitation(number, true, out),
            Entry::Open | Entry::Waiting | Entry::Closed => {}
        }
    }

    fn knock(&mut self, greeting: String, out: &mut Vec<Effect>) {
        let knock = self.add.as_mut().and_then(|add| add.rooms.knock.as_mut());
        if let Some(knock) = knock.filter(|knock| !knock.busy) {
            (knock.busy, knock.error) = (true, None);
            let asked = DoorAsked::Knock(knock.room.room, knock.room.name.clone());
            let command = Command::JoinRoom { room: knock.room.room, greeting };
            self.ask_once(asked, command, out);
        }
    }

    fn knock_answered(
        &mut self,
        room: RoomId,
        name: String,
        failure: Option<Failure>,
        out: &mut Vec<Effect>,
    ) {
        let knock = self.add.as_mut().map(|add| &mut add.rooms.knock);
        let knock = knock.filter(|knock| knock.as_ref().is_some_and(|one| one.room.room == room));
        match (failure, knock) {
            (Some(failure), Some(Some(knock))) => {
                (knock.busy, knock.error) = (false, Some(failure));
            }
            // Its window was closed meanwhile.
            (Some(failure), _) => out.push(Effect::Say(failure)),
            (None, knock) => {
                if let Some(knock) = knock {
                    *knock = None;
                }
                self.say_entered(room, name, out);
            }
        }
    }

    /// One is in the room now, or waits to be let in.
    fn say_entered(&self, room: RoomId, name: String, out: &mut Vec<Effect>) {
        let is_inside = self.people.book().rooms.contains_key(&room);
        let key = if is_inside { "door.joined" } else { "door.asked" };
        out.push(Effect::TellOf(key, name));
    }

    fn answer_invitation(&mut self, room: RoomId, accept: bool, out: &mut Vec<Effect>) {
        let command = Command::AnswerInvitation { room, accept };
        if !accept {
            return self.do_it(Doing::Quiet, command, out);
        }
        let invitation = self.my_request(room, Door::Invited);
        let name = invitation.map_or(room.to_string(), |invitation| invitation.name.clone());
        self.ask_once(DoorAsked::Enter(room, name), command, out);
    }

    /// Asks the server unless the answer to the same is on its way.
    pub(super) fn ask_once(&mut self, asked: DoorAsked, command: Command, out: &mut Vec<Effect>) {
        let asked = Asked::Door(asked);
        if !self.asked.values().any(|other| *other == asked) {
            self.ask(asked, |ticket| Intent::Do { ticket, command }, out);
        }
    }

    /// The rooms that were found, as cards.
    #[must_use]
    pub fn room_cards(&self) -> Vec<RoomCard> {
        let Some(Results::Found { found, .. }) = self.add.as_ref().map(|add| &add.rooms.results)
        else {
            return Vec::new();
        };
        let own = &self.people.book().rooms;
        let now = |room: &Room| own.get(&room.room).map_or(room, |own| &own.room).clone();
        found.iter().map(|room| RoomCard { room: now(room), entry: self.entry(room) }).collect()
    }

    /// What can be done with a room.
    fn entry(&self, room: &Room) -> Entry {
        match room.joining {
            _ if self.people.book().rooms.contains_key(&room.room) => Entry::Open,
            _ if self.my_request(room.room, Door::Invited).is_some() => Entry::Accept,
            _ if self.my_request(room.room, Door::Asks).is_some() => Entry::Waiting,
            Joining::Open => Entry::Join,
            Joining::Approval => Entry::Ask,
            Joining::Closed => Entry::Closed,
        }
    }

    /// What waits between this person and a room.
    fn my_request(&self, room: RoomId, door: Door) -> Option<&RoomRequest> {
        let request = self.people.book().room_requests.get(&(room, self.my_account()?, door))?;
        (!request.is_expired(self.server_ms())).then_some(request)
    }

    /// A request was made, or somebody answered one: what became of it stays in sight. An answer of
    /// others to one's own is said as well.
    pub(super) fn room_request_told(&mut self, request: &RoomRequest, out: &mut Vec<Effect>) {
        let me = self.my_account();
        if request.door == Door::Asks && Some(request.account) == me && request.answered_by != me {
            let name = request.name.clone();
            match request.state {
                RequestState::Accepted => out.push(Effect::TellOf("door.joined", name)),
                RequestState::Declined => out.push(Effect::TellOf("door.declined", name)),
                RequestState::Pending | RequestState::Ignored => {}
            }
        }
        let answered = &mut self.doors.answered;
        answered.retain(|other| other.key() != request.key());
        if request.state != RequestState::Pending {
            answered.push(request.clone());
            let over = answered.len().saturating_sub(ANSWERED_MAX);
            answered.drain(..over);
        }
    }

    /// What became of requests is out of sight.
    pub(super) fn forget_answered(&mut self) {
        self.doors.answered.clear();
    }

    /// Requests about rooms that wait for this person: invitations, and who asks to be let in.
    #[must_use]
    pub fn open_room_requests(&self) -> u64 {
        let rows = self.room_rows();
        rows.iter().filter(|row| row.way == Way::In && row.is_open).count() as u64
    }

    /// All requests about rooms, those that were answered last.
    #[must_use]
    pub fn room_rows(&self) -> Vec<RoomRow> {
        let now = self.server_ms();
        let me = self.my_account();
        let waiting = self.people.book().room_requests.values();
        // Nobody but the server takes those of others off the list when their time is over.
        let waiting = waiting.filter(|one| Some(one.account) == me || !one.is_expired(now));
        waiting.chain(&self.doors.answered).map(|request| self.room_row(request)).collect()
    }

    fn room_row(&self, request: &RoomRequest) -> RoomRow {
        let is_mine = Some(request.account) == self.my_account();
        let (way, who) = match (request.door, is_mine) {
            (Door::Asks, false) => (Way::In, request.account),
            (Door::Invited, true) => (Way::In, request.by),
            (Door::Asks, true) | (Door::Invited, false) => (Way::Out, request.account),
        };
        let is_pending = request.state == RequestState::Pending;
        RoomRow {
            request: request.clone(),
            way,
            who,
            name: self.people.name(who),
            presence: self.people.presence(who),
            is_open: is_pending && !request.is_expired(self.server_ms()),
        }
    }
}
