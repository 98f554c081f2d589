//! Property: a file arrives as it was, whatever was cut on the way, or its state says why not.

use std::fs;
use std::path::{Path, PathBuf};

use mychat::client::api::{Answer, Destination, Transfer, TransferId, TransferState};
use mychat::client::{ClientEvent, Failure, Intent};
use mychat::domain::{AccountId, Body, FileWay, Message, Target};
use mychat::net::protocol::Reason;

use crate::place::{Place, Seat};

const MIB: usize = 1 << 20;

/// Bytes that are nowhere the same.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

fn write(seat: &Seat, name: &str, bytes: &[u8]) -> PathBuf {
    let path = seat.home().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// Two people who know each other's number.
fn two(place: &Place) -> (Seat, Seat, AccountId, AccountId) {
    let (mut lime, mut momo) = (Seat::new(), Seat::new());
    let lime_id = lime.register(place, "Lime").0.account;
    let momo_id = momo.register(place, "Momo").0.account;
    (lime, momo, lime_id, momo_id)
}

fn offer(seat: &mut Seat, to: AccountId, path: &Path) -> Result<Message, Failure> {
    let ticket = seat.ticket();
    let (to, path) = (Target::Account(to), path.to_owned());
    seat.ask(Intent::SendFile { ticket, to, path, nonce: None });
    match seat.answer(ticket)? {
        Answer::Sent(message) => Ok(message),
        other => panic!("{other:?}"),
    }
}

fn offered(seat: &mut Seat, name: &str) -> Message {
    seat.until(|event| match event {
        ClientEvent::Message { message, .. } => match &message.body {
            Body::File { name: other, .. } if other == name => Some(message.clone()),
            _ => None,
        },
        _ => None,
    })
}

fn take(seat: &mut Seat, from: AccountId, message: &Message) -> TransferId {
    let ticket = seat.ticket();
    let folder = seat.home().join("got");
    seat.ask(Intent::TakeFile {
        ticket,
        with: Target::Account(from),
        message: Box::new(message.clone()),
        destination: Destination::Folder(folder),
    });
    match seat.answer(ticket) {
        Ok(Answer::Transfer(id)) => id,
        other => panic!("{other:?}"),
    }
}

fn ends(seat: &mut Seat, id: TransferId) -> Transfer {
    let is_it = |transfer: &&Transfer| transfer.id == id && transfer.state.is_over();
    seat.until(|event| match event {
        ClientEvent::Transfer(transfer) => Some(&**transfer).filter(is_it).cloned(),
        // It was over when the program began.
        ClientEvent::Transfers(all) => all.iter().find(is_it).cloned(),
        _ => None,
    })
}

fn sent(seat: &mut Seat, message: &Message) -> Transfer {
    let id = TransferId(message.nonce);
    ends(seat, id)
}

#[test]
fn a_file_of_any_length_arrives_as_it_was() {
    let place = Place::start();
    let (mut lime, mut momo, lime_id, momo_id) = two(&place);
    for (number, length) in [0, 1, MIB - 1, MIB, MIB + 1, 5 * MIB + 7].into_iter().enumerate() {
        let name = format!("{number}.bin");
        let bytes = noise(number as u64, length);
        let path = write(&lime, &name, &bytes);
        let message = offer(&mut lime, momo_id, &path).unwrap();
        let came = offered(&mut momo, &name);
        // At once: it may still be on its way.
        let id = take(&mut momo, lime_id, &came);
        assert_eq!(sent(&mut lime, &message).state, TransferState::Done, "{length}");
        let got = ends(&mut momo, id);
        assert_eq!(got.state, TransferState::Done, "{length}");
        assert!(fs::read(&got.path).unwrap() == bytes, "{length} bytes are others");
    }
    // What proves a file goes when that it is done is kept, at the latest with the next run.
    let momo = momo.next_run();
    let mut momo = momo;
    momo.connect(&place, mychat::client::api::Trust::First);
    momo.sign_in("Momo", crate::place::PASSWORD).unwrap();
    let ticket = momo.ticket();
    momo.ask(Intent::Barrier { ticket });
    momo.answer(ticket).unwrap();
    let left = fs::read_dir(momo.home().join("got")).unwrap();
    let hidden = left.filter(|file| {
        let name = file.as_ref().unwrap().file_name();
        name.to_string_lossy().starts_with('.')
    });
    assert_eq!(hidden.count(), 0, "nothing is left beside them");
}

#[test]
fn what_cannot_be_sent_is_said_at_once() {
    let place = Place::with(&[("files.mib_max", "2")]);
    let (mut lime, _, _, momo_id) = two(&place);
    let gone = lime.home().join("gone");
    assert!(matches!(offer(&mut lime, momo_id, &gone), Err(Failure::SourceGone)));
    let folder = lime.home().to_owned();
    assert!(matches!(offer(&mut lime, momo_id, &folder), Err(Failure::File(_))));
    let path = write(&lime, "large.bin", &noise(3, 2 * MIB + 1));
    match offer(&mut lime, momo_id, &path) {
        Err(Failure::Refused(refusal)) => {
            assert_eq!((refusal.reason, refusal.limit), (Reason::FileTooLarge, Some(2 << 20)));
        }
        other => panic!("{other:?}"),
    }
}

/// The server, the sender and the receiver end at some moment in between, each on another one.
#[test]
fn whoever_ends_in_the_middle_goes_on_where_it_was() {
    let mut place = Place::start();
    let (mut lime, mut momo, lime_id, momo_id) = two(&place);
    let bytes = noise(9, 90 * MIB);
    let path = write(&lime, "long.bin", &bytes);
    let message = offer(&mut lime, momo_id, &path).unwrap();
    let came = offered(&mut momo, "long.bin");
    let id = take(&mut momo, lime_id, &came);
    let moves = |way| {
        move |event: &ClientEvent| match event {
            ClientEvent::Transfer(transfer) if transfer.way == way && transfer.done > 0 => Some(()),
            _ => None,
        }
    };
    lime.until(moves(FileWay::Up));
    place.stop();
    place.start_again();
    momo.until(moves(FileWay::Down));
    let mut momo = momo.next_run();
    let mut lime = lime.next_run();
    for (seat, name) in [(&mut lime, "Lime"), (&mut momo, "Momo")] {
        seat.connect(&place, mychat::client::api::Trust::First);
        seat.sign_in(name, crate::place::PASSWORD).unwrap();
    }
    assert_eq!(sent(&mut lime, &message).state, TransferState::Done);
    let got = ends(&mut momo, id);
    assert_eq!((got.state, got.done), (TransferState::Done, bytes.len() as u64));
    assert!(fs::read(&got.path).unwrap() == bytes);
}
