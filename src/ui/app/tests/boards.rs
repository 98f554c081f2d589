//! Boards of the server's games: opened when they begin, what is done at them, what is said beside them.

use super::play::*;
use crate::client::api::LinkState;
use crate::client::{Answer, ClientEvent, Failure, Intent};
use crate::domain::game::{
    Begins, EndReason, Fact, GameId, GameName, GameOffer, GameSheet, GameState, Play, Score, Side,
};
use crate::domain::{AccountId, Seq};
use crate::net::protocol::{Command, Query, Reason, Refusal, Reply};
use crate::ui::app::contacts::Confirm;
use crate::ui::app::games::board::{BoardMsg, Warning};
use crate::ui::app::games::{BoardId, GamesEffect, GamesMsg};
use crate::ui::app::notify::{About, NoteMsg};
use crate::ui::app::panel::{Leaving, PanelMsg};
use crate::ui::app::play::PlayMsg;
use crate::ui::app::play::lobby::LobbyMsg;
use crate::ui::app::play::rows::Act;
use crate::ui::app::testing::{NOON_MS, World, direct, message, ticket_of};
use crate::ui::app::{Effect, Msg};
use crate::ui::text::Language;
use crate::ui::transcript::game::GameDeed;

pub(super) fn at_board(world: &mut World, game: GameId, msg: BoardMsg) -> Vec<Effect> {
    world.send(Msg::Games(GamesMsg::Board(BoardId::Game(game), msg)))
}

pub(super) fn raised(effects: &[Effect]) -> Vec<GameId> {
    let raised = |effect: &Effect| match effect {
        Effect::Games(GamesEffect::Raise(BoardId::Game(game))) => Some(*game),
        _ => None,
    };
    effects.iter().filter_map(raised).collect()
}

/// A game of the two that has begun, the friend first.
fn begun(world: &mut World) -> GameId {
    let game = id(direct(MOMO.0));
    invites(world, direct(MOMO.0), MOMO, five());
    told(world, sheet(direct(MOMO.0), MOMO, five()), &[]);
    assert_eq!(raised(&told(world, running(five(), [true, false]), &[])), [game]);
    world.pass(GUARD_MS);
    game
}

/// A press so soon after a board came is meant for what lay below it.
const GUARD_MS: u64 = 600;

#[test]
fn the_second_press_of_a_double_click_that_brought_a_board_is_no_move() {
    let mut world = world();
    let game = id(direct(MOMO.0));
    invites(&mut world, direct(MOMO.0), MOMO, five());
    told(&mut world, running(five(), [false, true]), &[stone(Side::First, 112)]);
    let press = |world: &mut World| commands(&at_board(world, game, BoardMsg::Press(113)));
    world.pass(GUARD_MS - 1);
    assert!(press(&mut world).is_empty());
    world.pass(1);
    let play = Play::Place { point: 113 };
    assert_eq!(press(&mut world), [Command::Play { game, play }]);
}

fn stone(side: Side, point: u8) -> Fact {
    Fact::Placed { side, point, left_ms: Some(590_000) }
}

#[test]
fn a_move_goes_to_the_server_and_stands_when_it_comes_back() {
    let mut world = world();
    let game = begun(&mut world);
    assert!(commands(&at_board(&mut world, game, BoardMsg::Press(112))).is_empty(), "not my turn");
    let first = [stone(Side::First, 112)];
    told(&mut world, running(five(), [false, true]), &first);
    let effects = at_board(&mut world, game, BoardMsg::Press(113));
    let wanted = Command::Play { game, play: Play::Place { point: 113 } };
    assert_eq!(commands(&effects), std::slice::from_ref(&wanted));
    let plies =
        |world: &World| world.model.games.board(BoardId::Game(game)).unwrap().game().plies();
    assert_eq!(plies(&world), 1, "the server has not said so yet");
    // Turned down: it can be tried again, and why is said.
    let ticket = effects.iter().find_map(ticket_of).unwrap();
    let refusal = Failure::Refused(Refusal::new(Reason::GameLate));
    let effects = world.event(ClientEvent::Answered { ticket, result: Err(refusal) });
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Say(_))), "{effects:?}");
    assert_eq!(commands(&at_board(&mut world, game, BoardMsg::Press(113))), [wanted]);
    told(&mut world, running(five(), [true, false]), &[first[0], stone(Side::Second, 113)]);
    assert_eq!(plies(&world), 2);
}

#[test]
fn what_is_said_beside_a_board_is_heard_there_and_read() {
    let mut world = world();
    let game = begun(&mut world);
    world.send(Msg::Chat(FRIEND, crate::ui::app::chats::ChatMsg::Close { draft: String::new() }));
    let said = message(direct(MOMO.0), 2, MOMO.0, NOON_MS + 5, "今天我可不会输");
    let effects = world.event(ClientEvent::Message { message: said, live: true });
    let reads = |effect: &Effect| matches!(effect, Effect::Ask(Intent::MarkRead { .. }));
    assert!(effects.iter().any(reads), "{effects:?}");
    let board = world.model.games.board(BoardId::Game(game)).unwrap();
    let said = |line: &(crate::ui::app::games::news::Speaker, String)| line.1 == "今天我可不会输";
    assert!(board.lines().iter().any(said));
    let effects = at_board(&mut world, game, BoardMsg::Say("走着瞧".into()));
    let says =
        |effect: &Effect| matches!(effect, Effect::Ask(Intent::Send { to, .. }) if *to == FRIEND);
    assert!(effects.iter().any(says), "{effects:?}");
    // Without a board it is told as any message is.
    at_board(&mut world, game, BoardMsg::Close);
    let said = message(direct(MOMO.0), 3, MOMO.0, NOON_MS + 6, "?");
    let effects = world.event(ClientEvent::Message { message: said, live: true });
    assert!(!effects.iter().any(reads), "{effects:?}");
}

#[test]
fn colours_are_swapped_in_the_next_game_and_a_wish_is_granted_by_the_same() {
    let mut world = world();
    let game = begun(&mut world);
    told(
        &mut world,
        over(five(), Some(Side::First), EndReason::Resigned),
        &[Fact::Ended {
            end: crate::domain::game::GameEnd {
                winner: Some(Side::First),
                why: EndReason::Resigned,
            },
        }],
    );
    let effects = at_board(&mut world, game, BoardMsg::Again);
    let offered = effects.iter().find_map(|effect| match effect {
        Effect::Ask(Intent::Send { body: crate::domain::Body::Game(offer), .. }) => Some(*offer),
        _ => None,
    });
    let wanted = GameOffer { begins: Begins::Inviter, again: Some(Seq(1)), ..five() };
    assert_eq!(offered, Some(wanted), "who was second begins");
    // The other one asked first: the same button says yes.
    let mut world = self::world();
    let game = begun(&mut world);
    told(
        &mut world,
        over(five(), Some(Side::First), EndReason::Resigned),
        &[Fact::Ended {
            end: crate::domain::game::GameEnd {
                winner: Some(Side::First),
                why: EndReason::Resigned,
            },
        }],
    );
    let next = GameId { seq: Seq(2), ..game };
    let again = GameOffer { again: Some(Seq(1)), ..five() };
    let asks = GameSheet { game: next, ..sheet(direct(MOMO.0), MOMO, again) };
    told(&mut world, asks, &[]);
    let effects = at_board(&mut world, game, BoardMsg::Again);
    assert_eq!(commands(&effects), [Command::AnswerGame { game: next, accept: true }]);
    // Its board takes the place of the one before.
    let running = GameSheet { game: next, ..running(again, [true, false]) };
    assert_eq!(raised(&told(&mut world, running, &[])), [next]);
    assert!(world.model.games.board(BoardId::Game(game)).is_none());
}

/// A game of the two that is over.
fn ended(world: &mut World) -> GameId {
    let game = begun(world);
    let end = crate::domain::game::GameEnd { winner: Some(Side::First), why: EndReason::Resigned };
    told(world, over(five(), end.winner, end.why), &[Fact::Ended { end }]);
    game
}

/// Another game after it is offered, and stands so.
fn offered_again(world: &mut World, from: AccountId, state: GameState) {
    let again = GameOffer { again: Some(Seq(1)), ..five() };
    let sheet = sheet(direct(MOMO.0), from, again);
    told(world, GameSheet { game: GameId { seq: Seq(2), ..sheet.game }, state, ..sheet }, &[]);
}

fn again_key(world: &World, game: GameId) -> (&'static str, bool) {
    let board = world.model.games.board(BoardId::Game(game)).unwrap();
    (board.again_key(), board.may_play_again())
}

const CAN_ASK: (&str, bool) = ("game.again", true);
const ASKED: (&str, bool) = ("game.board.again.asked", false);

#[test]
fn another_game_can_be_asked_for_again_after_any_no() {
    let mut world = world();
    let game = ended(&mut world);
    assert_eq!(again_key(&world, game), CAN_ASK);
    for reason in [Reason::GameBusy, Reason::GameAway, Reason::TooFast, Reason::GamesOff] {
        let effects = at_board(&mut world, game, BoardMsg::Again);
        assert_eq!(again_key(&world, game), ASKED);
        let ticket = effects.iter().find_map(ticket_of).unwrap();
        let result = Err(Failure::Refused(Refusal::new(reason)));
        world.event(ClientEvent::Answered { ticket, result });
        assert_eq!(again_key(&world, game), CAN_ASK, "{reason:?}");
    }
    for state in [GameState::Declined, GameState::Withdrawn, GameState::Expired] {
        at_board(&mut world, game, BoardMsg::Again);
        offered_again(&mut world, ME, GameState::Open);
        assert_eq!(again_key(&world, game), ASKED);
        offered_again(&mut world, ME, state);
        assert_eq!(again_key(&world, game), CAN_ASK, "{state:?}");
    }
}

#[test]
fn the_others_wish_for_another_game_is_said_and_can_always_be_granted() {
    let mut world = world();
    let game = ended(&mut world);
    at_board(&mut world, game, BoardMsg::Again);
    assert_eq!(again_key(&world, game), ASKED);
    offered_again(&mut world, MOMO, GameState::Open);
    assert_eq!(again_key(&world, game), ("game.board.again.accept", true));
    let next = GameId { seq: Seq(2), ..game };
    let yes = Command::AnswerGame { game: next, accept: true };
    assert_eq!(commands(&at_board(&mut world, game, BoardMsg::Again)), [yes]);
    offered_again(&mut world, MOMO, GameState::Withdrawn);
    assert_eq!(again_key(&world, game), CAN_ASK);
    // A board that opens later knows it too.
    offered_again(&mut world, MOMO, GameState::Open);
    at_board(&mut world, game, BoardMsg::Close);
    world.pass(1_000);
    world.send(Msg::Play(PlayMsg::Deed(FRIEND, Seq(1), GameDeed::Replay)));
    assert_eq!(again_key(&world, game), ("game.board.again.accept", true));
}

#[test]
fn a_board_says_that_the_link_is_down_and_goes_on_behind_it() {
    let mut world = world();
    let game = begun(&mut world);
    let why = Failure::LinkLost;
    world.event(ClientEvent::Link(LinkState::Down { retry_in_ms: 9_000, why }));
    world.pass(100);
    let warning = |world: &World| world.model.games.board(BoardId::Game(game)).unwrap().warning();
    assert_eq!(warning(&world), Some(Warning::Offline));
}

#[test]
fn the_card_of_a_game_that_is_over_has_the_score_as_soon_as_it_comes() {
    let mut world = world();
    let game = begun(&mut world);
    let effects = told(&mut world, over(five(), Some(Side::Second), EndReason::Five), &[]);
    let asks = |effect: &&Effect| {
        matches!(effect, Effect::Ask(Intent::Look { query: Query::Scores { .. }, .. }))
    };
    let ticket = effects.iter().find(asks).and_then(ticket_of).unwrap();
    let score = Score { won: 3, drawn: 1, lost: 2, last: Some(true) };
    let scores = vec![(MOMO, GameName::Gomoku, score)];
    let result = Ok(Answer::Looked(Reply::Scores { scores, more: false }));
    world.event(ClientEvent::Answered { ticket, result });
    let board = world.model.games.board(BoardId::Game(game)).unwrap();
    assert_eq!(board.score(), Some(score), "before the next tick");
}

#[test]
fn whoever_lost_by_not_being_there_is_shown_it_once_on_coming_back() {
    let gone = |ended| {
        let sheet = over(five(), Some(Side::First), EndReason::Gone);
        GameSheet { ended: Some(ended), ..sheet }
    };
    let mut world = world();
    let game = begun(&mut world);
    close(&mut world, game);
    let began = running(five(), [true, false]).began;
    told(&mut world, gone(began + 70_000), &[]);
    assert!(world.model.games.board(BoardId::Game(game)).is_some(), "the link came back");
    // Another start of the program finds it among the games that are over, also behind a newer one.
    for (ended, is_shown) in [(began + 70_000, false), (began + 140_000, true)] {
        close(&mut world, game);
        world.event(ClientEvent::BegunAnew);
        let won = over(five(), Some(Side::Second), EndReason::Resigned);
        let newer = GameId { seq: Seq(2), ..game };
        told(&mut world, GameSheet { game: newer, ended: Some(ended + 1), ..won }, &[]);
        told(&mut world, gone(ended), &[]);
        let board = world.model.games.board(BoardId::Game(game));
        assert_eq!(board.is_some(), is_shown, "{ended}");
    }
}

#[test]
fn a_replay_is_begun_also_where_the_board_is_open() {
    let mut world = world();
    let game = ended(&mut world);
    let replays =
        |world: &World| world.model.games.board(BoardId::Game(game)).unwrap().replay().is_some();
    assert!(!replays(&world));
    world.pass(1_000);
    world.send(Msg::Play(PlayMsg::Deed(FRIEND, Seq(1), GameDeed::Replay)));
    assert!(replays(&world));
    close(&mut world, game);
    lobby(&mut world, LobbyMsg::Act(Act::Show(game)));
    assert!(replays(&world), "and where it opens by that");
}

fn close(world: &mut World, game: GameId) {
    at_board(world, game, BoardMsg::Close);
    assert!(world.model.games.board(BoardId::Game(game)).is_none());
}

#[test]
fn a_turn_is_told_once_where_the_board_is_not_open_and_the_panel_is_marked() {
    let mut world = world();
    let game = begun(&mut world);
    let words = |world: &World| {
        let notes = world.model.notes(Language::Chinese);
        notes.into_iter().filter(|note| note.about == About::Turn(game)).map(|note| note.words)
    };
    let first = [stone(Side::First, 112)];
    told(&mut world, running(five(), [false, true]), &first);
    assert_eq!(words(&world).count(), 0, "the board is open");
    assert!(!world.model.games_wait());
    let second = [first[0], stone(Side::Second, 113)];
    told(&mut world, running(five(), [true, false]), &second);
    close(&mut world, game);
    assert!(!world.model.games_wait(), "the other thinks");
    let third = [first[0], second[1], stone(Side::First, 114)];
    told(&mut world, running(five(), [false, true]), &third);
    assert!(words(&world).eq(["轮到你了 · 五子棋"]));
    assert!(world.model.games_wait());
    world.send(Msg::Note(NoteMsg::Close(About::Turn(game))));
    told(&mut world, running(five(), [false, true]), &third);
    assert_eq!(words(&world).count(), 0, "once for a move");
    let effects = world.send(Msg::Note(NoteMsg::Open(About::Turn(game))));
    assert_eq!(raised(&effects), [game]);
    assert!(!world.model.games_wait());
}

#[test]
fn a_turn_is_not_told_to_who_wants_quiet() {
    let mut world = world();
    let game = begun(&mut world);
    close(&mut world, game);
    world.model.me.as_mut().unwrap().presence = crate::domain::Presence::Busy;
    told(&mut world, running(five(), [false, true]), &[stone(Side::First, 112)]);
    assert!(
        world.model.notes(Language::Chinese).iter().all(|note| note.about != About::Turn(game))
    );
    assert!(world.model.games_wait(), "the panel is marked all the same");
}

#[test]
fn an_invitation_that_waits_marks_the_panel() {
    let mut world = world();
    told(&mut world, sheet(direct(MOMO.0), ME, five()), &[]);
    assert!(!world.model.games_wait(), "one's own");
    told(&mut world, sheet(direct(MOMO.0), MOMO, five()), &[]);
    assert!(world.model.games_wait());
    world.pass(121_000);
    assert!(!world.model.games_wait(), "too late");
}

#[test]
fn who_goes_while_a_game_is_played_is_asked() {
    let mut world = world();
    begun(&mut world);
    for (msg, leaving) in [
        (PanelMsg::Quit, Leaving::Quit),
        (PanelMsg::SignOut, Leaving::SignOut),
        (PanelMsg::SwitchAccount, Leaving::Switch),
    ] {
        let effects = world.send(Msg::Panel(msg));
        let asked = Confirm::LeaveGame(leaving, 0);
        assert!(matches!(&effects[..], [Effect::Confirm(one)] if *one == asked), "{effects:?}");
    }
    let effects = world.send(Msg::Confirmed(Confirm::LeaveGame(Leaving::Quit, 0)));
    assert!(effects.iter().any(|one| matches!(one, Effect::Quit)));
    told(&mut world, over(five(), Some(Side::First), EndReason::Five), &[]);
    let effects = world.send(Msg::Panel(PanelMsg::Quit));
    assert!(effects.iter().any(|one| matches!(one, Effect::Quit)), "it is over");
}
