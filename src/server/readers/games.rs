//! What is asked about games: how they stand, their logs, one's own, and how they ended.

use crate::clock::Moment;
use crate::domain::game::{GameId, GameSheet};
use crate::domain::{AccountId, FileId};
use crate::limits::{FILES_PAGE_MAX, GAME_LOG_PAGE_MAX, GAMES_PAGE_MAX, SCORES_PAGE_MAX};
use crate::net::protocol::{GameNews, Query, Reason, Refusal, Reply};
use crate::server::files::sees;
use crate::server::games::{sheet, time_in};
use crate::store::games::GameRow;
use crate::store::{Reads, StoreError};

type Answer = Result<Result<Reply, Refusal>, StoreError>;

/// Everything that is asked of games.
pub(super) fn answer(rows: &Reads, me: AccountId, query: Query, now: Moment) -> Answer {
    match query {
        Query::Games { conversation, seqs } => {
            let mut games = Vec::new();
            for seq in seqs.iter().take(FILES_PAGE_MAX) {
                let id = GameId { conversation, seq: *seq };
                games.extend(find(rows, me, id, now)?.map(|(sheet, _)| sheet));
            }
            Ok(Ok(Reply::Games { games }))
        }
        Query::GameLog { game, after } => log(rows, me, (game, after), now),
        Query::OwnGames { before } => own(rows, me, before, now),
        Query::Scores { after } => scores(rows, me, after),
        _ => Ok(Err(Reason::BadValue.into())),
    }
}

/// A game whose invitation this account sees.
fn find(
    rows: &Reads,
    me: AccountId,
    id: GameId,
    now: Moment,
) -> Result<Option<(GameSheet, GameRow)>, StoreError> {
    let place = FileId { conversation: id.conversation, seq: id.seq };
    let (Some(log), Some(row)) = (sees(rows, me, place)?, rows.get_game(id)?) else {
        return Ok(None);
    };
    Ok(Some((sheet(id, log.kind, &row, time_in(&row, now)), row)))
}

fn log(rows: &Reads, me: AccountId, (id, after): (GameId, u32), now: Moment) -> Answer {
    let Some((sheet, row)) = find(rows, me, id, now)? else {
        return Ok(Err(Reason::NotFound.into()));
    };
    let entries = rows.list_game_log(id, after, GAME_LOG_PAGE_MAX)?;
    Ok(Ok(Reply::GameLog(GameNews { sheet, first: after, entries, t: time_in(&row, now) })))
}

fn own(rows: &Reads, me: AccountId, before: Option<(i64, GameId)>, now: Moment) -> Answer {
    let listed = rows.list_own_games(me, before, GAMES_PAGE_MAX)?;
    let next = listed.last().copied().filter(|_| listed.len() == GAMES_PAGE_MAX);
    let mut games = Vec::new();
    for (_, id) in listed {
        let (Some(row), Some(log)) = (rows.get_game(id)?, rows.get_conversation(id.conversation)?)
        else {
            continue;
        };
        games.push(sheet(id, log.kind, &row, time_in(&row, now)));
    }
    Ok(Ok(Reply::OwnGames { games, next }))
}

/// A person's scores are on one page, so that the next one begins with another person.
fn scores(rows: &Reads, me: AccountId, after: AccountId) -> Answer {
    let mut scores = rows.list_scores(me, after, SCORES_PAGE_MAX + 1)?;
    let more = scores.len() > SCORES_PAGE_MAX;
    if let (true, Some((last, ..))) = (more, scores.last().copied()) {
        scores.retain(|(peer, ..)| *peer != last);
    }
    Ok(Ok(Reply::Scores { scores, more }))
}
