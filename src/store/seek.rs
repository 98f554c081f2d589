//! Messages of several logs, newest first: what searching has in common in the server's store and in a
//! client's.
//!
//! Logs are read backwards side by side, each in a lane of its own. Times never go back within a
//! log, so the newest message of all stands at the head of some lane, and where a moment begins is
//! found by halving.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{
    Deserializer, EnumAccess, IgnoredAny, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::engine::StoreError;
use crate::domain::{ConversationId, Message, Part, Place, Seq, Tally};

/// A part of a log that somebody may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The log.
    pub conversation: ConversationId,
    /// Its first message.
    pub first: Seq,
    /// Its last message.
    pub last: Seq,
}

/// How much one call does.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// At most so many messages are found.
    pub found: usize,
    /// At most so many bytes of them, but always one.
    pub bytes: usize,
    /// At most so many messages are looked at.
    pub looked: usize,
}

/// What a call found.
#[derive(Debug, Default)]
pub struct Found {
    /// Newest first.
    pub messages: Vec<Message>,
    /// Where to go on; nothing when all was looked at.
    pub next: Option<Place>,
}

/// A message that was looked at.
pub(super) struct Looked {
    pub(super) seq: Seq,
    pub(super) at: i64,
    /// It is meant, and has so many bytes.
    pub(super) hit: Option<(Message, usize)>,
}

/// One log, backwards.
pub(super) struct Lane<'a> {
    pub(super) conversation: ConversationId,
    pub(super) rows: Box<dyn Iterator<Item = Result<Looked, StoreError>> + 'a>,
}

/// Finds what is meant, from the newest on, back to `since`.
pub(super) fn newest_first(
    mut lanes: Vec<Lane<'_>>,
    since: i64,
    bounds: Bounds,
) -> Result<Found, StoreError> {
    let (mut heads, mut heap) = (Vec::new(), BinaryHeap::new());
    for (index, lane) in lanes.iter_mut().enumerate() {
        heads.push(advance(lane, index, &mut heap)?);
    }
    let (mut found, mut bytes, mut looked) = (Found::default(), 0, 0);
    let mut last = None;
    while let Some((place, Reverse(index))) = heap.pop() {
        if place.at < since {
            break;
        }
        if looked == bounds.looked {
            found.next = last;
            break;
        }
        if let Some((message, length)) = heads[index].take() {
            bytes += length;
            let is_full = found.messages.len() == bounds.found;
            if is_full || (bytes > bounds.bytes && !found.messages.is_empty()) {
                found.next = last;
                break;
            }
            found.messages.push(message);
        }
        looked += 1;
        last = Some(place);
        heads[index] = advance(&mut lanes[index], index, &mut heap)?;
    }
    Ok(found)
}

type Heap = BinaryHeap<(Place, Reverse<usize>)>;

fn advance(
    lane: &mut Lane<'_>,
    index: usize,
    heap: &mut Heap,
) -> Result<Option<(Message, usize)>, StoreError> {
    let Some(row) = lane.rows.next().transpose()? else { return Ok(None) };
    let place = Place { at: row.at, conversation: lane.conversation, seq: row.seq };
    heap.push((place, Reverse(index)));
    Ok(row.hit)
}

/// The last message of a span that stands before a place; the one before the first when none does.
/// `look` gives the last message that is there at or before a seq and its time.
pub(super) fn last_before(
    span: Span,
    before: Place,
    mut look: impl FnMut(Seq) -> Result<Option<(Seq, i64)>, StoreError>,
) -> Result<Seq, StoreError> {
    let (mut low, mut high) = (span.first.0, span.last.0);
    let mut found = span.first.0.saturating_sub(1);
    while low <= high {
        let middle = low + (high - low) / 2;
        let there = look(Seq(middle))?.filter(|(seq, _)| *seq >= span.first);
        let is_before = there
            .is_none_or(|(seq, at)| Place { at, conversation: span.conversation, seq } < before);
        if is_before {
            found = middle;
            low = middle + 1;
        } else {
            high = there.map_or(middle, |(seq, _)| seq.0).saturating_sub(1);
        }
    }
    Ok(Seq(found))
}

/// How many messages of some spans, in order, fall between each two neighbours of `starts`, which are in
/// order too. The spans have no gaps. Somebody may have come into a room often, so a span that lies
/// outside costs two looks.
pub(super) fn tallies(
    spans: &[Span],
    starts: &[i64],
    mut look: impl FnMut(ConversationId, Seq) -> Result<Option<(Seq, i64)>, StoreError>,
) -> Result<Vec<Tally>, StoreError> {
    let mut all = vec![Tally::default(); starts.len().saturating_sub(1)];
    let (Some(begin), Some(end)) = (starts.first(), starts.last()) else { return Ok(all) };
    for span in spans {
        let mut look = |seq| look(span.conversation, seq);
        let ends_before = look(span.last)?.is_none_or(|(_, at)| at < *begin);
        if ends_before || look(span.first)?.is_some_and(|(_, at)| at >= *end) {
            continue;
        }
        let mut ends: Vec<Seq> = Vec::with_capacity(starts.len());
        for start in starts {
            // What was before one moment is before the next one.
            let first = ends.last().map_or(span.first, |last| last.next());
            ends.push(last_before(Span { first, ..*span }, Place::before(*start), &mut look)?);
        }
        for (tally, ends) in all.iter_mut().zip(ends.windows(2)) {
            let count = ends[1].0.saturating_sub(ends[0].0);
            if count > 0 && tally.count == 0 {
                tally.first = ends[0].next();
            }
            tally.count += count;
        }
    }
    Ok(all)
}

/// What a search looks at of a message's body, without the rest of it; nothing where it has none.
pub(super) struct Words<'a>(pub(super) Option<Part<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Words<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_enum("Body", &[], Body).map(Words)
    }
}

struct Body;

impl<'de> Visitor<'de> for Body {
    type Value = Option<Part<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a body")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Self::Value, A::Error> {
        match data.variant::<&str>()? {
            ("text", variant) => {
                let text = variant.struct_variant(&[], Field::new(0, "text"))?;
                Ok(text.map(Part::Text))
            }
            ("image", variant) => {
                let name = variant.struct_variant(&[], Field::new(5, "name"))?;
                // Its name is the last of its fields and may be left out.
                Ok(Some(Part::Image(name.unwrap_or_default())))
            }
            ("file", variant) => {
                let name = variant.struct_variant(&[], Field::new(0, "name"))?;
                Ok(name.map(Part::File))
            }
            ("room", variant) => {
                let change =
                    variant.struct_variant(&[], Field::<Announced<'_>>::new(1, "change"))?;
                Ok(change.and_then(|change| change.0).and_then(Part::announced))
            }
            (_, variant) => variant.newtype_variant::<IgnoredAny>().map(|_| None),
        }
    }
}

/// What a change of a room announces; nothing for other changes.
struct Announced<'a>(Option<&'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for Announced<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_enum("RoomChange", &[], Change).map(Announced)
    }
}

struct Change;

impl<'de> Visitor<'de> for Change {
    type Value = Option<&'de str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a change of a room")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Self::Value, A::Error> {
        match data.variant::<&str>()? {
            ("announced", variant) => variant.struct_variant(&[], Field::new(0, "text")),
            (_, variant) => variant.newtype_variant::<IgnoredAny>().map(|_| None),
        }
    }
}

/// One field of a variant, by place or by name.
struct Field<T> {
    place: usize,
    name: &'static str,
    value: PhantomData<T>,
}

impl<T> Field<T> {
    fn new(place: usize, name: &'static str) -> Self {
        Field { place, name, value: PhantomData }
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Field<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a variant with fields")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        for _ in 0..self.place {
            fields.next_element::<IgnoredAny>()?;
        }
        let value = fields.next_element()?;
        while fields.next_element::<IgnoredAny>()?.is_some() {}
        Ok(value)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let mut value = None;
        while let Some(name) = fields.next_key::<&str>()? {
            match name == self.name {
                true => value = Some(fields.next_value()?),
                false => drop(fields.next_value::<IgnoredAny>()?),
            }
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AccountId, BlobId, Body, Mentions, RoomChange};

    #[test]
    fn a_glance_sees_what_the_whole_body_has() {
        let (picture, thumb) = (BlobId([200; 32]), BlobId([1; 32]));
        let image = |name: &str| Body::Image {
            picture,
            bytes: 70_000,
            width: 640,
            height: 480,
            thumb,
            name: name.to_owned(),
        };
        let mentions = Mentions { everyone: true, ..Mentions::default() };
        let answer = Body::Text { text: "好".into(), reply_to: Some(Seq(7)), mentions };
        let room = |change| Body::Room { version: 300, change };
        let announced = |text: &str| room(RoomChange::Announced { text: text.to_owned() });
        let bodies = [
            Body::text("words"),
            answer,
            image("lab report.png"),
            image(""),
            Body::File { name: "lab report.pdf".into(), bytes: 70_000 },
            Body::Shake {},
            room(RoomChange::Created { name: "lab".into() }),
            room(RoomChange::Muted { account: AccountId(10_002), until: 9 }),
            room(RoomChange::Dissolved {}),
            announced("周五交作业\n不要迟到"),
            announced(""),
            Body::Recalled { seq: Some(Seq(4)) },
        ];
        for body in bodies {
            let (by_place, by_name) =
                (rmp_serde::to_vec(&body).unwrap(), rmp_serde::to_vec_named(&body).unwrap());
            for bytes in [by_place, by_name] {
                let Words(part) = rmp_serde::from_slice(&bytes).unwrap();
                assert_eq!(part, Part::of(&body), "{body:?}");
            }
        }
    }

    /// Times of a log from 1 on; zero is a hole.
    fn look(times: &[i64], seq: Seq) -> Option<(Seq, i64)> {
        let upto = usize::try_from(seq.0).unwrap().min(times.len());
        let at = (1..=upto).rev().find(|seq| times[*seq - 1] != 0)?;
        Some((Seq(at as u64), times[at - 1]))
    }

    #[test]
    fn where_a_moment_begins_is_found_by_halving_whatever_is_missing() {
        let logs: [&[i64]; 5] =
            [&[], &[5], &[1, 1, 3, 3, 3, 8], &[1, 0, 0, 4, 0], &[0, 0, 2, 2, 0, 9]];
        for times in logs {
            for first in 1..=times.len() as u64 + 1 {
                for moment in 0..10 {
                    let span = Span {
                        conversation: ConversationId(7),
                        first: Seq(first),
                        last: Seq(times.len() as u64),
                    };
                    let got = last_before(span, Place::before(moment), |seq| Ok(look(times, seq)))
                        .unwrap();
                    let hits = |from: u64, to: u64| {
                        (from..=to)
                            .filter(|seq| {
                                let at = times[usize::try_from(*seq).unwrap() - 1];
                                at != 0 && at < moment
                            })
                            .count()
                    };
                    let last = times.len() as u64;
                    assert_eq!(hits(first, last), hits(first, got.0), "{times:?} {first} {moment}");
                    assert_eq!(hits(got.0 + 1, last), 0, "{times:?} {first} {moment}");
                }
            }
        }
    }

    #[test]
    fn stretches_add_up_over_spans() {
        let times = [10, 20, 20, 30, 40, 50];
        let span = |first, last| Span {
            conversation: ConversationId(1),
            first: Seq(first),
            last: Seq(last),
        };
        let spans = [span(1, 2), span(4, 6)];
        let got =
            tallies(&spans, &[i64::MIN, 20, 30, 45, i64::MAX], |_, seq| Ok(look(&times, seq)));
        let tally = |count, first| Tally { count, first: Seq(first) };
        let expected = [tally(1, 1), tally(1, 2), tally(2, 4), tally(1, 6)];
        assert_eq!(got.unwrap(), expected);
        assert!(tallies(&spans, &[], |_, seq| Ok(look(&times, seq))).unwrap().is_empty());
    }

    /// Numbers below a bound, by a seed (xorshift64).
    fn dice(seed: u64) -> impl FnMut(u64) -> u64 {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        move |bound| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) % bound
        }
    }

    /// A log, stays in it and moments, all in order.
    fn case(seed: u64) -> (Vec<i64>, Vec<Span>, Vec<i64>) {
        let mut roll = dice(seed);
        let length = roll(120) + 1;
        let mut at = 1;
        let mut times = Vec::new();
        for _ in 0..length {
            // Often several at one moment, at times none for long.
            at += [0, 0, 1, 3, 40][usize::try_from(roll(5)).unwrap()];
            times.push(at);
        }
        let (mut spans, mut next) = (Vec::new(), 1 + roll(4));
        while next <= length {
            let last = (next + roll(9)).min(length);
            spans.push(Span { conversation: ConversationId(1), first: Seq(next), last: Seq(last) });
            next = last + 1 + roll(6);
        }
        let latest = u64::try_from(at).unwrap() + 10;
        let mut starts: Vec<i64> =
            (0..roll(12)).map(|_| i64::try_from(roll(latest)).unwrap()).collect();
        starts.extend([i64::MIN, i64::MAX].into_iter().filter(|_| roll(3) == 0));
        starts.sort_unstable();
        (times, spans, starts)
    }

    #[test]
    fn tallies_are_what_a_scan_counts_whatever_the_stays() {
        for seed in 0..3_000 {
            let (times, spans, starts) = case(seed);
            let got = tallies(&spans, &starts, |_, seq| Ok(look(&times, seq))).unwrap();
            let seen =
                |seq: &u64| spans.iter().any(|span| (span.first..=span.last).contains(&Seq(*seq)));
            let scan = |bounds: &[i64]| {
                let inside = (1..=times.len() as u64).filter(seen).filter(|seq| {
                    (bounds[0]..bounds[1]).contains(&times[usize::try_from(*seq).unwrap() - 1])
                });
                let first = inside.clone().next().map_or(Seq::ZERO, Seq);
                Tally { count: inside.count() as u64, first }
            };
            let expected: Vec<Tally> = starts.windows(2).map(scan).collect();
            assert_eq!(got, expected, "seed {seed}: {times:?} {spans:?} {starts:?}");
        }
    }

    #[test]
    fn stays_outside_of_a_month_cost_two_looks_each() {
        let times: Vec<i64> = (1..=20_000).collect();
        let span = |n: u64| Span {
            conversation: ConversationId(1),
            first: Seq(n * 100 + 1),
            last: Seq(n * 100 + 90),
        };
        let spans: Vec<Span> = (0..200).map(span).collect();
        // Thirty days of the hundredth stay.
        let starts: Vec<i64> = (0..=30).map(|day| 10_001 + day * 3).collect();
        let mut looks = 0;
        let got = tallies(&spans, &starts, |_, seq| {
            looks += 1;
            Ok(look(&times, seq))
        });
        assert_eq!(got.unwrap().iter().map(|tally| tally.count).sum::<u64>(), 90);
        assert!(looks <= 2 * 200 + 31 * 8, "{looks}");
    }
}
