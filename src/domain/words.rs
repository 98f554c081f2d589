//! Short texts that people write about themselves and others: bounded, readable, without tricks.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// Marks that may stand on one base letter; more is decoration that covers other lines.
const MARKS_PER_BASE_MAX: usize = 2;

/// What a text is for, which says how long it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// The line under a name.
    Signature,
    /// Class or department.
    Class,
    /// A few lines about oneself.
    About,
    /// What one calls a friend.
    Remark,
    /// What goes with a friend request.
    Greeting,
    /// Why a request is declined.
    Reason,
    /// The name of a group of friends.
    Group,
    /// What one is called in a room.
    Card,
    /// What is on a room's wall.
    Announcement,
}

/// Why a text cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// Over so many characters.
    #[error("at most {0} characters")]
    TooLong(usize),
    /// A control or direction character, or letters with many marks.
    #[error("no control or direction characters, and no letters with many marks")]
    Character,
}

impl Words {
    /// Longest text, in graphemes: what a reader counts as letters.
    #[must_use]
    pub const fn graphemes_max(self) -> usize {
        match self {
            Words::Signature => 60,
            Words::Class => 24,
            Words::About => 200,
            Words::Greeting | Words::Reason => 50,
            Words::Remark | Words::Group | Words::Card => 16,
            Words::Announcement => 500,
        }
    }

    /// Reads what a person typed: trims, normalises (NFC), then holds it against the rules. An
    /// empty text is one.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn parse(self, text: &str) -> Result<String, WordsError> {
        let longest = self.graphemes_max();
        // A letter of a joined emoji can have 35 bytes; nothing but decoration needs more.
        let bytes_max = longest * 12 + 64;
        if text.len() > bytes_max * 2 {
            return Err(WordsError::TooLong(longest));
        }
        let text: String = text.trim().nfc().collect();
        if text.len() > bytes_max || text.graphemes(true).count() > longest {
            return Err(WordsError::TooLong(longest));
        }
        let lines = matches!(self, Words::About | Words::Announcement);
        match has_forbidden_character(&text, lines) {
            true => Err(WordsError::Character),
            false => Ok(text),
        }
    }
}

fn has_forbidden_character(text: &str, lines: bool) -> bool {
    let mut marks = 0;
    text.chars().any(|c| {
        let joins = matches!(c, '\u{200D}' | '\u{FE0E}' | '\u{FE0F}' | '\u{20E3}');
        marks = if is_combining_mark(c) && !joins { marks + 1 } else { 0 };
        let turns = matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}');
        let controls = c.is_control() && !(lines && c == '\n');
        let breaks = matches!(c, '\u{2028}' | '\u{2029}');
        marks > MARKS_PER_BASE_MAX || turns || controls || breaks
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_has_its_own_answer() {
        let long = "字".repeat(61);
        let cases = [
            (Words::Signature, "  期中加油  ", Ok("期中加油")),
            (Words::Signature, "", Ok("")),
            (
                Words::Signature,
                "👨\u{200D}👩\u{200D}👧 ❤\u{FE0F}",
                Ok("👨\u{200D}👩\u{200D}👧 ❤\u{FE0F}"),
            ),
            (Words::Signature, "e\u{301}", Ok("\u{E9}")),
            (Words::Signature, &long, Err(WordsError::TooLong(60))),
            (Words::Signature, "a\nb", Err(WordsError::Character)),
            (Words::About, "a\nb", Ok("a\nb")),
            (Words::About, "a\tb", Err(WordsError::Character)),
            (Words::Remark, "a\u{202E}b", Err(WordsError::Character)),
            (Words::Greeting, "a\u{300}\u{301}\u{302}\u{303}", Err(WordsError::Character)),
        ];
        for (words, text, expected) in cases {
            assert_eq!(words.parse(text), expected.map(str::to_owned), "{text:?}");
        }
        let zalgo = format!("a{}", "\u{301}".repeat(10_000));
        assert_eq!(Words::About.parse(&zalgo), Err(WordsError::TooLong(200)));
    }
}
