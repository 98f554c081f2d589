//! What a transcript shows, row by row, and how neighbours belong together.

use std::fmt;
use std::sync::Arc;

use super::card::{Card, Carded};
use crate::domain::{AccountId, BlobId, Nonce, Portrait, Rank, Seq};

/// Messages of one sender within this time stand close together, with one avatar.
pub const RUN_MS: i64 = 3 * 60_000;
/// After so much silence the time is said.
pub const SILENCE_MS: i64 = 5 * 60_000;
/// Between messages of one run.
pub const GAP_RUN: i32 = 4;
/// Between messages otherwise.
pub const GAP: i32 = 12;
/// Before a time separator.
pub const GAP_SEPARATOR: i32 = 16;

/// How a row is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A message that has its place in the log.
    Seq(Seq),
    /// An own message on its way.
    Nonce(Nonce),
    /// A line that is no message, by a number of the caller's.
    Note(u64),
}

/// How far an own message is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mark {
    /// Another's message, or one of the lobby that arrived.
    #[default]
    None,
    /// A clock.
    Sending,
    /// One tick.
    Sent,
    /// Two ticks.
    Delivered,
    /// Two blue ticks.
    Read,
    /// A red disc, and "Not sent. Retry" under the bubble.
    Failed,
}

/// What a row says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Saying<'a> {
    /// Words in a bubble.
    Text(&'a str),
    /// The same, under a line of what they answer.
    Answer(Quote<'a>, &'a str),
    /// A picture.
    Image(Image),
    /// A file.
    File(Card<'a>),
    /// The line about a shaken window.
    Shake,
    /// The line in place of what was taken back, and a word to write it anew; empty for none.
    Recalled(&'a str, &'a str),
    /// Any other centred line.
    Note(&'a str),
}

/// A picture in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    /// The small one.
    pub thumb: BlobId,
    /// Width and height of all of it.
    pub size: (u32, u32),
    /// How much of it the server has, while it is on its way.
    pub percent: Option<u8>,
}

/// The line of what a message answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Quote<'a> {
    /// Which message that is.
    pub key: Key,
    /// Who wrote it.
    pub name: &'a str,
    /// What it says, in one line.
    pub words: &'a str,
}

/// Where the words of a message name somebody that it mentions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its first byte.
    pub start: usize,
    /// The first byte behind it.
    pub end: usize,
    /// Oneself or everybody is meant.
    pub loud: bool,
}

/// A row as the caller hands it over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its name; no two rows have the same.
    pub key: Key,
    /// Who.
    pub from: AccountId,
    /// When, milliseconds since 1970 UTC.
    pub at: i64,
    /// What.
    pub saying: Saying<'a>,
    /// How far it is.
    pub mark: Mark,
    /// A sentence for the tooltip, such as why it failed; empty for none.
    pub hint: &'a str,
    /// Whom its words name, from left to right.
    pub named: &'a [Named],
}

/// What a person looks like in a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Face {
    /// Their name.
    pub name: String,
    /// What stands for them.
    pub portrait: Portrait,
    /// What they are in the room.
    pub rank: Rank,
}

/// Which words a row keeps.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// Words in a bubble.
    Text(Arc<str>),
    /// The same, under a line of what they answer.
    Answer(Quoted, Arc<str>),
    /// A picture.
    Image(Image),
    /// A file.
    File(Carded),
    /// The line about a shaken window.
    Shake,
    /// The line in place of what was taken back, and a word to write it anew; empty for none.
    Recalled(Arc<str>, Arc<str>),
    /// Any other centred line.
    Note(Arc<str>),
}

/// The line of what a message answers.
#[derive(Clone, PartialEq, Eq)]
pub struct Quoted {
    /// Which message that is.
    pub key: Key,
    /// Who wrote it.
    pub name: Arc<str>,
    /// What it says, in one line.
    pub words: Arc<str>,
}

/// A row that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name.
    pub key: Key,
    /// Who.
    pub from: AccountId,
    /// When.
    pub at: i64,
    /// What.
    pub content: Content,
    /// How far it is.
    pub mark: Mark,
    /// For the tooltip.
    pub hint: Arc<str>,
    /// Whom its words name.
    pub named: Arc<[Named]>,
}

/// What stands above a row's own content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Free space over everything.
    pub gap: i32,
    /// The time is said.
    pub separator: bool,
    /// "New messages" is said.
    pub divider: bool,
    /// The row begins a run: avatar, and name where names are shown.
    pub run_start: bool,
}

impl Item {
    /// Keeps a row.
    #[must_use]
    pub fn new(entry: Entry<'_>) -> Item {
        let content = match entry.saying {
            Saying::Text(text) => Content::Text(text.into()),
            Saying::Answer(Quote { key, name, words }, text) => {
                let quoted = Quoted { key, name: name.into(), words: words.into() };
                Content::Answer(quoted, text.into())
            }
            Saying::Image(image) => Content::Image(image),
            Saying::File(card) => Content::File(Carded::new(card)),
            Saying::Shake => Content::Shake,
            Saying::Recalled(text, again) => Content::Recalled(text.into(), again.into()),
            Saying::Note(text) => Content::Note(text.into()),
        };
        let Entry { key, from, at, mark, hint, named, .. } = entry;
        Item { key, from, at, content, mark, hint: hint.into(), named: named.into() }
    }

    /// As it was handed over.
    #[must_use]
    pub fn entry(&self) -> Entry<'_> {
        let saying = match &self.content {
            Content::Text(text) => Saying::Text(text),
            Content::Answer(Quoted { key, name, words }, text) => {
                Saying::Answer(Quote { key: *key, name, words }, text)
            }
            Content::Image(image) => Saying::Image(*image),
            Content::File(card) => Saying::File(card.card()),
            Content::Shake => Saying::Shake,
            Content::Recalled(text, again) => Saying::Recalled(text, again),
            Content::Note(text) => Saying::Note(text),
        };
        Entry {
            key: self.key,
            from: self.from,
            at: self.at,
            saying,
            mark: self.mark,
            hint: &self.hint,
            named: &self.named,
        }
    }

    /// The file, if it is one.
    #[must_use]
    pub fn card(&self) -> Option<&Carded> {
        match &self.content {
            Content::File(card) => Some(card),
            _ => None,
        }
    }

    /// The picture, if it is one.
    #[must_use]
    pub fn image(&self) -> Option<&Image> {
        match &self.content {
            Content::Image(image) => Some(image),
            _ => None,
        }
    }

    /// Whether it is somebody's message, and no line about something.
    #[must_use]
    pub fn is_message(&self) -> bool {
        self.text().is_some() || self.image().is_some() || self.card().is_some()
    }

    /// The words that were written, if there are any.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) | Content::Answer(_, text) => Some(text),
            Content::Image(_)
            | Content::File(_)
            | Content::Shake
            | Content::Recalled(..)
            | Content::Note(_) => None,
        }
    }

    /// What it answers, if it does.
    #[must_use]
    pub fn quoted(&self) -> Option<&Quoted> {
        match &self.content {
            Content::Answer(quoted, _) => Some(quoted),
            Content::Text(_)
            | Content::Image(_)
            | Content::File(_)
            | Content::Shake
            | Content::Recalled(..)
            | Content::Note(_) => None,
        }
    }

    /// Whether this message belongs to the run of the one before it.
    #[must_use]
    pub fn continues(&self, before: &Item) -> bool {
        let is_bubbles = self.is_message() && before.is_message();
        is_bubbles && self.from == before.from && (0..=RUN_MS).contains(&(self.at - before.at))
    }

    /// Whether its mark is drawn, given whether it is the last of its run.
    #[must_use]
    pub fn shows_mark(&self, run_end: bool) -> bool {
        match self.mark {
            Mark::None => false,
            Mark::Read => run_end,
            Mark::Sending | Mark::Sent | Mark::Delivered | Mark::Failed => true,
        }
    }
}

impl Head {
    /// What stands above a row, by the row before it.
    #[must_use]
    pub fn of(item: &Item, before: Option<&Item>, divider: bool) -> Head {
        let Some(before) = before else {
            return Head { gap: GAP, separator: true, divider, run_start: true };
        };
        let separator = item.at.saturating_sub(before.at) > SILENCE_MS;
        let run_start = divider || !item.continues(before);
        let gap = match (separator, run_start) {
            (true, _) => GAP_SEPARATOR,
            (false, true) => GAP,
            (false, false) => GAP_RUN,
        };
        Head { gap, separator, divider, run_start }
    }
}

impl fmt::Debug for Saying<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Saying::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Saying::Answer(quote, text) => {
                write!(f, "Answer({:?}, {} bytes)", quote.key, text.len())
            }
            Saying::Image(image) => image.fmt(f),
            Saying::File(card) => card.fmt(f),
            Saying::Shake => f.write_str("Shake"),
            Saying::Recalled(..) => f.write_str("Recalled"),
            Saying::Note(text) => write!(f, "Note({} bytes)", text.len()),
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Content::Text(text) => Saying::Text(text).fmt(f),
            Content::Answer(quoted, text) => {
                write!(f, "Answer({:?}, {} bytes)", quoted.key, text.len())
            }
            Content::Image(image) => image.fmt(f),
            Content::File(card) => card.fmt(f),
            Content::Shake => Saying::Shake.fmt(f),
            Content::Recalled(text, again) => Saying::Recalled(text, again).fmt(f),
            Content::Note(text) => Saying::Note(text).fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMO: AccountId = AccountId(10_024);
    const LIME: AccountId = AccountId(10_001);

    fn item(from: AccountId, at: i64, saying: Saying<'_>) -> Item {
        let key = Key::Seq(Seq(1));
        Item::new(Entry { key, from, at, saying, mark: Mark::None, hint: "", named: &[] })
    }

    #[test]
    fn neighbours_stand_close_apart_or_under_a_time() {
        const MINUTE: i64 = 60_000;
        let text = Saying::Text("a");
        let cases = [
            ("same sender at once", LIME, 0, text, (GAP_RUN, false, false)),
            ("same sender, 3 minutes", LIME, 3 * MINUTE, text, (GAP_RUN, false, false)),
            ("same sender, later", LIME, 3 * MINUTE + 1, text, (GAP, false, true)),
            ("same sender, 5 minutes", LIME, 5 * MINUTE, text, (GAP, false, true)),
            ("after a silence", LIME, 5 * MINUTE + 1, text, (GAP_SEPARATOR, true, true)),
            ("other sender", MOMO, 0, text, (GAP, false, true)),
            ("a centred line", LIME, 0, Saying::Shake, (GAP, false, true)),
            ("a clock that went back", LIME, -1, text, (GAP, false, true)),
        ];
        let before = item(LIME, 0, text);
        for (name, from, at, saying, (gap, separator, run_start)) in cases {
            let head = Head::of(&item(from, at, saying), Some(&before), false);
            assert_eq!(head, Head { gap, separator, divider: false, run_start }, "{name}");
        }
    }

    #[test]
    fn the_first_row_says_the_time_and_a_divider_begins_a_run() {
        let row = item(LIME, 0, Saying::Text("a"));
        let first = Head { gap: GAP, separator: true, divider: false, run_start: true };
        assert_eq!(Head::of(&row, None, false), first);
        let divided = Head { gap: GAP, separator: false, divider: true, run_start: true };
        assert_eq!(Head::of(&row, Some(&row), true), divided);
    }

    #[test]
    fn marks_stand_at_the_end_of_a_run_and_on_what_is_not_read() {
        let cases = [
            (Mark::None, false, false),
            (Mark::Sending, true, true),
            (Mark::Sent, true, true),
            (Mark::Delivered, true, true),
            (Mark::Read, false, true),
            (Mark::Failed, true, true),
        ];
        for (mark, inside, at_end) in cases {
            let row = Item { mark, ..item(LIME, 0, Saying::Text("a")) };
            assert_eq!((row.shows_mark(false), row.shows_mark(true)), (inside, at_end), "{mark:?}");
        }
    }

    #[test]
    fn a_row_comes_back_as_it_was_handed_over_and_prints_no_words() {
        let quote = Quote { key: Key::Seq(Seq(1)), name: "secret", words: "secret" };
        let answer = Saying::Answer(quote, "secret");
        let recalled = Saying::Recalled("secret", "secret");
        let note = Saying::Note("secret");
        for saying in [Saying::Text("secret"), answer, Saying::Shake, recalled, note] {
            let row = item(LIME, 5, saying);
            assert_eq!(row.entry().saying, saying);
            assert!(!format!("{row:?} {:?}", row.entry()).contains("secret"));
        }
    }
}
