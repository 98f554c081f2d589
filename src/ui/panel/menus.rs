//! The menus of the main panel.

use crate::domain::{Presence, Target};
use crate::ui::app::Msg;
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::panel::PanelMsg;
use crate::ui::app::settings::{SettingMsg, ThemeChoice};
use crate::ui::paint::{Icon, Rect};
use crate::ui::shell::post;
use crate::ui::text::{self, Language, LanguageChoice, tr};
use crate::ui::widgets::{MenuEntry, MenuItem, MenuPlace, PRESENCES, open_menu};

/// How to be seen, and out.
pub fn open_status(place: Rect, presence: Option<Presence>) {
    let mut entries: Vec<MenuEntry> = PRESENCES
        .iter()
        .map(|one| {
            let words = text::presence(text::language(), *one);
            MenuItem::new(words).presence(*one).checked(presence == Some(*one)).into()
        })
        .collect();
    entries.push(MenuEntry::Separator);
    entries.push(MenuItem::new(tr("panel.sign_out")).icon(Icon::Logout).into());
    open_menu(MenuPlace::Below(place), entries, |picked| {
        let Some(index) = picked else { return };
        post(Msg::Panel(match PRESENCES.get(index) {
            Some(presence) => PanelMsg::Presence(*presence),
            None => PanelMsg::SignOut,
        }));
    });
}

/// What can be done with a conversation.
pub fn open_row_menu(target: Target) {
    let entries = vec![
        MenuItem::new(tr("row.open")).icon(Icon::Chat).into(),
        MenuItem::new(tr("row.read")).icon(Icon::Check).into(),
    ];
    open_menu(MenuPlace::Pointer, entries, move |picked| match picked {
        Some(0) => post(Msg::Panel(PanelMsg::Open(target))),
        Some(_) => post(Msg::Chat(target, ChatMsg::MarkRead)),
        None => {}
    });
}

/// Language and look; the settings window will hold more.
pub fn open_settings(above: Rect, theme: ThemeChoice) {
    const THEMES: [(ThemeChoice, Icon, &str); 3] = [
        (ThemeChoice::Light, Icon::Sun, "panel.theme.light"),
        (ThemeChoice::Dark, Icon::Moon, "panel.theme.dark"),
        (ThemeChoice::System, Icon::Monitor, "panel.theme.system"),
    ];
    let mut entries: Vec<MenuEntry> = Vec::new();
    for (choice, icon, key) in THEMES {
        entries.push(MenuItem::new(tr(key)).icon(icon).checked(choice == theme).into());
    }
    entries.push(MenuEntry::Separator);
    for language in Language::ALL {
        let item = MenuItem::new(language.own_name()).icon(Icon::Language);
        entries.push(item.checked(language == text::language()).into());
    }
    entries.push(MenuEntry::Separator);
    entries.push(MenuItem::new(tr("panel.quit")).icon(Icon::Logout).into());
    open_menu(MenuPlace::Above(above), entries, |picked| {
        let Some(index) = picked else { return };
        let language = index.checked_sub(THEMES.len() + 1).and_then(|at| Language::ALL.get(at));
        post(match (THEMES.get(index), language) {
            (Some((choice, ..)), _) => Msg::Setting(SettingMsg::Theme(*choice)),
            (None, Some(language)) => {
                Msg::Setting(SettingMsg::Language(LanguageChoice::Fixed(*language)))
            }
            (None, None) => Msg::Panel(PanelMsg::Quit),
        });
    });
}
