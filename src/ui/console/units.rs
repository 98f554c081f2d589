//! Numbers in the words of people: how long, how much, at what time.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::ui::text::Language;

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

/// `9204` → `9,204`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count of bytes a second in three digits: `0 B/s`, `940 B/s`, `1.8 MB/s`.
#[must_use]
pub fn rate(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB/s", "MB/s", "GB/s", "TB/s"];
    if bytes < 1_000 {
        return format!("{bytes} B/s");
    }
    // In tenths of the unit, so that no float is rounded twice.
    let (mut tenths, mut unit) = (bytes / 100, 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1_000;
        unit += 1;
    }
    match tenths {
        0..1_000 => format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit]),
        _ => format!("{} {}", tenths / 10, UNITS[unit]),
    }
}

/// A count of bytes in three digits: `940 B`, `1.8 MB`, `128 MB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    rate(bytes).trim_end_matches("/s").to_owned()
}

/// How long something took: `3.9 s`, and from a minute on as a duration.
#[must_use]
pub fn span(ms: u64, language: Language) -> String {
    match ms {
        0..MINUTE_MS => {
            let seconds = format!("{}.{}", ms / 1_000, ms % 1_000 / 100);
            language.fill("con.time.seconds", &[("n", &seconds)])
        }
        _ => duration(ms, language),
    }
}

/// How long something has run: the two largest units that say something.
#[must_use]
pub fn duration(ms: u64, language: Language) -> String {
    let number = |value: u64| value.to_string();
    let (days, hours) = (ms / DAY_MS, ms % DAY_MS / HOUR_MS);
    let (minutes, seconds) = (ms % HOUR_MS / MINUTE_MS, ms % MINUTE_MS / 1_000);
    let (key, values): (_, [(&str, String); 2]) = match (days, hours, minutes) {
        (1, ..) => ("con.time.day", [("n", number(days)), ("h", number(hours))]),
        (2.., ..) => ("con.time.days", [("n", number(days)), ("h", number(hours))]),
        (_, 1.., _) => ("con.time.hours", [("n", number(hours)), ("m", number(minutes))]),
        (_, _, 1..) => ("con.time.minutes", [("n", number(minutes)), ("s", number(seconds))]),
        _ => ("con.time.seconds", [("n", number(seconds)), ("", String::new())]),
    };
    let values = [(values[0].0, &*values[0].1), (values[1].0, &*values[1].1)];
    language.fill(key, &values)
}

/// A span that was chosen, in its largest whole unit: `7 days`, `90 min`.
#[must_use]
pub fn minutes(minutes: u64, language: Language) -> String {
    let (key, n) = match minutes {
        n if n > 0 && n.is_multiple_of(24 * 60) => ("con.span.days", n / (24 * 60)),
        n if n > 0 && n.is_multiple_of(60) => ("con.span.hours", n / 60),
        n => ("con.span.minutes", n),
    };
    language.fill(key, &[("n", &n.to_string())])
}

/// The day on which a moment is, as programs write it.
#[must_use]
pub fn day(at_ms: i64, zone: &TimeZone) -> String {
    zoned(at_ms, zone).date().to_string()
}

/// A moment to the second.
#[must_use]
pub fn exact_time(at_ms: i64, zone: &TimeZone) -> String {
    zoned(at_ms, zone).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// How long nobody did anything: nothing worth a word within the first minute.
#[must_use]
pub fn idle(ms: u64, language: Language) -> String {
    let (key, number) = match ms {
        0..MINUTE_MS => return language.get("con.idle.none").to_owned(),
        MINUTE_MS..HOUR_MS => ("con.idle.minutes", ms / MINUTE_MS),
        HOUR_MS..DAY_MS => ("con.idle.hours", ms / HOUR_MS),
        _ => ("con.idle.days", ms / DAY_MS),
    };
    language.fill(key, &[("n", &number.to_string())])
}

/// A client as people call it: our own program needs no name.
#[must_use]
pub fn client(text: &str) -> &str {
    text.strip_prefix("mychat ").unwrap_or(text)
}

/// The time of a line of the log: the clock today, the day before that. Ends up in equally wide
/// letters, so that lines stand under each other.
#[must_use]
pub fn log_time(at_ms: i64, now_ms: i64, zone: &TimeZone) -> String {
    let (at, now) = (zoned(at_ms, zone), zoned(now_ms, zone));
    match at.date() == now.date() {
        true => format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second()),
        false => {
            format!("{:02}-{:02} {:02}:{:02}", at.month(), at.day(), at.hour(), at.minute())
        }
    }
}

/// When something was, to the minute: today, yesterday, or the date.
#[must_use]
pub fn day_time(at_ms: i64, now_ms: i64, zone: &TimeZone, language: Language) -> String {
    let (at, now) = (zoned(at_ms, zone), zoned(now_ms, zone));
    let time = format!("{:02}:{:02}", at.hour(), at.minute());
    let is_yesterday = now.date().yesterday().is_ok_and(|yesterday| at.date() == yesterday);
    match (at.date() == now.date(), is_yesterday) {
        (true, _) => language.fill("con.backup.today", &[("time", &time)]),
        (_, true) => language.fill("con.backup.yesterday", &[("time", &time)]),
        _ if at.year() == now.year() => format!("{:02}-{:02} {time}", at.month(), at.day()),
        _ => at.date().to_string(),
    }
}

fn zoned(ms: i64, zone: &TimeZone) -> Zoned {
    Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(zone.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (9_204, "9,204"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn rates_have_two_or_three_digits() {
        let cases = [
            (0, "0 B/s"),
            (999, "999 B/s"),
            (1_000, "1.0 KB/s"),
            (99_949, "99.9 KB/s"),
            (100_000, "100 KB/s"),
            (999_999, "999 KB/s"),
            (1_000_000, "1.0 MB/s"),
            (1_849_000, "1.8 MB/s"),
            (u64::MAX, "18446744 TB/s"),
        ];
        for (bytes, text) in cases {
            assert_eq!(rate(bytes), text, "{bytes}");
        }
    }

    #[test]
    fn durations_say_their_two_largest_units() {
        let cases = [
            (59_999, "59 秒", "59 s"),
            (61_000, "1 分 1 秒", "1 min 1 s"),
            (HOUR_MS, "1 小时 0 分", "1 h 0 min"),
            (DAY_MS + HOUR_MS, "1 天 1 小时", "1 day 1 h"),
            (3 * DAY_MS + 4 * HOUR_MS, "3 天 4 小时", "3 days 4 h"),
        ];
        for (ms, chinese, english) in cases {
            assert_eq!(duration(ms, Language::Chinese), chinese);
            assert_eq!(duration(ms, Language::English), english);
        }
        assert_eq!(span(3_950, Language::English), "3.9 s");
        assert_eq!(span(61_000, Language::Chinese), "1 分 1 秒");
        assert_eq!((size(940), size(128_000_000)), ("940 B".to_owned(), "128 MB".to_owned()));
        assert_eq!(minutes(7 * 24 * 60, Language::Chinese), "7 天");
        assert_eq!(minutes(60, Language::Chinese), "1 小时");
        assert_eq!(minutes(90, Language::Chinese), "90 分钟");
        assert_eq!(idle(59_000, Language::English), "-");
        assert_eq!(idle(21 * MINUTE_MS, Language::Chinese), "21 分");
        assert_eq!(idle(26 * HOUR_MS, Language::English), "1 d");
    }

    #[test]
    fn lines_of_the_log_say_the_clock_and_on_other_days_the_date() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        let now = at("2026-11-20T06:32:07Z");
        let zone = TimeZone::UTC;
        assert_eq!(log_time(now, now, &zone), "06:32:07");
        assert_eq!(log_time(at("2026-11-19T23:59:59Z"), now, &zone), "11-19 23:59");
        assert!(!log_time(i64::MAX, now, &zone).is_empty());
        let day_time = |text| day_time(at(text), now, &zone, Language::English);
        assert_eq!(day_time("2026-11-20T03:00:00Z"), "today 03:00");
        assert_eq!(day_time("2026-11-19T23:59:00Z"), "yesterday 23:59");
        assert_eq!(day_time("2026-01-02T03:00:00Z"), "01-02 03:00");
        assert_eq!(day_time("2025-11-20T03:00:00Z"), "2025-11-20");
    }
}
