//! The window in which a friend request is written.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fltk::prelude::{GroupExt, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use crate::domain::{AccountId, GroupId, Portrait, Presence, Words};
use crate::ui::app::add::{AddMsg, Asking};
use crate::ui::app::{Model, Msg};
use crate::ui::paint::{Align, Canvas, Icon, Rect, text as measure};
use crate::ui::paragraph;
use crate::ui::shell::post;
use crate::ui::text::{self, tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{
    self, Button, ButtonKind, Control, Field, FieldKind, Select, SelectKind, TextBox,
};
use unicode_segmentation::UnicodeSegmentation;

const W: i32 = 400;
const H: i32 = 372;
const PADDING: i32 = 24;
const WIDE: i32 = W - 2 * PADDING;

/// The window.
pub struct AskingWindow {
    window: DoubleWindow,
    greeting: TextBox,
    remark: Field,
    group: Select,
    go: Button,
    cancel: Button,
    account: AccountId,
    view: Rc<RefCell<View>>,
    groups: Vec<(GroupId, String)>,
    chosen: Rc<Cell<usize>>,
}

struct View {
    name: String,
    number: String,
    line: String,
    portrait: Portrait,
    presence: Option<Presence>,
    count: usize,
    group: String,
    error: String,
}

impl AskingWindow {
    /// Makes and shows it.
    #[must_use]
    pub fn new(asking: &Asking, model: &Model) -> AskingWindow {
        let account = asking.account;
        let window = widgets::window(tr("friend.ask.window"), W, H);
        let mut greeting = TextBox::new(tr("friend.greeting.hint"));
        let me = model.me.as_ref().map(|me| me.person.nickname.clone()).unwrap_or_default();
        greeting.set_value(&tr_with("friend.greeting.first", &[("name", &me)]));
        let people = &model.people;
        let remark = Field::new(FieldKind::Outlined, &people.nickname(account)).style(Style::BODY);
        let named = |id| (id, model.group_name(id, text::language()));
        let groups: Vec<(GroupId, String)> =
            people.book().groups.iter().map(|group| named(group.id)).collect();
        let names: Vec<&str> = groups.iter().map(|(_, name)| name.as_str()).collect();
        let group = Select::new(SelectKind::Box, &names);
        let cancel = Button::new(ButtonKind::Outline, tr("common.cancel"));
        let go = Button::new(ButtonKind::Primary, tr("friend.send"));
        window.end();
        let view = View {
            name: people.name(account),
            number: account.to_string(),
            line: people.signature(account).to_owned(),
            portrait: people.portrait(account),
            presence: people.presence(account),
            count: count(&greeting.value()),
            group: names.first().copied().unwrap_or_default().to_owned(),
            error: String::new(),
        };
        let view = Rc::new(RefCell::new(view));
        let chosen = Rc::default();
        let mut asked = AskingWindow {
            window,
            greeting,
            remark,
            group,
            go,
            cancel,
            account,
            view,
            groups,
            chosen,
        };
        asked.place();
        asked.wire();
        asked.window.make_modal(true);
        asked.window.show();
        asked.greeting.focus();
        asked.greeting.select_all();
        asked
    }

    /// Whether it is for that person.
    #[must_use]
    pub fn is_for(&self, asking: &Asking) -> bool {
        self.account == asking.account
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, asking: &Asking) {
        self.go.set_busy(asking.busy);
        let error = asking.error.as_ref().map(|error| text::failure(text::language(), error));
        let error = error.unwrap_or_default();
        if self.view.borrow().error != error {
            self.view.borrow_mut().error = error;
            self.window.redraw();
        }
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    fn place(&mut self) {
        self.greeting.place(Rect::new(PADDING, 104, WIDE, 72));
        let half = (WIDE - 12) / 2;
        self.remark.place(Rect::new(PADDING, 218, half, 36));
        self.group.place(Rect::new(PADDING + half + 12, 218, half, 36));
        let mut right = W - PADDING;
        for button in [&mut self.go, &mut self.cancel] {
            let width = button.wanted_width().max(76);
            button.place(Rect::new(right - width, H - 52, width, 32));
            right -= width + 8;
        }
    }

    fn wire(&mut self) {
        self.cancel.on_press(|| post(Msg::Add(AddMsg::Leave)));
        self.window.set_callback(|_| post(Msg::Add(AddMsg::Leave)));
        let (greeting, remark) = (self.greeting.clone(), self.remark.clone());
        let (groups, chosen) = (self.groups.clone(), Rc::clone(&self.chosen));
        let send = move || {
            let group = groups.get(chosen.get()).map_or(GroupId::FIRST, |(id, _)| *id);
            let (greeting, remark) = (greeting.value(), remark.value());
            post(Msg::Add(AddMsg::Send { greeting, remark, group }));
        };
        self.go.on_press(send.clone());
        self.remark.on_enter(send.clone());
        self.greeting.on_submit(send);
        let (view, greeting, mut window) =
            (Rc::clone(&self.view), self.greeting.clone(), self.window.clone());
        self.greeting.on_change(move || {
            view.borrow_mut().count = count(&greeting.value());
            window.redraw();
            post(Msg::Add(AddMsg::Typed));
        });
        self.remark.on_change(|| post(Msg::Add(AddMsg::Typed)));
        let (view, groups, chosen, mut window) = (
            Rc::clone(&self.view),
            self.groups.clone(),
            Rc::clone(&self.chosen),
            self.window.clone(),
        );
        self.group.on_change(move |index| {
            chosen.set(index);
            if let Some((_, name)) = groups.get(index) {
                view.borrow_mut().group.clone_from(name);
            }
            window.redraw();
        });
        let view = Rc::clone(&self.view);
        widgets::backdrop(&mut self.window, Colour::Paper, move |canvas, _| {
            paint(canvas, &view.borrow());
        });
    }
}

/// So many letters a text has.
pub(super) fn count(text: &str) -> usize {
    text.trim().graphemes(true).count()
}

fn paint(canvas: &Canvas, view: &View) {
    canvas.avatar_with_status(view.portrait, PADDING, 20, 48, view.presence, Colour::Paper);
    let left = PADDING + 60;
    let number_w = measure::width(Style::CAPTION, &view.number);
    let room = W - PADDING - left - number_w - 8;
    let name_w = measure::width(Style::HEADING, &view.name).min(room);
    let name = Rect::new(left, if view.line.is_empty() { 32 } else { 22 }, name_w, 24);
    canvas.text_in(Style::HEADING, Colour::Ink, name, Align::Left, &view.name);
    canvas.text(Style::CAPTION, Colour::Ink2, name.right() + 8, name.y + 5, &view.number);
    let line = Rect::new(left, 48, W - PADDING - left, 16);
    canvas.text_in(Style::CAPTION, Colour::Ink2, line, Align::Left, &view.line);
    canvas.text(Style::CAPTION, Colour::Ink2, PADDING, 84, tr("friend.greeting"));
    let most = Words::Greeting.graphemes_max();
    let ink = if view.count > most { Colour::Bad } else { Colour::Ink3 };
    let counter = Rect::new(PADDING, 180, WIDE, 16);
    canvas.text_in(Style::MICRO, ink, counter, Align::Right, &format!("{}/{most}", view.count));
    let half = (WIDE - 12) / 2;
    canvas.text(Style::CAPTION, Colour::Ink2, PADDING, 198, tr("friend.remark"));
    canvas.text(Style::CAPTION, Colour::Ink2, PADDING + half + 12, 198, tr("friend.group"));
    let (icon, ink, words) = match view.error.is_empty() {
        true => {
            let words = tr_with("friend.will_stand", &[("name", &view.group)]);
            (Icon::Info, Colour::Ink2, words)
        }
        false => (Icon::Alert, Colour::Bad, view.error.clone()),
    };
    canvas.icon_on(icon, PADDING, 269, 14, ink, Colour::Paper);
    let area = Rect::new(PADDING + 22, 268, WIDE - 22, 32);
    paragraph::draw(canvas, Style::CAPTION, ink, area, Align::Left, &words);
}
