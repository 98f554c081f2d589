//! Parts of a picture at another size and turned, as they are shown while it is cut. Pure.

use crate::client::api::Picture;

/// A part of a picture, in pixels of the picture as it is turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub w: i32,
    /// Height.
    pub h: i32,
}

/// The pixels of a part at a size, without opacity: what shines through is white. Smaller: each
/// pixel is the mean of those under it; larger: the nearest one.
#[must_use]
pub fn scaled(picture: &Picture, turns: u8, part: Part, (w, h): (i32, i32)) -> Vec<u8> {
    let mut out = Vec::with_capacity(usize::try_from(w * h * 4).unwrap_or(0));
    for row in 0..h {
        let (top, bottom) = span(part.y, part.h, row, h);
        for column in 0..w {
            let (left, right) = span(part.x, part.w, column, w);
            let mut sums = [0_u32; 3];
            let mut count = 0_u32;
            for y in (top..bottom).step_by(step(bottom - top)) {
                for x in (left..right).step_by(step(right - left)) {
                    let Some([r, g, b, a]) = at(picture, turns, x, y) else { continue };
                    let on_white = |c: u8| 255 - (255 - u32::from(c)) * u32::from(a) / 255;
                    for (sum, value) in sums.iter_mut().zip([r, g, b]) {
                        *sum += on_white(value);
                    }
                    count += 1;
                }
            }
            out.extend(sums.map(|sum| u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX)));
            out.push(u8::MAX);
        }
    }
    out
}

/// A circle in sixteenths of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circle {
    /// Its middle.
    pub x: i32,
    /// Its middle.
    pub y: i32,
    /// From there to its edge.
    pub radius: i32,
}

impl Circle {
    /// How many sixteenths of a pixel lie within.
    fn cover(self, column: i32, row: i32) -> i32 {
        let (dx, dy) = (column * 16 + 8 - self.x, row * 16 + 8 - self.y);
        let distance = (i64::from(dx).pow(2) + i64::from(dy).pow(2)).isqrt();
        i32::try_from(i64::from(self.radius) - distance + 8).unwrap_or(0).clamp(0, 16)
    }
}

/// Darkens what lies outside of a circle, and draws its edge in white, so many sixteenths wide.
pub fn spotlight(pixels: &mut [u8], width: i32, circle: Circle, edge: i32) {
    /// What is left of the light, of sixteen.
    const DIM: i32 = 7;
    let inner = Circle { radius: circle.radius - edge, ..circle };
    each(pixels, width, |column, row, pixel| {
        let (outside, inside) = (16 - circle.cover(column, row), inner.cover(column, row));
        let on_edge = 16 - outside - inside;
        for value in pixel.iter_mut().take(3) {
            let light = i32::from(*value);
            let mixed = light * inside + light * DIM / 16 * outside + 255 * on_edge;
            *value = u8::try_from(mixed / 16).unwrap_or(u8::MAX);
        }
    });
}

/// Rounds the corners of a picture, in whole pixels.
pub fn round_corners(pixels: &mut [u8], (width, height): (i32, i32), radius: i32) {
    let middle = |at: i32, length: i32| match at {
        at if at < radius => radius * 16,
        at if at >= length - radius => (length - radius) * 16,
        _ => at * 16 + 8,
    };
    each(pixels, width, |column, row, pixel| {
        let (x, y) = (middle(column, width), middle(row, height));
        let cover = Circle { x, y, radius: radius * 16 }.cover(column, row);
        if let Some(alpha) = pixel.last_mut() {
            *alpha = u8::try_from(i32::from(*alpha) * cover / 16).unwrap_or(u8::MAX);
        }
    });
}

fn each(pixels: &mut [u8], width: i32, mut change: impl FnMut(i32, i32, &mut [u8])) {
    let (mut column, mut row) = (0, 0);
    for pixel in pixels.chunks_exact_mut(4) {
        change(column, row, pixel);
        column += 1;
        if column == width {
            (column, row) = (0, row + 1);
        }
    }
}

/// The pixels that one pixel of `count` stands for.
fn span(start: i32, length: i32, index: i32, count: i32) -> (i32, i32) {
    let count = count.max(1);
    let first = index * length / count;
    let end = ((index + 1) * length + count - 1) / count;
    (start + first, start + end.max(first + 1))
}

/// Every which pixel is looked at: four in a row tell enough of what one pixel stands for.
fn step(length: i32) -> usize {
    usize::try_from(length / 4).unwrap_or(1).max(1)
}

/// A pixel of the picture as it is turned.
fn at(picture: &Picture, turns: u8, x: i32, y: i32) -> Option<[u8; 4]> {
    let (width, height) = (i32::try_from(picture.width).ok()?, i32::try_from(picture.height).ok()?);
    let (x, y) = match turns % 4 {
        0 => (x, y),
        1 => (y, height - 1 - x),
        2 => (width - 1 - x, height - 1 - y),
        _ => (width - 1 - y, x),
    };
    if !(0..width).contains(&x) || !(0..height).contains(&y) {
        return None;
    }
    let start = usize::try_from((y * width + x) * 4).ok()?;
    picture.rgba.get(start..start + 4)?.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each pixel says where it is: its column, its row.
    fn picture(width: u8, height: u8) -> Picture {
        let rgba = (0..height).flat_map(|y| (0..width).flat_map(move |x| [x, y, 7, 255]));
        Picture { width: width.into(), height: height.into(), rgba: rgba.collect() }
    }

    fn first(pixels: &[u8]) -> (u8, u8) {
        (pixels[0], pixels[1])
    }

    #[test]
    fn a_part_is_where_it_is_after_each_turn() {
        let picture = picture(30, 20);
        let part = Part { x: 4, y: 3, w: 5, h: 5 };
        // The upper left pixel of the part, in the picture that was not turned.
        for (turns, expected) in [(0, (4, 3)), (1, (3, 15)), (2, (25, 16)), (3, (26, 4))] {
            let same = scaled(&picture, turns, part, (5, 5));
            assert_eq!(first(&same), expected, "{turns} turns");
            assert_eq!(same.len(), 5 * 5 * 4);
        }
        assert_eq!(scaled(&picture, 0, Part { x: 0, y: 0, w: 30, h: 20 }, (30, 20)), picture.rgba);
    }

    #[test]
    fn smaller_is_the_mean_and_what_shines_through_is_white() {
        let rgba = [[0, 0, 0, 255], [200, 100, 50, 255]].concat();
        let two = Picture { width: 2, height: 1, rgba };
        let whole = Part { x: 0, y: 0, w: 2, h: 1 };
        assert_eq!(scaled(&two, 0, whole, (1, 1)), [100, 50, 25, 255]);
        let clear = Picture { width: 1, height: 1, rgba: vec![9, 9, 9, 0] };
        let one = Part { x: 0, y: 0, w: 1, h: 1 };
        assert_eq!(scaled(&clear, 0, one, (1, 1)), [255; 4]);
        assert_eq!(scaled(&two, 0, whole, (4, 2)).len(), 4 * 2 * 4);
    }

    #[test]
    fn a_spotlight_leaves_the_middle_and_darkens_the_rest() {
        let mut pixels = [160, 80, 0, 255].repeat(40 * 40);
        spotlight(&mut pixels, 40, Circle { x: 320, y: 320, radius: 256 }, 32);
        let at = |x: usize, y: usize| &pixels[(y * 40 + x) * 4..(y * 40 + x) * 4 + 4];
        assert_eq!(at(20, 20), [160, 80, 0, 255]);
        assert_eq!(at(0, 0), [70, 35, 0, 255]);
        assert_eq!(at(20, 5), [255, 255, 255, 255], "the edge");
    }

    #[test]
    fn corners_are_clear_and_the_rest_is_not() {
        let mut pixels = [9, 9, 9, 255].repeat(30 * 20);
        round_corners(&mut pixels, (30, 20), 8);
        let alpha = |x: usize, y: usize| pixels[(y * 30 + x) * 4 + 3];
        for (x, y) in [(0, 0), (29, 0), (0, 19), (29, 19)] {
            assert_eq!(alpha(x, y), 0);
        }
        for (x, y) in [(15, 0), (0, 10), (29, 10), (15, 19), (8, 8)] {
            assert_eq!(alpha(x, y), 255, "{x}, {y}");
        }
    }

    #[test]
    fn what_lies_outside_is_left_out() {
        let part = Part { x: -5, y: 90, w: 40, h: 10 };
        assert_eq!(scaled(&picture(30, 20), 1, part, (3, 3)).len(), 3 * 3 * 4);
    }
}
