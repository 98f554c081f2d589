//! What the event log tells of the admin's deeds: who, what and why, never what was said or a code.

use super::News;
use crate::domain::{AccountId, ConversationKind};
use crate::net::control::LogEvent;
use crate::net::verb::{Audience, Done, Verb};
use crate::server::journal::field;
use crate::server::settings::REGISTRATION_CODE;

/// The line for a verb that was done; none for what is only looked at. The end of a room is noted
/// with its last line, whoever ended it.
pub(super) fn event(verb: &Verb, done: &Done, news: &News) -> Option<LogEvent> {
    let account = match done {
        Done::Account(row) => row.person.account,
        Done::Reset(code) => code.account,
        _ => AccountId::SERVER,
    };
    Some(match verb {
        Verb::Role { role, .. } => LogEvent::RoleGiven { account, role: *role },
        Verb::Reset { .. } => LogEvent::ResetGiven { account },
        Verb::Disable { disabled, why, .. } => {
            let why = if *disabled { words(why) } else { String::new() };
            LogEvent::Disabled { account, disabled: *disabled, why }
        }
        Verb::SignOut { .. } => LogEvent::SignedOutEverywhere { account },
        Verb::Kick { why, .. } => LogEvent::Kicked { account, why: words(why) },
        Verb::Ban { minutes, why, .. } => {
            let Done::Banned(row) = done else { return None };
            LogEvent::Banned { whom: row.whom.clone(), minutes: *minutes, why: words(why) }
        }
        // The hub knows how many are there.
        Verb::Say { to, .. } => LogEvent::Announced { kept: *to == Audience::All, people: 0 },
        Verb::Tell { .. } => {
            let ConversationKind::Direct { high, .. } = news.messages.first()?.kind else {
                return None;
            };
            // The server has a lower number than anybody.
            LogEvent::Told { account: high }
        }
        Verb::Set { key, value } => {
            let value = (key != REGISTRATION_CODE).then(|| field(value));
            LogEvent::SettingChanged { key: key.clone(), value }
        }
        Verb::Reload {} => LogEvent::Reloaded {},
        _ => return None,
    })
}

/// Why somebody was put out, as that person was told it.
fn words(why: &str) -> String {
    field(why.trim())
}
