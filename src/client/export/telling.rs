//! What an exported file says of each message: who, what, and what it answers. Pure.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::Date;

use super::format::{one_line, zoned};
use crate::client::api::{Export, game_key, joining_key, sentence};
use crate::domain::{AccountId, Body, ConversationId, ConversationKind, Message, RoomChange, Seq};

/// Messages of one export that what comes later can quote; of older ones it is said that they are older.
const QUOTED_MAX: usize = 10_000;
/// Characters of a quote.
const QUOTE_CHARS: usize = 120;

/// What was written so far.
#[derive(Debug, Default)]
pub struct Written {
    /// So many messages.
    pub count: u64,
    /// The day of the last one, on a page.
    pub(super) day: Option<Date>,
    quotes: BTreeMap<(ConversationId, Seq), String>,
}

/// A message, as it is written for people.
pub(super) struct Row<'a> {
    /// Who said it; empty where something happened.
    pub name: Cow<'a, str>,
    /// What.
    pub words: Cow<'a, str>,
    /// What it answers, in one line.
    pub quote: Option<String>,
}

/// Says what messages say.
pub(super) struct Teller<'a> {
    pub export: &'a Export,
    /// Nicknames.
    pub names: &'a BTreeMap<AccountId, String>,
}

impl<'a> Teller<'a> {
    pub(super) fn name(&self, kind: ConversationKind, account: AccountId) -> Cow<'a, str> {
        let nickname = self.names.get(&account).map(String::as_str);
        match self.export.name_in(kind, account).or(nickname) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(account.to_string()),
        }
    }

    /// Nothing for what the transcript does not show either.
    pub(super) fn row<'m>(&self, message: &'m Message, written: &Written) -> Option<Row<'m>>
    where
        'a: 'm,
    {
        if let Some(words) = self.said(&message.body) {
            let quote = match message.body {
                Body::Text { reply_to: Some(seq), .. } => {
                    let known = written.quotes.get(&(message.conversation, seq)).cloned();
                    Some(known.unwrap_or_else(|| self.export.say("quote.older", &[])))
                }
                _ => None,
            };
            return Some(Row { name: self.name(message.kind, message.from), words, quote });
        }
        let words = match &message.body {
            Body::Recalled { seq: None } => {
                let name = self.name(message.kind, message.from);
                self.export.say("chat.recall.peer", &[("name", &name)])
            }
            Body::Room { change, .. } => self.happened(message, change),
            _ => return None,
        };
        Some(Row { name: Cow::Borrowed(""), words: Cow::Owned(words), quote: None })
    }

    /// What comes later may quote it.
    pub(super) fn remember(&self, message: &Message, written: &mut Written) {
        let quote = match (&message.body, self.said(&message.body)) {
            (Body::Recalled { seq: None }, _) => self.export.say("quote.recalled", &[]),
            (Body::Hidden {}, _) => self.export.say("quote.hidden", &[]),
            (_, Some(words)) => {
                let line = words.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
                let line: String = line.trim().chars().take(QUOTE_CHARS).collect();
                let name = self.name(message.kind, message.from);
                self.export.say("preview.from", &[("name", &name), ("text", &line)])
            }
            _ => return,
        };
        written.quotes.insert((message.conversation, message.seq), quote);
        if written.quotes.len() > QUOTED_MAX {
            written.quotes.pop_first();
        }
    }

    fn said<'m>(&self, body: &'m Body) -> Option<Cow<'m, str>>
    where
        'a: 'm,
    {
        match body {
            Body::Text { text, .. } => Some(Cow::Borrowed(text)),
            Body::Image { name, .. } => {
                let words = format!("{} {}", self.export.image, one_line(name));
                Some(Cow::Owned(words.trim_end().to_owned()))
            }
            Body::File { name, .. } => {
                Some(Cow::Owned(format!("{} {}", self.export.file, one_line(name))))
            }
            Body::Game(offer) => {
                let game = self.export.say(game_key(offer.kind.name()), &[]);
                Some(Cow::Owned(self.export.say("game.line", &[("text", &game)])))
            }
            Body::Shake {} => Some(Cow::Borrowed(&self.export.shake)),
            Body::Notice(_) | Body::Room { .. } | Body::Recalled { .. } | Body::Hidden {} => None,
        }
    }

    fn happened(&self, message: &Message, change: &RoomChange) -> String {
        let (key, about) = sentence(message.from, change);
        let text = match change {
            RoomChange::Created { name } | RoomChange::Renamed { name } => name.clone(),
            RoomChange::Announced { text } => text.clone(),
            RoomChange::Joining { joining } => self.export.say(joining_key(*joining), &[]),
            RoomChange::Muted { until, .. } => {
                zoned(self.export, *until).strftime("%Y-%m-%d %H:%M").to_string()
            }
            _ => String::new(),
        };
        let name = about.map(|account| self.name(message.kind, account)).unwrap_or_default();
        let by = self.name(message.kind, message.from);
        self.export.say(key, &[("by", &by), ("name", &name), ("text", &text)])
    }
}
