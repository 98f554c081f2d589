//! Registering and signing in.

use sha2::{Digest, Sha256};

use super::book::all_contacts;
use super::{Decision, Rules};
use crate::clock::Moment;
use crate::domain::{
    AccountId, ConversationId, ConversationKind, DeviceId, Person, Presence, Role, RoomId,
};
use crate::net::protocol::{self, AuthStep, Opaque, Reason, Refusal, RequestId, Stretch};
use crate::server::audience::Ties;
use crate::server::job::{self, Applicant, Caller, Entered, Outcome, Proof, Registration, SignIn};
use crate::server::presence::{Choice, Standing};
use crate::server::settings::{CODE_USES, Settings};
use crate::store::accounts::Account;
use crate::store::conversations::Cursors;
use crate::store::devices::Device;
use crate::store::{StoreError, Writes};

const DAY_MIN: u64 = 24 * 60;

/// One use of the code, where registering asks for it; or why it opens nothing any more.
fn spend_code(rows: &mut Writes<'_>, now: Moment) -> Result<Option<Reason>, StoreError> {
    let settings = Settings::load(rows)?;
    if settings.registration != protocol::Registration::Code {
        return Ok(None);
    }
    if settings.is_code_over(now.wall_ms) {
        return Ok(Some(Reason::CodeExpired));
    }
    match settings.code_uses {
        None => Ok(None),
        Some(0) => Ok(Some(Reason::CodeUsedUp)),
        Some(uses) => {
            rows.put_setting(CODE_USES, &(uses - 1).to_string())?;
            Ok(None)
        }
    }
}

/// Where somebody signs in, and the token that is kept for it.
pub(super) struct Place<'a> {
    pub device: DeviceId,
    pub name: &'a str,
    pub token: &'a [u8; 32],
}

impl Rules {
    /// One transaction: the nickname is checked again, then account, notices, lobby and device are
    /// written. Of an unfinished registration nothing is kept.
    pub(super) fn register(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        (applicant, id): (&Applicant, RequestId),
        registration: &Registration,
        place: &Place<'_>,
    ) -> Decision {
        if self.is_disk_full() {
            return Ok(Err(self.no_space()));
        }
        if rows.get_nickname_owner(&registration.nickname)?.is_some() {
            return Ok(Err(Reason::NameTaken.into()));
        }
        if let Some(reason) = spend_code(rows, now)? {
            return Ok(Err(reason.into()));
        }
        let person = put_account(rows, now, registration)?;
        let (epoch, _) = self.put_device(rows, now, applicant, person.account, place)?;
        let step = AuthStep::Registered {
            you: person.clone(),
            recovery: data_encoding::BASE32_NOPAD.encode(&registration.recovery),
            token: Opaque(place.token.to_vec()),
        };
        let choice = Choice::Fresh(Presence::Online);
        let standing = self.presences.enter(applicant.session, person.account, choice);
        let entry = Entry { standing, step, is_new: true, forgotten: Vec::new() };
        Ok(Ok(self.entered(rows, (applicant, id), (place.device, epoch), now, person, entry)?))
    }

    pub(super) fn sign_in(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        (applicant, id): (&Applicant, RequestId),
        sign_in: &SignIn,
        token: &[u8; 32],
    ) -> Decision {
        let invalid = match sign_in.proof {
            Proof::Password(_) => Reason::WrongPassword,
            Proof::Token(_) => Reason::TokenInvalid,
        };
        let account = rows.get_account(sign_in.account)?.filter(|account| !account.deleted);
        let Some(account) = account else { return Ok(Err(invalid.into())) };
        // The password may have been changed between the two steps of its check.
        if matches!(&sign_in.proof, Proof::Password(proven) if *proven != account.credential_id) {
            return Ok(Err(invalid.into()));
        }
        let known = rows.get_device(sign_in.account, sign_in.device)?;
        if let Proof::Token(token) = &sign_in.proof {
            let idle = DAY_MIN * self.limits.device_idle_days;
            let age = self.age.minutes(rows, now)?;
            let is_valid = known.as_ref().is_some_and(|device| {
                device.is_token(token) && age.saturating_sub(device.used_age_min) < idle
            });
            if !is_valid {
                return Ok(Err(invalid.into()));
            }
        }
        let age = self.age.minutes(rows, now)?;
        if let Some(refusal) = kept_out(rows, age, &account)? {
            return Ok(Err(refusal));
        }
        let ((epoch, forgotten), token) = match (&sign_in.proof, known) {
            (Proof::Token(_), Some(device)) => {
                let age = self.age.minutes(rows, now)?;
                ((put_again(rows, (now, age), applicant, sign_in, device)?, Vec::new()), None)
            }
            _ => {
                let name = sign_in.device_name.as_deref().unwrap_or_default();
                let place = Place { device: sign_in.device, name, token };
                let put = self.put_device(rows, now, applicant, sign_in.account, &place)?;
                (put, Some(Opaque(token.to_vec())))
            }
        };
        let choice = match sign_in.proof {
            Proof::Password(_) => Choice::Fresh(sign_in.presence),
            Proof::Token(_) => Choice::Remembered(sign_in.presence),
        };
        let standing = self.presences.enter(applicant.session, sign_in.account, choice);
        let (you, presence) = (account.person.clone(), self.presences.of(sign_in.account));
        let step = AuthStep::SignedIn { you, token, presence };
        let entry = Entry { standing, step, is_new: false, forgotten };
        let device = (sign_in.device, epoch);
        Ok(Ok(self.entered(rows, (applicant, id), device, now, account.person, entry)?))
    }

    /// Remembers a device with a new token. Over the limit the one unused longest is forgotten:
    /// its sessions are over, and whoever ends them is told.
    pub(super) fn put_device(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        applicant: &Applicant,
        account: AccountId,
        place: &Place<'_>,
    ) -> Result<(u64, Vec<DeviceId>), StoreError> {
        let mut devices = rows.list_devices(account)?;
        let known = devices.iter().position(|(device, _)| *device == place.device);
        let known = known.map(|index| devices.swap_remove(index).1);
        let limit = usize::try_from(self.limits.devices_per_account).unwrap_or(usize::MAX);
        devices.sort_by_key(|(_, device)| std::cmp::Reverse((device.used_age_min, device.used)));
        let too_many = devices.iter().skip(limit.saturating_sub(1));
        let forgotten: Vec<DeviceId> = too_many.map(|(device, _)| *device).collect();
        for device in &forgotten {
            rows.remove_device(account, *device)?;
        }
        // Counting on from a random place keeps a forgotten device's old sessions fenced off.
        let epoch = known.as_ref().map_or_else(|| fresh_epoch(place.token), |d| d.epoch + 1);
        let device = Device {
            token_hash: Sha256::digest(place.token).to_vec(),
            epoch,
            name: place.name.to_owned(),
            client: applicant.client.clone(),
            created: known.map_or(now.wall_ms, |device| device.created),
            used: now.wall_ms,
            used_age_min: self.age.minutes(rows, now)?,
            address: applicant.address.clone(),
        };
        rows.put_device(account, place.device, &device)?;
        Ok((epoch, forgotten))
    }
}

pub(super) fn sign_out(rows: &mut Writes<'_>, caller: &Caller, id: RequestId) -> Decision {
    rows.remove_device(caller.account, caller.device)?;
    Ok(Ok(Outcome::SignedOut { caller: caller.clone(), id }))
}

fn put_account(
    rows: &mut Writes<'_>,
    now: Moment,
    registration: &Registration,
) -> Result<Person, StoreError> {
    let account = rows.take_account_number()?;
    let person = Person {
        account,
        nickname: registration.nickname.to_string(),
        signature: String::new(),
        avatar: registration.avatar,
        role: Role::Member,
        version: 1,
        picture: None,
    };
    let job::Password { credential_id, file, stretch } = &registration.password;
    let Stretch { memory_kib, passes, lanes } = *stretch;
    rows.put_account(&Account {
        person: person.clone(),
        credential_id: credential_id.to_vec(),
        password_file: file.clone(),
        stretch: (memory_kib, passes, lanes),
        recovery_hash: Sha256::digest(registration.recovery).to_vec(),
        created: now.wall_ms,
        disabled: false,
        why: String::new(),
        deleted: false,
        reset: None,
    })?;
    rows.put_nickname(&registration.nickname, account)?;
    let notices = rows.append_conversation(ConversationKind::Notices { account })?;
    rows.put_cursors(account, notices, Cursors::default())?;
    // Nobody wants ten thousand unread messages from before they came.
    let lobby = rows.get_conversation(ConversationId::LOBBY)?;
    let read = lobby.map(|lobby| lobby.head).unwrap_or_default();
    let cursors = Cursors { read, delivered: read, ..Cursors::default() };
    rows.put_cursors(account, ConversationId::LOBBY, cursors)?;
    Ok(person)
}

/// The token stays, the epoch moves on.
fn put_again(
    rows: &mut Writes<'_>,
    (now, age): (Moment, u64),
    applicant: &Applicant,
    sign_in: &SignIn,
    mut device: Device,
) -> Result<u64, StoreError> {
    device.epoch += 1;
    device.used = device.used.max(now.wall_ms);
    device.used_age_min = device.used_age_min.max(age);
    device.client.clone_from(&applicant.client);
    device.address.clone_from(&applicant.address);
    if let Some(name) = &sign_in.device_name {
        device.name.clone_from(name);
    }
    rows.put_device(sign_in.account, sign_in.device, &device)?;
    Ok(device.epoch)
}

fn fresh_epoch(token: &[u8; 32]) -> u64 {
    let digest = Sha256::new().chain_update(b"epoch").chain_update(token).finalize();
    digest.iter().take(6).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

pub(super) struct Entry {
    pub standing: Standing,
    pub step: AuthStep,
    pub is_new: bool,
    pub forgotten: Vec<DeviceId>,
}

impl Rules {
    /// The hub learns who it is and whom it knows; how it is seen is settled already.
    pub(super) fn entered(
        &mut self,
        rows: &mut Writes<'_>,
        (applicant, id): (&Applicant, RequestId),
        (device, epoch): (DeviceId, u64),
        now: Moment,
        person: Person,
        entry: Entry,
    ) -> Result<Outcome, StoreError> {
        let Applicant { session, outbox, .. } = applicant.clone();
        let account = person.account;
        self.devices.insert(session, (account, device));
        if self.presences.of(account).as_seen_by_others() != Presence::Offline {
            rows.put_seen(account, now.wall_ms)?;
        }
        let mut ties = Ties::of(&all_contacts(rows, account)?, &rows.get_privacy(account)?);
        for (with, choice) in rows.list_choices(account, None, usize::MAX)? {
            ties.choose(with, choice);
        }
        let rooms = rows.list_own_rooms(account, RoomId(0), usize::MAX)?;
        let caller = Caller { session, account, device, epoch, outbox };
        let Entry { standing, step, is_new, forgotten } = entry;
        let (applicant, since) = (applicant.clone(), now.wall_ms);
        let entered = Entered {
            applicant,
            id,
            caller,
            person,
            standing,
            step,
            is_new,
            forgotten,
            ties,
            rooms,
            since,
        };
        Ok(Outcome::Entered(Box::new(entered)))
    }
}

/// Why an account is not let in, in the words of the server's admin.
pub(super) fn kept_out(
    rows: &Writes<'_>,
    age_min: u64,
    account: &Account,
) -> Result<Option<Refusal>, StoreError> {
    if account.disabled {
        return Ok(Some(Refusal::because(Reason::Disabled, None, &account.why)));
    }
    let ban = rows.get_ban(account.person.account, age_min)?;
    Ok(ban.map(|ban| {
        let wait_ms = ban.minutes_left(age_min).map(|minutes| minutes.saturating_mul(60_000));
        Refusal::because(Reason::Banned, wait_ms, &ban.why)
    }))
}
