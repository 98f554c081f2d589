//! Where the parts of the window stand. Pure.

use crate::ui::paint::Rect;

/// The window at first.
pub const USUAL: (i32, i32) = (920, 560);
/// The smallest window.
pub const SMALLEST: (i32, i32) = (720, 420);
/// The conversations.
const SIDE: i32 = 220;
const HEAD: i32 = 56;
const CHIPS: i32 = 44;
const FOOT: i32 = 40;
/// The calendar with its margins.
const CALENDAR: i32 = 256;
const MARGIN: i32 = 16;
/// The search box while a conversation is browsed.
const FIELD: i32 = 200;

/// The widths of the buttons of the head, from the left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Widths {
    /// Which days.
    pub dates: i32,
    /// Whose.
    pub writer: i32,
    /// Into a file.
    pub export: i32,
}

/// The parts of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    /// Everything at the left.
    pub side: Rect,
    /// Its box.
    pub filter: Rect,
    /// Its list.
    pub sides: Rect,
    /// Its foot.
    pub side_foot: Rect,
    /// Whose messages these are, and the buttons.
    pub head: Rect,
    /// The face or tile in it.
    pub face: Rect,
    /// The name in it.
    pub name: Rect,
    /// The search box.
    pub field: Rect,
    /// Which days are searched.
    pub dates: Rect,
    /// Whose messages.
    pub writer: Rect,
    /// The calendar's button.
    pub calendar_button: Rect,
    /// The button of the menu of exports.
    pub export: Rect,
    /// The first chip; the others follow.
    pub chips: Rect,
    /// The messages or hits.
    pub list: Rect,
    /// The foot under them.
    pub foot: Rect,
    /// The buttons in it, the left one first.
    pub steps: [Rect; 2],
    /// The calendar.
    pub calendar: Rect,
}

impl Areas {
    /// For a window of this size that shows hits or a conversation, with or without the calendar.
    #[must_use]
    pub fn new((w, h): (i32, i32), hits: bool, calendar: bool, widths: Widths) -> Areas {
        let side = Rect::new(0, 0, SIDE, h);
        let head = Rect::new(SIDE, 0, w - SIDE, HEAD);
        let calendar_w = if calendar && !hits { CALENDAR } else { 0 };
        let middle = w - SIDE - calendar_w;
        let right = w - MARGIN;
        let export = Rect::new(right - widths.export, 12, widths.export, 32);
        let calendar_button = Rect::new(export.x - 8 - 32, 12, 32, 32);
        let writer = Rect::new(export.x - 8 - widths.writer, 12, widths.writer, 32);
        let dates = Rect::new(writer.x - 8 - widths.dates, 12, widths.dates, 32);
        let left = SIDE + MARGIN;
        let field = match hits {
            true => Rect::new(left, 12, dates.x - 8 - left, 32),
            false => Rect::new(calendar_button.x - 8 - FIELD, 12, FIELD, 32),
        };
        let foot = Rect::new(SIDE, h - FOOT, middle, FOOT);
        let step = |from_right: i32| {
            Rect::new(foot.right() - MARGIN - from_right - 32, foot.y + 4, 32, 32)
        };
        Areas {
            side,
            filter: Rect::new(8, 12, SIDE - 16, 32),
            sides: Rect::new(0, 48, SIDE - 1, h - 48 - 36),
            side_foot: Rect::new(16, h - 32, SIDE - 24, 24),
            head,
            face: Rect::new(left, 12, 32, 32),
            name: Rect::new(left + 40, 16, field.x - 8 - left - 40, 24),
            field,
            dates,
            writer,
            calendar_button,
            export,
            chips: Rect::new(left, HEAD + 10, 0, 24),
            list: Rect::new(SIDE, HEAD + CHIPS, middle, h - HEAD - CHIPS - FOOT),
            foot,
            steps: [step(32), step(0)],
            calendar: Rect::new(w - calendar_w, HEAD, calendar_w, h - HEAD),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stands_on_anything_else_in_the_smallest_window() {
        let widths = Widths { dates: 110, writer: 100, export: 80 };
        for (hits, calendar) in [(true, false), (false, true), (false, false)] {
            for size in [SMALLEST, USUAL] {
                let areas = Areas::new(size, hits, calendar, widths);
                assert!(areas.field.x >= areas.head.x + MARGIN);
                assert!(hits || areas.name.w > 60, "{:?}", areas.name);
                assert!(areas.list.h > 200 && areas.list.w > 200);
                assert_eq!(areas.list.right() + areas.calendar.w, size.0);
                assert_eq!(areas.list.bottom(), areas.foot.y);
            }
        }
    }
}
