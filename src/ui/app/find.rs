//! Finding words in a chat: in what is loaded, and further back page by page.

use std::ops::Range;

use super::chats::{Chat, Earlier};
use super::{Effect, Model};
use crate::domain::{Body, Seq, Target};

/// The longest that is looked for, in characters.
const WANTED_MAX: usize = 100;
/// Further back it does not go by itself: more would fill the memory.
const LOOKED_MAX: usize = 20_000;

/// In the bar over the messages.
#[derive(Clone, PartialEq, Eq)]
pub enum FindMsg {
    /// Show the bar.
    Open,
    /// Take it away.
    Close,
    /// Look for this.
    Text(String),
    /// Go on to what was said before.
    Older,
    /// And to what was said behind.
    Newer,
}

impl std::fmt::Debug for FindMsg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            FindMsg::Open => "Open",
            FindMsg::Close => "Close",
            FindMsg::Text(_) => "Text",
            FindMsg::Older => "Older",
            FindMsg::Newer => "Newer",
        })
    }
}

/// What is looked for in a chat.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Find {
    /// The words.
    pub wanted: String,
    /// The messages that have them, oldest first, as far as they are loaded.
    hits: Vec<Seq>,
    /// Where the person is: in which of them, and at which byte of it.
    at: Option<(Seq, usize)>,
    /// An older page is on its way for it.
    goes_on: bool,
}

impl std::fmt::Debug for Find {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Find({} hits, {:?})", self.hits.len(), self.at)
    }
}

/// How far a search is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Nothing is looked for.
    Idle,
    /// An older page is looked through.
    Looking,
    /// Nothing was found.
    Nothing,
    /// The one that is shown, counted from the newest, of so many; whether there may be more.
    Some(usize, usize, bool),
}

impl Find {
    /// How far it is.
    #[must_use]
    pub fn found(&self, chat: &Chat) -> Found {
        let place = self.at.and_then(|(at, _)| self.hits.iter().rev().position(|hit| *hit == at));
        let may_be_more = chat.earlier != Earlier::Begin;
        match place {
            _ if self.wanted.is_empty() => Found::Idle,
            _ if self.goes_on => Found::Looking,
            Some(place) => Found::Some(place + 1, self.hits.len(), may_be_more),
            None => Found::Nothing,
        }
    }

    fn look_through(&mut self, chat: &Chat) {
        let hits = chat.messages.values().filter(|message| !self.starts(&message.body).is_empty());
        self.hits = hits.map(|message| message.seq).collect();
    }

    /// Where the words stand in a message.
    fn starts(&self, body: &Body) -> Vec<usize> {
        let Body::Text { text, .. } = body else { return Vec::new() };
        ranges(text, &self.wanted).into_iter().map(|range| range.start).collect()
    }

    /// The place before or behind, if one is loaded: in the same message, else in another one.
    fn next(&self, chat: &Chat, older: bool) -> Option<(Seq, usize)> {
        let Some((seq, byte)) = self.at else { return self.end(chat, true) };
        let starts = chat.messages.get(&seq).map(|message| self.starts(&message.body));
        let mut starts = starts.unwrap_or_default().into_iter();
        let (here, other) = match older {
            true => (starts.rfind(|at| *at < byte), self.hits.iter().rfind(|hit| **hit < seq)),
            false => (starts.find(|at| *at > byte), self.hits.iter().find(|hit| **hit > seq)),
        };
        here.map(|at| (seq, at)).or_else(|| self.place_in(chat, *other?, older))
    }

    /// The newest place of all for one who goes back, else the oldest.
    fn end(&self, chat: &Chat, older: bool) -> Option<(Seq, usize)> {
        let seq = if older { self.hits.last() } else { self.hits.first() };
        self.place_in(chat, *seq?, older)
    }

    /// The place in a message that one comes to first.
    fn place_in(&self, chat: &Chat, seq: Seq, older: bool) -> Option<(Seq, usize)> {
        let starts = self.starts(&chat.messages.get(&seq)?.body);
        let byte = if older { starts.last() } else { starts.first() };
        byte.map(|byte| (seq, *byte))
    }
}

impl Chat {
    /// What is looked for here, while the bar is shown.
    #[must_use]
    pub fn find(&self) -> Option<&Find> {
        self.find.as_ref()
    }
}

impl Model {
    pub(super) fn find(&mut self, target: Target, msg: FindMsg, out: &mut Vec<Effect>) {
        let chat = self.chats.at(target);
        match msg {
            FindMsg::Open => drop(chat.find.get_or_insert_default()),
            FindMsg::Close => chat.find = None,
            FindMsg::Text(text) => {
                let wanted: String = text.trim().chars().take(WANTED_MAX).collect();
                let mut find = Find { wanted, ..Find::default() };
                if !find.wanted.is_empty() {
                    find.look_through(chat);
                    chat.find = Some(find);
                    return self.find_next(target, true, out);
                }
                chat.find = Some(find);
            }
            FindMsg::Older => self.find_next(target, true, out),
            FindMsg::Newer => self.find_next(target, false, out),
        }
    }

    /// Goes to the next hit; what is older and not loaded is asked for; at an end it begins anew.
    fn find_next(&mut self, target: Target, older: bool, out: &mut Vec<Effect>) {
        let chat = self.chats.at(target);
        let Some(mut find) = chat.find.take_if(|find| !find.wanted.is_empty()) else { return };
        let may_go_back = chat.earlier != Earlier::Begin && chat.messages.len() < LOOKED_MAX;
        let next = find.next(chat, older);
        find.goes_on = next.is_none() && older && may_go_back && self.link.is_up();
        if !find.goes_on
            && let Some((seq, byte)) = next.or_else(|| find.end(chat, older))
        {
            find.at = Some((seq, byte));
            out.push(Effect::ShowMessage(target, seq, Some(byte)));
        }
        let goes_on = find.goes_on;
        chat.find = Some(find);
        if goes_on {
            self.ask_earlier(target, out);
        }
    }

    /// Other messages are here than before: they are looked through as well, and a search that
    /// waits for them goes on.
    pub(super) fn find_again(&mut self, target: Target, out: &mut Vec<Effect>) {
        let chat = self.chats.at(target);
        let Some(mut find) = chat.find.take() else { return };
        find.look_through(chat);
        let goes_on = std::mem::take(&mut find.goes_on);
        let is_stuck = chat.earlier == Earlier::Unknown;
        chat.find = Some(find);
        if goes_on && !is_stuck {
            self.find_next(target, true, out);
        }
    }
}

/// Where words stand in a text, whatever their case; they do not overlap.
#[must_use]
pub fn ranges(text: &str, wanted: &str) -> Vec<Range<usize>> {
    let wanted: Vec<char> = wanted.chars().flat_map(char::to_lowercase).collect();
    let mut found = Vec::new();
    let Some(first) = wanted.first() else { return found };
    let mut from = 0;
    for (start, c) in text.char_indices() {
        if start < from || c.to_lowercase().next() != Some(*first) {
            continue;
        }
        if let Some(length) = length_at(&text[start..], &wanted) {
            found.push(start..start + length);
            from = start + length;
        }
    }
    found
}

/// How many bytes of a text's beginning the letters are, if it begins with them.
fn length_at(text: &str, wanted: &[char]) -> Option<usize> {
    let mut rest = wanted;
    for (at, c) in text.char_indices() {
        if rest.is_empty() {
            return Some(at);
        }
        for lower in c.to_lowercase() {
            rest = rest.strip_prefix(&[lower])?;
        }
    }
    rest.is_empty().then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text, what is looked for, and from where to where it is found.
    type Case<'a> = (&'a str, &'a str, &'a [(usize, usize)]);

    #[test]
    fn words_are_found_in_any_case_and_cut_no_letter() {
        let cases: [Case<'static>; 10] = [
            ("图书馆三楼见", "三楼", &[(9, 15)]),
            ("Hello hello", "HELLO", &[(0, 5), (6, 11)]),
            ("aaaa", "aa", &[(0, 2), (2, 4)]),
            ("abc", "", &[]),
            ("", "a", &[]),
            ("ab", "abc", &[]),
            ("İstanbul", "İs", &[(0, 3)]),
            ("😄好😄", "😄", &[(0, 4), (7, 11)]),
            ("ÄÖ", "äö", &[(0, 4)]),
            ("line\nbreak", "e\nb", &[(3, 6)]),
        ];
        for (text, wanted, expected) in cases {
            let found: Vec<_> =
                ranges(text, wanted).iter().map(|range| (range.start, range.end)).collect();
            assert_eq!(found, expected, "{text} {wanted}");
        }
        for text in ["İstanbul", "ǅ", "ﬃ"] {
            for found in ranges(text, "i").into_iter().chain(ranges(text, "f")) {
                assert!(text.get(found).is_some());
            }
        }
    }
}
