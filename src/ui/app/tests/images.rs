//! Pictures in conversations: what is asked before many go, how far they are, which is looked at.

use super::super::chats::{ChatMsg, Chats, Entry};
use super::super::images::{AT_ONCE_MAX, Step, Viewer, ViewerMsg};
use super::super::rows::words;
use super::super::testing::{NOON_MS, World, direct, message};
use super::super::{Effect, Msg};
use crate::client::api::{ImageSource, PendingMessage, View};
use crate::client::{Answer, ClientEvent, Failure, Intent};
use crate::domain::{AccountId, BlobId, Body, Message, Nonce, Seq, Target};
use crate::ui::text::Language;

const FRIEND: Target = Target::Account(AccountId(10_002));

fn image(number: u8) -> Body {
    let (picture, thumb) = (BlobId([number; 32]), BlobId([number + 100; 32]));
    Body::Image { picture, bytes: 9, width: 90, height: 60, thumb, name: "a.png".into() }
}

/// A conversation of words and pictures: the second and the fourth message are pictures.
fn talked() -> World {
    let mut world = World::signed_in();
    for seq in 1..=5_u8 {
        let said = message(direct(10_002), seq.into(), 10_002, NOON_MS, "words");
        let body = if seq % 2 == 0 { image(seq) } else { said.body.clone() };
        let message = Message { body, ..said };
        world.event(ClientEvent::Message { message, live: true });
    }
    world
}

fn files(count: usize) -> Vec<ImageSource> {
    (0..count).map(|n| ImageSource::File(format!("{n}.png").into())).collect()
}

fn entries(chats: &Chats) -> Vec<Entry<'_>> {
    chats.get(FRIEND).unwrap().entries(AccountId(10_001), FRIEND).collect()
}

#[test]
fn a_few_pictures_go_at_once_and_many_when_the_person_says_so() {
    let mut world = World::signed_in();
    let sent = |effects: &[Effect]| {
        let is_send = |effect: &&Effect| matches!(effect, Effect::Ask(Intent::SendImage { to, .. }) if *to == FRIEND);
        effects.iter().filter(is_send).count()
    };
    let few = world.send(Msg::Chat(FRIEND, ChatMsg::Images(files(AT_ONCE_MAX - 1), false)));
    assert_eq!((sent(&few), AT_ONCE_MAX), (4, 5));
    let many = world.send(Msg::Chat(FRIEND, ChatMsg::Images(files(AT_ONCE_MAX), false)));
    assert!(matches!(&many[..], [Effect::AskImages(to, images)]
        if *to == FRIEND && images.len() == AT_ONCE_MAX));
    let sure = world.send(Msg::Chat(FRIEND, ChatMsg::Images(files(AT_ONCE_MAX), true)));
    assert_eq!(sent(&sure), AT_ONCE_MAX);
    assert!(world.send(Msg::Chat(FRIEND, ChatMsg::Images(Vec::new(), false))).is_empty());
}

#[test]
fn a_picture_that_takes_long_to_prepare_has_a_placeholder_until_it_is_a_message_or_fails() {
    let mut world = World::signed_in();
    let slow = |world: &World| world.model.chats.get(FRIEND).unwrap().preparing.slow();
    let effects = world.send(Msg::Chat(FRIEND, ChatMsg::Images(files(3), false)));
    let tickets: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Ask(Intent::SendImage { ticket, .. }) => Some(*ticket),
            _ => None,
        })
        .collect();
    world.pass(100);
    assert_eq!(slow(&world), 0, "a small one needs none");
    world.pass(300);
    assert_eq!(slow(&world), 3);
    let pending = |number: u8| PendingMessage {
        nonce: Nonce([number; 16]),
        to: FRIEND,
        body: image(number),
        at: NOON_MS,
    };
    world.event(ClientEvent::Pending(pending(1)));
    assert_eq!(slow(&world), 2);
    // Words are not what was waited for, nor is a picture that is sent again.
    world.event(ClientEvent::Pending(PendingMessage {
        nonce: Nonce([9; 16]),
        body: Body::text("hi"),
        ..pending(1)
    }));
    world.event(ClientEvent::Pending(pending(1)));
    assert_eq!(slow(&world), 2);
    let result = || Err(Failure::ImageGone);
    world.event(ClientEvent::Answered { ticket: tickets[1], result: result() });
    assert_eq!(slow(&world), 1);
    // That of one that is a message already is none of the others'.
    world.event(ClientEvent::Answered { ticket: tickets[0], result: result() });
    assert_eq!(slow(&world), 1);
    world.event(ClientEvent::Pending(pending(3)));
    assert_eq!(slow(&world), 0);
}

#[test]
fn how_far_a_picture_is_stands_in_its_place_until_it_fails_or_arrives() {
    let mut world = World::signed_in();
    let nonce = Nonce([7; 16]);
    let pending = PendingMessage { nonce, to: FRIEND, body: image(1), at: NOON_MS };
    world.event(ClientEvent::Pending(pending.clone()));
    world.event(ClientEvent::Uploading { nonce, percent: 48 });
    assert_eq!(entries(&world.model.chats)[0].percent, Some(48));
    world.event(ClientEvent::SendFailed { nonce, failure: Failure::ImageGone });
    assert_eq!(entries(&world.model.chats)[0].percent, None);
    // Sent again it begins anew.
    world.event(ClientEvent::Pending(pending));
    assert_eq!(entries(&world.model.chats)[0].percent, Some(0));
    let taken =
        Message { nonce, body: image(1), ..message(direct(10_002), 1, 10_001, NOON_MS, "") };
    world.event(ClientEvent::Message { message: taken, live: true });
    let entries = entries(&world.model.chats);
    assert_eq!((entries.len(), entries[0].percent), (1, None));
}

#[test]
fn a_window_goes_from_picture_to_picture() {
    let mut world = talked();
    let viewer = |world: &World| world.model.viewer.map(|viewer| viewer.seq.0);
    assert!(world.send(Msg::Viewer(ViewerMsg::Open(FRIEND, Seq(1)))).is_empty(), "words");
    let effects = world.send(Msg::Viewer(ViewerMsg::Open(FRIEND, Seq(2))));
    assert!(matches!(effects[..], [Effect::RaiseViewer]));
    assert_eq!(world.model.viewer, Some(Viewer { target: FRIEND, seq: Seq(2) }));
    assert_eq!(world.model.viewed(), Some((BlobId([2; 32]), "a.png")));
    let fetched = world.send(Msg::Viewer(ViewerMsg::Fetch));
    assert!(matches!(fetched[..], [Effect::Ask(Intent::Picture(BlobId([2, ..]), View::Whole))]));
    for (step, expected) in
        [(Step::Next, 4), (Step::Next, 4), (Step::Previous, 2), (Step::Previous, 2)]
    {
        world.send(Msg::Viewer(ViewerMsg::Step(step)));
        assert_eq!(viewer(&world), Some(expected), "{step:?}");
    }
    world.send(Msg::Viewer(ViewerMsg::Close));
    assert_eq!(world.model.viewed(), None);
}

#[test]
fn a_picture_is_saved_and_said_to_be() {
    let mut world = talked();
    let asked = world.send(Msg::Viewer(ViewerMsg::SaveAs(FRIEND, Seq(4))));
    assert!(matches!(&asked[..], [Effect::SavePicture(_, name)] if name == "a.png"));
    for (result, is_done) in [(Ok(Answer::Done), true), (Err(Failure::FileExists), false)] {
        let save = ViewerMsg::Save(BlobId([4; 32]), "b.png".into(), false);
        let effects = world.send(Msg::Viewer(save));
        let [Effect::Ask(Intent::SaveImage { ticket, replace: false, .. })] = effects[..] else {
            panic!("{effects:?}")
        };
        let told = world.event(ClientEvent::Answered { ticket, result });
        assert_eq!(matches!(told[..], [Effect::Tell("viewer.saved")]), is_done, "{told:?}");
    }
}

#[test]
fn pictures_are_named_in_lists_and_can_be_answered() {
    let mut world = talked();
    assert_eq!(words(&image(1), Language::Chinese), "[图片]");
    assert_eq!(words(&image(1), Language::English), "[Image]");
    world.send(Msg::Chat(FRIEND, ChatMsg::Reply(Some(Seq(4)))));
    assert_eq!(world.model.chats.get(FRIEND).unwrap().replying(), Some(Seq(4)));
    let quote = world.model.quote(FRIEND, Seq(4), Language::English);
    assert_eq!(quote.words, "[Image]");
}
