//! Steps of a file to the disk that run beside what fills it: a link goes on while the disk syncs.

use std::io;
use std::thread::{Builder, JoinHandle};

/// At most one step at a time.
#[derive(Debug, Default)]
pub struct Beside {
    running: Option<(u64, JoinHandle<io::Result<()>>)>,
}

impl Beside {
    /// So many chunks are on their way to the disk, the ones before them included.
    #[must_use]
    pub fn begun(&self) -> Option<u64> {
        self.running.as_ref().map(|(chunks, _)| *chunks)
    }

    /// Begins the step that makes so many chunks durable. One that still runs is waited for, so end it
    /// first to hear of it.
    ///
    /// # Errors
    /// The step before it failed, or no thread can be had.
    pub fn begin(
        &mut self,
        chunks: u64,
        step: impl FnOnce() -> io::Result<()> + Send + 'static,
    ) -> io::Result<()> {
        self.end()?;
        let thread = Builder::new().name("sync".to_owned()).spawn(step)?;
        self.running = Some((chunks, thread));
        Ok(())
    }

    /// Waits for the step that runs: how many chunks are durable by it, or nothing where none ran.
    ///
    /// # Errors
    /// The step failed.
    pub fn end(&mut self) -> io::Result<Option<u64>> {
        let Some((chunks, thread)) = self.running.take() else { return Ok(None) };
        let ended = thread.join().map_err(|_| io::Error::other("the thread that syncs ended"))?;
        ended.map(|()| Some(chunks))
    }
}

impl Drop for Beside {
    /// Nobody writes to a file that its next owner has opened.
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            tracing::warn!(%error, "what came of a file cannot be made durable");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_ends_with_what_it_made_durable_or_with_its_failure() {
        let mut beside = Beside::default();
        assert_eq!(beside.end().unwrap(), None);
        beside.begin(8, || Ok(())).unwrap();
        assert_eq!(beside.begun(), Some(8));
        assert_eq!(beside.end().unwrap(), Some(8));
        beside.begin(16, || Err(io::Error::other("the disk is full"))).unwrap();
        assert!(beside.end().is_err());
        assert_eq!(beside.end().unwrap(), None, "a failure is told once");
    }
}
