//! What opens the link of a file: given out over a chat link, good once and for a minute.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::domain::{AccountId, DeviceId, FileId, FileWay};
use crate::limits::{COUNTED_MAX, TICKET_MAX, TICKETS_PER_ACCOUNT};

/// Who may do what with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// Which.
    pub file: FileId,
    /// Whose bytes go where.
    pub way: FileWay,
    /// Who.
    pub account: AccountId,
    /// Where.
    pub device: DeviceId,
}

/// Tickets that were given out and not shown yet.
#[derive(Debug, Default)]
pub(super) struct Tickets {
    open: HashMap<[u8; 32], (Grant, Duration)>,
    /// Oldest first; those that were shown are in it still.
    order: VecDeque<[u8; 32]>,
}

impl Tickets {
    /// Keeps a ticket, whose bytes nobody can guess.
    pub fn put(&mut self, ticket: [u8; 32], grant: Grant, uptime: Duration) {
        self.forget_old(uptime);
        let is_own = |ticket: &&[u8; 32]| {
            self.open.get(*ticket).is_some_and(|(other, _)| other.account == grant.account)
        };
        let own: Vec<[u8; 32]> = self.order.iter().filter(is_own).copied().collect();
        if own.len() >= TICKETS_PER_ACCOUNT
            && let Some(oldest) = own.first()
        {
            self.open.remove(oldest);
        }
        self.open.insert(ticket, (grant, uptime));
        self.order.push_back(ticket);
    }

    /// What a ticket opens; once.
    pub fn take(&mut self, ticket: &[u8; 32], uptime: Duration) -> Option<Grant> {
        self.forget_old(uptime);
        self.open.remove(ticket).map(|(grant, _)| grant)
    }

    fn forget_old(&mut self, uptime: Duration) {
        while let Some(oldest) = self.order.front() {
            let is_old = match self.open.get(oldest) {
                Some((_, since)) => uptime.saturating_sub(*since) > TICKET_MAX,
                None => true,
            };
            if !is_old && self.order.len() < COUNTED_MAX {
                break;
            }
            self.open.remove(oldest);
            self.order.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ConversationId, Seq};

    const SECOND: Duration = Duration::from_secs(1);

    fn grant(account: u64) -> Grant {
        let file = FileId { conversation: ConversationId(2), seq: Seq(1) };
        let (way, device) = (FileWay::Up, DeviceId([1; 16]));
        Grant { file, way, account: AccountId(account), device }
    }

    #[test]
    fn a_ticket_opens_once_and_in_time() {
        let mut tickets = Tickets::default();
        tickets.put([1; 32], grant(1), SECOND);
        assert_eq!(tickets.take(&[2; 32], SECOND), None);
        assert_eq!(tickets.take(&[1; 32], SECOND + TICKET_MAX), Some(grant(1)));
        assert_eq!(tickets.take(&[1; 32], SECOND), None);
        tickets.put([3; 32], grant(1), SECOND);
        assert_eq!(tickets.take(&[3; 32], SECOND * 2 + TICKET_MAX), None);
        assert!(tickets.open.is_empty() && tickets.order.is_empty());
    }

    #[test]
    fn nobody_has_many_open() {
        let mut tickets = Tickets::default();
        tickets.put([200; 32], grant(2), SECOND);
        let most = u8::try_from(TICKETS_PER_ACCOUNT).unwrap();
        for number in 0..=most {
            tickets.put([number; 32], grant(1), SECOND);
        }
        assert_eq!(tickets.take(&[0; 32], SECOND), None, "the oldest");
        assert_eq!(tickets.take(&[1; 32], SECOND), Some(grant(1)));
        assert_eq!(tickets.take(&[200; 32], SECOND), Some(grant(2)));
    }
}
