//! What stands where no server is: the usual reasons, each with what to do. The ways out are the
//! buttons below.

use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::paragraph;
use crate::ui::text::tr;
use crate::ui::theme::{Colour, Style};

/// Left of everything, and its width.
const LEFT: i32 = 20;
const WIDE: i32 = 280;
/// Between an icon's left edge and the words beside it.
const INDENT: i32 = 28;
/// A reason in bold, and the room below it.
const TITLE: i32 = Style::CAPTION.line + 2;
/// What stands above the reasons, in the higher of both forms.
const HEAD: i32 = 28;
/// Between one reason and the next, in the higher form and in the lower one.
const GAPS: [i32; 2] = [12, 8];

const REASONS: [(Icon, &str, &str); 3] = [
    (Icon::Server, "server.none.stopped", "server.none.stopped.hint"),
    (Icon::Globe, "server.none.apart", "server.none.apart.hint"),
    (Icon::ShieldLine, "server.none.wall", "server.none.wall.hint"),
];

/// Where the button for another search belongs: below the reasons in the higher form, however many
/// lines they take.
pub fn button_y(top: i32) -> i32 {
    lay_out(top, false).1 + 12
}

/// Paints the reasons from `top` on; without a head where there is little room.
pub fn paint(canvas: &Canvas, top: i32, is_low: bool) {
    if !is_low {
        let area = Rect::new(LEFT, top, WIDE, 20);
        canvas.text_in(Style::BODY.bold(), Colour::Ink, area, Align::Left, tr("server.none.why"));
    }
    for ((icon, what, hint), area) in REASONS.into_iter().zip(lay_out(top, is_low).0) {
        canvas.icon_on(icon, LEFT, area.y + 2, 16, Colour::BrandText, Colour::BrandSoft);
        let line = Rect { h: Style::CAPTION.line, ..area };
        canvas.text_in(Style::CAPTION.bold(), Colour::Ink, line, Align::Left, tr(what));
        let hints = Rect { y: area.y + TITLE, h: area.h - TITLE, ..area };
        paragraph::draw(canvas, Style::CAPTION, Colour::Ink2, hints, Align::Left, tr(hint));
    }
}

/// The words of each reason, and where they end.
fn lay_out(top: i32, is_low: bool) -> ([Rect; 3], i32) {
    let mut y = if is_low { top } else { top + HEAD };
    let mut end = y;
    let areas = REASONS.map(|(_, _, hint)| {
        let wide = WIDE - INDENT;
        let lines = paragraph::lines(Style::CAPTION, tr(hint), wide, 2).len();
        let hints = Style::CAPTION.line * i32::try_from(lines).unwrap_or(1);
        let area = Rect::new(LEFT + INDENT, y, wide, TITLE + hints);
        end = area.bottom();
        y = end + GAPS[usize::from(is_low)];
        area
    });
    (areas, end)
}
