//! What pointer and keyboard do to a button, whatever it looks like.

use std::cell::Cell;
use std::rc::Rc;

use fltk::app;
use fltk::button::Button as Native;
use fltk::enums::{Event, Key};
use fltk::prelude::{WidgetBase, WidgetExt};

use super::base::focus_came_by_key;

/// The state of a control under pointer and keyboard.
#[derive(Default)]
pub(super) struct Touch {
    hover: Cell<bool>,
    pressed: Cell<bool>,
    ring: Cell<bool>,
}

impl Touch {
    pub(super) fn hover(&self) -> bool {
        self.hover.get()
    }

    pub(super) fn pressed(&self) -> bool {
        self.pressed.get()
    }

    pub(super) fn ring(&self) -> bool {
        self.ring.get()
    }

    /// Follows the pointer and the focus over a native button; Enter presses it as Space does.
    pub(super) fn follow(native: &mut Native, touch: &Rc<Touch>) {
        Touch::follow_with_enter(native, touch, |native| {
            native.do_callback();
            true
        });
    }

    /// The same, where Enter does something of its own; it tells whether it did anything.
    pub(super) fn follow_with_enter(
        native: &mut Native,
        touch: &Rc<Touch>,
        mut enter: impl FnMut(&mut Native) -> bool + 'static,
    ) {
        let touch = Rc::clone(touch);
        native.super_handle_first(false);
        native.handle(move |native, event| match event {
            Event::KeyDown if matches!(app::event_key(), Key::Enter | Key::KPEnter) => {
                native.has_focus() && enter(native)
            }
            event => touch.event(native, event),
        });
    }

    /// Presses by the pointer are dealt with here: the toolkit would move the keyboard to what is
    /// pressed, and whoever is writing would go on writing into a button.
    fn event(&self, native: &mut Native, event: Event) -> bool {
        let is_dealt_with = matches!(event, Event::Push | Event::Drag | Event::Released);
        match event {
            Event::Enter => self.hover.set(true),
            Event::Leave => self.hover.set(false),
            Event::Push if app::event_mouse_button() == app::MouseButton::Left => {
                self.pressed.set(true);
            }
            Event::Drag => {
                // Moved away it is not pressed, and pressed again when the pointer comes back.
                self.hover.set(app::event_inside_widget(native));
            }
            Event::Released => {
                if self.pressed.take() && app::event_inside_widget(native) {
                    native.do_callback();
                }
            }
            Event::Focus => self.ring.set(focus_came_by_key()),
            // At broken scales a ring may reach a pixel beyond what its control draws.
            Event::Unfocus if self.ring.take() => {
                if let Some(mut window) = native.window() {
                    window.redraw();
                }
            }
            Event::Unfocus => {}
            Event::Hide | Event::Deactivate => {
                self.hover.set(false);
                self.pressed.set(false);
            }
            _ => return is_dealt_with,
        }
        native.redraw();
        is_dealt_with
    }
}
