//! Who is kept out, for a time or for ever.

use std::net::IpAddr;

use super::{Cut, News, Outcome, When, find, people, show};
use crate::limits::BAN_MINUTES_MAX;
use crate::net::control::LogEvent;
use crate::net::protocol::Goodbye;
use crate::net::verb::{Done, Unbanned, Whom};
use crate::server::admin::AdminError;
use crate::server::admission::counted;
use crate::server::bans::AddressBan;
use crate::store::accounts::Account;
use crate::store::bans::{Ban, key_of};
use crate::store::rows::{Mode, Rows};
use crate::store::{StoreError, Writes};

pub(super) fn ban(
    rows: &mut Writes<'_>,
    now: When,
    (whom, minutes): (&Whom, Option<u64>),
    why: &str,
) -> Outcome {
    if minutes.is_some_and(|minutes| !(1..=BAN_MINUTES_MAX).contains(&minutes)) {
        return Err(AdminError::Minutes);
    }
    let why = people::words(why)?;
    let (key, account) = find_whom(rows, whom)?;
    let until_age_min = minutes.map(|minutes| now.age_min.saturating_add(minutes));
    let ban = Ban { why: why.clone(), at: now.wall_ms, until_age_min };
    rows.put_ban(&key, &ban)?;
    let row = show::ban(rows, now.age_min, (key, ban))?;
    let news = match account {
        Some(account) => people::put_out(account.person.account, Goodbye::Banned, why),
        None => {
            let cut = address_of(whom).map(|address| Cut::Address(address, why));
            News { cut, ..banned(rows, now)? }
        }
    };
    Ok((Done::Banned(row), news))
}

pub(super) fn unban(rows: &mut Writes<'_>, now: When, whom: &Whom) -> Outcome {
    let (key, account) = find_whom(rows, whom)?;
    if !rows.remove_ban(&key)? {
        return Err(AdminError::NoBan(key));
    }
    let nickname = account.map(|account| account.person.nickname);
    let unbanned = Some(Unbanned { whom: key.clone(), nickname });
    let done = Done::Bans { rows: show::bans(rows, now.age_min)?, unbanned };
    let noted = Some(LogEvent::Unbanned { whom: key });
    Ok((done, News { noted, ..banned(rows, now)? }))
}

/// The addresses that are banned now.
fn banned<M: Mode>(rows: &Rows<M>, now: When) -> Result<News, StoreError> {
    let bans = Some(banned_addresses(rows, now.age_min)?);
    Ok(News { bans, ..News::default() })
}

/// The same, as they are left at an age of the server.
///
/// # Errors
/// The disk failed.
pub fn banned_addresses<M: Mode>(
    rows: &Rows<M>,
    age_min: u64,
) -> Result<Vec<AddressBan>, StoreError> {
    let bans = rows.list_bans(age_min)?.into_iter();
    let addresses = bans.filter_map(|(whom, ban)| {
        let (address, minutes) = (whom.parse().ok()?, ban.minutes_left(age_min));
        Some(AddressBan { address, minutes, why: ban.why })
    });
    Ok(addresses.collect())
}

fn address_of(whom: &Whom) -> Option<IpAddr> {
    match whom {
        Whom::Address(address) => Some(counted(address.to_canonical())),
        Whom::Account(_) => None,
    }
}

fn find_whom<M: Mode>(
    rows: &Rows<M>,
    whom: &Whom,
) -> Result<(String, Option<Account>), AdminError> {
    Ok(match whom {
        Whom::Address(address) => (counted(address.to_canonical()).to_string(), None),
        Whom::Account(name) => {
            let account = find(rows, name)?;
            (key_of(account.person.account), Some(account))
        }
    })
}
