//! What players do, links that come and go, and what time does to games.

use std::time::Duration;

use super::super::{Rules, rooms};
use super::inviting::seed_of;
use super::{find, last_moment};
use crate::clock::{Moment, millis};
use crate::domain::AccountId;
use crate::domain::game::{
    EndReason, Fact, Favour, GameEnd, GameEntry, GameId, GameState, Play, Side,
};
use crate::game::{Game, NotPlayed};
use crate::limits::{GAME_LOG_MAX, GAME_OPEN_MAX};
use crate::net::protocol::Reason;
use crate::server::games::{origin, time_in};
use crate::server::job::GameChange;
use crate::store::games::GameRow;
use crate::store::{StoreError, Writes};

/// While nothing can be written, games are looked at this often.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

impl Rules {
    /// A player does something: the referee decides.
    pub(super) fn play(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        me: AccountId,
        (id, play): (GameId, &Play),
    ) -> rooms::Verdict<Option<GameChange>> {
        let (mut row, _) = find(rows, me, id)?;
        let side = side_of(&row, me).ok_or(Reason::NotAllowed)?;
        match row.state {
            GameState::Running => {}
            GameState::Over(_) => return Err(Reason::GameOver.into()),
            _ => return Err(Reason::GameGone.into()),
        }
        if row.log >= GAME_LOG_MAX && matches!(play, Play::Ask { favour: Favour::Undo }) {
            return Err(Reason::GameNoUndo.into());
        }
        let (seed, t) = (seed_of(rows, id, &row)?, time_in(&row, now));
        let game = self.tables.game(rows, id, &row)?;
        let facts = game.apply(side, play, &seed, t).map_err(reason_of)?;
        let entries = entries_of(&mut row, game, (facts, t));
        Ok(self.keep_game(rows, now, id, (&mut row, entries))?)
    }

    /// An account's first link is there, or its last one is not any more: its games are told.
    pub(in super::super) fn attend(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        account: AccountId,
    ) -> Result<Vec<GameChange>, StoreError> {
        let mut changes = Vec::new();
        for (id, mut row) in super::open_games(rows, account)? {
            if row.state != GameState::Running {
                continue;
            }
            let entries = self.attended(rows, now, (id, &mut row), account)?;
            if !entries.is_empty() {
                changes.extend(self.keep_game(rows, now, id, (&mut row, entries))?);
            }
        }
        Ok(changes)
    }

    /// Whether a player is there, as far as its game does not know it.
    pub(super) fn attended(
        &mut self,
        rows: &Writes<'_>,
        now: Moment,
        (id, row): (GameId, &mut GameRow),
        account: AccountId,
    ) -> Result<Vec<GameEntry>, StoreError> {
        let is_there = self.devices.values().any(|(one, _)| *one == account);
        let Some(side) = side_of(row, account) else { return Ok(Vec::new()) };
        let t = time_in(row, now);
        let game = self.tables.game(rows, id, row)?;
        let mut facts = game.attend(side, is_there, t);
        if row.log >= GAME_LOG_MAX && matches!(facts[..], [Fact::Left { .. }]) {
            // The clocks were stopped often enough.
            let end = GameEnd { winner: Some(side.other()), why: EndReason::Gone };
            game.take(&Fact::Ended { end }, t);
            facts.push(Fact::Ended { end });
        }
        Ok(entries_of(row, game, (facts, t)))
    }

    /// What time has done to games by now. On a full disk it does nothing, and games wait.
    pub(in super::super) fn clockwork(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
    ) -> Result<Vec<GameChange>, StoreError> {
        if self.is_disk_full() {
            self.tables.put_off(now.uptime + AGAIN_AFTER);
            return Ok(Vec::new());
        }
        let mut changes = Vec::new();
        for id in self.tables.due(now.uptime) {
            match rows.get_game(id)? {
                Some(row) if row.is_open() => changes.extend(self.pass(rows, now, id, row)?),
                _ => self.tables.forget(id),
            }
        }
        Ok(changes)
    }

    /// The server has started: invitations go on, and games with nobody there, who has a minute to come.
    pub(in super::super) fn resume_games(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
    ) -> Result<Vec<GameChange>, StoreError> {
        let mut changes = Vec::new();
        for id in rows.list_open_games()? {
            let Some(mut row) = rows.get_game(id)? else { continue };
            let mut entries = Vec::new();
            row.origin_ms = origin(now, 0);
            if let (GameState::Running, Some(players)) = (row.state, row.players) {
                let t = last_moment(rows, id, &row)?;
                row.origin_ms = origin(now, t);
                // Who was away already begins a minute anew.
                let game = self.tables.game(rows, id, &row)?;
                let facts = Side::BOTH.into_iter().flat_map(|side| game.attend(side, true, t));
                entries.extend(facts.map(|fact| GameEntry { t, fact }));
                for account in players {
                    entries.extend(self.attended(rows, now, (id, &mut row), account)?);
                }
            }
            changes.extend(self.keep_game(rows, now, id, (&mut row, entries))?);
        }
        Ok(changes)
    }

    /// The server is about to stop: for its games both players leave now, so that a restart gives nobody the
    /// time back that was thought. Nobody is told: the links of all of them end too.
    pub(in super::super) fn pause_games(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
    ) -> Result<(), StoreError> {
        if self.is_disk_full() {
            return Ok(());
        }
        for id in rows.list_open_games()? {
            let Some(mut row) = rows.get_game(id)? else { continue };
            if row.state != GameState::Running || row.log >= GAME_LOG_MAX {
                continue;
            }
            let t = time_in(&row, now);
            let game = self.tables.game(rows, id, &row)?;
            let facts = Side::BOTH.into_iter().flat_map(|side| game.attend(side, false, t));
            let facts = facts.collect();
            let entries = entries_of(&mut row, game, (facts, t));
            self.keep_game(rows, now, id, (&mut row, entries))?;
        }
        Ok(())
    }

    /// What is known of games beside the store may be wrong, as behind a batch that was given up, or nothing
    /// could be written for so long, in which no game's time has run: all that are open are looked at.
    pub(in super::super) fn take_stock(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        stood_still: Duration,
    ) -> Result<Vec<GameChange>, StoreError> {
        self.tables.clear();
        let mut changes = Vec::new();
        for id in rows.list_open_games()? {
            let Some(mut row) = rows.get_game(id)? else { continue };
            let ms = i64::try_from(millis(stood_still)).unwrap_or(i64::MAX);
            row.origin_ms = row.origin_ms.saturating_add(ms);
            let mut entries = Vec::new();
            for account in row.players.into_iter().flatten() {
                entries.extend(self.attended(rows, now, (id, &mut row), account)?);
            }
            changes.extend(self.keep_game(rows, now, id, (&mut row, entries))?);
        }
        Ok(changes)
    }

    fn pass(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        id: GameId,
        mut row: GameRow,
    ) -> Result<Option<GameChange>, StoreError> {
        let mut entries = Vec::new();
        if row.state == GameState::Open {
            if time_in(&row, now) >= millis(GAME_OPEN_MAX) {
                row.state = GameState::Expired;
            }
        } else {
            let t = time_in(&row, now);
            let game = self.tables.game(rows, id, &row)?;
            let facts = game.tick(t);
            entries = entries_of(&mut row, game, (facts, t));
        }
        self.keep_game(rows, now, id, (&mut row, entries))
    }
}

fn side_of(row: &GameRow, account: AccountId) -> Option<Side> {
    let players = row.players?;
    Side::BOTH.into_iter().find(|side| players[side.index()] == account)
}

/// What happened, as entries; the row stands as the game does then.
fn entries_of(row: &mut GameRow, game: &Game, (facts, t): (Vec<Fact>, u64)) -> Vec<GameEntry> {
    row.plies = u32::try_from(game.plies()).unwrap_or(u32::MAX);
    row.to_act = game.to_act();
    if let Some(end) = game.end() {
        row.state = GameState::Over(end);
    }
    facts.into_iter().map(|fact| GameEntry { t, fact }).collect()
}

/// As the wire says it. Which rule of Chinese chess it was, a client works out from the same position.
fn reason_of(why: NotPlayed) -> Reason {
    match why {
        NotPlayed::NotYourTurn => Reason::GameTurn,
        NotPlayed::Over => Reason::GameOver,
        NotPlayed::TimeOver => Reason::GameLate,
        NotPlayed::NotFree | NotPlayed::Illegal(_) | NotPlayed::OtherGame => Reason::GameIllegal,
        NotPlayed::Twice => Reason::GameTwice,
        NotPlayed::TooEarly => Reason::GameEarly,
        NotPlayed::DoesNotMatch => Reason::GameMismatch,
        NotPlayed::NothingAsked => Reason::GameNotAsked,
        NotPlayed::NothingToUndo => Reason::GameNoUndo,
        NotPlayed::DeclinedBefore => Reason::GameDeclined,
    }
}
