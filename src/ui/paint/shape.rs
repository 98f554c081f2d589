//! Smooth corners as pixels: pure arithmetic, since the platforms draw arcs with jagged edges.

use crate::ui::theme::Rgb;

/// One corner of a rounded rectangle, in device pixels, seen from its outermost point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Corner {
    /// Radius in sixteenths of a pixel, so that half pixels are told apart.
    pub radius_16: i32,
    /// Columns of the tile.
    pub columns: i32,
    /// Rows of the tile.
    pub rows: i32,
    /// What is inside the outline; nothing for a frame.
    pub fill: Option<Rgb>,
    /// The outline's colour and width.
    pub outline: Option<(Rgb, i32)>,
    /// Whether the tile is the right one of its pair.
    pub right: bool,
    /// Whether the tile is the lower one of its pair.
    pub bottom: bool,
}

impl Corner {
    /// The tile as red, green, blue, alpha, row by row.
    #[must_use]
    pub fn pixels(&self) -> Vec<u8> {
        let mut pixels = Vec::new();
        for row in 0..self.rows {
            let y = if self.bottom { self.rows - 1 - row } else { row };
            for column in 0..self.columns {
                let x = if self.right { self.columns - 1 - column } else { column };
                pixels.extend(self.pixel(centre(x), centre(y)));
            }
        }
        pixels
    }

    fn pixel(&self, x: f32, y: f32) -> [u8; 4] {
        let outer = self.cover(x, y, 0);
        let width = self.outline.map_or(0, |(_, width)| width);
        let inner = self.cover(x, y, width);
        let ring = (outer - inner).max(0.0);
        let fill = if self.fill.is_some() { inner } else { 0.0 };
        let ring = if self.outline.is_some() { ring } else { 0.0 };
        let alpha = fill + ring;
        if alpha <= 0.0 {
            return [0; 4];
        }
        let Rgb(fr, fg, fb) = self.fill.unwrap_or(Rgb(0, 0, 0));
        let Rgb(or, og, ob) = self.outline.map_or(Rgb(0, 0, 0), |(colour, _)| colour);
        let mix = |fill_part: u8, ring_part: u8| {
            byte((f32::from(fill_part) * fill + f32::from(ring_part) * ring) / alpha)
        };
        [mix(fr, or), mix(fg, og), mix(fb, ob), byte(alpha * 255.0)]
    }

    /// How much of the pixel around a point lies within the shape shrunk by `inset`.
    fn cover(&self, x: f32, y: f32, inset: i32) -> f32 {
        let inset = device(inset);
        let radius = device(self.radius_16) / 16.0;
        let (dx, dy) = (radius - x, radius - y);
        if dx <= 0.0 || dy <= 0.0 {
            // Beside the arc the edges are straight and lie on whole pixels.
            return if x >= inset && y >= inset { 1.0 } else { 0.0 };
        }
        let inner = (radius - inset).max(0.0);
        if inner <= 0.0 {
            return if x >= inset && y >= inset { 1.0 } else { 0.0 };
        }
        (inner - dx.hypot(dy) + 0.5).clamp(0.0, 1.0)
    }
}

/// Multiplies the alpha of an image by a shape: a circle or a rounded square that fills it.
pub fn mask(pixels: &mut [u8], side: i32, radius: f32) {
    let middle = device(side) / 2.0;
    let straight = middle - radius;
    let side_len = usize::try_from(side).unwrap_or(0).max(1);
    for (index, pixel) in pixels.chunks_exact_mut(4).enumerate() {
        let at = |value: usize| centre(i32::try_from(value).unwrap_or(0)) - middle;
        let dx = (at(index % side_len).abs() - straight).max(0.0);
        let dy = (at(index / side_len).abs() - straight).max(0.0);
        let cover = (radius - dx.hypot(dy) + 0.5).clamp(0.0, 1.0);
        if let Some(alpha) = pixel.last_mut() {
            *alpha = byte(f32::from(*alpha) * cover);
        }
    }
}

/// Turns an image to grey by luminance and thins it, as people who are away from their computer
/// are shown.
pub fn fade(pixels: &mut [u8], percent: u32) {
    for pixel in pixels.chunks_exact_mut(4) {
        if let [r, g, b, a] = pixel {
            let sum = u32::from(*r) * 299 + u32::from(*g) * 587 + u32::from(*b) * 114;
            let grey = u8::try_from((sum + 500) / 1000).unwrap_or(u8::MAX);
            (*r, *g, *b) = (grey, grey, grey);
            *a = u8::try_from(u32::from(*a) * percent / 100).unwrap_or(u8::MAX);
        }
    }
}

/// Shrinks a square picture by averaging areas, weighted by alpha: smooth at any size.
#[must_use]
pub fn shrink(pixels: &[u8], from: usize, to: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(to * to * 4);
    for row in 0..to {
        for column in 0..to {
            let (mut sum, mut weight_sum) = ([0_u64; 4], 0_u64);
            for (y, wy) in spans(row, from, to) {
                for (x, wx) in spans(column, from, to) {
                    let start = (y * from + x) * 4;
                    let Some(&[r, g, b, a]) =
                        pixels.get(start..start + 4).and_then(|p| p.first_chunk::<4>())
                    else {
                        continue;
                    };
                    let weight = wx * wy;
                    let alpha = weight * u64::from(a);
                    weight_sum += weight;
                    sum[0] += alpha * u64::from(r);
                    sum[1] += alpha * u64::from(g);
                    sum[2] += alpha * u64::from(b);
                    sum[3] += alpha;
                }
            }
            let part = |value: u64, by: u64| {
                u8::try_from((value + by / 2).checked_div(by).unwrap_or(0)).unwrap_or(u8::MAX)
            };
            let alpha = sum[3];
            out.extend([
                part(sum[0], alpha),
                part(sum[1], alpha),
                part(sum[2], alpha),
                part(alpha, weight_sum),
            ]);
        }
    }
    out
}

/// The source pixels under one target pixel, each with its share in units of 1/`to`.
fn spans(index: usize, from: usize, to: usize) -> impl Iterator<Item = (usize, u64)> {
    let (start, end) = (index * from, (index + 1) * from);
    (start / to..end.div_ceil(to)).map(move |pixel| {
        let low = start.max(pixel * to);
        let high = end.min((pixel + 1) * to);
        (pixel, u64::try_from(high.saturating_sub(low)).unwrap_or(0))
    })
}

/// The middle of a pixel.
fn centre(index: i32) -> f32 {
    device(index) + 0.5
}

/// A small count of pixels, exactly.
fn device(value: i32) -> f32 {
    f32::from(i16::try_from(value).unwrap_or(i16::MAX))
}

/// The nearest byte.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is clamped to the range of a byte first"
)]
fn byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHITE: Rgb = Rgb(255, 255, 255);

    fn corner(radius: i32, side: i32) -> Corner {
        Corner {
            radius_16: radius * 16,
            columns: side,
            rows: side,
            fill: Some(WHITE),
            outline: None,
            right: false,
            bottom: false,
        }
    }

    #[test]
    fn a_corner_is_empty_outside_full_inside_and_smooth_between() {
        let pixels = corner(8, 8).pixels();
        let alphas: Vec<u8> = pixels.chunks(4).map(|p| p[3]).collect();
        assert_eq!(alphas[0], 0);
        assert_eq!(alphas[63], 255);
        assert!(alphas.iter().any(|a| (1..255).contains(a)));
        let area: f32 = alphas.iter().map(|a| f32::from(*a) / 255.0).sum();
        let exact = std::f32::consts::PI * 16.0;
        assert!((area - exact).abs() < 0.6, "{area} instead of {exact}");
    }

    #[test]
    fn the_four_corners_are_mirror_images() {
        let left = corner(6, 6).pixels();
        let right = Corner { right: true, ..corner(6, 6) }.pixels();
        for row in 0..6 {
            for column in 0..6 {
                assert_eq!(left[(row * 6 + column) * 4 + 3], right[(row * 6 + 5 - column) * 4 + 3]);
            }
        }
    }

    #[test]
    fn an_outline_keeps_its_width_on_the_straight_part() {
        let frame = Corner { fill: None, outline: Some((WHITE, 1)), ..corner(4, 8) };
        let alphas: Vec<u8> = frame.pixels().chunks(4).map(|p| p[3]).collect();
        assert_eq!(alphas[7], 255);
        assert_eq!(alphas[8 + 7], 0);
        assert_eq!(alphas[8 * 7 + 7], 0);
    }

    #[test]
    fn shrinking_keeps_an_even_colour_even() {
        let pixels: Vec<u8> = [10, 20, 30, 255].repeat(72 * 72);
        for side in [20, 30, 36, 54, 72] {
            assert_eq!(shrink(&pixels, 72, side), [10, 20, 30, 255].repeat(side * side));
        }
    }

    #[test]
    fn a_mask_cuts_the_corners_and_keeps_the_middle() {
        let mut pixels = [9, 9, 9, 255].repeat(36 * 36);
        mask(&mut pixels, 36, 18.0);
        assert_eq!(pixels[3], 0);
        assert_eq!(pixels[(18 * 36 + 18) * 4 + 3], 255);
    }
}
