//! What the person asks of the server in the server's own words, and why nothing can be asked.

use super::{Request, State, Turn, link};
use crate::client::api::{Failure, Ticket};
use crate::domain::AccountId;
use crate::net::protocol::{ClientFrame, Command, Query, Reason, Signal};

impl State {
    /// A change that the server answers with yes or no.
    pub(super) fn order(&mut self, turn: &mut Turn<'_>, ticket: Ticket, command: Command) {
        let is_own_intent = matches!(
            command,
            Command::Send { .. }
                | Command::MarkRead { .. }
                | Command::MarkDelivered { .. }
                | Command::PutBlob { .. }
                | Command::SignOut {}
        );
        if !self.is_signed_in() {
            return turn.answer(ticket, Err(self.why_not()));
        }
        match is_own_intent {
            true => turn.answer(ticket, Err(Failure::Refused(Reason::BadValue.into()))),
            false => self.command(turn, command, Request::Do(ticket)),
        }
    }

    /// A question of the person's.
    pub(super) fn look(&mut self, turn: &mut Turn<'_>, ticket: Ticket, query: Query) {
        match self.is_signed_in() {
            true => self.query(turn, query, Request::Look(ticket)),
            false => turn.answer(ticket, Err(self.why_not())),
        }
    }

    pub(super) fn watch(&mut self, turn: &mut Turn<'_>, accounts: Vec<AccountId>) {
        self.watched.clone_from(&accounts);
        self.signal(turn, Signal::Watch { accounts });
    }

    pub(super) fn signal(&self, turn: &mut Turn<'_>, signal: Signal) {
        if self.is_signed_in() {
            turn.write(ClientFrame::Signal(signal));
        }
    }

    /// Why nothing can be asked of the server now.
    pub(super) fn why_not(&self) -> Failure {
        match (&self.link.phase, self.auth.resumes()) {
            (_, true) => Failure::Offline,
            (link::Phase::Down { retry_at: None, why }, false) => why.clone(),
            // Also between two links: whoever signed out is told the same before and after.
            (_, false) => Failure::Refused(Reason::NotSignedIn.into()),
        }
    }
}
