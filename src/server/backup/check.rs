//! Holds a server's data against itself: the store, the files, the key.

use std::path::Path;

use super::BackupError;
use crate::net::tls::Identity;
use crate::net::verb::{Checked, Counted, Found};
use crate::server::{KEY_FILE, ring};
use crate::store::blobs::Files;
use crate::store::check::{self, Cure, Finding, Report};
use crate::store::{Engine, Reads, StoreError};

/// Checks a snapshot, while others may write.
///
/// # Errors
/// The disk failed, or `goes_on` said no.
pub fn check(
    engine: &Engine,
    (data, files): (&Path, &Files),
    goes_on: &dyn Fn() -> bool,
) -> Result<Checked, BackupError> {
    let hold = files.hold();
    let rows = Reads::open(&engine.read()?)?;
    let Some(report) = check::check(&rows, (files, &hold), goes_on)? else {
        return Err(BackupError::Stopped);
    };
    let mut checked = told(report, data);
    if rows.get_secret(ring::SECRETS)?.is_none() {
        checked.find("the secrets for passwords are missing", restore(data));
    }
    key(data, &mut checked);
    Ok(checked)
}

/// The same on a stopped server's folder, whose pages are held against their sums as well.
///
/// # Errors
/// The disk failed.
pub fn check_stopped(mut engine: Engine, data: &Path) -> Result<Checked, BackupError> {
    match engine.check_pages() {
        Ok(()) => check(&engine, (data, &Files::of(data)), &|| true),
        Err(error @ StoreError::Damaged { .. }) => {
            let mut checked = Checked::default();
            checked.find(&error.to_string(), restore(data));
            key(data, &mut checked);
            Ok(checked)
        }
        Err(error) => Err(error.into()),
    }
}

fn told(report: Report, data: &Path) -> Checked {
    let Report { counts, findings, found } = report;
    let counts = counts.into_iter().map(|(what, count)| Counted { what: what.to_owned(), count });
    let findings = findings.into_iter().map(|Finding { what, cure }| Found {
        what,
        cure: match cure {
            Cure::Restore => restore(data),
            Cure::PutBack => "take that file out of a backup with tar, and put it there".to_owned(),
        },
    });
    Checked { counts: counts.collect(), findings: findings.collect(), found }
}

fn restore(data: &Path) -> String {
    format!("stop the server. {}", super::advice(data))
}

/// The key can be read, and only by its owner.
fn key(data: &Path, checked: &mut Checked) {
    let path = data.join(KEY_FILE);
    if let Some(mode) = others_rights(&path) {
        checked.find(
            &format!("others may read {} (mode {mode:o})", path.display()),
            format!("chmod 600 '{}'", path.display()),
        );
    }
    match Identity::load(&path) {
        Ok(_) => checked.counts.push(Counted { what: "server's key".to_owned(), count: 1 }),
        Err(error) => checked.find(&error.to_string(), restore(data)),
    }
}

#[cfg(unix)]
fn others_rights(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let mode = path.metadata().ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn others_rights(_path: &Path) -> Option<u32> {
    None
}
