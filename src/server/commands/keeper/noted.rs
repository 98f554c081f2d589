//! What the event log tells of the keeper's deeds: who and what, never the words or a code.

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
        Verb::Disable { disabled, .. } => LogEvent::Disabled { account, disabled: *disabled },
        Verb::SignOut { .. } => LogEvent::SignedOutEverywhere { account },
        Verb::Kick { .. } => LogEvent::Kicked { account },
        Verb::Ban { minutes, .. } => {
            let Done::Banned(row) = done else { return None };
            LogEvent::Banned { whom: row.whom.clone(), minutes: *minutes }
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
