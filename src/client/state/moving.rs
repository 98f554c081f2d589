//! One file on its way: how it stands, what is kept of it, how fast it is.

use std::collections::VecDeque;
use std::time::Duration;

use super::desk;
use super::{CarryJob, Effect, Turn};
use crate::client::api::{ClientEvent, Failure, Transfer, TransferId, TransferState, WaitsFor};
use crate::domain::FileWay;
use crate::limits::TRANSFER_TOLD_EVERY;
use crate::net::protocol::Refusal;
use crate::store::local::{KnownState, KnownTransfer, Owes, Owner, Write};

/// A speed is that of so long.
const SPEED_SPAN: Duration = Duration::from_secs(3);

/// A transfer, and what only this run knows of it.
#[derive(Debug)]
pub(super) struct Moving {
    pub(super) shown: Transfer,
    modified: Option<i64>,
    pub(super) owes: Option<Owes>,
    /// The server was asked to take note of what is owed.
    pub(super) told: bool,
    /// It is asked again at this moment.
    pub(super) tell_at: Option<Duration>,
    pub(super) forgotten: bool,
    pub(super) run: Run,
    /// It does not go on before this moment.
    pub(super) not_before: Option<Duration>,
    pub(super) failures: usize,
    /// Proven when the try that runs began.
    pub(super) done_before: u64,
    pace: Pace,
}

/// What happens for it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// Nothing.
    Rests,
    /// The server was asked for a ticket.
    Asks,
    /// A thread carries it, in the try of this number.
    Goes(u64),
    /// That thread was told to stop, and has not yet.
    Stops(u64),
}

/// How fast bytes move.
#[derive(Debug, Default)]
struct Pace {
    /// So many bytes had moved at these moments.
    marks: VecDeque<(Duration, u64)>,
    told_at: Option<Duration>,
}

impl Pace {
    fn speed(&mut self, now: Duration, moved: u64) -> u64 {
        self.marks.push_back((now, moved));
        while self.marks.len() > 2
            && self.marks.get(1).is_some_and(|(at, _)| *at + SPEED_SPAN < now)
        {
            self.marks.pop_front();
        }
        let Some((at, before)) = self.marks.front() else { return 0 };
        let millis = now.saturating_sub(*at).as_millis().max(1);
        let moved = u128::from(moved.saturating_sub(*before));
        u64::try_from(moved * 1000 / millis).unwrap_or(u64::MAX)
    }

    /// When nothing has moved for so long that it has no speed any more.
    fn ends_at(&self) -> Option<Duration> {
        self.marks.back().map(|(at, _)| *at + SPEED_SPAN)
    }
}

impl Moving {
    pub(super) fn new(shown: Transfer, modified: Option<i64>) -> Self {
        Moving {
            shown,
            modified,
            owes: None,
            told: false,
            tell_at: None,
            forgotten: false,
            run: Run::Rests,
            not_before: None,
            failures: 0,
            done_before: 0,
            pace: Pace::default(),
        }
    }

    pub(super) fn from_store(known: KnownTransfer) -> Self {
        let state = match known.state {
            KnownState::Open if known.file.is_none() => TransferState::Waiting(WaitsFor::Offer),
            KnownState::Open => TransferState::Waiting(WaitsFor::Link),
            KnownState::Paused => TransferState::Paused,
            KnownState::Done => TransferState::Done,
            KnownState::Failed { code, words, limit } => {
                TransferState::Failed(failure_of(&code, words, limit))
            }
            KnownState::Cancelled => TransferState::Cancelled,
            KnownState::Declined => TransferState::Declined,
            KnownState::Expired => TransferState::Expired,
        };
        let shown = Transfer {
            id: TransferId(known.id),
            way: known.way,
            file: known.file,
            with: known.with,
            from: known.from,
            name: known.name,
            bytes: known.bytes,
            done: known.done,
            path: known.path,
            state,
            speed: 0,
            began: known.began,
            ended: known.ended,
            hidden: known.hidden,
        };
        let mut moving = Moving::new(shown, known.modified);
        (moving.owes, moving.forgotten) = (known.owes, known.forgotten);
        moving
    }

    pub(super) fn to_keep(&self, owner: Owner) -> Write {
        let state = match &self.shown.state {
            TransferState::Waiting(_) | TransferState::Running => KnownState::Open,
            TransferState::Paused => KnownState::Paused,
            TransferState::Done => KnownState::Done,
            TransferState::Failed(why) => failed(why),
            TransferState::Cancelled => KnownState::Cancelled,
            TransferState::Declined => KnownState::Declined,
            TransferState::Expired => KnownState::Expired,
        };
        let shown = &self.shown;
        let known = KnownTransfer {
            id: shown.id.0,
            way: shown.way,
            file: shown.file,
            with: shown.with,
            from: shown.from,
            name: shown.name.clone(),
            bytes: shown.bytes,
            done: shown.done,
            path: shown.path.clone(),
            modified: self.modified,
            state,
            owes: self.owes,
            forgotten: self.forgotten,
            hidden: shown.hidden,
            began: shown.began,
            ended: shown.ended,
        };
        Write::PutTransfer(owner, known)
    }

    /// When the source was written to last.
    pub(super) fn modified(&self) -> Option<i64> {
        self.modified
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.shown.state, TransferState::Waiting(_) | TransferState::Running)
    }

    /// Whether others wait for it to end.
    pub(super) fn takes_a_turn(&self) -> bool {
        let waits = TransferState::Waiting(WaitsFor::Sender);
        self.run != Run::Rests && !(matches!(self.run, Run::Goes(_)) && self.shown.state == waits)
    }

    /// Whether the server's word about its file changes it.
    pub(super) fn follows(&self) -> bool {
        self.is_open() || self.shown.state == TransferState::Paused
    }

    pub(super) fn show(&mut self, turn: &mut Turn<'_>) {
        self.pace.told_at = Some(turn.uptime());
        if !self.forgotten {
            turn.emit(ClientEvent::Transfer(Box::new(self.shown.clone())));
        }
    }

    /// It stands otherwise now. What goes on by itself is not written: it is open either way.
    pub(super) fn set(&mut self, turn: &mut Turn<'_>, owner: Owner, state: TransferState) {
        if self.shown.state == state {
            return;
        }
        let was_open = self.is_open();
        if state != TransferState::Running {
            (self.shown.speed, self.pace.marks) = (0, VecDeque::new());
        }
        self.shown.ended = state.is_over().then_some(turn.now.wall_ms);
        self.shown.hidden &= state.is_over();
        self.shown.state = state;
        if !was_open || !self.is_open() {
            turn.writes.push(self.to_keep(owner));
            turn.urgent = true;
        }
        self.show(turn);
    }

    /// Bytes moved. It is told a few times a second, which is enough for the eye.
    pub(super) fn went(&mut self, turn: &mut Turn<'_>, owner: Owner, moved: u64, done: u64) {
        let now = turn.uptime();
        self.shown.done = done.min(self.shown.bytes);
        self.shown.speed = self.pace.speed(now, moved);
        if self.shown.state != TransferState::Running {
            return self.set(turn, owner, TransferState::Running);
        }
        if self.pace.told_at.is_none_or(|told| now >= told + TRANSFER_TOLD_EVERY) {
            self.show(turn);
        }
    }

    /// Nothing has moved for a while.
    pub(super) fn slows(&mut self, turn: &mut Turn<'_>) {
        if self.pace.ends_at().is_some_and(|at| turn.uptime() >= at) {
            self.pace.marks.clear();
            if std::mem::take(&mut self.shown.speed) > 0 {
                self.show(turn);
            }
        }
    }

    /// When it has no speed any more.
    pub(super) fn slows_at(&self) -> Option<Duration> {
        self.pace.ends_at()
    }

    /// Ends what runs for it; who carries it says when it has.
    pub(super) fn stop(&mut self, turn: &mut Turn<'_>) {
        match self.run {
            Run::Goes(number) => {
                self.run = Run::Stops(number);
                turn.effects.push(Effect::Carry(CarryJob::Stop(self.shown.id)));
            }
            Run::Asks => self.run = Run::Rests,
            Run::Rests | Run::Stops(_) => {}
        }
    }

    /// What it keeps beside the place where it was to be is not needed any more.
    pub(super) fn sweep(&self, turn: &mut Turn<'_>) {
        if self.shown.way == FileWay::Down && self.run == Run::Rests {
            turn.sweep(vec![(self.shown.id, self.shown.path.clone())]);
        }
    }

    /// When it goes on, unless it may now; or when the server is told again what it is owed.
    pub(super) fn goes_on_at(&self) -> Option<Duration> {
        let goes_on = self.not_before.filter(|_| self.is_open() && self.run == Run::Rests);
        let tells = self.tell_at.filter(|_| self.owes.is_some() && !self.told);
        goes_on.into_iter().chain(tells).min()
    }
}

/// Why it failed, as it is kept.
fn failed(why: &Failure) -> KnownState {
    let words = match why {
        Failure::File(words) => words.clone(),
        _ => String::new(),
    };
    let limit = match why {
        Failure::Refused(refusal) => refusal.limit,
        _ => None,
    };
    KnownState::Failed { code: why.code().to_owned(), words, limit }
}

/// A failure that was kept.
fn failure_of(code: &str, words: String, limit: Option<u64>) -> Failure {
    match desk::failure_of(code) {
        _ if code == Failure::File(String::new()).code() => Failure::File(words),
        Failure::Refused(refusal) => Failure::Refused(Refusal { limit, ..refusal }),
        failure => failure,
    }
}
