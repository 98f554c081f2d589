//! Measures what people notice, and what the server pays, while a crowd stands still, says nothing or dials.
//!
//! The scenes are those of `tests/abuse`, with clients and server on the cores of this machine.
//! `cargo bench --bench abuse` takes about two minutes; `-- --short` some seconds, `-- --check` ends with an
//! error when a target is missed.

#[cfg(target_os = "linux")]
#[path = "../../tests/abuse/door.rs"]
#[expect(clippy::unwrap_used, reason = "a scene that fails ends the bench")]
mod door;
#[cfg(target_os = "linux")]
#[path = "../../tests/abuse/ground.rs"]
#[expect(clippy::unwrap_used, dead_code, reason = "as above; the tests use all of it")]
mod ground;
#[cfg(target_os = "linux")]
#[path = "../../tests/it/peer.rs"]
#[expect(clippy::unwrap_used, dead_code, reason = "as above; the loopback tests use all of it")]
mod peer;
#[cfg(target_os = "linux")]
#[path = "../../tests/crash/process.rs"]
#[expect(clippy::unwrap_used, dead_code, reason = "as above; the crash tests use all of it")]
mod process;
#[path = "../ring/report.rs"]
#[expect(dead_code, reason = "the ring's bench uses all of it")]
mod report;
#[cfg(target_os = "linux")]
#[path = "../../tests/abuse/stalled.rs"]
#[expect(clippy::unwrap_used, reason = "as above")]
mod stalled;

use std::process::ExitCode;

use clap::Parser;
use report::Report;

/// Measures MyChat's server under abuse.
#[derive(Debug, Parser)]
struct Options {
    /// Fewer of everything: enough to see that it still runs
    #[arg(long)]
    short: bool,
    /// End with an error when a target is missed
    #[arg(long)]
    check: bool,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let mut report = Report::default();
    measure(if options.short { 10 } else { 1 }, &mut report);
    match options.check && report.is_missed() {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

#[cfg(not(target_os = "linux"))]
fn measure(_part: usize, report: &mut Report) {
    report.line("SKIPPED: only Linux says what a process uses, and has many addresses of its own");
}

/// The n-th part of everything.
#[cfg(target_os = "linux")]
fn measure(part: usize, report: &mut Report) {
    scenes::stand_still(500 / part, report);
    scenes::say_nothing(2_000 / part, 200 / part, report);
    scenes::dial(20_000 / part, report);
}

#[cfg(target_os = "linux")]
mod scenes {
    use std::time::Duration;

    use crate::report::{Latencies, Report, ms};
    use crate::{door, stalled};

    /// In what time 99 of 100 messages are back beside readers who stand still.
    const ECHO_MAX: Duration = Duration::from_millis(250);
    /// In what time 99 of 100 people are in beside silent sockets.
    const SIGN_IN_MAX: Duration = Duration::from_secs(2);
    /// How soon after a flood somebody new is in.
    const RECOVERY_MAX: Duration = Duration::from_secs(5);
    /// What readers who stand still may cost in resident memory.
    const GROWN_KIB_MAX: u64 = 150 * 1024;
    /// Each who talks says one thing in so long.
    const PACE: Duration = Duration::from_millis(200);

    pub fn stand_still(readers: usize, report: &mut Report) {
        let size = stalled::Size { readers, messages: 60, pace: PACE };
        let Some(found) = stalled::run(&size) else { return };
        let echoes = Latencies::new(found.echoes);
        let (p50, p99) = (echoes.percentile(50), echoes.percentile(99));
        report.line(&format!(
            "{readers} readers stand still until they are cut, 4 people say 16 KB every 200 ms: echo p50 \
             {} p99 {}, {} MiB more resident, {} MiB more of the system's for the network",
            ms(p50),
            ms(p99),
            found.grown_kib / 1024,
            found.network_kib / 1024,
        ));
        report.target(&format!("the others' p99: {}, at most 250 ms", ms(p99)), p99 <= ECHO_MAX);
        let grown = format!("memory: {} MiB more, at most 150", found.grown_kib / 1024);
        report.target(&grown, found.grown_kib <= GROWN_KIB_MAX);
    }

    pub fn say_nothing(sockets: usize, people: usize, report: &mut Report) {
        for addresses in [sockets / 16, 1] {
            let size = door::Silence { sockets, addresses, people };
            let Some(took) = door::silence(&size) else { return };
            let took = Latencies::new(took);
            let (p50, p99) = (took.percentile(50), took.percentile(99));
            report.line(&format!(
                "{sockets} silent sockets of {addresses} addresses, opened again and again: {people} people \
                 sign in at once, p50 {} p99 {}",
                ms(p50),
                ms(p99),
            ));
            report.target(&format!("sign-in p99: {}, at most 2 s", ms(p99)), p99 <= SIGN_IN_MAX);
        }
    }

    pub fn dial(dials: usize, report: &mut Report) {
        let Some(flood) = door::flood(dials, 8) else { return };
        let echoes = Latencies::new(flood.echoes);
        let each = flood.cpu / u32::try_from(dials).unwrap_or(u32::MAX);
        report.line(&format!(
            "{dials} connections of 8 addresses, {} turned away: {:.0} us of the server each, echo of who is \
             inside p50 {} p99 {}",
            flood.refused,
            each.as_secs_f64() * 1e6,
            ms(echoes.percentile(50)),
            ms(echoes.percentile(99)),
        ));
        let recovery = ms(flood.recovery);
        let what = format!("somebody new is in after {recovery}, at most 5 s");
        report.target(&what, flood.recovery <= RECOVERY_MAX);
    }
}
