//! Files on their way, as threads: each try to carry one has its own, with a link of its own.
//!
//! The state says what is to be done by [`CarryJob`] and hears of it by [`Carried`]. [`trip`] is such a
//! try, [`up`] and [`down`] what it does, [`place`] where a file lies that comes.

mod coming;
mod down;
mod place;
mod trip;
mod up;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::SystemTime;

use async_channel::{Receiver, Sender};

use super::api::{Failure, TransferId};
use super::state::{Carried, CarryEnd, CarryJob, Source, Trip};
use crate::domain::file_name;

/// What is told and not heard yet; at the bound threads wait.
const SAID_MAX: usize = 256;

/// The threads that carry.
pub(super) struct Carrier {
    running: BTreeMap<TransferId, Running>,
    said: Sender<Carried>,
}

struct Running {
    stop: Arc<Stop>,
    thread: JoinHandle<()>,
}

/// Ends a try at once, wherever it waits.
#[derive(Default)]
struct Stop {
    is_set: AtomicBool,
    socket: Mutex<Option<TcpStream>>,
}

impl Stop {
    fn stop(&self) {
        self.is_set.store(true, Ordering::Release);
        if let Some(socket) = &*self.socket.lock().unwrap_or_else(PoisonError::into_inner) {
            socket.shutdown(Shutdown::Both).ok();
        }
    }

    fn is_set(&self) -> bool {
        self.is_set.load(Ordering::Acquire)
    }

    /// This is what a stop closes from now on.
    fn holds(&self, socket: TcpStream) {
        *self.socket.lock().unwrap_or_else(PoisonError::into_inner) = Some(socket);
        if self.is_set() {
            self.stop();
        }
    }
}

impl Carrier {
    pub(super) fn new() -> (Self, Receiver<Carried>) {
        let (said, heard) = async_channel::bounded(SAID_MAX);
        (Carrier { running: BTreeMap::new(), said }, heard)
    }

    /// Does what is asked for, on threads.
    pub(super) fn handle(&mut self, job: CarryJob) {
        match job {
            CarryJob::Look(packing, path) => {
                let said = self.said.clone();
                let look = move || {
                    let looked = look_at(&path);
                    said.send_blocking(Carried::Looked(packing, path, looked)).ok();
                };
                if let Err(error) = thread::Builder::new().name("look".to_owned()).spawn(look) {
                    tracing::warn!(%error, "no thread for a file");
                }
            }
            CarryJob::Go(trip) => self.go(*trip),
            CarryJob::Stop(id) => {
                if let Some(running) = self.running.get(&id) {
                    running.stop.stop();
                }
            }
            CarryJob::Sweep(id, path) => {
                let before = self.running.remove(&id);
                let sweep = move || {
                    end(before);
                    place::sweep(id, &path);
                };
                if let Err(error) = thread::Builder::new().name("sweep".to_owned()).spawn(sweep) {
                    tracing::warn!(%error, "no thread for a file");
                }
            }
        }
    }

    fn go(&mut self, trip: Trip) {
        self.running.retain(|id, running| *id == trip.id || !running.thread.is_finished());
        let before = self.running.remove(&trip.id);
        let (id, number, said) = (trip.id, trip.number, self.said.clone());
        let stop = Arc::new(Stop::default());
        let seen = Arc::clone(&stop);
        let run = move || {
            end(before);
            trip::run(&trip, &seen, &said);
        };
        match thread::Builder::new().name("file".to_owned()).spawn(run) {
            Ok(thread) => drop(self.running.insert(id, Running { stop, thread })),
            Err(error) => {
                tracing::warn!(%error, "no thread for a file");
                let ended = Carried::Ended { id, number, done: 0, end: CarryEnd::Cut };
                self.said.try_send(ended).ok();
            }
        }
    }
}

/// A try ends before the next one of the same transfer begins.
fn end(before: Option<Running>) {
    if let Some(Running { stop, thread }) = before {
        stop.stop();
        drop(thread.join());
    }
}

impl Drop for Carrier {
    /// What is proven is on disk when this returns.
    fn drop(&mut self) {
        // Nobody hears what is said from now on, and nobody waits to say it.
        self.said.close();
        for running in self.running.values() {
            running.stop.stop();
        }
        for (_, running) in std::mem::take(&mut self.running) {
            drop(running.thread.join());
        }
    }
}

/// What a file is, before it is offered.
fn look_at(path: &Path) -> Result<Source, Failure> {
    let unread = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Failure::SourceGone,
        _ => Failure::File(error.to_string()),
    };
    let found = fs::metadata(path).map_err(unread)?;
    if !found.is_file() {
        return Err(Failure::File(io::Error::from(io::ErrorKind::IsADirectory).to_string()));
    }
    // That it can be read is said now and not when it was offered.
    fs::File::open(path).map_err(unread)?;
    let name = file_name(&path.file_name().unwrap_or_default().to_string_lossy());
    let name = if name.is_empty() { "file".to_owned() } else { name };
    Ok(Source { name, bytes: found.len(), modified: modified(&found) })
}

/// When a file was written to last, nanoseconds since 1970 UTC.
fn modified(found: &fs::Metadata) -> Option<i64> {
    let since = found.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_nanos()).ok()
}
