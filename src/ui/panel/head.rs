//! The head of the main panel: oneself, how one is seen, one's own line.

use std::cell::RefCell;
use std::rc::Rc;

use super::menus;
use super::view::View;
use crate::domain::Presence;
use crate::ui::app::Msg;
use crate::ui::app::panel::PanelMsg;
use crate::ui::app::profile::ProfileMsg;
use crate::ui::area::{Pressable, Touched};
use crate::ui::paint::{Align, Canvas, Icon, Rect, text as measure};
use crate::ui::shell::post;
use crate::ui::text::{self, tr};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{Control, Field, FieldKind};

/// Its height.
pub const HEAD: i32 = 96;
/// The side of one's face.
const FACE: i32 = 56;
/// Left edge of the words.
const WORDS: i32 = 86;

/// What can be pressed there.
#[derive(Clone)]
pub struct Head {
    face: Pressable,
    status: Pressable,
    number: Pressable,
    line: Pressable,
    field: Field,
}

impl Head {
    /// Its controls, made inside the window that is being made.
    pub fn new(view: &Rc<RefCell<View>>) -> Head {
        let mut face = own_face(view);
        face.on_press(|| post(Msg::Profile(ProfileMsg::Open)));
        let status = status_words(view);
        let mut number = number_words(view);
        number.on_press(|| post(Msg::Panel(PanelMsg::CopyNumber)));
        let mut line = line_words(view);
        line.on_press(|| post(Msg::Panel(PanelMsg::EditLine)));
        let mut field = Field::new(FieldKind::Outlined, tr("panel.line.none"))
            .style(Style::CAPTION)
            .on(Colour::BrandSoft);
        field.set_shown(false);
        let typed = field.clone();
        field.on_enter(move || post(Msg::Panel(PanelMsg::Line(typed.value()))));
        field.on_escape(|| post(Msg::Panel(PanelMsg::KeepLine)));
        let left = field.clone();
        // Hidden it loses the keyboard too, when all is said.
        field.on_leave(move || {
            if left.is_shown() {
                post(Msg::Panel(PanelMsg::Line(left.value())));
            }
        });
        Head { face, status, number, line, field }
    }

    /// Says it in the language of the moment.
    pub fn reword(&mut self) {
        self.face.set_tip(tr("profile.open.tip"));
        self.status.set_tip(tr("status.change"));
        self.number.set_tip(tr("reg.number.copy"));
        self.line.set_tip(tr("panel.line.tip"));
        self.field.set_placeholder(tr("panel.line.none"));
    }

    /// Shows the line as words or as a field to write in.
    pub fn follow(&mut self, view: &View) {
        match (&view.edit, self.field.is_shown()) {
            (Some(edit), shown) => {
                self.field.set_error(edit.error.is_some());
                self.field.set_enabled(!edit.busy);
                if !shown {
                    self.field.set_value(&view.line);
                    self.line.set_shown(false);
                    self.field.set_shown(true);
                    self.field.focus();
                    self.field.select_all();
                }
            }
            (None, true) => {
                self.field.set_shown(false);
                self.line.set_shown(true);
            }
            (None, false) => {}
        }
    }

    /// Places everything for a window of this width.
    pub fn place(&mut self, width: i32, view: &View) {
        let name = name_width(width, view);
        self.face.place(Rect::new(16, 20, FACE, FACE).inset(-6));
        self.status.place(Rect::new(WORDS + name + 6, 17, status_width(view), 24));
        self.number.place(Rect::new(WORDS - 2, 41, number_width(view), 16));
        self.line.place(Rect::new(WORDS - 6, 58, width - WORDS - 6, 20));
        self.field.place(Rect::new(WORDS - 8, 56, width - WORDS - 4, 24));
    }
}

fn name_width(window_width: i32, view: &View) -> i32 {
    let room = window_width - WORDS - status_width(view) - 18;
    measure::width(Style::HEADING, &view.name).min(room)
}

fn presence_words(view: &View) -> &'static str {
    match (view.online, view.presence) {
        (true, Some(presence)) => text::presence(text::language(), presence),
        _ => tr("status.disconnected"),
    }
}

fn status_width(view: &View) -> i32 {
    measure::width(Style::CAPTION, presence_words(view)) + 32
}

fn number_width(view: &View) -> i32 {
    measure::width(Style::CAPTION, &view.number) + 4
}

/// One's own face with the mark of how one is seen: pressed, the window about oneself opens.
fn own_face(view: &Rc<RefCell<View>>) -> Pressable {
    let drawn = Rc::clone(view);
    Pressable::new(tr("profile.open.tip"), move |canvas, area, touched| {
        canvas.fill(area, Colour::BrandSoft);
        let view = drawn.borrow();
        let (x, y) = (area.x + 6, area.y + 6);
        if touched.ring || touched.hover {
            let colour = if touched.ring { Colour::Focus } else { Colour::Selected };
            canvas.frame(area.inset(2), area.w / 2, colour, 2);
        }
        canvas.avatar(view.portrait, x, y, FACE, false);
        let mark = match (view.online, view.presence) {
            (true, Some(presence)) => presence,
            _ => Presence::Invisible,
        };
        canvas.status_mark(mark, x, y, FACE, Colour::BrandSoft);
    })
}

/// "Online" with a small arrow, beside the name.
fn status_words(view: &Rc<RefCell<View>>) -> Pressable {
    let drawn = Rc::clone(view);
    let mut words = Pressable::new(tr("status.change"), move |canvas, area, touched| {
        let ground = header_ground(canvas, area, touched);
        let label = presence_words(&drawn.borrow());
        let y = area.y + (area.h - Style::CAPTION.line) / 2;
        let w = canvas.text(Style::CAPTION, Colour::Ink2, area.x + 6, y, label);
        canvas.icon_on(Icon::TriDown, area.x + 8 + w, y + 2, 14, Colour::Ink2, ground);
    });
    let shown = Rc::clone(view);
    words.on_press_with_place(move |place| menus::open_status(place, shown.borrow().presence));
    words
}

/// The own number: pressed, it is copied.
fn number_words(view: &Rc<RefCell<View>>) -> Pressable {
    let drawn = Rc::clone(view);
    Pressable::new(tr("reg.number.copy"), move |canvas, area, touched| {
        header_ground(canvas, area, touched);
        canvas.text(Style::CAPTION, Colour::Ink2, area.x + 2, area.y, &drawn.borrow().number);
    })
}

/// The own line: pressed, it is written anew.
fn line_words(view: &Rc<RefCell<View>>) -> Pressable {
    let drawn = Rc::clone(view);
    Pressable::new(tr("panel.line.tip"), move |canvas, area, touched| {
        let ground = header_ground(canvas, area, touched);
        let view = drawn.borrow();
        let inner = area.without_left(6).without_right(if touched.hover { 24 } else { 6 });
        let (ink, words) = match view.line.is_empty() {
            true => (Colour::Ink3, tr("panel.line.none")),
            false => (Colour::Ink2, view.line.as_str()),
        };
        canvas.text_in(Style::CAPTION, ink, inner, Align::Left, words);
        if touched.hover {
            canvas.icon_on(Icon::Pencil, area.right() - 20, area.y + 3, 14, Colour::Ink2, ground);
        }
    })
}

fn header_ground(canvas: &Canvas, area: Rect, touched: Touched) -> Colour {
    canvas.fill(area, Colour::BrandSoft);
    let ground = if touched.hover { Colour::Selected } else { Colour::BrandSoft };
    if touched.hover {
        canvas.round(area, 4, ground);
    }
    if touched.ring {
        canvas.frame(area, 4, Colour::Focus, 2);
    }
    ground
}

/// Paints what lies behind the controls.
pub fn paint(canvas: &Canvas, width: i32, view: &View) {
    let head = Rect::new(0, 0, width, HEAD);
    canvas.fill(head, Colour::BrandSoft);
    let clip = canvas.clip(head);
    canvas.leaf(width - 22, 32, 56, 160, Colour::Leaf);
    canvas.leaf(width - 10, 88, 48, -30, Colour::Leaf);
    drop(clip);
    let name = Rect::new(WORDS, 17, name_width(width, view), 24);
    canvas.text_in(Style::HEADING, Colour::Ink, name, Align::Left, &view.name);
}
