//! What the admin only looks at; from the writer's view or from a snapshot.

use std::collections::BTreeMap;

use crate::domain::{AccountId, RoomId};
use crate::limits::{ADMIN_PAGE_MAX, SettingError};
use crate::net::verb::{AccountRow, BanRow, Done, RoomRow, Verb};
use crate::server::admin::AdminError;
use crate::server::settings::{CODE_UNTIL, CODE_USES, REGISTRATION_CODE, Settings};
use crate::store::StoreError;
use crate::store::accounts::{Account, folded};
use crate::store::bans::{Ban, key_of};
use crate::store::rows::{Mode, Rows};

/// Answers a verb that only shows something.
///
/// # Errors
/// There is no such thing, or the disk failed.
pub fn answer<M: Mode>(rows: &Rows<M>, age_min: u64, verb: &Verb) -> Result<Done, AdminError> {
    match verb {
        Verb::Get { key } => settings(rows, key.as_deref()),
        Verb::Accounts { text, skip } => accounts(rows, age_min, (text, *skip)),
        Verb::Rooms { text, skip } => rooms(rows, (text, *skip)),
        _ => Ok(Done::Bans { rows: bans(rows, age_min)?, unbanned: None }),
    }
}

pub(super) fn settings<M: Mode>(rows: &Rows<M>, key: Option<&str>) -> Result<Done, AdminError> {
    let settings = Settings::load(rows)?.list().into_iter();
    // The code is shown with what is left of it.
    let is_wanted = |name: &str, key: &str| {
        name == key || key == REGISTRATION_CODE && matches!(name, CODE_USES | CODE_UNTIL)
    };
    let wanted = settings.filter(|(name, _)| key.is_none_or(|key| is_wanted(name, key)));
    let rows: BTreeMap<String, String> =
        wanted.map(|(name, value)| (name.to_owned(), value)).collect();
    match (rows.is_empty(), key) {
        (true, Some(key)) => Err(SettingError::Key(key.to_owned()).into()),
        _ => Ok(Done::Settings(rows)),
    }
}

fn accounts<M: Mode>(
    rows: &Rows<M>,
    age_min: u64,
    (text, skip): (&str, u64),
) -> Result<Done, AdminError> {
    let part = folded(text);
    let mut numbers: Vec<AccountId> =
        rows.list_named(&part)?.into_iter().map(|(_, account)| account).collect();
    if let Some(number) = AccountId::parse(&part)
        && rows.get_account(number)?.is_some_and(|account| !account.deleted)
    {
        numbers.push(number);
    }
    let (page, more) = page(numbers, skip);
    let mut found = Vec::new();
    for number in page {
        if let Some(one) = rows.get_account(number)?.filter(|account| !account.deleted) {
            found.push(account(rows, age_min, one)?);
        }
    }
    Ok(Done::Accounts { rows: found, more })
}

pub(super) fn account<M: Mode>(
    rows: &Rows<M>,
    age_min: u64,
    account: Account,
) -> Result<AccountRow, StoreError> {
    let number = account.person.account;
    let found = rows.get_ban(number, age_min)?;
    let ban = found.map(|found| ban(rows, age_min, (key_of(number), found))).transpose()?;
    Ok(AccountRow {
        created: account.created,
        seen: rows.get_seen(number)?,
        disabled: account.disabled,
        devices: rows.list_devices(number)?.len() as u64,
        bytes: rows.get_file_bytes(number)?,
        // Whoever knows who is there fills it in.
        links: 0,
        person: account.person,
        ban,
    })
}

fn rooms<M: Mode>(rows: &Rows<M>, (text, skip): (&str, u64)) -> Result<Done, AdminError> {
    let part = folded(text);
    let mut numbers: Vec<RoomId> =
        rows.list_rooms_named(&part)?.into_iter().map(|(_, room)| room).collect();
    numbers.extend(RoomId::parse(&part));
    let (page, more) = page(numbers, skip);
    let mut found = Vec::new();
    for number in page {
        let Some(room) = rows.get_room(number)? else { continue };
        let log = rows.get_conversation(room.conversation)?;
        found.push(RoomRow {
            room: number,
            name: room.name,
            owner: room.owner,
            members: u64::from(room.members),
            messages: log.map_or(0, |log| log.head.0),
        });
    }
    Ok(Done::Rooms { rows: found, more })
}

pub(super) fn bans<M: Mode>(rows: &Rows<M>, age_min: u64) -> Result<Vec<BanRow>, StoreError> {
    let found = rows.list_bans(age_min)?.into_iter();
    found.map(|found| ban(rows, age_min, found)).collect()
}

pub(super) fn ban<M: Mode>(
    rows: &Rows<M>,
    age_min: u64,
    (whom, ban): (String, Ban),
) -> Result<BanRow, StoreError> {
    let person = AccountId::parse(&whom).map(|number| rows.get_person(number)).transpose()?;
    let nickname = person.flatten().map(|person| person.nickname);
    let minutes_left = ban.minutes_left(age_min);
    Ok(BanRow { whom, nickname, why: ban.why, at: ban.at, minutes_left })
}

/// One page of what was found, by number; each once.
fn page<T: Ord>(mut found: Vec<T>, skip: u64) -> (Vec<T>, bool) {
    found.sort_unstable();
    found.dedup();
    let skip = usize::try_from(skip).unwrap_or(usize::MAX).min(found.len());
    let mut page = found.split_off(skip);
    let more = page.len() > ADMIN_PAGE_MAX;
    page.truncate(ADMIN_PAGE_MAX);
    (page, more)
}
