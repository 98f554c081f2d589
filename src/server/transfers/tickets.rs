//! Tickets: what opens the link of a file, once, and soon. Kept in memory only; time is an argument.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use subtle::ConstantTimeEq;

use crate::domain::{AccountId, DeviceId, FileId, FileWay};
use crate::limits::{COUNTED_MAX, TICKET_MAX, TICKETS_PER_ACCOUNT};

/// What a ticket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// Whose it is.
    pub account: AccountId,
    /// Where that is.
    pub device: DeviceId,
    /// Which file.
    pub file: FileId,
    /// Which way.
    pub way: FileWay,
}

/// All tickets that are out, the oldest first.
#[derive(Default)]
pub struct Tickets(Mutex<VecDeque<Ticket>>);

struct Ticket {
    secret: [u8; 32],
    grant: Grant,
    until: Duration,
}

impl Tickets {
    /// Gives one out. Over the bound of its account, or of all together, the oldest is worth nothing.
    pub fn put(&self, ticket: [u8; 32], grant: Grant, uptime: Duration) {
        let mut tickets = self.lock();
        expire(&mut tickets, uptime);
        let mut own = tickets.iter().enumerate().filter(|(_, t)| t.grant.account == grant.account);
        let oldest = own.next().map(|(at, _)| at);
        if own.count() + 1 >= TICKETS_PER_ACCOUNT
            && let Some(oldest) = oldest
        {
            tickets.remove(oldest);
        }
        if tickets.len() >= COUNTED_MAX {
            tickets.pop_front();
        }
        tickets.push_back(Ticket { secret: ticket, grant, until: uptime + TICKET_MAX });
    }

    /// What a ticket is for; it is spent by that.
    pub fn take(&self, ticket: &[u8; 32], uptime: Duration) -> Option<Grant> {
        let mut tickets = self.lock();
        expire(&mut tickets, uptime);
        // All are looked at alike: how long that takes says nothing of them.
        let mut found = None;
        for (at, known) in tickets.iter().enumerate() {
            if bool::from(known.secret.ct_eq(ticket)) {
                found = Some(at);
            }
        }
        Some(tickets.remove(found?)?.grant)
    }

    /// Devices of an account are signed out: theirs open nothing.
    pub fn revoke(&self, account: AccountId, is_out: impl Fn(DeviceId) -> bool) {
        self.lock().retain(|t| t.grant.account != account || !is_out(t.grant.device));
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Ticket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn expire(tickets: &mut VecDeque<Ticket>, uptime: Duration) {
    while tickets.front().is_some_and(|oldest| oldest.until <= uptime) {
        tickets.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ConversationId, Seq};

    const NOW: Duration = Duration::from_secs(100);

    fn grant(account: u64, device: u8) -> Grant {
        let file = FileId { conversation: ConversationId(1), seq: Seq(1) };
        let (account, device) = (AccountId(account), DeviceId([device; 16]));
        Grant { account, device, file, way: FileWay::Up }
    }

    #[test]
    fn a_ticket_opens_once_and_for_a_minute() {
        let tickets = Tickets::default();
        tickets.put([1; 32], grant(1, 1), NOW);
        tickets.put([2; 32], grant(1, 1), NOW);
        assert_eq!(tickets.take(&[3; 32], NOW), None);
        assert_eq!(tickets.take(&[1; 32], NOW), Some(grant(1, 1)));
        assert_eq!(tickets.take(&[1; 32], NOW), None);
        assert_eq!(tickets.take(&[2; 32], NOW + TICKET_MAX), None);
    }

    #[test]
    fn an_account_has_so_many_and_a_device_that_is_out_has_none() {
        let tickets = Tickets::default();
        let most = u8::try_from(TICKETS_PER_ACCOUNT).unwrap();
        tickets.put([200; 32], grant(2, 1), NOW);
        for number in 0..=most {
            tickets.put([number; 32], grant(1, number % 2), NOW);
        }
        assert_eq!(tickets.take(&[0; 32], NOW), None, "the oldest");
        assert_eq!(tickets.take(&[1; 32], NOW), Some(grant(1, 1)));
        tickets.revoke(AccountId(1), |device| device == DeviceId([1; 16]));
        assert_eq!(tickets.take(&[3; 32], NOW), None);
        assert_eq!(tickets.take(&[2; 32], NOW), Some(grant(1, 0)));
        assert_eq!(tickets.take(&[200; 32], NOW), Some(grant(2, 1)), "another's");
    }
}
