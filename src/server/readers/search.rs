//! Searching the logs that somebody may read, and counting their days.

use crate::domain::{
    AccountId, ConversationId, ConversationKind, Needle, Place, Search, Seq, Tally, Target,
};
use crate::limits::{HISTORY_BYTES_MAX, HISTORY_PAGE_MAX, SEARCH_LOOKED_MAX, TALLIES_MAX};
use crate::net::protocol::{Query, Reason, Refusal, Reply};
use crate::store::seek::{Bounds, Span};
use crate::store::{Reads, StoreError};

type Answer = Result<Result<Reply, Refusal>, StoreError>;

/// Searches and counts.
pub(super) fn answer(rows: &Reads, me: AccountId, query: Query) -> Answer {
    match query {
        Query::Search { text, with, from, kind, since, until, before, limit } => {
            let search = Search { text, from, kind, since, until };
            look_for(rows, me, with, &search, (before, limit))
        }
        Query::Days { with, starts } => days(rows, me, with, &starts),
        _ => Ok(Err(Reason::BadValue.into())),
    }
}

fn look_for(
    rows: &Reads,
    me: AccountId,
    with: Option<Target>,
    search: &Search,
    (before, limit): (Option<Place>, u32),
) -> Answer {
    if !Needle::is_short_enough(&search.text) {
        return Ok(Err(Reason::BadValue.into()));
    }
    let mut spans = Vec::new();
    match with {
        Some(with) => spans = spans_with(rows, me, with)?,
        None => {
            for (id, _) in rows.list_memberships(me, ConversationId(0), usize::MAX)? {
                spans.extend(spans_of(rows, me, id)?);
            }
        }
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX).clamp(1, HISTORY_PAGE_MAX);
    // The ids and the names of fields of so many messages fit too.
    let bounds =
        Bounds { found: limit, bytes: HISTORY_BYTES_MAX - 160 * limit, looked: SEARCH_LOOKED_MAX };
    let found = rows.search(&spans, search, before.unwrap_or(Place::END), bounds)?;
    Ok(Ok(Reply::Hits { messages: found.messages, next: found.next }))
}

fn days(rows: &Reads, me: AccountId, with: Target, starts: &[i64]) -> Answer {
    if starts.len() > TALLIES_MAX || !starts.is_sorted() {
        return Ok(Err(Reason::BadValue.into()));
    }
    let spans: Vec<Span> = spans_with(rows, me, with)?.into_iter().map(|(span, _)| span).collect();
    let days: Vec<Tally> = rows.count_between(&spans, starts)?;
    Ok(Ok(Reply::Days { days }))
}

type Spans = Vec<(Span, ConversationKind)>;

/// What the asker may see of its conversation with somebody; nothing where it has none.
fn spans_with(rows: &Reads, me: AccountId, with: Target) -> Result<Spans, StoreError> {
    let id = match with {
        Target::Lobby => Some(ConversationId::LOBBY),
        Target::Account(peer) => rows.get_direct(me, peer)?,
        Target::Room(room) => rows.get_room(room)?.map(|room| room.conversation),
    };
    match id {
        Some(id) if rows.get_cursors(me, id)?.is_some() => spans_of(rows, me, id),
        _ => Ok(Spans::new()),
    }
}

/// The same of a conversation that the asker is in.
fn spans_of(rows: &Reads, me: AccountId, id: ConversationId) -> Result<Spans, StoreError> {
    let Some(log) = rows.get_conversation(id)? else { return Ok(Spans::new()) };
    let span = |first: Seq, last: Seq| {
        (Span { conversation: id, first, last: last.min(log.head) }, log.kind)
    };
    let spans: Spans = match log.kind {
        ConversationKind::Notices { .. } => Spans::new(),
        ConversationKind::Room { .. } => {
            let ranges = rows.list_ranges(id, me)?.into_iter();
            ranges.map(|range| span(range.first, range.last)).collect()
        }
        _ => vec![span(Seq(1), log.head)],
    };
    Ok(spans.into_iter().filter(|(span, _)| span.first <= span.last).collect())
}
