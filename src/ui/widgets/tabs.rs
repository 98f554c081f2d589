//! Tabs: words in a row, the active one bold with a bar under it.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::button::Button as Native;
use fltk::enums::{Event, FrameType, Key};
use fltk::prelude::{WidgetBase, WidgetExt};

use super::base::{Told, control, focus_came_by_key, nobody};
use crate::ui::paint::{Canvas, Radii, Rect, text};
use crate::ui::theme::{Colour, Style, metric};

/// How tabs share the width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TabKind {
    /// Equally, with a short bar (main panel).
    Even,
    /// From the left, as wide as their words, with a bar of that width.
    Flow,
}

struct Tab {
    label: String,
    badge: u64,
}

struct Look {
    kind: TabKind,
    tabs: Vec<Tab>,
    active: usize,
    hover: Option<usize>,
    ring: bool,
    ground: Colour,
}

/// A row of tabs.
#[derive(Clone)]
pub struct Tabs {
    native: Native,
    look: Rc<RefCell<Look>>,
    changed: Told<usize>,
}

control!(Tabs, native, 0);

impl Tabs {
    /// The first one is active.
    #[must_use]
    pub fn new(kind: TabKind, labels: &[&str]) -> Tabs {
        let mut native = Native::new(0, 0, 0, 0, None);
        native.set_frame(FrameType::FlatBox);
        native.super_draw(false);
        let tabs =
            labels.iter().map(|label| Tab { label: (*label).to_string(), badge: 0 }).collect();
        let look = Rc::new(RefCell::new(Look {
            kind,
            tabs,
            active: 0,
            hover: None,
            ring: false,
            ground: Colour::Paper,
        }));
        let drawn = Rc::clone(&look);
        native.draw(move |native| {
            let area = Rect::of(native);
            drawn.borrow().paint(&Canvas::over(area), area);
        });
        let changed: Told<usize> = nobody();
        let mut tabs = Tabs { native, look, changed };
        tabs.wire();
        tabs
    }

    /// Calls back when another one is chosen.
    pub fn on_change(&mut self, change: impl FnMut(usize) + 'static) {
        *self.changed.borrow_mut() = Box::new(change);
    }

    /// The one that is active.
    #[must_use]
    pub fn active(&self) -> usize {
        self.look.borrow().active
    }

    /// Makes one active; `on_change` is not called.
    pub fn set_active(&mut self, index: usize) {
        self.look.borrow_mut().active = index;
        self.native.redraw();
    }

    /// Changes the words of one.
    pub fn set_label(&mut self, index: usize, label: &str) {
        if let Some(tab) = self.look.borrow_mut().tabs.get_mut(index) {
            tab.label = label.to_string();
        }
        self.native.redraw();
    }

    /// Changes the count beside one.
    pub fn set_badge(&mut self, index: usize, count: u64) {
        if let Some(tab) = self.look.borrow_mut().tabs.get_mut(index) {
            tab.badge = count;
        }
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
                    look.borrow_mut().set_hover(hover);
                }
                Event::Leave => look.borrow_mut().set_hover(None),
                Event::Focus => look.borrow_mut().ring = focus_came_by_key(),
                Event::Unfocus => look.borrow_mut().ring = false,
                Event::Push => {
                    if let Some(index) = under() {
                        choose(&look, &changed, index);
                    }
                }
                Event::KeyDown => {
                    let (active, count) = (look.borrow().active, look.borrow().tabs.len());
                    match app::event_key() {
                        Key::Left if active > 0 => choose(&look, &changed, active - 1),
                        Key::Right if active + 1 < count => choose(&look, &changed, active + 1),
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
    fn set_hover(&mut self, hover: Option<usize>) {
        self.hover = hover;
    }

    fn at(&self, area: Rect, x: i32, y: i32) -> Option<usize> {
        (0..self.tabs.len()).find(|index| self.slot(area, *index).contains(x, y))
    }

    fn words_width(&self, index: usize) -> i32 {
        // Bold is wider: a tab keeps its place when it becomes active.
        self.tabs.get(index).map_or(0, |tab| text::width(Style::BODY.bold(), &tab.label))
    }

    fn slot(&self, area: Rect, index: usize) -> Rect {
        match self.kind {
            TabKind::Even => {
                let count = i32::try_from(self.tabs.len()).unwrap_or(1).max(1);
                let at = i32::try_from(index).unwrap_or(0);
                let x = area.x + area.w * at / count;
                Rect::new(x, area.y, area.x + area.w * (at + 1) / count - x, area.h)
            }
            TabKind::Flow => {
                let before: i32 = (0..index).map(|i| self.words_width(i) + 28).sum();
                Rect::new(area.x + before, area.y, self.words_width(index) + 28, area.h)
            }
        }
    }

    fn paint(&self, canvas: &Canvas, area: Rect) {
        canvas.fill(area, self.ground);
        canvas.line_across(area.x, area.bottom() - 1, area.w, Colour::Line);
        for (index, tab) in self.tabs.iter().enumerate() {
            let slot = self.slot(area, index);
            let active = index == self.active;
            let style = if active { Style::BODY.bold() } else { Style::BODY };
            let ink = match (active, self.hover == Some(index)) {
                (true, _) => Colour::BrandText,
                (false, true) => Colour::Ink,
                (false, false) => Colour::Ink2,
            };
            let words = text::width(style, &tab.label);
            // The count hangs at the right of the words, which stay where they are without it.
            let left = slot.x + (slot.w - words) / 2 - if tab.badge > 0 { 14 } else { 0 };
            let y = slot.y + (slot.h - style.line) / 2;
            canvas.text(style, ink, left, y, &tab.label);
            if tab.badge > 0 {
                let width = badge_width(tab.badge);
                canvas.badge(tab.badge, left + words + 7 + width, y + style.line / 2, false);
            }
            if active {
                let bar = if self.kind == TabKind::Even { 32 } else { words };
                let bar = Rect::new(left + (words - bar) / 2, area.bottom() - 3, bar, 3);
                canvas.rounded(bar, Radii(2, 2, 0, 0), Some(Colour::Brand), None);
                if self.ring {
                    canvas.frame(slot.inset(4), metric::RADIUS, Colour::Focus, 2);
                }
            }
        }
    }
}

fn badge_width(count: u64) -> i32 {
    let text = if count > 99 { "99+".to_string() } else { count.to_string() };
    (text::width(Style::MICRO.bold(), &text) + 10).max(18)
}
