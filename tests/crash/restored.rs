//! Property: clients whose homes are ahead of a backup see, once the server was restored from it, what is said
//! since, at its place and once, and agree with the server's log.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;

use mychat::net::verb::{Done, Verb};
use mychat::server::admin;
use serde_json::{Value, json};

use crate::process::{Process, free_address, run, script};

/// Runs a client to the end of these lines, and gives what it said.
fn client(home: &Path, address: SocketAddr, lines: &[Value]) -> Vec<Value> {
    let mut child = script(home, address).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    for line in lines {
        writeln!(input, "{line}").unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn register(home: &Path, address: SocketAddr, nickname: &str) -> Value {
    let line =
        json!({"id": 1, "do": "register", "nickname": nickname, "password": "correct horse"});
    let said = client(home, address, &[line, json!({"do": "barrier"})]);
    let answer = said.iter().find(|line| line["id"] == 1).unwrap();
    json!({"do": "sign_in", "token": answer["ok"]["token"].as_str().unwrap()})
}

fn words(said: &[&str]) -> Vec<Value> {
    said.iter().map(|text| json!({"do": "send", "to": "lobby", "text": text})).collect()
}

/// Signs in, says this, and waits until nothing is on its way.
fn talk(home: &Path, address: SocketAddr, sign_in: &Value, said: &[&str]) -> Vec<Value> {
    let history = json!({"id": "log", "do": "history", "with": "lobby", "limit": 50});
    let mut lines = vec![sign_in.clone(), json!({"do": "barrier"})];
    lines.extend(words(said));
    lines.extend([json!({"do": "barrier"}), history]);
    client(home, address, &lines)
}

/// Places and words, as one client was told of them.
fn told(said: &[Value]) -> Vec<(u64, String)> {
    let events = said.iter().filter(|line| line["event"] == "message");
    events.map(place).collect()
}

fn log(said: &[Value]) -> Vec<(u64, String)> {
    let answer = said.iter().find(|line| line["id"] == "log").unwrap();
    let mut log: Vec<_> = answer["ok"]["messages"].as_array().unwrap().iter().map(place).collect();
    log.sort();
    log
}

fn place(message: &Value) -> (u64, String) {
    let text = message["body"]["text"].as_str().unwrap_or_default();
    (message["seq"].as_u64().unwrap(), text.to_owned())
}

fn at(first: u64, said: &[&str]) -> Vec<(u64, String)> {
    (first..).zip(said.iter().map(|text| (*text).to_owned())).collect()
}

#[test]
fn clients_that_are_ahead_of_a_backup_see_what_is_said_behind_it() {
    let folder = tempfile::tempdir().unwrap();
    let [data, elsewhere, alice, bob] =
        ["server", "elsewhere", "alice", "bob"].map(|name| folder.path().join(name));
    fs::create_dir(&data).unwrap();
    let process = Process::start(&data, free_address());
    let address = process.address;
    let as_alice = register(&alice, address, "alice");
    let as_bob = register(&bob, address, "bob");
    let before = ["one", "two", "three"];
    talk(&alice, address, &as_alice, &before);
    let Done::Backup(row) = admin::run(&data, Verb::Backup { path: None }).unwrap() else {
        panic!();
    };
    let lost = ["lost 4", "lost 5", "lost 6", "lost 7", "lost 8"];
    talk(&alice, address, &as_alice, &lost);
    let seen = talk(&bob, address, &as_bob, &[]);
    assert_eq!(log(&seen), [at(1, &before), at(4, &lost)].concat());
    process.kill();

    let arguments = ["admin", "restore", &row.path, "--data", elsewhere.to_str().unwrap()];
    assert_eq!(run(&arguments), (Some(0), String::new()));
    let process = Process::start(&elsewhere, address);
    let since = ["new 4", "new 5"];
    let said = talk(&alice, address, &as_alice, &since);
    assert_eq!(told(&said), [at(1, &before), at(4, &since)].concat(), "her own come back to her");
    let seen = talk(&bob, address, &as_bob, &["new 6"]);
    let all = [at(1, &before), at(4, &since), at(6, &["new 6"])].concat();
    assert_eq!((told(&seen), log(&seen)), (all.clone(), all.clone()));
    let seen = talk(&alice, address, &as_alice, &[]);
    assert_eq!(told(&seen), at(6, &["new 6"]), "it goes on behind its cache again");
    assert_eq!(log(&seen), all);
    process.kill();
}
