//! The rules: what a job may do to the store. Runs inside the write transaction.
//!
//! Every verb checks first, when it may still refuse, and writes then, when it may not.
//! [`enter`] is registering and signing in, [`send`] is messages, [`cursors`] is how far people
//! are.

mod age;
mod cursors;
mod enter;
mod send;
mod shakes;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::job::{Caller, Job, Outcome};
use super::presence::Presences;
use crate::clock::Moment;
use crate::domain::Presence;
use crate::limits::Limits;
use crate::net::protocol::{Command, Reason, Refusal, RequestId, ServerFrame};
use crate::store::writer::Apply;
use crate::store::{StoreError, Writes};
use age::Age;
use cursors::Hidden;
use shakes::Shakes;

/// The rules and the little that they remember between jobs, none of it durable.
pub struct Rules {
    limits: Arc<Limits>,
    presences: Presences,
    /// Set by the disk watch: readable, not writable.
    disk_full: Arc<AtomicBool>,
    shakes: Shakes,
    age: Age,
}

/// What a verb decides: an outcome, or why not.
type Decision = Result<Result<Outcome, Refusal>, StoreError>;

impl Rules {
    /// Rules under limits.
    #[must_use]
    pub fn new(limits: Arc<Limits>, disk_full: Arc<AtomicBool>) -> Self {
        let (presences, shakes) = (Presences::default(), Shakes::default());
        Rules { limits, presences, disk_full, shakes, age: Age::default() }
    }

    fn command(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        (caller, id, command): (&Caller, RequestId, &Command),
    ) -> Decision {
        if !is_current(rows, caller)? {
            return Ok(Err(Reason::Fenced.into()));
        }
        match command {
            Command::SignOut {} => enter::sign_out(rows, caller, id),
            Command::Send { to, nonce, body } => {
                self.send(rows, now, caller, &send::Wanted { to: *to, nonce: *nonce, body })
            }
            _ if self.is_disk_full() => Ok(Err(Reason::DiskFull.into())),
            Command::MarkRead { conversation, seq } => {
                cursors::mark_read(rows, (caller, id), self.hides(caller), *conversation, *seq)
            }
            Command::MarkDelivered { conversation, seq } => {
                cursors::mark_delivered(rows, (caller, id), self.hides(caller), *conversation, *seq)
            }
        }
    }

    fn hides(&self, caller: &Caller) -> Hidden {
        match self.presences.of(caller.account) {
            Presence::Invisible => Hidden::Yes,
            _ => Hidden::No,
        }
    }

    fn is_disk_full(&self) -> bool {
        self.disk_full.load(Ordering::Relaxed)
    }
}

impl Apply for Rules {
    type Job = Job;
    type Outcome = Outcome;

    fn apply(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        job: &Job,
    ) -> Result<Outcome, StoreError> {
        let outcome = self.job(rows, now, job)?;
        self.age.keep(rows, now)?;
        Ok(outcome)
    }

    fn failed(&mut self, job: &Job) -> Outcome {
        let refusal = Refusal::new(Reason::Failed);
        match job {
            Job::Register { .. } | Job::SignIn { .. } => turned_away(job, refusal),
            Job::Command { caller, id, .. } | Job::Ping { caller, id } => {
                refused(caller, *id, refusal)
            }
            Job::Presence { caller, .. } => Outcome::Left { session: caller.session },
            Job::Left { session } => Outcome::Left { session: *session },
        }
    }
}

impl Rules {
    fn job(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        job: &Job,
    ) -> Result<Outcome, StoreError> {
        match job {
            Job::Register { applicant, id, registration, device, device_name, token } => {
                let place = enter::Place { device: *device, name: device_name, token };
                let decision = self.register(rows, now, (applicant, *id), registration, &place)?;
                Ok(decision.unwrap_or_else(|refusal| turned_away(job, refusal)))
            }
            Job::SignIn { applicant, id, sign_in, token } => {
                let decision = self.sign_in(rows, now, (applicant, *id), sign_in, token)?;
                Ok(decision.unwrap_or_else(|refusal| turned_away(job, refusal)))
            }
            Job::Command { caller, id, command } => {
                let decision = self.command(rows, now, (caller, *id, command))?;
                Ok(decision.unwrap_or_else(|refusal| refused(caller, *id, refusal)))
            }
            Job::Presence { caller, presence } => {
                self.presences.choose(caller.session, *presence);
                Ok(Outcome::Presence { session: caller.session, presence: *presence })
            }
            Job::Ping { caller, id } => Ok(Outcome::Answer {
                outbox: caller.outbox.clone(),
                frame: ServerFrame::Pong { id: *id },
            }),
            Job::Left { session } => {
                self.presences.leave(*session);
                Ok(Outcome::Left { session: *session })
            }
        }
    }
}

/// Whether the session's sign-in is still the device's last one. A revoke removes the device, a
/// new sign-in of the same device raises its epoch; either way the older session changes nothing.
fn is_current(rows: &Writes<'_>, caller: &Caller) -> Result<bool, StoreError> {
    let device = rows.get_device(caller.account, caller.device)?;
    Ok(device.is_some_and(|device| device.epoch == caller.epoch))
}

fn refused(caller: &Caller, id: RequestId, refusal: Refusal) -> Outcome {
    Outcome::Answer { outbox: caller.outbox.clone(), frame: ServerFrame::Refused { id, refusal } }
}

fn turned_away(job: &Job, refusal: Refusal) -> Outcome {
    match job {
        Job::Register { applicant, id, .. } | Job::SignIn { applicant, id, .. } => {
            Outcome::TurnedAway { applicant: applicant.clone(), id: *id, refusal }
        }
        Job::Command { caller, id, .. } | Job::Ping { caller, id } => refused(caller, *id, refusal),
        Job::Presence { caller, .. } => Outcome::Left { session: caller.session },
        Job::Left { session } => Outcome::Left { session: *session },
    }
}
