//! The window about oneself: one file a page.

mod about;
mod cropper;
mod deleting;
mod devices;
mod face;
mod foot;
mod grid;
mod input;
mod layout;
mod password;
mod written;

use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt};
use fltk::window::DoubleWindow;

use super::app::contacts::Confirm;
use super::app::profile::form::Place;
use super::app::profile::password::PasswordPlace;
use super::app::profile::{Page, Profile, ProfileConfirm, ProfileEffect, ProfileMsg};
use super::app::{Model, Msg};
use super::paint::{Icon, Rect};
use super::screen::Side;
use super::shell::post;
use super::text::{tr, tr_with};
use super::theme::Colour;
use super::widgets::{self, Control, NAV_WIDTH, Question, SideNav, ask};
use about::AboutPage;
use deleting::DeletingWindow;
use devices::DevicesPage;
use face::FacePage;
use password::PasswordPage;

const W: i32 = 640;
const H: i32 = 480;

/// The pages with their icon, their name, and that of the window.
const PAGES: [(Page, Icon, &str, &str); 4] = [
    (Page::About, Icon::User, "profile.about", "profile.window.about"),
    (Page::Face, Icon::Image, "profile.face", "profile.window.face"),
    (Page::Password, Icon::Key, "profile.password", "profile.window.password"),
    (Page::Devices, Icon::Monitor, "profile.devices", "profile.window.devices"),
];

/// The window, while it stands, and its question.
#[derive(Default)]
pub struct ProfileWindows {
    window: Option<ProfileWindow>,
    deleting: Option<DeletingWindow>,
}

impl ProfileWindows {
    /// Makes, changes and closes them until they are what the model says.
    pub fn follow(&mut self, model: &Model, side: Side) {
        match (&model.profile, &mut self.window) {
            (Some(profile), Some(window)) => window.follow(profile, model),
            (Some(profile), place @ None) => {
                *place = Some(ProfileWindow::new(profile, model, side));
            }
            (None, place) => {
                if let Some(window) = place.take() {
                    window.close();
                }
            }
        }
        let deleting = model.profile.as_ref().and_then(|profile| profile.deleting.as_ref());
        match (deleting, &mut self.deleting) {
            (Some(deleting), Some(window)) => window.follow(deleting),
            (Some(deleting), place @ None) => {
                place.insert(DeletingWindow::new(model)).follow(deleting);
            }
            (None, place) => {
                if let Some(window) = place.take() {
                    window.close();
                }
            }
        }
    }

    /// Whether the window stands.
    pub fn is_open(&self) -> bool {
        self.window.is_some()
    }

    /// Does what the model asks of them.
    pub fn carry_out(&mut self, effect: ProfileEffect) {
        let Some(window) = &mut self.window else { return };
        match effect {
            ProfileEffect::Raise => window.window.show(),
            ProfileEffect::Focus(place) => window.about.focus(place),
            ProfileEffect::FocusPassword(place) => window.password.focus(place),
        }
    }

    /// Speaks the language of the moment; the next [`ProfileWindows::follow`] does the rest.
    pub fn reword(&mut self) {
        if let Some(window) = &mut self.window {
            window.reword();
        }
        if let Some(window) = &mut self.deleting {
            window.reword();
        }
    }

    /// Takes them away.
    pub fn close(&mut self) {
        if let Some(window) = self.deleting.take() {
            window.close();
        }
        if let Some(window) = self.window.take() {
            window.close();
        }
    }
}

/// The window.
struct ProfileWindow {
    window: DoubleWindow,
    nav: SideNav,
    about: AboutPage,
    face: FacePage,
    password: PasswordPage,
    devices: DevicesPage,
    page: Page,
}

impl ProfileWindow {
    fn new(profile: &Profile, model: &Model, side: Side) -> ProfileWindow {
        let mut window = widgets::window_at("", side.place((W, H)));
        let mut nav = SideNav::new(&PAGES.map(|(_, icon, key, _)| (icon, tr(key))));
        nav.place(Rect::new(0, 0, NAV_WIDTH, H));
        nav.on_change(|index| {
            if let Some((page, ..)) = PAGES.get(index) {
                post(Msg::Profile(ProfileMsg::Page(*page)));
            }
        });
        let (about, face) = (AboutPage::new(), FacePage::new());
        let (password, devices) = (PasswordPage::new(), DevicesPage::new());
        window.end();
        widgets::backdrop(&mut window, Colour::Paper, |_, _| {});
        window.set_callback(|_| post(Msg::Profile(ProfileMsg::Close)));
        let page = profile.page;
        let mut made = ProfileWindow { window, nav, about, face, password, devices, page };
        made.show_page(page);
        made.follow(profile, model);
        made.window.show();
        made.focus();
        made
    }

    fn follow(&mut self, profile: &Profile, model: &Model) {
        self.about.follow(profile, model);
        self.face.follow(profile, model);
        self.password.follow(profile, model);
        self.devices.follow(profile, model);
        if self.page != profile.page {
            // Whoever walks through the list with the arrows stays in it.
            let walks = self.nav.has_focus();
            self.show_page(profile.page);
            if !walks {
                self.focus();
            }
        }
    }

    fn reword(&mut self) {
        for (index, (_, _, key, _)) in PAGES.iter().enumerate() {
            self.nav.set_label(index, tr(key));
        }
        self.about.reword();
        self.face.reword();
        self.password.reword();
        self.devices.reword();
        self.show_page(self.page);
        self.window.redraw();
    }

    fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    fn show_page(&mut self, page: Page) {
        self.page = page;
        let index = PAGES.iter().position(|(one, ..)| *one == page).unwrap_or(0);
        self.nav.set_active(index);
        self.window.set_label(tr(PAGES[index].3));
        self.about.set_shown(page == Page::About);
        self.face.set_shown(page == Page::Face);
        self.password.set_shown(page == Page::Password);
        self.devices.set_shown(page == Page::Devices);
    }

    /// Gives the keyboard to what one begins with on this page.
    fn focus(&mut self) {
        match self.page {
            Page::About => self.about.focus(Place::Nickname),
            Page::Face => self.face.focus(),
            Page::Password => self.password.focus(PasswordPlace::Old),
            Page::Devices => self.devices.focus(),
        }
    }
}

/// A page, inside the window that is being made.
fn page() -> Group {
    Group::new(NAV_WIDTH, 0, W - NAV_WIDTH, H, None)
}

/// Asks, and tells the model of a yes.
pub fn ask_before(confirm: ProfileConfirm) {
    let (icon, danger, title, text, action, cancel) = match confirm {
        ProfileConfirm::Leave => (
            Icon::Pencil,
            true,
            tr("profile.leave").to_owned(),
            tr("profile.leave.text"),
            tr("profile.leave.go"),
            tr("profile.leave.stay"),
        ),
        ProfileConfirm::SignOutOthers(others) => (
            Icon::Logout,
            true,
            tr_with("dev.sign_out.others", &[("n", &others.to_string())]),
            tr("dev.sign_out.others.text"),
            tr("dev.sign_out.others.go"),
            tr("common.cancel"),
        ),
    };
    let question = Question {
        window: "MyChat".to_owned(),
        icon,
        danger,
        title,
        text: text.to_owned(),
        action: action.to_owned(),
        cancel: cancel.to_owned(),
    };
    ask(question, move |yes| {
        if yes {
            post(Msg::Confirmed(Confirm::Profile(confirm)));
        }
    });
}
