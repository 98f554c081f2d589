//! A knob on a bar.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::button::Button as Native;
use fltk::enums::{Event, FrameType, Key};
use fltk::prelude::{WidgetBase, WidgetExt};

use super::base::{Told, control, focus_came_by_key, nobody};
use crate::ui::paint::{Canvas, Rect};
use crate::ui::theme::Colour;

/// Room around for the ring of focus.
const RING: i32 = 4;
const KNOB: i32 = 16;
const BAR: i32 = 4;

struct Look {
    value: i32,
    last: i32,
    held: bool,
    ring: bool,
}

/// A whole number from zero to a last one.
#[derive(Clone)]
pub struct Slider {
    native: Native,
    look: Rc<RefCell<Look>>,
    changed: Told<i32>,
}

control!(Slider, native, RING);

impl Slider {
    /// From zero to `last`, at zero.
    #[must_use]
    pub fn new(last: i32) -> Slider {
        let mut native = Native::new(0, 0, 0, 0, None);
        native.set_frame(FrameType::FlatBox);
        native.super_draw(false);
        let look =
            Rc::new(RefCell::new(Look { value: 0, last: last.max(1), held: false, ring: false }));
        let drawn = Rc::clone(&look);
        native.draw(move |native| {
            let outer = Rect::of(native);
            let canvas = Canvas::over(outer);
            canvas.fill(outer, Colour::Paper);
            drawn.borrow().paint(&canvas, outer.inset(RING));
        });
        let changed: Told<i32> = nobody();
        let mut slider = Slider { native, look, changed };
        slider.wire();
        slider
    }

    /// Calls back after each change by the person.
    pub fn on_change(&mut self, change: impl FnMut(i32) + 'static) {
        *self.changed.borrow_mut() = Box::new(change);
    }

    /// Where it is.
    #[must_use]
    pub fn value(&self) -> i32 {
        self.look.borrow().value
    }

    /// Moves it; `on_change` is not called.
    pub fn set_value(&mut self, value: i32) {
        let value = value.clamp(0, self.look.borrow().last);
        if self.look.borrow().value != value {
            self.look.borrow_mut().value = value;
            self.native.redraw();
        }
    }

    /// Changes where it ends; `on_change` is not called.
    pub fn set_last(&mut self, last: i32) {
        let mut look = self.look.borrow_mut();
        if look.last != last.max(1) {
            look.last = last.max(1);
            look.value = look.value.min(look.last);
            self.native.redraw();
        }
    }

    fn wire(&mut self) {
        let (look, changed) = (Rc::clone(&self.look), Rc::clone(&self.changed));
        self.native.super_handle_first(false);
        self.native.handle(move |native, event| {
            let area = Rect::of(native).inset(RING);
            match event {
                Event::Enter | Event::Leave => return true,
                Event::Focus => look.borrow_mut().ring = focus_came_by_key(),
                Event::Unfocus => look.borrow_mut().ring = false,
                Event::Push => {
                    look.borrow_mut().held = true;
                    let value = look.borrow().at(area, app::event_x());
                    set(&look, &changed, value);
                }
                Event::Drag if look.borrow().held => {
                    let value = look.borrow().at(area, app::event_x());
                    set(&look, &changed, value);
                }
                Event::Released => look.borrow_mut().held = false,
                Event::KeyDown => {
                    let (value, last) = (look.borrow().value, look.borrow().last);
                    let value = match app::event_key() {
                        Key::Left => value - 1,
                        Key::Right => value + 1,
                        Key::Home => 0,
                        Key::End => last,
                        _ => return false,
                    };
                    set(&look, &changed, value);
                }
                _ => return false,
            }
            native.redraw();
            true
        });
    }
}

fn set(look: &RefCell<Look>, changed: &RefCell<Box<dyn FnMut(i32)>>, value: i32) {
    let value = value.clamp(0, look.borrow().last);
    if look.borrow().value != value {
        look.borrow_mut().value = value;
        (changed.borrow_mut())(value);
    }
}

impl Look {
    fn at(&self, area: Rect, x: i32) -> i32 {
        let room = (area.w - KNOB).max(1);
        ((x - area.x - KNOB / 2).clamp(0, room) * self.last + room / 2) / room
    }

    fn paint(&self, canvas: &Canvas, area: Rect) {
        let middle = area.y + area.h / 2;
        let bar = Rect::new(area.x, middle - BAR / 2, area.w, BAR);
        canvas.round(bar, BAR / 2, Colour::Sunken);
        let x = area.x + (area.w - KNOB) * self.value / self.last;
        let done = Rect::new(area.x, bar.y, x - area.x + KNOB / 2, BAR);
        canvas.round(done, BAR / 2, Colour::Brand);
        let knob = Rect::new(x, middle - KNOB / 2, KNOB, KNOB);
        canvas.pill(knob, Colour::Paper, Some((Colour::Brand, 2)));
        if self.ring {
            canvas.frame(knob.inset(-RING), KNOB, Colour::Focus, 2);
        }
    }
}
