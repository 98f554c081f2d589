//! A game: its moves, and how it stands after them.

use super::{Illegal, Move, Position};
use crate::domain::game::Side;

/// Plies without a capture that are a draw: 60 moves of each.
const QUIET_PLIES: usize = 120;
/// No game has more: of the 30 pieces that are no generals each is taken at the latest so many plies after
/// the one before it, and behind the last one as many are a draw.
pub const PLIES_MAX: usize = 31 * QUIET_PLIES;

/// How a game stands after its last move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It goes on.
    Open,
    /// Who moves next is mated.
    Checkmate,
    /// Who moves next has no move, and has lost.
    Stalemate,
    /// This side gave check with every move of a repetition, and has lost.
    PerpetualCheck(Side),
    /// The third time the same position: a draw.
    Repetition,
    /// 60 moves of each without a capture: a draw.
    SixtyMoves,
}

/// A game from its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    position: Position,
    /// What each move was made on, oldest first.
    past: Vec<(Position, Move)>,
}

impl Default for Record {
    fn default() -> Self {
        Record::from(Position::start())
    }
}

impl From<Position> for Record {
    fn from(position: Position) -> Self {
        Record { position, past: Vec::new() }
    }
}

impl Record {
    /// What stands where now.
    #[must_use]
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// The moves, oldest first.
    #[must_use]
    pub fn moves(&self) -> impl ExactSizeIterator<Item = Move> + '_ {
        self.past.iter().map(|(_, made)| *made)
    }

    /// Each move with the position it was made on.
    #[must_use]
    pub fn steps(&self) -> impl ExactSizeIterator<Item = (&Position, Move)> {
        self.past.iter().map(|(position, made)| (position, *made))
    }

    /// Makes a legal move.
    ///
    /// # Errors
    /// It is not legal; nothing has changed.
    pub fn make(&mut self, made: Move) -> Result<(), Illegal> {
        self.position.check(made)?;
        self.past.push((self.position.clone(), made));
        self.position.shift(made);
        Ok(())
    }

    /// Takes the last moves back.
    pub fn undo(&mut self, plies: usize) {
        for _ in 0..plies {
            if let Some((position, _)) = self.past.pop() {
                self.position = position;
            }
        }
    }

    /// How it stands after the last move.
    #[must_use]
    pub fn standing(&self) -> Standing {
        if !self.position.can_move() {
            return match self.position.is_check(self.position.turn()) {
                true => Standing::Checkmate,
                false => Standing::Stalemate,
            };
        }
        let quiet = self.quiet();
        match self.repeated_since(quiet) {
            Some(first) => self.judge(first),
            None if quiet >= QUIET_PLIES => Standing::SixtyMoves,
            None => Standing::Open,
        }
    }

    /// Plies since the last capture.
    fn quiet(&self) -> usize {
        let takes = |(position, made): &&(Position, Move)| position.piece(made.to).is_some();
        self.past.iter().rev().take_while(|step| !takes(step)).count()
    }

    /// Where this position stood first, if it stands for the third time. A capture ends all
    /// repetition, so only the quiet moves are looked through.
    fn repeated_since(&self, quiet: usize) -> Option<usize> {
        let start = self.past.len() - quiet;
        let same = |index: &usize| self.past[*index].0 == self.position;
        let earlier: Vec<usize> = (start..self.past.len()).filter(same).collect();
        earlier.first().copied().filter(|_| earlier.len() >= 2)
    }

    /// Who is to blame for a repetition.
    fn judge(&self, first: usize) -> Standing {
        let reached = self.past[first + 1..].iter().map(|(position, _)| position);
        let reached: Vec<&Position> = reached.chain([&self.position]).collect();
        // After a move of a side it is the other's turn.
        let always = |side: Side| {
            let mut own = reached.iter().filter(|position| position.turn() == side.other());
            own.all(|position| position.is_check(side.other()))
        };
        match Side::BOTH.map(always) {
            [true, false] => Standing::PerpetualCheck(Side::First),
            [false, true] => Standing::PerpetualCheck(Side::Second),
            _ => Standing::Repetition,
        }
    }
}
