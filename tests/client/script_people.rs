//! Property: every verb about people does in a script what it says, on both sides.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::place::{PASSWORD, Place};
use crate::script::{answer, events, run, run_with, token};

/// Lines that begin with signing in by a token.
pub fn lines(token: &str, requests: &[Value]) -> String {
    let mut text = json!({"do": "sign_in", "token": token}).to_string();
    for request in requests {
        write!(text, "\n{request}").unwrap();
    }
    text
}

pub fn ok(output: &[Value], id: &str) -> Value {
    let answer = answer(output, &json!(id));
    assert!(answer.get("ok").is_some(), "{answer}");
    answer["ok"].clone()
}

pub fn refused(output: &[Value], id: &str) -> String {
    answer(output, &json!(id))["refused"]["code"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn two_people_become_friends_and_keep_each_other_in_groups() {
    let place = Place::start();
    let (alice, bob) = (token(&place, "alice"), token(&place, "小白"));
    let asked = run(
        &place,
        &lines(
            &alice,
            &[
                json!({"id": "find", "do": "find", "text": "白"}),
                json!({"id": "group", "do": "set_group", "name": "同学"}),
                json!({"id": "ask", "do": "ask_contact", "to": 10002, "greeting": "hi", "group": "同学", "remark": "White"}),
                json!({"id": "again", "do": "ask_contact", "to": 10002}),
                json!({"id": "self", "do": "ask_contact", "to": 10001}),
                json!({"id": "nowhere", "do": "ask_contact", "to": 10002, "group": "老师"}),
            ],
        ),
    );
    assert_eq!(ok(&asked, "find")["results"][0]["account"], 10_002);
    assert_eq!(ok(&asked, "group")["groups"], json!(["", "同学"]));
    ok(&asked, "ask");
    assert_eq!(refused(&asked, "again"), "already_asked");
    assert_eq!(refused(&asked, "self"), "yourself");
    assert_eq!(answer(&asked, &json!("nowhere"))["error"]["code"], "bad_request");

    let answered = run(
        &place,
        &lines(
            &bob,
            &[
                json!({"id": "before", "do": "contacts"}),
                json!({"id": "accept", "do": "answer_contact", "from": 10001, "accept": true}),
                json!({"id": "told", "do": "wait", "event": "contact", "what": "contact", "account": 10001}),
                json!({"id": "set", "do": "set_contact", "account": 10001, "remark": "A", "shake": false}),
                json!({"id": "after", "do": "contacts"}),
            ],
        ),
    );
    let waiting = &ok(&answered, "before")["requests"][0];
    assert_eq!((&waiting["greeting"], &waiting["state"]), (&json!("hi"), &json!("pending")));
    assert_eq!(ok(&answered, "told")["friend"], true);
    let friend = &ok(&answered, "after")["contacts"][0];
    assert_eq!((&friend["remark"], &friend["shake"]), (&json!("A"), &json!(false)));

    keeps_and_parts(&place, &alice);
}

/// Alice's own side of it, up to the end.
fn keeps_and_parts(place: &Place, alice: &str) {
    // By itself: what is said is on its way while the verbs behind it are done.
    let shake = json!({"id": "shake", "do": "shake", "to": 10002});
    assert_eq!(refused(&run(place, &lines(alice, &[shake])), "shake"), "shake_off");
    let kept = run(
        place,
        &lines(
            alice,
            &[
                json!({"id": "contacts", "do": "contacts"}),
                json!({"id": "rename", "do": "set_group", "name": "同学", "new_name": "同班"}),
                json!({"id": "order", "do": "set_group", "name": "同班", "order": 0}),
                json!({"id": "groups", "do": "groups"}),
                json!({"id": "gone", "do": "set_group", "name": "同班", "remove": true}),
                json!({"id": "moved", "do": "contacts"}),
                json!({"id": "block", "do": "set_contact", "account": 10002, "blocked": true}),
                json!({"id": "say", "do": "send", "to": 10002, "text": "?"}),
                json!({"id": "part", "do": "remove_contact", "account": 10002}),
                json!({"id": "twice", "do": "remove_contact", "account": 10002}),
                json!({"id": "last", "do": "contacts"}),
            ],
        ),
    );
    let friend = &ok(&kept, "contacts")["contacts"][0];
    assert_eq!((&friend["group"], &friend["remark"]), (&json!("同学"), &json!("White")));
    assert_eq!(ok(&kept, "order")["groups"], json!(["同班", ""]));
    assert_eq!(ok(&kept, "groups")["groups"], json!(["同班", ""]));
    assert_eq!(ok(&kept, "gone")["groups"], json!([""]));
    assert_eq!(ok(&kept, "moved")["contacts"][0]["group"], "");
    assert_eq!(refused(&kept, "say"), "you_blocked");
    ok(&kept, "part");
    assert_eq!(refused(&kept, "twice"), "not_friends");
    let left = &ok(&kept, "last")["contacts"];
    assert_eq!((&left[0]["friend"], &left[0]["blocked"]), (&json!(false), &json!(true)));
}

#[test]
fn a_profile_with_a_picture_is_seen_by_others() {
    let place = Place::start();
    let (alice, bob) = (token(&place, "alice"), token(&place, "bob"));
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("me.png");
    image::RgbImage::from_pixel(400, 300, image::Rgb([9, 99, 9])).save(&picture).unwrap();
    let small = folder.path().join("small.png");
    image::RgbImage::from_pixel(100, 300, image::Rgb([9, 99, 9])).save(&small).unwrap();
    let output = run(
        &place,
        &lines(
            &alice,
            &[
                json!({"id": "set", "do": "set_profile", "nickname": "Alicia", "signature": "hi",
                    "gender": "female", "birthday": "2008-02-29", "class": "SE 2401",
                    "about": "two\nlines", "picture": picture}),
                json!({"id": "small", "do": "set_profile", "picture": small}),
                json!({"id": "none", "do": "set_profile", "picture": "/no/such/file.png"}),
                json!({"id": "taken", "do": "set_profile", "nickname": "bob"}),
                json!({"id": "day", "do": "set_profile", "birthday": "2008-02-30"}),
                json!({"id": "privacy", "do": "set_privacy", "typing": false, "requests": "nobody"}),
            ],
        ),
    );
    let profile = ok(&output, "set");
    assert_eq!((&profile["nickname"], &profile["class"]), (&json!("Alicia"), &json!("SE 2401")));
    assert_eq!(profile["picture"].as_str().map(str::len), Some(64));
    let error = |id: &str| answer(&output, &json!(id))["error"]["code"].clone();
    assert_eq!((error("small"), error("none")), (json!("picture_too_small"), json!("file")));
    assert_eq!(refused(&output, "taken"), "name_taken");
    assert_eq!(refused(&output, "day"), "bad_birthday");
    let privacy = ok(&output, "privacy");
    assert_eq!((&privacy["typing"], &privacy["read_marks"]), (&json!(false), &json!(true)));
    let seen = run(
        &place,
        &lines(
            &bob,
            &[
                json!({"id": "profile", "do": "profile", "account": 10001}),
                json!({"id": "ask", "do": "ask_contact", "to": 10001}),
            ],
        ),
    );
    let mut shown = ok(&seen, "profile");
    assert_eq!(shown["seen"], Value::Null, "a stranger does not know it");
    shown["seen"] = profile["seen"].clone();
    assert_eq!(shown, profile);
    assert_eq!(refused(&seen, "ask"), "takes_no_requests");
}

#[test]
fn passwords_are_changed_and_recovered_and_devices_are_signed_out() {
    let place = Place::start();
    let register = json!({"id": "r", "do": "register", "nickname": "alice", "password": PASSWORD});
    let code = ok(&run(&place, &register.to_string()), "r")["recovery"].clone();
    let sign_in = |password: &str| {
        json!({"id": "in", "do": "sign_in", "account": "alice", "password": password}).to_string()
    };
    let home = tempfile::tempdir().unwrap();
    let trust = mychat::client::api::Trust::First;
    let lines = [
        sign_in(PASSWORD),
        json!({"id": "wrong", "do": "change_password", "old": "x", "new": "battery staple"})
            .to_string(),
        json!({"id": "short", "do": "change_password", "old": PASSWORD, "new": "x"}).to_string(),
        json!({"id": "change", "do": "change_password", "old": PASSWORD, "new": "battery staple"})
            .to_string(),
        json!({"id": "devices", "do": "devices"}).to_string(),
    ]
    .join("\n");
    let output = run_with(&place, trust, Some(&home), &lines);
    assert_eq!(refused(&output, "wrong"), "wrong_password");
    assert_eq!(answer(&output, &json!("short"))["error"]["code"], "password_length");
    ok(&output, "change");
    let devices = ok(&output, "devices")["devices"].clone();
    assert_eq!(devices.as_array().map(Vec::len), Some(1), "all others are out");
    assert_eq!(devices[0]["current"], true);
    assert_eq!(refused(&run(&place, &sign_in(PASSWORD)), "in"), "wrong_password");

    let recover = |code: &Value| {
        json!({"id": "recover", "do": "recover", "account": "alice", "code": code,
            "new": "third time lucky"})
        .to_string()
    };
    let output = run(&place, &recover(&json!("not a code")));
    assert_eq!(answer(&output, &json!("recover"))["error"]["code"], "code_form");
    let output = run(&place, &recover(&code));
    assert_ne!(ok(&output, "recover")["recovery"], code);
    assert_eq!(refused(&run(&place, &recover(&code)), "recover"), "wrong_code");
    // The home's device is out, and its kept token opens nothing.
    let output =
        run_with(&place, trust, Some(&home), r#"{"id":"kept","do":"sign_in","account":"10001"}"#);
    let kept = answer(&output, &json!("kept"));
    let why = kept["refused"]["code"].as_str().or(kept["error"]["code"].as_str());
    assert!(matches!(why, Some("token_invalid" | "no_token")), "{kept}");

    let delete = json!({"id": "delete", "do": "delete_account", "password": "third time lucky"});
    let lines = format!("{}\n{delete}", sign_in("third time lucky"));
    let output = run(&place, &lines);
    ok(&output, "delete");
    assert_eq!(events(&output, "goodbye")[0]["code"], "deleted");
    assert_eq!(refused(&run(&place, &sign_in("third time lucky")), "in"), "wrong_password");
}
