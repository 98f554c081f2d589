//! Property: friendship stands on both sides or on none, whoever is blocked learns nothing of it, and
//! presence is told to those who may know it.

use mychat::domain::{
    Body, Contact, GroupId, Notice, Presence, Privacy, RequestState, Seq, Target, Way,
};
use mychat::net::protocol::{
    ClientFrame, Command, ContactAnswer, ContactChange, Event, Page, ProfileChange, Query, Reason,
    Reply, Signal,
};

use crate::peer::{Ground, NEWEST, Peer, text};

fn shake() -> Body {
    Body::Shake {}
}

fn refusal(result: Result<(), mychat::net::protocol::Refusal>) -> Reason {
    result.expect_err("it was taken").reason
}

#[test]
fn who_is_asked_accepts_and_both_know_on_every_device() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let mut other = ground.second(&momo);
    let (from, to) = (lime.account(), momo.account());
    let (greeting, remark) = ("我是你同桌".to_owned(), "桃".to_owned());
    lime.command(Command::AddGroup { name: "同学".to_owned() }).unwrap();
    let group = GroupId(1);
    lime.command(Command::AskContact { to, greeting, group, remark }).unwrap();
    for device in [&mut momo, &mut other] {
        let Notice::Request(request) = device.notice() else { panic!() };
        assert_eq!((request.peer, request.greeting.as_str()), (from, "我是你同桌"));
        assert_eq!((request.way, request.state), (Way::In, RequestState::Pending));
        assert_eq!(request.remark, "", "what one calls somebody is one's own");
    }
    momo.accept(from).unwrap();
    let mine = lime.friend(to).unwrap();
    assert_eq!((mine.group, mine.remark.as_str()), (group, "桃"));
    assert!(momo.friend(from).is_some() && momo.book() == other.book());
    assert_eq!(lime.request(to, Way::Out), Some(RequestState::Accepted));
    assert_eq!(momo.request(from, Way::In), Some(RequestState::Accepted));
    let told = other.drain().into_iter().any(|event| {
        matches!(event, Event::Message(message)
            if matches!(&message.body, Body::Notice(notice)
                if matches!(&**notice, Notice::Contact(Contact { friend: true, .. }))))
    });
    assert!(told, "the other device was told");
}

#[test]
fn a_request_waits_for_who_was_away() {
    let mut ground = Ground::start();
    let (mut lime, momo) = (ground.register("Lime"), ground.register("Momo"));
    let (from, to) = (lime.account(), momo.account());
    drop(momo);
    for name in ["A1", "A2", "A3"] {
        ground.register(name).ask(to).unwrap();
    }
    lime.ask(to).unwrap();
    drop(lime);
    ground.restart();
    let mut momo = ground.connect();
    momo.sign_in("Momo", crate::peer::PASSWORD).unwrap();
    let waiting = momo.book().requests;
    assert_eq!(waiting.len(), 4);
    assert!(waiting.values().all(|request| request.state == RequestState::Pending));
    momo.accept(from).unwrap();
    assert!(momo.friend(from).is_some());
}

#[test]
fn two_devices_that_accept_at_once_make_one_friendship() {
    let ground = Ground::start();
    for round in 0..5 {
        let mut lime = ground.register(&format!("Lime{round}"));
        let mut momo = ground.register(&format!("Momo{round}"));
        let mut other = ground.second(&momo);
        let from = lime.account();
        lime.ask(momo.account()).unwrap();
        let threads = std::thread::scope(|scope| {
            let named = |name: &str| std::thread::Builder::new().name(name.to_owned());
            let first = named("first").spawn_scoped(scope, || momo.accept(from)).unwrap();
            let second = named("second").spawn_scoped(scope, || other.accept(from)).unwrap();
            [first.join().unwrap(), second.join().unwrap()]
        });
        assert!(threads.iter().all(Result::is_ok), "{threads:?}");
        let made = |peer: &mut Peer| {
            let friends = |event: &Event| {
                matches!(event, Event::Message(message)
                    if matches!(&message.body, Body::Notice(notice)
                        if matches!(&**notice, Notice::Contact(_))))
            };
            peer.drain().iter().filter(|event| friends(event)).count()
        };
        assert_eq!([made(&mut lime), made(&mut momo), made(&mut other)], [1, 1, 1]);
    }
}

#[test]
fn what_cannot_be_asked_is_refused_and_nothing_is_kept() {
    let ground = Ground::with(&[("requests.per_account", "2"), ("friends.per_account", "1")]);
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let (me, to) = (lime.account(), momo.account());
    assert_eq!(refusal(lime.ask(me)), Reason::Yourself);
    assert_eq!(refusal(lime.ask(mychat::domain::AccountId(99_999))), Reason::NotFound);
    lime.block(to);
    assert_eq!(refusal(lime.ask(to)), Reason::YouBlocked);
    let unblock = ContactChange { blocked: Some(false), ..ContactChange::default() };
    lime.set_contact(to, unblock).unwrap();
    let long = "长".repeat(51);
    let group = GroupId::FIRST;
    let too_long = Command::AskContact { to, greeting: long.clone(), group, remark: String::new() };
    let refused = lime.command(too_long).unwrap_err();
    assert_eq!((refused.reason, refused.limit), (Reason::WordsTooLong, Some(50)));
    let twisted = Command::AskContact {
        to,
        greeting: "hi \u{202E}olleh".to_owned(),
        group,
        remark: String::new(),
    };
    assert_eq!(refusal(lime.command(twisted)), Reason::WordsCharacter);
    momo.command(Command::SetPrivacy(Privacy {
        asking: mychat::domain::Asking::Nobody,
        ..Privacy::default()
    }))
    .unwrap();
    assert_eq!(refusal(lime.ask(to)), Reason::TakesNoRequests);
    momo.command(Command::SetPrivacy(Privacy::default())).unwrap();
    assert_eq!(lime.book().requests.len() + momo.book().requests.len(), 0, "nothing was kept");

    lime.ask(to).unwrap();
    assert_eq!(refusal(lime.ask(to)), Reason::AlreadyAsked);
    let (mut rook, mut tern) = (ground.register("Rook"), ground.register("Tern"));
    rook.ask(to).unwrap();
    assert_eq!(refusal(tern.ask(to)), Reason::PeerFull, "two wait already");
    lime.ask(rook.account()).unwrap();
    let refused = lime.ask(tern.account()).unwrap_err();
    assert_eq!((refused.reason, refused.limit), (Reason::TooMany, Some(2)));
    momo.accept(me).unwrap();
    assert_eq!(refusal(lime.ask(to)), Reason::AlreadyFriends);
    let full = momo.accept(rook.account()).unwrap_err();
    assert_eq!((full.reason, full.limit), (Reason::TooMany, Some(1)));
    assert_eq!(momo.request(rook.account(), Way::In), Some(RequestState::Pending));
    assert_eq!(refusal(rook.accept(me)), Reason::PeerFull, "Lime has one friend already");
    assert_eq!(refusal(momo.accept(tern.account())), Reason::RequestGone);
}

#[test]
fn a_request_is_declined_with_a_reason_ignored_or_taken_back() {
    let ground = Ground::with(&[("requests.pause_seconds", "0")]);
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let (me, to) = (lime.account(), momo.account());
    lime.ask(to).unwrap();
    momo.answer_contact(me, ContactAnswer::Decline { reason: "我们认识吗？".into() }).unwrap();
    let declined = lime.book().requests[&(to, Way::Out)].clone();
    assert_eq!(
        (declined.state, declined.reason.as_str()),
        (RequestState::Declined, "我们认识吗？")
    );
    // Asked again it is a new one, and who is ignored goes on waiting.
    lime.ask(to).unwrap();
    momo.answer_contact(me, ContactAnswer::Ignore {}).unwrap();
    assert_eq!(momo.request(me, Way::In), Some(RequestState::Ignored));
    assert_eq!(lime.request(to, Way::Out), Some(RequestState::Pending));
    assert_eq!(refusal(lime.ask(to)), Reason::AlreadyAsked);
    lime.command(Command::WithdrawRequest { to }).unwrap();
    assert_eq!(refusal(lime.command(Command::WithdrawRequest { to })), Reason::RequestGone);
    assert!(lime.book().requests.is_empty() && momo.book().requests.is_empty());
    lime.ask(to).unwrap();
    momo.command(Command::ClearRequests {}).unwrap();
    assert_eq!(momo.request(me, Way::In), Some(RequestState::Pending), "it needs an answer");
    momo.ask(me).unwrap();
    assert!(lime.friend(to).is_some() && momo.friend(me).is_some(), "they asked each other");
    momo.command(Command::ClearRequests {}).unwrap();
    assert!(momo.book().requests.is_empty());
}

#[test]
fn a_friendship_ends_on_both_sides() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.friends(["Lime", "Momo"]);
    let (me, to) = (lime.account(), momo.account());
    lime.say(Target::Account(to), text("hi")).unwrap();
    momo.command(Command::RemoveContact { account: me }).unwrap();
    assert!(lime.friend(to).is_none() && momo.friend(me).is_none());
    assert_eq!(refusal(momo.command(Command::RemoveContact { account: me })), Reason::NotFriends);
    let change = ContactChange { remark: Some("x".into()), ..ContactChange::default() };
    assert_eq!(refusal(lime.set_contact(to, change)), Reason::NotFriends);
    // What was said stays, and more can be said.
    let message = lime.say(Target::Account(to), text("still here")).unwrap();
    assert_eq!(lime.history(message.conversation, NEWEST).0.len(), 2);
}

#[test]
fn groups_are_made_named_ordered_and_removed_and_their_friends_stay() {
    let ground = Ground::start();
    let (mut lime, momo) = ground.friends(["Lime", "Momo"]);
    let mut other = ground.second(&lime);
    let to = momo.account();
    let add = |name: &str| Command::AddGroup { name: name.to_owned() };
    for (name, reason) in [
        ("", Reason::WordsEmpty),
        ("  ", Reason::WordsEmpty),
        ("a\u{7}b", Reason::WordsCharacter),
        ("一二三四五六七八九十一二三四五六七", Reason::WordsTooLong),
    ] {
        assert_eq!(refusal(lime.command(add(name))), reason, "{name:?}");
    }
    lime.command(add("同学")).unwrap();
    lime.command(add(" Class ")).unwrap();
    assert_eq!(refusal(lime.command(add("class"))), Reason::GroupExists);
    let change = ContactChange { group: Some(GroupId(2)), ..ContactChange::default() };
    lime.set_contact(to, change.clone()).unwrap();
    assert_eq!(lime.friend(to).unwrap().group, GroupId(2));
    let nowhere = ContactChange { group: Some(GroupId(9)), ..ContactChange::default() };
    assert_eq!(refusal(lime.set_contact(to, nowhere)), Reason::NotFound);
    let rename =
        |group, name: &str| Command::RenameGroup { group: GroupId(group), name: name.to_owned() };
    lime.command(rename(0, "老朋友")).unwrap();
    assert_eq!(refusal(lime.command(rename(9, "x"))), Reason::NotFound);
    assert_eq!(refusal(lime.command(rename(1, "CLASS"))), Reason::GroupExists);
    lime.command(rename(2, "CLASS")).unwrap();
    let order = |groups: &[u32]| Command::OrderGroups {
        groups: groups.iter().map(|id| GroupId(*id)).collect(),
    };
    assert_eq!(refusal(lime.command(order(&[2, 1]))), Reason::BadValue);
    lime.command(order(&[2, 0, 1])).unwrap();
    let names: Vec<String> = lime.book().groups.into_iter().map(|group| group.name).collect();
    assert_eq!(names, ["CLASS", "老朋友", "同学"]);
    let remove = |group| Command::RemoveGroup { group };
    assert_eq!(refusal(lime.command(remove(GroupId::FIRST))), Reason::BadValue);
    lime.command(remove(GroupId(2))).unwrap();
    assert_eq!(refusal(lime.command(remove(GroupId(2)))), Reason::NotFound);
    assert_eq!(lime.friend(to).unwrap().group, GroupId::FIRST);
    assert_eq!(lime.book(), other.book());
}

#[test]
fn who_is_blocked_reaches_nobody_and_learns_nothing() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.friends(["Lime", "Momo"]);
    let (me, to) = (lime.account(), momo.account());
    let conversation = lime.say(Target::Account(to), text("hi")).unwrap().conversation;
    let before = lime.seen(to).unwrap();
    momo.block(me);
    while lime.presence_of(to) != Presence::Offline {}
    assert!(lime.friend(to).is_some(), "nothing is told");
    let stranger = lime.say(Target::Account(to), text("why?")).unwrap_err();
    assert_eq!(stranger.reason, Reason::TakesNoMessages);
    let shaken = lime.say(Target::Account(to), shake()).unwrap_err();
    assert_eq!(shaken.reason, Reason::TakesNoMessages);
    let back = momo.say(Target::Account(me), text("!")).unwrap_err();
    assert_eq!(back.reason, Reason::YouBlocked);
    // Neither its coming and going nor its reading shows.
    lime.drain();
    momo.command(Command::MarkRead { conversation, seq: Seq(1) }).unwrap();
    momo.send(&ClientFrame::Signal(Signal::Presence(Presence::Busy)));
    momo.send(&ClientFrame::Signal(Signal::Typing { to: Target::Account(me) }));
    momo.barrier();
    lime.watch(&[to]);
    let query = Query::Find { text: "Momo".to_owned(), online: false, skip: 0 };
    let Ok(Reply::Found { people, .. }) = lime.query(query) else { panic!() };
    assert_eq!(people[0].presence, Presence::Offline);
    let seen = lime.seen(to);
    assert!(seen >= Some(before), "as if it had left just now");
    let heard = lime.drain();
    let is_telling = |event: &Event| match event {
        Event::Presence { changes } => changes.iter().any(|c| c.presence != Presence::Offline),
        Event::Cursor { .. } | Event::Typing { .. } => true,
        _ => false,
    };
    assert!(!heard.iter().any(is_telling), "{heard:?}");
    momo.send(&ClientFrame::Bye {});
    momo.goodbye();
    let mut momo = ground.connect();
    momo.sign_in("Momo", crate::peer::PASSWORD).unwrap();
    momo.barrier();
    assert_eq!(lime.seen(to), seen, "and so it stays");
    // A request of who is blocked seems to wait, and is seen by nobody.
    momo.command(Command::RemoveContact { account: me }).unwrap();
    lime.ask(to).unwrap();
    assert_eq!(lime.request(to, Way::Out), Some(RequestState::Pending));
    assert_eq!(momo.request(me, Way::In), Some(RequestState::Accepted), "that of long ago");
    // It arrives when the block ends.
    let unblock = ContactChange { blocked: Some(false), ..ContactChange::default() };
    momo.set_contact(me, unblock).unwrap();
    let asks = |notice: Notice| match notice {
        Notice::Request(request) => {
            (request.peer, request.way, request.state) == (me, Way::In, RequestState::Pending)
        }
        _ => false,
    };
    while !asks(momo.notice()) {}
    momo.ask(me).unwrap();
    assert!(momo.friend(me).is_some() && lime.friend(to).is_some());
}

#[test]
fn who_asks_somebody_that_waits_for_an_answer_is_a_friend_at_once() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    lime.ask(momo.account()).unwrap();
    momo.answer_contact(lime.account(), ContactAnswer::Ignore {}).unwrap();
    momo.command(Command::ClearRequests {}).unwrap();
    momo.ask(lime.account()).unwrap();
    assert!(momo.friend(lime.account()).is_some() && lime.friend(momo.account()).is_some());
}

#[test]
fn somebody_who_was_put_aside_does_not_wait_for_a_deleted_account() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    lime.ask(momo.account()).unwrap();
    momo.answer_contact(lime.account(), ContactAnswer::Ignore {}).unwrap();
    momo.command(Command::ClearRequests {}).unwrap();
    momo.prove(crate::peer::PASSWORD).unwrap();
    momo.auth(mychat::net::protocol::Auth::Delete {}).unwrap();
    let gone = Notice::RequestGone { peer: momo.account(), way: Way::Out };
    while lime.notice() != gone {}
    assert!(lime.book().requests.is_empty());
}

#[test]
fn nobody_is_asked_again_at_once_after_a_withdrawal_or_a_decline() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let mut rook = ground.register("Rook");
    let (me, to) = (lime.account(), momo.account());
    lime.ask(to).unwrap();
    lime.command(Command::WithdrawRequest { to }).unwrap();
    let refused = lime.ask(to).unwrap_err();
    assert_eq!(refused.reason, Reason::AskedTooSoon);
    assert!(refused.retry_after_ms.is_some_and(|wait| wait > 30_000), "{refused:?}");
    lime.ask(rook.account()).unwrap();
    rook.answer_contact(me, ContactAnswer::Decline { reason: String::new() }).unwrap();
    assert_eq!(refusal(lime.ask(rook.account())), Reason::AskedTooSoon);
    // The other way round nothing holds anybody back, and who was asked meanwhile may answer so.
    momo.ask(me).unwrap();
    lime.ask(to).unwrap();
    assert!(lime.friend(to).is_some());
}

#[test]
fn requests_and_changes_of_the_book_have_rates_of_their_own() {
    let ground = Ground::with(&[
        ("requests.burst", "2"),
        ("requests.per_minute", "1"),
        ("contacts.burst", "2"),
        ("contacts.per_minute", "1"),
    ]);
    let (mut lime, momo) = (ground.register("Lime"), ground.register("Momo"));
    let to = momo.account();
    lime.ask(to).unwrap();
    lime.command(Command::WithdrawRequest { to }).unwrap();
    let too_fast = lime.ask(to).unwrap_err();
    assert_eq!(too_fast.reason, Reason::TooFast);
    assert!(too_fast.retry_after_ms.is_some());
    for name in ["a", "b"] {
        lime.command(Command::AddGroup { name: name.to_owned() }).unwrap();
    }
    let mut other = ground.second(&lime);
    assert_eq!(refusal(other.command(Command::ClearRequests {})), Reason::TooFast);
    lime.say(Target::Lobby, text("talking goes on")).unwrap();
}

#[test]
fn people_are_blocked_by_an_answer_only_as_far_as_there_is_room() {
    let ground = Ground::with(&[("friends.per_account", "1")]);
    let (mut momo, mut rook) = (ground.register("Momo"), ground.register("Rook"));
    for name in ["A1", "A2"] {
        momo.block(ground.register(name).account());
    }
    rook.ask(momo.account()).unwrap();
    let refused = momo.answer_contact(rook.account(), ContactAnswer::Block {}).unwrap_err();
    assert_eq!((refused.reason, refused.limit), (Reason::TooMany, Some(2)));
    assert_eq!(momo.request(rook.account(), Way::In), Some(RequestState::Pending));
}

#[test]
fn a_strangers_typing_reaches_nobody_who_takes_messages_from_friends_only() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.friends(["Lime", "Momo"]);
    let (mut rook, me) = (ground.register("Rook"), momo.account());
    let friends_only = Privacy { friends_only: true, ..Privacy::default() };
    momo.command(Command::SetPrivacy(friends_only)).unwrap();
    for peer in [&mut rook, &mut lime] {
        peer.send(&ClientFrame::Signal(Signal::Typing { to: Target::Account(me) }));
        peer.barrier();
    }
    let heard = momo.drain().into_iter().filter_map(|event| match event {
        Event::Typing { from, .. } => Some(from),
        _ => None,
    });
    assert_eq!(heard.collect::<Vec<_>>(), [lime.account()]);
}

#[test]
fn a_request_that_is_answered_by_a_block_goes_on_waiting_for_who_asked() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let (me, to) = (lime.account(), momo.account());
    lime.ask(to).unwrap();
    momo.answer_contact(me, ContactAnswer::Block {}).unwrap();
    assert_eq!(lime.request(to, Way::Out), Some(RequestState::Pending));
    assert!(momo.book().contacts[&me].blocked);
    let refused = lime.say(Target::Account(to), text("hi")).unwrap_err();
    assert_eq!(refused.reason, Reason::TakesNoMessages);
}

#[test]
fn only_friends_write_where_that_is_wanted() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let to = Target::Account(momo.account());
    lime.say(to, text("hi, stranger")).unwrap();
    let friends_only = Privacy { friends_only: true, ..Privacy::default() };
    momo.command(Command::SetPrivacy(friends_only.clone())).unwrap();
    assert_eq!(lime.say(to, text("?")).unwrap_err().reason, Reason::TakesNoMessages);
    momo.say(Target::Account(lime.account()), text("my own word")).unwrap();
    lime.ask(momo.account()).unwrap();
    momo.accept(lime.account()).unwrap();
    lime.say(to, text("friend")).unwrap();
    assert_eq!(momo.book().privacy, friends_only);
}

#[test]
fn a_friend_may_be_kept_from_shaking() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.friends(["Lime", "Momo"]);
    let change = ContactChange { shakes: Some(false), ..ContactChange::default() };
    momo.set_contact(lime.account(), change).unwrap();
    let refused = lime.say(Target::Account(momo.account()), shake()).unwrap_err();
    assert_eq!(refused.reason, Reason::ShakeOff);
    lime.say(Target::Account(momo.account()), text("words are fine")).unwrap();
    momo.say(Target::Account(lime.account()), shake()).unwrap();
}

#[test]
fn reading_and_typing_show_only_between_those_who_both_show_them() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.friends(["Lime", "Momo"]);
    let (me, to) = (lime.account(), momo.account());
    let conversation = lime.say(Target::Account(to), text("hi")).unwrap().conversation;
    let hidden = Privacy { read_marks: false, typing: false, ..Privacy::default() };
    lime.command(Command::SetPrivacy(hidden)).unwrap();
    momo.command(Command::MarkRead { conversation, seq: Seq(1) }).unwrap();
    momo.send(&ClientFrame::Signal(Signal::Typing { to: Target::Account(me) }));
    momo.barrier();
    momo.say(Target::Account(me), text("hello")).unwrap();
    lime.command(Command::MarkRead { conversation, seq: Seq(2) }).unwrap();
    lime.send(&ClientFrame::Signal(Signal::Typing { to: Target::Account(to) }));
    lime.barrier();
    for (peer, who) in [(&mut lime, "whoever hides sees none"), (&mut momo, "it is hidden")] {
        let own = peer.account();
        for event in peer.drain() {
            assert!(!matches!(event, Event::Typing { .. }), "{who}");
            if let Event::Cursor { account, read, .. } = event {
                assert!(account == own || read == Seq::ZERO, "{who}: {read:?}");
            }
        }
    }
    for peer in [&mut lime, &mut momo] {
        let heads = peer.heads();
        let head = heads.iter().find(|head| head.conversation == conversation).unwrap();
        assert_eq!(head.peer_read, Seq::ZERO);
    }
}

#[test]
fn presence_is_told_to_friends_and_to_who_looks_and_devices_are_folded() {
    let ground = Ground::start();
    let (mut lime, momo) = ground.friends(["Lime", "Momo"]);
    let (mut rook, to) = (ground.register("Rook"), momo.account());
    assert_eq!(lime.presence_of(to), Presence::Online);
    let mut other = ground.second(&momo);
    other.send(&ClientFrame::Signal(Signal::Presence(Presence::Away)));
    other.barrier();
    rook.watch(&[to]);
    assert_eq!(rook.presence_of(to), Presence::Online, "one device is there");
    drop(momo);
    assert_eq!(lime.presence_of(to), Presence::Away);
    assert_eq!(rook.presence_of(to), Presence::Away);
    rook.watch(&[]);
    other.send(&ClientFrame::Signal(Signal::Presence(Presence::Busy)));
    assert_eq!(lime.presence_of(to), Presence::Busy);
    let heard = rook.drain();
    assert!(!heard.iter().any(|e| matches!(e, Event::Presence { .. })), "{heard:?}");
    // Who comes later is told how its friends are at once.
    let mut late = ground.second(&lime);
    assert_eq!(late.presence_of(to), Presence::Busy);
}

#[test]
fn new_friends_see_each_other_whoever_asked() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let mut rook = ground.register("Rook");
    // Both were there long before: nothing else tells of them now.
    for account in [lime.account(), momo.account()] {
        rook.watch(&[account]);
        assert_eq!(rook.presence_of(account), Presence::Online);
    }
    lime.ask(momo.account()).unwrap();
    momo.accept(lime.account()).unwrap();
    assert_eq!(lime.presence_of(momo.account()), Presence::Online);
    assert_eq!(momo.presence_of(lime.account()), Presence::Online);
}

#[test]
fn when_somebody_was_there_last_is_known_to_friends() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.friends(["Lime", "Momo"]);
    let (mut rook, to) = (ground.register("Rook"), momo.account());
    momo.send(&ClientFrame::Signal(Signal::Presence(Presence::Invisible)));
    momo.barrier();
    let seen = |peer: &mut Peer| {
        let Ok(Reply::Profile { seen, .. }) = peer.query(Query::Profile { account: to }) else {
            panic!()
        };
        seen
    };
    let left = seen(&mut lime).unwrap();
    assert_eq!(seen(&mut rook), None, "a stranger does not know it");
    // An invisible person that leaves is not betrayed by a later time.
    momo.send(&ClientFrame::Bye {});
    momo.goodbye();
    assert_eq!(seen(&mut lime), Some(left));
}

#[test]
fn a_change_of_a_profile_reaches_everybody_who_is_there() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let change = ProfileChange {
        nickname: Some("青柠".into()),
        signature: Some("  海内存知己 ".into()),
        avatar: Some(7),
        ..ProfileChange::default()
    };
    lime.set_profile(change).unwrap();
    let people = momo.event(|event| match event {
        Event::People { people } => Some(people.clone()),
        _ => None,
    });
    let [person] = &people[..] else { panic!("{people:?}") };
    assert_eq!((person.nickname.as_str(), person.signature.as_str()), ("青柠", "海内存知己"));
    assert_eq!((person.avatar, person.version), (7, 2));
    let message = momo.say(Target::Account(lime.account()), text("hi")).unwrap();
    assert_eq!(lime.history(message.conversation, Page::After(Seq::ZERO)).0.len(), 1);
}
