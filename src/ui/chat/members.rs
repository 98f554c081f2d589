//! Who is in a room, beside its messages.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;

use super::view::Standing;
use crate::domain::{AccountId, Presence, Rank, RoomId, Target};
use crate::ui::app::Msg;
use crate::ui::app::card::CardMsg;
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::rooms::{MemberRow, RoomMsg};
use crate::ui::app::search::Wanted;
use crate::ui::card;
use crate::ui::paint::{Align, Canvas, Icon, Rect, text};
use crate::ui::panel::rank_mark;
use crate::ui::shell::post;
use crate::ui::text::{tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{
    Control, Field, FieldKind, IconButton, MenuEntry, MenuItem, MenuPlace, RowLook, ScrollList,
    open_menu,
};

/// The height of the title over the list.
pub const TITLE: i32 = 40;
const HEAD: i32 = 28;
const ROW: i32 = 36;
const FACE: i32 = 24;
const MINUTE_MS: u64 = 60_000;

/// A line of the list.
#[derive(Clone, PartialEq)]
enum Line {
    /// So many are there, or are not.
    Head(&'static str, usize),
    Member(Rc<MemberRow>),
}

/// The list.
#[derive(Clone)]
pub struct Members {
    list: ScrollList,
    search: IconButton,
    field: Field,
    /// Everybody, also who is not looked for.
    rows: Rc<RefCell<Vec<Rc<MemberRow>>>>,
    lines: Rc<RefCell<Vec<Line>>>,
    /// Which room, and what one is there.
    at: Rc<RefCell<Option<Standing>>>,
}

impl Members {
    /// An empty one, in the group that is open.
    pub fn new() -> Members {
        let lines: Rc<RefCell<Vec<Line>>> = Rc::default();
        let drawn = Rc::clone(&lines);
        let list = ScrollList::new(Colour::Paper, move |canvas, look| {
            if let Some(line) = drawn.borrow().get(look.index) {
                paint(canvas, look, line);
            }
        });
        let search = IconButton::new(Icon::Search, "").icon_size(16);
        let mut field = Field::new(FieldKind::Search, "").style(Style::BODY);
        field.set_shown(false);
        let (rows, at) = (Rc::default(), Rc::default());
        let mut members = Members { list, search, field, rows, lines, at };
        members.wire();
        members
    }

    /// Puts it under its title.
    pub fn place(&mut self, area: Rect) {
        self.list.set_shown(area.w > 0);
        self.list.place(Rect::new(area.x + 1, TITLE, area.w - 1, area.h - TITLE));
        self.search.set_shown(area.w > 0);
        self.search.place(Rect::new(area.right() - 36, 4, 32, 32));
        self.field.place(Rect::new(area.x + 8, 4, area.w - 44, 32));
        if area.w == 0 {
            self.end_search();
        }
    }

    /// Whether its box has the keyboard.
    #[must_use]
    pub fn has_focus(&self) -> bool {
        self.field.has_focus()
    }

    /// Speaks the language of the moment.
    pub fn restyle(&mut self) {
        self.search.set_tip(tr("room.members.search"));
        self.field.set_placeholder(tr("room.members.search"));
    }

    fn end_search(&mut self) {
        if self.field.is_shown() {
            self.field.set_shown(false);
            self.field.set_value("");
            self.search.set_icon(Icon::Search);
            self.show_lines();
        }
    }

    fn toggle_search(&mut self) {
        if self.field.is_shown() {
            return self.end_search();
        }
        self.field.set_shown(true);
        self.search.set_icon(Icon::Close);
        self.field.focus();
    }

    /// Shows who is there.
    pub fn show(&mut self, room: Option<Standing>, rows: &[Rc<MemberRow>]) {
        if *self.at.borrow() != room {
            self.end_search();
        }
        *self.at.borrow_mut() = room;
        rows.clone_into(&mut self.rows.borrow_mut());
        self.show_lines();
    }

    fn show_lines(&mut self) {
        let wanted = Wanted::new(&self.field.value());
        let is_wanted =
            |row: &&Rc<MemberRow>| wanted.as_ref().is_none_or(|wanted| row.fits(wanted));
        let rows: Vec<Rc<MemberRow>> =
            self.rows.borrow().iter().filter(is_wanted).cloned().collect();
        let there = rows.iter().filter(|row| row.is_there()).count();
        let mut lines = Vec::with_capacity(rows.len() + 2);
        for (is_there, key, count) in
            [(true, "room.members.there", there), (false, "room.members.away", rows.len() - there)]
        {
            if count > 0 {
                lines.push(Line::Head(key, count));
            }
            let these = rows.iter().filter(|row| row.is_there() == is_there);
            lines.extend(these.cloned().map(Line::Member));
        }
        if lines.is_empty() && wanted.is_some() {
            lines.push(Line::Head("room.members.none", 0));
        }
        if *self.lines.borrow() == lines {
            return;
        }
        let heights: Vec<i32> = lines
            .iter()
            .map(|line| if matches!(line, Line::Head(..)) { HEAD } else { ROW })
            .collect();
        *self.lines.borrow_mut() = lines;
        self.list.set_rows(heights);
    }

    fn wire(&mut self) {
        let this = self.clone();
        self.search.on_press(move || this.clone().toggle_search());
        let this = self.clone();
        self.field.on_change(move || this.clone().show_lines());
        let this = self.clone();
        self.field.on_escape(move || this.clone().end_search());
        let lines = Rc::clone(&self.lines);
        let who = move |index: usize| match lines.borrow().get(index) {
            Some(Line::Member(row)) => Some(Rc::clone(row)),
            _ => None,
        };
        let pressed = who.clone();
        let list = self.list.clone();
        self.list.on_click(move |index| {
            let x = app::event_x() - list.area().x;
            if let Some(row) = pressed(index).filter(|_| x < 12 + FACE) {
                let (x, y) = (app::event_x_root(), app::event_y_root());
                card::aim(Rect::new(x - 12, y - 12, FACE, FACE));
                post(Msg::Card(CardMsg::Show(row.member.account)));
            }
        });
        let opened = who.clone();
        self.list.on_open(move |index| {
            if let Some(row) = opened(index).filter(|row| !row.is_me) {
                post(Msg::Chat(Target::Account(row.member.account), ChatMsg::Open));
            }
        });
        let at = Rc::clone(&self.at);
        self.list.on_menu(move |index| {
            if let (Some(row), Some(at)) = (who(index), *at.borrow()) {
                open_member_menu(at.room, at.rank, &row);
            }
        });
    }
}

/// What can be done with somebody in a room, by what one is there.
fn open_member_menu(room: RoomId, rank: Rank, row: &MemberRow) {
    let account = row.member.account;
    let mut menu: Vec<(MenuEntry, Option<Msg>)> = Vec::new();
    let item = |key, icon| MenuItem::new(tr(key)).icon(icon);
    if !row.is_me {
        let open = Msg::Chat(Target::Account(account), ChatMsg::Open);
        menu.push((item("row.message", Icon::Chat).into(), Some(open)));
    }
    if row.is_me {
        let card = Msg::Room(RoomMsg::Card(room));
        menu.push((item("room.card", Icon::Pencil).into(), Some(card)));
    }
    if rank > row.member.rank && !row.is_me {
        menu.push((MenuEntry::Separator, None));
        menu.extend(governing(room, rank, account, row));
    }
    let (entries, mut acts): (Vec<_>, Vec<_>) = menu.into_iter().unzip();
    if entries.is_empty() {
        return;
    }
    open_menu(MenuPlace::Pointer, entries, move |picked| {
        if let Some(msg) = picked.and_then(|index| acts.get_mut(index)?.take()) {
            post(msg);
        }
    });
}

fn governing(
    room: RoomId,
    rank: Rank,
    account: AccountId,
    row: &MemberRow,
) -> Vec<(MenuEntry, Option<Msg>)> {
    let mut menu: Vec<(MenuEntry, Option<Msg>)> = Vec::new();
    let mut item = |item: MenuItem, msg: RoomMsg| menu.push((item.into(), Some(Msg::Room(msg))));
    let plain = |key, icon| MenuItem::new(tr(key)).icon(icon);
    if rank == Rank::Owner {
        let (key, next) = match row.member.rank {
            Rank::Admin => ("room.unmake_admin", Rank::Member),
            _ => ("room.make_admin", Rank::Admin),
        };
        item(plain(key, Icon::Shield), RoomMsg::Rank(room, account, next));
        let hand_on = plain("room.hand_on", Icon::Crown);
        item(hand_on, RoomMsg::Rank(room, account, Rank::Owner));
    }
    if row.is_muted {
        item(plain("room.unmute", Icon::Volume), RoomMsg::Mute(room, account, 0));
    }
    for (key, minutes) in [("room.mute.10", 10), ("room.mute.60", 60), ("room.mute.day", 24 * 60)] {
        item(plain(key, Icon::BellOff), RoomMsg::Mute(room, account, minutes * MINUTE_MS));
    }
    let kick = plain("room.kick", Icon::Logout).danger();
    item(kick, RoomMsg::Kick(room, account));
    menu
}

/// The title over the list, and the line at its left.
pub fn paint_title(canvas: &Canvas, area: Rect, online: Option<usize>, count: u32) {
    if area.w == 0 {
        return;
    }
    canvas.fill(Rect::new(area.x, area.y, 1, area.h), Colour::Line);
    let n = count.to_string();
    let words = match online.map(|online| online.to_string()) {
        Some(online) => tr_with("room.members.count", &[("online", &online), ("n", &n)]),
        None => tr_with("room.members.all", &[("n", &n)]),
    };
    let title = Rect::new(area.x + 13, 0, area.w - 24, TITLE);
    canvas.text_in(Style::BODY.bold(), Colour::Ink, title, Align::Left, &words);
}

fn paint(canvas: &Canvas, look: &RowLook, line: &Line) {
    let (area, ground) = (look.area, look.ground(Colour::Paper));
    match line {
        Line::Head(key, count) => {
            canvas.fill(area, Colour::Paper);
            let words = tr_with(key, &[("n", &count.to_string())]);
            let row = area.without_left(12);
            canvas.text_in(Style::CAPTION, Colour::Ink2, row, Align::Left, &words);
        }
        Line::Member(row) => {
            let y = area.y + (area.h - FACE) / 2;
            let portrait = row.portrait;
            let presence = row.presence.or(Some(Presence::Offline));
            canvas.avatar_with_status(portrait, area.x + 12, y, FACE, presence, ground);
            let mut right = area.right() - 14;
            if let Some((icon, colour)) = rank_mark(row.member.rank) {
                canvas.icon_on(icon, right - 16, area.y + 10, 16, colour, ground);
                right -= 22;
            }
            if row.is_muted {
                canvas.icon_on(Icon::Ban, right - 16, area.y + 10, 16, Colour::Ink3, ground);
                right -= 22;
            }
            let ink = if row.is_there() { Colour::Ink } else { Colour::Ink2 };
            let left = area.x + 44;
            // What stands beside the name, as in "Lime (you)".
            let aside = if row.is_me { tr_with("room.me", &[("name", "")]) } else { String::new() };
            let room = right - left - text::width(Style::BODY, &aside);
            let name = text::fit(Style::BODY, &row.name, room);
            let w = canvas.text(Style::BODY, ink, left, area.y + 8, &name);
            canvas.text(Style::BODY, Colour::Ink3, left + w, area.y + 8, &aside);
        }
    }
}
