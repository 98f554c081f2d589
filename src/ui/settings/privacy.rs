//! The privacy page of the settings: what others may do, and who is blocked.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetExt};

use super::sheet::{PADDING, Sheet, put_right};
use super::{Leaf, leaf};
use crate::domain::{AccountId, Asking, Portrait};
use crate::ui::app::contacts::ContactMsg;
use crate::ui::app::preferences::{Hindrance, PreferencesMsg, PrivacyMsg};
use crate::ui::app::{Model, Msg};
use crate::ui::paint::{Align, Canvas, Icon, Rect, text as measure};
use crate::ui::paragraph;
use crate::ui::shell::post;
use crate::ui::text::{self, tr, tr_with};
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::{
    Choice, ChoiceKind, Control, RowLook, ScrollList, Segments, Select, SelectKind, paint_empty,
};

const ASKINGS: [(Asking, &str); 3] = [
    (Asking::Ask, "set.asking.ask"),
    (Asking::Welcome, "set.asking.welcome"),
    (Asking::Nobody, "set.asking.nobody"),
];
/// Somebody who is blocked.
const ROW: i32 = 48;
/// Right of the rows, for the bar.
const LANE: i32 = 12;

/// The page.
pub struct PrivacyPage {
    group: Group,
    sheet: Rc<RefCell<Sheet>>,
    asking: Select,
    number: Choice,
    nickname: Choice,
    write: Segments,
    read: Choice,
    typing: Choice,
    list: ScrollList,
    view: Rc<RefCell<View>>,
}

/// What it shows beside its controls.
#[derive(Clone, Default, PartialEq)]
struct View {
    /// Why nothing can be changed now, or why the last change was not taken.
    trouble: String,
    /// Things can be changed now.
    enabled: bool,
    blocked: Vec<Blocked>,
    /// Where there is room for the list, or for why there is none.
    room: Rect,
    /// Where the trouble stands.
    band: Rect,
}

/// Somebody who is blocked.
#[derive(Clone, PartialEq)]
struct Blocked {
    account: AccountId,
    name: String,
    portrait: Portrait,
}

impl PrivacyPage {
    /// Its controls, inside the window that is being made.
    pub fn new(area: Rect) -> PrivacyPage {
        let view: Rc<RefCell<View>> = Rc::default();
        let drawn = Rc::clone(&view);
        let (group, sheet) = leaf(area, move |canvas| drawn.borrow().paint(canvas));
        let mut asking = Select::new(SelectKind::Box, &[""; ASKINGS.len()]);
        asking.on_change(|index| {
            if let Some((asking, _)) = ASKINGS.get(index) {
                change(PrivacyMsg::Asking(*asking));
            }
        });
        let number = switch(ChoiceKind::Check, PrivacyMsg::ByNumber);
        let nickname = switch(ChoiceKind::Check, PrivacyMsg::ByNickname);
        let mut write = Segments::new(&["", ""]);
        write.on_change(|index| change(PrivacyMsg::FriendsOnly(index == 1)));
        let read = switch(ChoiceKind::Toggle, PrivacyMsg::ReadMarks);
        let typing = switch(ChoiceKind::Toggle, PrivacyMsg::Typing);
        let listed = Rc::clone(&view);
        let list = ScrollList::new(Colour::Paper, move |canvas, look| {
            let view = listed.borrow();
            if let Some(blocked) = view.blocked.get(look.index) {
                paint_row(canvas, look, blocked, view.enabled);
            }
        });
        group.end();
        let mut page =
            PrivacyPage { group, sheet, asking, number, nickname, write, read, typing, list, view };
        page.wire_list();
        page
    }

    fn wire_list(&mut self) {
        let (view, list) = (Rc::clone(&self.view), self.list.clone());
        self.list.on_click(move |index| {
            let row = Rect::new(0, 0, list.area().w, ROW);
            let button = button_of(row);
            let x = app::event_x() - list.area().x;
            let view = view.borrow();
            if let Some(blocked) = view.blocked.get(index)
                && view.enabled
                && (button.x..button.right()).contains(&x)
            {
                post(Msg::Contact(ContactMsg::Unblock(blocked.account)));
            }
        });
        let view = Rc::clone(&self.view);
        self.list.on_open(move |index| {
            let is_enter = app::event() == Event::KeyDown
                && matches!(app::event_key(), Key::Enter | Key::KPEnter);
            let view = view.borrow();
            if let Some(blocked) = view.blocked.get(index)
                && view.enabled
                && is_enter
            {
                post(Msg::Contact(ContactMsg::Unblock(blocked.account)));
            }
        });
    }

    fn lay_out_with(&mut self, view: &mut View) {
        let page = Rect::of(&self.group);
        let mut top = page.y;
        view.band = Rect::default();
        if !view.trouble.is_empty() {
            let wide = page.w - PADDING - 44;
            let lines = paragraph::lines(Style::CAPTION, &view.trouble, wide, 2).len();
            let h = 16 + Style::CAPTION.line * i32::try_from(lines).unwrap_or(1);
            view.band = Rect::new(page.x, page.y, page.w, h);
            top += h;
        }
        let mut sheet = Sheet::new(Rect { y: top, ..page });
        self.lay_out_rows(&mut sheet);
        let count = view.blocked.len().to_string();
        sheet.heading(&match view.blocked.is_empty() {
            true => tr("set.blocked").to_owned(),
            false => tr_with("set.blocked.n", &[("n", &count)]),
        });
        let start = sheet.space(0);
        view.room = Rect { w: start.w + LANE, h: page.bottom() - start.y, ..start };
        self.list.set_shown(!view.blocked.is_empty());
        self.list.place(Rect { h: view.room.h / ROW * ROW, ..view.room });
        self.list.set_rows(std::iter::repeat_n(ROW, view.blocked.len()));
        *self.sheet.borrow_mut() = sheet;
    }

    fn lay_out_rows(&mut self, sheet: &mut Sheet) {
        sheet.heading(tr("set.reach"));
        self.asking.set_options(&ASKINGS.map(|(_, key)| tr(key)));
        let row = sheet.row(tr("set.asking"), "", 160);
        put_right(&mut self.asking, row, 160, metric::BUTTON);
        self.number.set_label(tr("set.find.number"));
        self.nickname.set_label(tr("set.find.nickname"));
        let (number, nickname) = (self.number.wanted_width(), self.nickname.wanted_width());
        let row = sheet.row(tr("set.find"), "", number + nickname + 16);
        put_right(&mut self.nickname, row, nickname, metric::BUTTON);
        put_right(&mut self.number, row.without_right(nickname + 16), number, metric::BUTTON);
        self.write.set_options(&[tr("set.write.everyone"), tr("set.write.friends")]);
        let w = self.write.wanted_width();
        let row = sheet.row(tr("set.write"), "", w);
        put_right(&mut self.write, row, w, metric::BUTTON);
        let both = tr("set.both");
        for (toggle, key) in [(&mut self.read, "set.read"), (&mut self.typing, "set.typing")] {
            let row = sheet.row(tr(key), both, 36);
            put_right(toggle, row, 36, metric::BUTTON);
        }
    }

    fn set_enabled(&mut self, enabled: bool) {
        self.asking.set_enabled(enabled);
        self.write.set_enabled(enabled);
        for choice in [&mut self.number, &mut self.nickname, &mut self.read, &mut self.typing] {
            choice.set_enabled(enabled);
        }
    }
}

impl Leaf for PrivacyPage {
    fn group(&self) -> Group {
        self.group.clone()
    }

    fn lay_out(&mut self) {
        let mut view = self.view.borrow().clone();
        self.lay_out_with(&mut view);
        *self.view.borrow_mut() = view;
    }

    fn follow(&mut self, model: &Model) {
        let privacy = model.privacy();
        let asking = ASKINGS.iter().position(|(asking, _)| *asking == privacy.asking);
        self.asking.set_chosen(asking.unwrap_or(0));
        self.number.set_on(privacy.by_number);
        self.nickname.set_on(privacy.by_nickname);
        self.write.set_chosen(usize::from(privacy.friends_only));
        self.read.set_on(privacy.read_marks);
        self.typing.set_on(privacy.typing);
        self.set_enabled(model.privacy_hindrance().is_none());
        let old = self.view.borrow().clone();
        let mut new = View { room: old.room, band: old.band, ..View::of(model) };
        if new != old {
            self.lay_out_with(&mut new);
            *self.view.borrow_mut() = new;
            self.group.redraw();
        }
    }
}

impl View {
    fn of(model: &Model) -> View {
        let refused = model.preferences.as_ref().and_then(|open| open.refused.as_ref());
        let trouble = match (model.privacy_hindrance(), refused) {
            (Some(Hindrance::Offline), _) => tr("set.offline").to_owned(),
            (Some(Hindrance::Unknown), _) => tr("set.unknown").to_owned(),
            (None, Some(failure)) => {
                let reason = text::failure(text::language(), failure);
                tr_with("set.refused", &[("reason", &reason)])
            }
            (None, None) => String::new(),
        };
        let enabled = model.privacy_hindrance().is_none();
        let blocked = model.blocked().into_iter().map(|(account, name)| {
            let portrait = model.people.portrait(account);
            Blocked { account, name, portrait }
        });
        View { trouble, enabled, blocked: blocked.collect(), ..View::default() }
    }

    fn paint(&self, canvas: &Canvas) {
        if !self.trouble.is_empty() {
            let (ground, ink, icon) = match self.enabled {
                true => (Colour::BadSoft, Colour::Bad, Icon::Alert),
                false => (Colour::GoldSoft, Colour::GoldText, Icon::Offline),
            };
            canvas.fill(self.band, ground);
            let x = self.band.x + PADDING;
            canvas.icon_on(icon, x, self.band.y + 8, 16, ink, ground);
            let words =
                Rect::new(x + 24, self.band.y, self.band.right() - 20 - x - 24, self.band.h);
            paragraph::draw_middle(canvas, Style::CAPTION, ink, words, &self.trouble);
        }
        if self.blocked.is_empty() {
            let (title, hint) = (tr("set.blocked.none"), tr("set.blocked.none.hint"));
            let area = self.room.without_right(LANE);
            let _no_button = paint_empty(canvas, area, Icon::Ban, title, hint, false);
        }
    }
}

/// A switch of something that others may do.
fn switch(kind: ChoiceKind, msg: fn(bool) -> PrivacyMsg) -> Choice {
    let mut choice = Choice::new(kind, "");
    choice.on_change(move |on| change(msg(on)));
    choice
}

fn change(msg: PrivacyMsg) {
    post(Msg::Preferences(PreferencesMsg::Privacy(msg)));
}

fn button_of(row: Rect) -> Rect {
    let w = measure::width(Style::CAPTION, tr("row.unblock")) + 22;
    Rect::new(row.right() - LANE - w, row.y + (ROW - 28) / 2, w, 28)
}

fn paint_row(canvas: &Canvas, look: &RowLook, blocked: &Blocked, enabled: bool) {
    let row = look.area.without_right(LANE);
    canvas.fill(look.area, Colour::Paper);
    canvas.avatar(blocked.portrait, row.x, row.y + 8, 32, true);
    let button = button_of(look.area);
    let number = blocked.account.to_string();
    let numbers = measure::width(Style::CAPTION, &number);
    let room = button.x - 12 - numbers - 6 - (row.x + 44);
    let name =
        Rect::new(row.x + 44, row.y, measure::width(Style::BODY, &blocked.name).min(room), ROW);
    canvas.text_in(Style::BODY, Colour::Ink, name, Align::Left, &blocked.name);
    let area = Rect::new(name.right() + 6, row.y, numbers, ROW);
    canvas.text_in(Style::CAPTION, Colour::Ink2, area, Align::Left, &number);
    let (ground, ink) = match (enabled, look.hover) {
        (false, _) => (Colour::Sunken, Colour::Ink3),
        (true, true) => (Colour::Hover, Colour::Ink),
        (true, false) => (Colour::Paper, Colour::Ink),
    };
    canvas.card(button, metric::RADIUS, ground, Colour::Field, 1);
    canvas.text_in(Style::CAPTION, ink, button, Align::Centre, tr("row.unblock"));
    canvas.line_across(row.x, row.bottom() - 1, row.w, Colour::Line);
}
