//! Property: the log is what it says to be, line by line, and nothing of what people keep secret is in it.

use mychat::domain::{Body, Target};
use mychat::net::protocol::Reason;

use crate::peer::{PASSWORD, Peer};
use crate::process::{Process, free_address, serve, signal};

const WORDS: &str = "meet me behind the library at nine";

/// Everything that a person does with secrets, and the log of it at its finest.
fn log_of_a_day(format: Option<&str>) -> (String, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = serve(folder.path(), free_address());
    command.args(["--log", "trace"]);
    if let Some(format) = format {
        command.env("MYCHAT_LOG_FORMAT", format);
    }
    let process = Process::start_with(command);
    let mut lime = Peer::connect(process.address);
    let account = lime.register("Lime").unwrap();
    lime.say(Target::Lobby, Body::text(WORDS)).unwrap();
    let token = lime.token.clone().unwrap();
    let mut again = Peer::connect(process.address);
    again.device = lime.device;
    again.sign_in_by_token(account, &token).unwrap();
    let wrong = Peer::connect(process.address).sign_in("Lime", "wrong-horse-guess").unwrap_err();
    assert_eq!(wrong.reason, Reason::WrongPassword);
    let mut garbage = Peer::connect(process.address);
    garbage.send_bytes(&b"\0\0\0\x04\xA3key".as_slice().into()).unwrap();
    garbage.goodbye();
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    let secrets = [
        PASSWORD.to_owned(),
        "wrong-horse-guess".to_owned(),
        WORDS.to_owned(),
        lime.recovery.clone().unwrap(),
        hex(&token.0),
        hex(&token.0[..8]),
        data_encoding::BASE64.encode(&token.0),
        format!("{:?}", token.0),
    ];
    signal(process.id(), "TERM");
    let (code, log) = process.wait();
    assert_eq!(code, Some(0), "{log}");
    (log, secrets.into())
}

fn is_discreet(log: &str, secrets: &[String]) {
    let log = log.to_lowercase();
    for secret in secrets {
        assert!(!log.contains(&secret.to_lowercase()), "{secret} is in the log:\n{log}");
    }
}

#[test]
fn each_line_is_an_object_and_holds_no_secret() {
    let (log, secrets) = log_of_a_day(Some("json"));
    is_discreet(&log, &secrets);
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect();
    for line in &lines {
        let says = line["message"].is_string() || line["event"].is_string();
        assert!(says && line["timestamp"].is_string() && line["level"].is_string(), "{line}");
    }
    assert!(lines.iter().any(|line| line["level"] == "INFO"));
    assert!(lines.iter().any(|line| line["session"].is_u64()), "fields stay fields");
    let event = |name: &str| lines.iter().find(|line| line["event"] == name).unwrap();
    let registered = event("registered");
    assert_eq!((&registered["account"], &registered["nickname"]), (&10_001.into(), &"Lime".into()));
    assert!(event("wrong_password")["tries"].is_u64() && event("stopping")["level"] == "INFO");
}

#[test]
fn lines_for_people_hold_no_secret_either() {
    let (log, secrets) = log_of_a_day(None);
    is_discreet(&log, &secrets);
    assert!(log.lines().count() > 3, "{log}");
    assert!(log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_err()));
}
