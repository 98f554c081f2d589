//! Each log has its lines 1 to its head, and the ways to it lead there.

use super::Report;
use super::read::Kept;
use crate::domain::ConversationKind;

/// Looks at all logs.
pub(super) fn check(kept: &Kept, report: &mut Report) {
    for (id, log) in &kept.logs {
        let (count, last) = kept.lines.get(id).map_or((0, 0), |lines| (lines.count, lines.last.0));
        let head = log.head.0;
        if (count, last) != (head, head) {
            report.wrong(format!(
                "conversation {} ends at message {head}, but {count} lie there, the last at {last}",
                id.0
            ));
        }
        let is_led_to = match log.kind {
            ConversationKind::Direct { low, high } => kept.directs.get(&(low, high)) == Some(id),
            ConversationKind::Notices { account } => kept.notices.get(&account) == Some(id),
            ConversationKind::Room { room } => {
                kept.rooms.get(&room).is_some_and(|room| room.conversation == *id)
            }
            ConversationKind::Lobby => true,
        };
        if !is_led_to {
            report.wrong(format!("nothing leads to conversation {}, {:?}", id.0, log.kind));
        }
    }
    for id in kept.lines.keys() {
        if !kept.logs.contains_key(id) && !kept.emptied.contains(id) {
            report.wrong(format!("messages of conversation {}, which is not there", id.0));
        }
    }
    let ways = kept.directs.values().chain(kept.notices.values());
    for id in ways.chain(kept.rooms.values().map(|room| &room.conversation)) {
        if !kept.logs.contains_key(id) {
            report.wrong(format!("conversation {} is not there", id.0));
        }
    }
    for (account, id, cursors) in &kept.cursors {
        match kept.logs.get(id) {
            Some(log) if cursors.read.max(cursors.delivered) <= log.head => {}
            Some(log) => report.wrong(format!(
                "{account} has read up to {} of conversation {}, which ends at {}",
                cursors.read.max(cursors.delivered).0,
                id.0,
                log.head.0
            )),
            None if kept.emptied.contains(id) => {}
            None => {
                report.wrong(format!("{account} is in conversation {}, which is not there", id.0));
            }
        }
    }
}
