//! The window of all games: what one is invited to, what one plays, whom one can invite, what is over.

use super::PlayEffect;
use super::rows::Act;
use crate::domain::game::{GameId, GameKind, GameName, GameState};
use crate::domain::{AccountId, Target};
use crate::ui::app::games::GamesEffect;
use crate::ui::app::{Effect, Model, Screen};

/// Rounds of a match that is begun in this window.
const BEST_OF: u8 = 3;

/// The window, while it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lobby {
    /// The game that is looked at.
    pub game: GameName,
    /// Who won against whom is shown instead of what can be done.
    pub record: bool,
}

/// In the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LobbyMsg {
    /// It opens, or comes to the front.
    Open,
    /// Esc, or the cross.
    Close,
    /// Another game is looked at.
    Game(GameName),
    /// Who won against whom is shown, or not any more.
    Record(bool),
    /// Something in a row.
    Act(Act),
    /// A saved game is looked at.
    OpenSaved,
}

impl Model {
    pub(super) fn lobby_msg(&mut self, msg: LobbyMsg, out: &mut Vec<Effect>) {
        match (msg, &mut self.play.lobby) {
            (LobbyMsg::Open, place) if self.screen == Screen::Panel => {
                let is_new = place.is_none();
                place.get_or_insert(Lobby { game: GameName::Gomoku, record: false });
                out.push(Effect::Play(PlayEffect::RaiseLobby));
                if is_new {
                    self.ask_own_games(0, None, out);
                }
            }
            (LobbyMsg::Close, place) => *place = None,
            (LobbyMsg::Game(game), Some(lobby)) => lobby.game = game,
            (LobbyMsg::Record(record), Some(lobby)) => lobby.record = record,
            (LobbyMsg::Act(act), _) => self.lobby_act(act, out),
            (LobbyMsg::OpenSaved, _) => out.push(Effect::Games(GamesEffect::AskFile)),
            _ => {}
        }
    }

    fn lobby_act(&mut self, act: Act, out: &mut Vec<Effect>) {
        match act {
            Act::Accept(game) => {
                self.answer_game(game, true, out);
                let sheet = self.play.view(game).map(|view| &view.sheet);
                // A board comes by itself; what is played in a chat is played there.
                if sheet.is_some_and(|sheet| !sheet.offer.kind.name().has_board()) {
                    self.show_game(game, out);
                }
            }
            Act::Decline(game) | Act::Withdraw(game) => self.answer_game(game, false, out),
            Act::Show(game) => self.show_game(game, out),
            Act::Invite(account) => self.invite_friend(account, out),
        }
    }

    /// Its board, or the card in which it is played.
    fn show_game(&mut self, game: GameId, out: &mut Vec<Effect>) {
        let Some(view) = self.play.view(game) else { return };
        let place = view.sheet.place;
        if view.sheet.offer.kind.name().has_board() {
            return match view.sheet.state {
                GameState::Over(_) => self.show_replay(game, out),
                _ => self.show_board(game, out),
            };
        }
        if let Some(target) = self.target_of(place) {
            self.open_chat(target, out);
            self.go_to(target, game.seq, out);
        }
    }

    fn invite_friend(&mut self, account: AccountId, out: &mut Vec<Effect>) {
        let game = self.play.lobby.map_or(GameName::Gomoku, |lobby| lobby.game);
        let kind = match game {
            GameName::Gomoku | GameName::Xiangqi => {
                return self.make_invitation((account, game), false, out);
            }
            GameName::Hands => GameKind::Hands { best_of: BEST_OF },
            GameName::Dice => GameKind::Dice {},
        };
        self.invite_to(Target::Account(account), super::plain(kind), out);
    }
}
