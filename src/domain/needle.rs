//! What is looked for in messages: any part of a text, one character and more, whatever its case,
//! width or form of letters.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longer texts are not looked for.
pub const NEEDLE_CHARS_MAX: usize = 64;

/// A part of texts, ready to be held against many.
///
/// Texts are compared in their compatibility form (NFKC) and in lower case. A letter and the marks on
/// it are one: `e` with an accent written in two characters is found by the one that has both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needle {
    folded: String,
}

impl Needle {
    /// What was typed, without the spaces around it; nothing for an empty text.
    #[must_use]
    pub fn new(typed: &str) -> Option<Needle> {
        let mut folded = String::new();
        fold(typed.trim(), &mut folded, |_, _| {});
        (!folded.is_empty()).then_some(Needle { folded })
    }

    /// Whether it was typed as long as it may be.
    #[must_use]
    pub fn is_short_enough(typed: &str) -> bool {
        let typed = typed.trim();
        typed.len() <= 4 * NEEDLE_CHARS_MAX && typed.chars().count() <= NEEDLE_CHARS_MAX
    }

    /// Whether a text has it. `scratch` is memory for many calls.
    #[must_use]
    pub fn is_in(&self, text: &str, scratch: &mut String) -> bool {
        scratch.clear();
        fold(text, scratch, |_, _| {});
        scratch.contains(&self.folded)
    }

    /// Where a text has it, from left to right, in bytes of the text as it is written. A letter of which
    /// a part is meant is in it whole.
    #[must_use]
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        let (mut folded, mut starts) = (String::new(), Vec::new());
        fold(text, &mut folded, |at, from| starts.push((at, from)));
        let mut places: Vec<Range<usize>> = Vec::new();
        for (at, _) in folded.match_indices(&self.folded) {
            let letter = |at: usize| starts.partition_point(|(folded, _)| *folded <= at);
            let start = starts[letter(at).saturating_sub(1)].1;
            let end = letter(at + self.folded.len() - 1);
            let end = starts.get(end).map_or(text.len(), |(_, from)| *from);
            match places.last_mut() {
                Some(last) if start < last.end => last.end = end.max(last.end),
                _ => places.push(start..end),
            }
        }
        places
    }
}

/// Folds a text letter by letter; `begins` is told where a letter begins, folded and as written.
fn fold(text: &str, into: &mut String, mut begins: impl FnMut(usize, usize)) {
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        begins(into.len(), at);
        if rest.peek().is_none_or(|(_, next)| !is_mark(*next)) {
            match c {
                c if c.is_ascii() => into.push(c.to_ascii_lowercase()),
                c if is_as_written(c) => into.push(c),
                c => into.extend(std::iter::once(c).nfkc().flat_map(char::to_lowercase)),
            }
            continue;
        }
        let mut end = at + c.len_utf8();
        while let Some((at, mark)) = rest.next_if(|(_, next)| is_mark(*next)) {
            end = at + mark.len_utf8();
        }
        into.extend(text[at..end].nfkc().flat_map(char::to_lowercase));
    }
}

/// What may become one with the letter before it. The commonest ranges first: this is asked of
/// every character.
fn is_mark(c: char) -> bool {
    match c {
        '\0'..='\u{2FF}'
        | '\u{3000}'..='\u{3029}'
        | '\u{3030}'..='\u{3098}'
        | '\u{30A0}'..='\u{30FF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{FF00}'..='\u{FF9D}' => false,
        // Halves of Korean syllables, and the half-wide marks on Japanese letters.
        '\u{1160}'..='\u{11FF}' | '\u{FF9E}' | '\u{FF9F}' => true,
        c => is_combining_mark(c),
    }
}

/// What folding leaves as it is.
fn is_as_written(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{4E00}'..='\u{9FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(typed: &str, text: &'t str) -> Vec<&'t str> {
        let needle = Needle::new(typed).unwrap();
        let places = needle.places(text);
        assert_eq!(needle.is_in(text, &mut String::new()), !places.is_empty(), "{typed} {text}");
        places.into_iter().map(|place| &text[place]).collect()
    }

    #[test]
    fn any_part_is_found_whatever_its_case_width_and_form() {
        let cases: &[(&str, &str, &[&str])] = &[
            ("书", "周末去不去图书馆？", &["书"]),
            ("图书", "周末去不去图书馆？图书", &["图书", "图书"]),
            ("去去", "去不去", &[]),
            ("lab", "Lab report, LAB, ｌａｂ", &["Lab", "LAB", "ｌａｂ"]),
            ("ｌａｂ", "my lab", &["lab"]),
            ("？", "what?", &["?"]),
            ("😄", "好😄😄", &["😄", "😄"]),
            ("👍", "👍🏽", &["👍"]),
            ("café", "Cafe\u{301} CAFÉ cafe", &["Cafe\u{301}", "CAFÉ"]),
            ("ガ", "ｶﾞｶ", &["ｶﾞ"]),
            ("fi", "ﬁne", &["ﬁ"]),
            ("i", "ﬁne", &["ﬁ"]),
            ("ß", "Straße", &["ß"]),
            ("한", "\u{1112}\u{1161}\u{11AB}", &["\u{1112}\u{1161}\u{11AB}"]),
            ("שלום", "אמר שלום", &["שלום"]),
            ("  a b ", "xA By", &["A B"]),
            ("aa", "aaaa", &["aa", "aa"]),
            ("株式", "㍿", &["㍿"]),
        ];
        for (typed, text, expected) in cases {
            assert_eq!(found(typed, text), *expected, "{typed} in {text}");
        }
        assert_eq!(Needle::new(" \u{3000} "), None);
        assert!(Needle::is_short_enough(&"字".repeat(NEEDLE_CHARS_MAX)));
        assert!(!Needle::is_short_enough(&"字".repeat(NEEDLE_CHARS_MAX + 1)));
    }

    #[test]
    fn a_letter_on_its_own_is_what_the_whole_text_says_of_it() {
        let text = "ÀÉ 全角ＡＢＣ１２３ ①② ﾊﾟｿｺﾝ Ǆ ½ ™ ａ\u{301}";
        let mut by_letters = String::new();
        fold(text, &mut by_letters, |_, _| {});
        let whole: String = text.nfkc().flat_map(char::to_lowercase).collect();
        assert_eq!(by_letters, whole);
        for c in ('\u{3000}'..='\u{30FF}').chain('\u{4E00}'..='\u{9FFF}') {
            let folded: String = std::iter::once(c).nfkc().flat_map(char::to_lowercase).collect();
            assert!(!is_as_written(c) || folded == c.to_string(), "{c}");
            assert!(is_mark(c) == is_combining_mark(c), "{c}");
        }
    }
}
