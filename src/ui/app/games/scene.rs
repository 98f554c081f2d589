//! What lies on a board, as one sees it: now, or behind some moves in a replay.

use super::board::Board;
use crate::domain::game::{Play, Side};
use crate::game::xiangqi::{Kind, Move, Piece};
use crate::game::{Table, gomoku};

/// What lies on a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// A stone.
    Stone(Side),
    /// A piece of Chinese chess.
    Piece(Piece),
}

/// Something that is not there yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ghost {
    /// Where.
    pub at: u8,
    /// What.
    pub token: Token,
    /// It is on its way, not only pointed at.
    pub is_sent: bool,
}

/// What lies on a board.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scene {
    /// Everything, with its place.
    pub tokens: Vec<(u8, Token)>,
    /// Where the last move went.
    pub last: Option<u8>,
    /// Where it came from.
    pub left: Option<u8>,
    /// The row that won.
    pub winning: Vec<u8>,
    /// A general in check.
    pub check: Option<u8>,
    /// A token that is not there yet.
    pub ghost: Option<Ghost>,
    /// The piece that is picked.
    pub picked: Option<u8>,
    /// Where it may go; whether something stands there.
    pub hints: Vec<(u8, bool)>,
    /// Where the keyboard is.
    pub cursor: Option<u8>,
}

impl Board {
    /// So many moves are shown.
    #[must_use]
    pub fn shown_plies(&self) -> usize {
        self.replay.map_or(self.game.plies(), |replay| replay.at.min(self.game.plies()))
    }

    /// The table as it is shown.
    #[must_use]
    pub fn shown_table(&self) -> Table {
        let mut table = self.game.table().clone();
        let back = self.game.plies() - self.shown_plies();
        match &mut table {
            Table::Gomoku(board) => board.undo(back),
            Table::Xiangqi(record) => record.undo(back),
            _ => {}
        }
        table
    }

    /// What lies on it.
    #[must_use]
    pub fn scene(&self) -> Scene {
        let mut scene = Scene { cursor: self.cursor, ..Scene::default() };
        match &self.shown_table() {
            Table::Gomoku(board) => self.stones(board, &mut scene),
            Table::Xiangqi(record) => {
                let position = record.position();
                scene.tokens =
                    position.pieces().map(|(at, piece)| (at, Token::Piece(piece))).collect();
                if let Some(Move { from, to }) = record.moves().last() {
                    (scene.left, scene.last) = (Some(from), Some(to));
                }
                scene.check = position
                    .general(position.turn())
                    .filter(|_| position.is_check(position.turn()));
                self.moving(position, &mut scene);
            }
            _ => {}
        }
        scene
    }

    fn stones(&self, board: &gomoku::Board, scene: &mut Scene) {
        let stone = |(at, point): (usize, &u8)| (*point, Token::Stone(Side::BOTH[at % 2]));
        scene.tokens = board.placed().iter().enumerate().map(stone).collect();
        scene.last = board.placed().last().copied();
        scene.winning = board.winning_line().unwrap_or_default();
        let token = Token::Stone(board.turn());
        if let Some(Play::Place { point }) = self.sent {
            scene.ghost = Some(Ghost { at: point, token, is_sent: true });
        } else if self.can_play() {
            let at = self.cursor.or(self.pointed).filter(|at| board.is_free(*at));
            let at = self.picked.filter(|_| at.is_none()).or(at);
            scene.ghost = at.map(|at| Ghost { at, token, is_sent: self.picked == Some(at) });
            // Where it waits for the second press stays marked.
            scene.picked = self.picked;
        }
    }

    fn moving(&self, position: &crate::game::xiangqi::Position, scene: &mut Scene) {
        let ghost = |from: u8, to: u8| {
            let piece = position.piece(from)?;
            Some(Ghost { at: to, token: Token::Piece(piece), is_sent: true })
        };
        if let Some(Play::Move { from, to }) = self.sent {
            scene.picked = Some(from);
            scene.ghost = ghost(from, to);
            return;
        }
        let Some(from) = self.picked.filter(|_| self.can_play()) else { return };
        scene.picked = Some(from);
        scene.ghost = self.aimed.and_then(|to| ghost(from, to));
        if self.taste.hints {
            let targets = position.legal_targets(from).into_iter();
            scene.hints = targets.map(|to| (to, position.piece(to).is_some())).collect();
        }
    }

    /// The pieces that a side has lost, the dearest first.
    #[must_use]
    pub fn lost_pieces(&self, side: Side) -> Vec<Piece> {
        let Table::Xiangqi(record) = self.shown_table() else { return Vec::new() };
        let taken = record.steps().filter_map(|(position, made)| position.piece(made.to));
        let mut lost: Vec<Piece> = taken.filter(|piece| piece.side == side).collect();
        lost.sort_by_key(|piece| worth(piece.kind));
        lost
    }

    /// Whether what marks the result lies in the upper half of the board, as one sees it.
    #[must_use]
    pub fn is_marked_above(&self) -> bool {
        let scene = self.scene();
        let marked: Vec<u8> = match scene.winning.is_empty() {
            false => scene.winning,
            // A general that was mated says more than the piece that did it.
            true => scene.check.or(scene.last).into_iter().collect(),
        };
        let rows = marked.iter().map(|at| 2 * usize::from(self.seen_at(*at).1) + 1);
        rows.sum::<usize>() < marked.len() * usize::from(self.size().1)
    }
}

/// The order in which people name the pieces.
fn worth(kind: Kind) -> u8 {
    match kind {
        Kind::General => 0,
        Kind::Chariot => 1,
        Kind::Horse => 2,
        Kind::Cannon => 3,
        Kind::Elephant => 4,
        Kind::Advisor => 5,
        Kind::Soldier => 6,
    }
}
