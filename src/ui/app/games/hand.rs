//! Pointer and keyboard on a board: what a press means, and where the keyboard walks.

use super::BoardAct;
use super::board::{Board, BoardMsg, Card};
use super::replay::ReplayMsg;
use crate::domain::game::{Play, Side};
use crate::game::xiangqi::{self, Illegal, Move};
use crate::game::{NotPlayed, Table, gomoku};

/// A press so soon after a card or the strip came or went was meant for what lay there before.
const GUARD_MS: u64 = 600;

impl Board {
    /// Notes that a card or the strip came or went. What comes matters where the pointer is on the board, or
    /// where a card before has just gone.
    pub(super) fn guard(&mut self) {
        let card = self.card().map(|card| std::mem::discriminant(&card));
        let now = (card, self.warning().is_some());
        let before = std::mem::replace(&mut self.covered, now);
        let is_aimed = before.0.is_some() || self.pointed.is_some() || self.is_guarded();
        // The question that a button of one's own brings lies elsewhere than that button.
        let is_asked_for = matches!(self.card(), Some(Card::Resign));
        if now != before && is_aimed && !is_asked_for {
            self.guarded_until = self.uptime + GUARD_MS;
        }
    }

    /// The window has just come, maybe below a pointer that pressed something else twice.
    pub fn guard_new(&mut self) {
        self.guarded_until = self.uptime + GUARD_MS;
    }

    /// Whether a press now would be one at what was there before.
    #[must_use]
    pub fn is_guarded(&self) -> bool {
        self.uptime < self.guarded_until
    }

    /// Whether this is a press at what is not there any more.
    pub(super) fn is_too_late(&self, msg: &BoardMsg) -> bool {
        let is_there = matches!(
            msg,
            BoardMsg::Press(_)
                | BoardMsg::Answer(_)
                | BoardMsg::Ask(_)
                | BoardMsg::Again
                | BoardMsg::CloseResult
                | BoardMsg::Replay(ReplayMsg::Begin)
        );
        is_there && self.is_guarded()
    }

    /// Columns and rows of the board.
    #[must_use]
    pub fn size(&self) -> (u8, u8) {
        match self.game.table() {
            Table::Xiangqi(_) => (xiangqi::FILES, xiangqi::RANKS),
            _ => (gomoku::SIDE, gomoku::SIDE),
        }
    }

    /// The column from the left and the row from above of a place, as one looks at it.
    #[must_use]
    pub fn seen_at(&self, place: u8) -> (u8, u8) {
        let (columns, rows) = self.size();
        let (column, row) = (place % columns, rows - 1 - (place / columns).min(rows - 1));
        match self.is_turned {
            true => (columns - 1 - column, rows - 1 - row),
            false => (column, row),
        }
    }

    /// The place that one sees there.
    #[must_use]
    pub fn place_seen(&self, column: u8, row: u8) -> Option<u8> {
        let (columns, rows) = self.size();
        if column >= columns || row >= rows {
            return None;
        }
        let (column, row) = match self.is_turned {
            true => (columns - 1 - column, rows - 1 - row),
            false => (column, row),
        };
        Some((rows - 1 - row) * columns + column)
    }

    pub(super) fn point(&mut self, at: Option<u8>) {
        self.pointed = at;
        if at.is_some() {
            self.cursor = None;
        }
    }

    /// The place where the keyboard is was pressed.
    pub(super) fn enter(&mut self) -> Vec<BoardAct> {
        // Nothing has moved away below the keyboard.
        self.guarded_until = 0;
        self.cursor.map(|at| self.press(at)).unwrap_or_default()
    }

    /// Leaves what is innermost; a board that is over goes itself in the end.
    pub(super) fn escape(&mut self) -> Vec<BoardAct> {
        if self.is_resigning {
            self.is_resigning = false;
        } else if matches!(self.card(), Some(Card::Favour(..))) {
            let no = BoardMsg::Answer(false);
            return if self.is_too_late(&no) { Vec::new() } else { self.act(no) };
        } else if self.picked.is_some() {
            (self.picked, self.aimed) = (None, None);
        } else if matches!(self.card(), Some(Card::Result(_))) {
            self.is_result_closed = true;
        } else if self.replay.is_some() && self.begun.me.is_some() {
            self.replay = None;
        } else if self.cursor.take().is_none()
            && (self.game.end().is_some() || self.begun.me.is_none())
        {
            return vec![BoardAct::Close];
        }
        Vec::new()
    }

    /// The keyboard walks; at first it is where the last move was, else in the middle.
    pub(super) fn step(&mut self, columns: i8, rows: i8) {
        let (wide, high) = self.size();
        let Some(at) = self.cursor else {
            let middle = (high / 2) * wide + wide / 2;
            self.cursor = Some(self.picked.or(self.last_place()).unwrap_or(middle));
            self.pointed = None;
            return;
        };
        let (column, row) = self.seen_at(at);
        let moved = |at: u8, by: i8, length: u8| at.saturating_add_signed(by).min(length - 1);
        self.cursor = self.place_seen(moved(column, columns, wide), moved(row, rows, high));
    }

    fn last_place(&self) -> Option<u8> {
        match self.game.table() {
            Table::Gomoku(board) => board.placed().last().copied(),
            Table::Xiangqi(record) => record.moves().last().map(|made| made.to),
            _ => None,
        }
    }

    /// A place is pressed.
    pub(super) fn press(&mut self, at: u8) -> Vec<BoardAct> {
        if !self.can_play() {
            self.refused = self.is_early().then_some(NotPlayed::NotYourTurn);
            return Vec::new();
        }
        let table = self.game.table().clone();
        match &table {
            Table::Gomoku(board) => self.press_point(board, at),
            Table::Xiangqi(record) => self.press_square(record.position(), at),
            _ => Vec::new(),
        }
    }

    fn press_point(&mut self, board: &gomoku::Board, at: u8) -> Vec<BoardAct> {
        if !board.is_free(at) {
            self.picked = None;
            self.refused = Some(NotPlayed::NotFree);
            return Vec::new();
        }
        if self.taste.confirm && self.picked != Some(at) {
            self.picked = Some(at);
            return Vec::new();
        }
        self.send(Play::Place { point: at })
    }

    fn press_square(&mut self, position: &xiangqi::Position, at: u8) -> Vec<BoardAct> {
        let found = position.piece(at);
        let own = found.is_some_and(|piece| Some(piece.side) == self.begun.me);
        let Some(from) = self.picked.filter(|_| !own) else {
            // The same piece again is put down.
            self.picked = Some(at).filter(|_| own && self.picked != Some(at));
            self.aimed = None;
            self.refused = found.filter(|_| !own).map(|_| Illegal::NotYours.into());
            return Vec::new();
        };
        if let Err(why) = position.check(Move { from, to: at }) {
            self.refused = Some(why.into());
            self.aimed = None;
            // A press far from the piece's way puts it down; where only a rule is against it, it can go on
            // elsewhere.
            if matches!(why, Illegal::Way(_)) {
                self.picked = None;
            }
            return Vec::new();
        }
        if self.taste.confirm && self.aimed != Some(at) {
            self.aimed = Some(at);
            return Vec::new();
        }
        self.send(Play::Move { from, to: at })
    }

    /// Whose turn it is.
    #[must_use]
    pub fn turn(&self) -> Option<Side> {
        Side::BOTH.into_iter().find(|side| self.game.to_act()[side.index()])
    }
}
