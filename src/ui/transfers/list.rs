//! The window of all transfers: what is on its way, then what was, day by day.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key as Pressed, Shortcut};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::areas::{Areas, SMALLEST, USUAL};
use super::rows::{Chosen, FileRows};
use super::{Stamp, quota_words, writes_through};
use crate::domain::FileWay;
use crate::ui::app::files::FilesMsg;
use crate::ui::app::files::list::ListMsg;
use crate::ui::app::files::rows::Key;
use crate::ui::app::{Model, Msg};
use crate::ui::area::{Pressable, paint_chip};
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::screen::Side;
use crate::ui::shell::post;
use crate::ui::text::{self as words, tr};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{self, Button, ButtonKind, Control, Field, FieldKind, paint_empty};

const CHIPS: [(Option<FileWay>, &str); 3] = [
    (None, "files.all"),
    (Some(FileWay::Down), "files.received"),
    (Some(FileWay::Up), "files.sent"),
];
/// How wide the search box is.
const FIELD: i32 = 160;

/// The window.
pub struct ListWindow {
    window: DoubleWindow,
    parts: Parts,
}

#[derive(Clone)]
struct Parts {
    window: DoubleWindow,
    chips: Vec<Pressable>,
    field: Field,
    folder: Button,
    rows: FileRows,
    shown: Rc<RefCell<Shown>>,
    areas: Rc<Cell<Areas>>,
}

/// What is drawn beside the rows.
#[derive(Default)]
struct Shown {
    stamp: Option<Stamp>,
    way: Option<FileWay>,
    quota: String,
    /// Something is looked for, or only one way is shown.
    is_filtered: bool,
    /// Something is looked for.
    is_sought: bool,
    is_empty: bool,
}

fn say(msg: ListMsg) {
    post(Msg::Files(FilesMsg::List(msg)));
}

impl ListWindow {
    /// Makes and shows it, beside the panel.
    #[must_use]
    pub fn new(model: &Model, side: Side) -> ListWindow {
        let window = widgets::window_at(tr("files.window"), side.place(USUAL));
        let parts = Parts::new(&window);
        window.end();
        let mut this = ListWindow { window, parts };
        this.window.size_range(SMALLEST.0, SMALLEST.1, 0, 0);
        this.window.make_resizable(true);
        this.parts.wire(&mut this.window);
        this.reword();
        this.follow(model);
        this.raise();
        this
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, model: &Model) {
        self.parts.follow(model);
    }

    /// Speaks the language of the moment; the next [`ListWindow::follow`] does the rest.
    pub fn reword(&mut self) {
        self.window.set_label(tr("files.window"));
        self.parts.field.set_placeholder(tr("files.search"));
        self.parts.field.set_tip(tr("field.clear"));
        self.parts.folder.set_label(tr("file.open_folder"));
        self.parts.folder.set_tip(tr("files.folder.tip"));
        self.parts.shown.borrow_mut().stamp = None;
        self.parts.lay_out();
        self.window.redraw();
    }

    /// Brings it to the front.
    pub fn raise(&mut self) {
        self.window.show();
        if self.parts.rows.list.is_shown() {
            self.parts.rows.list.focus();
        } else {
            self.parts.field.focus();
        }
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }
}

impl Parts {
    fn new(window: &DoubleWindow) -> Parts {
        let shown: Rc<RefCell<Shown>> = Rc::default();
        let chips = CHIPS.map(|(way, key)| {
            let shown = Rc::clone(&shown);
            Pressable::new("", move |canvas, area, touched| {
                paint_chip(canvas, area, touched, shown.borrow().way == way, tr(key));
            })
        });
        Parts {
            window: window.clone(),
            chips: chips.to_vec(),
            field: Field::new(FieldKind::Search, "")
                .icon(Icon::Search)
                .style(Style::BODY)
                .clearable(tr("field.clear"), || say(ListMsg::Search(String::new()))),
            folder: Button::new(ButtonKind::Outline, "").icon(Icon::Folder),
            rows: FileRows::new(window, |chosen| match chosen {
                Chosen::File(Key::Transfer(id), choice) => say(ListMsg::Do(id, choice)),
                Chosen::Bulk(bulk) => say(ListMsg::Bulk(bulk)),
                Chosen::File(Key::Offer(_), _) | Chosen::End => {}
            }),
            shown,
            areas: Rc::default(),
        }
    }

    fn follow(&mut self, model: &Model) {
        let Some(list) = &model.files.list else { return };
        let stamp = Some(Stamp::of(model));
        if self.shown.borrow().stamp == stamp {
            return;
        }
        if self.field.value() != list.text {
            self.field.set_value(&list.text);
        }
        let lines = model.file_lines(words::language());
        let new = Shown {
            stamp,
            way: list.way,
            quota: quota_words(model),
            is_filtered: list.way.is_some() || !list.text.trim().is_empty(),
            is_sought: !list.text.trim().is_empty(),
            is_empty: lines.is_empty(),
        };
        let old = self.shown.replace(new);
        let shown = self.shown.borrow();
        if !self.rows.shows(&lines) || old.stamp.is_none() {
            self.rows.set_lines(lines);
        }
        let parts = |one: &Shown| (one.way, one.is_filtered, one.is_sought, one.is_empty);
        let is_same = parts(&old) == parts(&shown) && old.quota == shown.quota;
        if !is_same {
            self.window.redraw();
        }
    }

    fn lay_out(&mut self) {
        let size = (self.window.w(), self.window.h());
        let areas = Areas::new(size, FIELD, self.folder.wanted_width());
        self.areas.set(areas);
        self.field.place(areas.field);
        self.folder.place(areas.button);
        self.rows.list.place(areas.list);
        let mut x = areas.left.x;
        for ((_, key), chip) in CHIPS.into_iter().zip(&mut self.chips) {
            let w = text::width(Style::CAPTION.bold(), tr(key)) + 20;
            chip.place(Rect { x, w, ..areas.left });
            x += w + 8;
        }
    }

    fn wire(&mut self, window: &mut DoubleWindow) {
        let (shown, areas) = (Rc::clone(&self.shown), Rc::clone(&self.areas));
        widgets::backdrop(window, Colour::Paper, move |canvas, _| {
            paint_behind(canvas, &areas.get(), &shown.borrow());
        });
        let this = self.clone();
        window.resize_callback(move |_, _, _, _, _| this.clone().lay_out());
        window.set_callback(|_| say(ListMsg::Close));
        window.super_handle_first(false);
        let this = self.clone();
        window.handle(move |_, event| match event {
            Event::KeyDown => this.clone().key() || writes_through(&mut this.field.clone()),
            Event::Shortcut => this.clone().key(),
            _ => false,
        });
        for ((way, _), chip) in CHIPS.into_iter().zip(&mut self.chips) {
            chip.on_press(move || say(ListMsg::Way(way)));
        }
        let field = self.field.clone();
        self.field.on_change(move || say(ListMsg::Search(field.value())));
        let rows = self.rows.clone();
        self.field.on_enter(move || rows.clone().enter());
        let rows = self.rows.clone();
        self.field.on_down(move || rows.clone().enter());
        self.folder.on_press(|| say(ListMsg::Folder));
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
                say(ListMsg::Search(String::new()));
            }
            Pressed::Escape => say(ListMsg::Close),
            _ => return !self.field.has_focus() && self.rows.key(),
        }
        true
    }
}

fn paint_behind(canvas: &Canvas, areas: &Areas, shown: &Shown) {
    canvas.line_across(areas.foot.x, areas.foot.y, areas.foot.w, Colour::Line);
    let foot = areas.foot.without_left(20).without_right(20);
    canvas.text_in(Style::CAPTION, Colour::Ink2, foot, Align::Left, &shown.quota);
    if !shown.is_empty {
        return;
    }
    let (icon, title, hint) = match (shown.is_sought, shown.is_filtered) {
        (true, _) => (Icon::Search, "panel.find.none", "panel.find.none.hint"),
        (false, true) => (Icon::FileSend, "files.none.way", "files.none.hint"),
        (false, false) => (Icon::FileSend, "files.none", "files.none.hint"),
    };
    let _no_button = paint_empty(canvas, areas.list, icon, tr(title), tr(hint), false);
}
