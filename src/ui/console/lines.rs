//! A line of the event log in the person's language.

use jiff::tz::TimeZone;

use super::failure::Failure;
use super::log::What;
use super::model::End;
use super::{refused, units};
use crate::domain::{AccountId, Role, RoomId, Target};
use crate::net::control::{LogEvent, LogKind};
use crate::ui::app::files::amounts;
use crate::ui::text::Language;

/// How a kind is called.
#[must_use]
pub fn kind(language: Language, kind: LogKind) -> &'static str {
    language.get(match kind {
        LogKind::Auth => "con.kind.auth",
        LogKind::Info => "con.kind.info",
        LogKind::Warn => "con.kind.warn",
        LogKind::Error => "con.kind.error",
    })
}

/// A line as a sentence.
#[must_use]
pub fn sentence(language: Language, what: &What) -> String {
    match what {
        What::Event(event) => of_event(language, event),
        What::Ended { end: End::Closed, .. } => language.get("con.log.stopped").to_owned(),
        What::Ended { end: End::Replaced, .. } => language.get("con.log.replaced").to_owned(),
        What::Ended { end: End::Failed(failure), had_run } => failed(language, failure, *had_run),
    }
}

fn failed(language: Language, failure: &Failure, had_run: bool) -> String {
    let key = if had_run { "con.log.ended" } else { "con.log.not_started" };
    let words = failure.words(language);
    let reason = match failure {
        // What whoever is asked for help wants to know.
        Failure::Damaged(_, found) => {
            language.fill("con.log.found", &[("words", &words), ("reason", found)])
        }
        _ => words,
    };
    language.fill(key, &[("reason", &reason)])
}

fn of_event(language: Language, event: &LogEvent) -> String {
    match event {
        LogEvent::Started { listening } => {
            language.fill("con.log.started", &[("address", listening)])
        }
        LogEvent::Stopping {} => language.get("con.log.stopping").to_owned(),
        LogEvent::Failed { code, why, had_run } => {
            failed(language, &Failure::of(Some(i32::from(*code)), why), *had_run)
        }
        LogEvent::Registered { account, nickname, address } => {
            let account = account.to_string();
            let values = [("account", &*account), ("name", nickname), ("address", address)];
            language.fill("con.log.registered", &values)
        }
        LogEvent::SignedIn { account, address, client } => {
            let account = account.to_string();
            let values =
                [("account", &*account), ("address", address), ("client", units::client(client))];
            language.fill("con.log.signed_in", &values)
        }
        LogEvent::SignedOut { account, reason } => {
            let account = account.to_string();
            let reason = left(language, reason);
            language.fill("con.log.signed_out", &[("account", &account), ("reason", reason)])
        }
        LogEvent::WrongPassword { login, address, tries } => {
            wrong(language, "con.log.wrong_password", (login, address, *tries))
        }
        LogEvent::WrongCode { login, address, tries } => {
            wrong(language, "con.log.wrong_code", (login, address, *tries))
        }
        LogEvent::LockedOut { login, address, minutes } => {
            let minutes = minutes.to_string();
            let values = [("login", &**login), ("address", address), ("n", &minutes)];
            language.fill("con.log.locked_out", &values)
        }
        LogEvent::LinkRefused { address, reason } => {
            let reason = refused(language, reason);
            language.fill("con.log.refused", &[("address", address), ("reason", reason)])
        }
        LogEvent::RateLimited { account, what } => {
            let account = account.to_string();
            let what = if what == "messages" { language.get("con.what.messages") } else { what };
            language.fill("con.log.limited", &[("account", &account), ("what", what)])
        }
        LogEvent::LeftOut { count } => {
            language.fill("con.log.left_out", &[("n", &count.to_string())])
        }
        LogEvent::BackedUp { bytes, took_ms, .. } => {
            let (size, time) = (units::size(*bytes), units::span(*took_ms, language));
            language.fill("con.log.backed_up", &[("size", &size), ("time", &time)])
        }
        LogEvent::BackupFailed(not_done) => {
            let why = refused::words(language, not_done);
            language.fill("con.log.backup_failed", &[("reason", &why)])
        }
        LogEvent::BackupSkipped { folder, need_mib, free_mib } => {
            let (need, free) = (need_mib.to_string(), free_mib.to_string());
            let values = [("folder", folder.as_str()), ("min", &need), ("n", &free)];
            language.fill("con.log.backup_skipped", &values)
        }
        LogEvent::DiskLow { folder, free_mib } => {
            let free_mib = free_mib.to_string();
            language.fill("con.log.disk_low", &[("folder", folder), ("n", &free_mib)])
        }
        LogEvent::DiskFine {} => language.get("con.log.disk_fine").to_owned(),
        LogEvent::Trouble { text } => language.fill("con.log.trouble", &[("reason", text)]),
        event => of_admin(language, event),
    }
}

fn wrong(
    language: Language,
    key: &'static str,
    (login, address, tries): (&str, &str, u32),
) -> String {
    let tries = tries.to_string();
    language.fill(key, &[("login", login), ("address", address), ("n", &tries)])
}

/// What the admin did, and what people made.
fn of_admin(language: Language, event: &LogEvent) -> String {
    let fill = |key, name: &str, value: &str| language.fill(key, &[(name, value)]);
    let of = |key, account: &AccountId| fill(key, "account", &account.to_string());
    let of_room = |key, room: &RoomId, account: &AccountId| {
        language.fill(key, &[("room", &room.to_string()), ("account", &account.to_string())])
    };
    let because = |sentence: String, why: &str| match why {
        "" => sentence,
        why => language.fill("con.log.because", &[("name", &sentence), ("reason", why)]),
    };
    match event {
        LogEvent::Kicked { account, why } => because(of("con.log.kicked", account), why),
        LogEvent::Banned { whom, minutes: None, why } => {
            because(fill("con.log.banned", "name", whom), why)
        }
        LogEvent::Banned { whom, minutes: Some(minutes), why } => {
            let time = units::minutes(*minutes, language);
            because(language.fill("con.log.banned.for", &[("name", whom), ("time", &time)]), why)
        }
        LogEvent::Unbanned { whom } => fill("con.log.unbanned", "name", whom),
        LogEvent::Disabled { account, disabled: true, why } => {
            because(of("con.log.disabled", account), why)
        }
        LogEvent::Disabled { account, disabled: false, .. } => of("con.log.enabled", account),
        LogEvent::SignedOutEverywhere { account } => of("con.log.signed_out_all", account),
        LogEvent::RoleGiven { account, role: Role::Admin } => of("con.log.promoted", account),
        LogEvent::RoleGiven { account, role: Role::Member } => of("con.log.demoted", account),
        LogEvent::ResetGiven { account } => of("con.log.reset", account),
        LogEvent::Announced { kept, people } => {
            let key = if *kept { "con.log.said.all" } else { "con.log.said" };
            fill(key, "n", &people.to_string())
        }
        LogEvent::Told { account } => of("con.log.told", account),
        LogEvent::SettingChanged { key, value: None } => fill("con.log.set.secret", "key", key),
        LogEvent::SettingChanged { key, value: Some(value) } => {
            let value = if value.is_empty() { "-" } else { value };
            language.fill("con.log.set", &[("key", key), ("value", value)])
        }
        LogEvent::Reloaded {} => language.get("con.log.reloaded").to_owned(),
        LogEvent::Restored { at, .. } => {
            fill("con.log.restored", "time", &units::exact_time(*at, &TimeZone::system()))
        }
        LogEvent::PasswordReset { account, address } => {
            let values = [("account", &*account.to_string()), ("address", address)];
            language.fill("con.log.password.reset", &values)
        }
        LogEvent::RoomMade { room, account } => of_room("con.log.room.made", room, account),
        LogEvent::RoomEnded { room, account: None } => {
            fill("con.log.room.dissolved", "room", &room.to_string())
        }
        LogEvent::RoomEnded { room, account: Some(account) } => {
            of_room("con.log.room.ended", room, account)
        }
        LogEvent::FileSent { account, to, bytes } => {
            let to = match to {
                Target::Account(account) => account.to_string(),
                Target::Room(room) => fill("con.log.to.room", "room", &room.to_string()),
                Target::Lobby => language.get("lobby").to_owned(),
            };
            let (account, size) = (account.to_string(), amounts::bytes(*bytes));
            language.fill("con.log.file", &[("account", &account), ("to", &to), ("size", &size)])
        }
        // The others are told above.
        _ => String::new(),
    }
}

/// Why somebody left; what the server does not say in words of its own stays as it is.
fn left(language: Language, reason: &str) -> &str {
    let key = match reason {
        "signed out" => "con.left.signed_out",
        "signed in again" | "replaced" => "con.left.again",
        "link closed" => "con.left.closed",
        "kicked" => "con.left.kicked",
        "banned" => "con.left.banned",
        "signed_out" => "con.left.put_out",
        "password_changed" => "con.left.password",
        "deleted" => "con.left.deleted",
        _ => "",
    };
    language_or(language, reason, key)
}

/// Why a link was turned away, by the code of the goodbye that it got.
fn refused(language: Language, code: &str) -> &str {
    let key = match code {
        "too_old" => "con.cut.too_old",
        "bad_frame" => "con.cut.bad_frame",
        "frame_too_large" => "con.cut.frame_too_large",
        "timeout" => "con.cut.timeout",
        "too_slow" => "con.cut.too_slow",
        "too_many_links" => "con.cut.too_many_links",
        "banned" => "con.cut.banned",
        _ => "",
    };
    language_or(language, code, key)
}

fn language_or<'a>(language: Language, plain: &'a str, key: &'static str) -> &'a str {
    if key.is_empty() { plain } else { language.get(key) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::verb::NotDone;
    use crate::ui::console::failure::Failure;
    use crate::ui::console::log::tests::some;

    fn of_admin_all() -> Vec<LogEvent> {
        let (account, whom) = (AccountId(10_001), || "10.0.0.7".to_owned());
        let room = RoomId(20_001);
        let file = |to| LogEvent::FileSent { account, to, bytes: 90_596_966 };
        let set = |value| LogEvent::SettingChanged { key: "k".into(), value };
        let why = || "w".to_owned();
        let banned = |minutes, why| LogEvent::Banned { whom: whom(), minutes, why };
        vec![
            LogEvent::Kicked { account, why: String::new() },
            LogEvent::Kicked { account, why: why() },
            banned(None, why()),
            banned(Some(90), String::new()),
            LogEvent::Unbanned { whom: whom() },
            LogEvent::Disabled { account, disabled: true, why: why() },
            LogEvent::Disabled { account, disabled: false, why: String::new() },
            LogEvent::SignedOutEverywhere { account },
            LogEvent::Restored { path: "p".into(), at: 0 },
            LogEvent::PasswordReset { account, address: "a".into() },
            LogEvent::RoleGiven { account, role: Role::Admin },
            LogEvent::RoleGiven { account, role: Role::Member },
            LogEvent::ResetGiven { account },
            LogEvent::Announced { kept: true, people: 7 },
            LogEvent::Announced { kept: false, people: 7 },
            LogEvent::Told { account },
            set(None),
            set(Some("v".into())),
            LogEvent::RoomMade { room, account },
            LogEvent::RoomEnded { room, account: None },
            LogEvent::RoomEnded { room, account: Some(account) },
            file(Target::Account(AccountId(10_002))),
            file(Target::Room(room)),
            file(Target::Lobby),
        ]
    }

    #[test]
    fn every_event_is_a_sentence_in_both_languages() {
        let account = AccountId(1);
        let (address, reason) = (String::from("a"), String::from("too_old"));
        let nickname = "n".to_owned();
        let mut events: Vec<LogEvent> = some().into_iter().map(|entry| entry.what).collect();
        events.push(LogEvent::Stopping {});
        events.push(LogEvent::Failed { code: 74, why: "x".into(), had_run: true });
        events.push(LogEvent::Registered { account, nickname, address: address.clone() });
        events.push(LogEvent::LockedOut {
            login: "l".into(),
            address: address.clone(),
            minutes: 5,
        });
        events.push(LogEvent::LinkRefused { address: address.clone(), reason });
        events.push(LogEvent::LinkRefused { address, reason: "banned".into() });
        events.push(LogEvent::LeftOut { count: 7 });
        events.push(LogEvent::BackedUp { path: "p".into(), bytes: 9, took_ms: 9 });
        events.push(LogEvent::BackupFailed(NotDone::closing()));
        events.push(LogEvent::BackupSkipped { folder: "/b".into(), need_mib: 9, free_mib: 3 });
        events.push(LogEvent::DiskLow { folder: "/f".into(), free_mib: 256 });
        events.push(LogEvent::DiskFine {});
        events.extend(of_admin_all());
        let codes = ["kicked", "banned", "signed_out", "password_changed", "deleted"];
        for reason in ["signed out", "signed in again", "link closed"].into_iter().chain(codes) {
            events.push(LogEvent::SignedOut { account, reason: reason.into() });
        }
        let mut events: Vec<What> = events.into_iter().map(What::Event).collect();
        events.push(What::Ended { end: End::Closed, had_run: true });
        events.push(What::Ended { end: End::Replaced, had_run: true });
        for had_run in [false, true] {
            events.push(What::Ended { end: End::Failed(Failure::Signal(9)), had_run });
        }
        for language in Language::ALL {
            let sentences: std::collections::BTreeSet<String> =
                events.iter().map(|what| sentence(language, what)).collect();
            assert_eq!(sentences.len(), events.len());
            for sentence in sentences {
                let bare = sentence.contains('{') || sentence.contains("con.");
                assert!(!bare && !sentence.contains("too_old"), "{sentence}");
            }
        }
    }
}
