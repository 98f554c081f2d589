//! The card about somebody that appears beside a face.

use super::add::AddMsg;
use super::chats::ChatMsg;
use super::{Asked, Effect, Model, Msg};
use crate::client::{Answer, Failure, Intent};
use crate::domain::{AccountId, Details};
use crate::net::protocol::{Query, Reply};

/// The card, while it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// About whom.
    pub account: AccountId,
    /// What that person says of itself, once it came.
    pub details: Option<Details>,
    /// When a friend was there last.
    pub seen: Option<i64>,
}

/// About the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardMsg {
    /// The pointer rests on a face.
    Show(AccountId),
    /// It left.
    Hide,
}

/// Whether the person does something else by it, so that the card is in the way.
pub(super) fn ends_with(msg: &Msg) -> bool {
    match msg {
        Msg::Chat(_, msg) => {
            matches!(msg, ChatMsg::Open | ChatMsg::Close { .. } | ChatMsg::Send(_))
        }
        Msg::Add(msg) => !matches!(msg, AddMsg::More),
        Msg::Panel(_) | Msg::Contact(_) | Msg::Prompt(_) | Msg::Profile(_) => true,
        _ => false,
    }
}

impl Model {
    pub(super) fn card(&mut self, msg: CardMsg, out: &mut Vec<Effect>) {
        match msg {
            CardMsg::Hide => self.card = None,
            CardMsg::Show(account) => {
                if self.card.as_ref().is_some_and(|card| card.account == account) {
                    return;
                }
                self.card = Some(Card { account, details: None, seen: None });
                if self.link.is_up() {
                    let query = Query::Profile { account };
                    let ask = |ticket| Intent::Look { ticket, query };
                    self.ask(Asked::Card(account), ask, out);
                }
            }
        }
    }

    pub(super) fn card_answered(&mut self, account: AccountId, result: Result<Answer, Failure>) {
        let Some(card) = self.card.as_mut().filter(|card| card.account == account) else { return };
        if let Ok(Answer::Looked(Reply::Profile { details, seen, .. })) = result {
            (card.details, card.seen) = (Some(details), seen);
        }
    }
}
