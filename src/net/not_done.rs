//! Why a server did not do what its admin asked for: a code and its values, which whoever shows it
//! puts into words.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::refusal::codes;

codes!(
    /// What stood in the way.
    Cause {
        /// A setting takes a whole number from `min` to `max`.
        SettingRange = "setting_range",
        /// A setting takes one line of at most `max` bytes.
        SettingLine = "setting_line",
        /// A setting takes `min` characters or more, or none.
        SettingShort = "setting_short",
        /// A setting takes one of the `values`.
        SettingValues = "setting_values",
        /// A setting takes a day from `date`, which is today, on.
        SettingPast = "setting_past",
        /// There is no setting `name`.
        SettingUnknown = "setting_unknown",
        /// Registering by code needs a code first.
        NoCode = "no_code",
        /// The reason is no line of at most `max` characters.
        Reason = "reason",
        /// The text is empty, over `max` bytes, or has control characters.
        Text = "text",
        /// A ban takes from `min` to `max` minutes.
        Minutes = "minutes",
        /// There is no account `name`.
        NoAccount = "no_account",
        /// There is no room `name`.
        NoRoom = "no_room",
        /// `name` is not banned.
        NotBanned = "not_banned",
        /// A server runs on `folder` and does not answer.
        Silent = "silent",
        /// No server runs on `folder`, and that needs one.
        Stopped = "stopped",
        /// The server is closing.
        Closing = "closing",
        /// `folder` is another user's.
        FolderClosed = "folder_closed",
        /// `folder` has no server's data.
        NoStore = "no_store",
        /// `folder`, the store, is missing.
        StoreLost = "store_lost",
        /// `folder` is used by another program.
        Locked = "locked",
        /// The disk failed: `reason`.
        Disk = "disk",
        /// The disk is too full to write.
        DiskFull = "disk_full",
        /// The store is damaged.
        Damaged = "damaged",
        /// `folder` was written by a newer program.
        Newer = "newer",
        /// The server's key cannot be read, or is damaged.
        KeyDamaged = "key_damaged",
        /// The system gives no random bytes.
        Chance = "chance",
        /// A defect of the program.
        Defect = "defect",
        /// `folder` cannot be read or written: `reason`.
        File = "file",
        /// Too much waits already.
        Busy = "busy",
        /// A backup or a check is running already.
        BackupBusy = "backup_busy",
        /// `min` MiB are needed in `folder`, and `n` are free.
        BackupSpace = "backup_space",
        /// `folder` is there already.
        BackupExists = "backup_exists",
        /// `folder` is no folder.
        BackupFolder = "backup_folder",
        /// The picture or file `name` is missing.
        BackupMissing = "backup_missing",
        /// The picture or file `name` is damaged.
        BackupChanged = "backup_changed",
        /// The backup was written and cannot be read again, which is `within`.
        BackupUnproven = "backup_unproven",
        /// `folder` is no whole backup: `reason`.
        BackupDamaged = "backup_damaged",
        /// `folder` is not empty, and nothing is overwritten.
        Occupied = "occupied",
        /// A server is running on `folder`.
        Running = "running",
    }
);

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotDone {
    /// The sentence in English: for the admin tool, for the log, and for whoever does not know the code.
    pub why: String,
    /// What stood in the way.
    #[serde(default = "unknown")]
    pub code: Cause,
    /// What belongs into the sentence: names, paths, numbers.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// What it comes from, where that is a cause of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Box<NotDone>>,
}

/// What an older server leaves out.
fn unknown() -> Cause {
    Cause::Unknown
}

impl NotDone {
    /// A cause and its sentence.
    #[must_use]
    pub fn new(code: Cause, why: impl Into<String>) -> Self {
        NotDone { why: why.into(), code, values: BTreeMap::new(), within: None }
    }

    /// With a value more.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl fmt::Display) -> Self {
        self.values.insert(key.to_owned(), value.to_string());
        self
    }

    /// What was asked of a server that closes.
    #[must_use]
    pub fn closing() -> Self {
        NotDone::new(Cause::Closing, "the server is closing")
    }
}

impl fmt::Display for NotDone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}
