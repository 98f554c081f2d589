//! Controls that open a menu of choices: the pill of one's presence, the drop-down.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::button::Button as Native;
use fltk::enums::FrameType;
use fltk::prelude::{WidgetBase, WidgetExt};

use super::base::{Told, control, nobody};
use super::touch::Touch;
use super::{MenuItem, MenuPlace, open_menu};
use crate::domain::Presence;
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::theme::{Colour, Style, metric};

const RING: i32 = 4;

/// The presences that a person can choose.
pub const PRESENCES: [Presence; 4] =
    [Presence::Online, Presence::Away, Presence::Busy, Presence::Invisible];

/// How a [`Select`] looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectKind {
    /// A rounded pill with the mark of the presence whose place is chosen.
    PresencePill,
    /// The same without an outline, as small words (main header).
    PresenceWords,
    /// An input-like box with an arrow.
    Box,
}

struct Look {
    kind: SelectKind,
    options: Vec<String>,
    chosen: usize,
    ground: Colour,
}

/// One of several.
#[derive(Clone)]
pub struct Select {
    native: Native,
    look: Rc<RefCell<Look>>,
    changed: Told<usize>,
}

control!(Select, native, RING);

impl Select {
    /// The first option is chosen. For presences the options are the words of [`PRESENCES`].
    #[must_use]
    pub fn new(kind: SelectKind, options: &[&str]) -> Select {
        let mut native = Native::new(0, 0, 0, 0, None);
        native.set_frame(FrameType::FlatBox);
        native.super_draw(false);
        let look = Rc::new(RefCell::new(Look {
            kind,
            options: options.iter().map(|option| (*option).to_string()).collect(),
            chosen: 0,
            ground: Colour::Paper,
        }));
        let touch = Rc::new(Touch::default());
        Touch::follow(&mut native, &touch);
        let drawn = Rc::clone(&look);
        native.draw(move |native| {
            let outer = Rect::of(native);
            let canvas = Canvas::over(outer);
            canvas.fill(outer, drawn.borrow().ground);
            drawn.borrow().paint(&canvas, outer.inset(RING), &touch, native.active_r());
        });
        let changed: Told<usize> = nobody();
        let (opened, told) = (Rc::clone(&look), Rc::clone(&changed));
        native.set_callback(move |native| open(native, &opened, &told));
        Select { native, look, changed }
    }

    /// On another ground than paper.
    #[must_use]
    pub fn on(self, ground: Colour) -> Select {
        self.look.borrow_mut().ground = ground;
        self
    }

    /// The width its words want.
    #[must_use]
    pub fn wanted_width(&self) -> i32 {
        let look = self.look.borrow();
        let words = text::width(look.style(), look.words());
        match look.kind {
            SelectKind::PresencePill | SelectKind::Box => words + 52,
            SelectKind::PresenceWords => words + 22,
        }
    }

    /// The place of the chosen option.
    #[must_use]
    pub fn chosen(&self) -> usize {
        self.look.borrow().chosen
    }

    /// Chooses an option; `on_change` is not called.
    pub fn set_chosen(&mut self, chosen: usize) {
        if self.look.borrow().chosen != chosen {
            self.look.borrow_mut().chosen = chosen;
            self.native.redraw();
        }
    }

    /// Changes the words of the options.
    pub fn set_options(&mut self, options: &[&str]) {
        let mut look = self.look.borrow_mut();
        look.options = options.iter().map(|option| (*option).to_string()).collect();
        look.chosen = look.chosen.min(look.options.len().saturating_sub(1));
        drop(look);
        self.native.redraw();
    }

    /// Calls back when the person chooses.
    pub fn on_change(&mut self, change: impl FnMut(usize) + 'static) {
        *self.changed.borrow_mut() = Box::new(change);
    }
}

fn open(native: &Native, look: &Rc<RefCell<Look>>, told: &Told<usize>) {
    let Some(window) = native.window() else { return };
    let area = Rect::of(native).inset(RING).moved(window.x_root(), window.y_root());
    let entries = {
        let look = look.borrow();
        let item = |(at, option): (usize, &String)| {
            let item = MenuItem::new(option).checked(at == look.chosen);
            match (look.kind, PRESENCES.get(at)) {
                (SelectKind::Box, _) | (_, None) => item.into(),
                (_, Some(presence)) => item.presence(*presence).into(),
            }
        };
        look.options.iter().enumerate().map(item).collect()
    };
    let (look, told, mut native) = (Rc::clone(look), Rc::clone(told), native.clone());
    open_menu(MenuPlace::Below(area), entries, move |picked| {
        if let Some(picked) = picked {
            look.borrow_mut().chosen = picked;
            native.redraw();
            (told.borrow_mut())(picked);
        }
    });
}

impl Look {
    fn style(&self) -> Style {
        if self.kind == SelectKind::PresenceWords { Style::CAPTION } else { Style::BODY }
    }

    fn words(&self) -> &str {
        self.options.get(self.chosen).map_or("", String::as_str)
    }

    fn paint(&self, canvas: &Canvas, area: Rect, touch: &Touch, enabled: bool) {
        let fill = match (self.kind, enabled, touch.hover()) {
            (SelectKind::PresenceWords, ..) => self.ground,
            (_, false, _) => Colour::Sunken,
            (_, true, true) => Colour::Hover,
            (_, true, false) => Colour::Paper,
        };
        let ink = if enabled { Colour::Ink } else { Colour::Ink3 };
        let style = self.style();
        let y = area.y + (area.h - style.line) / 2;
        let radius = match self.kind {
            SelectKind::PresencePill => {
                canvas.pill(area, fill, Some((Colour::Field, 1)));
                area.h / 2
            }
            SelectKind::PresenceWords => 4,
            SelectKind::Box => {
                canvas.card(area, metric::RADIUS, fill, Colour::Field, 1);
                metric::RADIUS
            }
        };
        if touch.ring() {
            canvas.frame(area.inset(-RING), radius + RING, Colour::Focus, 2);
        }
        let middle = area.y + area.h / 2;
        match self.kind {
            SelectKind::PresencePill => {
                let presence = PRESENCES.get(self.chosen).copied().unwrap_or(Presence::Offline);
                let (icon, colour) = Icon::of_presence(presence);
                canvas.icon_on(icon, area.x + 11, middle - 4, 8, colour, fill);
                canvas.text(style, ink, area.x + 24, y, self.words());
                canvas.icon_on(
                    Icon::TriDown,
                    area.right() - 23,
                    middle - 8,
                    16,
                    Colour::Ink2,
                    fill,
                );
            }
            SelectKind::PresenceWords => {
                let ink = if touch.hover() { Colour::BrandText } else { Colour::Ink2 };
                let width = canvas.text(style, ink, area.x, y, self.words());
                canvas.icon_on(Icon::TriDown, area.x + width + 3, middle - 9, 18, ink, fill);
            }
            SelectKind::Box => {
                let words = area.without_left(10).without_right(34);
                canvas.text_in(style, ink, words, Align::Left, self.words());
                let x = area.right() - 28;
                canvas.icon_on(Icon::ChevDown, x, middle - 9, 18, Colour::Ink2, fill);
            }
        }
    }
}
