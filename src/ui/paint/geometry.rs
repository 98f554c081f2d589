//! Rectangles in px of the design.

/// A rectangle; never has a negative size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rect {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub w: i32,
    /// Height.
    pub h: i32,
}

impl Rect {
    /// From its corner and size.
    #[must_use]
    pub fn new(x: i32, y: i32, w: i32, h: i32) -> Rect {
        Rect { x, y, w: w.max(0), h: h.max(0) }
    }

    /// The area of a widget in its window.
    #[must_use]
    pub fn of(widget: &impl fltk::prelude::WidgetExt) -> Rect {
        Rect::new(widget.x(), widget.y(), widget.w(), widget.h())
    }

    /// Just right of the right edge.
    #[must_use]
    pub fn right(self) -> i32 {
        self.x + self.w
    }

    /// Just below the lower edge.
    #[must_use]
    pub fn bottom(self) -> i32 {
        self.y + self.h
    }

    /// Smaller by so much on each side; larger when negative.
    #[must_use]
    pub fn inset(self, by: i32) -> Rect {
        Rect::new(self.x + by, self.y + by, self.w - 2 * by, self.h - 2 * by)
    }

    /// Moved.
    #[must_use]
    pub fn moved(self, dx: i32, dy: i32) -> Rect {
        Rect { x: self.x + dx, y: self.y + dy, ..self }
    }

    /// A rectangle of this size in the middle.
    #[must_use]
    pub fn middle(self, w: i32, h: i32) -> Rect {
        Rect::new(self.x + (self.w - w) / 2, self.y + (self.h - h) / 2, w, h)
    }

    /// Without so much of its left side.
    #[must_use]
    pub fn without_left(self, by: i32) -> Rect {
        Rect::new(self.x + by, self.y, self.w - by, self.h)
    }

    /// Without so much of its right side.
    #[must_use]
    pub fn without_right(self, by: i32) -> Rect {
        Rect::new(self.x, self.y, self.w - by, self.h)
    }

    /// Whether a point lies within.
    #[must_use]
    pub fn contains(self, x: i32, y: i32) -> bool {
        (self.x..self.right()).contains(&x) && (self.y..self.bottom()).contains(&y)
    }
}
