//! Property: a client plays along by itself where nobody chooses, keeps each game equal to the server's, and
//! shows a hand that was chosen before it was closed.

use mychat::client::api::{Answer, ClientEvent, Failure, GameView, Intent, Trust};
use mychat::domain::game::{
    Begins, EndReason, GameEnd, GameId, GameKind, GameOffer, GameState, Hand, Play, Side, TimeLimit,
};
use mychat::domain::{Body, Target};
use mychat::game::{Game, Table, dice};
use mychat::net::protocol::{Command, ContactAnswer, Reason};
use serde_json::json;

use crate::place::{PASSWORD, Place, Seat};
use crate::script::{answer, events, run, token};
use crate::script_people::{lines, ok, refused};

fn offer(kind: GameKind) -> Body {
    let (limit, begins) = (TimeLimit::default(), Begins::Inviter);
    Body::Game(GameOffer { kind, limit, begins, again: None })
}

fn send(seat: &mut Seat, to: Target, body: Body) -> Result<GameId, Failure> {
    let ticket = seat.ticket();
    seat.ask(Intent::Send { ticket, to, body, nonce: None });
    match seat.answer(ticket)? {
        Answer::Sent(message) => {
            Ok(GameId { conversation: message.conversation, seq: message.seq })
        }
        other => panic!("{other:?}"),
    }
}

fn order(seat: &mut Seat, command: Command) -> Result<(), Failure> {
    let ticket = seat.ticket();
    seat.ask(Intent::Do { ticket, command });
    seat.answer(ticket).map(drop)
}

fn choose(seat: &mut Seat, game: GameId, hand: Hand) -> Result<(), Failure> {
    let ticket = seat.ticket();
    seat.ask(Intent::ChooseHand { ticket, game, hand });
    seat.answer(ticket).map(drop)
}

/// A game as it is told, once it is so.
fn view(seat: &mut Seat, game: GameId, mut is: impl FnMut(&GameView) -> bool) -> GameView {
    seat.until(|event| match event {
        ClientEvent::Game(view) if view.sheet.game == game && is(view) => Some((**view).clone()),
        _ => None,
    })
}

fn is_over(view: &GameView) -> bool {
    matches!(view.sheet.state, GameState::Over(_)) && !view.log.is_empty()
}

fn friends(place: &Place) -> (Seat, Seat) {
    let (mut lime, mut momo) = (Seat::new(), Seat::new());
    let (me, _) = lime.register(place, "Lime");
    let (peer, _) = momo.register(place, "Momo");
    let (group, words) = (mychat::domain::GroupId::FIRST, String::new());
    let to = peer.account;
    order(&mut lime, Command::AskContact { to, greeting: words.clone(), group, remark: words })
        .unwrap();
    let answer = ContactAnswer::Accept { group, remark: String::new() };
    order(&mut momo, Command::AnswerContact { from: me.account, answer }).unwrap();
    // What comes while the book is fetched for the first time stands in it.
    lime.until(|event| match event {
        ClientEvent::Notice(notice) => {
            matches!(&**notice, mychat::domain::Notice::Contact(contact) if contact.friend)
                .then_some(())
        }
        ClientEvent::Book(book) => book.contacts.get(&to).filter(|one| one.friend).map(|_| ()),
        _ => None,
    });
    (lime, momo)
}

fn begin(lime: &mut Seat, momo: &mut Seat, kind: GameKind) -> GameId {
    let game = send(lime, Target::Account(mychat::domain::AccountId(10_002)), offer(kind)).unwrap();
    view(momo, game, |view| view.sheet.state == GameState::Open);
    order(momo, Command::AnswerGame { game, accept: true }).unwrap();
    game
}

fn replay(view: &GameView) -> Game {
    let mut game = Game::new(view.sheet.offer.kind, view.sheet.offer.limit, 0);
    for entry in &view.log {
        game.take(&entry.fact, entry.t);
    }
    game
}

#[test]
fn dice_are_thrown_without_a_hand_and_can_be_proven() {
    let place = Place::start();
    let (mut lime, mut momo) = friends(&place);
    let game = begin(&mut lime, &mut momo, GameKind::Dice {});
    let (a, b) = (view(&mut lime, game, is_over), view(&mut momo, game, is_over));
    assert_eq!(a.log, b.log);
    let told = replay(&a);
    let Table::Dice(table) = told.table() else { panic!() };
    let ((seed, pips), nonces) = (table.rolled().unwrap(), table.nonces());
    assert_eq!(a.sheet.seed_hash, Some(dice::seed_hash(&seed)));
    assert_eq!(dice::pips(&seed, &nonces.map(Option::unwrap)), pips);
    assert_ne!(nonces[0], nonces[1], "each stirs with chance of its own");
}

#[test]
fn a_hand_that_was_chosen_is_shown_after_a_restart() {
    let mut place = Place::start();
    let (mut lime, mut momo) = friends(&place);
    let game = begin(&mut lime, &mut momo, GameKind::Hands { best_of: 1 });
    view(&mut lime, game, |view| view.sheet.state == GameState::Running);
    choose(&mut lime, game, Hand::Paper).unwrap();
    assert!(matches!(
        choose(&mut lime, game, Hand::Rock),
        Err(Failure::Refused(refusal)) if refusal.reason == Reason::GameTwice
    ));
    // Both the server and the one who chose are gone for a while.
    place.stop();
    let mut lime = lime.next_run();
    place.start_again();
    lime.connect(&place, Trust::First);
    lime.sign_in("Lime", PASSWORD).unwrap();
    view(&mut momo, game, |view| {
        view.sheet.state == GameState::Running && !view.log.is_empty() && view.sheet.to_act[1]
    });
    // The link of the other one may have come back by itself only a moment ago.
    while choose(&mut momo, game, Hand::Rock).is_err() {}
    let end = GameEnd { winner: Some(Side::First), why: EndReason::Points };
    for seat in [&mut lime, &mut momo] {
        let told = view(seat, game, is_over);
        assert_eq!(told.sheet.state, GameState::Over(end));
        assert_eq!(replay(&told).end(), Some(end));
    }
}

#[test]
fn offline_nobody_is_invited_later() {
    let mut place = Place::start();
    let (mut lime, _momo) = friends(&place);
    place.stop();
    lime.until(|event| match event {
        ClientEvent::Link(mychat::client::api::LinkState::Down { .. }) => Some(()),
        _ => None,
    });
    let refused = send(&mut lime, Target::Lobby, offer(GameKind::Dice {}));
    assert!(matches!(refused, Err(Failure::Offline)), "{refused:?}");
}

#[test]
fn another_device_knows_where_the_clock_stands_before_the_first_move() {
    let place = Place::start();
    let (mut lime, mut momo) = friends(&place);
    let game = begin(&mut lime, &mut momo, GameKind::Xiangqi {});
    let began = mychat::clock::uptime();
    let mut other = Seat::new();
    other.connect(&place, Trust::First);
    let passed = mychat::clock::uptime().saturating_sub(began);
    other.sign_in("Lime", PASSWORD).unwrap();
    let told = view(&mut other, game, |view| view.sheet.state == GameState::Running);
    let passed = mychat::clock::millis(passed);
    assert!(told.log.is_empty() && told.t > 0 && told.t >= passed, "{} of {passed} ms", told.t);
}

#[test]
fn a_script_plays_by_its_verbs() {
    let place = Place::start();
    let (lime, momo) = (token(&place, "Lime"), token(&place, "Momo"));
    let invited = run(
        &place,
        &lines(
            &lime,
            &[
                json!({"id": "far", "do": "invite_game", "to": 10002, "game": "gomoku"}),
                json!({"id": "odd", "do": "invite_game", "to": "lobby", "game": "chess"}),
                json!({"id": "dice", "do": "invite_game", "to": "lobby", "game": "dice"}),
                json!({"id": "hands", "do": "invite_game", "to": "lobby", "game": "hands", "best_of": 2}),
                json!({"id": "open", "do": "wait", "event": "game", "state": "open"}),
                json!({"id": "mine", "do": "games"}),
            ],
        ),
    );
    assert_eq!(refused(&invited, "far"), "not_friends");
    assert_eq!(answer(&invited, &json!("odd"))["error"]["code"], "bad_request");
    assert_eq!(refused(&invited, "hands"), "bad_value");
    let dice = ok(&invited, "dice");
    let mine = &ok(&invited, "mine")["games"][0];
    assert_eq!((&mine["state"], &mine["game"]), (&json!("open"), &json!("dice")));
    assert_eq!(events(&invited, "game")[0]["with"], "lobby");
    let (conversation, seq) = (&dice["conversation"], &dice["seq"]);
    let played = run(
        &place,
        &lines(
            &momo,
            &[
                json!({"id": "yes", "do": "answer_game", "conversation": conversation, "seq": seq, "accept": true}),
                json!({"id": "stirred", "do": "wait", "event": "game", "state": "running", "log": 1}),
                json!({"id": "wrong", "do": "play", "conversation": conversation, "seq": seq, "point": "H8"}),
                json!({"id": "none", "do": "play", "conversation": conversation, "seq": seq}),
                json!({"id": "bye", "do": "play", "conversation": conversation, "seq": seq, "resign": true}),
                json!({"id": "game", "do": "game", "conversation": conversation, "seq": seq}),
                json!({"id": "scores", "do": "scores"}),
            ],
        ),
    );
    ok(&played, "yes");
    assert_eq!(refused(&played, "wrong"), "game_illegal");
    assert_eq!(answer(&played, &json!("none"))["error"]["code"], "bad_request");
    ok(&played, "bye");
    let game = ok(&played, "game");
    assert_eq!((&game["state"], &game["why"]), (&json!("over"), &json!("resigned")));
    assert_eq!(game["winner"], 10_001);
    assert!(game["seed_hash"].as_str().is_some_and(|hash| hash.len() == 64));
    assert_eq!(game["facts"].as_array().unwrap().last().unwrap()["fact"], "ended");
    assert_eq!(ok(&played, "scores")["scores"][0]["lost"], 1);
}

#[test]
fn a_move_is_made_on_a_board_that_is_known() {
    let place = Place::start();
    let (mut lime, mut momo) = friends(&place);
    let game = begin(&mut lime, &mut momo, GameKind::Xiangqi {});
    order(&mut lime, Command::Play { game, play: Play::Move { from: 25, to: 22 } }).unwrap();
    let told = view(&mut momo, game, |view| view.sheet.plies == 1);
    assert_eq!(replay(&told).plies(), 1);
    // A client that comes later has the same.
    let mut later = momo.next_run();
    later.connect(&place, Trust::First);
    later.sign_in("Momo", PASSWORD).unwrap();
    let again = view(&mut later, game, |view| view.log.len() >= told.log.len());
    assert_eq!(again.log[..told.log.len()], told.log[..]);
}
