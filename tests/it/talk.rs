//! Property: a message that was acknowledged stands once at its place, for everybody it is for
//! and for nobody else, in the same order, also after a restart.

use mychat::domain::{
    AccountId, Body, ConversationId, ConversationKind, Mentions, Nonce, Presence, Seq, Target,
};
use mychat::net::protocol::{ClientFrame, Command, Event, Page, Query, Reason, Reply, Signal};

use crate::peer::{Ground, NEWEST, PASSWORD, fresh, seqs, text};

#[test]
fn two_people_and_the_lobby_see_the_same_places() {
    let mut ground = Ground::start();
    let (mut lime, mut momo) = ground.acquainted(["青柠", "Momo"]);
    let (to_lime, to_momo) = (Target::Account(lime.account()), Target::Account(momo.account()));
    let first = lime.say(to_momo, text("好，图书馆三楼见")).unwrap();
    assert_eq!(momo.message(), first, "one encoding for both sides");
    let second = momo.say(to_lime, text("see you")).unwrap();
    assert_eq!(lime.message(), second);
    assert_eq!((first.seq, second.seq), (Seq(1), Seq(2)));
    assert_eq!(first.conversation, second.conversation);
    let said = momo.say(Target::Lobby, text("hello all")).unwrap();
    assert_eq!(lime.message(), said);
    assert_eq!(said.conversation, ConversationId::LOBBY);

    ground.restart();
    let mut lime = ground.connect();
    lime.sign_in("青柠", PASSWORD).unwrap();
    let (messages, more) = lime.history(first.conversation, NEWEST);
    assert_eq!((messages, more), (vec![first, second], false));
}

#[test]
fn nobody_else_gets_or_reads_a_private_message() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.acquainted(["Lime", "Momo"]);
    let mut other = ground.register("Other");
    let private = lime.say(Target::Account(momo.account()), text("secret")).unwrap();
    assert_eq!(momo.message(), private);
    assert!(other.drain().iter().all(|event| !matches!(event, Event::Message(_))));
    let (conversation, page, limit) = (private.conversation, NEWEST, 10);
    let refused = other.query(Query::History { conversation, page, limit }).unwrap_err();
    assert_eq!(refused.reason, Reason::NotFound);
    let refused = other.command(Command::MarkRead { conversation, seq: Seq(1) }).unwrap_err();
    assert_eq!(refused.reason, Reason::NotFound);
    let notices = momo
        .heads()
        .into_iter()
        .find(|head| {
            head.conversation != conversation
                && matches!(head.kind, ConversationKind::Notices { .. })
        })
        .unwrap();
    let query = Query::History { conversation: notices.conversation, page, limit };
    assert_eq!(other.query(query).unwrap_err().reason, Reason::NotFound);
}

#[test]
fn a_resend_changes_nothing_and_is_acknowledged_again() {
    let mut ground = Ground::start();
    let (mut lime, momo) = (ground.register("Lime"), ground.register("Momo"));
    let (to, nonce) = (Target::Account(momo.account()), Nonce(fresh()));
    let once = lime.say_again(to, nonce, text("once")).unwrap();
    assert_eq!(lime.say_again(to, nonce, text("once")).unwrap(), once);
    let device = lime.device;
    ground.restart();
    let mut lime = ground.connect();
    lime.device = device;
    lime.sign_in("Lime", PASSWORD).unwrap();
    assert_eq!(lime.say_again(to, nonce, text("once")).unwrap(), once);
    let other_words = lime.say_again(to, nonce, text("twice")).unwrap_err();
    assert_eq!(other_words.reason, Reason::NonceReused);
    let other_place = lime.say_again(Target::Lobby, nonce, text("once")).unwrap_err();
    assert_eq!(other_place.reason, Reason::NonceReused);
    assert_eq!(seqs(&lime.history(once.conversation, NEWEST).0), [1]);
}

#[test]
fn what_cannot_be_said_is_refused_and_takes_no_place() {
    let ground = Ground::start();
    let mut lime = ground.register("Lime");
    let long = "长".repeat(16_384 / 3 + 1);
    let reply = Body::Text {
        text: "to what".to_owned(),
        reply_to: Some(Seq(7)),
        mentions: Mentions::default(),
    };
    let cases = [
        (Target::Lobby, text(""), Reason::TextEmpty),
        (Target::Lobby, text(" \n "), Reason::TextEmpty),
        (Target::Lobby, text("\u{3164}"), Reason::TextEmpty),
        (Target::Lobby, text("\u{115F}\u{2800}\u{200B}\n"), Reason::TextEmpty),
        (Target::Lobby, text(&long), Reason::TextTooLong),
        (Target::Lobby, reply, Reason::QuoteGone),
        (Target::Lobby, text("a\0"), Reason::BadValue),
        (Target::Lobby, text("\u{7}"), Reason::BadValue),
        (Target::Lobby, text("\u{1B}[31m"), Reason::BadValue),
        (Target::Lobby, text("a\r\nb"), Reason::BadValue),
        (Target::Lobby, text("a\u{7F}"), Reason::BadValue),
        (Target::Lobby, text("a\u{85}"), Reason::BadValue),
        (Target::Lobby, Body::Shake {}, Reason::ShakeTarget),
        (Target::Account(lime.account()), Body::Shake {}, Reason::ShakeTarget),
        (Target::Account(AccountId(1)), text("anybody?"), Reason::NotFound),
    ];
    for (to, body, reason) in cases {
        assert_eq!(lime.say(to, body).unwrap_err().reason, reason);
    }
    assert_eq!(lime.say(Target::Lobby, text("first")).unwrap().seq, Seq(1));
}

#[test]
fn whatever_stands_in_a_text_is_kept_to_the_byte_up_to_its_bound() {
    let mut ground = Ground::start();
    let (mut lime, mut momo) = ground.acquainted(["Lime", "Momo"]);
    let to = Target::Account(momo.account());
    let texts = [
        "x".repeat(16_384),
        format!("{}x", "长".repeat(5_461)),
        "\n\tone\n\n\ttwo".to_owned(),
        "\u{202E}gnp.exe\u{2066}\u{200F}".to_owned(),
        format!("a{}", "\u{301}".repeat(8_191)),
        "\u{200B}\u{FFFE}\u{10FFFF}\u{2028}".to_owned(),
    ];
    for words in &texts {
        let said = lime.say(to, text(words)).unwrap();
        assert_eq!(said.body, text(words));
        assert_eq!(momo.message(), said);
    }
    let conversation = lime.say(to, text("end")).unwrap().conversation;
    for (unit, count) in [("x", 16_385), ("长", 5_462), ("\u{301}", 10_000)] {
        let refused = lime.say(to, text(&unit.repeat(count))).unwrap_err();
        assert_eq!((refused.reason, refused.limit), (Reason::TextTooLong, Some(16_384)));
    }
    ground.restart();
    let mut momo = ground.connect();
    momo.sign_in("Momo", PASSWORD).unwrap();
    let mut kept = Vec::new();
    let mut after = Seq::ZERO;
    loop {
        let (page, more) = momo.history(conversation, Page::After(after));
        after = page.last().unwrap().seq;
        kept.extend(page.into_iter().map(|message| message.body));
        if !more {
            break;
        }
    }
    let expected = texts.iter().map(String::as_str).chain(["end"]).map(text);
    assert_eq!(kept, expected.collect::<Vec<_>>());
}

#[test]
fn pipelined_sends_keep_their_order_and_have_no_gaps() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.acquainted(["Lime", "Momo"]);
    let to = Target::Account(momo.account());
    for number in 0..500_u64 {
        let (nonce, body) = (Nonce(fresh()), text(&number.to_string()));
        let command = Command::Send { to, nonce, body };
        lime.send(&ClientFrame::Command { id: 1000 + number, command });
    }
    for number in 0..500_u64 {
        let message = momo.message();
        assert_eq!((message.seq, message.body), (Seq(number + 1), text(&number.to_string())));
    }
    lime.barrier();
    let conversation = lime.message().conversation;
    let (tail, more) = momo.history(conversation, Page::After(Seq(490)));
    assert_eq!((seqs(&tail), more), ((491..=500).collect(), false));
    let (page, more) = momo.history(conversation, Page::Before(Seq(300)));
    assert_eq!((seqs(&page), more), ((100..300).collect(), true));
}

#[test]
fn a_page_of_long_messages_is_cut_by_bytes_and_says_so() {
    let ground = Ground::start();
    let mut lime = ground.register("Lime");
    let long = "x".repeat(16_000);
    for _ in 0..7 {
        lime.say(Target::Lobby, text(&long)).unwrap();
    }
    let (page, more) = lime.history(ConversationId::LOBBY, NEWEST);
    assert!(more && page.len() < 4, "{}", page.len());
    assert_eq!(page.last().unwrap().seq, Seq(7));
    let (rest, _) = lime.history(ConversationId::LOBBY, Page::Before(page[0].seq));
    assert_eq!(rest.last().unwrap().seq.next(), page[0].seq);
}

#[test]
fn a_shake_shakes_the_other_side_once_and_not_too_often() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.acquainted(["Lime", "Momo"]);
    let to_momo = Target::Account(momo.account());
    let line = lime.say(to_momo, Body::Shake {}).unwrap();
    let shaken = momo.event(|event| match event {
        Event::Shaken { conversation, seq, from, .. } => Some((*conversation, *seq, *from)),
        _ => None,
    });
    assert_eq!(shaken, (line.conversation, line.seq, lime.account()));
    let refused = lime.say(to_momo, Body::Shake {}).unwrap_err();
    assert_eq!(refused.reason, Reason::ShakeTooSoon);
    assert!((1..=10_000).contains(&refused.retry_after_ms.unwrap()));
    let to_lime = Target::Account(lime.account());
    assert_eq!(momo.say(to_lime, Body::Shake {}).unwrap_err().reason, Reason::ShakeTooSoon);
    assert!(lime.drain().iter().all(|event| !matches!(event, Event::Shaken { .. })));
    assert_eq!(momo.heads().last().unwrap().head, line.seq, "refused shakes leave no line");
}

/// The nonce of a shake that came is known to whom it shook.
#[test]
fn a_heard_nonce_shakes_nobody_back() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.acquainted(["Lime", "Momo"]);
    let line = lime.say(Target::Account(momo.account()), Body::Shake {}).unwrap();
    assert_eq!(momo.message(), line);
    let back = momo.say_again(Target::Account(lime.account()), line.nonce, Body::Shake {});
    assert_eq!(back.unwrap_err().reason, Reason::ShakeTooSoon);
}

/// What was chosen before a command holds for it, whoever knows of it yet.
#[test]
fn a_mark_behind_going_invisible_is_not_shown() {
    let ground = Ground::with(&[("messages.burst", "1000"), ("queries.per_second", "100000")]);
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let to = Target::Account(momo.account());
    let mut conversation = ConversationId::LOBBY;
    for number in 1..=40_u64 {
        conversation = lime.say(to, text("there?")).unwrap().conversation;
        momo.message();
        momo.send(&ClientFrame::Signal(Signal::Presence(Presence::Invisible)));
        let command = Command::MarkRead { conversation, seq: Seq(number) };
        momo.send(&ClientFrame::Command { id: 5_000 + number, command });
        momo.send(&ClientFrame::Signal(Signal::Presence(Presence::Online)));
        momo.read_until_done(5_000 + number);
    }
    let head = lime.heads().into_iter().find(|head| head.conversation == conversation).unwrap();
    assert_eq!(head.peer_read, Seq::ZERO);
}

#[test]
fn another_device_that_comes_back_shows_nobody_who_hides() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    lime.watch(&[momo.account()]);
    lime.presence_of(momo.account());
    momo.send(&ClientFrame::Signal(Signal::Presence(Presence::Invisible)));
    assert_eq!(lime.presence_of(momo.account()), Presence::Offline);
    let mut other = ground.connect();
    other.sign_in("Momo", PASSWORD).unwrap();
    other.barrier();
    let Ok(Reply::Online { people, .. }) = lime.query(Query::Online { after: AccountId(0) }) else {
        panic!()
    };
    let shown: Vec<u64> = people.into_iter().map(|online| online.person.account.0).collect();
    assert_eq!(shown, [10_001]);
}

#[test]
fn who_is_busy_is_not_shaken() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    momo.send(&ClientFrame::Signal(Signal::Presence(Presence::Busy)));
    momo.barrier();
    let refused = lime.say(Target::Account(momo.account()), Body::Shake {}).unwrap_err();
    assert_eq!(refused.reason, Reason::ShakeBusy);
}

#[test]
fn cursors_move_forward_only_and_never_past_the_head() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.acquainted(["Lime", "Momo"]);
    let to = Target::Account(momo.account());
    for words in ["a", "b", "c"] {
        lime.say(to, text(words)).unwrap();
    }
    let conversation = momo.message().conversation;
    momo.command(Command::MarkDelivered { conversation, seq: Seq(3) }).unwrap();
    momo.command(Command::MarkRead { conversation, seq: Seq(2) }).unwrap();
    momo.command(Command::MarkRead { conversation, seq: Seq(1) }).unwrap();
    momo.command(Command::MarkRead { conversation, seq: Seq(99) }).unwrap();
    let mut cursors = Vec::new();
    for _ in 0..3 {
        cursors.push(lime.event(|event| match event {
            Event::Cursor { read, delivered, .. } => Some((read.0, delivered.0)),
            _ => None,
        }));
    }
    assert_eq!(cursors, [(0, 3), (2, 3), (3, 3)], "what moves nothing is told to nobody");
    let head = lime.heads().into_iter().find(|head| head.conversation == conversation).unwrap();
    assert_eq!((head.head, head.peer_read, head.peer_delivered), (Seq(3), Seq(3), Seq(3)));
}

#[test]
fn an_invisible_person_is_seen_by_nobody() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.acquainted(["Lime", "Momo"]);
    let online = |peer: &mut crate::peer::Peer| {
        let query = Query::Online { after: AccountId(0) };
        let Ok(Reply::Online { people, .. }) = peer.query(query) else { panic!() };
        people.into_iter().map(|p| (p.person.account.0, p.presence)).collect::<Vec<_>>()
    };
    lime.watch(&[momo.account()]);
    assert_eq!(lime.presence_of(momo.account()), Presence::Online);
    momo.send(&ClientFrame::Signal(Signal::Presence(Presence::Invisible)));
    assert_eq!(lime.presence_of(momo.account()), Presence::Offline);
    assert_eq!(online(&mut lime), [(10_001, Presence::Online)]);
    assert_eq!(online(&mut momo).len(), 2, "who is invisible sees itself");
    let message = lime.say(Target::Account(momo.account()), text("there?")).unwrap();
    let conversation = message.conversation;
    assert_eq!(momo.message(), message);
    momo.command(Command::MarkRead { conversation, seq: Seq(1) }).unwrap();
    momo.send(&ClientFrame::Signal(Signal::Typing { to: Target::Account(lime.account()) }));
    momo.barrier();
    let betrayed = lime
        .drain()
        .into_iter()
        .any(|event| matches!(event, Event::Cursor { .. } | Event::Typing { .. }));
    assert!(!betrayed);
    let head = lime.heads().into_iter().find(|head| head.conversation == conversation).unwrap();
    assert_eq!(head.peer_read, Seq(0));
}

#[test]
fn typing_reaches_the_other_side_and_is_never_stored() {
    let ground = Ground::start();
    let (mut lime, mut momo) = (ground.register("Lime"), ground.register("Momo"));
    let to = Target::Account(momo.account());
    let mut rook = ground.register("Rook");
    for to in [to, Target::Lobby, Target::Account(rook.account()), to] {
        lime.send(&ClientFrame::Signal(Signal::Typing { to }));
    }
    let typing = |event: &Event| match event {
        Event::Typing { from, .. } => Some(*from),
        _ => None,
    };
    assert_eq!(rook.event(typing), lime.account(), "each conversation is for itself");
    lime.barrier();
    let told: Vec<AccountId> = momo.drain().iter().filter_map(typing).collect();
    assert_eq!(told, [lime.account()], "once in three seconds");
    assert_eq!(momo.heads().len(), 2, "lobby and notices");
}

#[test]
fn a_second_device_sees_everything_and_what_was_read() {
    let ground = Ground::start();
    let (mut lime, mut momo) = ground.acquainted(["Lime", "Momo"]);
    let mut other = ground.connect();
    other.sign_in("Momo", PASSWORD).unwrap();
    let message = lime.say(Target::Account(momo.account()), text("hi")).unwrap();
    assert_eq!((momo.message(), other.message()), (message.clone(), message.clone()));
    let conversation = message.conversation;
    momo.command(Command::MarkRead { conversation, seq: Seq(1) }).unwrap();
    let read = other.event(|event| match event {
        Event::Cursor { read, account, .. } => Some((*read, *account)),
        _ => None,
    });
    assert_eq!(read, (Seq(1), momo.account()));
}
