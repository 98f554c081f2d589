//! Pictures in messages, small: those that are here, and those that somebody should fetch.
//!
//! As with faces, drawing never waits: what is not here is a grey place and a wish.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use fltk::enums::ColorDepth;
use fltk::image::RgbImage;

use super::pixels::{Part, round_corners, scaled};
use super::{Canvas, Rect};
use crate::client::api::Picture;
use crate::domain::BlobId;

/// Pictures in memory, at most 700 KiB each.
const KEPT_MAX: usize = 64;
/// The same at the size in which they are drawn.
const TILES_MAX: usize = 128;
/// Wishes that wait; what is seen is wished for again.
const WANTED_MAX: usize = 64;

/// How far a picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It was drawn.
    Drawn,
    /// It will come.
    Coming,
    /// It cannot be had.
    Missing,
}

#[derive(Default)]
struct Album {
    pictures: HashMap<BlobId, Arc<Picture>>,
    /// Oldest first.
    order: VecDeque<BlobId>,
    wanted: BTreeSet<BlobId>,
    asked: BTreeSet<BlobId>,
    missing: BTreeSet<BlobId>,
    tiles: HashMap<(BlobId, i32, i32, i32), RgbImage>,
}

thread_local! {
    static ALBUM: RefCell<Album> = RefCell::new(Album::default());
}

/// A picture came, or cannot be had.
pub fn put(blob: BlobId, picture: Option<Arc<Picture>>) {
    ALBUM.with_borrow_mut(|album| {
        album.asked.remove(&blob);
        let Some(picture) = picture else {
            album.missing.insert(blob);
            return;
        };
        album.missing.remove(&blob);
        if album.pictures.insert(blob, picture).is_none() {
            album.order.push_back(blob);
        }
        if album.order.len() > KEPT_MAX
            && let Some(oldest) = album.order.pop_front()
        {
            album.pictures.remove(&oldest);
        }
    });
}

/// What was drawn without its picture since the last call.
#[must_use]
pub fn take_wanted() -> Vec<BlobId> {
    ALBUM.with_borrow_mut(|album| {
        let wanted = std::mem::take(&mut album.wanted);
        album.asked.extend(wanted.iter().copied());
        wanted.into_iter().collect()
    })
}

/// A link came back: what could not be had is wished for anew.
pub fn ask_again() {
    ALBUM.with_borrow_mut(|album| {
        album.asked.clear();
        album.missing.clear();
    });
}

/// Somebody wants to see this one: it is wished for again if it could not be had. Returns whether
/// that is so.
#[must_use]
pub fn retry(blob: BlobId) -> bool {
    ALBUM.with_borrow_mut(|album| album.missing.remove(&blob))
}

/// How large a picture is shown: in its own shape, within bounds.
#[must_use]
pub fn frame(size: (u32, u32), max: (i32, i32), least: i32) -> (i32, i32) {
    let side = |pixels: u32| i64::from(pixels.max(1));
    let (w, h) = (side(size.0), side(size.1));
    let (w_max, h_max) = (i64::from(max.0), i64::from(max.1));
    let (w, h) = match () {
        () if w <= w_max && h <= h_max => (w, h),
        () if w * h_max > h * w_max => (w_max, h * w_max / w),
        () => (w * h_max / h, h_max),
    };
    let least = |side: i64| i32::try_from(side).unwrap_or(least).max(least);
    (least(w), least(h))
}

impl Canvas {
    /// Draws a picture so that it fills an area with round corners, or says why not.
    #[must_use]
    pub fn photo(&self, blob: BlobId, area: Rect, radius: i32) -> State {
        let (w, h) =
            (self.px(area.right()) - self.px(area.x), self.px(area.bottom()) - self.px(area.y));
        let radius = self.length(radius);
        ALBUM.with_borrow_mut(|album| {
            let tile = (blob, w, h, radius);
            if !album.tiles.contains_key(&tile) {
                let Some(picture) = album.pictures.get(&blob) else {
                    if album.missing.contains(&blob) {
                        return State::Missing;
                    }
                    if !album.asked.contains(&blob) && album.wanted.len() < WANTED_MAX {
                        album.wanted.insert(blob);
                    }
                    return State::Coming;
                };
                let mut pixels = scaled(picture, 0, cover(picture, (w, h)), (w, h));
                round_corners(&mut pixels, (w, h), radius);
                let made = RgbImage::new(&pixels, w, h, ColorDepth::Rgba8);
                if album.tiles.len() >= TILES_MAX {
                    album.tiles.clear();
                }
                album.tiles.extend(made.ok().map(|image| (tile, image)));
            }
            if let Some(image) = album.tiles.get_mut(&tile) {
                self.image(image, area.x, area.y);
            }
            State::Drawn
        })
    }
}

/// The part in the middle that has the shape of an area.
fn cover(picture: &Picture, (w, h): (i32, i32)) -> Part {
    let side = |pixels: u32| i32::try_from(pixels).unwrap_or(1).max(1);
    let (pw, ph, w, h) = (side(picture.width), side(picture.height), w.max(1), h.max(1));
    let (part_w, part_h) = match pw * h > ph * w {
        true => ((ph * w / h).max(1), ph),
        false => (pw, (pw * h / w).max(1)),
    };
    Part { x: (pw - part_w) / 2, y: (ph - part_h) / 2, w: part_w, h: part_h }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_fills_the_area() {
        let cases = [
            ((480, 360), (240, 180), (0, 0, 480, 360)),
            ((480, 10), (240, 64), (221, 0, 37, 10)),
            ((10, 480), (64, 180), (0, 226, 10, 28)),
            ((1, 1), (64, 64), (0, 0, 1, 1)),
        ];
        for ((width, height), area, (x, y, w, h)) in cases {
            let picture = Picture { width, height, rgba: Vec::new() };
            assert_eq!(cover(&picture, area), Part { x, y, w, h }, "{width} x {height}");
        }
    }

    #[test]
    fn a_wish_is_told_once_and_a_missing_one_only_when_somebody_asks() {
        let blob = BlobId([8; 32]);
        ALBUM.with_borrow_mut(|album| album.wanted.insert(blob));
        assert_eq!(take_wanted(), [blob]);
        assert!(take_wanted().is_empty() && !retry(blob));
        put(blob, None);
        assert!(retry(blob) && !retry(blob));
        for number in 0..200_u8 {
            let picture = Picture { width: 1, height: 1, rgba: vec![0; 4] };
            put(BlobId([number; 32]), Some(Arc::new(picture)));
        }
        assert_eq!(ALBUM.with_borrow(|album| album.pictures.len()), KEPT_MAX);
    }
}
