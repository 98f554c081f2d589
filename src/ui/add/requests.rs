//! The page of requests, of friends and about rooms: those of others, one's own, what became of them.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt};

use super::page;
use crate::domain::{
    AccountId, ContactRequest, Door, GroupId, Portrait, Presence, RequestState, RoomId, Target, Way,
};
use crate::ui::app::add::{Add, AddMsg, RequestRow, Side};
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::contacts::ContactMsg;
use crate::ui::app::doors::{DoorMsg, RoomRow};
use crate::ui::app::{Model, Msg, time};
use crate::ui::paint::{Align, Canvas, Icon, Rect, text as measure};
use crate::ui::shell::post;
use crate::ui::text::{self, tr, tr_with};
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::{
    self, Button, ButtonKind, Control, MenuEntry, MenuItem, MenuPlace, RowLook, ScrollList,
    Segments, open_menu, paint_empty,
};

const PADDING: i32 = 20;
const ROW: i32 = 72;
const HEAD: i32 = 48;
const TOP: i32 = 56;
/// The picture for nothing received, above what was sent.
const NOTHING: i32 = 200;

/// The page.
pub struct RequestsPage {
    group: Group,
    side: Segments,
    clear: Button,
    list: ScrollList,
    view: Rc<RefCell<View>>,
    /// What it was last brought up to.
    shown: Option<View>,
}

#[derive(Clone, Default, PartialEq)]
struct View {
    rows: Vec<Line>,
    received: usize,
    sent: usize,
    /// All groups of friends, by name, in order.
    groups: Vec<(GroupId, String)>,
}

#[derive(Clone, PartialEq)]
enum Line {
    Nothing,
    Head(&'static str),
    Request(Box<Shown>),
}

#[derive(Clone, PartialEq)]
struct Shown {
    of: Of,
    face: Face,
    name: String,
    /// Number and time.
    aside: String,
    /// Which room it is about, in words; empty for a friend request.
    line: String,
    /// What was said with it, or that nothing was.
    words: String,
    /// What became of it; empty while it waits.
    outcome: String,
    presses: &'static [Press],
}

/// What a request is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Friend(AccountId),
    /// Somebody asks to come into a room of this person's.
    Asks(RoomId, AccountId),
    /// This person was invited, or asked.
    Own(RoomId),
}

/// What stands at the left of a row.
#[derive(Clone, PartialEq)]
enum Face {
    Person(Portrait, Option<Presence>),
    Room(RoomId, String),
}

/// What can be pressed in a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Press {
    Accept,
    Decline,
    More,
    Message,
    Withdraw,
}

impl RequestsPage {
    /// Its controls, inside the window that is being made.
    pub fn new(area: Rect) -> RequestsPage {
        let group = page(area);
        let side = Segments::new(&[tr("friend.received"), tr("friend.sent.tab")]);
        let clear = Button::new(ButtonKind::Text, tr("friend.clear_handled"));
        let view: Rc<RefCell<View>> = Rc::default();
        let drawn = Rc::clone(&view);
        let list = ScrollList::new(Colour::Paper, move |canvas, look| {
            paint_row(canvas, look, &drawn.borrow());
        });
        group.end();
        let mut page = RequestsPage { group, side, clear, list, view, shown: None };
        page.wire();
        lay_out(&page.group.clone(), &mut page.parts());
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

    /// Says it in the language of the moment.
    pub fn reword(&mut self) {
        self.clear.set_label(tr("friend.clear_handled"));
        self.shown = None;
        lay_out(&self.group.clone(), &mut self.parts());
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, add: &Add, model: &Model) {
        self.side.set_chosen(usize::from(add.side == Side::Sent));
        let (received, sent) = model.request_counts();
        let rows = model.request_rows().into_iter().map(|row| line_of(model, row)).collect();
        let named = |id| (id, model.group_name(id, text::language()));
        let groups = model.people.book().groups.iter().map(|group| named(group.id)).collect();
        let view = View { rows, received, sent, groups };
        if self.shown.as_ref() == Some(&view) {
            return;
        }
        self.shown = Some(view.clone());
        let label = |key, n: usize| tr_with(key, &[("n", &n.to_string())]);
        let received = label("friend.received.n", view.received);
        let sent = label("friend.sent.n", view.sent);
        self.side.set_options(&[&received, &sent]);
        self.clear.set_shown(model.has_handled_requests());
        self.list.set_shown(!view.rows.is_empty());
        let heights: Vec<i32> = view
            .rows
            .iter()
            .map(|row| match row {
                Line::Nothing => NOTHING,
                Line::Head(_) => HEAD,
                Line::Request(_) => ROW,
            })
            .collect();
        *self.view.borrow_mut() = view;
        self.list.set_rows(heights);
        lay_out(&self.group.clone(), &mut self.parts());
        self.group.redraw();
    }

    fn parts(&self) -> Parts {
        Parts { side: self.side.clone(), clear: self.clear.clone(), list: self.list.clone() }
    }

    fn wire(&mut self) {
        let view = Rc::clone(&self.view);
        widgets::backdrop(&mut self.group, Colour::Paper, move |canvas, area| {
            if view.borrow().rows.is_empty() {
                paint_nothing(canvas, Rect::new(area.x, TOP, area.w, area.h - TOP));
            }
        });
        let mut parts = self.parts();
        self.group.resize_callback(move |group, _, _, _, _| lay_out(group, &mut parts));
        self.side.on_change(|index| {
            let side = if index == 0 { Side::Received } else { Side::Sent };
            post(Msg::Add(AddMsg::Side(side)));
        });
        self.clear.on_press(|| post(Msg::Contact(ContactMsg::ClearRequests)));
        let (view, list) = (Rc::clone(&self.view), self.list.clone());
        self.list.on_click(move |index| {
            let view = view.borrow();
            let Some(Line::Request(shown)) = view.rows.get(index) else { return };
            let area = list.area();
            let row = Rect::new(0, 0, area.w, ROW);
            let x = app::event_x() - area.x;
            let pressed = placed(row, shown.presses)
                .into_iter()
                .find(|(_, button)| (button.x..button.right()).contains(&x));
            if let Some((press, _)) = pressed {
                act(press, shown.of, &view.groups);
            }
        });
        let view = Rc::clone(&self.view);
        self.list.on_menu(move |index| {
            let view = view.borrow();
            if let Some(Line::Request(shown)) = view.rows.get(index)
                && !shown.presses.is_empty()
            {
                open_presses(shown, &view.groups);
            }
        });
        let view = Rc::clone(&self.view);
        self.list.on_open(move |index| {
            let view = view.borrow();
            // By the keyboard: what is usually done.
            if let Some(Line::Request(shown)) = view.rows.get(index)
                && super::is_enter()
                && let Some(press) = shown.presses.iter().find(|press| **press != Press::More)
            {
                act(*press, shown.of, &view.groups);
            }
        });
    }
}

fn act(press: Press, of: Of, groups: &[(GroupId, String)]) {
    let door = |msg| Msg::Add(AddMsg::Room(msg));
    post(match (press, of) {
        (Press::Accept, Of::Friend(who)) => Msg::Contact(ContactMsg::Accept(who, GroupId::FIRST)),
        (Press::Accept, Of::Asks(room, who)) => door(DoorMsg::LetIn(room, who)),
        (Press::Accept, Of::Own(room)) => door(DoorMsg::AnswerInvitation(room, true)),
        (Press::Decline, Of::Friend(who)) => Msg::Contact(ContactMsg::Decline(who)),
        (Press::Decline, Of::Asks(room, who)) => door(DoorMsg::TurnAway(room, who)),
        (Press::Decline, Of::Own(room)) => door(DoorMsg::AnswerInvitation(room, false)),
        (Press::Message, Of::Friend(who)) => Msg::Chat(Target::Account(who), ChatMsg::Open),
        (Press::Message, Of::Asks(room, _) | Of::Own(room)) => {
            Msg::Chat(Target::Room(room), ChatMsg::Open)
        }
        (Press::Withdraw, Of::Friend(who)) => Msg::Contact(ContactMsg::Withdraw(who)),
        (Press::Withdraw, Of::Asks(room, _) | Of::Own(room)) => door(DoorMsg::Withdraw(room)),
        (Press::More, Of::Friend(who)) => return open_more(who, groups),
        (Press::More, _) => return,
    });
}

/// Everything that can be done with a request.
fn open_presses(shown: &Shown, groups: &[(GroupId, String)]) {
    if let (true, Of::Friend(account)) = (shown.presses.contains(&Press::More), shown.of) {
        return open_more(account, groups);
    }
    let entries = shown.presses.iter().map(|press| MenuItem::new(label(*press)).into()).collect();
    let (presses, of) = (shown.presses, shown.of);
    open_menu(MenuPlace::Pointer, entries, move |picked| {
        if let Some(press) = picked.and_then(|index| presses.get(index)) {
            act(*press, of, &[]);
        }
    });
}

/// What else can be done with a request.
fn open_more(account: AccountId, groups: &[(GroupId, String)]) {
    let entries = vec![
        MenuItem::new(tr("friend.accept.to")).icon(Icon::Folder).into(),
        MenuEntry::Separator,
        MenuItem::new(tr("friend.decline")).icon(Icon::Close).into(),
        MenuItem::new(tr("friend.ignore")).icon(Icon::EyeOff).into(),
        MenuItem::new(tr("friend.refuse")).icon(Icon::Ban).danger().into(),
    ];
    let (place, groups) = ((app::event_x_root(), app::event_y_root()), groups.to_vec());
    open_menu(MenuPlace::Pointer, entries, move |picked| match picked {
        Some(0) => open_groups(place, account, groups.clone()),
        Some(2) => post(Msg::Contact(ContactMsg::Decline(account))),
        Some(3) => post(Msg::Contact(ContactMsg::Ignore(account))),
        Some(_) => post(Msg::Contact(ContactMsg::Refuse(account))),
        None => {}
    });
}

/// Which group the new friend goes to.
fn open_groups((x, y): (i32, i32), account: AccountId, groups: Vec<(GroupId, String)>) {
    let entries = groups.iter().map(|(_, name)| MenuItem::new(name).into()).collect();
    open_menu(MenuPlace::At(x, y), entries, move |picked| {
        if let Some((group, _)) = picked.and_then(|index| groups.get(index)) {
            post(Msg::Contact(ContactMsg::Accept(account, *group)));
        }
    });
}

fn line_of(model: &Model, row: RequestRow) -> Line {
    match row {
        RequestRow::Nothing => Line::Nothing,
        RequestRow::Head(key) => Line::Head(key),
        RequestRow::Request { request, name, presence, expired } => {
            Line::Request(Box::new(friend_line(model, &request, (name, presence, expired))))
        }
        RequestRow::Room(row) => Line::Request(Box::new(room_line(model, &row))),
    }
}

fn friend_line(
    model: &Model,
    request: &ContactRequest,
    (name, presence, expired): (String, Option<Presence>, bool),
) -> Shown {
    let is_open = request.is_open(model.server_ms());
    let is_friend = model.people.book().friend(request.peer);
    let outcome = match (is_friend, request.state) {
        (Some(contact), RequestState::Accepted) => {
            let group = model.group_name(contact.group, text::language());
            tr_with("friend.accepted.in", &[("name", &group)])
        }
        _ => outcome(request.state, expired, &request.reason),
    };
    let is_grey = !is_open && request.state != RequestState::Accepted;
    let presence = if is_grey { Some(Presence::Offline) } else { presence };
    Shown {
        of: Of::Friend(request.peer),
        face: Face::Person(model.people.portrait(request.peer), presence),
        name,
        aside: aside(model, request.peer.0, request.at),
        line: String::new(),
        words: match (request.greeting.is_empty(), request.way) {
            (false, _) => request.greeting.clone(),
            (true, Way::In) => tr("friend.no_greeting").to_owned(),
            (true, Way::Out) => tr("friend.waits").to_owned(),
        },
        outcome,
        presses: match (request.way, is_open, request.state) {
            (Way::In, true, _) => &[Press::More, Press::Accept, Press::Decline],
            (Way::Out, true, _) => &[Press::Withdraw],
            (_, false, RequestState::Accepted) => &[Press::Message],
            _ => &[],
        },
    }
}

fn room_line(model: &Model, row: &RoomRow) -> Shown {
    let (request, people) = (&row.request, &model.people);
    let is_mine = Some(request.account) == model.my_account();
    let (room, is_ask) = (("room", request.name.as_str()), request.door == Door::Asks);
    let is_inside = people.book().rooms.contains_key(&request.room);
    let expired = !row.is_open && request.state == RequestState::Pending;
    let other =
        request.answered_by.filter(|who| *who != row.who && Some(*who) != model.my_account());
    let outcome = match (request.state, other.filter(|_| !is_mine)) {
        (RequestState::Accepted, Some(other)) => {
            tr_with("door.accepted.by", &[("name", &people.name(other))])
        }
        _ => outcome(request.state, expired, &request.reason),
    };
    let (line, words) = match (is_ask, is_mine) {
        (true, true) if row.is_open => (tr("door.waits").to_owned(), request.greeting.clone()),
        (true, true) => (tr("door.asked_in").to_owned(), request.greeting.clone()),
        (true, false) if request.by != request.account => {
            let by = people.name(request.by);
            (tr_with("door.asks.by", &[room, ("name", &by)]), request.greeting.clone())
        }
        (true, false) => (tr_with("door.asks", &[room]), request.greeting.clone()),
        (false, true) => (tr_with("door.invites", &[room]), String::new()),
        (false, false) => (tr_with("door.was_invited", &[room]), String::new()),
    };
    let is_grey = !row.is_open && request.state != RequestState::Accepted;
    let presence = if is_grey { Some(Presence::Offline) } else { row.presence };
    let (face, name, number) = match is_ask && is_mine {
        true => {
            let name = request.name.clone();
            (Face::Room(request.room, name.clone()), name, request.room.0)
        }
        false => (Face::Person(people.portrait(row.who), presence), row.name.clone(), row.who.0),
    };
    Shown {
        of: if is_mine { Of::Own(request.room) } else { Of::Asks(request.room, request.account) },
        face,
        name,
        aside: aside(model, number, request.at),
        line,
        words,
        outcome,
        presses: match (row.way, row.is_open, is_mine && is_inside) {
            (Way::In, true, _) => &[Press::Accept, Press::Decline],
            (Way::Out, true, _) => &[Press::Withdraw],
            (_, false, true) => &[Press::Message],
            _ => &[],
        },
    }
}

fn aside(model: &Model, number: u64, at: i64) -> String {
    let when = time::row_label(at, model.now.wall_ms, &model.zone, text::language());
    format!("{number}  {when}")
}

/// What became of a request; nothing while it waits.
fn outcome(state: RequestState, expired: bool, reason: &str) -> String {
    match (state, expired) {
        (_, true) => tr("friend.expired").to_owned(),
        (RequestState::Pending, false) => String::new(),
        (RequestState::Accepted, false) => tr("friend.accepted").to_owned(),
        (RequestState::Declined, false) if reason.is_empty() => tr("friend.declined").to_owned(),
        (RequestState::Declined, false) => tr_with("friend.declined.why", &[("why", reason)]),
        (RequestState::Ignored, false) => tr("friend.ignored").to_owned(),
    }
}

struct Parts {
    side: Segments,
    clear: Button,
    list: ScrollList,
}

fn lay_out(group: &Group, parts: &mut Parts) {
    let area = Rect::of(group);
    let (left, right) = (area.x + PADDING, area.right() - PADDING);
    let side = parts.side.wanted_width();
    parts.side.place(Rect::new(left, 16, side, 28));
    let clear = parts.clear.wanted_width();
    parts.clear.place(Rect::new(right - clear, 16, clear, 28));
    parts.list.place(Rect::new(left, TOP, right - left + 12, area.h - TOP - 8));
}

/// The buttons of a row, from the right to the left.
fn placed(row: Rect, presses: &[Press]) -> Vec<(Press, Rect)> {
    let mut right = row.right() - 12;
    let mut placed = Vec::new();
    for press in presses {
        let w = match press {
            Press::More => 28,
            press => measure::width(Style::CAPTION.bold(), label(*press)) + 22,
        };
        placed.push((*press, Rect::new(right - w, row.y + (ROW - 28) / 2, w, 28)));
        right -= w + 8;
    }
    placed
}

fn label(press: Press) -> &'static str {
    tr(match press {
        Press::Accept => "friend.accept",
        Press::Decline => "friend.decline",
        Press::Message => "row.message",
        Press::Withdraw => "friend.withdraw",
        Press::More => "card.more",
    })
}

fn paint_row(canvas: &Canvas, look: &RowLook, view: &View) {
    canvas.fill(look.area, Colour::Paper);
    match view.rows.get(look.index) {
        Some(Line::Nothing) => paint_nothing(canvas, look.area),
        Some(Line::Head(key)) => {
            let area = Rect::new(look.area.x, look.area.y + 16, look.area.w, 20);
            canvas.text_in(Style::BODY.bold(), Colour::Ink2, area, Align::Left, tr(key));
        }
        Some(Line::Request(shown)) => paint_request(canvas, look.area, shown),
        None => {}
    }
}

fn paint_nothing(canvas: &Canvas, area: Rect) {
    let (title, hint) = (tr("friend.no_requests"), tr("friend.no_requests.hint"));
    let _no_button = paint_empty(canvas, area, Icon::Bell, title, hint, false);
}

fn paint_request(canvas: &Canvas, area: Rect, shown: &Shown) {
    let (x, y) = (area.x, area.y + (ROW - 44) / 2);
    match &shown.face {
        Face::Person(portrait, presence) => {
            canvas.avatar_with_status(*portrait, x, y, 44, *presence, Colour::Paper);
        }
        Face::Room(room, name) => canvas.room_tile(room.0, name, Rect::new(x, y, 44, 44)),
    }
    canvas.line_across(area.x, area.bottom() - 1, area.w - 12, Colour::Line);
    let mut right = area.right() - 12;
    for (press, button) in placed(area, shown.presses) {
        paint_press(canvas, button, press);
        right = button.x - 12;
    }
    if !shown.outcome.is_empty() {
        let w = measure::width(Style::CAPTION, &shown.outcome).min(220);
        let words = Rect::new(right - w, area.y, w, ROW);
        canvas.text_in(Style::CAPTION, Colour::Ink2, words, Align::Right, &shown.outcome);
        right -= w + 12;
    }
    let left = x + 56;
    // With the room named, what was said has a third line.
    let lines: &[(Style, &str)] = match (shown.line.is_empty(), shown.words.is_empty()) {
        (true, _) => &[(Style::BODY, &shown.words)],
        (false, true) => &[(Style::BODY, &shown.line)],
        (false, false) => &[(Style::CAPTION, &shown.line), (Style::CAPTION, &shown.words)],
    };
    let mut y = if lines.len() > 1 { area.y + 7 } else { area.y + 16 };
    let aside_w = measure::width(Style::CAPTION, &shown.aside);
    let name_w = measure::width(Style::BODY.bold(), &shown.name).min(right - left - aside_w - 8);
    let name = Rect::new(left, y, name_w, 20);
    canvas.text_in(Style::BODY.bold(), Colour::Ink, name, Align::Left, &shown.name);
    canvas.text(Style::CAPTION, Colour::Ink2, name.right() + 8, y + 2, &shown.aside);
    y += 21;
    for (style, words) in lines {
        let row = Rect::new(left, y, right - left, style.line);
        canvas.text_in(*style, Colour::Ink2, row, Align::Left, words);
        y += style.line + 2;
    }
}

fn paint_press(canvas: &Canvas, area: Rect, press: Press) {
    let (fill, outline, ink, style) = match press {
        Press::Accept => (Colour::Brand, Colour::Brand, Colour::White, Style::CAPTION.bold()),
        Press::Decline => (Colour::Paper, Colour::Field, Colour::Ink, Style::CAPTION),
        Press::Message => {
            (Colour::BrandSoft, Colour::BrandSoft, Colour::BrandText, Style::CAPTION.bold())
        }
        Press::Withdraw => (Colour::Paper, Colour::Paper, Colour::BrandText, Style::CAPTION),
        Press::More => {
            let inner = area.middle(18, 18);
            canvas.icon_on(Icon::More, inner.x, inner.y, 18, Colour::Ink2, Colour::Paper);
            return;
        }
    };
    canvas.card(area, metric::RADIUS, fill, outline, 1);
    canvas.text_in(style, ink, area, Align::Centre, label(press));
}
