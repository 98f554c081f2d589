//! The games that run, at hand, and when time alone does something to one.
//!
//! Everything here can be built again from the store: a game that does not stand where its row does, as
//! after a batch that was given up, is built again.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_channel::{Receiver, Sender};

use crate::clock::millis;
use crate::domain::game::{GameId, GameState};
use crate::game::Game;
use crate::limits::GAME_OPEN_MAX;
use crate::store::StoreError;
use crate::store::games::GameRow;
use crate::store::rows::{Mode, Rows};

/// When the rules want to be asked what time has done to games.
pub struct Alarm {
    /// Milliseconds of uptime; the largest number for never.
    due_ms: AtomicU64,
    ring: Sender<()>,
    rung: Receiver<()>,
}

impl Default for Alarm {
    fn default() -> Self {
        let (ring, rung) = async_channel::bounded(1);
        Alarm { due_ms: AtomicU64::new(u64::MAX), ring, rung }
    }
}

impl Alarm {
    /// The uptime at which it is due, if it is.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        let due = self.due_ms.load(Ordering::Acquire);
        (due != u64::MAX).then(|| Duration::from_millis(due))
    }

    /// Waits until it is set to another moment.
    pub async fn changed(&self) {
        self.rung.recv().await.ok();
    }

    fn set(&self, due: Option<Duration>) {
        let due = due.map_or(u64::MAX, millis);
        if self.due_ms.swap(due, Ordering::AcqRel) != due {
            self.ring.try_send(()).ok();
        }
    }
}

/// A game, and how far its log was when it stood so.
struct Table {
    log: u32,
    game: Option<Game>,
    due: Option<Duration>,
}

/// The games that run and the invitations that are open.
#[derive(Default)]
pub(in super::super) struct Tables {
    known: HashMap<GameId, Table>,
    alarm: Arc<Alarm>,
}

impl Tables {
    pub(in super::super) fn alarm(&self) -> Arc<Alarm> {
        self.alarm.clone()
    }

    /// A game as its log has it. Whoever changes it writes what happened, or forgets it.
    pub(super) fn game<M: Mode>(
        &mut self,
        rows: &Rows<M>,
        id: GameId,
        row: &GameRow,
    ) -> Result<&mut Game, StoreError> {
        let table = self.known.entry(id).or_insert(Table { log: 0, game: None, due: None });
        if table.log != row.log {
            table.game = None;
        }
        let game = match table.game.take() {
            Some(game) => game,
            None => build(rows, id, row)?,
        };
        table.log = row.log;
        Ok(table.game.insert(game))
    }

    /// Nothing of it can be trusted any more.
    pub(super) fn clear(&mut self) {
        self.known.clear();
    }

    /// A game stands as its row has it now.
    pub(super) fn follow(&mut self, id: GameId, row: &GameRow) {
        match row.state {
            GameState::Running => {
                if let Some(table) = self.known.get_mut(&id).filter(|table| table.game.is_some()) {
                    table.log = row.log;
                    let due = table.game.as_ref().and_then(Game::due);
                    table.due = due.map(|due| uptime_at(row, due));
                }
            }
            GameState::Open => {
                let due = Some(uptime_at(row, millis(GAME_OPEN_MAX)));
                let table = Table { log: row.log, game: None, due };
                self.known.insert(id, table);
            }
            _ => drop(self.known.remove(&id)),
        }
        self.set_alarm();
    }

    /// A game is none, or of no interest any more.
    pub(super) fn forget(&mut self, id: GameId) {
        self.known.remove(&id);
        self.set_alarm();
    }

    /// Those to which time has something to do.
    pub(super) fn due(&self, uptime: Duration) -> Vec<GameId> {
        let is_due = |table: &Table| table.due.is_some_and(|due| due <= uptime);
        let mut due: Vec<GameId> =
            self.known.iter().filter(|(_, table)| is_due(table)).map(|(id, _)| *id).collect();
        due.sort_unstable();
        due
    }

    /// Nothing can be written: they are looked at again then.
    pub(super) fn put_off(&mut self, until: Duration) {
        for table in self.known.values_mut() {
            table.due = table.due.map(|due| due.max(until));
        }
        self.set_alarm();
    }

    fn set_alarm(&self) {
        self.alarm.set(self.known.values().filter_map(|table| table.due).min());
    }
}

fn build<M: Mode>(rows: &Rows<M>, id: GameId, row: &GameRow) -> Result<Game, StoreError> {
    let mut game = Game::new(row.offer.kind, row.offer.limit, 0);
    for entry in rows.list_game_log(id, 0, usize::MAX)? {
        game.take(&entry.fact, entry.t);
    }
    Ok(game)
}

/// The uptime of a moment by a game's own clock, not before it.
fn uptime_at(row: &GameRow, t: u64) -> Duration {
    let ms = i64::try_from(t).unwrap_or(i64::MAX).saturating_add(row.origin_ms);
    Duration::from_millis(u64::try_from(ms).unwrap_or_default())
}
