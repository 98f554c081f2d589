//! How one wants to be told of new messages: the choices of this computer, and when it is quiet.

use super::settings::{keep, keep_switch};
use super::{Effect, Model, time};
use crate::domain::Presence;

/// The minutes of a day.
pub const DAY: u16 = 24 * 60;

/// The sound of a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sound {
    /// None.
    Off,
    /// A drop of water.
    #[default]
    Drop,
    /// Two notes of a small bell.
    Chime,
    /// A knock on wood.
    Knock,
}

impl Sound {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Sound; 4] = [Sound::Off, Sound::Drop, Sound::Chime, Sound::Knock];

    /// Its name in the store.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Sound::Off => "off",
            Sound::Drop => "drop",
            Sound::Chime => "chime",
            Sound::Knock => "knock",
        }
    }
}

/// The choices.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Telling {
    /// Small windows tell of messages.
    pub notes: bool,
    /// They show what was said.
    pub words: bool,
    /// A sound tells too.
    pub sound: Sound,
    /// Of what is said in rooms and in the lobby, only what mentions one is told.
    pub only_mentions: bool,
    /// Neither while one is busy.
    pub quiet_busy: bool,
    /// Neither between two times of the day.
    pub quiet_hours: bool,
    /// The first quiet minute of the day.
    pub from: u16,
    /// The first one that is not quiet any more; the same minute stands for the whole day.
    pub to: u16,
}

/// A change of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TellingMsg {
    /// Small windows.
    Notes(bool),
    /// With what was said.
    Words(bool),
    /// A sound.
    Sound(Sound),
    /// In rooms only what mentions one.
    OnlyMentions(bool),
    /// Quiet while busy.
    QuietBusy(bool),
    /// Quiet between two times.
    QuietHours(bool),
    /// Quiet from this minute of the day on.
    From(u16),
    /// Quiet up to this one.
    To(u16),
}

/// How messages are told now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// By a small window.
    pub notes: bool,
    /// With what was said.
    pub words: bool,
    /// With this sound.
    pub sound: Sound,
}

impl Default for Telling {
    fn default() -> Self {
        Telling {
            notes: true,
            words: true,
            sound: Sound::default(),
            only_mentions: false,
            quiet_busy: true,
            quiet_hours: false,
            from: 22 * 60 + 30,
            to: 6 * 60 + 30,
        }
    }
}

impl Telling {
    /// Reads one pair of what the store kept; what is no time of a day is as if never set.
    pub(super) fn read(&mut self, key: &str, value: &str) {
        let minute = |place: &mut u16| {
            let minute = value.parse().ok().filter(|minute| *minute < DAY);
            *place = minute.unwrap_or(*place);
        };
        match key {
            "notes" => self.notes = value != "false",
            "note_words" => self.words = value != "false",
            "sound" => {
                let known = Sound::ALL.into_iter().find(|sound| sound.key() == value);
                self.sound = known.unwrap_or(self.sound);
            }
            "only_mentions" => self.only_mentions = value == "true",
            "quiet_busy" => self.quiet_busy = value != "false",
            "quiet_hours" => self.quiet_hours = value == "true",
            "quiet_from" => minute(&mut self.from),
            "quiet_to" => minute(&mut self.to),
            _ => {}
        }
    }

    /// Whether a minute of the day is a quiet one. The span may go over midnight.
    #[must_use]
    pub fn is_quiet_at(&self, minute: u16) -> bool {
        let (from, to) = (self.from, self.to);
        self.quiet_hours
            && match from < to {
                true => (from..to).contains(&minute),
                false => minute >= from || minute < to,
            }
    }

    /// How messages are told. While one is busy others may look at the screen: what was said is
    /// then not shown, whatever was chosen.
    fn manner(&self, presence: Presence, minute: u16) -> Manner {
        let is_busy = presence == Presence::Busy;
        let is_quiet = (is_busy && self.quiet_busy) || self.is_quiet_at(minute);
        Manner {
            notes: self.notes && !is_quiet,
            words: self.words && !is_busy,
            sound: if is_quiet { Sound::Off } else { self.sound },
        }
    }
}

/// A minute of the day as it is written in its box.
#[must_use]
pub fn written(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// The minute of the day that somebody means: `22:30`, `2230`, `6：5`, `7`.
#[must_use]
pub fn minute_of(text: &str) -> Option<u16> {
    let text = text.trim();
    let (hour, minute) = match text.split_once([':', '：', '.']) {
        Some(parts) => parts,
        None if text.len() > 2 => text.split_at_checked(text.len() - 2)?,
        None => (text, "0"),
    };
    let number = |part: &str, below: u16| {
        let is_plain = part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|number: &u16| is_plain && *number < below)
    };
    Some(number(hour, 24)? * 60 + number(minute, 60)?)
}

impl Model {
    /// How messages are told now.
    #[must_use]
    pub fn manner(&self) -> Manner {
        let presence = self.me.as_ref().map_or(Presence::Offline, |me| me.presence);
        let minute = time::minute_of_day(self.now.wall_ms, &self.zone);
        self.settings.telling.manner(presence, minute)
    }

    pub(super) fn set_telling(&mut self, msg: TellingMsg, out: &mut Vec<Effect>) {
        let telling = &mut self.settings.telling;
        let mut minute = |place: &mut u16, key: &str, minute: u16| {
            *place = minute.min(DAY - 1);
            keep(key, &place.to_string(), out);
        };
        match msg {
            TellingMsg::From(from) => minute(&mut telling.from, "quiet_from", from),
            TellingMsg::To(to) => minute(&mut telling.to, "quiet_to", to),
            TellingMsg::Notes(on) => keep_switch(&mut telling.notes, "notes", on, out),
            TellingMsg::Words(on) => keep_switch(&mut telling.words, "note_words", on, out),
            TellingMsg::Sound(sound) => {
                telling.sound = sound;
                keep("sound", sound.key(), out);
            }
            TellingMsg::OnlyMentions(on) => {
                keep_switch(&mut telling.only_mentions, "only_mentions", on, out);
            }
            TellingMsg::QuietBusy(on) => {
                keep_switch(&mut telling.quiet_busy, "quiet_busy", on, out);
            }
            TellingMsg::QuietHours(on) => {
                keep_switch(&mut telling.quiet_hours, "quiet_hours", on, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_may_go_over_midnight_and_need_their_switch() {
        let at = |hours: u16, minutes: u16| hours * 60 + minutes;
        let night = Telling { quiet_hours: true, ..Telling::default() };
        let noon = Telling { from: at(12, 0), to: at(14, 0), ..night };
        let all = Telling { from: at(9, 0), to: at(9, 0), ..night };
        let cases = [
            (night, at(22, 29), false),
            (night, at(22, 30), true),
            (night, at(0, 0), true),
            (night, at(6, 29), true),
            (night, at(6, 30), false),
            (noon, at(11, 59), false),
            (noon, at(12, 0), true),
            (noon, at(13, 59), true),
            (noon, at(14, 0), false),
            (all, at(9, 0), true),
            (all, at(8, 59), true),
        ];
        for (telling, minute, quiet) in cases {
            assert_eq!(telling.is_quiet_at(minute), quiet, "{telling:?} at {minute}");
            let off = Telling { quiet_hours: false, ..telling };
            assert!(!off.is_quiet_at(minute));
        }
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        let cases = [
            ("22:30", Some(22 * 60 + 30)),
            ("2230", Some(22 * 60 + 30)),
            (" 6：05 ", Some(6 * 60 + 5)),
            ("630", Some(6 * 60 + 30)),
            ("7", Some(7 * 60)),
            ("0:0", Some(0)),
            ("24:00", None),
            ("12:60", None),
            ("-1:00", None),
            ("+1:00", None),
            ("12:", None),
            ("十点", None),
            ("", None),
            ("123456", None),
        ];
        for (text, minute) in cases {
            assert_eq!(minute_of(text), minute, "{text}");
        }
        for minute in 0..DAY {
            assert_eq!(minute_of(&written(minute)), Some(minute));
        }
    }

    #[test]
    fn who_is_busy_hears_and_sees_nothing_or_at_least_nothing_private() {
        let all = Manner { notes: true, words: true, sound: Sound::Drop };
        let usual = Telling::default();
        let noon = 12 * 60;
        for presence in [Presence::Online, Presence::Away, Presence::Invisible] {
            assert_eq!(usual.manner(presence, noon), all);
        }
        let quiet = usual.manner(Presence::Busy, noon);
        assert!(!quiet.notes && quiet.sound == Sound::Off);
        let loud = Telling { quiet_busy: false, ..usual }.manner(Presence::Busy, noon);
        assert_eq!(loud, Manner { words: false, ..all });
        let night = Telling { quiet_hours: true, ..usual }.manner(Presence::Online, 0);
        assert!(!night.notes && night.sound == Sound::Off);
    }

    #[test]
    fn each_choice_does_its_own_part() {
        let usual = Telling::default();
        let manner = |telling: Telling| telling.manner(Presence::Online, 12 * 60);
        let all = manner(usual);
        assert_eq!(manner(Telling { notes: false, ..usual }), Manner { notes: false, ..all });
        assert_eq!(manner(Telling { words: false, ..usual }), Manner { words: false, ..all });
        for sound in Sound::ALL {
            assert_eq!(manner(Telling { sound, ..usual }), Manner { sound, ..all });
        }
    }
}
