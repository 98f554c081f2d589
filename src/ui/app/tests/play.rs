//! Games in the windows: how they stand in their cards, what is done with them, how they are told, the
//! window of all games.

use std::sync::Arc;
use std::time::Duration;

pub(super) use super::rooms::MOMO;
use super::rooms::{CLASS, ROOK, own, with};
use crate::client::api::GameView;
use crate::client::{Answer, ClientEvent, Failure, Intent};
use crate::domain::game::{
    Begins, Bytes32, EndReason, Fact, GameEnd, GameEntry, GameId, GameKind, GameName, GameOffer,
    GameSheet, GameState, Hand, Score, Side, TimeLimit,
};
use crate::domain::{
    AccountId, Body, Book, Contact, ConversationKind, Notify, Presence, Rank, Seq, Target,
};
use crate::game::{dice, hands};
use crate::net::protocol::{Command, Query, Reason, Refusal, Reply};
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::games::{BoardId, GamesEffect};
use crate::ui::app::play::invite::InvitationMsg;
use crate::ui::app::play::lobby::LobbyMsg;
use crate::ui::app::play::look::GameLook;
use crate::ui::app::play::rows::{Act, Line, Row};
use crate::ui::app::play::{PlayEffect, PlayMsg};
use crate::ui::app::testing::{NOON_MS, World, conversation, direct, message, person, ticket_of};
use crate::ui::app::{Effect, Msg};
use crate::ui::text::Language;
use crate::ui::transcript::card::{Deed, Tone};
use crate::ui::transcript::game::{GameDeed, Mark};

pub(super) const ME: AccountId = AccountId(10_001);
pub(super) const FRIEND: Target = Target::Account(MOMO);
const SALT: Bytes32 = Bytes32([7; 32]);

pub(super) fn offer(kind: GameKind) -> GameOffer {
    let total_s = kind.name().has_board().then_some(600);
    let limit = TimeLimit { total_s, move_s: None };
    GameOffer { kind, limit, begins: Begins::Inviter, again: None }
}

pub(super) fn five() -> GameOffer {
    offer(GameKind::Gomoku { exactly_five: false })
}

pub(super) fn best_of(best_of: u8) -> GameOffer {
    offer(GameKind::Hands { best_of })
}

/// A panel with a friend who is there, and a chat with that friend that stands.
pub(super) fn world() -> World {
    let mut world = World::signed_in();
    world.event(ClientEvent::People(vec![person(MOMO.0, "小满"), person(ROOK.0, "Rook")]));
    let friend = Contact { friend: true, ..Contact::stranger(MOMO) };
    let contacts = [(MOMO, friend)].into();
    world.event(ClientEvent::Book(Arc::new(Book { contacts, ..Book::default() })));
    world.event(ClientEvent::Presence(vec![(MOMO, Presence::Online)]));
    world.event(ClientEvent::Conversation(conversation(direct(MOMO.0), 0, 0)));
    world.send(Msg::Chat(FRIEND, ChatMsg::Open));
    world
}

pub(super) fn invites(
    world: &mut World,
    kind: ConversationKind,
    from: AccountId,
    offer: GameOffer,
) -> Vec<Effect> {
    let body = Body::Game(offer);
    let message = message(kind, 1, from.0, NOON_MS, "");
    world.event(ClientEvent::Message {
        message: crate::domain::Message { body, ..message },
        live: true,
    })
}

pub(super) fn id(kind: ConversationKind) -> GameId {
    GameId { conversation: conversation(kind, 0, 0).conversation, seq: Seq(1) }
}

pub(super) fn sheet(kind: ConversationKind, inviter: AccountId, offer: GameOffer) -> GameSheet {
    GameSheet {
        game: id(kind),
        place: kind,
        inviter,
        offer,
        state: GameState::Open,
        players: None,
        log: 0,
        plies: 0,
        to_act: [false; 2],
        open_ms: Some(120_000),
        seed_hash: None,
        began: NOON_MS,
        ended: None,
    }
}

pub(super) fn told(world: &mut World, mut sheet: GameSheet, facts: &[Fact]) -> Vec<Effect> {
    let log: Vec<GameEntry> = facts.iter().map(|fact| GameEntry { t: 1, fact: *fact }).collect();
    sheet.log = u32::try_from(log.len()).unwrap();
    let at = Duration::from_millis(world.now.mono_ms);
    world.event(ClientEvent::Game(Box::new(GameView { sheet, log, t: 1, at })))
}

/// A game that the two play, the friend first.
pub(super) fn running(offer: GameOffer, to_act: [bool; 2]) -> GameSheet {
    let players = Some([MOMO, ME]);
    let (state, open_ms) = (GameState::Running, None);
    GameSheet { state, players, to_act, open_ms, ..sheet(direct(MOMO.0), MOMO, offer) }
}

pub(super) fn over(offer: GameOffer, winner: Option<Side>, why: EndReason) -> GameSheet {
    let state = GameState::Over(GameEnd { winner, why });
    GameSheet { state, ended: Some(NOON_MS), ..running(offer, [false; 2]) }
}

fn look_in(world: &World, target: Target, language: Language) -> GameLook {
    let chat = world.model.chats.get(target).unwrap();
    let entry = chat.entries(ME, target).next().unwrap();
    world.model.game_look(target, ME, &entry, language).unwrap()
}

fn look(world: &World) -> GameLook {
    look_in(world, FRIEND, Language::English)
}

fn deeds(look: &GameLook) -> Vec<GameDeed> {
    let game = |deed: &Deed| match deed {
        Deed::Game(deed) => *deed,
        other => panic!("{other:?}"),
    };
    look.deeds.iter().map(game).collect()
}

pub(super) fn press(world: &mut World, deed: GameDeed) -> Vec<Effect> {
    world.send(Msg::Play(PlayMsg::Deed(FRIEND, Seq(1), deed)))
}

pub(super) fn commands(effects: &[Effect]) -> Vec<Command> {
    let command = |effect: &Effect| match effect {
        Effect::Ask(Intent::Do { command, .. }) => Some(command.clone()),
        _ => None,
    };
    effects.iter().filter_map(command).collect()
}

#[test]
fn an_invitation_counts_down_and_is_answered_once() {
    let mut world = world();
    invites(&mut world, direct(MOMO.0), MOMO, five());
    assert!(look(&world).deeds.is_empty(), "nothing is known of it yet");
    told(&mut world, sheet(direct(MOMO.0), MOMO, five()), &[]);
    world.pass(18_000);
    let card = look(&world);
    assert_eq!(
        (card.name.as_str(), card.state.as_str()),
        ("Invites you to Gomoku", "Open for 1:42")
    );
    assert_eq!((&*card.options, &*card.table.rule), ("10 min each", "The other begins"));
    assert_eq!(deeds(&card), [GameDeed::Accept, GameDeed::Decline]);
    let accept = Command::AnswerGame { game: id(direct(MOMO.0)), accept: true };
    assert_eq!(commands(&press(&mut world, GameDeed::Accept)), [accept]);
    assert!(press(&mut world, GameDeed::Accept).is_empty(), "the second press of a double click");
    world.pass(102_000);
    let card = look(&world);
    assert!(card.deeds.is_empty() && card.state == "The invitation has expired");
}

#[test]
fn each_end_of_an_invitation_is_said_to_both_sides() {
    let cases = [
        (GameState::Declined, "You declined", "Declined"),
        (GameState::Withdrawn, "The invitation was withdrawn", "The invitation was withdrawn"),
        (GameState::Expired, "The invitation has expired", "The invitation has expired"),
    ];
    for (state, theirs, mine) in cases {
        for (inviter, words) in [(MOMO, theirs), (ME, mine)] {
            let mut world = world();
            invites(&mut world, direct(MOMO.0), inviter, five());
            let closed = GameSheet { state, ..sheet(direct(MOMO.0), inviter, five()) };
            told(&mut world, closed, &[]);
            let card = look(&world);
            assert_eq!((card.state.as_str(), card.deeds.len()), (words, 0), "{state:?}");
        }
    }
    let mut world = world();
    invites(&mut world, direct(MOMO.0), ME, five());
    told(&mut world, sheet(direct(MOMO.0), ME, five()), &[]);
    let card = look_in(&world, FRIEND, Language::Chinese);
    assert_eq!((card.name.as_str(), card.state.as_str()), ("你邀请对方下五子棋", "等待接受 2:00"));
    assert_eq!((&*card.options, &*card.table.rule), ("每方 10 分钟", "你先手"));
    assert_eq!(deeds(&card), [GameDeed::Withdraw]);
    let exactly = GameOffer { kind: GameKind::Gomoku { exactly_five: true }, ..five() };
    invites(&mut world, direct(MOMO.0), ME, exactly);
    let card = look_in(&world, FRIEND, Language::Chinese);
    assert_eq!(card.table.rule, "你先手 · 恰好五连", "also before the server knows it");
    let no = Command::AnswerGame { game: id(direct(MOMO.0)), accept: false };
    assert_eq!(commands(&press(&mut world, GameDeed::Withdraw)), [no]);
}

#[test]
fn a_board_opens_when_its_game_begins_and_again_from_its_card() {
    let mut world = world();
    let game = id(direct(MOMO.0));
    invites(&mut world, direct(MOMO.0), MOMO, five());
    told(&mut world, sheet(direct(MOMO.0), MOMO, five()), &[]);
    let opens = |effects: Vec<Effect>| {
        effects.iter().any(|effect| matches!(effect, Effect::Games(GamesEffect::Raise(BoardId::Game(id))) if *id == game))
    };
    assert!(opens(told(&mut world, running(five(), [false, true]), &[])), "it begins");
    let card = look(&world);
    assert_eq!((card.state.as_str(), card.table.calls), ("Being played, your turn", true));
    assert!(!opens(told(&mut world, running(five(), [true, false]), &[])), "it goes on");
    world.pass(600);
    assert!(opens(press(&mut world, GameDeed::Board)));
    let effects = told(&mut world, over(five(), Some(Side::Second), EndReason::Five), &[]);
    let asks = |effect: &Effect| {
        matches!(effect, Effect::Ask(Intent::Look { query: Query::Scores { .. }, .. }))
    };
    assert!(effects.iter().any(asks), "another score");
    let card = look(&world);
    assert_eq!((card.state.as_str(), card.tone), ("You won · Five in a row", Tone::Checked));
    assert_eq!(deeds(&card), [GameDeed::Replay]);
}

#[test]
fn hands_are_played_in_the_card() {
    let mut world = world();
    let hidden =
        |side, round, hand| Fact::Committed { side, hash: hands::hash(side, round, hand, &SALT) };
    let shown = |side, hand| Fact::Revealed { side, hand, salt: SALT };
    invites(&mut world, direct(MOMO.0), MOMO, best_of(3));
    told(&mut world, running(best_of(3), [true, true]), &[]);
    let card = look(&world);
    assert_eq!(
        (card.options.as_str(), card.state.as_str()),
        ("First to 2 of 3 · 60 s each", "Round 1: choose · 60 s left")
    );
    assert_eq!(deeds(&card), Hand::ALL.map(GameDeed::Choose));
    let effects = press(&mut world, GameDeed::Choose(Hand::Paper));
    let chooses = |effect: &Effect| {
        matches!(effect, Effect::Ask(Intent::ChooseHand { hand: Hand::Paper, .. }))
    };
    assert!(effects.iter().any(chooses));
    let mut facts = vec![hidden(Side::Second, 0, Hand::Paper)];
    told(&mut world, running(best_of(3), [true, false]), &facts);
    let card = look(&world);
    assert_eq!(
        (card.state.as_str(), card.deeds.len()),
        ("Chosen, waiting for 小满 · 60 s left", 0)
    );
    let marks = |card: &GameLook| {
        card.table.players.iter().map(|one| one.marks.clone()).collect::<Vec<_>>()
    };
    assert_eq!(marks(&card), [vec![Mark::Awaited], vec![Mark::Own(Hand::Paper)]]);
    facts.push(hidden(Side::First, 0, Hand::Rock));
    facts.extend([shown(Side::First, Hand::Rock), shown(Side::Second, Hand::Paper)]);
    told(&mut world, running(best_of(3), [true, true]), &facts);
    let card = look(&world);
    assert_eq!(card.state, "Round 2: choose · 60 s left");
    let round = |hand, won| vec![Mark::Hand(hand, won), Mark::Awaited];
    assert_eq!(marks(&card), [round(Hand::Rock, false), round(Hand::Paper, true)]);
    let scores: Vec<&str> = card.table.players.iter().map(|one| one.score.as_str()).collect();
    assert_eq!(scores, ["0", "1"]);
    assert!(press(&mut world, GameDeed::Choose(Hand::Rock)).is_empty(), "it has just come there");
}

#[test]
fn in_a_room_anybody_else_accepts_and_the_others_watch() {
    let mut world = with(vec![own(CLASS, "Class", Rank::Member)]);
    let (room, target) = (ConversationKind::Room { room: CLASS }, Target::Room(CLASS));
    world.send(Msg::Chat(target, ChatMsg::Open));
    invites(&mut world, room, MOMO, best_of(1));
    let watches = |effect: &Effect| match effect {
        Effect::Ask(Intent::WatchGames { cards, .. }) => *cards == [id(room)],
        _ => false,
    };
    assert!(world.pass(250).iter().any(watches), "what is shown is asked for");
    assert!(!world.pass(250).iter().any(watches), "and only when it is another");
    told(&mut world, sheet(room, MOMO, best_of(1)), &[]);
    let card = look_in(&world, target, Language::Chinese);
    assert_eq!((card.name.as_str(), deeds(&card)), ("邀请你玩石头剪刀布", vec![GameDeed::Accept]));
    let players = Some([MOMO, ROOK]);
    let others = GameSheet {
        state: GameState::Running,
        players,
        to_act: [true; 2],
        ..sheet(room, MOMO, best_of(1))
    };
    told(&mut world, others.clone(), &[]);
    let card = look_in(&world, target, Language::Chinese);
    assert_eq!((card.state.as_str(), card.deeds.len()), ("第 1 局 · 还剩 60 秒", 0));
    let end = GameEnd { winner: Some(Side::Second), why: EndReason::Resigned };
    told(&mut world, GameSheet { state: GameState::Over(end), ..others }, &[Fact::Ended { end }]);
    let card = look_in(&world, target, Language::Chinese);
    assert_eq!((card.state.as_str(), card.deeds.len()), ("Rook 获胜 · 对方认输", 0));
    assert_eq!(card.table.players.iter().map(|one| one.won).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn dice_are_proven_by_sums_of_ones_own() {
    let mut world = world();
    let (seed, nonces) = (Bytes32([1; 32]), [Bytes32([2; 32]), Bytes32([3; 32])]);
    let pips = dice::pips(&seed, &nonces);
    let kind = offer(GameKind::Dice {});
    for (told_hash, told_pips, expected) in [
        (dice::seed_hash(&seed), pips, (true, true)),
        (SALT, pips, (false, true)),
        (dice::seed_hash(&seed), [pips[0] % 6 + 1, pips[1]], (true, false)),
    ] {
        let end = GameEnd { winner: None, why: EndReason::Points };
        let facts = [
            Fact::Stirred { side: Side::First, nonce: nonces[0] },
            Fact::Stirred { side: Side::Second, nonce: nonces[1] },
            Fact::Rolled { seed, pips: told_pips },
            Fact::Ended { end },
        ];
        invites(&mut world, direct(MOMO.0), MOMO, kind);
        let rolled = over(kind, None, EndReason::Points);
        told(&mut world, GameSheet { seed_hash: Some(told_hash), ..rolled }, &facts);
        let card = look(&world);
        assert_eq!(card.table.players[0].marks, [Mark::Die(told_pips[0])]);
        assert_eq!(deeds(&card), [GameDeed::Again, GameDeed::Proof]);
        world.pass(1_000);
        let effects = press(&mut world, GameDeed::Proof);
        assert!(matches!(effects[..], [Effect::Play(PlayEffect::RaiseProof)]), "{effects:?}");
        let proof = world.model.proof_of(world.model.play.proof.unwrap()).unwrap();
        assert_eq!((proof.seed_fits, proof.pips_follow), expected);
        assert_eq!(proof.players[0].0, "小满");
    }
}

#[test]
fn an_invitation_is_told_as_messages_are_and_counts_as_none() {
    let mut world = world();
    invites(&mut world, direct(MOMO.0), MOMO, five());
    let notes = world.model.notes(Language::Chinese);
    assert_eq!(notes.len(), 1, "it is told");
    assert_eq!(notes[0].words, "邀请你下五子棋");
    assert_eq!(world.model.chats.get(FRIEND).unwrap().unread(Some(ME)), 0, "nothing to be read");

    told(&mut world, sheet(direct(MOMO.0), MOMO, five()), &[]);
    assert_eq!(world.model.notes(Language::Chinese).len(), 1);
    told(
        &mut world,
        GameSheet { state: GameState::Withdrawn, ..sheet(direct(MOMO.0), MOMO, five()) },
        &[],
    );
    world.pass(100);
    assert!(world.model.notes(Language::Chinese).is_empty(), "there is nothing to answer any more");

    let mut world = self::world();
    let mut book = world.model.people.book().clone();
    let choice = crate::domain::Choice { notify: Notify::None, ..crate::domain::Choice::default() };
    book.choices.insert(FRIEND, choice);
    world.event(ClientEvent::Book(Arc::new(book)));
    invites(&mut world, direct(MOMO.0), MOMO, five());
    assert!(world.model.notes(Language::Chinese).is_empty(), "where one wants to hear nothing");
}

#[test]
fn what_was_chosen_for_a_board_is_offered_and_nothing_without_a_link() {
    let mut world = world();
    let send = |world: &mut World, msg| world.send(Msg::Play(PlayMsg::Invitation(msg)));
    send(&mut world, InvitationMsg::Open(MOMO, GameName::Gomoku));
    for msg in [
        InvitationMsg::Begins(Begins::Invited),
        InvitationMsg::Minutes(None),
        InvitationMsg::ExactlyFive(true),
    ] {
        send(&mut world, msg);
    }
    let down = crate::client::LinkState::Down { retry_in_ms: 1_000, why: Failure::LinkLost };
    world.event(ClientEvent::Link(down));
    let effects = send(&mut world, InvitationMsg::Send);
    assert!(matches!(effects[..], [Effect::Trouble("game.offline")]), "{effects:?}");
    assert!(world.model.play.invitation.is_some(), "what was chosen stays");
    world.up();
    let you = person(ME.0, "青柠");
    world.event(ClientEvent::SignedIn { you, presence: Presence::Online });
    for (presence, refusal) in
        [(Presence::Busy, Some("game.ask.busy")), (Presence::Offline, Some("game.ask.away"))]
    {
        world.event(ClientEvent::Presence(vec![(MOMO, presence)]));
        let one = world.model.play.invitation.unwrap();
        assert_eq!(world.model.invitation_refusal(&one), refusal);
        assert!(send(&mut world, InvitationMsg::Send).is_empty(), "{presence:?}");
    }
    world.event(ClientEvent::Presence(vec![(MOMO, Presence::Online)]));
    let effects = send(&mut world, InvitationMsg::Send);
    let kind = GameKind::Gomoku { exactly_five: true };
    let limit = TimeLimit::default();
    let expected = GameOffer { kind, limit, begins: Begins::Invited, again: None };
    let is_sent = |effect: &Effect| match effect {
        Effect::Ask(Intent::Send { to, body, .. }) => {
            (*to, body) == (FRIEND, &Body::Game(expected))
        }
        _ => false,
    };
    assert!(effects.iter().any(is_sent), "{effects:?}");
    assert!(world.model.play.invitation.is_none());
}

fn rows(world: &World) -> Vec<Row> {
    let row = |line: Line| match line {
        Line::Row(row) => Some(*row),
        Line::Head(_) | Line::Off(_) => None,
    };
    world.model.lobby_lines(Language::English).into_iter().filter_map(row).collect()
}

pub(super) fn lobby(world: &mut World, msg: LobbyMsg) -> Vec<Effect> {
    world.send(Msg::Play(PlayMsg::Lobby(msg)))
}

#[test]
fn the_window_of_all_games_says_what_can_be_done() {
    let mut world = world();
    lobby(&mut world, LobbyMsg::Open);
    let [friend] = &rows(&world)[..] else { panic!("{:?}", rows(&world)) };
    assert_eq!((friend.name.as_str(), friend.line.as_str()), ("小满", "Not played yet"));
    let act = friend.buttons[0].act;
    assert_eq!(act, Act::Invite(MOMO));
    lobby(&mut world, LobbyMsg::Act(act));
    assert!(world.model.play.invitation.is_some(), "a board is asked about");
    told(&mut world, sheet(direct(MOMO.0), ME, five()), &[]);
    world.pass(18_000);
    let [friend] = &rows(&world)[..] else { panic!("{:?}", rows(&world)) };
    assert_eq!(friend.buttons[0].label, "Invited 1:42");
    assert_eq!(friend.buttons[0].act, Act::Withdraw(id(direct(MOMO.0))));

    let mut game = running(five(), [false, true]);
    game.plies = 18;
    told(&mut world, game, &[]);
    let [running, friend] = &rows(&world)[..] else { panic!("{:?}", rows(&world)) };
    assert_eq!((running.at.as_str(), running.calls), ("Move 19", true));
    assert_eq!(running.line, "Your turn · Gomoku");
    assert_eq!(friend.buttons[0].act, Act::Invite(MOMO));

    told(&mut world, over(five(), Some(Side::First), EndReason::Resigned), &[]);
    let [_, ended] = &rows(&world)[..] else { panic!("{:?}", rows(&world)) };
    assert_eq!((ended.line.as_str(), ended.at.is_empty()), ("You lost · Resigned", false));
    let resigned = over(five(), Some(Side::Second), EndReason::Resigned);
    told(&mut world, resigned, &[]);
    assert_eq!(rows(&world)[1].line, "You won · The other resigned");
    lobby(&mut world, LobbyMsg::Game(GameName::Dice));
    assert_eq!(rows(&world).len(), 1, "games of another name are elsewhere");
    world.event(ClientEvent::Presence(vec![(MOMO, Presence::Busy)]));
    assert!(rows(&world)[0].buttons.is_empty(), "who is busy is not disturbed");
    world.event(ClientEvent::Presence(vec![(MOMO, Presence::Offline)]));
    assert!(rows(&world).is_empty());
    let effects = lobby(&mut world, LobbyMsg::OpenSaved);
    assert!(matches!(effects[..], [Effect::Games(GamesEffect::AskFile)]));
}

#[test]
fn received_invitations_are_answered_there_whatever_the_game() {
    let mut world = world();
    told(&mut world, sheet(direct(MOMO.0), MOMO, best_of(3)), &[]);
    lobby(&mut world, LobbyMsg::Open);
    let received = rows(&world).remove(0);
    assert_eq!((&*received.at, &*received.line), ("2:00", "Rock-paper-scissors"));
    let acts: Vec<Act> = received.buttons.iter().map(|button| button.act).collect();
    let game = id(direct(MOMO.0));
    assert_eq!(acts, [Act::Accept(game), Act::Decline(game)]);
    let no = Command::AnswerGame { game, accept: false };
    assert_eq!(commands(&lobby(&mut world, LobbyMsg::Act(acts[1]))), [no]);
    // What is played in a chat is shown there with the yes.
    world.send(Msg::Chat(FRIEND, ChatMsg::Close { draft: String::new() }));
    lobby(&mut world, LobbyMsg::Act(acts[0]));
    assert!(world.model.chats.get(FRIEND).is_some_and(|chat| chat.open));
    // One's own that is declined is said so for a while.
    let declined = GameSheet { state: GameState::Declined, ..sheet(direct(MOMO.0), ME, five()) };
    told(&mut world, declined, &[]);
    assert_eq!(rows(&world)[0].line, "Declined");
    world.pass(60_000);
    assert_eq!(rows(&world)[0].line, "Not played yet");
}

#[test]
fn invitations_in_rooms_are_listed_with_their_place_though_the_chat_is_closed() {
    let mut world = with(vec![own(CLASS, "Class", Rank::Member)]);
    let room = ConversationKind::Room { room: CLASS };
    invites(&mut world, room, MOMO, best_of(1));
    let watches = |effect: &Effect| match effect {
        Effect::Ask(Intent::WatchGames { cards, .. }) => *cards == [id(room)],
        _ => false,
    };
    assert!(!world.pass(250).iter().any(watches), "nothing shows it");
    lobby(&mut world, LobbyMsg::Open);
    assert!(world.pass(250).iter().any(watches));
    told(&mut world, sheet(room, MOMO, best_of(1)), &[]);
    let received = rows(&world).remove(0);
    assert_eq!((&*received.at, &*received.line), ("2:00", "Rock-paper-scissors · Class"));
    let acts: Vec<Act> = received.buttons.iter().map(|button| button.act).collect();
    assert_eq!(acts, [Act::Accept(id(room))], "a room has nothing to decline");
    let yes = Command::AnswerGame { game: id(room), accept: true };
    assert_eq!(commands(&lobby(&mut world, LobbyMsg::Act(acts[0]))), [yes]);
}

#[test]
fn games_that_are_over_are_asked_for_page_by_page_up_to_a_bound() {
    let mut world = world();
    let asked = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Ask(Intent::Look { query: Query::OwnGames { before }, .. }) => {
                Some((*before, ticket_of(effect).unwrap()))
            }
            _ => None,
        })
    };
    let mut effects = lobby(&mut world, LobbyMsg::Open);
    let first = id(direct(MOMO.0));
    let mut place = None;
    for page in 0..4_u64 {
        let (before, ticket) = asked(&effects).unwrap();
        assert_eq!(before, place);
        let over = over(five(), Some(Side::First), EndReason::Resigned);
        let game = |at| GameId { seq: Seq(1 + 50 * page + at), ..first };
        let games: Vec<GameSheet> =
            (0..50).map(|at| GameSheet { game: game(at), ..over.clone() }).collect();
        place = Some((1, game(49)));
        let result = Ok(Answer::Looked(Reply::OwnGames { games, next: place }));
        effects = world.event(ClientEvent::Answered { ticket, result });
    }
    assert!(asked(&effects).is_none(), "older ones stand in their conversations");
    let shows = |row: &Row| matches!(row.buttons[..], [ref one] if matches!(one.act, Act::Show(_)));
    assert_eq!(rows(&world).iter().filter(|row| shows(row)).count(), 200);
    // One whose moves are not here is asked for when it is shown.
    lobby(&mut world, LobbyMsg::Act(Act::Show(GameId { seq: Seq(200), ..first })));
    let wants = |effect: &Effect| match effect {
        Effect::Ask(Intent::WatchGames { boards, .. }) => {
            boards.iter().any(|game| game.seq == Seq(200))
        }
        _ => false,
    };
    assert!(world.pass(250).iter().any(wants));
}

#[test]
fn records_are_asked_for_page_by_page_and_summed() {
    let mut world = world();
    let up = world
        .event(ClientEvent::SignedIn { you: person(ME.0, "青柠"), presence: Presence::Online });
    let scores = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Ask(Intent::Look { query: Query::Scores { after }, .. }) => {
                Some((*after, ticket_of(effect).unwrap()))
            }
            _ => None,
        })
    };
    let (after, ticket) = scores(&up).unwrap();
    assert_eq!(after, AccountId(0));
    let score = |won, lost, last| Score { won, drawn: 1, lost, last };
    let mut page = |ticket, account, score, more| {
        let scores = vec![(account, GameName::Gomoku, score)];
        let result = Ok(Answer::Looked(Reply::Scores { scores, more }));
        world.event(ClientEvent::Answered { ticket, result })
    };
    let (after, ticket) = scores(&page(ticket, MOMO, score(7, 2, Some(true)), true)).unwrap();
    assert_eq!(after, MOMO);
    assert!(scores(&page(ticket, ROOK, score(5, 7, None), false)).is_none());
    let Score { won, drawn, lost, .. } = world.model.score_of(GameName::Gomoku);
    assert_eq!((won, drawn, lost), (12, 2, 9));
    world.event(ClientEvent::Presence(vec![(MOMO, Presence::Online)]));
    lobby(&mut world, LobbyMsg::Open);
    assert_eq!(rows(&world)[0].line, "You won last time");
    lobby(&mut world, LobbyMsg::Record(true));
    let lines: Vec<String> = rows(&world).into_iter().map(|row| row.line).collect();
    assert_eq!(lines, ["Won 5  Drawn 1  Lost 7", "Won 7  Drawn 1  Lost 2"]);
}

#[test]
fn that_games_are_off_is_said_until_one_is_heard_of() {
    let mut world = world();
    lobby(&mut world, LobbyMsg::Open);
    let kind = GameKind::Dice {};
    let is_off = |world: &World| {
        matches!(world.model.lobby_lines(Language::English)[0], Line::Off("reason.games_off"))
    };
    let effects = world.send(Msg::Play(PlayMsg::Offer(FRIEND, kind)));
    let ticket = effects.iter().find_map(ticket_of).unwrap();
    assert!(!is_off(&world));
    let result = Err(Failure::Refused(Refusal::new(Reason::GamesOff)));
    world.event(ClientEvent::Answered { ticket, result });
    assert!(is_off(&world));
    assert!(world.model.chats.get(FRIEND).unwrap().notice.is_some(), "and in the chat");
    told(&mut world, sheet(direct(MOMO.0), MOMO, offer(kind)), &[]);
    assert!(!is_off(&world));
}
