//! The box that messages are written in: the system's own editor, so that input methods work.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Align as NativeAlign, Event, FrameType, Key, Shortcut};
use fltk::prelude::{DisplayExt, WidgetBase, WidgetExt};
use fltk::text::{Cursor, TextBuffer, TextEditor, WrapMode};

use crate::ui::app::settings::SendKey;
use crate::ui::fonts;
use crate::ui::paint::emoji::{self, Codes, Piece};
use crate::ui::paint::{Align, Canvas, Rect, text};
use crate::ui::text::{Language, language, tr};
use crate::ui::theme::{Colour, Face, Style};
use crate::ui::widgets::{control, native};

/// The toolkit's editor keeps so much free at its left.
const INNER: i32 = 3;

/// What is done in the box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComposerMsg {
    /// Send what is written.
    Send,
    /// The text changed by hand.
    Changed,
    /// It has the keyboard now.
    Focused,
    /// Close the window.
    Close,
    /// Show earlier messages.
    PageUp,
    /// Show later messages.
    PageDown,
    /// Show the newest message.
    End,
}

struct State {
    send_key: SendKey,
    /// The text that was seen or set last.
    known: String,
    told: Box<dyn FnMut(ComposerMsg)>,
}

/// The box.
#[derive(Clone)]
pub struct Composer {
    editor: TextEditor,
    buffer: TextBuffer,
    state: Rc<RefCell<State>>,
}

control!(Composer, editor, 0);

impl Composer {
    /// An empty box.
    #[must_use]
    pub fn new() -> Composer {
        let mut editor = TextEditor::new(0, 0, 0, 0, None);
        let buffer = TextBuffer::default();
        editor.set_buffer(buffer.clone());
        editor.set_frame(FrameType::FlatBox);
        editor.wrap_mode(WrapMode::AtBounds, 0);
        editor.set_cursor_style(Cursor::Simple);
        editor.set_tab_nav(true);
        // Without bars: the caret and the wheel scroll.
        editor.set_scrollbar_align(NativeAlign::empty());
        let told: Box<dyn FnMut(ComposerMsg)> = Box::new(|_| {});
        let state =
            Rc::new(RefCell::new(State { send_key: SendKey::Enter, known: String::new(), told }));
        let mut composer = Composer { editor, buffer, state };
        composer.restyle();
        composer.wire();
        composer
    }

    /// Calls back when something is done in it.
    pub fn on_msg(&mut self, told: impl FnMut(ComposerMsg) + 'static) {
        self.state.borrow_mut().told = Box::new(told);
    }

    /// Which key sends.
    pub fn set_send_key(&mut self, send_key: SendKey) {
        self.state.borrow_mut().send_key = send_key;
    }

    /// What is written, with emoji in place of their codes.
    #[must_use]
    pub fn value(&self) -> String {
        emoji::from_codes(&self.buffer.text())
    }

    /// Whether it has the keyboard.
    #[must_use]
    pub fn has_focus(&self) -> bool {
        self.editor.has_focus()
    }

    /// Writes at the caret, as if it were typed there.
    pub fn write(&mut self, words: &str) {
        self.buffer.remove_selection();
        self.editor.insert(words);
        self.editor.show_insert_position();
    }

    /// Asks the system for what was copied, to write it at the caret.
    pub fn paste(&mut self) {
        app::paste_text(&self.editor);
    }

    /// Whether nothing but white space is written.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.buffer.text().trim().is_empty()
    }

    /// Replaces what is written; the caret goes behind it.
    pub fn set_value(&mut self, value: &str) {
        let value = emoji::to_codes(value, codes());
        self.buffer.set_text(&value);
        self.state.borrow_mut().known = value;
        self.editor.set_insert_position(self.buffer.length());
        self.restyle();
        self.editor.redraw();
    }

    /// Forgets what is written, and what could be undone.
    pub fn forget(&mut self) {
        self.buffer.can_undo(false);
        self.buffer.set_text("");
        self.buffer.can_undo(true);
    }

    /// The colours and the face of the moment.
    pub fn restyle(&mut self) {
        self.editor.set_color(native(Colour::Paper));
        self.editor.set_text_color(native(Colour::Ink));
        self.editor.set_selection_color(native(Colour::Selected));
        self.editor.set_cursor_color(native(Colour::Ink));
        let plain = self.buffer.text().chars().all(|c| c == '\n' || text::is_in_sans(c));
        let font = if plain { fonts::font(Face::Sans) } else { fonts::FALLBACK_EAST_ASIAN };
        self.editor.set_text_font(font);
        self.editor.set_text_size(Style::MESSAGE.size);
    }

    fn wire(&mut self) {
        self.editor.super_handle_first(false);
        let this = self.clone();
        self.editor.handle(move |_, event| this.clone().event(event));
        let buffer = self.buffer.clone();
        self.editor.draw(move |editor| {
            if buffer.length() == 0 {
                let area = Rect::of(editor).without_left(INNER);
                let canvas = Canvas::over(area);
                let words = Rect { h: Style::MESSAGE.line, ..area };
                canvas.text_in(
                    Style::MESSAGE,
                    Colour::Ink3,
                    words,
                    Align::Left,
                    tr("chat.placeholder"),
                );
            }
        });
        let this = self.clone();
        self.buffer.add_modify_callback(move |_, inserted, deleted, _, _| {
            if inserted > 0 || deleted > 0 {
                let this = this.clone();
                // The buffer may not be changed while it tells of a change.
                app::add_timeout3(0.0, move |_| this.clone().changed());
            }
        });
    }

    fn changed(&mut self) {
        let written = self.buffer.text();
        if emoji::pieces(&written).iter().any(|piece| matches!(piece, Piece::Picture(..))) {
            let behind = self.buffer.length() - self.editor.insert_position();
            self.buffer.set_text(&emoji::to_codes(&written, codes()));
            self.editor.set_insert_position((self.buffer.length() - behind).max(0));
        }
        self.restyle();
        self.editor.redraw();
        let written = self.buffer.text();
        let before = std::mem::replace(&mut self.state.borrow_mut().known, written.clone());
        if before != written {
            self.tell(ComposerMsg::Changed);
        }
    }

    fn event(&mut self, event: Event) -> bool {
        match event {
            Event::Focus => {
                self.tell(ComposerMsg::Focused);
                false
            }
            Event::KeyDown => self.key(app::event_key(), app::event_state()),
            _ => false,
        }
    }

    fn key(&mut self, key: Key, held: Shortcut) -> bool {
        let (control, shift) = (held.contains(Shortcut::Ctrl), held.contains(Shortcut::Shift));
        let msg = match key {
            Key::Enter | Key::KPEnter => {
                let sends = match self.state.borrow().send_key {
                    SendKey::Enter => !control,
                    SendKey::CtrlEnter => control,
                };
                if shift || !sends {
                    self.write("\n");
                    return true;
                }
                ComposerMsg::Send
            }
            Key::Escape => ComposerMsg::Close,
            Key::PageUp => ComposerMsg::PageUp,
            Key::PageDown => ComposerMsg::PageDown,
            Key::End if control || self.buffer.length() == 0 => ComposerMsg::End,
            _ => return false,
        };
        self.tell(msg);
        true
    }

    /// Not while anything is borrowed: the owner may come back at once.
    fn tell(&self, msg: ComposerMsg) {
        let mut told = std::mem::replace(&mut self.state.borrow_mut().told, Box::new(|_| {}));
        told(msg);
        self.state.borrow_mut().told = told;
    }
}

impl Default for Composer {
    fn default() -> Composer {
        Composer::new()
    }
}

fn codes() -> Codes {
    match language() {
        Language::Chinese => Codes::Chinese,
        Language::English => Codes::English,
    }
}
