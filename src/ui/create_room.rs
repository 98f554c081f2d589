//! The window that makes a room, and the one that invites friends into a room.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::prelude::{GroupExt, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;
use unicode_segmentation::UnicodeSegmentation;

use super::app::create_room::{CreateRoomMsg, Guest, Hindrance, Making};
use super::app::{Model, Msg};
use super::paint::{Align, Canvas, Icon, Rect, text as measure};
use super::paragraph;
use super::shell::post;
use super::swatches::Swatches;
use super::text::{self, tr, tr_with};
use super::theme::{Colour, Style};
use super::widgets::{
    self, Button, ButtonKind, Control, Field, FieldKind, RowLook, ScrollList, Select, SelectKind,
    paint_empty,
};
use crate::domain::{Joining, ROOM_NAME_MAX, RoomId};

const W: i32 = 520;
const H: i32 = 368;
/// The window without the left side, for a room that is there.
const NARROW: i32 = 320;
const PADDING: i32 = 20;
/// Where the right side begins.
const SPLIT: i32 = 260;
const WIDE: i32 = SPLIT - 2 * PADDING;
/// The upper edge of the foot.
const FOOT: i32 = 312;
/// The field of the name, and that of who may join.
const NAME: Rect = Rect { x: PADDING, y: 138, w: WIDE, h: 36 };
const JOINING: Rect = Rect { x: PADDING, y: 232, w: WIDE, h: 36 };
/// The colours of its tile.
const COLOURS: Rect = Rect { x: PADDING, y: 84, w: WIDE, h: 26 };
/// A friend in the list.
const ROW: i32 = 40;

const JOININGS: [(Joining, &str, &str); 3] = [
    (Joining::Open, "door.joining.open", "make.joining.open.hint"),
    (Joining::Approval, "door.joining.approval", "make.joining.approval.hint"),
    (Joining::Closed, "door.joining.closed", "make.joining.closed.hint"),
];

/// The window.
pub struct CreateRoomWindow {
    window: DoubleWindow,
    name: Field,
    colours: Swatches,
    joining: Select,
    filter: Field,
    list: ScrollList,
    cancel: Button,
    go: Button,
    view: Rc<RefCell<View>>,
}

#[derive(Clone, Default, PartialEq)]
struct View {
    room: Option<RoomId>,
    /// What the room is called that friends are invited into.
    room_name: String,
    /// What is typed for the name of a new one.
    name: String,
    joining: Joining,
    colour: u8,
    guests: Vec<Guest>,
    filter: String,
    chosen: usize,
    /// Under the name.
    name_error: String,
    /// In the foot.
    error: String,
    /// Where the buttons of the foot begin.
    buttons: i32,
    busy: bool,
}

impl CreateRoomWindow {
    /// Makes and shows it.
    #[must_use]
    pub fn new(making: &Making, model: &Model) -> CreateRoomWindow {
        let is_new = making.room.is_none();
        let window = widgets::window("", if is_new { W } else { NARROW }, H);
        let mut name = Field::new(FieldKind::Outlined, "");
        let mut colours = Swatches::new(COLOURS, |colour| {
            post(Msg::CreateRoom(CreateRoomMsg::Colour(colour)));
        });
        let mut joining = Select::new(SelectKind::Box, &[""; JOININGS.len()]);
        let filter = Field::new(FieldKind::Search, "").style(Style::BODY);
        let view = Rc::new(RefCell::new(View { room: making.room, ..View::default() }));
        let drawn = Rc::clone(&view);
        let list = ScrollList::new(Colour::Paper, move |canvas, look| {
            let view = drawn.borrow();
            if let Some(guest) = view.guests.get(look.index) {
                paint_guest(canvas, look, guest, view.busy);
            }
        });
        let cancel = Button::new(ButtonKind::Outline, "");
        let go = Button::new(ButtonKind::Primary, "");
        window.end();
        name.set_shown(is_new);
        joining.set_shown(is_new);
        colours.set_shown(is_new);
        let mut this =
            CreateRoomWindow { window, name, colours, joining, filter, list, cancel, go, view };
        this.name.place(NAME);
        this.joining.place(JOINING);
        let left = this.left();
        this.filter.place(Rect::new(left, PADDING, this.window.w() - 16 - left, 32));
        this.list.place(Rect::new(left, 58, this.window.w() - 8 - left, FOOT - 62));
        this.wire();
        this.reword();
        this.follow(making, model);
        this.window.make_modal(true);
        this.window.show();
        if is_new {
            this.name.focus();
        } else {
            this.filter.focus();
        }
        this
    }

    /// Whether it is for that room, or for a new one.
    #[must_use]
    pub fn is_for(&self, making: &Making) -> bool {
        self.view.borrow().room == making.room
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, making: &Making, model: &Model) {
        let language = text::language();
        let (name_error, error) = match &making.hindrance {
            None => (String::new(), String::new()),
            Some(Hindrance::Name(failure)) => (text::failure(language, failure), String::new()),
            Some(hindrance) => (String::new(), words_of(hindrance, model)),
        };
        let view = View {
            room: making.room,
            room_name: making.room.map(|room| model.people.room_name(room)).unwrap_or_default(),
            name: self.view.borrow().name.clone(),
            joining: making.joining,
            colour: making.colour,
            guests: model.guests(),
            filter: making.filter.clone(),
            chosen: making.chosen.len(),
            name_error,
            error,
            buttons: self.cancel.area().x,
            busy: making.busy,
        };
        let before = self.view.replace(view.clone());
        if before == view {
            return;
        }
        if before.room_name != view.room_name {
            self.entitle();
        }
        let chosen = JOININGS.iter().position(|(joining, ..)| *joining == making.joining);
        self.joining.set_chosen(chosen.unwrap_or(0));
        self.colours.set_chosen(making.colour);
        self.go.set_busy(making.busy);
        self.go.set_enabled(view.room.is_none() || view.chosen > 0);
        self.name.set_enabled(!making.busy);
        self.joining.set_enabled(!making.busy);
        self.name.set_error(!view.name_error.is_empty());
        if !view.name_error.is_empty() && before.name_error.is_empty() {
            self.name.focus();
        }
        if self.filter.value() != view.filter {
            self.filter.set_value(&view.filter);
        }
        self.list.set_shown(!view.guests.is_empty());
        self.list.set_rows(view.guests.iter().map(|_| ROW));
        self.window.redraw();
    }

    /// Says it in the language of the moment; the next [`CreateRoomWindow::follow`] does the rest.
    pub fn reword(&mut self) {
        let is_new = self.view.borrow().room.is_none();
        self.entitle();
        self.name.set_placeholder(tr("make.name.hint"));
        self.joining.set_options(&JOININGS.map(|(_, label, _)| tr(label)));
        self.filter.set_placeholder(tr("make.friends"));
        self.cancel.set_label(tr("common.cancel"));
        self.go.set_label(tr(if is_new { "make.go" } else { "invite.go" }));
        let mut right = self.window.w() - PADDING;
        for button in [&mut self.go, &mut self.cancel] {
            let width = button.wanted_width().max(56);
            button.place(Rect::new(right - width, FOOT + 12, width, 32));
            right -= width + 8;
        }
        // So that errors are worded anew as well.
        self.view.borrow_mut().error.clear();
        self.view.borrow_mut().name_error.clear();
        self.window.redraw();
    }

    fn entitle(&mut self) {
        let view = self.view.borrow();
        self.window.set_label(&match view.room {
            None => tr("make.window").to_owned(),
            Some(_) => tr_with("invite.window", &[("name", &view.room_name)]),
        });
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    /// Where the friends begin.
    fn left(&self) -> i32 {
        if self.view.borrow().room.is_none() { SPLIT + 16 } else { 16 }
    }

    fn wire(&mut self) {
        let close = || post(Msg::CreateRoom(CreateRoomMsg::Close));
        self.cancel.on_press(close);
        self.window.set_callback(move |_| close());
        let name = self.name.clone();
        let submit = move || post(Msg::CreateRoom(CreateRoomMsg::Submit(name.value())));
        self.go.on_press(submit.clone());
        self.name.on_enter(submit.clone());
        let (view, name, mut window) =
            (Rc::clone(&self.view), self.name.clone(), self.window.clone());
        self.name.on_change(move || {
            view.borrow_mut().name = name.value();
            window.redraw();
            post(Msg::CreateRoom(CreateRoomMsg::Typed));
        });
        self.joining.on_change(|index| {
            if let Some((joining, ..)) = JOININGS.get(index) {
                post(Msg::CreateRoom(CreateRoomMsg::Joining(*joining)));
            }
        });
        let filter = self.filter.clone();
        self.filter.on_change(move || post(Msg::CreateRoom(CreateRoomMsg::Filter(filter.value()))));
        let view = Rc::clone(&self.view);
        self.filter.on_enter(move || {
            // Who is the only one left is meant.
            if let [only] = view.borrow().guests.as_slice() {
                toggle(only);
            }
        });
        let press = |view: &Rc<RefCell<View>>| {
            let view = Rc::clone(view);
            move |index: usize| {
                if let Some(guest) = view.borrow().guests.get(index) {
                    toggle(guest);
                }
            }
        };
        self.list.on_click(press(&self.view));
        self.list.on_space(press(&self.view));
        let by_pointer = press(&self.view);
        self.list.on_open(move |index| match fltk::app::event() {
            fltk::enums::Event::KeyDown => submit(),
            // The second press of two that came quickly.
            _ => by_pointer(index),
        });
        let view = Rc::clone(&self.view);
        widgets::backdrop(&mut self.window, Colour::Paper, move |canvas, area| {
            paint(canvas, area, &view.borrow());
        });
    }
}

fn toggle(guest: &Guest) {
    post(Msg::CreateRoom(CreateRoomMsg::Toggle(guest.account)));
}

/// What stands in the foot.
fn words_of(hindrance: &Hindrance, model: &Model) -> String {
    let language = text::language();
    match hindrance {
        Hindrance::Name(failure) | Hindrance::Other(failure) => text::failure(language, failure),
        Hindrance::Most(most) => tr_with("make.most", &[("n", &most.to_string())]),
        Hindrance::Guest(account, failure) => {
            let (name, why) = (model.people.name(*account), text::failure(language, failure));
            tr_with("make.guest", &[("name", &name), ("why", &why)])
        }
    }
}

fn paint(canvas: &Canvas, area: Rect, view: &View) {
    canvas.line_across(0, FOOT, area.w, Colour::Line);
    if view.room.is_none() {
        canvas.line_down(SPLIT, 0, FOOT, Colour::Line);
        paint_left(canvas, view);
    }
    let left = if view.room.is_none() { SPLIT } else { 0 };
    if view.guests.is_empty() {
        let rest = Rect::new(left, 58, area.w - left, FOOT - 58);
        let (icon, title, hint) = match view.filter.trim().is_empty() {
            true => (Icon::Users, tr("make.no_friends").to_owned(), tr("make.no_friends.hint")),
            false => {
                let title = tr_with("make.none", &[("q", view.filter.trim())]);
                (Icon::Search, title, tr("make.none.hint"))
            }
        };
        let _no_button = paint_empty(canvas, rest, icon, &title, hint, false);
    }
    paint_foot(canvas, area, view);
}

/// The tile, the labels, and what is wrong with the name.
fn paint_left(canvas: &Canvas, view: &View) {
    let tile = Rect::new(PADDING, PADDING, 56, 56);
    if view.name.trim().is_empty() {
        canvas.symbol_tile(Icon::Users, tile, 13, Colour::Sunken, Colour::Ink3);
    } else {
        canvas.room_tile(u64::from(view.colour), &view.name, tile);
    }
    let caption = Rect::new(tile.right() + 12, tile.y, WIDE - 68, 56);
    paragraph::draw_middle(canvas, Style::CAPTION, Colour::Ink2, caption, tr("make.tile"));
    canvas.text(Style::CAPTION, Colour::Ink2, PADDING, NAME.y - 20, tr("make.name"));
    let count = view.name.trim().graphemes(true).count();
    let ink = if count > ROOM_NAME_MAX { Colour::Bad } else { Colour::Ink2 };
    let counter = Rect::new(PADDING, NAME.y - 20, WIDE, 16);
    let words = format!("{count}/{ROOM_NAME_MAX}");
    canvas.text_in(Style::CAPTION, ink, counter, Align::Right, &words);
    if !view.name_error.is_empty() {
        let y = NAME.bottom() + 4;
        canvas.icon_on(Icon::Alert, PADDING, y + 1, 14, Colour::Bad, Colour::Paper);
        let area = Rect::new(PADDING + 20, y, WIDE - 20, 32);
        paragraph::draw(canvas, Style::CAPTION, Colour::Bad, area, Align::Left, &view.name_error);
    }
    canvas.text(Style::CAPTION, Colour::Ink2, PADDING, JOINING.y - 20, tr("make.joining"));
    let hint = JOININGS.iter().find(|(joining, ..)| *joining == view.joining);
    let area = Rect::new(PADDING, JOINING.bottom() + 6, WIDE, 32);
    let words = hint.map_or("", |(.., hint)| tr(hint));
    paragraph::draw(canvas, Style::CAPTION, Colour::Ink3, area, Align::Left, words);
}

/// How many come, or what is wrong; the buttons stand right of it.
fn paint_foot(canvas: &Canvas, area: Rect, view: &View) {
    let is_new = view.room.is_none();
    let words = Rect::new(PADDING, FOOT, view.buttons - 12 - PADDING, area.h - FOOT);
    if !view.error.is_empty() {
        canvas.icon_on(Icon::Alert, PADDING, FOOT + 20, 16, Colour::Bad, Colour::Paper);
        let words = words.without_left(22);
        paragraph::draw_middle(canvas, Style::CAPTION, Colour::Bad, words, &view.error);
        return;
    }
    let (n, all) = (view.chosen.to_string(), (view.chosen + 1).to_string());
    let words_key = if is_new { "make.count" } else { "invite.count" };
    let said = tr_with(words_key, &[("n", &n), ("all", &all)]);
    paragraph::draw_middle(canvas, Style::CAPTION, Colour::Ink2, words, &said);
}

/// A tick, a face, a name.
fn paint_guest(canvas: &Canvas, look: &RowLook, guest: &Guest, busy: bool) {
    let ground = if look.hover { Colour::Hover } else { Colour::Paper };
    let row = look.area;
    canvas.fill(row, ground);
    let mark = Rect::new(row.x + 8, row.y + (ROW - 16) / 2, 16, 16);
    let is_free = !guest.is_inside && !busy;
    if guest.is_chosen || guest.is_inside {
        let fill = if is_free { Colour::Brand } else { Colour::Field };
        canvas.round(mark, 4, fill);
        let inner = mark.middle(14, 14);
        canvas.icon_on(Icon::Check, inner.x, inner.y, 14, Colour::White, fill);
    } else {
        canvas.card(mark, 4, Colour::Paper, Colour::Field, 1);
    }
    let face = mark.right() + 10;
    canvas.avatar_with_status(guest.portrait, face, row.y + 6, 28, guest.presence, ground);
    let mut words = row.without_left(face + 38 - row.x).without_right(14);
    if guest.is_inside {
        let inside = tr("invite.inside");
        canvas.text_in(Style::CAPTION, Colour::Ink3, words, Align::Right, inside);
        words = words.without_right(measure::width(Style::CAPTION, inside) + 8);
    }
    let ink = if guest.is_inside { Colour::Ink3 } else { Colour::Ink };
    canvas.text_in(Style::BODY, ink, words, Align::Left, &guest.name);
}
