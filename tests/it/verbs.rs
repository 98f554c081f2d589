//! Property: `mychat admin` says what it did, or why not, to people and to programs.

use std::process::Command;

use crate::peer::Ground;

/// What a verb came to: the exit code, what was asked for, and what was complained of.
fn admin(ground: &Ground, words: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mychat"));
    let output = command.arg("admin").arg("--data").arg(ground.folder()).args(words).output();
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
