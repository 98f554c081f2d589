//! How far a try is, told a few times a second; and how it ended, told once.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use async_channel::Sender;

use super::throttle::Throttle;
use crate::client::api::TransferId;
use crate::client::state::{Carried, CarryEnd, Trip};
use crate::clock;
use crate::limits::TRANSFER_TOLD_EVERY;

/// Counts the bytes of one try.
pub(super) struct Gauge {
    id: TransferId,
    number: u64,
    said: Sender<Carried>,
    throttle: Arc<Throttle>,
    moved: Cell<u64>,
    done: Cell<u64>,
    told_at: Cell<Option<Duration>>,
    waits: Cell<bool>,
}

impl Gauge {
    pub(super) fn new(trip: &Trip, said: Sender<Carried>, throttle: Arc<Throttle>) -> Self {
        let (id, number) = (trip.id, trip.number);
        let (moved, done) = (Cell::new(0), Cell::new(0));
        let (told_at, waits) = (Cell::new(None), Cell::new(false));
        Gauge { id, number, said, throttle, moved, done, told_at, waits }
    }

    /// How fast they may go.
    pub(super) fn throttle(&self) -> &Throttle {
        &self.throttle
    }

    /// So many bytes more went over the link.
    pub(super) fn moved(&self, bytes: usize) {
        self.moved.set(self.moved.get() + bytes as u64);
        let now = clock::uptime();
        let is_due = self.told_at.get().is_none_or(|told| now >= told + TRANSFER_TOLD_EVERY);
        if self.waits.replace(false) || is_due {
            self.told_at.set(Some(now));
            self.tell();
        }
    }

    /// So many bytes of the file are proven.
    pub(super) fn proven(&self, done: u64) {
        self.done.set(done);
    }

    /// The link stands, and bytes will move.
    pub(super) fn begins(&self, done: u64) {
        self.done.set(done);
        self.told_at.set(Some(clock::uptime()));
        self.tell();
    }

    /// The sender has no more for now.
    pub(super) fn waits(&self) {
        if !self.waits.replace(true) {
            // Left out when the queue is full: the next one says it.
            let waits = Carried::Waits { id: self.id, number: self.number };
            self.waits.set(self.said.try_send(waits).is_ok());
        }
    }

    /// The try is over; nothing of it is open any more.
    pub(super) fn ends(self, end: CarryEnd) {
        let (id, number, done) = (self.id, self.number, self.done.get());
        // Closed when the client ends: then nobody needs to know.
        self.said.send_blocking(Carried::Ended { id, number, done, end }).ok();
    }

    fn tell(&self) {
        let (id, number) = (self.id, self.number);
        let (moved, done) = (self.moved.get(), self.done.get());
        // Left out when the queue is full: the next one says more.
        self.said.try_send(Carried::Went { id, number, moved, done }).ok();
    }
}
