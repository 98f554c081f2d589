//! The window for finding people and rooms, and for requests.

mod asking;
mod cards;
mod knocking;
mod people;
mod requests;
mod rooms;

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::app::add::{Add, AddMsg, Page};
use super::app::{Model, Msg};
use super::card;
use super::paint::{Icon, Rect};
use super::screen::Side;
use super::shell::post;
use super::text::tr;
use super::theme::Colour;
use super::widgets::{self, Control, NAV_WIDTH, SideNav};
pub use asking::AskingWindow;
pub use knocking::KnockWindow;
use people::PeoplePage;
use requests::RequestsPage;
use rooms::RoomsPage;

const W: i32 = 760;
const H: i32 = 480;

const PAGES: [(Page, Icon, &str); 3] = [
    (Page::People, Icon::Search, "friend.people"),
    (Page::Rooms, Icon::Hash, "friend.rooms"),
    (Page::Requests, Icon::Bell, "friend.requests"),
];

/// The window.
pub struct AddWindow {
    window: DoubleWindow,
    nav: SideNav,
    people: PeoplePage,
    rooms: RoomsPage,
    requests: RequestsPage,
    page: Page,
}

impl AddWindow {
    /// Makes and shows it, beside the panel.
    #[must_use]
    pub fn new(add: &Add, model: &Model, side: Side) -> AddWindow {
        let window = widgets::window_at(tr("friend.window"), side.place((W, H)));
        let nav = SideNav::new(&PAGES.map(|(_, icon, key)| (icon, tr(key))));
        let area = Rect::new(NAV_WIDTH, 0, window.w() - NAV_WIDTH, window.h());
        let people = PeoplePage::new(area, add);
        let rooms = RoomsPage::new(area, add);
        let requests = RequestsPage::new(area);
        window.end();
        let mut this = AddWindow { window, nav, people, rooms, requests, page: add.page };
        this.wire();
        this.show_page(add.page);
        this.follow(add, model);
        this.window.show();
        this.focus();
        this
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, add: &Add, model: &Model) {
        if self.page != add.page {
            // Whoever walks through the pages with the arrows stays there.
            let walks = self.nav.has_focus();
            self.show_page(add.page);
            if !walks {
                self.focus();
            }
        }
        let active = PAGES.iter().position(|(page, ..)| *page == add.page);
        self.nav.set_active(active.unwrap_or(0));
        self.nav.set_badge(2, model.open_requests());
        match add.page {
            Page::People => self.people.follow(add, model),
            Page::Rooms => self.rooms.follow(add, model),
            Page::Requests => self.requests.follow(add, model),
        }
    }

    /// Speaks the language of the moment; the next [`AddWindow::follow`] does the rest.
    pub fn reword(&mut self) {
        self.window.set_label(tr("friend.window"));
        for (index, (_, _, key)) in PAGES.iter().enumerate() {
            self.nav.set_label(index, tr(key));
        }
        self.people.reword();
        self.rooms.reword();
        self.requests.reword();
        self.window.redraw();
    }

    /// Brings it to the front.
    pub fn raise(&mut self) {
        self.window.show();
        self.focus();
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    fn show_page(&mut self, page: Page) {
        self.page = page;
        self.people.set_shown(page == Page::People);
        self.rooms.set_shown(page == Page::Rooms);
        self.requests.set_shown(page == Page::Requests);
    }

    /// Gives the page's box the keyboard.
    fn focus(&mut self) {
        match self.page {
            Page::People => self.people.focus(),
            Page::Rooms => self.rooms.focus(),
            Page::Requests => {}
        }
    }

    fn wire(&mut self) {
        widgets::backdrop(&mut self.window, Colour::Paper, |_, _| {});
        self.nav.place(Rect::new(0, 0, NAV_WIDTH, self.window.h()));
        self.nav.on_change(|index| {
            if let Some((page, ..)) = PAGES.get(index) {
                post(Msg::Add(AddMsg::Page(*page)));
            }
        });
        let (mut nav, mut people, mut rooms, mut requests) =
            (self.nav.clone(), self.people.group(), self.rooms.group(), self.requests.group());
        self.window.resize_callback(move |_, _, _, w, h| {
            nav.place(Rect::new(0, 0, NAV_WIDTH, h));
            for group in [&mut people, &mut rooms, &mut requests] {
                group.resize(NAV_WIDTH, 0, w - NAV_WIDTH, h);
            }
        });
        self.window.size_range(600, 380, 0, 0);
        self.window.set_callback(|_| {
            if !card::takes_escape() {
                post(Msg::Add(AddMsg::Close));
            }
        });
    }
}

/// A page: a group whose parts move with its size.
fn page(area: Rect) -> Group {
    Group::new(area.x, area.y, area.w, area.h, None)
}

/// Whether Enter was pressed just now.
fn is_enter() -> bool {
    app::event() == Event::KeyDown && matches!(app::event_key(), Key::Enter | Key::KPEnter)
}
