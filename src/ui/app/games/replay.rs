//! Looking at the moves of a game one after the other. Pure.

/// A replay that plays shows a move for so long.
const STEP_MS: u64 = 1_000;

/// Where one looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replay {
    /// So many moves are made.
    pub at: usize,
    /// The uptime at which the next one is, while it plays.
    next_ms: Option<u64>,
}

/// What the person does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayMsg {
    /// Begin to look, at the last move.
    Begin,
    /// So many moves.
    To(usize),
    /// The beginning.
    First,
    /// One move less.
    Back,
    /// One move more.
    On,
    /// The last move.
    Last,
    /// Move by move, or stop that.
    Play,
    /// Back to the game.
    Leave,
}

impl Replay {
    /// Behind so many moves.
    #[must_use]
    pub fn at(at: usize) -> Replay {
        Replay { at, next_ms: None }
    }

    /// Whether it plays by itself.
    #[must_use]
    pub fn plays(&self) -> bool {
        self.next_ms.is_some()
    }

    /// Does what the person wants of a game with so many moves; tells whether that is heard.
    pub(super) fn show(&mut self, msg: ReplayMsg, plies: usize, uptime: u64) -> bool {
        let was = self.at;
        let plays = self.next_ms.take().is_some();
        self.at = match msg {
            ReplayMsg::Begin | ReplayMsg::Leave => self.at,
            ReplayMsg::To(at) => at.min(plies),
            ReplayMsg::First => 0,
            ReplayMsg::Back => self.at.saturating_sub(1),
            ReplayMsg::On => (self.at + 1).min(plies),
            ReplayMsg::Last => plies,
            ReplayMsg::Play if plays => self.at,
            ReplayMsg::Play => {
                self.next_ms = Some(uptime + STEP_MS);
                // From its end it begins anew.
                if self.at == plies { 0 } else { self.at }
            }
        };
        msg == ReplayMsg::On && self.at != was
    }

    /// The game has so many moves now.
    pub(super) fn bound(&mut self, plies: usize) {
        self.at = self.at.min(plies);
    }

    /// Time goes on; tells whether a move was made.
    pub(super) fn tick(&mut self, uptime: u64, plies: usize) -> bool {
        let Some(next) = self.next_ms.filter(|next| uptime >= *next) else { return false };
        if self.at >= plies {
            self.next_ms = None;
            return false;
        }
        self.at += 1;
        // A computer that slept does not hurry.
        self.next_ms = (self.at < plies).then_some((next + STEP_MS).max(uptime + STEP_MS / 2));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_button_goes_where_it_says_and_not_beyond() {
        let cases = [
            (3, ReplayMsg::First, 0),
            (3, ReplayMsg::Back, 2),
            (0, ReplayMsg::Back, 0),
            (3, ReplayMsg::On, 4),
            (9, ReplayMsg::On, 9),
            (3, ReplayMsg::Last, 9),
            (3, ReplayMsg::To(5), 5),
            (3, ReplayMsg::To(50), 9),
            (3, ReplayMsg::Begin, 3),
            (9, ReplayMsg::Play, 0),
            (3, ReplayMsg::Play, 3),
        ];
        for (from, msg, to) in cases {
            let mut replay = Replay::at(from);
            replay.show(msg, 9, 0);
            assert_eq!(replay.at, to, "{msg:?} from {from}");
            assert_eq!(replay.plays(), msg == ReplayMsg::Play);
        }
    }

    #[test]
    fn it_plays_a_move_each_second_to_the_end_and_a_hand_stops_it() {
        let mut replay = Replay::at(0);
        replay.show(ReplayMsg::Play, 2, 500);
        assert!(!replay.tick(1_400, 2));
        assert!(replay.tick(1_500, 2) && !replay.tick(1_600, 2));
        // After a long sleep one move at a time.
        assert!(replay.tick(90_000, 2) && !replay.tick(90_001, 2));
        assert_eq!((replay.at, replay.plays()), (2, false));
        replay.show(ReplayMsg::Play, 2, 90_001);
        replay.show(ReplayMsg::On, 2, 90_002);
        assert_eq!((replay.at, replay.plays()), (1, false));
    }
}
