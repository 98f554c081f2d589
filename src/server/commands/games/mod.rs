//! Games: who may invite whom, and the server as their referee.
//!
//! * [`inviting`] is invitations and their answers, [`playing`] what players do, links that come and go,
//!   and time.
//! * [`tables`] keeps the games that run at hand, built from their logs.
//!
//! An invitation is a message, and its game is a row beside it with a log of its own. Time that only this
//! run of the server knows is in the row, so that a restart and another device find the same game.

mod inviting;
mod playing;
mod tables;

use super::{Decision, Rules, rooms};
use crate::clock::Moment;
use crate::domain::game::{EndReason, Fact, GameEnd, GameEntry, GameId, GameState};
use crate::domain::{AccountId, ConversationId, ConversationKind};
use crate::net::protocol::{Command, GameNews, Reason, RequestId, ServerFrame};
use crate::server::files;
use crate::server::games::{sheet, time_in};
use crate::server::job::{Caller, GameChange, Outcome};
use crate::store::conversations::Conversation;
use crate::store::games::GameRow;
use crate::store::{StoreError, Writes};
pub use tables::Alarm;
pub(super) use tables::Tables;

impl Rules {
    /// What is asked of games.
    pub(super) fn game(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        (caller, id): (&Caller, RequestId),
        command: &Command,
    ) -> Decision {
        let me = caller.account;
        let verdict = match command {
            Command::AnswerGame { game, accept } => {
                self.answer_game(rows, now, me, (*game, *accept))
            }
            Command::Play { game, play } => self.play(rows, now, me, (*game, play)),
            _ => Err(Reason::BadValue.into()),
        };
        rooms::decided(verdict.map(|change| {
            let (outbox, frame) = (caller.outbox.clone(), ServerFrame::Done { id });
            Outcome::Answer { outbox, frame }.behind_games(change.into_iter().collect())
        }))
    }

    /// Writes what became of a game, and says it to who sees it.
    fn keep_game(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        id: GameId,
        (row, entries): (&mut GameRow, Vec<GameEntry>),
    ) -> Result<Option<GameChange>, StoreError> {
        let first = row.log;
        row.log = first.saturating_add(u32::try_from(entries.len()).unwrap_or(u32::MAX));
        if !row.is_open() {
            row.ended = Some(now.wall_ms);
        }
        rows.put_game(id, row, &entries)?;
        self.tables.follow(id, row);
        let Some(log) = rows.get_conversation(id.conversation)? else { return Ok(None) };
        let t = time_in(row, now);
        let sheet = sheet(id, log.kind, row, t);
        Ok(Some(GameChange { news: GameNews { sheet, first, entries, t } }))
    }
}

/// What is played in a room that is dissolved ends with it, and nobody has won.
pub(super) fn end_all(
    rows: &mut Writes<'_>,
    now_ms: i64,
    (place, conversation): (ConversationKind, ConversationId),
) -> Result<Vec<GameChange>, StoreError> {
    let mut changes = Vec::new();
    for id in rows.list_open_games_of(conversation)? {
        let Some(mut row) = rows.get_game(id)? else { continue };
        let (first, t) = (row.log, last_moment(rows, id, &row)?);
        let mut entries = Vec::new();
        row.state = match row.state {
            GameState::Running => {
                let end = GameEnd { winner: None, why: EndReason::Abandoned };
                entries.push(GameEntry { t, fact: Fact::Ended { end } });
                GameState::Over(end)
            }
            _ => GameState::Withdrawn,
        };
        (row.to_act, row.ended) = ([false; 2], Some(now_ms));
        row.log += u32::from(!entries.is_empty());
        rows.put_game(id, &row, &entries)?;
        let sheet = sheet(id, place, &row, t);
        changes.push(GameChange { news: GameNews { sheet, first, entries, t } });
    }
    Ok(changes)
}

/// The moment of the last entry of a game's log.
fn last_moment(rows: &Writes<'_>, id: GameId, row: &GameRow) -> Result<u64, StoreError> {
    let last = rows.list_game_log(id, row.log.saturating_sub(1), 1)?;
    Ok(last.last().map_or(0, |entry| entry.t))
}

/// A game whose invitation this account sees.
fn find(rows: &Writes<'_>, me: AccountId, id: GameId) -> rooms::Verdict<(GameRow, Conversation)> {
    let GameId { conversation, seq } = id;
    let place = crate::domain::FileId { conversation, seq };
    let log = files::sees(rows, me, place)?.ok_or(Reason::NotFound)?;
    Ok((rows.get_game(id)?.ok_or(Reason::NotFound)?, log))
}

/// The games that run and the invitations that are open, of one account; the first ones of its list.
fn open_games(rows: &Writes<'_>, account: AccountId) -> Result<Vec<(GameId, GameRow)>, StoreError> {
    const PAGE: usize = 64;
    let mut games: Vec<(GameId, GameRow)> = Vec::new();
    let mut before = None;
    loop {
        let page = rows.list_own_games(account, before, PAGE)?;
        before = page.last().copied();
        let is_last = page.len() < PAGE;
        for (_, id) in page {
            match rows.get_game(id)? {
                Some(row) if row.is_open() => games.push((id, row)),
                _ => return Ok(games),
            }
        }
        if is_last {
            return Ok(games);
        }
    }
}

/// How many games an account plays, and how many invitations of its own are open.
fn count_own(rows: &Writes<'_>, account: AccountId) -> Result<u64, StoreError> {
    let games = open_games(rows, account)?;
    let counts = |row: &GameRow| row.state == GameState::Running || row.inviter == account;
    Ok(games.iter().filter(|(_, row)| counts(row)).count() as u64)
}
