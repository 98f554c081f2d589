//! How wide characters are: asked once, then remembered.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::ui::paint::text::drawn_chars;
use crate::ui::theme::Style;

/// How many widths are kept: every common ideograph in a few sizes.
const WIDTHS_MAX: usize = 100_000;

/// Knows how wide characters are.
pub trait Measure {
    /// The width of one character in px, not rounded; zero for what has no shape.
    fn width(&self, style: Style, c: char) -> f32;
}

/// Remembers the widths that another one measured.
pub struct Widths<M> {
    inner: M,
    kept: RefCell<HashMap<(Style, char), f32>>,
}

impl<M: Measure> Widths<M> {
    /// Around the one that measures.
    pub fn new(inner: M) -> Self {
        Widths { inner, kept: RefCell::default() }
    }

    /// Forgets everything, after a change of the scale.
    pub fn clear(&self) {
        self.kept.borrow_mut().clear();
    }
}

impl<M: Measure> Measure for Widths<M> {
    fn width(&self, style: Style, c: char) -> f32 {
        let mut kept = self.kept.borrow_mut();
        if let Some(width) = kept.get(&(style, c)) {
            return *width;
        }
        if kept.len() >= WIDTHS_MAX {
            kept.clear();
        }
        let width = self.inner.width(style, c);
        kept.insert((style, c), width);
        width
    }
}

/// The width of words that stay on one line, rounded up.
pub(super) fn line_width(measure: &dyn Measure, style: Style, text: &str) -> i32 {
    ceil(drawn_chars(text).map(|c| measure.width(style, c)).sum())
}

/// The whole number above; lines of text are far shorter than where this would cut.
#[expect(clippy::cast_possible_truncation, reason = "lines of text are some hundred px wide")]
pub(super) fn ceil(value: f32) -> i32 {
    (value - 0.01).ceil() as i32
}

/// The nearest whole number.
#[expect(clippy::cast_possible_truncation, reason = "lines of text are some hundred px wide")]
pub(super) fn round(value: f32) -> i32 {
    value.round() as i32
}

/// A length in px for sums with parts of px.
pub(super) fn part(value: i32) -> f32 {
    f32::from(i16::try_from(value).unwrap_or(i16::MAX))
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::Cell;

    use super::*;

    /// Half a size for Latin, a whole one for ideographs, nothing for what has no shape.
    pub struct Grid;

    impl Measure for Grid {
        fn width(&self, style: Style, c: char) -> f32 {
            match c {
                '\0'..='\u{1F}' | '\u{200B}'..='\u{200F}' | '\u{300}'..='\u{36F}' => 0.0,
                '\u{20}'..='\u{1FFF}' => part(style.size) / 2.0,
                _ => part(style.size),
            }
        }
    }

    #[test]
    fn a_width_is_measured_once_for_each_size() {
        struct Counting(Cell<usize>);
        impl Measure for Counting {
            fn width(&self, style: Style, c: char) -> f32 {
                self.0.set(self.0.get() + 1);
                Grid.width(style, c)
            }
        }
        let widths = Widths::new(Counting(Cell::new(0)));
        for _ in 0..3 {
            assert_eq!(ceil(widths.width(Style::MESSAGE, '好')), 14);
            assert_eq!(ceil(widths.width(Style::CAPTION, '好')), 12);
        }
        assert_eq!(widths.inner.0.get(), 2);
        widths.clear();
        assert_eq!(line_width(&widths, Style::MESSAGE, "好好"), 28);
        assert_eq!(widths.inner.0.get(), 3);
    }
}
