//! Lines of text: which face draws which character, how wide it is, and where its baseline lies.

use std::cell::RefCell;
use std::collections::HashMap;

use fltk::draw;
use fltk::enums::{Color, Font};
use unicode_normalization::char::is_combining_mark;

use super::canvas::{device, round};
use super::emoji::{self, EmojiId, Piece};
use super::{Canvas, Rect};
use crate::ui::fonts;
use crate::ui::theme::{Colour, Face, Rgb, Style};

/// So many marks are drawn on one letter; those that words need are fewer. Further ones would lie over
/// one another, or beside the letter where a font gives them a width.
const MARKS_MAX: usize = 4;
/// How many widths are kept: all characters of the faces in a few sizes.
const WIDTHS_MAX: usize = 200_000;

static SANS: &[u8; 0x2000] = include_bytes!("../../../assets/fonts/sans.bits");
static BOLD: &[u8; 0x2000] = include_bytes!("../../../assets/fonts/sans-bold.bits");

thread_local! {
    static WIDTHS: RefCell<HashMap<(i32, i32, char), f32>> = RefCell::new(HashMap::new());
}

/// Where a line stands between the left and the right edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// At the left edge.
    Left,
    /// In the middle.
    Centre,
    /// At the right edge.
    Right,
}

/// Something drawn in one go.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Run<'a> {
    Glyphs(Font, &'a str),
    Emoji(EmojiId),
    Unknown(&'a str),
}

/// Device pixels in one px on the first screen.
#[must_use]
pub fn screen_scale() -> f32 {
    let scale = fltk::app::screen_scale(0);
    if scale > 0.1 { scale } else { 1.0 }
}

/// The width of a line in px.
#[must_use]
pub fn width(style: Style, text: &str) -> i32 {
    let scale = screen_scale();
    ceil(device_width(style, text, scale) / scale)
}

/// The width of one character in px, not rounded. Emoji count as their picture.
#[must_use]
pub fn char_width(style: Style, c: char) -> f32 {
    let scale = screen_scale();
    slot(style.face, c).map_or(0.0, |font| glyph_width(font, font_size(style, scale), c) / scale)
}

/// The characters of a text that are drawn: not the marks beyond those that a letter bears.
pub fn drawn_chars(letters: &str) -> impl Iterator<Item = char> + '_ {
    let mut marks = MarksOfLetter::default();
    letters.chars().filter(move |c| marks.are_drawn_with(*c))
}

/// Counts the marks on a letter.
#[derive(Default)]
struct MarksOfLetter(usize);

impl MarksOfLetter {
    /// Whether the next character of a text is drawn, as far as marks go. What has no shape keeps no
    /// marks apart.
    fn are_drawn_with(&mut self, c: char) -> bool {
        if is_mark(c) {
            self.0 += 1;
        } else if !is_shapeless(c) {
            self.0 = 0;
        }
        self.0 <= MARKS_MAX
    }
}

/// Whether a character stands on the one before it.
#[must_use]
pub fn is_mark(c: char) -> bool {
    c >= '\u{300}' && !is_shapeless(c) && is_combining_mark(c)
}

/// Whether the embedded plain face has a character.
#[must_use]
pub fn is_in_sans(c: char) -> bool {
    is_shapeless(c) || covers(SANS, c)
}

/// The font that draws a character of the plain style; the plain one for what has no shape.
#[must_use]
pub fn letter_font(c: char) -> Font {
    slot(Face::Sans, c).unwrap_or(fonts::font(Face::Sans))
}

/// The font of a native input, which draws all of its text with one. Chinese needs the embedded
/// face, since a system need not have one; what that face lacks may be in one of the system's.
#[must_use]
pub fn input_font(face: Face, text: &str) -> Font {
    let plain = match face {
        Face::Mono | Face::MonoBold if text.is_ascii() => return fonts::font(face),
        Face::Bold => Face::Bold,
        Face::Sans | Face::Mono | Face::MonoBold => Face::Sans,
    };
    match text.chars().find(|c| !is_in_sans(*c)) {
        Some(other) if !needs_embedded(text) => slot(plain, other).unwrap_or(fonts::font(plain)),
        _ => fonts::font(plain),
    }
}

/// What a native input of one line can show of a text, and where the caret, a place in bytes,
/// stands in that. Line breaks and tabs become spaces. Emoji and what steers without being drawn
/// are left out, and so is what would need another font beside Chinese.
#[must_use]
pub fn for_input(text: &str, caret: usize) -> (String, usize) {
    let needs_embedded = needs_embedded(text);
    let mut shown = String::with_capacity(text.len());
    let (mut at, mut caret_shown) = (0, None);
    for piece in emoji::pieces(text) {
        let (letters, is_emoji) = match piece {
            Piece::Letters(letters) => (letters, false),
            Piece::Picture(_, letters) | Piece::Unknown(letters) => (letters, true),
        };
        for c in letters.chars() {
            if at >= caret {
                caret_shown.get_or_insert(shown.len());
            }
            at += c.len_utf8();
            let is_drawn = covers(SANS, c) || (!is_emoji && !needs_embedded);
            if matches!(c, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}') {
                if !shown.ends_with(' ') {
                    shown.push(' ');
                }
            } else if is_drawn && !is_shapeless(c) {
                shown.push(c);
            }
        }
    }
    let caret_shown = caret_shown.unwrap_or(shown.len());
    (shown, caret_shown)
}

/// Whether a text has letters that the embedded face is surest to have: those of East Asia.
fn needs_embedded(text: &str) -> bool {
    text.chars().any(|c| c >= '\u{2E80}' && covers(SANS, c))
}

/// How large an emoji is drawn in a line of this style.
#[must_use]
pub const fn emoji_size(style: Style) -> i32 {
    // 20 px beside letters of 14 px.
    (style.size * 10 + 3) / 7
}

/// Cuts a line so that it fits, with an ellipsis.
#[must_use]
pub fn fit(style: Style, text: &str, width_max: i32) -> String {
    if width(style, text) <= width_max {
        return text.to_string();
    }
    let room = width_max - width(style, "…");
    let mut kept = String::new();
    let mut used = 0;
    for piece in emoji::pieces(text) {
        match piece {
            Piece::Letters(letters) => {
                for c in drawn_chars(letters) {
                    used += ceil(char_width(style, c) * 8.0);
                    if used > room * 8 {
                        return finished(&kept);
                    }
                    kept.push(c);
                }
            }
            Piece::Picture(_, whole) | Piece::Unknown(whole) => {
                used += (emoji_size(style) + 2) * 8;
                if used > room * 8 {
                    return finished(&kept);
                }
                kept.push_str(whole);
            }
        }
    }
    kept
}

/// Cuts a file's name in the middle so that it fits: how it ends is kept.
#[must_use]
pub fn fit_name(style: Style, name: &str, width_max: i32) -> String {
    /// Letters before the ending that are kept with it.
    const BEFORE: usize = 3;
    if width(style, name) <= width_max {
        return name.to_owned();
    }
    let dot = name.rfind('.').filter(|dot| name.len() - dot <= 8).unwrap_or(name.len());
    let back = name[..dot].char_indices().rev().take(BEFORE).last().map_or(dot, |(at, _)| at);
    let (front, end) = name.split_at(back);
    let room = width_max - width(style, end);
    if room < width(style, "…") * 2 {
        return fit(style, name, width_max);
    }
    // What is cut from it ends with an ellipsis, also when nothing more would have to be cut.
    let mut kept = fit(style, front, room - width(style, "…"));
    if !kept.ends_with('…') {
        kept.push('…');
    }
    kept + end
}

fn finished(kept: &str) -> String {
    format!("{}…", kept.trim_end())
}

impl Canvas {
    /// Draws a line whose box begins at a point; returns its width in px.
    #[expect(clippy::must_use_candidate, reason = "drawn for its effect; the width is extra")]
    pub fn text(&self, style: Style, colour: Colour, x: i32, y: i32, text: &str) -> i32 {
        let start = device(self.px(x));
        let end = self.text_from(style, colour, (start, y), text);
        ceil((end - start) / self.scale())
    }

    /// Draws a sign in the middle of an area, heavier than its face has it: for faces that have no heavy
    /// one of it.
    pub fn heavy_sign(&self, style: Style, colour: Colour, area: Rect, sign: &str) {
        let y = area.y + (area.h - style.line).div_euclid(2);
        let x = device(self.px(area.x + (area.w - width(style, sign)) / 2));
        // So much of a letter's size is added to its strokes, in whole pixels of the screen.
        let more = (font_size(style, self.scale()) / 24).max(1);
        for shift in 0..=more {
            self.text_from(style, colour, (x + device(shift - more / 2), y), sign);
        }
    }

    /// Draws a line from a place, the first of it in pixels of the screen; returns where it ends.
    fn text_from(&self, style: Style, colour: Colour, (x, y): (f32, i32), text: &str) -> f32 {
        let Rgb(r, g, b) = colour.rgb();
        let scale = self.scale();
        let size = font_size(style, scale);
        let baseline = self.px(y) + device_baseline(style, scale);
        let mut at = x;
        for run in runs(style.face, text) {
            match run {
                Run::Glyphs(font, glyphs) => {
                    draw::set_draw_color(Color::from_rgb(r, g, b));
                    draw::set_font(font, size);
                    draw::draw_text_n(glyphs, round(at), baseline);
                }
                Run::Emoji(_) | Run::Unknown(_) => {
                    let side = emoji_size(style);
                    let left = round((at / scale) + 1.0);
                    let top = y + (style.line - side) / 2;
                    match run {
                        Run::Emoji(id) => self.emoji(id, left, top, side),
                        Run::Unknown(whole) => self.unknown_emoji(whole, left, top, side),
                        Run::Glyphs(..) => {}
                    }
                }
            }
            at += run_width(run, style, scale);
        }
        at
    }

    /// Draws a line in the middle of an area's height, cut where it is too long.
    pub fn text_in(&self, style: Style, colour: Colour, area: Rect, align: Align, text: &str) {
        let text = fit(style, text, area.w);
        let y = area.y + (area.h - style.line).div_euclid(2);
        let x = match align {
            Align::Left => area.x,
            Align::Centre => area.x + (area.w - width(style, &text)) / 2,
            Align::Right => area.right() - width(style, &text),
        };
        self.text(style, colour, x, y, &text);
    }
}

/// The size that the toolkit uses at a scale: it cuts, so that inputs and own text agree.
pub(super) fn font_size(style: Style, scale: f32) -> i32 {
    super::canvas::floor(device(style.size) * scale + 0.001)
}

fn device_baseline(style: Style, scale: f32) -> i32 {
    if (scale - 1.0).abs() < 0.001 {
        return style.baseline();
    }
    let size = font_size(style, scale);
    let line = round(device(style.line) * scale);
    Style { size, line, face: style.face }.baseline()
}

fn device_width(style: Style, text: &str, scale: f32) -> f32 {
    runs(style.face, text).into_iter().map(|run| run_width(run, style, scale)).sum()
}

fn run_width(run: Run<'_>, style: Style, scale: f32) -> f32 {
    match run {
        Run::Glyphs(font, text) => {
            let size = font_size(style, scale);
            text.chars().map(|c| glyph_width(font, size, c)).sum()
        }
        Run::Emoji(_) | Run::Unknown(_) => device(emoji_size(style) + 2) * scale,
    }
}

/// The width of a glyph in device pixels.
fn glyph_width(font: Font, size: i32, c: char) -> f32 {
    let key = (font.bits(), size, c);
    WIDTHS.with_borrow_mut(|widths| {
        if let Some(width) = widths.get(&key) {
            return *width;
        }
        if widths.len() >= WIDTHS_MAX {
            widths.clear();
        }
        let scale = draw::override_scale();
        draw::set_font(font, size);
        #[expect(clippy::cast_possible_truncation, reason = "a glyph is some pixels wide")]
        let width = draw::char_width(c) as f32;
        draw::restore_scale(scale);
        widths.insert(key, width);
        width
    })
}

fn runs(face: Face, text: &str) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    for piece in emoji::pieces(text) {
        match piece {
            Piece::Letters(letters) => glyph_runs(face, letters, &mut runs),
            Piece::Picture(id, _) => runs.push(Run::Emoji(id)),
            Piece::Unknown(whole) => runs.push(Run::Unknown(whole)),
        }
    }
    runs
}

fn glyph_runs<'a>(face: Face, letters: &'a str, runs: &mut Vec<Run<'a>>) {
    let mut start = 0;
    let mut current: Option<Font> = None;
    let mut marks = MarksOfLetter::default();
    for (at, c) in letters.char_indices() {
        let font = slot(face, c).filter(|_| marks.are_drawn_with(c));
        if at > 0 && font != current {
            runs.extend(current.map(|font| Run::Glyphs(font, &letters[start..at])));
            start = at;
        }
        current = font;
    }
    runs.extend(current.map(|font| Run::Glyphs(font, &letters[start..])));
}

/// Which of the toolkit's fonts draws a character; none for what has no shape.
fn slot(face: Face, c: char) -> Option<Font> {
    if is_shapeless(c) {
        return None;
    }
    let face = match face {
        Face::Bold if !covers(BOLD, c) => Face::Sans,
        Face::Mono | Face::MonoBold if !c.is_ascii() => Face::Sans,
        face => face,
    };
    if face != Face::Sans || covers(SANS, c) {
        return Some(fonts::font(face));
    }
    Some(match u32::from(c) {
        0x1100..=0x11FF
        | 0x2E80..=0xA4CF
        | 0xA960..=0xA97F
        | 0xAC00..=0xD7FF
        | 0xF900..=0xFAFF
        | 0x1B000..=0x1B16F
        | 0x20000..=0x3FFFF => fonts::FALLBACK_EAST_ASIAN,
        _ => fonts::FALLBACK_OTHER,
    })
}

fn covers(bits: &[u8; 0x2000], c: char) -> bool {
    u16::try_from(u32::from(c))
        .is_ok_and(|code| bits[usize::from(code / 8)] & (1 << (code % 8)) != 0)
}

/// Controls, joiners, marks of direction, selectors, skins of what is no emoji: they steer, they are not drawn.
pub(crate) fn is_shapeless(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
            | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0000}'..='\u{E0FFF}')
}

fn ceil(value: f32) -> i32 {
    super::canvas::floor((value - 0.01).ceil())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_character_is_drawn_by_a_face_that_has_it() {
        let cases = [
            (Face::Sans, '好', Some(Font::Helvetica)),
            (Face::Bold, '好', Some(Font::HelveticaBold)),
            (Face::Bold, '囧', Some(Font::HelveticaBold)),
            // Ideographs that no national standard of the bold subset has.
            (Face::Bold, '鿕', Some(Font::Helvetica)),
            (Face::Mono, 'A', Some(Font::Courier)),
            (Face::Mono, '好', Some(Font::Helvetica)),
            (Face::Sans, '한', Some(fonts::FALLBACK_EAST_ASIAN)),
            (Face::Sans, '𠀀', Some(fonts::FALLBACK_EAST_ASIAN)),
            (Face::Sans, 'ש', Some(fonts::FALLBACK_OTHER)),
            (Face::Sans, '\u{200D}', None),
            (Face::Sans, '\u{7}', None),
        ];
        for (face, c, expected) in cases {
            assert_eq!(slot(face, c), expected, "{c:?} in {face:?}");
        }
    }

    #[test]
    fn an_input_keeps_what_its_one_font_can_draw() {
        let cases = [
            ("小明", "小明"),
            ("小明😀", "小明"),
            ("👨\u{200D}👩\u{200D}👧🇨🇳!", "!"),
            ("one\r\n\ttwo", "one two"),
            ("a\u{7}b\u{200B}c", "abc"),
            ("민수", "민수"),
            ("小민수明", "小明"),
            ("mi\u{20AC}\u{2713}", "mi\u{20AC}\u{2713}"),
        ];
        for (text, shown) in cases {
            assert_eq!(for_input(text, text.len()), (shown.to_owned(), shown.len()), "{text}");
        }
        assert_eq!(for_input("小😀明", "小😀".len()), ("小明".to_owned(), "小".len()));
        assert_eq!(for_input("😀小明", 0), ("小明".to_owned(), 0));
    }

    #[test]
    fn chinese_in_an_input_is_never_drawn_by_a_face_of_the_system() {
        let sans = fonts::font(Face::Sans);
        for (face, text, font) in [
            (Face::Sans, "小明", sans),
            (Face::Sans, "小明😀", sans),
            (Face::Sans, "小민수", sans),
            (Face::Mono, "7F3A", fonts::font(Face::Mono)),
            (Face::Mono, "小", sans),
            (Face::Sans, "abc 민수", fonts::FALLBACK_EAST_ASIAN),
            (Face::Sans, "שלום", fonts::FALLBACK_OTHER),
        ] {
            assert_eq!(input_font(face, text), font, "{text}");
        }
    }

    #[test]
    fn a_line_is_cut_into_runs_without_losing_a_letter() {
        let text = "v–t 图한😄end\u{200B}!";
        let glyphs: String = runs(Face::Sans, text)
            .into_iter()
            .filter_map(|run| match run {
                Run::Glyphs(_, text) => Some(text),
                Run::Emoji(_) | Run::Unknown(_) => None,
            })
            .collect();
        assert_eq!(glyphs, "v–t 图한end!");
    }

    #[test]
    fn a_letter_bears_few_marks_wherever_it_is_drawn() {
        for sep in ["", "\u{200B}", "\u{FE0F}"] {
            let text = format!("z{}algo\u{301}", format!("\u{301}\u{336}\u{489}{sep}").repeat(99));
            let expected = "z\u{301}\u{336}\u{489}\u{301}algo\u{301}";
            let drawn: String = drawn_chars(&text).filter(|c| !is_shapeless(*c)).collect();
            assert_eq!(drawn, expected);
            let glyphs = |run: &Run<'_>| match run {
                Run::Glyphs(_, text) => (*text).to_owned(),
                Run::Emoji(_) | Run::Unknown(_) => String::new(),
            };
            assert_eq!(runs(Face::Sans, &text).iter().map(glyphs).collect::<String>(), expected);
        }
        // Letters of their own that words need.
        for word in ["Việt", "e\u{302}\u{301}", "שָׁלוֹם", "हिन्दी", "ก็"]
        {
            assert_eq!(drawn_chars(word).collect::<String>(), word);
        }
    }

    #[test]
    fn what_would_turn_a_line_around_is_not_drawn() {
        for mark in ['\u{202A}', '\u{202D}', '\u{202E}', '\u{2067}', '\u{2069}', '\u{200F}'] {
            let text = format!("a{mark}gnp.exe");
            let font = fonts::font(Face::Sans);
            // Each run is drawn at a place of its own, so that none moves what is beside it.
            let expected = [Run::Glyphs(font, "a"), Run::Glyphs(font, "gnp.exe")];
            assert_eq!(runs(Face::Sans, &text), expected, "{mark:?}");
        }
    }

    #[test]
    fn the_faces_cover_what_the_windows_say() {
        let words = "登录注册账号信息楼机房囧囍ABCxyz…–—“”‘’·•✓→←↑↓①【】《》，。！？（）￥";
        for c in words.chars() {
            assert!(covers(SANS, c), "{c}");
        }
    }
}
