//! Emoji: finding them in a text, their short codes, and drawing them as pictures.
//!
//! Colour glyphs do not work in the toolkit's text on every system, so emoji never reach it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use fltk::enums::ColorDepth;
use fltk::image::{PngImage, RgbImage};
use fltk::prelude::ImageExt;
use unicode_properties::UnicodeEmoji as _;
use unicode_properties::emoji::EmojiStatus;
use unicode_segmentation::UnicodeSegmentation as _;

use super::emoji_table::TABLE;
use super::text::{Align, is_in_sans};
use super::{Canvas, Rect, shape};
use crate::ui::theme::{Colour, Style};

/// Side of the bundled pictures.
const SIDE: usize = 72;
/// Wants what stands before it as a letter; as a picture; on a key.
const VARIANT_TEXT: char = '\u{FE0E}';
const VARIANT_EMOJI: char = '\u{FE0F}';
const KEY: char = '\u{20E3}';
/// Two of these letters are a flag.
const REGIONAL_A: u32 = 0x1F1E6;
const REGIONAL_Z: u32 = 0x1F1FF;
/// How many scaled pictures are kept; a screen full of different ones fits.
const KEPT_MAX: usize = 256;

thread_local! {
    static KEPT: RefCell<HashMap<(EmojiId, i32), RgbImage>> = RefCell::new(HashMap::new());
}

/// A bundled emoji.
pub struct Emoji {
    /// The character.
    pub text: &'static str,
    /// Its short code in Chinese, without brackets.
    pub chinese: &'static str,
    /// Its short code in English, without brackets.
    pub english: &'static str,
    pub(super) png: &'static [u8],
}

/// Its place in [`all`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmojiId(pub usize);

/// What a text holds, piece by piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Letters.
    Letters(&'a str),
    /// A bundled emoji, with what belongs to it (skin, selector).
    Picture(EmojiId, &'a str),
    /// An emoji that is not bundled.
    Unknown(&'a str),
}

/// The language of short codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codes {
    /// `[苦笑]`
    Chinese,
    /// `[sweat]`
    English,
}

/// All bundled emoji.
#[must_use]
pub fn all() -> &'static [Emoji] {
    TABLE
}

static BY_CHAR: LazyLock<HashMap<char, EmojiId>> = LazyLock::new(|| {
    let first = |(id, emoji): (usize, &Emoji)| Some((emoji.text.chars().next()?, EmojiId(id)));
    TABLE.iter().enumerate().filter_map(first).collect()
});

/// The bundled emoji that a text begins with.
#[must_use]
pub fn find(text: &str) -> Option<EmojiId> {
    BY_CHAR.get(&text.chars().next()?).copied()
}

/// Splits a text where emoji begin and end. What is joined into one emoji is one piece: it is never drawn
/// as the faces that it is joined of, which would say something else.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    // Most texts have none, and are looked at once.
    if !text.chars().any(|c| c == VARIANT_EMOJI || is_emoji(c)) {
        return if text.is_empty() { Vec::new() } else { vec![Piece::Letters(text)] };
    }
    let mut pieces = Vec::new();
    let mut letters_start = 0;
    for (start, whole) in text.grapheme_indices(true) {
        let Some(piece) = emoji_of(whole) else { continue };
        if letters_start < start {
            pieces.push(Piece::Letters(&text[letters_start..start]));
        }
        pieces.push(piece);
        letters_start = start + whole.len();
    }
    if letters_start < text.len() {
        pieces.push(Piece::Letters(&text[letters_start..]));
    }
    pieces
}

/// One letter of a text, if it is an emoji. A skin and how it is wanted do not tell it from the bundled
/// one.
fn emoji_of(whole: &str) -> Option<Piece<'_>> {
    let first = whole.chars().next()?;
    let mut rest = whole.chars().skip(1);
    let is_wanted = |c| c == VARIANT_EMOJI && first.is_emoji_char() && !is_in_sans(first);
    let is_one =
        is_emoji(first) || whole.ends_with(KEY) || rest.clone().next().is_some_and(is_wanted);
    if !is_one || rest.clone().next() == Some(VARIANT_TEXT) {
        return None;
    }
    let is_bundled = rest.all(|c| is_skin(c) || c == VARIANT_EMOJI);
    Some(match BY_CHAR.get(&first).filter(|_| is_bundled) {
        Some(id) => Piece::Picture(*id, whole),
        None => Piece::Unknown(whole),
    })
}

/// What stands on the tile of an emoji that is not bundled: the letters of a flag, the sign of a key.
#[must_use]
pub fn tile_letters(whole: &str) -> String {
    let regional = |c: char| match u32::from(c) {
        code @ REGIONAL_A..=REGIONAL_Z => char::from_u32(code - REGIONAL_A + u32::from('A')),
        _ => None,
    };
    let letters: String = whole.chars().filter_map(regional).collect();
    match whole.chars().next() {
        _ if !letters.is_empty() => letters,
        Some(first) if whole.ends_with(KEY) => first.into(),
        _ => "?".to_owned(),
    }
}

/// Whether a text is one to three emoji and nothing else: those are drawn large.
#[must_use]
pub fn is_only_emoji(text: &str) -> bool {
    let pieces = pieces(text.trim());
    let pictures = pieces.iter().all(|piece| match piece {
        Piece::Letters(text) => text.trim().is_empty(),
        Piece::Picture(..) | Piece::Unknown(_) => true,
    });
    let count = pieces.iter().filter(|piece| !matches!(piece, Piece::Letters(_))).count();
    pictures && (1..=3).contains(&count)
}

/// The short code of a bundled emoji, in brackets, for input boxes.
#[must_use]
pub fn code(EmojiId(id): EmojiId, codes: Codes) -> String {
    let code = TABLE.get(id).map_or("", |emoji| match codes {
        Codes::Chinese => emoji.chinese,
        Codes::English => emoji.english,
    });
    format!("[{code}]")
}

fn is_emoji(c: char) -> bool {
    c == KEY || (c >= '\u{A9}' && BY_CHAR.contains_key(&c)) || is_unknown_emoji(c)
}

fn is_unknown_emoji(c: char) -> bool {
    match u32::from(c) {
        REGIONAL_A..=REGIONAL_Z
        | 0x1F300..=0x1F5FF
        | 0x1F600..=0x1F64F
        | 0x1F680..=0x1F6FF
        | 0x1F7E0..=0x1F7EB
        | 0x1F900..=0x1F9FF
        | 0x1FA70..=0x1FAFF => true,
        // Among signs and arrows, and on cards and squares. The others there are letters unless a
        // selector stands behind them.
        0x231A..=0x2B55 | 0x1F004..=0x1F251 => is_picture_by_itself(c),
        _ => false,
    }
}

/// Whether a sign is meant as a picture where nothing says how it is wanted, and no face has it.
fn is_picture_by_itself(c: char) -> bool {
    use EmojiStatus as Is;
    let is_picture = matches!(
        c.emoji_status(),
        Is::EmojiPresentation
            | Is::EmojiPresentationAndModifierBase
            | Is::EmojiPresentationAndEmojiComponent
            | Is::EmojiPresentationAndModifierAndEmojiComponent
    );
    is_picture && !is_in_sans(c)
}

fn is_skin(c: char) -> bool {
    matches!(c, '\u{1F3FB}'..='\u{1F3FF}')
}

impl Canvas {
    /// Draws a bundled emoji.
    pub fn emoji(&self, id: EmojiId, x: i32, y: i32, size: i32) {
        let side = self.length(size);
        KEPT.with_borrow_mut(|kept| {
            if kept.len() >= KEPT_MAX {
                kept.clear();
            }
            if !kept.contains_key(&(id, side))
                && let Some(image) = scaled(id, side)
            {
                kept.insert((id, side), image);
            }
            if let Some(image) = kept.get_mut(&(id, side)) {
                self.image(image, x, y);
            }
        });
    }

    /// Draws the stand-in of an emoji that is not bundled: a tile, which is no face.
    pub fn unknown_emoji(&self, whole: &str, x: i32, y: i32, size: i32) {
        let area = Rect::new(x, y, size, size).inset(1);
        self.card(area, size / 5, Colour::Sunken, Colour::Field, 1);
        let letters = tile_letters(whole);
        let letters_size = if letters.chars().count() > 1 { size / 2 } else { size * 3 / 5 };
        let style = Style::MICRO.bold().sized(letters_size, size - 2);
        self.text_in(style, Colour::Ink2, area, Align::Centre, &letters);
    }
}

fn scaled(id: EmojiId, side: i32) -> Option<RgbImage> {
    let png = PngImage::from_data(TABLE.get(id.0)?.png).ok()?;
    let rgba = png.to_rgb().ok()?.convert(ColorDepth::Rgba8).ok()?.to_rgb_data();
    let pixels = shape::shrink(&rgba, SIDE, usize::try_from(side).ok()?);
    RgbImage::new(&pixels, side, side, ColorDepth::Rgba8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> EmojiId {
        BY_CHAR[&text.chars().next().unwrap()]
    }

    #[test]
    fn a_text_is_cut_where_emoji_stand() {
        let cases: [(&str, Vec<Piece>); 6] = [
            ("好", vec![Piece::Letters("好")]),
            (
                "好😄呀",
                vec![Piece::Letters("好"), Piece::Picture(id("😄"), "😄"), Piece::Letters("呀")],
            ),
            ("❤\u{FE0F}", vec![Piece::Picture(id("❤"), "❤\u{FE0F}")]),
            ("👍\u{1F3FD}!", vec![Piece::Picture(id("👍"), "👍\u{1F3FD}"), Piece::Letters("!")]),
            ("🦖", vec![Piece::Unknown("🦖")]),
            ("", vec![]),
        ];
        for (text, expected) in cases {
            assert_eq!(pieces(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_joined_into_one_emoji_is_one_tile_and_no_other_face() {
        let joined = [
            "🇨🇳",
            "👩🏽\u{200D}🚀",
            "👨\u{200D}👩\u{200D}👧",
            "🏳\u{FE0F}\u{200D}🌈",
            "❤\u{FE0F}\u{200D}🔥",
            "1\u{FE0F}\u{20E3}",
        ];
        for whole in joined {
            assert_eq!(pieces(whole), [Piece::Unknown(whole)], "{whole}");
            let text = format!("好{whole}{whole}呀");
            let expected = [
                Piece::Letters("好"),
                Piece::Unknown(whole),
                Piece::Unknown(whole),
                Piece::Letters("呀"),
            ];
            assert_eq!(pieces(&text), expected, "{whole}");
        }
        assert_eq!(joined.map(tile_letters), ["CN", "?", "?", "?", "?", "1"]);
        for letters in ["❤\u{FE0E}", "a\u{1F3FD}", "①", "1", "→"] {
            assert_eq!(pieces(letters), [Piece::Letters(letters)], "{letters}");
        }
    }

    #[test]
    fn a_picture_among_signs_is_a_tile_where_no_face_has_it() {
        let signs = ["🦖", "⏰", "⛵", "🀄", "🆗", "⚗\u{FE0F}"];
        for sign in signs {
            let found = find(sign).map_or(Piece::Unknown(sign), |id| Piece::Picture(id, sign));
            assert_eq!(pieces(sign), [found], "{sign}");
        }
    }

    #[test]
    fn up_to_three_emoji_alone_are_large() {
        for (text, expected) in
            [("😂", true), ("😂 👍", true), ("😂😂😂😂", false), ("好😂", false), ("", false)]
        {
            assert_eq!(is_only_emoji(text), expected, "{text}");
        }
    }

    #[test]
    fn no_code_is_used_twice() {
        let codes = [Codes::Chinese, Codes::English];
        let all: std::collections::BTreeSet<String> =
            (0..TABLE.len()).flat_map(|id| codes.map(|codes| code(EmojiId(id), codes))).collect();
        assert_eq!(all.len(), TABLE.len() * 2);
        assert_eq!(BY_CHAR.len(), TABLE.len());
    }
}
