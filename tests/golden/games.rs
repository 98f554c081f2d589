//! Games: their values, and what is said of them.

use mychat::domain::ConversationKind;
use mychat::domain::Seq;
use mychat::domain::game::{
    Begins, Bytes32, EndReason, Fact, Favour, GameEnd, GameEntry, GameId, GameKind, GameName,
    GameOffer, GameSheet, GameState, Hand, Play, Score, Side, TimeLimit,
};
use mychat::net::protocol::GameNews;

use crate::folder::Folder;
use crate::{AT, CHAT, LIME, PLUM};

pub const GAME: GameId = GameId { conversation: CHAT, seq: Seq(7) };
const HASH: Bytes32 = Bytes32([0x5A; 32]);
const END: GameEnd = GameEnd { winner: Some(Side::First), why: EndReason::Checkmate };

pub fn offer() -> GameOffer {
    let limit = TimeLimit { total_s: Some(600), move_s: Some(60) };
    GameOffer { kind: GameKind::Xiangqi {}, limit, begins: Begins::Invited, again: Some(Seq(5)) }
}

pub fn sheet() -> GameSheet {
    GameSheet {
        game: GAME,
        place: ConversationKind::direct(LIME, PLUM),
        inviter: LIME,
        offer: offer(),
        state: GameState::Over(END),
        players: Some([PLUM, LIME]),
        log: 42,
        plies: 40,
        to_act: [false; 2],
        open_ms: None,
        seed_hash: None,
        began: AT,
        ended: Some(AT + 600_000),
    }
}

/// What may be left out is.
fn open() -> GameSheet {
    let offer = GameOffer {
        kind: GameKind::Dice {},
        limit: TimeLimit::default(),
        begins: Begins::Drawn,
        again: None,
    };
    GameSheet {
        offer,
        state: GameState::Open,
        players: None,
        log: 0,
        plies: 0,
        open_ms: Some(119_500),
        seed_hash: Some(HASH),
        ended: None,
        ..sheet()
    }
}

pub fn news() -> GameNews {
    let fact = Fact::Moved { side: Side::First, from: 25, to: 22, left_ms: Some(598_000) };
    let entries =
        vec![GameEntry { t: 2_000, fact }, GameEntry { t: 2_000, fact: Fact::Ended { end: END } }];
    GameNews { sheet: sheet(), first: 40, entries, t: 2_100 }
}

pub fn scores() -> Vec<(mychat::domain::AccountId, GameName, Score)> {
    vec![(PLUM, GameName::Gomoku, Score { won: 4, drawn: 1, lost: 3, last: Some(true) })]
}

table!(kinds, value, GameKind {
    "game_kind.gomoku", GameKind::Gomoku { .. } => GameKind::Gomoku { exactly_five: true };
    "game_kind.xiangqi", GameKind::Xiangqi {} => GameKind::Xiangqi {};
    "game_kind.hands", GameKind::Hands { .. } => GameKind::Hands { best_of: 3 };
    "game_kind.dice", GameKind::Dice {} => GameKind::Dice {};
});

table!(names, value, GameName {
    "game_name.gomoku", GameName::Gomoku => GameName::Gomoku;
    "game_name.xiangqi", GameName::Xiangqi => GameName::Xiangqi;
    "game_name.hands", GameName::Hands => GameName::Hands;
    "game_name.dice", GameName::Dice => GameName::Dice;
});

table!(begins, value, Begins {
    "begins.drawn", Begins::Drawn => Begins::Drawn;
    "begins.inviter", Begins::Inviter => Begins::Inviter;
    "begins.invited", Begins::Invited => Begins::Invited;
});

table!(states, value, GameState {
    "game_state.open", GameState::Open => GameState::Open;
    "game_state.declined", GameState::Declined => GameState::Declined;
    "game_state.withdrawn", GameState::Withdrawn => GameState::Withdrawn;
    "game_state.expired", GameState::Expired => GameState::Expired;
    "game_state.running", GameState::Running => GameState::Running;
    "game_state.over", GameState::Over(_) => GameState::Over(END);
});

table!(hands, value, Hand {
    "hand.rock", Hand::Rock => Hand::Rock;
    "hand.paper", Hand::Paper => Hand::Paper;
    "hand.scissors", Hand::Scissors => Hand::Scissors;
});

table!(plays, value, Play {
    "play.place", Play::Place { .. } => Play::Place { point: 112 };
    "play.move", Play::Move { .. } => Play::Move { from: 25, to: 22 };
    "play.commit", Play::Commit { .. } => Play::Commit { hash: HASH };
    "play.reveal", Play::Reveal { .. } => Play::Reveal { hand: Hand::Paper, salt: HASH };
    "play.stir", Play::Stir { .. } => Play::Stir { nonce: HASH };
    "play.ask", Play::Ask { .. } => Play::Ask { favour: Favour::Undo };
    "play.answer", Play::Answer { .. } => Play::Answer { favour: Favour::Draw, yes: true };
    "play.resign", Play::Resign {} => Play::Resign {};
});

table!(facts, value, Fact {
    "fact.placed", Fact::Placed { .. } =>
        Fact::Placed { side: Side::First, point: 112, left_ms: None };
    "fact.moved", Fact::Moved { .. } =>
        Fact::Moved { side: Side::Second, from: 64, to: 67, left_ms: Some(9_000) };
    "fact.committed", Fact::Committed { .. } =>
        Fact::Committed { side: Side::First, hash: HASH };
    "fact.revealed", Fact::Revealed { .. } =>
        Fact::Revealed { side: Side::First, hand: Hand::Rock, salt: HASH };
    "fact.stirred", Fact::Stirred { .. } => Fact::Stirred { side: Side::Second, nonce: HASH };
    "fact.rolled", Fact::Rolled { .. } => Fact::Rolled { seed: HASH, pips: [6, 1] };
    "fact.asked", Fact::Asked { .. } =>
        Fact::Asked { side: Side::First, favour: Favour::Draw };
    "fact.declined", Fact::Declined { .. } => Fact::Declined { favour: Favour::Undo };
    "fact.undone", Fact::Undone { .. } =>
        Fact::Undone { plies: 2, side: Side::First, left_ms: Some(7) };
    "fact.left", Fact::Left { .. } => Fact::Left { side: Side::First, used_ms: 1_500 };
    "fact.back", Fact::Back { .. } => Fact::Back { side: Side::First, away_ms: 9_999 };
    "fact.ended", Fact::Ended { .. } => Fact::Ended { end: END };
});

table!(ends, value, EndReason {
    "end.five", EndReason::Five => EndReason::Five;
    "end.full_board", EndReason::FullBoard => EndReason::FullBoard;
    "end.checkmate", EndReason::Checkmate => EndReason::Checkmate;
    "end.stalemate", EndReason::Stalemate => EndReason::Stalemate;
    "end.perpetual_check", EndReason::PerpetualCheck => EndReason::PerpetualCheck;
    "end.repetition", EndReason::Repetition => EndReason::Repetition;
    "end.sixty_moves", EndReason::SixtyMoves => EndReason::SixtyMoves;
    "end.points", EndReason::Points => EndReason::Points;
    "end.agreed", EndReason::Agreed => EndReason::Agreed;
    "end.resigned", EndReason::Resigned => EndReason::Resigned;
    "end.time_over", EndReason::TimeOver => EndReason::TimeOver;
    "end.gone", EndReason::Gone => EndReason::Gone;
    "end.abandoned", EndReason::Abandoned => EndReason::Abandoned;
});

fn others(folder: &mut Folder) {
    folder.value("game_sheet.open", &open());
}

pub const TABLES: [fn(&mut Folder); 9] =
    [kinds, names, begins, states, hands, plays, facts, ends, others];
