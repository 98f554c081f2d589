//! Property: a file that is offered is fetched bit by bit, also when its sender is gone; whoever does
//! not want it, or takes it back, ends it for both; and programs do all of that by the contract.

use std::fs;
use std::path::{Path, PathBuf};

use mychat::client::api::{Answer, Destination, Transfer, TransferState, Trust};
use mychat::client::{ClientEvent, Failure, Intent};
use mychat::domain::{Body, FileId, FileState, FileStatus, FileWay, Message, Presence, Target};
use mychat::net::protocol::Reason;
use serde_json::{Value, json};

use crate::place::{Place, Seat};
use crate::script::{answer, events, run_with};

const MIB: usize = 1 << 20;

fn noise(path: &Path, seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().update(&seed.to_be_bytes()).finalize_xof().fill(&mut bytes);
    fs::write(path, &bytes).unwrap();
    bytes
}

fn send(seat: &mut Seat, to: Target, path: PathBuf) -> Result<Message, Failure> {
    let ticket = seat.ticket();
    seat.ask(Intent::SendFile { ticket, to, path, nonce: None });
    match seat.answer(ticket)? {
        Answer::Sent(message) => Ok(message),
        other => panic!("{other:?}"),
    }
}

fn take(seat: &mut Seat, with: Target, message: &Message, folder: &Path) {
    let (ticket, message) = (seat.ticket(), Box::new(message.clone()));
    let destination = Destination::Folder(folder.to_owned());
    seat.ask(Intent::TakeFile { ticket, with, message, destination });
    assert!(matches!(seat.answer(ticket), Ok(Answer::Transfer(_))));
}

/// The next end of a transfer.
fn end(seat: &mut Seat) -> Transfer {
    seat.until(|event| match event {
        ClientEvent::Transfer(one) if one.state.is_over() => Some((**one).clone()),
        _ => None,
    })
}

fn offer(seat: &mut Seat) -> Message {
    seat.until(|event| match event {
        ClientEvent::Message { message, .. } => {
            matches!(message.body, Body::File { .. }).then(|| message.clone())
        }
        _ => None,
    })
}

fn file_of(message: &Message) -> FileId {
    FileId { conversation: message.conversation, seq: message.seq }
}

fn status(seat: &mut Seat, wanted: FileId, is: impl Fn(&FileStatus) -> bool) -> FileStatus {
    seat.until(|event| match event {
        ClientEvent::File { file, status } if *file == wanted && is(status) => Some(*status),
        _ => None,
    })
}

#[test]
fn a_file_goes_to_a_friend_and_its_sender_sees_that_it_was_taken() {
    let place = Place::start();
    let around = tempfile::tempdir().unwrap();
    let path = around.path().join("实验报告.pdf");
    let bytes = noise(&path, 1, 5 * MIB + 77);
    let (mut a, mut b) = (Seat::new(), Seat::new());
    let (alice, _) = a.register(&place, "alice");
    let (bob, _) = b.register(&place, "bob");
    let message = send(&mut a, Target::Account(bob.account), path.clone()).unwrap();
    let name = "实验报告.pdf".to_owned();
    assert_eq!(message.body, Body::File { name, bytes: bytes.len() as u64 });
    a.ask(Intent::WatchFiles(vec![file_of(&message)]));
    let sent = end(&mut a);
    assert_eq!((sent.state, sent.way, sent.done), (TransferState::Done, FileWay::Up, sent.bytes));
    assert_eq!(sent.id.0, message.nonce);
    let came = offer(&mut b);
    let folder = around.path().join("in");
    take(&mut b, Target::Account(alice.account), &came, &folder);
    let taken = end(&mut b);
    assert_eq!((taken.state, taken.path), (TransferState::Done, folder.join("实验报告.pdf")));
    assert!(fs::read(folder.join("实验报告.pdf")).unwrap() == bytes);
    let seen = status(&mut a, file_of(&message), |status| status.taken == 1);
    assert_eq!(seen.state, FileState::Kept);
    assert_eq!(seen.hash.map(|hash| hash.0), Some(*blake3::hash(&bytes).as_bytes()));
    // Once more is another file.
    take(&mut b, Target::Account(alice.account), &came, &folder);
    assert_eq!(end(&mut b).path, folder.join("实验报告 (2).pdf"));
}

#[test]
fn what_is_offered_without_a_server_is_brought_when_there_is_one() {
    let mut place = Place::start();
    let around = tempfile::tempdir().unwrap();
    let path = around.path().join("a.bin");
    let bytes = noise(&path, 2, 3 * MIB);
    let mut a = Seat::new();
    let (alice, token) = a.register(&place, "alice");
    place.stop();
    a.until(|event| {
        matches!(event, ClientEvent::Link(mychat::client::LinkState::Down { .. })).then_some(())
    });
    let (ticket, to) = (a.ticket(), Target::Account(alice.account));
    a.ask(Intent::SendFile { ticket, to, path, nonce: None });
    a.until(|event| matches!(event, ClientEvent::Transfer(_)).then_some(()));
    // The next run has it from its store.
    let mut a = a.next_run();
    place.start_again();
    a.connect(&place, Trust::Ask);
    let (ticket, presence) = (a.ticket(), Presence::Online);
    let account = alice.account;
    a.ask(Intent::SignInToken { ticket, account, token: Some(token), presence });
    let transfers = a.until(|event| match event {
        ClientEvent::Transfers(all) => Some(all.clone()),
        _ => None,
    });
    assert_eq!(transfers.len(), 1);
    let sent = end(&mut a);
    assert_eq!(sent.state, TransferState::Done);
    // Another device of the same account fetches it: nobody took it by that.
    let mut other = Seat::new();
    other.connect(&place, Trust::First);
    other.sign_in("alice", crate::place::PASSWORD).unwrap();
    let came = offer(&mut other);
    let folder = around.path().join("in");
    take(&mut other, to, &came, &folder);
    assert_eq!(end(&mut other).state, TransferState::Done);
    assert!(fs::read(folder.join("a.bin")).unwrap() == bytes);
    other.ask(Intent::WatchFiles(vec![file_of(&came)]));
    assert_eq!(status(&mut other, file_of(&came), |_| true).taken, 0);
}

#[test]
fn who_does_not_want_it_or_takes_it_back_ends_it_for_both() {
    let place = Place::start();
    let around = tempfile::tempdir().unwrap();
    let path = around.path().join("a.bin");
    noise(&path, 3, 200 * MIB);
    let (mut a, mut b) = (Seat::new(), Seat::new());
    let (alice, _) = a.register(&place, "alice");
    let (bob, _) = b.register(&place, "bob");
    let (to, with) = (Target::Account(bob.account), Target::Account(alice.account));
    let folder = around.path().join("in");
    // It is declined while it comes.
    let message = send(&mut a, to, path.clone()).unwrap();
    a.until(|event| match event {
        ClientEvent::Transfer(one) => (one.state == TransferState::Running).then_some(()),
        _ => None,
    });
    let (ticket, file) = (b.ticket(), file_of(&message));
    b.ask(Intent::DeclineFile { ticket, file });
    assert!(matches!(b.answer(ticket), Ok(Answer::Done)));
    let ended = end(&mut a);
    assert_eq!((ended.state, ended.done < ended.bytes), (TransferState::Declined, true));
    // It is taken back while both are on their way.
    let message = send(&mut a, to, path).unwrap();
    take(&mut b, with, &message, &folder);
    b.until(|event| match event {
        ClientEvent::Transfer(one) => (one.state == TransferState::Running).then_some(()),
        _ => None,
    });
    let (ticket, id) = (a.ticket(), mychat::client::api::TransferId(message.nonce));
    a.ask(Intent::CancelTransfer { ticket, id });
    assert!(matches!(a.answer(ticket), Ok(Answer::Done)));
    assert_eq!(end(&mut b).state, TransferState::Cancelled);
    // What was behind that is done by the time that its own end says so.
    let ticket = b.ticket();
    b.ask(Intent::DeclineFile { ticket, file: file_of(&message) });
    let gone = b.answer(ticket);
    assert!(matches!(gone, Err(Failure::Refused(why)) if why.reason == Reason::FileGone));
}

#[test]
fn a_file_over_the_limit_is_refused_before_a_byte_of_it_travels() {
    let place = Place::with(&[("files.mib_max", "2")]);
    let around = tempfile::tempdir().unwrap();
    let path = around.path().join("a.bin");
    noise(&path, 4, 2 * MIB + 1);
    let mut a = Seat::new();
    a.register(&place, "alice");
    let refused = send(&mut a, Target::Lobby, path.clone());
    let Err(Failure::Refused(why)) = refused else { panic!("{refused:?}") };
    assert_eq!((why.reason, why.limit), (Reason::FileTooLarge, Some(2 << 20)));
    let failed = end(&mut a);
    assert!(matches!(failed.state, TransferState::Failed(Failure::Refused(_))), "{failed:?}");
    // Smaller it is another one.
    noise(&path, 4, 2 * MIB);
    send(&mut a, Target::Lobby, path).unwrap();
    assert_eq!(end(&mut a).state, TransferState::Done);
}

/// Lines of one program.
fn lines(requests: &[Value]) -> String {
    requests.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn programs_send_and_fetch_files_one_after_the_other() {
    let place = Place::start();
    let around = tempfile::tempdir().unwrap();
    let (path, folder) = (around.path().join("a.bin"), around.path().join("in"));
    let bytes = noise(&path, 5, 3 * MIB + 5);
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let register = |name: &str| json!({"do": "register", "nickname": name, "password": crate::place::PASSWORD, "id": 0});
    let bob = run_with(&place, Trust::First, Some(&second), &lines(&[register("bob")]));
    let token = answer(&bob, &json!(0))["ok"]["token"].clone();
    // Who sends is gone before who fetches comes.
    let alice = run_with(
        &place,
        Trust::First,
        Some(&first),
        &lines(&[
            register("alice"),
            json!({"id": 1, "do": "send_file", "to": 10001, "path": path}),
            json!({"id": 2, "do": "wait", "event": "transfer", "state": "done"}),
            json!({"id": 3, "do": "send_file", "to": 10001, "path": around.path()}),
            json!({"id": 4, "do": "transfers"}),
            json!({"id": 5, "do": "pause_file", "transfer": "ab".repeat(16)}),
        ]),
    );
    let ok = |output: &[Value], id: i64| answer(output, &json!(id))["ok"].clone();
    let (offer, done) = (ok(&alice, 1), ok(&alice, 2));
    assert_eq!((&offer["seq"], &offer["transfer"]), (&json!(1), &done["transfer"]));
    assert_eq!((&done["way"], &done["bytes"]), (&json!("up"), &json!(bytes.len())));
    assert_eq!((&done["with"], &done["name"]), (&json!(10001), &json!("a.bin")));
    assert_eq!(answer(&alice, &json!(3))["error"]["code"], "file");
    assert_eq!(ok(&alice, 4)["transfers"].as_array().map(Vec::len), Some(1));
    assert_eq!(answer(&alice, &json!(5))["refused"]["code"], "not_found");
    let bob = run_with(
        &place,
        Trust::First,
        Some(&second),
        &lines(&[
            json!({"do": "sign_in", "token": token}),
            json!({"id": 1, "do": "wait", "event": "message", "body": {"kind": "file"}}),
            json!({"id": 2, "do": "accept_file", "transfer": offer["transfer"], "folder": folder}),
            json!({"id": 3, "do": "wait", "event": "transfer", "state": "done", "way": "down"}),
            json!({"id": 4, "do": "wait", "event": "file", "taken": 1}),
            json!({"id": 5, "do": "decline_file", "with": 10002, "seq": 1}),
            json!({"id": 6, "do": "wait", "event": "file", "state": "declined"}),
            json!({"id": 7, "do": "accept_file", "with": 10002, "seq": 9, "folder": folder}),
            json!({"id": 8, "do": "forget_file", "transfer": "00".repeat(16)}),
            json!({"id": 9, "do": "decline_file", "transfer": "00".repeat(16)}),
        ]),
    );
    assert_eq!(answer(&bob, &json!(9))["refused"]["code"], "not_found");
    let told = events(&bob, "transfer");
    assert_eq!((&told[0]["state"], &told[0]["transfer"]), (&json!("offered"), &offer["transfer"]));
    let body = ok(&bob, 1)["body"].clone();
    assert_eq!(body, json!({"kind": "file", "name": "a.bin", "bytes": bytes.len()}));
    assert_eq!(ok(&bob, 2)["transfer"], ok(&bob, 3)["transfer"]);
    assert_eq!(ok(&bob, 3)["path"], json!(folder.join("a.bin")));
    assert!(fs::read(folder.join("a.bin")).unwrap() == bytes);
    assert_eq!(ok(&bob, 4)["hash"], blake3::hash(&bytes).to_hex().as_str());
    assert_eq!((ok(&bob, 5), ok(&bob, 8)), (json!({}), json!({})));
    assert_eq!(ok(&bob, 6)["here"], 0);
    assert_eq!(answer(&bob, &json!(7))["refused"]["code"], "not_found");
    assert!(events(&bob, "transfer").len() >= 2);
}
