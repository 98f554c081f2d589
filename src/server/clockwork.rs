//! Tells the rules when time has done something to a game.

use std::sync::Arc;
use std::time::Duration;

use async_channel::Sender;
use async_io::Timer;
use smol::future;

use super::commands::Alarm;
use super::job::Job;
use crate::clock;

/// On a disk that lets nothing be written, time waits for so long.
const PAUSE: Duration = Duration::from_secs(1);

/// Sleeps until the rules want to be asked, and asks them.
pub async fn run(alarm: Arc<Alarm>, jobs: Sender<Job>) {
    loop {
        let wait = match alarm.due().map(|due| due.saturating_sub(clock::uptime())) {
            None => Duration::MAX,
            Some(Duration::ZERO) => {
                // The alarm is set anew by that.
                if jobs.send(Job::Clockwork).await.is_err() {
                    return;
                }
                PAUSE
            }
            Some(left) => left,
        };
        let waited = async {
            Timer::after(wait).await;
        };
        future::or(alarm.changed(), waited).await;
    }
}
