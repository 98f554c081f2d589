//! The settings, drawn: one row each, with what sets it at the right.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt};

use super::knobs::{self, BACKUP, BACKUP_COUNTS, BACKUP_KEEP, Knobs, OFFERS, REGISTRATIONS};
use super::model::{Fact, Model, Msg};
use super::shell::post;
use crate::server::settings::{
    CODE_UNTIL, CODE_USES, DISCOVERY, REGISTRATION, REGISTRATION_CODE, Settings,
};
use crate::ui::app::files::amounts;
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::text::{tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{
    Button, ButtonKind, ButtonSize, Choice, ChoiceKind, Control, Segments, Select, SelectKind,
    backdrop, paint_empty,
};

const MARGIN: i32 = 20;
const ROW: i32 = 56;
const ROW_MIN: i32 = 44;
const FOOT: i32 = 52;
const GAP: i32 = 8;
const SELECT_W: i32 = 112;

type Shared = Rc<RefCell<Model>>;

/// The tab.
#[derive(Clone)]
pub struct Dials {
    group: Group,
    registration: Segments,
    copy: Button,
    fresh: Button,
    announced: Choice,
    numbers: Vec<Select>,
    folder: Button,
    time: Select,
    keep: Select,
    daily: Choice,
    all: Button,
    /// Row by row: what it sets, and how far its words may go.
    rows: Rc<RefCell<Vec<(&'static str, Rect)>>>,
    area: Rc<Cell<Rect>>,
    is_here: bool,
    backs_up: Option<bool>,
}

impl Dials {
    /// Drawn from a model.
    pub fn new(model: &Shared) -> Dials {
        let mut group = Group::new(0, 0, 0, 0, None);
        group.begin();
        let small = |key| Button::new(ButtonKind::Outline, tr(key)).size(ButtonSize::Small);
        let mut dials = Dials {
            group: group.clone(),
            registration: Segments::new(&["", "", ""]),
            copy: small("common.copy"),
            fresh: small("con.set.fresh"),
            announced: Choice::new(ChoiceKind::Toggle, ""),
            numbers: OFFERS.iter().map(|_| Select::new(SelectKind::Box, &[""])).collect(),
            folder: small("con.set.folder"),
            time: Select::new(SelectKind::Box, &[""]),
            keep: Select::new(SelectKind::Box, &[""]),
            daily: Choice::new(ChoiceKind::Toggle, ""),
            all: Button::new(ButtonKind::Outline, tr("con.all.open")).icon(Icon::Sliders),
            rows: Rc::default(),
            area: Rc::default(),
            is_here: false,
            backs_up: None,
        };
        group.end();
        let (drawn, rows, area) =
            (Rc::clone(model), Rc::clone(&dials.rows), Rc::clone(&dials.area));
        backdrop(&mut group, Colour::Paper, move |canvas, _| {
            paint(canvas, area.get(), &rows.borrow(), &drawn.borrow());
        });
        dials.wire(model);
        dials
    }

    fn wire(&mut self, model: &Shared) {
        self.registration.on_change(|place| {
            if let Some(code) = fresh_code() {
                post(Msg::Register(place, code));
            }
        });
        self.copy.on_press(|| post(Msg::Copy(Fact::Code)));
        self.fresh.on_press(|| {
            if let Some(code) = fresh_code() {
                post(Msg::FreshCode(code));
            }
        });
        let set = |key: &str, value: String| post(Msg::Set(key.to_owned(), value));
        self.announced.on_change(move |on| {
            set(DISCOVERY, if on { "on" } else { "off" }.to_owned());
        });
        for (select, offer) in self.numbers.iter_mut().zip(&OFFERS) {
            let model = Rc::clone(model);
            select.on_change(move |place| {
                let (values, _) = model.borrow().knobs.offered(offer.key, offer.values);
                if let Some(value) = values.get(place) {
                    set(offer.key, value.to_string());
                }
            });
        }
        self.folder.on_press(|| post(Msg::Backups));
        self.daily.on_change(|on| post(Msg::BackUp(on)));
        let shared = Rc::clone(model);
        self.time.on_change(move |place| {
            let (times, _) = shared.borrow().knobs.backup_times();
            if let Some(time) = times.get(place) {
                set(BACKUP, time.clone());
            }
        });
        let shared = Rc::clone(model);
        self.keep.on_change(move |place| {
            let (counts, _) = shared.borrow().knobs.offered(BACKUP_KEEP, &BACKUP_COUNTS);
            if let Some(count) = counts.get(place) {
                set(BACKUP_KEEP, count.to_string());
            }
        });
        self.all.on_press(|| post(Msg::AllSettings));
    }

    /// Shows or hides it.
    pub fn set_shown(&mut self, shown: bool) {
        if shown { self.group.show() } else { self.group.hide() }
    }

    /// Brings words and values up to the model.
    pub fn follow(&mut self, model: &Model) {
        let knobs = &model.knobs;
        self.is_here = knobs.is_here();
        self.backs_up = knobs.backs_up();
        self.registration.set_options(&[
            tr("srv.reg.open"),
            tr("srv.reg.code"),
            tr("srv.reg.closed"),
        ]);
        self.registration.set_chosen(knobs.registration());
        self.copy.set_label(tr("common.copy"));
        self.copy.set_enabled(knobs.code().is_some());
        let is_first = knobs.code().is_none();
        self.fresh.set_label(tr(if is_first { "con.set.make" } else { "con.set.fresh" }));
        self.announced.set_on(knobs.is_announced());
        for (select, offer) in self.numbers.iter_mut().zip(&OFFERS) {
            let (values, place) = knobs.offered(offer.key, offer.values);
            let words: Vec<String> = values.iter().map(|value| amount(offer.key, *value)).collect();
            fill(select, &words, place);
        }
        self.folder.set_label(tr("con.set.folder"));
        let (times, place) = knobs.backup_times();
        fill(&mut self.time, &times, place);
        let (counts, place) = knobs.offered(BACKUP_KEEP, &BACKUP_COUNTS);
        let counts: Vec<String> =
            counts.iter().map(|n| tr_with("con.set.copies", &[("n", &n.to_string())])).collect();
        fill(&mut self.keep, &counts, place);
        self.daily.set_on(self.backs_up == Some(true));
        self.all.set_label(tr("con.all.open"));
        self.group.redraw();
    }

    /// Takes its place: rows as high as there is room.
    pub fn place(&mut self, area: Rect) {
        self.area.set(area);
        self.group.resize(area.x, area.y, area.w, area.h);
        let count = 3 + OFFERS.len() + usize::from(self.backs_up.is_some());
        let count = i32::try_from(count).unwrap_or(1);
        let height = ((area.h - FOOT) / count).clamp(ROW_MIN, ROW);
        let (left, right) = (area.x + MARGIN, area.right() - MARGIN);
        let mut y = area.y + 4;
        let mut rows = Vec::new();
        let mut row = |key: &'static str, controls: &mut [(&mut dyn Control, i32, i32)]| {
            let mut x = right;
            for (control, w, h) in controls.iter_mut().rev() {
                control.place(Rect::new(x - *w, y + (height - *h) / 2, *w, *h));
                x -= *w + GAP;
            }
            rows.push((key, Rect::new(left, y, x - left, height)));
            y += height;
        };
        let toggle = |choice: &Choice| choice.wanted_width();
        let w = self.registration.wanted_width();
        row(REGISTRATION, &mut [(&mut self.registration, w, 32)]);
        let (copy, fresh) = (self.copy.wanted_width(), self.fresh.wanted_width());
        row(REGISTRATION_CODE, &mut [(&mut self.copy, copy, 28), (&mut self.fresh, fresh, 28)]);
        let w = toggle(&self.announced);
        row(DISCOVERY, &mut [(&mut self.announced, w, 24)]);
        for (select, offer) in self.numbers.iter_mut().zip(&OFFERS) {
            row(offer.key, &mut [(select, SELECT_W, 32)]);
        }
        if self.backs_up.is_some() {
            let (folder, daily) = (self.folder.wanted_width(), toggle(&self.daily));
            let mut controls: Vec<(&mut dyn Control, i32, i32)> =
                vec![(&mut self.folder, folder, 28)];
            if self.backs_up == Some(true) {
                controls.push((&mut self.time, 84, 28));
                controls.push((&mut self.keep, 104, 28));
            }
            controls.push((&mut self.daily, daily, 24));
            row(BACKUP, &mut controls);
        }
        let w = self.all.wanted_width();
        self.all.place(Rect::new(right - w, (y + 10).min(area.bottom() - 42), w, 32));
        *self.rows.borrow_mut() = rows;
        self.show_controls();
    }

    fn show_controls(&mut self) {
        let (is_here, has_backups) = (self.is_here, self.backs_up.is_some());
        let backs_up = self.backs_up == Some(true);
        self.registration.set_shown(is_here);
        self.copy.set_shown(is_here);
        self.fresh.set_shown(is_here);
        self.announced.set_shown(is_here);
        self.numbers.iter_mut().for_each(|select| select.set_shown(is_here));
        self.folder.set_shown(has_backups);
        self.daily.set_shown(has_backups);
        self.time.set_shown(backs_up);
        self.keep.set_shown(backs_up);
        self.all.set_shown(is_here);
    }
}

/// Chance for a code; a system that has none to give has other troubles.
fn fresh_code() -> Option<String> {
    let mut chance = [0; 8];
    getrandom::fill(&mut chance).ok().map(|()| knobs::invite_code(chance))
}

fn fill(select: &mut Select, words: &[String], place: usize) {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    select.set_options(&words);
    select.set_chosen(place);
}

/// A number of a setting as people say it.
fn amount(key: &str, value: u64) -> String {
    let n = value.to_string();
    match key {
        "files.days" => tr_with("con.span.days", &[("n", &n)]),
        "passwords.wrong" => tr_with("con.set.tries", &[("n", &n)]),
        _ => amounts::bytes(value.saturating_mul(1 << 20)),
    }
}

/// What is left of the invite code: uses and days, where either is counted.
fn code_left(knobs: &Knobs, now_ms: i64) -> String {
    let uses = knobs.value(CODE_USES).and_then(|uses| uses.parse::<u64>().ok());
    let uses = uses.map(|uses| match uses {
        0 => tr("con.set.code.spent").to_owned(),
        uses => tr_with("con.set.code.left", &[("n", &uses.to_string())]),
    });
    let until = knobs.value(CODE_UNTIL).filter(|until| *until != "off").map(|until| {
        let mut settings = Settings::default();
        match settings.set(CODE_UNTIL, until).is_ok() && settings.is_code_over(now_ms) {
            true => tr("con.set.code.over").to_owned(),
            false => tr_with("con.set.code.until", &[("date", until)]),
        }
    });
    match (uses, until) {
        (Some(uses), Some(until)) => {
            tr_with("con.set.code.both", &[("uses", &uses), ("until", &until)])
        }
        (left, None) | (None, left) => left.unwrap_or_default(),
    }
}

/// What a row sets, and what that means.
fn words(key: &str, model: &Model) -> (&'static str, String) {
    let knobs: &Knobs = &model.knobs;
    let plain = |title, hint| (tr(title), tr(hint).to_owned());
    match key {
        REGISTRATION => plain("srv.reg", "con.set.reg.hint"),
        // Nobody is asked for it while registering is open, or closed.
        REGISTRATION_CODE if REGISTRATIONS[knobs.registration()] != "code" => {
            plain("con.set.code", "con.set.code.unused")
        }
        REGISTRATION_CODE => match code_left(knobs, model.now) {
            left if left.is_empty() => plain("con.set.code", "con.set.code.hint"),
            left => (tr("con.set.code"), left),
        },
        DISCOVERY => {
            let is_quiet = model.is_up() && model.status.as_ref().is_some_and(|s| !s.discovery);
            match knobs.is_announced() && is_quiet {
                true => plain("con.set.lan", "con.set.lan.given"),
                false => plain("con.set.lan", "con.set.lan.hint"),
            }
        }
        "files.mib_max" => plain("con.set.file", "con.set.file.hint"),
        "files.mib_per_account" => plain("con.set.person", "con.set.person.hint"),
        "files.mib_total" => plain("con.set.total", "con.set.total.hint"),
        "files.days" => plain("con.set.days", "con.set.days.hint"),
        "passwords.wrong" => plain("con.set.wrong", "con.set.wrong.hint"),
        _ => {
            let (time, keep) = (knobs.value(BACKUP), knobs.value(BACKUP_KEEP));
            let words = match (time, keep) {
                (Some(time), Some(n)) if time != "off" => {
                    tr_with("con.set.backup.on", &[("time", time), ("n", n)])
                }
                _ => tr("con.set.backup.off").to_owned(),
            };
            (tr("con.set.backup"), words)
        }
    }
}

fn paint(canvas: &Canvas, area: Rect, rows: &[(&'static str, Rect)], model: &Model) {
    if !model.knobs.is_here() {
        let Some(why) = &model.knobs.failed else {
            let loading = tr("common.loading");
            canvas.text_in(Style::BODY, Colour::Ink2, area, Align::Centre, loading);
            return;
        };
        let why = model.why_nothing(why);
        let title = tr("con.none.asked");
        let _no_button = paint_empty(canvas, area, Icon::Warn, title, &why, false);
        return;
    }
    for (key, row) in rows {
        canvas.line_across(row.x, row.bottom() - 1, area.w - 2 * MARGIN, Colour::Line);
        let (title, hint) = words(key, model);
        let middle = row.y + row.h / 2;
        let mut room = row.w;
        if *key == REGISTRATION_CODE {
            room -= paint_code(canvas, *row, model.knobs.code());
        }
        let upper = Rect::new(row.x, middle - 19, room, 20);
        canvas.text_in(Style::BODY, Colour::Ink, upper, Align::Left, title);
        let lower = Rect::new(row.x, middle + 1, room, 16);
        let of_copies = || model.knobs.wrong(BACKUP_KEEP).filter(|_| *key == BACKUP);
        let (ink, hint) = match model.knobs.wrong(key).or_else(of_copies) {
            Some(wrong) => (Colour::Bad, wrong),
            None => (Colour::Ink2, &*hint),
        };
        // What its boxes say anyway is left out where it would be cut.
        let is_said = *key == BACKUP && ink == Colour::Ink2;
        if !is_said || text::width(Style::CAPTION, hint) <= room {
            canvas.text_in(Style::CAPTION, ink, lower, Align::Left, hint);
        }
    }
    if let Some((_, last)) = rows.last() {
        let y = (last.bottom() + 18).min(area.bottom() - 34);
        canvas.icon(Icon::Info, last.x, y, 16, Colour::Ink2);
        let place = Rect::new(last.x + 22, y, area.w - 2 * MARGIN - 22 - 160, 16);
        canvas.text_in(Style::CAPTION, Colour::Ink2, place, Align::Left, tr("con.set.note"));
    }
}

/// The invite code, before its buttons. Returns how much room it takes.
fn paint_code(canvas: &Canvas, row: Rect, code: Option<&str>) -> i32 {
    let (style, ink, words) = match code {
        Some(code) => (Style::BODY.mono().bold(), Colour::Ink, code),
        None => (Style::CAPTION, Colour::Ink2, tr("con.set.code.none")),
    };
    let width = text::width(style, words).min(row.w * 2 / 3);
    let place = Rect::new(row.right() - width, row.y, width, row.h);
    canvas.text_in(style, ink, place, Align::Right, words);
    width + GAP
}
