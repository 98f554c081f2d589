//! Where the parts of the windows of files stand. Pure.

use crate::ui::app::files::rows::{Bulk, Choice, Line, Row};
use crate::ui::paint::Rect;

/// A window at first.
pub const USUAL: (i32, i32) = (640, 480);
/// The smallest window.
pub const SMALLEST: (i32, i32) = (520, 320);
/// Left and right of everything.
pub const MARGIN: i32 = 20;
/// From the upper edge to the rows.
const HEAD: i32 = 48;
const FOOT: i32 = 40;
/// Words over rows, at first and between others.
const FIRST_WORDS: i32 = 36;
const WORDS: i32 = 40;
const ROW: i32 = 56;
/// A row with a bar.
const WIDE_ROW: i32 = 64;
const TILE: i32 = 36;
/// A round button.
const BUTTON: i32 = 32;
/// From one of them to the next.
const STEP: i32 = 36;
/// From the tile's right edge to the words.
const GAP: i32 = 12;
/// The widest that words at the right get.
const STATE_MAX: i32 = 280;

/// The parts of a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    /// At the left of the head.
    pub left: Rect,
    /// The search box.
    pub field: Rect,
    /// A button behind it.
    pub button: Rect,
    /// The rows.
    pub list: Rect,
    /// The foot.
    pub foot: Rect,
}

impl Areas {
    /// For a window of this size with so wide a search box and a button behind it, if any.
    #[must_use]
    pub fn new((w, h): (i32, i32), field: i32, button: i32) -> Areas {
        let right = w - MARGIN;
        let button = Rect::new(right - button, 12, button, 32);
        let right = if button.w > 0 { button.x - 8 } else { right };
        let field = Rect::new(right - field, 12, field, 32);
        Areas {
            left: Rect::new(MARGIN, 16, field.x - 12 - MARGIN, 24),
            field,
            button,
            list: Rect::new(0, HEAD, w, h - HEAD - FOOT),
            foot: Rect::new(0, h - FOOT, w, FOOT),
        }
    }
}

/// What a press on a line does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// Something with the file.
    Choice(Choice),
    /// The menu of the file.
    More,
    /// Something with all below.
    Bulk(Bulk),
}

/// How high a line is.
#[must_use]
pub fn height(line: &Line, is_first: bool) -> i32 {
    match line {
        Line::Head(..) if is_first => FIRST_WORDS,
        Line::Head(..) => WORDS,
        Line::File(row) if row.progress.is_some() => WIDE_ROW,
        Line::File(_) => ROW,
    }
}

/// The parts of a file's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowPlaces {
    /// The tile.
    pub tile: Rect,
    /// The name.
    pub name: Rect,
    /// From or to whom.
    pub who: Rect,
    /// How it stands.
    pub state: Rect,
    /// How large it is.
    pub size: Rect,
    /// The bar.
    pub bar: Option<Rect>,
    /// What can be pressed.
    pub buttons: Vec<(Press, Rect)>,
}

impl RowPlaces {
    /// In an area as high as the row is, with so wide words at the right.
    #[must_use]
    pub fn new(row: &Row, area: Rect, (state, size): (i32, i32)) -> RowPlaces {
        let tile = Rect::new(area.x + MARGIN, area.y + (area.h - 1 - TILE) / 2, TILE, TILE);
        let left = tile.right() + GAP;
        // Words stand where they do when there are two buttons, so that they are in line.
        let right = area.right() - MARGIN - BUTTON - STEP - 16;
        let (state, size) = (state.min(STATE_MAX), size.min(STATE_MAX));
        let top = area.y + if row.progress.is_some() { 9 } else { 10 };
        let words = |w: i32, y: i32, h: i32| Rect::new(left, top + y, right - w - GAP - left, h);
        let ends = |w: i32, y: i32| Rect::new(right - w, top + y, w, 16);
        let presses = presses(row);
        let count = i32::try_from(presses.len()).unwrap_or(0);
        let first = area.right() - MARGIN - BUTTON - STEP * (count - 1);
        let y = area.y + (area.h - 1 - BUTTON) / 2;
        let buttons = (0..)
            .zip(presses)
            .map(|(at, press)| (press, Rect::new(first + STEP * at, y, BUTTON, BUTTON)));
        RowPlaces {
            tile,
            name: words(state, 0, 20),
            who: words(size, 20, 16),
            state: ends(state, 2),
            size: ends(size, 20),
            bar: row.progress.map(|_| Rect::new(left, area.y + 51, right - left, 4)),
            buttons: buttons.collect(),
        }
    }

    /// What is pressed at a point.
    #[must_use]
    pub fn press_at(&self, x: i32, y: i32) -> Option<Press> {
        self.buttons.iter().find(|(_, area)| area.contains(x, y)).map(|(press, _)| *press)
    }
}

/// What can be pressed in a row.
fn presses(row: &Row) -> Vec<Press> {
    let more = (!row.is_open && !row.menu.is_empty()).then_some(Press::More);
    row.buttons.iter().map(|choice| Press::Choice(*choice)).chain(more).collect()
}

/// Where the word stands that does something with all rows below, as wide as it is.
#[must_use]
pub fn bulk_place(area: Rect, width: i32) -> Rect {
    Rect::new(area.right() - MARGIN - width, area.bottom() - 24, width, 20)
}

/// Where the words over rows stand.
#[must_use]
pub fn words_place(area: Rect) -> Rect {
    Rect::new(area.x + MARGIN, area.bottom() - 24, area.w - 2 * MARGIN, 20)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::api::TransferId;
    use crate::domain::Nonce;
    use crate::ui::app::files::rows::Key;
    use crate::ui::transcript::card::Tone;

    fn row(buttons: &[Choice], progress: Option<u16>, is_open: bool) -> Row {
        Row {
            key: Key::Transfer(TransferId(Nonce([1; 16]))),
            name: "a.zip".into(),
            who: String::new(),
            state: String::new(),
            tone: Tone::Quiet,
            size: String::new(),
            progress,
            hint: String::new(),
            buttons: buttons.to_vec(),
            menu: vec![Choice::Forget],
            is_open,
        }
    }

    #[test]
    fn rows_stand_as_in_the_pictures() {
        let running = row(&[Choice::Pause, Choice::GiveUp], Some(643), true);
        let line = Line::File(Box::new(running.clone()));
        assert_eq!((height(&line, false), height(&line, true)), (64, 64));
        let places = RowPlaces::new(&running, Rect::new(0, 84, 640, 64), (130, 90));
        assert_eq!(places.tile, Rect::new(20, 97, 36, 36));
        assert_eq!(places.bar, Some(Rect::new(68, 135, 468, 4)));
        assert_eq!((places.state.right(), places.size.right()), (536, 536));
        let middles: Vec<i32> = places.buttons.iter().map(|(_, area)| area.x + 16).collect();
        assert_eq!(middles, [568, 604]);
        assert_eq!(places.press_at(568, 116), Some(Press::Choice(Choice::Pause)));
        assert_eq!(places.press_at(604, 116), Some(Press::Choice(Choice::GiveUp)));
        assert_eq!(places.press_at(300, 116), None);
    }

    #[test]
    fn what_is_over_has_a_menu_and_what_is_not_has_none() {
        let pressed = |buttons: &[Choice], is_open| {
            let row = row(buttons, None, is_open);
            let places = RowPlaces::new(&row, Rect::new(0, 0, 640, 56), (0, 0));
            places.buttons.into_iter().map(|(press, _)| press).collect::<Vec<_>>()
        };
        let folder = Press::Choice(Choice::Folder);
        assert_eq!(pressed(&[Choice::Folder], false), [folder, Press::More]);
        assert_eq!(pressed(&[], false), [Press::More]);
        assert_eq!(pressed(&[Choice::GiveUp], true), [Press::Choice(Choice::GiveUp)]);
    }

    #[test]
    fn nothing_stands_on_anything_else_in_the_smallest_window() {
        for size in [SMALLEST, USUAL] {
            for button in [0, 130] {
                let areas = Areas::new(size, 160, button);
                assert!(areas.left.w > 160 && areas.left.right() < areas.field.x);
                assert!(button == 0 || areas.field.right() < areas.button.x);
                assert_eq!(areas.list.bottom(), areas.foot.y);
                assert_eq!(areas.foot.bottom(), size.1);
            }
        }
    }
}
