//! Exports: pages of a conversation into a file, one after the other.
//!
//! An export asks for its pages as the person would, with a ticket of its own, so that cache and
//! server are one to it. Each part is written before the next one is asked for. A page for a browser
//! has its pictures beside it: they are saved as a person would save them, one after the other. What
//! people call themselves in a room is asked for before its first page, where the server would say it.

use std::collections::{BTreeMap, BTreeSet};

use super::desk::Desk;
use super::{Effect, FileJob, Filed, State, Turn};
use crate::client::api::{Answer, ClientEvent, Export, Failure, Format, Scope, Ticket, sentence};
use crate::client::export::{self, Album, Written};
use crate::domain::{
    AccountId, Body, ConversationKind, Member, Message, RoomId, Seq, Tally, Target,
};
use crate::limits::HISTORY_PAGE_MAX;
use crate::net::protocol::{Page, Query, Reply};

/// Set in the tickets of questions that this client asks itself; nobody counts so far.
const OWN: Ticket = 1 << 63;

/// An export under way.
#[derive(Debug)]
pub(super) struct Exporting {
    export: Export,
    step: Step,
    /// Rooms whose members are to be asked for.
    rooms: Vec<RoomId>,
    /// The pictures beside a page.
    album: Option<Album>,
    /// The last message that was looked at.
    last: Seq,
    written: Written,
    /// So many were looked at.
    done: u64,
    all: u64,
}

/// What an export waits for.
#[derive(Debug)]
enum Step {
    /// The file is being made.
    Begin,
    /// Who is in this room is being asked for.
    Cards(RoomId),
    /// What is exported is being counted, or a page fetched.
    Fetch,
    /// Who wrote this page is being asked for; whether it is the last one.
    Names(Vec<Message>, bool),
    /// A picture of the page is being saved, or the next one is looked for from this message on.
    Pictures(Vec<Message>, bool, usize),
    /// A part is being written; whether it was the last one.
    Write(bool),
    /// The file is getting its name.
    Finish,
}

impl Exporting {
    /// Takes a page of who is in the room that was asked for.
    fn takes(&mut self, members: Vec<Member>) {
        let Step::Cards(room) = self.step else { return };
        for Member { account, card, .. } in members {
            match card.is_empty() {
                true => self.export.cards.remove(&(room, account)),
                false => self.export.cards.insert((room, account), card),
            };
        }
    }

    /// The picture that was being saved cannot be had.
    fn misses(&mut self) {
        let Step::Pictures(messages, _, at) = &self.step else { return };
        let message = at.checked_sub(1).and_then(|at| messages.get(at));
        if let (Some(album), Some(Body::Image { picture, .. })) =
            (&mut self.album, message.map(|message| &message.body))
        {
            album.miss(*picture);
        }
    }
}

/// Whether this is a question of the client's own.
pub(super) fn is_own(ticket: Ticket) -> bool {
    ticket & OWN != 0
}

impl State {
    pub(super) fn export(&mut self, turn: &mut Turn<'_>, ticket: Ticket, export: Export) {
        let Some(desk) = &self.desk else { return turn.answer(ticket, Err(self.why_not())) };
        let text = export::head(&export, desk.owner.account, turn.now.wall_ms);
        let (path, replace) = (export.path.clone(), export.replace);
        let all = match &export.what {
            Scope::Messages(messages) => messages.len() as u64,
            Scope::Conversation { .. } => 0,
        };
        let pictures = export.format == Format::Html;
        let (step, rooms) = (Step::Begin, rooms_of(&export.what));
        let (album, last, written) = (None, Seq::ZERO, Written::default());
        let exporting = Exporting { export, step, rooms, album, last, written, done: 0, all };
        self.exports.insert(ticket, exporting);
        let begin = FileJob::Begin { ticket, path, replace, pictures, text };
        turn.effects.push(Effect::File(begin));
    }

    pub(super) fn cancel_export(&mut self, turn: &mut Turn<'_>, ticket: Ticket) {
        if self.exports.contains_key(&ticket) {
            self.fail_export(turn, ticket, Failure::Cancelled);
        }
    }

    fn fail_export(&mut self, turn: &mut Turn<'_>, ticket: Ticket, failure: Failure) {
        self.exports.remove(&ticket);
        self.pictures.saving.retain(|saving| saving.ticket != (OWN | ticket));
        turn.effects.push(Effect::File(FileJob::Drop { ticket }));
        turn.answer(ticket, Err(failure));
    }

    /// A step with the file was done.
    pub(super) fn on_filed(&mut self, turn: &mut Turn<'_>, filed: Filed) {
        let Filed { ticket, result, pictures } = filed;
        let Some(exporting) = self.exports.get_mut(&ticket) else { return };
        let bytes = match result {
            Ok(bytes) => bytes,
            Err(failure) => return self.fail_export(turn, ticket, failure),
        };
        if let Some(folder) = pictures.filter(|_| exporting.album.is_none()) {
            exporting.album = Some(Album::new(&exporting.export.path, folder));
        }
        match &exporting.step {
            Step::Begin => self.next_room(turn, ticket),
            Step::Write(last) => {
                let (is_last, done, all) = (*last, exporting.done, exporting.all);
                turn.emit(ClientEvent::Exporting { ticket, done, all });
                match is_last {
                    true => self.finish_export(turn, ticket),
                    false => self.fetch_page(turn, ticket),
                }
            }
            Step::Finish => {
                let messages = exporting.written.count;
                let missing = exporting.album.as_ref().map_or(0, Album::missing);
                self.exports.remove(&ticket);
                turn.answer(ticket, Ok(Answer::Exported { messages, bytes, missing }));
            }
            Step::Cards(_) | Step::Fetch | Step::Names(..) | Step::Pictures(..) => {}
        }
    }

    /// Asks who is in the next room; when there is none more the messages are fetched.
    fn next_room(&mut self, turn: &mut Turn<'_>, ticket: Ticket) {
        let next = |exporting: &mut Exporting| exporting.rooms.pop();
        while let Some(room) = self.exports.get_mut(&ticket).and_then(next) {
            if self.is_reachable(Target::Room(room)) {
                return self.ask_cards(turn, ticket, room, AccountId(0));
            }
        }
        let Some(exporting) = self.exports.get_mut(&ticket) else { return };
        match &exporting.export.what {
            Scope::Conversation { with, since, until } => {
                let (with, starts) =
                    (*with, vec![since.unwrap_or(i64::MIN), until.unwrap_or(i64::MAX)]);
                exporting.step = Step::Fetch;
                self.days(turn, OWN | ticket, with, starts);
            }
            Scope::Messages(messages) => {
                let messages = messages.clone();
                self.name_page(turn, ticket, messages, true);
            }
        }
    }

    fn ask_cards(&mut self, turn: &mut Turn<'_>, ticket: Ticket, room: RoomId, after: AccountId) {
        let Some(exporting) = self.exports.get_mut(&ticket) else { return };
        exporting.step = Step::Cards(room);
        self.look(turn, OWN | ticket, Query::Members { room, after });
    }

    /// A question of the client's own was answered.
    pub(super) fn on_own(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        result: Result<Answer, Failure>,
    ) {
        let ticket = ticket & !OWN;
        let Some(exporting) = self.exports.get_mut(&ticket) else { return };
        match result {
            Ok(Answer::Looked(Reply::Members { members, more })) => {
                let last = members.last().map(|member| member.account).filter(|_| more);
                exporting.takes(members);
                match (&exporting.step, last) {
                    (&Step::Cards(room), Some(last)) => self.ask_cards(turn, ticket, room, last),
                    _ => self.next_room(turn, ticket),
                }
            }
            // What is called otherwise there has its nickname: that is no reason to write nothing.
            Err(_) if matches!(exporting.step, Step::Cards(_)) => self.next_room(turn, ticket),
            Ok(Answer::Days(days)) => {
                let Tally { count, first } = days.first().copied().unwrap_or_default();
                exporting.all = count;
                match count {
                    0 => self.finish_export(turn, ticket),
                    _ => self.ask_export_page(turn, ticket, Seq(first.0.saturating_sub(1))),
                }
            }
            Ok(Answer::History { mut messages, more, .. }) => {
                let until = match &exporting.export.what {
                    Scope::Conversation { until, .. } => until.unwrap_or(i64::MAX),
                    Scope::Messages(_) => i64::MAX,
                };
                let all = messages.len();
                messages.retain(|message| message.at < until);
                let is_last = !more || messages.len() < all;
                self.name_page(turn, ticket, messages, is_last);
            }
            Ok(Answer::Done) => self.next_picture(turn, ticket),
            Ok(_) => self.fail_export(turn, ticket, Failure::LinkLost),
            Err(Failure::ImageMissing) => {
                exporting.misses();
                self.next_picture(turn, ticket);
            }
            Err(failure) => self.fail_export(turn, ticket, failure),
        }
    }

    fn fetch_page(&mut self, turn: &mut Turn<'_>, ticket: Ticket) {
        let last = self.exports.get(&ticket).map_or(Seq::ZERO, |exporting| exporting.last);
        self.ask_export_page(turn, ticket, last);
    }

    fn ask_export_page(&mut self, turn: &mut Turn<'_>, ticket: Ticket, after: Seq) {
        let Some(exporting) = self.exports.get_mut(&ticket) else { return };
        exporting.step = Step::Fetch;
        let Scope::Conversation { with, .. } = exporting.export.what else { return };
        let limit = u32::try_from(HISTORY_PAGE_MAX).unwrap_or(u32::MAX);
        self.history(turn, OWN | ticket, with, Page::After(after), limit);
    }

    /// A page is written when it is known who wrote it.
    fn name_page(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        mut messages: Vec<Message>,
        is_last: bool,
    ) {
        self.screen(&mut messages);
        if let Some(desk) = &mut self.desk {
            let about =
                messages.iter().flat_map(named).filter(|who| desk.people.get(*who).is_none());
            let about: Vec<AccountId> = about.collect();
            for account in about {
                desk.people.refresh(account);
            }
        }
        if let Some(exporting) = self.exports.get_mut(&ticket) {
            exporting.step = Step::Names(messages, is_last);
        }
        self.pump_exports(turn);
    }

    /// Goes on with the pages whose writers are known, or will not be.
    pub(super) fn pump_exports(&mut self, turn: &mut Turn<'_>) {
        let signed_in = self.is_signed_in();
        let is_named = |desk: &Desk| !signed_in || desk.people.is_settled();
        if !self.desk.as_ref().is_some_and(is_named) {
            return;
        }
        let ready = |exporting: &Exporting| matches!(exporting.step, Step::Names(..));
        let due: Vec<Ticket> =
            self.exports.iter().filter(|(_, e)| ready(e)).map(|(ticket, _)| *ticket).collect();
        for ticket in due {
            let Some(exporting) = self.exports.get_mut(&ticket) else { continue };
            let step = std::mem::replace(&mut exporting.step, Step::Begin);
            if let Step::Names(messages, is_last) = step {
                exporting.step = Step::Pictures(messages, is_last, 0);
                self.next_picture(turn, ticket);
            }
        }
    }

    /// Saves the next picture of a page; when there is none more the page is written.
    fn next_picture(&mut self, turn: &mut Turn<'_>, ticket: Ticket) {
        let Some(exporting) = self.exports.get_mut(&ticket) else { return };
        let Step::Pictures(messages, is_last, at) = &mut exporting.step else { return };
        if *at > 0 {
            let (done, all) = (exporting.done + *at as u64 - 1, exporting.all);
            turn.emit(ClientEvent::Exporting { ticket, done, all });
        }
        if let Some(album) = &mut exporting.album {
            while let Some(message) = messages.get(*at) {
                *at += 1;
                let Body::Image { picture, name, .. } = &message.body else { continue };
                if !album.knows(*picture) {
                    let (picture, place) = (*picture, album.begin(*picture, name));
                    return self.save_image(turn, OWN | ticket, (picture, place), false);
                }
            }
        }
        let (messages, is_last) = (std::mem::take(messages), *is_last);
        self.write_page(turn, ticket, messages, is_last);
    }

    fn write_page(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        mut messages: Vec<Message>,
        is_last: bool,
    ) {
        // Pictures take a while: what was taken back meanwhile is not written.
        self.screen(&mut messages);
        let (Some(desk), Some(exporting)) = (&self.desk, self.exports.get_mut(&ticket)) else {
            return;
        };
        let mut names: BTreeMap<AccountId, String> = BTreeMap::new();
        for account in messages.iter().flat_map(named) {
            if let Some(person) = desk.people.get(account) {
                names.entry(account).or_insert_with(|| person.nickname.clone());
            }
        }
        let (me, beside) = (desk.owner.account, (&names, exporting.album.as_ref()));
        let written = &mut exporting.written;
        let text = export::rows(&exporting.export, me, beside, &messages, written);
        exporting.done += messages.len() as u64;
        exporting.last = messages.last().map_or(exporting.last, |message| message.seq);
        exporting.step = Step::Write(is_last);
        turn.effects.push(Effect::File(FileJob::Part { ticket, text }));
    }

    fn finish_export(&mut self, turn: &mut Turn<'_>, ticket: Ticket) {
        let Some(exporting) = self.exports.get_mut(&ticket) else { return };
        exporting.step = Step::Finish;
        let text = export::foot(&exporting.export).to_owned();
        turn.effects.push(Effect::File(FileJob::Finish { ticket, text }));
    }

    /// Nobody is signed in any more.
    pub(super) fn drop_exports(&mut self, turn: &mut Turn<'_>, why: &Failure) {
        for ticket in self.exports.keys().copied().collect::<Vec<_>>() {
            self.fail_export(turn, ticket, why.clone());
        }
    }
}

/// The rooms whose messages are exported.
fn rooms_of(what: &Scope) -> Vec<RoomId> {
    match what {
        Scope::Conversation { with: Target::Room(room), .. } => vec![*room],
        Scope::Conversation { .. } => Vec::new(),
        Scope::Messages(messages) => {
            let rooms: BTreeSet<RoomId> = messages.iter().filter_map(room_of).collect();
            rooms.into_iter().collect()
        }
    }
}

/// Whom a message names: who wrote it, and whom a line of a room is about.
fn named(message: &Message) -> impl Iterator<Item = AccountId> {
    let about = match &message.body {
        Body::Room { change, .. } => sentence(message.from, change).1,
        _ => None,
    };
    std::iter::once(message.from).chain(about)
}

fn room_of(message: &Message) -> Option<RoomId> {
    match message.kind {
        ConversationKind::Room { room } => Some(room),
        _ => None,
    }
}
