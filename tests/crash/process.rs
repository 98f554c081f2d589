//! The executable as a child process: started, killed, waited for.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

/// Far more than anything takes; a test that waits so long has found a defect.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// A running server.
pub struct Process {
    /// Nothing once it has been waited for.
    child: Option<Child>,
    complaints: Receiver<String>,
    /// What it said when it was ready.
    pub ready: String,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Process {
    /// Starts a server on a folder and waits until it is ready.
    pub fn start(data: &Path, address: SocketAddr) -> Self {
        Self::start_with(serve(data, address))
    }

    /// Starts a server by a command and waits until it is ready.
    pub fn start_with(command: Command) -> Self {
        let (mut child, complaints) = spawn(command);
        let mut ready = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        lines.read_line(&mut ready).unwrap();
        if ready.is_empty() {
            let (code, complaint) = end(child, &complaints);
            panic!("no server, but exit code {code:?}: {complaint}");
        }
        let ready = ready.trim_end().to_owned();
        let address = ready.split_once("listening on ").unwrap().1;
        let address = address.split([' ', ',']).next().unwrap().parse().unwrap();
        Process { child: Some(child), complaints, ready, address }
    }

    pub fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Ends it at once, as a crash would.
    pub fn kill(self) {
        drop(self);
    }

    /// Waits until it has ended by itself.
    pub fn wait(mut self) -> (Option<i32>, String) {
        end(self.child.take().unwrap(), &self.complaints)
    }
}

/// A test that fails leaves no server behind.
impl Drop for Process {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

/// Runs the executable to its end: exit code, and what it complained of.
pub fn run<S: AsRef<OsStr>>(arguments: &[S]) -> (Option<i32>, String) {
    let (child, complaints) = spawn(mychat(arguments));
    end(child, &complaints)
}

pub fn serve(data: &Path, address: SocketAddr) -> Command {
    let mut command = mychat(&["--serve", "--no-discovery", "--name", "crash test"]);
    command.arg("--listen").arg(address.to_string()).arg("--data").arg(data);
    command
}

/// A headless client on a home, with pipes for its lines.
pub fn script(home: &Path, address: SocketAddr) -> Command {
    let mut command = mychat(&["script", "--trust", "first"]);
    command.arg("--connect").arg(address.to_string()).arg("--home").arg(home);
    command.env("MYCHAT_TEST_CHEAP_PASSWORDS", "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

pub fn mychat<S: AsRef<OsStr>>(arguments: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mychat"));
    command.args(arguments).env_remove("MYCHAT_LOG");
    command
}

/// Sends a signal to a process of ours.
pub fn signal(id: u32, name: &str) {
    let status = Command::new("kill").arg(format!("-{name}")).arg(id.to_string()).status();
    assert!(status.unwrap().success());
}

/// Any free port. Linux gives every test process addresses of its own, so that no other program
/// takes the port while a server restarts on it.
pub fn free_address() -> SocketAddr {
    let [low, high, ..] = std::process::id().to_le_bytes();
    let own = match cfg!(target_os = "linux") {
        true => Ipv4Addr::new(127, 103, high, low.clamp(1, 254)),
        false => Ipv4Addr::LOCALHOST,
    };
    SocketAddr::new(own.into(), 0)
}

fn spawn(mut command: Command) -> (Child, Receiver<String>) {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let (send, complaints) = mpsc::sync_channel(1);
    // Read as it comes, so that a full pipe never stops the process.
    let read = move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).ok();
        send.send(text).ok();
    };
    thread::Builder::new().name("stderr".to_owned()).spawn(read).unwrap();
    (child, complaints)
}

fn end(mut child: Child, complaints: &Receiver<String>) -> (Option<i32>, String) {
    match complaints.recv_timeout(PATIENCE) {
        Ok(complaint) => (child.wait().unwrap().code(), complaint),
        Err(_) => {
            child.kill().unwrap();
            panic!("process {} does not end", child.id());
        }
    }
}
