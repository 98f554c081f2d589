//! Who is online, drawn: a search box, heads that sort, rows.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt};
use jiff::tz::TimeZone;

use super::model::{Model, Msg, Phase};
use super::online::Column;
use super::shell::post;
use super::units;
use crate::clock;
use crate::domain::Role;
use crate::net::control::OnlineSession;
use crate::ui::app::time;
use crate::ui::area::{Pressable, Touched};
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::text::tr;
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{Control, Field, FieldKind, RowLook, ScrollList, backdrop, paint_empty};

const TOOLS: i32 = 52;
const HEAD: i32 = 32;
const ROW: i32 = 40;
const MARGIN: i32 = 16;
/// Room that each column wants, and its part of what is left over.
const COLUMNS: [(Column, i32, i32); 6] = [
    (Column::Account, 54, 2),
    (Column::Nickname, 100, 6),
    (Column::Address, 96, 4),
    (Column::Client, 84, 5),
    (Column::Since, 56, 2),
    (Column::Idle, 40, 1),
];
const GAP: i32 = 6;

type Shared = Rc<RefCell<Model>>;

/// The tab.
#[derive(Clone)]
pub struct Table {
    group: Group,
    find: Field,
    heads: [Pressable; 6],
    list: ScrollList,
    /// The session that is chosen: rows move under it.
    chosen: Rc<RefCell<Option<u64>>>,
}

impl Table {
    /// Drawn from a model.
    pub fn new(model: &Shared) -> Table {
        let mut group = Group::new(0, 0, 0, 0, None);
        group.begin();
        let find = Field::new(FieldKind::Search, tr("con.find")).style(Style::BODY);
        let heads = Column::ALL.map(|column| head(model, column));
        let rows = Rc::clone(model);
        let zone = TimeZone::system();
        let list = ScrollList::new(Colour::Paper, move |canvas, row| {
            let model = rows.borrow();
            if let Some(session) = model.online.row(row.index) {
                paint_row(canvas, row, session, &model, &zone);
            }
        });
        group.end();
        let drawn = Rc::clone(model);
        backdrop(&mut group, Colour::Paper, move |canvas, area| {
            paint(canvas, area, &drawn.borrow());
        });
        let mut table = Table { group, find, heads, list, chosen: Rc::default() };
        let typed = table.find.clone();
        table.find.on_change(move || post(Msg::Find(typed.value())));
        let (chosen, rows) = (Rc::clone(&table.chosen), Rc::clone(model));
        table.list.on_select(move |row| {
            *chosen.borrow_mut() = rows.borrow().online.row(row).map(|session| session.session);
        });
        table
    }

    /// Takes its place.
    pub fn place(&mut self, area: Rect) {
        self.group.resize(area.x, area.y, area.w, area.h);
        self.find.place(Rect::new(area.x + MARGIN, area.y + 10, 224, 32));
        for (head, (x, w)) in self.heads.iter_mut().zip(columns(area)) {
            head.place(Rect::new(x - GAP, area.y + TOOLS, w + GAP, HEAD));
        }
        let top = area.y + TOOLS + HEAD;
        self.list.place(Rect::new(area.x, top, area.w, area.bottom() - top));
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
        self.list.set_rows((0..model.online.len()).map(|_| ROW));
        let chosen = *self.chosen.borrow();
        let row = (0..model.online.len())
            .find(|row| model.online.row(*row).map(|session| session.session) == chosen);
        self.list.set_selected(row.filter(|_| chosen.is_some()));
        // An empty list would lie over the words that say why it is empty.
        self.list.set_shown(!model.online.is_empty());
        self.group.redraw();
    }
}

/// Left edge and width of each column.
fn columns(area: Rect) -> [(i32, i32); 6] {
    let gaps = GAP * 5;
    let wanted: i32 = COLUMNS.iter().map(|(_, w, _)| w).sum();
    let parts: i32 = COLUMNS.iter().map(|(_, _, part)| part).sum();
    let left_over = (area.w - 2 * MARGIN - wanted - gaps).max(0);
    let mut x = area.x + MARGIN;
    COLUMNS.map(|(_, w, part)| {
        let w = w + left_over * part / parts;
        let place = (x, w);
        x += w + GAP;
        place
    })
}

fn head(model: &Shared, column: Column) -> Pressable {
    let model = Rc::clone(model);
    let mut head = Pressable::new("", move |canvas, area, touched: Touched| {
        let ground = if touched.hover { Colour::Hover } else { Colour::Canvas };
        canvas.fill(area, ground);
        let (by, descending) = model.borrow().online.order();
        let is_order = by == column;
        let ink = if is_order { Colour::Ink } else { Colour::Ink2 };
        let words = area.without_left(GAP);
        let width = text::width(Style::CAPTION, tr(title(column)));
        canvas.text_in(Style::CAPTION, ink, words, Align::Left, tr(title(column)));
        if is_order && width + 16 <= words.w {
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

fn title(column: Column) -> &'static str {
    match column {
        Column::Account => "con.col.account",
        Column::Nickname => "con.col.nickname",
        Column::Address => "con.col.address",
        Column::Client => "con.col.client",
        Column::Since => "con.col.since",
        Column::Idle => "con.col.idle",
    }
}

fn paint(canvas: &Canvas, area: Rect, model: &Model) {
    canvas.fill(Rect::new(area.x, area.y + TOOLS, area.w, HEAD), Colour::Canvas);
    if !model.online.is_empty() {
        return;
    }
    let top = area.y + TOOLS + HEAD;
    let below = Rect::new(area.x, top, area.w, area.bottom() - top);
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

fn paint_row(
    canvas: &Canvas,
    row: &RowLook,
    session: &OnlineSession,
    model: &Model,
    zone: &TimeZone,
) {
    let language = model.language();
    let ground = row.ground(Colour::Paper);
    let area = row.area;
    canvas.line_across(area.x, area.bottom() - 1, area.w, Colour::Line);
    let since = time::row_label(session.since, clock::wall_ms(), zone, language);
    let idle = units::idle(session.idle_ms, language);
    let account = session.person.account.to_string();
    for ((column, ..), (x, w)) in COLUMNS.iter().zip(columns(area)) {
        let mut cell = Rect::new(x, area.y, w, area.h);
        let words = match column {
            Column::Account => &account,
            Column::Nickname => {
                let y = area.y + (area.h - 24) / 2;
                canvas.avatar(session.person.avatar, x, y, 24, false);
                cell = cell.without_left(32);
                paint_shield(canvas, &mut cell, session, ground);
                &session.person.nickname
            }
            Column::Address => &session.address,
            Column::Client => units::client(&session.client),
            Column::Since => &since,
            Column::Idle => &idle,
        };
        canvas.text_in(Style::CAPTION.sized(13, 20), Colour::Ink, cell, Align::Left, words);
    }
}

/// The shield of an administrator, right behind the name; the name makes room for it.
fn paint_shield(canvas: &Canvas, cell: &mut Rect, session: &OnlineSession, ground: Colour) {
    if session.person.role != Role::Admin {
        return;
    }
    *cell = cell.without_right(20);
    let width = text::width(Style::BODY, &session.person.nickname).min(cell.w);
    let y = cell.y + (cell.h - 14) / 2;
    canvas.icon_on(Icon::Shield, cell.x + width + 6, y, 14, Colour::Ok, ground);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_fit_at_every_width() {
        // Right of the fixed column, in the smallest window and in larger ones.
        for w in [495, 655, 1_000, 1_600] {
            let area = Rect::new(305, 0, w, 40);
            let places = columns(area);
            assert_eq!(places[0].0, area.x + MARGIN);
            for pair in places.windows(2) {
                assert!(pair[0].0 + pair[0].1 < pair[1].0, "{w}: {places:?}");
            }
            let end = places[5].0 + places[5].1;
            assert!(end <= area.right() - MARGIN, "{w}: {places:?}");
        }
    }
}
