//! Gomoku on 15 × 15 points. Free style: five or more in a row win, and nothing is forbidden;
//! by choice only exactly five win.

use std::fmt;

use crate::domain::game::Side;

/// Points of a side.
pub const SIDE: u8 = 15;
/// Points in all.
pub const POINTS: u8 = SIDE * SIDE;

/// What lies where, and in which order it came there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    stones: [Option<Side>; POINTS as usize],
    placed: Vec<u8>,
    exactly_five: bool,
}

/// How a board stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It goes on.
    Open,
    /// Who placed the last stone has won.
    Won,
    /// No point is free.
    Full,
}

impl Board {
    /// An empty one.
    #[must_use]
    pub fn new(exactly_five: bool) -> Board {
        Board { stones: [None; POINTS as usize], placed: Vec::new(), exactly_five }
    }

    /// Who places the next stone.
    #[must_use]
    pub fn turn(&self) -> Side {
        Side::BOTH[self.placed.len() % 2]
    }

    /// What lies on a point.
    #[must_use]
    pub fn stone(&self, point: u8) -> Option<Side> {
        self.stones.get(usize::from(point)).copied().flatten()
    }

    /// Whether a stone may be placed there.
    #[must_use]
    pub fn is_free(&self, point: u8) -> bool {
        point < POINTS && self.stone(point).is_none()
    }

    /// The points in the order in which stones came there.
    #[must_use]
    pub fn placed(&self) -> &[u8] {
        &self.placed
    }

    /// Places the next stone; `false` where none may be placed.
    pub fn place(&mut self, point: u8) -> bool {
        if !self.is_free(point) {
            return false;
        }
        self.stones[usize::from(point)] = Some(self.turn());
        self.placed.push(point);
        true
    }

    /// Takes the last stones back.
    pub fn undo(&mut self, plies: usize) {
        for _ in 0..plies {
            if let Some(point) = self.placed.pop() {
                self.stones[usize::from(point)] = None;
            }
        }
    }

    /// How it stands after the last stone.
    #[must_use]
    pub fn standing(&self) -> Standing {
        if self.winning_line().is_some() {
            Standing::Won
        } else if self.placed.len() == usize::from(POINTS) {
            Standing::Full
        } else {
            Standing::Open
        }
    }

    /// The stones that won, from end to end; the last stone is among them.
    #[must_use]
    pub fn winning_line(&self) -> Option<Vec<u8>> {
        let last = *self.placed.last()?;
        let lines = [(1, 0), (0, 1), (1, 1), (1, -1)].map(|step| self.run(last, step));
        lines.into_iter().find(|line| match self.exactly_five {
            true => line.len() == 5,
            false => line.len() >= 5,
        })
    }

    /// All stones of one colour in a row through a point.
    fn run(&self, through: u8, (columns, rows): (i8, i8)) -> Vec<u8> {
        let colour = self.stone(through);
        let mut start = through;
        while let Some(point) = neighbour(start, (-columns, -rows))
            && self.stone(point) == colour
        {
            start = point;
        }
        let mut line = vec![start];
        let mut end = start;
        while let Some(point) = neighbour(end, (columns, rows))
            && self.stone(point) == colour
        {
            line.push(point);
            end = point;
        }
        line
    }
}

fn neighbour(point: u8, (columns, rows): (i8, i8)) -> Option<u8> {
    let column = (point % SIDE).checked_add_signed(columns)?;
    let row = (point / SIDE).checked_add_signed(rows)?;
    (column < SIDE && row < SIDE).then_some(row * SIDE + column)
}

/// A point as it is written: columns A to O, rows 1 to 15 from below.
#[must_use]
pub fn name(point: u8) -> impl fmt::Display {
    struct Name(u8);
    impl fmt::Display for Name {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{}{}", char::from(b'A' + self.0 % SIDE), self.0 / SIDE + 1)
        }
    }
    Name(point)
}

/// Reads a point as it is written.
#[must_use]
pub fn point(name: &str) -> Option<u8> {
    let letter = name.bytes().next()?.to_ascii_uppercase();
    let column = letter.checked_sub(b'A').filter(|column| *column < SIDE)?;
    let digits = name.get(1..).filter(|row| row.bytes().all(|byte| byte.is_ascii_digit()))?;
    let row: u8 = digits.parse().ok().filter(|row| (1..=SIDE).contains(row))?;
    Some((row - 1) * SIDE + column)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every line of a length that fits on the board, as its points.
    fn lines(length: u8) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        for start in 0..POINTS {
            for step in [(1, 0), (0, 1), (1, 1), (1, -1)] {
                let mut line = vec![start];
                while line.len() < usize::from(length)
                    && let Some(next) = neighbour(line[line.len() - 1], step)
                {
                    line.push(next);
                }
                if line.len() == usize::from(length) {
                    found.push(line);
                }
            }
        }
        found
    }

    /// A board on which black has these and plays `last` at the end; white is scattered where it
    /// makes no five and touches nothing.
    fn played(black: &[u8], last: u8, exactly_five: bool) -> Board {
        let mut board = Board::new(exactly_five);
        let mut white = (0..POINTS).filter(|point| {
            !black.contains(point) && (point % SIDE).is_multiple_of(2) && (point / SIDE) % 4 == 3
        });
        for point in black.iter().filter(|point| **point != last).chain([&last]) {
            assert!(board.place(*point));
            if *point != last {
                assert_eq!(board.standing(), Standing::Open, "not before the last stone");
                assert!(board.place(white.next().unwrap()));
                assert_eq!(board.standing(), Standing::Open);
            }
        }
        board
    }

    #[test]
    fn every_five_on_the_board_wins_whichever_stone_comes_last() {
        let all = lines(5);
        assert_eq!(all.len(), 2 * 15 * 11 + 2 * 11 * 11, "all rows, columns and diagonals");
        for line in all {
            for last in &line {
                for exactly in [false, true] {
                    let board = played(&line, *last, exactly);
                    assert_eq!(board.standing(), Standing::Won, "{line:?}");
                    assert_eq!(board.winning_line(), Some(line.clone()));
                }
            }
        }
    }

    #[test]
    fn six_win_in_free_style_only() {
        for line in lines(6) {
            // The last stone joins two parts, so that no five stood before.
            for last in &line[1..5] {
                assert_eq!(played(&line, *last, false).standing(), Standing::Won);
                assert_eq!(played(&line, *last, true).standing(), Standing::Open);
            }
        }
    }

    #[test]
    fn four_never_win_and_lines_do_not_go_around_the_edge() {
        for line in lines(4) {
            assert_eq!(played(&line, line[3], false).standing(), Standing::Open, "{line:?}");
        }
        // The end of one row and the start of the next lie beside each other only in memory.
        let around = [12, 13, 14, 15, 16];
        assert_eq!(played(&around, 14, false).standing(), Standing::Open);
    }

    #[test]
    fn a_full_board_without_a_five_is_full() {
        let mut board = Board::new(false);
        // Columns in the pattern XXOO, shifted by two in every second row: no five anywhere.
        let black = |point: u8| (point % SIDE + 2 * (point / SIDE % 2)) % 4 < 2;
        let (mut blacks, mut whites): (Vec<u8>, Vec<u8>) = (0..POINTS).partition(|p| black(*p));
        while blacks.len() > whites.len() + 1 {
            whites.extend(blacks.pop());
        }
        while whites.len() >= blacks.len() {
            blacks.extend(whites.pop());
        }
        while let Some(point) = blacks.pop() {
            assert_eq!(board.standing(), Standing::Open);
            assert!(board.place(point));
            if let Some(point) = whites.pop() {
                assert!(board.place(point));
            }
        }
        assert_eq!(board.standing(), Standing::Full);
        assert!((0..=u8::MAX).all(|point| !board.is_free(point)));
    }

    #[test]
    fn what_is_taken_back_was_never_there() {
        let mut board = Board::new(false);
        assert!(board.place(112) && !board.place(112) && !board.place(225));
        assert!(board.place(113) && board.place(97));
        let before = board.clone();
        assert!(board.place(98) && board.place(82));
        board.undo(2);
        assert_eq!(board, before);
        board.undo(9);
        assert_eq!(board, Board::new(false));
    }

    #[test]
    fn points_are_read_as_they_are_written() {
        for at in 0..POINTS {
            assert_eq!(point(&name(at).to_string()), Some(at));
        }
        assert_eq!((name(0).to_string(), name(224).to_string()), ("A1".into(), "O15".into()));
        assert_eq!(point("h8"), Some(112));
        for wrong in ["", "A", "A0", "A16", "P1", "1A", "A+1", "AA", "A1 ", "é1"] {
            assert_eq!(point(wrong), None, "{wrong}");
        }
    }
}
