//! Wires the ring, waits until somebody stops it or a part of it ends, and closes it in order.

use std::net::{SocketAddr, TcpListener};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use async_channel::{Receiver, Sender};
use async_executor::{Executor, Task};
use async_io::{Async, Timer};
use futures_util::FutureExt;
use smol::future;

use super::admission::{Admission, counted};
use super::backup::chores::Chores;
use super::bans::Bans;
use super::beacon::Beacon;
use super::board::Board;
use super::commands::{Alarm, Rules, admin};
use super::control::Door;
use super::hub::{Hub, HubInput};
use super::job::{Job, Outcome, SessionId, left_files};
use super::journal::Journal;
use super::listen::{self, AcceptError};
use super::metrics::Metrics;
use super::policy::{Given, Policy};
use super::readers::Readers;
use super::session::{self, Shared};
use super::settings::Settings;
use super::transfers::Transfers;
use super::{Order, Ready, ServerError, Setup, Stopper};
use super::{backup, clockwork, disk, exposition, folder, generation, notify, sweep, today};
use crate::clock;
use crate::domain::FileId;
use crate::limits::{FLUSH_DEADLINE, HUB_INBOX_MAX, JOBS_MAX, PRESENCE_FOLD};
use crate::net::control::{LogEvent, LogKind};
use crate::net::parcel::ALPN_FILE;
use crate::net::protocol::ALPN_CHAT;
use crate::net::verb::Verb;
use crate::store::blobs::Files;
use crate::store::{Engine, Reads, StoreError, Writes, writer};

/// After a storage error the process has to be gone within a second.
const FLUSH_AFTER_ERROR: Duration = Duration::from_millis(500);
/// Out of descriptors: sessions have to end before accepting makes sense again.
const OUT_OF_RESOURCES: Duration = Duration::from_millis(200);
/// A beacon that did not start may do so when the network is there.
const ANNOUNCE_AGAIN: Duration = Duration::from_mins(1);
/// Threads that run the sessions: more than four would only wait for the writer.
const WORKERS_MAX: usize = 4;

/// Runs a server to its end, on the calling thread.
pub(super) fn run(
    setup: &Setup,
    stopper: &Stopper,
    stopped: Receiver<Order>,
    ready: &SyncSender<(Ready, Arc<Metrics>)>,
) -> Result<(), ServerError> {
    if let Some(path) = folder::missing_store(&setup.data) {
        return Err(ServerError::StoreMissing { path, advice: backup::advice(&setup.data) });
    }
    let listen = || {
        let metrics = listen::open(setup.metrics.as_slice());
        Ok::<_, ServerError>((listen::open(&setup.listen)?, metrics?))
    };
    // No folder is left of a server that could not listen. Where there is one, another server may have
    // both the folder and the port, which is better said of the folder.
    let is_new = !setup.data.join(folder::STORE_FILE).exists();
    let early = is_new.then(listen).transpose()?;
    let engine = folder::look(&setup.data, || Ok(folder::open_store(&setup.data)?))?;
    let (listeners, scraped) = early.map_or_else(listen, Ok)?;
    let mut ring = folder::look(&setup.data, || Ring::build(&engine, setup, &listeners))?;
    let door = Door::open(&setup.data, &ring.shared, &ring.ready, stopper)?;
    let executor = Arc::new(Executor::new());
    for listener in scraped {
        ring.ready.metrics = exposition::start(&executor, listener, &ring.shared);
    }
    folder::look(&setup.data, || Ok(keep_port(&engine, &ring.ready)?))?;
    let (finish, finished) = async_channel::bounded::<()>(1);
    let workers = start_workers(&executor, &finished)?;
    let _sent = ready.send((ring.ready.clone(), ring.shared.metrics.clone()));
    let listening = ring.ready.listening.iter().map(ToString::to_string).collect::<Vec<_>>();
    notify::ready(&ring.ready);
    let event = LogEvent::Started { listening: listening.join(", ") };
    ring.shared.journal.note(LogKind::Info, None, event);

    let threads = std::mem::take(&mut ring.threads);
    let journal = ring.shared.journal.clone();
    let result = future::block_on(serve(&executor, ring, listeners, door, stopped, &setup.data));
    finish.close();
    for worker in workers {
        drop(worker.join());
    }
    // Sessions that did not end in time are dropped with it, and with them the doors of the
    // store's threads: when those are gone, the folder is free for the next server.
    drop(executor);
    for thread in threads {
        drop(thread.join());
    }
    journal.close();
    drop(engine);
    result
}

/// Everything that runs, before it is waited for.
struct Ring {
    shared: Arc<Shared>,
    ready: Ready,
    hub: Hub,
    inbox: Receiver<HubInput>,
    disk_full: Arc<AtomicBool>,
    writer_ended: Receiver<Result<(), StoreError>>,
    readers_failed: Receiver<StoreError>,
    /// When time does something to games.
    alarm: Arc<Alarm>,
    /// Something comes when other settings are in force.
    changes: Receiver<()>,
    /// Dropped when the server closes.
    open: Sender<()>,
    /// The writer's and the readers'.
    threads: Vec<JoinHandle<()>>,
}

impl Ring {
    fn build(
        engine: &Arc<Engine>,
        setup: &Setup,
        listeners: &[Async<TcpListener>],
    ) -> Result<Self, ServerError> {
        let policy = load_policy(engine, setup)?;
        let identity = folder::load_identity(engine, &setup.data)?;
        let (board, journal) = (Arc::new(Board::default()), Arc::new(Journal::of(&setup.data)));
        let disk_full = Arc::new(AtomicBool::new(disk::is_low(&setup.data, &policy.limits())));
        let metrics = start_counting(engine)?;
        let (jobs, waiting) = async_channel::bounded(JOBS_MAX);
        let (hub, inbox) = async_channel::bounded(HUB_INBOX_MAX);
        let ((fail, readers_failed), (end, writer_ended)) =
            (async_channel::bounded(1), async_channel::bounded(1));
        let files = open_files(engine, &setup.data)?;
        let (readers, mut threads) = Readers::start(engine, &board, (&files, &policy), &fail)?;
        let rules = Rules::new(policy.clone(), disk_full.clone(), files.clone());
        let (alarm, transfers) = (rules.alarm(), Arc::new(Transfers::default()));
        let (bans, (changed, changes), (open, closing)) =
            (load_bans(engine)?, async_channel::bounded(1), async_channel::bounded(1));
        let force = Force { policy: policy.clone(), bans: bans.clone(), changed };
        let hand_on =
            hand_on(hub.clone(), metrics.clone(), (files.clone(), transfers.clone()), force);
        let now = counted_now(metrics.clone());
        threads.push(writer::start(engine.clone(), rules, waiting, now, hand_on, move |result| {
            drop(end.try_send(result));
        })?);
        let listening = listeners.iter().filter_map(|l| l.get_ref().local_addr().ok()).collect();
        let server_id = identity.server_id();
        let ready = Ready { name: policy.name(), listening, server_id, metrics: None };
        let beacon = Beacon::new(&policy, &journal, &ready);
        let kept = (policy.clone(), journal.clone(), metrics.clone());
        let chores = Chores::new(setup.data.clone(), engine, files.clone(), kept);
        let shared = Arc::new(Shared {
            admission: Admission::new(policy.clone(), clock::uptime()),
            server_id,
            generation: generation::load(engine)?,
            setup: folder::load_secrets(engine, &setup.data)?,
            tls: identity.server_config(&[ALPN_CHAT, ALPN_FILE])?,
            policy,
            bans,
            beacon,
            board: board.clone(),
            journal: journal.clone(),
            metrics,
            jobs,
            hub,
            readers,
            files,
            chores,
            transfers,
            disk_full: disk_full.clone(),
            turns: session::Turns::default(),
            closing,
        });
        shared.beacon.refresh();
        Ok(Ring {
            hub: Hub::new(board, journal, shared.policy.clone()),
            shared,
            ready,
            inbox,
            disk_full,
            writer_ended,
            readers_failed,
            alarm,
            changes,
            open,
            threads,
        })
    }
}

/// Counters, with what today has already.
fn start_counting(engine: &Engine) -> Result<Arc<Metrics>, StoreError> {
    let metrics = Arc::new(Metrics::default());
    metrics.today.begin(&Reads::open(&engine.read()?)?, clock::wall_ms())?;
    Ok(metrics)
}

/// The folder of pictures and files, without what a crash left there. Free space is asked of the folder
/// itself, which may be a disk of its own, so it is made.
fn open_files(engine: &Engine, data: &Path) -> Result<Files, ServerError> {
    let files = Files::of(data);
    files.make_folder()?;
    sweep::remove_orphans(&Reads::open(&engine.read()?)?, &files)?;
    Ok(files)
}

/// Nobody shall find a server that is closing. After a storage error the process must be gone
/// within a second, and the goodbye goes out beside the rest as far as it gets.
fn say_goodbye(beacon: &Arc<Beacon>, in_order: bool) {
    match in_order {
        true => beacon.close(),
        false => {
            let (beacon, beside) =
                (beacon.clone(), thread::Builder::new().name("goodbye".to_owned()));
            beside.spawn(move || beacon.close()).ok();
        }
    }
}

/// As `mychat admin reload` does.
async fn reload(shared: &Shared, ready: &Ready) {
    notify::reloading();
    let (slot, answer) = async_channel::bounded(1);
    let job = Job::Admin { verb: Verb::Reload {}, code: [0; 16], slot };
    if shared.jobs.send(job).await.is_ok() {
        answer.recv().await.ok();
    }
    notify::ready(&ready.called(shared.policy.name()));
}

/// Other settings are in force: what may be done follows them, and the LAN and the service manager hear of
/// another name. What could not be announced is tried again.
async fn follow_changes(shared: Arc<Shared>, mut ready: Ready, changes: Receiver<()>) {
    loop {
        let changed = async { Some(changes.recv().await) };
        let waited = async {
            Timer::after(ANNOUNCE_AGAIN).await;
            None
        };
        match future::or(changed, waited).await {
            Some(Ok(())) => shared.admission.follow_limits(clock::uptime()),
            Some(Err(_)) => return,
            None => {}
        }
        let called = ready.called(shared.policy.name());
        if called != ready {
            notify::status(&called);
            ready = called;
        }
        let beacon = shared.beacon.clone();
        smol::unblock(move || beacon.refresh()).await;
    }
}

/// The writer's clock; looking at it begins a batch.
fn counted_now(metrics: Arc<Metrics>) -> impl Fn() -> clock::Moment + Send {
    move || {
        let now = clock::now();
        metrics.batch_began(now.uptime);
        now
    }
}

/// What was set, behind what the command line says.
fn load_policy(engine: &Engine, setup: &Setup) -> Result<Arc<Policy>, StoreError> {
    let settings = Settings::load(&Reads::open(&engine.read()?)?)?;
    let given = Given { name: setup.name.clone(), is_quiet: !setup.discovery };
    Ok(Policy::new(settings, given))
}

/// The addresses that are banned, as a server finds them when it starts.
fn load_bans(engine: &Engine) -> Result<Arc<Bans>, StoreError> {
    let rows = Reads::open(&engine.read()?)?;
    let bans = Bans::default();
    bans.replace(&admin::banned_addresses(&rows, rows.get_age()?)?, clock::uptime());
    Ok(Arc::new(bans))
}

/// What the server's admin did is in force behind the commit, before anybody hears of it.
struct Force {
    policy: Arc<Policy>,
    bans: Arc<Bans>,
    changed: Sender<()>,
}

impl Force {
    fn follow(&self, outcomes: &[Outcome]) {
        for outcome in outcomes {
            let Outcome::Admin { news, .. } = outcome.rest() else { continue };
            if let Some(settings) = &news.settings {
                self.policy.replace(settings.clone());
                self.changed.try_send(()).ok();
            }
            if let Some(bans) = &news.bans {
                self.bans.replace(bans, clock::uptime());
            }
        }
    }
}

/// Outcomes go to the hub after the commit; a full inbox makes the writer wait.
fn hand_on(
    hub: Sender<HubInput>,
    metrics: Arc<Metrics>,
    (files, transfers): (Files, Arc<Transfers>),
    force: Force,
) -> impl FnMut(Vec<Outcome>) + Send {
    move |outcomes| {
        // Who finds bytes gone is to know why.
        transfers.follow(&outcomes);
        throw_away(&files, &outcomes);
        force.follow(&outcomes);
        metrics.batch_ended(clock::uptime());
        let appended =
            outcomes.iter().filter(|o| matches!(o.rest(), Outcome::Appended { .. })).count();
        metrics.today.add(today::count_said(&outcomes), clock::wall_ms());
        metrics.messages.fetch_add(appended as u64, Ordering::Relaxed);
        drop(hub.send_blocking(HubInput::Committed(outcomes)));
    }
}

/// On the writer's thread, behind the commit and before the next one: a job that takes a blob looks for
/// its file, and finds it gone. Large ones are only moved there, and go elsewhere.
fn throw_away(files: &Files, outcomes: &[Outcome]) {
    let left = left_files(outcomes);
    let changes: Vec<FileId> =
        outcomes.iter().flat_map(Outcome::files).map(|change| change.file).collect();
    let blobs = left.iter().map(|blob| files.throw_away(*blob));
    // A file that is kept has nothing there any more, nor has one that has ended.
    let incoming = changes.iter().map(|file| files.remove_incoming(*file));
    for error in blobs.chain(incoming).filter_map(Result::err) {
        tracing::warn!(%error, "a file that is not needed cannot be removed");
    }
    if !left.is_empty() || !changes.is_empty() {
        let files = files.clone();
        smol::unblock(move || files.empty_bin()).detach();
    }
}

/// Where people reach a server is asked for while it is stopped as well.
fn keep_port(engine: &Engine, ready: &Ready) -> Result<(), StoreError> {
    let Some(port) = ready.listening.first().map(SocketAddr::port) else { return Ok(()) };
    if Reads::open(&engine.read()?)?.get_port()? == Some(port) {
        return Ok(());
    }
    let transaction = engine.write()?;
    Writes::open(&transaction)?.put_port(port)?;
    Ok(transaction.commit()?)
}

fn start_workers(
    executor: &Arc<Executor<'static>>,
    finished: &Receiver<()>,
) -> Result<Vec<JoinHandle<()>>, ServerError> {
    let count = thread::available_parallelism().map_or(1, usize::from).min(WORKERS_MAX);
    (1..=count)
        .map(|number| {
            let (executor, finished) = (executor.clone(), finished.clone());
            let run = move || {
                smol::block_on(executor.run(finished.recv())).ok();
            };
            let builder = thread::Builder::new().name(format!("worker-{number}"));
            builder
                .spawn(run)
                .map_err(|error| ServerError::System { doing: "start a thread", error })
        })
        .collect()
}

/// Waits for the first reason to close, then closes the ring in order.
async fn serve(
    executor: &Arc<Executor<'static>>,
    ring: Ring,
    listeners: Vec<Async<TcpListener>>,
    door: Door,
    stopped: Receiver<Order>,
    data: &Path,
) -> Result<(), ServerError> {
    let Ring { shared, ready, hub, inbox, disk_full, writer_ended, readers_failed, .. } = ring;
    let (alarm, changes, open) = (ring.alarm, ring.changes, ring.open);
    // Before anybody can come: who plays has a minute from now on.
    drop(shared.jobs.send(Job::ResumeGames).await);
    let (alive, all_gone) = async_channel::bounded::<()>(1);
    let accepting = start_accepting(executor, &shared, listeners, alive);
    let mut hub_task = executor.spawn(run_hub(hub, inbox));
    let has_failed = door.has_failed();
    let control = executor.spawn(door.serve(Arc::downgrade(executor)));
    let (policy, folder) = (shared.policy.clone(), data.to_owned());
    let told = (shared.journal.clone(), shared.metrics.clone());
    let watch = executor.spawn(async move { disk::watch(&folder, &policy, disk_full, told).await });
    let sweep = sweep::run(shared.readers.clone(), shared.jobs.clone(), shared.files.clone());
    let sweep = executor.spawn(sweep);
    let games = executor.spawn(clockwork::run(alarm, shared.jobs.clone()));
    let daily = executor.spawn(backup::schedule::run(shared.chores.clone()));
    let following = executor.spawn(follow_changes(shared.clone(), ready.clone(), changes));

    let asked = async {
        while let Ok(Order::Reload) = stopped.recv().await {
            reload(&shared, &ready).await;
        }
        Ok(())
    };
    let store = store_ended(&writer_ended, &readers_failed, data);
    let hub = async {
        AssertUnwindSafe(&mut hub_task).catch_unwind().await.ok();
        Err(panicked("deliver messages"))
    };
    let dead = async {
        match futures_util::future::select_all(accepting).await.0 {
            Ok(()) => Ok(()),
            Err(error) => Err(ServerError::System { doing: "accept connections", error }),
        }
    };
    let result = future::or(future::or(asked, store), future::or(dead, hub)).await;
    notify::stopping();
    say_goodbye(&shared.beacon, result.is_ok());
    let flush = match &result {
        Ok(()) => FLUSH_DEADLINE,
        Err(error) => {
            has_failed.store(true, Ordering::Relaxed);
            let event = LogEvent::Trouble { text: error.to_string() };
            shared.journal.note(LogKind::Error, None, event);
            FLUSH_AFTER_ERROR
        }
    };
    shared.journal.note(LogKind::Info, None, LogEvent::Stopping {});
    drop((control, watch, sweep, games, daily, following, open));
    let drained = close(&shared, &writer_ended, result.is_ok()).await;
    drop(shared);
    let gone = async { all_gone.recv().await.unwrap_or_default() };
    let late = async {
        Timer::after(flush).await;
    };
    future::or(gone, late).await;
    drop(hub_task);
    result.and(drained)
}

/// Waits until a thread of the store ends; asked to, or because the disk failed.
async fn store_ended(
    writer_ended: &Receiver<Result<(), StoreError>>,
    readers_failed: &Receiver<StoreError>,
    data: &Path,
) -> Result<(), ServerError> {
    let said = |error| match error {
        error @ StoreError::Damaged { .. } => {
            ServerError::Broken { error, advice: backup::advice(data) }
        }
        error => error.into(),
    };
    let writer = async {
        match writer_ended.recv().await {
            Ok(Err(error)) => Err(said(error)),
            Ok(Ok(())) => Ok(()),
            Err(_) => Err(panicked("write the store")),
        }
    };
    let readers = async {
        match readers_failed.recv().await {
            Ok(error) => Err(said(error)),
            Err(_) => Err(panicked("read the store")),
        }
    };
    future::or(writer, readers).await
}

/// A core task of ours ended by a panic: the process must not go on without it.
fn panicked(doing: &'static str) -> ServerError {
    let error = std::io::Error::other("a defect in MyChat; the log above says where");
    ServerError::System { doing, error }
}

fn start_accepting(
    executor: &Arc<Executor<'static>>,
    shared: &Arc<Shared>,
    listeners: Vec<Async<TcpListener>>,
    alive: Sender<()>,
) -> Vec<Task<std::io::Result<()>>> {
    let spawner = Spawner {
        executor: Arc::downgrade(executor),
        shared: shared.clone(),
        alive,
        sessions: Arc::new(AtomicU64::new(0)),
    };
    let start = |listener| executor.spawn(accept(listener, spawner.clone()));
    listeners.into_iter().map(start).collect()
}

/// No new jobs; what waits is committed; everybody is told; then the flush is waited for.
async fn close(
    shared: &Shared,
    writer_ended: &Receiver<Result<(), StoreError>>,
    in_order: bool,
) -> Result<(), ServerError> {
    shared.transfers.close();
    shared.chores.close();
    if in_order {
        drop(shared.jobs.send(Job::PauseGames).await);
    }
    shared.jobs.close();
    let drained = match in_order {
        true => writer_ended.recv().await.unwrap_or(Ok(())),
        false => Ok(()),
    };
    drop(shared.hub.send(HubInput::Close).await);
    if in_order && drained.is_ok() {
        shared.chores.wait();
    }
    Ok(drained?)
}

/// What an accepted connection needs.
#[derive(Clone)]
struct Spawner {
    /// Weak, because the executor owns the accepting task that owns this.
    executor: Weak<Executor<'static>>,
    shared: Arc<Shared>,
    /// Dropped with the last session, which is how the closing server knows.
    alive: Sender<()>,
    sessions: Arc<AtomicU64>,
}

async fn accept(listener: Async<TcpListener>, spawner: Spawner) -> std::io::Result<()> {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => spawner.session(stream, peer),
            Err(error) => match listen::sort(&error) {
                AcceptError::Connection => {}
                AcceptError::Resources => {
                    tracing::warn!(%error, "cannot accept now");
                    Timer::after(OUT_OF_RESOURCES).await;
                }
                AcceptError::Listener => return Err(error),
            },
        }
    }
}

impl Spawner {
    /// A panic in a session is a defect of ours: that session dies, nobody else notices.
    fn session(&self, stream: Async<std::net::TcpStream>, peer: SocketAddr) {
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        let place = match self.shared.admission.enter(counted(peer.ip()), clock::uptime()) {
            Ok(place) => place,
            Err(goodbye) => {
                tracing::debug!(%peer, %goodbye, "turned away");
                return;
            }
        };
        let id = SessionId(self.sessions.fetch_add(1, Ordering::Relaxed) + 1);
        let (shared, alive) = (self.shared.clone(), self.alive.clone());
        let run = async move {
            let session = session::run(shared.clone(), id, stream, peer, place);
            if AssertUnwindSafe(session).catch_unwind().await.is_err() {
                tracing::error!(session = id.0, "a session panicked and was ended");
            }
            // However it ended, the hub forgets it.
            drop(shared.jobs.send(Job::Left { session: id }).await);
            drop(alive);
        };
        if let Some(executor) = self.executor.upgrade() {
            executor.spawn(run).detach();
        }
    }
}

async fn run_hub(mut hub: Hub, inbox: Receiver<HubInput>) {
    let mut tick_at: Option<Duration> = None;
    loop {
        let input = match tick_at {
            None => inbox.recv().await.ok(),
            Some(at) => {
                let wait = at.saturating_sub(clock::uptime());
                future::or(async { inbox.recv().await.ok() }, async {
                    Timer::after(wait).await;
                    Some(HubInput::Tick)
                })
                .await
            }
        };
        let Some(input) = input else { return };
        if matches!(input, HubInput::Tick) {
            tick_at = None;
        }
        hub.handle(input, clock::now());
        if tick_at.is_none() && hub.wants_tick() {
            tick_at = Some(clock::uptime() + PRESENCE_FOLD);
        }
    }
}
