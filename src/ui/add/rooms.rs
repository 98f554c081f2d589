//! The page that finds rooms: a box, and cards in two columns.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt};

use super::cards::{self, CARD, Column, GAP, PADDING, Press, TOP};
use super::page;
use crate::domain::{Joining, Target};
use crate::ui::app::add::{Add, AddMsg, Results};
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::create_room::CreateRoomMsg;
use crate::ui::app::doors::{DoorMsg, Entry, RoomCard};
use crate::ui::app::{Model, Msg};
use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::paragraph;
use crate::ui::shell::post;
use crate::ui::text::{self, tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{
    self, Button, ButtonKind, Control, Field, FieldKind, ScrollList, paint_empty, paint_skeleton,
};

/// The side of a tile.
const TILE: i32 = 48;

/// The page.
pub struct RoomsPage {
    group: Group,
    field: Field,
    go: Button,
    make: Button,
    clear: Button,
    list: ScrollList,
    column: Column,
    view: Rc<RefCell<View>>,
    /// What it was last brought up to.
    shown: Option<View>,
}

#[derive(Clone, Default, PartialEq)]
struct View {
    cards: Vec<RoomCard>,
    more: bool,
    state: State,
}

/// What stands in place of cards.
#[derive(Clone, Default, PartialEq)]
enum State {
    /// Nothing was looked for.
    #[default]
    Idle,
    /// The server looks.
    Asked,
    /// There are cards.
    Found,
    /// There is none, for these words.
    Nothing(String),
    /// It could not be looked for.
    Failed(String),
}

impl RoomsPage {
    /// Its controls, inside the window that is being made.
    pub fn new(area: Rect, add: &Add) -> RoomsPage {
        let group = page(area);
        let mut field = Field::new(FieldKind::Outlined, tr("door.search.hint"))
            .icon(Icon::Search)
            .style(Style::BODY)
            .clearable(tr("field.clear"), || post(about(DoorMsg::Clear)));
        field.set_value(&add.rooms.text);
        let go = Button::new(ButtonKind::Primary, tr("friend.search"));
        let make = Button::new(ButtonKind::Text, tr("make.window")).icon(Icon::Plus);
        let view: Rc<RefCell<View>> = Rc::default();
        let column = Column::default();
        let (drawn, at) = (Rc::clone(&view), column.clone());
        let list = ScrollList::new(Colour::Paper, move |canvas, look| {
            let cards = &drawn.borrow().cards;
            cards::paint_row(canvas, look, (cards.len(), &at), tr("friend.more"), |index, slot| {
                paint_card(canvas, slot, &cards[index]);
            });
        })
        .plain();
        let clear = Button::new(ButtonKind::Outline, tr("friend.clear"));
        group.end();
        let mut page = RoomsPage { group, field, go, make, clear, list, column, view, shown: None };
        page.wire();
        page.lay_out();
        page
    }

    /// The group that holds it.
    pub fn group(&self) -> Group {
        self.group.clone()
    }

    /// Shows or hides it.
    pub fn set_shown(&mut self, shown: bool) {
        if shown { self.group.show() } else { self.group.hide() }
    }

    /// Gives the box the keyboard.
    pub fn focus(&mut self) {
        self.field.focus();
        self.field.select_all();
    }

    /// Says it in the language of the moment.
    pub fn reword(&mut self) {
        self.field.set_placeholder(tr("door.search.hint"));
        self.field.set_tip(tr("field.clear"));
        self.go.set_label(tr("friend.search"));
        self.make.set_label(tr("make.window"));
        self.clear.set_label(tr("friend.clear"));
        self.shown = None;
        self.lay_out();
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, add: &Add, model: &Model) {
        let cards = model.room_cards();
        let results = &add.rooms.results;
        let more = matches!(results, Results::Found { more: true, .. });
        let state = match results {
            Results::None => State::Idle,
            Results::Asked => State::Asked,
            Results::Failed(failure) => State::Failed(text::failure(text::language(), failure)),
            Results::Found { .. } if !cards.is_empty() => State::Found,
            Results::Found { .. } => State::Nothing(add.rooms.text.clone()),
        };
        let view = View { cards, more, state };
        if self.shown.as_ref() == Some(&view) {
            return;
        }
        let was = self.shown.replace(view.clone()).map(|shown| shown.state);
        if view.state == State::Idle && was.is_some_and(|was| was != State::Idle) {
            self.field.set_value("");
        }
        let rows = view.cards.len().div_ceil(2) + usize::from(view.more);
        self.list.set_shown(view.state == State::Found);
        self.clear.set_shown(matches!(view.state, State::Nothing(_)));
        *self.view.borrow_mut() = view;
        self.list.set_rows(std::iter::repeat_n(CARD + GAP, rows));
        self.group.redraw();
    }

    fn lay_out(&mut self) {
        lay_out(&self.group.clone(), &mut self.parts());
    }

    fn parts(&self) -> Parts {
        Parts {
            field: self.field.clone(),
            go: self.go.clone(),
            make: self.make.clone(),
            clear: self.clear.clone(),
            list: self.list.clone(),
        }
    }

    fn wire(&mut self) {
        let view = Rc::clone(&self.view);
        widgets::backdrop(&mut self.group, Colour::Paper, move |canvas, area| {
            paint_behind(canvas, area, &view.borrow());
        });
        let mut parts = self.parts();
        self.group.resize_callback(move |group, _, _, _, _| lay_out(group, &mut parts));
        let field = self.field.clone();
        let search = move || post(about(DoorMsg::Search(field.value())));
        self.go.on_press(search.clone());
        self.field.on_enter(search);
        self.make.on_press(|| post(Msg::CreateRoom(CreateRoomMsg::Open)));
        self.clear.on_press(|| post(about(DoorMsg::Clear)));
        self.column.follow(&mut self.list);
        let (view, list) = (Rc::clone(&self.view), self.list.clone());
        self.list.on_click(move |row| {
            let view = view.borrow();
            let (index, slot, x) = cards::under_pointer(&list, row);
            match view.cards.get(index) {
                Some(card) => {
                    let button = cards::button_of(slot, label_of(card.entry));
                    if (button.x..button.right()).contains(&x) {
                        act(card);
                    }
                }
                None if view.more && row * 2 >= view.cards.len() => post(about(DoorMsg::More)),
                None => {}
            }
        });
        let (view, list, column) = (Rc::clone(&self.view), self.list.clone(), self.column.clone());
        self.list.on_open(move |row| {
            let view = view.borrow();
            let is_enter = super::is_enter();
            let index = match is_enter {
                true => column.card(row, view.cards.len()),
                false => cards::under_pointer(&list, row).0,
            };
            match view.cards.get(index) {
                _ if is_enter && row * 2 >= view.cards.len() => post(about(DoorMsg::More)),
                // A double click opens the chat, and does nothing that others see.
                Some(card) if is_enter || card.entry == Entry::Open => act(card),
                _ => {}
            }
        });
    }
}

fn about(msg: DoorMsg) -> Msg {
    Msg::Add(AddMsg::Room(msg))
}

fn act(card: &RoomCard) {
    let room = card.room.room;
    post(match card.entry {
        Entry::Open => Msg::Chat(Target::Room(room), ChatMsg::Open),
        Entry::Join | Entry::Ask | Entry::Accept => about(DoorMsg::Enter(room)),
        Entry::Waiting | Entry::Closed => return,
    });
}

struct Parts {
    field: Field,
    go: Button,
    make: Button,
    clear: Button,
    list: ScrollList,
}

fn lay_out(group: &Group, parts: &mut Parts) {
    let area = Rect::of(group);
    let (left, right) = (area.x + PADDING, area.right() - PADDING);
    let go = parts.go.wanted_width().max(80);
    parts.field.place(Rect::new(left, 16, right - left - go - 8, 36));
    parts.go.place(Rect::new(right - go, 16, go, 36));
    let make = parts.make.wanted_width();
    parts.make.place(Rect::new(right - make, 58, make, 28));
    parts.list.place(Rect::new(left, TOP + 12, right - left + 8, area.h - TOP - 12));
    let clear = parts.clear.wanted_width().max(76);
    let middle = area.x + (area.w - clear) / 2;
    parts.clear.place(Rect::new(middle, area.y + TOP + (area.h - TOP) / 2 + 76, clear, 32));
}

fn label_of(entry: Entry) -> &'static str {
    tr(match entry {
        Entry::Open => "door.open",
        Entry::Accept => "door.accept",
        Entry::Waiting => "friend.waiting",
        Entry::Join | Entry::Closed => "door.join",
        Entry::Ask => "door.ask",
    })
}

fn look_of(entry: Entry) -> Press {
    match entry {
        Entry::Open => Press::Outline,
        Entry::Accept => Press::Primary,
        Entry::Waiting | Entry::Closed => Press::Off,
        Entry::Join | Entry::Ask => Press::Soft,
    }
}

/// A tile, the name in one or two lines, number and members, and who may come in.
fn paint_card(canvas: &Canvas, slot: Rect, card: &RoomCard) {
    let room = &card.room;
    let tile = Rect::new(slot.x + 12, slot.y + (CARD - TILE) / 2, TILE, TILE);
    canvas.room_tile(room.colour(), &room.name, tile);
    let button = cards::button_of(slot, label_of(card.entry));
    cards::paint_button(canvas, button, look_of(card.entry), label_of(card.entry));
    let left = tile.right() + 12;
    let wide = button.x - 8 - left;
    let name = paragraph::lines(Style::BODY.bold(), &room.name, wide, 2);
    let about = about_room(room.room.0, room.members);
    let joining = tr(match room.joining {
        Joining::Open => "door.joining.open",
        Joining::Approval => "door.joining.approval",
        Joining::Closed => "door.joining.closed",
    });
    let height = 20 * i32::try_from(name.len()).unwrap_or(1) + 34;
    let mut y = slot.y + (CARD - height) / 2;
    for line in &name {
        let row = Rect::new(left, y, wide, 20);
        canvas.text_in(Style::BODY.bold(), Colour::Ink, row, Align::Left, line);
        y += 20;
    }
    for line in [about.as_str(), joining] {
        let row = Rect::new(left, y, wide, 16);
        canvas.text_in(Style::CAPTION, Colour::Ink2, row, Align::Left, line);
        y += 18;
    }
}

/// A room's number, and how many are in it.
pub fn about_room(number: u64, members: u32) -> String {
    tr_with("door.about", &[("number", &number.to_string()), ("n", &members.to_string())])
}

fn paint_behind(canvas: &Canvas, area: Rect, view: &View) {
    let left = area.x + PADDING;
    canvas.text(Style::CAPTION, Colour::Ink2, left, 64, tr("door.search.note"));
    let rest = Rect::new(left, TOP, area.w - 2 * PADDING, area.h - TOP);
    match &view.state {
        State::Found => {
            let n = view.cards.len().to_string();
            let key = if view.more { "door.found.more" } else { "door.found" };
            canvas.text(Style::CAPTION, Colour::Ink2, left, 92, &tr_with(key, &[("n", &n)]));
        }
        State::Idle => {
            let (title, hint) = (tr("door.idle"), tr("door.idle.hint"));
            let _no_button = paint_empty(canvas, rest, Icon::Hash, title, hint, false);
        }
        State::Asked => paint_skeleton(canvas, rest, CARD),
        State::Nothing(text) => {
            let title = tr_with("friend.none", &[("q", text)]);
            cards::paint_nobody(canvas, rest, &title, tr("door.none.hint"));
        }
        State::Failed(why) => {
            let title = tr("friend.failed");
            let _no_button = paint_empty(canvas, rest, Icon::Offline, title, why, false);
        }
    }
}
