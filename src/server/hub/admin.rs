//! What the server's admin did reaches those who are there.

use super::{Hub, encode};
use crate::clock::Moment;
use crate::domain::{AccountId, ConversationKind, Message, Person};
use crate::net::control::{LogEvent, LogKind};
use crate::net::protocol::{Event, Goodbye, ServerFrame};
use crate::net::verb::{Done, NotDone};
use crate::server::admission::counted;
use crate::server::commands::admin::{Call, Cut, News};
use crate::server::job::Caller;
use crate::server::journal::{self, field};

impl Hub {
    pub(super) fn spread(
        &mut self,
        mut news: News,
        result: &mut Result<Done, NotDone>,
        now: Moment,
    ) {
        self.count_links(result);
        // Whoever was not there was not put out.
        let was_there = !matches!(result, Ok(Done::Account(row)) if row.links == 0);
        let is_done = |event: &LogEvent| was_there || !matches!(event, LogEvent::Kicked { .. });
        if let Some(mut event) = news.noted.take().filter(is_done) {
            if let LogEvent::Announced { people, .. } = &mut event {
                *people =
                    self.accounts.values().filter(|one| !one.sessions.is_empty()).count() as u64;
            }
            self.journal.note(LogKind::Info, None, event);
        }
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

    /// Behind a verb's answer stands whether anybody was there for it.
    fn count_links(&self, result: &mut Result<Done, NotDone>) {
        if let Ok(Done::Account(row)) = result {
            let online = self.accounts.get(&row.person.account);
            row.links = online.map_or(0, |online| online.sessions.len() as u64);
        }
    }

    /// That somebody came: a new account, or with a new password, or as before.
    pub(super) fn note_entered(
        &self,
        caller: &Caller,
        person: &Person,
        (is_new, has_reset): (bool, bool),
        (address, client): (&str, &str),
    ) {
        let account = person.account;
        let address = || address.to_owned();
        let note = |event| self.journal.note(LogKind::Auth, Some(caller.session), event);
        if is_new {
            let nickname = field(&person.nickname);
            note(LogEvent::Registered { account, nickname, address: address() });
        }
        if has_reset {
            note(LogEvent::PasswordReset { account, address: address() });
        }
        note(LogEvent::SignedIn { account, address: address(), client: client.to_owned() });
    }

    /// That a room came to be or ended, by the line of its log that says so.
    pub(super) fn note_room(&self, message: &Message) {
        if let Some(event) = journal::of_room(message) {
            self.journal.note(LogKind::Info, None, event);
        }
    }

    /// That a file came whole.
    pub(super) fn note_sent(&self, sent: Option<Box<LogEvent>>) {
        if let Some(event) = sent {
            self.journal.note(LogKind::Info, None, *event);
        }
    }

    fn call(&self, call: &Call) {
        let event =
            Event::Called { text: call.text.clone(), pinned: call.pinned, about: call.about };
        let Some(bytes) = encode(&ServerFrame::Event(event)) else { return };
        self.each_member(ConversationKind::Lobby, |account, outbox| {
            if call.to.is_none_or(|to| to == account) {
                outbox.push(&bytes);
            }
        });
    }

    /// They are told why, and their links end behind it.
    fn put_out(&mut self, cut: Cut) {
        let (sessions, goodbye, why) = match cut {
            Cut::Account(account, goodbye, why) => {
                (self.callers(|one, _| one == account), goodbye, why)
            }
            Cut::Address(address, why) => {
                let is_there = |_, from: &str| from.parse().is_ok_and(|ip| counted(ip) == address);
                (self.callers(is_there), Goodbye::Banned, why)
            }
        };
        let parting = Event::parting(why).map(ServerFrame::Event);
        for session in sessions {
            if let Some(parting) = &parting {
                session.outbox.push_frame(parting);
            }
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
