//! Keys in the window of what was said, as far as no control of it takes them.

use fltk::app;
use fltk::enums::{Key, Shortcut};

use super::{Parts, say};
use crate::ui::app::history::HistoryMsg;
use crate::ui::widgets::Control;

impl Parts {
    /// What is typed while a list has the keyboard is looked for.
    pub(super) fn write_through(&mut self) -> bool {
        let words = app::event_text();
        let is_command = app::event_state().intersects(Shortcut::Ctrl | Shortcut::Alt);
        let is_elsewhere = !self.field.has_focus() && !self.filter.has_focus();
        // A space presses what has the keyboard.
        let is_typed = !words.trim().is_empty() && !words.chars().any(char::is_control);
        if is_elsewhere && is_typed && !is_command {
            self.field.write(&words);
        }
        is_elsewhere && is_typed && !is_command
    }

    pub(super) fn shortcut(&mut self) -> bool {
        let held = app::event_state();
        match app::event_key() {
            Key::F3 => {
                say(HistoryMsg::Next(if held.contains(Shortcut::Shift) { -1 } else { 1 }));
            }
            key if held.contains(Shortcut::Ctrl) && key == Key::from_char('f') => {
                self.field.focus();
                self.field.select_all();
            }
            Key::Escape => {
                let state = self.shown.borrow().state_before_escape();
                say(state);
            }
            _ => return false,
        }
        true
    }
}
