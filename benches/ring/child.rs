//! The real executable as a child process: memory with idle clients, and long runs.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use mychat::clock::uptime;

use crate::Plan;
use crate::load::Crowd;
use crate::report::{Failure, Latencies, Report, ms, per_second};
use crate::ring::raise_limits;

/// What a server with idle clients may have resident.
const IDLE_KIB_MAX: u64 = 25 * 1024;
/// The system counts a process's time in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);
/// A soak says how it is so often.
const SOAK_EVERY: Duration = Duration::from_secs(10);

/// Memory of a server whose clients are signed in and silent; then with more of them.
pub fn measure_idle(plan: &Plan, crowds: &[usize], report: &mut Report) -> Result<(), Failure> {
    let folder = tempfile::tempdir_in(&plan.dir)?;
    raise_limits(folder.path())?;
    let server = Executable::start(folder.path())?;
    let Some(empty) = server.resident_kib() else {
        report.line("memory: this system does not tell");
        return Ok(());
    };
    report.line(&format!("memory: {} MiB resident without clients", mib(empty)));
    let mut crowd = Crowd::sign_in(server.address, plan.idle)?;
    crowd.barrier()?;
    let idle = server.resident_kib().unwrap_or_default();
    let what = format!("{} idle clients: {} MiB, at most 25 MiB", plan.idle, mib(idle));
    report.target(&what, idle <= IDLE_KIB_MAX);
    for count in crowds {
        crowd.grow(server.address, *count)?;
        crowd.barrier()?;
        let resident = server.resident_kib().unwrap_or_default();
        let each = resident.saturating_sub(empty) / u64::try_from(*count)?;
        report.line(&format!(
            "memory: {} MiB with {count} signed-in idle clients, {each} KiB each",
            mib(resident)
        ));
    }
    Ok(())
}

/// Loads the executable for long, and says every ten seconds how it is. Clients notice a gap.
pub fn soak(plan: &Plan, clients: usize, seconds: u64, report: &mut Report) -> Result<(), Failure> {
    let folder = tempfile::tempdir_in(&plan.dir)?;
    raise_limits(folder.path())?;
    let server = Executable::start(folder.path())?;
    let mut crowd = Crowd::sign_in(server.address, clients)?;
    let (began, mut said) = (uptime(), 0);
    while uptime().saturating_sub(began) < Duration::from_secs(seconds) {
        let latencies = crowd.talk(clients, (Duration::ZERO, SOAK_EVERY), || {})?;
        let count = latencies.len() as u64;
        let latencies = Latencies::new(latencies);
        said += count;
        report.line(&format!(
            "{:>6} s: {:>6.0} messages/s, echo p50 {} p99 {}, {} MiB resident, store {} MiB, {said} \
             messages in all",
            uptime().saturating_sub(began).as_secs(),
            per_second(count, SOAK_EVERY),
            ms(latencies.percentile(50)),
            ms(latencies.percentile(99)),
            mib(server.resident_kib().unwrap_or_default()),
            mib(fs::metadata(folder.path().join("mychat.redb"))?.len() / 1024),
        ));
    }
    crowd.barrier()?;
    report.line("no gap in any conversation");
    drop(crowd);
    drop(server);
    let began = uptime();
    drop(Executable::start(folder.path())?);
    let took = ms(uptime().saturating_sub(began));
    report.line(&format!("killed; ready again after {took}, the store's repair included"));
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a size for people to read")]
pub fn mib(kib: u64) -> String {
    format!("{:.1}", kib as f64 / 1024.0)
}

/// A running server process of ours.
pub struct Executable {
    child: Child,
    pub address: SocketAddr,
}

impl Executable {
    pub fn start(data: &Path) -> Result<Self, Failure> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mychat"));
        command.args(["--serve", "--no-discovery", "--listen", "127.0.0.1:0", "--log", "error"]);
        command.arg("--data").arg(data).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut ready = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut ready)?;
        }
        let address = ready.split_once("listening on ").map(|(_, rest)| rest);
        let address = address.and_then(|rest| rest.split([' ', ',']).next()?.parse().ok());
        match address {
            Some(address) => Ok(Executable { child, address }),
            None => Err(format!("the server did not start: {ready}").into()),
        }
    }

    /// Resident memory, where the system tells (Linux).
    pub fn resident_kib(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().trim_end_matches("kB").trim().parse().ok()
    }

    /// Time of all cores that it used, where the system tells (Linux).
    pub fn cpu(&self) -> Option<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
        let user: u32 = fields.next()?.parse().ok()?;
        let system: u32 = fields.next()?.parse().ok()?;
        Some(TICK * (user + system))
    }
}

impl Drop for Executable {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
