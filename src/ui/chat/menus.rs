//! The menus of a chat window.

use std::rc::Rc;

use fltk::app;
use fltk::prelude::WindowExt;

use super::{ChatOut, Parts, emoji};
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::settings::SendKey;
use crate::ui::paint::{Icon, Rect};
use crate::ui::text::tr;
use crate::ui::transcript::{Key as EntryKey, Mark};
use crate::ui::widgets::{Control, MenuEntry, MenuItem, MenuPlace, on_screen, open_menu};

impl Parts {
    /// What is chosen is written into the box.
    pub(super) fn open_emoji(&self) {
        let mut this = self.clone();
        emoji::open(on_screen(&self.emoji, &self.window), move |chosen| {
            this.composer.focus();
            if let Some(chosen) = chosen {
                this.composer.write(chosen);
                (this.told.borrow_mut())(ChatOut::Emoji(chosen));
            }
        });
    }

    pub(super) fn open_send_menu(&self) {
        let now = self.state.borrow().view.send_key;
        let item =
            |key: &'static str, sends: SendKey| MenuItem::new(tr(key)).checked(now == sends).into();
        let entries =
            vec![item("chat.by.enter", SendKey::Enter), item("chat.by.ctrl", SendKey::CtrlEnter)];
        let areas = self.state.borrow().areas;
        let both = Rect { w: areas.send_menu.right() - areas.send.x, ..areas.send };
        let place = both.moved(self.window.x_root(), self.window.y_root());
        let told = Rc::clone(&self.told);
        open_menu(MenuPlace::Above(place), entries, move |picked| {
            let chosen = match picked {
                Some(0) => SendKey::Enter,
                Some(_) => SendKey::CtrlEnter,
                None => return,
            };
            (told.borrow_mut())(ChatOut::SendKey(chosen));
        });
    }

    /// Copies what is marked, or marks everything; a failed message goes again or away.
    pub(super) fn open_message_menu(&self, key: Option<EntryKey>, x: i32, y: i32) {
        let message = key.and_then(|key| self.transcript.message(key));
        // What is selected, else the message under the pointer.
        let words = match self.transcript.selected() {
            selected if selected.is_empty() => message.as_ref().map(|(words, _)| words.clone()),
            selected => Some(selected),
        };
        let copy = MenuItem::new(tr("chat.copy")).icon(Icon::Copy).shortcut("Ctrl+C");
        let all = MenuItem::new(tr("chat.select_all")).icon(Icon::Text).shortcut("Ctrl+A");
        let mut entries = vec![copy.disabled(words.is_none()).into(), all.into()];
        let failed = match (key, message) {
            (Some(EntryKey::Nonce(nonce)), Some((_, Mark::Failed))) => Some(nonce),
            _ => None,
        };
        if failed.is_some() {
            entries.push(MenuEntry::Separator);
            entries.push(MenuItem::new(tr("chat.retry")).icon(Icon::Retry).into());
            entries.push(MenuItem::new(tr("chat.discard")).icon(Icon::Trash).danger().into());
        }
        let mut this = self.clone();
        let place = (self.window.x_root() + x, self.window.y_root() + y);
        open_menu(MenuPlace::At(place.0, place.1), entries, move |picked| match (picked, failed) {
            (Some(0), _) => app::copy(words.as_deref().unwrap_or_default()),
            (Some(1), _) => this.transcript.select_all(),
            (Some(3), Some(nonce)) => this.tell(ChatMsg::Retry(nonce)),
            (Some(4), Some(nonce)) => this.tell(ChatMsg::Discard(nonce)),
            _ => {}
        });
    }
}
