//! The threads that carry files: one for each that is under way, on a link of its own, and one that
//! looks at files before they are offered.
//!
//! * [`trip`] is one try from dialling to its end; [`link`] the link, which can be cut at any moment.
//! * [`upload`] reads and sends, [`hashes`] is what it hashed before; [`download`] receives and writes.
//! * [`throttle`] holds all of them back together, where the person wants that.
//! * [`part`] is a download that is not whole yet, on disk; [`place`] gives it its name.
//!
//! Deliberately absent: whose turn it is and what follows an end, which the state decides.

mod download;
mod gauge;
mod hashes;
mod link;
mod part;
mod place;
mod throttle;
mod trip;
mod upload;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use async_channel::Sender;

use super::api::TransferId;
use super::state::{Carried, CarryJob, Packing, Trip};
use gauge::Gauge;
use hashes::Hashes;
use link::Stop;
use throttle::Throttle;

/// Files to be looked at, or swept away, that wait.
const ERRANDS_MAX: usize = 1024;
/// What the threads say and nobody has read. Who cannot say how far it is leaves it out; who has to
/// say that it ended waits.
const SAID_MAX: usize = 64;

/// The way to the threads; dropping it stops all of them.
pub(super) struct Porter {
    said: Sender<Carried>,
    errands: Option<SyncSender<Errand>>,
    clerk: Option<JoinHandle<()>>,
    trips: BTreeMap<TransferId, Going>,
    hashes: Arc<Hashes>,
    throttle: Arc<Throttle>,
}

/// A thread that carries a file.
struct Going {
    stop: Arc<Stop>,
    thread: JoinHandle<()>,
}

/// What takes a moment on a disk.
enum Errand {
    Look(Box<Packing>, PathBuf),
    Sweep(TransferId, PathBuf),
}

impl Porter {
    /// Starts the thread that looks at files. What all of them say comes out of the queue.
    pub(super) fn start() -> io::Result<(Self, async_channel::Receiver<Carried>)> {
        let (said, carried) = async_channel::bounded(SAID_MAX);
        let (errands, work) = sync_channel(ERRANDS_MAX);
        let out = said.clone();
        let clerk = std::thread::Builder::new()
            .name("client-files".to_owned())
            .spawn(move || run_errands(&work, &out))?;
        let (errands, clerk) = (Some(errands), Some(clerk));
        let (trips, hashes, throttle) = (BTreeMap::new(), Arc::default(), Arc::default());
        let porter = Porter { said, errands, clerk, trips, hashes, throttle };
        Ok((porter, carried))
    }

    /// Does a job, or begins with it; gives it back when that cannot be.
    pub(super) fn send(&mut self, job: CarryJob) -> Result<(), CarryJob> {
        match job {
            CarryJob::Look(packing, path) => self.run_errand(Errand::Look(packing, path)),
            CarryJob::Sweep(id, path) => self.run_errand(Errand::Sweep(id, path)),
            CarryJob::Stop(id) => {
                if let Some(going) = self.trips.get(&id) {
                    going.stop.stop();
                }
                Ok(())
            }
            CarryJob::Go(trip) => self.go(trip),
            CarryJob::Throttle(carriage) => {
                self.throttle.set(carriage);
                Ok(())
            }
        }
    }

    fn run_errand(&self, errand: Errand) -> Result<(), CarryJob> {
        use std::sync::mpsc::TrySendError::{Disconnected, Full};
        match self.errands.as_ref().map(|errands| errands.try_send(errand)) {
            Some(Err(Full(errand) | Disconnected(errand))) => Err(match errand {
                Errand::Look(packing, path) => CarryJob::Look(packing, path),
                Errand::Sweep(id, path) => CarryJob::Sweep(id, path),
            }),
            _ => Ok(()),
        }
    }

    /// One thread writes a file: the one before of the same transfer ends first.
    fn go(&mut self, trip: Box<Trip>) -> Result<(), CarryJob> {
        self.trips.retain(|_, going| !going.thread.is_finished());
        let before = self.trips.remove(&trip.id);
        let stop = Arc::new(Stop::new());
        let (said, id) = (self.said.clone(), trip.id);
        let (stops, carried) = (Arc::clone(&stop), (*trip).clone());
        let (hashes, throttle) = (Arc::clone(&self.hashes), Arc::clone(&self.throttle));
        let thread = std::thread::Builder::new().name("client-transfer".to_owned());
        let spawned = thread.spawn(move || {
            if let Some(before) = before {
                before.stop.stop();
                // A panic there was reported by the panic hook.
                before.thread.join().ok();
            }
            let gauge = Gauge::new(&carried, said, throttle);
            let end = trip::carry(&carried, &gauge, &stops, &hashes);
            gauge.ends(end);
        });
        match spawned {
            Ok(thread) => {
                self.trips.insert(id, Going { stop, thread });
                Ok(())
            }
            Err(_) => Err(CarryJob::Go(trip)),
        }
    }
}

impl Drop for Porter {
    fn drop(&mut self) {
        // Nobody reads any more: who has something to say waits no longer.
        self.said.close();
        self.errands.take();
        for going in self.trips.values() {
            going.stop.stop();
        }
        let trips = std::mem::take(&mut self.trips).into_values().map(|going| going.thread);
        for thread in trips.chain(self.clerk.take()) {
            // A panic there was reported by the panic hook.
            thread.join().ok();
        }
    }
}

fn run_errands(errands: &Receiver<Errand>, said: &Sender<Carried>) {
    while let Ok(errand) = errands.recv() {
        match errand {
            Errand::Look(packing, path) => {
                let looked = upload::look(&path);
                if said.send_blocking(Carried::Looked(packing, path, looked)).is_err() {
                    return;
                }
            }
            Errand::Sweep(id, path) => part::sweep(id, &path),
        }
    }
}

#[cfg(test)]
mod names;
#[cfg(test)]
mod tests;
