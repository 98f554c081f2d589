//! Property: who comes into a room is decided once, by those who may, whenever they are there.

use mychat::domain::{AccountId, Door, Joining, Notice, Rank, RequestState, RoomId, RoomRequest};
use mychat::net::protocol::{Command, ContactChange, Reason, Refusal, RoomSettings};

use crate::peer::{Ground, PASSWORD, Peer};

fn why<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Reason {
    result.expect_err("it was taken").reason
}

/// The next change of the book that is about a request.
fn told(peer: &mut Peer) -> RoomRequest {
    loop {
        if let Notice::RoomRequest(request) = peer.notice() {
            return request;
        }
    }
}

fn waiting(peer: &mut Peer) -> Vec<(RoomId, AccountId, Door)> {
    peer.book().room_requests.into_keys().collect()
}

#[test]
fn a_request_reaches_the_owner_and_all_admins_also_those_of_later() {
    let ground = Ground::start();
    let (room, mut people) = ground.room(&["Lime", "Momo", "Tern", "Quail"]);
    let (admin, later) = (people[1].account(), people[2].account());
    people[0].set_rank(room, admin, Rank::Admin).unwrap();
    let joining = Some(Joining::Approval);
    people[0].set_room(room, RoomSettings { joining, ..RoomSettings::default() }).unwrap();
    let mut rook = ground.register("Rook");
    let asks = (room, rook.account(), Door::Asks);
    rook.join(room).unwrap();
    assert_eq!(why(rook.join(room)), Reason::AlreadyAsked);
    let own = told(&mut rook);
    assert_eq!((own.greeting.as_str(), own.state), ("hi", RequestState::Pending));
    assert_eq!((told(&mut people[0]), told(&mut people[1])), (own.clone(), own));
    for (who, sees) in [(0, true), (1, true), (2, false), (3, false)] {
        assert_eq!(waiting(&mut people[who]).contains(&asks), sees, "{who}");
    }
    assert_eq!(why(people[3].let_in(room, rook.account())), Reason::NotAllowed);
    people[0].set_rank(room, later, Rank::Admin).unwrap();
    assert_eq!(told(&mut people[2]).key(), asks);
    people[0].set_rank(room, admin, Rank::Member).unwrap();
    assert!(waiting(&mut people[1]).is_empty());
    assert_eq!(why(people[1].let_in(room, rook.account())), Reason::NotAllowed);
    people[2].turn_away(room, rook.account()).unwrap();
    let answer = told(&mut rook);
    assert_eq!((answer.state, answer.answered_by), (RequestState::Declined, Some(later)));
    assert_eq!(answer.reason, "full of people");
    assert!(waiting(&mut rook).is_empty() && waiting(&mut people[0]).is_empty());
    assert_eq!(why(people[0].let_in(room, rook.account())), Reason::RequestGone);
    rook.join(room).unwrap();
    people[0].let_in(room, rook.account()).unwrap();
    assert_eq!(rook.rank(room), Some(Rank::Member));
    assert_eq!(rook.room(room).unwrap().0.members, 5);
}

#[test]
fn two_who_answer_at_once_let_in_one_person_once() {
    let ground = Ground::start();
    let (room, mut people) = ground.room(&["Lime", "Momo"]);
    let admin = people[1].account();
    people[0].set_rank(room, admin, Rank::Admin).unwrap();
    let joining = Some(Joining::Approval);
    people[0].set_room(room, RoomSettings { joining, ..RoomSettings::default() }).unwrap();
    for round in 0..5 {
        let mut rook = ground.register(&format!("Rook{round}"));
        let account = rook.account();
        rook.join(room).unwrap();
        let (first, second) = people.split_at_mut(1);
        let done = std::thread::scope(|scope| {
            let named = |name: &str| std::thread::Builder::new().name(name.to_owned());
            let first = &mut first[0];
            let a = named("a").spawn_scoped(scope, || first.let_in(room, account)).unwrap();
            let b = named("b").spawn_scoped(scope, || second[0].let_in(room, account)).unwrap();
            [a.join().unwrap(), b.join().unwrap()]
        });
        assert!(done.iter().all(Result::is_ok), "as both wanted it: {done:?}");
        assert_eq!(rook.lines().len(), 1, "one line says so");
        assert_eq!(rook.room(room).unwrap().0.members, 3 + round);
    }
}

#[test]
fn a_request_waits_for_who_is_away_and_can_be_taken_back() {
    let mut ground = Ground::start();
    let mut lime = ground.register("Lime");
    let room = lime.create_room("quiet", Joining::Approval, &[]).unwrap().room;
    drop(lime);
    let (mut momo, mut tern) = (ground.register("Momo"), ground.register("Tern"));
    momo.join(room).unwrap();
    tern.join(room).unwrap();
    tern.command(Command::WithdrawJoin { room }).unwrap();
    assert_eq!(why(tern.command(Command::WithdrawJoin { room })), Reason::RequestGone);
    let account = momo.account();
    drop((momo, tern));
    ground.restart();
    let mut lime = ground.connect();
    lime.sign_in("Lime", PASSWORD).unwrap();
    assert_eq!(waiting(&mut lime), [(room, account, Door::Asks)]);
    lime.let_in(room, account).unwrap();
    let mut momo = ground.connect();
    momo.sign_in("Momo", PASSWORD).unwrap();
    assert_eq!(momo.rank(room), Some(Rank::Member));
}

#[test]
fn an_invitation_opens_as_far_as_the_one_who_gave_it_may() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.friends(["Lime", "Momo"]);
    let (me, to) = (lime.account(), momo.account());
    let closed = lime.create_room("closed", Joining::Closed, &[to]).unwrap().room;
    assert_eq!(told(&mut momo).key(), (closed, to, Door::Invited));
    assert_eq!(why(ground.register("Rook").join(closed)), Reason::RoomClosed);
    momo.come(closed).unwrap();
    assert_eq!(told(&mut lime).state, RequestState::Accepted, "who invited is told");
    assert_eq!(momo.rank(closed), Some(Rank::Member));
    // A plain member invites nobody into a closed room, and into an approval room only on probation.
    let (mut tern, mut quail) = (ground.register("Tern"), ground.register("Quail"));
    for other in [&mut tern, &mut quail] {
        other.ask(to).unwrap();
        momo.accept(other.account()).unwrap();
    }
    assert_eq!(why(momo.invite(closed, tern.account())), Reason::NotAllowed);
    let joining = Some(Joining::Approval);
    lime.set_room(closed, RoomSettings { joining, ..RoomSettings::default() }).unwrap();
    momo.invite(closed, tern.account()).unwrap();
    assert_eq!(why(momo.invite(closed, tern.account())), Reason::AlreadyAsked);
    tern.come(closed).unwrap();
    assert_eq!(tern.rank(closed), None);
    let request = told(&mut lime);
    assert_eq!((request.key(), request.by), ((closed, tern.account(), Door::Asks), to));
    lime.let_in(closed, tern.account()).unwrap();
    assert_eq!(tern.rank(closed), Some(Rank::Member));
    // Turned down, it can be given again.
    momo.invite(closed, quail.account()).unwrap();
    let decline = Command::AnswerInvitation { room: closed, accept: false };
    quail.command(decline.clone()).unwrap();
    assert_eq!(why(quail.command(decline)), Reason::RequestGone);
    assert_eq!(why(quail.come(closed)), Reason::RequestGone);
    momo.invite(closed, quail.account()).unwrap();
    // The owner's word goes before a member's: the same invitation admits at once now.
    quail.ask(me).unwrap();
    lime.accept(quail.account()).unwrap();
    lime.invite(closed, quail.account()).unwrap();
    quail.come(closed).unwrap();
    assert_eq!(quail.rank(closed), Some(Rank::Member));
}

#[test]
fn only_friends_are_invited_and_who_blocked_is_not_bothered() {
    let ground = Ground::with(&[("requests.per_account", "1")]);
    let (mut lime, mut momo) = ground.friends(["Lime", "Momo"]);
    let (me, to) = (lime.account(), momo.account());
    let room = lime.open_room("room");
    let stranger = ground.register("Rook").account();
    assert_eq!(why(lime.invite(room, stranger)), Reason::NotFriends);
    assert_eq!(why(lime.invite(room, me)), Reason::AlreadyMember);
    assert_eq!(why(lime.invite(room, AccountId(99))), Reason::NotFound);
    assert_eq!(why(momo.invite(room, me)), Reason::NotMember);
    let create = lime.create_room("x", Joining::Open, &[to, stranger]);
    assert_eq!((why(create), lime.book().rooms.len()), (Reason::NotFriends, 1), "all or nothing");
    momo.block(me);
    lime.invite(room, to).unwrap();
    assert!(waiting(&mut momo).is_empty(), "it is told to nobody");
    let unblock = ContactChange { blocked: Some(false), ..ContactChange::default() };
    momo.set_contact(me, unblock).unwrap();
    lime.invite(room, to).unwrap();
    let second = lime.open_room("second");
    assert_eq!(why(lime.invite(second, to)), Reason::PeerFull, "one waits already");
    momo.join(room).unwrap();
    assert!(waiting(&mut momo).is_empty(), "coming by the other door settles it");
    assert_eq!(why(lime.invite(room, to)), Reason::AlreadyMember);
    // Requests are bounded on both sides.
    let rooms: Vec<RoomId> =
        (0..2).map(|_| lime.create_room("ask", Joining::Approval, &[]).unwrap().room).collect();
    momo.join(rooms[0]).unwrap();
    let refused = momo.join(rooms[1]).unwrap_err();
    assert_eq!((refused.reason, refused.limit), (Reason::TooMany, Some(1)));
    // Whoever asked and is invited by the owner comes in at once.
    lime.invite(rooms[0], to).unwrap();
    assert_eq!(momo.rank(rooms[0]), Some(Rank::Member));
}
