//! What people say of themselves, and the pictures that they show.

use super::book::Notes;
use super::book::words;
use super::pictures::Brought;
use super::{Decision, Rules, booked, is_current};
use crate::clock::Moment;
use crate::domain::{AVATARS, BlobId, Nickname, Words, is_past, parse_birthday};
use crate::net::protocol::{ProfileChange, Reason, Refusal, RequestId, ServerFrame};
use crate::server::bounds::Bound;
use crate::server::job::{Caller, Outcome};
use crate::server::session::name_refusal;
use crate::store::accounts::Account;
use crate::store::blobs::Blob;
use crate::store::places::Showing;
use crate::store::{StoreError, Writes};

const MIB: u64 = 1024 * 1024;

/// A profile as it would be, and what else changes with it.
struct Changed {
    account: Account,
    details: crate::domain::Details,
    nickname: Option<Nickname>,
}

/// Changes a profile, at this age of the server in minutes.
pub(super) fn set(
    rows: &mut Writes<'_>,
    brought: &Brought,
    (now, age_min): (Moment, u64),
    (caller, id): (&Caller, RequestId),
    change: &ProfileChange,
) -> Decision {
    let Some(before) = rows.get_account(caller.account)? else {
        return Ok(Err(Reason::NotFound.into()));
    };
    let details = rows.get_details(caller.account)?;
    let changed = Changed { account: before.clone(), details: details.clone(), nickname: None };
    let Changed { mut account, details: new_details, nickname } = match apply(changed, change, now)
    {
        Ok(changed) => changed,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Some(nickname) = &nickname
        && let Some(owner) = rows.get_nickname_owner(nickname)?
        && owner != caller.account
    {
        return Ok(Err(Reason::NameTaken.into()));
    }
    if let Some(picture) = account.person.picture
        && before.person.picture != account.person.picture
        && !brought.has(rows, caller.account, picture)?
    {
        return Ok(Err(Reason::NotUploaded.into()));
    }
    let is_same_person = account.person == before.person;
    if is_same_person && new_details == details {
        return Ok(Ok(booked(caller, id, Notes::new(rows, now.wall_ms, caller.account))));
    }
    if before.person.picture != account.person.picture {
        let face = Showing::Face(caller.account);
        use_blob(rows, age_min, (account.person.picture, face), Use::Begins)?;
        use_blob(rows, age_min, (before.person.picture, face), Use::Ends)?;
    }
    if let Some(nickname) = nickname {
        if let Ok(old) = Nickname::parse(&before.person.nickname) {
            rows.remove_nickname(&old)?;
        }
        rows.put_nickname(&nickname, caller.account)?;
    }
    rows.put_details(caller.account, &new_details)?;
    account.person.version += 1;
    rows.put_account(&account)?;
    Ok(Ok(Outcome::Profile { caller: caller.clone(), id, person: account.person }))
}

/// What a nickname is refused for, besides being taken.
pub(super) fn is_about_name(refusal: &Refusal) -> bool {
    matches!(
        refusal.reason,
        Reason::NameEmpty
            | Reason::NameTooLong
            | Reason::NameCharacter
            | Reason::NameNumber
            | Reason::NameReserved
    )
}

fn apply(mut changed: Changed, change: &ProfileChange, now: Moment) -> Result<Changed, Refusal> {
    let (person, details) = (&mut changed.account.person, &mut changed.details);
    if let Some(text) = &change.nickname {
        let nickname = Nickname::parse(text).map_err(name_refusal)?;
        if nickname.as_str() != person.nickname {
            person.nickname = nickname.to_string();
            changed.nickname = Some(nickname);
        }
    }
    if let Some(text) = &change.signature {
        person.signature = words(Words::Signature, text)?;
    }
    if let Some(text) = &change.class {
        details.class = words(Words::Class, text)?;
    }
    if let Some(text) = &change.about {
        details.about = words(Words::About, text)?;
    }
    if let Some(text) = &change.birthday {
        let day = parse_birthday(text).filter(|day| is_past(day, now.wall_ms));
        details.birthday = day.ok_or(Reason::BadBirthday)?;
    }
    details.gender = change.gender.unwrap_or(details.gender);
    if let Some(avatar) = change.avatar {
        if !(1..=AVATARS).contains(&avatar) {
            return Err(Reason::BadValue.into());
        }
        (person.avatar, person.picture) = (avatar, None);
    }
    person.picture = change.picture.or(person.picture);
    Ok(changed)
}

/// Whether a row begins or ends to name a blob.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Begins,
    Ends,
}

/// A blob begins or ends to be shown in a place, at this age of the server.
pub(super) fn use_blob(
    rows: &mut Writes<'_>,
    age_min: u64,
    (id, place): (Option<BlobId>, Showing),
    what: Use,
) -> Result<(), StoreError> {
    let Some(id) = id else { return Ok(()) };
    let Some(blob) = rows.get_blob(id)? else { return Ok(()) };
    let uses = match what {
        Use::Begins => {
            rows.put_place(id, place)?;
            blob.uses + 1
        }
        Use::Ends => {
            rows.remove_place(id, place)?;
            blob.uses.saturating_sub(1)
        }
    };
    rows.put_blob(id, Blob { uses, idle_since: age_min, ..blob })
}

impl Rules {
    /// A blob's file is on disk: from now on it can be used. One that is not taken, and that no row
    /// names, leaves its file behind, which goes after the commit.
    pub(super) fn take_blob(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        (caller, id): (&Caller, RequestId),
        (blob, bytes): (BlobId, u64),
    ) -> Result<Outcome, StoreError> {
        let known = rows.get_blob(blob)?;
        let is_there = std::fs::metadata(self.files.path(blob)).is_ok_and(|f| f.len() == bytes);
        let most = self.limits.uploads_idle_mib.saturating_mul(MIB);
        let has_room = known.is_some() || rows.count_idle_bytes()?.saturating_add(bytes) <= most;
        let refusal = match () {
            () if !is_current(rows, caller)? => Some(Reason::Fenced.into()),
            () if self.is_disk_full() => Some(self.no_space()),
            () if !has_room => Some(self.policy.refuse(Bound::UploadsIdle, Reason::DiskFull)),
            // A sweep took it away between its writing and now: it has to come again.
            () if !is_there => Some(Reason::Failed.into()),
            () => None,
        };
        let outbox = caller.outbox.clone();
        if let Some(refusal) = refusal {
            let frame = ServerFrame::Refused { id, refusal };
            return Ok(Outcome::Blob { outbox, frame, blob, is_kept: known.is_some() });
        }
        let (uses, idle_since) = (known.map_or(0, |k| k.uses), self.age.minutes(rows, now)?);
        rows.put_blob(blob, Blob { bytes, uses, idle_since })?;
        self.brought.put(caller.account, blob);
        Ok(Outcome::Blob { outbox, frame: ServerFrame::Done { id }, blob, is_kept: true })
    }
}
