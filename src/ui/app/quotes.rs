//! What messages answer: the line that is shown of it, and the way back to it.

use super::chats::{Chat, Earlier};
use super::{Effect, Model};
use crate::domain::{Body, Seq, Target};
use crate::ui::text::Language;

/// The line of what a message answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Which message that is.
    pub seq: Seq,
    /// Who wrote it; empty while it is not known.
    pub name: String,
    /// What it says, in one line.
    pub words: String,
}

impl Chat {
    /// What the next message will answer.
    #[must_use]
    pub fn replying(&self) -> Option<Seq> {
        self.replying
    }
}

impl Model {
    /// The line of a message.
    #[must_use]
    pub fn quote(&self, target: Target, seq: Seq, language: Language) -> Quote {
        let message = self.chats.get(target).and_then(|chat| chat.messages.get(&seq));
        let unsigned =
            |key| Quote { seq, name: String::new(), words: language.get(key).to_owned() };
        let Some(message) = message else { return unsigned("quote.older") };
        match message.body {
            Body::Recalled { .. } => return unsigned("quote.recalled"),
            Body::Hidden {} => return unsigned("quote.hidden"),
            _ => {}
        }
        let name = self.name_in(target, message.from);
        Quote { seq, name, words: super::rows::words(&message.body, language) }
    }

    /// The next message answers this one, or none. Only words and pictures can be answered.
    pub(super) fn reply(&mut self, target: Target, seq: Option<Seq>, out: &mut Vec<Effect>) {
        let chat = self.chats.at(target);
        let is_said = |seq: &Seq| {
            let message = chat.messages.get(seq);
            message.is_some_and(|one| matches!(one.body, Body::Text { .. } | Body::Image { .. }))
        };
        chat.replying = seq.filter(is_said);
        self.keep_draft(target, out);
    }

    /// Goes to a message; older ones are fetched until it is there.
    pub(super) fn go_to(&mut self, target: Target, seq: Seq, out: &mut Vec<Effect>) {
        self.chats.at(target).wanted = Some(seq);
        self.go_on(target, out);
    }

    /// A page came, or was there: the message that is gone to may be in it.
    pub(super) fn go_on(&mut self, target: Target, out: &mut Vec<Effect>) {
        let chat = self.chats.at(target);
        let Some(seq) = chat.wanted else { return };
        if chat.messages.contains_key(&seq) {
            chat.wanted = None;
            out.push(Effect::ShowMessage(target, seq, None));
            return;
        }
        let is_before = chat.messages.keys().next().is_none_or(|first| seq < *first);
        match chat.earlier {
            Earlier::Asked => {}
            Earlier::More if is_before && chat.open => self.ask_earlier(target, out),
            Earlier::Unknown if is_before && self.link.is_up() && chat.open => {
                self.ask_earlier(target, out);
            }
            _ => chat.wanted = None,
        }
    }
}
