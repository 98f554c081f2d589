//! On a signed-in link: the password is proven once more, then changed, or the account deleted.

use super::{Effect, OpaqueFailure, OpaqueStep, Request, State, Turn, passwords};
use crate::client::api::{Answer, Failure, Secret, Ticket};
use crate::net::protocol::{Auth as Step, AuthStep, ClientFrame, Goodbye, Opaque, Reason, Refusal};

/// An exchange under way.
#[derive(Debug)]
pub(super) struct Proving {
    ticket: Ticket,
    /// The password that is proven.
    password: Secret,
    /// What for.
    goal: Goal,
    stage: Stage,
}

#[derive(Debug)]
enum Goal {
    Change(Secret),
    Delete,
}

/// How far it is; the number names a step that is computed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Starting(u64),
    Asked,
    Stretching(u64),
    Confirming,
    ChangeStarting(u64),
    ChangeAsked,
    ChangeStretching(u64),
    Finishing,
}

impl State {
    pub(super) fn change_password(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        old: Secret,
        new: Secret,
    ) {
        if let Err(failure) = passwords::check(new.expose()) {
            return turn.answer(ticket, Err(failure));
        }
        self.prove(turn, ticket, old, Goal::Change(new));
    }

    pub(super) fn delete_account(&mut self, turn: &mut Turn<'_>, ticket: Ticket, password: Secret) {
        self.prove(turn, ticket, password, Goal::Delete);
    }

    fn prove(&mut self, turn: &mut Turn<'_>, ticket: Ticket, password: Secret, goal: Goal) {
        if !self.is_signed_in() {
            return turn.answer(ticket, Err(self.why_not()));
        }
        if self.proving.is_some() {
            let refusal = Refusal::new(Reason::OutOfOrder);
            return turn.answer(ticket, Err(Failure::Refused(refusal)));
        }
        let attempt = self.next();
        let step = OpaqueStep::SignInStart(password.clone());
        turn.effects.push(Effect::Opaque { attempt, step });
        let stage = Stage::Starting(attempt);
        self.proving = Some(Proving { ticket, password, goal, stage });
    }

    /// A step was computed here. Says whether it was one of these.
    pub(super) fn on_proof(
        &mut self,
        turn: &mut Turn<'_>,
        attempt: u64,
        outcome: &Result<Opaque, OpaqueFailure>,
    ) -> bool {
        let stretch = self.stretch;
        let Some(proving) = &mut self.proving else { return false };
        let next = match proving.stage {
            Stage::Starting(number) if number == attempt => Stage::Asked,
            Stage::Stretching(number) if number == attempt => Stage::Confirming,
            Stage::ChangeStarting(number) if number == attempt => Stage::ChangeAsked,
            Stage::ChangeStretching(number) if number == attempt => Stage::Finishing,
            _ => return false,
        };
        let bytes = match outcome {
            Ok(bytes) => bytes.clone(),
            Err(OpaqueFailure::WrongPassword) => {
                let refusal = Refusal::new(Reason::WrongPassword);
                self.fail_proof(turn, Failure::Refused(refusal));
                return true;
            }
            Err(OpaqueFailure::Garbled) => {
                self.fail_proof(turn, Failure::NotMyChat);
                return true;
            }
        };
        proving.stage = next;
        let step = match next {
            Stage::Asked => Step::ProveStart { request: bytes },
            Stage::Confirming => Step::ProveFinish { finalization: bytes },
            Stage::ChangeAsked => Step::ChangeStart { request: bytes },
            _ => Step::ChangeFinish { record: bytes, stretch },
        };
        self.send_proof(turn, step);
        true
    }

    fn send_proof(&mut self, turn: &mut Turn<'_>, auth: Step) {
        let id = self.request(turn, Request::Proof);
        turn.write(ClientFrame::Auth { id, auth });
    }

    /// The server took a step.
    pub(super) fn on_proof_step(&mut self, turn: &mut Turn<'_>, step: AuthStep) {
        let attempt = self.next();
        let (stretch, server) = (self.stretch, self.server());
        let Some((proving, server)) = self.proving.as_mut().zip(server) else { return };
        let step = match (proving.stage, &proving.goal, step) {
            (Stage::Asked, _, AuthStep::SignInChallenge { response, stretch })
                if stretch.is_allowed() =>
            {
                proving.stage = Stage::Stretching(attempt);
                let password = proving.password.clone();
                OpaqueStep::SignInFinish { password, response, stretch, server }
            }
            (Stage::Confirming, Goal::Change(new), AuthStep::Proven {}) => {
                proving.stage = Stage::ChangeStarting(attempt);
                OpaqueStep::RegisterStart(new.clone())
            }
            (Stage::Confirming, Goal::Delete, AuthStep::Proven {}) => {
                proving.stage = Stage::Finishing;
                return self.send_proof(turn, Step::Delete {});
            }
            (Stage::ChangeAsked, Goal::Change(new), AuthStep::RegisterChallenge { response }) => {
                proving.stage = Stage::ChangeStretching(attempt);
                let password = new.clone();
                OpaqueStep::RegisterFinish { password, response, stretch, server }
            }
            (Stage::Finishing, Goal::Change(_), AuthStep::Changed {}) => {
                let ticket = proving.ticket;
                self.proving = None;
                return turn.answer(ticket, Ok(Answer::Done));
            }
            (Stage::Finishing, Goal::Delete, AuthStep::Deleted {}) => {
                let ticket = proving.ticket;
                self.proving = None;
                turn.answer(ticket, Ok(Answer::Done));
                self.signed_out(turn, Goodbye::Deleted, None);
                return self.rest(turn);
            }
            _ => return self.fail_proof(turn, Failure::NotMyChat),
        };
        turn.effects.push(Effect::Opaque { attempt, step });
    }

    pub(super) fn fail_proof(&mut self, turn: &mut Turn<'_>, failure: Failure) {
        if let Some(proving) = self.proving.take() {
            turn.answer(proving.ticket, Err(failure));
        }
        self.requests.retain(|_, (_, request)| !matches!(request, Request::Proof));
    }
}
