//! Board windows, as data: games that are played and saved ones that are looked at.
//!
//! * [`board`] is one window: a replica of the game and what is done at it; `hand` is pointer and keyboard,
//!   [`scene`] what lies on it, `standing` what can be done now, [`news`] what it says, [`replay`] looking at
//!   its moves. `played` keeps those of the server's games in step.
//! * Here is what all of them share: opening, saving, sounds, the choices of how one plays.

pub mod board;
mod hand;
pub mod news;
mod played;
pub mod replay;
pub mod scene;
mod standing;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::play::look::game_words;
use super::settings::keep_switch;
use super::telling::Sound;
use super::{Effect, Model};
use crate::domain::game::{GameId, GameKind, Play};
use crate::game::{NotRead, open};
use board::{Board, BoardMsg};

/// Windows of saved games at once; a person compares a few.
const OPENED_MAX: usize = 8;
/// The longest text that is read as a saved game: some hundred times the longest game of people.
pub const FILE_BYTES_MAX: u64 = 1 << 20;

/// Which board window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BoardId {
    /// That of a game of the server.
    Game(GameId),
    /// That of a saved game, by the order in which they were opened.
    File(u32),
}

/// How one likes to play: choices of this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taste {
    /// Only a second press makes a move.
    pub confirm: bool,
    /// Where a piece may go is shown.
    pub hints: bool,
}

impl Default for Taste {
    fn default() -> Self {
        Taste { confirm: false, hints: true }
    }
}

impl Taste {
    /// Reads one pair of what the store kept.
    pub(super) fn read(&mut self, key: &str, value: &str) {
        match key {
            "game_confirm" => self.confirm = value == "true",
            "game_hints" => self.hints = value != "false",
            _ => {}
        }
    }
}

/// What is heard of a game.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noise {
    /// A stone or a piece is put down.
    Stone,
    /// A piece is taken.
    Take,
    /// The other asks for something.
    Ask,
    /// The game is over.
    End,
}

/// What a board wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BoardAct {
    /// Tell the server.
    Play(Play),
    /// Tell the other.
    Say(String),
    /// Invite the other to another game.
    Rematch,
    /// Ask for the place of a file, called so at first.
    AskPlace(String),
    /// Write a file.
    Save(PathBuf, String),
    /// Ask for a saved game.
    AskFile,
    /// Something is to be heard.
    Sound(Noise),
    /// One likes to play otherwise from now on.
    Taste(Taste),
    /// Show the rules of this game.
    Rules(GameKind),
    /// The window goes.
    Close,
}

/// Why a saved game was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotOpened {
    /// The file cannot be read.
    Unread,
    /// It is far too long.
    TooLong,
    /// It is no game, or not one of ours.
    Not(NotRead),
}

/// About board windows.
#[derive(Clone)]
pub enum GamesMsg {
    /// In a board window.
    Board(BoardId, BoardMsg),
    /// Open a saved game.
    Open(PathBuf),
    /// Its text, or why there is none.
    Read(Result<String, NotOpened>),
    /// A game was written, or not.
    Written(bool),
}

impl fmt::Debug for GamesMsg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // What is said between two people is for no log.
            GamesMsg::Board(id, BoardMsg::Say(_)) => write!(f, "Board({id:?}, Say)"),
            GamesMsg::Board(id, BoardMsg::SaveTo(_)) => write!(f, "Board({id:?}, SaveTo)"),
            GamesMsg::Board(id, msg) => write!(f, "Board({id:?}, {msg:?})"),
            GamesMsg::Open(_) => f.write_str("Open"),
            GamesMsg::Read(text) => write!(f, "Read({:?})", text.as_ref().map(String::len)),
            GamesMsg::Written(done) => write!(f, "Written({done})"),
        }
    }
}

/// What the shell is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GamesEffect {
    /// Bring a board window to the front.
    Raise(BoardId),
    /// Ask which saved game is opened.
    AskFile,
    /// Read a saved game, elsewhere than here.
    Read(PathBuf),
    /// Ask where a game is saved, called so at first.
    AskPlace(BoardId, String),
    /// Write one, elsewhere than here.
    Write(PathBuf, String),
    /// Play a sound.
    Sound(Noise),
    /// Show the rules of a game.
    Rules(GameKind),
    /// Say why a saved game was not opened.
    NotOpened(NotOpened),
}

/// The board windows that stand.
#[derive(Debug, Default)]
pub struct Games {
    boards: BTreeMap<BoardId, Board>,
    opened: u32,
}

impl Games {
    /// One of them.
    #[must_use]
    pub fn board(&self, id: BoardId) -> Option<&Board> {
        self.boards.get(&id)
    }

    /// One of them, to be changed.
    pub fn board_mut(&mut self, id: BoardId) -> Option<&mut Board> {
        self.boards.get_mut(&id)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (BoardId, &Board)> {
        self.boards.iter().map(|(id, board)| (*id, board))
    }

    /// A window for this one; it replaces what was there.
    pub fn put(&mut self, id: BoardId, board: Board) {
        self.boards.insert(id, board);
    }

    /// The windows of an account's games go with it; saved ones stay.
    pub fn close_played(&mut self) {
        self.boards.retain(|id, _| matches!(id, BoardId::File(_)));
    }
}

impl Model {
    pub(super) fn games_msg(&mut self, msg: GamesMsg, out: &mut Vec<Effect>) {
        match msg {
            GamesMsg::Board(id, msg) => {
                let now = self.now;
                let Some(board) = self.games.boards.get_mut(&id) else { return };
                let acts = board.take(msg, now);
                self.board_acts(id, acts, out);
            }
            GamesMsg::Open(path) => out.push(Effect::Games(GamesEffect::Read(path))),
            GamesMsg::Read(text) => self.game_read(text, out),
            GamesMsg::Written(true) => out.push(Effect::Tell("game.file.saved")),
            GamesMsg::Written(false) => out.push(Effect::Trouble("game.file.not_saved")),
        }
    }

    /// Carries out what a board wants done.
    pub(super) fn board_acts(&mut self, id: BoardId, acts: Vec<BoardAct>, out: &mut Vec<Effect>) {
        for act in acts {
            match act {
                BoardAct::AskPlace(name) => {
                    let Some(board) = self.games.board(id) else { continue };
                    let language = self.settings.language.language();
                    let name =
                        format!("{}-{name}", game_words(board.begun().kind.name(), language));
                    out.push(Effect::Games(GamesEffect::AskPlace(id, name)));
                }
                BoardAct::Save(path, text) => {
                    out.push(Effect::Games(GamesEffect::Write(path, text)));
                }
                BoardAct::Rules(kind) => out.push(Effect::Games(GamesEffect::Rules(kind))),
                BoardAct::AskFile => out.push(Effect::Games(GamesEffect::AskFile)),
                BoardAct::Sound(noise) if self.manner().sound != Sound::Off => {
                    out.push(Effect::Games(GamesEffect::Sound(noise)));
                }
                BoardAct::Taste(taste) => self.set_taste(taste, out),
                BoardAct::Close => match id {
                    BoardId::Game(game) => self.close_board(game),
                    BoardId::File(_) => drop(self.games.boards.remove(&id)),
                },
                BoardAct::Sound(_) => {}
                act => {
                    // Of a saved game there is nobody to tell.
                    if let BoardId::Game(game) = id {
                        self.played_act(game, act, out);
                    }
                }
            }
        }
    }

    fn set_taste(&mut self, taste: Taste, out: &mut Vec<Effect>) {
        let kept = &mut self.settings.taste;
        if kept.confirm != taste.confirm {
            keep_switch(&mut kept.confirm, "game_confirm", taste.confirm, out);
        }
        if kept.hints != taste.hints {
            keep_switch(&mut kept.hints, "game_hints", taste.hints, out);
        }
        self.games.boards.values_mut().for_each(|board| board.set_taste(taste));
    }

    fn game_read(&mut self, text: Result<String, NotOpened>, out: &mut Vec<Effect>) {
        let read = text.and_then(|text| open(&text).map_err(NotOpened::Not));
        let (kind, saved, plays) = match read {
            Ok(read) => read,
            Err(why) => return out.push(Effect::Games(GamesEffect::NotOpened(why))),
        };
        let files = |id: &BoardId| matches!(id, BoardId::File(_));
        if self.games.boards.keys().filter(|id| files(id)).count() >= OPENED_MAX
            && let Some(oldest) = self.games.boards.keys().copied().find(files)
        {
            self.games.boards.remove(&oldest);
        }
        self.games.opened += 1;
        let id = BoardId::File(self.games.opened);
        self.games.put(id, Board::opened(kind, saved, &plays, self.settings.taste, self.now));
        out.push(Effect::Games(GamesEffect::Raise(id)));
    }

    pub(super) fn games_tick(&mut self, out: &mut Vec<Effect>) {
        self.boards_tick();
        let now = self.now;
        let ticked = |(id, board): (&BoardId, &mut Board)| (*id, board.tick(now));
        let acts: Vec<_> = self.games.boards.iter_mut().map(ticked).collect();
        for (id, acts) in acts {
            self.board_acts(id, acts, out);
        }
    }
}
