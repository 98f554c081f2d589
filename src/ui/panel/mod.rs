//! The main panel: oneself, the conversations, who is online.

mod menus;
mod rows;

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use crate::domain::Presence;
use crate::ui::app::link::Strip as State;
use crate::ui::app::panel::{PanelMsg, Row, Tab};
use crate::ui::app::settings::ThemeChoice;
use crate::ui::app::trust::TrustMsg;
use crate::ui::app::{Model, Msg};
use crate::ui::area::{Pressable, Touched};
use crate::ui::paint::{Align, Canvas, Icon, Rect, text as measure};
use crate::ui::screen;
use crate::ui::shell::post;
use crate::ui::text::{self, tr, tr_with};
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::{
    self, Control, Field, FieldKind, IconButton, ScrollList, Strip, StripKind, TabKind, Tabs,
    paint_empty,
};

const W: i32 = 300;
const H: i32 = 680;
const W_MIN: i32 = 280;
const W_MAX: i32 = 420;
const H_MIN: i32 = 480;
const HEAD: i32 = 96;
const FOOT: i32 = 56;
/// Left edge of the words in the header.
const WORDS: i32 = 86;

/// The main panel.
pub struct PanelWindow {
    window: DoubleWindow,
    status: Pressable,
    number: Pressable,
    strip: Strip,
    search: Field,
    tabs: Tabs,
    list: ScrollList,
    settings: IconButton,
    view: Rc<RefCell<View>>,
    rows: Rc<RefCell<Vec<Row>>>,
}

/// What is painted behind the controls, and what the menus need.
#[derive(Clone, Default, PartialEq)]
struct View {
    name: String,
    number: String,
    line: String,
    avatar: u8,
    presence: Option<Presence>,
    online: bool,
    server: String,
    people: usize,
    strip: Option<State>,
    why: String,
    empty: Option<Empty>,
    unread: u64,
    theme: ThemeChoice,
}

#[derive(Clone, Copy, PartialEq)]
enum Empty {
    Online,
    Found,
}

impl PanelWindow {
    /// Makes and shows it.
    #[must_use]
    pub fn new(model: &Model) -> PanelWindow {
        let window = widgets::window(tr("panel.window"), W, H);
        let view = Rc::new(RefCell::new(View::default()));
        let rows = Rc::new(RefCell::new(Vec::new()));
        let status = status_words(&view);
        let number = number_words(&view);
        let strip = Strip::new();
        let search = Field::new(FieldKind::Search, tr("panel.search")).style(Style::BODY);
        let tabs = Tabs::new(TabKind::Even, &[tr("tab.chats"), tr("tab.online")]);
        let painted = Rc::clone(&rows);
        let list = ScrollList::new(Colour::Paper, move |canvas, look| {
            if let Some(row) = painted.borrow().get(look.index) {
                rows::paint(canvas, look, row);
            }
        });
        let settings = IconButton::new(Icon::Settings, tr("panel.settings.tip"))
            .caption(tr("bottom.settings"));
        window.end();
        let mut panel =
            PanelWindow { window, status, number, strip, search, tabs, list, settings, view, rows };
        panel.wire_parts();
        panel.wire_window();
        panel.follow(model);
        panel.put(beside_the_rest());
        panel.window.size_range(W_MIN, H_MIN.min(panel.window.h()), W_MAX, 0);
        let whole = panel.window.clone();
        panel.window.resizable(&whole);
        panel.window.show();
        panel.list.focus();
        panel
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    /// Where it stands, for the next one.
    #[must_use]
    pub fn area(&self) -> Rect {
        Rect::new(self.window.x(), self.window.y(), self.window.w(), self.window.h())
    }

    /// Puts it where another one stood.
    pub fn put(&mut self, area: Rect) {
        self.window.resize(area.x, area.y, area.w, area.h);
    }

    /// Speaks the language of the moment; the next [`PanelWindow::follow`] does the rest.
    pub fn reword(&mut self) {
        self.status.set_tip(tr("status.change"));
        self.number.set_tip(tr("reg.number.copy"));
        self.search.set_placeholder(tr("panel.search"));
        self.tabs.set_label(0, tr("tab.chats"));
        self.tabs.set_label(1, tr("tab.online"));
        self.settings.set_tip(tr("panel.settings.tip"));
        self.settings.set_caption(tr("bottom.settings"));
        // Words are as wide as they are in their language.
        *self.view.borrow_mut() = View::default();
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, model: &Model) {
        let new = view_of(model);
        let old = self.view.borrow().clone();
        if old != new {
            self.show_view(&new);
            *self.view.borrow_mut() = new;
            lay_out(&mut self.parts());
            self.window.redraw();
        }
        self.tabs.set_active(usize::from(model.panel.tab == Tab::Online));
        if self.search.value() != model.panel.search {
            self.search.set_value(&model.panel.search);
        }
        let rows = model.panel_rows(text::language());
        let selected = rows
            .iter()
            .position(|row| row.target().is_some() && row.target() == model.panel.selected);
        if *self.rows.borrow() != rows {
            let heights: Vec<i32> = rows.iter().map(rows::height).collect();
            *self.rows.borrow_mut() = rows;
            self.list.set_rows(heights);
        }
        if self.list.selected() != selected {
            self.list.set_selected(selected);
        }
    }

    fn show_view(&mut self, new: &View) {
        let title = match new.unread {
            0 => tr("panel.window").to_owned(),
            n => tr_with("panel.window.unread", &[("n", &n.to_string())]),
        };
        if self.window.label() != title {
            self.window.set_label(&title);
        }
        self.tabs.set_badge(0, new.unread);
        self.list.set_shown(new.empty.is_none());
        let Some(strip) = new.strip else {
            self.strip.set_shown(false);
            return;
        };
        let lost = |words: &str| (StripKind::Warning, Icon::Offline, words.to_owned(), "net.now");
        let (kind, icon, words, action) = match strip {
            State::None => lost(""),
            State::Lost(seconds) => lost(&lost_words(self.window.w(), seconds)),
            State::Retrying => lost(tr("net.lost.now")),
            State::Stopped => lost(&new.why),
            State::Back => (StripKind::Good, Icon::Check, tr("net.back").to_owned(), ""),
            State::Key => (StripKind::Bad, Icon::Warn, tr("net.key").to_owned(), "net.key.see"),
        };
        let action = if action.is_empty() { "" } else { tr(action) };
        self.strip.set(kind, icon, &words, action);
        self.strip.set_shown(true);
    }

    fn parts(&self) -> Parts {
        Parts {
            area: Rect::new(0, 0, self.window.w(), self.window.h()),
            status: self.status.clone(),
            number: self.number.clone(),
            strip: self.strip.clone(),
            search: self.search.clone(),
            tabs: self.tabs.clone(),
            list: self.list.clone(),
            settings: self.settings.clone(),
            view: Rc::clone(&self.view),
        }
    }

    fn wire_parts(&mut self) {
        let view = Rc::clone(&self.view);
        self.strip.on_press(move || {
            post(match view.borrow().strip {
                Some(State::Key) => Msg::Trust(TrustMsg::Again),
                _ => Msg::Panel(PanelMsg::ReconnectNow),
            });
        });
        self.number.on_press(|| post(Msg::Panel(PanelMsg::CopyNumber)));
        let search = self.search.clone();
        self.search.on_change(move || post(Msg::Panel(PanelMsg::Search(search.value()))));
        let rows = Rc::clone(&self.rows);
        let target = move |index: usize| rows.borrow().get(index).and_then(Row::target);
        let first = target.clone();
        self.search.on_enter(move || {
            let hit = (0..2).find_map(&first);
            if let Some(target) = hit {
                post(Msg::Panel(PanelMsg::Open(target)));
            }
        });
        self.tabs.on_change(|index| {
            let tab = if index == 0 { Tab::Chats } else { Tab::Online };
            post(Msg::Panel(PanelMsg::Tab(tab)));
        });
        let chosen = target.clone();
        self.list.on_select(move |index| {
            if let Some(target) = chosen(index) {
                post(Msg::Panel(PanelMsg::Select(target)));
            }
        });
        let opened = target.clone();
        self.list.on_open(move |index| {
            if let Some(target) = opened(index) {
                post(Msg::Panel(PanelMsg::Open(target)));
            }
        });
        self.list.on_menu(move |index| {
            if let Some(target) = target(index) {
                menus::open_row_menu(target);
            }
        });
        let (window, button, view) =
            (self.window.clone(), self.settings.clone(), Rc::clone(&self.view));
        self.settings.on_press(move || {
            menus::open_settings(widgets::on_screen(&button, &window), view.borrow().theme);
        });
    }

    fn wire_window(&mut self) {
        let view = Rc::clone(&self.view);
        widgets::backdrop(&mut self.window, Colour::Paper, move |canvas, area| {
            paint_behind(canvas, area, &view.borrow());
        });
        let parts = RefCell::new(self.parts());
        self.window.resize_callback(move |_, _, _, w, h| {
            let mut parts = parts.borrow_mut();
            parts.area = Rect::new(0, 0, w, h);
            lay_out(&mut parts);
        });
        self.window.set_callback(|_| {
            // Esc is for leaving the search; only the cross ends the program.
            match app::event() == Event::Shortcut && app::event_key() == Key::Escape {
                true => post(Msg::Panel(PanelMsg::Search(String::new()))),
                false => post(Msg::Panel(PanelMsg::Quit)),
            }
        });
        let (mut search, view, button) =
            (self.search.clone(), Rc::clone(&self.view), self.settings.clone());
        self.window.handle(move |window, event| {
            let is_key = matches!(event, Event::KeyDown | Event::Shortcut);
            if !is_key || !app::is_event_ctrl() {
                return false;
            }
            match app::event_key().to_char() {
                Some('1') => post(Msg::Panel(PanelMsg::Tab(Tab::Chats))),
                Some('2') => post(Msg::Panel(PanelMsg::Tab(Tab::Online))),
                Some('f') => {
                    search.focus();
                    search.select_all();
                }
                Some(',') => {
                    menus::open_settings(widgets::on_screen(&button, window), view.borrow().theme);
                }
                _ => return false,
            }
            true
        });
    }
}

/// At the right edge of the screen, where chats in its middle leave it free.
fn beside_the_rest() -> Rect {
    /// A bit of air.
    const MARGIN: i32 = 36;
    let room = screen::room();
    let height = H.min(room.h - MARGIN).max(H_MIN);
    screen::fit(Rect { x: room.right() - W - MARGIN, ..room.middle(W, height) }, room)
}

/// What moves when the window is resized.
struct Parts {
    area: Rect,
    status: Pressable,
    number: Pressable,
    strip: Strip,
    search: Field,
    tabs: Tabs,
    list: ScrollList,
    settings: IconButton,
    view: Rc<RefCell<View>>,
}

fn lay_out(parts: &mut Parts) {
    let area = parts.area;
    let view = parts.view.borrow();
    let name = name_width(area.w, &view);
    let words = status_width(&view);
    parts.status.place(Rect::new(WORDS + name + 6, 17, words, 24));
    parts.number.place(Rect::new(WORDS - 2, 41, number_width(&view), 16));
    let mut y = HEAD;
    if view.strip.is_some() {
        parts.strip.place(Rect::new(0, y, area.w, metric::STRIP));
        y += metric::STRIP;
    }
    parts.search.place(Rect::new(12, y + 10, area.w - 24, 32));
    parts.tabs.place(Rect::new(0, y + 44, area.w, 42));
    let top = y + 88;
    parts.list.place(Rect::new(0, top, area.w, area.h - FOOT - 1 - top));
    parts.settings.place(Rect::new(area.w - 76, area.h - FOOT + 4, 64, FOOT - 8));
}

fn view_of(model: &Model) -> View {
    let server = model.link.server.as_ref().map(|server| server.name.clone()).unwrap_or_default();
    let strip = model.link.strip(model.now);
    let rows = model.panel_rows(text::language());
    let empty = match (rows.is_empty(), model.panel.search.trim().is_empty()) {
        (false, _) => None,
        (true, true) => Some(Empty::Online),
        (true, false) => Some(Empty::Found),
    };
    let mut view = View {
        presence: model.me.as_ref().map(|me| me.presence),
        online: model.link.is_up(),
        server,
        people: model.people.online(model.my_account()).len(),
        strip: (strip != State::None).then_some(strip),
        why: model
            .link
            .why
            .as_ref()
            .map(|why| text::failure(text::language(), why))
            .unwrap_or_default(),
        empty,
        unread: model.chats.unread(model.my_account()),
        theme: model.settings.theme,
        ..View::default()
    };
    if let Some(me) = &model.me {
        view.name.clone_from(&me.person.nickname);
        view.number = me.person.account.to_string();
        view.line.clone_from(&me.person.signature);
        view.avatar = me.person.avatar;
    }
    view
}

/// The countdown, in fewer words where the window is narrow.
fn lost_words(width: i32, seconds: u64) -> String {
    let seconds = seconds.to_string();
    let room = width - 72 - measure::width(Style::CAPTION.bold(), tr("net.now"));
    let words = tr_with("net.lost", &[("n", &seconds)]);
    match measure::width(Style::CAPTION, &words) <= room {
        true => words,
        false => tr_with("net.lost.short", &[("n", &seconds)]),
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

fn paint_behind(canvas: &Canvas, area: Rect, view: &View) {
    let head = Rect::new(0, 0, area.w, HEAD);
    canvas.fill(head, Colour::BrandSoft);
    let clip = canvas.clip(head);
    canvas.leaf(area.w - 22, 32, 56, 160, Colour::Leaf);
    canvas.leaf(area.w - 10, 88, 48, -30, Colour::Leaf);
    drop(clip);
    canvas.avatar(view.avatar, 16, 20, 56, false);
    let mark = match (view.online, view.presence) {
        (true, Some(presence)) => presence,
        _ => Presence::Invisible,
    };
    canvas.status_mark(mark, 16, 20, 56, Colour::BrandSoft);
    let name = Rect::new(WORDS, 17, name_width(area.w, view), 24);
    canvas.text_in(Style::HEADING, Colour::Ink, name, Align::Left, &view.name);
    let line = Rect::new(WORDS, 60, area.w - WORDS - 12, 16);
    let words = if view.line.is_empty() { &view.server } else { &view.line };
    canvas.text_in(Style::CAPTION, Colour::Ink2, line, Align::Left, words);
    let foot = area.h - FOOT;
    canvas.line_across(0, foot - 1, area.w, Colour::Line);
    paint_foot(canvas, Rect::new(16, foot, area.w - 100, FOOT), view);
    if let Some(empty) = view.empty {
        let top = HEAD + 90;
        let area = Rect::new(0, top, area.w, foot - top);
        let (icon, title, hint) = match empty {
            Empty::Online => (Icon::Users, "panel.online.none", "panel.online.none.hint"),
            Empty::Found => (Icon::Search, "panel.find.none", "panel.find.none.hint"),
        };
        let _no_button = paint_empty(canvas, area, icon, tr(title), tr(hint), false);
    }
}

/// Where one is: the server, and how many others are there.
fn paint_foot(canvas: &Canvas, area: Rect, view: &View) {
    let middle = area.y + area.h / 2;
    canvas.icon_on(Icon::Server, area.x, middle - 9, 18, Colour::Ink2, Colour::Paper);
    let words = |y| Rect::new(area.x + 26, y, area.w - 26, 16);
    canvas.text_in(Style::CAPTION, Colour::Ink, words(middle - 16), Align::Left, &view.server);
    let people = match view.online {
        true => tr_with("panel.others", &[("n", &view.people.to_string())]),
        false => tr("status.disconnected").to_owned(),
    };
    canvas.text_in(Style::MICRO, Colour::Ink3, words(middle), Align::Left, &people);
}
