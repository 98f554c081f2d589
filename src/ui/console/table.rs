//! Who is online, drawn: a search box, a button to say something to all, rows.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt};

use super::bar::{self, Bar};
use super::grid::{Column, Grid, Look, Rows, paint_person, paint_words};
use super::listing::Listing;
use super::model::{Model, Msg, Phase};
use super::shell::post;
use super::units;
use crate::clock;
use crate::domain::Role;
use crate::net::control::OnlineSession;
use crate::ui::app::time;
use crate::ui::paint::{Canvas, Icon, Rect};
use crate::ui::text::tr;
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{Button, ButtonKind, Control, Field, FieldKind, backdrop, paint_empty};

/// The row above a table.
pub const TOOLS: i32 = 52;
const MARGIN: i32 = 16;

type Shared = Rc<RefCell<Model>>;

/// The tab.
#[derive(Clone)]
pub struct Table {
    group: Group,
    find: Field,
    broadcast: Button,
    grid: Grid,
    bar: Bar,
}

/// Links as rows.
pub struct Links;

impl Table {
    /// Drawn from a model.
    pub fn new(model: &Shared) -> Table {
        let mut group = Group::new(0, 0, 0, 0, None);
        group.begin();
        let find = Field::new(FieldKind::Search, tr("con.find")).style(Style::BODY);
        let broadcast = Button::new(ButtonKind::Soft, tr("srv.broadcast")).icon(Icon::Megaphone);
        let grid = Grid::new::<Links>(model);
        let bar = Bar::new();
        group.end();
        let (drawn, below) = (Rc::clone(model), grid.clone());
        backdrop(&mut group, Colour::Paper, move |canvas, _| {
            paint_nobody(canvas, below.paint(canvas), &drawn.borrow());
        });
        let mut table = Table { group, find, broadcast, grid, bar };
        let typed = table.find.clone();
        table.find.on_change(move || post(Msg::Find(typed.value())));
        table.broadcast.on_press(|| post(Msg::Broadcast));
        table
    }

    /// Takes its place.
    pub fn place(&mut self, area: Rect) {
        self.group.resize(area.x, area.y, area.w, area.h);
        let w = self.broadcast.wanted_width();
        let right = area.right() - MARGIN;
        let find = (right - w - area.x - MARGIN - 8).clamp(96, 224);
        self.find.place(Rect::new(area.x + MARGIN, area.y + 10, find, 32));
        self.broadcast.place(Rect::new(right - w, area.y + 10, w, 32));
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
        self.find.set_placeholder(tr("con.find"));
        self.broadcast.set_label(tr("srv.broadcast"));
        self.bar.follow(model);
        self.grid.follow(model);
        self.group.redraw();
    }

    /// Where the menu of a row opens, in the window.
    #[must_use]
    pub fn menu_place(&self, model: &Model) -> Rect {
        row_or_dots(&self.grid, &self.bar, model.online.current())
    }
}

/// Below the tools, and above the bar where one is shown.
pub fn place_grid(area: Rect, grid: &mut Grid, bar: &mut Bar) {
    let foot = Rect::new(area.x, area.bottom() - bar::HEIGHT, area.w, bar::HEIGHT);
    let taken = if bar.is_shown() { bar::HEIGHT } else { 0 };
    bar.place(foot);
    grid.place(Rect::new(area.x, area.y + TOOLS, area.w, area.h - TOOLS - taken));
}

/// The row with the keyboard, else the dots of the bar.
pub fn row_or_dots(grid: &Grid, bar: &Bar, current: Option<usize>) -> Rect {
    let row = current.and_then(|row| grid.area_of(row));
    row.map_or_else(|| bar.dots(), |row| Rect { w: 40, x: row.x + row.w / 3, ..row })
}

impl Rows for Links {
    type Row = OnlineSession;

    const COLUMNS: &'static [Column] = &[
        Column("con.col.account", 46, 3),
        Column("con.col.nickname", 84, 6),
        Column("con.col.address", 90, 4),
        Column("con.col.client", 64, 5),
        Column("con.col.since", 52, 2),
        Column("con.col.idle", 42, 1),
    ];

    fn table(model: &Model) -> &Listing<OnlineSession> {
        &model.online
    }

    fn paint(canvas: &Canvas, model: &Model, link: &Self::Row, cells: &[Rect], look: &Look<'_>) {
        let [account, nickname, address, client, since, idle] = cells else { return };
        let language = model.language();
        let words = |cell: &Rect, words: &str| paint_words(canvas, *cell, Colour::Ink, words);
        let person = &link.person;
        words(account, &person.account.to_string());
        let shown = (person.avatar, &*person.nickname, person.role == Role::Admin);
        paint_person(canvas, *nickname, shown, look.ground);
        words(address, &link.address);
        words(client, units::client(&link.client));
        words(since, &time::row_label(link.since, clock::wall_ms(), look.zone, language));
        words(idle, &units::idle(link.idle_ms, language));
    }
}

fn paint_nobody(canvas: &Canvas, below: Rect, model: &Model) {
    if !model.online.is_empty() {
        return;
    }
    let (icon, title, hint) = match model.phase {
        Phase::Running if model.online.is_finding() => {
            (Icon::Search, "con.none.found", "con.none.found.hint")
        }
        Phase::Running => (Icon::Users, "con.none.online", "con.none.online.hint"),
        Phase::Starting | Phase::Stopping(_) => return,
        Phase::Stopped | Phase::Failed { .. } => {
            (Icon::Server, "con.none.stopped", "con.none.stopped.hint")
        }
    };
    let _no_button = paint_empty(canvas, below, icon, tr(title), tr(hint), false);
}
