//! The list of those who can be mentioned, over the message box. The box keeps the keyboard.

use std::cell::RefCell;

use fltk::app;
use fltk::enums::{Event, EventState};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::MenuWindow;

use crate::ui::app::mentions::Candidate;
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::screen;
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::{hush, popup, retire};

/// Rows that are seen at once.
const ROWS: usize = 6;
const ROW: i32 = 36;
const FACE: i32 = 24;
/// Around the rows, with the outline.
const PADDING: i32 = 5;
const W: i32 = 264;

type Chosen = Box<dyn FnMut(Candidate)>;

#[derive(Default)]
struct List {
    rows: Vec<Candidate>,
    current: usize,
    /// The first row that is seen.
    top: usize,
    chosen: Option<Chosen>,
    /// A window for each number of rows: a window that served before keeps its shape. They are of
    /// this scale of the screen.
    windows: [Option<MenuWindow>; ROWS],
    scale: f32,
}

thread_local! {
    /// There is one keyboard, and so one list.
    static LIST: RefCell<List> = RefCell::default();
}

/// Shows these people over a place on the screen, the first one chosen, and calls back with the one
/// that is pressed.
pub fn show(over: (i32, i32), rows: Vec<Candidate>, chosen: impl FnMut(Candidate) + 'static) {
    let seen = rows.len().min(ROWS);
    let window = LIST.with_borrow_mut(|list| {
        if list.rows != rows {
            (list.rows, list.current, list.top) = (rows, 0, 0);
        }
        list.chosen = Some(Box::new(chosen));
        list.keep_to_scale();
        list.windows.get(seen.checked_sub(1)?).cloned()
    });
    let Some(window) = window else { return hide() };
    let h = i32::try_from(seen).unwrap_or(0) * ROW + 2 * PADDING;
    let area = screen::fit(Rect::new(over.0, over.1 - h, W, h), screen::room());
    let mut window = window.unwrap_or_else(|| make(area));
    LIST.with_borrow_mut(|list| {
        for (place, kept) in list.windows.iter_mut().enumerate() {
            match kept {
                _ if place + 1 == seen => *kept = Some(window.clone()),
                Some(other) => other.hide(),
                None => {}
            }
        }
    });
    window.resize(area.x, area.y, area.w, area.h);
    window.show();
    window.redraw();
}

/// Takes it away.
pub fn hide() {
    LIST.with_borrow_mut(|list| {
        (list.rows, list.chosen) = (Vec::new(), None);
        list.windows.iter_mut().flatten().filter(|window| window.shown()).for_each(|window| {
            window.hide();
            hush(window);
        });
    });
}

/// Goes up or down, around the ends.
pub fn step(down: bool) {
    LIST.with_borrow_mut(|list| {
        let count = list.rows.len().max(1);
        list.current = (list.current + if down { 1 } else { count - 1 }) % count;
        list.top = list.top.min(list.current).max((list.current + 1).saturating_sub(ROWS));
        list.redraw();
    });
}

/// The one that is chosen.
#[must_use]
pub fn current() -> Option<Candidate> {
    LIST.with_borrow(|list| list.rows.get(list.current).cloned())
}

fn make(area: Rect) -> MenuWindow {
    // In no other window's group.
    let mut window = MenuWindow::new(area.x, area.y, area.w, area.h, None);
    window.end();
    window.set_border(false);
    window.set_override();
    window.super_draw(false);
    window.draw(|window| {
        let area = Rect::new(0, 0, window.w(), window.h());
        let canvas = popup::card(area);
        LIST.with_borrow(|list| list.paint(&canvas, area));
    });
    window.super_handle_first(false);
    window.handle(|window, event| handle(window, event));
    window.set_shape(popup::outline(area.w, area.h));
    window
}

fn handle(window: &MenuWindow, event: Event) -> bool {
    let (_, y) = popup::pointer(window);
    match event {
        Event::Enter => true,
        Event::Move => {
            LIST.with_borrow_mut(|list| {
                list.current = list.row_at(y).unwrap_or(list.current);
                list.redraw();
            });
            true
        }
        Event::Push => {
            let is_left = app::event_state().contains(EventState::Button1);
            let row = LIST.with_borrow(|list| list.rows.get(list.row_at(y)?).cloned());
            let chosen = LIST.with_borrow_mut(|list| list.chosen.take());
            if let (true, Some(row), Some(mut chosen)) = (is_left, row, chosen) {
                // Not within its own event: the toolkit still holds the window.
                let mut row = Some(row);
                app::add_timeout3(0.0, move |_| row.take().into_iter().for_each(&mut chosen));
            }
            true
        }
        Event::MouseWheel => {
            let is_up = app::event_dy() == app::MouseWheel::Up;
            LIST.with_borrow_mut(|list| {
                let most = list.rows.len().saturating_sub(ROWS);
                let top = if is_up { list.top.saturating_sub(1) } else { list.top + 1 };
                list.top = top.min(most);
                list.redraw();
            });
            true
        }
        _ => false,
    }
}

impl List {
    /// At another scale of the screen windows of before have the wrong shape.
    fn keep_to_scale(&mut self) {
        let scale = app::screen_scale(0);
        if (self.scale - scale).abs() > f32::EPSILON {
            self.scale = scale;
            for mut window in std::mem::take(&mut self.windows).into_iter().flatten() {
                retire(&mut window);
            }
        }
    }

    fn redraw(&mut self) {
        let windows = self.windows.iter_mut().flatten();
        windows.filter(|window| window.shown()).for_each(MenuWindow::redraw);
    }

    fn row_at(&self, y: i32) -> Option<usize> {
        let row = usize::try_from((y - PADDING).div_euclid(ROW)).ok().filter(|row| *row < ROWS)?;
        Some(self.top + row).filter(|row| *row < self.rows.len())
    }

    fn paint(&self, canvas: &Canvas, area: Rect) {
        let seen = self.rows.iter().enumerate().skip(self.top).take(ROWS);
        for ((index, row), place) in seen.zip(0..) {
            let line = Rect::new(PADDING, PADDING + place * ROW, area.w - 2 * PADDING, ROW);
            let is_current = index == self.current;
            let ground = if is_current { Colour::Selected } else { Colour::Paper };
            canvas.round(line, metric::RADIUS_SMALL, ground);
            paint_row(canvas, line, row);
        }
        let (count, shown) = (self.rows.len(), ROWS.min(self.rows.len()));
        if count > shown {
            let part = |rows: usize| {
                let rows = i32::try_from(rows.min(10_000)).unwrap_or(0);
                (area.h - 2 * PADDING) * rows / i32::try_from(count.min(10_000)).unwrap_or(1)
            };
            let thumb =
                Rect::new(area.right() - 6, PADDING + part(self.top), 4, part(shown).max(16));
            canvas.pill(thumb, Colour::Field, None);
        }
    }
}

fn paint_row(canvas: &Canvas, line: Rect, row: &Candidate) {
    let (x, y) = (line.x + 8, line.y + (ROW - FACE) / 2);
    match row.who {
        Some(_) => canvas.avatar(row.portrait, x, y, FACE, false),
        None => {
            canvas.circle(Rect::new(x, y, FACE, FACE), Colour::GoldSoft);
            canvas.icon_on(Icon::At, x + 4, y + 4, 16, Colour::GoldText, Colour::GoldSoft);
        }
    }
    let words = line.without_left(40).without_right(8);
    let number = row.number.to_string();
    canvas.text_in(Style::CAPTION, Colour::Ink3, words, Align::Right, &number);
    let w = text::width(Style::CAPTION, &number) + 8;
    canvas.text_in(Style::BODY, Colour::Ink, words.without_right(w), Align::Left, &row.name);
}
