//! What the server's keeper asks for, on a live server or on a stopped one's folder.

use sha2::{Digest, Sha256};

use crate::domain::{AccountId, Nickname, Person, Role};
use crate::limits::RESET_CODE_MAX;
use crate::net::control::{Done, Verb};
use crate::server::admin::AdminError;
use crate::server::settings::Settings;
use crate::store::Writes;
use crate::store::accounts::{Account, Reset};

/// What a verb came to, and whose profile it changed.
type Outcome = Result<(Done, Option<Person>), AdminError>;

/// Does a verb now: by the wall in milliseconds, and at this age of the server in minutes. `code` is
/// chance for the verbs that give out a code.
///
/// # Errors
/// Why it was not done; nothing was changed then.
pub fn apply(rows: &mut Writes<'_>, now: (i64, u64), verb: &Verb, code: [u8; 16]) -> Outcome {
    match verb {
        Verb::Role { account, role } => set_role(rows, account, *role),
        Verb::Reset { account } => reset(rows, now, account, code),
        Verb::Set { key, value } => {
            Settings::store(rows, key, value)??;
            Ok((get(rows, Some(key))?, None))
        }
        Verb::Get { key } => Ok((get(rows, key.as_deref())?, None)),
    }
}

fn set_role(rows: &mut Writes<'_>, name: &str, role: Role) -> Outcome {
    let mut account = find(rows, name)?;
    account.person.role = role;
    account.person.version += 1;
    rows.put_account(&account)?;
    let person = account.person;
    let (account, nickname) = (person.account, person.nickname.clone());
    Ok((Done::Role { account, nickname, role }, Some(person)))
}

/// A code that opens one new password, for a short time. The one before it is void.
fn reset(rows: &mut Writes<'_>, (at, age_min): (i64, u64), name: &str, code: [u8; 16]) -> Outcome {
    let mut account = find(rows, name)?;
    let hash = Sha256::digest(code).to_vec();
    account.reset = Some(Reset { hash, at, age_min: Some(age_min) });
    rows.put_account(&account)?;
    let Person { account, nickname, .. } = account.person;
    let (code, minutes) = (in_groups(code), RESET_CODE_MAX.as_secs() / 60);
    Ok((Done::Reset { account, nickname, code, minutes }, None))
}

fn get(rows: &Writes<'_>, key: Option<&str>) -> Result<Done, AdminError> {
    let settings = Settings::load(rows)?.list().into_iter();
    let wanted = settings.filter(|(name, _)| key.is_none_or(|key| key == *name));
    let rows: std::collections::BTreeMap<String, String> =
        wanted.map(|(name, value)| (name.to_owned(), value)).collect();
    match (rows.is_empty(), key) {
        (true, Some(key)) => Err(crate::limits::SettingError::Key(key.to_owned()).into()),
        _ => Ok(Done::Settings(rows)),
    }
}

/// The account with a number or nickname.
fn find(rows: &Writes<'_>, name: &str) -> Result<Account, AdminError> {
    let id = match (AccountId::parse(name), Nickname::parse(name)) {
        (Some(number), _) => Some(number),
        (None, Ok(nickname)) => rows.get_nickname_owner(&nickname)?,
        (None, Err(_)) => None,
    };
    let account = id.map(|id| rows.get_account(id)).transpose()?.flatten();
    let missing = || AdminError::NoAccount(name.to_owned());
    account.filter(|account| !account.deleted).ok_or_else(missing)
}

/// A code as it is read aloud: base32 in groups of four.
fn in_groups(code: [u8; 16]) -> String {
    let text = data_encoding::BASE32_NOPAD.encode(&code);
    let groups: Vec<&str> =
        (0..text.len()).step_by(4).map(|at| &text[at..(at + 4).min(text.len())]).collect();
    groups.join("-")
}
