//! Property: a picture that was accepted for sending arrives once, whole and without what its file
//! said beside it, whatever ends in between; words written behind it come behind it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use mychat::client::api::{
    Answer, Export, Format, ImageSource, LinkState, Picture, Scope, Trust, View,
};
use mychat::client::{ClientEvent, Failure, Intent};
use mychat::domain::{BlobId, Body, Message, Presence, Target};
use mychat::limits::THUMB_SIDES_MAX;
use mychat::store::blobs::Files;
use serde_json::json;

use crate::place::{Place, Seat};
use crate::script::{answer, events, run, token};

/// A picture file that takes many parts.
fn noise(folder: &Path, name: &str) -> PathBuf {
    let mut state = 5_u64;
    let picture = image::RgbImage::from_fn(500, 400, |_, _| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let [r, g, b, ..] = state.to_be_bytes();
        image::Rgb([r, g, b])
    });
    let path = folder.join(name);
    picture.save_with_format(&path, image::ImageFormat::Png).unwrap();
    path
}

fn send(seat: &mut Seat, path: PathBuf) -> u64 {
    let ticket = seat.ticket();
    let (to, source) = (Target::Lobby, ImageSource::File(path));
    seat.ask(Intent::SendImage { ticket, to, source, nonce: None });
    ticket
}

fn sent(seat: &mut Seat, ticket: u64) -> Message {
    match seat.answer(ticket) {
        Ok(Answer::Sent(message)) => message,
        other => panic!("{other:?}"),
    }
}

fn down(seat: &mut Seat) {
    seat.until(|event| matches!(event, ClientEvent::Link(LinkState::Down { .. })).then_some(()));
}

fn look(seat: &mut Seat, wanted: BlobId, how: View) -> Option<(u32, u32)> {
    seat.ask(Intent::Picture(wanted, how));
    seat.until(|event| match event {
        ClientEvent::Picture { blob, view, picture } if (*blob, *view) == (wanted, how) => {
            Some(picture.as_ref().map(|picture| (picture.width, picture.height)))
        }
        _ => None,
    })
}

fn parts(message: &Message) -> (BlobId, BlobId) {
    match &message.body {
        Body::Image { picture, thumb, .. } => (*picture, *thumb),
        other => panic!("{other:?}"),
    }
}

/// What a seat's client keeps for sending.
fn kept(seat: &Seat) -> usize {
    Files::of(&seat.home().join("outbox")).list().unwrap().len()
}

#[test]
fn a_picture_goes_before_what_was_written_behind_it() {
    let place = Place::start();
    let folder = tempfile::tempdir().unwrap();
    let (mut a, mut b) = (Seat::new(), Seat::new());
    a.register(&place, "alice");
    b.register(&place, "bob");
    let ticket = send(&mut a, noise(folder.path(), "noise.png"));
    let behind = a.ticket();
    let (to, body) = (Target::Lobby, Body::text("look"));
    a.ask(Intent::Send { ticket: behind, to, body, nonce: None });
    let picture = sent(&mut a, ticket);
    assert_eq!((picture.seq.0, sent(&mut a, behind).seq.0), (1, 2));
    let (whole, thumb) = parts(&picture);
    let Body::Image { width: 500, height: 400, ref name, .. } = picture.body else { panic!() };
    assert_eq!(name, "noise.png");
    let came = b.until(|event| match event {
        ClientEvent::Message { message, .. } if message.seq.0 == 1 => Some(message.clone()),
        _ => None,
    });
    assert_eq!(came.body, picture.body);
    let (w, h) = look(&mut b, thumb, View::Thumb).unwrap();
    assert!(w <= THUMB_SIDES_MAX.0 && h <= THUMB_SIDES_MAX.1 && w > h, "{w} x {h}");
    assert_eq!(look(&mut b, whole, View::Whole), Some((500, 400)));
    assert_eq!(look(&mut b, BlobId([7; 32]), View::Thumb), None);
    // The sender needs no server for its own.
    drop(place);
    down(&mut a);
    assert_eq!(look(&mut a, whole, View::Whole), Some((500, 400)));
    assert_eq!(kept(&a), 0, "what was sent is kept for sending no more");
}

#[test]
fn a_server_that_ends_in_the_middle_gets_all_of_it_later() {
    let mut place = Place::start();
    let folder = tempfile::tempdir().unwrap();
    let mut a = Seat::new();
    a.register(&place, "alice");
    let ticket = send(&mut a, noise(folder.path(), "noise.png"));
    a.until(|event| matches!(event, ClientEvent::Uploading { percent: 20.., .. }).then_some(()));
    place.stop();
    down(&mut a);
    place.start_again();
    a.ask(Intent::ReconnectNow);
    let message = sent(&mut a, ticket);
    assert_eq!(message.seq.0, 1);
    assert_eq!(a.say(Target::Lobby, "once").unwrap().seq.0, 2);
}

#[test]
fn a_picture_waits_for_the_next_run_of_its_client() {
    let mut place = Place::start();
    let folder = tempfile::tempdir().unwrap();
    let mut a = Seat::new();
    let (alice, secret) = a.register(&place, "alice");
    place.stop();
    down(&mut a);
    let path = noise(folder.path(), "noise.png");
    let shot = Picture { width: 20, height: 10, rgba: vec![90; 800] };
    send(&mut a, path.clone());
    let ticket = a.ticket();
    let (to, source) = (Target::Lobby, ImageSource::Pixels(shot.into()));
    a.ask(Intent::SendImage { ticket, to, source, nonce: None });
    for _ in 0..2 {
        a.until(|event| matches!(event, ClientEvent::Pending(_)).then_some(()));
    }
    // The file may go: what is sent is kept beside the outbox.
    std::fs::remove_file(path).unwrap();
    let mut a = a.next_run();
    assert_eq!(kept(&a), 3, "the second one is its own small one");
    place.start_again();
    a.connect(&place, Trust::Ask);
    let (ticket, account, presence) = (a.ticket(), alice.account, Presence::Online);
    a.ask(Intent::SignInToken { ticket, account, token: Some(secret), presence });
    assert!(matches!(a.answer(ticket), Ok(Answer::SignedIn { .. })));
    for seq in 1..=2 {
        a.until(|event| match event {
            ClientEvent::Message { message, .. } => {
                (message.seq.0 == seq && matches!(message.body, Body::Image { .. })).then_some(())
            }
            _ => None,
        });
    }
    let told = a.say(Target::Lobby, "both").unwrap();
    assert_eq!(told.seq.0, 3, "each once");
}

#[test]
fn what_cannot_be_sent_is_said_and_what_was_lost_fails() {
    let mut place = Place::start();
    let folder = tempfile::tempdir().unwrap();
    let mut a = Seat::new();
    a.register(&place, "alice");
    let bad = folder.path().join("bad.png");
    std::fs::write(&bad, b"no picture").unwrap();
    let ticket = send(&mut a, bad);
    assert!(matches!(a.answer(ticket), Err(Failure::PictureKind)));
    let ticket = send(&mut a, folder.path().join("none.png"));
    assert!(matches!(a.answer(ticket), Err(Failure::File(_))));
    // Somebody cleans up while it waits.
    place.stop();
    down(&mut a);
    let ticket = send(&mut a, noise(folder.path(), "noise.png"));
    let nonce = a.until(|event| match event {
        ClientEvent::Pending(pending) => Some(pending.nonce),
        _ => None,
    });
    std::fs::remove_dir_all(a.home().join("outbox")).unwrap();
    place.start_again();
    a.ask(Intent::ReconnectNow);
    assert!(matches!(a.answer(ticket), Err(Failure::ImageGone)));
    a.ask(Intent::Discard(nonce));
    a.until(|event| matches!(event, ClientEvent::Discarded(_)).then_some(()));
    assert_eq!(a.say(Target::Lobby, "words still go").unwrap().seq.0, 1);
}

#[test]
fn a_program_sends_and_saves_pictures() {
    let place = Place::start();
    let folder = tempfile::tempdir().unwrap();
    let secret = token(&place, "alice");
    let path = noise(folder.path(), "noise.png");
    let text = folder.path().join("words.png");
    std::fs::write(&text, b"words").unwrap();
    let lines = [
        json!({"do": "sign_in", "token": secret}),
        json!({"id": 1, "do": "send", "to": "lobby", "image": path}),
        json!({"id": 2, "do": "send", "to": "lobby", "image": text}),
        json!({"id": 3, "do": "barrier"}),
        json!({"id": 4, "do": "history", "with": "lobby"}),
    ];
    let output = run(&place, &lines.map(|line| line.to_string()).join("\n"));
    assert_eq!(answer(&output, &json!(1))["ok"]["seq"], 1);
    assert_eq!(answer(&output, &json!(2))["error"]["code"], "picture_kind");
    let body = &answer(&output, &json!(4))["ok"]["messages"][0]["body"];
    assert_eq!(body["kind"], "image");
    assert_eq!((&body["width"], &body["height"]), (&json!(500), &json!(400)));
    assert!(!events(&output, "uploading").is_empty());
    let saved = folder.path().join("saved.png");
    let save = |id: u64, picture: &serde_json::Value, replace: bool| {
        let path = saved.to_str().unwrap();
        json!({"id": id, "do": "save_picture", "picture": picture, "path": path, "replace": replace})
    };
    let lines = [
        json!({"do": "sign_in", "token": secret}),
        save(1, &body["picture"], false),
        save(2, &body["picture"], false),
        save(3, &body["picture"], true),
        save(4, &json!("ab".repeat(32)), true),
    ];
    let output = run(&place, &lines.map(|line| line.to_string()).join("\n"));
    let code = |id: u64| answer(&output, &json!(id))["error"]["code"].clone();
    assert_eq!((code(1), code(2), code(3)), (json!(null), json!("file_exists"), json!(null)));
    assert_eq!(code(4), "image_missing");
    assert_eq!(image::image_dimensions(&saved).unwrap(), (500, 400));
    assert_eq!(std::fs::metadata(&saved).unwrap().len(), body["bytes"].as_u64().unwrap());
}

fn export(seat: &mut Seat, what: Scope, path: &Path) -> Result<Answer, Failure> {
    let export = Export {
        what,
        format: Format::Html,
        path: path.to_owned(),
        replace: false,
        title: "talk".into(),
        image: "[picture]".into(),
        file: "[file]".into(),
        missing: "[picture missing]".into(),
        shake: "[shake]".into(),
        sentences: BTreeMap::new(),
        language: "en".into(),
        zone: TimeZone::UTC,
        names: BTreeMap::new(),
        cards: BTreeMap::new(),
    };
    let ticket = seat.ticket();
    seat.ask(Intent::Export { ticket, export: Box::new(export) });
    seat.answer(ticket)
}

#[test]
fn a_page_has_its_pictures_beside_it_and_says_which_are_missing() {
    let place = Place::start();
    let folder = tempfile::tempdir().unwrap();
    let (mut a, mut b, mut c) = (Seat::new(), Seat::new(), Seat::new());
    a.register(&place, "alice");
    b.register(&place, "bob");
    c.register(&place, "carol");
    let ticket = send(&mut a, noise(folder.path(), "noise.png"));
    let mut said = vec![sent(&mut a, ticket)];
    for shade in [10, 90, 90] {
        let shot = Picture { width: 20, height: 10, rgba: vec![shade; 800] };
        let ticket = a.ticket();
        let (to, source) = (Target::Lobby, ImageSource::Pixels(shot.into()));
        a.ask(Intent::SendImage { ticket, to, source, nonce: None });
        said.push(sent(&mut a, ticket));
    }
    said.push(a.say(Target::Lobby, "<end>").unwrap());
    let out = tempfile::tempdir().unwrap();
    let page = out.path().join("talk 1.html");
    let what = || Scope::Conversation { with: Target::Lobby, since: None, until: None };
    match export(&mut b, what(), &page) {
        Ok(Answer::Exported { messages: 5, missing: 0, .. }) => {}
        other => panic!("{other:?}"),
    }
    let text = std::fs::read_to_string(&page).unwrap();
    let files: Vec<_> = std::fs::read_dir(out.path().join("talk 1_files"))
        .unwrap()
        .map(|file| file.unwrap())
        .collect();
    let hash = |bytes: Vec<u8>| BlobId(*blake3::hash(&bytes).as_bytes());
    let written: BTreeSet<BlobId> =
        files.iter().map(|file| hash(std::fs::read(file.path()).unwrap())).collect();
    let expected: BTreeSet<BlobId> = said[..4].iter().map(|message| parts(message).0).collect();
    assert_eq!((written, files.len()), (expected, 3), "the same one is written once");
    assert_eq!(text.matches("<img src=\"talk%201_files/").count(), 4, "{text}");
    assert!(text.contains("\"talk%201_files/noise.png\"") && text.contains("&lt;end&gt;"));
    assert!(
        matches!(export(&mut b, what(), &page), Err(Failure::Export(_))),
        "it is there already"
    );
    // Without a server only what is in the cache can be had: nothing of it here.
    drop(place);
    down(&mut c);
    let page = out.path().join("hits.html");
    match export(&mut c, Scope::Messages(said), &page) {
        Ok(Answer::Exported { messages: 5, missing: 3, .. }) => {}
        other => panic!("{other:?}"),
    }
    let text = std::fs::read_to_string(&page).unwrap();
    assert_eq!((text.matches("[picture missing]").count(), text.matches("<img").count()), (4, 0));
    assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 3, "no folder without a picture");
}
