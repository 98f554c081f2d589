//! What all controls share: places, focus by keyboard, grounds, windows in the project's dress.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fltk::app;
use fltk::draw;
use fltk::enums::{Damage, Font, FrameType, Key};
use fltk::prelude::{GroupExt, WidgetBase, WindowExt};
use fltk::window::DoubleWindow;

use crate::ui::paint::{Canvas, Rect, app_icon_image};
use crate::ui::screen;
use crate::ui::theme::Colour;

/// The class by which window systems and tests find our windows.
pub const WINDOW_CLASS: &str = "mychat";

thread_local! {
    static STILL: Cell<bool> = const { Cell::new(false) };
}

/// Whether anything glides; no with reduced motion.
#[must_use]
pub(super) fn moves() -> bool {
    !STILL.get()
}

/// Whether anything glides from now on.
pub fn set_moves(moves: bool) {
    STILL.set(!moves);
}

/// What can be done with every control of the kit.
pub trait Control {
    /// Where it shall stand, in its window. A ring of focus may be drawn around that.
    fn place(&mut self, area: Rect);
    /// Where it stands.
    fn area(&self) -> Rect;
    /// Shows or hides it.
    fn set_shown(&mut self, shown: bool);
    /// Whether it is shown.
    fn is_shown(&self) -> bool;
    /// Lets it be used or greys it.
    fn set_enabled(&mut self, enabled: bool);
    /// Whether it can be used.
    fn is_enabled(&self) -> bool;
    /// Gives it the keyboard.
    fn focus(&mut self);
    /// Draws it anew soon.
    fn redraw(&mut self);
}

/// Whom a control calls back with a value, once somebody wants to know.
pub(super) type Told<T> = Rc<RefCell<Box<dyn FnMut(T)>>>;

/// Nobody yet.
pub(super) fn nobody<T: 'static>() -> Told<T> {
    Rc::new(RefCell::new(Box::new(|_| {})))
}

/// Implements [`Control`] by a field that is one of the toolkit's widgets, larger than the control
/// by a margin for its ring of focus.
macro_rules! control {
    ($control:ty, $field:ident, $margin:expr) => {
        impl $crate::ui::widgets::Control for $control {
            fn place(&mut self, area: $crate::ui::paint::Rect) {
                let outer = area.inset(-$margin);
                self.$field.resize(outer.x, outer.y, outer.w, outer.h);
            }
            fn area(&self) -> $crate::ui::paint::Rect {
                $crate::ui::paint::Rect::of(&self.$field).inset($margin)
            }
            fn set_shown(&mut self, shown: bool) {
                if shown != self.$field.visible() {
                    if shown { self.$field.show() } else { self.$field.hide() }
                }
            }
            fn is_shown(&self) -> bool {
                self.$field.visible()
            }
            fn set_enabled(&mut self, enabled: bool) {
                if enabled != self.$field.active() {
                    if enabled {
                        self.$field.activate()
                    } else {
                        self.$field.deactivate()
                    }
                    self.$field.redraw();
                }
            }
            fn is_enabled(&self) -> bool {
                self.$field.active()
            }
            fn focus(&mut self) {
                // Refused only while hidden, when there is nothing to focus.
                let _hidden = self.$field.take_focus();
            }
            fn redraw(&mut self) {
                self.$field.redraw();
            }
        }
    };
}
pub(super) use control;

/// Whether the last thing pressed was a key that moves the focus, so that a ring shall show it.
#[must_use]
pub fn focus_came_by_key() -> bool {
    const KEYS: [Key; 7] =
        [Key::Tab, Key::Left, Key::Right, Key::Up, Key::Down, Key::Enter, Key::Escape];
    KEYS.contains(&app::event_key())
}

/// Makes a window of the given inner size in the middle of the screen, or as much of it as fits
/// there: paper ground, icon, class, our way of drawing.
#[must_use]
pub fn window(title: &str, w: i32, h: i32) -> DoubleWindow {
    let room = screen::room();
    window_at(title, screen::fit(room.middle(w, h), room))
}

/// The same, with its place.
#[must_use]
pub fn window_at(title: &str, area: Rect) -> DoubleWindow {
    let mut window = DoubleWindow::new(area.x, area.y, area.w, area.h, None);
    dress(&mut window, title);
    window
}

/// Gives a window its title, class and icon.
pub fn dress<W: WindowExt>(window: &mut W, title: &str) {
    window.set_label(title);
    window.set_xclass(WINDOW_CLASS);
    window.set_icon(app_icon_image(64));
}

/// Takes a window away for good. It is hidden and kept: in this version of the bindings a handle
/// registers the address of a stack slot with the toolkit's list of watched pointers, and deleting
/// any widget clears every such slot that happens to hold its address, also in frames that live.
/// A hidden window costs some kilobytes and no resource of the screen.
pub fn retire<W: WindowExt>(window: &mut W) {
    window.hide();
}

/// Paints what lies behind a group's children each time that it is drawn as a whole.
/// The area handed over is the group's own in its window.
pub fn backdrop<G>(group: &mut G, ground: Colour, mut paint: impl FnMut(&Canvas, Rect) + 'static)
where
    G: GroupExt + WidgetBase + 'static,
{
    group.super_draw(false);
    group.draw(move |group| {
        // The same question as the toolkit asks before it draws all children.
        if group.damage_type().bits() & !Damage::Child.bits() == 0 {
            group.draw_children();
            return;
        }
        let is_window = group.as_window().is_some();
        if is_window {
            // The toolkit may want a part only and would leave out the children beside it, on
            // which the ground is painted here all the same.
            draw::push_no_clip();
        }
        let area = match is_window {
            true => Rect::new(0, 0, group.w(), group.h()),
            false => Rect::of(group),
        };
        {
            let canvas = Canvas::over(area);
            canvas.fill(area, ground);
            paint(&canvas, area);
        }
        group.draw_children();
        if is_window {
            draw::pop_clip();
        }
    });
}

/// Sets what the toolkit draws by itself: tooltips, selections, frames. Call once after the fonts
/// are loaded, and after each change of the theme.
pub fn dress_toolkit() {
    use fltk::misc::Tooltip;
    let colour = |colour: Colour| {
        let rgb = colour.rgb();
        fltk::enums::Color::from_rgb(rgb.0, rgb.1, rgb.2)
    };
    app::set_visible_focus(true);
    app::set_frame_type(FrameType::FlatBox);
    let paper = Colour::Paper.rgb();
    app::background(paper.0, paper.1, paper.2);
    let ink = Colour::Ink.rgb();
    app::foreground(ink.0, ink.1, ink.2);
    app::set_selection_color(0x20, 0x66, 0xC4);
    Tooltip::set_color(colour(Colour::Toast));
    Tooltip::set_text_color(colour(Colour::White));
    Tooltip::set_font(Font::Helvetica);
    Tooltip::set_font_size(12);
    Tooltip::set_delay(0.5);
    Tooltip::set_margin_width(8);
    Tooltip::set_margin_height(5);
}

/// Draws every open window anew, after a change of theme or language.
pub fn restyle() {
    dress_toolkit();
    app::redraw();
}

/// A colour as the toolkit writes it.
pub(crate) fn native(colour: Colour) -> fltk::enums::Color {
    let rgb = colour.rgb();
    fltk::enums::Color::from_rgb(rgb.0, rgb.1, rgb.2)
}
