//! The page of the places where one is signed in.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetExt};

use super::foot::{Saying, paint_saying};
use super::layout::{FOOT, LEFT, WIDE};
use super::page;
use crate::domain::DeviceId;
use crate::net::protocol::DeviceRow;
use crate::ui::app::profile::devices::DevicesMsg;
use crate::ui::app::profile::{Profile, ProfileMsg};
use crate::ui::app::{Model, Msg, time};
use crate::ui::paint::{Align, Canvas, Icon, Rect, text as measure};
use crate::ui::paragraph;
use crate::ui::shell::post;
use crate::ui::text::{self, tr, tr_with};
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::{
    self, Button, ButtonKind, ButtonSize, Control, NAV_WIDTH, RowLook, ScrollList, paint_empty,
    paint_skeleton,
};

const ROW: i32 = 64;
/// The upper edge of the list.
const TOP: i32 = 76;
/// The lane of the list's scrollbar, and what rows keep free at the left for the ring of focus.
const LANE: i32 = 16;
const EDGE: i32 = 8;

/// The page.
pub struct DevicesPage {
    group: Group,
    others: Button,
    list: ScrollList,
    again: Button,
    delete: Button,
    view: Rc<RefCell<View>>,
}

/// What is painted behind the controls.
#[derive(Clone, Default, PartialEq)]
struct View {
    rows: Option<Vec<Shown>>,
    saying: Saying,
}

/// A device in words.
#[derive(Clone, PartialEq)]
struct Shown {
    device: DeviceId,
    name: String,
    /// Program and address.
    line: String,
    /// When it was used last.
    when: String,
    current: bool,
    busy: bool,
}

impl DevicesPage {
    /// Its controls, inside the window that is being made.
    pub fn new() -> DevicesPage {
        let group = page();
        let others = Button::new(ButtonKind::DangerOutline, tr("profile.devices.all"))
            .size(ButtonSize::Small);
        let view: Rc<RefCell<View>> = Rc::default();
        let drawn = Rc::clone(&view);
        let list = ScrollList::new(Colour::Paper, move |canvas, look| {
            let view = drawn.borrow();
            if let Some(shown) = view.rows.as_ref().and_then(|rows| rows.get(look.index)) {
                paint_row(canvas, look, shown);
            }
        });
        let again = Button::new(ButtonKind::Outline, tr("common.retry")).size(ButtonSize::Small);
        let delete = Button::new(ButtonKind::DangerOutline, tr("profile.delete"));
        group.end();
        let mut page = DevicesPage { group, others, list, again, delete, view };
        page.reword();
        page.wire();
        page
    }

    /// Shows or hides it.
    pub fn set_shown(&mut self, shown: bool) {
        if shown { self.group.show() } else { self.group.hide() }
    }

    /// Gives the list the keyboard.
    pub fn focus(&mut self) {
        self.list.focus();
    }

    /// Says it in the language of the moment.
    pub fn reword(&mut self) {
        self.others.set_label(tr("profile.devices.all"));
        let w = self.others.wanted_width();
        self.others.place(Rect::new(LEFT + WIDE - w, 20, w, 28));
        self.again.set_label(tr("common.retry"));
        let w = self.again.wanted_width().max(76);
        let middle = LEFT + (WIDE - w) / 2;
        self.again.place(Rect::new(middle, TOP + (FOOT - TOP) / 2 + 68, w, 28));
        self.delete.set_label(tr("profile.delete"));
        let w = self.delete.wanted_width();
        self.delete.place(Rect::new(LEFT + WIDE - w, FOOT + 13, w, 32));
        self.list.place(Rect::new(LEFT - EDGE, TOP, WIDE + EDGE + LANE, FOOT - TOP));
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, profile: &Profile, model: &Model) {
        let devices = &profile.devices;
        let shown =
            |device: &DeviceRow| shown_of(device, devices.busy.contains(&device.device), model);
        let new = View {
            rows: devices.list.as_ref().map(|list| list.iter().map(shown).collect()),
            saying: Saying::of(model, devices.problem.as_ref()),
        };
        let is_up = new.saying != Saying::Offline;
        self.others.set_enabled(is_up && devices.others() > 0);
        self.delete.set_enabled(is_up);
        if *self.view.borrow() == new {
            return;
        }
        self.list.set_shown(new.rows.is_some());
        self.again.set_shown(new.rows.is_none() && matches!(new.saying, Saying::Bad(_)));
        let count = new.rows.as_ref().map_or(0, Vec::len);
        *self.view.borrow_mut() = new;
        self.list.set_rows(std::iter::repeat_n(ROW, count));
        self.group.redraw();
    }

    fn wire(&mut self) {
        let view = Rc::clone(&self.view);
        let delete = self.delete.clone();
        widgets::backdrop(&mut self.group, Colour::Paper, move |canvas, _| {
            paint(canvas, &view.borrow(), delete.area().x - 12);
        });
        self.others.on_press(|| say(DevicesMsg::SignOutOthers));
        self.again.on_press(|| say(DevicesMsg::Again));
        self.delete.on_press(|| say(DevicesMsg::Delete));
        let (view, list) = (Rc::clone(&self.view), self.list.clone());
        self.list.on_click(move |index| {
            let view = view.borrow();
            let Some(shown) = view.rows.as_ref().and_then(|rows| rows.get(index)) else { return };
            let area = list.area();
            let button = button_of(Rect::new(area.x, area.y, area.w, ROW));
            if !shown.current && (button.x..button.right()).contains(&app::event_x()) {
                say(DevicesMsg::SignOut(shown.device));
            }
        });
        let view = Rc::clone(&self.view);
        self.list.on_open(move |index| {
            let is_enter = app::event() == Event::KeyDown
                && matches!(app::event_key(), Key::Enter | Key::KPEnter);
            let view = view.borrow();
            let shown = view.rows.as_ref().and_then(|rows| rows.get(index));
            if let Some(shown) = shown.filter(|shown| is_enter && !shown.current) {
                say(DevicesMsg::SignOut(shown.device));
            }
        });
    }
}

fn say(msg: DevicesMsg) {
    post(Msg::Profile(ProfileMsg::Devices(msg)));
}

fn shown_of(device: &DeviceRow, busy: bool, model: &Model) -> Shown {
    let program = program_words(&device.client);
    let address = device.address.as_str();
    let line: Vec<&str> =
        [program.as_str(), address].into_iter().filter(|words| !words.is_empty()).collect();
    Shown {
        device: device.device,
        name: if device.name.is_empty() { tr("profile.devices.nameless") } else { &device.name }
            .to_owned(),
        line: line.join(", "),
        when: match device.current {
            true => tr("profile.devices.now").to_owned(),
            false => when_words(device.used, model),
        },
        current: device.current,
        busy,
    }
}

/// `mychat 0.1.0 linux` as people would say it: the system first, then the version.
fn program_words(client: &str) -> String {
    let words: Vec<&str> = client.split_whitespace().collect();
    match words[..] {
        ["mychat", version, system] => {
            let mut letters = system.chars();
            let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
            format!("{first}{}, {version}", letters.as_str())
        }
        _ => client.to_owned(),
    }
}

/// When a device was used last: minutes within the hour, then the clock, then the day.
fn when_words(used: i64, model: &Model) -> String {
    /// Days that a weekday or the clock names without doubt.
    const DAYS: i64 = 6;
    let (now, zone, language) = (model.now.wall_ms, &model.zone, text::language());
    let minutes = (now - used) / 60_000;
    match minutes {
        ..1 => tr("profile.devices.just").to_owned(),
        1..60 => tr_with("profile.devices.minutes", &[("n", &minutes.to_string())]),
        _ if minutes < DAYS * 24 * 60 => time::separator_label(used, now, zone, language),
        _ => time::day_label(used, now, zone, language),
    }
}

fn button_width() -> i32 {
    measure::width(Style::CAPTION, tr("dev.sign_out")) + 22
}

fn button_of(row: Rect) -> Rect {
    let w = button_width();
    Rect::new(row.right() - LANE - w, row.y + (ROW - 28) / 2, w, 28)
}

fn paint(canvas: &Canvas, view: &View, right: i32) {
    let title = Rect::new(LEFT, 22, 260, Style::HEADING.line);
    canvas.text_in(Style::HEADING, Colour::Ink, title, Align::Left, tr("profile.devices"));
    let note = Rect::new(LEFT, 52, WIDE, 16);
    canvas.text_in(Style::CAPTION, Colour::Ink2, note, Align::Left, tr("profile.devices.note"));
    let area = Rect::new(LEFT, TOP, WIDE, FOOT - TOP);
    match (&view.rows, &view.saying) {
        (None, Saying::Bad(words)) => {
            let title = tr("profile.devices.failed");
            let _button = paint_empty(canvas, area, Icon::Alert, title, words, true);
        }
        (None, Saying::Offline) => {
            let (title, hint) = (tr("status.disconnected"), tr("profile.devices.offline"));
            let _no_button = paint_empty(canvas, area, Icon::Offline, title, hint, false);
        }
        (None, Saying::Nothing) => paint_skeleton(canvas, area, ROW),
        (Some(_), _) => {}
    }
    let width = LEFT + WIDE + LEFT - NAV_WIDTH;
    canvas.line_across(NAV_WIDTH, FOOT, width, Colour::Line);
    match (&view.rows, &view.saying) {
        (Some(_), Saying::Bad(_) | Saying::Offline) => paint_saying(canvas, &view.saying, right),
        _ => {
            let area = Rect::new(LEFT, FOOT + 8, right - LEFT, 40);
            let words = tr("profile.delete.note");
            paragraph::draw_middle(canvas, Style::CAPTION, Colour::Ink2, area, words);
        }
    }
}

fn paint_row(canvas: &Canvas, look: &RowLook, shown: &Shown) {
    let area = look.area.without_left(EDGE).without_right(LANE);
    canvas.fill(look.area, Colour::Paper);
    canvas.line_across(area.x, area.bottom() - 1, area.w, Colour::Line);
    let tile = Rect::new(area.x, area.y + 12, 40, 40);
    canvas.round(tile, metric::RADIUS_CARD, Colour::BrandSoft);
    let icon = tile.middle(20, 20);
    canvas.icon_on(Icon::Monitor, icon.x, icon.y, 20, Colour::BrandText, Colour::BrandSoft);
    let mut right = button_of(look.area).x;
    if !shown.current {
        paint_button(canvas, button_of(look.area), shown.busy);
    }
    let when_w = measure::width(Style::CAPTION, &shown.when);
    let when = Rect::new(right - 12 - when_w, area.y, when_w, ROW);
    canvas.text_in(Style::CAPTION, Colour::Ink2, when, Align::Right, &shown.when);
    right = when.x - 12;
    let left = tile.right() + 12;
    let tag = if shown.current { tr("profile.devices.this") } else { "" };
    let tag_w = if shown.current { measure::width(Style::MICRO, tag) + 12 } else { 0 };
    let name_w = measure::width(Style::BODY.bold(), &shown.name).min(right - left - tag_w - 8);
    let name = Rect::new(left, area.y + 14, name_w, 20);
    canvas.text_in(Style::BODY.bold(), Colour::Ink, name, Align::Left, &shown.name);
    if shown.current {
        let area = Rect::new(name.right() + 8, area.y + 15, tag_w, 18);
        canvas.round(area, metric::RADIUS_SMALL, Colour::OkSoft);
        canvas.text_in(Style::MICRO, Colour::Ok, area, Align::Centre, tag);
    }
    let line = Rect::new(left, area.y + 34, right - left, 16);
    canvas.text_in(Style::CAPTION, Colour::Ink2, line, Align::Left, &shown.line);
}

fn paint_button(canvas: &Canvas, area: Rect, busy: bool) {
    let (fill, outline, ink) = match busy {
        true => (Colour::Sunken, Colour::Line, Colour::Ink3),
        false => (Colour::Paper, Colour::Field, Colour::Ink),
    };
    canvas.card(area, metric::RADIUS, fill, outline, 1);
    canvas.text_in(Style::CAPTION, ink, area, Align::Centre, tr("dev.sign_out"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::app::Moment;

    #[test]
    fn a_program_is_said_by_its_system_and_version() {
        assert_eq!(program_words("mychat 0.1.0 linux"), "Linux, 0.1.0");
        assert_eq!(program_words("other 2"), "other 2");
        assert_eq!(program_words(""), "");
    }

    #[test]
    fn when_a_device_was_used_is_said_as_closely_as_it_matters() {
        let wall_ms = 1_795_185_120_000;
        let now = Moment { wall_ms, mono_ms: 0 };
        let (model, _) = Model::new(now, jiff::tz::TimeZone::UTC, None);
        let minute = 60_000;
        let said = |ago: i64| when_words(wall_ms - ago, &model);
        assert_eq!(said(-5 * minute), said(0), "a clock that goes wrong");
        assert_eq!(said(5 * minute), tr_with("profile.devices.minutes", &[("n", "5")]));
        let at = |hours: i64| wall_ms - hours * 60 * minute;
        let (zone, language) = (&model.zone, text::language());
        for hours in [1, 20, 100] {
            let label = time::separator_label(at(hours), wall_ms, zone, language);
            assert_eq!(said(hours * 60 * minute), label, "{hours} h");
        }
        let label = time::day_label(at(1_000), wall_ms, zone, language);
        assert_eq!(said(1_000 * 60 * minute), label);
    }
}
