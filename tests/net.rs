//! Property: a server announced in one network namespace is found from another in less than two
//! seconds, and is gone at once when it ends in order.
//!
//! The namespaces are two hosts with one wire between them. They need root and iproute2: without,
//! the tests say that they were skipped.
#![cfg(test)]
#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use mychat::clock;
use mychat::domain::ServerId;
use mychat::net::discovery::{Announcement, Announcer, Browser, DiscoveryEvent};

/// The promise.
const FOUND_WITHIN: Duration = Duration::from_secs(2);
/// A goodbye takes effect in a second.
const GONE_WITHIN: Duration = Duration::from_secs(3);
/// A part that does not speak for so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn a_server_is_found_by_who_comes_and_by_who_waits_and_its_goodbye_is_heard() {
    let Some(wire) = Wire::lay() else { return };
    let waiting = wire.start(RIGHT, "browse");
    waiting.expect("listening");

    let began = clock::uptime();
    let mut server = wire.start(LEFT, "announce");
    server.expect("announcing");
    let found = waiting.expect("found");
    assert!(found.contains("青柠 Server 10.77.0.1 1029"), "{found}");
    let took = clock::uptime().saturating_sub(began);
    println!("found by who waited after {took:?}");
    assert!(took < FOUND_WITHIN, "found by who waited after {took:?}");

    let began = clock::uptime();
    let coming = wire.start(RIGHT, "browse");
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
    let Some(wire) = Wire::lay() else { return };
    let data = tempfile::tempdir().unwrap();
    let mut serve = wire.command(LEFT, env!("CARGO_BIN_EXE_mychat"));
    serve.args(["--serve", "--name", "青柠 Server", "--listen", "0.0.0.0:0", "--data"]);
    let mut server = Part::start("server", serve.arg(data.path()));
    let ready = server.expect("ready");
    let key = ready.rsplit_once("key ").unwrap().1.to_owned();
    let port = ready.split_once("0.0.0.0:").unwrap().1.split(' ').next().unwrap().to_owned();

    let waiting = wire.start(RIGHT, "browse");
    waiting.expect("found");
    let mut discover = wire.command(RIGHT, env!("CARGO_BIN_EXE_mychat"));
    let output = discover.args(["discover", "--json", "--wait", "2"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let line: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
    assert_eq!((&line["name"], &line["address"]), (&"青柠 Server".into(), &"10.77.0.1".into()));
    assert_eq!((&line["fingerprint"], &line["port"].to_string()), (&key.into(), &port));
    let id = ServerId::parse(line["id"].as_str().unwrap()).unwrap();
    assert_eq!(id.fingerprint(), line["fingerprint"].as_str().unwrap());

    let signal = Command::new("kill").args(["-TERM", &server.child.id().to_string()]).status();
    assert!(signal.unwrap().success());
    assert!(server.child.wait().unwrap().success(), "closed in order");
    let began = clock::uptime();
    waiting.expect(&format!("lost {id}"));
    let took = clock::uptime().saturating_sub(began);
    assert!(took < GONE_WITHIN, "lost after {took:?}");
}

const ID: ServerId = ServerId([0xA5; 32]);

/// One part of a test, played by this file's own program in a namespace. It says one line for each
/// thing that happens to it and ends when its input does.
#[test]
#[ignore = "a part that other tests start in a namespace"]
fn part() {
    match std::env::var("MYCHAT_NET_PART").as_deref() {
        Ok("announce") => announce(),
        Ok("browse") => browse(),
        other => panic!("no such part: {other:?}"),
    }
}

fn announce() {
    let listening = vec![std::net::Ipv6Addr::UNSPECIFIED.into()];
    let announcement =
        Announcement { id: ID, name: "青柠 Server".to_owned(), port: 1029, listening };
    let announcer = Announcer::start(&announcement).unwrap();
    say("announcing");
    std::io::stdin().lines().for_each(drop);
    announcer.close();
    say("closed");
}

fn browse() {
    let mut browser = Browser::start().unwrap();
    say("listening");
    loop {
        match smol::block_on(browser.next()) {
            DiscoveryEvent::Found(server) => {
                let first = &server.addresses[0];
                say(&format!("found {} {} {}", server.name, first.host, first.port));
            }
            DiscoveryEvent::Lost(id) => say(&format!("lost {id}")),
        }
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout();
    // The line break in front ends whatever the test runner has printed.
    writeln!(out, "\n{line}").unwrap();
    out.flush().unwrap();
}

const LEFT: usize = 0;
const RIGHT: usize = 1;

/// Two namespaces with one wire between them, gone when dropped.
struct Wire {
    names: [String; 2],
}

impl Wire {
    /// Lays the wire, or says why this cannot be tested here.
    fn lay() -> Option<Wire> {
        static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = |side: &str| format!("mychat-{}-{number}-{side}", std::process::id());
        let wire = Wire { names: [name("left"), name("right")] };
        match wire.set_up() {
            Ok(()) => Some(wire),
            Err(reason) => {
                println!("SKIPPED: no network namespaces here ({reason}); they need root and `ip`");
                None
            }
        }
    }

    fn set_up(&self) -> Result<(), String> {
        let [left, right] = &self.names;
        ip(&["netns", "add", left])?;
        ip(&["netns", "add", right])?;
        let peer = ["peer", "name", "lan0", "netns", right];
        ip(&[&["-n", left, "link", "add", "lan0", "type", "veth"], &peer[..]].concat())?;
        for (name, address) in [(left, "10.77.0.1/24"), (right, "10.77.0.2/24")] {
            ip(&["-n", name, "address", "add", address, "dev", "lan0"])?;
            ip(&["-n", name, "link", "set", "lo", "up"])?;
            ip(&["-n", name, "link", "set", "lan0", "up"])?;
        }
        // A wire carries nothing for a moment after it was plugged in.
        let end = clock::uptime() + PATIENCE;
        for name in &self.names {
            while !ip(&["-n", name, "link", "show", "dev", "lan0"])?.contains("state UP") {
                assert!(clock::uptime() < end, "the wire never came up");
                smol::block_on(smol::Timer::after(Duration::from_millis(5)));
            }
        }
        Ok(())
    }

    /// A command on one of the two hosts.
    fn command(&self, side: usize, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.names[side], program]);
        command
    }

    fn start(&self, side: usize, part: &str) -> Part {
        let program = std::env::current_exe().unwrap();
        let mut command = self.command(side, program.to_str().unwrap());
        command.args(["part", "--exact", "--ignored", "--nocapture"]);
        Part::start(part, command.env("MYCHAT_NET_PART", part))
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        for name in &self.names {
            // One that was never made cannot be removed.
            ip(&["netns", "delete", name]).ok();
        }
    }
}

/// What `ip` prints.
fn ip(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("ip").args(arguments).output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

/// A running part.
struct Part {
    name: String,
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Part {
    /// Starts it and listens to what it says.
    fn start(name: &str, command: &mut Command) -> Part {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = sync_channel(1024);
        let out = BufReader::new(child.stdout.take().unwrap());
        let listen = move || {
            for line in out.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("listener".to_owned()).spawn(listen).unwrap();
        Part { name: name.to_owned(), input: child.stdin.take(), child, lines }
    }

    /// Waits for a line that starts so.
    fn expect(&self, start: &str) -> String {
        let end = clock::uptime() + PATIENCE;
        loop {
            match self.lines.recv_timeout(end.saturating_sub(clock::uptime())) {
                Ok(line) if line.starts_with(start) => return line,
                Ok(_) => {}
                Err(error) => panic!("{} never said {start:?}: {error}", self.name),
            }
        }
    }

    /// Ends it in order.
    fn end(&mut self) {
        self.input = None;
        self.expect("closed");
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
