//! What is said about a part of a widget when the pointer rests there.
//!
//! The toolkit asks a widget for its words only when the pointer comes to it, and goes on with those bytes
//! when the widget has others. So the words of a part are handed over here, and they are kept for good.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::{CStr, CString};

use fltk::misc::Tooltip;
use fltk::prelude::WidgetExt;

use crate::ui::paint::Rect;

/// So many different words are kept; parts with others say nothing. Words about buttons are a few
/// dozen, the others are those of files that the pointer rested on.
const KEPT_MAX: usize = 2_000;

thread_local! {
    static KEPT: RefCell<BTreeMap<String, &'static CStr>> = const { RefCell::new(BTreeMap::new()) };
}

/// The pointer is over a part of a widget, about which these words are said, or none.
pub fn say_of(widget: &impl WidgetExt, part: Rect, words: &str) {
    let (x, y) = (part.x - widget.x(), part.y - widget.y());
    Tooltip::enter_area(widget, x, y, part.w, part.h, kept(words));
}

/// What is said about anything at the moment goes: something opens over it, or was picked.
pub fn hush(window: &impl WidgetExt) {
    // A window has no words of its own, so that nothing follows.
    Tooltip::current(window);
}

fn kept(words: &str) -> &'static CStr {
    KEPT.with_borrow_mut(|kept| match kept.get(words) {
        Some(known) => known,
        None if kept.len() >= KEPT_MAX => c"",
        None => {
            let bytes: &'static CStr = match CString::new(words) {
                Ok(words) => Box::leak(words.into_boxed_c_str()),
                Err(_) => c"",
            };
            kept.insert(words.to_owned(), bytes);
            bytes
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_once_and_not_without_end() {
        assert!(std::ptr::eq(kept("a"), kept("a")));
        for number in 0..2 * KEPT_MAX {
            assert!(kept(&format!("{number}")).count_bytes() <= 4);
        }
        assert_eq!((kept("a"), kept("new"), kept("")), (c"a", c"", c""));
        KEPT.with_borrow(|kept| assert_eq!(kept.len(), KEPT_MAX));
    }
}
