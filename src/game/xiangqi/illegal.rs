//! Why a move is not legal, as precisely as who wants to make it has to know.

use super::moves::{DIAGONAL, LEAPS, STRAIGHT, forward, is_across};
use super::{Kind, Move, Piece, Position, SQUARES, place};

/// Why a move is not legal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Illegal {
    /// No piece of the player to move stands there.
    #[error("no piece of yours stands there")]
    NotYours,
    /// The piece would land on one of its own side.
    #[error("a piece of your own stands there")]
    OwnPiece,
    /// That is not how this kind of piece moves.
    #[error("this piece does not move like that")]
    Way(Kind),
    /// A general or an advisor would leave the palace.
    #[error("this piece stays in its palace")]
    Palace,
    /// An elephant would cross the river.
    #[error("elephants do not cross the river")]
    River,
    /// A piece stands in the elephant's eye.
    #[error("a piece blocks the elephant's eye")]
    Eye,
    /// A piece stands at the horse's leg.
    #[error("a piece blocks the horse's leg")]
    Leg,
    /// A soldier would go back.
    #[error("soldiers never go back")]
    Backward,
    /// A soldier would go aside on its own bank of the river.
    #[error("soldiers go aside only across the river")]
    Aside,
    /// A piece stands between.
    #[error("another piece is in the way")]
    Blocked,
    /// A cannon would take with none or more than one piece between.
    #[error("a cannon takes over exactly one piece")]
    Screen,
    /// The generals would face each other.
    #[error("the generals would face each other")]
    Facing,
    /// The own general would stand in check.
    #[error("your general would be in check")]
    Check,
    /// The own general would stay in check.
    #[error("your general would stay in check")]
    StillCheck,
}

impl Position {
    /// What keeps a piece of the player to move from a square that it does not reach.
    pub(super) fn obstacle(&self, Piece { side, kind }: Piece, Move { from, to }: Move) -> Illegal {
        if self.is_side(to, side) {
            return Illegal::OwnPiece;
        }
        if to >= SQUARES {
            return Illegal::Way(kind);
        }
        let ((rank, file), (to_rank, to_file)) = (place(from), place(to));
        let by = (far(rank, to_rank), far(file, to_file));
        let is_line = by.0 == 0 || by.1 == 0;
        match kind {
            Kind::General if STRAIGHT.contains(&by) => Illegal::Palace,
            Kind::Advisor if DIAGONAL.contains(&by) => Illegal::Palace,
            Kind::Elephant if DIAGONAL.map(twice).contains(&by) => {
                if is_across(to, side) {
                    Illegal::River
                } else {
                    Illegal::Eye
                }
            }
            Kind::Horse if LEAPS.contains(&by) => Illegal::Leg,
            Kind::Soldier if by == (-forward(side), 0) => Illegal::Backward,
            Kind::Soldier if by == (0, 1) || by == (0, -1) => Illegal::Aside,
            Kind::Cannon if is_line && self.piece(to).is_some() => Illegal::Screen,
            Kind::Chariot | Kind::Cannon if is_line => Illegal::Blocked,
            _ => Illegal::Way(kind),
        }
    }
}

/// So many lines from one to another, with its sign.
fn far(from: u8, to: u8) -> i8 {
    to.cast_signed() - from.cast_signed()
}

fn twice((ranks, files): (i8, i8)) -> (i8, i8) {
    (2 * ranks, 2 * files)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::game::Side;
    use crate::game::xiangqi::{FILES, read_iccs};

    /// A move as the rules see it, worked out in another way than [`Position`] does: by distances and by what
    /// stands between.
    struct Sight<'a> {
        position: &'a Position,
        piece: Piece,
        from: (u8, u8),
        to: (u8, u8),
    }

    impl Sight<'_> {
        fn of(position: &Position, Move { from, to }: Move) -> Option<Sight<'_>> {
            let piece = position.piece(from)?;
            Some(Sight { position, piece, from: place(from), to: place(to) })
        }

        fn far(&self) -> (u8, u8) {
            (self.from.0.abs_diff(self.to.0), self.from.1.abs_diff(self.to.1))
        }

        fn at(&self, (rank, file): (u8, u8)) -> Option<Piece> {
            self.position.piece(rank * FILES + file)
        }

        /// Ranks from one's own edge, which is 0.
        fn depth(&self, rank: u8) -> u8 {
            if self.piece.side == Side::First { rank } else { 9 - rank }
        }

        /// How many pieces stand between, on a line.
        fn between(&self) -> usize {
            let inside = |a: u8, b: u8| a.min(b) + 1..a.max(b);
            let squares: Vec<(u8, u8)> = match self.far() {
                (0, _) => inside(self.from.1, self.to.1).map(|file| (self.from.0, file)).collect(),
                _ => inside(self.from.0, self.to.0).map(|rank| (rank, self.from.1)).collect(),
            };
            squares.into_iter().filter(|square| self.at(*square).is_some()).count()
        }

        fn is_in_palace(&self) -> bool {
            (3..=5).contains(&self.to.1) && self.depth(self.to.0) <= 2
        }

        /// The point halfway, or the one straight before a horse.
        fn is_barred(&self) -> bool {
            let middle = |a: u8, b: u8| u8::midpoint(a, b);
            let (rank, file) = (middle(self.from.0, self.to.0), middle(self.from.1, self.to.1));
            let bar = match self.far() {
                (2, 1) => (rank, self.from.1),
                (1, 2) => (self.from.0, file),
                _ => (rank, file),
            };
            self.at(bar).is_some()
        }

        fn is_shape(&self) -> bool {
            let far = self.far();
            match self.piece.kind {
                Kind::General | Kind::Soldier => far.0 + far.1 == 1,
                Kind::Advisor => far == (1, 1),
                Kind::Elephant => far == (2, 2),
                Kind::Horse => far == (1, 2) || far == (2, 1),
                Kind::Chariot | Kind::Cannon => (far.0 == 0) != (far.1 == 0),
            }
        }

        /// Whether the piece goes there by its own way, checks aside.
        fn goes(&self) -> bool {
            let target = self.at(self.to);
            let is_free = match self.piece.kind {
                Kind::General | Kind::Advisor => self.is_in_palace(),
                Kind::Elephant => !self.is_barred() && self.depth(self.to.0) <= 4,
                Kind::Horse => !self.is_barred(),
                Kind::Chariot => self.between() == 0,
                Kind::Cannon => self.between() == usize::from(target.is_some()),
                Kind::Soldier => {
                    let (before, after) = (self.depth(self.from.0), self.depth(self.to.0));
                    after > before || (after == before && before >= 5)
                }
            };
            self.is_shape() && is_free && target.is_none_or(|target| target.side != self.piece.side)
        }
    }

    fn general(position: &Position, side: Side) -> u8 {
        let is_it = |(_, piece): &(u8, Piece)| *piece == Piece { side, kind: Kind::General };
        position.pieces().find(is_it).unwrap().0
    }

    fn is_attacked(position: &Position, side: Side) -> bool {
        let to = general(position, side);
        let mut others = position.pieces().filter(|(_, piece)| piece.side != side);
        others.any(|(from, _)| Sight::of(position, Move { from, to }).unwrap().goes())
    }

    fn are_facing(position: &Position) -> bool {
        let [from, to] = Side::BOTH.map(|side| general(position, side));
        let sight = Sight::of(position, Move { from, to }).unwrap();
        sight.far().1 == 0 && sight.between() == 0
    }

    /// Whether what is said of a move is so; `None` says that it is legal.
    fn is_true(position: &Position, made: Move, why: Option<Illegal>) -> bool {
        let side = position.turn();
        let own = Sight::of(position, made).filter(|sight| sight.piece.side == side);
        let Some(sight) = own else { return why == Some(Illegal::NotYours) };
        let (kind, target) = (sight.piece.kind, sight.at(sight.to));
        let is_way = |kinds: &[Kind]| kinds.contains(&kind) && sight.is_shape() && !sight.goes();
        let after = || {
            let mut after = position.clone();
            after.shift(made);
            after
        };
        match why {
            None => sight.goes() && !is_attacked(&after(), side) && !are_facing(&after()),
            Some(Illegal::NotYours) => false,
            Some(Illegal::OwnPiece) => target.is_some_and(|target| target.side == side),
            Some(Illegal::Way(told)) => told == kind && !sight.is_shape(),
            Some(Illegal::Palace) => {
                is_way(&[Kind::General, Kind::Advisor]) && !sight.is_in_palace()
            }
            Some(Illegal::River) => is_way(&[Kind::Elephant]) && sight.depth(sight.to.0) >= 5,
            Some(Illegal::Eye) => is_way(&[Kind::Elephant]) && sight.is_barred(),
            Some(Illegal::Leg) => is_way(&[Kind::Horse]) && sight.is_barred(),
            Some(Illegal::Backward) => {
                is_way(&[Kind::Soldier]) && sight.depth(sight.to.0) < sight.depth(sight.from.0)
            }
            Some(Illegal::Aside) => is_way(&[Kind::Soldier]) && sight.far() == (0, 1),
            Some(Illegal::Blocked) => is_way(&[Kind::Chariot, Kind::Cannon]) && sight.between() > 0,
            Some(Illegal::Screen) => {
                is_way(&[Kind::Cannon]) && target.is_some() && sight.between() != 1
            }
            Some(Illegal::Facing) => sight.goes() && are_facing(&after()),
            Some(why @ (Illegal::Check | Illegal::StillCheck)) => {
                let was = is_attacked(position, side);
                sight.goes() && is_attacked(&after(), side) && was == (why == Illegal::StillCheck)
            }
        }
    }

    /// One of each: where, what is tried, and what is against it.
    const EXAMPLES: [(&str, &str, Illegal); 22] = [
        ("4k4/9/9/9/9/9/9/9/9/3K5 w", "e9-e8", Illegal::NotYours),
        ("4k4/9/9/9/9/9/9/9/9/R2K5 w", "a0-d0", Illegal::OwnPiece),
        ("4k4/9/9/9/9/9/9/9/9/3K5 w", "d0-e1", Illegal::Way(Kind::General)),
        ("4k4/9/9/9/9/9/9/9/9/3KA4 w", "e0-e1", Illegal::Way(Kind::Advisor)),
        ("4k4/9/9/9/9/9/9/9/9/3K2B2 w", "g0-h1", Illegal::Way(Kind::Elephant)),
        ("4k4/9/9/9/9/9/9/9/9/3K3N1 w", "h0-f0", Illegal::Way(Kind::Horse)),
        ("4k4/9/9/9/9/9/9/9/9/3K4R w", "i0-h1", Illegal::Way(Kind::Chariot)),
        ("4k4/9/9/9/9/9/9/9/9/3K4C w", "i0-h1", Illegal::Way(Kind::Cannon)),
        ("4k4/9/9/9/9/9/P8/9/9/3K5 w", "a3-a5", Illegal::Way(Kind::Soldier)),
        ("4k4/9/9/9/9/9/9/9/9/3K5 w", "d0-c0", Illegal::Palace),
        ("4k4/9/9/9/9/2B6/9/9/9/3K5 w", "c4-e6", Illegal::River),
        ("4k4/9/9/9/9/9/9/9/7p1/3K2B2 w", "g0-i2", Illegal::Eye),
        ("4k4/9/9/9/9/9/9/9/7p1/3K3N1 w", "h0-g2", Illegal::Leg),
        ("4k4/9/9/P8/9/9/9/9/9/3K5 w", "a6-a5", Illegal::Backward),
        ("4k4/9/9/9/9/P8/9/9/9/3K5 w", "a4-b4", Illegal::Aside),
        ("4k4/9/9/9/9/9/p8/9/9/R2K5 w", "a0-a4", Illegal::Blocked),
        ("4k4/9/9/9/9/9/p8/9/9/C2K5 w", "a0-a4", Illegal::Blocked),
        ("4k4/9/9/9/9/9/p8/9/9/C2K5 w", "a0-a3", Illegal::Screen),
        ("4k4/p8/9/p8/9/9/p8/9/9/C2K5 w", "a0-a8", Illegal::Screen),
        ("4k4/9/9/9/9/9/9/9/9/3K5 w", "d0-e0", Illegal::Facing),
        ("4k4/9/9/9/3r5/9/9/9/3A5/3K5 w", "d1-e2", Illegal::Check),
        ("4k4/9/9/9/3r5/9/9/9/9/R2K5 w", "a0-a1", Illegal::StillCheck),
    ];

    #[test]
    fn each_rule_is_named() {
        for (fen, text, why) in EXAMPLES {
            let position = Position::from_fen(fen).unwrap();
            let made = read_iccs(text).unwrap();
            assert_eq!(position.check(made), Err(why), "{fen} {text}");
            assert!(is_true(&position, made, Some(why)), "{fen} {text} {why:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_not_legal_has_a_cause_and_that_is_so(
            walk in proptest::collection::vec(any::<u16>(), 0..120),
        ) {
            let mut position = Position::start();
            for number in walk {
                let moves = position.legal_moves();
                let Some(made) = moves.get(usize::from(number) % moves.len().max(1)) else { break };
                position.shift(*made);
            }
            for from in 0..SQUARES {
                let own = position.piece(from).is_some_and(|piece| piece.side == position.turn());
                for to in (0..SQUARES).step_by(if own { 1 } else { 13 }) {
                    let made = Move { from, to };
                    let why = position.check(made).err();
                    prop_assert!(is_true(&position, made, why), "{} {made:?}: {why:?}", position.fen());
                }
            }
        }
    }
}
