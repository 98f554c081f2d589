//! A window over everything, that owns pointer and keyboard until it is closed.

use fltk::app;
use fltk::enums::{ColorDepth, Event};
use fltk::image::RgbImage;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::MenuWindow;

use super::tips;
use crate::ui::paint::{Canvas, Rect};
use crate::ui::theme::{Colour, metric};

/// Opens one there on the screen. It gets all events.
///
/// Each has a window of its own: one that served before keeps the shape of the first. Closed ones are
/// hidden and kept, see [`super::retire`].
pub fn open(
    area: Rect,
    mut paint: impl FnMut(i32, i32) + 'static,
    mut handle: impl FnMut(&mut MenuWindow, Event) -> bool + 'static,
) -> MenuWindow {
    let mut window = MenuWindow::new(area.x, area.y, area.w, area.h, None);
    window.end();
    window.set_border(false);
    // Not for the window manager, which would list it, frame it or move the keyboard to it.
    window.set_override();
    window.super_draw(false);
    window.draw(move |window| paint(window.w(), window.h()));
    window.super_handle_first(false);
    window.handle(move |window, event| handle(window, event));
    window.set_shape(outline(area.w, area.h));
    tips::hush(&window);
    window.show();
    app::set_grab(Some(window.clone()));
    window
}

/// Takes it away.
pub fn close(window: &mut MenuWindow) {
    app::set_grab::<MenuWindow>(None);
    window.hide();
    // What the pointer rested on before would be told about over what is there now.
    tips::hush(window);
}

/// The place of the pointer in it.
#[must_use]
pub fn pointer(window: &MenuWindow) -> (i32, i32) {
    (app::event_x_root() - window.x_root(), app::event_y_root() - window.y_root())
}

/// Paints its paper and outline.
#[must_use]
pub fn card(area: Rect) -> Canvas {
    let canvas = Canvas::over(area);
    canvas.fill(area, Colour::Paper);
    canvas.card(area, metric::RADIUS_CARD, Colour::Paper, Colour::Field, 1);
    canvas
}

/// The shape of the window: corners cut where nothing of the outline would be seen.
#[must_use]
pub fn outline(w: i32, h: i32) -> Option<RgbImage> {
    let radius = metric::RADIUS_CARD;
    let far = |at: i32, length: i32| (radius - at).max(at + 1 - (length - radius)).max(0);
    let mut pixels = Vec::new();
    for y in 0..h {
        for x in 0..w {
            let (dx, dy) = (far(x, w), far(y, h));
            let outside =
                dx > 0 && dy > 0 && (2 * dx - 1).pow(2) + (2 * dy - 1).pow(2) > (2 * radius).pow(2);
            pixels.extend([0, 0, 0, if outside { 0 } else { 255 }]);
        }
    }
    RgbImage::new(&pixels, w, h, ColorDepth::Rgba8).ok()
}
