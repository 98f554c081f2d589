//! Property: a program finds what was said, here and on the server, each message once, and writes a
//! conversation into a file of the documented shape.

use serde_json::{Value, json};

use crate::place::Place;
use crate::script::{answer, events, run, run_with};
use mychat::client::api::Trust;

/// Bounds that do not stand in a test's way.
const FAST: [(&str, &str); 3] = [
    ("messages.burst", "100000"),
    ("messages.per_second", "100000"),
    ("lobby.per_second", "100000"),
];

/// A line that says something in the lobby.
fn send(words: &str) -> String {
    format!("\n{}", json!({"do": "send", "to": "lobby", "text": words}))
}

fn texts(hits: &Value) -> Vec<&str> {
    let hits = hits["hits"].as_array().unwrap();
    hits.iter().map(|hit| hit["body"]["text"].as_str().unwrap()).collect()
}

#[test]
fn a_search_joins_what_is_here_and_what_only_the_server_has() {
    let place = Place::with(&FAST);
    let home = tempfile::tempdir().unwrap();
    let mut lines =
        r#"{"id":1,"do":"register","nickname":"alice","password":"correct horse"}"#.to_owned();
    for number in 0..90 {
        let words = if number % 10 == 0 { "lab report" } else { "other" };
        lines += &send(&format!("{words} {number}"));
    }
    lines.push_str("\n{\"do\":\"barrier\"}\n{\"id\":2,\"do\":\"search\",\"text\":\"LAB\"}");
    let output = run_with(&place, Trust::First, Some(&home), &lines);
    let token = answer(&output, &json!(1))["ok"]["token"].as_str().unwrap().to_owned();
    let expected: Vec<String> = (0..9).rev().map(|n| format!("lab report {}", n * 10)).collect();
    let found = &answer(&output, &json!(2))["ok"];
    assert_eq!(
        (texts(found), &found["more"]),
        (expected.iter().map(String::as_str).collect(), &json!(false))
    );
    // Another place has only the end of the log; the rest is the server's.
    let lines = format!(
        "{{\"do\":\"sign_in\",\"token\":\"{token}\"}}\n{{\"do\":\"barrier\"}}\n\
         {{\"id\":1,\"do\":\"search\",\"text\":\"lab\",\"with\":\"lobby\"}}\n\
         {{\"id\":2,\"do\":\"search\",\"text\":\"lab\",\"limit\":2}}\n\
         {{\"id\":3,\"do\":\"search\",\"text\":\"lab\",\"from\":10009}}\n\
         {{\"id\":4,\"do\":\"search\",\"text\":\"lab\",\"kind\":\"link\"}}\n\
         {{\"id\":5,\"do\":\"search\",\"text\":\"lab\",\"kind\":\"song\"}}\n\
         {{\"id\":6,\"do\":\"search\",\"text\":\"lab\",\"until\":5}}"
    );
    let output = run(&place, &lines);
    assert_eq!(texts(&answer(&output, &json!(1))["ok"]), expected);
    let two = &answer(&output, &json!(2))["ok"];
    assert_eq!((texts(two), &two["more"]), (vec!["lab report 80", "lab report 70"], &json!(true)));
    for id in [3, 4, 6] {
        assert!(texts(&answer(&output, &json!(id))["ok"]).is_empty(), "{id}");
    }
    assert_eq!(answer(&output, &json!(5))["error"]["code"], "bad_request");
}

#[test]
fn what_was_announced_is_found_here_and_on_the_server() {
    let place = Place::start();
    let lines = r#"{"id":1,"do":"register","nickname":"alice","password":"correct horse"}
        {"id":2,"do":"create_room","name":"lab","joining":"open"}
        {"id":3,"do":"set_room","room":20001,"announcement":"The lab is closed"}
        {"id":4,"do":"set_room","room":20001,"announcement":""}
        {"do":"barrier"}
        {"id":5,"do":"search","text":"lab"}"#;
    let output = run(&place, lines);
    let token = answer(&output, &json!(1))["ok"]["token"].as_str().unwrap().to_owned();
    let lines = format!(
        "{{\"do\":\"sign_in\",\"token\":\"{token}\"}}\n{{\"id\":5,\"do\":\"search\",\"text\":\"lab\"}}"
    );
    for output in [output, run(&place, &lines)] {
        let hits = answer(&output, &json!(5))["ok"]["hits"].as_array().unwrap();
        let changes: Vec<&Value> = hits.iter().map(|hit| &hit["body"]["text"]).collect();
        assert_eq!(changes, ["The lab is closed"], "{hits:?}");
    }
}

/// What is here of one conversation is older than what only the server has of another.
#[test]
fn the_newest_hits_come_first_wherever_they_are() {
    let place = Place::with(&FAST);
    run(&place, r#"{"do":"register","nickname":"momo","password":"correct horse"}"#);
    let mut lines =
        r#"{"id":1,"do":"register","nickname":"alice","password":"correct horse"}"#.to_owned();
    for number in 0..5 {
        lines += &send(&format!("lab early {number}"));
    }
    for number in 0..60 {
        let words = if number < 5 { format!("lab late {number}") } else { "other".to_owned() };
        lines += "\n";
        lines += &json!({"do": "send", "to": 10_001, "text": words}).to_string();
    }
    lines.push_str("\n{\"do\":\"barrier\"}");
    let output = run(&place, &lines);
    let token = answer(&output, &json!(1))["ok"]["token"].as_str().unwrap().to_owned();
    let lines = format!(
        "{{\"do\":\"sign_in\",\"token\":\"{token}\"}}\n{{\"do\":\"barrier\"}}\n\
         {{\"id\":1,\"do\":\"search\",\"text\":\"lab\",\"limit\":3}}\n\
         {{\"id\":2,\"do\":\"search\",\"text\":\"lab\"}}"
    );
    let output = run(&place, &lines);
    let late: Vec<String> = (0..5).rev().map(|n| format!("lab late {n}")).collect();
    let early: Vec<String> = (0..5).rev().map(|n| format!("lab early {n}")).collect();
    assert_eq!(texts(&answer(&output, &json!(1))["ok"]), late[..3]);
    assert_eq!(texts(&answer(&output, &json!(2))["ok"]), [late, early].concat());
}

#[test]
fn a_conversation_is_written_into_a_file_whole_or_not_at_all() {
    let place = Place::with(&FAST);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let mut lines = r#"{"do":"register","nickname":"alice","password":"correct horse"}"#.to_owned();
    for number in 0..450 {
        lines += &send(&format!("<{number}>"));
    }
    lines.push_str("\n{\"do\":\"barrier\"}");
    let export = |id: u64, format: &str, path: &str, more: &str| {
        format!(
            "\n{{\"id\":{id},\"do\":\"export\",\"with\":\"lobby\",\"format\":\"{format}\",\"path\":\"{path}\"{more}}}"
        )
    };
    lines.push_str(&export(1, "json", &path("a.json"), ""));
    lines.push_str(&export(2, "html", &path("a.html"), ""));
    lines.push_str(&export(3, "txt", &path("a.txt"), ""));
    lines.push_str(&export(4, "txt", &path("a.txt"), ""));
    lines.push_str(&export(5, "txt", &path("a.txt"), ",\"replace\":true,\"until\":5"));
    lines.push_str(&export(6, "txt", &path("none/a.txt"), ""));
    lines.push_str(&export(7, "pdf", &path("a.pdf"), ""));
    let output = run(&place, &lines);
    let ok = |id: u64| answer(&output, &json!(id))["ok"].clone();
    let bytes = |name: &str| std::fs::metadata(path(name)).unwrap().len();
    assert_eq!(ok(1), json!({"messages": 450, "bytes": bytes("a.json"), "missing": 0}));
    assert_eq!(ok(2)["messages"], 450);
    assert_eq!((ok(3)["messages"].clone(), ok(5)["messages"].clone()), (json!(450), json!(0)));
    assert_eq!(answer(&output, &json!(4))["error"]["code"], "export_exists");
    assert_eq!(answer(&output, &json!(6))["error"]["code"], "export_folder");
    assert_eq!(answer(&output, &json!(7))["error"]["code"], "bad_request");
    assert!(events(&output, "exporting").iter().any(|event| event["of"] == 450));
    let json: Value = serde_json::from_slice(&std::fs::read(path("a.json")).unwrap()).unwrap();
    let messages = json["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 450);
    assert!(messages.iter().zip(1..).all(|(message, seq)| message["seq"] == seq));
    assert_eq!(messages[449]["text"], "<449>");
    assert_eq!((&messages[0]["name"], &json["with"]), (&json!("alice"), &json!("lobby")));
    let html = std::fs::read_to_string(path("a.html")).unwrap();
    assert_eq!(html.matches("&lt;").count(), 450);
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["a.html", "a.json", "a.txt"]);
}
