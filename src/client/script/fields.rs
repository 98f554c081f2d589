//! The fields of one request, read as what they should be.

use serde_json::{Map, Value};

use super::lines::Login;
use crate::client::api::Secret;
use crate::client::credential::Credential;
use crate::domain::{
    AVATARS, AccountId, BlobId, MentionPlace, Nonce, Presence, RoomId, Seq, Target,
};
use crate::limits::HISTORY_PAGE_MAX;
use crate::net::protocol::Page;

/// Messages of a page when nobody says how many.
const LIMIT: u64 = 50;

/// The fields of a request, without `id` and `do`.
pub(super) struct Fields(pub Map<String, Value>);

impl Fields {
    pub fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    pub fn text(&self, name: &str) -> Result<String, String> {
        self.optional_text(name)?.ok_or_else(|| format!("the field `{name}` is missing"))
    }

    pub fn optional_text(&self, name: &str) -> Result<Option<String>, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("`{name}` is a text")),
        }
    }

    pub fn number(&self, name: &str) -> Result<u64, String> {
        self.optional_number(name)?.ok_or_else(|| format!("the field `{name}` is missing"))
    }

    pub fn optional_number(&self, name: &str) -> Result<Option<u64>, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) => Ok(Some(number)),
                None => Err(format!("`{name}` is a whole number")),
            },
        }
    }

    pub fn target(&self, name: &str) -> Result<Target, String> {
        let wrong = || format!("`{name}` is an account number, {{\"room\": number}} or \"lobby\"");
        match self.0.get(name) {
            None | Some(Value::Null) => Err(format!("the field `{name}` is missing")),
            Some(Value::String(text)) if text == "lobby" => Ok(Target::Lobby),
            Some(Value::String(text)) => {
                text.parse().map(|number| Target::Account(AccountId(number))).map_err(|_| wrong())
            }
            Some(Value::Object(object)) if object.contains_key("room") => {
                let room = object.get("room").and_then(Value::as_u64).map(RoomId);
                room.map(Target::Room).ok_or_else(|| format!("`{name}` has no room's number"))
            }
            Some(value) => {
                value.as_u64().map(|number| Target::Account(AccountId(number))).ok_or_else(wrong)
            }
        }
    }

    pub fn nonce(&self) -> Result<Option<Nonce>, String> {
        match self.optional_text("nonce")? {
            None => Ok(None),
            Some(text) => match Nonce::from_hex(&text) {
                Some(nonce) => Ok(Some(nonce)),
                None => Err("`nonce` is 32 hex digits".to_owned()),
            },
        }
    }

    /// A picture by its name.
    pub fn blob(&self, name: &str) -> Result<BlobId, String> {
        let blob = BlobId::from_hex(&self.text(name)?);
        blob.ok_or_else(|| format!("`{name}` is 64 hex digits"))
    }

    pub fn optional_flag(&self, name: &str) -> Result<Option<bool>, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(format!("`{name}` is true or false")),
        }
    }

    pub fn flag(&self, name: &str) -> Result<bool, String> {
        self.optional_flag(name)?.ok_or_else(|| format!("the field `{name}` is missing"))
    }

    /// A room by its number, alone or as a target has it.
    pub fn room(&self, name: &str) -> Result<RoomId, String> {
        match self.target(name) {
            Ok(Target::Account(AccountId(number)) | Target::Room(RoomId(number))) => {
                Ok(RoomId(number))
            }
            _ => Err(format!("`{name}` is a room's number")),
        }
    }

    /// A list of account numbers; none when it is absent.
    pub fn accounts(&self, name: &str) -> Result<Vec<AccountId>, String> {
        let wrong = || format!("`{name}` is a list of account numbers");
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(list)) => {
                let number = |value: &Value| value.as_u64().map(AccountId).ok_or_else(wrong);
                list.iter().map(number).collect()
            }
            Some(_) => Err(wrong()),
        }
    }

    /// Where a text names people: first byte, byte behind, and the account or nothing for everybody.
    pub fn places(&self, name: &str) -> Result<Vec<MentionPlace>, String> {
        let wrong = || format!("`{name}` is a list of [first byte, byte behind, account or null]");
        let end = |value: &Value| u32::try_from(value.as_u64()?).ok();
        let place = |value: &Value| match value.as_array()?.as_slice() {
            [start, behind, Value::Null] => {
                Some(MentionPlace { start: end(start)?, end: end(behind)?, account: None })
            }
            [start, behind, account] => {
                let account = Some(AccountId(account.as_u64()?));
                Some(MentionPlace { start: end(start)?, end: end(behind)?, account })
            }
            _ => None,
        };
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(list)) => {
                list.iter().map(|value| place(value).ok_or_else(wrong)).collect()
            }
            Some(_) => Err(wrong()),
        }
    }

    pub fn account(&self, name: &str) -> Result<AccountId, String> {
        match self.target(name) {
            Ok(Target::Account(account)) => Ok(account),
            _ => Err(format!("`{name}` is an account number")),
        }
    }

    /// A number or a nickname, as text.
    pub fn name(&self, name: &str) -> Result<String, String> {
        match self.0.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Number(number)) => Ok(number.to_string()),
            None | Some(Value::Null) => Err(format!("the field `{name}` is missing")),
            Some(_) => Err(format!("`{name}` is an account number or a nickname")),
        }
    }

    /// One of a few words.
    pub fn one_of<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>, String> {
        let Some(text) = self.optional_text(name)? else { return Ok(None) };
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, value)| Some(*value)).ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            format!("`{name}` is {}", words.join(", "))
        })
    }

    pub fn avatar(&self) -> Result<u8, String> {
        match self.optional_number("avatar")? {
            None => Ok(1),
            Some(number) => match u8::try_from(number) {
                Ok(avatar) if (1..=AVATARS).contains(&avatar) => Ok(avatar),
                _ => Err(format!("`avatar` is a number from 1 to {AVATARS}")),
            },
        }
    }

    pub fn presence(&self) -> Result<Presence, String> {
        match self.text("presence")?.as_str() {
            "online" => Ok(Presence::Online),
            "away" => Ok(Presence::Away),
            "busy" => Ok(Presence::Busy),
            "invisible" => Ok(Presence::Invisible),
            _ => Err("`presence` is online, away, busy or invisible".to_owned()),
        }
    }

    pub fn page(&self) -> Result<Page, String> {
        match (self.optional_number("before")?, self.optional_number("after")?) {
            (Some(_), Some(_)) => Err("either `before` or `after`, not both".to_owned()),
            (None, Some(after)) => Ok(Page::After(Seq(after))),
            (before, None) => Ok(Page::Before(Seq(before.unwrap_or(u64::MAX)))),
        }
    }

    pub fn limit(&self) -> Result<u32, String> {
        let limit = self.optional_number("limit")?.unwrap_or(LIMIT);
        match u32::try_from(limit) {
            Ok(limit) if (1..=HISTORY_PAGE_MAX as u64).contains(&u64::from(limit)) => Ok(limit),
            _ => Err(format!("`limit` is a number from 1 to {HISTORY_PAGE_MAX}")),
        }
    }

    pub fn login(&self) -> Result<Login, String> {
        let account = match self.0.get("account") {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            None | Some(Value::Null) => None,
            Some(_) => return Err("`account` is an account number".to_owned()),
        };
        let number = || account.as_ref().and_then(|text| text.parse().ok()).map(AccountId);
        match (self.optional_text("token")?, self.optional_text("password")?) {
            (Some(_), Some(_)) => Err("either `password` or `token`, not both".to_owned()),
            (Some(token), None) => match number().or_else(|| Credential::account_in(&token)) {
                Some(account) => Ok(Login::Token { account, token: Some(Secret::new(token)) }),
                None => Err("with this `token` the field `account` is needed".to_owned()),
            },
            (None, Some(password)) => {
                let login = account.or(self.optional_text("nickname")?);
                let login = login.ok_or("`account` or `nickname` is missing".to_owned())?;
                Ok(Login::Password { login, password: Secret::new(password) })
            }
            // The token that this home kept.
            (None, None) => match number() {
                Some(account) => Ok(Login::Token { account, token: None }),
                None => Err("`password` or `token` is missing".to_owned()),
            },
        }
    }
}
