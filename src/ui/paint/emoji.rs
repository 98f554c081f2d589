//! Emoji: finding them in a text, their short codes, and drawing them as pictures.
//!
//! Colour glyphs do not work in the toolkit's text on every system, so emoji never reach it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use fltk::enums::ColorDepth;
use fltk::image::{PngImage, RgbImage};
use fltk::prelude::ImageExt;

use super::emoji_table::TABLE;
use super::{Canvas, Icon, shape};
use crate::ui::theme::Colour;

/// Side of the bundled pictures.
const SIDE: usize = 72;
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

/// Splits a text where emoji begin and end.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut letters_start = 0;
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        let text_wanted = rest.peek().is_some_and(|(_, next)| *next == '\u{FE0E}');
        let found = BY_CHAR.get(&first).copied();
        if text_wanted || (found.is_none() && !is_unknown_emoji(first)) {
            continue;
        }
        if letters_start < start {
            pieces.push(Piece::Letters(&text[letters_start..start]));
        }
        let mut end = start + first.len_utf8();
        while let Some((at, next)) = rest.peek().copied() {
            if !belongs_to_emoji(next) {
                break;
            }
            end = at + next.len_utf8();
            rest.next();
        }
        let whole = &text[start..end];
        pieces.push(found.map_or(Piece::Unknown(whole), |id| Piece::Picture(id, whole)));
        letters_start = end;
    }
    if letters_start < text.len() {
        pieces.push(Piece::Letters(&text[letters_start..]));
    }
    pieces
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

fn is_unknown_emoji(c: char) -> bool {
    matches!(u32::from(c),
        0x1F1E6..=0x1F1FF | 0x1F300..=0x1F5FF | 0x1F600..=0x1F64F | 0x1F680..=0x1F6FF
        | 0x1F7E0..=0x1F7EB | 0x1F900..=0x1F9FF | 0x1FA70..=0x1FAFF)
        && !is_skin(c)
}

fn belongs_to_emoji(c: char) -> bool {
    is_skin(c) || matches!(c, '\u{FE0F}' | '\u{200D}' | '\u{20E3}')
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

    /// Draws the stand-in of an emoji that is not bundled.
    pub fn unknown_emoji(&self, x: i32, y: i32, size: i32) {
        self.icon(Icon::Emoji, x, y, size, Colour::Ink3);
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
