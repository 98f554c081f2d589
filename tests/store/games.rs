//! Property: time is the server's, in games too. Invitations end by themselves, a clock that runs out loses,
//! a link that is down stops the clocks for a minute, and a restart or a full disk costs nobody a game.

use std::sync::atomic::Ordering;
use std::time::Duration;

use mychat::domain::game::{
    Begins, EndReason, Fact, Favour, GameEnd, GameEntry, GameId, GameKind, GameOffer, GameState,
    Play, Side, TimeLimit,
};
use mychat::domain::{AccountId, Body, ConversationId, GroupId, Joining, Nonce, RoomId, Target};
use mychat::game::Game;
use mychat::limits::{GAME_LOG_MAX, Limits};
use mychat::net::protocol::{Command, ContactAnswer, Reason};
use mychat::net::verb::Verb;
use mychat::server::job::{Caller, Job, Outcome};
use mychat::store::games::GameRow;

use crate::stage::{MINUTE, Stage};

const SECOND: Duration = Duration::from_secs(1);

struct Hall {
    stage: Stage,
    lime: Caller,
    momo: Caller,
    nonce: u8,
}

impl Hall {
    fn new(data: &std::path::Path) -> Self {
        let mut stage = Stage::new(Limits::default(), data);
        let (lime, momo) = (stage.register(), stage.register());
        let ask = Command::AskContact {
            to: momo.account,
            greeting: String::new(),
            group: GroupId::FIRST,
            remark: String::new(),
        };
        stage.command(&lime, ask).unwrap();
        let answer = ContactAnswer::Accept { group: GroupId::FIRST, remark: String::new() };
        stage.command(&momo, Command::AnswerContact { from: lime.account, answer }).unwrap();
        Hall { stage, lime, momo, nonce: 0 }
    }

    fn invite(&mut self, limit: TimeLimit) -> GameId {
        let kind = GameKind::Gomoku { exactly_five: false };
        let offer = GameOffer { kind, limit, begins: Begins::Inviter, again: None };
        let (lime, to) = (self.lime.clone(), Target::Account(self.momo.account));
        self.invite_as(&lime, to, offer)
    }

    fn invite_as(&mut self, by: &Caller, to: Target, offer: GameOffer) -> GameId {
        self.nonce += 1;
        let nonce = Nonce([self.nonce; 16]);
        let command = Command::Send { to, nonce, body: Body::Game(offer) };
        let outcome = self.stage.job(Job::Command { caller: by.clone(), id: 1, command });
        let Outcome::Appended { message, .. } = outcome.rest() else { panic!() };
        GameId { conversation: message.conversation, seq: message.seq }
    }

    fn begin(&mut self, limit: TimeLimit) -> GameId {
        let game = self.invite(limit);
        let momo = self.momo.clone();
        self.stage.command(&momo, Command::AnswerGame { game, accept: true }).unwrap();
        game
    }

    fn place(&mut self, game: GameId, by_first: bool, point: u8) -> Result<(), Reason> {
        let caller = if by_first { self.lime.clone() } else { self.momo.clone() };
        self.stage.command(&caller, Command::Play { game, play: Play::Place { point } })
    }

    /// Time passes, and the alarm does what it is for: nothing is asked before it is due.
    fn pass(&mut self, time: Duration) {
        let end = self.stage.uptime + time;
        while let Some(due) = self.stage.alarm().due().filter(|due| *due <= end) {
            let left = due.saturating_sub(self.stage.uptime);
            self.stage.pass(left.max(Duration::from_millis(1)));
            self.stage.job(Job::Clockwork);
        }
        let left = end.saturating_sub(self.stage.uptime);
        self.stage.pass(left);
    }

    fn row(&self, game: GameId) -> GameRow {
        self.stage.rows().get_game(game).unwrap().unwrap()
    }

    fn log(&self, game: GameId) -> Vec<GameEntry> {
        let log = self.stage.rows().list_game_log(game, 0, usize::MAX).unwrap();
        assert_eq!(log.len(), self.row(game).log as usize);
        assert!(log.is_sorted_by_key(|entry| entry.t), "a game's clock never goes back");
        let GameOffer { kind, limit, .. } = self.row(game).offer;
        let mut replayed = Game::new(kind, limit, 0);
        for entry in &log {
            assert!(replayed.fits(&entry.fact, entry.t), "{entry:?} of {log:?}");
            replayed.take(&entry.fact, entry.t);
        }
        log
    }

    fn leave(&mut self, caller: &Caller) {
        self.stage.job(Job::Left { session: caller.session });
    }
}

fn minutes(total: u32) -> TimeLimit {
    TimeLimit { total_s: Some(total * 60), move_s: None }
}

fn lost(winner: Side, why: EndReason) -> GameState {
    GameState::Over(GameEnd { winner: Some(winner), why })
}

#[test]
fn an_invitation_ends_after_two_minutes() {
    let data = tempfile::tempdir().unwrap();
    let mut hall = Hall::new(data.path());
    let game = hall.invite(minutes(10));
    hall.pass(119 * SECOND);
    assert_eq!(hall.row(game).state, GameState::Open);
    hall.pass(2 * SECOND);
    assert_eq!(hall.row(game).state, GameState::Expired);
    let momo = hall.momo.clone();
    let late = Command::AnswerGame { game, accept: true };
    assert_eq!(hall.stage.command(&momo, late), Err(Reason::GameGone));
    assert!(hall.stage.rows().list_open_games().unwrap().is_empty());
    // Another one can be asked then.
    hall.invite(minutes(10));
}

#[test]
fn whoever_thinks_for_too_long_loses_at_that_moment() {
    let data = tempfile::tempdir().unwrap();
    let mut hall = Hall::new(data.path());
    let game = hall.begin(minutes(1));
    hall.pass(20 * SECOND);
    hall.place(game, true, 0).unwrap();
    hall.pass(59 * SECOND);
    hall.place(game, false, 1).unwrap();
    // The first one has 40 s left; a move behind them is late even before anybody noticed.
    hall.stage.pass(41 * SECOND);
    assert_eq!(hall.place(game, true, 2), Err(Reason::GameLate));
    hall.pass(SECOND);
    assert_eq!(hall.row(game).state, lost(Side::Second, EndReason::TimeOver));
    let game = hall.begin(TimeLimit { total_s: None, move_s: Some(30) });
    hall.pass(29 * SECOND);
    hall.place(game, true, 0).unwrap();
    hall.pass(31 * SECOND);
    assert_eq!(hall.row(game).state, lost(Side::First, EndReason::TimeOver));
}

#[test]
fn a_link_that_is_down_stops_the_clocks_for_a_minute() {
    let data = tempfile::tempdir().unwrap();
    let mut hall = Hall::new(data.path());
    let game = hall.begin(minutes(1));
    hall.pass(30 * SECOND);
    let momo = hall.momo.clone();
    hall.leave(&momo);
    hall.pass(55 * SECOND);
    assert_eq!(hall.row(game).state, GameState::Running, "nobody's time runs");
    hall.momo = hall.stage.sign_in(momo.account, 1).unwrap();
    hall.pass(25 * SECOND);
    hall.place(game, true, 0).unwrap();
    let log = hall.log(game);
    let Fact::Placed { left_ms: Some(left), .. } = log.last().unwrap().fact else { panic!() };
    assert!((4_000..=5_000).contains(&left), "{left} ms of 60 s are left after 55 s");
    // A second device keeps the game alive when the first one goes.
    let second = hall.stage.sign_in(momo.account, 2).unwrap();
    let momo = hall.momo.clone();
    hall.leave(&momo);
    assert_eq!(hall.log(game).len(), log.len());
    hall.leave(&second);
    hall.pass(61 * SECOND);
    assert_eq!(hall.row(game).state, lost(Side::First, EndReason::Gone));
}

#[test]
fn a_restart_gives_everybody_a_minute_to_come_back() {
    let data = tempfile::tempdir().unwrap();
    let mut hall = Hall::new(data.path());
    let game = hall.begin(minutes(5));
    hall.pass(20 * SECOND);
    hall.place(game, true, 112).unwrap();
    let momo = hall.momo.clone();
    hall.leave(&momo);
    hall.pass(50 * SECOND);
    let waiting = hall.invite_other();
    // Down for a day; nobody's time has run.
    hall.stage.wall_ms += 86_400_000;
    hall.stage.restart();
    hall.stage.job(Job::ResumeGames);
    let before = hall.log(game).len();
    hall.pass(59 * SECOND);
    assert_eq!(hall.row(game).state, GameState::Running, "a fresh minute");
    hall.lime = hall.stage.sign_in(hall.lime.account, 1).unwrap();
    hall.momo = hall.stage.sign_in(momo.account, 1).unwrap();
    assert_eq!(hall.log(game).len(), before + 2);
    hall.place(game, false, 113).unwrap();
    hall.pass(2 * SECOND);
    hall.place(game, true, 114).unwrap();
    assert_eq!(hall.row(waiting).state, GameState::Open, "an invitation has its time anew");
    hall.pass(2 * MINUTE);
    assert_eq!(hall.row(waiting).state, GameState::Expired);
    // Nobody comes back: nobody wins.
    hall.stage.restart();
    hall.stage.job(Job::ResumeGames);
    hall.pass(61 * SECOND);
    let state = hall.row(game).state;
    assert!(matches!(state, GameState::Over(GameEnd { winner: None, why: EndReason::Abandoned })));
}

#[test]
fn a_batch_that_is_given_up_leaves_no_move_behind() {
    let data = tempfile::tempdir().unwrap();
    let mut hall = Hall::new(data.path());
    let game = hall.begin(minutes(5));
    hall.place(game, true, 112).unwrap();
    let before = hall.log(game);
    let (caller, play) = (hall.momo.clone(), Play::Place { point: 113 });
    let command = Command::Play { game, play };
    hall.stage.give_up(&[Job::Command { caller, id: 1, command: command.clone() }]);
    assert_eq!(hall.log(game), before);
    // The same move again is the first one, at the rules too.
    assert_eq!(hall.place(game, true, 114), Err(Reason::GameTurn));
    let momo = hall.momo.clone();
    hall.stage.command(&momo, command).unwrap();
    assert_eq!(hall.log(game).len(), before.len() + 1);
}

#[test]
fn on_a_full_disk_games_wait() {
    let data = tempfile::tempdir().unwrap();
    let mut hall = Hall::new(data.path());
    let game = hall.begin(minutes(1));
    hall.stage.full.store(true, Ordering::Relaxed);
    assert_eq!(hall.place(game, true, 0), Err(Reason::DiskFull));
    let momo = hall.momo.clone();
    hall.leave(&momo);
    hall.pass(2 * MINUTE);
    assert_eq!(hall.row(game).state, GameState::Running);
    hall.stage.full.store(false, Ordering::Relaxed);
    // Nobody's time has run, and who went meanwhile is missed.
    hall.stage.pass(6 * SECOND);
    let lime = hall.lime.clone();
    hall.stage.job(Job::Ping { caller: lime, id: 1 });
    assert!(matches!(hall.log(game).last().unwrap().fact, Fact::Left { side: Side::Second, .. }));
    hall.momo = hall.stage.sign_in(momo.account, 1).unwrap();
    hall.pass(50 * SECOND);
    hall.place(game, true, 0).unwrap();
    let Fact::Placed { left_ms: Some(left), .. } = hall.log(game).last().unwrap().fact else {
        panic!()
    };
    assert!((9_000..=10_000).contains(&left), "{left}");
}

#[test]
fn what_time_and_links_did_in_a_batch_that_was_given_up_is_done_again() {
    let data = tempfile::tempdir().unwrap();
    let mut hall = Hall::new(data.path());
    let (game, momo) = (hall.begin(minutes(1)), hall.momo.clone());
    hall.stage.pass(61 * SECOND);
    hall.stage.give_up(&[Job::Clockwork, Job::Left { session: momo.session }]);
    hall.stage.failed(&Job::Empty { log: ConversationId(99) });
    hall.pass(SECOND);
    assert_eq!(hall.row(game).state, GameState::Running, "nothing is written yet");
    let lime = hall.lime.clone();
    hall.stage.job(Job::Ping { caller: lime, id: 1 });
    assert!(matches!(hall.log(game)[..], [GameEntry { fact: Fact::Left { .. }, .. }]));
    hall.pass(MINUTE);
    assert_eq!(hall.row(game).state, lost(Side::First, EndReason::Gone));
}

#[test]
fn a_log_that_is_full_takes_no_move_back_and_waits_for_nobody() {
    let data = tempfile::tempdir().unwrap();
    let mut hall = Hall::new(data.path());
    let game = hall.begin(TimeLimit::default());
    let (lime, momo) = (hall.lime.clone(), hall.momo.clone());
    let favour = Favour::Undo;
    let (ask, yes) = (Play::Ask { favour }, Play::Answer { favour, yes: true });
    let job = |caller: &Caller, play| {
        let command = Command::Play { game, play };
        Job::Command { caller: caller.clone(), id: 1, command }
    };
    let round = |_| [job(&lime, Play::Place { point: 0 }), job(&lime, ask), job(&momo, yes)];
    let jobs: Vec<Job> = (0..GAME_LOG_MAX.div_ceil(3)).flat_map(round).collect();
    hall.stage.batch(&jobs);
    assert!(hall.row(game).log >= GAME_LOG_MAX);
    // It is played to its end.
    hall.place(game, true, 0).unwrap();
    assert_eq!(
        hall.stage.command(&lime, Command::Play { game, play: ask }),
        Err(Reason::GameNoUndo)
    );
    hall.place(game, false, 1).unwrap();
    hall.leave(&momo);
    assert_eq!(hall.row(game).state, lost(Side::First, EndReason::Gone));
    assert_eq!(hall.log(game).len() as u64, u64::from(GAME_LOG_MAX.next_multiple_of(3) + 4));
}

/// Whoever ends the room: its owner, or the administrator.
#[test]
fn a_game_ends_with_its_room() {
    let data = tempfile::tempdir().unwrap();
    let mut hall = Hall::new(data.path());
    let (lime, momo) = (hall.lime.clone(), hall.momo.clone());
    for (room, is_own) in [(RoomId::FIRST, true), (RoomId(RoomId::FIRST.0 + 1), false)] {
        let make = Command::CreateRoom {
            name: "Players".into(),
            joining: Joining::Open,
            invite: Vec::new(),
            colour: None,
        };
        hall.stage.command(&lime, make).unwrap();
        let join = Command::JoinRoom { room, greeting: String::new() };
        hall.stage.command(&momo, join).unwrap();
        let dice = |hall: &mut Hall| {
            let (limit, begins) = (TimeLimit::default(), Begins::Inviter);
            let offer = GameOffer { kind: GameKind::Dice {}, limit, begins, again: None };
            hall.invite_as(&lime, Target::Room(room), offer)
        };
        let running = dice(&mut hall);
        let accept = Command::AnswerGame { game: running, accept: true };
        hall.stage.command(&momo, accept).unwrap();
        let open = dice(&mut hall);
        let (slot, _answer) = async_channel::bounded(1);
        let outcome = hall.stage.job(match is_own {
            true => {
                let command = Command::DissolveRoom { room };
                Job::Command { caller: lime.clone(), id: 1, command }
            }
            false => Job::Admin { verb: Verb::Dissolve { room }, code: [0; 16], slot },
        });
        let Outcome::Games { games, .. } = &outcome else { panic!("nobody is told") };
        let nobody = GameEnd { winner: None, why: EndReason::Abandoned };
        let told: Vec<GameState> = games.iter().map(|change| change.news.sheet.state).collect();
        assert_eq!(told, [GameState::Over(nobody), GameState::Withdrawn]);
        assert_eq!(hall.row(running).state, GameState::Over(nobody));
        assert_eq!(hall.log(running).len(), 1);
        assert_eq!(hall.row(open).state, GameState::Withdrawn);
        assert!(hall.stage.rows().list_open_games().unwrap().is_empty());
    }
    // What was at hand of them is let go of.
    hall.pass(3 * MINUTE);
    assert_eq!(hall.stage.alarm().due(), None);
}

impl Hall {
    /// An open invitation, of the other one to a third person.
    fn invite_other(&mut self) -> GameId {
        let kiwi = self.stage.register();
        let ask = Command::AskContact {
            to: kiwi.account,
            greeting: String::new(),
            group: GroupId::FIRST,
            remark: String::new(),
        };
        let lime = self.lime.clone();
        self.stage.command(&lime, ask).unwrap();
        let answer = ContactAnswer::Accept { group: GroupId::FIRST, remark: String::new() };
        let from: AccountId = lime.account;
        self.stage.command(&kiwi, Command::AnswerContact { from, answer }).unwrap();
        let momo = std::mem::replace(&mut self.momo, kiwi);
        let game = self.invite(minutes(5));
        self.momo = momo;
        game
    }
}
