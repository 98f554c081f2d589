//! The window with every setting: what it means, its value, and a field to move it.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::knobs::about;
use super::model::{Model, Msg};
use super::shell::post;
use crate::limits::Limits;
use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::paragraph;
use crate::ui::screen;
use crate::ui::text::{language, tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{
    self, Button, ButtonKind, Control, Field, FieldKind, RowLook, ScrollList, backdrop, paint_empty,
};

const W: i32 = 640;
const H: i32 = 560;
const TOOLS: i32 = 52;
const FOOT: i32 = 104;
const ROW: i32 = 52;
const MARGIN: i32 = 16;
const FIELD_W: i32 = 200;

/// The window.
pub struct AllWindow {
    window: DoubleWindow,
    list: ScrollList,
    field: Field,
    save: Button,
    view: Rc<RefCell<View>>,
    /// What the field was filled with: the setting, its value, what was wrong.
    filled: (String, String, String),
}

/// What it shows.
#[derive(Default)]
struct View {
    all: Vec<(String, String)>,
    find: String,
    chosen: Option<String>,
    wrong: String,
}

impl View {
    fn shown(&self) -> Vec<&(String, String)> {
        let matches = |key: &str| {
            let about = about(language(), key).to_lowercase();
            key.contains(&self.find) || about.contains(&self.find)
        };
        self.all.iter().filter(|(key, _)| matches(key)).collect()
    }

    fn value(&self) -> Option<(&str, &str)> {
        let chosen = self.chosen.as_ref()?;
        let found = self.all.iter().find(|(key, _)| key == chosen)?;
        Some((&found.0, &found.1))
    }
}

impl AllWindow {
    /// Makes and shows it over another window.
    #[must_use]
    pub fn new(model: &Model, over: Rect) -> AllWindow {
        let place = Rect::new(over.x + (over.w - W) / 2, over.y + (over.h - H) / 3, W, H);
        let window = widgets::window_at(tr("con.all"), screen::fit(place, screen::room()));
        let view: Rc<RefCell<View>> = Rc::default();
        let mut find = Field::new(FieldKind::Search, tr("con.all.find")).style(Style::BODY);
        let rows = Rc::clone(&view);
        let list = ScrollList::new(Colour::Paper, move |canvas, row| {
            let view = rows.borrow();
            if let Some((key, value)) = view.shown().get(row.index) {
                let is_chosen = view.chosen.as_ref() == Some(key);
                let wrong = Some(&*view.wrong).filter(|wrong| is_chosen && !wrong.is_empty());
                paint_row(canvas, row, (key, value), wrong);
            }
        });
        let field = Field::new(FieldKind::Outlined, "").style(Style::BODY);
        let save = Button::new(ButtonKind::Primary, tr("common.save"));
        window.end();
        let h = window.h();
        find.place(Rect::new(MARGIN, 10, W - 2 * MARGIN, 32));
        let filled = Default::default();
        let mut made = AllWindow { window, list, field, save, view, filled };
        made.list.place(Rect::new(0, TOOLS, W, h - TOOLS - FOOT));
        let w = made.save.wanted_width().max(76);
        let y = h - FOOT + 16;
        made.save.place(Rect::new(W - MARGIN - w, y, w, 36));
        made.field.place(Rect::new(W - MARGIN - w - 8 - FIELD_W, y, FIELD_W, 36));
        made.wire(&find);
        made.follow(model);
        made.window.make_modal(true);
        made.window.show();
        find.focus();
        made
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    /// Brings it up to the model. What was refused stays in its box, to be put right.
    pub fn follow(&mut self, model: &Model) {
        let now = {
            let mut view = self.view.borrow_mut();
            view.all = model.knobs.all().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
            let chosen = view.chosen.clone().unwrap_or_default();
            model.knobs.wrong(&chosen).unwrap_or_default().clone_into(&mut view.wrong);
            let value = view.value().map(|(_, value)| value.to_owned()).unwrap_or_default();
            (chosen, value, view.wrong.clone())
        };
        let has_one = self.view.borrow().value().is_some();
        self.field.set_shown(has_one);
        self.save.set_shown(has_one);
        // Only whether it is wrong has changed: what is typed stays.
        let is_same_value = now.0 == self.filled.0 && now.1 == self.filled.1;
        if now != self.filled {
            if !is_same_value {
                self.field.set_value(&now.1);
            }
            self.field.set_error(!now.2.is_empty());
            self.filled = now;
        }
        let view = self.view.borrow();
        let shown = view.shown();
        self.list.set_rows(shown.iter().map(|_| ROW));
        let place = shown.iter().position(|(key, _)| Some(key) == view.chosen.as_ref());
        self.list.set_selected(place);
        self.list.set_shown(!shown.is_empty());
        self.window.redraw();
    }

    fn wire(&mut self, find: &Field) {
        let view = Rc::clone(&self.view);
        backdrop(&mut self.window, Colour::Paper, move |canvas, area| {
            paint(canvas, area, &view.borrow());
        });
        let (view, typed, mut find) = (Rc::clone(&self.view), find.clone(), find.clone());
        find.on_change(move || {
            view.borrow_mut().find = typed.value().trim().to_lowercase();
            // The turn that follows brings the list up to it.
            post(Msg::Typed);
        });
        let view = Rc::clone(&self.view);
        self.list.on_select(move |row| {
            let key = view.borrow().shown().get(row).map(|(key, _)| key.clone());
            view.borrow_mut().chosen = key;
            post(Msg::Typed);
        });
        let mut field = self.field.clone();
        self.list.on_open(move |_| {
            field.focus();
            field.select_all();
        });
        let (view, field) = (Rc::clone(&self.view), self.field.clone());
        let save = move || {
            if let Some(key) = view.borrow().chosen.clone() {
                post(Msg::Set(key, field.value().trim().to_owned()));
            }
        };
        self.field.on_enter(save.clone());
        self.field.on_change(|| post(Msg::Typed));
        self.save.on_press(save);
        self.window.set_callback(|_| post(Msg::Dismiss));
        self.window.handle(|_, event| {
            let is_key = matches!(event, Event::KeyDown | Event::Shortcut);
            let is_escape = is_key && app::event_key() == Key::Escape;
            if is_escape {
                post(Msg::Dismiss);
            }
            is_escape
        });
    }
}

/// What a setting means stands below it, or why its new value was refused.
fn paint_row(canvas: &Canvas, row: &RowLook, (key, value): (&str, &str), wrong: Option<&str>) {
    let area = row.area;
    canvas.line_across(area.x, area.bottom() - 1, area.w, Colour::Line);
    let upper = Rect::new(area.x + MARGIN, area.y + 6, area.w - 2 * MARGIN - 8, 20);
    let style = Style::CAPTION.mono();
    canvas.text_in(style, Colour::Ink, upper.without_right(FIELD_W), Align::Left, key);
    let right = upper.without_left(upper.w - FIELD_W);
    let value = if value.is_empty() { "-" } else { value };
    canvas.text_in(Style::BODY.bold(), Colour::Ink, right, Align::Right, value);
    let lower = Rect::new(upper.x, area.y + 27, upper.w, 16);
    let (ink, words) = match wrong {
        Some(wrong) => (Colour::Bad, wrong),
        None => (Colour::Ink2, about(language(), key)),
    };
    canvas.text_in(Style::MICRO, ink, lower, Align::Left, words);
}

fn paint(canvas: &Canvas, area: Rect, view: &View) {
    canvas.line_across(0, TOOLS - 1, area.w, Colour::Line);
    let foot = Rect::new(0, area.h - FOOT, area.w, FOOT);
    canvas.fill(foot, Colour::Paper);
    canvas.line_across(0, foot.y, foot.w, Colour::Line);
    if view.shown().is_empty() {
        let middle = Rect::new(0, TOOLS, area.w, foot.y - TOOLS);
        let (title, hint) = (tr("con.none.found"), tr("con.none.found.hint"));
        let _no_button = paint_empty(canvas, middle, Icon::Search, title, hint, false);
    }
    let Some((key, _)) = view.value() else {
        let place = Rect::new(MARGIN, foot.y + 24, foot.w - 2 * MARGIN, 20);
        canvas.text_in(Style::BODY, Colour::Ink2, place, Align::Left, tr("con.all.hint"));
        return;
    };
    let left = Rect::new(MARGIN, foot.y + 16, foot.w - 2 * MARGIN - FIELD_W - 100, 18);
    canvas.text_in(Style::CAPTION.mono().bold(), Colour::Ink, left, Align::Left, key);
    let setting = Limits::SETTINGS.iter().find(|setting| setting.key == key);
    let range = setting.map(|setting| {
        let number = |value: u64| value.to_string();
        let words = [
            ("min", &*number(setting.min)),
            ("max", &*number(setting.max)),
            ("usual", &*number(setting.default)),
        ];
        tr_with("con.all.range", &words)
    });
    let below = Rect { y: left.y + 19, ..left };
    canvas.text_in(Style::MICRO, Colour::Ink2, below, Align::Left, &range.unwrap_or_default());
    let place = Rect::new(MARGIN, foot.y + 62, foot.w - 2 * MARGIN, 32);
    if view.wrong.is_empty() {
        // Its row may be too narrow for all of it.
        let words = about(language(), key);
        paragraph::draw(canvas, Style::CAPTION, Colour::Ink2, place, Align::Left, words);
    } else {
        canvas.icon_on(Icon::Alert, MARGIN, place.y + 1, 14, Colour::Bad, Colour::Paper);
        let place = place.without_left(20);
        paragraph::draw(canvas, Style::CAPTION, Colour::Bad, place, Align::Left, &view.wrong);
    }
}
