//! Holds the rows of a snapshot against each other, and against the files that they name.
//!
//! `read` reads every row, `logs`, `people`, `kept` and `played` say what has to agree. Nothing is changed.

mod kept;
mod logs;
mod people;
mod played;
mod read;

use std::io;

use super::beware::beware;
use super::blobs::{Files, Hold};
use super::engine::StoreError;
use super::rows::Reads;

/// Findings that are told one by one; the others are counted.
const FINDINGS_MAX: usize = 100;

/// What is to be done about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cure {
    /// Only a backup has it right.
    Restore,
    /// A file can be put back by itself.
    PutBack,
}

/// Something that is not as it has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub what: String,
    /// What helps.
    pub cure: Cure,
}

/// What was looked at and what was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many of what were looked at, in the order in which that was done.
    pub counts: Vec<(&'static str, u64)>,
    /// The first findings.
    pub findings: Vec<Finding>,
    /// How many there are in all.
    pub found: u64,
}

impl Report {
    /// Notes how many of something there are.
    pub fn count(&mut self, what: &'static str, count: u64) {
        self.counts.push((what, count));
    }

    /// Notes what is wrong.
    pub fn find(&mut self, cure: Cure, what: String) {
        self.found += 1;
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { what, cure });
        }
    }

    /// The same for what only a backup has right.
    fn wrong(&mut self, what: String) {
        self.find(Cure::Restore, what);
    }
}

/// Checks a snapshot that was opened under a hold. `None` when `goes_on` said no, which it says for good then.
///
/// # Errors
/// The disk failed.
pub fn check(
    rows: &Reads,
    (files, hold): (&Files, &Hold),
    goes_on: &dyn Fn() -> bool,
) -> Result<Option<Report>, StoreError> {
    let mut report = Report::default();
    let looked = beware("the file", || {
        let Some(kept) = compare(rows, goes_on, &mut report)? else { return Ok(false) };
        played::replay(rows, &kept, goes_on, &mut report)?;
        if !goes_on() {
            return Ok(false);
        }
        blobs(&kept, (files, hold), goes_on, &mut report)
    });
    match looked.and_then(|looked| looked) {
        Ok(is_done) => Ok(is_done.then_some(report)),
        Err(error @ StoreError::Damaged { .. }) => {
            report.wrong(error.to_string());
            Ok(Some(report))
        }
        Err(error) => Err(error),
    }
}

/// Whether all rows can be read and agree with each other. The files that they name are not looked at, and games
/// are not played again: one that other rules allowed keeps no backup from being made.
///
/// # Errors
/// They do not, or the disk failed.
pub fn sound(rows: &Reads, goes_on: &dyn Fn() -> bool) -> Result<(), StoreError> {
    let mut report = Report::default();
    let looked = beware("the file", || compare(rows, goes_on, &mut report).map(drop));
    looked??;
    match report.findings.first() {
        Some(finding) if goes_on() => Err(StoreError::damaged("the store", &finding.what)),
        _ => Ok(()),
    }
}

/// Reads all rows and holds them against each other; nothing where it was told to end.
fn compare(
    rows: &Reads,
    goes_on: &dyn Fn() -> bool,
    report: &mut Report,
) -> Result<Option<read::Kept>, StoreError> {
    let kept = read::everything(&mut read::Look { rows, report, goes_on })?;
    if !goes_on() {
        return Ok(None);
    }
    logs::check(&kept, report);
    people::check(&kept, report);
    kept::check(&kept, report);
    played::check(&kept, report);
    Ok(Some(kept))
}

/// Every blob has its file with its bytes; files that no row names are counted.
fn blobs(
    kept: &read::Kept,
    (files, hold): (&Files, &Hold),
    goes_on: &dyn Fn() -> bool,
    report: &mut Report,
) -> Result<bool, StoreError> {
    let mut all = 0;
    for (id, blob) in &kept.blobs {
        let place = files.path(*id);
        let place = place.display();
        let found = hold.open(*id).and_then(|(file, bytes)| {
            let mut hasher = blake3::Hasher::new();
            let mut parts = io::BufReader::with_capacity(PART_BYTES, file);
            loop {
                let part = io::BufRead::fill_buf(&mut parts)?;
                if part.is_empty() {
                    return Ok(Some((bytes, *hasher.finalize().as_bytes())));
                }
                if !goes_on() {
                    return Ok(None);
                }
                hasher.update(part);
                let count = part.len();
                io::BufRead::consume(&mut parts, count);
            }
        });
        match found {
            Ok(None) => return Ok(false),
            Ok(Some((bytes, _))) if bytes != blob.bytes => report.find(
                Cure::PutBack,
                format!("{place} has {bytes} bytes instead of {}", blob.bytes),
            ),
            Ok(Some((_, hash))) if hash != id.0 => {
                report.find(Cure::PutBack, format!("{place} has other bytes than its name says"));
            }
            Ok(Some(_)) => all += blob.bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                report.find(Cure::PutBack, format!("{place} is missing"));
            }
            Err(error) => report.find(Cure::PutBack, format!("{place} cannot be read: {error}")),
        }
    }
    report.count("pictures and files", kept.blobs.len() as u64);
    report.count("bytes of them", all);
    let lying = files.list().map_err(|error| StoreError::Storage(error.to_string()))?;
    let unnamed = lying.iter().filter(|id| !kept.blobs.contains_key(id)).count();
    report.count("files that nothing names any more", unnamed as u64);
    Ok(true)
}

/// Bytes that are hashed between two questions whether to go on.
const PART_BYTES: usize = 256 * 1024;
