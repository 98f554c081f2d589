//! What a line of a message is made of, and where it may end.

use std::ops::Range;

use unicode_linebreak::{BreakOpportunity, linebreaks};
use unicode_segmentation::UnicodeSegmentation as _;

use super::layout::{NAMED_PAD, SpanKind};
use super::measure::{Measure, part};
use super::rows::Named;
use crate::domain::links::Link;
use crate::ui::paint::emoji::{self, Piece};
use crate::ui::paint::text::{drawn_chars, is_mark};
use crate::ui::theme::Style;

/// Free space beside an emoji, on both sides together.
const EMOJI_GAP: i32 = 2;
/// A letter of several characters is torn like a word where it is wider than so many letters: some
/// scripts join characters without end.
const LETTER_SIZES: i32 = 4;
/// A tab is as wide as so many spaces.
const TAB_SPACES: f32 = 4.0;
/// What may not begin a line, in whatever script.
pub(super) const CLOSING: &str = "。，、；：？！）】》〉」』〕〗〙〛”’…‥·・～｝］％‰℃ー々";
/// What may not begin a line right behind a letter.
const CLOSING_ASCII: &str = "),.:;?!]}%";

/// What is never torn apart: a letter with its accents, an emoji with its skin.
pub(super) struct Unit {
    pub(super) range: Range<usize>,
    pub(super) width: f32,
    pub(super) kind: SpanKind,
    pub(super) first: char,
    pub(super) may_end_line: bool,
}

/// How letters are set, by where they are.
#[derive(Clone, Copy)]
pub(super) struct Marked<'a> {
    pub(super) links: &'a [Link],
    pub(super) named: &'a [Named],
    pub(super) style: Style,
}

impl Marked<'_> {
    fn kind(self, at: usize) -> SpanKind {
        let link = self.links.partition_point(|link| link.range.end <= at);
        let named = self.named.partition_point(|named| named.end <= at);
        match (self.links.get(link), self.named.get(named)) {
            (_, Some(named)) if named.start <= at => SpanKind::Named(named.loud),
            (Some(found), _) if found.range.start <= at => SpanKind::Link(link),
            _ => SpanKind::Text,
        }
    }

    /// What a letter at an end of a name on a ground of its own has beside it.
    fn pad(self, letter: &Range<usize>) -> f32 {
        let named = self.named.partition_point(|named| named.end <= letter.start);
        let Some(named) = self.named.get(named).filter(|named| named.loud) else { return 0.0 };
        let ends = [named.start == letter.start, named.end == letter.end];
        ends.into_iter().filter(|is_there| *is_there).map(|_| part(NAMED_PAD)).sum()
    }
}

pub(super) fn units(
    text: &str,
    marked: Marked<'_>,
    emoji_side: i32,
    measure: &dyn Measure,
) -> Vec<Unit> {
    let mut units = Vec::with_capacity(text.len() / 2);
    let mut at = 0;
    for piece in emoji::pieces(text) {
        let (whole, kind) = match piece {
            Piece::Letters(letters) => {
                letter_units(letters, at, marked, measure, &mut units);
                at += letters.len();
                continue;
            }
            Piece::Picture(id, whole) => (whole, SpanKind::Emoji(id)),
            Piece::Unknown(whole) => (whole, SpanKind::UnknownEmoji),
        };
        let range = at..at + whole.len();
        at = range.end;
        let first = whole.chars().next().unwrap_or(' ');
        let width = part(emoji_side + EMOJI_GAP);
        units.push(Unit { range, width, kind, first, may_end_line: true });
    }
    mark_breaks(text, &mut units);
    units
}

fn letter_units(
    letters: &str,
    start: usize,
    marked: Marked<'_>,
    measure: &dyn Measure,
    units: &mut Vec<Unit>,
) {
    let whole_max = part(marked.style.size * LETTER_SIZES);
    for (offset, letter) in letters.grapheme_indices(true) {
        let range = start + offset..start + offset + letter.len();
        let first = letter.chars().next().unwrap_or(' ');
        let kind = marked.kind(range.start);
        let style = match kind {
            SpanKind::Named(_) => marked.style.bold(),
            _ => marked.style,
        };
        let (kind, width) = match first {
            '\t' => (SpanKind::Blank, measure.width(style, ' ') * TAB_SPACES),
            _ if is_newline(first) => (SpanKind::Blank, 0.0),
            _ => {
                let width = letter_width(letter, style, measure);
                if width > whole_max {
                    torn_units(letter, range.start, (kind, style), measure, units);
                    continue;
                }
                (kind, width + marked.pad(&range))
            }
        };
        units.push(Unit { range, width, kind, first, may_end_line: false });
    }
}

fn letter_width(letter: &str, style: Style, measure: &dyn Measure) -> f32 {
    drawn_chars(letter).map(|c| measure.width(style, c)).sum()
}

/// The characters of a letter that is too wide to stay whole, each with the marks on it.
fn torn_units(
    letter: &str,
    start: usize,
    (kind, style): (SpanKind, Style),
    measure: &dyn Measure,
    units: &mut Vec<Unit>,
) {
    let mut rest = letter;
    while let Some(first) = rest.chars().next() {
        let after = rest.char_indices().skip(1).find(|(_, c)| !is_mark(*c));
        let (piece, behind) = rest.split_at(after.map_or(rest.len(), |(at, _)| at));
        let at = start + letter.len() - rest.len();
        let width = letter_width(piece, style, measure);
        let range = at..at + piece.len();
        units.push(Unit { range, width, kind, first, may_end_line: false });
        rest = behind;
    }
}

fn mark_breaks(text: &str, units: &mut [Unit]) {
    let mut breaks = linebreaks(text).peekable();
    for unit in units.iter_mut() {
        while breaks.next_if(|(at, _)| *at < unit.range.end).is_some() {}
        let here = breaks.peek().filter(|(at, _)| *at == unit.range.end);
        unit.may_end_line = here.is_some_and(|(_, kind)| *kind == BreakOpportunity::Allowed);
    }
    for at in 1..units.len() {
        if is_kept_from_line_start(units, at) {
            units[at - 1].may_end_line = false;
        }
    }
}

pub(super) fn is_kept_from_line_start(units: &[Unit], at: usize) -> bool {
    let first = units[at].first;
    CLOSING.contains(first) || CLOSING_ASCII.contains(first) && !units[at - 1].first.is_whitespace()
}

pub(super) fn is_newline(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}
