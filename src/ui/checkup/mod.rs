//! The window that checks the network: one row a check, filled as it comes.
//!
//! `words` has what each says, for this window, for the command line and for programs.

pub mod words;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key, Shortcut};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt};
use fltk::window::DoubleWindow;

use super::app::checkup::{Checkup, CheckupMsg};
use super::app::{Model, Msg};
use super::paint::{Align, Canvas, Icon, Rect};
use super::paragraph;
use super::screen::Side;
use super::shell::post;
use super::text::{Language, language, tr, tr_with};
use super::theme::{Colour, Style, metric};
use super::widgets::{self, Button, ButtonKind, Control, RowLook, ScrollList};
use crate::client::doctor::{Check, State, Verdict};

const W: i32 = 520;
const H: i32 = 600;
const PADDING: i32 = 20;
/// The list begins here, below the title and the server.
const LIST: i32 = 84;
const FOOT: i32 = 64;
/// The disc with the mark of a row.
const DISC: i32 = 28;
/// Where the words of a row begin and how wide they are, beside the scrollbar.
const WORDS: i32 = PADDING + DISC + 12;
const WIDE: i32 = W - WORDS - PADDING;
/// Above and below the words of a row, and of what to do.
const AIR: i32 = 10;
const INSET: i32 = 8;
/// Lines of one text; no sentence is longer.
const LINES_MAX: usize = 10;

/// The window.
pub struct CheckupWindow {
    window: DoubleWindow,
    list: ScrollList,
    copy: Button,
    again: Button,
    view: Rc<RefCell<View>>,
}

/// What is painted.
#[derive(Default)]
struct View {
    shown: Option<(Language, Checkup)>,
    rows: Vec<Row>,
}

/// A row, broken into lines.
struct Row {
    check: Check,
    /// None while it is not known.
    state: Option<State>,
    seen: Vec<String>,
    fix: Vec<String>,
}

impl CheckupWindow {
    /// Makes and shows it.
    #[must_use]
    pub fn new(page: &Checkup, side: Side) -> CheckupWindow {
        let mut window = widgets::window_at("", side.place((W, H)));
        let view: Rc<RefCell<View>> = Rc::default();
        let drawn = Rc::clone(&view);
        let list = ScrollList::new(Colour::Paper, move |canvas, look| {
            if let Some(row) = drawn.borrow().rows.get(look.index) {
                row.paint(canvas, look);
            }
        });
        let copy = Button::new(ButtonKind::Outline, "").icon(Icon::Copy);
        let again = Button::new(ButtonKind::Primary, "").icon(Icon::Retry);
        window.end();
        let drawn = Rc::clone(&view);
        widgets::backdrop(&mut window, Colour::Paper, move |canvas, _| {
            drawn.borrow().paint(canvas);
        });
        let mut this = CheckupWindow { window, list: list.plain(), copy, again, view };
        this.wire();
        this.reword();
        this.follow(page);
        this.raise();
        this
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, page: &Checkup) {
        let language = language();
        let is_same = |shown: &(Language, Checkup)| shown.0 == language && shown.1 == *page;
        if self.view.borrow().shown.as_ref().is_some_and(is_same) {
            return;
        }
        let rows: Vec<Row> =
            Check::ALL.iter().map(|check| Row::new(language, *check, &page.findings)).collect();
        self.list.set_rows(rows.iter().map(Row::height).collect::<Vec<_>>());
        let worst = rows.iter().position(|row| row.state == Some(State::Failed));
        *self.view.borrow_mut() = View { shown: Some((language, page.clone())), rows };
        if let Some(worst) = worst.filter(|_| !page.running) {
            self.list.reveal(worst);
        }
        self.copy.set_enabled(!page.running);
        self.again.set_busy(page.running);
        self.list.redraw();
        self.window.redraw();
    }

    /// Speaks the language of the moment; the next [`CheckupWindow::follow`] does the rest.
    pub fn reword(&mut self) {
        self.window.set_label(tr("doctor.window"));
        self.copy.set_label(tr("doctor.copy"));
        self.again.set_label(tr("doctor.again"));
        self.list.place(Rect::new(0, LIST, W, H - LIST - FOOT));
        let y = H - FOOT + (FOOT - metric::BUTTON) / 2;
        let w = self.again.wanted_width();
        let again = Rect::new(W - PADDING - w, y, w, metric::BUTTON);
        self.again.place(again);
        let w = self.copy.wanted_width();
        self.copy.place(Rect::new(again.x - 8 - w, y, w, metric::BUTTON));
        self.window.redraw();
    }

    /// Brings it to the front.
    pub fn raise(&mut self) {
        self.window.show();
        self.list.focus();
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    fn wire(&mut self) {
        let say = |msg| post(Msg::Checkup(msg));
        self.copy.on_press(move || say(CheckupMsg::Copy));
        self.again.on_press(move || say(CheckupMsg::Again));
        self.window.set_callback(move |_| say(CheckupMsg::Close));
        self.window.handle(move |_, event| {
            if !matches!(event, Event::KeyDown | Event::Shortcut) {
                return false;
            }
            let held = app::event_state().contains(Shortcut::Ctrl);
            match app::event_key() {
                Key::F5 => say(CheckupMsg::Again),
                key if held && key == Key::from_char('c') => say(CheckupMsg::Copy),
                _ => return false,
            }
            true
        });
    }
}

/// Brings the window up to the model: makes it, changes it or takes it away.
pub fn follow(window: &mut Option<CheckupWindow>, model: &Model, side: Side) {
    match (&model.checkup, &mut *window) {
        (Some(page), Some(window)) => window.follow(page),
        (Some(page), place) => *place = Some(CheckupWindow::new(page, side)),
        (None, place) => place.take().into_iter().for_each(CheckupWindow::close),
    }
}

impl View {
    fn paint(&self, canvas: &Canvas) {
        let Some((language, page)) = &self.shown else { return };
        let wide = W - 2 * PADDING;
        canvas.text(Style::TITLE, Colour::Ink, PADDING, 16, tr("doctor.title"));
        let of = match &page.shown {
            Some(server) => tr_with("doctor.of", &[("name", server)]),
            None => tr("doctor.of.any").to_owned(),
        };
        let area = Rect::new(PADDING, 48, wide, 16);
        canvas.text_in(Style::CAPTION, Colour::Ink2, area, Align::Left, &of);
        canvas.line_across(0, LIST - 1, W, Colour::Line);
        canvas.line_across(0, H - FOOT, W, Colour::Line);
        let middle = H - FOOT / 2;
        let (state, said) = match page.running {
            true => (None, tr("doctor.running").to_owned()),
            false => {
                let (state, said) = words::summary(*language, page.findings.values());
                (Some(state), said)
            }
        };
        let (icon, ink, _) = mark(state);
        canvas.icon_on(icon, PADDING, middle - 8, 16, ink, Colour::Paper);
        let area = Rect::new(PADDING + 24, middle - 10, 220, 20);
        canvas.text_in(Style::BODY.bold(), Colour::Ink, area, Align::Left, &said);
    }
}

impl Row {
    fn new(language: Language, check: Check, found: &BTreeMap<Check, Verdict>) -> Row {
        let broken = |words: &str, wide| paragraph::lines(Style::CAPTION, words, wide, LINES_MAX);
        let Some(verdict) = found.get(&check) else {
            let seen = vec![language.get("doctor.running").to_owned()];
            return Row { check, state: None, seen, fix: Vec::new() };
        };
        let fix = words::fix(language, verdict).unwrap_or_default();
        Row {
            check,
            state: Some(verdict.state()),
            seen: broken(&words::seen(language, verdict), WIDE),
            fix: if fix.is_empty() { Vec::new() } else { broken(&fix, WIDE - 2 * INSET) },
        }
    }

    fn height(&self) -> i32 {
        let fix = match lines_of(&self.fix) {
            0 => 0,
            lines => 4 + lines + INSET,
        };
        2 * AIR + Style::BODY.line + lines_of(&self.seen) + fix
    }

    fn paint(&self, canvas: &Canvas, look: &RowLook) {
        let area = look.area;
        canvas.fill(area, Colour::Paper);
        let (icon, ink, ground) = mark(self.state);
        let disc = Rect::new(area.x + PADDING, area.y + AIR + 4, DISC, DISC);
        canvas.circle(disc, ground);
        let inner = disc.middle(16, 16);
        canvas.icon_on(icon, inner.x, inner.y, 16, ink, ground);
        let mut y = area.y + AIR;
        let x = area.x + WORDS;
        let title = if self.state.is_none() { Colour::Ink3 } else { Colour::Ink };
        canvas.text(Style::BODY.bold(), title, x, y, words::title(language(), self.check));
        y += Style::BODY.line;
        let write = |lines: &[String], x, wide, colour, mut y| {
            for line in lines {
                let row = Rect::new(x, y, wide, Style::CAPTION.line);
                canvas.text_in(Style::CAPTION, colour, row, Align::Left, line);
                y += Style::CAPTION.line;
            }
            y
        };
        let y = write(&self.seen, x, WIDE, Colour::Ink2, y);
        if !self.fix.is_empty() {
            let ground = match self.state {
                Some(State::Warning | State::Failed) => ground,
                _ => Colour::Canvas,
            };
            let sheet = Rect::new(x, y + 4, WIDE, lines_of(&self.fix) + INSET);
            canvas.round(sheet, metric::RADIUS, ground);
            write(&self.fix, x + INSET, WIDE - 2 * INSET, Colour::Ink, sheet.y + INSET / 2);
        }
        if look.ring {
            canvas.frame(area.inset(2), metric::RADIUS_SMALL, Colour::Focus, 2);
        } else {
            canvas.line_across(x, area.bottom() - 1, WIDE, Colour::Line);
        }
    }
}

/// The mark of a state: its icon, its ink and its ground. Shape and colour both say it.
fn mark(state: Option<State>) -> (Icon, Colour, Colour) {
    match state {
        None => (Icon::Clock, Colour::Ink3, Colour::Sunken),
        Some(State::Fine) => (Icon::Check, Colour::Ok, Colour::OkSoft),
        Some(State::Warning) => (Icon::Warn, Colour::GoldText, Colour::GoldSoft),
        Some(State::Failed) => (Icon::Close, Colour::Bad, Colour::BadSoft),
        Some(State::NotChecked) => (Icon::Minus, Colour::Ink3, Colour::Sunken),
    }
}

fn lines_of(lines: &[String]) -> i32 {
    Style::CAPTION.line * i32::try_from(lines.len()).unwrap_or(0)
}
