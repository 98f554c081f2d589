//! When a running server makes a backup by itself: every day at a time of the wall clock, and where that
//! was slept through or the server was off, once the last one is more than a day old.

use std::sync::Arc;
use std::time::Duration;

use async_io::Timer;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::BackupError;
use super::chores::Chores;
use super::make::Wanted;
use crate::clock::{self, Moment};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(20);
const HOUR_MS: i64 = 3_600_000;
/// A last one of this age was missed: a day, and time for the next to come by itself.
const MISSED_MS: i64 = 25 * HOUR_MS;
/// A wall clock that goes to and fro makes no more than one for each reason in so long, by the clock that
/// never jumps.
const REST: Duration = Duration::from_hours(4);

/// Why a backup is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Its time of the day came.
    Moment,
    /// The last one is too old.
    Missed,
}

/// What was looked at and tried.
pub struct Plan {
    looked_ms: i64,
    moment_tried: Option<Duration>,
    missed_tried: Option<Duration>,
}

impl Plan {
    /// A server that starts now.
    #[must_use]
    pub fn new(now_ms: i64) -> Self {
        Plan { looked_ms: now_ms, moment_tried: None, missed_tried: None }
    }

    /// Whether one is due at this time of the day; the last one was `since`.
    #[must_use]
    pub fn due(&self, now: Moment, daily: Time, since: i64, zone: &TimeZone) -> Option<Why> {
        let rested = |tried: Option<Duration>| {
            tried.is_none_or(|tried| now.uptime.saturating_sub(tried) >= REST)
        };
        let has_come = self.has_come(now.wall_ms, daily, zone);
        if has_come && rested(self.moment_tried) {
            return Some(Why::Moment);
        }
        let last_tried = self.missed_tried.max(self.moment_tried);
        let is_missed = now.wall_ms.saturating_sub(since) > MISSED_MS && rested(last_tried);
        is_missed.then_some(Why::Missed)
    }

    /// Whether that time of the day lies between the last look and now.
    fn has_come(&self, now_ms: i64, daily: Time, zone: &TimeZone) -> bool {
        let Ok(now) = Timestamp::from_millisecond(now_ms) else { return false };
        let today = now.to_zoned(zone.clone()).date();
        let days = [Some(today), today.checked_sub(1.day()).ok()];
        days.into_iter().flatten().any(|day| {
            let moment = day.to_datetime(daily).to_zoned(zone.clone());
            let moment = moment.map(|moment| moment.timestamp().as_millisecond());
            moment.is_ok_and(|moment| self.looked_ms < moment && moment <= now_ms)
        })
    }

    /// Nothing up to now is due any more.
    pub fn looked(&mut self, now: Moment) {
        self.looked_ms = now.wall_ms;
    }

    /// One was tried.
    pub fn tried(&mut self, why: Why, now: Moment) {
        self.looked(now);
        match why {
            Why::Moment => self.moment_tried = Some(now.uptime),
            Why::Missed => self.missed_tried = Some(now.uptime),
        }
    }
}

/// Since when the next one is waited for: the last one, unless the wall clock says that it is still to come.
#[must_use]
pub fn since(remembered: Option<i64>, now_ms: i64) -> Option<i64> {
    remembered.filter(|since| *since <= now_ms.saturating_add(HOUR_MS))
}

/// Looks for ever; ends when it is dropped.
pub async fn run(chores: Arc<Chores>) {
    let mut plan = Plan::new(clock::wall_ms());
    loop {
        let now = clock::now();
        let due = match chores.daily() {
            Some(daily) => {
                let waiting = chores.clone();
                let since = smol::unblock(move || waiting.waits_since(now.wall_ms)).await;
                plan.due(now, daily, since, &TimeZone::system())
            }
            None => None,
        };
        match due {
            None => plan.looked(now),
            Some(why) => match chores.backup(Wanted { path: None, is_automatic: true }).await {
                Err(BackupError::Busy) => {}
                _ => plan.tried(why, now),
            },
        }
        Timer::after(EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE_MS: i64 = 60_000;
    const DAY_MS: i64 = 24 * HOUR_MS;

    /// 03:00 on the first day.
    const THREE: i64 = 3 * HOUR_MS;

    /// A server's life: what the wall says and how long it runs, at every look.
    struct Life {
        plan: Plan,
        wall_ms: i64,
        uptime: Duration,
        since: Option<i64>,
        made: Vec<i64>,
        zone: TimeZone,
    }

    impl Life {
        fn start(wall_ms: i64, since: Option<i64>) -> Life {
            let (plan, made) = (Plan::new(wall_ms), Vec::new());
            Life { plan, wall_ms, uptime: Duration::ZERO, since, made, zone: TimeZone::UTC }
        }

        fn look(&mut self) {
            let now = Moment { wall_ms: self.wall_ms, uptime: self.uptime };
            let daily = Time::constant(3, 0, 0, 0);
            let since = *self.since.insert(since(self.since, now.wall_ms).unwrap_or(now.wall_ms));
            match self.plan.due(now, daily, since, &self.zone) {
                None => self.plan.looked(now),
                Some(why) => {
                    self.made.push(self.wall_ms);
                    self.since = Some(self.wall_ms);
                    self.plan.tried(why, now);
                }
            }
        }

        /// Runs on until the wall clock shows that, a look a minute.
        fn run_to(&mut self, wall_ms: i64) -> &mut Self {
            while self.wall_ms < wall_ms {
                self.wall_ms += MINUTE_MS;
                self.uptime += Duration::from_mins(1);
                self.look();
            }
            self
        }

        /// The wall clock jumps, or the computer sleeps, in which the other clock stands.
        fn jump_to(&mut self, wall_ms: i64) -> &mut Self {
            self.wall_ms = wall_ms;
            self.look();
            self
        }
    }

    #[test]
    fn every_day_at_its_time_and_never_at_a_start() {
        let mut life = Life::start(THREE + HOUR_MS, None);
        life.look();
        life.run_to(4 * DAY_MS);
        assert_eq!(life.made, [THREE + DAY_MS, THREE + 2 * DAY_MS, THREE + 3 * DAY_MS]);
        for started in [THREE - MINUTE_MS, THREE, THREE + MINUTE_MS] {
            let mut life = Life::start(started + DAY_MS, Some(THREE));
            life.look();
            assert!(life.made.is_empty(), "{started}");
        }
    }

    #[test]
    fn what_was_slept_through_is_made_once_after_waking() {
        let mut life = Life::start(DAY_MS - HOUR_MS, Some(THREE));
        life.look();
        life.jump_to(DAY_MS + 9 * HOUR_MS).run_to(DAY_MS + 23 * HOUR_MS);
        assert_eq!(life.made, [DAY_MS + 9 * HOUR_MS]);
        life.jump_to(5 * DAY_MS).run_to(5 * DAY_MS + 2 * HOUR_MS);
        assert_eq!(life.made[1..], [5 * DAY_MS]);
    }

    #[test]
    fn a_server_that_is_off_at_that_time_makes_one_when_the_last_is_old() {
        let nine = |day: i64| day * DAY_MS + 9 * HOUR_MS;
        let (mut since, mut made) = (None, Vec::new());
        for day in 0..6 {
            let mut life = Life::start(nine(day), since);
            life.look();
            life.run_to(nine(day) + 8 * HOUR_MS);
            since = life.since;
            made.push(life.made.len());
        }
        assert_eq!(made, [0, 1, 1, 1, 1, 1]);
    }

    #[test]
    fn a_clock_that_jumps_makes_no_storm() {
        let mut life = Life::start(THREE + HOUR_MS, Some(THREE));
        for turn in 0..200 {
            // To and fro over the time of the day, years ahead and back.
            let far = if turn % 3 == 0 { 400 * DAY_MS } else { 0 };
            life.jump_to(far + DAY_MS + THREE + MINUTE_MS);
            life.jump_to(THREE);
            life.uptime += Duration::from_mins(1);
        }
        assert!((1..=2).contains(&life.made.len()), "{:?}", life.made);
        // A last one that is still to come counts from now on.
        let now = life.wall_ms;
        life.uptime += Duration::from_hours(5);
        life.run_to(now + 3 * DAY_MS);
        assert!((3..=6).contains(&life.made.len()), "{:?}", life.made);
    }

    #[test]
    fn days_that_begin_or_end_an_hour_early_have_one_each() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let start: Timestamp = "2026-03-27T12:00:00Z".parse().unwrap();
        for offset in [0, 210 * DAY_MS] {
            let start = start.as_millisecond() + offset;
            let mut life = Life { zone: zone.clone(), ..Life::start(start, Some(start)) };
            life.run_to(start + 4 * DAY_MS);
            assert_eq!(life.made.len(), 4, "{:?}", life.made);
        }
    }
}
