//! Property: whoever asks for the counters gets them, whatever others send or keep silent about.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use mychat::net::verb::Verb;
use mychat::server::admin;
use mychat::server::bounds::Bound;
use mychat::server::{Server, ServerError, Setup};

/// Of a server that made none yet.
const BACKUPS: &str = "mychat_backups_total{result=\"ok\"} 0";

#[test]
fn counters_are_read_beside_garbage_and_silence() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), "127.0.0.1:0".parse().unwrap()).unwrap();
    let address = server.ready().metrics.unwrap();
    let mut peer = crate::peer::Peer::connect(server.ready().listening[0]);
    peer.register("ann").unwrap();

    let silent: Vec<_> = (0..3).map(|_| TcpStream::connect(address).unwrap()).collect();
    let text = ask(address, "GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n");
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    assert!(text.contains("Content-Type: text/plain; version=0.0.4"), "{text}");
    for line in
        ["mychat_accounts 1", "mychat_online_accounts 1", "mychat_messages_total 0", BACKUPS]
    {
        assert!(text.lines().any(|is| is == line), "{line}: {text}");
    }
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    let samples: Vec<_> = body.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(samples.len() > 12, "{body}");
    for sample in samples {
        let (name, value) = sample.split_once(' ').unwrap();
        let name = name.split('{').next().unwrap();
        let kind = if name.ends_with("_total") { "counter" } else { "gauge" };
        assert!(body.contains(&format!("# TYPE {name} {kind}\n")), "{name}");
        assert!(body.contains(&format!("# HELP {name} ")), "{name}");
        assert!(value.parse::<f64>().is_ok(), "{sample}");
    }
    let text = ask(address, "GET /healthz HTTP/1.0\r\n\r\n");
    assert!(text.starts_with("HTTP/1.1 200 ") && text.ends_with("\r\n\r\nok\n"), "{text}");
    let endless = format!("GET /metrics HTTP/1.1\r\nX: {}", "x".repeat(9000));
    let refused = [
        ("GET / HTTP/1.1\r\n\r\n", "404"),
        ("POST /metrics HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", "405"),
        ("what is this\r\n", "400"),
        (&endless, "400"),
    ];
    for (request, code) in refused {
        let text = ask(address, request);
        assert!(text.starts_with(&format!("HTTP/1.1 {code} ")), "{code}: {text}");
    }
    drop(silent);

    let other = tempfile::tempdir().unwrap();
    let refused = serve(other.path(), address).err();
    assert!(matches!(refused, Some(ServerError::Listen { .. })), "{refused:?}");
    server.stopper().stop();
    server.wait().unwrap();
}

fn serve(folder: &std::path::Path, metrics: SocketAddr) -> Result<Server, ServerError> {
    Server::start(Setup {
        listen: vec!["127.0.0.1:0".parse().unwrap()],
        data: folder.to_owned(),
        name: Some("test".to_owned()),
        discovery: false,
        metrics: Some(metrics),
    })
}

/// Sends a request and reads to the end of the answer.
pub fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// What stands between backquotes at the start of the rows of a table.
fn named(page: &str) -> BTreeSet<&str> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split_once('`')).map(|(name, _)| name).collect()
}

#[test]
fn every_counter_is_in_the_documents_and_no_other_is() {
    let ground = crate::peer::Ground::start();
    // Some are left out before the first backup.
    admin::run(ground.folder(), Verb::Backup { path: None }).unwrap();
    let answer = ask(ground.counters(), "GET /metrics HTTP/1.1\r\n\r\n");
    let families = answer.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let exposed: BTreeSet<&str> = families.filter_map(|line| line.split(' ').next()).collect();
    let page = include_str!("../../docs/metrics.md");
    let (metrics, rest) = page.split_once("## Limits").unwrap();
    assert_eq!(named(metrics), exposed);
    let limits: BTreeSet<&str> = Bound::ALL.iter().map(|bound| bound.label()).collect();
    let (table, alerts) = rest.split_once("## Alerts").unwrap();
    assert_eq!(named(table), limits);

    let rules = include_str!("../../docs/alerts.yml");
    let told: BTreeSet<&str> =
        rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert_eq!(named(alerts), told, "each alert says what to do");
    for rule in rules.lines().filter_map(|line| line.trim().strip_prefix("expr: ")) {
        let words = rule.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let mut metrics = words.filter(|word| word.starts_with("mychat_"));
        assert!(metrics.all(|metric| exposed.contains(metric)), "{rule}");
    }
}
