//! A short word that something was done or not, over an edge of a window; it goes by itself.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::ColorDepth;
use fltk::image::RgbImage;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::MenuWindow;

use super::paint::{Align, Canvas, Icon, Rect, text as measure};
use super::theme::{Colour, Style};

/// It stays for so long.
const SHOWN_S: f64 = 1.8;
const HEIGHT: i32 = 36;
/// Free above them, below the upper edge of a window.
const HEAD: i32 = 12;
/// The bar at the lower edge of a window, with some air.
const FOOT: i32 = 68;

thread_local! {
    static TOAST: RefCell<Option<Toast>> = const { RefCell::new(None) };
}

/// The one window that all of them are shown in.
#[derive(Clone)]
struct Toast {
    window: MenuWindow,
    said: Rc<RefCell<(Kind, String)>>,
    /// Counts toasts, so that an older one's end does not hide a newer one.
    number: u64,
}

/// What is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// Something was done.
    #[default]
    Done,
    /// Something was not done.
    Trouble,
}

/// Where over a window words are shown: where it has nothing to press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Just below its upper edge.
    Upper,
    /// Above the bar at its lower edge.
    Lower,
}

/// Shows words at an edge of an area of the screen.
pub fn show(over: Rect, edge: Edge, kind: Kind, words: &str) {
    let w = measure::width(Style::BODY, words) + 58;
    let y = match edge {
        Edge::Upper => over.y + HEAD,
        Edge::Lower => over.bottom() - HEIGHT - FOOT,
    };
    let area = Rect::new(over.x + (over.w - w) / 2, y, w, HEIGHT);
    let number = TOAST.with_borrow_mut(|place| {
        let toast = place.get_or_insert_with(made);
        toast.number += 1;
        *toast.said.borrow_mut() = (kind, words.to_owned());
        toast.window.hide();
        toast.window.resize(area.x, area.y, area.w, area.h);
        toast.window.set_shape(shape(area.w, area.h));
        toast.window.show();
        toast.number
    });
    app::add_timeout3(SHOWN_S, move |_| {
        TOAST.with_borrow_mut(|place| {
            if let Some(toast) = place.as_mut().filter(|toast| toast.number == number) {
                toast.window.hide();
            }
        });
    });
}

fn made() -> Toast {
    let mut window = MenuWindow::new(0, 0, 1, 1, None);
    window.end();
    window.set_border(false);
    window.set_override();
    window.super_draw(false);
    let said = Rc::<RefCell<(Kind, String)>>::default();
    let drawn = Rc::clone(&said);
    window.draw(move |window| {
        let area = Rect::new(0, 0, window.w(), window.h());
        let canvas = Canvas::over(area);
        canvas.card(area, 8, Colour::Toast, Colour::ToastLine, 1);
        let (kind, words) = &*drawn.borrow();
        let (icon, ink) = match kind {
            Kind::Done => (Icon::Check, Colour::White),
            Kind::Trouble => (Icon::Warn, Colour::Gold),
        };
        canvas.icon_on(icon, 16, (area.h - 16) / 2, 16, ink, Colour::Toast);
        let area = area.without_left(42);
        canvas.text_in(Style::BODY, Colour::White, area, Align::Left, words);
    });
    Toast { window, said, number: 0 }
}

/// Rounded corners of 8 px.
fn shape(w: i32, h: i32) -> Option<RgbImage> {
    const RADIUS: i32 = 8;
    let beyond = |at: i32, length: i32| (RADIUS - at).max(at + 1 - (length - RADIUS)).max(0);
    let mut pixels = Vec::new();
    for y in 0..h {
        for x in 0..w {
            let (dx, dy) = (beyond(x, w), beyond(y, h));
            let far = (2 * dx - 1).pow(2) + (2 * dy - 1).pow(2) > (2 * RADIUS).pow(2);
            pixels.extend([0, 0, 0, if dx > 0 && dy > 0 && far { 0 } else { 255 }]);
        }
    }
    RgbImage::new(&pixels, w, h, ColorDepth::Rgba8).ok()
}
