//! Words over several lines: broken where their language allows, cut with an ellipsis at the end.

use unicode_linebreak::{BreakOpportunity, linebreaks};

use super::paint::text;
use super::paint::{Align, Canvas, Rect};
use super::theme::{Colour, Style};

/// Bytes of one line, however narrow they are: what has no shape would be measured for ever.
const LINE_BYTES_MAX: usize = 1_024;

/// Breaks words so that each line fits, into at most so many lines.
#[must_use]
pub fn lines(style: Style, words: &str, width: i32, lines_max: usize) -> Vec<String> {
    break_lines(
        words,
        lines_max,
        |piece| text::width(style, piece) <= width,
        |rest| text::fit(style, rest, width),
    )
}

/// Draws words in lines from the top of an area; returns their height.
pub fn draw(
    canvas: &Canvas,
    style: Style,
    colour: Colour,
    area: Rect,
    align: Align,
    words: &str,
) -> i32 {
    let lines_max = usize::try_from(area.h / style.line).unwrap_or(1).max(1);
    let mut y = area.y;
    for line in lines(style, words, area.w, lines_max) {
        let row = Rect::new(area.x, y, area.w, style.line);
        canvas.text_in(style, colour, row, align, &line);
        y += style.line;
    }
    y - area.y
}

/// Draws words in at most two lines in the middle of an area's height.
pub fn draw_middle(canvas: &Canvas, style: Style, colour: Colour, area: Rect, words: &str) {
    let count = lines(style, words, area.w, 2).len();
    let height = style.line * i32::try_from(count).unwrap_or(1);
    let rows = Rect::new(area.x, area.y + (area.h - height) / 2, area.w, height);
    draw(canvas, style, colour, rows, Align::Left, words);
}

fn break_lines(
    words: &str,
    lines_max: usize,
    fits: impl Fn(&str) -> bool,
    cut: impl Fn(&str) -> String,
) -> Vec<String> {
    let fits = |piece: &str| piece.len() <= LINE_BYTES_MAX && fits(piece);
    let mut broken: Vec<String> = Vec::new();
    let mut start = 0;
    let mut good = 0;
    for (at, opportunity) in linebreaks(words) {
        if !fits(words[start..at].trim_end()) && good > start {
            if broken.len() + 1 == lines_max {
                break;
            }
            broken.push(words[start..good].trim_end().to_owned());
            start = good;
        }
        good = at;
        let is_end = at == words.len();
        if opportunity == BreakOpportunity::Mandatory && !is_end && broken.len() + 1 < lines_max {
            broken.push(words[start..at].trim_end().to_owned());
            start = at;
        }
    }
    broken.push(cut(words[start..].trim_end()));
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of at most so many characters, however wide they would be.
    fn broken(words: &str, width: usize, lines_max: usize) -> Vec<String> {
        let cut = |rest: &str| rest.chars().take(width).collect();
        break_lines(words, lines_max, |piece| piece.chars().count() <= width, cut)
    }

    #[test]
    fn words_stay_whole_and_punctuation_never_starts_a_line() {
        assert_eq!(broken("one two three", 7, 9), ["one two", "three"]);
        assert_eq!(broken("连不上这台服务器，请检查", 8, 9), ["连不上这台服务", "器，请检查"]);
        assert_eq!(broken("a\nb", 9, 9), ["a", "b"]);
        assert_eq!(broken("", 9, 9), [""]);
    }

    #[test]
    fn what_does_not_fit_is_cut_at_the_end() {
        assert_eq!(broken("one two three four", 7, 2), ["one two", "three f"]);
        assert_eq!(broken("unbreakable", 4, 2), ["unbr"]);
    }

    #[test]
    fn what_has_no_width_is_broken_too_and_not_measured_for_ever() {
        for unit in ["\u{200B}", "\u{301} ", "\u{202E}\u{200B}", "\n"] {
            let words = unit.repeat(16_384 / unit.len());
            let measured = std::cell::Cell::new(0);
            let fits = |piece: &str| {
                measured.set(measured.get() + piece.len());
                true
            };
            let lines = break_lines(&words, 400, fits, str::to_owned);
            assert!(lines.len() <= 400);
            let bound = words.len() * LINE_BYTES_MAX;
            assert!(measured.get() <= bound / 2, "{unit:?}: {} bytes", measured.get());
        }
    }
}
