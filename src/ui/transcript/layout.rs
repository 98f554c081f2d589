//! Flowing the words of a message into lines: breaks, emoji, links, long words.

use std::ops::Range;

use super::measure::{Measure, ceil, part};
use super::rows::Named;
use super::units::{Marked, Unit, is_kept_from_line_start, is_newline, units};
use crate::domain::links::{self, Link};
use crate::ui::paint::emoji::{self, EmojiId};
use crate::ui::paint::text::emoji_size;
use crate::ui::theme::Style;

/// Side of an emoji where a message is nothing but one to three of them.
pub const EMOJI_LARGE: i32 = 36;
/// Free space before and behind a name that is on a ground of its own.
pub const NAMED_PAD: i32 = 4;

/// Words in lines.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    /// The lines, from the top.
    pub lines: Vec<Line>,
    /// Their links.
    pub links: Vec<Link>,
    /// The width of the widest line.
    pub width: i32,
    /// The height of each line.
    pub line_height: i32,
    /// Side of its emoji.
    pub emoji_side: i32,
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its bytes, with the break at its end.
    pub range: Range<usize>,
    /// What is drawn, from left to right.
    pub spans: Vec<Span>,
    /// Where characters begin, and where the last one ends.
    pub stops: Vec<Stop>,
    /// Its width without spaces at the end.
    pub width: f32,
}

/// Something drawn in one go.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// What.
    pub kind: SpanKind,
    /// Its bytes.
    pub range: Range<usize>,
    /// Its left edge.
    pub x: f32,
    /// Its width.
    pub width: f32,
}

/// What a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// Letters.
    Text,
    /// Letters of a link, by its place in [`Flow::links`].
    Link(usize),
    /// Letters that name somebody who is mentioned; whether that is oneself or everybody.
    Named(bool),
    /// A picture.
    Emoji(EmojiId),
    /// An emoji without a picture.
    UnknownEmoji,
    /// A tab.
    Blank,
}

/// A place between two characters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop {
    /// Before this byte.
    pub byte: usize,
    /// At this distance from the left.
    pub x: f32,
}

impl Flow {
    /// Lays words out.
    #[must_use]
    pub fn new(text: &str, style: Style, width_max: i32, measure: &dyn Measure) -> Flow {
        Flow::naming((text, &[]), style, width_max, measure)
    }

    /// Lays out words that name people.
    #[must_use]
    pub fn naming(
        (text, named): (&str, &[Named]),
        style: Style,
        width_max: i32,
        measure: &dyn Measure,
    ) -> Flow {
        let links = links::find(text);
        let is_large = emoji::is_only_emoji(text);
        let (emoji_side, line_height) = match is_large {
            true => (EMOJI_LARGE, EMOJI_LARGE + 4),
            false => (emoji_size(style), style.line),
        };
        let marked = Marked { links: &links, named, style };
        let units = units(text, marked, emoji_side, measure);
        let lines: Vec<Line> = broken(&units, part(width_max))
            .into_iter()
            .map(|range| Line::new(&units[range]))
            .collect();
        let width = lines.iter().map(|line| ceil(line.width)).max().unwrap_or(0);
        Flow { lines, links, width, line_height, emoji_side }
    }

    /// Whether it is nothing but large emoji.
    #[must_use]
    pub fn is_large(&self) -> bool {
        self.emoji_side == EMOJI_LARGE && self.line_height > EMOJI_LARGE
    }

    /// The height of all lines.
    #[must_use]
    pub fn height(&self) -> i32 {
        let lines = i32::try_from(self.lines.len()).unwrap_or(i32::MAX);
        lines.saturating_mul(self.line_height)
    }

    /// The line at a distance from the top; the nearest one outside.
    #[must_use]
    pub fn line_at(&self, y: i32) -> usize {
        let line = y.max(0) / self.line_height.max(1);
        usize::try_from(line).unwrap_or(0).min(self.lines.len().saturating_sub(1))
    }

    /// The place between two characters that is nearest to a point.
    #[must_use]
    pub fn byte_at(&self, x: i32, y: i32) -> usize {
        self.lines.get(self.line_at(y)).map_or(0, |line| line.byte_at(part(x)))
    }

    /// The link at a point, by its place in [`Flow::links`].
    #[must_use]
    pub fn link_at(&self, x: i32, y: i32) -> Option<usize> {
        if y < 0 || y >= self.height() {
            return None;
        }
        let x = part(x);
        let spans = &self.lines.get(self.line_at(y))?.spans;
        spans.iter().find_map(|span| match span.kind {
            SpanKind::Link(link) if x >= span.x && x < span.x + span.width => Some(link),
            _ => None,
        })
    }

    /// The line of a byte and how far from the left it begins.
    #[must_use]
    pub fn place_of(&self, byte: usize) -> (usize, f32) {
        let after = self.lines.partition_point(|line| line.range.start <= byte);
        let line = after.saturating_sub(1);
        (line, self.lines.get(line).map_or(0.0, |line| line.x_of(byte)))
    }
}

impl Line {
    fn new(units: &[Unit]) -> Line {
        let range = match (units.first(), units.last()) {
            (Some(first), Some(last)) => first.range.start..last.range.end,
            _ => 0..0,
        };
        let mut line = Line {
            range,
            spans: Vec::new(),
            stops: Vec::with_capacity(units.len() + 1),
            width: 0.0,
        };
        let mut x = 0.0;
        for unit in units {
            line.stops.push(Stop { byte: unit.range.start, x });
            line.add(unit, x);
            x += unit.width;
            if !unit.first.is_whitespace() {
                line.width = x;
            }
        }
        if units.last().is_none_or(|last| !is_newline(last.first)) {
            line.stops.push(Stop { byte: line.range.end, x });
        }
        line
    }

    fn add(&mut self, unit: &Unit, x: f32) {
        let is_letters =
            matches!(unit.kind, SpanKind::Text | SpanKind::Link(_) | SpanKind::Named(_));
        match self.spans.last_mut() {
            Some(span) if is_letters && span.kind == unit.kind => {
                span.range.end = unit.range.end;
                span.width += unit.width;
            }
            _ => self.spans.push(Span {
                kind: unit.kind,
                range: unit.range.clone(),
                x,
                width: unit.width,
            }),
        }
    }

    /// The place between two characters that is nearest to a distance from the left.
    #[must_use]
    pub fn byte_at(&self, x: f32) -> usize {
        let after = self.stops.partition_point(|stop| stop.x <= x);
        let (left, right) = (self.stops.get(after.saturating_sub(1)), self.stops.get(after));
        match (left, right) {
            (Some(left), Some(right)) if right.x - x < x - left.x => right.byte,
            (Some(left), _) => left.byte,
            _ => self.range.start,
        }
    }

    /// How far from the left a byte begins; the line's ends for bytes outside.
    #[must_use]
    pub fn x_of(&self, byte: usize) -> f32 {
        let after = self.stops.partition_point(|stop| stop.byte <= byte);
        self.stops.get(after.saturating_sub(1)).map_or(0.0, |stop| stop.x)
    }
}

/// The units of each line.
fn broken(units: &[Unit], width_max: f32) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let (mut start, mut at, mut x) = (0, 0, 0.0);
    let mut good_cut = None;
    while at < units.len() {
        let unit = &units[at];
        if is_newline(unit.first) {
            lines.push(start..at + 1);
            (start, x, good_cut) = (at + 1, 0.0, None);
            at += 1;
            continue;
        }
        // Spaces hang over the edge.
        let is_over = x + unit.width > width_max + 0.01 && !unit.first.is_whitespace();
        if is_over && at > start {
            let cut = good_cut.unwrap_or_else(|| forced_cut(units, start, at));
            lines.push(start..cut);
            (start, at, x, good_cut) = (cut, cut, 0.0, None);
            continue;
        }
        x += unit.width;
        at += 1;
        if unit.may_end_line {
            good_cut = Some(at);
        }
    }
    if start < units.len() || lines.is_empty() {
        lines.push(start..units.len());
    }
    lines
}

/// Where a word that is too long is torn: not before closing punctuation, if that can be helped.
fn forced_cut(units: &[Unit], start: usize, at: usize) -> usize {
    let is_good = |cut: &usize| !is_kept_from_line_start(units, *cut);
    (start + 1..=at).rev().find(is_good).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation as _;

    use super::super::measure::tests::Grid;
    use super::super::units::CLOSING;
    use super::*;

    fn flow(text: &str, width: i32) -> Flow {
        Flow::new(text, Style::MESSAGE, width, &Grid)
    }

    fn lines(text: &str, width: i32) -> Vec<&str> {
        flow(text, width).lines.iter().map(|line| &text[line.range.clone()]).collect()
    }

    #[test]
    fn lines_break_where_the_script_allows() {
        // Latin letters are 7 px wide, ideographs 14.
        let cases: [(&str, i32, &[&str]); 15] = [
            ("", 70, &[""]),
            ("hello", 70, &["hello"]),
            ("hello big world", 70, &["hello big ", "world"]),
            ("图书馆三楼见", 42, &["图书馆", "三楼见"]),
            ("图书馆。三楼", 42, &["图书", "馆。三", "楼"]),
            ("（图书馆）好", 70, &["（图书馆）", "好"]),
            ("（图书馆）好", 56, &["（图书", "馆）好"]),
            ("a\nb", 70, &["a\n", "b"]),
            ("a\r\n\r\nb", 70, &["a\r\n", "\r\n", "b"]),
            ("a\n", 70, &["a\n"]),
            ("abcdefghijklmn", 70, &["abcdefghij", "klmn"]),
            ("ab abcdefghijklmn", 70, &["ab ", "abcdefghij", "klmn"]),
            ("abcdefghij, k", 70, &["abcdefghi", "j, k"]),
            ("hello     world", 35, &["hello     ", "world"]),
            ("see .git", 28, &["see ", ".git"]),
        ];
        for (text, width, expected) in cases {
            assert_eq!(lines(text, width), expected, "{text:?} in {width}");
        }
    }

    /// Marks are as wide as letters, as in a font that shows each in a place of its own.
    struct Wide;

    impl Measure for Wide {
        fn width(&self, style: Style, _: char) -> f32 {
            part(style.size)
        }
    }

    #[test]
    fn what_stands_on_or_joins_one_letter_is_no_wider_than_the_room() {
        let marks = format!("z{}algo", "\u{301}\u{336}\u{489}".repeat(200));
        let joined = "\u{1100}".repeat(200);
        let conjunct = "\u{915}\u{94D}".repeat(200);
        for text in [marks.as_str(), &joined, &conjunct, &format!("{marks}{joined}")] {
            let flow = Flow::new(text, Style::MESSAGE, 70, &Wide);
            let widest = flow.lines.iter().map(|line| ceil(line.width)).max().unwrap();
            assert!(widest <= 70, "{widest}: {text:?}");
            assert_eq!(flow.lines.last().unwrap().range.end, text.len());
        }
        // Marks beyond those that are drawn take no room.
        assert_eq!(Flow::new(&marks, Style::MESSAGE, 700, &Wide).width, (1 + 4 + 4) * 14);
    }

    #[test]
    fn a_line_is_as_wide_as_its_words_without_spaces_at_the_end() {
        let flow = flow("ab   \n图", 100);
        assert_eq!(flow.lines.iter().map(|line| ceil(line.width)).collect::<Vec<_>>(), [14, 14]);
        assert_eq!((flow.width, flow.height()), (14, 44));
    }

    #[test]
    fn emoji_are_pictures_and_large_when_alone() {
        let inline = flow("好😄呀", 200);
        let kinds: Vec<SpanKind> = inline.lines[0].spans.iter().map(|span| span.kind).collect();
        assert!(matches!(kinds[..], [SpanKind::Text, SpanKind::Emoji(_), SpanKind::Text]));
        assert_eq!((inline.width, inline.height(), inline.emoji_side), (14 + 22 + 14, 22, 20));
        assert!(!inline.is_large());
        for (text, is_large) in [("😂", true), ("😂👍😂", true), ("😂👍😂👍", false)]
        {
            assert_eq!(flow(text, 200).is_large(), is_large, "{text}");
        }
        assert_eq!(flow("😂👍", 200).width, 2 * 38);
    }

    #[test]
    fn links_are_spans_of_their_own_also_over_two_lines() {
        let text = "看 http://a.b/cdefgh 好";
        let flow = flow(text, 84);
        let parts: Vec<&str> = flow
            .lines
            .iter()
            .flat_map(|line| &line.spans)
            .filter(|span| span.kind == SpanKind::Link(0))
            .map(|span| &text[span.range.clone()])
            .collect();
        assert!(parts.len() > 1);
        assert_eq!(parts.concat(), "http://a.b/cdefgh");
        assert_eq!(flow.links[0].address, "http://a.b/cdefgh");
        let (line, x) = flow.place_of(text.find("http").unwrap());
        let y = i32::try_from(line).unwrap() * 22 + 3;
        assert_eq!(flow.link_at(ceil(x) + 1, y), Some(0));
        assert_eq!(flow.link_at(0, 3), None);
        assert_eq!(flow.link_at(ceil(x) + 1, -1), None);
        assert_eq!(flow.link_at(ceil(x) + 1, flow.height()), None);
    }

    #[test]
    fn names_are_spans_of_their_own_and_wide_as_bold_letters() {
        let text = "好 @小满 @青 x";
        let named = |start, end, loud| Named { start, end, loud };
        let here = [named(4, 11, true), named(12, 16, false)];
        let flow = Flow::naming((text, &here), Style::MESSAGE, 300, &Grid);
        let spans = &flow.lines[0].spans;
        let found: Vec<(SpanKind, &str)> =
            spans.iter().map(|span| (span.kind, &text[span.range.clone()])).collect();
        let (loud, other) = (SpanKind::Named(true), SpanKind::Named(false));
        let text_of = SpanKind::Text;
        let expected =
            [(text_of, "好 "), (loud, "@小满"), (text_of, " "), (other, "@青"), (text_of, " x")];
        assert_eq!(found, expected);
        assert!((spans[1].width - (7.0 + 2.0 * 14.0 + 2.0 * part(NAMED_PAD))).abs() < 0.01);
        let narrow = Flow::naming((text, &here), Style::MESSAGE, 40, &Grid);
        let whole: String = narrow
            .lines
            .iter()
            .flat_map(|line| &line.spans)
            .filter(|span| span.kind == loud)
            .map(|span| &text[span.range.clone()])
            .collect();
        assert_eq!(whole, "@小满", "also over two lines");
    }

    fn words() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[a-z]{1,12}",
            "[一-龥]{1,8}",
            "[。，！？）》]{1,3}",
            Just(" ".to_owned()),
            Just("😄".to_owned()),
            Just("👍🏽".to_owned()),
            Just("🦖".to_owned()),
            Just("\n".to_owned()),
            Just("\r\n".to_owned()),
            Just("\t".to_owned()),
            Just("e\u{301}".to_owned()),
            Just("https://a.b/c?d=e".to_owned()),
            any::<String>(),
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn every_character_is_on_exactly_one_line(text in words(), width in 1..300) {
            let flow = flow(&text, width);
            let mut at = 0;
            for line in &flow.lines {
                prop_assert_eq!(line.range.start, at);
                prop_assert!(line.range.end > at || text.is_empty());
                at = line.range.end;
                let mut span_at = line.range.start;
                for span in &line.spans {
                    prop_assert_eq!(span.range.start, span_at);
                    span_at = span.range.end;
                }
                prop_assert_eq!(span_at, line.range.end);
            }
            prop_assert_eq!(at, text.len());
        }

        #[test]
        fn a_line_is_too_wide_only_when_it_is_one_character(text in words(), width in 1..300) {
            let flow = flow(&text, width);
            for line in &flow.lines {
                // Blanks hang over the edge, with whatever mark stands on them.
                let mut letters: Vec<&str> = text[line.range.clone()].graphemes(true).collect();
                while letters.last().is_some_and(|last| last.starts_with(char::is_whitespace)) {
                    letters.pop();
                }
                let is_one = letters.len() <= 1;
                prop_assert!(line.width <= part(width) + 0.02 || is_one, "{:?}", letters);
            }
        }

        #[test]
        fn no_line_begins_with_closing_punctuation(
            text in "([一-龥]{2,6}[。，！？）》]{1,2}){1,9}", width in 56..300,
        ) {
            for line in lines(&text, width) {
                prop_assert!(!line.starts_with(|c| CLOSING.contains(c)), "{line}");
            }
        }

        #[test]
        fn a_point_leads_back_to_its_character(text in words(), width in 20..300) {
            let flow = flow(&text, width);
            for (index, line) in flow.lines.iter().enumerate() {
                let y = i32::try_from(index).unwrap() * flow.line_height + 1;
                for pair in line.stops.windows(2).filter(|pair| pair[1].x - pair[0].x >= 4.0) {
                    let x = pair[0].x + 1.0;
                    prop_assert_eq!(line.byte_at(x), pair[0].byte);
                    prop_assert_eq!(flow.byte_at(ceil(x), y), pair[0].byte);
                    prop_assert_eq!(flow.place_of(pair[0].byte), (index, pair[0].x));
                }
                prop_assert!(text.is_char_boundary(line.byte_at(1e6)));
            }
        }
    }
}
