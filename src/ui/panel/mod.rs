//! The main panel: oneself, the conversations, the friends.

mod head;
mod hover;
pub mod menus;
mod rows;
mod strangers;
pub mod view;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use crate::domain::{AccountId, Target};
use crate::ui::app::add::{AddMsg, Page};
use crate::ui::app::contacts::ContactMsg;
use crate::ui::app::create_room::CreateRoomMsg;
use crate::ui::app::files::FilesMsg;
use crate::ui::app::files::list::ListMsg;
use crate::ui::app::history::HistoryMsg;
use crate::ui::app::link::Strip as State;
use crate::ui::app::panel::{PanelMsg, Tab};
use crate::ui::app::play::PlayMsg;
use crate::ui::app::play::lobby::LobbyMsg;
use crate::ui::app::preferences::PreferencesMsg;
use crate::ui::app::rows::{Pick, Row};
use crate::ui::app::trust::TrustMsg;
use crate::ui::app::{Model, Msg};
use crate::ui::paint::{Canvas, Icon, Rect, text as measure};
use crate::ui::shell::post;
use crate::ui::text::{self, tr, tr_with};
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::{
    self, Control, Field, FieldKind, IconButton, ScrollList, Side, Strip, StripKind, TabKind, Tabs,
    paint_empty,
};
use crate::ui::{attention, screen};
use head::{HEAD, Head};
use menus::{Known, Stands};
pub use rows::rank_mark;
use view::View;

const W: i32 = 300;
const H: i32 = 680;
const W_MIN: i32 = 280;
const W_MAX: i32 = 420;
const H_MIN: i32 = 480;
const FOOT: i32 = 56;
/// In the order in which they stand.
const TABS: [Tab; 3] = [Tab::Chats, Tab::Contacts, Tab::Rooms];

/// The main panel.
pub struct PanelWindow {
    window: DoubleWindow,
    head: Head,
    strip: Strip,
    search: Field,
    tabs: Tabs,
    list: ScrollList,
    add: IconButton,
    files: IconButton,
    games: IconButton,
    settings: IconButton,
    view: Rc<RefCell<View>>,
    rows: Rc<RefCell<Vec<Row>>>,
    /// What the menus of the rows need to know, by whom they are about.
    known: Rc<RefCell<BTreeMap<Option<AccountId>, Known>>>,
    /// The version of the people that it was last drawn from.
    people: u64,
}

impl PanelWindow {
    /// Makes and shows it.
    #[must_use]
    pub fn new(model: &Model) -> PanelWindow {
        let window = widgets::window(tr("panel.window"), W, H);
        let view = Rc::new(RefCell::new(View::default()));
        let rows: Rc<RefCell<Vec<Row>>> = Rc::default();
        let head = Head::new(&view);
        let strip = Strip::new();
        let emptied = || post(Msg::Panel(PanelMsg::Search(String::new())));
        let search = Field::new(FieldKind::Search, tr("panel.search"))
            .style(Style::BODY)
            .clearable(tr("field.clear"), emptied);
        let tabs =
            Tabs::new(TabKind::Even, &[tr("tab.chats"), tr("tab.contacts"), tr("tab.rooms")]);
        let painted = Rc::clone(&rows);
        let list = ScrollList::new(Colour::Paper, move |canvas, look| {
            if let Some(row) = painted.borrow().get(look.index) {
                rows::paint(canvas, look, row);
            }
        });
        let add = IconButton::new(Icon::UserPlus, tr("panel.add.tip")).caption(tr("bottom.add"));
        let files =
            IconButton::new(Icon::Folder, tr("panel.files.tip")).caption(tr("bottom.files"));
        let games = IconButton::new(Icon::Game, tr("game.lobby.tip")).caption(tr("bottom.games"));
        let settings = IconButton::new(Icon::Settings, tr("panel.settings.tip"))
            .caption(tr("bottom.settings"));
        window.end();
        let known = Rc::default();
        let people = u64::MAX;
        let mut panel = PanelWindow {
            window,
            head,
            strip,
            search,
            tabs,
            list,
            add,
            files,
            games,
            settings,
            view,
            rows,
            known,
            people,
        };
        panel.wire_parts();
        panel.wire_list();
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

    /// Brings it to the front.
    pub fn raise(&mut self) {
        self.window.show();
    }

    /// Marks it on the task bar.
    pub fn mark(&self) {
        attention::mark(&self.window);
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
        self.head.reword();
        self.search.set_placeholder(tr("panel.search"));
        self.search.set_tip(tr("field.clear"));
        self.tabs.set_label(0, tr("tab.chats"));
        self.tabs.set_label(1, tr("tab.contacts"));
        self.tabs.set_label(2, tr("tab.rooms"));
        self.add.set_tip(tr("panel.add.tip"));
        self.add.set_caption(tr("bottom.add"));
        self.files.set_tip(tr("panel.files.tip"));
        self.files.set_caption(tr("bottom.files"));
        self.games.set_tip(tr("game.lobby.tip"));
        self.games.set_caption(tr("bottom.games"));
        self.settings.set_tip(tr("panel.settings.tip"));
        self.settings.set_caption(tr("bottom.settings"));
        // Words are as wide as they are in their language.
        *self.view.borrow_mut() = View::default();
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, model: &Model) {
        let rows = model.panel_rows(text::language());
        let new = View::of(model, rows.is_empty());
        let compact = new.compact;
        let old = self.view.borrow().clone();
        if old != new {
            self.show_view(&new);
            *self.view.borrow_mut() = new;
            lay_out(&mut self.parts());
            self.window.redraw();
        }
        let active = TABS.iter().position(|tab| *tab == model.panel.tab);
        self.tabs.set_active(active.unwrap_or(0));
        if self.search.value() != model.panel.search {
            self.search.set_value(&model.panel.search);
        }
        if self.people != model.people.version {
            self.people = model.people.version;
            self.know(model, &rows);
        }
        let selected =
            rows.iter().position(|row| row.pick().is_some() && row.pick() == model.panel.selected);
        if *self.rows.borrow() != rows || old.compact != compact {
            let heights: Vec<i32> = rows.iter().map(|row| rows::height(row, compact)).collect();
            self.know(model, &rows);
            *self.rows.borrow_mut() = rows;
            self.list.set_rows(heights);
        }
        if self.list.selected() != selected {
            self.list.set_selected(selected);
        }
    }

    fn know(&self, model: &Model, rows: &[Row]) {
        let whom = rows.iter().filter_map(|row| match row.target()? {
            Target::Account(account) => Some(Some(account)),
            Target::Lobby | Target::Room(_) => None,
        });
        let known = whom.chain([None]).map(|whom| (whom, view::known(model, whom)));
        *self.known.borrow_mut() = known.collect();
    }

    fn show_view(&mut self, new: &View) {
        let title = match new.unread {
            0 => tr("panel.window").to_owned(),
            n => tr_with("panel.window.unread", &[("n", &n.to_string())]),
        };
        if self.window.label() != title {
            self.window.set_label(&title);
        }
        self.head.follow(new);
        self.tabs.set_badge(0, new.unread);
        self.tabs.set_badge(1, new.requests);
        self.tabs.set_badge(2, new.invitations);
        self.add.set_dot(new.requests + new.invitations > 0);
        self.games.set_dot(new.games);
        self.list.set_shown(!new.found_nothing);
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
            head: self.head.clone(),
            strip: self.strip.clone(),
            search: self.search.clone(),
            tabs: self.tabs.clone(),
            list: self.list.clone(),
            add: self.add.clone(),
            files: self.files.clone(),
            games: self.games.clone(),
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
        let search = self.search.clone();
        self.search.on_change(move || post(Msg::Panel(PanelMsg::Search(search.value()))));
        let rows = Rc::clone(&self.rows);
        self.search.on_enter(move || {
            let hit = rows.borrow().iter().find_map(|row| Some(Pick::Chat(row.target()?)));
            if let Some(pick) = hit {
                post(Msg::Panel(PanelMsg::Open(pick)));
            }
        });
        self.search.on_escape(|| post(Msg::Panel(PanelMsg::Search(String::new()))));
        self.tabs.on_change(|index| {
            if let Some(tab) = TABS.get(index) {
                post(Msg::Panel(PanelMsg::Tab(*tab)));
            }
        });
        self.add.on_press(|| post(Msg::Add(AddMsg::Open(Page::People))));
        self.files.on_press(|| post(Msg::Files(FilesMsg::List(ListMsg::Open))));
        self.games.on_press(|| post(Msg::Play(PlayMsg::Lobby(LobbyMsg::Open))));
        self.settings.on_press(|| post(Msg::Preferences(PreferencesMsg::Open)));
    }

    fn wire_list(&mut self) {
        let rows = Rc::clone(&self.rows);
        let pick = move |index: usize| rows.borrow().get(index).and_then(Row::pick);
        let chosen = pick.clone();
        self.list.on_select(move |index| {
            if let Some(pick) = chosen(index) {
                post(Msg::Panel(PanelMsg::Select(pick)));
            }
        });
        let rows = Rc::clone(&self.rows);
        let is_stranger =
            move |index: usize| matches!(rows.borrow().get(index), Some(Row::Stranger(_)));
        let (clicked, list) = (pick.clone(), self.list.clone());
        self.list.on_click(move |index| match clicked(index) {
            Some(Pick::Group(_) | Pick::Rooms(_)) => post(Msg::Panel(PanelMsg::Fold(None))),
            Some(Pick::Doors) => {
                let [create, _] = rows::doors(list.area());
                post(match app::event_x() < create.right() + 4 {
                    true => Msg::CreateRoom(CreateRoomMsg::Open),
                    false => Msg::Add(AddMsg::OpenRooms),
                });
            }
            Some(Pick::Chat(Target::Account(account))) if is_stranger(index) => {
                if let Some(msg) = strangers::pressed(list.area(), app::event_x(), account) {
                    post(msg);
                }
            }
            Some(
                way @ (Pick::NewFriends
                | Pick::Online
                | Pick::Messages
                | Pick::Strangers
                | Pick::Back),
            ) => {
                post(Msg::Panel(PanelMsg::Open(way)));
            }
            _ => {}
        });
        let opened = pick.clone();
        self.list.on_open(move |index| {
            let by_key = app::event() == Event::KeyDown;
            if let Some(pick) = opened(index)
                && (by_key || matches!(pick, Pick::Chat(_) | Pick::Friend(_) | Pick::Message(_)))
            {
                post(Msg::Panel(PanelMsg::Open(pick)));
            }
        });
        self.list.on_side(|side| {
            post(Msg::Panel(PanelMsg::Fold(Some(side == Side::Left))));
        });
        self.wire_menus();
        self.wire_drop();
        hover::wire(&mut self.list, &self.window, &self.rows);
    }

    /// What can be done with a row.
    fn wire_menus(&mut self) {
        let (known, rows) = (Rc::clone(&self.known), Rc::clone(&self.rows));
        self.list.on_menu(move |index| {
            let of = |whom| known.borrow().get(&whom).cloned().unwrap_or_default();
            let row = rows.borrow().get(index).cloned();
            match row.as_ref().and_then(Row::pick) {
                Some(Pick::Chat(target)) => {
                    let whom = match target {
                        Target::Account(account) => Some(account),
                        Target::Lobby | Target::Room(_) => None,
                    };
                    if let (Some(account), Some(Row::Stranger(_))) = (whom, &row) {
                        return menus::open_stranger_menu(account);
                    }
                    if let Some(stands) = row.as_ref().and_then(Stands::of) {
                        menus::open_chat_menu(target, &of(whom), stands);
                    }
                }
                Some(Pick::Friend(account)) => menus::open_friend_menu(account, &of(Some(account))),
                Some(Pick::Group(group)) => menus::open_group_menu(group, &of(None)),
                _ => {}
            }
        });
    }

    /// Friends are carried into groups, groups before others.
    fn wire_drop(&mut self) {
        let rows = Rc::clone(&self.rows);
        let pick = move |index: usize| rows.borrow().get(index).and_then(Row::pick);
        let carried = pick.clone();
        let may = move |index| matches!(carried(index), Some(Pick::Friend(_) | Pick::Group(_)));
        let known = Rc::clone(&self.known);
        self.list.on_drop(may, move |from, to| {
            let group_of = |pick: Option<Pick>| match pick? {
                Pick::Group(group) => Some(group),
                Pick::Friend(account) => known.borrow().get(&Some(account))?.friend,
                _ => None,
            };
            let onto = to.map(&pick);
            match (pick(from), onto.map(group_of)) {
                (Some(Pick::Friend(account)), Some(Some(group))) => {
                    post(Msg::Contact(ContactMsg::Move(account, group)));
                }
                (Some(Pick::Group(group)), Some(Some(before))) => {
                    post(Msg::Contact(ContactMsg::PutGroup(group, Some(before))));
                }
                (Some(Pick::Group(group)), None) => {
                    post(Msg::Contact(ContactMsg::PutGroup(group, None)));
                }
                _ => {}
            }
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
        let mut search = self.search.clone();
        let (list, rows) = (self.list.clone(), Rc::clone(&self.rows));
        self.window.handle(move |_, event| {
            let is_key = matches!(event, Event::KeyDown | Event::Shortcut);
            if !is_key || !app::is_event_ctrl() {
                return false;
            }
            match app::event_key().to_char() {
                Some('1') => post(Msg::Panel(PanelMsg::Tab(Tab::Chats))),
                Some('2') => post(Msg::Panel(PanelMsg::Tab(Tab::Contacts))),
                Some('3') => post(Msg::Panel(PanelMsg::Tab(Tab::Rooms))),
                Some('f') => {
                    search.focus();
                    search.select_all();
                }
                Some('h') => {
                    let rows = rows.borrow();
                    let chosen = list.selected().and_then(|index| rows.get(index));
                    post(Msg::History(HistoryMsg::Open(chosen.and_then(Row::target))));
                }
                Some(',') => post(Msg::Preferences(PreferencesMsg::Open)),
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
    head: Head,
    strip: Strip,
    search: Field,
    tabs: Tabs,
    list: ScrollList,
    add: IconButton,
    files: IconButton,
    games: IconButton,
    settings: IconButton,
    view: Rc<RefCell<View>>,
}

fn lay_out(parts: &mut Parts) {
    let area = parts.area;
    let view = parts.view.borrow();
    parts.head.place(area.w, &view);
    let mut y = HEAD;
    if view.strip.is_some() {
        parts.strip.place(Rect::new(0, y, area.w, metric::STRIP));
        y += metric::STRIP;
    }
    parts.search.place(Rect::new(12, y + 10, area.w - 24, 32));
    parts.tabs.place(Rect::new(0, y + 44, area.w, 42));
    let top = y + 88;
    parts.list.place(Rect::new(0, top, area.w, area.h - FOOT - 1 - top));
    let foot = area.h - FOOT + 4;
    let Parts { add, files, games, settings, .. } = parts;
    for (at, button) in (0..).zip([add, files, games, settings]) {
        button.place(Rect::new(area.w * (2 * at + 1) / 8 - 32, foot, 64, FOOT - 8));
    }
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

fn paint_behind(canvas: &Canvas, area: Rect, view: &View) {
    head::paint(canvas, area.w, view);
    let foot = area.h - FOOT;
    canvas.line_across(0, foot - 1, area.w, Colour::Line);
    if view.found_nothing {
        let top = HEAD + 90;
        let area = Rect::new(0, top, area.w, foot - top);
        let (title, hint) = (tr("panel.find.none"), tr("panel.find.none.hint"));
        let _no_button = paint_empty(canvas, area, Icon::Search, title, hint, false);
    }
}
