//! The other side of the window: runs the server, asks it through its control socket.
//!
//! One named thread does it all, so that the window never waits. Nothing here knows a widget.

use std::io;
use std::path::Path;
use std::process::ExitStatus;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use async_channel::{Receiver, Sender};
use async_executor::LocalExecutor;
use async_io::Timer;
use smol::future;

use super::child::Own;
pub use super::child::Setup;
use super::choices::Choices;
use super::failure::Failure;
use super::model::{End, Order, Poll, Report};
use crate::clock;
use crate::limits::LOG_ENTRIES_MAX;
use crate::net::control::{ControlReply, ControlRequest, LogEntry, Status};
use crate::net::verb::{Cause, Done, NotDone, Verb};
use crate::server::admin::{self, AdminError};
use crate::server::control::{self, Console};

/// The server is asked this often.
const EVERY: Duration = Duration::from_secs(1);
/// A server flushes for a few seconds when it closes; one that takes longer hangs.
const CLOSE_MAX: Duration = Duration::from_secs(30);
/// Reports that wait for the window. A window that does not draw gets fewer looks.
const REPORTS_MAX: usize = 8;
/// Orders that wait: a person cannot press that fast.
const ORDERS_MAX: usize = 64;
/// A server that was told to stop lets go of its folder soon after its socket.
const UNLOCK_TRIES: u32 = 40;
const UNLOCK_EVERY: Duration = Duration::from_millis(250);

/// The window's end of the link. Dropping it lets the thread end and leaves a server running.
pub struct Link {
    orders: Option<Sender<Order>>,
    thread: Option<JoinHandle<()>>,
    /// The thread is at something long that may be left unfinished.
    is_busy: Arc<AtomicBool>,
}

impl Link {
    /// Starts the thread; it begins as after [`Order::Start`]. `wake` is called after each report.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn start(
        setup: Setup,
        wake: impl Fn() + Send + 'static,
    ) -> io::Result<(Link, Receiver<Report>)> {
        let (orders, taken) = async_channel::bounded(ORDERS_MAX);
        let (reports, reported) = async_channel::bounded(REPORTS_MAX);
        let is_busy = Arc::<AtomicBool>::default();
        let busy = Arc::clone(&is_busy);
        let run = move || {
            let executor = LocalExecutor::new();
            let wake = Rc::new(wake);
            let mut keeper = Keeper {
                setup,
                orders: taken,
                reports,
                wake,
                has_stopped_other: false,
                later: vec![],
                unkept: None,
                is_busy: busy,
            };
            future::block_on(executor.run(keeper.run(&executor)));
        };
        let thread = thread::Builder::new().name("console link".to_owned()).spawn(run)?;
        Ok((Link { orders: Some(orders), thread: Some(thread), is_busy }, reported))
    }

    /// Asks for something. Never blocks; `false` when far too much waits already.
    #[expect(clippy::must_use_candidate, reason = "most orders are answered by what happens")]
    pub fn order(&self, order: Order) -> bool {
        self.orders.as_ref().is_some_and(|orders| orders.try_send(order).is_ok())
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        drop(self.orders.take());
        let is_left = self.is_busy.load(Ordering::Acquire);
        if let Some(thread) = self.thread.take().filter(|_| !is_left) {
            thread.join().ok();
        }
    }
}

/// The window is gone: the thread ends.
struct Gone;

/// What woke the thread up.
enum Woke {
    Order(Order),
    Tick,
    Exit(io::Result<ExitStatus>),
    Ready(bool),
    Late,
    Gone,
}

struct Keeper {
    setup: Setup,
    orders: Receiver<Order>,
    reports: Sender<Report>,
    wake: Rc<dyn Fn()>,
    /// A server that this window did not start was told to stop, and may still hold its folder.
    has_stopped_other: bool,
    /// What was asked while a server was starting, which opens its folder and no door yet.
    later: Vec<(u64, Vec<Verb>)>,
    /// Choices that could not be kept: before its first server there is no folder.
    unkept: Option<Choices>,
    is_busy: Arc<AtomicBool>,
}

/// A server that answers.
struct Found {
    console: Console,
    start: u64,
}

/// The time with one server.
struct Visit {
    console: Option<Console>,
    /// Which run of the server it is, once it was reached.
    start: Option<u64>,
    /// The next run, which took the place of this one.
    next: Option<Found>,
    own: Option<Own>,
    /// The last line of its log that was seen.
    after: u64,
    asked_to_stop: bool,
    tick: Timer,
    deadline: Timer,
}

impl Keeper {
    async fn run(&mut self, executor: &LocalExecutor<'_>) {
        let mut wanted = true;
        loop {
            if wanted {
                let Ok(end) = self.one_server(executor).await else { return };
                // Its last lines, and what was done in its folder meanwhile, come before its end.
                if self.tell_log().await.is_err() || self.report(Report::Ended(end)).await.is_err()
                {
                    return;
                }
            }
            for (id, verbs) in std::mem::take(&mut self.later) {
                if self.do_in_folder(id, verbs).await.is_err() {
                    return;
                }
            }
            let Ok(order) = self.orders.recv().await else { return };
            wanted = matches!(order, Order::Start | Order::StartOn { .. });
            if let Order::StartOn { taken, port } = order {
                self.setup.listen_instead(taken, port);
            }
            let is_kept = match order {
                Order::Do { id, verbs } => self.do_in_folder(id, verbs).await,
                Order::Backup => self.back_up_folder().await,
                order => self.keep(order).await,
            };
            if is_kept.is_err() {
                return;
            }
        }
    }

    /// Attaches to a server or starts one, and stays with it to its end.
    async fn one_server(&mut self, executor: &LocalExecutor<'_>) -> Result<End, Gone> {
        let mut tries = if self.has_stopped_other { UNLOCK_TRIES } else { 1 };
        loop {
            if let Some(found) = attach(&self.setup.data).await {
                return self.with_other(found, executor).await;
            }
            let own = match Own::spawn(&self.setup, executor) {
                Ok(own) => own,
                Err(error) => return Ok(End::Failed(Failure::Program(error.to_string()))),
            };
            let end = self.with_own(own, executor).await?;
            tries -= 1;
            if tries == 0 || end != End::Failed(Failure::Locked) {
                return Ok(end);
            }
            Timer::after(UNLOCK_EVERY).await;
        }
    }

    /// Stays with a server that was there before, and with each that takes its place.
    async fn with_other(
        &mut self,
        mut found: Found,
        executor: &LocalExecutor<'_>,
    ) -> Result<End, Gone> {
        loop {
            self.attached(true).await?;
            let mut visit = Visit::new(Some(found), None, false);
            let end = self.stay(&mut visit, executor).await?;
            let Some(next) = visit.next else { return Ok(end) };
            self.refuse_waiting().await?;
            self.report(Report::Ended(end)).await?;
            found = next;
        }
    }

    /// There is a server, and so there is its folder.
    async fn attached(&mut self, foreign: bool) -> Result<(), Gone> {
        if let Some(choices) = self.unkept.take() {
            self.keep(Order::Keep(choices)).await?;
        }
        self.report(Report::Attached { foreign }).await
    }

    /// Waits until the own server is ready, then stays with it.
    async fn with_own(&mut self, mut own: Own, executor: &LocalExecutor<'_>) -> Result<End, Gone> {
        let (mut asked_to_stop, mut deadline) = (false, Timer::never());
        let is_ready = loop {
            let ready = async { Woke::Ready(own.ready().await) };
            let late = async {
                (&mut deadline).await;
                Woke::Late
            };
            match future::or(ready, future::or(self.order(), late)).await {
                Woke::Ready(is_ready) => break is_ready,
                Woke::Gone => return Err(Gone),
                Woke::Order(Order::Stop | Order::Close) => {
                    // It takes no orders before it is ready. Most are ready in a moment.
                    asked_to_stop = true;
                    deadline = Timer::after(CLOSE_MAX);
                }
                Woke::Order(Order::Do { id, verbs }) => self.later.push((id, verbs)),
                Woke::Order(order) => self.keep(order).await?,
                Woke::Late => {
                    own.kill().await;
                    return Ok(End::Failed(Failure::Stuck));
                }
                Woke::Tick | Woke::Exit(_) => {}
            }
        };
        if !is_ready {
            let status = own.exit().await;
            return Ok(own.end(status).await);
        }
        self.has_stopped_other = false;
        self.attached(false).await?;
        let found = attach(&self.setup.data).await;
        self.stay(&mut Visit::new(found, Some(own), asked_to_stop), executor).await
    }

    /// Asks once a second until the server is gone. Orders and its end are seen at once.
    async fn stay(&mut self, visit: &mut Visit, executor: &LocalExecutor<'_>) -> Result<End, Gone> {
        for (id, verbs) in std::mem::take(&mut self.later) {
            self.do_by(visit, id, verbs).await?;
        }
        if visit.asked_to_stop {
            self.stop(visit).await;
        }
        loop {
            match self.next(visit).await {
                Woke::Gone => return Err(Gone),
                Woke::Exit(status) => {
                    let Some(own) = visit.own.take() else { return Ok(End::Closed) };
                    return Ok(own.end(status).await);
                }
                Woke::Late => {
                    let Some(own) = visit.own.take() else {
                        return Ok(End::Failed(Failure::Hangs));
                    };
                    own.kill().await;
                    return Ok(End::Failed(Failure::Stuck));
                }
                // Let go of: nothing happens to the server.
                Woke::Order(Order::Close) if visit.own.is_none() => return Ok(End::Closed),
                Woke::Order(Order::Stop | Order::Close) => self.stop(visit).await,
                Woke::Order(Order::Poll) => visit.tick = Timer::after(Duration::ZERO),
                Woke::Order(Order::Backup) => self.back_up(executor),
                Woke::Order(Order::Do { id, verbs }) => self.do_by(visit, id, verbs).await?,
                Woke::Order(order) => self.keep(order).await?,
                Woke::Tick => {
                    if let Some(end) = self.look(visit).await {
                        return Ok(end);
                    }
                }
                Woke::Ready(_) => {}
            }
        }
    }

    async fn next(&self, visit: &mut Visit) -> Woke {
        let Visit { own, tick, deadline, .. } = visit;
        let exit = async {
            match own {
                Some(own) => Woke::Exit(own.exit().await),
                None => future::pending().await,
            }
        };
        let ticked = async {
            tick.await;
            Woke::Tick
        };
        let late = async {
            deadline.await;
            Woke::Late
        };
        future::or(future::or(exit, self.order()), future::or(late, ticked)).await
    }

    async fn order(&self) -> Woke {
        self.orders.recv().await.map_or(Woke::Gone, Woke::Order)
    }

    async fn stop(&mut self, visit: &mut Visit) {
        if !visit.asked_to_stop || visit.own.is_some() {
            visit.deadline = Timer::after(CLOSE_MAX);
        }
        visit.asked_to_stop = true;
        self.has_stopped_other |= visit.own.is_none();
        visit.reach(&self.setup.data).await;
        if let Some(console) = &mut visit.console {
            // The door may close before the answer is out; the end of the server tells all.
            console.ask(&ControlRequest::Stop {}).await.ok();
        }
        visit.tick = Timer::after(EVERY);
    }

    /// Looks at the server; its end when it is gone, which an own one says by its exit only.
    async fn look(&self, visit: &mut Visit) -> Option<End> {
        visit.tick = Timer::after(EVERY);
        visit.reach(&self.setup.data).await;
        if let Some(console) = &mut visit.console
            && let Some((poll, after)) = poll(console, visit.after).await
        {
            // Lines of the log that the window could not take now come again at the next look.
            if self.offer(Report::Polled(Box::new(poll))) {
                visit.after = after;
            }
            return None;
        }
        if !visit.asked_to_stop {
            self.offer(Report::Silent);
        }
        // An answer that comes late must not be taken for that to the next question.
        visit.console = None;
        visit.reach(&self.setup.data).await;
        match visit {
            Visit { next: Some(_), .. } => Some(End::Replaced),
            Visit { console: None, own: None, .. } => self.end_of_other(visit.asked_to_stop),
            _ => None,
        }
    }

    /// How a server that was not started here has ended; none while it only does not answer.
    fn end_of_other(&self, asked_to_stop: bool) -> Option<End> {
        let has_closed = control::has_closed(&self.setup.data)?;
        let in_order = has_closed || asked_to_stop;
        Some(if in_order { End::Closed } else { End::Failed(Failure::Gone) })
    }

    /// A backup takes long: it has a door of its own, and the looks go on beside it.
    fn back_up(&self, executor: &LocalExecutor<'_>) {
        let (data, reports) = (self.setup.data.clone(), self.reports.clone());
        let wake = Rc::clone(&self.wake);
        let back_up = async move {
            let asked =
                async { Console::attach(&data).await?.back_up().await.map_err(io::Error::other) };
            let made = asked.await.unwrap_or_else(|error| Err(silent(&data, error)));
            if reports.send(Report::BackedUp(made)).await.is_ok() {
                wake();
            }
        };
        executor.spawn(back_up).detach();
    }

    /// What can be done at any time, with or without a server.
    async fn keep(&mut self, order: Order) -> Result<(), Gone> {
        match order {
            Order::Keep(choices) => {
                let saved = choices.save(&self.setup.data);
                self.unkept = saved.is_err().then_some(choices);
                if let Err(error) = saved {
                    tracing::warn!(%error, "cannot keep the choices of the server's window yet");
                }
                Ok(())
            }
            Order::Backups => self.report(Report::Backups(admin::backups(&self.setup.data))).await,
            Order::Restore(file) => {
                let restored = admin::restore_over(&file, &self.setup.data);
                self.report(Report::Restored(restored.map_err(|error| error.to_string()))).await
            }
            Order::Write { path, text } => {
                let written = std::fs::write(&path, text).map_err(|error| error.to_string());
                self.report(Report::Written(written.map(|()| path))).await
            }
            _ => Ok(()),
        }
    }

    /// Asks a server that is there, verb by verb. What follows one that it does not answer is not
    /// asked: the rest would wait as long for nothing.
    async fn do_by(&self, visit: &mut Visit, id: u64, verbs: Vec<Verb>) -> Result<(), Gone> {
        let mut results = Vec::new();
        let mut silent = None;
        for verb in verbs {
            if let Some(why) = &silent {
                results.push(Err(NotDone::clone(why)));
                continue;
            }
            visit.reach(&self.setup.data).await;
            let answer = ask(visit.console.as_mut(), verb, &self.setup.data).await;
            results.push(answer.unwrap_or_else(|why| {
                visit.console = None;
                silent = Some(why.clone());
                Err(why)
            }));
        }
        self.report(Report::Done { id, results }).await?;
        // What was done shows at once.
        visit.tick = Timer::after(Duration::ZERO);
        Ok(())
    }

    /// The same in the folder of a server that does not run, or runs where no door was found.
    async fn do_in_folder(&self, id: u64, verbs: Vec<Verb>) -> Result<(), Gone> {
        let changes = verbs.iter().any(|verb| !verb.is_reading());
        let mut results = Vec::new();
        for verb in verbs {
            results.push(self.do_one_in_folder(verb).await);
        }
        self.report(Report::Done { id, results }).await?;
        if changes { self.tell_log().await } else { Ok(()) }
    }

    async fn do_one_in_folder(&self, verb: Verb) -> Result<Done, NotDone> {
        let mut tries = if self.has_stopped_other { UNLOCK_TRIES } else { 1 };
        loop {
            match admin::run(&self.setup.data, verb.clone()) {
                Err(AdminError::Silent { .. }) if tries > 1 => {
                    tries -= 1;
                    Timer::after(UNLOCK_EVERY).await;
                }
                result => return result.map_err(NotDone::from),
            }
        }
    }

    /// A backup of a server that does not run; nothing else is done here meanwhile.
    async fn back_up_folder(&self) -> Result<(), Gone> {
        // A window that goes meanwhile does not wait for it: half a backup is none, and goes at the next.
        self.is_busy.store(true, Ordering::Release);
        let made = self.do_one_in_folder(Verb::Backup { path: None }).await;
        self.is_busy.store(false, Ordering::Release);
        let made = made.and_then(|done| match done {
            Done::Backup(row) => Ok(row),
            _ => Err(NotDone::new(Cause::Unknown, admin::OTHER_ANSWER)),
        });
        self.report(Report::BackedUp(made)).await?;
        self.tell_log().await
    }

    /// What was done in the folder stands in its log, as what was done there by others.
    async fn tell_log(&self) -> Result<(), Gone> {
        match admin::log(&self.setup.data, LOG_ENTRIES_MAX) {
            Ok(entries) => self.report(Report::Logged(entries)).await,
            Err(_) => Ok(()),
        }
    }

    /// What was asked of a server that is gone is not asked of the one in its place.
    async fn refuse_waiting(&mut self) -> Result<(), Gone> {
        while let Ok(order) = self.orders.try_recv() {
            match order {
                Order::Do { id, verbs } => {
                    let why = silent(&self.setup.data, io::ErrorKind::ConnectionReset.into());
                    let results = verbs.iter().map(|_| Err(why.clone())).collect();
                    self.report(Report::Done { id, results }).await?;
                }
                order => self.keep(order).await?,
            }
        }
        Ok(())
    }

    /// Tells what the window must know.
    async fn report(&self, report: Report) -> Result<(), Gone> {
        let sent = self.reports.send(report).await;
        (self.wake)();
        sent.map_err(|_| Gone)
    }

    /// Tells what is outdated by the next look anyway; `false` when the window does not keep up.
    fn offer(&self, report: Report) -> bool {
        let sent = self.reports.try_send(report).is_ok();
        (self.wake)();
        sent
    }
}

impl Visit {
    fn new(found: Option<Found>, own: Option<Own>, asked_to_stop: bool) -> Visit {
        let (tick, deadline) = (Timer::after(Duration::ZERO), Timer::never());
        let (console, start) = found.map(|found| (found.console, found.start)).unzip();
        Visit { console, start, next: None, own, after: 0, asked_to_stop, tick, deadline }
    }

    /// Looks for the door where it is not open. Another run of the server is another server: nothing
    /// that was meant for this one is asked there.
    async fn reach(&mut self, data: &Path) {
        if self.console.is_some() || self.next.is_some() {
            return;
        }
        let Some(found) = attach(data).await else { return };
        if self.start.is_none_or(|start| start == found.start) {
            self.start = Some(found.start);
            self.console = Some(found.console);
        } else if self.own.is_none() {
            self.next = Some(found);
        }
    }
}

/// The control socket of the server that runs on a folder, if one answers there.
async fn attach(data: &Path) -> Option<Found> {
    let mut console = Console::attach(data).await.ok()?;
    // On some systems a door is a port, and another program may have got it since.
    match console.ask(&ControlRequest::Status {}).await.ok()? {
        ControlReply::Status(Status { start, .. }) => Some(Found { console, start }),
        _ => None,
    }
}

/// Why something was not done that was asked of a server.
fn silent(data: &Path, error: io::Error) -> NotDone {
    AdminError::Silent { folder: data.display().to_string(), error }.not_done()
}

/// What a server says to a verb; the outer error when it says nothing.
async fn ask(
    console: Option<&mut Console>,
    verb: Verb,
    data: &Path,
) -> Result<Result<Done, NotDone>, NotDone> {
    let gone = || silent(data, io::ErrorKind::ConnectionRefused.into());
    let reply = console.ok_or_else(gone)?.ask(&ControlRequest::Admin { verb }).await;
    match reply {
        Ok(ControlReply::Done(done)) => Ok(Ok(done)),
        Ok(ControlReply::NotDone(not_done)) => Ok(Err(not_done)),
        Ok(_) => Err(gone()),
        Err(error) => Err(silent(data, io::Error::other(error))),
    }
}

/// One look, and the last line of the log that it has seen.
async fn poll(console: &mut Console, mut after: u64) -> Option<(Poll, u64)> {
    let reply = console.ask(&ControlRequest::Status {}).await.ok()?;
    let ControlReply::Status(status) = reply else { return None };
    let at = clock::uptime();
    let reply = console.ask(&ControlRequest::Online {}).await.ok()?;
    let ControlReply::Online { sessions } = reply else { return None };
    let mut entries: Vec<LogEntry> = Vec::new();
    while entries.len() < LOG_ENTRIES_MAX {
        let reply = console.ask(&ControlRequest::Log { after }).await.ok()?;
        let ControlReply::Log { entries: page } = reply else { return None };
        let Some(last) = page.last() else { break };
        after = last.number;
        entries.extend(page);
    }
    Some((Poll { at, status, sessions, entries }, after))
}
