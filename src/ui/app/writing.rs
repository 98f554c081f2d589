//! What may be said in a chat, and what is said with it or when it may not.

use unicode_segmentation::UnicodeSegmentation as _;

use super::{Effect, Model};
use crate::client::Failure;
use crate::domain::{
    Body, ConversationKind, Mentions, Message, Role, Target, is_blank, without_blank_lines,
};
use crate::limits::Limits;
use crate::net::protocol::{Reason, Refusal};

/// A notice stays for so long.
const NOTICE_MS: u64 = 6_000;

/// What stands under the head of a chat for a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Something was refused.
    Failure(Failure),
    /// A text was not sent because it is too long.
    TooLong {
        /// So many characters at its end are too many.
        over: u64,
        /// The server takes so many bytes.
        most: u64,
    },
}

/// How many bytes a text may have, as far as this client knows: the server's usual limit until it
/// names another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextLimit(pub u64);

impl Default for TextLimit {
    fn default() -> Self {
        TextLimit(Limits::default().text_bytes_max)
    }
}

impl TextLimit {
    /// Whether a text may be sent.
    ///
    /// # Errors
    /// It is too long, by so much.
    pub fn check(self, text: &str) -> Result<(), Notice> {
        let most = self.0;
        let text = as_sent(text);
        if text.len() as u64 <= most {
            return Ok(());
        }
        let is_over = |(at, letter): &(usize, &str)| (at + letter.len()) as u64 > most;
        let over = text.grapheme_indices(true).filter(is_over).count() as u64;
        Err(Notice::TooLong { over, most })
    }

    /// A server turned a text down and may have said how much it takes.
    pub(super) fn learn(&mut self, failure: &Failure) {
        if let Failure::Refused(Refusal {
            reason: Reason::TextTooLong, limit: Some(most), ..
        }) = failure
        {
            self.0 = *most;
        }
    }
}

/// What of a text is sent: no blank lines around it, no space behind it.
fn as_sent(text: &str) -> &str {
    without_blank_lines(text).trim_end()
}

impl Model {
    /// Says what was written, if it may be said.
    pub(super) fn say_words(
        &mut self,
        target: Target,
        text: &str,
        mentions: Mentions,
        out: &mut Vec<Effect>,
    ) {
        let text = text.trim_end();
        if is_blank(text) {
            return;
        }
        match self.chats.text_limit.check(text) {
            Ok(()) => {
                self.take_back_length(target);
                self.say_offline(target);
                let reply_to = self.chats.at(target).replying.take();
                self.say(target, Body::Text { text: text.into(), reply_to, mentions }, out);
                let chat = self.chats.at(target);
                (chat.draft, chat.named) = (String::new(), Mentions::default());
                self.keep_draft(target, out);
            }
            Err(notice) => self.notice(target, notice),
        }
    }

    /// The lobby is closed: it is said in place of the box until somebody is heard there who could
    /// not speak in a closed one, or the next sign-in.
    pub(super) fn learn_of_lobby(&mut self, failure: &Failure) {
        if let Failure::Refused(Refusal { reason: Reason::LobbyClosed, .. }) = failure {
            self.chats.lobby_is_closed = true;
            self.chats.at(Target::Lobby);
        }
    }

    /// Something was said in the lobby just now: by oneself, or by somebody who is no administrator.
    pub(super) fn learn_that_lobby_is_open(&mut self, message: &Message) {
        let is_said = message.kind == ConversationKind::Lobby && message.body.is_said();
        if is_said && self.chats.lobby_is_closed {
            let own = Some(message.from) == self.my_account();
            let who = self.people.get(message.from);
            let is_member = who.is_some_and(|person| person.role == Role::Member);
            self.chats.lobby_is_closed = !own && !is_member;
        }
    }

    /// Says something in a chat for a moment.
    pub(super) fn notice(&mut self, target: Target, notice: Notice) {
        let until = self.now.mono_ms + NOTICE_MS;
        self.chats.at(target).notice = Some((notice, until));
    }

    /// A text was short enough: what was said of another one is over.
    pub(super) fn take_back_length(&mut self, target: Target) {
        let is_length = |(notice, _): &mut _| matches!(notice, Notice::TooLong { .. });
        self.chats.at(target).notice.take_if(is_length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_measured_as_it_would_be_sent_and_what_is_over_is_counted_in_letters() {
        let limit = TextLimit(6);
        assert_eq!(limit.check("你好"), Ok(()));
        for text in ["你好 \n", "\n\u{3164}\n你好"] {
            assert_eq!(limit.check(text), Ok(()));
        }
        for (text, over) in
            [("你好!", 1), ("好啊你好", 2), ("a你好", 1), ("好👨\u{200D}👩\u{200D}👧", 1)]
        {
            assert_eq!(limit.check(text), Err(Notice::TooLong { over, most: 6 }), "{text}");
        }
        assert_eq!(TextLimit::default().0, 16_384);
    }

    #[test]
    fn a_server_with_another_limit_is_believed() {
        let mut limit = TextLimit::default();
        limit.learn(&Failure::Offline);
        limit.learn(&Failure::Refused(Refusal::new(Reason::TextTooLong)));
        assert_eq!(limit, TextLimit::default());
        limit.learn(&Failure::Refused(Refusal::limit(Reason::TextTooLong, 100)));
        assert_eq!(limit, TextLimit(100));
    }
}
