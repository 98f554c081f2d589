//! What may move where.

use super::illegal::Illegal;
use super::{Kind, Move, Piece, Position, place, step};
use crate::domain::game::Side;

pub(super) const STRAIGHT: [(i8, i8); 4] = [(1, 0), (-1, 0), (0, 1), (0, -1)];
pub(super) const DIAGONAL: [(i8, i8); 4] = [(1, 1), (1, -1), (-1, 1), (-1, -1)];
pub(super) const LEAPS: [(i8, i8); 8] =
    [(2, 1), (2, -1), (-2, 1), (-2, -1), (1, 2), (-1, 2), (1, -2), (-1, -2)];

/// The squares of each side's palace.
const PALACES: [[u8; 9]; 2] =
    [[3, 4, 5, 12, 13, 14, 21, 22, 23], [66, 67, 68, 75, 76, 77, 84, 85, 86]];

impl Position {
    /// Whether a move is legal, and why it is not.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn check(&self, wanted: Move) -> Result<(), Illegal> {
        let own = self.piece(wanted.from).filter(|piece| piece.side == self.turn);
        let piece = own.ok_or(Illegal::NotYours)?;
        let mut reached = false;
        self.reach(wanted.from, &mut |to| reached |= to == wanted.to);
        if !reached {
            return Err(self.obstacle(piece, wanted));
        }
        let mut after = self.clone();
        after.shift(wanted);
        match after.general(self.turn) {
            Some(general) if after.faces(general) => Err(Illegal::Facing),
            Some(general) if after.is_attacked(general, self.turn.other()) => {
                Err(if self.is_check(self.turn) { Illegal::StillCheck } else { Illegal::Check })
            }
            _ => Ok(()),
        }
    }

    /// All legal moves.
    #[must_use]
    pub fn legal_moves(&self) -> Vec<Move> {
        let mut position = self.clone();
        let mut moves = Vec::with_capacity(64);
        for from in self.own_squares() {
            self.reach(from, &mut |to| {
                if position.is_safe(Move { from, to }) {
                    moves.push(Move { from, to });
                }
            });
        }
        moves
    }

    /// Where the piece on a square may legally go.
    #[must_use]
    pub fn legal_targets(&self, from: u8) -> Vec<u8> {
        let moves = self.legal_moves().into_iter();
        moves.filter(|found| found.from == from).map(|found| found.to).collect()
    }

    /// Whether the player to move has a legal move.
    #[must_use]
    pub fn can_move(&self) -> bool {
        let mut position = self.clone();
        self.own_squares().any(|from| {
            let mut found = false;
            self.reach(from, &mut |to| found = found || position.is_safe(Move { from, to }));
            found
        })
    }

    /// Whether a side's general is in check.
    #[must_use]
    pub fn is_check(&self, side: Side) -> bool {
        self.general(side)
            .is_some_and(|general| self.is_attacked(general, side.other()) || self.faces(general))
    }

    /// The square of a side's general, which never leaves its palace.
    #[must_use]
    pub fn general(&self, side: Side) -> Option<u8> {
        let general = Some(Piece { side, kind: Kind::General });
        PALACES[side.index()].into_iter().find(|square| self.piece(*square) == general)
    }

    fn own_squares(&self) -> impl Iterator<Item = u8> + '_ {
        self.pieces().filter(|(_, piece)| piece.side == self.turn).map(|(square, _)| square)
    }

    /// Whether the mover's general is safe after a move that its piece can make.
    fn is_safe(&mut self, wanted: Move) -> bool {
        let side = self.turn;
        let taken = self.shift(wanted);
        let safe = !self.is_check(side);
        self.unshift(wanted, taken);
        safe
    }

    /// Every square that a piece reaches by its own way of moving, checks aside.
    fn reach(&self, from: u8, to: &mut dyn FnMut(u8)) {
        let Some(Piece { side, kind }) = self.piece(from) else {
            return;
        };
        let mut land = |square: Option<u8>| {
            if let Some(square) = square.filter(|square| !self.is_side(*square, side)) {
                to(square);
            }
        };
        match kind {
            Kind::General => STRAIGHT.iter().for_each(|by| land(palace(step(from, *by), side))),
            Kind::Advisor => DIAGONAL.iter().for_each(|by| land(palace(step(from, *by), side))),
            Kind::Elephant => DIAGONAL.iter().for_each(|by| land(self.elephant(from, *by, side))),
            Kind::Horse => LEAPS.iter().for_each(|by| land(self.leap(from, *by))),
            Kind::Soldier => soldier_steps(from, side).for_each(|by| land(step(from, by))),
            Kind::Chariot => STRAIGHT.iter().for_each(|by| self.slide(from, *by, &mut land)),
            Kind::Cannon => STRAIGHT.iter().for_each(|by| self.shoot(from, *by, &mut land)),
        }
    }

    pub(super) fn is_side(&self, square: u8, side: Side) -> bool {
        self.piece(square).is_some_and(|piece| piece.side == side)
    }

    /// Two steps along a diagonal, with a free eye, on the own bank of the river.
    fn elephant(&self, from: u8, by: (i8, i8), side: Side) -> Option<u8> {
        let eye = step(from, by)?;
        let square = step(eye, by)?;
        (self.piece(eye).is_none() && !is_across(square, side)).then_some(square)
    }

    /// A step straight on to a free square, then one on along the diagonal.
    fn leap(&self, from: u8, by: (i8, i8)) -> Option<u8> {
        let leg = step(from, (by.0 / 2, by.1 / 2))?;
        self.piece(leg).is_none().then(|| step(from, by))?
    }

    /// Along a line up to the first piece, which may be taken.
    fn slide(&self, from: u8, by: (i8, i8), land: &mut impl FnMut(Option<u8>)) {
        let mut square = from;
        while let Some(next) = step(square, by) {
            land(Some(next));
            if self.piece(next).is_some() {
                return;
            }
            square = next;
        }
    }

    /// Along a line up to the first piece, and over it onto the next one.
    fn shoot(&self, from: u8, by: (i8, i8), land: &mut impl FnMut(Option<u8>)) {
        let mut square = from;
        let mut over = false;
        while let Some(next) = step(square, by) {
            match (self.piece(next).is_some(), over) {
                (false, false) => land(Some(next)),
                (true, false) => over = true,
                (false, true) => {}
                (true, true) => return land(Some(next)),
            }
            square = next;
        }
    }

    /// Whether a piece of a side could take on a square; generals facing each other aside.
    fn is_attacked(&self, square: u8, by: Side) -> bool {
        let is = |at: Option<u8>, kind: Kind| {
            at.is_some_and(|at| self.piece(at) == Some(Piece { side: by, kind }))
        };
        let along = STRAIGHT.iter().any(|line| {
            let [first, second] = self.first_two(square, *line);
            is(first, Kind::Chariot) || is(second, Kind::Cannon)
        });
        // A soldier comes from where a soldier of the other colour would go.
        let soldier = || {
            [(-forward(by), 0), (0, 1), (0, -1)].into_iter().any(|back| {
                let from = step(square, back);
                is(from, Kind::Soldier)
                    && from.is_some_and(|from| {
                        soldier_steps(from, by).any(|on| step(from, on) == Some(square))
                    })
            })
        };
        // A horse's leg lies beside the horse, not beside what it takes.
        let horse = || {
            LEAPS.iter().any(|back| {
                let from = step(square, *back);
                is(from, Kind::Horse)
                    && from.is_some_and(|at| self.leap(at, (-back.0, -back.1)) == Some(square))
            })
        };
        along || soldier() || horse()
    }

    /// Whether the other general stands on the same file with nothing between.
    fn faces(&self, general: u8) -> bool {
        let Some(Piece { side, .. }) = self.piece(general) else {
            return false;
        };
        let ahead = if side == Side::First { (1, 0) } else { (-1, 0) };
        let [first, _] = self.first_two(general, ahead);
        let other = Some(Piece { side: side.other(), kind: Kind::General });
        first.is_some_and(|square| self.piece(square) == other)
    }

    /// The first two squares along a line on which something stands.
    fn first_two(&self, from: u8, by: (i8, i8)) -> [Option<u8>; 2] {
        let mut found = [None; 2];
        let mut seen = 0;
        let mut square = from;
        while let Some(next) = step(square, by)
            && seen < 2
        {
            if self.piece(next).is_some() {
                found[seen] = Some(next);
                seen += 1;
            }
            square = next;
        }
        found
    }
}

/// What forward means in ranks.
pub(super) fn forward(side: Side) -> i8 {
    if side == Side::First { 1 } else { -1 }
}

/// Whether a square lies on the other bank of the river.
pub(super) fn is_across(square: u8, side: Side) -> bool {
    (place(square).0 >= 5) == (side == Side::First)
}

/// The square, if it lies in the palace of a side.
fn palace(square: Option<u8>, side: Side) -> Option<u8> {
    square.filter(|square| PALACES[side.index()].contains(square))
}

/// Forward, and across the river also sideways.
fn soldier_steps(from: u8, side: Side) -> impl Iterator<Item = (i8, i8)> {
    let sideways = is_across(from, side);
    [(forward(side), 0), (0, 1), (0, -1)].into_iter().take(if sideways { 3 } else { 1 })
}
