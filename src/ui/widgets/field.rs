//! One-line inputs: the system's own text input inside a drawn frame, so that input methods work.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{CallbackTrigger, Damage, Event, FrameType, Key};
use fltk::group::Group;
use fltk::input::{Input, InputType};
use fltk::prelude::{GroupExt, InputExt, WidgetBase, WidgetExt};
use unicode_segmentation::UnicodeSegmentation;

use super::base::native;
use super::{Control, IconButton};
use crate::ui::fonts;
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::theme::{Colour, Style, metric};

const PADDING: i32 = 10;
/// The toolkit's input keeps so much free at its left.
const INNER: i32 = 3;
/// The caret of an empty input takes so much behind that.
const CARET: i32 = 3;

/// How the frame of an input looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Paper with an outline.
    Outlined,
    /// A sunken search box.
    Search,
}

struct Look {
    kind: FieldKind,
    style: Style,
    placeholder: String,
    icon: Option<Icon>,
    count_max: Option<usize>,
    error: bool,
    ground: Colour,
    trailing_width: i32,
    secrecy: Secrecy,
    enabled: bool,
    /// Its button empties it, and is there while there is something.
    clears: bool,
}

/// Whether dots stand for what is typed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secrecy {
    Open,
    Hidden,
    Revealed,
}

type Callback = Rc<RefCell<Box<dyn FnMut()>>>;
/// What Esc does, where it does anything.
type Escaped = Rc<RefCell<Option<Box<dyn FnMut()>>>>;

/// A one-line input.
#[derive(Clone)]
pub struct Field {
    group: Group,
    input: Input,
    trailing: Option<IconButton>,
    look: Rc<RefCell<Look>>,
    changed: Callback,
    entered: Callback,
    left: Callback,
    cleaned: Callback,
    escaped: Escaped,
    downed: Escaped,
}

impl Control for Field {
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

    /// A disabled input stays active for the toolkit, which would mix its own greys otherwise.
    fn set_enabled(&mut self, enabled: bool) {
        self.look.borrow_mut().enabled = enabled;
        self.input.set_readonly(!enabled);
        self.input.visible_focus(enabled);
        if let Some(button) = self.trailing.as_mut() {
            button.set_enabled(enabled);
        }
        self.group.redraw();
    }

    fn is_enabled(&self) -> bool {
        self.look.borrow().enabled
    }

    fn focus(&mut self) {
        // Refused only while hidden.
        let _hidden = self.input.take_focus();
    }

    fn redraw(&mut self) {
        self.group.redraw();
    }
}

impl Field {
    /// An input that says this while it is empty.
    #[must_use]
    pub fn new(kind: FieldKind, placeholder: &str) -> Field {
        let mut group = Group::new(0, 0, 0, 0, None);
        let mut input = Input::new(0, 0, 0, 0, None);
        group.end();
        input.set_frame(FrameType::FlatBox);
        input.set_trigger(CallbackTrigger::Changed);
        group.super_draw(false);
        let look = Rc::new(RefCell::new(Look {
            kind,
            style: Style::MESSAGE,
            placeholder: placeholder.to_string(),
            icon: (kind == FieldKind::Search).then_some(Icon::Search),
            count_max: None,
            error: false,
            ground: Colour::Paper,
            trailing_width: 0,
            secrecy: Secrecy::Open,
            enabled: true,
            clears: false,
        }));
        let nothing = || -> Callback { Rc::new(RefCell::new(Box::new(|| {}))) };
        let mut field = Field {
            group,
            input,
            trailing: None,
            look,
            changed: nothing(),
            entered: nothing(),
            left: nothing(),
            cleaned: nothing(),
            escaped: Rc::default(),
            downed: Rc::default(),
        };
        field.wire_drawing();
        field.wire_events();
        field
    }

    /// With an icon at its left.
    #[must_use]
    pub fn icon(self, icon: Icon) -> Field {
        self.look.borrow_mut().icon = Some(icon);
        self
    }

    /// With "n/max" at its right; nothing is cut, the owner judges.
    #[must_use]
    pub fn counter(self, max: usize) -> Field {
        self.look.borrow_mut().count_max = Some(max);
        self.look.borrow_mut().trailing_width = 48;
        self
    }

    /// On another ground than paper.
    #[must_use]
    pub fn on(self, ground: Colour) -> Field {
        self.look.borrow_mut().ground = ground;
        self
    }

    /// In another style than that of messages.
    #[must_use]
    pub fn style(self, style: Style) -> Field {
        self.look.borrow_mut().style = style;
        self
    }

    /// Hides what is typed; an eye at the right shows it. The words are the eye's tooltip.
    #[must_use]
    pub fn secret(mut self, reveal: &str) -> Field {
        self.input.set_type(InputType::Secret);
        self.look.borrow_mut().secrecy = Secrecy::Hidden;
        let mut field = self.with_button(Icon::Eye, reveal);
        let (mut input, look) = (field.input.clone(), Rc::clone(&field.look));
        let mut eye = field.trailing.clone();
        if let Some(button) = field.trailing.as_mut() {
            button.skip_by_tab();
            button.on_press(move || {
                let revealed = look.borrow().secrecy == Secrecy::Hidden;
                look.borrow_mut().secrecy =
                    if revealed { Secrecy::Revealed } else { Secrecy::Hidden };
                input.set_type(if revealed { InputType::Normal } else { InputType::Secret });
                if let Some(eye) = eye.as_mut() {
                    eye.set_icon(if revealed { Icon::EyeOff } else { Icon::Eye });
                }
                input.redraw();
            });
        }
        field
    }

    /// With a button at its right.
    #[must_use]
    pub fn button(self, icon: Icon, tooltip: &str, press: impl FnMut() + 'static) -> Field {
        let mut field = self.with_button(icon, tooltip);
        if let Some(button) = field.trailing.as_mut() {
            button.skip_by_tab();
            button.on_press(press);
        }
        field
    }

    /// With a cross at its right, while something is typed, that empties it.
    #[must_use]
    pub fn clearable(self, tooltip: &str, mut cleared: impl FnMut() + 'static) -> Field {
        self.look.borrow_mut().clears = true;
        let (mut input, mut group) = (self.input.clone(), self.group.clone());
        self.button(Icon::Close, tooltip, move || {
            input.set_value("");
            group.redraw();
            // Refused only while hidden.
            let _hidden = input.take_focus();
            cleared();
        })
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
        self.look.borrow_mut().placeholder = placeholder.to_string();
        self.group.redraw();
    }

    /// Changes what its button says.
    pub fn set_tip(&mut self, tooltip: &str) {
        if let Some(button) = self.trailing.as_mut() {
            button.set_tip(tooltip);
        }
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
        // Each says no where nothing had to be moved.
        let _unmoved = self.input.set_position(end);
        let _unmoved = self.input.set_mark(0);
    }

    /// Takes what the person typed elsewhere, at the end.
    pub fn write(&mut self, words: &str) {
        self.focus();
        let value = self.input.value() + words;
        self.set_value(&value);
        let _unmoved = self.input.set_position(i32::try_from(value.len()).unwrap_or(i32::MAX));
        (self.changed.borrow_mut())();
    }

    /// Calls back after each change by the person.
    pub fn on_change(&mut self, change: impl FnMut() + 'static) {
        *self.changed.borrow_mut() = Box::new(change);
    }

    /// Calls back when Enter is pressed in it.
    pub fn on_enter(&mut self, enter: impl FnMut() + 'static) {
        *self.entered.borrow_mut() = Box::new(enter);
    }

    /// Calls back when Esc is pressed in it.
    pub fn on_escape(&mut self, escape: impl FnMut() + 'static) {
        *self.escaped.borrow_mut() = Some(Box::new(escape));
    }

    /// Calls back when the key down is pressed in it.
    pub fn on_down(&mut self, down: impl FnMut() + 'static) {
        *self.downed.borrow_mut() = Some(Box::new(down));
    }

    /// Calls back when the keyboard leaves it.
    pub fn on_leave(&mut self, leave: impl FnMut() + 'static) {
        *self.left.borrow_mut() = Box::new(leave);
    }

    /// Calls back when something that it cannot show was typed or pasted, and left out.
    pub fn on_cleaned(&mut self, cleaned: impl FnMut() + 'static) {
        *self.cleaned.borrow_mut() = Box::new(cleaned);
    }

    /// Whether it has the keyboard.
    #[must_use]
    pub fn has_focus(&self) -> bool {
        self.input.has_focus()
    }

    /// Gives it the keyboard.
    pub fn take_focus(&mut self) {
        self.focus();
    }

    fn with_button(mut self, icon: Icon, tooltip: &str) -> Field {
        self.group.begin();
        let button = IconButton::new(icon, tooltip).icon_size(18);
        self.group.end();
        self.look.borrow_mut().trailing_width = metric::ICON_BUTTON;
        self.trailing = Some(button);
        self.wire_drawing();
        self
    }

    fn wire_drawing(&mut self) {
        let (look, input) = (Rc::clone(&self.look), self.input.clone());
        let mut trailing = self.trailing.clone();
        self.group.draw(move |group| {
            if let Some(cross) = trailing.as_mut().filter(|_| look.borrow().clears) {
                cross.set_shown(!input.value().is_empty());
            }
            if let Some(button) = &trailing {
                button.set_ground(look.borrow().fill(input.has_focus()));
            }
            draw_group(group, &input, &look.borrow());
        });
        let look = Rc::clone(&self.look);
        self.input.draw(move |input| draw_over_input(input, &look.borrow()));
        let (look, input, trailing) =
            (Rc::clone(&self.look), self.input.clone(), self.trailing.clone());
        self.group.resize_callback(move |_, x, y, w, h| {
            lay_out(Rect::new(x, y, w, h), &mut input.clone(), trailing.clone(), &look.borrow());
        });
    }

    fn wire_events(&mut self) {
        self.input.super_handle_first(false);
        let entered = Rc::clone(&self.entered);
        let left = Rc::clone(&self.left);
        let escaped = Rc::clone(&self.escaped);
        let downed = Rc::clone(&self.downed);
        let mut group = self.group.clone();
        self.input.handle(move |_, event| match event {
            Event::KeyDown if matches!(app::event_key(), Key::Enter | Key::KPEnter) => {
                (entered.borrow_mut())();
                true
            }
            Event::KeyDown if matches!(app::event_key(), Key::Escape | Key::Down) => {
                let called = if app::event_key() == Key::Down { &downed } else { &escaped };
                match called.borrow_mut().as_mut() {
                    Some(call) => {
                        call();
                        true
                    }
                    None => false,
                }
            }
            Event::Focus => {
                group.redraw();
                false
            }
            Event::Unfocus => {
                group.redraw();
                (left.borrow_mut())();
                false
            }
            _ => false,
        });
        let (changed, cleaned) = (Rc::clone(&self.changed), Rc::clone(&self.cleaned));
        let (look, mut group) = (Rc::clone(&self.look), self.group.clone());
        self.input.set_callback(move |input| {
            let secrecy = look.borrow().secrecy;
            let lost = clean(input, secrecy);
            let follows = look.borrow().count_max.is_some() || look.borrow().clears;
            if follows || std::mem::take(&mut look.borrow_mut().error) {
                group.redraw();
            }
            (changed.borrow_mut())();
            if lost {
                (cleaned.borrow_mut())();
            }
        });
        let mut input = self.input.clone();
        self.group.handle(move |group, event| match event {
            // A press beside the text, on the frame or the icon, is meant for the text.
            Event::Push if !app::event_inside_widget(&input) && group.active_r() => {
                let beside = app::event_x() < input.x();
                if beside {
                    let _hidden = input.take_focus();
                }
                beside
            }
            _ => false,
        });
    }
}

impl Look {
    /// What lies behind the words and the button.
    fn fill(&self, has_focus: bool) -> Colour {
        match (self.kind, self.enabled) {
            (FieldKind::Search, _) | (_, false) if !has_focus => Colour::Sunken,
            _ => Colour::Paper,
        }
    }
}

/// Takes out of an input what it cannot show, wherever that came from; tells whether letters were
/// lost. A password keeps everything but control characters: what it is made of is nobody's
/// business, and dots stand for all of it.
fn clean(input: &mut Input, secrecy: Secrecy) -> bool {
    let value = input.value();
    let caret = usize::try_from(input.position()).unwrap_or(0);
    let (shown, caret) = match secrecy {
        Secrecy::Open => text::for_input(&value, caret),
        Secrecy::Hidden | Secrecy::Revealed => {
            let plain = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
            (plain(&value), plain(value.get(..caret).unwrap_or_default()).len())
        }
    };
    if shown == value {
        return false;
    }
    input.set_value(&shown);
    // Refused only where the caret stands there already.
    let _stands = input.set_position(i32::try_from(caret).unwrap_or(i32::MAX));
    let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    letters(&shown) < letters(&value)
}

fn lay_out(area: Rect, input: &mut Input, trailing: Option<IconButton>, look: &Look) {
    let icon = if look.icon.is_some() { 25 } else { 0 };
    let line = look.style.line;
    let x = area.x + PADDING + icon - INNER;
    let w = area.w - 2 * PADDING - icon - look.trailing_width + 2 * INNER;
    input.resize(x, area.y + (area.h - line) / 2, w.max(0), line);
    if let Some(mut button) = trailing {
        let side = metric::ICON_BUTTON.min(area.h - 4);
        let x = area.right() - side - (area.h - side) / 2;
        button.place(Rect::new(x, area.y + (area.h - side) / 2, side, side));
    }
}

fn draw_group(group: &mut Group, input: &Input, look: &Look) {
    let enabled = look.enabled;
    if group.damage_type().bits() & !Damage::Child.bits() != 0 {
        let area = Rect::of(group);
        let canvas = Canvas::over(area);
        canvas.fill(area, look.ground);
        let focused = input.has_focus();
        let (outline, width) = match (look.kind, focused) {
            (_, true) if !look.error => (Colour::Focus, 2),
            _ if look.error => (Colour::Bad, if focused { 2 } else { 1 }),
            (FieldKind::Search, _) => (Colour::Sunken, 1),
            _ if enabled => (Colour::Field, 1),
            _ => (Colour::Line, 1),
        };
        let fill = look.fill(focused);
        canvas.card(area, metric::RADIUS, fill, outline, width);
        if let Some(icon) = look.icon {
            let y = area.y + (area.h - 18) / 2;
            canvas.icon_on(icon, area.x + PADDING, y, 18, Colour::Ink2, fill);
        }
        if let Some(max) = look.count_max {
            let count = input.value().trim().graphemes(true).count();
            let ink = if count > max { Colour::Bad } else { Colour::Ink3 };
            let words = area.without_right(PADDING);
            canvas.text_in(Style::CAPTION, ink, words, Align::Right, &format!("{count}/{max}"));
        }
    }
    dress(&mut input.clone(), look);
    group.draw_children();
}

/// The colours and the face of the moment; the native input draws with them.
fn dress(input: &mut Input, look: &Look) {
    let enabled = look.enabled;
    input.set_color(native(look.fill(input.has_focus())));
    input.set_text_color(native(if enabled { Colour::Ink } else { Colour::Ink3 }));
    input.set_selection_color(native(Colour::Selected));
    input.set_cursor_color(native(Colour::Ink));
    let dots = look.secrecy == Secrecy::Hidden;
    input.set_text_font(match dots {
        true => fonts::SECRET,
        false => text::input_font(look.style.face, &input.value()),
    });
    input.set_text_size(look.style.size);
}

fn draw_over_input(input: &mut Input, look: &Look) {
    if !input.value().is_empty() {
        return;
    }
    let area = Rect::of(input);
    let canvas = Canvas::over(area);
    // The caret stands at the left; the words begin just right of it.
    let words = area.without_left(INNER + CARET);
    canvas.text_in(look.style, Colour::Ink3, words, Align::Left, &look.placeholder);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_in_a_search_field_stands_on_what_the_field_has() {
        let mut look = Look {
            kind: FieldKind::Search,
            style: Style::MESSAGE,
            placeholder: String::new(),
            icon: None,
            count_max: None,
            error: false,
            ground: Colour::Paper,
            trailing_width: 0,
            secrecy: Secrecy::Open,
            enabled: true,
            clears: true,
        };
        assert_eq!((look.fill(false), look.fill(true)), (Colour::Sunken, Colour::Paper));
        look.kind = FieldKind::Outlined;
        assert_eq!(look.fill(false), Colour::Paper);
    }
}
