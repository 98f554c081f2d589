//! Holds a server's data against itself: the store, the files, the key.

use std::path::Path;

use super::BackupError;
use crate::limits::SettingError;
use crate::net::opaque::ServerSetup;
use crate::net::verb::{Checked, Counted, Found};
use crate::server::settings::Settings;
use crate::server::{KEY_FILE, folder};
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
    let restore = format!("Stop the server. {}", super::advice(data));
    look_through(engine, (data, files), &restore, goes_on)
}

/// The same on a stopped server's folder, whose pages are held against their sums as well.
///
/// # Errors
/// The file is damaged, so that no server starts on it, or the disk failed.
pub fn check_stopped(mut engine: Engine, data: &Path) -> Result<Checked, BackupError> {
    engine.check_pages()?;
    look_through(&engine, (data, &Files::of(data)), &super::advice(data), &|| true)
}

fn look_through(
    engine: &Engine,
    (data, files): (&Path, &Files),
    restore: &str,
    goes_on: &dyn Fn() -> bool,
) -> Result<Checked, BackupError> {
    let hold = files.hold();
    let rows = Reads::open(&engine.read()?)?;
    let Some(report) = check::check(&rows, (files, &hold), goes_on)? else {
        return Err(BackupError::Stopped);
    };
    let mut checked = told(report, restore);
    let secrets = rows.get_secret(folder::SECRETS)?;
    // Settings were made before the first start, which makes both.
    let is_new = secrets.is_none() && !data.join(KEY_FILE).exists() && rows.count_accounts()? == 0;
    match secrets {
        None if is_new => {}
        None => checked.find("the secrets for passwords are missing", restore.to_owned()),
        Some(bytes) if ServerSetup::from_bytes(&bytes).is_err() => {
            checked.find("the secrets for passwords are damaged", restore.to_owned());
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
    if !is_new {
        key(&rows, data, restore, &mut checked)?;
    }
    Ok(checked)
}

fn told(report: Report, restore: &str) -> Checked {
    let Report { counts, findings, found } = report;
    let counts = counts.into_iter().map(|(what, count)| Counted { what: what.to_owned(), count });
    let findings = findings.into_iter().map(|Finding { what, cure }| Found {
        what,
        cure: match cure {
            Cure::Restore => restore.to_owned(),
            Cure::PutBack => "take that file out of a backup with tar, and put it there".to_owned(),
        },
    });
    Checked { counts: counts.collect(), findings: findings.collect(), found }
}

/// The key is this server's, and can be read only by its owner.
fn key(rows: &Reads, data: &Path, restore: &str, checked: &mut Checked) -> Result<(), StoreError> {
    let path = data.join(KEY_FILE);
    if let Some(mode) = others_rights(&path) {
        checked.find(
            &format!("others may read {} (mode {mode:o})", path.display()),
            format!("chmod 600 '{}'", path.display()),
        );
    }
    match folder::own_key(rows, data)? {
        Ok(_) => checked.counts.push(Counted { what: "server's key".to_owned(), count: 1 }),
        Err(error) => checked.find(&error.to_string(), super::key_advice(data, restore)),
    }
    Ok(())
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
    use crate::net::tls::Identity;
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
    fn the_key_of_another_server_is_found_before_anybody_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        let engine = folder::open_own_store(data).unwrap();
        let own = folder::load_identity(&engine, data).unwrap().server_id();
        folder::load_secrets(&engine, data).unwrap();
        let key = data.join(KEY_FILE);
        std::fs::rename(&key, data.join("own")).unwrap();
        let other = Identity::load_or_create(&key).unwrap().server_id();
        let found = whats(&engine, data);
        for id in [own, other] {
            assert!(found[0].contains(&id.fingerprint()), "{found:?}");
        }
        let said = folder::load_identity(&engine, data).map(drop).unwrap_err().to_string();
        assert!(said.starts_with(&found[0]) && said.contains("Put it back"), "{said}");
        assert_eq!(Identity::load(&key).unwrap().server_id(), other, "it is left as it is");
        std::fs::rename(data.join("own"), &key).unwrap();
        assert_eq!(whats(&engine, data), [""; 0]);
        assert_eq!(folder::load_identity(&engine, data).unwrap().server_id(), own);
    }

    #[test]
    fn secrets_settings_and_who_is_not_there_are_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        let engine = folder::open_own_store(data).unwrap();
        assert_eq!(whats(&engine, data), [""; 0], "a server that starts makes what is missing");
        let key = data.join(KEY_FILE);
        Identity::load_or_create(&key).unwrap();
        assert_eq!(whats(&engine, data), ["the secrets for passwords are missing"]);
        write(&engine, |rows| {
            rows.put_secret(folder::SECRETS, &ServerSetup::generate().to_bytes()).unwrap();
        });
        assert_eq!(whats(&engine, data), [""; 0]);
        std::fs::rename(&key, data.join("elsewhere")).unwrap();
        let found = check(&engine, (data, &Files::of(data)), &|| true).unwrap().findings;
        assert!(found[0].what.ends_with("is missing"), "{found:?}");
        assert!(found[0].cure.contains("Stop the server. To restore a backup"), "{found:?}");
        let said = folder::load_identity(&engine, data).map(drop).unwrap_err().to_string();
        let cure = found[0].cure.replace("Stop the server. ", "");
        assert_eq!(said, format!("{}. {cure}", found[0].what), "both say the same");
        std::fs::rename(data.join("elsewhere"), &key).unwrap();
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
