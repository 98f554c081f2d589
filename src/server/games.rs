//! What the rules and the readers both say of a game: how it stands, and what time it is in it.

use crate::clock::{Moment, millis};
use crate::domain::ConversationKind;
use crate::domain::game::{GameId, GameSheet, GameState};
use crate::limits::GAME_OPEN_MAX;
use crate::store::games::GameRow;

/// Everything about a game but its moves, at a moment by its own clock.
#[must_use]
pub fn sheet(game: GameId, place: ConversationKind, row: &GameRow, t: u64) -> GameSheet {
    let open_ms = millis(GAME_OPEN_MAX).saturating_sub(t);
    GameSheet {
        game,
        place,
        inviter: row.inviter,
        offer: row.offer,
        state: row.state,
        players: row.players,
        log: row.log,
        plies: row.plies,
        to_act: row.to_act,
        open_ms: (row.state == GameState::Open).then_some(open_ms),
        seed_hash: row.seed_hash,
        began: row.began,
        ended: row.ended,
    }
}

/// The uptime at which a game's own clock began, if it shows so much now.
#[must_use]
pub fn origin(now: Moment, t: u64) -> i64 {
    let uptime = i64::try_from(millis(now.uptime)).unwrap_or(i64::MAX);
    uptime.saturating_sub(i64::try_from(t).unwrap_or(i64::MAX))
}

/// The moment by the game's own clock; the row tells when that would have begun in this run.
#[must_use]
pub fn time_in(row: &GameRow, now: Moment) -> u64 {
    let uptime = i64::try_from(millis(now.uptime)).unwrap_or(i64::MAX);
    u64::try_from(uptime.saturating_sub(row.origin_ms)).unwrap_or_default()
}
