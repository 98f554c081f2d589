//! Steps of a file to the disk that run beside what fills it: a link goes on while the disk syncs.
//!
//! A system says only once of an open file that bytes of it were lost, so whatever failed stays failed:
//! nothing more of such a file counts as durable until it is opened anew.

use std::fmt;
use std::fs::File;
use std::io;
#[cfg(target_os = "linux")]
use std::num::NonZeroU64;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

#[cfg(target_os = "linux")]
use rustix::fs::{Advice, fadvise};

use crate::domain::Outline;

/// How a file is taken to the disk.
#[derive(Clone)]
pub struct Pace {
    /// Chunks that may come before they are made durable: a crash costs at most twice as many to be sent
    /// again. A larger step makes whoever else syncs wait for it.
    pub chunks: u64,
    /// Makes what was written durable.
    pub sync: Arc<Sync>,
}

type Sync = dyn Fn(&File) -> io::Result<()> + Send + std::marker::Sync;

impl Default for Pace {
    fn default() -> Self {
        Pace { chunks: 4, sync: Arc::new(File::sync_data) }
    }
}

impl Pace {
    /// Makes durable what came until now. A large file leaves the memory of the system with it.
    pub fn step(&self, outline: &Outline) -> impl FnOnce(&File) -> io::Result<()> + Send + 'static {
        let (sync, durable) = (self.sync.clone(), outline.proven());
        let is_large = outline.len() > self.chunks;
        move |file| {
            sync(file)?;
            if is_large {
                let_go(file, durable);
            }
            Ok(())
        }
    }
}

#[cfg(test)]
impl Pace {
    /// Syncs that take a moment.
    pub(crate) fn slow(chunks: u64) -> Self {
        let (keeps, never) = std::sync::mpsc::sync_channel::<()>(1);
        let never = std::sync::Mutex::new((keeps, never));
        let sync = move |file: &File| {
            let moment = std::time::Duration::from_millis(30);
            never.lock().unwrap().1.recv_timeout(moment).unwrap_err();
            file.sync_data()
        };
        Pace { chunks, sync: Arc::new(sync) }
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pace({})", self.chunks)
    }
}

/// So many bytes are durable and leave the system's page cache. A large file would push out everything else,
/// and a page that is taken anew costs more than one that is used again, most of all on a virtual machine,
/// which is given memory only as it touches it. Who reads the file reads the disk.
fn let_go(file: &File, durable: u64) {
    #[cfg(target_os = "linux")]
    if let Some(durable) = NonZeroU64::new(durable)
        && let Err(error) = fadvise(file, 0, Some(durable), Advice::DontNeed)
    {
        // It stays where it is: slower, and nothing else.
        tracing::debug!(%error, "the system keeps what it has of a file");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (file, durable);
}

/// At most one step at a time, and none behind a failure.
#[derive(Debug, Default)]
pub struct Beside {
    running: Option<(u64, JoinHandle<io::Result<()>>)>,
    failed: Option<(io::ErrorKind, String)>,
}

impl Beside {
    /// So many chunks are on their way to the disk, the ones before them included.
    #[must_use]
    pub fn begun(&self) -> Option<u64> {
        self.running.as_ref().map(|(chunks, _)| *chunks)
    }

    /// Whether anything failed before.
    ///
    /// # Errors
    /// It did, like this.
    pub fn check(&self) -> io::Result<()> {
        match &self.failed {
            Some((kind, what)) => Err(io::Error::new(*kind, what.clone())),
            None => Ok(()),
        }
    }

    /// Keeps a failure of something else that was done with the file.
    ///
    /// # Errors
    /// What it failed with.
    pub fn guard<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &done {
            self.failed.get_or_insert_with(|| (error.kind(), error.to_string()));
        }
        done
    }

    /// Begins the step that makes so many chunks durable. One that still runs is waited for, so end it
    /// first to hear of it.
    ///
    /// # Errors
    /// Something failed before, or no thread can be had.
    pub fn begin(
        &mut self,
        chunks: u64,
        step: impl FnOnce() -> io::Result<()> + Send + 'static,
    ) -> io::Result<()> {
        self.end()?;
        let spawned = Builder::new().name("sync".to_owned()).spawn(step);
        self.running = Some((chunks, self.guard(spawned)?));
        Ok(())
    }

    /// Waits for the step that runs: how many chunks are durable by it, or nothing where none ran.
    ///
    /// # Errors
    /// The step failed, or something before it.
    pub fn end(&mut self) -> io::Result<Option<u64>> {
        let ended = match self.running.take() {
            Some((chunks, thread)) => {
                let ended = thread.join();
                let ended =
                    ended.unwrap_or_else(|_| Err(io::Error::other("the thread that syncs ended")));
                self.guard(ended).map(|()| Some(chunks))
            }
            None => Ok(None),
        };
        self.check()?;
        ended
    }
}

impl Drop for Beside {
    /// Nobody writes to a file that its next owner has opened.
    fn drop(&mut self) {
        if self.running.is_some()
            && let Err(error) = self.end()
        {
            tracing::warn!(%error, "what came of a file cannot be made durable");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_durable_takes_no_memory_of_the_system() {
        use std::io::Write;

        use rustix::io::{Errno, ReadWriteFlags, preadv2};

        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
        std::fs::create_dir_all(&folder).unwrap();
        let mut file = tempfile::tempfile_in(folder).unwrap();
        file.write_all(&vec![7; 1 << 20]).unwrap();
        file.sync_data().unwrap();
        let at_hand = || {
            let mut bytes = [0; 4096];
            let mut to = [io::IoSliceMut::new(&mut bytes)];
            preadv2(&file, &mut to, 0, ReadWriteFlags::NOWAIT)
        };
        if at_hand() != Ok(4096) {
            println!("SKIPPED: this file system does not tell what it has in memory");
            return;
        }
        let_go(&file, 1 << 20);
        match at_hand() {
            Err(Errno::AGAIN) => {}
            // In memory is all that such a file system has.
            other if rustix::fs::fstatfs(&file).unwrap().f_type == 0x0102_1994 => {
                println!("SKIPPED: on tmpfs: {other:?}");
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_step_ends_with_what_it_made_durable_and_a_failure_is_for_ever() {
        let mut beside = Beside::default();
        assert_eq!(beside.end().unwrap(), None);
        beside.begin(8, || Ok(())).unwrap();
        assert_eq!(beside.begun(), Some(8));
        assert_eq!(beside.end().unwrap(), Some(8));
        beside.begin(16, || Err(io::ErrorKind::StorageFull.into())).unwrap();
        for _ in 0..2 {
            assert_eq!(beside.end().unwrap_err().kind(), io::ErrorKind::StorageFull);
            let ran = beside.begin(24, || panic!("no step behind a failure"));
            assert_eq!(ran.unwrap_err().kind(), io::ErrorKind::StorageFull);
        }
        let mut beside = Beside::default();
        beside.begin(8, || Ok(())).unwrap();
        beside.guard::<()>(Err(io::ErrorKind::Other.into())).unwrap_err();
        beside.end().unwrap_err();
    }
}
