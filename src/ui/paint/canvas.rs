//! Drawing in exact device pixels, whatever the scale of the screen.
//!
//! The toolkit scales integers one by one, so that neighbours drift apart at 125 or 150 %. Here the
//! toolkit's scale is switched off while a [`Canvas`] lives, and each edge is rounded once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use fltk::draw;
use fltk::enums::{Color, ColorDepth};
use fltk::image::RgbImage;
use fltk::prelude::ImageExt;

use super::Rect;
use super::shape::Corner;
use crate::ui::theme::{Colour, Rgb};

/// How many corner tiles are kept; a window uses some dozens.
const TILES_MAX: usize = 1024;

thread_local! {
    static TILES: RefCell<HashMap<Corner, RgbImage>> = RefCell::new(HashMap::new());
}

/// The right to draw in one area. The toolkit's own scale and clip come back when it is dropped.
pub struct Canvas {
    scale: f32,
}

/// The radii of a rounded rectangle: upper left, upper right, lower right, lower left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Radii(pub i32, pub i32, pub i32, pub i32);

impl Radii {
    /// All corners alike.
    #[must_use]
    pub fn all(radius: i32) -> Radii {
        Radii(radius, radius, radius, radius)
    }
}

/// An edge or an area in device pixels.
#[derive(Clone, Copy)]
struct Device {
    x: i32,
    y: i32,
    w: i32,
    h: i32,
}

impl Canvas {
    /// Starts drawing in this area of the current window; nothing is drawn outside.
    #[must_use]
    pub fn over(area: Rect) -> Canvas {
        let scale = draw::override_scale();
        let canvas = Canvas { scale };
        // The clip that stands is in the toolkit's units and would be misread now.
        draw::push_no_clip();
        canvas.push_clip(area);
        canvas
    }

    /// Device pixels in one px.
    #[must_use]
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// Draws only within this area until the guard is dropped.
    #[must_use]
    pub fn clip(&self, area: Rect) -> Clip<'_> {
        self.push_clip(area);
        Clip { _canvas: self }
    }

    /// The device pixel of a coordinate.
    #[must_use]
    pub fn px(&self, value: i32) -> i32 {
        floor(device(value) * self.scale + 0.001)
    }

    /// The device pixels of a length, at least one.
    #[must_use]
    pub fn length(&self, value: i32) -> i32 {
        round(device(value) * self.scale).max(1)
    }

    /// Fills a rectangle.
    pub fn fill(&self, area: Rect, colour: Colour) {
        self.fill_device(self.device(area), colour.rgb());
    }

    /// A line of one px, to the right of `x`.
    pub fn line_across(&self, x: i32, y: i32, w: i32, colour: Colour) {
        let area = self.device(Rect::new(x, y, w, 1));
        self.fill_device(Device { h: self.length(1), ..area }, colour.rgb());
    }

    /// A line of one px, down from `y`.
    pub fn line_down(&self, x: i32, y: i32, h: i32, colour: Colour) {
        let area = self.device(Rect::new(x, y, 1, h));
        self.fill_device(Device { w: self.length(1), ..area }, colour.rgb());
    }

    /// A rounded rectangle without an outline.
    pub fn round(&self, area: Rect, radius: i32, fill: Colour) {
        self.rounded(area, Radii::all(radius), Some(fill), None);
    }

    /// A rounded rectangle with an outline that lies within it.
    pub fn card(&self, area: Rect, radius: i32, fill: Colour, outline: Colour, width: i32) {
        self.rounded(area, Radii::all(radius), Some(fill), Some((outline, width)));
    }

    /// The outline alone.
    pub fn frame(&self, area: Rect, radius: i32, outline: Colour, width: i32) {
        self.rounded(area, Radii::all(radius), None, Some((outline, width)));
    }

    /// A rectangle whose ends are half circles.
    pub fn pill(&self, area: Rect, fill: Colour, outline: Option<(Colour, i32)>) {
        self.rounded(area, Radii::all(area.w.min(area.h)), Some(fill), outline);
    }

    /// A circle that fills a square.
    pub fn circle(&self, area: Rect, fill: Colour) {
        self.pill(area, fill, None);
    }

    /// A rounded rectangle, everything said.
    pub fn rounded(
        &self,
        area: Rect,
        radii: Radii,
        fill: Option<Colour>,
        outline: Option<(Colour, i32)>,
    ) {
        let area = self.device(area);
        if area.w <= 0 || area.h <= 0 {
            return;
        }
        let fill = fill.map(Colour::rgb);
        let outline = outline.map(|(colour, width)| (colour.rgb(), self.length(width)));
        let most_16 = area.w.min(area.h) * 8;
        let radius_16 = |radius: i32| round(device(radius) * self.scale * 16.0).min(most_16);
        let corner = |radius: i32, right: bool, bottom: bool| {
            let width = outline.map_or(0, |(_, width)| width);
            let side = ((radius_16(radius) + 15) / 16).max(width).max(1);
            // Where two tiles meet, the second one has the odd pixel less.
            let columns = side.min(if right { area.w / 2 } else { (area.w + 1) / 2 });
            let rows = side.min(if bottom { area.h / 2 } else { (area.h + 1) / 2 });
            Corner { radius_16: radius_16(radius), columns, rows, fill, outline, right, bottom }
        };
        let corners = [
            corner(radii.0, false, false),
            corner(radii.1, true, false),
            corner(radii.2, true, true),
            corner(radii.3, false, true),
        ];
        fill_between(area, &corners, fill, outline);
        for tile in corners {
            let x = if tile.right { area.x + area.w - tile.columns } else { area.x };
            let y = if tile.bottom { area.y + area.h - tile.rows } else { area.y };
            draw_tile(tile, x, y);
        }
    }

    /// Draws pixels that were made for this scale at a position in px.
    pub fn image(&self, image: &mut RgbImage, x: i32, y: i32) {
        let (w, h) = (image.data_w(), image.data_h());
        image.draw(self.px(x), self.px(y), w, h);
    }

    /// The same, so many device pixels from the corner of an area, and not outside of that.
    pub fn image_at(&self, image: &mut RgbImage, area: Rect, (x, y): (i32, i32)) {
        let _within = self.clip(area);
        let (w, h) = (image.data_w(), image.data_h());
        image.draw(self.px(area.x) + x, self.px(area.y) + y, w, h);
    }

    fn push_clip(&self, area: Rect) {
        let area = self.device(area);
        draw::push_clip(area.x, area.y, area.w, area.h);
    }

    fn device(&self, area: Rect) -> Device {
        let (x, y) = (self.px(area.x), self.px(area.y));
        Device { x, y, w: self.px(area.right()) - x, h: self.px(area.bottom()) - y }
    }

    #[expect(clippy::unused_self, reason = "drawing is allowed only while a canvas lives")]
    fn fill_device(&self, area: Device, colour: Rgb) {
        fill_device(area, colour);
    }
}

impl Drop for Canvas {
    fn drop(&mut self) {
        draw::pop_clip();
        draw::pop_clip();
        draw::restore_scale(self.scale);
        draw::restore_clip();
    }
}

/// Draws only within an area while it lives.
pub struct Clip<'a> {
    _canvas: &'a Canvas,
}

impl Drop for Clip<'_> {
    fn drop(&mut self) {
        draw::pop_clip();
    }
}

/// Fills what the four corners leave free: three bands, then the straight parts of the outline.
fn fill_between(area: Device, corners: &[Corner; 4], fill: Option<Rgb>, line: Option<(Rgb, i32)>) {
    let [nw, ne, se, sw] = corners;
    let top = nw.rows.max(ne.rows);
    let bottom = se.rows.max(sw.rows);
    if let Some(colour) = fill {
        let band = |x: i32, y: i32, w: i32, h: i32| fill_device(Device { x, y, w, h }, colour);
        band(area.x + nw.columns, area.y, area.w - nw.columns - ne.columns, top);
        band(area.x, area.y + top, area.w, area.h - top - bottom);
        let low = area.y + area.h - bottom;
        band(area.x + sw.columns, low, area.w - sw.columns - se.columns, bottom);
        // Beside a smaller corner the band of its larger neighbour leaves a gap.
        band(area.x, area.y + nw.rows, nw.columns, top - nw.rows);
        band(area.x + area.w - ne.columns, area.y + ne.rows, ne.columns, top - ne.rows);
        band(area.x, low, sw.columns, bottom - sw.rows);
        band(area.x + area.w - se.columns, low, se.columns, bottom - se.rows);
    }
    if let Some((colour, width)) = line {
        let line = |x: i32, y: i32, w: i32, h: i32| fill_device(Device { x, y, w, h }, colour);
        line(area.x + nw.columns, area.y, area.w - nw.columns - ne.columns, width);
        let low = area.y + area.h - width;
        line(area.x + sw.columns, low, area.w - sw.columns - se.columns, width);
        line(area.x, area.y + nw.rows, width, area.h - nw.rows - sw.rows);
        let right = area.x + area.w - width;
        line(right, area.y + ne.rows, width, area.h - ne.rows - se.rows);
    }
}

fn fill_device(area: Device, Rgb(r, g, b): Rgb) {
    if area.w > 0 && area.h > 0 {
        draw::draw_rect_fill(area.x, area.y, area.w, area.h, Color::from_rgb(r, g, b));
    }
}

fn draw_tile(tile: Corner, x: i32, y: i32) {
    if tile.columns <= 0 || tile.rows <= 0 {
        return;
    }
    TILES.with_borrow_mut(|tiles| {
        if tiles.len() >= TILES_MAX {
            tiles.clear();
        }
        if let Entry::Vacant(place) = tiles.entry(tile) {
            let made = RgbImage::new(&tile.pixels(), tile.columns, tile.rows, ColorDepth::Rgba8);
            if let Ok(image) = made {
                place.insert(image);
            }
        }
        if let Some(image) = tiles.get_mut(&tile) {
            image.draw(x, y, tile.columns, tile.rows);
        }
    });
}

/// A coordinate as a float; windows are far smaller than where this would round.
pub(super) fn device(value: i32) -> f32 {
    f32::from(i16::try_from(value).unwrap_or(if value < 0 { i16::MIN } else { i16::MAX }))
}

/// The whole number below.
#[expect(clippy::cast_possible_truncation, reason = "coordinates are far from the limits")]
pub(super) fn floor(value: f32) -> i32 {
    value.floor() as i32
}

/// The nearest whole number.
#[expect(clippy::cast_possible_truncation, reason = "coordinates are far from the limits")]
pub(super) fn round(value: f32) -> i32 {
    value.round() as i32
}
