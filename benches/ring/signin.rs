//! A burst of sign-ins at one server, while others keep talking.
//!
//! Once everybody comes by password, as at the beginning of a lesson, and once by token, as after a
//! restart of the server. Clients and server share the cores of this machine.

use std::net::SocketAddr;
use std::time::Duration;

use mychat::clock::uptime;
use smol::future;

use crate::Plan;
use crate::child::{Executable, mib};
use crate::load::{Credential, Crowd, Link, Pool};
use crate::report::{Failure, Latencies, Report, ms};
use crate::ring::raise_limits;

/// What one sign-in may cost the server.
const CPU_MAX: Duration = Duration::from_millis(1);
/// In what time 99 of 100 are to be in.
const P99_MAX: Duration = Duration::from_secs(3);
/// In what time 99 of 100 messages of the others are to be back meanwhile.
const ECHO_MAX: Duration = Duration::from_millis(250);
/// What a signed-in link may leave resident.
const LINK_KIB_MAX: u64 = 64;
/// Each of those who talk says something so often.
const PACE: Duration = Duration::from_secs(1);
/// They are alone for so long before.
const ALONE: Duration = Duration::from_secs(5);

/// Who can sign in.
struct People {
    pool: Pool,
    address: SocketAddr,
    credentials: Vec<Credential>,
}

/// A way to sign in.
#[derive(Clone, Copy)]
enum Way {
    Password,
    Token,
}

/// What a burst took.
struct Burst {
    took: Duration,
    each: Latencies,
    cpu: Duration,
    resident_kib: u64,
}

/// Measures a burst of either kind.
pub fn measure(plan: &Plan, report: &mut Report) -> Result<(), Failure> {
    let folder = tempfile::tempdir_in(&plan.dir)?;
    raise_limits(folder.path())?;
    let server = Executable::start(folder.path())?;
    if server.cpu().is_none() {
        report.line("sign-ins: this system does not tell what a process used");
        return Ok(());
    }
    let mut crowd = Crowd::sign_in(server.address, plan.talking)?;
    crowd.set_pace(PACE);
    let mut people = People::register(&server, plan.talking, plan.sign_ins)?;
    for way in [Way::Password, Way::Token] {
        one(&server, &mut crowd, &mut people, way, report)?;
    }
    Ok(())
}

fn one(
    server: &Executable,
    crowd: &mut Crowd,
    people: &mut People,
    way: Way,
    report: &mut Report,
) -> Result<(), Failure> {
    let (talking, empty) = (crowd.len(), server.resident_kib().unwrap_or_default());
    // What the talk alone costs is not the burst's.
    let (began, before) = (uptime(), server.cpu().unwrap_or_default());
    let alone = Latencies::new(crowd.talk(talking, (PACE, ALONE), || {})?);
    let spent = server.cpu().unwrap_or_default().saturating_sub(before);
    let rate = spent.as_secs_f64() / uptime().saturating_sub(began).as_secs_f64();
    let mut burst = Err("nobody signed in".into());
    let beside =
        crowd.talk(talking, (PACE, Duration::ZERO), || burst = people.come(server, way))?;
    let (beside, burst) = (Latencies::new(beside), burst?);
    let count = people.credentials.len();
    let cpu = burst.cpu.saturating_sub(burst.took.mul_f64(rate)) / u32::try_from(count)?;
    report.line(&format!(
        "{count} sign-ins by {} at once: all in {}, each p50 {} p99 {}",
        way.name(),
        ms(burst.took),
        ms(burst.each.percentile(50)),
        ms(burst.each.percentile(99)),
    ));
    report.line(&format!(
        "         {talking} others talk: echo p50 {} p99 {} before, p50 {} p99 {} meanwhile",
        ms(alone.percentile(50)),
        ms(alone.percentile(99)),
        ms(beside.percentile(50)),
        ms(beside.percentile(99)),
    ));
    let above = burst.resident_kib.saturating_sub(empty);
    let (resident, above_each) = (mib(burst.resident_kib), above / u64::try_from(count)?);
    report.target(&format!("server's time of a sign-in: {}, under 1 ms", ms(cpu)), cpu < CPU_MAX);
    let p99 = burst.each.percentile(99);
    report.target(&format!("sign-in p99: {}, under 3 s", ms(p99)), p99 < P99_MAX);
    let echo = beside.percentile(99);
    report.target(&format!("the others' p99: {}, under 250 ms", ms(echo)), echo < ECHO_MAX);
    report.target(
        &format!("memory: {resident} MiB, {above_each} KiB a link above before, at most 64"),
        above_each <= LINK_KIB_MAX,
    );
    Ok(())
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Way::Password => "password",
            Way::Token => "token",
        }
    }
}

impl People {
    /// Makes accounts; their numbers as clients begin at `first`.
    fn register(server: &Executable, first: usize, count: usize) -> Result<Self, Failure> {
        let (pool, address) = (Pool::start()?, server.address);
        let mut credentials = Vec::new();
        for number in first..first + count {
            let (_, credential) =
                future::block_on(pool.spawn(Credential::register(address, number)))?;
            credentials.push(credential);
        }
        Ok(People { pool, address, credentials })
    }

    /// Everybody signs in at once, and stays until all are in.
    fn come(&mut self, server: &Executable, way: Way) -> Result<Burst, Failure> {
        let (began, before) = (uptime(), server.cpu().unwrap_or_default());
        let coming: Vec<_> = self
            .credentials
            .drain(..)
            .map(|credential| self.pool.spawn(timed(credential, (self.address, way), began)))
            .collect();
        let mut each = Vec::new();
        let mut links = Vec::new();
        for coming in coming {
            let (took, link, credential) = future::block_on(coming)?;
            self.credentials.push(credential);
            each.push(took);
            links.push(link);
        }
        let took = uptime().saturating_sub(began);
        let cpu = server.cpu().unwrap_or_default().saturating_sub(before);
        let resident_kib = server.resident_kib().unwrap_or_default();
        Ok(Burst { took, each: Latencies::new(each), cpu, resident_kib })
    }
}

async fn timed(
    mut credential: Credential,
    (address, way): (SocketAddr, Way),
    began: Duration,
) -> Result<(Duration, Link, Credential), Failure> {
    let link = match way {
        Way::Password => credential.by_password(address).await?,
        Way::Token => credential.by_token(address).await?,
    };
    Ok((uptime().saturating_sub(began), link, credential))
}
