//! Property: a file that was offered and accepted arrives bit by bit and once, whoever is killed on its
//! way: the server, who sends it, or who fetches it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;

use serde_json::{Value, json};

use crate::killed::Chance;
use crate::peer::set;
use crate::process::{PATIENCE, Process, free_address, script};

const BYTES: usize = (240 << 20) + 77;
const KILLS: u64 = 7;
/// Set to try more seeds than a gate has time for.
const SEEDS: &str = "MYCHAT_CRASH_SEEDS";

/// A headless client as a child process.
struct Seat {
    home: PathBuf,
    address: SocketAddr,
    child: Child,
    input: ChildStdin,
    lines: Receiver<Value>,
    account: u64,
    token: Value,
    asked: u64,
    /// The last that was said of its one transfer.
    transfer: Option<Value>,
    /// So often that was said.
    told: u64,
}

impl Seat {
    fn start(home: &Path, address: SocketAddr) -> Self {
        let mut child = script(home, address).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (send, lines) = sync_channel(10_000);
        let read = move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if send.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name("stdout".to_owned()).spawn(read).unwrap();
        let home = home.to_owned();
        let (account, token, asked) = (0, Value::Null, 0);
        let (transfer, told) = (None, 0);
        Seat { home, address, child, input, lines, account, token, asked, transfer, told }
    }

    fn register(home: &Path, address: SocketAddr, nickname: &str) -> Self {
        let mut seat = Self::start(home, address);
        let register = json!({"do": "register", "nickname": nickname, "password": "correct horse"});
        let registered = seat.ask(register);
        seat.account = registered["account"].as_u64().unwrap();
        seat.token = registered["token"].clone();
        seat
    }

    /// Ends it at once, as a crash would, and begins on the same home.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let (account, token) = (self.account, self.token.clone());
        let next = Self::start(&self.home, self.address);
        // What is here of the one before is a child that has ended.
        drop(std::mem::replace(self, next));
        (self.account, self.token) = (account, token.clone());
        self.ask(json!({"do": "sign_in", "token": token}));
        // What was over before is told of no more.
        self.transfer = self.list().into_iter().next();
    }

    fn ask(&mut self, mut request: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        request["id"] = json!(id);
        writeln!(self.input, "{request}").unwrap();
        loop {
            let line = self.next();
            if line["id"] == json!(id) {
                assert!(line.get("ok").is_some(), "{request}: {line}");
                return line["ok"].clone();
            }
        }
    }

    fn next(&mut self) -> Value {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => {
                self.note(&line);
                line
            }
            Err(RecvTimeoutError::Timeout) => panic!("nothing more behind {:?}", self.transfer),
            Err(RecvTimeoutError::Disconnected) => panic!("the client ended"),
        }
    }

    fn note(&mut self, line: &Value) {
        if line["event"] == "transfer" {
            self.told += 1;
            self.transfer = Some(line.clone());
        }
    }

    fn is_done(&self) -> bool {
        self.transfer.as_ref().is_some_and(|one| one["state"] == "done")
    }

    /// Reads until it was told so often how far its transfer is, or that it is done.
    fn watch(&mut self, times: u64) {
        let until = self.told + times;
        while self.told < until && !self.is_done() {
            self.next();
        }
    }

    /// Reads what there is without waiting, so that nobody waits for this program.
    fn catch_up(&mut self) {
        while let Ok(line) = self.lines.try_recv() {
            self.note(&line);
        }
    }

    fn list(&mut self) -> Vec<Value> {
        let all = self.ask(json!({"do": "transfers"}))["transfers"].clone();
        all.as_array().unwrap().clone()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        // A test that fails leaves no client behind; one that was killed is gone already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn a_file_arrives_whoever_is_killed_on_its_way() {
    let seeds = std::env::var(SEEDS).ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(2);
    for seed in 1..=seeds {
        println!("seed {seed}");
        carry(seed);
    }
}

fn carry(seed: u64) {
    let mut chance = Chance(seed);
    let around = tempfile::tempdir().unwrap();
    let (data, folder) = (around.path().join("server"), around.path().join("in"));
    fs::create_dir(&folder).unwrap();
    fs::create_dir(&data).unwrap();
    let source = around.path().join("source.bin");
    let mut bytes = vec![0; BYTES];
    blake3::Hasher::new().update(&seed.to_be_bytes()).finalize_xof().fill(&mut bytes);
    fs::write(&source, &bytes).unwrap();
    set(&data, "files.free_mib", "0");
    set(&data, "disk.free_mib", "0");
    let mut server = Process::start(&data, free_address());
    let address = server.address;
    let mut sender = Seat::register(&around.path().join("a"), address, "Lime");
    let mut taker = Seat::register(&around.path().join("b"), address, "Momo");
    let (to, with) = (taker.account, sender.account);
    let offer = sender.ask(json!({"do": "send_file", "to": to, "path": source}));
    let seq = offer["seq"].clone();
    taker.ask(json!({"do": "wait", "event": "message", "with": with, "seq": seq}));
    let accept = json!({"do": "accept_file", "with": with, "seq": seq, "folder": folder});
    let mut accepted = taker.ask(accept.clone());
    for _ in 0..KILLS {
        let times = 1 + chance.below(3);
        match chance.below(2) {
            0 => sender.watch(times),
            _ => taker.watch(times),
        }
        sender.catch_up();
        taker.catch_up();
        let victim = chance.below(3);
        let bytes = |seat: &Seat| seat.transfer.as_ref().map(|one| one["bytes"].clone());
        println!("  kill {victim} at {:?}, {:?}", bytes(&sender), bytes(&taker));
        match victim {
            0 => {
                server.kill();
                server = Process::start(&data, address);
            }
            1 => sender.kill(),
            _ => {
                taker.kill();
                // What was not on disk when it was killed was never promised.
                match taker.list().first() {
                    Some(one) => assert_eq!(one["transfer"], accepted["transfer"]),
                    None => accepted = taker.ask(accept.clone()),
                }
            }
        }
    }
    for (seat, done) in [(&mut sender, "its bytes are there"), (&mut taker, "it is here")] {
        while !seat.list().iter().all(|one| one["state"] == "done") {
            seat.watch(1);
        }
        assert_eq!(seat.list().len(), 1, "{done}");
    }
    let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(fs::read(taker.list()[0]["path"].as_str().unwrap()).unwrap() == bytes);
    // What proves it goes when it is known to be whole; a kill may leave that for the next start.
    let whole = names.iter().filter(|name| !name.to_str().unwrap().starts_with(".mychat-"));
    assert_eq!(whole.collect::<Vec<_>>(), ["source.bin"], "once");
    drop(server);
}
