//! New passwords, devices that are signed out, accounts that are deleted.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::book::{Notes, all_contacts};
use super::enter::Place;
use super::profile::{Use, use_blob};
use super::{Decision, Rules};
use crate::clock::Moment;
use crate::domain::{AccountId, DeviceId, FileState, Person, Presence};
use crate::limits::{FILES_ENDED_AT_ONCE, RESET_CODE_MAX};
use crate::net::protocol::{AuthStep, Opaque, Reason, RequestId};
use crate::server::job::{Applicant, Caller, Outcome, Password, Recovery};
use crate::server::presence::Choice;
use crate::store::accounts::Account;
use crate::store::places::Showing;
use crate::store::{StoreError, Writes};

impl Rules {
    /// Spends a code: a new password, all devices out, this one in, a new recovery code.
    pub(super) fn recover(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        (applicant, id): (&Applicant, RequestId),
        recovery: &Recovery,
        place: &Place<'_>,
    ) -> Decision {
        if self.is_disk_full() {
            return Ok(Err(self.no_space()));
        }
        let age = self.age.minutes(rows, now)?;
        let account = rows.get_account(recovery.account)?;
        let Some(mut account) = account.filter(|account| opens(account, &recovery.code, Some(age)))
        else {
            return Ok(Err(Reason::WrongCode.into()));
        };
        if let Some(refusal) = super::enter::kept_out(rows, age, &account)? {
            return Ok(Err(refusal));
        }
        let mut forgotten = remove_devices(rows, recovery.account, None)?;
        set_password(&mut account, &recovery.password);
        account.recovery_hash = Sha256::digest(recovery.fresh).to_vec();
        account.reset = None;
        rows.put_account(&account)?;
        let (epoch, more) = self.put_device(rows, now, applicant, recovery.account, place)?;
        forgotten.extend(more);
        // A new sign-in of this very device is fenced as such.
        forgotten.retain(|device| *device != place.device);
        let person = account.person;
        let step = AuthStep::Registered {
            you: person.clone(),
            recovery: data_encoding::BASE32_NOPAD.encode(&recovery.fresh),
            token: Opaque(place.token.to_vec()),
        };
        let standing = self.presences.enter(
            applicant.session,
            person.account,
            Choice::Fresh(Presence::Online),
        );
        let entry = super::enter::Entry { standing, step, is_new: false, forgotten };
        let device = (place.device, epoch);
        Ok(Ok(self.entered(rows, (applicant, id), device, now, person, entry)?))
    }
}

/// Another password, proven to be asked for by who knows the one before: all other devices are out.
pub(super) fn change(
    rows: &mut Writes<'_>,
    (caller, id): (&Caller, RequestId),
    proven: &[u8],
    password: &Password,
) -> Decision {
    let Some(mut account) = proven_account(rows, caller, proven)? else {
        return Ok(Err(Reason::NotProven.into()));
    };
    let revoked = remove_devices(rows, caller.account, Some(caller.device))?;
    set_password(&mut account, password);
    rows.put_account(&account)?;
    let caller = caller.clone();
    Ok(Ok(Outcome::Revoked { caller, id, revoked, answer: Some(AuthStep::Changed {}) }))
}

/// Takes the tokens of other devices back.
pub(super) fn revoke(
    rows: &mut Writes<'_>,
    (caller, id): (&Caller, RequestId),
    which: Option<DeviceId>,
) -> Decision {
    let revoked = match which {
        Some(device) if device == caller.device => return Ok(Err(Reason::BadValue.into())),
        Some(device) => {
            if rows.get_device(caller.account, device)?.is_none() {
                return Ok(Err(Reason::NotFound.into()));
            }
            rows.remove_device(caller.account, device)?;
            vec![device]
        }
        None => remove_devices(rows, caller.account, Some(caller.device))?,
    };
    Ok(Ok(Outcome::Revoked { caller: caller.clone(), id, revoked, answer: None }))
}

/// Deletes an account: friends and requests go on both sides, what was said stays, and number and
/// nickname are given to nobody else.
pub(super) fn delete(
    rows: &mut Writes<'_>,
    (now, age_min): (Moment, u64),
    (caller, id): (&Caller, RequestId),
    proven: &[u8],
) -> Decision {
    let me = caller.account;
    let Some(mut account) = proven_account(rows, caller, proven)? else {
        return Ok(Err(Reason::NotProven.into()));
    };
    let mut notes = Notes::new(rows, now.wall_ms, me);
    for contact in all_contacts(notes.rows, me)? {
        notes.part(contact.account, me)?;
        notes.rows.put_contact(me, &crate::domain::Contact::stranger(contact.account))?;
    }
    // Others may wait for an answer though nothing is listed here any more.
    for (whose, way) in notes.rows.list_requests_with(me)? {
        notes.remove_request(whose, me, way)?;
    }
    for kept in notes.rows.list_requests(me)? {
        notes.rows.remove_request(me, kept.request.peer, kept.request.way)?;
    }
    // The others go with the next sweeps.
    let files = notes.rows.list_own_files(me, FILES_ENDED_AT_ONCE)?;
    notes.end_files(&files, FileState::Cancelled)?;
    super::rooms::leave_all(&mut notes, me)?;
    let (messages, files, games) = notes.into_news();
    remove_devices(rows, me, None)?;
    use_blob(rows, age_min, (account.person.picture, Showing::Face(me)), Use::Ends)?;
    rows.remove_choices(me)?;
    rows.put_details(me, &crate::domain::Details::default())?;
    rows.remove_name(me)?;
    let person = Person::gone(me, account.person.version + 1);
    account.person = person.clone();
    account.deleted = true;
    account.password_file.clear();
    account.recovery_hash.clear();
    account.reset = None;
    rows.put_account(&account)?;
    let deleted = Outcome::Deleted { caller: caller.clone(), id, person, messages };
    Ok(Ok(deleted.behind(files).behind_games(games)))
}

/// Whether a code is the account's own, or an administrator's that still holds at this age of the
/// server in minutes; without an age, one that was given out at any time.
pub(crate) fn opens(account: &Account, code: &[u8; 16], age_min: Option<u64>) -> bool {
    if account.deleted {
        return false;
    }
    let hash = Sha256::digest(code);
    let is = |kept: &[u8]| bool::from(kept.ct_eq(hash.as_slice()));
    let longest = RESET_CODE_MAX.as_secs() / 60;
    let holds = |given: u64| age_min.is_none_or(|now| now.saturating_sub(given) < longest);
    let reset = account.reset.as_ref().filter(|reset| reset.age_min.is_some_and(holds));
    is(&account.recovery_hash) || reset.is_some_and(|reset| is(&reset.hash))
}

/// The account, if the password that was proven is still its password.
fn proven_account(
    rows: &Writes<'_>,
    caller: &Caller,
    proven: &[u8],
) -> Result<Option<Account>, StoreError> {
    let account = rows.get_account(caller.account)?;
    Ok(account.filter(|account| account.credential_id == proven))
}

fn set_password(account: &mut Account, password: &Password) {
    account.credential_id = password.credential_id.to_vec();
    account.password_file.clone_from(&password.file);
    let stretch = password.stretch;
    account.stretch = (stretch.memory_kib, stretch.passes, stretch.lanes);
}

/// Forgets an account's devices, all but one.
pub(super) fn remove_devices(
    rows: &mut Writes<'_>,
    account: AccountId,
    but: Option<DeviceId>,
) -> Result<Vec<DeviceId>, StoreError> {
    let devices = rows.list_devices(account)?.into_iter().map(|(device, _)| device);
    let others: Vec<DeviceId> = devices.filter(|device| Some(*device) != but).collect();
    for device in &others {
        rows.remove_device(account, *device)?;
    }
    Ok(others)
}
