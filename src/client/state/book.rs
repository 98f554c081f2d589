//! The account's book: kept here, told by notices, fetched whole where a notice is missing.
//!
//! The notices log brings every change in order. While each one follows the last that the book
//! holds, it is applied; where one is missing, such as on a new device or behind a long absence, the
//! whole book is asked for, and what came meanwhile is applied to that.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::desk::Heads;
use super::{Request, State, Turn};
use crate::client::api::ClientEvent;
use crate::domain::{
    AccountId, Body, Book, Choice, Contact, ContactRequest, ConversationKind, Group, Message,
    Notice, OwnRoom, Privacy, Room, RoomId, RoomRequest, Seq, Target, Way,
};
use crate::net::protocol::{Query, Refusal};
use crate::store::local::Write;

/// The book, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    pub(super) book: Arc<Book>,
    /// The notices up to here are in it; `None` while nothing is known.
    as_of: Option<Seq>,
    fetching: Option<Fetching>,
    /// It changed in this turn.
    touched: bool,
    /// The last version of each room that a line or a head told of.
    seen: BTreeMap<RoomId, u64>,
    /// The room that is asked for.
    asking: Option<RoomId>,
}

/// The whole book on its way, in pages.
#[derive(Debug, Default)]
struct Fetching {
    /// All pages must be of one moment.
    as_of: Option<Seq>,
    book: Book,
    /// Notices that came meanwhile.
    meanwhile: BTreeMap<Seq, Notice>,
}

impl Shelf {
    pub(super) fn load(&mut self, kept: Option<(Seq, Arc<Book>)>) {
        if let Some((as_of, book)) = kept
            && self.as_of.is_none()
        {
            (self.as_of, self.book) = (Some(as_of), book);
        }
    }

    /// The pages that were on their way are not any more.
    pub(super) fn link_lost(&mut self) {
        self.fetching = None;
        self.asking = None;
    }

    pub(super) fn is_known(&self) -> bool {
        self.as_of.is_some()
    }

    /// It is to be kept.
    pub(super) fn touch(&mut self) {
        self.touched = true;
    }

    /// A room has this version by now.
    pub(super) fn saw(&mut self, room: RoomId, version: u64) {
        let seen = self.seen.entry(room).or_default();
        *seen = version.max(*seen);
    }

    pub(super) fn version_of(&self, room: RoomId) -> Option<u64> {
        self.book.rooms.get(&room).map(|own| own.room.version)
    }

    /// A room that is known in an older version than the last; it is being asked for from now on.
    pub(super) fn next_stale(&mut self) -> Option<RoomId> {
        if self.asking.is_some() || self.fetching.is_some() {
            return None;
        }
        let seen = |room: &RoomId| self.seen.get(room).copied().unwrap_or_default();
        let rooms = self.book.rooms.iter();
        let mut stale = rooms.filter(|(room, own)| own.room.version < seen(room));
        self.asking = stale.next().map(|(room, _)| *room);
        self.asking
    }

    /// The room that was asked for; whether it is news.
    pub(super) fn take_room(&mut self, room: Room) -> bool {
        self.give_up(room.room);
        let known = self.version_of(room.room);
        if known.is_none_or(|known| known >= room.version) {
            return false;
        }
        if let Some(own) = Arc::make_mut(&mut self.book).rooms.get_mut(&room.room) {
            own.room = room;
        }
        true
    }

    /// It is not asked for again before more is told of it.
    pub(super) fn give_up(&mut self, room: RoomId) {
        self.asking = None;
        self.seen.remove(&room);
    }
}

impl State {
    /// A notice took its place in the log.
    pub(super) fn on_notice(&mut self, turn: &mut Turn<'_>, message: &Message) {
        let (Body::Notice(notice), Some(desk)) = (&message.body, &mut self.desk) else { return };
        let shelf = &mut desk.shelf;
        if let Some(fetching) = &mut shelf.fetching {
            fetching.meanwhile.insert(message.seq, (**notice).clone());
        }
        if shelf.as_of.map(Seq::next) != Some(message.seq) {
            return;
        }
        shelf.as_of = Some(message.seq);
        shelf.touched = true;
        Arc::make_mut(&mut shelf.book).apply(notice);
        if let Notice::Contact(contact) = &**notice {
            desk.people.refresh(contact.account);
        }
        if let Notice::Request(request) = &**notice {
            desk.people.refresh(request.peer);
        }
        if let Notice::RoomRequest(request) = &**notice {
            desk.people.refresh(request.account);
            desk.people.refresh(request.by);
        }
        turn.emit(ClientEvent::Notice(notice.clone()));
    }

    /// Asks for the whole book where it is behind the notices that were emitted.
    pub(super) fn pump_book(&mut self, turn: &mut Turn<'_>) {
        let Some(desk) = &mut self.desk else { return };
        let is_early = !desk.loaded || desk.heads != Heads::Done || desk.paused_until.is_some();
        if is_early || desk.shelf.fetching.is_some() {
            return;
        }
        let kind = ConversationKind::Notices { account: desk.owner.account };
        let log = desk.conversations.iter_mut().find(|(_, log)| log.kind == kind);
        let Some((id, log)) = log else { return };
        if desk.behind.contains(id) || log.asked.tail {
            return;
        }
        let emitted = log.settle();
        if desk.shelf.as_of.is_some_and(|as_of| as_of >= emitted) {
            return;
        }
        desk.shelf.fetching = Some(Fetching::default());
        self.query(turn, Query::Contacts { after: AccountId(0) }, Request::Contacts);
    }

    pub(super) fn on_contacts(
        &mut self,
        turn: &mut Turn<'_>,
        as_of: Seq,
        (groups, privacy): (Vec<Group>, Privacy),
        contacts: Vec<Contact>,
        more: bool,
    ) {
        let Some(fetching) = self.fetching(as_of) else { return };
        (fetching.book.groups, fetching.book.privacy) = (groups, privacy);
        let last = contacts.last().map(|contact| contact.account);
        fetching.book.contacts.extend(contacts.into_iter().map(|c| (c.account, c)));
        match last.filter(|_| more) {
            Some(after) => self.query(turn, Query::Contacts { after }, Request::Contacts),
            None => self.query(turn, Query::Requests { after: None }, Request::Requests),
        }
    }

    pub(super) fn on_requests(
        &mut self,
        turn: &mut Turn<'_>,
        as_of: Seq,
        requests: Vec<ContactRequest>,
        more: bool,
    ) {
        let Some(fetching) = self.fetching(as_of) else { return };
        let key = |request: &ContactRequest| -> (AccountId, Way) { (request.peer, request.way) };
        let last = requests.last().map(key);
        fetching.book.requests.extend(requests.into_iter().map(|r| (key(&r), r)));
        if more && last.is_some() {
            return self.query(turn, Query::Requests { after: last }, Request::Requests);
        }
        self.query(turn, Query::Rooms { after: RoomId(0) }, Request::Rooms);
    }

    pub(super) fn on_rooms(
        &mut self,
        turn: &mut Turn<'_>,
        as_of: Seq,
        rooms: Vec<OwnRoom>,
        more: bool,
    ) {
        let Some(fetching) = self.fetching(as_of) else { return };
        let last = rooms.last().map(|own| own.room.room);
        fetching.book.rooms.extend(rooms.into_iter().map(|own| (own.room.room, own)));
        match last.filter(|_| more) {
            Some(after) => self.query(turn, Query::Rooms { after }, Request::Rooms),
            None => self.query(turn, Query::RoomRequests { after: None }, Request::RoomRequests),
        }
    }

    pub(super) fn on_room_requests(
        &mut self,
        turn: &mut Turn<'_>,
        as_of: Seq,
        requests: Vec<RoomRequest>,
        more: bool,
    ) {
        let Some(fetching) = self.fetching(as_of) else { return };
        let last = requests.last().map(RoomRequest::key);
        fetching.book.room_requests.extend(requests.into_iter().map(|r| (r.key(), r)));
        if more && last.is_some() {
            return self.query(turn, Query::RoomRequests { after: last }, Request::RoomRequests);
        }
        self.query(turn, Query::Choices { after: None }, Request::Choices);
    }

    pub(super) fn on_choices(
        &mut self,
        turn: &mut Turn<'_>,
        as_of: Seq,
        choices: Vec<(Target, Choice)>,
        more: bool,
    ) {
        let Some(fetching) = self.fetching(as_of) else { return };
        let last = choices.last().map(|(with, _)| *with);
        fetching.book.choices.extend(choices);
        if more && last.is_some() {
            return self.query(turn, Query::Choices { after: last }, Request::Choices);
        }
        self.on_whole_book(turn, as_of);
    }

    fn on_whole_book(&mut self, turn: &mut Turn<'_>, mut as_of: Seq) {
        let Some(desk) = &mut self.desk else { return };
        let Some(Fetching { mut book, meanwhile, .. }) = desk.shelf.fetching.take() else { return };
        for (seq, notice) in meanwhile {
            if seq == as_of.next() {
                book.apply(&notice);
                as_of = seq;
            }
        }
        // Lines that came meanwhile may have told more of a room than its page.
        for (room, own) in &desk.shelf.book.rooms {
            if let Some(fresh) = book.rooms.get_mut(room)
                && fresh.room.version < own.room.version
            {
                fresh.room.clone_from(&own.room);
            }
        }
        desk.shelf.as_of = Some(as_of);
        desk.shelf.book = Arc::new(book);
        desk.shelf.touched = true;
        self.tell_book(turn);
    }

    /// The pages that come, if this one is of the same moment as those before it; else they begin
    /// anew.
    fn fetching(&mut self, as_of: Seq) -> Option<&mut Fetching> {
        let shelf = &mut self.desk.as_mut()?.shelf;
        let fetching = shelf.fetching.as_mut()?;
        if *fetching.as_of.get_or_insert(as_of) != as_of {
            shelf.fetching = None;
            return None;
        }
        shelf.fetching.as_mut()
    }

    pub(super) fn on_book_refused(&mut self, turn: &Turn<'_>, refusal: &Refusal) {
        let Some(desk) = &mut self.desk else { return };
        desk.shelf.fetching = None;
        desk.paused_until = Some(turn.uptime() + super::sync::pause(refusal));
    }

    /// The whole book, to the person; everybody in it matters.
    pub(super) fn tell_book(&mut self, turn: &mut Turn<'_>) {
        self.refresh_book();
        if let Some(desk) = &self.desk {
            turn.emit(ClientEvent::Book(desk.shelf.book.clone()));
        }
    }

    /// Whoever changed while there was no link is asked for anew.
    pub(super) fn refresh_book(&mut self) {
        let Some(desk) = &mut self.desk else { return };
        let book = desk.shelf.book.clone();
        let peers = book.requests.keys().map(|(peer, _)| *peer);
        let waiting = book.room_requests.values().flat_map(|of| [of.account, of.by]);
        for account in book.contacts.keys().copied().chain(peers).chain(waiting) {
            desk.people.refresh(account);
        }
    }

    /// The write that keeps it, where it changed.
    pub(super) fn keep_book(&mut self, turn: &mut Turn<'_>) {
        let Some(desk) = &mut self.desk else { return };
        if let (true, Some(as_of)) = (std::mem::take(&mut desk.shelf.touched), desk.shelf.as_of) {
            turn.writes.push(Write::PutBook(desk.owner, as_of, desk.shelf.book.clone()));
        }
    }
}
