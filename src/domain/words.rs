//! Short texts that people write about themselves and others: bounded, readable, without tricks.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_properties::UnicodeEmoji;
use unicode_segmentation::UnicodeSegmentation;

use super::nickname::is_unseen;

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
    /// Over so many lines.
    #[error("at most {0} lines")]
    Lines(usize),
    /// A control, invisible or direction character, or letters with many marks.
    #[error("no control, invisible or direction characters, and no letters with many marks")]
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

    /// Most lines.
    #[must_use]
    pub const fn lines_max(self) -> usize {
        match self {
            Words::About => 20,
            Words::Announcement => 50,
            _ => 1,
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
        if has_forbidden_character(&text, self.lines_max() > 1) {
            return Err(WordsError::Character);
        }
        match text.split('\n').count() > self.lines_max() {
            true => Err(WordsError::Lines(self.lines_max())),
            false => Ok(text),
        }
    }
}

fn has_forbidden_character(text: &str, lines: bool) -> bool {
    let (mut marks, mut before) = (0, None);
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let joins = joins_emoji(before, c, rest.clone().next());
        marks = if is_combining_mark(c) && !joins { marks + 1 } else { 0 };
        let controls = c.is_control() && !(lines && c == '\n');
        let breaks = matches!(c, '\u{2028}' | '\u{2029}');
        let unseen = is_unseen(c) && !joins;
        if marks > MARKS_PER_BASE_MAX || controls || breaks || unseen {
            return true;
        }
        before = Some(c);
    }
    false
}

/// Whether an invisible character is a part of an emoji: a joiner between two of them, a variation
/// selector behind one, the cap of a key, the letters inside a flag.
fn joins_emoji(before: Option<char>, c: char, after: Option<char>) -> bool {
    let is_tag = |c: char| matches!(c, '\u{E0020}'..='\u{E007F}');
    let Some(before) = before else { return false };
    match c {
        '\u{200D}' => {
            let is_end = before.is_emoji_char() || matches!(before, '\u{FE0F}');
            is_end && after.is_some_and(UnicodeEmoji::is_emoji_char)
        }
        '\u{FE0E}' | '\u{FE0F}' => before.is_emoji_char(),
        '\u{20E3}' => before.is_emoji_char() || matches!(before, '\u{FE0F}'),
        c if is_tag(c) => before == '\u{1F3F4}' || is_tag(before),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLAND: &str = "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}";

    #[test]
    fn each_rule_has_its_own_answer() {
        let long = "字".repeat(61);
        let [many, most] = [20, 19].map(|breaks| format!("a{}b", "\n".repeat(breaks)));
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
            (Words::Group, "\u{200B}\u{200B}", Err(WordsError::Character)),
            (Words::Remark, "\u{3164}", Err(WordsError::Character)),
            (Words::Remark, "\u{200D}", Err(WordsError::Character)),
            (Words::Signature, "a\u{200D}b", Err(WordsError::Character)),
            (Words::Signature, "a\u{FE0F}", Err(WordsError::Character)),
            (Words::Signature, "\u{2800}\u{2800}", Err(WordsError::Character)),
            (Words::Signature, "\u{A0}\u{3000}", Ok("")),
            (Words::Signature, "1\u{FE0F}\u{20E3} ☺\u{FE0E}", Ok("1\u{FE0F}\u{20E3} ☺\u{FE0E}")),
            (Words::Signature, ENGLAND, Ok(ENGLAND)),
            (Words::Signature, &ENGLAND[4..], Err(WordsError::Character)),
            (Words::About, &many, Err(WordsError::Lines(20))),
            (Words::About, &most, Ok(&most)),
        ];
        for (words, text, expected) in cases {
            assert_eq!(words.parse(text), expected.map(str::to_owned), "{text:?}");
        }
        let zalgo = format!("a{}", "\u{301}".repeat(10_000));
        assert_eq!(Words::About.parse(&zalgo), Err(WordsError::TooLong(200)));
    }
}
