//! The menus of the login window: saved accounts, servers met before, languages.

use fltk::prelude::WindowExt;
use fltk::window::DoubleWindow;

use super::{ACCOUNT, HOST};
use crate::client::api::{SavedAccount, SavedServer};
use crate::ui::app::Msg;
use crate::ui::app::login::LoginMsg;
use crate::ui::app::settings::SettingMsg;
use crate::ui::paint::{Icon, Rect};
use crate::ui::shell::post;
use crate::ui::text::{self, Language, LanguageChoice};
use crate::ui::widgets::{MenuItem, MenuPick, MenuPlace, open_menu, open_menu_with_crosses};

/// What was met before, as the menus show it.
#[derive(Default)]
pub struct Met {
    /// The accounts that signed in here.
    pub accounts: Vec<SavedAccount>,
    /// The servers.
    pub servers: Vec<SavedServer>,
    /// What stands in the field of the account.
    pub typed: String,
}

impl Met {
    /// The accounts that signed in here, each with a cross; the typed one is the current line.
    pub fn open_accounts(&self, window: &DoubleWindow) {
        if self.accounts.is_empty() {
            return;
        }
        let field = ACCOUNT.moved(window.x_root(), window.y_root());
        let entries = self.accounts.iter().map(|saved| {
            let number = saved.person.account.to_string();
            let is_typed = [&number, &saved.person.nickname].contains(&&self.typed);
            let server = self.servers.iter().find(|server| server.id == saved.server);
            let detail = match server {
                Some(server) => format!("{number} · {}", server.name),
                None => number,
            };
            let item = MenuItem::new(&saved.person.nickname);
            item.face(saved.person.portrait(), &detail).checked(is_typed).into()
        });
        let entries = entries.collect();
        let accounts = self.accounts.iter();
        let ids: Vec<_> = accounts.map(|saved| (saved.server, saved.person.account)).collect();
        open_menu_with_crosses(MenuPlace::Below(field), entries, move |picked| {
            let Some(picked) = picked else { return };
            let (MenuPick::Item(index) | MenuPick::Cross(index)) = picked;
            let Some((server, account)) = ids.get(index).copied() else { return };
            post(Msg::Login(match picked {
                MenuPick::Item(_) => LoginMsg::PickAccount(server, account),
                MenuPick::Cross(_) => LoginMsg::ForgetAccount(server, account),
            }));
        });
    }

    /// The servers that were met before.
    pub fn open_servers(&self, window: &DoubleWindow) {
        /// As many as a person remembers.
        const SHOWN: usize = 5;
        if self.servers.is_empty() {
            return;
        }
        let below = HOST.moved(window.x_root(), window.y_root());
        let met = self.servers.iter().take(SHOWN);
        let entries = met.map(|server| {
            let place = server.address.to_string();
            MenuItem::new(&server.name).icon(Icon::Server).shortcut(&place).into()
        });
        let entries = entries.collect();
        let ids: Vec<_> = self.servers.iter().map(|server| server.id).collect();
        open_menu(MenuPlace::Below(below), entries, move |picked| {
            if let Some(id) = picked.and_then(|index| ids.get(index)) {
                post(Msg::Login(LoginMsg::PickServer(*id)));
            }
        });
    }
}

/// The languages of the windows.
pub fn open_languages(above: Rect) {
    let entries = Language::ALL.map(|language| {
        MenuItem::new(language.own_name()).checked(language == text::language()).into()
    });
    open_menu(MenuPlace::Below(above), entries.to_vec(), |picked| {
        if let Some(language) = picked.and_then(|index| Language::ALL.get(index)) {
            post(Msg::Setting(SettingMsg::Language(LanguageChoice::Fixed(*language))));
        }
    });
}
