//! Searching the server's logs, and counting what is in them.

use std::cell::RefCell;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::engine::StoreError;
use super::messages;
use super::record::Record;
use super::rows::Reads;
use super::seek::{self, Bounds, Found, Lane, Looked, Span, Words};
use crate::domain::{
    AccountId, ConversationId, ConversationKind, Place, Search, Seq, Sieve, Tally,
};

/// What a search looks at of a stored message: its fields have places, the last ones are for others.
#[derive(Deserialize)]
struct Glance<'a>(
    AccountId,
    IgnoredAny,
    i64,
    #[serde(borrow)] Words<'a>,
    #[serde(default)] IgnoredAny,
    #[serde(default)] IgnoredAny,
);

impl Reads {
    /// Messages of some spans that a search means, newest first, from before a place on.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn search(
        &self,
        spans: &[(Span, ConversationKind)],
        search: &Search,
        before: Place,
        bounds: Bounds,
    ) -> Result<Found, StoreError> {
        let before = search.until.map_or(before, |until| before.min(Place::before(until)));
        let sieve = RefCell::new(Sieve::new(search));
        let mut lanes = Vec::with_capacity(spans.len());
        for (span, kind) in spans {
            let conversation = span.conversation;
            let last = seek::last_before(*span, before, |seq| self.at(conversation, seq))?;
            if last < span.first {
                continue;
            }
            let range = (conversation.0, span.first.0)..=(conversation.0, last.0);
            let (rows, sieve, kind) = (self.messages.range(range)?, &sieve, *kind);
            let rows = rows.rev().map(move |row| {
                let (key, value) = row?;
                let (seq, bytes) = (Seq(key.value().1), value.value());
                let Glance(from, _, at, words, ..) = glance(bytes)?;
                let meant = words.0.is_some_and(|part| sieve.borrow_mut().takes(from, part));
                let hit = match meant {
                    true => Some((messages::read(conversation, kind, seq, bytes)?, bytes.len())),
                    false => None,
                };
                Ok(Looked { seq, at, hit })
            });
            lanes.push(Lane { conversation, rows: Box::new(rows) });
        }
        seek::newest_first(lanes, search.since.unwrap_or(i64::MIN), bounds)
    }

    /// How many messages of some spans of one log fall between each two neighbours of `starts`.
    ///
    /// # Errors
    /// The disk failed, or a value is damaged.
    pub fn count_between(&self, spans: &[Span], starts: &[i64]) -> Result<Vec<Tally>, StoreError> {
        seek::tallies(spans, starts, |conversation, seq| self.at(conversation, seq))
    }

    /// The last message at or before a place, and its time.
    fn at(&self, conversation: ConversationId, seq: Seq) -> Result<Option<(Seq, i64)>, StoreError> {
        let row = self.messages.range((conversation.0, 0)..=(conversation.0, seq.0))?.next_back();
        let Some((key, value)) = row.transpose()? else { return Ok(None) };
        let Glance(_, _, at, ..) = glance(value.value())?;
        Ok(Some((Seq(key.value().1), at)))
    }
}

fn glance(bytes: &[u8]) -> Result<Glance<'_>, StoreError> {
    let (name, version) = (messages::Stored::NAME, messages::Stored::VERSION);
    match bytes.split_first() {
        Some((first, rest)) if *first == version => {
            rmp_serde::from_slice(rest).map_err(|error| StoreError::damaged(name, &error))
        }
        _ => Err(StoreError::damaged(name, &"another version")),
    }
}
