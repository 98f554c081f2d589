//! A table with heads that sort and rows of which several can be chosen.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fltk::app;
use fltk::enums::Event;
use jiff::tz::TimeZone;

use super::listing::{Entry, Listing, Table as _};
use super::model::{Model, Msg};
use super::selection::Pick;
use super::shell::post;
use crate::ui::area::{Pressable, Touched};
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::text::tr;
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{Control, RowLook, ScrollList};

/// Height of the heads.
pub const HEAD: i32 = 32;
const ROW: i32 = 40;
const MARGIN: i32 = 16;
const GAP: i32 = 6;
/// The place of the three dots.
const DOTS: i32 = 28;
/// What a cell is written in.
pub const CELL: Style = Style::CAPTION.sized(13, 20);

type Shared = Rc<RefCell<Model>>;

/// A column: the key of its title, the room that it wants, its part of what is left over.
pub struct Column(pub &'static str, pub i32, pub i32);

/// What a table shows.
pub trait Rows: 'static {
    /// What they are.
    type Row: Entry;

    /// From left to right.
    const COLUMNS: &'static [Column];

    /// All of them.
    fn table(model: &Model) -> &Listing<Self::Row>;
    /// Draws a row into its cells, on this ground.
    fn paint(canvas: &Canvas, model: &Model, row: &Self::Row, cells: &[Rect], look: &Look<'_>);
}

/// How a row is drawn.
pub struct Look<'a> {
    /// The colour behind it.
    pub ground: Colour,
    /// Whose clock it is.
    pub zone: &'a TimeZone,
}

/// The table.
#[derive(Clone)]
pub struct Grid {
    heads: Vec<Pressable>,
    list: ScrollList,
    columns: &'static [Column],
    count: fn(&Model) -> usize,
    current: fn(&Model) -> Option<usize>,
    area: Rc<Cell<Rect>>,
}

impl Grid {
    /// Drawn from a model, inside the group that is being made.
    pub fn new<R: Rows>(model: &Shared) -> Grid {
        let heads = (0..R::COLUMNS.len()).map(|column| head::<R>(model, column)).collect();
        let rows = Rc::clone(model);
        let zone = TimeZone::system();
        let list = ScrollList::new(Colour::Paper, move |canvas, row| {
            paint_row::<R>(canvas, row, &rows.borrow(), &zone);
        });
        let area = Rc::default();
        let count = |model: &Model| R::table(model).len();
        let current = |model: &Model| R::table(model).current();
        let mut grid = Grid { heads, list, columns: R::COLUMNS, count, current, area };
        grid.wire();
        grid
    }

    fn wire(&mut self) {
        // A press of the pointer is told when it is let go, with the keys that are held then.
        self.list.on_select(|row| {
            if app::event() == Event::KeyDown {
                let pick = if app::is_event_shift() { Pick::Range } else { Pick::Only };
                post(Msg::Pick(row, pick));
            }
        });
        let area = Rc::clone(&self.area);
        self.list.on_click(move |row| {
            let is_on_dots = app::event_x() >= area.get().right() - MARGIN - DOTS;
            match (is_on_dots, app::is_event_ctrl() || app::is_event_command()) {
                (true, _) => post(Msg::Menu(row)),
                _ if app::is_event_shift() => post(Msg::Pick(row, Pick::Range)),
                (_, true) => post(Msg::Pick(row, Pick::Toggle)),
                _ => post(Msg::Pick(row, Pick::Only)),
            }
        });
        self.list.on_space(|row| post(Msg::Pick(row, Pick::Toggle)));
        self.list.on_menu(|row| post(Msg::Menu(row)));
        self.list.on_open(|row| post(Msg::Menu(row)));
    }

    /// Takes its place.
    pub fn place(&mut self, area: Rect) {
        self.area.set(area);
        for (head, cell) in self.heads.iter_mut().zip(cells(self.columns, area)) {
            head.place(Rect::new(cell.x - GAP, area.y, cell.w + GAP, HEAD));
        }
        self.list.place(Rect::new(area.x, area.y + HEAD, area.w, area.h - HEAD));
    }

    /// Shows or hides it.
    pub fn set_shown(&mut self, shown: bool) {
        self.heads.iter_mut().for_each(|head| head.set_shown(shown));
        self.list.set_shown(shown);
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, model: &Model) {
        let count = (self.count)(model);
        self.list.set_rows((0..count).map(|_| ROW));
        self.list.set_selected((self.current)(model));
        self.heads.iter_mut().for_each(Control::redraw);
        // An empty list would lie over the words that say why it is empty.
        let shown = count > 0 && self.heads.first().is_some_and(Control::is_shown);
        self.list.set_shown(shown);
    }

    /// Where a row stands in the window.
    #[must_use]
    pub fn area_of(&self, row: usize) -> Option<Rect> {
        self.list.area_of(row)
    }

    /// The ground of the heads, and where the rows begin.
    pub fn paint(&self, canvas: &Canvas) -> Rect {
        let area = self.area.get();
        canvas.fill(Rect::new(area.x, area.y, area.w, HEAD), Colour::Canvas);
        Rect::new(area.x, area.y + HEAD, area.w, area.h - HEAD)
    }
}

/// The cells of a row, from left to right.
fn cells(columns: &[Column], area: Rect) -> Vec<Rect> {
    let gaps = GAP * i32::try_from(columns.len()).unwrap_or(0);
    let wanted: i32 = columns.iter().map(|Column(_, want, _)| want).sum();
    let parts: i32 = columns.iter().map(|Column(_, _, part)| part).sum();
    let left_over = (area.w - 2 * MARGIN - DOTS - wanted - gaps).max(0);
    let mut x = area.x + MARGIN;
    let cell = |Column(_, want, part): &Column| {
        let cell = Rect::new(x, area.y, want + left_over * part / parts.max(1), area.h);
        x += cell.w + GAP;
        cell
    };
    columns.iter().map(cell).collect()
}

fn head<R: Rows>(model: &Shared, column: usize) -> Pressable {
    let model = Rc::clone(model);
    let mut head = Pressable::new("", move |canvas, area, touched: Touched| {
        let (by, descending) = R::table(&model.borrow()).order();
        let is_by = by == column;
        let ground = if touched.hover { Colour::Hover } else { Colour::Canvas };
        canvas.fill(area, ground);
        let ink = if is_by { Colour::Ink } else { Colour::Ink2 };
        let words = area.without_left(GAP);
        let title = tr(R::COLUMNS[column].0);
        let width = text::width(Style::CAPTION, title);
        canvas.text_in(Style::CAPTION, ink, words, Align::Left, title);
        if is_by && width + 14 <= words.w {
            let icon = if descending { Icon::ChevDown } else { Icon::ChevUp };
            canvas.icon_on(icon, words.x + width + 2, area.y + 10, 12, ink, ground);
        }
        if touched.ring {
            canvas.frame(area.inset(1), 4, Colour::Focus, 2);
        }
    });
    head.on_press(move || post(Msg::Sort(column)));
    head
}

fn paint_row<R: Rows>(canvas: &Canvas, row: &RowLook, model: &Model, zone: &TimeZone) {
    let area = row.area;
    let table = R::table(model);
    let Some(entry) = table.row(row.index) else { return };
    let ground = match (table.is_chosen(row.index), row.hover) {
        (true, _) => Colour::Selected,
        (false, true) => Colour::Hover,
        (false, false) => Colour::Paper,
    };
    // The list knows of one row, which may be the one that is chosen no more.
    canvas.fill(area, ground);
    canvas.line_across(area.x, area.bottom() - 1, area.w, Colour::Line);
    let look = Look { ground, zone };
    R::paint(canvas, model, entry, &cells(R::COLUMNS, area), &look);
    let dots = Rect::new(area.right() - MARGIN - DOTS, area.y, DOTS, area.h).middle(16, 16);
    canvas.icon_on(Icon::More, dots.x, dots.y, 16, Colour::Ink2, ground);
    if row.index + 1 == table.len() && table.wants_more() {
        post(Msg::More);
    }
}

/// Draws words into a cell.
pub fn paint_words(canvas: &Canvas, cell: Rect, ink: Colour, words: &str) {
    canvas.text_in(CELL, ink, cell, Align::Left, words);
}

/// Draws somebody into a cell: avatar, name, and a shield behind that of an administrator.
pub fn paint_person(
    canvas: &Canvas,
    cell: Rect,
    (avatar, name, is_admin): (u8, &str, bool),
    ground: Colour,
) {
    canvas.avatar(avatar, cell.x, cell.y + (cell.h - 24) / 2, 24, false);
    let mut cell = cell.without_left(32);
    if is_admin {
        cell = cell.without_right(20);
        let width = text::width(CELL, name).min(cell.w);
        let y = cell.y + (cell.h - 14) / 2;
        canvas.icon_on(Icon::Shield, cell.x + width + 6, y, 14, Colour::Ok, ground);
    }
    paint_words(canvas, cell, Colour::Ink, name);
}

#[cfg(test)]
mod tests {
    use super::super::{halls, people, table};
    use super::*;

    #[test]
    fn columns_fit_at_every_width() {
        let tables = [
            table::Links::COLUMNS,
            people::People::COLUMNS,
            people::Bans::COLUMNS,
            halls::Halls::COLUMNS,
        ];
        // Right of the fixed column, in the smallest window and in larger ones.
        for w in [495, 655, 1_000, 1_600] {
            for columns in tables {
                let area = Rect::new(305, 0, w, 40);
                let places = cells(columns, area);
                assert_eq!(places[0].x, area.x + MARGIN);
                for pair in places.windows(2) {
                    assert!(pair[0].right() < pair[1].x, "{w}: {places:?}");
                }
                let end = places.last().unwrap().right();
                assert!(end <= area.right() - MARGIN - DOTS, "{w}: {places:?}");
            }
        }
    }
}
