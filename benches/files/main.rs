//! Measures files over loopback against a raw TLS copy with the same cipher to a file that is written
//! and synced: upload, download, and sender to receiver at once. All by turns in one run, so that what
//! else the machine does hits all of them.
//!
//! * [`raw`] is the raw copy, and `scp` where there is an `sshd`.
//! * [`seat`] is a real client; the server is the real executable, a process of its own.
//! * [`chat`] measures messages beside two running transfers.
//!
//! `cargo bench --bench files` takes about two minutes; `-- --help` lists what else there is.

mod chat;
mod raw;
mod seat;

#[path = "../ring/report.rs"]
mod report;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use clap::Parser;
use mychat::clock::uptime;

use report::{Failure, Report, ms, per_second};
use seat::Seat;

/// The parts of the raw copy's rate that are to be reached.
const ONE_WAY_MIN: f64 = 0.70;
const THROUGH_MIN: f64 = 0.45;
/// What a message may take beside two transfers, of a hundred the slowest.
const CHAT_MAX: Duration = Duration::from_millis(50);
/// What a server may have more at its highest for a large file than for a small one.
const GROWTH_KIB_MAX: u64 = 8 * 1024;
const MIB: usize = 1 << 20;

/// Measures MyChat's files on this machine.
#[derive(Debug, Parser)]
struct Options {
    /// MiB of the file
    #[arg(long, default_value_t = 1024)]
    mib: usize,
    /// How many times each is measured
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// End with an error when a target is missed
    #[arg(long)]
    check: bool,
    /// Keep files in this folder, and so on this disk [default: under target/]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let mut report = Report::default();
    match measure(&options, &mut report) {
        Err(error) => {
            report.line(&format!("failed: {error}"));
            ExitCode::FAILURE
        }
        Ok(()) if options.check && report.is_missed() => ExitCode::FAILURE,
        Ok(()) => ExitCode::SUCCESS,
    }
}

fn measure(options: &Options, report: &mut Report) -> Result<(), Failure> {
    let dir = options.dir.clone().unwrap_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")));
    let folder = tempfile::tempdir_in(dir)?;
    let path = folder.path();
    let (small, large) = (path.join("small.bin"), path.join("large.bin"));
    write_noise(&small, 16)?;
    write_noise(&large, options.mib)?;
    let server = Executable::start(&path.join("server"))?;
    let mut sender = Seat::register(server.address, &path.join("a"), "Lime")?;
    let mut receiver = Seat::register(server.address, &path.join("b"), "Momo")?;
    let to = receiver.account();

    let offered = sender.send(to, &small)?;
    receiver.take(&offered, &path.join("down-small"))?;
    let low = server.highest_kib();
    let mut taken = Taken::default();
    for round in 0..options.rounds {
        taken.raw.push(raw::copy(&large, &path.join("raw.bin"))?);
        fs::remove_file(path.join("raw.bin"))?;
        settled(path)?;
        taken.scp.extend(raw::scp(&large, path)?);
        let began = uptime();
        let offered = sender.send(to, &large)?;
        taken.up.push(uptime().saturating_sub(began));
        let began = uptime();
        let down = path.join(format!("down-{round}"));
        let arrived = receiver.take(&offered, &down)?;
        taken.down.push(uptime().saturating_sub(began));
        same(&large, &arrived)?;
        fs::remove_dir_all(&down)?;
        settled(path)?;
        let began = uptime();
        let sending = sender.begin_send(to, &large);
        let offered = receiver.offer()?;
        let arrived = receiver.take(&offered, &down)?;
        taken.through.push(uptime().saturating_sub(began));
        sender.sent(sending)?;
        same(&large, &arrived)?;
        fs::remove_dir_all(&down)?;
        settled(path)?;
    }
    taken.tell(options.mib, report);
    if let (Some(low), Some(high)) = (low, server.highest_kib()) {
        let grown = high.saturating_sub(low);
        let what = format!(
            "server memory: {} MiB more for {} MiB than for 16 MiB, at most 8 MiB",
            grown / 1024,
            options.mib
        );
        report.target(&what, grown <= GROWTH_KIB_MAX);
    }
    chat::measure(&server, (sender, receiver), &large, path, report)
}

/// How long each took, by rounds.
#[derive(Default)]
struct Taken {
    raw: Vec<Duration>,
    scp: Vec<Duration>,
    up: Vec<Duration>,
    down: Vec<Duration>,
    through: Vec<Duration>,
}

impl Taken {
    fn tell(self, mib: usize, report: &mut Report) {
        let raw = middle(self.raw);
        let mut say = |what: &str, times: Vec<Duration>, least: Option<f64>| {
            if times.is_empty() {
                return report.line(&format!("  {what}: not here"));
            }
            let time = middle(times);
            let ratio = raw.as_secs_f64() / time.as_secs_f64();
            let line = format!(
                "{what}: {} ({:.0} MiB/s), {:.0} % of the raw copy",
                ms(time),
                per_second(mib as u64, time),
                100.0 * ratio
            );
            match least {
                Some(least) => {
                    let line = format!("{line}, at least {:.0} %", 100.0 * least);
                    report.target(&line, ratio >= least);
                }
                None => report.line(&format!("  {line}")),
            }
        };
        say("raw TLS copy, written and synced", vec![raw], None);
        say("scp", self.scp, None);
        say("upload", self.up, Some(ONE_WAY_MIN));
        say("download", self.down, Some(ONE_WAY_MIN));
        say("sender to receiver at once", self.through, Some(THROUGH_MIN));
    }
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Bytes that nothing can make smaller.
fn write_noise(path: &Path, mib: usize) -> Result<(), Failure> {
    let mut file = File::create(path)?;
    let mut state = 0x9E37_79B9_7F4A_7C15_u64 ^ mib as u64;
    let mut bytes = vec![0; MIB];
    for _ in 0..mib {
        for word in bytes.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(&bytes)?;
    }
    Ok(file.sync_all()?)
}

/// Waits until the disk is done with what was removed from a folder: that is nobody's to measure.
fn settled(folder: &Path) -> Result<(), Failure> {
    Ok(File::open(folder)?.sync_all()?)
}

fn same(one: &Path, other: &Path) -> Result<(), Failure> {
    let (mut one, mut other) = (File::open(one)?, File::open(other)?);
    let (mut a, mut b) = (vec![0; MIB], vec![0; MIB]);
    loop {
        let read = one.read(&mut a)?;
        other.read_exact(&mut b[..read])?;
        if a[..read] != b[..read] {
            return Err("what came is another file".into());
        }
        if read == 0 {
            return match other.read(&mut b)? {
                0 => Ok(()),
                _ => Err("what came is longer".into()),
            };
        }
    }
}

/// A running server process of ours.
pub struct Executable {
    child: Child,
    pub address: SocketAddr,
}

impl Executable {
    fn start(data: &Path) -> Result<Self, Failure> {
        let program = env!("CARGO_BIN_EXE_mychat");
        fs::create_dir_all(data)?;
        for (key, value) in [("files.mib_per_account", "1000000"), ("files.mib_total", "1000000")] {
            let mut set = Command::new(program);
            set.arg("admin").arg("--data").arg(data).args(["set", key, value]);
            set.stdout(Stdio::null()).status()?;
        }
        let mut command = Command::new(program);
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

    /// The most memory that it had resident, where the system tells (Linux).
    fn highest_kib(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches("kB").trim().parse().ok()
    }
}

impl Drop for Executable {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
