//! The rules of the games: pure, with the server as referee and the client as reader.
//!
//! * [`gomoku`], [`xiangqi`], [`hands`] and [`dice`] know one game each, [`clock`] its time.
//! * [`Game`] is a game between two: [`Game::apply`] is the one door for what players do,
//!   [`Game::attend`] for their links, [`Game::tick`] for time. Each gives back the facts that
//!   happened. [`Game::take`] takes such a fact: the row of facts replays to the same game. [`Game::fits`]
//!   says whether a fact can have been the next one.
//! * `save` writes a game so that other programs read it.

pub mod clock;
pub mod dice;
mod fits;
pub mod gomoku;
pub mod hands;
mod save;
#[cfg(test)]
mod tests;
pub mod xiangqi;

pub use save::{NotRead, Outcome, Saved, open, save};

use crate::domain::game::{
    Bytes32, EndReason, Fact, Favour, GameEnd, GameKind, Hand, Play, Side, TimeLimit,
};
use clock::Clock;
use dice::Dice;
use gomoku::Board;
use hands::Hands;
use xiangqi::{Illegal, Move, Record};

/// An asked favour is declined by silence after so long.
pub const FAVOUR_MS: u64 = 20_000;
/// Hidden hands and shares of the chance are waited for so long.
pub const STAGE_S: u32 = 60;

/// Why a play was turned down; nothing has changed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotPlayed {
    /// It is the other's turn.
    #[error("it is not your turn")]
    NotYourTurn,
    /// The game is over.
    #[error("the game is over")]
    Over,
    /// The time for this move ran out.
    #[error("your time is over")]
    TimeOver,
    /// The point is taken, or none.
    #[error("there is no free point")]
    NotFree,
    /// The rules of Chinese chess.
    #[error(transparent)]
    Illegal(#[from] Illegal),
    /// That is no play of this game.
    #[error("this game has no such move")]
    OtherGame,
    /// It was done already.
    #[error("you have done that already")]
    Twice,
    /// The other has to do something first.
    #[error("not yet")]
    TooEarly,
    /// The hand is not the one behind the hash.
    #[error("this is not the hand that you chose")]
    DoesNotMatch,
    /// Nothing was asked.
    #[error("nothing was asked of you")]
    NothingAsked,
    /// There is no move to take back.
    #[error("there is no move of yours to take back")]
    NothingToUndo,
    /// It was declined, and no move was made since.
    #[error("that was declined: make a move first")]
    DeclinedBefore,
}

/// What is played on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Table {
    /// Gomoku.
    Gomoku(Board),
    /// Chinese chess.
    Xiangqi(Record),
    /// Rock-paper-scissors.
    Hands(Hands),
    /// Dice.
    Dice(Dice),
}

/// What a player asked and the other has not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Who asks.
    pub side: Side,
    /// For what.
    pub favour: Favour,
    /// Since when.
    pub since: u64,
}

/// A game between two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Game {
    kind: GameKind,
    table: Table,
    clock: Clock,
    asked: Option<Asked>,
    /// What was declined since the last move.
    declined: Vec<Favour>,
    end: Option<GameEnd>,
}

impl Game {
    /// A game that begins now.
    #[must_use]
    pub fn new(kind: GameKind, limit: TimeLimit, now: u64) -> Game {
        let table = match kind {
            GameKind::Gomoku { exactly_five } => Table::Gomoku(Board::new(exactly_five)),
            GameKind::Xiangqi {} => Table::Xiangqi(Record::default()),
            GameKind::Hands { best_of } => Table::Hands(Hands::new(best_of)),
            GameKind::Dice {} => Table::Dice(Dice::default()),
        };
        let limit = match table {
            Table::Gomoku(_) | Table::Xiangqi(_) => limit,
            Table::Hands(_) | Table::Dice(_) => TimeLimit { total_s: None, move_s: Some(STAGE_S) },
        };
        let clock = Clock::start(limit, now);
        Game { kind, table, clock, asked: None, declined: Vec::new(), end: None }
    }

    /// Which game.
    #[must_use]
    pub fn kind(&self) -> GameKind {
        self.kind
    }

    /// What is played on.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The time.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// What is asked now.
    #[must_use]
    pub fn asked(&self) -> Option<Asked> {
        self.asked
    }

    /// How it ended.
    #[must_use]
    pub fn end(&self) -> Option<GameEnd> {
        self.end
    }

    /// Moves made.
    #[must_use]
    pub fn plies(&self) -> usize {
        match &self.table {
            Table::Gomoku(board) => board.placed().len(),
            Table::Xiangqi(record) => record.moves().len(),
            Table::Hands(hands) => hands.rounds().len(),
            Table::Dice(_) => 0,
        }
    }

    /// Who has to do something now.
    #[must_use]
    pub fn to_act(&self) -> [bool; 2] {
        let turn = |turn: Side| Side::BOTH.map(|side| side == turn);
        match &self.table {
            _ if self.end.is_some() => [false; 2],
            Table::Gomoku(board) => turn(board.turn()),
            Table::Xiangqi(record) => turn(record.position().turn()),
            Table::Hands(hands) => hands.to_act(),
            Table::Dice(dice) => dice.to_act(),
        }
    }

    /// What a side has left of the whole game's time.
    #[must_use]
    pub fn left_ms(&self, side: Side, now: u64) -> Option<u64> {
        self.clock.left_ms(side, self.to_act()[side.index()], now)
    }

    /// Does what a player wants, if it may be done. `seed` is the server's share of the chance.
    ///
    /// # Errors
    /// Why it may not; nothing has changed then.
    pub fn apply(
        &mut self,
        side: Side,
        play: &Play,
        seed: &Bytes32,
        now: u64,
    ) -> Result<Vec<Fact>, NotPlayed> {
        if self.end.is_some() {
            return Err(NotPlayed::Over);
        }
        if self.clock.is_over(self.to_act(), now) {
            return Err(NotPlayed::TimeOver);
        }
        let first = self.decide(side, play, now)?;
        let mut facts = Vec::with_capacity(2);
        if let (Some(asked), Fact::Placed { .. } | Fact::Moved { .. }) = (self.asked, first) {
            self.note(Fact::Declined { favour: asked.favour }, now, &mut facts);
        }
        self.note(first, now, &mut facts);
        if let Some(fact) = self.roll(seed) {
            self.note(fact, now, &mut facts);
        }
        if let Some(end) = self.judge().filter(|_| self.end.is_none()) {
            self.note(Fact::Ended { end }, now, &mut facts);
        }
        Ok(facts)
    }

    /// A player's link is there, or down.
    pub fn attend(&mut self, side: Side, there: bool, now: u64) -> Vec<Fact> {
        let mut facts = Vec::with_capacity(1);
        if let Some(fact) = self.attended(side, there, now) {
            self.note(fact, now, &mut facts);
        }
        facts
    }

    /// What is new about a player's link.
    fn attended(&self, side: Side, there: bool, now: u64) -> Option<Fact> {
        match (self.clock.away_since(side), there) {
            _ if self.end.is_some() => None,
            (None, false) => Some(Fact::Left { side, used_ms: self.clock.used_ms(now) }),
            (Some(since), true) => Some(Fact::Back { side, away_ms: now.saturating_sub(since) }),
            _ => None,
        }
    }

    /// What time alone brings by now.
    pub fn tick(&mut self, now: u64) -> Vec<Fact> {
        let mut facts = Vec::new();
        if self.end.is_some() {
            return facts;
        }
        if let Some(asked) = self.asked.filter(|asked| now >= asked.since + FAVOUR_MS) {
            self.note(Fact::Declined { favour: asked.favour }, now, &mut facts);
        }
        if let Some(end) = self.ended_by_time(now) {
            self.note(Fact::Ended { end }, now, &mut facts);
        }
        facts
    }

    /// How time alone has ended it by now.
    fn ended_by_time(&self, now: u64) -> Option<GameEnd> {
        let turn = self.to_act();
        let gone = Side::BOTH.map(|side| self.clock.gone_at(side).is_some_and(|at| now >= at));
        match gone {
            [false, false] => {
                self.clock.is_over(turn, now).then(|| lost(turn, EndReason::TimeOver))
            }
            _ => Some(lost(gone, EndReason::Gone)),
        }
    }

    /// When [`Game::tick`] has something to say, if nothing happens before.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        if self.end.is_some() {
            return None;
        }
        let favour = self.asked.map(|asked| asked.since + FAVOUR_MS);
        let gone = Side::BOTH.into_iter().filter_map(|side| self.clock.gone_at(side));
        gone.chain(favour).chain(self.clock.over_at(self.to_act())).min()
    }

    /// Takes what happened at a moment.
    pub fn take(&mut self, fact: &Fact, now: u64) {
        match *fact {
            Fact::Placed { side, point, left_ms } => {
                if let Table::Gomoku(board) = &mut self.table {
                    board.place(point);
                }
                self.made(side, left_ms, now);
            }
            Fact::Moved { side, from, to, left_ms } => {
                if let Table::Xiangqi(record) = &mut self.table {
                    record.make(Move { from, to }).ok();
                }
                self.made(side, left_ms, now);
            }
            Fact::Committed { .. } | Fact::Revealed { .. } => self.take_hand(fact, now),
            Fact::Stirred { side, nonce } => {
                if let Table::Dice(dice) = &mut self.table {
                    dice.stir(side.index(), nonce);
                }
            }
            Fact::Rolled { seed, pips } => {
                if let Table::Dice(dice) = &mut self.table {
                    dice.roll(seed, pips);
                }
            }
            Fact::Asked { side, favour } => self.asked = Some(Asked { side, favour, since: now }),
            Fact::Declined { favour } => {
                self.asked = None;
                self.declined.push(favour);
            }
            Fact::Undone { plies, side, left_ms } => {
                self.take_back(plies);
                self.asked = None;
                self.clock.made(side, left_ms, now);
            }
            Fact::Left { side, used_ms } => self.clock.left(side, used_ms, now),
            Fact::Back { side, away_ms } => self.clock.back(side, away_ms, now),
            Fact::Ended { end } => {
                self.asked = None;
                self.end = Some(end);
            }
        }
    }

    fn note(&mut self, fact: Fact, now: u64, facts: &mut Vec<Fact>) {
        self.take(&fact, now);
        facts.push(fact);
    }

    fn made(&mut self, side: Side, left_ms: Option<u64>, now: u64) {
        self.clock.made(side, left_ms, now);
        self.declined.clear();
    }

    fn take_hand(&mut self, fact: &Fact, now: u64) {
        let Table::Hands(hands) = &mut self.table else {
            return;
        };
        let was = (hands.is_chosen(), hands.round());
        match *fact {
            Fact::Committed { side, hash } => hands.commit(side, hash),
            Fact::Revealed { side, hand, .. } => hands.reveal(side, hand),
            _ => {}
        }
        if (hands.is_chosen(), hands.round()) != was {
            self.clock.turn(now);
        }
    }

    fn take_back(&mut self, plies: u8) {
        match &mut self.table {
            Table::Gomoku(board) => board.undo(usize::from(plies)),
            Table::Xiangqi(record) => record.undo(usize::from(plies)),
            Table::Hands(_) | Table::Dice(_) => {}
        }
    }

    /// The first fact that a play makes, if it may be done.
    fn decide(&self, side: Side, play: &Play, now: u64) -> Result<Fact, NotPlayed> {
        match (*play, &self.table) {
            (Play::Place { point }, Table::Gomoku(board)) => {
                let left_ms = self.turn_of(side, now)?;
                let free = board.is_free(point).then_some(());
                free.ok_or(NotPlayed::NotFree)?;
                Ok(Fact::Placed { side, point, left_ms })
            }
            (Play::Move { from, to }, Table::Xiangqi(record)) => {
                let left_ms = self.turn_of(side, now)?;
                record.position().check(Move { from, to })?;
                Ok(Fact::Moved { side, from, to, left_ms })
            }
            (Play::Commit { hash }, Table::Hands(hands)) => match hands.hash(side) {
                None => Ok(Fact::Committed { side, hash }),
                Some(_) => Err(NotPlayed::Twice),
            },
            (Play::Reveal { hand, salt }, Table::Hands(hands)) => reveal(hands, side, hand, salt),
            (Play::Stir { nonce }, Table::Dice(dice)) => match dice.nonces()[side.index()] {
                None => Ok(Fact::Stirred { side, nonce }),
                Some(_) => Err(NotPlayed::Twice),
            },
            (Play::Ask { favour }, Table::Gomoku(_) | Table::Xiangqi(_)) => self.ask(side, favour),
            (Play::Answer { favour, yes }, _) => self.answer(side, (favour, yes), now),
            (Play::Resign {}, _) => Ok(Fact::Ended { end: won(side.other(), EndReason::Resigned) }),
            _ => Err(NotPlayed::OtherGame),
        }
    }

    /// Whether it is a side's turn, and what it has left of its time.
    fn turn_of(&self, side: Side, now: u64) -> Result<Option<u64>, NotPlayed> {
        match self.to_act()[side.index()] {
            true => Ok(self.left_ms(side, now)),
            false => Err(NotPlayed::NotYourTurn),
        }
    }

    fn ask(&self, side: Side, favour: Favour) -> Result<Fact, NotPlayed> {
        if self.asked.is_some() {
            return Err(NotPlayed::Twice);
        }
        if self.declined.contains(&favour) {
            return Err(NotPlayed::DeclinedBefore);
        }
        if favour == Favour::Undo && usize::from(self.undoes(side)) > self.plies() {
            return Err(NotPlayed::NothingToUndo);
        }
        Ok(Fact::Asked { side, favour })
    }

    /// How many last moves go until it is the asking side's turn again.
    fn undoes(&self, side: Side) -> u8 {
        if self.to_act()[side.index()] { 2 } else { 1 }
    }

    fn answer(
        &self,
        side: Side,
        (favour, yes): (Favour, bool),
        now: u64,
    ) -> Result<Fact, NotPlayed> {
        let asked = self.asked.filter(|asked| asked.side != side && asked.favour == favour);
        let Asked { side, .. } = asked.ok_or(NotPlayed::NothingAsked)?;
        Ok(match (yes, favour) {
            (false, favour) => Fact::Declined { favour },
            (true, Favour::Draw) => Fact::Ended { end: draw(EndReason::Agreed) },
            // Time that was used is not given back.
            (true, Favour::Undo) => {
                let plies = self.undoes(side);
                let turn = if plies == 2 { side } else { side.other() };
                Fact::Undone { plies, side: turn, left_ms: self.left_ms(turn, now) }
            }
        })
    }

    /// The dice lie as soon as both have given their share.
    fn roll(&self, seed: &Bytes32) -> Option<Fact> {
        let Table::Dice(dice) = &self.table else {
            return None;
        };
        let [Some(first), Some(second)] = dice.nonces() else {
            return None;
        };
        let pips = dice::pips(seed, &[first, second]);
        (self.end.is_none() && dice.rolled().is_none())
            .then_some(Fact::Rolled { seed: *seed, pips })
    }

    /// How the table stands.
    fn judge(&self) -> Option<GameEnd> {
        match &self.table {
            Table::Gomoku(board) => match board.standing() {
                gomoku::Standing::Open => None,
                gomoku::Standing::Won => Some(won(board.turn().other(), EndReason::Five)),
                gomoku::Standing::Full => Some(draw(EndReason::FullBoard)),
            },
            Table::Xiangqi(record) => judge_xiangqi(record),
            Table::Hands(hands) => match hands.winner() {
                Some(side) => Some(won(side, EndReason::Points)),
                None => {
                    (hands.rounds().len() >= hands::ROUNDS_MAX).then(|| draw(EndReason::Repetition))
                }
            },
            Table::Dice(dice) => dice.rolled().map(|(_, [first, second])| GameEnd {
                winner: match first.cmp(&second) {
                    std::cmp::Ordering::Greater => Some(Side::First),
                    std::cmp::Ordering::Less => Some(Side::Second),
                    std::cmp::Ordering::Equal => None,
                },
                why: EndReason::Points,
            }),
        }
    }
}

fn judge_xiangqi(record: &Record) -> Option<GameEnd> {
    use xiangqi::Standing;
    let mover = record.position().turn().other();
    match record.standing() {
        Standing::Open => None,
        Standing::Checkmate => Some(won(mover, EndReason::Checkmate)),
        Standing::Stalemate => Some(won(mover, EndReason::Stalemate)),
        Standing::PerpetualCheck(side) => Some(won(side.other(), EndReason::PerpetualCheck)),
        Standing::Repetition => Some(draw(EndReason::Repetition)),
        Standing::SixtyMoves => Some(draw(EndReason::SixtyMoves)),
    }
}

fn reveal(hands: &Hands, side: Side, hand: Hand, salt: Bytes32) -> Result<Fact, NotPlayed> {
    if !hands.is_chosen() {
        return Err(NotPlayed::TooEarly);
    }
    if hands.shown(side).is_some() {
        return Err(NotPlayed::Twice);
    }
    let hash = hands::hash(side, hands.round(), hand, &salt);
    match hands.hash(side) == Some(hash) {
        true => Ok(Fact::Revealed { side, hand, salt }),
        false => Err(NotPlayed::DoesNotMatch),
    }
}

fn won(side: Side, why: EndReason) -> GameEnd {
    GameEnd { winner: Some(side), why }
}

fn draw(why: EndReason) -> GameEnd {
    GameEnd { winner: None, why }
}

/// Those who failed have lost; where both did, nobody has won.
fn lost(failed: [bool; 2], why: EndReason) -> GameEnd {
    match failed {
        [true, false] => won(Side::Second, why),
        [false, true] => won(Side::First, why),
        _ => draw(EndReason::Abandoned),
    }
}
