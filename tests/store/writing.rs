//! Property: one bad job does not spoil its batch, and a batch that writes nothing costs no commit.

use std::sync::Arc;
use std::time::Duration;

use async_channel::{Receiver, Sender};
use mychat::clock::Moment;
use mychat::store::writer::{self, Apply};
use mychat::store::{Engine, Reads, StoreError, Writes, schema};

use crate::disk::{Disk, Fault};

/// What the small rules below can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// Set a setting with this name.
    Put(&'static str),
    /// Only look.
    Look,
    /// Write, then panic: a defect in the rules.
    PutAndPanic(&'static str),
    /// Panic before anything was written.
    Panic,
}

#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Done(Wish),
    Failed(Wish),
}

struct Small;

impl Apply for Small {
    type Job = Wish;
    type Outcome = Answer;

    fn apply(
        &mut self,
        rows: &mut Writes<'_>,
        now: Moment,
        wish: &Wish,
    ) -> Result<Answer, StoreError> {
        match *wish {
            Wish::Put(key) => rows.put_setting(key, &now.wall_ms.to_string())?,
            Wish::Look => drop(rows.get_setting("a")?),
            Wish::PutAndPanic(key) => {
                rows.put_setting(key, "never")?;
                panic!("as planned, after a write");
            }
            Wish::Panic => panic!("as planned"),
        }
        Ok(Answer::Done(*wish))
    }

    fn failed(&mut self, wish: &Wish) -> Answer {
        Answer::Failed(*wish)
    }
}

/// A writer with small rules on a disk that counts.
struct Ground {
    disk: Disk,
    engine: Arc<Engine>,
    batches: Receiver<Vec<Answer>>,
    ended: Receiver<Result<(), StoreError>>,
}

impl Ground {
    /// Starts a writer for which all these wishes are one batch.
    fn start(wishes: &[Wish]) -> (Self, Sender<Wish>) {
        let made = Disk::new(Vec::new(), Fault::None);
        drop(Engine::open_on(made.clone(), schema::MIGRATIONS, 1024 * 1024).unwrap());
        let disk = Disk::new(made.after_kill(), Fault::None);
        let engine = Engine::open_on(disk.clone(), schema::MIGRATIONS, 1024 * 1024).unwrap();
        let engine = Arc::new(engine);
        let (jobs, waiting) = async_channel::bounded(64);
        for wish in wishes {
            jobs.try_send(*wish).unwrap();
        }
        let (hand_on, batches) = async_channel::bounded(64);
        let (end, ended) = async_channel::bounded(1);
        let now = || Moment { wall_ms: 7, uptime: Duration::ZERO };
        let hand_on = move |answers| hand_on.try_send(answers).unwrap();
        let end = move |result| end.try_send(result).unwrap();
        writer::start(engine.clone(), Small, waiting, now, hand_on, end).unwrap();
        (Ground { disk, engine, batches, ended }, jobs)
    }

    fn batch(&self) -> Vec<Answer> {
        self.batches.recv_blocking().unwrap()
    }

    fn settings(&self) -> Vec<(String, String)> {
        Reads::open(&self.engine.read().unwrap()).unwrap().list_settings().unwrap()
    }
}

#[test]
fn a_panic_in_one_job_of_a_batch_fails_only_that_job() {
    let wishes = [
        Wish::Put("a"),
        Wish::Panic,
        Wish::Put("b"),
        Wish::PutAndPanic("never"),
        Wish::Look,
        Wish::Put("c"),
    ];
    let (ground, jobs) = Ground::start(&wishes);
    let expected = wishes.map(|wish| match wish {
        Wish::Panic | Wish::PutAndPanic(_) => Answer::Failed(wish),
        _ => Answer::Done(wish),
    });
    assert_eq!(ground.batch(), expected);
    let settings = ["a", "b", "c"].map(|key| (key.to_owned(), "7".to_owned()));
    assert_eq!(ground.settings(), settings);
    // The writer goes on.
    jobs.try_send(Wish::Put("d")).unwrap();
    assert_eq!(ground.batch(), [Answer::Done(Wish::Put("d"))]);
    drop(jobs);
    assert!(matches!(ground.ended.recv_blocking(), Ok(Ok(()))));
}

#[test]
fn a_batch_without_writes_makes_no_commit() {
    let (ground, jobs) = Ground::start(&[Wish::Look; 20]);
    let before = ground.disk.syncs();
    assert_eq!(ground.batch().len(), 20);
    jobs.try_send(Wish::Look).unwrap();
    ground.batch();
    assert_eq!(ground.disk.syncs(), before, "looking costs no sync");
    jobs.try_send(Wish::Put("a")).unwrap();
    ground.batch();
    assert_eq!(ground.disk.syncs(), before + 2, "one two-phase commit");
}

#[test]
fn a_batch_is_one_commit() {
    let wishes = ["a", "b", "c", "d", "e", "f", "g", "h"].map(Wish::Put);
    let (ground, jobs) = Ground::start(&wishes);
    assert_eq!(ground.batch().len(), wishes.len());
    let before = ground.disk.syncs();
    drop(jobs);
    ground.ended.recv_blocking().unwrap().unwrap();
    assert_eq!(ground.disk.syncs(), before, "all was committed with the batch");
}
