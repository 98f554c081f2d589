//! The square that is cut out of a picture: moved, stretched, turned, and never outside of it. Pure.
//!
//! Everything is in pixels of the picture as it is turned.

use crate::client::api::Crop;

/// The least pixels of a side: less would be blurred.
pub const SIDE_MIN: i32 = 128;
/// Steps of the slider, from the largest square to the smallest.
pub const LEVELS: i32 = 100;

/// A corner of the square.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corner {
    /// Upper left.
    UpperLeft,
    /// Upper right.
    UpperRight,
    /// Lower left.
    LowerLeft,
    /// Lower right.
    LowerRight,
}

impl Corner {
    /// All four.
    pub const ALL: [Corner; 4] =
        [Corner::UpperLeft, Corner::UpperRight, Corner::LowerLeft, Corner::LowerRight];

    /// Whether it is at the right, and whether at the bottom.
    #[must_use]
    pub fn side(self) -> (bool, bool) {
        match self {
            Corner::UpperLeft => (false, false),
            Corner::UpperRight => (true, false),
            Corner::LowerLeft => (false, true),
            Corner::LowerRight => (true, true),
        }
    }
}

/// A square in a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cropping {
    /// The picture's width, as it is turned.
    pub width: i32,
    /// Its height.
    pub height: i32,
    /// Quarter turns to the right.
    pub turns: u8,
    /// The square's left edge.
    pub x: i32,
    /// Its upper edge.
    pub y: i32,
    /// Its side.
    pub side: i32,
}

impl Cropping {
    /// The largest square in the middle.
    #[must_use]
    pub fn new(width: u32, height: u32) -> Cropping {
        let whole = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX).max(1);
        let (width, height) = (whole(width), whole(height));
        let side = width.min(height);
        let (x, y) = ((width - side) / 2, (height - side) / 2);
        Cropping { width, height, turns: 0, x, y, side }
    }

    /// The largest side.
    #[must_use]
    pub fn largest(self) -> i32 {
        self.width.min(self.height)
    }

    /// The smallest side.
    #[must_use]
    pub fn smallest(self) -> i32 {
        SIDE_MIN.min(self.largest())
    }

    /// Moved by so much, as far as there is picture.
    #[must_use]
    pub fn moved(self, dx: i32, dy: i32) -> Cropping {
        self.at(self.x.saturating_add(dx), self.y.saturating_add(dy))
    }

    /// One of its corners was drawn to a point; the opposite one stays.
    #[must_use]
    pub fn stretched(self, corner: Corner, to_x: i32, to_y: i32) -> Cropping {
        let (right, bottom) = corner.side();
        let fixed_x = if right { self.x } else { self.x + self.side };
        let fixed_y = if bottom { self.y } else { self.y + self.side };
        let reach = |right: bool, from: i32, to: i32| {
            if right { to.saturating_sub(from) } else { from.saturating_sub(to) }
        };
        let wanted = reach(right, fixed_x, to_x).max(reach(bottom, fixed_y, to_y));
        let room_x = if right { self.width - fixed_x } else { fixed_x };
        let room_y = if bottom { self.height - fixed_y } else { fixed_y };
        let most = room_x.min(room_y);
        let side = wanted.clamp(self.smallest().min(most), most);
        let x = if right { fixed_x } else { fixed_x - side };
        let y = if bottom { fixed_y } else { fixed_y - side };
        Cropping { x, y, side, ..self }
    }

    /// Closer by so many steps, or farther when negative; its middle stays where it can.
    #[must_use]
    pub fn zoomed(self, steps: i32) -> Cropping {
        let step = (self.side / 10).max(1);
        self.sized(self.side.saturating_sub(step.saturating_mul(steps)))
    }

    /// Where the slider stands: zero for the largest square.
    #[must_use]
    pub fn level(self) -> i32 {
        let room = self.largest() - self.smallest();
        if room == 0 { 0 } else { ((self.largest() - self.side) * LEVELS + room / 2) / room }
    }

    /// The square for a place of the slider.
    #[must_use]
    pub fn at_level(self, level: i32) -> Cropping {
        let room = self.largest() - self.smallest();
        self.sized(self.largest() - room * level.clamp(0, LEVELS) / LEVELS)
    }

    /// The picture is turned to the left by a quarter, and the square with it.
    #[must_use]
    pub fn turned(self) -> Cropping {
        Cropping {
            width: self.height,
            height: self.width,
            turns: (self.turns + 3) % 4,
            x: self.y,
            y: self.width - self.x - self.side,
            side: self.side,
        }
    }

    /// What is asked of the client core.
    #[must_use]
    pub fn crop(self) -> Crop {
        let whole = |pixels: i32| u32::try_from(pixels).unwrap_or(0);
        Crop { x: whole(self.x), y: whole(self.y), side: whole(self.side), turns: self.turns }
    }

    fn sized(self, side: i32) -> Cropping {
        let side = side.clamp(self.smallest(), self.largest());
        let (x, y) = (self.x + (self.side - side) / 2, self.y + (self.side - side) / 2);
        Cropping { side, ..self }.at(x, y)
    }

    fn at(self, x: i32, y: i32) -> Cropping {
        let (x, y) = (x.clamp(0, self.width - self.side), y.clamp(0, self.height - self.side));
        Cropping { x, y, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_inside(crop: Cropping) -> bool {
        let is_large_enough = crop.side >= crop.smallest() && crop.side <= crop.largest();
        let is_in = |start: i32, length: i32| start >= 0 && start + crop.side <= length;
        is_large_enough && is_in(crop.x, crop.width) && is_in(crop.y, crop.height)
    }

    #[test]
    fn it_begins_as_the_largest_square_in_the_middle() {
        let crop = Cropping::new(1_000, 600);
        assert_eq!((crop.x, crop.y, crop.side), (200, 0, 600));
        assert_eq!(crop.level(), 0);
        assert_eq!(crop.crop(), Crop { x: 200, y: 0, side: 600, turns: 0 });
    }

    #[test]
    fn whatever_is_done_it_stays_a_square_inside_that_is_large_enough() {
        let wild = [i32::MIN, -10_000, -333, -1, 0, 1, 77, 450, 10_000, i32::MAX];
        for (width, height) in [(128, 128), (1_024, 25), (1_024, 768), (300, 900), (1, 1)] {
            let mut crop = Cropping::new(width, height);
            for (at, first) in wild.into_iter().enumerate() {
                for second in wild {
                    let corner = Corner::ALL[at % 4];
                    let next = [
                        crop.moved(first, second),
                        crop.stretched(corner, first, second),
                        crop.zoomed(first),
                        crop.at_level(second),
                        crop.turned(),
                        crop.zoomed(3).moved(first / 1_000, 5).stretched(corner, 200, second),
                    ];
                    for made in next {
                        assert!(is_inside(made), "{made:?} of {crop:?}");
                    }
                    crop = next[at % next.len()];
                }
            }
        }
    }

    #[test]
    fn a_corner_that_is_drawn_leaves_the_opposite_one() {
        let crop = Cropping::new(1_000, 1_000).at_level(50);
        let (left, top) = (crop.x, crop.y);
        let (right, bottom) = (crop.x + crop.side, crop.y + crop.side);
        for corner in Corner::ALL {
            for (x, y) in [(0, 0), (1_000, 0), (300, 700), (500, 500), (1_000, 1_000)] {
                let made = crop.stretched(corner, x, y);
                let (is_right, is_bottom) = corner.side();
                let fixed_x = if is_right { made.x == left } else { made.x + made.side == right };
                let fixed_y = if is_bottom { made.y == top } else { made.y + made.side == bottom };
                assert!(fixed_x && fixed_y, "{corner:?} to {x}, {y}: {made:?}");
            }
        }
        let made = crop.stretched(Corner::LowerRight, right - 50, bottom - 80);
        assert_eq!(made.side, crop.side - 50, "the farther of both counts");
    }

    #[test]
    fn the_slider_and_the_wheel_go_from_the_largest_to_the_smallest() {
        let crop = Cropping::new(1_000, 700);
        assert_eq!(crop.at_level(LEVELS).side, SIDE_MIN);
        for level in 0..=LEVELS {
            assert_eq!(crop.at_level(level).level(), level);
        }
        let closer = crop.zoomed(2);
        assert_eq!(closer.side, 560);
        let middle = |crop: Cropping| (crop.x + crop.side / 2, crop.y + crop.side / 2);
        assert_eq!(middle(closer), middle(crop));
        assert_eq!(crop.zoomed(100).side, SIDE_MIN);
        let narrow = Cropping::new(1_000, 60);
        assert_eq!((narrow.smallest(), narrow.level(), narrow.at_level(50).side), (60, 0, 60));
    }

    #[test]
    fn four_quarter_turns_are_none() {
        let crop = Cropping::new(1_000, 600).at_level(40).moved(-100, 37);
        let once = crop.turned();
        assert_eq!((once.width, once.height, once.turns), (600, 1_000, 3));
        // What was at the top is at the left, what was at the right at the top.
        assert_eq!((once.x, once.y), (crop.y, 1_000 - crop.x - crop.side));
        assert_eq!(once.turned().turned().turned(), crop);
    }
}
