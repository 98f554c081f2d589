//! Whether a log is one that the referee wrote: each fact is held against the game that those before it made.

use super::{Game, NotPlayed};
use crate::domain::game::{EndReason, Fact, Favour, GameEnd, Play, Side};

impl Game {
    /// Whether a fact can be the next one, at a moment.
    #[must_use]
    pub fn fits(&self, fact: &Fact, now: u64) -> bool {
        let judged = self.judge();
        match *fact {
            _ if self.end.is_some() => false,
            Fact::Ended { end } => {
                judged.map_or_else(|| self.may_end(end, now), |as_judged| end == as_judged)
            }
            _ if judged.is_some() => false,
            Fact::Left { side, .. } => self.attended(side, false, now).as_ref() == Some(fact),
            Fact::Back { side, .. } => self.attended(side, true, now).as_ref() == Some(fact),
            Fact::Declined { favour } => self.asked.is_some_and(|asked| asked.favour == favour),
            Fact::Rolled { seed, .. } => self.roll(&seed).as_ref() == Some(fact),
            _ => {
                let is_late = self.clock.is_over(self.to_act(), now);
                !is_late && self.decided(fact, now).is_ok_and(|decided| decided == *fact)
            }
        }
    }

    /// What comes of the play that a fact tells of.
    fn decided(&self, fact: &Fact, now: u64) -> Result<Fact, NotPlayed> {
        let (side, play) = match *fact {
            Fact::Placed { side, point, .. } => (side, Play::Place { point }),
            Fact::Moved { side, from, to, .. } => (side, Play::Move { from, to }),
            Fact::Committed { side, hash } => (side, Play::Commit { hash }),
            Fact::Revealed { side, hand, salt } => (side, Play::Reveal { hand, salt }),
            Fact::Stirred { side, nonce } => (side, Play::Stir { nonce }),
            Fact::Asked { side, favour } => (side, Play::Ask { favour }),
            Fact::Undone { .. } => {
                let asked = self.asked.ok_or(NotPlayed::NothingAsked)?;
                (asked.side.other(), Play::Answer { favour: Favour::Undo, yes: true })
            }
            _ => return Err(NotPlayed::OtherGame),
        };
        self.decide(side, &play, now)
    }

    /// Whether a game that nobody has won at the table can end so.
    fn may_end(&self, end: GameEnd, now: u64) -> bool {
        let is_away = |side: Side| self.clock.away_since(side).is_some();
        match (end.why, end.winner) {
            // With its room a game is abandoned, however it stands.
            (EndReason::Resigned, Some(_)) | (EndReason::Abandoned, None) => true,
            (EndReason::Agreed, None) => {
                self.asked.is_some_and(|asked| asked.favour == Favour::Draw)
            }
            // Who went too often loses at once.
            (EndReason::Gone, Some(winner)) => is_away(winner.other()),
            (EndReason::TimeOver, Some(_)) => self.ended_by_time(now) == Some(end),
            _ => false,
        }
    }
}
