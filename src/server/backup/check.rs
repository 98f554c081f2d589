//! Holds a server's data against itself: the store, the files, the key.

use std::path::Path;

use super::BackupError;
use crate::limits::SettingError;
use crate::net::opaque::ServerSetup;
use crate::net::tls::Identity;
use crate::net::verb::{Checked, Counted, Found};
use crate::server::settings::Settings;
use crate::server::{KEY_FILE, folder};
use crate::store::blobs::Files;
use crate::store::check::{self, Cure, Finding, Report};
use crate::store::{Engine, Reads};

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
    match rows.get_secret(folder::SECRETS)? {
        None => checked.find("the secrets for passwords are missing", restore(data)),
        Some(bytes) if ServerSetup::from_bytes(&bytes).is_err() => {
            checked.find("the secrets for passwords are damaged", restore(data));
        }
        Some(_) => {}
    }
    let mut settings = Settings::default();
    for (key, value) in rows.list_settings()? {
        // A setting of another version is no damage.
        if let Err(error) = settings.set(&key, &value)
            && !matches!(error, SettingError::Key(_))
        {
            let cure = format!("it is left out. Set it anew: mychat admin set {key} VALUE");
            checked.find(&format!("the setting {key} does not hold: {error}"), cure);
        }
    }
    key(data, &mut checked);
    Ok(checked)
}

/// The same on a stopped server's folder, whose pages are held against their sums as well.
///
/// # Errors
/// The file is damaged, so that no server starts on it, or the disk failed.
pub fn check_stopped(mut engine: Engine, data: &Path) -> Result<Checked, BackupError> {
    engine.check_pages()?;
    check(&engine, (data, &Files::of(data)), &|| true)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AccountId, ConversationId, DeviceId};
    use crate::server::folder;
    use crate::store::Writes;
    use crate::store::conversations::Cursors;
    use crate::store::devices::Device;

    fn whats(engine: &Engine, data: &Path) -> Vec<String> {
        let checked = check(engine, (data, &Files::of(data)), &|| true).unwrap();
        checked.findings.into_iter().map(|found| found.what).collect()
    }

    fn write(engine: &Engine, change: impl FnOnce(&mut Writes<'_>)) {
        let transaction = engine.write().unwrap();
        let mut rows = Writes::open(&transaction).unwrap();
        change(&mut rows);
        drop(rows);
        transaction.commit().unwrap();
    }

    #[test]
    fn secrets_settings_and_who_is_not_there_are_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        let engine = folder::open_own_store(data).unwrap();
        Identity::load_or_create(&data.join(KEY_FILE)).unwrap();
        assert_eq!(whats(&engine, data), ["the secrets for passwords are missing"]);
        write(&engine, |rows| {
            rows.put_secret(folder::SECRETS, &ServerSetup::generate().to_bytes()).unwrap();
        });
        assert_eq!(whats(&engine, data), [""; 0]);
        write(&engine, |rows| {
            rows.put_secret(folder::SECRETS, b"none").unwrap();
            rows.put_setting("backup.keep", "many").unwrap();
            rows.put_setting("of.another.version", "1").unwrap();
            let device = Device {
                token_hash: Vec::new(),
                epoch: 1,
                name: String::new(),
                client: String::new(),
                created: 0,
                used: 0,
                used_age_min: 0,
                address: String::new(),
            };
            rows.put_device(AccountId(10_077), DeviceId([7; 16]), &device).unwrap();
            let cursors = Cursors::default();
            rows.put_cursors(AccountId(10_078), ConversationId::LOBBY, cursors).unwrap();
        });
        let found = whats(&engine, data);
        let has = |words: &str| found.iter().any(|what| what.contains(words));
        assert!(has("secrets for passwords are damaged"), "{found:?}");
        assert!(has("setting backup.keep does not hold"), "{found:?}");
        assert!(has("devices belong to account 10077"), "{found:?}");
        assert!(has("account 10078 is in conversation"), "{found:?}");
        assert!(!has("another.version"), "{found:?}");
    }

    #[test]
    fn it_ends_within_a_row() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        let engine = folder::open_own_store(data).unwrap();
        write(&engine, |rows| {
            for key in 0..100 {
                rows.put_setting(&format!("key-{key}"), "1").unwrap();
            }
        });
        let asked = std::cell::Cell::new(0);
        let goes_on = |most| {
            let asked = &asked;
            move || asked.replace(asked.get() + 1) < most
        };
        let files = Files::of(data);
        drop(check(&engine, (data, &files), &goes_on(u64::MAX)).unwrap());
        assert!(asked.replace(0) > 100, "each row is a moment to end");
        let ended = check(&engine, (data, &files), &goes_on(0));
        assert!(matches!(ended, Err(BackupError::Stopped)), "{ended:?}");
    }
}
