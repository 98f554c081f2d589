//! What the box and the messages of a chat window tell, and what follows from it.

use super::composer::ComposerMsg;
use super::{ChatOut, EntryKey, Parts};
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::menu::MenuMsg;
use crate::ui::transcript::TranscriptMsg;
use crate::ui::widgets::Control;

impl Parts {
    pub(super) fn composed(&mut self, msg: ComposerMsg) {
        match msg {
            ComposerMsg::Send => self.send(),
            ComposerMsg::Changed => {
                self.written();
                self.offer_mentions();
                self.tell_draft();
                if !self.composer.is_blank() {
                    self.tell(ChatMsg::Typing);
                }
            }
            ComposerMsg::Focused => self.tell(ChatMsg::Focus(true)),
            ComposerMsg::Paste => self.paste(),
            ComposerMsg::Close => self.leave(),
            ComposerMsg::EditLast => self.tell(ChatMsg::Menu(MenuMsg::RecallLast)),
            ComposerMsg::Menu => self.transcript.open_menu(),
            ComposerMsg::PageUp => self.transcript.page(-1),
            ComposerMsg::PageDown => self.transcript.page(1),
            ComposerMsg::End => self.transcript.follow(),
            ComposerMsg::Moved => self.offer_mentions(),
            ComposerMsg::Left => self.stop_mentioning(),
            ComposerMsg::Pick(pick) => self.pick_mention(pick),
        }
    }

    pub(super) fn read(&mut self, msg: TranscriptMsg) {
        match msg {
            TranscriptMsg::Link(address) => (self.told.borrow_mut())(ChatOut::Link(address)),
            TranscriptMsg::AtEnd(is_there) => self.tell(ChatMsg::AtEnd(is_there)),
            TranscriptMsg::Face(account) => (self.told.borrow_mut())(ChatOut::Face(account)),
            TranscriptMsg::Quote(EntryKey::Seq(seq)) => self.tell(ChatMsg::GoTo(seq)),
            TranscriptMsg::Retry(EntryKey::Nonce(nonce)) => self.tell(ChatMsg::Retry(nonce)),
            TranscriptMsg::Again(EntryKey::Seq(seq)) => {
                self.tell(ChatMsg::Menu(MenuMsg::Again(seq)));
            }
            TranscriptMsg::Reply(EntryKey::Seq(seq)) => self.tell(ChatMsg::Reply(Some(seq))),
            TranscriptMsg::Delete(key) => self.delete(key),
            // Only what is not in the log can have failed, and only what is can be answered.
            TranscriptMsg::Retry(_)
            | TranscriptMsg::Quote(_)
            | TranscriptMsg::Again(_)
            | TranscriptMsg::Reply(_) => {}
            TranscriptMsg::Menu { key, x, y } => self.open_message_menu(key, x, y),
            TranscriptMsg::Picture(key, thumb) => self.look_at(key, thumb),
            TranscriptMsg::File(key, deed) => self.do_with_file(key, deed),
            TranscriptMsg::Earlier => self.tell(ChatMsg::Earlier),
        }
    }

    /// What stands in the box.
    pub(super) fn tell_draft(&self) {
        self.tell(ChatMsg::Draft(self.composer.value()));
        self.tell(ChatMsg::Named(self.composer.mentions()));
    }

    pub(super) fn send(&mut self) {
        if self.composer.is_blank() {
            return;
        }
        let (text, mentions) = (self.composer.value(), self.composer.mentions());
        self.composer.focus();
        // What is too long stays in the box, to be made shorter; the model says so.
        let is_short_enough = self.state.borrow().view.text_limit.check(&text).is_ok();
        if is_short_enough {
            self.composer.set_value("");
            self.written();
        }
        self.tell(match mentions.is_empty() {
            true => ChatMsg::Send(text),
            false => ChatMsg::Mention(text, mentions),
        });
    }
}
