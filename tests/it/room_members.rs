//! Property: in a room everybody does what its rank allows and nothing else, and a room always has
//! an owner.

use mychat::domain::{AccountId, Joining, Notice, Parting, Rank, RoomChange, RoomId, Seq, Target};
use mychat::net::protocol::{
    Auth, AuthStep, Command, MemberChange, Query, Reason, Refusal, Reply, RoomSettings,
};

use crate::peer::{Ground, NEWEST, PASSWORD, Peer, seqs, text};

fn why<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Reason {
    result.expect_err("it was taken").reason
}

fn announce(text: &str) -> RoomSettings {
    RoomSettings { announcement: Some(text.to_owned()), ..RoomSettings::default() }
}

/// Why the last room that one was in is gone.
fn gone(peer: &mut Peer) -> Parting {
    loop {
        if let Notice::RoomGone { why, .. } = peer.notice() {
            return why;
        }
    }
}

#[test]
fn each_rank_does_what_it_may() {
    let ground = Ground::start();
    let (room, mut people) = ground.room(&["Owner", "Admin1", "Admin2", "Plain", "Other"]);
    let accounts: Vec<AccountId> = people.iter().map(Peer::account).collect();
    for admin in [1, 2] {
        people[0].set_rank(room, accounts[admin], Rank::Admin).unwrap();
    }
    let closed = RoomSettings { joining: Some(Joining::Closed), ..RoomSettings::default() };
    for (who, whom) in [(1, 0), (1, 2), (3, 4), (3, 0)] {
        assert_eq!(why(people[who].kick(room, accounts[whom])), Reason::NotAllowed, "{who} {whom}");
        assert_eq!(why(people[who].mute(room, accounts[whom], 60_000)), Reason::NotAllowed);
    }
    for who in [1, 3] {
        let rank = people[who].set_rank(room, accounts[4], Rank::Admin);
        assert_eq!(why(rank), Reason::NotAllowed);
        assert_eq!(why(people[who].set_rank(room, accounts[4], Rank::Owner)), Reason::NotAllowed);
        assert_eq!(why(people[who].command(Command::DissolveRoom { room })), Reason::NotAllowed);
    }
    assert_eq!(why(people[3].set_room(room, closed.clone())), Reason::NotAllowed);
    assert_eq!(why(people[0].kick(room, accounts[0])), Reason::Yourself);
    assert_eq!(why(people[0].set_rank(room, accounts[0], Rank::Member)), Reason::Yourself);
    assert_eq!(why(people[0].kick(room, AccountId(99))), Reason::NotFound);
    assert_eq!(why(people[0].mute(room, accounts[3], u64::MAX)), Reason::BadValue);
    let card = MemberChange { card: Some("x".to_owned()), ..MemberChange::default() };
    let other = Command::SetMember { room, account: accounts[3], change: card };
    assert_eq!(why(people[0].command(other)), Reason::NotAllowed, "a card is one's own");
    assert_eq!(people[0].room(room).unwrap().0.version, 7, "nothing of that changed the room");
    people[1].set_room(room, closed).unwrap();
    people[1].mute(room, accounts[3], 60_000).unwrap();
    people[2].kick(room, accounts[4]).unwrap();
    assert_eq!(gone(&mut people[4]), Parting::Kicked);
    people[0].kick(room, accounts[1]).unwrap();
    assert_eq!(people[0].members(room).unwrap().len(), 3);
}

#[test]
fn who_is_muted_is_silent_until_then_and_where_admins_talk_only_they_do() {
    let ground = Ground::start();
    let (room, mut people) = ground.room(&["Lime", "Momo", "Tern"]);
    let (to, momo) = (Target::Room(room), people[1].account());
    people[0].mute(room, momo, 600_000).unwrap();
    let refused = people[1].say(to, text("?")).unwrap_err();
    assert_eq!(refused.reason, Reason::RoomMuted);
    assert!(refused.retry_after_ms.is_some_and(|ms| ms > 500_000 && ms <= 600_000), "{refused:?}");
    people[1].leave(room).unwrap();
    people[2].drain();
    people[1].join(room).unwrap();
    let lines = people[2].lines();
    let is_told = |line: &RoomChange| matches!(line, RoomChange::Joined { muted_until: 1.., .. });
    assert!(lines.iter().any(is_told), "{lines:?}");
    assert_eq!(why(people[1].say(to, text("?"))), Reason::RoomMuted, "also after coming again");
    let muted = people[2].members(room).unwrap().into_iter().find(|m| m.account == momo).unwrap();
    assert!(muted.muted_until > 0);
    people[0].mute(room, momo, 0).unwrap();
    people[1].say(to, text("thanks")).unwrap();
    people[0].mute(room, momo, 1).unwrap();
    while people[1].say(to, text("soon")).is_err() {}
    let admins_only = |on| RoomSettings { admins_only: Some(on), ..RoomSettings::default() };
    people[0].set_room(room, admins_only(true)).unwrap();
    assert_eq!(why(people[1].say(to, text("?"))), Reason::AdminsOnly);
    people[0].set_rank(room, momo, Rank::Admin).unwrap();
    people[1].say(to, text("I may")).unwrap();
    assert_eq!(why(people[2].say(to, text("?"))), Reason::AdminsOnly);
    people[1].set_room(room, admins_only(false)).unwrap();
    people[2].say(to, text("now I may")).unwrap();
}

/// One says many things at once while another does something about it: what was taken before stands,
/// what comes after is refused, and nothing is taken between.
fn while_sending(act: impl FnOnce(&mut Peer, RoomId, AccountId) + Send) -> Reason {
    let ground = Ground::start();
    let (room, mut people) = ground.room(&["Lime", "Momo"]);
    let account = people[1].account();
    let conversation = people[0].say(Target::Room(room), text("go")).unwrap().conversation;
    let (first, second) = people.split_at_mut(1);
    let fates = std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("momo".to_owned());
        let sends = || {
            let mut fates = Vec::new();
            while !fates.iter().any(Result::is_err) {
                fates.extend(second[0].say_all(Target::Room(room), 30));
            }
            fates
        };
        let momo = builder.spawn_scoped(scope, sends).unwrap();
        // Something of it is there before.
        first[0].event(|event| match event {
            mychat::net::protocol::Event::Message(m) if m.body == text("more") => Some(()),
            _ => None,
        });
        act(&mut first[0], room, account);
        momo.join().unwrap()
    });
    let taken: Vec<Seq> = fates.iter().filter_map(|fate| fate.as_ref().ok().copied()).collect();
    let refused: Vec<Reason> =
        fates.iter().filter_map(|fate| fate.as_ref().err().map(|no| no.reason)).collect();
    let split = fates.iter().position(Result::is_err).unwrap();
    assert!(fates[split..].iter().all(Result::is_err), "nothing is taken behind a refusal");
    assert!(!taken.is_empty() && refused.iter().all(|reason| *reason == refused[0]));
    let mut log = Vec::new();
    loop {
        let after = log.last().copied().unwrap_or_default();
        let page = mychat::net::protocol::Page::After(Seq(after));
        let (messages, more) = people[0].history(conversation, page);
        log.extend(seqs(&messages));
        if !more {
            break;
        }
    }
    assert_eq!(log, (1..=log.len() as u64).collect::<Vec<_>>(), "no gap");
    assert!(taken.iter().all(|seq| log.contains(&seq.0)));
    assert_eq!(log.len(), taken.len() + 4, "made, came, go, and the line that ended it");
    refused[0]
}

#[test]
fn who_is_put_out_while_sending_is_cut_off_at_one_place() {
    let act = |lime: &mut Peer, room, account| lime.kick(room, account).unwrap();
    assert_eq!(while_sending(act), Reason::NotMember);
}

#[test]
fn who_is_muted_while_sending_is_cut_off_at_one_place() {
    let act = |lime: &mut Peer, room, account| lime.mute(room, account, 600_000).unwrap();
    assert_eq!(while_sending(act), Reason::RoomMuted);
}

#[test]
fn a_room_changes_its_name_rules_and_wall_and_all_of_it_stands_in_its_log() {
    let ground = Ground::start();
    let (room, mut people) = ground.room(&["Lime", "Momo"]);
    let account = people[1].account();
    people[1].drain();
    let conversation = people[0].room(room).unwrap().0.conversation;
    people[0].command(Command::MarkRead { conversation, seq: Seq(2) }).unwrap();
    let all = RoomSettings {
        name: Some(" 软工  ".to_owned()),
        joining: Some(Joining::Approval),
        admins_only: Some(false),
        announcement: Some("周五交作业\n不要迟到".to_owned()),
        colour: Some(6),
    };
    let none = RoomSettings { colour: Some(7), ..all.clone() };
    assert_eq!(people[0].set_room(room, none).unwrap_err().reason, Reason::BadValue);
    people[0].set_room(room, all.clone()).unwrap();
    people[0].set_room(room, all).unwrap();
    people[0].set_room(room, announce("second")).unwrap();
    people[0].set_room(room, announce("")).unwrap();
    let expected = [
        RoomChange::Renamed { name: "软工".to_owned() },
        RoomChange::Joining { joining: Joining::Approval },
        RoomChange::Announced { text: "周五交作业\n不要迟到".to_owned() },
        RoomChange::Coloured { colour: 6 },
        RoomChange::Announced { text: "second".to_owned() },
        RoomChange::Announced { text: String::new() },
    ];
    assert_eq!(people[1].lines(), expected, "what is the same already is no change");
    let head = people[0].heads().into_iter().find(|head| head.version > 0).unwrap();
    assert_eq!((head.read, head.version), (head.head, 8), "own lines are read");
    let (seen, _) = people[1].room(room).unwrap();
    assert_eq!((seen.version, seen.announcement), (8, None));
    let query = Query::Announcements { room, skip: 0 };
    let Ok(Reply::Announcements { announcements, more: false }) = people[1].query(query) else {
        panic!()
    };
    let texts: Vec<&str> = announcements.iter().map(|old| old.text.as_str()).collect();
    assert_eq!(texts, ["", "second", "周五交作业\n不要迟到"]);
    let long = people[0].set_room(room, announce(&"长".repeat(501))).unwrap_err();
    assert_eq!((long.reason, long.limit), (Reason::WordsTooLong, Some(500)));
    people[0].drain();
    let mut set_card = |card: &str| {
        let change = MemberChange { card: Some(card.to_owned()), ..MemberChange::default() };
        people[1].command(Command::SetMember { room, account, change })
    };
    assert_eq!(why(set_card("一二三四五六七八九十一二三四五六七")), Reason::WordsTooLong);
    set_card(" 班长 ").unwrap();
    set_card("班长").unwrap();
    let carded = RoomChange::Carded { account, card: "班长".to_owned() };
    assert_eq!(people[0].lines(), [carded], "the others are told, once");
    let members = people[0].members(room).unwrap();
    assert_eq!(members.iter().map(|m| m.card.as_str()).collect::<Vec<_>>(), ["", "班长"]);
}

#[test]
fn an_owner_hands_the_room_on_or_dissolves_it() {
    let ground = Ground::start();
    let (room, mut people) = ground.room(&["Lime", "Momo"]);
    let (lime, momo) = (people[0].account(), people[1].account());
    assert_eq!(why(people[0].leave(room)), Reason::OwnerStays);
    people[0].set_rank(room, momo, Rank::Owner).unwrap();
    assert_eq!(people[0].rank(room), Some(Rank::Member));
    assert_eq!(people[1].rank(room), Some(Rank::Owner));
    assert_eq!(people[0].room(room).unwrap().0.owner, momo);
    people[0].leave(room).unwrap();
    assert_eq!(gone(&mut people[0]), Parting::Left);
    // Alone, the owner ends it by going.
    people[1].leave(room).unwrap();
    assert_eq!(gone(&mut people[1]), Parting::Dissolved);
    assert_eq!(why(people[0].room(room)), Reason::RoomGone);
    let second = people[0].create_room("second", Joining::Open, &[]).unwrap().room;
    people[1].join(second).unwrap();
    people[1].drain();
    people[0].command(Command::DissolveRoom { room: second }).unwrap();
    let line = people[1].event(|event| match event {
        mychat::net::protocol::Event::Message(message) => match &message.body {
            mychat::domain::Body::Room { change, .. } => Some(change.clone()),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(line, RoomChange::Dissolved {});
    assert_eq!(gone(&mut people[1]), Parting::Dissolved);
    assert!(people[1].book().rooms.is_empty() && people[0].book().rooms.is_empty());
    assert_eq!(why(people[0].say(Target::Room(second), text("?"))), Reason::RoomGone);
    assert_eq!(why(people[1].join(second)), Reason::RoomGone);
    assert!(lime < momo);
}

#[test]
fn a_room_whose_owner_is_deleted_goes_to_the_oldest_admin_then_member_then_to_nobody() {
    let ground = Ground::start();
    let (room, mut people) = ground.room(&["Lime", "Momo", "Tern"]);
    let (momo, tern) = (people[1].account(), people[2].account());
    people[0].set_rank(room, tern, Rank::Admin).unwrap();
    let delete = |peer: &mut Peer| {
        peer.prove(PASSWORD).unwrap();
        assert_eq!(peer.auth(Auth::Delete {}).unwrap(), AuthStep::Deleted {});
    };
    let alone = people[0].open_room("alone");
    let asked = people[1].create_room("asked", Joining::Approval, &[]).unwrap().room;
    people[0].join(asked).unwrap();
    people[2].drain();
    delete(&mut people[0]);
    let lines = people[2].lines();
    let lime = people[0].account();
    assert_eq!(lines, [RoomChange::Owner { account: tern }, RoomChange::Left { account: lime }]);
    assert_eq!(people[2].rank(room), Some(Rank::Owner));
    assert_eq!(why(people[1].room(alone)), Reason::RoomGone, "nobody was left in it");
    assert!(people[1].book().room_requests.is_empty(), "it asks for nothing any more");
    delete(&mut people[2]);
    assert_eq!(people[1].rank(room), Some(Rank::Owner));
    let (own, member) = people[1].room(room).unwrap();
    assert_eq!((own.owner, own.members, member.map(|m| m.account)), (momo, 1, Some(momo)));
    let conversation = own.conversation;
    assert_eq!(people[1].history(conversation, NEWEST).0.len() as u64, own.version - 1);
}
