//! What a file is called: a label for people, never a way to a place.

use unicode_normalization::UnicodeNormalization;

use super::nickname::is_unseen;

/// The longest label, in bytes.
pub const FILE_NAME_BYTES_MAX: usize = 120;

/// A label from whatever a file is called: its base name, without what some system would read as
/// more than a letter. Cleaning it again changes nothing; nothing that can be kept is empty.
#[must_use]
pub fn file_name(text: &str) -> String {
    let base = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_kept = |c: &char| {
        !c.is_control() && !is_unseen(*c) && !matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|')
    };
    // Letters stand together only when what was between them is gone.
    let whole: String = base.chars().filter(is_kept).nfc().collect();
    let name = shorten(trim(&whole), FILE_NAME_BYTES_MAX);
    // Looked at when nothing of it goes any more: what is left may be a device where all of it was none.
    match is_reserved(&name) {
        true => format!("_{}", shorten(&name, FILE_NAME_BYTES_MAX - 1)),
        false => name,
    }
}

/// What comes behind the dot says what it is, and stays.
fn shorten(name: &str, bytes_max: usize) -> String {
    if name.len() <= bytes_max {
        return name.to_owned();
    }
    let dot = name.rfind('.').filter(|dot| name.len() - dot <= 16).unwrap_or(name.len());
    let (stem, ending) = name.split_at(dot);
    let stem = &stem[..stem.floor_char_boundary(bytes_max - ending.len())];
    format!("{}{ending}", trim(stem))
}

fn trim(name: &str) -> &str {
    name.trim_matches(|c: char| c == '.' || c.is_whitespace())
}

/// Names that Windows keeps for devices, with any ending.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let is_numbered = |kind: &str| {
        let number = stem.strip_prefix(kind);
        // The raised digits are digits to it.
        let is_raised = matches!(number, Some("¹" | "²" | "³"));
        is_raised || number.is_some_and(|rest| rest.parse::<u8>().is_ok_and(|number| number <= 9))
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || is_numbered("COM")
        || is_numbered("LPT")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_label_is_a_base_name_without_tricks() {
        let long = format!("{}.png", "图".repeat(80));
        let cases = [
            ("v-t.png", "v-t.png"),
            ("/me/v t.png", "v t.png"),
            ("..\\..\\evil.exe", "evil.exe"),
            ("../..", ""),
            ("a:b*c?\"<>|.png", "abc.png"),
            ("exe\u{202E}gnp.png", "exegnp.png"),
            (" . name. . ", "name"),
            ("con.png", "_con.png"),
            ("COM3", "_COM3"),
            ("com².log", "_com².log"),
            ("conout$", "_conout$"),
            ("common.png", "common.png"),
            ("e\u{301}.png", "é.png"),
            ("\u{11370}:\u{e48}", "\u{e48}\u{11370}"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(file_name(text), expected, "{text:?}");
        }
        let short = file_name(&long);
        assert!(short.len() <= FILE_NAME_BYTES_MAX && short.ends_with("图.png"), "{short}");
        let device = format!("con{}x", " ".repeat(FILE_NAME_BYTES_MAX));
        assert_eq!(file_name(&device), "_con", "what is left is a device");
    }

    proptest! {
        #[test]
        fn cleaning_again_changes_nothing(text in "(\\PC|[./\\\\: ]){0,80}") {
            let once = file_name(&text);
            prop_assert!(once.len() <= FILE_NAME_BYTES_MAX);
            prop_assert_eq!(file_name(&once), once);
        }
    }
}
