//! The long tasks of a running server, each on a thread of its own and one at a time: backups and checks.
//!
//! They only read: the writer and the readers never wait for them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};

use jiff::civil::Time;

use super::keep::{self, Memory};
use super::make::{self, Source, Wanted};
use super::{BackupError, check, schedule};
use crate::net::verb::{BackupRow, Checked};
use crate::server::journal::Journal;
use crate::server::metrics::Metrics;
use crate::server::policy::Policy;
use crate::store::Engine;
use crate::store::blobs::Files;

/// What they need of the server.
pub struct Chores {
    data: PathBuf,
    /// A server that closes waits for its store; a task that comes then finds none.
    engine: Weak<Engine>,
    files: Files,
    policy: Arc<Policy>,
    journal: Arc<Journal>,
    metrics: Arc<Metrics>,
    is_busy: AtomicBool,
    is_closing: AtomicBool,
    memory: Mutex<Memory>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Others may begin when it is dropped.
struct Turn(Arc<Chores>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.is_busy.store(false, Ordering::Release);
    }
}

impl Chores {
    /// Of a server that starts: what crashes left of backups goes.
    #[must_use]
    pub fn new(
        data: PathBuf,
        engine: &Arc<Engine>,
        files: Files,
        (policy, journal, metrics): (Arc<Policy>, Arc<Journal>, Arc<Metrics>),
    ) -> Arc<Self> {
        keep::remove_unfinished(&keep::folder(&data));
        let memory = Mutex::new(Memory::load(&data));
        Arc::new(Chores {
            data,
            engine: Arc::downgrade(engine),
            files,
            policy,
            journal,
            metrics,
            is_busy: AtomicBool::new(false),
            is_closing: AtomicBool::new(false),
            memory,
            thread: Mutex::default(),
        })
    }

    /// The last backup that succeeded, and why the last one failed if it did.
    #[must_use]
    pub fn remembered(&self) -> (Option<BackupRow>, Option<String>) {
        let memory = self.memory();
        (memory.last.clone(), memory.error.clone())
    }

    /// At which time of the day the server makes one by itself.
    pub(super) fn daily(&self) -> Option<Time> {
        self.policy.settings().daily_backup
    }

    /// Since when the next one of the server's own is waited for; a new server begins to wait now.
    pub(super) fn waits_since(&self, now_ms: i64) -> i64 {
        let mut memory = self.memory();
        if let Some(since) = schedule::since(memory.since, now_ms) {
            return since;
        }
        memory.since = Some(now_ms);
        self.save(&memory);
        now_ms
    }

    /// Makes a backup. It goes on when nobody waits for it any more.
    ///
    /// # Errors
    /// Why it was not made.
    pub async fn backup(self: &Arc<Self>, wanted: Wanted) -> Result<BackupRow, BackupError> {
        self.run("backup", move |chores, engine| {
            let made = chores.make(engine, &wanted);
            chores.note(&made, wanted.is_automatic);
            made
        })
        .await
    }

    /// Checks the store and the files.
    ///
    /// # Errors
    /// It could not be checked.
    pub async fn check(self: &Arc<Self>) -> Result<Checked, BackupError> {
        self.run("check", |chores, engine| {
            check::check(engine, (&chores.data, &chores.files), &|| chores.goes_on())
        })
        .await
    }

    /// Ends what runs and lets nothing more begin.
    pub fn close(&self) {
        self.is_closing.store(true, Ordering::Release);
    }

    /// Waits until what was told to end has ended: it holds the store.
    pub fn wait(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            drop(thread.join());
        }
    }

    fn goes_on(&self) -> bool {
        !self.is_closing.load(Ordering::Acquire)
    }

    async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        name: &str,
        work: impl FnOnce(&Chores, &Engine) -> Result<T, BackupError> + Send + 'static,
    ) -> Result<T, BackupError> {
        let (slot, answer) = async_channel::bounded(1);
        self.begin(name, move |chores, engine| {
            let worked = catch_unwind(AssertUnwindSafe(|| work(chores, engine)));
            move || drop(slot.try_send(worked.unwrap_or(Err(BackupError::Defect))))
        })?;
        answer.recv().await.unwrap_or(Err(BackupError::Stopped))
    }

    /// Begins a task; what it gives back is called when the next may begin.
    fn begin<F: FnOnce()>(
        self: &Arc<Self>,
        name: &str,
        work: impl FnOnce(&Chores, &Engine) -> F + Send + 'static,
    ) -> Result<(), BackupError> {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        let engine = self.engine.upgrade().filter(|_| self.goes_on());
        let engine = engine.ok_or(BackupError::Stopped)?;
        if self.is_busy.swap(true, Ordering::AcqRel) {
            return Err(BackupError::Busy);
        }
        let turn = Turn(self.clone());
        let run = move || {
            let tell = work(&turn.0, &engine);
            drop((engine, turn));
            tell();
        };
        let begun = thread::Builder::new().name(name.to_owned()).spawn(run);
        *thread = Some(begun.map_err(BackupError::file("start a thread for", &self.data))?);
        Ok(())
    }

    fn make(&self, engine: &Engine, wanted: &Wanted) -> Result<BackupRow, BackupError> {
        let source = Source {
            data: &self.data,
            engine,
            files: &self.files,
            name: &self.policy.name(),
            floor_mib: make::floor_mib(&self.policy.limits()),
            free: &make::free,
            goes_on: &|| self.goes_on(),
        };
        make::make(&source, wanted)
    }

    /// Remembers, counts and logs what came of a backup.
    fn note(&self, made: &Result<BackupRow, BackupError>, is_automatic: bool) {
        let mut memory = self.memory();
        let Some((kind, event)) = super::event(made, is_automatic) else { return };
        self.journal.note(kind, None, event);
        match made {
            Ok(row) => {
                self.metrics.backups_made.fetch_add(1, Ordering::Relaxed);
                memory.made(row, is_automatic);
                if is_automatic {
                    let most = self.policy.limits().backups_kept;
                    keep::remove_old(&self.data, most, Path::new(&row.path));
                }
            }
            Err(error) => {
                self.metrics.backups_failed.fetch_add(1, Ordering::Relaxed);
                memory.error = Some(error.to_string());
            }
        }
        self.save(&memory);
    }

    fn save(&self, memory: &Memory) {
        if let Err(error) = memory.save(&self.data) {
            tracing::warn!(%error, "what the last backup came to cannot be kept");
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;
    use crate::limits::Limits;
    use crate::net::control::LogEvent;
    use crate::net::tls::Identity;
    use crate::server::{KEY_FILE, folder};

    const MIB: u64 = 1024 * 1024;

    fn chores(data: &Path) -> (Arc<Engine>, Arc<Chores>) {
        let engine = folder::open_store(data).unwrap();
        Identity::load_or_create(&data.join(KEY_FILE)).unwrap();
        let policy =
            Policy::of_limits(Limits { disk_free_mib: 0, files_free_mib: 0, ..Limits::default() });
        let (journal, metrics) = (Arc::new(Journal::default()), Arc::new(Metrics::default()));
        let files = Files::of(data);
        let chores = Chores::new(data.to_owned(), &engine, files, (policy, journal, metrics));
        (engine, chores)
    }

    #[test]
    fn one_at_a_time_and_none_while_closing() {
        let data = tempfile::tempdir().unwrap();
        let (engine, chores) = chores(data.path());
        let (go_on, waiting) = sync_channel::<()>(1);
        chores
            .begin("long", move |_, _| {
                waiting.recv().ok();
                || {}
            })
            .unwrap();
        let backup = || smol::block_on(chores.backup(Wanted::default()));
        assert!(matches!(backup(), Err(BackupError::Busy)));
        assert!(matches!(smol::block_on(chores.check()), Err(BackupError::Busy)));
        assert_eq!(chores.remembered(), (None, None), "nobody's last backup failed by that");
        go_on.send(()).unwrap();
        chores.wait();
        let row = backup().unwrap();
        assert_eq!(chores.remembered(), (Some(row), None));
        chores.close();
        assert!(matches!(backup(), Err(BackupError::Stopped)));
        chores.wait();
        assert_eq!(Arc::strong_count(&engine), 1, "the folder is free for the next server");
    }

    #[test]
    fn what_does_not_fit_is_skipped_and_not_called_failed() {
        let data = tempfile::tempdir().unwrap();
        let (engine, _) = chores(data.path());
        let limits = Limits { files_free_mib: u64::MAX / MIB, ..Limits::default() };
        let (journal, metrics) = (Arc::new(Journal::default()), Arc::new(Metrics::default()));
        let kept = (Policy::of_limits(limits), journal.clone(), metrics);
        let chores = Chores::new(data.path().to_owned(), &engine, Files::of(data.path()), kept);
        for is_automatic in [true, false] {
            let wanted = Wanted { path: None, is_automatic };
            let error = smol::block_on(chores.backup(wanted)).unwrap_err();
            assert!(matches!(error, BackupError::Space { .. }), "{error}");
            chores.wait();
        }
        let noted: Vec<LogEvent> = journal.after(0).into_iter().map(|entry| entry.what).collect();
        assert!(
            matches!(&noted[..], [LogEvent::BackupSkipped { .. }, LogEvent::BackupFailed { .. }]),
            "{noted:?}"
        );
        assert!(chores.remembered().1.unwrap().starts_with("not enough disk space"));
    }

    #[test]
    fn a_defect_ends_no_server_and_lets_others_begin() {
        let data = tempfile::tempdir().unwrap();
        let (_engine, chores) = chores(data.path());
        let defect = chores.run("broken", |_, _| -> Result<(), BackupError> { panic!("a defect") });
        assert!(matches!(smol::block_on(defect), Err(BackupError::Defect)));
        chores.wait();
        smol::block_on(chores.backup(Wanted::default())).unwrap();
    }
}
