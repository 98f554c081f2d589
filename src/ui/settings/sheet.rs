//! A page of the settings as a sheet: headings and rows from top to bottom, with what stands left of
//! the controls.

use crate::ui::paint::{Align, Canvas, Rect};
use crate::ui::paragraph;
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::Control;

/// Between the edges of the page and what stands on it.
pub const PADDING: i32 = 24;
/// Above the first heading.
const TOP: i32 = 16;
/// A heading, with the room below it.
const HEADING: i32 = 24;
/// Between what belongs together and the next heading.
const SECTION: i32 = 20;
/// A row without a hint.
const ROW: i32 = 44;
/// Above and below the words of a row with a hint.
const AIR: i32 = 10;
/// Between the words of a row and its control.
const GAP: i32 = 16;

/// Words at a place.
struct Words {
    area: Rect,
    style: Style,
    colour: Colour,
    text: String,
}

/// A page, from top to bottom.
#[derive(Default)]
pub struct Sheet {
    left: i32,
    wide: i32,
    /// Where the next thing stands.
    y: i32,
    words: Vec<Words>,
    lines: Vec<i32>,
    /// Whether a row stands right above, which a line parts from the next one.
    in_rows: bool,
}

impl Sheet {
    /// An empty one on a page.
    #[must_use]
    pub fn new(page: Rect) -> Sheet {
        let (left, wide) = (page.x + PADDING, page.w - 2 * PADDING);
        Sheet { left, wide, y: page.y + TOP, ..Sheet::default() }
    }

    /// The words above what belongs together.
    pub fn heading(&mut self, text: &str) {
        if self.in_rows {
            self.y += SECTION;
        }
        self.in_rows = false;
        self.put(self.y, self.wide, Style::CAPTION.bold(), Colour::Ink2, text);
        self.y += HEADING;
    }

    /// A row with a control of this width. The answer is the row, at whose right end the control
    /// stands.
    pub fn row(&mut self, text: &str, hint: &str, control: i32) -> Rect {
        let wide = self.wide - control - GAP;
        let hints = match hint {
            "" => Vec::new(),
            hint => paragraph::lines(Style::CAPTION, hint, wide, 2),
        };
        let top = self.y + if hints.is_empty() { (ROW - Style::BODY.line) / 2 } else { AIR };
        self.put(top, wide, Style::BODY, Colour::Ink, text);
        let mut bottom = top + Style::BODY.line;
        for hint in &hints {
            self.put(bottom, wide, Style::CAPTION, Colour::Ink2, hint);
            bottom += Style::CAPTION.line;
        }
        let height = if hints.is_empty() { ROW } else { bottom + AIR - self.y };
        if self.in_rows {
            self.lines.push(self.y);
        }
        self.space(height)
    }

    /// Room for a control over the whole width.
    pub fn space(&mut self, height: i32) -> Rect {
        let area = Rect::new(self.left, self.y, self.wide, height);
        self.y += height;
        self.in_rows = true;
        area
    }

    /// A remark below all rows.
    pub fn remark(&mut self, text: &str) {
        self.put(self.y + 12, self.wide, Style::CAPTION, Colour::Ink2, text);
        self.y += 12 + Style::CAPTION.line;
    }

    /// Draws the words and the lines.
    pub fn paint(&self, canvas: &Canvas) {
        for words in &self.words {
            canvas.text_in(words.style, words.colour, words.area, Align::Left, &words.text);
        }
        for y in &self.lines {
            // The last pixel of the row above.
            canvas.line_across(self.left, y - 1, self.wide, Colour::Line);
        }
    }

    fn put(&mut self, y: i32, wide: i32, style: Style, colour: Colour, text: &str) {
        let area = Rect::new(self.left, y, wide, style.line);
        self.words.push(Words { area, style, colour, text: text.to_owned() });
    }
}

/// Places a control of this size at the right end of a row.
pub fn put_right(control: &mut impl Control, row: Rect, w: i32, h: i32) {
    control.place(Rect::new(row.right() - w, row.y + (row.h - h) / 2, w, h));
}
