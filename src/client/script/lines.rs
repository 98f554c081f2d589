//! One line → one request. What is wrong with a line is said in a sentence.

use std::path::PathBuf;

use serde_json::{Map, Value};

use super::fields::Fields;
use super::files::{self, FileVerb};
use super::games;
use super::history::{self, HistoryVerb};
use super::people::{self, PeopleVerb};
use super::rooms;
use super::waits::Wanted;
use crate::client::api::Secret;
use crate::domain::game::{GameId, Hand};
use crate::domain::{AccountId, BlobId, Body, Nonce, Presence, Seq, Target};
use crate::net::protocol::{Command, Page};

/// Verbs of talking, for whoever mistypes one.
const VERBS: [&str; 15] = [
    "register",
    "sign_in",
    "sign_out",
    "send",
    "shake",
    "recall",
    "hide",
    "save_picture",
    "history",
    "mark_read",
    "online",
    "set_presence",
    "typing",
    "wait",
    "barrier",
];

/// A request and the caller's name for it.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) id: Option<Value>,
    pub(super) verb: Verb,
}

/// What is asked for.
#[derive(Debug)]
pub(super) enum Verb {
    Register { nickname: String, password: Secret, code: Option<Secret>, avatar: u8 },
    SignIn { login: Login, presence: Presence },
    SignOut,
    Send { to: Target, body: Body, nonce: Option<Nonce> },
    ChooseHand { game: GameId, hand: Hand },
    SendImage { to: Target, path: PathBuf, nonce: Option<Nonce> },
    SavePicture { picture: BlobId, path: PathBuf, replace: bool },
    History { with: Target, page: Page, limit: u32 },
    Hide { with: Target, seq: Seq },
    MarkRead { with: Target, seq: Seq },
    Online,
    SetPresence(Presence),
    Typing(Target),
    Wait(Wanted),
    Barrier,
    People(PeopleVerb),
    Said(HistoryVerb),
    File(FileVerb),
}

/// How somebody signs in.
#[derive(Debug)]
pub(super) enum Login {
    Password { login: String, password: Secret },
    Token { account: AccountId, token: Option<Secret> },
}

/// Why a line is no request, with its id where one could be read.
#[derive(Debug, PartialEq)]
pub(super) struct Bad {
    pub(super) id: Option<Value>,
    pub(super) why: String,
}

pub(super) fn parse(line: &str) -> Result<Request, Bad> {
    let value: Value = serde_json::from_str(line)
        .map_err(|error| Bad { id: None, why: format!("not a JSON object: {error}") })?;
    let Value::Object(mut fields) = value else {
        return Err(Bad { id: None, why: "not a JSON object".to_owned() });
    };
    let id = fields.remove("id");
    match verb(fields) {
        Ok(verb) => Ok(Request { id, verb }),
        Err(why) => Err(Bad { id, why }),
    }
}

fn verb(mut fields: Map<String, Value>) -> Result<Verb, String> {
    let name = match fields.remove("do") {
        Some(Value::String(name)) => name,
        Some(_) => return Err("`do` is a text, such as \"send\"".to_owned()),
        None => return Err("the field `do` is missing".to_owned()),
    };
    let fields = Fields(fields);
    Ok(match name.as_str() {
        "register" => Verb::Register {
            nickname: fields.text("nickname")?,
            password: Secret::new(fields.text("password")?),
            code: fields.optional_text("code")?.map(Secret::new),
            avatar: fields.avatar()?,
        },
        "sign_in" => Verb::SignIn {
            login: fields.login()?,
            presence: match fields.has("presence") {
                true => fields.presence()?,
                false => Presence::Online,
            },
        },
        "sign_out" => Verb::SignOut,
        "send" if fields.has("image") => Verb::SendImage {
            to: fields.target("to")?,
            path: fields.text("image")?.into(),
            nonce: fields.nonce()?,
        },
        "save_picture" => save_picture(&fields)?,
        "send" => Verb::Send {
            to: fields.target("to")?,
            body: Body::Text {
                text: fields.text("text")?,
                reply_to: fields.optional_number("reply_to")?.map(Seq),
                mentions: rooms::mentions(&fields)?,
            },
            nonce: fields.nonce()?,
        },
        "shake" => {
            Verb::Send { to: fields.target("to")?, body: Body::Shake {}, nonce: fields.nonce()? }
        }
        "recall" => {
            let (to, seq) = (fields.target("to")?, Seq(fields.number("seq")?));
            Verb::People(PeopleVerb::Do(Command::Recall { to, seq }))
        }
        "hide" => Verb::Hide { with: fields.target("with")?, seq: Seq(fields.number("seq")?) },
        "history" => Verb::History {
            with: fields.target("with")?,
            page: fields.page()?,
            limit: fields.limit()?,
        },
        "mark_read" => {
            Verb::MarkRead { with: fields.target("with")?, seq: Seq(fields.number("seq")?) }
        }
        "online" => Verb::Online,
        "set_presence" => Verb::SetPresence(fields.presence()?),
        "typing" => Verb::Typing(fields.target("to")?),
        "wait" => Verb::Wait(wanted(fields)?),
        "barrier" => Verb::Barrier,
        other if people::VERBS.contains(&other) => Verb::People(people::parse(other, &fields)?),
        other if rooms::VERBS.contains(&other) => Verb::People(rooms::parse(other, &fields)?),
        other if files::VERBS.contains(&other) => Verb::File(files::parse(other, &fields)?),
        other if games::VERBS.contains(&other) => games::parse(other, &fields)?,
        other if history::VERBS.contains(&other) => Verb::Said(history::parse(other, &fields)?),
        other => {
            let verbs = all_verbs().join(", ");
            return Err(format!("there is no verb {other:?}; there are {verbs}"));
        }
    })
}

fn save_picture(fields: &Fields) -> Result<Verb, String> {
    let (picture, path) = (fields.blob("picture")?, fields.text("path")?.into());
    let replace = fields.optional_flag("replace")?.unwrap_or(false);
    Ok(Verb::SavePicture { picture, path, replace })
}

fn all_verbs() -> Vec<&'static str> {
    [&VERBS[..], &files::VERBS, &games::VERBS, &history::VERBS, &people::VERBS, &rooms::VERBS]
        .concat()
}

fn wanted(fields: Fields) -> Result<Wanted, String> {
    let event = fields.text("event")?;
    let timeout_ms = fields.optional_number("timeout_ms")?;
    let Fields(mut fields) = fields;
    fields.remove("timeout_ms");
    fields.insert("event".to_owned(), Value::String(event));
    Ok(Wanted { fields: Value::Object(fields), timeout_ms })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_line_is_said_and_its_id_kept() {
        let cases = [
            ("", "not a JSON object: EOF", None),
            ("[1]", "not a JSON object", None),
            (r#"{"id":7}"#, "`do` is missing", Some(7)),
            (r#"{"do":3}"#, "`do` is a text", None),
            (r#"{"id":7,"do":"fly"}"#, "no verb \"fly\"", Some(7)),
            (r#"{"do":"send","text":"x"}"#, "`to` is missing", None),
            (r#"{"do":"send","to":"me","text":"x"}"#, "account number, {\"room\"", None),
            (r#"{"do":"send","to":{"room":"x"},"text":"x"}"#, "no room's number", None),
            (r#"{"do":"send","to":10001,"image":3}"#, "`image` is a text", None),
            (r#"{"do":"save_picture","picture":"ab","path":"x"}"#, "64 hex digits", None),
            (r#"{"do":"send","to":10001}"#, "`text` is missing", None),
            (r#"{"do":"send","to":10001,"text":"x","nonce":"ab"}"#, "32 hex digits", None),
            (r#"{"do":"history","with":1,"limit":201}"#, "from 1 to 200", None),
            (r#"{"do":"history","with":1,"before":3,"after":3}"#, "not both", None),
            (r#"{"do":"mark_read","with":1}"#, "`seq` is missing", None),
            (r#"{"do":"mark_read","with":1,"seq":-1}"#, "whole number", None),
            (r#"{"do":"set_presence","presence":"offline"}"#, "online, away", None),
            (r#"{"do":"sign_in"}"#, "`password` or `token`", None),
            (r#"{"do":"sign_in","password":"x"}"#, "`account` or `nickname`", None),
            (r#"{"do":"sign_in","token":"abcd"}"#, "`account` is needed", None),
            (r#"{"do":"register","nickname":"x"}"#, "`password` is missing", None),
            (r#"{"do":"send_file","to":10001}"#, "`path` is missing", None),
            (r#"{"do":"accept_file","seq":1,"path":"a"}"#, "`with` or `conversation`", None),
            (r#"{"do":"accept_file","transfer":"7","path":"a"}"#, "32 hex digits", None),
            (r#"{"do":"accept_file","with":1,"seq":1}"#, "`folder` or `path`", None),
            (r#"{"do":"accept_file","with":1,"seq":1,"path":"a","folder":"b"}"#, "not both", None),
            (r#"{"do":"pause_file","transfer":"7"}"#, "32 hex digits", None),
            (r#"{"do":"wait"}"#, "`event` is missing", None),
        ];
        for (line, expected, id) in cases {
            let bad = parse(line).unwrap_err();
            assert!(bad.why.contains(expected), "{line}: {}", bad.why);
            assert_eq!(bad.id, id.map(Value::from), "{line}");
        }
    }

    #[test]
    fn every_listed_verb_is_one() {
        for verb in all_verbs() {
            let line = serde_json::json!({"do": verb}).to_string();
            let why = parse(&line).err().map(|bad| bad.why).unwrap_or_default();
            assert!(!why.contains("no verb"), "{why}");
        }
    }

    #[test]
    fn people_are_named_by_number_nickname_or_token() {
        let login = |line: &str| match parse(line).unwrap().verb {
            Verb::SignIn { login, .. } => login,
            other => panic!("{other:?}"),
        };
        for line in [
            r#"{"do":"sign_in","account":10001,"password":"x"}"#,
            r#"{"do":"sign_in","account":"10001","password":"x"}"#,
        ] {
            assert!(matches!(login(line), Login::Password { login, .. } if login == "10001"));
        }
        let token = login(r#"{"do":"sign_in","token":"10001.aa.bb"}"#);
        assert!(matches!(token, Login::Token { account: AccountId(10_001), token: Some(_) }));
        let kept = login(r#"{"do":"sign_in","account":10001}"#);
        assert!(matches!(kept, Login::Token { account: AccountId(10_001), token: None }));
    }

    #[test]
    fn a_wait_keeps_every_other_field_for_matching() {
        let line = r#"{"id":"a","do":"wait","event":"message","with":"lobby","timeout_ms":5}"#;
        let Verb::Wait(wanted) = parse(line).unwrap().verb else { panic!("wait") };
        assert_eq!(wanted.timeout_ms, Some(5));
        assert_eq!(wanted.fields, serde_json::json!({"event": "message", "with": "lobby"}));
    }
}
