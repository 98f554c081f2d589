//! Verbs about people: passwords and devices, profiles, contacts, groups, requests, privacy.
//!
//! Groups are named by their names; the book that is kept here says which they are. So these verbs
//! wait until the book has come.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::fields::Fields;
use crate::client::api::Secret;
use crate::domain::{AccountId, Asking, Book, DeviceId, Gender, Group, GroupId, Privacy, RoomId};
use crate::net::protocol::{Command, ContactAnswer, ContactChange, ProfileChange, Query};

pub(super) const VERBS: [&str; 19] = [
    "change_password",
    "recover",
    "devices",
    "revoke",
    "delete_account",
    "find",
    "profile",
    "set_profile",
    "ask_contact",
    "withdraw_request",
    "answer_contact",
    "clear_requests",
    "contacts",
    "set_contact",
    "remove_contact",
    "groups",
    "set_group",
    "privacy",
    "set_privacy",
];

/// What is asked for.
#[derive(Debug)]
pub(super) enum PeopleVerb {
    ChangePassword {
        old: Secret,
        new: Secret,
    },
    Recover {
        login: String,
        code: Secret,
        new: Secret,
    },
    DeleteAccount {
        password: Secret,
    },
    Look(Query),
    /// Oneself when nobody is named.
    Profile(Option<AccountId>),
    SetProfile {
        change: ProfileChange,
        picture: Option<PathBuf>,
    },
    Do(Command),
    /// The same, and the room is told with the answer.
    InRoom(RoomId, Command),
    /// The same of a room that one is in no more then.
    Leave(RoomId, Command),
    /// What needs the book first.
    Booked(BookVerb),
}

/// A verb that names a group, or tells what the book says.
#[derive(Debug)]
pub(super) enum BookVerb {
    Contacts,
    Groups,
    Privacy,
    Rooms,
    Conversations,
    Ask { to: AccountId, greeting: String, group: Option<String>, remark: String },
    Accept { from: AccountId, group: Option<String>, remark: String },
    SetContact { account: AccountId, group: Option<String>, change: ContactChange },
    SetGroup { name: String, new_name: Option<String>, order: Option<u64>, remove: bool },
    SetPrivacy(Map<String, Value>),
}

pub(super) fn parse(verb: &str, fields: &Fields) -> Result<PeopleVerb, String> {
    Ok(match verb {
        "change_password" => PeopleVerb::ChangePassword {
            old: Secret::new(fields.text("old")?),
            new: Secret::new(fields.text("new")?),
        },
        "recover" => PeopleVerb::Recover {
            login: fields.name("account")?,
            code: Secret::new(fields.text("code")?),
            new: Secret::new(fields.text("new")?),
        },
        "delete_account" => {
            PeopleVerb::DeleteAccount { password: Secret::new(fields.text("password")?) }
        }
        "devices" => PeopleVerb::Look(Query::Devices {}),
        "revoke" => PeopleVerb::Do(revoke(fields)?),
        "find" => PeopleVerb::Look(find(fields)?),
        "profile" => PeopleVerb::Profile(match fields.has("account") {
            true => Some(fields.account("account")?),
            false => None,
        }),
        "set_profile" => {
            let picture = fields.optional_text("picture")?.map(PathBuf::from);
            PeopleVerb::SetProfile { change: profile(fields)?, picture }
        }
        "withdraw_request" => {
            PeopleVerb::Do(Command::WithdrawRequest { to: fields.account("to")? })
        }
        "clear_requests" => PeopleVerb::Do(Command::ClearRequests {}),
        "remove_contact" => {
            PeopleVerb::Do(Command::RemoveContact { account: fields.account("account")? })
        }
        "answer_contact" => answer(fields)?,
        _ => PeopleVerb::Booked(booked(verb, fields)?),
    })
}

fn booked(verb: &str, fields: &Fields) -> Result<BookVerb, String> {
    let text = |name| fields.optional_text(name).map(Option::unwrap_or_default);
    Ok(match verb {
        "contacts" => BookVerb::Contacts,
        "groups" => BookVerb::Groups,
        "privacy" => BookVerb::Privacy,
        "ask_contact" => BookVerb::Ask {
            to: fields.account("to")?,
            greeting: text("greeting")?,
            group: fields.optional_text("group")?,
            remark: text("remark")?,
        },
        "set_contact" => BookVerb::SetContact {
            account: fields.account("account")?,
            group: fields.optional_text("group")?,
            change: ContactChange {
                group: None,
                remark: fields.optional_text("remark")?,
                blocked: fields.optional_flag("blocked")?,
                shakes: fields.optional_flag("shake")?,
            },
        },
        "set_group" => BookVerb::SetGroup {
            name: fields.text("name")?,
            new_name: fields.optional_text("new_name")?,
            order: fields.optional_number("order")?,
            remove: fields.optional_flag("remove")?.unwrap_or_default(),
        },
        _ => BookVerb::SetPrivacy(fields.0.clone()),
    })
}

fn revoke(fields: &Fields) -> Result<Command, String> {
    let device = fields.text("device")?;
    if device == "others" {
        return Ok(Command::RevokeOthers {});
    }
    let device = DeviceId::from_hex(&device);
    Ok(Command::Revoke { device: device.ok_or("`device` is 32 hex digits, or \"others\"")? })
}

fn find(fields: &Fields) -> Result<Query, String> {
    match fields.optional_text("what")?.as_deref() {
        None | Some("people") => {}
        Some("rooms") => return super::rooms::find(fields),
        Some(_) => return Err("`what` is people or rooms".to_owned()),
    }
    let text = match fields.optional_number("number")? {
        Some(number) => number.to_string(),
        None => fields.optional_text("text")?.unwrap_or_default(),
    };
    let online = fields.optional_flag("online")?.unwrap_or_default();
    let skip = fields.optional_number("skip")?.unwrap_or_default();
    Ok(Query::Find { text, online, skip: u32::try_from(skip).unwrap_or(u32::MAX) })
}

fn profile(fields: &Fields) -> Result<ProfileChange, String> {
    let gender = [("", Gender::Unsaid), ("female", Gender::Female), ("male", Gender::Male)];
    Ok(ProfileChange {
        nickname: fields.optional_text("nickname")?,
        signature: fields.optional_text("signature")?,
        gender: fields.one_of("gender", &gender)?,
        birthday: fields.optional_text("birthday")?,
        class: fields.optional_text("class")?,
        about: fields.optional_text("about")?,
        avatar: match fields.has("avatar") {
            true => Some(fields.avatar()?),
            false => None,
        },
        picture: None,
    })
}

fn answer(fields: &Fields) -> Result<PeopleVerb, String> {
    let from = fields.account("from")?;
    let text = |name| fields.optional_text(name).map(Option::unwrap_or_default);
    let answer = match (fields.optional_flag("accept")?, text("answer")?.as_str()) {
        (Some(true), _) | (None, "accept") => {
            let (group, remark) = (fields.optional_text("group")?, text("remark")?);
            return Ok(PeopleVerb::Booked(BookVerb::Accept { from, group, remark }));
        }
        (Some(false), _) | (None, "decline") => ContactAnswer::Decline { reason: text("reason")? },
        (None, "ignore") => ContactAnswer::Ignore {},
        (None, "block") => ContactAnswer::Block {},
        (None, _) => {
            return Err("`accept` is true or false, or `answer` is ignore or block".to_owned());
        }
    };
    Ok(PeopleVerb::Do(Command::AnswerContact { from, answer }))
}

/// What becomes of a verb once the book is there.
pub(super) enum Ready {
    Do(Command),
    Say(Value),
}

impl BookVerb {
    /// With the book, each verb is a command or an answer.
    pub(super) fn with(self, book: &Book, say: impl Fn(&str) -> Value) -> Result<Ready, String> {
        let command = match self {
            BookVerb::Contacts => return Ok(Ready::Say(say("contacts"))),
            BookVerb::Groups => return Ok(Ready::Say(say("groups"))),
            BookVerb::Privacy => return Ok(Ready::Say(say("privacy"))),
            BookVerb::Rooms => return Ok(Ready::Say(say("rooms"))),
            BookVerb::Conversations => return Ok(Ready::Say(say("conversations"))),
            BookVerb::Ask { to, greeting, group, remark } => {
                Command::AskContact { to, greeting, group: group_of(book, group)?, remark }
            }
            BookVerb::Accept { from, group, remark } => {
                let answer = ContactAnswer::Accept { group: group_of(book, group)?, remark };
                Command::AnswerContact { from, answer }
            }
            BookVerb::SetContact { account, group, mut change } => {
                change.group = match group {
                    Some(name) => Some(group_of(book, Some(name))?),
                    None => None,
                };
                Command::SetContact { account, change }
            }
            BookVerb::SetGroup { name, new_name, order, remove } => {
                set_group(book, name, new_name, order, remove)?
            }
            BookVerb::SetPrivacy(fields) => Command::SetPrivacy(privacy(book, fields)?),
        };
        Ok(Ready::Do(command))
    }
}

fn set_group(
    book: &Book,
    name: String,
    new_name: Option<String>,
    order: Option<u64>,
    remove: bool,
) -> Result<Command, String> {
    let known = find_group(book, &name);
    match (known, new_name, order) {
        (None, None, None) if !remove => Ok(Command::AddGroup { name }),
        (None, ..) => Err(format!("there is no group {name:?}")),
        (Some(group), ..) if remove => Ok(Command::RemoveGroup { group: group.id }),
        (Some(group), Some(name), _) => Ok(Command::RenameGroup { group: group.id, name }),
        (Some(group), None, Some(place)) => {
            let mut groups: Vec<GroupId> = book.groups.iter().map(|group| group.id).collect();
            groups.retain(|id| *id != group.id);
            let place = usize::try_from(place).unwrap_or(usize::MAX).min(groups.len());
            groups.insert(place, group.id);
            Ok(Command::OrderGroups { groups })
        }
        // The server says that there is one of that name already.
        (Some(_), None, None) => Ok(Command::AddGroup { name }),
    }
}

fn find_group<'a>(book: &'a Book, name: &str) -> Option<&'a Group> {
    book.groups.iter().find(|group| group.name == name)
}

fn group_of(book: &Book, name: Option<String>) -> Result<GroupId, String> {
    match name {
        None => Ok(GroupId::FIRST),
        Some(name) if name.is_empty() => Ok(GroupId::FIRST),
        Some(name) => match find_group(book, &name) {
            Some(group) => Ok(group.id),
            None => Err(format!("there is no group {name:?}")),
        },
    }
}

fn privacy(book: &Book, fields: Map<String, Value>) -> Result<Privacy, String> {
    let fields = Fields(fields);
    let asking = [("ask", Asking::Ask), ("welcome", Asking::Welcome), ("nobody", Asking::Nobody)];
    let now = &book.privacy;
    let flag = |name, now| fields.optional_flag(name).map(|flag| flag.unwrap_or(now));
    Ok(Privacy {
        asking: fields.one_of("requests", &asking)?.unwrap_or(now.asking),
        by_number: flag("by_number", now.by_number)?,
        by_nickname: flag("by_nickname", now.by_nickname)?,
        friends_only: flag("friends_only", now.friends_only)?,
        read_marks: flag("read_marks", now.read_marks)?,
        typing: flag("typing", now.typing)?,
    })
}

/// What may be done, as JSON.
pub(super) fn privacy_shape(privacy: &Privacy) -> Value {
    json!({
        "requests": match privacy.asking {
            Asking::Ask => "ask",
            Asking::Welcome => "welcome",
            Asking::Nobody => "nobody",
        },
        "by_number": privacy.by_number,
        "by_nickname": privacy.by_nickname,
        "friends_only": privacy.friends_only,
        "read_marks": privacy.read_marks,
        "typing": privacy.typing,
    })
}
