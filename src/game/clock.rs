//! Two clocks of one game: how much each player has left, and who is away.
//!
//! Moments are milliseconds of a clock that never jumps. While a player's link is down nobody's
//! time runs, for a minute at a time and three in a game; then the game is lost.

use crate::domain::game::{Side, TimeLimit};

/// A link may be down for so long.
const AWAY_MS: u64 = 60_000;
/// The same in a whole game, so that nobody stops the clock for ever.
const AWAY_ALL_MS: u64 = 180_000;

/// The clocks of a game.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// What is left of the whole game's time.
    left_ms: [Option<u64>; 2],
    move_ms: Option<u64>,
    /// Used of this move's time when it was stopped last.
    used_ms: u64,
    /// Runs since then, while nobody is away.
    running: Option<u64>,
    away: [Option<u64>; 2],
    away_left_ms: [u64; 2],
}

impl Clock {
    /// Starts for the first move.
    #[must_use]
    pub fn start(limit: TimeLimit, now: u64) -> Clock {
        let ms = |seconds: Option<u32>| seconds.map(|seconds| u64::from(seconds) * 1000);
        Clock {
            left_ms: [ms(limit.total_s); 2],
            move_ms: ms(limit.move_s),
            used_ms: 0,
            running: Some(now),
            away: [None; 2],
            away_left_ms: [AWAY_ALL_MS; 2],
        }
    }

    /// Used of this move's time.
    #[must_use]
    pub fn used_ms(&self, now: u64) -> u64 {
        self.used_ms + self.running.map_or(0, |since| now.saturating_sub(since))
    }

    /// What a side has left of the whole game's time; `turn` says whether its time runs.
    #[must_use]
    pub fn left_ms(&self, side: Side, turn: bool, now: u64) -> Option<u64> {
        let used = if turn { self.used_ms(now) } else { 0 };
        self.left_ms[side.index()].map(|left| left.saturating_sub(used))
    }

    /// Whether the time of somebody of those whose turn it is ran out.
    #[must_use]
    pub fn is_over(&self, turn: [bool; 2], now: u64) -> bool {
        self.most(turn).is_some_and(|most| self.used_ms(now) >= most)
    }

    /// When that happens, if nothing else does.
    #[must_use]
    pub fn over_at(&self, turn: [bool; 2]) -> Option<u64> {
        Some(self.running? + self.most(turn)?.saturating_sub(self.used_ms))
    }

    /// How long this move may take.
    fn most(&self, turn: [bool; 2]) -> Option<u64> {
        let own = |side: &Side| turn[side.index()];
        let left = Side::BOTH
            .iter()
            .filter(|side| own(side))
            .filter_map(|side| self.left_ms[side.index()]);
        left.chain(self.move_ms).min()
    }

    /// A move of a side is made, and leaves it so much.
    pub fn made(&mut self, side: Side, left_ms: Option<u64>, now: u64) {
        self.left_ms[side.index()] = left_ms;
        self.turn(now);
    }

    /// The next move's time begins.
    pub fn turn(&mut self, now: u64) {
        self.used_ms = 0;
        self.running = self.is_complete().then_some(now);
    }

    /// A player's link is down, after so much of this move's time.
    pub fn left(&mut self, side: Side, used_ms: u64, now: u64) {
        self.used_ms = used_ms;
        self.running = None;
        self.away[side.index()] = Some(now);
    }

    /// A player's link is there again, after so long.
    pub fn back(&mut self, side: Side, away_ms: u64, now: u64) {
        let left = &mut self.away_left_ms[side.index()];
        *left = left.saturating_sub(away_ms);
        self.away[side.index()] = None;
        self.running = self.is_complete().then_some(now);
    }

    /// Whether both are there.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.away == [None; 2]
    }

    /// Since when a player is away.
    #[must_use]
    pub fn away_since(&self, side: Side) -> Option<u64> {
        self.away[side.index()]
    }

    /// When a player has been away for too long.
    #[must_use]
    pub fn gone_at(&self, side: Side) -> Option<u64> {
        let since = self.away[side.index()]?;
        Some(since + AWAY_MS.min(self.away_left_ms[side.index()]))
    }
}
