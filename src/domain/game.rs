//! Games: what can be played, what a player does, what happened, and how it ended.

use serde::{Deserialize, Serialize};

use super::{AccountId, ConversationId, ConversationKind, Seq};

/// The message that invites to a game, in its log: a game has no other name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GameId {
    /// The log.
    pub conversation: ConversationId,
    /// The place of the message.
    pub seq: Seq,
}

/// Which game, with its options.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GameKind {
    /// Five in a row on 15 × 15 points; with `exactly_five` six or more do not win.
    Gomoku { exactly_five: bool },
    /// Chinese chess.
    Xiangqi {},
    /// Rock-paper-scissors, best of 1, 3 or 5.
    Hands { best_of: u8 },
    /// A die each, the higher one wins.
    Dice {},
}

impl GameKind {
    /// Which game it is, whatever its options.
    #[must_use]
    pub fn name(self) -> GameName {
        match self {
            GameKind::Gomoku { .. } => GameName::Gomoku,
            GameKind::Xiangqi {} => GameName::Xiangqi,
            GameKind::Hands { .. } => GameName::Hands,
            GameKind::Dice {} => GameName::Dice,
        }
    }
}

/// A game without its options, as scores are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GameName {
    /// Five in a row.
    Gomoku,
    /// Chinese chess.
    Xiangqi,
    /// Rock-paper-scissors.
    Hands,
    /// Dice.
    Dice,
}

impl GameName {
    /// All of them.
    pub const ALL: [GameName; 4] =
        [GameName::Gomoku, GameName::Xiangqi, GameName::Hands, GameName::Dice];

    /// Whether it has a board, and so is played by two friends in a window of its own.
    #[must_use]
    pub fn has_board(self) -> bool {
        matches!(self, GameName::Gomoku | GameName::Xiangqi)
    }
}

/// Who begins, as the invitation says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Begins {
    /// The server draws.
    #[default]
    Drawn,
    /// Who invites.
    Inviter,
    /// Who is invited.
    Invited,
}

/// What somebody is invited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GameOffer {
    /// Which game.
    pub kind: GameKind,
    /// How long each player may think; of board games only.
    #[serde(default)]
    pub limit: TimeLimit,
    /// Who begins.
    #[serde(default)]
    pub begins: Begins,
    /// The game that this one follows, of the same two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Seq>,
}

/// How a game stands, or the invitation to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GameState {
    /// Nobody has answered the invitation.
    Open,
    /// It was declined.
    Declined,
    /// Who invited took it back.
    Withdrawn,
    /// Nobody answered in time.
    Expired,
    /// It is played.
    Running,
    /// It is over.
    Over(GameEnd),
}

/// Everything about a game but its moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GameSheet {
    /// Which.
    pub game: GameId,
    /// Where it was offered.
    pub place: ConversationKind,
    /// Who invited.
    pub inviter: AccountId,
    /// To what.
    pub offer: GameOffer,
    /// How it stands.
    pub state: GameState,
    /// Who plays, the one that begins first; nobody before it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub players: Option<[AccountId; 2]>,
    /// Entries of its log.
    #[serde(default)]
    pub log: u32,
    /// Moves or rounds made.
    #[serde(default)]
    pub plies: u32,
    /// Who has to do something.
    #[serde(default)]
    pub to_act: [bool; 2],
    /// For so long the invitation is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_ms: Option<u64>,
    /// Dice: the hash of the server's share of the chance, told before the players give theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed_hash: Option<Bytes32>,
    /// Begun at, or offered at, milliseconds since 1970 UTC.
    pub began: i64,
    /// Over at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<i64>,
}

impl GameSheet {
    /// Which side somebody plays.
    #[must_use]
    pub fn side_of(&self, account: AccountId) -> Option<Side> {
        let [first, second] = self.players?;
        match account {
            _ if account == first => Some(Side::First),
            _ if account == second => Some(Side::Second),
            _ => None,
        }
    }
}

/// An entry of a game's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GameEntry {
    /// When, in milliseconds of the game's own clock, which begins with it and goes on where a server
    /// that was away had it.
    pub t: u64,
    /// What.
    pub fact: Fact,
}

/// How two people's games of one name ended, as one of them sees it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// Games won.
    pub won: u32,
    /// Games that nobody won.
    pub drawn: u32,
    /// Games lost.
    pub lost: u32,
    /// Who won the last one: oneself, the other, or nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<bool>,
}

/// Which of the two players: the first one has black at gomoku and red at Chinese chess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Begins.
    First,
    /// Answers.
    Second,
}

impl Side {
    /// Both, in order.
    pub const BOTH: [Side; 2] = [Side::First, Side::Second];

    /// The one across the board.
    #[must_use]
    pub fn other(self) -> Side {
        match self {
            Side::First => Side::Second,
            Side::Second => Side::First,
        }
    }

    /// Its place in a pair.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self == Side::Second)
    }
}

/// How long each player may think.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimeLimit {
    /// In the whole game, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_s: Option<u32>,
    /// For one move, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub move_s: Option<u32>,
}

/// Rock, paper or scissors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hand {
    /// Blunts scissors.
    Rock,
    /// Wraps the rock.
    Paper,
    /// Cut the paper.
    Scissors,
}

impl Hand {
    /// All of them.
    pub const ALL: [Hand; 3] = [Hand::Rock, Hand::Paper, Hand::Scissors];
}

/// 32 bytes: a hash, a seed, a salt or a nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bytes32(#[serde(with = "serde_bytes")] pub [u8; 32]);

/// What one player asks of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Favour {
    /// To take one's last move back.
    Undo,
    /// To call it a draw.
    Draw,
}

/// What a player does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Play {
    /// Gomoku: a stone on a point, 0 to 224, row by row from below.
    Place { point: u8 },
    /// Chinese chess: from square to square, 0 to 89, rank by rank from red's side.
    Move { from: u8, to: u8 },
    /// Rock-paper-scissors: the hash of a hand that is shown later.
    Commit { hash: Bytes32 },
    /// Rock-paper-scissors: the hand behind the hash.
    Reveal { hand: Hand, salt: Bytes32 },
    /// Dice: one's share of the chance.
    Stir { nonce: Bytes32 },
    /// Asks the other.
    Ask { favour: Favour },
    /// Answers the other, who asks for this.
    Answer { favour: Favour, yes: bool },
    /// Gives up.
    Resign {},
}

/// What happened. A game is the row of its facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// A stone lies; the time that its player has left.
    Placed { side: Side, point: u8, left_ms: Option<u64> },
    /// A piece has moved; likewise.
    Moved { side: Side, from: u8, to: u8, left_ms: Option<u64> },
    /// A hand is chosen and hidden.
    Committed { side: Side, hash: Bytes32 },
    /// A hand is shown.
    Revealed { side: Side, hand: Hand, salt: Bytes32 },
    /// A player's share of the chance.
    Stirred { side: Side, nonce: Bytes32 },
    /// The dice lie; the seed proves that they were not chosen.
    Rolled { seed: Bytes32, pips: [u8; 2] },
    /// Something was asked.
    Asked { side: Side, favour: Favour },
    /// It was not granted: by a word, by a move or by silence.
    Declined { favour: Favour },
    /// So many last moves were taken back; the time that whose turn it was has left.
    Undone { plies: u8, side: Side, left_ms: Option<u64> },
    /// A player's link is down; so much of this move's time was used.
    Left { side: Side, used_ms: u64 },
    /// It is there again after so long.
    Back { side: Side, away_ms: u64 },
    /// The game is over.
    Ended { end: GameEnd },
}

/// How a game ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GameEnd {
    /// Who won; nobody where it is a draw.
    pub winner: Option<Side>,
    /// Why.
    pub why: EndReason,
}

/// Why a game ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Five in a row.
    Five,
    /// No free point is left.
    FullBoard,
    /// The general cannot be saved.
    Checkmate,
    /// No legal move is left; at Chinese chess that loses.
    Stalemate,
    /// Check with every move of a repetition loses.
    PerpetualCheck,
    /// The third time the same position.
    Repetition,
    /// 60 moves of each without a capture.
    SixtyMoves,
    /// More hands won, or the higher die.
    Points,
    /// Both wanted a draw.
    Agreed,
    /// Given up.
    Resigned,
    /// The time ran out.
    TimeOver,
    /// The link stayed away for too long.
    Gone,
    /// Nobody was there any more.
    Abandoned,
}
