//! The box that messages are written in: the system's own editor, so that input methods work.
//!
//! Each letter is drawn by a face that has it, and emoji are written as their codes, in colour.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Font, FrameType, Key, Shortcut};
use fltk::prelude::{DisplayExt, WidgetBase, WidgetExt};
use fltk::text::{Cursor, StyleTableEntry, TextBuffer, TextEditor, WrapMode};

use super::bar::{Bar, LANE};
use super::marks::{Bit, Marks, bits};
use crate::domain::{AccountId, Mentions, is_blank};
use crate::ui::app::settings::SendKey;
use crate::ui::fonts;
use crate::ui::paint::emoji::Codes;
use crate::ui::paint::{Align, Canvas, Rect, text};
use crate::ui::text::{Language, language, tr};
use crate::ui::theme::{Colour, Face, Style};
use crate::ui::widgets::{Control, native};

/// The toolkit's editor keeps so much free at its left.
const INNER: i32 = 3;
/// The caret of an empty box takes so much behind that.
const CARET: i32 = 3;
/// The faces that letters may need, in the order of the toolkit's table of styles.
const FONTS: [Font; 3] =
    [fonts::font(Face::Sans), fonts::FALLBACK_EAST_ASIAN, fonts::FALLBACK_OTHER];
/// The style of a code, behind those of the faces.
const CODE_STYLE: u8 = b'D';

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
    /// Paste what was copied.
    Paste,
    /// Show earlier messages.
    PageUp,
    /// Show later messages.
    PageDown,
    /// Show the newest message.
    End,
    /// The caret may stand elsewhere.
    Moved,
    /// It has the keyboard no more.
    Left,
    /// Among those who can be mentioned.
    Pick(Pick),
    /// Take the last own message back and write it anew.
    EditLast,
    /// Show the menu of the newest message.
    Menu,
}

/// A key for the list of those who can be mentioned, while that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The one above.
    Up,
    /// The one below.
    Down,
    /// The one that is chosen.
    Take,
    /// None of them.
    None,
}

struct State {
    send_key: SendKey,
    /// The list of those who can be mentioned is shown.
    picking: bool,
    /// It came back while the keyboard was in another window, and has it when its own gets it.
    awaits_keyboard: bool,
    /// How messages are set.
    style: Style,
    /// The text that was seen or set last.
    known: String,
    marks: Marks,
    told: Box<dyn FnMut(ComposerMsg)>,
}

/// The box.
#[derive(Clone)]
pub struct Composer {
    editor: TextEditor,
    bar: Bar,
    buffer: TextBuffer,
    /// A letter for each byte of the text: its style.
    styles: TextBuffer,
    state: Rc<RefCell<State>>,
}

impl Control for Composer {
    fn place(&mut self, area: Rect) {
        let editor = area.without_right(LANE);
        self.editor.resize(editor.x, editor.y, editor.w, editor.h);
        self.bar.place(Rect::new(editor.right(), area.y, LANE, area.h));
    }
    fn area(&self) -> Rect {
        let editor = Rect::of(&self.editor);
        Rect { w: editor.w + LANE, ..editor }
    }
    fn set_shown(&mut self, shown: bool) {
        match shown {
            true => self.editor.show(),
            false => self.editor.hide(),
        }
        self.bar.set_shown(shown);
    }
    fn is_shown(&self) -> bool {
        self.editor.visible()
    }
    fn set_enabled(&mut self, enabled: bool) {
        if enabled { self.editor.activate() } else { self.editor.deactivate() }
    }
    fn is_enabled(&self) -> bool {
        self.editor.active()
    }
    fn focus(&mut self) {
        // Refused only while hidden, when there is nothing to focus.
        let _hidden = self.editor.take_focus();
    }
    fn redraw(&mut self) {
        self.editor.redraw();
    }
}

impl Composer {
    /// An empty box.
    #[must_use]
    pub fn new() -> Composer {
        let mut editor = TextEditor::new(0, 0, 0, 0, None);
        let buffer = TextBuffer::default();
        let mut styles = TextBuffer::default();
        styles.can_undo(false);
        editor.set_buffer(buffer.clone());
        editor.set_frame(FrameType::FlatBox);
        editor.wrap_mode(WrapMode::AtBounds, 0);
        editor.set_cursor_style(Cursor::Simple);
        editor.set_tab_nav(true);
        editor.set_scrollbar_size(1);
        let bar = Bar::new(&editor);
        let told: Box<dyn FnMut(ComposerMsg)> = Box::new(|_| {});
        let (send_key, known, marks) = (SendKey::Enter, String::new(), Marks::default());
        let style = Style::MESSAGE;
        let (picking, awaits_keyboard) = (false, false);
        let state = State { send_key, picking, awaits_keyboard, style, known, marks, told };
        let state = Rc::new(RefCell::new(state));
        let mut composer = Composer { editor, bar, buffer, styles, state };
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

    /// Whether the list of those who can be mentioned is shown, which has some of the keys then.
    pub fn set_picking(&mut self, picking: bool) {
        self.state.borrow_mut().picking = picking;
    }

    /// Whether that list is shown.
    #[must_use]
    pub fn is_picking(&self) -> bool {
        self.state.borrow().picking
    }

    /// What stands before the caret, as it is shown. Nothing behind a name that is a mention already.
    #[must_use]
    pub fn before_caret(&self) -> String {
        let caret = self.editor.insert_position();
        if self.state.borrow().marks.ending_at(place(caret)).is_some() {
            return String::new();
        }
        self.buffer.text_range(0, caret).unwrap_or_default()
    }

    /// Whom the text mentions.
    #[must_use]
    pub fn mentions(&self) -> Mentions {
        self.state.borrow().marks.mentions()
    }

    /// Writes a mention, or begins one, in place of what stands between there and the caret.
    pub fn mention(&mut self, from: usize, name: &str, who: Option<AccountId>) {
        let caret = self.editor.insert_position();
        self.buffer.remove(native_place(from), caret);
        self.editor.set_insert_position(native_place(from));
        self.write_name(&format!("@{name}"), who);
        self.editor.insert(" ");
        self.style();
        self.editor.show_insert_position();
    }

    /// Writes a mention at the caret.
    fn write_name(&mut self, name: &str, who: Option<AccountId>) {
        let from = place(self.editor.insert_position());
        let shown = bits(name, codes(), &unknown_code()).into_iter();
        let as_shown = |bit| match bit {
            Bit::Plain(shown) | Bit::Code(shown, _) => shown,
        };
        let shown: String = shown.map(as_shown).collect();
        self.editor.insert(&shown);
        self.state.borrow_mut().marks.mention(from..from + shown.len(), name.to_owned(), who);
    }

    /// The size of what is written.
    pub fn set_text_size(&mut self, size: i32) {
        let style = Style::message(size);
        if self.state.borrow().style != style {
            self.state.borrow_mut().style = style;
            self.restyle();
        }
    }

    /// What is written, with emoji in place of the codes that were put here for them.
    #[must_use]
    pub fn value(&self) -> String {
        let written = self.buffer.text();
        self.state.borrow().marks.resolve(&written, 0..written.len())
    }

    /// Takes the keyboard as soon as its window has it.
    pub fn await_keyboard(&mut self) {
        self.state.borrow_mut().awaits_keyboard = true;
    }

    /// Its window has the keyboard: whether the box took it.
    pub fn take_awaited(&mut self) -> bool {
        let awaits = std::mem::take(&mut self.state.borrow_mut().awaits_keyboard);
        if awaits {
            self.focus();
        }
        awaits
    }

    /// Shows where the next letter goes while it has the keyboard; not while a panel over it takes the
    /// letters.
    pub fn show_caret(&mut self, shown: bool) {
        self.editor.show_cursor(shown);
    }

    /// Whether it has the keyboard.
    #[must_use]
    pub fn has_focus(&self) -> bool {
        self.editor.has_focus()
    }

    /// Whether nothing that can be seen is written.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        is_blank(&self.buffer.text())
    }

    /// Replaces what is written; the caret goes behind it.
    pub fn set_value(&mut self, value: &str) {
        self.set_draft(value, &Mentions::default());
    }

    /// The same, with whom it mentions.
    pub fn set_draft(&mut self, value: &str, mentions: &Mentions) {
        self.buffer.set_text("");
        self.editor.set_insert_position(0);
        let mut at = 0;
        for place in &mentions.places {
            let start = usize::try_from(place.start).unwrap_or(usize::MAX);
            let (Some(before), Some(name)) = (value.get(at..start), place.words(value)) else {
                continue;
            };
            self.write(before);
            self.write_name(name, place.account);
            at = start + name.len();
        }
        self.write(value.get(at..).unwrap_or_default());
        self.state.borrow_mut().known = self.buffer.text();
        self.editor.redraw();
    }

    /// Writes at the caret, in place of what is selected. Emoji are written as their codes.
    pub fn write(&mut self, words: &str) {
        self.buffer.remove_selection();
        let start = place(self.editor.insert_position());
        let (mut shown, mut codes_here) = (String::new(), Vec::new());
        for bit in bits(words, codes(), &unknown_code()) {
            match bit {
                Bit::Plain(plain) => shown.push_str(&plain),
                Bit::Code(code, stands_for) => {
                    let at = start + shown.len();
                    codes_here.push((at..at + code.len(), stands_for));
                    shown.push_str(&code);
                }
            }
        }
        self.editor.insert(&shown);
        for (place, stands_for) in codes_here {
            self.state.borrow_mut().marks.add(place, stands_for);
        }
        self.style();
        self.editor.show_insert_position();
    }

    /// Forgets what is written, and what could be undone.
    pub fn forget(&mut self) {
        self.buffer.can_undo(false);
        self.buffer.set_text("");
        self.buffer.can_undo(true);
        self.state.borrow_mut().marks = Marks::default();
    }

    /// The colours of the moment.
    pub fn restyle(&mut self) {
        self.editor.set_color(native(Colour::Paper));
        self.editor.set_text_color(native(Colour::Ink));
        self.editor.set_selection_color(native(Colour::Selected));
        self.editor.set_cursor_color(native(Colour::Ink));
        self.editor.set_text_font(FONTS[0]);
        let size = self.state.borrow().style.size;
        self.editor.set_text_size(size);
        let letters = FONTS.map(|font| (font, Colour::Ink)).into_iter();
        let table: Vec<StyleTableEntry> = letters
            .chain([(FONTS[0], Colour::BrandText)])
            .map(|(font, colour)| StyleTableEntry { color: native(colour), font, size })
            .collect();
        self.editor.set_highlight_data(self.styles.clone(), table);
        self.editor.redraw();
    }

    fn wire(&mut self) {
        self.editor.super_handle_first(false);
        let this = self.clone();
        self.editor.handle(move |_, event| this.clone().event(event));
        let (buffer, bar, state) = (self.buffer.clone(), self.bar.clone(), Rc::clone(&self.state));
        self.editor.draw(move |editor| {
            let area = Rect::of(editor);
            let canvas = Canvas::over(area);
            // Over the toolkit's own scrollbar, whose arrows are wider than it.
            let native_bar = Rect::new(area.right() - INNER - 1, area.y, INNER + 1, area.h);
            canvas.fill(native_bar, Colour::Paper);
            bar.follow();
            if buffer.length() == 0 {
                let words = area.without_left(INNER + CARET);
                let style = state.borrow().style;
                let words = Rect { h: style.line, ..words };
                canvas.text_in(style, Colour::Ink3, words, Align::Left, tr("chat.placeholder"));
            }
        });
        let this = self.clone();
        self.buffer.add_modify_callback(move |at, inserted, deleted, _, old| {
            if inserted > 0 || deleted > 0 {
                let mut this = this.clone();
                let new = this.buffer.text_range(at, at + inserted).unwrap_or_default();
                this.state.borrow_mut().marks.edit(place(at), old, &new);
                // Before the editor looks at the change, which it does after this.
                this.style();
                // The buffer may not be changed while it tells of a change.
                app::add_timeout3(0.0, move |_| this.changed());
            }
        });
    }

    /// Gives each letter its style.
    fn style(&mut self) {
        let written = self.buffer.text();
        let mut styles: Vec<u8> = Vec::with_capacity(written.len());
        for c in written.chars() {
            let font = text::letter_font(c);
            let style = FONTS.iter().position(|known| *known == font).unwrap_or(0);
            let letter = b'A'.saturating_add(u8::try_from(style).unwrap_or(0));
            styles.resize(styles.len() + c.len_utf8(), letter);
        }
        for code in self.state.borrow().marks.places() {
            if let Some(styles) = styles.get_mut(code.clone()) {
                styles.fill(CODE_STYLE);
            }
        }
        self.styles.set_text(&String::from_utf8_lossy(&styles));
    }

    fn changed(&mut self) {
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
            Event::Paste => {
                self.write(&app::event_text());
                true
            }
            Event::Unfocus => {
                self.tell(ComposerMsg::Left);
                false
            }
            Event::KeyUp | Event::Released => {
                self.tell(ComposerMsg::Moved);
                false
            }
            Event::KeyDown => self.key(app::event_key(), app::event_state()),
            _ => false,
        }
    }

    fn key(&mut self, key: Key, held: Shortcut) -> bool {
        let (control, shift) = (held.contains(Shortcut::Ctrl), held.contains(Shortcut::Shift));
        if let Some(pick) = pick_of(key, held).filter(|_| self.is_picking()) {
            self.tell(ComposerMsg::Pick(pick));
            return true;
        }
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
            Key::Up if !control && !shift && self.buffer.length() == 0 => ComposerMsg::EditLast,
            Key::Menu => ComposerMsg::Menu,
            Key::F10 if shift => ComposerMsg::Menu,
            Key::BackSpace | Key::Delete if !control && !shift => return self.delete_code(key),
            _ if control && key == Key::from_char('v') => ComposerMsg::Paste,
            Key::Insert if shift => ComposerMsg::Paste,
            _ if control => return self.copy(key),
            // An input method may write anything.
            _ => return self.write_emoji(&app::event_text()),
        };
        self.tell(msg);
        true
    }

    /// A code before or behind the caret goes as a whole.
    fn delete_code(&mut self, key: Key) -> bool {
        let caret = place(self.editor.insert_position());
        let code = match key {
            _ if self.buffer.selected() => None,
            Key::BackSpace => self.state.borrow().marks.ending_at(caret),
            _ => self.state.borrow().marks.starting_at(caret),
        };
        let Some(Range { start, end }) = code else { return false };
        self.buffer.remove(native_place(start), native_place(end));
        self.editor.set_insert_position(native_place(start));
        self.editor.show_insert_position();
        true
    }

    /// Copies or cuts what is selected as it is meant, so that other programs get emoji.
    fn copy(&mut self, key: Key) -> bool {
        let (is_copy, is_cut) = (key == Key::from_char('c'), key == Key::from_char('x'));
        let Some((start, end)) = self.buffer.selection_position() else { return false };
        if !is_copy && !is_cut {
            return false;
        }
        let meant =
            self.state.borrow().marks.resolve(&self.buffer.text(), place(start)..place(end));
        app::copy(&meant);
        if is_cut {
            self.buffer.remove_selection();
            self.editor.set_insert_position(start);
            self.editor.show_insert_position();
        }
        true
    }

    fn write_emoji(&mut self, words: &str) -> bool {
        let codes = bits(words, codes(), "");
        let has_code = codes.iter().any(|bit| matches!(bit, Bit::Code(..)));
        if has_code {
            self.write(words);
        }
        has_code
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

/// What a key does in the list of those who can be mentioned.
fn pick_of(key: Key, held: Shortcut) -> Option<Pick> {
    match key {
        _ if held.intersects(Shortcut::Ctrl | Shortcut::Shift | Shortcut::Alt) => None,
        Key::Up => Some(Pick::Up),
        Key::Down => Some(Pick::Down),
        Key::Enter | Key::KPEnter | Key::Tab => Some(Pick::Take),
        Key::Escape => Some(Pick::None),
        _ => None,
    }
}

/// The code of emoji without one of their own.
fn unknown_code() -> String {
    format!("[{}]", tr("chat.emoji"))
}

/// The language of codes at the moment.
pub(super) fn codes() -> Codes {
    match language() {
        Language::Chinese => Codes::Chinese,
        Language::English => Codes::English,
    }
}

/// A place in the text as we count.
fn place(native: i32) -> usize {
    usize::try_from(native).unwrap_or(0)
}

/// A place in the text as the toolkit counts.
fn native_place(place: usize) -> i32 {
    i32::try_from(place).unwrap_or(i32::MAX)
}
