//! Side navigation: the pages of a window, one under the other.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::button::Button as Native;
use fltk::enums::{Event, FrameType, Key};
use fltk::prelude::{WidgetBase, WidgetExt};

use super::base::{Told, control, focus_came_by_key, nobody};
use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::theme::{Colour, Style, metric};

/// How wide it is.
pub const NAV_WIDTH: i32 = 160;
const ROW: i32 = 40;
const GAP: i32 = 2;
const PADDING: i32 = 8;
const TOP: i32 = 12;

struct Page {
    icon: Icon,
    label: String,
    badge: u64,
}

struct Look {
    pages: Vec<Page>,
    active: usize,
    hover: Option<usize>,
    ring: bool,
    foot: String,
}

/// The pages of a window.
#[derive(Clone)]
pub struct SideNav {
    native: Native,
    look: Rc<RefCell<Look>>,
    changed: Told<usize>,
}

control!(SideNav, native, 0);

impl SideNav {
    /// The first one is active.
    #[must_use]
    pub fn new(pages: &[(Icon, &str)]) -> SideNav {
        let mut native = Native::new(0, 0, 0, 0, None);
        native.set_frame(FrameType::FlatBox);
        native.super_draw(false);
        let pages = pages.iter().map(|(icon, label)| Page {
            icon: *icon,
            label: (*label).to_owned(),
            badge: 0,
        });
        let look = Rc::new(RefCell::new(Look {
            pages: pages.collect(),
            active: 0,
            hover: None,
            ring: false,
            foot: String::new(),
        }));
        let drawn = Rc::clone(&look);
        native.draw(move |native| {
            let area = Rect::of(native);
            drawn.borrow().paint(&Canvas::over(area), area);
        });
        let changed: Told<usize> = nobody();
        let mut nav = SideNav { native, look, changed };
        nav.wire();
        nav
    }

    /// Calls back when another page is chosen.
    pub fn on_change(&mut self, change: impl FnMut(usize) + 'static) {
        *self.changed.borrow_mut() = Box::new(change);
    }

    /// Makes one active; `on_change` is not called.
    pub fn set_active(&mut self, index: usize) {
        if self.look.borrow().active != index {
            self.look.borrow_mut().active = index;
            self.native.redraw();
        }
    }

    /// Whether it has the keyboard.
    #[must_use]
    pub fn has_focus(&self) -> bool {
        self.native.has_focus()
    }

    /// Changes the words of one.
    pub fn set_label(&mut self, index: usize, label: &str) {
        if let Some(page) = self.look.borrow_mut().pages.get_mut(index) {
            label.clone_into(&mut page.label);
        }
        self.native.redraw();
    }

    /// Changes the count beside one.
    pub fn set_badge(&mut self, index: usize, count: u64) {
        if let Some(page) = self.look.borrow_mut().pages.get_mut(index) {
            page.badge = count;
        }
        self.native.redraw();
    }

    /// Changes the small words at its foot.
    pub fn set_foot(&mut self, words: &str) {
        words.clone_into(&mut self.look.borrow_mut().foot);
        self.native.redraw();
    }

    fn wire(&mut self) {
        let (look, changed) = (Rc::clone(&self.look), Rc::clone(&self.changed));
        self.native.super_handle_first(false);
        self.native.handle(move |native, event| {
            let area = Rect::of(native);
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
                    let (active, count) = (look.borrow().active, look.borrow().pages.len());
                    match app::event_key() {
                        Key::Up if active > 0 => choose(&look, &changed, active - 1),
                        Key::Down if active + 1 < count => choose(&look, &changed, active + 1),
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
    if look.borrow().active != index {
        look.borrow_mut().active = index;
        (changed.borrow_mut())(index);
    }
}

impl Look {
    fn row(area: Rect, index: usize) -> Rect {
        let at = i32::try_from(index).unwrap_or(0);
        let y = area.y + TOP + at * (ROW + GAP);
        Rect::new(area.x + PADDING, y, area.w - 1 - 2 * PADDING, ROW)
    }

    fn at(&self, area: Rect, x: i32, y: i32) -> Option<usize> {
        (0..self.pages.len()).find(|index| Self::row(area, *index).contains(x, y))
    }

    fn paint(&self, canvas: &Canvas, area: Rect) {
        canvas.fill(area, Colour::Canvas);
        canvas.line_down(area.right() - 1, area.y, area.h, Colour::Line);
        for (index, page) in self.pages.iter().enumerate() {
            let row = Self::row(area, index);
            let is_active = index == self.active;
            let ground = match (is_active, self.hover == Some(index)) {
                (true, _) => Colour::Selected,
                (false, true) => Colour::Hover,
                (false, false) => Colour::Canvas,
            };
            canvas.round(row, metric::RADIUS, ground);
            let (ink, style) = match is_active {
                true => (Colour::BrandText, Style::BODY.bold()),
                false => (Colour::Ink2, Style::BODY),
            };
            canvas.icon_on(page.icon, row.x + 12, row.y + 11, 18, ink, ground);
            let badge = canvas.badge(page.badge, row.right() - 12, row.y + ROW / 2, false);
            let words = row.without_left(40).without_right(12 + badge);
            let ink = if is_active { ink } else { Colour::Ink };
            canvas.text_in(style, ink, words, Align::Left, &page.label);
            if is_active && self.ring {
                canvas.frame(row, metric::RADIUS, Colour::Focus, 2);
            }
        }
        let foot = Rect::new(area.x + 20, area.bottom() - 28, area.w - 32, 16);
        canvas.text_in(Style::MICRO, Colour::Ink3, foot, Align::Left, &self.foot);
    }
}
