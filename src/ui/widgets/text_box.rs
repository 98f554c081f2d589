//! A box for a few lines.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{CallbackTrigger, Damage, Event, FrameType, Key};
use fltk::group::Group;
use fltk::input::MultilineInput;
use fltk::prelude::{GroupExt, InputExt, WidgetBase, WidgetExt};

use super::Control;
use super::base::native;
use crate::ui::paint::{Align, Canvas, Rect, text};
use crate::ui::theme::{Colour, Style, metric};

const PADDING: i32 = 10;
/// The toolkit draws the text of an input so far inside of it.
const INNER: i32 = 3;

type Callback = Rc<RefCell<Box<dyn FnMut()>>>;

struct Look {
    placeholder: String,
    error: bool,
}

/// A box for a few lines; its lines break at its edge.
#[derive(Clone)]
pub struct TextBox {
    group: Group,
    input: MultilineInput,
    look: Rc<RefCell<Look>>,
    changed: Callback,
    submitted: Callback,
    cleaned: Callback,
}

impl Control for TextBox {
    fn place(&mut self, area: Rect) {
        self.group.resize(area.x, area.y, area.w, area.h);
    }

    fn area(&self) -> Rect {
        Rect::of(&self.group)
    }

    fn set_shown(&mut self, shown: bool) {
        if shown != self.group.visible() {
            if shown { self.group.show() } else { self.group.hide() }
        }
    }

    fn is_shown(&self) -> bool {
        self.group.visible()
    }

    fn set_enabled(&mut self, enabled: bool) {
        self.input.set_readonly(!enabled);
        self.group.redraw();
    }

    fn is_enabled(&self) -> bool {
        !self.input.readonly()
    }

    fn focus(&mut self) {
        // Refused only while hidden.
        let _hidden = self.input.take_focus();
    }

    fn redraw(&mut self) {
        self.group.redraw();
    }
}

impl TextBox {
    /// A box that says this while it is empty.
    #[must_use]
    pub fn new(placeholder: &str) -> TextBox {
        let mut group = Group::new(0, 0, 0, 0, None);
        let mut input = MultilineInput::new(0, 0, 0, 0, None);
        group.end();
        input.set_frame(FrameType::FlatBox);
        input.set_trigger(CallbackTrigger::Changed);
        input.set_wrap(true);
        // Tab goes on to the next control.
        input.set_tab_nav(true);
        group.super_draw(false);
        let look =
            Rc::new(RefCell::new(Look { placeholder: placeholder.to_owned(), error: false }));
        let nothing = || -> Callback { Rc::new(RefCell::new(Box::new(|| {}))) };
        let mut text_box = TextBox {
            group,
            input,
            look,
            changed: nothing(),
            submitted: nothing(),
            cleaned: nothing(),
        };
        text_box.wire();
        text_box
    }

    /// What is typed.
    #[must_use]
    pub fn value(&self) -> String {
        self.input.value()
    }

    /// Replaces what is typed; `on_change` is not called.
    pub fn set_value(&mut self, value: &str) {
        if self.input.value() != value {
            self.input.set_value(value);
            self.group.redraw();
        }
    }

    /// Changes what it says while it is empty.
    pub fn set_placeholder(&mut self, placeholder: &str) {
        placeholder.clone_into(&mut self.look.borrow_mut().placeholder);
        self.group.redraw();
    }

    /// Shows that something is wrong with it.
    pub fn set_error(&mut self, error: bool) {
        if self.look.borrow().error != error {
            self.look.borrow_mut().error = error;
            self.group.redraw();
        }
    }

    /// Marks all that is typed.
    pub fn select_all(&mut self) {
        let end = i32::try_from(self.input.value().len()).unwrap_or(i32::MAX);
        // Refused only where it stands there already.
        let _stands = self.input.set_position(end);
        let _unmoved = self.input.set_mark(0);
    }

    /// Calls back after each change by the person.
    pub fn on_change(&mut self, change: impl FnMut() + 'static) {
        *self.changed.borrow_mut() = Box::new(change);
    }

    /// Calls back when Ctrl+Enter is pressed in it.
    pub fn on_submit(&mut self, submit: impl FnMut() + 'static) {
        *self.submitted.borrow_mut() = Box::new(submit);
    }

    /// Calls back when something that it cannot show was typed or pasted, and left out.
    pub fn on_cleaned(&mut self, cleaned: impl FnMut() + 'static) {
        *self.cleaned.borrow_mut() = Box::new(cleaned);
    }

    fn wire(&mut self) {
        let (look, input) = (Rc::clone(&self.look), self.input.clone());
        self.group.draw(move |group| draw(group, &input, &look.borrow()));
        let look = Rc::clone(&self.look);
        self.input.draw(move |input| draw_over(input, &look.borrow()));
        let mut input = self.input.clone();
        self.group.resize_callback(move |_, x, y, w, h| {
            let inner = Rect::new(x, y, w, h).inset(PADDING - INNER);
            input.resize(inner.x, inner.y, inner.w, inner.h);
        });
        self.input.super_handle_first(false);
        let (submitted, mut group) = (Rc::clone(&self.submitted), self.group.clone());
        self.input.handle(move |_, event| match event {
            Event::KeyDown
                if app::is_event_ctrl()
                    && matches!(app::event_key(), Key::Enter | Key::KPEnter) =>
            {
                (submitted.borrow_mut())();
                true
            }
            Event::Focus | Event::Unfocus => {
                group.redraw();
                false
            }
            _ => false,
        });
        let (changed, cleaned) = (Rc::clone(&self.changed), Rc::clone(&self.cleaned));
        let (look, mut group) = (Rc::clone(&self.look), self.group.clone());
        self.input.set_callback(move |input| {
            let lost = clean(input);
            look.borrow_mut().error = false;
            group.redraw();
            (changed.borrow_mut())();
            if lost {
                (cleaned.borrow_mut())();
            }
        });
    }
}

/// Takes out what it cannot show, line by line; tells whether letters were lost.
fn clean(input: &mut MultilineInput) -> bool {
    let value = input.value();
    let caret = usize::try_from(input.position()).unwrap_or(0);
    let (mut shown, mut caret_shown, mut at) = (String::new(), None, 0);
    for (number, line) in value.replace('\r', "").split('\n').enumerate() {
        if number > 0 {
            shown.push('\n');
            at += 1;
        }
        let inside = caret.checked_sub(at).filter(|inside| *inside <= line.len());
        let (words, caret) = text::for_input(line, inside.unwrap_or(line.len()));
        if inside.is_some() {
            caret_shown.get_or_insert(shown.len() + caret);
        }
        shown.push_str(&words);
        at += line.len();
    }
    if shown == value {
        return false;
    }
    let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    let lost = letters(&shown) < letters(&value);
    let caret = caret_shown.unwrap_or(shown.len());
    input.set_value(&shown);
    // Refused only where the caret stands there already.
    let _stands = input.set_position(i32::try_from(caret).unwrap_or(i32::MAX));
    lost
}

fn draw(group: &mut Group, input: &MultilineInput, look: &Look) {
    if group.damage_type().bits() & !Damage::Child.bits() != 0 {
        let area = Rect::of(group);
        let canvas = Canvas::over(area);
        canvas.fill(area, Colour::Paper);
        let focused = input.has_focus();
        let (outline, width) = match (look.error, focused) {
            (true, _) => (Colour::Bad, if focused { 2 } else { 1 }),
            (false, true) => (Colour::Focus, 2),
            (false, false) => (Colour::Field, 1),
        };
        canvas.card(area, metric::RADIUS, Colour::Paper, outline, width);
    }
    let mut input = input.clone();
    input.set_color(native(Colour::Paper));
    input.set_text_color(native(Colour::Ink));
    input.set_selection_color(native(Colour::Selected));
    input.set_cursor_color(native(Colour::Ink));
    input.set_text_font(text::input_font(Style::BODY.face, &input.value()));
    input.set_text_size(Style::BODY.size);
    group.draw_children();
}

fn draw_over(input: &mut MultilineInput, look: &Look) {
    if !input.value().is_empty() {
        return;
    }
    let area = Rect::of(input);
    let canvas = Canvas::over(area);
    let line = Rect::new(area.x + 2 * INNER, area.y, area.w - 2 * INNER, Style::BODY.line);
    canvas.text_in(Style::BODY, Colour::Ink3, line, Align::Left, &look.placeholder);
}
