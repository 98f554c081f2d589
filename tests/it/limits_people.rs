//! The bounds of people, of talk and of files, and what runs into each.

use mychat::domain::game::{Begins, GameId, GameKind, GameOffer, Play, TimeLimit};
use mychat::domain::{AccountId, Body, FileWay, Joining, Nonce, Presence, Target};
use mychat::net::protocol::{
    ChoiceChange, ClientFrame, Command, ProfileChange, Query, Reason, Refusal, ServerFrame, Signal,
};
use mychat::server::bounds::Bound;

use crate::limits::{Row, meet, row};
use crate::parcels::{FileLink, offer_of};
use crate::peer::{Ground, Peer, fresh, text};

/// Nobody is slowed down.
pub const FAST: &[(&str, &str)] = &[
    ("messages.burst", "100000"),
    ("messages.per_second", "100000"),
    ("lobby.per_second", "100000"),
    ("queries.per_second", "100000"),
];

#[test]
fn people_and_rooms_have_their_bounds() {
    meet(PEOPLE);
}

#[test]
fn talk_has_its_bounds() {
    meet(TALK);
}

#[test]
fn files_have_their_bounds() {
    meet(FILES);
}

fn why<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Reason {
    result.unwrap_err().reason
}

fn groups(peer: &mut Peer, count: usize) -> Reason {
    let add = |n: usize| Command::AddGroup { name: format!("group {n}") };
    (0..=count).find_map(|n| peer.command(add(n)).err()).unwrap().reason
}

pub const PEOPLE: &[Row] = &[
    row(Bound::Friends, &[("friends.per_account", "1")], |ground| {
        let (mut lime, mut momo) = ground.acquainted(["Lime", "Momo"]);
        let (me, to) = (lime.account(), momo.account());
        if lime.friend(to).is_none() {
            lime.ask(to).unwrap();
            momo.accept(me).unwrap();
        }
        let mut rook = ground.register("Rook");
        rook.ask(to).unwrap();
        assert_eq!(why(momo.accept(rook.account())), Reason::TooMany);
    }),
    row(Bound::Requests, &[("requests.per_account", "1")], |ground| {
        let others = [ground.register("Momo").account(), ground.register("Rook").account()];
        let mut lime = ground.register("Lime");
        lime.ask(others[0]).unwrap();
        assert_eq!(why(lime.ask(others[1])), Reason::TooMany);
        assert_eq!(why(ground.register("Tern").ask(others[0])), Reason::PeerFull);
    }),
    row(Bound::RequestsRate, &[("requests.burst", "1"), ("requests.per_minute", "1")], |ground| {
        let to = ground.register("Momo").account();
        let mut lime = ground.register("Lime");
        lime.ask(to).unwrap();
        assert_eq!(why(lime.command(Command::WithdrawRequest { to })), Reason::TooFast);
    }),
    row(Bound::ContactsRate, &[("contacts.burst", "1"), ("contacts.per_minute", "1")], |ground| {
        assert_eq!(groups(&mut ground.register("Lime"), 2), Reason::TooFast);
    }),
    row(Bound::Lists, &[], |ground| {
        assert_eq!(groups(&mut ground.register("Lime"), 50), Reason::TooMany);
    }),
    row(Bound::Profiles, &[("profiles.burst", "1"), ("profiles.per_minute", "1")], |ground| {
        let mut lime = ground.register("Lime");
        let line = |n: u8| ProfileChange { signature: Some(n.to_string()), ..Default::default() };
        lime.set_profile(line(1)).unwrap();
        assert_eq!(why(lime.set_profile(line(2))), Reason::TooFast);
    }),
    row(
        Bound::Finds,
        &[("finds.burst", "1"), ("links.per_account", "20"), ("devices.per_account", "20")],
        |ground| {
            let find = || Query::Find { text: "x".to_owned(), online: false, skip: 0 };
            let ask = |id| ClientFrame::Query { id, query: find() };
            assert_eq!(of_many_links(ground, ask).reason, Reason::TooFast);
        },
    ),
    row(Bound::Searches, &[], |ground| {
        let mut lime = ground.register("Lime");
        for _ in 0..22 {
            lime.query(Query::Days { with: Target::Lobby, starts: vec![0, 1] }).unwrap();
        }
    }),
    row(Bound::Rooms, &[("rooms.per_account", "1")], |ground| {
        let mut lime = ground.register("Lime");
        lime.open_room("one");
        assert_eq!(why(lime.create_room("two", Joining::Open, &[])), Reason::TooMany);
    }),
    row(Bound::RoomsPerDay, &[("rooms.per_day", "1")], |ground| {
        let mut lime = ground.register("Lime");
        lime.open_room("one");
        assert_eq!(why(lime.create_room("two", Joining::Open, &[])), Reason::RoomsToday);
    }),
    row(Bound::RoomMembers, &[("room.members", "1")], |ground| {
        let room = ground.register("Lime").open_room("small");
        assert_eq!(why(ground.register("Momo").join(room)), Reason::RoomFull);
    }),
    row(Bound::RoomRequests, &[("room.requests", "1")], |ground| {
        let mut lime = ground.register("Lime");
        let room = lime.create_room("door", Joining::Approval, &[]).unwrap().room;
        ground.register("Momo").join(room).unwrap();
        assert_eq!(why(ground.register("Rook").join(room)), Reason::PeerFull);
    }),
    row(Bound::RoomsRate, &[], |ground| {
        let mut lime = ground.register("Lime");
        for _ in 0..62 {
            let gone = Command::LeaveRoom { room: mychat::domain::RoomId(99_999) };
            assert_eq!(why(lime.command(gone)), Reason::RoomGone);
        }
    }),
];

/// One frame of one person on each of many links at once; the first that is too fast.
fn of_many_links(ground: &Ground, frame: impl Fn(u64) -> ClientFrame) -> Refusal {
    let first = ground.register("Lime");
    let mut links: Vec<Peer> = (0..15).map(|_| ground.second(&first)).collect();
    for link in &mut links {
        link.send(&frame(1_000_000));
    }
    // The last ones are far over the rate, so that they need not wait for the others' turns.
    let (send, refused) = std::sync::mpsc::sync_channel(links.len());
    for mut link in links {
        let send = send.clone();
        let read = move || {
            while let Ok(frame) = link.read() {
                // The first ones may be refused for something else.
                if let ServerFrame::Refused { refusal, .. } = frame
                    && refusal.reason == Reason::TooFast
                {
                    send.send(refusal).ok();
                    return;
                }
            }
        };
        std::thread::Builder::new().name("link".to_owned()).spawn(read).unwrap();
    }
    refused.recv_timeout(std::time::Duration::from_secs(30)).unwrap()
}

fn floods(ground: &Ground, to: Target) {
    let say = |id| {
        let (nonce, body) = (Nonce(fresh()), text("flood"));
        ClientFrame::Command { id, command: Command::Send { to, nonce, body } }
    };
    let refusal = of_many_links(ground, say);
    assert_eq!(refusal.reason, Reason::TooFast);
    assert!(refusal.retry_after_ms.is_some(), "the time to wait is said");
}

fn invite(from: &mut Peer, to: Target) -> Result<(), Refusal> {
    let (kind, limit) = (GameKind::Dice {}, TimeLimit::default());
    let offer = GameOffer { kind, limit, begins: Begins::Drawn, again: None };
    from.say(to, Body::Game(offer)).map(drop)
}

fn shake(from: &mut Peer, to: AccountId) -> Result<(), Refusal> {
    from.say(Target::Account(to), Body::Shake {}).map(drop)
}

pub const TALK: &[Row] = &[
    row(
        Bound::Messages,
        &[
            ("messages.burst", "1"),
            ("messages.per_second", "1"),
            ("links.per_account", "20"),
            ("devices.per_account", "20"),
        ],
        |ground| floods(ground, Target::Lobby),
    ),
    row(
        Bound::Lobby,
        &[
            ("messages.burst", "1000"),
            ("lobby.per_second", "1"),
            ("links.per_account", "20"),
            ("devices.per_account", "20"),
        ],
        |ground| floods(ground, Target::Lobby),
    ),
    row(
        Bound::Room,
        &[
            ("messages.burst", "1000"),
            ("room.per_second", "1"),
            ("links.per_account", "20"),
            ("devices.per_account", "20"),
        ],
        |ground| {
            // The bound is looked at before who is in the room is.
            floods(ground, Target::Room(mychat::domain::RoomId(20_001)));
        },
    ),
    row(Bound::ShakePair, &[], |ground| {
        let (mut lime, momo) = ground.acquainted(["Lime", "Momo"]);
        shake(&mut lime, momo.account()).unwrap();
        let refusal = shake(&mut lime, momo.account()).unwrap_err();
        assert_eq!(refusal.reason, Reason::ShakeTooSoon);
        assert!(refusal.retry_after_ms.is_some_and(|wait| wait <= 10_000));
    }),
    row(Bound::ShakeRecipient, &[("shake.per_minute", "1")], |ground| {
        let (mut lime, momo) = ground.acquainted(["Lime", "Momo"]);
        let mut rook = ground.register("Rook");
        shake(&mut lime, momo.account()).unwrap();
        assert_eq!(why(shake(&mut rook, momo.account())), Reason::ShakeTooSoon);
    }),
    row(Bound::Games, &[("games.per_account", "1")], |ground| {
        let (mut lime, momo) = ground.acquainted(["Lime", "Momo"]);
        invite(&mut lime, Target::Account(momo.account())).unwrap();
        assert_eq!(why(invite(&mut lime, Target::Lobby)), Reason::GamesMany);
    }),
    row(
        Bound::GameInvites,
        &[("games.invites_burst", "1"), ("games.invites_per_minute", "1")],
        |ground| {
            let (mut lime, momo) = ground.acquainted(["Lime", "Momo"]);
            invite(&mut lime, Target::Account(momo.account())).unwrap();
            assert_eq!(why(invite(&mut lime, Target::Lobby)), Reason::TooFast);
        },
    ),
    row(Bound::GamePlays, &[], |ground| {
        let mut lime = ground.register("Lime");
        let conversation = mychat::domain::ConversationId::LOBBY;
        let game = GameId { conversation, seq: mychat::domain::Seq(1) };
        // All at once, so that it does not matter how fast they are answered.
        for id in 1_000_000..1_000_040 {
            let command = Command::Play { game, play: Play::Resign {} };
            lime.send(&ClientFrame::Command { id, command });
        }
        let mut refused = 0;
        while refused < 40 {
            refused += u32::from(matches!(lime.read().unwrap(), ServerFrame::Refused { .. }));
        }
    }),
    row(Bound::Typing, &[], |ground| {
        let (mut lime, momo) = ground.acquainted(["Lime", "Momo"]);
        let to = Target::Account(momo.account());
        for _ in 0..2 {
            lime.send(&ClientFrame::Signal(Signal::Typing { to }));
        }
        lime.barrier();
    }),
    row(Bound::Presence, &[], |ground| {
        let mut lime = ground.register("Lime");
        // Each change waits for the one before to be told; three are told at once, then one in three
        // seconds.
        for presence in [Presence::Busy, Presence::Online].into_iter().cycle().take(5) {
            lime.send(&ClientFrame::Signal(Signal::Presence(presence)));
            let me = lime.account();
            assert_eq!(lime.presence_of(me), presence);
        }
    }),
];

/// A friend of whoever offers, and an offer.
fn offering(ground: &Ground) -> (Peer, Peer, Target) {
    let (lime, momo) = ground.acquainted(["Lime", "Momo"]);
    let to = Target::Account(momo.account());
    (lime, momo, to)
}

fn second_offer(ground: &Ground) -> Reason {
    let (mut lime, _momo, to) = offering(ground);
    lime.offer(to, 700_000);
    why(lime.try_offer(to, 700_000))
}

/// A file that was asked for, and one link that holds a place.
fn fetches_twice(ground: &Ground) -> Reason {
    let (mut lime, mut momo, to) = offering(ground);
    let file = lime.offer(to, 5);
    let ticket = momo.ticket(file, FileWay::Down).unwrap();
    let _held = FileLink::show(ground.address, ticket, 0);
    why(momo.ticket(file, FileWay::Down))
}

pub const FILES: &[Row] = &[
    row(Bound::FileBytes, &[("files.mib_max", "1")], |ground| {
        let (mut lime, _momo, to) = offering(ground);
        let refusal = lime.try_offer(to, 2_000_000).unwrap_err();
        assert_eq!((refusal.reason, refusal.limit), (Reason::FileTooLarge, Some(1 << 20)));
    }),
    row(Bound::FilesQuota, &[("files.mib_per_account", "1")], |ground| {
        assert_eq!(second_offer(ground), Reason::FileQuota);
    }),
    row(Bound::FilesPerAccount, &[("files.per_account", "1")], |ground| {
        assert_eq!(second_offer(ground), Reason::TooMany);
    }),
    row(Bound::FilesTotal, &[("files.mib_total", "1")], |ground| {
        assert_eq!(second_offer(ground), Reason::FilesFull);
    }),
    row(Bound::FilesFree, &[("files.free_mib", "1000000000")], |ground| {
        let (mut lime, _momo, to) = offering(ground);
        assert_eq!(why(lime.say(to, offer_of(1))), Reason::FilesFull);
    }),
    row(Bound::FilesLinks, &[("files.links", "1")], |ground| {
        assert_eq!(fetches_twice(ground), Reason::FilesBusy);
    }),
    row(Bound::FilesLinksPerAccount, &[("files.links_per_account", "1")], |ground| {
        assert_eq!(fetches_twice(ground), Reason::FilesBusy);
    }),
    row(Bound::FileName, &[], |ground| {
        let (mut lime, _momo, to) = offering(ground);
        let body = Body::File { name: "../x".into(), bytes: 1 };
        assert_eq!(why(lime.say(to, body)), Reason::BadValue);
    }),
    row(Bound::Uploads, &[("uploads.mib_per_day", "1")], |ground| {
        let mut lime = ground.register("Lime");
        let bring = |noise| crate::pictures::Shot::noisy(noise).try_bring(&mut lime);
        let refusal = (0..40).map(bring).find_map(Result::err).unwrap();
        assert_eq!(refusal.reason, Reason::TooFast);
    }),
    row(Bound::UploadsIdle, &[("uploads.idle_mib", "1")], |ground| {
        let mut lime = ground.register("Lime");
        let bring = |noise| crate::pictures::Shot::noisy(noise).try_bring(&mut lime);
        let refusal = (0..40).map(bring).find_map(Result::err).unwrap();
        assert_eq!(refusal.reason, Reason::DiskFull);
    }),
    row(Bound::DiskFree, &[], |ground| {
        let mut lime = ground.register("Lime");
        crate::peer::set(ground.folder(), "disk.free_mib", "1000000000");
        // It is looked at every few seconds.
        let refusal = loop {
            match lime.say(Target::Lobby, text("now?")) {
                Ok(_) => std::thread::yield_now(),
                Err(refusal) => break refusal,
            }
        };
        assert_eq!(refusal.reason, Reason::DiskFull);
        let with = Target::Lobby;
        let change = ChoiceChange { pinned: Some(true), ..Default::default() };
        let command = Command::SetConversation { with, change };
        assert_eq!(why(lime.command(command)), Reason::DiskFull);
    }),
];
