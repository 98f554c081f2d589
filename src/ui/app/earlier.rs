//! Older messages of a conversation, fetched page by page.

use super::chats::{Chat, Earlier};
use super::{Asked, Effect, Model};
use crate::client::{Answer, Failure, Intent};
use crate::domain::{Seq, Target};
use crate::net::protocol::Page;

/// Messages asked for at once.
const PAGE: u32 = 60;
/// Before this place are the newest messages.
const NEWEST: Seq = Seq(u64::MAX);

impl Model {
    /// A page of older messages came, of those before the oldest that was here then. If another is
    /// the oldest now, the page does not touch what is here.
    pub(super) fn page_came(
        &mut self,
        (target, before): (Target, Seq),
        result: Result<Answer, Failure>,
        out: &mut Vec<Effect>,
    ) {
        self.note_page(target, &result);
        let chat = self.chats.at(target);
        let oldest = chat.messages.keys().next();
        if before != NEWEST && oldest != Some(&before) {
            chat.earlier = Earlier::More;
            return self.go_on(target, out);
        }
        match result {
            Ok(Answer::History { messages, more, .. }) => {
                chat.earlier = if more { Earlier::More } else { Earlier::Begin };
                for message in messages {
                    chat.messages.entry(message.seq).or_insert(message);
                }
                if chat.messages.contains_key(&Seq(1)) {
                    chat.earlier = Earlier::Begin;
                }
                self.talk_came(target);
            }
            Ok(_) | Err(Failure::Refused(_)) => {
                (chat.earlier, chat.wanted) = (Earlier::Unknown, None);
            }
            Err(_) => {
                (chat.earlier, chat.wanted) = (Earlier::Unknown, None);
                chat.asked_preview = false;
            }
        }
        self.go_on(target, out);
        self.find_again(target, out);
    }

    pub(super) fn ask_earlier(&mut self, target: Target, out: &mut Vec<Effect>) {
        // Without a link the client has what this computer keeps.
        let chat = self.chats.at(target);
        if matches!(chat.earlier, Earlier::Asked | Earlier::Begin) {
            return;
        }
        chat.earlier = Earlier::Asked;
        let first = chat.messages.keys().next().copied().unwrap_or(NEWEST);
        let page = Page::Before(first);
        let ask = |ticket| Intent::History { ticket, with: target, page, limit: PAGE };
        self.ask(Asked::Messages(target, first), ask, out);
    }

    /// The link is back: windows whose older messages could not be had try again.
    pub(super) fn ask_earlier_again(&mut self, out: &mut Vec<Effect>) {
        let is_stuck = |chat: &Chat| chat.open && chat.earlier == Earlier::Unknown;
        let stuck: Vec<Target> = self
            .chats
            .iter()
            .filter(|(_, chat)| is_stuck(chat))
            .map(|(target, _)| target)
            .collect();
        for target in stuck {
            self.ask_earlier(target, out);
        }
    }
}
