//! The client's thread: gives the pure state its time, its link and its store.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use async_channel::{Receiver, Sender, TrySendError};
use async_executor::{LocalExecutor, Task};
use async_io::Timer;
use smol::future::{or, race};

use super::api::{ClientEvent, Failure, Intent, Secret};
use super::export::Press;
use super::keeper::{JOBS_MAX, Keeper};
use super::pictures::Studio;
use super::state::{
    Carried, CarryEnd, CarryJob, Drawn, Effect, FileJob, Filed, Input, KeepJob, Kept, LinkInput,
    OpaqueFailure, OpaqueStep, PictureJob, State, Told,
};
use super::transfers::Porter;
use super::wire::{self, Bytes, FromLink};
use crate::clock;
use crate::domain::ServerId;
use crate::net::frame::{self, FRAME_BYTES_MAX};
use crate::net::opaque::{self, ClientRegister, ClientSignIn, OpaqueError};
use crate::net::protocol::{ClientFrame, Opaque, Reason, Refusal, Stretch};

/// Frames from the link that wait; at the bound it is read no further.
const FROM_LINK_MAX: usize = 64;
/// Frames to the link that wait. The state keeps fewer on their way; more means a stuck link.
const TO_LINK_MAX: usize = 2048;
/// Jobs at the store above which nothing else is taken in.
const JOBS_BUSY: usize = JOBS_MAX / 2;

/// Everything of the thread.
pub(super) struct Runner {
    state: State,
    keeper: Keeper,
    kept: Receiver<Kept>,
    studio: Studio,
    drawn: Receiver<Drawn>,
    press: Press,
    filed: Receiver<Filed>,
    porter: Porter,
    carried: Receiver<Carried>,
    /// Jobs that the store has not answered.
    jobs: usize,
    intents: Receiver<Intent>,
    events: Sender<ClientEvent>,
    /// Closed when nobody will read events any more.
    leaving: Receiver<()>,
    left: bool,
    wake: Arc<dyn Fn() + Send + Sync>,
    from_link: (Sender<FromLink>, Receiver<FromLink>),
    link: Option<Link>,
    exporter: [u8; 32],
    opaque: (Sender<Computed>, Receiver<Computed>),
    /// The exchange's own state between its two steps.
    exchange: Option<Exchange>,
    /// Inputs that effects led to.
    next: VecDeque<Input>,
}

struct Link {
    number: u64,
    frames: Sender<Bytes>,
    task: Task<()>,
}

enum Exchange {
    Register(Box<ClientRegister>),
    SignIn(Box<ClientSignIn>),
}

struct Computed {
    attempt: u64,
    outcome: Result<Opaque, OpaqueFailure>,
}

/// The threads that work for the client, and what each says.
type Workers = (
    (Keeper, Receiver<Kept>),
    (Studio, Receiver<Drawn>),
    (Press, Receiver<Filed>),
    (Porter, Receiver<Carried>),
);

/// The queues of the handle: intents, events, and the end of both.
type Queues = (Receiver<Intent>, Sender<ClientEvent>, Receiver<()>);

impl Runner {
    pub(super) fn new(
        state: State,
        workers: Workers,
        (intents, events, leaving): Queues,
        wake: Arc<dyn Fn() + Send + Sync>,
    ) -> Self {
        let ((keeper, kept), (studio, drawn), (press, filed), (porter, carried)) = workers;
        Runner {
            state,
            keeper,
            kept,
            studio,
            drawn,
            press,
            filed,
            porter,
            carried,
            jobs: 0,
            intents,
            events,
            leaving,
            left: false,
            wake,
            from_link: async_channel::bounded(FROM_LINK_MAX),
            link: None,
            exporter: [0; 32],
            opaque: async_channel::bounded(4),
            exchange: None,
            next: VecDeque::new(),
        }
    }

    /// Runs until the handle is dropped.
    pub(super) fn run(mut self) {
        let executor = Rc::new(LocalExecutor::new());
        smol::block_on(executor.run(self.serve(&executor)));
    }

    async fn serve(&mut self, executor: &Rc<LocalExecutor<'_>>) {
        loop {
            let input = match self.next.pop_front() {
                Some(input) => input,
                None => match self.take().await {
                    Some(input) => input,
                    None => break,
                },
            };
            self.handle(executor, input).await;
        }
        self.handle(executor, Input::Intent(Intent::Disconnect)).await;
        if let Some(link) = self.link.take() {
            drop(link.frames);
            let late = async {
                Timer::after(wire::LAST_MOMENT).await;
            };
            or(link.task, late).await;
        }
    }

    /// The next input; `None` when the handle is gone.
    async fn take(&mut self) -> Option<Input> {
        let kept = async {
            match self.kept.recv().await {
                Ok(kept) => Some(Input::Kept(kept)),
                // The store's thread is gone: what it owed will not come.
                Err(_) => std::future::pending().await,
            }
        };
        let computed = async {
            let computed = self.opaque.1.recv().await.ok()?;
            Some(Input::Opaque { attempt: computed.attempt, outcome: computed.outcome })
        };
        let input = if self.jobs >= JOBS_BUSY {
            kept.await
        } else {
            let exporter = &mut self.exporter;
            let said = async {
                let FromLink { link, what, exporter: fresh } =
                    self.from_link.1.recv().await.ok()?;
                if let Some(fresh) = fresh {
                    *exporter = fresh;
                }
                Some(Input::Link(link, what))
            };
            let intent = async { self.intents.recv().await.ok().map(Input::Intent) };
            let tick = async {
                match self.state.wake_at() {
                    Some(at) => Timer::after(at.saturating_sub(clock::uptime())).await,
                    None => std::future::pending().await,
                };
                Some(Input::Tick)
            };
            let drawn = async {
                match self.drawn.recv().await {
                    Ok(drawn) => Some(Input::Drawn(drawn)),
                    // The pictures' thread is gone: the rest goes on without.
                    Err(_) => std::future::pending().await,
                }
            };
            let filed = async {
                match self.filed.recv().await {
                    Ok(filed) => Some(Input::Filed(filed)),
                    // As above.
                    Err(_) => std::future::pending().await,
                }
            };
            let carried = async {
                match self.carried.recv().await {
                    Ok(carried) => Some(Input::Carried(carried)),
                    // As above.
                    Err(_) => std::future::pending().await,
                }
            };
            let made = race(drawn, race(filed, carried));
            or(kept, or(computed, or(race(said, race(intent, made)), tick))).await
        };
        if let Some(Input::Kept(kept)) = &input
            && !matches!(kept, Kept::Trouble(_) | Kept::Unused(_))
        {
            self.jobs = self.jobs.saturating_sub(1);
        }
        input
    }

    async fn handle(&mut self, executor: &Rc<LocalExecutor<'_>>, input: Input) {
        let mut effects = Vec::new();
        self.state.handle(input, clock::now(), &mut effects);
        let mut emitted = false;
        for effect in effects {
            match effect {
                Effect::Dial { link, address, expected } => {
                    let (frames, waiting) = async_channel::bounded(TO_LINK_MAX);
                    let said = self.from_link.0.clone();
                    let task = executor.spawn(wire::run(link, address, expected, waiting, said));
                    self.hang_up();
                    self.link = Some(Link { number: link, frames, task });
                }
                Effect::Write(frame) => self.write(&frame),
                Effect::HangUp => self.hang_up(),
                Effect::Opaque { attempt, step } => self.compute(attempt, step),
                Effect::Keep(job) => self.keep(job),
                Effect::Picture(job) => self.draw(job),
                Effect::File(job) => self.file(job),
                Effect::Carry(job) => self.carry(job),
                Effect::Emit(event) => {
                    emitted = true;
                    self.emit(event).await;
                }
            }
        }
        if emitted && !self.left {
            (self.wake)();
        }
    }

    fn write(&mut self, frame: &ClientFrame) {
        let Some(link) = &self.link else { return };
        let written = match frame::encode(frame, FRAME_BYTES_MAX) {
            // Of a link that is over comes word behind what it brought last, which is still to be read.
            Ok(bytes) => !matches!(link.frames.try_send(bytes), Err(TrySendError::Full(_))),
            Err(error) => {
                tracing::warn!(%error, "a frame cannot be sent");
                false
            }
        };
        if !written {
            let number = link.number;
            self.hang_up();
            self.next.push_back(Input::Link(number, LinkInput::Lost { garbled: false }));
        }
    }

    /// Lets the link flush by itself; it ends behind its last frame.
    fn hang_up(&mut self) {
        if let Some(link) = self.link.take() {
            drop(link.frames);
            link.task.detach();
        }
    }

    fn keep(&mut self, job: KeepJob) {
        self.jobs += 1;
        if let Err(job) = self.keeper.send(job) {
            self.jobs -= 1;
            let kept = match job {
                KeepJob::Write { mark, .. } => Kept::Written { mark, ok: false },
                KeepJob::Load(owner) => Kept::Loaded(owner, Box::default()),
                KeepJob::Ask { mark, .. } => Kept::Told { mark, told: Told::Nothing },
                KeepJob::Read { mark, .. } => Kept::Messages { mark, messages: Vec::new() },
            };
            self.next.push_back(Input::Kept(kept));
        }
    }

    fn draw(&mut self, job: PictureJob) {
        let Err(job) = self.studio.send(job) else { return };
        let busy = || Failure::Refused(Refusal::retry(Reason::TooFast, 1000));
        self.next.push_back(Input::Drawn(match job {
            PictureJob::Look(blob, view) | PictureJob::Keep(blob, view, _) => {
                Drawn::Picture(blob, view, None)
            }
            PictureJob::Pack(packing, _) => Drawn::Packed(packing, Err(busy())),
            PictureJob::Unpack(nonce, _) => Drawn::Unpacked(nonce, None),
            PictureJob::Save(ticket, ..) => Drawn::Saved(ticket, Err(busy())),
            // They go with the next start.
            PictureJob::Sent(_) | PictureJob::Forget(_) => return,
            PictureJob::Load(ticket, _) => Drawn::Loaded(ticket, Err(busy())),
            PictureJob::Cut(ticket, ..) => Drawn::Cut(ticket, Err(busy())),
        }));
    }

    fn file(&mut self, job: FileJob) {
        let Err(job) = self.press.send(job) else { return };
        let (FileJob::Begin { ticket, .. }
        | FileJob::Part { ticket, .. }
        | FileJob::Finish { ticket, .. }
        | FileJob::Drop { ticket }) = job;
        let busy = Failure::Refused(Refusal::retry(Reason::TooFast, 1000));
        self.next.push_back(Input::Filed(Filed { ticket, result: Err(busy), pictures: None }));
    }

    fn carry(&mut self, job: CarryJob) {
        let Err(job) = self.porter.send(job) else { return };
        self.next.push_back(Input::Carried(match job {
            CarryJob::Look(packing, path) => {
                let busy = Failure::Refused(Refusal::retry(Reason::TooFast, 1000));
                Carried::Looked(packing, path, Err(busy))
            }
            CarryJob::Go(trip) => {
                let (id, number) = (trip.id, trip.number);
                Carried::Ended { id, number, done: 0, end: CarryEnd::Cut }
            }
            // What is swept away is swept at the next start.
            CarryJob::Stop(_) | CarryJob::Sweep(..) | CarryJob::Throttle(_) => return,
        }));
    }

    /// Queues an event. While the queue is full nothing else happens here, which in the end
    /// slows down the server; only the end of the handle cuts it short.
    async fn emit(&mut self, event: ClientEvent) {
        if self.left {
            return;
        }
        if let Err(error) = self.events.try_send(event) {
            let event = error.into_inner();
            (self.wake)();
            let sent = async { self.events.send(event).await.is_ok() };
            let left = async {
                while self.leaving.recv().await.is_ok() {}
                false
            };
            self.left = !or(sent, left).await;
        }
    }

    /// First steps are quick; last ones stretch the password on a thread of their own.
    fn compute(&mut self, attempt: u64, step: OpaqueStep) {
        let exchange = self.exchange.take();
        let outcome = match (step, exchange) {
            (OpaqueStep::RegisterStart(password), _) => opaque::register_start(password.expose())
                .map(|(state, bytes)| {
                    self.exchange = Some(Exchange::Register(Box::new(state)));
                    bytes
                }),
            (OpaqueStep::SignInStart(password), _) => {
                opaque::sign_in_start(password.expose()).map(|(state, bytes)| {
                    self.exchange = Some(Exchange::SignIn(Box::new(state)));
                    bytes
                })
            }
            (
                OpaqueStep::RegisterFinish { password, response, stretch, server }
                | OpaqueStep::SignInFinish { password, response, stretch, server },
                Some(exchange),
            ) => {
                let stretching = Stretching { password, response, stretch, server };
                let exporter = self.exporter;
                let computed = self.opaque.0.clone();
                let work = move || {
                    let outcome = stretching.finish(exchange, &exporter).map_err(failure);
                    computed.try_send(Computed { attempt, outcome }).ok();
                };
                let thread = std::thread::Builder::new().name("client-password".to_owned());
                match thread.spawn(work) {
                    Ok(_) => return,
                    Err(_) => Err(OpaqueError::Computing),
                }
            }
            (_, None) => Err(OpaqueError::Computing),
        };
        let outcome = outcome.map_err(failure);
        self.next.push_back(Input::Opaque { attempt, outcome });
    }
}

struct Stretching {
    password: Secret,
    response: Opaque,
    stretch: Stretch,
    server: ServerId,
}

impl Stretching {
    fn finish(self, exchange: Exchange, exporter: &[u8; 32]) -> Result<Opaque, OpaqueError> {
        let Stretching { password, response, stretch, server } = self;
        match exchange {
            Exchange::Register(state) => {
                state.finish(password.expose(), &response, stretch, &server)
            }
            Exchange::SignIn(state) => {
                state.finish(password.expose(), &response, stretch, &server, exporter)
            }
        }
    }
}

fn failure(error: OpaqueError) -> OpaqueFailure {
    match error {
        OpaqueError::WrongPassword => OpaqueFailure::WrongPassword,
        other => {
            tracing::warn!(error = %other, "password exchange");
            OpaqueFailure::Garbled
        }
    }
}
