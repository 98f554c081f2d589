//! Board windows: games that are played and saved ones that are looked at.
//!
//! * [`BoardWindow`] is one of them, in `window`; `areas` says where everything stands, `hands` what pointer
//!   and keys do.
//! * `wood` and `tokens` paint the board with what `art` has drawn; `beside` paints what stands beside it,
//!   `cards` what lies over it, `words` says it, `refusals` why a move is not made.
//! * `saving` reads and writes saved games.

mod areas;
mod art;
mod beside;
mod cards;
mod hands;
mod refusals;
mod saving;
mod tokens;
mod window;
mod wood;
mod words;

use std::collections::BTreeMap;
use std::rc::Rc;

use super::app::games::board::BoardMsg;
use super::app::games::{BoardId, GamesEffect, GamesMsg};
use super::app::{Model, Msg};
use super::files::{self, Wanted};
use super::screen::Side;
use super::shell::post;
use super::text::{language, tr};
use super::toast::{Edge, Kind};
use super::widgets::ask;
use super::{screen, sound, toast};
pub use window::BoardWindow;

/// The board windows that stand.
#[derive(Default)]
pub(super) struct BoardWindows {
    windows: BTreeMap<BoardId, BoardWindow>,
}

impl BoardWindows {
    /// Makes, changes and closes them until they are what the model says.
    pub fn follow(&mut self, model: &Model, side: Side) {
        // The next game between two takes the place of the one before.
        let mut left = None;
        for (_, window) in self.windows.extract_if(.., |id, _| model.games.board(*id).is_none()) {
            left = Some(window.area());
            window.close();
        }
        for (id, board) in model.games.iter() {
            match self.windows.get_mut(&id) {
                Some(window) => window.follow(board),
                None => {
                    let side = Side { taken: side.taken + self.windows.len(), ..side };
                    let told = Rc::new(move |msg| post(Msg::Games(GamesMsg::Board(id, msg))));
                    let window = BoardWindow::new(
                        board,
                        |size| left.take().unwrap_or_else(|| side.place(size)),
                        told,
                    );
                    self.windows.insert(id, window);
                }
            }
        }
    }

    /// Does what the model asks of them.
    pub fn carry_out(&mut self, effect: GamesEffect) {
        match effect {
            GamesEffect::Raise(id) => {
                self.windows.get_mut(&id).into_iter().for_each(BoardWindow::raise);
            }
            GamesEffect::AskFile => {
                files::choose(Wanted::Game, tr("game.menu.open"), "", |path| {
                    post(Msg::Games(GamesMsg::Open(path)));
                });
            }
            GamesEffect::AskPlace(id, name) => {
                files::choose(Wanted::GamePlace, tr("game.menu.save"), &name, move |path| {
                    post(Msg::Games(GamesMsg::Board(id, BoardMsg::SaveTo(path))));
                });
            }
            GamesEffect::Read(path) => saving::read(path),
            GamesEffect::Write(path, text) => saving::write(path, text),
            GamesEffect::Sound(noise) => sound::play_of_game(noise),
            GamesEffect::Rules(kind) => ask(words::rules(language(), kind), |_| {}),
            GamesEffect::NotOpened(why) => {
                let words = words::not_opened(language(), why);
                toast::show(screen::front(), Edge::Lower, Kind::Trouble, &words);
            }
        }
    }

    /// Speaks the language of the moment.
    pub fn reword(&mut self) {
        self.windows.values_mut().for_each(BoardWindow::reword);
    }

    /// Takes them away.
    pub fn close(&mut self) {
        std::mem::take(&mut self.windows).into_values().for_each(BoardWindow::close);
    }
}
