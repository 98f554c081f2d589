//! The window of what was said: conversations at the left, what was said or found in the middle, the
//! calendar at the right.

mod areas;
mod calendar;
mod keys;
mod lines;
mod menus;
mod range;
mod view;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fltk::app;
use fltk::enums::Event;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;
use jiff::civil::Date;

use crate::domain::Sort;
use crate::ui::app::history::{Goes, HistoryMsg, Part};
use crate::ui::app::images::ViewerMsg;
use crate::ui::app::{Model, Msg};
use crate::ui::area::{Pressable, paint_chip};
use crate::ui::card;
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::screen::Side;
use crate::ui::shell::post;
use crate::ui::text::tr;
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{
    self, Button, ButtonKind, ButtonSize, Control, Field, FieldKind, IconButton, ScrollList,
    on_screen, paint_empty, paint_skeleton,
};
use crate::ui::{filing, platform};
use areas::{Areas, SMALLEST, USUAL, Widths};
use calendar::Calendar;
use lines::Breaks;
use range::RangeWindow;
use view::{Foot, Shown, State};

/// So long after the last letter it is searched.
const PAUSE_S: f64 = 0.2;
/// So near to an end of the list more is fetched.
const NEAR_ROWS: usize = 12;

/// The chips: all, each kind; and back to the hits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chip {
    Back,
    Kind(Option<Sort>),
}

/// The window.
pub struct HistoryWindow {
    window: DoubleWindow,
    parts: Parts,
    range: Option<RangeWindow>,
}

#[derive(Clone)]
struct Parts {
    window: DoubleWindow,
    filter: Field,
    sides: ScrollList,
    field: Field,
    dates: Button,
    writer: Button,
    calendar_button: IconButton,
    export: Button,
    chips: Vec<(Chip, Pressable)>,
    list: ScrollList,
    steps: [IconButton; 2],
    /// In the foot: gives an export up, or opens its folder.
    act: Button,
    calendar: Calendar,
    shown: Rc<RefCell<Shown>>,
    breaks: Rc<RefCell<Breaks>>,
    areas: Rc<Cell<Areas>>,
    /// What was typed last waits for a pause.
    typed: Rc<Cell<u64>>,
    /// It is not searched for yet.
    waits: Rc<Cell<bool>>,
}

impl HistoryWindow {
    /// Makes and shows it, beside the panel.
    #[must_use]
    pub fn new(model: &Model, side: Side) -> HistoryWindow {
        let window = widgets::window_at(tr("hist.window"), side.place(USUAL));
        let parts = Parts::new(&window);
        window.end();
        let mut this = HistoryWindow { window, parts, range: None };
        this.window.size_range(SMALLEST.0, SMALLEST.1, 0, 0);
        this.window.make_resizable(true);
        this.parts.reword();
        this.parts.wire(&mut this.window);
        this.follow(model);
        this.raise();
        this
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, model: &Model) {
        self.parts.follow(model);
        let asked = model.history.as_ref().and_then(|history| history.range.as_ref());
        match (asked, &mut self.range) {
            (Some(asked), Some(window)) => window.follow(asked),
            (Some(asked), place) => *place = Some(RangeWindow::new(asked)),
            (None, place) => place.take().into_iter().for_each(RangeWindow::close),
        }
    }

    /// Asks into which file these days go.
    pub fn export_days(&self, first: Date, last: Date) {
        let name = self.parts.shown.borrow().exports.name.clone();
        menus::choose_file(&name, Part::Days(first, last), None);
    }

    /// Speaks the language of the moment; the next [`HistoryWindow::follow`] does the rest.
    pub fn reword(&mut self) {
        self.window.set_label(tr("hist.window"));
        self.parts.reword();
        self.window.redraw();
    }

    /// A picture came: it is drawn.
    pub fn redraw_photos(&mut self) {
        self.window.redraw();
    }

    /// Brings it to the front, ready to search.
    pub fn raise(&mut self) {
        self.window.show();
        self.parts.field.focus();
    }

    /// Takes it away.
    pub fn close(mut self) {
        self.range.take().into_iter().for_each(RangeWindow::close);
        widgets::retire(&mut self.window);
    }
}

fn say(msg: HistoryMsg) {
    post(Msg::History(msg));
}

impl Parts {
    fn new(window: &DoubleWindow) -> Parts {
        let shown: Rc<RefCell<Shown>> = Rc::default();
        let breaks: Rc<RefCell<Breaks>> = Rc::default();
        let drawn = Rc::clone(&shown);
        let sides = ScrollList::new(Colour::Canvas, move |canvas, look| {
            let shown = drawn.borrow();
            if let Some(side) = shown.sides.get(look.index) {
                lines::paint_side(canvas, look, side, side.target == shown.with);
            }
        })
        .plain();
        let (drawn, broken) = (Rc::clone(&shown), Rc::clone(&breaks));
        let list = ScrollList::new(Colour::Paper, move |canvas, look| {
            paint_row(canvas, look, &drawn.borrow(), &broken);
        })
        .plain();
        let kinds = view::CHIPS.iter().map(|(kind, _)| Chip::Kind(*kind));
        let chips = std::iter::once(Chip::Back).chain(kinds);
        let chips = chips.map(|chip| (chip, new_chip(chip, &shown))).collect();
        Parts {
            window: window.clone(),
            filter: Field::new(FieldKind::Search, "").icon(Icon::Search).on(Colour::Canvas),
            sides,
            field: Field::new(FieldKind::Search, "")
                .icon(Icon::Search)
                .clearable(tr("field.clear"), || say(HistoryMsg::Search(String::new()))),
            dates: Button::new(ButtonKind::Outline, "").trailing(Icon::ChevDown),
            writer: Button::new(ButtonKind::Outline, "").trailing(Icon::ChevDown),
            calendar_button: IconButton::new(Icon::Calendar, ""),
            export: Button::new(ButtonKind::Outline, "").icon(Icon::Export),
            chips,
            list,
            steps: [
                IconButton::new(Icon::ChevUp, "").icon_size(16),
                IconButton::new(Icon::ChevDown, "").icon_size(16),
            ],
            act: Button::new(ButtonKind::Text, "").size(ButtonSize::Small),
            calendar: Calendar::new(),
            shown,
            breaks,
            areas: Rc::default(),
            typed: Rc::default(),
            waits: Rc::default(),
        }
    }

    fn reword(&mut self) {
        self.filter.set_placeholder(tr("hist.filter"));
        self.field.set_placeholder(tr("hist.search"));
        self.field.set_tip(tr("field.clear"));
        self.calendar_button.set_tip(tr("hist.calendar"));
        self.export.set_label(tr("hist.export"));
        self.steps[0].set_tip(tr("hist.day.before"));
        self.steps[1].set_tip(tr("hist.day.after"));
        self.calendar.reword();
        self.breaks.borrow_mut().clear();
        self.shown.borrow_mut().stamp = None;
    }

    fn follow(&mut self, model: &Model) {
        let Some(new) = Shown::of(model, &self.shown.borrow()) else { return };
        let old = self.shown.replace(new);
        let (is_other_place, goes, calendar) = {
            let shown = self.shown.borrow();
            let is_other_place =
                (old.with, old.hits.is_some()) != (shown.with, shown.hits.is_some());
            let goes = (old.goes.0 != shown.goes.0).then_some(shown.goes.1);
            (is_other_place, goes, shown.calendar.clone())
        };
        self.calendar.follow(calendar);
        if is_other_place {
            self.breaks.borrow_mut().clear();
        }
        self.show_words();
        self.lay_out();
        self.show_rows(&old, goes);
        self.window.redraw();
    }

    fn show_words(&mut self) {
        let shown = self.shown.borrow();
        // While somebody types, what stands in the box is newer.
        if self.field.value() == shown.text {
            self.waits.set(false);
        } else if !self.waits.get() {
            self.field.set_value(&shown.text);
        }
        self.dates.set_label(&shown.dates_words);
        self.writer.set_label(&shown.writer_words);
        self.calendar_button.set_on(shown.has_calendar);
        self.act.set_label(match shown.foot {
            Foot::Exporting => tr("common.cancel"),
            Foot::Exported { .. } => tr("hist.export.folder"),
            Foot::Plain => "",
        });
    }

    /// The rows and where they stand; earlier ones that came above move nothing.
    fn show_rows(&mut self, old: &Shown, goes: Option<Goes>) {
        let shown = self.shown.borrow();
        let sides = shown.sides.iter().map(|side| match side.target {
            None => lines::SIDE_ALL,
            Some(_) => lines::SIDE_ROW,
        });
        self.sides.set_rows(sides.collect::<Vec<_>>());
        if let Some(hits) = &shown.hits {
            self.list.set_rows(hits.iter().map(lines::hit_height));
            let selected = hits.iter().position(|hit| Some(hit.place) == shown.selected);
            self.list.set_selected(selected);
            match goes {
                Some(Goes::Hit(_)) => selected.into_iter().for_each(|row| self.list.reveal(row)),
                Some(Goes::Begin) => self.list.to_start(),
                _ => {}
            }
            return;
        }
        let width = self.areas.get().list.w;
        let heights: Vec<i32> =
            shown.lines.iter().map(|line| lines::height(line, width, &self.breaks)).collect();
        let first = old.first_said().filter(|_| old.hits.is_none());
        let above = first.and_then(|place| shown.row_of(place));
        let old_above = first.and_then(|place| old.row_of(place)).map_or(0, |row| {
            old.lines[..row].iter().map(|line| lines::height(line, width, &self.breaks)).sum()
        });
        self.list.set_rows(heights.iter().copied());
        self.list.set_selected(None);
        match goes {
            Some(Goes::End) => self.list.to_end(),
            Some(Goes::Begin) => self.list.to_start(),
            Some(Goes::Top(seq)) => {
                let row = shown.row_of_seq(seq).map_or(0, |row| shown.day_above(row));
                let top: i32 = heights[..row].iter().sum();
                self.list.to_start();
                self.list.shift(top);
            }
            Some(Goes::Middle(seq)) => {
                let row = shown.row_of_seq(seq).unwrap_or(0);
                let top: i32 = heights[..row].iter().sum();
                self.list.to_start();
                self.list.shift((top - self.areas.get().list.h / 3).max(0));
            }
            Some(Goes::Hit(_) | Goes::Nowhere) | None => {
                let by = above.map_or(0, |row| heights[..row].iter().sum::<i32>() - old_above);
                if by != 0 {
                    self.list.shift(by);
                }
            }
        }
    }

    fn lay_out(&mut self) {
        let widths = Widths {
            dates: self.dates.wanted_width(),
            writer: self.writer.wanted_width().min(140),
            export: self.export.wanted_width(),
        };
        let (hits, calendar) = {
            let shown = self.shown.borrow();
            (shown.hits.is_some(), shown.has_calendar)
        };
        let areas = Areas::new((self.window.w(), self.window.h()), hits, calendar, widths);
        self.areas.set(areas);
        self.filter.place(areas.filter);
        self.sides.place(areas.sides);
        self.field.place(areas.field);
        self.export.place(areas.export);
        for (button, area) in [(&mut self.dates, areas.dates), (&mut self.writer, areas.writer)] {
            button.set_shown(hits);
            button.place(area);
        }
        self.calendar_button.set_shown(!hits);
        self.calendar_button.place(areas.calendar_button);
        self.list.place(areas.list);
        self.calendar.place(areas.calendar);
        let shown = self.shown.borrow();
        let mut x = areas.chips.x;
        for (chip, control) in &mut self.chips {
            let words = shown.chip_words(*chip);
            control.set_shown(!words.is_empty());
            let w = text::width(Style::CAPTION.bold(), &words) + 24;
            control.place(Rect { x, w, ..areas.chips });
            x += if words.is_empty() { 0 } else { w + 8 };
        }
        let has_act = matches!(shown.foot, Foot::Exporting | Foot::Exported { .. });
        let has_steps = !hits && !has_act;
        for (button, area) in self.steps.iter_mut().zip(areas.steps) {
            button.set_shown(has_steps);
            button.place(area);
        }
        let w = self.act.wanted_width();
        self.act.set_shown(has_act);
        self.act.place(Rect::new(areas.foot.right() - 16 - w, areas.foot.y + 6, w, 28));
        let has_rows = shown.hits.as_ref().map_or(!shown.lines.is_empty(), |hits| !hits.is_empty());
        self.list.set_shown(has_rows);
    }

    fn wire(&mut self, window: &mut DoubleWindow) {
        let (shown, areas) = (Rc::clone(&self.shown), Rc::clone(&self.areas));
        widgets::backdrop(window, Colour::Paper, move |canvas, _| {
            paint_behind(canvas, &areas.get(), &shown.borrow());
        });
        let this = self.clone();
        window.resize_callback(move |_, _, _, _, _| {
            let mut this = this.clone();
            this.lay_out();
            let shown = this.shown.borrow().clone();
            this.show_rows(&shown, None);
        });
        window.set_callback(|_| {
            if !card::takes_escape() {
                say(HistoryMsg::Close);
            }
        });
        window.super_handle_first(false);
        let this = self.clone();
        window.handle(move |_, event| match event {
            Event::KeyDown => this.clone().shortcut() || this.clone().write_through(),
            Event::Shortcut => this.clone().shortcut(),
            _ => false,
        });
        let filter = self.filter.clone();
        self.filter.on_change(move || say(HistoryMsg::Filter(filter.value())));
        let (shown, sides) = (Rc::clone(&self.shown), self.sides.clone());
        self.sides.on_select(move |row| {
            let target = shown.borrow().sides.get(row).map(|side| side.target);
            if let Some(with) = target {
                say(HistoryMsg::Choose(with));
            }
        });
        drop(sides);
        self.wire_search();
        self.wire_list();
        self.calendar_button.on_press(|| say(HistoryMsg::Calendar));
        self.steps[0].on_press(|| say(HistoryMsg::Step(-1)));
        self.steps[1].on_press(|| say(HistoryMsg::Step(1)));
        let (shown, button, at) =
            (Rc::clone(&self.shown), self.export.clone(), self.window.clone());
        self.export.on_press(move || {
            let place = on_screen(&button, &at);
            // Right edges together, as the button stands at the window's.
            let wide = place.w.max(256);
            let place = Rect { x: place.right() - wide, w: wide, ..place };
            menus::open_export(place, &shown.borrow().exports);
        });
        let shown = Rc::clone(&self.shown);
        self.act.on_press(move || {
            if let Foot::Exported { folder, .. } = &shown.borrow().foot {
                let failed = folder.clone();
                platform::open_place(folder, move || filing::say_closed_later(failed));
            }
            say(HistoryMsg::CancelExport);
        });
    }

    fn wire_search(&mut self) {
        let (field, typed) = (self.field.clone(), Rc::clone(&self.typed));
        let waits = Rc::clone(&self.waits);
        self.field.on_change(move || {
            waits.set(true);
            let mine = typed.get() + 1;
            typed.set(mine);
            let (field, typed) = (field.clone(), Rc::clone(&typed));
            app::add_timeout3(PAUSE_S, move |_| {
                if typed.get() == mine {
                    say(HistoryMsg::Search(field.value()));
                }
            });
        });
        let (field, shown) = (self.field.clone(), Rc::clone(&self.shown));
        self.field.on_enter(move || {
            let shown = shown.borrow();
            match shown.hits.as_ref() {
                Some(hits) if shown.text == field.value() => {
                    let chosen = shown.selected.or(hits.first().map(|hit| hit.place));
                    if let Some(place) = chosen {
                        say(HistoryMsg::Show(place));
                    }
                }
                _ => say(HistoryMsg::Search(field.value())),
            }
        });
        let (shown, button, at) = (Rc::clone(&self.shown), self.dates.clone(), self.window.clone());
        self.dates.on_press(move || {
            let shown = shown.borrow();
            menus::open_dates(on_screen(&button, &at), shown.dates, shown.day.clone());
        });
        let (shown, button, at) =
            (Rc::clone(&self.shown), self.writer.clone(), self.window.clone());
        self.writer.on_press(move || {
            let shown = shown.borrow();
            menus::open_writers(on_screen(&button, &at), shown.writer, shown.writers.clone());
        });
        for (chip, control) in &mut self.chips {
            let chip = *chip;
            control.on_press(move || match chip {
                Chip::Back => say(HistoryMsg::Back),
                Chip::Kind(kind) => say(HistoryMsg::Kind(kind)),
            });
        }
    }

    fn wire_list(&mut self) {
        let hit = |shown: &Rc<RefCell<Shown>>, row: usize| {
            let shown = shown.borrow();
            shown.hits.as_ref().and_then(|hits| hits.get(row)).map(|hit| hit.place)
        };
        let shown = Rc::clone(&self.shown);
        self.list.on_select(move |row| {
            if let Some(place) = hit(&shown, row) {
                say(HistoryMsg::Select(place));
            }
        });
        let (shown, list) = (Rc::clone(&self.shown), self.list.clone());
        self.list.on_click(move |row| {
            let at = list.area_of(row);
            let photo = at.and_then(|area| shown.borrow().photo_in(row, area));
            let (x, y) = (app::event_x(), app::event_y());
            if let Some((target, seq, _)) = photo.filter(|(.., photo)| photo.contains(x, y)) {
                post(Msg::Viewer(ViewerMsg::Open(target, seq)));
            }
        });
        let shown = Rc::clone(&self.shown);
        self.list.on_open(move |row| {
            if let Some(place) = hit(&shown, row) {
                say(HistoryMsg::Show(place));
            }
        });
    }
}

fn paint_row(
    canvas: &Canvas,
    look: &widgets::RowLook,
    shown: &Shown,
    breaks: &Rc<RefCell<Breaks>>,
) {
    let needle = shown.needle.as_ref();
    match &shown.hits {
        Some(hits) => {
            if let Some(hit) = hits.get(look.index) {
                lines::paint_hit(canvas, look, hit, needle);
            }
            if look.index + NEAR_ROWS >= hits.len() {
                say_once(shown, HistoryMsg::Later);
            }
        }
        None => {
            if let Some(line) = shown.lines.get(look.index) {
                lines::paint_line(canvas, look, line, (needle, shown.tinted), breaks);
            }
            if look.index < NEAR_ROWS {
                say_once(shown, HistoryMsg::Earlier);
            }
            if look.index + NEAR_ROWS >= shown.lines.len() {
                say_once(shown, HistoryMsg::Later);
            }
        }
    }
}

/// What drawing notices is told once for each state of the model.
fn say_once(shown: &Shown, msg: HistoryMsg) {
    let bit = if matches!(msg, HistoryMsg::Earlier) { 1 } else { 2 };
    if shown.told.get() & bit == 0 {
        shown.told.set(shown.told.get() | bit);
        let mut msg = Some(msg);
        app::add_timeout3(0.0, move |_| msg.take().into_iter().for_each(say));
    }
}

fn new_chip(chip: Chip, shown: &Rc<RefCell<Shown>>) -> Pressable {
    let shown = Rc::clone(shown);
    Pressable::new("", move |canvas, area, touched| {
        let shown = shown.borrow();
        let is_on = chip == Chip::Kind(shown.kind);
        paint_chip(canvas, area, touched, is_on, &shown.chip_words(chip));
    })
}

fn paint_behind(canvas: &Canvas, areas: &Areas, shown: &Shown) {
    canvas.fill(areas.side, Colour::Canvas);
    canvas.line_down(areas.side.right() - 1, 0, areas.side.h, Colour::Line);
    canvas.text_in(Style::MICRO, Colour::Ink2, areas.side_foot, Align::Left, &shown.here);
    canvas.line_across(areas.head.x, areas.head.bottom() - 1, areas.head.w, Colour::Line);
    if let Some(head) = shown.head.as_ref().filter(|_| shown.hits.is_none()) {
        match (head.portrait, &head.tile) {
            (Some(portrait), _) => {
                canvas.avatar(portrait, areas.face.x, areas.face.y, 32, false);
            }
            (None, Some(tile)) => canvas.room_tile(tile.colour, &tile.name, areas.face),
            (None, None) => {
                canvas.symbol_tile(Icon::Users, areas.face, 8, Colour::Brand, Colour::White);
            }
        }
        let style = Style::MESSAGE.bold();
        canvas.text_in(style, Colour::Ink, areas.name, Align::Left, &head.name);
    }
    paint_instead(canvas, areas.list, &shown.state);
    canvas.line_across(areas.foot.x, areas.foot.y, areas.foot.w, Colour::Line);
    let left = areas.foot.without_left(16).without_right(100);
    canvas.text_in(Style::CAPTION, Colour::Ink2, left, Align::Left, &shown.foot_words);
    if shown.hits.as_ref().is_some_and(|hits| !hits.is_empty()) && matches!(shown.foot, Foot::Plain)
    {
        let hint = tr("hist.hint");
        let w = text::width(Style::CAPTION, hint);
        let at = Rect::new(areas.foot.right() - 16 - w, areas.foot.y, w, areas.foot.h);
        canvas.text_in(Style::CAPTION, Colour::Ink2, at, Align::Left, hint);
    }
    if areas.calendar.w > 0 {
        canvas.line_down(areas.calendar.x, areas.calendar.y, areas.calendar.h, Colour::Line);
        let x = areas.calendar.x + 16;
        let y = areas.calendar.y + Calendar::HINT_Y;
        canvas.text(Style::MICRO, Colour::Ink2, x, y, tr("hist.dots"));
    }
}

/// What stands in place of rows.
fn paint_instead(canvas: &Canvas, area: Rect, state: &State) {
    let (icon, title, hint) = match state {
        State::Rows => return,
        State::Waiting => return paint_skeleton(canvas, area.without_left(16), 52),
        State::Idle => (Icon::Search, tr("hist.idle").to_owned(), tr("hist.idle.hint")),
        State::Looking => (Icon::Search, tr("hist.looking").to_owned(), ""),
        State::NoHits => (Icon::Search, tr("hist.nothing").to_owned(), tr("hist.nothing.hint")),
        State::NoDay => (Icon::Calendar, tr("hist.none").to_owned(), tr("hist.dots")),
        State::Empty => (Icon::Chat, tr("hist.empty").to_owned(), ""),
        State::Failed(why) => (Icon::Offline, tr("hist.failed").to_owned(), why.as_str()),
    };
    let _no_button = paint_empty(canvas, area, icon, &title, hint, false);
}
