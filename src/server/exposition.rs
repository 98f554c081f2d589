//! The counters over http, in Prometheus' text format 0.0.4: one request a connection, then closed.
//!
//! A fixed number of loops accept and answer one connection each, so that as many silent callers
//! as there are loops hold it up for one deadline at most, and never the rest of the server.

use std::fmt::{Display, Write as _};
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_executor::Executor;
use async_io::{Async, Timer};
use futures_util::future::join_all;
use smol::future;
use smol::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use super::bounds::Bound;
use super::listen::{self, AcceptError};
use super::readers::Ask;
use super::session::Shared;
use crate::clock;
use crate::limits::{SCRAPE_BYTES_MAX, SCRAPE_DEADLINE, SCRAPES_AT_ONCE};

/// After an error of accepting, which another try at once would only meet again.
const ACCEPT_AGAIN: Duration = Duration::from_secs(1);
/// Unread bytes of a refused request that are taken, so that closing does not destroy the answer.
const REST_BYTES_MAX: u64 = 64 * 1024;
const TEXT: &str = "text/plain; charset=utf-8";
const EXPOSITION: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Answers on a listener until the executor is dropped; returns where, with the real port.
pub(super) fn start(
    executor: &Executor<'static>,
    listener: Async<TcpListener>,
    shared: &Arc<Shared>,
) -> Option<SocketAddr> {
    let address = listener.get_ref().local_addr().ok()?;
    tracing::info!("counters at http://{address}/metrics");
    let source = Source { shared: shared.clone(), started: clock::uptime() };
    let serve = async move {
        join_all((0..SCRAPES_AT_ONCE).map(|_| accept(&listener, &source))).await;
    };
    executor.spawn(serve).detach();
    Some(address)
}

/// What the counters are read from.
struct Source {
    shared: Arc<Shared>,
    started: Duration,
}

/// What a request asks for, or why it gets nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Metrics,
    Health,
    NotFound,
    NotAllowed,
    Malformed,
}

async fn accept(listener: &Async<TcpListener>, source: &Source) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let late = async {
                    Timer::after(SCRAPE_DEADLINE).await;
                    Err(io::ErrorKind::TimedOut.into())
                };
                if let Err(error) = future::or(talk(stream, source), late).await {
                    tracing::debug!(%peer, %error, "asked for counters");
                }
            }
            Err(error) if listen::sort(&error) == AcceptError::Connection => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept those who ask for counters now");
                Timer::after(ACCEPT_AGAIN).await;
            }
        }
    }
}

async fn talk(mut stream: Async<TcpStream>, source: &Source) -> io::Result<()> {
    let head = read_head(&mut stream).await?;
    if head.is_empty() {
        return Ok(());
    }
    let answer = match asked(&head) {
        Asked::Metrics => response("200 OK", EXPOSITION, &source.exposition().await),
        Asked::Health => match source.illness() {
            None => response("200 OK", TEXT, "ok\n"),
            Some(why) => response("503 Service Unavailable", TEXT, why),
        },
        Asked::NotFound => response("404 Not Found", TEXT, ""),
        Asked::NotAllowed => response("405 Method Not Allowed\r\nAllow: GET", TEXT, ""),
        Asked::Malformed => response("400 Bad Request", TEXT, ""),
    };
    stream.write_all(answer.as_bytes()).await?;
    stream.get_ref().shutdown(Shutdown::Write)?;
    // Closing over unread bytes resets the connection, which can overtake the answer.
    let mut rest = stream.take(REST_BYTES_MAX);
    let mut sink = [0; 1024];
    while rest.read(&mut sink).await? > 0 {}
    Ok(())
}

/// Reads to the empty line; less where the first line is no request, or the caller ended early,
/// or the bound is reached.
async fn read_head<R: AsyncRead + Unpin>(reader: &mut R) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut part = [0; 1024];
    loop {
        let room = part.len().min(SCRAPE_BYTES_MAX - head.len());
        let count = reader.read(&mut part[..room]).await?;
        head.extend_from_slice(&part[..count]);
        let is_refused = first_line(&head).is_some_and(|line| request(line).is_none());
        if count == 0 || is_refused || is_complete(&head) {
            return Ok(head);
        }
    }
}

fn is_complete(head: &[u8]) -> bool {
    head.windows(4).any(|end| end == b"\r\n\r\n") || head.windows(2).any(|end| end == b"\n\n")
}

fn first_line(head: &[u8]) -> Option<&[u8]> {
    let line = head.split(|byte| *byte == b'\n').next().filter(|line| line.len() < head.len())?;
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}

/// Method and path of a request line of HTTP/1.x.
fn request(line: &[u8]) -> Option<(&str, &str)> {
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let is_token = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_version = matches!(version, "HTTP/1.0" | "HTTP/1.1");
    let is_request = is_token && target.starts_with('/') && is_version && words.next().is_none();
    is_request.then(|| (method, target.split('?').next().unwrap_or(target)))
}

fn asked(head: &[u8]) -> Asked {
    let line = first_line(head).filter(|_| is_complete(head));
    match line.and_then(request) {
        None => Asked::Malformed,
        Some(("GET", "/metrics")) => Asked::Metrics,
        Some(("GET", "/healthz")) => Asked::Health,
        Some((_, "/metrics" | "/healthz")) => Asked::NotAllowed,
        Some(_) => Asked::NotFound,
    }
}

fn response(status: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
         Cache-Control: no-store\r\nConnection: close\r\n\r\n{body}"
    )
}

impl Source {
    /// Why people cannot use the server as they should.
    fn illness(&self) -> Option<&'static str> {
        match () {
            () if self.shared.jobs.is_closed() => Some("closing, or the store failed\n"),
            () if self.shared.disk_full.load(Ordering::Relaxed) => {
                Some("the disk is nearly full: read only\n")
            }
            () => None,
        }
    }

    async fn exposition(&self) -> String {
        let counts = self.shared.readers.ask(|slot| Ask::Counts { slot }).await;
        let metrics = &self.shared.metrics;
        let uptime = clock::uptime().saturating_sub(self.started);
        let store = Duration::from_micros(metrics.store_us.load(Ordering::Relaxed));
        let mut text = String::new();
        let mut counter = |name, help, value: &dyn Display| {
            family(&mut text, "counter", name, help, value);
        };
        let messages = metrics.messages.load(Ordering::Relaxed);
        counter("messages_total", "Messages accepted since the start.", &messages);
        let bytes = metrics.bytes_in.load(Ordering::Relaxed);
        counter("received_bytes_total", "Bytes read from clients.", &bytes);
        let bytes = metrics.bytes_out.load(Ordering::Relaxed);
        counter("sent_bytes_total", "Bytes written to clients.", &bytes);
        let bytes = metrics.files_in.load(Ordering::Relaxed);
        counter("files_received_bytes_total", "Bytes of files that came.", &bytes);
        let bytes = metrics.files_out.load(Ordering::Relaxed);
        counter("files_sent_bytes_total", "Bytes of files that went to people.", &bytes);
        let batches = metrics.batches.load(Ordering::Relaxed);
        counter("commits_total", "Batches that the writer applied.", &batches);
        counter("commit_seconds_total", "Time that the writer spent in them.", &seconds(store));
        let mut gauge = |name, help, value: &dyn Display| {
            family(&mut text, "gauge", name, help, value);
        };
        let online = self.shared.board.count_online();
        gauge("online_accounts", "Accounts with a session, the invisible ones too.", &online);
        // No number is better than a wrong one when the store does not answer.
        if let Some((accounts, rooms)) = counts {
            gauge("accounts", "Accounts that exist.", &accounts);
            gauge("rooms", "Rooms that exist.", &rooms);
        }
        let links = self.shared.transfers.count();
        gauge("file_links", "Files that travel now.", &links);
        if let Some(bytes) = self.shared.readers.ask(|slot| Ask::FileBytes { slot }).await {
            gauge("files_bytes", "Bytes of files that are kept or on their way.", &bytes);
        }
        let is_low = u8::from(self.shared.disk_full.load(Ordering::Relaxed));
        gauge("read_only", "1 while the disk is nearly full: nothing is taken.", &is_low);
        if let Ok(free) = fs4::available_space(self.shared.files.folder()) {
            gauge("disk_free_bytes", "Free bytes where the files lie.", &free);
        }
        let bytes = metrics.ballast.load(Ordering::Relaxed);
        gauge("ballast_bytes", "Bytes that are given up on a full disk.", &bytes);
        gauge("uptime_seconds", "Time since the server started.", &seconds(uptime));
        self.backups(&mut text);
        let met = self.shared.policy.met();
        let refused = |bound: Bound| met.refused(bound);
        let help = "Turned away or dropped at a bound, since the start.";
        bounds(&mut text, ("refused_total", help), Bound::ALL, refused);
        let slowed = |bound: Bound| met.slowed(bound);
        let help = "Had to wait at a bound, since the start.";
        bounds(&mut text, ("slowed_total", help), Bound::SLOWING, slowed);
        text
    }

    fn backups(&self, text: &mut String) {
        let metrics = &self.shared.metrics;
        let [made, failed] = [&metrics.backups_made, &metrics.backups_failed]
            .map(|count| count.load(Ordering::Relaxed));
        let help = "Backups since the start, by what came of them.";
        let name = "mychat_backups_total";
        // Writing to a string does not fail.
        write!(
            text,
            "# HELP {name} {help}\n# TYPE {name} counter\n{name}{{result=\"ok\"}} {made}\n\
             {name}{{result=\"failed\"}} {failed}\n"
        )
        .ok();
        if let Some(backup) = self.shared.chores.remembered().0 {
            let at = backup.at / 1_000;
            let name = "backup_last_success_timestamp_seconds";
            family(text, "gauge", name, "The moment that the last good backup shows.", &at);
        }
    }
}

fn family(text: &mut String, kind: &str, name: &str, help: &str, value: &dyn Display) {
    let name = format!("mychat_{name}");
    // Writing to a string does not fail.
    write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n").ok();
}

/// One sample for each bound, those at zero too: a rate needs its first step.
fn bounds(
    text: &mut String,
    (name, help): (&str, &str),
    of: &[Bound],
    count: impl Fn(Bound) -> u64,
) {
    write!(text, "# HELP mychat_{name} {help}\n# TYPE mychat_{name} counter\n").ok();
    for bound in of {
        let (label, count) = (bound.label(), count(*bound));
        writeln!(text, "mychat_{name}{{limit=\"{label}\"}} {count}").ok();
    }
}

fn seconds(span: Duration) -> String {
    format!("{}.{:06}", span.as_secs(), span.subsec_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_sorted_by_its_head() {
        let rows: [(&str, Asked); 14] = [
            ("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", Asked::Metrics),
            ("GET /metrics?x=1 HTTP/1.0\r\n\r\n", Asked::Metrics),
            ("GET /metrics HTTP/1.1\n\n", Asked::Metrics),
            ("GET /healthz HTTP/1.1\r\n\r\n", Asked::Health),
            ("GET / HTTP/1.1\r\n\r\n", Asked::NotFound),
            ("POST /nowhere HTTP/1.1\r\n\r\n", Asked::NotFound),
            ("POST /metrics HTTP/1.1\r\n\r\n", Asked::NotAllowed),
            ("HEAD /healthz HTTP/1.1\r\n\r\n", Asked::NotAllowed),
            ("GET /metrics HTTP/2\r\n\r\n", Asked::Malformed),
            ("GET /metrics HTTP/1.1\r\nHost: a\r\n", Asked::Malformed),
            ("GET  /metrics HTTP/1.1\r\n\r\n", Asked::Malformed),
            ("GET http://a/metrics HTTP/1.1\r\n\r\n", Asked::Malformed),
            ("\r\n\r\n", Asked::Malformed),
            ("\u{16}\u{3}\u{1}", Asked::Malformed),
        ];
        for (head, expected) in rows {
            assert_eq!(asked(head.as_bytes()), expected, "{head:?}");
        }
    }

    #[test]
    fn a_head_is_read_to_its_end_or_its_bound_and_no_further() {
        let endless = [b"GET / HTTP/1.1\r\nX: ".as_slice(), &[b'x'; 9000]].concat();
        let rows: [(&[u8], usize); 4] = [
            (b"GET / HTTP/1.1\r\n\r\n", 18),
            (b"GET / HT", 8),
            (&endless, SCRAPE_BYTES_MAX),
            (b"", 0),
        ];
        for (sent, taken) in rows {
            let mut reader = sent;
            let head = smol::block_on(read_head(&mut reader)).unwrap();
            assert_eq!(head.len(), taken);
        }
    }

    #[test]
    fn a_value_stands_under_its_help_and_type() {
        let mut text = String::new();
        family(&mut text, "gauge", "n", "Some.", &seconds(Duration::from_micros(1_000_002)));
        assert_eq!(text, "# HELP mychat_n Some.\n# TYPE mychat_n gauge\nmychat_n 1.000002\n");
    }
}
