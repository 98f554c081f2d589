//! The window of the files of a conversation.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key as Pressed, Shortcut};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::areas::{Areas, SMALLEST, USUAL};
use super::rows::{Chosen, FileRows};
use super::{Stamp, quota_words, writes_through};
use crate::domain::Target;
use crate::ui::app::files::FilesMsg;
use crate::ui::app::files::rows::Key;
use crate::ui::app::files::shelf::{ShelfMsg, State};
use crate::ui::app::{Model, Msg};
use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::screen::Side;
use crate::ui::shell::post;
use crate::ui::text::{self as words, tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{
    self, Button, ButtonKind, ButtonSize, Control, Field, FieldKind, paint_empty, paint_skeleton,
};

/// How wide the search box is.
const FIELD: i32 = 220;
/// So long after the last letter it is searched.
const PAUSE_S: f64 = 0.2;

/// The window.
pub struct ShelfWindow {
    window: DoubleWindow,
    parts: Parts,
    with: Target,
}

#[derive(Clone)]
struct Parts {
    window: DoubleWindow,
    field: Field,
    rows: FileRows,
    again: Button,
    shown: Rc<RefCell<Shown>>,
    areas: Rc<Cell<Areas>>,
    /// What was typed last waits for a pause.
    typed: Rc<Cell<u64>>,
}

/// What is drawn beside the rows.
#[derive(Default)]
struct Shown {
    stamp: Option<Stamp>,
    name: String,
    quota: String,
    /// What stands in place of rows.
    instead: Option<Instead>,
    /// What is looked for.
    text: String,
}

#[derive(Clone, PartialEq, Eq)]
enum Instead {
    Waiting,
    Offline,
    Nothing,
    NoHits,
    Failed(String),
}

fn say(msg: ShelfMsg) {
    post(Msg::Files(FilesMsg::Shelf(msg)));
}

impl ShelfWindow {
    /// Makes and shows it, beside the panel.
    #[must_use]
    pub fn new(model: &Model, with: Target, side: Side) -> ShelfWindow {
        let window = widgets::window_at("", side.place(USUAL));
        let parts = Parts::new(&window);
        window.end();
        let mut this = ShelfWindow { window, parts, with };
        this.window.size_range(SMALLEST.0, SMALLEST.1, 0, 0);
        this.window.make_resizable(true);
        this.parts.wire(&mut this.window);
        this.reword();
        this.follow(model);
        this.raise();
        this
    }

    /// Whether it shows this conversation's.
    #[must_use]
    pub fn is_of(&self, with: Target) -> bool {
        self.with == with
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, model: &Model) {
        self.parts.follow(model);
    }

    /// Speaks the language of the moment; the next [`ShelfWindow::follow`] does the rest.
    pub fn reword(&mut self) {
        self.parts.field.set_placeholder(tr("files.search"));
        self.parts.field.set_tip(tr("field.clear"));
        self.parts.again.set_label(tr("common.retry"));
        self.parts.shown.borrow_mut().stamp = None;
        self.parts.lay_out();
        self.window.redraw();
    }

    /// Brings it to the front.
    pub fn raise(&mut self) {
        self.window.show();
        self.parts.field.focus();
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }
}

impl Parts {
    fn new(window: &DoubleWindow) -> Parts {
        Parts {
            window: window.clone(),
            field: Field::new(FieldKind::Search, "")
                .icon(Icon::Search)
                .style(Style::BODY)
                .clearable(tr("field.clear"), || say(ShelfMsg::Search(String::new()))),
            rows: FileRows::new(window, |chosen| match chosen {
                Chosen::File(Key::Offer(seq), choice) => say(ShelfMsg::Do(seq, choice)),
                Chosen::End => say(ShelfMsg::More),
                Chosen::File(Key::Transfer(_), _) | Chosen::Bulk(_) => {}
            }),
            again: Button::new(ButtonKind::Outline, "").size(ButtonSize::Small),
            shown: Rc::default(),
            areas: Rc::default(),
            typed: Rc::default(),
        }
    }

    fn follow(&mut self, model: &Model) {
        let Some(shelf) = &model.files.shelf else { return };
        let stamp = Some(Stamp::of(model));
        if self.shown.borrow().stamp == stamp {
            return;
        }
        let lines = model.shelf_lines(words::language());
        let instead = match &shelf.state {
            _ if !lines.is_empty() => None,
            State::Asked => Some(Instead::Waiting),
            State::Offline => Some(Instead::Offline),
            State::Failed(why) => Some(Instead::Failed(words::failure(words::language(), why))),
            State::More | State::All if shelf.text.trim().is_empty() => Some(Instead::Nothing),
            State::More | State::All => Some(Instead::NoHits),
        };
        let name = model.target_name(shelf.with, words::language());
        let (quota, text) = (quota_words(model), shelf.text.clone());
        let old = self.shown.replace(Shown { stamp, name, quota, instead, text });
        let shown = self.shown.borrow();
        if old.text != shown.text && shown.text.is_empty() {
            self.field.set_value("");
        }
        if !self.rows.shows(&lines) || old.stamp.is_none() {
            self.rows.set_lines(lines);
        }
        if (&old.name, &old.quota, &old.instead) != (&shown.name, &shown.quota, &shown.instead) {
            self.window.set_label(&tr_with("files.of", &[("name", &shown.name)]));
            self.again.set_shown(matches!(shown.instead, Some(Instead::Failed(_))));
            self.window.redraw();
        }
    }

    fn lay_out(&mut self) {
        let areas = Areas::new((self.window.w(), self.window.h()), FIELD, 0);
        self.areas.set(areas);
        self.field.place(areas.field);
        self.rows.list.place(areas.list);
        let (w, list) = (self.again.wanted_width().max(76), areas.list);
        // Where an empty state has its button.
        let y = list.y + (list.h - widgets::EMPTY_HEIGHT - 42) / 2 + widgets::EMPTY_HEIGHT + 14;
        self.again.place(Rect::new(list.x + (list.w - w) / 2, y, w, 28));
    }

    fn wire(&mut self, window: &mut DoubleWindow) {
        let (shown, areas) = (Rc::clone(&self.shown), Rc::clone(&self.areas));
        widgets::backdrop(window, Colour::Paper, move |canvas, _| {
            paint_behind(canvas, &areas.get(), &shown.borrow());
        });
        let this = self.clone();
        window.resize_callback(move |_, _, _, _, _| this.clone().lay_out());
        window.set_callback(|_| say(ShelfMsg::Close));
        window.super_handle_first(false);
        let this = self.clone();
        window.handle(move |_, event| match event {
            Event::KeyDown => this.clone().key() || writes_through(&mut this.field.clone()),
            Event::Shortcut => this.clone().key(),
            _ => false,
        });
        self.again.on_press(|| say(ShelfMsg::Again));
        let (field, typed) = (self.field.clone(), Rc::clone(&self.typed));
        self.field.on_change(move || {
            let mine = typed.get() + 1;
            typed.set(mine);
            let (field, typed) = (field.clone(), Rc::clone(&typed));
            app::add_timeout3(PAUSE_S, move |_| {
                if typed.get() == mine {
                    say(ShelfMsg::Search(field.value()));
                }
            });
        });
        let (field, rows, shown) = (self.field.clone(), self.rows.clone(), Rc::clone(&self.shown));
        self.field.on_enter(move || {
            // What was typed is looked for first.
            match shown.borrow().text == field.value() {
                true => rows.clone().enter(),
                false => say(ShelfMsg::Search(field.value())),
            }
        });
        let rows = self.rows.clone();
        self.field.on_down(move || rows.clone().enter());
    }

    /// A key that no control takes.
    fn key(&mut self) -> bool {
        let held = app::event_state();
        match app::event_key() {
            key if held.contains(Shortcut::Ctrl) && key == Pressed::from_char('f') => {
                self.field.focus();
                self.field.select_all();
            }
            Pressed::Escape if !self.field.value().is_empty() => {
                self.field.set_value("");
                say(ShelfMsg::Search(String::new()));
            }
            Pressed::Escape => say(ShelfMsg::Close),
            _ => return !self.field.has_focus() && self.rows.key(),
        }
        true
    }
}

fn paint_behind(canvas: &Canvas, areas: &Areas, shown: &Shown) {
    let name = &shown.name;
    canvas.text_in(Style::HEADING, Colour::Ink, areas.left, Align::Left, name);
    canvas.line_across(areas.foot.x, areas.foot.y, areas.foot.w, Colour::Line);
    let foot = areas.foot.without_left(20).without_right(20);
    canvas.text_in(Style::CAPTION, Colour::Ink2, foot, Align::Left, &shown.quota);
    let Some(instead) = &shown.instead else { return };
    let (icon, title, hint, has_button) = match instead {
        Instead::Waiting => return paint_skeleton(canvas, areas.list.without_left(8), 56),
        Instead::Offline => (Icon::Offline, "files.offline", tr("files.offline.hint"), false),
        Instead::Nothing => {
            (Icon::FileSend, "files.shelf.none", tr("files.shelf.none.hint"), false)
        }
        Instead::NoHits => (Icon::Search, "panel.find.none", tr("panel.find.none.hint"), false),
        Instead::Failed(why) => (Icon::Alert, "files.failed", why.as_str(), true),
    };
    let _place = paint_empty(canvas, areas.list, icon, tr(title), hint, has_button);
}
