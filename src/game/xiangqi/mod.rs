//! Chinese chess (Xiangqi) by the rules that its federations share.
//!
//! * [`Position`] is what stands where and whose turn it is; `moves` says what may move where, `illegal`
//!   why something may not.
//! * [`Record`] is a game: its moves, and how it stands by mate, repetition and the 60-move rule.
//! * `fen` and `notation` write both down, as other programs and people read them.
//!
//! A general that is in check must get out of it, generals never face each other on an open file,
//! and whoever has no legal move has lost, in check or not. The third time the same position
//! stands with the same player to move, whoever gave check with each move since its first time
//! loses; where both or none did, it is a draw. That is the simple rule: a perpetual chase of a
//! piece is not judged and ends in a draw as well. 60 moves of each without a capture are a draw.

mod fen;
mod illegal;
mod moves;
mod notation;
mod record;
#[cfg(test)]
mod tests;

pub use fen::{FenError, START};
pub use illegal::Illegal;
pub use notation::{chinese, iccs, read_iccs, wxf};
pub use record::{PLIES_MAX, Record, Standing};

use crate::domain::game::Side;

/// Files of the board.
pub const FILES: u8 = 9;
/// Ranks of the board.
pub const RANKS: u8 = 10;
/// Squares in all: `rank * FILES + file`, rank 0 is red's first, file 0 is the left one of red.
pub const SQUARES: u8 = FILES * RANKS;

/// A kind of piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 帅 将
    General,
    /// 仕 士
    Advisor,
    /// 相 象
    Elephant,
    /// 马
    Horse,
    /// 车
    Chariot,
    /// 炮
    Cannon,
    /// 兵 卒
    Soldier,
}

/// A piece of red (the first) or black.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Piece {
    /// Whose.
    pub side: Side,
    /// Which.
    pub kind: Kind,
}

impl Piece {
    /// What is written on it.
    #[must_use]
    pub fn glyph(self) -> char {
        let (red, black) = match self.kind {
            Kind::General => ('帅', '将'),
            Kind::Advisor => ('仕', '士'),
            Kind::Elephant => ('相', '象'),
            Kind::Horse => ('马', '马'),
            Kind::Chariot => ('车', '车'),
            Kind::Cannon => ('炮', '炮'),
            Kind::Soldier => ('兵', '卒'),
        };
        if self.side == Side::First { red } else { black }
    }
}

/// From square to square.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Move {
    /// Where the piece stood.
    pub from: u8,
    /// Where it goes.
    pub to: u8,
}

/// What stands where, and who moves next.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Position {
    squares: [Option<Piece>; SQUARES as usize],
    turn: Side,
}

impl Position {
    /// Who moves next.
    #[must_use]
    pub fn turn(&self) -> Side {
        self.turn
    }

    /// What stands on a square.
    #[must_use]
    pub fn piece(&self, square: u8) -> Option<Piece> {
        self.squares.get(usize::from(square)).copied().flatten()
    }

    /// All pieces with their squares.
    pub fn pieces(&self) -> impl Iterator<Item = (u8, Piece)> + '_ {
        (0..SQUARES).filter_map(|square| Some((square, self.piece(square)?)))
    }

    /// Moves a piece, whatever the rules say, and gives back what it took.
    fn shift(&mut self, Move { from, to }: Move) -> Option<Piece> {
        let piece = self.squares[usize::from(from)].take();
        let taken = std::mem::replace(&mut self.squares[usize::from(to)], piece);
        self.turn = self.turn.other();
        taken
    }

    /// Undoes [`Position::shift`].
    fn unshift(&mut self, Move { from, to }: Move, taken: Option<Piece>) {
        let piece = std::mem::replace(&mut self.squares[usize::from(to)], taken);
        self.squares[usize::from(from)] = piece;
        self.turn = self.turn.other();
    }
}

/// The rank and file of a square.
fn place(square: u8) -> (u8, u8) {
    (square / FILES, square % FILES)
}

/// The square so many ranks and files away, while it is on the board.
fn step(square: u8, (ranks, files): (i8, i8)) -> Option<u8> {
    let (rank, file) = place(square);
    let rank = rank.checked_add_signed(ranks).filter(|rank| *rank < RANKS)?;
    let file = file.checked_add_signed(files).filter(|file| *file < FILES)?;
    Some(rank * FILES + file)
}
