//! Texts without control characters, which steer terminals and programs and have no place in words, and
//! without blank lines around them.
//!
//! Marks of direction stay: some languages need them, and whoever draws a text keeps them within it.

use std::ops::Range;

use super::nickname::is_unseen;
use super::{Body, MentionPlace, Mentions};

/// Whether a text has no control characters but new lines and tabs.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    !text.chars().any(is_control)
}

/// Whether a text would look like nothing: there are only spaces and what draws nothing.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_unseen(c))
}

/// A text without blank lines before and behind it; one that is nothing else stays.
#[must_use]
pub fn without_blank_lines(text: &str) -> &str {
    &text[said(text)]
}

impl Body {
    /// The same without control characters and without blank lines around it; lines end with `\n`. What is
    /// mentioned stays so.
    #[must_use]
    pub fn plain(self) -> Body {
        match self {
            Body::Text { text, reply_to, mentions }
                if !is_plain(&text) || said(&text).len() < text.len() =>
            {
                Body::Text { text: plain(&text), reply_to, mentions: moved(mentions, &text) }
            }
            body => body,
        }
    }
}

fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

/// From the first line that is not blank to the last one.
fn said(text: &str) -> Range<usize> {
    let is_break = |c| matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}');
    let is_seen = |c: char| !is_blank(c.encode_utf8(&mut [0; 4]));
    let (Some(first), Some(last)) = (text.find(is_seen), text.rfind(is_seen)) else {
        return 0..text.len();
    };
    let start = text[..first].char_indices().rfind(|(_, c)| is_break(*c));
    let end = text[last..].find(is_break).map_or(text.len(), |end| last + end);
    start.map_or(0, |(at, c)| at + c.len_utf8())..end
}

fn plain(text: &str) -> String {
    kept(text).map(|(_, c)| c).collect()
}

/// What is kept of a text, each with its place there.
fn kept(text: &str) -> impl Iterator<Item = (usize, char)> {
    let said = said(text);
    text.char_indices().filter_map(move |(at, c)| match c {
        _ if !said.contains(&at) => None,
        '\r' => (!text[at + 1..].starts_with('\n')).then_some((at, '\n')),
        c => (!is_control(c)).then_some((at, c)),
    })
}

/// Places as they are in the plain text. What is no place stays so, and one of nothing goes.
fn moved(mentions: Mentions, text: &str) -> Mentions {
    let move_to = |at: u32| -> u32 {
        let before = kept(text).take_while(|(place, _)| (*place as u64) < u64::from(at));
        before.map(|(_, c)| u32::try_from(c.len_utf8()).unwrap_or_default()).sum()
    };
    let move_place = |place: MentionPlace| match place.words(text) {
        Some(_) => {
            let (start, end) = (move_to(place.start), move_to(place.end));
            (start < end).then_some(MentionPlace { start, end, ..place })
        }
        None => Some(place),
    };
    let places = mentions.places.into_iter().filter_map(move_place).collect();
    Mentions { places, ..mentions }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AccountId, Seq};

    #[test]
    fn control_characters_go_and_lines_end_alike() {
        let cases = [
            ("a\tb\nc", "a\tb\nc"),
            ("\0a\u{7}\u{1B}[31mb\u{7F}\u{85}\u{9F}", "a[31mb"),
            ("one\r\ntwo\rthree\r\r\nfour", "one\ntwo\nthree\n\nfour"),
            (
                "\u{202E}gnp.exe\u{2066}\u{2028}\u{200B}z",
                "\u{202E}gnp.exe\u{2066}\u{2028}\u{200B}z",
            ),
            ("\u{7}\r", "\n"),
            ("\u{7}", ""),
            (" \n\u{3164}\r\n  one\n\ntwo \n\u{200B}\n", "  one\n\ntwo "),
        ];
        for (text, expected) in cases {
            let Body::Text { text: got, .. } = Body::text(text).plain() else { panic!() };
            assert_eq!(got, expected, "{text:?}");
            assert!(is_plain(&got));
            let is_kept = is_plain(text) && without_blank_lines(text) == text;
            assert_eq!(is_kept, got == text, "{text:?}");
        }
        assert_eq!(Body::Shake {}.plain(), Body::Shake {});
    }

    #[test]
    fn what_looks_like_nothing_is_blank() {
        for text in
            ["", " \n\t", "\u{3000}", "\u{3164}", "\u{115F}\u{1160}", "\u{2800}\u{200B}\u{FEFF}"]
        {
            assert!(is_blank(text), "{text:?}");
            assert_eq!(without_blank_lines(text), text);
        }
        for text in ["a", ".", "\u{3164}好", "❤\u{FE0F}"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn a_place_names_what_it_named_before() {
        let account = Some(AccountId(10_001));
        let text = "\r\n@青\u{7}柠 \0@all\r\n\u{1}";
        let names = ["@青\u{7}柠", "@all\r", "\u{1}"];
        let places = names.map(|name| {
            let start = text.find(name).unwrap();
            let at = |place: usize| u32::try_from(place).unwrap();
            let (start, end) = (at(start), at(start + name.len()));
            MentionPlace { start, end, account }
        });
        let accounts = vec![AccountId(10_001)];
        let mentions = Mentions { accounts, everyone: false, places: places.to_vec() };
        let body = Body::Text { text: text.into(), reply_to: Some(Seq(3)), mentions };
        let Body::Text { text, reply_to, mentions } = body.plain() else { panic!() };
        assert_eq!((text.as_str(), reply_to), ("@青柠 @all", Some(Seq(3))));
        let words: Vec<_> = mentions.places.iter().map(|place| place.words(&text)).collect();
        assert_eq!(words, [Some("@青柠"), Some("@all")]);
        assert!(mentions.fits(&text));
    }
}
