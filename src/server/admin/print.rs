//! What came of a verb, for people and for programs.

use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use serde_json::{Value, json};

use crate::net::control::OnlineSession;
use crate::net::verb::{
    AccountRow, BackupRow, BanRow, Checked, Counted, Done, Found, NotDone, RoomRow,
};
use crate::server::backup::archive::Manifest;
use crate::server::settings;

/// As lines for people; columns of lists stand under each other.
#[must_use]
pub fn lines(done: &Done) -> Vec<String> {
    match done {
        Done::Account(row) => vec![account(row)],
        Done::Reset(code) => vec![
            format!("{} {}: {}", code.account, code.nickname, code.code),
            format!("    opens one new password within {} minutes", code.minutes),
        ],
        Done::Banned(row) => vec![ban(row)],
        Done::Said { seq: Some(_) } => vec!["said, and kept".to_owned()],
        Done::Said { seq: None } => vec!["said to those who are online".to_owned()],
        Done::Dissolved { room, name } => vec![format!("{room} {name}: dissolved")],
        Done::Settings(rows) => rows.iter().flat_map(setting).collect(),
        Done::Online { sessions } => listed(sessions.iter().map(online).collect(), false),
        Done::Accounts { rows, more } => listed(rows.iter().map(account).collect(), *more),
        Done::Rooms { rows, more } => listed(rows.iter().map(room).collect(), *more),
        Done::Bans { rows } => listed(rows.iter().map(ban).collect(), false),
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
            "    {accounts} accounts, {messages} messages, {files} pictures and files; {} in \
             {seconds}.{} s, read again and right",
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
        found => format!("{found} findings"),
    });
    lines
}

/// What was restored, and where to.
#[must_use]
pub fn restored(manifest: &Manifest, data: &Path) -> Vec<String> {
    let Manifest { accounts, messages, files, name, at, .. } = manifest;
    vec![
        format!("{}: {name} as it was at {}", data.display(), when(*at)),
        format!("    {accounts} accounts, {messages} messages, {files} pictures and files"),
        "    start it with: mychat --serve --data and this folder".to_owned(),
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
    let seen = row.seen.map_or_else(|| "never".to_owned(), when);
    let state = match (disabled, ban) {
        (true, _) => " disabled".to_owned(),
        (false, Some(found)) => format!(" banned{}", left(found.minutes_left)),
        (false, None) => String::new(),
    };
    let mib = row.bytes >> 20;
    format!(
        "{} {}: {role}{state}, since {}, seen {seen}, {devices} devices, {mib} MiB of files",
        person.account,
        person.nickname,
        when(row.created)
    )
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
    format!("{room} {name}: owner {owner}, {members} members, {messages} messages")
}

fn ban(row: &BanRow) -> String {
    let name = row.nickname.as_ref().map_or_else(String::new, |name| format!(" {name}"));
    let why = if row.why.is_empty() { String::new() } else { format!(": {}", row.why) };
    format!("{}{name}: banned{}, since {}{why}", row.whom, left(row.minutes_left), when(row.at))
}

fn left(minutes: Option<u64>) -> String {
    match minutes {
        None => " for ever".to_owned(),
        Some(minutes) => format!(" for {minutes} more minutes"),
    }
}

/// A moment by this computer's clock, to the minute.
fn when(ms: i64) -> String {
    let Ok(moment) = Timestamp::from_millisecond(ms) else { return ms.to_string() };
    let local = moment.to_zoned(TimeZone::system());
    let local = local.round(Unit::Minute).unwrap_or(local);
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
        Done::Banned(row) => json!(row),
        Done::Said { seq } => json!({ "seq": seq }),
        Done::Dissolved { room, name } => json!({ "room": room, "name": name }),
        Done::Settings(rows) => json!(rows),
        Done::Online { sessions } => json!({ "online": sessions }),
        Done::Accounts { rows, more } => {
            json!({ "accounts": rows.iter().map(as_account).collect::<Vec<_>>(), "more": more })
        }
        Done::Rooms { rows, more } => json!({ "rooms": rows, "more": more }),
        Done::Bans { rows } => json!({ "bans": rows }),
        Done::Backup(row) => json!(row),
        Done::Checked(checked) => json!(checked),
    }
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
    })
}
