//! The whole ring: a server in this process, clients over loopback TLS, and the store alone at the
//! same batch size right after.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use mychat::clock::uptime;
use mychat::net::verb::Verb;
use mychat::server::admin;
use mychat::server::metrics::Metrics;
use mychat::server::{Server, Setup};

use crate::Plan;
use crate::bare::Bare;
use crate::load::Crowd;
use crate::report::{Failure, Latencies, Report, ms, per_second};

/// The part of the store's own rate that the ring is to reach at the most clients in flight.
const RATIO_MIN: f64 = 0.6;
/// In how many commits one message at idle is to be back.
const COMMITS_MAX: f64 = 1.5;

/// Settings whose bounds do not stand in a load's way.
const SETTINGS: [&str; 15] = [
    "messages.burst",
    "messages.per_second",
    "links.new_per_minute",
    "links.token_per_minute",
    "links.per_address",
    "links.unauthenticated.per_address",
    "links.unauthenticated.total",
    "registrations.per_hour",
    "registrations.per_minute",
    "lobby.per_second",
    "room.members",
    "pages.burst",
    "pages.per_second",
    "queries.per_second",
    "passwords.per_minute",
];

/// Raises every bound that many clients of one address would meet.
pub fn raise_limits(data: &Path) -> Result<(), Failure> {
    for key in SETTINGS {
        let verb = Verb::Set { key: key.to_owned(), value: "100000".to_owned() };
        admin::run(data, verb)?;
    }
    Ok(())
}

/// A server in this process, and where it listens.
pub fn serve(data: &Path) -> Result<(Server, SocketAddr), Failure> {
    let server = Server::start(Setup {
        listen: vec!["127.0.0.1:0".parse()?],
        data: data.to_owned(),
        name: Some("bench".to_owned()),
        discovery: false,
        metrics: None,
    })?;
    let address = *server.ready().listening.first().ok_or("it listens nowhere")?;
    Ok((server, address))
}

/// Measures each number of clients in flight, and the store alone at the batches that they made.
pub fn measure(plan: &Plan, report: &mut Report) -> Result<(), Failure> {
    let folder = tempfile::tempdir_in(&plan.dir)?;
    raise_limits(folder.path())?;
    let (server, address) = serve(folder.path())?;
    let most = plan.in_flight.iter().copied().max().unwrap_or(2).max(2);
    let began = uptime();
    let mut crowd = Crowd::sign_in(address, most)?;
    report.line(&format!("{most} clients signed in within {}", ms(uptime().saturating_sub(began))));
    let bare = Bare::start(&plan.dir)?;
    for in_flight in &plan.in_flight {
        let found = run(plan, server.metrics(), &mut crowd, &bare, *in_flight)?;
        found.tell(report);
        if plan.threads {
            found.threads.iter().for_each(|line| report.line(line));
        }
    }
    drop((crowd, bare));
    server.stopper().stop();
    Ok(server.wait()?)
}

/// What was found at one number of clients in flight.
struct Found {
    in_flight: usize,
    ring: Counts,
    echo: Latencies,
    alone: u64,
    commits: Latencies,
    /// How long they took together.
    committing: Duration,
    threads: Vec<String>,
}

/// Ring and store alone by turns, so that what else the machine does hits both.
fn run(
    plan: &Plan,
    metrics: &Metrics,
    crowd: &mut Crowd,
    bare: &Bare,
    in_flight: usize,
) -> Result<Found, Failure> {
    let (mut ring, mut alone, mut threads) = (Counts::default(), 0, Vec::new());
    let (mut echo, mut commits) = (Vec::new(), Vec::new());
    for _ in 0..plan.slices {
        let mut before = (Counts::default(), Vec::new());
        let warm = || before = (Counts::read(metrics), threads::read());
        let measured = crowd.talk(in_flight, (plan.warm_up, plan.slice), warm)?;
        let slice = Counts::read(metrics).since(&before.0);
        threads = threads::since(&before.1, slice.uptime);
        let batch = usize::try_from(slice.messages.div_ceil(slice.batches.max(1)))?.max(1);
        let beside = bare.measure(batch, in_flight, plan.slice / 2)?;
        ring.add(&slice);
        echo.extend(measured);
        alone += beside.messages;
        commits.extend(beside.commits);
    }
    let committing = commits.iter().sum();
    let (echo, commits) = (Latencies::new(echo), Latencies::new(commits));
    Ok(Found { in_flight, ring, echo, alone, commits, committing, threads })
}

impl Found {
    fn tell(&self, report: &mut Report) {
        let Found { in_flight, ring, echo, commits, .. } = self;
        let rate = per_second(ring.messages, ring.uptime);
        let alone = per_second(self.alone, self.committing);
        let (ratio, share) = (rate / alone, ring.store.as_secs_f64() / ring.uptime.as_secs_f64());
        let batch = per_second(ring.messages, Duration::from_secs(ring.batches.max(1)));
        report.line(&format!(
            "{in_flight:>3} in flight: ring {rate:>6.0} messages/s, echo p50 {} p99 {}, \
             {batch:.0} a batch, {:.0} % of the time in the store",
            ms(echo.percentile(50)),
            ms(echo.percentile(99)),
            100.0 * share,
        ));
        report.line(&format!(
            "         store alone {alone:>6.0} messages/s, commit p50 {} p99 {}: the ring reaches \
             {:.0} % of it",
            ms(commits.percentile(50)),
            ms(commits.percentile(99)),
            100.0 * ratio,
        ));
        if *in_flight == 1 {
            let echo = echo.percentile(50).as_secs_f64() / commits.percentile(50).as_secs_f64();
            let what = format!("one message at idle: {echo:.2} commits, at most {COMMITS_MAX}");
            report.target(&what, echo <= COMMITS_MAX);
        }
        if *in_flight >= 500 {
            let what = format!("at {in_flight} in flight: {:.0} %, at least 60 %", 100.0 * ratio);
            report.target(&what, ratio >= RATIO_MIN);
        }
    }
}

/// The server's counters at a moment, or between two.
#[derive(Default)]
struct Counts {
    uptime: Duration,
    messages: u64,
    batches: u64,
    store: Duration,
}

impl Counts {
    fn read(metrics: &Metrics) -> Self {
        Counts {
            uptime: uptime(),
            messages: metrics.messages.load(Ordering::Relaxed),
            batches: metrics.batches.load(Ordering::Relaxed),
            store: Duration::from_micros(metrics.store_us.load(Ordering::Relaxed)),
        }
    }

    fn add(&mut self, slice: &Counts) {
        self.uptime += slice.uptime;
        self.messages += slice.messages;
        self.batches += slice.batches;
        self.store += slice.store;
    }

    fn since(&self, before: &Counts) -> Self {
        Counts {
            uptime: self.uptime.saturating_sub(before.uptime),
            messages: self.messages - before.messages,
            batches: self.batches - before.batches,
            store: self.store.saturating_sub(before.store),
        }
    }
}

/// What each thread of this process cost, where the system tells (Linux).
mod threads {
    use std::fs;
    use std::time::Duration;

    /// The system counts a thread's time in hundredths of a second.
    const TICK: Duration = Duration::from_millis(10);

    /// Name and ticks of every thread.
    pub fn read() -> Vec<(String, u32)> {
        let Ok(tasks) = fs::read_dir("/proc/self/task") else { return Vec::new() };
        tasks
            .flatten()
            .filter_map(|task| {
                let stat = fs::read_to_string(task.path().join("stat")).ok()?;
                let (start, rest) = stat.rsplit_once(") ")?;
                let name = start.split_once('(')?.1.to_owned();
                let mut fields = rest.split(' ').skip(11);
                let user: u32 = fields.next()?.parse().ok()?;
                let system: u32 = fields.next()?.parse().ok()?;
                Some((name, user + system))
            })
            .collect()
    }

    /// A line for each thread that did something.
    pub fn since(before: &[(String, u32)], took: Duration) -> Vec<String> {
        let used = read().into_iter().filter_map(|(name, ticks)| {
            let earlier = before.iter().find(|(known, _)| *known == name).map_or(0, |t| t.1);
            let share = (TICK * ticks.saturating_sub(earlier)).as_secs_f64() / took.as_secs_f64();
            (share > 0.005).then(|| format!("    {name:<16} {:>3.0} % of a core", 100.0 * share))
        });
        let mut lines: Vec<String> = used.collect();
        lines.sort();
        lines
    }
}
