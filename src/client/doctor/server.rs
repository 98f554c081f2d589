//! One server, step by step: its port, its key, its version, its clock, its pace.

use std::io;
use std::time::Duration;

use async_io::{Async, Timer};
use smol::future;
use smol::io::{AsyncReadExt, AsyncWriteExt};

use super::verdict::{Check, Verdict};
use crate::client::api::Failure;
use crate::client::probe::greet;
use crate::client::wire::Stream;
use crate::client::words::one_line;
use crate::clock;
use crate::domain::ServerId;
use crate::limits::NAME_BYTES_MAX;
use crate::net::address::Address;
use crate::net::dial::{DialError, dial};
use crate::net::protocol::{ALPN_CHAT, Goodbye, VERSION, Welcome};
use crate::net::tls::{self, TlsError};

/// Connecting takes no longer; the address is looked up in it too.
const DIAL_MAX: Duration = Duration::from_secs(4);
/// Each step behind that takes no longer.
const STEP_MAX: Duration = Duration::from_secs(2);
/// What is not MyChat is asked for so long what it is.
const ASK_MAX: Duration = Duration::from_secs(1);
/// Clocks that differ by less are the same for whoever reads the time of a message.
const CLOCK_MS: u64 = 120_000;
/// An answer that takes longer is felt.
const SLOW_MS: u64 = 500;

/// The server that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Where.
    pub address: Address,
    /// The key that it has to prove, where one is known.
    pub expected: Option<ServerId>,
    /// That key was proven there before; else a link or an announcement says so.
    pub is_met: bool,
}

/// Goes through all steps and tells each; those behind one that failed are skipped.
pub(super) async fn examine(server: &Server, tell: &impl Fn(Check, Verdict)) {
    let steps = [Check::Port, Check::Key, Check::Version, Check::Clock, Check::Latency];
    let done = through(server, tell).await;
    for check in steps.into_iter().skip(done) {
        tell(check, Verdict::Skipped);
    }
}

/// How many steps were told.
async fn through(server: &Server, tell: &impl Fn(Check, Verdict)) -> usize {
    let Server { address, expected, is_met } = server;
    let stream = match within(DIAL_MAX, dial(address)).await {
        Some(Ok((stream, reached))) => {
            tell(Check::Port, Verdict::Open(reached.to_string()));
            stream
        }
        Some(Err(error)) => {
            tell(Check::Port, judge_dial(&error, address));
            return 1;
        }
        None => {
            tell(Check::Port, Verdict::TimedOut(address.to_string()));
            return 1;
        }
    };
    let secured = secure(stream, *expected).await;
    let stream = match secured {
        Ok((stream, id)) => {
            let known = expected.is_some();
            tell(Check::Key, if known { Verdict::Proven(id) } else { Verdict::FirstMet(id) });
            stream
        }
        Err(error) => {
            let verdict = judge_tls(error.as_ref(), *expected, *is_met);
            let is_mychat =
                matches!(verdict, Verdict::KeyChanged { .. } | Verdict::KeyOther { .. });
            let start = if is_mychat { None } else { start_of(address).await };
            tell(Check::Key, judge_start(start, verdict));
            return 2;
        }
    };
    let asked = clock::uptime();
    let answer = within(STEP_MAX, greet(stream)).await;
    let took_ms = clock::millis(clock::uptime().saturating_sub(asked));
    match answer {
        Some(Ok(welcome)) => {
            tell(Check::Version, judge_version(&welcome));
            tell(Check::Clock, judge_clock(welcome.now, clock::wall_ms()));
            tell(Check::Latency, judge_latency(took_ms));
            5
        }
        Some(Err(failure)) => {
            tell(Check::Version, judge_failure(&failure));
            3
        }
        None => {
            tell(Check::Version, Verdict::Garbled);
            3
        }
    }
}

/// `None` when the time was over first.
async fn within<T>(most: Duration, work: impl Future<Output = T>) -> Option<T> {
    let late = async {
        Timer::after(most).await;
        None
    };
    future::or(async { Some(work.await) }, late).await
}

/// `None` for a peer that stays silent.
async fn secure(
    stream: Async<std::net::TcpStream>,
    expected: Option<ServerId>,
) -> Result<(Stream, ServerId), Option<TlsError>> {
    let config = tls::client_config(expected, ALPN_CHAT).map_err(Some)?;
    match within(STEP_MAX, tls::connect(stream, config)).await {
        Some(secured) => secured.map_err(Some),
        None => Err(None),
    }
}

fn judge_dial(error: &DialError, address: &Address) -> Verdict {
    let place = address.to_string();
    match error {
        DialError::NameUnknown(name) => Verdict::NameUnknown(name.clone()),
        DialError::PortClosed => Verdict::Refused(place),
        DialError::Unreachable(error) => match error.kind() {
            io::ErrorKind::TimedOut => Verdict::TimedOut(place),
            io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable => Verdict::NoRoute(place),
            io::ErrorKind::PermissionDenied => Verdict::Denied(place),
            _ => Verdict::Unreached(error.to_string()),
        },
    }
}

/// What a handshake came to that did not end well; `None` for one that did not end.
fn judge_tls(error: Option<&TlsError>, expected: Option<ServerId>, is_met: bool) -> Verdict {
    match (error, expected) {
        (None, _) => Verdict::Mute,
        (Some(TlsError::WrongKey { offered }), Some(expected)) => match is_met {
            true => Verdict::KeyChanged { expected, offered: *offered },
            // What was never met cannot have changed.
            false => Verdict::KeyOther { expected, offered: *offered },
        },
        (Some(TlsError::NotMyChat(_)), _) => Verdict::OtherProtocol,
        (Some(_), _) => Verdict::HungUp,
    }
}

/// How the answer starts when what is no MyChat is asked as a browser would ask it.
async fn start_of(address: &Address) -> Option<[u8; 5]> {
    let asked = async {
        let (mut stream, _) = dial(address).await.ok()?;
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await.ok()?;
        let mut start = [0; 5];
        stream.read_exact(&mut start).await.ok()?;
        Some(start)
    };
    within(ASK_MAX, asked).await.flatten()
}

/// What answers, known by its first bytes; without any it is what the handshake came to.
fn judge_start(start: Option<[u8; 5]>, handshake: Verdict) -> Verdict {
    match start {
        None => handshake,
        Some(start) if &start == b"HTTP/" => Verdict::Http,
        // A record of TLS that says alert: it wanted a handshake.
        Some([0x15, 0x03, ..]) => Verdict::OtherTls,
        Some(_) => Verdict::OtherProtocol,
    }
}

fn judge_version(welcome: &Welcome) -> Verdict {
    let program = one_line(&welcome.program, NAME_BYTES_MAX);
    match welcome.version.cmp(&VERSION) {
        std::cmp::Ordering::Equal => Verdict::Speaks(program),
        std::cmp::Ordering::Less => Verdict::ServerOld(program),
        std::cmp::Ordering::Greater => Verdict::ClientOld,
    }
}

fn judge_failure(failure: &Failure) -> Verdict {
    match failure.goodbye() {
        Some(Goodbye::TooOld) => Verdict::ClientOld,
        Some(goodbye) => Verdict::SaidGoodbye(goodbye),
        None => Verdict::Garbled,
    }
}

fn judge_clock(theirs_ms: i64, ours_ms: i64) -> Verdict {
    let apart = theirs_ms.abs_diff(ours_ms);
    let seconds = apart / 1_000;
    match theirs_ms {
        // Servers before this field said nothing.
        0 => Verdict::ClockUntold,
        _ if apart < CLOCK_MS => Verdict::ClockSame,
        theirs if theirs > ours_ms => Verdict::ClockAhead(seconds),
        _ => Verdict::ClockBehind(seconds),
    }
}

fn judge_latency(ms: u64) -> Verdict {
    if ms < SLOW_MS { Verdict::Quick(ms) } else { Verdict::Slow(ms) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::protocol::Registration;

    #[test]
    fn why_a_port_cannot_be_reached_is_told_apart() {
        let address = Address { host: "10.0.0.1".into(), port: 7 };
        let place = || "10.0.0.1:7".to_owned();
        let failed = |kind: io::ErrorKind| DialError::Unreachable(kind.into());
        let cases = [
            (DialError::PortClosed, Verdict::Refused(place())),
            (DialError::NameUnknown("x.y".into()), Verdict::NameUnknown("x.y".into())),
            (failed(io::ErrorKind::TimedOut), Verdict::TimedOut(place())),
            (failed(io::ErrorKind::NetworkUnreachable), Verdict::NoRoute(place())),
            (failed(io::ErrorKind::HostUnreachable), Verdict::NoRoute(place())),
            (failed(io::ErrorKind::PermissionDenied), Verdict::Denied(place())),
        ];
        for (error, verdict) in cases {
            assert_eq!(judge_dial(&error, &address), verdict);
        }
        let other = judge_dial(&DialError::Unreachable(io::Error::other("odd")), &address);
        assert_eq!(other, Verdict::Unreached("odd".into()));
    }

    #[test]
    fn what_answers_is_known_by_its_first_bytes() {
        let judged = |start| judge_start(start, Verdict::Mute);
        assert_eq!(judged(Some(*b"HTTP/")), Verdict::Http);
        assert_eq!(judged(Some([0x15, 3, 3, 0, 2])), Verdict::OtherTls);
        assert_eq!(judged(Some(*b"SSH-2")), Verdict::OtherProtocol);
        assert_eq!(judged(None), Verdict::Mute);
    }

    #[test]
    fn the_older_side_is_named() {
        let welcome = |version| Welcome {
            version,
            features: Vec::new(),
            program: "mychat\n 9".into(),
            name: "x".into(),
            registration: Registration::Open,
            online: 0,
            now: 1,
            generation: None,
        };
        assert_eq!(judge_version(&welcome(VERSION)), Verdict::Speaks("mychat 9".into()));
        assert_eq!(judge_version(&welcome(VERSION - 1)), Verdict::ServerOld("mychat 9".into()));
        assert_eq!(judge_version(&welcome(VERSION + 1)), Verdict::ClientOld);
        assert_eq!(judge_failure(&Failure::Goodbye(Goodbye::TooOld)), Verdict::ClientOld);
        let banned = Verdict::SaidGoodbye(Goodbye::Banned);
        assert_eq!(judge_failure(&Failure::Goodbye(Goodbye::Banned)), banned);
        assert_eq!(judge_failure(&Failure::NotMyChat), Verdict::Garbled);
    }

    #[test]
    fn clocks_may_differ_a_little() {
        let ours = 1_700_000_000_000;
        for (theirs, verdict) in [
            (0, Verdict::ClockUntold),
            (ours, Verdict::ClockSame),
            (ours + 119_999, Verdict::ClockSame),
            (ours + 120_000, Verdict::ClockAhead(120)),
            (ours - 3_600_500, Verdict::ClockBehind(3_600)),
            (i64::MIN, Verdict::ClockBehind(ours.abs_diff(i64::MIN) / 1_000)),
        ] {
            assert_eq!(judge_clock(theirs, ours), verdict);
        }
        assert_eq!(judge_latency(499), Verdict::Quick(499));
        assert_eq!(judge_latency(500), Verdict::Slow(500));
    }
}
