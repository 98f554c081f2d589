//! A place of one's own drawing that can be pressed: pills, heads, faces.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fltk::app;
use fltk::button::Button as Native;
use fltk::enums::{Event, FrameType, Key};
use fltk::prelude::{WidgetBase, WidgetExt};

use super::paint::{Align, Canvas, Rect};
use super::theme::{Colour, Style};
use super::widgets::{Control, focus_came_by_key};

/// What pointer and keyboard do to it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Touched {
    /// The pointer is over it.
    pub hover: bool,
    /// A ring shall show that it has the keyboard.
    pub ring: bool,
}

type Press = Rc<RefCell<Box<dyn FnMut(Rect)>>>;
type Keys = Rc<RefCell<Box<dyn FnMut(Key) -> bool>>>;

/// The place.
#[derive(Clone)]
pub struct Pressable {
    native: Native,
    press: Press,
    keys: Keys,
}

impl Pressable {
    /// Painted by this; says what it does when the pointer rests on it.
    #[must_use]
    pub fn new(
        tooltip: &str,
        mut paint: impl FnMut(&Canvas, Rect, Touched) + 'static,
    ) -> Pressable {
        let mut native = Native::new(0, 0, 0, 0, None);
        native.set_frame(FrameType::FlatBox);
        native.super_draw(false);
        native.set_tooltip(tooltip);
        let touched = Rc::new(Cell::new(Touched::default()));
        let press: Press = Rc::new(RefCell::new(Box::new(|_| {})));
        let drawn = Rc::clone(&touched);
        native.draw(move |native| {
            let area = Rect::of(native);
            paint(&Canvas::over(area), area, drawn.get());
        });
        native.super_handle_first(false);
        let keys: Keys = Rc::new(RefCell::new(Box::new(|_| false)));
        let told = Rc::clone(&keys);
        native.handle(move |native, event| {
            let is_key = event == Event::KeyDown && native.has_focus();
            if is_key && (told.borrow_mut())(app::event_key()) {
                native.redraw();
                return true;
            }
            follow(native, event, &touched)
        });
        let pressed = Rc::clone(&press);
        native.set_callback(move |native| {
            let window = native.window();
            let (x, y) = window.map_or((0, 0), |window| (window.x_root(), window.y_root()));
            (pressed.borrow_mut())(Rect::of(native).moved(x, y));
        });
        Pressable { native, press, keys }
    }

    /// Is told of the keys that are pressed while it has the keyboard; tells which ones it takes.
    pub fn on_key(&mut self, keys: impl FnMut(Key) -> bool + 'static) {
        *self.keys.borrow_mut() = Box::new(keys);
    }

    /// Calls back when it is pressed, with its area on the screen.
    pub fn on_press_with_place(&mut self, press: impl FnMut(Rect) + 'static) {
        *self.press.borrow_mut() = Box::new(press);
    }

    /// Changes what it says when the pointer rests on it.
    pub fn set_tip(&mut self, tooltip: &str) {
        self.native.set_tooltip(tooltip);
    }

    /// Calls back when it is pressed.
    pub fn on_press(&mut self, mut press: impl FnMut() + 'static) {
        self.on_press_with_place(move |_| press());
    }
}

/// Draws one of several choices that stand side by side.
pub fn paint_chip(canvas: &Canvas, area: Rect, touched: Touched, is_on: bool, words: &str) {
    canvas.fill(area, Colour::Paper);
    let (fill, ink, style) = match (is_on, touched.hover) {
        (true, _) => (Colour::Selected, Colour::BrandText, Style::CAPTION.bold()),
        (false, true) => (Colour::Hover, Colour::Ink, Style::CAPTION),
        (false, false) => (Colour::Sunken, Colour::Ink2, Style::CAPTION),
    };
    let ring = touched.ring.then_some((Colour::Brand, 1));
    canvas.pill(area, fill, ring);
    canvas.text_in(style, ink, area, Align::Centre, words);
}

impl Control for Pressable {
    fn place(&mut self, area: Rect) {
        self.native.resize(area.x, area.y, area.w, area.h);
    }

    fn area(&self) -> Rect {
        Rect::of(&self.native)
    }

    fn set_shown(&mut self, shown: bool) {
        if shown { self.native.show() } else { self.native.hide() }
    }

    fn is_shown(&self) -> bool {
        self.native.visible()
    }

    fn set_enabled(&mut self, enabled: bool) {
        if enabled { self.native.activate() } else { self.native.deactivate() }
    }

    fn is_enabled(&self) -> bool {
        self.native.active()
    }

    fn focus(&mut self) {
        // Refused only while hidden.
        let _hidden = self.native.take_focus();
    }

    fn redraw(&mut self) {
        self.native.redraw();
    }
}

fn follow(native: &mut Native, event: Event, touched: &Cell<Touched>) -> bool {
    let mut now = touched.get();
    match event {
        Event::Enter => now.hover = true,
        Event::Leave | Event::Hide => now.hover = false,
        // Not by the toolkit, which would move the keyboard to what is pressed.
        Event::Push | Event::Drag => return true,
        Event::Released => {
            let is_left = app::event_mouse_button() == app::MouseButton::Left;
            if is_left && app::event_inside_widget(native) {
                native.do_callback();
            }
            return true;
        }
        Event::Focus => now.ring = focus_came_by_key(),
        Event::Unfocus => now.ring = false,
        Event::KeyDown
            if native.has_focus() && matches!(app::event_key(), Key::Enter | Key::KPEnter) =>
        {
            native.do_callback();
            return true;
        }
        _ => return false,
    }
    touched.set(now);
    native.redraw();
    false
}
