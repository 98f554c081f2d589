//! Pictures in place of avatars: those that are here, and those that somebody should fetch.
//!
//! Drawing never waits. A picture that is not here is drawn as the built-in avatar and put on a list
//! of wishes; whoever runs the windows takes the list, and everything is drawn anew when it comes.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use crate::client::api::Picture;
use crate::domain::BlobId;

/// Pictures at their full size in memory, 100 KiB each. Rows of a list keep smaller copies.
const KEPT_MAX: usize = 128;
/// Wishes that wait; what is seen is wished for again.
const WANTED_MAX: usize = 256;

#[derive(Default)]
struct Gallery {
    pictures: HashMap<BlobId, Arc<Picture>>,
    /// Oldest first.
    order: VecDeque<BlobId>,
    wanted: BTreeSet<BlobId>,
    /// Wished for already, or not to be had.
    asked: BTreeSet<BlobId>,
}

thread_local! {
    static GALLERY: RefCell<Gallery> = RefCell::new(Gallery::default());
}

/// A picture came, or cannot be had.
pub fn put(blob: BlobId, picture: Option<Arc<Picture>>) {
    GALLERY.with_borrow_mut(|gallery| {
        let Some(picture) = picture else { return };
        gallery.asked.remove(&blob);
        if gallery.pictures.insert(blob, picture).is_none() {
            gallery.order.push_back(blob);
        }
        if gallery.order.len() > KEPT_MAX
            && let Some(oldest) = gallery.order.pop_front()
        {
            gallery.pictures.remove(&oldest);
        }
    });
}

/// What was drawn without its picture since the last call.
#[must_use]
pub fn take_wanted() -> Vec<BlobId> {
    GALLERY.with_borrow_mut(|gallery| {
        let wanted = std::mem::take(&mut gallery.wanted);
        gallery.asked.extend(wanted.iter().copied());
        wanted.into_iter().collect()
    })
}

/// Nobody is signed in any more, or a link came back: what could not be had is wished for anew.
pub fn ask_again() {
    GALLERY.with_borrow_mut(|gallery| gallery.asked.clear());
}

/// The pixels of a picture at a size, or a wish for it.
pub(super) fn pixels(blob: BlobId, side: i32) -> Option<Vec<u8>> {
    GALLERY.with_borrow_mut(|gallery| {
        let Some(picture) = gallery.pictures.get(&blob) else {
            if !gallery.asked.contains(&blob) && gallery.wanted.len() < WANTED_MAX {
                gallery.wanted.insert(blob);
            }
            return None;
        };
        Some(scaled(picture, side))
    })
}

/// A square picture at another size. Smaller: each pixel is the mean of those under it; larger:
/// the nearest one.
#[must_use]
pub fn scaled(picture: &Picture, side: i32) -> Vec<u8> {
    let to = usize::try_from(side).unwrap_or(1).max(1);
    let from = usize::try_from(picture.width.min(picture.height)).unwrap_or(1).max(1);
    let stride = usize::try_from(picture.width).unwrap_or(1);
    let mut out = Vec::with_capacity(to * to * 4);
    for row in 0..to {
        for column in 0..to {
            let span = |at: usize| {
                let first = at * from / to;
                (first, ((at + 1) * from).div_ceil(to).clamp(first + 1, from))
            };
            let ((top, bottom), (left, right)) = (span(row), span(column));
            let mut sums = [0_u32; 4];
            let mut count = 0_u32;
            for y in top..bottom {
                for x in left..right {
                    let at = (y * stride + x) * 4;
                    let Some(pixel) = picture.rgba.get(at..at + 4) else { continue };
                    for (sum, value) in sums.iter_mut().zip(pixel) {
                        *sum += u32::from(*value);
                    }
                    count += 1;
                }
            }
            out.extend(sums.map(|sum| mean(sum, count)));
        }
    }
    out
}

fn mean(sum: u32, count: u32) -> u8 {
    u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(side: u32) -> Picture {
        let rgba = (0..side * side).flat_map(|at| [if at % 2 == 0 { 0 } else { 200 }, 9, 9, 255]);
        Picture { width: side, height: side, rgba: rgba.collect() }
    }

    #[test]
    fn a_smaller_one_is_the_mean_and_an_equal_one_the_same() {
        let large = picture(8);
        assert_eq!(scaled(&large, 8), large.rgba);
        assert_eq!(scaled(&large, 4)[..4], [100, 9, 9, 255]);
        assert_eq!(scaled(&large, 20).len(), 20 * 20 * 4);
    }

    #[test]
    fn what_is_not_here_is_wished_for_once_until_it_comes() {
        let blob = BlobId([3; 32]);
        assert_eq!(pixels(blob, 8), None);
        assert_eq!(take_wanted(), [blob]);
        assert_eq!(pixels(blob, 8), None);
        assert!(take_wanted().is_empty(), "it is on its way");
        put(blob, None);
        assert_eq!(pixels(blob, 8), None);
        assert!(take_wanted().is_empty(), "it cannot be had");
        ask_again();
        assert_eq!(pixels(blob, 8), None);
        assert_eq!(take_wanted(), [blob]);
        put(blob, Some(Arc::new(picture(8))));
        assert!(pixels(blob, 8).is_some());
        for number in 0..200_u8 {
            put(BlobId([number; 32]), Some(Arc::new(picture(2))));
        }
        assert_eq!(GALLERY.with_borrow(|gallery| gallery.pictures.len()), KEPT_MAX);
    }
}
