//! A line of the log on stderr as a JSON object, and an event of the event log in it: its name as a word, its
//! values as values.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::clock;
use crate::net::control::{LogEntry, LogEvent};

/// The field that holds an event's values, as the text of an object.
const VALUES: &str = "values";

/// What an event is called, and its values.
#[must_use]
pub fn named(event: &LogEvent) -> (String, Map<String, Value>) {
    let Ok(Value::Object(named)) = serde_json::to_value(event) else { return Default::default() };
    match named.into_iter().next() {
        Some((name, Value::Object(values))) => (name, values),
        Some((name, value)) => (name, Map::from_iter([(VALUES.to_owned(), value)])),
        None => Default::default(),
    }
}

/// A line of the event log for people: when, how serious, what.
#[must_use]
pub fn line(entry: &LogEntry, zone: &TimeZone) -> String {
    let at = Timestamp::from_millisecond(entry.at).unwrap_or_default();
    let at = at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let (name, values) = named(&entry.what);
    let kind = format!("{:?}", entry.kind).to_lowercase();
    let words = format!("{at} {kind:<5} {name}");
    values.iter().fold(words, |words, (key, value)| words + &format!(" {key}={value}"))
}

/// The same for programs.
#[must_use]
pub fn object(entry: &LogEntry) -> Value {
    let (name, mut values) = named(&entry.what);
    values.insert("event".to_owned(), name.into());
    values.insert("at".to_owned(), entry.at.into());
    values.insert("kind".to_owned(), format!("{:?}", entry.kind).to_lowercase().into());
    if let Some(session) = entry.session {
        values.insert("session".to_owned(), session.into());
    }
    Value::Object(values)
}

/// Writes each line of the log as an object.
pub struct Objects;

impl<S, N> FormatEvent<S, N> for Objects
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let at = Timestamp::from_millisecond(clock::wall_ms()).unwrap_or_default();
        let mut line = Line(Map::new());
        event.record(&mut line);
        line.0.insert("timestamp".to_owned(), format!("{at:.3}").into());
        line.0.insert("level".to_owned(), event.metadata().level().as_str().into());
        writeln!(writer, "{}", Value::Object(line.0))
    }
}

struct Line(Map<String, Value>);

impl Line {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Line {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        match serde_json::from_str::<Map<String, Value>>(&text) {
            Ok(values) if field.name() == VALUES => self.0.extend(values),
            _ => self.put(field, text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AccountId;

    #[test]
    fn an_event_has_a_word_for_its_name_and_values_of_their_kinds() {
        let (account, reason) = (AccountId(10_001), "signed out".to_owned());
        let (name, values) = named(&LogEvent::SignedOut { account, reason });
        assert_eq!(name, "signed_out");
        let expected = serde_json::json!({"account": 10_001, "reason": "signed out"});
        assert_eq!(Value::Object(values), expected);
        assert_eq!(named(&LogEvent::DiskFine {}), ("disk_fine".to_owned(), Map::new()));
    }

    #[test]
    fn a_kept_line_is_words_or_an_object() {
        let what = LogEvent::LeftOut { count: 7 };
        let kind = crate::net::control::LogKind::Warn;
        let entry = LogEntry { number: 1, at: 0, kind, session: Some(3), what, kept: true };
        assert_eq!(line(&entry, &TimeZone::UTC), "1970-01-01 00:00:00 warn  left_out count=7");
        let expected = serde_json::json!(
            {"at": 0, "kind": "warn", "session": 3, "event": "left_out", "count": 7}
        );
        assert_eq!(object(&entry), expected);
    }
}
