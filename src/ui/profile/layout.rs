//! Where everything stands on the page of what one says, with what is wrong under each field. Pure.
//!
//! The window has one size. A line of what is wrong has its place kept, so that nothing moves when it
//! comes; when more is wrong than fits, everything moves closer together.

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
const LINE: i32 = 16;
/// Between a field and what is wrong with it.
const ERROR_GAP: i32 = 3;

/// How close together things stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pace {
    top: i32,
    face: i32,
    /// From the face to the first row.
    first: i32,
    /// From row to row.
    gap: i32,
    /// The same, below what is wrong.
    least: i32,
    /// From a label to its field, which may have a ring around it.
    label: i32,
    field: i32,
    /// The box of a few lines.
    lines: i32,
    /// There is room for the words at the end.
    note: bool,
}

const USUAL: Pace = Pace {
    top: 12,
    face: 64,
    first: 8,
    gap: 20,
    least: 1,
    label: 20,
    field: 36,
    lines: 56,
    note: true,
};
const CLOSER: Pace = Pace { lines: 54, note: false, ..USUAL };

/// From the usual one to the closest that can be read.
const PACES: [Pace; 4] = [
    USUAL,
    Pace { note: false, ..USUAL },
    Pace { top: 10, face: 48, first: 8, gap: 8, least: 8, label: 19, lines: 56, ..CLOSER },
    Pace { top: 8, face: 40, first: 4, gap: 4, least: 4, label: 18, field: 32, ..CLOSER },
];

/// A label, its field, and where what is wrong begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spot {
    /// The words over the field.
    pub label: Rect,
    /// The field.
    pub field: Rect,
    /// The upper edge of what is wrong.
    pub error_y: i32,
}

/// The page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// The face.
    pub face: Rect,
    /// Each place, in the order of [`Place::ALL`].
    pub spots: [Spot; 5],
    /// As one wants to be addressed.
    pub gender: Spot,
    /// The words at the end, where there is room.
    pub note_y: Option<i32>,
    /// Just below everything.
    pub bottom: i32,
}

impl Layout {
    /// Places everything; each place has so many lines of what is wrong with it.
    #[must_use]
    pub fn new(lines: [usize; 5]) -> Layout {
        let mut last = Layout::default();
        for pace in PACES {
            last = Layout::at(pace, lines);
            if last.bottom + 8 <= FOOT {
                break;
            }
        }
        last
    }

    /// Where a place stands.
    #[must_use]
    pub fn spot(&self, place: Place) -> Spot {
        let index = Place::ALL.iter().position(|at| *at == place).unwrap_or(0);
        self.spots[index]
    }

    fn at(pace: Pace, lines: [usize; 5]) -> Layout {
        let height = |count: usize| match i32::try_from(count) {
            Ok(0) | Err(_) => 0,
            Ok(count) => ERROR_GAP + count * LINE,
        };
        let spot = |x: i32, y: i32, w: i32, h: i32| {
            let field = Rect::new(x, y + pace.label, w, h);
            let label = Rect::new(x, y, w, LINE);
            Spot { label, field, error_y: field.bottom() + ERROR_GAP }
        };
        let right = LEFT + HALF + BETWEEN;
        let face = Rect::new(LEFT, pace.top, pace.face, pace.face);
        let [nickname, class, birthday, signature, about] = lines.map(height);
        let below =
            |wrong: i32| if wrong > 0 { pace.gap.max(wrong + pace.least) } else { pace.gap };
        let first = face.bottom() + pace.first;
        let names = [spot(LEFT, first, HALF, pace.field), spot(right, first, HALF, pace.field)];
        let second = names[0].field.bottom() + below(nickname.max(class));
        let gender = spot(LEFT, second, HALF, pace.field);
        let day = spot(right, second, HALF, pace.field);
        let third = day.field.bottom() + below(birthday);
        let line = spot(LEFT, third, WIDE, pace.field);
        let fourth = line.field.bottom() + below(signature);
        let words = spot(LEFT, fourth, WIDE, pace.lines);
        let mut bottom = words.field.bottom() + about;
        let note_y = pace.note.then_some(bottom + 8);
        if let Some(note) = note_y {
            bottom = note + LINE;
        }
        let spots = [names[0], names[1], day, line, words];
        Layout { face, spots, gender, note_y, bottom }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_trouble_everything_has_its_usual_place() {
        let layout = Layout::new([0; 5]);
        assert_eq!(layout.face, Rect::new(184, 12, 64, 64));
        assert_eq!(layout.spot(Place::Nickname).field, Rect::new(184, 104, 208, 36));
        assert_eq!(layout.spot(Place::Class).field, Rect::new(408, 104, 208, 36));
        assert_eq!(layout.spot(Place::About).field, Rect::new(184, 332, 432, 56));
        assert!(layout.note_y.is_some());
    }

    #[test]
    fn a_line_of_what_is_wrong_moves_nothing() {
        let usual = Layout::new([0; 5]);
        for number in 0..32 {
            let lines = [0, 1, 2, 3, 4].map(|place| number >> place & 1);
            let layout = Layout::new(lines);
            assert_eq!((&layout.spots, layout.face), (&usual.spots, usual.face), "{lines:?}");
        }
    }

    #[test]
    fn whatever_is_wrong_nothing_is_covered() {
        for number in 0..256 {
            let lines =
                [number % 4, number / 4 % 4, number / 16 % 4 % 3, number / 64 % 2, number / 128];
            let layout = Layout::new(lines);
            assert!(layout.bottom < FOOT, "{lines:?}: {}", layout.bottom);
            let rows = [
                (vec![0, 1], lines[0].max(lines[1])),
                (vec![2], lines[2]),
                (vec![3], lines[3]),
                (vec![4], lines[4]),
            ];
            let mut above = layout.face.bottom();
            for (spots, lines) in rows {
                let mut below = above;
                for index in spots {
                    let Spot { label, field, error_y } = layout.spots[index];
                    assert!(label.y >= above && field.y >= label.bottom(), "{layout:?}");
                    assert!(error_y >= field.bottom());
                    below = field.bottom();
                }
                let lines = i32::try_from(lines).unwrap();
                above = if lines > 0 { below + ERROR_GAP + lines * LINE } else { below };
            }
            assert!(above <= layout.bottom);
        }
    }
}
