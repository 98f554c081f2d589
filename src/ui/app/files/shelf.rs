//! The window of the files of one conversation, those that the server has of all who are in it.

use super::rows::{Choice, Line};
use super::{FilesEffect, file_of, is_file};
use crate::client::api::Transfer;
use crate::client::{Answer, Failure, Intent};
use crate::domain::{Body, ConversationKind, FileId, FileStatus, Message, Seq, Target};
use crate::net::protocol::{Command, Query, Reply};
use crate::ui::app::chats::{ChatMsg, EntryId};
use crate::ui::app::contacts::{Confirm, Doing};
use crate::ui::app::{Asked, Effect, Model, Screen};
use crate::ui::text::Language;
use crate::ui::transcript::card::Deed;

/// So many files are watched for what becomes of them: more than anybody scrolls through.
const WATCHED_MAX: usize = 400;

/// The window, while it is open.
#[derive(Debug)]
pub struct Shelf {
    /// The conversation.
    pub with: Target,
    /// What is looked for.
    pub text: String,
    /// How it stands with what was asked for.
    pub state: State,
    /// The messages, newest first, and what had become of each.
    files: Vec<(Message, FileStatus)>,
}

/// How it stands with what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// A page is on its way.
    Asked,
    /// There are more behind the last one.
    More,
    /// That is all.
    All,
    /// It could not be had.
    Failed(Failure),
    /// There is no link; it is asked for when there is one.
    Offline,
}

/// In the window.
#[derive(Debug, Clone)]
pub enum ShelfMsg {
    /// It opens for a conversation, or comes to the front.
    Open(Target),
    /// Esc, or the cross.
    Close,
    /// What is looked for.
    Search(String),
    /// The end of the list is near.
    More,
    /// What could not be had is asked for again.
    Again,
    /// Something is done with a file.
    Do(Seq, Choice),
}

impl Shelf {
    fn watched(&self) -> impl Iterator<Item = FileId> {
        self.files.iter().take(WATCHED_MAX).map(|(message, _)| file_of(message))
    }
}

impl Model {
    pub(in crate::ui::app) fn shelf_msg(&mut self, msg: ShelfMsg, out: &mut Vec<Effect>) {
        self.files.version += 1;
        match (msg, &mut self.files.shelf) {
            (ShelfMsg::Open(with), place) if self.screen == Screen::Panel => {
                if place.as_ref().is_none_or(|shelf| shelf.with != with) {
                    let (text, files) = (String::new(), Vec::new());
                    *place = Some(Shelf { with, text, state: State::Offline, files });
                    self.ask_shelf(out);
                }
                self.ask_quota(out);
                out.push(Effect::Files(FilesEffect::RaiseShelf));
            }
            (ShelfMsg::Close, place) => *place = None,
            (ShelfMsg::Search(text), Some(shelf)) if shelf.text != text => {
                shelf.text = text;
                shelf.files.clear();
                self.ask_shelf(out);
            }
            (ShelfMsg::More, Some(Shelf { state: State::More, .. }))
            | (ShelfMsg::Again, Some(Shelf { state: State::Failed(_), .. })) => self.ask_shelf(out),
            (ShelfMsg::Do(seq, choice), Some(shelf)) => {
                let with = shelf.with;
                self.choose_offer(with, seq, choice, out);
            }
            _ => {}
        }
    }

    /// Asks for the next page.
    fn ask_shelf(&mut self, out: &mut Vec<Effect>) {
        let is_up = self.link.is_up();
        let Some(shelf) = &mut self.files.shelf else { return };
        let state = self.chats.get(shelf.with).and_then(|chat| chat.state);
        let Some(state) = state else {
            // Nothing was ever said there.
            shelf.state = State::All;
            return;
        };
        if !is_up {
            shelf.state = State::Offline;
            return;
        }
        shelf.state = State::Asked;
        let (with, text) = (shelf.with, shelf.text.clone());
        let before = shelf.files.last().map(|(message, _)| message.seq);
        let query =
            Query::FileList { conversation: state.conversation, text: text.clone(), before };
        let asked = Asked::Shelf { with, text, before };
        self.ask(asked, |ticket| Intent::Look { ticket, query }, out);
    }

    /// There is a link again: what is shown may be old, so that it is asked for from the beginning.
    pub(in crate::ui::app) fn shelf_again(&mut self, out: &mut Vec<Effect>) {
        if let Some(shelf) = &mut self.files.shelf {
            shelf.files.clear();
            self.files.version += 1;
            self.ask_shelf(out);
        }
        self.ask_quota(out);
    }

    pub(in crate::ui::app) fn shelf_came(
        &mut self,
        (with, text, before): (Target, String, Option<Seq>),
        result: Result<Answer, Failure>,
    ) {
        let Some(shelf) = &mut self.files.shelf else { return };
        let last = shelf.files.last().map(|(message, _)| message.seq);
        // Something else is looked for meanwhile.
        if (shelf.with, &shelf.text, last) != (with, &text, before) {
            return;
        }
        self.files.version += 1;
        match result {
            Ok(Answer::Looked(Reply::FileList { files, more })) => {
                shelf.state = if more && !files.is_empty() { State::More } else { State::All };
                shelf.files.extend(files);
            }
            Ok(_) => shelf.state = State::All,
            Err(Failure::Offline | Failure::LinkLost) => shelf.state = State::Offline,
            Err(why) => shelf.state = State::Failed(why),
        }
    }

    /// The files of the window, the newest first: those of the server's list, and before them those that
    /// were offered since. What was taken back or deleted here is no more among them.
    fn shelved(&self) -> Vec<(&Message, Option<FileStatus>)> {
        let Some(shelf) = &self.files.shelf else { return Vec::new() };
        let known = self.chats.get(shelf.with).map(|chat| &chat.messages);
        let wanted = shelf.text.trim().to_lowercase();
        let fits = |message: &&Message| match &message.body {
            Body::File { name, .. } => name.to_lowercase().contains(&wanted),
            _ => false,
        };
        let newest = shelf.files.first().map_or(Seq::ZERO, |(message, _)| message.seq);
        // Not before the list begins, which is newer where it is late.
        let begins = !shelf.files.is_empty() || shelf.state == State::All;
        let new = known
            .into_iter()
            .filter(|_| begins)
            .flat_map(|messages| messages.range(newest.next()..).rev().map(|(_, message)| message));
        let is_still = |message: &&Message| {
            known.and_then(|known| known.get(&message.seq)).is_none_or(is_file)
        };
        let status = |message: &Message| self.files.status(file_of(message)).copied();
        let new = new.filter(fits).map(|message| (message, status(message)));
        let old = shelf.files.iter().filter(|(message, _)| is_still(&message));
        let old = old.map(|(message, told)| (message, Some(status(message).unwrap_or(*told))));
        new.chain(old).collect()
    }

    /// The lines of the window.
    #[must_use]
    pub fn shelf_lines(&self, language: Language) -> Vec<Line> {
        let (Some(shelf), Some(me)) = (&self.files.shelf, self.my_account()) else {
            return Vec::new();
        };
        let about = (shelf.with, me);
        let rows = self.shelved().into_iter();
        rows.filter_map(|offer| self.offer_row(about, offer, language))
            .map(|row| Line::File(Box::new(row)))
            .collect()
    }

    /// What a file of the window is called.
    #[must_use]
    pub fn shelf_name(&self, file: FileId) -> String {
        let all = self.shelved();
        let found = all.into_iter().find(|(message, _)| file_of(message) == file);
        match found.map(|(message, _)| &message.body) {
            Some(Body::File { name, .. }) => name.clone(),
            _ => String::new(),
        }
    }

    /// Files that the window shows, for what becomes of them.
    pub(super) fn shelf_watched(&self) -> Vec<FileId> {
        self.files.shelf.iter().flat_map(Shelf::watched).collect()
    }

    fn choose_offer(&mut self, with: Target, seq: Seq, choice: Choice, out: &mut Vec<Effect>) {
        let Some(message) = self.offered(with, seq) else { return };
        let file = file_of(&message);
        match (choice, self.files.of(file).map(|transfer| transfer.id)) {
            (Choice::Fetch | Choice::SaveAs, Some(id)) => self.choose(id, choice, out),
            (Choice::Fetch, _) => self.offer_deed(with, seq, Deed::Take, out),
            (Choice::SaveAs, _) => self.offer_deed(with, seq, Deed::SaveAs, out),
            (Choice::Decline, _) => self.offer_deed(with, seq, Deed::Decline, out),
            (Choice::Show, _) => self.show_offer(with, seq, out),
            (Choice::TakeBack, _) => out.push(Effect::Confirm(Confirm::TakeBack(file))),
            (choice, Some(id)) => self.choose(id, choice, out),
            _ => {}
        }
    }

    /// The person is sure.
    pub(in crate::ui::app) fn take_back(&mut self, file: FileId, out: &mut Vec<Effect>) {
        self.do_it(Doing::Quiet, Command::CancelFile { file }, out);
    }

    pub(super) fn offer_deed(&mut self, with: Target, seq: Seq, deed: Deed, out: &mut Vec<Effect>) {
        self.deed(with, EntryId::Seq(seq), deed, out);
    }

    /// Shows the message that offers a file in its chat.
    pub(super) fn show_offer(&mut self, with: Target, seq: Seq, out: &mut Vec<Effect>) {
        self.chat(with, ChatMsg::Open, out);
        self.go_to(with, seq, out);
    }

    /// The message that offers a file: as the chat has it, else as the list of the conversation's files
    /// has it, else as far as a transfer of it tells.
    pub(super) fn offered(&self, with: Target, seq: Seq) -> Option<Message> {
        if let Some(message) = self.chats.get(with).and_then(|chat| chat.messages.get(&seq)) {
            return Some(message.clone()).filter(is_file);
        }
        let shelf = self.files.shelf.as_ref().filter(|shelf| shelf.with == with);
        let listed = shelf.and_then(|shelf| shelf.files.iter().find(|(one, _)| one.seq == seq));
        if let Some((message, _)) = listed {
            return Some(message.clone());
        }
        let state = self.chats.get(with)?.state?;
        let file = FileId { conversation: state.conversation, seq };
        let transfer = self.files.of(file)?;
        Some(told_by(transfer, state.kind, file))
    }
}

/// The message behind a transfer, as far as that tells.
fn told_by(
    transfer: &Transfer,
    kind: ConversationKind,
    FileId { conversation, seq }: FileId,
) -> Message {
    Message {
        conversation,
        kind,
        seq,
        from: transfer.from,
        nonce: transfer.id.0,
        at: transfer.began,
        body: Body::File { name: transfer.name.clone(), bytes: transfer.bytes },
    }
}
