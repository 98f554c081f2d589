//! Choices of this computer, kept by the client core as pairs of text.

use std::collections::{BTreeMap, BTreeSet};

use super::{Effect, Model};
use crate::client::Intent;
use crate::domain::{AccountId, GroupId, Presence, ServerId};
use crate::ui::text::LanguageChoice;

/// The keys of folded groups begin so; the account follows.
const FOLDS: &str = "folds/";

/// Which colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// As the system says.
    #[default]
    System,
    /// Light paper.
    Light,
    /// Dark paper.
    Dark,
}

/// Which key sends a message; the other one starts a new line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SendKey {
    /// Enter sends.
    #[default]
    Enter,
    /// Ctrl+Enter sends.
    CtrlEnter,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Of the windows.
    pub language: LanguageChoice,
    /// Of the windows.
    pub theme: ThemeChoice,
    /// Of the message box.
    pub send_key: SendKey,
    /// How to be seen after signing in.
    pub presence: Presence,
    /// Friends stand in few pixels.
    pub compact: bool,
    /// Who signs in by itself at the start.
    pub auto: Option<(ServerId, AccountId)>,
    /// The folded groups of friends of each account.
    pub folds: BTreeMap<(ServerId, AccountId), BTreeSet<GroupId>>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            language: LanguageChoice::default(),
            theme: ThemeChoice::default(),
            send_key: SendKey::default(),
            presence: Presence::Online,
            compact: false,
            auto: None,
            folds: BTreeMap::new(),
        }
    }
}

/// A choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingMsg {
    /// Words.
    Language(LanguageChoice),
    /// Colours.
    Theme(ThemeChoice),
    /// Enter or Ctrl+Enter.
    SendKey(SendKey),
}

impl Settings {
    /// Reads what the store kept; what cannot be read is as if never set.
    #[must_use]
    pub fn read(pairs: &[(String, String)]) -> Self {
        let mut settings = Settings::default();
        for (key, value) in pairs {
            match key.as_str() {
                "language" => settings.language = LanguageChoice::from_code(value),
                "theme" => settings.theme = theme_from(value),
                "send_key" if value == "ctrl_enter" => settings.send_key = SendKey::CtrlEnter,
                "presence" => settings.presence = presence_from(value),
                "compact" => settings.compact = value == "true",
                "auto" => settings.auto = auto_from(value),
                key => {
                    if let Some(owner) = key.strip_prefix(FOLDS).and_then(auto_from) {
                        settings.folds.insert(owner, folds_from(value));
                    }
                }
            }
        }
        settings
    }
}

impl Model {
    pub(super) fn setting(&mut self, msg: SettingMsg, out: &mut Vec<Effect>) {
        match msg {
            SettingMsg::Language(choice) => {
                self.settings.language = choice;
                keep("language", choice.code(), out);
                out.push(Effect::Restyle);
            }
            SettingMsg::Theme(choice) => {
                self.settings.theme = choice;
                keep("theme", theme_code(choice), out);
                out.push(Effect::Restyle);
            }
            SettingMsg::SendKey(choice) => {
                self.settings.send_key = choice;
                let code = match choice {
                    SendKey::Enter => "enter",
                    SendKey::CtrlEnter => "ctrl_enter",
                };
                keep("send_key", code, out);
            }
        }
    }

    /// The folds of the account that is signed in are those of the last time.
    pub(super) fn recall_folds(&mut self) {
        let owner = self.owner();
        let folds = owner.and_then(|owner| self.settings.folds.get(&owner).cloned());
        self.panel.folded = folds.unwrap_or_default();
    }

    pub(super) fn keep_folds(&mut self, out: &mut Vec<Effect>) {
        let Some(owner) = self.owner() else { return };
        let folded = self.panel.folded.clone();
        let (server, account) = owner;
        let value: Vec<String> = folded.iter().map(|group| group.0.to_string()).collect();
        keep(&format!("{FOLDS}{server}/{account}"), &value.join(","), out);
        self.settings.folds.insert(owner, folded);
    }

    /// Whose choices these are.
    fn owner(&self) -> Option<(ServerId, AccountId)> {
        Some((self.link.server.as_ref()?.id, self.my_account()?))
    }

    pub(super) fn keep_presence(&mut self, presence: Presence, out: &mut Vec<Effect>) {
        self.settings.presence = presence;
        keep("presence", presence_code(presence), out);
    }

    pub(super) fn keep_auto(&mut self, auto: Option<(ServerId, AccountId)>, out: &mut Vec<Effect>) {
        if self.settings.auto != auto {
            self.settings.auto = auto;
            let value = auto.map(|(server, account)| format!("{server}/{account}"));
            keep("auto", &value.unwrap_or_default(), out);
        }
    }
}

fn keep(key: &str, value: &str, out: &mut Vec<Effect>) {
    let (key, value) = (key.to_owned(), value.to_owned());
    out.push(Effect::Ask(Intent::SetSetting { key, value }));
}

fn folds_from(value: &str) -> BTreeSet<GroupId> {
    value.split(',').filter_map(|group| group.parse().ok()).map(GroupId).collect()
}

fn theme_code(choice: ThemeChoice) -> &'static str {
    match choice {
        ThemeChoice::System => "system",
        ThemeChoice::Light => "light",
        ThemeChoice::Dark => "dark",
    }
}

fn theme_from(code: &str) -> ThemeChoice {
    match code {
        "light" => ThemeChoice::Light,
        "dark" => ThemeChoice::Dark,
        _ => ThemeChoice::System,
    }
}

fn presence_code(presence: Presence) -> &'static str {
    match presence {
        Presence::Online | Presence::Offline => "online",
        Presence::Away => "away",
        Presence::Busy => "busy",
        Presence::Invisible => "invisible",
    }
}

fn presence_from(code: &str) -> Presence {
    match code {
        "away" => Presence::Away,
        "busy" => Presence::Busy,
        "invisible" => Presence::Invisible,
        _ => Presence::Online,
    }
}

fn auto_from(value: &str) -> Option<(ServerId, AccountId)> {
    let (server, account) = value.split_once('/')?;
    Some((ServerId::from_hex(server)?, AccountId(account.parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use super::*;
    use crate::ui::app::Msg;
    use crate::ui::text::Language;

    #[test]
    fn what_is_kept_reads_back() {
        let mut world = World::new();
        let chosen = [
            SettingMsg::Language(LanguageChoice::Fixed(Language::English)),
            SettingMsg::Theme(ThemeChoice::Dark),
            SettingMsg::SendKey(SendKey::CtrlEnter),
        ];
        let mut effects: Vec<Effect> =
            chosen.into_iter().flat_map(|msg| world.send(Msg::Setting(msg))).collect();
        world.model.keep_presence(Presence::Busy, &mut effects);
        let auto = Some((ServerId([7; 32]), AccountId(10_001)));
        world.model.keep_auto(auto, &mut effects);
        let pairs: Vec<(String, String)> = effects
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Ask(Intent::SetSetting { key, value }) => Some((key, value)),
                _ => None,
            })
            .collect();
        assert_eq!(Settings::read(&pairs), world.model.settings);
        assert_eq!(Settings::read(&pairs).auto, auto);
    }

    #[test]
    fn nonsense_is_as_if_never_set() {
        let nonsense = [("language", "?"), ("theme", "?"), ("auto", "x/y"), ("presence", "?")];
        let pairs: Vec<(String, String)> =
            nonsense.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        assert_eq!(Settings::read(&pairs), Settings::default());
    }
}
