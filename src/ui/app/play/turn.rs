//! Games that wait for the person: an invitation, or a move at a board that is not open.

use super::{game_of, is_game};
use crate::domain::game::{EndReason, GameId, GameSheet, GameState};
use crate::domain::{Body, ConversationKind, Message, Target};
use crate::ui::app::notify::Offered;
use crate::ui::app::{Effect, Model};

impl Model {
    /// Whether any game waits for the person.
    #[must_use]
    pub fn games_wait(&self) -> bool {
        self.play.sheets().any(|sheet| self.is_invited(sheet) || self.waits_for_me(sheet))
    }

    /// Whether one can answer an invitation.
    fn is_invited(&self, sheet: &GameSheet) -> bool {
        let left = self.play.left_ms(sheet.game, self.now.mono_ms);
        Some(sheet.inviter) != self.my_account() && left.is_some_and(|left| left > 0)
    }

    /// The invitation of a message, while one can answer it.
    pub(in crate::ui::app) fn open_offer(&self, message: &Message) -> Option<Offered> {
        let sheet = &self.play.view(game_of(message))?.sheet;
        let can_decline = matches!(sheet.place, ConversationKind::Direct { .. });
        self.is_invited(sheet).then_some(Offered { game: sheet.game, can_decline })
    }

    /// Whether a message is an invitation that was answered, taken back or has expired.
    pub(in crate::ui::app) fn is_offer_over(&self, message: &Message) -> bool {
        let view = self.play.view(game_of(message)).filter(|_| is_game(message));
        view.is_some_and(|view| !self.is_invited(&view.sheet))
    }

    /// Whether it is one's turn in a game, and its board is not open.
    fn waits_for_me(&self, sheet: &GameSheet) -> bool {
        let side = self.my_account().and_then(|me| sheet.side_of(me));
        sheet.state == GameState::Running
            && side.is_some_and(|side| sheet.to_act[side.index()])
            && !self.play.boards.contains(&sheet.game)
    }

    /// Whether one plays a game at a board now: it is lost for whoever stays away.
    pub(in crate::ui::app) fn plays_at_a_board(&self) -> bool {
        let me = self.my_account();
        self.play.sheets().any(|sheet| {
            sheet.state == GameState::Running
                && sheet.offer.kind.name().has_board()
                && me.is_some_and(|me| sheet.side_of(me).is_some())
        })
    }

    /// Where a game is played that waits for one's move, while that is worth telling.
    pub(in crate::ui::app) fn waiting_turn(&self, game: GameId) -> Option<(Target, &GameSheet)> {
        let sheet = &self.play.view(game)?.sheet;
        let target = self.target_of(sheet.place)?;
        let is_told = sheet.offer.kind.name().has_board()
            && self.waits_for_me(sheet)
            && self.is_told(target, &Body::Game(sheet.offer));
        is_told.then_some((target, sheet))
    }

    /// Whoever lost a game by not being there is shown its board with the result, as soon as they are back.
    pub(super) fn tell_loss(
        &mut self,
        sheet: &GameSheet,
        was: Option<GameState>,
        out: &mut Vec<Effect>,
    ) {
        if !matches!(sheet.state, GameState::Running | GameState::Over(_)) {
            return;
        }
        let at = sheet.ended.unwrap_or(sheet.began);
        let seen = self.keep_game_seen(at, out);
        let since = *self.play.losses_since.get_or_insert(seen.unwrap_or(i64::MAX));
        let GameState::Over(end) = sheet.state else { return };
        let mine = self.my_account().and_then(|me| sheet.side_of(me));
        let is_lost = end.winner.is_none() || end.winner != mine;
        let by_absence =
            matches!(end.why, EndReason::Gone | EndReason::TimeOver | EndReason::Abandoned);
        let is_new = match was {
            None => at > since,
            Some(was) => !matches!(was, GameState::Over(_)),
        };
        if is_lost && by_absence && is_new && !self.play.boards.contains(&sheet.game) {
            self.show_board(sheet.game, out);
        }
    }

    /// Whether what is told of a game is that the other has moved since.
    pub(super) fn is_turn_new(&self, now: &GameSheet) -> bool {
        let before = self.play.view(now.game).map(|view| &view.sheet);
        before
            .is_some_and(|before| before.state == GameState::Running && before.to_act != now.to_act)
    }
}
