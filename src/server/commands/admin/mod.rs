//! What the server's admin asks for, on a live server or on a stopped one's folder.
//!
//! [`people`] is what is done to accounts, [`bans`] who is kept out, [`said`] what is told to
//! everybody, [`show`] what is only looked at, [`noted`] what the event log tells of it.

mod bans;
mod noted;
mod people;
mod said;
pub mod show;

pub use bans::banned_addresses;

use std::net::IpAddr;

use crate::domain::{AccountId, Message, Nickname, Person};
use crate::net::control::LogEvent;
use crate::net::protocol::{Calling, Goodbye};
use crate::net::verb::{Done, Verb};
use crate::server::admin::AdminError;
use crate::server::bans::AddressBan;
use crate::server::job::{FileChange, GameChange};
use crate::server::settings::{CODE_UNTIL, CODE_USES, REGISTRATION_CODE, Settings};
use crate::store::Writes;
use crate::store::accounts::Account;
use crate::store::rows::{Mode, Rows};

use super::book::Notes;
use super::rooms;

/// What a verb came to, and what others hear of it.
type Outcome = Result<(Done, News), AdminError>;

/// What others hear of a verb.
#[derive(Default)]
pub struct News {
    /// Whose profile changed.
    pub person: Option<Person>,
    /// Messages, notices and lines, in order.
    pub messages: Vec<Message>,
    /// Files that ended.
    pub files: Vec<FileChange>,
    /// Games that ended.
    pub games: Vec<GameChange>,
    /// What those who are online are told now, and who of them.
    pub call: Option<Call>,
    /// Whose links end.
    pub cut: Option<Cut>,
    /// Settings that hold from now on.
    pub settings: Option<Settings>,
    /// The addresses that are banned from now on.
    pub bans: Option<Vec<AddressBan>>,
    /// The line of the event log.
    pub noted: Option<LogEvent>,
}

/// Whose links end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cut {
    /// All of an account, by this goodbye, and why.
    Account(AccountId, Goodbye, String),
    /// All from an address that is banned, as addresses are counted, and why.
    Address(IpAddr, String),
}

/// What the admin calls out.
pub struct Call {
    /// The words.
    pub text: String,
    /// To this account, else to everybody.
    pub to: Option<AccountId>,
    /// It stays on the screen until it is closed.
    pub pinned: bool,
    /// What it is about.
    pub about: Option<Calling>,
}

/// When a verb is done: by the wall in milliseconds, and at an age of the server in minutes.
#[derive(Clone, Copy)]
pub struct When {
    /// By the wall.
    pub wall_ms: i64,
    /// By the server's age.
    pub age_min: u64,
}

/// Does a verb. `code` is chance for the verbs that give out a code.
///
/// # Errors
/// Why it was not done; nothing was changed then.
pub fn apply(rows: &mut Writes<'_>, now: When, verb: &Verb, code: [u8; 16]) -> Outcome {
    let (done, mut news) = carry_out(rows, now, verb, code)?;
    news.noted = news.noted.take().or_else(|| noted::event(verb, &done, &news));
    Ok((done, news))
}

fn carry_out(rows: &mut Writes<'_>, now: When, verb: &Verb, code: [u8; 16]) -> Outcome {
    match verb {
        Verb::Role { account, role } => people::set_role(rows, now, account, *role),
        Verb::Reset { account } => people::reset(rows, now, account, code),
        Verb::Disable { account, disabled, why } => {
            people::disable(rows, now, (account, *disabled), why)
        }
        Verb::SignOut { account } => people::sign_out(rows, now, account),
        Verb::Kick { account, why } => people::kick(rows, now, account, why),
        Verb::Ban { whom, minutes, why } => bans::ban(rows, now, (whom, *minutes), why),
        Verb::Unban { whom } => bans::unban(rows, now, whom),
        Verb::Say { text, to, pinned, about } => {
            let (pinned, about) = (*pinned, *about);
            said::say(rows, now, *to, Call { text: text.clone(), to: None, pinned, about })
        }
        Verb::Tell { account, text } => said::tell(rows, now, account, text),
        Verb::Dissolve { room } => dissolve(rows, now, *room),
        Verb::Set { key, value } => set(rows, now, key, value),
        Verb::Reload {} => {
            let settings = Some(Settings::load(rows)?);
            Ok((show::settings(rows, None)?, News { settings, ..News::default() }))
        }
        verb => Ok((show::answer(rows, now.age_min, verb)?, News::default())),
    }
}

/// The settings with one of them changed, at a moment by the wall.
///
/// # Errors
/// It does not take that value, or nobody could register any more.
pub fn changed(
    settings: &Settings,
    (key, value): (&str, &str),
    wall_ms: i64,
) -> Result<Settings, AdminError> {
    let mut wanted = settings.clone();
    wanted.change(key, value, wall_ms)?;
    // What was so before may be mended in any order.
    match wanted.lacks_code() && !settings.lacks_code() {
        true => Err(AdminError::NoCode),
        false => Ok(wanted),
    }
}

fn set(rows: &mut Writes<'_>, now: When, key: &str, value: &str) -> Outcome {
    changed(&Settings::load(rows)?, (key, value), now.wall_ms)?;
    Settings::store(rows, key, value)??;
    // What was left of the one before is not of the new one.
    if key == REGISTRATION_CODE {
        Settings::store(rows, CODE_USES, "off")??;
        Settings::store(rows, CODE_UNTIL, "off")??;
    }
    let settings = Some(Settings::load(rows)?);
    Ok((show::settings(rows, Some(key))?, News { settings, ..News::default() }))
}

fn dissolve(rows: &mut Writes<'_>, now: When, room: crate::domain::RoomId) -> Outcome {
    let Some(found) = rows.get_room(room)? else { return Err(AdminError::NoRoom(room)) };
    let name = found.name.clone();
    let mut notes = Notes::new(rows, now.wall_ms, AccountId::SERVER);
    rooms::dissolve(&mut notes, found)?;
    let (messages, files, games) = notes.into_news();
    Ok((Done::Dissolved { room, name }, News { messages, files, games, ..News::default() }))
}

/// The account with a number or nickname.
fn find<M: Mode>(rows: &Rows<M>, name: &str) -> Result<Account, AdminError> {
    let id = match (AccountId::parse(name), Nickname::parse(name)) {
        (Some(number), _) => Some(number),
        (None, Ok(nickname)) => rows.get_nickname_owner(&nickname)?,
        (None, Err(_)) => None,
    };
    let account = id.map(|id| rows.get_account(id)).transpose()?.flatten();
    let missing = || AdminError::NoAccount(name.to_owned());
    account.filter(|account| !account.deleted).ok_or_else(missing)
}
