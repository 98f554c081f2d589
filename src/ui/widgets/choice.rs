//! Check boxes, radio buttons and toggles.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::button::Button as Native;
use fltk::enums::FrameType;
use fltk::prelude::{WidgetBase, WidgetExt};

use super::base::{Told, control, nobody};
use super::touch::Touch;
use crate::ui::paint::{Canvas, Icon, Rect, text};
use crate::ui::theme::{Colour, Style};

/// Room around for the ring of focus.
const RING: i32 = 4;

/// What is drawn before the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChoiceKind {
    /// A square with a tick.
    Check,
    /// A circle with a dot.
    Radio,
    /// A switch.
    Toggle,
}

struct Look {
    kind: ChoiceKind,
    label: String,
    on: bool,
    ground: Colour,
    style: Style,
}

/// Something that is on or off.
#[derive(Clone)]
pub struct Choice {
    native: Native,
    look: Rc<RefCell<Look>>,
    changed: Told<bool>,
    entered: Entered,
}

/// What Enter does, where it does anything.
type Entered = Rc<RefCell<Option<Box<dyn FnMut()>>>>;

control!(Choice, native, RING);

impl Choice {
    /// Off at first.
    #[must_use]
    pub fn new(kind: ChoiceKind, label: &str) -> Choice {
        let mut native = Native::new(0, 0, 0, 0, None);
        native.set_frame(FrameType::FlatBox);
        native.super_draw(false);
        let look = Rc::new(RefCell::new(Look {
            kind,
            label: label.to_string(),
            on: false,
            ground: Colour::Paper,
            style: Style::BODY,
        }));
        let touch = Rc::new(Touch::default());
        let entered: Entered = Rc::default();
        let enter = Rc::clone(&entered);
        // Space switches it. Enter means "go on" in a form, and must not change what is ticked.
        Touch::follow_with_enter(&mut native, &touch, move |_| match enter.borrow_mut().as_mut() {
            Some(enter) => {
                enter();
                true
            }
            None => false,
        });
        let drawn = Rc::clone(&look);
        native.draw(move |native| {
            let outer = Rect::of(native);
            let canvas = Canvas::over(outer);
            canvas.fill(outer, drawn.borrow().ground);
            drawn.borrow().paint(&canvas, outer.inset(RING), &touch, native.active_r());
        });
        let changed: Told<bool> = nobody();
        let (pressed, told) = (Rc::clone(&look), Rc::clone(&changed));
        native.set_callback(move |native| {
            let on = {
                let mut look = pressed.borrow_mut();
                // A radio button is switched off only by its neighbour.
                look.on = look.kind == ChoiceKind::Radio || !look.on;
                look.on
            };
            native.redraw();
            (told.borrow_mut())(on);
        });
        Choice { native, look, changed, entered }
    }

    /// On another ground than paper.
    #[must_use]
    pub fn on(self, ground: Colour) -> Choice {
        self.look.borrow_mut().ground = ground;
        self
    }

    /// The width its words want.
    #[must_use]
    pub fn wanted_width(&self) -> i32 {
        let look = self.look.borrow();
        let words =
            if look.label.is_empty() { 0 } else { 8 + text::width(look.style, &look.label) };
        look.mark_width() + words
    }

    /// Whether it is on.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.look.borrow().on
    }

    /// Switches it; `on_change` is not called.
    pub fn set_on(&mut self, on: bool) {
        if self.look.borrow().on != on {
            self.look.borrow_mut().on = on;
            self.native.redraw();
        }
    }

    /// Changes its words.
    pub fn set_label(&mut self, label: &str) {
        self.look.borrow_mut().label = label.to_string();
        self.native.redraw();
    }

    /// Calls back after each change by the person.
    pub fn on_change(&mut self, change: impl FnMut(bool) + 'static) {
        *self.changed.borrow_mut() = Box::new(change);
    }

    /// Calls back when Enter is pressed on it.
    pub fn on_enter(&mut self, enter: impl FnMut() + 'static) {
        *self.entered.borrow_mut() = Some(Box::new(enter));
    }
}

/// Draws the mark of a radio button.
pub fn paint_radio(canvas: &Canvas, mark: Rect, on: bool, fill: Colour) {
    if on {
        canvas.circle(mark, fill);
        canvas.circle(mark.middle(6, 6), Colour::Paper);
    } else {
        canvas.pill(mark, fill, Some((Colour::Field, 1)));
    }
}

impl Look {
    fn mark_width(&self) -> i32 {
        if self.kind == ChoiceKind::Toggle { 36 } else { 16 }
    }

    fn paint(&self, canvas: &Canvas, area: Rect, touch: &Touch, enabled: bool) {
        let h = if self.kind == ChoiceKind::Toggle { 20 } else { 16 };
        let mark = Rect::new(area.x, area.y + (area.h - h) / 2, self.mark_width(), h);
        let on_fill = if enabled { Colour::Brand } else { Colour::Field };
        match self.kind {
            ChoiceKind::Check => {
                if self.on {
                    canvas.round(mark, 4, on_fill);
                    let inner = mark.middle(14, 14);
                    canvas.icon_on(Icon::Check, inner.x, inner.y, 14, Colour::White, on_fill);
                } else {
                    canvas.card(mark, 4, Self::off_fill(touch, enabled), Colour::Field, 1);
                }
                Self::ring(canvas, touch, mark, 4);
            }
            ChoiceKind::Radio => {
                let fill = if self.on { on_fill } else { Self::off_fill(touch, enabled) };
                paint_radio(canvas, mark, self.on, fill);
                Self::ring(canvas, touch, mark, 8);
            }
            ChoiceKind::Toggle => {
                canvas.pill(mark, if self.on { on_fill } else { Colour::Field }, None);
                let x = if self.on { mark.right() - 18 } else { mark.x + 2 };
                canvas.circle(Rect::new(x, mark.y + 2, 16, 16), Colour::White);
                Self::ring(canvas, touch, mark, 10);
            }
        }
        let ink = if enabled { Colour::Ink } else { Colour::Ink3 };
        let y = area.y + (area.h - self.style.line) / 2;
        canvas.text(self.style, ink, mark.right() + 8, y, &self.label);
    }

    fn off_fill(touch: &Touch, enabled: bool) -> Colour {
        match (enabled, touch.hover()) {
            (false, _) => Colour::Sunken,
            (true, true) => Colour::Hover,
            (true, false) => Colour::Paper,
        }
    }

    fn ring(canvas: &Canvas, touch: &Touch, mark: Rect, radius: i32) {
        if touch.ring() {
            canvas.frame(mark.inset(-RING), radius + RING, Colour::Focus, 2);
        }
    }
}
