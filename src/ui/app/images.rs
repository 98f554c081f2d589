//! Pictures in conversations: sending them, how far they are, looking at one after the other.

use super::chats::Chat;
use super::{Asked, Effect, Model};
use crate::client::Intent;
use crate::client::api::{ImageSource, View};
use crate::domain::{BlobId, Body, Nonce, Seq, Target, file_name};

/// More than so many at once are asked about: a folder is dropped quickly.
pub const AT_ONCE_MAX: usize = 5;

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
        if images.len() > AT_ONCE_MAX && !is_sure {
            return out.push(Effect::AskImages(to, images));
        }
        if !images.is_empty() {
            self.say_offline(to);
        }
        for source in images {
            let ask = |ticket| Intent::SendImage { ticket, to, source, nonce: None };
            self.ask(Asked::Send(to), ask, out);
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
                let is_picture = self.chats.get(target).is_some_and(|c| c.picture(seq).is_some());
                if is_picture {
                    self.viewer = Some(Viewer { target, seq });
                    out.push(Effect::RaiseViewer);
                }
            }
            ViewerMsg::Step(step) => {
                let Some(viewer) = self.viewer else { return };
                let chat = self.chats.get(viewer.target);
                match chat.and_then(|chat| chat.picture_beside(viewer.seq, step)) {
                    Some(seq) => self.viewer = Some(Viewer { seq, ..viewer }),
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
                if let Some(shown) = self.chats.get(target).and_then(|chat| chat.picture(seq)) {
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
        let shown = self.chats.get(viewer.target)?.picture(viewer.seq)?;
        Some((shown.picture, shown.name))
    }
}
