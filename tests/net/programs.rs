//! Programs on the hosts of a LAN: started, listened to, ended by their number.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use mychat::clock;
use mychat::domain::ServerId;
use serde_json::Value;

use crate::lan::Lan;

/// The program that all of this is about.
pub const MYCHAT: &str = env!("CARGO_BIN_EXE_mychat");
/// A program that does not speak for so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A running program.
pub struct Running {
    name: String,
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Running {
    /// Starts it and listens to what it says.
    pub fn start(name: &str, command: &mut Command) -> Running {
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        let (sender, lines) = sync_channel(1024);
        let (logged, log) = (sender.clone(), BufReader::new(child.stderr.take().unwrap()));
        let echo = move || {
            for line in log.lines().map_while(Result::ok) {
                eprintln!("{line}");
                // A log that nobody waits for must not stop the program.
                logged.try_send(line).ok();
            }
        };
        std::thread::Builder::new().name("echo".to_owned()).spawn(echo).unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let listen = move || {
            for line in out.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("listener".to_owned()).spawn(listen).unwrap();
        Running { name: name.to_owned(), input: child.stdin.take(), child, lines }
    }

    /// Starts a part of these tests on a host.
    pub fn part(lan: &Lan, host: &str, part: &str, said: &str) -> Running {
        let program = std::env::current_exe().unwrap();
        let mut command = lan.command(host, program.to_str().unwrap());
        command.args(["parts::part", "--exact", "--ignored", "--nocapture"]);
        Running::start(part, command.env("MYCHAT_NET_PART", part).env("MYCHAT_NET_SAID", said))
    }

    /// Waits for a line with these words.
    pub fn logs(&self, words: &str) {
        self.until(words, |line| line.contains(words).then_some(()));
    }

    /// Waits for a line that starts so.
    pub fn expect(&self, start: &str) -> String {
        self.until(start, |line| line.starts_with(start).then(|| line.to_owned()))
    }

    /// Waits for a line that says something.
    pub fn until<T>(&self, what: &str, mut says: impl FnMut(&str) -> Option<T>) -> T {
        let end = clock::uptime() + PATIENCE;
        loop {
            match self.lines.recv_timeout(end.saturating_sub(clock::uptime())) {
                Ok(line) => {
                    if let Some(said) = says(&line) {
                        return said;
                    }
                }
                Err(error) => panic!("{} never said {what:?}: {error}", self.name),
            }
        }
    }

    /// Waits for a line of JSON.
    pub fn json(&self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        self.until(what, |line| serde_json::from_str(line).ok().filter(|value| is(value)))
    }

    /// Says a line to it.
    pub fn say(&mut self, line: &str) {
        let input = self.input.as_mut().unwrap();
        writeln!(input, "{line}").unwrap();
        input.flush().unwrap();
    }

    /// Memory that it has now, in MiB.
    pub fn resident_mib(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kib / 1024
    }

    /// Ends it in order by a signal.
    pub fn stop(&mut self) {
        let signal = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(signal.unwrap().success());
        assert!(self.child.wait().unwrap().success(), "{} did not end in order", self.name);
    }

    /// Ends it in order by the end of its input.
    pub fn end(&mut self) {
        self.input = None;
        assert!(self.child.wait().unwrap().success(), "{} did not end in order", self.name);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A server on a host.
pub struct Server {
    pub program: Running,
    pub id: ServerId,
    pub port: u16,
    pub key: String,
    _data: tempfile::TempDir,
}

impl Server {
    /// Starts the real program and waits until it serves.
    pub fn start(lan: &Lan, host: &str, name: &str, more: &[&str]) -> Server {
        let data = tempfile::tempdir().unwrap();
        let mut command = lan.command(host, MYCHAT);
        command.args(["--serve", "--name", name, "--listen", "[::]:0", "--data"]);
        let program = Running::start(name, command.arg(data.path()).args(more));
        let ready = program.expect("ready");
        let key = ready.rsplit_once("key ").unwrap().1.to_owned();
        let port = ready.split_once("[::]:").unwrap().1.split(' ').next().unwrap();
        let port = port.parse().unwrap();
        let mut print = lan.command(host, MYCHAT);
        let printed = print.args(["fingerprint", "--data"]).arg(data.path()).output().unwrap();
        let text = String::from_utf8(printed.stdout).unwrap();
        let id = text.split('#').nth(1).and_then(|rest| ServerId::parse(rest.trim()));
        Server { program, id: id.unwrap_or_else(|| panic!("{text}")), port, key, _data: data }
    }
}

/// What `mychat discover` finds on a host.
pub fn discover(lan: &Lan, host: &str, seconds: u8) -> Vec<Value> {
    let wait = seconds.to_string();
    let text = lan.run(host, MYCHAT, &["discover", "--json", "--wait", &wait]).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// `mychat script` on a host, with a home of its own.
pub fn script(lan: &Lan, host: &str, address: &str, home: &tempfile::TempDir) -> Command {
    let mut command = lan.command(host, MYCHAT);
    command.args(["script", "--connect", address, "--home"]).arg(home.path());
    command
}
