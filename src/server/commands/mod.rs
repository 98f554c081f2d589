//! The rules: what a job may do to the store. Runs inside the write transaction.
//!
//! Every verb checks first, when it may still refuse, and writes then, when it may not.
//! * [`enter`] is registering and signing in, [`passwords`] new passwords, devices signed out,
//!   accounts deleted.
//! * [`send`] is messages, [`pictures`] those in them, [`files`] the files that they offer, [`recall`] takes
//!   them back, [`cursors`] is how far people are.
//! * [`games`] is invitations to games, and the referee.
//! * [`strangers`] is who stands apart.
//! * [`requests`] and [`contacts`] are friends and groups, [`book`] tells everybody whose book
//!   changes; [`profile`] is what people say of themselves.
//! * [`rooms`] is who comes into rooms, goes, and does what there.
//! * [`mod@admin`] is what the server's admin asks for.

pub mod admin;
mod age;
mod book;
mod contacts;
mod cursors;
mod enter;
mod files;
mod games;
mod passwords;
mod pauses;
mod pictures;
mod profile;
mod recall;
mod requests;
mod rooms;
mod send;
mod shakes;
mod strangers;
mod sweep;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_channel::Sender;

use super::admin::AdminError;
use super::job::{Caller, GameChange, Job, Outcome, SessionId, Verdict};
use super::policy::Policy;
use super::presence::Presences;
use crate::clock::Moment;
use crate::domain::{AccountId, DeviceId, Presence};
use crate::limits::Limits;
use crate::net::protocol::{Command, Reason, Refusal, RequestId, ServerFrame};
use crate::net::verb::{Cause, Done, NotDone, Verb};
use crate::server::bounds::Bound;
use crate::store::blobs::Files;
use crate::store::writer::Apply;
use crate::store::{StoreError, Writes};
use age::Age;
use cursors::Hidden;
pub use games::Alarm;
use games::Tables;
use pauses::Pauses;
use pictures::Brought;
use shakes::Shakes;

/// The rules and the little that they remember between jobs, none of it durable.
pub struct Rules {
    policy: Arc<Policy>,
    /// Those in force with this job.
    limits: Arc<Limits>,
    presences: Presences,
    /// Where each session is.
    devices: HashMap<SessionId, (AccountId, DeviceId)>,
    /// Set by the disk watch: readable, not writable.
    disk_full: Arc<AtomicBool>,
    shakes: Shakes,
    pauses: Pauses,
    age: Age,
    /// Where pictures lie.
    files: Files,
    brought: Brought,
    tables: Tables,
    /// Nothing could be written since then.
    full_since: Option<Duration>,
    /// A batch was given up: what is remembered of games may be wrong.
    is_shaken: bool,
}

pub(crate) use passwords::opens;

/// What a verb decides: an outcome, or why not.
type Decision = Result<Result<Outcome, Refusal>, StoreError>;

impl Rules {
    /// Rules under settings.
    #[must_use]
    pub fn new(policy: Arc<Policy>, disk_full: Arc<AtomicBool>, files: Files) -> Self {
        let (presences, shakes) = (Presences::default(), Shakes::default());
        let (devices, pauses, age) = (HashMap::new(), Pauses::default(), Age::default());
        let (limits, brought, tables) = (policy.limits(), Brought::default(), Tables::default());
        Rules {
            policy,
            limits,
            presences,
            devices,
            disk_full,
            shakes,
            pauses,
            age,
            files,
            brought,
            tables,
            full_since: None,
            is_shaken: false,
        }
    }

    /// When [`Job::Clockwork`] is due.
    #[must_use]
    pub fn alarm(&self) -> Arc<Alarm> {
        self.tables.alarm()
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
            Command::Revoke { device } => passwords::revoke(rows, (caller, id), Some(*device)),
            Command::RevokeOthers {} => passwords::revoke(rows, (caller, id), None),
            Command::Send { to, nonce, body } => {
                self.send(rows, now, caller, &send::Wanted { to: *to, nonce: *nonce, body })
            }
            Command::CancelFile { .. } | Command::DeclineFile { .. } | Command::TookFile { .. } => {
                self.file(rows, now, (caller, id), command)
            }
            // What takes words, pictures or a room away makes more room than its line takes.
            Command::Recall { .. } | Command::DissolveRoom { .. } => {
                self.recall_or_dissolve(rows, now, (caller, id), command)
            }
            _ if self.is_disk_full() => Ok(Err(self.no_space())),
            Command::MarkRead { conversation, seq } => {
                let hidden = self.hides(rows, caller)?;
                cursors::mark_read(rows, (caller, id), hidden, *conversation, *seq)
            }
            Command::MarkDelivered { conversation, seq } => {
                let hidden = self.hides(rows, caller)?;
                cursors::mark_delivered(rows, (caller, id), hidden, *conversation, *seq)
            }
            Command::SetProfile(change) => {
                let age = self.age.minutes(rows, now)?;
                let changed = profile::set(rows, &self.brought, (now, age), (caller, id), change)?;
                Ok(changed.inspect_err(|refusal| {
                    if profile::is_about_name(refusal) {
                        self.policy.met().refuse(Bound::Nickname);
                    }
                }))
            }
            Command::AnswerGame { .. } | Command::Play { .. } => {
                self.game(rows, now, (caller, id), command)
            }
            // Parts are put together by the session, which sends a job of its own.
            Command::PutBlob { .. } => Ok(Err(Reason::BadValue.into())),
            command => self.people(rows, now, (caller, id), command),
        }
    }

    fn recall_or_dissolve(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        from: (&Caller, RequestId),
        command: &Command,
    ) -> Decision {
        let Command::Recall { to, seq } = command else {
            return self.people(rows, now, from, command);
        };
        let ages = (self.age.seconds(rows, now)?, self.age.minutes(rows, now)?);
        recall::recall(rows, (now.wall_ms, ages), from, (*to, *seq))
    }

    /// Friends, groups, requests, privacy.
    fn people(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        from: (&Caller, RequestId),
        command: &Command,
    ) -> Decision {
        match command {
            Command::AskContact { to, greeting, group, remark } => {
                let asked = requests::Asked { to: *to, greeting, group: *group, remark };
                self.ask_contact(rows, now, from, &asked)
            }
            Command::WithdrawRequest { to } => self.withdraw(rows, now, from, *to),
            Command::AnswerContact { from: who, answer } => {
                self.answer_contact(rows, now, from, *who, answer)
            }
            Command::ClearRequests {} => self.clear(rows, now, from),
            Command::SetContact { account, change } => {
                self.set_contact(rows, now, from, *account, change)
            }
            Command::RemoveContact { account } => contacts::remove(rows, now, from, *account),
            Command::AddGroup { name } => contacts::add_group(&self.policy, rows, now, from, name),
            Command::RenameGroup { group, name } => {
                contacts::rename_group(rows, now, from, *group, name)
            }
            Command::RemoveGroup { group } => contacts::remove_group(rows, now, from, *group),
            Command::OrderGroups { groups } => contacts::order_groups(rows, now, from, groups),
            Command::SetPrivacy(privacy) => contacts::set_privacy(rows, now, from, privacy),
            command => self.rooms(rows, now, from, command),
        }
    }

    fn hides(&self, rows: &Writes<'_>, caller: &Caller) -> Result<Hidden, StoreError> {
        if self.presences.of(caller.account) == Presence::Invisible {
            return Ok(Hidden::All);
        }
        Ok(match rows.get_privacy(caller.account)?.read_marks {
            true => Hidden::Nothing,
            false => Hidden::Reading,
        })
    }

    fn is_disk_full(&self) -> bool {
        self.disk_full.load(Ordering::Relaxed)
    }

    fn no_space(&self) -> Refusal {
        self.policy.refuse(Bound::DiskFree, Reason::DiskFull)
    }

    /// Over a bound of numbers, which is said.
    fn over(&self, bound: Bound, reason: Reason, most: u64) -> Refusal {
        self.policy.refuse(bound, Refusal::limit(reason, most))
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
        self.limits = self.policy.limits();
        let games = self.catch_up(rows, now)?;
        let outcome = self.job(rows, now, job)?;
        self.age.keep(rows, now)?;
        Ok(outcome.behind_games(games))
    }

    fn failed(&mut self, job: &Job) -> Outcome {
        self.is_shaken = true;
        given_up(job, Refusal::new(Reason::Failed))
    }
}

impl Rules {
    fn job(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        job: &Job,
    ) -> Result<Outcome, StoreError> {
        let decision = match job {
            Job::Register { applicant, id, registration, device, device_name, token } => {
                let place = enter::Place { device: *device, name: device_name, token };
                self.register(rows, now, (applicant, *id), registration, &place)?
            }
            Job::SignIn { applicant, id, sign_in, token } => {
                self.sign_in(rows, now, (applicant, *id), sign_in, token)?
            }
            Job::Recover { applicant, id, recovery, device, device_name, token } => {
                let place = enter::Place { device: *device, name: device_name, token };
                self.recover(rows, now, (applicant, *id), recovery, &place)?
            }
            Job::ChangePassword { caller, id, .. } | Job::DeleteAccount { caller, id, .. }
                if !is_current(rows, caller)? =>
            {
                return Ok(refused(caller, *id, Reason::Fenced.into()));
            }
            Job::ChangePassword { caller, id, .. } if self.is_disk_full() => {
                return Ok(refused(caller, *id, self.no_space()));
            }
            Job::ChangePassword { caller, id, proven, password } => {
                passwords::change(rows, (caller, *id), proven, password)?
            }
            Job::DeleteAccount { caller, id, proven } => {
                let age = self.age.minutes(rows, now)?;
                passwords::delete(rows, (now, age), (caller, *id), proven)?
            }
            Job::Blob { caller, id, blob, bytes } => {
                return self.take_blob(rows, now, (caller, *id), (*blob, *bytes));
            }
            Job::Command { caller, id, command } => {
                self.command(rows, now, (caller, *id, command))?
            }
            Job::Ping { caller, id } => {
                let (outbox, frame) = (caller.outbox.clone(), ServerFrame::Pong { id: *id });
                return Ok(Outcome::Answer { outbox, frame });
            }
            job @ (Job::KeepFile { .. }
            | Job::Sweep { .. }
            | Job::Empty { .. }
            | Job::Admin { .. }
            | Job::Presence { .. }
            | Job::Left { .. }
            | Job::ResumeGames
            | Job::PauseGames
            | Job::Clockwork) => return self.upkeep(rows, now, job),
        };
        let outcome = decision.unwrap_or_else(|refusal| given_up(job, refusal));
        match &outcome {
            Outcome::Entered(entered) => {
                let games = self.attend(rows, now, entered.caller.account)?;
                Ok(outcome.behind_games(games))
            }
            _ => Ok(outcome),
        }
    }

    /// Games that stood still, or of which something may have been missed.
    fn catch_up(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
    ) -> Result<Vec<GameChange>, StoreError> {
        if self.is_disk_full() {
            self.full_since.get_or_insert(now.uptime);
            return Ok(Vec::new());
        }
        let full = self.full_since.take().map(|since| now.uptime.saturating_sub(since));
        match (full, std::mem::take(&mut self.is_shaken)) {
            (None, false) => Ok(Vec::new()),
            (full, _) => self.take_stock(rows, now, full.unwrap_or_default()),
        }
    }

    /// What nobody with a chat link asks for, and sessions that change or end.
    fn upkeep(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        job: &Job,
    ) -> Result<Outcome, StoreError> {
        match job {
            Job::KeepFile { file, root, slot } => self.keep_file(rows, now, (*file, *root), slot),
            Job::Sweep { blobs, files } => {
                let ended = self.expire(rows, now, files)?;
                Ok(self.sweep(rows, now, blobs)?.behind(ended))
            }
            Job::Empty { log } => self.empty(rows, now, *log),
            Job::Admin { verb, code, slot } => {
                let age_min = self.age.minutes(rows, now)?;
                let now = admin::When { wall_ms: now.wall_ms, age_min };
                admin(rows, now, verb, *code, slot)
            }
            // Of a session that was fenced off nothing is heard any more.
            Job::Presence { caller, presence } => {
                let presence = is_current(rows, caller)?.then_some(*presence);
                self.seen(rows, now, (caller.session, presence))
            }
            Job::Left { session } => self.left(rows, now, *session),
            Job::PauseGames => {
                self.pause_games(rows, now)?;
                Ok(Outcome::Swept { blobs: Vec::new() })
            }
            job => {
                let games = match job {
                    Job::ResumeGames => self.resume_games(rows, now)?,
                    _ => self.clockwork(rows, now)?,
                };
                Ok(Outcome::Swept { blobs: Vec::new() }.behind_games(games))
            }
        }
    }

    /// A session ends; with an account's last one its games wait for it.
    fn left(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        session: SessionId,
    ) -> Result<Outcome, StoreError> {
        let account = self.devices.get(&session).map(|(account, _)| *account);
        let outcome = self.seen(rows, now, (session, None))?;
        let games = match account.filter(|_| !self.is_disk_full()) {
            Some(account) => self.attend(rows, now, account)?,
            None => Vec::new(),
        };
        Ok(outcome.behind_games(games))
    }

    /// A session says how it wants to be seen, or ends: then its device was used last now. Whoever
    /// vanishes by that was seen last now; who was hidden already is not betrayed.
    fn seen(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        (session, presence): (SessionId, Option<Presence>),
    ) -> Result<Outcome, StoreError> {
        let place = self.devices.get(&session).copied();
        let is_shown = |presences: &Presences, account| {
            presences.of(account).as_seen_by_others() != Presence::Offline
        };
        let before = place.is_some_and(|(account, _)| is_shown(&self.presences, account));
        match presence {
            Some(presence) => self.presences.choose(session, presence),
            None => {
                self.presences.leave(session);
                self.devices.remove(&session);
            }
        }
        if let Some((account, device)) = place.filter(|_| !self.is_disk_full()) {
            if before && !is_shown(&self.presences, account) {
                rows.put_seen(account, now.wall_ms)?;
            }
            if let (None, Some(mut row)) = (presence, rows.get_device(account, device)?) {
                row.used = row.used.max(now.wall_ms);
                row.used_age_min = row.used_age_min.max(self.age.minutes(rows, now)?);
                rows.put_device(account, device, &row)?;
            }
        }
        Ok(match presence {
            Some(presence) => Outcome::Presence { session, presence },
            None => Outcome::Left { session },
        })
    }
}

fn admin(
    rows: &mut Writes<'_>,
    now: admin::When,
    verb: &Verb,
    code: [u8; 16],
    slot: &Sender<Result<Done, NotDone>>,
) -> Result<Outcome, StoreError> {
    let slot = slot.clone();
    Ok(match admin::apply(rows, now, verb, code) {
        Ok((done, mut news)) => {
            let (files, games) = (std::mem::take(&mut news.files), std::mem::take(&mut news.games));
            let done = Outcome::Admin { result: Ok(done), news: Box::new(news), slot };
            done.behind(files).behind_games(games)
        }
        Err(AdminError::Store(error)) => return Err(error),
        Err(error) => Outcome::Admin { result: Err(error.into()), news: Box::default(), slot },
    })
}

/// Books changed: the notices go to their owners, then the answer to who asked.
fn booked(caller: &Caller, id: RequestId, notes: book::Notes<'_, '_>) -> Outcome {
    let (messages, files, games) = notes.into_news();
    let booked = Outcome::Booked { caller: caller.clone(), id, messages, reply: None };
    booked.behind(files).behind_games(games)
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

/// A job was refused or failed: who asked is told.
fn given_up(job: &Job, refusal: Refusal) -> Outcome {
    match job {
        Job::Register { applicant, id, .. }
        | Job::SignIn { applicant, id, .. }
        | Job::Recover { applicant, id, .. } => {
            Outcome::TurnedAway { applicant: applicant.clone(), id: *id, refusal }
        }
        Job::Command { caller, id, .. }
        | Job::ChangePassword { caller, id, .. }
        | Job::DeleteAccount { caller, id, .. }
        | Job::Blob { caller, id, .. }
        | Job::Ping { caller, id } => refused(caller, *id, refusal),
        Job::Presence { caller, .. } => Outcome::Left { session: caller.session },
        Job::Left { session } => Outcome::Left { session: *session },
        Job::Sweep { .. }
        | Job::Empty { .. }
        | Job::ResumeGames
        | Job::PauseGames
        | Job::Clockwork => Outcome::Swept { blobs: Vec::new() },
        // Whether a row names the blob is not known here: it stays until a sweep looks.
        Job::KeepFile { root, slot, .. } => {
            let (verdict, blob) = (Verdict::Failed, *root);
            Outcome::Kept { slot: slot.clone(), verdict, blob, is_named: true, sent: None }
        }
        Job::Admin { slot, .. } => {
            let result = Err(not_done(refusal.reason));
            Outcome::Admin { result, news: Box::default(), slot: slot.clone() }
        }
    }
}

/// Why nothing came of what the admin asked for.
fn not_done(reason: Reason) -> NotDone {
    match reason {
        Reason::DiskFull => {
            NotDone::new(Cause::DiskFull, "the disk is nearly full: make room, then try again")
        }
        _ => NotDone::new(Cause::Defect, "the server could not do it; its log says why"),
    }
}
