//! Strangers: who wrote first stands in a list apart, until that is answered. Nothing of it asks
//! for attention.

use std::cmp::Reverse;

use super::chats::Chat;
use super::contacts::Doing;
use super::rows::{ChatRow, Row};
use super::{Effect, Model, time};
use crate::domain::{AccountId, Notify, Stranger, Target};
use crate::net::protocol::{ChoiceChange, Command};
use crate::ui::text::Language;

/// With somebody who wrote first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StrangerMsg {
    /// Shows the list of them, or the conversations again.
    Show(bool),
    /// Stands among the conversations from now on.
    Accept(AccountId),
    /// Is not heard any more.
    Decline(AccountId),
}

/// The way to the strangers, among the conversations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrangersRow {
    /// How many wait.
    pub count: u64,
    /// Who wrote last.
    pub name: String,
    /// When, in words.
    pub time: String,
}

impl Model {
    /// What the other side of a conversation is.
    #[must_use]
    pub fn stranger(&self, target: Target) -> Stranger {
        match target {
            Target::Account(_) => self.choice(target).stranger,
            Target::Lobby | Target::Room(_) => Stranger::No,
        }
    }

    /// Unread messages of all conversations that one listens to: not of those that are kept quiet,
    /// unless something there calls one.
    #[must_use]
    pub fn unread(&self) -> u64 {
        let me = self.my_account();
        let is_heard = |target| {
            self.stranger(target) == Stranger::No
                && (self.choice(target).notify == Notify::All || self.is_called(target))
        };
        let heard = self.chats.iter().filter(|(target, _)| is_heard(*target));
        heard.map(|(_, chat)| chat.unread(me)).sum()
    }

    /// Who waits, newest first.
    fn waiting(&self) -> Vec<(Target, &Chat)> {
        let mut waiting: Vec<(Target, &Chat)> = self
            .chats
            .iter()
            .filter(|(target, _)| self.stranger(*target) == Stranger::Waiting)
            .collect();
        waiting.sort_by_key(|(target, chat)| (Reverse(chat.last_at()), *target));
        waiting
    }

    /// The way to the list, while somebody waits.
    pub(super) fn strangers_row(&self, language: Language) -> Option<StrangersRow> {
        let waiting = self.waiting();
        let (target, chat) = waiting.first()?;
        let label = |at| time::row_label(at, self.now.wall_ms, &self.zone, language);
        Some(StrangersRow {
            count: waiting.len() as u64,
            name: self.target_name(*target, language),
            time: chat.last_at().map(label).unwrap_or_default(),
        })
    }

    /// Conversations of strangers, declined ones too: what was said there can be looked up.
    pub(super) fn apart_rows(&self, language: Language) -> impl Iterator<Item = ChatRow> {
        let apart = self.chats.iter().filter(|(target, _)| self.stranger(*target) != Stranger::No);
        apart.map(move |(target, chat)| self.chat_row(target, chat, language))
    }

    /// The list apart, under the way back; nothing while it is not shown or nobody waits.
    pub(super) fn stranger_rows(&self, language: Language) -> Option<Vec<Row>> {
        let waiting = self.waiting();
        if !self.panel.strangers || waiting.is_empty() {
            return None;
        }
        let of = |(target, chat)| Row::Stranger(self.chat_row(target, chat, language));
        Some(std::iter::once(Row::Back).chain(waiting.into_iter().map(of)).collect())
    }

    pub(super) fn stranger_msg(&mut self, msg: StrangerMsg, out: &mut Vec<Effect>) {
        let (account, stranger) = match msg {
            StrangerMsg::Show(shown) => {
                self.panel.strangers = shown;
                self.panel.selected = None;
                return;
            }
            StrangerMsg::Accept(account) => (account, Stranger::No),
            StrangerMsg::Decline(account) => (account, Stranger::Declined),
        };
        let with = Target::Account(account);
        let change = ChoiceChange { stranger: Some(stranger), ..ChoiceChange::default() };
        self.do_it(Doing::Quiet, Command::SetConversation { with, change }, out);
    }

    /// Whoever is declined, on whichever device, is out of sight; what was written stays a draft.
    pub(super) fn stranger_told(&mut self, target: Target, stranger: Stranger) {
        if stranger == Stranger::Declined && self.chats.get(target).is_some_and(|chat| chat.open) {
            let chat = self.chats.at(target);
            (chat.open, chat.focused) = (false, false);
        }
    }
}
