//! Bytes and spans of time in words.

use crate::ui::text::Language;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// The unit that an amount is told in.
fn unit(bytes: u64) -> (u64, &'static str) {
    match bytes {
        // What would be told as 1024 of the smaller one is one of the larger one.
        bytes if bytes >= GIB - MIB / 2 => (GIB, "GB"),
        bytes if bytes >= MIB - KIB / 2 => (MIB, "MB"),
        bytes if bytes >= KIB => (KIB, "KB"),
        _ => (1, "B"),
    }
}

/// A number in a unit: three digits, as many as anybody reads.
fn number(bytes: u64, unit: u64) -> String {
    if unit <= KIB {
        return (bytes.saturating_add(unit / 2) / unit).to_string();
    }
    let tenths = bytes.saturating_mul(10).saturating_add(unit / 2) / unit;
    match tenths {
        1000.. => (bytes.saturating_add(unit / 2) / unit).to_string(),
        // A whole number needs no more.
        _ if tenths.is_multiple_of(10) => (tenths / 10).to_string(),
        _ => format!("{}.{}", tenths / 10, tenths % 10),
    }
}

/// "86.4 MB"
#[must_use]
pub fn bytes(amount: u64) -> String {
    let (unit, name) = unit(amount);
    format!("{} {name}", number(amount, unit))
}

/// "412 / 640 MB": how much of how much, in the unit of all of it.
#[must_use]
pub fn part(done: u64, all: u64) -> String {
    let (unit, name) = unit(all);
    format!("{} / {} {name}", number(done, unit), number(all, unit))
}

/// "5.2 MB/s"
#[must_use]
pub fn speed(bytes_a_second: u64) -> String {
    format!("{}/s", bytes(bytes_a_second))
}

/// How long the rest takes at a speed; nothing where nobody can say.
#[must_use]
pub fn left(rest: u64, bytes_a_second: u64, language: Language) -> Option<String> {
    let seconds = rest.checked_add(bytes_a_second.checked_sub(1)?)? / bytes_a_second;
    let (key, n) = match seconds {
        ..60 => ("file.left.seconds", seconds.max(1)),
        60..3_600 => ("file.left.minutes", seconds.div_ceil(60)),
        3_600..360_000 => ("file.left.hours", seconds.div_ceil(3_600)),
        _ => return None,
    };
    Some(language.fill(key, &[("n", &n.to_string())]))
}

/// How long something stays that goes at a moment.
#[must_use]
pub fn stay(until_ms: i64, now_ms: i64, language: Language) -> String {
    let left = u64::try_from(until_ms.saturating_sub(now_ms)).unwrap_or(0);
    let (key, n) = match left.div_ceil(3_600_000) {
        ..2 => return language.get("files.stay.soon").to_owned(),
        hours @ 2..48 => ("files.stay.hours", hours),
        hours => ("files.stay.days", hours.div_ceil(24)),
    };
    language.fill(key, &[("n", &n.to_string())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_three_digits() {
        let cases = [
            (0, "0 B"),
            (1023, "1023 B"),
            (KIB, "1 KB"),
            (253_952, "248 KB"),
            (MIB - 1, "1 MB"),
            (90_596_966, "86.4 MB"),
            (640 * MIB, "640 MB"),
            (GIB - 1, "1 GB"),
            (20 * GIB, "20 GB"),
            (u64::MAX, "17179869183 GB"),
        ];
        for (amount, expected) in cases {
            assert_eq!(bytes(amount), expected);
        }
        assert_eq!(part(412 * MIB, 640 * MIB), "412 / 640 MB");
        assert_eq!(part(3_250_586, 13_421_773), "3.1 / 12.8 MB");
        assert_eq!(speed(5_452_595), "5.2 MB/s");
    }

    #[test]
    fn the_rest_is_said_as_long_as_anybody_can_say() {
        let said = |rest, speed| left(rest, speed, Language::Chinese);
        assert_eq!(said(440, 10).as_deref(), Some("剩余 44 秒"));
        assert_eq!(said(0, 10).as_deref(), Some("剩余 1 秒"));
        assert_eq!(said(601, 10).as_deref(), Some("剩余 2 分钟"));
        assert_eq!(said(72_000, 10).as_deref(), Some("剩余 2 小时"));
        assert_eq!((said(1, 0), said(u64::MAX, 10)), (None, None));
    }
}
