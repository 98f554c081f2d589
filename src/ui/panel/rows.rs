//! The rows of the main panel's lists.

use crate::domain::Presence;
use crate::ui::app::panel::{ChatRow, PersonRow, Row};
use crate::ui::paint::{Align, Canvas, Icon, Rect, text as measure};
use crate::ui::text::{self, tr};
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::RowLook;

/// Height of a headline in the results of a search.
const ROW_HEAD: i32 = 32;

/// How high a row is.
pub fn height(row: &Row) -> i32 {
    match row {
        Row::Head(_) => ROW_HEAD,
        Row::Chat(_) => metric::ROW_CHAT,
        Row::Person(_) => metric::ROW_PERSON,
    }
}

/// Paints a row.
pub fn paint(canvas: &Canvas, look: &RowLook, row: &Row) {
    match row {
        Row::Head(key) => paint_row_head(canvas, look, tr(key)),
        Row::Chat(row) => paint_chat(canvas, look, row),
        Row::Person(row) => paint_person(canvas, look, row),
    }
}

fn paint_row_head(canvas: &Canvas, look: &RowLook, words: &str) {
    canvas.fill(look.area, Colour::Paper);
    let area = look.area.without_left(12);
    canvas.text_in(Style::BODY.bold(), Colour::Ink, area, Align::Left, words);
}

fn paint_chat(canvas: &Canvas, look: &RowLook, row: &ChatRow) {
    let (area, ground) = (look.area, look.ground(Colour::Paper));
    let (x, y) = (area.x + 12, area.y + 10);
    match row.avatar {
        Some(avatar) => canvas.avatar_with_status(avatar, x, y, 44, row.presence, ground),
        None => {
            let tile = Rect::new(x, y, 44, 44);
            canvas.symbol_tile(Icon::Users, tile, 11, Colour::Brand, Colour::White);
        }
    }
    let (left, right) = (area.x + 68, area.right() - 12);
    let time = measure::width(Style::MICRO, &row.time);
    canvas.text(Style::MICRO, Colour::Ink3, right - time, area.y + 18, &row.time);
    let name = Rect::new(left, area.y + 15, right - time - 8 - left, 22);
    canvas.text_in(Style::MESSAGE, Colour::Ink, name, Align::Left, &row.name);
    let badge = canvas.badge(row.unread, right, area.y + 48, false);
    let mut preview = Rect::new(left, area.y + 40, right - badge - 8 - left, 16);
    if let Some(prefix) = row.prefix {
        let words = tr(prefix);
        let w = canvas.text(Style::CAPTION, Colour::Bad, preview.x, preview.y, words);
        preview = preview.without_left(w + 4);
    }
    canvas.text_in(Style::CAPTION, Colour::Ink2, preview, Align::Left, &row.preview);
}

fn paint_person(canvas: &Canvas, look: &RowLook, row: &PersonRow) {
    let (area, ground) = (look.area, look.ground(Colour::Paper));
    canvas.avatar_with_status(row.avatar, area.x + 20, area.y + 8, 36, row.presence, ground);
    let left = area.x + 66;
    let words = |y, h| Rect::new(left, y, area.right() - 12 - left, h);
    canvas.text_in(Style::BODY, Colour::Ink, words(area.y + 8, 20), Align::Left, &row.name);
    let line = match (row.presence, row.signature.is_empty()) {
        (None | Some(Presence::Online), true) => row.account.to_string(),
        (None | Some(Presence::Online), false) => row.signature.clone(),
        (Some(presence), true) => text::presence(text::language(), presence).to_owned(),
        (Some(presence), false) => {
            let status = text::presence(text::language(), presence);
            format!("{status} · {}", row.signature)
        }
    };
    canvas.text_in(Style::CAPTION, Colour::Ink2, words(area.y + 28, 16), Align::Left, &line);
}
