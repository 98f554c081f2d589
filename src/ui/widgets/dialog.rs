//! A question in a window of its own: what will happen, and two buttons.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::{Button, ButtonKind, Control, backdrop, window};
use crate::clock;
use crate::ui::attention;
use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::paragraph;
use crate::ui::screen;
use crate::ui::theme::{Colour, Style};

const WIDTH: i32 = 304;
/// Of one with more words than fit beside that width, as the rules of a game.
const WIDE: i32 = 440;
/// So many lines are few.
const FEW: usize = 8;
const PADDING: i32 = 24;
const LINES_MAX: usize = 20;
/// The display knows of a window after so long.
const KNOWN_S: f64 = 0.05;
/// Whoever writes presses the next key within this time.
const WRITES_FOR: Duration = Duration::from_millis(400);

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Of the window.
    pub window: String,
    /// In the disc above the words.
    pub icon: Icon,
    /// Whether the action destroys: then red, and the keyboard is on the other button.
    pub danger: bool,
    /// What is asked.
    pub title: String,
    /// What will happen.
    pub text: String,
    /// The button that does it, a verb; empty for a mere notice.
    pub action: String,
    /// The button that does not.
    pub cancel: String,
}

thread_local! {
    /// Dialogs that are not on the screen: windows are used anew, see `base::retire`.
    static FREE: RefCell<Vec<Dialog>> = const { RefCell::new(Vec::new()) };
    /// Questions that were ever asked.
    static ASKED: Cell<u64> = const { Cell::new(0) };
}

#[derive(Clone)]
struct Dialog {
    window: DoubleWindow,
    action: Button,
    cancel: Button,
    asked: Rc<RefCell<Option<Asked>>>,
    keys: Rc<Cell<Keys>>,
}

/// When it opened, and when a key was pressed that means nothing to it.
#[derive(Clone, Copy, Default)]
struct Keys {
    opened: Duration,
    typed: Option<Duration>,
    /// Somebody walked from one button to the other: the keys are for it.
    walked: bool,
}

impl Keys {
    /// Whether a key that presses a button is meant for it, and not for a box in which somebody writes.
    fn are_meant(self, now: Duration) -> bool {
        if self.walked {
            return true;
        }
        let last = self.typed.map_or(self.opened, |typed| typed.max(self.opened));
        now >= last + WRITES_FOR
    }
}

struct Asked {
    question: Question,
    answered: Box<dyn FnOnce(bool)>,
    /// Of this question alone.
    number: u64,
}

/// A question that may be open still.
pub struct Open {
    dialog: Dialog,
    number: u64,
}

impl Open {
    /// It is not asked any more, which is a no.
    pub fn take_back(mut self) {
        let is_open = |asked: &Asked| asked.number == self.number;
        if self.dialog.asked.borrow().as_ref().is_some_and(is_open) {
            self.dialog.answer(false);
        }
    }
}

/// Asks, and calls back once: with whether the action was chosen. Esc and closing are no.
pub fn ask(question: Question, answered: impl FnOnce(bool) + 'static) {
    drop(ask_for_now(question, answered));
}

/// The same, and it can be taken back.
#[must_use]
pub fn ask_for_now(question: Question, answered: impl FnOnce(bool) + 'static) -> Open {
    let free = FREE.with_borrow_mut(Vec::pop);
    let mut dialog = free.unwrap_or_else(Dialog::new);
    let number = ASKED.get() + 1;
    ASKED.set(number);
    dialog.open(Asked { question, answered: Box::new(answered), number });
    Open { dialog, number }
}

impl Dialog {
    fn new() -> Dialog {
        let mut window = window("", WIDTH, WIDTH);
        window.make_modal(true);
        let cancel = Button::new(ButtonKind::Outline, "").ringed();
        let action = Button::new(ButtonKind::Primary, "").ringed();
        window.end();
        let asked = Rc::new(RefCell::new(None));
        let mut dialog = Dialog { window, action, cancel, asked, keys: Rc::default() };
        dialog.wire();
        dialog
    }

    fn wire(&mut self) {
        let this = self.clone();
        self.cancel.on_press(move || this.clone().press(false));
        let this = self.clone();
        self.action.on_press(move || this.clone().press(true));
        let this = self.clone();
        self.window.set_callback(move |_| this.clone().answer(false));
        let this = self.clone();
        self.window.super_handle_first(false);
        self.window.handle(move |_, event| match event {
            Event::KeyDown | Event::Shortcut if app::event_key() == Key::Escape => {
                this.clone().answer(false);
                true
            }
            // Not those that walk from one button to the other.
            Event::KeyDown if is_writing(&app::event_text()) => {
                let typed = Some(clock::uptime());
                this.keys.set(Keys { typed, walked: false, ..this.keys.get() });
                false
            }
            Event::KeyDown if is_walking(app::event_key()) => {
                this.keys.set(Keys { walked: true, ..this.keys.get() });
                false
            }
            _ => false,
        });
        let asked = Rc::clone(&self.asked);
        backdrop(&mut self.window, Colour::Paper, move |canvas, area| {
            if let Some(asked) = asked.borrow().as_ref() {
                paint(canvas, area, &asked.question);
            }
        });
    }

    fn open(&mut self, asked: Asked) {
        let question = &asked.question;
        let (width, height) = size(|width| {
            let inner = width - 2 * PADDING;
            paragraph::lines(Style::BODY, &question.text, inner, LINES_MAX).len()
        });
        self.window.set_label(&question.window);
        let owner = screen::owner();
        let area = screen::over_front(width, height);
        // The bounds of the question before would hold.
        self.window.size_range(area.w, area.h, area.w, area.h);
        self.window.resize(area.x, area.y, area.w, area.h);
        self.place_buttons(question, (width, height));
        let danger = question.danger;
        *self.asked.borrow_mut() = Some(asked);
        self.keys.set(Keys { opened: clock::uptime(), ..Keys::default() });
        self.window.show();
        // The display has to know of it first.
        let window = self.window.clone();
        app::add_timeout3(KNOWN_S, move |_| attention::stand_over(&window, owner));
        if danger || !self.action.is_shown() { self.cancel.focus() } else { self.action.focus() }
    }

    fn place_buttons(&mut self, question: &Question, (width, height): (i32, i32)) {
        let y = height - PADDING - 32;
        let kind = if question.danger { ButtonKind::Danger } else { ButtonKind::Primary };
        self.action.set_kind(kind);
        self.action.set_label(&question.action);
        self.action.set_shown(!question.action.is_empty());
        self.cancel.set_label(&question.cancel);
        let mut right = width - PADDING;
        for button in [&mut self.action, &mut self.cancel] {
            if button.is_shown() {
                let width = button.wanted_width().max(56);
                button.place(Rect::new(right - width, y, width, 32));
                right -= width + 8;
            }
        }
    }

    fn press(&mut self, yes: bool) {
        let by_key = matches!(app::event(), Event::KeyDown | Event::KeyUp | Event::Shortcut);
        if !by_key || self.keys.get().are_meant(clock::uptime()) {
            self.answer(yes);
        }
    }

    fn answer(&mut self, yes: bool) {
        let Some(asked) = self.asked.borrow_mut().take() else { return };
        self.window.hide();
        FREE.with_borrow_mut(|free| free.push(self.clone()));
        // Not within the dialog's own event: the owner may open another window.
        let mut answered = Some(asked.answered);
        app::add_timeout3(0.0, move |_| {
            if let Some(answered) = answered.take() {
                answered(yes);
            }
        });
    }
}

/// How large a window is whose text has so many lines at a width.
fn size(lines: impl Fn(i32) -> usize) -> (i32, i32) {
    let (width, lines) = match lines(WIDTH) {
        few if few <= FEW => (WIDTH, few),
        _ => (WIDE, lines(WIDE)),
    };
    let text_height = Style::BODY.line * i32::try_from(lines).unwrap_or(1);
    (width, 104 + text_height + 24 + 32 + PADDING)
}

/// Whether a key walks from one button to the other.
fn is_walking(key: Key) -> bool {
    [Key::Tab, Key::Left, Key::Right].contains(&key)
}

/// Whether a key writes something.
fn is_writing(text: &str) -> bool {
    text.chars().any(|one| !one.is_whitespace() && !one.is_control())
}

fn paint(canvas: &Canvas, area: Rect, question: &Question) {
    let (soft, ink) = if question.danger {
        (Colour::BadSoft, Colour::Bad)
    } else {
        (Colour::BrandSoft, Colour::BrandText)
    };
    let disc = Rect::new(PADDING, PADDING, 40, 40);
    canvas.circle(disc, soft);
    canvas.icon_on(question.icon, disc.x + 10, disc.y + 10, 20, ink, soft);
    let inner = Rect::new(PADDING, 78, area.w - 2 * PADDING, Style::HEADING.line);
    canvas.text_in(Style::HEADING, Colour::Ink, inner, Align::Left, &question.title);
    let text = Rect::new(PADDING, 104, inner.w, area.h - 104 - 56);
    paragraph::draw(canvas, Style::BODY, Colour::Ink2, text, Align::Left, &question.text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_words_get_a_wider_window() {
        let height = |lines| 104 + Style::BODY.line * lines + 24 + 32 + PADDING;
        assert_eq!(size(|_| FEW), (WIDTH, height(8)));
        let many = |width| if width == WIDTH { 15 } else { 10 };
        assert_eq!(size(many), (WIDE, height(10)));
    }

    #[test]
    fn words_that_somebody_writes_press_nothing() {
        let at = Duration::from_millis;
        let opened = Keys { opened: at(1_000), ..Keys::default() };
        assert!(!opened.are_meant(at(1_100)) && opened.are_meant(at(1_400)));
        let typed = Keys { typed: Some(at(5_000)), ..opened };
        assert!(!typed.are_meant(at(5_100)) && typed.are_meant(at(5_400)));
        let walked = Keys { walked: true, ..typed };
        assert!(walked.are_meant(at(5_100)), "somebody is at the buttons");
        assert!(is_walking(Key::Tab) && !is_walking(Key::Enter));
        let writes = ["a", "说", "\t", " ", "\r", "", "\u{1b}"].map(is_writing);
        assert_eq!(writes, [true, true, false, false, false, false, false]);
    }
}
