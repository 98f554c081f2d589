//! Property: a room is for those who are in it, from when they came until they went; what is said
//! there reaches all of them or none.

use mychat::domain::{
    AccountId, Body, ConversationKind, Joining, MentionPlace, Mentions, Message, Notify, Privacy,
    RoomChange, RoomId, Seq, Target,
};
use mychat::net::protocol::{
    ChoiceChange, ClientFrame, Command, Event, Page, Query, Reason, Reply, RoomSettings, Signal,
};

use crate::peer::{Ground, NEWEST, PASSWORD, Peer, seqs, text};

fn why<T: std::fmt::Debug>(result: Result<T, mychat::net::protocol::Refusal>) -> Reason {
    result.expect_err("it was taken").reason
}

fn mentioning(accounts: &[AccountId], everyone: bool) -> Body {
    let mentions = Mentions { accounts: accounts.to_vec(), everyone, places: Vec::new() };
    Body::Text { text: "@".to_owned(), reply_to: None, mentions }
}

#[test]
fn a_room_is_made_and_those_in_it_talk_on_every_device() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let mut other = ground.second(&momo);
    let room = lime.create_room(" 软工 2401 ", Joining::Open, &[]).unwrap();
    assert_eq!((room.room, room.name.as_str()), (RoomId::FIRST, "软工 2401"));
    assert_eq!((room.owner, room.members, room.version), (lime.account(), 1, 1));
    momo.join(RoomId::FIRST).unwrap();
    let to = Target::Room(RoomId::FIRST);
    let said = lime.say(to, text("welcome")).unwrap();
    assert_eq!(said.kind, ConversationKind::Room { room: RoomId::FIRST });
    assert_eq!(said.seq, Seq(3), "made, came, said");
    for device in [&mut momo, &mut other] {
        let lines = device.event(|event| match event {
            Event::Message(message) => match &message.body {
                Body::Room { version, change } => Some((*version, change.clone())),
                _ => None,
            },
            _ => None,
        });
        assert_eq!(lines, (2, RoomChange::Joined { account: device.account(), muted_until: 0 }));
        assert_eq!(device.message().body, text("welcome"));
    }
    let back = momo.say(to, text("thanks")).unwrap();
    assert_eq!((back.seq, lime.event(|e| is_text(e, "thanks"))), (Seq(4), ()));
    let members: Vec<AccountId> =
        lime.members(RoomId::FIRST).unwrap().into_iter().map(|member| member.account).collect();
    assert_eq!(members, [lime.account(), momo.account()]);
    let head = momo.heads().into_iter().find(|head| head.conversation == said.conversation);
    assert_eq!(head.map(|head| (head.head, head.version)), Some((Seq(4), 2)));
    assert_eq!(momo.book(), other.book());
}

fn is_text(event: &Event, words: &str) -> Option<()> {
    match event {
        Event::Message(message) if message.body == text(words) => Some(()),
        _ => None,
    }
}

#[test]
fn who_is_outside_reads_and_writes_nothing() {
    let ground = Ground::start();
    let (room, mut people) = ground.room(&["Lime", "Momo"]);
    let (mut rook, to) = (ground.register("Rook"), Target::Room(room));
    let said = people[0].say(to, text("among us")).unwrap();
    assert_eq!(why(rook.say(to, text("?"))), Reason::NotMember);
    assert_eq!(why(rook.say(Target::Room(RoomId(20_099)), text("?"))), Reason::RoomGone);
    let page = Query::History { conversation: said.conversation, page: NEWEST, limit: 10 };
    assert_eq!(why(rook.query(page)), Reason::NotFound);
    assert_eq!(why(rook.members(room)), Reason::NotMember);
    assert_eq!(why(rook.query(Query::ReadBy { room, seq: said.seq })), Reason::NotMember);
    assert_eq!(why(rook.query(Query::Announcements { room, skip: 0 })), Reason::NotMember);
    let with = to;
    let change = ChoiceChange { pinned: Some(true), ..ChoiceChange::default() };
    assert_eq!(why(rook.command(Command::SetConversation { with, change })), Reason::NotMember);
    let Ok(Reply::Conversation { head: None }) = rook.query(Query::Conversation { with }) else {
        panic!("it is not its conversation")
    };
    assert!(!rook.drain().iter().any(|event| matches!(event, Event::Message(_))));
    // From outside a room is seen, without what is on its wall.
    let announcement = Some("only for us".to_owned());
    people[0].set_room(room, RoomSettings { announcement, ..RoomSettings::default() }).unwrap();
    let (seen, own) = rook.room(room).unwrap();
    assert_eq!((seen.name.as_str(), seen.members, seen.announcement, own), ("room", 2, None, None));
}

#[test]
fn what_is_said_while_somebody_is_away_is_never_theirs() {
    let ground = Ground::start();
    let (room, mut people) = ground.room(&["Lime"]);
    let (mut lime, mut momo) = (people.remove(0), ground.register("Momo"));
    let to = Target::Room(room);
    let conversation = lime.say(to, text("before")).unwrap().conversation;
    momo.join(room).unwrap();
    lime.say(to, text("hello")).unwrap();
    assert_eq!(why(momo.say(to, quote(2))), Reason::QuoteGone, "it was said before");
    momo.say(to, quote(4)).unwrap();
    momo.leave(room).unwrap();
    momo.drain();
    lime.say(to, text("she is gone")).unwrap();
    assert!(!momo.drain().iter().any(|event| matches!(event, Event::Message(_))));
    assert_eq!(why(momo.say(to, text("?"))), Reason::NotMember);
    assert!(momo.heads().iter().all(|head| head.conversation != conversation));
    momo.join(room).unwrap();
    lime.say(to, text("back again")).unwrap();
    // Made, before, came, hello, quote, left, gone, came, back.
    let all = momo.history(conversation, NEWEST);
    assert_eq!((seqs(&all.0), all.1), (vec![3, 4, 5, 8, 9], false));
    let after = |peer: &mut Peer, seq: u64, limit: u32| {
        let query = Query::History { conversation, page: Page::After(Seq(seq)), limit };
        let Ok(Reply::History { messages, more }) = peer.query(query) else { panic!() };
        (seqs(&messages), more)
    };
    assert_eq!(after(&mut momo, 0, 10), (vec![3, 4, 5, 8, 9], false));
    assert_eq!(after(&mut momo, 5, 10), (vec![8, 9], false));
    assert_eq!(after(&mut momo, 3, 2), (vec![4, 5], true));
    assert_eq!(after(&mut momo, 9, 10), (vec![], false));
    let before = Query::History { conversation, page: Page::Before(Seq(9)), limit: 2 };
    let Ok(Reply::History { messages, more }) = momo.query(before) else { panic!() };
    assert_eq!((seqs(&messages), more), (vec![5, 8], true));
    let head = momo.heads().into_iter().find(|head| head.conversation == conversation).unwrap();
    assert_eq!((head.head, head.read), (Seq(9), Seq(8)), "one is unread");
    assert_eq!(why(momo.say(to, quote(7))), Reason::QuoteGone);
    momo.say(to, quote(5)).unwrap();
    assert_eq!(lime.history(conversation, NEWEST).0.len(), 10);
}

fn quote(seq: u64) -> Body {
    let mentions = Mentions::default();
    Body::Text { text: "that".to_owned(), reply_to: Some(Seq(seq)), mentions }
}

#[test]
fn mentions_are_told_and_everybody_is_mentioned_by_few() {
    let ground = Ground::with(&[("lobby.closed", "1")]);
    let (room, mut people) = ground.room(&["Lime", "Momo"]);
    let [mut lime, mut momo] = [people.remove(0), people.remove(0)];
    let (to, me, peer) = (Target::Room(room), lime.account(), momo.account());
    let said = lime.say(to, mentioning(&[peer], true)).unwrap();
    let Body::Text { mentions, .. } = momo.event(|e| message_of(e, said.seq)) else { panic!() };
    assert!(mentions.includes(peer) && mentions.everyone);
    let stored = momo.history(said.conversation, Page::After(Seq(2))).0.remove(0);
    assert_eq!(stored.body, mentioning(&[peer], true), "also later");
    momo.say(to, mentioning(&[me], false)).unwrap();
    assert_eq!(why(momo.say(to, mentioning(&[], true))), Reason::MentionEveryone);
    let crowd: Vec<AccountId> = (0..51).map(|n| AccountId(10_001 + n)).collect();
    assert_eq!(why(lime.say(to, mentioning(&crowd, false))), Reason::BadValue);
    let direct = Target::Account(peer);
    assert_eq!(why(lime.say(direct, mentioning(&[peer], false))), Reason::BadValue);
    assert_eq!(why(lime.say(to, Body::Shake {})), Reason::ShakeTarget);
    assert_eq!(why(lime.say(Target::Lobby, text("hi"))), Reason::LobbyClosed);
    momo.drain();
    lime.send(&ClientFrame::Signal(Signal::Typing { to }));
    lime.barrier();
    assert!(!momo.drain().iter().any(|event| matches!(event, Event::Typing { .. })));
}

#[test]
fn where_a_text_mentions_somebody_is_kept_and_lies_in_the_text() {
    let ground = Ground::start();
    let (room, mut people) = ground.room(&["Lime", "Momo"]);
    let [mut lime, mut momo] = [people.remove(0), people.remove(0)];
    let (to, peer) = (Target::Room(room), momo.account());
    let naming = |words: &str, places: &[(u32, u32, Option<AccountId>)]| {
        let place = |&(start, end, account): &_| MentionPlace { start, end, account };
        let places = places.iter().map(place).collect();
        let mentions = Mentions { accounts: vec![peer], everyone: false, places };
        Body::Text { text: words.to_owned(), reply_to: None, mentions }
    };
    let good = naming("看 @Momo @Momo", &[(4, 9, Some(peer)), (10, 15, Some(peer))]);
    let said = lime.say(to, good.clone()).unwrap();
    assert_eq!(momo.event(|event| message_of(event, said.seq)), good);
    let stored = momo.history(said.conversation, Page::After(Seq(2))).0.remove(0);
    assert_eq!(stored.body, good, "also later");
    let many: Vec<(u32, u32, Option<AccountId>)> =
        (0..51).map(|n| (n, n + 1, Some(peer))).collect();
    let bad: [&[(u32, u32, Option<AccountId>)]; 5] = [
        &[(0, 1, Some(peer))],
        &[(4, 99, Some(peer))],
        &[(4, 9, None)],
        &[(9, 4, Some(peer))],
        &many,
    ];
    for places in bad {
        let words = if places.len() > 1 { "@".repeat(60) } else { "看 @Momo".to_owned() };
        assert_eq!(why(lime.say(to, naming(&words, places))), Reason::BadValue, "{places:?}");
    }
}

#[test]
fn a_closed_lobby_is_open_to_administrators() {
    let mut ground = Ground::with(&[("lobby.closed", "1")]);
    let lime = ground.register("Lime");
    ground.stop();
    let (account, role) = ("Lime".to_owned(), mychat::domain::Role::Admin);
    let verb = mychat::net::verb::Verb::Role { account, role };
    mychat::server::admin::run(ground.folder(), verb).unwrap();
    drop(lime);
    ground.restart();
    let mut lime = ground.connect();
    lime.sign_in("Lime", PASSWORD).unwrap();
    lime.say(Target::Lobby, mentioning(&[], true)).unwrap();
    let mut momo = ground.register("Momo");
    assert_eq!(why(momo.say(Target::Lobby, text("hi"))), Reason::LobbyClosed);
}

fn message_of(event: &Event, seq: Seq) -> Option<Body> {
    match event {
        Event::Message(message) if message.seq == seq => Some(message.body.clone()),
        _ => None,
    }
}

#[test]
fn who_has_read_is_told_as_far_as_they_show_it() {
    let ground = Ground::start();
    let (room, mut people) = ground.room(&["Lime", "Momo", "Tern", "Quail", "Rook"]);
    let said = people[0].say(Target::Room(room), text("read me")).unwrap();
    let (conversation, seq) = (said.conversation, said.seq);
    let mut late = ground.register("Late");
    late.join(room).unwrap();
    let hidden = Privacy { read_marks: false, ..Privacy::default() };
    people[2].command(Command::SetPrivacy(hidden)).unwrap();
    let invisible = mychat::domain::Presence::Invisible;
    people[3].send(&ClientFrame::Signal(Signal::Presence(invisible)));
    people[3].barrier();
    for peer in &mut people[1..] {
        peer.command(Command::MarkRead { conversation, seq }).unwrap();
    }
    let read_by = |peer: &mut Peer| match peer.query(Query::ReadBy { room, seq }) {
        Ok(Reply::ReadBy { count, accounts }) => (count, accounts),
        other => panic!("{other:?}"),
    };
    let shown = vec![people[1].account(), people[4].account()];
    assert_eq!(read_by(&mut people[0]), (2, shown), "one hides it, one is invisible, one was late");
    assert_eq!(read_by(&mut people[2]), (0, vec![]), "who hides it sees none");
    let heard = people[0].drain();
    assert!(!heard.iter().any(|event| matches!(event, Event::Cursor { .. })), "never pushed");
    let query = Query::ReadBy { room, seq: Seq(99) };
    assert_eq!(why(people[0].query(query)), Reason::NotFound);
    // Who went and came again asks about what it saw before, as it reads it.
    people[1].command(Command::LeaveRoom { room }).unwrap();
    people[1].join(room).unwrap();
    let seen = vec![people[4].account()];
    assert_eq!(read_by(&mut people[1]), (1, seen), "its own reading was of the stay before");
    assert_eq!(why(late.query(Query::ReadBy { room, seq })), Reason::NotFound, "never seen");
}

#[test]
fn how_one_has_a_conversation_is_the_same_on_all_devices() {
    let ground = Ground::start();
    let (room, mut people) = ground.room(&["Lime"]);
    let mut lime = people.remove(0);
    let (mut other, momo) = (ground.second(&lime), ground.register("Momo"));
    let set = |with, pinned, notify| Command::SetConversation {
        with,
        change: ChoiceChange { pinned, notify, stranger: None },
    };
    let all = [Target::Account(momo.account()), Target::Lobby, Target::Room(room)];
    for with in all {
        lime.command(set(with, Some(true), None)).unwrap();
        lime.command(set(with, None, Some(Notify::Mentions))).unwrap();
    }
    assert_eq!(why(lime.command(set(Target::Account(AccountId(9)), None, None))), Reason::NotFound);
    let choices = other.book().choices;
    assert_eq!(choices.keys().copied().collect::<Vec<_>>(), all);
    assert!(choices.values().all(|choice| choice.pinned && choice.notify == Notify::Mentions));
    let told = |event: &Event| match event {
        Event::Message(message) => match &message.body {
            Body::Notice(notice) => match **notice {
                mychat::domain::Notice::Choice { with, choice } => Some((with, choice.pinned)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    assert_eq!(other.event(told), (all[0], true));
    lime.command(set(Target::Lobby, Some(false), Some(Notify::All))).unwrap();
    assert_eq!(other.book().choices.len(), 2, "the usual way is not kept");
    lime.leave(room).unwrap();
    assert_eq!(other.book().choices.len(), 1, "and nothing of a room that is gone");
}

#[test]
fn rooms_are_found_by_number_and_name_and_never_among_people() {
    let ground = Ground::start();
    let mut lime = ground.register("Gomoku");
    let names = ["gomoku", "The Gomoku", "GOMOKU club", "chess", "20001"];
    for name in names {
        lime.open_room(name);
    }
    assert_eq!(lime.found_rooms("gomoku"), [20_001, 20_003, 20_002]);
    assert_eq!(lime.found_rooms("20001"), [20_001, 20_005], "the number first");
    assert_eq!(lime.found_rooms("go"), [20_001, 20_003, 20_002]);
    assert_eq!(lime.found_rooms("nobody"), [0; 0]);
    let empty = Query::FindRooms { text: " ".to_owned(), skip: 0 };
    assert_eq!(why(lime.query(empty)), Reason::BadValue);
    assert!(ground.register("Momo").found("20001").is_empty());
    let name = Some("Xiangqi".to_owned());
    lime.set_room(RoomId(20_004), RoomSettings { name, ..RoomSettings::default() }).unwrap();
    assert_eq!((lime.found_rooms("chess"), lime.found_rooms("xiang")), (vec![], vec![20_004]));
}

#[test]
fn rooms_have_bounds() {
    let bounds = [("rooms.per_account", "3"), ("rooms.per_day", "3"), ("room.members", "2")];
    let ground = Ground::with(&bounds);
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let refused = |peer: &mut Peer, name: &str| {
        let refusal = peer.create_room(name, Joining::Open, &[]).unwrap_err();
        (refusal.reason, refusal.limit)
    };
    assert_eq!(refused(&mut lime, " "), (Reason::WordsEmpty, None));
    assert_eq!(refused(&mut lime, &"字".repeat(21)), (Reason::WordsTooLong, Some(20)));
    assert_eq!(refused(&mut lime, "a\u{202E}b"), (Reason::WordsCharacter, None));
    let rooms: Vec<RoomId> = (0..3).map(|_| lime.open_room("same")).collect();
    assert_eq!(refused(&mut lime, "more"), (Reason::TooMany, Some(3)));
    lime.leave(rooms[2]).unwrap();
    assert_eq!(refused(&mut lime, "more"), (Reason::RoomsToday, Some(3)));
    momo.join(rooms[0]).unwrap();
    let full = ground.register("Rook").join(rooms[0]).unwrap_err();
    assert_eq!((full.reason, full.limit), (Reason::RoomFull, Some(2)));
    momo.open_room("own");
    momo.join(rooms[1]).unwrap();
    let other = ground.register("Tern").open_room("one more");
    assert_eq!(why(momo.join(other)), Reason::TooMany);
    assert_eq!(why(momo.join(rooms[1])), Reason::AlreadyMember);
    assert_eq!(why(momo.join(rooms[2])), Reason::RoomGone, "its number is given to no other");
}

#[test]
fn what_was_heard_at_any_of_many_stays_is_read_and_counted_and_nothing_else() {
    /// As often as one may come and go without waiting.
    const STAYS: usize = 25;
    let mut ground = Ground::start();
    let (room, mut people) = ground.room(&["Lime"]);
    let (mut lime, mut momo) = (people.remove(0), ground.register("Momo"));
    let to = Target::Room(room);
    let conversation = lime.say(to, text("before")).unwrap().conversation;
    let mut seen = Vec::new();
    for stay in 0..STAYS {
        if stay > 0 {
            momo.leave(room).unwrap();
            lime.say(to, text(&format!("missed {stay}"))).unwrap();
        }
        momo.join(room).unwrap();
        let words = format!("heard {stay}");
        lime.say(to, text(&words)).unwrap();
        seen.push(text(&words));
    }
    let readable = |momo: &mut Peer| {
        let mut all = Vec::new();
        loop {
            let after = all.last().map_or(Seq::ZERO, |last: &Message| last.seq);
            let (page, more) = momo.history(conversation, Page::After(after));
            all.extend(page);
            if !more {
                return all;
            }
        }
    };
    let all = readable(&mut momo);
    let said: Vec<Body> = all.iter().map(|one| one.body.clone()).filter(Body::is_said).collect();
    assert_eq!(said, seen);
    let count = |momo: &mut Peer| {
        let starts = vec![i64::MIN, i64::MAX];
        let Ok(Reply::Days { days }) = momo.query(Query::Days { with: to, starts }) else {
            panic!("days")
        };
        usize::try_from(days[0].count).unwrap()
    };
    assert_eq!(count(&mut momo), all.len(), "what is counted is what is read");
    let device = momo.device;
    ground.restart();
    let mut momo = ground.connect();
    momo.device = device;
    momo.sign_in("Momo", PASSWORD).unwrap();
    assert_eq!(readable(&mut momo), all);
}
