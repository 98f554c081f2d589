//! Nicknames: what people may call themselves, and when two are too alike.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_security::confusable_detection::skeleton;
use unicode_segmentation::UnicodeSegmentation;

/// Longest nickname in graphemes, what a reader counts as letters.
pub const GRAPHEMES_MAX: usize = 16;
/// Marks that may stand on one base letter; more is decoration that covers other lines.
const MARKS_PER_BASE_MAX: usize = 2;
/// Bytes of a grapheme of a name in the long run, whatever it is made of.
const BYTES_PER_GRAPHEME: usize = 8;
/// Names that would pass for the server or its admins.
const RESERVED: [&str; 12] = [
    "admin",
    "administrator",
    "root",
    "system",
    "server",
    "mychat",
    "lobby",
    "管理员",
    "系统",
    "服务器",
    "大厅",
    "客服",
];

/// A name that obeys the rules, in Unicode normal form C.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nickname(String);

/// Why a text is no nickname. Each has its own sentence for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NicknameError {
    /// Nothing but space.
    #[error("a nickname needs at least one character")]
    Empty,
    /// Over [`GRAPHEMES_MAX`].
    #[error("a nickname has at most {GRAPHEMES_MAX} characters")]
    TooLong,
    /// A character that cannot be seen or that turns the text around.
    #[error("a nickname has no control, invisible or direction characters")]
    Character,
    /// Digits only would be read as an account number.
    #[error("a nickname is not a number, since numbers are accounts")]
    Number,
    /// One of the names kept for the server.
    #[error("this nickname is kept for the server")]
    Reserved,
}

impl Nickname {
    /// Reads what a person typed: trims, normalises, then holds it against the rules.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn parse(text: &str) -> Result<Self, NicknameError> {
        let name = cleaned(text, GRAPHEMES_MAX)?;
        if name.chars().all(char::is_numeric) {
            return Err(NicknameError::Number);
        }
        let nickname = Nickname(name);
        let own = nickname.skeleton();
        if own.is_empty() {
            return Err(NicknameError::Character);
        }
        if RESERVED.iter().any(|reserved| skeleton_of(reserved) == own) {
            return Err(NicknameError::Reserved);
        }
        Ok(nickname)
    }

    /// The name as shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two names share when a reader could take one for the other (UTS 39).
    #[must_use]
    pub fn skeleton(&self) -> String {
        skeleton_of(&self.0)
    }
}

impl fmt::Display for Nickname {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads a name as a person typed it: trimmed, in normal form C, without what cannot be seen or turns
/// the text around.
pub(super) fn cleaned(text: &str, graphemes_max: usize) -> Result<String, NicknameError> {
    let bytes_max = graphemes_max * BYTES_PER_GRAPHEME;
    if text.len() > bytes_max * 4 {
        return Err(NicknameError::TooLong);
    }
    // Emoji or text, it is the same name.
    let plain = text.chars().filter(|c| !matches!(c, '\u{FE0E}' | '\u{FE0F}'));
    let name = plain.collect::<String>().trim().nfc().collect::<String>();
    if name.is_empty() {
        return Err(NicknameError::Empty);
    }
    if name.len() > bytes_max || name.graphemes(true).count() > graphemes_max {
        return Err(NicknameError::TooLong);
    }
    match has_forbidden_character(&name) {
        true => Err(NicknameError::Character),
        false => Ok(name),
    }
}

/// The UTS 39 skeleton without case and space.
///
/// A letter may look like another in one case only: a Cyrillic `К` is a Latin `K`, a small `к` is no
/// `k`. So each letter stands for what its capital looks like, where that is a letter of ASCII, and
/// else for what it looks like itself. Folding case turns the look-alike pair `I` and `l` into `i` and
/// `l`, which UTS 39 holds apart: they are joined again here.
fn skeleton_of(name: &str) -> String {
    let folded = name.nfkc().flat_map(char::to_lowercase).nfd();
    let seen: String = folded.map(looks_like).collect();
    seen.split_whitespace().flat_map(str::chars).map(|c| if c == 'i' { 'l' } else { c }).collect()
}

fn looks_like(letter: char) -> String {
    let small = |text: &str| skeleton(text).flat_map(char::to_lowercase).collect::<String>();
    let capital: String = letter.to_uppercase().collect();
    let by_capital = small(&small(&capital));
    match by_capital.is_ascii() {
        true => by_capital,
        false => small(&letter.to_string()),
    }
}

fn has_forbidden_character(name: &str) -> bool {
    let mut marks = 0;
    if name.starts_with(is_combining_mark) {
        return true;
    }
    for c in name.chars() {
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        if marks > MARKS_PER_BASE_MAX {
            return true;
        }
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
        if forbidden || is_unseen(c) {
            return true;
        }
    }
    false
}

/// What draws nothing though its category does not say so (`Default_Ignorable_Code_Point` of the
/// Unicode Character Database, and the blank Braille pattern).
pub(super) fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_has_its_own_answer() {
        let cases = [
            ("青柠", None),
            ("  Lime  ", None),
            ("a", None),
            ("👨‍👩‍👧", Some(NicknameError::Character)),
            ("😄", None),
            ("   ", Some(NicknameError::Empty)),
            ("一二三四五六七八九十一二三四五六七", Some(NicknameError::TooLong)),
            ("ab\u{202E}c", Some(NicknameError::Character)),
            ("a\u{200B}b", Some(NicknameError::Character)),
            ("a\u{0300}\u{0301}\u{0302}\u{0303}\u{0304}", Some(NicknameError::Character)),
            ("a\nb", Some(NicknameError::Character)),
            ("10001", Some(NicknameError::Number)),
            ("１０００１", Some(NicknameError::Number)),
            ("Admin", Some(NicknameError::Reserved)),
            ("аdmin", Some(NicknameError::Reserved)),
            ("管理员", Some(NicknameError::Reserved)),
            ("❤\u{FE0F}", None),
            ("+10001", None),
            ("\u{FE0F}", Some(NicknameError::Empty)),
            ("\u{34F}", Some(NicknameError::Character)),
            ("a\u{17B4}", Some(NicknameError::Character)),
            ("\u{E0100}", Some(NicknameError::Character)),
            ("\u{301}a", Some(NicknameError::Character)),
        ];
        for (text, expected) in cases {
            assert_eq!(Nickname::parse(text).err(), expected, "{text:?}");
        }
        assert_eq!(Nickname::parse(&"x".repeat(10_000)), Err(NicknameError::TooLong));
    }

    #[test]
    fn names_that_look_alike_share_a_skeleton() {
        let same = [
            ("Lime", "lime"),
            ("paypal", "pаypal"),
            ("bill", "biIl"),
            ("a b", "ab"),
            ("Bob", "Вob"),
            ("Kate", "Кate"),
            ("Momo", "Мoмo"),
            ("Tom", "ТОМ"),
            ("king", "Кinɡ"),
            ("José", "Jose\u{301}"),
            ("O1O", "o1o"),
        ];
        for (a, b) in same {
            let (a, b) = (Nickname::parse(a).unwrap(), Nickname::parse(b).unwrap());
            assert_eq!(a.skeleton(), b.skeleton(), "{a} {b}");
        }
        for (a, b) in [("青柠", "青拧"), ("Lime", "Lima"), ("cat", "cot"), ("Straße", "Strabe")]
        {
            let (a, b) = (Nickname::parse(a).unwrap(), Nickname::parse(b).unwrap());
            assert_ne!(a.skeleton(), b.skeleton(), "{a} {b}");
        }
    }
}
