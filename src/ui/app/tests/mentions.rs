//! Mentions: who is offered, what is sent, what a text shows, what asks for attention.

use std::sync::Arc;

use super::rooms::{CLASS, ME, MOMO, ROOK, happens, own, with};
use crate::client::{Answer, ClientEvent, Intent};
use crate::domain::{
    AccountId, Body, Book, Choice, Contact, Member, MentionPlace, Mentions, Notice, Notify, Rank,
    Seq, Target,
};
use crate::net::protocol::Reply;
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::mentions::{Candidate, fitting};
use crate::ui::app::testing::{World, person};
use crate::ui::app::{Effect, Msg};
use crate::ui::chat::ChatView;
use crate::ui::text::Language;

const IN_CLASS: Target = Target::Room(CLASS);

fn naming(text: &str, accounts: &[AccountId], everyone: bool, places: &[(u32, u32)]) -> Body {
    let account = (!everyone).then(|| accounts[0]);
    let places = places.iter().map(|&(start, end)| MentionPlace { start, end, account }).collect();
    let mentions = Mentions { accounts: accounts.to_vec(), everyone, places };
    Body::Text { text: text.into(), reply_to: None, mentions }
}

/// A room whose window stands, with these people.
fn room(rank: Rank, people: &[(u64, &str, &str)]) -> World {
    let mut world = with(vec![own(CLASS, "Class", rank)]);
    let persons = people.iter().map(|(account, name, _)| person(*account, name)).collect();
    world.event(ClientEvent::People(persons));
    let effects = world.send(Msg::Chat(IN_CLASS, ChatMsg::Open));
    let ticket = effects.iter().find(|effect| matches!(effect, Effect::Ask(Intent::Look { .. })));
    let ticket = ticket.and_then(|effect| match effect {
        Effect::Ask(Intent::Look { ticket, .. }) => Some(*ticket),
        _ => None,
    });
    let member = |account: AccountId, card: &str| Member {
        account,
        rank: Rank::Member,
        card: card.into(),
        muted_until: 0,
        since: 0,
        first: Seq(1),
    };
    let others = people.iter().map(|(account, _, card)| member(AccountId(*account), card));
    let members = [Member { rank, ..member(ME, "") }].into_iter().chain(others).collect();
    let result = Ok(Answer::Looked(Reply::Members { members, more: false }));
    world.event(ClientEvent::Answered { ticket: ticket.unwrap(), result });
    world
}

fn candidates(world: &World, target: Target, language: Language) -> Vec<Candidate> {
    world.model.candidates(target, &world.model.member_rows(CLASS), language)
}

fn offered(world: &World, typed: &str) -> Vec<String> {
    let all = candidates(world, IN_CLASS, Language::English);
    fitting(&all, typed).into_iter().map(|index| all[index].written.clone()).collect()
}

#[test]
fn people_are_offered_by_nickname_remark_card_number_and_pinyin() {
    let people = [
        (10_024, "小满", ""),
        (10_031, "小鸡炖蘑菇", ""),
        (10_047, "boat", "小船"),
        (10_050, "Rook", ""),
    ];
    let mut world = room(Rank::Member, &people);
    let friend =
        Contact { friend: true, remark: "同桌".into(), ..Contact::stranger(AccountId(10_050)) };
    world.event(ClientEvent::Notice(Box::new(Notice::Contact(friend))));
    assert_eq!(offered(&world, "").len(), 4, "not oneself, and not everybody");
    assert_eq!(offered(&world, "x"), ["小满", "小船", "小鸡炖蘑菇"]);
    for typed in ["xm", "xiaoman", "小满", "10024"] {
        assert_eq!(offered(&world, typed), ["小满"], "{typed}");
    }
    assert_eq!(offered(&world, "boat"), ["小船"], "what everybody reads is the card");
    assert_eq!(offered(&world, "tongz"), ["Rook"], "a remark finds and is not written");
    assert!(offered(&world, "nobody").is_empty());
    assert!(offered(&world, "every").is_empty());
}

#[test]
fn those_who_can_be_mentioned_are_in_the_window_only_while_somebody_is() {
    let mut world = room(Rank::Member, &[(10_002, "Momo", "")]);
    let offered = |world: &World| -> Vec<Option<AccountId>> {
        let view = ChatView::of(&world.model, IN_CLASS).unwrap();
        view.candidates.iter().map(|candidate| candidate.who).collect()
    };
    assert_eq!(offered(&world), []);
    world.send(Msg::Chat(IN_CLASS, ChatMsg::Mentioning(true)));
    assert_eq!(offered(&world), [Some(MOMO)]);
    world.send(Msg::Chat(IN_CLASS, ChatMsg::Mentioning(false)));
    assert_eq!(offered(&world), []);
    world.send(Msg::Chat(IN_CLASS, ChatMsg::Mentioning(true)));
    world.send(Msg::Chat(IN_CLASS, ChatMsg::Close { draft: "@".into() }));
    world.send(Msg::Chat(IN_CLASS, ChatMsg::Open));
    assert_eq!(offered(&world), [], "another time nobody is, until more is typed");
}

#[test]
fn everybody_is_offered_first_by_who_may() {
    let people = [(10_024, "Momo", ""), (10_031, "Momo", "")];
    for rank in [Rank::Owner, Rank::Admin] {
        let world = room(rank, &people);
        let all = candidates(&world, IN_CLASS, Language::Chinese);
        assert_eq!((all[0].who, all[0].name.as_str(), all[0].number), (None, "所有人", 3));
        assert_eq!(fitting(&all, "syr"), [0]);
        assert_eq!(fitting(&all, "all"), [0]);
        let two: Vec<_> = all[1..].iter().map(|one| (one.who, one.number)).collect();
        assert_eq!(two, [(Some(AccountId(10_024)), 10_024), (Some(AccountId(10_031)), 10_031)]);
    }
    let world = room(Rank::Member, &people);
    assert!(candidates(&world, IN_CLASS, Language::Chinese).iter().all(|one| one.who.is_some()));
    assert!(candidates(&world, Target::Account(MOMO), Language::English).is_empty());
    let lobby = candidates(&world, Target::Lobby, Language::English);
    assert!(
        lobby.iter().any(|one| one.who == Some(MOMO))
            && lobby.iter().all(|one| one.who != Some(ME))
    );
}

#[test]
fn a_text_is_sent_with_whom_it_mentions() {
    let mut world = room(Rank::Member, &[(10_002, "Momo", "")]);
    let Body::Text { mentions, .. } = naming("@Momo hi", &[MOMO], false, &[(0, 5)]) else {
        panic!()
    };
    let effects = world.send(Msg::Chat(IN_CLASS, ChatMsg::Mention("@Momo hi \n".into(), mentions)));
    let sent = effects.iter().find_map(|effect| match effect {
        Effect::Ask(Intent::Send { to, body, .. }) => Some((*to, body.clone())),
        _ => None,
    });
    assert_eq!(sent, Some((IN_CLASS, naming("@Momo hi", &[MOMO], false, &[(0, 5)]))));
    let blank = ChatMsg::Mention(" ".into(), Mentions::default());
    assert!(world.send(Msg::Chat(IN_CLASS, blank)).is_empty());
}

#[test]
fn a_text_shows_whom_it_names_whatever_they_are_called_now() {
    let mut world = room(Rank::Member, &[(10_002, "Momo", "")]);
    let shown = |world: &World, body: &Body| -> Vec<(String, bool)> {
        let Body::Text { text, .. } = body else { panic!() };
        let named = world.model.named_in(IN_CLASS, body).into_iter();
        named.map(|(place, loud)| (place.words(text).unwrap().to_owned(), loud)).collect()
    };
    let here = |name: &str, loud| (name.to_owned(), loud);
    let kept = naming("hi @Momo!", &[MOMO], false, &[(3, 8)]);
    let guessed = naming("hi @Momo!", &[MOMO], false, &[]);
    assert_eq!(shown(&world, &kept), [here("@Momo", false)]);
    assert_eq!(shown(&world, &guessed), [here("@Momo", false)]);
    world.event(ClientEvent::People(vec![crate::domain::Person {
        version: 2,
        ..person(10_002, "Plum")
    }]));
    assert_eq!(shown(&world, &kept), [here("@Momo", false)], "called otherwise since");
    assert!(shown(&world, &guessed).is_empty(), "nobody knows where");
    let me = naming("@青柠 @青柠", &[ME], false, &[(0, 7)]);
    assert_eq!(shown(&world, &me), [here("@青柠", true)]);
    assert_eq!(shown(&world, &naming("@all", &[], true, &[])), [here("@all", true)]);
    let broken = naming("@Plum", &[MOMO], false, &[(0, 99)]);
    assert_eq!(
        shown(&world, &broken),
        [here("@Plum", false)],
        "places that are none are passed over"
    );
    assert!(shown(&world, &Body::text("@Plum")).is_empty(), "only what was meant");
}

#[test]
fn an_unread_mention_stands_before_a_draft_until_it_is_read() {
    let mut world = room(Rank::Member, &[(10_002, "Momo", "")]);
    world.send(Msg::Chat(IN_CLASS, ChatMsg::Close { draft: "so".into() }));
    let row = |world: &World| {
        let rows = world.model.chat_rows(Language::English);
        let row = rows.into_iter().find(|row| row.target == IN_CLASS).unwrap();
        (row.prefix, row.called)
    };
    assert_eq!(row(&world), (Some("preview.draft"), false));
    happens(&mut world, 1, MOMO, naming("@Rook", &[ROOK], false, &[(0, 5)]));
    assert_eq!(row(&world), (Some("preview.draft"), false), "another is meant");
    happens(&mut world, 2, MOMO, naming("@青柠", &[ME], false, &[(0, 7)]));
    happens(&mut world, 3, MOMO, Body::text("and more"));
    assert_eq!(row(&world), (Some("preview.at"), true));
    world.send(Msg::Chat(IN_CLASS, ChatMsg::MarkRead));
    assert_eq!(row(&world), (Some("preview.draft"), false));
    happens(&mut world, 4, ME, naming("@all", &[], true, &[]));
    assert_eq!(row(&world), (Some("preview.draft"), false), "oneself is not called by oneself");
}

#[test]
fn a_quiet_conversation_asks_for_attention_when_it_may() {
    for (notify, called) in [(Notify::All, true), (Notify::Mentions, true), (Notify::None, false)] {
        let mut world = with(vec![own(CLASS, "Class", Rank::Member)]);
        let rooms = [(CLASS, own(CLASS, "Class", Rank::Member))].into();
        let choices = [(IN_CLASS, Choice { pinned: false, notify, ..Choice::default() })].into();
        world.event(ClientEvent::Book(Arc::new(Book { rooms, choices, ..Book::default() })));
        let plain = happens(&mut world, 1, MOMO, Body::text("hello"));
        assert_eq!(!plain.is_empty(), notify == Notify::All);
        assert_eq!(world.model.unread() > 0, notify == Notify::All, "{notify:?}");
        let told = happens(&mut world, 2, MOMO, naming("@all", &[], true, &[]));
        assert_eq!(matches!(told[..], [Effect::Urgent(IN_CLASS), ..]), called, "{notify:?}");
        let rows = world.model.chat_rows(Language::English);
        let row = rows.into_iter().find(|row| row.target == IN_CLASS).unwrap();
        assert_eq!((row.called, row.prefix), (called, Some("preview.at")));
        assert_eq!((world.model.unread(), row.unread), (if called { 2 } else { 0 }, 2));
    }
}
