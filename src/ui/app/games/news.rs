//! What a board says by itself: the lines of what happened, and the moves as people write them.

use super::board::Board;
use crate::domain::game::{Fact, Favour, GameEnd, GameEntry, Side};
use crate::game::xiangqi::{self, Position};
use crate::game::{Table, gomoku};
use crate::ui::text::Language;

/// Who a line beside the board is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// A player.
    Player(Side),
    /// The game itself.
    Game(News),
}

/// A line beside the board: who it is from, and what a player said.
pub type Line = (Speaker, String);

/// Something that happened beside the moves. Links that come and go are no such thing: while one is down,
/// the strip over the board says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It began.
    Began,
    /// Who asked for what, and whether it was granted.
    Answered(Side, Favour, bool),
    /// It is over.
    Ended(GameEnd),
}

impl News {
    /// All of a log, with their moments.
    #[must_use]
    pub fn of(log: &[GameEntry]) -> Vec<(u64, News)> {
        let mut news = vec![(0, News::Began)];
        let mut asked = None;
        for GameEntry { t, fact } in log {
            let answered = |yes| {
                let (side, favour) = asked?;
                Some(News::Answered(side, favour, yes))
            };
            let found = match *fact {
                Fact::Asked { side, favour } => {
                    asked = Some((side, favour));
                    None
                }
                Fact::Declined { .. } => answered(false),
                Fact::Undone { .. } => answered(true),
                Fact::Ended { end } => Some(News::Ended(end)),
                _ => None,
            };
            news.extend(found.map(|found| (*t, found)));
        }
        news
    }
}

impl Board {
    /// The moves as people write them, oldest first.
    #[must_use]
    pub fn written_moves(&self, language: Language) -> Vec<String> {
        match self.game.table() {
            Table::Gomoku(board) => {
                board.placed().iter().map(|point| gomoku::name(*point).to_string()).collect()
            }
            Table::Xiangqi(record) => {
                record.steps().map(|(position, made)| written(language, position, made)).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// 炮二平五, or C2=5.
fn written(language: Language, position: &Position, made: xiangqi::Move) -> String {
    let written = match language {
        Language::Chinese => xiangqi::chinese(position, made),
        Language::English => xiangqi::wxf(position, made),
    };
    written.unwrap_or_else(|| xiangqi::iccs(made))
}
