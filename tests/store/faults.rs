//! Property: a failing disk loses nothing acknowledged, whichever of its operations fails.

use std::collections::BTreeSet;

use mychat::store::{Engine, Reads, StoreError, schema};

use crate::check::{self, Totals};
use crate::disk::{Chance, Disk, Fault};
use crate::play::{self, Ended, Fact, MOMO};

/// Power cuts tried for each sync.
const CUTS: u64 = 6;

/// A new store and what it holds after each batch of a play that nothing disturbs.
struct Undisturbed {
    image: Vec<u8>,
    totals: Vec<Totals>,
}

fn undisturbed() -> Undisturbed {
    let disk = Disk::new(Vec::new(), Fault::None);
    drop(Engine::open_on(disk.clone(), schema::MIGRATIONS, 1024 * 1024).unwrap());
    let image = disk.after_kill();
    let disk = Disk::new(image.clone(), Fault::None);
    let Ended { result, batches } = play::run(&disk);
    result.unwrap();
    check::is_whole(disk.after_kill());
    let totals = (0..=batches.len()).map(|count| totals(&batches[..count])).collect();
    Undisturbed { image, totals }
}

/// What a store holds that has seen these batches and no more.
fn totals(batches: &[Vec<Fact>]) -> Totals {
    let mut totals = Totals::default();
    let mut nonces = BTreeSet::new();
    for fact in batches.iter().flatten() {
        match fact {
            Fact::Entered { account, epoch, .. } => {
                totals.accounts = 2;
                totals.devices[usize::from(*account == MOMO)] = Some(*epoch);
            }
            Fact::Left { account } => totals.devices[usize::from(*account == MOMO)] = None,
            Fact::Said(message, notices) => {
                nonces.insert(message.nonce);
                totals.notices += notices.len();
            }
            Fact::Booked(messages) => totals.notices += messages.len(),
            Fact::Read { .. } | Fact::Refused => {}
        }
    }
    Totals { messages: nonces.len(), ..totals }
}

impl Undisturbed {
    /// What was handed on stands there; of the batch in flight everything or nothing.
    fn check(&self, what: &str, image: Vec<u8>, batches: &[Vec<Fact>]) {
        let found = check::check(image.clone(), batches);
        let known = batches.len();
        let next = self.totals.get(known + 1);
        assert!(
            found == self.totals[known] || Some(&found) == next,
            "{what}: {found:?} after {known} batches"
        );
        // The same people come back and say everything again, under the same nonces.
        let disk = Disk::new(image, Fault::None);
        play::run(&disk).result.unwrap();
        check::is_whole(disk.after_kill());
    }
}

fn fails_well(what: &str, disk: &Disk, ended: &Ended) {
    if let Err(error) = &ended.result {
        assert!(disk.has_failed(), "{what}: {error}");
        let is_disk = matches!(error, StoreError::Storage(_));
        assert!(is_disk && error.to_string().starts_with("the disk failed"), "{what}: {error}");
    }
}

#[test]
fn a_failing_disk_loses_nothing_acknowledged() {
    fail_each_operation(Fault::From);
}

#[test]
fn a_disk_that_fails_once_loses_nothing_acknowledged() {
    fail_each_operation(Fault::Once);
}

fn fail_each_operation(fault: fn(u64) -> Fault) {
    let undisturbed = undisturbed();
    let mut failed = 0;
    for number in 1.. {
        let disk = Disk::new(undisturbed.image.clone(), fault(number));
        let ended = play::run(&disk);
        let what = format!("{:?}", fault(number));
        if !disk.has_failed() {
            assert!(ended.result.is_ok());
            break;
        }
        fails_well(&what, &disk, &ended);
        failed += u64::from(ended.result.is_err());
        undisturbed.check(&what, disk.after_kill(), &ended.batches);
        let torn = disk.after_power_cut(&mut Chance(number));
        undisturbed.check(&format!("{what}, power cut"), torn, &ended.batches);
    }
    assert!(failed > 50, "the play is too short to say anything: {failed} operations");
}

#[test]
fn a_power_cut_at_any_sync_loses_nothing_acknowledged() {
    let undisturbed = undisturbed();
    for sync in 1.. {
        let disk = Disk::new(undisturbed.image.clone(), Fault::Frozen(sync));
        let ended = play::run(&disk);
        if !disk.has_failed() {
            assert!(sync > 10, "the play has {sync} syncs");
            break;
        }
        for seed in 0..CUTS {
            let image = disk.after_power_cut(&mut Chance(sync << 8 | seed));
            let what = format!("sync {sync}, seed {seed}");
            undisturbed.check(&what, image, &ended.batches);
        }
    }
}

/// A store that was cut off is repaired when it is opened; that may be cut off as well.
#[test]
fn a_repair_that_fails_can_be_repeated() {
    let undisturbed = undisturbed();
    let disk = Disk::new(undisturbed.image.clone(), Fault::Frozen(9));
    let ended = play::run(&disk);
    let image = disk.after_power_cut(&mut Chance(9));
    for number in 1.. {
        let disk = Disk::new(image.clone(), Fault::From(number));
        if let Ok(engine) = Engine::open_on(disk.clone(), schema::MIGRATIONS, 1024 * 1024) {
            assert!(number > 5, "opened with {number} operations");
            drop(engine);
            break;
        }
        let torn = disk.after_power_cut(&mut Chance(number));
        for image in [disk.after_kill(), torn] {
            undisturbed.check(&format!("repair {number}"), image, &ended.batches);
        }
    }
}

#[test]
fn making_a_store_on_a_failing_disk_is_an_error_and_no_panic() {
    for number in 1.. {
        let disk = Disk::new(Vec::new(), Fault::From(number));
        let opened = Engine::open_on(disk.clone(), schema::MIGRATIONS, 1024 * 1024);
        if opened.is_ok() {
            assert!(number > 10, "made with {number} operations");
            break;
        }
    }
}

/// A migration of a newer program: it writes something that an older store does not have.
fn name_the_server(transaction: &redb::WriteTransaction) -> Result<(), StoreError> {
    let settings = redb::TableDefinition::<&str, &str>::new("settings");
    transaction.open_table(settings)?.insert("server.name", "Dorm 7")?;
    Ok(())
}

#[test]
fn a_migration_that_fails_leaves_the_older_store_or_the_newer_one() {
    let image = undisturbed().image;
    let newer = [schema::MIGRATIONS, &[name_the_server]].concat();
    let name = |engine: &Engine| {
        Reads::open(&engine.read().unwrap()).unwrap().get_setting("server.name").unwrap()
    };
    let mut older = 0;
    for number in 1.. {
        let disk = Disk::new(image.clone(), Fault::From(number));
        let migrated = Engine::open_on(disk.clone(), &newer, 1024 * 1024);
        if !disk.has_failed() {
            assert!(older > 5, "only {older} failures leave the older store");
            assert!(migrated.is_ok());
            break;
        }
        drop(migrated);
        for image in [disk.after_kill(), disk.after_power_cut(&mut Chance(number))] {
            let open = |migrations| {
                let disk = Disk::new(image.clone(), Fault::None);
                Engine::open_on(disk, migrations, 1024 * 1024)
            };
            match open(schema::MIGRATIONS) {
                Ok(engine) => {
                    older += 1;
                    assert_eq!(name(&engine), None, "half a migration after {number} operations");
                }
                Err(error) => assert!(matches!(error, StoreError::Newer { .. }), "{error}"),
            }
            let engine = open(&newer).unwrap();
            assert_eq!(name(&engine).as_deref(), Some("Dorm 7"));
        }
    }
}
