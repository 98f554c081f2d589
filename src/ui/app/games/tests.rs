//! A board window from the log of a game: what is shown, what a press means, what leaves it.

use super::board::{Beginning, Board, BoardMsg, Card, Said, Warning};
use super::news::{News, Speaker};
use super::replay::ReplayMsg;
use super::scene::{Ghost, Token};
use super::testing::{Match, at, uptime};
use super::{BoardAct, BoardId, GamesEffect, GamesMsg, Noise, NotOpened, Taste};
use crate::client::Intent;
use crate::domain::AccountId;
use crate::domain::game::{
    EndReason, Fact, Favour, GameEnd, GameEntry, GameKind, GameName, Play, Score, Side, TimeLimit,
};
use crate::game::xiangqi::{self, Illegal};
use crate::game::{NotPlayed, NotRead, Table};
use crate::ui::app::play::PlayMsg;
use crate::ui::app::play::invite::InvitationMsg;
use crate::ui::app::testing::World;
use crate::ui::app::{Effect, Msg};
use crate::ui::text::Language;

const GOMOKU: GameKind = GameKind::Gomoku { exactly_five: false };
const XIANGQI: GameKind = GameKind::Xiangqi {};

fn place(name: &str) -> Vec<BoardAct> {
    vec![BoardAct::Play(Play::Place { point: at(name) })]
}

#[test]
fn a_press_plays_when_it_is_ones_turn_and_the_point_is_free() {
    let mut one = Match::of(GOMOKU);
    assert_eq!(one.press("H8"), place("H8"));
    assert_eq!(one.press("A1"), [], "the first one is on its way");
    let scene = one.board.scene();
    let token = Token::Stone(Side::First);
    assert_eq!(scene.ghost, Some(Ghost { at: at("H8"), token, is_sent: true }));
    assert_eq!(scene.tokens, [], "the server has the word");
    assert_eq!(
        one.play(Side::First, Play::Place { point: at("H8") }),
        [BoardAct::Sound(Noise::Stone)]
    );
    assert_eq!(one.board.scene().tokens, [(at("H8"), token)]);
    assert_eq!((one.board.scene().last, one.board.scene().ghost), (Some(at("H8")), None));
    assert_eq!(one.press("A1"), [], "it is the other's turn");
    one.stones(&[]);
    one.play(Side::Second, Play::Place { point: at("H9") });
    assert_eq!(one.press("H9"), [], "taken");
    assert_eq!(one.press("A1"), place("A1"));
    one.board.not_sent();
    assert_eq!(one.press("A2"), place("A2"), "what was not sent can be done anew");
}

#[test]
fn a_press_meant_for_a_card_that_has_just_gone_plays_nothing() {
    let mut one = Match::of(GOMOKU);
    one.stones(&["H8", "A1"]);
    one.play(Side::Second, Play::Ask { favour: Favour::Undo });
    assert!(matches!(one.board.card(), Some(Card::Favour(..))));
    one.pass(20_000);
    assert_eq!(one.board.card(), None, "time has answered");
    assert_eq!(one.press("H9"), [], "it was meant for the card");
    assert_eq!(one.board.refused(), None);
    one.pass(600);
    assert_eq!(one.press("H9"), place("H9"));
}

#[test]
fn a_press_meant_for_the_board_answers_no_card_that_has_just_come() {
    let mut one = Match::of(GOMOKU);
    one.stones(&["H8", "A1"]);
    one.take(BoardMsg::Point(Some(at("H9"))));
    one.play(Side::Second, Play::Ask { favour: Favour::Undo });
    assert_eq!(one.take(BoardMsg::Answer(true)), []);
    one.pass(600);
    let granted = Play::Answer { favour: Favour::Undo, yes: true };
    assert_eq!(one.take(BoardMsg::Answer(true)), [BoardAct::Play(granted)]);
}

#[test]
fn with_the_choice_a_second_press_on_the_same_point_plays() {
    let taste = Taste { confirm: true, hints: true };
    let mut one = Match::new(GOMOKU, Some(Side::First), taste);
    assert_eq!(one.press("H8"), []);
    assert_eq!(one.press("J8"), [], "another point");
    assert_eq!(one.board.scene().picked, Some(at("J8")));
    assert_eq!(one.press("J8"), place("J8"));
    let mut one = Match::new(XIANGQI, Some(Side::First), taste);
    assert_eq!((one.press("h2"), one.press("e2")), (vec![], vec![]));
    assert_eq!(one.board.scene().ghost.map(|ghost| ghost.at), Some(at("e2")));
    let moved = Play::Move { from: at("h2"), to: at("e2") };
    assert_eq!(one.press("e2"), [BoardAct::Play(moved)]);
}

#[test]
fn a_ghost_stands_only_where_a_stone_may() {
    let mut one = Match::of(GOMOKU);
    let ghost = |one: &Match| one.board.scene().ghost.map(|ghost| ghost.at);
    one.take(BoardMsg::Point(Some(at("K7"))));
    assert_eq!(ghost(&one), Some(at("K7")));
    one.stones(&["K7"]);
    one.take(BoardMsg::Point(Some(at("A1"))));
    assert_eq!(ghost(&one), None, "not one's turn");
    one.play(Side::Second, Play::Place { point: at("A1") });
    assert_eq!(ghost(&one), None, "taken meanwhile");
    one.take(BoardMsg::Point(None));
    assert_eq!(ghost(&one), None);
}

#[test]
fn the_keyboard_walks_and_plays() {
    let mut one = Match::of(GOMOKU);
    one.take(BoardMsg::Step(1, 0));
    assert_eq!(one.board.scene().cursor, Some(at("H8")), "at first in the middle");
    one.take(BoardMsg::Step(1, 0));
    one.take(BoardMsg::Step(0, -1));
    assert_eq!(one.take(BoardMsg::Enter), place("I9"));
    one.play(Side::First, Play::Place { point: at("I9") });
    for _ in 0..20 {
        one.take(BoardMsg::Step(-1, 1));
    }
    assert_eq!(one.board.scene().cursor, Some(at("A1")), "not over the edge");
    one.take(BoardMsg::Point(Some(at("B2"))));
    assert_eq!(one.board.scene().cursor, None, "the pointer takes over");
    // As black sees it, up is towards red.
    let mut black = Match::new(XIANGQI, Some(Side::Second), Taste::default());
    black.moves(&["h2-e2"]);
    black.take(BoardMsg::Step(0, 0));
    assert_eq!(black.board.scene().cursor, Some(at("e2")));
    black.take(BoardMsg::Step(1, -1));
    assert_eq!(black.board.scene().cursor, Some(at("d1")));
}

#[test]
fn each_place_is_seen_once_from_both_sides() {
    for kind in [GOMOKU, XIANGQI] {
        let mut one = Match::of(kind);
        let (columns, rows) = one.board.size();
        for turned in [false, true] {
            for place in 0..columns * rows {
                let (column, row) = one.board.seen_at(place);
                assert_eq!(one.board.place_seen(column, row), Some(place), "{turned}");
            }
            assert_eq!(one.board.place_seen(columns, 0), None);
            one.take(BoardMsg::Turn);
        }
    }
    let red = Match::of(XIANGQI);
    assert_eq!(red.board.seen_at(at("e0")), (4, 9), "red's general is below");
    let black = Match::new(XIANGQI, Some(Side::Second), Taste::default());
    assert_eq!(black.board.seen_at(at("e9")), (4, 9), "and black's for black");
}

#[test]
fn a_piece_is_picked_shows_its_way_and_goes() {
    let mut one = Match::of(XIANGQI);
    assert_eq!(one.press("h7"), [], "the other's piece is not picked");
    assert_eq!(one.board.scene().picked, None);
    one.press("b0");
    let mut hints = one.board.scene().hints;
    hints.sort_unstable();
    assert_eq!(hints, [(at("a2"), false), (at("c2"), false)]);
    one.press("h2");
    let hints = one.board.scene().hints;
    assert!(hints.contains(&(at("h9"), true)) && hints.contains(&(at("h6"), false)));
    assert!(one.board.scene().picked == Some(at("h2")), "another own piece is picked instead");
    one.press("h2");
    assert_eq!(one.board.scene().picked, None, "and put down");
    one.press("h2");
    assert_eq!(one.press("g5"), [], "it does not go there");
    assert_eq!(one.board.scene().picked, None);
    one.press("h2");
    let taken = Play::Move { from: at("h2"), to: at("h9") };
    assert_eq!(one.press("h9"), [BoardAct::Play(taken)]);
    assert_eq!(one.play(Side::First, taken), [BoardAct::Sound(Noise::Take)]);
    assert_eq!(one.board.lost_pieces(Side::Second).len(), 1);
    assert_eq!(one.board.lost_pieces(Side::First), []);
    let silent = Match::new(XIANGQI, Some(Side::First), Taste { confirm: false, hints: false });
    let mut one = silent;
    one.press("h2");
    assert_eq!(one.board.scene().hints, [], "by choice");
}

#[test]
fn a_move_into_check_is_refused_and_said() {
    let mut one = Match::new(XIANGQI, Some(Side::Second), Taste::default());
    // The cannon gives check over the one that black has put before the general.
    one.moves(&["h2-e2", "h7-e7", "e2-e6"]);
    assert_eq!(one.board.scene().check, Some(at("e9")));
    one.press("a9");
    assert_eq!(one.press("a8"), []);
    assert_eq!(one.board.refused(), Some(Illegal::StillCheck.into()));
    assert_eq!(one.board.scene().picked, Some(at("a9")), "it can go on elsewhere");
    // It is said for a while, or until something else is done.
    one.pass(4_999);
    assert_eq!(one.board.refused(), Some(Illegal::StillCheck.into()));
    one.pass(1);
    assert_eq!(one.board.refused(), None);
    one.press("a8");
    one.take(BoardMsg::Point(Some(at("d9"))));
    assert_eq!(one.board.refused(), Some(Illegal::StillCheck.into()));
    one.take(BoardMsg::Step(1, 0));
    assert_eq!(one.board.refused(), None);
    one.press("a8");
    one.press("d9");
    assert_eq!(one.board.refused(), None);
    assert_eq!(one.press("e8"), [BoardAct::Play(Play::Move { from: at("d9"), to: at("e8") })]);
}

#[test]
fn every_press_that_makes_no_move_is_said_why() {
    let mut one = Match::of(XIANGQI);
    for moves in
        [&["h2-e2", "h9-g7"][..], &["e2-e6", "g7-e6"], &["b2-e2", "c6-c5"], &["e2-e6", "a6-a5"]]
    {
        let presses =
            (0..xiangqi::SQUARES).flat_map(|from| (0..xiangqi::SQUARES).map(move |to| (from, to)));
        let Table::Xiangqi(record) = one.game.table().clone() else { panic!() };
        let is_own =
            |at| record.position().piece(at).is_some_and(|piece| piece.side == Side::First);
        for (from, to) in presses.filter(|(from, to)| is_own(*from) && !is_own(*to)) {
            let mut board = one.board.clone();
            board.take(BoardMsg::Press(from), uptime(one.t));
            let acts = board.take(BoardMsg::Press(to), uptime(one.t));
            let why =
                record.position().check(xiangqi::Move { from, to }).err().map(NotPlayed::from);
            assert_eq!((acts.is_empty(), board.refused()), (why.is_some(), why), "{from} {to}");
        }
        one.moves(moves);
    }
    one.press("a9");
    assert_eq!(one.board.refused(), Some(Illegal::NotYours.into()));
    one.play(Side::First, Play::Move { from: at("a0"), to: at("a1") });
    assert_eq!(one.board.refused(), None, "what happens ends it");
    one.press("a1");
    assert_eq!(one.board.refused(), Some(NotPlayed::NotYourTurn));
    let mut one = Match::of(GOMOKU);
    one.stones(&["H8", "A1"]);
    one.press("A1");
    assert_eq!(one.board.refused(), Some(NotPlayed::NotFree));
    assert_eq!(one.press("B1"), place("B1"));
    assert_eq!((one.press("C1"), one.board.refused()), (vec![], None), "it is on its way");
}

#[test]
fn a_general_that_was_mated_is_not_covered_by_the_card() {
    let mate = ["b2-e2", "a6-a5", "e2-e6", "i6-i5", "h2-h4", "g6-g5", "h4-e4"];
    for side in Side::BOTH {
        let mut one = Match::new(XIANGQI, Some(side), Taste::default());
        one.moves(&mate);
        assert_eq!(one.board.scene().check, Some(at("e9")));
        // Its own player sees it below.
        assert_eq!(one.board.is_marked_above(), side == Side::First);
    }
}

#[test]
fn clocks_run_by_this_computers_uptime() {
    let mut one = Match::of(GOMOKU);
    one.tell();
    one.board.tick(uptime(12_000));
    assert_eq!(one.board.left_ms(Side::First), Some(588_000));
    assert_eq!(one.board.left_ms(Side::Second), Some(600_000));
    one.t = 20_000;
    one.play(Side::First, Play::Place { point: 0 });
    one.board.tick(uptime(25_000));
    assert_eq!(one.board.left_ms(Side::First), Some(580_000));
    assert_eq!(one.board.left_ms(Side::Second), Some(595_000));
    one.pass(700_000);
    assert_eq!(one.board.game().end().map(|end| end.why), Some(EndReason::TimeOver));
    assert_eq!(one.board.left_ms(Side::Second), Some(0));
    let untimed = Beginning { limit: TimeLimit::default(), ..one.board.begun().clone() };
    let board = Board::new(untimed, Taste::default(), uptime(0));
    assert_eq!(board.left_ms(Side::First), None);
    let per_move = TimeLimit { total_s: None, move_s: Some(30) };
    let begun = Beginning { limit: per_move, ..one.board.begun().clone() };
    let mut board = Board::new(begun, Taste::default(), uptime(0));
    board.tick(uptime(4_000));
    assert_eq!((board.left_ms(Side::First), board.left_ms(Side::Second)), (Some(26_000), None));
}

#[test]
fn a_favour_is_asked_waited_for_and_answered() {
    let mut one = Match::of(GOMOKU);
    assert!(!one.board.may_ask(Favour::Undo), "there is nothing to take back");
    one.stones(&["H8"]);
    assert!(one.board.may_ask(Favour::Undo));
    let ask = Play::Ask { favour: Favour::Undo };
    assert_eq!(one.take(BoardMsg::Ask(Favour::Undo)), [BoardAct::Play(ask)]);
    one.play(Side::First, ask);
    one.pass(6_000);
    assert_eq!(one.board.asked(), Some((Favour::Undo, 14)));
    assert_eq!((one.board.card(), one.board.may_ask(Favour::Draw)), (None, false));
    one.pass(14_000);
    assert_eq!(one.board.asked(), None);
    assert!(!one.board.may_ask(Favour::Undo), "it was declined since the last move");
    // The other asks.
    one.play(Side::Second, Play::Place { point: at("A1") });
    let asked = one.play(Side::Second, Play::Ask { favour: Favour::Draw });
    assert_eq!(asked, [BoardAct::Sound(Noise::Ask)]);
    one.pass(5_000);
    assert_eq!(one.board.card(), Some(Card::Favour(Favour::Draw, 15_000)));
    let no = Play::Answer { favour: Favour::Draw, yes: false };
    assert_eq!(one.take(BoardMsg::Answer(false)), [BoardAct::Play(no)]);
    assert_eq!(one.board.card(), None, "answered once");
    one.play(Side::First, no);
    let news: Vec<Speaker> = one.board.lines().into_iter().map(|(who, _)| who).collect();
    let expected = [
        News::Began,
        News::Answered(Side::First, Favour::Undo, false),
        News::Answered(Side::Second, Favour::Draw, false),
    ];
    assert_eq!(news, expected.map(Speaker::Game));
    assert_eq!(one.take(BoardMsg::Answer(true)), [], "nothing is asked any more");
}

#[test]
fn clocks_stand_while_ones_link_is_down_and_from_the_end_on() {
    let mut one = Match::of(GOMOKU);
    one.pass(10_000);
    one.board.set_linked(false);
    one.board.tick(uptime(40_000));
    assert_eq!(one.board.left_ms(Side::First), Some(590_000), "nobody's time runs");
    one.board.set_linked(true);
    assert_eq!(one.board.left_ms(Side::First), Some(590_000), "and it does not jump");
    one.board.tick(uptime(41_000));
    assert_eq!(one.board.left_ms(Side::First), Some(589_000));
    one.pass(5_000);
    assert_eq!(one.board.left_ms(Side::First), Some(585_000), "the server has the word");
    one.play(Side::First, Play::Resign {});
    one.pass(9_000);
    let left = Side::BOTH.map(|side| one.board.left_ms(side));
    assert_eq!(left, [Some(585_000), Some(600_000)], "what was used is not given back");
}

#[test]
fn the_rules_are_shown_from_a_board_and_from_an_invitation() {
    let mut one = Match::of(XIANGQI);
    assert_eq!(one.take(BoardMsg::Rules), [BoardAct::Rules(XIANGQI)]);
    let mut world = World::signed_in();
    world.send(Msg::Games(GamesMsg::Read(Ok("(;GM[4]SZ[15];B[aa])".to_owned()))));
    let shown = |effects: &[Effect]| match effects {
        [Effect::Games(GamesEffect::Rules(kind))] => Some(*kind),
        _ => None,
    };
    let msg = Msg::Games(GamesMsg::Board(BoardId::File(1), BoardMsg::Rules));
    assert_eq!(shown(&world.send(msg)), Some(GOMOKU));
    let mut say = |msg| world.send(Msg::Play(PlayMsg::Invitation(msg)));
    say(InvitationMsg::Open(AccountId(10_002), GameName::Gomoku));
    say(InvitationMsg::ExactlyFive(true));
    let exactly = GameKind::Gomoku { exactly_five: true };
    assert_eq!(shown(&say(InvitationMsg::Rules)), Some(exactly), "those that are offered");
}

#[test]
fn who_gives_up_is_asked_first() {
    let mut one = Match::of(GOMOKU);
    assert_eq!(one.take(BoardMsg::Resign), []);
    assert_eq!(one.board.card(), Some(Card::Resign));
    assert_eq!(one.press("H8"), [], "the question comes first");
    one.take(BoardMsg::Escape);
    assert_eq!(one.board.card(), None);
    one.take(BoardMsg::Resign);
    assert_eq!(one.take(BoardMsg::ResignAnswered(true)), [BoardAct::Play(Play::Resign {})]);
    one.play(Side::First, Play::Resign {});
    let end = GameEnd { winner: Some(Side::Second), why: EndReason::Resigned };
    assert_eq!(one.board.card(), Some(Card::Result(end)));
    assert_eq!(one.take(BoardMsg::Resign), []);
    assert_eq!(one.board.card(), Some(Card::Result(end)), "not twice");
    one.take(BoardMsg::Escape);
    assert_eq!(one.board.card(), None, "the board behind it can be looked at");
    assert_eq!(one.take(BoardMsg::Escape), [BoardAct::Close]);
    one.pass(600);
    assert_eq!(one.take(BoardMsg::Again), [BoardAct::Rematch]);
    assert_eq!(one.take(BoardMsg::Again), [], "asked once");
    one.board.not_sent();
    assert_eq!(one.take(BoardMsg::Again), [BoardAct::Rematch]);
}

const FIVE: [&str; 9] = ["H8", "A1", "H7", "A3", "H6", "A5", "H5", "A7", "H4"];

#[test]
fn a_won_game_shows_its_row_and_the_card_on_the_other_half() {
    let mut one = Match::of(GOMOKU);
    one.board.set_score(Some(Score { won: 4, drawn: 1, lost: 3, last: None }));
    one.stones(&FIVE);
    let scene = one.board.scene();
    assert_eq!(scene.winning.len(), 5);
    assert!(!one.board.is_marked_above(), "the card lies above");
    assert!(matches!(one.board.card(), Some(Card::Result(_))));
    assert_eq!(one.board.score().map(|score| score.won), Some(4));
    one.take(BoardMsg::Replay(ReplayMsg::Begin));
    assert_eq!(one.board.card(), None);
    one.take(BoardMsg::Replay(ReplayMsg::Back));
    let scene = one.board.scene();
    assert_eq!((scene.tokens.len(), scene.winning.len()), (8, 0));
    one.take(BoardMsg::Escape);
    assert!(matches!(one.board.card(), Some(Card::Result(_))), "back from the replay");
}

#[test]
fn links_that_break_are_told_with_the_seconds_that_are_left() {
    let mut one = Match::of(GOMOKU);
    one.t = 5_000;
    let facts = one.game.attend(Side::Second, false, one.t);
    one.log.extend(facts.into_iter().map(|fact| GameEntry { t: 5_000, fact }));
    one.tell();
    one.board.tick(uptime(22_500));
    assert_eq!(one.board.warning(), Some(Warning::Away(Side::Second, 43)));
    one.board.set_linked(false);
    assert_eq!(one.board.warning(), Some(Warning::Offline));
    assert_eq!(one.press("H8"), [], "nothing would arrive");
    one.board.set_linked(true);
    one.pass(60_000);
    assert_eq!(one.board.warning(), None, "the game is over");
}

#[test]
fn moves_are_written_in_the_language_of_the_window() {
    let mut one = Match::of(XIANGQI);
    one.moves(&["h2-e2", "h9-g7"]);
    assert_eq!(one.board.written_moves(Language::Chinese), ["炮二平五", "马８进７"]);
    assert_eq!(one.board.written_moves(Language::English), ["C2=5", "H8+7"]);
    let mut one = Match::of(GOMOKU);
    one.stones(&["H8", "K4"]);
    assert_eq!(one.board.written_moves(Language::English), ["H8", "K4"]);
}

#[test]
fn what_is_said_stands_between_what_happened() {
    let mut one = Match::of(GOMOKU);
    one.tell();
    let hear = |one: &mut Match, t, text: &str| {
        one.board.hear(Said { t, side: Side::Second, text: text.to_owned() });
    };
    hear(&mut one, 1_000, "hi");
    hear(&mut one, 9_000, "bye");
    one.t = 5_000;
    one.play(Side::First, Play::Resign {});
    let lines = one.board.lines();
    let said: Vec<&str> = lines.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(said, ["", "hi", "", "bye"]);
    assert_eq!(one.take(BoardMsg::Say("  gg ".into())), [BoardAct::Say("gg".into())]);
    assert_eq!(one.take(BoardMsg::Say("  ".into())), []);
    one.board.set_linked(false);
    assert!(!one.board.may_say());
    assert_eq!(one.take(BoardMsg::Say("later".into())), [], "nobody would hear it now");
}

#[test]
fn escape_is_a_no_to_what_the_other_asks_for() {
    let mut one = Match::of(GOMOKU);
    one.stones(&["H8"]);
    one.play(Side::Second, Play::Ask { favour: Favour::Draw });
    assert!(matches!(one.board.card(), Some(Card::Favour(Favour::Draw, _))));
    let no = Play::Answer { favour: Favour::Draw, yes: false };
    assert_eq!(one.take(BoardMsg::Escape), [BoardAct::Play(no)]);
}

#[test]
fn a_log_that_is_another_one_is_begun_anew() {
    let mut one = Match::of(GOMOKU);
    one.stones(&["H8", "A1", "H7"]);
    one.log.truncate(1);
    one.tell();
    assert_eq!(one.board.game().plies(), 1);
    let first_look = Board::new(one.board.begun().clone(), Taste::default(), uptime(0));
    let mut late = first_look;
    one.stones(&[]);
    let mut log = one.log.clone();
    log.push(GameEntry {
        t: 1,
        fact: Fact::Placed { side: Side::Second, point: 3, left_ms: None },
    });
    assert_eq!(late.follow(&log, 2, 3), [], "what was before the window is not heard");
    assert_eq!(late.game().plies(), 2);
}

#[test]
fn a_saved_game_opens_as_it_was_saved() {
    for (kind, moves) in [(GOMOKU, &FIVE[..]), (XIANGQI, &["h2-e2", "h9-g7", "h0-g2"][..])] {
        let mut one = Match::of(kind);
        if kind == GOMOKU {
            one.stones(moves);
        } else {
            one.moves(moves);
        }
        let asked = one.take(BoardMsg::Save);
        let ending = if kind == GOMOKU { "sgf" } else { "pgn" };
        assert_eq!(asked, [BoardAct::AskPlace(format!("青柠-小满-2026-11-25-21-14.{ending}"))]);
        let saved = one.take(BoardMsg::SaveTo("x".into()));
        let [BoardAct::Save(_, text)] = &saved[..] else { panic!("{saved:?}") };
        let mut world = World::new();
        let effects = world.send(Msg::Games(GamesMsg::Read(Ok(text.clone()))));
        let id = BoardId::File(1);
        assert!(matches!(effects[..], [Effect::Games(GamesEffect::Raise(found))] if found == id));
        let board = world.model.games.board(id).unwrap();
        assert_eq!((board.shown_plies(), board.game().plies()), (0, moves.len()));
        assert_eq!(board.begun().players[1].name, "小满");
        assert_eq!((board.card(), board.can_play()), (None, false));
        let msg = |msg| Msg::Games(GamesMsg::Board(id, BoardMsg::Replay(msg)));
        world.send(msg(ReplayMsg::Last));
        let board = world.model.games.board(id).unwrap();
        assert_eq!(board.scene().tokens, one.board.scene().tokens);
        world.send(msg(ReplayMsg::Leave));
        assert!(world.model.games.board(id).unwrap().replay.is_some(), "there is nothing else");
        world.send(msg(ReplayMsg::Play));
        let heard = world.pass(1_100);
        assert!(matches!(heard[..], [Effect::Games(GamesEffect::Sound(Noise::Stone)), ..]));
        world.send(Msg::Games(GamesMsg::Board(id, BoardMsg::Close)));
        assert!(world.model.games.board(id).is_none());
    }
}

#[test]
fn a_game_that_went_on_after_a_repetition_is_shown_to_its_end() {
    let rounds = "H2-E2 H7-E7 E2-H2 E7-H7\n".repeat(3);
    let text = format!("[Game \"Chinese Chess\"]\n\n{rounds}B0-C2 B9-C7 *\n");
    let mut world = World::new();
    world.send(Msg::Games(GamesMsg::Read(Ok(text))));
    let id = BoardId::File(1);
    let board = |world: &World| world.model.games.board(id).unwrap().clone();
    assert_eq!((board(&world).game().plies(), board(&world).game().end()), (14, None));
    world.send(Msg::Games(GamesMsg::Board(id, BoardMsg::Replay(ReplayMsg::Last))));
    let knight = |token: &(u8, Token)| token.0 == at("c7");
    assert!(board(&world).scene().tokens.iter().any(knight), "the last move is on the board");
    // Where the last move is the one that ends it, that is known.
    let text = format!("[Game \"Chinese Chess\"]\n\n{}*\n", "H2-E2 H7-E7 E2-H2 E7-H7\n".repeat(2));
    world.send(Msg::Games(GamesMsg::Read(Ok(text))));
    let end = world.model.games.board(BoardId::File(2)).unwrap().game().end();
    assert_eq!(end.map(|end| end.why), Some(EndReason::Repetition));
}

#[test]
fn what_is_no_saved_game_is_said() {
    let mut world = World::new();
    let rounds = "H2-E2 H7-E7 E2-H2 E7-H7\n".repeat(xiangqi::PLIES_MAX / 4);
    let endless = format!("[Game \"Chinese Chess\"]\n\n{rounds}B0-C2 *\n");
    for (text, why) in [
        (Err(NotOpened::Unread), NotOpened::Unread),
        (Err(NotOpened::TooLong), NotOpened::TooLong),
        (Ok("hello"), NotOpened::Not(NotRead::Unknown)),
        (Ok("(;GM[4]SZ[19])"), NotOpened::Not(NotRead::Board)),
        (Ok("(;GM[4]SZ[15];B[aa];W[aa])"), NotOpened::Not(NotRead::Move(2))),
        (Ok(&endless), NotOpened::Not(NotRead::TooLong)),
    ] {
        let effects = world.send(Msg::Games(GamesMsg::Read(text.map(str::to_owned))));
        let [Effect::Games(GamesEffect::NotOpened(said))] = effects[..] else {
            panic!("{effects:?}")
        };
        assert_eq!(said, why);
    }
    assert_eq!(world.model.games.iter().count(), 0);
    let read = world.send(Msg::Games(GamesMsg::Open("a.sgf".into())));
    assert!(
        matches!(&read[..], [Effect::Games(GamesEffect::Read(path))] if path.ends_with("a.sgf"))
    );
}

#[test]
fn how_one_likes_to_play_is_kept_and_holds_for_all_boards() {
    let mut world = World::signed_in();
    let text = "(;GM[4]SZ[15];B[aa])".to_owned();
    world.send(Msg::Games(GamesMsg::Read(Ok(text.clone()))));
    world.send(Msg::Games(GamesMsg::Read(Ok(text))));
    let msg = Msg::Games(GamesMsg::Board(BoardId::File(1), BoardMsg::Confirm(true)));
    let effects = world.send(msg);
    assert!(matches!(&effects[..], [Effect::Ask(Intent::SetSetting { key, value })]
        if key == "game_confirm" && value == "true"));
    let expected = Taste { confirm: true, hints: true };
    assert!(world.model.games.iter().all(|(_, board)| board.taste() == expected));
    assert_eq!(world.model.settings.taste, expected);
    let mut read = Taste::default();
    for (key, value) in [("game_confirm", "true"), ("game_hints", "false"), ("other", "true")] {
        read.read(key, value);
    }
    assert_eq!(read, Taste { confirm: true, hints: false });
}

#[test]
fn no_sound_is_played_where_sounds_are_off() {
    let mut world = World::signed_in();
    world.model.settings.telling.sound = crate::ui::app::telling::Sound::Off;
    let text = "(;GM[4]SZ[15];B[aa])".to_owned();
    world.send(Msg::Games(GamesMsg::Read(Ok(text))));
    let on = BoardMsg::Replay(ReplayMsg::On);
    let effects = world.send(Msg::Games(GamesMsg::Board(BoardId::File(1), on)));
    assert_eq!(effects.len(), 0, "{effects:?}");
}
