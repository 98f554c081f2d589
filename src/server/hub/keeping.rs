//! What the server's keeper did reaches those who are there.

use super::{Hub, encode};
use crate::clock::Moment;
use crate::domain::{AccountId, ConversationKind};
use crate::net::protocol::{Event, Goodbye, ServerFrame};
use crate::server::admission::counted;
use crate::server::commands::keeper::{Call, Cut, News};
use crate::server::job::Caller;

impl Hub {
    pub(super) fn spread(&mut self, news: News, now: Moment) {
        if let Some(person) = news.person {
            self.tell_person(person);
        }
        self.notices(&news.messages, now);
        if let Some(call) = &news.call {
            self.call(call);
        }
        if let Some(cut) = news.cut {
            self.put_out(cut);
        }
    }

    fn call(&self, call: &Call) {
        let event = Event::Called { text: call.text.clone(), pinned: call.pinned };
        let Some(bytes) = encode(&ServerFrame::Event(event)) else { return };
        self.each_member(ConversationKind::Lobby, |account, outbox| {
            if call.to.is_none_or(|to| to == account) {
                outbox.push(&bytes);
            }
        });
    }

    /// Their links end behind what they were told.
    fn put_out(&mut self, cut: Cut) {
        let (sessions, goodbye) = match cut {
            Cut::Account(account, goodbye) => (self.callers(|one, _| one == account), goodbye),
            Cut::Address(address) => {
                let is_there = |_, from: &str| from.parse().is_ok_and(|ip| counted(ip) == address);
                (self.callers(is_there), Goodbye::Banned)
            }
        };
        for session in sessions {
            session.outbox.close(goodbye);
            self.leave(session.session, goodbye.code());
        }
    }

    fn callers(&self, wanted: impl Fn(AccountId, &str) -> bool) -> Vec<Caller> {
        let sessions = self.sessions.values();
        let found = sessions.filter(|session| wanted(session.account, &session.address));
        found.map(|session| session.caller.clone()).collect()
    }
}
