//! A disk in memory that fails when it is told to, and that remembers what a cut of its power
//! would leave.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use redb::StorageBackend;

/// What is written as one piece or not at all.
const SECTOR: usize = 512;

/// A disk. Clones are the same disk.
#[derive(Clone)]
pub struct Disk(Arc<Mutex<State>>);

/// When and how a disk fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Never.
    None,
    /// The operation with this number fails, as if a cable had shaken.
    Once(u64),
    /// From the operation with this number on every one fails.
    From(u64),
    /// At the beginning of the sync with this number the power goes.
    Frozen(u64),
}

struct State {
    /// What the program reads back.
    bytes: Vec<u8>,
    /// What the last sync made sure of.
    durable: Vec<u8>,
    /// What came after it, in order.
    changes: Vec<Change>,
    fault: Fault,
    operations: u64,
    syncs: u64,
    failures: u64,
}

enum Change {
    Length(usize),
    Write(usize, Vec<u8>),
}

impl Disk {
    /// A disk with these bytes, all of them durable.
    pub fn new(bytes: Vec<u8>, fault: Fault) -> Self {
        let (durable, changes) = (bytes.clone(), Vec::new());
        let (operations, syncs, failures) = (0, 0, 0);
        let state = State { bytes, durable, changes, fault, operations, syncs, failures };
        Disk(Arc::new(Mutex::new(state)))
    }

    /// What the next program finds when this one was killed: the system kept what was written.
    pub fn after_kill(&self) -> Vec<u8> {
        self.lock().bytes.clone()
    }

    /// What the next program finds when the power was cut: of what no sync made sure of, each
    /// sector is old or new by chance.
    pub fn after_power_cut(&self, chance: &mut Chance) -> Vec<u8> {
        let state = self.lock();
        let mut bytes = state.durable.clone();
        for change in &state.changes {
            match change {
                Change::Length(length) if chance.flip() => bytes.resize(*length, 0),
                Change::Length(_) => {}
                Change::Write(offset, written) => tear(&mut bytes, *offset, written, chance),
            }
        }
        bytes
    }

    pub fn syncs(&self) -> u64 {
        self.lock().syncs
    }

    /// Whether the fault came.
    pub fn has_failed(&self) -> bool {
        self.lock().failures > 0
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Counts an operation, and fails it when it is its turn.
    fn begin(&self, is_sync: bool) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.lock();
        state.operations += 1;
        state.syncs += u64::from(is_sync);
        let fails = match state.fault {
            Fault::None => false,
            Fault::Once(number) => state.operations == number,
            Fault::From(number) => state.operations >= number,
            Fault::Frozen(number) => state.syncs >= number,
        };
        match fails {
            false => Ok(state),
            true => {
                state.failures += 1;
                Err(io::Error::other("this disk fails as planned"))
            }
        }
    }
}

/// Writes, by chance, only some sectors; one that lies behind the end makes the file longer.
fn tear(bytes: &mut Vec<u8>, offset: usize, written: &[u8], chance: &mut Chance) {
    let (mut at, end) = (offset, offset + written.len());
    while at < end {
        let next = end.min((at / SECTOR + 1) * SECTOR);
        if chance.flip() {
            if bytes.len() < next {
                bytes.resize(next, 0);
            }
            bytes[at..next].copy_from_slice(&written[at - offset..next - offset]);
        }
        at = next;
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.begin(false)?.bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.begin(false)?;
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let found = state.bytes.get(offset..offset + out.len());
        out.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let mut state = self.begin(false)?;
        let length = usize::try_from(length).map_err(io::Error::other)?;
        state.bytes.resize(length, 0);
        state.changes.push(Change::Length(length));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.begin(true)?;
        let State { durable, changes, .. } = &mut *state;
        for change in changes.drain(..) {
            match change {
                Change::Length(length) => durable.resize(length, 0),
                Change::Write(offset, written) => {
                    durable[offset..offset + written.len()].copy_from_slice(&written);
                }
            }
        }
        Ok(())
    }

    fn write(&self, offset: u64, written: &[u8]) -> io::Result<()> {
        let mut state = self.begin(false)?;
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let place = state.bytes.get_mut(offset..offset + written.len());
        place.ok_or(io::ErrorKind::UnexpectedEof)?.copy_from_slice(written);
        state.changes.push(Change::Write(offset, written.to_vec()));
        Ok(())
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Disk({} bytes)", self.lock().bytes.len())
    }
}

/// Chance that a printed seed repeats (splitmix64).
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn flip(&mut self) -> bool {
        self.next() & 1 == 1
    }
}
