//! Why the server did not do something, in the person's language.

use crate::client::api::fill;
use crate::net::verb::{Cause, NotDone};
use crate::ui::text::Language;

/// Puts what stood in the way into words. A cause that this program does not know comes with a sentence.
#[must_use]
pub fn words(language: Language, not_done: &NotDone) -> String {
    let NotDone { why, code, values, within } = not_done;
    let known = Some(*code).filter(|code| *code != Cause::Unknown);
    let text = known.and_then(|code| language.find(&format!("con.no.{code}")));
    let Some(text) = text else { return language.fill("con.no.other", &[("reason", why)]) };
    let within = within.as_ref().map(|within| words(language, within));
    let mut values: Vec<(&str, &str)> =
        values.iter().map(|(key, value)| (&**key, &**value)).collect();
    values.extend(within.as_deref().map(|within| ("reason", within)));
    fill(text, &values)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::{BlobId, RoomId};
    use crate::limits::SettingError;
    use crate::server::admin::{AdminError, BackupError, StoreError};

    fn of_backups() -> Vec<(BackupError, &'static str)> {
        let file = BackupError::File {
            doing: "make a file in",
            path: "/a b/c".into(),
            error: std::io::Error::other("no way"),
        };
        let damaged = || BackupError::Damaged { path: "/a".into(), why: "a sum differs".into() };
        let newer = BackupError::Newer {
            path: "/a".into(),
            program: "9".into(),
            what: "format",
            found: 9,
            known: 1,
        };
        vec![
            (BackupError::Busy, ""),
            (BackupError::Stopped, ""),
            (BackupError::Space { folder: "/a b".into(), need: 7, free: 3 }, "/a b 7 3"),
            (BackupError::Exists("/a b".into()), "/a b"),
            (BackupError::NoFolder("/a b".into()), "/a b"),
            (BackupError::Missing(BlobId([7; 32])), "0707"),
            (BackupError::Changed(BlobId([7; 32])), "0707"),
            (BackupError::Unproven(Box::new(damaged())), "/a"),
            (damaged(), "/a"),
            (newer, "/a"),
            (BackupError::Occupied("/a".into()), "/a"),
            (BackupError::Running("/a".into()), "/a"),
            (BackupError::Store(StoreError::Storage("no way".into())), "no way"),
            (file, "/a b/c no way"),
            (BackupError::Defect, ""),
        ]
    }

    fn of_verbs() -> Vec<(AdminError, &'static str)> {
        let folder = || "/d e".to_owned();
        let error = || std::io::Error::other("x");
        let damaged = || StoreError::Damaged { what: "x", why: "y".into() };
        let past = SettingError::Past { key: "k", today: "2026-11-30".into() };
        let range = SettingError::Range { key: "files.days", min: 1, max: 3_650 };
        vec![
            (AdminError::NoAccount("10099".into()), "10099"),
            (AdminError::NoRoom(RoomId(20_009)), "20009"),
            (AdminError::NoBan("10001".into()), "10001"),
            (AdminError::Words(200), "200"),
            (AdminError::Text(4_096), "4096"),
            (AdminError::Minutes, "1 52560000"),
            (AdminError::NoStore(folder()), ""),
            (AdminError::StoreMissing { path: "/d e".into(), advice: "restore".into() }, "/d e"),
            (AdminError::NoCode, ""),
            (AdminError::Closed { folder: folder(), owner: "'#7'".into() }, ""),
            (AdminError::Stopped(folder()), ""),
            (AdminError::Silent { folder: folder(), error: error() }, ""),
            (AdminError::Setting(SettingError::Key("no.such".into())), "no.such"),
            (AdminError::Setting(SettingError::OneOf { key: "k", values: "on, off" }), "on, off"),
            (AdminError::Setting(SettingError::Text { key: "server.name", bytes_max: 64 }), "64"),
            (AdminError::Setting(SettingError::Short { key: "k", chars_min: 4 }), "4"),
            (AdminError::Setting(range), "1 3650"),
            (AdminError::Setting(past), "2026-11-30"),
            (AdminError::Chance, ""),
            (AdminError::Store(StoreError::Locked("/d e".into())), "/d e"),
            (AdminError::Broken { error: damaged(), advice: "z".into() }, ""),
        ]
    }

    /// Every error of the server has a code of its own that is told in both languages, with its values.
    #[test]
    fn every_cause_is_told_in_both_languages() {
        let of_backups =
            of_backups().into_iter().map(|(error, kept)| (NotDone::from(&error), kept));
        let of_verbs = of_verbs().into_iter().map(|(error, kept)| (error.not_done(), kept));
        let causes: Vec<(NotDone, &str)> = of_verbs.chain(of_backups).collect();
        for language in Language::ALL {
            let told: BTreeSet<String> =
                causes.iter().map(|(cause, _)| words(language, cause)).collect();
            assert_eq!(told.len(), causes.len(), "each its own: {told:?}");
            for (cause, kept) in &causes {
                let told = words(language, cause);
                assert_ne!(cause.code, Cause::Unknown, "{cause:?}");
                assert!(kept.split(' ').all(|value| told.contains(value)), "{told}");
                assert!(!told.contains('{') && !told.contains(&cause.why), "{told}");
            }
        }
    }

    #[test]
    fn every_code_has_words() {
        for language in Language::ALL {
            for code in Cause::ALL {
                let key = format!("con.no.{code}");
                assert!(language.find(&key).is_some(), "{key}");
            }
        }
    }

    /// A server of before or of later says at least its sentence.
    #[test]
    fn a_code_that_is_not_known_is_told_by_its_sentence() {
        for code in [Cause::Unknown, Cause::from("of_tomorrow".to_owned())] {
            let told = words(Language::English, &NotDone::new(code, "strange things"));
            assert_eq!(told, "The server says: strange things");
        }
    }
}
