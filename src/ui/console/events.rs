//! The event log, drawn: chips, a filter, lines newest first.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt};
use jiff::tz::TimeZone;

use super::lines;
use super::log::{Chip, Line};
use super::model::{Model, Msg};
use super::shell::post;
use super::units;
use crate::clock;
use crate::net::control::LogKind;
use crate::ui::area::{Pressable, Touched};
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::paragraph;
use crate::ui::text::{Language, tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{
    Choice, ChoiceKind, Control, Field, FieldKind, IconButton, RowLook, ScrollList, backdrop,
    paint_empty,
};

const TOOLS: i32 = 52;
const FOOT: i32 = 40;
const ROW: i32 = 32;
const MARGIN: i32 = 16;
/// Where kind and sentence stand, from the left edge.
const KIND_X: i32 = MARGIN + 76;
const WORDS_X: i32 = KIND_X + 58;
/// A line that tells of trouble may be long and must be readable whole.
const LINES_MAX: usize = 4;
const LINE: i32 = 20;

type Shared = Rc<RefCell<Model>>;

/// The tab.
#[derive(Clone)]
pub struct Events {
    group: Group,
    chips: [Pressable; 5],
    find: Field,
    save: IconButton,
    list: ScrollList,
    follow: Choice,
    area: Rc<Cell<Rect>>,
    heights: Rc<RefCell<Heights>>,
}

/// Heights of the rows, and what they were measured for.
#[derive(Default)]
struct Heights {
    rows: Vec<i32>,
    newest: u64,
    measured_for: Option<(usize, i32, Language)>,
}

impl Events {
    /// Drawn from a model.
    pub fn new(model: &Shared) -> Events {
        let mut group = Group::new(0, 0, 0, 0, None);
        group.begin();
        let chips = Chip::ALL.map(|chip| chip_button(model, chip));
        let find = Field::new(FieldKind::Search, tr("con.find.log")).style(Style::BODY);
        let save = IconButton::new(Icon::Download, tr("con.export"));
        let rows = Rc::clone(model);
        let zone = TimeZone::system();
        let list = ScrollList::new(Colour::Paper, move |canvas, row| {
            let model = rows.borrow();
            if let Some(entry) = model.log.row(row.index) {
                paint_row(canvas, row, entry, model.language(), &zone);
            }
        });
        let follow = Choice::new(ChoiceKind::Check, tr("con.follow"));
        group.end();
        let drawn = Rc::clone(model);
        backdrop(&mut group, Colour::Paper, move |canvas, area| {
            paint(canvas, area, &drawn.borrow());
        });
        let (area, heights) = (Rc::default(), Rc::default());
        let mut events = Events { group, chips, find, save, list, follow, area, heights };
        events.save.on_press(|| post(Msg::Export));
        let typed = events.find.clone();
        events.find.on_change(move || post(Msg::FindLog(typed.value())));
        let mut list = events.list.clone();
        events.follow.on_change(move |on| {
            if on {
                list.to_start();
            }
            post(Msg::Follow(on));
        });
        events
    }

    /// Takes its place.
    pub fn place(&mut self, area: Rect) {
        self.area.set(area);
        self.group.resize(area.x, area.y, area.w, area.h);
        let list = Rect::new(area.x, area.y + TOOLS, area.w, area.h - TOOLS - FOOT);
        self.list.place(list);
        self.lay_out();
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

    /// Brings it up to the model. Who reads further down stays at the line that is read.
    pub fn follow(&mut self, model: &mut Model) {
        self.find.set_placeholder(tr("con.find.log"));
        self.follow.set_label(tr("con.follow"));
        self.save.set_tip(tr("con.export"));
        self.save.set_enabled(!model.log.is_empty());
        if model.follow && !self.list.is_at_start() && self.heights.borrow().measured_for.is_some()
        {
            // Scrolled away by hand: the list stands still until it is told to follow again.
            model.follow = false;
        }
        let above = model.log.take_above();
        let height = self.measure(model, above);
        self.list.set_rows(self.heights.borrow().rows.iter().copied());
        if model.follow {
            self.list.to_start();
        } else if above > 0 {
            self.list.shift(height);
            let selected = self.list.selected().map(|row| row + above);
            self.list.set_selected(selected.filter(|row| *row < model.log.len()));
        }
        self.follow.set_on(model.follow);
        self.list.set_shown(!model.log.is_empty());
        self.lay_out();
        self.group.redraw();
    }

    /// Measures the rows where they have changed; returns the height of those that came on top.
    fn measure(&self, model: &Model, above: usize) -> i32 {
        let width = self.area.get().w - WORDS_X - MARGIN;
        let language = model.language();
        let newest = model.log.row(0).map_or(0, |entry| entry.number);
        let now = Some((model.log.len(), width, language));
        let mut heights = self.heights.borrow_mut();
        if heights.measured_for != now || heights.newest != newest || above > 0 {
            heights.rows = (0..model.log.len())
                .filter_map(|row| model.log.row(row))
                .map(|entry| row_height(&lines::sentence(language, &entry.what), width))
                .collect();
            heights.measured_for = now;
            heights.newest = newest;
        }
        heights.rows.iter().take(above).sum()
    }

    fn lay_out(&mut self) {
        let area = self.area.get();
        let mut x = area.x + MARGIN;
        for (chip, kind) in self.chips.iter_mut().zip(Chip::ALL) {
            // The room for a count stays, so that chips do not jump when it changes.
            let count = if is_counted(kind) { text::width(Style::CAPTION, " 99") } else { 0 };
            let w = text::width(Style::CAPTION.bold(), name(kind)) + count + 22;
            chip.place(Rect::new(x, area.y + 12, w, 28));
            x += w + 8;
        }
        let right = area.right() - MARGIN;
        self.save.place(Rect::new(right - 28, area.y + 10, 32, 32));
        let right = right - 28 - 8;
        let w = (right - x - 8).clamp(80, 150);
        self.find.place(Rect::new(right - w, area.y + 10, w, 32));
        let right = area.right() - MARGIN;
        let w = self.follow.wanted_width() + 4;
        // Its ring of focus must not reach over the line above.
        self.follow.place(Rect::new(right - w, area.bottom() - 34, w, 28));
    }
}

fn is_counted(chip: Chip) -> bool {
    matches!(chip, Chip::Kind(LogKind::Warn | LogKind::Error))
}

fn name(chip: Chip) -> &'static str {
    match chip {
        Chip::All => tr("con.chip.all"),
        Chip::Kind(kind) => lines::kind(crate::ui::text::language(), kind),
    }
}

fn chip_button(model: &Shared, chip: Chip) -> Pressable {
    let model = Rc::clone(model);
    let mut button = Pressable::new("", move |canvas, area, touched: Touched| {
        let model = model.borrow();
        canvas.fill(area, Colour::Paper);
        let is_on = model.log.chip() == chip;
        let (fill, ink, style) = match (is_on, touched.hover) {
            (true, _) => (Colour::Selected, Colour::BrandText, Style::CAPTION.bold()),
            (false, true) => (Colour::Hover, Colour::Ink, Style::CAPTION),
            (false, false) => (Colour::Sunken, Colour::Ink2, Style::CAPTION),
        };
        let ring = touched.ring.then_some((Colour::Focus, 2));
        canvas.pill(area, fill, ring);
        let count = match chip {
            Chip::Kind(kind) if is_counted(chip) => model.log.count(kind),
            _ => 0,
        };
        let words = match count {
            0 => name(chip).to_owned(),
            count => {
                let count = if count > 99 { "99+".to_owned() } else { count.to_string() };
                tr_with("con.chip.count", &[("kind", name(chip)), ("n", &count)])
            }
        };
        canvas.text_in(style, ink, area.inset(4), Align::Centre, &words);
    });
    button.on_press(move || post(Msg::Chip(chip)));
    button
}

fn paint(canvas: &Canvas, area: Rect, model: &Model) {
    canvas.line_across(area.x, area.y + TOOLS - 1, area.w, Colour::Line);
    let foot = Rect::new(area.x, area.bottom() - FOOT, area.w, FOOT);
    canvas.line_across(foot.x, foot.y, foot.w, Colour::Line);
    let grouped = |count: usize| units::grouped(u64::try_from(count).unwrap_or(u64::MAX));
    let (shown, all) = (grouped(model.log.len()), grouped(model.log.all()));
    let words = match model.log.is_filtered() {
        true => tr_with("con.events.some", &[("n", &shown), ("all", &all)]),
        false => {
            let today = grouped(model.log.count_today(model.now, &model.zone));
            tr_with("con.events.today", &[("n", &today), ("all", &all)])
        }
    };
    let place = foot.without_left(MARGIN).without_right(160);
    canvas.text_in(Style::CAPTION, Colour::Ink2, place, Align::Left, &words);
    if model.log.is_empty() {
        let middle = Rect::new(area.x, area.y + TOOLS, area.w, area.h - TOOLS - FOOT);
        let (icon, title, hint) = match model.log.is_filtered() {
            true => (Icon::Search, "con.none.found", "con.none.found.hint"),
            false => (Icon::History, "con.none.log", "con.none.log.hint"),
        };
        let _no_button = paint_empty(canvas, middle, icon, tr(title), tr(hint), false);
    }
}

fn row_height(words: &str, width: i32) -> i32 {
    if text::width(Style::BODY, words) <= width {
        return ROW;
    }
    let lines = paragraph::lines(Style::BODY, words, width, LINES_MAX).len();
    ROW - LINE + LINE * i32::try_from(lines).unwrap_or(1)
}

fn paint_row(canvas: &Canvas, row: &RowLook, entry: &Line, language: Language, zone: &TimeZone) {
    let area = row.area;
    canvas.line_across(area.x, area.bottom() - 1, area.w, Colour::Line);
    let time = units::log_time(entry.at, clock::wall_ms(), zone);
    let (x, y) = (area.x + MARGIN, area.y + (ROW - 16) / 2);
    canvas.text(Style::CAPTION.mono(), Colour::Ink2, x, y, &time);
    let (fill, ink) = match entry.kind {
        LogKind::Auth => (Colour::BrandSoft, Colour::BrandText),
        LogKind::Info => (Colour::Sunken, Colour::Ink2),
        LogKind::Warn => (Colour::GoldSoft, Colour::GoldText),
        LogKind::Error => (Colour::BadSoft, Colour::Bad),
    };
    let words = lines::kind(language, entry.kind);
    let w = text::width(Style::MICRO, words) + 12;
    let tag = Rect::new(area.x + KIND_X, area.y + (ROW - 20) / 2, w, 20);
    canvas.round(tag, 4, fill);
    canvas.text_in(Style::MICRO, ink, tag, Align::Centre, words);
    let words = lines::sentence(language, &entry.what);
    let place = Rect::new(
        area.x + WORDS_X,
        area.y + (ROW - LINE) / 2,
        area.w - WORDS_X - MARGIN,
        area.h - (ROW - LINE),
    );
    paragraph::draw(canvas, Style::BODY, Colour::Ink, place, Align::Left, &words);
}
