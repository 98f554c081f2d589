//! Where the view stands: eased movement, following the newest message, staying within content.

/// A movement takes so long.
pub const GLIDE_MS: u64 = 140;
/// One notch of the wheel moves the view by so much.
pub const WHEEL: i64 = 66;
/// An arrow key moves the view by so much.
pub const ARROW: i64 = 44;
/// What of the last page stays in sight on page up and down.
const PAGE_KEPT: i32 = 44;
/// The smallest thumb.
const THUMB_MIN: i64 = 32;

/// The sizes that bound a view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// The height of everything.
    pub content: i64,
    /// The height of the view.
    pub view: i32,
}

/// A view's place over the content.
#[derive(Clone, Debug)]
pub struct Scroll {
    offset: i64,
    glide: Option<Glide>,
    follows: bool,
}

#[derive(Clone, Copy, Debug)]
struct Glide {
    from: i64,
    to: i64,
    start_ms: u64,
}

/// Where the thumb of the scrollbar lies in its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thumb {
    /// From the top of the lane.
    pub y: i32,
    /// Its length.
    pub h: i32,
}

impl Extent {
    /// The furthest place from the top.
    #[must_use]
    pub fn offset_max(self) -> i64 {
        (self.content - i64::from(self.view)).max(0)
    }

    /// How far a page goes.
    #[must_use]
    pub fn page(self) -> i64 {
        i64::from((self.view - PAGE_KEPT).max(self.view / 2).max(1))
    }

    /// The thumb for a place; nothing when all is in sight.
    #[must_use]
    pub fn thumb(self, offset: i64) -> Option<Thumb> {
        let view = i64::from(self.view);
        let most = self.offset_max();
        if most == 0 || view <= THUMB_MIN {
            return None;
        }
        let length = (view * view / self.content).max(THUMB_MIN);
        let y = (view - length) * offset.clamp(0, most) / most;
        Some(Thumb { y: i32::try_from(y).ok()?, h: i32::try_from(length).ok()? })
    }

    /// The place for a thumb that was dragged to `y`.
    #[must_use]
    pub fn offset_of_thumb(self, y: i32) -> i64 {
        let Some(thumb) = self.thumb(0) else { return 0 };
        let lane = i64::from((self.view - thumb.h).max(1));
        (self.offset_max() * i64::from(y) / lane).clamp(0, self.offset_max())
    }
}

impl Default for Scroll {
    /// At the end, and staying there.
    fn default() -> Self {
        Scroll { offset: 0, glide: None, follows: true }
    }
}

impl Scroll {
    /// How far the view's top is from the content's.
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.offset
    }

    /// Whether new content at the end comes into sight by itself.
    #[must_use]
    pub fn follows(&self) -> bool {
        self.follows
    }

    /// Whether it moves.
    #[must_use]
    pub fn is_gliding(&self) -> bool {
        self.glide.is_some()
    }

    /// Stands at a place at once.
    pub fn jump(&mut self, offset: i64, extent: Extent) {
        self.glide = None;
        self.follows = false;
        self.offset = offset;
        self.settle(extent);
    }

    /// Goes to the end and stays there.
    pub fn follow(&mut self, extent: Extent) {
        self.glide = None;
        self.follows = true;
        self.offset = extent.offset_max();
    }

    /// Moves by a distance; movements that follow each other add up.
    pub fn glide_by(&mut self, by: i64, now_ms: u64, extent: Extent) {
        let to = self.glide.map_or(self.offset, |glide| glide.to);
        self.glide_to(to + by, now_ms, extent);
    }

    /// Moves to a place.
    pub fn glide_to(&mut self, to: i64, now_ms: u64, extent: Extent) {
        let to = to.clamp(0, extent.offset_max());
        self.follows = to >= extent.offset_max() && to <= self.offset;
        self.glide =
            (to != self.offset).then_some(Glide { from: self.offset, to, start_ms: now_ms });
    }

    /// Goes on moving; returns whether there is more to come.
    pub fn tick(&mut self, now_ms: u64, extent: Extent) -> bool {
        let Some(glide) = self.glide else { return false };
        let to = glide.to.clamp(0, extent.offset_max());
        let left_ms = (glide.start_ms + GLIDE_MS).saturating_sub(now_ms).min(GLIDE_MS);
        // Cubic: fast at first, then slower and slower.
        let cube = |ms: u64| i128::from(ms) * i128::from(ms) * i128::from(ms);
        let left = i128::from(to - glide.from) * cube(left_ms) / cube(GLIDE_MS);
        self.offset = to - i64::try_from(left).unwrap_or(0);
        if left_ms == 0 || self.offset == to {
            self.jump(to, extent);
        }
        self.glide.is_some()
    }

    /// Content above the view grew by so much: what is in sight stays where it is.
    pub fn shift(&mut self, by: i64) {
        self.offset += by;
        if let Some(glide) = &mut self.glide {
            glide.from += by;
            glide.to += by;
        }
    }

    /// Comes back into the content after it changed.
    pub fn settle(&mut self, extent: Extent) {
        let most = extent.offset_max();
        if self.follows && self.glide.is_none() {
            self.offset = most;
        }
        self.offset = self.offset.clamp(0, most);
        // Whoever is at the end, however they came there, wants to see what comes next.
        self.follows |= self.glide.is_none() && self.offset == most;
    }

    /// Whether the view is so near the top that older content should come.
    #[must_use]
    pub fn is_near_top(&self, extent: Extent) -> bool {
        self.offset < i64::from(extent.view)
    }

    /// How far the view is from the end.
    #[must_use]
    pub fn distance(&self, extent: Extent) -> i64 {
        extent.offset_max() - self.offset
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EXTENT: Extent = Extent { content: 5_000, view: 500 };

    #[test]
    fn a_movement_slows_down_and_ends_where_it_should() {
        let mut scroll = Scroll::default();
        scroll.jump(1_000, EXTENT);
        scroll.glide_by(-WHEEL, 0, EXTENT);
        let mut last_step = i64::MAX;
        let mut now_ms = 0;
        while scroll.is_gliding() {
            let before = scroll.offset();
            now_ms += 16;
            scroll.tick(now_ms, EXTENT);
            let step = before - scroll.offset();
            assert!((0..=last_step).contains(&step), "{step} after {last_step}");
            last_step = step;
        }
        assert_eq!(scroll.offset(), 1_000 - WHEEL);
        assert!(now_ms <= GLIDE_MS + 16);
    }

    #[test]
    fn notches_add_up() {
        let mut scroll = Scroll::default();
        scroll.jump(1_000, EXTENT);
        scroll.glide_by(WHEEL, 0, EXTENT);
        scroll.tick(16, EXTENT);
        scroll.glide_by(WHEEL, 16, EXTENT);
        scroll.tick(1_000, EXTENT);
        assert_eq!(scroll.offset(), 1_000 + 2 * WHEEL);
    }

    #[test]
    fn the_end_is_followed_until_one_goes_up_and_again_from_the_end_on() {
        let mut scroll = Scroll::default();
        scroll.settle(EXTENT);
        assert_eq!((scroll.offset(), scroll.follows()), (4_500, true));
        let grown = Extent { content: 5_100, ..EXTENT };
        scroll.settle(grown);
        assert_eq!(scroll.offset(), 4_600);
        scroll.glide_by(-100, 0, grown);
        assert!(!scroll.follows());
        scroll.tick(1_000, grown);
        scroll.settle(Extent { content: 6_000, ..EXTENT });
        assert_eq!((scroll.offset(), scroll.follows()), (4_500, false));
        scroll.glide_by(10_000, 1_000, Extent { content: 6_000, ..EXTENT });
        scroll.tick(2_000, Extent { content: 6_000, ..EXTENT });
        assert_eq!((scroll.offset(), scroll.follows()), (5_500, true));
        // Down at the end is no reason to let go of it.
        scroll.glide_by(WHEEL, 2_000, Extent { content: 6_000, ..EXTENT });
        assert!(scroll.follows() && !scroll.is_gliding());
    }

    #[test]
    fn growth_above_moves_a_movement_along() {
        let mut scroll = Scroll::default();
        scroll.jump(1_000, EXTENT);
        scroll.glide_by(-100, 0, EXTENT);
        scroll.shift(300);
        scroll.tick(1_000, Extent { content: 5_300, ..EXTENT });
        assert_eq!(scroll.offset(), 1_200);
    }

    #[test]
    fn the_thumb_tells_the_place() {
        let thumb = |offset| EXTENT.thumb(offset).unwrap();
        assert_eq!((thumb(0), thumb(4_500)), (Thumb { y: 0, h: 50 }, Thumb { y: 450, h: 50 }));
        assert_eq!(EXTENT.offset_of_thumb(450), 4_500);
        assert_eq!(EXTENT.offset_of_thumb(-5), 0);
        assert_eq!(Extent { content: 400, view: 500 }.thumb(0), None);
        let huge = Extent { content: 10_000_000, view: 500 };
        assert_eq!(huge.thumb(huge.offset_max()), Some(Thumb { y: 468, h: 32 }));
    }

    #[derive(Clone, Debug)]
    enum Step {
        Glide(i64),
        Jump(i64),
        Tick(u64),
        Shift(i64),
        Resize(i64, i32),
        Follow,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (-9_000_i64..9_000).prop_map(Step::Glide),
            (-9_000_i64..9_000).prop_map(Step::Jump),
            (0_u64..200).prop_map(Step::Tick),
            (-300_i64..300).prop_map(Step::Shift),
            (0_i64..9_000, 0..900).prop_map(|(content, view)| Step::Resize(content, view)),
            Just(Step::Follow),
        ]
    }

    proptest! {
        #[test]
        fn the_view_never_leaves_the_content(steps in prop::collection::vec(step(), 0..60)) {
            let mut scroll = Scroll::default();
            let mut extent = EXTENT;
            let mut now_ms = 0;
            for step in steps {
                match step {
                    Step::Glide(by) => scroll.glide_by(by, now_ms, extent),
                    Step::Jump(to) => scroll.jump(to, extent),
                    Step::Tick(ms) => {
                        now_ms += ms;
                        scroll.tick(now_ms, extent);
                    }
                    Step::Shift(by) => scroll.shift(by),
                    Step::Resize(content, view) => extent = Extent { content, view },
                    Step::Follow => scroll.follow(extent),
                }
                scroll.settle(extent);
                prop_assert!((0..=extent.offset_max()).contains(&scroll.offset()));
            }
        }
    }
}
