//! Property: `mychat script` keeps its contract: answers carry their ids, sends keep their order,
//! `wait` finds what came, bad lines harm nothing, the end of the input is an orderly end.

use std::io::Cursor;

use mychat::client::api::Trust;
use mychat::client::script::{self, ScriptOptions};
use serde_json::{Value, json};

use crate::place::{PASSWORD, Place};

/// Runs lines to their end and gives every line of output.
pub fn run(place: &Place, lines: &str) -> Vec<Value> {
    run_with(place, Trust::First, None, lines)
}

pub fn run_with(
    place: &Place,
    trust: Trust,
    home: Option<&tempfile::TempDir>,
    lines: &str,
) -> Vec<Value> {
    let mut output = Vec::new();
    let home = home.map(|home| home.path().to_owned());
    let options = ScriptOptions { connect: place.address(), trust, home };
    script::run(options, Cursor::new(lines.to_owned()), &mut output).unwrap();
    let text = String::from_utf8(output).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub fn answer<'a>(output: &'a [Value], id: &Value) -> &'a Value {
    output.iter().find(|line| line.get("id") == Some(id)).unwrap_or_else(|| panic!("{output:#?}"))
}

pub fn events<'a>(output: &'a [Value], name: &str) -> Vec<&'a Value> {
    output.iter().filter(|line| line["event"] == name).collect()
}

#[test]
fn one_program_registers_talks_and_reads() {
    let place = Place::start();
    let output = run(
        &place,
        r#"{"id":1,"do":"register","nickname":"alice","password":"correct horse"}
        {"id":2,"do":"send","to":"lobby","text":"一"}
        {"id":3,"do":"send","to":"lobby","text":"two","reply_to":1}
        nonsense
        {"id":"x","do":"fly"}
        {"do":"send","to":99999,"text":"nobody"}
        {"id":4,"do":"barrier"}
        {"id":5,"do":"history","with":"lobby","limit":1}
        {"id":6,"do":"online"}
        {"id":7,"do":"set_presence","presence":"busy"}
        {"id":8,"do":"mark_read","with":"lobby","seq":2}
        {"id":9,"do":"wait","event":"message","with":"lobby","body":{"text":"two"}}
        {"id":10,"do":"wait","event":"typing","timeout_ms":1}"#,
    );
    assert_eq!(output[0]["event"], "connected");
    assert_eq!(output[0]["server"], json!(place.id().to_string()));
    let ok = |id: i64| answer(&output, &json!(id))["ok"].clone();
    assert_eq!(ok(1)["account"], 10_001);
    assert_eq!(ok(1)["recovery"].as_str().map(str::len), Some(26));
    assert_eq!((ok(2)["seq"].clone(), ok(3)["seq"].clone()), (json!(1), json!(2)));
    assert_eq!(answer(&output, &json!("x"))["error"]["code"], "bad_request");
    let refused = output.iter().find(|line| line.get("refused").is_some()).unwrap();
    assert_eq!(refused["refused"]["code"], "not_found");
    assert!(refused.get("id").is_none());
    assert_eq!(ok(4), json!({}));
    assert_eq!(ok(5)["messages"][0]["body"], json!({"kind": "text", "text": "two", "reply_to": 1}));
    assert_eq!(ok(5)["more"], true);
    assert_eq!(ok(6)["accounts"][0]["nickname"], "alice");
    assert_eq!((ok(7), ok(8)), (json!({}), json!({})));
    assert_eq!(ok(9)["seq"], 2);
    assert_eq!(answer(&output, &json!(10))["error"]["code"], "timeout");
    let bad = output.iter().filter(|line| line["error"]["code"] == "bad_request").count();
    assert_eq!(bad, 2);
    let seqs: Vec<&Value> = events(&output, "message").iter().map(|event| &event["seq"]).collect();
    assert_eq!(seqs, [&json!(1), &json!(2)]);
}

#[test]
fn one_program_takes_back_for_all_and_hides_in_its_home_only() {
    let place = Place::start();
    let home = tempfile::tempdir().unwrap();
    let first = run_with(
        &place,
        Trust::First,
        Some(&home),
        r#"{"id":1,"do":"register","nickname":"alice","password":"correct horse"}
        {"do":"send","to":"lobby","text":"oops"}
        {"do":"send","to":"lobby","text":"for others"}
        {"do":"barrier"}
        {"id":2,"do":"recall","to":"lobby","seq":1}
        {"id":3,"do":"recall","to":"lobby","seq":1}
        {"id":4,"do":"hide","with":"lobby","seq":2}
        {"id":5,"do":"hide","with":"lobby","seq":9}"#,
    );
    let ok = |id: i64| answer(&first, &json!(id))["ok"].clone();
    assert_eq!((ok(2), ok(4)), (json!({}), json!({})));
    assert_eq!(answer(&first, &json!(3))["refused"]["code"], "recalled");
    assert_eq!(answer(&first, &json!(5))["refused"]["code"], "not_found");
    let line = json!({"kind": "recalled", "seq": 1});
    assert!(events(&first, "message").iter().any(|event| event["body"] == line));
    let token = ok(1)["token"].clone();
    let again = format!(
        "{}\n{}\n{}\n",
        json!({"do": "sign_in", "token": token}),
        json!({"id": 6, "do": "history", "with": "lobby"}),
        json!({"id": 7, "do": "search", "text": "o"})
    );
    let elsewhere = tempfile::tempdir().unwrap();
    let blank = json!({"kind": "recalled"});
    let words = json!({"kind": "text", "text": "for others"});
    let cases = [(&home, vec![&blank, &line], 0), (&elsewhere, vec![&blank, &words, &line], 1)];
    for (home, expected, hits) in cases {
        let output = run_with(&place, Trust::First, Some(home), &again);
        let page = answer(&output, &json!(6))["ok"]["messages"].clone();
        let bodies: Vec<&Value> =
            page.as_array().unwrap().iter().map(|message| &message["body"]).collect();
        assert_eq!(bodies, expected);
        let found = answer(&output, &json!(7))["ok"]["hits"].as_array().unwrap().len();
        assert_eq!(found, hits, "what is gone is not found");
    }
}

/// A bug once: a pipe faster than the server was refused by the client's own queue.
#[test]
fn a_long_pipe_keeps_its_order_and_is_never_too_fast() {
    let fast =
        ["messages.burst", "messages.per_second", "lobby.per_second"].map(|key| (key, "100000"));
    let place = Place::with(&fast);
    let mut lines =
        json!({"do": "register", "nickname": "alice", "password": PASSWORD}).to_string();
    for n in 1..=2000 {
        let line = json!({"id": n, "do": "send", "to": "lobby", "text": n.to_string()});
        lines.push('\n');
        lines.push_str(&line.to_string());
    }
    let output = run(&place, &lines);
    let answers: Vec<&Value> = output.iter().filter(|line| line.get("id").is_some()).collect();
    assert_eq!(answers.len(), 2000);
    for (n, answer) in (1..).zip(answers) {
        assert_eq!((&answer["id"], &answer["ok"]["seq"]), (&json!(n), &json!(n)), "{answer}");
    }
}

/// Registers somebody and gives the token.
pub fn token(place: &Place, nickname: &str) -> String {
    let line = json!({"id": 1, "do": "register", "nickname": nickname, "password": PASSWORD});
    let output = run(place, &line.to_string());
    answer(&output, &json!(1))["ok"]["token"].as_str().unwrap().to_owned()
}

#[test]
fn two_programs_talk_and_shake() {
    let place = Place::start();
    let (alice, bob) = (token(&place, "alice"), token(&place, "bob"));
    let alice = format!(
        r#"{{"do":"sign_in","token":"{alice}"}}
        {{"id":"ready","do":"wait","event":"message","with":"lobby","body":{{"text":"here"}}}}
        {{"id":"say","do":"send","to":10002,"text":"hello"}}
        {{"id":"shake","do":"shake","to":10002}}
        {{"id":"soon","do":"shake","to":10002}}
        {{"id":"delivered","do":"wait","event":"delivered","seq":3}}
        {{"id":"read","do":"wait","event":"read","with":10002,"by":10002,"seq":3}}
        {{"id":"typing","do":"wait","event":"typing","from":10002}}
        {{"do":"send","to":"lobby","text":"bye"}}"#
    );
    let bob = format!(
        r#"{{"do":"sign_in","token":"{bob}"}}
        {{"do":"send","to":10001,"text":"hi"}}
        {{"do":"send","to":"lobby","text":"here"}}
        {{"id":"hello","do":"wait","event":"message","from":10001,"body":{{"kind":"text"}}}}
        {{"id":"line","do":"wait","event":"message","from":10001,"body":{{"kind":"shake"}}}}
        {{"id":"shaken","do":"wait","event":"shaken","from":10001}}
        {{"id":"mark","do":"mark_read","with":10001,"seq":3}}
        {{"id":"typing","do":"typing","to":10001}}
        {{"id":"last","do":"wait","event":"message","body":{{"text":"bye"}}}}"#
    );
    let (first, second) = std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("alice".into());
        let first = builder.spawn_scoped(scope, || run(&place, &alice)).unwrap();
        let second = run(&place, &bob);
        (first.join().unwrap(), second)
    });
    for id in ["ready", "say", "shake", "delivered", "read", "typing"] {
        assert!(answer(&first, &json!(id)).get("ok").is_some(), "{id}: {first:#?}");
    }
    let soon = &answer(&first, &json!("soon"))["refused"];
    assert_eq!(soon["code"], "shake_too_soon");
    assert!(soon["retry_after_ms"].as_u64() > Some(0));
    for id in ["hello", "line", "shaken", "mark", "typing", "last"] {
        assert!(answer(&second, &json!(id)).get("ok").is_some(), "{id}: {second:#?}");
    }
    assert_eq!(answer(&second, &json!("hello"))["ok"]["with"], 10_001);
}

#[test]
fn a_token_signs_in_from_another_home() {
    let place = Place::start();
    let token = token(&place, "alice");
    let lines = format!(
        r#"{{"id":1,"do":"sign_in","token":"{token}"}}
        {{"id":2,"do":"sign_in","token":"{token}"}}
        {{"id":3,"do":"sign_out"}}
        {{"id":4,"do":"online"}}
        {{"id":5,"do":"sign_in","token":"{token}"}}
        {{"id":6,"do":"sign_in","nickname":"alice","password":"correct horse"}}"#
    );
    let output = run(&place, &lines);
    let ok = &answer(&output, &json!(1))["ok"];
    assert_eq!((&ok["account"], &ok["nickname"]), (&json!(10_001), &json!("alice")));
    assert_eq!((&ok["token"], &ok["server"]), (&json!(token), &json!(place.id().to_string())));
    assert_eq!(answer(&output, &json!(2))["refused"]["code"], "already_signed_in");
    assert_eq!(answer(&output, &json!(3))["ok"], json!({}));
    assert_eq!(answer(&output, &json!(4))["refused"]["code"], "not_signed_in", "{output:#?}");
    assert_eq!(answer(&output, &json!(5))["refused"]["code"], "token_invalid");
    assert_eq!(answer(&output, &json!(6))["ok"]["account"], 10_001);
    assert_eq!(events(&output, "goodbye")[0]["code"], "signed_out");
}

#[test]
fn an_account_alone_signs_in_by_the_token_that_the_home_keeps() {
    let place = Place::start();
    let home = tempfile::tempdir().unwrap();
    let registers = json!({"id": 1, "do": "register", "nickname": "alice", "password": PASSWORD});
    let sign_in = json!({"id": 1, "do": "sign_in", "account": 10_001}).to_string();
    let mut tokens = Vec::new();
    for lines in [&registers.to_string(), &sign_in, &sign_in] {
        let output = run_with(&place, Trust::First, Some(&home), lines);
        let answer = answer(&output, &json!(1));
        tokens
            .push(answer["ok"]["token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned());
    }
    assert_eq!(tokens[1..], [&*tokens[0]; 2]);
    let elsewhere = run(&place, &sign_in);
    assert_eq!(answer(&elsewhere, &json!(1))["error"]["code"], "no_token");
}

#[test]
fn each_bad_server_has_its_code_and_the_program_stays() {
    let mut place = Place::start();
    let home = tempfile::tempdir().unwrap();
    let pin = r#"{"do":"sign_in","account":10001,"password":"correct horse"}"#;
    run_with(&place, Trust::First, Some(&home), pin);
    place.new_key();
    let sign_in = r#"{"id":1,"do":"sign_in","account":10001,"password":"correct horse"}
        {"id":2,"do":"sign_in","account":10001,"password":"correct horse"}
        {"id":3,"do":"send","to":"lobby","text":"x"}"#;
    let output = run_with(&place, Trust::First, Some(&home), sign_in);
    for id in 1..=3 {
        assert_eq!(answer(&output, &json!(id))["error"]["code"], "key_changed", "{id}");
    }
    assert_eq!(events(&output, "key_changed").len(), 1);
    let output = run_with(&place, Trust::Ask, None, sign_in);
    assert_eq!(answer(&output, &json!(1))["error"]["code"], "key_unknown");
    let other = Trust::Key(mychat::domain::ServerId([9; 32]));
    let output = run_with(&place, other, None, sign_in);
    assert_eq!(answer(&output, &json!(1))["error"]["code"], "key_other", "it was never met");
    assert_eq!(events(&output, "key_other").len(), 1);
    place.stop();
    let output = run_with(&place, Trust::First, None, sign_in);
    assert_eq!(answer(&output, &json!(1))["error"]["code"], "port_closed");
    place.start_again();
}

/// A sign-out stands behind what was said before it.
#[test]
fn what_is_said_before_signing_out_is_sent() {
    // All of it goes at once, and the sign-out right behind it.
    let place = Place::with(&[("messages.burst", "100")]);
    let mut lines =
        r#"{"id":0,"do":"register","nickname":"alice","password":"correct horse"}"#.to_owned();
    for id in 1..=24 {
        let send = json!({"id": id, "do": "send", "to": "lobby", "text": id.to_string()});
        lines += "\n";
        lines += &send.to_string();
    }
    lines += "\n{\"id\":25,\"do\":\"sign_out\"}";
    let output = run(&place, &lines);
    for id in 1..=24 {
        assert_eq!(answer(&output, &json!(id))["ok"]["seq"], json!(id), "{output:#?}");
    }
    let later = run(
        &place,
        r#"{"do":"register","nickname":"momo","password":"correct horse"}
        {"id":1,"do":"history","with":"lobby","limit":50}"#,
    );
    let kept = answer(&later, &json!(1))["ok"]["messages"].as_array().unwrap();
    let said: Vec<&str> = kept.iter().map(|one| one["body"]["text"].as_str().unwrap()).collect();
    assert_eq!(said, (1..=24).map(|id| id.to_string()).collect::<Vec<_>>());
    assert_eq!(answer(&output, &json!(25))["ok"], json!({}));
}

#[test]
fn half_a_character_is_refused_with_a_sentence_and_the_program_goes_on() {
    let place = Place::start();
    let output = run(
        &place,
        r#"{"id":1,"do":"register","nickname":"alice","password":"correct horse"}
        {"id":2,"do":"send","to":"lobby","text":"half \ud83d"}
        {"id":3,"do":"send","to":"lobby","text":"\ude00 half"}
        {"id":4,"do":"send","to":"lobby","text":"\ude00\ud83d"}
        {"id":5,"do":"send","to":"lobby","text":"\ud83d\ude00 \u0000\u202e"}"#,
    );
    let bad: Vec<&str> = output
        .iter()
        .filter(|line| line["error"]["code"] == "bad_request")
        .filter_map(|line| line["error"]["message"].as_str())
        .collect();
    assert_eq!(bad.len(), 3, "{output:#?}");
    assert!(bad.iter().all(|why| why.starts_with("not a JSON object: ")), "{bad:?}");
    assert_eq!(answer(&output, &json!(5))["ok"]["seq"], 1, "nothing of it was sent");
    let heard = events(&output, "message");
    assert_eq!(heard.last().unwrap()["body"]["text"], "😀 \u{202E}");
}

#[test]
fn control_characters_go_before_a_text_is_sent_and_sent_again() {
    let place = Place::start();
    let alice = token(&place, "alice");
    let nonce = "ab".repeat(16);
    let send = json!({"id": "send", "do": "send", "to": "lobby", "text": "\r\none\r\n\u{1b}[31mtwo\u{0}\t\u{202e}end\u{7}", "nonce": nonce});
    let lines = [
        json!({"do": "sign_in", "token": alice}),
        send,
        json!({"id": "none", "do": "send", "to": "lobby", "text": "\u{7}\u{0}"}),
        json!({"do": "barrier"}),
        json!({"id": "log", "do": "history", "with": "lobby"}),
    ];
    let lines = lines.map(|line| line.to_string()).join("\n");
    // Another device says the same again: to the server it is the same.
    for _ in 0..2 {
        let output = run(&place, &lines);
        assert_eq!(answer(&output, &json!("send"))["ok"]["seq"], 1);
        assert_eq!(answer(&output, &json!("none"))["refused"]["code"], "text_empty");
        let log = &answer(&output, &json!("log"))["ok"]["messages"];
        assert_eq!(log.as_array().map(Vec::len), Some(1));
        assert_eq!(log[0]["body"]["text"], "one\n[31mtwo\t\u{202e}end");
    }
}
