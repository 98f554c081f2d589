//! The screen that windows open on: how much it enlarges them, and where they fit.
//!
//! The system names a scale without knowing our windows. Some of them cannot be made smaller, and
//! what lies below the edge of the screen cannot be pressed, so the scale has an upper limit.

use std::sync::atomic::{AtomicI32, Ordering};

use fltk::app;
use fltk::prelude::{WidgetExt, WindowExt};

use super::app::settings::SCALES;
use super::attention::Owner;
use super::paint::Rect;

/// The widest and the tallest window that has a fixed size: sign-in and registration.
const FIXED: (i32, i32) = (720, 600);
/// What the system draws around a window, in pixels of the screen: borders, and the title bar.
const FRAME: (i32, i32) = (8, 40);
/// Scales are rounded down to hundredths of this many.
const STEP: i32 = 5;
/// Nobody could read what is smaller, in hundredths. A screen that needs it shows less.
const SCALE_MIN: i32 = 75;

/// The scale that the system wants, in hundredths.
static SYSTEM: AtomicI32 = AtomicI32::new(100);

/// Lowers the scale until every window of a fixed size fits. Call it once, before the first window
/// is made.
pub fn bound_scale() {
    // The toolkit's own Ctrl+Plus would go beyond. It shows its scale in a window that it deletes,
    // which ends the program, see `widgets::retire`.
    app::keyboard_screen_scaling(false);
    if !app::screen_scaling_supported() {
        return;
    }
    let scale = hundredths(app::screen_scale(0));
    SYSTEM.store(scale, Ordering::Relaxed);
    let most = most();
    if scale > most {
        tracing::info!(scale, most, "the windows would not fit the screen at the system's scale");
    }
    enlarge(None);
}

/// Enlarges all windows so much, in hundredths, or as the system says, as far as they fit. Their
/// middles stay where they are. Returns whether anything changed.
pub fn enlarge(scale: Option<i32>) -> bool {
    if !app::screen_scaling_supported() {
        return false;
    }
    let old = hundredths(app::screen_scale(0)).max(1);
    let new = scale.unwrap_or(SYSTEM.load(Ordering::Relaxed)).min(most());
    if old == new {
        return false;
    }
    let windows = app::windows().into_iter().flatten();
    let areas: Vec<_> = windows.map(|window| (Rect::of(&window), window)).collect();
    // One scale for all screens, as the measures of our texts have it.
    for screen in 0..app::screen_count() {
        app::set_screen_scale(screen, units(new));
    }
    for (area, mut window) in areas {
        let area = fit(rescaled(area, old, new), room());
        window.resize(area.x, area.y, area.w, area.h);
    }
    true
}

/// Where a window of the same size stands at another scale, when its middle stays.
fn rescaled(area: Rect, old: i32, new: i32) -> Rect {
    let along = |start: i32, length: i32| (start + length / 2) * old / new - length / 2;
    Rect { x: along(area.x, area.w), y: along(area.y, area.h), ..area }
}

/// What the person can choose for the scale on this screen, the system's first; nothing where there
/// is no choice.
#[must_use]
pub fn scales() -> Vec<Option<i32>> {
    let most = if app::screen_scaling_supported() { most() } else { 0 };
    let fit = SCALES.into_iter().filter(|scale| *scale <= most).map(Some);
    let all: Vec<Option<i32>> = std::iter::once(None).chain(fit).collect();
    if all.len() > 2 { all } else { Vec::new() }
}

/// The largest scale at which all windows fit the first screen, in hundredths.
fn most() -> i32 {
    let scale = hundredths(app::screen_scale(0));
    let (_, _, w, h) = app::screen_work_area(0);
    scale_max(w * scale / 100, h * scale / 100)
}

/// The largest scale, in hundredths, at which windows of a fixed size fit into so many pixels.
fn scale_max(w: i32, h: i32) -> i32 {
    let fits = |room: i32, frame: i32, window: i32| 100 * (room - frame).max(0) / window;
    let most = fits(w, FRAME.0, FIXED.0).min(fits(h, FRAME.1, FIXED.1));
    (most / STEP * STEP).max(SCALE_MIN)
}

/// Where the inside of a window can stand on the screen with the pointer, frame and all.
#[must_use]
pub fn room() -> Rect {
    room_at(app::get_mouse())
}

/// Where a question of this size stands: over the middle of the window that the person works in.
#[must_use]
pub fn over_front(w: i32, h: i32) -> Rect {
    over(front(), (w, h))
}

/// Where one of this size stands over the middle of a window.
#[must_use]
pub fn over(window: Rect, (w, h): (i32, i32)) -> Rect {
    let middle = window.middle(0, 0);
    fit(window.middle(w, h), room_at((middle.x, middle.y)))
}

/// The area of the window that the person works in.
#[must_use]
pub fn front() -> Rect {
    // The toolkit's own order changes with what is drawn and pointed at; the keyboard is where the
    // person works.
    let working = app::focus().and_then(|control| control.window());
    if let Some(window) = working {
        return area_of(&*window);
    }
    match app::first_window() {
        Some(window) => area_of(&window),
        None => room(),
    }
}

/// The window that the person works in, for one that stands over it.
#[must_use]
pub fn owner() -> Option<Owner> {
    let working = app::focus().and_then(|control| control.window());
    match working {
        Some(window) => Owner::of(&*window),
        None => app::first_window().and_then(|window| Owner::of(&window)),
    }
}

/// The area of a window on the screen.
#[must_use]
pub fn area_of(window: &(impl WindowExt + ?Sized)) -> Rect {
    Rect::new(window.x_root(), window.y_root(), window.w(), window.h())
}

fn room_at((x, y): (i32, i32)) -> Rect {
    let screen = app::screen_num(x, y);
    let (x, y, w, h) = app::screen_work_area(screen);
    let scale = hundredths(app::screen_scale(screen)).max(1);
    let frame = |pixels: i32| (pixels * 100).div_euclid(scale) + 1;
    let (sides, title) = (frame(FRAME.0), frame(FRAME.1));
    Rect::new(x + sides / 2, y + title, w - sides, h - title - sides / 2)
}

/// An area made as small as needed and moved as little as needed to lie within another.
#[must_use]
pub fn fit(area: Rect, room: Rect) -> Rect {
    let (w, h) = (area.w.min(room.w), area.h.min(room.h));
    let x = area.x.min(room.right() - w).max(room.x);
    let y = area.y.min(room.bottom() - h).max(room.y);
    Rect::new(x, y, w, h)
}

/// Where windows open: beside another one, both to be seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Side {
    /// The other one.
    pub other: Option<Rect>,
    /// How many stand there already; each further one stands a bit lower and farther away.
    pub taken: usize,
}

impl Side {
    /// Where the next window stands, of this size.
    #[must_use]
    pub fn place(self, (w, h): (i32, i32)) -> Rect {
        /// What lies between the two.
        const GAP: i32 = 16;
        /// How far each new window stands from the one before.
        const STEP: i32 = 28;
        /// As many stand apart.
        const STEPS: usize = 5;
        let step = STEP * i32::try_from(self.taken % STEPS).unwrap_or(0);
        let room = room();
        let usual = fit(room.middle(w, h), room);
        let Some(other) = self.other else { return usual };
        let (left, right) = (other.x - usual.w - GAP - step, other.right() + GAP + step);
        let x = match (left >= room.x, right + usual.w <= room.right()) {
            (true, _) => left,
            (false, true) => right,
            (false, false) => usual.x - step,
        };
        let y = room.y + (room.h - usual.h) / 3 + step;
        fit(Rect { x, y, ..usual }, room)
    }
}

fn hundredths(scale: f32) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "the toolkit knows scales up to 10")]
    let whole = (scale * 100.0).round() as i32;
    whole
}

fn units(hundredths: i32) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "scales have three digits")]
    let whole = hundredths as f32;
    whole / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_another_scale_the_middle_of_a_window_stays() {
        let area = Rect::new(640, 300, 640, 480);
        assert_eq!(rescaled(area, 100, 100), area);
        // 960 and 540 px of the screen are 640 and 360 at 150 %.
        assert_eq!(rescaled(area, 100, 150), Rect::new(320, 120, 640, 480));
        assert_eq!(rescaled(rescaled(area, 100, 150), 150, 100), area);
    }

    #[test]
    fn a_question_stands_over_who_asks_as_far_as_the_screen_goes() {
        let room = Rect::new(4, 40, 1272, 680);
        let asking = Rect::new(100, 200, 400, 300);
        assert_eq!(fit(asking.middle(304, 200), room), Rect::new(148, 250, 304, 200));
        let corner = Rect::new(1200, 650, 300, 300);
        assert_eq!(fit(corner.middle(304, 200), room), Rect::new(972, 520, 304, 200));
    }

    #[test]
    fn the_scale_ends_where_the_tallest_fixed_window_fills_the_screen() {
        let cases = [
            (1366, 768, 120),
            (1366, 728, 110),
            (1920, 1080, 170),
            (3840, 2160, 350),
            // Upright: the width is what counts.
            (1080, 1920, 145),
            (1024, 600, 90),
            (320, 200, SCALE_MIN),
        ];
        for (w, h, most) in cases {
            assert_eq!(scale_max(w, h), most, "{w} x {h}");
            let is_readable = most > SCALE_MIN;
            assert!(!is_readable || FIXED.1 * most / 100 + FRAME.1 <= h);
        }
    }

    #[test]
    fn an_area_fits_with_the_least_change() {
        let room = Rect::new(4, 40, 1000, 600);
        let cases = [
            (Rect::new(10, 50, 300, 400), Rect::new(10, 50, 300, 400)),
            (Rect::new(-200, 0, 300, 400), Rect::new(4, 40, 300, 400)),
            (Rect::new(900, 500, 300, 400), Rect::new(704, 240, 300, 400)),
            (Rect::new(50, 60, 3000, 4000), room),
        ];
        for (area, fitted) in cases {
            assert_eq!(fit(area, room), fitted);
        }
    }
}
