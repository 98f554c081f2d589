//! Keys in a chat window, as far as no control of it takes them.

use fltk::app;
use fltk::enums::{Key, Shortcut};

use super::Parts;
use crate::ui::app::Msg;
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::find::FindMsg;
use crate::ui::app::history::HistoryMsg;
use crate::ui::app::images::ViewerMsg;
use crate::ui::shell::post;
use crate::ui::widgets::Control;

impl Parts {
    /// What is typed while something else than the box has the keyboard is written into the box:
    /// nobody types at messages or buttons.
    pub(super) fn write_through(&mut self) -> bool {
        let held = app::event_state();
        let is_elsewhere = self.composer.has_focus() || !self.composer.is_shown();
        if is_elsewhere || held.contains(Shortcut::Alt) {
            return false;
        }
        let words = app::event_text();
        if held.contains(Shortcut::Ctrl) {
            let is_paste = app::event_key() == Key::from_char('v');
            if is_paste {
                self.paste();
            }
            return is_paste;
        }
        if words.is_empty() || words.chars().any(char::is_control) {
            return false;
        }
        self.composer.focus();
        self.composer.write(&words);
        true
    }

    pub(super) fn shortcut(&mut self) -> bool {
        let control = app::event_state().contains(Shortcut::Ctrl);
        match (app::event_state().contains(Shortcut::Alt), app::event_key()) {
            (true, key) => match deed(key, self.composer.is_shown()) {
                Some(Deed::Send) => self.send(),
                Some(Deed::Emoji) => self.open_emoji(),
                None => return false,
            },
            (false, Key::F3) => {
                let newer = app::event_state().contains(Shortcut::Shift);
                let find = if newer { FindMsg::Newer } else { FindMsg::Older };
                self.tell(ChatMsg::Find(find));
            }
            (false, key) if key == Key::from_char('f') && control => self.open_find(),
            (false, key) if key == Key::from_char('h') && control => self.open_history(),
            (false, key) if key == Key::from_char('s') && control => self.save_picture(),
            (false, Key::Escape) => self.leave(),
            _ => return false,
        }
        true
    }

    /// The picture that was pressed last, or the newest one, goes into a file.
    fn save_picture(&self) {
        let target = self.state.borrow().view.target;
        if let Some(seq) = self.transcript.picture() {
            post(Msg::Viewer(ViewerMsg::SaveAs(target, seq)));
        }
    }

    /// What was said before, in a window of its own.
    pub(super) fn open_history(&self) {
        let target = self.state.borrow().view.target;
        post(Msg::History(HistoryMsg::Open(Some(target))));
    }
}

/// What Alt and a key do with the box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Send,
    Emoji,
}

/// Where one may not write nothing is sent, though words of before are in the box.
fn deed(key: Key, may_write: bool) -> Option<Deed> {
    match key {
        _ if !may_write => None,
        key if key == Key::from_char('s') => Some(Deed::Send),
        key if key == Key::from_char('e') => Some(Deed::Emoji),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_sent_where_one_may_not_write() {
        let keys = ['s', 'e', 'x'].map(Key::from_char);
        assert_eq!(keys.map(|key| deed(key, true)), [Some(Deed::Send), Some(Deed::Emoji), None]);
        assert_eq!(keys.map(|key| deed(key, false)), [None; 3]);
    }
}
