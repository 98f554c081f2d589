//! What stands where there is nothing, and what stands where something is being loaded.

use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::paragraph;
use crate::ui::theme::{Colour, Style};

/// How high an empty state is without a button.
pub const EMPTY_HEIGHT: i32 = 108;
/// The longest line of a hint that reads well, and how many lines it may have: why something cannot be
/// read takes several.
const HINT: i32 = 440;
const HINT_LINES_MAX: usize = 6;

/// Draws an icon on a disc, a line, a hint, in the middle of an area. Returns the `y` at which a
/// button of 28 px belongs, however long the hint is.
#[expect(clippy::must_use_candidate, reason = "drawn for its effect; the place is extra")]
pub fn paint_empty(
    canvas: &Canvas,
    area: Rect,
    icon: Icon,
    title: &str,
    hint: &str,
    with_button: bool,
) -> i32 {
    let style = Style::CAPTION;
    let hints = area.middle(HINT.min(area.w - 16), area.h);
    let count = paragraph::lines(style, hint, hints.w, HINT_LINES_MAX).len();
    let high = style.line * i32::try_from(count).unwrap_or(1);
    let (height, button) = (EMPTY_HEIGHT, if with_button { 42 } else { 0 });
    let usual = area.y + (area.h - height - button) / 2;
    let top = usual - (high - style.line) / if with_button { 1 } else { 2 };
    let disc = Rect::new(area.x + (area.w - 56) / 2, top, 56, 56);
    canvas.circle(disc, Colour::BrandSoft);
    let inner = disc.middle(28, 28);
    canvas.icon_on(icon, inner.x, inner.y, 28, Colour::BrandText, Colour::BrandSoft);
    let line = Rect::new(area.x + 8, top + 68, area.w - 16, 20);
    canvas.text_in(Style::BODY.bold(), Colour::Ink, line, Align::Centre, title);
    let hints = Rect { y: top + 92, h: high, ..hints };
    paragraph::draw(canvas, style, Colour::Ink2, hints, Align::Centre, hint);
    usual + height + 14
}

/// Draws grey bars where rows with a round picture will be.
pub fn paint_skeleton(canvas: &Canvas, area: Rect, row_height: i32) {
    let side = row_height - 20;
    for row in 0..(area.h / row_height.max(1)).min(6) {
        let y = area.y + row * row_height + 10;
        let shade = if row < 4 { Colour::Sunken } else { Colour::Hover };
        canvas.circle(Rect::new(area.x + 12, y, side, side), shade);
        let x = area.x + 24 + side;
        canvas.round(Rect::new(x, y + 6, 90, 12), 4, shade);
        canvas.round(Rect::new(x, y + 28, (area.w - 60 - side).min(170), 10), 4, Colour::Hover);
    }
}
