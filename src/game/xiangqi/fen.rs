//! Positions as FEN: ranks from black's side down to red's, then who moves.

use super::{FILES, Kind, Piece, Position, RANKS, SQUARES};
use crate::domain::game::Side;

/// How a game begins.
pub const START: &str = "rnbakabnr/9/1c5c1/p1p1p1p1p/9/9/P1P1P1P1P/1C5C1/9/RNBAKABNR w - - 0 1";

/// Letters of the kinds; E and H are other programs' words for B and N.
const LETTERS: [(Kind, char); 7] = [
    (Kind::General, 'k'),
    (Kind::Advisor, 'a'),
    (Kind::Elephant, 'b'),
    (Kind::Horse, 'n'),
    (Kind::Chariot, 'r'),
    (Kind::Cannon, 'c'),
    (Kind::Soldier, 'p'),
];

/// What is wrong with a FEN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FenError {
    /// Not ten ranks of nine files.
    #[error("a board has 10 ranks of 9 files, separated by /")]
    Board,
    /// No such piece.
    #[error("{0:?} is no piece")]
    Piece(char),
    /// Not a general in each palace.
    #[error("each side has one general, in its palace")]
    Generals,
    /// Neither `w` nor `b`.
    #[error("who moves is w (red) or b (black)")]
    Turn,
}

impl Position {
    /// How a game begins.
    ///
    /// # Panics
    /// Never: [`START`] is a FEN.
    #[must_use]
    pub fn start() -> Position {
        Position::from_fen(START).expect("the start is a FEN")
    }

    /// Reads the first two fields of a FEN; the counts behind them belong to a game, not to a
    /// position.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_fen(fen: &str) -> Result<Position, FenError> {
        let mut fields = fen.split_whitespace();
        let mut squares = [None; SQUARES as usize];
        let ranks: Vec<&str> = fields.next().unwrap_or_default().split('/').collect();
        if ranks.len() != usize::from(RANKS) {
            return Err(FenError::Board);
        }
        for (rank, text) in ranks.into_iter().rev().enumerate() {
            let rank = squares.iter_mut().skip(rank * usize::from(FILES));
            read_rank(text, &mut rank.take(usize::from(FILES)))?;
        }
        let turn = match fields.next() {
            Some("w" | "r") | None => Side::First,
            Some("b") => Side::Second,
            Some(_) => return Err(FenError::Turn),
        };
        let position = Position { squares, turn };
        let generals = squares.iter().flatten().filter(|piece| piece.kind == Kind::General);
        let in_place = Side::BOTH.into_iter().all(|side| position.general(side).is_some());
        if generals.count() != 2 || !in_place {
            return Err(FenError::Generals);
        }
        Ok(position)
    }

    /// Writes the first two fields of a FEN.
    #[must_use]
    pub fn fen(&self) -> String {
        let mut fen = String::new();
        for rank in (0..RANKS).rev() {
            let mut free = 0;
            for file in 0..FILES {
                let Some(piece) = self.piece(rank * FILES + file) else {
                    free += 1;
                    continue;
                };
                push_free(&mut fen, &mut free);
                fen.push(letter(piece));
            }
            push_free(&mut fen, &mut free);
            fen.push(if rank == 0 { ' ' } else { '/' });
        }
        fen.push(if self.turn == Side::First { 'w' } else { 'b' });
        fen
    }
}

fn push_free(fen: &mut String, free: &mut u32) {
    if let Some(digit) = char::from_digit(*free, 10).filter(|_| *free > 0) {
        fen.push(digit);
    }
    *free = 0;
}

fn read_rank<'a>(
    text: &str,
    squares: &mut impl Iterator<Item = &'a mut Option<Piece>>,
) -> Result<(), FenError> {
    for character in text.chars() {
        let free = character.to_digit(10).unwrap_or(0);
        for _ in 1..free.max(1) {
            squares.next().ok_or(FenError::Board)?;
        }
        let square = squares.next().ok_or(FenError::Board)?;
        if !character.is_ascii_digit() {
            *square = Some(piece(character).ok_or(FenError::Piece(character))?);
        } else if free == 0 {
            return Err(FenError::Board);
        }
    }
    if squares.next().is_some() { Err(FenError::Board) } else { Ok(()) }
}

fn piece(character: char) -> Option<Piece> {
    let side = if character.is_ascii_uppercase() { Side::First } else { Side::Second };
    let wanted = match character.to_ascii_lowercase() {
        'e' => 'b',
        'h' => 'n',
        other => other,
    };
    let (kind, _) = LETTERS.into_iter().find(|(_, letter)| *letter == wanted)?;
    Some(Piece { side, kind })
}

/// The letter of a piece, upper case for red.
pub(super) fn letter(piece: Piece) -> char {
    let found = LETTERS.into_iter().find(|(kind, _)| *kind == piece.kind);
    let letter = found.map_or('?', |(_, letter)| letter);
    if piece.side == Side::First { letter.to_ascii_uppercase() } else { letter }
}
