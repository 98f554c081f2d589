//! Choices of this computer, kept by the client core as pairs of text.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use super::files::receiving::{Receiving, ReceivingMsg};
use super::games::Taste;
use super::telling::{Telling, TellingMsg};
use super::{Effect, Model};
use crate::client::Intent;
use crate::domain::{AccountId, GroupId, Presence, RoomId, ServerId};
use crate::ui::app::time::Hours;
use crate::ui::text::LanguageChoice;

/// The sizes that messages can have, in px of the design.
pub const TEXT_SIZES: RangeInclusive<i32> = 12..=20;
/// The heights that a composer can have been dragged to, in px of the design.
pub const COMPOSERS: RangeInclusive<i32> = 120..=2_000;
/// After so many idle minutes a person can be shown as away; zero is never.
pub const AWAY_MINUTES: [u32; 5] = [0, 5, 10, 20, 30];
/// What the windows can be enlarged to, in hundredths.
pub const SCALES: [i32; 4] = [100, 125, 150, 200];

/// The keys of folded groups begin so; the account follows.
const FOLDS: &str = "folds/";
/// So do those of what was read on walls.
const WALLS: &str = "walls/";
/// And that of the last game that is known.
const GAMES_SEEN: &str = "games_seen/";
/// The widths that the list of those in a room can have.
pub const MEMBERS: RangeInclusive<i32> = 160..=320;
/// So many emoji are remembered: what the picker shows at once.
pub const EMOJI_MAX: usize = 32;

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
    /// Idle for so many minutes, one is shown as away; zero is never.
    pub away_minutes: u32,
    /// Friends may shake a window; otherwise there is only the line that says so.
    pub shakes: bool,
    /// The size of messages in px.
    pub text_size: i32,
    /// The height of the composer in px; as in the design when absent.
    pub composer: Option<i32>,
    /// How much windows are enlarged, in hundredths; as the system says when absent.
    pub scale: Option<i32>,
    /// Friends stand in few pixels.
    pub compact: bool,
    /// Nothing shakes or glides.
    pub still: bool,
    /// How the hours of a day are counted.
    pub hours: Hours,
    /// The emoji used last, the newest first.
    pub emoji: Vec<String>,
    /// Who signs in by itself at the start.
    pub auto: Option<(ServerId, AccountId)>,
    /// The folded groups of friends of each account.
    pub folds: BTreeMap<(ServerId, AccountId), BTreeSet<GroupId>>,
    /// When what each account has read on the walls of rooms was put there.
    pub walls: BTreeMap<(ServerId, AccountId), BTreeMap<RoomId, i64>>,
    /// How wide the list of those in a room is.
    pub members: i32,
    /// Where received files go; the usual folder when absent.
    pub folder: Option<PathBuf>,
    /// How one is told of new messages.
    pub telling: Telling,
    /// What is fetched without asking, and how fast.
    pub receiving: Receiving,
    /// How one likes to play.
    pub taste: Taste,
    /// When the last game that each account knows of began or ended, by the server's clock.
    pub games_seen: BTreeMap<(ServerId, AccountId), i64>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            language: LanguageChoice::default(),
            theme: ThemeChoice::default(),
            send_key: SendKey::default(),
            presence: Presence::Online,
            away_minutes: 10,
            shakes: true,
            text_size: 14,
            composer: None,
            scale: None,
            compact: false,
            still: false,
            hours: Hours::default(),
            emoji: Vec::new(),
            auto: None,
            folds: BTreeMap::new(),
            walls: BTreeMap::new(),
            members: 200,
            folder: None,
            telling: Telling::default(),
            receiving: Receiving::default(),
            taste: Taste::default(),
            games_seen: BTreeMap::new(),
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
    /// Idle minutes; zero for never.
    Away(u32),
    /// Whether friends may shake a window.
    Shakes(bool),
    /// The size of messages in px.
    TextSize(i32),
    /// The height of the composer in px.
    Composer(i32),
    /// How much windows are enlarged, in hundredths; as the system says when absent.
    Scale(Option<i32>),
    /// Whether friends stand in few pixels.
    Compact(bool),
    /// Whether nothing shakes or glides.
    Still(bool),
    /// 24 or 12.
    Hours(Hours),
    /// An emoji was used.
    Emoji(&'static str),
    /// How wide the list of those in a room is.
    Members(i32),
    /// How one is told of new messages.
    Telling(TellingMsg),
    /// What is fetched without asking, and how fast.
    Receiving(ReceivingMsg),
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
                "auto" => settings.auto = auto_from(value),
                key => settings.read_of_account(key, value),
            }
        }
        settings
    }

    fn read_of_account(&mut self, key: &str, value: &str) {
        if let Some(owner) = key.strip_prefix(FOLDS) {
            self.folds.extend(auto_from(owner).map(|owner| (owner, folds_from(value))));
        } else if let Some(owner) = key.strip_prefix(WALLS) {
            self.walls.extend(auto_from(owner).map(|owner| (owner, walls_from(value))));
        } else if let Some(owner) = key.strip_prefix(GAMES_SEEN) {
            self.games_seen.extend(auto_from(owner).zip(value.parse().ok()));
        } else {
            self.read_taste(key, value);
        }
    }

    fn read_taste(&mut self, key: &str, value: &str) {
        let number = || value.parse::<i32>().ok();
        match key {
            "away" => {
                let minutes = number().and_then(|minutes| u32::try_from(minutes).ok());
                let minutes = minutes.filter(|minutes| AWAY_MINUTES.contains(minutes));
                self.away_minutes = minutes.unwrap_or(self.away_minutes);
            }
            "shakes" => self.shakes = value != "false",
            "text_size" => {
                let size = number().filter(|size| TEXT_SIZES.contains(size));
                self.text_size = size.unwrap_or(self.text_size);
            }
            "composer" => self.composer = number().filter(|height| COMPOSERS.contains(height)),
            "scale" => self.scale = number().filter(|scale| SCALES.contains(scale)),
            "members" => {
                let width = number().filter(|width| MEMBERS.contains(width));
                self.members = width.unwrap_or(self.members);
            }
            "folder" => self.folder = Some(PathBuf::from(value)).filter(|path| path.is_absolute()),
            "compact" => self.compact = value == "true",
            "still" => self.still = value == "true",
            "hours" if value == "12" => self.hours = Hours::Twelve,
            "emoji" => {
                let used = value.split(' ').filter(|emoji| !emoji.is_empty());
                self.emoji = used.take(EMOJI_MAX).map(str::to_owned).collect();
            }
            key => {
                self.telling.read(key, value);
                self.receiving.read(key, value);
                self.taste.read(key, value);
            }
        }
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
            SettingMsg::Hours(hours) => {
                self.settings.hours = hours;
                keep("hours", if hours == Hours::Twelve { "12" } else { "24" }, out);
                out.push(Effect::Restyle);
            }
            SettingMsg::Scale(scale) => {
                self.settings.scale = scale;
                keep("scale", &scale.unwrap_or_default().to_string(), out);
                out.push(Effect::Restyle);
            }
            SettingMsg::Away(minutes) => {
                self.settings.away_minutes = minutes;
                keep("away", &minutes.to_string(), out);
            }
            SettingMsg::TextSize(size) => {
                self.settings.text_size = size.clamp(*TEXT_SIZES.start(), *TEXT_SIZES.end());
                keep("text_size", &self.settings.text_size.to_string(), out);
            }
            SettingMsg::Composer(height) => {
                let height = height.clamp(*COMPOSERS.start(), *COMPOSERS.end());
                self.settings.composer = Some(height);
                keep("composer", &height.to_string(), out);
            }
            SettingMsg::Emoji(used) => {
                let emoji = &mut self.settings.emoji;
                emoji.retain(|other| other != used);
                emoji.insert(0, used.to_owned());
                emoji.truncate(EMOJI_MAX);
                keep("emoji", &emoji.join(" "), out);
            }
            SettingMsg::Members(width) => {
                self.settings.members = width.clamp(*MEMBERS.start(), *MEMBERS.end());
                keep("members", &self.settings.members.to_string(), out);
            }
            SettingMsg::Telling(msg) => self.set_telling(msg, out),
            SettingMsg::Receiving(msg) => self.set_receiving(msg, out),
            SettingMsg::Shakes(on) => keep_switch(&mut self.settings.shakes, "shakes", on, out),
            SettingMsg::Compact(on) => keep_switch(&mut self.settings.compact, "compact", on, out),
            SettingMsg::Still(on) => keep_switch(&mut self.settings.still, "still", on, out),
        }
    }

    /// Received files go there from now on.
    pub(super) fn set_folder(&mut self, folder: PathBuf, out: &mut Vec<Effect>) {
        // What is no text is not kept, and so not offered either.
        if let Some(path) = folder.to_str() {
            keep("folder", path, out);
            self.settings.folder = Some(folder);
        }
    }

    /// Received files go where they go unless the person says otherwise.
    pub(super) fn reset_folder(&mut self, out: &mut Vec<Effect>) {
        keep("folder", "", out);
        self.settings.folder = None;
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

    /// What the account that is signed in has read on walls is that of the last time.
    pub(super) fn recall_walls(&mut self) {
        let owner = self.owner();
        let walls = owner.and_then(|owner| self.settings.walls.get(&owner).cloned());
        self.walls = walls.unwrap_or_default();
    }

    /// Of rooms that one is in.
    pub(super) fn keep_walls(&mut self, out: &mut Vec<Effect>) {
        let Some(owner) = self.owner() else { return };
        let mut walls = self.walls.clone();
        walls.retain(|room, _| self.room(*room).is_some());
        let value: Vec<String> = walls.iter().map(|(room, at)| format!("{room}:{at}")).collect();
        let (server, account) = owner;
        keep(&format!("{WALLS}{server}/{account}"), &value.join(","), out);
        self.settings.walls.insert(owner, walls);
    }

    /// A game of one's own began or ended then, by the server's clock. Gives back up to when games were known.
    pub(super) fn keep_game_seen(&mut self, at: i64, out: &mut Vec<Effect>) -> Option<i64> {
        let owner = self.owner()?;
        let seen = self.settings.games_seen.get(&owner).copied();
        if seen.is_none_or(|seen| at > seen) {
            self.settings.games_seen.insert(owner, at);
            let (server, account) = owner;
            keep(&format!("{GAMES_SEEN}{server}/{account}"), &at.to_string(), out);
        }
        seen
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

pub(super) fn keep_switch(place: &mut bool, key: &str, on: bool, out: &mut Vec<Effect>) {
    *place = on;
    keep(key, if on { "true" } else { "false" }, out);
}

pub(super) fn keep(key: &str, value: &str, out: &mut Vec<Effect>) {
    let (key, value) = (key.to_owned(), value.to_owned());
    out.push(Effect::Ask(Intent::SetSetting { key, value }));
}

fn folds_from(value: &str) -> BTreeSet<GroupId> {
    value.split(',').filter_map(|group| group.parse().ok()).map(GroupId).collect()
}

fn walls_from(value: &str) -> BTreeMap<RoomId, i64> {
    let wall = |pair: &str| {
        let (room, at) = pair.split_once(':')?;
        Some((RoomId(room.parse().ok()?), at.parse().ok()?))
    };
    value.split(',').filter_map(wall).collect()
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
    use super::super::telling::Sound;
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
            SettingMsg::Away(30),
            SettingMsg::Shakes(false),
            SettingMsg::TextSize(17),
            SettingMsg::Composer(240),
            SettingMsg::Scale(Some(125)),
            SettingMsg::Compact(true),
            SettingMsg::Still(true),
            SettingMsg::Hours(Hours::Twelve),
            SettingMsg::Members(240),
            SettingMsg::Telling(TellingMsg::Notes(false)),
            SettingMsg::Telling(TellingMsg::Words(false)),
            SettingMsg::Telling(TellingMsg::Sound(Sound::Chime)),
            SettingMsg::Telling(TellingMsg::OnlyMentions(true)),
            SettingMsg::Telling(TellingMsg::QuietBusy(false)),
            SettingMsg::Telling(TellingMsg::QuietHours(true)),
            SettingMsg::Telling(TellingMsg::From(90)),
            SettingMsg::Telling(TellingMsg::To(91)),
            SettingMsg::Receiving(ReceivingMsg::Below(20)),
            SettingMsg::Receiving(ReceivingMsg::OpensFolder(true)),
            SettingMsg::Receiving(ReceivingMsg::AtOnce(5)),
            SettingMsg::Receiving(ReceivingMsg::Up(2)),
            SettingMsg::Receiving(ReceivingMsg::Down(10)),
            SettingMsg::Emoji("😀"),
            SettingMsg::Emoji("👍"),
            SettingMsg::Emoji("😀"),
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
        assert_eq!(world.model.settings.emoji, ["😀", "👍"]);
    }

    #[test]
    fn a_text_size_stays_within_what_can_be_read() {
        let mut world = World::new();
        for (asked, kept) in [(11, 12), (12, 12), (20, 20), (48, 20)] {
            world.send(Msg::Setting(SettingMsg::TextSize(asked)));
            assert_eq!(world.model.settings.text_size, kept);
        }
    }

    #[test]
    fn nonsense_is_as_if_never_set() {
        let nonsense = [
            ("language", "?"),
            ("theme", "?"),
            ("auto", "x/y"),
            ("presence", "?"),
            ("away", "-5"),
            ("away", "7"),
            ("shakes", "?"),
            ("text_size", "99"),
            ("composer", "7"),
            ("scale", "130"),
            ("compact", "?"),
            ("still", "?"),
            ("hours", "?"),
            ("folds/x/y", "1"),
            ("walls/x/y", "20001:1"),
            ("members", "20"),
            ("notes", "?"),
            ("sound", "?"),
            ("only_mentions", "?"),
            ("quiet_hours", "?"),
            ("quiet_from", "1440"),
            ("quiet_to", "-1"),
            ("receive_below", "7"),
            ("files_at_once", "0"),
            ("upload_mb", "-1"),
            ("unknown", "1"),
        ];
        let pairs: Vec<(String, String)> =
            nonsense.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        assert_eq!(Settings::read(&pairs), Settings::default());
    }
}
