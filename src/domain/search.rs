//! What is looked for in the logs, and what is counted there.

use serde::{Deserialize, Serialize};

use super::{AccountId, Body, ConversationId, Message, Needle, RoomChange, Seq};

/// A message's place among those of all conversations, by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// When the server took it.
    pub at: i64,
    /// The log.
    pub conversation: ConversationId,
    /// Its place there.
    pub seq: Seq,
}

impl Place {
    /// Behind all messages.
    pub const END: Place =
        Place { at: i64::MAX, conversation: ConversationId(u64::MAX), seq: Seq(u64::MAX) };

    /// Where a message stands.
    #[must_use]
    pub fn of(message: &Message) -> Place {
        Place { at: message.at, conversation: message.conversation, seq: message.seq }
    }

    /// Before the first message of a moment.
    #[must_use]
    pub fn before(at: i64) -> Place {
        Place { at, conversation: ConversationId(0), seq: Seq::ZERO }
    }
}

/// Which kind of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Words.
    Text,
    /// Words with a link in them.
    Link,
    /// Pictures.
    Image,
    /// Files.
    File,
}

/// What is looked at of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// What was written, or announced in a room.
    Text(&'a str),
    /// What the file of a picture was called.
    Image(&'a str),
    /// What a file is called.
    File(&'a str),
}

impl<'a> Part<'a> {
    /// What is looked at of this one; nothing where there is nothing to find.
    #[must_use]
    pub fn of(body: &'a Body) -> Option<Part<'a>> {
        match body {
            Body::Text { text, .. } => Some(Part::Text(text)),
            Body::Image { name, .. } => Some(Part::Image(name)),
            Body::File { name, .. } => Some(Part::File(name)),
            Body::Room { change: RoomChange::Announced { text }, .. } => Part::announced(text),
            _ => None,
        }
    }

    /// An announcement; one that was taken down says nothing.
    pub(crate) fn announced(text: &'a str) -> Option<Part<'a>> {
        (!text.is_empty()).then_some(Part::Text(text))
    }

    /// Whether it is of a kind.
    #[must_use]
    pub fn is(self, sort: Sort) -> bool {
        match (self, sort) {
            (Part::Text(_), Sort::Text)
            | (Part::Image(_), Sort::Image)
            | (Part::File(_), Sort::File) => true,
            (Part::Text(text), Sort::Link) => has_link(text),
            _ => false,
        }
    }
}

/// What a message has to be to be found. Only words, announcements
/// and the names of pictures and files are looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// A part of it; everything has the empty one.
    pub text: String,
    /// Who wrote it.
    pub from: Option<AccountId>,
    /// Which kind.
    pub kind: Option<Sort>,
    /// Not before this moment, in milliseconds since 1970 UTC.
    pub since: Option<i64>,
    /// Before this moment.
    pub until: Option<i64>,
}

/// The messages of one tally of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// The first one; zero when there is none.
    pub first: Seq,
}

/// A search, ready to be held against many messages.
#[derive(Debug)]
pub struct Sieve {
    needle: Option<Needle>,
    from: Option<AccountId>,
    kind: Option<Sort>,
    scratch: String,
}

impl Sieve {
    /// The sieve of a search; the moments are somebody else's affair.
    #[must_use]
    pub fn new(search: &Search) -> Sieve {
        let needle = Needle::new(&search.text);
        Sieve { needle, from: search.from, kind: search.kind, scratch: String::new() }
    }

    /// Whether it is meant.
    pub fn takes(&mut self, from: AccountId, part: Part<'_>) -> bool {
        let (Part::Text(words) | Part::Image(words) | Part::File(words)) = part;
        self.from.is_none_or(|wanted| wanted == from)
            && self.kind.is_none_or(|kind| part.is(kind))
            && match &self.needle {
                None => true,
                Some(needle) => needle.is_in(words, &mut self.scratch),
            }
    }
}

/// Whether a text has something that is shown as a link.
#[must_use]
pub fn has_link(text: &str) -> bool {
    const BEGINNINGS: [&str; 4] = ["http://", "https://", "mychat://", "www."];
    let bytes = text.as_bytes();
    (0..bytes.len()).any(|at| {
        matches!(bytes[at] | 0x20, b'h' | b'm' | b'w')
            && (at == 0 || !bytes[at - 1].is_ascii_alphanumeric())
            && BEGINNINGS.iter().any(|beginning| {
                let part = bytes.get(at..at + beginning.len());
                let next = bytes.get(at + beginning.len());
                part.is_some_and(|part| part.eq_ignore_ascii_case(beginning.as_bytes()))
                    && next.is_some_and(u8::is_ascii_alphanumeric)
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_what_is_shown_as_one() {
        let cases = [
            ("看 https://example.com/a", true),
            ("WWW.example.com", true),
            ("mychat://10.0.0.5:1029", true),
            ("https://", false),
            ("awww.x", false),
            ("no link", false),
        ];
        for (text, expected) in cases {
            assert_eq!(has_link(text), expected, "{text}");
        }
    }

    #[test]
    fn a_kind_finds_its_own_alone() {
        let parts = [Part::Text("www.a.b"), Part::Text("lab"), Part::Image("lab www.a.b")];
        let kinds = [
            (None, [true, true, true]),
            (Some(Sort::Text), [true, true, false]),
            (Some(Sort::Link), [true, false, false]),
            (Some(Sort::Image), [false, false, true]),
        ];
        for (kind, expected) in kinds {
            let mut sieve = Sieve::new(&Search { kind, ..Search::default() });
            assert_eq!(parts.map(|part| sieve.takes(AccountId(1), part)), expected, "{kind:?}");
            let search = Search { text: "LAB".to_owned(), kind, ..Search::default() };
            let mut sieve = Sieve::new(&search);
            let words = [false, true, true];
            let both = [0, 1, 2].map(|at| expected[at] && words[at]);
            assert_eq!(parts.map(|part| sieve.takes(AccountId(1), part)), both, "{kind:?}");
        }
    }

    #[test]
    fn places_go_by_time_then_by_log() {
        let place = |at, conversation, seq| Place {
            at,
            conversation: ConversationId(conversation),
            seq: Seq(seq),
        };
        let mut places = [place(2, 1, 5), place(1, 3, 9), place(2, 1, 4), place(2, 3, 1)];
        places.sort_unstable();
        assert_eq!(places, [place(1, 3, 9), place(2, 1, 4), place(2, 1, 5), place(2, 3, 1)]);
        assert!(Place::before(2) < places[1] && places[3] < Place::END);
    }
}
