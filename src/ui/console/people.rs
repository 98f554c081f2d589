//! All accounts, or who is banned, drawn: chips, a search box, rows.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt};

use super::bar::Bar;
use super::grid::{Column, Grid, Look, Rows, paint_person, paint_words};
use super::listing::Listing;
use super::model::{Model, Msg, Whom};
use super::shell::post;
use super::table::{place_grid, row_or_dots};
use super::units;
use crate::clock;
use crate::domain::Role;
use crate::net::verb::{self, AccountRow, BanRow};
use crate::ui::app::files::amounts;
use crate::ui::app::time;
use crate::ui::area::{Pressable, paint_chip};
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::text::{Language, tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{Button, ButtonKind, Control, Field, FieldKind, backdrop, paint_empty};

const MARGIN: i32 = 16;

type Shared = Rc<RefCell<Model>>;

/// The tab.
#[derive(Clone)]
pub struct Accounts {
    group: Group,
    chips: [Pressable; 2],
    find: Field,
    ban: Button,
    people: Grid,
    bans: Grid,
    bar: Bar,
    only_bans: bool,
    bans_w: i32,
}

/// Accounts as rows.
pub struct People;

/// Bans as rows.
pub struct Bans;

impl Accounts {
    /// Drawn from a model.
    pub fn new(model: &Shared) -> Accounts {
        let mut group = Group::new(0, 0, 0, 0, None);
        group.begin();
        let chips = [Whom::All, Whom::Banned].map(|people| chip(model, people));
        let find = Field::new(FieldKind::Search, tr("con.find.account")).style(Style::BODY);
        let mut ban = Button::new(ButtonKind::Outline, tr("con.ban.ip.ask")).icon(Icon::Ban);
        ban.on_press(|| post(Msg::BanAddress));
        let (people, bans) = (Grid::new::<People>(model), Grid::new::<Bans>(model));
        let bar = Bar::new();
        group.end();
        let (drawn, below) = (Rc::clone(model), people.clone());
        backdrop(&mut group, Colour::Paper, move |canvas, _| {
            paint_nobody(canvas, below.paint(canvas), &drawn.borrow());
        });
        let mut tab =
            Accounts { group, chips, find, ban, people, bans, bar, only_bans: false, bans_w: 0 };
        let typed = tab.find.clone();
        tab.find.on_change(move || post(Msg::Find(typed.value())));
        tab
    }

    /// Takes its place.
    pub fn place(&mut self, area: Rect) {
        self.group.resize(area.x, area.y, area.w, area.h);
        let all = text::width(Style::CAPTION.bold(), tr("con.chip.all")) + 24;
        let (x, y) = (area.x + MARGIN, area.y + 12);
        self.chips[0].place(Rect::new(x, y, all, 28));
        self.chips[1].place(Rect::new(x + all + 8, y, self.bans_w, 28));
        let right = area.right() - MARGIN;
        let w = (right - x - all - self.bans_w - 24).clamp(96, 224);
        self.find.place(Rect::new(right - w, area.y + 10, w, 32));
        let w = self.ban.wanted_width();
        self.ban.place(Rect::new(right - w, area.y + 10, w, 32));
        let grid = if self.only_bans { &mut self.bans } else { &mut self.people };
        place_grid(area, grid, &mut self.bar);
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
        self.find.set_placeholder(tr("con.find.account"));
        self.only_bans = model.people == Whom::Banned;
        self.find.set_shown(!self.only_bans);
        self.ban.set_label(tr("con.ban.ip.ask"));
        self.ban.set_shown(self.only_bans);
        self.bans_w = text::width(Style::CAPTION.bold(), &bans_words(model)) + 24;
        self.people.set_shown(!self.only_bans);
        self.bans.set_shown(self.only_bans);
        self.bar.follow(model);
        self.people.follow(model);
        self.bans.follow(model);
        self.group.redraw();
    }

    /// Where the menu of a row opens, in the window.
    #[must_use]
    pub fn menu_place(&self, model: &Model) -> Rect {
        let (grid, current) = match self.only_bans {
            true => (&self.bans, model.bans.current()),
            false => (&self.people, model.accounts.current()),
        };
        row_or_dots(grid, &self.bar, current)
    }
}

fn bans_words(model: &Model) -> String {
    match model.bans.all().len() {
        0 => tr("con.chip.bans").to_owned(),
        n => tr_with("con.chip.count", &[("kind", tr("con.chip.bans")), ("n", &n.to_string())]),
    }
}

fn chip(model: &Shared, people: Whom) -> Pressable {
    let model = Rc::clone(model);
    let mut chip = Pressable::new("", move |canvas, area, touched| {
        let model = model.borrow();
        let words = match people {
            Whom::All => tr("con.chip.all").to_owned(),
            Whom::Banned => bans_words(&model),
        };
        paint_chip(canvas, area, touched, model.people == people, &words);
    });
    chip.on_press(move || post(Msg::Whom(people)));
    chip
}

impl Rows for People {
    type Row = AccountRow;

    const COLUMNS: &'static [Column] = &[
        Column("con.col.account", 46, 4),
        Column("con.col.nickname", 84, 7),
        Column("con.col.created", 66, 2),
        Column("con.col.seen", 66, 2),
        Column("con.col.devices", 50, 1),
        Column("con.col.bytes", 44, 2),
        Column("con.col.state", 36, 3),
    ];

    fn table(model: &Model) -> &Listing<AccountRow> {
        &model.accounts
    }

    fn paint(canvas: &Canvas, model: &Model, row: &Self::Row, cells: &[Rect], look: &Look<'_>) {
        let [account, nickname, created, seen, devices, bytes, state] = cells else { return };
        let language = model.language();
        let words = |cell: &Rect, words: &str| paint_words(canvas, *cell, Colour::Ink, words);
        let when = |at| time::row_label(at, clock::wall_ms(), look.zone, language);
        let person = &row.person;
        words(account, &person.account.to_string());
        let shown = (person.avatar, &*person.nickname, person.role == Role::Admin);
        paint_person(canvas, *nickname, shown, look.ground);
        words(created, &when(row.created));
        // This is known anew every second, and rows only when they are asked for.
        let is_online =
            model.online.all().iter().any(|link| link.person.account == row.person.account);
        let last = match (is_online, row.seen) {
            (true, _) => tr("status.online").to_owned(),
            (false, Some(at)) => when(at),
            (false, None) => tr("con.never").to_owned(),
        };
        words(seen, &last);
        words(devices, &row.devices.to_string());
        words(bytes, &amounts::bytes(row.bytes));
        if let Some(key) = state_key(row) {
            let ink = Colour::Bad;
            canvas.text_in(Style::CAPTION, ink, *state, Align::Left, tr(key));
        }
    }
}

fn state_key(row: &AccountRow) -> Option<&'static str> {
    match (row.disabled, &row.ban) {
        (true, _) => Some("con.state.disabled"),
        (false, Some(_)) => Some("con.state.banned"),
        (false, None) => None,
    }
}

impl Rows for Bans {
    type Row = BanRow;

    const COLUMNS: &'static [Column] = &[
        Column("con.col.whom", 110, 4),
        Column("con.col.why", 110, 8),
        Column("con.col.since_ban", 72, 2),
        Column("con.col.left", 72, 2),
    ];

    fn table(model: &Model) -> &Listing<BanRow> {
        &model.bans
    }

    fn paint(canvas: &Canvas, model: &Model, row: &Self::Row, cells: &[Rect], look: &Look<'_>) {
        let [whom, why, since, left] = cells else { return };
        let language = model.language();
        let name = match &row.nickname {
            Some(name) => format!("{name} {}", row.whom),
            None => verb::Whom::shown(&row.whom),
        };
        paint_words(canvas, *whom, Colour::Ink, &name);
        paint_words(canvas, *why, Colour::Ink2, &row.why);
        let since_words = time::row_label(row.at, clock::wall_ms(), look.zone, language);
        paint_words(canvas, *since, Colour::Ink, &since_words);
        paint_words(canvas, *left, Colour::Ink, &left_words(row, language));
    }
}

/// What is left of a ban, in a unit that says enough.
fn left_words(row: &BanRow, language: Language) -> String {
    const DAY: u64 = 24 * 60;
    match row.minutes_left {
        None => language.get("con.ban.ever").to_owned(),
        Some(minutes @ 2_880..) => units::minutes(minutes.div_ceil(DAY) * DAY, language),
        Some(minutes @ 120..) => units::minutes(minutes.div_ceil(60) * 60, language),
        Some(minutes) => units::minutes(minutes, language),
    }
}

fn paint_nobody(canvas: &Canvas, below: Rect, model: &Model) {
    let accounts = &model.accounts;
    let only_bans = model.people == Whom::Banned;
    let is_empty = if only_bans { model.bans.is_empty() } else { accounts.is_empty() };
    if !is_empty || accounts.awaited.is_some() {
        return;
    }
    let failed = accounts.failed.as_ref().map(|why| model.why_nothing(why));
    let (icon, title, hint) = match (&failed, only_bans, accounts.is_finding()) {
        (Some(why), ..) => (Icon::Warn, "con.none.asked", why.as_str()),
        (None, true, _) => (Icon::Unlock, "con.none.bans", tr("con.none.bans.hint")),
        (None, false, true) => (Icon::Search, "con.none.found", tr("con.none.found.hint")),
        (None, false, false) => (Icon::Users, "con.none.accounts", tr("con.none.accounts.hint")),
    };
    let _no_button = paint_empty(canvas, below, icon, tr(title), hint, false);
}

#[cfg(test)]
mod tests {
    use super::super::entries::tests::ban;
    use super::*;

    #[test]
    fn what_is_left_of_a_ban_is_never_less_than_it_is() {
        let left = |minutes| {
            let row = BanRow { minutes_left: minutes, ..ban("10001") };
            left_words(&row, Language::Chinese)
        };
        let words = [None, Some(59), Some(121), Some(7 * 24 * 60 - 1)].map(left);
        assert_eq!(words, ["永久", "59 分钟", "3 小时", "7 天"]);
    }
}
