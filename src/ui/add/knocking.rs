//! The window in which a request to come into a room is written.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::prelude::{GroupExt, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::asking::count;
use super::rooms::about_room;
use crate::domain::{Room, RoomId, Words};
use crate::ui::app::add::AddMsg;
use crate::ui::app::doors::{DoorMsg, Knock};
use crate::ui::app::{Model, Msg};
use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::paragraph;
use crate::ui::shell::post;
use crate::ui::text::{self, tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{self, Button, ButtonKind, Control, TextBox};

const W: i32 = 400;
const H: i32 = 312;
const PADDING: i32 = 24;
const WIDE: i32 = W - 2 * PADDING;

/// The window.
pub struct KnockWindow {
    window: DoubleWindow,
    greeting: TextBox,
    go: Button,
    cancel: Button,
    view: Rc<RefCell<View>>,
}

struct View {
    room: Room,
    count: usize,
    error: String,
}

impl KnockWindow {
    /// Makes and shows it.
    #[must_use]
    pub fn new(knock: &Knock, model: &Model) -> KnockWindow {
        let window = widgets::window(tr("door.knock.window"), W, H);
        let mut greeting = TextBox::new(tr("friend.greeting.hint"));
        let me = model.me.as_ref().map(|me| me.person.nickname.clone()).unwrap_or_default();
        greeting.set_value(&tr_with("friend.greeting.first", &[("name", &me)]));
        let cancel = Button::new(ButtonKind::Outline, tr("common.cancel"));
        let go = Button::new(ButtonKind::Primary, tr("friend.send"));
        window.end();
        let (room, count) = (knock.room.clone(), count(&greeting.value()));
        let view = Rc::new(RefCell::new(View { room, count, error: String::new() }));
        let mut this = KnockWindow { window, greeting, go, cancel, view };
        this.greeting.place(Rect::new(PADDING, 104, WIDE, 72));
        this.wire();
        this.reword();
        this.window.make_modal(true);
        this.window.show();
        this.greeting.focus();
        this.greeting.select_all();
        this
    }

    /// Whether it is for that room.
    #[must_use]
    pub fn is_for(&self, room: RoomId) -> bool {
        self.view.borrow().room.room == room
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, knock: &Knock) {
        self.go.set_busy(knock.busy);
        let error = knock.error.as_ref().map(|error| text::failure(text::language(), error));
        let error = error.unwrap_or_default();
        if self.view.borrow().error != error {
            self.view.borrow_mut().error = error;
            self.window.redraw();
        }
    }

    /// Says it in the language of the moment.
    pub fn reword(&mut self) {
        self.window.set_label(tr("door.knock.window"));
        self.greeting.set_placeholder(tr("friend.greeting.hint"));
        self.cancel.set_label(tr("common.cancel"));
        self.go.set_label(tr("friend.send"));
        let mut right = W - PADDING;
        for button in [&mut self.go, &mut self.cancel] {
            let width = button.wanted_width().max(76);
            button.place(Rect::new(right - width, H - 52, width, 32));
            right -= width + 8;
        }
        self.window.redraw();
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    fn wire(&mut self) {
        let leave = || post(Msg::Add(AddMsg::Room(DoorMsg::Leave)));
        self.cancel.on_press(leave);
        self.window.set_callback(move |_| leave());
        let greeting = self.greeting.clone();
        let send = move || post(Msg::Add(AddMsg::Room(DoorMsg::Knock(greeting.value()))));
        self.go.on_press(send.clone());
        self.greeting.on_submit(send);
        let (view, greeting, mut window) =
            (Rc::clone(&self.view), self.greeting.clone(), self.window.clone());
        self.greeting.on_change(move || {
            view.borrow_mut().count = count(&greeting.value());
            window.redraw();
            post(Msg::Add(AddMsg::Room(DoorMsg::Typed)));
        });
        let view = Rc::clone(&self.view);
        widgets::backdrop(&mut self.window, Colour::Paper, move |canvas, _| {
            paint(canvas, &view.borrow());
        });
    }
}

fn paint(canvas: &Canvas, view: &View) {
    let room = &view.room;
    canvas.room_tile(room.colour(), &room.name, Rect::new(PADDING, 20, 48, 48));
    let left = PADDING + 60;
    let name = Rect::new(left, 22, W - PADDING - left, 24);
    canvas.text_in(Style::HEADING, Colour::Ink, name, Align::Left, &room.name);
    let about = about_room(room.room.0, room.members);
    let line = Rect::new(left, 48, name.w, 16);
    canvas.text_in(Style::CAPTION, Colour::Ink2, line, Align::Left, &about);
    canvas.text(Style::CAPTION, Colour::Ink2, PADDING, 84, tr("friend.greeting"));
    let most = Words::Greeting.graphemes_max();
    let ink = if view.count > most { Colour::Bad } else { Colour::Ink3 };
    let counter = Rect::new(PADDING, 180, WIDE, 16);
    canvas.text_in(Style::MICRO, ink, counter, Align::Right, &format!("{}/{most}", view.count));
    let (icon, ink, words) = match view.error.is_empty() {
        true => (Icon::Info, Colour::Ink2, tr("door.knock.note")),
        false => (Icon::Alert, Colour::Bad, view.error.as_str()),
    };
    canvas.icon_on(icon, PADDING, 205, 14, ink, Colour::Paper);
    let area = Rect::new(PADDING + 22, 204, WIDE - 22, 32);
    paragraph::draw(canvas, Style::CAPTION, ink, area, Align::Left, words);
}
