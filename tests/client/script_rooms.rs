//! Property: every verb about rooms and conversations does in a script what it says.

use serde_json::{Value, json};

use crate::place::Place;
use crate::script::{answer, events, run, token};
use crate::script_people::{lines, ok, refused};

/// Two friends, by their tokens.
fn friends(place: &Place) -> (String, String) {
    let (alice, bob) = (token(place, "alice"), token(place, "bob"));
    run(place, &lines(&alice, &[json!({"do": "ask_contact", "to": 10002})]));
    let accept = json!({"do": "answer_contact", "from": 10001, "accept": true});
    run(place, &lines(&bob, &[accept]));
    (alice, bob)
}

#[test]
fn a_room_is_made_and_friends_are_invited() {
    let place = Place::start();
    let (alice, bob) = friends(&place);
    let room = json!({"room": 20001});
    let made = run(
        &place,
        &lines(
            &alice,
            &[
                json!({"id": "none", "do": "rooms"}),
                json!({"id": "make", "do": "create_room", "name": "软工 2401", "joining": "closed", "invite": [10002]}),
                json!({"id": "told", "do": "wait", "event": "room", "what": "room", "room": 20001}),
                json!({"id": "line", "do": "wait", "event": "message", "with": room, "body": {"kind": "room"}}),
                json!({"id": "nobody", "do": "create_room", "name": "x", "invite": [10099]}),
                json!({"id": "name", "do": "create_room", "name": " "}),
                json!({"id": "find", "do": "find", "what": "rooms", "text": "软工"}),
                json!({"id": "number", "do": "find", "what": "rooms", "number": 20001}),
                json!({"id": "what", "do": "find", "what": "cats", "text": "x"}),
            ],
        ),
    );
    let of = ok(&made, "make");
    assert_eq!(
        (&of["room"], &of["name"], &of["joining"]),
        (&json!(20001), &json!("软工 2401"), &json!("closed"))
    );
    assert_eq!(
        (&of["owner"], &of["members"], &of["colour"]),
        (&json!(10001), &json!(1), &json!(2))
    );
    assert_eq!(of["member"]["role"], "owner");
    assert_eq!(ok(&made, "told")["name"], "软工 2401");
    assert_eq!(ok(&made, "line")["body"]["what"], "created");
    assert_eq!(refused(&made, "nobody"), "not_found");
    assert_eq!(refused(&made, "name"), "words_empty");
    assert_eq!(ok(&made, "find")["results"][0]["room"], 20001);
    assert_eq!(ok(&made, "number")["results"][0]["name"], "软工 2401");
    assert_eq!(answer(&made, &json!("what"))["error"]["code"], "bad_request");

    comes(&place, &bob, &room);
}

/// Bob's side of it.
fn comes(place: &Place, bob: &str, room: &Value) {
    // By itself: what is said is on its way while the verbs behind it are done.
    let outside = json!({"id": "outside", "do": "send", "to": room, "text": "?"});
    assert_eq!(refused(&run(place, &lines(bob, &[outside])), "outside"), "not_member");
    let came = run(
        place,
        &lines(
            bob,
            &[
                json!({"id": "before", "do": "rooms"}),
                json!({"id": "come", "do": "answer_invite", "room": 20001, "accept": true}),
                json!({"id": "again", "do": "answer_invite", "room": 20001, "accept": false}),
                json!({"id": "say", "do": "send", "to": room, "text": "@alice", "mentions": [10001], "places": [[0, 6, 10001]]}),
                json!({"id": "off", "do": "send", "to": room, "text": "@", "mentions": [10001], "places": [[0, 6, 10001]]}),
                json!({"id": "all", "do": "send", "to": room, "text": "@all", "everyone": true}),
                json!({"id": "shake", "do": "shake", "to": room}),
                json!({"id": "wait", "do": "barrier"}),
                json!({"id": "log", "do": "history", "with": room}),
                json!({"id": "members", "do": "members", "room": 20001}),
                json!({"id": "pin", "do": "set_conversation", "with": room, "pinned": true, "notify": "mentions"}),
                json!({"id": "how", "do": "conversations"}),
                json!({"id": "off the top", "do": "pin", "with": room, "on": false}),
                json!({"id": "quiet", "do": "mute", "with": room}),
                json!({"id": "then", "do": "conversations"}),
                json!({"id": "after", "do": "rooms"}),
            ],
        ),
    );
    let invitation = &ok(&came, "before")["requests"][0];
    assert_eq!((&invitation["door"], &invitation["by"]), (&json!("invited"), &json!(10001)));
    ok(&came, "come");
    assert_eq!(refused(&came, "again"), "request_gone");
    assert_eq!(ok(&came, "say")["seq"], 3);
    assert_eq!(refused(&came, "off"), "bad_value");
    assert_eq!(refused(&came, "all"), "mention_everyone");
    assert_eq!(refused(&came, "shake"), "shake_target");
    let log = ok(&came, "log")["messages"].clone();
    assert_eq!(
        (&log[0]["body"]["what"], &log[0]["body"]["account"]),
        (&json!("joined"), &json!(10002))
    );
    assert_eq!((&log[1]["body"]["mentions"], &log[1]["with"]), (&json!([10001]), room));
    assert_eq!(log[1]["body"]["places"], json!([[0, 6, 10001]]));
    let members = ok(&came, "members")["members"].clone();
    assert_eq!((&members[0]["role"], &members[1]["role"]), (&json!("owner"), &json!("member")));
    ok(&came, "pin");
    assert_eq!(
        ok(&came, "how")["conversations"][0],
        json!({"with": room, "pinned": true, "notify": "mentions", "stranger": "no"})
    );
    assert_eq!(
        ok(&came, "then")["conversations"][0],
        json!({"with": room, "pinned": false, "notify": "none", "stranger": "no"})
    );
    assert_eq!(ok(&came, "after")["rooms"][0]["member"]["role"], "member");
    assert!(ok(&came, "after")["requests"].as_array().is_some_and(Vec::is_empty));
}

#[test]
fn a_room_is_kept_by_its_owner() {
    let place = Place::start();
    let (alice, bob) = friends(&place);
    let rook = token(&place, "rook");
    let make = json!({"id": "make", "do": "create_room", "name": "room"});
    assert_eq!(ok(&run(&place, &lines(&alice, &[make])), "make")["joining"], "approval");
    let asks = |token: &str, greeting: &str| {
        let ask = json!({"id": "ask", "do": "join_room", "room": 20001, "greeting": greeting});
        let output = run(&place, &lines(token, &[ask]));
        assert_eq!(ok(&output, "ask")["member"], Value::Null, "it waits");
    };
    asks(&bob, "it is me");
    asks(&rook, "me too");
    let answered = run(
        &place,
        &lines(
            &alice,
            &[
                json!({"id": "waiting", "do": "rooms"}),
                json!({"id": "yes", "do": "answer_join", "room": 20001, "account": 10002, "accept": true}),
                json!({"id": "no", "do": "answer_join", "room": 20001, "account": 10003, "accept": false, "reason": "who?"}),
                json!({"id": "set", "do": "set_room", "room": 20001, "name": "renamed", "joining": "open", "admins_only": true, "announcement": "hello"}),
                json!({"id": "role", "do": "set_member", "room": 20001, "account": 10002, "role": "admin"}),
                json!({"id": "stay", "do": "leave_room", "room": 20001}),
                json!({"id": "say", "do": "send", "to": {"room": 20001}, "text": "read me"}),
                json!({"id": "wait", "do": "barrier"}),
            ],
        ),
    );
    assert_eq!(ok(&answered, "waiting")["requests"][0]["greeting"], "it is me");
    let room = |output, id| ok(output, id)["room"].clone();
    assert_eq!(
        (room(&answered, "yes"), ok(&answered, "yes")["members"].clone()),
        (json!(20001), json!(2))
    );
    assert_eq!(room(&answered, "no"), 20001);
    let set = ok(&answered, "set");
    assert_eq!((&set["name"], &set["announcement"]["text"]), (&json!("renamed"), &json!("hello")));
    assert_eq!(ok(&answered, "role")["name"], "renamed");
    assert_eq!(refused(&answered, "stay"), "owner_stays");
    let changed = events(&answered, "room");
    assert!(changed.iter().any(|event| event["what"] == "changed" && event["name"] == "renamed"));
    let seq = ok(&answered, "say")["seq"].clone();

    let as_admin = run(
        &place,
        &lines(
            &bob,
            &[
                json!({"id": "read", "do": "mark_read", "with": {"room": 20001}, "seq": seq}),
                json!({"id": "card", "do": "set_member", "room": 20001, "account": 10002, "card": "班长"}),
                json!({"id": "wall", "do": "announcements", "room": 20001}),
                json!({"id": "transfer", "do": "set_member", "room": 20001, "account": 10001, "role": "member"}),
                json!({"id": "room", "do": "room", "room": {"room": 20001}}),
            ],
        ),
    );
    assert_eq!(ok(&as_admin, "card")["member"]["card"], "班长");
    assert_eq!(ok(&as_admin, "wall")["announcements"][0]["by"], 10001);
    assert_eq!(refused(&as_admin, "transfer"), "not_allowed");
    let member = ok(&as_admin, "room")["member"].clone();
    assert_eq!((&member["role"], &member["card"]), (&json!("admin"), &json!("班长")));
    ends(&place, &alice, &bob, &seq);
}

/// The room's end: who has read, who is silenced, who goes.
fn ends(place: &Place, alice: &str, bob: &str, seq: &Value) {
    let output = run(
        place,
        &lines(
            alice,
            &[
                json!({"id": "by", "do": "read_by", "room": 20001, "seq": seq}),
                json!({"id": "mute", "do": "set_member", "room": 20001, "account": 10002, "mute_ms": 60000}),
                json!({"id": "open", "do": "set_room", "room": 20001, "admins_only": false}),
            ],
        ),
    );
    assert_eq!(ok(&output, "by"), json!({"count": 1, "accounts": [10002]}));
    ok(&output, "mute");
    let say = json!({"id": "say", "do": "send", "to": {"room": 20001}, "text": "?"});
    let muted = run(place, &lines(bob, &[say]));
    assert_eq!(refused(&muted, "say"), "room_muted");
    assert!(answer(&muted, &json!("say"))["refused"]["retry_after_ms"].as_u64() > Some(1000));
    let output = run(
        place,
        &lines(
            alice,
            &[
                json!({"id": "own", "do": "rooms"}),
                json!({"id": "out", "do": "set_member", "room": 20001, "account": 10002, "remove": true}),
                json!({"id": "invite", "do": "invite", "room": 20001, "account": 10002}),
                json!({"id": "end", "do": "leave_room", "room": 20001, "dissolve": true}),
                json!({"id": "gone", "do": "wait", "event": "room", "what": "room_gone", "room": 20001}),
                json!({"id": "none", "do": "room", "room": 20001}),
            ],
        ),
    );
    assert_eq!(ok(&output, "out")["members"], 1);
    assert_eq!(ok(&output, "invite")["room"], 20001);
    assert_eq!(
        ok(&output, "end"),
        json!({"room": 20001, "member": null}),
        "nobody sees it any more"
    );
    assert_eq!(ok(&output, "gone")["why"], "dissolved");
    assert_eq!(refused(&output, "none"), "room_gone");
    let left = run(
        place,
        &lines(
            bob,
            &[
                json!({"id": "rooms", "do": "rooms"}),
                json!({"id": "back", "do": "withdraw_join", "room": 20001}),
            ],
        ),
    );
    assert_eq!(ok(&left, "rooms"), json!({"rooms": [], "requests": []}));
    assert_eq!(refused(&left, "back"), "request_gone");
}

#[test]
fn an_exported_room_has_the_names_on_the_cards() {
    let place = Place::start();
    let (alice, bob) = friends(&place);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("room.txt");
    let room = json!({"room": 20001});
    let make = json!({"id": "make", "do": "create_room", "name": "room", "joining": "open"});
    ok(&run(&place, &lines(&alice, &[make])), "make");
    let output = run(
        &place,
        &lines(
            &bob,
            &[
                json!({"id": "come", "do": "join_room", "room": 20001}),
                json!({"id": "card", "do": "set_member", "room": 20001, "account": 10002, "card": "班长"}),
                json!({"id": "say", "do": "send", "to": room, "text": "hello"}),
            ],
        ),
    );
    for id in ["come", "card", "say"] {
        ok(&output, id);
    }
    let output = run(
        &place,
        &lines(
            &alice,
            &[
                json!({"id": "say", "do": "send", "to": room, "text": "welcome"}),
                json!({"do": "barrier"}),
                json!({"id": "export", "do": "export", "with": room, "format": "txt", "path": path}),
            ],
        ),
    );
    ok(&output, "export");
    let text = std::fs::read_to_string(path).unwrap();
    // Lines of what happened have no name behind the time.
    let is_said = |line: &&str| line.starts_with("20") && line.matches("  ").count() == 1;
    let heads: Vec<&str> = text.lines().filter(is_said).collect();
    assert!(heads[0].ends_with("  班长") && heads[1].ends_with("  alice"), "{text}");
    assert!(text.contains("\n    班长 joined the room\n"), "{text}");
}
