//! Property: how often somebody comes into one room has a bound, since each stay is kept for ever.

use mychat::domain::{Joining, RoomId};
use mychat::limits::{Limits, STAYS_MAX};
use mychat::net::protocol::{Command, Reason};

use crate::stage::Stage;

#[test]
fn who_comes_and_goes_without_end_stays_out_of_that_room() {
    let mut stage = Stage::new(Limits::default(), std::path::Path::new("nowhere"));
    let (lime, momo) = (stage.register(), stage.register());
    let name = "hall".to_owned();
    let joining = Joining::Open;
    let make = Command::CreateRoom { name, joining, invite: Vec::new(), colour: None };
    stage.command(&lime, make).unwrap();
    let room = RoomId::FIRST;
    let join = Command::JoinRoom { room, greeting: String::new() };
    for _ in 0..STAYS_MAX {
        stage.command(&momo, join.clone()).unwrap();
        stage.command(&momo, Command::LeaveRoom { room }).unwrap();
    }
    assert_eq!(stage.command(&momo, join), Err(Reason::TooMany));
    let rows = stage.rows();
    let log = rows.get_room(room).unwrap().unwrap().conversation;
    assert_eq!(rows.list_ranges(log, momo.account).unwrap().len(), STAYS_MAX);
    assert!(rows.get_member(room, momo.account).unwrap().is_none());
}
