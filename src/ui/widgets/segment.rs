//! One of a few, side by side in one outline.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::button::Button as Native;
use fltk::enums::{Event, FrameType, Key};
use fltk::prelude::{WidgetBase, WidgetExt};

use super::base::{Told, control, focus_came_by_key, nobody};
use crate::ui::paint::{Align, Canvas, Radii, Rect, text};
use crate::ui::theme::{Colour, Style, metric};

/// Room around for the ring of focus.
const RING: i32 = 4;
const PADDING: i32 = 14;

struct Look {
    options: Vec<String>,
    chosen: usize,
    hover: Option<usize>,
    ring: bool,
}

/// One of a few.
#[derive(Clone)]
pub struct Segments {
    native: Native,
    look: Rc<RefCell<Look>>,
    changed: Told<usize>,
}

control!(Segments, native, RING);

impl Segments {
    /// The first one is chosen.
    #[must_use]
    pub fn new(options: &[&str]) -> Segments {
        let mut native = Native::new(0, 0, 0, 0, None);
        native.set_frame(FrameType::FlatBox);
        native.super_draw(false);
        let look = Rc::new(RefCell::new(Look {
            options: options.iter().map(|option| (*option).to_owned()).collect(),
            chosen: 0,
            hover: None,
            ring: false,
        }));
        let drawn = Rc::clone(&look);
        native.draw(move |native| {
            let outer = Rect::of(native);
            let canvas = Canvas::over(outer);
            canvas.fill(outer, Colour::Paper);
            drawn.borrow().paint(&canvas, outer.inset(RING), native.active_r());
        });
        let changed: Told<usize> = nobody();
        let mut segments = Segments { native, look, changed };
        segments.wire();
        segments
    }

    /// The width its words want.
    #[must_use]
    pub fn wanted_width(&self) -> i32 {
        let look = self.look.borrow();
        look.options.iter().map(|option| width_of(option)).sum()
    }

    /// Calls back when another one is chosen.
    pub fn on_change(&mut self, change: impl FnMut(usize) + 'static) {
        *self.changed.borrow_mut() = Box::new(change);
    }

    /// Chooses one; `on_change` is not called.
    pub fn set_chosen(&mut self, index: usize) {
        if self.look.borrow().chosen != index {
            self.look.borrow_mut().chosen = index;
            self.native.redraw();
        }
    }

    /// Changes their words.
    pub fn set_options(&mut self, options: &[&str]) {
        self.look.borrow_mut().options = options.iter().map(|o| (*o).to_owned()).collect();
        self.native.redraw();
    }

    fn wire(&mut self) {
        let (look, changed) = (Rc::clone(&self.look), Rc::clone(&self.changed));
        self.native.super_handle_first(false);
        self.native.handle(move |native, event| {
            let area = Rect::of(native).inset(RING);
            let under = || look.borrow().at(area, app::event_x(), app::event_y());
            match event {
                Event::Enter | Event::Move => {
                    let hover = under();
                    look.borrow_mut().hover = hover;
                }
                Event::Leave => look.borrow_mut().hover = None,
                Event::Focus => look.borrow_mut().ring = focus_came_by_key(),
                Event::Unfocus => look.borrow_mut().ring = false,
                Event::Push => {
                    if let Some(index) = under() {
                        choose(&look, &changed, index);
                    }
                }
                Event::KeyDown => {
                    let (chosen, count) = (look.borrow().chosen, look.borrow().options.len());
                    match app::event_key() {
                        Key::Left if chosen > 0 => choose(&look, &changed, chosen - 1),
                        Key::Right if chosen + 1 < count => choose(&look, &changed, chosen + 1),
                        _ => return false,
                    }
                }
                _ => return false,
            }
            native.redraw();
            true
        });
    }
}

fn choose(look: &RefCell<Look>, changed: &RefCell<Box<dyn FnMut(usize)>>, index: usize) {
    if look.borrow().chosen != index {
        look.borrow_mut().chosen = index;
        (changed.borrow_mut())(index);
    }
}

fn width_of(option: &str) -> i32 {
    text::width(Style::CAPTION.bold(), option) + 2 * PADDING
}

impl Look {
    /// The options share what room there is beyond their words.
    fn slots(&self, area: Rect) -> Vec<Rect> {
        let wanted: i32 = self.options.iter().map(|option| width_of(option)).sum();
        let count = i32::try_from(self.options.len()).unwrap_or(1).max(1);
        let more = (area.w - wanted) / count;
        let mut x = area.x;
        let mut slots: Vec<Rect> = Vec::new();
        for option in &self.options {
            let w = width_of(option) + more;
            slots.push(Rect::new(x, area.y, w, area.h));
            x += w;
        }
        if let Some(last) = slots.last_mut() {
            last.w = area.right() - last.x;
        }
        slots
    }

    fn at(&self, area: Rect, x: i32, y: i32) -> Option<usize> {
        self.slots(area).iter().position(|slot| slot.contains(x, y))
    }

    fn paint(&self, canvas: &Canvas, area: Rect, enabled: bool) {
        canvas.card(area, metric::RADIUS, Colour::Paper, Colour::Field, 1);
        let slots = self.slots(area);
        let last = slots.len().saturating_sub(1);
        for (index, slot) in slots.iter().enumerate() {
            let is_chosen = index == self.chosen;
            let fill = match (enabled, is_chosen, self.hover == Some(index)) {
                (false, ..) => Colour::Sunken,
                (true, true, _) => Colour::BrandSoft,
                (true, false, true) => Colour::Hover,
                (true, false, false) => Colour::Paper,
            };
            let inner = metric::RADIUS - 1;
            let left = if index == 0 { inner } else { 0 };
            let right = if index == last { inner } else { 0 };
            let inside = Rect::new(
                slot.x + i32::from(index == 0),
                slot.y + 1,
                slot.w - i32::from(index == 0) - i32::from(index == last),
                slot.h - 2,
            );
            canvas.rounded(inside, Radii(left, right, right, left), Some(fill), None);
            if index > 0 {
                canvas.line_down(slot.x, slot.y, slot.h, Colour::Field);
            }
            let (style, ink) = match is_chosen {
                true => (Style::CAPTION.bold(), Colour::BrandText),
                false => (Style::CAPTION, Colour::Ink),
            };
            let ink = if enabled { ink } else { Colour::Ink3 };
            canvas.text_in(style, ink, *slot, Align::Centre, &self.options[index]);
        }
        if self.ring {
            canvas.frame(area.inset(-RING), metric::RADIUS + RING, Colour::Focus, 2);
        }
    }
}
