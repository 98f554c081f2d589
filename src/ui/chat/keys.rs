//! Keys and the pointer in a chat window, as far as no control of it takes them.

use fltk::app;
use fltk::enums::{Cursor, Event, Key, Shortcut};
use fltk::prelude::{WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::{ChatOut, Parts, areas};
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::find::FindMsg;
use crate::ui::widgets::Control;

/// How near the pointer must be to the composer's edge to drag it.
const EDGE: i32 = 3;

impl Parts {
    pub(super) fn event(&mut self, window: &mut DoubleWindow, event: Event) -> bool {
        let edge = self.state.borrow().areas.composer.y;
        let near = (app::event_y() - edge).abs() <= EDGE;
        match event {
            Event::Unfocus => {
                self.tell(ChatMsg::Focus(false));
                false
            }
            Event::Move => {
                let cursor = if near { Cursor::NS } else { Cursor::Default };
                window.set_cursor(cursor);
                near
            }
            Event::Push if near => {
                self.state.borrow_mut().dragging = true;
                true
            }
            Event::Drag if self.state.borrow().dragging => {
                let height = areas::clamped(window.h() - app::event_y(), window.h());
                self.state.borrow_mut().composer_height = height;
                self.lay_out(window.w(), window.h());
                window.redraw();
                true
            }
            Event::Released if self.state.borrow().dragging => {
                self.state.borrow_mut().dragging = false;
                let height = self.state.borrow().composer_height;
                (self.told.borrow_mut())(ChatOut::Composer(height));
                true
            }
            Event::KeyDown => self.shortcut() || self.write_through(),
            Event::Shortcut => self.shortcut(),
            _ => false,
        }
    }

    /// What is typed while something else than the box has the keyboard is written into the box:
    /// nobody types at messages or buttons.
    fn write_through(&mut self) -> bool {
        let held = app::event_state();
        if self.composer.has_focus() || held.contains(Shortcut::Alt) {
            return false;
        }
        let words = app::event_text();
        if held.contains(Shortcut::Ctrl) {
            let is_paste = app::event_key() == Key::from_char('v');
            if is_paste {
                self.composer.focus();
                self.composer.paste();
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

    fn shortcut(&mut self) -> bool {
        let control = app::event_state().contains(Shortcut::Ctrl);
        match (app::event_state().contains(Shortcut::Alt), app::event_key()) {
            (true, key) if key == Key::from_char('s') => self.send(),
            (true, key) if key == Key::from_char('e') => self.open_emoji(),
            (false, Key::F3) => {
                let newer = app::event_state().contains(Shortcut::Shift);
                let find = if newer { FindMsg::Newer } else { FindMsg::Older };
                self.tell(ChatMsg::Find(find));
            }
            (false, key) if key == Key::from_char('f') && control => self.open_find(),
            (false, Key::Escape) => self.leave(),
            _ => return false,
        }
        true
    }
}
