//! What the card of a game has beside that of a file: who plays, what was shown, how it stands.

use crate::domain::game::{GameName, Hand};
use crate::ui::paint::{Icon, Rect};
use crate::ui::theme::Style;

use super::card::Deed;

/// The line of how a game stands.
const STATE: i32 = 22;
/// A player's row.
const ROW: i32 = 30;
/// How large a hand or a die is drawn.
const MARK: i32 = 22;
/// From one of them to the next.
const STEP: i32 = 24;
/// What is kept for the score at the right.
const SCORE: i32 = 20;
/// The last ones are shown; more would leave no room for the name.
pub const MARKS_MAX: usize = 7;

/// What can be done with a game.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GameDeed {
    /// Play.
    Accept,
    /// Do not.
    Decline,
    /// Take one's invitation back.
    Withdraw,
    /// Show the board.
    Board,
    /// Look at what was played.
    Replay,
    /// Choose this hand.
    Choose(Hand),
    /// See why nobody can have chosen the pips.
    Proof,
    /// The same once more.
    Again,
}

impl GameDeed {
    /// The key of its words.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            GameDeed::Accept => "game.accept",
            GameDeed::Decline => "game.decline",
            GameDeed::Withdraw => "game.withdraw",
            GameDeed::Board => "game.open",
            GameDeed::Replay => "game.replay",
            GameDeed::Choose(hand) => hand_key(hand),
            GameDeed::Proof => "game.proof",
            GameDeed::Again => "game.again",
        }
    }

    /// What stands for it in a menu.
    #[must_use]
    pub fn icon(self) -> Icon {
        match self {
            GameDeed::Accept => Icon::Check,
            GameDeed::Decline => Icon::Close,
            GameDeed::Withdraw => Icon::Undo,
            GameDeed::Board => Icon::Gomoku,
            GameDeed::Replay => Icon::History,
            GameDeed::Choose(_) => Icon::Game,
            GameDeed::Proof => Icon::ShieldLine,
            GameDeed::Again => Icon::Retry,
        }
    }
}

impl Deed {
    /// The hand that is chosen by it.
    #[must_use]
    pub fn hand(self) -> Option<Hand> {
        match self {
            Deed::Game(GameDeed::Choose(hand)) => Some(hand),
            _ => None,
        }
    }
}

/// What a hand is called.
#[must_use]
pub fn hand_key(hand: Hand) -> &'static str {
    match hand {
        Hand::Rock => "game.rock",
        Hand::Paper => "game.paper",
        Hand::Scissors => "game.scissors",
    }
}

/// What lies on the table of a game.
#[derive(Clone, PartialEq, Eq)]
pub struct Table {
    /// Which game.
    pub game: GameName,
    /// Something is expected of the person.
    pub calls: bool,
    /// What else holds, while it is offered; empty for nothing.
    pub rule: String,
    /// Who plays, where that is played in the card.
    pub players: Vec<Player>,
}

/// A player's row.
#[derive(Clone, PartialEq, Eq)]
pub struct Player {
    /// The name.
    pub name: String,
    /// What was shown, the oldest first.
    pub marks: Vec<Mark>,
    /// Rounds won; empty where there are none.
    pub score: String,
    /// The game is over, and this one has won.
    pub won: bool,
}

/// Something that a player has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A hand, and whether it won its round.
    Hand(Hand, bool),
    /// A hand that only its player knows of.
    Own(Hand),
    /// Something is chosen and hidden.
    Hidden,
    /// Nothing is chosen yet.
    Awaited,
    /// A die.
    Die(u8),
}

/// Where the parts of a table lie.
#[derive(Clone, Debug)]
pub struct TablePlaces {
    /// What else holds.
    pub rule: Rect,
    /// How it stands.
    pub state: Rect,
    /// The players' rows.
    pub players: Vec<PlayerPlaces>,
}

/// Where the parts of a player's row lie.
#[derive(Clone, Debug)]
pub struct PlayerPlaces {
    /// All of it.
    pub row: Rect,
    /// The name.
    pub name: Rect,
    /// What was shown.
    pub marks: Vec<Rect>,
    /// The score.
    pub score: Rect,
}

impl Table {
    /// How much higher it makes its card.
    #[must_use]
    pub fn height(&self, state: &str) -> i32 {
        let rows = i32::try_from(self.players.len()).unwrap_or(0) * ROW;
        let lines = line_height(&self.rule) + line_height(state);
        rows + lines + if rows + lines > 0 { 6 } else { 0 }
    }

    /// Its parts, from the top of an area on.
    #[must_use]
    pub fn places(&self, state: &str, area: Rect) -> TablePlaces {
        let rule = Rect::new(area.x, area.y, area.w, line_height(&self.rule));
        let mut y = rule.bottom();
        let widest = self.players.iter().map(|one| one.marks.len()).max().unwrap_or(0);
        let marks_w = i32::try_from(widest).unwrap_or(0) * STEP;
        let players = self.players.iter().map(|player| {
            let row = Rect::new(area.x, y, area.w, ROW);
            y += ROW;
            let score = Rect::new(row.right() - SCORE, row.y, SCORE, ROW);
            let left = if player.score.is_empty() { row.right() } else { score.x } - marks_w;
            let mark = |at: i32| Rect::new(left + at * STEP, row.y + (ROW - MARK) / 2, MARK, MARK);
            PlayerPlaces {
                row,
                name: Rect { w: left - 8 - row.x, ..row },
                marks: (0..).take(player.marks.len()).map(mark).collect(),
                score,
            }
        });
        let players = players.collect();
        TablePlaces { rule, state: Rect::new(area.x, y, area.w, line_height(state)), players }
    }
}

fn line_height(words: &str) -> i32 {
    if words.is_empty() { 0 } else { STATE }
}

/// The style of a player's name.
pub const NAME: Style = Style::BODY;

#[cfg(test)]
mod tests {
    use super::*;

    fn table(marks: usize) -> Table {
        let player = |name: &str| Player {
            name: name.to_owned(),
            marks: vec![Mark::Hidden; marks],
            score: "1".into(),
            won: false,
        };
        let players = vec![player("a"), player("b")];
        Table { game: GameName::Hands, calls: false, rule: String::new(), players }
    }

    #[test]
    fn rows_stand_over_the_state_and_leave_room_for_names() {
        for marks in 0..=MARKS_MAX {
            let table = table(marks);
            let area = Rect::new(10, 100, 264, 0);
            let places = table.places("waits", area);
            let [first, second] = &places.players[..] else { panic!("two play") };
            assert!(first.row.bottom() <= second.row.y && second.row.bottom() <= places.state.y);
            assert_eq!(places.state.bottom() + 6, area.y + table.height("waits"));
            assert!(first.name.w > 60, "{marks}");
            assert!(first.marks.iter().all(|mark| mark.x > first.name.right()));
            assert!(first.marks.iter().all(|mark| mark.right() <= first.score.x));
        }
        let empty = Table { game: GameName::Gomoku, players: Vec::new(), ..table(0) };
        assert_eq!((empty.height(""), empty.height("a")), (0, STATE + 6));
        let ruled = Table { rule: "x".to_owned(), ..empty };
        assert_eq!((ruled.height(""), ruled.height("a")), (STATE + 6, 2 * STATE + 6));
        let area = Rect::new(10, 100, 264, 0);
        let places = ruled.places("a", area);
        assert_eq!((places.rule.y, places.state.y), (area.y, places.rule.bottom()));
    }
}
