//! Games in a storm: what people do in them, and what all have to agree on.

use std::collections::BTreeMap;
use std::time::Duration;

use mychat::client::api::{GameView, Intent};
use mychat::domain::game::{
    Begins, Favour, GameEntry, GameId, GameKind, GameOffer, GameState, Hand, Play, TimeLimit,
};
use mychat::domain::{
    AccountId, Body, ContactRequest, ConversationKind, GroupId, RequestState, Target, Way,
};
use mychat::game::{Game, Table};
use mychat::net::protocol::{Command, ContactAnswer};
use mychat::store::Reads;

use crate::acts::{below, flip, order, some_target, someone};
use crate::device::Device;
use crate::world::World;

/// Everything that any window was told of a game: its log only grows.
#[derive(Default)]
pub struct Played(BTreeMap<GameId, Vec<GameEntry>>);

impl Played {
    /// A window is about to be told how a game stands.
    pub fn view(&mut self, device: &mut Device, view: &GameView) {
        let (id, name) = (view.sheet.game, &device.name);
        if let Some(before) = device.view.games.insert(id, view.clone()) {
            let forward = before.sheet.log <= view.sheet.log;
            assert!(forward, "11 games: {name} went back in {id:?}");
        }
        if view.log.is_empty() {
            return;
        }
        assert_eq!(view.log.len() as u64, u64::from(view.sheet.log), "11 games: a hole in {id:?}");
        let known = self.0.entry(id).or_default();
        let same = known.iter().zip(&view.log).all(|(one, other)| one == other);
        assert!(same, "11 games: {name} was told another log of {id:?}");
        if view.log.len() > known.len() {
            known.clone_from(&view.log);
        }
        agrees(view);
    }

    /// What a server finds in its store holds every move that was ever told.
    pub fn store(&self, rows: &Reads) {
        for (id, told) in &self.0 {
            let Some(row) = rows.get_game(*id).unwrap() else {
                panic!("1 durable: {id:?} was told and is not there")
            };
            let log = rows.list_game_log(*id, 0, usize::MAX).unwrap();
            assert_eq!(log.len() as u64, u64::from(row.log), "11 games: a hole in {id:?}");
            let mut game = Game::new(row.offer.kind, row.offer.limit, 0);
            for entry in &log {
                assert!(game.fits(&entry.fact, entry.t), "11 games: {entry:?} in {id:?}");
                game.take(&entry.fact, entry.t);
            }
            let kept = log.len() >= told.len() && log.iter().zip(told).all(|(a, b)| a == b);
            assert!(kept, "1 durable: moves of {id:?} were told and are not there");
        }
    }
}

/// The log by itself comes to what the sheet says.
fn agrees(view: &GameView) {
    let (id, game) = (view.sheet.game, replay(view));
    let end = match view.sheet.state {
        GameState::Over(end) => Some(end),
        _ => None,
    };
    let (told, shown) = ((end, view.sheet.to_act), (game.end(), game.to_act()));
    assert_eq!(told, shown, "11 games: {id:?} by its sheet and by its log");
    assert_eq!(view.sheet.plies as usize, game.plies(), "11 games: moves of {id:?}");
}

fn replay(view: &GameView) -> Game {
    let offer = view.sheet.offer;
    let mut game = Game::new(offer.kind, offer.limit, 0);
    for entry in &view.log {
        game.take(&entry.fact, entry.t);
    }
    game
}

impl World {
    /// Games go on when all trouble is over, so that what is told of them counts and not what a sign-in finds.
    pub fn play_on(&mut self) {
        for at in 0..self.devices.len() {
            offer(self, at);
        }
        for act in [answer, play, play] {
            self.run_for(Duration::from_millis(500));
            for at in 0..self.devices.len() {
                act(self, at);
            }
        }
    }

    /// All windows have what the server has, of the games that run and of those that they saw.
    pub fn check_games(&self, rows: &Reads) {
        for device in &self.devices {
            let (name, account) = (&device.name, device.account.unwrap());
            for (_, id) in rows.list_own_games(account, None, 10_000).unwrap() {
                let row = rows.get_game(id).unwrap().unwrap();
                if row.state != GameState::Running {
                    continue;
                }
                let view = device.view.games.get(&id);
                let log = rows.list_game_log(id, 0, usize::MAX).unwrap();
                let same = view.is_some_and(|view| view.log == log);
                assert!(same, "11 games: {name} does not have {id:?} as it runs: {view:?}");
            }
            for (id, view) in &device.view.games {
                let is_mine = view.sheet.side_of(account).is_some();
                if !is_mine && !matches!(view.sheet.place, ConversationKind::Direct { .. }) {
                    continue;
                }
                let row = rows.get_game(*id).unwrap().unwrap();
                let (shown, is) = (view.sheet.state, row.state);
                assert_eq!(shown, is, "11 games: how {id:?} stands, at {name}");
            }
        }
    }
}

pub fn offer(world: &mut World, at: usize) {
    let kind = match world.chance.below(5) {
        0 => GameKind::Hands { best_of: 3 },
        1 => GameKind::Dice {},
        2 => GameKind::Xiangqi {},
        _ => GameKind::Gomoku { exactly_five: flip(world) },
    };
    let to = match kind.name().has_board() {
        true => match friend(world, at) {
            Some(friend) => Target::Account(friend),
            None => return befriend(world, at),
        },
        false if flip(world) => Target::Lobby,
        false => some_target(world, at),
    };
    let limit = TimeLimit { total_s: flip(world).then_some(60), move_s: None };
    let limit = if kind.name().has_board() { limit } else { TimeLimit::default() };
    world.say(at, to, Body::Game(GameOffer { kind, limit, begins: Begins::Drawn, again: None }));
}

/// Boards are for friends.
fn friend(world: &mut World, at: usize) -> Option<AccountId> {
    let book = world.devices[at].view.book.as_ref()?;
    let friends: Vec<AccountId> =
        book.contacts.values().filter(|one| one.friend).map(|one| one.account).collect();
    match friends.len() {
        0 => None,
        count => Some(friends[below(world, count)]),
    }
}

fn befriend(world: &mut World, at: usize) {
    let (group, words) = (GroupId::FIRST, String::new());
    let asked = world.devices[at].view.book.as_ref().and_then(|book| {
        let waits = |((_, way), request): &(&(AccountId, Way), &ContactRequest)| {
            *way == Way::In && request.state == RequestState::Pending
        };
        book.requests.iter().find(waits).map(|((from, _), _)| *from)
    });
    let command = match asked {
        Some(from) => {
            let answer = ContactAnswer::Accept { group, remark: words };
            Command::AnswerContact { from, answer }
        }
        None => {
            let to = someone(world);
            Command::AskContact { to, greeting: words.clone(), group, remark: words }
        }
    };
    order(world, at, command);
}

fn some_game(world: &mut World, at: usize, wanted: GameState) -> Option<GameView> {
    let games = &world.devices[at].view.games;
    let fits: Vec<GameView> =
        games.values().filter(|view| view.sheet.state == wanted).cloned().collect();
    match fits.len() {
        0 => None,
        count => Some(fits[below(world, count)].clone()),
    }
}

/// All that are open: mostly yes, and one's own are mostly left.
pub fn answer(world: &mut World, at: usize) {
    let cards = world.devices[at].view.cards.clone();
    world.intent(at, Intent::WatchGames { cards, boards: Vec::new() });
    let me = world.devices[at].account;
    let open: Vec<GameView> = world.devices[at].view.games.values().cloned().collect();
    for view in open.iter().filter(|view| view.sheet.state == GameState::Open) {
        let is_mine = me == Some(view.sheet.inviter);
        let (accept, answers) = match is_mine {
            true => (flip(world), world.chance.below(8) == 0),
            false => (world.chance.below(8) > 0, world.chance.below(4) > 0),
        };
        if answers {
            order(world, at, Command::AnswerGame { game: view.sheet.game, accept });
        }
    }
}

/// Mostly what the rules allow, as far as this window knows them, for some moves in a row.
pub fn play(world: &mut World, at: usize) {
    for _ in 0..=world.chance.below(8) {
        let Some(view) = some_game(world, at, GameState::Running) else { return };
        let game = view.sheet.game;
        let table = replay(&view);
        if let (Table::Hands(_), true) = (table.table(), world.chance.below(8) > 0) {
            let ticket = world.ticket();
            let hand = Hand::ALL[below(world, 3)];
            world.intent(at, Intent::ChooseHand { ticket, game, hand });
            continue;
        }
        let play = some_play(world, &table);
        order(world, at, Command::Play { game, play });
    }
}

fn some_play(world: &mut World, game: &Game) -> Play {
    let favour = if flip(world) { Favour::Undo } else { Favour::Draw };
    match world.chance.below(60) {
        0 => return Play::Resign {},
        1..6 => return Play::Ask { favour },
        6..14 => return Play::Answer { favour, yes: flip(world) },
        _ => {}
    }
    match game.table() {
        Table::Xiangqi(record) => {
            let moves = record.position().legal_moves();
            match moves.len() {
                0 => Play::Resign {},
                count => {
                    let one = moves[below(world, count)];
                    Play::Move { from: one.from, to: one.to }
                }
            }
        }
        _ => Play::Place { point: u8::try_from(world.chance.below(225)).unwrap() },
    }
}
