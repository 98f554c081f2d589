//! Small windows that tell of messages: which are shown, for how long, what they say, and sounds.

use std::sync::Arc;

use super::play::{commands, five, id, sheet, told};
use super::rooms::{CLASS, MOMO, happens, own, with};
use crate::client::{ClientEvent, Intent};
use crate::domain::game::{GameId, GameSheet, GameState};
use crate::domain::{
    AccountId, Body, Book, Choice, Mentions, Message, Notify, Presence, Rank, Seq, Target,
};
use crate::net::protocol::Command;
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::notify::{About, Held, NOTES_MAX, NoteEffect, NoteMsg, NoteView, Offered};
use crate::ui::app::settings::SettingMsg;
use crate::ui::app::telling::{Sound, TellingMsg};
use crate::ui::app::testing::{NOON_MS, World, conversation, direct, message, person};
use crate::ui::app::{Effect, Msg};
use crate::ui::text::Language;

const IN_CLASS: Target = Target::Room(CLASS);

fn friend(number: u64) -> Target {
    Target::Account(AccountId(number))
}

fn says(world: &mut World, from: u64, seq: u64, text: &str) -> Vec<Effect> {
    let message = message(direct(from), seq, from, world.now.wall_ms, text);
    world.event(ClientEvent::Message { message, live: true })
}

fn caught_up(world: &mut World, from: u64, seq: u64, at: i64) -> Vec<Effect> {
    let message = message(direct(from), seq, from, at, "missed");
    world.event(ClientEvent::Message { message, live: false })
}

/// An invitation comes at that place, which is open.
fn invites(world: &mut World, from: u64, seq: u64) -> GameSheet {
    let kind = direct(from);
    let message = message(kind, seq, from, world.now.wall_ms, "");
    let message = Message { body: Body::Game(five()), ..message };
    world.event(ClientEvent::Message { message, live: true });
    let game = GameId { seq: Seq(seq), ..id(kind) };
    let sheet = GameSheet { game, ..sheet(kind, AccountId(from), five()) };
    told(world, sheet.clone(), &[]);
    sheet
}

fn notes(world: &World) -> Vec<NoteView> {
    world.model.notes(Language::English)
}

fn abouts(world: &World) -> Vec<About> {
    notes(world).into_iter().map(|note| note.about).collect()
}

fn heard(effects: &[Effect]) -> Vec<Sound> {
    let sound = |effect: &Effect| match effect {
        Effect::Note(NoteEffect::Sound(sound)) => Some(*sound),
        _ => None,
    };
    effects.iter().filter_map(sound).collect()
}

fn choose(world: &mut World, msg: TellingMsg) {
    world.send(Msg::Setting(SettingMsg::Telling(msg)));
}

fn note(world: &mut World, msg: NoteMsg) -> Vec<Effect> {
    world.send(Msg::Note(msg))
}

#[test]
fn one_stands_for_six_seconds_and_longer_under_the_pointer() {
    let mut world = World::signed_in();
    assert_eq!(heard(&says(&mut world, 10_002, 1, "hi")), [Sound::Drop]);
    let [shown] = &notes(&world)[..] else { panic!("{:?}", notes(&world)) };
    assert_eq!((shown.words.as_str(), shown.time.as_str(), shown.slot), ("hi", "now", 0));
    assert!(shown.can_answer);
    world.pass(5_999);
    assert_eq!(notes(&world).len(), 1);
    note(&mut world, NoteMsg::Hold(shown.about, Held::Pointer));
    world.pass(60_000);
    assert_eq!(notes(&world).len(), 1);
    note(&mut world, NoteMsg::Hold(shown.about, Held::No));
    world.pass(1_999);
    assert_eq!(notes(&world).len(), 1);
    world.pass(1);
    assert!(notes(&world).is_empty());
}

#[test]
fn a_conversation_has_one_that_says_the_newest_and_at_most_three_stand() {
    let mut world = World::signed_in();
    says(&mut world, 10_002, 1, "one");
    world.pass(5_000);
    says(&mut world, 10_002, 2, "two");
    let [shown] = &notes(&world)[..] else { panic!("{:?}", notes(&world)) };
    assert_eq!(shown.words, "two");
    world.pass(5_000);
    assert_eq!(notes(&world).len(), 1, "it begins anew with each message");
    for from in 10_003..10_006 {
        says(&mut world, from, 1, "hi");
    }
    let slots: Vec<_> = notes(&world).iter().map(|note| (note.about, note.slot)).collect();
    let at = |number, slot| (About::Chat(friend(number)), slot);
    assert_eq!(
        slots,
        [at(10_003, 1), at(10_004, 2), at(10_005, 0)],
        "the oldest one gave its place"
    );
    assert_eq!(slots.len(), NOTES_MAX);
    for number in 10_003..10_006 {
        note(&mut world, NoteMsg::Hold(About::Chat(friend(number)), Held::Pointer));
    }
    let effects = says(&mut world, 10_006, 1, "hi");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Urgent(_))));
    assert!(!abouts(&world).contains(&About::Chat(friend(10_006))), "somebody is at each of them");
}

#[test]
fn what_is_in_front_or_read_elsewhere_is_not_told() {
    let mut world = World::signed_in();
    says(&mut world, 10_002, 1, "hi");
    world.send(Msg::Chat(friend(10_002), ChatMsg::Open));
    world.send(Msg::Chat(friend(10_002), ChatMsg::Focus(true)));
    assert!(notes(&world).is_empty(), "its window came to the front");
    assert!(heard(&says(&mut world, 10_002, 2, "again")).is_empty());
    assert!(notes(&world).is_empty());
    world.pass(10_000);
    world.send(Msg::Chat(friend(10_002), ChatMsg::Focus(false)));
    assert_eq!(heard(&says(&mut world, 10_002, 3, "behind others")), [Sound::Drop]);
    assert_eq!(notes(&world).len(), 1);
    world.event(ClientEvent::Conversation(conversation(direct(10_002), 3, 3)));
    assert!(notes(&world).is_empty(), "read on another device");
    says(&mut world, 10_001, 1, "to myself");
    assert!(notes(&world).is_empty(), "one's own words");
}

#[test]
fn a_press_opens_the_chat_and_a_cross_only_closes() {
    let mut world = World::signed_in();
    says(&mut world, 10_002, 1, "hi");
    let about = About::Chat(friend(10_002));
    note(&mut world, NoteMsg::Close(about));
    assert!(notes(&world).is_empty());
    assert!(!world.model.chats.get(friend(10_002)).unwrap().open);
    says(&mut world, 10_002, 2, "hi again");
    let effects = note(&mut world, NoteMsg::Open(about));
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::OpenChat(at) if *at == friend(10_002)))
    );
    assert!(notes(&world).is_empty());
}

#[test]
fn a_quick_reply_is_sent_and_what_was_told_is_read() {
    let mut world = World::signed_in();
    says(&mut world, 10_002, 1, "lunch?");
    assert!(note(&mut world, NoteMsg::Answer(friend(10_002), "  ".into())).is_empty());
    let effects = note(&mut world, NoteMsg::Answer(friend(10_002), " yes \n".into()));
    let sent = effects.iter().find_map(|effect| match effect {
        Effect::Ask(Intent::Send { to, body, .. }) => Some((*to, body.clone())),
        _ => None,
    });
    assert_eq!(sent, Some((friend(10_002), Body::text("yes"))));
    let read =
        |effect: &Effect| matches!(effect, Effect::Ask(Intent::MarkRead { seq: Seq(1), .. }));
    assert!(effects.iter().any(read));
    assert!(notes(&world).is_empty());
    assert!(!world.model.chats.get(friend(10_002)).unwrap().open, "no window comes of it");
    let own = message(direct(10_002), 2, 10_001, NOON_MS, "yes");
    world.event(ClientEvent::Message { message: own, live: true });
    says(&mut world, 10_002, 3, "great");
    world.send(Msg::Chat(friend(10_002), ChatMsg::Open));
    let unread_from = world.model.chats.get(friend(10_002)).unwrap().unread_from;
    assert_eq!(unread_from, Some(Seq(3)), "one's own answer is nothing new");
}

#[test]
fn a_reply_that_is_too_long_goes_into_the_box_of_its_chat() {
    let mut world = World::signed_in();
    says(&mut world, 10_002, 1, "hi");
    let long = "x".repeat(100_000);
    let effects = note(&mut world, NoteMsg::Answer(friend(10_002), long.clone()));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Ask(Intent::Send { .. }))));
    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::Write(_, text, _) if *text == long))
    );
}

#[test]
fn who_is_busy_is_left_in_peace() {
    let mut world = World::signed_in();
    let presence = Presence::Busy;
    world.event(ClientEvent::SignedIn { you: person(10_001, "青柠"), presence });
    let effects = says(&mut world, 10_002, 1, "secret");
    assert!(matches!(effects[..], [Effect::Urgent(_)]), "{effects:?}");
    assert!(notes(&world).is_empty());
    choose(&mut world, TellingMsg::QuietBusy(false));
    says(&mut world, 10_002, 2, "secret");
    let [shown] = &notes(&world)[..] else { panic!("{:?}", notes(&world)) };
    assert_eq!(shown.words, "sent you a message", "others may look on");
}

#[test]
fn each_choice_of_this_computer_holds() {
    let mut world = World::signed_in();
    choose(&mut world, TellingMsg::Words(false));
    says(&mut world, 10_002, 1, "secret");
    assert_eq!(notes(&world)[0].words, "sent you a message");
    choose(&mut world, TellingMsg::Notes(false));
    assert!(notes(&world).is_empty(), "those that stand go");
    world.pass(10_000);
    choose(&mut world, TellingMsg::Sound(Sound::Chime));
    assert_eq!(heard(&says(&mut world, 10_002, 2, "hi")), [Sound::Chime]);
    assert!(notes(&world).is_empty());
    world.pass(10_000);
    choose(&mut world, TellingMsg::Sound(Sound::Off));
    assert!(heard(&says(&mut world, 10_002, 3, "hi")).is_empty());
    choose(&mut world, TellingMsg::Notes(true));
    choose(&mut world, TellingMsg::From(14 * 60));
    choose(&mut world, TellingMsg::To(15 * 60));
    choose(&mut world, TellingMsg::QuietHours(true));
    says(&mut world, 10_002, 4, "hi");
    assert!(notes(&world).is_empty(), "it is half past two");
    world.pass(3_600_000);
    says(&mut world, 10_002, 5, "hi");
    assert_eq!(notes(&world).len(), 1);
}

#[test]
fn many_messages_make_one_sound() {
    let mut world = World::signed_in();
    assert_eq!(heard(&says(&mut world, 10_002, 1, "hi")).len(), 1);
    world.pass(1_999);
    assert!(heard(&says(&mut world, 10_003, 1, "hi")).is_empty());
    world.pass(1);
    assert_eq!(heard(&says(&mut world, 10_002, 2, "hi")).len(), 1);
}

#[test]
fn a_room_tells_what_its_choice_and_this_computer_let_through() {
    let calling = || Body::Text {
        text: "@all".into(),
        reply_to: None,
        mentions: Mentions { everyone: true, ..Mentions::default() },
    };
    let cases = [
        (Notify::All, false, [true, true]),
        (Notify::All, true, [false, true]),
        (Notify::Mentions, false, [false, true]),
        (Notify::None, false, [false, false]),
    ];
    for (notify, only_mentions, told) in cases {
        let mut world = with(vec![own(CLASS, "Class", Rank::Member)]);
        let rooms = [(CLASS, own(CLASS, "Class", Rank::Member))].into();
        let choices = [(IN_CLASS, Choice { pinned: false, notify, ..Choice::default() })].into();
        world.event(ClientEvent::Book(Arc::new(Book { rooms, choices, ..Book::default() })));
        choose(&mut world, TellingMsg::OnlyMentions(only_mentions));
        for ((seq, body), told) in [(1, Body::text("hello")), (2, calling())].into_iter().zip(told)
        {
            happens(&mut world, seq, MOMO, body);
            assert_eq!(!notes(&world).is_empty(), told, "{notify:?} {only_mentions} {seq}");
        }
        if told[1] {
            assert_eq!(notes(&world)[0].prefix, Some("preview.at"));
            choose(&mut world, TellingMsg::Words(false));
            assert_eq!(notes(&world)[0].words, "Momo sent a message");
        }
    }
}

#[test]
fn what_was_missed_is_told_once_and_only_what_came_while_one_was_here() {
    let mut world = World::signed_in();
    caught_up(&mut world, 10_002, 1, NOON_MS - 86_400_000);
    world.pass(5_000);
    assert!(notes(&world).is_empty(), "said before one came");
    let now = world.now.wall_ms;
    caught_up(&mut world, 10_002, 2, now);
    caught_up(&mut world, 10_003, 1, now);
    assert!(notes(&world).is_empty(), "more may come");
    let effects = world.pass(1_000);
    assert_eq!(heard(&effects).len(), 1);
    let [shown] = &notes(&world)[..] else { panic!("{:?}", notes(&world)) };
    assert_eq!((shown.about, shown.can_answer), (About::Missed, false));
    let effects = note(&mut world, NoteMsg::Open(About::Missed));
    assert!(matches!(effects[..], [Effect::Note(NoteEffect::RaisePanel)]));
    assert!(notes(&world).is_empty());
}

#[test]
fn an_invitation_waits_for_words_and_no_press_meant_for_another_button_answers_it() {
    let mut world = World::signed_in();
    says(&mut world, 10_002, 1, "hi");
    let about = About::Chat(friend(10_002));
    note(&mut world, NoteMsg::Hold(about, Held::Words));
    let game = invites(&mut world, 10_002, 2).game;
    let [shown] = &notes(&world)[..] else { panic!("{:?}", notes(&world)) };
    assert_eq!((shown.offer, shown.can_answer), (None, true), "the box stays");
    let answer =
        |world: &mut World| commands(&note(world, NoteMsg::Offer(friend(10_002), game, true)));
    world.pass(10_000);
    assert!(answer(&mut world).is_empty(), "it is not asked about");
    note(&mut world, NoteMsg::Hold(about, Held::Pointer));
    assert_eq!(notes(&world)[0].offer, Some(Offered { game, can_decline: true }));
    world.pass(599);
    assert!(answer(&mut world).is_empty(), "it has just come there");
    assert_eq!(notes(&world).len(), 1);
    world.pass(1);
    assert_eq!(answer(&mut world), [Command::AnswerGame { game, accept: true }]);
    assert!(notes(&world).is_empty());
}

#[test]
fn what_was_said_before_an_invitation_is_told_when_that_is_over() {
    for state in [GameState::Withdrawn, GameState::Declined, GameState::Expired] {
        let mut world = World::signed_in();
        says(&mut world, 10_002, 1, "lunch?");
        let invitation = invites(&mut world, 10_002, 2);
        told(&mut world, GameSheet { state, ..invitation }, &[]);
        let [shown] = &notes(&world)[..] else { panic!("{:?}", notes(&world)) };
        assert_eq!((shown.words.as_str(), shown.offer), ("lunch?", None), "{state:?}");
        note(&mut world, NoteMsg::Close(shown.about));
        let invitation = invites(&mut world, 10_002, 3);
        assert_eq!(notes(&world).len(), 1);
        told(&mut world, GameSheet { state, ..invitation }, &[]);
        assert!(notes(&world).is_empty(), "it was told and closed");
    }
}

#[test]
fn what_was_missed_is_told_though_the_newest_of_it_was_taken_back() {
    let mut world = World::signed_in();
    let now = world.now.wall_ms;
    caught_up(&mut world, 10_002, 1, now);
    caught_up(&mut world, 10_002, 2, now);
    let back = message(direct(10_002), 3, 10_002, now, "");
    let message = Message { body: Body::Recalled { seq: Some(Seq(2)) }, ..back };
    world.event(ClientEvent::Message { message, live: false });
    world.pass(1_000);
    let [shown] = &notes(&world)[..] else { panic!("{:?}", notes(&world)) };
    assert_eq!((shown.about, shown.words.as_str()), (About::Chat(friend(10_002)), "missed"));
}
