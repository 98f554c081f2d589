//! The strip under a header: what is wrong with the connection, and what to do.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::button::Button as Native;
use fltk::enums::{Event, FrameType};
use fltk::prelude::{WidgetBase, WidgetExt};

use super::base::control;
use super::touch::Touch;
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::theme::{Colour, Style};

/// What the cross takes at the right.
const CROSS: i32 = 36;

/// The mood of a strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StripKind {
    /// Something is missing; it is being looked after.
    Warning,
    /// All is well again.
    Good,
    /// Something failed.
    Bad,
    /// For your information.
    Plain,
}

impl StripKind {
    fn colours(self) -> (Colour, Colour) {
        match self {
            StripKind::Warning => (Colour::GoldSoft, Colour::GoldText),
            StripKind::Good => (Colour::OkSoft, Colour::Ok),
            StripKind::Bad => (Colour::BadSoft, Colour::Bad),
            StripKind::Plain => (Colour::BrandSoft, Colour::BrandText),
        }
    }
}

struct Look {
    kind: StripKind,
    icon: Icon,
    words: String,
    action: String,
    /// It has a cross.
    closes: bool,
}

/// A strip of 32 px with words at the left and an action at the right.
#[derive(Clone)]
pub struct Strip {
    native: Native,
    look: Rc<RefCell<Look>>,
}

control!(Strip, native, 0);

impl Strip {
    /// Empty.
    #[must_use]
    pub fn new() -> Strip {
        let mut native = Native::new(0, 0, 0, 0, None);
        native.set_frame(FrameType::FlatBox);
        native.super_draw(false);
        let look = Rc::new(RefCell::new(Look {
            kind: StripKind::Warning,
            icon: Icon::Offline,
            words: String::new(),
            action: String::new(),
            closes: false,
        }));
        let touch = Rc::new(Touch::default());
        let drawn = Rc::clone(&look);
        let touched = Rc::clone(&touch);
        native.draw(move |native| {
            let area = Rect::of(native);
            drawn.borrow().paint(&Canvas::over(area), area, &touched);
        });
        Touch::follow(&mut native, &touch);
        Strip { native, look }
    }

    /// Changes all of it; an empty action is none.
    pub fn set(&mut self, kind: StripKind, icon: Icon, words: &str, action: &str) {
        *self.look.borrow_mut() = Look {
            kind,
            icon,
            words: words.to_string(),
            action: action.to_string(),
            closes: false,
        };
        if action.is_empty() {
            self.native.clear_visible_focus();
        } else {
            self.native.set_visible_focus();
        }
        self.native.redraw();
    }

    /// Whether it has a cross; until it is set anew.
    pub fn set_closes(&mut self, closes: bool) {
        self.look.borrow_mut().closes = closes;
        self.native.redraw();
    }

    /// Calls back when its action is pressed, or its cross: then with `true`.
    pub fn on_choice(&mut self, mut choose: impl FnMut(bool) + 'static) {
        let look = Rc::clone(&self.look);
        self.native.set_callback(move |native| {
            let (has_action, closes) = (!look.borrow().action.is_empty(), look.borrow().closes);
            let by_key = fltk::app::event() != Event::Released;
            let is_cross = closes && fltk::app::event_x() >= native.x() + native.w() - CROSS;
            match by_key {
                false if is_cross => choose(true),
                _ if has_action => choose(false),
                _ => {}
            }
        });
    }

    /// Calls back when its action is pressed.
    pub fn on_press(&mut self, mut press: impl FnMut() + 'static) {
        let look = Rc::clone(&self.look);
        self.native.set_callback(move |native| {
            let action = look.borrow().action.clone();
            let left = native.x() + native.w() - 24 - text::width(Style::CAPTION.bold(), &action);
            let by_key = fltk::app::event() != Event::Released;
            if !action.is_empty() && (by_key || fltk::app::event_x() >= left) {
                press();
            }
        });
    }
}

impl Default for Strip {
    fn default() -> Strip {
        Strip::new()
    }
}

impl Look {
    fn paint(&self, canvas: &Canvas, area: Rect, touch: &Touch) {
        let (fill, ink) = self.kind.colours();
        canvas.fill(area, fill);
        canvas.icon_on(self.icon, area.x + 12, area.y + (area.h - 16) / 2, 16, ink, fill);
        let style = Style::CAPTION.bold();
        let action = text::width(style, &self.action);
        let right = if self.closes { CROSS } else { 12 };
        if self.closes {
            let y = area.y + (area.h - 14) / 2;
            canvas.icon_on(Icon::Close, area.right() - 26, y, 14, ink, fill);
        }
        let words = area.without_left(36).without_right(right + action + 12);
        canvas.text_in(Style::CAPTION, ink, words, Align::Left, &self.words);
        let place = area.without_right(right);
        canvas.text_in(style, ink, place, Align::Right, &self.action);
        if touch.ring() {
            let ring =
                Rect::new(area.right() - right - action - 8, area.y + 4, action + 16, area.h - 8);
            canvas.frame(ring, 4, Colour::Focus, 2);
        }
    }
}
