//! Measures the ring over loopback TLS against what its own store reaches alone on the same disk.
//!
//! * [`load`] are the clients: signed in once, each with one message in flight.
//! * [`ring`] runs the server in this process and reads its counters.
//! * [`bare`] runs the writer and its rules without any network.
//! * [`child`] runs the real executable: memory at idle, and long runs.
//! * [`signin`] lets a thousand sign in at it at once while others talk.
//! * [`room`] puts a thousand people into one room and measures when the last one has a message.
//! * [`pages`] reads history from a store of a million messages.
//!
//! `cargo bench --bench ring` takes about two minutes; `-- --help` lists what else there is.

mod bare;
mod child;
mod load;
mod pages;
mod report;
mod ring;
mod room;
mod signin;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use report::{Failure, Report};

/// Measures MyChat's server on this machine.
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "the switches of a command line")]
struct Options {
    /// A few seconds in all, with fewer clients: enough to see that everything still runs
    #[arg(long)]
    short: bool,
    /// End with an error when a target is missed
    #[arg(long)]
    check: bool,
    /// Run the real executable under load for so long instead, and watch it
    #[arg(long, value_name = "SECONDS")]
    soak: Option<u64>,
    /// With --soak: how many clients
    #[arg(long, value_name = "COUNT", default_value_t = 100, requires = "soak")]
    clients: usize,
    /// Measure one thing only
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with = "soak")]
    only: Option<Part>,
    /// Keep stores in this folder, and so on this disk [default: under target/]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Say what each thread cost
    #[arg(long)]
    threads: bool,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

/// What can be measured alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// The ring beside the store alone
    Ring,
    /// Memory with signed-in idle clients: 100, and here also 1,000 and 5,000
    Idle,
    /// A burst of sign-ins
    SignIns,
    /// A room of a thousand
    Room,
    /// Pages of a store of a million messages, which takes a minute to make
    Pages,
}

/// How much is measured.
pub struct Plan {
    /// Where stores are made.
    pub dir: PathBuf,
    /// Clients in flight, one run each; the last is what the ring's target is about.
    pub in_flight: Vec<usize>,
    /// How often ring and store alone take turns in each run.
    pub slices: u32,
    /// How long the ring is measured at a time; the store alone half of it.
    pub slice: Duration,
    /// How long the ring goes before it is measured.
    pub warm_up: Duration,
    /// Signed-in clients of the memory's target.
    pub idle: usize,
    /// More of them, to see what each costs.
    pub crowds: Vec<usize>,
    /// How many sign in at once.
    pub sign_ins: usize,
    /// How many talk meanwhile.
    pub talking: usize,
    /// How many are in one room.
    pub room: usize,
    /// How long one of them writes there.
    pub room_for: Duration,
    /// Conversations, and messages in each of them, of the store that pages are read from.
    pub store: (u64, u64),
    /// Whether to say what each thread cost.
    pub threads: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let mut report = Report::default();
    let result = match options.soak {
        Some(seconds) => child::soak(&plan(&options), options.clients, seconds, &mut report),
        None => measure(&plan(&options), options.only, &mut report),
    };
    match result {
        Ok(()) if options.check && report.is_missed() => ExitCode::FAILURE,
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report.line(&format!("FAILED: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn plan(options: &Options) -> Plan {
    let dir = options.dir.clone().unwrap_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")));
    let threads = options.threads;
    match options.short {
        true => Plan {
            dir,
            in_flight: vec![1, 50],
            slices: 2,
            slice: Duration::from_millis(500),
            warm_up: Duration::from_millis(200),
            idle: 20,
            crowds: vec![50],
            sign_ins: 100,
            talking: 20,
            room: 50,
            room_for: Duration::from_secs(2),
            store: (20, 500),
            threads,
        },
        false => Plan {
            dir,
            in_flight: vec![1, 50, 500],
            slices: 6,
            slice: Duration::from_millis(1500),
            warm_up: Duration::from_millis(300),
            idle: 100,
            crowds: vec![1000, 5000],
            sign_ins: 1000,
            talking: 200,
            room: 1000,
            room_for: Duration::from_secs(20),
            store: (2000, 500),
            threads,
        },
    }
}

fn measure(plan: &Plan, only: Option<Part>, report: &mut Report) -> Result<(), Failure> {
    match only {
        None => {
            ring::measure(plan, report)?;
            child::measure_idle(plan, &[], report)?;
            signin::measure(plan, report)?;
            room::measure(plan, report)
        }
        Some(Part::Ring) => ring::measure(plan, report),
        Some(Part::Idle) => child::measure_idle(plan, &plan.crowds, report),
        Some(Part::SignIns) => signin::measure(plan, report),
        Some(Part::Room) => room::measure(plan, report),
        Some(Part::Pages) => pages::measure(plan, report),
    }
}
