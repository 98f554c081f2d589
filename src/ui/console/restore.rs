//! The window that asks which backup takes the place of damaged data: the newest first.

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::model::{Model, Msg};
use super::shell::post;
use super::units;
use crate::server::admin::BackupFile;
use crate::ui::app::files::amounts;
use crate::ui::paint::{Align, Icon, Rect};
use crate::ui::paragraph;
use crate::ui::screen;
use crate::ui::text::{tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{self, Button, ButtonKind, Choice, ChoiceKind, Control, backdrop};

const W: i32 = 440;
const PADDING: i32 = 24;
const WIDE: i32 = W - 2 * PADDING;
const LIST_Y: i32 = 108;
const ROW: i32 = 28;
/// Older ones are found by their place.
const ROWS_MAX: usize = 8;
const FOOT: i32 = 16 + 32 + PADDING;

/// The window.
pub struct RestoreWindow {
    window: DoubleWindow,
}

impl RestoreWindow {
    /// Makes and shows it over another window.
    #[must_use]
    pub fn new(files: &[BackupFile], model: &Model, over: Rect) -> RestoreWindow {
        let files = &files[..files.len().min(ROWS_MAX)];
        let rows = i32::try_from(files.len().max(1)).unwrap_or(1);
        let height = LIST_Y + rows * ROW + FOOT;
        let place = Rect::new(over.x + (over.w - W) / 2, over.y + (over.h - height) / 3, W, height);
        let place = screen::fit(place, screen::room());
        let mut window = widgets::window_at(tr("con.restore.title"), place);
        window.begin();
        let mut radios: Vec<Choice> =
            files.iter().map(|file| Choice::new(ChoiceKind::Radio, &words(file, model))).collect();
        let mut other = Button::new(ButtonKind::Outline, tr("con.restore.other"));
        let mut cancel = Button::new(ButtonKind::Outline, tr("common.cancel")).ringed();
        let mut go = Button::new(ButtonKind::Primary, tr("con.restore.go")).icon(Icon::Database);
        window.end();
        let is_empty = files.is_empty();
        backdrop(&mut window, Colour::Paper, move |canvas, _| {
            let line = |y, h| Rect::new(PADDING, y, WIDE, h);
            let title = tr("con.restore.title");
            canvas.text_in(Style::HEADING, Colour::Ink, line(18, 24), Align::Left, title);
            let note = tr("con.restore.note");
            paragraph::draw(canvas, Style::BODY, Colour::Ink2, line(48, 52), Align::Left, note);
            if is_empty {
                let none = tr("con.restore.none");
                canvas.text_in(Style::BODY, Colour::Ink2, line(LIST_Y, ROW), Align::Left, none);
            }
        });
        lay_out(height, &mut radios, [&mut go, &mut cancel, &mut other]);
        if let Some(newest) = radios.first_mut() {
            newest.set_on(true);
        }
        choose_one(&radios);
        go.set_enabled(!is_empty);
        let paths: Vec<_> = files.iter().map(|file| file.path.clone()).collect();
        let chosen = radios.clone();
        go.on_press(move || {
            let place = chosen.iter().position(Choice::is_on);
            if let Some(path) = place.and_then(|place| paths.get(place)) {
                post(Msg::RestoreFrom(path.clone()));
            }
        });
        other.on_press(|| post(Msg::RestoreOther));
        cancel.on_press(|| post(Msg::Dismiss));
        window.set_callback(|_| post(Msg::Dismiss));
        window.handle(|_, event| {
            let is_key = matches!(event, Event::KeyDown | Event::Shortcut);
            let is_escape = is_key && app::event_key() == Key::Escape;
            if is_escape {
                post(Msg::Dismiss);
            }
            is_escape
        });
        window.make_modal(true);
        window.show();
        match is_empty {
            true => other.focus(),
            false => go.focus(),
        }
        RestoreWindow { window }
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }
}

/// When it was made, how long it is, what it is called.
fn words(file: &BackupFile, model: &Model) -> String {
    let name = file.path.file_name().unwrap_or_default().to_string_lossy();
    let when = units::day_time(file.at, model.now, &model.zone, model.language());
    let size = amounts::bytes(file.bytes);
    tr_with("con.restore.row", &[("time", &when), ("size", &size), ("name", &name)])
}

fn lay_out(height: i32, radios: &mut [Choice], [go, cancel, other]: [&mut Button; 3]) {
    for (row, radio) in (0..).zip(radios) {
        radio.place(Rect::new(PADDING, LIST_Y + row * ROW, radio.wanted_width().min(WIDE), ROW));
    }
    let y = height - PADDING - 32;
    let mut right = W - PADDING;
    for button in [go, cancel] {
        let w = button.wanted_width().max(76);
        button.place(Rect::new(right - w, y, w, 32));
        right -= w + 8;
    }
    other.place(Rect::new(PADDING, y, other.wanted_width(), 32));
}

fn choose_one(radios: &[Choice]) {
    for place in 0..radios.len() {
        let mut all = radios.to_vec();
        let mut radio = radios[place].clone();
        radio.on_change(move |_| {
            for (other, radio) in all.iter_mut().enumerate() {
                radio.set_on(other == place);
            }
        });
    }
}
