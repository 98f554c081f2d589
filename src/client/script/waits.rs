//! `wait`: one event that has all the given fields, of those that come and the last ones before.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::Value;

/// Events that are kept for a later `wait`; the oldest ones are forgotten.
const KEPT_MAX: usize = 1024;
/// How long a `wait` waits when nobody says.
const TIMEOUT_MS: u64 = 30_000;
/// The longest that can be said: a day.
const TIMEOUT_MS_MAX: u64 = 24 * 60 * 60 * 1000;

/// The fields that an event must have.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) fields: Value,
    pub(super) timeout_ms: Option<u64>,
}

/// Events not waited for yet, and the `wait` that waits for one.
#[derive(Debug, Default)]
pub(super) struct Waits {
    events: VecDeque<Value>,
    held: Option<Held>,
}

#[derive(Debug)]
struct Held {
    id: Option<Value>,
    fields: Value,
    until: Duration,
}

impl Waits {
    pub(super) fn is_held(&self) -> bool {
        self.held.is_some()
    }

    pub(super) fn until(&self) -> Option<Duration> {
        self.held.as_ref().map(|held| held.until)
    }

    /// Begins to wait; gives the event at once where one came before.
    pub(super) fn start(
        &mut self,
        id: Option<Value>,
        wanted: Wanted,
        now: Duration,
    ) -> Option<(Option<Value>, Value)> {
        let found = self.events.iter().position(|event| matches(event, &wanted.fields));
        if let Some(event) = found.and_then(|index| self.events.remove(index)) {
            return Some((id, event));
        }
        let timeout_ms = wanted.timeout_ms.unwrap_or(TIMEOUT_MS).min(TIMEOUT_MS_MAX);
        let until = now + Duration::from_millis(timeout_ms);
        self.held = Some(Held { id, fields: wanted.fields, until });
        None
    }

    /// An event came: it ends the `wait`, or is kept for a later one.
    pub(super) fn happened(&mut self, event: Value) -> Option<(Option<Value>, Value)> {
        if let Some(held) = self.held.take_if(|held| matches(&event, &held.fields)) {
            return Some((held.id, event));
        }
        if self.events.len() >= KEPT_MAX {
            self.events.pop_front();
        }
        self.events.push_back(event);
        None
    }

    /// The `wait` whose time has run, with its id.
    #[expect(clippy::option_option, reason = "an id may be absent, and so may a late wait")]
    pub(super) fn take_late(&mut self, now: Duration) -> Option<Option<Value>> {
        self.held.take_if(|held| now >= held.until).map(|held| held.id)
    }
}

/// Whether a value has everything that is wanted: objects may have more fields.
fn matches(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(value), Value::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| value.get(name).is_some_and(|v| matches(v, wanted)))
        }
        (value, wanted) => value == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wanted(fields: Value) -> Wanted {
        Wanted { fields, timeout_ms: Some(1000) }
    }

    #[test]
    fn each_event_is_waited_for_once_whether_it_came_before_or_after() {
        let (mut waits, now) = (Waits::default(), Duration::from_secs(5));
        let event = |n: u64| json!({"event": "message", "body": {"kind": "text", "text": n}});
        assert_eq!(waits.happened(event(1)), None);
        assert_eq!(waits.happened(event(2)), None);
        let two = json!({"event": "message", "body": {"text": 2}});
        assert_eq!(
            waits.start(Some(json!("x")), wanted(two.clone()), now),
            Some((Some(json!("x")), event(2)))
        );
        assert_eq!(waits.start(None, wanted(two), now), None, "it was waited for");
        assert_eq!(waits.happened(event(3)), None);
        assert_eq!(waits.happened(event(2)), Some((None, event(2))));
        assert!(!waits.is_held());
    }

    #[test]
    fn a_wait_ends_in_time() {
        let (mut waits, now) = (Waits::default(), Duration::from_secs(5));
        waits.start(Some(json!(1)), wanted(json!({"event": "read"})), now);
        assert_eq!(waits.take_late(Duration::from_millis(5_999)), None);
        assert_eq!(waits.take_late(Duration::from_secs(6)), Some(Some(json!(1))));
        assert!(!waits.is_held());
    }

    #[test]
    fn only_the_last_events_are_kept() {
        let (mut waits, now) = (Waits::default(), Duration::ZERO);
        for n in 0..=KEPT_MAX {
            waits.happened(json!({"event": "presence", "n": n}));
        }
        assert!(waits.start(None, wanted(json!({"n": 1})), now).is_some());
        assert!(waits.start(None, wanted(json!({"n": 0})), now).is_none());
    }
}
