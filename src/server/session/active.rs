//! A signed-in link: commands to the writer, queries to the readers, signals to the hub.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_io::Timer;
use smol::io::AsyncRead;

use super::auth::Steps;
use super::upload::{Part, Upload};
use super::{End, Session};
use crate::clock::{self, millis};
use crate::domain::{BlobId, FileId, FileWay, Nonce, Target};
use crate::limits::{IDLE_DEADLINE, Limits, WATCHED_MAX};
use crate::net::control::{LogEvent, LogKind};
use crate::net::link::{LinkError, Reader};
use crate::net::protocol::{
    ClientFrame, Command, Goodbye, Query, Reason, Refusal, Reply, RequestId, ServerFrame, Signal,
};
use crate::server::bounds::{Bound, Met};
use crate::server::bucket::Bucket;
use crate::server::hub::HubInput;
use crate::server::job::{Caller, Job};
use crate::server::rates::Deed;
use crate::server::readers::Ask;
use crate::server::transfers::Grant;

/// A refused message that does not come again is given up by its sender: after so long the others
/// go on without it.
const REFUSED_MAX: Duration = Duration::from_secs(30);

/// What a signed-in session remembers between frames.
struct Pace {
    /// Everything but messages, which have their own limit for each person.
    frames: Bucket,
    /// Pages of history, which cost the most to read.
    pages: Bucket,
    /// Far over the limit this message was refused. All others are refused until it comes again
    /// after this moment, so that their order holds whatever was on its way already.
    refused: Option<(Nonce, Duration)>,
}

/// What a signed-in session keeps of exchanges of several frames.
struct Exchanges {
    steps: Steps,
    upload: Upload,
}

impl Pace {
    fn new(limits: &Limits, uptime: Duration) -> Self {
        let Limits { queries_per_second, pages_burst, pages_per_second, .. } = *limits;
        Pace {
            frames: Bucket::new(queries_per_second, queries_per_second, uptime),
            pages: Bucket::new(pages_burst, pages_per_second, uptime),
            refused: None,
        }
    }
}

impl Pace {
    /// Waits until this frame's turn has come. What has a rate for all devices together waits
    /// elsewhere.
    async fn turn(&mut self, met: &Met, frame: &ClientFrame) {
        match frame {
            ClientFrame::Command { command: Command::Send { .. }, .. } => return,
            ClientFrame::Query { query: Query::History { .. }, .. } => {
                turn(&mut self.pages, (met, Bound::Pages)).await;
            }
            _ => {}
        }
        turn(&mut self.frames, (met, Bound::Queries)).await;
    }
}

impl Session {
    pub(super) async fn serve_signed_in<R: AsyncRead + Unpin>(
        &mut self,
        link: &mut Reader<R>,
        caller: &Caller,
        steps: Steps,
    ) -> End {
        let mut exchanges = Exchanges { steps, upload: Upload::default() };
        let mut pace = Pace::new(&self.shared.policy.limits(), clock::uptime());
        let heard_ms = AtomicU64::new(millis(clock::uptime()));
        let reading = async {
            loop {
                let frame = match link.read::<ClientFrame>().await {
                    Ok(frame) => frame,
                    Err(error) => return self.read_error(&error),
                };
                heard_ms.store(millis(clock::uptime()), Ordering::Relaxed);
                let fresh = link.take_bytes();
                self.shared.metrics.bytes_in.fetch_add(fresh, Ordering::Relaxed);
                if let Err(end) = self.frame(caller, &mut pace, &mut exchanges, frame).await {
                    return end;
                }
            }
        };
        let idle = async {
            silence(&heard_ms).await;
            self.shared.policy.met().refuse(Bound::DeadlineIdle);
            self.read_error(&LinkError::Timeout)
        };
        smol::future::or(reading, idle).await
    }

    async fn frame(
        &self,
        caller: &Caller,
        pace: &mut Pace,
        exchanges: &mut Exchanges,
        frame: ClientFrame,
    ) -> Result<(), End> {
        pace.turn(self.shared.policy.met(), &frame).await;
        if let Some((id, deed)) = Deed::of(&frame)
            && let Err(refusal) = self.wait_for(caller, deed).await
        {
            self.outbox.push_frame(&ServerFrame::Refused { id, refusal });
            return Ok(());
        }
        match frame {
            ClientFrame::Command {
                id,
                command: Command::PutBlob { blob, bytes_all, offset, part },
            } => {
                let part = Part { blob, bytes_all, offset, bytes: part };
                let taken = match self.shared.disk_full.load(Ordering::Relaxed) {
                    true => Err(self.shared.policy.refuse(Bound::DiskFree, Reason::DiskFull)),
                    false => exchanges.upload.take(part),
                };
                self.part(caller, id, taken).await
            }
            ClientFrame::Command { id, command } => {
                if let Err(refusal) = self.check_pictures(&command).await {
                    self.shared.policy.met().refuse(Bound::Picture);
                    self.outbox.push_frame(&ServerFrame::Refused { id, refusal });
                    return Ok(());
                }
                if let Command::Send { to, nonce, .. } = &command
                    && let Err(refusal) = self.slow_down(caller, pace, *to, *nonce).await
                {
                    self.outbox.push_frame(&ServerFrame::Refused { id, refusal });
                    return Ok(());
                }
                self.ask_writer(Job::Command { caller: caller.clone(), id, command }).await
            }
            ClientFrame::Query { id, query: Query::Ticket { file, way } } => {
                self.ticket(caller, id, (file, way)).await
            }
            ClientFrame::Query { id, query } => self.query(caller, id, query).await,
            ClientFrame::Signal(Signal::Typing { to }) => {
                let typing = HubInput::Typing { session: self.id, to };
                self.shared.hub.send(typing).await.map_err(|_| shutting_down())
            }
            ClientFrame::Signal(Signal::Watch { mut accounts }) => {
                accounts.truncate(WATCHED_MAX);
                let watch = HubInput::Watch { session: self.id, accounts };
                self.shared.hub.send(watch).await.map_err(|_| shutting_down())
            }
            // Through the writer, so that it keeps its place among commands.
            ClientFrame::Signal(Signal::Presence(presence)) => {
                self.ask_writer(Job::Presence { caller: caller.clone(), presence }).await
            }
            ClientFrame::Ping { id } => {
                self.ask_writer(Job::Ping { caller: caller.clone(), id }).await
            }
            ClientFrame::Bye {} => Err(End::Gone),
            ClientFrame::Auth { id, auth } => {
                exchanges.steps.step_signed_in(self, caller, id, auth).await
            }
            ClientFrame::Hello(_) => Err(End::Goodbye(Goodbye::BadFrame)),
        }
    }

    /// Over the account's rate the session is not read further; far over it the deed is refused.
    async fn wait_for(&self, caller: &Caller, deed: Deed) -> Result<(), Refusal> {
        let account = caller.account;
        let booked = self.shared.admission.book(account, deed, clock::uptime());
        match booked {
            Ok(wait) if wait.is_zero() => {}
            Ok(wait) => drop(Timer::after(wait).await),
            Err(_) => {
                let what = deed.name().to_owned();
                self.note(LogKind::Warn, LogEvent::RateLimited { account, what });
            }
        }
        booked.map(drop)
    }

    /// A part of a picture came; the last one makes it a file and then a job.
    async fn part(
        &self,
        caller: &Caller,
        id: RequestId,
        taken: Result<Option<(BlobId, Vec<u8>)>, Refusal>,
    ) -> Result<(), End> {
        let written = match taken {
            Ok(Some((blob, bytes))) => self.write_blob(blob, bytes).await.map(|n| Some((blob, n))),
            Ok(None) => Ok(None),
            Err(refusal) => {
                if refusal.reason == Reason::BadPicture {
                    self.shared.policy.met().refuse(Bound::Picture);
                }
                Err(refusal)
            }
        };
        let frame = match written {
            Ok(Some((blob, bytes))) => {
                return self
                    .ask_writer(Job::Blob { caller: caller.clone(), id, blob, bytes })
                    .await;
            }
            Ok(None) => ServerFrame::Done { id },
            Err(refusal) => ServerFrame::Refused { id, refusal },
        };
        self.outbox.push_frame(&frame);
        Ok(())
    }

    /// Over the limit the session is not read further until its turn comes: back-pressure goes
    /// through TCP to the sender's outbox, and the order of its messages holds.
    async fn slow_down(
        &self,
        caller: &Caller,
        pace: &mut Pace,
        to: Target,
        nonce: Nonce,
    ) -> Result<(), Refusal> {
        let uptime = clock::uptime();
        if let Some((first, until)) = pace.refused
            && uptime < until + REFUSED_MAX
            && (nonce != first || uptime < until)
        {
            let wait = until.saturating_sub(uptime);
            let again = Refusal::retry(Reason::TooFast, millis(wait));
            return Err(self.shared.policy.refuse(Bound::Messages, again));
        }
        pace.refused = None;
        match self.shared.admission.book_message(caller.account, to, uptime) {
            Ok(wait) if wait.is_zero() => Ok(()),
            Ok(wait) => {
                Timer::after(wait).await;
                Ok(())
            }
            Err(refusal) => {
                let wait = Duration::from_millis(refusal.retry_after_ms.unwrap_or_default());
                pace.refused = Some((nonce, uptime + wait));
                let (account, what) = (caller.account, "messages".to_owned());
                self.note(LogKind::Warn, LogEvent::RateLimited { account, what });
                Err(refusal)
            }
        }
    }

    /// One query at a time for each link, and none while its answers pile up.
    async fn query(&self, caller: &Caller, id: RequestId, query: Query) -> Result<(), End> {
        self.outbox.has_room().await;
        let me = (caller.account, caller.device);
        let answer = self.shared.readers.ask(|slot| Ask::Query { me, query, slot }).await;
        let frame = match answer.ok_or_else(shutting_down)? {
            Ok(reply) => ServerFrame::Reply { id, reply },
            Err(refusal) => ServerFrame::Refused { id, refusal },
        };
        self.outbox.push_frame(&frame);
        Ok(())
    }

    /// A ticket for the link of a file. That link is asked once more when it is opened.
    async fn ticket(
        &self,
        caller: &Caller,
        id: RequestId,
        (file, way): (FileId, FileWay),
    ) -> Result<(), End> {
        self.outbox.has_room().await;
        let Caller { account, device, .. } = *caller;
        let me = (account, device);
        let permit = self.shared.readers.ask(|slot| Ask::Permit { me, file, way, slot }).await;
        let grant = Grant { account, device, file, way };
        let given = match permit.ok_or_else(shutting_down)? {
            Ok(_) => self.shared.admission.may_carry(account, way).and_then(|()| {
                let ticket = self.shared.transfers.issue(grant, clock::uptime());
                ticket.ok_or_else(|| Reason::Failed.into())
            }),
            Err(refusal) => Err(refusal),
        };
        self.outbox.push_frame(&match given {
            Ok(ticket) => ServerFrame::Reply { id, reply: Reply::Ticket { ticket } },
            Err(refusal) => ServerFrame::Refused { id, refusal },
        });
        Ok(())
    }

    /// Waits for a place in the writer's queue: this is where back-pressure begins.
    async fn ask_writer(&self, job: Job) -> Result<(), End> {
        self.shared.jobs.send(job).await.map_err(|_| shutting_down())
    }
}

/// Waits until the bucket gives its next token.
async fn turn(bucket: &mut Bucket, (met, bound): (&Met, Bound)) {
    match bucket.book(clock::uptime(), Duration::MAX) {
        Ok(wait) if !wait.is_zero() => {
            met.slow(bound);
            Timer::after(wait).await;
        }
        _ => {}
    }
}

/// Ends when nothing was heard for too long. One timer follows the whole link: one for each frame
/// would be armed and forgotten with every message.
async fn silence(heard_ms: &AtomicU64) {
    loop {
        let heard = Duration::from_millis(heard_ms.load(Ordering::Relaxed));
        match (heard + IDLE_DEADLINE).checked_sub(clock::uptime()) {
            Some(left) if !left.is_zero() => drop(Timer::after(left).await),
            _ => return,
        }
    }
}

fn shutting_down() -> End {
    End::Goodbye(Goodbye::ShuttingDown)
}
