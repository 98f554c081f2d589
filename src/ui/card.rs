//! The card about somebody that appears beside a face.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::MenuWindow;

use super::app::add::{Action, AddMsg};
use super::app::card::CardMsg;
use super::app::chats::ChatMsg;
use super::app::contacts::ContactMsg;
use super::app::{Model, Msg};
use super::paint::{Align, Canvas, Icon, Rect, text as measure};
use super::panel::menus::{self, Known};
use super::panel::view;
use super::shell::post;
use super::text::{self, tr, tr_with};
use super::theme::{Colour, Style};
use super::widgets::{self, Button, ButtonKind, Control, IconButton};
use super::{paragraph, screen};
use crate::domain::{AccountId, Gender, GroupId, Portrait, Presence, Target};

const W: i32 = 304;
const BAND: i32 = 56;
const FACE: i32 = 64;
const PADDING: i32 = 20;
/// The pointer may leave for so long, on its way from the face to the card.
const LEAVE_S: f64 = 0.3;
/// While it is shown it looks this often where the pointer is, and goes when it was elsewhere twice:
/// a face that is drawn anew, covered or closed says nothing of a pointer that left.
const LOOK_S: f64 = 0.2;

thread_local! {
    /// The face that the card belongs to, on the screen.
    static AIM: Cell<Rect> = Cell::new(Rect::default());
    /// Counts the pointer's comings and goings, so that an old one's end does nothing.
    static VISITS: Cell<u64> = const { Cell::new(0) };
    /// The card that was shown last.
    static SHOWN: RefCell<Option<MenuWindow>> = const { RefCell::new(None) };
}

/// The next card appears beside this area of the screen.
pub fn aim(at: Rect) {
    AIM.set(at);
    stay();
}

/// The pointer left the face or the card: it goes, unless the pointer comes back soon.
pub fn leave() {
    let visit = VISITS.get() + 1;
    VISITS.set(visit);
    app::add_timeout3(LEAVE_S, move |_| {
        if VISITS.get() == visit {
            post(Msg::Card(CardMsg::Hide));
        }
    });
}

fn stay() {
    VISITS.set(VISITS.get() + 1);
}

/// Takes the card away once the pointer is neither on the face nor on the card.
fn watch(window: MenuWindow) {
    let mut elsewhere = 0;
    app::add_timeout3(LOOK_S, move |timer| {
        if !window.shown() {
            return;
        }
        let (x, y) = app::get_mouse();
        let is_here = AIM.get().contains(x, y) || area_of(&window).contains(x, y);
        elsewhere = if is_here { 0 } else { elsewhere + 1 };
        if elsewhere >= 2 {
            post(Msg::Card(CardMsg::Hide));
        }
        app::repeat_timeout3(LOOK_S, timer);
    });
}

/// Whether this event is an Esc that takes the card away, before the window that it belongs to.
#[must_use]
pub fn takes_escape() -> bool {
    let is_key = matches!(app::event(), Event::KeyDown | Event::Shortcut);
    let is_shown = SHOWN.with_borrow(|shown| shown.as_ref().is_some_and(WindowExt::shown));
    let takes = is_shown && is_key && app::event_key() == Key::Escape;
    if takes {
        post(Msg::Card(CardMsg::Hide));
    }
    takes
}

fn area_of(window: &MenuWindow) -> Rect {
    Rect::new(window.x_root(), window.y_root(), window.w(), window.h())
}

/// The card.
pub struct CardWindow {
    window: MenuWindow,
    main: Button,
    more: IconButton,
    view: Rc<RefCell<View>>,
}

#[derive(Clone, PartialEq)]
struct View {
    account: AccountId,
    name: String,
    portrait: Portrait,
    presence: Option<Presence>,
    signature: String,
    /// The other things that are known, line by line.
    facts: Vec<String>,
    about: String,
    action: Action,
    known: Known,
    is_me: bool,
}

impl CardWindow {
    /// Makes and shows it.
    #[must_use]
    pub fn new(model: &Model) -> Option<CardWindow> {
        let view = view_of(model)?;
        let mut window = MenuWindow::new(0, 0, W, 100, None);
        window.set_border(false);
        window.set_override();
        let main = Button::new(ButtonKind::Primary, "");
        let more = IconButton::new(Icon::More, tr("card.more"));
        window.end();
        let view = Rc::new(RefCell::new(view));
        let mut card = CardWindow { window, main, more, view };
        card.wire();
        card.show_view();
        let area = place(card.window.h());
        card.window.resize(area.x, area.y, area.w, area.h);
        card.window.show();
        SHOWN.set(Some(card.window.clone()));
        watch(card.window.clone());
        Some(card)
    }

    /// Whether it is about that person.
    #[must_use]
    pub fn is_about(&self, account: AccountId) -> bool {
        self.view.borrow().account == account
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, model: &Model) {
        let Some(view) = view_of(model) else { return };
        if *self.view.borrow() != view {
            *self.view.borrow_mut() = view;
            self.show_view();
            self.window.redraw();
        }
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    fn show_view(&mut self) {
        let view = self.view.borrow().clone();
        let height = height(&view);
        if self.window.h() != height {
            let area = place(height);
            self.window.resize(area.x, area.y, area.w, area.h);
        }
        let (label, enabled) = match view.action {
            Action::Message => ("row.message", true),
            Action::Accept => ("friend.accept", true),
            Action::Waiting => ("friend.waiting", false),
            Action::Add => ("friend.add", true),
        };
        self.main.set_label(tr(label));
        self.main.set_icon((view.action == Action::Message).then_some(Icon::Chat));
        self.main.set_enabled(enabled);
        self.main.set_shown(!view.is_me);
        self.more.set_shown(!view.is_me);
        let y = height - 48;
        self.main.place(Rect::new(PADDING, y, W - 2 * PADDING - 40, 32));
        self.more.place(Rect::new(W - PADDING - 32, y, 32, 32));
    }

    fn wire(&mut self) {
        let view = Rc::clone(&self.view);
        widgets::backdrop(&mut self.window, Colour::Paper, move |canvas, area| {
            paint(canvas, area, &view.borrow());
        });
        self.window.super_handle_first(false);
        self.window.handle(|_, event| {
            match event {
                Event::Enter => stay(),
                Event::Leave => leave(),
                _ => {}
            }
            false
        });
        let view = Rc::clone(&self.view);
        self.main.on_press(move || {
            let (account, action) = (view.borrow().account, view.borrow().action);
            post(Msg::Card(CardMsg::Hide));
            post(match action {
                Action::Message => Msg::Chat(Target::Account(account), ChatMsg::Open),
                Action::Accept => Msg::Contact(ContactMsg::Accept(account, GroupId::FIRST)),
                Action::Add | Action::Waiting => Msg::Add(AddMsg::Ask(account)),
            });
        });
        let (view, button, window) =
            (Rc::clone(&self.view), self.more.clone(), self.window.clone());
        self.more.on_press(move || {
            let place = widgets::on_screen(&button, &window);
            let view = view.borrow();
            menus::open_more_menu(place, view.account, &view.known);
            post(Msg::Card(CardMsg::Hide));
        });
    }
}

/// Beside the face that the pointer is on, where there is room.
fn place(height: i32) -> Rect {
    const GAP: i32 = 8;
    let (face, room) = (AIM.get(), screen::room());
    let left = face.x - GAP - W;
    let x = if left >= room.x { left } else { face.right() + GAP };
    let y = (face.y - 24).min(room.bottom() - height).max(room.y);
    Rect::new(x, y, W, height)
}

fn view_of(model: &Model) -> Option<View> {
    let card = model.card.as_ref()?;
    let account = card.account;
    let remark = model.people.book().remark(account);
    let mut facts = Vec::new();
    let details = card.details.as_ref();
    if let Some(remark) = remark {
        let nickname = model.people.nickname(account);
        facts.push(tr_with("card.remark", &[("remark", remark), ("name", &nickname)]));
    }
    if let Some(details) = details {
        let gender = match details.gender {
            Gender::Unsaid => "",
            Gender::Female => tr("profile.female"),
            Gender::Male => tr("profile.male"),
        };
        let said = [details.class.as_str(), gender, details.birthday.as_str()];
        let said: Vec<&str> = said.into_iter().filter(|words| !words.is_empty()).collect();
        if !said.is_empty() {
            facts.push(said.join("  "));
        }
    }
    let presence = model.people.presence(account);
    if let (Some(seen), Some(Presence::Offline)) = (card.seen, presence) {
        let (now, zone, language) = (model.now.wall_ms, &model.zone, text::language());
        let when = super::app::time::row_label(seen, now, zone, language);
        facts.push(tr_with("card.seen", &[("when", &when)]));
    }
    Some(View {
        account,
        name: model.people.name(account),
        portrait: model.people.portrait(account),
        presence,
        signature: model.people.signature(account).to_owned(),
        facts,
        about: details.map(|details| details.about.clone()).unwrap_or_default(),
        action: model.action(account),
        known: view::known(model, Some(account)),
        is_me: model.my_account() == Some(account),
    })
}

fn about_lines(view: &View) -> Vec<String> {
    match view.about.is_empty() {
        true => Vec::new(),
        false => paragraph::lines(Style::CAPTION, &view.about, W - 2 * PADDING, 3),
    }
}

fn height(view: &View) -> i32 {
    let count = |n: usize| i32::try_from(n).unwrap_or(0);
    let lines = count(view.facts.len()) + count(about_lines(view).len());
    let buttons = if view.is_me { 16 } else { 64 };
    126 + i32::from(!view.signature.is_empty()) * 18 + lines * 18 + buttons
}

fn paint(canvas: &Canvas, area: Rect, view: &View) {
    canvas.card(area, 0, Colour::Paper, Colour::Field, 1);
    let band = Rect::new(1, 1, area.w - 2, BAND);
    canvas.fill(band, Colour::BrandSoft);
    let clip = canvas.clip(band);
    canvas.leaf(area.w - 30, 20, 62, 160, Colour::Leaf);
    drop(clip);
    let (x, y) = (PADDING, 24);
    canvas.circle(Rect::new(x, y, FACE, FACE).inset(-3), Colour::Paper);
    canvas.avatar_with_status(view.portrait, x, y, FACE, view.presence, Colour::Paper);
    let wide = area.w - 2 * PADDING;
    let number = view.account.to_string();
    let number_w = measure::width(Style::CAPTION, &number);
    let name_w = measure::width(Style::HEADING, &view.name).min(wide - number_w - 8);
    let name = Rect::new(x, 98, name_w, 24);
    canvas.text_in(Style::HEADING, Colour::Ink, name, Align::Left, &view.name);
    canvas.text(Style::CAPTION, Colour::Ink2, name.right() + 8, 103, &number);
    let mut y = 124;
    let mut line = |ink: Colour, words: &str| {
        let row = Rect::new(x, y, wide, 16);
        canvas.text_in(Style::CAPTION, ink, row, Align::Left, words);
        y += 18;
    };
    if !view.signature.is_empty() {
        line(Colour::Ink, &view.signature);
    }
    for fact in &view.facts {
        line(Colour::Ink2, fact);
    }
    for words in about_lines(view) {
        line(Colour::Ink2, &words);
    }
}
