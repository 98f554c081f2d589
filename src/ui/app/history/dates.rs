//! Days and months in the person's zone, where a day may have 23 or 25 hours.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Which days are searched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dates {
    /// All.
    #[default]
    All,
    /// Today and the six days before it.
    Week,
    /// Today and the 29 days before it.
    Month,
    /// This year.
    Year,
    /// One day.
    Day(Date),
}

impl Dates {
    /// From which moment on, and before which one.
    #[must_use]
    pub fn bounds(self, today: Date, zone: &TimeZone) -> (Option<i64>, Option<i64>) {
        let since = |date: Date| (Some(midnight(date, zone)), None);
        match self {
            Dates::All => (None, None),
            Dates::Week => since(today.saturating_sub(6.days())),
            Dates::Month => since(today.saturating_sub(29.days())),
            Dates::Year => since(today.first_of_year()),
            Dates::Day(day) => {
                let next = day.saturating_add(1.day());
                (Some(midnight(day, zone)), Some(midnight(next, zone)))
            }
        }
    }
}

/// When a day begins.
#[must_use]
pub fn midnight(date: Date, zone: &TimeZone) -> i64 {
    date.to_zoned(zone.clone()).map_or(0, |at| at.timestamp().as_millisecond())
}

/// The day of a moment.
#[must_use]
pub fn day_of(at_ms: i64, zone: &TimeZone) -> Date {
    Timestamp::from_millisecond(at_ms).unwrap_or_default().to_zoned(zone.clone()).date()
}

/// When each day of a month begins, and the one after it.
#[must_use]
pub fn starts(month: Date, zone: &TimeZone) -> Vec<i64> {
    let first = month.first_of_month();
    let days = i64::from(first.days_in_month());
    (0..=days).map(|day| midnight(first.saturating_add(day.days()), zone)).collect()
}

/// A month so many months later, by its first day.
#[must_use]
pub fn later(month: Date, months: i32) -> Date {
    month.first_of_month().saturating_add(months.months())
}

/// The columns before the first day of a month, in weeks that begin on Monday.
#[must_use]
pub fn columns_before(month: Date) -> i32 {
    i32::from(month.first_of_month().weekday().since(Weekday::Monday))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn every_moment_is_in_the_day_that_its_zone_says() {
        for name in ["America/New_York", "Asia/Shanghai", "America/Sao_Paulo", "Pacific/Apia"] {
            let zone = TimeZone::get(name).unwrap();
            for month in [date(2026, 11, 1), date(2026, 3, 1), date(2018, 11, 1), date(2011, 12, 1)]
            {
                let starts = starts(month, &zone);
                assert!(starts.is_sorted(), "{name} {month}");
                let (first, last) = (starts[0], starts[starts.len() - 1]);
                // Every half hour and the edges.
                let moments = (first..last).step_by(1_800_000);
                for at in moments.chain(starts.iter().flat_map(|at| [at - 1, *at])) {
                    let index = starts.partition_point(|start| *start <= at);
                    let day = day_of(at, &zone);
                    if (first..last).contains(&at) {
                        assert_eq!(i8::try_from(index).unwrap(), day.day(), "{name} {at}");
                    } else {
                        assert_ne!(day.first_of_month(), month, "{name} {at}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_month_begins_in_the_column_of_its_weekday() {
        assert_eq!(columns_before(date(2026, 11, 13)), 6);
        assert_eq!(columns_before(date(2026, 6, 1)), 0);
        assert_eq!(later(date(2026, 11, 30), 3), date(2027, 2, 1));
        assert_eq!(later(date(2026, 3, 31), -1), date(2026, 2, 1));
    }
}
