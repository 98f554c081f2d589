//! How old the server is: the time that it has run, in all its lives.
//!
//! Long spans are measured by it, since the wall clock may jump by years. It is kept with what is
//! written anyway, so the last hour before a crash may be missing.

use crate::clock::Moment;
use crate::store::{StoreError, Writes};

/// It is kept again after so many minutes.
const KEEP_EVERY_MIN: u64 = 60;

/// The age that was kept before this life, and in it.
#[derive(Default)]
pub(super) struct Age {
    before: Option<u64>,
    kept: u64,
}

impl Age {
    /// The minutes now.
    pub(super) fn minutes(&mut self, rows: &Writes<'_>, now: Moment) -> Result<u64, StoreError> {
        let before = match self.before {
            Some(before) => before,
            None => *self.before.insert(rows.get_age()?),
        };
        Ok(before + now.uptime.as_secs() / 60)
    }

    /// Keeps it now and then, in a transaction that writes.
    pub(super) fn keep(&mut self, rows: &mut Writes<'_>, now: Moment) -> Result<(), StoreError> {
        if !rows.is_written() {
            return Ok(());
        }
        let minutes = self.minutes(rows, now)?;
        if minutes >= self.kept + KEEP_EVERY_MIN {
            rows.put_age(minutes)?;
            self.kept = minutes;
        }
        Ok(())
    }
}
