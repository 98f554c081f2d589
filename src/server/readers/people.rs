//! What is asked about people: profiles, who is found, own devices, contacts and requests.

use std::cmp::Reverse;

use crate::clock;
use crate::domain::{AccountId, ContactRequest, Details, DeviceId, Presence, Way};
use crate::limits::{CONTACTS_PAGE_MAX, FOUND_MAX, FOUND_PAGE_MAX, REQUESTS_PAGE_MAX};
use crate::net::protocol::{DeviceRow, OnlinePerson, Reason, Refusal, Reply};
use crate::server::board::Board;
use crate::store::accounts::folded;
use crate::store::{Reads, StoreError};

type Answer = Result<Result<Reply, Refusal>, StoreError>;

pub(super) fn profile(rows: &Reads, me: AccountId, account: AccountId) -> Answer {
    let Some(person) = rows.get_person(account)? else { return Ok(Err(Reason::NotFound.into())) };
    let details = match may_read(rows, me, account)? {
        true => rows.get_details(account)?,
        false => Details::default(),
    };
    let known = rows.get_contact(account, me)?;
    let seen = match known.filter(|known| known.friend) {
        // Told as it was: a friend that reads nothing any more would know.
        Some(known) if known.blocked => rows.get_seen_by_blocked(account, me)?,
        Some(_) => rows.get_seen(account)?,
        None if account == me => rows.get_seen(account)?,
        None => None,
    };
    Ok(Ok(Reply::Profile { person, details, seen }))
}

/// Whether somebody may read what another says of itself: everybody, unless that one does not want to
/// be found; then friends, whom it asked to be one, and whom it has a conversation with.
fn may_read(rows: &Reads, me: AccountId, account: AccountId) -> Result<bool, StoreError> {
    let privacy = rows.get_privacy(account)?;
    if account == me || privacy.by_number || privacy.by_nickname {
        return Ok(true);
    }
    let (age, asked) = (rows.get_age()?, rows.get_request(account, me, Way::Out)?);
    Ok(rows.get_contact(account, me)?.is_some_and(|known| known.friend)
        || asked.is_some_and(|asked| asked.is_open(age))
        || rows.get_direct(me, account)?.is_some())
}

/// What is looked for.
pub(super) struct Wanted<'a> {
    pub text: &'a str,
    pub online: bool,
    pub skip: u32,
}

/// The exact number first, then whole names, beginnings, other parts; each by number.
pub(super) fn find(rows: &Reads, board: &Board, me: AccountId, wanted: &Wanted<'_>) -> Answer {
    let part = folded(wanted.text);
    if part.chars().count() > 64 || (part.is_empty() && !wanted.online) {
        return Ok(Err(Reason::BadValue.into()));
    }
    let mut fits: Vec<(u8, AccountId)> = Vec::new();
    if let Some(number) = AccountId::parse(&part)
        && number != me
        && rows.get_account(number)?.is_some_and(|account| !account.deleted)
        && rows.get_privacy(number)?.by_number
    {
        fits.push((0, number));
    }
    let exact = fits.first().map(|(_, account)| *account);
    for (fit, account) in rows.list_named(&part)? {
        if account != me && Some(account) != exact {
            fits.push((fit + 1, account));
        }
    }
    fits.sort_unstable();
    let skip = usize::try_from(wanted.skip).unwrap_or(usize::MAX).min(FOUND_MAX);
    let (mut people, mut passed) = (Vec::new(), 0);
    for (fit, account) in fits {
        let presence = board.presence(account).as_seen_by_others();
        if wanted.online && presence == Presence::Offline {
            continue;
        }
        let hides = rows.get_contact(account, me)?.is_some_and(|contact| contact.blocked);
        let presence = match hides {
            true => Presence::Offline,
            false => presence,
        };
        let is_wanted = (!wanted.online || presence != Presence::Offline)
            && (fit == 0 || rows.get_privacy(account)?.by_nickname);
        let Some(person) = rows.get_person(account)?.filter(|_| is_wanted) else { continue };
        passed += 1;
        if passed > FOUND_MAX {
            break;
        }
        if passed <= skip {
            continue;
        }
        if people.len() == FOUND_PAGE_MAX {
            return Ok(Ok(Reply::Found { people, more: true }));
        }
        people.push(OnlinePerson { person, presence });
    }
    Ok(Ok(Reply::Found { people, more: false }))
}

/// A device that is signed in now is used now.
pub(super) fn devices(
    rows: &Reads,
    board: &Board,
    (me, here): (AccountId, DeviceId),
) -> Result<Reply, StoreError> {
    let (connected, now) = (board.devices(me), clock::wall_ms());
    let used = |id, used: i64| if connected.contains(&id) { used.max(now) } else { used };
    let mut devices: Vec<DeviceRow> = rows
        .list_devices(me)?
        .into_iter()
        .map(|(id, device)| DeviceRow {
            device: id,
            name: device.name,
            client: device.client,
            address: device.address,
            created: device.created,
            used: used(id, device.used),
            current: id == here,
        })
        .collect();
    devices.sort_by_key(|row| (!row.current, Reverse(row.used)));
    Ok(Reply::Devices { devices })
}

pub(super) fn contacts(rows: &Reads, me: AccountId, after: AccountId) -> Answer {
    let mut contacts = rows.list_contacts(me, after, CONTACTS_PAGE_MAX + 1)?;
    let more = contacts.len() > CONTACTS_PAGE_MAX;
    contacts.truncate(CONTACTS_PAGE_MAX);
    let (groups, privacy) = (rows.get_groups(me)?.list, rows.get_privacy(me)?);
    let as_of = as_of(rows, me)?;
    Ok(Ok(Reply::Contacts { as_of, groups, privacy, contacts, more }))
}

pub(super) fn requests(rows: &Reads, me: AccountId, after: Option<(AccountId, Way)>) -> Answer {
    let key = |request: &ContactRequest| (request.peer, request.way);
    let requests = rows.list_requests(me)?.into_iter();
    let mut requests: Vec<ContactRequest> = requests.map(|kept| kept.request).collect();
    requests.sort_by_key(key);
    requests.retain(|request| after.is_none_or(|after| key(request) > after));
    let more = requests.len() > REQUESTS_PAGE_MAX;
    requests.truncate(REQUESTS_PAGE_MAX);
    Ok(Ok(Reply::Requests { as_of: as_of(rows, me)?, requests, more }))
}

/// How far the account's notices are in this snapshot.
pub(super) fn as_of(rows: &Reads, me: AccountId) -> Result<crate::domain::Seq, StoreError> {
    let notices = rows.get_notices(me)?;
    let log = notices.map(|id| rows.get_conversation(id)).transpose()?.flatten();
    Ok(log.map(|log| log.head).unwrap_or_default())
}
