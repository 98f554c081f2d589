//! How old the server is: the time that it has run, in all its lives.
//!
//! Long spans are measured by it, since the wall clock may jump by years. It is kept with what is
//! written anyway, so the last minutes before a stop may be missing.

use std::cell::Cell;

use crate::clock::Moment;
use crate::store::{StoreError, Writes};

/// The age that was kept before this life, and in it.
#[derive(Default)]
pub(super) struct Age {
    before: Cell<Option<u64>>,
    kept: u64,
}

impl Age {
    /// The minutes now.
    pub(super) fn minutes(&self, rows: &Writes<'_>, now: Moment) -> Result<u64, StoreError> {
        Ok(self.seconds(rows, now)? / 60)
    }

    /// The seconds now; with each start up to a minute of them is lost.
    pub(super) fn seconds(&self, rows: &Writes<'_>, now: Moment) -> Result<u64, StoreError> {
        let before = match self.before.get() {
            Some(before) => before,
            None => rows.get_age()?,
        };
        self.before.set(Some(before));
        Ok(before.saturating_mul(60).saturating_add(now.uptime.as_secs()))
    }

    /// Keeps it when it changed, in a transaction that writes.
    pub(super) fn keep(&mut self, rows: &mut Writes<'_>, now: Moment) -> Result<(), StoreError> {
        if !rows.is_written() {
            return Ok(());
        }
        let minutes = self.minutes(rows, now)?;
        if minutes > self.kept {
            rows.put_age(minutes)?;
            self.kept = minutes;
        }
        Ok(())
    }
}
