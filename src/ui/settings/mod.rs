//! The settings window: choices of this computer, and what others may do. Kept at once.

mod appearance;
mod cards;
mod filing;
mod general;
mod language;
mod notifying;
mod privacy;
mod sheet;

use std::cell::RefCell;
use std::rc::Rc;

use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt};
use fltk::window::DoubleWindow;

use super::app::preferences::{Page, Preferences, PreferencesMsg};
use super::app::settings::SettingMsg;
use super::app::{Model, Msg};
use super::paint::{Canvas, Icon, Rect};
use super::screen::Side;
use super::shell::post;
use super::text::{tr, tr_with};
use super::theme::Colour;
use super::widgets::{self, Control, NAV_WIDTH, SideNav};
use sheet::Sheet;

const W: i32 = 640;
const H: i32 = 480;

const PAGES: [(Page, Icon, &str); 6] = [
    (Page::General, Icon::Sliders, "set.general"),
    (Page::Notifications, Icon::Bell, "set.notifications"),
    (Page::Appearance, Icon::Palette, "set.appearance"),
    (Page::Files, Icon::Folder, "set.files"),
    (Page::Privacy, Icon::ShieldLine, "set.privacy"),
    (Page::Language, Icon::Language, "set.language"),
];

/// The window.
pub struct SettingsWindow {
    window: DoubleWindow,
    nav: SideNav,
    /// In the order of [`PAGES`].
    leaves: [Box<dyn Leaf>; PAGES.len()],
    page: Page,
}

/// A page of it.
trait Leaf {
    /// The group that holds it.
    fn group(&self) -> Group;
    /// Places everything, in the words of the moment.
    fn lay_out(&mut self);
    /// Brings it up to the model.
    fn follow(&mut self, model: &Model);
}

impl SettingsWindow {
    /// Makes and shows it, beside the panel.
    #[must_use]
    pub fn new(preferences: &Preferences, model: &Model, side: Side) -> SettingsWindow {
        let place = side.place((W, H));
        let mut window = widgets::window_at(tr("set.window"), place);
        let mut nav = SideNav::new(&PAGES.map(|(_, icon, key)| (icon, tr(key))));
        nav.place(Rect::new(0, 0, NAV_WIDTH, window.h()));
        nav.on_change(|index| {
            if let Some((page, ..)) = PAGES.get(index) {
                post(Msg::Preferences(PreferencesMsg::Page(*page)));
            }
        });
        let area = Rect::new(NAV_WIDTH, 0, window.w() - NAV_WIDTH, window.h());
        let leaves: [Box<dyn Leaf>; PAGES.len()] = [
            Box::new(general::GeneralPage::new(area)),
            Box::new(notifying::NotifyingPage::new(area)),
            Box::new(appearance::AppearancePage::new(area)),
            Box::new(filing::FilesPage::new(area)),
            Box::new(privacy::PrivacyPage::new(area)),
            Box::new(language::LanguagePage::new(area)),
        ];
        window.end();
        widgets::backdrop(&mut window, Colour::Paper, |_, _| {});
        window.set_callback(|_| post(Msg::Preferences(PreferencesMsg::Close)));
        let mut this = SettingsWindow { window, nav, leaves, page: preferences.page };
        this.reword();
        this.show_page(preferences.page);
        this.follow(preferences, model);
        this.window.show();
        this.nav.focus();
        this
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, preferences: &Preferences, model: &Model) {
        if self.page != preferences.page {
            self.show_page(preferences.page);
        }
        for ((page, ..), leaf) in PAGES.iter().zip(&mut self.leaves) {
            if *page == self.page {
                leaf.follow(model);
            }
        }
    }

    /// Speaks the language of the moment; the next [`SettingsWindow::follow`] does the rest.
    pub fn reword(&mut self) {
        self.window.set_label(tr("set.window"));
        for (index, (_, _, key)) in PAGES.iter().enumerate() {
            self.nav.set_label(index, tr(key));
        }
        self.nav.set_foot(&tr_with("set.version", &[("n", env!("CARGO_PKG_VERSION"))]));
        for leaf in &mut self.leaves {
            leaf.lay_out();
        }
        self.window.redraw();
    }

    /// Brings it to the front.
    pub fn raise(&mut self) {
        self.window.show();
        self.nav.focus();
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    fn show_page(&mut self, page: Page) {
        self.page = page;
        for ((other, ..), leaf) in PAGES.iter().zip(&self.leaves) {
            let mut group = leaf.group();
            if *other == page { group.show() } else { group.hide() }
        }
        let active = PAGES.iter().position(|(other, ..)| *other == page);
        self.nav.set_active(active.unwrap_or(0));
    }
}

/// The group of a page, open for its controls, with a sheet that is painted behind them, and what
/// else the page paints.
fn leaf(area: Rect, mut paint: impl FnMut(&Canvas) + 'static) -> (Group, Rc<RefCell<Sheet>>) {
    let mut group = Group::new(area.x, area.y, area.w, area.h, None);
    let sheet: Rc<RefCell<Sheet>> = Rc::default();
    let painted = Rc::clone(&sheet);
    widgets::backdrop(&mut group, Colour::Paper, move |canvas, _| {
        painted.borrow().paint(canvas);
        paint(canvas);
    });
    (group, sheet)
}

/// Keeps a choice of this computer.
fn set(msg: SettingMsg) {
    post(Msg::Setting(msg));
}
