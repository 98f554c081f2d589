//! The page that finds people: a box, a filter, and cards in two columns.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt};

use super::cards::{self, CARD, Column, GAP, PADDING, Press, TOP};
use super::page;
use crate::domain::{AccountId, GroupId, Target};
use crate::ui::app::add::{Action, Add, AddMsg, Card, Results};
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::contacts::ContactMsg;
use crate::ui::app::{Model, Msg};
use crate::ui::card;
use crate::ui::paint::{Align, Canvas, Icon, Rect};
use crate::ui::shell::post;
use crate::ui::text::{self, tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{
    self, Button, ButtonKind, Choice, ChoiceKind, Control, Field, FieldKind, ScrollList,
    paint_empty, paint_skeleton,
};

/// The page.
pub struct PeoplePage {
    group: Group,
    field: Field,
    go: Button,
    online: Choice,
    clear: Button,
    list: ScrollList,
    column: Column,
    view: Rc<RefCell<View>>,
    /// What it was last brought up to.
    shown: Option<View>,
}

#[derive(Clone, Default, PartialEq)]
struct View {
    cards: Vec<Card>,
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
    /// There is nobody, for these words.
    Nobody(String),
    /// Nobody else is online.
    Alone,
    /// It could not be looked for.
    Failed(String),
}

impl PeoplePage {
    /// Its controls, inside the window that is being made.
    pub fn new(area: Rect, add: &Add) -> PeoplePage {
        let group = page(area);
        let mut field = Field::new(FieldKind::Outlined, tr("friend.search.hint"))
            .icon(Icon::Search)
            .style(Style::BODY)
            .clearable(tr("field.clear"), || post(Msg::Add(AddMsg::Clear)));
        field.set_value(&add.text);
        let go = Button::new(ButtonKind::Primary, tr("friend.search"));
        let mut online = Choice::new(ChoiceKind::Check, tr("friend.online"));
        online.set_on(add.online);
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
        let mut page =
            PeoplePage { group, field, go, online, clear, list, column, view, shown: None };
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
        self.field.set_placeholder(tr("friend.search.hint"));
        self.field.set_tip(tr("field.clear"));
        self.go.set_label(tr("friend.search"));
        self.online.set_label(tr("friend.online"));
        self.clear.set_label(tr("friend.clear"));
        self.shown = None;
        self.lay_out();
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, add: &Add, model: &Model) {
        let cards = model.found_cards();
        let more = matches!(add.results, Results::Found { more: true, .. });
        let state = match &add.results {
            Results::None => State::Idle,
            Results::Asked => State::Asked,
            Results::Failed(failure) => State::Failed(text::failure(text::language(), failure)),
            Results::Found { .. } if !cards.is_empty() => State::Found,
            Results::Found { .. } if add.text.is_empty() => State::Alone,
            Results::Found { .. } => State::Nobody(add.text.clone()),
        };
        let view = View { cards, more, state };
        if self.shown.as_ref() == Some(&view) {
            return;
        }
        // A search may have come from elsewhere, or was cleared.
        let was = self.shown.replace(view.clone()).map(|shown| shown.state);
        if view.state != State::Idle || was.is_some_and(|was| was != State::Idle) {
            self.field.set_value(&add.text);
            self.online.set_on(add.online);
        }
        let rows = view.cards.len().div_ceil(2) + usize::from(view.more);
        self.list.set_shown(view.state == State::Found);
        self.clear.set_shown(matches!(view.state, State::Nobody(_)));
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
            online: self.online.clone(),
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
        let (field, online) = (self.field.clone(), self.online.clone());
        let search = move || {
            let (text, online) = (field.value(), online.is_on());
            post(Msg::Add(AddMsg::Search { text, online }));
        };
        self.go.on_press(search.clone());
        self.field.on_enter(search.clone());
        let (view, field, again) = (Rc::clone(&self.view), self.field.clone(), search.clone());
        self.field.on_change(move || {
            // Nothing was found for words that do not stand there any more.
            if field.value().is_empty() && matches!(view.borrow().state, State::Nobody(_)) {
                again();
            }
        });
        self.online.on_change(move |_| search());
        self.clear.on_press(|| post(Msg::Add(AddMsg::Clear)));
        self.wire_list();
    }

    fn wire_list(&mut self) {
        let (view, list) = (Rc::clone(&self.view), self.list.clone());
        self.list.on_click(move |row| {
            let view = view.borrow();
            match under_pointer(&view, &list, row) {
                None if view.more => post(Msg::Add(AddMsg::More)),
                None | Some((_, Part::Words)) => {}
                Some((found, Part::Button)) => act(found.person.account, found.action),
                Some((found, Part::Face)) => show_card(found.person.account),
            }
        });
        self.column.follow(&mut self.list);
        let (view, list, column) = (Rc::clone(&self.view), self.list.clone(), self.column.clone());
        self.list.on_open(move |row| {
            let view = view.borrow();
            if super::is_enter() {
                match view.cards.get(column.card(row, view.cards.len())) {
                    _ if row * 2 >= view.cards.len() => post(Msg::Add(AddMsg::More)),
                    Some(found) => act(found.person.account, found.action),
                    None => {}
                }
            } else if let Some((found, Part::Words)) = under_pointer(&view, &list, row) {
                act(found.person.account, Action::Message);
            }
        });
    }
}

/// What of a card the pointer is over.
enum Part {
    Button,
    Face,
    Words,
}

fn under_pointer<'v>(view: &'v View, list: &ScrollList, row: usize) -> Option<(&'v Card, Part)> {
    let (index, slot, x) = cards::under_pointer(list, row);
    let found = view.cards.get(index)?;
    let button = cards::button_of(slot, label_of(found.action));
    let part = if (button.x..button.right()).contains(&x) {
        Part::Button
    } else if (slot.x..slot.x + 76).contains(&x) {
        Part::Face
    } else {
        Part::Words
    };
    Some((found, part))
}

/// A press on a face says who that is.
fn show_card(account: AccountId) {
    let (x, y) = (fltk::app::event_x_root(), fltk::app::event_y_root());
    card::aim(Rect::new(x - 24, y - 24, 48, 48));
    post(Msg::Card(crate::ui::app::card::CardMsg::Show(account)));
}

fn act(account: AccountId, action: Action) {
    post(match action {
        Action::Add => Msg::Add(AddMsg::Ask(account)),
        Action::Accept => Msg::Contact(ContactMsg::Accept(account, GroupId::FIRST)),
        Action::Message => Msg::Chat(Target::Account(account), ChatMsg::Open),
        Action::Waiting => return,
    });
}

struct Parts {
    field: Field,
    go: Button,
    online: Choice,
    clear: Button,
    list: ScrollList,
}

fn lay_out(group: &Group, parts: &mut Parts) {
    let area = Rect::of(group);
    let (left, right) = (area.x + PADDING, area.right() - PADDING);
    let go = parts.go.wanted_width().max(80);
    parts.field.place(Rect::new(left, 16, right - left - go - 8, 36));
    parts.go.place(Rect::new(right - go, 16, go, 36));
    let online = parts.online.wanted_width() + 8;
    parts.online.place(Rect::new(right - online, 56, online, 32));
    parts.list.place(Rect::new(left, TOP + 12, right - left + 8, area.h - TOP - 12));
    let clear = parts.clear.wanted_width().max(76);
    let middle = area.x + (area.w - clear) / 2;
    parts.clear.place(Rect::new(middle, area.y + TOP + (area.h - TOP) / 2 + 76, clear, 32));
}

fn label_of(action: Action) -> &'static str {
    tr(match action {
        Action::Add => "friend.add",
        Action::Waiting => "friend.waiting",
        Action::Accept => "friend.accept",
        Action::Message => "row.message",
    })
}

fn paint_card(canvas: &Canvas, slot: Rect, card: &Card) {
    let (x, y) = (slot.x + 12, slot.y + (CARD - 48) / 2);
    let portrait = card.person.portrait();
    canvas.avatar_with_status(portrait, x, y, 48, card.presence, Colour::Paper);
    let button = cards::button_of(slot, label_of(card.action));
    cards::paint_button(canvas, button, look_of(card.action), label_of(card.action));
    let left = x + 60;
    let words = |y: i32, h: i32| Rect::new(left, slot.y + y, button.x - 8 - left, h);
    let has_line = !card.person.signature.is_empty();
    let top = if has_line { 16 } else { 25 };
    let name = words(top, 20);
    canvas.text_in(Style::BODY.bold(), Colour::Ink, name, Align::Left, &card.name);
    let number = card.person.account.to_string();
    canvas.text_in(Style::CAPTION, Colour::Ink2, words(top + 20, 16), Align::Left, &number);
    let line = words(top + 38, 16);
    canvas.text_in(Style::CAPTION, Colour::Ink2, line, Align::Left, &card.person.signature);
}

fn look_of(action: Action) -> Press {
    match action {
        Action::Add => Press::Soft,
        Action::Accept => Press::Primary,
        Action::Waiting => Press::Off,
        Action::Message => Press::Outline,
    }
}

fn paint_behind(canvas: &Canvas, area: Rect, view: &View) {
    let left = area.x + PADDING;
    canvas.text(Style::CAPTION, Colour::Ink2, left, 64, tr("friend.search.note"));
    let rest = Rect::new(left, TOP, area.w - 2 * PADDING, area.h - TOP);
    match &view.state {
        State::Found => {
            let n = view.cards.len().to_string();
            let key = if view.more { "friend.found.more" } else { "friend.found" };
            let words = tr_with(key, &[("n", &n)]);
            canvas.text(Style::CAPTION, Colour::Ink2, left, 92, &words);
        }
        State::Idle => {
            let (title, hint) = (tr("friend.idle"), tr("friend.idle.hint"));
            let _no_button = paint_empty(canvas, rest, Icon::Search, title, hint, false);
        }
        State::Asked => paint_skeleton(canvas, rest, CARD),
        State::Alone => {
            let (title, hint) = (tr("friend.alone"), tr("friend.alone.hint"));
            let _no_button = paint_empty(canvas, rest, Icon::Users, title, hint, false);
        }
        State::Nobody(text) => {
            let title = tr_with("friend.none", &[("q", text)]);
            cards::paint_nobody(canvas, rest, &title, tr("friend.none.hint"));
        }
        State::Failed(why) => {
            let title = tr("friend.failed");
            let _no_button = paint_empty(canvas, rest, Icon::Offline, title, why, false);
        }
    }
}
