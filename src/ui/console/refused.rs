//! Why the server did not do something, in the person's language; read from its sentence.

use crate::ui::text::Language;

/// Puts a sentence of the server into words; one that is not known stays as it is.
#[must_use]
pub fn words(language: Language, sentence: &str) -> String {
    let fill = |key, values: &[(&str, &str)]| language.fill(key, values);
    let between = |from: &str, to: &str| {
        let rest = sentence.split_once(from)?.1;
        if to.is_empty() { Some(rest) } else { rest.split_once(to).map(|(found, _)| found) }
    };
    if let Some((min, max)) =
        between("takes a whole number from ", "").and_then(|r| r.split_once(" to "))
    {
        return fill("con.no.range", &[("min", min), ("max", max)]);
    }
    if let Some(max) = between("takes one line of at most ", " bytes") {
        return fill("con.no.line", &[("max", max)]);
    }
    if let Some(values) = between(" takes ", "") {
        return fill("con.no.values", &[("values", values)]);
    }
    if let Some(max) = between("the reason is one line of at most ", " characters") {
        return fill("con.no.why", &[("max", max)]);
    }
    if let Some(max) = between("the text has 1 to ", " bytes") {
        return fill("con.no.text", &[("max", max)]);
    }
    if let Some(name) = between("there is no account \"", "\"") {
        return fill("con.no.account", &[("name", name)]);
    }
    if let Some(room) = between("there is no room ", ";") {
        return fill("con.no.room", &[("name", room)]);
    }
    if let Some((name, _)) = sentence.split_once(" is not banned") {
        return fill("con.no.ban", &[("name", name)]);
    }
    if let Some(key) = between("there is no setting \"", "\"") {
        return fill("con.no.key", &[("name", key)]);
    }
    if sentence.contains("its control socket does not answer") {
        return fill("con.no.silent", &[]);
    }
    if sentence.starts_with("no server is running on ") {
        return fill("con.no.stopped", &[]);
    }
    if sentence.contains(" has no server's data") {
        return fill("con.no.store", &[]);
    }
    if let Some((path, _)) = sentence.split_once(" is missing, and with it every account") {
        return fill("con.no.store.lost", &[("name", path)]);
    }
    if sentence.starts_with("registration = code needs a code") {
        return fill("con.no.code", &[]);
    }
    if sentence.contains(" may only be looked into by its owner") {
        return fill("con.no.closed", &[]);
    }
    if sentence == "the server is closing" {
        return fill("con.no.closing", &[]);
    }
    of_backup(language, sentence).unwrap_or_else(|| fill("con.no.other", &[("reason", sentence)]))
}

/// Why a backup was not made; nothing where the sentence is not known.
#[must_use]
pub fn of_backup(language: Language, sentence: &str) -> Option<String> {
    let fill = |key, values: &[(&str, &str)]| Some(language.fill(key, values));
    let within = |from: &str, to: &str| Some(sentence.split_once(from)?.1.split_once(to)?.0);
    // What was found wrong stands within another sentence.
    if let Some(rest) = sentence.strip_prefix("the backup was written, but is not right when it") {
        let why =
            rest.split_once('(').and_then(|(_, rest)| rest.rsplit_once("): ")).map(|(why, _)| why);
        let why = why.unwrap_or(rest);
        let why = of_backup(language, why).unwrap_or_else(|| why.to_owned());
        return fill("con.no.backup.unproven", &[("reason", &why)]);
    }
    if let Some(rest) = sentence.strip_prefix("not enough disk space in ") {
        let (folder, rest) = rest.split_once(": ")?;
        let (need, rest) = rest.split_once(" MiB are needed and ")?;
        let (free, _) = rest.split_once(" MiB are free")?;
        return fill("con.no.backup.space", &[("folder", folder), ("min", need), ("n", free)]);
    }
    for (ending, key) in [
        (" is there already, and no backup overwrites anything", "con.no.backup.exists"),
        (" is no folder: make it, or name another place", "con.no.backup.folder"),
    ] {
        if let Some((path, _)) = sentence.split_once(ending) {
            return fill(key, &[("folder", path)]);
        }
    }
    for (ending, key) in [
        (" is missing, so that", "con.no.backup.missing"),
        (" is damaged, so that", "con.no.backup.changed"),
    ] {
        if let Some(name) = within("the picture or file ", ending) {
            return fill(key, &[("name", name)]);
        }
    }
    if let Some((path, rest)) = sentence.split_once(" cannot be restored: ") {
        let why = rest.strip_suffix(". Take another one").unwrap_or(rest);
        return fill("con.no.backup.damaged", &[("folder", path), ("reason", why)]);
    }
    if let Some(why) = within("the disk failed: ", ". Check its space") {
        return fill("con.no.disk", &[("reason", why)]);
    }
    for (opening, key) in [
        ("a backup or a check is running already", "con.no.backup.busy"),
        ("given up, since the server is closing", "con.no.closing"),
        ("the store is damaged: ", "con.no.damaged"),
        ("the server's key ", "con.no.key.damaged"),
        ("opening the server's key ", "con.no.key.damaged"),
        ("the system gives no random bytes", "con.no.chance"),
        ("a defect in MyChat", "con.no.defect"),
    ] {
        if sentence.starts_with(opening) {
            return fill(key, &[]);
        }
    }
    let rest = sentence.strip_prefix("cannot ").filter(|rest| rest.contains(": "))?;
    let (what, why) = rest.split_once(": ")?;
    // Before the path stands what was being done with it, in English.
    let root = what.find(['/', '\\']).and_then(|at| what[..at].rfind(' '));
    let path = root.map_or(what, |space| &what[space + 1..]);
    fill("con.no.file", &[("folder", path), ("reason", why)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RoomId;
    use crate::limits::SettingError;
    use crate::server::admin::{AdminError, BackupError, StoreError};

    /// The sentences come from the server's own errors, so that none of them drifts away.
    #[test]
    fn every_cause_of_no_backup_is_told_in_both_languages() {
        let blob = crate::domain::BlobId([7; 32]);
        let file = |path: &str| BackupError::File {
            doing: "make a file in",
            path: path.into(),
            error: std::io::Error::other("no way"),
        };
        let damaged = || BackupError::Damaged { path: "/a".into(), why: "a sum differs".into() };
        let causes = [
            (BackupError::Busy, ""),
            (BackupError::Stopped, ""),
            (BackupError::Space { folder: "/a b".into(), need: 7, free: 3 }, "/a b 7 3"),
            (BackupError::Exists("/a b".into()), "/a b"),
            (BackupError::NoFolder("/a b".into()), "/a b"),
            (BackupError::Missing(blob), &*blob.to_string()),
            (BackupError::Changed(blob), &*blob.to_string()),
            (BackupError::Unproven(Box::new(damaged())), "/a"),
            (damaged(), "/a"),
            (BackupError::Store(StoreError::Storage("no way".into())), "no"),
            (file("/a b/c"), "/a b/c no"),
            (file("C:\\a b\\c"), "C:\\a b\\c no"),
            (BackupError::Defect, ""),
        ];
        for (cause, kept) in causes {
            let sentence = cause.to_string();
            for language in Language::ALL {
                let told = of_backup(language, &sentence).unwrap_or_else(|| panic!("{sentence}"));
                assert!(kept.split(' ').all(|word| told.contains(word)), "{told}");
                assert!(!told.contains('{') && !told.contains("make a file"), "{told}");
                assert_eq!(words(language, &sentence), told);
            }
        }
        assert_eq!(of_backup(Language::Chinese, "strange"), None);
    }

    #[test]
    fn every_refusal_is_told_in_both_languages() {
        let refusals = [
            AdminError::NoAccount("10099".into()),
            AdminError::NoRoom(RoomId(20_009)),
            AdminError::NoBan("10001".into()),
            AdminError::Words(200),
            AdminError::Text(4_096),
            AdminError::NoStore("d".into()),
            AdminError::StoreMissing { path: "d".into(), advice: "restore".into() },
            AdminError::NoCode,
            AdminError::Closed { folder: "d".into(), owner: "'#7'".into() },
            AdminError::Stopped("d".into()),
            AdminError::Silent { folder: "d".into(), error: std::io::Error::other("x") },
            AdminError::Setting(SettingError::Key("no.such".into())),
            AdminError::Setting(SettingError::OneOf { key: "discovery", values: "on or off" }),
            AdminError::Setting(SettingError::Text { key: "server.name", bytes_max: 64 }),
            AdminError::Setting(SettingError::Range { key: "files.days", min: 1, max: 3_650 }),
            AdminError::Refused("the server is closing".into()),
            AdminError::Chance,
            AdminError::Broken {
                error: StoreError::Damaged { what: "x", why: "y".into() },
                advice: "z".into(),
            },
        ];
        let (english, chinese) = (Language::English, Language::Chinese);
        let known: std::collections::BTreeSet<String> =
            refusals.iter().map(|refusal| words(chinese, &refusal.to_string())).collect();
        assert_eq!(known.len(), refusals.len());
        for refusal in &refusals {
            let sentence = refusal.to_string();
            let plain = english.fill("con.no.other", &[("reason", &sentence)]);
            assert_ne!(words(english, &sentence), plain, "{sentence}");
        }
        let range = SettingError::Range { key: "files.days", min: 1, max: 3_650 };
        let range = words(chinese, &AdminError::Setting(range).to_string());
        assert!(range.contains("3650") && range.contains('1'), "{range}");
        assert!(words(english, "strange").contains("strange"));
    }
}
