//! Bytes in and out over the last ten minutes, from two counters that only grow.

use std::collections::VecDeque;
use std::time::Duration;

/// Points of the chart.
pub const POINTS: usize = 60;
/// A point stands for so long.
const POINT: Duration = Duration::from_secs(10);
/// The rate of the moment is an average over so long.
const RECENT: Duration = Duration::from_secs(5);

/// Bytes a second, read and written by the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rate {
    /// From people to the server.
    pub incoming: u64,
    /// From the server to people.
    pub outgoing: u64,
}

/// One reading of the counters.
#[derive(Debug, Clone, Copy)]
struct Reading {
    at: Duration,
    incoming: u64,
    outgoing: u64,
}

/// What flowed.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Bytes of the last points; the last one is still growing. Each knows its number.
    sums: VecDeque<(u128, Rate)>,
    recent: VecDeque<Reading>,
}

impl Traffic {
    /// Takes a reading of the counters.
    pub fn read(&mut self, at: Duration, incoming: u64, outgoing: u64) {
        if let Some(last) = self.recent.back() {
            // Smaller than before means a server that started anew and counts from zero.
            let grown = |now: u64, before: u64| now.checked_sub(before).unwrap_or(now);
            let more = Rate {
                incoming: grown(incoming, last.incoming),
                outgoing: grown(outgoing, last.outgoing),
            };
            if incoming < last.incoming || outgoing < last.outgoing {
                self.recent.clear();
            }
            self.add(at, more);
        }
        self.recent.push_back(Reading { at, incoming, outgoing });
        while self.recent.len() > 2 && self.recent[1].at + RECENT <= at {
            self.recent.pop_front();
        }
    }

    /// The server is gone: nothing flows, and the next one counts from zero.
    pub fn pause(&mut self) {
        self.recent.clear();
    }

    /// Bytes a second now.
    #[must_use]
    pub fn now(&self) -> Rate {
        let (Some(first), Some(last)) = (self.recent.front(), self.recent.back()) else {
            return Rate::default();
        };
        let over = last.at.saturating_sub(first.at);
        Rate {
            incoming: per_second(last.incoming - first.incoming, over),
            outgoing: per_second(last.outgoing - first.outgoing, over),
        }
    }

    /// The chart at a moment: [`POINTS`] rates, oldest first.
    #[must_use]
    pub fn points(&self, at: Duration) -> Vec<Rate> {
        let newest = number(at);
        let sum = |number: u128| self.sums.iter().find(|(other, _)| *other == number);
        (0..POINTS)
            .rev()
            .map(|age| {
                let age = u128::try_from(age).unwrap_or_default();
                let Some(number) = newest.checked_sub(age) else { return Rate::default() };
                let Some((_, sum)) = sum(number) else { return Rate::default() };
                // The newest point is still growing: its rate is over the part that has passed.
                let over = if age == 0 { at.saturating_sub(start(number)) } else { POINT };
                let over = over.max(Duration::from_secs(2));
                Rate {
                    incoming: per_second(sum.incoming, over),
                    outgoing: per_second(sum.outgoing, over),
                }
            })
            .collect()
    }

    fn add(&mut self, at: Duration, more: Rate) {
        let number = number(at);
        match self.sums.back_mut() {
            Some((last, sum)) if *last == number => {
                sum.incoming = sum.incoming.saturating_add(more.incoming);
                sum.outgoing = sum.outgoing.saturating_add(more.outgoing);
            }
            _ => self.sums.push_back((number, more)),
        }
        while self.sums.len() > POINTS {
            self.sums.pop_front();
        }
    }
}

fn number(at: Duration) -> u128 {
    at.as_millis() / POINT.as_millis()
}

fn start(number: u128) -> Duration {
    let ms = number * POINT.as_millis();
    Duration::from_millis(u64::try_from(ms).unwrap_or(u64::MAX))
}

fn per_second(bytes: u64, over: Duration) -> u64 {
    let ms = over.as_millis().max(1);
    u64::try_from(u128::from(bytes) * 1_000 / ms).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_first_reading_is_only_a_base() {
        let mut traffic = Traffic::default();
        traffic.read(s(5), 1_000_000, 2_000_000);
        assert_eq!(traffic.now(), Rate::default());
        assert!(traffic.points(s(5)).iter().all(|rate| *rate == Rate::default()));
    }

    #[test]
    fn a_steady_flow_is_a_level_line() {
        let mut traffic = Traffic::default();
        for second in 0..=1_200 {
            traffic.read(s(second), second * 100, second * 300);
        }
        let expected = Rate { incoming: 100, outgoing: 300 };
        assert_eq!(traffic.now(), expected);
        let points = traffic.points(s(1_199));
        assert_eq!(points.len(), POINTS);
        assert!(points[1..POINTS - 1].iter().all(|rate| *rate == expected), "{points:?}");
        assert!(traffic.sums.len() <= POINTS && traffic.recent.len() <= 7);
    }

    #[test]
    fn a_new_server_counts_from_zero_and_a_gap_stays_empty() {
        let mut traffic = Traffic::default();
        traffic.read(s(0), 0, 0);
        traffic.read(s(5), 5_000, 0);
        traffic.pause();
        traffic.read(s(25), 100, 0);
        traffic.read(s(26), 200, 0);
        let points = traffic.points(s(26));
        let incoming: Vec<u64> = points[POINTS - 3..].iter().map(|rate| rate.incoming).collect();
        assert_eq!(incoming, [500, 0, 100 / 6]);
        traffic.read(s(27), 50, 0);
        assert_eq!(traffic.now(), Rate::default());
    }
}
