//! Property: `mychat admin` says what it did, or why not, to people and to programs.

use std::path::Path;
use std::process::Command;

use crate::peer::{Ground, PASSWORD};

/// What a verb came to: the exit code, what was asked for, and what was complained of.
fn admin(ground: &Ground, words: &[&str]) -> (Option<i32>, String, String) {
    admin_in(ground.folder(), words)
}

fn admin_in(data: &Path, words: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mychat"));
    let output = command.arg("admin").arg("--data").arg(data).args(words).output();
    let output = output.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_program_reads_why_something_was_not_done_and_a_person_too() {
    let mut ground = Ground::start();
    for is_running in [true, false] {
        let (code, told, complaint) = admin(&ground, &["--json", "set", "files.days", "0"]);
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!((code, &told["error"]), (Some(1), &"setting_range".into()), "{is_running}");
        assert_eq!(told["values"], serde_json::json!({ "min": "1", "max": "3650" }));
        let sentence = "files.days takes a whole number from 1 to 3650";
        assert_eq!(
            (told["why"].as_str(), &*complaint),
            (Some(sentence), &*format!("mychat: {sentence}\n"))
        );
        ground.stop();
    }
}

/// What a verb says to a person.
fn said(ground: &Ground, words: &[&str]) -> String {
    let (code, told, complaint) = admin(ground, words);
    assert_eq!((code, &*complaint), (Some(0), ""), "{words:?}");
    told
}

#[test]
fn a_kick_says_whether_anybody_was_there() {
    let ground = Ground::start();
    let peer = ground.register("Lime");
    let second = ground.second(&peer);
    assert!(said(&ground, &["accounts"]).contains("online by 2 links, 2 devices"));
    assert_eq!(said(&ground, &["kick", "Lime"]), "10001 Lime: 2 links ended\n");
    drop((peer, second));
    assert_eq!(
        said(&ground, &["kick", "Lime"]),
        "10001 Lime: is not online, so nothing was ended\n"
    );
    let accounts = said(&ground, &["accounts"]);
    assert!(accounts.contains(", seen 2") && !accounts.contains("online"), "{accounts}");
    let told = said(&ground, &["--json", "kick", "Lime"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&told).unwrap()["links"], 0);
}

#[test]
fn verbs_say_what_they_did_and_not_what_is_left() {
    let ground = Ground::start();
    ground.register("Lime");
    said(&ground, &["ban", "--address", "10.0.0.7"]);
    let six = ["--address", "fe80::1"];
    let banned = said(&ground, &[&["ban"], &six[..]].concat());
    assert!(banned.starts_with("fe80::/64: banned for ever, "), "{banned}");
    assert!(said(&ground, &["bans"]).contains("fe80::/64: banned"));
    assert_eq!(said(&ground, &[&["unban"], &six[..]].concat()), "fe80::/64: let in again\n");
    assert!(said(&ground, &["ban", "Lime", "--minutes", "1"]).contains(" for 1 more minute,"));
    assert_eq!(said(&ground, &["unban", "Lime"]), "10001 Lime: let in again\n");
    assert_eq!(said(&ground, &["unban", "--address", "10.0.0.7"]), "10.0.0.7: let in again\n");
    assert_eq!(said(&ground, &["bans"]), "none\n");
    assert_eq!(said(&ground, &["reload"]), "the settings were read again and hold now\n");
}

#[test]
fn whoever_is_put_out_for_longer_is_told_as_put_out() {
    let mut ground = Ground::start();
    let peer = ground.register("Lime");
    let second = ground.second(&peer);
    let out = "10001 Lime: let in no more and signed out on all its devices";
    assert_eq!(said(&ground, &["disable", "Lime"]), format!("{out}, 2 links ended\n"));
    assert_eq!(said(&ground, &["disable", "Lime"]), format!("{out}\n"));
    assert_eq!(said(&ground, &["enable", "Lime"]), "10001 Lime: let in again\n");
    let mut back = ground.connect();
    back.sign_in("Lime", PASSWORD).unwrap();
    let out = "10001 Lime: signed out on all its devices";
    assert_eq!(said(&ground, &["sign-out", "Lime"]), format!("{out}, 1 link ended\n"));
    drop((peer, second, back));
    ground.stop();
    assert_eq!(said(&ground, &["sign-out", "Lime"]), format!("{out}\n"));
}

#[test]
fn a_setting_that_is_refused_leaves_nothing_in_an_empty_folder() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let is_empty = || std::fs::read_dir(data).unwrap().next().is_none();
    let past = ["set", "registration.code.until", "2020-01-01"];
    let cases = [
        (["set", "files.day", "9"], "there is no setting"),
        (["set", "files.days", "0"], "takes a whole number"),
        (["set", "registration", "code"], "needs a code"),
        (past, "registration.code.until takes a day from "),
    ];
    for (words, why) in cases {
        let (code, told, complaint) = admin_in(data, &words);
        assert_eq!((code, &*told), (Some(1), ""), "{words:?}");
        assert!(complaint.contains(why), "{complaint}");
        assert!(is_empty(), "{words:?}");
    }
    assert_eq!(admin_in(data, &["set", "files.days", "9"]).0, Some(0));
    assert!(!is_empty());
    let (code, checked, _) = admin_in(data, &["check"]);
    assert_eq!(code, Some(0), "what a first start makes is not missing: {checked}");
    assert!(admin_in(data, &past).2.contains(" takes a day from "));
}

#[test]
fn a_place_for_a_backup_is_told_as_it_was_typed_and_a_stopped_server_need_not_be_stopped() {
    let mut ground = Ground::start();
    let nowhere = ground.folder().join("nowhere/");
    let nowhere = nowhere.to_str().unwrap();
    let (code, _, complaint) = admin(&ground, &["backup", nowhere]);
    assert_eq!(code, Some(1));
    assert!(complaint.contains(&format!("{nowhere} is no folder")), "{complaint}");
    std::fs::remove_file(ground.folder().join("identity.key")).unwrap();
    for is_running in [true, false] {
        let (code, checked, _) = admin(&ground, &["check"]);
        assert_eq!(code, Some(74));
        assert!(checked.contains("identity.key is missing\n"), "{checked}");
        assert!(checked.contains("Put it back out of a backup"), "{checked}");
        assert_eq!(checked.contains("Stop the server"), is_running, "{checked}");
        ground.stop();
    }
}

#[test]
fn a_setting_that_the_command_line_goes_before_says_so() {
    let mut ground = Ground::start();
    let set = |ground: &Ground| admin(ground, &["set", "server.name", "Hall"]);
    let (code, told, complaint) = set(&ground);
    assert_eq!((code, told.lines().next()), (Some(0), Some("server.name = Hall")));
    assert!(complaint.contains("started with --name"), "{complaint}");
    let (.., complaint) = admin(&ground, &["set", "files.days", "9"]);
    assert_eq!(complaint, "");
    ground.stop();
    assert_eq!(set(&ground).2, "", "nothing goes before it at the next start as far as is known");
}
