//! Where everything stands on the page of what one says, with what is wrong under each field. Pure.
//!
//! The window has one size. What is wrong has its place kept, so that nothing moves when it comes.

use crate::ui::app::profile::form::Place;
use crate::ui::paint::Rect;

/// Left edge of everything, in the window.
pub const LEFT: i32 = 184;
/// Width of everything.
pub const WIDE: i32 = 432;
/// The line above the buttons.
pub const FOOT: i32 = 424;
/// Between two fields side by side.
const BETWEEN: i32 = 16;
/// Width of each of them.
const HALF: i32 = (WIDE - BETWEEN) / 2;
/// A line of small words.
pub const LINE: i32 = 16;
/// Between a field and what is wrong with it.
const ERROR_GAP: i32 = 3;
const TOP: i32 = 6;
const FACE: i32 = 64;
/// From the face to the first row.
const FIRST: i32 = 4;
/// From a label to its field, which may have a ring around it.
const LABEL: i32 = 20;
const FIELD: i32 = 36;
/// The box of a few lines.
const LINES: i32 = 54;
/// From row to row, with a line of what is wrong between them.
const GAP: i32 = ERROR_GAP + LINE + 1;

/// A label, its field, and where what is wrong begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// The words over the field.
    pub label: Rect,
    /// The field.
    pub field: Rect,
    /// The upper edge of what is wrong.
    pub error_y: i32,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The face.
    pub face: Rect,
    /// Each place, in the order of [`Place::ALL`].
    pub spots: [Spot; 5],
    /// As one wants to be addressed.
    pub gender: Spot,
    /// The words at the end, while nothing is wrong with what stands above them.
    pub note_y: i32,
}

impl Layout {
    /// Places everything.
    #[must_use]
    pub fn new() -> Layout {
        let spot = |x: i32, y: i32, w: i32, h: i32| {
            let field = Rect::new(x, y + LABEL, w, h);
            let label = Rect::new(x, y, w, LINE);
            Spot { label, field, error_y: field.bottom() + ERROR_GAP }
        };
        let right = LEFT + HALF + BETWEEN;
        let face = Rect::new(LEFT, TOP, FACE, FACE);
        let first = face.bottom() + FIRST;
        let names = [spot(LEFT, first, HALF, FIELD), spot(right, first, HALF, FIELD)];
        // Two names may be wrong, each with a line of its own.
        let second = names[0].field.bottom() + GAP + LINE;
        let gender = spot(LEFT, second, HALF, FIELD);
        let day = spot(right, second, HALF, FIELD);
        let line = spot(LEFT, day.field.bottom() + GAP, WIDE, FIELD);
        let words = spot(LEFT, line.field.bottom() + GAP, WIDE, LINES);
        let note_y = words.field.bottom() + 8;
        Layout { face, spots: [names[0], names[1], day, line, words], gender, note_y }
    }

    /// Where a place stands.
    #[must_use]
    pub fn spot(&self, place: Place) -> Spot {
        let index = Place::ALL.iter().position(|at| *at == place).unwrap_or(0);
        self.spots[index]
    }

    /// Where what is wrong with each place stands, by how wide it is in one line; zero for nothing.
    /// What is too wide to stand under its own field reaches under the one beside it, where nothing
    /// stands; of two names that are wrong each has a line then.
    #[must_use]
    pub fn wrong(&self, widths: [i32; 5]) -> [Rect; 5] {
        let [nickname, class, birthday, ..] = widths;
        let mut areas = self.spots.map(|spot| Rect::new(spot.field.x, spot.error_y, WIDE, LINE));
        let [left, right, day, ..] = &mut areas;
        let to_right = |area: &Rect, width: i32| {
            let w = width.clamp(HALF, WIDE);
            Rect::new(LEFT + WIDE - w, area.y, w, LINE)
        };
        (*right, *day) = (to_right(right, class), to_right(day, birthday));
        match (nickname > 0, class > 0) {
            (true, true) if nickname <= HALF && class <= HALF => left.w = HALF,
            (true, true) => right.y += LINE,
            (true, false) => left.h += LINE,
            (false, true) if class > WIDE => right.h += LINE,
            (false, _) => {}
        }
        areas
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_its_place_with_room_for_what_is_wrong() {
        let layout = Layout::new();
        assert_eq!(layout.face, Rect::new(184, 6, 64, 64));
        assert_eq!(layout.spot(Place::Nickname).field, Rect::new(184, 94, 208, 36));
        assert_eq!(layout.spot(Place::Class).field, Rect::new(408, 94, 208, 36));
        assert_eq!(layout.spot(Place::About).field, Rect::new(184, 338, 432, 54));
        assert!(layout.note_y + LINE + 8 <= FOOT);
    }

    #[test]
    fn whatever_is_wrong_nothing_is_covered() {
        let layout = Layout::new();
        let stands: Vec<Rect> = layout
            .spots
            .iter()
            .chain([&layout.gender])
            .flat_map(|spot| [spot.label, spot.field])
            .chain([layout.face, Rect::new(0, FOOT, 640, 1)])
            .collect();
        let meet = |a: &Rect, b: &Rect| {
            a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
        };
        let some = [0, 90, HALF, HALF + 1, 320, WIDE, 700];
        for number in 0..some.len().pow(3) {
            let [a, b, c] = [number % 7, number / 7 % 7, number / 49].map(|index| some[index]);
            let widths = [a, b, c, 90, 700];
            let areas = layout.wrong(widths);
            let shown: Vec<(usize, &Rect)> =
                areas.iter().enumerate().filter(|(index, _)| widths[*index] > 0).collect();
            for (index, area) in &shown {
                assert!(!stands.iter().any(|other| meet(area, other)), "{widths:?}: {area:?}");
                let others = shown.iter().filter(|(other, _)| other != index);
                assert!(!others.into_iter().any(|(_, other)| meet(area, other)), "{widths:?}");
                assert!(area.x >= LEFT && area.right() <= LEFT + WIDE);
                // What fits one line of the page stands there whole.
                assert!(area.w >= widths[*index].min(WIDE), "{widths:?}");
                let field = layout.spots[*index].field;
                assert!(area.x <= field.x && area.y > field.bottom());
            }
        }
    }
}
