//! Property: the server is the referee. Whatever a changed client sends, only what the rules allow happens,
//! both players and the log say the same of it, and a restart in the middle changes nothing.

use mychat::domain::game::{
    Begins, Bytes32, EndReason, Fact, Favour, GameEnd, GameEntry, GameId, GameKind, GameName,
    GameOffer, GameSheet, GameState, Hand, Play, Side, TimeLimit,
};
use mychat::domain::{Body, Joining, Presence, RoomId, Target};
use mychat::game::{Game, Table, dice, gomoku, hands};
use mychat::net::protocol::{ClientFrame, Command, Event, GameNews, Query, Reason, Reply, Signal};

use crate::peer::{Ground, PASSWORD, Peer};

const GOMOKU: GameKind = GameKind::Gomoku { exactly_five: false };

fn offer(kind: GameKind) -> GameOffer {
    GameOffer { kind, limit: TimeLimit::default(), begins: Begins::Inviter, again: None }
}

fn invite(peer: &mut Peer, to: Target, offer: GameOffer) -> Result<GameId, Reason> {
    let message = peer.say(to, Body::Game(offer)).map_err(|refusal| refusal.reason)?;
    Ok(GameId { conversation: message.conversation, seq: message.seq })
}

fn answer(peer: &mut Peer, game: GameId, accept: bool) -> Result<(), Reason> {
    peer.command(Command::AnswerGame { game, accept }).map_err(|refusal| refusal.reason)
}

fn play(peer: &mut Peer, game: GameId, play: Play) -> Result<(), Reason> {
    peer.command(Command::Play { game, play }).map_err(|refusal| refusal.reason)
}

fn log(peer: &mut Peer, game: GameId) -> (GameSheet, Vec<GameEntry>) {
    match peer.query(Query::GameLog { game, after: 0 }).unwrap() {
        Reply::GameLog(news) => (news.sheet, news.entries),
        other => panic!("{other:?}"),
    }
}

/// What a peer hears of games next.
fn heard(peer: &mut Peer) -> GameNews {
    peer.event(|event| match event {
        Event::Game(news) => Some(news.clone()),
        _ => None,
    })
}

/// Begins a game between two friends, the first one of which begins.
fn begin(lime: &mut Peer, momo: &mut Peer, offer: GameOffer) -> GameId {
    let game = invite(lime, Target::Account(momo.account()), offer).unwrap();
    answer(momo, game, true).unwrap();
    game
}

fn replay(sheet: &GameSheet, entries: &[GameEntry]) -> Game {
    let mut game = Game::new(sheet.offer.kind, sheet.offer.limit, 0);
    for entry in entries {
        game.take(&entry.fact, entry.t);
    }
    game
}

fn place(name: &str) -> Play {
    Play::Place { point: gomoku::point(name).unwrap() }
}

/// What was thought of the move that is to be made, once that is so much.
fn thought_of(peer: &mut Peer, game: GameId, at_least_ms: u64) -> u64 {
    loop {
        let Reply::GameLog(news) = peer.query(Query::GameLog { game, after: 0 }).unwrap() else {
            panic!()
        };
        let thought = replay(&news.sheet, &news.entries).clock().used_ms(news.t);
        if thought >= at_least_ms {
            return thought;
        }
    }
}

#[test]
fn a_whole_game_goes_through_a_restart_and_another_device() {
    let mut ground = Ground::start();
    let (mut lime, mut momo) = ground.friends(["Lime", "Momo"]);
    let (me, peer) = (lime.account(), momo.account());
    let limit = TimeLimit { total_s: Some(600), move_s: None };
    let game = begin(&mut lime, &mut momo, GameOffer { limit, ..offer(GOMOKU) });
    for (number, name) in ["H8", "A1", "H9", "A2", "H10"].into_iter().enumerate() {
        let (here, there) =
            if number % 2 == 0 { (&mut lime, &mut momo) } else { (&mut momo, &mut lime) };
        assert_eq!(play(there, game, place("O15")), Err(Reason::GameTurn), "{name}");
        play(here, game, place(name)).unwrap();
    }
    let (_, before) = log(&mut lime, game);
    assert_eq!(log(&mut momo, game).1, before, "both see one log");
    let thought = thought_of(&mut momo, game, 300);
    ground.restart();
    let mut lime = ground.connect();
    lime.sign_in("Lime", PASSWORD).unwrap();
    let mut momo = ground.connect();
    momo.sign_in("Momo", PASSWORD).unwrap();
    let (sheet, after) = log(&mut momo, game);
    assert_eq!(after[..before.len()], before[..], "nothing that was told is lost");
    let kept = replay(&sheet, &after).clock().used_ms(after.last().unwrap().t);
    assert!(kept >= thought, "{kept} of {thought} ms of Momo's thought");
    assert_eq!(sheet.state, GameState::Running);
    let mut second = ground.second(&lime);
    for name in ["A3", "H11", "A4", "H12"] {
        let here = if name.starts_with('H') { &mut second } else { &mut momo };
        play(here, game, place(name)).unwrap();
    }
    let end = GameEnd { winner: Some(Side::First), why: EndReason::Five };
    let (sheet, entries) = log(&mut lime, game);
    assert_eq!((sheet.state, sheet.players), (GameState::Over(end), Some([me, peer])));
    let told = replay(&sheet, &entries);
    assert_eq!((told.end(), told.plies()), (Some(end), 9), "the log says the same");
    assert_eq!(play(&mut momo, game, place("B1")), Err(Reason::GameOver));
    let Reply::Scores { scores, more: false } =
        momo.query(Query::Scores { after: mychat::domain::AccountId(0) }).unwrap()
    else {
        panic!()
    };
    let (account, name, score) = scores[0];
    assert_eq!((account, name, scores.len()), (me, GameName::Gomoku, 1));
    assert_eq!((score.won, score.drawn, score.lost, score.last), (0, 0, 1, Some(false)));
    let Reply::OwnGames { games, next: None } =
        lime.query(Query::OwnGames { before: None }).unwrap()
    else {
        panic!()
    };
    assert_eq!(games, [sheet]);
}

/// The log stays as it was, whatever is sent.
fn is_refused(lime: &mut Peer, momo: &mut Peer, game: GameId, forged: &[(bool, Play, Reason)]) {
    let before = log(lime, game);
    for (by_first, forged, reason) in forged {
        let peer = if *by_first { &mut *lime } else { &mut *momo };
        assert_eq!(play(peer, game, *forged), Err(*reason), "{forged:?}");
    }
    assert_eq!(log(lime, game), before);
}

#[test]
fn a_changed_client_changes_nothing_at_the_boards() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.friends(["Lime", "Momo"]);
    let mut other = ground.register("Other");
    let game = begin(&mut lime, &mut momo, offer(GOMOKU));
    play(&mut lime, game, place("H8")).unwrap();
    let hash = Bytes32([7; 32]);
    let ask = Play::Ask { favour: Favour::Undo };
    is_refused(
        &mut lime,
        &mut momo,
        game,
        &[
            (true, place("H9"), Reason::GameTurn),
            (false, place("H8"), Reason::GameIllegal),
            (false, Play::Place { point: 225 }, Reason::GameIllegal),
            (false, Play::Place { point: 255 }, Reason::GameIllegal),
            (false, Play::Move { from: 0, to: 1 }, Reason::GameIllegal),
            (false, Play::Commit { hash }, Reason::GameIllegal),
            (false, Play::Reveal { hand: Hand::Rock, salt: hash }, Reason::GameIllegal),
            (false, Play::Stir { nonce: hash }, Reason::GameIllegal),
            (false, Play::Answer { favour: Favour::Undo, yes: true }, Reason::GameNotAsked),
            (false, ask, Reason::GameNoUndo),
        ],
    );
    assert_eq!(play(&mut other, game, place("A1")), Err(Reason::NotFound));
    assert_eq!(answer(&mut other, game, true), Err(Reason::NotFound));
    assert!(
        matches!(other.query(Query::GameLog { game, after: 0 }), Err(no) if no.reason == Reason::NotFound)
    );
    // Nobody answers what oneself asked, or something else than was asked.
    play(&mut lime, game, ask).unwrap();
    is_refused(
        &mut lime,
        &mut momo,
        game,
        &[
            (true, Play::Answer { favour: Favour::Undo, yes: true }, Reason::GameNotAsked),
            (false, Play::Answer { favour: Favour::Draw, yes: true }, Reason::GameNotAsked),
            (true, ask, Reason::GameTwice),
        ],
    );
    play(&mut momo, game, Play::Answer { favour: Favour::Undo, yes: true }).unwrap();
    play(&mut lime, game, place("A1")).unwrap();
    play(&mut momo, game, Play::Resign {}).unwrap();

    let game = begin(&mut lime, &mut momo, offer(GameKind::Xiangqi {}));
    is_refused(
        &mut lime,
        &mut momo,
        game,
        &[
            (true, Play::Move { from: 0, to: 0 }, Reason::GameIllegal),
            (true, Play::Move { from: 200, to: 10 }, Reason::GameIllegal),
            (true, Play::Move { from: 85, to: 76 }, Reason::GameIllegal),
            (true, Play::Place { point: 3 }, Reason::GameIllegal),
            (false, Play::Move { from: 64, to: 67 }, Reason::GameTurn),
        ],
    );
}

#[test]
fn a_draw_needs_both_and_a_no_holds_until_the_next_move() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.friends(["Lime", "Momo"]);
    let game = begin(&mut lime, &mut momo, offer(GameKind::Xiangqi {}));
    let (ask, answer) =
        (Play::Ask { favour: Favour::Draw }, |yes| Play::Answer { favour: Favour::Draw, yes });
    play(&mut lime, game, ask).unwrap();
    is_refused(
        &mut lime,
        &mut momo,
        game,
        &[
            (true, answer(true), Reason::GameNotAsked),
            (false, ask, Reason::GameTwice),
            (false, Play::Answer { favour: Favour::Undo, yes: true }, Reason::GameNotAsked),
        ],
    );
    play(&mut momo, game, answer(false)).unwrap();
    is_refused(
        &mut lime,
        &mut momo,
        game,
        &[(true, ask, Reason::GameDeclined), (false, answer(true), Reason::GameNotAsked)],
    );
    play(&mut lime, game, Play::Move { from: 25, to: 22 }).unwrap();
    play(&mut lime, game, ask).unwrap();
    play(&mut momo, game, answer(true)).unwrap();
    let end = GameEnd { winner: None, why: EndReason::Agreed };
    let (sheet, entries) = log(&mut momo, game);
    assert_eq!((sheet.state, replay(&sheet, &entries).end()), (GameState::Over(end), Some(end)));
    is_refused(&mut lime, &mut momo, game, &[(false, Play::Resign {}, Reason::GameOver)]);
}

#[test]
fn hands_are_hidden_until_both_have_chosen() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.friends(["Lime", "Momo"]);
    let game = begin(&mut lime, &mut momo, offer(GameKind::Hands { best_of: 1 }));
    let salt = Bytes32([3; 32]);
    let hash = |side, round, hand| hands::hash(side, round, hand, &salt);
    let reveal = |hand| Play::Reveal { hand, salt };
    play(&mut lime, game, Play::Commit { hash: hash(Side::First, 0, Hand::Rock) }).unwrap();
    is_refused(
        &mut lime,
        &mut momo,
        game,
        &[
            (true, reveal(Hand::Rock), Reason::GameEarly),
            (true, Play::Commit { hash: hash(Side::First, 0, Hand::Paper) }, Reason::GameTwice),
            (false, reveal(Hand::Paper), Reason::GameEarly),
            (true, place("H8"), Reason::GameIllegal),
        ],
    );
    // The other's own hash, handed in again, opens nothing.
    play(&mut momo, game, Play::Commit { hash: hash(Side::First, 0, Hand::Rock) }).unwrap();
    is_refused(
        &mut lime,
        &mut momo,
        game,
        &[
            (false, reveal(Hand::Rock), Reason::GameMismatch),
            (true, reveal(Hand::Paper), Reason::GameMismatch),
            (true, Play::Reveal { hand: Hand::Rock, salt: Bytes32([4; 32]) }, Reason::GameMismatch),
        ],
    );
    play(&mut lime, game, reveal(Hand::Rock)).unwrap();
    is_refused(&mut lime, &mut momo, game, &[(true, reveal(Hand::Rock), Reason::GameTwice)]);

    let game = begin(&mut lime, &mut momo, offer(GameKind::Hands { best_of: 3 }));
    for (round, first, second) in
        [(0, Hand::Rock, Hand::Rock), (1, Hand::Paper, Hand::Rock), (2, Hand::Paper, Hand::Rock)]
    {
        play(&mut momo, game, Play::Commit { hash: hash(Side::Second, round, second) }).unwrap();
        play(&mut lime, game, Play::Commit { hash: hash(Side::First, round, first) }).unwrap();
        play(&mut lime, game, reveal(first)).unwrap();
        play(&mut momo, game, reveal(second)).unwrap();
    }
    let (sheet, entries) = log(&mut momo, game);
    let end = GameEnd { winner: Some(Side::First), why: EndReason::Points };
    assert_eq!((sheet.state, sheet.plies), (GameState::Over(end), 3));
    assert_eq!(replay(&sheet, &entries).end(), Some(end));
}

#[test]
fn dice_follow_from_what_was_said_before() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.friends(["Lime", "Momo"]);
    let mut thrown = Vec::new();
    for round in 0..4 {
        let game = begin(&mut lime, &mut momo, offer(GameKind::Dice {}));
        let said = log(&mut lime, game).0.seed_hash.expect("the seed's hash is said first");
        let nonces = [Bytes32([round; 32]), Bytes32([99; 32])];
        play(&mut momo, game, Play::Stir { nonce: nonces[1] }).unwrap();
        is_refused(
            &mut lime,
            &mut momo,
            game,
            &[(false, Play::Stir { nonce: nonces[0] }, Reason::GameTwice)],
        );
        play(&mut lime, game, Play::Stir { nonce: nonces[0] }).unwrap();
        let (sheet, entries) = log(&mut lime, game);
        let told = replay(&sheet, &entries);
        let Table::Dice(table) = told.table() else { panic!() };
        let (seed, pips) = table.rolled().expect("they lie");
        assert_eq!(dice::seed_hash(&seed), said);
        assert_eq!(dice::pips(&seed, &nonces), pips);
        assert!(matches!(sheet.state, GameState::Over(_)));
        thrown.push(seed);
    }
    thrown.dedup();
    assert_eq!(thrown.len(), 4, "each game has a seed of its own");
}

#[test]
fn invitations_are_answered_once_and_only_by_those_they_are_for() {
    let ground = Ground::with(&[("games.invites_burst", "100")]);
    let (mut lime, mut momo) = ground.friends(["Lime", "Momo"]);
    let (mut other, to) = (ground.register("Other"), Target::Account(momo.account()));
    let board = offer(GOMOKU);
    let me = Target::Account(lime.account());
    assert_eq!(invite(&mut lime, me, board), Err(Reason::Yourself));
    assert_eq!(invite(&mut other, to, board), Err(Reason::NotFriends));
    assert_eq!(
        invite(&mut lime, Target::Lobby, board),
        Err(Reason::BadValue),
        "boards are for two"
    );
    for bad in [
        offer(GameKind::Hands { best_of: 2 }),
        offer(GameKind::Hands { best_of: 255 }),
        GameOffer { limit: TimeLimit { total_s: Some(0), move_s: None }, ..board },
        GameOffer { limit: TimeLimit { total_s: None, move_s: Some(4_000_000_000) }, ..board },
        GameOffer {
            limit: TimeLimit { total_s: Some(600), move_s: None },
            ..offer(GameKind::Dice {})
        },
    ] {
        assert_eq!(invite(&mut lime, to, bad), Err(Reason::BadValue), "{bad:?}");
    }
    let game = invite(&mut lime, to, board).unwrap();
    let news = heard(&mut momo);
    assert_eq!((news.sheet.game, news.sheet.state), (game, GameState::Open));
    assert!(news.sheet.open_ms.is_some_and(|ms| ms > 110_000 && ms <= 120_000));
    assert_eq!(invite(&mut lime, to, board), Err(Reason::GameAsked));
    assert_eq!(answer(&mut lime, game, true), Err(Reason::NotAllowed), "not by who invited");
    assert_eq!(play(&mut lime, game, place("H8")), Err(Reason::NotAllowed), "it has not begun");
    answer(&mut momo, game, false).unwrap();
    assert_eq!(heard(&mut lime).sheet.state, GameState::Open);
    assert_eq!(heard(&mut lime).sheet.state, GameState::Declined);
    assert_eq!(answer(&mut momo, game, true), Err(Reason::GameGone));
    let game = invite(&mut lime, to, board).unwrap();
    answer(&mut lime, game, false).unwrap();
    assert_eq!(answer(&mut momo, game, true), Err(Reason::GameGone), "it was taken back");
    let Reply::OwnGames { games, .. } = momo.query(Query::OwnGames { before: None }).unwrap()
    else {
        panic!()
    };
    assert_eq!(games, [], "what came to nothing is no game");

    momo.send(&ClientFrame::Signal(Signal::Presence(Presence::Busy)));
    momo.barrier();
    assert_eq!(invite(&mut lime, to, board), Err(Reason::GameBusy));
    momo.send(&ClientFrame::Signal(Signal::Presence(Presence::Invisible)));
    momo.barrier();
    assert_eq!(invite(&mut lime, to, board), Err(Reason::GameAway), "as others see it");
    momo.send(&ClientFrame::Signal(Signal::Presence(Presence::Online)));
    momo.barrier();
    let game = invite(&mut lime, to, board).unwrap();
    momo.block(lime.account());
    assert_eq!(
        answer(&mut momo, game, true),
        Err(Reason::GameGone),
        "nobody plays with whom it blocked"
    );
    answer(&mut lime, game, false).unwrap();
    assert_eq!(invite(&mut lime, to, board), Err(Reason::TakesNoMessages));
    let back = Target::Account(lime.account());
    assert_eq!(invite(&mut momo, back, board), Err(Reason::YouBlocked));
}

#[test]
fn in_a_room_whoever_comes_first_plays_and_all_watch() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.friends(["Lime", "Momo"]);
    let mut kiwi = ground.register("Kiwi");
    let make = Command::CreateRoom {
        name: "Players".into(),
        joining: Joining::Open,
        invite: vec![],
        colour: None,
    };
    let Reply::Room { room, .. } = lime.make(make).unwrap() else { panic!() };
    let room: RoomId = room.room;
    for peer in [&mut momo, &mut kiwi] {
        peer.command(Command::JoinRoom { room, greeting: String::new() }).unwrap();
    }
    let to = Target::Room(room);
    assert_eq!(invite(&mut lime, to, offer(GOMOKU)), Err(Reason::BadValue));
    let game = invite(&mut lime, to, offer(GameKind::Dice {})).unwrap();
    assert_eq!(answer(&mut momo, game, false), Err(Reason::NotAllowed), "nobody was asked");
    answer(&mut kiwi, game, true).unwrap();
    assert_eq!(answer(&mut momo, game, true), Err(Reason::GameGone));
    assert_eq!(
        play(&mut momo, game, Play::Stir { nonce: Bytes32([1; 32]) }),
        Err(Reason::NotAllowed)
    );
    play(&mut lime, game, Play::Stir { nonce: Bytes32([1; 32]) }).unwrap();
    play(&mut kiwi, game, Play::Stir { nonce: Bytes32([2; 32]) }).unwrap();
    // Who watches hears every entry, in order.
    let (sheet, entries) = log(&mut momo, game);
    let mut watched = Vec::new();
    while watched.len() < entries.len() {
        let news = heard(&mut momo);
        assert_eq!(news.first as usize, watched.len());
        watched.extend(news.entries);
    }
    assert_eq!(watched, entries);
    assert!(entries.iter().any(|entry| matches!(entry.fact, Fact::Rolled { .. })));
    assert!(matches!(sheet.state, GameState::Over(_)));
    // Who invited and went does not play any more.
    let game = invite(&mut momo, to, offer(GameKind::Dice {})).unwrap();
    momo.command(Command::LeaveRoom { room }).unwrap();
    assert_eq!(answer(&mut kiwi, game, true), Err(Reason::GameGone));
    // Nobody plays with whom it blocked.
    let game = invite(&mut lime, to, offer(GameKind::Dice {})).unwrap();
    kiwi.block(lime.account());
    assert_eq!(answer(&mut kiwi, game, true), Err(Reason::GameGone));
}

#[test]
fn games_can_be_switched_off_and_have_bounds() {
    let ground = Ground::with(&[("games.per_account", "1")]);
    let (mut lime, mut momo) = ground.friends(["Lime", "Momo"]);
    let (mut rook, mut kiwi) = ground.friends(["Rook", "Kiwi"]);
    let game = begin(&mut lime, &mut momo, offer(GOMOKU));
    let to = Target::Account(momo.account());
    assert_eq!(invite(&mut lime, to, offer(GOMOKU)), Err(Reason::GamesMany));
    let open = invite(&mut rook, Target::Account(kiwi.account()), offer(GOMOKU)).unwrap();
    crate::peer::set(ground.folder(), "games.off", "1");
    assert_eq!(invite(&mut lime, to, offer(GOMOKU)), Err(Reason::GamesOff));
    assert_eq!(answer(&mut kiwi, open, true), Err(Reason::GamesOff), "nothing new begins");
    answer(&mut kiwi, open, false).unwrap();
    // What runs is played to its end.
    play(&mut lime, game, place("H8")).unwrap();
    play(&mut momo, game, Play::Resign {}).unwrap();
}
