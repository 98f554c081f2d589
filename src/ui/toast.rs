//! A short word that something was done or not, over an edge of a window; it goes by itself.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::ColorDepth;
use fltk::image::RgbImage;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::MenuWindow;

use super::paint::{Align, Canvas, Icon, Rect, text as measure};
use super::paragraph;
use super::theme::{Colour, Style};

/// It stays for so long, for each of its lines.
const SHOWN_S: f64 = 1.8;
/// With one line.
const HEIGHT: i32 = 36;
/// What its words have around them, across.
const AROUND: i32 = 58;
/// Words get at least so much, over whatever window.
const ROOM: i32 = 200;
const LINES_MAX: usize = 4;
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
    said: Rc<RefCell<(Kind, Vec<String>)>>,
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
    let room = (over.w - 2 * HEAD - AROUND).max(ROOM);
    let lines = paragraph::lines(Style::BODY, words, room, LINES_MAX);
    let w = lines.iter().map(|line| measure::width(Style::BODY, line)).max().unwrap_or(0) + AROUND;
    let count = u16::try_from(lines.len()).unwrap_or(1).max(1);
    let h = HEIGHT + (i32::from(count) - 1) * Style::BODY.line;
    let y = match edge {
        Edge::Upper => over.y + HEAD,
        Edge::Lower => over.bottom() - h - FOOT,
    };
    let area = Rect::new(over.x + (over.w - w) / 2, y, w, h);
    let number = TOAST.with_borrow_mut(|place| {
        let toast = place.get_or_insert_with(made);
        toast.number += 1;
        *toast.said.borrow_mut() = (kind, lines);
        toast.window.hide();
        toast.window.resize(area.x, area.y, area.w, area.h);
        toast.window.set_shape(shape(area.w, area.h));
        toast.window.show();
        toast.number
    });
    app::add_timeout3(SHOWN_S * f64::from(count), move |_| {
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
    let said = Rc::<RefCell<(Kind, Vec<String>)>>::default();
    let drawn = Rc::clone(&said);
    window.draw(move |window| {
        let area = Rect::new(0, 0, window.w(), window.h());
        let canvas = Canvas::over(area);
        canvas.card(area, 8, Colour::Toast, Colour::ToastLine, 1);
        let (kind, lines) = &*drawn.borrow();
        let (icon, ink) = match kind {
            Kind::Done => (Icon::Check, Colour::White),
            Kind::Trouble => (Icon::Warn, Colour::Gold),
        };
        canvas.icon_on(icon, 16, (area.h - 16) / 2, 16, ink, Colour::Toast);
        for (at, line) in (0..).zip(lines) {
            let y = (HEIGHT - Style::BODY.line) / 2 + at * Style::BODY.line;
            let place = Rect::new(42, y, area.w - 42, Style::BODY.line);
            canvas.text_in(Style::BODY, Colour::White, place, Align::Left, line);
        }
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
