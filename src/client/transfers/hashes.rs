//! What was hashed of files that are sent, kept from one try to the next: read again is only what may have
//! changed.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::sync::{Mutex, PoisonError};

use crate::client::api::TransferId;
use crate::domain::Outline;

/// Files whose values are kept; of others all is hashed again.
const KNOWN_MAX: usize = 32;

/// The values of files whose tries were cut.
#[derive(Default)]
pub(super) struct Hashes(Mutex<BTreeMap<TransferId, Known>>);

/// What is known of one source.
pub(super) struct Known {
    print: Print,
    /// Its own values.
    pub(super) outline: Outline,
    /// The server was told that what it has is something else.
    pub(super) is_denied: bool,
}

/// What changes when the file does, or another one takes its name.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Print {
    bytes: u64,
    modified: Option<std::time::SystemTime>,
    identity: [u64; 4],
}

impl Print {
    #[cfg(unix)]
    pub(super) fn of(seen: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        let changed = [seen.ctime(), seen.ctime_nsec()].map(i64::cast_unsigned);
        let identity = [seen.dev(), seen.ino(), changed[0], changed[1]];
        Print { bytes: seen.len(), modified: seen.modified().ok(), identity }
    }

    #[cfg(windows)]
    pub(super) fn of(seen: &Metadata) -> Self {
        use std::os::windows::fs::MetadataExt;
        let identity = [seen.creation_time(), seen.last_write_time(), 0, 0];
        Print { bytes: seen.len(), modified: seen.modified().ok(), identity }
    }
}

impl Hashes {
    /// What is known of a source that looks like this; nothing where it looked otherwise.
    pub(super) fn take(&self, id: TransferId, print: Print, bytes: u64) -> Known {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        match known {
            Some(known) if known.print == print => known,
            Some(Known { is_denied, .. }) => {
                Known { print, outline: Outline::new(bytes), is_denied }
            }
            None => Known { print, outline: Outline::new(bytes), is_denied: false },
        }
    }

    /// Keeps it for the next try.
    pub(super) fn put(&self, id: TransferId, known: Known) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= KNOWN_MAX {
            all.pop_first();
        }
        all.insert(id, known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Nonce;

    #[test]
    fn what_was_hashed_counts_while_the_file_is_the_same_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "abc").unwrap();
        let print = || Print::of(&std::fs::metadata(&path).unwrap());
        let (hashes, id) = (Hashes::default(), TransferId(Nonce([1; 16])));
        let mut known = hashes.take(id, print(), 3);
        known.outline.push([7; 32]);
        hashes.put(id, known);
        let known = hashes.take(id, print(), 3);
        assert_eq!(known.outline.len(), 1);
        hashes.put(id, known);
        let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
        std::fs::rename(&path, folder.path().join("b")).unwrap();
        std::fs::write(&path, "xyz").unwrap();
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
        assert_eq!(hashes.take(id, print(), 3).outline.len(), 0, "another file of that name");
    }
}
