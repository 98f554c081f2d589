//! Boards of the server's games: opened, kept in step with what is told of them, and what is done at them.

use super::board::{Beginning, Board, BoardMsg, Player, Said};
use super::replay::ReplayMsg;
use super::{BoardAct, BoardId, GamesEffect};
use crate::client::api::GameView;
use crate::client::{Answer, Failure, Intent};
use crate::clock::millis;
use crate::domain::game::{Begins, GameId, GameOffer, GameSheet, GameState, Play, Side};
use crate::domain::{AccountId, Body, Message, Seq, Target};
use crate::net::protocol::Command;
use crate::ui::app::{Asked, Effect, Model, time};

/// What is said so soon after a game still stands beside it.
const TALK_BEHIND_MS: i64 = 120_000;

impl Model {
    /// Shows the board of a game; one whose moves are not here yet shows when they are.
    pub(in crate::ui::app) fn show_board(&mut self, game: GameId, out: &mut Vec<Effect>) {
        self.play.boards.insert(game);
        let id = BoardId::Game(game);
        match self.games.board(id) {
            Some(_) => out.push(Effect::Games(GamesEffect::Raise(id))),
            None => self.board_follows(game, out),
        }
    }

    /// Shows the moves of a game that is over.
    pub(in crate::ui::app) fn show_replay(&mut self, game: GameId, out: &mut Vec<Effect>) {
        self.play.replays.insert(game);
        self.show_board(game, out);
        self.begin_replay(game, out);
    }

    fn begin_replay(&mut self, game: GameId, out: &mut Vec<Effect>) {
        let id = BoardId::Game(game);
        let Some(board) = self.games.board_mut(id) else { return };
        if self.play.replays.remove(&game) {
            let acts = board.take(BoardMsg::Replay(ReplayMsg::Begin), self.now);
            self.board_acts(id, acts, out);
        }
    }

    /// A game stands otherwise: so does its board, where that is open.
    pub(in crate::ui::app) fn board_follows(&mut self, game: GameId, out: &mut Vec<Effect>) {
        let view = self.play.view(game).filter(|_| self.play.boards.contains(&game));
        let Some(view) = view.filter(|view| view.log.len() == view.sheet.log as usize).cloned()
        else {
            return;
        };
        let id = BoardId::Game(game);
        if self.games.board(id).is_none() {
            let Some(begun) = self.beginning(&view) else { return };
            let mut board = Board::new(begun, self.settings.taste, self.now);
            if !self.play.replays.contains(&game) {
                board.guard_new();
            }
            self.games.put(id, board);
            self.hear_the_talk(&view.sheet);
            self.close_board_before(&view.sheet);
            self.again_follows(game);
            out.push(Effect::Games(GamesEffect::Raise(id)));
        }
        if let Some(board) = self.games.board_mut(id) {
            let acts = board.follow(&view.log, view.t, millis(view.at));
            self.board_acts(id, acts, out);
        }
        self.begin_replay(game, out);
    }

    fn beginning(&self, view: &GameView) -> Option<Beginning> {
        let GameSheet { offer, began, .. } = view.sheet;
        let players = self.players_of(&view.sheet)?;
        let me = self.my_account().and_then(|me| view.sheet.side_of(me));
        let (kind, limit) = (offer.kind, offer.limit);
        let date = time::day(began, &self.zone).to_string();
        let of_day = time::minute_of_day(began, &self.zone);
        let minute = format!("{:02}-{:02}", of_day / 60, of_day % 60);
        Some(Beginning { kind, limit, players, me, date, minute })
    }

    fn players_of(&self, sheet: &GameSheet) -> Option<[Player; 2]> {
        let player = |account| Player {
            name: self.people.name(account),
            portrait: Some(self.people.portrait(account)),
        };
        sheet.players.map(|players| players.map(player))
    }

    /// The game before it is over, and its board makes room for this one's.
    fn close_board_before(&mut self, sheet: &GameSheet) {
        let Some(seq) = sheet.offer.again else { return };
        let before = GameId { seq, ..sheet.game };
        let is_over = |view: &GameView| matches!(view.sheet.state, GameState::Over(_));
        if self.play.view(before).is_some_and(is_over) {
            self.close_board(before);
        }
    }

    pub(super) fn close_board(&mut self, game: GameId) {
        self.games.boards.remove(&BoardId::Game(game));
        self.play.boards.remove(&game);
        self.play.replays.remove(&game);
    }

    /// What was said since the game began, as far as it is here.
    fn hear_the_talk(&mut self, sheet: &GameSheet) {
        let target = self.target_of(sheet.place);
        let Some(chat) = target.and_then(|target| self.chats.get(target)) else { return };
        // What was said long after it belongs to another game.
        let until = sheet.ended.map_or(i64::MAX, |ended| ended.saturating_add(TALK_BEHIND_MS));
        let is_of_it = |message: &&Message| (sheet.began..=until).contains(&message.at);
        let since = chat.messages.values().filter(is_of_it);
        let said = since.filter_map(|message| said_in(sheet, message)).collect();
        if let Some(board) = self.games.board_mut(BoardId::Game(sheet.game)) {
            board.hear_again(said);
        }
    }

    /// Older messages of a conversation came: its boards lack them, where one came back to a game.
    pub(in crate::ui::app) fn talk_came(&mut self, target: Target) {
        let sheets = self.play.boards.iter().filter_map(|game| Some(&self.play.view(*game)?.sheet));
        let here = sheets.filter(|sheet| self.target_of(sheet.place) == Some(target));
        for sheet in here.cloned().collect::<Vec<_>>() {
            self.hear_the_talk(&sheet);
        }
    }

    /// Something is said between two people: beside their boards too. Whether one of them shows it.
    pub(in crate::ui::app) fn said_beside(&mut self, message: &Message) -> bool {
        let boards: Vec<GameId> = self
            .play
            .boards
            .iter()
            .copied()
            .filter(|game| game.conversation == message.conversation)
            .collect();
        let mut is_shown = false;
        for game in boards {
            is_shown |= self.hear_beside(game, message);
        }
        is_shown
    }

    fn hear_beside(&mut self, game: GameId, message: &Message) -> bool {
        let said = self.play.view(game).and_then(|view| said_in(&view.sheet, message));
        let board = self.games.board_mut(BoardId::Game(game));
        said.zip(board).map(|(said, board)| board.hear(said)).is_some()
    }

    /// What is wanted at a board of the server's.
    pub(super) fn played_act(&mut self, game: GameId, act: BoardAct, out: &mut Vec<Effect>) {
        match act {
            BoardAct::Play(play) => self.play_at(game, play, out),
            BoardAct::Say(text) => {
                let to = self.play.view(game).and_then(|view| self.target_of(view.sheet.place));
                if let Some(to) = to {
                    self.say(to, Body::text(text), out);
                }
            }
            BoardAct::Rematch => self.play_again(game, out),
            _ => {}
        }
    }

    fn play_at(&mut self, game: GameId, play: Play, out: &mut Vec<Effect>) {
        let command = Command::Play { game, play };
        let ask = |ticket| Intent::Do { ticket, command };
        self.ask(Asked::Board(game), ask, out);
    }

    /// What became of a play. What was done comes as an entry of the log.
    pub(in crate::ui::app) fn board_answered(
        &mut self,
        game: GameId,
        result: Result<Answer, Failure>,
        out: &mut Vec<Effect>,
    ) {
        let Err(why) = result else { return };
        if let Some(board) = self.games.board_mut(BoardId::Game(game)) {
            board.not_sent();
        }
        out.push(Effect::Say(why));
    }

    /// The other one's wish for another game is granted, or one's own is told: colours are swapped.
    fn play_again(&mut self, game: GameId, out: &mut Vec<Effect>) {
        let Some(me) = self.my_account() else { return };
        let wanted = self.play.rematches_of(game).find(|sheet| sheet.inviter != me);
        if let Some(open) = wanted.map(|sheet| sheet.game) {
            return self.answer_game(open, true, out);
        }
        let Some(sheet) = self.play.view(game).map(|view| view.sheet.clone()) else { return };
        let (Some(side), Some(to)) = (sheet.side_of(me), self.target_of(sheet.place)) else {
            return;
        };
        let begins = if side == Side::First { Begins::Invited } else { Begins::Inviter };
        let offer = GameOffer { begins, again: Some(game.seq), ..sheet.offer };
        self.invite_to(to, offer, out);
    }

    /// Invitations to another game after this one came or went: its board asks for it, or says yes.
    fn again_follows(&mut self, game: GameId) {
        let me = self.my_account();
        let is_open =
            |mine| self.play.rematches_of(game).any(|sheet| (Some(sheet.inviter) == me) == mine);
        let (asked, wanted) = (is_open(true), is_open(false));
        if let Some(board) = self.games.board_mut(BoardId::Game(game)) {
            board.set_again(asked, wanted);
        }
    }

    /// How an invitation stands is known: so does the board of the game before it.
    pub(in crate::ui::app) fn board_before_follows(&mut self, sheet: &GameSheet) {
        if let Some(seq) = sheet.offer.again {
            self.again_follows(GameId { seq, ..sheet.game });
        }
    }

    /// An invitation to another game was not sent: the board of the one before can ask anew.
    pub(in crate::ui::app) fn again_not_sent(&mut self, to: Target, before: Option<Seq>) {
        let boards = self.play.boards.iter().copied();
        let is_before = |game: &GameId| {
            let place = self.play.view(*game).and_then(|view| self.target_of(view.sheet.place));
            Some(game.seq) == before && place == Some(to)
        };
        let games: Vec<GameId> = boards.filter(is_before).collect();
        for game in games {
            self.again_follows(game);
        }
    }

    /// Names, faces, scores and one's own link, at all boards of the server's.
    pub(in crate::ui::app) fn boards_tick(&mut self) {
        let is_up = self.link.is_up();
        let games: Vec<GameId> = self.play.boards.iter().copied().collect();
        for game in games {
            let Some(sheet) = self.play.view(game).map(|view| view.sheet.clone()) else { continue };
            let other = self.other_player(&sheet);
            let score = other.map(|other| self.play.score(sheet.offer.kind.name(), other));
            let players = self.players_of(&sheet);
            let Some(board) = self.games.board_mut(BoardId::Game(game)) else { continue };
            board.set_linked(is_up);
            board.set_score(score);
            if let Some(players) = players {
                board.set_players(players);
            }
        }
    }

    fn other_player(&self, sheet: &GameSheet) -> Option<AccountId> {
        let side = sheet.side_of(self.my_account()?)?;
        Some(sheet.players?[side.other().index()])
    }
}

/// What a message says beside the board of a game; nothing where none of its players says a text.
fn said_in(sheet: &GameSheet, message: &Message) -> Option<Said> {
    let Body::Text { text, .. } = &message.body else { return None };
    let side = sheet.side_of(message.from)?;
    let t = u64::try_from(message.at.saturating_sub(sheet.began)).unwrap_or_default();
    Some(Said { t, side, text: text.clone() })
}
