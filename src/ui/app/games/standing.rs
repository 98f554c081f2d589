//! How a board window stands: what can be done in it, what lies over it, what its clocks show.

use super::board::{Board, Card, Warning};
use super::news::{Line, News, Speaker};
use crate::domain::game::{Bytes32, EndReason, Favour, Play, Side};
use crate::game::FAVOUR_MS;

impl Board {
    /// Whether a move can be made here now.
    #[must_use]
    pub fn can_play(&self) -> bool {
        let is_turn = self.begun.me.is_some_and(|me| self.game.to_act()[me.index()]);
        is_turn
            && self.replay.is_none()
            && self.sent.is_none()
            && self.is_linked
            && !self.is_resigning
            && !self.is_guarded()
    }

    /// Whether a move would be made here if it were one's turn.
    pub(super) fn is_early(&self) -> bool {
        let is_others = self.begun.me.is_some_and(|me| self.game.to_act()[me.other().index()]);
        is_others && self.replay.is_none() && self.is_linked && self.card().is_none()
    }

    /// Whether the other can be asked for something.
    #[must_use]
    pub fn may_ask(&self, favour: Favour) -> bool {
        let Some(me) = self.begun.me.filter(|_| self.is_linked && self.sent.is_none()) else {
            return false;
        };
        self.game.clone().apply(me, &Play::Ask { favour }, &Bytes32([0; 32]), self.now()).is_ok()
    }

    /// Whether one can give up.
    #[must_use]
    pub fn may_resign(&self) -> bool {
        self.begun.me.is_some() && self.game.end().is_none() && self.is_linked
    }

    /// Whether what is said beside the board would be heard now; until then it stays in its box.
    #[must_use]
    pub fn may_say(&self) -> bool {
        self.begun.me.is_some() && self.is_linked
    }

    /// Whether one can ask for another game, or grant the other one's wish for it.
    #[must_use]
    pub fn may_play_again(&self) -> bool {
        let is_over = self.begun.me.is_some() && self.game.end().is_some();
        is_over && self.is_linked && (self.is_again_wanted || !self.is_again_asked)
    }

    /// What the button for another game says.
    #[must_use]
    pub fn again_key(&self) -> &'static str {
        match (self.is_again_wanted, self.is_again_asked) {
            (true, _) => "game.board.again.accept",
            (false, true) => "game.board.again.asked",
            (false, false) => "game.again",
        }
    }

    /// What lies over the board.
    #[must_use]
    pub fn card(&self) -> Option<Card> {
        let me = self.begun.me?;
        if self.is_resigning {
            return Some(Card::Resign);
        }
        if let Some(asked) = self.game.asked().filter(|asked| asked.side != me) {
            let left = (asked.since + FAVOUR_MS).saturating_sub(self.now());
            let is_answered = matches!(self.sent, Some(Play::Answer { .. }));
            return (left > 0 && !is_answered).then_some(Card::Favour(asked.favour, left));
        }
        let end = self.game.end().filter(|_| !self.is_result_closed && self.replay.is_none());
        end.map(Card::Result)
    }

    /// What oneself asked for, and the seconds that the other has left to answer.
    #[must_use]
    pub fn asked(&self) -> Option<(Favour, u64)> {
        let asked = self.game.asked().filter(|asked| Some(asked.side) == self.begun.me)?;
        let left = (asked.since + FAVOUR_MS).saturating_sub(self.now());
        Some((asked.favour, left.div_ceil(1_000)))
    }

    /// What the strip over the board says.
    #[must_use]
    pub fn warning(&self) -> Option<Warning> {
        if self.game.end().is_some() || self.begun.me.is_none() {
            return None;
        }
        if !self.is_linked {
            return Some(Warning::Offline);
        }
        let away = Side::BOTH.into_iter().find_map(|side| {
            let gone_at = self.game.clock().gone_at(side)?;
            let seconds = gone_at.saturating_sub(self.now()).div_ceil(1_000);
            Some((side, seconds))
        });
        away.map(|(side, seconds)| Warning::Away(side, seconds))
    }

    /// What a player's clock shows, in milliseconds; nothing where there is none.
    #[must_use]
    pub fn left_ms(&self, side: Side) -> Option<u64> {
        match self.game.end() {
            Some(end) if end.why == EndReason::TimeOver && end.winner == Some(side.other()) => {
                self.left_at_end[side.index()].map(|_| 0)
            }
            Some(_) => self.left_at_end[side.index()],
            None => self.left_ms_at(side, self.now()),
        }
    }

    /// The same while the game is played, at a moment by its own clock.
    pub(super) fn left_ms_at(&self, side: Side, now: u64) -> Option<u64> {
        let whole = self.game.left_ms(side, now);
        let acts = self.game.to_act()[side.index()];
        let of_move = self.begun.limit.move_s.filter(|_| acts).map(|seconds| {
            (u64::from(seconds) * 1_000).saturating_sub(self.game.clock().used_ms(now))
        });
        whole.into_iter().chain(of_move).min()
    }

    /// How long it was played.
    #[must_use]
    pub fn duration_ms(&self) -> u64 {
        self.log.last().map_or(0, |entry| entry.t)
    }

    /// What is written beside the board, oldest first: what the players said, and what happened.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let mut said = self.said.iter().peekable();
        let mut lines = Vec::new();
        let news = if self.begun.me.is_some() { News::of(&self.log) } else { Vec::new() };
        for (t, news) in news {
            while let Some(earlier) = said.next_if(|said| said.t < t) {
                lines.push((Speaker::Player(earlier.side), earlier.text.clone()));
            }
            lines.push((Speaker::Game(news), String::new()));
        }
        lines.extend(said.map(|said| (Speaker::Player(said.side), said.text.clone())));
        lines
    }
}
