//! What a form paints behind its fields: labels, errors, the strength of a new password, and what
//! is under way.

use super::app::errors::FieldError;
use super::form::{Form, LEFT, WIDE};
use super::paint::{Align, Canvas, Icon, Rect};
use super::paragraph;
use super::text::{self, tr};
use super::theme::{Colour, Style};
use crate::client::Failure;

/// What is wrong with a field, in at most two lines under it.
#[must_use]
pub fn lines_of(error: Option<&FieldError>) -> Vec<String> {
    let language = text::language();
    let words = match error {
        None => return Vec::new(),
        Some(FieldError::Nickname(error)) => text::nickname(language, *error),
        Some(FieldError::Failure(failure)) => text::failure(language, failure),
        Some(FieldError::Mismatch) => tr("reg.mismatch").to_owned(),
        Some(FieldError::LeftOut) => tr("reg.left_out").to_owned(),
        Some(FieldError::NoAccount) => tr("login.need.account").to_owned(),
        Some(FieldError::NoCode) => tr("recover.need.code").to_owned(),
    };
    paragraph::lines(Style::CAPTION, &words, WIDE - 20, 2)
}

/// The title, and which server it is about.
pub fn paint_head(canvas: &Canvas, title: &str, server: &str) {
    canvas.text(Style::TITLE, Colour::Ink, LEFT, 20, title);
    canvas.icon_on(Icon::Server, LEFT, 54, 14, Colour::Ink2, Colour::Paper);
    let area = Rect::new(LEFT + 20, 52, WIDE - 20, 16);
    canvas.text_in(Style::CAPTION, Colour::Ink2, area, Align::Left, server);
}

/// Labels and errors of all fields, and four bars with a word under one of them.
pub fn paint_rows<P: Copy + PartialEq>(
    canvas: &Canvas,
    form: &Form<P>,
    label: impl Fn(P) -> &'static str,
    (bars, strength): (P, u8),
) {
    for row in &form.rows {
        canvas.text(Style::CAPTION, Colour::Ink2, LEFT, row.label_y, tr(label(row.place)));
        if row.place == bars {
            paint_strength(canvas, (LEFT, row.field.bottom() + 8, WIDE), strength);
        }
        if !row.error.is_empty() {
            canvas.icon_on(Icon::Alert, LEFT, row.error_y + 1, 14, Colour::Bad, Colour::Paper);
        }
        for (index, line) in row.error.iter().enumerate() {
            let y = row.error_y + 16 * i32::try_from(index).unwrap_or(0);
            canvas.text(Style::CAPTION, Colour::Bad, LEFT + 20, y, line);
        }
    }
}

/// The row above the button: what is under way, else what is in the way.
pub fn paint_foot(canvas: &Canvas, row: Rect, busy: Option<&str>, problem: Option<&Failure>) {
    let words = row.without_left(22);
    if let Some(busy) = busy {
        let words = words.without_right(60);
        canvas.icon_on(Icon::Clock, LEFT, row.y + 12, 16, Colour::Ink2, Colour::Paper);
        paragraph::draw_middle(canvas, Style::CAPTION, Colour::Ink2, words, busy);
    } else if let Some(problem) = problem {
        let problem = text::failure(text::language(), problem);
        canvas.icon_on(Icon::Alert, LEFT, row.y + 12, 16, Colour::Bad, Colour::Paper);
        paragraph::draw_middle(canvas, Style::CAPTION, Colour::Bad, words, &problem);
    }
}

/// Four bars and a word, from a left edge, at a height, so wide.
pub fn paint_strength(canvas: &Canvas, (left, y, wide): (i32, i32, i32), strength: u8) {
    let (colour, ink, word) = match strength {
        0 => (Colour::Sunken, Colour::Ink3, ""),
        1 => (Colour::Bad, Colour::Bad, tr("reg.strength.1")),
        2 => (Colour::StatusAway, Colour::GoldText, tr("reg.strength.2")),
        3 => (Colour::Ok, Colour::Ok, tr("reg.strength.3")),
        _ => (Colour::Ok, Colour::Ok, tr("reg.strength.4")),
    };
    let bars = wide - 48;
    for bar in 0..4 {
        let fill = if bar < strength { colour } else { Colour::Sunken };
        let w = (bars - 3 * 4) / 4;
        let x = left + i32::from(bar) * (w + 4);
        canvas.round(Rect::new(x, y + 2, w, 4), 2, fill);
    }
    let area = Rect::new(left + bars, y - 4, 48, 16);
    canvas.text_in(Style::CAPTION, ink, area, Align::Right, word);
}
