//! The server's settings, as this window shows them: their values, what is offered, what is wrong.

use std::collections::BTreeMap;

use crate::net::verb::{Done, NotDone, Verb};
use crate::server::settings::{self, DISCOVERY, REGISTRATION, REGISTRATION_CODE};
use crate::ui::text::Language;

/// When a backup is made each day; absent where the server makes none.
pub const BACKUP: &str = "backup.daily";
/// How many of them are kept.
pub const BACKUP_KEEP: &str = "backup.keep";
/// The time that is meant when backups are switched on.
const BACKUP_AT: &str = "03:00";

/// What of registration is offered, as the setting calls it.
pub const REGISTRATIONS: [&str; 3] = ["open", "code", "closed"];

/// A number of which some values are offered.
pub struct Offer {
    /// The setting.
    pub key: &'static str,
    /// What is offered; another one that is set is offered too.
    pub values: &'static [u64],
}

/// What stands in the tab, from the top.
pub const OFFERS: [Offer; 5] = [
    Offer { key: "files.mib_max", values: &[100, 512, 1_024, 2_048, 4_096, 8_192, 16_384] },
    Offer {
        key: "files.mib_per_account",
        values: &[1_024, 5_120, 10_240, 20_480, 51_200, 102_400],
    },
    Offer {
        key: "files.mib_total",
        values: &[51_200, 102_400, 204_800, 512_000, 1_048_576, 2_097_152],
    },
    Offer { key: "files.days", values: &[7, 14, 30, 60, 90, 180, 365] },
    Offer { key: "passwords.wrong", values: &[3, 5, 10, 20, 50] },
];

/// Times at which a backup is offered.
pub const BACKUP_TIMES: [&str; 6] = ["00:00", "02:00", "03:00", "04:00", "05:00", "12:00"];
/// How many backups are offered.
pub const BACKUP_COUNTS: [u64; 5] = [3, 7, 14, 30, 60];

/// The settings.
#[derive(Debug, Default)]
pub struct Knobs {
    values: BTreeMap<String, String>,
    /// What was refused last: the setting, and why in words.
    pub wrong: Option<(String, String)>,
    /// Why there are none.
    pub failed: Option<NotDone>,
}

impl Knobs {
    /// Takes all of them.
    pub fn take(&mut self, answer: Option<Result<Done, NotDone>>) {
        match answer {
            Some(Ok(Done::Settings(values))) => {
                self.values = values;
                self.failed = None;
            }
            Some(Err(why)) => {
                self.values.clear();
                self.failed = Some(why);
            }
            _ => {}
        }
    }

    /// Takes those that were set.
    pub fn put(&mut self, values: BTreeMap<String, String>) {
        self.values.extend(values);
    }

    /// A setting's value.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// All of them, by key.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(key, value)| (&**key, &**value))
    }

    /// Whether there are any.
    #[must_use]
    pub fn is_here(&self) -> bool {
        !self.values.is_empty()
    }

    /// Why a setting was refused.
    #[must_use]
    pub fn wrong(&self, key: &str) -> Option<&str> {
        self.wrong.as_ref().filter(|(of, _)| of == key).map(|(_, why)| &**why)
    }

    /// The place of who may register among [`REGISTRATIONS`].
    #[must_use]
    pub fn registration(&self) -> usize {
        let value = self.value(REGISTRATION).unwrap_or_default();
        REGISTRATIONS.iter().position(|name| *name == value).unwrap_or(0)
    }

    /// The invite code, where there is one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.value(REGISTRATION_CODE).filter(|code| !code.is_empty())
    }

    /// Whether the LAN shall hear of the server.
    #[must_use]
    pub fn is_announced(&self) -> bool {
        self.value(DISCOVERY) == Some("on")
    }

    /// The values that are offered of a number, the one that is set among them.
    #[must_use]
    pub fn offered(&self, key: &str, values: &[u64]) -> (Vec<u64>, usize) {
        let now = self.value(key).and_then(|value| value.parse().ok()).unwrap_or(values[0]);
        let mut values = values.to_vec();
        values.push(now);
        values.sort_unstable();
        values.dedup();
        let place = values.iter().position(|value| *value == now).unwrap_or(0);
        (values, place)
    }

    /// The times that are offered for backups, the one that is set among them.
    #[must_use]
    pub fn backup_times(&self) -> (Vec<String>, usize) {
        let now = self.value(BACKUP).filter(|time| *time != "off").unwrap_or(BACKUP_AT).to_owned();
        let mut times: Vec<String> = BACKUP_TIMES.map(str::to_owned).to_vec();
        times.push(now.clone());
        times.sort_unstable();
        times.dedup();
        let place = times.iter().position(|time| *time == now).unwrap_or(0);
        (times, place)
    }

    /// Whether backups are made by themselves; nothing where the server knows no such setting.
    #[must_use]
    pub fn backs_up(&self) -> Option<bool> {
        self.value(BACKUP).map(|time| time != "off")
    }

    /// What switches backups on or off.
    #[must_use]
    pub fn back_up(&self, on: bool) -> Verb {
        set(BACKUP, if on { BACKUP_AT } else { "off" })
    }

    /// What lets another way of registering hold. One that asks for a code gets a fresh one where
    /// there is none, else nobody could register.
    #[must_use]
    pub fn register(&self, place: usize, fresh: &str) -> Vec<Verb> {
        let value = REGISTRATIONS[place.min(REGISTRATIONS.len() - 1)];
        let code =
            (value == "code" && self.code().is_none()).then(|| set(REGISTRATION_CODE, fresh));
        code.into_iter().chain([set(REGISTRATION, value)]).collect()
    }
}

/// What a setting means; what a newer server has is told in its own words, if at all.
#[must_use]
pub fn about(language: Language, key: &str) -> &'static str {
    let told = language.find(&format!("about.{key}"));
    told.or_else(|| settings::about(key)).unwrap_or_default()
}

/// The verb that sets something.
#[must_use]
pub fn set(key: &str, value: &str) -> Verb {
    Verb::Set { key: key.to_owned(), value: value.to_owned() }
}

/// A code that is easy to read out and to type: no letter that looks like a digit. 40 bits are far
/// more than the server lets anybody try.
#[must_use]
pub fn invite_code(chance: [u8; 8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let letters = chance.map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
    let (first, second) = letters.split_at(4);
    format!("{}-{}", first.iter().collect::<String>(), second.iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn knobs(pairs: &[(&str, &str)]) -> Knobs {
        let values = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let mut knobs = Knobs::default();
        knobs.take(Some(Ok(Done::Settings(values.collect()))));
        knobs
    }

    #[test]
    fn everything_that_is_offered_can_be_set() {
        for Offer { key, values } in OFFERS {
            for value in values {
                Limits::default().set(key, &value.to_string()).unwrap();
            }
        }
    }

    /// The windows say what `mychat admin get` says.
    #[test]
    fn every_setting_has_a_meaning_in_both_languages() {
        for (key, _) in settings::Settings::default().list() {
            let told = settings::about(key);
            assert!(told.is_some(), "{key}");
            assert_eq!(Language::English.find(&format!("about.{key}")), told);
            let chinese = about(Language::Chinese, key);
            assert!(!chinese.is_ascii(), "{key}: {chinese}");
        }
        assert_eq!(about(Language::Chinese, "no.such"), "");
    }

    #[test]
    fn what_is_set_is_offered_too() {
        let knobs = knobs(&[("files.days", "31"), (BACKUP, "04:30")]);
        let (values, place) = knobs.offered("files.days", OFFERS[3].values);
        assert_eq!(values[place], 31);
        assert!(values.is_sorted() && values.len() == OFFERS[3].values.len() + 1);
        let (times, place) = knobs.backup_times();
        assert_eq!((times[place].as_str(), knobs.backs_up()), ("04:30", Some(true)));
        assert_eq!(Knobs::default().backs_up(), None);
    }

    #[test]
    fn a_code_is_made_where_one_is_needed() {
        let without = knobs(&[(REGISTRATION, "open"), (REGISTRATION_CODE, "")]);
        let verbs = without.register(1, "ABCD-2345");
        assert_eq!(verbs, [set(REGISTRATION_CODE, "ABCD-2345"), set(REGISTRATION, "code")]);
        let with = knobs(&[(REGISTRATION, "code"), (REGISTRATION_CODE, "mine")]);
        assert_eq!(with.registration(), 1);
        assert_eq!(with.register(1, "ABCD-2345"), [set(REGISTRATION, "code")]);
        assert_eq!(without.register(2, "x"), [set(REGISTRATION, "closed")]);
    }

    #[test]
    fn codes_are_easy_to_read() {
        let code = invite_code([0, 31, 32, 255, 7, 8, 9, 10]);
        assert_eq!(code.len(), 9);
        for byte in 0..=255 {
            let code = invite_code([byte; 8]);
            assert!(!code.contains(['0', '1', 'I', 'O']), "{code}");
        }
    }

    #[test]
    fn a_refusal_stands_at_its_setting() {
        let mut knobs = knobs(&[("files.days", "30")]);
        knobs.wrong = Some(("files.days".into(), "no".into()));
        assert_eq!((knobs.wrong("files.days"), knobs.wrong("files.links")), (Some("no"), None));
        knobs.take(Some(Err(NotDone::closing())));
        assert!(!knobs.is_here());
    }
}
