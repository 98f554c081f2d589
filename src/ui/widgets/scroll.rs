//! Scrolling as numbers: where the view is, where it eases to, where the thumb lies. Pure.

use crate::ui::paint::Rect;

/// Shortest thumb that can be grabbed.
const THUMB_MIN: i32 = 32;

/// A view onto something taller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scroll {
    top: i32,
    target: i32,
    content: i32,
    view: i32,
}

impl Scroll {
    /// The first visible px.
    #[must_use]
    pub fn top(&self) -> i32 {
        self.top
    }

    /// The height of the view.
    #[must_use]
    pub fn view(&self) -> i32 {
        self.view
    }

    /// The largest possible [`Scroll::top`].
    #[must_use]
    pub fn end(&self) -> i32 {
        (self.content - self.view).max(0)
    }

    /// Whether the first px is visible or about to be.
    #[must_use]
    pub fn is_at_start(&self) -> bool {
        self.target <= 0
    }

    /// Whether the last px is visible or about to be.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.target >= self.end()
    }

    /// Takes new heights; stays where it is as far as possible.
    pub fn resize(&mut self, content: i32, view: i32) {
        (self.content, self.view) = (content, view);
        self.top = self.top.clamp(0, self.end());
        self.target = self.target.clamp(0, self.end());
    }

    /// Goes somewhere at once.
    pub fn jump(&mut self, top: i32) {
        self.top = top.clamp(0, self.end());
        self.target = self.top;
    }

    /// Content above the view grew by so much; what is seen stays where it is.
    pub fn shift(&mut self, by: i32) {
        self.top = (self.top + by).clamp(0, self.end());
        self.target = (self.target + by).clamp(0, self.end());
    }

    /// Eases by so much from where it is heading.
    pub fn ease_by(&mut self, by: i32) {
        self.ease_to(self.target + by);
    }

    /// Eases somewhere.
    pub fn ease_to(&mut self, top: i32) {
        self.target = top.clamp(0, self.end());
    }

    /// One frame of easing; whether there are more to come.
    pub fn step(&mut self) -> bool {
        let distance = self.target - self.top;
        let move_by = distance * 3 / 10;
        self.top += if move_by == 0 { distance.signum() } else { move_by };
        self.top != self.target
    }

    /// Scrolls at once, as little as possible, so that a span is seen.
    pub fn reveal(&mut self, start: i32, end: i32) {
        if start < self.top {
            self.jump(start);
        } else if end > self.top + self.view {
            self.jump(end - self.view);
        }
    }

    /// The thumb within a lane; none when all is seen.
    #[must_use]
    pub fn thumb(&self, lane: Rect) -> Option<Rect> {
        if self.end() == 0 || lane.h <= 0 {
            return None;
        }
        let h = scaled(lane.h, self.view, self.content).max(THUMB_MIN.min(lane.h));
        let y = lane.y + scaled(lane.h - h, self.top, self.end());
        Some(Rect::new(lane.x, y, lane.w, h))
    }

    /// Follows a thumb whose upper edge was dragged to `y`.
    pub fn drag(&mut self, lane: Rect, y: i32) {
        if let Some(thumb) = self.thumb(lane) {
            let room = (lane.h - thumb.h).max(1);
            self.jump(scaled(self.end(), (y - lane.y).clamp(0, room), room));
        }
    }
}

/// `value * part / whole` without overflow.
fn scaled(value: i32, part: i32, whole: i32) -> i32 {
    let product = i64::from(value) * i64::from(part);
    i32::try_from(product / i64::from(whole.max(1))).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scroll(content: i32, view: i32) -> Scroll {
        let mut scroll = Scroll::default();
        scroll.resize(content, view);
        scroll
    }

    #[test]
    fn easing_ends_exactly_at_its_target() {
        for target in [0, 1, 7, 500, 900, 5000] {
            let mut scroll = scroll(1000, 100);
            scroll.jump(450);
            scroll.ease_to(target);
            let mut frames = 0;
            while scroll.step() {
                frames += 1;
                assert!(frames < 100, "never arrives at {target}");
            }
            assert_eq!(scroll.top(), target.min(900));
        }
    }

    #[test]
    fn a_thumb_stays_in_its_lane_and_drags_back_to_where_it_was() {
        let lane = Rect::new(0, 10, 6, 300);
        for content in [301, 1000, 5_000_000] {
            let mut scroll = scroll(content, 300);
            for part in 0..=10 {
                scroll.jump(scroll.end() / 10 * part);
                let thumb = scroll.thumb(lane).unwrap();
                assert!(thumb.y >= lane.y && thumb.bottom() <= lane.bottom() && thumb.h >= 32);
            }
            scroll.jump(i32::MAX);
            let y = scroll.thumb(lane).unwrap().y;
            scroll.jump(0);
            scroll.drag(lane, y);
            assert!(scroll.is_at_end());
        }
        assert_eq!(scroll(300, 300).thumb(lane), None);
    }

    #[test]
    fn growth_above_keeps_what_is_seen() {
        let mut scroll = scroll(1000, 100);
        scroll.jump(400);
        scroll.resize(1300, 100);
        scroll.shift(300);
        assert_eq!(scroll.top(), 700);
    }
}
