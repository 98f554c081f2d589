//! What the admin does to accounts.

use sha2::{Digest, Sha256};

use super::{Cut, News, Outcome, When, find, show};
use crate::domain::{AccountId, Person, Role};
use crate::limits::{ADMIN_WORDS_MAX, RESET_CODE_MAX};
use crate::net::protocol::Goodbye;
use crate::net::verb::{Done, ResetCode};
use crate::server::admin::AdminError;
use crate::server::commands::passwords;
use crate::store::Writes;
use crate::store::accounts::Reset;

pub(super) fn set_role(rows: &mut Writes<'_>, now: When, name: &str, role: Role) -> Outcome {
    let mut account = find(rows, name)?;
    account.person.role = role;
    account.person.version += 1;
    rows.put_account(&account)?;
    let person = Some(account.person.clone());
    let row = show::account(rows, now.age_min, account)?;
    Ok((Done::Account(row), News { person, ..News::default() }))
}

/// A code that opens one new password, for a short time. The one before it is void.
pub(super) fn reset(rows: &mut Writes<'_>, now: When, name: &str, code: [u8; 16]) -> Outcome {
    let mut account = find(rows, name)?;
    let hash = Sha256::digest(code).to_vec();
    account.reset = Some(Reset { hash, at: now.wall_ms, age_min: Some(now.age_min) });
    rows.put_account(&account)?;
    let Person { account, nickname, .. } = account.person;
    let (code, minutes) = (in_groups(code), RESET_CODE_MAX.as_secs() / 60);
    Ok((Done::Reset(ResetCode { account, nickname, code, minutes }), News::default()))
}

/// Who is let in no more is signed out everywhere, so that whoever holds a device's token has nothing.
pub(super) fn disable(
    rows: &mut Writes<'_>,
    now: When,
    (name, disabled): (&str, bool),
    why: &str,
) -> Outcome {
    let why = words(why)?;
    let mut account = find(rows, name)?;
    account.disabled = disabled;
    account.why = if disabled { why.clone() } else { String::new() };
    rows.put_account(&account)?;
    let number = account.person.account;
    let news = match disabled {
        true => {
            passwords::remove_devices(rows, number, None)?;
            put_out(number, Goodbye::Kicked, why)
        }
        false => News::default(),
    };
    let row = show::account(rows, now.age_min, account)?;
    Ok((Done::Account(row), news))
}

pub(super) fn sign_out(rows: &mut Writes<'_>, now: When, name: &str) -> Outcome {
    let account = find(rows, name)?;
    let number = account.person.account;
    passwords::remove_devices(rows, number, None)?;
    let row = show::account(rows, now.age_min, account)?;
    let cut = Some(Cut::Account(number, Goodbye::SignedOut, String::new()));
    Ok((Done::Account(row), News { cut, ..News::default() }))
}

/// Its links end; nothing is written, and it may come back.
pub(super) fn kick(rows: &mut Writes<'_>, now: When, name: &str, why: &str) -> Outcome {
    let why = words(why)?;
    let account = find(rows, name)?;
    let number = account.person.account;
    let row = show::account(rows, now.age_min, account)?;
    Ok((Done::Account(row), put_out(number, Goodbye::Kicked, why)))
}

/// The links of an account end, and its person reads why first.
pub(super) fn put_out(account: AccountId, goodbye: Goodbye, why: String) -> News {
    News { cut: Some(Cut::Account(account, goodbye, why)), ..News::default() }
}

/// What the admin says to somebody who is put out: one short line, or nothing.
pub(super) fn words(text: &str) -> Result<String, AdminError> {
    let text = text.trim();
    match text.chars().count() > ADMIN_WORDS_MAX || text.chars().any(char::is_control) {
        true => Err(AdminError::Words(ADMIN_WORDS_MAX)),
        false => Ok(text.to_owned()),
    }
}

/// A code as it is read aloud: base32 in groups of four.
fn in_groups(code: [u8; 16]) -> String {
    let text = data_encoding::BASE32_NOPAD.encode(&code);
    let groups: Vec<&str> =
        (0..text.len()).step_by(4).map(|at| &text[at..(at + 4).min(text.len())]).collect();
    groups.join("-")
}
