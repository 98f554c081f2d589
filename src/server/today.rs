//! How many messages there were since midnight, by the clock and the zone of the server's computer.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::job::Outcome;
use crate::store::StoreError;
use crate::store::rows::{Mode, Rows};

/// The count of one day; it begins anew with another.
#[derive(Default)]
pub struct Today(Mutex<(Option<Date>, u64)>);

impl Today {
    /// Counts what is there of today already.
    ///
    /// # Errors
    /// The disk failed.
    pub fn begin<M: Mode>(&self, rows: &Rows<M>, now_ms: i64) -> Result<(), StoreError> {
        let Some(today) = date(now_ms) else { return Ok(()) };
        let midnight = today.to_zoned(TimeZone::system());
        let midnight = midnight.map_or(now_ms, |midnight| midnight.timestamp().as_millisecond());
        let count = rows.count_said_since(midnight)?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (Some(today), count);
        Ok(())
    }

    /// Some more were said.
    pub fn add(&self, count: u64, now_ms: i64) {
        self.at(now_ms, |today| *today += count);
    }

    /// How many there were.
    #[must_use]
    pub fn count(&self, now_ms: i64) -> u64 {
        self.at(now_ms, |today| *today)
    }

    fn at<T>(&self, now_ms: i64, act: impl FnOnce(&mut u64) -> T) -> T {
        let mut day = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let today = date(now_ms);
        if day.0 != today {
            *day = (today, 0);
        }
        act(&mut day.1)
    }
}

/// How many messages of people took their place.
#[must_use]
pub fn count_said(outcomes: &[Outcome]) -> u64 {
    let said = outcomes.iter().filter(|outcome| match outcome.rest() {
        Outcome::Appended { message, .. } => message.body.is_said(),
        _ => false,
    });
    said.count() as u64
}

fn date(now_ms: i64) -> Option<Date> {
    let now = Timestamp::from_millisecond(now_ms).ok()?;
    Some(now.to_zoned(TimeZone::system()).date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_ends_with_its_day() {
        let (today, day) = (Today::default(), 24 * 3_600_000);
        today.add(3, 10 * day);
        today.add(2, 10 * day);
        assert_eq!(today.count(10 * day), 5);
        assert_eq!(today.count(11 * day), 0);
        today.add(1, 11 * day);
        assert_eq!(today.count(11 * day), 1);
    }
}
