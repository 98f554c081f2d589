//! Which words in the message box stand for something else. Pure.
//!
//! The box cannot draw emoji, so the program writes their short codes into it. Only those become
//! emoji again when the message is sent: `a[ok]` that somebody typed is what it looks like.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::{AccountId, MentionPlace, Mentions};
use crate::ui::paint::emoji::{self, Codes, Piece};
use crate::ui::paint::text;

/// A piece of what goes into the box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bit {
    /// As it is.
    Plain(String),
    /// A code, and what it stands for.
    Code(String, String),
}

/// Takes a text apart into what the box can show. `unknown` is the code of emoji without one of
/// their own. Control characters and what steers without being drawn are left out.
#[must_use]
pub fn bits(text: &str, codes: Codes, unknown: &str) -> Vec<Bit> {
    let mut bits = Vec::new();
    let mut plain = String::new();
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    for whole in text.graphemes(true) {
        let code = match emoji::pieces(whole)[..] {
            [Piece::Picture(id, _)] => emoji::code(id, codes),
            [Piece::Letters(_)] | [] => {
                let is_shown = |c: &char| matches!(c, '\n' | '\t') || !text::is_shapeless(*c);
                plain.extend(whole.chars().filter(is_shown));
                continue;
            }
            _ => unknown.to_owned(),
        };
        if !plain.is_empty() {
            bits.push(Bit::Plain(std::mem::take(&mut plain)));
        }
        bits.push(Bit::Code(code, whole.to_owned()));
    }
    if !plain.is_empty() {
        bits.push(Bit::Plain(plain));
    }
    bits
}

/// The codes in a text, by their places in bytes.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    /// In order, and none reaches into another.
    list: Vec<Mark>,
    /// The text that was deleted last, with the codes in it, for when it is put back.
    deleted: Option<(String, Vec<Mark>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    place: Range<usize>,
    stands_for: String,
    mentions: Whom,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whom {
    Nobody,
    One(AccountId),
    Everybody,
}

impl Marks {
    /// The text between two places is a code that stands for this.
    pub fn add(&mut self, place: Range<usize>, stands_for: String) {
        self.put(Mark { place, stands_for, mentions: Whom::Nobody });
    }

    /// The text between two places mentions somebody, or everybody, by this name.
    pub fn mention(&mut self, place: Range<usize>, name: String, who: Option<AccountId>) {
        let mentions = who.map_or(Whom::Everybody, Whom::One);
        self.put(Mark { place, stands_for: name, mentions });
    }

    fn put(&mut self, new: Mark) {
        let at = self.list.partition_point(|mark| mark.place.start < new.place.start);
        self.list.insert(at, new);
    }

    /// The text has changed: codes behind the place move, a code that was touched is none any
    /// more. One that is put back whole, as by undoing, is one again.
    pub fn edit(&mut self, at: usize, deleted: &str, inserted: &str) {
        let end = at + deleted.len();
        let mut lost = Vec::new();
        let mut kept = Vec::new();
        for mut mark in self.list.drain(..) {
            let Range { start, end: mark_end } = mark.place;
            if mark_end <= at {
                kept.push(mark);
            } else if start >= end {
                let moved = |place: usize| place - deleted.len() + inserted.len();
                mark.place = moved(start)..moved(mark_end);
                kept.push(mark);
            } else if start >= at && mark_end <= end {
                mark.place = start - at..mark_end - at;
                lost.push(mark);
            }
        }
        self.list = kept;
        if let Some((text, marks)) = self.deleted.take_if(|(text, _)| text == inserted) {
            for mark in &marks {
                let place = at + mark.place.start..at + mark.place.end;
                self.put(Mark { place, ..mark.clone() });
            }
            self.deleted = Some((text, marks));
        }
        if !lost.is_empty() {
            self.deleted = Some((deleted.to_owned(), lost));
        }
    }

    /// A part of the text as it is meant: with what stands behind its codes.
    #[must_use]
    pub fn resolve(&self, text: &str, part: Range<usize>) -> String {
        let mut meant = String::with_capacity(part.len());
        let mut at = part.start;
        for mark in &self.list {
            if mark.place.start >= at && mark.place.end <= part.end {
                meant.push_str(text.get(at..mark.place.start).unwrap_or_default());
                meant.push_str(&mark.stands_for);
                at = mark.place.end;
            }
        }
        meant.push_str(text.get(at..part.end).unwrap_or_default());
        meant
    }

    /// Whom the text mentions, by where that stands in the text as it is meant.
    #[must_use]
    pub fn mentions(&self) -> Mentions {
        let mut mentions = Mentions::default();
        // How much longer the text as it is meant is, up to here.
        let (mut meant, mut shown) = (0, 0);
        for Mark { place, stands_for, mentions: whom } in &self.list {
            let start = meant + (place.start - shown);
            (meant, shown) = (start + stands_for.len(), place.end);
            let account = match *whom {
                Whom::Nobody => continue,
                Whom::One(account) => Some(account),
                Whom::Everybody => None,
            };
            let ends = (u32::try_from(start), u32::try_from(meant));
            let (Ok(start), Ok(end)) = ends else { continue };
            mentions.places.push(MentionPlace { start, end, account });
            match account {
                Some(account) if mentions.accounts.contains(&account) => {}
                Some(account) => mentions.accounts.push(account),
                None => mentions.everyone = true,
            }
        }
        mentions
    }

    /// The code that ends at a place: it is deleted as a whole.
    #[must_use]
    pub fn ending_at(&self, at: usize) -> Option<Range<usize>> {
        self.list.iter().map(|mark| mark.place.clone()).find(|place| place.end == at)
    }

    /// The code that begins at a place.
    #[must_use]
    pub fn starting_at(&self, at: usize) -> Option<Range<usize>> {
        self.list.iter().map(|mark| mark.place.clone()).find(|place| place.start == at)
    }

    /// The places of all codes.
    pub fn places(&self) -> impl Iterator<Item = &Range<usize>> {
        self.list.iter().map(|mark| &mark.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A box of a text and its codes.
    #[derive(Default)]
    struct Written {
        text: String,
        marks: Marks,
    }

    impl Written {
        fn replace(&mut self, part: Range<usize>, new: &str) {
            let old = self.text[part.clone()].to_owned();
            self.text.replace_range(part.clone(), new);
            self.marks.edit(part.start, &old, new);
        }

        fn paste(&mut self, at: usize, text: &str) {
            let mut at = at;
            for bit in bits(text, Codes::English, "[emoji]") {
                let (Bit::Plain(shown) | Bit::Code(shown, _)) = &bit;
                self.replace(at..at, shown);
                if let Bit::Code(_, stands_for) = &bit {
                    self.marks.add(at..at + shown.len(), stands_for.clone());
                }
                at += shown.len();
            }
        }

        fn meant(&self) -> String {
            self.marks.resolve(&self.text, 0..self.text.len())
        }
    }

    #[test]
    fn mentions_stand_where_the_text_has_them_until_they_are_edited() {
        let (lime, momo) = (AccountId(10_001), AccountId(10_024));
        let mut written = Written::default();
        written.paste(0, "😄");
        let at = written.text.len();
        for (name, who) in [("@小满", Some(momo)), ("@小满", Some(lime)), ("@all", None)] {
            let at = written.text.len();
            written.replace(at..at, name);
            written.marks.mention(at..at + name.len(), name.to_owned(), who);
            written.replace(at + name.len()..at + name.len(), " ");
        }
        let named = |written: &Written| -> Vec<(String, Option<AccountId>)> {
            let (meant, mentions) = (written.meant(), written.marks.mentions());
            assert!(mentions.fits(&meant), "{meant}: {mentions:?}");
            let places = mentions.places.into_iter();
            places.map(|at| (at.words(&meant).unwrap().to_owned(), at.account)).collect()
        };
        let here = |name: &str, who| (name.to_owned(), who);
        let all = [here("@小满", Some(momo)), here("@小满", Some(lime)), here("@all", None)];
        assert_eq!(named(&written), all, "two of one name are two people");
        assert_eq!(written.marks.mentions().accounts, [momo, lime]);
        // Words before it move it; a letter of the name takes it away, and undoing brings it back.
        written.replace(0..0, "你好 ");
        assert_eq!(named(&written), all);
        let first = "你好 ".len() + at;
        written.replace(first + 1..first + 4, "");
        assert_eq!(named(&written), all[1..]);
        let second = written.text.rfind("@小满").unwrap();
        written.replace(second..second + 7, "");
        assert_eq!(named(&written), all[2..]);
        written.replace(second..second, "@小满");
        assert_eq!(named(&written), all[1..]);
        let end = written.text.len();
        written.replace(0..end, "");
        assert!(written.marks.mentions().is_empty());
    }

    #[test]
    fn what_is_typed_stays_what_it_is() {
        let mut written = Written::default();
        written.replace(0..0, "int a[ok]; y[heart] [笑脸]");
        assert_eq!(written.meant(), "int a[ok]; y[heart] [笑脸]");
    }

    #[test]
    fn what_is_pasted_comes_back_exactly() {
        for text in [
            "小明😀",
            "你好 👨\u{200D}👩\u{200D}👧\u{200D}👦🇨🇳",
            "👍\u{1F3FD}",
            "❤\u{FE0F}!",
            "a\nb",
        ] {
            let mut written = Written::default();
            written.paste(0, text);
            assert_eq!(written.meant(), text);
            assert!(written.text.chars().all(|c| c == '\n' || text::is_in_sans(c)), "{text}");
        }
        let mut written = Written::default();
        written.paste(0, "x👨\u{200D}👩\u{200D}👧🇨🇳");
        assert_eq!(written.text, "x[emoji][emoji]");
        written = Written::default();
        written.paste(0, "one\r\ntwo\u{7}\u{200B}\rend");
        assert_eq!(written.text, "one\ntwo\nend");
    }

    #[test]
    fn codes_move_with_the_text_around_them() {
        let mut written = Written::default();
        written.paste(0, "a😀b");
        assert_eq!(written.text, "a[grin]b");
        written.replace(0..1, "before ");
        written.replace(written.text.len()..written.text.len(), " after");
        assert_eq!(written.meant(), "before 😀b after");
        // Beside a code is not within it.
        let place = written.marks.places().next().unwrap().clone();
        written.replace(place.end..place.end, "x");
        written.replace(place.start..place.start, "y");
        assert_eq!(written.meant(), "before y😀xb after");
    }

    #[test]
    fn a_code_that_was_touched_is_what_it_looks_like() {
        for (part, new) in [(2..3, ""), (3..3, "!"), (0..2, "")] {
            let mut written = Written::default();
            written.paste(0, "a😀b");
            written.replace(part, new);
            assert_eq!(written.meant(), written.text);
            assert!(!written.meant().contains('😀'));
        }
    }

    #[test]
    fn a_code_that_is_put_back_is_one_again() {
        let mut written = Written::default();
        written.paste(0, "a😀b😂");
        let all = written.text.clone();
        written.replace(0..all.len(), "");
        assert_eq!(written.meant(), "");
        written.replace(0..0, &all);
        assert_eq!(written.meant(), "a😀b😂");
    }

    #[test]
    fn a_part_is_meant_without_codes_that_it_cuts() {
        let mut written = Written::default();
        written.paste(0, "a😀b");
        assert_eq!(written.marks.resolve(&written.text, 0..7), "a😀");
        assert_eq!(written.marks.resolve(&written.text, 3..8), written.text[3..8]);
        assert_eq!(written.marks.ending_at(7), Some(1..7));
        assert_eq!(
            (written.marks.starting_at(1), written.marks.starting_at(2)),
            (Some(1..7), None)
        );
    }
}
