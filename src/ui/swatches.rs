//! The colours that a room's tile can have: one is chosen by the pointer or the arrows.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fltk::app;
use fltk::button::Button as Native;
use fltk::enums::{Event, FrameType, Key};
use fltk::prelude::{WidgetBase, WidgetExt};

use super::paint::{Canvas, Icon, Rect};
use super::theme::{Colour, ROOM_TILES, metric};
use super::widgets::focus_came_by_key;
use crate::domain::ROOM_COLOURS;

const SIDE: i32 = 26;
const PITCH: i32 = 32;
/// Room around for the ring of what is chosen.
const RING: i32 = 4;

type Told = Rc<RefCell<dyn FnMut(u8)>>;

/// The colours in a row.
#[derive(Clone)]
pub struct Swatches {
    native: Native,
    chosen: Rc<Cell<u8>>,
}

impl Swatches {
    /// In the group that is open; calls back with the one that the person chooses.
    pub fn new(area: Rect, told: impl FnMut(u8) + 'static) -> Swatches {
        let (x, y) = (area.x - RING, area.y - RING);
        let mut native = Native::new(x, y, area.w + RING, area.h + 2 * RING, None);
        native.set_frame(FrameType::FlatBox);
        native.super_draw(false);
        native.super_handle_first(false);
        let (chosen, ring) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
        let told: Told = Rc::new(RefCell::new(told));
        let drawn = (Rc::clone(&chosen), Rc::clone(&ring));
        native.draw(move |native| {
            let area = Rect::of(native);
            paint(&Canvas::over(area), area, drawn.0.get(), drawn.1.get());
        });
        let now = Rc::clone(&chosen);
        native.handle(move |native, event| handle(native, event, (now.get(), &ring), &told));
        Swatches { native, chosen }
    }

    /// Chooses one.
    pub fn set_chosen(&mut self, colour: u8) {
        if self.chosen.replace(colour) != colour {
            self.native.redraw();
        }
    }

    /// Shows or hides it.
    pub fn set_shown(&mut self, shown: bool) {
        match shown {
            true => self.native.show(),
            false => self.native.hide(),
        }
    }
}

fn swatch(area: Rect, colour: u8) -> Rect {
    Rect::new(area.x + RING + i32::from(colour) * PITCH, area.y + RING, SIDE, SIDE)
}

fn handle(native: &mut Native, event: Event, (now, ring): (u8, &Cell<bool>), told: &Told) -> bool {
    let area = Rect::of(native);
    let mut choose = |colour: u8| (told.borrow_mut())(colour);
    match event {
        Event::Push => {
            // Refused only while hidden.
            let _hidden = native.take_focus();
            let (x, y) = (app::event_x(), app::event_y());
            let under = (0..ROOM_COLOURS).find(|colour| swatch(area, *colour).contains(x, y));
            under.into_iter().for_each(&mut choose);
        }
        Event::KeyDown => {
            match app::event_key() {
                Key::Left => choose((now + ROOM_COLOURS - 1) % ROOM_COLOURS),
                Key::Right => choose((now + 1) % ROOM_COLOURS),
                _ => return false,
            }
            ring.set(true);
        }
        Event::Focus => ring.set(focus_came_by_key()),
        Event::Unfocus => ring.set(false),
        Event::Enter | Event::Move | Event::Leave | Event::Drag | Event::Released => {}
        _ => return false,
    }
    native.redraw();
    true
}

fn paint(canvas: &Canvas, area: Rect, chosen: u8, ring: bool) {
    canvas.fill(area, Colour::Paper);
    for (colour, fill) in (0..ROOM_COLOURS).zip(ROOM_TILES) {
        let place = swatch(area, colour);
        canvas.round(place, metric::RADIUS, fill);
        if colour == chosen {
            let line = if ring { Colour::Focus } else { Colour::Brand };
            canvas.frame(place.inset(-RING), metric::RADIUS + RING, line, 2);
            canvas.icon_on(Icon::Check, place.x + 5, place.y + 5, 16, Colour::White, fill);
        }
    }
}
