//! What stands where there is nothing, and what stands where something is being loaded.

use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::theme::{Colour, Style};

/// How high an empty state is without a button.
pub const EMPTY_HEIGHT: i32 = 108;

/// Draws an icon on a disc, a line, a hint, in the middle of an area. Returns the `y` at which a
/// button of 28 px belongs.
#[expect(clippy::must_use_candidate, reason = "drawn for its effect; the place is extra")]
pub fn paint_empty(
    canvas: &Canvas,
    area: Rect,
    icon: Icon,
    title: &str,
    hint: &str,
    with_button: bool,
) -> i32 {
    let height = EMPTY_HEIGHT + if with_button { 42 } else { 0 };
    let top = area.y + (area.h - height) / 2;
    let disc = Rect::new(area.x + (area.w - 56) / 2, top, 56, 56);
    canvas.circle(disc, Colour::BrandSoft);
    let inner = disc.middle(28, 28);
    canvas.icon_on(icon, inner.x, inner.y, 28, Colour::BrandText, Colour::BrandSoft);
    let line = |y: i32, h: i32| Rect::new(area.x + 8, y, area.w - 16, h);
    canvas.text_in(Style::BODY.bold(), Colour::Ink, line(top + 68, 20), Align::Centre, title);
    canvas.text_in(Style::CAPTION, Colour::Ink2, line(top + 92, 16), Align::Centre, hint);
    top + EMPTY_HEIGHT + 14
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
