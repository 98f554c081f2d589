//! One board window: the replica of a game, built from its log, and what the person does at it.
//!
//! Whatever is wanted of others leaves as [`BoardAct`]; nothing is done before the server's word comes
//! back as an entry of the log.

use super::replay::{Replay, ReplayMsg};
use super::{BoardAct, Noise, Taste};
use crate::domain::Portrait;
use crate::domain::game::{
    Bytes32, Fact, Favour, GameEnd, GameEntry, GameKind, Play, Score, Side, TimeLimit,
};
use crate::game::{Game, NotPlayed, Outcome, Saved, Table};
use crate::ui::app::Moment;

/// A line of the talk beside a board is kept so long.
const SAID_MAX: usize = 500;
/// Why a move is forbidden is said for so long.
const REFUSED_MS: u64 = 5_000;

/// One of the two players.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Player {
    /// As one calls them.
    pub name: String,
    /// Their face; none where only a name is known, as in a file.
    pub portrait: Option<Portrait>,
}

/// What is known of a game before its first move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// Which game.
    pub kind: GameKind,
    /// How long each may think.
    pub limit: TimeLimit,
    /// Who plays, the one that begins first.
    pub players: [Player; 2],
    /// Which of them one is oneself; none where one only looks.
    pub me: Option<Side>,
    /// The day it was played on, `2026-11-25`.
    pub date: String,
    /// The minute at which it began, `21-14`; nothing where that is not known.
    pub minute: String,
}

/// Something a player said beside the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// When, by the game's own clock.
    pub t: u64,
    /// Who.
    pub side: Side,
    /// What.
    pub text: String,
}

/// What the person does in a board window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BoardMsg {
    /// The pointer is over a place of the board, or over none.
    Point(Option<u8>),
    /// A place was pressed.
    Press(u8),
    /// The keyboard walks on the board: so many columns to the right and rows down.
    Step(i8, i8),
    /// The place where the keyboard is was pressed.
    Enter,
    /// The topmost thing goes.
    Escape,
    /// Ask the other.
    Ask(Favour),
    /// Answer the other.
    Answer(bool),
    /// Give up: is asked before.
    Resign,
    /// It was asked.
    ResignAnswered(bool),
    /// Look at the board behind the card that says how it ended.
    CloseResult,
    /// Play once more.
    Again,
    /// Look at the moves.
    Replay(ReplayMsg),
    /// Say something.
    Say(String),
    /// Write the game to a file: asks which one.
    Save,
    /// Write it there.
    SaveTo(std::path::PathBuf),
    /// Open another saved game: asks which one.
    Open,
    /// A second press makes a move.
    Confirm(bool),
    /// Where a piece may go is shown.
    Hints(bool),
    /// Look from the other side.
    Turn,
    /// Read the rules.
    Rules,
    /// Close the window.
    Close,
}

/// What lies over the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Card {
    /// The other asks for something; so many milliseconds are left for an answer.
    Favour(Favour, u64),
    /// Whether one really gives up.
    Resign,
    /// How it ended.
    Result(GameEnd),
}

/// What the strip over the board says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// One's own link is down.
    Offline,
    /// That of a player; for so many seconds more that is waited for.
    Away(Side, u64),
}

/// One board window.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone)]
pub struct Board {
    pub(super) begun: Beginning,
    pub(super) taste: Taste,
    pub(super) game: Game,
    pub(super) log: Vec<GameEntry>,
    pub(super) said: Vec<Said>,
    score: Option<Score>,
    /// Where the game's own clock stood at an uptime of this computer.
    clock: (u64, u64),
    /// The uptime, as of the last message.
    pub(super) uptime: u64,
    /// What each clock showed at the moment of the end.
    pub(super) left_at_end: [Option<u64>; 2],
    pub(super) is_linked: bool,
    /// The second player is at the lower edge.
    pub(super) is_turned: bool,
    pub(super) pointed: Option<u8>,
    pub(super) cursor: Option<u8>,
    /// Gomoku: the point of a first press. Chinese chess: the piece that moves.
    pub(super) picked: Option<u8>,
    /// Chinese chess: where it goes, by a first press.
    pub(super) aimed: Option<u8>,
    /// On its way to the server.
    pub(super) sent: Option<Play>,
    /// What forbids the last press; it is said until something else is done, or for a while.
    pub(super) refused: Option<NotPlayed>,
    refused_until: u64,
    /// What lies on the board or moves it, and until when a press there is one at what was there before.
    pub(super) covered: (Option<std::mem::Discriminant<Card>>, bool),
    pub(super) guarded_until: u64,
    pub(super) is_resigning: bool,
    pub(super) is_result_closed: bool,
    pub(super) is_again_asked: bool,
    /// The other one invites to another game.
    pub(super) is_again_wanted: bool,
    pub(super) replay: Option<Replay>,
    won: Option<Outcome>,
    version: u64,
}

impl Board {
    /// A board on which nothing has happened.
    #[must_use]
    pub fn new(begun: Beginning, taste: Taste, now: Moment) -> Board {
        let is_xiangqi = matches!(begun.kind, GameKind::Xiangqi {});
        Board {
            game: Game::new(begun.kind, begun.limit, 0),
            log: Vec::new(),
            said: Vec::new(),
            score: None,
            clock: (0, now.mono_ms),
            uptime: now.mono_ms,
            left_at_end: [None; 2],
            is_linked: true,
            is_turned: is_xiangqi && begun.me == Some(Side::Second),
            pointed: None,
            cursor: None,
            picked: None,
            aimed: None,
            sent: None,
            refused: None,
            refused_until: 0,
            covered: (None, false),
            guarded_until: 0,
            is_resigning: false,
            is_result_closed: false,
            is_again_asked: false,
            is_again_wanted: false,
            replay: None,
            won: None,
            version: 0,
            begun,
            taste,
        }
    }

    /// A saved game, to be looked at.
    #[must_use]
    pub fn opened(
        kind: GameKind,
        saved: Saved,
        plays: &[Play],
        taste: Taste,
        now: Moment,
    ) -> Board {
        let player = |name| Player { name, portrait: None };
        let limit = TimeLimit::default();
        let players = saved.names.map(player);
        let begun =
            Beginning { kind, limit, players, me: None, date: saved.date, minute: String::new() };
        let mut board = Board::new(begun, taste, now);
        board.won = saved.won;
        for (at, play) in plays.iter().enumerate() {
            let side = board.turn().unwrap_or(Side::First);
            // Other programs play on where the rules here end a game, as after a repetition: only the
            // last move is judged.
            let facts = match made(side, *play).filter(|_| at + 1 < plays.len()) {
                Some(fact) => {
                    board.game.take(&fact, 0);
                    vec![fact]
                }
                None => board.game.apply(side, play, &Bytes32([0; 32]), 0).unwrap_or_default(),
            };
            board.log.extend(facts.into_iter().map(|fact| GameEntry { t: 0, fact }));
        }
        board.replay = Some(Replay::at(0));
        board
    }

    /// Takes the game's log as far as it is known, and where its clock stands at an uptime. Gives back what
    /// has to be heard of what is new.
    pub fn follow(&mut self, log: &[GameEntry], t: u64, at_ms: u64) -> Vec<BoardAct> {
        self.clock = (t, at_ms);
        self.uptime = self.uptime.max(at_ms);
        if log.len() < self.log.len() || log[..self.log.len()] != self.log[..] {
            // Another one than before, as when a server came back from a backup.
            self.log.clear();
            self.game = Game::new(self.begun.kind, self.begun.limit, 0);
            self.forget_hands();
        }
        let new = &log[self.log.len()..];
        let is_first = self.log.is_empty();
        // What was forbidden before says nothing of what is now.
        self.refused = self.refused.filter(|_| new.is_empty());
        let mut noise = None;
        for entry in new {
            noise = self.noise_of(&entry.fact).or(noise);
            if matches!(entry.fact, Fact::Ended { .. }) {
                // Afterwards it is nobody's turn, and what was used of the last one would come back.
                self.left_at_end = Side::BOTH.map(|side| self.left_ms_at(side, entry.t));
            }
            self.game.take(&entry.fact, entry.t);
            self.settle(&entry.fact);
        }
        self.log.extend_from_slice(new);
        self.guard();
        self.changed();
        let is_heard = !is_first || log.len() == 1;
        noise.filter(|_| is_heard).map(BoardAct::Sound).into_iter().collect()
    }

    /// What hands and questions were about ends with what happened.
    fn settle(&mut self, fact: &Fact) {
        match fact {
            Fact::Placed { .. } | Fact::Moved { .. } | Fact::Undone { .. } => {
                self.forget_hands();
                if let Some(replay) = &mut self.replay {
                    replay.bound(self.game.plies());
                }
            }
            Fact::Ended { .. } => {
                self.forget_hands();
                self.is_resigning = false;
            }
            Fact::Declined { .. } => self.sent = None,
            Fact::Asked { side, .. } if Some(*side) == self.begun.me => self.sent = None,
            _ => {}
        }
    }

    /// Nothing is picked, aimed at or on its way any more.
    pub(super) fn forget_hands(&mut self) {
        (self.picked, self.aimed, self.sent, self.refused) = (None, None, None, None);
    }

    fn noise_of(&self, fact: &Fact) -> Option<Noise> {
        match (fact, self.game.table()) {
            (Fact::Placed { .. }, _) => Some(Noise::Stone),
            (Fact::Moved { to, .. }, Table::Xiangqi(record)) => {
                let takes = record.position().piece(*to).is_some();
                Some(if takes { Noise::Take } else { Noise::Stone })
            }
            (Fact::Ended { .. }, _) => Some(Noise::End),
            (Fact::Asked { side, .. }, _) if Some(*side) != self.begun.me => Some(Noise::Ask),
            _ => None,
        }
    }

    /// What was sent last did not arrive or was turned down; why is told elsewhere.
    pub fn not_sent(&mut self) {
        self.forget_hands();
        self.is_again_asked = false;
        self.changed();
    }

    /// Whether an invitation of one's own, and one of the other, to another game is open.
    pub fn set_again(&mut self, asked: bool, wanted: bool) {
        if (self.is_again_asked, self.is_again_wanted) != (asked, wanted) {
            (self.is_again_asked, self.is_again_wanted) = (asked, wanted);
            self.changed();
        }
    }

    /// One's own link is there, or down.
    pub fn set_linked(&mut self, is_linked: bool) {
        if self.is_linked != is_linked {
            self.clock = (self.now(), self.uptime);
            self.is_linked = is_linked;
            self.sent = None;
            self.changed();
        }
    }

    /// How one's games against the other ended.
    pub fn set_score(&mut self, score: Option<Score>) {
        if self.score != score {
            self.score = score;
            self.changed();
        }
    }

    /// What they are called and look like.
    pub fn set_players(&mut self, players: [Player; 2]) {
        if self.begun.players != players {
            self.begun.players = players;
            self.changed();
        }
    }

    /// A player says something beside the board.
    pub fn hear(&mut self, said: Said) {
        self.said.push(said);
        if self.said.len() > SAID_MAX {
            self.said.remove(0);
        }
        self.changed();
    }

    /// All that was said, where that is more than what was heard.
    pub fn hear_again(&mut self, said: Vec<Said>) {
        if said.len() > self.said.len() {
            self.said.clear();
            for said in said {
                self.hear(said);
            }
        }
    }

    pub(super) fn set_taste(&mut self, taste: Taste) {
        self.taste = taste;
        self.aimed = None;
        self.changed();
    }

    pub(super) fn changed(&mut self) {
        self.version += 1;
    }

    /// Time goes on: clocks and a replay that plays.
    pub fn tick(&mut self, now: Moment) -> Vec<BoardAct> {
        self.uptime = now.mono_ms;
        if now.mono_ms >= self.refused_until && self.refused.take().is_some() {
            self.changed();
        }
        self.guard();
        if self.guarded_until != 0 && !self.is_guarded() {
            self.guarded_until = 0;
            self.changed();
        }
        let plies = self.game.plies();
        let steps = self.replay.as_mut().is_some_and(|replay| replay.tick(now.mono_ms, plies));
        if steps {
            self.changed();
            return vec![BoardAct::Sound(Noise::Stone)];
        }
        Vec::new()
    }

    /// Does what the person wants.
    pub fn take(&mut self, msg: BoardMsg, now: Moment) -> Vec<BoardAct> {
        self.uptime = now.mono_ms;
        if self.is_too_late(&msg) {
            return Vec::new();
        }
        let before = self.pointed;
        let is_pointing = matches!(msg, BoardMsg::Point(_));
        if !is_pointing {
            (self.refused, self.refused_until) = (None, now.mono_ms + REFUSED_MS);
        }
        let acts = self.act(msg);
        self.guard();
        if !is_pointing || self.pointed != before {
            self.changed();
        }
        acts
    }

    pub(super) fn act(&mut self, msg: BoardMsg) -> Vec<BoardAct> {
        match msg {
            BoardMsg::Point(at) => self.point(at),
            BoardMsg::Press(at) => return self.press(at),
            BoardMsg::Step(columns, rows) => self.step(columns, rows),
            BoardMsg::Enter => return self.enter(),
            BoardMsg::Escape => return self.escape(),
            BoardMsg::Ask(favour) if self.may_ask(favour) => {
                return self.send(Play::Ask { favour });
            }
            BoardMsg::Answer(yes) => {
                if let Some(Card::Favour(favour, _)) = self.card() {
                    return self.send(Play::Answer { favour, yes });
                }
            }
            BoardMsg::Resign => self.is_resigning = self.may_resign(),
            BoardMsg::ResignAnswered(yes) => {
                self.is_resigning = false;
                if yes && self.may_resign() {
                    return self.send(Play::Resign {});
                }
            }
            BoardMsg::CloseResult => self.is_result_closed = true,
            BoardMsg::Again if self.may_play_again() => {
                // A yes to the other's wish is over when the next game begins.
                self.is_again_asked = !self.is_again_wanted;
                return vec![BoardAct::Rematch];
            }
            BoardMsg::Replay(msg) => return self.show(msg),
            BoardMsg::Say(text) if self.may_say() && !text.trim().is_empty() => {
                return vec![BoardAct::Say(text.trim().to_owned())];
            }
            BoardMsg::Save => return vec![BoardAct::AskPlace(self.file_name())],
            BoardMsg::SaveTo(path) => return self.save_to(path),
            BoardMsg::Open => return vec![BoardAct::AskFile],
            BoardMsg::Confirm(confirm) => {
                return vec![BoardAct::Taste(Taste { confirm, ..self.taste })];
            }
            BoardMsg::Hints(hints) => return vec![BoardAct::Taste(Taste { hints, ..self.taste })],
            BoardMsg::Turn => self.is_turned = !self.is_turned,
            BoardMsg::Rules => return vec![BoardAct::Rules(self.begun.kind)],
            BoardMsg::Close => return vec![BoardAct::Close],
            BoardMsg::Ask(_) | BoardMsg::Again | BoardMsg::Say(_) => {}
        }
        Vec::new()
    }

    pub(super) fn send(&mut self, play: Play) -> Vec<BoardAct> {
        self.sent = Some(play);
        vec![BoardAct::Play(play)]
    }

    fn show(&mut self, msg: ReplayMsg) -> Vec<BoardAct> {
        let plies = self.game.plies();
        if msg == ReplayMsg::Leave {
            // A saved game has nothing else to show.
            self.replay = self.replay.filter(|_| self.begun.me.is_none());
            return Vec::new();
        }
        let replay = self.replay.get_or_insert(Replay::at(plies));
        let is_heard = replay.show(msg, plies, self.uptime);
        is_heard.then_some(BoardAct::Sound(Noise::Stone)).into_iter().collect()
    }

    /// The moment by the game's own clock. It stands still while one's own link is down, for nobody's
    /// time runs then; what follows puts it right.
    #[must_use]
    pub fn now(&self) -> u64 {
        let (t, at_ms) = self.clock;
        if self.is_linked { t + self.uptime.saturating_sub(at_ms) } else { t }
    }

    /// Changes with everything that is drawn but the running of time.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What is known of it since its beginning.
    #[must_use]
    pub fn begun(&self) -> &Beginning {
        &self.begun
    }

    /// The game as it stands.
    #[must_use]
    pub fn game(&self) -> &Game {
        &self.game
    }

    /// What happened in it.
    #[must_use]
    pub fn log(&self) -> &[GameEntry] {
        &self.log
    }

    /// The choices of how it is played.
    #[must_use]
    pub fn taste(&self) -> Taste {
        self.taste
    }

    /// How one's games against the other ended.
    #[must_use]
    pub fn score(&self) -> Option<Score> {
        self.score
    }

    /// Where one looks at its moves, while one does.
    #[must_use]
    pub fn replay(&self) -> Option<Replay> {
        self.replay
    }

    /// Whether one looks at it from the second player's side.
    #[must_use]
    pub fn is_turned(&self) -> bool {
        self.is_turned
    }

    /// The other player, where one plays oneself.
    #[must_use]
    pub fn other(&self) -> Option<&Player> {
        self.begun.me.map(|me| &self.begun.players[me.other().index()])
    }

    /// What forbids the move that was wanted last.
    #[must_use]
    pub fn refused(&self) -> Option<NotPlayed> {
        self.refused
    }

    /// Who won, or that nobody did, once that is known: a saved game may say what its moves do not.
    #[must_use]
    pub fn won(&self) -> Option<Outcome> {
        self.game.end().map(|end| end.winner.into()).or(self.won)
    }

    fn saved(&self) -> Saved {
        let names = self.begun.players.each_ref().map(|player| player.name.clone());
        Saved { names, date: self.begun.date.clone(), won: self.won() }
    }

    /// What its file is called at first.
    fn file_name(&self) -> String {
        let [first, second] = &self.begun.players;
        let ending = if matches!(self.begun.kind, GameKind::Xiangqi {}) { "pgn" } else { "sgf" };
        let parts = [&first.name, &second.name, &self.begun.date, &self.begun.minute];
        let parts: Vec<&str> =
            parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        let name = crate::domain::file_name(&format!("{}.{ending}", parts.join("-")));
        if name.starts_with('.') { format!("game{name}") } else { name }
    }

    fn save_to(&self, path: std::path::PathBuf) -> Vec<BoardAct> {
        let text = crate::game::save(&self.game, &self.saved());
        text.map(|text| BoardAct::Save(path, text)).into_iter().collect()
    }
}

/// What a move of a saved game is in a log.
fn made(side: Side, play: Play) -> Option<Fact> {
    match play {
        Play::Place { point } => Some(Fact::Placed { side, point, left_ms: None }),
        Play::Move { from, to } => Some(Fact::Moved { side, from, to, left_ms: None }),
        _ => None,
    }
}
