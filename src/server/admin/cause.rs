//! Why a verb was not done, as a code and values; each error says its own.

use super::{AdminError, BackupError, StoreError};
use crate::limits::{BAN_MINUTES_MAX, SettingError};
use crate::net::verb::{Cause, NotDone};

impl AdminError {
    /// The same for the wire and for windows.
    #[must_use]
    pub fn not_done(&self) -> NotDone {
        use AdminError as E;
        let of = |code| NotDone::new(code, self.to_string());
        match self {
            E::Silent { folder, .. } => of(Cause::Silent).with("folder", folder),
            E::Stopped(folder) => of(Cause::Stopped).with("folder", folder),
            E::Refused(not_done) => not_done.clone(),
            E::NoStore(folder) => of(Cause::NoStore).with("folder", folder),
            E::StoreMissing { path, .. } => of(Cause::StoreLost).with("folder", path.display()),
            E::NoCode => of(Cause::NoCode),
            E::Closed { folder, .. } => of(Cause::FolderClosed).with("folder", folder),
            E::Chance => of(Cause::Chance),
            E::Store(error) | E::Broken { error, .. } => of_store(error, self.to_string()),
            E::Backup(error) => of_backup(error),
            E::Setting(error) => of_setting(error),
            E::NoAccount(name) => of(Cause::NoAccount).with("name", name),
            E::NoRoom(room) => of(Cause::NoRoom).with("name", room),
            E::NoBan(name) => of(Cause::NotBanned).with("name", name),
            E::Words(max) => of(Cause::Reason).with("max", max),
            E::Text(max) => of(Cause::Text).with("max", max),
            E::Minutes => of(Cause::Minutes).with("min", 1).with("max", BAN_MINUTES_MAX),
        }
    }
}

impl From<AdminError> for NotDone {
    fn from(error: AdminError) -> Self {
        error.not_done()
    }
}

impl From<&BackupError> for NotDone {
    fn from(error: &BackupError) -> Self {
        of_backup(error)
    }
}

fn of_setting(error: &SettingError) -> NotDone {
    let of = |code| NotDone::new(code, error.to_string());
    match error {
        SettingError::Key(key) => of(Cause::SettingUnknown).with("name", key),
        SettingError::OneOf { values, .. } => of(Cause::SettingValues).with("values", values),
        SettingError::Past { today, .. } => of(Cause::SettingPast).with("date", today),
        SettingError::Short { chars_min, .. } => of(Cause::SettingShort).with("min", chars_min),
        SettingError::Text { bytes_max, .. } => of(Cause::SettingLine).with("max", bytes_max),
        SettingError::Range { min, max, .. } => {
            of(Cause::SettingRange).with("min", min).with("max", max)
        }
    }
}

fn of_store(error: &StoreError, why: String) -> NotDone {
    let of = |code| NotDone::new(code, why);
    match error {
        StoreError::Locked(folder) => of(Cause::Locked).with("folder", folder.display()),
        StoreError::Folder { path, error, .. } => {
            of(Cause::File).with("folder", path.display()).with("reason", error)
        }
        StoreError::Newer { path, .. } => of(Cause::Newer).with("folder", path.display()),
        StoreError::Damaged { .. } => of(Cause::Damaged),
        StoreError::Storage(reason) => of(Cause::Disk).with("reason", reason),
    }
}

fn of_backup(error: &BackupError) -> NotDone {
    use BackupError as E;
    let of = |code| NotDone::new(code, error.to_string());
    match error {
        E::Busy => of(Cause::BackupBusy),
        E::Stopped => of(Cause::Closing),
        E::Space { folder, need, free } => {
            let of = of(Cause::BackupSpace).with("folder", folder.display());
            of.with("min", need).with("n", free)
        }
        E::Exists(path) => of(Cause::BackupExists).with("folder", path.display()),
        E::NoFolder(path) => of(Cause::BackupFolder).with("folder", path.display()),
        E::Missing(blob) => of(Cause::BackupMissing).with("name", blob),
        E::Changed(blob) => of(Cause::BackupChanged).with("name", blob),
        E::Unproven(within) => {
            NotDone { within: Some(Box::new(of_backup(within))), ..of(Cause::BackupUnproven) }
        }
        E::Damaged { path, why } => {
            of(Cause::BackupDamaged).with("folder", path.display()).with("reason", why)
        }
        E::Newer { path, .. } => of(Cause::Newer).with("folder", path.display()),
        E::Occupied(folder) => of(Cause::Occupied).with("folder", folder.display()),
        E::Running(folder) => of(Cause::Running).with("folder", folder.display()),
        E::Key(_) => of(Cause::KeyDamaged),
        E::Store(store) => of_store(store, error.to_string()),
        E::File { path, error, .. } => {
            of(Cause::File).with("folder", path.display()).with("reason", error)
        }
        E::Defect => of(Cause::Defect),
    }
}
