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
    if sentence.contains(" may only be looked into by its owner") {
        return fill("con.no.closed", &[]);
    }
    if sentence == "the server is closing" {
        return fill("con.no.closing", &[]);
    }
    fill("con.no.other", &[("reason", sentence)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RoomId;
    use crate::limits::SettingError;
    use crate::server::admin::AdminError;

    /// The sentences come from the server's own errors, so that none of them drifts away.
    #[test]
    fn every_refusal_is_told_in_both_languages() {
        let refusals = [
            AdminError::NoAccount("10099".into()),
            AdminError::NoRoom(RoomId(20_009)),
            AdminError::NoBan("10001".into()),
            AdminError::Words(200),
            AdminError::Text(4_096),
            AdminError::NoStore("d".into()),
            AdminError::Closed { folder: "d".into(), owner: "'#7'".into() },
            AdminError::Stopped("d".into()),
            AdminError::Silent { folder: "d".into(), error: std::io::Error::other("x") },
            AdminError::Setting(SettingError::Key("no.such".into())),
            AdminError::Setting(SettingError::OneOf { key: "discovery", values: "on or off" }),
            AdminError::Setting(SettingError::Text { key: "server.name", bytes_max: 64 }),
            AdminError::Setting(SettingError::Range { key: "files.days", min: 1, max: 3_650 }),
            AdminError::Refused("the server is closing".into()),
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
        let range = words(chinese, &refusals[12].to_string());
        assert!(range.contains("3650") && range.contains('1'), "{range}");
        assert!(words(english, "strange").contains("strange"));
    }
}
