//! Who lies on a LAN: takes a name, says goodbye for others, floods. A known server stays in the
//! list and usable, and nobody else gets what belongs to it.

use std::time::Duration;

use mychat::clock;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::lan::Lan;
use crate::programs::{PATIENCE, Running, Server, script};

/// Memory that a flood may cost a program, while it lasts.
const FLOOD_MIB: u64 = 64;
const PASSWORD: &str = "orchard gate 7";

/// Somebody registers at a server and keeps its key and a token.
fn register(lan: &Lan, host: &str, address: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let mut command = script(lan, host, address, &home);
    let mut client = Running::start("client", command.args(["--trust", "first"]));
    let words = json!({"id": 1, "do": "register", "nickname": "alice", "password": PASSWORD});
    client.say(&words.to_string());
    client.json("registered", |line| line["id"] == 1 && line["ok"].is_object());
    client.end();
    home
}

/// Signs in with what the home keeps.
fn sign_in(lan: &Lan, host: &str, address: &str, home: &TempDir) {
    let mut client = Running::start("client", &mut script(lan, host, address, home));
    client.say(r#"{"id":1,"do":"sign_in","nickname":"alice","password":"orchard gate 7"}"#);
    client.json("signed in", |line| line["id"] == 1 && line["ok"].is_object());
    client.end();
}

/// The list of the login window, on a host where this server was used before.
fn find(lan: &Lan, host: &str, server: &Server, address: &str) -> Running {
    let met = json!({ "met": [[server.id.to_base32(), address]] });
    Running::part(lan, host, "find", &met.to_string())
}

fn card<'a>(line: &'a Value, id: &str) -> Option<&'a Value> {
    line["cards"].as_array()?.iter().find(|card| card["id"] == id)
}

/// Whether a list has a card of a server that is there, proven.
fn stands(line: &Value, server: &Server) -> bool {
    card(line, &server.id.to_base32())
        .is_some_and(|card| card["proven"] == true && card["reachable"] == true)
}

#[test]
fn who_takes_a_name_gets_a_row_of_its_own_and_no_secrets() {
    let Some(lan) = Lan::lay(&["genuine", "thief", "guest"]) else { return };
    let genuine = Server::start(&lan, "genuine", "校园", &[]);
    let address = format!("10.77.0.1:{}", genuine.port);
    let home = register(&lan, "guest", &address);
    let counters = ["--no-discovery", "--metrics", "10.77.0.2:9900"];
    let thief = Server::start(&lan, "thief", "校园", &counters);
    let list = find(&lan, "guest", &genuine, &address);
    list.json("the genuine one", |line| stands(line, &genuine));

    // The thief takes the very name in DNS, first with its own key, then with the genuine one's.
    for id in [&thief.id, &genuine.id] {
        let said = json!({
            "instance": "校园", "host": "thief", "address": "10.77.0.2", "port": thief.port,
            "id": id.to_base32(), "name": "校园", "ttl": 120, "times": 20,
        });
        let claiming = Running::part(&lan, "thief", "claim", &said.to_string());
        if *id == thief.id {
            let both = list.json("two rows of one name", |line| {
                stands(line, &genuine) && card(line, &thief.id.to_base32()).is_some()
            });
            let theirs = card(&both, &thief.id.to_base32()).unwrap();
            assert_eq!(theirs["name"], "校园");
            assert_ne!(theirs["address"], address);
        }
        claiming.expect("claimed");
    }
    // What was looked at before may have been the thief's own card: a hello, no secrets.
    let before = received(&lan);
    // A pinned key goes with the sign-in, wherever it is sent.
    let mut command = script(&lan, "guest", &format!("10.77.0.2:{}", thief.port), &home);
    let mut client = Running::start("client", command.args(["--trust", &genuine.id.to_base32()]));
    client.say(r#"{"id":1,"do":"sign_in","nickname":"alice"}"#);
    let told = client.json("the wrong key", |line| line["event"] == "key_changed");
    assert_eq!(told["offered"], thief.id.to_string());
    assert_eq!(received(&lan), before, "not a byte went to the thief");
    client.end();
    // The genuine one is where it was, in the list as well.
    let list = find(&lan, "guest", &genuine, &address);
    let line = list.json("the genuine one", |line| stands(line, &genuine));
    assert_eq!(card(&line, &genuine.id.to_base32()).unwrap()["address"], address);
    sign_in(&lan, "guest", &address, &home);
}

/// Bytes that the thief's server has read from clients, behind TLS.
fn received(lan: &Lan) -> String {
    let text = lan.run("thief", "curl", &["-s", "http://10.77.0.2:9900/metrics"]).unwrap();
    text.lines().find(|line| line.starts_with("mychat_received_bytes_total")).unwrap().to_owned()
}

#[test]
fn a_forged_goodbye_removes_nobody_who_is_there() {
    let Some(lan) = Lan::lay(&["genuine", "thief", "guest"]) else { return };
    let mut genuine = Server::start(&lan, "genuine", "Goodbye", &[]);
    let address = format!("10.77.0.1:{}", genuine.port);
    // Never used before: what holds it in the list is TLS alone.
    let list = Running::part(&lan, "guest", "find", "{}");
    list.json("the genuine one", |line| stands(line, &genuine));
    let id = genuine.id.to_base32();
    let said = json!({
        "instance": "Goodbye", "host": "thief", "address": "10.77.0.2", "port": genuine.port,
        "id": id, "name": "Goodbye", "ttl": 0, "times": 5,
    });
    let _claiming = Running::part(&lan, "thief", "claim", &said.to_string());
    let grey = |line: &Value| card(line, &id).is_none_or(|card| card["reachable"] == false);
    let line = list.json("a grey card", grey);
    assert!(card(&line, &id).is_some(), "greyed, not removed: {line}");
    let line = list.json("that it stands", |line| {
        assert!(card(line, &id).is_some(), "removed: {line}");
        stands(line, &genuine)
    });
    assert_eq!(card(&line, &id).unwrap()["address"], address);
    // Its own goodbye is greyed the same way, and then nobody answers.
    genuine.program.stop();
    list.json("a grey card", grey);
    list.json("that it is gone", |line| card(line, &id).is_none());
}

#[test]
fn a_flood_pushes_a_known_server_out_of_nothing() {
    let Some(lan) = Lan::lay(&["genuine", "thief", "guest"]) else { return };
    let packets = std::env::var("MYCHAT_NET_FLOOD").unwrap_or_else(|_| "100000".to_owned());
    let packets: u64 = packets.parse().unwrap();
    let genuine = Server::start(&lan, "genuine", "Known", &[]);
    let address = format!("10.77.0.1:{}", genuine.port);
    let home = register(&lan, "guest", &address);
    let list = find(&lan, "guest", &genuine, &address);
    list.json("the genuine one", |line| stands(line, &genuine));
    let mut waiting = Running::part(&lan, "guest", "browse", "");
    waiting.expect("found Known");
    let quiet = [list.resident_mib(), genuine.program.resident_mib(), waiting.resident_mib()];

    let flood = |pointer: bool, packets: u64| {
        let said = json!({ "address": "10.77.0.2", "packets": packets, "pointer": pointer });
        let flooding = Running::part(&lan, "thief", "flood", &said.to_string());
        flooding.expect("flooding");
        flooding
    };
    // No daemon of mDNS keeps all of it: too much, and it is replaced.
    let flooding = flood(true, packets);
    // In the middle of it people come in.
    sign_in(&lan, "guest", &address, &home);
    let fresh = find(&lan, "guest", &genuine, &address);
    fresh.json("the genuine one", |line| stands(line, &genuine));
    println!("{}", flooding.expect("flooded"));
    for list in [&list, &fresh] {
        never_without(list, &genuine);
    }
    // Whoever began anew finds it again.
    waiting.logs("discovery began anew");
    has_again(&mut waiting, &genuine);
    // Records that lead nowhere: what a server's own daemon would keep as well.
    let flooding = flood(false, packets / 2);
    genuine.program.logs("discovery began anew");
    println!("{}", flooding.expect("flooded"));
    let flooded = [list.resident_mib(), genuine.program.resident_mib(), waiting.resident_mib()];
    println!("MiB before {quiet:?}, after {flooded:?}");
    for (before, after) in quiet.into_iter().zip(flooded) {
        assert!(after <= before + FLOOD_MIB, "MiB before {quiet:?}, after {flooded:?}");
    }
    sign_in(&lan, "guest", &address, &home);
    let found = Running::part(&lan, "guest", "browse", "");
    found.expect("found Known");
}

/// Asks a browser what it has until the server is among it.
fn has_again(browser: &mut Running, server: &Server) {
    let end = clock::uptime() + PATIENCE;
    let id = server.id.to_base32();
    loop {
        browser.say("");
        let has = browser.expect("has ");
        if has.contains(&id) {
            return;
        }
        assert!(clock::uptime() < end, "not found again: {has}");
        smol::block_on(smol::Timer::after(Duration::from_millis(50)));
    }
}

/// For some seconds whatever list comes has the server, and is no longer and no stranger than a
/// window bears.
fn never_without(list: &Running, server: &Server) {
    let end = clock::uptime() + Duration::from_secs(2);
    while clock::uptime() < end {
        let line = list.json("a list", |line| line["cards"].is_array());
        let cards = line["cards"].as_array().unwrap();
        assert!(cards.len() <= 64, "{}", cards.len());
        let card = card(&line, &server.id.to_base32());
        assert!(card.is_some_and(|card| card["proven"] == true), "pushed out: {line}");
        for name in cards.iter().map(|card| card["name"].as_str().unwrap()) {
            assert!(!name.contains(['\u{202E}', '\u{7}']), "{name:?}");
        }
    }
}
