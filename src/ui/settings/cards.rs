//! One of a few as cards, which the owner draws: the themes, the languages.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::button::Button as Native;
use fltk::enums::{Event, FrameType, Key};
use fltk::prelude::{WidgetBase, WidgetExt};

use crate::ui::paint::{Canvas, Rect};
use crate::ui::theme::Colour;
use crate::ui::widgets::{Control, focus_came_by_key, paint_radio};

/// Room around for the ring of focus.
const RING: i32 = 4;
/// The side of the mark of a radio button.
const MARK: i32 = 16;

/// A card to draw.
#[derive(Clone, Copy, Debug)]
pub struct CardLook {
    /// Which.
    pub index: usize,
    /// Where.
    pub area: Rect,
    /// It is the chosen one.
    pub chosen: bool,
    /// The pointer is over it.
    pub hover: bool,
    /// It is the chosen one and the keyboard came here.
    pub ring: bool,
}

impl CardLook {
    /// Draws its mark with the left edge and the middle there.
    pub fn mark(&self, canvas: &Canvas, x: i32, middle: i32) {
        let mark = Rect::new(x, middle - MARK / 2, MARK, MARK);
        let fill = match (self.chosen, self.hover) {
            (true, _) => Colour::Brand,
            (false, true) => Colour::Hover,
            (false, false) => Colour::Paper,
        };
        paint_radio(canvas, mark, self.chosen, fill);
    }

    /// Draws its outline: wider when it is chosen, with a ring when the keyboard is on it.
    pub fn outline(&self, canvas: &Canvas, area: Rect, radius: i32, plain: Colour) {
        match self.chosen {
            true => canvas.frame(area, radius, Colour::Brand, 2),
            false => canvas.frame(area, radius, plain, 1),
        }
        if self.ring {
            canvas.frame(area.inset(-RING), radius + RING, Colour::Focus, 2);
        }
    }
}

struct Look {
    /// The cards, from the upper left corner of all of them.
    slots: Vec<Rect>,
    chosen: usize,
    hover: Option<usize>,
    ring: bool,
}

type Told = Rc<RefCell<Box<dyn FnMut(usize)>>>;

/// The cards.
#[derive(Clone)]
pub struct Cards {
    native: Native,
    look: Rc<RefCell<Look>>,
    changed: Told,
}

impl Cards {
    /// These, each measured from the upper left corner of all of them; the first one is chosen.
    #[must_use]
    pub fn new(slots: Vec<Rect>, mut paint: impl FnMut(&Canvas, &CardLook) + 'static) -> Cards {
        let mut native = Native::new(0, 0, 0, 0, None);
        native.set_frame(FrameType::FlatBox);
        native.super_draw(false);
        let look = Rc::new(RefCell::new(Look { slots, chosen: 0, hover: None, ring: false }));
        let drawn = Rc::clone(&look);
        native.draw(move |native| {
            let outer = Rect::of(native);
            let canvas = Canvas::over(outer);
            canvas.fill(outer, Colour::Paper);
            let look = drawn.borrow();
            for (index, slot) in look.slots.iter().enumerate() {
                let chosen = index == look.chosen;
                let area = slot.moved(outer.x + RING, outer.y + RING);
                let (hover, ring) = (look.hover == Some(index), chosen && look.ring);
                paint(&canvas, &CardLook { index, area, chosen, hover, ring });
            }
        });
        let changed: Told = Rc::new(RefCell::new(Box::new(|_| {})));
        let mut cards = Cards { native, look, changed };
        cards.wire();
        cards
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

    fn wire(&mut self) {
        let (look, changed) = (Rc::clone(&self.look), Rc::clone(&self.changed));
        self.native.super_handle_first(false);
        self.native.handle(move |native, event| {
            let (x, y) = (app::event_x() - native.x() - RING, app::event_y() - native.y() - RING);
            let under = || look.borrow().slots.iter().position(|slot| slot.contains(x, y));
            match event {
                Event::Enter | Event::Move => {
                    let hover = under();
                    look.borrow_mut().hover = hover;
                }
                Event::Leave | Event::Hide => look.borrow_mut().hover = None,
                Event::Focus => look.borrow_mut().ring = focus_came_by_key(),
                Event::Unfocus => look.borrow_mut().ring = false,
                Event::Push => {
                    if let Some(index) = under() {
                        choose(&look, &changed, index);
                    }
                }
                Event::KeyDown => {
                    let (chosen, count) = (look.borrow().chosen, look.borrow().slots.len());
                    match app::event_key() {
                        Key::Left | Key::Up if chosen > 0 => choose(&look, &changed, chosen - 1),
                        Key::Right | Key::Down if chosen + 1 < count => {
                            choose(&look, &changed, chosen + 1);
                        }
                        // At an end the arrows do not leave the cards.
                        Key::Left | Key::Up | Key::Right | Key::Down => {}
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

fn choose(look: &RefCell<Look>, changed: &Told, index: usize) {
    if look.borrow().chosen != index {
        look.borrow_mut().chosen = index;
        (changed.borrow_mut())(index);
    }
}

impl Control for Cards {
    fn place(&mut self, area: Rect) {
        let outer = area.inset(-RING);
        self.native.resize(outer.x, outer.y, outer.w, outer.h);
    }

    fn area(&self) -> Rect {
        Rect::of(&self.native).inset(RING)
    }

    fn set_shown(&mut self, shown: bool) {
        if shown { self.native.show() } else { self.native.hide() }
    }

    fn is_shown(&self) -> bool {
        self.native.visible()
    }

    fn set_enabled(&mut self, enabled: bool) {
        if enabled { self.native.activate() } else { self.native.deactivate() }
    }

    fn is_enabled(&self) -> bool {
        self.native.active()
    }

    fn focus(&mut self) {
        // Refused only while hidden.
        let _hidden = self.native.take_focus();
    }

    fn redraw(&mut self) {
        self.native.redraw();
    }
}
