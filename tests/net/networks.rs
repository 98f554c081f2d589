//! What networks do: two of them in one host, access points that keep their guests apart, lost
//! packets, and a firewall that closes the port of mDNS.

use std::time::Duration;

use mychat::clock;
use serde_json::Value;

use crate::lan::Lan;
use crate::programs::{MYCHAT, PATIENCE, Running, Server, discover, script};

/// So long may it take where three of ten packets are lost.
const FOUND_IN_SPITE_OF_LOSS: Duration = Duration::from_secs(15);

fn addresses(line: &Value) -> Vec<&str> {
    line["addresses"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

#[test]
fn a_host_in_two_networks_finds_both_servers_and_neither_leaks_into_the_other() {
    let lan = Lan::lay_all(&[&["one", "guest1", "both"], &["two", "guest2", "both"]]);
    let Some(lan) = lan else { return };
    let one = Server::start(&lan, "one", "One", &[]);
    let two = Server::start(&lan, "two", "Two", &[]);
    let waiting = Running::part(&lan, "both", "browse", "");
    let mut missing = vec!["One 10.77.0.1", "Two 10.78.0.1"];
    waiting.until("both servers", |line| {
        missing.retain(|name| !line.contains(name));
        missing.is_empty().then_some(())
    });
    for (guest, server, near, far) in
        [("guest1", &one, "10.77.", "10.78."), ("guest2", &two, "10.78.", "10.77.")]
    {
        let found = discover(&lan, guest, 2);
        let [line] = &found[..] else { panic!("{guest}: {found:?}") };
        assert_eq!(line["id"], server.id.to_base32(), "{guest}");
        assert!(line["address"].as_str().unwrap().starts_with(near), "{guest}: {line}");
        assert!(addresses(line).iter().all(|address| !address.starts_with(far)), "{guest}: {line}");
    }
    // One that is in both networks is found in each, by the address that it has there.
    let both = Server::start(&lan, "both", "Both", &[]);
    for (guest, near, far) in [("guest1", "10.77.", "10.78."), ("guest2", "10.78.", "10.77.")] {
        let found = discover(&lan, guest, 2);
        let line = found.iter().find(|line| line["id"] == both.id.to_base32()).unwrap();
        assert!(line["address"].as_str().unwrap().starts_with(near), "{guest}: {line}");
        assert!(addresses(line).iter().all(|address| !address.starts_with(far)), "{guest}: {line}");
    }
}

#[test]
fn a_link_local_address_of_ipv6_is_dialled_with_its_interface() {
    let Some(lan) = Lan::lay(&["server", "guest"]) else { return };
    let server = Server::start(&lan, "server", "Six", &[]);
    let waiting = Running::part(&lan, "guest", "browse", "");
    waiting.expect("found");
    let found = discover(&lan, "guest", 2);
    let expected = format!("[{}%lan0]:{}", lan.link_local("server"), server.port);
    assert!(addresses(&found[0]).contains(&&*expected), "{expected} is not in {found:?}");
    let home = tempfile::tempdir().unwrap();
    let mut command = script(&lan, "guest", &expected, &home);
    let client = Running::start("client", command.args(["--trust", "first"]));
    client.json("connected", |line| line["event"] == "connected");
}

#[test]
fn guests_that_an_access_point_keeps_apart_find_nobody_and_are_told_what_to_do() {
    let Some(lan) = Lan::lay(&["server", "guest", "desk"]) else { return };
    let server = Server::start(&lan, "server", "Apart", &[]);
    Running::part(&lan, "guest", "browse", "").expect("found");
    lan.isolate(&["server", "guest"]);
    assert_eq!(discover(&lan, "guest", 3), Vec::<Value>::new());
    let told = lan.run("guest", MYCHAT, &["discover", "--wait", "1"]).unwrap();
    assert_eq!(told, "no server found on this network\n");
    // Who is not on that access point still finds it.
    assert_eq!(discover(&lan, "desk", 2).len(), 1);

    let (address, home) = (format!("10.77.0.1:{}", server.port), tempfile::tempdir().unwrap());
    let mut command = script(&lan, "guest", &address, &home);
    let client = Running::start("client", command.args(["--trust", "first"]));
    let told = client.json("why there is no link", |line| line["event"] == "disconnected");
    assert_eq!(told["reason"], "unreachable");
    let words = told["message"].as_str().unwrap();
    assert!(words.contains("check the address") && words.contains("guest"), "{words}");
}

#[test]
fn a_server_is_found_where_three_of_ten_packets_are_lost() {
    let Some(lan) = Lan::lay(&["server", "guest"]) else { return };
    let rule = "numgen random mod 100 < 30 drop";
    for host in ["server", "guest"] {
        let Some(()) = lan.judge_mdns(host, rule) else { return };
    }
    let _server = Server::start(&lan, "server", "Lossy", &[]);
    let began = clock::uptime();
    let waiting = Running::part(&lan, "guest", "browse", "");
    waiting.expect("found Lossy");
    let took = clock::uptime().saturating_sub(began);
    println!("found after {took:?} in spite of 30 % loss");
    assert!(took < FOUND_IN_SPITE_OF_LOSS, "{took:?}");
}

#[test]
fn a_host_whose_port_of_mdns_is_closed_asks_from_another_one() {
    let Some(lan) = Lan::lay(&["server", "guest"]) else { return };
    let Some(()) = lan.judge_mdns("guest", "drop") else { return };
    let mut server = Server::start(&lan, "server", "问得到", &[]);
    let began = clock::uptime();
    let waiting = Running::part(&lan, "guest", "browse", "");
    waiting.expect("found 问得到 10.77.0.1");
    let took = clock::uptime().saturating_sub(began);
    println!("found after {took:?} with a closed port");
    assert!(took < PATIENCE / 5, "{took:?}");
    assert_eq!(discover(&lan, "guest", 2)[0]["id"], server.id.to_base32());
    // Its goodbye is not heard. What is not there any more is asked for and goes.
    let listed = Running::part(&lan, "guest", "find", "{}");
    let has = |count| move |line: &Value| line["cards"].as_array().map(Vec::len) == Some(count);
    listed.json("a list with it", has(1));
    server.program.stop();
    listed.json("a list without it", has(0));
}
