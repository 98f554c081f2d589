//! Moments in the words of people: clock today, then yesterday, weekday, date.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::ui::text::Language;

/// The days behind yesterday that a weekday names without doubt.
const WEEKDAY_DAYS_MAX: i32 = 6;

static TWELVE: AtomicBool = AtomicBool::new(false);

/// How the hours of a day are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Hours {
    /// From 0 to 23.
    #[default]
    TwentyFour,
    /// From 1 to 12, twice.
    Twelve,
}

/// Says times so from now on; the caller redraws the windows.
pub fn set_hours(hours: Hours) {
    TWELVE.store(hours == Hours::Twelve, Ordering::Relaxed);
}

fn hours() -> Hours {
    if TWELVE.load(Ordering::Relaxed) { Hours::Twelve } else { Hours::TwentyFour }
}

/// The time of a row in a list: `HH:MM` today, then yesterday, weekday, date.
#[must_use]
pub fn row_label(at_ms: i64, now_ms: i64, zone: &TimeZone, language: Language) -> String {
    let (at, today) = (zoned(at_ms, zone), zoned(now_ms, zone).date());
    match age_days(at.date(), today) {
        0 => clock(&at, language),
        1 => language.get("time.yesterday").to_owned(),
        2..=WEEKDAY_DAYS_MAX => weekday(at.weekday(), language).to_owned(),
        _ => date(at.date(), today, Width::Short, language),
    }
}

/// The time of a separator between messages: day and clock.
#[must_use]
pub fn separator_label(at_ms: i64, now_ms: i64, zone: &TimeZone, language: Language) -> String {
    let (at, today) = (zoned(at_ms, zone), zoned(now_ms, zone).date());
    let day = match age_days(at.date(), today) {
        0 => language.get("time.today").to_owned(),
        1 => language.get("time.yesterday").to_owned(),
        2..=WEEKDAY_DAYS_MAX => weekday(at.weekday(), language).to_owned(),
        _ => date(at.date(), today, Width::Long, language),
    };
    language.fill("time.join", &[("date", &day), ("time", &clock(&at, language))])
}

/// When something ends: the clock, and the day where that is not today.
#[must_use]
pub fn until_label(at_ms: i64, now_ms: i64, zone: &TimeZone, language: Language) -> String {
    match zoned(at_ms, zone).date() == zoned(now_ms, zone).date() {
        true => clock(&zoned(at_ms, zone), language),
        false => separator_label(at_ms, now_ms, zone, language),
    }
}

/// The exact time of a message, for a tooltip: date and clock with seconds.
#[must_use]
pub fn exact_label(at_ms: i64, zone: &TimeZone, language: Language) -> String {
    let at = zoned(at_ms, zone);
    let day = date(at.date(), Date::MIN, Width::Long, language);
    let clock = clock_in(hours(), &at, true, language);
    language.fill("time.join", &[("date", &day), ("time", &clock)])
}

/// A day and its weekday, with its year where that is not this one.
#[must_use]
pub fn weekday_label(at_ms: i64, now_ms: i64, zone: &TimeZone, language: Language) -> String {
    let (at, today) = (zoned(at_ms, zone), zoned(now_ms, zone).date());
    let day = date(at.date(), today, Width::Long, language);
    language.fill("time.join", &[("date", &day), ("time", weekday(at.weekday(), language))])
}

/// The clock with seconds.
#[must_use]
pub fn clock_label(at_ms: i64, zone: &TimeZone, language: Language) -> String {
    clock_in(hours(), &zoned(at_ms, zone), true, language)
}

/// The time of a hit: day and clock within the last days, then the date.
#[must_use]
pub fn hit_label(at_ms: i64, now_ms: i64, zone: &TimeZone, language: Language) -> String {
    let (at, today) = (zoned(at_ms, zone), zoned(now_ms, zone).date());
    match age_days(at.date(), today) {
        0..=WEEKDAY_DAYS_MAX => separator_label(at_ms, now_ms, zone, language),
        _ => date(at.date(), today, Width::Long, language),
    }
}

/// A day, with its year where that is not this one.
#[must_use]
pub fn day_label(at_ms: i64, now_ms: i64, zone: &TimeZone, language: Language) -> String {
    date(zoned(at_ms, zone).date(), zoned(now_ms, zone).date(), Width::Long, language)
}

/// The head over what was on a day: today, yesterday, else the date with its weekday.
#[must_use]
pub fn day_head(at_ms: i64, now_ms: i64, zone: &TimeZone, language: Language) -> String {
    match age_days(zoned(at_ms, zone).date(), zoned(now_ms, zone).date()) {
        0 => language.get("time.today").to_owned(),
        1 => language.get("time.yesterday").to_owned(),
        _ => weekday_label(at_ms, now_ms, zone, language),
    }
}

/// The clock without seconds.
#[must_use]
pub fn minute_label(at_ms: i64, zone: &TimeZone, language: Language) -> String {
    clock(&zoned(at_ms, zone), language)
}

/// Which minute of the day it is.
#[must_use]
pub fn minute_of_day(at_ms: i64, zone: &TimeZone) -> u16 {
    let at = zoned(at_ms, zone);
    // Neither is negative, and both are small.
    u16::try_from(i32::from(at.hour()) * 60 + i32::from(at.minute())).unwrap_or(0)
}

/// The day of a moment.
#[must_use]
pub fn day(at_ms: i64, zone: &TimeZone) -> Date {
    zoned(at_ms, zone).date()
}

/// How much room a date has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    Short,
    Long,
}

fn zoned(at_ms: i64, zone: &TimeZone) -> Zoned {
    let clamped =
        at_ms.clamp(Timestamp::MIN.as_millisecond() + 1, Timestamp::MAX.as_millisecond() - 1);
    Timestamp::from_millisecond(clamped).unwrap_or_default().to_zoned(zone.clone())
}

/// How many days ago; zero also for what a wrong clock puts into the future of today.
fn age_days(day: Date, today: Date) -> i32 {
    (today - day).get_days().max(if day > today { i32::MAX } else { 0 })
}

fn clock(at: &Zoned, language: Language) -> String {
    clock_in(hours(), at, false, language)
}

fn clock_in(hours: Hours, at: &Zoned, seconds: bool, language: Language) -> String {
    let rest = match seconds {
        true => format!("{:02}:{:02}", at.minute(), at.second()),
        false => format!("{:02}", at.minute()),
    };
    let hour = at.hour();
    if hours == Hours::TwentyFour {
        return format!("{hour:02}:{rest}");
    }
    let half = language.get(if hour < 12 { "time.am" } else { "time.pm" });
    let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
    language.fill("time.half", &[("clock", &format!("{hour}:{rest}")), ("half", half)])
}

fn date(day: Date, today: Date, width: Width, language: Language) -> String {
    let key = match (width, day.year() == today.year()) {
        (Width::Short, true) => "time.date.short",
        (Width::Short, false) => "time.date.short.year",
        (Width::Long, true) => "time.date",
        (Width::Long, false) => "time.date.year",
    };
    let month = language.get(MONTHS[usize::try_from(day.month() - 1).unwrap_or(0) % 12]);
    language.fill(
        key,
        &[("year", &day.year().to_string()), ("month", month), ("day", &day.day().to_string())],
    )
}

const MONTHS: [&str; 12] = [
    "time.month.1",
    "time.month.2",
    "time.month.3",
    "time.month.4",
    "time.month.5",
    "time.month.6",
    "time.month.7",
    "time.month.8",
    "time.month.9",
    "time.month.10",
    "time.month.11",
    "time.month.12",
];

fn weekday(day: Weekday, language: Language) -> &'static str {
    language.get(match day {
        Weekday::Monday => "time.monday",
        Weekday::Tuesday => "time.tuesday",
        Weekday::Wednesday => "time.wednesday",
        Weekday::Thursday => "time.thursday",
        Weekday::Friday => "time.friday",
        Weekday::Saturday => "time.saturday",
        Weekday::Sunday => "time.sunday",
    })
}

#[cfg(test)]
mod tests {
    use jiff::tz;

    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn rows_say_the_clock_then_the_day_then_the_date() {
        let zone = TimeZone::fixed(tz::offset(8));
        // A Friday, 14:32 in Shanghai.
        let now = at("2026-11-20T06:32:00Z");
        let cases = [
            ("2026-11-20T06:31:00Z", "14:31", "14:31"),
            ("2026-11-19T16:00:00Z", "00:00", "00:00"),
            ("2026-11-19T15:59:59Z", "昨天", "Yesterday"),
            ("2026-11-18T15:59:59Z", "星期三", "Wed"),
            ("2026-11-14T04:00:00Z", "星期六", "Sat"),
            ("2026-11-13T04:00:00Z", "11/13", "13 Nov"),
            ("2025-12-31T04:00:00Z", "2025/12/31", "31 Dec 2025"),
            ("2026-11-21T04:00:00Z", "11/21", "21 Nov"),
        ];
        for (moment, chinese, english) in cases {
            let label = |language| row_label(at(moment), now, &zone, language);
            assert_eq!(label(Language::Chinese), chinese, "{moment}");
            assert_eq!(label(Language::English), english, "{moment}");
        }
    }

    #[test]
    fn separators_say_day_and_clock() {
        let zone = TimeZone::fixed(tz::offset(8));
        let now = at("2026-11-20T06:32:00Z");
        let cases = [
            ("2026-11-20T06:12:00Z", "今天 14:12", "Today 14:12"),
            ("2026-11-19T13:46:00Z", "昨天 21:46", "Yesterday 21:46"),
            ("2026-09-02T04:00:00Z", "9 月 2 日 12:00", "2 Sep 12:00"),
            ("2025-09-02T04:00:00Z", "2025 年 9 月 2 日 12:00", "2 Sep 2025 12:00"),
        ];
        for (moment, chinese, english) in cases {
            let label = |language| separator_label(at(moment), now, &zone, language);
            assert_eq!(label(Language::Chinese), chinese, "{moment}");
            assert_eq!(label(Language::English), english, "{moment}");
        }
    }

    #[test]
    fn an_end_has_its_day_unless_it_is_today() {
        let now = at("2026-11-20T06:32:00Z");
        let label = |moment| until_label(at(moment), now, &TimeZone::UTC, Language::English);
        assert_eq!(label("2026-11-20T14:12:00Z"), "14:12");
        assert_eq!(label("2026-11-21T04:00:00Z"), "21 Nov 04:00");
    }

    #[test]
    fn a_day_has_twice_twelve_hours_or_twenty_four() {
        let cases = [
            ("2026-11-20T00:05:09Z", "00:05", "上午 12:05", "12:05 AM", "12:05:09 AM"),
            ("2026-11-20T09:05:09Z", "09:05", "上午 9:05", "9:05 AM", "9:05:09 AM"),
            ("2026-11-20T12:00:00Z", "12:00", "下午 12:00", "12:00 PM", "12:00:00 PM"),
            ("2026-11-20T23:59:59Z", "23:59", "下午 11:59", "11:59 PM", "11:59:59 PM"),
        ];
        for (moment, whole, chinese, english, exact) in cases {
            let at = zoned(at(moment), &TimeZone::UTC);
            let said = |hours, seconds, language| clock_in(hours, &at, seconds, language);
            assert_eq!(said(Hours::TwentyFour, false, Language::English), whole);
            assert_eq!(said(Hours::Twelve, false, Language::Chinese), chinese);
            assert_eq!(said(Hours::Twelve, false, Language::English), english);
            assert_eq!(said(Hours::Twelve, true, Language::English), exact);
        }
    }

    #[test]
    fn any_number_is_a_moment() {
        for wild in [i64::MIN, -1, 0, i64::MAX] {
            assert!(!row_label(wild, 0, &TimeZone::UTC, Language::English).is_empty());
            assert!(!exact_label(wild, &TimeZone::UTC, Language::English).is_empty());
        }
    }
}
