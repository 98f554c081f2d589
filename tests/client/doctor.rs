//! Property: `mychat doctor` says of a real server process that all of it is well, of another key,
//! a closed port and no MyChat what stands in the way, and ends with the code that says so.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use mychat::domain::ServerId;
use serde_json::Value;

/// A server of its own process, killed at the end.
struct Process {
    child: Child,
    address: String,
    link: String,
    _data: tempfile::TempDir,
}

impl Process {
    fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut command = mychat();
        command.args(["--serve", "--no-discovery", "--listen", "127.0.0.1:0", "--name", "Lab"]);
        command.arg("--data").arg(data.path());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        let (_, rest) = ready.split_once("listening on ").expect("it is ready");
        let address = rest.split([' ', ',']).next().unwrap().to_owned();
        let told = mychat().arg("fingerprint").arg("--data").arg(data.path()).output().unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        let (_, key) = told.trim_end().split_once('#').expect("an invite link");
        let link = format!("mychat://{address}/#{key}");
        Process { child, address, link, _data: data }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn mychat() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mychat"));
    command.env("LC_ALL", "C").stdin(Stdio::null());
    command
}

/// Its exit code and its object.
fn doctor(server: &str) -> (Option<i32>, Value) {
    let output = mychat().args(["doctor", "--json", server]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    let object: Value = serde_json::from_str(&text).unwrap();
    // Some networks of test machines take no multicast, which is a failure of its own.
    let has_failed = object["checks"].as_array().unwrap().iter().any(|c| c["state"] == "failed");
    assert_eq!(output.status.code(), Some(i32::from(has_failed)), "{text}");
    (output.status.code(), object)
}

fn check<'a>(object: &'a Value, name: &str) -> &'a Value {
    let checks = object["checks"].as_array().unwrap();
    checks.iter().find(|check| check["check"] == name).unwrap()
}

/// What of a server is checked over its link, whatever the network around is like.
const OF_SERVER: [&str; 5] = ["port", "key", "version", "clock", "latency"];

#[test]
fn a_server_process_is_well() {
    let server = Process::start();
    let (_, object) = doctor(&server.link);
    assert_eq!(object["server"], Value::from(&*server.address));
    for name in OF_SERVER {
        assert_eq!(check(&object, name)["state"], "fine", "{object}");
    }
    assert_eq!(check(&object, "key")["code"], "key.fine");
    let (_, unknown) = doctor(&server.address);
    assert_eq!(check(&unknown, "key")["code"], "key.first");
}

#[test]
fn another_key_is_a_failure() {
    let server = Process::start();
    let other = ServerId([7; 32]);
    let (code, object) = doctor(&format!("mychat://{}/#{}", server.address, other.to_base32()));
    assert_eq!((code, &object["state"]), (Some(1), &Value::from("failed")));
    let key = check(&object, "key");
    assert_eq!(key["code"], "key.another");
    assert_eq!(key["values"]["known"], other.fingerprint());
    assert_eq!(check(&object, "version")["state"], "not_checked");
}

#[test]
fn nothing_and_something_else_are_told_apart() {
    // Bound and not listening: the port stays closed for as long as this socket lives.
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let closed = socket.local_addr().unwrap().as_socket().unwrap().to_string();
    let (code, object) = doctor(&closed);
    assert_eq!((code, &check(&object, "port")["code"]), (Some(1), &Value::from("port.refused")));
    assert!(check(&object, "port")["fix"]["zh"].as_str().unwrap().contains("端口"));

    let other = super::place::not_mychat();
    let (code, object) = doctor(&format!("127.0.0.1:{other}"));
    assert_eq!((code, &check(&object, "port")["state"]), (Some(1), &Value::from("fine")));
    assert_eq!(check(&object, "key")["state"], "failed", "{object}");
}

#[test]
fn a_person_reads_lines() {
    let server = Process::start();
    let output = mychat().args(["doctor", &server.link]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("MyChat "), "{text}");
    let port = format!("[fine] The server's port: Connected to {}", server.address);
    assert!(text.lines().any(|line| line == port), "{text}");
    assert!(!text.contains("[failed] The server's"), "{text}");
}
