//! Property: how often somebody comes into one room has a bound, since each stay is kept for ever, and with
//! it what was heard there.

use mychat::domain::{Body, Joining, Nonce, RoomId, Seq, Target};
use mychat::limits::{Limits, STAYS_MAX};
use mychat::net::protocol::{Command, Reason};
use mychat::store::rooms::Range;
use mychat::store::seek::Span;

use crate::stage::{MINUTE, Stage};

#[test]
fn who_comes_and_goes_without_end_stays_out_of_that_room() {
    let mut stage = Stage::new(Limits::default(), std::path::Path::new("nowhere"));
    let (lime, momo) = (stage.register(), stage.register());
    let name = "hall".to_owned();
    let joining = Joining::Open;
    let make = Command::CreateRoom { name, joining, invite: Vec::new(), colour: None };
    stage.command(&lime, make).unwrap();
    let room = RoomId::FIRST;
    let mut nonces = (1_u32..).map(|number| {
        let mut nonce = [0; 16];
        nonce[..4].copy_from_slice(&number.to_be_bytes());
        Nonce(nonce)
    });
    let mut say = |stage: &mut Stage, words: &str| {
        stage.pass(MINUTE);
        let (to, nonce) = (Target::Room(room), nonces.next().unwrap());
        let body = Body::text(words);
        stage.command(&lime, Command::Send { to, nonce, body }).unwrap();
    };
    let join = Command::JoinRoom { room, greeting: String::new() };
    for _ in 0..STAYS_MAX {
        stage.command(&momo, join.clone()).unwrap();
        say(&mut stage, "heard");
        stage.command(&momo, Command::LeaveRoom { room }).unwrap();
        say(&mut stage, "missed");
    }
    assert_eq!(stage.command(&momo, join), Err(Reason::TooMany));
    let rows = stage.rows();
    let log = rows.get_room(room).unwrap().unwrap().conversation;
    let ranges = rows.list_ranges(log, momo.account).unwrap();
    assert_eq!(ranges.len(), STAYS_MAX);
    let conversation = rows.get_conversation(log).unwrap().unwrap();
    let mut heard = 0;
    for seq in (1..=conversation.head.0).map(Seq) {
        let said = rows.get_message(log, conversation.kind, seq).unwrap().unwrap();
        let is_seen = ranges.iter().any(|range| (range.first..=range.last).contains(&seq));
        match said.body {
            Body::Text { text, .. } => assert_eq!(is_seen, text == "heard", "{seq:?}"),
            _ => continue,
        }
        heard += u64::from(is_seen);
    }
    assert_eq!(heard, STAYS_MAX as u64);
    let span = |range: &Range| Span { conversation: log, first: range.first, last: range.last };
    let spans: Vec<Span> = ranges.iter().map(span).collect();
    let counted = rows.count_between(&spans, &[i64::MIN, i64::MAX]).unwrap()[0].count;
    // Each time: came, heard.
    assert_eq!(counted, 2 * heard);
    assert!(rows.get_member(room, momo.account).unwrap().is_none());
}
