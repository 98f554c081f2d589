//! Pictures in conversations: sending them, how far they are, looking at one after the other.

use super::chats::Chat;
use super::history::History;
use super::{Asked, Effect, Model};
use crate::client::Intent;
use crate::client::api::{ImageSource, Ticket, View};
use crate::domain::{BlobId, Body, ConversationId, Message, Nonce, Seq, Target, file_name};

/// So many at once are asked about: a folder is dropped quickly.
pub const AT_ONCE_MAX: usize = 5;

/// What takes longer than this to prepare is said to be under way.
const PREPARED_SOON_MS: u64 = 300;

/// Pictures that were chosen and are no messages yet: they are read and encoded, one after the other.
#[derive(Debug, Default)]
pub struct Preparing {
    /// Each with when it was chosen.
    waiting: Vec<(Ticket, u64)>,
    /// So many of them take long.
    slow: usize,
}

impl Preparing {
    fn begin(&mut self, ticket: Ticket, now: u64) {
        self.waiting.push((ticket, now));
    }

    /// The first of them is a message now.
    pub(super) fn done(&mut self) {
        if !self.waiting.is_empty() {
            self.waiting.remove(0);
        }
        self.slow = self.slow.min(self.waiting.len());
    }

    /// One is no message and will be none; whether it was among them.
    fn give_up(&mut self, ticket: Ticket) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|(waiting, _)| *waiting != ticket);
        self.slow = self.slow.min(self.waiting.len());
        before != self.waiting.len()
    }

    /// Returns whether more of them take long now.
    pub(super) fn tick(&mut self, now: u64) -> bool {
        let is_slow = |(_, since): &&(Ticket, u64)| now >= since + PREPARED_SOON_MS;
        let slow = self.waiting.iter().filter(is_slow).count();
        std::mem::replace(&mut self.slow, slow) != slow
    }

    /// How many are said to be under way.
    #[must_use]
    pub fn slow(&self) -> usize {
        self.slow
    }
}

/// The picture that is looked at in a window of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// In which conversation.
    pub target: Target,
    /// In which message.
    pub seq: Seq,
}

/// In the window of one picture, or about one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViewerMsg {
    /// Look at the picture of a message.
    Open(Target, Seq),
    /// At the next one of its conversation, or the one before.
    Step(Step),
    /// No more.
    Close,
    /// Fetch it, for the first time or again.
    Fetch,
    /// Save the picture of a message; where, is asked.
    SaveAs(Target, Seq),
    /// Save it there, over another file if so said.
    Save(BlobId, std::path::PathBuf, bool),
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// To a later one.
    Next,
    /// To an earlier one.
    Previous,
}

/// A picture of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown<'a> {
    /// All of it.
    pub picture: BlobId,
    /// The small one.
    pub thumb: BlobId,
    /// Its width and height.
    pub size: (u32, u32),
    /// What its file was called; may be empty.
    pub name: &'a str,
}

impl<'a> Shown<'a> {
    /// The picture of a message, if it is one.
    #[must_use]
    pub fn of(body: &'a Body) -> Option<Shown<'a>> {
        let Body::Image { picture, width, height, thumb, name, .. } = body else { return None };
        Some(Shown { picture: *picture, thumb: *thumb, size: (*width, *height), name })
    }
}

impl Chat {
    /// The picture of a message here.
    #[must_use]
    pub fn picture(&self, seq: Seq) -> Option<Shown<'_>> {
        self.messages.get(&seq).and_then(|message| Shown::of(&message.body))
    }

    /// The picture behind that of a message, or before it.
    #[must_use]
    pub fn picture_beside(&self, seq: Seq, step: Step) -> Option<Seq> {
        let is_picture = |seq: &Seq| self.picture(*seq).is_some();
        match step {
            Step::Next => self.messages.range(seq.next()..).map(|(seq, _)| *seq).find(is_picture),
            Step::Previous => {
                self.messages.range(..seq).rev().map(|(seq, _)| *seq).find(is_picture)
            }
        }
    }
}

impl Model {
    /// Pictures were chosen, dropped or pasted; many at once are asked about. What cannot be sent is
    /// said when it was looked at.
    pub(super) fn send_images(
        &mut self,
        to: Target,
        images: Vec<ImageSource>,
        is_sure: bool,
        out: &mut Vec<Effect>,
    ) {
        if images.len() >= AT_ONCE_MAX && !is_sure {
            return out.push(Effect::AskImages(to, images));
        }
        if !images.is_empty() {
            self.say_offline(to);
        }
        for source in images {
            let ticket = self.ticket(Asked::Send(to));
            self.chats.at(to).preparing.begin(ticket, self.now.mono_ms);
            out.push(Effect::Ask(Intent::SendImage { ticket, to, source, nonce: None }));
        }
    }

    /// Something was answered: if that was a picture that is no message yet, it will be none.
    pub(super) fn prepared(&mut self, ticket: Ticket) {
        let targets: Vec<Target> = self.chats.iter().map(|(target, _)| target).collect();
        for target in targets {
            let is_there =
                self.chats.get(target).is_some_and(|chat| !chat.preparing.waiting.is_empty());
            if is_there && self.chats.at(target).preparing.give_up(ticket) {
                return;
            }
        }
    }

    /// An own picture is on its way.
    pub(super) fn uploading(&mut self, nonce: Nonce, percent: u8) {
        let holds = |chat: &Chat| chat.outgoing.iter().any(|one| one.pending.nonce == nonce);
        let found = self.chats.iter().find(|(_, chat)| holds(chat)).map(|(target, _)| target);
        let Some(target) = found else { return };
        let mut outgoing = self.chats.at(target).outgoing.iter_mut();
        if let Some(one) = outgoing.find(|one| one.pending.nonce == nonce) {
            one.percent = percent;
        }
    }

    pub(super) fn viewer(&mut self, msg: ViewerMsg, out: &mut Vec<Effect>) {
        match msg {
            ViewerMsg::Open(target, seq) => {
                self.keep_viewed(target, seq);
                if self.picture(target, seq).is_some() {
                    self.viewer = Some(Viewer { target, seq });
                    out.push(Effect::RaiseViewer);
                }
            }
            ViewerMsg::Step(step) => {
                let Some(viewer) = self.viewer else { return };
                match self.picture_beside(viewer, step) {
                    Some(seq) => {
                        self.keep_viewed(viewer.target, seq);
                        self.viewer = Some(Viewer { seq, ..viewer });
                    }
                    // Older ones may be fetched; the next press goes there.
                    None if step == Step::Previous => self.ask_earlier(viewer.target, out),
                    None => {}
                }
            }
            ViewerMsg::Close => self.viewer = None,
            ViewerMsg::Fetch => {
                if let Some((picture, _)) = self.viewed() {
                    out.push(Effect::Ask(Intent::Picture(picture, View::Whole)));
                }
            }
            ViewerMsg::SaveAs(target, seq) => {
                if let Some(shown) = self.picture(target, seq) {
                    out.push(Effect::SavePicture(shown.picture, file_name(shown.name)));
                }
            }
            ViewerMsg::Save(picture, path, replace) => {
                let ask = |ticket| Intent::SaveImage { ticket, picture, path, replace };
                self.ask(Asked::SaveImage, ask, out);
            }
        }
    }

    /// The picture that is looked at, and what it is called.
    #[must_use]
    pub fn viewed(&self) -> Option<(BlobId, &str)> {
        let viewer = self.viewer?;
        let shown = self.picture(viewer.target, viewer.seq)?;
        Some((shown.picture, shown.name))
    }

    /// The picture of a message in a conversation's window or in that of its history.
    fn picture(&self, target: Target, seq: Seq) -> Option<Shown<'_>> {
        let chat = self.chats.get(target).and_then(|chat| chat.picture(seq));
        let old = || self.history_picture(target, seq).and_then(|old| Shown::of(&old.body));
        chat.or_else(old)
    }

    /// A message is gone: it is looked at no more.
    pub(super) fn close_viewer_of(&mut self, conversation: ConversationId, seq: Seq) {
        let Some(viewer) = self.viewer.filter(|viewer| viewer.seq == seq) else { return };
        let in_history = self.history_picture(viewer.target, seq);
        if self.chats.of_conversation(conversation) == Some(viewer.target)
            || in_history.is_some_and(|message| message.conversation == conversation)
        {
            self.viewer = None;
        }
    }

    /// What the window of history moves away from stays to be looked at.
    fn keep_viewed(&mut self, target: Target, seq: Seq) {
        let viewed = self.history_picture(target, seq).cloned();
        if let Some(history) = self.history.as_mut().filter(|_| viewed.is_some()) {
            history.viewed = viewed;
        }
    }

    fn history_picture(&self, target: Target, seq: Seq) -> Option<&Message> {
        self.history_pictures(target).find(|message| message.seq == seq)
    }

    /// Pictures of a conversation that the window of history has.
    fn history_pictures(&self, target: Target) -> impl Iterator<Item = &Message> {
        let me = self.my_account();
        let is_one = move |message: &&Message| {
            Shown::of(&message.body).is_some()
                && me.and_then(|me| message.kind.target_for(me)) == Some(target)
        };
        self.history.iter().flat_map(History::messages).filter(is_one)
    }

    /// The next picture, or the one before: of the conversation's window while that has this one.
    fn picture_beside(&self, viewer: Viewer, step: Step) -> Option<Seq> {
        let chat = self.chats.get(viewer.target);
        if let Some(chat) = chat.filter(|chat| chat.picture(viewer.seq).is_some()) {
            return chat.picture_beside(viewer.seq, step);
        }
        let seqs = self.history_pictures(viewer.target).map(|message| message.seq);
        match step {
            Step::Next => seqs.filter(|seq| *seq > viewer.seq).min(),
            Step::Previous => seqs.filter(|seq| *seq < viewer.seq).max(),
        }
    }
}
