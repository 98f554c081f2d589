//! What came of a verb, for people and for programs.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::net::control::OnlineSession;
use crate::net::verb::{
    AccountRow, BackupRow, BanRow, Checked, Counted, Done, Found, NotDone, RoomRow, Unbanned, Verb,
    Whom,
};
use crate::server::backup::archive::Manifest;
use crate::server::settings;

/// As lines for people; columns of lists stand under each other.
#[must_use]
pub fn lines(verb: &Verb, done: &Done) -> Vec<String> {
    match done {
        Done::Account(row) => vec![done_to(verb, row)],
        Done::Reset(code) => vec![
            format!("{} {}: {}", code.account, code.nickname, code.code),
            format!("    opens one new password within {}", counted(code.minutes, "minute")),
        ],
        Done::Banned(row) => vec![ban(row)],
        Done::Said { seq: Some(_) } => vec!["said, and kept".to_owned()],
        Done::Said { seq: None } => vec!["said to those who are online".to_owned()],
        Done::Dissolved { room, name } => vec![format!("{room} {name}: dissolved")],
        Done::Settings(_) if *verb == Verb::Reload {} => {
            vec!["the settings were read again and hold now".to_owned()]
        }
        Done::Settings(rows) => rows.iter().flat_map(setting).collect(),
        Done::Online { sessions } => listed(sessions.iter().map(online).collect(), false),
        Done::Accounts { rows, more } => listed(rows.iter().map(account).collect(), *more),
        Done::Rooms { rows, more } => listed(rows.iter().map(room).collect(), *more),
        Done::Bans { unbanned: Some(Unbanned { whom, nickname }), .. } => {
            let name = nickname.as_ref().map_or_else(String::new, |name| format!(" {name}"));
            vec![format!("{}{name}: let in again", Whom::shown(whom))]
        }
        Done::Bans { rows, unbanned: None } => listed(rows.iter().map(ban).collect(), false),
        Done::Backup(row) => backup(row),
        Done::Checked(checked) => self::checked(checked),
    }
}

fn backup(row: &BackupRow) -> Vec<String> {
    let BackupRow { path, bytes, took_ms, messages, accounts, files, .. } = row;
    let seconds = took_ms / 1_000;
    vec![
        path.clone(),
        format!(
            "    {}, {}, {}; {} in {seconds}.{} s, read again and right",
            counted(*accounts, "account"),
            counted(*messages, "message"),
            pictures(*files),
            size(*bytes),
            took_ms % 1_000 / 100
        ),
    ]
}

/// Bytes in the unit that people would choose.
fn size(bytes: u64) -> String {
    match bytes {
        0..10_485_760 => format!("{} KiB", bytes.div_ceil(1024)),
        _ => format!("{} MiB", bytes >> 20),
    }
}

fn checked(checked: &Checked) -> Vec<String> {
    let Checked { counts, findings, found } = checked;
    let mut lines: Vec<String> =
        counts.iter().map(|Counted { what, count }| format!("{what}: {count}")).collect();
    for Found { what, cure } in findings {
        lines.extend([format!("DAMAGED: {what}"), format!("    {cure}")]);
    }
    let told = findings.len() as u64;
    lines.push(match *found {
        0 => "all is as it has to be".to_owned(),
        found if found > told => format!("{found} findings, of which these are the first {told}"),
        found => counted(found, "finding"),
    });
    lines
}

/// What a setting that was set or shown does not do while this server runs.
#[must_use]
pub fn given(key: &str) -> Option<&'static str> {
    match key {
        settings::NAME => Some(
            "the server was started with --name, which goes before server.name until it is started \
             without it",
        ),
        settings::DISCOVERY => Some(
            "the server was started with --no-discovery, which goes before discovery until it is \
             started without it",
        ),
        _ => None,
    }
}

/// What was restored, and where to.
#[must_use]
pub fn restored(manifest: &Manifest, data: &Path) -> Vec<String> {
    let Manifest { accounts, messages, files, name, at, .. } = manifest;
    vec![
        format!("{}: {name} as it was at {}", data.display(), when(*at)),
        format!(
            "    {}, {}, {}",
            counted(*accounts, "account"),
            counted(*messages, "message"),
            pictures(*files)
        ),
        format!("    start it with: mychat --serve --data '{}'", data.display()),
    ]
}

/// The same as JSON.
#[must_use]
pub fn restored_json(manifest: &Manifest, data: &Path) -> Value {
    json!({ "data": data.display().to_string(), "backup": manifest })
}

fn listed(mut lines: Vec<String>, more: bool) -> Vec<String> {
    if lines.is_empty() {
        lines.push("none".to_owned());
    }
    if more {
        lines.push("... and more: use --skip, or say what to look for".to_owned());
    }
    lines
}

fn setting((key, value): (&String, &String)) -> Vec<String> {
    let about = settings::about(key).map(|about| format!("    {about}"));
    [Some(format!("{key} = {value}")), about].into_iter().flatten().collect()
}

fn account(row: &AccountRow) -> String {
    let AccountRow { person, devices, disabled, ban, .. } = row;
    let role = format!("{:?}", person.role).to_lowercase();
    let seen = match (row.links, row.seen) {
        (0, None) => "never seen".to_owned(),
        (0, Some(at)) => format!("seen {}", when(at)),
        (links, _) => format!("online by {}", counted(links, "link")),
    };
    let state = match (disabled, ban) {
        (true, _) => " disabled".to_owned(),
        (false, Some(found)) => format!(" banned{}", left(found.minutes_left)),
        (false, None) => String::new(),
    };
    let mib = row.bytes >> 20;
    format!(
        "{} {}: {role}{state}, since {}, {seen}, {}, {mib} MiB of files",
        person.account,
        person.nickname,
        when(row.created),
        counted(*devices, "device")
    )
}

/// What was done to an account, or what it is now where that says it.
fn done_to(verb: &Verb, row: &AccountRow) -> String {
    let ended = format!("{} ended", counted(row.links, "link"));
    let out = |what: &str| match row.links {
        0 => what.to_owned(),
        _ => format!("{what}, {ended}"),
    };
    let done = match verb {
        Verb::Kick { .. } if row.links == 0 => "is not online, so nothing was ended".to_owned(),
        Verb::Kick { .. } => ended,
        Verb::Disable { disabled: true, .. } => {
            out("let in no more and signed out on all its devices")
        }
        Verb::Disable { disabled: false, .. } if row.ban.is_some() => {
            "enabled, and still banned".to_owned()
        }
        Verb::Disable { disabled: false, .. } => "let in again".to_owned(),
        Verb::SignOut { .. } => out("signed out on all its devices"),
        _ => return account(row),
    };
    format!("{} {}: {done}", row.person.account, row.person.nickname)
}

fn online(row: &OnlineSession) -> String {
    let OnlineSession { person, presence, address, client, since, .. } = row;
    let presence = format!("{presence:?}").to_lowercase();
    let since = when(*since);
    format!(
        "{} {}: {presence}, {address}, {client}, since {since}",
        person.account, person.nickname
    )
}

fn room(row: &RoomRow) -> String {
    let RoomRow { room, name, owner, members, messages } = row;
    let (members, messages) = (counted(*members, "member"), counted(*messages, "message"));
    format!("{room} {name}: owner {owner}, {members}, {messages}")
}

fn ban(row: &BanRow) -> String {
    let name = row.nickname.as_ref().map_or_else(String::new, |name| format!(" {name}"));
    let why = if row.why.is_empty() { String::new() } else { format!(": {}", row.why) };
    let (whom, left) = (Whom::shown(&row.whom), left(row.minutes_left));
    format!("{whom}{name}: banned{left}, since {}{why}", when(row.at))
}

fn left(minutes: Option<u64>) -> String {
    match minutes {
        None => " for ever".to_owned(),
        Some(minutes) => format!(" for {}", counted(minutes, "more minute")),
    }
}

/// "1 link" and "2 links".
fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn pictures(files: u64) -> String {
    match files {
        1 => "1 picture or file".to_owned(),
        files => format!("{files} pictures and files"),
    }
}

/// A moment by this computer's clock, to the minute.
fn when(ms: i64) -> String {
    let Ok(moment) = Timestamp::from_millisecond(ms) else { return ms.to_string() };
    let local = moment.to_zoned(TimeZone::system());
    local.strftime("%Y-%m-%d %H:%M").to_string()
}

/// The same as JSON: one flat object, or a list.
#[must_use]
pub fn json(done: &Done) -> Value {
    match done {
        Done::Account(row) => as_account(row),
        Done::Reset(code) => json!({
            "account": code.account, "nickname": code.nickname, "code": code.code,
            "minutes": code.minutes,
        }),
        Done::Banned(row) => as_ban(row),
        Done::Said { seq } => json!({ "seq": seq }),
        Done::Dissolved { room, name } => json!({ "room": room, "name": name }),
        Done::Settings(rows) => json!(rows),
        Done::Online { sessions } => json!({ "online": sessions }),
        Done::Accounts { rows, more } => {
            json!({ "accounts": rows.iter().map(as_account).collect::<Vec<_>>(), "more": more })
        }
        Done::Rooms { rows, more } => json!({ "rooms": rows, "more": more }),
        Done::Bans { rows, unbanned: None } => json!({ "bans": as_bans(rows) }),
        Done::Bans { rows, unbanned: Some(Unbanned { whom, nickname }) } => json!({
            "bans": as_bans(rows),
            "unbanned": { "whom": Whom::shown(whom), "nickname": nickname },
        }),
        Done::Backup(row) => json!(row),
        Done::Checked(checked) => json!(checked),
    }
}

fn as_bans(rows: &[BanRow]) -> Vec<Value> {
    rows.iter().map(as_ban).collect()
}

/// An address of IPv6 stands for the network around it, here as for people.
fn as_ban(row: &BanRow) -> Value {
    json!(BanRow { whom: Whom::shown(&row.whom), ..row.clone() })
}

/// Why a verb was not done: its code, and what belongs into a sentence of one's own.
#[must_use]
pub fn not_done_json(not_done: &NotDone) -> Value {
    let NotDone { why, code, values, .. } = not_done;
    json!({ "error": code, "why": why, "values": values })
}

fn as_account(row: &AccountRow) -> Value {
    json!({
        "account": row.person.account, "nickname": row.person.nickname, "role": row.person.role,
        "created": row.created, "seen": row.seen, "disabled": row.disabled,
        "devices": row.devices, "bytes": row.bytes, "ban": row.ban,
        "links": row.links,
    })
}
