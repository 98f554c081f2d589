//! Properties of every game: refusals change nothing, facts replay to the same game, time and
//! links end it as they should.

use proptest::prelude::*;

use super::*;

const SEED: Bytes32 = Bytes32([9; 32]);
const TEN_MINUTES: TimeLimit = TimeLimit { total_s: Some(600), move_s: None };
const KINDS: [GameKind; 5] = [
    GameKind::Gomoku { exactly_five: false },
    GameKind::Gomoku { exactly_five: true },
    GameKind::Xiangqi {},
    GameKind::Hands { best_of: 3 },
    GameKind::Dice {},
];

/// A game with the moments at which its facts happened.
struct Live {
    game: Game,
    log: Vec<(u64, Fact)>,
    now: u64,
}

impl Live {
    fn new(kind: GameKind, limit: TimeLimit) -> Live {
        Live { game: Game::new(kind, limit, 0), log: Vec::new(), now: 0 }
    }

    fn play(&mut self, side: Side, play: Play) -> Result<Vec<Fact>, NotPlayed> {
        let before = self.game.clone();
        let done = self.game.apply(side, &play, &SEED, self.now);
        match &done {
            Ok(facts) => self.keep(facts),
            Err(_) => assert_eq!(self.game, before, "a refusal changes nothing"),
        }
        done
    }

    fn attend(&mut self, side: Side, there: bool) {
        let facts = self.game.attend(side, there, self.now);
        self.keep(&facts);
    }

    /// Time passes, and the referee looks whenever it said that it would have something to say.
    fn wait(&mut self, ms: u64) {
        let until = self.now + ms;
        while let Some(due) = self.game.due().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            let facts = self.game.tick(self.now);
            assert!(!facts.is_empty(), "it was due");
            self.keep(&facts);
        }
        self.now = until;
        assert_eq!(self.game.tick(self.now), [], "nothing comes before it is due");
    }

    fn keep(&mut self, facts: &[Fact]) {
        self.log.extend(facts.iter().map(|fact| (self.now, *fact)));
    }

    fn end(&self) -> Option<(Option<Side>, EndReason)> {
        self.game.end().map(|end| (end.winner, end.why))
    }
}

fn gomoku() -> Live {
    Live::new(KINDS[0], TEN_MINUTES)
}

fn place(name: &str) -> Play {
    Play::Place { point: gomoku::point(name).unwrap() }
}

fn any_play() -> impl Strategy<Value = Play> {
    let byte = any::<u8>().prop_map(|byte| Bytes32([byte % 4; 32]));
    prop_oneof![
        4 => any::<u8>().prop_map(|point| Play::Place { point }),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(from, to)| Play::Move { from, to }),
        2 => byte.clone().prop_map(|hash| Play::Commit { hash }),
        2 => byte.clone().prop_map(|salt| Play::Reveal { hand: Hand::Rock, salt }),
        2 => byte.prop_map(|nonce| Play::Stir { nonce }),
        1 => prop_oneof![Just(Favour::Undo), Just(Favour::Draw)].prop_map(|favour| Play::Ask { favour }),
        2 => (prop_oneof![Just(Favour::Undo), Just(Favour::Draw)], any::<bool>())
            .prop_map(|(favour, yes)| Play::Answer { favour, yes }),
    ]
}

/// A play that is often legal: random numbers seldom are at Chinese chess, and random hashes never.
fn sensible(live: &Live, side: Side, number: u16) -> Option<Play> {
    let salt = Bytes32([3; 32]);
    match live.game.table() {
        Table::Gomoku(_) => Some(Play::Place { point: (number % 225) as u8 }),
        Table::Xiangqi(record) => {
            let moves = record.position().legal_moves();
            let made = moves.get(usize::from(number) % moves.len().max(1))?;
            Some(Play::Move { from: made.from, to: made.to })
        }
        Table::Hands(hands) if hands.is_chosen() => Some(Play::Reveal { hand: Hand::Paper, salt }),
        Table::Hands(hands) => {
            let hand = if number.is_multiple_of(2) { Hand::Paper } else { Hand::Rock };
            Some(Play::Commit { hash: hands::hash(side, hands.round(), hand, &salt) })
        }
        Table::Dice(_) => Some(Play::Stir { nonce: salt }),
    }
}

#[derive(Debug, Clone)]
enum Step {
    Sensible(bool, u16),
    Any(bool, Play),
    Attend(bool, bool),
    Wait(u64),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (any::<bool>(), any::<u16>()).prop_map(|(side, number)| Step::Sensible(side, number)),
        3 => (any::<bool>(), any_play()).prop_map(|(side, play)| Step::Any(side, play)),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(side, there)| Step::Attend(side, there)),
        1 => (0_u64..9_000).prop_map(Step::Wait),
    ]
}

/// What holds of every game at every moment.
fn check(live: &Live) {
    match live.game.table() {
        Table::Gomoku(board) => {
            let stones = board.placed();
            let colours = (0..gomoku::POINTS).filter_map(|point| board.stone(point));
            assert_eq!(colours.clone().count(), stones.len());
            let black = colours.filter(|side| *side == Side::First).count();
            assert_eq!(black, stones.len().div_ceil(2));
            let over = board.standing() != gomoku::Standing::Open;
            assert!(!over || live.game.end().is_some());
        }
        Table::Xiangqi(record) => {
            let position = record.position();
            assert!(
                !position.is_check(position.turn().other()),
                "nobody leaves the general in check"
            );
            assert!(Side::BOTH.iter().all(|side| position.general(*side).is_some()));
        }
        Table::Hands(hands) => {
            let wins = hands.wins();
            assert!(wins[0].max(wins[1]) <= 2 && wins[0].min(wins[1]) <= 1);
            assert!(hands.winner().is_none() || live.game.end().is_some());
        }
        Table::Dice(dice) => {
            if let (Some((seed, pips)), [Some(a), Some(b)]) = (dice.rolled(), dice.nonces()) {
                assert!(dice::is_fair(&dice::seed_hash(&SEED), &seed, &[a, b], pips));
                assert!(live.game.end().is_some());
            }
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_tried_facts_replay_to_the_same_game(
        kind in 0..KINDS.len(),
        steps in proptest::collection::vec(any_step(), 1..120),
    ) {
        let side = |first: bool| if first { Side::First } else { Side::Second };
        let mut live = Live::new(KINDS[kind], TEN_MINUTES);
        for step in steps {
            match step {
                Step::Sensible(first, number) => {
                    if let Some(play) = sensible(&live, side(first), number) {
                        live.play(side(first), play).ok();
                    }
                }
                Step::Any(first, play) => drop(live.play(side(first), play)),
                Step::Attend(first, there) => live.attend(side(first), there),
                Step::Wait(ms) => live.wait(ms),
            }
            check(&live);
        }
        let mut replayed = Game::new(KINDS[kind], TEN_MINUTES, 0);
        for (at, fact) in &live.log {
            prop_assert!(replayed.fits(fact, *at), "{fact:?} is what the referee wrote");
            replayed.take(fact, *at);
            prop_assert!(replayed.end().is_none() || !replayed.fits(fact, *at), "nothing follows the end");
        }
        prop_assert_eq!(&replayed, &live.game);
        let ends = live.log.iter().filter(|(_, fact)| matches!(fact, Fact::Ended { .. })).count();
        prop_assert_eq!(ends, usize::from(live.game.end().is_some()));
    }

    #[test]
    fn whatever_is_opened_is_a_game_or_an_error(text in "(\\(;GM\\[4\\]SZ\\[15\\]|\\[Game \"Chinese Chess\"\\]\n)?[;BW\\[\\]a-oA-I0-9. \\-\\\\)]{0,80}") {
        drop(open(&text));
    }
}

#[test]
fn a_five_wins_and_nothing_happens_after_it() {
    let mut live = gomoku();
    for (black, white) in [("H8", "A1"), ("I8", "B1"), ("J8", "C1"), ("K8", "D1")] {
        live.play(Side::First, place(black)).unwrap();
        assert_eq!(live.play(Side::First, place("O15")), Err(NotPlayed::NotYourTurn));
        live.play(Side::Second, place(white)).unwrap();
    }
    assert_eq!(live.play(Side::First, place("H8")), Err(NotPlayed::NotFree));
    live.play(Side::First, place("L8")).unwrap();
    assert_eq!(live.end(), Some((Some(Side::First), EndReason::Five)));
    for side in Side::BOTH {
        assert_eq!(live.play(side, place("O15")), Err(NotPlayed::Over));
        assert_eq!(live.play(side, Play::Resign {}), Err(NotPlayed::Over));
        live.attend(side, false);
    }
    assert_eq!((live.game.due(), live.game.to_act()), (None, [false; 2]));
}

#[test]
fn time_runs_for_whose_turn_it_is_and_ends_the_game() {
    let mut live = gomoku();
    live.wait(100_000);
    live.play(Side::First, place("H8")).unwrap();
    live.wait(20_000);
    let left = Side::BOTH.map(|side| live.game.left_ms(side, live.now));
    assert_eq!(left, [Some(500_000), Some(580_000)]);
    live.play(Side::Second, place("I8")).unwrap();
    live.now += 500_000;
    assert_eq!(live.play(Side::First, place("J8")), Err(NotPlayed::TimeOver), "late by a moment");
    live.wait(0);
    assert_eq!(live.end(), Some((Some(Side::Second), EndReason::TimeOver)));
}

#[test]
fn one_move_may_have_a_time_of_its_own() {
    let limit = TimeLimit { total_s: None, move_s: Some(30) };
    let mut live = Live::new(KINDS[2], limit);
    for text in ["h2-e2", "h9-g7", "h0-g2"] {
        live.wait(29_999);
        let Move { from, to } = xiangqi::read_iccs(text).unwrap();
        let turn = live.game.to_act();
        let side = if turn[0] { Side::First } else { Side::Second };
        live.play(side, Play::Move { from, to }).unwrap();
    }
    live.wait(30_000);
    assert_eq!(live.end(), Some((Some(Side::First), EndReason::TimeOver)));
}

#[test]
fn where_game_and_move_have_a_time_the_shorter_one_counts() {
    let limit = TimeLimit { total_s: Some(60), move_s: Some(50) };
    let mut live = Live::new(KINDS[0], limit);
    for name in ["H8", "I8", "H9", "I9"] {
        let side = if live.game.to_act()[0] { Side::First } else { Side::Second };
        live.wait(if name.ends_with('8') { 49_999 } else { 10_000 });
        live.play(side, place(name)).unwrap();
    }
    // A moment is left of the whole time, though the move has its own.
    assert_eq!(live.game.left_ms(Side::First, live.now), Some(1));
    live.wait(1);
    assert_eq!(live.end(), Some((Some(Side::Second), EndReason::TimeOver)));
    let mut live = Live::new(KINDS[0], limit);
    live.wait(50_000);
    assert_eq!(live.end(), Some((Some(Side::Second), EndReason::TimeOver)), "the move's own");
}

#[test]
fn a_move_is_taken_back_by_consent_and_its_time_is_not() {
    let mut live = gomoku();
    assert_eq!(
        live.play(Side::First, Play::Ask { favour: Favour::Undo }),
        Err(NotPlayed::NothingToUndo)
    );
    live.play(Side::First, place("H8")).unwrap();
    live.play(Side::Second, place("I8")).unwrap();
    live.wait(60_000);
    let ask = Play::Ask { favour: Favour::Undo };
    live.play(Side::First, ask).unwrap();
    assert_eq!(live.play(Side::Second, ask), Err(NotPlayed::Twice), "one thing at a time");
    let yes = Play::Answer { favour: Favour::Undo, yes: true };
    assert_eq!(live.play(Side::First, yes), Err(NotPlayed::NothingAsked), "not by oneself");
    live.play(Side::Second, yes).unwrap();
    assert_eq!((live.game.plies(), live.game.to_act()), (0, [true, false]));
    assert_eq!(live.game.left_ms(Side::First, live.now), Some(540_000));
    // Who has just moved takes one stone back.
    live.play(Side::First, place("H9")).unwrap();
    live.play(Side::First, ask).unwrap();
    live.play(Side::Second, yes).unwrap();
    assert_eq!((live.game.plies(), live.game.to_act()), (0, [true, false]));
}

#[test]
fn what_is_asked_is_declined_by_word_by_move_and_by_silence() {
    let draw = Play::Ask { favour: Favour::Draw };
    let mut live = gomoku();
    live.play(Side::Second, draw).unwrap();
    live.play(Side::First, Play::Answer { favour: Favour::Draw, yes: false }).unwrap();
    assert_eq!(live.play(Side::Second, draw), Err(NotPlayed::DeclinedBefore), "no nagging");
    live.play(Side::First, place("H8")).unwrap();
    live.play(Side::Second, draw).unwrap();
    live.wait(FAVOUR_MS - 1);
    assert!(live.game.asked().is_some());
    live.wait(1);
    assert_eq!(live.game.asked(), None);
    let late = Play::Answer { favour: Favour::Draw, yes: true };
    assert_eq!(live.play(Side::First, late), Err(NotPlayed::NothingAsked), "a yes comes too late");
    live.play(Side::Second, place("I8")).unwrap();
    live.play(Side::Second, draw).unwrap();
    let facts = live.play(Side::First, place("J8")).unwrap();
    assert_eq!(facts[0], Fact::Declined { favour: Favour::Draw });
    live.play(Side::First, draw).unwrap();
    live.play(Side::Second, Play::Answer { favour: Favour::Draw, yes: true }).unwrap();
    assert_eq!(live.end(), Some((None, EndReason::Agreed)));
}

#[test]
fn a_link_that_is_down_stops_the_clock_for_a_minute() {
    let mut live = gomoku();
    live.wait(10_000);
    live.attend(Side::Second, false);
    live.wait(59_999);
    assert_eq!(live.game.left_ms(Side::First, live.now), Some(590_000), "nobody's time runs");
    live.attend(Side::Second, true);
    live.wait(10_000);
    assert_eq!(live.game.left_ms(Side::First, live.now), Some(580_000));
    live.attend(Side::First, false);
    live.wait(60_000);
    assert_eq!(live.end(), Some((Some(Side::Second), EndReason::Gone)));
}

#[test]
fn nobody_stops_the_clock_for_ever() {
    let mut live = gomoku();
    for _ in 0..3 {
        live.attend(Side::First, false);
        live.wait(59_000);
        live.attend(Side::First, true);
        live.wait(1_000);
    }
    live.attend(Side::First, false);
    live.wait(2_999);
    assert_eq!(live.end(), None);
    live.wait(1);
    assert_eq!(live.end(), Some((Some(Side::Second), EndReason::Gone)));
}

#[test]
fn where_both_stay_away_nobody_wins() {
    let mut live = gomoku();
    live.attend(Side::First, false);
    live.attend(Side::Second, false);
    live.wait(60_000);
    assert_eq!(live.end(), Some((None, EndReason::Abandoned)));
}

#[test]
fn hands_are_hidden_shown_once_and_cannot_be_changed() {
    let mut live = Live::new(KINDS[3], TimeLimit::default());
    let salt = Bytes32([1; 32]);
    let hidden = |side, round, hand| Play::Commit { hash: hands::hash(side, round, hand, &salt) };
    let shown = |hand| Play::Reveal { hand, salt };
    live.play(Side::First, hidden(Side::First, 0, Hand::Rock)).unwrap();
    assert_eq!(live.play(Side::First, hidden(Side::First, 0, Hand::Paper)), Err(NotPlayed::Twice));
    assert_eq!(live.play(Side::First, shown(Hand::Rock)), Err(NotPlayed::TooEarly));
    // The other hands in the same hash: it can never be opened.
    live.play(Side::Second, hidden(Side::First, 0, Hand::Rock)).unwrap();
    live.play(Side::First, shown(Hand::Rock)).unwrap();
    assert_eq!(live.play(Side::First, shown(Hand::Rock)), Err(NotPlayed::Twice));
    for hand in [Hand::Rock, Hand::Paper, Hand::Scissors] {
        assert_eq!(live.play(Side::Second, shown(hand)), Err(NotPlayed::DoesNotMatch));
    }
    live.wait(60_000);
    assert_eq!(live.end(), Some((Some(Side::First), EndReason::TimeOver)));
}

#[test]
fn dice_lie_when_both_have_stirred() {
    let mut live = Live::new(KINDS[4], TimeLimit::default());
    live.play(Side::Second, Play::Stir { nonce: Bytes32([1; 32]) }).unwrap();
    assert_eq!(live.play(Side::Second, Play::Stir { nonce: SEED }), Err(NotPlayed::Twice));
    assert_eq!(live.play(Side::First, place("H8")), Err(NotPlayed::OtherGame));
    let facts = live.play(Side::First, Play::Stir { nonce: Bytes32([2; 32]) }).unwrap();
    let [Fact::Stirred { .. }, Fact::Rolled { seed, pips }, Fact::Ended { end }] = facts[..] else {
        panic!("{facts:?}")
    };
    assert_eq!(seed, SEED);
    let winner = [(pips[0] > pips[1], Side::First), (pips[1] > pips[0], Side::Second)];
    assert_eq!(end.winner, winner.iter().find(|(wins, _)| *wins).map(|(_, side)| *side));
}

#[test]
fn board_games_are_read_as_they_are_written() {
    let saved = Saved {
        names: ["小满]\\".into(), "Lime \"x\"".into()],
        date: "2026-11-25".into(),
        won: None,
    };
    let mut live = gomoku();
    for (index, name) in ["H8", "A1", "O15", "I8", "A15"].into_iter().enumerate() {
        live.play(Side::BOTH[index % 2], place(name)).unwrap();
    }
    let mut chess = Live::new(KINDS[2], TEN_MINUTES);
    for index in 0..30_u16 {
        let side = Side::BOTH[usize::from(index % 2)];
        let play = sensible(&chess, side, index * 7).unwrap();
        chess.play(side, play).unwrap();
    }
    chess.play(Side::First, Play::Resign {}).unwrap();
    for live in [live, chess] {
        let text = save(&live.game, &saved).unwrap();
        let (kind, read, plays) = open(&text).unwrap();
        let saved = Saved { won: live.game.end().map(|end| end.winner.into()), ..saved.clone() };
        assert_eq!((kind, read), (live.game.kind(), saved), "{text}");
        let made: Vec<Play> = live
            .log
            .iter()
            .filter_map(|(_, fact)| match *fact {
                Fact::Placed { point, .. } => Some(Play::Place { point }),
                Fact::Moved { from, to, .. } => Some(Play::Move { from, to }),
                _ => None,
            })
            .collect();
        assert_eq!(plays, made);
    }
    let other = "(;GM[1]FF[4]SZ[15];B[aa])";
    assert_eq!(open(other), Err(NotRead::Unknown), "the game of go");
    assert_eq!(open("(;GM[4]SZ[19];B[aa])"), Err(NotRead::Board));
    assert_eq!(open("(;GM[4]SZ[15];B[aa];W[aa])"), Err(NotRead::Move(2)));
    assert_eq!(open("[Game \"Chinese Chess\"]\n\n1. H2-E2 H2-E2 *"), Err(NotRead::Move(2)));
    assert!(save(&Game::new(KINDS[4], TEN_MINUTES, 0), &saved).is_none());
}

/// A game of Chinese chess that is played for as long as it goes: hardly anything is taken before it has to be.
fn long_game(mut chance: u64) -> Game {
    let mut game = Game::new(KINDS[2], TimeLimit::default(), 0);
    let mut quiet = 0;
    while game.end().is_none() {
        let Table::Xiangqi(record) = game.table() else { panic!() };
        let mut moves = record.position().legal_moves();
        let takes = |made: &Move| record.position().piece(made.to).is_some();
        let goes_on = |made: &Move| {
            let mut next = record.clone();
            next.make(*made).unwrap();
            next.standing() == xiangqi::Standing::Open
        };
        moves.sort_by_cached_key(|made| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (takes(made) != (quiet > 100), chance >> 33)
        });
        let Some(Move { from, to }) = moves.iter().copied().find(goes_on).or(moves.pop()) else {
            break;
        };
        quiet = if takes(&Move { from, to }) { 0 } else { quiet + 1 };
        let side = record.position().turn();
        game.apply(side, &Play::Move { from, to }, &SEED, 0).unwrap();
    }
    game
}

#[test]
fn the_longest_games_are_read_as_they_are_written() {
    let saved =
        Saved { names: ["Lime".into(), "Momo".into()], date: "2026-11-25".into(), won: None };
    let game = long_game(7);
    assert!((2_001..=xiangqi::PLIES_MAX).contains(&game.plies()), "{}", game.plies());
    let text = save(&game, &saved).unwrap();
    assert!(text.len() < 100_000, "far below what is read of a file");
    let (_, _, plays) = open(&text).unwrap();
    assert_eq!(plays.len(), game.plies());
    let Table::Xiangqi(record) = game.table() else { panic!() };
    let made = record.moves().map(|Move { from, to }| Play::Move { from, to });
    assert!(made.eq(plays));
    // A full board of stones is the longest game of gomoku, and another stone is no move.
    let names: Vec<String> = (0..gomoku::POINTS)
        .map(|point| (point % gomoku::SIDE, point / gomoku::SIDE))
        .map(|(column, row)| [column, row].map(|line| char::from(b'a' + line)).iter().collect())
        .collect();
    let stones = |order: &[usize]| {
        let stone = |(at, point): (usize, &usize)| {
            format!(";{}[{}]", if at % 2 == 0 { 'B' } else { 'W' }, names[*point])
        };
        let all: String = order.iter().enumerate().map(stone).collect();
        open(&format!("(;GM[4]SZ[15]{all})")).map(|(_, _, plays)| plays.len())
    };
    let order = no_five();
    assert_eq!(stones(&order), Ok(225));
    assert_eq!(stones(&[&order[..], &[3]].concat()), Err(NotRead::Move(226)));
}

/// The points in an order in which nobody gets five: in each row two of a colour beside each other, and the
/// rows below each other shifted by two.
fn no_five() -> Vec<usize> {
    let is_black = |point: &usize| (point % 15 + 2 * (point / 15 % 2)) % 4 < 2;
    let (mut blacks, mut whites): (Vec<usize>, Vec<usize>) = (0..225).partition(is_black);
    while blacks.len() > 113 {
        whites.extend(blacks.pop());
    }
    while blacks.len() < 113 {
        blacks.extend(whites.pop());
    }
    let whites = whites.into_iter().map(Some).chain([None]);
    blacks
        .into_iter()
        .zip(whites)
        .flat_map(|(black, white)| [Some(black), white])
        .flatten()
        .collect()
}

#[test]
fn who_is_mated_stuck_or_checks_for_ever_loses() {
    let ends: [(&str, &[&str], Option<Side>, EndReason); 5] = [
        ("4k4/R8/9/9/9/9/9/9/1R7/3K5 w", &["b1-b9"], Some(Side::First), EndReason::Checkmate),
        ("3k5/1r7/9/9/9/9/9/9/r8/4K4 b", &["b8-b0"], Some(Side::Second), EndReason::Checkmate),
        ("3k5/9/2P6/9/9/9/9/9/9/4K4 w", &["c7-c8"], Some(Side::First), EndReason::Stalemate),
        (
            "3k5/9/9/9/9/9/9/9/4R4/5K3 w",
            &["e1-d1", "d9-e9", "d1-e1", "e9-d9", "e1-d1", "d9-e9", "d1-e1", "e9-d9"],
            Some(Side::Second),
            EndReason::PerpetualCheck,
        ),
        (
            xiangqi::START,
            &["h2-e2", "h7-e7", "e2-h2", "e7-h7", "h2-e2", "h7-e7", "e2-h2", "e7-h7"],
            None,
            EndReason::Repetition,
        ),
    ];
    for (fen, moves, winner, why) in ends {
        let mut record = Record::from(xiangqi::Position::from_fen(fen).unwrap());
        for text in moves {
            assert_eq!(judge_xiangqi(&record), None, "{fen} before {text}");
            record.make(xiangqi::read_iccs(text).unwrap()).unwrap();
        }
        assert_eq!(judge_xiangqi(&record), Some(GameEnd { winner, why }), "{fen}");
    }
}
