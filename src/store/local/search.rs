//! Searching what is cached, and counting it.

use std::cell::RefCell;

use serde::Deserialize;

use super::super::engine::StoreError;
use super::super::seek::{self, Bounds, Found, Lane, Looked, Span, Words};
use super::tables::Schema;
use super::values::decode;
use super::{Local, Owner};
use crate::domain::{AccountId, Message, Place, Search, Seq, Sieve, Tally};

/// What a search looks at of a cached message.
#[derive(Deserialize)]
struct Glance<'a> {
    from: AccountId,
    at: i64,
    #[serde(borrow)]
    body: Words<'a>,
}

impl Local {
    /// Cached messages of some spans that a search means, newest first, from before a place on.
    ///
    /// # Errors
    /// The engine failed or a value is damaged.
    pub fn search(
        &self,
        owner: Owner,
        spans: &[Span],
        search: &Search,
        before: Place,
        bounds: Bounds,
    ) -> Result<Found, StoreError> {
        let schema = Schema::read(&self.engine.read()?)?;
        let Some(number) = schema.owner_number(owner)? else { return Ok(Found::default()) };
        let before = search.until.map_or(before, |until| before.min(Place::before(until)));
        let sieve = RefCell::new(Sieve::new(search));
        let mut lanes = Vec::with_capacity(spans.len());
        for span in spans {
            let last = seek::last_before(*span, before, |seq| schema.at(number, *span, seq))?;
            if last < span.first {
                continue;
            }
            let range =
                (number, span.conversation.0, span.first.0)..=(number, span.conversation.0, last.0);
            let (rows, sieve) = (schema.messages.range(range)?, &sieve);
            let rows = rows.rev().map(move |row| {
                let (key, value) = row?;
                let (seq, bytes) = (Seq(key.value().2), value.value());
                let Glance { from, at, body } = glance(bytes)?;
                let meant = body.0.is_some_and(|part| sieve.borrow_mut().takes(from, part));
                let hit = match meant {
                    true => Some((decode::<Message>(bytes, "message")?, bytes.len())),
                    false => None,
                };
                Ok(Looked { seq, at, hit })
            });
            lanes.push(Lane { conversation: span.conversation, rows: Box::new(rows) });
        }
        seek::newest_first(lanes, search.since.unwrap_or(i64::MIN), bounds)
    }

    /// How many cached messages of a span fall between each two neighbours of `starts`.
    ///
    /// # Errors
    /// The engine failed or a value is damaged.
    pub fn count_between(
        &self,
        owner: Owner,
        span: Span,
        starts: &[i64],
    ) -> Result<Vec<Tally>, StoreError> {
        let schema = Schema::read(&self.engine.read()?)?;
        let number = schema.owner_number(owner)?;
        seek::tallies(&[span], starts, |_, seq| match number {
            Some(number) => schema.at(number, span, seq),
            None => Ok(None),
        })
    }

    /// The newest of the first messages of some spans.
    ///
    /// # Errors
    /// The engine failed or a value is damaged.
    pub fn newest_first_of(
        &self,
        owner: Owner,
        spans: &[Span],
    ) -> Result<Option<Place>, StoreError> {
        let schema = Schema::read(&self.engine.read()?)?;
        let Some(number) = schema.owner_number(owner)? else { return Ok(None) };
        let mut newest = None;
        for span in spans {
            let first = schema.at(number, *span, span.first)?;
            let place = first.map(|(seq, at)| Place { at, conversation: span.conversation, seq });
            newest = newest.max(place);
        }
        Ok(newest)
    }

    /// How large the store's file is.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.file.as_ref().and_then(|file| file.metadata().ok()).map_or(0, |file| file.len())
    }
}

impl Schema {
    /// The last cached message of a span's log at or before a seq, and its time.
    fn at(&self, number: u32, span: Span, seq: Seq) -> Result<Option<(Seq, i64)>, StoreError> {
        let conversation = span.conversation.0;
        let range = (number, conversation, 0)..=(number, conversation, seq.0);
        let row = self.messages.range(range)?.next_back().transpose()?;
        let Some((key, value)) = row else { return Ok(None) };
        Ok(Some((Seq(key.value().2), glance(value.value())?.at)))
    }
}

fn glance(bytes: &[u8]) -> Result<Glance<'_>, StoreError> {
    decode(bytes, "message")
}
