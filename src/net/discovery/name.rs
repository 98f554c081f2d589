//! A stranger's name, fit to be shown.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

/// Letters of a shown name; the rest is cut off.
const NAME_GRAPHEMES_MAX: usize = 32;
/// Ends a name that was cut.
const CUT: &str = "…";
/// Bytes of a shown name, whatever its letters are made of.
const NAME_BYTES_MAX: usize = 128;
/// Marks that may stand on one letter; more would paint over other rows.
const MARKS_PER_LETTER_MAX: usize = 2;

/// A stranger's name as it may be shown: on one line, without what hides or turns text, cut.
pub(super) fn shown_name(name: &str) -> String {
    let mut marks = 0;
    let mut shown = String::new();
    for c in name.chars().take(NAME_BYTES_MAX * 2).nfc() {
        let forbidden = matches!(
            c.general_category(),
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::Surrogate
                | GeneralCategory::PrivateUse
                | GeneralCategory::Unassigned
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
        );
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        if c.is_whitespace() {
            shown.push(' ');
        } else if !forbidden && marks <= MARKS_PER_LETTER_MAX {
            shown.push(c);
        }
    }
    let words: Vec<&str> = shown.split(' ').filter(|word| !word.is_empty()).collect();
    let whole = words.join(" ");
    let start = cut(&whole, NAME_GRAPHEMES_MAX, NAME_BYTES_MAX);
    if start.len() == whole.len() {
        return whole;
    }
    // Whoever reads it sees that there is more.
    let start = cut(&whole, NAME_GRAPHEMES_MAX - 1, NAME_BYTES_MAX - CUT.len());
    format!("{}{CUT}", start.trim_end())
}

/// The start of a text: whole letters, at most so many, in at most so many bytes.
pub(super) fn cut(text: &str, graphemes_max: usize, bytes_max: usize) -> &str {
    let letters = text.grapheme_indices(true).take(graphemes_max);
    let ends = letters.map(|(at, letter)| at + letter.len());
    let end = ends.take_while(|end| *end <= bytes_max).last().unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_harmless_line() {
        let cases = [
            ("青柠 Server", "青柠 Server"),
            ("  a \n\t b  ", "a b"),
            ("a\u{202E}b\u{200B}c", "abc"),
            ("a\u{0300}\u{0301}\u{0302}\u{0303}", "à\u{0301}\u{0302}"),
            ("", ""),
        ];
        for (name, expected) in cases {
            assert_eq!(shown_name(name), expected, "{name:?}");
        }
        let (whole, start) = ("长".repeat(32), format!("{}…", "长".repeat(31)));
        assert_eq!(shown_name(&"长".repeat(100)), start);
        assert_eq!((shown_name(&start), shown_name(&whole)), (start, whole));
        assert!(shown_name(&"e\u{0301}\u{0323}".repeat(9000)).len() <= NAME_BYTES_MAX);
        assert_eq!(cut("青柠", 9, 5), "青");
        assert_eq!(cut("👨‍👩‍👧a", 9, 5), "");
    }
}
