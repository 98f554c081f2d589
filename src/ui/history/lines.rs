//! The rows of the window: conversations, messages, hits.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::domain::{Needle, Place};
use crate::ui::app::history::views::{Hit, Line, Photo, Said, Side};
use crate::ui::paint::{Align, Canvas, Icon, Rect, photo, text};
use crate::ui::paragraph;
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::RowLook;

/// A conversation.
pub const SIDE_ROW: i32 = 48;
/// All of them.
pub const SIDE_ALL: i32 = 40;
/// A hit.
pub const HIT_ROW: i32 = 57;
const DAY_ROW: i32 = 36;
const EVENT_ROW: i32 = 28;
/// From the left edge to the words of a message.
const WORDS_X: i32 = 54;
const FACE: i32 = 28;
/// A picture among what was said, at most.
const PHOTO: (i32, i32) = (200, 120);
/// Among hits.
const HIT_PHOTO: (i32, i32) = (120, 72);
/// Its shorter side, at least.
const PHOTO_MIN: i32 = 24;
const PHOTO_RADIUS: i32 = 6;
const PHOTO_ICON: i32 = 20;
/// Lines of one message: more is for the chat's own window.
const LINES_MAX: usize = 400;

/// Breaks messages into lines once for each width.
#[derive(Default)]
pub struct Breaks {
    width: i32,
    kept: HashMap<Place, Rc<Vec<String>>>,
}

impl Breaks {
    fn lines(&mut self, said: &Said, width: i32) -> Rc<Vec<String>> {
        if self.width != width || self.kept.len() > 4_000 {
            (self.width, self.kept) = (width, HashMap::new());
        }
        let broken = || Rc::new(paragraph::lines(Style::BODY, &said.text, width, LINES_MAX));
        Rc::clone(self.kept.entry(said.place).or_insert_with(broken))
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.kept.clear();
    }
}

/// The width of the words in a list.
fn words_width(list: i32) -> i32 {
    list - WORDS_X - 28
}

/// How high a line is in a list of this width.
pub fn height(line: &Line, list: i32, breaks: &RefCell<Breaks>) -> i32 {
    match line {
        Line::Day(_) => DAY_ROW,
        Line::Event { .. } => EVENT_ROW,
        Line::Said(said) if said.photo.is_some() => {
            let h = said.photo.map_or(0, |photo| line_photo(photo, Rect::new(0, 0, list, 0)).h);
            22 + h + 16
        }
        Line::Said(said) => {
            let lines = breaks.borrow_mut().lines(said, words_width(list)).len();
            22 + Style::BODY.line * i32::try_from(lines).unwrap_or(1) + 12
        }
    }
}

/// How high a hit is.
pub fn hit_height(hit: &Hit) -> i32 {
    HIT_ROW + hit.photo.map_or(0, |photo| hit_photo(photo, Rect::default()).h + 8)
}

/// Where the picture of a line stands in its row.
pub fn line_photo(photo: Photo, row: Rect) -> Rect {
    let most = (PHOTO.0.min(words_width(row.w)), PHOTO.1);
    let (w, h) = photo::frame(photo.size, most, PHOTO_MIN);
    Rect::new(row.x + WORDS_X, row.y + 24, w, h)
}

/// Where the picture of a hit stands in its row.
pub fn hit_photo(photo: Photo, row: Rect) -> Rect {
    let (w, h) = photo::frame(photo.size, HIT_PHOTO, PHOTO_MIN);
    Rect::new(row.x + 64, row.y + HIT_ROW - 4, w, h)
}

/// A picture, or its place while it is not here.
fn paint_photo(canvas: &Canvas, photo: Photo, area: Rect) {
    if canvas.photo(photo.thumb, area, PHOTO_RADIUS) == photo::State::Drawn {
        canvas.frame(area, PHOTO_RADIUS, Colour::Line, 1);
        return;
    }
    canvas.card(area, PHOTO_RADIUS, Colour::Sunken, Colour::Line, 1);
    let (x, y) = (area.x + (area.w - PHOTO_ICON) / 2, area.y + (area.h - PHOTO_ICON) / 2);
    canvas.icon_on(Icon::Image, x, y, PHOTO_ICON, Colour::Ink3, Colour::Sunken);
}

/// A conversation at the left.
pub fn paint_side(canvas: &Canvas, look: &RowLook, side: &Side, is_chosen: bool) {
    canvas.fill(look.area, Colour::Canvas);
    let area = look.area.without_left(8).without_right(8);
    let ground = match (is_chosen, look.hover) {
        (true, _) => Colour::Selected,
        (false, true) => Colour::Hover,
        (false, false) => Colour::Canvas,
    };
    canvas.round(area, 6, ground);
    if look.ring {
        canvas.frame(area, 6, Colour::Brand, 1);
    }
    let style = if is_chosen { Style::BODY.bold() } else { Style::BODY };
    let Some(_) = side.target else {
        let ink = if is_chosen { Colour::BrandText } else { Colour::Ink };
        canvas.icon_on(Icon::Chat, area.x + 12, area.y + 11, 18, ink, ground);
        let words = Rect::new(area.x + 40, area.y, area.w - 48, area.h);
        canvas.text_in(style, ink, words, Align::Left, &side.name);
        return;
    };
    let face = Rect::new(area.x + 12, area.y + 8, 32, 32);
    match (side.portrait, &side.tile) {
        (Some(portrait), _) => canvas.avatar(portrait, face.x, face.y, 32, false),
        (None, Some(tile)) => canvas.room_tile(tile.colour, &tile.name, face),
        (None, None) => canvas.symbol_tile(Icon::Users, face, 8, Colour::Brand, Colour::White),
    }
    let count = grouped(side.count);
    let w = text::width(Style::MICRO, &count);
    let right = area.right() - 12;
    let micro = Rect::new(right - w, area.y, w, area.h);
    canvas.text_in(Style::MICRO, Colour::Ink2, micro, Align::Left, &count);
    let words = Rect::new(face.right() + 10, area.y, right - w - 8 - face.right() - 10, area.h);
    canvas.text_in(style, Colour::Ink, words, Align::Left, &side.name);
}

/// A line of what was said.
pub fn paint_line(
    canvas: &Canvas,
    look: &RowLook,
    line: &Line,
    (needle, tinted): (Option<&Needle>, Option<Place>),
    breaks: &RefCell<Breaks>,
) {
    let area = look.area;
    canvas.fill(area, Colour::Paper);
    match line {
        Line::Day(words) => {
            let w = text::width(Style::CAPTION, words) + 32;
            let (left, right) = (area.x + 16, area.right() - 16);
            let middle = i32::midpoint(left, right);
            let y = area.y + DAY_ROW / 2 - 2;
            canvas.line_across(left, y, middle - w / 2 - left, Colour::Line);
            canvas.line_across(middle + w / 2, y, right - middle - w / 2, Colour::Line);
            let words_at = Rect::new(middle - w / 2, y - 10, w, 20);
            canvas.text_in(Style::CAPTION, Colour::Ink2, words_at, Align::Centre, words);
        }
        Line::Event { place, words } => {
            tint(canvas, area, tinted == Some(*place));
            let row = area.without_left(16).without_right(16);
            canvas.text_in(Style::CAPTION, Colour::Ink3, row, Align::Centre, words);
        }
        Line::Said(said) => {
            let is_tinted = tinted == Some(said.place);
            tint(canvas, area, is_tinted);
            canvas.avatar(said.portrait, area.x + 16, area.y + 4, FACE, false);
            let x = area.x + WORDS_X;
            let ink = if said.is_own { Colour::BrandText } else { Colour::Ink };
            let right = area.right() - 28;
            let name = text::fit(Style::CAPTION.bold(), &said.name, right - x - 90);
            let w = canvas.text(Style::CAPTION.bold(), ink, x, area.y + 3, &name);
            canvas.text(Style::CAPTION, Colour::Ink2, x + w + 8, area.y + 3, &said.time);
            if let Some(photo) = said.photo {
                return paint_photo(canvas, photo, line_photo(photo, area));
            }
            let mut y = area.y + 22;
            let lines = breaks.borrow_mut().lines(said, words_width(area.w));
            for line in lines.iter() {
                let found = needle.filter(|_| !is_tinted);
                marked(canvas, (Style::BODY, Colour::Ink), (x, y), line, found);
                y += Style::BODY.line;
            }
        }
    }
}

fn tint(canvas: &Canvas, area: Rect, is_tinted: bool) {
    if is_tinted {
        canvas.round(area.without_left(8).without_right(14), 6, Colour::Highlight);
    }
}

/// A hit.
pub fn paint_hit(canvas: &Canvas, look: &RowLook, hit: &Hit, needle: Option<&Needle>) {
    let area = look.area;
    canvas.fill(area, Colour::Paper);
    let ground = look.ground(Colour::Paper);
    let inner = Rect::new(area.x + 8, area.y + 1, area.w - 22, area.h - 3);
    canvas.round(inner, 6, ground);
    let (left, right) = (area.x + 16, area.right() - 16);
    canvas.avatar(hit.portrait, left, area.y + 10, 36, false);
    let x = left + 48;
    let time = text::width(Style::CAPTION, &hit.time);
    canvas.text(Style::CAPTION, Colour::Ink2, right - time, area.y + 10, &hit.time);
    let room = right - time - 12 - x;
    let name = text::fit(Style::BODY.bold(), &hit.name, room * 2 / 3);
    let w = canvas.text(Style::BODY.bold(), Colour::Ink, x, area.y + 8, &name);
    let with = Rect::new(x + w + 8, area.y + 9, room - w - 8, 20);
    canvas.text_in(Style::CAPTION, Colour::Ink2, with, Align::Left, &hit.with);
    let line = text::fit(Style::BODY, &hit.text, right - x);
    marked(canvas, (Style::BODY, Colour::Ink2), (x, area.y + 29), &line, needle);
    if let Some(photo) = hit.photo {
        paint_photo(canvas, photo, hit_photo(photo, area));
    }
    canvas.line_across(left, area.bottom() - 1, right - left, Colour::Line);
}

/// A line whose hits have a ground of their own.
fn marked(
    canvas: &Canvas,
    (style, ink): (Style, Colour),
    (x, y): (i32, i32),
    line: &str,
    needle: Option<&Needle>,
) {
    for place in needle.map(|needle| needle.places(line)).unwrap_or_default() {
        let from = x + text::width(style, &line[..place.start]);
        let to = x + text::width(style, &line[..place.end]);
        canvas.round(Rect::new(from - 1, y, to - from + 2, style.line), 3, Colour::Highlight);
    }
    canvas.text(style, ink, x, y, line);
}

/// A number with its thousands apart.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        let cases =
            [(0, "0"), (12, "12"), (999, "999"), (1_206, "1,206"), (8_769_000, "8,769,000")];
        for (number, expected) in cases {
            assert_eq!(grouped(number), expected);
        }
    }
}
