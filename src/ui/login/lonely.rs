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
/// What stands above the reasons, in the higher of both forms.
const HEAD: i32 = 32;
/// Between one reason and the next, in the higher form and in the lower one.
const GAPS: [i32; 2] = [16, 8];
/// "Search again" stands so far below the top, whatever the language.
const BUTTON: i32 = 192;

const REASONS: [(Icon, &str, &str); 3] = [
    (Icon::Server, "server.none.stopped", "server.none.stopped.hint"),
    (Icon::Globe, "server.none.apart", "server.none.apart.hint"),
    (Icon::ShieldLine, "server.none.wall", "server.none.wall.hint"),
];

/// Where the button for another search belongs.
pub fn button_y(top: i32) -> i32 {
    top + BUTTON
}

/// Paints the reasons from `top` on; without a head where there is little room.
pub fn paint(canvas: &Canvas, top: i32, is_low: bool) {
    let mut y = top;
    if !is_low {
        let area = Rect::new(LEFT, y, WIDE, 20);
        canvas.text_in(Style::BODY.bold(), Colour::Ink, area, Align::Left, tr("server.none.why"));
        y += HEAD;
    }
    for (icon, what, hint) in REASONS {
        canvas.icon_on(icon, LEFT, y + 2, 16, Colour::BrandText, Colour::BrandSoft);
        let words = Rect::new(LEFT + INDENT, y, WIDE - INDENT, Style::CAPTION.line);
        canvas.text_in(Style::CAPTION.bold(), Colour::Ink, words, Align::Left, tr(what));
        let hints = Rect { y: y + Style::CAPTION.line + 2, h: 2 * Style::CAPTION.line, ..words };
        let used =
            paragraph::draw(canvas, Style::CAPTION, Colour::Ink2, hints, Align::Left, tr(hint));
        y = hints.y + used + GAPS[usize::from(is_low)];
    }
}
