//! Property: a search finds what is meant, in what the asker may read and nowhere else, and its pages
//! are one list; days are counted as one would by hand.

use mychat::domain::{
    AccountId, Body, Joining, Message, Place, RoomChange, Seq, Sort, Tally, Target,
};
use mychat::net::protocol::{Query, Reason, Refusal, Reply, RoomSettings};

use crate::peer::{Ground, Peer, text};
use crate::pictures::Shot;

/// What is asked for; everything else is the usual.
#[derive(Clone, Default)]
struct Wanted {
    text: String,
    with: Option<Target>,
    from: Option<AccountId>,
    kind: Option<Sort>,
    since: Option<i64>,
    until: Option<i64>,
}

fn any(words: &str) -> Wanted {
    Wanted { text: words.to_owned(), ..Wanted::default() }
}

fn page(
    peer: &mut Peer,
    wanted: &Wanted,
    before: Option<Place>,
    limit: u32,
) -> Result<(Vec<Message>, Option<Place>), Refusal> {
    let Wanted { text, with, from, kind, since, until } = wanted.clone();
    match peer.query(Query::Search { text, with, from, kind, since, until, before, limit })? {
        Reply::Hits { messages, next } => Ok((messages, next)),
        other => panic!("{other:?}"),
    }
}

/// All pages.
fn all(peer: &mut Peer, wanted: &Wanted, limit: u32) -> Vec<Message> {
    let (mut messages, mut before) = (Vec::new(), None);
    loop {
        let (found, next) = page(peer, wanted, before, limit).unwrap();
        assert!(found.len() <= usize::try_from(limit).unwrap());
        messages.extend(found);
        match next {
            Some(next) => before = Some(next),
            None => return messages,
        }
    }
}

fn words(messages: &[Message]) -> Vec<&str> {
    let words = messages.iter().map(|message| match &message.body {
        Body::Text { text, .. } | Body::Room { change: RoomChange::Announced { text }, .. } => {
            text.as_str()
        }
        other => panic!("{other:?}"),
    });
    words.collect()
}

#[test]
fn any_part_is_found_and_only_words_are() {
    let ground = Ground::start();
    let (mut lime, momo) = (ground.register("Lime"), ground.register("Momo"));
    let to = Target::Account(momo.account());
    let said = ["去图书馆吗", "Lab report 写完了", "ｌａｂ", "好👍🏽", "看 https://example.com/a"];
    for words in said {
        lime.say(to, text(words)).unwrap();
    }
    lime.say(to, Body::Shake {}).unwrap();
    let link = Wanted { kind: Some(Sort::Link), ..any("") };
    let cases: [(Wanted, &[&str]); 11] = [
        (any("书"), &said[0..1]),
        (any("图书"), &said[0..1]),
        (any("LAB"), &[said[2], said[1]]),
        (any("ｒｅｐ"), &said[1..2]),
        (any("👍"), &said[3..4]),
        (any("窗口"), &[]),
        (link, &said[4..5]),
        (Wanted { from: Some(momo.account()), ..any("lab") }, &[]),
        (Wanted { from: Some(lime.account()), ..any("吗") }, &said[0..1]),
        (Wanted { with: Some(Target::Lobby), ..any("lab") }, &[]),
        (Wanted { with: Some(to), ..any("") }, &[said[4], said[3], said[2], said[1], said[0]]),
    ];
    for (wanted, expected) in cases {
        let found = all(&mut lime, &wanted, 2);
        assert_eq!(words(&found), expected, "{}", wanted.text);
    }
    let long = page(&mut lime, &any(&"字".repeat(65)), None, 10).unwrap_err();
    assert_eq!(long.reason, Reason::BadValue);
}

#[test]
fn pictures_are_found_by_name_and_by_kind() {
    let ground = Ground::start();
    let (mut lime, momo) = (ground.register("Lime"), ground.register("Momo"));
    let to = Target::Account(momo.account());
    lime.say(to, text("lab report written")).unwrap();
    let shot = Shot::new(7);
    shot.bring(&mut lime);
    for name in ["Lab Report 3.png", "www.猫.png", ""] {
        let mut body = shot.body();
        let Body::Image { name: own, .. } = &mut body else { panic!() };
        name.clone_into(own);
        lime.say(to, body).unwrap();
    }
    lime.say(to, text("看 https://example.com/lab")).unwrap();
    let of = |kind, words: &str| Wanted { kind, ..any(words) };
    let cases: [(Wanted, &[u64]); 9] = [
        (any(""), &[5, 4, 3, 2, 1]),
        (any("ＬＡＢ"), &[5, 2, 1]),
        (any("猫"), &[3]),
        (of(Some(Sort::Image), ""), &[4, 3, 2]),
        (of(Some(Sort::Image), "lab report"), &[2]),
        (of(Some(Sort::Image), "written"), &[]),
        (of(Some(Sort::Text), "lab"), &[5, 1]),
        (of(Some(Sort::Text), "png"), &[]),
        (of(Some(Sort::Link), ""), &[5]),
    ];
    for (wanted, expected) in cases {
        let found = all(&mut lime, &wanted, 2);
        let seqs: Vec<u64> = found.iter().map(|message| message.seq.0).collect();
        assert_eq!(seqs, expected, "{:?} {}", wanted.kind, wanted.text);
    }
    let whole = all(&mut lime, &of(Some(Sort::Image), "report"), 9);
    assert!(matches!(&whole[0].body, Body::Image { name, .. } if name == "Lab Report 3.png"));
}

#[test]
fn nobody_finds_what_it_may_not_read() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let mut rook = ground.register("Rook");
    lime.say(Target::Account(momo.account()), text("secret of two")).unwrap();
    let room = lime.create_room("room", Joining::Open, &[]).unwrap().room;
    let to = Target::Room(room);
    lime.say(to, text("secret before")).unwrap();
    momo.join(room).unwrap();
    lime.say(to, text("secret shared")).unwrap();
    momo.leave(room).unwrap();
    lime.say(to, text("secret between")).unwrap();
    assert_eq!(words(&all(&mut momo, &any("secret"), 10)), ["secret of two"], "she is outside");
    momo.join(room).unwrap();
    lime.say(to, text("secret again")).unwrap();
    let hers = ["secret again", "secret shared", "secret of two"];
    assert_eq!(words(&all(&mut momo, &any("secret"), 1)), hers);
    let in_room = Wanted { with: Some(to), ..any("secret") };
    assert_eq!(words(&all(&mut momo, &in_room, 10)), hers[..2]);
    assert!(all(&mut rook, &any("secret"), 10).is_empty());
    assert!(all(&mut rook, &in_room, 10).is_empty());
    let with = Wanted { with: Some(Target::Account(lime.account())), ..any("secret") };
    assert!(all(&mut rook, &with, 10).is_empty());
    // Made, before, came, shared, left, between, came, again: hers are 3, 4, 7, 8.
    let days = |peer: &mut Peer| {
        let starts = vec![i64::MIN, 0, i64::MAX];
        match peer.query(Query::Days { with: to, starts }).unwrap() {
            Reply::Days { days } => days,
            other => panic!("{other:?}"),
        }
    };
    let tally = |count, first| Tally { count, first: Seq(first) };
    assert_eq!(days(&mut lime)[1].count, 8);
    assert_eq!(days(&mut momo), [Tally::default(), tally(4, 3)]);
    assert_eq!(days(&mut rook), [Tally::default(); 2]);
}

#[test]
fn what_was_announced_is_found_as_words_by_whoever_was_there() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let room = lime.create_room("lab", Joining::Open, &[]).unwrap().room;
    let said = ["Lab is closed", "lab is open\nhttps://example.com/lab", "see the lab's wall"];
    let announce = |peer: &mut Peer, words: &str| {
        let announcement = Some(words.to_owned());
        peer.set_room(room, RoomSettings { announcement, ..RoomSettings::default() }).unwrap();
    };
    announce(&mut lime, said[0]);
    momo.join(room).unwrap();
    announce(&mut lime, said[1]);
    announce(&mut lime, "");
    momo.say(Target::Room(room), text(said[2])).unwrap();
    let of = |kind, words: &str| Wanted { kind, ..any(words) };
    let by = |account| Wanted { from: Some(account), ..any("lab") };
    let cases: [(Wanted, &[&str], &[&str]); 6] = [
        (any("LAB"), &[said[2], said[1], said[0]], &[said[2], said[1]]),
        (any(""), &[said[2], said[1], said[0]], &[said[2], said[1]]),
        (of(Some(Sort::Text), "is"), &[said[1], said[0]], &[said[1]]),
        (of(Some(Sort::Link), ""), &[said[1]], &[said[1]]),
        (of(Some(Sort::File), ""), &[], &[]),
        (by(lime.account()), &[said[1], said[0]], &[said[1]]),
    ];
    for (wanted, hers, momos) in cases {
        assert_eq!(words(&all(&mut lime, &wanted, 2)), hers, "{}", wanted.text);
        assert_eq!(words(&all(&mut momo, &wanted, 9)), momos, "{}", wanted.text);
    }
}

#[test]
fn pages_over_many_logs_are_one_list_by_time() {
    let ground = Ground::start();
    let mut lime = ground.register("Lime");
    let others: Vec<Peer> =
        ["Momo", "Rook", "Pine"].iter().map(|name| ground.register(name)).collect();
    let mut chance = 7_u64;
    let mut said = Vec::new();
    for number in 0..120 {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let place = usize::try_from(chance >> 33).unwrap() % 4;
        let to = others.get(place).map_or(Target::Lobby, |peer| Target::Account(peer.account()));
        let words = if number % 3 == 0 { "红" } else { "蓝" };
        said.push(lime.say(to, text(&format!("{words}{number}"))).unwrap());
    }
    said.sort_by_key(|message| std::cmp::Reverse(Place::of(message)));
    let red = |message: &&Message| matches!(&message.body, Body::Text { text, .. } if text.contains('红'));
    let expected: Vec<Message> = said.iter().filter(red).cloned().collect();
    assert_eq!(expected.len(), 40);
    // Below the rate: the burst of searches.
    for limit in [5, 7, 200] {
        assert_eq!(all(&mut lime, &any("红"), limit), expected, "by {limit}");
    }
    let (since, until) = (said[80].at, said[20].at);
    let between = Wanted { since: Some(since), until: Some(until), ..any("红") };
    let inside = |message: &&Message| (since..until).contains(&message.at);
    let expected: Vec<Message> = expected.iter().filter(inside).cloned().collect();
    assert_eq!(all(&mut lime, &between, 30), expected);
}

#[test]
fn days_are_counted_as_by_hand() {
    let ground = Ground::start();
    let mut lime = ground.register("Lime");
    let said: Vec<Message> =
        (0..60).map(|n| lime.say(Target::Lobby, text(&n.to_string())).unwrap()).collect();
    let (first, last) = (said[0].at, said[59].at);
    let step = ((last - first) / 7).max(1);
    let starts: Vec<i64> = (-1..9).map(|n| first + n * step).collect();
    let Reply::Days { days } =
        lime.query(Query::Days { with: Target::Lobby, starts: starts.clone() }).unwrap()
    else {
        panic!()
    };
    for (day, bounds) in days.iter().zip(starts.windows(2)) {
        let inside = |message: &&Message| (bounds[0]..bounds[1]).contains(&message.at);
        let first = said.iter().find(inside).map(|message| message.seq).unwrap_or_default();
        let count = said.iter().filter(inside).count() as u64;
        assert_eq!(*day, Tally { count, first });
    }
    let bad = [vec![5, 3], (0..65).collect::<Vec<i64>>()];
    for starts in bad {
        let refused = lime.query(Query::Days { with: Target::Lobby, starts }).unwrap_err();
        assert_eq!(refused.reason, Reason::BadValue);
    }
}
