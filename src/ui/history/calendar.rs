//! The calendar: a month whose days with messages have a dot.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::ui::app::Msg;
use crate::ui::app::history::{HistoryMsg, dates};
use crate::ui::area::Pressable;
use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::shell::post;
use crate::ui::text::{tr, tr_with};
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::{
    Button, ButtonKind, ButtonSize, Control, IconButton, MenuItem, MenuPlace, open_menu,
};

const CELL: i32 = 32;
const MARGIN: i32 = 16;
/// Months in the quick list: two years.
const MONTHS: i32 = 24;

const WEEKDAYS: [&str; 7] =
    ["cal.mon", "cal.tue", "cal.wed", "cal.thu", "cal.fri", "cal.sat", "cal.sun"];

const MONTH_NAMES: [&str; 12] = [
    "cal.1", "cal.2", "cal.3", "cal.4", "cal.5", "cal.6", "cal.7", "cal.8", "cal.9", "cal.10",
    "cal.11", "cal.12",
];

/// What it shows.
#[derive(Clone, Default, PartialEq)]
pub struct Shown {
    /// By its first day.
    pub month: Date,
    /// The day that was gone to.
    pub day: Option<Date>,
    /// This day.
    pub today: Date,
    /// Whether each day of the month has messages.
    pub dots: Vec<bool>,
}

/// The calendar.
#[derive(Clone)]
pub struct Calendar {
    previous: IconButton,
    title: Pressable,
    next: IconButton,
    grid: Pressable,
    earliest: Button,
    today: Button,
    shown: Rc<RefCell<Shown>>,
    /// The day that the keyboard went to.
    cursor: Rc<Cell<Option<Date>>>,
}

impl Calendar {
    /// In the window that is being made.
    pub fn new() -> Calendar {
        let shown: Rc<RefCell<Shown>> = Rc::default();
        let (titled, drawn) = (Rc::clone(&shown), Rc::clone(&shown));
        let title = Pressable::new("", move |canvas, area, touched| {
            canvas.fill(area, Colour::Paper);
            if touched.hover || touched.ring {
                canvas.round(area, 6, Colour::Hover);
            }
            let words = month_name(titled.borrow().month);
            canvas.text_in(Style::BODY.bold(), Colour::Ink, area, Align::Centre, &words);
        });
        let cursor: Rc<Cell<Option<Date>>> = Rc::default();
        let at = Rc::clone(&cursor);
        let grid = Pressable::new("", move |canvas, area, touched| {
            canvas.fill(area, Colour::Paper);
            let shown = drawn.borrow();
            paint(canvas, area, &shown);
            if touched.ring {
                let cell = cell_of(area, shown.month, under_keys(&shown, at.get()));
                canvas.frame(cell, metric::RADIUS, Colour::Focus, 2);
            }
        });
        let mut calendar = Calendar {
            previous: IconButton::new(Icon::ChevLeft, "").icon_size(16),
            title,
            next: IconButton::new(Icon::ChevRight, "").icon_size(16),
            grid,
            earliest: Button::new(ButtonKind::Outline, "").size(ButtonSize::Small),
            today: Button::new(ButtonKind::Outline, "").size(ButtonSize::Small),
            shown,
            cursor,
        };
        calendar.reword();
        calendar.wire();
        calendar
    }

    /// Says it in the language of the moment.
    pub fn reword(&mut self) {
        self.previous.set_tip(tr("cal.previous"));
        self.next.set_tip(tr("cal.next"));
        self.title.set_tip(tr("cal.list"));
        self.earliest.set_label(tr("hist.earliest"));
        self.today.set_label(tr("hist.today"));
    }

    /// Takes what it shows.
    pub fn follow(&mut self, shown: Shown) {
        if *self.shown.borrow() != shown {
            *self.shown.borrow_mut() = shown;
            self.title.redraw();
            self.grid.redraw();
        }
    }

    /// Stands there, or nowhere.
    pub fn place(&mut self, area: Rect) {
        let is_shown = area.w > 0;
        for part in self.parts() {
            part.set_shown(is_shown);
        }
        if !is_shown {
            return;
        }
        let (x, y) = (area.x + MARGIN, area.y + MARGIN);
        self.previous.place(Rect::new(x - 4, y, 32, 32));
        self.title.place(Rect::new(x + 40, y + 2, 7 * CELL - 80, 28));
        self.next.place(Rect::new(x + 7 * CELL - 28, y, 32, 32));
        self.grid.place(Rect::new(x, y + 34, 7 * CELL, 24 + 6 * CELL));
        let foot = y + 34 + 24 + 6 * CELL + 12;
        self.earliest.place(Rect::new(x, foot, 108, 28));
        self.today.place(Rect::new(x + 116, foot, 108, 28));
    }

    /// Where its hint begins, below the upper edge of its area.
    pub const HINT_Y: i32 = MARGIN + 34 + 24 + 6 * CELL + 12 + 28 + 12;

    fn parts(&mut self) -> [&mut dyn Control; 6] {
        [
            &mut self.previous,
            &mut self.title,
            &mut self.next,
            &mut self.grid,
            &mut self.earliest,
            &mut self.today,
        ]
    }

    fn wire(&mut self) {
        let turn = |shown: &Rc<RefCell<Shown>>, by: i32| {
            let shown = Rc::clone(shown);
            move || {
                let month = dates::later(shown.borrow().month, by);
                post(Msg::History(HistoryMsg::Month(month)));
            }
        };
        self.previous.on_press(turn(&self.shown, -1));
        self.next.on_press(turn(&self.shown, 1));
        let shown = Rc::clone(&self.shown);
        self.title.on_press_with_place(move |place| open_months(place, &shown.borrow()));
        let (shown, grid, cursor) =
            (Rc::clone(&self.shown), self.grid.clone(), Rc::clone(&self.cursor));
        self.grid.on_press(move || {
            let (area, shown) = (grid.area(), shown.borrow());
            let pressed = match app::event() {
                Event::Released => {
                    day_at(shown.month, app::event_x() - area.x, app::event_y() - area.y)
                }
                _ => Some(under_keys(&shown, cursor.get())),
            };
            if let Some(day) = pressed {
                cursor.set(Some(day));
                post(Msg::History(HistoryMsg::Day(day)));
            }
        });
        let (shown, cursor) = (Rc::clone(&self.shown), Rc::clone(&self.cursor));
        self.grid.on_key(move |key| {
            let shown = shown.borrow();
            let Some(day) = moved(under_keys(&shown, cursor.get()), key) else { return false };
            cursor.set(Some(day));
            if day.first_of_month() != shown.month {
                post(Msg::History(HistoryMsg::Month(day.first_of_month())));
            }
            true
        });
        self.earliest.on_press(|| post(Msg::History(HistoryMsg::Earliest)));
        self.today.on_press(|| post(Msg::History(HistoryMsg::Today)));
    }
}

/// A month and its year.
pub fn month_name(month: Date) -> String {
    let index = usize::try_from(month.month() - 1).unwrap_or(0) % 12;
    let year = month.year().to_string();
    tr_with("cal.title", &[("year", &year), ("month", tr(MONTH_NAMES[index]))])
}

fn open_months(place: Rect, shown: &Shown) {
    let months: Vec<Date> = (0..MONTHS).map(|back| dates::later(shown.today, -back)).collect();
    let entries = months
        .iter()
        .map(|month| MenuItem::new(&month_name(*month)).checked(*month == shown.month).into())
        .collect();
    open_menu(MenuPlace::Below(place), entries, move |picked| {
        if let Some(month) = picked.and_then(|index| months.get(index)) {
            post(Msg::History(HistoryMsg::Month(*month)));
        }
    });
}

fn day_at(month: Date, x: i32, y: i32) -> Option<Date> {
    let (column, row) = (x.div_euclid(CELL), (y - 24).div_euclid(CELL));
    if !(0..7).contains(&column) || row < 0 {
        return None;
    }
    let day = row * 7 + column - dates::columns_before(month);
    (0..i32::from(month.days_in_month()))
        .contains(&day)
        .then(|| month.first_of_month().saturating_add(day.days()))
}

/// The day that the keyboard stands on: where it went, else the chosen one, else today.
fn under_keys(shown: &Shown, cursor: Option<Date>) -> Date {
    let days = [cursor, shown.day, Some(shown.today)];
    let inside = |day: &Date| day.first_of_month() == shown.month;
    days.into_iter().flatten().find(inside).unwrap_or(shown.month)
}

/// Where a key leads from a day.
fn moved(day: Date, key: Key) -> Option<Date> {
    Some(match key {
        Key::Left => day.saturating_sub(1.day()),
        Key::Right => day.saturating_add(1.day()),
        Key::Up => day.saturating_sub(7.days()),
        Key::Down => day.saturating_add(7.days()),
        Key::PageUp => day.saturating_sub(1.month()),
        Key::PageDown => day.saturating_add(1.month()),
        Key::Home => day.first_of_month(),
        Key::End => day.last_of_month(),
        _ => return None,
    })
}

fn cell_of(area: Rect, month: Date, day: Date) -> Rect {
    let place = i32::from(day.day()) - 1 + dates::columns_before(month);
    let (column, row) = (place % 7, place / 7);
    Rect::new(area.x + column * CELL, area.y + 24 + row * CELL, CELL, CELL)
}

fn paint(canvas: &Canvas, area: Rect, shown: &Shown) {
    for (column, key) in (0..7).zip(WEEKDAYS) {
        let cell = Rect::new(area.x + column * CELL, area.y, CELL, 20);
        canvas.text_in(Style::MICRO, Colour::Ink2, cell, Align::Centre, tr(key));
    }
    for day in 0..i32::from(shown.month.days_in_month()) {
        let date = shown.month.first_of_month().saturating_add(day.days());
        let cell = cell_of(area, shown.month, date);
        let index = usize::try_from(day).unwrap_or(usize::MAX);
        let has_dot = shown.dots.get(index).copied().unwrap_or(false);
        let is_chosen = shown.day == Some(date);
        if is_chosen {
            canvas.circle(cell, Colour::Brand);
        } else if shown.today == date {
            canvas.pill(cell, Colour::Paper, Some((Colour::Brand, 1)));
        }
        let (style, ink) = match (is_chosen, has_dot) {
            (true, _) => (Style::CAPTION.bold(), Colour::White),
            (false, true) => (Style::CAPTION.bold(), Colour::Ink),
            (false, false) => (Style::CAPTION, Colour::Ink2),
        };
        let words = (day + 1).to_string();
        canvas.text_in(style, ink, Rect { y: cell.y - 1, ..cell }, Align::Centre, &words);
        if has_dot {
            let ink = if is_chosen { Colour::White } else { Colour::Brand };
            canvas.circle(Rect::new(cell.x + CELL / 2 - 2, cell.bottom() - 7, 4, 4), ink);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_press_on_a_cell_is_its_day_and_elsewhere_none() {
        let month = date(2026, 11, 1);
        assert_eq!(day_at(month, 6 * CELL + 5, 24 + 5), Some(date(2026, 11, 1)));
        assert_eq!(day_at(month, 5, 24 + CELL + 1), Some(date(2026, 11, 2)));
        assert_eq!(day_at(month, 5, 24 + 5 * CELL + 1), Some(date(2026, 11, 30)));
        for (x, y) in [(5, 30), (5, 3), (-1, 100), (7 * CELL, 100), (40, 24 + 5 * CELL + 1)] {
            assert_eq!(day_at(month, x, y), None, "{x} {y}");
        }
        let day = date(2026, 11, 17);
        let cell = cell_of(Rect::new(0, 0, 7 * CELL, 24 + 6 * CELL), month, day);
        assert_eq!(day_at(month, cell.x + 1, cell.y + 1), Some(day));
    }

    #[test]
    fn keys_go_from_day_to_day_and_from_month_to_month() {
        let (day, month) = (date(2026, 10, 31), date(2026, 10, 1));
        let cases = [
            (Key::Left, date(2026, 10, 30)),
            (Key::Right, date(2026, 11, 1)),
            (Key::Up, date(2026, 10, 24)),
            (Key::Down, date(2026, 11, 7)),
            (Key::PageUp, date(2026, 9, 30)),
            (Key::PageDown, date(2026, 11, 30)),
            (Key::Home, month),
            (Key::End, day),
        ];
        for (key, expected) in cases {
            assert_eq!(moved(day, key), Some(expected), "{key:?}");
        }
        assert_eq!(moved(day, Key::Tab), None);
        let today = date(2026, 11, 20);
        let shown = Shown { month, today, day: Some(day), dots: Vec::new() };
        assert_eq!(under_keys(&shown, Some(date(2026, 10, 3))), date(2026, 10, 3));
        assert_eq!(under_keys(&shown, Some(today)), day, "another month is shown");
        assert_eq!(under_keys(&Shown { day: None, ..shown }, None), month);
    }
}
