//! The traffic chart as pixels: two smooth lines, the area under one of them. Pure arithmetic,
//! since the platforms draw lines with jagged edges.

use super::traffic::Rate;
use crate::ui::theme::Rgb;

/// Below so many bytes a second the chart stays low: a few pings are no mountain.
const TOP_MIN: u64 = 2_000;

/// What it is drawn with.
#[derive(Debug, Clone, Copy)]
pub struct Ink {
    /// The line of bytes in.
    pub incoming: Rgb,
    /// The line of bytes out.
    pub outgoing: Rgb,
    /// The area under the line of bytes in.
    pub area: Rgb,
}

/// Red, green, blue, alpha, row by row, for a picture of this size with lines of this width.
#[must_use]
pub fn pixels(points: &[Rate], (w, h): (usize, usize), line: f32, ink: Ink) -> Vec<u8> {
    let top = points.iter().map(|rate| rate.incoming.max(rate.outgoing)).max();
    let top = float(top.unwrap_or(0).max(TOP_MIN)) * 1.1;
    let height = |bytes: u64| (float(h) - 1.0 - line) * (1.0 - float(bytes) / top) + line / 2.0;
    let incoming: Vec<f32> = points.iter().map(|rate| height(rate.incoming)).collect();
    let outgoing: Vec<f32> = points.iter().map(|rate| height(rate.outgoing)).collect();
    let step = float(w) / float(points.len().saturating_sub(1).max(1));
    let mut pixels = Vec::with_capacity(w * h * 4);
    for row in 0..h {
        let y = float(row) + 0.5;
        for column in 0..w {
            let x = float(column) + 0.5;
            let below = (y - level(&incoming, step, x) + 0.5).clamp(0.0, 1.0);
            let mut pixel = Pixel::default();
            pixel.over(ink.area, below);
            pixel.over(ink.outgoing, cover(&outgoing, step, (x, y), line));
            pixel.over(ink.incoming, cover(&incoming, step, (x, y), line));
            pixels.extend(pixel.bytes());
        }
    }
    pixels
}

/// A colour that is built up in layers.
#[derive(Default)]
struct Pixel {
    rgb: [f32; 3],
    alpha: f32,
}

impl Pixel {
    fn over(&mut self, Rgb(r, g, b): Rgb, cover: f32) {
        let alpha = cover + self.alpha * (1.0 - cover);
        if alpha <= 0.0 {
            return;
        }
        for (own, new) in self.rgb.iter_mut().zip([r, g, b]) {
            *own = (f32::from(new) * cover + *own * self.alpha * (1.0 - cover)) / alpha;
        }
        self.alpha = alpha;
    }

    fn bytes(&self) -> [u8; 4] {
        let [r, g, b] = self.rgb;
        [byte(r), byte(g), byte(b), byte(self.alpha * 255.0)]
    }
}

/// The height of a line at a place between its points.
fn level(line: &[f32], step: f32, x: f32) -> f32 {
    let (at, part) = place(step, x);
    let from = line.get(at).or(line.last()).copied().unwrap_or(f32::MAX);
    let to = line.get(at + 1).copied().unwrap_or(from);
    from + (to - from) * part
}

/// How much of a pixel a line covers: by the distance to the pieces around it.
fn cover(line: &[f32], step: f32, (x, y): (f32, f32), width: f32) -> f32 {
    let (at, _) = place(step, x);
    let nearest = (at.saturating_sub(1)..=at + 1)
        .filter_map(|index| Some((index, *line.get(index)?, *line.get(index + 1)?)))
        .map(|(index, from, to)| distance((x, y), (float(index) * step, from), (step, to - from)))
        .fold(f32::MAX, f32::min);
    (width / 2.0 + 0.5 - nearest).clamp(0.0, 1.0)
}

/// From a point to a piece of line that starts somewhere and leads somewhere.
fn distance((x, y): (f32, f32), (ax, ay): (f32, f32), (dx, dy): (f32, f32)) -> f32 {
    let along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy).max(f32::MIN_POSITIVE);
    let along = along.clamp(0.0, 1.0);
    (x - ax - dx * along).hypot(y - ay - dy * along)
}

/// Which piece lies at a place, and how far into it.
fn place(step: f32, x: f32) -> (usize, f32) {
    let pieces = x / step;
    let at = pieces.floor();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a chart has some dozens of points, and none left of its edge"
    )]
    let index = at as usize;
    (index, pieces - at)
}

fn byte(value: f32) -> u8 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to what a byte holds"
    )]
    let byte = value.round().clamp(0.0, 255.0) as u8;
    byte
}

fn float(value: impl TryInto<u64>) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a chart shows no seventh digit")]
    let float = value.try_into().unwrap_or(u64::MAX) as f32;
    float
}

#[cfg(test)]
mod tests {
    use super::*;

    const INK: Ink =
        Ink { incoming: Rgb(0, 0, 255), outgoing: Rgb(255, 160, 0), area: Rgb(200, 220, 255) };

    fn alpha(pixels: &[u8], w: usize, x: usize, y: usize) -> u8 {
        pixels[(y * w + x) * 4 + 3]
    }

    #[test]
    fn an_idle_server_draws_a_line_at_the_bottom() {
        let (w, h) = (60, 20);
        let pixels = pixels(&[Rate::default(); 60], (w, h), 2.0, INK);
        assert_eq!(pixels.len(), w * h * 4);
        for x in 0..w {
            assert_eq!(alpha(&pixels, w, x, 0), 0);
            assert_eq!(alpha(&pixels, w, x, h - 2), 255);
        }
    }

    #[test]
    fn the_largest_value_is_in_the_picture_and_fills_below() {
        let mut points = vec![Rate::default(); 60];
        points[30].incoming = u64::MAX;
        let (w, h) = (590, 40);
        let pixels = pixels(&points, (w, h), 2.0, INK);
        let peak = (0..h).find(|y| alpha(&pixels, w, 300, *y) > 0).unwrap();
        assert!((1..10).contains(&peak), "{peak}");
        assert!((peak..h).all(|y| alpha(&pixels, w, 300, y) > 0));
    }

    #[test]
    fn nothing_at_all_is_drawn_without_fault() {
        assert_eq!(pixels(&[], (3, 2), 1.0, INK).len(), 3 * 2 * 4);
        assert!(pixels(&[Rate::default()], (0, 0), 1.0, INK).is_empty());
    }
}
