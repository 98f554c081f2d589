//! Making a room, and inviting friends into one.

use std::collections::BTreeSet;

use super::chats::ChatMsg;
use super::doors::DoorAsked;
use super::search::Wanted;
use super::{Asked, Effect, Model};
use crate::client::{Answer, Failure, Intent};
use crate::domain::{
    AccountId, Joining, NicknameError, Portrait, Presence, ROOM_NAME_MAX, RoomId, Target, room_name,
};
use crate::limits::INVITED_AT_ONCE_MAX;
use crate::net::protocol::{Command, Query, Reason, Refusal, Reply};

/// The window that makes a room or invites into one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Making {
    /// The room that friends are invited into; a new one where there is none.
    pub room: Option<RoomId>,
    /// Who may come into a new room.
    pub joining: Joining,
    /// The colour of its tile.
    pub colour: u8,
    /// Which friends are looked for.
    pub filter: String,
    /// Who is invited.
    pub chosen: BTreeSet<AccountId>,
    /// Who is in the room already, as far as that is known.
    pub inside: BTreeSet<AccountId>,
    /// What is wrong.
    pub hindrance: Option<Hindrance>,
    /// It is on its way.
    pub busy: bool,
    /// What the new room is called that is on its way.
    name: String,
    /// Whose invitations are on their way.
    sent: BTreeSet<AccountId>,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hindrance {
    /// The name of the room.
    Name(Failure),
    /// More are chosen than can be invited at once.
    Most(usize),
    /// Somebody cannot be invited.
    Guest(AccountId, Failure),
    /// Anything else.
    Other(Failure),
}

/// A friend who may be invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// Who.
    pub account: AccountId,
    /// What one calls that friend.
    pub name: String,
    /// What stands for it.
    pub portrait: Portrait,
    /// How it is seen.
    pub presence: Option<Presence>,
    /// Is invited.
    pub is_chosen: bool,
    /// Is in the room already.
    pub is_inside: bool,
}

/// In the window.
#[derive(Debug, Clone)]
pub enum CreateRoomMsg {
    /// Opens it, for a new room.
    Open,
    /// Opens it, to invite friends into this room.
    Invite(RoomId),
    /// Its cross, Esc or "Cancel".
    Close,
    /// Which friends are looked for.
    Filter(String),
    /// A friend is chosen, or no more.
    Toggle(AccountId),
    /// Who may come in.
    Joining(Joining),
    /// The colour of its tile.
    Colour(u8),
    /// The name was changed.
    Typed,
    /// The button, or Enter; with the name of a new room.
    Submit(String),
}

impl Model {
    pub(super) fn create_room(&mut self, msg: CreateRoomMsg, out: &mut Vec<Effect>) {
        match msg {
            CreateRoomMsg::Open => self.doors.making = Some(Making::default()),
            CreateRoomMsg::Invite(room) => {
                self.doors.making = Some(Making { room: Some(room), ..Making::default() });
                self.ask_members(room, AccountId(0), out);
            }
            CreateRoomMsg::Close => self.doors.making = None,
            CreateRoomMsg::Submit(name) => self.submit_room(&name, out),
            other => {
                if let Some(making) = self.doors.making.as_mut().filter(|making| !making.busy) {
                    making.change(other);
                }
            }
        }
    }

    fn submit_room(&mut self, name: &str, out: &mut Vec<Effect>) {
        let Some(making) = self.doors.making.as_mut().filter(|making| !making.busy) else { return };
        making.hindrance = None;
        let Some(room) = making.room else {
            let name = match room_name(name) {
                Ok(name) => name,
                Err(error) => {
                    making.hindrance = Some(Hindrance::Name(name_failure(error)));
                    return;
                }
            };
            (making.busy, making.name) = (true, name.clone());
            let invite = making.chosen.iter().copied().collect();
            let (joining, colour) = (making.joining, Some(making.colour));
            let asked = Asked::Door(DoorAsked::Make(name.clone()));
            let command = Command::CreateRoom { name, joining, invite, colour };
            return self.ask(asked, |ticket| Intent::Do { ticket, command }, out);
        };
        making.busy = !making.chosen.is_empty();
        making.sent.clone_from(&making.chosen);
        for account in making.chosen.clone() {
            let command = Command::InviteToRoom { room, account };
            self.ask_once(DoorAsked::Invite(room, account), command, out);
        }
    }

    /// The room was made or not.
    pub(super) fn room_made(
        &mut self,
        name: &str,
        result: Result<Answer, Failure>,
        out: &mut Vec<Effect>,
    ) {
        let making = self.doors.making.as_mut().filter(|making| making.busy && making.name == name);
        match (result, making) {
            (Ok(Answer::Looked(Reply::Room { room, .. })), Some(_)) => {
                self.doors.making = None;
                self.chat(Target::Room(room.room), ChatMsg::Open, out);
            }
            // Its window was closed meanwhile: the room stands among the others.
            (Ok(_), None) => {}
            (Ok(_), Some(_)) => self.doors.making = None,
            (Err(failure), Some(making)) => {
                making.busy = false;
                making.hindrance = Some(match is_about_name(&failure) {
                    true => Hindrance::Name(failure),
                    false => Hindrance::Other(failure),
                });
            }
            (Err(failure), None) => out.push(Effect::Say(failure)),
        }
    }

    /// An invitation was taken or not. Who is invited already, or in the room, is as one wanted.
    pub(super) fn invited(
        &mut self,
        (room, account): (RoomId, AccountId),
        failure: Option<Failure>,
        out: &mut Vec<Effect>,
    ) {
        let making = self.doors.making.as_mut().filter(|making| making.room == Some(room));
        let Some(making) = making.filter(|making| making.sent.contains(&account)) else {
            return out.extend(failure.map(Effect::Say));
        };
        making.sent.remove(&account);
        match failure.filter(|failure| !is_settled(failure)) {
            Some(failure) => making.hindrance = Some(Hindrance::Guest(account, failure)),
            None => drop(making.chosen.remove(&account)),
        }
        if making.sent.is_empty() {
            making.busy = false;
            if making.hindrance.is_none() {
                self.doors.making = None;
                out.push(Effect::Tell("door.invited"));
            }
        }
    }

    fn ask_members(&mut self, room: RoomId, after: AccountId, out: &mut Vec<Effect>) {
        let asked = Asked::Door(DoorAsked::Members(room));
        let query = Query::Members { room, after };
        self.ask(asked, |ticket| Intent::Look { ticket, query }, out);
    }

    /// A page of who is in the room that friends are invited into.
    pub(super) fn members_came(
        &mut self,
        room: RoomId,
        result: Result<Answer, Failure>,
        out: &mut Vec<Effect>,
    ) {
        let making = self.doors.making.as_mut().filter(|making| making.room == Some(room));
        let Some(making) = making else { return };
        // Without the list everybody can be chosen, and the server knows.
        let Ok(Answer::Looked(Reply::Members { members, more })) = result else { return };
        let last = members.last().map(|member| member.account);
        for member in members {
            making.chosen.remove(&member.account);
            making.inside.insert(member.account);
        }
        if let Some(last) = last.filter(|_| more) {
            self.ask_members(room, last, out);
        }
    }

    /// The friends who may be invited and are looked for: those that are there first, then by name.
    #[must_use]
    pub fn guests(&self) -> Vec<Guest> {
        let Some(making) = &self.doors.making else { return Vec::new() };
        let wanted = Wanted::new(&making.filter);
        let fits = |account: AccountId| {
            let Some(wanted) = &wanted else { return true };
            let nickname = self.people.nickname(account);
            let remark = self.people.book().remark(account).and_then(|remark| wanted.fit(remark));
            remark.or(wanted.fit(&nickname)).or(wanted.fit_number(account.0)).is_some()
        };
        let contacts = self.people.book().contacts.values();
        let friends = contacts.filter(|contact| contact.friend && fits(contact.account));
        let mut guests: Vec<Guest> = friends
            .map(|contact| Guest {
                account: contact.account,
                name: self.people.name(contact.account),
                portrait: self.people.portrait(contact.account),
                presence: self.people.presence(contact.account),
                is_chosen: making.chosen.contains(&contact.account),
                is_inside: making.inside.contains(&contact.account),
            })
            .collect();
        guests.sort_by_cached_key(|guest| {
            let is_there = guest.presence.is_some_and(|presence| presence != Presence::Offline);
            (guest.is_inside, !is_there, guest.name.to_lowercase(), guest.account)
        });
        guests
    }
}

impl Making {
    fn change(&mut self, msg: CreateRoomMsg) {
        match msg {
            CreateRoomMsg::Filter(text) => self.filter = text,
            CreateRoomMsg::Joining(joining) => self.joining = joining,
            CreateRoomMsg::Colour(colour) => self.colour = colour,
            CreateRoomMsg::Typed if matches!(self.hindrance, Some(Hindrance::Name(_))) => {
                self.hindrance = None;
            }
            CreateRoomMsg::Toggle(account) if !self.inside.contains(&account) => {
                self.hindrance = self.hindrance.take().filter(|h| matches!(h, Hindrance::Name(_)));
                if self.chosen.remove(&account) {
                } else if self.chosen.len() < INVITED_AT_ONCE_MAX {
                    self.chosen.insert(account);
                } else {
                    self.hindrance = Some(Hindrance::Most(INVITED_AT_ONCE_MAX));
                }
            }
            _ => {}
        }
    }
}

fn name_failure(error: NicknameError) -> Failure {
    Failure::Refused(match error {
        NicknameError::Empty => Reason::WordsEmpty.into(),
        NicknameError::TooLong => Refusal::limit(Reason::WordsTooLong, ROOM_NAME_MAX as u64),
        NicknameError::Character | NicknameError::Number | NicknameError::Reserved => {
            Reason::WordsCharacter.into()
        }
    })
}

fn is_about_name(failure: &Failure) -> bool {
    let reasons = [Reason::WordsEmpty, Reason::WordsTooLong, Reason::WordsCharacter];
    matches!(failure, Failure::Refused(refusal) if reasons.contains(&refusal.reason))
}

fn is_settled(failure: &Failure) -> bool {
    let reasons = [Reason::AlreadyMember, Reason::AlreadyAsked];
    matches!(failure, Failure::Refused(refusal) if reasons.contains(&refusal.reason))
}
