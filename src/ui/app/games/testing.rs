//! A running board without a network: the server's rules beside a window that follows their log.

use super::board::{Beginning, Board, BoardMsg, Player};
use super::{BoardAct, Taste};
use crate::domain::game::{Bytes32, GameEntry, GameKind, Play, Side, TimeLimit};
use crate::game::xiangqi::read_iccs;
use crate::game::{Game, gomoku};
use crate::ui::app::Moment;

/// A game of the server's rules beside a board window that follows its log.
pub struct Match {
    pub game: Game,
    pub log: Vec<GameEntry>,
    pub board: Board,
    pub t: u64,
}

/// The uptime of this computer when a game begins.
const BEGAN_MS: u64 = 70_000;

pub fn uptime(t: u64) -> Moment {
    Moment { wall_ms: 0, mono_ms: BEGAN_MS + t }
}

pub fn player(name: &str) -> Player {
    Player { name: name.to_owned(), portrait: Some(1.into()) }
}

impl Match {
    pub fn new(kind: GameKind, me: Option<Side>, taste: Taste) -> Match {
        let limit = TimeLimit { total_s: Some(600), move_s: None };
        let players = [player("青柠"), player("小满")];
        let begun = Beginning {
            kind,
            limit,
            players,
            me,
            date: "2026-11-25".to_owned(),
            minute: "21-14".to_owned(),
        };
        let board = Board::new(begun, taste, uptime(0));
        Match { game: Game::new(kind, limit, 0), log: Vec::new(), board, t: 0 }
    }

    /// As the first player with the usual choices.
    pub fn of(kind: GameKind) -> Match {
        Match::new(kind, Some(Side::First), Taste::default())
    }

    pub fn tell(&mut self) -> Vec<BoardAct> {
        let now = uptime(self.t);
        let mut acts = self.board.follow(&self.log, self.t, now.mono_ms);
        acts.extend(self.board.tick(now));
        acts
    }

    pub fn pass(&mut self, ms: u64) {
        self.t += ms;
        let facts = self.game.tick(self.t);
        let t = self.t;
        self.log.extend(facts.into_iter().map(|fact| GameEntry { t, fact }));
        self.tell();
    }

    /// A player does something, and the board hears of it.
    pub fn play(&mut self, side: Side, play: Play) -> Vec<BoardAct> {
        let facts = self.game.apply(side, &play, &Bytes32([0; 32]), self.t).unwrap();
        let t = self.t;
        self.log.extend(facts.into_iter().map(|fact| GameEntry { t, fact }));
        self.tell()
    }

    pub fn stones(&mut self, names: &[&str]) {
        for (side, name) in [Side::First, Side::Second].into_iter().cycle().zip(names) {
            self.play(side, Play::Place { point: gomoku::point(name).unwrap() });
        }
    }

    pub fn moves(&mut self, written: &[&str]) {
        for (side, text) in [Side::First, Side::Second].into_iter().cycle().zip(written) {
            let made = read_iccs(text).unwrap();
            self.play(side, Play::Move { from: made.from, to: made.to });
        }
    }

    pub fn take(&mut self, msg: BoardMsg) -> Vec<BoardAct> {
        self.board.take(msg, uptime(self.t))
    }

    pub fn press(&mut self, name: &str) -> Vec<BoardAct> {
        self.take(BoardMsg::Press(at(name)))
    }
}

/// A place by its name: of gomoku `H8`, of Chinese chess `h2`.
pub fn at(name: &str) -> u8 {
    match name.starts_with(char::is_uppercase) {
        true => gomoku::point(name).unwrap(),
        false => read_iccs(&format!("{name}a0")).unwrap().from,
    }
}
