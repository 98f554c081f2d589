//! Invitations where they are told, what becomes of refused ones, and coming back to a game.

use std::sync::Arc;

use super::boards::{at_board, raised};
use super::play::*;
use crate::client::api::PendingMessage;
use crate::client::{Answer, ClientEvent, Failure, Intent};
use crate::domain::game::{EndReason, GameSheet};
use crate::domain::{AccountId, Body, Book, Contact, Nonce};
use crate::net::protocol::{Command, Reason, Refusal};
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::games::BoardId;
use crate::ui::app::games::board::BoardMsg;
use crate::ui::app::games::news::Speaker;
use crate::ui::app::notify::{NoteMsg, Offered};
use crate::ui::app::play::PlayMsg;
use crate::ui::app::testing::{NOON_MS, World, conversation, direct, message, ticket_of};
use crate::ui::app::writing::Notice;
use crate::ui::app::{Effect, Msg};
use crate::ui::text::Language;

#[test]
fn an_invitation_is_answered_where_it_is_told() {
    let offered = |world: &World| world.model.notes(Language::Chinese)[0].offer;
    for (offer, accept) in [(five(), true), (five(), false), (best_of(3), true)] {
        let mut world = world();
        world.send(Msg::Chat(FRIEND, ChatMsg::Close { draft: String::new() }));
        invites(&mut world, direct(MOMO.0), MOMO, offer);
        assert_eq!(offered(&world), None, "not before it is known to be open");
        told(&mut world, sheet(direct(MOMO.0), MOMO, offer), &[]);
        let game = id(direct(MOMO.0));
        assert_eq!(offered(&world), Some(Offered { game, can_decline: true }));
        world.pass(600);
        let effects = world.send(Msg::Note(NoteMsg::Offer(FRIEND, game, accept)));
        assert_eq!(commands(&effects), [Command::AnswerGame { game, accept }]);
        assert!(world.model.notes(Language::Chinese).is_empty());
        // What has no board is played in the chat.
        let opens = effects.iter().any(|one| matches!(one, Effect::OpenChat(FRIEND)));
        assert_eq!(opens, accept && offer == best_of(3));
    }
}

#[test]
fn a_refused_invitation_is_explained_once_and_forgotten() {
    let mut world = world();
    let send = PlayMsg::Offer(FRIEND, best_of(3).kind);
    let effects = world.send(Msg::Play(send));
    let ticket = effects.iter().find_map(ticket_of).unwrap();
    let nonce = Nonce([7; 16]);
    let (to, body) = (FRIEND, Body::Game(best_of(3)));
    world.event(ClientEvent::Pending(PendingMessage { nonce, to, body, at: NOON_MS }));
    let failure = Failure::Refused(Refusal::new(Reason::GameBusy));
    let said = world.event(ClientEvent::Answered { ticket, result: Err(failure.clone()) });
    assert!(said.is_empty(), "its chat says it: {said:?}");
    let effects = world.event(ClientEvent::SendFailed { nonce, failure: failure.clone() });
    let discards = |effect: &Effect| matches!(effect, Effect::Ask(Intent::Discard(_)));
    assert!(effects.iter().all(discards) && !effects.is_empty(), "{effects:?}");
    let chat = world.model.chats.get(FRIEND).unwrap();
    assert_eq!(chat.notice.as_ref().map(|(notice, _)| notice), Some(&Notice::Failure(failure)));
    assert_eq!(chat.entries(ME, FRIEND).count(), 0, "there is nothing to be tried again");
}

#[test]
fn who_comes_back_to_a_game_finds_its_board_open() {
    let mut world = world();
    let game = id(direct(MOMO.0));
    for to_act in [[true, false], [false, true]] {
        assert_eq!(
            raised(&told(&mut world, running(five(), to_act), &[])).len(),
            usize::from(to_act[0])
        );
    }
    // Who has closed it is not shown it again.
    at_board(&mut world, game, BoardMsg::Close);
    assert!(raised(&told(&mut world, running(five(), [true, false]), &[])).is_empty());
    let mut world = self::world();
    assert!(raised(&told(&mut world, over(five(), None, EndReason::Agreed), &[])).is_empty());
    let others =
        GameSheet { players: Some([MOMO, AccountId(10_009)]), ..running(five(), [true, false]) };
    assert!(raised(&told(&mut world, others, &[])).is_empty(), "somebody else's");
}

#[test]
fn what_was_said_in_a_game_stands_beside_its_board_when_one_comes_back() {
    let mut world = World::signed_in();
    let friend = Contact { friend: true, ..Contact::stranger(MOMO) };
    let contacts = [(MOMO, friend)].into();
    world.event(ClientEvent::Book(Arc::new(Book { contacts, ..Book::default() })));
    world.event(ClientEvent::Conversation(conversation(direct(MOMO.0), 3, 3)));
    let effects = world.send(Msg::Chat(FRIEND, ChatMsg::Open));
    let ticket = effects.iter().find_map(ticket_of).unwrap();
    told(&mut world, running(five(), [true, false]), &[]);
    let said = [(2, -1, "before"), (3, 5, "within")];
    let said = said.map(|(seq, at, text)| message(direct(MOMO.0), seq, MOMO.0, NOON_MS + at, text));
    let (conversation, messages) = (None, said.to_vec());
    let result = Ok(Answer::History { conversation, messages, more: false });
    world.event(ClientEvent::Answered { ticket, result });
    let board = world.model.games.board(BoardId::Game(id(direct(MOMO.0)))).unwrap();
    let is_said = |(who, _): &(Speaker, String)| matches!(who, Speaker::Player(_));
    let texts = board.lines().into_iter().filter(is_said).map(|(_, text)| text);
    assert!(texts.eq(["within"]), "{:?}", board.lines());
}
