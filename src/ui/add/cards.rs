//! What both pages that find something share: cards in two columns, and words where there are none.

use std::cell::Cell;
use std::rc::Rc;

use fltk::app;

use crate::ui::paint::{Align, Canvas, Rect, text as measure};
use crate::ui::paragraph;
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::{Control, RowLook, ScrollList, Side};

/// Left and right of everything.
pub const PADDING: i32 = 16;
/// How high a card is.
pub const CARD: i32 = 88;
/// Between cards.
pub const GAP: i32 = 12;
/// The upper edge of what was found.
pub const TOP: i32 = 108;

/// Which column the keyboard is in.
#[derive(Clone, Default)]
pub struct Column(Rc<Cell<usize>>);

/// How the button of a card looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// What is usually done.
    Soft,
    /// What somebody waits for.
    Primary,
    /// Something to go on with.
    Outline,
    /// Nothing can be done.
    Off,
}

impl Column {
    /// Follows the arrows to the sides.
    pub fn follow(&self, list: &mut ScrollList) {
        let (column, mut drawn) = (Rc::clone(&self.0), list.clone());
        list.on_side(move |side| {
            column.set(usize::from(side == Side::Right));
            drawn.redraw();
        });
    }

    /// Which card of a list the keyboard is on, in this row.
    pub fn card(&self, row: usize, count: usize) -> usize {
        (row * 2 + self.0.get()).min(count.saturating_sub(1))
    }
}

/// The card under the pointer in this row, and how far into it.
pub fn under_pointer(list: &ScrollList, row: usize) -> (usize, Rect, i32) {
    let area = list.area();
    let x = app::event_x() - area.x;
    let column = usize::from(x > area.w / 2);
    let slot = column_of(Rect::new(0, 0, area.w, CARD), column);
    (row * 2 + column, slot, x)
}

/// Where a card stands in a row.
fn column_of(row: Rect, column: usize) -> Rect {
    let w = (row.w - 8 - GAP) / 2;
    let x = row.x + i32::try_from(column).unwrap_or(0) * (w + GAP);
    Rect::new(x, row.y, w, CARD)
}

/// Where the button of a card stands.
pub fn button_of(slot: Rect, label: &str) -> Rect {
    let w = measure::width(Style::CAPTION.bold(), label) + 20;
    Rect::new(slot.right() - 12 - w, slot.y + (CARD - 28) / 2, w, 28)
}

/// Draws the cards of a row, or in a row behind all of them that there are more.
pub fn paint_row(
    canvas: &Canvas,
    look: &RowLook,
    (count, column): (usize, &Column),
    more: &str,
    mut paint: impl FnMut(usize, Rect),
) {
    canvas.fill(look.area, Colour::Paper);
    let row = Rect { h: CARD, ..look.area };
    if look.index * 2 >= count {
        canvas.text_in(Style::BODY, Colour::BrandText, row, Align::Centre, more);
        if look.ring {
            canvas.frame(row.middle(row.w - 8, 40), metric::RADIUS_CARD, Colour::Focus, 2);
        }
        return;
    }
    for place in 0..2 {
        let index = look.index * 2 + place;
        if index < count {
            let slot = column_of(row, place);
            let ring = look.ring && column.card(look.index, count) == index;
            let outline = if ring { (Colour::Focus, 2) } else { (Colour::Line, 1) };
            canvas.card(slot, metric::RADIUS_CARD, Colour::Paper, outline.0, outline.1);
            paint(index, slot);
        }
    }
}

/// Draws the button of a card.
pub fn paint_button(canvas: &Canvas, area: Rect, press: Press, label: &str) {
    let (fill, outline, ink, style) = match press {
        Press::Soft => {
            (Colour::BrandSoft, Colour::BrandSoft, Colour::BrandText, Style::CAPTION.bold())
        }
        Press::Primary => (Colour::Brand, Colour::Brand, Colour::White, Style::CAPTION.bold()),
        Press::Off => (Colour::Sunken, Colour::Line, Colour::Ink3, Style::CAPTION),
        Press::Outline => (Colour::Paper, Colour::Field, Colour::Ink, Style::CAPTION),
    };
    canvas.card(area, metric::RADIUS, fill, outline, 1);
    canvas.text_in(style, ink, area, Align::Centre, label);
}

/// Draws that nothing was found.
pub fn paint_nobody(canvas: &Canvas, area: Rect, title: &str, hint: &str) {
    let top = area.y + area.h / 2 - 120;
    let disc = Rect::new(area.x + (area.w - 96) / 2, top, 96, 96);
    canvas.circle(disc, Colour::BrandSoft);
    canvas.leaf(disc.x + 48, disc.y + 48, 52, 20, Colour::Leaf);
    let line = |y: i32, h: i32| Rect::new(area.x, top + y, area.w, h);
    let style = Style::MESSAGE.bold();
    canvas.text_in(style, Colour::Ink, line(112, 22), Align::Centre, title);
    paragraph::draw(canvas, Style::CAPTION, Colour::Ink2, line(138, 48), Align::Centre, hint);
}
