//! Buttons: with words, with an icon, as a pill.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::button::Button as Native;
use fltk::enums::FrameType;
use fltk::prelude::{WidgetBase, WidgetExt};

use super::base::control;
use super::touch::Touch;
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::theme::{Colour, Style, metric};

/// Room around a button for the ring of focus: 2 px gap, 2 px ring.
const RING: i32 = 4;
/// Steps of a turn of the ring that a busy button shows.
const SPINNER_STEPS: i32 = 12;
const SPINNER_STEP_S: f64 = 0.08;

/// What a button means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one main action.
    Primary,
    /// Another action.
    Outline,
    /// An invitation.
    Soft,
    /// A link.
    Text,
    /// A link in secondary ink.
    Quiet,
    /// Leads to something that destroys.
    DangerOutline,
    /// Destroys.
    Danger,
}

/// How large a button is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ButtonSize {
    /// 28 px.
    Small,
    /// 32 px.
    Normal,
    /// 40 px.
    Large,
}

impl ButtonSize {
    /// Its height.
    #[must_use]
    pub fn height(self) -> i32 {
        match self {
            ButtonSize::Small => metric::BUTTON_SMALL,
            ButtonSize::Normal => metric::BUTTON,
            ButtonSize::Large => metric::LARGE,
        }
    }

    fn padding(self) -> i32 {
        if self == ButtonSize::Small { 10 } else { 14 }
    }
}

/// When the ring of focus is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rings {
    /// When the focus came by a key.
    ByKey,
    /// However it came.
    Always,
}

struct Look {
    kind: ButtonKind,
    size: ButtonSize,
    label: String,
    icon: Option<Icon>,
    trailing: Option<Icon>,
    ground: Colour,
    join_right: bool,
    join_left: bool,
    rings: Rings,
    busy: Option<i32>,
    muted: bool,
    align: Align,
}

/// A button with words.
#[derive(Clone)]
pub struct Button {
    native: Native,
    look: Rc<RefCell<Look>>,
}

control!(Button, native, RING);

impl Button {
    /// A button of this kind; place it before it is shown.
    #[must_use]
    pub fn new(kind: ButtonKind, label: &str) -> Button {
        let mut native = Native::new(0, 0, 0, 0, None);
        native.set_frame(FrameType::FlatBox);
        native.super_draw(false);
        let look = Rc::new(RefCell::new(Look {
            kind,
            size: ButtonSize::Normal,
            label: label.to_string(),
            icon: None,
            trailing: None,
            ground: Colour::Paper,
            join_right: false,
            join_left: false,
            rings: Rings::ByKey,
            busy: None,
            muted: false,
            align: Align::Centre,
        }));
        let touch = Rc::new(Touch::default());
        Touch::follow(&mut native, &touch);
        let drawn = Rc::clone(&look);
        native.draw(move |native| {
            let outer = Rect::of(native);
            let canvas = Canvas::over(outer);
            let (look, focused) = (drawn.borrow(), native.has_focus());
            let ring = touch.ring() || (focused && look.rings == Rings::Always);
            look.paint(&canvas, outer.inset(RING), &touch, (ring, native.active_r()));
        });
        Button { native, look }
    }

    /// With an icon before the words.
    #[must_use]
    pub fn icon(self, icon: Icon) -> Button {
        self.look.borrow_mut().icon = Some(icon);
        self
    }

    /// With an icon after the words.
    #[must_use]
    pub fn trailing(self, icon: Icon) -> Button {
        self.look.borrow_mut().trailing = Some(icon);
        self
    }

    /// Of another size than normal.
    #[must_use]
    pub fn size(self, size: ButtonSize) -> Button {
        self.look.borrow_mut().size = size;
        self
    }

    /// On another ground than paper.
    #[must_use]
    pub fn on(self, ground: Colour) -> Button {
        self.look.borrow_mut().ground = ground;
        self
    }

    /// With the ring of focus however the focus came, as what Enter does has to be seen.
    #[must_use]
    pub fn ringed(self) -> Button {
        self.look.borrow_mut().rings = Rings::Always;
        self
    }

    /// Words at the left edge instead of the middle.
    #[must_use]
    pub fn left(self) -> Button {
        self.look.borrow_mut().align = Align::Left;
        self
    }

    /// Square where it touches a neighbour on its right.
    #[must_use]
    pub fn joined_right(self) -> Button {
        self.look.borrow_mut().join_right = true;
        self
    }

    /// Square where it touches a neighbour on its left, with a dividing line.
    #[must_use]
    pub fn joined_left(self) -> Button {
        self.look.borrow_mut().join_left = true;
        self
    }

    /// The width its words want.
    #[must_use]
    pub fn wanted_width(&self) -> i32 {
        let look = self.look.borrow();
        let icons = i32::from(look.icon.is_some()) + i32::from(look.trailing.is_some());
        let padding = match look.kind {
            ButtonKind::Text | ButtonKind::Quiet => 4,
            _ => look.size.padding(),
        };
        text::width(look.style(true), &look.label) + 2 * padding + icons * 22
    }

    /// Calls back when it is pressed by pointer or key.
    pub fn on_press(&mut self, mut press: impl FnMut() + 'static) {
        let look = Rc::clone(&self.look);
        self.native.set_callback(move |_| {
            if look.borrow().busy.is_none() {
                press();
            }
        });
    }

    /// Changes what it means.
    pub fn set_kind(&mut self, kind: ButtonKind) {
        self.look.borrow_mut().kind = kind;
        self.native.redraw();
    }

    /// Changes its words.
    pub fn set_label(&mut self, label: &str) {
        if self.look.borrow().label != label {
            self.look.borrow_mut().label = label.to_string();
            self.native.redraw();
        }
    }

    /// Changes the icon before the words.
    pub fn set_icon(&mut self, icon: Option<Icon>) {
        if self.look.borrow().icon != icon {
            self.look.borrow_mut().icon = icon;
            self.native.redraw();
        }
    }

    /// Draws it as if it were disabled, with a darker icon, while it still can be pressed.
    pub fn set_muted(&mut self, muted: bool) {
        if self.look.borrow().muted != muted {
            self.look.borrow_mut().muted = muted;
            self.native.redraw();
        }
    }

    /// Changes what it says when the pointer rests on it.
    pub fn set_tip(&mut self, tooltip: &str) {
        self.native.set_tooltip(tooltip);
    }

    /// Shows a turning ring in place of its words and takes no press meanwhile.
    pub fn set_busy(&mut self, busy: bool) {
        if busy == self.look.borrow().busy.is_some() {
            return;
        }
        self.look.borrow_mut().busy = busy.then_some(0);
        self.native.redraw();
        if busy {
            spin(self.native.clone(), Rc::clone(&self.look));
        }
    }
}

/// Turns the ring of a busy button for as long as it is seen.
fn spin(mut native: Native, look: Rc<RefCell<Look>>) {
    app::add_timeout3(SPINNER_STEP_S, move |handle| {
        let mut look = look.borrow_mut();
        if let Some(step) = look.busy
            && native.visible_r()
        {
            look.busy = Some((step + 1) % SPINNER_STEPS);
            native.redraw();
            app::repeat_timeout3(SPINNER_STEP_S, handle);
        }
    });
}

impl Look {
    fn style(&self, enabled: bool) -> Style {
        let size = if self.size == ButtonSize::Small { Style::CAPTION } else { Style::BODY };
        match (self.kind, self.size) {
            _ if !enabled => size,
            (ButtonKind::Primary, ButtonSize::Large) => Style::MESSAGE.bold(),
            (ButtonKind::Primary | ButtonKind::Soft | ButtonKind::Danger, _) => size.bold(),
            _ => size,
        }
    }

    /// Fill, outline and ink for what is done to it.
    fn colours(&self, touch: &Touch, enabled: bool) -> (Option<Colour>, Option<Colour>, Colour) {
        let (hover, pressed) = (touch.hover(), touch.pressed());
        let is_link = matches!(self.kind, ButtonKind::Text | ButtonKind::Quiet);
        if self.muted && is_link {
            return (None, None, Colour::Ink3);
        }
        if self.muted {
            let fill = if hover { Colour::Line } else { Colour::Sunken };
            return (Some(fill), Some(Colour::Line), Colour::Ink2);
        }
        if !enabled && !is_link {
            return (Some(Colour::Sunken), Some(Colour::Line), Colour::Ink3);
        }
        let step = |plain: Colour, over: Colour, down: Colour| {
            if pressed && hover {
                down
            } else if hover {
                over
            } else {
                plain
            }
        };
        match self.kind {
            ButtonKind::Primary => {
                let fill = step(Colour::Brand, Colour::BrandHover, Colour::BrandPress);
                (Some(fill), None, Colour::White)
            }
            ButtonKind::Outline => {
                let fill = step(Colour::Paper, Colour::Hover, Colour::Sunken);
                (Some(fill), Some(Colour::Field), Colour::Ink)
            }
            ButtonKind::Soft => {
                let fill = step(Colour::BrandSoft, Colour::Selected, Colour::Selected);
                (Some(fill), None, Colour::BrandText)
            }
            ButtonKind::Text | ButtonKind::Quiet => {
                let ink = match (enabled, self.kind) {
                    (false, _) => Colour::Ink3,
                    (true, ButtonKind::Quiet) if !hover => Colour::Ink2,
                    _ => Colour::BrandText,
                };
                (None, None, ink)
            }
            ButtonKind::DangerOutline => {
                let fill = step(Colour::Paper, Colour::BadSoft, Colour::BadSoft);
                (Some(fill), Some(Colour::Bad), Colour::Bad)
            }
            ButtonKind::Danger => {
                let pressed = Colour::Fixed(0x9E_2222);
                let fill = step(Colour::DangerFill, Colour::Fixed(0xB0_2626), pressed);
                (Some(fill), None, Colour::White)
            }
        }
    }

    fn paint(&self, canvas: &Canvas, area: Rect, touch: &Touch, (ring, enabled): (bool, bool)) {
        let radius = if self.size == ButtonSize::Large { 8 } else { metric::RADIUS };
        let (fill, outline, ink) = self.colours(touch, enabled && self.busy.is_none());
        let radii = crate::ui::paint::Radii(
            if self.join_left { 0 } else { radius },
            if self.join_right { 0 } else { radius },
            if self.join_right { 0 } else { radius },
            if self.join_left { 0 } else { radius },
        );
        let margin = self.margin(area);
        canvas.fill(margin, self.ground);
        canvas.rounded(area, radii, fill, outline.map(|colour| (colour, 1)));
        if self.join_left && enabled && !self.muted {
            canvas.line_down(area.x, area.y, area.h, Colour::BrandHover);
        } else if self.join_left {
            canvas.line_down(area.x, area.y, area.h, Colour::Line);
        }
        if ring && (self.join_left || self.join_right) {
            // Around it the ring would lie under the neighbour.
            let colour = if ink == Colour::White { Colour::White } else { Colour::Focus };
            canvas.frame(area.inset(2), radius - 2, colour, 2);
        } else if ring {
            canvas.frame(area.inset(-RING), radius + RING, Colour::Focus, 2);
        }
        match self.busy {
            Some(step) => canvas.spinner(area.middle(16, 16), step, Colour::Ink3),
            None => {
                let style = self.style(enabled);
                self.paint_words(canvas, area, style, ink, fill.unwrap_or(self.ground));
            }
        }
    }

    /// The ground around the button; a neighbour that it touches keeps its own.
    fn margin(&self, area: Rect) -> Rect {
        let left = if self.join_left { 0 } else { RING };
        let right = if self.join_right { 0 } else { RING };
        Rect::new(area.x - left, area.y - RING, area.w + left + right, area.h + 2 * RING)
    }

    fn paint_words(&self, canvas: &Canvas, area: Rect, style: Style, ink: Colour, ground: Colour) {
        let icon_width = |icon: Option<Icon>| if icon.is_some() { 16 } else { 0 };
        let gap = |icon: Option<Icon>| {
            if icon.is_some() && !self.label.is_empty() { 6 } else { 0 }
        };
        let fixed =
            icon_width(self.icon) + gap(self.icon) + icon_width(self.trailing) + gap(self.trailing);
        let label = text::fit(style, &self.label, area.w - fixed - 4);
        let width = text::width(style, &label);
        let mut x = match self.align {
            Align::Left => area.x + 4,
            Align::Centre => area.x + (area.w - fixed - width) / 2,
            Align::Right => area.right() - fixed - width - 4,
        };
        let icon_y = area.y + (area.h - 16) / 2;
        if let Some(icon) = self.icon {
            canvas.icon_on(icon, x, icon_y, 16, ink, ground);
            x += 16 + gap(self.icon);
        }
        canvas.text(style, ink, x, area.y + (area.h - style.line) / 2, &label);
        if let Some(icon) = self.trailing {
            let x = x + width + gap(self.trailing);
            canvas.icon_on(icon, x, icon_y, 16, ink, ground);
        }
    }
}

struct IconLook {
    icon: Icon,
    on: bool,
    ground: Colour,
    size: i32,
    dot: bool,
    label: Option<String>,
}

/// A button that is an icon, 32 px square, with a tooltip.
#[derive(Clone)]
pub struct IconButton {
    native: Native,
    look: Rc<RefCell<IconLook>>,
}

control!(IconButton, native, 0);

impl IconButton {
    /// Every icon button says what it does, with its shortcut.
    #[must_use]
    pub fn new(icon: Icon, tooltip: &str) -> IconButton {
        let mut native = Native::new(0, 0, metric::ICON_BUTTON, metric::ICON_BUTTON, None);
        native.set_frame(FrameType::FlatBox);
        native.super_draw(false);
        native.set_tooltip(tooltip);
        let look = Rc::new(RefCell::new(IconLook {
            icon,
            on: false,
            ground: Colour::Paper,
            size: 20,
            dot: false,
            label: None,
        }));
        let touch = Rc::new(Touch::default());
        Touch::follow(&mut native, &touch);
        let drawn = Rc::clone(&look);
        native.draw(move |native| {
            let area = Rect::of(native);
            let canvas = Canvas::over(area);
            drawn.borrow().paint(&canvas, area, &touch, native.active_r());
        });
        IconButton { native, look }
    }

    /// On another ground than paper.
    #[must_use]
    pub fn on(self, ground: Colour) -> IconButton {
        self.look.borrow_mut().ground = ground;
        self
    }

    /// Stands on another ground from now on, when it is drawn next.
    pub(super) fn set_ground(&self, ground: Colour) {
        self.look.borrow_mut().ground = ground;
    }

    /// With another size of icon than 20.
    #[must_use]
    pub fn icon_size(self, size: i32) -> IconButton {
        self.look.borrow_mut().size = size;
        self
    }

    /// With a word under the icon (bars at the foot of a window).
    #[must_use]
    pub fn caption(self, label: &str) -> IconButton {
        self.look.borrow_mut().label = Some(label.to_string());
        self
    }

    /// Changes its icon and what it says.
    pub fn set(&mut self, icon: Icon, tooltip: &str) {
        self.look.borrow_mut().icon = icon;
        self.native.set_tooltip(tooltip);
        self.native.redraw();
    }

    /// Changes its icon alone.
    pub fn set_icon(&mut self, icon: Icon) {
        self.look.borrow_mut().icon = icon;
        self.native.redraw();
    }

    /// Changes what it says alone.
    pub fn set_tip(&mut self, tooltip: &str) {
        self.native.set_tooltip(tooltip);
    }

    /// Changes the word under it.
    pub fn set_caption(&mut self, label: &str) {
        self.look.borrow_mut().label = Some(label.to_string());
        self.native.redraw();
    }

    /// Shows it as switched on.
    pub fn set_on(&mut self, on: bool) {
        self.look.borrow_mut().on = on;
        self.native.redraw();
    }

    /// Shows a red dot: something new behind it.
    pub fn set_dot(&mut self, dot: bool) {
        self.look.borrow_mut().dot = dot;
        self.native.redraw();
    }

    /// Keeps Tab from stopping here (an eye within an input).
    pub fn skip_by_tab(&mut self) {
        self.native.clear_visible_focus();
    }

    /// Calls back when it is pressed.
    pub fn on_press(&mut self, mut press: impl FnMut() + 'static) {
        self.native.set_callback(move |_| press());
    }
}

impl IconLook {
    fn paint(&self, canvas: &Canvas, area: Rect, touch: &Touch, enabled: bool) {
        canvas.fill(area, self.ground);
        let (fill, ink) = match (enabled, self.on) {
            (false, _) => (None, Colour::Ink3),
            (true, true) => (Some(Colour::Selected), Colour::BrandText),
            (true, false) if touch.hover() && touch.pressed() => {
                (Some(Colour::Selected), Colour::Ink)
            }
            (true, false) if touch.hover() => (Some(Colour::Hover), Colour::Ink),
            (true, false) => (None, Colour::Ink2),
        };
        if let Some(fill) = fill {
            canvas.round(area, metric::RADIUS, fill);
        }
        if touch.ring() {
            canvas.frame(area, metric::RADIUS, Colour::Focus, 2);
        }
        let ground = fill.unwrap_or(self.ground);
        let inner = match &self.label {
            None => area.middle(self.size, self.size),
            Some(label) => {
                let inner = area.middle(self.size, 40);
                let words = Rect::new(area.x, inner.y + 24, area.w, 16);
                canvas.text_in(Style::MICRO, ink, words, Align::Centre, label);
                inner
            }
        };
        canvas.icon_on(self.icon, inner.x, inner.y, self.size, ink, ground);
        if self.dot {
            canvas.circle(Rect::new(inner.x + self.size - 4, inner.y - 2, 6, 6), Colour::Badge);
        }
    }
}
