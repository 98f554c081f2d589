//! All rooms, drawn: a search box and rows.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt};

use super::bar::Bar;
use super::grid::{Column, Grid, Look, Rows, paint_words};
use super::listing::Listing;
use super::model::{Model, Msg};
use super::shell::post;
use super::table::{place_grid, row_or_dots};
use super::units;
use crate::net::verb::RoomRow;
use crate::ui::paint::{Canvas, Icon, Rect};
use crate::ui::text::tr;
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{Control, Field, FieldKind, backdrop, paint_empty};

const MARGIN: i32 = 16;

/// The tab.
#[derive(Clone)]
pub struct Rooms {
    group: Group,
    find: Field,
    grid: Grid,
    bar: Bar,
}

/// Rooms as rows.
pub struct Halls;

impl Rooms {
    /// Drawn from a model.
    pub fn new(model: &Rc<RefCell<Model>>) -> Rooms {
        let mut group = Group::new(0, 0, 0, 0, None);
        group.begin();
        let find = Field::new(FieldKind::Search, tr("con.find.room")).style(Style::BODY);
        let grid = Grid::new::<Halls>(model);
        let bar = Bar::new();
        group.end();
        let (drawn, below) = (Rc::clone(model), grid.clone());
        backdrop(&mut group, Colour::Paper, move |canvas, _| {
            paint_nothing(canvas, below.paint(canvas), &drawn.borrow());
        });
        let mut tab = Rooms { group, find, grid, bar };
        let typed = tab.find.clone();
        tab.find.on_change(move || post(Msg::Find(typed.value())));
        tab
    }

    /// Takes its place.
    pub fn place(&mut self, area: Rect) {
        self.group.resize(area.x, area.y, area.w, area.h);
        self.find.place(Rect::new(area.x + MARGIN, area.y + 10, 224, 32));
        place_grid(area, &mut self.grid, &mut self.bar);
    }

    /// Shows or hides it.
    pub fn set_shown(&mut self, shown: bool) {
        if shown { self.group.show() } else { self.group.hide() }
    }

    /// Gives the keyboard to its search box.
    pub fn focus_find(&mut self) {
        self.find.focus();
        self.find.select_all();
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, model: &Model) {
        self.find.set_placeholder(tr("con.find.room"));
        self.bar.follow(model);
        self.grid.follow(model);
        self.group.redraw();
    }

    /// Where the menu of a row opens, in the window.
    #[must_use]
    pub fn menu_place(&self, model: &Model) -> Rect {
        row_or_dots(&self.grid, &self.bar, model.rooms.current())
    }
}

impl Rows for Halls {
    type Row = RoomRow;

    const COLUMNS: &'static [Column] = &[
        Column("con.col.number", 60, 2),
        Column("con.col.room", 140, 8),
        Column("con.col.owner", 60, 2),
        Column("con.col.members", 56, 2),
        Column("con.col.messages", 56, 2),
    ];

    fn table(model: &Model) -> &Listing<RoomRow> {
        &model.rooms
    }

    fn paint(canvas: &Canvas, _model: &Model, row: &Self::Row, cells: &[Rect], _look: &Look<'_>) {
        let [number, name, owner, members, messages] = cells else { return };
        let words = |cell: &Rect, words: &str| paint_words(canvas, *cell, Colour::Ink, words);
        words(number, &row.room.to_string());
        let tile = Rect::new(name.x, name.y + (name.h - 24) / 2, 24, 24);
        canvas.room_tile(row.room.0, &row.name, tile);
        words(&name.without_left(32), &row.name);
        words(owner, &row.owner.to_string());
        words(members, &units::grouped(row.members));
        words(messages, &units::grouped(row.messages));
    }
}

fn paint_nothing(canvas: &Canvas, below: Rect, model: &Model) {
    let rooms = &model.rooms;
    if !rooms.is_empty() || rooms.awaited.is_some() {
        return;
    }
    let failed = rooms.failed.as_ref().map(|why| model.why_nothing(why));
    let (icon, title, hint) = match (&failed, rooms.is_finding()) {
        (Some(why), _) => (Icon::Warn, "con.none.asked", why.as_str()),
        (None, true) => (Icon::Search, "con.none.found", tr("con.none.found.hint")),
        (None, false) => (Icon::Door, "con.none.rooms", tr("con.none.rooms.hint")),
    };
    let _no_button = paint_empty(canvas, below, icon, tr(title), hint, false);
}
