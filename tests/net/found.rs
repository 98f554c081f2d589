//! Two hosts and a wire: a server is found in less than two seconds, and gone at once when it ends
//! in order.

use std::time::Duration;

use mychat::clock;
use mychat::domain::ServerId;

use crate::lan::Lan;
use crate::programs::{Running, Server, discover};

/// The promise.
const FOUND_WITHIN: Duration = Duration::from_secs(2);
/// A goodbye takes effect in a second.
const GONE_WITHIN: Duration = Duration::from_secs(3);

#[test]
fn a_server_is_found_by_who_comes_and_by_who_waits_and_its_goodbye_is_heard() {
    let Some(lan) = Lan::lay(&["left", "right"]) else { return };
    let waiting = Running::part(&lan, "right", "browse", "");
    waiting.expect("listening");

    let began = clock::uptime();
    let mut server = Running::part(&lan, "left", "announce", "");
    server.expect("announcing");
    let found = waiting.expect("found");
    assert!(found.contains("青柠 Server 10.77.0.1 1029"), "{found}");
    let took = clock::uptime().saturating_sub(began);
    println!("found by who waited after {took:?}");
    assert!(took < FOUND_WITHIN, "found by who waited after {took:?}");

    let began = clock::uptime();
    let coming = Running::part(&lan, "right", "browse", "");
    coming.expect("found");
    let took = clock::uptime().saturating_sub(began);
    println!("found by who came after {took:?}");
    assert!(took < FOUND_WITHIN, "found by who came after {took:?}");

    server.end();
    let began = clock::uptime();
    for host in [&waiting, &coming] {
        host.expect("lost");
    }
    let took = clock::uptime().saturating_sub(began);
    println!("lost after {took:?}");
    assert!(took < GONE_WITHIN, "lost after {took:?}");
}

#[test]
fn the_program_serves_on_one_host_and_is_found_by_the_program_on_the_other() {
    let Some(lan) = Lan::lay(&["left", "right"]) else { return };
    let mut server = Server::start(&lan, "left", "青柠 Server", &[]);
    let waiting = Running::part(&lan, "right", "browse", "");
    waiting.expect("found");
    let found = discover(&lan, "right", 2);
    let [line] = &found[..] else { panic!("{found:?}") };
    assert_eq!((&line["name"], &line["address"]), (&"青柠 Server".into(), &"10.77.0.1".into()));
    assert_eq!(line["fingerprint"], *server.key);
    assert_eq!(line["port"].as_u64(), Some(u64::from(server.port)));
    assert_eq!(ServerId::parse(line["id"].as_str().unwrap()), Some(server.id));

    server.program.stop();
    let began = clock::uptime();
    waiting.expect(&format!("lost {}", server.id));
    let took = clock::uptime().saturating_sub(began);
    assert!(took < GONE_WITHIN, "lost after {took:?}");
}
