//! Where everything stands in a board window. Pure.

use crate::ui::paint::Rect;

/// The window at first: the board at its usual cell, and what stands beside it.
pub const USUAL: (i32, i32) = (832, 568);
/// The window at least.
pub const SMALLEST: (i32, i32) = (720, 456);
/// What stands beside the board, at least and at most.
const BESIDE: (i32, i32) = (264, 400);
/// Around all that stands there.
const PADDING: i32 = 16;
/// A card of a player.
const PLAYER: i32 = 72;
/// A line of the talk, and of the list of moves.
pub const LINE: i32 = 20;
/// The strip over the board, which makes room for it.
const STRIP: i32 = 24;
/// The box to write in, and its button.
const BOX: i32 = 32;

/// The lines of a board: where the first ones cross, how far they are apart, how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Grid {
    /// The left column.
    pub left: i32,
    /// The upper row.
    pub top: i32,
    /// From line to line.
    pub cell: i32,
    /// Lines down.
    pub columns: u8,
    /// Lines across.
    pub rows: u8,
}

impl Grid {
    /// Gomoku's cells are so large.
    const STONES: (i32, i32) = (28, 48);
    /// Those of Chinese chess.
    const PIECES: (i32, i32) = (40, 72);

    /// The lines in an area: as large as they fit, in its middle.
    #[must_use]
    pub fn new(area: Rect, (columns, rows): (u8, u8)) -> Grid {
        let side = area.w.min(area.h);
        let (across, down) = (i32::from(columns) - 1, i32::from(rows) - 1);
        let cell = match columns == rows {
            // At 568 px the margin is 32 px.
            true => ((side - 64) / down).clamp(Grid::STONES.0, Grid::STONES.1),
            // A piece on the last line needs half a cell more, and the numbers another half.
            false => (side * 2 / (2 * down + 4)).clamp(Grid::PIECES.0, Grid::PIECES.1),
        };
        let left = area.x + (area.w - cell * across) / 2;
        let top = area.y + (area.h - cell * down) / 2;
        Grid { left, top, cell, columns, rows }
    }

    /// Where two lines cross.
    #[must_use]
    pub fn at(&self, (column, row): (u8, u8)) -> (i32, i32) {
        (self.left + i32::from(column) * self.cell, self.top + i32::from(row) * self.cell)
    }

    /// The right column and the lowest row.
    #[must_use]
    pub fn end(&self) -> (i32, i32) {
        self.at((self.columns.saturating_sub(1), self.rows.saturating_sub(1)))
    }

    /// The crossing that a point is next to.
    #[must_use]
    pub fn near(&self, x: i32, y: i32) -> Option<(u8, u8)> {
        let line = |at: i32, lines: u8| {
            let line = (at + self.cell / 2).div_euclid(self.cell.max(1));
            u8::try_from(line).ok().filter(|line| *line < lines)
        };
        Some((line(x - self.left, self.columns)?, line(y - self.top, self.rows)?))
    }
}

/// Everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Areas {
    /// The wood.
    pub board: Rect,
    /// What stands beside it.
    pub beside: Rect,
    /// The strip over the board.
    pub strip: Rect,
    /// The cards of the players, one's own above.
    pub players: [Rect; 2],
    /// How many moves, and the limit.
    pub count: Rect,
    /// Undo, draw, resign.
    pub buttons: [Rect; 3],
    /// In their place in a replay: where one is, and the buttons.
    pub slider: Rect,
    /// From the beginning to the end, then saving and opening.
    pub steps: [Rect; 7],
    /// The line below them.
    pub line: Rect,
    /// Over the list of moves, and its button.
    pub head: Rect,
    /// The button there.
    pub more: Rect,
    /// The moves.
    pub moves: Rect,
    /// What is said.
    pub talk: Rect,
    /// Where one writes.
    pub input: Rect,
    /// What sends it.
    pub send: Rect,
}

impl Areas {
    /// Places everything in a window of this size; there is talk where one plays.
    #[must_use]
    pub fn new((w, h): (i32, i32), has_talk: bool) -> Areas {
        let side = (w - h).clamp(BESIDE.0, BESIDE.1);
        let beside = Rect::new(w - side, 0, side, h);
        let (x, wide) = (beside.x + PADDING, beside.w - 2 * PADDING);
        let row = |y: i32, high: i32| Rect::new(x, y, wide, high);
        let players = [row(16, PLAYER), row(100, PLAYER)];
        let third = (wide - 16) / 3;
        let button = |index: i32| Rect::new(x + index * (third + 8), 212, third, 52);
        let gap = ((wide - 7 * 32) / 6).min(8);
        let step = |index: i32| Rect::new(x + index * (32 + gap), 236, 32, 32);
        let head = row(280, 24);
        let below = head.bottom() + 2;
        let input_y = h - PADDING - BOX;
        let end = if has_talk { input_y - 12 } else { h - PADDING };
        let talk_high = match has_talk {
            true => ((end - below - 8) / 2 + 4) / LINE * LINE,
            false => 0,
        };
        let talk = row(end - talk_high, talk_high);
        let moves_end = if has_talk { talk.y - 8 } else { end };
        Areas {
            board: Rect::new(0, 0, w - side, h),
            beside,
            strip: Rect::new(0, 0, w - side, STRIP),
            players,
            count: row(182, 20),
            buttons: [button(0), button(1), button(2)],
            slider: row(208, 24),
            steps: [0, 1, 2, 3, 4, 5, 6].map(step),
            line: row(276, 1),
            head,
            more: Rect::new(x + wide - 28, head.y - 2, 28, 28),
            // Whole lines only.
            moves: row(below, (moves_end - below) / LINE * LINE),
            talk,
            input: Rect::new(x, input_y, wide - 44, BOX),
            send: Rect::new(x + wide - 36, input_y, 36, BOX),
        }
    }
}

/// The lines of the board, below the strip where there is one.
#[must_use]
pub fn grid(areas: &Areas, lines: (u8, u8), has_strip: bool) -> Grid {
    let taken = if has_strip { areas.strip.h } else { 0 };
    let board = areas.board;
    Grid::new(Rect { y: board.y + taken, h: board.h - taken, ..board }, lines)
}

/// A card over the board, on its upper or its lower half; below the strip where there is one.
#[must_use]
pub fn card(areas: &Areas, (w, h): (i32, i32), is_above: bool, has_strip: bool) -> Rect {
    let board = areas.board;
    let top = if has_strip { areas.strip.bottom() } else { board.y };
    let y = if is_above { top + 16 } else { board.bottom() - 16 - h };
    Rect::new(board.x + (board.w - w) / 2, y, w, h)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_its_usual_size_it_is_as_drawn() {
        let areas = Areas::new(USUAL, true);
        assert_eq!(areas.board, Rect::new(0, 0, 568, 568));
        assert_eq!(areas.players[0], Rect::new(584, 16, 232, 72));
        assert_eq!(areas.players[1].y, 100);
        assert_eq!(
            areas.buttons.map(|button| (button.x, button.w)),
            [(584, 72), (664, 72), (744, 72)]
        );
        assert_eq!(areas.input, Rect::new(584, 520, 188, 32));
        assert_eq!((areas.talk.y, areas.talk.h), (408, 100));
        let grid = Grid::new(areas.board, (15, 15));
        assert_eq!((grid.left, grid.top, grid.cell, grid.end()), (32, 32, 36, (536, 536)));
        assert_eq!(card(&areas, (320, 212), true, false), Rect::new(124, 16, 320, 212));
        assert_eq!(card(&areas, (320, 212), true, true).y, 40);
        assert_eq!(card(&areas, (320, 212), false, true).bottom(), 552);
    }

    #[test]
    fn at_any_size_everything_has_its_place_and_nothing_lies_on_another() {
        for (w, h) in [USUAL, SMALLEST, (720, 900), (1_366, 728), (1_920, 1_040)] {
            for has_talk in [true, false] {
                let areas = Areas::new((w, h), has_talk);
                let column = [
                    areas.players[0],
                    areas.players[1],
                    areas.count,
                    areas.slider,
                    areas.steps[0],
                    areas.line,
                    areas.head,
                    areas.moves,
                    areas.talk,
                ];
                for two in column.windows(2) {
                    assert!(two[0].bottom() <= two[1].y, "{two:?} at {w} x {h}");
                }
                assert!(areas.moves.h >= 2 * LINE && areas.steps[6].right() <= w - PADDING);
                assert!(
                    !has_talk || (areas.talk.h >= 2 * LINE && areas.talk.bottom() < areas.input.y)
                );
                for (lines, has_strip) in
                    [((15, 15), false), ((9, 10), false), ((15, 15), true), ((9, 10), true)]
                {
                    let grid = grid(&areas, lines, has_strip);
                    let top = if has_strip { areas.strip.bottom() } else { 0 };
                    let half = grid.cell / 2;
                    let (right, bottom) = grid.end();
                    let outer = (grid.left - half, grid.top - half, right + half, bottom + half);
                    let within =
                        outer.0 >= 0 && outer.1 >= top && outer.2 <= areas.board.w && outer.3 <= h;
                    assert!(within, "{grid:?} at {w} x {h}");
                }
            }
        }
        // A cell of 28 to 48.
        let cell = |h| Grid::new(Rect::new(0, 0, h, h), (15, 15)).cell;
        assert_eq!([456, 568, 736, 1_000].map(cell), [28, 36, 48, 48]);
    }

    #[test]
    fn a_point_belongs_to_the_crossing_next_to_it() {
        let grid = Grid::new(Rect::new(0, 0, 568, 568), (15, 15));
        for (x, y, near) in [
            (32, 32, Some((0, 0))),
            (49, 15, Some((0, 0))),
            (51, 32, Some((1, 0))),
            (536, 536, Some((14, 14))),
            (13, 100, None),
            (300, 555, None),
        ] {
            assert_eq!(grid.near(x, y), near, "{x}, {y}");
        }
    }
}
