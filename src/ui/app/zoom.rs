//! How a picture lies in its window: fitted, larger, moved. Pure, in whole numbers.

/// One to one.
const ONE: i64 = 1024;
/// The largest: a pixel is a square that one can point at.
const MOST: i64 = 16 * ONE;

/// A picture in a view. Lengths are pixels of the screen unless they say otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zoom {
    picture: (i64, i64),
    view: (i64, i64),
    /// Pixels of the screen for [`ONE`] pixels of the picture.
    scale: i64,
    /// From the picture's corner to the view's.
    at: (i64, i64),
    /// Follows the view's size.
    is_fitted: bool,
}

/// What is drawn along one side: pixels of the picture, and where they go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first pixel of the picture.
    pub first: i32,
    /// How many.
    pub count: i32,
    /// Where they begin in the view; may lie before it.
    pub to: i32,
    /// How long they are there.
    pub length: i32,
}

impl Zoom {
    /// A picture of this size, fitted into a view of that size.
    #[must_use]
    pub fn new(picture: (u32, u32), view: (i32, i32)) -> Zoom {
        let picture = (i64::from(picture.0.max(1)), i64::from(picture.1.max(1)));
        let mut zoom = Zoom { picture, view: (1, 1), scale: ONE, at: (0, 0), is_fitted: true };
        zoom.resize(view);
        zoom
    }

    /// The view has another size now.
    pub fn resize(&mut self, view: (i32, i32)) {
        let old =
            std::mem::replace(&mut self.view, (i64::from(view.0.max(1)), i64::from(view.1.max(1))));
        if self.is_fitted {
            self.scale = self.fitting();
        }
        self.at.0 -= (self.view.0 - old.0) / 2;
        self.at.1 -= (self.view.1 - old.1) / 2;
        self.settle();
    }

    /// All of it, and not larger than it is.
    pub fn fit(&mut self) {
        self.is_fitted = true;
        self.scale = self.fitting();
        self.settle();
    }

    /// One pixel for one, around a point.
    pub fn one_to_one(&mut self, at: (i32, i32)) {
        self.scale_to(ONE, at);
    }

    /// Larger or smaller by steps of a quarter; the point stays under the pointer.
    pub fn step(&mut self, steps: i32, at: (i32, i32)) {
        let mut scale = self.scale;
        for _ in 0..steps.abs() {
            let next = if steps > 0 { (scale * 5 / 4).max(scale + 1) } else { scale * 4 / 5 };
            // One to one is not jumped over.
            let passes = (scale < ONE && next > ONE) || (scale > ONE && next < ONE);
            scale = if passes { ONE } else { next };
        }
        self.scale_to(scale, at);
    }

    /// Moved by hand.
    pub fn pan(&mut self, by: (i32, i32)) {
        self.at.0 -= i64::from(by.0);
        self.at.1 -= i64::from(by.1);
        self.settle();
    }

    /// Percent of the picture's own size.
    #[must_use]
    pub fn percent(&self) -> i64 {
        (self.scale * 100 + ONE / 2) / ONE
    }

    /// Whether there is more of it than is seen.
    #[must_use]
    pub fn is_larger(&self) -> bool {
        self.length(self.picture.0) > self.view.0 || self.length(self.picture.1) > self.view.1
    }

    /// What is drawn across and down.
    #[must_use]
    pub fn spans(&self) -> (Span, Span) {
        let span = |picture: i64, view: i64, at: i64| {
            let first = (at.max(0) * ONE / self.scale).min(picture - 1);
            let last =
                (((at + view) * ONE + self.scale - 1) / self.scale).clamp(first + 1, picture);
            let (from, end) = (self.length(first), self.length(last).max(self.length(first) + 1));
            let small = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
            Span {
                first: small(first),
                count: small(last - first),
                to: small(from - at),
                length: small(end - from),
            }
        };
        (span(self.picture.0, self.view.0, self.at.0), span(self.picture.1, self.view.1, self.at.1))
    }

    fn length(&self, pixels: i64) -> i64 {
        pixels * self.scale / ONE
    }

    fn fitting(&self) -> i64 {
        let across = self.view.0 * ONE / self.picture.0;
        let down = self.view.1 * ONE / self.picture.1;
        across.min(down).clamp(1, ONE)
    }

    fn scale_to(&mut self, scale: i64, at: (i32, i32)) {
        let scale = scale.clamp(self.fitting().min(ONE), MOST);
        let old = std::mem::replace(&mut self.scale, scale);
        let keep =
            |from: i64, point: i32| (from + i64::from(point)) * scale / old - i64::from(point);
        self.at = (keep(self.at.0, at.0), keep(self.at.1, at.1));
        self.is_fitted = scale == self.fitting();
        self.settle();
    }

    /// What fits stands in the middle, what does not leaves no gap.
    fn settle(&mut self) {
        let settled = |at: i64, length: i64, view: i64| match length <= view {
            true => -(view - length) / 2,
            false => at.clamp(0, length - view),
        };
        self.at = (
            settled(self.at.0, self.length(self.picture.0), self.view.0),
            settled(self.at.1, self.length(self.picture.1), self.view.1),
        );
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_picture_fits_and_is_never_blown_up_by_itself() {
        let small = Zoom::new((100, 50), (760, 500));
        assert_eq!((small.percent(), small.is_larger()), (100, false));
        let (across, down) = small.spans();
        assert_eq!(across, Span { first: 0, count: 100, to: 330, length: 100 });
        assert_eq!(down, Span { first: 0, count: 50, to: 225, length: 50 });
        let mut large = Zoom::new((2_560, 1_600), (640, 640));
        assert_eq!(large.percent(), 25);
        large.resize((1_280, 800));
        assert_eq!(large.percent(), 50, "it follows the window");
    }

    #[test]
    fn the_point_under_the_pointer_stays_there() {
        let mut zoom = Zoom::new((2_000, 2_000), (500, 500));
        zoom.one_to_one((125, 250));
        let (across, down) = zoom.spans();
        // A quarter across is pixel 500; it is still at 125.
        assert_eq!((across.first + 125 - across.to, down.first + 250 - down.to), (500, 1_000));
        zoom.pan((-5_000, 0));
        assert_eq!(zoom.spans().0.first, 1_500, "no further than its edge");
        zoom.fit();
        assert_eq!(zoom.percent(), 25);
    }

    proptest! {
        #[test]
        fn whatever_is_done_the_view_is_covered_or_the_picture_is_all_there(
            picture in (1_u32..2_600, 1_u32..2_600), view in (1..2_000, 1..2_000),
            steps in prop::collection::vec((-9..9, 0..2_000, 0..2_000, -900..900), 0..9),
        ) {
            let mut zoom = Zoom::new(picture, view);
            for (step, x, y, by) in steps {
                zoom.step(step, (x, y));
                zoom.pan((by, -by));
                let (across, down) = zoom.spans();
                for (span, view, whole) in [(across, view.0, picture.0), (down, view.1, picture.1)] {
                    let whole = i32::try_from(whole).unwrap();
                    prop_assert!(span.first >= 0 && span.count >= 1 && span.first + span.count <= whole);
                    let covers = span.to <= 0 && span.to + span.length >= view - 1;
                    prop_assert!(covers || span.count == whole, "{zoom:?} {span:?}");
                }
            }
        }
    }
}
