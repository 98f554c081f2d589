//! Defects of a server, of a disk and of a client's window, each of which must break a promise.

use mychat::clock::Moment;
use mychat::domain::Body;
use mychat::net::protocol::{Command, ContactAnswer};
use mychat::server::commands::Rules;
use mychat::server::job::{Caller, Job, Outcome};
use mychat::store::writer::Apply;
use mychat::store::{StoreError, Writes};

/// What is wrong with a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// A message that comes again is written again.
    ForgetsNonces,
    /// What was written is told before it is on the disk.
    TellsBeforeCommit,
    /// The disk lies: the last commit before a crash is not on it.
    LosesLastCommit,
    /// A message is delivered a second time, at the next place.
    TwiceAtAnotherPlace,
    /// The window shows no message that has a full number of fives, and goes on.
    AcceptsGaps,
    /// Messages of one link are taken in the wrong order.
    Swaps,
    /// What the first device says is taken by nobody.
    Swallows,
    /// The hub is not told whom a revoke ends.
    DeliversToRevoked,
    /// An older sign-in of a device goes on working.
    TrustsOldEpochs,
    /// Cursors go where they are told to.
    MovesCursorsBack,
    /// The times of messages follow the wall clock.
    BelievesTheClock,
    /// Who asked does not become a friend.
    HalfFriends,
    /// Some moves are not told, though they are written.
    KeepsMoves,
    /// The moves that were told before are in the log, and the last one is another.
    ChangesMoves,
}

/// Every bug, and the promises that may be the first to break.
pub const ALL: [(Bug, &[&str]); 14] = [
    (Bug::ForgetsNonces, &["2 "]),
    // Whose account or sign-in was lost does not come back.
    (Bug::TellsBeforeCommit, &["1 ", "3 ", "6 "]),
    (Bug::LosesLastCommit, &["1 ", "3 ", "6 ", "7 "]),
    (Bug::TwiceAtAnotherPlace, &["2 ", "3 "]),
    (Bug::AcceptsGaps, &["3 "]),
    (Bug::Swaps, &["5 "]),
    (Bug::Swallows, &["6 "]),
    (Bug::DeliversToRevoked, &["9 "]),
    (Bug::TrustsOldEpochs, &["9 "]),
    (Bug::MovesCursorsBack, &["7 "]),
    (Bug::BelievesTheClock, &["8 "]),
    (Bug::HalfFriends, &["10 "]),
    (Bug::KeepsMoves, &["11 "]),
    (Bug::ChangesMoves, &["11 ", "1 "]),
];

/// The rules, and what is wrong with them.
pub struct Judge {
    pub rules: Rules,
    pub bug: Option<Bug>,
}

impl Apply for Judge {
    type Job = Job;
    type Outcome = Outcome;

    fn apply(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        job: &Job,
    ) -> Result<Outcome, StoreError> {
        let changed = self.bug.and_then(|bug| change(bug, rows, job));
        let outcome = self.rules.apply(rows, now, changed.as_ref().unwrap_or(job))?;
        match self.bug {
            Some(bug) => spoil(bug, rows, now, job, outcome),
            None => Ok(outcome),
        }
    }

    fn failed(&mut self, job: &Job) -> Outcome {
        self.rules.failed(job)
    }
}

fn change(bug: Bug, rows: &Writes<'_>, job: &Job) -> Option<Job> {
    let Job::Command { caller, id, command } = job else { return None };
    let (mut caller, mut command) = (caller.clone(), command.clone());
    match (bug, &mut command) {
        (Bug::ForgetsNonces, Command::Send { nonce, .. }) => {
            rows.get_by_nonce(caller.account, *nonce).ok()??;
            nonce.0[15] ^= 1;
        }
        (Bug::TrustsOldEpochs, _) => caller.epoch = now_of(rows, &caller)?,
        _ => return None,
    }
    Some(Job::Command { caller, id: *id, command })
}

fn now_of(rows: &Writes<'_>, caller: &Caller) -> Option<u64> {
    rows.get_device(caller.account, caller.device).ok()?.map(|device| device.epoch)
}

fn spoil(
    bug: Bug,
    rows: &mut Writes<'_>,
    now: Moment,
    job: &Job,
    mut outcome: Outcome,
) -> Result<Outcome, StoreError> {
    match (bug, job, &mut outcome) {
        (Bug::MovesCursorsBack, _, Outcome::Moved { caller, conversation, cursors, .. }) => {
            cursors.read.0 /= 2;
            rows.put_cursors(caller.account, *conversation, *cursors)?;
        }
        (
            Bug::HalfFriends,
            Job::Command {
                command: Command::AnswerContact { from, answer: ContactAnswer::Accept { .. } },
                ..
            },
            Outcome::Booked { caller, .. },
        ) => {
            if let Some(mut contact) = rows.get_contact(*from, caller.account)? {
                contact.friend = false;
                rows.put_contact(*from, &contact)?;
            }
        }
        (Bug::KeepsMoves, _, Outcome::Games { games, .. }) => {
            games.retain(|change| change.news.sheet.log % 3 != 0);
        }
        (Bug::ChangesMoves, _, Outcome::Games { games, .. }) => {
            for entry in games.iter_mut().flat_map(|change| &mut change.news.entries) {
                entry.t += 1;
            }
        }
        (Bug::DeliversToRevoked, _, Outcome::Revoked { revoked, .. }) => revoked.clear(),
        (Bug::BelievesTheClock, _, Outcome::Appended { message, .. })
            if matches!(message.body, Body::Text { .. }) =>
        {
            message.at = now.wall_ms;
        }
        _ => {}
    }
    Ok(outcome)
}
