//! Messages beside two running transfers, one up and one down.

use std::path::Path;
use std::thread;
use std::time::Duration;

use mychat::clock::uptime;

use crate::report::{Failure, Latencies, Report, ms};
use crate::seat::Seat;
use crate::{CHAT_MAX, Executable, settled};

/// Somebody writes this often.
const EVERY: Duration = Duration::from_millis(25);
/// So many take turns, since one person may write five messages a second.
const WRITERS: usize = 10;

/// So many messages tell what one in a hundred takes.
const ENOUGH: usize = 600;
/// The two files are sent and fetched so often at most for them.
const ROUNDS_MAX: usize = 12;

/// Two others send and fetch the same file over and over while somebody writes.
pub fn measure(
    server: &Executable,
    (mut sender, mut receiver): (Seat, Seat),
    large: &Path,
    folder: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut writers = Vec::new();
    for number in 0..WRITERS {
        let home = folder.join(format!("writer-{number}"));
        writers.push(Seat::register(server.address, &home, &format!("Plum{number}"))?);
    }
    let reader = Seat::register(server.address, &folder.join("d"), "Kiwi")?;
    let alone = talk(&mut writers, &reader, 20)?;
    let to = receiver.account();
    let offered = sender.send(to, large)?;
    let mut beside = Vec::new();
    for round in 0..ROUNDS_MAX {
        if beside.len() >= ENOUGH {
            break;
        }
        let down = folder.join(format!("beside-{round}"));
        thread::scope(|scope| -> Result<(), Failure> {
            let up = thread::Builder::new().name("up".to_owned());
            let up = up.spawn_scoped(scope, || sender.send(to, large).map(drop))?;
            let fetch = thread::Builder::new().name("down".to_owned());
            let fetch = fetch.spawn_scoped(scope, || receiver.take(&offered, &down).map(drop))?;
            while !(up.is_finished() || fetch.is_finished()) {
                beside.extend(talk(&mut writers, &reader, 1)?);
            }
            for running in [up, fetch] {
                running.join().map_err(|_| "a transfer panicked")??;
            }
            Ok(())
        })?;
        std::fs::remove_dir_all(&down)?;
        settled(folder)?;
    }
    let (alone, count) = (Latencies::new(alone), beside.len());
    let beside = Latencies::new(beside);
    report.line(&format!(
        "  a message alone: p50 {} p99 {}",
        ms(alone.percentile(50)),
        ms(alone.percentile(99))
    ));
    let what = format!(
        "a message beside two transfers: p50 {} p99 {} of {count}, at most 50 ms",
        ms(beside.percentile(50)),
        ms(beside.percentile(99))
    );
    report.target(&what, beside.percentile(99) < CHAT_MAX);
    Ok(())
}

/// Each of them writes so many, by turns.
fn talk(writers: &mut [Seat], reader: &Seat, count: usize) -> Result<Vec<Duration>, Failure> {
    let mut latencies = Vec::new();
    for _ in 0..count {
        for writer in &mut *writers {
            let began = uptime();
            writer.say(reader.account())?;
            latencies.push(uptime().saturating_sub(began));
            smol::block_on(async_io::Timer::after(EVERY));
        }
    }
    Ok(latencies)
}
